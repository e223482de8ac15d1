/* SPDX-License-Identifier: Apache-2.0 */
/* Things that belong to one person: telephones, vehicles, wallets, travel documents. */
#include "detect/identifier.h"

#include "base/mem.h"
#include "candor/crypto.h"

#include <string.h>

static bool imei(const char *s, size_t len)
{
    return len != 15 || cdr_id_luhn(s, len, 10);
}

/* Reporting bodies that give out type allocation codes; 00 is for tests. */
static bool imei_body(const char *s, size_t len)
{
    return len == 15 && cdr_id_listed("01|10|30|31|33|35|44|45|49|50|51|52|53|54|86|91|98|99", s, 2);
}

const cdr_id_rule cdr_id_IMEI = {
    .shape = "d{14,16}", .strip = " -", .valid = imei, .found = imei_body, .says = "15 digits: Luhn; 14 without check digit, 16 with software version; in texts 15 of an assigned reporting body",
    .source = "3GPP TS 23.003"};

static bool vin(const char *s, size_t len)
{
    static const uint8_t weights[17] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    static const uint8_t letters[26] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9};
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += weights[i] * (cdr_id_is_digit(s[i]) ? (unsigned)(s[i] - '0') : letters[s[i] - 'A']);
    return s[8] == "0123456789X"[sum % 11];
}

#define VIN_LETTERS "[ABCDEFGHJKLMNPRSTUVWXYZ0123456789]"
const cdr_id_rule cdr_id_VIN = {
    .shape = VIN_LETTERS "{17}", .strip = " -", .valid = vin, .says = "17 letters and digits without I, O, Q; position 9 is the weighted sum mod 11 (X is 10)",
    .source = "49 CFR 565; ISO 3779"};

/* Weights 7, 3, 1 mod 10; '<' is 0. */
static bool mrz_sum(const char *s, size_t len, char check)
{
    static const uint8_t weights[3] = {7, 3, 1};
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += weights[i % 3] * (s[i] == '<' ? 0 : cdr_id_value(s[i]));
    return check == (char)('0' + sum % 10) || (check == '<' && sum == 0);
}

static bool mrz_date(const char *s)
{
    for (int i = 0; i < 6; i++)
        if (!cdr_id_is_digit(s[i]) && s[i] != '<')
            return false;
    return !cdr_id_digits(s, 6) || (cdr_id_two(s + 2) >= 1 && cdr_id_two(s + 2) <= 12 && cdr_id_two(s + 4) >= 1 && cdr_id_two(s + 4) <= 31);
}

/* Date of birth with check, sex, expiry with check: as in every format. */
static bool mrz_dates(const char *s)
{
    return mrz_date(s) && mrz_date(s + 8) && mrz_sum(s, 6, s[6]) && mrz_sum(s + 8, 6, s[14]) && (s[7] == 'M' || s[7] == 'F' || s[7] == '<' || s[7] == 'X');
}

static bool mrz_letters(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!cdr_id_is_letter(s[i]) && s[i] != '<')
            return false;
    return true;
}

static bool mrz(const char *s, size_t len)
{
    char all[40];
    for (size_t i = 0; i < len; i++)
        if (cdr_id_value(s[i]) > 35 && s[i] != '<')
            return false;
    if (len == 30)   /* first line of an identity card, or its second */
        return (strchr("ACI", s[0]) && mrz_letters(s + 2, 3) && mrz_sum(s + 5, 9, s[14])) || (mrz_dates(s) && mrz_letters(s + 15, 3) && cdr_id_is_digit(s[29]));
    if (len != 36 && len != 44)
        return false;
    memcpy(all, s, 10);
    memcpy(all + 10, s + 13, 7);
    memcpy(all + 17, s + 21, len - 22);
    if (!mrz_sum(s, 9, s[9]) || !mrz_letters(s + 10, 3) || !mrz_dates(s + 13))
        return false;
    /* A visa ends in optional data where a passport has the check digit over everything. */
    return (len == 44 && mrz_sum(s + 28, 14, s[42]) && mrz_sum(all, 39, s[43])) || (len == 36 && mrz_sum(all, 31, s[35]));
}

const cdr_id_rule cdr_id_MRZ = {
    .strip = " ", .valid = mrz, .flags = CDR_ID_DATED, .says = "lines of 30, 36 or 44 characters; document number, dates and the whole checked with weights 7, 3, 1 mod 10",
    .source = "ICAO Doc 9303"};

const cdr_id_rule cdr_id_PASSPORT = {.shape = "x{6,9}", .strip = " -", .says = "six to nine letters and digits that the words next to them call a passport", .source = "ICAO Doc 9303-4"};
const cdr_id_rule cdr_id_DRIVER_LICENCE = {
    .shape = "x{5,18}", .says = "letters and digits that the words next to them call a driving licence", .source = "none: depends on the issuer"};

static bool base58_decode(const char *s, size_t len, uint8_t ret[25])
{
    static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    memset(ret, 0, 25);
    for (size_t i = 0; i < len; i++) {
        const char *p = s[i] ? strchr(alphabet, s[i]) : NULL;
        if (!p)
            return false;
        unsigned carry = (unsigned)(p - alphabet);
        for (size_t k = 25; k-- > 0;) {
            carry += 58U * ret[k];
            ret[k] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry)
            return false;
    }
    return true;
}

static bool base58_check(const char *s, size_t len)
{
    uint8_t data[25], hash[CDR_SHA256_BYTES];
    if (len < 26 || len > 35 || !base58_decode(s, len, data) || (data[0] != 0 && data[0] != 5))
        return false;
    size_t ones = 0, zeros = 0;
    while (ones < len && s[ones] == '1')
        ones++;
    while (zeros < 25 && data[zeros] == 0)
        zeros++;
    cdr_sha256(data, 21, hash);
    cdr_sha256(hash, sizeof hash, hash);
    return ones == zeros && !memcmp(hash, data + 21, 4);
}

/* BIP 173 and 350: five-bit characters, a BCH code over them and the readable part. */
static bool bech32(const char *s, size_t len)
{
    static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    uint8_t values[96] = {'b' >> 5, 'c' >> 5, 0, 'b' & 31, 'c' & 31};
    size_t n = 5, version = 0, data = len - 3 - 1 - 6;
    bool upper = s[0] == 'B';
    if (len < 14 || len > 90)
        return false;
    for (size_t i = 3; i < len; i++) {
        char c = s[i];
        if (cdr_id_is_letter(c) != upper && !cdr_id_is_digit(c))
            return false;
        const char *p = c ? strchr(alphabet, upper && !cdr_id_is_digit(c) ? c + 32 : c) : NULL;
        if (!p)
            return false;
        values[n++] = (uint8_t)(p - alphabet);
    }
    uint32_t sum = 1;
    for (size_t i = 0; i < n; i++) {
        uint32_t top = sum >> 25;
        sum = (sum & 0x1ffffff) << 5 ^ values[i];
        for (int b = 0; b < 5; b++)
            sum ^= top >> b & 1 ? generator[b] : 0;
    }
    version = values[5];
    size_t bytes = data * 5 / 8;
    bool padding = data * 5 % 8 < 5 && (values[5 + data] & ((1U << data * 5 % 8) - 1)) == 0;
    return version <= 16 && bytes >= 2 && bytes <= 40 && padding && sum == (version == 0 ? 1U : 0x2bc830a3U) && (version != 0 || bytes == 20 || bytes == 32);
}

static bool bitcoin(const char *s, size_t len)
{
    if (len > 3 && (!memcmp(s, "bc1", 3) || !memcmp(s, "BC1", 3)))
        return bech32(s, len);
    return (s[0] == '1' || s[0] == '3') && base58_check(s, len);
}

const cdr_id_rule cdr_id_BITCOIN = {
    .flags = CDR_ID_RAW, .valid = bitcoin, .says = "base58check of version 0 or 5 (double SHA-256), or bech32/bech32m under bc1", .source = "BIP 13, 173, 350"};

/* Keccak-256 with the padding from before SHA-3, for the letter case of Ethereum addresses only: a check digit, no security. */
static void keccak_permute(uint64_t a[25])
{
    static const uint64_t rounds[24] = {
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
        0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
        0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
    for (int r = 0; r < 24; r++) {
        uint64_t c[5], b[25];
        for (int x = 0; x < 5; x++)
            c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        for (int x = 0; x < 5; x++) {
            uint64_t next = c[(x + 1) % 5], d = c[(x + 4) % 5] ^ (next << 1 | next >> 63);
            for (int y = 0; y < 25; y += 5)
                a[x + y] ^= d;
        }
        b[0] = a[0];
        for (int x = 1, y = 0, t = 0; t < 24; t++) {
            unsigned turn = (unsigned)((t + 1) * (t + 2) / 2) % 64;
            uint64_t v = a[x + 5 * y];
            int to = (2 * x + 3 * y) % 5;
            b[y + 5 * to] = v << turn | v >> ((64 - turn) % 64);
            x = y;
            y = to;
        }
        for (int y = 0; y < 25; y += 5)
            for (int x = 0; x < 5; x++)
                a[y + x] = b[y + x] ^ (~b[y + (x + 1) % 5] & b[y + (x + 2) % 5]);
        a[0] ^= rounds[r];
    }
}

static void keccak256_of_40(const char *s, uint8_t ret[32])
{
    uint64_t a[25] = {0};
    for (size_t i = 0; i < 40; i++)
        a[i / 8] ^= (uint64_t)(uint8_t)s[i] << 8 * (i % 8);
    a[5] ^= 1;
    a[16] ^= (uint64_t)1 << 63;
    keccak_permute(a);
    for (size_t i = 0; i < 32; i++)
        ret[i] = (uint8_t)(a[i / 8] >> 8 * (i % 8));
}

static bool ethereum(const char *s, size_t len)
{
    char lower[40];
    uint8_t hash[32];
    bool any_upper = false, any_lower = false;
    if (len != 42 || s[0] != '0' || s[1] != 'x')
        return false;
    for (size_t i = 0; i < 40; i++) {
        char c = s[i + 2];
        bool upper = c >= 'A' && c <= 'F', low = c >= 'a' && c <= 'f';
        if (!upper && !low && !cdr_id_is_digit(c))
            return false;
        any_upper |= upper;
        any_lower |= low;
        lower[i] = upper ? (char)(c + 32) : c;
    }
    if (!any_upper || !any_lower)
        return true;
    keccak256_of_40(lower, hash);
    for (size_t i = 0; i < 40; i++) {
        bool high = (hash[i / 2] >> (i & 1 ? 0 : 4) & 8) != 0;
        if (!cdr_id_is_digit(s[i + 2]) && high != cdr_id_is_letter(s[i + 2]))
            return false;
    }
    return true;
}

const cdr_id_rule cdr_id_ETHEREUM = {
    .flags = CDR_ID_RAW, .valid = ethereum, .says = "0x and 40 hexadecimal digits; where the case is mixed it is the checksum", .source = "EIP-55"};

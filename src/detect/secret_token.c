/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and tokens that their issuers gave a shape: a prefix, an alphabet, a length, sometimes a checksum. */
#include "detect/engine.h"

#include <string.h>

enum alphabet { ALNUM, UPPER, HEX, BASE64, URLSAFE, DOTTED };

typedef struct token_shape {
    const char *prefix;
    cdr_kind kind;
    enum alphabet body;
    uint8_t min, max;              /* characters after the prefix; max 0: no upper bound */
    bool (*check)(const char *token, size_t len);
} token_shape;

/* Last six characters: CRC-32 of the random part in base 62 (documented for GitHub's and npm's tokens). */
static bool crc_tail(const char *token, size_t len)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const char *body = memchr(token, '_', len);
    if (!body || len < (size_t)(body + 1 - token) + 7)
        return false;
    uint32_t crc = 0xFFFFFFFFu;
    for (const char *p = body + 1; p < token + len - 6; p++) {
        crc ^= (unsigned char)*p;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xEDB88320u & (0u - (crc & 1)));
    }
    crc = ~crc;
    for (size_t i = 0; i < 6; i++, crc /= 62)
        if (token[len - 1 - i] != digits[crc % 62])
            return false;
    return true;
}

static bool has_digit_and_letter(const char *token, size_t len)
{
    bool digit = false, letter = false;
    for (size_t i = 0; i < len; i++) {
        digit |= token[i] >= '0' && token[i] <= '9';
        letter |= (token[i] | 0x20) >= 'a' && (token[i] | 0x20) <= 'z';
    }
    return digit && letter;
}

/* SK and 32 hexadecimal digits in small letters. */
static bool is_lower_hex_key(const char *token, size_t len)
{
    for (size_t i = 2; i < len; i++)
        if (token[i] >= 'A' && token[i] <= 'F')
            return false;
    return has_digit_and_letter(token + 2, len - 2);
}

static bool has_openai_mark(const char *token, size_t len)
{
    for (size_t i = 3; i + 8 <= len; i++)
        if (!memcmp(token + i, "T3BlbkFJ", 8))
            return true;
    return false;
}

static bool sendgrid_dots(const char *token, size_t len)
{
    return len == 69 && token[25] == '.' && memchr(token + 3, '.', 22) == NULL && has_digit_and_letter(token, len);
}

/* Sorted by prefix only for people; looked up by first byte. */
static const token_shape shapes[] = {
    {"ABIA", CDR_K_SECRET_AWS_ACCESS_KEY, UPPER, 16, 16, NULL},
    {"ACCA", CDR_K_SECRET_AWS_ACCESS_KEY, UPPER, 16, 16, NULL},
    {"AGE-SECRET-KEY-1", CDR_K_SECRET_PRIVATE_KEY, UPPER, 58, 58, NULL},
    {"AIza", CDR_K_SECRET_GOOGLE_API, URLSAFE, 35, 35, NULL},
    {"AKIA", CDR_K_SECRET_AWS_ACCESS_KEY, UPPER, 16, 16, NULL},
    {"ASIA", CDR_K_SECRET_AWS_ACCESS_KEY, UPPER, 16, 16, NULL},
    {"ATATT3", CDR_K_SECRET_API_KEY, BASE64, 100, 0, NULL},
    {"CFPAT-", CDR_K_SECRET_API_KEY, URLSAFE, 43, 43, NULL},
    {"EAACEdEose0cBA", CDR_K_SECRET_API_KEY, ALNUM, 20, 0, NULL},
    {"GOCSPX-", CDR_K_SECRET_GOOGLE_API, URLSAFE, 28, 28, NULL},
    {"NRAK-", CDR_K_SECRET_API_KEY, UPPER, 27, 27, NULL},
    {"PMAK-", CDR_K_SECRET_API_KEY, URLSAFE, 59, 59, NULL},
    {"SG.", CDR_K_SECRET_API_KEY, DOTTED, 66, 66, sendgrid_dots},
    {"dapi", CDR_K_SECRET_API_KEY, HEX, 32, 32, has_digit_and_letter},
    {"dckr_pat_", CDR_K_SECRET_API_KEY, URLSAFE, 27, 36, NULL},
    {"doo_v1_", CDR_K_SECRET_API_KEY, HEX, 64, 64, NULL},
    {"dop_v1_", CDR_K_SECRET_API_KEY, HEX, 64, 64, NULL},
    {"dp.pt.", CDR_K_SECRET_API_KEY, ALNUM, 40, 44, NULL},
    {"figd_", CDR_K_SECRET_API_KEY, URLSAFE, 40, 0, NULL},
    {"gho_", CDR_K_SECRET_GITHUB, ALNUM, 36, 36, crc_tail},
    {"ghp_", CDR_K_SECRET_GITHUB, ALNUM, 36, 36, crc_tail},
    {"ghr_", CDR_K_SECRET_GITHUB, ALNUM, 36, 76, crc_tail},
    {"ghs_", CDR_K_SECRET_GITHUB, ALNUM, 36, 36, crc_tail},
    {"ghu_", CDR_K_SECRET_GITHUB, ALNUM, 36, 36, crc_tail},
    {"github_pat_", CDR_K_SECRET_GITHUB, URLSAFE, 82, 82, NULL},
    {"glc_", CDR_K_SECRET_API_KEY, BASE64, 32, 0, has_digit_and_letter},
    {"glpat-", CDR_K_SECRET_API_KEY, URLSAFE, 20, 60, has_digit_and_letter},
    {"glsa_", CDR_K_SECRET_API_KEY, URLSAFE, 41, 41, has_digit_and_letter},
    {"hf_", CDR_K_SECRET_API_KEY, ALNUM, 34, 37, has_digit_and_letter},
    {"hvb.", CDR_K_SECRET_API_KEY, URLSAFE, 90, 0, NULL},
    {"hvs.", CDR_K_SECRET_API_KEY, URLSAFE, 24, 0, has_digit_and_letter},
    {"key-", CDR_K_SECRET_API_KEY, HEX, 32, 32, has_digit_and_letter},
    {"lin_api_", CDR_K_SECRET_API_KEY, ALNUM, 40, 40, NULL},
    {"npm_", CDR_K_SECRET_NPM, ALNUM, 36, 36, crc_tail},
    {"ntn_", CDR_K_SECRET_API_KEY, ALNUM, 46, 46, NULL},
    {"pk_live_", CDR_K_SECRET_STRIPE, ALNUM, 24, 99, has_digit_and_letter},
    {"pscale_tkn_", CDR_K_SECRET_API_KEY, URLSAFE, 32, 64, NULL},
    {"pypi-AgEIcHlwaS5vcmc", CDR_K_SECRET_API_KEY, URLSAFE, 50, 0, NULL},
    {"rk_live_", CDR_K_SECRET_STRIPE, ALNUM, 24, 99, has_digit_and_letter},
    {"rk_test_", CDR_K_SECRET_STRIPE, ALNUM, 24, 99, has_digit_and_letter},
    {"sbp_", CDR_K_SECRET_API_KEY, HEX, 40, 40, NULL},
    {"shpat_", CDR_K_SECRET_API_KEY, HEX, 32, 32, NULL},
    {"shpca_", CDR_K_SECRET_API_KEY, HEX, 32, 32, NULL},
    {"shppa_", CDR_K_SECRET_API_KEY, HEX, 32, 32, NULL},
    {"shpss_", CDR_K_SECRET_API_KEY, HEX, 32, 32, NULL},
    {"sk-", CDR_K_SECRET_API_KEY, URLSAFE, 40, 0, has_openai_mark},
    {"sk-ant-", CDR_K_SECRET_API_KEY, URLSAFE, 80, 0, has_digit_and_letter},
    {"sk_live_", CDR_K_SECRET_STRIPE, ALNUM, 24, 99, has_digit_and_letter},
    {"sk_test_", CDR_K_SECRET_STRIPE, ALNUM, 24, 99, has_digit_and_letter},
    {"sntrys_", CDR_K_SECRET_API_KEY, BASE64, 60, 0, has_digit_and_letter},
    {"sq0atp-", CDR_K_SECRET_API_KEY, URLSAFE, 22, 22, has_digit_and_letter},
    {"sq0csp-", CDR_K_SECRET_API_KEY, URLSAFE, 43, 43, has_digit_and_letter},
    {"CCIPAT_", CDR_K_SECRET_API_KEY, URLSAFE, 60, 80, has_digit_and_letter},
    {"EAAAE", CDR_K_SECRET_API_KEY, URLSAFE, 59, 59, has_digit_and_letter},
    {"HRKU-", CDR_K_SECRET_API_KEY, URLSAFE, 36, 65, has_digit_and_letter},
    {"LTAI", CDR_K_SECRET_API_KEY, ALNUM, 16, 20, has_digit_and_letter},
    {"SK", CDR_K_SECRET_API_KEY, HEX, 32, 32, is_lower_hex_key},
    {"bkua_", CDR_K_SECRET_API_KEY, HEX, 40, 40, has_digit_and_letter},
    {"dor_v1_", CDR_K_SECRET_API_KEY, HEX, 64, 64, NULL},
    {"dt0c01.", CDR_K_SECRET_API_KEY, DOTTED, 89, 89, NULL},
    {"glcbt-", CDR_K_SECRET_API_KEY, URLSAFE, 20, 64, has_digit_and_letter},
    {"gldt-", CDR_K_SECRET_API_KEY, URLSAFE, 20, 64, has_digit_and_letter},
    {"glptt-", CDR_K_SECRET_API_KEY, HEX, 40, 40, NULL},
    {"glrt-", CDR_K_SECRET_API_KEY, URLSAFE, 20, 64, has_digit_and_letter},
    {"gsk_", CDR_K_SECRET_API_KEY, ALNUM, 48, 56, has_digit_and_letter},
    {"nvapi-", CDR_K_SECRET_API_KEY, URLSAFE, 60, 70, has_digit_and_letter},
    {"pul-", CDR_K_SECRET_API_KEY, HEX, 40, 40, has_digit_and_letter},
    {"r8_", CDR_K_SECRET_API_KEY, ALNUM, 37, 37, has_digit_and_letter},
    {"rubygems_", CDR_K_SECRET_API_KEY, HEX, 48, 48, has_digit_and_letter},
    {"shippo_live_", CDR_K_SECRET_API_KEY, HEX, 40, 40, has_digit_and_letter},
    {"sk-proj-", CDR_K_SECRET_API_KEY, URLSAFE, 40, 0, has_digit_and_letter},
    {"sk-svcacct-", CDR_K_SECRET_API_KEY, URLSAFE, 40, 0, has_digit_and_letter},
    {"sl.", CDR_K_SECRET_API_KEY, URLSAFE, 130, 0, has_digit_and_letter},
    {"xai-", CDR_K_SECRET_API_KEY, ALNUM, 70, 90, has_digit_and_letter},
    {"xkeysib-", CDR_K_SECRET_API_KEY, URLSAFE, 81, 81, has_digit_and_letter},
    {"ya29.", CDR_K_SECRET_GOOGLE_API, URLSAFE, 60, 0, has_digit_and_letter},
    {"xapp-", CDR_K_SECRET_SLACK, URLSAFE, 30, 0, has_digit_and_letter},
    {"xoxa-", CDR_K_SECRET_SLACK, URLSAFE, 20, 0, has_digit_and_letter},
    {"xoxb-", CDR_K_SECRET_SLACK, URLSAFE, 20, 0, has_digit_and_letter},
    {"xoxe-", CDR_K_SECRET_SLACK, URLSAFE, 20, 0, has_digit_and_letter},
    {"xoxp-", CDR_K_SECRET_SLACK, URLSAFE, 20, 0, has_digit_and_letter},
    {"xoxs-", CDR_K_SECRET_SLACK, URLSAFE, 20, 0, has_digit_and_letter},
    {"sk.eyJ", CDR_K_SECRET_API_KEY, DOTTED, 60, 0, has_digit_and_letter},
    {"tk.eyJ", CDR_K_SECRET_API_KEY, DOTTED, 60, 0, has_digit_and_letter},
    {"RWRTY0Iy", CDR_K_SECRET_PRIVATE_KEY, BASE64, 100, 0, NULL},
    {"APA91b", CDR_K_SECRET_API_KEY, URLSAFE, 128, 0, has_digit_and_letter},
    {"NRII-", CDR_K_SECRET_API_KEY, URLSAFE, 32, 32, has_digit_and_letter},
    {"rzp_live_", CDR_K_SECRET_API_KEY, ALNUM, 14, 14, has_digit_and_letter},
    {"ATCTT3xFf", CDR_K_SECRET_API_KEY, BASE64, 100, 0, NULL},
    {"lin_oauth_", CDR_K_SECRET_API_KEY, HEX, 64, 64, NULL},
    {"secret_", CDR_K_SECRET_API_KEY, ALNUM, 43, 43, has_digit_and_letter},
    {"sgp_", CDR_K_SECRET_API_KEY, HEX, 40, 40, NULL},
    {"whsec_", CDR_K_SECRET_STRIPE, BASE64, 24, 64, has_digit_and_letter},
};

static bool in_alphabet(char c, enum alphabet a)
{
    bool digit = c >= '0' && c <= '9', upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
    switch (a) {
    case UPPER: return digit || upper;
    case HEX: return digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    case ALNUM: return digit || upper || lower;
    case URLSAFE: return digit || upper || lower || c == '_' || c == '-';
    case BASE64: return digit || upper || lower || c == '_' || c == '-' || c == '+' || c == '/' || c == '=';
    case DOTTED: return digit || upper || lower || c == '_' || c == '-' || c == '.';
    }
    return false;
}

/* "AKIAIOSFODNN7EXAMPLE" and runs of one letter stand in manuals. */
static bool is_example(const char *p, size_t len)
{
    size_t same = 1, longest = 1;
    for (size_t i = 1; i < len; i++) {
        same = p[i] == p[i - 1] ? same + 1 : 1;
        longest = same > longest ? same : longest;
    }
    if (longest >= 8)
        return true;
    for (size_t i = 0; i + 7 <= len; i++)
        if (!memcmp(p + i, "EXAMPLE", 7) || !memcmp(p + i, "example", 7))
            return true;
    return false;
}

/* The secret beside its id, as consoles export them: forty characters of base64 within the next few bytes. */
static void try_aws_secret(const char *text, size_t len, size_t from, cdr_emitter *e)
{
    size_t stop = from + 48 < len ? from + 48 : len;
    for (size_t at = from, run; at < stop; at = run + 1) {
        unsigned upper = 0, lower = 0, other = 0;
        for (run = at; run < len && run < at + 41 && (in_alphabet(text[run], ALNUM) || text[run] == '/' || text[run] == '+'); run++) {
            upper += text[run] >= 'A' && text[run] <= 'Z';
            lower += text[run] >= 'a' && text[run] <= 'z';
            other += !in_alphabet(text[run], ALNUM) || text[run] <= '9';
        }
        if (run - at == 40 && upper >= 4 && lower >= 4 && other >= 1)
            cdr_emit(e, CDR_K_SECRET_AWS_SECRET_KEY, at, run, CDR_EV_SHAPE | CDR_EV_CONTEXT);
    }
}

static bool try_shape(const token_shape *t, const char *text, size_t len, size_t start, size_t end, cdr_emitter *e)
{
    size_t prefix = strlen(t->prefix);
    if (end - start < prefix + t->min || memcmp(text + start, t->prefix, prefix) != 0)
        return false;
    size_t at = start + prefix;
    while (at < end && in_alphabet(text[at], t->body))
        at++;
    size_t body = at - start - prefix;
    bool goes_on = at < end && in_alphabet(text[at], ALNUM);
    if (body < t->min || goes_on || (t->max && body > t->max) || (t->check && !t->check(text + start, at - start)))
        return false;
    uint32_t evidence = CDR_EV_SHAPE | (t->check == crc_tail ? CDR_EV_CHECKSUM : 0);
    cdr_emit(e, t->kind, start, at, evidence | (is_example(text + start, at - start) ? CDR_EV_VETO_TEST : 0));
    if (t->kind == CDR_K_SECRET_AWS_ACCESS_KEY)
        try_aws_secret(text, len, at, e);
    return true;
}

static bool is_base64url(char c)
{
    return in_alphabet(c, URLSAFE);
}

/* header.payload.signature, all base64url; header and payload begin with {" */
static bool try_jwt(const char *text, size_t start, size_t end, cdr_emitter *e)
{
    if (end - start < 30 || memcmp(text + start, "eyJ", 3) != 0)
        return false;
    size_t dots = 0, at = start, payload = 0;
    for (; at < end && (is_base64url(text[at]) || (text[at] == '.' && dots < 2)); at++)
        if (text[at] == '.' && ++dots == 1)
            payload = at + 1;
    if (dots < 2 || payload + 3 > at || memcmp(text + payload, "eyJ", 3) != 0)
        return false;
    cdr_emit(e, CDR_K_SECRET_JWT, start, at, CDR_EV_SHAPE);
    return true;
}

/* Telegram's bots: eight to ten digits, a colon, "AA" and 33 more; the colon ends the run, so look back over it. */
static bool try_telegram(const char *text, size_t start, size_t end, cdr_emitter *e)
{
    if (end - start != 35 || start < 9 || text[start - 1] != ':' || memcmp(text + start, "AA", 2) != 0)
        return false;
    size_t from = start - 1;
    while (from > 0 && text[from - 1] >= '0' && text[from - 1] <= '9')
        from--;
    if (start - 1 - from < 8 || start - 1 - from > 10)
        return false;
    cdr_emit(e, CDR_K_SECRET_API_KEY, from, end, CDR_EV_SHAPE);
    return true;
}

/* $6$salt$…: the hash after the last '$', as long as its method makes it; argon2 and its like name themselves. */
static bool try_crypt_hash(const char *text, size_t len, size_t start, cdr_emitter *e)
{
    size_t end = start, from = start, salt;
    if (start < 5 || text[start - 1] != '$')
        return false;
    while (end < len && (in_alphabet(text[end], ALNUM) || text[end] == '.' || text[end] == '/' || text[end] == '+'))
        end++;
    for (salt = start - 1; salt > 0 && start - salt < 22 && (in_alphabet(text[salt - 1], ALNUM) || text[salt - 1] == '.' || text[salt - 1] == '/'); salt--)
        ;
    if (salt >= 3 && text[salt - 1] == '$' && text[salt - 3] == '$') {
        char method = text[salt - 2];
        size_t wanted = method == '6' ? 86 : method == '5' || method == 'y' ? 43 : method == '1' ? 22 : 0;
        if (wanted && end - start == wanted) {
            cdr_emit(e, CDR_K_SECRET_PASSWORD_HASH, salt - 3, end, CDR_EV_SHAPE);
            return true;
        }
    }
    while (from > 0 && start - from < 96 && (in_alphabet(text[from - 1], BASE64) || memchr("$,.", text[from - 1], 3)))
        from--;
    if (end - start < 27 || memcmp(text + from, "$argon2", 7) != 0)
        return false;
    cdr_emit(e, CDR_K_SECRET_PASSWORD_HASH, from, end, CDR_EV_SHAPE);
    return true;
}

/* $2b$12$… (bcrypt), $argon2id$…, $6$… (crypt): the '$' is no letter of a run, so look at what stands before it. */
static bool try_password_hash(const char *text, size_t len, size_t start, size_t end, cdr_emitter *e)
{
    if (start >= 4 && end - start >= 53 && text[start - 1] == '$' && text[start - 4] == '$' && start >= 7 && text[start - 7] == '$' && text[start - 6] == '2') {
        cdr_emit(e, CDR_K_SECRET_PASSWORD_HASH, start - 7, start + 53, CDR_EV_SHAPE);
        return true;
    }
    return try_crypt_hash(text, len, start, e);
}

static bool is_boundary(char c)
{
    return c == '=' || c == '/' || c == '+' || c == '.' || c == '-' || c == '_';
}

void cdr_find_secret_token(const char *text, size_t len, size_t start, size_t end, cdr_emitter *e)
{
    if (try_telegram(text, start, end, e) || try_password_hash(text, len, start, end, e))
        return;
    for (size_t at = start; at + 16 <= end; at++) {
        if (at > start && !is_boundary(text[at - 1]))
            continue;
        if (text[at] == 'e' && try_jwt(text, at, end, e))
            return;
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
            if (shapes[i].prefix[0] == text[at] && shapes[i].prefix[1] == text[at + 1] && try_shape(&shapes[i], text, len, at, end, e))
                return;
    }
}

/* A key block is reported by its first line, from the dashes to the dashes, where a body follows that is no placeholder. */
void cdr_find_secret_block(const char *text, size_t len, size_t at, cdr_emitter *e)
{
    static const char *const titles[] = {"RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY", "OPENSSH PRIVATE KEY",
                                         "ENCRYPTED PRIVATE KEY", "PGP PRIVATE KEY BLOCK", "SSH2 ENCRYPTED PRIVATE KEY"};
    static const char begin[] = "-----BEGIN ";
    if (len - at < sizeof begin - 1 || memcmp(text + at, begin, sizeof begin - 1) != 0)
        return;
    size_t title = at + sizeof begin - 1;
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        size_t n = strlen(titles[i]);
        if (len - title < n + 5 || memcmp(text + title, titles[i], n) != 0 || memcmp(text + title + n, "-----", 5) != 0)
            continue;
        size_t end = title + n + 5, body = end, letters = 0;
        /* "\n" may be written out in JSON and environment files. */
        for (; body < len && body < end + 200; body++)
            if (in_alphabet(text[body], BASE64) && text[body] != '-')
                letters++;
            else if (!strchr("\r\n\\ :,-", text[body]) || (text[body] == '-' && body + 5 <= len && !memcmp(text + body, "-----", 5)))
                break;
        if (letters >= 24 || body == len)
            cdr_emit(e, CDR_K_SECRET_PRIVATE_KEY, at, end, CDR_EV_SHAPE);
        return;
    }
}

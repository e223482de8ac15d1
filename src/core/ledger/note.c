/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ledger/note.h"

#include "base/parse.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define DASH "\xE2\x80\x94 "       /* em dash and a space begin a signature line */
#define TYPE_ED25519 1
#define SIGNATURES_MAX 100

static bool good_name(const char *s, size_t len)
{
    if (len == 0 || len > CDR_ORIGIN_MAX || !cdr_utf8_valid(s, len))
        return false;
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        i += cdr_utf8_decode(s + i, len - i, &cp);
        if (cp <= ' ' || cp == '+' || cp == 0x7F || cp == 0x85 || cp == 0xA0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 || cp == 0x2029 ||
            cp == 0x202F || cp == 0x205F || cp == 0x3000)
            return false;
    }
    return true;
}

static uint32_t key_id(const char *name, const uint8_t pub[CDR_SIGN_PUBLIC_BYTES])
{
    static const uint8_t type[2] = {'\n', TYPE_ED25519};
    uint8_t hash[CDR_SHA256_BYTES];
    cdr_sha256_parts((const void *const[]){name, type, pub}, (const size_t[]){strlen(name), 2, CDR_SIGN_PUBLIC_BYTES}, 3, hash);
    return (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
}

cdr_status cdr_vkey_make(const char *name, const uint8_t pub[CDR_SIGN_PUBLIC_BYTES], cdr_vkey *ret, cdr_err *err)
{
    if (!good_name(name, strlen(name)))
        return cdr_fail(err, CDR_E_INVAL, "ledger", "note.name", "A signer's name is 1 to %d bytes of UTF-8 without blanks and plus signs.", CDR_ORIGIN_MAX);
    *ret = (cdr_vkey){0};
    memcpy(ret->name, name, strlen(name));
    memcpy(ret->pub, pub, sizeof ret->pub);
    ret->id = key_id(name, pub);
    return CDR_OK;
}

static cdr_status bad_key(cdr_err *err)
{
    return cdr_fail(err, CDR_E_INVAL, "ledger", "note.vkey", "This is no verifier key; it reads name+8 hex digits+base64 and its digits are the hash of the rest.");
}

cdr_status cdr_vkey_parse(const char *text, cdr_vkey *ret, cdr_err *err)
{
    const char *first = strchr(text, '+'), *second = first ? strchr(first + 1, '+') : NULL;
    uint8_t id[4], key[1 + CDR_SIGN_PUBLIC_BYTES];
    size_t len;
    if (!second || !good_name(text, (size_t)(first - text)) || !cdr_hex_decode(first + 1, (size_t)(second - first - 1), id, 4))
        return bad_key(err);
    if (cdr_base64_decode(second + 1, strlen(second + 1), key, sizeof key, &len) != CDR_OK || len != sizeof key || key[0] != TYPE_ED25519)
        return bad_key(err);
    char name[CDR_ORIGIN_MAX + 1] = {0};
    memcpy(name, text, (size_t)(first - text));
    cdr_status s = cdr_vkey_make(name, key + 1, ret, err);
    uint32_t said = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
    return s == CDR_OK && said != ret->id ? bad_key(err) : s;
}

void cdr_vkey_format(const cdr_vkey *k, char *ret, size_t cap)
{
    uint8_t key[1 + CDR_SIGN_PUBLIC_BYTES] = {TYPE_ED25519};
    char base64[48];
    memcpy(key + 1, k->pub, sizeof k->pub);
    cdr_base64_encode(key, sizeof key, base64);
    snprintf(ret, cap, "%s+%08x+%s", k->name, k->id, base64);
}

void cdr_vkey_pem(const cdr_vkey *k, char ret[CDR_PEM_MAX])
{
    static const uint8_t head[12] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
    uint8_t der[44];
    char base64[64];
    memcpy(der, head, sizeof head);
    memcpy(der + sizeof head, k->pub, sizeof k->pub);
    cdr_base64_encode(der, sizeof der, base64);
    snprintf(ret, CDR_PEM_MAX, "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n", base64);
}

cdr_status cdr_note_sign(const char *text, const cdr_vkey *key, const cdr_secret *seed, cdr_buf *out, cdr_err *err)
{
    uint8_t sig[4 + CDR_SIGNATURE_BYTES] = {(uint8_t)(key->id >> 24), (uint8_t)(key->id >> 16), (uint8_t)(key->id >> 8), (uint8_t)key->id};
    char base64[4 * ((sizeof sig + 2) / 3) + 1];
    cdr_status s = cdr_sign(seed, text, strlen(text), sig + 4, err);
    if (s != CDR_OK)
        return s;
    cdr_base64_encode(sig, sizeof sig, base64);
    if (cdr_buf_addf(out, "%s\n" DASH "%s %s\n", text, key->name, base64) != CDR_OK)
        return cdr_fail_nomem(err, "ledger");
    return CDR_OK;
}

static cdr_status bad_note(cdr_err *err, const char *what)
{
    return cdr_fail(err, CDR_E_INVAL, "ledger", "note.malformed", "The signed note is malformed: %s.", what);
}

/* One signature line [p, end) without its newline: 1 good signature by the key, 0 another signer's, -1 malformed. */
static int check_line(const char *p, const char *end, const cdr_vkey *key, const char *text, size_t text_len)
{
    size_t dash = strlen(DASH);
    if ((size_t)(end - p) < dash || memcmp(p, DASH, dash) != 0)
        return -1;
    p += dash;
    const char *space = memchr(p, ' ', (size_t)(end - p));
    if (!space || !good_name(p, (size_t)(space - p)))
        return -1;
    uint8_t sig[2048];
    size_t len;
    if (cdr_base64_decode(space + 1, (size_t)(end - space - 1), sig, sizeof sig, &len) != CDR_OK || len < 5)
        return -1;
    uint32_t id = (uint32_t)sig[0] << 24 | (uint32_t)sig[1] << 16 | (uint32_t)sig[2] << 8 | sig[3];
    if (id != key->id || (size_t)(space - p) != strlen(key->name) || memcmp(p, key->name, strlen(key->name)) != 0)
        return 0;
    return len == 4 + CDR_SIGNATURE_BYTES && cdr_verify(key->pub, text, text_len, sig + 4) ? 1 : -2;
}

static bool plain_text(const char *s, size_t len)
{
    if (!cdr_utf8_valid(s, len))
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] < ' ' && s[i] != '\n')
            return false;
    return true;
}

cdr_status cdr_note_verify(const char *note, size_t len, const cdr_vkey *key, size_t *ret_text_len, cdr_err *err)
{
    if (len == 0 || len > CDR_NOTE_MAX || note[len - 1] != '\n' || !plain_text(note, len))
        return bad_note(err, "it must be UTF-8 without control characters and end with a newline");
    /* The last blank line parts text and signatures. */
    size_t split = len;
    for (size_t i = len - 1; i > 0; i--)
        if (note[i] == '\n' && note[i - 1] == '\n') {
            split = i;
            break;
        }
    if (split == len || split == len - 1)
        return bad_note(err, "it has no signatures");
    bool good = false;
    unsigned lines = 0;
    for (const char *p = note + split + 1; p < note + len;) {
        const char *end = memchr(p, '\n', (size_t)(note + len - p));
        int found = check_line(p, end, key, note, split);
        if (found == -1 || ++lines > SIGNATURES_MAX)
            return bad_note(err, found == -1 ? "a signature line cannot be read" : "it has too many signatures");
        if (found == -2)
            return cdr_fail(err, CDR_DENIED, "ledger", "note.signature", "The signature by %s does not fit the text.", key->name);
        good |= found == 1;
        p = end + 1;
    }
    if (!good)
        return cdr_fail(err, CDR_DENIED, "ledger", "note.unsigned", "No signature by the key of %s stands under the note.", key->name);
    *ret_text_len = split;
    return CDR_OK;
}

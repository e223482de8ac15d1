/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cacao/signature.h"

#include "base/parse.h"
#include "base/time.h"
#include "core/cacao/inside.h"
#include "core/cacao/signature_rsa.h"

#include <stdio.h>
#include <string.h>

/* SubjectPublicKeyInfo of an Ed25519 key (RFC 8410): this, then its 32 bytes. */
static const uint8_t ed25519_prefix[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
#define SPKI_BYTES (sizeof ed25519_prefix + CDR_SIGN_PUBLIC_BYTES)
#define BYTES_MAX 8192

const char *cdr_signature_state_name(cdr_signature_state state)
{
    static const char *const names[] = {"", "good", "bad", "unknown", "expired", "revoked", "of another version", "not valid yet"};
    return state >= CDR_SIGNATURE_GOOD && state <= CDR_SIGNATURE_NOT_YET ? names[state] : "";
}

/* --- which signatures there are --- */

/* A signature and what it stands in; ${outer} NULL: in the playbook itself. */
typedef struct place { json_t *signature, *outer; size_t index; unsigned depth; } place;

static json_t *list_of(const cdr_playbook *p)
{
    json_t *list = json_object_get(p->json, "signatures");
    return json_is_array(list) ? list : NULL;
}

/* The ${n}-th of all, counter-signatures behind what they sign. */
static bool place_of(const cdr_playbook *p, size_t n, place *ret)
{
    json_t *list = list_of(p), *one;
    size_t i, seen = 0;
    json_array_foreach(list, i, one) {
        *ret = (place){.signature = one, .index = i};
        while (json_is_object(ret->signature)) {
            if (seen++ == n)
                return true;
            *ret = (place){.signature = json_object_get(ret->signature, "signature"), .outer = ret->signature, .index = i, .depth = ret->depth + 1};
        }
        if (!json_is_object(one) && seen++ == n)      /* no object: told as one that cannot be followed */
            return true;
    }
    return false;
}

size_t cdr_signature_count(const cdr_playbook *p)
{
    json_t *list = list_of(p), *one;
    size_t i, count = 0;
    json_array_foreach(list, i, one) {
        count += !json_is_object(one);
        for (json_t *s = one; json_is_object(s); s = json_object_get(s, "signature"))
            count++;
    }
    return count;
}

/* --- what is signed --- */

static bool without(json_t *object, const char *key)
{
    return !json_object_get(object, key) || json_object_del(object, key) == 0;
}

/* ${signature} as it was when it was signed; for a counter-signature the one at the top with all down to it. */
static json_t *as_signed(const place *where, json_t *top)
{
    json_t *copy = json_deep_copy(top), *inner = copy;
    for (unsigned i = 0; inner && i < where->depth; i++)
        inner = json_object_get(inner, "signature");
    if (!inner || !without(inner, "value") || !without(inner, "signature")) {
        json_decref(copy);
        return NULL;
    }
    return copy;
}

static cdr_status digest(const cdr_playbook *p, json_t *one /* taken */, char ret[65], cdr_err *err)
{
    _cleanup_json_ json_t *whole = json_copy(p->json), *list = json_array();
    if (!one || !whole || !list || json_array_append(list, one) != 0 || json_object_set(whole, "signatures", list) != 0) {
        json_decref(one);
        return cdr_fail_nomem(err, "cacao");
    }
    json_decref(one);
    _cleanup_buf_ cdr_buf text = CDR_BUF((size_t)CDR_PLAYBOOK_BYTES_MAX * 8);
    cdr_status s = cdr_json_canonical(whole, &text, err);
    if (s != CDR_OK)
        return s;
    uint8_t hash[CDR_SHA256_BYTES];
    cdr_sha256(text.data, text.len, hash);
    cdr_hex_encode(hash, sizeof hash, ret);
    return CDR_OK;
}

cdr_status cdr_signature_digest(const cdr_playbook *p, size_t index, char ret[65], cdr_err *err)
{
    place where;
    if (!place_of(p, index, &where) || !json_is_object(where.signature))
        return cdr_fail(err, CDR_NOT_FOUND, "cacao", "cacao.no-signature", "%s has no signature number %zu", p->where, index);
    return digest(p, as_signed(&where, json_array_get(list_of(p), where.index)), ret, err);
}

/* --- keys and values --- */

static char standard_letter(char c)
{
    return c == '-' ? '+' : c == '_' ? '/' : c;
}

/* base64 or base64url, with or without padding, lines of PEM and its header left out. */
static bool decode64(const char *s, bool pem, uint8_t *out, size_t cap, size_t *ret)
{
    char text[4 * (BYTES_MAX / 3 + 2)];
    size_t len = 0;
    if (pem && !strncmp(s, "-----BEGIN ", 11)) {
        const char *line = strchr(s, '\n');
        s = line ? line + 1 : s + strlen(s);
    }
    for (; *s && !(pem && *s == '-'); s++) {
        if (pem && strchr(" \t\r\n", *s))
            continue;
        if (len + 3 >= sizeof text)
            return false;
        text[len++] = standard_letter(*s);
    }
    while (len % 4)
        text[len++] = '=';
    return len > 0 && cdr_base64_decode(text, len, out, cap, ret) == CDR_OK;
}

static bool read_ed25519(const char *text, uint8_t ret[CDR_SIGN_PUBLIC_BYTES])
{
    uint8_t bytes[128];
    size_t len = 0;
    if (!decode64(text, strchr(text, '\n') || !strncmp(text, "-----", 5), bytes, sizeof bytes, &len))
        return false;
    if (len == SPKI_BYTES && !memcmp(bytes, ed25519_prefix, sizeof ed25519_prefix))
        memcpy(ret, bytes + sizeof ed25519_prefix, CDR_SIGN_PUBLIC_BYTES);
    else if (len == CDR_SIGN_PUBLIC_BYTES)
        memcpy(ret, bytes, CDR_SIGN_PUBLIC_BYTES);
    else
        return false;
    return true;
}

/* --- judging --- */

static cdr_signature_state say(cdr_signature_verdict *v, cdr_signature_state state, const char *why)
{
    snprintf(v->why, sizeof v->why, "%s", why);
    return state;
}

static cdr_signature_state judge_ed25519(cdr_signature_verdict *v, const char *key, const char *hex, const uint8_t *value, size_t len)
{
    if (!read_ed25519(key, v->public_key))
        return say(v, CDR_SIGNATURE_BAD, "its public key is no Ed25519 key");
    v->has_key = true;
    if (len != CDR_SIGNATURE_BYTES || !cdr_verify(v->public_key, hex, 64, value))
        return say(v, CDR_SIGNATURE_BAD, "the playbook or the signature was changed after it was signed");
    return say(v, CDR_SIGNATURE_GOOD, "it fits the playbook and its public key");
}

static cdr_signature_state judge_rsa(cdr_signature_verdict *v, const char *key, const char *hex, const uint8_t *value, size_t len)
{
    uint8_t der[BYTES_MAX];
    size_t der_len = 0;
    if (!decode64(key, strchr(key, '\n') || !strncmp(key, "-----", 5), der, sizeof der, &der_len))
        return say(v, CDR_SIGNATURE_BAD, "its public key cannot be read");
    switch (cdr_rsa_verify(der, der_len, hex, 64, value, len)) {
    case CDR_RSA_GOOD:
        return say(v, CDR_SIGNATURE_GOOD, "it fits the playbook and its public key");
    case CDR_RSA_NO_KEY:
        return say(v, CDR_SIGNATURE_BAD, "its public key is no RSA key");
    case CDR_RSA_WEAK:
        return say(v, CDR_SIGNATURE_UNKNOWN, "its RSA key has fewer than 2048 bits, or too many: it proves nothing");
    case CDR_RSA_NO_LIBRARY:
        return say(v, CDR_SIGNATURE_UNKNOWN, "RS256 is checked by OpenSSL's library, which is not here");
    case CDR_RSA_BAD:
    default:
        return say(v, CDR_SIGNATURE_BAD, "the playbook or the signature was changed after it was signed");
    }
}

/* Does the value fit? */
static cdr_status judge_value(const cdr_playbook *p, const place *where, cdr_signature_verdict *v, cdr_err *err)
{
    const char *value = cdr_json_str(where->signature, "value"), *key = cdr_json_str(where->signature, "public_key"), *hash = cdr_json_str(where->signature, "hash_algorithm");
    bool ed25519 = v->algorithm && !strcmp(v->algorithm, "Ed25519"), rsa = v->algorithm && !strcmp(v->algorithm, "RS256");
    char hex[65];
    uint8_t bytes[BYTES_MAX];
    size_t len = 0;
    if (!value) {
        v->state = say(v, CDR_SIGNATURE_BAD, "it has no value");
        return CDR_OK;
    }
    if (!ed25519 && !rsa)
        v->state = say(v, CDR_SIGNATURE_UNKNOWN, "its algorithm is not known here (Ed25519 and RS256 are)");
    else if (!hash || strcmp(hash, "sha-256") != 0)
        v->state = say(v, CDR_SIGNATURE_UNKNOWN, "its hash algorithm is not known here (sha-256 is)");
    else if (!key)
        v->state = say(v, CDR_SIGNATURE_UNKNOWN, "it holds no public key; chains, links and thumbprints of certificates are not followed");
    else if (!p->canonical)
        v->state = say(v, CDR_SIGNATURE_UNKNOWN, "the playbook has numbers beyond 2^53, so it has no canonical form");
    else if (!decode64(value, false, bytes, sizeof bytes, &len))
        v->state = say(v, CDR_SIGNATURE_BAD, "its value is no base64url text");
    if (v->state)
        return CDR_OK;
    cdr_status s = digest(p, as_signed(where, json_array_get(list_of(p), where->index)), hex, err);
    if (s == CDR_E_INVAL || s == CDR_E_LIMIT) {
        v->state = say(v, CDR_SIGNATURE_UNKNOWN, "with this signature the playbook has no canonical form");
        return CDR_OK;
    }
    if (s == CDR_OK)
        v->state = ed25519 ? judge_ed25519(v, key, hex, bytes, len) : judge_rsa(v, key, hex, bytes, len);
    return s;
}

/* A time that is there and cannot be read counts against the signature. */
static bool passed(const json_t *signature, const char *key, int64_t now_us, bool wanted)
{
    const char *text = cdr_json_str(signature, key);
    int64_t us;
    if (!json_object_get(signature, key))
        return wanted;
    return text && cdr_time_parse(text, &us) ? now_us >= us : !wanted;
}

/* What is good may still not hold: revoked, made for something else, not yet or no longer valid. */
static void judge_validity(const cdr_playbook *p, const json_t *signature, int64_t now_us, cdr_signature_verdict *v)
{
    const char *to = cdr_json_str(signature, "related_to"), *version = cdr_json_str(signature, "related_version");
    int64_t a = 0, b = 1;
    bool same = to && !strcmp(to, p->id) && version;
    if (same && strcmp(version, p->modified) != 0)
        same = cdr_time_parse(version, &a) && cdr_time_parse(p->modified, &b) && a == b;
    if (json_object_get(signature, "revoked") && !json_is_false(json_object_get(signature, "revoked")))
        v->state = say(v, CDR_SIGNATURE_REVOKED, "who signed took it back");
    else if (!same)
        v->state = say(v, CDR_SIGNATURE_OTHER_VERSION, "it was made for another playbook, or for another version of it");
    else if (!passed(signature, "valid_from", now_us, true))
        v->state = say(v, CDR_SIGNATURE_NOT_YET, "its time has not come");
    else if (passed(signature, "valid_until", now_us, false))
        v->state = say(v, CDR_SIGNATURE_EXPIRED, "it is not valid any more");
}

static cdr_status judge(const cdr_playbook *p, const place *where, int64_t now_us, cdr_signature_verdict *v, cdr_err *err)
{
    const json_t *s = where->signature;
    *v = (cdr_signature_verdict){.depth = where->depth};
    if (!json_is_object(s)) {
        v->state = say(v, CDR_SIGNATURE_UNKNOWN, "it is no signature object");
        return CDR_OK;
    }
    v->signee = cdr_json_str(s, "signee");
    v->algorithm = cdr_json_str(s, "algorithm");
    v->created = cdr_json_str(s, "created");
    const char *type = cdr_json_str(s, "type");
    if (!type || strcmp(type, "jss") != 0) {
        v->state = say(v, CDR_SIGNATURE_UNKNOWN, "it is not of type jss");
        return CDR_OK;
    }
    cdr_status st = judge_value(p, where, v, err);
    if (st == CDR_OK && v->state != CDR_SIGNATURE_BAD) {
        cdr_signature_state before = v->state;
        judge_validity(p, s, now_us, v);
        /* what cannot be followed stays so, unless it says of itself that it does not hold */
        if (before == CDR_SIGNATURE_UNKNOWN && v->state == CDR_SIGNATURE_GOOD)
            v->state = before;
    }
    return st;
}

cdr_status cdr_signature_each(const cdr_playbook *p, int64_t now_us, cdr_signature_fn *fn, void *arg, cdr_err *err)
{
    size_t count = cdr_signature_count(p);
    if (count > CDR_SIGNATURES_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "cacao", "cacao.signatures", "%s has %zu signatures; at most %u are judged", p->where, count, CDR_SIGNATURES_MAX);
    for (size_t i = 0; i < count; i++) {
        place where;
        cdr_signature_verdict v;
        if (!place_of(p, i, &where))
            break;
        cdr_status s = judge(p, &where, now_us, &v, err);
        if (s == CDR_OK)
            s = fn(arg, &v);
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

struct wanted { const uint8_t *key; bool found; };

static cdr_status is_by(void *arg, const cdr_signature_verdict *v)
{
    struct wanted *w = arg;
    w->found |= v->depth == 0 && v->state == CDR_SIGNATURE_GOOD && v->has_key && !memcmp(v->public_key, w->key, CDR_SIGN_PUBLIC_BYTES);
    return CDR_OK;
}

cdr_status cdr_signature_by(const cdr_playbook *p, const uint8_t public_key[CDR_SIGN_PUBLIC_BYTES], int64_t now_us, bool *ret, cdr_err *err)
{
    struct wanted w = {public_key, false};
    cdr_status s = cdr_signature_each(p, now_us, is_by, &w, err);
    *ret = s == CDR_OK && w.found;
    return s;
}

/* --- signing --- */

static void uuid_text(uint8_t bytes[16], unsigned version, char out[37])
{
    char hex[33];
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | version << 4);
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    cdr_hex_encode(bytes, 16, hex);
    snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

/* Milliseconds, as the standard wants them. */
static void time_text(int64_t us, char out[40])
{
    char whole[CDR_TIME_TEXT];
    cdr_time_format(us, whole);
    snprintf(out, 40, "%.19s.%03dZ", whole, (int)(us / 1000 % 1000));
}

static json_t *new_signature(const cdr_ctx *ctx, const cdr_playbook *p, const cdr_signature_request *r, const uint8_t public_key[CDR_SIGN_PUBLIC_BYTES])
{
    uint8_t bytes[CDR_SHA256_BYTES], spki[SPKI_BYTES];
    char id[37], by[37], now[40], until[40], key[4 * (SPKI_BYTES + 2) / 3 + 4];
    ctx->random(ctx->rng, bytes, 16);
    uuid_text(bytes, 4, id);
    cdr_sha256(public_key, CDR_SIGN_PUBLIC_BYTES, bytes);
    uuid_text(bytes, 5, by);
    time_text(r->now_us, now);
    time_text(r->valid_until_us, until);
    memcpy(spki, ed25519_prefix, sizeof ed25519_prefix);
    memcpy(spki + sizeof ed25519_prefix, public_key, CDR_SIGN_PUBLIC_BYTES);
    cdr_base64_encode(spki, sizeof spki, key);
    json_t *s = json_pack("{s:s, s:o, s:o, s:s, s:s, s:s, s:s, s:s*, s:s, s:s, s:s, s:s, s:s}", "type", "jss", "id", json_sprintf("jss--%s", id), "created_by",
                          r->created_by ? json_string(r->created_by) : json_sprintf("identity--%s", by), "created", now, "modified", now, "signee", r->signee, "valid_from", now, "valid_until",
                          r->valid_until_us ? until : NULL, "related_to", p->id, "related_version", p->modified, "hash_algorithm", "sha-256", "algorithm", "Ed25519", "public_key", key);
    return s;
}

static cdr_status put_value(const cdr_playbook *p, const cdr_secret *seed, json_t *one /* of the list, with the new signature at ${where} */, const place *where, cdr_err *err)
{
    char hex[65], value[4 * (CDR_SIGNATURE_BYTES + 2) / 3 + 4];
    uint8_t bytes[CDR_SIGNATURE_BYTES];
    cdr_status s = digest(p, as_signed(where, one), hex, err);
    if (s == CDR_OK)
        s = cdr_sign(seed, hex, 64, bytes, err);
    if (s != CDR_OK)
        return s;
    size_t len = cdr_base64_encode(bytes, sizeof bytes, value);
    while (len && value[len - 1] == '=')
        value[--len] = '\0';
    for (size_t i = 0; i < len; i++)
        value[i] = value[i] == '+' ? '-' : value[i] == '/' ? '_' : value[i];
    return json_object_set_new(where->signature, "value", json_string(value)) ? cdr_fail_nomem(err, "cacao") : CDR_OK;
}

/* The text of the list: on lines of its own where the playbook has lines. */
static cdr_status write_list(const cdr_playbook *p, const json_t *list, cdr_buf *out, cdr_err *err)
{
    bool lines = memchr(p->text, '\n', p->len) != NULL;
    _cleanup_free_ char *text = json_dumps(list, (lines ? JSON_INDENT(2) : JSON_COMPACT) | JSON_REAL_PRECISION(17));
    _cleanup_buf_ cdr_buf json = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX);
    for (const char *c = text; c && *c; c++) {
        cdr_buf_addc(&json, *c);
        if (*c == '\n')
            cdr_buf_adds(&json, "  ");
    }
    if (!text || cdr_buf_status(&json) == CDR_E_NOMEM)
        return cdr_fail_nomem(err, "cacao");
    if (cdr_buf_status(&json) != CDR_OK)
        return cdr_fail(err, CDR_E_LIMIT, "cacao", "cacao.signatures", "the signatures of %s would become larger than a playbook may be", p->where);
    return cdr_playbook_edit(p, "signatures", json.data, out, err);
}

/* Signatures by the same key signed what the text was before. */
static void drop_own(json_t *list, const uint8_t public_key[CDR_SIGN_PUBLIC_BYTES])
{
    for (size_t i = json_array_size(list); i-- > 0;) {
        const char *key = cdr_json_str(json_array_get(list, i), "public_key"), *algorithm = cdr_json_str(json_array_get(list, i), "algorithm");
        uint8_t bytes[CDR_SIGN_PUBLIC_BYTES];
        if (key && algorithm && !strcmp(algorithm, "Ed25519") && read_ed25519(key, bytes) && !memcmp(bytes, public_key, sizeof bytes))
            json_array_remove(list, i);
    }
}

cdr_status cdr_signature_add(const cdr_ctx *ctx, const cdr_playbook *p, const cdr_signature_request *request, cdr_buf *out, cdr_err *err)
{
    uint8_t public_key[CDR_SIGN_PUBLIC_BYTES];
    json_t *old = json_object_get(p->json, "signatures");
    if (!p->canonical || !p->id[0] || !p->modified[0] || (old && !json_is_array(old)))
        return cdr_fail(err, CDR_E_INVAL, "cacao", "cacao.cannot-sign", "%s cannot be signed: it needs id and modified, signatures that are a list, and no number beyond 2^53", p->where);
    if (cdr_signature_count(p) >= CDR_SIGNATURES_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "cacao", "cacao.signatures", "%s has %u signatures already: no more are added", p->where, CDR_SIGNATURES_MAX);
    cdr_sign_public(request->seed, public_key);
    _cleanup_json_ json_t *list = old ? json_deep_copy(old) : json_array(), *mine = new_signature(ctx, p, request, public_key);
    if (!list || !mine)
        return cdr_fail_nomem(err, "cacao");
    place where = {.signature = mine};
    json_t *top = mine;
    if (request->countersign >= 0) {
        place over;
        if (!place_of(p, (size_t)request->countersign, &over) || !json_is_object(over.signature))
            return cdr_fail(err, CDR_NOT_FOUND, "cacao", "cacao.no-signature", "%s has no signature number %d to counter-sign: they count from 0", p->where, request->countersign);
        if (json_object_get(over.signature, "signature"))
            return cdr_fail(err, CDR_DENIED, "cacao", "cacao.countersigned", "signature number %d of %s is counter-signed already: counter-sign that one", request->countersign, p->where);
        top = json_array_get(list, over.index);
        json_t *outer = top;
        for (unsigned i = 0; i < over.depth; i++)
            outer = json_object_get(outer, "signature");
        if (json_object_set(outer, "signature", mine))
            return cdr_fail_nomem(err, "cacao");
        where = (place){.signature = mine, .outer = outer, .index = over.index, .depth = over.depth + 1};
    } else {
        drop_own(list, public_key);
        if (json_array_append(list, mine))
            return cdr_fail_nomem(err, "cacao");
    }
    cdr_status s = put_value(p, request->seed, top, &where, err);
    return s == CDR_OK ? write_list(p, list, out, err) : s;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints and proof files: small line formats of C2SP. */
#include "core/ledger/note.h"

#include "base/parse.h"
#include "base/text.h"

#include <string.h>

#define PROOF_HEAD "c2sp.org/tlog-proof@v1"

typedef struct lines { const char *p, *end; } lines;

/* The next line without its newline; false at the end or when the newline is missing. */
static bool next_line(lines *l, const char **ret, size_t *ret_len)
{
    const char *end = l->p < l->end ? memchr(l->p, '\n', (size_t)(l->end - l->p)) : NULL;
    if (!end)
        return false;
    *ret = l->p;
    *ret_len = (size_t)(end - l->p);
    l->p = end + 1;
    return true;
}

/* Decimal without leading zeros. */
static bool parse_decimal(const char *s, size_t len, uint64_t *ret)
{
    return (len == 1 || (len > 1 && s[0] != '0')) && cdr_parse_u64(s, len, 0, UINT64_MAX, ret);
}

static bool parse_hash(const char *s, size_t len, cdr_hash *ret)
{
    size_t n;
    return cdr_base64_decode(s, len, ret->bytes, CDR_HASH, &n) == CDR_OK && n == CDR_HASH;
}

static void add_hash(cdr_buf *out, const cdr_hash *h)
{
    char base64[48];
    cdr_base64_encode(h->bytes, CDR_HASH, base64);
    cdr_buf_addf(out, "%s\n", base64);
}

/* A name is compared and shown as text: a NUL byte would cut it short, a control character would reach the terminal. */
static bool printable(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] < ' ' || s[i] == 0x7F)
            return false;
    return cdr_utf8_valid(s, len);
}

cdr_status cdr_checkpoint_format(const cdr_checkpoint *c, cdr_buf *out, cdr_err *err)
{
    cdr_buf_addf(out, "%s\n%llu\n", c->origin, (unsigned long long)c->size);
    add_hash(out, &c->root);
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "ledger");
}

cdr_status cdr_checkpoint_parse(const char *text, size_t len, cdr_checkpoint *ret, cdr_err *err)
{
    lines l = {text, text + len};
    const char *line;
    size_t n;
    *ret = (cdr_checkpoint){0};
    bool good = next_line(&l, &line, &n) && n > 0 && n <= CDR_ORIGIN_MAX && printable(line, n);
    if (good)
        memcpy(ret->origin, line, n);
    good = good && next_line(&l, &line, &n) && parse_decimal(line, n, &ret->size) && next_line(&l, &line, &n) && parse_hash(line, n, &ret->root);
    while (good && l.p < l.end)   /* extension lines: not empty, not ours */
        good = next_line(&l, &line, &n) && n > 0;
    return good ? CDR_OK : cdr_fail(err, CDR_E_INVAL, "ledger", "checkpoint.malformed", "This is no checkpoint: origin, size and root hash must stand on its first three lines.");
}

cdr_status cdr_checkpoint_open(const char *note, size_t len, const cdr_vkey *key, cdr_checkpoint *ret, cdr_err *err)
{
    size_t text_len;
    cdr_status s = cdr_note_verify(note, len, key, &text_len, err);
    if (s == CDR_OK)
        s = cdr_checkpoint_parse(note, text_len, ret, err);
    if (s == CDR_OK && strcmp(ret->origin, key->name) != 0)
        s = cdr_fail(err, CDR_DENIED, "ledger", "checkpoint.origin", "The checkpoint is of another ledger (%.80s).", ret->origin);
    return s;
}

cdr_status cdr_tlog_proof_format(uint64_t idx, const cdr_proof *proof, const char *checkpoint_note, cdr_buf *out, cdr_err *err)
{
    cdr_buf_addf(out, PROOF_HEAD "\nindex %llu\n", (unsigned long long)idx);
    for (size_t i = 0; i < proof->count; i++)
        add_hash(out, &proof->hashes[i]);
    cdr_buf_addf(out, "\n%s", checkpoint_note);
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "ledger");
}

static bool is_base64(const char *s, size_t len)
{
    uint8_t bytes[4096];
    size_t n;
    return cdr_base64_decode(s, len, bytes, sizeof bytes, &n) == CDR_OK;
}

cdr_status cdr_tlog_proof_parse(const char *text, size_t len, cdr_tlog_proof *ret, cdr_err *err)
{
    lines l = {text, text + len};
    const char *line;
    size_t n;
    *ret = (cdr_tlog_proof){0};
    bool good = next_line(&l, &line, &n) && n == strlen(PROOF_HEAD) && !memcmp(line, PROOF_HEAD, n) && next_line(&l, &line, &n);
    if (good && n > 6 && !memcmp(line, "extra ", 6))
        good = is_base64(line + 6, n - 6) && next_line(&l, &line, &n);
    good = good && n > 6 && !memcmp(line, "index ", 6) && parse_decimal(line + 6, n - 6, &ret->idx);
    while (good && (good = next_line(&l, &line, &n)) && n > 0)
        good = ret->proof.count < CDR_PROOF_MAX && parse_hash(line, n, &ret->proof.hashes[ret->proof.count++]);
    ret->note = l.p;
    ret->note_len = (size_t)(l.end - l.p);
    return good && ret->note_len > 0 ? CDR_OK
                                     : cdr_fail(err, CDR_E_INVAL, "ledger", "proof.malformed", "This is no proof file of the form " PROOF_HEAD ".");
}

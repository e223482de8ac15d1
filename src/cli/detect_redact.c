/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of the text with each finding replaced; everything else stays byte for byte. */
#include "cli/detect.h"

#include "base/buf.h"
#include "base/io.h"
#include "base/text.h"
#include "candor/crypto.h"
#include "cli/detect_keyblock.h"
#include "cli/passphrase.h"
#include "detect/kinds.h"

#include <string.h>

#define COPY_BYTES (1u << 20)
#define COPY_HELD 512u

typedef enum style { STYLE_MASK, STYLE_LABEL, STYLE_PSEUDONYM } style;

typedef enum shape { SHAPE_UNKNOWN, SHAPE_TEXT, SHAPE_JSON } shape;

typedef struct redactor {
    const cdr_detect_job *job;
    style style;
    const cdr_secret *key;
    cdr_detect_scratch *scratch;  /* of the second look */
    cdr_buf copy;                 /* the copy, but for what was written; what was written last before it, as context */
    size_t written;               /* bytes of ->copy */
    uint64_t done;                /* bytes of the text that were written or replaced */
    uint64_t read;                /* bytes that were looked at for the shape */
    shape shape;                  /* by the first sign */
    bool in_string, escaped;
    cdr_keyblock block;           /* the private key that the text up to ->done stands in */
} redactor;

/* Letters only: a code with digits could be taken for a number again. */
static void pseudonym(const redactor *r, const cdr_finding *f, const char *value, char *ret, size_t cap)
{
    char normal[512], code[2 * CDR_VALUE_ID_BYTES + 1];
    uint8_t id[CDR_VALUE_ID_BYTES];
    size_t n = cdr_normalise_value(f->kind, value, (size_t)(f->end - f->start), normal, sizeof normal);
    cdr_value_id(r->key, normal, n, id);
    for (size_t i = 0; i < sizeof id; i++) {
        code[2 * i] = (char)('a' + (id[i] >> 4));
        code[2 * i + 1] = (char)('a' + (id[i] & 15));
    }
    code[2 * sizeof id] = '\0';
    cdr_wipe(normal, sizeof normal);
    snprintf(ret, cap, "[%.60s-%.12s]", cdr_detect_type(r->job, f), code);
}

static void replacement(const redactor *r, const cdr_finding *f, const char *value, char *ret, size_t cap)
{
    switch (r->style) {
    case STYLE_LABEL: snprintf(ret, cap, "[%.60s]", cdr_detect_type(r->job, f)); return;
    case STYLE_MASK: cdr_mask_value(f->kind, value, (size_t)(f->end - f->start), ret, cap); return;
    case STYLE_PSEUDONYM: pseudonym(r, f, value, ret, cap); return;
    }
}

#define REPLACEMENT_MAX 256
#define LINES_MAX 16

/* An address on three lines leaves three lines. */
static void replace(const redactor *r, const char *text, size_t len, const cdr_finding *f, bool quoted, char ret[REPLACEMENT_MAX])
{
    size_t n = quoted, lines = 0;
    ret[0] = '"';
    replacement(r, f, text + f->start, ret + n, REPLACEMENT_MAX - LINES_MAX - 2 - n);
    n += strlen(ret + n);
    if (quoted)
        ret[n++] = '"';
    for (size_t i = (size_t)f->start; i < f->end && i < len && lines < LINES_MAX && f->kind != CDR_K_SECRET_PRIVATE_KEY; i++)
        if (text[i] == '\n') {
            ret[n++] = '\n';
            lines++;
        }
    ret[n] = '\0';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Where a bare value of JSON would stand: between ':' (or '[' or ',') and ',' or a closing bracket. */
static bool is_json_place(const char *text, size_t len, size_t start, size_t end, const char *before)
{
    while (start > 0 && (is_blank(text[start - 1]) || text[start - 1] == '-'))
        start--;
    while (end < len && is_blank(text[end]))
        end++;
    if (start < 2 || end >= len || !memchr(",}]", text[end], 3))
        return false;
    return before ? strchr(before, text[start - 1]) != NULL && text[start - 1] : text[start - 1] == ':' && text[start - 2] == '"';
}

static cdr_status write_out(const char *text, size_t len, cdr_err *err)
{
    if (fwrite(text, 1, len, stdout) == len)
        return CDR_OK;
    return cdr_fail(err, CDR_E_CANCELLED, "cli", "detect.output", "The copy could not be written.");
}

/* The copy is looked at before it is written: what hid behind its neighbours shows once they are replaced. */
typedef struct second_look { redactor *r; size_t done; cdr_err *err; } second_look;

static cdr_status found_again(void *arg, const cdr_finding *f)
{
    second_look *x = arg;
    redactor *r = x->r;
    const char *text = r->copy.data;
    if (f->start < x->done || f->confidence < CDR_MAX(r->job->min_confidence, 0.45f) || !cdr_detect_wanted(r->job, f))
        return CDR_OK;
    char with[REPLACEMENT_MAX];
    replace(r, text, r->copy.len, f, is_json_place(text, r->copy.len, (size_t)f->start, (size_t)f->end, NULL), with);
    cdr_status s = write_out(text + x->done, (size_t)f->start - x->done, x->err);
    x->done = (size_t)f->end;
    return s == CDR_OK ? write_out(with, strlen(with), x->err) : s;
}

/* Writes the copy, but for the last ${held} bytes, and keeps as much of what was written as words before a value may count. */
static cdr_status look_again(redactor *r, size_t held, cdr_err *err)
{
    if (r->copy.len <= r->written + held)
        return CDR_OK;
    size_t to = r->copy.len - held;
    second_look x = {.r = r, .done = r->written, .err = err};
    cdr_status s = cdr_detect_window(r->job->ruleset, r->scratch, r->copy.data, r->copy.len, r->written, to, NULL, found_again, &x, err);
    to = CDR_MAX(to, x.done);
    if (s == CDR_OK)
        s = write_out(r->copy.data + x.done, to - x.done, err);
    size_t drop = to > COPY_HELD ? to - COPY_HELD : 0;
    memmove(r->copy.data, r->copy.data + drop, r->copy.len - drop);
    r->copy.len -= drop;
    r->written = to - drop;
    return s;
}

static cdr_status put(redactor *r, const char *text, size_t len, cdr_err *err)
{
    cdr_buf_add(&r->copy, text, len);
    if (cdr_buf_status(&r->copy) != CDR_OK)
        return cdr_fail_nomem(err, "cli");
    return r->copy.len > COPY_BYTES ? look_again(r, COPY_HELD, err) : CDR_OK;
}

/* Inside a private key nothing is written; ${len} is how far the text may be looked at. */
static void pass_block(redactor *r, const char *window, uint64_t base, size_t len)
{
    size_t at = (size_t)(r->done - base);
    if (r->block.open && at < len)
        r->done += cdr_keyblock_pass(&r->block, window + at, len - at);
}

static cdr_status write_up_to(redactor *r, const char *window, uint64_t base, size_t to, cdr_err *err)
{
    uint64_t end = base + to;
    if (r->block.open || r->done >= end)
        return CDR_OK;
    size_t from = (size_t)(r->done - base);
    r->done = end;
    return put(r, window + from, to - from, err);
}

/* Follow JSON up to ${to}: does that stand in a string? */
static void follow_json(redactor *r, const char *window, uint64_t base, size_t to)
{
    for (; r->read < base + to; r->read++) {
        char c = window[r->read - base];
        if (r->shape == SHAPE_UNKNOWN && !memchr(" \t\r\n", c, 4))
            r->shape = c == '{' || c == '[' ? SHAPE_JSON : SHAPE_TEXT;
        if (c == '\n')
            r->in_string = r->escaped = false;
        else if (c == '"' && !r->escaped)
            r->in_string = !r->in_string;
        r->escaped = c == '\\' && !r->escaped;
    }
}

/* {"ssn": 123456789, "cards": [4111…]}: a bare number of JSON needs quotes around what replaces it. */
static bool is_bare_json(const redactor *r, const char *window, size_t len, size_t start, size_t end)
{
    return (r->shape == SHAPE_JSON && !r->in_string && is_json_place(window, len, start, end, ":[,")) || is_json_place(window, len, start, end, NULL);
}

static cdr_status redact_one(void *arg, const char *window, size_t len, uint64_t base, const cdr_finding *f, cdr_err *err)
{
    redactor *r = arg;
    pass_block(r, window, base, len);
    cdr_status s = write_up_to(r, window, base, (size_t)f->start, err);
    if (s != CDR_OK || r->block.open || base + f->end <= r->done)
        return s;
    size_t size = (size_t)(f->end - f->start);
    bool key = f->kind == CDR_K_SECRET_PRIVATE_KEY && (memmem(window + f->start, size, "-----BEGIN", 10) || memmem(window + f->start, size, "Private-Lines", 13));
    r->done = base + f->end;
    if (key)
        cdr_keyblock_open(&r->block);
    follow_json(r, window, base, (size_t)f->start);
    char with[REPLACEMENT_MAX];
    replace(r, window, len, f, is_bare_json(r, window, len, (size_t)f->start, (size_t)f->end), with);
    s = put(r, with, strlen(with), err);
    pass_block(r, window, base, len);
    return s;
}

static cdr_status redact_rest(void *arg, const char *window, size_t len, uint64_t base, size_t to, cdr_err *err)
{
    redactor *r = arg;
    pass_block(r, window, base, len);
    cdr_status s = write_up_to(r, window, base, to, err);
    follow_json(r, window, base, to);
    return s == CDR_OK ? look_again(r, COPY_HELD, err) : s;
}

static cdr_status redact_file(void *arg, int fd, const char *name, cdr_err *err)
{
    redactor *r = arg;
    r->done = r->read = 0;
    cdr_buf_clear(&r->copy);
    r->written = 0;
    r->shape = SHAPE_UNKNOWN;
    r->in_string = r->escaped = false;
    r->block = (cdr_keyblock){0};
    cdr_detect_sink sink = {redact_one, redact_rest, r};
    cdr_status s = cdr_detect_stream(r->job, fd, name, &sink, err);
    return s == CDR_OK ? look_again(r, 0, err) : s;
}

/* The pseudonym key under the key file named, else under the workspace's. */
static cdr_status open_key(cdr_cli *cli, cdr_secret **ret)
{
    const char *given = cdr_opt_text(cli, "key-file");
    _cleanup_free_ char *path = given ? cdr_strdup(given) : cdr_path_join(cli->workspace_dir, "candor.key");
    if (!path)
        return cdr_fail_nomem(&cli->err, "cli");
    cdr_keyfile_kind kind = CDR_KEYFILE_PLAIN;
    cdr_status s = cdr_keyfile_kind_of(path, &kind, &cli->err);
    if (s == CDR_NOT_FOUND && !given)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "detect.no-key", "Pseudonyms need a key: make a workspace with candor init, or name a key file with --key-file.");
    cdr_secret *passphrase = NULL, *root = NULL;
    if (s == CDR_OK && kind == CDR_KEYFILE_PASSPHRASE)
        s = cdr_passphrase_read(cli, false, &passphrase);
    if (s == CDR_OK)
        s = cdr_keyfile_open(path, passphrase, &root, &cli->err);
    if (s == CDR_OK)
        s = cdr_key_derive(root, CDR_KEY_PSEUDONYM, ret, &cli->err);
    if (s == CDR_OK && !cli->quiet)
        fprintf(stderr, "candor: Pseudonyms are made with the key of %s; keep it to make the same ones again.\n", path);
    cdr_secret_free(passphrase);
    cdr_secret_free(root);
    return s;
}

cdr_exit cdr_detect_print_redacted(const cdr_detect_job *job, const char *style_name)
{
    redactor r = {.job = job, .copy = CDR_BUF(2 * COPY_BYTES), .style = !strcmp(style_name, "label") ? STYLE_LABEL : !strcmp(style_name, "pseudonym") ? STYLE_PSEUDONYM : STYLE_MASK};
    cdr_secret *key = NULL;
    if (job->cli->json)
        return cdr_cli_usage(job->cli, "--redact writes the text itself; leave out --json.");
    cdr_status s = CDR_OK;
    if (r.style == STYLE_PSEUDONYM) {
        s = cdr_crypto_start(&job->cli->err);
        if (s == CDR_OK)
            s = open_key(job->cli, &key);
    }
    r.key = key;
    if (s == CDR_OK)
        s = cdr_detect_scratch_new(&r.scratch, &job->cli->err);
    cdr_exit code = s == CDR_OK ? cdr_detect_each_file(job, redact_file, &r) : cdr_cli_fail(job->cli, s);
    cdr_detect_scratch_free(r.scratch);
    cdr_buf_wipe(&r.copy);
    cdr_secret_free(key);
    return code;
}

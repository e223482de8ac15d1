/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of the text with each finding replaced; everything else stays byte for byte. */
#include "cli/detect.h"

#include "base/io.h"
#include "base/parse.h"
#include "base/text.h"
#include "candor/crypto.h"
#include "cli/passphrase.h"
#include "detect/kinds.h"

#include <string.h>

#define BLOCK_MAX (64u << 10)     /* a private key is shorter */

typedef enum style { STYLE_MASK, STYLE_LABEL, STYLE_PSEUDONYM } style;

typedef struct redactor {
    const cdr_detect_job *job;
    style style;
    const cdr_secret *key;
    uint64_t done;                /* bytes of the text that were written or replaced */
    uint64_t block_from;          /* a private key began here */
    bool in_block;
} redactor;

static cdr_status put(const char *text, size_t len, cdr_err *err)
{
    if (fwrite(text, 1, len, stdout) == len)
        return CDR_OK;
    return cdr_fail(err, CDR_E_CANCELLED, "cli", "detect.output", "The copy could not be written.");
}

/* Inside a private key nothing is written until its END line has passed; ${to} is how far the text may be looked at. */
static void leave_block(redactor *r, const char *window, uint64_t base, size_t to)
{
    size_t at = (size_t)(r->block_from - base > to ? 0 : r->block_from - base);
    const char *end = r->block_from >= base && at < to ? memmem(window + at, to - at, "-----END ", 9) : NULL;
    const char *dashes = end ? memmem(end + 9, (size_t)(window + to - end) - 9, "-----", 5) : NULL;
    if (dashes) {
        r->in_block = false;
        r->done = base + (uint64_t)(dashes + 5 - window);
    } else if (base + to > r->block_from + BLOCK_MAX) {
        r->in_block = false;
    } else {
        r->done = base + to;
        /* The END line may be cut by the window. */
        uint64_t back = base + to > 64 ? base + to - 64 : 0;
        r->block_from = CDR_MAX(r->block_from, end ? base + (uint64_t)(end - window) : back);
    }
}

static void pseudonym(const redactor *r, const cdr_finding *f, const char *value, char *ret, size_t cap)
{
    char normal[512], hex[2 * CDR_VALUE_ID_BYTES + 1];
    uint8_t id[CDR_VALUE_ID_BYTES];
    size_t n = cdr_normalise_value(f->kind, value, (size_t)(f->end - f->start), normal, sizeof normal);
    cdr_value_id(r->key, normal, n, id);
    cdr_hex_encode(id, sizeof id, hex);
    cdr_wipe(normal, sizeof normal);
    snprintf(ret, cap, "[%.60s-%.12s]", cdr_detect_type(r->job, f), hex);
}

static void replacement(const redactor *r, const cdr_finding *f, const char *value, char *ret, size_t cap)
{
    switch (r->style) {
    case STYLE_LABEL: snprintf(ret, cap, "[%.60s]", cdr_detect_type(r->job, f)); return;
    case STYLE_MASK: cdr_mask_value(f->kind, value, (size_t)(f->end - f->start), ret, cap); return;
    case STYLE_PSEUDONYM: pseudonym(r, f, value, ret, cap); return;
    }
}

static cdr_status write_up_to(redactor *r, const char *window, uint64_t base, size_t to, cdr_err *err)
{
    if (r->in_block)
        leave_block(r, window, base, to);
    uint64_t end = base + to;
    if (r->in_block || r->done >= end)
        return CDR_OK;
    size_t from = (size_t)(r->done - base);
    r->done = end;
    return put(window + from, to - from, err);
}

static cdr_status redact_one(void *arg, const char *window, uint64_t base, const cdr_finding *f, cdr_err *err)
{
    redactor *r = arg;
    char text[192];
    cdr_status s = write_up_to(r, window, base, (size_t)f->start, err);
    if (s != CDR_OK || r->in_block)
        return s;
    replacement(r, f, window + f->start, text, sizeof text);
    r->done = base + f->end;
    if (f->kind == CDR_K_SECRET_PRIVATE_KEY && memmem(window + f->start, (size_t)(f->end - f->start), "-----BEGIN", 10)) {
        r->in_block = true;
        r->block_from = base + f->end;
    }
    return put(text, strlen(text), err);
}

static cdr_status redact_rest(void *arg, const char *window, uint64_t base, size_t from, size_t to, cdr_err *err)
{
    (void)from;
    return write_up_to(arg, window, base, to, err);
}

static cdr_status redact_file(void *arg, int fd, const char *name, cdr_err *err)
{
    redactor *r = arg;
    r->done = r->block_from = 0;
    r->in_block = false;
    cdr_detect_sink sink = {redact_one, redact_rest, r};
    return cdr_detect_stream(r->job, fd, name, &sink, err);
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
    redactor r = {.job = job, .style = !strcmp(style_name, "label") ? STYLE_LABEL : !strcmp(style_name, "pseudonym") ? STYLE_PSEUDONYM : STYLE_MASK};
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
    cdr_exit code = s == CDR_OK ? cdr_detect_each_file(job->cli, redact_file, &r) : cdr_cli_fail(job->cli, s);
    cdr_secret_free(key);
    return code;
}

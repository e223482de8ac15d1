/* SPDX-License-Identifier: Apache-2.0 */
/* candor detect --redact: copies with each value replaced, to standard output, into a file, or in place of the original. */
#include "cli/detect_redact.h"

#include "base/mem.h"
#include "base/text.h"
#include "cli/detect_cells.h"
#include "cli/passphrase.h"
#include "detect/kinds.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Letters only: a code with digits could be taken for a number again. */
static void pseudonym(const cdr_redaction *r, const cdr_finding *f, const char *value, size_t len, char *ret, size_t cap)
{
    char normal[512], code[2 * CDR_VALUE_ID_BYTES + 1];
    uint8_t id[CDR_VALUE_ID_BYTES];
    size_t n = cdr_normalise_value(f->kind, value, len, normal, sizeof normal);
    cdr_value_id(r->key, normal, n, id);
    for (size_t i = 0; i < sizeof id; i++) {
        code[2 * i] = (char)('a' + (id[i] >> 4));
        code[2 * i + 1] = (char)('a' + (id[i] & 15));
    }
    code[2 * sizeof id] = '\0';
    cdr_wipe(normal, sizeof normal);
    snprintf(ret, cap, "[%.60s-%.12s]", cdr_detect_type(r->job, f), code);
}

void cdr_redaction_word(const cdr_redaction *r, const cdr_finding *f, const char *value, size_t len, char *ret, size_t cap)
{
    switch (r->style) {
    case CDR_REDACT_LABEL: snprintf(ret, cap, "[%.60s]", cdr_detect_type(r->job, f)); return;
    case CDR_REDACT_MASK: cdr_mask_value(f->kind, value, len, ret, cap); return;
    case CDR_REDACT_PSEUDONYM: pseudonym(r, f, value, len, ret, cap); return;
    }
}

/* The pseudonym key under the key file named, else under the workspace's. */
static cdr_status open_key(cdr_cli *cli, cdr_secret **ret)
{
    const char *given = cdr_opt_text(cli, "key-file");
    _cleanup_free_ char *path = given ? cdr_strdup(given) : cdr_cli_keyfile(cli);
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

cdr_status cdr_redaction_write(cdr_redaction *r, const char *text, size_t len, cdr_err *err)
{
    if (r->encoder.encoding != CDR_ENC_UTF8) {
        cdr_buf_clear(&r->encoded);
        if (cdr_detect_encode(&r->encoder, text, len, &r->encoded) != CDR_OK)
            return cdr_fail_nomem(err, "cli");
        text = r->encoded.len ? r->encoded.data : "";
        len = r->encoded.len;
    }
    if (r->file)
        return cdr_outfile_add(r->file, text, len, err);
    return fwrite(text, 1, len, stdout) == len ? CDR_OK : cdr_detect_output_failed(err);
}

static cdr_status write_bytes(cdr_redaction *r, const char *bytes, size_t len, cdr_err *err)
{
    cdr_encoding encoding = r->encoder.encoding;
    r->encoder.encoding = CDR_ENC_UTF8;
    cdr_status s = cdr_redaction_write(r, bytes, len, err);
    r->encoder.encoding = encoding;
    return s;
}

static cdr_status copy_source(cdr_redaction *r, cdr_detect_source *source, cdr_err *err)
{
    r->source = source;
    r->encoder = (cdr_detect_encoder){.encoding = source->encoding};
    r->replaced = r->names = 0;
    cdr_status s = write_bytes(r, source->mark, source->mark_len, err);
    if (s == CDR_OK)
        s = cdr_cells_reads(source->format) ? cdr_redact_cells(r, err) : cdr_redact_text(r, err);
    if (s == CDR_OK && r->encoder.part_len)
        s = write_bytes(r, r->encoder.part, r->encoder.part_len, err);
    return s == CDR_OK && source->has_odd ? write_bytes(r, &source->odd, 1, err) : s;
}

/* --- into a file --- */

/* A link would be replaced by a file, or the other names of a file would keep what was to go. */
static cdr_status may_replace(const cdr_cli *cli, const char *path, cdr_err *err)
{
    struct stat st;
    if (lstat(path, &st))
        return cdr_fail_errno(err, CDR_E_IO, "cli", "detect.in-place", errno, "Cannot replace %.200s", path);
    bool told = cdr_opt_flag(cli, "linked");
    if (S_ISLNK(st.st_mode) && !told)
        return cdr_fail(err, CDR_E_INVAL, "cli", "detect.link", "%.200s is a symbolic link; name the file itself, or add --linked to replace what it points to.", path);
    if (S_ISREG(st.st_mode) && st.st_nlink > 1 && !told)
        return cdr_fail(err, CDR_E_INVAL, "cli", "detect.link", "%.200s has %llu names, and the others would keep the old content; add --linked to replace this one alone.", path,
                        (unsigned long long)st.st_nlink);
    if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
        return cdr_fail(err, CDR_E_INVAL, "cli", "detect.in-place", "%.200s is no ordinary file and cannot be replaced.", path);
    return CDR_OK;
}

static bool unchanged(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ino == b->st_ino;
}

/* The original stays until its copy is whole; one that was written to meanwhile stays for good. */
static cdr_status replace_file(cdr_redaction *r, int fd, const char *name, cdr_detect_source *source, cdr_err *err)
{
    struct stat before, after;
    const char *output = cdr_opt_text(r->job->cli, "output");
    cdr_status s = output ? CDR_OK : may_replace(r->job->cli, name, err);
    if (s != CDR_OK)
        return s;
    if (fstat(fd, &before))
        return cdr_fail_errno(err, CDR_E_IO, "cli", "detect.in-place", errno, "Cannot replace %.200s", name);
    char real[PATH_MAX];
    if (!output && !realpath(name, real))
        return cdr_fail_errno(err, CDR_E_IO, "cli", "detect.in-place", errno, "Cannot replace %.200s", name);
    s = cdr_outfile_open(output ? output : real, 0600, &r->file, err);
    if (s == CDR_OK && S_ISREG(before.st_mode))
        s = cdr_outfile_like(r->file, &before, err);
    if (s == CDR_OK)
        s = copy_source(r, source, err);
    if (s == CDR_OK && !output && (fstat(fd, &after) || !unchanged(&before, &after)))
        s = cdr_fail(err, CDR_E_IO, "cli", "detect.changed", "%.200s was written to meanwhile and has been left as it is; stop what writes it and try again.", name);
    if (s == CDR_OK && (r->replaced || output))
        s = cdr_outfile_commit(&r->file, err);
    cdr_outfile_drop(&r->file);
    r->file = NULL;
    if (s == CDR_OK && !r->job->cli->quiet)
        fprintf(stderr, r->replaced ? "candor: %llu value%s replaced.\n" : "candor: Nothing was found.\n", (unsigned long long)r->replaced, r->replaced == 1 ? "" : "s");
    return s;
}

static cdr_status redact_file(void *arg, int fd, const char *name, cdr_err *err)
{
    cdr_redaction *r = arg;
    cdr_detect_source source;
    cdr_status s = cdr_detect_source_open(r->job, fd, name, &source, err);
    if (s != CDR_OK)
        return s;
    bool file = cdr_opt_flag(r->job->cli, "in-place") || cdr_opt_text(r->job->cli, "output");
    s = file ? replace_file(r, fd, name, &source, err) : copy_source(r, &source, err);
    cdr_detect_source_close(&source);
    if (s == CDR_OK && source.encoded_parts)
        s = cdr_fail(err, CDR_PARTIAL, "cli", "detect.encoded", "%.200s: %llu part%s in base64 stand in the copy as they were; take them out before it is handed on.", name,
                     (unsigned long long)source.encoded_parts, source.encoded_parts == 1 ? "" : "s");
    return s;
}

/* What is asked for, before anything is written. */
static cdr_status check_request(const cdr_detect_job *job, cdr_err *err)
{
    const cdr_cli *cli = job->cli;
    bool in_place = cdr_opt_flag(cli, "in-place"), standard = cli->argc == 0;
    for (int i = 0; i < cli->argc; i++)
        standard |= !strcmp(cli->argv[i], "-");
    if (cli->json)
        return cdr_fail(err, CDR_E_INVAL, "cli", "cli.usage", "--redact writes the text itself; leave out --json.");
    if (in_place && (standard || cdr_opt_text(cli, "output")))
        return cdr_fail(err, CDR_E_INVAL, "cli", "cli.usage", "--in-place takes names of files, and no --output.");
    if (cdr_opt_text(cli, "output") && cli->argc > 1)
        return cdr_fail(err, CDR_E_INVAL, "cli", "cli.usage", "--output takes the copy of one file; there are %d.", cli->argc);
    cdr_status s = CDR_OK;
    for (int i = 0; s == CDR_OK && i < cli->argc; i++)
        s = strcmp(cli->argv[i], "-") ? cdr_detect_source_check(job, cli->argv[i], err) : CDR_OK;
    for (int i = 0; s == CDR_OK && in_place && i < cli->argc; i++)
        s = access(cli->argv[i], F_OK) ? CDR_OK : may_replace(cli, cli->argv[i], err);
    return s;
}

cdr_exit cdr_detect_print_redacted(const cdr_detect_job *job, const char *style)
{
    cdr_redaction r = {.job = job, .encoded = CDR_BUF(16u << 20)};
    r.style = !strcmp(style, "label") ? CDR_REDACT_LABEL : !strcmp(style, "pseudonym") ? CDR_REDACT_PSEUDONYM : CDR_REDACT_MASK;
    cdr_secret *key = NULL;
    cdr_status s = check_request(job, &job->cli->err);
    if (s == CDR_OK && r.style == CDR_REDACT_PSEUDONYM) {
        s = cdr_crypto_start(&job->cli->err);
        if (s == CDR_OK)
            s = open_key(job->cli, &key);
    }
    r.key = key;
    if (s == CDR_OK)
        s = cdr_detect_scratch_new(&r.scratch, &job->cli->err);
    cdr_exit code = s == CDR_OK ? cdr_detect_each_file(job, redact_file, &r) : cdr_cli_fail(job->cli, s);
    cdr_detect_scratch_free(r.scratch);
    cdr_buf_wipe(&r.encoded);
    cdr_secret_free(key);
    return code;
}

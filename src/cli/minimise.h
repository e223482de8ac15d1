/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of candor minimise tell one another. */
#ifndef CDR_CLI_MINIMISE_H
#define CDR_CLI_MINIMISE_H

#include "base/io.h"
#include "cli/cmd.h"
#include "core/minimise/filter_policy.h"

typedef struct cdr_minimise_job {
    cdr_cli *cli;
    cdr_arena *arena;
    cdr_policy *policy;
    const cdr_purpose *purpose;
    const char *purpose_key;
    cdr_filter_map *map;
    cdr_ruleset *ruleset, *watch;
    cdr_purpose_keys *keys;
    cdr_consent_set *consents;
    cdr_secret *passphrase; bool sealed;   /* of the workspace: read once */
    bool has_workspace, opening, dry;
    bool gone;                             /* the reader of the output went away: that needs no word */
    cdr_outfile *out;                      /* NULL: standard output */
    cdr_outfile *report;
    char last;                             /* byte that was written last */
    json_t *inputs;                        /* what is reported of each */
    uint64_t by_form[9], records_in, records_out, left_out, bytes_in, bytes_out;
} cdr_minimise_job;

/* --- minimise_decode.c --- */
typedef enum cdr_minimise_encoding { CDR_ENCODING_UTF8, CDR_ENCODING_1252, CDR_ENCODING_LATIN1, CDR_ENCODING_UTF16LE, CDR_ENCODING_UTF16BE } cdr_minimise_encoding;
typedef struct cdr_minimise_decoder { cdr_minimise_encoding is; uint64_t at; uint32_t high; unsigned char first; bool half; } cdr_minimise_decoder;
cdr_minimise_encoding cdr_minimise_encoding_of(const char *word);   /* NULL and "utf-8": CDR_ENCODING_UTF8 */
/* ${out} has room for 4 * ${len} bytes; ${len} 0: the end. */
cdr_status cdr_minimise_decode(cdr_minimise_decoder *d, const char *name, const unsigned char *s, size_t len, char *out, size_t *ret, cdr_err *err) CDR_NODISCARD;

/* --- minimise_stream.c: one input from its beginning to its end --- */
cdr_status cdr_minimise_stream(cdr_minimise_job *job, int fd, const char *name, cdr_err *err) CDR_NODISCARD;

/* --- minimise_report.c --- */
/* Add what was done with one input; ${plan} NULL: it was opened. */
cdr_status cdr_minimise_note(cdr_minimise_job *job, const char *name, const cdr_filter_plan *plan, const cdr_filter_spec *spec, const cdr_filter_counts *counts, cdr_err *err) CDR_NODISCARD;
json_t *cdr_minimise_report(const cdr_minimise_job *job) CDR_NODISCARD;   /* NULL: out of memory */
void cdr_minimise_tell(const cdr_minimise_job *job);                      /* for people, on standard error */

#endif

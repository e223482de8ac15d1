/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of candor anonymity share: the question, and what came out. */
#ifndef CDR_CLI_ANONYMITY_H
#define CDR_CLI_ANONYMITY_H

#include "base/arena.h"
#include "cli/cmd.h"
#include "core/anonymity/anonymity.h"

#define CDR_ANON_BINS 8u
#define CDR_ANON_CHANGES_MAX 160u
#define CDR_ANON_ASKED_MAX 8u

typedef struct cdr_anon_bin { uint64_t from, to, classes, rows; } cdr_anon_bin;   /* to UINT64_MAX: and more */

/* What one column left out, or coarser, would do. */
typedef struct cdr_anon_change { size_t column; char form[64]; cdr_anonymity_figures figures; } cdr_anon_change;   /* form "": left out */

typedef struct cdr_anon_asked { const char *what; char column[64]; double wanted, found; bool at_most, holds; } cdr_anon_asked;

typedef struct cdr_anon {
    cdr_cli *cli;
    const char *file;                      /* as shown */
    cdr_anonymity_column quasi[CDR_ANONYMITY_QUASI_MAX], sensitive[CDR_ANONYMITY_SENSITIVE_MAX];
    size_t quasi_count, sensitive_count;
    cdr_hierarchy *hierarchies[CDR_ANONYMITY_QUASI_MAX + CDR_ANONYMITY_SENSITIVE_MAX];
    cdr_arena *arena;
    uint64_t threshold;
    unsigned l;
    cdr_anonymity *a;
    /* what came out */
    cdr_anonymity_figures figures;
    cdr_anonymity_attribute attributes[CDR_ANONYMITY_SENSITIVE_MAX];
    cdr_anon_bin bins[CDR_ANON_BINS];
    cdr_anon_change changes[CDR_ANON_CHANGES_MAX]; size_t change_count;
    cdr_anon_asked asked[CDR_ANON_ASKED_MAX * CDR_ANONYMITY_SENSITIVE_MAX]; size_t asked_count;
    bool holds;                            /* all that was asked */
} cdr_anon;

/* Rows of cli->argv[0] ("-": standard input) to ${ev}; stops early, with CDR_OK, when ${ev} returns CDR_DONE. */
cdr_status cdr_anon_read(cdr_cli *cli, const cdr_rows_events *ev, void *arg) CDR_NODISCARD;
/* Which columns may help to recognise somebody; the file is not judged. */
cdr_exit cdr_anon_propose(cdr_cli *cli);
/* Fills the changes. */
cdr_status cdr_anon_try_changes(cdr_anon *q) CDR_NODISCARD;
/* "One row in 15 can be singled out: k = 1, 2,080 of 30,162 rows are unique." */
void cdr_anon_headline(const cdr_anon *q, cdr_buf *out);
/* What the sensitive column gives away, in a sentence. */
void cdr_anon_learn(const cdr_anon *q, size_t sensitive, cdr_buf *out);
void cdr_anon_bin_name(const cdr_anon_bin *b, char out[32]);
extern const char cdr_anon_caution[];
cdr_exit cdr_anon_print(cdr_anon *q);
json_t *cdr_anon_json(const cdr_anon *q);             /* NULL: no memory */
cdr_status cdr_anon_svg(const cdr_anon *q, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_anon_write_page(cdr_anon *q, const char *path) CDR_NODISCARD;
cdr_status cdr_anon_write_svg(cdr_anon *q, const char *path) CDR_NODISCARD;

#endif

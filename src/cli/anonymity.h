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

/* What a column may be; of those that were not named, the ones that should have been thought of. */
typedef enum cdr_anon_role { CDR_ANON_ROLE_NONE, CDR_ANON_ROLE_QUASI, CDR_ANON_ROLE_SENSITIVE, CDR_ANON_ROLE_IDENTIFIER, CDR_ANON_ROLE__MAX } cdr_anon_role;
typedef struct cdr_anon_unjudged { const char *column, *why; cdr_anon_role role; } cdr_anon_unjudged;

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
    cdr_anonymity_population population; bool has_population;
    cdr_anonymity_attribute attributes[CDR_ANONYMITY_SENSITIVE_MAX];
    cdr_anon_bin bins[CDR_ANON_BINS];
    cdr_anon_change changes[CDR_ANON_CHANGES_MAX]; size_t change_count;
    cdr_anon_asked asked[CDR_ANON_ASKED_MAX * CDR_ANONYMITY_SENSITIVE_MAX]; size_t asked_count;
    cdr_anon_unjudged unjudged[64]; size_t unjudged_count;
    bool holds;                            /* all that was asked */
} cdr_anon;

/* Rows of ${path} ("-": standard input) to ${ev}; stops early, with CDR_OK, when ${ev} returns CDR_DONE. */
cdr_status cdr_anon_read(cdr_cli *cli, const char *path, const cdr_rows_events *ev, void *arg) CDR_NODISCARD;
/* Which columns may help to recognise somebody; the file is not judged. */
cdr_exit cdr_anon_propose(cdr_cli *cli);
/* The first rows of a file that is judged, and what of its other columns speaks of people. */
typedef struct cdr_anon_sample cdr_anon_sample;
cdr_anon_sample *cdr_anon_sample_new(cdr_cli *cli);   /* NULL: no memory */
cdr_status cdr_anon_sample_column(cdr_anon_sample *p, uint32_t i, const char *name, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_anon_sample_row(cdr_anon_sample *p, uint64_t line, const cdr_row_cell *cells, uint32_t count, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_anon_sample_unjudged(cdr_anon_sample *p, cdr_anon *q) CDR_NODISCARD;   /* fills q->unjudged */
void cdr_anon_sample_free(cdr_anon_sample *p);
/* "The file also has columns that name people: email, name. Take them out…" for each role that has any. */
void cdr_anon_unjudged_words(const cdr_anon *q, cdr_anon_role role, cdr_buf *out);
/* Fills the changes. */
cdr_status cdr_anon_try_changes(cdr_anon *q) CDR_NODISCARD;
/* "One row in 15 can be singled out: k = 1, 2,080 of 30,162 rows are unique." */
void cdr_anon_headline(const cdr_anon *q, cdr_buf *out);
/* What the sensitive column gives away, in a sentence. */
void cdr_anon_learn(const cdr_anon *q, size_t sensitive, cdr_buf *out);
/* What the population says, in sentences; only with has_population. */
void cdr_anon_population_words(const cdr_anon *q, cdr_buf *out);
void cdr_anon_bin_name(const cdr_anon_bin *b, char out[32]);
extern const char cdr_anon_caution[];
cdr_exit cdr_anon_print(cdr_anon *q);
json_t *cdr_anon_json(const cdr_anon *q);             /* NULL: no memory */
cdr_status cdr_anon_svg(const cdr_anon *q, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_anon_write_page(cdr_anon *q, const char *path) CDR_NODISCARD;
cdr_status cdr_anon_write_svg(cdr_anon *q, const char *path) CDR_NODISCARD;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of counting: what is to be counted in one object, the tally, the readers of rows, the store. */
#ifndef CDR_CORE_MINIMISE_RETENTION_PARTS_H
#define CDR_CORE_MINIMISE_RETENTION_PARTS_H

#include "core/minimise/record_date.h"
#include "core/minimise/retention.h"

#define CDR_RT_WANTS 8           /* trigger columns of one object */
#define CDR_RT_LINES 16
#define CDR_RT_GROUPS 24
#define CDR_RT_NAME 256
#define CDR_RT_CATEGORIES 256    /* of the taxonomy */

/* A date that must lie before a day. */
typedef struct cdr_rt_clock { uint8_t want; int64_t cutoff; } cdr_rt_clock;

/* One rule on one column: what is over age by it. */
typedef struct cdr_rt_line {
    const cdr_retention_rule *rule;          /* that won */
    const cdr_retention_answer *answer;
    cdr_rt_clock end;
    cdr_rt_clock guards[CDR_RETENTION_MAX]; size_t guard_count;   /* minima on other clocks: all must have run out */
    bool held;
    /* counted */
    uint64_t over_age, undated, kept, again;
    int32_t oldest_over, oldest;             /* INT32_MAX none */
} cdr_rt_line;

/* Categories with one answer, and when a record as a whole may go for all they care. */
typedef enum cdr_rt_stay { CDR_RT_BY_LINES, CDR_RT_FREE, CDR_RT_STAYS, CDR_RT_BY_GUARDS } cdr_rt_stay;
typedef struct cdr_rt_group {
    const cdr_retention_answer *answer;
    cdr_rt_stay stay;
    uint32_t lines;                          /* bits */
    cdr_rt_clock guards[CDR_RETENTION_MAX]; size_t guard_count;
    uint64_t categories[CDR_RT_CATEGORIES / 64];
} cdr_rt_group;

/* The trigger column of a rule, once it has been looked for. */
typedef struct cdr_rt_column {
    bool found, file;
    char name[CDR_RT_NAME];
    cdr_record_date fixed;                   /* file: of every record */
    cdr_record_column said;
    unsigned used;                           /* readings that were taken: bits 0 first, 1 second, 2 undecided */
} cdr_rt_column;

typedef struct cdr_rt_tally {
    cdr_key_set wants[CDR_RT_WANTS]; size_t want_count;
    cdr_rt_column columns[CDR_RT_WANTS];
    cdr_rt_line lines[CDR_RT_LINES]; size_t line_count;
    cdr_rt_group groups[CDR_RT_GROUPS]; size_t group_count;
    bool too_many;                           /* rules for one object */
    bool settled;                            /* the columns have said what they say: second reading */
    uint64_t rows;
    char problem[160];                       /* why it could not be counted; "" it could */
} cdr_rt_tally;

/* retention_lines.c: what is to be counted where these categories lie. */
cdr_status cdr_rt_plan(cdr_retention_world *w, const char *system, const char *path, const uint64_t categories[CDR_RT_CATEGORIES / 64], cdr_date today, cdr_rt_tally *ret, cdr_err *err) CDR_NODISCARD;
/* Rules, days, holds and categories in a word: what was counted by another word is counted again. */
void cdr_rt_basis(const cdr_rt_tally *t, cdr_date today, char ret[17]);
void cdr_rt_category_names(const uint64_t categories[CDR_RT_CATEGORIES / 64], cdr_buf *out);

/* retention_tally.c. The columns of the object are known: find the triggers. False: none of them is there, and there is nothing to read. */
bool cdr_rt_columns(cdr_rt_tally *t, const char *const *names, size_t count, int64_t mtime_us);
/* Every trigger there is stands for the file's own time: the whole of it is one record. */
bool cdr_rt_is_file(const cdr_rt_tally *t);
void cdr_rt_file_row(cdr_rt_tally *t);
void cdr_rt_row(cdr_rt_tally *t, const cdr_record_date dates[CDR_RT_WANTS]);
/* All rows were read: false when they must be read once more, as only now it is known how the column writes dates. */
bool cdr_rt_end(cdr_rt_tally *t);

/* Readers. What cannot be read as rows becomes t->problem; only what concerns this machine is an error. */
typedef struct cdr_rt_source {
    const cdr_ctx *ctx;
    int fd;                                  /* of the file */
    int64_t mtime_us;
    const char *file, *inside;               /* unescaped; table */
    const char *format;                      /* as observed */
    void (*progress)(void *arg, uint64_t bytes, uint64_t rows); void *arg;
} cdr_rt_source;
cdr_status cdr_rt_read_csv(cdr_rt_tally *t, const cdr_rt_source *src, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_rt_read_json(cdr_rt_tally *t, const cdr_rt_source *src, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_rt_read_sqlite(cdr_rt_tally *t, const cdr_rt_source *src, cdr_err *err) CDR_NODISCARD;   /* in a process of its own */
void cdr_rt_problem(cdr_rt_tally *t, const char *fmt, ...) CDR_PRINTF(2, 3);

/* store_retention.c */
typedef struct cdr_rt_object { int64_t id, last_scan, file_size, file_mtime_us; const char *basis, *rules; } cdr_rt_object;
typedef struct cdr_rt_store { cdr_db *db; cdr_db_set *set; } cdr_rt_store;
cdr_status cdr_rt_store_open(cdr_db *db, cdr_rt_store *ret, cdr_err *err) CDR_NODISCARD;
void cdr_rt_store_close(cdr_rt_store *s);
/* Is what was counted of it still true? ${*ret_other}: so it is, but by other rules; cdr_rt_store_rules notes that these say the same. */
cdr_status cdr_rt_store_same(cdr_rt_store *s, const cdr_rt_object *o, bool *ret, bool *ret_other, cdr_err *err) CDR_NODISCARD;
/* What was counted in a state of an object that it is no longer in: for what holds nothing any more. */
cdr_status cdr_rt_store_prune(cdr_rt_store *s, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_rt_store_clear(cdr_rt_store *s, int64_t object, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_rt_store_rules(cdr_rt_store *s, const cdr_rt_object *o, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_rt_store_put(cdr_rt_store *s, const cdr_rt_object *o, int64_t position, const cdr_retention_count *c, cdr_err *err) CDR_NODISCARD;

#endif

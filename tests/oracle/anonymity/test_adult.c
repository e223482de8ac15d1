/* SPDX-License-Identifier: Apache-2.0 */
/* The census extract that ARX comes with (adult.csv, 30,162 rows; not part of this project): figures that ARX's own tests state, and those of an
 * independent program. $CANDOR_ANON_ADULT names the file; its hierarchies lie beside it. Skipped without it. */
#include "base/io.h"
#include "core/anonymity/anonymity.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEX, AGE, RACE, MARITAL, EDUCATION, COUNTRY, WORKCLASS, OCCUPATION, SALARY, COLUMNS };
static const char *const names[COLUMNS] = {"sex", "age", "race", "marital-status", "education", "native-country", "workclass", "occupation", "salary-class"};
static cdr_hierarchy *hierarchies[COLUMNS];
static cdr_buf text = {.max = 8u << 20};

#define NONE (-1)
#define UNKNOWN (-1.0)

typedef struct expected {
    int quasi[COLUMNS + 1];      /* ends with NONE */
    int levels[COLUMNS];
    int sensitive;
    cdr_sensitive_order order;
    double classes, k, uniques, largest, average, distinct_l, entropy_l, t, below, discernibility;
} expected;

static const expected table[] = {
    {{SEX, AGE, RACE, MARITAL, EDUCATION, COUNTRY, WORKCLASS, OCCUPATION, SALARY, NONE}, {0}, NONE, 0, 19502, 1, 15512, UNKNOWN, 0.6465751607983555, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN},
    {{AGE, EDUCATION, MARITAL, COUNTRY, OCCUPATION, RACE, SEX, WORKCLASS, NONE}, {0}, SALARY, 0, 18109, 1, 14021, UNKNOWN, 0.6003912, 1, 1, 0.751078, UNKNOWN, UNKNOWN},
    {{SEX, AGE, RACE, MARITAL, COUNTRY, NONE}, {0}, OCCUPATION, 0, 3426, 1, 2080, UNKNOWN, 0.1135866, 1, 1, 0.995259, UNKNOWN, UNKNOWN},
    {{SEX, AGE, RACE, NONE}, {0}, OCCUPATION, 0, 528, 1, 62, 554, 0.0175055, 1, 1, 0.995259, UNKNOWN, UNKNOWN},
    {{SEX, RACE, NONE}, {0}, OCCUPATION, 0, 10, 87, 0, 18038, 0.0003315, 10, 7.555588, 0.324962, UNKNOWN, 392187826},
    {{SEX, RACE, NONE}, {0}, SALARY, 0, 10, 87, 0, UNKNOWN, 0.0003315, 2, 1.205019, 0.202945, UNKNOWN, UNKNOWN},
    {{SEX, RACE, NONE}, {0}, AGE, CDR_SENSITIVE_ORDERED, 10, 87, 0, UNKNOWN, UNKNOWN, 33, 27.718406, 0.091936, UNKNOWN, UNKNOWN},
    {{SEX, AGE, RACE, MARITAL, EDUCATION, COUNTRY, WORKCLASS, OCCUPATION, SALARY, NONE}, {1, 2, 1, 1, 3, 2, 2, 1, 1}, NONE, 0, 48, 5, 0, 2198, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 0, UNKNOWN},
    {{SEX, AGE, RACE, MARITAL, EDUCATION, COUNTRY, WORKCLASS, OCCUPATION, SALARY, NONE}, {0, 4, 1, 1, 3, 2, 2, 1, 1}, NONE, 0, 12, 397, 0, 5485, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 0, UNKNOWN},
    {{SEX, AGE, RACE, MARITAL, EDUCATION, COUNTRY, WORKCLASS, OCCUPATION, SALARY, NONE}, {1, 0, 1, 1, 3, 2, 2, 0, 1}, NONE, 0, 1498, 1, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 906, UNKNOWN},
    {{SEX, AGE, RACE, MARITAL, EDUCATION, COUNTRY, WORKCLASS, SALARY, NONE}, {1, 4, 1, 1, 3, 2, 2, 1}, OCCUPATION, 0, 2, 14086, 0, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 0.131544, 0, 456853172},
    {{SEX, AGE, RACE, MARITAL, EDUCATION, COUNTRY, WORKCLASS, SALARY, NONE}, {1, 1, 1, 1, 3, 2, 2, 1}, OCCUPATION, 0, 30, 16, 0, UNKNOWN, UNKNOWN, 7, 5.655068, 0.431657, 0, UNKNOWN},
};

typedef struct feeding { cdr_anonymity *a; const int *columns; size_t count; } feeding;

static cdr_status on_row(void *arg, uint64_t line, const cdr_row_cell *cells, uint32_t count, cdr_err *err)
{
    feeding *f = arg;
    cdr_row_cell mine[COLUMNS + 1];
    (void)line;
    assert_int_equal(count, COLUMNS);
    for (size_t i = 0; i < f->count; i++)
        mine[i] = cells[f->columns[i]];
    return cdr_anonymity_add(f->a, mine, err);
}

static cdr_status on_column(void *arg, uint32_t column, const char *name, cdr_err *err)
{
    (void)arg;
    (void)err;
    assert_string_equal(name, names[column]);
    return CDR_OK;
}

static void check(size_t row, const char *what, double wanted, double got)
{
    /* Figures of the other program are rounded to six or seven digits. */
    double slack = wanted == 0.6465751607983555 ? 1e-15 : wanted == floor(wanted) && fabs(wanted) >= 2 ? 0 : 6e-7;
    if (wanted == UNKNOWN)
        return;
    print_message("  %zu: %-15s %.17g\n", row, what, got);
    if (!(fabs(wanted - got) <= slack))
        fail_msg("row %zu: %s is %.17g, expected %.17g", row, what, got, wanted);
}

static void judge_one(size_t row, const expected *e)
{
    static const cdr_rows_events events = {on_column, on_row, NULL};
    cdr_anonymity_column quasi[COLUMNS], sensitive = {.name = e->sensitive == NONE ? "" : names[e->sensitive], .order = e->order};
    int columns[COLUMNS + 1];
    size_t n = 0;
    cdr_err err = {0};
    for (; e->quasi[n] != NONE; n++) {
        columns[n] = e->quasi[n];
        quasi[n] = (cdr_anonymity_column){.name = names[columns[n]], .hierarchy = hierarchies[columns[n]], .level = (unsigned)e->levels[n]};
    }
    columns[n] = e->sensitive;
    feeding f = {.columns = columns, .count = n + (e->sensitive != NONE)};
    assert_int_equal(cdr_anonymity_new(&(cdr_anonymity_spec){.quasi = quasi, .quasi_count = n, .sensitive = &sensitive, .sensitive_count = e->sensitive != NONE, .threshold = 5}, &f.a, &err),
                     CDR_OK);
    cdr_rows *rows = cdr_rows_new(CDR_ROWS_CSV, ';', "adult.csv", &events, &f);
    assert_non_null(rows);
    if (cdr_rows_feed(rows, text.data, text.len, true, &err) != CDR_OK)
        fail_msg("%s", err.text);
    cdr_rows_free(rows);
    cdr_anonymity_figures g;
    cdr_anonymity_figures_get(f.a, &g);
    assert_int_equal(g.rows, 30162);
    check(row, "classes", e->classes, (double)g.classes);
    check(row, "k", e->k, (double)g.k);
    check(row, "uniques", e->uniques, (double)g.uniques);
    check(row, "largest", e->largest, (double)g.largest);
    check(row, "average risk", e->average, g.average_risk);
    check(row, "rows below 5", e->below, (double)g.rows_below);
    check(row, "discernibility", e->discernibility, g.discernibility);
    if (e->sensitive != NONE) {
        cdr_anonymity_attribute w;
        if (cdr_anonymity_attribute_get(f.a, 0, &w, &err) != CDR_OK)
            fail_msg("%s", err.text);
        check(row, "distinct l", e->distinct_l, (double)w.distinct_l);
        check(row, "entropy l", e->entropy_l, w.entropy_l);
        check(row, "t", e->t, w.t);
    }
    cdr_anonymity_free(f.a);
}

static void adult__all_figures_agree(void **state)
{
    (void)state;
    for (size_t i = 0; i < CDR_COUNT(table); i++)
        judge_one(i, &table[i]);
}

static void load_hierarchies(const char *file)
{
    const char *slash = strrchr(file, '/');
    for (size_t i = 0; i < COLUMNS; i++) {
        char path[600];
        cdr_buf h = CDR_BUF(1 << 20);
        cdr_err err;
        snprintf(path, sizeof path, "%.*sadult_hierarchy_%s.csv", slash ? (int)(slash - file) + 1 : 0, file, names[i]);
        if (cdr_file_read(path, &h, &err) != CDR_OK || cdr_hierarchy_parse(h.data, h.len, names[i], &hierarchies[i], &err) != CDR_OK) {
            fprintf(stderr, "%s\n", err.text);
            exit(1);
        }
        cdr_buf_done(&h);
    }
}

int main(void)
{
    const char *file = getenv("CANDOR_ANON_ADULT");
    cdr_err err;
    if (!file) {
        printf("skipped: CANDOR_ANON_ADULT does not name ARX's adult.csv\n");
        return 77;
    }
    if (cdr_file_read(file, &text, &err) != CDR_OK)
        return 1;
    load_hierarchies(file);
    const struct CMUnitTest tests[] = {cmocka_unit_test(adult__all_figures_agree)};
    int failed = cmocka_run_group_tests_name("adult", tests, NULL, NULL);
    for (size_t i = 0; i < COLUMNS; i++)
        cdr_hierarchy_free(hierarchies[i]);
    cdr_buf_done(&text);
    return failed;
}

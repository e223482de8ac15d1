/* SPDX-License-Identifier: Apache-2.0 */
/* Published small examples, hand-made ones for each measure, and everything against slow and plain formulas over random tables. */
#include "core/anonymity/anonymity.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EPSILON 1e-9
#define NEAR(a, b) near_((a), (b), __LINE__)

static void near_(double a, double b, int line)
{
    if (!(a == b || fabs(a - b) <= EPSILON * fmax(1, fabs(b))))
        fail_msg("line %d: %.17g is not %.17g", line, a, b);
}

static cdr_row_cell cell(const char *s)
{
    return (cdr_row_cell){s, s ? strlen(s) : 0};
}

/* Tables of texts, row by row; the last column is the sensitive one. */
static cdr_anonymity *judge(const char *const *table, size_t rows, size_t columns, cdr_sensitive_order order, const cdr_hierarchy *h)
{
    static const cdr_anonymity_column quasi[3] = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
    const cdr_anonymity_column sensitive = {.name = "s", .order = order, .hierarchy = h};
    static cdr_anonymity_column kept;   /* must outlive the judgement */
    kept = sensitive;
    cdr_anonymity *a;
    cdr_err err = {0};
    if (cdr_anonymity_new(&(cdr_anonymity_spec){.quasi = quasi, .quasi_count = columns - 1, .sensitive = &kept, .sensitive_count = 1, .threshold = 5}, &a, &err) != CDR_OK)
        fail_msg("%s", err.text);
    for (size_t r = 0; r < rows; r++) {
        cdr_row_cell cells[4];
        for (size_t c = 0; c < columns; c++)
            cells[c] = cell(table[r * columns + c]);
        assert_int_equal(cdr_anonymity_add(a, cells, &err), CDR_OK);
    }
    return a;
}

static cdr_anonymity_attribute attribute(cdr_anonymity *a)
{
    cdr_anonymity_attribute w;
    cdr_err err = {0};
    if (cdr_anonymity_attribute_get(a, 0, &w, &err) != CDR_OK)
        fail_msg("%s", err.text);
    return w;
}

static cdr_anonymity_figures figures(const cdr_anonymity *a)
{
    cdr_anonymity_figures f;
    cdr_anonymity_figures_get(a, &f);
    return f;
}

/* --- published examples --- */

static const char *const li_salary[] = {
    "4767*", "<=40", "3", "4767*", "<=40", "5", "4767*", "<=40", "9", "4790*", ">40", "6", "4790*", ">40", "11", "4790*", ">40", "8",
    "4760*", "<=40", "4", "4760*", "<=40", "7", "4760*", "<=40", "10"};

static void li2007__nine_rows(void **state)
{
    (void)state;
    cdr_anonymity *a = judge(li_salary, 9, 3, CDR_SENSITIVE_ORDERED, NULL);
    cdr_anonymity_figures f = figures(a);
    cdr_anonymity_attribute w = attribute(a);
    assert_int_equal(f.k, 3);
    assert_int_equal(f.classes, 3);
    assert_int_equal(w.distinct_l, 3);
    NEAR(w.entropy_l, 3);
    NEAR(w.t, 1.0 / 6);
    cdr_anonymity_free(a);
}

static const char *const machanavajjhala[] = {
    "1305*", "<=40", "heart disease", "1305*", "<=40", "viral infection", "1305*", "<=40", "cancer", "1305*", "<=40", "cancer",
    "1485*", ">40", "cancer", "1485*", ">40", "heart disease", "1485*", ">40", "viral infection", "1485*", ">40", "viral infection",
    "1306*", "<=40", "heart disease", "1306*", "<=40", "viral infection", "1306*", "<=40", "cancer", "1306*", "<=40", "cancer"};

static void machanavajjhala__twelve_rows(void **state)
{
    (void)state;
    cdr_anonymity *a = judge(machanavajjhala, 12, 3, CDR_SENSITIVE_EQUAL, NULL);
    cdr_anonymity_figures f = figures(a);
    cdr_anonymity_attribute w = attribute(a);
    assert_int_equal(f.k, 4);
    assert_int_equal(f.classes, 3);
    assert_int_equal(w.distinct_l, 3);
    NEAR(w.entropy_l, 2.8284271247461903);
    NEAR(w.t, 1.0 / 6);
    NEAR(w.max_share, 0.5);
    NEAR(f.discernibility, 48);
    NEAR(f.average_risk, 0.25);
    assert_int_equal(f.rows_below, 12);
    /* (c, 2): 2 of 4 against the other 2. */
    NEAR(w.recursive_c, 1);
    cdr_anonymity_free(a);
}

/* exp(ln 3) is 2.9999999999999996; cut off it would say 2. */
static void entropy_l__of_three_equal_values__is_three(void **state)
{
    (void)state;
    static const char *const table[] = {"a", "1", "a", "2", "a", "3"};
    cdr_anonymity *a = judge(table, 3, 2, CDR_SENSITIVE_EQUAL, NULL);
    cdr_anonymity_attribute w = attribute(a);
    assert_int_equal(w.distinct_l, 3);
    NEAR(w.entropy_l, 3);
    NEAR(w.t, 0);
    assert_int_equal(figures(a).k, 3);
    cdr_anonymity_free(a);
}

/* --- by hand --- */

static const char disease_tree[] =
    "gastric ulcer;stomach;digestive;*\ngastritis;stomach;digestive;*\nstomach cancer;stomach;digestive;*\ncolitis;colon;digestive;*\n"
    "flu;infection;respiratory;*\npneumonia;infection;respiratory;*\nbronchitis;infection;respiratory;*\nembolism;vascular;respiratory;*\n";

static void hierarchical__three_classes_by_hand(void **state)
{
    (void)state;
    static const char *const table[] = {"1", "gastric ulcer", "1", "stomach cancer", "1", "pneumonia", "2", "gastritis", "2", "flu", "2", "bronchitis",
                                        "3", "gastritis", "3", "bronchitis", "3", "stomach cancer"};
    cdr_hierarchy *h;
    cdr_err err = {0};
    assert_int_equal(cdr_hierarchy_parse(disease_tree, strlen(disease_tree), "tree", &h, &err), CDR_OK);
    assert_int_equal(cdr_hierarchy_levels(h), 3);
    cdr_anonymity *a = judge(table, 9, 2, CDR_SENSITIVE_HIERARCHICAL, h);
    /* Class 2: within stomach and infection 1/9 each at a third of the height, between the two systems 2/9. */
    NEAR(attribute(a).t, (1.0 / 9 + 1.0 / 9) / 3 + 2.0 / 9);
    cdr_anonymity_free(a);
    cdr_hierarchy_free(h);
    assert_int_equal(cdr_hierarchy_parse("a;b\na;c\n", 8, "tree", &h, &err), CDR_E_INVAL);
    assert_int_equal(cdr_hierarchy_parse("a;b\nc\n", 6, "tree", &h, &err), CDR_E_INVAL);
    assert_int_equal(cdr_hierarchy_parse("", 0, "tree", &h, &err), CDR_E_INVAL);
}

static void beta_delta_recursive__by_hand(void **state)
{
    (void)state;
    /* Class x: v v w; class y: w w w u. In all: v 2/7, w 4/7, u 1/7. */
    static const char *const table[] = {"x", "v", "x", "v", "x", "w", "y", "w", "y", "w", "y", "w", "y", "u"};
    cdr_anonymity *a = judge(table, 7, 2, CDR_SENSITIVE_EQUAL, NULL);
    cdr_anonymity_attribute w = attribute(a);
    NEAR(w.beta, (2.0 / 3 - 2.0 / 7) / (2.0 / 7));
    assert_true(isinf(w.delta));
    NEAR(w.delta_present, log((2.0 / 3) / (2.0 / 7)));
    NEAR(w.max_share, 0.75);
    NEAR(w.recursive_c, 3);
    NEAR(w.t, fmax((fabs(2.0 / 7 - 2.0 / 3) + fabs(4.0 / 7 - 1.0 / 3) + 1.0 / 7) / 2, (2.0 / 7 + fabs(4.0 / 7 - 0.75) + fabs(1.0 / 7 - 0.25)) / 2));
    assert_int_equal(w.distinct_l, 2);
    cdr_anonymity_free(a);
    static const char *const uniform[] = {"x", "v", "x", "v", "y", "w"};
    a = judge(uniform, 3, 2, CDR_SENSITIVE_EQUAL, NULL);
    assert_true(isinf(attribute(a).recursive_c));
    NEAR(attribute(a).entropy_l, 1);
    cdr_anonymity_free(a);
}

static void edges__no_rows_one_value_missing_cells(void **state)
{
    (void)state;
    cdr_anonymity *a = judge(NULL, 0, 2, CDR_SENSITIVE_EQUAL, NULL);
    assert_int_equal(figures(a).k, 0);
    assert_int_equal(attribute(a).distinct_l, 0);
    cdr_anonymity_free(a);
    static const char *const missing[] = {NULL, "1", "", "1", "x", "1"};
    a = judge(missing, 3, 2, CDR_SENSITIVE_ORDERED, NULL);
    assert_int_equal(figures(a).classes, 2);
    assert_int_equal(figures(a).uniques, 1);
    NEAR(attribute(a).t, 0);
    cdr_anonymity_free(a);
    static const char *const words[] = {"x", "one", "x", "2"};
    a = judge(words, 2, 2, CDR_SENSITIVE_ORDERED, NULL);
    cdr_anonymity_attribute w;
    cdr_err err = {0};
    assert_int_equal(cdr_anonymity_attribute_get(a, 0, &w, &err), CDR_E_INVAL);
    assert_null(strstr(err.text, "one"));
    cdr_anonymity_free(a);
    static const char *const dates[] = {"x", "2027-01-01", "x", "2027-01-02", "y", "2027-02-01", "y", "2027-02-01"};
    a = judge(dates, 4, 2, CDR_SENSITIVE_ORDERED, NULL);
    NEAR(attribute(a).t, 0.375);   /* class y: P is 1/4, 2/4, 1 where Q is 0, 0, 1 */
    cdr_anonymity_free(a);
}

static void memory__has_a_limit_and_a_sentence(void **state)
{
    (void)state;
    static const cdr_anonymity_column quasi = {.name = "a"};
    cdr_anonymity *a;
    cdr_err err = {0};
    cdr_status s = cdr_anonymity_new(&(cdr_anonymity_spec){.quasi = &quasi, .quasi_count = 1, .memory_max = 1 << 20}, &a, &err);
    for (size_t i = 0; s == CDR_OK && i < 1000000; i++) {
        char text[32];
        snprintf(text, sizeof text, "%zu", i);
        cdr_row_cell c = cell(text);
        s = cdr_anonymity_add(a, &c, &err);
    }
    assert_int_equal(s, CDR_E_LIMIT);
    assert_non_null(strstr(err.text, "1 MiB"));
    cdr_anonymity_free(a);
}

/* --- against plain formulas --- */

enum { ROWS = 300, VALUES = 12 };
typedef struct random_table { uint32_t class[ROWS], value[ROWS]; uint32_t classes; } random_table;

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static double plain_distance(cdr_sensitive_order order, const double *p, const double *q)
{
    double sum = 0, between = 0;
    if (order == CDR_SENSITIVE_EQUAL) {
        for (int v = 0; v < VALUES; v++)
            sum += fabs(p[v] - q[v]) / 2;
        return sum;
    }
    if (order == CDR_SENSITIVE_ORDERED) {
        for (int v = 0; v < VALUES; v++) {
            between += q[v] - p[v];
            sum += fabs(between) / (VALUES - 1);
        }
        return sum;
    }
    /* Three at a time under one node, two such nodes under another, the root above: heights 1/3, 2/3, 1. */
    static const int width[] = {3, 6, 12}, inner[] = {1, 3, 6};
    for (int level = 0; level < 3; level++)
        for (int from = 0; from < VALUES; from += width[level]) {
            double more = 0, less = 0;
            for (int child = from; child < from + width[level]; child += inner[level]) {
                double extra = 0;
                for (int v = child; v < child + inner[level]; v++)
                    extra += p[v] - q[v];
                more += fmax(extra, 0);
                less += fmax(-extra, 0);
            }
            sum += (level + 1) / 3.0 * fmin(more, less);
        }
    return sum;
}

static void compare(const random_table *t, cdr_sensitive_order order, const cdr_hierarchy *h)
{
    static char texts[ROWS * 2][16];
    const char *table[ROWS * 2];
    double p[VALUES] = {0}, worst = 0, share = 0, beta = 0, entropy = INFINITY;
    uint64_t smallest = ROWS, least = VALUES, uniques = 0;
    for (size_t r = 0; r < ROWS; r++) {
        snprintf(texts[2 * r], 16, "c%u", t->class[r]);
        snprintf(texts[2 * r + 1], 16, "%u", t->value[r]);
        table[2 * r] = texts[2 * r];
        table[2 * r + 1] = texts[2 * r + 1];
        p[t->value[r]] += 1.0 / ROWS;
    }
    for (uint32_t c = 0; c < t->classes; c++) {
        double q[VALUES] = {0}, entropy_here = 0;
        uint64_t size = 0, distinct = 0;
        for (size_t r = 0; r < ROWS; r++)
            size += t->class[r] == c;
        if (!size)
            continue;
        for (size_t r = 0; r < ROWS; r++)
            if (t->class[r] == c)
                q[t->value[r]] += 1.0 / (double)size;
        for (int v = 0; v < VALUES; v++) {
            distinct += q[v] > 0;
            entropy_here -= q[v] > 0 ? q[v] * log(q[v]) : 0;
            share = fmax(share, q[v]);
            beta = q[v] > 0 ? fmax(beta, q[v] / p[v] - 1) : beta;
        }
        worst = fmax(worst, plain_distance(order, p, q));
        entropy = fmin(entropy, entropy_here);
        least = CDR_MIN(least, distinct);
        smallest = CDR_MIN(smallest, size);
        uniques += size == 1;
    }
    cdr_anonymity *a = judge(table, ROWS, 2, order, h);
    cdr_anonymity_attribute w = attribute(a);
    NEAR(w.t, worst);
    NEAR(w.max_share, share);
    NEAR(w.beta, beta);
    NEAR(w.entropy_l, exp(entropy));
    assert_int_equal(w.distinct_l, least);
    assert_int_equal(figures(a).k, smallest);
    assert_int_equal(figures(a).uniques, uniques);
    cdr_anonymity_free(a);
}

static void random_tables__agree_with_plain_formulas(void **state)
{
    (void)state;
    char tree[1000];
    size_t n = 0;
    for (int v = 0; v < VALUES; v++)
        n += (size_t)snprintf(tree + n, sizeof tree - n, "%d;a%d;b%d;*\n", v, v / 3, v / 6);
    cdr_hierarchy *h;
    cdr_err err = {0};
    assert_int_equal(cdr_hierarchy_parse(tree, n, "tree", &h, &err), CDR_OK);
    uint64_t seed = 7;
    for (int round = 0; round < 60; round++) {
        random_table t = {.classes = 1 + (uint32_t)next_random(&seed) % 60};
        for (size_t r = 0; r < ROWS; r++) {
            t.class[r] = (uint32_t)(next_random(&seed) % t.classes);
            /* Every value occurs, so that the tables have all twelve. */
            t.value[r] = r < VALUES ? (uint32_t)r : (uint32_t)CDR_MIN(next_random(&seed) % VALUES, next_random(&seed) % VALUES);
        }
        compare(&t, CDR_SENSITIVE_EQUAL, NULL);
        compare(&t, CDR_SENSITIVE_ORDERED, NULL);
        compare(&t, CDR_SENSITIVE_HIERARCHICAL, h);
    }
    cdr_hierarchy_free(h);
}

/* --- left out, coarser, at a level --- */

static bool first_letters(void *arg, const char *value, size_t len, char out[256])
{
    size_t n = *(size_t *)arg;
    if (len < n)
        return false;
    memcpy(out, value, n);
    out[n] = '\0';
    return true;
}

static void without__leaves_out_or_coarsens_one_column(void **state)
{
    (void)state;
    static const char *const table[] = {"10115", "f", "x", "10117", "f", "x", "10243", "m", "x", "10243", "f", "x", "1", "m", "x"};
    cdr_anonymity *a = judge(table, 5, 3, CDR_SENSITIVE_EQUAL, NULL);
    cdr_anonymity_figures f;
    cdr_err err = {0};
    size_t three = 3;
    assert_int_equal(figures(a).uniques, 5);
    assert_int_equal(cdr_anonymity_without(a, 0, NULL, NULL, &f, &err), CDR_OK);
    assert_int_equal(f.k, 2);
    assert_int_equal(f.classes, 2);
    assert_int_equal(cdr_anonymity_without(a, 0, first_letters, &three, &f, &err), CDR_OK);
    assert_int_equal(f.classes, 4);
    assert_int_equal(f.uniques, 3);
    assert_int_equal(cdr_anonymity_without(a, 1, NULL, NULL, &f, &err), CDR_OK);
    assert_int_equal(f.classes, 4);
    assert_int_equal(f.rows_below, 5);
    uint64_t classes, rows;
    cdr_anonymity_sizes(a, 1, 1, &classes, &rows);
    assert_int_equal(rows, 5);
    cdr_anonymity_free(a);
}

static void level__looks_at_the_form(void **state)
{
    (void)state;
    cdr_hierarchy *h;
    cdr_err err = {0};
    static const char tree[] = "31,30-39,*\n35,30-39,*\n44,40-49,*\n";
    assert_int_equal(cdr_hierarchy_parse(tree, strlen(tree), "tree", &h, &err), CDR_OK);
    for (unsigned level = 0; level <= 3; level++) {
        static const uint64_t classes[] = {3, 2, 1};
        cdr_anonymity_column quasi = {.name = "age", .hierarchy = h, .level = level};
        cdr_anonymity *a;
        cdr_status s = cdr_anonymity_new(&(cdr_anonymity_spec){.quasi = &quasi, .quasi_count = 1}, &a, &err);
        if (level == 3) {
            assert_int_equal(s, CDR_E_INVAL);
            break;
        }
        static const char *const ages[] = {"31", "35", "44", "31"};
        for (size_t i = 0; i < 4; i++) {
            cdr_row_cell c = cell(ages[i]);
            assert_int_equal(cdr_anonymity_add(a, &c, &err), CDR_OK);
        }
        assert_int_equal(figures(a).classes, classes[level]);
        if (level) {
            cdr_row_cell c = cell("77");
            assert_int_equal(cdr_anonymity_add(a, &c, &err), CDR_E_INVAL);
            assert_null(strstr(err.text, "77"));
        }
        cdr_anonymity_free(a);
    }
    cdr_hierarchy_free(h);
}

static void population__k_map_and_presence(void **state)
{
    (void)state;
    static const char *const table[] = {"a", "1", "a", "1", "b", "1"};
    static const char *const people[] = {"a", "a", "a", "a", "b", "b"};
    cdr_anonymity *a = judge(table, 3, 2, CDR_SENSITIVE_EQUAL, NULL);
    cdr_anonymity_population p;
    cdr_err err = {0};
    for (size_t i = 0; i < CDR_COUNT(people); i++) {
        cdr_row_cell c = cell(people[i]);
        assert_int_equal(cdr_anonymity_population_add(a, &c, &err), CDR_OK);
    }
    cdr_anonymity_population_get(a, &p);
    assert_int_equal(p.rows, 6);
    assert_int_equal(p.k_map, 2);
    assert_int_equal(p.unique_rows, 0);
    NEAR(p.presence_min, 0.5);
    NEAR(p.presence_max, 0.5);
    assert_int_equal(p.missing_rows, 0);
    cdr_row_cell other = cell("z");
    assert_int_equal(cdr_anonymity_population_add(a, &other, &err), CDR_OK);
    cdr_anonymity_population_get(a, &p);
    NEAR(p.presence_min, 0);
    cdr_anonymity_free(a);
    static const char *const stray[] = {"a", "1", "c", "1"};
    a = judge(stray, 2, 2, CDR_SENSITIVE_EQUAL, NULL);
    cdr_row_cell c = cell("a");
    assert_int_equal(cdr_anonymity_population_add(a, &c, &err), CDR_OK);
    cdr_anonymity_population_get(a, &p);
    assert_int_equal(p.k_map, 0);
    assert_int_equal(p.missing_rows, 1);
    NEAR(p.presence_max, 1);
    cdr_anonymity_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(li2007__nine_rows), cmocka_unit_test(machanavajjhala__twelve_rows), cmocka_unit_test(entropy_l__of_three_equal_values__is_three),
        cmocka_unit_test(hierarchical__three_classes_by_hand), cmocka_unit_test(beta_delta_recursive__by_hand), cmocka_unit_test(edges__no_rows_one_value_missing_cells),
        cmocka_unit_test(memory__has_a_limit_and_a_sentence), cmocka_unit_test(random_tables__agree_with_plain_formulas),
        cmocka_unit_test(without__leaves_out_or_coarsens_one_column), cmocka_unit_test(level__looks_at_the_form), cmocka_unit_test(population__k_map_and_presence)};
    return cmocka_run_group_tests_name("anonymity", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Customers in batches: each once, whatever is repeated or interrupted; and nothing of them in a file. */
#include "world.h"

#include "core/vault/import.h"

#include "base/fault.h"
#include "base/io.h"
#include "core/ledger/store.h"
#include "core/vault/grant.h"

static cdr_status on_fault(void *arg, uint64_t line, const char *what, cdr_err *err)
{
    world *w = arg;
    (void)what; (void)err;
    w->faults++;
    w->fault_line = line;
    return CDR_OK;
}

typedef struct person { const char *account, *name, *email, *phone, *city; } person;

static size_t values_of(const person *p, cdr_vault_value ret[8])
{
    const struct { uint16_t field; const char *text; } all[] = {{CDR_FIELD_NAME, p->name}, {CDR_FIELD_EMAIL, p->email}, {CDR_FIELD_PHONE, p->phone}, {CDR_FIELD_CITY, p->city}, {CDR_FIELD_ACCOUNT, p->account}};
    size_t n = 0;
    for (size_t i = 0; i < CDR_COUNT(all); i++)
        if (all[i].text)
            ret[n++] = (cdr_vault_value){all[i].field, all[i].text, strlen(all[i].text)};
    return n;
}

static cdr_status import_some(world *w, uint16_t key, const person *people, size_t count, int64_t since, cdr_vault_import_counts *ret)
{
    cdr_vault_import *im;
    cdr_status s = cdr_vault_import_begin(w->v, key, on_fault, w, &im, &w->err);
    *ret = (cdr_vault_import_counts){0};
    if (s != CDR_OK)
        return s;
    for (size_t i = 0; s == CDR_OK && i < count; i++) {
        cdr_vault_value values[8];
        s = cdr_vault_import_add(im, i + 2, values, values_of(&people[i], values), since, &w->err);
    }
    if (s == CDR_OK)
        s = cdr_vault_import_finish(im, &w->err);
    *ret = *cdr_vault_import_told(im);
    cdr_vault_import_free(im);
    return s;
}

static const person three[] = {
    {"K-1001", "Ada Archer", "ada@example.com", "+1 212 555 0101", "Boston"}, {"K-1002", "Bob Baker", "bob@example.com", NULL, "Salem"}, {"K-1003", "Cleo Carter", NULL, "+1 212 555 0103", NULL}};

static int64_t found(world *w, uint16_t field, const char *text, size_t expected)
{
    int64_t ids[CDR_VAULT_FIND_MAX];
    size_t count;
    ok(w, cdr_vault_find(w->v, field, text, strlen(text), ids, &count, &w->err));
    assert_int_equal(count, expected);
    return count ? ids[0] : 0;
}

static void reads(world *w, int64_t customer, uint16_t field, const char *expected)
{
    cdr_secret *value;
    cdr_grant *g;
    ok(w, cdr_grant_issue(w->v, &(cdr_grant_request){.customer = customer, .fields = &(cdr_grant_field){field, CDR_GRANT_PLAIN}, .count = 1, .purpose = "delivery-question", .call = "7F3K-92", .basis = "verified C3"},
                          &g, &w->err));
    ok(w, cdr_grant_reveal(g, field, &value, &w->err));
    assert_string_equal((const char *)cdr_secret_bytes(value), expected);
    cdr_secret_free(value);
    cdr_grant_free(g);
}

static uint64_t active(world *w)
{
    uint64_t n, erased;
    ok(w, cdr_vault_count(w->v, &n, &erased, &w->err));
    return n;
}

static void import__once_and_again(void **state)
{
    world *w = *state;
    cdr_vault_import_counts n;
    int64_t since;
    ok(w, import_some(w, CDR_FIELD_ACCOUNT, three, 3, NOW - 400 * DAY, &n));
    assert_int_equal(n.added, 3);
    assert_int_equal(n.batches, 1);
    int64_t ada = found(w, CDR_FIELD_EMAIL, "ADA@example.com", 1);
    assert_int_equal(found(w, CDR_FIELD_PHONE, "(212) 555-0101", 1), ada);
    assert_int_equal(found(w, CDR_FIELD_ACCOUNT, "k1001", 1), ada);
    reads(w, ada, CDR_FIELD_NAME, "Ada Archer");
    reads(w, ada, CDR_FIELD_CITY, "Boston");
    ok(w, cdr_vault_route_since(w->v, ada, CDR_FIELD_EMAIL, &since, &w->err));
    assert_true(since == NOW - 400 * DAY);
    /* The same once more; and read back by another process. */
    reopen(w);
    uint64_t size = cdr_ledger_size(cdr_workspace_ledger(w->ws));
    ok(w, import_some(w, CDR_FIELD_ACCOUNT, three, 3, 0, &n));
    assert_int_equal(n.added + n.changed, 0);
    assert_int_equal(n.same, 3);
    assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(w->ws)), size);   /* nothing happened, and nothing is entered */
    assert_int_equal(active(w), 3);
    ok(w, cdr_vault_route_since(w->v, ada, CDR_FIELD_EMAIL, &since, &w->err));
    assert_true(since == NOW - 400 * DAY);
}

static void import__changes_what_differs(void **state)
{
    world *w = *state;
    cdr_vault_import_counts n;
    int64_t since;
    static const person later[] = {{"k 1001", "Ada Archer", "ada.new@example.com", NULL, NULL}, {"K-1002", "Bob Baker", "bob@example.com", NULL, "Salem"}, {"K-1004", "Dan Dyer", NULL, NULL, NULL}};
    ok(w, import_some(w, CDR_FIELD_ACCOUNT, three, 3, NOW - 400 * DAY, &n));
    int64_t ada = found(w, CDR_FIELD_EMAIL, "ada@example.com", 1);
    w->now_us += DAY;
    ok(w, import_some(w, CDR_FIELD_ACCOUNT, later, 3, NOW - 400 * DAY, &n));
    assert_int_equal(n.added, 1);
    assert_int_equal(n.changed, 1);
    assert_int_equal(n.same, 1);
    assert_int_equal(n.routes, 1);
    assert_int_equal(found(w, CDR_FIELD_EMAIL, "ada.new@example.com", 1), ada);
    found(w, CDR_FIELD_EMAIL, "ada@example.com", 0);
    reads(w, ada, CDR_FIELD_CITY, "Boston");   /* an empty cell changes nothing */
    /* A route that changed is new, whatever the import says of those that did not. */
    ok(w, cdr_vault_route_since(w->v, ada, CDR_FIELD_EMAIL, &since, &w->err));
    assert_true(since == NOW + DAY);
    ok(w, cdr_vault_route_since(w->v, ada, CDR_FIELD_PHONE, &since, &w->err));
    assert_true(since == NOW - 400 * DAY);
    /* Another town makes the address a new one, whatever stands in the field itself. */
    const cdr_vault_value street = {CDR_FIELD_ADDRESS, "1 High St", 9}, town = {CDR_FIELD_CITY, "Lynn", 4};
    ok(w, cdr_vault_edit(w->v, ada, &street, 1, "test", NULL, &w->err));
    w->now_us += 60 * DAY;
    ok(w, cdr_vault_edit(w->v, ada, &town, 1, "test", NULL, &w->err));
    ok(w, cdr_vault_route_since(w->v, ada, CDR_FIELD_ADDRESS, &since, &w->err));
    assert_true(since == w->now_us);
}

static void import__one_customer_in_several_rows(void **state)
{
    world *w = *state;
    cdr_vault_import_counts n;
    static const person rows[] = {{"K-1", "Ada Archer", "ada@example.com", NULL, "Boston"}, {"K-2", "Bob Baker", NULL, NULL, NULL}, {"k1", NULL, NULL, "+1 212 555 0101", "Salem"}, {"K 1", NULL, NULL, NULL, "Lynn"}};
    ok(w, import_some(w, CDR_FIELD_ACCOUNT, rows, 4, 0, &n));
    assert_int_equal(n.added, 2);
    assert_int_equal(n.again, 2);
    int64_t ada = found(w, CDR_FIELD_EMAIL, "ada@example.com", 1);
    assert_int_equal(found(w, CDR_FIELD_PHONE, "+1 212 555 0101", 1), ada);
    reads(w, ada, CDR_FIELD_CITY, "Lynn");
    reads(w, ada, CDR_FIELD_ACCOUNT, "K 1");
    assert_int_equal(active(w), 2);
}

static void import__a_key_of_several_customers_is_a_fault(void **state)
{
    world *w = *state;
    cdr_vault_import_counts n;
    static const person home[] = {{"K-1", "Ada Archer", "home@example.com", NULL, NULL}, {"K-2", "Bob Archer", "home@example.com", NULL, NULL}};
    static const person row[] = {{NULL, "Eva Archer", "home@example.com", NULL, NULL}, {NULL, "Finn", "finn@example.com", NULL, NULL}};
    ok(w, import_some(w, CDR_FIELD_ACCOUNT, home, 2, 0, &n));
    ok(w, import_some(w, CDR_FIELD_EMAIL, row, 2, 0, &n));
    assert_int_equal(n.added, 1);
    assert_int_equal(w->faults, 1);
    assert_int_equal(w->fault_line, 2);
    cdr_vault_import *im;
    assert_int_equal(cdr_vault_import_begin(w->v, CDR_FIELD_CITY, on_fault, w, &im, &w->err), CDR_E_INVAL);
    ok(w, cdr_vault_import_begin(w->v, CDR_FIELD_ACCOUNT, on_fault, w, &im, &w->err));
    assert_int_equal(cdr_vault_import_add(im, 2, &(cdr_vault_value){CDR_FIELD_NAME, "Gus", 3}, 1, 0, &w->err), CDR_E_INVAL);
    assert_int_equal(cdr_vault_import_add(im, 2, &(cdr_vault_value){CDR_FIELD_EMAIL, "nobody", 6}, 1, 0, &w->err), CDR_E_INVAL);
    cdr_vault_import_free(im);
    cdr_vault_import_free(NULL);
}

/* More than one batch, known and new ones mixed. */
#define MANY (CDR_VAULT_IMPORT_BATCH + 1500u)
static void many(world *w, uint32_t from, uint32_t to, cdr_vault_import_counts *ret)
{
    cdr_vault_import *im;
    ok(w, cdr_vault_import_begin(w->v, CDR_FIELD_ACCOUNT, on_fault, w, &im, &w->err));
    for (uint32_t i = from; i < to; i++) {
        char account[20], email[40];
        int a = snprintf(account, sizeof account, "A-%06u", i), e = snprintf(email, sizeof email, "p%u@example.com", i);
        const cdr_vault_value values[] = {{CDR_FIELD_NAME, "Some Body", 9}, {CDR_FIELD_EMAIL, email, (size_t)e}, {CDR_FIELD_ACCOUNT, account, (size_t)a}};
        ok(w, cdr_vault_import_add(im, i, values, CDR_COUNT(values), 0, &w->err));
    }
    ok(w, cdr_vault_import_finish(im, &w->err));
    *ret = *cdr_vault_import_told(im);
    cdr_vault_import_free(im);
}

static void import__batches(void **state)
{
    world *w = *state;
    cdr_vault_import_counts n;
    cdr_ledger_verdict verdict;
    many(w, 0, 1000, &n);
    assert_int_equal(n.added, 1000);
    many(w, 0, MANY, &n);
    assert_int_equal(n.added, MANY - 1000);
    assert_int_equal(n.same, 1000);
    assert_int_equal(n.batches, 2);
    many(w, MANY - 3000, MANY, &n);
    assert_int_equal(n.same, 3000);
    assert_int_equal(active(w), MANY);
    found(w, CDR_FIELD_EMAIL, "p51400@example.com", 1);
    ok(w, cdr_ledger_verify(cdr_workspace_ledger(w->ws), NULL, &verdict, &w->err));
    assert_true(verdict.ok);
}

static void import__stopped_and_gone_on(void **state)
{
    world *w = *state;
    cdr_vault_import_counts n;
    w->stop = 1;
    assert_int_equal(import_some(w, CDR_FIELD_ACCOUNT, three, 3, 0, &n), CDR_E_CANCELLED);
    w->stop = 0;
    assert_int_equal(active(w), 0);
    found(w, CDR_FIELD_EMAIL, "ada@example.com", 0);
    ok(w, import_some(w, CDR_FIELD_ACCOUNT, three, 3, 0, &n));
    assert_int_equal(n.added, 3);
}

#ifdef CANDOR_FAULTS
/* Whatever fails, and wherever: the batch is there or it is not, and the next import makes it whole. */
static void import__faults(void **state)
{
    world *w = *state;
    static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_SQL};
    cdr_vault_import_counts n;
    uint64_t tried = 0;
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool fired = true;
        for (long i = 1; fired; i += 1 + i / 40) {
            char account[48];
            person p[] = {three[0], three[1]};
            snprintf(account, sizeof account, "F-%zu-%ld", k, i);
            p[0].account = account;
            p[0].email = p[1].email = NULL;
            p[0].phone = NULL;
            cdr_fault_arm(kinds[k], i);
            cdr_status s = import_some(w, CDR_FIELD_ACCOUNT, p, 2, 0, &n);
            fired = cdr_fault_fired(kinds[k]);
            cdr_fault_arm(kinds[k], 0);
            if (s != CDR_OK)
                assert_true(fired);
            found(w, CDR_FIELD_ACCOUNT, account, s == CDR_OK);
            ok(w, import_some(w, CDR_FIELD_ACCOUNT, p, 2, 0, &n));
            reads(w, found(w, CDR_FIELD_ACCOUNT, account, 1), CDR_FIELD_NAME, "Ada Archer");
            tried++;
        }
    }
    assert_true(tried > 40);
    assert_int_equal(active(w), tried + 1);
}

/* The database fails while the next piece is being sealed. */
static void import__fault_between_pieces(void **state)
{
    world *w = *state;
    cdr_vault_import *im;
    cdr_vault_import_counts n;
    static const long when[] = {7000, 11000, 20000};
    for (size_t k = 0; k < CDR_COUNT(when); k++) {
        ok(w, cdr_vault_import_begin(w->v, CDR_FIELD_ACCOUNT, on_fault, w, &im, &w->err));
        for (uint32_t i = 0; i < 7000; i++) {
            char account[20];
            int len = snprintf(account, sizeof account, "A-%06u", i);
            ok(w, cdr_vault_import_add(im, i, &(cdr_vault_value){CDR_FIELD_ACCOUNT, account, (size_t)len}, 1, 0, &w->err));
        }
        cdr_fault_arm(CDR_FAULT_SQL, when[k]);
        assert_int_not_equal(cdr_vault_import_finish(im, &w->err), CDR_OK);
        assert_true(cdr_fault_fired(CDR_FAULT_SQL));
        cdr_fault_arm(CDR_FAULT_SQL, 0);
        assert_int_equal(cdr_vault_import_told(im)->added, 0);
        cdr_vault_import_free(im);
        assert_int_equal(active(w), 0);
    }
    many(w, 0, 7000, &n);
    assert_int_equal(n.added, 7000);
    found(w, CDR_FIELD_ACCOUNT, "A-006999", 1);
    reads(w, found(w, CDR_FIELD_ACCOUNT, "A-004500", 1), CDR_FIELD_NAME, "Some Body");
}
#endif

static bool on_disk(world *w, const char *needle)
{
    static const char *const names[] = {"candor.db", "candor.db-wal", "candor.keys", "candor.keys-wal", "candor.head"};
    bool is = false;
    for (size_t i = 0; i < CDR_COUNT(names); i++) {
        char path[200];
        cdr_buf b = CDR_BUF(64u << 20);
        snprintf(path, sizeof path, "%s/%s", w->home, names[i]);
        if (access(path, R_OK) == 0) {
            ok(w, cdr_file_read(path, &b, &w->err));
            is |= memmem(b.data, b.len, needle, strlen(needle)) != NULL;
        }
        cdr_buf_done(&b);
    }
    return is;
}

static void import__nothing_lies_in_the_clear(void **state)
{
    world *w = *state;
    cdr_vault_import_counts n;
    static const char *const needles[] = {"Archer", "ada@example.com", "5550101", "555 0101", "K-1001", "K1001", "Boston"};
    ok(w, import_some(w, CDR_FIELD_ACCOUNT, three, 3, 0, &n));
    for (size_t i = 0; i < CDR_COUNT(needles); i++)
        if (on_disk(w, needles[i]))
            fail_msg("%s is on the disk", needles[i]);
    reopen(w);
    for (size_t i = 0; i < CDR_COUNT(needles); i++)
        assert_false(on_disk(w, needles[i]));
    assert_true(on_disk(w, "customer.import"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(import__once_and_again, world_make, world_drop),
        cmocka_unit_test_setup_teardown(import__changes_what_differs, world_make, world_drop),
        cmocka_unit_test_setup_teardown(import__one_customer_in_several_rows, world_make, world_drop),
        cmocka_unit_test_setup_teardown(import__a_key_of_several_customers_is_a_fault, world_make, world_drop),
        cmocka_unit_test_setup_teardown(import__batches, world_make, world_drop),
        cmocka_unit_test_setup_teardown(import__stopped_and_gone_on, world_make, world_drop),
#ifdef CANDOR_FAULTS
        cmocka_unit_test_setup_teardown(import__faults, world_make, world_drop),
        cmocka_unit_test_setup_teardown(import__fault_between_pieces, world_make, world_drop),
#endif
        cmocka_unit_test_setup_teardown(import__nothing_lies_in_the_clear, world_make, world_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

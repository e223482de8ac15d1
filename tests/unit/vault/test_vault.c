/* SPDX-License-Identifier: Apache-2.0 */
/* The vault on a real workspace: what is kept can be had with a grant only, lies nowhere in the clear, and is gone once its key is. */
#include "world.h"

#include "core/vault/erase.h"
#include "core/vault/grant.h"
#include "core/vault/keys.h"

#include "base/io.h"
#include "core/ledger/store.h"
#include "core/workspace/store.h"

#include <fcntl.h>

#define VALUE(field, text) {CDR_FIELD_##field, text, sizeof(text) - 1}
static const cdr_vault_value ada[] = {VALUE(NAME, "Ada Maria Lovelace"), VALUE(EMAIL, "Ada.L@example.com"), VALUE(PHONE, "+1 (212) 555-0123"), VALUE(CITY, "Boston"),
                                      VALUE(DELIVERY_ADDRESS, "12 Analytical Row"), VALUE(ACCOUNT, "AC-10442"), VALUE(DATE_OF_BIRTH, "1990-03-04"), VALUE(POSTCODE, "02110")};

static int make(void **state)
{
    world_make(state);
    world *w = *state;
    ok(w, cdr_vault_add(w->v, ada, CDR_COUNT(ada), NOW - 400 * DAY, &w->ada, &w->err));
    return 0;
}

static cdr_grant *grant(world *w, uint16_t field, cdr_grant_mode mode)
{
    cdr_grant *g;
    ok(w, cdr_grant_issue(w->v, &(cdr_grant_request){.customer = w->ada.id, .fields = &(cdr_grant_field){field, mode}, .count = 1, .purpose = "delivery-question", .call = "7F3K-92", .basis = "verified C3"}, &g,
                          &w->err));
    return g;
}

static void reads(world *w, uint16_t field, const char *expected)
{
    cdr_secret *value;
    cdr_grant *g = grant(w, field, CDR_GRANT_PLAIN);
    ok(w, cdr_grant_reveal(g, field, &value, &w->err));
    assert_string_equal((const char *)cdr_secret_bytes(value), expected);
    cdr_secret_free(value);
    cdr_grant_free(g);
}

/* Is ${needle} anywhere in the files of the workspace? */
static bool on_disk(world *w, const char *needle)
{
    static const char *const names[] = {"candor.db", "candor.db-wal", "candor.keys", "candor.keys-wal", "candor.head"};
    bool found = false;
    for (size_t i = 0; i < CDR_COUNT(names); i++) {
        char path[200];
        cdr_buf b = CDR_BUF(64u << 20);
        snprintf(path, sizeof path, "%s/%s", w->home, names[i]);
        if (cdr_file_read(path, &b, NULL) == CDR_OK && b.len)
            found = found || memmem(b.data, b.len, needle, strlen(needle));
        cdr_buf_done(&b);
    }
    return found;
}

static void vault__add__opens_again_with_a_grant_after_reopening(void **state)
{
    world *w = *state;
    reopen(w);
    reads(w, CDR_FIELD_DELIVERY_ADDRESS, "12 Analytical Row");
    reads(w, CDR_FIELD_NAME, "Ada Maria Lovelace");
}

static void vault__files__hold_nothing_in_the_clear(void **state)
{
    world *w = *state;
    static const char *const parts[] = {"Lovelace", "Ada.L@example.com", "ada.l@example.com", "2125550123", "555-0123", "Analytical", "10442", "1990-03-04", "02110", "Boston"};
    reads(w, CDR_FIELD_DELIVERY_ADDRESS, "12 Analytical Row");
    for (size_t i = 0; i < CDR_COUNT(parts); i++)
        assert_false(on_disk(w, parts[i]));
}

static void vault__mask__shows_nothing_that_callers_are_asked_for(void **state)
{
    world *w = *state;
    static const uint16_t asked[] = {CDR_FIELD_ACCOUNT, CDR_FIELD_DATE_OF_BIRTH, CDR_FIELD_POSTCODE, CDR_FIELD_CARD};
    const cdr_vault_value card = VALUE(CARD, "4111 1111 1111 1111");
    ok(w, cdr_vault_edit(w->v, w->ada.id, &card, 1, "", NULL, &w->err));
    for (size_t i = 0; i < CDR_COUNT(asked); i++) {
        cdr_buf out = CDR_BUF(1000);
        ok(w, cdr_vault_mask(w->v, w->ada.id, asked[i], &out, &w->err));
        assert_string_equal(out.data, "…");
        cdr_buf_done(&out);
    }
    cdr_secret *value;
    cdr_grant *g = grant(w, CDR_FIELD_CARD, CDR_GRANT_MASKED);
    ok(w, cdr_grant_reveal(g, CDR_FIELD_CARD, &value, &w->err));
    assert_string_equal((const char *)cdr_secret_bytes(value), "…1111");
    cdr_secret_free(value);
    cdr_grant_free(g);
}

static void vault__find__knows_other_spellings_and_nothing_else(void **state)
{
    world *w = *state;
    int64_t ids[CDR_VAULT_FIND_MAX];
    size_t n;
    static const struct { uint16_t field; const char *text; size_t count; } cases[] = {
        {CDR_FIELD_EMAIL, "ada.l@EXAMPLE.com", 1}, {CDR_FIELD_EMAIL, " ada.l@example.com ", 1}, {CDR_FIELD_PHONE, "+1-212-555-0123", 1}, {CDR_FIELD_PHONE, "(212) 555-0123", 1},
        {CDR_FIELD_MOBILE, "+12125550123", 1}, {CDR_FIELD_ACCOUNT, "ac 10442", 1}, {CDR_FIELD_ACCOUNT, "AC10443", 0}, {CDR_FIELD_EMAIL, "ada@example.com", 0}, {CDR_FIELD_EMAIL, "", 0},
        {CDR_FIELD_ACCOUNT, "ada.l@example.com", 0}};
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        ok(w, cdr_vault_find(w->v, cases[i].field, cases[i].text, strlen(cases[i].text), ids, &n, &w->err));
        assert_int_equal(n, cases[i].count);
    }
    assert_int_equal(cdr_vault_find(w->v, CDR_FIELD_DATE_OF_BIRTH, "1990-03-04", 10, ids, &n, &w->err), CDR_E_INVAL);
    assert_int_equal(cdr_vault_find(w->v, CDR_FIELD_POSTCODE, "02110", 5, ids, &n, &w->err), CDR_E_INVAL);
}

static void vault__ref__refuses_a_slip(void **state)
{
    world *w = *state;
    cdr_customer c;
    char spoken[CDR_CUSTOMER_REF_MAX], wrong[CDR_CUSTOMER_REF_MAX];
    ok(w, cdr_vault_customer(w->v, w->ada.ref, &c, &w->err));
    assert_int_equal(c.id, w->ada.id);
    snprintf(spoken, sizeof spoken, " %s", w->ada.ref + 2);
    for (char *p = spoken; *p; p++)
        *p = *p == '-' ? ' ' : *p >= 'A' && *p <= 'Z' ? (char)(*p | 0x20) : *p;
    ok(w, cdr_vault_customer(w->v, spoken, &c, &w->err));
    snprintf(wrong, sizeof wrong, "%s", w->ada.ref);
    char *last = wrong + strlen(wrong) - 1;
    *last = *last == 'A' ? 'B' : 'A';
    assert_int_equal(cdr_vault_customer(w->v, wrong, &c, &w->err), CDR_NOT_FOUND);
    assert_int_equal(cdr_vault_customer(w->v, "", &c, &w->err), CDR_NOT_FOUND);
    assert_int_equal(cdr_vault_customer(w->v, "C-", &c, &w->err), CDR_NOT_FOUND);
    assert_int_equal(cdr_vault_customer(w->v, "1", &c, &w->err), CDR_NOT_FOUND);
}

static void vault__hint_and_masks__tell_little(void **state)
{
    world *w = *state;
    cdr_customer_hint hint;
    cdr_buf out = CDR_BUF(1000);
    ok(w, cdr_vault_hint(w->v, w->ada.id, &hint, &w->err));
    assert_string_equal(hint.initials, "A. M. L.");
    assert_string_equal(hint.city, "B…");
    ok(w, cdr_vault_mask(w->v, w->ada.id, CDR_FIELD_PHONE, &out, &w->err));
    assert_string_equal(out.data, "…23");
    cdr_buf_clear(&out);
    ok(w, cdr_vault_mask(w->v, w->ada.id, CDR_FIELD_DELIVERY_ADDRESS, &out, &w->err));
    assert_string_equal(out.data, "…");
    assert_int_equal(cdr_vault_mask(w->v, w->ada.id, CDR_FIELD_CARD, &out, &w->err), CDR_NOT_FOUND);
    cdr_buf_done(&out);
}

static void vault__matches__compares_meaning_and_knows_nobody(void **state)
{
    world *w = *state;
    bool yes;
    static const struct { uint16_t field; const char *said; bool right; } cases[] = {
        {CDR_FIELD_DATE_OF_BIRTH, "4.3.1990", true}, {CDR_FIELD_DATE_OF_BIRTH, "1990-03-05", false}, {CDR_FIELD_POSTCODE, "0 2110", true}, {CDR_FIELD_DELIVERY_ADDRESS, "12 analytical  row.", true},
        {CDR_FIELD_DELIVERY_ADDRESS, "12 Analytical Ro", false}, {CDR_FIELD_DELIVERY_ADDRESS, "", false}, {CDR_FIELD_CARD_LAST4, "", false}, {CDR_FIELD_CARD_LAST4, "1881", false}};
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        ok(w, cdr_vault_matches(w->v, w->ada.id, cases[i].field, cases[i].said, strlen(cases[i].said), &yes, &w->err));
        assert_int_equal(yes, cases[i].right);
        ok(w, cdr_vault_matches(w->v, 0, cases[i].field, cases[i].said, strlen(cases[i].said), &yes, &w->err));
        assert_false(yes);
    }
}

static void vault__edit__changes_fields_index_and_dates(void **state)
{
    world *w = *state;
    int64_t ids[CDR_VAULT_FIND_MAX], since;
    size_t n;
    uint64_t changed;
    const cdr_vault_value edit[] = {VALUE(EMAIL, "ada@example.net"), VALUE(CITY, "Boston"), {CDR_FIELD_POSTCODE, NULL, 0}, VALUE(REGION, "MA")};
    w->now_us += DAY;
    ok(w, cdr_vault_edit(w->v, w->ada.id, edit, CDR_COUNT(edit), "call 7F3K-92", &changed, &w->err));
    assert_int_equal(changed, 1 | 4 | 8);
    reads(w, CDR_FIELD_EMAIL, "ada@example.net");
    reads(w, CDR_FIELD_REGION, "MA");
    reads(w, CDR_FIELD_DELIVERY_ADDRESS, "12 Analytical Row");
    ok(w, cdr_vault_find(w->v, CDR_FIELD_EMAIL, "ada.l@example.com", 17, ids, &n, &w->err));
    assert_int_equal(n, 0);
    ok(w, cdr_vault_find(w->v, CDR_FIELD_EMAIL, "ada@example.net", 15, ids, &n, &w->err));
    assert_int_equal(n, 1);
    ok(w, cdr_vault_route_since(w->v, w->ada.id, CDR_FIELD_EMAIL, &since, &w->err));
    assert_int_equal(since, w->now_us);
    ok(w, cdr_vault_route_since(w->v, w->ada.id, CDR_FIELD_PHONE, &since, &w->err));
    assert_int_equal(since, NOW - 400 * DAY);
    ok(w, cdr_vault_edit(w->v, w->ada.id, edit, CDR_COUNT(edit), "again", &changed, &w->err));
    assert_int_equal(changed, 0);
}

static void vault__edit__a_number_that_two_fields_share_stays_found(void **state)
{
    world *w = *state;
    int64_t ids[CDR_VAULT_FIND_MAX];
    size_t n;
    const cdr_vault_value both = VALUE(MOBILE, "212-555-0123"), gone = {CDR_FIELD_PHONE, "", 0};
    ok(w, cdr_vault_edit(w->v, w->ada.id, &both, 1, "", NULL, &w->err));
    ok(w, cdr_vault_edit(w->v, w->ada.id, &gone, 1, "", NULL, &w->err));
    ok(w, cdr_vault_find(w->v, CDR_FIELD_PHONE, "2125550123", 10, ids, &n, &w->err));
    assert_int_equal(n, 1);
}

static void vault__add__refuses_what_is_no_value(void **state)
{
    world *w = *state;
    cdr_customer c;
    uint64_t before, after, erased;
    const cdr_vault_value bad[][2] = {{VALUE(EMAIL, "nobody"), VALUE(NAME, "X")}, {VALUE(EMAIL, "a@b.co\r\nBcc: x@example.com"), VALUE(NAME, "X")}, {VALUE(EMAIL, "a@example.com,b@example.com"), VALUE(NAME, "X")},
                                      {VALUE(EMAIL, "-f@example.com"), VALUE(NAME, "X")}, {VALUE(EMAIL, "\"a b\"@example.com"), VALUE(NAME, "X")}, {VALUE(NAME, "A\nB"), VALUE(CITY, "X")},
                                      {VALUE(NAME, "A\033[2J"), VALUE(CITY, "X")}, {VALUE(ACCOUNT, "ac 10442"), VALUE(NAME, "X")}, {VALUE(PHONE, "12"), VALUE(NAME, "X")}, {VALUE(NAME, "A\xFF"), VALUE(CITY, "B")}, {VALUE(NAME, "A"), VALUE(NAME, "B")},
                                      {{CDR_FIELD_NAME, "", 0}, {CDR_FIELD_CITY, NULL, 0}}};
    ok(w, cdr_vault_count(w->v, &before, &erased, &w->err));
    for (size_t i = 0; i < CDR_COUNT(bad); i++) {
        assert_int_equal(cdr_vault_add(w->v, bad[i], 2, 0, &c, &w->err), CDR_E_INVAL);
        assert_null(strstr(w->err.text, "nobody"));
    }
    ok(w, cdr_vault_count(w->v, &after, &erased, &w->err));
    assert_int_equal(before, after);
}

/* --- grants --- */

static void grant__reveal__counts_expires_and_names_its_field(void **state)
{
    world *w = *state;
    cdr_secret *value;
    cdr_grant *g = grant(w, CDR_FIELD_NAME, CDR_GRANT_PLAIN);
    assert_int_equal(cdr_grant_reveal(g, CDR_FIELD_EMAIL, &value, &w->err), CDR_DENIED);
    assert_null(value);
    ok(w, cdr_grant_reveal(g, CDR_FIELD_NAME, &value, &w->err));
    cdr_secret_free(value);
    assert_int_equal(cdr_grant_reveal(g, CDR_FIELD_NAME, &value, &w->err), CDR_DENIED);
    cdr_grant_free(g);
    g = grant(w, CDR_FIELD_NAME, CDR_GRANT_PLAIN);
    w->now_us += CDR_GRANT_REVEAL_US;
    assert_int_equal(cdr_grant_reveal(g, CDR_FIELD_NAME, &value, &w->err), CDR_DENIED);
    cdr_grant_free(g);
    g = grant(w, CDR_FIELD_NAME, CDR_GRANT_PLAIN);
    w->now_us -= DAY;
    assert_int_equal(cdr_grant_reveal(g, CDR_FIELD_NAME, &value, &w->err), CDR_DENIED);
    w->now_us += DAY;
    cdr_grant_free(g);
    g = grant(w, CDR_FIELD_NAME, CDR_GRANT_PLAIN);
    ok(w, cdr_grant_end(w->v, "7F3K-92", &w->err));
    assert_int_equal(cdr_grant_reveal(g, CDR_FIELD_NAME, &value, &w->err), CDR_DENIED);
    cdr_grant_free(g);
}

static void grant__modes__allow_no_more_than_they_say(void **state)
{
    world *w = *state;
    cdr_secret *value;
    bool yes;
    cdr_grant *g = grant(w, CDR_FIELD_PHONE, CDR_GRANT_CONFIRM);
    assert_int_equal(cdr_grant_reveal(g, CDR_FIELD_PHONE, &value, &w->err), CDR_DENIED);
    ok(w, cdr_grant_confirm(g, CDR_FIELD_PHONE, "2125550123", 10, &yes, &w->err));
    assert_true(yes);
    assert_int_equal(cdr_grant_confirm(g, CDR_FIELD_PHONE, "2125550123", 10, &yes, &w->err), CDR_DENIED);
    assert_false(yes);
    cdr_grant_free(g);
    g = grant(w, CDR_FIELD_PHONE, CDR_GRANT_MASKED);
    ok(w, cdr_grant_reveal(g, CDR_FIELD_PHONE, &value, &w->err));
    assert_string_equal((const char *)cdr_secret_bytes(value), "…23");
    cdr_secret_free(value);
    cdr_grant_free(g);
    g = grant(w, CDR_FIELD_PHONE, CDR_GRANT_SEND);
    assert_int_equal(cdr_grant_reveal(g, CDR_FIELD_PHONE, &value, &w->err), CDR_DENIED);
    cdr_grant_free(g);
}

static void grant__in_a_transaction__opens_nothing(void **state)
{
    world *w = *state;
    cdr_secret *value;
    cdr_grant *g = grant(w, CDR_FIELD_NAME, CDR_GRANT_PLAIN), *other;
    ok(w, cdr_db_begin(cdr_workspace_db(w->ws), &w->err));
    assert_int_equal(cdr_grant_reveal(g, CDR_FIELD_NAME, &value, &w->err), CDR_E_INVAL);
    assert_null(value);
    assert_int_equal(cdr_grant_issue(w->v, &(cdr_grant_request){.customer = w->ada.id, .fields = &(cdr_grant_field){CDR_FIELD_NAME, CDR_GRANT_PLAIN}, .count = 1, .purpose = "p", .basis = "b"}, &other, &w->err),
                     CDR_E_INVAL);
    cdr_db_rollback(cdr_workspace_db(w->ws));
    cdr_grant_free(g);
}

static void grant__without_its_row_or_entry__does_not_open(void **state)
{
    world *w = *state;
    cdr_grant *g;
    assert_int_equal(cdr_grant_load(w->v, "00000000000000000000000000000000", &g, &w->err), CDR_NOT_FOUND);
    assert_null(g);
    g = grant(w, CDR_FIELD_NAME, CDR_GRANT_PLAIN);
    char id[40];
    snprintf(id, sizeof id, "%s", cdr_grant_id(g));
    cdr_grant_free(g);
    ok(w, cdr_grant_load(w->v, id, &g, &w->err));
    cdr_grant_free(g);
}

/* --- keys --- */

static void keys__rotate__everything_still_opens_and_old_wraps_do_not(void **state)
{
    world *w = *state;
    cdr_key_status before, after;
    cdr_customer c;
    for (int i = 0; i < 20; i++) {
        char account[20];
        snprintf(account, sizeof account, "N-%d", i);
        ok(w, cdr_vault_add(w->v, &(cdr_vault_value){CDR_FIELD_ACCOUNT, account, strlen(account)}, 1, 0, &c, &w->err));
    }
    ok(w, cdr_vault_key_status(w->v, &before, &w->err));
    ok(w, cdr_vault_key_rotate(w->v, NULL, NULL, &w->err));
    ok(w, cdr_vault_key_status(w->v, &after, &w->err));
    assert_int_equal(after.version, before.version + 1);
    assert_int_equal(after.keys, 21);
    assert_int_equal(after.older, 0);
    reads(w, CDR_FIELD_NAME, "Ada Maria Lovelace");
    reopen(w);
    reads(w, CDR_FIELD_NAME, "Ada Maria Lovelace");
}

static void keys__missing_file__is_not_made_anew(void **state)
{
    world *w = *state;
    char path[200];
    cdr_vault_close(w->v);
    w->v = NULL;
    snprintf(path, sizeof path, "%s/candor.keys", w->home);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(cdr_vault_open(w->ws, &w->v, &w->err), CDR_E_CORRUPT);
    assert_int_equal(access(path, F_OK), -1);
}

static void keys__of_another_workspace__are_refused(void **state)
{
    world *w = *state;
    char other[110], mine[200], theirs[200];
    cdr_workspace *ws;
    cdr_vault *v;
    cdr_customer c;
    snprintf(other, sizeof other, "%s/other", w->dir);
    ok(w, cdr_workspace_create(&w->ctx, other, "Other", NULL, &w->err));
    ok(w, cdr_workspace_open(&w->ctx, other, CDR_WORKSPACE_WRITE, NULL, &ws, &w->err));
    ok(w, cdr_vault_open(ws, &v, &w->err));
    ok(w, cdr_vault_add(v, ada, CDR_COUNT(ada), 0, &c, &w->err));
    cdr_vault_close(v);
    cdr_workspace_close(ws);
    cdr_vault_close(w->v);
    w->v = NULL;
    snprintf(mine, sizeof mine, "%s/candor.keys", w->home);
    snprintf(theirs, sizeof theirs, "%s/candor.keys", other);
    assert_int_equal(rename(theirs, mine), 0);
    assert_int_equal(cdr_vault_open(w->ws, &w->v, &w->err), CDR_E_CORRUPT);
}

/* --- erasing --- */

static void erase__leaves_nothing_that_opens(void **state)
{
    world *w = *state;
    cdr_erasure e;
    cdr_customer c;
    int64_t ids[CDR_VAULT_FIND_MAX];
    size_t n;
    char before[CDR_PSEUDONYM_TEXT];
    cdr_buf doc = CDR_BUF(10000);
    uint64_t index;
    cdr_ledger_verdict verdict;
    ok(w, cdr_vault_pseudonym(w->v, w->ada.id, before, &w->err));
    cdr_grant *g = grant(w, CDR_FIELD_NAME, CDR_GRANT_PLAIN);
    ok(w, cdr_vault_erase(w->v, w->ada.id, "request R-12", &e, &w->err));
    assert_int_equal(e.cells, 8);
    assert_int_equal(e.index_rows, 3);
    assert_int_equal(e.backups_gone_us, w->now_us + CDR_KEY_BACKUP_DAYS * DAY);
    cdr_secret *value;
    assert_int_not_equal(cdr_grant_reveal(g, CDR_FIELD_NAME, &value, &w->err), CDR_OK);
    cdr_grant_free(g);
    ok(w, cdr_vault_customer(w->v, w->ada.ref, &c, &w->err));
    assert_true(c.erased);
    ok(w, cdr_vault_find(w->v, CDR_FIELD_EMAIL, "ada.l@example.com", 17, ids, &n, &w->err));
    assert_int_equal(n, 0);
    assert_int_equal(cdr_vault_pseudonym(w->v, w->ada.id, before, &w->err), CDR_NOT_FOUND);
    ok(w, cdr_vault_erasure_receipt(w->v, e.receipt, &doc, &index, &w->err));
    assert_int_equal(index, e.ledger_index);
    assert_non_null(strstr(doc.data, "key_backups_gone_by"));
    ok(w, cdr_ledger_verify(cdr_workspace_ledger(w->ws), NULL, &verdict, &w->err));
    assert_true(verdict.ok);
    assert_int_not_equal(cdr_vault_erase(w->v, w->ada.id, "again", &e, &w->err), CDR_OK);
    cdr_buf_done(&doc);
    /* A number is never given out again: cells of the one before would open in its place. */
    ok(w, cdr_vault_add(w->v, ada, CDR_COUNT(ada), 0, &c, &w->err));
    assert_int_not_equal(c.id, w->ada.id);
}

static void erase__the_sealed_key_and_cells_leave_the_files(void **state)
{
    world *w = *state;
    cdr_erasure e;
    cdr_buf keys = CDR_BUF(64u << 20), after = CDR_BUF(64u << 20);
    char path[200];
    cdr_customer c;
    ok(w, cdr_db_cut_log(cdr_workspace_db(w->ws), &w->err));
    reopen(w);
    snprintf(path, sizeof path, "%s/candor.keys", w->home);
    ok(w, cdr_file_read(path, &keys, &w->err));
    ok(w, cdr_vault_erase(w->v, w->ada.id, "test", &e, &w->err));
    ok(w, cdr_file_read(path, &after, &w->err));
    /* The row of 104 bytes stood at the end of its page; what stood there is not in the file any more. */
    bool gone = false;
    for (size_t i = 0; i + 32 <= keys.len && !gone; i++)
        gone = keys.data[i] && !memmem(after.data, after.len, keys.data + i, 32);
    assert_true(gone);
    snprintf(path, sizeof path, "%s/candor.keys-wal", w->home);
    cdr_buf wal = CDR_BUF(64u << 20);
    if (cdr_file_read(path, &wal, NULL) == CDR_OK)
        assert_int_equal(wal.len, 0);
    cdr_buf_done(&wal);
    cdr_buf_done(&keys);
    cdr_buf_done(&after);
    (void)c;
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, make, world_drop)
    const struct CMUnitTest tests[] = {
        T(vault__add__opens_again_with_a_grant_after_reopening), T(vault__files__hold_nothing_in_the_clear), T(vault__mask__shows_nothing_that_callers_are_asked_for), T(vault__find__knows_other_spellings_and_nothing_else), T(vault__ref__refuses_a_slip),
        T(vault__hint_and_masks__tell_little), T(vault__matches__compares_meaning_and_knows_nobody), T(vault__edit__changes_fields_index_and_dates),
        T(vault__edit__a_number_that_two_fields_share_stays_found), T(vault__add__refuses_what_is_no_value), T(grant__reveal__counts_expires_and_names_its_field),
        T(grant__modes__allow_no_more_than_they_say), T(grant__in_a_transaction__opens_nothing), T(grant__without_its_row_or_entry__does_not_open),
        T(keys__rotate__everything_still_opens_and_old_wraps_do_not), T(keys__missing_file__is_not_made_anew), T(keys__of_another_workspace__are_refused), T(erase__leaves_nothing_that_opens),
        T(erase__the_sealed_key_and_cells_leave_the_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "../inventory/world.h"

#include "core/minimise/holds.h"

static int setup(void **state)
{
    static world w;
    world_make(&w);
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    world_drop(*state);
    return 0;
}

static void place(world *w, const char *system, const char *path, const char *category)
{
    int64_t id;
    cdr_hold h = {.name = "file 1", .reason = "claim", .approver = "counsel", .system = system, .path = path, .category = category};
    world_ok(w, cdr_hold_place(w->ws, &h, &id, &w->err));
}

static bool covered(world *w, const char *system, const char *path, const char *category)
{
    cdr_holds *all;
    world_ok(w, cdr_holds_load(w->ws, &all, &w->err));
    bool yes = cdr_holds_cover(all, system, path, category) != NULL;
    cdr_holds_free(all);
    return yes;
}

static void holds__by_category__cover_what_is_below_and_what_contains_it(void **state)
{
    world *w = *state;
    place(w, "", "", "user.financial");
    assert_true(covered(w, "crm", "/d/a.csv", "user.financial.bank_account"));
    assert_true(covered(w, "", "/d/a.csv", "user"));
    assert_true(covered(w, "", "/d/a.csv", ""));
    assert_false(covered(w, "", "/d/a.csv", "user.contact.email"));
    assert_false(covered(w, "", "/d/a.csv", "user.financially"));
}

static void holds__by_path__cover_the_file_around_a_table(void **state)
{
    world *w = *state;
    place(w, "", "/d/shop.db!/orders", "");
    assert_true(covered(w, "", "/d/shop.db!/orders", "user"));
    assert_true(covered(w, "", "/d/shop.db", "user"));
    assert_false(covered(w, "", "/d/shop.db!/customers", "user"));
    assert_false(covered(w, "", "/d/shop", "user"));
    assert_false(covered(w, "", "/d/shop.db!/orders2", "user"));
}

static void holds__released__cover_nothing(void **state)
{
    world *w = *state;
    place(w, "crm", "", "");
    assert_true(covered(w, "crm", "/d/a.csv", "user"));
    assert_false(covered(w, "erp", "/d/a.csv", "user"));
    world_ok(w, cdr_hold_release(w->ws, 1, "settled", &w->err));
    assert_false(covered(w, "crm", "/d/a.csv", "user"));
    assert_int_equal(cdr_hold_release(w->ws, 1, "settled", &w->err), CDR_NOT_FOUND);
}

static bool is_person(world *w, const char *identifier, const char *value)
{
    cdr_hold h = {.name = "x", .reason = "y", .approver = "z"};
    const cdr_secret *key = cdr_workspace_key(w->ws, CDR_KEY_VALUE_ID);
    world_ok(w, cdr_hold_set_person(&h, key, identifier, strlen(identifier), &w->err));
    return cdr_hold_is_person(&h, key, value, strlen(value));
}

static void holds__by_person__know_the_spellings_of_a_value(void **state)
{
    world *w = *state;
    assert_true(is_person(w, "Ada@Example.com\n", "ada@example.com"));
    assert_true(is_person(w, "ada@example.com", "wrote to <ADA@example.com>, twice"));
    assert_true(is_person(w, "ada@example.com", "a;ada@example.com."));
    assert_true(is_person(w, "(212) 555-0134", "+1 212 555 0134"));
    assert_true(is_person(w, "+1 212 555 0134", "call 212-555-0134 today"));
    assert_true(is_person(w, "DE89 3704 0044 0532 0130 00", "de89370400440532013000"));
    assert_true(is_person(w, "C-10234", "c-10234"));
    assert_true(is_person(w, "Ada Lovelace", "seen by Ada  Lovelace (author)"));
    assert_false(is_person(w, "ada@example.com", "bada@example.com"));
    assert_false(is_person(w, "ada@example.com", "ada@example.com.au"));
    assert_false(is_person(w, "C-10234", "C-102345"));
    assert_false(is_person(w, "Ada Lovelace", "Ada Byron Lovelace"));
    assert_false(is_person(w, "ada@example.com", ""));
}

static void holds__by_person__survive_the_store(void **state)
{
    world *w = *state;
    const cdr_secret *key = cdr_workspace_key(w->ws, CDR_KEY_VALUE_ID);
    cdr_hold h = {.name = "file 2", .reason = "claim", .approver = "counsel", .path = "/d"};
    int64_t id;
    size_t i = 0;
    cdr_holds *all;
    world_ok(w, cdr_hold_set_person(&h, key, "17", 2, &w->err));   /* short, but limited to a place */
    world_ok(w, cdr_hold_place(w->ws, &h, &id, &w->err));
    world_ok(w, cdr_holds_load(w->ws, &all, &w->err));
    assert_null(cdr_holds_cover(all, "", "/d/a.csv", "user"));
    assert_null(cdr_holds_next_person(all, "", "/e/a.csv", "", &i));
    i = 0;
    const cdr_hold *got = cdr_holds_next_person(all, "", "/d/a.csv", "", &i);
    assert_non_null(got);
    assert_true(cdr_hold_is_person(got, key, "17", 2));
    assert_false(cdr_hold_is_person(got, key, "18", 2));
    assert_null(cdr_holds_next_person(all, "", "/d/a.csv", "", &i));
    cdr_holds_free(all);
}

static void holds__wrong__are_refused(void **state)
{
    world *w = *state;
    int64_t id;
    cdr_hold h = {.name = "", .reason = "y", .approver = "z"};
    assert_int_equal(cdr_hold_place(w->ws, &h, &id, &w->err), CDR_E_INVAL);
    h = (cdr_hold){.name = "x", .reason = "y", .approver = "z", .category = "user.nonsense"};
    assert_int_equal(cdr_hold_place(w->ws, &h, &id, &w->err), CDR_E_INVAL);
    const cdr_secret *key = cdr_workspace_key(w->ws, CDR_KEY_VALUE_ID);
    assert_int_equal(cdr_hold_set_person(&h, key, "17", 2, &w->err), CDR_E_INVAL);
    assert_int_equal(cdr_hold_set_person(&h, key, " \n", 2, &w->err), CDR_E_INVAL);
    assert_int_equal(cdr_hold_set_person(&h, key, "a@example.com\nb@example.com", 27, &w->err), CDR_E_INVAL);
    assert_int_equal(cdr_hold_set_person(&h, key, "----", 4, &w->err), CDR_E_INVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(holds__by_category__cover_what_is_below_and_what_contains_it, setup, teardown),
        cmocka_unit_test_setup_teardown(holds__by_path__cover_the_file_around_a_table, setup, teardown),
        cmocka_unit_test_setup_teardown(holds__released__cover_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(holds__by_person__know_the_spellings_of_a_value, setup, teardown),
        cmocka_unit_test_setup_teardown(holds__by_person__survive_the_store, setup, teardown),
        cmocka_unit_test_setup_teardown(holds__wrong__are_refused, setup, teardown),
    };
    return cmocka_run_group_tests_name("holds", tests, NULL, NULL);
}

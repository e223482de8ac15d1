/* SPDX-License-Identifier: Apache-2.0 */
/* A customer hears of each change of a factor by what is on file, and by letter where nothing has been there long enough. */
#include "world.h"

#include "core/identity/factor_tell.h"
#include "core/identity/reach.h"

#include <dirent.h>

static unsigned drops(const world *w, const char *way, const char *holds)
{
    char path[500];
    unsigned count = 0;
    snprintf(path, sizeof path, "%s/outbox", w->home);
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        cdr_buf text = CDR_BUF(1u << 20);
        if (strncmp(e->d_name, way, strlen(way)) != 0)
            continue;
        snprintf(path, sizeof path, "%s/outbox/%s", w->home, e->d_name);
        assert_int_equal(cdr_file_read(path, &text, NULL), CDR_OK);
        count += strstr(text.data, holds) != NULL;
        cdr_buf_done(&text);
    }
    if (d)
        closedir(d);
    return count;
}

static void tell__mail_and_text__when_they_are_old_enough(void **state)
{
    world *w = *state;
    cdr_sender *sender;
    cdr_factor_told told;
    ok(w, cdr_sender_open(&w->ctx, w->home, &sender, &w->err));
    cdr_factor_tell(w->f, sender, w->ada.id, CDR_FACTOR_PIN, CDR_FACTOR_SET, &told);
    assert_int_equal(told.sent, 2);
    assert_int_equal(told.failed, 0);
    assert_false(told.letter);
    assert_int_equal(drops(w, "email-", "a new PIN was set"), 1);
    assert_int_equal(drops(w, "sms-", "+12125550188"), 1);
    cdr_factor_tell(w->f, sender, w->ada.id, CDR_FACTOR_RECOVERY, CDR_FACTOR_USED, &told);
    assert_int_equal(drops(w, "email-", "one of your recovery codes was used"), 1);
    cdr_factor_tell(w->f, NULL, w->ada.id, CDR_FACTOR_PIN, CDR_FACTOR_ENDED, &told);
    assert_int_equal(told.sent, 0);
    assert_true(told.failed >= 1 && told.why[0]);
    cdr_sender_close(sender);
}

/* Somebody changed e-mail and telephone yesterday, and sets a PIN today: the address by post is all that he does not have. */
static void tell__young_routes__a_letter_too(void **state)
{
    world *w = *state;
    static const cdr_vault_value young[] = {VALUE(EMAIL, "eve@example.com"), VALUE(MOBILE, ""), VALUE(PHONE, "+1 212 555 0166"), VALUE(ADDRESS, "1 Main St"), VALUE(CITY, "Boston")};
    cdr_sender *sender;
    cdr_factor_told told;
    ok(w, cdr_sender_open(&w->ctx, w->home, &sender, &w->err));
    ok(w, cdr_vault_edit(w->v, w->ada.id, young, CDR_COUNT(young), "test", NULL, &w->err));
    w->now_us += 29 * DAY;
    cdr_factor_tell(w->f, sender, w->ada.id, CDR_FACTOR_PIN, CDR_FACTOR_SET, &told);
    assert_int_equal(told.sent, 3);
    assert_true(told.letter);
    assert_int_equal(drops(w, "sms-", "+12125550166"), 1);
    assert_int_equal(drops(w, "letter-", "Ada Lovelace"), 1);
    w->now_us += DAY;
    cdr_factor_tell(w->f, sender, w->ada.id, CDR_FACTOR_PIN, CDR_FACTOR_ENDED, &told);
    assert_int_equal(told.sent, 2);
    assert_false(told.letter);
    cdr_sender_close(sender);
}

/* The parts of an address that are missing leave neither lines nor anything behind the end. */
static void where__parts_missing__text_ends(void **state)
{
    world *w = *state;
    static const cdr_vault_value no_city[] = {VALUE(ADDRESS, "1 Main St"), VALUE(POSTCODE, "")};
    cdr_secret *to;
    int64_t since;
    ok(w, cdr_vault_edit(w->v, w->ada.id, no_city, CDR_COUNT(no_city), "test", NULL, &w->err));
    ok(w, cdr_reach_where(w->v, w->ada.id, &cdr_reaches[CDR_REACH_ADDRESS], &to, &since, &w->err));
    assert_string_equal((const char *)cdr_secret_bytes(to), "Ada Lovelace\n1 Main St");
    assert_int_equal(cdr_secret_len(to), strlen("Ada Lovelace\n1 Main St") + 1);
    assert_int_equal(since, w->now_us);
    cdr_secret_free(to);
    ok(w, cdr_reach_where(w->v, w->bob.id, &cdr_reaches[CDR_REACH_MOBILE], &to, NULL, &w->err));
    assert_null(to);
}

int main(void)
{
    if (cdr_crypto_start(NULL) != CDR_OK)
        return 1;
#define T(name) cmocka_unit_test_setup_teardown(name, world_make, world_drop)
    const struct CMUnitTest tests[] = {
        T(tell__mail_and_text__when_they_are_old_enough), T(tell__young_routes__a_letter_too), T(where__parts_missing__text_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

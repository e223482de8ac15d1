/* SPDX-License-Identifier: Apache-2.0 */
/* Calls on a real workspace: from the first word to the receipt, and everything that must not help a thief. */
#include "desk.h"

#include "core/identity/oversight.h"

#define RUN(name) cmocka_unit_test_setup_teardown(name, world_make, world_drop)

static void with_pin(desk *d, void **state)
{
    world *w = *state;
    desk_open(d, w);
    ok(w, try_pin(w, w->ada.id, GOOD_PIN));
}

/* Kinds of the entries from ${from} on, one behind the other. */
static cdr_status add_kind(void *arg, uint64_t idx, const char *entry, size_t len)
{
    const char *k = memmem(entry, len, "\"kind\":\"", 8);
    (void)idx;
    return cdr_buf_addf(arg, "%.*s ", (int)strcspn(k + 8, "\""), k + 8);
}

static char *kinds_since(desk *d, uint64_t from)
{
    cdr_buf out = CDR_BUF(1 << 20);
    ok(d->w, cdr_ledger_each(cdr_workspace_ledger(d->w->ws), from, add_kind, &out, &d->w->err));
    return cdr_buf_take(&out);
}

static uint64_t entries(desk *d)
{
    return cdr_ledger_size(cdr_workspace_ledger(d->w->ws));
}

/* --- a call that goes well --- */

static void call__pin_and_authenticator__opens_what_c3_may_see(void **state)
{
    world *w = *state;
    desk d;
    char code[12];
    with_pin(&d, state);
    enrol_totp(&d);
    begin(&d);
    assert_int_equal(d.call.level, CDR_LEVEL_C0);
    assert_int_equal(d.call.needed, CDR_LEVEL_C3);
    assert_int_equal(ask(&d, CDR_FIELD_EMAIL).done, 0);
    assert_true(answer(&d, CDR_FACTOR_PIN, "4820 3957").matched);
    assert_int_equal(d.call.level, CDR_LEVEL_C2);
    heard masked = ask(&d, CDR_FIELD_EMAIL);
    assert_int_equal(masked.done, 1);
    assert_null(strstr(masked.values, "ada@example.com"));
    totp_now(&d, code);
    assert_true(answer(&d, CDR_FACTOR_TOTP, code).matched);
    assert_int_equal(d.call.level, CDR_LEVEL_C3);
    heard h = ask(&d, CDR_FIELD_EMAIL);
    assert_string_equal(h.values, "ada@example.com|");
    cdr_call_end e;
    ok(w, cdr_verify_end(d.id, d.call.call, "done", "card 4111 1111 1111 1111, cvv 123", true, &e, &w->err));
    assert_string_equal(e.told, "e-mail address (in full)");
    assert_int_equal(e.cleaned, 2);
    assert_false(world_holds(w, "4111 1111 1111 1111", 19));
    assert_int_equal(outbox(&d, 0, NULL), 1);
    assert_int_equal(try_answer(&d, CDR_FACTOR_PIN, GOOD_PIN), CDR_DENIED);
    cdr_telling t;
    heard none = {0};
    assert_int_equal(cdr_disclose(d.id, d.call.call, (const uint16_t[]){CDR_FIELD_EMAIL}, 1, hear, &none, &t, &w->err), CDR_DENIED);
    desk_close(&d);
}

static void value__its_entry_stands_before_it_is_heard(void **state)
{
    desk d;
    with_pin(&d, state);
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    uint64_t before = entries(&d);
    heard h = ask(&d, CDR_FIELD_EMAIL);
    assert_int_equal(h.done, 1);
    assert_int_equal(h.size_at_value, before + 3);
    _cleanup_free_ char *kinds = kinds_since(&d, before);
    assert_string_equal(kinds, "disclosure.ask disclosure.grant disclosure.reveal ");
    desk_close(&d);
}

static void end__of_a_call_in_which_nothing_matched__tells_her_that_somebody_asked(void **state)
{
    world *w = *state;
    desk d;
    cdr_call_end e;
    char path[200];
    with_pin(&d, state);
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, "11335577");
    ok(w, cdr_verify_end(d.id, d.call.call, "not verified", NULL, true, &e, &w->err));
    assert_int_equal(outbox(&d, 0, NULL), 1);
    snprintf(path, sizeof path, "%s/outbox", w->home);
    DIR *dir = opendir(path);
    for (struct dirent *f; (f = readdir(dir));)
        if (f->d_name[0] != '.') {
            cdr_buf text = CDR_BUF(1 << 16);
            char file[500];
            snprintf(file, sizeof file, "%s/%s", path, f->d_name);
            ok(w, cdr_file_read(file, &text, &w->err));
            assert_non_null(strstr(text.data, "could not show to be you"));
            cdr_buf_done(&text);
        }
    closedir(dir);
    desk_close(&d);
}

/* --- tries --- */

static void tries__the_fourth_in_a_call_is_not_compared(void **state)
{
    desk d;
    with_pin(&d, state);
    begin(&d);
    for (unsigned left = 3; left-- > 0;) {
        cdr_verify_answer a = answer(&d, CDR_FACTOR_PIN, "11335577");
        assert_false(a.matched || a.locked);
        assert_int_equal(a.tries_left, left);
    }
    cdr_verify_answer a = answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    assert_true(a.locked && !a.matched);
    assert_int_equal(d.call.level, CDR_LEVEL_C0);
    desk_close(&d);
}

static void tries__the_sixth_of_a_day_is_locked_by_whatever_she_was_found(void **state)
{
    static const cdr_said by_mail[] = {SAID(EMAIL_ADDRESS, "ADA@example.com"), SAID(POSTCODE, "02110")};
    world *w = *state;
    desk d;
    with_pin(&d, state);
    begin(&d);
    for (int i = 0; i < 3; i++)
        answer(&d, CDR_FACTOR_PIN, "11335577");
    ok(w, begin_with(&d, "account-help", 0, by_mail, 2));
    assert_int_equal(answer(&d, CDR_FACTOR_PIN, "11335577").tries_left, 1);
    assert_int_equal(answer(&d, CDR_FACTOR_PIN, "11335577").tries_left, 0);
    begin(&d);
    cdr_verify_answer a = answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    assert_true(a.locked && !a.matched && a.open_us == w->now_us + DAY);
    cdr_secret *code = NULL;
    ok(w, cdr_verify_send_code(d.id, d.call.call, CDR_FACTOR_CALLBACK, &code, &w->err));
    assert_non_null(code);
    cdr_secret_free(code);
    ok(w, cdr_verify_send_code(d.id, d.call.call, CDR_FACTOR_LETTER, NULL, &w->err));
    w->now_us += DAY;
    begin(&d);
    assert_true(answer(&d, CDR_FACTOR_PIN, GOOD_PIN).matched);
    desk_close(&d);
}

static void tries__of_one_factor_do_not_lock_another(void **state)
{
    desk d;
    char code[12];
    with_pin(&d, state);
    enrol_totp(&d);
    begin(&d);
    for (int i = 0; i < 3; i++)
        answer(&d, CDR_FACTOR_PIN, "11335577");
    totp_now(&d, code);
    assert_true(answer(&d, CDR_FACTOR_TOTP, code).matched);
    assert_true(answer(&d, CDR_FACTOR_TOTP, code).tries_left == 2);      /* the same step again */
    assert_int_equal(d.call.level, CDR_LEVEL_C2);
    desk_close(&d);
}

static void authenticator__an_old_step_after_a_new_one__never_matches(void **state)
{
    world *w = *state;
    desk d;
    char old[12], new[12];
    with_pin(&d, state);
    enrol_totp(&d);
    totp_now(&d, old);
    w->now_us += 30 * SECOND;
    totp_now(&d, new);
    begin(&d);
    assert_true(answer(&d, CDR_FACTOR_TOTP, new).matched);
    begin(&d);
    assert_false(answer(&d, CDR_FACTOR_TOTP, old).matched);
    assert_false(answer(&d, CDR_FACTOR_TOTP, new).matched);
    assert_int_equal(d.call.level, CDR_LEVEL_C0);
    desk_close(&d);
}

/* --- nobody --- */

/* One script; what the agent learns, as text, and the kinds of its entries. */
static char *script(desk *d, bool real)
{
    cdr_buf out = CDR_BUF(1 << 20);
    uint64_t from = entries(d);
    static const cdr_factor_kind kinds[] = {CDR_FACTOR_PIN, CDR_FACTOR_TOTP, CDR_FACTOR_WORDS, CDR_FACTOR_RECOVERY, CDR_FACTOR_CARD_LAST4};
    if (real)
        begin(d);
    else
        begin_nobody(d);
    cdr_secret *code = NULL;
    for (size_t i = 0; i < CDR_COUNT(kinds); i++)
        for (int k = 0; k < 4; k++) {
            cdr_verify_answer a = answer(d, kinds[i], k == 3 ? "0000" : "11335577");
            cdr_buf_addf(&out, "%d %u %d %d %s %s|", a.matched, a.tries_left, a.locked, a.call.level, a.call.why_level, a.call.why_needed);
        }
    ok(d->w, cdr_verify_send_code(d->id, d->call.call, CDR_FACTOR_SMS, NULL, &d->w->err));
    ok(d->w, cdr_verify_send_code(d->id, d->call.call, CDR_FACTOR_CALLBACK, &code, &d->w->err));
    cdr_buf_addf(&out, "%zu ", cdr_secret_len(code));
    cdr_secret_free(code);
    cdr_buf_addf(&out, "%d ", answer(d, CDR_FACTOR_SMS, "000000").tries_left);
    heard h = ask(d, CDR_FIELD_EMAIL);
    cdr_buf_addf(&out, "%u %u %s|", h.done, h.refused, h.why);
    cdr_buf ways = CDR_BUF(1 << 16), history = CDR_BUF(1 << 16);
    ok(d->w, cdr_verify_ways(d->id, d->call.call, &ways, NULL, &d->w->err));
    ok(d->w, cdr_verify_history(d->id, d->call.call, &history, &d->w->err));
    cdr_buf_addf(&out, "%s|%s|", ways.data, history.data);
    cdr_confirming c;
    ok(d->w, cdr_disclose_confirm(d->id, d->call.call, CDR_FIELD_POSTCODE, "02110", 5, &c, &d->w->err));
    cdr_buf_addf(&out, "%d %s|", c.allowed, c.why);
    cdr_call_end e;
    ok(d->w, cdr_verify_end(d->id, d->call.call, "not verified", NULL, true, &e, &d->w->err));
    cdr_buf_addf(&out, "%s %u %u %zu\n", e.told, e.tries, e.matched, e.call.flag_count);
    _cleanup_free_ char *entered = kinds_since(d, from);
    cdr_buf_adds(&out, entered);
    cdr_buf_done(&ways);
    cdr_buf_done(&history);
    return cdr_buf_take(&out);
}

static void nobody__the_same_words_tries_and_entries(void **state)
{
    desk d;
    with_pin(&d, state);
    enrol_totp(&d);
    for (int round = 0; round < 3; round++) {
        _cleanup_free_ char *real = script(&d, true), *nobody = script(&d, false);
        assert_string_equal(real, nobody);
    }
    desk_close(&d);
}

static void nobody__a_good_secret_of_another_matches_nothing(void **state)
{
    desk d;
    with_pin(&d, state);
    begin_nobody(&d);
    assert_false(answer(&d, CDR_FACTOR_PIN, GOOD_PIN).matched);
    assert_int_equal(d.call.level, CDR_LEVEL_C0);
    cdr_workspace_set_actor(d.w->ws, "staff:omar");
    ok(d.w, cdr_verify_second(d.id, d.call.call, &d.call, &d.w->err));
    assert_int_equal(d.call.level, CDR_LEVEL_C0);
    desk_close(&d);
}

static void several_customers__are_nobody_until_one_is_left(void **state)
{
    static const cdr_vault_value twin[] = {VALUE(NAME, "Tom Lovelace"), VALUE(EMAIL, "ada@example.com"), VALUE(POSTCODE, "97201")};
    static const cdr_said wide[] = {SAID(EMAIL_ADDRESS, "ada@example.com")}, narrow[] = {SAID(EMAIL_ADDRESS, "ada@example.com"), SAID(POSTCODE, "02110")};
    world *w = *state;
    desk d;
    cdr_customer tom;
    with_pin(&d, state);
    ok(w, cdr_vault_add(w->v, twin, CDR_COUNT(twin), NOW - 400 * DAY, &tom, &w->err));
    ok(w, begin_with(&d, "account-help", 0, wide, 1));
    assert_false(answer(&d, CDR_FACTOR_PIN, GOOD_PIN).matched);
    ok(w, begin_with(&d, "account-help", 0, narrow, 2));
    assert_true(answer(&d, CDR_FACTOR_PIN, GOOD_PIN).matched);
    desk_close(&d);
}

static void start__without_anything_that_finds__is_wrong_use(void **state)
{
    static const cdr_said weak[] = {SAID(NAME, "Ada Lovelace"), SAID(POSTCODE, "02110")}, broken[] = {SAID(PHONE_NUMBER, "no number")};
    desk d;
    with_pin(&d, state);
    assert_int_equal(begin_with(&d, "account-help", 0, weak, 2), CDR_E_INVAL);
    assert_int_equal(begin_with(&d, "account-help", 0, broken, 1), CDR_E_INVAL);
    assert_null(strstr(d.w->err.text, "no number"));
    assert_int_equal(begin_with(&d, "gossip", 0, weak, 2), CDR_E_INVAL);
    desk_close(&d);
}

/* --- codes --- */

static void code__counts_once_in_its_own_call_for_ten_minutes(void **state)
{
    world *w = *state;
    desk d;
    char first[16] = "", second[16] = "";
    with_pin(&d, state);
    begin(&d);
    cdr_call one = d.call;
    ok(w, cdr_verify_send_code(d.id, d.call.call, CDR_FACTOR_SMS, NULL, &w->err));
    assert_int_equal(outbox(&d, 6, first), 1);
    begin(&d);
    assert_int_equal(try_answer(&d, CDR_FACTOR_SMS, first), CDR_DENIED);     /* none was asked for here */
    ok(w, cdr_verify_send_code(d.id, d.call.call, CDR_FACTOR_SMS, NULL, &w->err));
    outbox(&d, 6, second);
    if (strcmp(first, second) != 0)
        assert_false(answer(&d, CDR_FACTOR_SMS, first).matched);
    assert_true(answer(&d, CDR_FACTOR_SMS, second).matched);
    assert_false(answer(&d, CDR_FACTOR_SMS, second).matched);                /* once */
    d.call = one;
    w->now_us += 10 * MINUTE;
    assert_false(answer(&d, CDR_FACTOR_SMS, first).matched);                 /* too late */
    desk_close(&d);
}

static void route__29_days_and_23_hours_is_too_new_30_days_is_not(void **state)
{
    static const cdr_vault_value change[] = {VALUE(MOBILE, "+1 212 555 0177")};
    world *w = *state;
    desk d;
    cdr_buf history = CDR_BUF(1 << 16);
    with_pin(&d, state);
    ok(w, cdr_vault_edit(w->v, w->ada.id, change, 1, "test", NULL, &w->err));
    int64_t changed = w->now_us;
    w->now_us = changed + 29 * DAY + 23 * HOUR;
    static const cdr_vault_value phone[] = {{CDR_FIELD_PHONE, NULL, 0}};
    ok(w, cdr_vault_edit(w->v, w->ada.id, phone, 1, "test", NULL, &w->err));  /* no other telephone */
    begin(&d);
    ok(w, cdr_verify_send_code(d.id, d.call.call, CDR_FACTOR_SMS, NULL, &w->err));
    assert_int_equal(outbox(&d, 6, NULL), 0);
    ok(w, cdr_verify_history(d.id, d.call.call, &history, &w->err));
    assert_null(strstr(history.data, "counts from"));
    assert_true(answer(&d, CDR_FACTOR_PIN, GOOD_PIN).matched);
    cdr_buf_clear(&history);
    ok(w, cdr_verify_history(d.id, d.call.call, &history, &w->err));
    assert_non_null(strstr(history.data, "counts from"));
    w->now_us = changed + 30 * DAY;
    begin(&d);
    ok(w, cdr_verify_send_code(d.id, d.call.call, CDR_FACTOR_SMS, NULL, &w->err));
    assert_int_equal(outbox(&d, 6, NULL), 1);
    cdr_buf_done(&history);
    desk_close(&d);
}

static void codes__are_asked_for_three_times_in_a_call_and_five_a_day(void **state)
{
    world *w = *state;
    desk d;
    with_pin(&d, state);
    for (int call = 0, sent = 0; call < 2; call++) {
        begin(&d);
        for (int i = 0; i < 3; i++, sent++)
            assert_int_equal(cdr_verify_send_code(d.id, d.call.call, CDR_FACTOR_SMS, NULL, &w->err), sent < 5 ? CDR_OK : CDR_DENIED);
    }
    assert_int_equal(outbox(&d, 6, NULL), 5);
    desk_close(&d);
}

static void callback__her_code_from_the_number_on_file(void **state)
{
    world *w = *state;
    desk d;
    cdr_secret *code, *number;
    with_pin(&d, state);
    begin(&d);
    ok(w, cdr_verify_send_code(d.id, d.call.call, CDR_FACTOR_CALLBACK, &code, &w->err));
    const char *spoken = (const char *)cdr_secret_bytes(code);
    assert_int_equal(try_answer(&d, CDR_FACTOR_CALLBACK, spoken), CDR_DENIED);         /* nobody has dialled */
    assert_int_equal(cdr_verify_dial(d.id, d.call.call, false, &number, &d.call, &w->err), CDR_DENIED);
    assert_true(answer(&d, CDR_FACTOR_PIN, GOOD_PIN).matched);
    ok(w, cdr_verify_dial(d.id, d.call.call, false, &number, &d.call, &w->err));
    assert_string_equal((const char *)cdr_secret_bytes(number), "+1 212 555 0123");
    assert_true(answer(&d, CDR_FACTOR_CALLBACK, spoken).matched);
    assert_int_equal(d.call.level, CDR_LEVEL_C3);
    cdr_secret_free(number);
    cdr_secret_free(code);
    desk_close(&d);
}

static void callback__before_a_secret_matched__is_made_by_a_colleague(void **state)
{
    world *w = *state;
    desk d;
    cdr_secret *code, *number;
    with_pin(&d, state);
    begin(&d);
    ok(w, cdr_verify_send_code(d.id, d.call.call, CDR_FACTOR_CALLBACK, &code, &w->err));
    cdr_workspace_set_actor(w->ws, "staff:omar");
    ok(w, cdr_verify_dial(d.id, d.call.call, false, &number, &d.call, &w->err));
    cdr_secret_free(number);
    assert_true(answer(&d, CDR_FACTOR_CALLBACK, (const char *)cdr_secret_bytes(code)).matched);
    cdr_secret_free(code);
    assert_int_equal(d.call.level, CDR_LEVEL_C2);
    assert_int_equal(try_answer(&d, CDR_FACTOR_PIN, GOOD_PIN), CDR_DENIED);            /* it is dana's call */
    desk_close(&d);
}

/* A stopped call, and the sixth number on one day, look to a colleague as if there were nobody. */
static void callback__refused_looks_like_nobody(void **state)
{
    world *w = *state;
    desk d;
    char first[sizeof w->err.text];
    with_pin(&d, state);
    for (int i = 0; i < 6; i++) {
        cdr_secret *code, *number = NULL;
        if (i == 5)
            w->now_us += DAY + HOUR;
        cdr_workspace_set_actor(w->ws, "staff:dana");
        if (i == 5) {
            begin(&d);      /* she said NO to an earlier call, which whoever has this one is not told */
            ok(w, cdr_verify_reply_no(d.id, d.call.call, &w->err));
        }
        if (i == 0)
            begin_nobody(&d);
        else
            begin(&d);
        ok(w, cdr_verify_send_code(d.id, d.call.call, CDR_FACTOR_CALLBACK, &code, &w->err));
        cdr_secret_free(code);
        cdr_workspace_set_actor(w->ws, "staff:omar");
        cdr_status s = cdr_verify_dial(d.id, d.call.call, false, &number, &d.call, &w->err);
        assert_int_equal(s, i >= 1 && i <= 3 ? CDR_OK : CDR_DENIED);
        if (i == 0)
            snprintf(first, sizeof first, "%s", w->err.text);
        else if (s != CDR_OK)
            assert_string_equal(w->err.text, first);
        cdr_secret_free(number);
        if (i == 4)
            ok(w, cdr_verify_reply_no(d.id, d.call.call, &w->err));
        for (int again = 0; i == 3 && again < 2; again++) {
            ok(w, cdr_verify_dial(d.id, d.call.call, false, &number, &d.call, &w->err));
            cdr_secret_free(number);
        }
    }
    desk_close(&d);
}

static void letter__outlives_its_call(void **state)
{
    static const cdr_vault_value address[] = {VALUE(ADDRESS, "12 Analytical Row"), VALUE(CITY, "London")};
    world *w = *state;
    desk d;
    char code[16] = "";
    with_pin(&d, state);
    ok(w, cdr_vault_edit(w->v, w->ada.id, address, 2, "test", NULL, &w->err));
    w->now_us += 31 * DAY;
    begin(&d);
    ok(w, cdr_verify_send_code(d.id, d.call.call, CDR_FACTOR_LETTER, NULL, &w->err));
    assert_int_equal(outbox(&d, 12, code), 1);
    assert_int_equal(strlen(code), 12);
    assert_false(world_holds(w, code, 12));             /* a code is not kept readable */
    cdr_call_end e;
    ok(w, cdr_verify_end(d.id, d.call.call, NULL, NULL, false, &e, &w->err));
    w->now_us += 5 * DAY;
    begin(&d);
    assert_true(answer(&d, CDR_FACTOR_LETTER, code).matched);
    assert_false(answer(&d, CDR_FACTOR_LETTER, code).matched);
    desk_close(&d);
}

/* --- the level's end --- */

static void level__ends_after_fifteen_minutes_without_anything(void **state)
{
    world *w = *state;
    desk d;
    cdr_telling t;
    heard h = {0};
    const uint16_t field = CDR_FIELD_EMAIL;
    with_pin(&d, state);
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    w->now_us += 15 * MINUTE - 1;
    assert_int_equal(ask(&d, field).done, 1);                                          /* and that keeps it alive */
    w->now_us += 15 * MINUTE - 1;
    ok(w, cdr_verify_status(d.id, d.call.call, &d.call, &w->err));                     /* looking does not */
    assert_true(d.call.live && d.call.level == CDR_LEVEL_C2);
    w->now_us += 1;
    ok(w, cdr_verify_status(d.id, d.call.call, &d.call, &w->err));
    assert_true(!d.call.live && d.call.level == CDR_LEVEL_C0);
    assert_int_equal(cdr_disclose(d.id, d.call.call, &field, 1, hear, &h, &t, &w->err), CDR_DENIED);
    assert_int_equal(try_answer(&d, CDR_FACTOR_PIN, GOOD_PIN), CDR_DENIED);
    w->now_us -= 5 * MINUTE;                                                           /* a clock that is set back */
    begin(&d);
    assert_int_equal(d.call.level, CDR_LEVEL_C0);                                      /* a new call starts anew */
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    w->now_us -= 20 * MINUTE;
    assert_int_equal(cdr_disclose(d.id, d.call.call, &field, 1, hear, &h, &t, &w->err), CDR_DENIED);
    desk_close(&d);
}

/* What keeps a call alive stands in the ledger, so the supervisor sees the same call alive. */
static void report__agrees_with_calls_that_were_kept_alive(void **state)
{
    world *w = *state;
    desk d;
    cdr_sending sent;
    heard h = {0};
    const uint16_t field = CDR_FIELD_POSTCODE;
    with_pin(&d, state);
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    w->now_us += 14 * MINUTE;
    ok(w, cdr_disclose_send(d.id, d.call.call, &field, 1, true, hear, &h, &sent, &w->err));      /* refused, and yet something happened */
    w->now_us += 14 * MINUTE;
    assert_int_equal(ask(&d, CDR_FIELD_EMAIL).done, 1);
    cdr_oversight *o = cdr_alloc(sizeof *o);
    ok(w, cdr_oversight_read(d.id, 0, o, &w->err));
    assert_int_equal(o->unverified, 0);
    cdr_free(o);
    desk_close(&d);
}

/* One employee alone sets a PIN and codes, and takes the call herself. */
static void factor__set_by_whoever_takes_the_call__counts_for_others_only(void **state)
{
    world *w = *state;
    desk d;
    desk_open(&d, w);
    cdr_secret *pin;
    ok(w, cdr_secret_new(GOOD_PIN, strlen(GOOD_PIN), &pin, &w->err));
    ok(w, cdr_factor_enrol_pin(w->f, w->ada.id, pin, "counter, passport seen", &w->err));
    begin(&d);
    assert_int_equal(try_answer(&d, CDR_FACTOR_PIN, GOOD_PIN), CDR_DENIED);
    cdr_workspace_set_actor(w->ws, "staff:omar");
    begin(&d);
    assert_true(answer(&d, CDR_FACTOR_PIN, GOOD_PIN).matched);
    cdr_workspace_set_actor(w->ws, "staff:dana");
    w->now_us += 3 * DAY + 1;
    begin(&d);
    assert_true(answer(&d, CDR_FACTOR_PIN, GOOD_PIN).matched);
    ok(w, cdr_factor_enrol_pin(w->f, w->ada.id, pin, "call 7F3K-92, verified for it", &w->err));
    begin(&d);
    assert_true(answer(&d, CDR_FACTOR_PIN, GOOD_PIN).matched);
    cdr_secret_free(pin);
    desk_close(&d);
}

/* Yes or no to a postcode would tell that there is such a customer. */
static void identifier__before_a_secret_matched__is_only_noted(void **state)
{
    world *w = *state;
    desk d;
    with_pin(&d, state);
    static const char *const said[] = {"02110", "99999"};
    for (size_t i = 0; i < CDR_COUNT(said); i++) {
        begin(&d);
        cdr_verify_answer a = answer(&d, CDR_FACTOR_POSTCODE, said[i]);
        assert_true(a.noted && !a.matched && a.tries_left == 2);
    }
    begin_nobody(&d);
    cdr_verify_answer a = answer(&d, CDR_FACTOR_POSTCODE, "02110");
    assert_true(a.noted && !a.matched && a.tries_left == 2);
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    a = answer(&d, CDR_FACTOR_DATE_OF_BIRTH, "13.7.1984");
    assert_true(a.matched && !a.noted);
    (void)w;
    desk_close(&d);
}

/* Tries that are left, ways and history must not tell a right postcode from a wrong one before a secret matched. */
static void identifier__however_often__tells_nothing_before_a_secret_matched(void **state)
{
    static const char *const said[] = {"02110", "99999"};
    char seen[2][600] = {"", ""};
    desk d;
    with_pin(&d, state);
    for (size_t i = 0; i < CDR_COUNT(said); i++) {
        cdr_buf out = CDR_BUF(1 << 16);
        cdr_factor_kind next;
        d.w->now_us += 25 * HOUR;
        begin(&d);
        for (int k = 0; k < 4; k++) {
            cdr_verify_answer a = answer(&d, CDR_FACTOR_POSTCODE, said[i]);
            cdr_buf_addf(&out, "%d %d %u %d|", a.noted, a.matched, a.tries_left, a.locked);
        }
        ok(d.w, cdr_verify_ways(d.id, d.call.call, &out, &next, &d.w->err));
        ok(d.w, cdr_verify_history(d.id, d.call.call, &out, &d.w->err));
        cdr_call_end e;
        ok(d.w, cdr_verify_end(d.id, d.call.call, NULL, NULL, false, &e, &d.w->err));
        cdr_buf_addf(&out, "%u of %u", e.matched, e.tries);
        snprintf(seen[i], sizeof seen[i], "%s", out.data);
        cdr_buf_done(&out);
    }
    assert_string_equal(seen[0], seen[1]);
    assert_non_null(strstr(seen[0], "postcode: noted (3 tries)"));
    desk_close(&d);
}

static void secret__that_matched_while_one_thing_finds_her__says_so(void **state)
{
    static const cdr_said one[] = {SAID(ACCOUNT, "AC-10442")};
    cdr_buf ways = CDR_BUF(1 << 16);
    cdr_factor_kind next;
    desk d;
    with_pin(&d, state);
    ok(d.w, begin_with(&d, "account-help", CDR_FIELD_EMAIL, one, 1));
    assert_string_equal(d.call.why_level, "No secret has matched yet.");
    assert_true(answer(&d, CDR_FACTOR_PIN, GOOD_PIN).matched);
    assert_int_equal(d.call.level, CDR_LEVEL_C0);
    assert_non_null(strstr(d.call.why_level, "A secret matched (PIN)"));
    assert_non_null(strstr(d.call.why_level, "taken: account number"));
    ok(d.w, cdr_verify_ways(d.id, d.call.call, &ways, &next, &d.w->err));
    assert_int_equal(next, CDR_FACTOR_POSTCODE);
    cdr_verify_answer a = answer(&d, CDR_FACTOR_POSTCODE, "99999");
    assert_true(!a.noted && !a.matched && a.tries_left == 2);
    assert_true(answer(&d, CDR_FACTOR_POSTCODE, "02110").matched);
    assert_int_equal(d.call.level, CDR_LEVEL_C2);
    cdr_buf_done(&ways);
    desk_close(&d);
}

static void ways__name_nothing_that_is_locked_or_has_no_place(void **state)
{
    static const cdr_said said[] = {SAID(ACCOUNT, "AC-10442"), SAID(POSTCODE, "02110")};
    cdr_buf ways = CDR_BUF(1 << 16), history = CDR_BUF(1 << 16), out = CDR_BUF(1 << 16);
    cdr_factor_kind next;
    desk d;
    with_pin(&d, state);
    begin(&d);
    for (int i = 0; i < 3; i++)
        answer(&d, CDR_FACTOR_PIN, "11111111");
    ok(d.w, cdr_verify_ways(d.id, d.call.call, &ways, &next, &d.w->err));
    ok(d.w, cdr_verify_history(d.id, d.call.call, &history, &d.w->err));
    assert_null(strstr(ways.data, "PIN"));
    assert_null(strstr(ways.data, "document"));
    assert_non_null(strstr(ways.data, "three words"));
    assert_int_equal(next, CDR_FACTOR_WORDS);
    assert_non_null(strstr(history.data, "PIN: locked in this call (3 tries)"));
    ok(d.w, cdr_verify_start_call(d.id, &(cdr_verify_start){.direction = CDR_CALL_OUT, .channel = "phone", .purpose = "order-status", .said = said, .said_count = 2}, &d.call, &d.w->err));
    ok(d.w, cdr_verify_ways(d.id, d.call.call, &out, &next, &d.w->err));
    assert_string_equal(out.data, "Ask for something that she has (code that the customer enters herself).\n");
    assert_int_equal(next, CDR_FACTOR_LINK);
    cdr_buf_done(&out);
    ok(d.w, cdr_verify_start_call(d.id, &(cdr_verify_start){.direction = CDR_CALL_OUT, .channel = "phone", .purpose = "data-request", .said = said, .said_count = 2}, &d.call, &d.w->err));
    ok(d.w, cdr_verify_ways(d.id, d.call.call, &out, &next, &d.w->err));
    assert_non_null(strstr(out.data, "Let the customer call us"));
    assert_int_equal(next, 0);
    ok(d.w, cdr_verify_start_call(d.id, &(cdr_verify_start){.direction = CDR_CALL_IN, .channel = "phone", .purpose = "complaint", .said = said, .said_count = 2}, &d.call, &d.w->err));
    ok(d.w, cdr_verify_ways(d.id, d.call.call, &out, &next, &d.w->err));
    assert_int_equal(next, 0);
    cdr_buf_done(&ways);
    cdr_buf_done(&history);
    cdr_buf_done(&out);
    desk_close(&d);
}

static void call__of_a_colleague__opens_nothing(void **state)
{
    world *w = *state;
    desk d;
    cdr_telling t;
    heard h = {0};
    with_pin(&d, state);
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    cdr_workspace_set_actor(w->ws, "staff:omar");
    assert_int_equal(cdr_disclose(d.id, d.call.call, (const uint16_t[]){CDR_FIELD_EMAIL}, 1, hear, &h, &t, &w->err), CDR_DENIED);
    assert_int_equal(h.done, 0);
    desk_close(&d);
}

static void c4__needs_a_second_employee_and_a_way_a_thief_cannot_take(void **state)
{
    world *w = *state;
    desk d;
    char code[12];
    cdr_secret *spoken, *number;
    with_pin(&d, state);
    enrol_totp(&d);
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    totp_now(&d, code);
    answer(&d, CDR_FACTOR_TOTP, code);
    assert_int_equal(cdr_verify_second(d.id, d.call.call, &d.call, &w->err), CDR_DENIED);
    cdr_workspace_set_actor(w->ws, "staff:omar");
    ok(w, cdr_verify_second(d.id, d.call.call, &d.call, &w->err));
    assert_int_equal(d.call.level, CDR_LEVEL_C3);
    cdr_workspace_set_actor(w->ws, "staff:dana");
    ok(w, cdr_verify_send_code(d.id, d.call.call, CDR_FACTOR_CALLBACK, &spoken, &w->err));
    ok(w, cdr_verify_dial(d.id, d.call.call, false, &number, &d.call, &w->err));
    assert_true(answer(&d, CDR_FACTOR_CALLBACK, (const char *)cdr_secret_bytes(spoken)).matched);
    assert_int_equal(d.call.level, CDR_LEVEL_C4);
    cdr_secret_free(number);
    cdr_secret_free(spoken);
    desk_close(&d);
}

/* --- confirming --- */

static void confirm__says_yes_or_no_and_counts(void **state)
{
    world *w = *state;
    desk d;
    cdr_confirming c;
    with_pin(&d, state);
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    ok(w, cdr_disclose_confirm(d.id, d.call.call, CDR_FIELD_POSTCODE, "0 2 1 1 0", 9, &c, &w->err));
    assert_true(c.allowed);
    ok(w, cdr_disclose_confirm(d.id, d.call.call, CDR_FIELD_POSTCODE, "02110", 5, &c, &w->err));
    assert_true(c.right);
    for (int i = 0; i < 3; i++) {
        ok(w, cdr_disclose_confirm(d.id, d.call.call, CDR_FIELD_NAME, "Ada Byron", 9, &c, &w->err));
        assert_true(c.allowed && !c.right && !c.locked);
    }
    ok(w, cdr_disclose_confirm(d.id, d.call.call, CDR_FIELD_NAME, "Ada Lovelace", 12, &c, &w->err));
    assert_true(c.locked && !c.right);
    ok(w, cdr_disclose_confirm(d.id, d.call.call, CDR_FIELD_DATE_OF_BIRTH, "1984-07-13", 10, &c, &w->err));
    assert_false(c.allowed);                                                           /* no rule for this purpose */
    desk_close(&d);
}

/* --- the other way round --- */

static void end__of_a_colleagues_call__only_by_the_owner_and_she_still_hears(void **state)
{
    world *w = *state;
    desk d, owner = {.w = w};
    cdr_call_end e;
    char outcome[64];
    cdr_buf note = CDR_BUF(10000);
    with_pin(&d, state);
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    assert_int_equal(ask(&d, CDR_FIELD_EMAIL).done, 1);
    assert_int_equal(cdr_verify_end(d.id, d.call.call, "blah", NULL, false, &e, &w->err), CDR_E_INVAL);
    cdr_workspace_set_actor(w->ws, "staff:omar");
    assert_int_equal(cdr_verify_end(d.id, d.call.call, NULL, NULL, false, &e, &w->err), CDR_DENIED);
    assert_int_equal(e.told_count, 0);
    ok(w, cdr_identity_open(w->v, d.policy, d.sender, "owner", &owner.id, &w->err));
    unsigned before = outbox(&d, 6, NULL);
    ok(w, cdr_verify_end(owner.id, d.call.call, "not-verified", "she hung up", false, &e, &w->err));
    assert_true(e.tells && e.told_count == 1);
    assert_int_equal(outbox(&d, 6, NULL), before + 1);
    ok(w, cdr_verify_ending(owner.id, d.call.call, outcome, &note, &w->err));
    assert_string_equal(outcome, "not verified");
    assert_string_equal(note.data, "she hung up");
    cdr_buf_done(&note);
    ok(w, cdr_verify_ending(d.id, d.call.call, outcome, &note, &w->err));      /* omar is neither */
    assert_true(!outcome[0] && !note.len);
    cdr_buf_done(&note);
    cdr_identity_close(owner.id);
    desk_close(&d);
}

/* Whoever noted the NO sees that the call is stopped, whether or not there is such a customer; who takes the next call sees it once a secret matched. */
static void no__stops_the_call_it_was_said_of_before_anything_matched(void **state)
{
    world *w = *state;
    desk d;
    with_pin(&d, state);
    for (int nobody = 0; nobody < 2; nobody++) {
        cdr_buf ways = CDR_BUF(1 << 16);
        nobody ? begin_nobody(&d) : begin(&d);
        ok(w, cdr_verify_reply_no(d.id, d.call.call, &w->err));
        ok(w, cdr_verify_status(d.id, d.call.call, &d.call, &w->err));
        assert_true(d.call.stopped && d.call.flag_count == 1);
        assert_non_null(strstr(d.call.why_needed, "The call is stopped"));
        ok(w, cdr_verify_ways(d.id, d.call.call, &ways, NULL, &w->err));
        assert_int_equal(ways.len, 0);
        nobody ? begin_nobody(&d) : begin(&d);
        assert_false(d.call.stopped);
        ok(w, cdr_verify_raise_flag(d.id, d.call.call, "number-differs", &w->err));
        ok(w, cdr_verify_status(d.id, d.call.call, &d.call, &w->err));
        assert_int_equal(d.call.flag_count, 1);
    }
    desk_close(&d);
}

static void no__is_lifted_by_the_owner_alone(void **state)
{
    world *w = *state;
    desk d, owner = {.w = w};
    with_pin(&d, state);
    begin(&d);
    ok(w, cdr_verify_reply_no(d.id, d.call.call, &w->err));
    begin(&d);
    assert_true(answer(&d, CDR_FACTOR_PIN, GOOD_PIN).matched);
    assert_true(d.call.stopped);
    assert_int_equal(cdr_verify_reply_cleared(d.id, d.call.call, "spoke to her", &w->err), CDR_DENIED);
    ok(w, cdr_identity_open(w->v, d.policy, d.sender, "owner", &owner.id, &w->err));
    assert_int_equal(cdr_verify_reply_cleared(owner.id, d.call.call, NULL, &w->err), CDR_E_INVAL);
    ok(w, cdr_verify_reply_cleared(owner.id, d.call.call, "spoke to her", &w->err));
    assert_int_equal(cdr_verify_reply_cleared(owner.id, d.call.call, "again", &w->err), CDR_NOT_FOUND);
    ok(w, cdr_verify_status(d.id, d.call.call, &d.call, &w->err));
    assert_false(d.call.stopped);
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    assert_false(d.call.stopped);
    ok(w, cdr_verify_reply_no(d.id, d.call.call, &w->err));                    /* and she may say it again */
    ok(w, cdr_verify_status(d.id, d.call.call, &d.call, &w->err));
    assert_true(d.call.stopped);
    cdr_identity_close(owner.id);
    desk_close(&d);
}

static void outgoing__nobody_is_asked_for_secrets_and_the_customer_may_check(void **state)
{
    static const cdr_said said[] = {SAID(ACCOUNT, "AC-10442"), SAID(POSTCODE, "02110")};
    world *w = *state;
    desk d;
    cdr_call_check c;
    with_pin(&d, state);
    ok(w, cdr_verify_start_call(d.id, &(cdr_verify_start){.direction = CDR_CALL_OUT, .channel = "phone", .purpose = "order-status", .said = said, .said_count = 2, .ticket = "order 1182"}, &d.call, &w->err));
    assert_true(d.call.code[0]);
    assert_int_equal(try_answer(&d, CDR_FACTOR_PIN, GOOD_PIN), CDR_DENIED);
    assert_int_equal(cdr_verify_send_code(d.id, d.call.call, CDR_FACTOR_SMS, NULL, &w->err), CDR_DENIED);
    ok(w, cdr_verify_call_check(d.id, d.call.code, &c, &w->err));
    assert_true(c.calling);
    assert_string_equal(c.agent, "dana");
    assert_string_equal(c.ticket, "order 1182");
    ok(w, cdr_verify_call_check(d.id, "AAA-AAA", &c, &w->err));
    assert_false(c.calling);
    ok(w, cdr_verify_call_check(d.id, "not a code at all", &c, &w->err));
    assert_false(c.calling);
    w->now_us += 15 * MINUTE;
    ok(w, cdr_verify_call_check(d.id, d.call.code, &c, &w->err));
    assert_false(c.calling);
    for (int i = 0; i < 59; i++)
        ok(w, cdr_verify_call_check(d.id, "AAA-AAA", &c, &w->err));
    assert_int_equal(cdr_verify_call_check(d.id, d.call.code, &c, &w->err), CDR_DENIED);
    desk_close(&d);
}

static void link__only_she_enters_it(void **state)
{
    static const cdr_said said[] = {SAID(ACCOUNT, "AC-10442"), SAID(POSTCODE, "02110")};
    world *w = *state;
    desk d;
    char code[16] = "";
    with_pin(&d, state);
    ok(w, cdr_verify_start_call(d.id, &(cdr_verify_start){.direction = CDR_CALL_OUT, .channel = "phone", .purpose = "order-status", .said = said, .said_count = 2}, &d.call, &w->err));
    ok(w, cdr_verify_send_code(d.id, d.call.call, CDR_FACTOR_LINK, NULL, &w->err));
    assert_int_equal(outbox(&d, 6, code), 1);
    cdr_workspace_set_actor(w->ws, "staff:page");
    assert_true(answer(&d, CDR_FACTOR_LINK, code).matched);
    assert_int_equal(d.call.level, CDR_LEVEL_C2);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(call__pin_and_authenticator__opens_what_c3_may_see),
        RUN(value__its_entry_stands_before_it_is_heard),
        RUN(end__of_a_call_in_which_nothing_matched__tells_her_that_somebody_asked),
        RUN(tries__the_fourth_in_a_call_is_not_compared),
        RUN(tries__the_sixth_of_a_day_is_locked_by_whatever_she_was_found),
        RUN(tries__of_one_factor_do_not_lock_another),
        RUN(authenticator__an_old_step_after_a_new_one__never_matches),
        RUN(nobody__the_same_words_tries_and_entries),
        RUN(nobody__a_good_secret_of_another_matches_nothing),
        RUN(several_customers__are_nobody_until_one_is_left),
        RUN(start__without_anything_that_finds__is_wrong_use),
        RUN(code__counts_once_in_its_own_call_for_ten_minutes),
        RUN(route__29_days_and_23_hours_is_too_new_30_days_is_not),
        RUN(codes__are_asked_for_three_times_in_a_call_and_five_a_day),
        RUN(callback__her_code_from_the_number_on_file),
        RUN(callback__before_a_secret_matched__is_made_by_a_colleague),
        RUN(callback__refused_looks_like_nobody),
        RUN(letter__outlives_its_call),
        RUN(level__ends_after_fifteen_minutes_without_anything),
        RUN(report__agrees_with_calls_that_were_kept_alive),
        RUN(factor__set_by_whoever_takes_the_call__counts_for_others_only),
        RUN(identifier__before_a_secret_matched__is_only_noted),
        RUN(identifier__however_often__tells_nothing_before_a_secret_matched),
        RUN(secret__that_matched_while_one_thing_finds_her__says_so),
        RUN(ways__name_nothing_that_is_locked_or_has_no_place),
        RUN(call__of_a_colleague__opens_nothing),
        RUN(c4__needs_a_second_employee_and_a_way_a_thief_cannot_take),
        RUN(confirm__says_yes_or_no_and_counts),
        RUN(end__of_a_colleagues_call__only_by_the_owner_and_she_still_hears),
        RUN(no__stops_the_call_it_was_said_of_before_anything_matched),
        RUN(no__is_lifted_by_the_owner_alone),
        RUN(outgoing__nobody_is_asked_for_secrets_and_the_customer_may_check),
        RUN(link__only_she_enters_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

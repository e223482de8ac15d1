/* SPDX-License-Identifier: Apache-2.0 */
/* Flags, third parties, broken glass, canaries, notes; and a supervisor who believes nothing but the ledger. */
#include "desk.h"

#include "core/identity/note.h"
#include "core/identity/oversight.h"

#define RUN(name) cmocka_unit_test_setup_teardown(name, world_make, world_drop)

static void with_pin(desk *d, void **state)
{
    world *w = *state;
    desk_open(d, w);
    ok(w, try_pin(w, w->ada.id, GOOD_PIN));
}

static void as_role(desk *d, const char *role)
{
    cdr_identity_close(d->id);
    ok(d->w, cdr_identity_open(d->w->v, d->policy, d->sender, role, &d->id, &d->w->err));
}

static bool flagged(const desk *d, const char *flag)
{
    for (size_t i = 0; i < d->call.flag_count; i++)
        if (!strcmp(d->call.flags[i], flag))
            return true;
    return false;
}

static cdr_oversight *look(desk *d)
{
    cdr_oversight *o = cdr_alloc(sizeof *o);
    ok(d->w, cdr_oversight_read(d->id, 0, o, &d->w->err));
    return o;
}

static unsigned unverified(desk *d)
{
    _cleanup_free_ cdr_oversight *o = look(d);
    return o->unverified;
}

static bool ledger_has(desk *d, const char *what)
{
    bool found = false;
    for (uint64_t i = 0; i < cdr_ledger_size(cdr_workspace_ledger(d->w->ws)); i++) {
        _cleanup_buf_ cdr_buf entry = CDR_BUF(CDR_LEDGER_ENTRY_MAX + 1);
        ok(d->w, cdr_ledger_entry(cdr_workspace_ledger(d->w->ws), i, &entry, &d->w->err));
        found |= strstr(entry.data, what) != NULL;
    }
    return found;
}

/* --- flags --- */

static cdr_status begin_from(desk *d, const char *number, bool withheld, const char *account)
{
    cdr_said said[] = {{CDR_FACTOR_ACCOUNT, account, strlen(account)}, SAID(POSTCODE, "02110")};
    return cdr_verify_start_call(d->id, &(cdr_verify_start){.direction = CDR_CALL_IN, .channel = "phone", .number = number, .withheld = withheld, .purpose = "order-status", .said = said, .said_count = 2,
                                 .ticket = "T"}, &d->call, &d->w->err);
}

static void flags__one_number_for_three_customers(void **state)
{
    desk d;
    with_pin(&d, state);
    ok(d.w, begin_from(&d, "(212) 555-0188", false, "AC-1"));
    ok(d.w, begin_from(&d, "+12125550188", false, "AC-2"));
    assert_false(flagged(&d, "velocity-number"));
    ok(d.w, begin_from(&d, "+1 212 555 0188", false, "AC-10442"));
    assert_true(flagged(&d, "velocity-number"));
    d.w->now_us += DAY;
    ok(d.w, begin_from(&d, "+1 212 555 0188", false, "AC-10442"));
    assert_false(flagged(&d, "velocity-number"));
    desk_close(&d);
}

static void flags__a_hidden_number_raises_what_is_needed(void **state)
{
    desk d;
    with_pin(&d, state);
    ok(d.w, begin_from(&d, NULL, true, "AC-10442"));
    assert_true(flagged(&d, "withheld-number"));
    assert_int_equal(d.call.needed, CDR_LEVEL_C3);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    assert_int_equal(ask(&d, CDR_FIELD_ORDER_STATE).done, 0);
    desk_close(&d);
}

static void flags__of_the_customer_show_once_a_secret_matched(void **state)
{
    static const cdr_vault_value change[] = {VALUE(EMAIL, "new@example.com")};
    world *w = *state;
    desk d;
    with_pin(&d, state);
    w->now_us += HOUR;
    ok(w, cdr_vault_edit(w->v, w->ada.id, change, 1, "test", NULL, &w->err));
    w->now_us += 71 * HOUR;
    ok(w, begin_from(&d, "+1 212 555 0199", false, "AC-10442"));
    assert_false(flagged(&d, "recent-change") || flagged(&d, "number-differs"));
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    assert_true(flagged(&d, "recent-change") && flagged(&d, "number-differs"));
    assert_int_equal(ask(&d, CDR_FIELD_ORDER_STATE).done, 0);
    w->now_us += HOUR;
    ok(w, begin_from(&d, "+1 212 555 0188", false, "AC-10442"));
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    assert_false(flagged(&d, "recent-change") || flagged(&d, "number-differs"));
    assert_int_equal(ask(&d, CDR_FIELD_ORDER_STATE).done, 1);
    desk_close(&d);
}

static void flags__two_failed_calls_in_a_week(void **state)
{
    desk d;
    with_pin(&d, state);
    for (int i = 0; i < 2; i++) {
        begin(&d);
        answer(&d, CDR_FACTOR_PIN, "11335577");
    }
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    assert_true(flagged(&d, "failed-calls"));
    d.w->now_us += 8 * DAY;
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    assert_false(flagged(&d, "failed-calls"));
    desk_close(&d);
}

static void flags__it_was_not_me__stops_this_call_and_later_ones(void **state)
{
    world *w = *state;
    desk d;
    with_pin(&d, state);
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    assert_int_equal(ask(&d, CDR_FIELD_EMAIL).done, 1);
    ok(w, cdr_verify_reply_no(d.id, d.call.call, &w->err));
    assert_int_equal(ask(&d, CDR_FIELD_EMAIL).done, 0);
    ok(w, cdr_verify_status(d.id, d.call.call, &d.call, &w->err));
    assert_true(d.call.stopped);
    w->now_us += 29 * DAY;
    begin(&d);
    assert_false(d.call.stopped);                /* that would tell that there is such a customer */
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    assert_true(d.call.stopped);
    assert_int_equal(ask(&d, CDR_FIELD_EMAIL).done, 0);
    w->now_us += 2 * DAY;
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    assert_int_equal(ask(&d, CDR_FIELD_EMAIL).done, 1);
    desk_close(&d);
}

static void flags__by_hand(void **state)
{
    world *w = *state;
    desk d;
    with_pin(&d, state);
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    assert_int_equal(cdr_verify_raise_flag(d.id, d.call.call, "not-me-at-all", &w->err), CDR_E_INVAL);
    ok(w, cdr_verify_raise_flag(d.id, d.call.call, "pressure", &w->err));
    assert_int_equal(ask(&d, CDR_FIELD_EMAIL).done, 0);
    ok(w, cdr_verify_raise_flag(d.id, d.call.call, "no-authority", &w->err));
    ok(w, cdr_verify_status(d.id, d.call.call, &d.call, &w->err));
    assert_true(d.call.stopped);
    desk_close(&d);
}

/* The policy that ships, with flags of the organisation's own. */
static void flags__of_ones_own(void **state)
{
    static const char own[] = "flags:\n  no-ticket: {raise: 1, own: true, why: no case was opened}\n  bad-line: {raise: 1, own: true, why: nobody understands her}\n";
    world *w = *state;
    desk d;
    const char *text = cdr_disclosure_policy_default_text(), *at = strstr(text, "\nflags:\n") + 1;
    cdr_buf mine = CDR_BUF(1 << 18);
    with_pin(&d, state);
    cdr_buf_add(&mine, text, (size_t)(at - text));
    cdr_buf_adds(&mine, own);
    cdr_buf_adds(&mine, at + strlen("flags:\n"));
    cdr_identity_close(d.id);
    cdr_disclosure_policy_free(d.policy);
    ok(w, cdr_disclosure_policy_read(mine.data, mine.len, "mine", &d.policy, &w->err));
    ok(w, cdr_identity_open(w->v, d.policy, d.sender, "staff", &d.id, &w->err));
    begin(&d);
    assert_false(flagged(&d, "no-ticket"));
    ok(w, cdr_verify_raise_flag(d.id, d.call.call, "bad-line", &w->err));
    assert_int_equal(cdr_verify_raise_flag(d.id, d.call.call, "failed-calls", &w->err), CDR_E_INVAL);
    static const cdr_said said[] = {SAID(ACCOUNT, "AC-10442"), SAID(POSTCODE, "02110")};
    ok(w, cdr_verify_start_call(d.id, &(cdr_verify_start){.direction = CDR_CALL_IN, .channel = "chat", .purpose = "account-help", .said = said, .said_count = 2}, &d.call, &w->err));
    assert_true(flagged(&d, "no-ticket"));
    cdr_buf_done(&mine);
    desk_close(&d);
}

/* An agent who opens far more than the others; the team's hours are known from its grants. */
static void flags__an_agent_who_tells_more_than_the_team(void **state)
{
    desk d;
    with_pin(&d, state);
    for (int hour = 0; hour < 25; hour++) {
        d.w->now_us += HOUR;
        cdr_workspace_set_actor(d.w->ws, "staff:omar");
        begin(&d);
        answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
        assert_int_equal(ask(&d, CDR_FIELD_EMAIL).done, 1);
    }
    cdr_workspace_set_actor(d.w->ws, "staff:dana");
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    for (int i = 0; i < 11; i++)
        assert_int_equal(ask(&d, CDR_FIELD_EMAIL).done, 1);
    assert_int_equal(ask(&d, CDR_FIELD_EMAIL).done, 0);
    ok(d.w, cdr_verify_status(d.id, d.call.call, &d.call, &d.w->err));
    assert_true(flagged(&d, "velocity-agent"));
    desk_close(&d);
}

/* --- third parties --- */

static void third_party__nothing_without_law_and_paper(void **state)
{
    const uint16_t fields[] = {CDR_FIELD_EMAIL, CDR_FIELD_CARD};
    world *w = *state;
    desk d;
    cdr_telling t;
    heard h = {0};
    with_pin(&d, state);
    as_role(&d, "owner");
    cdr_third_party q = {.party = "police", .ground = "section 100j StPO", .document = "4 Js 1182/26", .ref = w->ada.ref, .fields = fields, .field_count = 2};
    cdr_third_party bad[] = {q, q, q, q, q};
    bad[0].ground = NULL;
    bad[1].ground = " ";
    bad[2].document = "";
    bad[3].party = "neighbour";
    bad[4].ref = "C-77-AAAA";
    for (size_t i = 0; i < CDR_COUNT(bad); i++)
        assert_true(cdr_disclose_third(d.id, &bad[i], hear, &h, &t, &w->err) != CDR_OK);
    assert_int_equal(h.done, 0);
    ok(w, cdr_disclose_third(d.id, &q, hear, &h, &t, &w->err));
    assert_int_equal(h.done, 1);                                   /* the card stays */
    assert_string_equal(h.values, "ada@example.com|");
    assert_false(ledger_has(&d, "100j") || ledger_has(&d, "1182/26"));
    as_role(&d, "staff");
    h = (heard){0};
    ok(w, cdr_disclose_third(d.id, &q, hear, &h, &t, &w->err));
    assert_int_equal(h.done, 0);
    assert_int_equal(unverified(&d), 0);
    desk_close(&d);
}

/* --- two people break the glass --- */

static void glass__one_asks_another_approves_the_first_opens_once(void **state)
{
    const uint16_t fields[] = {CDR_FIELD_PHONE, CDR_FIELD_CARD};
    world *w = *state;
    desk d;
    cdr_glass g;
    cdr_telling t;
    heard h = {0};
    with_pin(&d, state);
    assert_int_equal(cdr_glass_ask(d.id, w->ada.ref, fields, 2, "ambulance", "omar", &g, &w->err), CDR_E_INVAL);
    assert_int_equal(cdr_glass_ask(d.id, w->ada.ref, fields, 2, "the ambulance asks", "dana", &g, &w->err), CDR_DENIED);
    assert_int_equal(cdr_glass_ask(d.id, w->ada.ref, fields, 2, "the ambulance asks", NULL, &g, &w->err), CDR_E_INVAL);
    ok(w, cdr_glass_ask(d.id, w->ada.ref, fields, 2, "the ambulance asks, card 4111111111111111", "omar", &g, &w->err));
    assert_null(strstr(g.reason, "4111111111111111"));
    assert_int_equal(cdr_glass_open(d.id, g.id, hear, &h, &t, &w->err), CDR_DENIED);
    assert_int_equal(cdr_glass_approve(d.id, g.id, &g, &w->err), CDR_DENIED);
    cdr_workspace_set_actor(w->ws, "staff:eve");
    assert_int_equal(cdr_glass_approve(d.id, g.id, &g, &w->err), CDR_DENIED);
    cdr_workspace_set_actor(w->ws, "staff:omar");
    ok(w, cdr_glass_approve(d.id, g.id, &g, &w->err));
    assert_int_equal(cdr_glass_open(d.id, g.id, hear, &h, &t, &w->err), CDR_DENIED);
    cdr_workspace_set_actor(w->ws, "staff:dana");
    ok(w, cdr_glass_open(d.id, g.id, hear, &h, &t, &w->err));
    assert_int_equal(h.done, 2);
    assert_null(strstr(h.values, "4242424242424242"));             /* never in full */
    assert_int_equal(cdr_glass_open(d.id, g.id, hear, &h, &t, &w->err), CDR_DENIED);
    assert_int_equal(outbox(&d, 0, NULL), 2);                      /* the owner was told twice */
    assert_int_equal(unverified(&d), 0);
    desk_close(&d);
}

static void glass__waits_an_hour_and_lasts_a_quarter(void **state)
{
    const uint16_t field = CDR_FIELD_PHONE;
    world *w = *state;
    desk d;
    cdr_glass g;
    cdr_telling t;
    heard h = {0};
    with_pin(&d, state);
    ok(w, cdr_glass_ask(d.id, w->ada.ref, &field, 1, "the ambulance asks", "omar", &g, &w->err));
    w->now_us += HOUR;
    cdr_workspace_set_actor(w->ws, "staff:omar");
    assert_int_equal(cdr_glass_approve(d.id, g.id, &g, &w->err), CDR_DENIED);
    cdr_workspace_set_actor(w->ws, "staff:dana");
    ok(w, cdr_glass_ask(d.id, w->ada.ref, &field, 1, "the ambulance asks", "omar", &g, &w->err));
    cdr_workspace_set_actor(w->ws, "staff:omar");
    ok(w, cdr_glass_approve(d.id, g.id, &g, &w->err));
    w->now_us += 15 * MINUTE;
    cdr_workspace_set_actor(w->ws, "staff:dana");
    assert_int_equal(cdr_glass_open(d.id, g.id, hear, &h, &t, &w->err), CDR_DENIED);
    assert_int_equal(h.done, 0);
    desk_close(&d);
}

/* --- canaries --- */

static void canary__alarms_and_looks_like_any_other(void **state)
{
    world *w = *state;
    desk d;
    with_pin(&d, state);
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    uint64_t size = cdr_ledger_size(cdr_workspace_ledger(w->ws));
    heard plain = ask(&d, CDR_FIELD_EMAIL);
    uint64_t entries = cdr_ledger_size(cdr_workspace_ledger(w->ws)) - size;
    ok(w, cdr_vault_set_canary(w->v, w->ada.id, true, &w->err));
    unsigned before = outbox(&d, 0, NULL);
    size = cdr_ledger_size(cdr_workspace_ledger(w->ws));
    heard h = ask(&d, CDR_FIELD_EMAIL);
    assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(w->ws)) - size, entries);
    assert_string_equal(h.values, plain.values);
    assert_string_equal(h.why, plain.why);
    assert_true(ledger_has(&d, "\"incident\":\"canary\""));
    assert_int_equal(outbox(&d, 0, NULL), before + 1);
    _cleanup_free_ cdr_oversight *o = look(&d);
    assert_int_equal(o->canaries, 1);
    assert_int_equal(o->untold, 0);
    assert_int_equal(o->unverified, 0);
    desk_close(&d);
}

/* --- sending to the record --- */

static void send_to_record__goes_out_for_whoever_fits_and_says_the_same(void **state)
{
    static const cdr_said real[] = {SAID(ACCOUNT, "AC-10442"), SAID(POSTCODE, "02110")}, wrong[] = {SAID(ACCOUNT, "AC-10442"), SAID(POSTCODE, "99999")},
                          nobody[] = {SAID(ACCOUNT, "AC-77"), SAID(POSTCODE, "02110")};
    static const struct { const cdr_said *said; unsigned sent; } cases[] = {{real, 1}, {wrong, 0}, {nobody, 0}};
    static const cdr_vault_value orders[] = {VALUE(ORDERS, "1182: a lamp")};
    const uint16_t field = CDR_FIELD_ORDERS;
    world *w = *state;
    desk d;
    char first[300] = "";
    with_pin(&d, state);
    ok(w, cdr_vault_edit(w->v, w->ada.id, orders, 1, "test", NULL, &w->err));
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        cdr_sending t;
        heard h = {0};
        char now[300];
        unsigned before = outbox(&d, 0, NULL);
        ok(w, begin_with(&d, "billing-question", field, cases[i].said, 2));
        ok(w, cdr_disclose_send(d.id, d.call.call, &field, 1, true, hear, &h, &t, &w->err));
        snprintf(now, sizeof now, "%u %u %d %s", t.sent, t.refused, t.certain, h.why);
        if (i == 0)
            snprintf(first, sizeof first, "%s", now);
        assert_string_equal(now, first);
        assert_int_equal(outbox(&d, 0, NULL), before + cases[i].sent);
    }
    assert_int_equal(unverified(&d), 0);
    desk_close(&d);
}

/* --- the address where there is no delivery address --- */

static void where_is_my_parcel(desk *d)
{
    static const cdr_said said[] = {SAID(ACCOUNT, "AC-10442"), SAID(POSTCODE, "02110")};
    char code[12];
    ok(d->w, begin_with(d, "delivery-question", CDR_FIELD_DELIVERY_ADDRESS, said, 2));
    answer(d, CDR_FACTOR_PIN, GOOD_PIN);
    d->w->now_us += 31 * SECOND;
    totp_now(d, code);
    answer(d, CDR_FACTOR_TOTP, code);
    assert_int_equal(d->call.level, CDR_LEVEL_C3);
}

static cdr_status told_last(void *arg, const cdr_told *t, cdr_err *err)
{
    cdr_told *last = arg;
    (void)err;
    *last = *t;
    last->value = NULL;
    last->why = t->value ? "something" : "";
    return CDR_OK;
}

static void delivery_address__the_address_stands_for_one_that_is_not_there(void **state)
{
    static const cdr_vault_value address[] = {VALUE(ADDRESS, "12 Harbour Street")}, delivery[] = {VALUE(DELIVERY_ADDRESS, "9 Quay Lane")};
    const uint16_t both[] = {CDR_FIELD_DELIVERY_ADDRESS, CDR_FIELD_ADDRESS};
    world *w = *state;
    desk d;
    cdr_told last = {0};
    cdr_telling t;
    cdr_confirming c;
    with_pin(&d, state);
    enrol_totp(&d);
    ok(w, cdr_vault_edit(w->v, w->ada.id, address, 1, "test", NULL, &w->err));
    w->now_us += 100 * DAY;
    where_is_my_parcel(&d);
    ok(w, cdr_disclose_confirm(d.id, d.call.call, both[0], "12 harbour street", 17, &c, &w->err));
    assert_true(c.allowed && c.right);
    ok(w, cdr_disclose(d.id, d.call.call, both, 1, told_last, &last, &t, &w->err));
    assert_true(t.told == 1 && last.done && last.field->id == CDR_FIELD_ADDRESS && last.stands_for->id == CDR_FIELD_DELIVERY_ADDRESS);
    assert_string_equal(last.why, "something");
    assert_true(ledger_has(&d, "\"fields\":{\"address\":\"plain\"}"));
    assert_false(ledger_has(&d, "\"delivery_address\":\"plain\""));
    assert_int_equal(unverified(&d), 0);
    /* Asked for by its own name it follows its own rule. */
    ok(w, cdr_disclose(d.id, d.call.call, both, 2, told_last, &last, &t, &w->err));
    assert_true(t.told == 1 && t.refused == 1 && last.field->id == CDR_FIELD_ADDRESS && !last.done);
    /* One of her own is told as it is. */
    ok(w, cdr_vault_edit(w->v, w->ada.id, delivery, 1, "test", NULL, &w->err));
    w->now_us += 100 * DAY;
    where_is_my_parcel(&d);
    ok(w, cdr_disclose(d.id, d.call.call, both, 1, told_last, &last, &t, &w->err));
    assert_true(last.done && last.field->id == CDR_FIELD_DELIVERY_ADDRESS && !last.stands_for);
    desk_close(&d);
}

static void delivery_address__not_where_the_policy_never_tells_the_address(void **state)
{
    static const cdr_vault_value address[] = {VALUE(ADDRESS, "12 Harbour Street")};
    const uint16_t field = CDR_FIELD_DELIVERY_ADDRESS;
    world *w = *state;
    desk d;
    cdr_told last = {0};
    cdr_telling t;
    _cleanup_buf_ cdr_buf text = CDR_BUF(1 << 20);
    with_pin(&d, state);
    enrol_totp(&d);
    ok(w, cdr_vault_edit(w->v, w->ada.id, address, 1, "test", NULL, &w->err));
    w->now_us += 100 * DAY;
    const char *shipped = cdr_disclosure_policy_default_text(), *never = strstr(shipped, "\nnever:\n") + 8, *cases = strstr(shipped, "\ncases:\n");
    cdr_buf_add(&text, shipped, (size_t)(never - shipped));
    cdr_buf_adds(&text, "  - {fields: [address], why: we never do}\n");
    cdr_buf_add(&text, never, (size_t)(cases - never));
    cdr_identity_close(d.id);
    cdr_disclosure_policy_free(d.policy);
    ok(w, cdr_disclosure_policy_read(text.data, text.len, "own.yaml", &d.policy, &w->err));
    ok(w, cdr_identity_open(w->v, d.policy, d.sender, "staff", &d.id, &w->err));
    where_is_my_parcel(&d);
    ok(w, cdr_disclose(d.id, d.call.call, &field, 1, told_last, &last, &t, &w->err));
    assert_true(last.field->id == CDR_FIELD_DELIVERY_ADDRESS && !last.stands_for);
    assert_string_equal(last.why, "");
    desk_close(&d);
}

/* A flag that tells of the customer stops the sending, and nobody hears of it. */
static void send_to_record__a_flag_that_is_not_told_stops_it(void **state)
{
    static const cdr_said said[] = {SAID(ACCOUNT, "AC-10442"), SAID(POSTCODE, "02110")};
    static const cdr_vault_value orders[] = {VALUE(ORDERS, "1182: a lamp")};
    const uint16_t field = CDR_FIELD_ORDERS;
    world *w = *state;
    desk d;
    cdr_sending t[2];
    heard h[2] = {0};
    with_pin(&d, state);
    ok(w, cdr_vault_edit(w->v, w->ada.id, orders, 1, "test", NULL, &w->err));
    for (size_t i = 0; i < 2; i++) {
        unsigned before = outbox(&d, 0, NULL);
        ok(w, begin_with(&d, "billing-question", field, said, 2));
        ok(w, cdr_disclose_send(d.id, d.call.call, &field, 1, true, hear, &h[i], &t[i], &w->err));
        assert_int_equal(outbox(&d, 0, NULL), before + (i == 0));
        ok(w, cdr_verify_reply_no(d.id, d.call.call, &w->err));
    }
    assert_int_equal(t[0].sent, t[1].sent);
    assert_string_equal(h[0].why, h[1].why);
    assert_int_equal(unverified(&d), 0);
    desk_close(&d);
}

/* Below C2 the end of a call looks alike for somebody and for nobody. */
static void send_to_record__the_end_looks_alike(void **state)
{
    static const cdr_said said[][2] = {{SAID(ACCOUNT, "AC-10442"), SAID(POSTCODE, "02110")}, {SAID(ACCOUNT, "AC-77"), SAID(POSTCODE, "02110")}};
    static const cdr_vault_value orders[] = {VALUE(ORDERS, "1182: a lamp")};
    const uint16_t field = CDR_FIELD_ORDERS, twice[] = {CDR_FIELD_ORDERS, CDR_FIELD_ORDERS};
    world *w = *state;
    desk d;
    char first[800] = "", now[800];
    with_pin(&d, state);
    ok(w, cdr_vault_edit(w->v, w->ada.id, orders, 1, "test", NULL, &w->err));
    for (size_t i = 0; i < CDR_COUNT(said); i++) {
        cdr_sending t;
        heard h = {0};
        cdr_call_end e;
        _cleanup_buf_ cdr_buf history = CDR_BUF(4096);
        uint64_t size = cdr_ledger_size(cdr_workspace_ledger(w->ws));
        ok(w, begin_with(&d, "billing-question", field, said[i], 2));
        answer(&d, CDR_FACTOR_NAME, "Ada Lovelace");
        assert_int_equal(cdr_disclose_send(d.id, d.call.call, twice, 2, true, hear, &h, &t, &w->err), CDR_E_INVAL);
        ok(w, cdr_disclose_send(d.id, d.call.call, &field, 1, true, hear, &h, &t, &w->err));
        ok(w, cdr_verify_history(d.id, d.call.call, &history, &w->err));
        ok(w, cdr_verify_end(d.id, d.call.call, NULL, NULL, true, &e, &w->err));
        snprintf(now, sizeof now, "%s %u %u %u %d %u %s", e.told, e.told_count, e.tries, e.matched, (int)e.call.level, (unsigned)(e.receipt - size), history.data);
        if (i == 0)
            snprintf(first, sizeof first, "%s", now);
        assert_string_equal(now, first);
    }
    desk_close(&d);
}

/* What could not be sent, what is not on file and what was not right is no telling: not at the end of the call, not in the report. */
static void nothing_came_of_it__and_nobody_says_that_it_was_told(void **state)
{
    static const cdr_said said[] = {SAID(ACCOUNT, "AC-10442"), SAID(POSTCODE, "02110")};
    static const cdr_vault_value orders[] = {VALUE(ORDERS, "1182: a lamp")};
    world *w = *state;
    desk d;
    cdr_sending t;
    cdr_confirming c;
    heard h = {0};
    cdr_call_end e;
    char path[300];
    with_pin(&d, state);
    ok(w, cdr_vault_edit(w->v, w->ada.id, orders, 1, "test", NULL, &w->err));
    ok(w, begin_with(&d, "billing-question", CDR_FIELD_ORDERS, said, 2));
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    snprintf(path, sizeof path, "rm -rf %s/outbox && touch %s/outbox", w->home, w->home);
    assert_int_equal(system(path), 0);
    assert_int_not_equal(cdr_disclose_send(d.id, d.call.call, &(uint16_t){CDR_FIELD_ORDERS}, 1, true, hear, &h, &t, &w->err), CDR_OK);
    ok(w, cdr_verify_end(d.id, d.call.call, NULL, NULL, false, &e, &w->err));
    assert_string_equal(e.told, "");
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    ok(w, cdr_disclose_confirm(d.id, d.call.call, CDR_FIELD_EMAIL, "eve@example.com", 15, &c, &w->err));
    assert_true(c.allowed && !c.right);
    ok(w, cdr_verify_end(d.id, d.call.call, NULL, NULL, false, &e, &w->err));
    assert_string_equal(e.told, "");
    ok(w, begin_with(&d, "order-status", CDR_FIELD_ORDER_STATE, said, 2));
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    assert_int_equal(ask(&d, CDR_FIELD_ORDER_STATE).done, 1);
    ok(w, cdr_verify_end(d.id, d.call.call, NULL, NULL, false, &e, &w->err));
    assert_non_null(strstr(e.told, "(nothing is on file)"));
    _cleanup_free_ cdr_oversight *o = look(&d);
    assert_int_equal(o->unverified, 0);
    assert_int_equal(o->reveals + o->confirms + o->sends, 0);
    assert_int_equal(o->empty, 1);
    assert_int_equal(o->not_right, 1);
    assert_int_equal(o->send_failed, 1);
    desk_close(&d);
}

/* --- notes --- */

static void note__every_card_of_the_vectors_is_masked(void **state)
{
    _cleanup_json_ json_t *j = NULL;
    cdr_buf text = CDR_BUF(1 << 20);
    cdr_cleaner *c;
    cdr_err err = {0};
    (void)state;
    if (cdr_file_read(CANDOR_SHARED_DIR "/facts/vectors/masks/pan.json", &text, NULL) != CDR_OK) {
        print_message("skipped: the vectors are not here\n");
        cdr_buf_done(&text);
        skip();
    }
    assert_int_equal(cdr_json_parse(text.data, text.len, "pan.json", &j, &err), CDR_OK);
    assert_int_equal(cdr_cleaner_new(&c, &err), CDR_OK);
    const json_t *rows = json_object_get(j, "rows"), *others = json_object_get(j, "not_pan");
    static const char *const shapes[][2] = {{"", ""}, {"card ", " please"}, {"(", ")"}, {"x", ""}, {"", "."}, {"Nr:", ", exp 12/29"}};
    for (size_t i = 0; i < json_array_size(rows); i++)
        for (size_t k = 0; k < CDR_COUNT(shapes); k++) {
            const char *pan = cdr_json_str(json_array_get(rows, i), "pan"), *view = cdr_json_str(json_array_get(rows, i), "agent_view");
            char in[200], want[200];
            cdr_buf out = CDR_BUF(4096);
            snprintf(in, sizeof in, "%s%s%s", shapes[k][0], pan, shapes[k][1]);
            snprintf(want, sizeof want, "%s%s%s", shapes[k][0], view, shapes[k][1]);
            assert_int_equal(cdr_note_clean(c, in, strlen(in), &out, NULL, &err), CDR_OK);
            assert_string_equal(out.data, want);
            cdr_buf_done(&out);
        }
    for (size_t i = 0; i < json_array_size(others); i++) {
        const char *s = cdr_json_str(json_array_get(others, i), "s");
        cdr_buf out = CDR_BUF(4096);
        char in[100];
        snprintf(in, sizeof in, "order %s", s);
        assert_int_equal(cdr_note_clean(c, in, strlen(in), &out, NULL, &err), CDR_OK);
        assert_string_equal(out.data, in);
        cdr_buf_done(&out);
    }
    cdr_cleaner_free(c);
    cdr_buf_done(&text);
}

static void note__codes_and_spellings(void **state)
{
    static const struct { const char *in, *gone; } cases[] = {
        {"4111 1111 1111 1111", "1111 1111 1111"}, {"4111-1111-1111-1111 cvv 123", "123"}, {"4111.1111.1111.1111", "4111.1111"}, {"4111  1111  1111  1111", "4111  1111"},
        {"\xef\xbc\x94\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91",
         "\xef\xbc\x94\xef\xbc\x91"},
        {"4111111111111111123", "4111111111111111"}, {"CVV: 123", "123"}, {"cvc2 is 0042", "0042"}, {"her PIN was 4820 3957", "3957"}, {"code 482913", "482913"}, {"the code she read: 4 8 2 9 1 3", "2 9 1 3"},
        {"482913 was her code", "482913"}, {"Pr\xc3\xbc" "fziffer 123", "123"}, {"security code=9876", "9876"}, {"mail ada@example.com", "ada@example.com"}, {"ssn 078-05-1120", "078-05-1120"},
        {"IBAN DE89 3704 0044 0532 0130 00", "0532 0130"}, {"5555555555554444 and 378282246310005", "82246310005"},
        {"password: Tr0ub4dor&3xyz", "3xyz"}, {"the password=summer&sun; then", "sun"}, {"\"password\": \"a\"b,c", "b,c"}, {"078-05-1120", "05-1120"}, {"078 05 1120", "1120"}, {"4111 1111 1111 1111 078-05-1120", "05-1120"},
        {"4111\xe2\x81\xa0" "1111\xef\xbb\xbf" "1111\xc2\xad" "1111", "1111\xef"}, {"he\xe2\x80\xaere", "\xe2\x80\xae"},
    };
    static const char *const names[] = {"Greta Vance, greta.vance@example.com", "+49 151 23456789", "(212) 555-0100", "+1 212 555 0100", "020 7946 0123", "born 1980-02-03", "Doe & Sons Ltd."};
    static const char *const kept[] = {"parcel 1182 goes to door 12", "postal code 97201", "call back at 14:05", "error code 404", "paid 129.50 on 2026-11-25", "order 1234567890123"};
    cdr_cleaner *c;
    cdr_err err = {0};
    (void)state;
    assert_int_equal(cdr_cleaner_new(&c, &err), CDR_OK);
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        cdr_buf out = CDR_BUF(4096);
        assert_int_equal(cdr_note_clean(c, cases[i].in, strlen(cases[i].in), &out, NULL, &err), CDR_OK);
        if (strstr(out.data, cases[i].gone))
            fail_msg("\"%s\" became \"%s\"", cases[i].in, out.data);
        cdr_buf_done(&out);
    }
    for (size_t i = 0; i < CDR_COUNT(kept); i++) {
        cdr_buf out = CDR_BUF(4096);
        assert_int_equal(cdr_note_clean(c, kept[i], strlen(kept[i]), &out, NULL, &err), CDR_OK);
        assert_string_equal(out.data, kept[i]);
        cdr_buf_done(&out);
    }
    for (size_t i = 0; i < CDR_COUNT(names) + CDR_COUNT(cases); i++) {
        cdr_buf out = CDR_BUF(4096);
        const char *in = i < CDR_COUNT(names) ? names[i] : cases[i - CDR_COUNT(names)].in;
        assert_int_equal(cdr_note_clean_name(c, in, strlen(in), &out, NULL, &err), CDR_OK);
        if (i < CDR_COUNT(names))
            assert_string_equal(out.data, in);
        else if (!strchr(in, '@') && strstr(out.data, cases[i - CDR_COUNT(names)].gone))
            fail_msg("the name \"%s\" became \"%s\"", in, out.data);
        cdr_buf_done(&out);
    }
    cdr_buf out = CDR_BUF(1 << 16);
    assert_int_equal(cdr_note_clean(c, "bell \a", 6, &out, NULL, &err), CDR_E_INVAL);
    assert_int_equal(cdr_note_clean(c, "\xff", 1, &out, NULL, &err), CDR_E_INVAL);
    cdr_buf_done(&out);
    cdr_cleaner_free(c);
}

/* --- the supervisor --- */

static void forge(desk *d, const char *kind, const char *actor, const char *subject, const char *details)
{
    ok(d->w, cdr_ledger_append(cdr_workspace_ledger(d->w->ws), &(cdr_ledger_event){.kind = kind, .actor = actor, .subject = subject, .details_json = details}, NULL, &d->w->err));
}

static void report__what_nothing_stands_behind__is_counted(void **state)
{
    world *w = *state;
    desk d;
    char who[CDR_PSEUDONYM_TEXT], other[CDR_PSEUDONYM_TEXT], details[400];
    with_pin(&d, state);
    ok(w, cdr_vault_pseudonym(w->v, w->ada.id, who, &w->err));
    ok(w, cdr_vault_pseudonym(w->v, w->bob.id, other, &w->err));
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    assert_int_equal(ask(&d, CDR_FIELD_EMAIL).done, 1);
    assert_int_equal(unverified(&d), 0);
    unsigned n = 0;
    /* no grant at all */
    forge(&d, "disclosure.reveal", "staff:dana", who, "{\"field\":\"email\",\"grant\":\"00\",\"granted_at\":1,\"mode\":\"plain\"}");
    assert_int_equal(unverified(&d), ++n);
    /* grants that rest on nothing, on too little, on another's call, on another customer */
    static const struct { const char *actor, *by, *level; bool other; } grants[] = {
        {"staff:dana", "call", "C3", false}, {"staff:omar", "call", "C2", false}, {"staff:dana", "call", "C2", true}, {"staff:dana", "kindness", "C2", false}, {"staff:dana", "call-back", "C2", false},
        {"staff:dana", "third-party", "C0", false}, {"staff:dana", "break-glass", "C0", false}, {"staff:dana", "request", "C2", false}, {"staff:dana", "call", "C9", false},
    };
    for (size_t i = 0; i < CDR_COUNT(grants); i++) {
        uint64_t at = cdr_ledger_size(cdr_workspace_ledger(w->ws));
        snprintf(details, sizeof details, "{\"by\":\"%s\",\"level\":\"%s\",\"call\":\"%s\",\"grant\":\"f%zu\",\"fields\":{\"email\":\"plain\"},\"document\":\"x\",\"ground\":\"y\",\"approval\":\"z\",\"request\":\"R-1\"}",
                 grants[i].by, grants[i].level, d.call.call, i);
        forge(&d, "disclosure.grant", grants[i].actor, grants[i].other ? other : who, details);
        snprintf(details, sizeof details, "{\"field\":\"email\",\"grant\":\"f%zu\",\"granted_at\":%llu,\"mode\":\"plain\"}", i, (unsigned long long)at);
        forge(&d, "disclosure.reveal", "staff:dana", grants[i].other ? other : who, details);
        assert_int_equal(unverified(&d), ++n);
    }
    /* a good grant, but another field, another place, another customer */
    uint64_t at = cdr_ledger_size(cdr_workspace_ledger(w->ws));
    snprintf(details, sizeof details, "{\"by\":\"call\",\"level\":\"C2\",\"call\":\"%s\",\"grant\":\"good\",\"fields\":{\"email\":\"plain\"}}", d.call.call);
    forge(&d, "disclosure.grant", "staff:dana", who, details);
    snprintf(details, sizeof details, "{\"field\":\"email\",\"grant\":\"good\",\"granted_at\":%llu,\"mode\":\"plain\"}", (unsigned long long)at);
    forge(&d, "disclosure.reveal", "staff:dana", who, details);
    assert_int_equal(unverified(&d), n);
    forge(&d, "disclosure.reveal", "staff:dana", other, details);
    assert_int_equal(unverified(&d), ++n);
    snprintf(details, sizeof details, "{\"field\":\"card\",\"grant\":\"good\",\"granted_at\":%llu,\"mode\":\"plain\"}", (unsigned long long)at);
    forge(&d, "disclosure.confirm", "staff:dana", who, details);
    assert_int_equal(unverified(&d), ++n);
    snprintf(details, sizeof details, "{\"field\":\"email\",\"grant\":\"good\",\"granted_at\":%llu,\"mode\":\"plain\"}", (unsigned long long)at - 1);
    forge(&d, "disclosure.send", "staff:dana", who, details);
    assert_int_equal(unverified(&d), ++n);
    /* what a request may be answered with, once it was proved in the call */
    snprintf(details, sizeof details, "{\"call\":\"%s\",\"level\":\"C2\",\"proofs\":[\"pin\"]}", d.call.call);
    forge(&d, "request.prove", "staff:dana", "request:R-7", details);
    for (int i = 0; i < 2; i++) {
        at = cdr_ledger_size(cdr_workspace_ledger(w->ws));
        snprintf(details, sizeof details, "{\"by\":\"request\",\"request\":\"R-7\",\"level\":\"%s\",\"grant\":\"q%d\",\"fields\":{\"email\":\"plain\"}}", i ? "C3" : "C2", i);
        forge(&d, "disclosure.grant", "staff:dana", who, details);
        snprintf(details, sizeof details, "{\"field\":\"email\",\"grant\":\"q%d\",\"granted_at\":%llu,\"mode\":\"plain\"}", i, (unsigned long long)at);
        forge(&d, "disclosure.reveal", "staff:dana", who, details);
        n += (unsigned)i;
        assert_int_equal(unverified(&d), n);
    }
    /* a grant made when the call was over */
    cdr_call_end e;
    ok(w, cdr_verify_end(d.id, d.call.call, NULL, NULL, false, &e, &w->err));
    at = cdr_ledger_size(cdr_workspace_ledger(w->ws));
    snprintf(details, sizeof details, "{\"by\":\"call\",\"level\":\"C2\",\"call\":\"%s\",\"grant\":\"late\",\"fields\":{\"email\":\"plain\"}}", d.call.call);
    forge(&d, "disclosure.grant", "staff:dana", who, details);
    snprintf(details, sizeof details, "{\"field\":\"email\",\"grant\":\"late\",\"granted_at\":%llu,\"mode\":\"plain\"}", (unsigned long long)at);
    forge(&d, "disclosure.reveal", "staff:dana", who, details);
    assert_int_equal(unverified(&d), ++n);
    _cleanup_free_ cdr_oversight *o = look(&d);
    assert_int_equal(o->fault_count, n);
    assert_non_null(strstr(o->faults[n - 1].why, "over"));
    desk_close(&d);
}

/* Somebody writes into the tables: a match that never was, a call turned to another customer. The ledger says no. */
static void forged_rows__open_nothing(void **state)
{
    static const cdr_db_stmt forging[] = {
        {"forge-try", "INSERT INTO verification_try(verification_id, subject, factor, at_us, by, matched) SELECT id, subject, 1, started_us, 'x', 1 FROM verification WHERE call = ?1", false},
        {"forge-customer", "UPDATE verification SET customer_id = ?2 WHERE call = ?1", false},
        {"forge-start", "UPDATE verification SET start_index = 0 WHERE call = ?1", false},
    };
    const uint16_t field = CDR_FIELD_EMAIL;
    world *w = *state;
    desk d;
    cdr_db_set *set;
    cdr_telling t;
    heard h = {0};
    with_pin(&d, state);
    ok(w, cdr_db_prepare_set(cdr_workspace_db(w->ws), forging, 3, &set, &w->err));
    for (size_t i = 0; i < 2; i++) {
        begin(&d);
        if (i == 1)
            answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
        for (size_t k = i; k < 3; k += 2 - i) {
            cdr_db_query q = {0};
            ok(w, cdr_db_begin_query(set, k, &q, &w->err));
            cdr_db_bind_text(&q, 1, d.call.call);
            if (k == 1)
                cdr_db_bind_int(&q, 2, w->bob.id);
            ok(w, cdr_db_run(&q, &w->err));
        }
        assert_int_equal(cdr_disclose(d.id, d.call.call, &field, 1, hear, &h, &t, &w->err), CDR_E_CORRUPT);
        assert_int_equal(h.done, 0);
    }
    cdr_db_set_free(set);
    desk_close(&d);
}

/* One match that is genuine and harmless carries the level of the forged ones into the ledger; the report takes the level from the proofs alone. */
static void forged_rows__lift_no_later_match(void **state)
{
    static const cdr_db_stmt forging[] = {
        {"forge-one", "INSERT INTO verification_try(verification_id, subject, factor, at_us, by, matched) SELECT id, subject, ?2, started_us, 'x', 1 FROM verification WHERE call = ?1", false},
    };
    static const cdr_factor_kind forged[] = {CDR_FACTOR_PIN, CDR_FACTOR_TOTP};
    const uint16_t field = CDR_FIELD_EMAIL;
    world *w = *state;
    desk d;
    cdr_db_set *set;
    cdr_telling t;
    heard h = {0};
    char who[CDR_PSEUDONYM_TEXT], details[300];
    with_pin(&d, state);
    ok(w, cdr_vault_pseudonym(w->v, w->ada.id, who, &w->err));
    ok(w, cdr_db_prepare_set(cdr_workspace_db(w->ws), forging, 1, &set, &w->err));
    begin(&d);
    for (size_t i = 0; i < CDR_COUNT(forged); i++) {
        cdr_db_query q = {0};
        ok(w, cdr_db_begin_query(set, 0, &q, &w->err));
        cdr_db_bind_text(&q, 1, d.call.call);
        cdr_db_bind_int(&q, 2, forged[i]);
        ok(w, cdr_db_run(&q, &w->err));
    }
    cdr_db_set_free(set);
    answer(&d, CDR_FACTOR_NAME, "Ada Lovelace");
    assert_true(ledger_has(&d, "\"factor\":\"name\",\"level\":\"C3\""));
    assert_int_equal(cdr_disclose(d.id, d.call.call, &field, 1, hear, &h, &t, &w->err), CDR_E_CORRUPT);
    assert_int_equal(h.done, 0);
    for (unsigned i = 0; i < 2; i++) {
        uint64_t at = cdr_ledger_size(cdr_workspace_ledger(w->ws));
        snprintf(details, sizeof details, "{\"by\":\"call\",\"level\":\"C%u\",\"call\":\"%s\",\"grant\":\"g%u\",\"fields\":{\"email\":\"plain\"}}", i + 2, d.call.call, i);
        forge(&d, "disclosure.grant", "staff:dana", who, details);
        snprintf(details, sizeof details, "{\"field\":\"email\",\"grant\":\"g%u\",\"granted_at\":%llu,\"mode\":\"plain\"}", i, (unsigned long long)at);
        forge(&d, "disclosure.reveal", "staff:dana", who, details);
        assert_int_equal(unverified(&d), i + 1);
    }
    /* another policy does not excuse it */
    forge(&d, "disclosure.policy", "owner", "workspace", "{}");
    assert_int_equal(unverified(&d), 2);
    desk_close(&d);
}

/* What was enough by the policy of that day is not counted as a fault when the policy asks for more today; it is named apart. */
static void report__an_earlier_policy_is_named_apart(void **state)
{
    world *w = *state;
    desk d;
    char who[CDR_PSEUDONYM_TEXT], details[300];
    with_pin(&d, state);
    ok(w, cdr_vault_pseudonym(w->v, w->ada.id, who, &w->err));
    begin(&d);
    answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    uint64_t at = cdr_ledger_size(cdr_workspace_ledger(w->ws));
    snprintf(details, sizeof details, "{\"by\":\"call\",\"level\":\"C3\",\"call\":\"%s\",\"grant\":\"g\",\"fields\":{\"email\":\"plain\"}}", d.call.call);
    forge(&d, "disclosure.grant", "staff:dana", who, details);
    snprintf(details, sizeof details, "{\"field\":\"email\",\"grant\":\"g\",\"granted_at\":%llu,\"mode\":\"plain\"}", (unsigned long long)at);
    forge(&d, "disclosure.reveal", "staff:dana", who, details);
    assert_int_equal(unverified(&d), 1);
    forge(&d, "disclosure.policy", "owner", "workspace", "{}");
    _cleanup_free_ cdr_oversight *o = look(&d);
    assert_int_equal(o->unverified, 0);
    assert_int_equal(o->earlier_policy, 1);
    desk_close(&d);
}

/* Proofs that one employee could have made up are hers in the report; a second employee in the call takes the document off. Matches never are more than tries. */
static void report__who_could_have_made_a_proof(void **state)
{
    static const cdr_said said[] = {SAID(ACCOUNT, "AC-10442"), SAID(POSTCODE, "02110")};
    world *w = *state;
    desk d;
    with_pin(&d, state);
    for (int i = 0; i < 2; i++) {
        cdr_workspace_set_actor(w->ws, "staff:dana");
        ok(w, cdr_verify_start_call(d.id, &(cdr_verify_start){.direction = CDR_CALL_IN, .channel = "counter", .purpose = "order-status", .said = said, .said_count = 2}, &d.call, &w->err));
        assert_true(answer(&d, CDR_FACTOR_DOCUMENT, "Ada Lovelace").matched);
        cdr_workspace_set_actor(w->ws, "staff:omar");
        if (i == 1)
            ok(w, cdr_verify_second(d.id, d.call.call, &d.call, &w->err));
    }
    _cleanup_free_ cdr_oversight *o = look(&d);
    assert_int_equal(o->documents, 2);
    assert_int_equal(o->seconds, 1);
    assert_int_equal(o->tries, 2);
    assert_int_equal(o->matched, 2);
    unsigned enrolled = 0, alone = 0;
    for (size_t i = 0; i < o->agent_count; i++) {
        enrolled += o->agents[i].enrolled;
        alone += strcmp(o->agents[i].name, "staff:dana") ? 0 : o->agents[i].documents;
    }
    assert_int_equal(enrolled, 1);
    assert_int_equal(alone, 1);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(flags__one_number_for_three_customers),
        RUN(flags__a_hidden_number_raises_what_is_needed),
        RUN(flags__of_the_customer_show_once_a_secret_matched),
        RUN(flags__two_failed_calls_in_a_week),
        RUN(flags__it_was_not_me__stops_this_call_and_later_ones),
        RUN(flags__by_hand),
        RUN(flags__of_ones_own),
        RUN(flags__an_agent_who_tells_more_than_the_team),
        RUN(third_party__nothing_without_law_and_paper),
        RUN(glass__one_asks_another_approves_the_first_opens_once),
        RUN(glass__waits_an_hour_and_lasts_a_quarter),
        RUN(canary__alarms_and_looks_like_any_other),
        RUN(send_to_record__goes_out_for_whoever_fits_and_says_the_same),
        RUN(delivery_address__the_address_stands_for_one_that_is_not_there),
        RUN(delivery_address__not_where_the_policy_never_tells_the_address),
        RUN(send_to_record__a_flag_that_is_not_told_stops_it),
        RUN(send_to_record__the_end_looks_alike),
        RUN(nothing_came_of_it__and_nobody_says_that_it_was_told),
        cmocka_unit_test(note__every_card_of_the_vectors_is_masked),
        cmocka_unit_test(note__codes_and_spellings),
        RUN(forged_rows__open_nothing),
        RUN(forged_rows__lift_no_later_match),
        RUN(report__who_could_have_made_a_proof),
        RUN(report__an_earlier_policy_is_named_apart),
        RUN(report__what_nothing_stands_behind__is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

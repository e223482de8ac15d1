/* SPDX-License-Identifier: Apache-2.0 */
/* Requests by right under a set clock: what proves them, what they may lean on, until when they may be extended, what an answer holds. */
#include "desk.h"

#include "core/identity/rights.h"
#include "core/ledger/store.h"
#include "core/vault/erase.h"

typedef struct counter { desk d; cdr_rights *r; } counter;

static void counter_open(counter *c, world *w)
{
    desk_open(&c->d, w);
    ok(w, cdr_rights_open(w->v, &c->r, &w->err));
}

static void counter_close(counter *c)
{
    cdr_rights_close(c->r);
    desk_close(&c->d);
}

static cdr_request open_request(counter *c, const cdr_customer *who, cdr_right kind, cdr_regime law)
{
    cdr_request q;
    ok(c->d.w, cdr_rights_begin(c->r, &(cdr_request_new){.kind = kind, .ref = who->ref, .regime = law, .regime_given = true, .channel = "phone"}, &q, NULL, &c->d.w->err));
    return q;
}

/* Ada in a call about ${purpose}: PIN, authenticator, and for C4 call-back and a second employee. */
static void prove_ada(counter *c, const char *purpose, bool high)
{
    static const cdr_said said[] = {SAID(ACCOUNT, "ac 10442"), SAID(POSTCODE, "02110")};
    world *w = c->d.w;
    char code[12];
    cdr_secret *spoken, *number;
    w->now_us += 31 * SECOND;
    ok(w, begin_with(&c->d, purpose, 0, said, CDR_COUNT(said)));
    assert_true(answer(&c->d, CDR_FACTOR_PIN, GOOD_PIN).matched);
    totp_now(&c->d, code);
    assert_true(answer(&c->d, CDR_FACTOR_TOTP, code).matched);
    if (!high)
        return;
    ok(w, cdr_verify_send_code(c->d.id, c->d.call.call, CDR_FACTOR_CALLBACK, &spoken, &w->err));
    ok(w, cdr_verify_dial(c->d.id, c->d.call.call, false, &number, &c->d.call, &w->err));
    assert_true(answer(&c->d, CDR_FACTOR_CALLBACK, (const char *)cdr_secret_bytes(spoken)).matched);
    cdr_workspace_set_actor(w->ws, "staff:erin");
    ok(w, cdr_verify_second(c->d.id, c->d.call.call, &c->d.call, &w->err));
    cdr_workspace_set_actor(w->ws, "staff:dana");
    cdr_secret_free(spoken);
    cdr_secret_free(number);
}

static void prove_nobody(counter *c, const char *purpose)
{
    static const cdr_said said[] = {SAID(ACCOUNT, "AC-99999"), SAID(POSTCODE, "02110")};
    ok(c->d.w, begin_with(&c->d, purpose, 0, said, CDR_COUNT(said)));
}

static cdr_status prove(counter *c, cdr_request *q)
{
    return cdr_rights_prove(c->r, c->d.id, q, c->d.call.call, &c->d.w->err);
}

static void ready(counter *c, world *w)
{
    ok(w, try_pin(w, w->ada.id, GOOD_PIN));
    counter_open(c, w);
    enrol_totp(&c->d);
}

static void proof__too_low_another_or_nobody__one_answer(void **state)
{
    world *w = *state;
    counter c;
    char low[CDR_ERR_TEXT_MAX];
    ready(&c, w);
    cdr_request q = open_request(&c, &w->ada, CDR_RIGHT_COPY, CDR_REGIME_GDPR), other = open_request(&c, &w->bob, CDR_RIGHT_COPY, CDR_REGIME_GDPR);
    begin_nobody(&c.d);
    assert_int_equal(prove(&c, &q), CDR_DENIED);
    assert_string_equal(w->err.id, "request.purpose");
    prove_nobody(&c, "data-copy");
    assert_int_equal(prove(&c, &q), CDR_DENIED);
    snprintf(low, sizeof low, "%s", w->err.text + strcspn(w->err.text, "."));
    prove_ada(&c, "data-copy", false);
    assert_int_equal(prove(&c, &q), CDR_DENIED);
    assert_string_equal(w->err.id, "request.level");
    /* Ada's call and Bob's request: as if nothing had been proved at all. */
    assert_int_equal(prove(&c, &other), CDR_DENIED);
    assert_string_equal(w->err.text + strcspn(w->err.text, "."), low);
    assert_false(cdr_request_proved(&q));
    prove_ada(&c, "data-copy", true);
    cdr_workspace_set_actor(w->ws, "staff:erin");
    assert_int_equal(prove(&c, &q), CDR_DENIED);          /* Dana's call */
    cdr_workspace_set_actor(w->ws, "staff:dana");
    w->now_us += 16 * MINUTE;
    assert_int_equal(prove(&c, &q), CDR_DENIED);          /* idle for too long */
    prove_ada(&c, "data-copy", true);
    ok(w, prove(&c, &q));
    assert_int_equal(q.proved_level, CDR_LEVEL_C4);
    w->now_us += 20 * DAY;                                /* the call is long over */
    cdr_request again;
    ok(w, cdr_rights_find(c.r, q.name, &again, &w->err));
    assert_true(cdr_request_proved(&again));
    counter_close(&c);
}

static void correction__what_leans_on_the_disputed_item__does_not_count(void **state)
{
    world *w = *state;
    counter c;
    ready(&c, w);
    cdr_request q = open_request(&c, &w->ada, CDR_RIGHT_CORRECTION, CDR_REGIME_CCPA);
    prove_ada(&c, "correction", true);
    ok(w, prove(&c, &q));
    static const struct { uint16_t field; bool may; } cases[] = {
        {CDR_FIELD_NAME, true}, {CDR_FIELD_DATE_OF_BIRTH, true}, {CDR_FIELD_EMAIL, true},
        {CDR_FIELD_ACCOUNT, false}, {CDR_FIELD_POSTCODE, false},      /* one of the two records that found her */
        {CDR_FIELD_PHONE, false}, {CDR_FIELD_MOBILE, false},          /* the call-back went there */
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        cdr_status s = cdr_rights_may_correct(c.r, c.d.id, &q, cdr_vault_field_of(cases[i].field), &w->err);
        assert_int_equal(s, cases[i].may ? CDR_OK : CDR_DENIED);
    }
    /* A way to reach her asks for more than a correction does. */
    cdr_request lower = open_request(&c, &w->ada, CDR_RIGHT_CORRECTION, CDR_REGIME_CCPA);
    prove_ada(&c, "correction", false);
    ok(w, prove(&c, &lower));
    ok(w, cdr_rights_may_correct(c.r, c.d.id, &lower, cdr_vault_field_of(CDR_FIELD_NAME), &w->err));
    assert_int_equal(cdr_rights_may_correct(c.r, c.d.id, &lower, cdr_vault_field_of(CDR_FIELD_EMAIL), &w->err), CDR_DENIED);
    assert_int_equal(cdr_rights_may_correct(c.r, c.d.id, &lower, cdr_vault_field_of(CDR_FIELD_BANK_ACCOUNT), &w->err), CDR_DENIED);
    /* The same in a call without a request. */
    char full[12];
    ok(w, cdr_verify_may_change(c.d.id, c.d.call.call, "correction", CDR_FIELD_NAME, w->ada.id, full, &w->err));
    assert_int_equal(cdr_verify_may_change(c.d.id, c.d.call.call, "correction", CDR_FIELD_POSTCODE, w->ada.id, full, &w->err), CDR_DENIED);
    counter_close(&c);
}

static void extension__within_the_law__by_the_day(void **state)
{
    world *w = *state;
    counter c;
    static const struct { cdr_regime law; int64_t last; } cases[] = {{CDR_REGIME_GDPR, 28}, {CDR_REGIME_CCPA, 45}};   /* 2027-02-19 and a month: 28 days */
    counter_open(&c, w);
    int64_t begin_us = w->now_us - w->now_us % DAY;
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        w->now_us = begin_us + HOUR;
        cdr_request in_time = open_request(&c, &w->ada, CDR_RIGHT_ACCESS, cases[i].law), late = open_request(&c, &w->ada, CDR_RIGHT_ACCESS, cases[i].law);
        assert_int_equal(in_time.due_day - in_time.received_day, cases[i].last);
        w->now_us = begin_us + (cases[i].last + 1) * DAY - 1;
        assert_false(cdr_request_overdue(&in_time, w->now_us));
        ok(w, cdr_rights_extend(c.r, &in_time, "many records", &w->err));
        assert_int_equal(cdr_rights_extend(c.r, &in_time, "again", &w->err), CDR_DENIED);
        w->now_us += 1;
        assert_true(cdr_request_overdue(&late, w->now_us));
        assert_int_equal(cdr_rights_extend(c.r, &late, "many records", &w->err), CDR_DENIED);
        assert_string_equal(w->err.id, "request.too-late");
    }
    cdr_request none = open_request(&c, &w->ada, CDR_RIGHT_ACCESS, CDR_REGIME_UNKNOWN);
    w->now_us += 4000 * DAY;
    assert_false(cdr_request_overdue(&none, w->now_us));
    counter_close(&c);
}

static bool holds(const json_t *j, const char *text)
{
    char *dump = json_dumps(j, JSON_COMPACT);
    bool found = strstr(dump, text) != NULL;
    free(dump);
    return found;
}

static void package__her_data__nobody_elses(void **state)
{
    world *w = *state;
    counter c;
    json_t *package;
    ready(&c, w);
    static const cdr_vault_value more[] = {{CDR_FIELD_NOTE, "Bob Stone next door", 19}, {CDR_FIELD_GUARDIAN, "Annabella", 9}, {CDR_FIELD_PASSPORT, "C01X00T47", 9}};
    ok(w, cdr_vault_edit(w->v, w->ada.id, more, CDR_COUNT(more), "test", NULL, &w->err));
    cdr_request q = open_request(&c, &w->ada, CDR_RIGHT_COPY, CDR_REGIME_CCPA), kinds = open_request(&c, &w->ada, CDR_RIGHT_ACCESS, CDR_REGIME_GDPR);
    assert_int_equal(cdr_rights_package(c.r, c.d.id, &q, &package, &w->err), CDR_DENIED);
    assert_null(package);
    prove_ada(&c, "data-copy", true);
    ok(w, prove(&c, &q));
    ok(w, cdr_rights_package(c.r, c.d.id, &q, &package, &w->err));
    assert_true(holds(package, "Ada Lovelace") && holds(package, "ada@example.com"));
    static const char *const absent[] = {"Bob", "Annabella", "C01X00T47", "10442" /* an account number, under the CCPA */, "staff:dana", "erin", GOOD_PIN};
    for (size_t i = 0; i < CDR_COUNT(absent); i++)
        assert_false(holds(package, absent[i]));
    assert_true(holds(json_object_get(package, "held_not_shown"), "passport") && holds(json_object_get(package, "held_not_shown"), "guardian"));
    cdr_rights_wipe(package);
    assert_false(holds(package, "Lovelace"));             /* what is given back to the heap holds nothing of her */
    json_decref(package);
    prove_ada(&c, "data-request", false);
    ok(w, prove(&c, &kinds));
    ok(w, cdr_rights_package(c.r, c.d.id, &kinds, &package, &w->err));
    assert_false(holds(package, "Lovelace") || holds(package, "example.com"));
    assert_true(holds(json_object_get(package, "data"), "email"));
    json_decref(package);
    /* An address that changed after the proof may be a thief's. */
    static const cdr_vault_value moved[] = {{CDR_FIELD_EMAIL, "thief@example.com", 17}};
    w->now_us += HOUR;
    ok(w, cdr_vault_edit(w->v, w->ada.id, moved, 1, "test", NULL, &w->err));
    assert_int_equal(cdr_rights_package(c.r, c.d.id, &q, &package, &w->err), CDR_DENIED);
    assert_string_equal(w->err.id, "request.route-changed");
    counter_close(&c);
}

static const char *nothing_held(void *arg, const cdr_vault_field *field, const char *value, size_t len)
{
    (void)field, (void)value, (void)len;
    return arg;
}

static void erasure__held_then_done__request_follows(void **state)
{
    world *w = *state;
    counter c;
    cdr_erasure e;
    cdr_customer gone;
    unsigned closed;
    ready(&c, w);
    cdr_request q = open_request(&c, &w->ada, CDR_RIGHT_ERASURE, CDR_REGIME_GDPR), copy = open_request(&c, &w->ada, CDR_RIGHT_COPY, CDR_REGIME_GDPR);
    assert_int_equal(cdr_rights_erase(c.r, &q, nothing_held, NULL, &e, &closed, &w->err), CDR_DENIED);
    prove_ada(&c, "erasure", true);
    ok(w, prove(&c, &q));
    assert_int_equal(cdr_rights_erase(c.r, &q, nothing_held, "file 2027-15", &e, &closed, &w->err), CDR_DENIED);
    assert_non_null(strstr(w->err.text, "file 2027-15"));
    ok(w, cdr_vault_customer_by_id(w->v, w->ada.id, &gone, &w->err));
    assert_false(gone.erased);
    ok(w, cdr_rights_erase(c.r, &q, nothing_held, NULL, &e, &closed, &w->err));
    assert_int_equal(closed, 1);
    assert_int_equal(q.state, CDR_REQUEST_FULFILLED);
    assert_string_equal(q.receipt, e.receipt);
    ok(w, cdr_vault_customer_by_id(w->v, w->ada.id, &gone, &w->err));
    assert_true(gone.erased);
    cdr_request begun;
    assert_int_equal(cdr_rights_begin(c.r, &(cdr_request_new){.kind = CDR_RIGHT_COPY, .ref = w->ada.ref, .channel = "phone"}, &begun, NULL, &w->err), CDR_NOT_FOUND);
    json_t *package;
    copy.proved_us = w->now_us;
    assert_int_equal(cdr_rights_package(c.r, c.d.id, &copy, &package, &w->err), CDR_NOT_FOUND);
    ok(w, cdr_rights_find(c.r, copy.name, &copy, &w->err));
    assert_int_equal(copy.state, CDR_REQUEST_CLOSED);
    assert_string_equal(copy.outcome, "the customer was erased");
    assert_true(copy.erased);
    counter_close(&c);
}

int main(void)
{
    if (cdr_crypto_start(NULL) != CDR_OK)
        return 1;
#define T(name) cmocka_unit_test_setup_teardown(name, world_make, world_drop)
    const struct CMUnitTest tests[] = {
        T(proof__too_low_another_or_nobody__one_answer),
        T(correction__what_leans_on_the_disputed_item__does_not_count),
        T(extension__within_the_law__by_the_day),
        T(package__her_data__nobody_elses),
        T(erasure__held_then_done__request_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

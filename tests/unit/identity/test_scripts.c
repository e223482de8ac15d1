/* SPDX-License-Identifier: Apache-2.0 */
/* Thousands of random calls against the real rooms, beside a model that knows what may happen: no value leaves before its entry in the ledger, none without the level that the policy asks for,
 * no counter ever passes its limit, and the supervisor finds nothing. CANDOR_SCRIPTS says how many. */
#include "desk.h"

#include "core/identity/oversight.h"

#define SCRIPTS 1500
#define STEPS 14
#define FAILURES_MAX 4096

static uint64_t seed = 88172645463325252u;

static unsigned roll(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed % n);
}

/* ${noted}: it was right, which nobody is told until a secret matches in its call; until then it counts like a wrong one. */
typedef struct failure { int who, factor; int64_t at_us; unsigned call; bool noted; } failure;

typedef struct model {
    int who;                        /* 0 ada, 1 bob, 2 … nobody */
    bool live;
    int64_t active_us;
    cdr_factor_kind matched[24]; size_t count;
    unsigned failed[64];            /* of this call, by kind */
    char channel[12];
    unsigned call;
} model;

static failure failures[FAILURES_MAX];
static size_t failure_count;
static unsigned told, refused, locks, matches, calls;
static unsigned in_row[16][64];      /* failures since the last match, by who and kind: a hundred lock what can be set anew, which nobody does here */

static unsigned failures_today(int who, int factor, int64_t now)
{
    unsigned n = 0;
    for (size_t i = 0; i < failure_count; i++)
        n += failures[i].who == who && failures[i].factor == factor && failures[i].at_us > now - DAY;
    return n;
}

static void forget_old(int64_t now)
{
    size_t n = 0;
    for (size_t i = 0; i < failure_count; i++)
        if (failures[i].at_us > now - DAY)
            failures[n++] = failures[i];
    failure_count = n;
}

static bool is_over(const desk *d, const model *m)
{
    return !m->live || d->w->now_us - m->active_us >= 15 * MINUTE;
}

static void release_noted(model *m)
{
    size_t n = 0;
    for (size_t i = 0; i < failure_count; i++)
        if (failures[i].call == m->call && failures[i].noted)
            m->failed[failures[i].factor]--;
        else
            failures[n++] = failures[i];
    failure_count = n;
}

static void add_matched(model *m, cdr_factor_kind kind)
{
    if (kind < CDR_FACTOR_CARD_LAST4)
        release_noted(m);
    for (size_t i = 0; i < m->count; i++)
        if (m->matched[i] == kind)
            return;
    m->matched[m->count++] = kind;
}

static cdr_level level_of(const desk *d, const model *m)
{
    cdr_level_answer a;
    if (is_over(d, m) || m->who >= 2)
        return CDR_LEVEL_C0;
    cdr_disclosure_level(d->policy, m->matched, m->count, &a);
    return a.level;
}

/* --- steps --- */

static void start(desk *d, model *m)
{
    static const struct { int who; cdr_factor_kind kind; const char *said, *postcode; bool fits; } callers[] = {
        {0, CDR_FACTOR_ACCOUNT, "AC-10442", "02110", true}, {0, CDR_FACTOR_ACCOUNT, "AC-10442", "02110", true}, {0, CDR_FACTOR_EMAIL_ADDRESS, "ada@example.com", "02110", true}, {0, CDR_FACTOR_PHONE_NUMBER, "+12125550188", "99999", false},
        {1, CDR_FACTOR_EMAIL_ADDRESS, "bob@example.com", "99999", false}, {2, CDR_FACTOR_ACCOUNT, "AC-1", "02110", false}, {3, CDR_FACTOR_EMAIL_ADDRESS, "eve@example.com", "02110", false},
    };
    static const char *const purposes[] = {"account-help", "billing-question", "account-help", "change-contact"};
    size_t i = roll(CDR_COUNT(callers));
    cdr_said said[] = {{callers[i].kind, callers[i].said, strlen(callers[i].said)}, {CDR_FACTOR_POSTCODE, callers[i].postcode, strlen(callers[i].postcode)}};
    *m = (model){.who = callers[i].who, .live = true, .active_us = d->w->now_us, .call = ++calls};
    snprintf(m->channel, sizeof m->channel, "%s", roll(4) ? "phone" : "counter");
    ok(d->w, cdr_verify_start_call(d->id, &(cdr_verify_start){.direction = CDR_CALL_IN, .channel = m->channel, .purpose = purposes[roll(4)], .said = said, .said_count = 2, .withheld = roll(20) == 0,
                                   .ticket = roll(2) ? "T-1" : NULL}, &d->call, &d->w->err));
    if (m->who < 2)
        add_matched(m, callers[i].kind);
    if (callers[i].fits)
        add_matched(m, CDR_FACTOR_POSTCODE);
}

/* ${right}: it should match if it is ada, and nothing stands in the way. */
static void try_factor(desk *d, model *m, cdr_factor_kind kind, const char *said, bool right, bool day_limit)
{
    cdr_verify_answer a;
    bool over = is_over(d, m);
    cdr_status s = cdr_verify_answer_factor(d->id, d->call.call, kind, said, strlen(said), &a, &d->w->err);
    if (over) {
        assert_int_equal(s, CDR_DENIED);
        return;
    }
    if (s == CDR_DENIED)
        return;                     /* no code was asked for, or no document on the telephone */
    ok(d->w, s);
    unsigned today = failures_today(m->who, (int)kind, d->w->now_us);
    bool set_anew = kind == CDR_FACTOR_PIN || kind == CDR_FACTOR_TOTP;
    bool locked = m->failed[kind] >= 3 || (day_limit && today >= 5) || (set_anew && in_row[m->who][kind] >= 100);
    assert_int_equal(a.locked, locked);
    if (locked) {
        locks++;
        assert_false(a.matched);
        return;
    }
    m->active_us = d->w->now_us;
    if (!right || m->who != 0)
        assert_false(a.matched);
    /* An identifier before a secret: whether it matched is not told, and is known here. */
    bool hers = m->who == 0 && (!strcmp(said, "02110") || !strcmp(said, "1984-07-13"));
    if (a.noted ? hers : a.matched) {
        matches++;
        in_row[m->who][kind] = 0;
        add_matched(m, kind);
        if (!a.noted)
            return;
    }
    m->failed[kind]++;
    in_row[m->who][kind] += !(a.noted && hers);
    assert_true(m->failed[kind] <= 3 && (!day_limit || today + 1 <= 5));
    assert_true(failure_count < FAILURES_MAX);
    failures[failure_count++] = (failure){m->who, (int)kind, d->w->now_us, m->call, a.noted && hers};
}

static void clear_outbox(desk *d)
{
    char path[160];
    snprintf(path, sizeof path, "%s/outbox", d->w->home);
    nftw(path, world_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void code_by_text(desk *d, model *m)
{
    char code[16] = "000000";
    clear_outbox(d);
    bool over = is_over(d, m);
    cdr_status s = cdr_verify_send_code(d->id, d->call.call, CDR_FACTOR_SMS, NULL, &d->w->err);
    if (over)
        assert_int_equal(s, CDR_DENIED);
    if (s != CDR_OK)
        return;
    m->active_us = d->w->now_us;
    unsigned sent = outbox(d, 6, code);
    assert_int_equal(sent, m->who == 0 ? 1 : 0);
    bool right = roll(3) != 0;
    if (!right)
        code[0] = code[0] == '9' ? '0' : (char)(code[0] + 1);
    if (roll(8) == 0)
        d->w->now_us += 10 * MINUTE, right = false;
    try_factor(d, m, CDR_FACTOR_SMS, code, right, true);
}

static void authenticator(desk *d, model *m)
{
    char code[12];
    totp_now(d, code);
    bool right = roll(3) != 0;
    if (!right)
        code[5] = code[5] == '9' ? '0' : (char)(code[5] + 1);
    try_factor(d, m, CDR_FACTOR_TOTP, code, right, true);
}

/* What was heard must have been allowed, and its entry must be the last one. */
typedef struct listening { desk *d; const model *m; uint16_t field; unsigned values; } listening;

static cdr_status listen(void *arg, const cdr_told *t, cdr_err *err)
{
    listening *l = arg;
    desk *d = l->d;
    (void)err;
    refused += !t->done;
    if (!t->done)
        return CDR_OK;
    cdr_buf entry = CDR_BUF(CDR_LEDGER_ENTRY_MAX + 1);
    cdr_ledger *ledger = cdr_workspace_ledger(d->w->ws);
    assert_false(cdr_db_in_transaction(cdr_workspace_db(d->w->ws)));
    ok(d->w, cdr_ledger_entry(ledger, cdr_ledger_size(ledger) - 1, &entry, &d->w->err));
    char field[80];
    snprintf(field, sizeof field, "\"field\":\"%s\"", t->field->key);
    assert_non_null(strstr(entry.data, "\"kind\":\"disclosure.reveal\""));
    assert_non_null(strstr(entry.data, field));
    cdr_buf_done(&entry);
    cdr_level level = level_of(d, l->m);
    assert_true(l->m->who < 2 && level >= CDR_LEVEL_C2 && (t->mode == CDR_MODE_MASKED || level >= t->needed));
    cdr_disclosure_answer a;
    cdr_disclosure_decide(d->policy, &(cdr_disclosure_request){.field = t->field->key, .category = t->field->category, .unspoken = (t->field->flags & CDR_VF_UNSPOKEN) != 0, .purpose = d->call.purpose,
                          .role = "staff", .channel = l->m->channel, .level = level}, &a);
    assert_true(a.mode >= t->mode);                         /* flags only ever lower it */
    if (t->value && t->mode == CDR_MODE_MASKED)
        assert_null(strstr((const char *)cdr_secret_bytes(t->value), "ada@example.com"));
    told++;
    l->values++;
    return CDR_OK;
}

static void disclose(desk *d, model *m)
{
    static const uint16_t fields[] = {CDR_FIELD_EMAIL, CDR_FIELD_PHONE, CDR_FIELD_NAME, CDR_FIELD_CARD, CDR_FIELD_POSTCODE, CDR_FIELD_ACCOUNT, CDR_FIELD_DATE_OF_BIRTH};
    uint16_t asked[2] = {fields[roll(CDR_COUNT(fields))], fields[roll(CDR_COUNT(fields))]};
    cdr_telling t;
    listening l = {.d = d, .m = m};
    bool over = is_over(d, m), other = roll(10) == 0;
    if (other)
        cdr_workspace_set_actor(d->w->ws, "staff:eve");
    cdr_status s = cdr_disclose(d->id, d->call.call, asked, asked[0] == asked[1] ? 1 : 2, listen, &l, &t, &d->w->err);
    cdr_workspace_set_actor(d->w->ws, "staff:dana");
    assert_int_equal(s, over || other ? CDR_DENIED : CDR_OK);
    assert_true(s == CDR_OK || l.values == 0);
    if (s == CDR_OK)
        m->active_us = d->w->now_us;
}

static void confirm(desk *d, model *m)
{
    cdr_confirming c;
    if (is_over(d, m))
        return;
    ok(d->w, cdr_disclose_confirm(d->id, d->call.call, CDR_FIELD_NAME, "Ada Lovelace", 12, &c, &d->w->err));
    m->active_us = d->w->now_us;
    assert_true(!c.right || (c.allowed && m->who == 0 && level_of(d, m) >= CDR_LEVEL_C2));
}

static void second(desk *d, model *m)
{
    if (is_over(d, m))
        return;
    cdr_workspace_set_actor(d->w->ws, "staff:omar");
    ok(d->w, cdr_verify_second(d->id, d->call.call, &d->call, &d->w->err));
    cdr_workspace_set_actor(d->w->ws, "staff:dana");
    m->active_us = d->w->now_us;
    add_matched(m, CDR_FACTOR_SECOND_EMPLOYEE);
}

static void end(desk *d, model *m)
{
    cdr_call_end e;
    if (!m->live)
        return;
    ok(d->w, cdr_verify_end(d->id, d->call.call, NULL, NULL, roll(4) == 0, &e, &d->w->err));
    m->live = false;
}

static void step(desk *d, model *m)
{
    switch (roll(13)) {
    case 0: case 1: authenticator(d, m); break;
    case 2: case 3: code_by_text(d, m); break;
    case 4: try_factor(d, m, CDR_FACTOR_POSTCODE, roll(2) ? "02110" : "02111", true, true); break;
    case 5: try_factor(d, m, CDR_FACTOR_DATE_OF_BIRTH, roll(3) ? "1984-07-13" : "1984-07-14", true, true); break;
    case 6: try_factor(d, m, CDR_FACTOR_DOCUMENT, roll(3) ? "Ada Lovelace" : "Eve Thorn", true, true); break;
    case 7: case 8: case 9: disclose(d, m); break;
    case 10: confirm(d, m); break;
    case 11: d->w->now_us += roll(3) ? (int64_t)roll(120) * SECOND : (int64_t)roll(20) * MINUTE; break;
    default:
        if (roll(3) == 0)
            second(d, m);
        else if (roll(3) == 0)
            end(d, m);
        else if (roll(20) == 0 && m->who < 2)
            try_factor(d, m, CDR_FACTOR_PIN, GOOD_PIN, true, true);
        break;
    }
    if (m->live) {
        cdr_call c;
        ok(d->w, cdr_verify_status(d->id, d->call.call, &c, &d->w->err));
        cdr_level level = level_of(d, m);
        assert_int_equal(c.level, level >= CDR_LEVEL_C2 ? level : CDR_LEVEL_C0);
        assert_int_equal(c.live, !is_over(d, m));
    }
}

static void scripts__whatever_is_tried__the_rules_hold(void **state)
{
    world *w = *state;
    desk d;
    model m;
    const char *more = getenv("CANDOR_SCRIPTS");
    long count = more ? strtol(more, NULL, 10) : SCRIPTS;
    desk_open(&d, w);
    ok(w, try_pin(w, w->ada.id, GOOD_PIN));
    enrol_totp(&d);
    for (long i = 0; i < count; i++) {
        start(&d, &m);
        for (unsigned k = 0; k < STEPS; k++)
            step(&d, &m);
        w->now_us += roll(3) ? 8 * DAY : (int64_t)roll(3600) * SECOND;     /* so that failed calls are forgotten, mostly */
        forget_old(w->now_us);
    }
    cdr_oversight *o = cdr_alloc(sizeof *o);
    ok(w, cdr_oversight_read(d.id, 0, o, &w->err));
    cdr_ledger_verdict verdict;
    ok(w, cdr_ledger_verify(cdr_workspace_ledger(w->ws), NULL, &verdict, &w->err));
    print_message("%ld scripts: %u values, %u refusals, %u matches, %u locks, %llu entries\n", count, told, refused, matches, locks, (unsigned long long)o->entries);
    assert_int_equal(o->unverified, 0);
    assert_true(verdict.ok);
    assert_true(count < 500 || (told > 100 && refused > 1000 && matches > 500 && locks > 20));
    cdr_free(o);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(scripts__whatever_is_tried__the_rules_hold, world_make, world_drop)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

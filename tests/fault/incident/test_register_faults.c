/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation, SQL step, write or sync fails in each deed, for every n until it succeeds: the deed is there whole or not at all, tables and ledger agree, there is a sentence, and it can be done again. */
#include "../../unit/incident/place.h"

#include "base/fault.h"
#include "core/ledger/store.h"

#ifdef CANDOR_FAULTS
static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_SQL, CDR_FAULT_FSYNC, CDR_FAULT_WRITE};

typedef struct tally { unsigned incidents, judged, decisions, approved, items, evidence, closed, lines; } tally;
static cdr_status see_incident(void *arg, const cdr_incident *i) { ((tally *)arg)->incidents++; ((tally *)arg)->closed += i->closed_us != 0; ((tally *)arg)->judged += i->verdict != 0; return CDR_OK; }
static cdr_status see_decision(void *arg, const cdr_decision *d) { ((tally *)arg)->decisions++; ((tally *)arg)->approved += d->approved_us != 0; return CDR_OK; }
static cdr_status see_item(void *arg, const cdr_item *i) { (void)i; ((tally *)arg)->items++; return CDR_OK; }
static cdr_status see_evidence(void *arg, const cdr_evidence *e) { (void)e; ((tally *)arg)->evidence++; return CDR_OK; }
static cdr_status see_line(void *arg, const cdr_timeline_entry *e) { (void)e; ((tally *)arg)->lines++; return CDR_OK; }

static cdr_status differs(void *arg, const char *what)
{
    (void)arg;
    fail_msg("tables and ledger differ: %s", what);
    return CDR_OK;
}

static void again(place *p)
{
    cdr_incidents_close(p->in);
    p->in = NULL;
    world_close(&p->w);
    p->w.err = (cdr_err){0};
    world_open(&p->w);
    cdr_workspace_set_actor(p->w.ws, "cli:ada");
    world_ok(&p->w, cdr_incidents_open(p->w.ws, &p->in, &p->w.err));
}

static tally look(place *p)
{
    tally t = {0};
    cdr_ledger_verdict v;
    again(p);
    world_ok(&p->w, cdr_db_check(cdr_workspace_db(p->w.ws), &p->w.err));
    world_ok(&p->w, cdr_ledger_verify(cdr_workspace_ledger(p->w.ws), NULL, &v, &p->w.err));
    assert_true(v.ok);
    world_ok(&p->w, cdr_incident_compare_ledger(p->w.ws, differs, NULL, &p->w.err));
    world_ok(&p->w, cdr_incident_each(p->in, true, see_incident, &t, &p->w.err));
    if (t.incidents) {
        world_ok(&p->w, cdr_incident_decisions(p->in, 1, see_decision, &t, &p->w.err));
        world_ok(&p->w, cdr_incident_items(p->in, 1, true, see_item, &t, &p->w.err));
        world_ok(&p->w, cdr_incident_evidence(p->in, 1, see_evidence, &t, &p->w.err));
        world_ok(&p->w, cdr_incident_timeline(p->in, 1, see_line, &t, &p->w.err));
    }
    return t;
}

/* --- the deeds, in their order --- */

static cdr_status open_it(place *p) { return cdr_incident_open(p->in, &(cdr_incident_open_request){.kind = "lost-device", .title = "A laptop is gone"}, &p->id, NULL, &p->w.err); }
static cdr_status assess(place *p) { return cdr_incident_assess(p->in, 1, CDR_INCIDENT_BREACH, "orders were on it", &p->w.err); }
static cdr_status decide(place *p) { return cdr_incident_decide(p->in, 1, "notify-people", "no", "it was encrypted", NULL, &p->w.err); }
static cdr_status approve(place *p)
{
    cdr_workspace_set_actor(p->w.ws, "named:cleo");
    return cdr_incident_approve(p->in, 1, 1, true, "so it was", &p->w.err);
}
static cdr_status add_item(place *p) { return cdr_incident_add_item(p->in, &(cdr_item){.incident = 1, .kind = CDR_ITEM_DUTY, .what = "Tell the insurer", .due_us = NOW + 3 * DAY}, NULL, &p->w.err); }
static cdr_status draft(place *p) { return cdr_incident_keep_draft(p->in, 1, "Your data", "Dear customer", &p->w.err); }
static cdr_status add_evidence(place *p)
{
    char path[120];
    snprintf(path, sizeof path, "%s/log.txt", p->w.dir);
    return cdr_incident_add_evidence(p->in, 1, path, "of the night", true, NULL, &p->w.err);
}
static cdr_status timeline(place *p)
{
    tally t = {0};
    return cdr_incident_timeline(p->in, 1, see_line, &t, &p->w.err);
}
static cdr_status close_it(place *p) { return cdr_incident_close(p->in, 1, "found again", "named:cleo", &p->w.err); }

static const struct { const char *name; cdr_status (*run)(place *p); tally after; } deeds[] = {
    {"open", open_it, {.incidents = 1}},
    {"assess", assess, {.incidents = 1, .judged = 1}},
    {"decide", decide, {.incidents = 1, .judged = 1, .decisions = 1}},
    {"approve", approve, {.incidents = 1, .judged = 1, .decisions = 1, .approved = 1}},
    {"item", add_item, {.incidents = 1, .judged = 1, .decisions = 1, .approved = 1, .items = 1}},
    {"draft", draft, {.incidents = 1, .judged = 1, .decisions = 1, .approved = 1, .items = 1}},
    {"evidence", add_evidence, {.incidents = 1, .judged = 1, .decisions = 1, .approved = 1, .items = 1, .evidence = 1}},
    {"timeline", timeline, {.incidents = 1, .judged = 1, .decisions = 1, .approved = 1, .items = 1, .evidence = 1}},
    {"close", close_it, {.incidents = 1, .judged = 1, .decisions = 1, .approved = 1, .items = 1 /* the review stands in the run */, .evidence = 1, .closed = 1}},
};

static bool same(const tally *a, const tally *b)
{
    return a->incidents == b->incidents && a->judged == b->judged && a->decisions == b->decisions && a->approved == b->approved && a->items == b->items && a->evidence == b->evidence && a->closed == b->closed;
}

static void log_file(place *p)
{
    char path[120];
    snprintf(path, sizeof path, "%s/log.txt", p->w.dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("sign-ins of the night\n", f);
    fclose(f);
}

/* One world for each kind of fault and deed; the n-th fault hits the deed as it stands: once it has come through it is done. */
static void deed__whatever_fails__whole_or_not(place *p, size_t k, size_t d)
{
    const tally before = look(p);
    for (long n = 1; n < 5000; n++) {
        p->w.err = (cdr_err){0};
        cdr_fault_arm(kinds[k], n);
        cdr_status s = deeds[d].run(p);
        bool fired = cdr_fault_fired(kinds[k]);
        cdr_fault_arm(kinds[k], 0);
        if (s != CDR_OK && !p->w.err.text[0])
            fail_msg("%s, kind %zu, fault %ld: no sentence", deeds[d].name, k, n);
        if (s != CDR_OK && !fired)
            fail_msg("%s, kind %zu, without a fault: %s", deeds[d].name, k, p->w.err.text);
        tally t = look(p);
        bool done = same(&t, &deeds[d].after);
        /* The review is opened by the first try to close, which may fail after it. */
        tally tried = before;
        tried.items += d + 1 == CDR_COUNT(deeds);
        if (!done && !same(&t, &before) && !same(&t, &tried))
            fail_msg("%s, kind %zu, fault %ld: half of it is there: %u items, %u decisions, %u approved, %u closed (before: %u, %u, %u, %u): %s", deeds[d].name, k, n, t.items, t.decisions, t.approved, t.closed, before.items,
                     before.decisions, before.approved, before.closed, p->w.err.text);
        if (s == CDR_OK || (done && !same(&t, &before))) {
            assert_true(done);
            return;
        }
    }
    fail_msg("%s does not end", deeds[d].name);
}

static void register__whatever_fails__whole_or_not(void **state)
{
    (void)state;
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        void *made;
        place_make(&made);
        place *p = made;
        log_file(p);
        place_team(p, CDR_DUTY_DEPUTY, "cleo");
        for (size_t d = 0; d < CDR_COUNT(deeds); d++)
            deed__whatever_fails__whole_or_not(p, k, d);
        place_drop(&made);
    }
}
#endif

int main(void)
{
#ifdef CANDOR_FAULTS
    const struct CMUnitTest tests[] = {cmocka_unit_test(register__whatever_fails__whole_or_not)};
    return cmocka_run_group_tests(tests, NULL, NULL);
#else
    return 77;
#endif
}

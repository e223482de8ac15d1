/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation, SQL step or commit fails, for every n until the work succeeds: then the database is whole, the ledger
 * verifies, nothing is half-stored, and the same work done again succeeds. */
#include "../../unit/inventory/world.h"

#include "base/fault.h"

#ifdef CANDOR_FAULTS
static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_SQL, CDR_FAULT_FSYNC, CDR_FAULT_WRITE};

static const char yaml[] = "organisation: {name: H}\nparties: [{key: a, name: A, parent: b}, {key: b, name: B}]\n"
                           "systems:\n  - {key: crm, name: C, claims: [crm, '**/x.csv'], holders: [{party: us, relation: stores}, {party: a, relation: hosts}]}\n"
                           "  - {key: old, name: O, backup_of: crm}\n"
                           "activities: [{key: o, purpose: P, categories: [user.name], systems: [crm]}]\ndatasets: [{key: d, system: crm}]\n";

typedef cdr_status work_fn(world *w);

/* Arms one fault after another around ${work}; ${check} sees what a failure and a success leave behind. */
static void drive(work_fn *prepare, work_fn *work, void (*check)(world *w, bool done))
{
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool fired = true;
        for (long n = 1; fired; n += n < 60 ? 1 : n / 12) {
            world w;
            world_make(&w);
            if (prepare)
                world_ok(&w, prepare(&w));
            cdr_fault_arm(kinds[k], n);
            cdr_status s = work(&w);
            fired = cdr_fault_fired(kinds[k]);
            cdr_fault_arm(kinds[k], 0);
            if (!fired && s != CDR_OK)
                fail_msg("kind %zu, without a fault: %s", k, w.err.text);
            if (s != CDR_OK && !w.err.text[0])
                fail_msg("kind %zu, fault %ld: no sentence", k, n);
            world_close(&w);
            world_open(&w);
            world_verify(&w);
            check(&w, s == CDR_OK);
            w.err = (cdr_err){0};
            world_ok(&w, work(&w));
            check(&w, true);
            world_verify(&w);
            world_drop(&w);
            assert_in_range(n, 1, 100000);
        }
    }
}

/* --- import --- */

static cdr_status import(world *w)
{
    return cdr_inventory_import(w->inv, yaml, strlen(yaml), "inventory.yaml", "/co", false, NULL, &w->err);
}

static void check_import(world *w, bool done)
{
    cdr_inv_counts n;
    world_ok(w, cdr_inventory_counts(w->inv, &n, &w->err));
    assert_int_equal(n.parties, done ? 3 : 0);
    assert_int_equal(n.systems, done ? 2 : 0);
    assert_int_equal(n.activities, done ? 1 : 0);
    assert_string_equal(cdr_inventory_display(w->inv, "/co/x"), done ? "x" : "/co/x");
}

static void import__any_step_fails__all_or_nothing(void **state)
{
    (void)state;
    drive(NULL, import, check_import);
}

static cdr_status import_fides(world *w)
{
    static const char manifest[] = "organization: [{fides_key: o, name: H}]\ndataset: [{fides_key: d, collections: [{name: c, fields: [{name: f, data_categories: [user.name]}]}]}]\n"
                                   "system:\n  - {fides_key: s, name: S, third_country_transfers: [USA], privacy_declarations: [{name: N, data_use: sales, data_categories: [user.name],"
                                   " data_subjects: [customer], dataset_references: [d]}]}\n";
    return cdr_inventory_import_fides(w->inv, manifest, strlen(manifest), "m.yml", NULL, &w->err);
}

static void check_fides(world *w, bool done)
{
    cdr_inv_counts n;
    world_ok(w, cdr_inventory_counts(w->inv, &n, &w->err));
    assert_int_equal(n.systems, done);
    assert_int_equal(n.activities, done);
    assert_int_equal(n.parties, done);
}

static void import_fides__any_step_fails__all_or_nothing(void **state)
{
    (void)state;
    drive(NULL, import_fides, check_fides);
}

/* --- scan --- */

static cdr_status tell_one(world *w, cdr_observation *o, uint64_t ino)
{
    cdr_container_state s = state_of(ino);
    cdr_status st = cdr_inventory_observe(w->inv, o, ino ? &s : NULL, &w->err);
    return st;
}

/* Objects are made without faults: they are not what is tried here. */
static cdr_observation *objects[6];

static cdr_status scan(world *w)
{
    cdr_status s = scan_begin(w, "/co");
    cdr_container_state k;
    for (uint64_t i = 0; s == CDR_OK && i < CDR_COUNT(objects); i++) {
        if (cdr_inventory_known(w->inv, objects[i]->container, &k) && i != 2 && i != 3)
            s = cdr_inventory_unchanged(w->inv, objects[i]->container, &w->err);
        else
            s = tell_one(w, objects[i], i == 2 ? 0 : i + 1);
        w->now_us += 600000;   /* a batch every other object */
    }
    return s == CDR_OK ? cdr_inventory_scan_finish(w->inv, &(cdr_inventory_totals){.objects = 6}, &w->err) : s;
}

static cdr_status count_one(void *arg, const cdr_inv_dataset *d)
{
    (void)d;
    ++*(size_t *)arg;
    return CDR_OK;
}

static void check_scan(world *w, bool done)
{
    cdr_inv_counts n;
    cdr_container_state k;
    world_ok(w, cdr_inventory_counts(w->inv, &n, &w->err));
    if (done) {
        assert_int_equal(n.with_findings, 5);
        assert_true(n.scans >= 1);
    }
    /* A container is known with all it holds, or not at all. */
    cdr_inv_filter f = {.path = "/co/z.zip"};
    size_t members = 0;
    world_ok(w, cdr_inventory_each_dataset(w->inv, &f, count_one, &members, &w->err));
    if (cdr_inventory_known(w->inv, "/co/z.zip", &k))
        assert_int_equal(members, 2);
}

static cdr_status scan_work(world *w)
{
    cdr_status s = scan(w);
    /* After a failure the inventory is closed, as the contract wants. */
    if (s != CDR_OK) {
        cdr_inventory_close(w->inv);
        w->inv = NULL;
    }
    return s;
}

static void scan__any_step_fails__finished_objects_stay_and_it_resumes(void **state)
{
    (void)state;
    objects[0] = seen("/co/a.csv", NULL, 0, 3);
    objects[1] = seen("/co/crm/b.csv", NULL, 0, 5);
    objects[2] = seen("/co/z.zip!/1.csv", "/co/z.zip", 0, 2);
    objects[3] = seen("/co/z.zip!/2.csv", "/co/z.zip", 2, 4);
    objects[4] = seen("/co/clean.txt", NULL, 0, 0);
    objects[5] = seen("/co/c.csv", NULL, 0, 1);
    drive(import, scan_work, check_scan);
    for (size_t i = 0; i < CDR_COUNT(objects); i++)
        unsee(objects[i]);
}

/* --- edit, export, overview: they fail cleanly --- */

static cdr_status edit(world *w)
{
    cdr_status s = cdr_inventory_set(w->inv, CDR_ENTITY_SYSTEM, "crm", (cdr_assignment[]){{"owner", "Sales"}, {"claims", "other"}, {"holders", "us:responsible"}}, 3, &w->err);
    return s == CDR_OK ? cdr_inventory_confirm(w->inv, "crm", "seen", &w->err) : s;
}

static void check_edit(world *w, bool done)
{
    cdr_any_entity x;
    world_ok(w, cdr_inventory_get(w->inv, CDR_ENTITY_SYSTEM, "crm", &x, &w->err));
    bool changed = x.system.owner != NULL;
    assert_int_equal(changed, json_array_size(x.system.claims) == 1);
    if (done)
        assert_int_equal(x.system.state, CDR_CONFIRMED);
    cdr_record_done(&cdr_system_record, &x);
}

static void edit__any_step_fails__all_or_nothing(void **state)
{
    (void)state;
    drive(import, edit, check_edit);
}

static cdr_status ask(world *w)
{
    char *text = NULL;
    cdr_inv_overview v;
    cdr_arena *a = cdr_arena_new(1 << 20);
    cdr_status s = a ? cdr_inventory_overview(w->inv, a, &v, &w->err) : cdr_fail_nomem(&w->err, "test");
    if (s == CDR_OK)
        s = cdr_inventory_export(w->inv, &text, &w->err);
    free(text);
    text = NULL;
    if (s == CDR_OK)
        s = cdr_inventory_export_fides(w->inv, &text, &w->err);
    free(text);
    cdr_arena_free(a);
    return s;
}

static cdr_status prepare_ask(world *w)
{
    cdr_status s = import(w);
    if (s != CDR_OK || (s = scan_begin(w, "/co")) != CDR_OK)
        return s;
    tell(w, seen("/co/crm/a.csv", NULL, 0, 30), 1);
    tell(w, seen("/co/copy.csv", NULL, 0, 30), 2);
    scan_finish(w);
    return CDR_OK;
}

static void check_nothing(world *w, bool done)
{
    (void)w;
    (void)done;
}

static void ask__any_step_fails__says_so(void **state)
{
    (void)state;
    drive(prepare_ask, ask, check_nothing);
}
#endif

int main(void)
{
#ifndef CANDOR_FAULTS
    puts("skipped: this build has no faults");
    return 77;
#else
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(import__any_step_fails__all_or_nothing), cmocka_unit_test(scan__any_step_fails__finished_objects_stay_and_it_resumes),
        cmocka_unit_test(import_fides__any_step_fails__all_or_nothing), cmocka_unit_test(edit__any_step_fails__all_or_nothing), cmocka_unit_test(ask__any_step_fails__says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
#endif
}

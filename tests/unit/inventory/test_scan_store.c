/* SPDX-License-Identifier: Apache-2.0 */
/* What scans leave behind: known containers, members, changes, what is gone, counts of people, copies. */
#include "world.h"

#include <sys/wait.h>

static const char yaml[] = "systems:\n"
                           "  - {key: crm, name: Customer list, system_of_record: true, claims: [crm], holders: [{party: us, relation: responsible}]}\n"
                           "  - {key: shop, name: Orders, claims: ['sqlite:shop/orders.db#customer', shop/export/**/*.csv]}\n"
                           "  - {key: vault, name: Backup of the list, backup_of: crm, claims: [backup]}\n";

static void declare(world *w)
{
    world_ok(w, cdr_inventory_import(w->inv, yaml, strlen(yaml), "inventory.yaml", "/co", false, NULL, &w->err));
}

typedef struct path_list { char paths[32][128]; size_t count; } path_list;

static cdr_status take_dataset(void *arg, const cdr_inv_dataset *d)
{
    path_list *l = arg;
    assert_in_range(l->count, 0, 31);
    snprintf(l->paths[l->count++], 128, "%s|%s|%s", d->path, d->system, d->place);
    return CDR_OK;
}

static void expect_datasets(world *w, const cdr_inv_filter *f, const char *const *expected, size_t count)
{
    path_list l = {.count = 0};
    world_ok(w, cdr_inventory_each_dataset(w->inv, f, take_dataset, &l, &w->err));
    for (size_t i = 0; i < l.count && i < count; i++)
        assert_string_equal(l.paths[i], expected[i]);
    assert_int_equal(l.count, count);
}

static void observe__each_claim__longest_wins(void **state)
{
    (void)state;
    world w;
    world_make(&w);
    declare(&w);
    world_ok(&w, scan_begin(&w, "/co"));
    tell(&w, seen("/co/crm/list.csv", NULL, 0, 50), 1);
    tell(&w, seen("/co/crmx/list.csv", NULL, 0, 5), 2);
    tell(&w, seen("/co/shop/orders.db!/customer", "/co/shop/orders.db", 0, 40), 0);
    tell(&w, seen("/co/shop/orders.db!/stock", "/co/shop/orders.db", 0, 1), 3);
    tell(&w, seen("/co/shop/export/2026/05/a.csv", NULL, 0, 3), 4);
    tell(&w, seen("/co/shop/export/a.csv", NULL, 0, 3), 5);
    tell(&w, seen("/co/shop/export/a.txt", NULL, 0, 3), 6);
    tell(&w, seen("/co/loose.txt", NULL, 0, 3), 7);
    scan_finish(&w);
    static const char *const expected[] = {"/co/crm/list.csv|crm|", "/co/crmx/list.csv||/co/crmx", "/co/loose.txt||/co", "/co/shop/export/2026/05/a.csv|shop|",
                                           "/co/shop/export/a.csv|shop|", "/co/shop/export/a.txt||/co/shop", "/co/shop/orders.db!/customer|shop|",
                                           "/co/shop/orders.db!/stock||/co/shop"};
    expect_datasets(&w, NULL, expected, CDR_COUNT(expected));
    static const char *const of_shop[] = {"/co/shop/export/2026/05/a.csv|shop|", "/co/shop/export/a.csv|shop|", "/co/shop/orders.db!/customer|shop|"};
    expect_datasets(&w, &(cdr_inv_filter){.system = "shop"}, of_shop, 3);
    static const char *const in_db[] = {"/co/shop/orders.db!/customer|shop|", "/co/shop/orders.db!/stock||/co/shop"};
    expect_datasets(&w, &(cdr_inv_filter){.path = "/co/shop/orders.db"}, in_db, 2);
    assert_string_equal(cdr_inventory_display(w.inv, "/co/crm/list.csv"), "crm/list.csv");
    assert_string_equal(cdr_inventory_display(w.inv, "/company/x"), "/company/x");
    /* Another claim moves what is stored already. */
    world_ok(&w, cdr_inventory_set(w.inv, CDR_ENTITY_SYSTEM, "crm", &(cdr_assignment){"claims", "crmx"}, 1, &w.err));
    static const char *const moved[] = {"/co/crmx/list.csv|crm|"};
    expect_datasets(&w, &(cdr_inv_filter){.system = "crm"}, moved, 1);
    world_verify(&w);
    world_drop(&w);
}

/* A folder's own mark, not what merely begins like it; and the root holds everything. */
static void filter__path__what_lies_in_it_only(void **state)
{
    (void)state;
    world w;
    world_make(&w);
    world_ok(&w, scan_begin(&w, "/co"));
    tell(&w, seen("/co/list", NULL, 0, 5), 1);
    tell(&w, seen("/co/list!old.csv", NULL, 0, 5), 2);
    tell(&w, seen("/co/list.db!/customer", "/co/list.db", 0, 4), 3);
    tell(&w, seen("/co/list!/member.csv", "/co/list", 0, 4), 4);
    scan_finish(&w);
    static const char *const all[] = {"/co/list||/co", "/co/list!/member.csv||/co", "/co/list!old.csv||/co", "/co/list.db!/customer||/co"};
    expect_datasets(&w, &(cdr_inv_filter){.path = "/"}, all, 4);
    expect_datasets(&w, &(cdr_inv_filter){.path = "/co"}, all, 4);
    static const char *const list[] = {"/co/list||/co", "/co/list!/member.csv||/co"};
    expect_datasets(&w, &(cdr_inv_filter){.path = "/co/list"}, list, 2);
    world_ok(&w, cdr_inventory_scope(w.inv, &(const char *){"/co/list"}, 1, &w.err));
    expect_datasets(&w, NULL, list, 2);
    world_drop(&w);
}

/* Numbers that a hostile reader made up must not keep a scan from ending. */
static void finish__endless_numbers__ends(void **state)
{
    (void)state;
    world w;
    world_make(&w);
    world_ok(&w, scan_begin(&w, "/co"));
    cdr_inventory_totals t = {.objects = 1, .findings = UINT64_MAX, .suppressed = UINT64_MAX, .bytes_read = UINT64_MAX};
    world_ok(&w, cdr_inventory_scan_finish(w.inv, &t, &w.err));
    world_verify(&w);
    world_drop(&w);
}

static void known__only_with_the_last_object(void **state)
{
    (void)state;
    world w;
    cdr_container_state k;
    world_make(&w);
    world_ok(&w, scan_begin(&w, "/co"));
    tell(&w, seen("/co/a.zip!/1.csv", "/co/a.zip", 0, 3), 0);
    assert_false(cdr_inventory_known(w.inv, "/co/a.zip", &k));
    tell(&w, seen("/co/a.zip!/2.csv", "/co/a.zip", 0, 0), 0);    /* clean: counted, not stored */
    tell(&w, seen("/co/a.zip!/3.csv", "/co/a.zip", 0, 4), 9);
    assert_true(cdr_inventory_known(w.inv, "/co/a.zip", &k));
    cdr_container_state expected = state_of(9);
    expected.mode = 0100640;    /* as observed */
    assert_memory_equal(&k, &expected, sizeof k);
    assert_false(cdr_inventory_known(w.inv, "/co/b.zip", &k));
    scan_finish(&w);
    cdr_inv_counts n;
    world_ok(&w, cdr_inventory_counts(w.inv, &n, &w.err));
    assert_int_equal(n.datasets, 3);
    assert_int_equal(n.with_findings, 2);
    /* Being read again it is not known until it is done; a member that is no longer there goes. */
    w.now_us += 1000000;
    world_ok(&w, scan_begin(&w, "/co"));
    tell(&w, seen("/co/a.zip!/1.csv", "/co/a.zip", 0, 3), 0);
    assert_false(cdr_inventory_known(w.inv, "/co/a.zip", &k));
    tell(&w, seen("/co/a.zip", NULL, 0, 0), 10);
    scan_finish(&w);
    static const char *const left[] = {"/co/a.zip||/co", "/co/a.zip!/1.csv||/co"};
    expect_datasets(&w, NULL, left, 2);
    world_verify(&w);
    world_drop(&w);
}

typedef struct change_list { char lines[16][160]; size_t count; } change_list;

static cdr_status take_change(void *arg, const cdr_inv_change *c)
{
    change_list *l = arg;
    assert_in_range(l->count, 0, 15);
    snprintf(l->lines[l->count++], 160, "%+d %s %s %llu", c->direction, c->path, c->kind ? cdr_kind_get(c->kind)->id : "-", (unsigned long long)c->count);
    return CDR_OK;
}

static void changes__second_scan__new_gone_and_kinds(void **state)
{
    (void)state;
    world w;
    change_list l = {.count = 0};
    world_make(&w);
    world_ok(&w, scan_begin(&w, "/co"));
    tell(&w, seen("/co/same.csv", NULL, 0, 3), 1);
    tell(&w, seen("/co/gone.csv", NULL, 0, 4), 2);
    tell(&w, seen("/co/kinds.csv", NULL, 0, 5), 3);
    tell(&w, seen("/co/more.csv", NULL, 0, 6), 4);
    tell(&w, seen("/co/cleaned.csv", NULL, 0, 7), 5);
    tell(&w, seen("/elsewhere/x.csv", NULL, 0, 7), 6);
    tell(&w, seen("/co/locked.csv", NULL, 0, 8), 9);
    scan_finish(&w);
    world_ok(&w, cdr_inventory_each_change(w.inv, 0, take_change, &l, &w.err));
    assert_int_equal(l.count, 0);   /* the first scan is no change */
    world_ok(&w, scan_begin(&w, "/co"));
    world_ok(&w, cdr_inventory_unchanged(w.inv, "/co/same.csv", &w.err));
    cdr_observation *o = seen("/co/kinds.csv", NULL, 0, 0);
    also(o, "secret.password", "pw", 2);
    tell(&w, o, 3);
    tell(&w, seen("/co/more.csv", NULL, 0, 9), 4);
    tell(&w, seen("/co/cleaned.csv", NULL, 0, 0), 5);
    tell(&w, seen("/co/new.csv", NULL, 0, 2), 8);
    o = seen("/co/locked.csv", NULL, 0, 0);   /* may no longer be read: that is a gap, not a change */
    o->coverage = CDR_COVERAGE_SKIPPED;
    o->reason_id = "file.unreadable";
    tell(&w, o, 9);
    scan_finish(&w);
    world_ok(&w, cdr_inventory_each_change(w.inv, 1, take_change, &l, &w.err));
    static const char *const expected[] = {"-1 /co/kinds.csv email 5", "+1 /co/kinds.csv secret.password 2", "+0 /co/more.csv - 9", "-1 /co/cleaned.csv - 7",
                                           "+1 /co/new.csv - 2", "-1 /co/gone.csv - 4"};
    for (size_t i = 0; i < CDR_COUNT(expected) && i < l.count; i++)
        assert_string_equal(l.lines[i], expected[i]);
    assert_int_equal(l.count, CDR_COUNT(expected));
    static const char *const left[] = {"/co/cleaned.csv||/co", "/co/kinds.csv||/co", "/co/locked.csv||/co", "/co/more.csv||/co", "/co/new.csv||/co", "/co/same.csv||/co", "/elsewhere/x.csv||/elsewhere"};
    expect_datasets(&w, NULL, left, CDR_COUNT(left));
    world_drop(&w);
}

static void finish__files_that_still_exist__are_not_gone(void **state)
{
    (void)state;
    world w;
    char path[128], odd[160];
    world_make(&w);
    snprintf(path, sizeof path, "%s/there.csv", w.dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fclose(f);
    snprintf(odd, sizeof odd, "%s/o\xFF\x1b.csv", w.dir);   /* displayed with escapes */
    f = fopen(odd, "w");
    assert_non_null(f);
    fclose(f);
    snprintf(odd, sizeof odd, "%s/o\\xFF\\x1B.csv", w.dir);
    world_ok(&w, scan_begin(&w, w.dir));
    tell(&w, seen(path, NULL, 0, 3), 1);
    tell(&w, seen(odd, NULL, 0, 3), 2);
    scan_finish(&w);
    world_ok(&w, scan_begin(&w, w.dir));   /* as with --exclude: nothing is met */
    scan_finish(&w);
    cdr_inv_counts n;
    world_ok(&w, cdr_inventory_counts(w.inv, &n, &w.err));
    assert_int_equal(n.with_findings, 2);
    unlink(path);
    world_ok(&w, scan_begin(&w, w.dir));
    world_ok(&w, cdr_inventory_scan_finish(w.inv, &(cdr_inventory_totals){.interrupted = true}, &w.err));
    world_ok(&w, cdr_inventory_counts(w.inv, &n, &w.err));
    assert_int_equal(n.with_findings, 2);   /* an interrupted scan knows nothing of what it did not reach */
    world_ok(&w, scan_begin(&w, w.dir));
    scan_finish(&w);
    world_ok(&w, cdr_inventory_counts(w.inv, &n, &w.err));
    assert_int_equal(n.with_findings, 1);
    world_drop(&w);
}

static cdr_observation *numbered(const char *path, uint64_t first)
{
    cdr_observation *o = seen(path, NULL, 0, 100);
    o->ids[o->id_count++] = (cdr_id_set){.kind = cdr_kind_by_id("account.customer-id")};
    cdr_sketch_done(&o->people);
    for (uint64_t n = first; n < first + 100; n++) {
        assert_int_equal(cdr_sketch_add(&o->ids[0].values, world_hash(n)), CDR_OK);
        assert_int_equal(cdr_sketch_add(&o->people, world_hash(n)), CDR_OK);
    }
    return o;
}

/* Every system numbers its customers itself: the same hundred, with other numbers, are not three hundred for certain. */
static void overview__numbers_of_two_systems__not_added(void **state)
{
    (void)state;
    world w;
    cdr_inv_overview v;
    world_make(&w);
    declare(&w);
    world_ok(&w, scan_begin(&w, "/co"));
    tell(&w, numbered("/co/crm/a.csv", 10000), 1);
    tell(&w, numbered("/co/shop/orders.db!/customer", 20000), 2);
    tell(&w, numbered("/co/crm/b.csv", 30000), 3);      /* nor those of two lists */
    scan_finish(&w);
    cdr_arena *a = cdr_arena_new(1 << 24);
    world_ok(&w, cdr_inventory_overview(w.inv, a, &v, &w.err));
    assert_int_equal(v.registered_count, 3);
    for (size_t i = 0; i < v.registered_count; i++)
        assert_int_equal(v.systems[i].people_min, !strcmp(v.systems[i].key, "vault") ? 0 : 100);
    assert_int_equal(v.people_min, 100);
    assert_int_equal(v.people_max, 300);
    cdr_arena_free(a);
    world_drop(&w);
}

static void overview__people__merged_shared_and_bounded(void **state)
{
    (void)state;
    world w;
    cdr_inv_overview v;
    world_make(&w);
    declare(&w);
    world_ok(&w, scan_begin(&w, "/co"));
    tell(&w, seen("/co/crm/a.csv", NULL, 0, 3000), 1);
    tell(&w, seen("/co/crm/b.csv", NULL, 2000, 5000), 2);          /* 1,000 of them again */
    tell(&w, seen("/co/shop/orders.db!/customer", "/co/shop/orders.db", 4000, 6000), 3);
    cdr_observation *o = seen("/co/marketing/all.csv", NULL, 0, 4870);
    also(o, "secret.password", "pw", 12);
    also(o, "work.salary", "salary", 4870);
    tell(&w, o, 4);
    tell(&w, seen("/co/docs/clean.txt", NULL, 0, 0), 5);
    o = seen("/co/docs/x.bin", NULL, 0, 0);
    o->coverage = CDR_COVERAGE_SKIPPED;
    o->reason_id = "format.not-supported";
    o->bytes_read = 0;
    tell(&w, o, 6);
    scan_finish(&w);
    cdr_arena *a = cdr_arena_new(1 << 24);
    world_ok(&w, cdr_inventory_overview(w.inv, a, &v, &w.err));
    assert_int_equal(v.system_count, 4);
    assert_int_equal(v.registered_count, 3);
    assert_string_equal(v.systems[0].key, "crm");
    assert_int_equal(v.systems[0].people_min, 5000);
    assert_int_equal(v.systems[0].people_max, 5000);
    assert_int_equal(v.systems[0].holder_count, 1);
    assert_true(v.systems[0].holders[0].is_us);
    assert_string_equal(v.systems[0].holders[0].name, "Harbour Books");
    assert_string_equal(v.systems[0].holders[0].relation, "responsible");
    assert_int_equal(v.systems[0].by_family[CDR_FAMILY_CONTACT], 5000);
    assert_string_equal(v.systems[1].key, "shop");
    assert_string_equal(v.systems[3].name, "/co/marketing");
    assert_false(v.systems[3].registered);
    assert_int_equal(v.systems[3].people_min, 4870);
    assert_int_equal(v.systems[3].by_family[CDR_FAMILY_SECRET], 1);     /* one password, twelve times */
    assert_int_equal(v.systems[3].by_family[CDR_FAMILY_WORK], 4870);    /* salaries are rows */
    assert_int_equal(v.people_min, 6000);
    assert_int_equal(v.objects, 6);
    assert_int_equal(v.skipped, 1);
    assert_int_equal(v.complete, 5);
    assert_int_equal(v.overlap_count, 3);
    assert_int_equal(v.overlaps[0].a, 0);
    assert_int_equal(v.overlaps[0].b, 3);
    assert_int_equal(v.overlaps[0].shared, 4870);
    assert_int_equal(v.overlaps[1].shared, 1000);   /* crm, shop */
    assert_int_equal(v.overlaps[2].shared, 870);    /* shop, marketing */
    cdr_arena_free(a);
    world_drop(&w);
}

typedef struct copy_list { char lines[16][200]; size_t count; } copy_list;

static cdr_status take_copy(void *arg, const cdr_inv_copy *c)
{
    copy_list *l = arg;
    assert_in_range(l->count, 0, 15);
    snprintf(l->lines[l->count++], 200, "%s (%s) of %s%s %llu/%llu", c->path, c->system, c->of, c->same_content ? c->twin : "", (unsigned long long)c->shared,
             (unsigned long long)c->record_people);
    return CDR_OK;
}

static void copies__of_the_record__not_its_backup(void **state)
{
    (void)state;
    world w;
    copy_list l = {.count = 0};
    world_make(&w);
    declare(&w);
    world_ok(&w, scan_begin(&w, "/co"));
    tell(&w, seen("/co/crm/a.csv", NULL, 0, 1000), 1);
    tell(&w, seen("/co/backup/a.csv", NULL, 0, 1000), 1);     /* declared backup; the same bytes */
    tell(&w, seen("/co/marketing/all.csv", NULL, 0, 900), 3);
    tell(&w, seen("/co/docs/few.csv", NULL, 0, 9), 4);        /* too few to matter */
    tell(&w, seen("/co/docs/half.csv", NULL, 990, 1005), 5);  /* most of it are theirs */
    tell(&w, seen("/co/docs/other.csv", NULL, 5000, 9000), 6);
    scan_finish(&w);
    world_ok(&w, cdr_inventory_each_copy(w.inv, 0, take_copy, &l, &w.err));
    static const char *const expected[] = {"/co/marketing/all.csv () of crm 900/1000", "/co/docs/half.csv () of crm 10/1000", "/co/crm/a.csv (crm) of /co/backup/a.csv 1000/1000"};
    for (size_t i = 0; i < CDR_COUNT(expected) && i < l.count; i++)
        assert_string_equal(l.lines[i], expected[i]);
    assert_int_equal(l.count, CDR_COUNT(expected));
    world_drop(&w);
}

static cdr_status take_gap(void *arg, const cdr_inv_gap *g)
{
    char *line = arg;
    snprintf(line + strlen(line), 400 - strlen(line), "%s %d %llu %llu %s;", g->reason_id, g->coverage, (unsigned long long)g->count, (unsigned long long)g->bytes, g->example);
    return CDR_OK;
}

static cdr_status take_finding(void *arg, const cdr_inv_finding *f)
{
    char *line = arg;
    snprintf(line + strlen(line), 400 - strlen(line), "%s.%s %s %llu/%llu %s %llu %s;", f->path, f->field, f->kind_id, (unsigned long long)f->by_band[CDR_BAND_HIGH],
             (unsigned long long)f->distinct, f->sample_count ? f->samples[0].masked : "-", (unsigned long long)(f->sample_count ? f->samples[0].line : 0), f->rule_name);
    return CDR_OK;
}

static const char *rule_name(void *arg, uint16_t rule)
{
    (void)arg;
    return rule == 3 ? "loyalty-card" : NULL;
}

static void findings_and_gaps__filters__only_those(void **state)
{
    (void)state;
    world w;
    char line[400] = "";
    world_make(&w);
    const char *targets[] = {"/co"};
    world_ok(&w, cdr_inventory_scan_begin(w.inv, &(cdr_inventory_scan){.targets = targets, .target_count = 1, .ruleset = "r1", .rule_name = rule_name}, NULL, &w.err));
    cdr_observation *o = seen("/co/a.csv", NULL, 0, 3);
    also(o, "secret.password", "pw", 2);
    also(o, "special.religion", "faith", 3);
    also(o, "user", "card", 4);
    o->fields[3].kinds->rule = 3;
    tell(&w, o, 1);
    for (int i = 0; i < 3; i++) {
        o = seen(i == 0 ? "/co/1.pdf" : i == 1 ? "/co/2.pdf" : "/co/z.zip!/big", i == 2 ? "/co/z.zip" : NULL, 0, 0);
        o->coverage = i == 2 ? CDR_COVERAGE_PARTIAL : CDR_COVERAGE_SKIPPED;
        o->reason_id = i == 2 ? "archive.too-large" : "format.not-supported";
        o->bytes_read = i == 2 ? 400 : 0;
        tell(&w, o, (uint64_t)i + 2);
    }
    scan_finish(&w);
    world_ok(&w, cdr_inventory_each_gap(w.inv, take_gap, line, &w.err));
    assert_string_equal(line, "format.not-supported 2 2 2000 /co/1.pdf;archive.too-large 1 1 600 /co/z.zip!/big;");
    *line = '\0';
    world_ok(&w, cdr_inventory_each_finding(w.inv, NULL, take_finding, line, &w.err));
    assert_string_equal(line, "/co/a.csv.email email 3/3 a…@…m 2 ;/co/a.csv.pw secret.password 2/1 … 9 ;/co/a.csv.faith special.religion 3/1 … 9 ;"
                              "/co/a.csv.card user 4/1 … 9 loyalty-card;");
    *line = '\0';
    world_ok(&w, cdr_inventory_each_finding(w.inv, &(cdr_inv_filter){.families = CDR_FAMILIES_SECRET}, take_finding, line, &w.err));
    assert_string_equal(line, "/co/a.csv.pw secret.password 2/1 … 9 ;");
    *line = '\0';
    world_ok(&w, cdr_inventory_each_finding(w.inv, &(cdr_inv_filter){.families = CDR_FAMILIES_SPECIAL, .unregistered = true}, take_finding, line, &w.err));
    assert_string_equal(line, "/co/a.csv.faith special.religion 3/1 … 9 ;");
    world_drop(&w);
}

static void scan__killed__what_was_committed_is_known_and_the_next_resumes(void **state)
{
    (void)state;
    world w;
    cdr_container_state k;
    cdr_inv_scan last;
    world_make(&w);
    world_close(&w);
    pid_t pid = fork();
    if (pid == 0) {
        world_open(&w);
        if (scan_begin(&w, "/co") != CDR_OK)
            _exit(1);
        char path[40];
        for (uint64_t i = 1; i <= 2500; i++) {
            snprintf(path, sizeof path, "/co/%llu.csv", (unsigned long long)i);
            tell(&w, seen(path, NULL, 0, i % 5), i);
            w.now_us += 1000;   /* a batch each second */
        }
        kill(getpid(), SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    world_open(&w);
    world_verify(&w);
    assert_true(cdr_inventory_known(w.inv, "/co/1.csv", &k));
    assert_true(cdr_inventory_known(w.inv, "/co/2000.csv", &k));
    assert_false(cdr_inventory_known(w.inv, "/co/2500.csv", &k));
    cdr_arena *a = cdr_arena_new(1 << 20);
    assert_int_equal(cdr_inventory_last_scan(w.inv, false, a, &last, &w.err), CDR_NOT_FOUND);
    world_ok(&w, cdr_inventory_last_scan(w.inv, true, a, &last, &w.err));
    assert_true(last.interrupted);
    assert_int_equal(last.finished_us, 0);
    world_ok(&w, scan_begin(&w, "/co"));
    scan_finish(&w);
    world_ok(&w, cdr_inventory_last_scan(w.inv, false, a, &last, &w.err));
    assert_int_equal(last.id, 2);
    assert_string_equal(last.targets[0], "/co");
    cdr_arena_free(a);
    world_verify(&w);
    world_drop(&w);
}

static void observe__wrong_use__refused(void **state)
{
    (void)state;
    world w;
    world_make(&w);
    cdr_observation *o = seen("/co/a", NULL, 0, 1);
    assert_int_equal(cdr_inventory_observe(w.inv, o, NULL, &w.err), CDR_E_INVAL);
    assert_int_equal(cdr_inventory_unchanged(w.inv, "/co/a", &w.err), CDR_E_INVAL);
    assert_int_equal(cdr_inventory_scan_finish(w.inv, &(cdr_inventory_totals){0}, &w.err), CDR_E_INVAL);
    world_ok(&w, scan_begin(&w, "/co"));
    assert_int_equal(scan_begin(&w, "/co"), CDR_E_INVAL);
    assert_int_equal(cdr_inventory_unchanged(w.inv, "/co/never-seen", &w.err), CDR_E_INVAL);
    assert_int_equal(cdr_inventory_set(w.inv, CDR_ENTITY_PARTY, "us", &(cdr_assignment){"name", "X"}, 1, &w.err), CDR_E_INVAL);
    world_ok(&w, cdr_inventory_observe(w.inv, o, NULL, &w.err));
    scan_finish(&w);
    unsee(o);
    world_verify(&w);
    world_drop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(observe__each_claim__longest_wins), cmocka_unit_test(filter__path__what_lies_in_it_only),
        cmocka_unit_test(finish__endless_numbers__ends), cmocka_unit_test(known__only_with_the_last_object), cmocka_unit_test(changes__second_scan__new_gone_and_kinds),
        cmocka_unit_test(finish__files_that_still_exist__are_not_gone), cmocka_unit_test(overview__people__merged_shared_and_bounded),
        cmocka_unit_test(overview__numbers_of_two_systems__not_added),
        cmocka_unit_test(copies__of_the_record__not_its_backup), cmocka_unit_test(findings_and_gaps__filters__only_those),
        cmocka_unit_test(scan__killed__what_was_committed_is_known_and_the_next_resumes), cmocka_unit_test(observe__wrong_use__refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

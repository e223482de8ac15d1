/* SPDX-License-Identifier: Apache-2.0 */
/* From a workspace with an inventory to an audit: what was declared and what a scan saw, twice, with a change between. */
#include "core/report/audit_build.h"

#include "base/fault.h"
#include "base/io.h"
#include "base/json.h"
#include "core/ledger/store.h"
#include "detect/kinds.h"
#include "detect/observation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char declared[] = "organisation: {name: Test Shop, contact: privacy@shop.example, country: IE}\n"
                               "parties:\n"
                               "  - {key: host, name: Host & Co, kind: vendor, agreement: none}\n"
                               "systems:\n"
                               "  - key: crm\n    name: Customer list\n    owner: Sales\n    encrypted: true\n    system_of_record: true\n    claims: [data/crm]\n"
                               "    holders: [{party: us, relation: responsible}, {party: host, relation: hosts}]\n"
                               "activities:\n"
                               "  - {key: orders, function: Sales, purpose: Deliver orders, lawful_basis: contract, subjects: [customers], categories: [user.name, user.contact],\n"
                               "     recipients: [host], systems: [crm], retention: {period: P6Y, trigger: last order, source: tax law}, safeguards: [access by role]}\n";

static int64_t fixed_now(void *clock)
{
    return *(int64_t *)clock;
}

typedef struct bench {
    char dir[64];
    int64_t now;
    cdr_ctx ctx;
    cdr_workspace *ws;
    cdr_inventory *inv;
} bench;

static void must(cdr_status s, const cdr_err *err)
{
    if (s != CDR_OK)
        fail_msg("%s", err->text);
}

static const char *at(const bench *b, const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", b->dir, name);
    return path;
}

static void open_bench(bench *b)
{
    cdr_err err = {0};
    snprintf(b->dir, sizeof b->dir, "/tmp/candor-build-XXXXXX");
    assert_non_null(mkdtemp(b->dir));
    chmod(b->dir, 0755);
    cdr_ctx_init(&b->ctx);
    b->now = INT64_C(1805015520000000);
    b->ctx.now_us = fixed_now;
    b->ctx.clock = &b->now;
    must(cdr_workspace_create(&b->ctx, at(b, "workspace"), "Test Shop", NULL, &err), &err);
    must(cdr_workspace_open(&b->ctx, at(b, "workspace"), CDR_WORKSPACE_WRITE, NULL, &b->ws, &err), &err);
    must(cdr_inventory_open(b->ws, &b->inv, &err), &err);
}

static void close_bench(bench *b)
{
    cdr_inventory_close(b->inv);
    cdr_workspace_close(b->ws);
    static const char *const files[] = {"workspace/candor.db", "workspace/candor.db-wal", "workspace/candor.db-shm", "workspace/candor.key", "workspace/candor.lock", "workspace/candor.head", "report/report.json",
                                        "report", "workspace", ""};
    for (size_t i = 0; i < CDR_COUNT(files); i++)
        remove(at(b, files[i]));
}

static void add_hashes(cdr_sketch *s, uint64_t from, uint64_t count)
{
    for (uint64_t i = from; i < from + count; i++)
        assert_int_equal(cdr_sketch_add(s, (i + 1) * UINT64_C(0x9E3779B97F4A7C15)), CDR_OK);
}

/* One object with ${count} values of ${kind} in ${field}, and as many people from ${first} on when they are e-mail addresses. */
static void see(bench *b, const char *name, const char *field, cdr_kind kind, uint64_t first, uint64_t count, uint32_t mode, int64_t mtime_us)
{
    cdr_err err = {0};
    char path[256];
    snprintf(path, sizeof path, "%s/data/%s", b->dir, name);
    cdr_kind_seen k = {.kind = kind, .by_band = {0, 0, count}, .max_confidence = 0.95f, .sample_count = 1, .samples = {{.offset = 10, .line = 4, .confidence = 0.95f, .masked = "m…@e….com"}}};
    add_hashes(&k.values, first, count);
    cdr_field_seen f = {.name = cdr_strdup(field), .column_kind = field[0] ? kind : CDR_KIND_NONE, .column_support = 1, .column_confidence = 0.9f, .values = count, .kinds = &k, .kind_count = 1};
    cdr_observation o = {.path = path, .container = path, .format = field[0] ? "csv" : "text", .coverage = CDR_COVERAGE_COMPLETE, .reason_id = "", .size = 1000, .bytes_read = 1000, .rows = count,
                         .mtime_us = mtime_us, .ino = first + count, .mode = S_IFREG | mode, .fields = &f, .field_count = 1};
    if (kind == CDR_K_EMAIL) {
        add_hashes(&o.emails, first, count);
        add_hashes(&o.people, first, count);
        o.people_min = o.people_max = count;
    }
    cdr_container_state state = {.ino = o.ino, .size = o.size, .mtime_us = mtime_us, .ruleset = "0123456789abcdef"};
    must(cdr_inventory_observe(b->inv, &o, &state, &err), &err);
    cdr_free(f.name);
    cdr_sketch_done(&k.values);
    cdr_sketch_done(&o.emails);
    cdr_sketch_done(&o.people);
}

static void leave_out(bench *b, const char *name)
{
    cdr_err err = {0};
    char path[256];
    snprintf(path, sizeof path, "%s/data/%s", b->dir, name);
    cdr_observation o = {.path = path, .container = path, .format = "xlsx", .coverage = CDR_COVERAGE_SKIPPED, .reason_id = "format.not-supported", .reason = "This format is not read yet.", .size = 500};
    cdr_container_state state = {.size = 500, .ruleset = "0123456789abcdef"};
    must(cdr_inventory_observe(b->inv, &o, &state, &err), &err);
}

static void begin_scan(bench *b)
{
    cdr_err err = {0};
    const char *target = at(b, "data");
    cdr_inventory_scan scan = {.targets = &target, .target_count = 1, .ruleset = "0123456789abcdef"};
    must(cdr_inventory_scan_begin(b->inv, &scan, NULL, &err), &err);
}

static void finish_scan(bench *b)
{
    cdr_err err = {0};
    cdr_inventory_totals totals = {.objects = 4, .complete = 3, .skipped = 1};
    must(cdr_inventory_scan_finish(b->inv, &totals, &err), &err);
}

static cdr_audit *audited(bench *b)
{
    cdr_err err = {0};
    cdr_audit *a;
    must(cdr_audit_build(b->ws, b->inv, &(cdr_audit_request){.cwd = b->dir}, &a, &err), &err);
    return a;
}

static const cdr_audit_violation *broken(const cdr_audit *a, const char *rule)
{
    for (size_t i = 0; i < a->violation_count; i++)
        if (!strcmp(a->violations[i].rule, rule))
            return &a->violations[i];
    return NULL;
}

static cdr_status count_findings(void *arg, const cdr_audit_finding *f)
{
    size_t *n = arg;
    assert_int_equal(strncmp(f->path, "data/", 5), 0);
    assert_true(f->explanation[0] && f->high + f->medium + f->low > 0);
    (*n)++;
    return CDR_OK;
}

static void first_scan(bench *b)
{
    begin_scan(b);
    see(b, "crm/customers.csv", "mail", CDR_K_EMAIL, 0, 400, 0640, b->now - 1000000);
    see(b, "web/log.txt", "", CDR_K_CVV, 9000, 12, 0644, b->now - 1000000);
    see(b, "marketing/copy 2019.csv", "mail", CDR_K_EMAIL, 0, 390, 0644, INT64_C(1577836800000000));
    leave_out(b, "docs/prices.xlsx");
    finish_scan(b);
}

static void build__whole_way__says_what_is_there(void **state)
{
    (void)state;
    bench b = {0};
    cdr_err err = {0};
    cdr_import_counts counts;
    open_bench(&b);
    must(cdr_inventory_import(b.inv, declared, sizeof declared - 1, "inventory.yaml", b.dir, false, &counts, &err), &err);
    first_scan(&b);
    cdr_audit *a = audited(&b);
    assert_string_equal(a->org, "Test Shop");
    assert_string_equal(a->contact, "privacy@shop.example");
    assert_int_equal(a->people_max, 400);
    assert_int_equal(a->system_count, 3);
    assert_string_equal(a->systems[0].name, "Customer list");
    assert_int_equal(a->systems[0].holder_count, 2);
    assert_int_equal(a->complete, 3);
    assert_int_equal(a->gap_count, 1);
    assert_string_equal(a->gaps[0].names[0], "data/docs/prices.xlsx");
    assert_int_equal(a->copy_count, 1);
    assert_string_equal(a->copies[0].path, "data/marketing/copy 2019.csv");
    assert_string_equal(a->activities[0].retention, "6 years from the last order (tax law)");
    assert_string_equal(a->activities[0].recipients, "Host & Co");
    assert_int_equal(a->previous_us, 0);
    assert_int_equal(a->change_count, 0);
    assert_true(a->ledger_size > 0 && strlen(a->ledger_root) == 64);
    assert_string_equal(a->todo[0].headline, "Delete 12 card verification codes");
    const char *removal = broken(a, "AUD-08")->command;      /* valid wherever it is typed */
    assert_non_null(strstr(removal, b.dir));
    assert_true(!strncmp(removal, "rm -i -- '/", 11) && strstr(removal, "/data/marketing/copy 2019.csv'"));
    assert_string_equal(broken(a, "AUD-11")->system, "Host & Co");
    assert_string_equal(broken(a, "AUD-13")->place, "data/marketing");
    assert_non_null(strstr(broken(a, "AUD-13")->evidence, "longer than declared for Customer list"));
    assert_non_null(broken(a, "AUD-09"));
    assert_null(broken(a, "AUD-15"));
    size_t n = 0;
    must(a->each_finding(a, count_findings, &n, &err), &err);
    assert_int_equal(n, 3);
    cdr_audit_free(a);
    close_bench(&b);
}

static void build__closed_folder__nobody_else_reads(void **state)
{
    (void)state;
    bench b = {0};
    open_bench(&b);
    assert_int_equal(chmod(b.dir, 0700), 0);
    first_scan(&b);
    cdr_audit *a = audited(&b);
    assert_null(broken(a, "AUD-09"));    /* mode 0644, but nobody can get there */
    cdr_audit_free(a);
    close_bench(&b);
}

static void build__second_audit__names_the_changes(void **state)
{
    (void)state;
    bench b = {0};
    cdr_err err = {0};
    static const char *const files[] = {"report.json"};
    open_bench(&b);
    first_scan(&b);
    cdr_audit *a = audited(&b);
    must(cdr_mkdirs(at(&b, "report"), 0700, &err), &err);
    char path[300];
    snprintf(path, sizeof path, "%s/report/report.json", b.dir);
    must(cdr_audit_write_json(a, path, &err), &err);
    char dir[300];
    snprintf(dir, sizeof dir, "%s/report", b.dir);
    must(cdr_audit_enter(b.ws, a, dir, files, 1, &err), &err);
    int64_t first_at = a->at_us;
    cdr_audit_free(a);
    b.now += INT64_C(86400000000);
    begin_scan(&b);
    see(&b, "crm/customers.csv", "mail", CDR_K_EMAIL, 0, 410, 0640, b.now - 1000000);
    see(&b, "new/keys.env", "", CDR_K_SECRET_AWS_ACCESS_KEY, 50000, 1, 0640, b.now - 1000000);
    leave_out(&b, "docs/prices.xlsx");
    finish_scan(&b);
    a = audited(&b);
    assert_int_equal(a->previous_us, first_at);
    assert_int_equal(a->history_count, 1);
    assert_int_equal(a->history[0].people_max, 400);
    assert_int_equal(a->history[0].severe, 1);
    bool fresh = false, gone = false;
    for (size_t i = 0; i < a->change_count; i++) {
        fresh |= a->changes[i].direction > 0 && !strcmp(a->changes[i].path, "data/new/keys.env");
        gone |= a->changes[i].direction < 0 && !strcmp(a->changes[i].path, "data/marketing/copy 2019.csv");
    }
    assert_true(fresh && gone);
    assert_int_equal(a->secret_count, 1);
    assert_null(broken(a, "AUD-01"));
    cdr_audit_free(a);
    close_bench(&b);
}

/* The list knows number and address of 300 customers; one file has 250 of the addresses, another 200 of the numbers and 50 strangers. */
static void build__same_people__counted_once(void **state)
{
    (void)state;
    bench b = {0};
    cdr_err err = {0};
    open_bench(&b);
    begin_scan(&b);
    char path[256];
    snprintf(path, sizeof path, "%s/data/list.csv", b.dir);
    cdr_kind_seen kinds[2] = {{.kind = CDR_K_CUSTOMER_ID, .by_band = {0, 0, 300}}, {.kind = CDR_K_EMAIL, .by_band = {0, 0, 300}}};
    cdr_field_seen fields[2] = {{.name = path, .kinds = &kinds[0], .kind_count = 1, .values = 300}, {.name = path, .kinds = &kinds[1], .kind_count = 1, .values = 300}};
    cdr_observation o = {.path = path, .container = path, .format = "csv", .reason_id = "", .fields = fields, .field_count = 2, .people_min = 300, .people_max = 300};
    add_hashes(&kinds[0].values, 1000, 300);
    add_hashes(&kinds[1].values, 0, 300);
    o.ids[0].kind = cdr_kind_by_id("account.customer-id");
    o.id_count = 1;
    add_hashes(&o.ids[0].values, 1000, 300);
    add_hashes(&o.emails, 0, 300);
    add_hashes(&o.people, 1000, 300);    /* numbers tell people apart better */
    cdr_container_state state_of = {.ruleset = "0123456789abcdef"};
    must(cdr_inventory_observe(b.inv, &o, &state_of, &err), &err);
    cdr_sketch *const made[] = {&kinds[0].values, &kinds[1].values, &o.ids[0].values, &o.emails, &o.people};
    for (size_t i = 0; i < CDR_COUNT(made); i++)
        cdr_sketch_done(made[i]);
    see(&b, "newsletter.csv", "mail", CDR_K_EMAIL, 50, 250, 0640, b.now);
    see(&b, "guests.csv", "mail", CDR_K_EMAIL, 5000, 50, 0640, b.now);
    finish_scan(&b);
    cdr_audit *a = audited(&b);
    assert_int_equal(a->people_min, 350);
    assert_int_equal(a->people_max, 350);
    cdr_audit_free(a);
    close_bench(&b);
}

static void build__empty_workspace__no_answer_is_an_answer(void **state)
{
    (void)state;
    bench b = {0};
    open_bench(&b);
    cdr_audit *a = audited(&b);
    assert_int_equal(a->system_count + a->violation_count + a->todo_count, 0);
    cdr_buf out = CDR_BUF(1 << 16);
    assert_int_equal(cdr_audit_write_terminal(a, 80, false, &out, NULL), CDR_OK);
    assert_non_null(strstr(out.data, "Nothing was there to read"));
    cdr_buf_done(&out);
    cdr_audit_free(a);
    close_bench(&b);
}

#ifdef CANDOR_FAULTS
/* The n-th allocation or SQL step fails: one sentence, nothing leaked, and the next try works. */
static void build__faults__clean(void **state)
{
    (void)state;
    static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_SQL};
    bench b = {0};
    cdr_err err = {0};
    cdr_import_counts counts;
    open_bench(&b);
    must(cdr_inventory_import(b.inv, declared, sizeof declared - 1, "inventory.yaml", b.dir, false, &counts, &err), &err);
    first_scan(&b);
    for (size_t k = 0; k < CDR_COUNT(kinds); k++)
        for (long n = 1;; n += n < 40 ? 1 : 11) {
            cdr_audit *a = NULL;
            err = (cdr_err){0};
            cdr_fault_arm(kinds[k], n);
            cdr_status s = cdr_audit_build(b.ws, b.inv, &(cdr_audit_request){.cwd = b.dir}, &a, &err);
            bool fired = cdr_fault_fired(kinds[k]);
            cdr_fault_arm(kinds[k], 0);
            cdr_audit_free(a);
            if (s == CDR_OK && !fired)
                break;
            if (s != CDR_OK && !err.text[0])
                fail_msg("kind %zu, n %ld: status %d without a sentence", k, n, (int)s);
        }
    close_bench(&b);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(build__whole_way__says_what_is_there), cmocka_unit_test(build__closed_folder__nobody_else_reads), cmocka_unit_test(build__second_audit__names_the_changes),
        cmocka_unit_test(build__same_people__counted_once), cmocka_unit_test(build__empty_workspace__no_answer_is_an_answer),
#ifdef CANDOR_FAULTS
        cmocka_unit_test(build__faults__clean),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

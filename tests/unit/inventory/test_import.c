/* SPDX-License-Identifier: Apache-2.0 */
/* inventory.yaml: what it refuses and how it says so; import and export are one another's inverse; single changes. */
#include "world.h"

#include "base/io.h"
#include "base/yaml.h"

static void import(world *w, const char *yaml, bool prune, cdr_import_counts *n)
{
    world_ok(w, cdr_inventory_import(w->inv, yaml, strlen(yaml), "inventory.yaml", "/co", prune, n, &w->err));
}

/* Everything the format has. */
static const char full[] =
    "organisation:\n  name: Harbour Books\n  contact: privacy@harbour-books.example\n  country: US\n"
    "parties:\n"
    "  - {key: hosting, name: Harbour Hosting, kind: vendor, parent: group, contact: trust@hosting.example, country: US, agreement: signed, agreement_date: 2024-02-01,"
    " agreement_until: 2027-01-31, breach_notice_hours: 48, note: 'by phone: 555-0100'}\n"
    "  - {key: group, name: Group, kind: other}\n"
    "systems:\n"
    "  - {key: old, name: Old copy, backup_of: crm, encrypted: false}\n"
    "  - key: crm\n    name: Customer list\n    description: who buys\n    owner: Sales\n    location: Office\n    country: US\n    encrypted: true\n    system_of_record: true\n"
    "    claims: [files/crm, '*.csv', 'sqlite:db/x.db#t']\n    access: [sales, owner]\n    provenance: {state: confirmed, date: 2026-12-01, evidence: looked at it}\n"
    "    holders:\n      - {party: us, relation: responsible}\n      - {party: hosting, relation: hosts, note: rack 3}\n      - {party: us, relation: stores}\n"
    "activities:\n"
    "  - key: orders\n    function: Sales\n    purpose: Deliver orders\n    data_use: essential.service\n    role: joint controller\n    joint_controller: Group\n"
    "    lawful_basis: contract\n    special_condition: explicit consent\n    legitimate_interest: none\n    interest_assessment: https://example.com/lia\n"
    "    subjects: [customers]\n    categories: [user.name, user.contact, user.financial]\n    recipients: [Harbour Hosting]\n    processor_contract: drawer 2\n"
    "    transfers: [US (standard contractual clauses)]\n    transfer_safeguards: clauses\n    retention: {period: P6Y, trigger: end of the order year, source: tax law}\n"
    "    safeguards: [encryption at rest]\n    rights: [access, erasure]\n    automated_decisions: false\n    consent_record: none\n    dpia: not required\n    dpia_link: x\n"
    "    systems: [old, crm]\n    source: the customer\n    note: n\n"
    "datasets:\n  - {key: list, name: The list, description: d, system: crm, categories: [user.contact.email], collections: [{name: people, fields: [{name: mail, data_categories: [user.contact.email]}]}]}\n";

static void export__imported_again__changes_nothing(void **state)
{
    (void)state;
    world w;
    cdr_import_counts n;
    char *first, *second;
    world_make(&w);
    import(&w, full, false, &n);
    assert_int_equal(n.added, 10);   /* us, 2 parties, 2 systems, 3 holders, activity, dataset */
    assert_int_equal(n.changed + n.same, 0);
    world_ok(&w, cdr_inventory_export(w.inv, &first, &w.err));
    w.now_us += INT64_C(40) * 86400 * 1000000;   /* another day leaves dates as they were */
    import(&w, first, true, &n);
    assert_int_equal(n.added + n.changed + n.removed + n.kept + n.datasets_moved, 0);
    assert_int_equal(n.same, 10);
    import(&w, full, false, &n);
    assert_int_equal(n.added + n.changed, 0);
    world_ok(&w, cdr_inventory_export(w.inv, &second, &w.err));
    assert_string_equal(first, second);
    /* Into an empty workspace: the same again. */
    world v;
    world_make(&v);
    import(&v, first, false, &n);
    free(second);
    world_ok(&v, cdr_inventory_export(v.inv, &second, &v.err));
    assert_string_equal(first, second);
    /* What was written is what is read, apart from the provenance that was added. */
    assert_non_null(strstr(first, "state: confirmed"));
    assert_non_null(strstr(first, "date: 2026-12-01"));
    assert_non_null(strstr(first, "breach_notice_hours: 48"));
    assert_null(strstr(first, "system_of_record: false"));
    free(first);
    free(second);
    world_verify(&w);
    world_drop(&v);
    world_drop(&w);
}

static void import__the_sample_company__reads(void **state)
{
    (void)state;
    world w;
    cdr_import_counts n;
    _cleanup_buf_ cdr_buf source = CDR_BUF(1 << 20);
    world_make(&w);
    world_ok(&w, cdr_file_read(CANDOR_SOURCE_DIR "/tests/data/sample/make.py", &source, &w.err));
    char *from = strstr(source.data, "INVENTORY = \"\"\""), *to = from ? strstr(from + 15, "\"\"\"") : NULL;
    assert_non_null(to);
    *to = '\0';
    import(&w, from + 15, false, &n);
    cdr_inv_counts c;
    world_ok(&w, cdr_inventory_counts(w.inv, &c, &w.err));
    assert_int_equal(c.parties, 2);
    assert_int_equal(c.systems, 6);
    assert_int_equal(c.activities, 3);
    world_drop(&w);
}

static void import__wrong__named_by_path_and_suggestion_and_nothing_kept(void **state)
{
    (void)state;
    static const struct { const char *yaml, *sentence; } cases[] = {
        {"", "inventory.yaml holds no inventory; it begins with sections such as organisation, parties and systems."},
        {"sytems: []", "inventory.yaml: sytems is no section of an inventory; did you mean systems?"},
        {"organization: {name: X}", "inventory.yaml: organization is no section of an inventory; did you mean organisation?"},
        {"systems: {key: a}", "inventory.yaml: systems must be a list; begin each entry with a dash."},
        {"systems: [{key: a, name: A}, 7]", "inventory.yaml: systems[1] must be one system with keys and values."},
        {"systems: [{key: a, name: A, onwer: B}]", "inventory.yaml: systems[0].onwer: a system has no such key; did you mean owner?"},
        {"systems: [{key: a, name: A}, {key: b, name: B}, {key: c, name: C, holders: [{party: us, relation: host}]}]",
         "inventory.yaml: systems[2].holders[0].relation must be one of responsible, hosts, stores, shares; did you mean hosts?"},
        {"systems: [{key: c, name: C, holders: [{party: us}]}]", "inventory.yaml: systems[0].holders[0].relation is missing; every holder needs it."},
        {"parties: [{key: acme, name: A}]\nsystems: [{key: c, name: C, holders: [{party: acne, relation: hosts}]}]",
         "inventory.yaml: systems[0].holders[0].party names no party; did you mean acme?"},
        {"systems: [{key: c, name: C, holders: [{party: us, relation: hosts}, {party: us, relation: hosts}]}]",
         "inventory.yaml: systems[0].holders[1] says the same as the holder before it."},
        {"systems: [{key: a, name: A, backup_of: b}]", "inventory.yaml: systems[0].backup_of names no system; add the system first, or correct the key."},
        {"systems: [{key: a, name: A, backup_of: b}, {key: b, name: B, backup_of: a}]", "a is, through others, the backup of itself."},
        {"systems: [{key: a, name: A}, {key: a, name: B}]", "inventory.yaml: systems[1].key stands in the file before; each key once."},
        {"systems: [{key: a, name: A, claims: [x]}, {key: b, name: B, claims: [./x/]}]", "Two systems claim /co/x; let one of them claim it."},
        {"systems: [{key: A b, name: A}]", "inventory.yaml: systems[0].key must be small letters, digits, dots, dashes and underscores (at most 64)."},
        {"systems: [{key: a, name: A, country: USA}]", "inventory.yaml: systems[0].country must be a country code of two capital letters such as US or DE."},
        {"parties: [{key: a, name: A, agreement_date: 2024-13-01}]", "inventory.yaml: parties[0].agreement_date must be a date such as 2027-03-14."},
        {"parties: [{key: a, name: A, agreement_date: 2024-12-01, agreement_until: 2024-11-01}]", "inventory.yaml: parties[0]: the agreement ends before it was signed."},
        {"parties: [{key: us, name: A}]", "inventory.yaml: parties[0]: the party \"us\" is the organisation itself; its kind cannot be changed."},
        {"parties: [{key: b, name: A, kind: organisation}]", "inventory.yaml: parties[0]: only the party \"us\" is the organisation itself; choose another kind."},
        {"organisation: {name: A, key: b}", "inventory.yaml: organisation: its key is always \"us\"; leave key and kind out."},
        {"activities: [{key: a, purpose: p, categories: [user.contact.emial]}]", "inventory.yaml: activities[0].categories[0] is no data category of the taxonomy; did you mean user.contact.email?"},
        {"activities: [{key: a, purpose: p, categories: [user.name, user.phone_number]}]",
         "inventory.yaml: activities[0].categories[1] is no data category of the taxonomy; did you mean user.contact.phone_number?"},
        {"activities: [{key: a, purpose: p, data_use: essential.servise}]", "inventory.yaml: activities[0].data_use is no data use of the taxonomy; did you mean essential.service?"},
        {"activities: [{key: a, purpose: p, retention: {period: 6 years}}]", "inventory.yaml: activities[0].retention.period must be an ISO 8601 period such as P6Y, P18M or P30D."},
        {"activities: [{key: a, purpose: p, retention: {priod: P6Y}}]", "inventory.yaml: activities[0].retention.priod: an activity has no such key; did you mean period?"},
        {"activities: [{key: a, purpose: p, lawful_basis: legitimate interest}]",
         "inventory.yaml: activities[0].lawful_basis must be one of unknown, consent, contract, legal obligation, vital interests, public task, legitimate interests; "
         "did you mean legitimate interests?"},
        {"activities: [{key: a, purpose: p, systems: [crm]}]", "inventory.yaml: activities[0].systems[0] names no system; add the system first, or correct the key."},
        {"activities: [{key: a}]", "inventory.yaml: activities[0].purpose is missing; every activity needs it."},
        {"datasets: [{key: a, system: q}]", "inventory.yaml: datasets[0].system names no system; add the system first, or correct the key."},
        {"systems:\n  - key: a\n    name: [", "inventory.yaml: line 4, column 1: did not find expected node content."},
        {"systems:\n  - key: a\n    key: b", "inventory.yaml: line 3: the key \"key\" stands twice; keep one."},
    };
    world w;
    cdr_import_counts n;
    world_make(&w);
    uint64_t before = cdr_ledger_size(cdr_workspace_ledger(w.ws));
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        w.err = (cdr_err){0};
        assert_int_equal(cdr_inventory_import(w.inv, cases[i].yaml, strlen(cases[i].yaml), "inventory.yaml", "/co", false, &n, &w.err), CDR_E_INVAL);
        assert_string_equal(w.err.text, cases[i].sentence);
    }
    cdr_inv_counts c;
    world_ok(&w, cdr_inventory_counts(w.inv, &c, &w.err));
    assert_int_equal(c.parties + c.systems + c.activities, 0);
    assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(w.ws)), before);
    world_drop(&w);
}

static void import__prune__removes_what_the_file_does_not_name(void **state)
{
    (void)state;
    world w;
    cdr_import_counts n;
    world_make(&w);
    import(&w, full, false, &n);
    static const char little[] = "systems: [{key: crm, name: Customer list}]";
    import(&w, little, false, &n);
    assert_int_equal(n.kept, 5);      /* two parties, a system, an activity, a dataset */
    assert_int_equal(n.removed, 3);   /* the holders of crm: the file says it has none */
    import(&w, little, true, &n);
    assert_int_equal(n.removed, 5);
    cdr_inv_counts c;
    world_ok(&w, cdr_inventory_counts(w.inv, &c, &w.err));
    assert_int_equal(c.parties, 1);
    assert_int_equal(c.systems, 1);
    assert_int_equal(c.activities, 0);
    world_verify(&w);
    world_drop(&w);
}

static void import__confirmed__stays_until_the_row_changes(void **state)
{
    (void)state;
    world w;
    cdr_import_counts n;
    cdr_any_entity x;
    static const char yaml[] = "systems: [{key: crm, name: Customer list}]", other[] = "systems: [{key: crm, name: Customers}]";
    world_make(&w);
    import(&w, yaml, false, &n);
    world_ok(&w, cdr_inventory_confirm(w.inv, "crm", "asked Sales", &w.err));
    import(&w, yaml, false, &n);
    assert_int_equal(n.changed, 0);
    world_ok(&w, cdr_inventory_get(w.inv, CDR_ENTITY_SYSTEM, "crm", &x, &w.err));
    assert_int_equal(x.system.state, CDR_CONFIRMED);
    assert_string_equal(x.system.evidence, "asked Sales");
    assert_string_equal(x.system.state_date, "2027-02-19");
    cdr_record_done(&cdr_system_record, &x);
    import(&w, other, false, &n);
    assert_int_equal(n.changed, 1);
    world_ok(&w, cdr_inventory_get(w.inv, CDR_ENTITY_SYSTEM, "crm", &x, &w.err));
    assert_int_equal(x.system.state, CDR_DECLARED);
    assert_null(x.system.evidence);
    cdr_record_done(&cdr_system_record, &x);
    world_drop(&w);
}

static void edit__single_changes__checked_entered_and_undone(void **state)
{
    (void)state;
    world w;
    cdr_any_entity x;
    world_make(&w);
    world_ok(&w, cdr_inventory_add(w.inv, CDR_ENTITY_PARTY, "acme", (cdr_assignment[]){{"name", "Acme"}, {"agreement", "signed"}}, 2, &w.err));
    world_ok(&w, cdr_inventory_add(w.inv, CDR_ENTITY_SYSTEM, "crm", (cdr_assignment[]){{"name", "CRM"}, {"claims", "/co/crm, /co/more"}, {"holders", "us:responsible, acme:hosts"}}, 3, &w.err));
    world_ok(&w, cdr_inventory_add(w.inv, CDR_ENTITY_ACTIVITY, "sell", (cdr_assignment[]){{"purpose", "Sell"}, {"systems", "crm"}, {"retention.period", "P2Y"}}, 3, &w.err));
    uint64_t size = cdr_ledger_size(cdr_workspace_ledger(w.ws));
    assert_int_equal(size, 4);
    static const struct { cdr_entity e; const char *key, *name, *value, *sentence; cdr_status s; } bad[] = {
        {CDR_ENTITY_SYSTEM, "crn", "name", "X", "There is no system crn; did you mean crm?", CDR_NOT_FOUND},
        {CDR_ENTITY_SYSTEM, "crm", "key", "x", "A key cannot be changed; add a new system and remove the old one.", CDR_E_INVAL},
        {CDR_ENTITY_SYSTEM, "crm", "name", "", "name is missing; every system needs it.", CDR_E_INVAL},
        {CDR_ENTITY_SYSTEM, "crm", "holders", "acme", "holders must be pairs of party and relation such as us:responsible, hosting:hosts.", CDR_E_INVAL},
        {CDR_ENTITY_SYSTEM, "crm", "holders", "acne:hosts", "There is no party acne; did you mean acme?", CDR_E_INVAL},
        {CDR_ENTITY_SYSTEM, "crm", "encrypted", "perhaps", "encrypted must be true, false or unknown.", CDR_E_INVAL},
        {CDR_ENTITY_ACTIVITY, "sell", "systems", "cmr", "systems[0] names no system; did you mean crm?", CDR_E_INVAL},
        {CDR_ENTITY_PARTY, "us", "kind", "vendor", ": the party \"us\" is the organisation itself; its kind cannot be changed.", CDR_E_INVAL},
    };
    for (size_t i = 0; i < CDR_COUNT(bad); i++) {
        assert_int_equal(cdr_inventory_set(w.inv, bad[i].e, bad[i].key, &(cdr_assignment){bad[i].name, bad[i].value}, 1, &w.err), bad[i].s);
        assert_string_equal(w.err.text, bad[i].sentence);
    }
    assert_int_equal(cdr_inventory_remove(w.inv, CDR_ENTITY_PARTY, "acme", &w.err), CDR_E_INVAL);
    assert_string_equal(w.err.text, "The party acme is named by the system crm; change that first.");
    assert_int_equal(cdr_inventory_remove(w.inv, CDR_ENTITY_SYSTEM, "crm", &w.err), CDR_E_INVAL);
    assert_int_equal(cdr_inventory_remove(w.inv, CDR_ENTITY_PARTY, "us", &w.err), CDR_E_INVAL);
    assert_int_equal(cdr_inventory_add(w.inv, CDR_ENTITY_SYSTEM, "crm", NULL, 0, &w.err), CDR_E_INVAL);
    assert_int_equal(cdr_inventory_add(w.inv, CDR_ENTITY_SYSTEM, "Bad Key", &(cdr_assignment){"name", "x"}, 1, &w.err), CDR_E_INVAL);
    assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(w.ws)), size);
    world_ok(&w, cdr_inventory_set(w.inv, CDR_ENTITY_SYSTEM, "crm", &(cdr_assignment){"holders", "us:stores"}, 1, &w.err));
    world_ok(&w, cdr_inventory_remove(w.inv, CDR_ENTITY_PARTY, "acme", &w.err));
    world_ok(&w, cdr_inventory_remove(w.inv, CDR_ENTITY_ACTIVITY, "sell", &w.err));
    world_ok(&w, cdr_inventory_remove(w.inv, CDR_ENTITY_SYSTEM, "crm", &w.err));
    assert_int_equal(cdr_inventory_get(w.inv, CDR_ENTITY_SYSTEM, "crm", &x, &w.err), CDR_NOT_FOUND);
    assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(w.ws)), size + 4);
    world_verify(&w);
    world_drop(&w);
}

static void ledger__entries__hold_no_values(void **state)
{
    (void)state;
    world w;
    cdr_import_counts n;
    world_make(&w);
    import(&w, full, false, &n);
    world_ok(&w, cdr_inventory_set(w.inv, CDR_ENTITY_PARTY, "hosting", &(cdr_assignment){"contact", "someone@example.com"}, 1, &w.err));
    world_ok(&w, scan_begin(&w, "/home/jane-doe"));
    tell(&w, seen("/home/jane-doe/a.csv", NULL, 0, 3), 1);
    scan_finish(&w);
    world_ok(&w, cdr_inventory_confirm(w.inv, "/home/jane-doe/a.csv", "seen", &w.err));
    for (uint64_t i = 0; i < cdr_ledger_size(cdr_workspace_ledger(w.ws)); i++) {
        _cleanup_buf_ cdr_buf entry = CDR_BUF(65536);
        world_ok(&w, cdr_ledger_entry(cdr_workspace_ledger(w.ws), i, &entry, &w.err));
        assert_null(strstr(entry.data, "someone"));
        assert_null(strstr(entry.data, "jane"));
    }
    world_drop(&w);
}

static void copy_golden(world *w, const char *name)
{
    char from[300], to[200];
    _cleanup_buf_ cdr_buf bytes = CDR_BUF(4u << 20);
    snprintf(from, sizeof from, "%s/tests/data/db/v1/%s", CANDOR_SOURCE_DIR, name);
    snprintf(to, sizeof to, "%s/%s", w->home, name);
    world_ok(w, cdr_file_read(from, &bytes, &w->err));
    unlink(to);
    world_ok(w, cdr_file_write(to, bytes.data, bytes.len, 0600, &w->err));
}

/* The workspace of the first schema had no inventory: after the upgrade it takes one, and its history still verifies. */
static void upgrade__first_schema__takes_an_inventory(void **state)
{
    (void)state;
    world w;
    cdr_import_counts n;
    cdr_inv_counts c;
    world_make(&w);
    world_close(&w);
    static const char *const ends[] = {"candor.db", "candor.db-wal", "candor.db-shm", "candor.head"};
    for (size_t i = 0; i < CDR_COUNT(ends); i++) {
        char path[200];
        snprintf(path, sizeof path, "%s/%s", w.home, ends[i]);
        unlink(path);
    }
    copy_golden(&w, "candor.db");
    copy_golden(&w, "candor.key");
    world_open(&w);
    import(&w, full, false, &n);
    world_ok(&w, scan_begin(&w, "/co"));
    tell(&w, seen("/co/files/crm/a.csv", NULL, 0, 30), 1);
    scan_finish(&w);
    world_close(&w);
    world_open(&w);
    world_ok(&w, cdr_inventory_counts(w.inv, &c, &w.err));
    assert_int_equal(c.systems, 2);
    assert_int_equal(c.with_findings, 1);
    assert_int_equal(c.unregistered, 0);
    assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(w.ws)), 4);   /* one of the first schema's days, three of today */
    world_verify(&w);
    world_drop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(export__imported_again__changes_nothing), cmocka_unit_test(import__the_sample_company__reads),
        cmocka_unit_test(import__wrong__named_by_path_and_suggestion_and_nothing_kept), cmocka_unit_test(import__prune__removes_what_the_file_does_not_name),
        cmocka_unit_test(import__confirmed__stays_until_the_row_changes), cmocka_unit_test(edit__single_changes__checked_entered_and_undone),
        cmocka_unit_test(ledger__entries__hold_no_values), cmocka_unit_test(upgrade__first_schema__takes_an_inventory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Fides manifests and the taxonomy. */
#include "world.h"

#include "core/inventory/fides.h"

static cdr_status read_fides(world *w, const char *yaml, cdr_import_counts *n)
{
    return cdr_inventory_import_fides(w->inv, yaml, strlen(yaml), "m.yml", n, &w->err);
}

static const char manifest[] =
    "organization:\n  - {fides_key: default_organization, name: Acme, data_protection_officer: {email: dpo@example.com}, unknown_key: kept out}\n"
    "dataset:\n  - fides_key: users\n    name: Users\n    data_categories: [user]\n    collections:\n"
    "      - name: users\n        fields:\n          - {name: id, data_categories: [user.unique_id]}\n          - {name: cookie, data_categories: [user.cookie_id]}\n"
    "          - {name: address, fields: [{name: city, data_categories: [user.contact.address.city]}]}\n"
    "system:\n  - fides_key: analytics\n    name: Analytics\n    description: counts\n    administrating_department: Product\n    system_type: Service\n    egress: []\n"
    "    data_responsibility_title: Processor\n    third_country_transfers: [USA, CAN]\n    data_protection_impact_assessment: {is_required: True, progress: Complete, link: https://example.org/d}\n"
    "    privacy_declarations:\n"
    "      - {name: 'Measure use!', data_categories: [user.contact, user.device.cookie_id], data_use: improve.system, data_subjects: [customer], dataset_references: [users],\n"
    "         legal_basis_for_processing: Legitimate interests, retention_period: 30 days, third_parties: 'One, Two'}\n"
    "      - {name: 'Measure use?', data_categories: [user.behavior], data_use: analytics, data_subjects: [visitor], retention_period: as long as needed}\n";

static cdr_status take_activity(void *arg, const cdr_activity *a)
{
    char *text = arg;
    snprintf(text + strlen(text), 800 - strlen(text), "%s|%s|%s|%lld|%s|%s|%zu|%s|%lld %zu %lld %s;", a->key, a->purpose, a->data_use, (long long)a->lawful_basis, a->retention_period ? a->retention_period : "",
             a->retention_source ? a->retention_source : "", json_array_size(a->recipients), json_string_value(json_array_get(a->categories, json_array_size(a->categories) - 1)), (long long)a->role,
             json_array_size(a->transfers), (long long)a->dpia, a->dpia_link ? a->dpia_link : "");
    return CDR_OK;
}

static void import__foreign_manifest__becomes_ours(void **state)
{
    (void)state;
    world w;
    cdr_import_counts n;
    cdr_any_entity x;
    char text[800] = "";
    world_make(&w);
    world_ok(&w, read_fides(&w, manifest, &n));
    assert_int_equal(n.added, 5);
    world_ok(&w, cdr_inventory_each_activity(w.inv, take_activity, text, &w.err));
    assert_string_equal(text, "analytics.measure-use|Measure use!|functional.service.improve|6|P30D||2|user.device.cookie_id|2 2 4 https://example.org/d;"
                              "analytics.measure-use-2|Measure use?|analytics|0||as long as needed|0|user.behavior|2 2 4 https://example.org/d;");
    world_ok(&w, cdr_inventory_get(w.inv, CDR_ENTITY_DATASET, "users", &x, &w.err));
    assert_string_equal(x.dataset.system, "analytics");
    _cleanup_buf_ cdr_buf collections = CDR_BUF(4096);
    world_ok(&w, cdr_json_canonical(x.dataset.collections, &collections, &w.err));
    assert_non_null(strstr(collections.data, "user.device.cookie_id"));   /* renamed to today's key */
    cdr_record_done(&cdr_declared_dataset_record, &x);
    world_ok(&w, cdr_inventory_get(w.inv, CDR_ENTITY_PARTY, "us", &x, &w.err));
    assert_string_equal(x.party.name, "Acme");
    assert_string_equal(x.party.contact, "dpo@example.com");
    cdr_record_done(&cdr_party_record, &x);
    /* What the manifest does not speak of stays. */
    world_ok(&w, cdr_inventory_set(w.inv, CDR_ENTITY_SYSTEM, "analytics", (cdr_assignment[]){{"claims", "/srv/a"}, {"holders", "us:stores"}}, 2, &w.err));
    world_ok(&w, read_fides(&w, manifest, &n));
    world_ok(&w, cdr_inventory_get(w.inv, CDR_ENTITY_SYSTEM, "analytics", &x, &w.err));
    assert_int_equal(json_array_size(x.system.claims), 1);
    assert_string_equal(x.system.owner, "Product");
    cdr_record_done(&cdr_system_record, &x);
    assert_int_equal(cdr_inventory_remove(w.inv, CDR_ENTITY_PARTY, "us", &w.err), CDR_E_INVAL);
    world_verify(&w);
    world_drop(&w);
}

static void export__read_back__the_same(void **state)
{
    (void)state;
    world w, v;
    cdr_import_counts n;
    char *fides, *first, *second;
    static const char yaml[] =
        "organisation: {name: Harbour, contact: a@example.com}\nparties: [{key: host, name: Host, agreement: signed, agreement_date: 2024-01-01}]\n"
        "systems:\n  - {key: crm, name: CRM, owner: Sales, encrypted: true, claims: [/a], system_of_record: true, holders: [{party: us, relation: responsible}, {party: host, relation: hosts}]}\n"
        "  - {key: old, name: Old, backup_of: crm}\n"
        "activities:\n  - {key: o, purpose: Orders, lawful_basis: contract, subjects: [customers, martians], categories: [user.name], systems: [crm, old], retention: {period: P6Y, source: tax law}}\n"
        "  - {key: p, purpose: Pay, lawful_basis: legal obligation, special_condition: explicit consent, data_use: employment}\n"
        "datasets: [{key: d, name: D, system: crm, categories: [user.contact.email], collections: [{name: c, fields: [{name: f}]}]}]\n";
    world_make(&w);
    world_make(&v);
    world_ok(&w, cdr_inventory_import(w.inv, yaml, strlen(yaml), "i", "/", false, &n, &w.err));
    world_ok(&w, cdr_inventory_export_fides(w.inv, &fides, &w.err));
    assert_non_null(strstr(fides, "legal_basis_for_processing: Contract"));
    assert_non_null(strstr(fides, "data_use: essential.service"));
    assert_non_null(strstr(fides, "- customer"));
    world_ok(&v, read_fides(&v, fides, &n));
    world_ok(&w, cdr_inventory_export(w.inv, &first, &w.err));
    world_ok(&v, cdr_inventory_export(v.inv, &second, &v.err));
    assert_string_equal(first, second);
    world_ok(&w, read_fides(&w, fides, &n));
    assert_int_equal(n.added + n.changed + n.removed, 0);
    free(fides);
    free(first);
    free(second);
    world_drop(&v);
    world_drop(&w);
}

static void import__wrong_manifest__named(void **state)
{
    (void)state;
    static const struct { const char *yaml, *sentence; } cases[] = {
        {"[]", "m.yml is no fides manifest; it begins with a list such as system or dataset."},
        {"systems: []", "m.yml: systems is no list of a fides manifest; did you mean system?"},
        {"system: {a: b}", "m.yml: system must be a list; begin each entry with a dash."},
        {"system: [{name: x}]", "m.yml: system[0].fides_key is missing; every row of a manifest needs it."},
        {"system: [{fides_key: x, privacy_declarations: [{name: n}]}]", "m.yml: system[0].privacy_declarations[0].data_use is missing; every privacy declaration needs one."},
        {"system: [{fides_key: x, privacy_declarations: [{name: n, data_use: essential.servce}]}]",
         "m.yml: system[0].privacy_declarations[0].data_use is no data use of the taxonomy; did you mean essential.service?"},
        {"system: [{fides_key: x, privacy_declarations: [{name: n, data_use: sales, data_categories: [user.contact.emial]}]}]",
         "m.yml: system[0].privacy_declarations[0].data_categories[0] is no data category of the taxonomy; did you mean user.contact.email?"},
        {"system: [{fides_key: x, privacy_declarations: [{name: n, data_use: sales, data_subjects: [customers]}]}]",
         "m.yml: system[0].privacy_declarations[0].data_subjects[0] is no data subject of the taxonomy; did you mean customer?"},
        {"dataset: [{fides_key: d, collections: [{name: c, fields: [{name: f, fields: [{name: g, data_categories: [user.nmae]}]}]}]}]",
         "m.yml: dataset[0]: g.data_categories[0] is no data category of the taxonomy; did you mean user.name?"},
        {"dataset: [{fides_key: d, collections: [{fields: []}]}]", "m.yml: dataset[0]: each collection and field needs a name."},
        {"dataset: [{fides_key: D d}]", "m.yml: dataset[0].key must be small letters, digits, dots, dashes and underscores (at most 64)."},
    };
    world w;
    cdr_import_counts n;
    world_make(&w);
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        assert_int_equal(read_fides(&w, cases[i].yaml, &n), CDR_E_INVAL);
        assert_string_equal(w.err.text, cases[i].sentence);
    }
    world_drop(&w);
}

static void taxonomy__keys__each_kind_of_finding_has_one(void **state)
{
    (void)state;
    for (cdr_kind k = 1; k < cdr_kind_count(); k++) {
        const cdr_kind_info *info = cdr_kind_get(k);
        if (*info->category && !cdr_taxon_find(CDR_TAXONOMY_CATEGORY, info->category))
            fail_msg("%s: %s is in no taxonomy", info->id, info->category);
    }
    assert_string_equal(cdr_taxon_find(CDR_TAXONOMY_CATEGORY, "user.demographic.religious_belief")->special, "religious_philosophical");
    assert_string_equal(cdr_taxon_by_word(CDR_TAXONOMY_SUBJECT, "Employees")->key, "employee");
    assert_null(cdr_taxon_by_word(CDR_TAXONOMY_SUBJECT, "martians"));
    assert_true(cdr_taxon_within("user.contact.email", "user.contact"));
    assert_false(cdr_taxon_within("user.contacts", "user.contact"));
    assert_true(cdr_taxon_find(CDR_TAXONOMY_USE, "collect")->weak);
    /* Renames lead to keys that exist. */
    char space[200];
    static const char *const old[][2] = {{"advertising.first_party.personalized", "marketing.advertising.first_party.targeted"}, {"provide.service", "essential.service"}};
    for (size_t i = 0; i < CDR_COUNT(old); i++)
        assert_string_equal(cdr_fides_key(CDR_TAXONOMY_USE, old[i][0], space), old[i][1]);
    assert_string_equal(cdr_fides_key(CDR_TAXONOMY_CATEGORY, "user.provided.identifiable.contact.email", space), "user.contact.email");
    assert_string_equal(cdr_fides_key(CDR_TAXONOMY_CATEGORY, "user.nonsense", space), "user.nonsense");
    static const char *const gone[] = {"user.cookie_id", "user.ip_address", "user.date_of_birth", "user.gender", "user.credentials", "user.browsing_history", "user.non_specific_age",
                                       "user.political_opinion", "user.race", "user.religious_belief", "user.sexual_orientation", "user.media_consumption", "user.search_history",
                                       "user.observed", "user.organization", "user.genetic", "user.biometric_health", "user.financial.account_number", "account.contact.email"};
    for (size_t i = 0; i < CDR_COUNT(gone); i++)
        if (!cdr_taxon_find(CDR_TAXONOMY_CATEGORY, cdr_fides_key(CDR_TAXONOMY_CATEGORY, gone[i], space)))
            fail_msg("%s leads nowhere", gone[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(import__foreign_manifest__becomes_ours), cmocka_unit_test(export__read_back__the_same), cmocka_unit_test(import__wrong_manifest__named),
        cmocka_unit_test(taxonomy__keys__each_kind_of_finding_has_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What people declare, in the database. Columns and parameters stand in the order of the record descriptions. */
#include "core/inventory/state.h"

#include <string.h>

enum {
    ST_GET,                                  /* + entity */
    ST_EACH = ST_GET + CDR_ENTITY__MAX,
    ST_PUT = ST_EACH + CDR_ENTITY__MAX,
    ST_DELETE = ST_PUT + CDR_ENTITY__MAX,
    ST_USERS = ST_DELETE + CDR_ENTITY__MAX,
    ST_HOLDINGS = ST_USERS + CDR_ENTITY__MAX,
    ST_PUT_HOLDING, ST_DELETE_HOLDING, ST_CLEAR_SYSTEMS, ST_ADD_SYSTEMS, ST_CONFIRM_DATASET, ST__MAX
};

#define PARTY_COLUMNS                                                                                                                          \
    "SELECT p.id, p.key, p.name, p.kind, p.contact, p.country, (SELECT key FROM party q WHERE q.id = p.parent_id), p.agreement, p.agreement_date, " \
    "p.agreement_until, p.breach_notice_hours, p.note, p.state, p.state_date, p.evidence FROM party p"
#define SYSTEM_COLUMNS                                                                                                                         \
    "SELECT s.id, s.key, s.name, s.description, s.owner, s.location, s.country, s.encrypted, (SELECT key FROM system b WHERE b.id = s.backup_of_id), " \
    "s.system_of_record, s.claims, s.access, s.state, s.state_date, s.evidence FROM system s"
#define ACTIVITY_COLUMNS                                                                                                                      \
    "SELECT a.id, a.key, a.function, a.purpose, a.data_use, a.role, a.joint_controller, a.lawful_basis, a.special_condition, a.legitimate_interest, " \
    "a.interest_assessment, a.subjects, a.categories, a.recipients, a.processor_contract, a.transfers, a.transfer_safeguards, a.retention_period, " \
    "a.retention_trigger, a.retention_source, a.safeguards, a.rights, a.automated_decisions, a.consent_record, a.dpia, a.dpia_link, "           \
    "(SELECT json_group_array(key) FROM (SELECT s.key FROM activity_system x JOIN system s ON s.id = x.system_id WHERE x.activity_id = a.id ORDER BY x.position)), " \
    "a.source, a.note, a.state, a.state_date, a.evidence FROM activity a"
#define DATASET_COLUMNS                                                                                                                       \
    "SELECT d.id, d.key, d.name, d.description, (SELECT key FROM system s WHERE s.id = d.system_id), d.categories, d.collections, d.state, "   \
    "d.state_date, d.evidence FROM declared_dataset d"

static const cdr_db_stmt statements[ST__MAX] = {
    [ST_GET + CDR_ENTITY_PARTY] = {"party-get", PARTY_COLUMNS " WHERE p.key = ?1", true},
    [ST_GET + CDR_ENTITY_SYSTEM] = {"system-get", SYSTEM_COLUMNS " WHERE s.key = ?1", true},
    [ST_GET + CDR_ENTITY_ACTIVITY] = {"activity-get", ACTIVITY_COLUMNS " WHERE a.key = ?1", true},
    [ST_GET + CDR_ENTITY_DATASET] = {"declared-dataset-get", DATASET_COLUMNS " WHERE d.key = ?1", true},
    [ST_EACH + CDR_ENTITY_PARTY] = {"party-each", PARTY_COLUMNS " ORDER BY p.key", true},
    [ST_EACH + CDR_ENTITY_SYSTEM] = {"system-each", SYSTEM_COLUMNS " ORDER BY s.key", true},
    [ST_EACH + CDR_ENTITY_ACTIVITY] = {"activity-each", ACTIVITY_COLUMNS " ORDER BY a.key", true},
    [ST_EACH + CDR_ENTITY_DATASET] = {"declared-dataset-each", DATASET_COLUMNS " ORDER BY d.key", true},
    [ST_PUT + CDR_ENTITY_PARTY] = {"party-put",
        "INSERT INTO party(id, key, name, kind, contact, country, parent_id, agreement, agreement_date, agreement_until, breach_notice_hours, note, state, "
        "state_date, evidence) VALUES(coalesce(?1, (SELECT id FROM party WHERE key = ?2)), ?2, ?3, ?4, ?5, ?6, (SELECT id FROM party WHERE key = ?7), ?8, ?9, "
        "?10, ?11, ?12, ?13, ?14, ?15) ON CONFLICT(id) DO UPDATE SET key = excluded.key, name = excluded.name, kind = excluded.kind, contact = excluded.contact, "
        "country = excluded.country, parent_id = excluded.parent_id, agreement = excluded.agreement, agreement_date = excluded.agreement_date, "
        "agreement_until = excluded.agreement_until, breach_notice_hours = excluded.breach_notice_hours, note = excluded.note, state = excluded.state, "
        "state_date = excluded.state_date, evidence = excluded.evidence", false},
    [ST_PUT + CDR_ENTITY_SYSTEM] = {"system-put",
        "INSERT INTO system(id, key, name, description, owner, location, country, encrypted, backup_of_id, system_of_record, claims, access, state, state_date, "
        "evidence) VALUES(coalesce(?1, (SELECT id FROM system WHERE key = ?2)), ?2, ?3, ?4, ?5, ?6, ?7, ?8, (SELECT id FROM system WHERE key = ?9), ?10, ?11, "
        "?12, ?13, ?14, ?15) ON CONFLICT(id) DO UPDATE SET key = excluded.key, name = excluded.name, description = excluded.description, owner = excluded.owner, "
        "location = excluded.location, country = excluded.country, encrypted = excluded.encrypted, backup_of_id = excluded.backup_of_id, "
        "system_of_record = excluded.system_of_record, claims = excluded.claims, access = excluded.access, state = excluded.state, "
        "state_date = excluded.state_date, evidence = excluded.evidence", false},
    [ST_PUT + CDR_ENTITY_ACTIVITY] = {"activity-put",   /* ?27, the systems, stands in activity_system */
        "INSERT INTO activity(id, key, function, purpose, data_use, role, joint_controller, lawful_basis, special_condition, legitimate_interest, "
        "interest_assessment, subjects, categories, recipients, processor_contract, transfers, transfer_safeguards, retention_period, retention_trigger, "
        "retention_source, safeguards, rights, automated_decisions, consent_record, dpia, dpia_link, source, note, state, state_date, evidence) "
        "VALUES(coalesce(?1, (SELECT id FROM activity WHERE key = ?2)), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
        "?21, ?22, ?23, ?24, ?25, ?26, ?28, ?29, ?30, ?31, ?32) ON CONFLICT(id) DO UPDATE SET key = excluded.key, function = excluded.function, "
        "purpose = excluded.purpose, data_use = excluded.data_use, role = excluded.role, joint_controller = excluded.joint_controller, "
        "lawful_basis = excluded.lawful_basis, special_condition = excluded.special_condition, legitimate_interest = excluded.legitimate_interest, "
        "interest_assessment = excluded.interest_assessment, subjects = excluded.subjects, categories = excluded.categories, recipients = excluded.recipients, "
        "processor_contract = excluded.processor_contract, transfers = excluded.transfers, transfer_safeguards = excluded.transfer_safeguards, "
        "retention_period = excluded.retention_period, retention_trigger = excluded.retention_trigger, retention_source = excluded.retention_source, "
        "safeguards = excluded.safeguards, rights = excluded.rights, automated_decisions = excluded.automated_decisions, "
        "consent_record = excluded.consent_record, dpia = excluded.dpia, dpia_link = excluded.dpia_link, source = excluded.source, note = excluded.note, "
        "state = excluded.state, state_date = excluded.state_date, evidence = excluded.evidence", false},
    [ST_PUT + CDR_ENTITY_DATASET] = {"declared-dataset-put",
        "INSERT INTO declared_dataset(id, key, name, description, system_id, categories, collections, state, state_date, evidence) "
        "VALUES(coalesce(?1, (SELECT id FROM declared_dataset WHERE key = ?2)), ?2, ?3, ?4, (SELECT id FROM system WHERE key = ?5), ?6, ?7, ?8, ?9, ?10) "
        "ON CONFLICT(id) DO UPDATE SET key = excluded.key, name = excluded.name, description = excluded.description, system_id = excluded.system_id, "
        "categories = excluded.categories, collections = excluded.collections, state = excluded.state, state_date = excluded.state_date, "
        "evidence = excluded.evidence", false},
    [ST_DELETE + CDR_ENTITY_PARTY] = {"party-delete", "DELETE FROM party WHERE key = ?1", false},
    [ST_DELETE + CDR_ENTITY_SYSTEM] = {"system-delete", "DELETE FROM system WHERE key = ?1", false},
    [ST_DELETE + CDR_ENTITY_ACTIVITY] = {"activity-delete", "DELETE FROM activity WHERE key = ?1", false},
    [ST_DELETE + CDR_ENTITY_DATASET] = {"declared-dataset-delete", "DELETE FROM declared_dataset WHERE key = ?1", false},
    [ST_USERS + CDR_ENTITY_PARTY] = {"party-users",
        "SELECT 'the system ' || s.key FROM holding h JOIN system s ON s.id = h.system_id JOIN party p ON p.id = h.party_id WHERE p.key = ?1 "
        "UNION SELECT 'the party ' || c.key FROM party c JOIN party p ON p.id = c.parent_id WHERE p.key = ?1 LIMIT 5", true},
    [ST_USERS + CDR_ENTITY_SYSTEM] = {"system-users",
        "SELECT 'the activity ' || a.key FROM activity_system x JOIN activity a ON a.id = x.activity_id JOIN system s ON s.id = x.system_id WHERE s.key = ?1 "
        "UNION SELECT 'the system ' || b.key FROM system b JOIN system s ON s.id = b.backup_of_id WHERE s.key = ?1 LIMIT 5", true},
    [ST_USERS + CDR_ENTITY_ACTIVITY] = {"activity-users", "SELECT key FROM activity WHERE 0 AND key = ?1", true},
    [ST_USERS + CDR_ENTITY_DATASET] = {"declared-dataset-users", "SELECT key FROM declared_dataset WHERE 0 AND key = ?1", true},
    [ST_HOLDINGS] = {"holding-each",
        "SELECT h.id, s.key, p.key, h.relation, h.note, h.state, h.state_date, h.evidence FROM holding h JOIN system s ON s.id = h.system_id "
        "JOIN party p ON p.id = h.party_id WHERE s.key = ?1 ORDER BY h.id", true},
    [ST_PUT_HOLDING] = {"holding-put",
        "INSERT INTO holding(id, system_id, party_id, relation, note, state, state_date, evidence) VALUES(?1, (SELECT id FROM system WHERE key = ?2), "
        "(SELECT id FROM party WHERE key = ?3), ?4, ?5, ?6, ?7, ?8) ON CONFLICT(system_id, party_id, relation) DO UPDATE SET note = excluded.note, "
        "state = excluded.state, state_date = excluded.state_date, evidence = excluded.evidence", false},
    [ST_DELETE_HOLDING] = {"holding-delete",
        "DELETE FROM holding WHERE system_id = (SELECT id FROM system WHERE key = ?1) AND party_id = (SELECT id FROM party WHERE key = ?2) AND relation = ?3", false},
    [ST_CLEAR_SYSTEMS] = {"activity-clear-systems", "DELETE FROM activity_system WHERE activity_id = (SELECT id FROM activity WHERE key = ?1)", false},
    [ST_ADD_SYSTEMS] = {"activity-add-systems",
        "INSERT INTO activity_system(activity_id, position, system_id) SELECT (SELECT id FROM activity WHERE key = ?1), j.key, "
        "(SELECT id FROM system WHERE key = j.value) FROM json_each(?2) j", false},
    [ST_CONFIRM_DATASET] = {"dataset-confirm", "UPDATE dataset SET state = 2, state_date = ?2, evidence = ?3 WHERE path = ?1", false},
};

cdr_status cdr_store_open(cdr_inventory *inv, cdr_err *err)
{
    return cdr_db_prepare_set(inv->db, statements, ST__MAX, &inv->declared, err);
}

static cdr_status begin_with_key(cdr_inventory *inv, size_t statement, const char *key, cdr_db_query *q, cdr_err *err)
{
    cdr_status s = cdr_db_begin_query(inv->declared, statement, q, err);
    if (s == CDR_OK)
        cdr_db_bind_text(q, 1, key);
    return s;
}

cdr_status cdr_store_get(cdr_inventory *inv, cdr_entity e, const char *key, void *obj, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_record_init(cdr_entity_record(e), obj);
    cdr_status s = begin_with_key(inv, ST_GET + e, key, &q, err);
    if (s == CDR_OK)
        s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        s = cdr_record_read(cdr_entity_record(e), &q, obj, err);
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_NOT_FOUND : s;
}

static cdr_status run_with_key(cdr_inventory *inv, size_t statement, const char *key, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin_with_key(inv, statement, key, &q, err);
    return s == CDR_OK ? cdr_db_run(&q, err) : s;
}

static cdr_status put_systems(cdr_inventory *inv, const cdr_activity *a, cdr_err *err)
{
    cdr_status s = run_with_key(inv, ST_CLEAR_SYSTEMS, a->key, err);
    if (s != CDR_OK || json_array_size(a->systems) == 0)
        return s;
    cdr_db_query q = {0};
    _cleanup_buf_ cdr_buf list = CDR_BUF(1 << 20);
    s = cdr_json_canonical(a->systems, &list, err);
    if (s == CDR_OK)
        s = begin_with_key(inv, ST_ADD_SYSTEMS, a->key, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_textn(&q, 2, list.data, list.len);
    return cdr_db_run(&q, err);
}

cdr_status cdr_store_put(cdr_inventory *inv, cdr_entity e, const void *obj, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(inv->declared, ST_PUT + e, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_record_bind(cdr_entity_record(e), obj, &q);
    s = cdr_db_run(&q, err);
    return s == CDR_OK && e == CDR_ENTITY_ACTIVITY ? put_systems(inv, obj, err) : s;
}

cdr_status cdr_store_delete(cdr_inventory *inv, cdr_entity e, const char *key, cdr_err *err)
{
    return run_with_key(inv, ST_DELETE + e, key, err);
}

cdr_status cdr_store_each(cdr_inventory *inv, cdr_entity e, cdr_status (*fn)(void *arg, const void *obj), void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_any_entity obj;
    const cdr_record *r = cdr_entity_record(e);
    cdr_status s = cdr_db_begin_query(inv->declared, ST_EACH + e, &q, err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK && (s = cdr_record_read(r, &q, &obj, err)) == CDR_OK) {
        s = fn(arg, &obj);
        cdr_record_done(r, &obj);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

void cdr_holdings_clear(cdr_holdings *list)
{
    for (size_t i = 0; i < list->len; i++)
        cdr_record_done(&cdr_holding_record, &list->at[i]);
    cdr_holdings_done(list);
}

cdr_status cdr_store_holdings(cdr_inventory *inv, const char *system, cdr_holdings *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = (cdr_holdings){0};
    cdr_status s = begin_with_key(inv, ST_HOLDINGS, system, &q, err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_holding *h = cdr_holdings_push(ret);
        s = h ? cdr_record_read(&cdr_holding_record, &q, h, err) : cdr_fail_nomem(err, "inventory");
    }
    cdr_db_end(&q);
    if (s == CDR_DONE)
        return CDR_OK;
    cdr_holdings_clear(ret);
    return s;
}

cdr_status cdr_store_put_holding(cdr_inventory *inv, const cdr_holding *h, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(inv->declared, ST_PUT_HOLDING, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_record_bind(&cdr_holding_record, h, &q);
    return cdr_db_run(&q, err);
}

cdr_status cdr_store_delete_holding(cdr_inventory *inv, const cdr_holding *h, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin_with_key(inv, ST_DELETE_HOLDING, h->system, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 2, h->party);
    cdr_db_bind_int(&q, 3, h->relation);
    return cdr_db_run(&q, err);
}

cdr_status cdr_store_users(cdr_inventory *inv, cdr_entity e, const char *key, cdr_buf *out, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin_with_key(inv, ST_USERS + e, key, &q, err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
        cdr_buf_addf(out, "%s%s", out->len ? ", " : "", cdr_db_col_text(&q, 0, NULL));
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_confirm_dataset(cdr_inventory *inv, const char *path, const char *date, const char *evidence, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin_with_key(inv, ST_CONFIRM_DATASET, path, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 2, date);
    cdr_db_bind_text(&q, 3, evidence);
    s = cdr_db_run(&q, err);
    return s == CDR_OK && cdr_db_changes(inv->db) == 0 ? CDR_NOT_FOUND : s;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/incident/store.h"

#include <string.h>

#define INCIDENT "SELECT id, kind, title, codename, state, severity, opened_us, opened_by, found_by, closed_us, reason, people_min, people_max, drill, update_every_us, updated_us, takeover_us, accepted_us, verdict, " \
                 "playbook, run_wanted, salt, takeover_self FROM incident "
#define ROLE "SELECT role, who, email, by, reason, since_us, until_us FROM incident_role WHERE incident_id = ?1 "
#define DECISION "SELECT id, name, outcome, reason, by, at_us, needs_second, approved_by, approved_us, rejected, said, alone, ref, incident_id, salt, " \
                 "EXISTS(SELECT 1 FROM incident_decision n WHERE n.incident_id = d.incident_id AND n.name = d.name AND n.id > d.id) FROM incident_decision d "
#define EVIDENCE "SELECT e.id, e.name, e.place, e.sha256, e.size, e.taken_us, e.by, coalesce((SELECT to_whom FROM incident_custody c WHERE c.evidence_id = e.id ORDER BY c.id DESC LIMIT 1), e.by), e.copied, e.about " \
                 "FROM incident_evidence e "
#define ITEM "SELECT id, incident_id, kind, state, what, to_whom, who, outcome, ref, made_us, due_us, done_us, salt FROM incident_item "

const cdr_db_stmt cdr_in_statements[IN__MAX] = {
    [IN_ADD] = {"incident-add",
        "INSERT INTO incident(kind, title, codename, opened_us, opened_by, found_by, drill, takeover_us, playbook, run_wanted, salt, takeover_self) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)", false},
    [IN_GET] = {"incident-get", INCIDENT "WHERE id = ?1", true},
    [IN_EACH] = {"incident-each", INCIDENT "WHERE id > ?2 AND (?1 = 1 OR closed_us IS NULL) ORDER BY id", true},
    [IN_SET_STATE] = {"incident-state", "UPDATE incident SET state = ?2, verdict = ?3, reason = ?4 WHERE id = ?1", false},
    [IN_SET_CLOSED] = {"incident-closed", "UPDATE incident SET state = 5, closed_us = ?2 WHERE id = ?1 AND closed_us IS NULL", false},
    [IN_SET_PEOPLE] = {"incident-people", "UPDATE incident SET people_min = ?2, people_max = ?3 WHERE id = ?1", false},
    [IN_SET_KIND] = {"incident-kind", "UPDATE incident SET kind = ?2 WHERE id = ?1", false},
    [IN_SET_SEVERITY] = {"incident-severity", "UPDATE incident SET severity = ?2 WHERE id = ?1", false},
    [IN_SET_ACCEPTED] = {"incident-accepted", "UPDATE incident SET accepted_us = ?2 WHERE id = ?1", false},
    [IN_SET_UPDATES] = {"incident-updates", "UPDATE incident SET update_every_us = ?2 WHERE id = ?1", false},
    [IN_SET_UPDATED] = {"incident-updated", "UPDATE incident SET updated_us = ?2 WHERE id = ?1", false},
    [IN_SET_STARTED] = {"incident-started", "UPDATE incident SET run_wanted = 0 WHERE id = ?1", false},
    [IN_TAKEN] = {"incident-taken", "SELECT taken, (SELECT coalesce(sum(events), 0) FROM run WHERE subject = 'I-' || ?1) FROM incident WHERE id = ?1", true},
    [IN_SET_TAKEN] = {"incident-set-taken", "UPDATE incident SET taken = ?2 WHERE id = ?1", false},
    [IN_UNSETTLED] = {"incident-unsettled",
        "SELECT EXISTS(SELECT 1 FROM incident i WHERE closed_us IS NULL AND (run_wanted = 1 OR EXISTS(SELECT 1 FROM incident_time t WHERE t.incident_id = i.id AND t.told = 0) "
        "OR taken <> (SELECT coalesce(sum(events), 0) FROM run WHERE subject = 'I-' || i.id)))", true},

    [IN_TIMES] = {"incident-times", "SELECT which, at_us FROM incident_time WHERE incident_id = ?1", true},
    [IN_TIME_SET] = {"incident-time",
        "INSERT INTO incident_time(incident_id, which, at_us) VALUES(?1, ?2, ?3) ON CONFLICT(incident_id, which) DO UPDATE SET at_us = excluded.at_us, told = 0", false},
    [IN_TIME_DROP] = {"incident-time-drop", "UPDATE incident_time SET at_us = 0, told = 0 WHERE incident_id = ?1 AND which = ?2", false},
    [IN_TIME_TOLD] = {"incident-time-told", "UPDATE incident_time SET told = 1 WHERE incident_id = ?1 AND which = ?2 AND at_us = ?3", false},
    [IN_TIMES_ALL_TOLD] = {"incident-times-all-told", "UPDATE incident_time SET told = 1 WHERE incident_id = ?1", false},
    [IN_TIMES_UNTOLD] = {"incident-times-untold", "SELECT which, at_us FROM incident_time WHERE incident_id = ?1 AND told = 0", true},

    [IN_ROLE_END] = {"incident-role-end", "UPDATE incident_role SET until_us = ?3 WHERE incident_id = ?1 AND role = ?2 AND until_us IS NULL", false},
    [IN_ROLE_ADD] = {"incident-role-add", "INSERT INTO incident_role(incident_id, role, who, email, by, reason, since_us, salt) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", false},
    [IN_ROLES] = {"incident-roles", ROLE "AND (?2 = 1 OR until_us IS NULL) ORDER BY role, since_us, id", true},
    [IN_ROLE_NOW] = {"incident-role-now", ROLE "AND role = ?2 AND until_us IS NULL", true},
    [IN_ROLES_OF] = {"incident-roles-of", ROLE "AND who = ?2 AND until_us IS NULL ORDER BY role", true},

    [IN_TEAM_SET] = {"team-set",
        "INSERT INTO team(role, who, email, phone, since_us) VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(role) DO UPDATE SET who = excluded.who, email = excluded.email, phone = excluded.phone, since_us = excluded.since_us",
        false},
    [IN_TEAM_DROP] = {"team-drop", "DELETE FROM team WHERE role = ?1", false},
    [IN_TEAM] = {"team-each", "SELECT role, who, email, phone, since_us FROM team ORDER BY role", true},

    [IN_PARTY_ADD] = {"party-of-incident-add", "INSERT INTO incident_party(incident_id, kind, name, contact, privileged, added_us, salt) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)", false},
    [IN_PARTIES] = {"party-of-incident-each", "SELECT id, kind, name, contact, privileged, added_us FROM incident_party WHERE incident_id = ?1 ORDER BY id", true},

    [IN_EVENT_ADD] = {"incident-event-add",
        "INSERT INTO incident_event(incident_id, event_us, recorded_us, found_us, kind, text, by, ref, privileged, pinned, salt) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)", false},
    [IN_EVENTS] = {"incident-event-each",
        "SELECT event_us, recorded_us, found_us, kind, text, by, ref, privileged, pinned FROM incident_event WHERE incident_id = ?1 ORDER BY event_us, id", true},

    [IN_EVENT_REF] = {"incident-event-ref", "SELECT 1 FROM incident_event WHERE incident_id = ?1 AND ref = ?2 AND kind = 'state' LIMIT 1", true},

    [IN_DECISION_ADD] = {"decision-add",
        "INSERT INTO incident_decision(incident_id, name, outcome, reason, by, at_us, needs_second, ref, alone, salt) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", false},
    [IN_DECISIONS] = {"decision-each", DECISION "WHERE incident_id = ?1 ORDER BY id", true},
    [IN_DECISION_GET] = {"decision-get", DECISION "WHERE incident_id = ?1 AND id = ?2", true},
    [IN_DECISION_ANSWER] = {"decision-answer",
        "UPDATE incident_decision SET approved_by = ?2, approved_us = ?3, rejected = ?4, said = ?5 WHERE id = ?1 AND approved_us IS NULL", false},
    [IN_DECISION_REF] = {"decision-ref", "SELECT id, needs_second FROM incident_decision WHERE incident_id = ?1 AND ref = ?2", true},

    [IN_EVIDENCE_ADD] = {"evidence-add",
        "INSERT INTO incident_evidence(incident_id, name, place, sha256, size, taken_us, by, copied, about, salt, sealed) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)", false},
    [IN_EVIDENCE_SEALED] = {"evidence-sealed", "SELECT sealed FROM incident_evidence WHERE id = ?1", true},
    [IN_EVIDENCE_AT] = {"evidence-at", "SELECT id FROM incident_evidence WHERE copied = 1 AND place = ?1", true},
    [IN_EVIDENCE] = {"evidence-each", EVIDENCE "WHERE e.incident_id = ?1 ORDER BY e.id", true},
    [IN_EVIDENCE_GET] = {"evidence-get", EVIDENCE "WHERE e.incident_id = ?1 AND e.id = ?2", true},
    [IN_CUSTODY_ADD] = {"custody-add", "INSERT INTO incident_custody(evidence_id, at_us, to_whom, by, reason, salt) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", false},
    [IN_CUSTODY] = {"custody-each",
        "SELECT e.id, e.name, c.at_us, c.to_whom, c.by, c.reason FROM incident_evidence e JOIN incident_custody c ON c.evidence_id = e.id WHERE e.incident_id = ?1 ORDER BY c.id", true},

    [IN_ITEM_ADD] = {"item-add", "INSERT INTO incident_item(incident_id, kind, what, to_whom, who, ref, made_us, due_us, salt) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", false},
    [IN_ITEM_GET] = {"item-get", ITEM "WHERE id = ?1", true},
    [IN_ITEM_END] = {"item-end", "UPDATE incident_item SET state = ?2, outcome = ?3, done_us = ?4 WHERE id = ?1 AND state = 1", false},
    [IN_ITEMS] = {"item-each", ITEM "WHERE incident_id = ?1 AND (?2 = 1 OR state = 1) ORDER BY state, due_us IS NULL, due_us, id", true},
    [IN_ITEMS_ALL] = {"item-all", ITEM "WHERE (?1 = 1 OR state = 1) ORDER BY state, due_us IS NULL, due_us, id", true},
    [IN_ITEM_WHO] = {"item-who", "UPDATE incident_item SET who = ?3 WHERE incident_id = ?1 AND who = ?2 AND state = 1", false},
    [IN_ITEM_DRAFT] = {"item-draft", "UPDATE incident_item SET subject = ?2, text = ?3 WHERE id = ?1", false},
    [IN_ITEM_DRAFT_GET] = {"item-draft-get", "SELECT subject, text FROM incident_item WHERE id = ?1", true},

    [IN_COUNT] = {"incident-count",
        "SELECT (SELECT count(*) FROM incident WHERE closed_us IS NULL AND drill = 0), (SELECT count(*) FROM incident WHERE closed_us IS NULL AND drill = 1), "
        "(SELECT count(*) FROM clock WHERE ended_us IS NULL AND drill = 0 AND due_us < ?1), "
        "(SELECT count(*) FROM incident_decision d JOIN incident i ON i.id = d.incident_id WHERE i.closed_us IS NULL AND i.drill = 0 AND d.needs_second = 1 AND (d.approved_us IS NULL OR d.rejected = 1) "
        "AND NOT EXISTS(SELECT 1 FROM incident_decision n WHERE n.incident_id = d.incident_id AND n.name = d.name AND n.id > d.id)), "
        "(SELECT count(*) FROM incident_item t JOIN incident i ON i.id = t.incident_id WHERE t.state = 1 AND i.closed_us IS NULL AND i.drill = 0)", true},
    [IN_ALL_STATES] = {"incident-all-states", INCIDENT "ORDER BY id", true},
    [IN_ALL_DECISIONS] = {"incident-all-decisions", DECISION "ORDER BY id", true},
    [IN_ALL_EVIDENCE] = {"incident-all-evidence", "SELECT id, incident_id, sha256, size FROM incident_evidence ORDER BY id", true},
    [IN_ALL_ROLES] = {"incident-all-roles", "SELECT incident_id, role, who, salt FROM incident_role WHERE until_us IS NULL ORDER BY id", true},
    [IN_ALL_EVENTS] = {"incident-all-events", "SELECT id, incident_id, text, salt FROM incident_event ORDER BY id", true},
    [IN_ALL_ITEMS] = {"incident-all-items", ITEM "ORDER BY id", true},
    [IN_ALL_TIMES] = {"incident-all-times", "SELECT incident_id, which, at_us FROM incident_time ORDER BY incident_id, which", true},
    [IN_ALL_PARTIES] = {"incident-all-parties", "SELECT id, incident_id, kind, name, contact, privileged, salt FROM incident_party ORDER BY id", true},
};

cdr_status cdr_in_begin(cdr_db_set *set, cdr_in_stmt stmt, cdr_db_query *q, const cdr_in_value *values, size_t count, cdr_err *err)
{
    *q = (cdr_db_query){0};
    cdr_status s = cdr_db_begin_query(set, stmt, q, err);
    for (size_t i = 0; s == CDR_OK && i < count; i++) {
        int param = (int)i + 1;
        switch (values[i].type) {
        case CDR_IN_INT: cdr_db_bind_int(q, param, values[i].number); break;
        case CDR_IN_TEXT: cdr_db_bind_text(q, param, values[i].bytes); break;
        case CDR_IN_BLOB: cdr_db_bind_blob(q, param, values[i].bytes, values[i].len); break;
        case CDR_IN_NULL: cdr_db_bind_null(q, param); break;
        }
    }
    return s;
}

cdr_status cdr_in_run(cdr_db_set *set, cdr_in_stmt stmt, const cdr_in_value *values, size_t count, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = cdr_in_begin(set, stmt, &q, values, count, err);
    return s == CDR_OK ? cdr_db_run(&q, err) : s;
}

void cdr_in_text(cdr_db_query *q, int col, char *ret, size_t cap)
{
    size_t len = 0;
    const char *s = cdr_db_col_text(q, col, &len);
    len = s ? CDR_MIN(len, cap - 1) : 0;
    while (s && len > 0 && s[len] != '\0' && ((unsigned char)s[len] & 0xc0) == 0x80)
        len--;
    if (len)
        memcpy(ret, s, len);
    ret[len] = '\0';
}

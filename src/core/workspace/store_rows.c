/* SPDX-License-Identifier: Apache-2.0 */
/* The rows that the ledger answers for, and what of them. */
#include "core/workspace/rows.h"

#include "base/buf.h"

#include <stdio.h>
#include <string.h>

/* table, part, noun, what of it, moves, alone; id, what it is about (no personal data), when it is due, the columns.
 * What the rooms themselves enter and compare is not said twice: texts, states, hashes of evidence (core/incident), events and outcomes of runs (core/playbook). */
#define PARTS(X) \
    X("clock", "now", "clock", "when it is due, or whether it runs,", true, true, \
      "id", "subject || ' ' || ref", "due_us", "subject, ref, label, began_us, due_us, set_us, warn, escalate, calendar, role, drill, state, done, next_us, escalated_to, ended_us") \
    X("clock_event", "now", "event of a clock", "what happened to the clock, or whether somebody was told,", true, true, "id", "'clock ' || clock_id", "NULL", "clock_id, kind, at_us, meant_us, to_role, sent") \
    X("incident", "made", "incident", "when it was opened, by whom, or whether it is a drill", false, false, "id", "'I-' || id", "NULL", "opened_us, opened_by, drill, takeover_us, takeover_self, salt") \
    X("incident", "kind", "incident", "its kind", true, false, "id", "'I-' || id", "NULL", "kind, salt") \
    X("incident", "severity", "incident", "its severity", true, false, "id", "'I-' || id", "NULL", "severity, salt") \
    X("incident", "people", "incident", "how many people it concerns", true, false, "id", "'I-' || id", "NULL", "people_min, people_max, salt") \
    X("incident", "times", "incident", "when it was accepted or closed", true, false, "id", "'I-' || id", "NULL", "closed_us, accepted_us, salt") \
    X("incident", "now", "incident", "when an update is due, or which playbook runs,", true, false, "id", "'I-' || id", "NULL", "update_every_us, updated_us, playbook, run_wanted, taken, salt") \
    X("incident_role", "made", "role", "the e-mail address, or who gave it when and why,", false, true, "id", "'I-' || incident_id", "NULL", \
      "incident_id, role, who, email, by, reason, since_us, salt") \
    X("incident_role", "now", "role", "whether it has ended", true, false, "id", "'I-' || incident_id", "NULL", "until_us, salt") \
    X("incident_party", "made", "party", "its kind, or whether it is privileged,", false, false, "id", "'I-' || incident_id", "NULL", "incident_id, kind, privileged, added_us, salt") \
    X("incident_event", "made", "entry of the timeline", "when it was, who wrote it, or whether it is privileged,", false, false, "id", "'I-' || incident_id", "NULL", \
      "incident_id, event_us, recorded_us, found_us, kind, by, ref, privileged, pinned, salt") \
    X("incident_decision", "made", "decision", "who made it, when, or for which step,", false, false, "id", "'I-' || incident_id", "NULL", "incident_id, name, by, at_us, needs_second, ref, alone, salt") \
    X("incident_decision", "now", "decision", "who approved or rejected it, when, or with which words,", true, false, "id", "'I-' || incident_id", "NULL", "approved_by, approved_us, rejected, said, salt") \
    X("incident_evidence", "made", "evidence", "its name, what it is about, who took it, or when,", false, false, "id", "'I-' || incident_id", "NULL", \
      "incident_id, name, sha256, size, taken_us, by, copied, about, salt") \
    X("incident_evidence", "now", "evidence", "where it lies", true, false, "id", "'I-' || incident_id", "NULL", "place, sealed, salt") \
    X("incident_custody", "made", "handing over of evidence", "to whom, by whom, when or why", false, true, "id", "'evidence ' || evidence_id", "NULL", "evidence_id, at_us, to_whom, by, reason, salt") \
    X("incident_item", "made", "item", "its kind, or what it belongs to,", false, false, "id", "'I-' || incident_id", "NULL", "incident_id, kind, ref, made_us, salt") \
    X("incident_item", "now", "item", "when it is due or was done, or how it ended,", true, false, "id", "'I-' || incident_id", "due_us", "due_us, done_us, outcome, salt") \
    X("incident_item", "who", "item", "who has it", true, false, "id", "'I-' || incident_id", "NULL", "who, salt") \
    X("incident_item", "draft", "item", "its draft", true, false, "id", "'I-' || incident_id", "NULL", "subject, text, salt") \
    X("incident_answer", "now", "answer", "what was answered, by whom or when", true, true, "id", "'I-' || incident_id || ' question ' || number", "NULL", "incident_id, number, key, answer, at_us, by, salt") \
    X("team", "now", "row of the team", "who it is, or how she is reached,", true, true, "role", "'role ' || role", "NULL", "role, who, email, phone, since_us, salt") \
    X("run", "made", "run", "what it is of, whether it is a drill, or whether its signature was verified,", false, false, "id", "'R-' || id", "NULL", "subject, name, playbook, drill, lenient, verified, started_us") \
    X("run_playbook", "made", "pinned playbook", "what it says", false, true, "id", "playbook_id", "NULL", "sha256, playbook_id, modified, text") \
    X("run_pinned", "made", "pinning of a playbook", "of which run it is", false, true, "id", "'R-' || run_id", "NULL", "run_id, playbook") \
    X("playbook_review", "made", "review", "of which playbook, by whom, when, or with which result", false, true, "id", "name", "NULL", "name, version, at_us, by, result, note, salt") \
    X("drill", "made", "drill", "its report, or how it went,", false, true, "id", "'D-' || id", "NULL", "playbook, scenario, by, at_us, percent, report")

#define AS_PART(table, part, noun, what, moves, alone, id, of, due, columns) {table, part, columns, noun, what, moves, alone},
#define FIXED 3                                /* columns before those that are hashed */
#define AS_STATEMENTS(table, part, noun, what, moves, alone, id, of, due, columns) \
    {table "-" part, "SELECT " id ", " of ", " due ", " columns " FROM " table " WHERE " id " = ?1", true}, {table "-" part "-all", "SELECT " id ", " of ", " due ", " columns " FROM " table " ORDER BY 1", true},

const cdr_rows_part cdr_rows_parts[] = {PARTS(AS_PART)};
const size_t cdr_rows_part_count = CDR_COUNT(cdr_rows_parts);
static const cdr_db_stmt statements[] = {PARTS(AS_STATEMENTS)};

cdr_status cdr_rows_prepare(cdr_db *db, cdr_db_set **ret, cdr_err *err)
{
    return cdr_db_prepare_set(db, statements, CDR_COUNT(statements), ret, err);
}

static cdr_status read_row(cdr_db_query *q, size_t part, cdr_rows_row *ret, cdr_err *err)
{
    char head[96];
    const char *of = cdr_db_col_text(q, 1, NULL);
    _cleanup_buf_ cdr_buf content = CDR_BUF((size_t)16 << 20);
    *ret = (cdr_rows_row){.id = cdr_db_col_int(q, 0), .due_us = cdr_db_col_is_null(q, 2) ? 0 : cdr_db_col_int(q, 2)};
    snprintf(ret->of, sizeof ret->of, "%s", of ? of : "");
    int n = snprintf(head, sizeof head, "%s %s %lld", cdr_rows_parts[part].table, cdr_rows_parts[part].name, (long long)ret->id);
    cdr_buf_add(&content, head, (size_t)n + 1);
    for (int i = FIXED, count = cdr_db_col_count(q); i < count; i++) {
        size_t len = 0;
        const void *value = cdr_db_col_blob(q, i, &len);
        n = snprintf(head, sizeof head, "%c%zu:", cdr_db_col_is_null(q, i) ? '-' : '+', len);
        cdr_buf_add(&content, head, (size_t)n);
        cdr_buf_add(&content, value ? value : "", len);
    }
    if (cdr_buf_status(&content) != CDR_OK)
        return cdr_fail_nomem(err, "workspace");
    cdr_sha256(content.data, content.len, ret->sha256);
    return CDR_OK;
}

cdr_status cdr_rows_read(cdr_db_set *set, size_t part, int64_t id, cdr_rows_row *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(set, part * 2, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        s = read_row(&q, part, ret, err);
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_rows_each(cdr_db_set *set, size_t part, cdr_rows_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_rows_row row;
    cdr_status s = cdr_db_begin_query(set, part * 2 + 1, &q, err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        s = read_row(&q, part, &row, err);
        if (s == CDR_OK)
            s = fn(arg, part, &row);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

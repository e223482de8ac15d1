/* SPDX-License-Identifier: Apache-2.0 */
/* Approvals, alarms and third parties in the database. */
#include "core/identity/disclose_parts.h"

#include <stdio.h>
#include <string.h>

enum { ST_GLASS_ADD, ST_GLASS_GET, ST_GLASS_APPROVED, ST_GLASS_USED, ST_CANARY, ST_CANARY_TOLD, ST_THIRD, ST_SAID, ST_FAILED_SENDS, ST_UNTOLD, ST_DIALS_ACTOR, ST_DIALS_CUSTOMER, ST__MAX };

static const cdr_db_stmt statements[ST__MAX] = {
    [ST_GLASS_ADD] = {"glass-add",
        "INSERT INTO disclosure_approval(id, customer_id, fields, purpose, reason, requested_by, approver, requested_us) VALUES(?1, ?2, ?3, 'break-glass', ?4, ?5, ?6, ?7)", false},
    [ST_GLASS_GET] = {"glass-get",
        "SELECT customer_id, fields, reason, requested_by, approver, requested_us, approved_us, approved_index, used_us FROM disclosure_approval WHERE id = ?1", true},
    [ST_GLASS_APPROVED] = {"glass-approved", "UPDATE disclosure_approval SET approved_us = ?2, approved_index = ?3 WHERE id = ?1 AND approved_us IS NULL", false},
    [ST_GLASS_USED] = {"glass-used", "UPDATE disclosure_approval SET used_us = ?2 WHERE id = ?1 AND approved_us IS NOT NULL AND used_us IS NULL", false},
    [ST_CANARY] = {"canary-add", "INSERT INTO canary_alert(customer_id, call, actor, at_us) VALUES(?1, ?2, ?3, ?4)", false},
    [ST_CANARY_TOLD] = {"canary-told", "UPDATE canary_alert SET told_us = ?2 WHERE id = ?1", false},
    [ST_THIRD] = {"third-party-add", "INSERT INTO third_party_request(customer_id, party, ground, document, actor, at_us) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", false},
    [ST_SAID] = {"said-kinds",
        "SELECT factor FROM verification_said WHERE verification_id = ?1 UNION SELECT factor FROM verification_try WHERE verification_id = ?1 AND factor BETWEEN 30 AND 49 ORDER BY 1", true},
    [ST_FAILED_SENDS] = {"sends-failed", "SELECT count(*) FROM verification_send WHERE result = 2 AND at_us >= ?1", true},
    /* The number of a grant begins with its time, so that old ones are not looked at. */
    [ST_DIALS_ACTOR] = {"dials-actor", "SELECT count(*) FROM disclosure_grant WHERE id > printf('%014x', ?1) AND actor = ?2 AND purpose = 'call-back'", true},
    [ST_DIALS_CUSTOMER] = {"dials-customer", "SELECT count(*) FROM disclosure_grant WHERE id > printf('%014x', ?1) AND customer_id = ?2 AND purpose = 'call-back'", true},
    [ST_UNTOLD] = {"canaries-untold", "SELECT count(*) FROM canary_alert WHERE told_us IS NULL AND at_us >= ?1", true},
};

/* Prepared when first needed: most commands want none of these. */
static cdr_status begin(cdr_identity *id, size_t st, cdr_db_query *q, cdr_err *err)
{
    *q = (cdr_db_query){0};
    cdr_status s = id->oversight ? CDR_OK : cdr_db_prepare_set(id->db, statements, ST__MAX, &id->oversight, err);
    return s == CDR_OK ? cdr_db_begin_query(id->oversight, st, q, err) : s;
}

cdr_status cdr_vo_glass_add(cdr_identity *id, const cdr_glass *g, cdr_err *err)
{
    cdr_db_query q;
    _cleanup_buf_ cdr_buf fields = CDR_BUF(4096);
    cdr_json_writer w;
    cdr_jw_begin(&w, &fields);
    cdr_jw_open(&w, '[');
    for (size_t i = 0; i < g->field_count; i++)
        cdr_jw_int(&w, g->fields[i]);
    cdr_jw_close(&w, ']');
    if (cdr_buf_status(&fields) != CDR_OK)
        return cdr_fail_nomem(err, "identity");
    cdr_status s = begin(id, ST_GLASS_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, g->id);
    cdr_db_bind_int(&q, 2, g->customer);
    cdr_db_bind_text(&q, 3, fields.data);
    cdr_db_bind_text(&q, 4, g->reason);
    cdr_db_bind_text(&q, 5, g->requested_by);
    cdr_db_bind_text(&q, 6, g->approver);
    cdr_db_bind_int(&q, 7, g->requested_us);
    return cdr_db_run(&q, err);
}

static void copy(cdr_db_query *q, int col, char *ret, size_t cap)
{
    const char *s = cdr_db_col_text(q, col, NULL);
    snprintf(ret, cap, "%s", s ? s : "");
}

static cdr_status read_glass(cdr_db_query *q, cdr_glass *ret, cdr_err *err)
{
    size_t len = 0;
    const char *text = cdr_db_col_text(q, 1, &len);
    _cleanup_json_ json_t *list = NULL;
    cdr_status s = text ? cdr_json_parse(text, len, "an approval", &list, NULL) : CDR_E_CORRUPT;
    for (size_t i = 0; s == CDR_OK && i < json_array_size(list) && ret->field_count < CDR_CALL_FIELDS_MAX; i++)
        ret->fields[ret->field_count++] = (uint16_t)json_integer_value(json_array_get(list, i));
    ret->customer = cdr_db_col_int(q, 0);
    copy(q, 2, ret->reason, sizeof ret->reason);
    copy(q, 3, ret->requested_by, sizeof ret->requested_by);
    copy(q, 4, ret->approver, sizeof ret->approver);
    ret->requested_us = cdr_db_col_int(q, 5);
    ret->approved_us = cdr_db_col_int(q, 6);
    ret->approved_index = (uint64_t)cdr_db_col_int(q, 7);
    ret->used_us = cdr_db_col_int(q, 8);
    return s == CDR_OK ? CDR_OK : cdr_fail(err, CDR_E_CORRUPT, "identity", "glass.row", "The stored record of this approval is damaged; restore the database from a backup.");
}

cdr_status cdr_vo_glass_get(cdr_identity *id, const char *glass, cdr_glass *ret, cdr_err *err)
{
    cdr_db_query q;
    char number[CDR_GLASS_ID];
    snprintf(number, sizeof number, "%s", glass);      /* it may lie in ${ret} */
    *ret = (cdr_glass){.customer = 0};
    memcpy(ret->id, number, sizeof number);
    cdr_status s = begin(id, ST_GLASS_GET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, ret->id);
    s = cdr_db_step(&q, err);
    s = s == CDR_OK ? read_glass(&q, ret, err)
                    : s == CDR_DONE ? cdr_fail(err, CDR_NOT_FOUND, "identity", "glass.none", "There is no request to break the glass with the number %s.", ret->id) : s;
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_vo_glass_approved(cdr_identity *id, const cdr_glass *g, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = begin(id, ST_GLASS_APPROVED, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, g->id);
    cdr_db_bind_int(&q, 2, g->approved_us);
    cdr_db_bind_int(&q, 3, (int64_t)g->approved_index);
    return cdr_db_run(&q, err);
}

cdr_status cdr_vo_glass_used(cdr_identity *id, const cdr_glass *g, int64_t now_us, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = begin(id, ST_GLASS_USED, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, g->id);
    cdr_db_bind_int(&q, 2, now_us);
    s = cdr_db_run(&q, err);
    return s != CDR_OK || cdr_db_changes(id->db) == 1 ? s : cdr_fail(err, CDR_DENIED, "identity", "glass.used", "This approval was used already; ask again.");
}

cdr_status cdr_vo_canary(cdr_identity *id, int64_t customer, const char *call, int64_t now_us, int64_t *ret_id, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = begin(id, ST_CANARY, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, customer);
    cdr_db_bind_text(&q, 2, call);
    cdr_db_bind_text(&q, 3, cdr_identity_actor(id));
    cdr_db_bind_int(&q, 4, now_us);
    s = cdr_db_run(&q, err);
    *ret_id = s == CDR_OK ? cdr_db_last_id(id->db) : 0;
    return s;
}

cdr_status cdr_vo_canary_told(cdr_identity *id, int64_t alert, int64_t now_us, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = begin(id, ST_CANARY_TOLD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, alert);
    cdr_db_bind_int(&q, 2, now_us);
    return cdr_db_run(&q, err);
}

cdr_status cdr_vo_third(cdr_identity *id, int64_t customer, const char *party, const char *ground, const char *document, int64_t now_us, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = begin(id, ST_THIRD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, customer);
    cdr_db_bind_text(&q, 2, party);
    cdr_db_bind_text(&q, 3, ground);
    cdr_db_bind_text(&q, 4, document);
    cdr_db_bind_text(&q, 5, cdr_identity_actor(id));
    cdr_db_bind_int(&q, 6, now_us);
    return cdr_db_run(&q, err);
}

cdr_status cdr_vo_said_kinds(cdr_identity *id, const cdr_verification *v, cdr_factor_kind ret[CDR_MATCHED_MAX], size_t *ret_count, cdr_err *err)
{
    cdr_db_query q;
    *ret_count = 0;
    cdr_status s = begin(id, ST_SAID, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, v->id);
    while (*ret_count < CDR_MATCHED_MAX && (s = cdr_db_step(&q, err)) == CDR_OK)
        ret[(*ret_count)++] = (cdr_factor_kind)cdr_db_col_int(&q, 0);
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_status count(cdr_identity *id, size_t st, int64_t since_us, unsigned *ret, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = begin(id, st, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, since_us);
    s = cdr_db_step(&q, err);
    *ret = s == CDR_OK ? (unsigned)cdr_db_col_int(&q, 0) : 0;
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_vo_dials(cdr_identity *id, const cdr_verification *v, const char *actor, int64_t since_us, unsigned *ret_actor, unsigned *ret_customer, cdr_err *err)
{
    unsigned *ret[] = {ret_actor, ret_customer};
    const size_t sts[] = {ST_DIALS_ACTOR, ST_DIALS_CUSTOMER};
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(sts); i++) {
        cdr_db_query q;
        s = begin(id, sts[i], &q, err);
        if (s != CDR_OK)
            return s;
        cdr_db_bind_int(&q, 1, CDR_MAX(since_us, 0));
        if (sts[i] == ST_DIALS_ACTOR)
            cdr_db_bind_text(&q, 2, actor);
        else
            cdr_db_bind_int(&q, 2, v->customer);
        s = cdr_db_step(&q, err);
        *ret[i] = s == CDR_OK ? (unsigned)cdr_db_col_int(&q, 0) : 0;
        cdr_db_end(&q);
        s = s == CDR_DONE ? CDR_OK : s;
    }
    return s;
}

cdr_status cdr_vo_unsent(cdr_identity *id, int64_t since_us, cdr_unsent *ret, cdr_err *err)
{
    cdr_status s = count(id, ST_FAILED_SENDS, since_us, &ret->failed, err);
    return s == CDR_OK ? count(id, ST_UNTOLD, since_us, &ret->canary_untold, err) : s;
}

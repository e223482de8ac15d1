/* SPDX-License-Identifier: Apache-2.0 */
/* Audits in the ledger: numbers and hashes, so that a report can be recognised and audits compared years later. */
#include "core/report/audit_build.h"

#include "base/io.h"
#include "base/json.h"
#include "base/parse.h"
#include "base/time.h"
#include "base/vec.h"
#include "core/ledger/store.h"
#include "core/report/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

CDR_VEC(point_list, cdr_audit_point)

typedef struct reading { point_list points; int64_t scan; } reading;

static uint64_t number(const json_t *details, const char *key)
{
    json_int_t n = json_integer_value(json_object_get(details, key));
    return n > 0 ? (uint64_t)n : 0;
}

/* An entry that is no audit, or not as this version writes it, is none of ours. */
static cdr_status read_entry(void *arg, uint64_t idx, const char *entry, size_t len)
{
    static const char mark[] = "\"kind\":\"audit.finish\"";
    (void)idx;
    reading *r = arg;
    if (!memmem(entry, len, mark, sizeof mark - 1))
        return CDR_OK;
    _cleanup_json_ json_t *j = NULL;
    if (cdr_json_parse(entry, len, "ledger entry", &j, NULL) != CDR_OK)
        return CDR_OK;
    const char *kind = cdr_json_str(j, "kind"), *at = cdr_json_str(j, "at");
    const json_t *d = json_object_get(j, "details");
    int64_t us;
    if (!kind || strcmp(kind, "audit.finish") || !d || !at || !cdr_time_parse(at, &us))
        return CDR_OK;
    cdr_audit_point *p = point_list_push(&r->points);
    if (!p)
        return CDR_E_NOMEM;
    *p = (cdr_audit_point){us, number(d, "people_min"), number(d, "people_max"), number(d, "places"), number(d, "unregistered"), number(d, "violations"), number(d, "severe"), (int64_t)number(d, "scan"), "", -1};
    if (json_is_integer(json_object_get(d, "policy_broken")))
        p->broken = (int64_t)number(d, "policy_broken");
    const char *scope = cdr_json_str(d, "scope");
    snprintf(p->scope, sizeof p->scope, "%s", scope ? scope : "");
    r->scan = (int64_t)number(d, "scan");
    return CDR_OK;
}

cdr_status cdr_audit_history(cdr_ledger *ledger, cdr_arena *a, cdr_audit_point **ret, size_t *ret_count, int64_t *ret_scan, cdr_err *err)
{
    reading r = {0};
    cdr_status s = cdr_ledger_each(ledger, 0, read_entry, &r, err);
    cdr_audit_point *at = s == CDR_OK ? cdr_arena_alloc(a, (r.points.len + 1) * sizeof *at) : NULL;
    if (s == CDR_E_NOMEM || (s == CDR_OK && !at))
        s = cdr_fail_nomem(err, "report");
    if (s == CDR_OK) {
        if (r.points.len > 0)
            memcpy(at, r.points.at, r.points.len * sizeof *at);
        *ret = at;
        *ret_count = r.points.len;
        if (ret_scan)
            *ret_scan = r.scan;
    }
    point_list_done(&r.points);
    return s;
}

static cdr_status hash_file(const char *dir, const char *name, json_t *into, cdr_err *err)
{
    _cleanup_free_ char *path = cdr_path_join(dir, name);
    uint8_t digest[CDR_SHA256_BYTES];
    char hex[2 * CDR_SHA256_BYTES + 1];
    if (!path)
        return cdr_fail_nomem(err, "report");
    cdr_status s = cdr_sha256_file(path, digest, err);
    if (s != CDR_OK)
        return s;
    cdr_hex_encode(digest, sizeof digest, hex);
    return json_object_set_new(into, name, json_string(hex)) ? cdr_fail_nomem(err, "report") : CDR_OK;
}

cdr_status cdr_audit_enter(cdr_workspace *ws, const cdr_audit *a, const char *dir, const char *const *files, size_t file_count, cdr_err *err)
{
    cdr_audit_figures f = cdr_audit_figures_of(a);
    _cleanup_json_ json_t *hashes = json_object();
    if (!hashes)
        return cdr_fail_nomem(err, "report");
    cdr_status s = CDR_OK;
    for (size_t i = 0; i < file_count && s == CDR_OK; i++)
        s = hash_file(dir, files[i], hashes, err);
    if (s != CDR_OK)
        return s;
    _cleanup_json_ json_t *details = json_pack("{s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:s, s:O}", "scan", (json_int_t)a->scan, "scope", a->scope, "people_min", (json_int_t)a->people_min, "people_max",
                                               (json_int_t)a->people_max, "places", (json_int_t)f.places, "unregistered", (json_int_t)f.unregistered_places, "violations",
                                               (json_int_t)(a->violation_count + a->violations_left_out), "severe", (json_int_t)f.severe_places, "complete", (int)cdr_audit_is_complete(a), "ruleset", a->ruleset_version,
                                               "files", hashes);
    if (details && a->policy && json_object_set_new(details, "policy_broken", json_integer((json_int_t)a->policy->by_result[CDR_VERDICT_FAIL])))
        return cdr_fail_nomem(err, "report");
    char *text = details ? json_dumps(details, JSON_COMPACT) : NULL;
    if (!text)
        return cdr_fail_nomem(err, "report");
    cdr_ledger_event ev = {"audit.finish", cdr_workspace_actor(ws), NULL, text};
    s = cdr_ledger_append(cdr_workspace_ledger(ws), &ev, NULL, err);
    free(text);
    return s;
}

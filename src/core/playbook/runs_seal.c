/* SPDX-License-Identifier: Apache-2.0 */
/* Values of variables that are secrets of an authentication stand sealed in the events: {"__token__": {"sealed": "…"}}, under a key of the workspace, each tied to its place. */
#include "core/playbook/runs_parts.h"

#include "base/json.h"
#include "base/parse.h"
#include "core/cacao/secret.h"

#include <stdio.h>
#include <string.h>

enum { BOUND = 48 + CDR_VARIABLE_NAME_MAX };

static const cdr_secret *key_of(cdr_workspace *ws)
{
    return cdr_workspace_key(ws, CDR_KEY_INCIDENT);
}

static size_t bound_of(int64_t run, uint64_t seq, const char *name, char ret[BOUND])
{
    return (size_t)snprintf(ret, BOUND, "run-secret:%lld:%llu:%.*s", (long long)run, (unsigned long long)seq, CDR_VARIABLE_NAME_MAX, name);
}

static bool is_secret(const runs_batch *b, const cdr_run_event *e, const char *name)
{
    const cdr_activation *a = e->activation ? cdr_run_activation(b->run, e->activation) : NULL;
    bool is = cdr_playbook_secret(cdr_run_playbook(b->run), name) || (a && cdr_playbook_secret(a->playbook, name));
    for (size_t i = 0; i < b->r->found.len && !is && e->kind == CDR_RUN_STARTED; i++)      /* what is handed in reaches the playbooks that it calls */
        is = cdr_playbook_secret(b->r->found.at[i], name);
    return is;
}

static cdr_status seal_one(const runs_batch *b, const cdr_run_event *e, const char *name, const char *value, json_t **ret, cdr_err *err)
{
    char bound[BOUND];
    size_t len = strlen(value), bound_len = bound_of(b->row.id, e->seq, name, bound), cap = len + CDR_SEAL_BYTES;
    const cdr_secret *key = key_of(b->r->ws);
    _cleanup_free_ uint8_t *sealed = key ? cdr_alloc(cap) : NULL;
    _cleanup_free_ char *coded = sealed ? cdr_alloc(4 * ((cap + 2) / 3) + 1) : NULL;
    if (!coded)
        return cdr_fail_nomem(err, "playbook");
    cdr_status s = cdr_seal(cdr_workspace_ctx(b->r->ws), key, value, len, bound, bound_len, sealed, err);
    if (s != CDR_OK)
        return s;
    cdr_base64_encode(sealed, cap, coded);
    *ret = json_pack("{s:s}", "sealed", coded);
    return *ret ? CDR_OK : cdr_fail_nomem(err, "playbook");
}

static json_t *values_of(const cdr_run_event *e, json_t *data)
{
    return e->kind == CDR_RUN_STARTED ? json_object_get(data, "variables") : data;
}

cdr_status cdr_runs_seal(const runs_batch *b, const cdr_run_event *e, json_t **ret, cdr_err *err)
{
    const char *name;
    const json_t *value;
    _cleanup_json_ json_t *copy = NULL;
    *ret = NULL;
    json_object_foreach(values_of(e, (json_t *)(uintptr_t)e->data), name, value) {
        json_t *sealed = NULL;
        if (!json_string_value(value) || !is_secret(b, e, name))
            continue;
        cdr_status s = seal_one(b, e, name, json_string_value(value), &sealed, err);
        if (s != CDR_OK)
            return s;
        copy = copy ? copy : json_deep_copy(e->data);
        if (!copy || json_object_set_new(values_of(e, copy), name, sealed))
            return cdr_fail_nomem(err, "playbook");
    }
    *ret = json_incref(copy);
    return CDR_OK;
}

static cdr_status open_one(cdr_workspace *ws, int64_t run, uint64_t seq, const char *name, const char *coded, json_t **ret, cdr_err *err)
{
    char bound[BOUND];
    size_t cap = strlen(coded) / 4 * 3 + 3, len = 0, bound_len = bound_of(run, seq, name, bound);
    const cdr_secret *key = key_of(ws);
    _cleanup_free_ uint8_t *sealed = cdr_alloc(cap);
    _cleanup_free_ char *clear = cdr_alloc(cap);
    if (!key || !sealed || !clear)
        return cdr_fail_nomem(err, "playbook");
    bool good = cdr_base64_decode(coded, strlen(coded), sealed, cap, &len) == CDR_OK && len >= CDR_SEAL_BYTES && cdr_unseal(key, sealed, len, bound, bound_len, (uint8_t *)clear, NULL) == CDR_OK;
    *ret = good ? json_stringn(clear, len - CDR_SEAL_BYTES) : NULL;
    cdr_wipe(clear, cap);
    return *ret ? CDR_OK : cdr_fail(err, CDR_E_CORRUPT, "playbook", "run.sealed", "A secret that was handed to R-%lld was changed outside of Candor or belongs to another workspace; put back a backup.", (long long)run);
}

cdr_status cdr_runs_unseal(cdr_workspace *ws, int64_t run, const cdr_run_event *e, bool clear, json_t *data, cdr_err *err)
{
    const char *name;
    void *next;
    json_t *value, *values = values_of(e, data);
    json_object_foreach_safe(values, next, name, value) {
        const char *coded = cdr_json_str(value, "sealed");
        json_t *shown = NULL;
        if (!coded || !cdr_variable_name_valid(name, strlen(name)))
            continue;
        cdr_status s = clear ? open_one(ws, run, e->seq, name, coded, &shown, err) : CDR_OK;
        if (s != CDR_OK)
            return s;
        if (json_object_set_new(values, name, clear ? shown : json_string("[secret]")))
            return cdr_fail_nomem(err, "playbook");
    }
    return CDR_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/playbook/derive.h"

#include "base/json.h"
#include "base/parse.h"
#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Random, version 4. */
static void make_id(const cdr_ctx *ctx, char ret[48])
{
    uint8_t b[16];
    char hex[33];
    ctx->random(ctx->rng, b, sizeof b);
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    cdr_hex_encode(b, sizeof b, hex);
    snprintf(ret, 48, "playbook--%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

/* "2027-03-01T09:14:00.000Z": three digits, as the standard has it. */
static void stamp(int64_t us, char ret[40])
{
    char seconds[CDR_TIME_TEXT];
    cdr_time_format(us, seconds);
    snprintf(ret, 40, "%.19s.%03dZ", seconds, (int)(us / 1000 % 1000));
}

/* Now, or a millisecond after ${before}: a new version is later than the one before it. */
static void stamp_after(const cdr_ctx *ctx, const char *before, char ret[40])
{
    int64_t us = cdr_now_us(ctx), old;
    stamp(before && cdr_time_parse(before, &old) && old >= us ? old + 1000 : us, ret);
}

/* The summary tells the truth about signatures; NULL: there is none, or no memory (${ret_failed}). */
static json_t *summary_of(const cdr_playbook *p, bool signs, bool *ret_failed)
{
    const json_t *old = json_object_get(cdr_playbook_json(p), "playbook_processing_summary");
    *ret_failed = false;
    if (!json_is_object(old))
        return NULL;
    json_t *now = json_deep_copy(old);
    bool ok = now != NULL;
    if (ok && (json_object_get(now, "digital_signatures") || signs))
        ok = json_object_set_new(now, "digital_signatures", json_boolean(signs)) == 0;
    if (ok && json_object_get(now, "countersigned_signatures"))
        ok = json_object_set_new(now, "countersigned_signatures", json_false()) == 0;
    *ret_failed = !ok;
    if (!ok)
        json_decref(now);
    return ok ? now : NULL;
}

/* The headline is what people see in lists: a new title is one. NULL as above, or there is no headline. */
static json_t *extensions_of(const cdr_playbook *p, const char *title, bool *ret_failed)
{
    const json_t *old = json_object_get(cdr_playbook_json(p), "playbook_extensions");
    *ret_failed = false;
    if (!json_object_get(json_object_get(old, CDR_RULE_KEY), "headline"))
        return NULL;
    json_t *now = json_deep_copy(old);
    *ret_failed = !now || json_object_set_new(json_object_get(now, CDR_RULE_KEY), "headline", json_string(title));
    if (*ret_failed)
        json_decref(now);
    return *ret_failed ? NULL : now;
}

/* ${*p} becomes itself with ${key} changed; steals ${value} (NULL: the member goes). */
static cdr_status change(cdr_playbook **p, const char *key, json_t *value, bool wanted, cdr_err *err)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX + 4096);
    cdr_playbook *next = NULL;
    char *json = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
    json_decref(value);
    if (wanted && !json)
        return cdr_fail_nomem(err, "playbook");
    cdr_status s = cdr_playbook_edit(*p, key, json, &text, err);
    free(json);
    if (s == CDR_OK)
        s = cdr_playbook_read(text.data ? text.data : "", text.len, cdr_playbook_where(*p), &next, err);
    if (s != CDR_OK)
        return s;
    cdr_playbook_free(*p);
    *p = next;
    return CDR_OK;
}

cdr_status cdr_playbook_derive(const cdr_ctx *ctx, const cdr_playbook *from, const cdr_derivation *how, cdr_buf *out, cdr_err *err)
{
    char id[48], now[40];
    bool failed;
    size_t len;
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    const char *text = cdr_playbook_text(from, &len);
    make_id(ctx, id);
    stamp(cdr_now_us(ctx), now);
    cdr_status s = cdr_playbook_read(text, len, cdr_playbook_where(from), &p, err);
    if (s == CDR_OK)
        s = change(&p, "signatures", NULL, false, err);
    if (s == CDR_OK)
        s = change(&p, "derived_from", json_pack("[s]", cdr_playbook_id(from)), true, err);
    if (s == CDR_OK)
        s = change(&p, "id", json_string(id), true, err);
    if (s == CDR_OK && how->title)
        s = change(&p, "name", json_string(how->title), true, err);
    if (s == CDR_OK && how->created_by)
        s = change(&p, "created_by", json_string(how->created_by), true, err);
    if (s == CDR_OK)
        s = change(&p, "created", json_string(now), true, err);
    if (s == CDR_OK)
        s = change(&p, "modified", json_string(now), true, err);
    json_t *summary = s == CDR_OK ? summary_of(p, how->signs, &failed) : NULL;
    if (s == CDR_OK && failed)
        s = cdr_fail_nomem(err, "playbook");
    if (s == CDR_OK && summary)
        s = change(&p, "playbook_processing_summary", summary, true, err);
    json_t *extensions = s == CDR_OK && how->title ? extensions_of(p, how->title, &failed) : NULL;
    if (s == CDR_OK && failed)
        s = cdr_fail_nomem(err, "playbook");
    if (s == CDR_OK && extensions)
        s = change(&p, "playbook_extensions", extensions, true, err);
    if (s != CDR_OK)
        return s;
    text = cdr_playbook_text(p, &len);
    return cdr_buf_add(out, text, len) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "playbook");
}

cdr_status cdr_playbook_renew(const cdr_ctx *ctx, const cdr_playbook *from, bool new_time, cdr_buf *out, cdr_err *err)
{
    char now[40];
    size_t len;
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    const char *text = cdr_playbook_text(from, &len);
    stamp_after(ctx, cdr_playbook_modified(from), now);
    cdr_status s = cdr_playbook_read(text, len, cdr_playbook_where(from), &p, err);
    if (s == CDR_OK)
        s = change(&p, "signatures", NULL, false, err);
    if (s == CDR_OK && new_time)
        s = change(&p, "modified", json_string(now), true, err);
    if (s != CDR_OK)
        return s;
    text = cdr_playbook_text(p, &len);
    return cdr_buf_add(out, text, len) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "playbook");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/summary.h"

#include "core/ledger/store.h"

#include <stdio.h>
#include <string.h>

typedef struct known_grant { char id[33]; bool certain; } known_grant;

typedef struct reading {
    cdr_summary *s;
    const char *call;
    known_grant grants[CDR_SUMMARY_MAX];     /* of this call */
    size_t grant_count;
    bool full;
} reading;

/* From the least to the most. */
static const char *const ways[][2] = {{"none", "nothing is on file"}, {"confirm", "confirmed"}, {"send-to-record", "sent to the address on file"}, {"masked", "masked"}, {"plain", "in full"}};

static size_t rank(const char *how)
{
    for (size_t i = 0; i < CDR_COUNT(ways); i++)
        if (!strcmp(ways[i][0], how))
            return i;
    return 0;
}

static cdr_told_field *told_of(reading *r, const char *key)
{
    for (size_t i = 0; i < r->s->count; i++)
        if (!strcmp(r->s->told[i].key, key))
            return &r->s->told[i];
    if (r->s->count == CDR_SUMMARY_MAX) {
        r->full = true;
        return NULL;
    }
    cdr_told_field *t = &r->s->told[r->s->count++];
    *t = (cdr_told_field){.certain = false};
    snprintf(t->key, sizeof t->key, "%s", key);
    return t;
}

static void add(reading *r, const char *key, const char *how, bool certain)
{
    cdr_told_field *t = told_of(r, key);
    if (!t)
        return;
    t->times[rank(how)]++;
    t->certain |= certain;
}

/* Nothing came of the last use of each. */
static void take_off(reading *r, const json_t *d)
{
    const char *why = cdr_json_str(d, "why");
    size_t i, most;
    const json_t *field;
    json_array_foreach(json_object_get(d, "fields"), i, field) {
        cdr_told_field *t = json_is_string(field) ? told_of(r, json_string_value(field)) : NULL;
        bool sending = why && !strcmp(why, "not sent"), confirming = why && !strcmp(why, "not right");
        if (!t)
            continue;
        most = sending ? rank("send-to-record") : confirming ? rank("confirm") : CDR_COUNT(ways) - 1;
        while (most > 0 && t->times[most] == 0 && !sending && !confirming)
            most--;
        t->times[most] -= t->times[most] > 0;
        t->times[0] += !sending && !confirming;
    }
}

/* The most that was told of each; of some nothing is left. */
static void settle(cdr_summary *s)
{
    size_t left = 0;
    for (size_t i = 0; i < s->count; i++) {
        size_t most = CDR_COUNT(ways);
        while (most > 0 && s->told[i].times[most - 1] == 0)
            most--;
        if (most == 0)
            continue;
        s->told[left] = s->told[i];
        snprintf(s->told[left].how, sizeof s->told[left].how, "%s", ways[most - 1][0]);
        left++;
    }
    s->count = left;
}

static const known_grant *ours(const reading *r, const char *grant)
{
    for (size_t i = 0; i < r->grant_count; i++)
        if (!strcmp(r->grants[i].id, grant))
            return &r->grants[i];
    return NULL;
}

static void add_grant(reading *r, const char *grant, const json_t *d)
{
    const char *level = cdr_json_str(d, "level");
    r->full |= r->grant_count == CDR_SUMMARY_MAX;
    if (r->full)
        return;
    known_grant *g = &r->grants[r->grant_count++];
    snprintf(g->id, sizeof g->id, "%s", grant);
    g->certain = level && strcmp(level, cdr_level_names[CDR_LEVEL_C0]) != 0 && strcmp(level, cdr_level_names[CDR_LEVEL_C1]) != 0;
}

static cdr_status look(void *arg, uint64_t idx, const char *entry, size_t len)
{
    reading *r = arg;
    (void)idx;
    if (!memmem(entry, len, "\"disclosure.", 12))
        return CDR_OK;
    _cleanup_json_ json_t *j = NULL;
    cdr_status s = cdr_json_parse(entry, len, "the ledger", &j, NULL);
    if (s != CDR_OK)
        return s;
    const char *kind = cdr_json_str(j, "kind");
    const json_t *d = json_object_get(j, "details");
    const char *grant = cdr_json_str(d, "grant"), *call = cdr_json_str(d, "call"), *by = cdr_json_str(d, "by");
    if (!kind || !grant)
        return CDR_OK;
    const known_grant *g = ours(r, grant);
    if (!strcmp(kind, "disclosure.grant")) {
        if (call && !strcmp(call, r->call) && !(by && !strcmp(by, "call-back")))
            add_grant(r, grant, d);
    } else if (g && !strcmp(kind, "disclosure.void")) {
        take_off(r, d);
    } else if (g) {
        const char *field = cdr_json_str(d, "field"), *mode = cdr_json_str(d, "mode");
        bool confirmed = !strcmp(kind, "disclosure.confirm"), sent = !strcmp(kind, "disclosure.send");
        if (field && mode)
            add(r, field, confirmed ? "confirm" : sent ? "send-to-record" : mode, g->certain || !sent);
    }
    return CDR_OK;
}

cdr_status cdr_summary_of_call(cdr_identity *id, const cdr_verification *v, cdr_summary *ret, cdr_err *err)
{
    reading *r = cdr_alloc(sizeof *r);
    if (!r)
        return cdr_fail_nomem(err, "identity");
    *ret = (cdr_summary){.count = 0};
    r->s = ret;
    r->call = v->call;
    cdr_status s = cdr_ledger_each(cdr_workspace_ledger(id->ws), v->start_index, look, r, err);
    settle(ret);
    if (s == CDR_OK && r->full)
        s = cdr_fail(err, CDR_E_LIMIT, "identity", "verify.summary", "So much was told in this call that it cannot be put together; see candor ledger log.");
    cdr_free(r);
    return s;
}

static uint64_t bit_of(const char *factor)
{
    cdr_factor_kind kind = factor ? cdr_factor_by_key(factor) : 0;
    return kind > 0 && kind < 64 ? UINT64_C(1) << kind : 0;
}

uint64_t cdr_proofs_of_entry(const char *kind, const json_t *details)
{
    uint64_t bits = 0;
    size_t i;
    const json_t *fits;
    if (!strcmp(kind, "verify.match"))
        return bit_of(cdr_json_str(details, "factor"));
    json_array_foreach(json_object_get(details, "fits"), i, fits)
        bits |= bit_of(json_string_value(fits));
    return strcmp(kind, "verify.start") ? 0 : bits;
}

cdr_level cdr_proofs_level(const cdr_identity *id, uint64_t proofs)
{
    cdr_factor_kind kinds[64];
    cdr_level_answer a;
    size_t n = 0;
    for (unsigned k = 1; k < 64; k++)
        if (proofs >> k & 1)
            kinds[n++] = (cdr_factor_kind)k;
    cdr_disclosure_level(id->policy, kinds, n, &a);
    return a.level;
}

typedef struct proving { const char *call, *who; uint64_t proofs; } proving;

static cdr_status look_at_proof(void *arg, uint64_t idx, const char *entry, size_t len)
{
    proving *p = arg;
    (void)idx;
    if (!memmem(entry, len, "\"verify.", 8) || !memmem(entry, len, p->call, strlen(p->call)))
        return CDR_OK;
    _cleanup_json_ json_t *j = NULL;
    cdr_status s = cdr_json_parse(entry, len, "the ledger", &j, NULL);
    if (s != CDR_OK)
        return s;
    const json_t *d = json_object_get(j, "details");
    const char *kind = cdr_json_str(j, "kind"), *subject = cdr_json_str(j, "subject"), *call = cdr_json_str(d, "call");
    if (!kind || !call || strcmp(call, p->call) != 0)
        return CDR_OK;
    /* A call begins without proofs and ends with none. */
    if (!strcmp(kind, "verify.start") || !strcmp(kind, "verify.end"))
        p->proofs = 0;
    if (subject && !strcmp(subject, p->who))
        p->proofs |= cdr_proofs_of_entry(kind, d);
    return CDR_OK;
}

cdr_status cdr_summary_proofs(cdr_identity *id, const cdr_verification *v, const char *who, uint64_t *ret, cdr_err *err)
{
    proving p = {.call = v->call, .who = who};
    cdr_status s = cdr_ledger_each(cdr_workspace_ledger(id->ws), v->start_index, look_at_proof, &p, err);
    *ret = p.proofs;
    return s;
}

cdr_status cdr_summary_check(cdr_identity *id, const cdr_verification *v, const cdr_factor_kind *kinds, size_t count, cdr_err *err)
{
    char who[CDR_PSEUDONYM_TEXT];
    uint64_t proofs = 0, claimed = 0;
    cdr_status s = cdr_verify_pseudonym(id, v, who, err);
    if (s == CDR_OK)
        s = cdr_summary_proofs(id, v, who, &proofs, err);
    for (size_t i = 0; i < count; i++)
        claimed |= UINT64_C(1) << (kinds[i] & 63);
    return s == CDR_OK && claimed & ~proofs
               ? cdr_fail(err, CDR_E_CORRUPT, "identity", "disclose.forged", "The ledger does not know what call %s is said to have proved; nothing is told. Run candor ledger verify.", v->call)
               : s;
}

const char *cdr_summary_label(const cdr_identity *id, const char *key)
{
    const cdr_vault_field *f = cdr_vault_field_named(id->vault, key);
    return f ? f->label : key;
}

unsigned cdr_summary_words(const cdr_identity *id, const cdr_summary *s, bool all, char *ret, size_t cap)
{
    cdr_buf out = CDR_BUF(1 << 14);
    unsigned n = 0;
    for (size_t i = 0; i < s->count; i++)
        if (all ? strcmp(s->told[i].how, "none") != 0 : s->told[i].certain)
            cdr_buf_addf(&out, "%s%s (%s)", n++ ? ", " : "", cdr_summary_label(id, s->told[i].key), ways[rank(s->told[i].how)][1]);
    snprintf(ret, cap, "%s", out.len ? out.data : "");
    cdr_buf_done(&out);
    return n;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/playbook/signed.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

const char *cdr_signed_by_key(cdr_signed_by by)
{
    static const char *const keys[] = {[CDR_SIGNED_NOBODY] = "nobody", [CDR_SIGNED_CANDOR] = "candor", [CDR_SIGNED_HERE] = "workspace", [CDR_SIGNED_OTHER] = "other", [CDR_SIGNED_BADLY] = "bad"};
    return keys[by];
}

typedef struct look { uint8_t here[CDR_SIGN_PUBLIC_BYTES]; cdr_signed_by best; bool bad; char signee[120], why[200]; } look;

static cdr_signed_by vouched(const look *l, const cdr_signature_verdict *v)
{
    if (v->has_key && !memcmp(v->public_key, cdr_procedure_key, sizeof v->public_key))
        return CDR_SIGNED_CANDOR;
    return v->has_key && !memcmp(v->public_key, l->here, sizeof l->here) ? CDR_SIGNED_HERE : CDR_SIGNED_OTHER;
}

/* The best signature speaks; one that does not fit speaks louder. Counter-signatures vouch for signatures, not for the text. */
static cdr_status look_at(void *arg, const cdr_signature_verdict *v)
{
    look *l = arg;
    l->bad = l->bad || v->state == CDR_SIGNATURE_BAD || (!v->depth && v->state == CDR_SIGNATURE_OTHER_VERSION);
    if (v->depth || v->state == CDR_SIGNATURE_BAD || v->state == CDR_SIGNATURE_OTHER_VERSION)
        return CDR_OK;
    cdr_signed_by by = v->state == CDR_SIGNATURE_GOOD ? vouched(l, v) : CDR_SIGNED_OTHER;
    if (l->best != CDR_SIGNED_NOBODY && (l->best < CDR_SIGNED_OTHER || by >= l->best))
        return CDR_OK;
    l->best = by;
    cdr_buf name = CDR_BUF(sizeof l->signee);
    if (cdr_text_escape(&name, v->signee ? v->signee : "", v->signee ? strlen(v->signee) : 0) == CDR_OK && name.len)
        memcpy(l->signee, name.data, name.len + 1);
    cdr_buf_done(&name);
    snprintf(l->why, sizeof l->why, "%s", v->state == CDR_SIGNATURE_GOOD ? "a key that nobody here vouches for" : v->why);
    return CDR_OK;
}

cdr_status cdr_signed_by_whom(cdr_workspace *ws, const cdr_playbook *p, int64_t now_us, cdr_signed_by *ret, cdr_buf *who, cdr_err *err)
{
    look l = {.best = CDR_SIGNED_NOBODY};
    const cdr_secret *seed = ws ? cdr_workspace_key(ws, CDR_KEY_PLAYBOOK_SIGN) : NULL;
    if (ws && !seed)
        return cdr_fail_nomem(err, "playbook");
    if (seed)
        cdr_sign_public(seed, l.here);
    cdr_status s = cdr_signature_each(p, now_us, look_at, &l, err);
    if (s != CDR_OK)
        return s;
    *ret = l.bad ? CDR_SIGNED_BADLY : l.best;
    if (!who)
        return CDR_OK;
    switch (*ret) {
    case CDR_SIGNED_NOBODY: cdr_buf_adds(who, "not signed"); break;
    case CDR_SIGNED_CANDOR: cdr_buf_adds(who, "signed by Candor"); break;
    case CDR_SIGNED_HERE: cdr_buf_adds(who, "signed here"); break;
    case CDR_SIGNED_OTHER: cdr_buf_addf(who, "signed by \"%s\" (%s)", l.signee, l.why); break;
    case CDR_SIGNED_BADLY: cdr_buf_adds(who, "the signature does not fit: CHANGED AFTER IT WAS SIGNED"); break;
    }
    return cdr_buf_status(who) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "playbook");
}

/* --- those of the workspace --- */

typedef struct own { cdr_workspace *ws; cdr_buf *out; unsigned bad, more; cdr_err *err; } own;

/* What is to be said of one: a playbook of Candor's under the same name or id that says something else, a signature that does not fit. */
static cdr_status judge_one(own *o, const cdr_library_item *item)
{
    cdr_signed_by by;
    _cleanup_buf_ cdr_buf who = CDR_BUF(600), name = CDR_BUF(400);
    cdr_status s = cdr_signed_by_whom(o->ws, item->playbook, cdr_now_us(cdr_workspace_ctx(o->ws)), &by, &who, o->err);
    bool shadows = s == CDR_OK && by != CDR_SIGNED_CANDOR && cdr_library_shadows(item->name, item->playbook);
    if (s != CDR_OK || (by != CDR_SIGNED_BADLY && !shadows))
        return s;
    o->bad += by == CDR_SIGNED_BADLY;
    if (o->out->len > 400) {
        o->more++;
        return CDR_OK;
    }
    cdr_text_quote(&name, item->name, 60);
    cdr_buf_addf(o->out, "%splaybooks/%s.json %s%s%s", o->out->len ? "; " : "", name.data ? name.data : "", shadows ? "takes the place of the one that comes with Candor, " : "", shadows && by != CDR_SIGNED_BADLY ? "and is " : "",
                 by == CDR_SIGNED_BADLY ? "was CHANGED AFTER IT WAS SIGNED" : who.data ? who.data : "");
    return CDR_OK;
}

static cdr_status judge_each(void *arg, const cdr_library_item *item)
{
    return item->playbook ? judge_one(arg, item) : CDR_OK;
}

cdr_status cdr_signed_own(cdr_workspace *ws, cdr_buf *out, unsigned *ret_bad, cdr_err *err)
{
    own o = {.ws = ws, .out = out, .err = err};
    cdr_status s = cdr_library_each_own(cdr_workspace_dir(ws), judge_each, &o, err);
    if (o.more)
        cdr_buf_addf(out, "; and %u more", o.more);
    *ret_bad = o.bad;
    return s == CDR_OK && cdr_buf_status(out) != CDR_OK ? cdr_fail_nomem(err, "playbook") : s;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/playbook_signed.h"

#include "base/text.h"
#include "core/playbook/library.h"

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
    if (v->depth)
        return CDR_OK;
    if (v->state == CDR_SIGNATURE_BAD || v->state == CDR_SIGNATURE_OTHER_VERSION) {
        l->bad = true;
        return CDR_OK;
    }
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

cdr_status cdr_cli_signed_by(cdr_cli *cli, const cdr_playbook *p, cdr_signed_by *ret, cdr_buf *who)
{
    look l = {.best = CDR_SIGNED_NOBODY};
    const cdr_secret *seed = cli->ws ? cdr_workspace_key(cli->ws, CDR_KEY_PLAYBOOK_SIGN) : NULL;
    if (cli->ws && !seed)
        return cdr_fail_nomem(&cli->err, "cli");
    if (seed)
        cdr_sign_public(seed, l.here);
    cdr_status s = cdr_signature_each(p, cdr_now_us(&cli->ctx), look_at, &l, &cli->err);
    if (s != CDR_OK)
        return s;
    *ret = l.bad ? CDR_SIGNED_BADLY : l.best;
    switch (*ret) {
    case CDR_SIGNED_NOBODY: cdr_buf_adds(who, "not signed"); break;
    case CDR_SIGNED_CANDOR: cdr_buf_adds(who, "signed by Candor"); break;
    case CDR_SIGNED_HERE: cdr_buf_adds(who, "signed here"); break;
    case CDR_SIGNED_OTHER: cdr_buf_addf(who, "signed by \"%s\" (%s)", l.signee, l.why); break;
    case CDR_SIGNED_BADLY: cdr_buf_adds(who, "the signature does not fit: CHANGED AFTER IT WAS SIGNED"); break;
    }
    return cdr_buf_status(who) == CDR_OK ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
}

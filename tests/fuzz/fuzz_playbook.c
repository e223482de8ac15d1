/* SPDX-License-Identifier: Apache-2.0 */
/* room: cacao. A playbook of a stranger: refused with a sentence, or read and judged; then one member is changed, and all else must be the same. */
#include "candor/crypto.h"
#include "core/cacao/check.h"
#include "core/cacao/outline.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const cdr_playbook *p, bool lenient)
{
    cdr_cacao_verdict v = {0};
    cdr_err err = {0};
    if (cdr_playbook_check(p, &(cdr_cacao_options){.lenient = lenient}, &v, &err) != CDR_OK)
        abort();
    /* What can be carried out has a beginning and nothing broken in it. */
    if (v.runnable && (v.errors || cdr_playbook_start(p) == CDR_NO_STEP || cdr_playbook_step(p, cdr_playbook_start(p))->type != CDR_STEP_START))
        abort();
    if (!v.more && v.count != (size_t)v.errors + v.warnings + v.structure)
        abort();
    cdr_cacao_verdict_done(&v);
}

/* Each step stands at most once, however it hangs together. */
static void outline(const cdr_playbook *p)
{
    cdr_outline o = {0};
    if (cdr_outline_new(p, &o, NULL) != CDR_OK)
        abort();
    size_t steps = 0;
    for (size_t i = 0; i < o.count; i++)
        steps += o.nodes[i].kind == CDR_OUTLINE_STEP;
    if (steps > cdr_playbook_step_count(p))
        abort();
    cdr_outline_done(&o);
}

/* With the member the text says the same but for it; without it, it does not have it, and what was put in and taken out again is not there. */
static void edit(const cdr_playbook *p)
{
    cdr_buf with = CDR_BUF((size_t)CDR_PLAYBOOK_BYTES_MAX + 100), without = CDR_BUF((size_t)CDR_PLAYBOOK_BYTES_MAX + 100);
    cdr_playbook *q = NULL;
    if (cdr_playbook_edit(p, "x_added", "{\"a\": [\"}\"]}", &with, NULL) != CDR_OK || cdr_playbook_edit(p, "signatures", NULL, &without, NULL) != CDR_OK)
        abort();
    cdr_status st = cdr_playbook_read(with.data, with.len, "edited", &q, NULL);
    if (st != CDR_OK && st != CDR_E_LIMIT)
        abort();
    if (st == CDR_OK && (!json_object_get(cdr_playbook_json(q), "x_added") || json_object_size(cdr_playbook_json(q)) < json_object_size(cdr_playbook_json(p))))
        abort();
    cdr_playbook_free(q);
    if (cdr_playbook_read(without.data, without.len, "edited", &q, NULL) != CDR_OK || json_object_get(cdr_playbook_json(q), "signatures"))
        abort();
    if (memcmp(cdr_playbook_sha256(p), cdr_playbook_sha256(q), CDR_SHA256_BYTES) != 0)
        abort();   /* signatures are no part of what is signed */
    cdr_playbook_free(q);
    cdr_buf_done(&with);
    cdr_buf_done(&without);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_playbook *p = NULL;
    cdr_err err = {0};
    cdr_status st = cdr_playbook_read((const char *)data, size, "it.json", &p, &err);
    if (st != CDR_OK && (p || !err.text[0]))
        abort();
    if (!p)
        return 0;
    judge(p, false);
    judge(p, true);
    outline(p);
    edit(p);
    cdr_playbook_free(p);
    return 0;
}

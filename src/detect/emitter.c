/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/emitter.h"

#include "base/mem.h"

#include <string.h>

/* Bits of CDR_C_: digits; letters; 0-9 a-f; space - . / ( ); runs of keys: letters, digits and _ - . + / =; names before an '@'; bytes of web
 * addresses; bytes of host names. */
const uint8_t cdr_class[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    8, 96, 0, 96, 64, 96, 96, 32, 72, 72, 96, 112, 64, 248, 248, 88, 245, 245, 245, 245, 245, 245, 245, 245, 245, 245, 64, 64, 0, 80, 0, 64,
    64, 246, 246, 246, 246, 246, 246, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 64, 0, 64, 0, 112,
    0, 246, 246, 246, 246, 246, 246, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 242, 0, 0, 0, 96, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

static cdr_raw *push(cdr_emitter *e, size_t start, size_t end)
{
    cdr_detect_scratch *s = e->scratch;
    if (start < e->low || start >= e->high || end <= start || end > e->len)
        return NULL;
    if (s->len == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 256;
        cdr_raw *grown = cdr_realloc_array(s->raw, cap, sizeof *grown);
        if (!grown) {
            e->failed = true;
            return NULL;
        }
        s->raw = grown;
        s->cap = cap;
    }
    cdr_raw *r = &s->raw[s->len++];
    *r = (cdr_raw){.start = start, .end = end};
    return r;
}

void cdr_emit(cdr_emitter *e, cdr_kind kind, size_t start, size_t end, uint32_t evidence)
{
    cdr_raw *r = push(e, start, end);
    if (!r)
        return;
    r->kind = kind;
    r->evidence = evidence | e->veto;
    r->unlabelled = e->scratch->label_of == start && e->scratch->label.count == 0;
}

void cdr_emit_rule(cdr_emitter *e, uint16_t rule, size_t start, size_t end, float confidence)
{
    cdr_raw *r = push(e, start, end);
    if (!r)
        return;
    r->kind = CDR_K_USER;
    r->rule = rule;
    r->confidence = confidence;
    r->evidence = CDR_EV_USER;
}

void cdr_emit_sure(cdr_emitter *e, cdr_kind kind, size_t start, size_t end, uint32_t evidence, float confidence)
{
    cdr_raw *r = push(e, start, end);
    if (!r)
        return;
    r->kind = kind;
    r->evidence = evidence;
    r->confidence = confidence;
}

cdr_status cdr_detect_scratch_new(cdr_detect_scratch **ret, cdr_err *err)
{
    *ret = cdr_alloc(sizeof **ret);
    return *ret ? CDR_OK : cdr_fail_nomem(err, "detect");
}

void cdr_detect_scratch_free(cdr_detect_scratch *s)
{
    if (!s)
        return;
    cdr_free(s->raw);
    cdr_free(s->tokens);
    cdr_free(s);
}

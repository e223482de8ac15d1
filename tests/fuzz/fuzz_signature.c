/* SPDX-License-Identifier: Apache-2.0 */
/* room: cacao. Signatures of playbooks that nobody vouches for. */
#include "core/cacao/signature.h"

static cdr_status count(void *arg, const cdr_signature_verdict *v)
{
    size_t *n = arg;
    if (!v->why[0] || !v->state)
        __builtin_trap();
    (*n)++;
    return CDR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_playbook *p = NULL;
    size_t n = 0;
    if (cdr_crypto_start(NULL) != CDR_OK || cdr_playbook_read((const char *)data, size, "fuzz", &p, NULL) != CDR_OK)
        return 0;
    if (cdr_signature_each(p, 1800000000000000, count, &n, NULL) == CDR_OK && n != cdr_signature_count(p))
        __builtin_trap();
    cdr_playbook_free(p);
    return 0;
}

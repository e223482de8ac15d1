/* SPDX-License-Identifier: Apache-2.0 */
/* room: vault. Whatever a share's file holds, it is read or refused; what is read says numbers that can be. */
#include "core/vault/shares.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_share s;
    cdr_secret *key = NULL;
    if (cdr_share_read((const char *)data, size, "share", &s, NULL) == CDR_OK) {
        if (s.number < 1 || s.number > s.of.shares || s.of.needed < 2 || s.of.needed > s.of.shares || s.of.shares > CDR_SHARES_MAX || cdr_secret_len(s.data) != CDR_KEY_BYTES)
            abort();
        if (cdr_shares_join(&s, 1, &key, NULL) == CDR_OK)
            abort();   /* one is never enough */
    }
    cdr_share_done(&s);
    return 0;
}

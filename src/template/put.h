/* SPDX-License-Identifier: Apache-2.0 */
/* Appending where there is room already, without a call: letters are made of some thirty short pieces. */
#ifndef CDR_TEMPLATE_PUT_H
#define CDR_TEMPLATE_PUT_H

#include "base/buf.h"

#include <string.h>

static inline void put(cdr_buf *out, const char *text, size_t len)
{
    if (out->status == CDR_OK && out->cap > out->len && out->cap - out->len > len && out->max - out->len >= len) {
        memcpy(out->data + out->len, text, len);
        out->len += len;
        out->data[out->len] = '\0';
    } else {
        cdr_buf_add(out, text, len);
    }
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* room: care. Consents from CSV and NDJSON: the same events whether the text comes whole or in pieces; what is handed on can be recorded. */
#include "core/care/consent_rows.h"

#include <stdlib.h>
#include <string.h>

static cdr_status keep(void *arg, const cdr_consent_event *e, cdr_err *err)
{
    cdr_buf *out = arg;
    (void)err;
    if (cdr_consent_event_fault(e) || e->at_us <= 0)
        abort();
    cdr_buf_addf(out, "%s|%s|%d|%lld|%lld|", e->subject, e->purpose, (int)e->state, (long long)e->at_us, (long long)e->until_us);
    return cdr_buf_add(out, e->text_sha256, e->has_text ? sizeof e->text_sha256 : 0);
}

static cdr_status read_in(const char *data, size_t size, size_t piece, cdr_buf *out)
{
    static const cdr_consent_defaults defaults = {.e = {.purpose = "p", .state = CDR_CONSENT_GIVEN, .at_us = 1}};
    cdr_consent_rows *r;
    cdr_err err;
    if (cdr_consent_rows_new("f", &defaults, keep, out, &r, &err) != CDR_OK)
        abort();
    cdr_status s = CDR_OK;
    size_t at = 0;
    do {
        size_t n = CDR_MIN(piece, size - at);
        s = cdr_consent_rows_feed(r, data + at, n, at + n == size, &err);
        at += n;
    } while (s == CDR_OK && at < size);
    cdr_consent_rows_free(r);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_buf whole = CDR_BUF(64u << 20), pieces = CDR_BUF(64u << 20);
    if (!size)
        return 0;
    cdr_status a = read_in((const char *)data + 1, size - 1, size, &whole), b = read_in((const char *)data + 1, size - 1, data[0] % 23 + 1, &pieces);
    if (a != b || whole.len != pieces.len || (whole.len && memcmp(whole.data, pieces.data, whole.len) != 0))
        abort();
    cdr_buf_done(&whole);
    cdr_buf_done(&pieces);
    return 0;
}

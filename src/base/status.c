/* SPDX-License-Identifier: Apache-2.0 */
/* Status names and error detail. */
#include "candor/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A cut in the middle of a UTF-8 sequence would make the sentence invalid JSON later on. */
static void trim_utf8_tail(char *text, size_t len)
{
    size_t i = len;
    while (i > 0 && ((unsigned char)text[i - 1] & 0xC0) == 0x80)
        i--;
    if (i == 0)
        return;
    unsigned char lead = (unsigned char)text[i - 1];
    size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (len - (i - 1) < need)
        text[i - 1] = '\0';
}

CDR_PRINTF(5, 0)
static void fill(cdr_err *err, cdr_status status, const char *module, const char *id, const char *fmt, va_list ap)
{
    err->status = status;
    err->module = module;
    err->id = id;
    int n = vsnprintf(err->text, sizeof err->text, fmt, ap);
    if (n < 0)
        err->text[0] = '\0';
    else if ((size_t)n >= sizeof err->text)
        trim_utf8_tail(err->text, sizeof err->text - 1);
}

cdr_status cdr_fail(cdr_err *err, cdr_status status, const char *module, const char *id, const char *fmt, ...)
{
    if (!err)
        return status;
    va_list ap;
    va_start(ap, fmt);
    fill(err, status, module, id, fmt, ap);
    va_end(ap);
    return status;
}

cdr_status cdr_fail_errno(cdr_err *err, cdr_status status, const char *module, const char *id, int errnum, const char *fmt, ...)
{
    if (!err)
        return status;
    va_list ap;
    va_start(ap, fmt);
    fill(err, status, module, id, fmt, ap);
    va_end(ap);
    char reason[128];
    const char *text = strerror_r(errnum, reason, sizeof reason);
    size_t used = strlen(err->text);
    int n = snprintf(err->text + used, sizeof err->text - used, ": %s.", text);
    if (n < 0 || (size_t)n >= sizeof err->text - used)
        trim_utf8_tail(err->text, strlen(err->text));
    return status;
}

cdr_status cdr_fail_nomem(cdr_err *err, const char *module)
{
    return cdr_fail(err, CDR_E_NOMEM, module, "base.no-memory", "The machine is out of memory; close other programs and run this again.");
}

const char *cdr_status_name(cdr_status status)
{
    switch (status) {
    case CDR_OK: return "ok";
    case CDR_DONE: return "done";
    case CDR_NOT_FOUND: return "not-found";
    case CDR_DENIED: return "denied";
    case CDR_NEED_MORE: return "need-more";
    case CDR_PARTIAL: return "partial";
    case CDR_E_INVAL: return "invalid";
    case CDR_E_NOMEM: return "no-memory";
    case CDR_E_IO: return "io";
    case CDR_E_DB: return "database";
    case CDR_E_CORRUPT: return "corrupt";
    case CDR_E_LIMIT: return "limit";
    case CDR_E_CRYPTO: return "crypto";
    case CDR_E_LOCKED: return "locked";
    case CDR_E_CANCELLED: return "cancelled";
    case CDR_E_UNSUPPORTED: return "unsupported";
    }
    return "unknown";
}

const char *cdr_version(void)
{
    return CANDOR_VERSION;
}

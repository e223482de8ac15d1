/* SPDX-License-Identifier: Apache-2.0 */
/* Lists have telephones as people dial them at home; a message abroad, and the same number said in two ways, need the calling code. */
#include "core/vault/import_map.h"

#include "core/workspace/store.h"
#include "detect/phone_plan.h"

#include <string.h>

#define DIGITS_MAX 24

bool cdr_import_calling_code(const char *text)
{
    size_t len = strlen(text), code_len = 0;
    if (!len || len > 3 || *text == '0' || strspn(text, "0123456789") != len)
        return false;
    return cdr_phone_plan_of(text, len, &code_len) && code_len == len;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool cdr_import_phone(const char *calling_code, const char *text, size_t len, char *ret, size_t cap, size_t *ret_len)
{
    char digits[DIGITS_MAX];
    size_t n = 0, first = len, code_len, end = len;
    const cdr_phone_plan *plan = cdr_phone_plan_of(calling_code, strlen(calling_code), &code_len);
    *ret_len = 0;
    for (size_t i = 0; i < end; i++) {
        if ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z') || text[i] == '#')
            end = i;   /* an extension */
        else if (is_digit(text[i]) && n < DIGITS_MAX) {
            first = n ? first : i;
            digits[n++] = text[i];
        }
    }
    if (!plan || !n || memchr(text, '+', end) || (n > 2 && digits[0] == '0' && digits[1] == '0'))
        return plan != NULL;
    bool whole = cdr_phone_fits(plan, digits, n), trunk = !whole && plan->trunk && digits[0] == plan->trunk;
    /* "4915155501012": the code is there, the plus is not. */
    if (!whole && !trunk && n > code_len && !memcmp(digits, calling_code, code_len) && cdr_phone_fits(plan, digits + code_len, n - code_len)) {
        if (len + 1 > cap)
            return false;
        ret[0] = '+';
        memcpy(ret + 1, text, len);
        *ret_len = len + 1;
        return true;
    }
    if (!cdr_phone_fits(plan, digits + trunk, n - trunk))
        return false;
    size_t head = strlen(calling_code) + 2, tail = len - first - trunk;
    if (head + first + tail > cap)
        return false;
    ret[0] = '+';
    memcpy(ret + 1, calling_code, head - 2);
    ret[head - 1] = ' ';
    memcpy(ret + head, text, first);
    memcpy(ret + head + first, text + first + trunk, tail);
    *ret_len = head + first + tail;
    return true;
}

#define SETTING "vault.calling-code"

cdr_status cdr_import_calling_code_get(cdr_db *db, char ret[4], cdr_err *err)
{
    char *text = NULL;
    ret[0] = '\0';
    cdr_status s = cdr_setting_get(db, SETTING, &text, NULL);
    if (s == CDR_OK && cdr_import_calling_code(text))
        memcpy(ret, text, strlen(text) + 1);
    cdr_free(text);
    return s == CDR_OK || s == CDR_NOT_FOUND ? CDR_OK : cdr_fail(err, s, "vault", "vault.calling-code", "The setting " SETTING " cannot be read.");
}

cdr_status cdr_import_calling_code_set(cdr_db *db, const char *code, cdr_err *err)
{
    return cdr_import_calling_code(code) ? cdr_setting_set(db, SETTING, code, err)
                                         : cdr_fail(err, CDR_E_INVAL, "vault", "vault.calling-code", "A calling code is a number such as 49, 44 or 1, without plus or zeros.");
}

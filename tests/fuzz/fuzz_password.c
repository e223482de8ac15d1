/* SPDX-License-Identifier: Apache-2.0 */
/* room: staff. Passwords and logins as somebody may type them. The form is valid text of allowed length and the form of itself; what is refused is refused without its words. */
#include "base/text.h"
#include "core/staff/inside.h"
#include "core/staff/password_rule.h"

#include <stdlib.h>
#include <string.h>

static void check(bool good)
{
    if (!good)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_err err = {0};
    cdr_secret *typed = NULL, *form = NULL, *again = NULL;
    char login[64] = "", canonical[CDR_LOGIN_MAX + 1], twice[CDR_LOGIN_MAX + 1];
    if (size > 4096 || cdr_secret_new(data, size, &typed, NULL) != CDR_OK)
        return 0;
    if (cdr_password_form(typed, &form, &err) == CDR_OK) {
        const char *text = (const char *)cdr_secret_bytes(form);
        size_t len = cdr_secret_len(form), count = cdr_utf8_count(text, len);
        check(cdr_utf8_valid(text, len) && count >= CDR_STAFF_PASSWORD_MIN && count <= CDR_STAFF_PASSWORD_MAX && !memchr(text, '\0', len));
        check(cdr_password_form(form, &again, NULL) == CDR_OK && cdr_secret_equal(form, again));
        memcpy(login, data, size < sizeof login - 1 ? size : sizeof login - 1);
        cdr_status s = cdr_password_rule(form, &(cdr_password_context){"Harbour Books & Söhne", login}, &err);
        check(s == CDR_OK || s == CDR_E_INVAL);
        check(s == CDR_OK || err.text[0]);
    }
    memset(login, 0, sizeof login);
    memcpy(login, data, size < sizeof login - 1 ? size : sizeof login - 1);
    if (cdr_staff_login_form(login, canonical))
        check(cdr_staff_login_form(canonical, twice) && !strcmp(canonical, twice));
    cdr_secret_free(typed);
    cdr_secret_free(form);
    cdr_secret_free(again);
    return 0;
}

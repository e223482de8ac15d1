/* SPDX-License-Identifier: Apache-2.0 */
/* Lists have telephones as people dial them at home; a message abroad, and the same number said in two ways, need the calling code. */
#include "core/vault/import_map.h"

#include "core/workspace/store.h"
#include "detect/fold.h"
#include "detect/phone_plan.h"

#include <string.h>

#define DIGITS_MAX 24
#define COUNTRY_MAX 64

static const struct { const char *code, *words; } countries[] = {
#define CDR_CALLING(code, words) {code, words},
#include "core/vault/calling_words.def"
#undef CDR_CALLING
};

static bool among(const char *words, const char *word, size_t len)
{
    for (const char *p = words; *p; p += strcspn(p, "|"), p += *p == '|')
        if (strcspn(p, "|") == len && !memcmp(p, word, len))
            return true;
    return false;
}

const char *cdr_import_country_code(const char *country, size_t len)
{
    char folded[COUNTRY_MAX * 4], word[COUNTRY_MAX * 4];
    size_t n = 0, out = 0;
    if (len < COUNTRY_MAX)
        n = cdr_fold(country, len, folded, sizeof folded);
    for (size_t i = 0; i < n; i++)
        if (folded[i] >= 'a' && folded[i] <= 'z')
            word[out++] = folded[i];
    for (size_t i = 0; out && i < CDR_COUNT(countries); i++)
        if (among(countries[i].words, word, out))
            return countries[i].code;
    return NULL;
}

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

/* The digits of "+49 30…" and "0049 30…" behind the sign. */
static const cdr_phone_plan *plan_in(const char *phone, size_t len, char digits[DIGITS_MAX], size_t *ret_code_len)
{
    size_t n = 0, i = 0;
    while (i < len && !is_digit(phone[i]) && phone[i] != '+')
        i++;
    if (i < len && phone[i] != '+' && !(len - i > 2 && phone[i] == '0' && phone[i + 1] == '0'))
        return NULL;
    for (i += i < len && phone[i] == '+' ? 1 : 2; i < len && n < DIGITS_MAX; i++)
        if (is_digit(phone[i]))
            digits[n++] = phone[i];
    return cdr_phone_plan_of(digits, n, ret_code_len);
}

bool cdr_import_phone_like(const char *like, size_t like_len, const char *text, size_t len, char *ret, size_t cap, size_t *ret_len)
{
    char digits[DIGITS_MAX], code[4] = "";
    size_t code_len = 0;
    *ret_len = 0;
    if (!plan_in(like, like_len, digits, &code_len) || code_len >= sizeof code)
        return false;
    memcpy(code, digits, code_len);
    cdr_wipe(digits, sizeof digits);
    return cdr_import_phone(code, text, len, ret, cap, ret_len) && *ret_len;
}

static void take_code(cdr_calling_codes *c, const char *code, size_t len)
{
    if (len == 0 || len > 3 || c->count == CDR_CALLING_CODES_MAX)
        return;
    for (size_t i = 0; i < c->count; i++)
        if (strlen(c->at[i]) == len && !memcmp(c->at[i], code, len))
            return;
    memcpy(c->at[c->count], code, len);
    c->at[c->count++][len] = '\0';
}

void cdr_calling_codes_note(cdr_calling_codes *c, const char *phone, size_t len)
{
    char digits[DIGITS_MAX];
    size_t code_len = 0;
    if (plan_in(phone, len, digits, &code_len))
        take_code(c, digits, code_len);
    cdr_wipe(digits, sizeof digits);
}

#define SETTING "vault.calling-code"
#define MET "vault.calling-codes"

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

/* "49 44" */
static cdr_status read_met(cdr_db *db, cdr_calling_codes *ret, cdr_err *err)
{
    char *text = NULL;
    cdr_status s = cdr_setting_get(db, MET, &text, NULL);
    for (const char *p = s == CDR_OK ? text : ""; *p; p += strcspn(p, " "), p += *p == ' ')
        take_code(ret, p, strcspn(p, " "));
    cdr_free(text);
    return s == CDR_OK || s == CDR_NOT_FOUND ? CDR_OK : cdr_fail(err, s, "vault", "vault.calling-code", "The setting " MET " cannot be read.");
}

cdr_status cdr_calling_codes_get(cdr_db *db, cdr_calling_codes *ret, cdr_err *err)
{
    *ret = (cdr_calling_codes){.count = 0};
    char own[4];
    cdr_status s = cdr_import_calling_code_get(db, own, err);
    if (s == CDR_OK)
        take_code(ret, own, strlen(own));
    return s == CDR_OK ? read_met(db, ret, err) : s;
}

cdr_status cdr_calling_codes_keep(cdr_db *db, const cdr_calling_codes *met, cdr_err *err)
{
    cdr_calling_codes all = {.count = 0};
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_CALLING_CODES_MAX * 4 + 1);
    cdr_status s = read_met(db, &all, err);
    size_t before = all.count;
    for (size_t i = 0; i < met->count; i++)
        take_code(&all, met->at[i], strlen(met->at[i]));
    if (s != CDR_OK || all.count == before)
        return s;
    for (size_t i = 0; i < all.count; i++)
        cdr_buf_addf(&text, "%s%s", i ? " " : "", all.at[i]);
    return cdr_buf_status(&text) == CDR_OK ? cdr_setting_set(db, MET, text.data, err) : cdr_fail_nomem(err, "vault");
}

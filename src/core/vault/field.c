/* SPDX-License-Identifier: Apache-2.0 */
#include "core/vault/field.h"

#include "base/mem.h"
#include "base/text.h"
#include "candor/detect.h"
#include "detect/kinds.h"
#include "detect/fold.h"

#include <string.h>

#define UNSPOKEN CDR_VF_UNSPOKEN
const cdr_vault_field cdr_vault_standard_fields[] = {
    {CDR_FIELD_NAME, "name", "name", "user.name", CDR_FORM_TEXT, 0},
    {CDR_FIELD_GIVEN_NAME, "given_name", "given name", "user.name.first", CDR_FORM_TEXT, 0},
    {CDR_FIELD_FAMILY_NAME, "family_name", "family name", "user.name.last", CDR_FORM_TEXT, 0},
    {CDR_FIELD_EMAIL, "email", "e-mail address", "user.contact.email", CDR_FORM_EMAIL, CDR_VF_INDEXED | CDR_VF_ROUTE},
    {CDR_FIELD_PHONE, "phone", "telephone", "user.contact.phone_number", CDR_FORM_PHONE, CDR_VF_INDEXED | CDR_VF_ROUTE},
    {CDR_FIELD_MOBILE, "mobile", "mobile telephone", "user.contact.phone_number", CDR_FORM_PHONE, CDR_VF_INDEXED | CDR_VF_ROUTE},
    {CDR_FIELD_ADDRESS, "address", "address", "user.contact.address.street", CDR_FORM_TEXT, CDR_VF_ROUTE},
    {CDR_FIELD_CITY, "city", "city", "user.contact.address.city", CDR_FORM_TEXT, 0},
    {CDR_FIELD_REGION, "region", "state or region", "user.contact.address.state", CDR_FORM_TEXT, 0},
    {CDR_FIELD_POSTCODE, "postcode", "postcode", "user.contact.address.postal_code", CDR_FORM_NUMBER, 0},
    {CDR_FIELD_COUNTRY, "country", "country", "user.contact.address.country", CDR_FORM_TEXT, 0},
    {CDR_FIELD_DATE_OF_BIRTH, "date_of_birth", "date of birth", "user.demographic.date_of_birth", CDR_FORM_DATE, 0},
    {CDR_FIELD_ACCOUNT, "account", "account number", "user.account.settings", CDR_FORM_NUMBER, CDR_VF_INDEXED},
    {CDR_FIELD_CARD, "card", "card number", "user.financial.credit_card", CDR_FORM_NUMBER, UNSPOKEN},
    {CDR_FIELD_CARD_LAST4, "card_last4", "last four of the card", "user.financial", CDR_FORM_NUMBER, 0},
    {CDR_FIELD_BANK_ACCOUNT, "bank_account", "bank account", "user.financial.bank_account", CDR_FORM_NUMBER, UNSPOKEN},
    {CDR_FIELD_NATIONAL_ID, "national_id", "national id number", "user.government_id", CDR_FORM_NUMBER, UNSPOKEN},
    {CDR_FIELD_PASSPORT, "passport", "passport number", "user.government_id.passport_number", CDR_FORM_NUMBER, UNSPOKEN},
    {CDR_FIELD_DRIVING_LICENCE, "driving_licence", "driving licence number", "user.government_id.drivers_license_number", CDR_FORM_NUMBER, UNSPOKEN},
    {CDR_FIELD_MEDICAL_ID, "medical_id", "medical number", "user.health_and_medical", CDR_FORM_NUMBER, UNSPOKEN},
    {CDR_FIELD_GENDER, "gender", "gender", "user.demographic.gender", CDR_FORM_TEXT, 0},
    {CDR_FIELD_LANGUAGE, "language", "language", "user.demographic.language", CDR_FORM_TEXT, 0},
    {CDR_FIELD_ORDER_STATE, "order_state", "state of the order", "user.behavior.purchase_history", CDR_FORM_TEXT, 0},
    {CDR_FIELD_ORDERS, "orders", "orders", "user.behavior.purchase_history", CDR_FORM_TEXT, 0},
    {CDR_FIELD_NOTE, "note", "note", "user.content.private", CDR_FORM_TEXT, 0},
    {CDR_FIELD_GUARDIAN, "guardian", "guardian", "user.name", CDR_FORM_TEXT, 0},
    {CDR_FIELD_DELIVERY_ADDRESS, "delivery_address", "delivery address", "user.contact.address.street", CDR_FORM_TEXT, CDR_VF_ROUTE},
};
const size_t cdr_vault_standard_field_count = CDR_COUNT(cdr_vault_standard_fields);

const cdr_vault_field *cdr_vault_field_of(uint16_t id)
{
    for (size_t i = 0; i < cdr_vault_standard_field_count; i++)
        if (cdr_vault_standard_fields[i].id == id)
            return &cdr_vault_standard_fields[i];
    return NULL;
}

static char plain(char c)
{
    return c == ' ' || c == '-' ? '_' : c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

const cdr_vault_field *cdr_vault_field_find(const char *key)
{
    for (size_t i = 0; i < cdr_vault_standard_field_count; i++) {
        const char *a = cdr_vault_standard_fields[i].key, *b = key;
        while (*a && *a == plain(*b))
            a++, b++;
        if (!*a && !*b)
            return &cdr_vault_standard_fields[i];
    }
    return NULL;
}

/* Letters as the lists of names have them (ü is u, ß is ss), everything else but letters and digits is a gap. */
static size_t normalise_words(const char *text, size_t len, char *ret, size_t cap)
{
    char folded[CDR_NORMAL_MAX * 2];
    if (len >= CDR_NORMAL_MAX)
        return cap + 1;
    size_t n = cdr_fold(text, len, folded, sizeof folded), out = 0;
    bool gap = false;
    for (size_t i = 0; i < n; i++) {
        char c = folded[i];
        bool keep = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
        if (!keep) {
            gap = out > 0;
            continue;
        }
        if (gap && out < cap)
            ret[out++] = ' ';
        gap = false;
        if (out >= cap) {
            out = cap + 1;
            break;
        }
        ret[out++] = c;
    }
    cdr_wipe(folded, sizeof folded);
    return out;
}

static size_t normalise_number(const char *text, size_t len, char *ret, size_t cap)
{
    size_t out = 0;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 32);
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80))
            continue;
        if (out >= cap)
            return cap + 1;
        ret[out++] = c;
    }
    return out;
}

bool cdr_vault_normalise(cdr_vault_form form, const char *text, size_t len, char *ret, size_t cap, size_t *ret_len)
{
    size_t n = cap + 1;
    *ret_len = 0;
    if (len >= CDR_NORMAL_MAX || !cdr_utf8_valid(text, len))
        return false;
    switch (form) {
    case CDR_FORM_TEXT: n = normalise_words(text, len, ret, cap); break;
    case CDR_FORM_NUMBER: n = normalise_number(text, len, ret, cap); break;
    case CDR_FORM_EMAIL: n = cdr_normalise_value(CDR_K_EMAIL, text, len, ret, cap); break;
    case CDR_FORM_PHONE: n = cdr_normalise_value(CDR_K_PHONE, text, len, ret, cap); break;
    case CDR_FORM_DATE: n = cdr_normalise_value(CDR_K_BIRTH_DATE, text, len, ret, cap); break;
    }
    if (n == 0 || n > cap || (form == CDR_FORM_PHONE && n < 6) || (form == CDR_FORM_EMAIL && !memchr(ret, '@', n)))
        return false;
    *ret_len = n;
    return true;
}

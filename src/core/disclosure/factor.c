/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of proof and their classes, one table. There is no voice print: a voice can be copied from a minute of sound. */
#include "core/disclosure/disclosure.h"

#include "base/text.h"

#include <string.h>

const char *const cdr_level_names[] = {"C0", "C1", "C2", "C3", "C4", "never"};
const char *const cdr_mode_names[] = {"never", "confirm", "send-to-record", "masked", "plain"};
const char *const cdr_factor_class_names[] = {"none", "knowledge", "possession", "record", "staff"};

static const struct kind {
    cdr_factor_kind kind;
    cdr_factor_class class;
    const char *key, *label;
} kinds[] = {
    {CDR_FACTOR_NAME, CDR_CLASS_RECORD, "name", "name"},
    {CDR_FACTOR_POSTCODE, CDR_CLASS_RECORD, "postcode", "postcode"},
    {CDR_FACTOR_DATE_OF_BIRTH, CDR_CLASS_RECORD, "date-of-birth", "date of birth"},
    {CDR_FACTOR_ACCOUNT, CDR_CLASS_RECORD, "account", "account number"},
    {CDR_FACTOR_CARD_LAST4, CDR_CLASS_RECORD, "card-last4", "last four of the card"},
    {CDR_FACTOR_PHONE_NUMBER, CDR_CLASS_RECORD, "phone-number", "telephone number"},
    {CDR_FACTOR_EMAIL_ADDRESS, CDR_CLASS_RECORD, "email-address", "e-mail address"},
    {CDR_FACTOR_PIN, CDR_CLASS_KNOWLEDGE, "pin", "PIN"},
    {CDR_FACTOR_WORDS, CDR_CLASS_KNOWLEDGE, "words", "three words"},
    {CDR_FACTOR_LINK, CDR_CLASS_POSSESSION, "link", "code that the customer enters herself"},
    {CDR_FACTOR_TOTP, CDR_CLASS_POSSESSION, "totp", "code of the authenticator"},
    {CDR_FACTOR_SMS, CDR_CLASS_POSSESSION, "sms", "code by text message"},
    {CDR_FACTOR_CALLBACK, CDR_CLASS_POSSESSION, "callback", "call-back to the number on file"},
    {CDR_FACTOR_LETTER, CDR_CLASS_POSSESSION, "letter", "code by letter"},
    {CDR_FACTOR_RECOVERY, CDR_CLASS_POSSESSION, "recovery", "recovery code"},
    {CDR_FACTOR_DOCUMENT, CDR_CLASS_POSSESSION, "document", "identity document seen at the counter"},
    {CDR_FACTOR_EMAIL, CDR_CLASS_NONE, "email-code", "code by e-mail"},
    {CDR_FACTOR_SECOND_EMPLOYEE, CDR_CLASS_STAFF, "second-employee", "second employee"},
};

static const cdr_factor_kind order[] = {
    CDR_FACTOR_NAME, CDR_FACTOR_POSTCODE, CDR_FACTOR_DATE_OF_BIRTH, CDR_FACTOR_ACCOUNT, CDR_FACTOR_CARD_LAST4, CDR_FACTOR_PHONE_NUMBER, CDR_FACTOR_EMAIL_ADDRESS, CDR_FACTOR_PIN, CDR_FACTOR_WORDS,
    CDR_FACTOR_LINK, CDR_FACTOR_TOTP, CDR_FACTOR_SMS, CDR_FACTOR_CALLBACK, CDR_FACTOR_LETTER, CDR_FACTOR_RECOVERY, CDR_FACTOR_DOCUMENT, CDR_FACTOR_EMAIL, CDR_FACTOR_SECOND_EMPLOYEE,
};
_Static_assert(CDR_COUNT(order) == CDR_COUNT(kinds), "every kind has its place");

static const struct kind *kind_of(cdr_factor_kind kind)
{
    for (size_t i = 0; i < CDR_COUNT(kinds); i++)
        if (kinds[i].kind == kind)
            return &kinds[i];
    return NULL;
}

size_t cdr_factor_kinds(const cdr_factor_kind **ret)
{
    *ret = order;
    return CDR_COUNT(order);
}

cdr_factor_class cdr_factor_class_of(cdr_factor_kind kind)
{
    const struct kind *k = kind_of(kind);
    return k ? k->class : CDR_CLASS_NONE;
}

const char *cdr_factor_key(cdr_factor_kind kind)
{
    const struct kind *k = kind_of(kind);
    return k ? k->key : "";
}

const char *cdr_factor_label(cdr_factor_kind kind)
{
    const struct kind *k = kind_of(kind);
    return k ? k->label : "";
}

cdr_factor_kind cdr_factor_by_key(const char *key)
{
    char word[40];
    size_t len = key ? strlen(key) : 0;
    if (len == 0 || len >= sizeof word)
        return 0;
    for (size_t i = 0; i <= len; i++)
        word[i] = key[i] == ' ' || key[i] == '_' ? '-' : key[i];
    for (size_t i = 0; i < CDR_COUNT(kinds); i++)
        if (cdr_ascii_ieq(word, len, kinds[i].key, strlen(kinds[i].key)))
            return kinds[i].kind;
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a customer record may hold. Ids are stored and stand in the associated data of sealed cells: never renumber. Fields of an organisation's own have
 * ids from CDR_FIELD_OWN on and stand in the table vault_field. */
#ifndef CDR_CORE_VAULT_FIELD_H
#define CDR_CORE_VAULT_FIELD_H

#include "candor/crypto.h"

typedef enum cdr_vault_field_id {
    CDR_FIELD_NAME = 1, CDR_FIELD_GIVEN_NAME = 2, CDR_FIELD_FAMILY_NAME = 3,
    CDR_FIELD_EMAIL = 4, CDR_FIELD_PHONE = 5, CDR_FIELD_MOBILE = 6,
    CDR_FIELD_ADDRESS = 7, CDR_FIELD_CITY = 8, CDR_FIELD_REGION = 9, CDR_FIELD_POSTCODE = 10, CDR_FIELD_COUNTRY = 11,
    CDR_FIELD_DATE_OF_BIRTH = 12, CDR_FIELD_ACCOUNT = 13, CDR_FIELD_CARD = 14, CDR_FIELD_CARD_LAST4 = 15, CDR_FIELD_BANK_ACCOUNT = 16,
    CDR_FIELD_NATIONAL_ID = 17, CDR_FIELD_PASSPORT = 18, CDR_FIELD_DRIVING_LICENCE = 19, CDR_FIELD_MEDICAL_ID = 20,
    CDR_FIELD_GENDER = 21, CDR_FIELD_LANGUAGE = 22, CDR_FIELD_ORDER_STATE = 23, CDR_FIELD_ORDERS = 24, CDR_FIELD_NOTE = 25, CDR_FIELD_GUARDIAN = 26,
    CDR_FIELD_DELIVERY_ADDRESS = 27,
    CDR_FIELD_OWN = 256
} cdr_vault_field_id;

/* How two spellings of a value are made one before they are compared or indexed. */
typedef enum cdr_vault_form {
    CDR_FORM_TEXT,      /* case, spaces, accents of the same letters do not matter */
    CDR_FORM_EMAIL, CDR_FORM_PHONE /* E.164 */, CDR_FORM_NUMBER /* letters and digits only */, CDR_FORM_DATE /* any usual order -> YYYY-MM-DD */
} cdr_vault_form;

enum {
    CDR_VF_INDEXED = 1,     /* may be searched for: e-mail, telephone, account */
    CDR_VF_ROUTE = 2,       /* messages go there: its changes are dated */
    CDR_VF_UNSPOKEN = 4,    /* never by voice in full, whatever a policy says: card, national id, passport, licence, medical id */
    CDR_VF_OWN = 8
};

typedef struct cdr_vault_field {
    uint16_t id;
    const char *key;        /* "delivery_address": what people type */
    const char *label;      /* "delivery address": what they read */
    const char *category;   /* fideslang: "user.contact.address.street" */
    cdr_vault_form form;
    unsigned flags;
} cdr_vault_field;

extern const cdr_vault_field cdr_vault_standard_fields[];
extern const size_t cdr_vault_standard_field_count;
/* NULL: no standard field has it. Keys also with spaces or hyphens and in any case. */
const cdr_vault_field *cdr_vault_field_find(const char *key);
const cdr_vault_field *cdr_vault_field_of(uint16_t id);
#define CDR_NORMAL_MAX 512     /* longer texts are neither compared nor indexed */
/* ${text} in the form's one spelling, appended to ${ret} of ${cap} bytes; false: it is no such value (a telephone without enough digits), or too long. */
bool cdr_vault_normalise(cdr_vault_form form, const char *text, size_t len, char *ret, size_t cap, size_t *ret_len);

#endif

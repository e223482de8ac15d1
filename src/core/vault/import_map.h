/* SPDX-License-Identifier: Apache-2.0 */
/* Which column of a customer list is which field: learnt from the names and the values at its beginning, or given. What is not known stays out: a vault holds what
 * calls need. What must not be kept at all (verification codes, PINs, passwords, secret answers) stays out whatever is asked for. */
#ifndef CDR_CORE_VAULT_IMPORT_MAP_H
#define CDR_CORE_VAULT_IMPORT_MAP_H

#include "base/rows.h"
#include "base/time.h"
#include "candor/detect.h"
#include "core/vault/own_field.h"

#define CDR_IMPORT_SAMPLE ((size_t)1 << 20)      /* bytes of the beginning that are looked at */

typedef enum cdr_import_why {
    CDR_IMPORT_UNKNOWN,      /* left out: nothing here is known */
    CDR_IMPORT_BY_NAME, CDR_IMPORT_BY_VALUES, CDR_IMPORT_GIVEN,
    CDR_IMPORT_SECRET,       /* left out: must not be kept */
    CDR_IMPORT_TAKEN,        /* left out: another column is that field */
    CDR_IMPORT_LEFT,         /* left out on request */
    CDR_IMPORT_DATE          /* since when the routes are on file */
} cdr_import_why;

/* 03/04/1985: which is the day? */
typedef enum cdr_import_order { CDR_ORDER_UNKNOWN, CDR_ORDER_DAY_FIRST, CDR_ORDER_MONTH_FIRST } cdr_import_order;

typedef struct cdr_import_column {
    char *name;
    const cdr_vault_field *field;   /* NULL: none, or an own one that is not made yet */
    char *own;                      /* its key */
    cdr_import_why why;
    cdr_kind kind;                  /* what its values are; CDR_KIND_NONE */
    bool certain;                   /* of the kind, whatever the name says */
    uint32_t values;                /* of the beginning that are not empty */
    cdr_import_order order;         /* of its dates, as far as the beginning shows */
    const char *stem;               /* "billing" of billing_street; "" */
} cdr_import_column;

typedef struct cdr_import_map {
    cdr_import_column *at;
    uint32_t count, cap;
    cdr_own_fields *own;            /* borrowed */
    uint32_t key;                   /* the column by which a customer is known again; UINT32_MAX: none */
    char calling_code[4];           /* "49": telephones without one are of that country; "" not said */
    bool typed;                     /* by a person who can write it otherwise: no message speaks of options of an import */
    bool named;                     /* the first line is known to hold names */
    uint32_t since;                 /* the column that says since when; UINT32_MAX: none */
} cdr_import_map;

void cdr_import_map_init(cdr_import_map *m, cdr_own_fields *own);
void cdr_import_map_done(cdr_import_map *m);

/* Looks at the beginning of a file; ${whole}: it is all of it. Fills names, kinds and numbers of the columns. CDR_E_INVAL: it has no line of names, or is no table. */
cdr_status cdr_import_map_learn(cdr_import_map *m, const char *name, const char *sample, size_t len, bool whole, cdr_err *err) CDR_NODISCARD;
/* "COLUMN=FIELD"; FIELD "-" leaves it out, "own:key" is a field of one's own. */
cdr_status cdr_import_map_give(cdr_import_map *m, const char *words, cdr_err *err) CDR_NODISCARD;
/* The column that says since when the routes are on file. CDR_NOT_FOUND: there is none of that name. */
cdr_status cdr_import_map_since(cdr_import_map *m, const char *column, cdr_err *err) CDR_NODISCARD;
/* The key: a column, or NULL for the account number. After the givens: a column that is no field yet becomes the account. */
cdr_status cdr_import_map_key(cdr_import_map *m, const char *column, cdr_err *err) CDR_NODISCARD;
/* Decides about the columns that nobody gave. */
void cdr_import_map_suggest(cdr_import_map *m);
/* Of the columns that do not show it themselves. */
void cdr_import_map_order(cdr_import_map *m, cdr_import_order order);
/* Is there enough to know a customer again? The key must be an indexed field. */
cdr_status cdr_import_map_check(const cdr_import_map *m, cdr_err *err) CDR_NODISCARD;
/* Makes the own fields that are not there yet. */
cdr_status cdr_import_map_settle(cdr_import_map *m, cdr_db *db, cdr_err *err) CDR_NODISCARD;

/* ${text} as "+49 …": what is dialled within the country of ${calling_code} ("49") as the world dials it. False: it is no such number; ${ret_len} 0 and true: it has a code already. */
bool cdr_import_phone(const char *calling_code, const char *text, size_t len, char *ret, size_t cap, size_t *ret_len);
/* The calling code of a country as lists call it ("Germany", "DE", "Deutschland"): "49"; NULL: none that is known. */
const char *cdr_import_country_code(const char *country, size_t len);
/* ${text}, said as it is dialled at home, as "+49 …" by the code that ${like} begins with. False: ${like} has none, ${text} has one, or it does not fit. */
bool cdr_import_phone_like(const char *like, size_t like_len, const char *text, size_t len, char *ret, size_t cap, size_t *ret_len);
/* Calling codes of telephones that are on file: what is looked for may be said as it is dialled at home in any of them. */
#define CDR_CALLING_CODES_MAX 16
typedef struct cdr_calling_codes { char at[CDR_CALLING_CODES_MAX][4]; size_t count; } cdr_calling_codes;
/* That of "+49 …" or "0049 …"; no other text has one. */
void cdr_calling_codes_note(cdr_calling_codes *c, const char *phone, size_t len);
/* The organisation's own first, then those that were met: settings vault.calling-code and vault.calling-codes. */
cdr_status cdr_calling_codes_get(cdr_db *db, cdr_calling_codes *ret, cdr_err *err) CDR_NODISCARD;
/* In the open transaction, or one of its own. */
cdr_status cdr_calling_codes_keep(cdr_db *db, const cdr_calling_codes *met, cdr_err *err) CDR_NODISCARD;
/* Is "49" a calling code that is assigned? */
bool cdr_import_calling_code(const char *text);
/* The organisation's, as an import said it last: setting vault.calling-code; "" none. It holds for whatever is typed afterwards, and for looking up. */
cdr_status cdr_import_calling_code_get(cdr_db *db, char ret[4], cdr_err *err) CDR_NODISCARD;
cdr_status cdr_import_calling_code_set(cdr_db *db, const char *code, cdr_err *err) CDR_NODISCARD;

/* The index of the column; UINT32_MAX: none. Names match in any case. */
uint32_t cdr_import_map_find(const cdr_import_map *m, const char *column);
/* Does it go into the vault? */
bool cdr_import_column_kept(const cdr_import_column *c);
/* Would a column or field of that name hold what must not be kept? */
bool cdr_import_is_secret(const char *name);
/* May several columns be one field, one behind the other? An address in parts, notes. */
bool cdr_import_joins(uint16_t field);

#endif

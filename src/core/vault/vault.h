/* SPDX-License-Identifier: Apache-2.0 */
/* Customers, sealed field by field. Each customer has a random key of 32 bytes in candor.keys, wrapped by the key-encryption key; destroying it makes
 * every field, factor and pseudonym of the customer unreadable. A field is XChaCha20-Poly1305 with its place as associated data: workspace, customer,
 * field, position and number of the cells, version of the record.
 *
 * Plaintext never leaves through this header but masked, or as yes and no, or to a function that delivers it to the customer's own route. The
 * only function that hands out a field takes a grant: core/vault/grant.h. */
#ifndef CDR_CORE_VAULT_VAULT_H
#define CDR_CORE_VAULT_VAULT_H

#include "base/buf.h"
#include "candor/vault.h"
#include "core/vault/own_field.h"
#include "core/workspace/workspace.h"

#define CDR_CUSTOMER_REF_MAX 32         /* "C-1042-K7QF" and a NUL */
#define CDR_PSEUDONYM_TEXT 40           /* "cust:" and 32 hexadecimal digits */
#define CDR_VAULT_TEXT_MAX 4096         /* bytes of one field */
#define CDR_VAULT_FIELDS_MAX 128        /* fields of one customer */

static inline void cdr_vault_closep(cdr_vault **v) { cdr_vault_close(*v); }
cdr_workspace *cdr_vault_workspace(cdr_vault *v);
/* Fields: the standard ones and the organisation's own. */
cdr_own_fields *cdr_vault_own_fields(cdr_vault *v);
const cdr_vault_field *cdr_vault_field_info(const cdr_vault *v, uint16_t id);              /* NULL: there is none */
const cdr_vault_field *cdr_vault_field_named(const cdr_vault *v, const char *key);

/* --- customers --- */

typedef struct cdr_vault_value {
    uint16_t field;                     /* id from field.h */
    const char *text;                   /* UTF-8, not ended by NUL necessarily; NULL or empty: the field is removed (edit) or left out (add) */
    size_t len;
} cdr_vault_value;

typedef struct cdr_customer {
    int64_t id;
    char ref[CDR_CUSTOMER_REF_MAX];
    int64_t created_us, changed_us;
    bool canary;                        /* a record that nobody has a reason to open: any reveal is an incident */
    bool erased;
} cdr_customer;

/* A reference as somebody typed it (spaces, lower case, without "C-") to the customer; CDR_NOT_FOUND: none, or its check letters do not fit. */
cdr_status cdr_vault_customer(cdr_vault *v, const char *ref, cdr_customer *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vault_customer_by_id(cdr_vault *v, int64_t id, cdr_customer *ret, cdr_err *err) CDR_NODISCARD;
/* Calls ${fn} for each customer in the order they came until it returns another status than CDR_OK. */
typedef cdr_status cdr_customer_fn(void *arg, const cdr_customer *c);
cdr_status cdr_vault_each(cdr_vault *v, cdr_customer_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* One customer, with the ledger entry customer.add (pseudonym, names of the fields). ${on_file_us}: since when the routes are known; 0: now.
 * CDR_E_INVAL names the field and what is wrong with it, never the value (a card verification code is refused: it must not be kept). */
cdr_status cdr_vault_add(cdr_vault *v, const cdr_vault_value *values, size_t count, int64_t on_file_us, cdr_customer *ret, cdr_err *err) CDR_NODISCARD;
/* Change fields; the record is sealed anew. ${ret_changed} (may be NULL): bit i: values[i] differed. A route that differs is new from now on. Ledger: customer.edit
 * with the names of the fields that changed. ${reason}: a word for the ledger ("call 7F3K", "import"). */
cdr_status cdr_vault_edit(cdr_vault *v, int64_t customer, const cdr_vault_value *values, size_t count, const char *reason, uint64_t *ret_changed, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vault_set_canary(cdr_vault *v, int64_t customer, bool canary, cdr_err *err) CDR_NODISCARD;

/* --- finding: by e-mail, telephone and account number only (blind index: keyed BLAKE2b of the normalised value) --- */
#define CDR_VAULT_FIND_MAX 20
/* Ids of the customers with ${text} in ${field} (one that is indexed), at most CDR_VAULT_FIND_MAX; ${ret_count} 0: none. Costs the same either way. */
cdr_status cdr_vault_find(cdr_vault *v, uint16_t field, const char *text, size_t len, int64_t *ret, size_t *ret_count, cdr_err *err) CDR_NODISCARD;

/* --- what may be known without a grant --- */
/* "A. L." and "B…": initials of the name and the masked city. Empty where there is none. */
typedef struct cdr_customer_hint { char initials[16], city[40]; } cdr_customer_hint;
cdr_status cdr_vault_hint(cdr_vault *v, int64_t customer, cdr_customer_hint *ret, cdr_err *err) CDR_NODISCARD;
/* The field's masked form appended ("…23", "a…@e…com"; nothing of what callers are asked for: account, card, date of birth, postcode); CDR_NOT_FOUND: the customer has no such field. */
cdr_status cdr_vault_mask(cdr_vault *v, int64_t customer, uint16_t field, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
/* Ids of the fields that the customer has, ascending. */
cdr_status cdr_vault_fields(cdr_vault *v, int64_t customer, uint16_t *ret, size_t cap, size_t *ret_count, cdr_err *err) CDR_NODISCARD;
/* Since when the field (a route: e-mail, telephone, mobile, address) stands as it does; 0 there is none. */
cdr_status cdr_vault_route_since(cdr_vault *v, int64_t customer, uint16_t field, int64_t *ret_us, cdr_err *err) CDR_NODISCARD;

/* --- inside the house: for core/identity; each use is counted or entered in the ledger there before it is called --- */
/* Does ${said} match the field, after both are normalised by the field's form? Constant in time for the comparison; ${customer} 0 (nobody) does the same work and
 * says no. */
cdr_status cdr_vault_matches(cdr_vault *v, int64_t customer, uint16_t field, const char *said, size_t len, bool *ret, cdr_err *err) CDR_NODISCARD;
/* The value (in locked memory, NUL-ended) to ${fn}, which sends it or compares it and keeps nothing. CDR_NOT_FOUND: no such field. */
typedef cdr_status cdr_vault_deliver_fn(void *arg, const cdr_secret *value, cdr_err *err);
cdr_status cdr_vault_deliver(cdr_vault *v, int64_t customer, uint16_t field, cdr_vault_deliver_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* Seal ${data} under the customer's key, bound to ${place} (a short text such as "factor/17/1"); appended to ${out} (CDR_SEAL_BYTES longer). */
cdr_status cdr_vault_seal_for(cdr_vault *v, int64_t customer, const char *place, const void *data, size_t len, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
/* CDR_DENIED: another place, or changed. ${customer} 0: CDR_NOT_FOUND. */
cdr_status cdr_vault_open_for(cdr_vault *v, int64_t customer, const char *place, const void *sealed, size_t len, cdr_secret **ret, cdr_err *err) CDR_NODISCARD;
/* 32 bytes that lie sealed in candor.keys, outside the database; borrowed. */
const cdr_secret *cdr_vault_pepper(const cdr_vault *v);
/* What stands for the customer in the ledger: a keyed hash under a key of the customer's own, gone with it. */
cdr_status cdr_vault_pseudonym(cdr_vault *v, int64_t customer, char ret[CDR_PSEUDONYM_TEXT], cdr_err *err) CDR_NODISCARD;

#endif

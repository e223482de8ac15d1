/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the vault: nobody else includes this. */
#ifndef CDR_CORE_VAULT_VAULT_PARTS_H
#define CDR_CORE_VAULT_VAULT_PARTS_H

#include "base/json.h"
#include "core/vault/cells.h"
#include "core/vault/erase.h"
#include "core/vault/grant.h"
#include "core/vault/keys.h"

#define CDR_DEK_BYTES 64                /* a customer's key, and behind it the key of its pseudonym */
#define CDR_DEK_SEALED (CDR_DEK_BYTES + CDR_SEAL_BYTES)
#define CDR_INDEX_TOKEN 16
#define CDR_CELLS_MAX (CDR_VAULT_FIELDS_MAX * (CDR_VAULT_TEXT_MAX + 64))

struct cdr_vault {
    cdr_workspace *ws;
    const cdr_ctx *ctx;
    cdr_db *db, *keys;
    cdr_db_set *set, *kset, *gset;      /* statements of store_vault.c, store_keys.c, store_grant.c */
    uint8_t id[CDR_WORKSPACE_ID_BYTES];
    uint32_t kek_version;               /* new keys are wrapped by it */
    cdr_secret *kek;
    uint32_t old_version;               /* one older version at a time: what a rotation has not reached */
    cdr_secret *old_kek;
    cdr_secret *pepper;
    cdr_secret *dek;                    /* CDR_DEK_BYTES: of the customer used last */
    int64_t dek_of;                     /* 0: of nobody */
    cdr_own_fields *own;
    cdr_secret *work;                   /* CDR_CELL_WORK bytes that cells are opened in */
    cdr_nonces nonces;
};

/* --- store_keys.c: rows of candor.keys --- */
typedef struct cdr_sealed_key { uint32_t kek; uint8_t sealed[CDR_DEK_SEALED]; } cdr_sealed_key;
cdr_status cdr_keys_prepare(cdr_vault *v, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_keys_put(cdr_vault *v, int64_t customer, const cdr_sealed_key *k, cdr_err *err) CDR_NODISCARD;       /* replaces what an add left that did not end */
cdr_status cdr_keys_get(cdr_vault *v, int64_t customer, cdr_sealed_key *ret, cdr_err *err) CDR_NODISCARD;           /* CDR_NOT_FOUND */
cdr_status cdr_keys_drop(cdr_vault *v, int64_t customer, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_keys_count(cdr_vault *v, uint32_t version, uint64_t *ret_all, uint64_t *ret_older, cdr_err *err) CDR_NODISCARD;
/* Up to ${cap} customers after ${after} whose key is wrapped by another version than ${version}. */
cdr_status cdr_keys_older(cdr_vault *v, uint32_t version, int64_t after, int64_t *ret, cdr_sealed_key *ret_keys, size_t cap, size_t *ret_count, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_kek_add(cdr_vault *v, uint32_t version, const uint8_t sealed[72], cdr_err *err) CDR_NODISCARD;
cdr_status cdr_kek_newest(cdr_vault *v, uint32_t *ret_version, uint8_t sealed[72], int64_t *ret_us, cdr_err *err) CDR_NODISCARD;   /* CDR_NOT_FOUND: none yet */
cdr_status cdr_kek_get(cdr_vault *v, uint32_t version, uint8_t sealed[72], cdr_err *err) CDR_NODISCARD;
cdr_status cdr_kek_drop_before(cdr_vault *v, uint32_t version, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vault_secret_put(cdr_vault *v, const char *name, const void *sealed, size_t len, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vault_secret_get(cdr_vault *v, const char *name, cdr_buf *sealed, cdr_err *err) CDR_NODISCARD;       /* CDR_NOT_FOUND */

/* --- keys.c --- */
/* candor.keys beside the database, made if it is missing and ${create}; opens key-encryption key and pepper. */
cdr_status cdr_vault_open_keys(cdr_vault *v, bool create, cdr_err *err) CDR_NODISCARD;
/* The customer's key, borrowed until the next call: cdr_secret_bytes gives CDR_DEK_BYTES. CDR_NOT_FOUND: it was destroyed. */
cdr_status cdr_vault_dek(cdr_vault *v, int64_t customer, const uint8_t **ret, cdr_err *err) CDR_NODISCARD;
/* A new random key for ${customer}, sealed; kept as the one used last. */
cdr_status cdr_vault_dek_new(cdr_vault *v, int64_t customer, cdr_sealed_key *ret, cdr_err *err) CDR_NODISCARD;
void cdr_vault_dek_seal(cdr_vault *v, int64_t customer, const uint8_t dek[CDR_DEK_BYTES], cdr_sealed_key *ret);

/* --- store_vault.c: rows of candor.db --- */
enum { CDR_CUSTOMER_ACTIVE = 1, CDR_CUSTOMER_ERASING = 2, CDR_CUSTOMER_ERASED = 3 };
#define CDR_ROUTES 5                    /* e-mail, telephone, mobile, address, delivery address: columns in this order */
typedef struct cdr_customer_row {
    int64_t id;
    int state;
    uint32_t version;
    bool canary;
    int64_t created_us, changed_us;
    int64_t route_us[CDR_ROUTES];       /* 0: none */
} cdr_customer_row;
extern const uint16_t cdr_route_fields[CDR_ROUTES];
cdr_status cdr_vault_prepare(cdr_vault *v, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_customer_next_id(cdr_vault *v, int64_t *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_customer_insert(cdr_vault *v, const cdr_customer_row *c, const cdr_buf *cells, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_customer_update(cdr_vault *v, const cdr_customer_row *c, const cdr_buf *cells, cdr_err *err) CDR_NODISCARD;
/* ${cells}: NULL, or the blob is appended. CDR_NOT_FOUND: no such number. */
cdr_status cdr_customer_get(cdr_vault *v, int64_t id, cdr_customer_row *ret, cdr_buf *cells, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_customer_set_canary(cdr_vault *v, int64_t id, bool canary, cdr_err *err) CDR_NODISCARD;
/* Since when the routes stand, nothing else. */
cdr_status cdr_customer_set_routes(cdr_vault *v, const cdr_customer_row *c, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_customer_set_state(cdr_vault *v, int64_t id, int state, cdr_err *err) CDR_NODISCARD;    /* erased: cells and routes go */
cdr_status cdr_customer_after(cdr_vault *v, int64_t after, cdr_customer_row *ret, cdr_err *err) CDR_NODISCARD;   /* CDR_DONE: no more */
cdr_status cdr_customer_count(cdr_vault *v, uint64_t *ret_active, uint64_t *ret_erased, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_index_put(cdr_vault *v, uint16_t field, const uint8_t token[CDR_INDEX_TOKEN], int64_t customer, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_index_drop(cdr_vault *v, uint16_t field, const uint8_t token[CDR_INDEX_TOKEN], int64_t customer, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_index_find(cdr_vault *v, uint16_t field, const uint8_t token[CDR_INDEX_TOKEN], int64_t *ret, size_t cap, size_t *ret_count, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_erasure_begin(cdr_vault *v, int64_t customer, const char *receipt, const char *reason, const char *pseudonym, const char *counts, cdr_err *err) CDR_NODISCARD;
typedef struct cdr_erasure_row { int64_t customer, begun_us, ledger_index; char receipt[17], pseudonym[CDR_PSEUDONYM_TEXT]; char reason[200], counts[64]; bool done; } cdr_erasure_row;
cdr_status cdr_erasure_open(cdr_vault *v, cdr_erasure_row *ret, cdr_err *err) CDR_NODISCARD;           /* one that was begun and not ended; CDR_DONE: none */
cdr_status cdr_erasure_finish(cdr_vault *v, const char *receipt, const char *document, int64_t ledger_index, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_erasure_document(cdr_vault *v, const char *receipt, cdr_buf *document, uint64_t *ret_index, cdr_err *err) CDR_NODISCARD;

/* --- record.c --- */
/* A customer's row and cells, and the key to open them. CDR_NOT_FOUND: no such customer, or erased. */
typedef struct cdr_record_of { cdr_customer_row row; cdr_cell_place at; cdr_buf blob; cdr_cells cells; const uint8_t *key; } cdr_record_of;
cdr_status cdr_vault_record(cdr_vault *v, int64_t customer, cdr_record_of *ret, cdr_err *err) CDR_NODISCARD;
void cdr_vault_record_done(cdr_record_of *r);
/* Field ${field} into v->work, which the caller wipes (cdr_vault_work_wipe). CDR_NOT_FOUND: the customer has none. */
cdr_status cdr_vault_record_open(cdr_vault *v, const cdr_record_of *r, uint16_t field, const char **ret, size_t *ret_len, cdr_err *err) CDR_NODISCARD;
void cdr_vault_work_wipe(cdr_vault *v);
/* Sorted by field, without empty ones; refuses what must not be kept and what is no such value. ${kept}: CDR_VAULT_FIELDS_MAX. */
cdr_status cdr_vault_values_check(const cdr_vault *v, const cdr_vault_value *values, size_t count, cdr_vault_value *kept, size_t *ret_count, cdr_err *err) CDR_NODISCARD;
/* The index token of a value; false: it is none that can be searched for. */
bool cdr_vault_token(cdr_vault *v, uint16_t field, const char *text, size_t len, uint8_t ret[CDR_INDEX_TOKEN]);
cdr_vault_form cdr_vault_form_of(const cdr_vault *v, uint16_t field);
bool cdr_vault_is_indexed(uint16_t field);
const char *cdr_vault_label_of(const cdr_vault *v, uint16_t field);
int cdr_vault_route_of(uint16_t field);     /* column of customer; -1: no route */
/* The route that is new once this field changes: itself, or the address that it is a part of. -1: none. */
int cdr_vault_route_touched(uint16_t field);
/* The ledger entry ${kind} about the customer; ${details} is stolen. */
cdr_status cdr_vault_enter(cdr_vault *v, const char *kind, int64_t customer, json_t *details, uint64_t *ret_index, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vault_fields_json(const cdr_vault *v, const cdr_vault_value *values, size_t count, json_t **ret, cdr_err *err) CDR_NODISCARD;
/* "C-1042-K7QF": number and check letters, a keyed hash of it. */
void cdr_vault_ref(const cdr_vault *v, int64_t id, char ret[CDR_CUSTOMER_REF_MAX]);
void cdr_vault_show(const cdr_vault *v, const cdr_customer_row *row, cdr_customer *ret);
cdr_status cdr_vault_drop_index(cdr_vault *v, const cdr_record_of *r, unsigned *ret_rows, cdr_err *err) CDR_NODISCARD;   /* while the key still opens */
/* Ends an erasure that was interrupted. */
cdr_status cdr_vault_finish_erasures(cdr_vault *v, cdr_err *err) CDR_NODISCARD;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the files about factors share: the room's state and its statements. */
#ifndef CDR_CORE_IDENTITY_FACTOR_PARTS_H
#define CDR_CORE_IDENTITY_FACTOR_PARTS_H

#include "core/identity/factor.h"

struct cdr_factors {
    cdr_vault *vault;
    cdr_workspace *ws;
    cdr_db *db;
    cdr_db_set *set;
    const cdr_ctx *ctx;
    unsigned pin_min;
    char call[16];
};

/* --- store_factor.c --- */

cdr_status cdr_factor_store_open(cdr_factors *f, cdr_err *err) CDR_NODISCARD;

#define CDR_FACTOR_SEALED_MAX 256
typedef struct cdr_factor_row {
    int64_t id;                    /* 0: there is none */
    int64_t last_step;
    uint8_t sealed[CDR_FACTOR_SEALED_MAX];
    size_t sealed_len;
} cdr_factor_row;

/* The factor that counts, or with ${pending} the one that waits for its first code. */
cdr_status cdr_factor_store_get(cdr_factors *f, int64_t customer, cdr_factor_kind kind, bool pending, cdr_factor_row *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_factor_store_add(cdr_factors *f, int64_t customer, cdr_factor_kind kind, const char *source, bool confirmed, int64_t *ret_id, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_factor_store_secret(cdr_factors *f, int64_t id, const void *sealed, size_t len, cdr_err *err) CDR_NODISCARD;
/* Ends those of ${kind} (0: every kind) but ${except}, only the pending ones or all. */
cdr_status cdr_factor_store_end(cdr_factors *f, int64_t customer, cdr_factor_kind kind, int64_t except, bool only_pending, const char *reason, size_t *ret_count, cdr_err *err) CDR_NODISCARD;
/* The step is used up, and a pending factor counts from now on. ${ret}: it was this call that did it; ${id} 0 changes nothing. */
cdr_status cdr_factor_store_step(cdr_factors *f, int64_t id, int64_t step, bool *ret, cdr_err *err) CDR_NODISCARD;

cdr_status cdr_recovery_store_add(cdr_factors *f, int64_t factor, unsigned n, const void *sealed, size_t len, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_recovery_store_get(cdr_factors *f, int64_t factor, unsigned n, cdr_factor_row *ret, cdr_err *err) CDR_NODISCARD;   /* ${ret->id}: the factor; 0 none or used */
cdr_status cdr_recovery_store_use(cdr_factors *f, int64_t factor, unsigned n, bool *ret, cdr_err *err) CDR_NODISCARD;

#define CDR_CODE_SALT 16
#define CDR_CODE_HASH 32
typedef struct cdr_code_row { int64_t id, made_us; uint8_t salt[CDR_CODE_SALT], hash[CDR_CODE_HASH]; } cdr_code_row;
cdr_status cdr_code_store_add(cdr_factors *f, const char *call, cdr_factor_kind kind, const cdr_code_row *row, int64_t expires_us, cdr_err *err) CDR_NODISCARD;
/* The newest that is neither used, ended nor expired; ${ret->id} 0: none. */
cdr_status cdr_code_store_get(cdr_factors *f, const char *call, cdr_factor_kind kind, cdr_code_row *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_code_store_use(cdr_factors *f, int64_t id, bool *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_code_store_end(cdr_factors *f, const char *call, cdr_factor_kind kind /* 0: all */, cdr_err *err) CDR_NODISCARD;
/* What expired long ago says nothing to anybody any more. */
cdr_status cdr_code_store_forget(cdr_factors *f, int64_t before_us, cdr_err *err) CDR_NODISCARD;

/* --- factor.c --- */

/* factor.enrol, factor.end…: pseudonym and kind, nothing else. ${left} below 0: no number. */
cdr_status cdr_factor_enter(cdr_factors *f, int64_t customer, const char *event, cdr_factor_kind kind, int left, cdr_err *err) CDR_NODISCARD;
#define CDR_FACTOR_PLACE 48
/* Where a secret stands, as its associated data; ${n} 0: the factor itself. */
void cdr_factor_place(int64_t id, cdr_factor_kind kind, unsigned n, char ret[CDR_FACTOR_PLACE]);

/* Ends the transaction in which something was used up (${s}: how far it came): nothing that was found counts unless it could be marked as used. */
cdr_status cdr_factor_finish(cdr_factors *f, cdr_status s, bool *ret, cdr_err *err) CDR_NODISCARD;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Recovery shares of the workspace key, k of n (Shamir's scheme by libgfshare): any k of them give the key back, fewer tell nothing of it. Each is a text file for one
 * person to keep, with a checksum, so that a slip of the pen is told before anything is joined. */
#ifndef CDR_CORE_VAULT_SHARES_H
#define CDR_CORE_VAULT_SHARES_H

#include "base/buf.h"
#include "core/workspace/workspace.h"

#define CDR_SHARES_MAX 32u
#define CDR_SHARE_TEXT_MAX ((size_t)16 << 10)

typedef struct cdr_share_set {
    char workspace[25];              /* its identity, 24 hexadecimal digits */
    char set[17];                    /* of all shares made at once */
    unsigned shares, needed;
    int64_t made_us;
} cdr_share_set;

typedef struct cdr_share { cdr_share_set of; unsigned number; cdr_secret *data; } cdr_share;

/* Splits ${key} and writes "share-1.txt" … into ${dir} (made if missing, 0700), each 0600; nothing that is there is overwritten. ${org} stands in the words for people. Fills
 * the set's id and time; ${set}->workspace, ->shares and ->needed are given. */
cdr_status cdr_shares_write(const cdr_ctx *ctx, const cdr_secret *key, const char *org, cdr_share_set *set, const char *dir, cdr_err *err) CDR_NODISCARD;
/* Reads one; ${name} is for messages. CDR_E_CORRUPT: the checksum does not fit. */
cdr_status cdr_share_read(const char *text, size_t len, const char *name, cdr_share *ret, cdr_err *err) CDR_NODISCARD;
void cdr_share_done(cdr_share *s);   /* wipes */
/* The key, of exactly the shares that are needed or more. CDR_E_INVAL: of several sets, one twice, or too few. The caller checks that it opens the workspace. */
cdr_status cdr_shares_join(const cdr_share *shares, size_t count, cdr_secret **ret, cdr_err *err) CDR_NODISCARD;

/* That they were given out, in workspace and ledger (key.shares), and what was noted; CDR_NOT_FOUND: none were. */
cdr_status cdr_shares_note(cdr_workspace *ws, const cdr_share_set *set, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_shares_noted(cdr_workspace *ws, cdr_share_set *ret, cdr_err *err) CDR_NODISCARD;
/* The workspace's identity, as shares name it. */
cdr_status cdr_shares_workspace(cdr_db *db, char ret[25], cdr_err *err) CDR_NODISCARD;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-proof), Ed25519 (type 0x01). */
#ifndef CDR_LEDGER_NOTE_H
#define CDR_LEDGER_NOTE_H

#include "base/buf.h"
#include "core/ledger/merkle.h"

#define CDR_NOTE_MAX 65536
#define CDR_ORIGIN_MAX 200

/* Who may sign: "name+keyid+base64(01 || public key)". */
typedef struct cdr_vkey {
    char name[CDR_ORIGIN_MAX + 1];
    uint32_t id;
    uint8_t pub[CDR_SIGN_PUBLIC_BYTES];
} cdr_vkey;

cdr_status cdr_vkey_make(const char *name, const uint8_t pub[CDR_SIGN_PUBLIC_BYTES], cdr_vkey *ret, cdr_err *err) CDR_NODISCARD;
/* Refuses a key whose id is not the hash of name and key. */
cdr_status cdr_vkey_parse(const char *text, cdr_vkey *ret, cdr_err *err) CDR_NODISCARD;
void cdr_vkey_format(const cdr_vkey *k, char *ret, size_t cap);   /* cap: at least CDR_ORIGIN_MAX + 80 */

#define CDR_PEM_MAX 160
void cdr_vkey_pem(const cdr_vkey *k, char ret[CDR_PEM_MAX]);       /* SubjectPublicKeyInfo (RFC 8410), for openssl */

/* Append ${text} (ends with a newline) and its signature by ${seed} to ${out}. */
cdr_status cdr_note_sign(const char *text, const cdr_vkey *key, const cdr_secret *seed, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
/* CDR_OK and the length of the text when ${note} is well formed and one of its lines is a good signature by ${key}; CDR_DENIED
 * when no line is, CDR_E_INVAL when malformed. */
cdr_status cdr_note_verify(const char *note, size_t len, const cdr_vkey *key, size_t *ret_text_len, cdr_err *err) CDR_NODISCARD;

typedef struct cdr_checkpoint {
    char origin[CDR_ORIGIN_MAX + 1];
    uint64_t size;
    cdr_hash root;
} cdr_checkpoint;

cdr_status cdr_checkpoint_format(const cdr_checkpoint *c, cdr_buf *out, cdr_err *err) CDR_NODISCARD;          /* the text to sign */
cdr_status cdr_checkpoint_parse(const char *text, size_t len, cdr_checkpoint *ret, cdr_err *err) CDR_NODISCARD;
/* Verify the note, then parse it; its origin must be the key's name. */
cdr_status cdr_checkpoint_open(const char *note, size_t len, const cdr_vkey *key, cdr_checkpoint *ret, cdr_err *err) CDR_NODISCARD;

/* A .tlog-proof: one entry's index and inclusion proof with the checkpoint it leads to. */
cdr_status cdr_tlog_proof_format(uint64_t idx, const cdr_proof *proof, const char *checkpoint_note, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
typedef struct cdr_tlog_proof {
    uint64_t idx;
    cdr_proof proof;
    const char *note;    /* into the parsed text */
    size_t note_len;
} cdr_tlog_proof;
cdr_status cdr_tlog_proof_parse(const char *text, size_t len, cdr_tlog_proof *ret, cdr_err *err) CDR_NODISCARD;

#endif

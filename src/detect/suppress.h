/* SPDX-License-Identifier: Apache-2.0 */
/* Findings a person has looked at and set aside. A suppression names a rule (kind id, or "*"), a keyed hash of the normalised
 * value (or any value), a path scope (glob, "**" = everywhere), with reason, author and expiry. Suppressed findings are counted
 * and always printed. The file is detectors/suppressions.json in the workspace; it holds hashes, never values. */
#ifndef CDR_DETECT_SUPPRESS_H
#define CDR_DETECT_SUPPRESS_H

#include "candor/crypto.h"
#include "candor/detect.h"

#define CDR_SUPPRESSION_KIND_MAX 256   /* bytes of a kind's or detector's id */

typedef struct cdr_suppressions cdr_suppressions;

typedef struct cdr_suppression {
    const char *kind_id;            /* "us.ssn", the id of a user's detector, or "*" */
    char value_id[33];              /* hex of cdr_value_id under CDR_KEY_SUPPRESSION over kind id, NUL, normalised value; "" any value */
    const char *path;               /* glob */
    const char *reason, *author;
    int64_t created_us, expires_us; /* 0: never expires */
} cdr_suppression;

cdr_status cdr_suppressions_parse(const char *json, size_t len, int64_t now_us, cdr_suppressions **ret, cdr_err *err) CDR_NODISCARD;  /* expired ones are dropped */
void cdr_suppressions_free(cdr_suppressions *s);
size_t cdr_suppressions_count(const cdr_suppressions *s);
/* What a value of that kind is hashed as: ids that no built-in kind has are the user's detectors, all of them CDR_K_USER. */
cdr_kind cdr_suppression_kind(const char *id);
void cdr_suppression_value_id(const cdr_secret *key, cdr_kind kind, const char *value, size_t len, char ret[33]);
/* Does one apply? ${s} may be NULL. ${path} as displayed. ${rule}: the id of the user's detector, "" for built-in kinds. */
bool cdr_suppressed(const cdr_suppressions *s, const cdr_secret *key, const char *path, cdr_kind kind, const char *rule, const char *value, size_t len);


/* What decides how the findings of the file at ${path} come out: ${ruleset} itself, or a hash of it and of the suppressions whose
 * path fits. A change of another path's leaves it as it is. ${path} NULL: of all of them, for a container: paths of what is inside
 * are not known before it is read. The two never agree. */
void cdr_suppressions_version(const cdr_suppressions *s, const char *ruleset, const char *path, char ret[17]);

#endif

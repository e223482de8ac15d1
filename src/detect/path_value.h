/* SPDX-License-Identifier: Apache-2.0 */
/* Values in the names of files and folders: a folder called after a customer's address, an account number in a file's name. */
#ifndef CDR_DETECT_PATH_VALUE_H
#define CDR_DETECT_PATH_VALUE_H

#include "base/buf.h"
#include "candor/detect.h"

/* The field under which observations tell them. */
#define CDR_FIELD_FILE_NAME "(file name)"

/* Tells ${fn} what in ${path} names or reaches a person by itself, or opens something: addresses, telephone and account numbers, cards,
 * identity numbers, keys; medium and above. Words are told apart at "/", "_" and before the ending, too. In order, without overlaps. */
cdr_status cdr_path_values(const cdr_ruleset *rs, cdr_detect_scratch *scratch, const char *path, size_t len, cdr_finding_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* Paths to be shown: what cdr_path_values finds is replaced by its mask. For one thread. */
typedef struct cdr_path_masker cdr_path_masker;
cdr_status cdr_path_masker_new(cdr_path_masker **ret, cdr_err *err) CDR_NODISCARD;
void cdr_path_masker_free(cdr_path_masker *m);
static inline void cdr_path_masker_freep(cdr_path_masker **m) { cdr_path_masker_free(*m); }
/* ${path} itself when there is nothing to mask (or ${m} is NULL), else the masked path, which stays until the next call. "" without memory. */
const char *cdr_path_mask(cdr_path_masker *m, const char *path);

#endif

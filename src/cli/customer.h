/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs about customers share. */
#ifndef CDR_CLI_CUSTOMER_H
#define CDR_CLI_CUSTOMER_H

#include "cli/cmd.h"
#include "core/vault/import_map.h"
#include "core/vault/vault.h"

static inline void cdr_vault_closepp(cdr_vault **v) { cdr_vault_close(*v); }

/* Fields that somebody typed or sent, as one row: ${fn} gets them once, or once a row. ${keys}, ${count}: what is asked for at the terminal; otherwise one JSON object a line
 * comes from ${path}, or standard input when it is NULL, its names being fields. ${empty}: an empty value ("-" at the terminal) removes the field, otherwise it is not told. */
typedef cdr_status cdr_customer_typed_fn(void *arg, const cdr_vault_value *values, size_t count, cdr_err *err);
cdr_status cdr_customer_typed(cdr_cli *cli, cdr_own_fields *own, const cdr_vault_field *const *fields, size_t count, const char *path, bool empty, cdr_customer_typed_fn *fn, void *arg) CDR_NODISCARD;

/* --on-file-since DATE to microseconds; 0 when it was not given. */
cdr_status cdr_customer_since(cdr_cli *cli, const char *text, int64_t *ret) CDR_NODISCARD;
/* One line from the prompt or standard input, never empty. */
cdr_status cdr_customer_line(cdr_cli *cli, const char *prompt, const char *what, size_t max, cdr_secret **ret) CDR_NODISCARD;

/* --- customer_mapping.c --- */
void cdr_customer_mapping_show(cdr_cli *cli, const cdr_import_map *m, FILE *to);
json_t *cdr_customer_mapping_json(const cdr_import_map *m);   /* NULL: no memory */
/* Was every column that is kept given, or is standing as it is called, by the person who asks? */
bool cdr_customer_mapping_given(const cdr_import_map *m);

#endif

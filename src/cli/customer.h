/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs about customers share. */
#ifndef CDR_CLI_CUSTOMER_H
#define CDR_CLI_CUSTOMER_H

#include "cli/cmd.h"
#include "core/vault/import_map.h"
#include "core/vault/vault.h"

static inline void cdr_vault_closepp(cdr_vault **v) { cdr_vault_close(*v); }

/* Fields that somebody typed or sent, as one row: ${fn} gets them once, or once a row. ${keys}, ${count}: what is asked for at the terminal; otherwise one JSON object a line
 * comes from ${path}, or standard input when it is NULL, its names being fields. ${home}: NULL for new customers; otherwise a record is changed, and it is the calling code of her country ("" not known):
 * an empty value ("-" at the terminal) then removes the field, and where fields are named only those may come. Of card numbers the last four digits go on, unless the option full-card is given. */
typedef cdr_status cdr_customer_typed_fn(void *arg, const cdr_vault_value *values, size_t count, cdr_err *err);
cdr_status cdr_customer_typed(cdr_cli *cli, cdr_own_fields *own, const cdr_vault_field *const *fields, size_t count, const char *path, const char *home, cdr_customer_typed_fn *fn, void *arg) CDR_NODISCARD;

/* The calling code of the country that stands in her record; "" none that is known. */
cdr_status cdr_customer_home(cdr_vault *v, int64_t customer, char ret[4], cdr_err *err) CDR_NODISCARD;
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

/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of the inventory share: opening, tables of text, names of entities. */
#ifndef CDR_CLI_INVENTORY_H
#define CDR_CLI_INVENTORY_H

#include "cli/cmd.h"
#include "core/inventory/edit.h"
#include "core/inventory/query.h"

/* A table of text: cells are copied; columns as wide as they need, the last one runs free. */
typedef struct cdr_text_table cdr_text_table;
cdr_text_table *cdr_text_table_new(size_t columns);                        /* NULL: no memory */
void cdr_text_table_cell(cdr_text_table *t, const char *text);             /* the next cell, row by row; failures show in print */
void cdr_text_table_cellf(cdr_text_table *t, const char *fmt, ...) CDR_PRINTF(2, 3);
cdr_status cdr_text_table_print(cdr_text_table *t, cdr_cli *cli, cdr_err *err) CDR_NODISCARD;   /* first row: headings */
cdr_status cdr_text_table_print_wrapped(cdr_text_table *t, cdr_cli *cli, cdr_err *err) CDR_NODISCARD;   /* no wider than the terminal (80 where there is none): the last column is wrapped */
void cdr_text_table_free(cdr_text_table *t);

/* "party", "parties", "system"…; false when it is none of them. */
bool cdr_entity_by_word(const char *word, cdr_entity *ret);

/* JSON of an object as stored; a system with its holders. */
cdr_status cdr_entity_json(cdr_inventory *inv, cdr_entity e, const void *obj, json_t **ret, cdr_err *err) CDR_NODISCARD;
/* Does ${what} name an object (by path or number) rather than an entry? */
bool cdr_cli_means_object(cdr_cli *cli, cdr_inventory *inv, const char *what);
/* The path of the object that ${what} means; CDR_NOT_FOUND is told. */
cdr_status cdr_cli_locate(cdr_cli *cli, cdr_inventory *inv, const char *what, cdr_arena *a, const char **ret) CDR_NODISCARD;
cdr_status cdr_cli_no_object(cdr_cli *cli);
/* Is ${key} that of a system? NULL is fine. CDR_NOT_FOUND says which are near. */
cdr_status cdr_cli_check_system(cdr_cli *cli, cdr_inventory *inv, const char *key) CDR_NODISCARD;
/* Comma-separated claims as typed here, with those that are relative made to start from the current folder. */
const char *cdr_cli_claims(cdr_cli *cli, const char *typed, cdr_arena *a);

#endif

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
void cdr_text_table_free(cdr_text_table *t);

/* "party", "parties", "system"…; false when it is none of them. */
bool cdr_entity_by_word(const char *word, cdr_entity *ret);

/* JSON of an object as stored; a system with its holders. */
cdr_status cdr_entity_json(cdr_inventory *inv, cdr_entity e, const void *obj, json_t **ret, cdr_err *err) CDR_NODISCARD;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a customer list as values of the vault's fields, each held against what its field may be. No message repeats what stands in a cell. */
#ifndef CDR_CORE_VAULT_IMPORT_ROWS_H
#define CDR_CORE_VAULT_IMPORT_ROWS_H

#include "core/vault/import_map.h"
#include "core/vault/vault.h"

/* Of a whole file mostly: said once. */
#define CDR_IMPORT_NO_UTF8 "is no text in UTF-8; if the file comes from a spreadsheet on Windows, say --encoding windows-1252"

typedef struct cdr_import_fault {
    uint64_t line;
    const char *column;              /* NULL: the row as a whole */
    const char *what;                /* "is no e-mail address" */
} cdr_import_fault;

typedef struct cdr_import_events {
    /* ${values} ascending by field; gone after the call. ${since_us} 0: the row does not say. CDR_E_INVAL, with its sentence: the vault wants none of it, told as a fault. */
    cdr_status (*row)(void *arg, uint64_t line, const cdr_vault_value *values, size_t count, int64_t since_us, cdr_err *err);
    /* CDR_OK passes over the row. */
    cdr_status (*fault)(void *arg, const cdr_import_fault *f, cdr_err *err);
    /* What is stored as it stands and somebody should know. NULL: nobody. */
    cdr_status (*note)(void *arg, const cdr_import_fault *f, cdr_err *err);
} cdr_import_events;

typedef struct cdr_import_rows cdr_import_rows;
/* ${map} is settled and stays, ${now_us}: dates behind it are wrong. */
cdr_status cdr_import_rows_new(const cdr_import_map *map, const char *name, int64_t now_us, const cdr_import_events *ev, void *arg, cdr_import_rows **ret, cdr_err *err) CDR_NODISCARD;
/* Empty cells are told, too, with an empty text: what removes a field. */
void cdr_import_rows_keep_empty(cdr_import_rows *r);
cdr_status cdr_import_rows_feed(cdr_import_rows *r, const char *data, size_t len, bool last, cdr_err *err) CDR_NODISCARD;
/* The calling code of telephones whose row says no country; before any --calling-code. */
void cdr_import_rows_home(cdr_import_rows *r, const char *calling_code);
/* Codes of the telephones so far. */
const cdr_calling_codes *cdr_import_rows_codes(const cdr_import_rows *r);
/* Columns that came after the beginning (NDJSON) and were left out. */
uint32_t cdr_import_rows_late(const cdr_import_rows *r);
uint64_t cdr_import_rows_told(const cdr_import_rows *r);     /* rows so far, wrong ones too */
void cdr_import_rows_free(cdr_import_rows *r);

/* "1985-04-03", "3.4.1985", "03/04/1985" by the column's order, "19850403", "3 April 1985"; false: no date, or ${order} is needed and not known. */
bool cdr_import_date(const char *s, size_t len, cdr_import_order order, cdr_date *ret);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Making the stored declarations equal to what was read from a file, whatever its format: import.c and fides.c fill a
 * cdr_declarations, cdr_declare stores it. */
#ifndef CDR_CORE_INVENTORY_DECLARE_H
#define CDR_CORE_INVENTORY_DECLARE_H

#include "core/inventory/check.h"

/* ${provenance}: the file says where the row comes from; otherwise the stored provenance stays as long as the row does. ${made}: the row
 * was just made so that others can refer to it. ${keep_holders}: the file does not speak of holders. */
typedef struct cdr_declared_party { cdr_party row; char where[160]; bool provenance, made; } cdr_declared_party;
typedef struct cdr_declared_holder { cdr_holding row; char where[160]; bool provenance; } cdr_declared_holder;
CDR_VEC(cdr_declared_holders, cdr_declared_holder)
typedef struct cdr_declared_system { cdr_system row; char where[160]; bool provenance, made, keep_holders; cdr_declared_holders holders; } cdr_declared_system;
typedef struct cdr_declared_activity { cdr_activity row; char where[160]; bool provenance; } cdr_declared_activity;
typedef struct cdr_declared_set { cdr_declared_dataset row; char where[160]; bool provenance; } cdr_declared_set;
CDR_VEC(cdr_declared_parties, cdr_declared_party)
CDR_VEC(cdr_declared_systems, cdr_declared_system)
CDR_VEC(cdr_declared_activities, cdr_declared_activity)
CDR_VEC(cdr_declared_sets, cdr_declared_set)

typedef struct cdr_declarations {
    cdr_declared_parties parties;
    cdr_declared_systems systems;
    cdr_declared_activities activities;
    cdr_declared_sets datasets;
    const char *root;            /* new folder for relative claims; NULL: as it is */
    bool prune;
    const char *event;           /* ledger: "inventory.import" */
    json_t *mistakes;            /* sentences; NULL none */
    cdr_err first;               /* the first of them */
} cdr_declarations;

/* A mistake in one row does not hide those in the next: notes it and returns CDR_OK, unless it is of another sort or the list is full. */
#define CDR_MISTAKES_MAX 20
cdr_status cdr_note_mistake(cdr_declarations *d, cdr_status s, const cdr_err *err) CDR_NODISCARD;
/* CDR_OK when none was noted, else the first. */
cdr_status cdr_mistakes_status(const cdr_declarations *d, cdr_err *err) CDR_NODISCARD;

void cdr_declarations_done(cdr_declarations *d);
/* An inventory.yaml into ${d}, row by row checked by the record descriptions; done with cdr_declarations_done also after a failure. */
cdr_status cdr_declarations_read(cdr_declarations *d, const char *text, size_t len, const char *where, cdr_err *err) CDR_NODISCARD;
/* The same for a fides manifest. What it does not speak of is taken from what ${inv} has stored; NULL: from nothing. */
cdr_status cdr_declarations_read_fides(cdr_inventory *inv, cdr_declarations *d, const char *text, size_t len, const char *where, cdr_err *err) CDR_NODISCARD;
/* Check and store in one transaction, with its ledger entry. */
cdr_status cdr_declare(cdr_inventory *inv, cdr_declarations *d, cdr_import_counts *ret, cdr_err *err) CDR_NODISCARD;
/* The party "us" exists; called inside a transaction. */
cdr_status cdr_ensure_us(cdr_inventory *inv, cdr_err *err) CDR_NODISCARD;
/* Today by the context's clock. */
void cdr_today(const cdr_inventory *inv, char ret[11]);
/* Set state, date and evidence of ${obj} (any record with provenance). */
cdr_status cdr_set_provenance(const cdr_record *r, void *obj, cdr_provenance state, const char *date, const char *evidence, cdr_err *err) CDR_NODISCARD;

#endif

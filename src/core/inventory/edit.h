/* SPDX-License-Identifier: Apache-2.0 */
/* Changing single declarations: what `candor inventory add|set|remove|confirm` and forms call. Each call is one transaction with
 * its ledger entry. */
#ifndef CDR_CORE_INVENTORY_EDIT_H
#define CDR_CORE_INVENTORY_EDIT_H

#include "candor/inventory.h"
#include "core/inventory/entity.h"

typedef enum cdr_entity { CDR_ENTITY_PARTY, CDR_ENTITY_SYSTEM, CDR_ENTITY_ACTIVITY, CDR_ENTITY_DATASET, CDR_ENTITY__MAX } cdr_entity;

const cdr_record *cdr_entity_record(cdr_entity e);
const char *cdr_entity_plural(cdr_entity e);       /* "parties": as on the command line and in YAML */
/* An object that holds any entity. */
typedef union cdr_any_entity { cdr_party party; cdr_system system; cdr_activity activity; cdr_declared_dataset dataset; } cdr_any_entity;

/* CDR_NOT_FOUND names the nearest key. ${obj}: freed with cdr_record_done. */
cdr_status cdr_inventory_get(cdr_inventory *inv, cdr_entity e, const char *key, void *obj, cdr_err *err) CDR_NODISCARD;
/* Which entity has ${key}; CDR_NOT_FOUND with the nearest key of any. */
cdr_status cdr_inventory_find(cdr_inventory *inv, const char *key, cdr_entity *ret, cdr_err *err) CDR_NODISCARD;

/* One change of a field, "name=value" from the command line or a form. "holders" of a system: "us:responsible, acme:hosts". */
typedef struct cdr_assignment { const char *name, *value; } cdr_assignment;
/* A new one; CDR_E_INVAL when the key is taken. */
cdr_status cdr_inventory_add(cdr_inventory *inv, cdr_entity e, const char *key, const cdr_assignment *set, size_t count, cdr_err *err) CDR_NODISCARD;
/* Changes what exists. */
cdr_status cdr_inventory_set(cdr_inventory *inv, cdr_entity e, const char *key, const cdr_assignment *set, size_t count, cdr_err *err) CDR_NODISCARD;
/* CDR_E_INVAL when others name it. */
cdr_status cdr_inventory_remove(cdr_inventory *inv, cdr_entity e, const char *key, cdr_err *err) CDR_NODISCARD;
/* Somebody has looked: ${what} is the key of an entity or the path of a dataset. ${evidence} may be NULL. */
cdr_status cdr_inventory_confirm(cdr_inventory *inv, const char *what, const char *evidence, cdr_err *err) CDR_NODISCARD;

#endif

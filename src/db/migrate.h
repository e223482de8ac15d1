/* SPDX-License-Identifier: Apache-2.0 */
/* Numbered changes of the schema, each applied once in a transaction of its own and recorded with its SHA-256. */
#ifndef CDR_DB_MIGRATE_H
#define CDR_DB_MIGRATE_H

#include "db/db.h"

typedef struct cdr_migration {
    int number;
    const char *name;
    const char *sql;
} cdr_migration;

extern const cdr_migration cdr_migrations[];
extern const size_t cdr_migration_count;
extern const cdr_migration cdr_key_migrations[];   /* of candor.keys */
extern const size_t cdr_key_migration_count;

/* Bring ${db} to the newest schema of ${list}. CDR_E_UNSUPPORTED: the database is newer; CDR_E_CORRUPT: an applied migration was
 * another text. When something is to be applied to a database that has a schema already, ${path} is first copied to
 * "<path>.before-NNN" if ${keep_copy}. */
cdr_status cdr_db_migrate(const cdr_ctx *ctx, cdr_db *db, const char *path, const cdr_migration *list, size_t count, bool keep_copy, cdr_err *err) CDR_NODISCARD;
/* For databases opened for reading: only checks that the schema is the newest. */
cdr_status cdr_db_check_schema(cdr_db *db, const char *path, const cdr_migration *list, size_t count, cdr_err *err) CDR_NODISCARD;

#endif

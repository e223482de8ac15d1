/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of a workspace: small named texts in the database. */
#ifndef CDR_WORKSPACE_STORE_H
#define CDR_WORKSPACE_STORE_H

#include "base/buf.h"
#include "db/db.h"

cdr_status cdr_setting_get(cdr_db *db, const char *key, char **ret, cdr_err *err) CDR_NODISCARD;   /* CDR_NOT_FOUND; free with cdr_free */
cdr_status cdr_setting_set(cdr_db *db, const char *key, const char *value, cdr_err *err) CDR_NODISCARD;
/* Name of the organisation: of the party "us" once there is one, else as given when the workspace was made. */
cdr_status cdr_organisation_name(cdr_db *db, char **ret, cdr_err *err) CDR_NODISCARD;

#endif

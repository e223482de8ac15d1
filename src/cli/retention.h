/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of retention share. */
#ifndef CDR_CLI_RETENTION_H
#define CDR_CLI_RETENTION_H

#include "cli/cmd.h"
#include "core/minimise/retention.h"
#include "detect/path_value.h"

#define CDR_RETENTION_INDENT 14

/* ${label} in the left column, ${text} wrapped beside it, in characters that a terminal may show. */
void cdr_cli_labelled(cdr_cli *cli, const char *label, const char *text);
/* "14 March 2017" of "2017-03-14"; "" of "". Appended. */
void cdr_cli_day(const char *iso, cdr_buf *out);
/* A path as people see it, values in it masked; ${buf} is used when it needs its number. */
const char *cdr_cli_retention_path(cdr_inventory *inv, cdr_path_masker *m, const char *path, int64_t object, cdr_buf *buf);
/* A sentence about periods for which no law is named, appended; nothing when there are none. */
void cdr_cli_own_periods(const cdr_policy *p, cdr_buf *out);

#endif

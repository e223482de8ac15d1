/* SPDX-License-Identifier: Apache-2.0 */
/* What candor notice and candor notice check need. */
#ifndef CDR_CLI_NOTICE_H
#define CDR_CLI_NOTICE_H

#include "cli/cmd.h"
#include "core/report/notice.h"

typedef struct cdr_notice_job {
    cdr_arena *arena;
    cdr_policy *policy;          /* NULL: there is none */
    cdr_inventory *inv;
    cdr_register reg;
    json_t *words;
    char *folder;                /* WORKSPACE/notices */
} cdr_notice_job;

/* End it also after a failure. */
cdr_status cdr_cli_notice_begin(cdr_cli *cli, cdr_notice_job *job) CDR_NODISCARD;
void cdr_cli_notice_end(cdr_notice_job *job);

#endif

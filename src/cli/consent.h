/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of consent share. */
#ifndef CDR_CLI_CONSENT_H
#define CDR_CLI_CONSENT_H

#include "cli/cmd.h"
#include "core/care/consent.h"

/* The subject's key from --subject-key KEY, --subject-key - (standard input) or --subject-file. Wiped with cdr_buf_wipe. */
cdr_status cdr_cli_subject(cdr_cli *cli, cdr_buf *ret) CDR_NODISCARD;
#define CDR_CLI_SUBJECT_OPTIONS                                                                                                                             \
    {"subject-key", 'k', CDR_OPT_TEXT, "KEY", NULL, "customer number or address of the person; - reads it from standard input. Other users of the machine can see what stands here"}, \
    {"subject-file", 0, CDR_OPT_TEXT, "FILE", NULL, "the same, read from FILE"}
/* A time from the option ${name}; 0 when it is not there. */
cdr_status cdr_cli_time(cdr_cli *cli, const char *name, int64_t *ret) CDR_NODISCARD;
cdr_status cdr_cli_until(cdr_cli *cli, int64_t *ret) CDR_NODISCARD;   /* --until: a day counts whole */
/* Tell on standard error of a purpose that the workspace has no consents for, with the nearest that it has. */
cdr_status cdr_cli_purpose_unheard(cdr_cli *cli, const char *purpose) CDR_NODISCARD;
/* Warn on standard error of each purpose that the policy, when there is one, does not speak of, with the nearest that it does. */
void cdr_cli_purposes_in_policy(cdr_cli *cli, const char *const *purposes, size_t count);
/* "2027-02-19T10:00:00Z" or NULL for 0. */
const char *cdr_cli_time_text(int64_t us, char room[32]);

#endif

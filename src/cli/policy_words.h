/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts as people and programs read them. */
#ifndef CDR_CLI_POLICY_WORDS_H
#define CDR_CLI_POLICY_WORDS_H

#include "cli/cmd.h"
#include "core/policy/judge.h"

/* A paragraph as wide as the terminal: its first line begins at ${first}, the others at ${indent} (where the first one counts from, too). */
void cdr_cli_wrapped(cdr_cli *cli, int first, int indent, const char *text);
/* A text with its lines as they are: each is escaped, and begins at ${indent}, the first at ${first}. ${code}: a line is never broken, as it may be typed or compared. */
void cdr_cli_lines(cdr_cli *cli, int first, int indent, const char *text, bool code);
/* ${path} as it is from the current folder, when it lies below it: a part of ${path}. For people only: ids and files keep the whole. */
const char *cdr_cli_from_here(const char *path);
/* "files/crm/a.csv, column email", "Order database, activity orders", "everywhere"; appended. */
void cdr_verdict_place(const cdr_verdict *v, cdr_buf *out);
void cdr_verdict_sentences(const cdr_verdict *v, cdr_buf *out);   /* evidence and what is unknown; appended */
json_t *cdr_verdict_json(const cdr_verdict *v);   /* NULL: no memory */
/* SARIF 2.1.0 of the verdicts that are no passes. */
cdr_status cdr_verdicts_sarif(const cdr_verdict *all, size_t count, bool complete, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

#endif

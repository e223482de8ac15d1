/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody types: on the terminal, or, where standard input is none, its next line. So values reach a verb that must not stand on a command line, where
 * everybody who may list processes sees them, and where a shell keeps them. */
#ifndef CDR_CLI_PROMPT_H
#define CDR_CLI_PROMPT_H

#include "cli/cmd.h"

typedef enum cdr_prompt_kind { CDR_PROMPT_SHOWN, CDR_PROMPT_HIDDEN /* no echo */ } cdr_prompt_kind;

/* One line without its end, at most ${max} bytes of UTF-8. ${ret} NULL: the line is empty. CDR_DONE: nothing more comes. Lines of standard input are read
 * byte by byte, so what stands behind one is there for the next call. */
cdr_status cdr_prompt_line(cdr_cli *cli, cdr_prompt_kind kind, const char *prompt, size_t max, cdr_secret **ret) CDR_NODISCARD;
/* Is standard input a terminal, so that there is somebody to ask? */
bool cdr_prompt_somebody(void);
/* Words that mean the same at every question, however they are typed: "I do not know", "unknown" …; "stop", "quit", "exit", "q". */
bool cdr_prompt_is_unknown(const char *typed);
bool cdr_prompt_is_stop(const char *typed);
/* "y" or "yes"; anything else, and nobody there, is no. */
cdr_status cdr_prompt_yes(cdr_cli *cli, const char *question, bool *ret) CDR_NODISCARD;

#endif

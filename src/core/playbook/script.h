/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts of bash and ssh that hold values: is there any way in which a shell could read a value as a command, or compute with it? What is not sure is refused, and people do the step. Pure. */
#ifndef CDR_CORE_PLAYBOOK_SCRIPT_H
#define CDR_CORE_PLAYBOOK_SCRIPT_H

#include "core/cacao/variable.h"

/* Numbers, addresses, hashes, truths: whatever such a value is, a shell finds nothing in it. */
bool cdr_script_is_harmless(cdr_variable_type type);
/* Letters, digits, blanks and . _ - : @ / , +, no hyphen first but of a number. */
bool cdr_script_value_is_plain(cdr_variable_type type, const char *value);
/* Does the program (a name or a path) start others, or read its words as a program? */
bool cdr_script_starts_others(const char *program);
/* ${script} in which values of texts stand as ${__name__}. CDR_DENIED says what in it makes a value more than a value. */
cdr_status cdr_script_check(const char *script, cdr_err *err) CDR_NODISCARD;

#endif

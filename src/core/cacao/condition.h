/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions of if, while steps: the comparison expressions of STIX Patterning 2.1 without brackets (CACAO 2.0, sections 4.9, 4.10). Pure.
 *
 *     or := and (OR and)*     and := test (AND test)*
 *     test := path [NOT] (= == != <> < <= > >= IN LIKE MATCHES ISSUBSET ISSUPERSET) literal | [NOT] EXISTS path | ( or )
 *
 * AND binds before OR, keywords in capitals. A path is __name__:value. WITHIN, REPEATS, START, FOLLOWEDBY and brackets have no meaning here and are refused with a word. */
#ifndef CDR_CORE_CACAO_CONDITION_H
#define CDR_CORE_CACAO_CONDITION_H

#include "core/cacao/variable.h"

#define CDR_CONDITION_BYTES_MAX 8192u
#define CDR_CONDITION_DEPTH_MAX 32
#define CDR_CONDITION_TESTS_MAX 256

typedef enum cdr_condition_mode {
    CDR_CONDITION_STRICT,
    CDR_CONDITION_LENIENT,   /* as real playbooks write them: a bare word is a text, a bool variable alone is "= true", ":value" may be missing; each with a warning */
    CDR_CONDITION_PATTERN    /* any object path of STIX (file:hashes.'SHA-256', a[*].b), for the reading alone; also [ ] around */
} cdr_condition_mode;

typedef struct cdr_condition cdr_condition;
/* CDR_E_INVAL names the column and what was expected. */
cdr_status cdr_condition_parse(const char *text, size_t len, cdr_condition_mode mode, cdr_condition **ret, cdr_err *err) CDR_NODISCARD;
void cdr_condition_free(cdr_condition *c);
static inline void cdr_condition_freep(cdr_condition **c) { cdr_condition_free(*c); }
/* What lenient reading made of it: sentences; 0: nothing. */
size_t cdr_condition_warning_count(const cdr_condition *c);
const char *cdr_condition_warning(const cdr_condition *c, size_t i);
/* Names of the variables it uses, each once ("__x__"). */
size_t cdr_condition_variable_count(const cdr_condition *c);
const char *cdr_condition_variable(const cdr_condition *c, size_t i);
/* By the declared type of the variable: numbers as numbers, addresses as networks, the rest as texts. null is unlike everything (= false, != true), orderings with null are false, EXISTS is false.
 * A variable that find does not know, or a literal that cannot be compared with the type, is an error that names it. */
cdr_status cdr_condition_eval(const cdr_condition *c, cdr_variable_find *find, void *arg, bool *ret, cdr_err *err) CDR_NODISCARD;

#endif

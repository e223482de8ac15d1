/* SPDX-License-Identifier: Apache-2.0 */
/* Variables of CACAO playbooks and whether a text is a value of a declared type (CACAO 2.0, section 10.18). Pure. */
#ifndef CDR_CORE_CACAO_VARIABLE_H
#define CDR_CORE_CACAO_VARIABLE_H

#include "base/buf.h"

typedef enum cdr_variable_type {
    CDR_VAR_UNKNOWN, CDR_VAR_BOOL, CDR_VAR_DICTIONARY, CDR_VAR_FLOAT, CDR_VAR_HEXSTRING, CDR_VAR_INTEGER, CDR_VAR_IPV4, CDR_VAR_IPV6, CDR_VAR_LONG, CDR_VAR_MAC,
    CDR_VAR_HASH, CDR_VAR_MD5, CDR_VAR_SHA256, CDR_VAR_STRING, CDR_VAR_URI, CDR_VAR_UUID, CDR_VAR__MAX
} cdr_variable_type;

typedef struct cdr_variable {
    const char *name;            /* "__device__" */
    cdr_variable_type type;
    const char *value;           /* NULL: null, which is not "" */
    bool constant, external;
} cdr_variable;

#define CDR_VARIABLE_NAME_MAX 204           /* __ + 200 + __ */
#define CDR_VARIABLE_VALUE_MAX 65536u       /* bytes */

cdr_variable_type cdr_variable_type_by_name(const char *name);     /* "ipv4-addr"; UNKNOWN for others: the vocabulary is open, and such values are texts */
const char *cdr_variable_type_name(cdr_variable_type type);
/* ^__[a-zA-Z_][a-zA-Z0-9_-]{0,199}__$ */
bool cdr_variable_name_valid(const char *name, size_t len);
/* Is ${value} one of ${type}? ${expects} (may be NULL) is set to the words that end "… must be ${expects}". */
bool cdr_variable_value_valid(cdr_variable_type type, const char *value, const char **expects);
/* Finds a variable by name; false: there is none. What it returns is borrowed until the next call. */
typedef bool cdr_variable_find(void *arg, const char *name, cdr_variable *ret);
/* ${text} with every __name__:value replaced, at the last moment before it is used. A variable that does not exist, or is null, is an error that names it: nothing leaves with a hole. */
cdr_status cdr_variable_interpolate(const char *text, size_t len, cdr_variable_find *find, void *arg, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

#endif

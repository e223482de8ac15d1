/* SPDX-License-Identifier: Apache-2.0 */
/* YAML that people edit, read into jansson trees and written back. Limits: size, depth 64, no aliases beyond 1,000
 * nodes, no tags but the core schema, duplicate keys refused with their line. */
#ifndef CDR_BASE_YAML_H
#define CDR_BASE_YAML_H

#include "base/json.h"

/* Messages carry ${where} and the line. Scalars: core schema (null, true/false, integers, decimals); dates stay strings. */
cdr_status cdr_yaml_parse(const char *text, size_t len, const char *where, json_t **ret, cdr_err *err) CDR_NODISCARD;
/* The same, and where it all stands: ${ret_lines} maps the path of each value ("purposes.erasure.tell[1].C4", counted from 1) to its line. Paths longer than CDR_YAML_PATH_MAX are left out. */
#define CDR_YAML_PATH_MAX 400
cdr_status cdr_yaml_parse_lines(const char *text, size_t len, const char *where, json_t **ret, json_t **ret_lines, cdr_err *err) CDR_NODISCARD;
/* The line of ${path} or of what it lies in; 0: not known. */
size_t cdr_yaml_line(const json_t *lines, const char *path);
cdr_status cdr_yaml_write(const json_t *value, cdr_buf *out, cdr_err *err) CDR_NODISCARD;  /* block style, keys in insertion order */

#endif

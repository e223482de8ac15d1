/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of an object as report.json and findings.sarif write them. */
#ifndef CDR_CORE_REPORT_JSON_FIELDS_H
#define CDR_CORE_REPORT_JSON_FIELDS_H

#include "base/json.h"

static inline void str(cdr_json_writer *w, const char *key, const char *s)
{
    cdr_jw_key(w, key);
    cdr_jw_str(w, s ? s : "");
}

static inline void num(cdr_json_writer *w, const char *key, uint64_t n)
{
    cdr_jw_key(w, key);
    cdr_jw_int(w, (int64_t)n);
}

#endif

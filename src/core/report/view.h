/* SPDX-License-Identifier: Apache-2.0 */
/* The audit as the data of template report.html: everything a sentence, a number in words or a finished chart. Strings of strangers
 * (paths, names) have their control and direction characters escaped here; the template escapes HTML. */
#ifndef CDR_CORE_REPORT_VIEW_H
#define CDR_CORE_REPORT_VIEW_H

#include "base/json.h"
#include "core/report/audit.h"

/* Building a tree with many steps: the first failure sticks. */
typedef struct cdr_view {
    const cdr_audit *audit;
    cdr_buf text;            /* scratch */
    bool failed;
} cdr_view;

json_t *cdr_view_object(cdr_view *v);
json_t *cdr_view_list(cdr_view *v);
void cdr_view_put(cdr_view *v, json_t *object, const char *key, json_t *value);   /* steals; NULL marks failure */
void cdr_view_add(cdr_view *v, json_t *list, json_t *value);
void cdr_view_str(cdr_view *v, json_t *object, const char *key, const char *s);   /* made safe to show; NULL is "" */
void cdr_view_raw(cdr_view *v, json_t *object, const char *key, const cdr_buf *b);
void cdr_view_take(cdr_view *v, json_t *object, const char *key);                 /* what stands in ->text; clears it */

/* The charts and their tables, in view_charts.c. */
void cdr_view_heat(cdr_view *v, json_t *root, cdr_err *err);
void cdr_view_holders(cdr_view *v, json_t *root, cdr_err *err);
void cdr_view_people(cdr_view *v, json_t *root);
void cdr_view_history(cdr_view *v, json_t *root);
void cdr_view_policy(cdr_view *v, json_t *root);      /* view_policy.c */

cdr_status cdr_view_build(const cdr_audit *a, const char *style_hash, json_t **ret, cdr_err *err) CDR_NODISCARD;

#endif

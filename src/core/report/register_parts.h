/* SPDX-License-Identifier: Apache-2.0 */
/* What the writers of registers share. */
#ifndef CDR_CORE_REPORT_REGISTER_PARTS_H
#define CDR_CORE_REPORT_REGISTER_PARTS_H

#include "core/report/register.h"

typedef struct paper {
    const cdr_register *r;
    bool processor;
    cdr_register_head head;
    const cdr_reg_activity **activities;      /* of the role */
    cdr_audit_activity *rows;                 /* the same as rows */
    const char **served;                      /* by a processor: the controllers */
    size_t count;
    cdr_buf *out;
} paper;

enum { REGISTER_MINIMUM = 7 };
extern const char *const register_minimum_head[REGISTER_MINIMUM];
void register_minimum_cells(const paper *p, size_t i, const char *ret[REGISTER_MINIMUM]);
void register_minimum_csv(const paper *p);
void register_processor_csv(const paper *p);
cdr_status register_cnil(const paper *p, bool html, cdr_err *err) CDR_NODISCARD;      /* register_sheets.c */
cdr_status register_minimum_markdown(const paper *p, cdr_err *err) CDR_NODISCARD;
cdr_status register_dpv(const paper *p, cdr_err *err) CDR_NODISCARD;                  /* register_dpv.c */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What people call a step of a run: its number in the plan (core/cacao/outline.h), the one that stands on the sheet of paper, in every run the same. "8"; where the run has come to it several times "8.1", "8.2", in
 * the order of coming; in a playbook that step 5 calls "5/3". Steps where a plan begins and ends have none. Pure. */
#ifndef CDR_CORE_CACAO_RUN_NUMBER_H
#define CDR_CORE_CACAO_RUN_NUMBER_H

#include "core/cacao/run.h"

#define CDR_RUN_NUMBER_MAX 200u

typedef struct cdr_run_numbers cdr_run_numbers;   /* of a run as it stands: made anew when it has gone on */
cdr_status cdr_run_numbers_new(const cdr_run *run, cdr_run_numbers **ret, cdr_err *err) CDR_NODISCARD;
void cdr_run_numbers_free(cdr_run_numbers *n);
static inline void cdr_run_numbers_freep(cdr_run_numbers **n) { cdr_run_numbers_free(*n); }
/* "" where it has none. */
void cdr_run_number(const cdr_run_numbers *n, uint32_t activation, char ret[CDR_RUN_NUMBER_MAX]);
/* Is ${word} its number? "8" is that of each coming of step 8, "8.2" of the second alone; so with each part of "5/3". */
bool cdr_run_number_is(const cdr_run_numbers *n, uint32_t activation, const char *word);
/* The step that called the playbook that ${a} belongs to; NULL: it is the run's own. */
const cdr_activation *cdr_run_caller(const cdr_run *run, const cdr_activation *a);
/* Number in the plan of ${p}, which the run carries out or calls; 0 none. */
unsigned cdr_run_plan_number(const cdr_run_numbers *n, const cdr_playbook *p, uint32_t step);

#endif

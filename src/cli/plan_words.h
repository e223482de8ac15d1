/* SPDX-License-Identifier: Apache-2.0 */
/* Plans as people and programs read them; what the verbs that work with plans share. */
#ifndef CDR_CLI_PLAN_WORDS_H
#define CDR_CLI_PLAN_WORDS_H

#include "cli/cmd.h"
#include "core/minimise/plan_parts.h"
#include "core/minimise/store_plan.h"

/* Policy, inventory and detectors: what making and carrying out need. */
typedef struct cdr_planning {
    cdr_policy *policy;
    cdr_inventory *inv;
    cdr_ruleset *ruleset;
    cdr_cli *cli;
    int64_t told_us;               /* when progress was told last */
    cdr_plan_context context;      /* its arg is this: it must stay where it is */
} cdr_planning;
cdr_status cdr_planning_begin(cdr_cli *cli, cdr_planning *ret) CDR_NODISCARD;
void cdr_planning_end(cdr_planning *p);

/* By id (its first digits), or the file that candor policy plan --out wrote. */
cdr_status cdr_cli_plan_load(cdr_cli *cli, const char *what, cdr_plan **ret) CDR_NODISCARD;
/* Headline, steps, what must be done by hand, what holds stop, what is not covered. ${done}: NULL, or what became of each step. */
/* ${brief}: only what is done by the program. */
void cdr_cli_plan_print(cdr_cli *cli, const cdr_plan *p, const cdr_step_done *done, bool brief);
/* The plan's document with state and outcomes beside it. NULL: no memory. */
json_t *cdr_cli_plan_json(const cdr_plan *p, const cdr_step_done *done);
/* What became of each step, in ${a}. */
cdr_status cdr_cli_plan_outcomes(cdr_cli *cli, const cdr_plan *p, cdr_arena *a, cdr_step_done **ret) CDR_NODISCARD;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario as it was read: for this room alone. Times are microseconds after the drill began. */
#ifndef CDR_CORE_DRILL_SCENARIO_H
#define CDR_CORE_DRILL_SCENARIO_H

#include "base/vec.h"
#include "core/drill/drill.h"

#define CDR_SCENARIO_BYTES_MAX (256u << 10)
#define CDR_SCENARIO_ITEMS_MAX 500u            /* of each list */

typedef struct cdr_inject {
    int64_t at_us, within_us;                  /* within: time to answer it */
    const char *text, *step;                   /* step: whose end answers it; NULL: whatever is done next */
    unsigned set;                              /* bits by cdr_incident_time that begin now */
    int64_t people_min, people_max;            /* -1: nothing said */
} cdr_inject;
CDR_VEC(cdr_injects, cdr_inject)

typedef struct cdr_scripted {
    const char *step;                          /* name or id; "*": any that is not named */
    int64_t after_us;
    cdr_duty_role by;                          /* CDR_DUTY__MAX: whose it is */
    const json_t *answers;                     /* NULL none; values are texts */
    bool failed;
    const char *skip, *text, *evidence;        /* reasons and what is shown; NULL none */
    unsigned set;
    bool approve, approve_yes;
    int64_t approve_after_us;
    cdr_duty_role approve_by;                  /* CDR_DUTY__MAX: whose it is */
    const char *approve_text;
} cdr_scripted;
CDR_VEC(cdr_script, cdr_scripted)

typedef struct cdr_absence { cdr_duty_role role; int64_t from_us, until_us; } cdr_absence;
CDR_VEC(cdr_absences, cdr_absence)

struct cdr_scenario {
    json_t *tree;                              /* texts are borrowed from it */
    const char *title, *playbook, *about, *found_by;
    int64_t begins_us, lasts_us, began_before_us;
    int64_t accepts_us;                        /* after which the manager says that she has it; -1 never */
    const char *roles[CDR_DUTY__MAX];          /* who is there when the team names nobody */
    json_t *variables;                         /* texts */
    cdr_injects injects;                       /* by time */
    cdr_script script;
    cdr_absences absences;
};

#endif

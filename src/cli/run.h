/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs about runs of playbooks share. */
#ifndef CDR_CLI_RUN_H
#define CDR_CLI_RUN_H

#include "cli/cmd.h"
#include "core/cacao/run_number.h"
#include "core/incident/incident.h"

/* The rooms of incidents and runs, and the run that was named, as it stands now. */
typedef struct cdr_desk_run { cdr_incidents *in; cdr_runs *r; cdr_run_row row; cdr_run *run; cdr_run_numbers *numbers /* of ->run; made when asked for */; } cdr_desk_run;
/* ${name}: R-<n>, or I-<n> when it has one open run (or one at all); NULL: no run yet. */
cdr_status cdr_desk_run_open(cdr_cli *cli, const char *name, cdr_desk_run *ret) CDR_NODISCARD;
void cdr_desk_run_close(cdr_desk_run *d);
#define _cleanup_desk_run_ _cleanup_(cdr_desk_run_close)
/* From here on the command writes; the run is loaded anew. */
cdr_status cdr_desk_run_write(cdr_cli *cli, cdr_desk_run *d) CDR_NODISCARD;
/* Nobody is kept waiting any more while somebody types. */
cdr_status cdr_desk_run_read(cdr_cli *cli, cdr_desk_run *d) CDR_NODISCARD;

/* Its number in the plan, as it stands on the sheet (core/cacao/run_number.h); ${ret}. */
const char *cdr_desk_run_number(cdr_desk_run *d, uint32_t activation, char ret[CDR_RUN_NUMBER_MAX]);

/* Bits 1 << cdr_activation_state. */
#define CDR_RUN_WAITS (1u << CDR_ACT_ANSWER | 1u << CDR_ACT_EVIDENCE | 1u << CDR_ACT_APPROVAL | 1u << CDR_ACT_DOUBT | 1u << CDR_ACT_FAILED)
/* The step that is meant: its number in the plan ("8", "8.2" where it came several times), or a start of its name that only one has, those in ${states} first; NULL: the only one in ${states}, if nobody else did the last step. One that has ended is found too, so that the run can tell who was first. */
cdr_status cdr_desk_run_step(cdr_cli *cli, cdr_desk_run *d, const char *word, unsigned states, const cdr_activation **ret) CDR_NODISCARD;
/* The --set options as {"__name__": "value"}; NULL: none. A value "-" is the next line of standard input, which is not shown. Before the workspace is written. */
cdr_status cdr_cli_run_values(cdr_cli *cli, json_t **ret) CDR_NODISCARD;
/* Says it. An answer may be a decision: then it stands in the incident, too. */
cdr_status cdr_desk_run_deed(cdr_cli *cli, cdr_desk_run *d, cdr_run_deed deed, const cdr_run_say *say) CDR_NODISCARD;
/* Says it; tells what comes next. ${activation} 0: the whole run. */
cdr_exit cdr_desk_run_say(cdr_cli *cli, cdr_desk_run *d, cdr_run_deed deed, const cdr_run_say *say, const char *done);

/* Evidence of the step: into the incident's list where the run belongs to one, its hash into the run. The file is read before the workspace is written. */
cdr_status cdr_desk_run_show(cdr_cli *cli, cdr_desk_run *d, uint32_t activation, const char *path) CDR_NODISCARD;

/* --- run_said.c --- */
/* Is it for whoever is at work? CDR_DENIED: no, and whose it is; approving one's own answer is nobody's. */
cdr_status cdr_run_check_mine(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a) CDR_NODISCARD;
cdr_status cdr_run_mine(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a, bool *ret) CDR_NODISCARD;
/* "the approver (kim), not staff:dana, who answered": who may answer it, or approve it. */
cdr_status cdr_run_by_words(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a, cdr_buf *out) CDR_NODISCARD;
/* What people said to a step since it was last asked: its answers, the note or reason, the evidence. */
typedef struct cdr_run_said { json_t *answers; char *note, *shown; int64_t at_us /* 0: nobody has */; bool skipped, by_hand; } cdr_run_said;
cdr_status cdr_run_said_of(cdr_cli *cli, cdr_desk_run *d, uint32_t activation, cdr_run_said *ret) CDR_NODISCARD;
void cdr_run_said_done(cdr_run_said *said);
/* "Was it encrypted? yes": the question's own words, the name of the variable where it has none. */
void cdr_run_put_answer(cdr_buf *out, const cdr_activation *a /* NULL: of none */, const char *name, const json_t *value);
cdr_status cdr_run_print_said(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a) CDR_NODISCARD;
/* "Next: candor run approve R-1 4, by …." */
cdr_status cdr_run_say_approval(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a) CDR_NODISCARD;

/* --- run_words.c --- */
/* "waits for an answer", "done", "failed", "later" … */
const char *cdr_run_state_words(const cdr_activation *a);
const char *cdr_run_outcome_words(cdr_run_outcome o);
/* "due in 3 hours", "2 hours late"; "" when it has no time. */
#define CDR_RUN_DUE_TEXT 96
void cdr_run_due_words(cdr_cli *cli, const cdr_run *run, const cdr_activation *a, char ret[CDR_RUN_DUE_TEXT]);
/* What the step asks of somebody, whole: what, why, who, by when, the questions, and the command to type. */
cdr_status cdr_run_print_waiting(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a) CDR_NODISCARD;
/* All that wait, each in a line or two. */
cdr_status cdr_run_print_next(cdr_cli *cli, cdr_desk_run *d) CDR_NODISCARD;
/* A variable that is asked for: its question, choices (NULL none), whether it may be left out. */
typedef struct cdr_run_question { char name[CDR_VARIABLE_NAME_MAX + 8]; const char *ask; const json_t *choices; bool optional; cdr_variable_type type; } cdr_run_question;
bool cdr_run_question_of(const cdr_activation *a, size_t i, cdr_run_question *ret);
/* What was handed in for it when the run was started and can be an answer: offered, and an answer only when somebody says so. NULL: nothing. */
const char *cdr_run_known(cdr_run *run, const cdr_activation *a, const cdr_run_question *q);
/* "known from the report", of an incident's run; else "handed in at the start". */
const char *cdr_run_known_words(const cdr_run_row *row);
/* What to do where nobody knows the answer: "Type unknown.", or "If nobody knows, type the largest number that you cannot rule out, or leave the step open." */
void cdr_run_unknown_words(const cdr_run_question *q, char *ret, size_t cap);
json_t *cdr_run_activation_json(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a);
/* Which steps of ${p} it has come to, by their number; NULL: no memory; free with cdr_free. */
bool *cdr_run_steps_met(const cdr_run *run, const cdr_playbook *p) CDR_NODISCARD;
/* The run with all its steps; NULL: no memory. */
json_t *cdr_run_json(cdr_cli *cli, cdr_desk_run *d);

#endif

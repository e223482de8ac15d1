/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of incidents share. */
#ifndef CDR_CLI_INCIDENT_H
#define CDR_CLI_INCIDENT_H

#include "cli/cmd.h"
#include "core/incident/incident.h"
#include "core/incident/team.h"

/* The register, and the incident that was named. */
typedef struct cdr_incident_room { cdr_incidents *in; cdr_incident i; } cdr_incident_room;
/* ${name} NULL: none is meant. Opens the workspace unless it is open. */
cdr_status cdr_incident_room_open(cdr_cli *cli, cdr_workspace_mode mode, const char *name, cdr_incident_room *ret) CDR_NODISCARD;
void cdr_incident_room_close(cdr_incident_room *r);
#define _cleanup_incident_ _cleanup_(cdr_incident_room_close)

/* Words that are typed: the option ${opt} (NULL none; "-" is standard input), else the arguments from ${first} on (-1 none), else a question on the terminal, else, when ${needed}, all of standard input.
 * CDR_E_INVAL: nothing came although ${needed}; ${what}: "the reason". */
cdr_status cdr_incident_words(cdr_cli *cli, const char *opt, int first, const char *prompt, const char *what, bool needed, cdr_buf *ret) CDR_NODISCARD;
/* "now", "09:15", "yesterday 16:00", "2 hours ago", a date, RFC 3339. 0: the option is not there. */
cdr_status cdr_incident_when(cdr_cli *cli, const char *opt, int64_t *ret) CDR_NODISCARD;
cdr_status cdr_incident_when_text(cdr_cli *cli, const char *what, const char *text, int64_t *ret) CDR_NODISCARD;
/* The same for what lies ahead: "in 3 days", "PT72H", "5 business days", a date (the end of it), RFC 3339. */
cdr_status cdr_incident_until(cdr_cli *cli, const char *opt, int64_t *ret) CDR_NODISCARD;
/* "manager", "privacy lead" …; CDR_E_INVAL says which there are. */
cdr_status cdr_incident_role_word(cdr_cli *cli, const char *word, cdr_duty_role *ret) CDR_NODISCARD;
/* A number behind a letter: "4", "E-4". */
cdr_status cdr_incident_number(cdr_cli *cli, const char *word, const char *what, int64_t *ret) CDR_NODISCARD;
/* "2027-02-19 10:00 UTC"; "" for 0. */
#define CDR_WHEN_TEXT 24
void cdr_incident_time_text(int64_t us, char ret[CDR_WHEN_TEXT]);
/* "2 days 4 hours", "3 hours late" */
#define CDR_LEFT_TEXT 64
void cdr_incident_left(int64_t due_us, int64_t now_us, char ret[CDR_LEFT_TEXT]);

/* When candor tick ran last; 0: never. */
int64_t cdr_cli_last_tick(const cdr_cli *cli);
#define CDR_TICK_LATE_US (INT64_C(900) * 1000000)   /* nobody calls it regularly, when it ran longer ago than this */

/* Everything of an incident as one tree: for the terminal, JSON and the page. */
cdr_status cdr_incident_view(cdr_cli *cli, cdr_incident_room *r, json_t **ret) CDR_NODISCARD;
cdr_status cdr_incident_timeline_json(cdr_cli *cli, cdr_incident_room *r, bool public, json_t **ret) CDR_NODISCARD;
/* ${data} in the template ${name} into ${path}. */
cdr_status cdr_incident_page(cdr_cli *cli, const char *name, json_t *data, const char *path) CDR_NODISCARD;
/* Hash and copy (--copy), with a bar when it takes long; the workspace is open for reading. */
cdr_status cdr_cli_take_evidence(cdr_cli *cli, cdr_incidents *in, int64_t id, const char *path, cdr_evidence_taken **ret) CDR_NODISCARD;
/* Says so when there are users and ${who} is none of them. */
void cdr_incident_warn_login(cdr_cli *cli, const char *who);
/* Something was done: the sentence, or the incident as JSON. */
cdr_exit cdr_incident_did(cdr_cli *cli, cdr_incident_room *r, cdr_status s, const char *fmt, ...) CDR_PRINTF(4, 5);

#endif

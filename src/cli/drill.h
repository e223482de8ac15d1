/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of drills share. */
#ifndef CDR_CLI_DRILL_H
#define CDR_CLI_DRILL_H

#include "cli/cmd.h"
#include "core/drill/drill.h"

#define CDR_CLI_DRILL_SHAPE                                                                                                                                                                              \
    "  {\"mark\": \"DRILL\", \"drill\": \"D-1\", \"playbook\": \"lost-device\", \"name\": \"…\", \"version\": \"…\", \"scenario\": \"…\", \"at\": \"…\", \"began\": \"…\", \"ended\": \"…\",\n"                      \
    "    \"reminders\": 2, \"escalations\": 1, \"taken_over\": 0,\n"                                                                                                                                    \
    "    \"score\": {\"percent\": 91, \"stopped\": false, \"deadlines\": 12, \"met\": 11, \"late\": 1, \"missed\": 0, \"decisions\": 3, \"decisions_wanted\": 3, \"steps\": 21, \"done\": 21, \"skipped\": 0,\n"                 \
    "      \"open\": 0, \"injects\": 2, \"injects_answered\": 2, \"slack_seconds\": 600, \"simulated_seconds\": 259200, \"took_ms\": 400},\n"                                                                      \
    "    \"deadlines\": [{\"what\": \"…\", \"due\": \"…\", \"ended\": \"…\", \"state\": \"met\", \"span\": \"10 minutes\", \"slack_seconds\": 600}],\n"                                                                  \
    "    \"decisions\": [{\"name\": \"notify-people\", \"step\": \"…\", \"answered\": true, \"reason\": true, \"wants_second\": true, \"second\": true, \"recorded\": true}],\n"                                    \
    "    \"steps\": [{\"step\": \"…\", \"role\": \"…\", \"state\": \"done\", \"began\": \"…\", \"ended\": \"…\"}], \"injects\": [{\"at\": \"…\", \"text\": \"…\", \"answered\": true, \"answered_at\": \"…\"}],\n"          \
    "    \"well\": [\"…\"], \"mend\": [\"…\"], \"timeline\": [{\"at\": \"…\", \"kind\": \"step\", \"text\": \"…\"}], \"earlier\": [{\"drill\": \"D-0\", \"at\": \"…\", \"percent\": 80, \"scenario\": \"…\"}]}\n"

/* The report as text: the answer, what to mend, what went well. */
void cdr_cli_drill_print(cdr_cli *cli, const json_t *report, bool timeline);

#endif

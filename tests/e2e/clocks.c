/* SPDX-License-Identifier: Apache-2.0 */
/* candor-clocks WORKSPACE COUNT: makes the team of an organisation, and COUNT clocks "Step <n>" that were due an hour ago and began a day before that; the owner is to be called at once. For tests of candor tick. */
#include "base/parse.h"
#include "core/incident/team.h"

#include <stdio.h>
#include <string.h>

#define HOUR_US (INT64_C(3600) * 1000000)

/* They were set a day ago: since then the machine slept. */
static int64_t a_day_ago(void *clock)
{
    cdr_ctx ctx;
    (void)clock;
    cdr_ctx_init(&ctx);
    return cdr_now_us(&ctx) - 25 * HOUR_US;
}

static cdr_status make(cdr_incidents *in, cdr_ctx *ctx, uint64_t count, cdr_err *err)
{
    cdr_team_member manager = {.role = CDR_DUTY_MANAGER, .who = "mia", .email = "mia@shop.example.com"}, owner = {.role = CDR_DUTY_OWNER, .who = "omar", .email = "omar@shop.example.com"};
    int64_t now = cdr_now_us(ctx);
    cdr_status s = cdr_team_set(in, &manager, err);
    if (s == CDR_OK)
        s = cdr_team_set(in, &owner, err);
    ctx->now_us = a_day_ago;
    for (uint64_t i = 0; s == CDR_OK && i < count; i++) {
        char subject[32], label[32];
        snprintf(subject, sizeof subject, "R-%llu", (unsigned long long)i + 1);
        snprintf(label, sizeof label, "Step %llu", (unsigned long long)i + 1);
        s = cdr_clock_set(cdr_incidents_clocks(in), &(cdr_clock_setup){.subject = subject, .ref = "step", .label = label, .began_us = now - 25 * HOUR_US, .due_us = now - HOUR_US, .warn_count = 1,
                          .warn = {{.seconds = 4 * 3600}}, .escalation_count = 1, .escalate = {{{0}, CDR_DUTY_OWNER}}, .role = CDR_DUTY_MANAGER}, err);
    }
    return s;
}

int main(int argc, char **argv)
{
    cdr_ctx ctx;
    cdr_err err = {0};
    cdr_workspace *ws = NULL;
    cdr_incidents *in = NULL;
    uint64_t count;
    if (argc != 3 || !cdr_parse_u64(argv[2], strlen(argv[2]), 0, 1000000, &count))
        return 2;
    cdr_ctx_init(&ctx);
    cdr_status s = cdr_workspace_open(&ctx, argv[1], CDR_WORKSPACE_WRITE, NULL, &ws, &err);
    if (s == CDR_OK)
        s = cdr_incidents_open(ws, &in, &err);
    if (s == CDR_OK)
        s = make(in, &ctx, count, &err);
    cdr_incidents_close(in);
    cdr_workspace_close(ws);
    if (s != CDR_OK)
        fprintf(stderr, "candor: %s\n", err.text);
    return s == CDR_OK ? 0 : 5;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* candor tick: what happens without anybody typing. A timer calls it every minute. */
#include "base/io.h"
#include "base/program.h"
#include "base/words.h"
#include "cli/incident.h"
#include "cli/policy_words.h"
#include "send/send.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAIT_MS 60000                          /* for somebody who writes */
#define PATIENCE_US (INT64_C(900) * 1000000)   /* what waits no longer than this may wait for the next tick */

/* --- the timer --- */

static bool is_plain(const char *path)
{
    for (const char *s = path; *s; s++)
        if ((unsigned char)*s <= ' ' || strchr("\"'\\%$;&|<>*?()`#~!{}[]", *s))
            return false;
    return true;
}

static cdr_exit print_timer(cdr_cli *cli)
{
    char program[PATH_MAX], absolute[PATH_MAX];
    const char *folder = realpath(cli->workspace_dir, absolute) ? absolute : cli->workspace_dir;
    if (!cdr_program_path(NULL, "candor", program, sizeof program))
        snprintf(program, sizeof program, "/usr/local/bin/candor");
    if (!is_plain(program) || !is_plain(folder))
        return cdr_cli_fail(cli, cdr_fail(&cli->err, CDR_E_INVAL, "cli", "tick.path", "The path of Candor or of the workspace has blanks or quotes in it, which units and cron lines read in ways of their own; use a link without them."));
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:s}", "program", program, "workspace", folder, "every", "PT1M"), CDR_EXIT_OK);
    cdr_cli_print(cli,
                  "# 1. /etc/systemd/system/candor-tick.service\n"
                  "[Unit]\n"
                  "Description=Candor: deadlines, reminders and runs that wait\n"
                  "After=network-online.target\n"
                  "Wants=network-online.target\n"
                  "\n"
                  "[Service]\n"
                  "Type=oneshot\n"
                  "User=candor\n"
                  "ExecStart=%s tick --quiet -w %s\n"
                  "# A key file with a passphrase: docs/guide-owner.md, \"As a service\".\n"
                  "UMask=0077\n"
                  "NoNewPrivileges=yes\n"
                  "PrivateTmp=yes\n"
                  "ProtectSystem=strict\n"
                  "ReadWritePaths=%s\n"
                  "ProtectKernelTunables=yes\n"
                  "ProtectKernelModules=yes\n"
                  "ProtectControlGroups=yes\n"
                  "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6\n"
                  "SystemCallArchitectures=native\n"
                  "TimeoutStartSec=10min\n"
                  "\n"
                  "# 2. /etc/systemd/system/candor-tick.timer\n"
                  "[Unit]\n"
                  "Description=Candor: every minute\n"
                  "\n"
                  "[Timer]\n"
                  "OnCalendar=*-*-* *:*:00\n"
                  "AccuracySec=1s\n"
                  "Persistent=true\n"
                  "\n"
                  "[Install]\n"
                  "WantedBy=timers.target\n"
                  "\n"
                  "# 3. Change User= to whom the workspace belongs to, then:\n"
                  "#    systemctl daemon-reload && systemctl enable --now candor-tick.timer\n"
                  "\n"
                  "# Without systemd, one line for crontab -e of whom the workspace belongs to:\n"
                  "#    * * * * * %s tick --quiet -w %s\n",
                  program, folder, folder, program, folder);
    return CDR_EXIT_OK;
}

/* --- the tick --- */

static void say(cdr_cli *cli, const cdr_incident_tick *t, bool drops)
{
    const struct { unsigned n; const char *one, *many; } parts[] = {
        {t->opened, "incident opened by a canary", "incidents opened by canaries"}, {t->runs, "run went on", "runs went on"}, {t->warned, "reminder before", "reminders before"}, {t->due, "due", "due"},
        {t->escalated, "escalation", "escalations"}, {t->taken_over, "deputy took over", "deputies took over"}, {t->sent, drops ? "message written to the folder outbox" : "message sent", drops ? "messages written to the folder outbox" : "messages sent"}, {t->failed, "message not sent", "messages not sent"},
    };
    _cleanup_buf_ cdr_buf line = CDR_BUF(1000);
    for (size_t i = 0; i < CDR_COUNT(parts); i++)
        if (parts[i].n) {
            cdr_buf_adds(&line, line.len ? ", " : "");
            cdr_words_count(&line, parts[i].n, parts[i].one, parts[i].many);
        }
    if (!cli->quiet) {
        cdr_buf_adds(&line, line.len ? "." : "Nothing is due.");
        if (t->sent && drops)
            cdr_buf_adds(&line, " Nothing leaves this computer before send.yaml says how.");
        cdr_cli_wrapped(cli, 0, 0, line.data ? line.data : "");
    }
    if (t->failed)
        fprintf(stderr, "candor: %u messages could not be sent; they are tried again. See send.yaml, and candor send test.\n", t->failed);
}

static cdr_exit tell(cdr_cli *cli, const cdr_incident_tick *t, bool busy, bool drops, cdr_exit code)
{
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:b, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:b}", "busy", busy, "opened", (int)t->opened, "runs", (int)t->runs, "warned", (int)t->warned, "due", (int)t->due, "escalated",
                                                 (int)t->escalated, "taken_over", (int)t->taken_over, "sent", (int)t->sent, "failed", (int)t->failed, "outbox", (int)(drops && t->sent)), code);
    if (busy)
        cdr_cli_say(cli, "Somebody is writing; the next tick does it.\n");
    else
        say(cli, t, drops);
    return code;
}

static cdr_status waits(cdr_cli *cli, int64_t *ret_since_us)
{
    _cleanup_(cdr_incidents_closep) cdr_incidents *in = NULL;
    cdr_status s = cdr_incidents_open(cli->ws, &in, &cli->err);
    return s == CDR_OK ? cdr_incident_tick_waits(in, ret_since_us, &cli->err) : s;
}

static cdr_status work(cdr_cli *cli, cdr_incident_tick *t)
{
    _cleanup_(cdr_incidents_closep) cdr_incidents *in = NULL;
    cdr_status s = cdr_incidents_open(cli->ws, &in, &cli->err);
    return s == CDR_OK ? cdr_incident_run_tick(in, t, &cli->err) : s;
}

/* --- the messages: nobody is kept waiting while a mail server thinks --- */

#define LOCK "tick.lock"

/* Its time of change is when a tick ran last. */
static int open_lock(const cdr_cli *cli)
{
    _cleanup_free_ char *path = cdr_path_join(cli->workspace_dir, LOCK);
    int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    if (fd >= 0)
        (void)futimens(fd, NULL);
    return fd;
}

int64_t cdr_cli_last_tick(const cdr_cli *cli)
{
    struct stat st;
    _cleanup_free_ char *path = cdr_path_join(cli->workspace_dir, LOCK);
    return path && !lstat(path, &st) && S_ISREG(st.st_mode) ? (int64_t)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000 : 0;
}

/* Only one tick sends at a time; another one leaves it to that. -1: one does, or the folder cannot be written to. */
static int take_turn(const cdr_cli *cli)
{
    int fd = open_lock(cli);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
        close(fd);
        return -1;
    }
    return fd;
}

static cdr_status next_letter(cdr_cli *cli, cdr_sender *sender, int64_t after, cdr_clock_letter *ret)
{
    _cleanup_(cdr_incidents_closep) cdr_incidents *in = NULL;
    cdr_clock_tick how;
    cdr_status s = cdr_incidents_open(cli->ws, &in, &cli->err);
    if (s != CDR_OK)
        return s;
    cdr_incident_reminders(in, sender, &how);
    return cdr_clock_letter_next(cdr_incidents_clocks(in), &how, after, ret, &cli->err);
}

static cdr_status mark(cdr_cli *cli, int64_t event, bool left)
{
    _cleanup_(cdr_clocks_closep) cdr_clocks *c = NULL;
    cdr_status s = cdr_workspace_start_writing(cli->ws, WAIT_MS, &cli->err);
    if (s == CDR_OK)
        s = cdr_clocks_open(cli->ws, &c, &cli->err);
    if (s == CDR_OK)
        s = cdr_clock_letter_sent(c, event, left, &cli->err);
    cdr_clocks_close(CDR_TAKE(c));
    return s == CDR_OK ? cdr_workspace_stop_writing(cli->ws, &cli->err) : s;
}

static cdr_status send_letters(cdr_cli *cli, cdr_sender *sender, cdr_incident_tick *t)
{
    unsigned row = 0;
    int64_t after = 0;
    cdr_clock_letter l;
    cdr_status s;
    while ((s = next_letter(cli, sender, after, &l)) == CDR_OK) {
        bool left = false, away = false, tries = row < CDR_CLOCK_GIVE_UP && !cdr_cancelled(&cli->ctx);
        after = l.event;
        if (tries) {
            left = cdr_clock_letter_send(sender, &l, &away);
            row = away ? row + 1 : 0;
            s = mark(cli, l.event, left);
        }
        cdr_clock_letter_done(&l);
        t->sent += left;
        t->failed += !left;
        if (s != CDR_OK)
            return s;
    }
    return s == CDR_DONE ? CDR_OK : s;
}

/* A send.yaml that cannot be read stops no clock: its messages wait. */
static cdr_status send_all(cdr_cli *cli, cdr_incident_tick *t, bool *ret_drops)
{
    cdr_sender *sender = NULL;
    _cleanup_close_ int turn = take_turn(cli);
    if (turn < 0)
        return CDR_OK;
    cdr_status s = cdr_sender_open(&cli->ctx, cli->workspace_dir, &sender, &cli->err);
    if (s == CDR_OK) {
        *ret_drops = cdr_sender_is_drop(sender);
        s = send_letters(cli, sender, t);
    }
    cdr_sender_close(sender);
    return s;
}

/* Somebody is to be called and cannot be: that must not wait for the day. */
static void warn_unreachable(cdr_cli *cli)
{
    _cleanup_(cdr_incidents_closep) cdr_incidents *in = NULL;
    cdr_err none = {0};
    cdr_unreachable u;
    if (cli->quiet || cli->json || cdr_incidents_open(cli->ws, &in, &none) != CDR_OK || cdr_incident_unreachable(in, &u, &none) != CDR_OK || !u.count)
        return;
    fprintf(stderr, "candor: I-%lld: the %s has no e-mail address and is not told.\n        candor incident assign I-%lld %s NAME --email ADDRESS\n", (long long)u.incident, cdr_duty_role_label(u.role),
            (long long)u.incident, cdr_duty_role_key(u.role));
}

static cdr_exit run(cdr_cli *cli)
{
    cdr_incident_tick t = {0};
    int64_t since = INT64_MAX;
    bool drops = false;
    if (cdr_opt_flag(cli, "print-timer"))
        return print_timer(cli);
    cdr_status s = cdr_cli_open_workspace(cli, CDR_WORKSPACE_READ);
    if (s == CDR_OK)
        s = waits(cli, &since);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    int lock = open_lock(cli);
    cdr_closep(&lock);
    if (since == INT64_MAX)
        return tell(cli, &t, false, false, CDR_EXIT_OK);
    s = cdr_workspace_start_writing(cli->ws, WAIT_MS, &cli->err);
    if (s == CDR_E_LOCKED)
        return tell(cli, &t, true, false, cdr_now_us(&cli->ctx) - since > PATIENCE_US ? CDR_EXIT_INCOMPLETE : CDR_EXIT_OK);
    cdr_err why = {0};
    cdr_status done = s == CDR_OK ? work(cli, &t) : s;
    if (done != CDR_OK)
        why = cli->err;
    if (s == CDR_OK)      /* whatever failed, what happened is told */
        s = cdr_workspace_stop_writing(cli->ws, &cli->err);
    if (s == CDR_OK)
        s = send_all(cli, &t, &drops);
    if (done != CDR_OK)
        cli->err = why;
    if (s != CDR_OK || done != CDR_OK)
        return cdr_cli_fail(cli, done != CDR_OK ? done : s);
    warn_unreachable(cli);
    return tell(cli, &t, false, drops, t.failed ? CDR_EXIT_INCOMPLETE : CDR_EXIT_OK);
}

static const cdr_opt options[] = {
    {"print-timer", 0, CDR_OPT_FLAG, NULL, NULL, "print a systemd service and timer, and a cron line, for this workspace"},
    {0},
};

const cdr_cmd cdr_cmd_tick = {
    .path = "tick",
    .group = "Be ready",
    .summary = "do what is due now: reminders, escalations, runs that wait; for a timer",
    .opts = options,
    .flags = CDR_CMD_NO_SESSION,
    .description = "Reminds whoever has to do something before it is due, when it is due, and calls the next in the chain when it was missed. Runs of playbooks whose waiting is over go "
                   "on, and a deputy takes over where an incident says so and its manager does not answer. Each reminder is sent once: a computer that was off says once what was "
                   "missed, and when it was meant; a message that cannot be sent is tried again at the next tick. Nobody has to be signed in.\n\n"
                   "Let a timer call it every minute: --print-timer prints what to install. When nothing is due it only looks. While somebody else writes it waits up to a minute, "
                   "and then leaves the work to the next tick; exit code 6 says that something is late because of that, or that messages could not be sent.",
    .examples = "  candor tick\n"
                "  # a systemd timer and a cron line for this workspace\n"
                "  candor tick --print-timer\n",
    .json_shape = "  {\"busy\": false, \"opened\": 0, \"runs\": 0, \"warned\": 1, \"due\": 0, \"escalated\": 0,\n   \"taken_over\": 0, \"sent\": 1, \"failed\": 0, \"outbox\": false}\n"
                  "  # --print-timer\n  {\"program\": \"…\", \"workspace\": \"…\", \"every\": \"PT1M\"}\n",
    .run = run,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* candor doctor: what is missing, and what this machine gives. */
#include "cli/cmd.h"
#include "cli/policy_words.h"

#include "base/io.h"
#include "base/program.h"
#include "base/text.h"
#include "candor/crypto.h"
#include "candor/inventory.h"
#include "candor/scan.h"
#include "cli/detect.h"
#include "cli/incident.h"
#include "core/identity/compare_ledger.h"
#include "core/identity/overview.h"
#include "core/playbook/allowed.h"
#include "core/playbook/runs.h"
#include "core/playbook/signed.h"
#include "core/vault/keys.h"
#include "core/vault/shares.h"
#include "core/vault/vault.h"
#include "core/workspace/rows.h"
#include "detect/engine.h"
#include "detect/suppress.h"
#include "scan/child.h"
#include "send/send.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

typedef struct finding { const char *what; bool good; char text[512]; } finding;

static finding check_workspace(cdr_cli *cli)
{
    finding f = {.what = "workspace"};
    cdr_err err;
    cdr_keyfile_kind kind = CDR_KEYFILE_PLAIN;
    _cleanup_free_ char *keyfile = cdr_cli_keyfile(cli);
    if (!keyfile || cdr_keyfile_kind_of(keyfile, &kind, NULL) != CDR_OK) {
        snprintf(f.text, sizeof f.text, "none in %.100s; candor init makes one", cli->workspace_dir);
        return f;
    }
    if (kind == CDR_KEYFILE_PASSPHRASE) {
        f.good = true;
        snprintf(f.text, sizeof f.text, "%.100s, sealed with a passphrase", cli->workspace_dir);
        return f;
    }
    cdr_workspace *ws = NULL;
    bool open = cdr_workspace_open_keyed(&cli->ctx, cli->workspace_dir, keyfile, CDR_WORKSPACE_READ, 0, NULL, &ws, &err) == CDR_OK;
    f.good = open && cdr_db_check(cdr_workspace_db(ws), &err) == CDR_OK;
    if (f.good)
        snprintf(f.text, sizeof f.text, "%.100s opens, its database is sound", cli->workspace_dir);
    else
        snprintf(f.text, sizeof f.text, "%.250s", err.text);
    cdr_workspace_close(open ? ws : NULL);
    return f;
}

static bool has_workspace(const cdr_cli *cli, cdr_keyfile_kind *ret)
{
    _cleanup_free_ char *keyfile = cdr_cli_keyfile(cli);
    return keyfile && cdr_keyfile_kind_of(keyfile, ret, NULL) == CDR_OK;
}

static finding check_inventory(cdr_cli *cli, cdr_keyfile_kind kind)
{
    finding f = {.what = "inventory"};
    cdr_err err = {0};
    cdr_workspace *ws = NULL;
    cdr_inventory *inv = NULL;
    if (kind == CDR_KEYFILE_PASSPHRASE) {
        f.good = true;
        snprintf(f.text, sizeof f.text, "not looked into, as its workspace is sealed; candor status asks for the passphrase");
        return f;
    }
    _cleanup_free_ char *keyfile = cdr_cli_keyfile(cli);
    f.good = keyfile && cdr_workspace_open_keyed(&cli->ctx, cli->workspace_dir, keyfile, CDR_WORKSPACE_READ, 0, NULL, &ws, &err) == CDR_OK && cdr_inventory_open(ws, &inv, &err) == CDR_OK;
    snprintf(f.text, sizeof f.text, "%.250s", f.good ? "opens" : err.text);
    cdr_inventory_close(inv);
    cdr_workspace_close(ws);
    return f;
}

/* Do the customers' keys belong to this workspace, and are they all there? ${ret_customers}, ${ret_shares}: for advice. */
static finding check_vault(cdr_cli *cli, cdr_keyfile_kind kind, uint64_t *ret_customers, unsigned *ret_shares)
{
    finding f = {.what = "customers"};
    cdr_err err = {0};
    cdr_workspace *ws = NULL;
    cdr_vault *v = NULL;
    cdr_overview o = {0};
    cdr_key_status k = {0};
    *ret_customers = *ret_shares = 0;
    if (kind == CDR_KEYFILE_PASSPHRASE) {
        f.good = true;
        snprintf(f.text, sizeof f.text, "not looked into, as their workspace is sealed");
        return f;
    }
    _cleanup_free_ char *keyfile = cdr_cli_keyfile(cli);
    cdr_status s = keyfile ? cdr_workspace_open_keyed(&cli->ctx, cli->workspace_dir, keyfile, CDR_WORKSPACE_READ, 0, NULL, &ws, &err) : cdr_fail_nomem(&err, "cli");
    if (s == CDR_OK)
        s = cdr_overview_read(cdr_workspace_db(ws), cdr_now_us(&cli->ctx), &o, &err);
    if (s == CDR_OK)
        s = cdr_vault_open(ws, &v, &err);
    if (s == CDR_OK)
        s = cdr_vault_key_status(v, &k, &err);
    f.good = s == CDR_OK || (s == CDR_NOT_FOUND && o.customers == 0);
    if (s == CDR_OK && k.keys < o.customers) {
        f.good = false;
        snprintf(f.text, sizeof f.text, "candor.keys lacks the keys of %llu customers; put back your copy of it", (unsigned long long)(o.customers - k.keys));
    } else if (s == CDR_OK)
        snprintf(f.text, sizeof f.text, "%llu, their keys are there and open", (unsigned long long)o.customers);
    else
        snprintf(f.text, sizeof f.text, "%.250s", f.good ? "none" : err.text);
    *ret_customers = o.customers;
    cdr_share_set shares = {0};
    if (ws && cdr_shares_noted(ws, &shares, NULL) == CDR_OK)
        *ret_shares = shares.shares;
    cdr_vault_close(v);
    cdr_workspace_close(ws);
    return f;
}

/* Each difference between tables and ledger is a finding of its own; ${list} has room for ${cap}. */
typedef struct differences { finding *list; size_t count, cap; uint64_t more; } differences;

static cdr_status on_difference(void *arg, const char *what)
{
    differences *d = arg;
    if (d->count == d->cap) {
        d->more++;
        return CDR_OK;
    }
    finding *f = &d->list[d->count++];
    *f = (finding){.what = "tables"};
    snprintf(f->text, sizeof f->text, "%.200s; somebody wrote to the database, put back a backup", what);
    return CDR_OK;
}

/* Somebody who can write to the database cannot write the ledger. */
static size_t check_tables(cdr_cli *cli, cdr_keyfile_kind kind, finding *list, size_t cap)
{
    differences d = {.list = list, .cap = cap - 1};
    cdr_err err = {0};
    cdr_workspace *ws = NULL;
    cdr_vault *v = NULL;
    _cleanup_free_ char *keyfile = cdr_cli_keyfile(cli);
    if (kind == CDR_KEYFILE_PASSPHRASE)
        return 0;
    cdr_status s = keyfile ? cdr_workspace_open_keyed(&cli->ctx, cli->workspace_dir, keyfile, CDR_WORKSPACE_READ, 0, NULL, &ws, &err) : cdr_fail_nomem(&err, "cli");
    if (s == CDR_OK && cdr_vault_open(ws, &v, NULL) != CDR_OK)
        v = NULL;
    if (s == CDR_OK)
        s = cdr_identity_compare_ledger(ws, v, on_difference, &d, &err);
    if (s == CDR_OK)
        s = cdr_runs_compare_ledger(ws, on_difference, &d, &err);
    if (s == CDR_OK)
        s = cdr_incident_compare_ledger(ws, on_difference, &d, &err);
    if (s == CDR_OK)
        s = cdr_rows_compare_ledger(ws, on_difference, &d, &err);
    cdr_vault_close(v);
    cdr_workspace_close(ws);
    if (s == CDR_OK && !d.count)
        snprintf(list[d.count].text, sizeof list->text, "users, customers, factors, canaries, runs, incidents, clocks and drills are as the ledger knows them");
    else if (s != CDR_OK)
        snprintf(list[d.count].text, sizeof list->text, "%.250s", err.text);
    else if (d.more)
        snprintf(list[d.count].text, sizeof list->text, "and %llu more differences", (unsigned long long)d.more);
    else
        return d.count;
    list[d.count].what = "tables";
    list[d.count].good = s == CDR_OK && !d.count;
    return d.count + 1;
}

static cdr_status count_strays(cdr_workspace *ws, unsigned *ret, cdr_unreachable *ret_unreachable, cdr_err *err)
{
    cdr_incidents *in = NULL;
    cdr_status s = cdr_incidents_open(ws, &in, err);
    if (s == CDR_OK)
        s = cdr_incident_stray_copies(in, ret, err);
    if (s == CDR_OK)
        s = cdr_incident_unreachable(in, ret_unreachable, err);
    cdr_incidents_close(in);
    return s;
}

/* What is going on: overdue is what nobody looks after. */
static finding check_incidents(cdr_cli *cli, cdr_keyfile_kind kind, bool *ret_open)
{
    finding f = {.what = "incidents", .good = true};
    cdr_err err = {0};
    cdr_workspace *ws = NULL;
    cdr_incident_counts n = {0};
    unsigned strays = 0;
    cdr_unreachable u = {0};
    _cleanup_free_ char *keyfile = cdr_cli_keyfile(cli);
    snprintf(f.text, sizeof f.text, "not looked into, as the workspace is sealed");
    if (kind == CDR_KEYFILE_PASSPHRASE)
        return f;
    cdr_status s = keyfile ? cdr_workspace_open_keyed(&cli->ctx, cli->workspace_dir, keyfile, CDR_WORKSPACE_READ, 0, NULL, &ws, &err) : cdr_fail_nomem(&err, "cli");
    if (s == CDR_OK)
        s = cdr_incident_count(cdr_workspace_db(ws), cdr_now_us(&cli->ctx), &n, &err);
    if (s == CDR_OK)
        s = count_strays(ws, &strays, &u, &err);
    cdr_workspace_close(ws);
    f.good = s == CDR_OK && !n.overdue && !strays && !u.count;
    *ret_open = n.open || n.overdue;
    if (s != CDR_OK)
        snprintf(f.text, sizeof f.text, "%.250s", err.text);
    else if (strays)
        snprintf(f.text, sizeof f.text, "%u cop%s in the folder evidence %s no entry; take in again with candor incident evidence add what belongs to an incident, and remove the rest", strays, strays == 1 ? "y" : "ies",
                 strays == 1 ? "has" : "have");
    else if (u.count)
        snprintf(f.text, sizeof f.text, "the %s of I-%lld has no e-mail address and is not told; candor incident assign I-%lld %s NAME --email ADDRESS", cdr_duty_role_label(u.role), (long long)u.incident,
                 (long long)u.incident, cdr_duty_role_key(u.role));
    else if (!n.open && !n.overdue)
        snprintf(f.text, sizeof f.text, "none is open");
    else
        snprintf(f.text, sizeof f.text, "%llu open, %llu %s overdue, %llu %s for a second person; candor incident list", (unsigned long long)n.open, (unsigned long long)n.overdue, n.overdue == 1 ? "clock" : "clocks",
                 (unsigned long long)n.waiting, n.waiting == 1 ? "decision waits" : "decisions wait");
    return f;
}

/* Reminders go out by candor tick: before something happens it is advice, and a fault as soon as something is open. */
static finding check_timer(cdr_cli *cli, bool open)
{
    finding f = {.what = "timer"};
    char ago[CDR_DURATION_TEXT];
    int64_t now = cdr_now_us(&cli->ctx), last = cdr_cli_last_tick(cli);
    bool runs = last && now - last < CDR_TICK_LATE_US;
    f.good = runs || !open;
    cdr_span_words(now - last, ago);
    if (runs)
        snprintf(f.text, sizeof f.text, "candor tick ran %s ago", ago);
    else
        snprintf(f.text, sizeof f.text, "candor tick %s%s%s, so no reminder goes out; candor tick --print-timer", last ? "ran " : "has never run", last ? ago : "", last ? " ago" : "");
    return f;
}

/* Advice: nothing is wrong, and much is lost when the machine is. */
static finding check_recovery(cdr_keyfile_kind kind, unsigned shares)
{
    finding f = {.what = "recovery", .good = true};
    snprintf(f.text, sizeof f.text, "%s%s%s", shares ? "recovery shares were given out" : "advice: there are no recovery shares; candor key shares makes some",
             kind == CDR_KEYFILE_PLAIN ? "; " : "", kind != CDR_KEYFILE_PLAIN ? "" : shares ? "advice: the key file is not sealed; candor key passphrase seals it" : "the key file is not sealed; candor key passphrase seals it");
    return f;
}

/* Nobody can look whether there is a copy. */
static finding check_key(cdr_keyfile_kind kind)
{
    finding f = {.what = "key", .good = true};
    snprintf(f.text, sizeof f.text, "keep a copy of candor.key%s in a safe place: without it nothing here can be matched or proved again",
             kind == CDR_KEYFILE_PASSPHRASE ? " and its passphrase" : "");
    return f;
}

static finding check_detectors(cdr_cli *cli)
{
    finding f = {.what = "detectors"};
    cdr_err err = {0};
    _cleanup_free_ char *json = NULL;
    cdr_ruleset *rules = NULL;
    f.good = cdr_cli_rules_load(cli, NULL, &json, &err) == CDR_OK && cdr_ruleset_new(&(cdr_ruleset_options){.rules_json = json, .names = CDR_NAMES_NEAR}, &rules, &err) == CDR_OK;
    if (f.good)
        snprintf(f.text, sizeof f.text, "%zu built-in kinds%s, version %s", cdr_kind_count() - 1, json ? " and your own detectors work" : "", cdr_ruleset_version(rules));
    else
        snprintf(f.text, sizeof f.text, "%.250s", err.text);
    cdr_ruleset_free(rules);
    return f;
}

static finding check_suppressions(cdr_cli *cli)
{
    finding f = {.what = "suppressions", .good = true};
    cdr_err err = {0};
    cdr_suppressions *all = NULL;
    _cleanup_free_ char *path = cdr_path_join(cli->workspace_dir, "detectors/suppressions.json");
    _cleanup_buf_ cdr_buf text = CDR_BUF((size_t)64 << 20);
    if (path && access(path, F_OK) == 0)
        f.good = cdr_file_read(path, &text, &err) == CDR_OK && cdr_suppressions_parse(text.data ? text.data : "", text.len, cdr_now_us(&cli->ctx), &all, &err) == CDR_OK;
    if (f.good)
        snprintf(f.text, sizeof f.text, "%zu in force; candor suppress list shows them and what has expired", cdr_suppressions_count(all));
    else
        snprintf(f.text, sizeof f.text, "%.250s", err.text);
    cdr_suppressions_free(all);
    return f;
}

/* Does send.yaml say something that can be done? Nothing is sent. */
static finding check_sending(cdr_cli *cli)
{
    static const char *const ways[] = {"sms", "email", "letter", "alert"};
    finding f = {.what = "sending", .good = true};
    cdr_err err = {0};
    cdr_sender *s = NULL;
    size_t n = 0;
    if (cdr_sender_open(&cli->ctx, cli->workspace_dir, &s, &err) != CDR_OK) {
        f.good = false;
        snprintf(f.text, sizeof f.text, "%.250s", err.text);
        return f;
    }
    for (int i = 0; i < 4; i++) {
        const char *by = cdr_sender_way(s, (cdr_send_way)(i + 1));
        if (by && f.good && cdr_sender_check(s, (cdr_send_way)(i + 1), &err) != CDR_OK)
            f.good = false;
        if (by && n < sizeof f.text)
            n += (size_t)snprintf(f.text + n, sizeof f.text - n, "%s%s by %.40s", n ? ", " : "", ways[i], by);
    }
    cdr_send_failures failed = {0};
    if (f.good && cdr_sender_failures(s, cdr_now_us(&cli->ctx) - INT64_C(7) * 86400 * 1000000, &failed, NULL) == CDR_OK && failed.count > 0) {
        f.good = false;
        snprintf(f.text, sizeof f.text, "%u message%s of the last seven days did not leave, the newest by %s; candor send test tries it again", failed.count, failed.count == 1 ? "" : "s", failed.newest);
    } else if (!f.good)
        snprintf(f.text, sizeof f.text, "%.250s", err.text);
    else if (cdr_sender_is_drop(s))
        snprintf(f.text, sizeof f.text, "messages become files in the folder outbox; send.yaml can name other ways");
    else if (n == 0)
        snprintf(f.text, sizeof f.text, "send.yaml names no way");
    cdr_sender_close(s);
    return f;
}

/* What may be carried out without anybody: said, so that nobody is surprised. */
static finding check_commands(cdr_cli *cli)
{
    finding f = {.what = "commands"};
    cdr_err err = {0};
    cdr_allowed *c = NULL;
    char program[4096];
    f.good = cdr_allowed_load(cli->workspace_dir, &c, &err) == CDR_OK;
    if (c && !cdr_program_path(NULL, "candor-perform", program, sizeof program)) {
        f.good = false;
        snprintf(err.text, sizeof err.text, "commands.yaml allows some, and candor-perform is not beside candor, so nothing is carried out; install it");
    }
    if (!f.good)
        snprintf(f.text, sizeof f.text, "%.250s", err.text);
    else if (!c)
        snprintf(f.text, sizeof f.text, "playbooks carry out nothing by themselves; commands.yaml could allow some");
    else
        snprintf(f.text, sizeof f.text, "commands.yaml lets playbooks call %zu host%s, run %zu program%s here, and reach %zu host%s by ssh%s", c->http.count + c->openc2.count,
                 c->http.count + c->openc2.count == 1 ? "" : "s", c->program_count, c->program_count == 1 ? "" : "s", c->ssh.count, c->ssh.count == 1 ? "" : "s",
                 c->starts_others ? "; one of the programs starts others, so any program of this machine may run" : "");
    cdr_allowed_free(c);
    return f;
}

/* A file of one's own hides the one that comes with Candor, and nobody looks at it before the day. */
static finding check_playbooks(cdr_cli *cli, cdr_keyfile_kind kind)
{
    finding f = {.what = "playbooks", .good = true};
    cdr_err err = {0};
    unsigned bad = 0;
    cdr_workspace *ws = NULL;
    _cleanup_buf_ cdr_buf text = CDR_BUF(4000);
    if (kind == CDR_KEYFILE_PASSPHRASE) {
        snprintf(f.text, sizeof f.text, "not looked at, as the workspace is sealed; candor status asks for the passphrase");
        return f;
    }
    _cleanup_free_ char *keyfile = cdr_cli_keyfile(cli);
    cdr_status s = keyfile ? cdr_workspace_open_keyed(&cli->ctx, cli->workspace_dir, keyfile, CDR_WORKSPACE_READ, 0, NULL, &ws, &err) : cdr_fail_nomem(&err, "cli");
    if (s == CDR_OK)
        s = cdr_signed_own(ws, &text, &bad, &err);
    cdr_workspace_close(ws);
    f.good = s == CDR_OK && !bad;
    snprintf(f.text, sizeof f.text, "%.*s", (int)sizeof f.text - 4, s != CDR_OK ? err.text : text.len ? text.data : "none of your own takes the place of one that comes with Candor, and none was changed after it was signed");
    cdr_text_whole(f.text);
    return f;
}

static finding check_lock(void)
{
    finding f = {.what = "locked memory"};
    struct rlimit r;
    f.good = !getrlimit(RLIMIT_MEMLOCK, &r) && (r.rlim_cur == RLIM_INFINITY || r.rlim_cur >= 65536);
    snprintf(f.text, sizeof f.text, f.good ? "keys stay out of the swap" : "too little may be locked (ulimit -l); keys could reach the swap");
    return f;
}

static finding check_space(cdr_cli *cli)
{
    finding f = {.what = "disk"};
    struct statvfs v;
    struct stat st;
    if (statvfs(stat(cli->workspace_dir, &st) ? "." : cli->workspace_dir, &v)) {
        snprintf(f.text, sizeof f.text, "the free space cannot be read");
        return f;
    }
    uint64_t mib = (uint64_t)v.f_bavail * v.f_frsize >> 20;
    f.good = mib >= 100;
    snprintf(f.text, sizeof f.text, "%llu MiB free%s", (unsigned long long)mib, f.good ? "" : "; make room before a large scan");
    return f;
}

static finding check_cpu(void)
{
    finding f = {.what = "processor", .good = true};
    snprintf(f.text, sizeof f.text, "detection runs on the path \"%s\"", cdr_cpu_path_name(cdr_cpu_path_detect()));
    return f;
}

/* --- the reader of archives and databases, tried with the smallest archive --- */

typedef struct probe { cdr_sink sink; cdr_coverage coverage; char reason[160]; } probe;

static cdr_status on_begin(cdr_sink *s, const char *path, const char *format, uint64_t size, cdr_err *err)
{
    (void)s, (void)path, (void)format, (void)size, (void)err;
    return CDR_OK;
}

static cdr_status on_field(cdr_sink *s, const char *name, size_t len, cdr_err *err)
{
    (void)s, (void)name, (void)len, (void)err;
    return CDR_OK;
}

static cdr_status on_value(cdr_sink *s, const cdr_seen_value *v, cdr_err *err)
{
    (void)s, (void)v, (void)err;
    return CDR_OK;
}

static cdr_status on_record(cdr_sink *s, cdr_err *err)
{
    (void)s, (void)err;
    return CDR_OK;
}

static cdr_status on_column(cdr_sink *s, uint32_t field, const cdr_column_class *c, uint64_t values, uint64_t untold, cdr_err *err)
{
    (void)s, (void)field, (void)c, (void)values, (void)untold, (void)err;
    return CDR_OK;
}

static cdr_status on_end(cdr_sink *s, cdr_coverage coverage, const char *id, const char *reason, uint64_t bytes, uint64_t rows, cdr_err *err)
{
    (void)id, (void)bytes, (void)rows, (void)err;
    probe *p = (probe *)(void *)s;
    p->coverage = coverage;
    snprintf(p->reason, sizeof p->reason, "%s", reason);
    return CDR_OK;
}

static bool try_reader(cdr_cli *cli, probe *p)
{
    static const cdr_sink_calls calls = {on_begin, on_field, on_value, on_record, on_column, on_end};
    static const char empty_zip[22] = "PK\5\6";
    cdr_scan_options o;
    cdr_err err = {0};
    *p = (probe){.sink.calls = &calls, .coverage = CDR_COVERAGE_SKIPPED};
    cdr_scan_options_init(&o);
    _cleanup_close_ int fd = memfd_create("probe", MFD_CLOEXEC);
    if (fd < 0 || write(fd, empty_zip, sizeof empty_zip) != sizeof empty_zip)
        return true;                     /* a machine without such files is not a broken reader */
    cdr_child_job job = {.ctx = &cli->ctx, .options = &o, .fd = fd, .path = "probe", .name = "probe", .type = {CDR_CONTENT_ARCHIVE, "zip"}, .size = sizeof empty_zip};
    cdr_ruleset *rules = NULL;
    cdr_status s = cdr_ruleset_new(NULL, &rules, &err);
    o.ruleset = rules;
    if (s == CDR_OK)
        s = cdr_child_scan(&job, &p->sink, &err);
    cdr_ruleset_free(rules);
    if (s != CDR_OK)
        snprintf(p->reason, sizeof p->reason, "%.150s", err.text);
    return s == CDR_OK && p->coverage == CDR_COVERAGE_COMPLETE;
}

static finding check_reader(cdr_cli *cli)
{
    finding f = {.what = "reader"};
    probe p;
    if (!cdr_child_installed(NULL)) {
        snprintf(f.text, sizeof f.text, "candor-reader is not beside candor, so archives and databases cannot be read; install it");
        return f;
    }
    f.good = try_reader(cli, &p);
    if (f.good)
        snprintf(f.text, sizeof f.text, "candor-reader reads archives and databases");
    else
        snprintf(f.text, sizeof f.text, "candor-reader does not work: %s", p.reason);
    return f;
}

static finding check_sandbox(void)
{
    finding f = {.what = "sandbox"};
    const char *level = cdr_scan_sandbox_level();
    f.good = strncmp(level, "none", 4) != 0;
    snprintf(f.text, sizeof f.text, "%.150s around the reader of archives and databases", level);
    return f;
}

/* A check a line for scripts; on a terminal lines are as wide as it is. */
static void print(cdr_cli *cli, const finding *f)
{
    cdr_cli_print(cli, "%s %-14s ", f->good ? "ok" : "--", f->what);
    if (isatty(STDOUT_FILENO))
        cdr_cli_wrapped(cli, 0, 18, f->text);
    else
        cdr_cli_print(cli, "%s\n", f->text);
}

static cdr_exit run(cdr_cli *cli)
{
    finding all[32];
    size_t count = 0;
    cdr_keyfile_kind kind = CDR_KEYFILE_PLAIN;
    all[count++] = check_workspace(cli);
    if (has_workspace(cli, &kind)) {
        all[count++] = check_key(kind);
        all[count++] = check_inventory(cli, kind);
        uint64_t customers;
        unsigned shares;
        all[count++] = check_vault(cli, kind, &customers, &shares);
        count += check_tables(cli, kind, all + count, 8);
        bool open = false;
        all[count++] = check_incidents(cli, kind, &open);
        all[count++] = check_timer(cli, open);
        if (customers)
            all[count++] = check_recovery(kind, shares);
        all[count++] = check_suppressions(cli);
        all[count++] = check_sending(cli);
        all[count++] = check_commands(cli);
        all[count++] = check_playbooks(cli, kind);
    }
    all[count++] = check_detectors(cli);
    all[count++] = check_reader(cli);
    all[count++] = check_sandbox();
    all[count++] = check_cpu();
    all[count++] = check_lock();
    all[count++] = check_space(cli);
    json_t *list = cli->json ? json_array() : NULL;
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        good = good && all[i].good;
        if (cli->json)
            json_array_append_new(list, json_pack("{s:s, s:b, s:s}", "check", all[i].what, "ok", (int)all[i].good, "text", all[i].text));
        else
            print(cli, &all[i]);
    }
    cdr_exit code = good ? CDR_EXIT_OK : CDR_EXIT_NO;
    return cli->json ? cdr_cli_print_json(cli, json_pack("{s:b, s:s, s:o}", "ok", (int)good, "version", cdr_version(), "checks", list), code) : code;
}

const cdr_cmd cdr_cmd_doctor = {
    .path = "doctor",
    .group = "Workspace",
    .summary = "check the workspace and what this machine gives",
    .max_args = 0,
    .description = "Opens the workspace, its inventory and the keys of its customers, holds users, factors, canaries and the number of customers against what the ledger knows of them, compiles the detectors and your own, reads the suppressions, starts the reader of archives once, and looks at "
                   "the walls around it, the processor, locked memory and the disk. Says what is missing and what to do about it. Exit code 1 when something is.",
    .examples = "  candor doctor\n",
    .json_shape = "  {\"ok\": true, \"version\": \"0.1.0\", \"checks\": [{\"check\": \"workspace\", \"ok\": true, \"text\": \"…\"}]}\n",
    .run = run,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* candor doctor: what is missing, and what this machine gives. */
#include "cli/cmd.h"

#include "base/io.h"
#include "candor/crypto.h"
#include "candor/scan.h"
#include "scan/child.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

typedef struct finding { const char *what; bool good; char text[256]; } finding;

static finding check_workspace(cdr_cli *cli)
{
    finding f = {.what = "workspace"};
    cdr_err err;
    cdr_keyfile_kind kind = CDR_KEYFILE_PLAIN;
    _cleanup_free_ char *keyfile = cdr_path_join(cli->workspace_dir, "candor.key");
    if (!keyfile || cdr_keyfile_kind_of(keyfile, &kind, NULL) != CDR_OK) {
        snprintf(f.text, sizeof f.text, "none in %.100s; candor init makes one", cli->workspace_dir);
        return f;
    }
    if (kind == CDR_KEYFILE_PASSPHRASE) {
        f.good = true;
        snprintf(f.text, sizeof f.text, "%.100s, sealed with a passphrase", cli->workspace_dir);
        return f;
    }
    cdr_workspace *ws;
    f.good = cdr_workspace_open(&cli->ctx, cli->workspace_dir, CDR_WORKSPACE_READ, NULL, &ws, &err) == CDR_OK && cdr_db_check(cdr_workspace_db(ws), &err) == CDR_OK;
    if (f.good)
        snprintf(f.text, sizeof f.text, "%.100s opens, its database is sound", cli->workspace_dir);
    else
        snprintf(f.text, sizeof f.text, "%.250s", err.text);
    cdr_workspace_close(f.good ? ws : NULL);
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

/* Archives and foreign databases are read by candor-reader, behind what walls this kernel gives. */
static finding check_sandbox(void)
{
    finding f = {.what = "sandbox"};
    const char *level = cdr_scan_sandbox_level();
    f.good = cdr_child_installed(NULL);
    if (!f.good)
        snprintf(f.text, sizeof f.text, "candor-reader is not beside candor, so archives and databases cannot be read; install it");
    else
        snprintf(f.text, sizeof f.text, "%.150s around the reader of archives and databases", level);
    f.good = f.good && strncmp(level, "none", 4) != 0;
    return f;
}

static cdr_exit run(cdr_cli *cli)
{
    finding all[] = {check_workspace(cli), check_lock(), check_space(cli), check_cpu(), check_sandbox()};
    json_t *list = cli->json ? json_array() : NULL;
    bool good = true;
    for (size_t i = 0; i < CDR_COUNT(all); i++) {
        good = good && all[i].good;
        if (cli->json)
            json_array_append_new(list, json_pack("{s:s, s:b, s:s}", "check", all[i].what, "ok", (int)all[i].good, "text", all[i].text));
        else
            cdr_cli_print(cli, "%s %-14s %s\n", all[i].good ? "ok" : "--", all[i].what, all[i].text);
    }
    cdr_exit code = good ? CDR_EXIT_OK : CDR_EXIT_NO;
    return cli->json ? cdr_cli_print_json(cli, json_pack("{s:b, s:s, s:o}", "ok", (int)good, "version", cdr_version(), "checks", list), code) : code;
}

const cdr_cmd cdr_cmd_doctor = {
    .path = "doctor",
    .group = "Workspace",
    .summary = "check the workspace and what this machine gives",
    .max_args = 0,
    .description = "Says what is missing and what to do about it. Exit code 1 when something is.",
    .examples = "  candor doctor\n",
    .json_shape = "  {\"ok\": true, \"version\": \"0.1.0\", \"checks\": [{\"check\": \"workspace\", \"ok\": true, \"text\": \"…\"}]}\n",
    .run = run,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* A script, in a session and a process group of its own, which ends whole at the deadline: bash on this machine between walls, or ssh, which takes it to another one. */
#include "core/playbook/program/program.h"

#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BASH "/bin/bash"
#define SSH "/usr/bin/ssh"
#define FOLDER_HEAD "candor-perform-"
enum { LEFT_SECONDS = 60, SWEEP_MAX = 100 };
#define NOT_LOCKED 99                    /* exit code of a child that could not be locked in; the pipe tells it from the script's */

/* Candor ended, or has no more time for us: the script ends with its group, and its folder goes. */
static volatile sig_atomic_t told_to_end;

static void on_end(int sig)
{
    (void)sig;
    told_to_end = 1;
}

typedef struct child { char *const *argv, *const *env; const perform_walls *walls; const char *folder; int out, in, told; } child;

static _Noreturn void become(const child *c)
{
    signal(SIGPIPE, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGALRM, SIG_DFL);
    alarm(0);
    bool ok = setsid() >= 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && dup2(c->in, 0) == 0 && dup2(c->out, 1) == 1 && (!c->folder || !chdir(c->folder));
    int null = open("/dev/null", O_WRONLY);
    ok = ok && null >= 0 && dup2(null, 2) == 2 && fcntl(c->told, F_SETFD, FD_CLOEXEC) == 0;
    for (int fd = 3; fd < 256; fd++)
        if (fd != c->told)
            close(fd);
    umask(077);
    ok = ok && (!c->walls || perform_walls_enter(c->walls));
    if (ok)
        execve(c->argv[0], c->argv, c->env);
    const char why = ok ? 'x' : 'w';
    (void)!write(c->told, &why, 1);
    _exit(NOT_LOCKED);
}

/* What it prints until it closes, ends, says too much or its time is over. */
static cdr_perform_result listen_to(pid_t pid, int out, int64_t end_ms, cdr_buf *output, int *ret_status)
{
    bool open = true, dead = false;
    while (perform_now_ms() < end_ms && !told_to_end) {
        char chunk[8192];
        struct pollfd p = {.fd = out, .events = POLLIN};
        if (!dead && waitpid(pid, ret_status, WNOHANG) == pid)
            dead = true;
        if (dead && !open)
            return CDR_PERFORM_OK;
        int n = open ? poll(&p, 1, dead ? 0 : 20) : poll(NULL, 0, 10);
        if (open && n > 0) {
            ssize_t k = read(out, chunk, sizeof chunk);
            open = k > 0 || (k < 0 && (errno == EINTR || errno == EAGAIN));
            if (k > 0 && (output->len + (size_t)k >= output->max || cdr_buf_add(output, chunk, (size_t)k) != CDR_OK))
                return CDR_PERFORM_LARGE;
        } else if (open && dead) {
            return CDR_PERFORM_OK;       /* what it left behind holds the pipe; it goes with the group */
        }
    }
    return CDR_PERFORM_TIMEOUT;
}

static void run_child(child *c, const json_t *q, perform_answer *ret)
{
    int out[2], told[2], status = 0;
    char why = 0;
    int64_t end_ms = perform_now_ms() + json_integer_value(json_object_get(q, "timeout_ms"));
    _cleanup_close_ int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    ret->result = CDR_PERFORM_FAILED;
    if (null < 0 || pipe2(out, O_CLOEXEC))
        return;
    if (pipe2(told, O_CLOEXEC)) {
        close(out[0]);
        close(out[1]);
        return;
    }
    c->in = null;
    c->out = out[1];
    c->told = told[1];
    signal(SIGTERM, on_end);
    signal(SIGALRM, on_end);
    pid_t pid = fork();
    if (pid == 0)
        become(c);
    close(out[1]);
    close(told[1]);
    if (pid > 0) {
        ret->result = listen_to(pid, out[0], end_ms, &ret->output, &status);
        kill(-pid, SIGKILL);
        kill(pid, SIGKILL);
        while (waitpid(pid, ret->result == CDR_PERFORM_OK ? NULL : &status, 0) < 0 && errno == EINTR)
            ;
        if (read(told[0], &why, 1) == 1)
            ret->result = why == 'x' ? CDR_PERFORM_MISSING : CDR_PERFORM_WALLS;
        else if (ret->result == CDR_PERFORM_OK) {
            ret->result = WIFSIGNALED(status) ? CDR_PERFORM_SIGNAL : CDR_PERFORM_OK;
            ret->number = WIFEXITED(status) ? (unsigned)WEXITSTATUS(status) : (unsigned)WTERMSIG(status);
        }
    }
    close(out[0]);
    close(told[0]);
}

/* --- bash --- */

static int unlink_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
    (void)st;
    (void)flag;
    (void)f;
    (void)remove(path);
    return 0;
}

/* As make_folder left it, the folder of programs cannot be written to. */
static void remove_folder(const char *folder)
{
    _cleanup_close_ int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    _cleanup_close_ int bin = fd >= 0 ? openat(fd, "bin", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (bin >= 0)
        (void)!fchmod(bin, 0700);
    nftw(folder, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Was it left behind by one of us that was ended by force? Whoever is at work holds a lock on his; a new one is let be until he has it. */
static bool is_left(int tmp, const char *name)
{
    struct stat st;
    size_t head = strlen(FOLDER_HEAD);
    if (strncmp(name, FOLDER_HEAD, head) != 0 || strlen(name) != head + 6 || fstatat(tmp, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() || time(NULL) - st.st_mtime < LEFT_SECONDS)
        return false;
    _cleanup_close_ int fd = openat(tmp, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd >= 0 && !fstat(fd, &st) && st.st_uid == geteuid() && !flock(fd, LOCK_EX | LOCK_NB);
}

static void sweep(void)
{
    DIR *d = opendir("/tmp");
    char path[64];
    unsigned done = 0;
    for (struct dirent *e; d && done < SWEEP_MAX && (e = readdir(d));)
        if (is_left(dirfd(d), e->d_name)) {
            snprintf(path, sizeof path, "/tmp/%.40s", e->d_name);
            remove_folder(path);
            done++;
        }
    if (d)
        closedir(d);
}

/* The programs it may use, as links in a folder that is its whole PATH. */
static bool make_folder(const json_t *programs, char *folder, char *bin, size_t cap, int *ret_lock)
{
    size_t i;
    json_t *program;
    snprintf(folder, cap, "/tmp/" FOLDER_HEAD "XXXXXX");
    if (!mkdtemp(folder))
        return false;
    *ret_lock = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*ret_lock < 0 || flock(*ret_lock, LOCK_EX | LOCK_NB) || (size_t)snprintf(bin, cap, "%s/bin", folder) >= cap || mkdir(bin, 0700))
        return false;
    json_array_foreach(programs, i, program) {
        const char *path = json_string_value(program), *name = path ? strrchr(path, '/') : NULL;
        struct stat st;
        _cleanup_free_ char *link = name ? cdr_asprintf("%s%s", bin, name) : NULL;
        if (!link || *path != '/' || stat(path, &st) || !S_ISREG(st.st_mode))
            continue;
        if (symlink(path, link) && errno != EEXIST)
            return false;
    }
    return chmod(bin, 0500) == 0;
}

void perform_bash(const json_t *q, perform_answer *ret)
{
    char folder[64] = "", bin[64] = "", flags[] = "--restricted", no_profile[] = "--noprofile", no_rc[] = "--norc", command[] = "-c", shell[] = BASH;
    const char *script = cdr_json_str(q, "script"), *token = cdr_json_str(q, "token");
    json_int_t ms = json_integer_value(json_object_get(q, "timeout_ms"));
    _cleanup_close_ int lock = -1;
    ret->result = CDR_PERFORM_FAILED;
    sweep();
    if (!script || !make_folder(json_object_get(q, "programs"), folder, bin, sizeof folder, &lock)) {
        if (*folder)
            remove_folder(folder);
        return;
    }
    _cleanup_free_ char *path = cdr_asprintf("PATH=%s", bin), *home = cdr_asprintf("HOME=%s", folder), *tmp = cdr_asprintf("TMPDIR=%s", folder), *id = cdr_asprintf("CANDOR_TOKEN=%s", token ? token : "");
    _cleanup_free_ char *text = cdr_strdup(script);
    char lang[] = "LC_ALL=C.UTF-8";
    char *const argv[] = {shell, flags, no_profile, no_rc, command, text, NULL}, *const env[] = {path, home, tmp, lang, id, NULL};
    unsigned walls = perform_walls_there();
    perform_walls w = {.folder = folder, .bin = bin, .programs = json_object_get(q, "programs"), .seconds = (unsigned)(ms / 1000) + 1};
    child c = {.argv = argv, .env = env, .walls = &w, .folder = folder};
    if (path && home && tmp && id && text)
        run_child(&c, q, ret);
    ret->walls = walls;
    remove_folder(folder);
}

/* --- ssh --- */

void perform_ssh(const json_t *q, perform_answer *ret)
{
    static const char *const options[] = {
        "BatchMode=yes", "StrictHostKeyChecking=yes", "PasswordAuthentication=no", "KbdInteractiveAuthentication=no", "ClearAllForwardings=yes", "ForwardAgent=no", "ForwardX11=no", "PermitLocalCommand=no", "ProxyCommand=none",
        "ControlMaster=no", "ControlPath=none", "RequestTTY=no", "ConnectTimeout=20", "LogLevel=ERROR",
    };
    const char *host = cdr_json_str(q, "host"), *script = cdr_json_str(q, "script"), *user = cdr_json_str(q, "user"), *identity = cdr_json_str(q, "identity_file"), *known = cdr_json_str(q, "known_hosts");
    char *argv[2 * CDR_COUNT(options) + 24];
    size_t n = 0;
    ret->result = CDR_PERFORM_FAILED;
    if (!host || !script || *host == '-' || (user && *user == '-'))
        return;
    _cleanup_free_ char *port = cdr_asprintf("%d", (int)json_integer_value(json_object_get(q, "port"))), *known_option = known ? cdr_asprintf("UserKnownHostsFile=%s", known) : NULL;
    const char *const head[] = {SSH, "-F", "none", "-T", "-p", port ? port : "22"};
    for (size_t i = 0; i < CDR_COUNT(head); i++)
        argv[n++] = (char *)(uintptr_t)head[i];
    for (size_t i = 0; i < CDR_COUNT(options); i++) {
        argv[n++] = (char *)(uintptr_t)"-o";
        argv[n++] = (char *)(uintptr_t)options[i];
    }
    const struct { const char *option, *value; } more[] = {{"-i", identity}, {"-o", known_option}, {"-l", user}};
    for (size_t i = 0; i < CDR_COUNT(more); i++)
        if (more[i].value) {
            argv[n++] = (char *)(uintptr_t)more[i].option;
            argv[n++] = (char *)(uintptr_t)more[i].value;
        }
    argv[n++] = (char *)(uintptr_t)"--";
    argv[n++] = (char *)(uintptr_t)host;
    argv[n++] = (char *)(uintptr_t)script;
    argv[n] = NULL;
    char path[] = "PATH=/usr/local/bin:/usr/bin:/bin", lang[] = "LC_ALL=C.UTF-8";
    char *const env[] = {path, lang, NULL};
    child c = {.argv = argv, .env = env};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    run_child(&c, q, ret);
    if (ret->result == CDR_PERFORM_OK && ret->number == 255)      /* ssh's own word for "not reached" */
        ret->result = CDR_PERFORM_UNREACHABLE;
}

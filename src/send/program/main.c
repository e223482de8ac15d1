/* SPDX-License-Identifier: Apache-2.0 */
/* candor-send: reads one request from standard input, sends one message, writes one line, ends. It is started by candor only. */
#include "send/program/program.h"

#include "base/io.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Codes pass through here: no core dump, nobody traces, nothing is left open, no more than one message's time. */
static void harden(void)
{
    const struct rlimit none = {0, 0}, files = {64, 64};
    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGPIPE, SIG_IGN);
}

static bool read_request(json_t **ret)
{
    cdr_buf text = CDR_BUF(CDR_SEND_REQUEST_MAX);
    char chunk[4096];
    ssize_t n;
    bool ok = cdr_buf_reserve(&text, CDR_SEND_REQUEST_MAX - 1) == CDR_OK;
    while (ok && (n = cdr_read_some(0, chunk, sizeof chunk)) != 0)
        ok = n > 0 && cdr_buf_add(&text, chunk, (size_t)n) == CDR_OK;
    explicit_bzero(chunk, sizeof chunk);
    ok = ok && text.data && cdr_json_parse(text.data, text.len, "request", ret, NULL) == CDR_OK;
    cdr_buf_wipe(&text);
    return ok;
}

static cdr_send_answer send_it(const json_t *request)
{
    static const struct { const char *how; cdr_send_answer (*run)(const json_t *request); } ways[] = {
        {"smtp", cdr_program_smtp}, {"webhook", cdr_program_webhook}, {"command", cdr_program_command},
    };
    const char *how = cdr_json_str(request, "how");
    if (how && !strcmp(how, "decoy"))
        return (cdr_send_answer){CDR_SEND_OK, 0};
    json_int_t timeout = json_integer_value(json_object_get(request, "timeout"));
    if (how && timeout >= 1 && timeout <= 600) {
        alarm((unsigned)timeout + 3);      /* should all else hang */
        if (strcmp(how, "command") != 0)
            prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        for (size_t i = 0; i < CDR_COUNT(ways); i++)
            if (!strcmp(how, ways[i].how))
                return ways[i].run(request);
    }
    return (cdr_send_answer){CDR_SEND_BAD_REQUEST, 0};
}

static int answer(cdr_send_answer a)
{
    char line[CDR_SEND_ANSWER_MAX];
    int n = snprintf(line, sizeof line, "%s %u\n", cdr_send_result_names[a.result], CDR_MIN(a.number, 9999u));
    return cdr_write_all(1, line, (size_t)n, NULL) == CDR_OK ? 0 : 5;
}

/* One line at once: others may be writing theirs. */
static void write_log(const json_t *request, cdr_send_answer a)
{
    char line[200];
    const char *id = cdr_json_str(request, "id"), *way = cdr_json_str(request, "way"), *how = cdr_json_str(request, "how");
    if (how && !strcmp(how, "decoy"))
        return;
    int n = snprintf(line, sizeof line, "%lld %.64s %.10s %s %u\n", (long long)json_integer_value(json_object_get(request, "at_us")), id ? id : "-", way ? way : "-", cdr_send_result_names[a.result],
                     CDR_MIN(a.number, 9999u));
    (void)!write(CDR_SEND_FD_LOG, line, (size_t)n);
}

/* The one who started us is told that we have it, and goes on; so do we, alone. */
static int send_later(const json_t *request)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid > 0 ? answer((cdr_send_answer){CDR_SEND_OK, 0}) : answer((cdr_send_answer){CDR_SEND_FAILED, 0});
    setsid();      /* whoever ends the group of our parent does not end us */
    (void)!freopen("/dev/null", "r", stdin);
    (void)!freopen("/dev/null", "w", stdout);
    write_log(request, send_it(request));
    return 0;
}

int main(void)
{
    json_t *request = NULL;
    harden();
    if (chdir("/"))
        return 2;
    if (isatty(0)) {
        static const char text[] = "candor-send is started by candor only; there is nothing to run by hand.\n";
        (void)!write(2, text, sizeof text - 1);
        return 2;
    }
    if (!read_request(&request))
        return answer((cdr_send_answer){CDR_SEND_BAD_REQUEST, 0});
    bool later = json_is_true(json_object_get(request, "later"));
    if (!later)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    int code = later ? send_later(request) : answer(send_it(request));
    json_decref(request);
    return code;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* candor-perform: reads one request from standard input, carries out one command, writes one answer, ends. It is started by candor only. */
#include "core/playbook/program/program.h"

#include "base/io.h"
#include "base/parse.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

int64_t perform_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Secrets pass through here: no core dump, nobody traces. */
static void harden(void)
{
    const struct rlimit none = {0, 0}, files = {256, 256};
    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGPIPE, SIG_IGN);
}

static bool read_request(json_t **ret)
{
    cdr_buf text = CDR_BUF(CDR_PERFORM_REQUEST_MAX);
    char chunk[16384];
    ssize_t n = 0;
    bool ok = true;
    while (ok && (n = cdr_read_some(0, chunk, sizeof chunk)) != 0)
        ok = n > 0 && cdr_buf_add(&text, chunk, (size_t)n) == CDR_OK;
    explicit_bzero(chunk, sizeof chunk);
    ok = ok && text.data && cdr_json_parse(text.data, text.len, "request", ret, NULL) == CDR_OK;
    cdr_buf_wipe(&text);
    return ok;
}

static void perform(const json_t *request, perform_answer *a)
{
    static const struct { const char *how; void (*run)(const json_t *request, perform_answer *ret); } ways[] = {{"http", perform_http}, {"bash", perform_bash}, {"ssh", perform_ssh}};
    const char *how = cdr_json_str(request, "how");
    json_int_t ms = json_integer_value(json_object_get(request, "timeout_ms")), bytes = json_integer_value(json_object_get(request, "bytes"));
    if (!how || ms < 1 || ms > 600 * 1000 || bytes < 1 || bytes > 1 << 20)
        return;
    a->output.max = (size_t)bytes + 1;
    alarm((unsigned)(ms / 1000) + 3);      /* should all else hang */
    for (size_t i = 0; i < CDR_COUNT(ways); i++)
        if (!strcmp(how, ways[i].how))
            ways[i].run(request, a);
}

static int answer(const perform_answer *a)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(4u << 20);
    _cleanup_free_ char *coded = a->result == CDR_PERFORM_OK && a->output.len ? cdr_alloc(4 * ((a->output.len + 2) / 3) + 1) : NULL;
    if (coded)
        cdr_base64_encode((const uint8_t *)a->output.data, a->output.len, coded);
    cdr_buf_addf(&text, "{\"result\":\"%s\",\"number\":%u,\"walls\":%u,\"output\":\"%s\"}\n", cdr_perform_result_names[a->result], a->number, a->walls, coded ? coded : "");
    return cdr_buf_status(&text) == CDR_OK && cdr_write_all(1, text.data, text.len, NULL) == CDR_OK ? 0 : 5;
}

int main(void)
{
    json_t *request = NULL;
    perform_answer a = {.result = CDR_PERFORM_BAD_REQUEST};
    harden();
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (chdir("/"))
        return 2;
    if (isatty(0)) {
        static const char text[] = "candor-perform is started by candor only; there is nothing to run by hand.\n";
        (void)!write(2, text, sizeof text - 1);
        return 2;
    }
    if (read_request(&request))
        perform(request, &a);
    int code = answer(&a);
    cdr_buf_wipe(&a.output);
    json_decref(request);
    return code;
}

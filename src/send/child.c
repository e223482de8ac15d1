/* SPDX-License-Identifier: Apache-2.0 */
/* The parent of candor-send. One socket pair carries the request down and one line back; nothing else is inherited: no descriptor, no environment, no argument. Whatever becomes of the child, it ends
 * within its time. */
#include "send/child.h"

#include "base/json.h"
#include "base/program.h"
#include "send/wire.h"

#define GRACE_S 5             /* beyond the time that the program itself allows */

/* --- the request --- */

static void put(cdr_json_writer *w, const char *key, const char *value)
{
    if (!value)
        return;
    cdr_jw_key(w, key);
    cdr_jw_str(w, value);
}

/* ${m} NULL: a decoy, as long as a message is. */
static cdr_status write_request(const cdr_ctx *ctx, const cdr_send_route *route, const cdr_message *m, bool later, cdr_buf *out, cdr_err *err)
{
    static const cdr_message nobody = {.text = "Nothing is sent to nobody. Nothing is sent to nobody. Nothing is sent to nobody. Nothing is sent to nobody. Nothing is sent to nobody.", .id = "decoy", .way = CDR_SEND_SMS};
    bool decoy = !m;
    m = m ? m : &nobody;
    static const char *const hows[] = {"", "drop", "command", "webhook", "smtp"};
    cdr_json_writer w;
    if (cdr_buf_reserve(out, CDR_SEND_REQUEST_MAX - 1) != CDR_OK)     /* growing would leave copies behind */
        return cdr_fail_nomem(err, "send");
    cdr_jw_begin(&w, out);
    cdr_jw_open(&w, '{');
    put(&w, "how", decoy ? "decoy" : hows[route->how]);
    put(&w, "way", cdr_send_way_keys[m->way]);
    put(&w, "to", m->to ? m->to : route->to);
    put(&w, "subject", m->subject);
    put(&w, "text", m->text);
    put(&w, "id", m->id);
    put(&w, "url", route->url);
    put(&w, "from", route->from);
    put(&w, "user", route->user);
    put(&w, "password_file", route->password_file);
    put(&w, "header_file", route->header_file);
    put(&w, "ca_file", route->ca_file);
    cdr_jw_key(&w, "later");
    cdr_jw_bool(&w, later);
    cdr_jw_key(&w, "no_tls");
    cdr_jw_bool(&w, route->no_tls);
    cdr_jw_key(&w, "timeout");
    cdr_jw_int(&w, route->timeout_s);
    cdr_jw_key(&w, "at_us");
    cdr_jw_int(&w, cdr_now_us(ctx));
    cdr_jw_key(&w, "command");
    cdr_jw_open(&w, '[');
    for (size_t i = 0; route->args[i]; i++)
        cdr_jw_str(&w, route->args[i]);
    cdr_jw_close(&w, ']');
    cdr_jw_close(&w, '}');
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail(err, CDR_E_LIMIT, "send", "send.long", "The message is too long to be sent.");
}

/* --- starting --- */

bool cdr_send_child_installed(const char *program)
{
    char path[4096];
    return cdr_program_path(program, "candor-send", path, sizeof path);
}

static cdr_status judge_secret(const cdr_send_route *route, unsigned number, cdr_err *err)
{
    static const char *const words[CDR_SECRETS] = {
        [CDR_SECRET_GOOD] = "cannot be used", [CDR_SECRET_UNREADABLE] = "cannot be read, or is no file", [CDR_SECRET_OPEN] = "can be read by others; chmod 600 it", [CDR_SECRET_EMPTY] = "is empty",
        [CDR_SECRET_LONG] = "holds more than one line of text", [CDR_SECRET_NO_HEADER] = "holds no header, such as Authorization: Bearer …",
    };
    const char *file = route->password_file ? route->password_file : route->header_file;
    return cdr_fail(err, CDR_E_IO, "send", "send.secret", "The file with the secret for %s, %.200s, %s.", route->shown, file ? file : "see send.yaml", words[number < CDR_SECRETS ? number : 0]);
}

static cdr_status judge(const cdr_send_route *route, cdr_send_result result, unsigned number, cdr_err *err)
{
    const char *via = route->shown;
    switch (result) {
    case CDR_SEND_OK: return CDR_OK;
    case CDR_SEND_REFUSED: return cdr_fail(err, CDR_E_IO, "send", "send.refused", "%s refused the message (%u).", via, number);
    case CDR_SEND_UNREACHABLE: return cdr_fail(err, CDR_E_IO, "send", "send.unreachable", "%s cannot be reached; see send.yaml and the network.", via);
    case CDR_SEND_TLS: return cdr_fail(err, CDR_E_CRYPTO, "send", "send.tls", "%s did not prove who it is, or offers no encryption; nothing was sent. A certificate of your own goes into ca_file in send.yaml.", via);
    case CDR_SEND_TIMEOUT: return cdr_fail(err, CDR_E_IO, "send", "send.timeout", "%s did not answer in %u seconds; whether the message left is not known.", via, route->timeout_s);
    case CDR_SEND_AUTH: return cdr_fail(err, CDR_E_IO, "send", "send.auth", "%s does not accept user and password; see user and password_file in send.yaml.", via);
    case CDR_SEND_EXIT: return cdr_fail(err, CDR_E_IO, "send", "send.exit", "The %s ended with exit code %u.", via, number);
    case CDR_SEND_MISSING: return cdr_fail(err, CDR_NOT_FOUND, "send", "send.no-program", "The %s cannot be run; see send.yaml.", via);
    case CDR_SEND_SECRET: return judge_secret(route, number, err);
    case CDR_SEND_BAD_REQUEST: return cdr_fail(err, CDR_E_INVAL, "send", "send.request", "candor-send did not accept the message; candor and candor-send must be of one build.");
    case CDR_SEND_FAILED:
    case CDR_SEND_RESULTS: break;
    }
    return cdr_fail(err, CDR_E_IO, "send", "send.failed", "%s: sending failed (error %u of the library).", via, number);
}

static cdr_status converse(const cdr_ctx *ctx, const char *program, const cdr_buf *request, unsigned seconds, int log, cdr_send_result *ret, unsigned *ret_number, cdr_err *err)
{
    char line[CDR_SEND_ANSWER_MAX], path[4096];
    if (!cdr_program_path(program, "candor-send", path, sizeof path))
        return cdr_fail(err, CDR_NOT_FOUND, "send", "send.missing", "The program candor-send is not beside candor, so nothing can be sent; install it, or use drop in send.yaml.");
    cdr_program_call c = {.ctx = ctx, .path = path, .name = "candor-send", .log = log, .request = request->data, .len = request->len, .wait_ms = (int64_t)seconds * 1000, .line = true, .answer = line, .cap = sizeof line};
    switch (cdr_program_converse(&c)) {
    case CDR_CALL_ANSWERED: break;
    case CDR_CALL_NOT_STARTED: return cdr_fail_errno(err, CDR_E_IO, "send", "send.start", c.errnum, "Cannot start candor-send");
    case CDR_CALL_TIMEOUT: return cdr_fail(err, CDR_E_IO, "send", "send.timeout", "Sending took longer than %u seconds and was stopped; whether the message left is not known.", seconds);
    case CDR_CALL_CANCELLED: return cdr_fail(err, CDR_E_CANCELLED, "send", "send.cancelled", "Sending was interrupted; whether the message left is not known.");
    }
    if (!cdr_send_answer_read(line, c.answer_len, ret, ret_number))
        return cdr_fail(err, CDR_E_IO, "send", "send.crashed", "candor-send ended without an answer; whether the message left is not known.");
    return CDR_OK;
}

static cdr_status by_child(const cdr_ctx *ctx, const char *program, const cdr_send_route *route, const cdr_message *m, bool later, int log, cdr_err *err)
{
    cdr_buf request = CDR_BUF(CDR_SEND_REQUEST_MAX);
    cdr_send_result result = CDR_SEND_FAILED;
    unsigned number = 0;
    cdr_status s = write_request(ctx, route, m, later, &request, err);
    if (s == CDR_OK)
        s = converse(ctx, program, &request, (later ? 0 : route->timeout_s) + GRACE_S, log, &result, &number, err);
    cdr_buf_wipe(&request);
    return s == CDR_OK ? judge(route, result, number, err) : s;
}

cdr_status cdr_send_by_child(const cdr_ctx *ctx, const char *program, const cdr_send_route *route, const cdr_message *m, cdr_err *err)
{
    return by_child(ctx, program, route, m, false, -1, err);
}

cdr_status cdr_send_by_child_begin(const cdr_ctx *ctx, const char *program, const cdr_send_route *route, const cdr_message *m, int log, cdr_err *err)
{
    return by_child(ctx, program, route, m, true, log, err);
}

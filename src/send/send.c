/* SPDX-License-Identifier: Apache-2.0 */
#include "send/send.h"

#include "base/io.h"
#include "base/parse.h"
#include "base/time.h"
#include "send/child.h"
#include "send/mail.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOG_MAX = 2 << 20, CONFIG_MAX = 64 << 10, TEXT_MAX = 64 << 10, ADDRESS_MAX = 1000 };

struct cdr_sender {
    const cdr_ctx *ctx;
    cdr_send_config config;
    const char *program;      /* NULL: beside candor */
    char *log;                /* path of send.log */
    bool drop;
};

cdr_status cdr_sender_open(const cdr_ctx *ctx, const char *dir, cdr_sender **ret, cdr_err *err)
{
    _cleanup_free_ char *path = cdr_path_join(dir, "send.yaml");
    _cleanup_buf_ cdr_buf text = CDR_BUF(CONFIG_MAX);
    char whole[PATH_MAX];
    *ret = NULL;
    if (!realpath(dir, whole))      /* candor-send works in another folder */
        return cdr_fail_errno(err, CDR_E_IO, "send", "send.folder", errno, "Cannot open the workspace's folder");
    cdr_sender *s = path ? cdr_alloc(sizeof *s) : NULL;
    if (!s)
        return cdr_fail_nomem(err, "send");
    s->ctx = ctx;
    s->log = cdr_path_join(whole, "send.log");
    s->drop = access(path, F_OK) && errno == ENOENT;
    cdr_status status = s->log ? CDR_OK : cdr_fail_nomem(err, "send");
    if (status == CDR_OK && s->drop)
        status = cdr_send_config_default(whole, &s->config, err);
    else if (status == CDR_OK) {
        status = cdr_file_read_regular(path, &text, err);
        if (status == CDR_OK)
            status = cdr_send_config_read(text.data ? text.data : "", text.len, "send.yaml", whole, &s->config, err);
    }
    if (status == CDR_OK)
        *ret = s;
    else
        cdr_sender_close(s);
    return status;
}

void cdr_sender_close(cdr_sender *s)
{
    if (!s)
        return;
    cdr_send_config_done(&s->config);
    cdr_free(s->log);
    cdr_free(s);
}

bool cdr_sender_is_drop(const cdr_sender *s)
{
    return s->drop;
}

void cdr_sender_program(cdr_sender *s, const char *path)
{
    s->program = path;
}

const char *cdr_sender_contact(const cdr_sender *s)
{
    return s->config.contact;
}

const char *cdr_sender_page(const cdr_sender *s)
{
    return s->config.page;
}

static const cdr_send_route *route_of(const cdr_sender *s, cdr_send_way way)
{
    return way >= CDR_SEND_SMS && way <= CDR_SEND_ALERT && s->config.routes[way].how != CDR_SEND_HOW_NONE ? &s->config.routes[way] : NULL;
}

const char *cdr_sender_way(const cdr_sender *s, cdr_send_way way)
{
    const cdr_send_route *r = route_of(s, way);
    return r ? r->shown : NULL;
}

bool cdr_sender_ready(const cdr_sender *s, cdr_send_way way)
{
    const cdr_send_route *r = route_of(s, way);
    return r && cdr_sender_check(s, way, NULL) == CDR_OK;
}

/* Letters and codes lie there readable: the folder must be one's own, and nobody else's. One that is missing is made so. */
static cdr_status check_drop(const cdr_send_route *r, cdr_err *err)
{
    struct stat st;
    if (lstat(r->drop, &st))
        return errno == ENOENT ? CDR_OK : cdr_fail_errno(err, CDR_E_IO, "send", "send.drop", errno, "The folder %.300s of send.yaml cannot be looked at", r->drop);
    if (!S_ISDIR(st.st_mode))
        return cdr_fail(err, CDR_DENIED, "send", "send.drop", "%.300s, the drop of send.yaml, is no folder, or a link to one; name the folder itself.", r->drop);
    if (st.st_uid != geteuid() || (st.st_mode & 077))
        return cdr_fail(err, CDR_DENIED, "send", "send.drop", "%.300s, the drop of send.yaml, is not a folder of yours alone; messages hold codes and addresses. Name another, or chmod 700 it.", r->drop);
    return CDR_OK;
}

cdr_status cdr_sender_check(const cdr_sender *s, cdr_send_way way, cdr_err *err)
{
    const cdr_send_route *r = route_of(s, way);
    if (!r)
        return cdr_fail(err, CDR_NOT_FOUND, "send", "send.no-way", "send.yaml names no such way.");
    if (r->how == CDR_SEND_HOW_DROP)
        return check_drop(r, err);
    if (!cdr_send_child_installed(s->program))
        return cdr_fail(err, CDR_NOT_FOUND, "send", "send.missing", "candor-send is not beside candor, so nothing can be sent; install it");
    struct stat st;
    if (r->how == CDR_SEND_HOW_COMMAND && (stat(r->args[0], &st) || !S_ISREG(st.st_mode) || access(r->args[0], X_OK)))
        return cdr_fail(err, CDR_NOT_FOUND, "send", "send.no-program", "%.250s, the command of send.yaml for %s, cannot be run", r->args[0], cdr_send_way_keys[way]);
    return CDR_OK;
}

static cdr_status refuse(cdr_err *err, const char *what)
{
    return cdr_fail(err, CDR_E_INVAL, "send", "send.message", "The message cannot be sent: its %s is missing, too long, or not what such a message may have.", what);
}

/* Nothing that could become a second header, line of a protocol or file reaches any way of sending. */
static cdr_status check(const cdr_message *m, const cdr_send_route *r, cdr_err *err)
{
    const char *to = m->to ? m->to : r->to;
    size_t len = to ? strlen(to) : 0;
    bool mail = r->how == CDR_SEND_HOW_SMTP || (m->way == CDR_SEND_EMAIL);
    if (!m->text || !cdr_mail_text(m->text, strlen(m->text), TEXT_MAX))
        return refuse(err, "text");
    if (!cdr_mail_id(m->id))
        return refuse(err, "id");
    if (m->subject && m->subject[0] && !cdr_mail_subject(m->subject, strlen(m->subject)))
        return refuse(err, "subject");
    if (mail && !(m->subject && m->subject[0]))
        return refuse(err, "subject");
    if (!to && m->way == CDR_SEND_ALERT)
        return CDR_OK;
    bool ok = to && (mail ? cdr_mail_address(to, len) : m->way == CDR_SEND_SMS ? cdr_mail_telephone(to, len) : cdr_mail_text(to, len, ADDRESS_MAX));
    return ok ? CDR_OK : refuse(err, "address");
}

/* --- the file drop --- */

static void put_head(cdr_buf *out, const char *name, const char *value)
{
    if (!value || !value[0])
        return;
    cdr_buf_addf(out, "%s: ", name);
    for (const char *s = value; *s; s++) {      /* lines of a postal address go on behind a blank */
        cdr_buf_addc(out, *s);
        if (*s == '\n')
            cdr_buf_addc(out, ' ');
    }
    cdr_buf_addc(out, '\n');
}

static cdr_status write_drop(const cdr_sender *s, const cdr_send_route *r, const cdr_message *m, cdr_err *err)
{
    cdr_buf text = CDR_BUF(4 * TEXT_MAX);
    char date[CDR_TIME_TEXT];
    _cleanup_free_ char *name = cdr_asprintf("%s-%s.txt", cdr_send_way_keys[m->way], m->id), *path = name ? cdr_path_join(r->drop, name) : NULL;
    if (!path || cdr_buf_reserve(&text, strlen(m->text) + 4 * ADDRESS_MAX) != CDR_OK)
        return cdr_fail_nomem(err, "send");
    cdr_time_format(cdr_now_us(s->ctx), date);
    put_head(&text, "Way", cdr_send_way_keys[m->way]);
    put_head(&text, "To", m->to ? m->to : r->to);
    put_head(&text, "Subject", m->subject);
    put_head(&text, "Date", date);
    cdr_buf_addc(&text, '\n');
    cdr_buf_adds(&text, m->text);
    cdr_buf_adds(&text, text.len && text.data[text.len - 1] == '\n' ? "" : "\n");
    cdr_err inner = {0};
    cdr_status status = cdr_buf_status(&text) == CDR_OK ? check_drop(r, &inner) : cdr_fail_nomem(&inner, "send");
    if (status == CDR_OK)
        status = cdr_mkdirs(r->drop, 0700, &inner);
    if (status == CDR_OK && !access(path, F_OK))
        status = cdr_fail(&inner, CDR_E_INVAL, "send", "send.twice", "A message with this id lies in the drop already.");
    if (status == CDR_OK)
        status = cdr_file_write(path, text.data, text.len, 0600, &inner);
    cdr_buf_wipe(&text);
    if (status != CDR_OK && err)
        *err = inner;
    return status;
}

static cdr_status route_for(const cdr_sender *s, const cdr_message *m, const cdr_send_route **ret, cdr_err *err)
{
    *ret = route_of(s, m->way);
    if (!*ret)
        return cdr_fail(err, CDR_NOT_FOUND, "send", "send.no-way", "send.yaml names no way for %s; add one, or a drop.", m->way >= CDR_SEND_SMS && m->way <= CDR_SEND_ALERT ? cdr_send_way_keys[m->way] : "this");
    return check(m, *ret, err);
}

cdr_status cdr_send(cdr_sender *s, const cdr_message *m, cdr_err *err)
{
    const cdr_send_route *r;
    cdr_status status = route_for(s, m, &r, err);
    if (status != CDR_OK)
        return status;
    return r->how == CDR_SEND_HOW_DROP ? write_drop(s, r, m, err) : cdr_send_by_child(s->ctx, s->program, r, m, err);
}

/* --- without waiting --- */

/* One that grew too long begins anew; what failed lately is what counts. */
static int open_log(const cdr_sender *s)
{
    struct stat st;
    int fd = open(s->log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode) || (st.st_size > LOG_MAX / 2 && ftruncate(fd, 0)))) {
        close(fd);
        return -1;
    }
    return fd;
}

cdr_status cdr_send_begin(cdr_sender *s, const cdr_message *m, cdr_err *err)
{
    const cdr_send_route *r;
    cdr_status status = route_for(s, m, &r, err);
    if (status != CDR_OK)
        return status;
    if (r->how == CDR_SEND_HOW_DROP)
        return write_drop(s, r, m, err);
    _cleanup_close_ int log = open_log(s);
    return cdr_send_by_child_begin(s->ctx, s->program, r, m, log, err);
}

void cdr_send_decoy(cdr_sender *s, cdr_send_way way)
{
    static const char text[] = "Way: sms\nTo: nobody\nDate: never\n\nNothing is sent to nobody. Nothing is sent to nobody. Nothing is sent to nobody. Nothing is sent to nobody.\n";
    const cdr_send_route *r = route_of(s, way);
    if (r && r->how == CDR_SEND_HOW_DROP) {
        _cleanup_free_ char *name = cdr_asprintf(".nobody-%lld", (long long)getpid()), *path = name ? cdr_path_join(r->drop, name) : NULL;
        if (path && cdr_mkdirs(r->drop, 0700, NULL) == CDR_OK && cdr_file_write(path, text, sizeof text - 1, 0600, NULL) == CDR_OK)
            unlink(path);
        return;
    }
    _cleanup_close_ int log = r ? open_log(s) : -1;
    if (r && cdr_send_by_child_begin(s->ctx, s->program, r, NULL, log, NULL) != CDR_OK)
        return;     /* nobody misses it */
}

/* One line of send.log: "TIME ID WAY WORD NUMBER". */
static void look_at(const char *line, size_t len, int64_t since_us, cdr_send_failures *ret)
{
    const char *word[5];
    size_t at = 0, lens[5], n = 0;
    int64_t us;
    for (; n < 5 && at < len; n++) {
        const char *end = memchr(line + at, ' ', len - at);
        word[n] = line + at;
        lens[n] = end ? (size_t)(end - word[n]) : len - at;
        at += lens[n] + 1;
    }
    if (n < 5 || !cdr_parse_i64(word[0], lens[0], 0, INT64_MAX, &us) || us < since_us || (lens[3] == 2 && !memcmp(word[3], "ok", 2)) || !cdr_mail_text(word[2], len - (size_t)(word[2] - line), 60))
        return;
    ret->count++;
    if (us >= ret->newest_us) {
        ret->newest_us = us;
        snprintf(ret->newest, sizeof ret->newest, "%.*s: %.*s %.*s", (int)CDR_MIN(lens[2], 10u), word[2], (int)CDR_MIN(lens[3], 20u), word[3], (int)CDR_MIN(lens[4], 8u), word[4]);
    }
}

cdr_status cdr_sender_failures(const cdr_sender *s, int64_t since_us, cdr_send_failures *ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(LOG_MAX);
    *ret = (cdr_send_failures){0};
    if (access(s->log, F_OK) && errno == ENOENT)
        return CDR_OK;
    cdr_status status = cdr_file_read_regular(s->log, &text, err);
    for (size_t at = 0; status == CDR_OK && at < text.len;) {
        const char *end = memchr(text.data + at, '\n', text.len - at);
        size_t len = end ? (size_t)(end - text.data) - at : text.len - at;
        look_at(text.data + at, len, since_us, ret);
        at += len + 1;
    }
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/playbook/allowed.h"

#include "base/io.h"
#include "base/parse.h"
#include "base/text.h"
#include "base/yaml.h"
#include "core/playbook/script.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_MAX = 1 << 20, FILE_MAX = 64 << 10, TEXT_MAX = 1000, HTTPS_PORT = 443, SSH_PORT = 22 };

typedef struct reader { cdr_allowed *c; const char *where, *dir; cdr_err *err; } reader;

static cdr_status wrong(reader *r, const char *place, const char *fmt, ...) CDR_PRINTF(3, 4);
static cdr_status wrong(reader *r, const char *place, const char *fmt, ...)
{
    char text[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return cdr_fail(r->err, CDR_E_INVAL, "playbook", "commands.file", "%.120s: %s %s", r->where, place, text);
}

static cdr_status nomem(reader *r)
{
    return cdr_fail_nomem(r->err, "playbook");
}

static cdr_status check_keys(reader *r, json_t *tree, const char *place, const char *const *known, size_t n)
{
    const char *key;
    json_t *value;
    if (!json_is_object(tree))
        return wrong(r, place, "must hold keys with values.");
    json_object_foreach(tree, key, value) {
        bool found = false;
        for (size_t i = 0; i < n && !found; i++)
            found = !strcmp(key, known[i]);
        const char *near = found ? NULL : cdr_text_nearest(key, known, n);
        _cleanup_buf_ cdr_buf shown = CDR_BUF(400);
        cdr_text_quote(&shown, key, 40);
        if (!found)
            return wrong(r, place, "has no key \"%s\"%s%s%s", shown.data ? shown.data : "", near ? "; did you mean " : ".", near ? near : "", near ? "?" : "");
    }
    return CDR_OK;
}

/* A line of printable text. NULL: it is none. */
static const char *line_of(const json_t *value)
{
    const char *text = json_string_value(value);
    size_t len = json_string_length(value);
    if (!text || len == 0 || len > TEXT_MAX || strlen(text) != len)
        return NULL;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            return NULL;
    return text;
}

/* --- hosts --- */

static bool is_host(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9') || strchr(".-_:", s[i])))
            return false;
    return len > 0 && len <= 255 && s[0] != '-';
}

static bool is_user(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= '0' && s[i] <= '9') || strchr("._-", s[i])))
            return false;
    return len > 0 && len <= 64 && s[0] != '-';
}

bool cdr_allowed_is_here(const char *name)
{
    unsigned dots = 0;
    if (!strcmp(name, "localhost") || !strcmp(name, "::1"))
        return true;
    if (strncmp(name, "127.", 4) != 0)
        return false;
    for (const char *p = name; *p; p++) {
        dots += *p == '.';
        if (*p != '.' && !(*p >= '0' && *p <= '9'))
            return false;
    }
    return dots == 3;
}

/* The name in lower case, without brackets, and the port behind it; false: it is none. */
static bool split(char *text, char **ret_name, unsigned fallback, unsigned *ret_port)
{
    char *name = text, *port = NULL;
    uint64_t n = fallback;
    for (char *p = text; *p; p++)
        *p = (char)(*p >= 'A' && *p <= 'Z' ? *p | 0x20 : *p);
    if (*name == '[') {
        char *end = strchr(++name, ']');
        if (!end || (end[1] && end[1] != ':'))
            return false;
        port = end[1] ? end + 2 : NULL;
        *end = '\0';
    } else if ((port = strchr(name, ':'))) {
        if (strchr(port + 1, ':'))
            return false;      /* an IPv6 address needs its brackets */
        *port++ = '\0';
    }
    *ret_name = name;
    bool good = !port || cdr_parse_u64(port, strlen(port), 1, 65535, &n);
    *ret_port = (unsigned)n;
    return good;
}

static cdr_status read_host(reader *r, const char *text, const char *place, bool ssh, cdr_allowed_host *ret)
{
    static const char plain[] = "http://", tls[] = "https://";
    *ret = (cdr_allowed_host){.plain = !ssh && !strncmp(text, plain, sizeof plain - 1)};
    if (!ssh && (ret->plain || !strncmp(text, tls, sizeof tls - 1)))
        text += ret->plain ? sizeof plain - 1 : sizeof tls - 1;
    char *copy = cdr_arena_strdup(r->c->arena, text), *name;
    if (!copy)
        return nomem(r);
    char *at = ssh ? strchr(copy, '@') : NULL;
    if (at) {
        *at = '\0';
        ret->user = copy;
        copy = at + 1;
        if (!is_user(ret->user, strlen(ret->user)))
            return wrong(r, place, "names a user that is none.");
    }
    if (!split(copy, &name, ssh ? SSH_PORT : ret->plain ? 80 : HTTPS_PORT, &ret->port))
        return wrong(r, place, "must be a host, with :port if it is another than %u; IPv6 addresses in brackets.", ssh ? SSH_PORT : ret->plain ? 80u : HTTPS_PORT);
    ret->wildcard = name[0] == '*' && name[1] == '.';
    ret->name = name + (ret->wildcard ? 1 : 0);
    if (ret->wildcard && (ssh || ret->plain))
        return wrong(r, place, "must name each host; * is for https alone.");
    if (!is_host(ret->name, strlen(ret->name)) || (ret->wildcard && !strchr(ret->name + 1, '.')))
        return wrong(r, place, "must be the name or address of a host, without a path%s.", ret->wildcard ? ", and * of a domain somebody owns" : "");
    if (ret->plain && !cdr_allowed_is_here(ret->name))
        return wrong(r, place, "may not be http: without TLS only this machine itself is called, such as http://127.0.0.1:8080.");
    return CDR_OK;
}

static cdr_status read_hosts(reader *r, json_t *tree, const char *section, bool ssh, cdr_allowed_hosts *ret)
{
    json_t *list = json_object_get(tree, "hosts");
    char place[80];
    size_t n = json_array_size(list);
    snprintf(place, sizeof place, "%s.hosts", section);
    if (!json_is_array(list) || n == 0 || n > CDR_COMMANDS_LIST_MAX)
        return wrong(r, place, "must be a list of hosts, at most %u.", CDR_COMMANDS_LIST_MAX);
    ret->at = cdr_arena_alloc(r->c->arena, n * sizeof *ret->at);
    if (!ret->at)
        return nomem(r);
    for (size_t i = 0; i < n; i++) {
        snprintf(place, sizeof place, "%s.hosts[%zu]", section, i + 1);
        const char *text = line_of(json_array_get(list, i));
        cdr_status s = text ? read_host(r, text, place, ssh, &ret->at[i]) : wrong(r, place, "must be a line of text; put it between quotes.");
        if (s != CDR_OK)
            return s;
        ret->count++;
    }
    return CDR_OK;
}

/* --- files and lists --- */

static cdr_status path_of(reader *r, json_t *tree, const char *section, const char *key, const char **ret)
{
    json_t *value = json_object_get(tree, key);
    char place[80];
    snprintf(place, sizeof place, "%s.%s", section, key);
    if (!value)
        return CDR_OK;
    const char *text = line_of(value);
    if (!text)
        return wrong(r, place, "must be the path of a file.");
    *ret = *text == '/' ? cdr_arena_strdup(r->c->arena, text) : cdr_arena_printf(r->c->arena, "%s/%s", r->dir, text);
    return *ret ? CDR_OK : nomem(r);
}

static cdr_status list_of(reader *r, json_t *tree, const char *section, const char *key, bool paths, const char *const **ret, size_t *ret_count)
{
    json_t *list = json_object_get(tree, key);
    char place[80];
    size_t n = json_array_size(list);
    snprintf(place, sizeof place, "%s.%s", section, key);
    if (!json_is_array(list) || n == 0 || n > CDR_COMMANDS_LIST_MAX)
        return wrong(r, place, "must be a list, of at most %u.", CDR_COMMANDS_LIST_MAX);
    const char **at = cdr_arena_alloc(r->c->arena, n * sizeof *at);
    if (!at)
        return nomem(r);
    for (size_t i = 0; i < n; i++) {
        const char *text = line_of(json_array_get(list, i));
        snprintf(place, sizeof place, "%s.%s[%zu]", section, key, i + 1);
        if (!text || (paths && (*text != '/' || strstr(text, "/../") || text[strlen(text) - 1] == '/')))
            return wrong(r, place, paths ? "must be the whole path of a program, such as /usr/bin/uptime." : "must be a line of text.");
        if (!(at[i] = cdr_arena_strdup(r->c->arena, text)))
            return nomem(r);
    }
    *ret = at;
    *ret_count = n;
    return CDR_OK;
}

static cdr_status number_of(reader *r, json_t *tree, const char *key, unsigned max, unsigned *ret)
{
    json_t *value = json_object_get(tree, key);
    char place[40];
    snprintf(place, sizeof place, "limits.%s", key);
    if (!value)
        return CDR_OK;
    json_int_t n = json_integer_value(value);
    if (!json_is_integer(value) || n < 1 || n > max)
        return wrong(r, place, "must be a number from 1 to %u.", max);
    *ret = (unsigned)n;
    return CDR_OK;
}

/* --- sections --- */

static cdr_status read_http(reader *r, json_t *tree, const char *section, cdr_allowed_hosts *ret)
{
    static const char *const known[] = {"hosts", "ca_file"};
    cdr_status s = check_keys(r, tree, section, known, CDR_COUNT(known));
    if (s == CDR_OK)
        s = path_of(r, tree, section, "ca_file", &ret->ca_file);
    return s == CDR_OK ? read_hosts(r, tree, section, false, ret) : s;
}

static cdr_status read_bash(reader *r, json_t *tree)
{
    static const char *const known[] = {"agents", "programs", "starts_others"};
    const json_t *meant = json_object_get(tree, "starts_others");
    cdr_status s = check_keys(r, tree, "bash", known, CDR_COUNT(known));
    if (s == CDR_OK)
        s = list_of(r, tree, "bash", "agents", false, &r->c->agents, &r->c->agent_count);
    if (s == CDR_OK)
        s = list_of(r, tree, "bash", "programs", true, &r->c->programs, &r->c->program_count);
    if (s == CDR_OK && meant && !json_is_boolean(meant))
        return wrong(r, "bash.starts_others", "must be true or false.");
    for (size_t i = 0; i < r->c->program_count && s == CDR_OK; i++) {
        bool starts = cdr_script_starts_others(r->c->programs[i]);
        if (starts && !json_is_true(meant))
            return wrong(r, "bash.programs", "lists %.80s, which starts other programs, listed or not; leave it out, or write starts_others: true beside the list if that is meant.", r->c->programs[i]);
        r->c->starts_others = r->c->starts_others || starts;
    }
    return s;
}

static cdr_status read_ssh(reader *r, json_t *tree)
{
    static const char *const known[] = {"hosts", "identity_file", "known_hosts"};
    cdr_status s = check_keys(r, tree, "ssh", known, CDR_COUNT(known));
    if (s == CDR_OK)
        s = path_of(r, tree, "ssh", "identity_file", &r->c->identity_file);
    if (s == CDR_OK)
        s = path_of(r, tree, "ssh", "known_hosts", &r->c->known_hosts);
    return s == CDR_OK ? read_hosts(r, tree, "ssh", true, &r->c->ssh) : s;
}

static cdr_status read_limits(reader *r, json_t *tree)
{
    static const char *const known[] = {"seconds", "bytes"};
    cdr_status s = check_keys(r, tree, "limits", known, CDR_COUNT(known));
    if (s == CDR_OK)
        s = number_of(r, tree, "seconds", CDR_COMMANDS_SECONDS_MAX, &r->c->seconds);
    return s == CDR_OK ? number_of(r, tree, "bytes", CDR_COMMANDS_BYTES_MAX, &r->c->bytes) : s;
}

static cdr_status read_all(reader *r, json_t *tree)
{
    static const char *const known[] = {"http-api", "openc2-http", "bash", "ssh", "limits"};
    json_t *part;
    cdr_status s = check_keys(r, tree, "the file", known, CDR_COUNT(known));
    if (s == CDR_OK && (part = json_object_get(tree, "http-api")))
        s = read_http(r, part, "http-api", &r->c->http);
    if (s == CDR_OK && (part = json_object_get(tree, "openc2-http")))
        s = read_http(r, part, "openc2-http", &r->c->openc2);
    if (s == CDR_OK && (part = json_object_get(tree, "bash")))
        s = read_bash(r, part);
    if (s == CDR_OK && (part = json_object_get(tree, "ssh")))
        s = read_ssh(r, part);
    if (s == CDR_OK && (part = json_object_get(tree, "limits")))
        s = read_limits(r, part);
    return s;
}

cdr_status cdr_allowed_read(const char *text, size_t len, const char *where, const char *dir, cdr_allowed **ret, cdr_err *err)
{
    _cleanup_json_ json_t *tree = NULL;
    _cleanup_(cdr_allowed_freep) cdr_allowed *c = cdr_alloc(sizeof *c);
    *ret = NULL;
    if (!c || !(c->arena = cdr_arena_new(ARENA_MAX)))
        return cdr_fail_nomem(err, "playbook");
    c->seconds = CDR_COMMANDS_SECONDS;
    c->bytes = CDR_COMMANDS_BYTES;
    reader r = {c, where, dir, err};
    cdr_status s = cdr_yaml_parse(text, len, where, &tree, err);
    if (s == CDR_OK && !json_is_null(tree))      /* an empty file allows nothing */
        s = read_all(&r, tree);
    if (s == CDR_OK)
        *ret = CDR_TAKE(c);
    return s;
}

static cdr_status closed(cdr_err *err, const char *what, const char *mend)
{
    return cdr_fail(err, CDR_DENIED, "playbook", "commands.open", CDR_COMMANDS_FILE " is %s; nothing is carried out until that is mended: %s.", what, mend);
}

/* Whoever can write the file, or put another one in its place, decides what is carried out: nobody but who runs Candor, and the system's owner. */
static cdr_status check_writers(int folder, int fd, cdr_err *err)
{
    struct stat st, around;
    if (fstat(fd, &st) || fstat(folder, &around))
        return cdr_fail_errno(err, CDR_E_IO, "playbook", "commands.file", errno, "Cannot look at " CDR_COMMANDS_FILE);
    if (!S_ISREG(st.st_mode))
        return closed(err, "no plain file", "put one there");
    if (st.st_mode & 022)
        return closed(err, "writable by others", "chmod go-w " CDR_COMMANDS_FILE);
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return closed(err, "somebody else's", "it must belong to whoever runs candor, or to root (chown)");
    if (around.st_mode & 022)
        return closed(err, "in a folder that others can write to", "chmod go-w the workspace's folder");
    if (around.st_uid != geteuid() && around.st_uid != 0)
        return closed(err, "in somebody else's folder", "the workspace's folder must belong to whoever runs candor, or to root (chown)");
    return CDR_OK;
}

cdr_status cdr_allowed_load(const char *dir, cdr_allowed **ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(FILE_MAX);
    _cleanup_close_ int folder = -1, fd = -1;
    char whole[PATH_MAX], chunk[8192];
    ssize_t n;
    *ret = NULL;
    if (!realpath(dir, whole))      /* candor-perform works in another folder */
        return errno == ENOENT ? CDR_OK : cdr_fail_errno(err, CDR_E_IO, "playbook", "commands.file", errno, "Cannot open the workspace's folder");
    folder = open(whole, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    fd = folder >= 0 ? openat(folder, CDR_COMMANDS_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
    if (fd < 0 && folder >= 0 && errno == ELOOP)
        return closed(err, "a link", "put the file itself there");
    if (fd < 0)
        return errno == ENOENT ? CDR_OK : cdr_fail_errno(err, CDR_E_IO, "playbook", "commands.file", errno, "Cannot open " CDR_COMMANDS_FILE);
    cdr_status s = check_writers(folder, fd, err);
    if (s != CDR_OK)
        return s;
    while ((n = cdr_read_some(fd, chunk, sizeof chunk)) > 0)
        if (cdr_buf_add(&text, chunk, (size_t)n) != CDR_OK)
            return cdr_fail(err, CDR_E_LIMIT, "playbook", "commands.file", CDR_COMMANDS_FILE " is larger than %d KiB.", FILE_MAX >> 10);
    if (n < 0)
        return cdr_fail_errno(err, CDR_E_IO, "playbook", "commands.file", errno, "Cannot read " CDR_COMMANDS_FILE);
    return cdr_allowed_read(text.data ? text.data : "", text.len, CDR_COMMANDS_FILE, whole, ret, err);
}

void cdr_allowed_free(cdr_allowed *c)
{
    if (!c)
        return;
    cdr_arena_free(c->arena);
    cdr_free(c);
}

const cdr_allowed_host *cdr_allowed_host_of(const cdr_allowed_hosts *list, const char *name, unsigned port, bool plain)
{
    const cdr_allowed_host *found = NULL;
    size_t len = strlen(name);
    for (size_t i = 0; i < list->count; i++) {
        const cdr_allowed_host *h = &list->at[i];
        size_t n = strlen(h->name);
        if (h->port != port || h->plain != plain)
            continue;
        if (!h->wildcard && !strcmp(h->name, name))
            return h;
        if (h->wildcard && len > n && !strcmp(name + len - n, h->name))
            found = h;
    }
    return found;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "send/config.h"

#include "base/text.h"
#include "base/yaml.h"
#include "send/mail.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_MAX = 1 << 20, TEXT_MAX = 1000, PAGE_MAX = 80, TIMEOUT_S = 30, TIMEOUT_MAX_S = 120 };

const char *const cdr_send_way_keys[CDR_SEND_WAYS] = {NULL, "sms", "email", "letter", "alert"};

typedef struct reader { cdr_send_config *c; const char *where, *dir; cdr_err *err; } reader;

static cdr_status wrong(reader *r, const char *place, const char *fmt, ...) CDR_PRINTF(3, 4);
static cdr_status wrong(reader *r, const char *place, const char *fmt, ...)
{
    char text[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return cdr_fail(r->err, CDR_E_INVAL, "send", "send.config", "%.120s: %s %s", r->where, place, text);
}

/* A line of text without control characters; "" is none. */
static cdr_status text_of(reader *r, json_t *tree, const char *key, const char *place, bool needed, const char **ret)
{
    json_t *value = json_object_get(tree, key);
    const char *text = json_string_value(value);
    size_t len = json_string_length(value);
    char at[80];
    snprintf(at, sizeof at, "%s.%s", place, key);
    *ret = NULL;
    if (!value)
        return needed ? wrong(r, at, "is missing.") : CDR_OK;
    bool bad = !text || len == 0 || len > TEXT_MAX || strlen(text) != len;
    for (size_t i = 0; !bad && i < len; i++)
        bad = (unsigned char)text[i] < 0x20 || text[i] == 0x7F;
    if (bad)
        return wrong(r, at, "must be a line of text; put it between quotes.");
    *ret = cdr_arena_strdup(r->c->arena, text);
    return *ret ? CDR_OK : cdr_fail_nomem(r->err, "send");
}

static cdr_status path_of(reader *r, json_t *tree, const char *key, const char *place, const char **ret)
{
    cdr_status s = text_of(r, tree, key, place, false, ret);
    if (s != CDR_OK || !*ret || **ret == '/')
        return s;
    *ret = cdr_arena_printf(r->c->arena, "%s/%s", r->dir, *ret);
    return *ret ? CDR_OK : cdr_fail_nomem(r->err, "send");
}

static cdr_status check_keys(reader *r, json_t *tree, const char *place, const char *const *known)
{
    const char *key;
    json_t *value;
    size_t n = 0;
    while (known[n])
        n++;
    if (!json_is_object(tree))
        return wrong(r, place, "must hold keys with values.");
    json_object_foreach(tree, key, value) {
        bool found = false;
        for (size_t i = 0; i < n && !found; i++)
            found = !strcmp(key, known[i]);
        const char *near = found ? NULL : cdr_text_nearest(key, known, n);
        if (!found)
            return wrong(r, place, "has no key \"%.40s\"%s%s%s", key, near ? "; did you mean " : ".", near ? near : "", near ? "?" : "");
    }
    return CDR_OK;
}

/* The host of an address that begins with ${scheme}, without user, port and path; false: it is none, or names a user. */
static bool host_of(const char *url, const char *scheme, char *ret, size_t cap)
{
    size_t n = strlen(scheme);
    if (strncmp(url, scheme, n) != 0)
        return false;
    const char *host = url + n;
    bool six = *host == '[';
    size_t len = six ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");
    if (len == 0 || len >= cap || memchr(host, '@', strcspn(host, "/?#")) || (six && host[len - 1] != ']'))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_[]:", host[i]))
            return false;
    snprintf(ret, cap, "%.*s", (int)len, host);
    return !strpbrk(url, " \\\"<>");
}

static bool is_here(const char *host)
{
    return !strcmp(host, "localhost") || !strcmp(host, "127.0.0.1") || !strcmp(host, "[::1]");
}

static cdr_status show(reader *r, cdr_send_route *route, const char *word, const char *host)
{
    route->shown = cdr_arena_printf(r->c->arena, "%s%s%s", word, host[0] ? " " : "", host);
    return route->shown ? CDR_OK : cdr_fail_nomem(r->err, "send");
}

static cdr_status read_smtp(reader *r, json_t *tree, const char *place, cdr_send_route *route)
{
    static const char *const known[] = {"url", "from", "user", "password_file", "starttls", "ca_file", NULL};
    const char *tls = NULL;
    char host[256];
    cdr_status s = check_keys(r, tree, place, known);
    route->how = CDR_SEND_HOW_SMTP;
    if (s == CDR_OK)
        s = text_of(r, tree, "url", place, true, &route->url);
    if (s == CDR_OK)
        s = text_of(r, tree, "from", place, true, &route->from);
    if (s == CDR_OK)
        s = text_of(r, tree, "user", place, false, &route->user);
    if (s == CDR_OK)
        s = path_of(r, tree, "password_file", place, &route->password_file);
    if (s == CDR_OK)
        s = path_of(r, tree, "ca_file", place, &route->ca_file);
    if (s == CDR_OK)
        s = text_of(r, tree, "starttls", place, false, &tls);
    if (s != CDR_OK)
        return s;
    if (!host_of(route->url, "smtp://", host, sizeof host) && !host_of(route->url, "smtps://", host, sizeof host))
        return wrong(r, place, "url must be smtp://HOST:PORT or smtps://HOST:PORT, without user and password.");
    if (!cdr_mail_address(route->from, strlen(route->from)))
        return wrong(r, place, "from must be one e-mail address, such as service@shop.example.com.");
    if (!route->user != !route->password_file)
        return wrong(r, place, "user and password_file belong together.");
    if (tls && strcmp(tls, "required") && strcmp(tls, "never"))
        return wrong(r, place, "starttls must be required (the default) or never.");
    route->no_tls = tls && !strcmp(tls, "never");
    if (route->no_tls && (!is_here(host) || route->user))
        return wrong(r, place, "starttls: never is for a mail server on this machine (localhost) and without a password; whoever listens on the way would read the codes.");
    return show(r, route, "SMTP", host);
}

static cdr_status read_webhook(reader *r, json_t *tree, const char *place, cdr_send_route *route)
{
    char host[256];
    route->how = CDR_SEND_HOW_WEBHOOK;
    cdr_status s = text_of(r, tree, "webhook", place, true, &route->url);
    if (s == CDR_OK && !host_of(route->url, "https://", host, sizeof host))
        return wrong(r, place, "webhook must be https://HOST/…, without user and password; a secret goes into header_file.");
    return s == CDR_OK ? show(r, route, "web hook", host) : s;
}

static cdr_status read_command(reader *r, json_t *list, const char *place, cdr_send_route *route)
{
    size_t n = json_array_size(list);
    route->how = CDR_SEND_HOW_COMMAND;
    if (n == 0 || n > CDR_SEND_ARGS_MAX)
        return wrong(r, place, "command must be a list of 1 to %d texts: [/usr/bin/program, argument].", CDR_SEND_ARGS_MAX);
    for (size_t i = 0; i < n; i++) {
        const char *one = json_string_value(json_array_get(list, i));
        if (!one || strlen(one) > TEXT_MAX || strlen(one) != json_string_length(json_array_get(list, i)))
            return wrong(r, place, "command[%zu] must be a text of at most %d bytes; put it between quotes.", i, TEXT_MAX);
        if (!(route->args[i] = cdr_arena_strdup(r->c->arena, one)))
            return cdr_fail_nomem(r->err, "send");
    }
    if (route->args[0][0] != '/')
        return wrong(r, place, "command must begin with the whole path of a program (/usr/local/bin/…); no shell looks for it.");
    return show(r, route, "command", strrchr(route->args[0], '/') + 1);
}

static cdr_status read_way(reader *r, cdr_send_way way, json_t *tree)
{
    static const char *const known[] = {"drop", "command", "webhook", "smtp", "header_file", "ca_file", "timeout", "to", NULL};
    const char *place = cdr_send_way_keys[way];
    cdr_send_route *route = &r->c->routes[way];
    json_t *timeout = json_object_get(tree, "timeout"), *smtp = json_object_get(tree, "smtp"), *command = json_object_get(tree, "command");
    int ways = !!json_object_get(tree, "drop") + !!command + !!json_object_get(tree, "webhook") + !!smtp;
    cdr_status s = check_keys(r, tree, place, known);
    if (s != CDR_OK)
        return s;
    if (ways != 1)
        return wrong(r, place, "must say one of drop, command, webhook and smtp%s.", ways ? ", not several" : "");
    *route = (cdr_send_route){.timeout_s = TIMEOUT_S};
    if (timeout && (!json_is_integer(timeout) || json_integer_value(timeout) < 1 || json_integer_value(timeout) > TIMEOUT_MAX_S))
        return wrong(r, place, "timeout must be 1 to %d seconds.", TIMEOUT_MAX_S);
    if (timeout)
        route->timeout_s = (unsigned)json_integer_value(timeout);
    if (json_object_get(tree, "drop")) {
        route->how = CDR_SEND_HOW_DROP;
        s = path_of(r, tree, "drop", place, &route->drop);
        route->shown = "file drop";
    } else if (smtp)
        s = way == CDR_SEND_SMS || way == CDR_SEND_LETTER ? wrong(r, place, "cannot be sent by SMTP.") : read_smtp(r, smtp, place, route);
    else if (command)
        s = read_command(r, command, place, route);
    else
        s = read_webhook(r, tree, place, route);
    if (s == CDR_OK)
        s = path_of(r, tree, "header_file", place, &route->header_file);
    if (s == CDR_OK && json_object_get(tree, "ca_file"))
        s = path_of(r, tree, "ca_file", place, &route->ca_file);
    if (s == CDR_OK)
        s = text_of(r, tree, "to", place, way == CDR_SEND_ALERT && route->how == CDR_SEND_HOW_SMTP, &route->to);
    if (s == CDR_OK && route->to && way != CDR_SEND_ALERT)
        return wrong(r, place, "must not say to: only alerts have an address of their own.");
    if (s == CDR_OK && route->to && route->how == CDR_SEND_HOW_SMTP && !cdr_mail_address(route->to, strlen(route->to)))
        return wrong(r, place, "to must be one e-mail address.");
    return s;
}

/* A text message is short, and a code belongs on no page that others can read along. */
static bool is_page(const char *page)
{
    size_t len = strlen(page);
    return len > 8 && len <= PAGE_MAX && !strncmp(page, "https://", 8) && !strpbrk(page, " \"<>");
}

cdr_status cdr_send_config_read(const char *text, size_t len, const char *where, const char *dir, cdr_send_config *ret, cdr_err *err)
{
    static const char *const known[] = {"version", "contact", "page", "sms", "email", "letter", "alert", NULL};
    _cleanup_json_ json_t *root = NULL;
    *ret = (cdr_send_config){.arena = cdr_arena_new(ARENA_MAX)};
    reader r = {ret, where, dir, err};
    cdr_status s = ret->arena ? cdr_yaml_parse(text, len, where, &root, err) : cdr_fail_nomem(err, "send");
    if (s == CDR_OK)
        s = check_keys(&r, root, "The file", known);
    if (s == CDR_OK && json_integer_value(json_object_get(root, "version")) != 1)
        s = wrong(&r, "version", "must be 1.");
    if (s == CDR_OK)
        s = text_of(&r, root, "contact", "The file", false, &ret->contact);
    if (s == CDR_OK)
        s = text_of(&r, root, "page", "The file", false, &ret->page);
    if (s == CDR_OK && ret->page && !is_page(ret->page))
        s = wrong(&r, "page", "must be an address that begins with https:// and is not longer than 80 bytes; it stands in a text message.");
    for (int way = CDR_SEND_SMS; way < CDR_SEND_WAYS && s == CDR_OK; way++)
        if (json_object_get(root, cdr_send_way_keys[way]))
            s = read_way(&r, (cdr_send_way)way, json_object_get(root, cdr_send_way_keys[way]));
    if (s != CDR_OK)
        cdr_send_config_done(ret);
    return s;
}

cdr_status cdr_send_config_default(const char *dir, cdr_send_config *ret, cdr_err *err)
{
    *ret = (cdr_send_config){.arena = cdr_arena_new(ARENA_MAX)};
    const char *folder = ret->arena ? cdr_arena_printf(ret->arena, "%s/outbox", dir) : NULL;
    if (!folder) {
        cdr_send_config_done(ret);
        return cdr_fail_nomem(err, "send");
    }
    for (int way = CDR_SEND_SMS; way < CDR_SEND_WAYS; way++)
        ret->routes[way] = (cdr_send_route){.how = CDR_SEND_HOW_DROP, .drop = folder, .shown = "file drop"};
    return CDR_OK;
}

void cdr_send_config_done(cdr_send_config *c)
{
    cdr_arena_free(c->arena);
    *c = (cdr_send_config){0};
}

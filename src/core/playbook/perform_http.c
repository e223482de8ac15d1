/* SPDX-License-Identifier: Apache-2.0 */
/* Requests for commands http-api and openc2-http: where they go, whether commands.yaml allows that, and what is sent, with the values of variables put in where they cannot become anything else. */
#include "core/playbook/perform.h"

#include "base/parse.h"
#include "base/text.h"
#include "core/playbook/script.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 1 << 20, URL_MAX = 8192 };

static cdr_status no(cdr_err *err, const char *fmt, ...) CDR_PRINTF(2, 3);
static cdr_status no(cdr_err *err, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return cdr_fail(err, CDR_DENIED, "playbook", "perform.not-allowed", "%s", text);
}

/* --- where it goes --- */

cdr_status cdr_perform_address(cdr_run *run, uint32_t activation, const json_t *agent, const json_t *target, cdr_perform_place *ret, cdr_err *err)
{
    static const char *const kinds[] = {"url", "dname", "ipv4", "ipv6"};
    const json_t *where = json_object_get(target, "address") ? target : agent, *address = json_object_get(where, "address"), *first = NULL;
    const char *port = cdr_json_str(where, "port");
    *ret = (cdr_perform_place){.definition = where};
    for (size_t i = 0; i < CDR_COUNT(kinds) && !first; i++) {
        const json_t *list = json_object_get(address, kinds[i]);
        first = json_is_string(list) ? list : json_array_get(list, 0);
        ret->is_url = i == 0 && first;
    }
    if (!json_is_string(first))
        return no(err, "The playbook does not say at which address.");
    _cleanup_buf_ cdr_buf text = CDR_BUF(URL_MAX), number = CDR_BUF(64);
    cdr_status s = cdr_run_command_text(run, activation, json_string_value(first), &text, err);
    if (s == CDR_OK && port)
        s = cdr_run_command_text(run, activation, port, &number, err);
    if (s != CDR_OK)
        return s;
    uint64_t n = 0;
    if (port && (!number.data || !cdr_parse_u64(number.data, number.len, 1, 65535, &n)))
        return no(err, "The playbook's port is no number.");
    ret->port = (unsigned)n;
    ret->text = cdr_buf_take(&text);
    return ret->text ? CDR_OK : cdr_fail_nomem(err, "playbook");
}

void cdr_perform_place_done(cdr_perform_place *p)
{
    cdr_free(p->text);
    p->text = NULL;
}

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr(".-_:", c));
}

static bool take_host(const char *text, size_t len, cdr_perform_url *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] | 0x20 : text[i]);
        if (!is_host_char(c) || n + 1 >= sizeof ret->host)
            return false;
        ret->host[n++] = c;
    }
    ret->host[n] = '\0';
    if (n && ret->host[n - 1] == '.')      /* the root may stand at the end of a name */
        ret->host[--n] = '\0';
    return n > 0;
}

bool cdr_perform_take_url(const char *text, cdr_perform_url *ret)
{
    uint64_t port = 0;
    bool schemed = true;
    *ret = (cdr_perform_url){.plain = !strncmp(text, "http://", 7)};
    if (ret->plain || !strncmp(text, "https://", 8))
        text += ret->plain ? 7 : 8;
    else if (strstr(text, "://"))
        return false;
    else
        schemed = false;
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7F || strchr("\\\"<>", *p))
            return false;
    size_t len = strcspn(text, "/?#");
    if (memchr(text, '@', len))      /* a user before the host is a way to hide where it goes */
        return false;
    ret->path = text + len;
    const char *colon = NULL;
    if (*text == '[') {
        const char *end = memchr(text, ']', len);
        if (!end || (end + 1 < text + len && end[1] != ':'))
            return false;
        colon = end + 1 < text + len ? end + 1 : NULL;
        ret->six = true;
        if (!take_host(text + 1, (size_t)(end - text - 1), ret) || !strchr(ret->host, ':'))
            return false;
    } else {
        colon = memchr(text, ':', len);
        ret->six = colon && memchr(colon + 1, ':', (size_t)(text + len - colon - 1));
        if (ret->six && schemed)
            return false;
        if (!take_host(text, ret->six || !colon ? len : (size_t)(colon - text), ret))
            return false;
        colon = ret->six ? NULL : colon;
    }
    if (colon && !cdr_parse_u64(colon + 1, (size_t)(text + len - colon - 1), 1, 65535, &port))
        return false;
    ret->port = (unsigned)port;
    return !ret->six || strspn(ret->host, "0123456789abcdef:.") == strlen(ret->host);
}

/* --- the start line --- */

typedef struct start_line { char method[16]; char *path; } start_line;

/* A value in a path becomes letters of it and nothing else: "a/../b?x" is one part of it. */
static bool encoded(void *arg, const char *name, cdr_variable *ret)
{
    static const char hex[] = "0123456789ABCDEF";
    cdr_perform_view *v = arg;
    if (!cdr_run_variable(v->run, v->activation, name, ret))
        return false;
    cdr_buf_clear(&v->value);
    for (const char *p = ret->value; p && *p; p++) {
        unsigned char c = (unsigned char)*p;
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-_~", c))
            cdr_buf_addc(&v->value, (char)c);
        else
            cdr_buf_add(&v->value, (const char[]){'%', hex[c >> 4], hex[c & 15]}, 3);
    }
    if (cdr_buf_status(&v->value) != CDR_OK)
        return false;
    ret->value = ret->value ? (v->value.data ? v->value.data : "") : NULL;
    return true;
}

static cdr_status read_start(cdr_run *run, uint32_t activation, const char *command, start_line *ret, cdr_err *err)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"};
    size_t len = strcspn(command, " ");
    const char *path = command + len + strspn(command + len, " ");
    size_t path_len = strcspn(path, " ");
    const char *version = path + path_len + strspn(path + path_len, " ");
    bool known = false;
    for (size_t i = 0; i < CDR_COUNT(methods); i++)
        known = known || (strlen(methods[i]) == len && !memcmp(methods[i], command, len));
    if (!known || !path_len || (*version && strncmp(version, "HTTP/", 5) != 0))
        return no(err, "The command is no start line of HTTP, such as POST /path HTTP/1.1.");
    snprintf(ret->method, sizeof ret->method, "%.*s", (int)len, command);
    cdr_perform_view view = {.run = run, .activation = activation, .value = CDR_BUF(URL_MAX)};
    _cleanup_buf_ cdr_buf out = CDR_BUF(URL_MAX);
    cdr_status s = cdr_variable_interpolate(path, path_len, encoded, &view, &out, err);
    cdr_buf_done(&view.value);
    if (s != CDR_OK)
        return s;
    for (size_t i = 0; i < out.len; i++)
        if ((unsigned char)out.data[i] <= ' ' || (unsigned char)out.data[i] >= 0x7F || strchr("\\\"<>", out.data[i]))
            return no(err, "The path of the command holds what no path may hold.");
    ret->path = cdr_buf_take(&out);
    return ret->path ? CDR_OK : cdr_fail_nomem(err, "playbook");
}

/* Where it goes, whole: what commands.yaml is asked about is what is called. */
static cdr_status make_url(const cdr_allowed_hosts *hosts, const cdr_perform_place *place, const start_line *start, cdr_buf *url, const cdr_allowed_host **ret, cdr_err *err)
{
    cdr_perform_url parts;
    bool absolute = strstr(start->path, "://") != NULL;
    const char *text = absolute ? start->path : place->text;
    if (!cdr_perform_take_url(text, &parts))
        return no(err, "The address of the command is none that can be called.");
    unsigned port = parts.port ? parts.port : place->port && !absolute ? place->port : 0;
    const cdr_allowed_host *h = NULL;
    bool tried[] = {parts.plain, true};
    for (size_t i = 0; i < (place->is_url || absolute ? 1u : 2u) && !h; i++) {      /* a bare name may be listed as http://, for this machine */
        bool plain = place->is_url || absolute ? tried[0] : i == 1;
        unsigned p = port ? port : plain ? 80u : 443u;
        h = cdr_allowed_host_of(hosts, parts.host, p, plain);
        if (h) {
            const char *path = absolute ? parts.path : start->path, *base = absolute ? "" : place->is_url ? parts.path : "";
            size_t base_len = strcspn(base, "?#");
            while (base_len && base[base_len - 1] == '/')
                base_len--;
            cdr_buf_addf(url, "%s://%s%s%s:%u%.*s%s%s", plain ? "http" : "https", parts.six ? "[" : "", parts.host, parts.six ? "]" : "", p, (int)base_len, base, *path == '/' || *path == '\0' ? "" : "/", *path ? path : "/");
        }
    }
    if (!h)
        return no(err, "commands.yaml does not list %s%.120s%s%s.", parts.plain ? "http://" : "", parts.host, port ? ":" : "", port ? "…" : "");
    *ret = h;
    return cdr_buf_status(url) == CDR_OK ? CDR_OK : cdr_fail(err, CDR_DENIED, "playbook", "perform.long", "The address of the command is too long.");
}

/* --- headers --- */

static bool is_token(const char *s)
{
    for (const char *p = s; *p; p++)
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7F || strchr("()<>@,;:\\\"/[]?={}", *p))
            return false;
    return *s != '\0' && strlen(s) <= 200;
}

static cdr_status add_header(json_t *list, const char *name, const char *value, cdr_err *err)
{
    for (const char *p = value; *p; p++)
        if ((unsigned char)*p < ' ' || (unsigned char)*p == 0x7F)
            return no(err, "A header of the command would hold a control character.");
    if (json_array_size(list) >= CDR_PERFORM_HEADERS_MAX)
        return no(err, "The command has more than %u headers.", CDR_PERFORM_HEADERS_MAX);
    return json_array_append_new(list, json_pack("[s,s]", name, value)) ? cdr_fail_nomem(err, "playbook") : CDR_OK;
}

static cdr_status headers_of(cdr_run *run, uint32_t activation, const json_t *command, json_t *list, cdr_err *err)
{
    static const char *const ours[] = {"host", "content-length", "transfer-encoding", "connection", "idempotency-key", "expect", "te", "trailer", "upgrade", "proxy-authorization"};
    const char *name;
    json_t *values;
    cdr_status s = CDR_OK;
    json_object_foreach((json_t *)(uintptr_t)json_object_get(command, "headers"), name, values) {
        size_t count = json_is_array(values) ? json_array_size(values) : 1;
        bool own = false;
        for (size_t i = 0; i < CDR_COUNT(ours) && !own; i++)
            own = cdr_ascii_ieq(name, strlen(name), ours[i], strlen(ours[i]));
        if (!is_token(name))
            return no(err, "A header of the command has a name that is none.");
        for (size_t i = 0; i < count && !own && s == CDR_OK; i++) {
            const char *text = json_string_value(json_is_array(values) ? json_array_get(values, i) : values);
            _cleanup_buf_ cdr_buf value = CDR_BUF(16 << 10);
            s = text ? cdr_run_command_text(run, activation, text, &value, err) : no(err, "A header of the command is no text.");
            if (s == CDR_OK)
                s = add_header(list, name, value.data ? value.data : "", err);
        }
        if (s != CDR_OK)
            return s;
    }
    return s;
}

/* A secret comes from a variable, never from the file: that is copied, signed and shared. */
static cdr_status secret_of(cdr_run *run, uint32_t activation, const json_t *auth, const char *key, const char *other, cdr_buf *out, cdr_err *err)
{
    const char *text = cdr_json_str(auth, key);
    text = text ? text : other ? cdr_json_str(auth, other) : NULL;
    size_t len = text ? strlen(text) : 0;
    if (len < 10 || strncmp(text, "__", 2) != 0 || strcmp(text + len - 8, "__:value") != 0 || !cdr_variable_name_valid(text, len - 6))
        return no(err, "The playbook holds a secret itself; it must name a variable, such as __token__:value.");
    return cdr_run_command_text(run, activation, text, out, err);
}

static cdr_status authenticate(cdr_run *run, const cdr_activation *a, const cdr_perform_place *place, json_t *headers, cdr_err *err)
{
    const char *id = cdr_json_str(place->definition, "authentication_info");
    const json_t *auth = id ? cdr_playbook_object(a->playbook, "authentication_info_definitions", id) : NULL;
    const char *type = cdr_json_str(auth, "type");
    if (!id)
        return CDR_OK;
    if (!type || json_is_true(json_object_get(auth, "kms")))
        return no(err, "The authentication of the command cannot be made here: %s.", type ? "its secret lies in a key store" : "the playbook does not define it");
    _cleanup_(cdr_buf_wipe) cdr_buf user = CDR_BUF(4096), secret = CDR_BUF(16 << 10), line = CDR_BUF(64 << 10);
    cdr_status s = CDR_OK;
    if (!strcmp(type, "http-basic")) {
        const char *name = cdr_json_str(auth, "user_id") ? cdr_json_str(auth, "user_id") : cdr_json_str(auth, "username");
        s = name ? cdr_run_command_text(run, a->id, name, &user, err) : no(err, "The authentication of the command names no user.");
        if (s == CDR_OK)
            s = secret_of(run, a->id, auth, "password", NULL, &secret, err);
        if (s == CDR_OK && (!user.data || memchr(user.data, ':', user.len)))
            s = no(err, "The user of the command's authentication may not hold a colon.");
        cdr_buf_addf(&user, ":%s", secret.data ? secret.data : "");
        if (s == CDR_OK && cdr_buf_reserve(&line, 4 * ((user.len + 2) / 3) + 16) == CDR_OK) {
            cdr_buf_adds(&line, "Basic ");
            line.len += cdr_base64_encode((const uint8_t *)user.data, user.len, line.data + line.len);
        }
    } else if (!strcmp(type, "oauth2") || !strcmp(type, "bearer")) {
        s = secret_of(run, a->id, auth, "token", "oauth_header", &secret, err);
        if (s == CDR_OK)
            cdr_buf_addf(&line, "%s%s", !strncmp(secret.data ? secret.data : "", "Bearer ", 7) ? "" : "Bearer ", secret.data ? secret.data : "");
    } else
        s = no(err, "Authentication of type %.40s is not known here.", type);
    return s == CDR_OK ? add_header(headers, "Authorization", line.data ? line.data : "", err) : s;
}

/* --- the body --- */

/* Texts of a JSON tree with their values put in: a value can hold quotes, and stays one text. */
static cdr_status fill_tree(cdr_run *run, uint32_t activation, json_t *tree, json_t **ret, cdr_err *err)
{
    cdr_status s = CDR_OK;
    const char *key;
    json_t *value, *filled;
    size_t i;
    if (json_is_string(tree)) {
        _cleanup_buf_ cdr_buf out = CDR_BUF(TEXT_MAX);
        s = cdr_run_command_text(run, activation, json_string_value(tree), &out, err);
        *ret = s == CDR_OK ? json_string(out.data ? out.data : "") : NULL;
        return s == CDR_OK && !*ret ? cdr_fail_nomem(err, "playbook") : s;
    }
    _cleanup_json_ json_t *copy = json_is_object(tree) ? json_object() : json_is_array(tree) ? json_array() : json_incref(tree);
    if (!copy)
        return cdr_fail_nomem(err, "playbook");
    if (json_is_object(tree))
        json_object_foreach(tree, key, value) {
            _cleanup_buf_ cdr_buf name = CDR_BUF(TEXT_MAX);
            s = cdr_run_command_text(run, activation, key, &name, err);
            if (s == CDR_OK)
                s = fill_tree(run, activation, value, &filled, err);
            if (s != CDR_OK || json_object_set_new(copy, name.data ? name.data : "", filled))
                return s != CDR_OK ? s : cdr_fail_nomem(err, "playbook");
        }
    if (json_is_array(tree))
        json_array_foreach(tree, i, value) {
            s = fill_tree(run, activation, value, &filled, err);
            if (s != CDR_OK || json_array_append_new(copy, filled))
                return s != CDR_OK ? s : cdr_fail_nomem(err, "playbook");
        }
    *ret = json_incref(copy);
    return CDR_OK;
}

static cdr_status fill_json(cdr_run *run, uint32_t activation, json_t *tree, cdr_buf *out, cdr_err *err)
{
    _cleanup_json_ json_t *filled = NULL;
    cdr_status s = fill_tree(run, activation, tree, &filled, err);      /* at most CDR_JSON_DEPTH_MAX deep */
    _cleanup_free_ char *dumped = s == CDR_OK ? json_dumps(filled, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    return s == CDR_OK && (!dumped || cdr_buf_adds(out, dumped) != CDR_OK) ? cdr_fail_nomem(err, "playbook") : s;
}

/* Only what is written without quotes in JSON; texts wait until there are quotes around them. */
static bool numbers_only(void *arg, const char *name, cdr_variable *ret)
{
    cdr_perform_view *v = arg;
    if (!cdr_run_variable(v->run, v->activation, name, ret))
        return false;
    bool bare = ret->type == CDR_VAR_INTEGER || ret->type == CDR_VAR_LONG || ret->type == CDR_VAR_FLOAT || ret->type == CDR_VAR_BOOL;
    if (!ret->value || (bare && cdr_variable_value_valid(ret->type, ret->value, NULL)))
        return true;
    cdr_buf_clear(&v->value);
    cdr_buf_addf(&v->value, "%s:value", name);
    ret->value = v->value.data;
    return ret->value != NULL;
}

static bool escaped(void *arg, const char *name, cdr_variable *ret)
{
    static const struct { char c; const char *as; } marks[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"}};
    cdr_perform_view *v = arg;
    if (!cdr_run_variable(v->run, v->activation, name, ret))
        return false;
    cdr_buf_clear(&v->value);
    for (const char *p = ret->value; p && *p; p++) {
        const char *as = NULL;
        for (size_t i = 0; i < CDR_COUNT(marks) && !as; i++)
            as = marks[i].c == *p ? marks[i].as : NULL;
        bool control = (unsigned char)*p < ' ' && *p != '\n' && *p != '\t';      /* no XML holds them */
        cdr_buf_adds(&v->value, as ? as : (const char[]){control ? ' ' : *p, '\0'});
    }
    if (cdr_buf_status(&v->value) != CDR_OK)
        return false;
    ret->value = ret->value ? (v->value.data ? v->value.data : "") : NULL;
    return true;
}

static bool only_plain(void *arg, const char *name, cdr_variable *ret)
{
    cdr_perform_view *v = arg;
    if (!cdr_run_variable(v->run, v->activation, name, ret))
        return false;
    v->odd = v->odd || (ret->value && !cdr_script_value_is_plain(ret->type, ret->value));
    return true;
}

/* A text that is JSON but for numbers and truths that come from values; CDR_E_INVAL: it is not. */
static cdr_status fill_json_text(cdr_run *run, uint32_t activation, const char *text, size_t len, cdr_buf *out, cdr_err *err)
{
    _cleanup_json_ json_t *tree = NULL;
    _cleanup_buf_ cdr_buf bare = CDR_BUF(TEXT_MAX);
    if (cdr_json_parse(text, len, "the content", &tree, NULL) == CDR_OK)
        return fill_json(run, activation, tree, out, err);
    cdr_perform_view view = {.run = run, .activation = activation, .value = CDR_BUF(CDR_VARIABLE_NAME_MAX + 16)};
    cdr_status s = cdr_variable_interpolate(text, len, numbers_only, &view, &bare, err);
    cdr_buf_done(&view.value);
    if (s == CDR_OK && cdr_json_parse(bare.data ? bare.data : "", bare.len, "the content", &tree, NULL) != CDR_OK)
        return CDR_E_INVAL;
    return s == CDR_OK ? fill_json(run, activation, tree, out, err) : s;
}

static const char *content_type(json_t *headers)
{
    size_t i;
    json_t *header;
    json_array_foreach(headers, i, header) {
        const char *name = json_string_value(json_array_get(header, 0));
        if (name && cdr_ascii_ieq(name, strlen(name), "content-type", 12))
            return json_string_value(json_array_get(header, 1));
    }
    return "";
}

/* As the type of the content says what a text in it may be; where nobody knows only plain values are put in. */
static cdr_status fill_body(cdr_run *run, uint32_t activation, const char *type, const char *text, size_t len, cdr_buf *out, cdr_err *err)
{
    cdr_perform_view view = {.run = run, .activation = activation, .value = CDR_BUF(TEXT_MAX)};
    cdr_status s;
    if (memchr(text, '\0', len) || !memmem(text, len, "__:value", 8))
        return cdr_buf_add(out, text, len) == CDR_OK ? CDR_OK : no(err, "The content of the command is too long.");
    if (strcasestr(type, "x-www-form-urlencoded"))
        s = cdr_variable_interpolate(text, len, encoded, &view, out, err);
    else if (strcasestr(type, "xml"))
        s = cdr_variable_interpolate(text, len, escaped, &view, out, err);
    else {
        cdr_err inner = {0};
        size_t white = strspn(text, " \t\r\n");
        bool json = strcasestr(type, "json") || (!*type && (text[white] == '{' || text[white] == '['));
        s = fill_json_text(run, activation, text, len, out, &inner);
        if (s == CDR_E_INVAL && !*inner.text)
            s = json ? no(err, "The content of the command is no JSON once its numbers are put in, so nothing is; put quotes around texts, and declare numbers as integer or float.")
                     : cdr_variable_interpolate(text, len, only_plain, &view, out, err);
        else if (s != CDR_OK && err)
            *err = inner;
        if (s == CDR_OK && view.odd)
            s = no(err, "A value holds more than letters, digits, blanks and . _ - : @ / , +, and nobody knows what that is in a content of this type, so people do it.");
    }
    cdr_buf_done(&view.value);
    return s;
}

bool cdr_perform_plain(void *arg, const char *name, cdr_variable *ret)
{
    cdr_perform_view *v = arg;
    return cdr_run_variable(v->run, v->activation, name, ret);
}

static cdr_status body_of(cdr_run *run, uint32_t activation, const json_t *command, json_t *headers, cdr_buf *out, cdr_err *err)
{
    const char *text = cdr_json_str(command, "content"), *coded = cdr_json_str(command, "content_b64");
    if (!coded)
        return text ? fill_body(run, activation, content_type(headers), text, strlen(text), out, err) : CDR_OK;
    size_t cap = strlen(coded) / 4 * 3 + 3, len = 0;
    _cleanup_free_ uint8_t *bytes = cdr_alloc(cap);
    if (!bytes)
        return cdr_fail_nomem(err, "playbook");
    if (cdr_base64_decode(coded, strlen(coded), bytes, cap, &len) != CDR_OK)
        return no(err, "content_b64 of the command is no base64.");
    return fill_body(run, activation, content_type(headers), (const char *)bytes, len, out, err);
}

/* --- together --- */

static cdr_status put_body(json_t *request, const cdr_buf *body, cdr_err *err)
{
    _cleanup_free_ char *coded = body->len ? cdr_alloc(4 * ((body->len + 2) / 3) + 1) : NULL;
    if (!body->len)
        return CDR_OK;
    if (coded)
        cdr_base64_encode((const uint8_t *)body->data, body->len, coded);
    return !coded || json_object_set_new(request, "body", json_string(coded)) ? cdr_fail_nomem(err, "playbook") : CDR_OK;
}

cdr_status cdr_perform_http(const cdr_allowed_hosts *hosts, cdr_run *run, const cdr_activation *a, const cdr_command *c, const json_t *agent, const json_t *target, json_t **ret, cdr_err *err)
{
    static const char *const types[] = {"http-api", "net-address"};
    _cleanup_(cdr_perform_place_done) cdr_perform_place place = {.text = NULL};
    _cleanup_buf_ cdr_buf url = CDR_BUF(2 * URL_MAX), body = CDR_BUF(CDR_PERFORM_BODY_MAX);
    _cleanup_json_ json_t *headers = json_array();
    const cdr_allowed_host *host = NULL;
    start_line start = {.path = NULL};
    if (!headers)
        return cdr_fail_nomem(err, "playbook");
    if (!hosts->count)
        return no(err, "commands.yaml lists no host for %.40s.", c->type);
    if (!cdr_perform_is_type(agent, types, CDR_COUNT(types)) && !cdr_perform_is_type(target, types, CDR_COUNT(types)))
        return no(err, "Neither its agent nor its target is of type http-api or net-address, so people do it.");
    if (target && !cdr_perform_is_type(target, types, CDR_COUNT(types)))
        return no(err, "Its target is of another type than http-api and net-address.");
    if (!cdr_perform_is_type(agent, types, CDR_COUNT(types)))
        return no(err, "Its agent is of another type than http-api and net-address, so it is for that agent to do.");
    cdr_status s = cdr_perform_address(run, a->id, agent, target, &place, err);
    if (s == CDR_OK)
        s = c->command ? read_start(run, a->id, c->command, &start, err) : no(err, "The command has no start line.");
    if (s == CDR_OK)
        s = make_url(hosts, &place, &start, &url, &host, err);
    if (s == CDR_OK)
        s = headers_of(run, a->id, c->json, headers, err);
    if (s == CDR_OK)
        s = authenticate(run, a, &place, headers, err);
    if (s == CDR_OK) {
        s = body_of(run, a->id, c->json, headers, &body, err);
        s = ret || s == CDR_DENIED || s == CDR_E_NOMEM ? s : CDR_OK;      /* a value that is missing is an error when it is begun, and no reason to ask people */
    }
    if (s == CDR_OK && ret) {
        *ret = json_pack("{s:s, s:s, s:s, s:b, s:b, s:O, s:s*}", "how", "http", "method", start.method, "url", url.data, "exact", (int)!host->wildcard, "here", (int)cdr_allowed_is_here(host->name), "headers", headers, "ca_file",
                         hosts->ca_file);
        s = *ret ? put_body(*ret, &body, err) : cdr_fail_nomem(err, "playbook");
    }
    cdr_free(start.path);
    return s;
}

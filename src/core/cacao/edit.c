/* SPDX-License-Identifier: Apache-2.0 */
/* One member of a playbook changed in its text, everything else byte for byte: others' extensions, order and layout are theirs. */
#include "core/cacao/inside.h"

#include <string.h>

/* The text was parsed before, so it is well formed: what is looked for here is only where things stand. */
struct member { size_t key, key_end, value, value_end; };

static size_t skip_space(const char *t, size_t len, size_t i)
{
    while (i < len && (t[i] == ' ' || t[i] == '\t' || t[i] == '\n' || t[i] == '\r'))
        i++;
    return i;
}

static size_t skip_string(const char *t, size_t len, size_t i)
{
    for (i++; i < len && t[i] != '"'; i++)
        if (t[i] == '\\')
            i++;
    return i < len ? i + 1 : len;
}

static size_t skip_value(const char *t, size_t len, size_t i)
{
    size_t depth = 0;
    while (i < len) {
        char c = t[i];
        if (c == '"')
            i = skip_string(t, len, i);
        else if (c == '{' || c == '[') {
            depth++;
            i++;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
            i++;
        } else if (depth > 0) {
            i++;
            continue;
        } else {
            while (i < len && !strchr(",}] \t\r\n", t[i]))
                i++;
        }
        if (depth == 0)
            return i;
    }
    return len;
}

/* Keys may be written with escapes: "\u0073ignatures". */
static bool is_key(const char *t, const struct member *m, const char *key)
{
    size_t len = m->key_end - m->key - 2, want = strlen(key);
    if (!memchr(t + m->key + 1, '\\', len))
        return len == want && memcmp(t + m->key + 1, key, len) == 0;
    json_t *said _cleanup_json_ = json_loadb(t + m->key, m->key_end - m->key, JSON_DECODE_ANY, NULL);
    const char *text = json_string_value(said);
    return text && strcmp(text, key) == 0;
}

static bool next_member(const char *t, size_t len, size_t *at, struct member *ret)
{
    size_t i = skip_space(t, len, *at);
    if (i < len && t[i] == ',')
        i = skip_space(t, len, i + 1);
    if (i >= len || t[i] != '"')
        return false;
    ret->key = i;
    ret->key_end = skip_string(t, len, i);
    i = skip_space(t, len, ret->key_end);
    ret->value = skip_space(t, len, i < len ? i + 1 : len);
    ret->value_end = *at = skip_value(t, len, ret->value);
    return true;
}

/* Member ${m} and the comma that parted it from its neighbour: the one before it (${before}: end of the value before, 0 none), else the one behind. */
static void add_without(cdr_buf *out, const char *t, size_t len, const struct member *m, size_t before)
{
    size_t from = before ? before : m->key, to = m->value_end;
    if (!before) {
        size_t i = skip_space(t, len, to);
        to = i < len && t[i] == ',' ? skip_space(t, len, i + 1) : to;
    }
    cdr_buf_add(out, t, from);
    cdr_buf_add(out, t + to, len - to);
}

cdr_status cdr_playbook_edit(const cdr_playbook *p, const char *key, const char *json, cdr_buf *out, cdr_err *err)
{
    const char *t = p->text, *brace = memchr(t, '{', p->len);
    if (!brace)
        return cdr_fail(err, CDR_E_INVAL, "cacao", "edit.none", "%s is no JSON object.", p->where);
    size_t first = (size_t)(brace - t) + 1, at = first, before = 0;
    struct member m = {0}, last = {0};
    bool found = false;
    while (!found && next_member(t, p->len, &at, &m)) {
        found = is_key(t, &m, key);
        before = found ? last.value_end : 0;
        last = found ? last : m;
    }
    if (found && json) {
        cdr_buf_add(out, t, m.value);
        cdr_buf_adds(out, json);
        cdr_buf_add(out, t + m.value_end, p->len - m.value_end);
    } else if (found)
        add_without(out, t, p->len, &m, before);
    else if (!json)
        cdr_buf_add(out, t, p->len);
    else {
        /* Behind the last member, on a line of its own where that one has one. */
        size_t end = last.value_end ? last.value_end : first, indent = last.key;
        while (indent > first && strchr(" \t\r\n", t[indent - 1]))
            indent--;
        cdr_buf_add(out, t, end);
        cdr_buf_adds(out, last.value_end ? "," : "");
        cdr_buf_add(out, t + indent, last.value_end ? last.key - indent : 0);
        cdr_buf_addf(out, "\"%s\": %s", key, json);
        cdr_buf_add(out, t + end, p->len - end);
    }
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_buf_status(out) == CDR_E_NOMEM ? cdr_fail_nomem(err, "cacao")
        : cdr_fail(err, CDR_E_LIMIT, "cacao", "edit.size", "%s would become larger than 4 MiB.", p->where);
}

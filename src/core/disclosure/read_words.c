/* SPDX-License-Identifier: Apache-2.0 */
#include "core/disclosure/read_words.h"

#include "base/text.h"
#include "base/yaml.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 60, SENTENCE_MAX = 2000 };

void cdr_disc_wrong(cdr_disclosure_reader *r, const char *place, const char *fmt, ...)
{
    if (json_array_size(r->mistakes) >= CDR_DISC_MISTAKES_MAX)
        return;
    _cleanup_buf_ cdr_buf text = CDR_BUF(SENTENCE_MAX), safe = CDR_BUF(4 * SENTENCE_MAX + 1);
    va_list ap;
    va_start(ap, fmt);
    size_t line = r->lines ? cdr_yaml_line(r->lines, place) : 0;
    if (line)
        cdr_buf_addf(&text, "line %zu: ", line);
    cdr_buf_addf(&text, "%s ", place);
    cdr_buf_vaddf(&text, fmt, ap);
    va_end(ap);
    cdr_text_escape(&safe, text.data ? text.data : "", text.len);
    r->no_memory |= json_array_append_new(r->mistakes, json_string(safe.data ? safe.data : "")) != 0;
}

static const char *kept(cdr_disclosure_reader *r, const char *text)
{
    r->no_memory |= !text;
    return text ? text : "";
}

const char *cdr_disc_at(cdr_disclosure_reader *r, const char *place, const char *key)
{
    size_t n = strlen(place);
    return kept(r, cdr_arena_printf(r->arena, "%s%s%.80s", place, n > 0 && place[n - 1] == ':' ? " " : ".", key));
}

const char *cdr_disc_nth(cdr_disclosure_reader *r, const char *place, size_t i)
{
    return kept(r, cdr_arena_printf(r->arena, "%s[%zu]", place, i + 1));
}

void *cdr_disc_room(cdr_disclosure_reader *r, size_t count, size_t size)
{
    void *got = cdr_arena_alloc(r->arena, CDR_MAX(count, 1) * size);
    r->no_memory |= !got;
    return got;
}

const char *cdr_disc_show(cdr_disclosure_reader *r, const char *text)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(4 * SHOWN_MAX + 8);
    cdr_text_quote(&out, text, SHOWN_MAX);
    return kept(r, cdr_arena_strdup(r->arena, out.data ? out.data : ""));
}

const char *cdr_disc_line(cdr_disclosure_reader *r, json_t *value, const char *place)
{
    const char *text = json_string_value(value);
    size_t len = json_string_length(value), n = 0;
    if (!text || len > CDR_DISC_TEXT_MAX) {
        cdr_disc_wrong(r, place, text ? "is longer than %d bytes." : "must be a text of at most %d bytes.", CDR_DISC_TEXT_MAX);
        return "";
    }
    char *out = cdr_disc_room(r, len + 1, 1);
    for (size_t i = 0; out && i < len; i++) {
        if ((unsigned char)text[i] < 0x20 && !strchr("\t\r\n", text[i])) {
            cdr_disc_wrong(r, place, "holds a control character; take it out.");
            return "";
        }
        if (text[i] == 0x7F || text[i] == '\0') {
            cdr_disc_wrong(r, place, "holds a control character; take it out.");
            return "";
        }
        if (!strchr(" \t\r\n", text[i]))
            out[n++] = text[i];
        else if (n > 0 && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    if (out && n > 0 && out[n - 1] == ' ')
        out[n - 1] = '\0';
    return out ? out : "";
}

bool cdr_disc_is_key(const char *text, bool dots)
{
    if (dots && !strncmp(text, "own:", 4))    /* a field of the organisation's own */
        text += 4;
    size_t n = strlen(text);
    if (n == 0 || n > CDR_DISC_KEY_MAX || text[0] < 'a' || text[0] > 'z' || text[n - 1] == '.')
        return false;
    for (size_t i = 0; i < n; i++) {
        bool letter = (text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '0' && text[i] <= '9') || text[i] == '_' || text[i] == '-';
        if (!letter && !(dots && text[i] == '.' && text[i - 1] != '.'))
            return false;
    }
    return true;
}

const char *cdr_disc_key(cdr_disclosure_reader *r, json_t *value, const char *place, bool dots)
{
    const char *text = json_string_value(value);
    if (!text || strlen(text) != json_string_length(value) || !cdr_disc_is_key(text, dots)) {
        cdr_disc_wrong(r, place, "must be a key: small letters, digits, - and _, at most %d%s%s%s.", CDR_DISC_KEY_MAX, text ? "; not \"" : "", text ? cdr_disc_show(r, text) : "", text ? "\"" : "");
        return NULL;
    }
    return kept(r, cdr_arena_strdup(r->arena, text));
}

bool cdr_disc_yes(cdr_disclosure_reader *r, json_t *value, const char *place)
{
    if (value && !json_is_boolean(value))
        cdr_disc_wrong(r, place, "must be true or false.");
    return json_is_true(value);
}

bool cdr_disc_number(cdr_disclosure_reader *r, json_t *value, const char *place, unsigned least, unsigned most, unsigned *ret)
{
    json_int_t n = json_integer_value(value);
    if (!json_is_integer(value) || n < (json_int_t)least || n > (json_int_t)most) {
        cdr_disc_wrong(r, place, "must be a whole number from %u to %u.", least, most);
        return false;
    }
    *ret = (unsigned)n;
    return true;
}

const char *cdr_disc_hint(cdr_disclosure_reader *r, const char *word, const char *const *words, size_t count)
{
    const char *near = cdr_text_nearest(word, words, count);
    _cleanup_buf_ cdr_buf out = CDR_BUF(4000);
    if (near)
        cdr_buf_addf(&out, "; did you mean %s?", near);
    for (size_t i = 0; !near && i < count && i < 30; i++)
        cdr_buf_addf(&out, "%s%s", i == 0 ? "; known are " : i + 1 == count ? " and " : ", ", words[i]);
    if (!near)
        cdr_buf_adds(&out, count > 30 ? " and more." : ".");
    return kept(r, cdr_arena_strdup(r->arena, out.data ? out.data : ""));
}

int cdr_disc_word(cdr_disclosure_reader *r, json_t *value, const char *place, const char *const *words, const char *what)
{
    const char *text = json_string_value(value);
    size_t n = 0;
    while (words[n])
        n++;
    for (size_t i = 0; text && i < n; i++)
        if (!strcmp(text, words[i]))
            return (int)i;
    if (text)
        cdr_disc_wrong(r, place, "is no %s: \"%s\"%s", what, cdr_disc_show(r, text), cdr_disc_hint(r, text, words, n));
    else
        cdr_disc_wrong(r, place, "must be a %s%s", what, cdr_disc_hint(r, "", words, n));
    return -1;
}

json_t *cdr_disc_list(cdr_disclosure_reader *r, json_t *tree, const char *place, size_t most)
{
    if (!tree)
        return NULL;
    if (!json_is_array(tree))
        cdr_disc_wrong(r, place, "must be a list.");
    else if (json_array_size(tree) > most)
        cdr_disc_wrong(r, place, "has more than %zu entries.", most);
    else
        return tree;
    return NULL;
}

unsigned cdr_disc_set(cdr_disclosure_reader *r, json_t *value, const char *place, const char *const *words, const char *what)
{
    unsigned bits = 0;
    if (json_is_string(value)) {
        int i = cdr_disc_word(r, value, place, words, what);
        return i < 0 ? 0 : 1u << i;
    }
    json_t *list = cdr_disc_list(r, value, place, CDR_DISC_LIST_MAX);
    for (size_t i = 0; i < json_array_size(list); i++) {
        int bit = cdr_disc_word(r, json_array_get(list, i), cdr_disc_nth(r, place, i), words, what);
        bits |= bit < 0 ? 0 : 1u << bit;
    }
    if (list && json_array_size(list) == 0)
        cdr_disc_wrong(r, place, "is empty, so the rule would never speak; name a %s or leave the line out.", what);
    return bits;
}

cdr_words cdr_disc_keys(cdr_disclosure_reader *r, json_t *value, const char *place, bool dots)
{
    cdr_words none = {0};
    bool one = json_is_string(value);
    json_t *list = one ? NULL : cdr_disc_list(r, value, place, CDR_DISC_LIST_MAX);
    size_t n = one ? 1 : json_array_size(list), got = 0;
    if (n == 0) {
        if (list)
            cdr_disc_wrong(r, place, "is empty; name at least one.");
        return none;
    }
    const char **keys = cdr_disc_room(r, n, sizeof *keys);
    for (size_t i = 0; keys && i < n; i++) {
        const char *key = cdr_disc_key(r, one ? value : json_array_get(list, i), one ? place : cdr_disc_nth(r, place, i), dots);
        if (key)
            keys[got++] = key;
    }
    return (cdr_words){keys, keys ? got : 0};
}

bool cdr_disc_members(cdr_disclosure_reader *r, json_t *tree, const char *place, const char *const *known)
{
    const char *key;
    json_t *value;
    size_t n = 0;
    if (!json_is_object(tree)) {
        cdr_disc_wrong(r, place, "must hold keys with values (key: value).");
        return false;
    }
    while (known[n])
        n++;
    json_object_foreach(tree, key, value) {
        bool found = false;
        for (size_t i = 0; i < n && !found; i++)
            found = !strcmp(key, known[i]);
        if (!found)
            cdr_disc_wrong(r, place, "has no key \"%s\"%s", cdr_disc_show(r, key), cdr_disc_hint(r, key, known, n));
    }
    return true;
}

void cdr_disc_no_purpose(cdr_disclosure_reader *r, const char *word, const char *place)
{
    const char *keys[CDR_DISC_LIST_MAX];
    bool said = r->p->purpose_count == 0;
    for (size_t i = 0; i < r->unknown_count && !said; i++)
        said = !strcmp(r->unknown[i], word);
    if (said)
        return;
    if (r->unknown_count < CDR_COUNT(r->unknown))
        r->unknown[r->unknown_count++] = word;
    for (size_t i = 0; i < r->p->purpose_count; i++)
        keys[i] = r->p->purposes[i].key;
    cdr_disc_wrong(r, place, "is no purpose of this policy: \"%s\"%s", word, cdr_disc_hint(r, word, keys, r->p->purpose_count));
}

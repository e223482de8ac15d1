/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml.h"

#include "base/parse.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

static int append(void *arg, unsigned char *data, size_t len)
{
    return cdr_buf_add(arg, data, len) == CDR_OK;
}

static bool emit_value(yaml_emitter_t *e, const json_t *v, unsigned depth);

static bool emit_text(yaml_emitter_t *e, const char *s, size_t len, bool plain)
{
    yaml_event_t ev;
    yaml_scalar_style_t style = plain ? YAML_PLAIN_SCALAR_STYLE : YAML_ANY_SCALAR_STYLE;
    if (!plain) {
        /* Text that would read back as something else is quoted; so is text with line breaks kept readable. */
        json_t *back = NULL;
        bool same = cdr_yaml_parse(s, len, "", &back, NULL) == CDR_OK && json_is_string(back) && json_string_length(back) == len &&
                    !memcmp(json_string_value(back), s, len);
        json_decref(back);
        if (!same)
            style = memchr(s, '\n', len) && len > 0 && s[0] != ' ' && s[0] != '\n' ? YAML_LITERAL_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    }
    return yaml_scalar_event_initialize(&ev, NULL, NULL, (const yaml_char_t *)s, (int)len, 1, 1, style) && yaml_emitter_emit(e, &ev);
}

static bool emit_plain(yaml_emitter_t *e, const char *s)
{
    return emit_text(e, s, strlen(s), true);
}

static bool emit_sequence(yaml_emitter_t *e, const json_t *v, unsigned depth)
{
    yaml_event_t ev;
    yaml_sequence_style_t style = json_array_size(v) ? YAML_BLOCK_SEQUENCE_STYLE : YAML_FLOW_SEQUENCE_STYLE;
    if (!yaml_sequence_start_event_initialize(&ev, NULL, NULL, 1, style) || !yaml_emitter_emit(e, &ev))
        return false;
    for (size_t i = 0; i < json_array_size(v); i++)
        if (!emit_value(e, json_array_get(v, i), depth + 1))
            return false;
    return yaml_sequence_end_event_initialize(&ev) && yaml_emitter_emit(e, &ev);
}

static bool emit_mapping(yaml_emitter_t *e, const json_t *v, unsigned depth)
{
    yaml_event_t ev;
    const char *key;
    json_t *item, *obj = (json_t *)(uintptr_t)v;   /* the iterator changes nothing */
    if (!yaml_mapping_start_event_initialize(&ev, NULL, NULL, 1, json_object_size(v) ? YAML_BLOCK_MAPPING_STYLE : YAML_FLOW_MAPPING_STYLE))
        return false;
    if (!yaml_emitter_emit(e, &ev))
        return false;
    json_object_foreach(obj, key, item)
        if (!emit_text(e, key, strlen(key), false) || !emit_value(e, item, depth + 1))
            return false;
    return yaml_mapping_end_event_initialize(&ev) && yaml_emitter_emit(e, &ev);
}

/* The shortest digits that read back as ${v}, always with a point: without one the text would read back as a string. */
static void format_real(double v, char *ret, size_t cap)
{
    char digits[32];
    double back;
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, v);
        if (cdr_parse_double(digits, strlen(digits), -HUGE_VAL, HUGE_VAL, &back) && !(back < v) && !(back > v))
            break;
    }
    size_t head = strcspn(digits, "e");
    snprintf(ret, cap, "%.*s%s%s", (int)head, digits, memchr(digits, '.', head) ? "" : ".0", digits + head);
}

static bool emit_value(yaml_emitter_t *e, const json_t *v, unsigned depth)
{
    char text[40];
    if (depth > CDR_JSON_DEPTH_MAX)
        return false;
    switch (json_typeof(v)) {
    case JSON_OBJECT: return emit_mapping(e, v, depth);
    case JSON_ARRAY: return emit_sequence(e, v, depth);
    case JSON_STRING: return emit_text(e, json_string_value(v), json_string_length(v), false);
    case JSON_INTEGER: snprintf(text, sizeof text, "%lld", (long long)json_integer_value(v)); return emit_plain(e, text);
    case JSON_REAL:
        format_real(json_real_value(v), text, sizeof text);
        return emit_plain(e, text);
    case JSON_TRUE: return emit_plain(e, "true");
    case JSON_FALSE: return emit_plain(e, "false");
    case JSON_NULL: return emit_plain(e, "null");
    }
    return false;
}

static bool emit_document(yaml_emitter_t *e, const json_t *value)
{
    yaml_event_t ev;
    return yaml_stream_start_event_initialize(&ev, YAML_UTF8_ENCODING) && yaml_emitter_emit(e, &ev) &&
           yaml_document_start_event_initialize(&ev, NULL, NULL, NULL, 1) && yaml_emitter_emit(e, &ev) && emit_value(e, value, 0) &&
           yaml_document_end_event_initialize(&ev, 1) && yaml_emitter_emit(e, &ev) && yaml_stream_end_event_initialize(&ev) && yaml_emitter_emit(e, &ev);
}

cdr_status cdr_yaml_write(const json_t *value, cdr_buf *out, cdr_err *err)
{
    yaml_emitter_t e;
    if (!yaml_emitter_initialize(&e))
        return cdr_fail_nomem(err, "base");
    yaml_emitter_set_output(&e, append, out);
    yaml_emitter_set_unicode(&e, 1);
    yaml_emitter_set_width(&e, 120);
    bool ok = emit_document(&e, value);
    yaml_emitter_delete(&e);
    if (ok)
        return CDR_OK;
    if (cdr_buf_status(out) == CDR_E_LIMIT)
        return cdr_fail(err, CDR_E_LIMIT, "base", "yaml.too-large", "The YAML text would be longer than %zu bytes.", out->max);
    return cdr_fail(err, CDR_E_NOMEM, "base", "yaml.write", "The YAML text could not be written: memory ran out or a value is no valid UTF-8.");
}

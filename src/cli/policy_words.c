/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/policy_words.h"

#include "base/text.h"

#include <string.h>
#include <unistd.h>

void cdr_cli_wrapped(cdr_cli *cli, int first, int indent, const char *text)
{
    int width = cli->width >= 40 ? (int)cli->width - 2 : 78, column = 0;
    for (const char *s = text; *s;) {
        s += strspn(s, " ");
        size_t len = strcspn(s, " ");
        if (len == 0)
            break;
        char *word = cdr_strndup(s, len);
        int wide = word ? (int)cdr_text_width(word) : (int)len;
        cdr_free(word);
        if (column == 0) {
            cdr_cli_print(cli, "%*s", first, "");
            column = indent;
        } else if (column + 1 + wide > width) {
            cdr_cli_print(cli, "\n%*s", indent, "");
            column = indent;
        } else {
            cdr_cli_print(cli, " ");
            column++;
        }
        cdr_cli_print(cli, "%.*s", (int)len, s);
        column += wide;
        s += len;
    }
    cdr_cli_print(cli, "\n");
}

/* ${line} as people see it: tabs are spaces, whatever else moves the cursor is escaped. */
static char *shown_line(const char *line, size_t len)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(1 << 20);
    for (size_t i = 0; i < len; i++)
        cdr_buf_add(&out, line[i] == '\t' ? "    " : &line[i], line[i] == '\t' ? 4 : 1);
    return cdr_cli_shown(out.data ? out.data : "");
}

void cdr_cli_lines(cdr_cli *cli, int first, int indent, const char *text, bool code)
{
    int width = cli->width >= 40 ? (int)cli->width - 2 : 78, at = first;
    bool one = !text[strcspn(text, "\n")];
    for (const char *s = text; *s; at = indent) {
        size_t len = strcspn(s, "\n");
        _cleanup_free_ char *line = shown_line(s, len - (len && s[len - 1] == '\r'));
        int blanks = line ? (int)strspn(line, " ") : 0;
        if (!line || !line[blanks])
            cdr_cli_print(cli, "\n");
        else if ((code && !one) || indent + (int)cdr_text_width(line) <= width)
            cdr_cli_print(cli, "%*s%s\n", at, "", line);
        else
            cdr_cli_wrapped(cli, at + blanks, indent + blanks, line);
        s += len + (s[len] == '\n');
    }
}

const char *cdr_cli_from_here(const char *path)
{
    char here[4096];
    if (path[0] != '/' || !getcwd(here, sizeof here))
        return path;
    size_t len = strlen(here);
    return !strncmp(path, here, len) && path[len] == '/' && path[len + 1] ? path + len + 1 : path;
}

void cdr_verdict_place(const cdr_verdict *v, cdr_buf *out)
{
    if (v->path[0])
        cdr_buf_adds(out, cdr_cli_from_here(v->path));
    else if (v->system_name[0])
        cdr_buf_adds(out, v->system_name);
    else if (v->activity[0])
        cdr_buf_addf(out, "activity %s", v->activity);
    else if (v->party[0])
        cdr_buf_adds(out, v->party);
    else
        cdr_buf_adds(out, "everywhere");
    if (v->path[0] && v->field[0])
        cdr_buf_addf(out, ", column %s", v->field);
    if (v->activity[0] && (v->path[0] || v->system_name[0]))
        cdr_buf_addf(out, ", activity %s", v->activity);
    if (v->party[0] && (v->path[0] || v->system_name[0] || v->activity[0]))
        cdr_buf_addf(out, ", %s", v->party);
}

/* A sentence, whether or not the text ends as one. */
static void add_sentence(cdr_buf *out, const char *before, const char *text)
{
    size_t n = strlen(text);
    if (n > 0)
        cdr_buf_addf(out, "%s%s%s%s", out->len && out->data[out->len - 1] != ' ' ? " " : "", before, text, strchr(".!?", text[n - 1]) ? "" : ".");
}

void cdr_verdict_sentences(const cdr_verdict *v, cdr_buf *out)
{
    add_sentence(out, "", v->evidence);
    add_sentence(out, "Unknown: ", v->missing);
}

json_t *cdr_verdict_json(const cdr_verdict *v)
{
    json_t *j = json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id", v->id, "rule", v->rule, "test", v->test, "version", (json_int_t)v->version, "result",
                          cdr_verdict_names[v->result], "severity", cdr_severity_name(v->severity), "title", v->title, "why", v->why, "law", v->law, "evidence", v->evidence, "missing", v->missing);
    const struct { const char *key, *value; } texts[] = {{"system", v->system}, {"system_name", v->system_name}, {"path", v->path}, {"field", v->field}, {"activity", v->activity},
                                                         {"party", v->party}, {"category", v->category}, {"retention", v->retention}, {"cutoff", v->cutoff}, {"trigger_field", v->trigger_field},
                                                         {"command", v->command}};
    bool failed = !j;
    for (size_t i = 0; i < CDR_COUNT(texts) && !failed; i++)
        failed = texts[i].value[0] && json_object_set_new(j, texts[i].key, json_string(texts[i].value));
    if (!failed && v->object)
        failed = json_object_set_new(j, "object", json_integer(v->object)) != 0;
    if (!failed && (v->amount || v->people_max))
        failed = json_object_set_new(j, "amount", json_integer((json_int_t)v->amount)) ||
                 json_object_set_new(j, "people", json_pack("{s:I, s:I}", "min", (json_int_t)v->people_min, "max", (json_int_t)v->people_max));
    if (!failed && (v->remedy != CDR_REMEDY_NONE || v->remedy_text[0]))
        failed = json_object_set_new(j, "remedy", json_pack("{s:s, s:s}", "kind", cdr_remedy_names[v->remedy], "text", v->remedy_text)) != 0;
    if (!failed && v->waiver)
        failed = json_object_set_new(j, "waiver", json_pack("{s:s, s:s, s:s}", "reason", v->waiver->reason, "approver", v->waiver->approver, "until", v->waiver->until)) != 0;
    if (failed) {
        json_decref(j);
        return NULL;
    }
    return j;
}

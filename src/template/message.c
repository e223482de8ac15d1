/* SPDX-License-Identifier: Apache-2.0 */
#include "template/message.h"

#include "base/io.h"
#include "base/text.h"
#include "base/time.h"
#include "base/words.h"
#include "template/template.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *const cdr_message_names[] = {"code_sms", "code_email", "code_link", "code_letter", "callback_script", "route_changed_old", "route_changed_new", "factor_changed", "after_call", "refused_call",
                                         "alert", "test", "clock_new", "clock_warn", "clock_due", "clock_overdue", "clock_escalate", NULL};

enum { VALUE_MAX = 1000, NUMBER_MAX = 12 };

enum { ORG, PURPOSE, WORD, CODE, CHANGE, FIELDS, CONTACT, LINK, ADDRESS, DATE, UNTIL, MINUTES, DAYS, TASK, LEFT, ROLE, COMMAND, DUE, MEANT, VALUES };
static const char *const value_names[VALUES] = {"org", "purpose", "word", "code", "change", "fields", "contact", "link", "address", "date", "until", "minutes", "days", "task", "left", "role", "command",
                                                  "due", "meant"};

typedef struct values {
    cdr_template_cell cells[VALUES];
    char date[64], due[64], meant[64], minutes[NUMBER_MAX], days[NUMBER_MAX];
    cdr_buf until;
} values;

static void put(values *v, int i, const char *text)
{
    v->cells[i] = (cdr_template_cell){.text = text, .len = text ? strlen(text) : 0};
}

static void put_time(values *v, int i, int64_t us, char text[64])
{
    if (!us)
        return;
    cdr_time_format_long(us, text);
    put(v, i, text);
}

static void gather(const cdr_message_facts *f, values *v)
{
    put(v, ORG, f->org);
    put(v, PURPOSE, f->purpose);
    put(v, WORD, f->word);
    put(v, CODE, f->code);
    put(v, CHANGE, f->change);
    put(v, FIELDS, f->fields);
    put(v, CONTACT, f->contact);
    put(v, LINK, f->link);
    put(v, ADDRESS, f->address);
    put(v, TASK, f->task);
    put(v, LEFT, f->left);
    put(v, ROLE, f->role);
    put(v, COMMAND, f->command);
    put_time(v, DATE, f->at_us, v->date);
    put_time(v, DUE, f->due_us, v->due);
    put_time(v, MEANT, f->meant_us, v->meant);
    if (f->until_us) {
        cdr_words_date(&v->until, f->until_us);
        put(v, UNTIL, v->until.data);
    }
    snprintf(v->minutes, sizeof v->minutes, "%u", f->minutes);
    snprintf(v->days, sizeof v->days, "%u", f->days);
    if (f->minutes)
        put(v, MINUTES, v->minutes);
    if (f->days)
        put(v, DAYS, v->days);
}

/* Lines may stand in an address and in a list of fields, nowhere else. The value itself is never repeated. */
static cdr_status check(const values *v, const char *name, cdr_err *err)
{
    for (int i = 0; i < VALUES; i++) {
        const char *s = v->cells[i].text;
        size_t n = v->cells[i].len;
        bool bad = n > VALUE_MAX || (s && !cdr_utf8_valid(s, n));
        for (size_t k = 0; k < n && !bad; k++)
            bad = ((unsigned char)s[k] < 0x20 && !(s[k] == '\n' && (i == ADDRESS || i == FIELDS))) || s[k] == 0x7F;
        if (bad)
            return cdr_fail(err, CDR_E_INVAL, "template", "message.value", "The %s of the message %.40s is longer than %d bytes, no UTF-8, or holds control characters.", value_names[i], name, VALUE_MAX);
    }
    return CDR_OK;
}

static bool is_message(const char *name)
{
    for (size_t i = 0; cdr_message_names[i]; i++)
        if (!strcmp(name, cdr_message_names[i]))
            return true;
    return false;
}

/* The organisation's own file, or the one that comes with the program. */
static cdr_status source(const char *folder, const char *name, cdr_buf *own, cdr_template_source *ret, cdr_err *err)
{
    _cleanup_free_ char *file = cdr_asprintf("%s.txt", name), *path = file && folder ? cdr_path_join(folder, file) : NULL;
    if (!file || (folder && !path))
        return cdr_fail_nomem(err, "template");
    if (!is_message(name) || !cdr_page_find(NULL, file, ret))
        return cdr_fail(err, CDR_NOT_FOUND, "template", "message.none", "There is no message called \"%.40s\".", name);
    if (!path || (access(path, F_OK) && errno == ENOENT))
        return CDR_OK;
    cdr_status s = cdr_file_read_regular(path, own, err);
    if (s == CDR_OK)
        *ret = (cdr_template_source){ret->name, own->data ? own->data : "", own->len};
    return s;
}

/* "Subject: …" and an empty line stand before the text; what was moved is overwritten. */
static cdr_status split(cdr_buf *text, cdr_buf *subject, const char *name, cdr_err *err)
{
    static const char word[] = "Subject: ";
    while (text->len > 0 && strchr("\n\r ", text->data[text->len - 1]))
        text->data[--text->len] = '\0';
    if (text->len < sizeof word || memcmp(text->data, word, sizeof word - 1) != 0)
        return text->len ? CDR_OK : cdr_fail(err, CDR_E_INVAL, "template", "message.empty", "The message %.40s is empty.", name);
    char *end = strchr(text->data, '\n');
    if (!end || end[1] != '\n')
        return cdr_fail(err, CDR_E_INVAL, "template", "message.subject", "The message %.40s has a subject and no text; leave a line empty between them.", name);
    if (subject)
        cdr_buf_add(subject, text->data + sizeof word - 1, (size_t)(end - text->data) - (sizeof word - 1));
    size_t skip = (size_t)(end - text->data) + 2, rest = text->len - skip;
    memmove(text->data, text->data + skip, rest);
    memset(text->data + rest, 0, skip);
    text->len = rest;
    return !subject || cdr_buf_status(subject) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "template");
}

cdr_status cdr_message_text(const char *folder, const char *name, const cdr_message_facts *facts, cdr_buf *subject, cdr_buf *text, cdr_err *err)
{
    _cleanup_buf_ cdr_buf own = CDR_BUF(CDR_MESSAGE_BYTES_MAX);
    _cleanup_(cdr_template_freep) cdr_template *t = NULL;
    cdr_template_columns *columns = NULL;
    cdr_template_source src = {0};
    values v = {.until = CDR_BUF(100)};
    gather(facts, &v);
    *text = CDR_BUF(CDR_MESSAGE_BYTES_MAX);
    if (subject)
        *subject = CDR_BUF(2 * VALUE_MAX);
    cdr_status s = cdr_buf_status(&v.until) == CDR_OK ? check(&v, name, err) : cdr_fail_nomem(err, "template");
    if (s == CDR_OK)
        s = source(folder, name, &own, &src, err);
    if (s == CDR_OK)
        s = cdr_template_new(&src, CDR_TEMPLATE_TEXT, NULL, NULL, &t, err);
    if (s == CDR_OK)
        s = cdr_template_columns_new(t, value_names, VALUES, &columns, err);
    if (s == CDR_OK && cdr_buf_reserve(text, CDR_MESSAGE_BYTES_MAX - 1) != CDR_OK)
        s = cdr_fail_nomem(err, "template");
    if (s == CDR_OK)
        s = cdr_template_render_row(t, columns, v.cells, text, err);
    if (s == CDR_OK)
        s = split(text, subject, name, err);
    if (s != CDR_OK)
        cdr_buf_wipe(text);
    cdr_template_columns_free(columns);
    cdr_buf_done(&v.until);
    return s;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios are written by hand: whatever is not understood is refused with its line, never passed over. */
#include "core/drill/scenario.h"

#include "base/io.h"
#include "base/text.h"
#include "base/time.h"
#include "base/yaml.h"
#include "core/identity/note.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR INT64_C(3600000000)
#define TEXT_MAX 2000
#define LASTS_MAX (366 * 24 * HOUR)

typedef struct reader { cdr_scenario *s; const char *where; json_t *lines; cdr_err *err; cdr_cleaner *cleaner; /* made when there is a text */ } reader;

static cdr_status bad(reader *r, const char *path, const char *must)
{
    size_t line = cdr_yaml_line(r->lines, path);
    return line ? cdr_fail(r->err, CDR_E_INVAL, "drill", "scenario.bad", "%s, line %zu: %s %s.", r->where, line, path, must) : cdr_fail(r->err, CDR_E_INVAL, "drill", "scenario.bad", "%s: %s %s.", r->where, path, must);
}

static void path_of(char ret[120], const char *in, const char *key)
{
    snprintf(ret, 120, "%.80s%s%.38s", in, *in ? "." : "", key);
}

/* Only these members, each a word of ${known} between blanks. */
static cdr_status members(reader *r, const json_t *object, const char *in, const char *known)
{
    const char *key;
    json_t *value;
    char path[120], sentence[300];
    if (!json_is_object(object))
        return bad(r, in, "must be a list of names and values");
    json_object_foreach((json_t *)(uintptr_t)object, key, value) {
        char word[60];
        snprintf(word, sizeof word, " %.50s ", key);
        if (strlen(key) <= 50 && !strchr(key, ' ') && strstr(known, word))
            continue;
        _cleanup_buf_ cdr_buf shown = CDR_BUF(200);
        if (cdr_text_quote(&shown, key, 30) != CDR_OK)
            return cdr_fail_nomem(r->err, "drill");
        path_of(path, in, shown.data ? shown.data : "");
        snprintf(sentence, sizeof sentence, "is not known; there are:%.*s", (int)strlen(known) - 1, known);
        return bad(r, path, sentence);
    }
    return CDR_OK;
}

/* What a scenario tells is kept with the report: no numbers of cards in it either. */
static cdr_status cleaned(reader *r, json_t *value, const char *path, const char **ret)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(16 * TEXT_MAX);
    cdr_status s = r->cleaner ? CDR_OK : cdr_cleaner_new(&r->cleaner, r->err);
    if (s == CDR_OK && cdr_note_clean(r->cleaner, json_string_value(value), json_string_length(value), &out, NULL, NULL) != CDR_OK)
        s = bad(r, path, "must be a text without control characters");
    if (s == CDR_OK && json_string_setn(value, out.data ? out.data : "", out.len))
        s = cdr_fail_nomem(r->err, "drill");
    *ret = json_string_value(value);
    return s;
}

static cdr_status text(reader *r, const json_t *object, const char *in, const char *key, const char **ret)
{
    char path[120];
    const json_t *value = json_object_get(object, key);
    path_of(path, in, key);
    if (!value)
        return CDR_OK;
    *ret = json_string_value(value);
    if (!*ret || !**ret || json_string_length(value) > TEXT_MAX)
        return bad(r, path, "must be a text of at most 2000 bytes");
    bool names = !strcmp(key, "step") || !strcmp(key, "playbook") || !strcmp(key, "begins");
    return names ? CDR_OK : cleaned(r, (json_t *)(uintptr_t)value, path, ret);
}

static cdr_status span(reader *r, const json_t *object, const char *in, const char *key, int64_t *ret)
{
    char path[120];
    const json_t *value = json_object_get(object, key);
    cdr_duration d;
    path_of(path, in, key);
    if (!value)
        return CDR_OK;
    if (!json_is_string(value) || !cdr_duration_parse(json_string_value(value), &d) || d.months || d.business_days)
        return bad(r, path, "must be a time such as PT20M, PT4H or P2D");
    *ret = ((int64_t)d.days * 86400 + d.seconds) * 1000000;
    return *ret <= LASTS_MAX ? CDR_OK : bad(r, path, "must be at most a year");
}

static cdr_status flag(reader *r, const json_t *object, const char *in, const char *key, bool *ret)
{
    char path[120];
    const json_t *value = json_object_get(object, key);
    path_of(path, in, key);
    if (value && !json_is_boolean(value))
        return bad(r, path, "must be true or false");
    *ret = value ? json_is_true(value) : *ret;
    return CDR_OK;
}

static cdr_status role(reader *r, const json_t *object, const char *in, const char *key, cdr_duty_role *ret)
{
    char path[120];
    const json_t *value = json_object_get(object, key);
    path_of(path, in, key);
    if (!value)
        return CDR_OK;
    *ret = json_is_string(value) ? cdr_duty_role_by_key(json_string_value(value)) : CDR_DUTY__MAX;
    return *ret != CDR_DUTY__MAX && *ret != CDR_DUTY_ANYBODY ? CDR_OK : bad(r, path, "must be one of manager, deputy, privacy-lead, legal, communications, it, scribe, approver, owner");
}

/* set: [awareness, contained] */
static cdr_status times(reader *r, const json_t *object, const char *in, unsigned *ret)
{
    char path[120];
    const json_t *list = json_object_get(object, "set");
    size_t i;
    json_t *one;
    path_of(path, in, "set");
    if (list && !json_is_array(list))
        return bad(r, path, "must be a list such as [awareness]");
    json_array_foreach(list, i, one) {
        unsigned t = 0;
        while (t < CDR_INCIDENT_TIME__MAX && (!json_is_string(one) || strcmp(json_string_value(one), cdr_incident_time_key((cdr_incident_time)t)) != 0))
            t++;
        if (t == CDR_INCIDENT_TIME__MAX || t == CDR_INCIDENT_BEGAN || t == CDR_INCIDENT_DISCOVERY)
            return bad(r, path, "must be times that begin: awareness, confirmation, contained, authority-told, people-told, resolved");
        *ret |= 1u << t;
    }
    return CDR_OK;
}

/* Values of variables are texts, however they are written. */
static cdr_status values(reader *r, json_t *object, const char *in, const json_t **ret)
{
    const char *key;
    json_t *value;
    void *next;
    if (!object)
        return CDR_OK;
    if (!json_is_object(object))
        return bad(r, in, "must be variables and their values");
    json_object_foreach_safe(object, next, key, value) {
        char number[40] = "";
        if (!cdr_variable_name_valid(key, strlen(key)))
            return bad(r, in, "must name variables as __name__");
        if (json_is_integer(value))
            snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        else if (json_is_real(value))
            snprintf(number, sizeof number, "%.15g", json_real_value(value));
        else if (json_is_boolean(value))
            snprintf(number, sizeof number, "%s", json_is_true(value) ? "true" : "false");
        else if (!json_is_string(value) || json_string_length(value) > TEXT_MAX)
            return bad(r, in, "must have values that are texts, numbers, true or false");
        const char *is;
        char path[120];
        path_of(path, in, key);
        cdr_status s = json_is_string(value) ? cleaned(r, value, path, &is) : CDR_OK;
        if (s != CDR_OK)
            return s;
        if (number[0] && json_object_set_new(object, key, json_string(number)))
            return cdr_fail_nomem(r->err, "drill");
    }
    *ret = object;
    return CDR_OK;
}

/* --- lists --- */

typedef cdr_status item_fn(reader *r, json_t *item, const char *in);

static cdr_status list(reader *r, const char *key, item_fn *fn)
{
    const json_t *all = json_object_get(r->s->tree, key);
    size_t i;
    json_t *one;
    char in[60];
    if (all && (!json_is_array(all) || json_array_size(all) > CDR_SCENARIO_ITEMS_MAX))
        return bad(r, key, "must be a list of at most 500 items");
    json_array_foreach(all, i, one) {
        snprintf(in, sizeof in, "%s[%zu]", key, i + 1);
        cdr_status s = fn(r, one, in);
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

static cdr_status people(reader *r, const json_t *object, const char *in, cdr_inject *x)
{
    char path[120];
    const json_t *p = json_object_get(object, "people");
    path_of(path, in, "people");
    if (!p)
        return CDR_OK;
    cdr_status s = members(r, p, path, " min max ");
    const json_t *min = json_object_get(p, "min"), *max = json_object_get(p, "max");
    x->people_min = json_integer_value(min);
    x->people_max = json_integer_value(max);
    if (s == CDR_OK && (!json_is_integer(min) || !json_is_integer(max) || x->people_min < 0 || x->people_max < x->people_min))
        s = bad(r, path, "must be {min: 3, max: 40}");
    return s;
}

static cdr_status inject(reader *r, json_t *item, const char *in)
{
    cdr_inject *x = cdr_injects_push(&r->s->injects);
    cdr_status s = x ? members(r, item, in, " at text step within set people ") : cdr_fail_nomem(r->err, "drill");
    if (s != CDR_OK)
        return s;
    *x = (cdr_inject){.at_us = -1, .within_us = 4 * HOUR, .people_min = -1, .people_max = -1};
    s = span(r, item, in, "at", &x->at_us);
    if (s == CDR_OK)
        s = span(r, item, in, "within", &x->within_us);
    if (s == CDR_OK)
        s = text(r, item, in, "text", &x->text);
    if (s == CDR_OK)
        s = text(r, item, in, "step", &x->step);
    if (s == CDR_OK)
        s = times(r, item, in, &x->set);
    if (s == CDR_OK)
        s = people(r, item, in, x);
    if (s == CDR_OK && (x->at_us < 0 || !x->text))
        s = bad(r, in, "must say at, when it comes, and text, what is told");
    return s;
}

static cdr_status approve(reader *r, json_t *item, const char *in, cdr_scripted *x)
{
    char path[120];
    json_t *a = json_object_get(item, "approve");
    path_of(path, in, "approve");
    x->approve_by = CDR_DUTY__MAX;
    x->approve_yes = true;
    x->approve_after_us = x->after_us;
    if (!a)
        return CDR_OK;
    x->approve = true;
    cdr_status s = members(r, a, path, " after by yes text ");
    if (s == CDR_OK)
        s = span(r, a, path, "after", &x->approve_after_us);
    if (s == CDR_OK)
        s = role(r, a, path, "by", &x->approve_by);
    if (s == CDR_OK)
        s = flag(r, a, path, "yes", &x->approve_yes);
    return s == CDR_OK ? text(r, a, path, "text", &x->approve_text) : s;
}

static cdr_status answer(reader *r, json_t *item, const char *in)
{
    char path[120];
    cdr_scripted *x = cdr_script_push(&r->s->script);
    cdr_status s = x ? members(r, item, in, " step after by answers failed skip text evidence set approve ") : cdr_fail_nomem(r->err, "drill");
    if (s != CDR_OK)
        return s;
    *x = (cdr_scripted){.after_us = HOUR / 4, .by = CDR_DUTY__MAX};
    path_of(path, in, "answers");
    s = text(r, item, in, "step", &x->step);
    if (s == CDR_OK)
        s = span(r, item, in, "after", &x->after_us);
    if (s == CDR_OK)
        s = role(r, item, in, "by", &x->by);
    if (s == CDR_OK)
        s = values(r, json_object_get(item, "answers"), path, &x->answers);
    if (s == CDR_OK)
        s = flag(r, item, in, "failed", &x->failed);
    if (s == CDR_OK)
        s = text(r, item, in, "skip", &x->skip);
    if (s == CDR_OK)
        s = text(r, item, in, "text", &x->text);
    if (s == CDR_OK)
        s = text(r, item, in, "evidence", &x->evidence);
    if (s == CDR_OK)
        s = times(r, item, in, &x->set);
    if (s == CDR_OK)
        s = approve(r, item, in, x);
    if (s == CDR_OK && !x->step)
        s = bad(r, in, "must say which step it answers");
    if (s == CDR_OK && x->failed && !x->text)
        s = bad(r, in, "must say in text why it did not work");
    return s;
}

static cdr_status absence(reader *r, json_t *item, const char *in)
{
    cdr_absence *x = cdr_absences_push(&r->s->absences);
    cdr_status s = x ? members(r, item, in, " role from until ") : cdr_fail_nomem(r->err, "drill");
    if (s != CDR_OK)
        return s;
    *x = (cdr_absence){.role = CDR_DUTY__MAX, .until_us = INT64_MAX};
    s = role(r, item, in, "role", &x->role);
    if (s == CDR_OK)
        s = span(r, item, in, "from", &x->from_us);
    if (s == CDR_OK)
        s = span(r, item, in, "until", &x->until_us);
    if (s == CDR_OK && (x->role == CDR_DUTY__MAX || x->until_us <= x->from_us))
        s = bad(r, in, "must say which role is away, and until must lie behind from");
    return s;
}

/* --- the whole --- */

static cdr_status roles(reader *r)
{
    json_t *object = json_object_get(r->s->tree, "roles"), *value;
    const char *key;
    if (!object)
        return CDR_OK;
    cdr_status s = members(r, object, "roles", " manager deputy privacy-lead legal communications it scribe approver owner ");
    json_object_foreach(object, key, value) {
        if (s != CDR_OK)
            break;
        s = text(r, object, "roles", key, &r->s->roles[cdr_duty_role_by_key(key)]);
        if (s == CDR_OK && json_string_length(value) >= CDR_INCIDENT_WHO_MAX)
            s = bad(r, "roles", "must be short names");
    }
    return s;
}

static cdr_status head(reader *r)
{
    cdr_scenario *s = r->s;
    const char *begins = NULL;
    const json_t *accepts = json_object_get(s->tree, "accepts");
    cdr_status st = json_is_object(s->tree) ? members(r, s->tree, "", " title playbook about found_by begins lasts began_before accepts roles variables inject answer absent ") : bad(r, "the scenario", "must be a list of names and values");
    const struct { const char *key; const char **to; } texts[] = {{"title", &s->title}, {"playbook", &s->playbook}, {"about", &s->about}, {"found_by", &s->found_by}, {"begins", &begins}};
    for (size_t i = 0; st == CDR_OK && i < CDR_COUNT(texts); i++)
        st = text(r, s->tree, "", texts[i].key, texts[i].to);
    s->lasts_us = 72 * HOUR;
    s->accepts_us = HOUR / 6;
    if (st == CDR_OK)
        st = span(r, s->tree, "", "lasts", &s->lasts_us);
    if (st == CDR_OK)
        st = span(r, s->tree, "", "began_before", &s->began_before_us);
    if (st == CDR_OK && accepts && json_is_false(accepts))
        s->accepts_us = -1;
    else if (st == CDR_OK)
        st = span(r, s->tree, "", "accepts", &s->accepts_us);
    if (st != CDR_OK)
        return st;
    if (!s->title || cdr_utf8_count(s->title, strlen(s->title)) > 100)
        return bad(r, "title", "must be a text of at most 100 characters");
    if (!begins || !cdr_time_parse(begins, &s->begins_us) || s->begins_us <= 0)
        return bad(r, "begins", "must be a time such as 2027-03-12T16:00:00Z");
    return s->lasts_us >= 60000000 ? CDR_OK : bad(r, "lasts", "must be at least a minute");
}

static int by_time(const void *a, const void *b)
{
    const cdr_inject *x = a, *y = b;
    return x->at_us < y->at_us ? -1 : x->at_us > y->at_us;
}

static cdr_status read_all(reader *r)
{
    const json_t *variables = NULL;
    static const struct { const char *key; item_fn *fn; } lists[] = {{"inject", inject}, {"answer", answer}, {"absent", absence}};
    cdr_status st = head(r);
    if (st == CDR_OK)
        st = roles(r);
    if (st == CDR_OK)
        st = values(r, json_object_get(r->s->tree, "variables"), "variables", &variables);
    for (size_t i = 0; st == CDR_OK && i < CDR_COUNT(lists); i++)
        st = list(r, lists[i].key, lists[i].fn);
    return st;
}

cdr_status cdr_scenario_read(const char *text_, size_t len, const char *where, cdr_scenario **ret, cdr_err *err)
{
    _cleanup_json_ json_t *lines = NULL;
    *ret = NULL;
    if (len > CDR_SCENARIO_BYTES_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "drill", "scenario.size", "%s is larger than 256 KiB, which no scenario needs to be.", where);
    _cleanup_(cdr_scenario_freep) cdr_scenario *s = cdr_alloc(sizeof *s);
    if (!s)
        return cdr_fail_nomem(err, "drill");
    cdr_status st = cdr_yaml_parse_lines(text_, len, where, &s->tree, &lines, err);
    reader r = {.s = s, .where = where, .lines = lines, .err = err};
    if (st == CDR_OK)
        st = read_all(&r);
    cdr_cleaner_free(r.cleaner);
    if (st != CDR_OK)
        return st;
    s->variables = json_object_get(s->tree, "variables");
    if (s->injects.len)
        qsort(s->injects.at, s->injects.len, sizeof s->injects.at[0], by_time);
    *ret = CDR_TAKE(s);
    return CDR_OK;
}
void cdr_scenario_free(cdr_scenario *s)
{
    if (!s)
        return;
    json_decref(s->tree);
    cdr_injects_done(&s->injects);
    cdr_script_done(&s->script);
    cdr_absences_done(&s->absences);
    cdr_free(s);
}

const char *cdr_scenario_title(const cdr_scenario *s)
{
    return s->title;
}

const char *cdr_scenario_playbook(const cdr_scenario *s)
{
    return s->playbook;
}

cdr_status cdr_scenario_find(const char *wanted, cdr_scenario **ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf text_ = CDR_BUF(CDR_SCENARIO_BYTES_MAX + 1), names = CDR_BUF(2000);
    struct stat st;
    if (stat(wanted, &st) != 0 || S_ISDIR(st.st_mode))
        for (const cdr_drill_scenario *k = cdr_drill_scenarios; k->name; k++) {
            if (!strcmp(k->name, wanted))
                return cdr_scenario_read(k->text, k->len, k->name, ret, err);
            cdr_buf_addf(&names, "%s%s", names.len ? ", " : "", k->name);
        }
    else {
        cdr_status s = cdr_file_read_regular(wanted, &text_, err);
        return s == CDR_OK ? cdr_scenario_read(text_.data ? text_.data : "", text_.len, wanted, ret, err) : s;
    }
    return cdr_fail(err, CDR_NOT_FOUND, "drill", "scenario.none", "There is no file of that name, and no scenario that comes with Candor; there are %s.", names.data ? names.data : "none");
}

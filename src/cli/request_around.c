/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer tells beside the customer's record: her consents, what her data are used for and who else sees them, her rights; and the page. */
#include "cli/request.h"

#include "base/text.h"
#include "base/time.h"
#include "base/words.h"
#include "candor/inventory.h"
#include "core/care/consent.h"
#include "core/inventory/query.h"
#include "core/report/paper.h"
#include "core/report/period.h"
#include "core/taxonomy/taxonomy.h"

#include <stdio.h>
#include <string.h>

#define CONSENTS_MAX 10000

static bool put(json_t *to, const char *key, json_t *value)
{
    return to && value && json_object_set_new(to, key, value) == 0;
}

/* --- consents: kept under whatever key somebody recorded them by --- */

typedef struct gathering { cdr_cli *cli; json_t *list; } gathering;

static cdr_status add_consent(void *arg, const cdr_consent_entry *e)
{
    gathering *g = arg;
    json_t *j = json_pack("{s:s, s:s, s:o, s:o, s:s, s:s}", "purpose", e->e.purpose, "state", cdr_consent_state_names[e->e.state], "at", cdr_json_time(e->e.at_us), "until", cdr_json_time(e->e.until_us), "method",
                          e->e.method ? e->e.method : "", "channel", e->e.channel ? e->e.channel : "");
    if (json_array_size(g->list) >= CONSENTS_MAX || json_array_append_new(g->list, j))
        return cdr_fail_nomem(&g->cli->err, "cli");
    return CDR_OK;
}

static cdr_status consents_of(void *arg, const char *subject, cdr_err *err)
{
    gathering *g = arg;
    return *subject && strlen(subject) <= CDR_CONSENT_SUBJECT_MAX ? cdr_consent_history(g->cli->ws, subject, add_consent, g, err) : CDR_OK;
}

/* --- purposes and recipients, as the inventory declares them --- */

typedef struct using { cdr_cli *cli; const json_t *package; json_t *list; json_t *parties; } using;

static cdr_status keep_party(void *arg, const cdr_party *p)
{
    using *u = arg;
    return json_object_set_new(u->parties, p->key, json_string(p->name)) ? cdr_fail_nomem(&u->cli->err, "cli") : CDR_OK;
}

/* Either is the other, or lies below it: "user.contact" and "user.contact.email". */
static bool related(const char *a, const char *b)
{
    size_t n = CDR_MIN(strlen(a), strlen(b));
    return !strncmp(a, b, n) && (a[n] == '\0' || a[n] == '.') && (b[n] == '\0' || b[n] == '.');
}

static bool uses_list(const json_t *categories, const json_t *fields)
{
    size_t i, k;
    const json_t *category, *field;
    json_array_foreach(categories, i, category)
        json_array_foreach(fields, k, field)
            if (json_is_string(category) && related(json_string_value(category), cdr_json_str(field, "category")))
                return true;
    return false;
}

/* Only about people who work here, or want to: whatever the activity uses, it is not what is held of a customer. An empty list, or a word that is not known, may mean her. */
static bool is_about_staff(const json_t *subjects)
{
    static const char *const words[] = {"employee", "employees", "staff", "job_applicant", "applicants", "job applicants", "contractor", "contractors", "trainees", "former employees"};
    size_t i, known = 0;
    const json_t *subject;
    json_array_foreach(subjects, i, subject)
        for (size_t k = 0; k < CDR_COUNT(words); k++)
            known += json_is_string(subject) && cdr_ascii_ieq(json_string_value(subject), json_string_length(subject), words[k], strlen(words[k]));
    return known > 0 && known == json_array_size(subjects);
}

/* An activity that names no categories may use any. */
static bool uses(const using *u, const cdr_activity *a)
{
    if (is_about_staff(a->subjects))
        return false;
    return !json_array_size(a->categories) || uses_list(a->categories, json_object_get(u->package, "data")) || uses_list(a->categories, json_object_get(u->package, "held_not_shown"));
}

static json_t *names(const using *u, const json_t *keys)
{
    json_t *list = json_array();
    size_t i;
    const json_t *key;
    json_array_foreach(keys, i, key) {
        const json_t *name = json_is_string(key) ? json_object_get(u->parties, json_string_value(key)) : NULL;
        json_array_append(list, name ? (json_t *)name : (json_t *)key);
    }
    return list;
}

static json_t *keeping(const cdr_activity *a)
{
    cdr_report_period p;
    _cleanup_buf_ cdr_buf words = CDR_BUF(200);
    if (!a->retention_period || !cdr_report_period_parse(a->retention_period, &p))
        return json_string("not written down");
    cdr_report_period_words(&words, &p);
    if (a->retention_trigger && *a->retention_trigger)
        cdr_buf_addf(&words, " from %s", a->retention_trigger);
    return json_string(words.data ? words.data : "");
}

static cdr_status add_activity(void *arg, const cdr_activity *a)
{
    using *u = arg;
    const char *purpose = a->purpose && *a->purpose ? a->purpose : a->function && *a->function ? a->function : a->key;
    if (!uses(u, a))
        return CDR_OK;
    json_t *j = json_pack("{s:s, s:s, s:o, s:o, s:o, s:s}", "purpose", purpose, "basis", a->lawful_basis > 0 ? cdr_lawful_basis_names[a->lawful_basis] : "not written down", "recipients",
                          names(u, a->recipients), "outside", names(u, a->transfers), "kept", keeping(a), "source", a->source && *a->source ? a->source : "");
    return json_array_append_new(u->list, j) ? cdr_fail_nomem(&u->cli->err, "cli") : CDR_OK;
}

static cdr_status add_purposes(cdr_cli *cli, json_t *package)
{
    using u = {cli, package, json_array(), json_object()};
    cdr_inventory *inv = NULL;
    cdr_status s = put(package, "purposes", u.list) && u.parties ? cdr_inventory_open(cli->ws, &inv, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_inventory_each_party(inv, keep_party, &u, &cli->err);
    if (s == CDR_OK)
        s = cdr_inventory_each_activity(inv, add_activity, &u, &cli->err);
    cdr_inventory_close(inv);
    json_decref(u.parties);
    return s;
}

static const char *const your_rights[CDR_REGIME__MAX][6] = {
    [CDR_REGIME_UNKNOWN] = {"Ask us to correct or erase what we hold about you."},
    [CDR_REGIME_GDPR] = {"Have what is wrong corrected (GDPR Art. 16), and erased what we need no longer (Art. 17).", "Have the use of your data restricted (Art. 18), or take them elsewhere (Art. 20).",
                         "Object to their use, at any time to advertising (Art. 21), and withdraw a consent.", "Complain to the supervisory authority where you live (Art. 77)."},
    [CDR_REGIME_UK_GDPR] = {"Have what is wrong corrected (UK GDPR Art. 16), and erased what we need no longer (Art. 17).", "Have the use of your data restricted (Art. 18), or take them elsewhere (Art. 20).",
                            "Object to their use, at any time to advertising (Art. 21), and withdraw a consent.", "Complain to the Information Commissioner (ico.org.uk)."},
    [CDR_REGIME_CCPA] = {"Have what is wrong corrected, and deleted what you gave us.", "Tell us not to sell or share your data, and to limit the use of sensitive data.", "We treat you no worse for using these rights."},
};

static cdr_status add_rights(cdr_cli *cli, const cdr_request *q, json_t *package)
{
    json_t *list = json_array();
    if (!put(package, "your_rights", list))
        return cdr_fail_nomem(&cli->err, "cli");
    for (const char *const *words = your_rights[q->regime]; *words; words++)
        if (json_array_append_new(list, json_string(*words)))
            return cdr_fail_nomem(&cli->err, "cli");
    return CDR_OK;
}

cdr_status cdr_request_around(cdr_cli *cli, cdr_counter *c, json_t *package)
{
    gathering g = {cli, json_array()};
    cdr_status s = put(package, "consents", g.list) ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_rights_identifiers(c->rights, &c->q, consents_of, &g, &cli->err);
    if (s == CDR_OK)
        s = add_purposes(cli, package);
    return s == CDR_OK ? add_rights(cli, &c->q, package) : s;
}

/* --- the page --- */

static json_t *joined(const json_t *list)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(1 << 16);
    size_t i;
    const json_t *word;
    json_array_foreach(list, i, word)
        if (json_is_string(word))
            cdr_buf_addf(&text, "%s%s", text.len ? ", " : "", json_string_value(word));
    return json_string(text.data ? text.data : "");
}

/* "2027-03-14T09:12:00Z" as "14 March 2027". */
static json_t *date_words(const json_t *time)
{
    int64_t us;
    _cleanup_buf_ cdr_buf text = CDR_BUF(100);
    if (!json_is_string(time) || !cdr_time_parse(json_string_value(time), &us))
        return json_string("");
    cdr_words_date(&text, us);
    return json_string(text.data ? text.data : "");
}

/* "user.contact.email" as a customer reads it: "contact details". */
static json_t *kind_words(const char *category)
{
    char group[60];
    const char *dot = strchr(category, '.'), *end = dot ? strchr(dot + 1, '.') : NULL;
    snprintf(group, sizeof group, "%.*s", (int)(end ? CDR_MIN(end - category, (ptrdiff_t)sizeof group - 1) : (ptrdiff_t)sizeof group - 1), category);
    const cdr_taxon *t = cdr_taxon_find(CDR_TAXONOMY_CATEGORY, group);
    return json_string(t && *t->plain ? t->plain : "other data about you");
}

/* A copy of the lists of the package whose times and lists are words. */
static bool in_words(json_t *page, const json_t *package, const char *key)
{
    json_t *list = json_array();
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(package, key), i, item) {
        json_t *copy = json_copy((json_t *)item);
        const char *name;
        const json_t *value;
        json_object_foreach((json_t *)item, name, value) {
            bool time = !strcmp(name, "at") || !strcmp(name, "until") || !strcmp(name, "since") || !strcmp(name, "received") || !strcmp(name, "answered");
            if (time || json_is_array(value))
                json_object_set_new(copy, name, time ? date_words(value) : joined(value));
        }
        if (cdr_json_str(item, "category") && !put(copy, "kind", kind_words(cdr_json_str(item, "category")))) {
            json_decref(copy);
            json_decref(list);
            return false;
        }
        if (json_array_append_new(list, copy)) {
            json_decref(list);
            return false;
        }
    }
    char has[40];
    snprintf(has, sizeof has, "has_%s", key);
    bool any = json_array_size(list) > 0;
    return put(page, key, list) && put(page, has, json_boolean(any));
}

static void headline(const json_t *package, cdr_buf *out)
{
    size_t shown = json_array_size(json_object_get(package, "data")), withheld = json_array_size(json_object_get(package, "held_not_shown")), told = json_array_size(json_object_get(package, "told"));
    cdr_buf_addf(out, "We hold %zu %s about you.", shown + withheld, shown + withheld == 1 ? "thing" : "things");
    if (withheld)
        cdr_buf_addf(out, " %zu of them %s named below and not shown.", withheld, withheld == 1 ? "is" : "are");
    if (told)
        cdr_buf_addf(out, " Below stands when we told something of it, and to whom.");
    else
        cdr_buf_addf(out, " None of it was told to anybody in the time for which we keep a record.");
}

cdr_status cdr_request_page(cdr_cli *cli, const cdr_request *q, const json_t *package, cdr_buf *out)
{
    static const char *const lists[] = {"data", "held_not_shown", "told", "history", "proofs", "requests", "consents", "purposes"};
    _cleanup_buf_ cdr_buf answer = CDR_BUF(1000), made = CDR_BUF(100), received = CDR_BUF(100), since = CDR_BUF(100);
    int64_t since_us = 0;
    headline(package, &answer);
    cdr_words_date(&made, cdr_now_us(&cli->ctx));
    cdr_words_date(&received, q->received_day * INT64_C(86400000000));
    if (cdr_time_parse(cdr_json_str(package, "held_since"), &since_us))
        cdr_words_date(&since, since_us);
    char title[300];
    snprintf(title, sizeof title, "What %.200s holds about you", cdr_workspace_org(cli->ws));
    json_t *page = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:O}", "page_title", title, "headline", title, "answer", answer.data ? answer.data : "", "request", q->name, "made",
                             made.data ? made.data : "", "received", received.data ? received.data : "", "customer", q->ref, "since", since.data ? since.data : "", "source",
                             cdr_json_str(package, "source"), "values", json_is_true(json_object_get(package, "values")), "your_rights", json_object_get(package, "your_rights"));
    bool ok = page != NULL;
    for (size_t i = 0; ok && i < CDR_COUNT(lists); i++)
        ok = in_words(page, package, lists[i]);
    cdr_status s = ok ? cdr_paper_render("request.html", NULL, true, page, out, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    json_decref(page);
    return s;
}

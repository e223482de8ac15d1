/* SPDX-License-Identifier: Apache-2.0 */
/* The notice as a whole: the owner's words, the drafting, the template, the ledger. */
#include "core/report/notice.h"

#include "base/io.h"
#include "base/parse.h"
#include "base/text.h"
#include "base/words.h"
#include "base/yaml.h"
#include "candor/crypto.h"
#include "core/ledger/store.h"
#include "core/report/notice_parts.h"
#include "core/report/paper.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- words.yaml --- */

enum { WORD_MAX = 2000 };
static const char *const top_words[] = {"opt_out", "limit_use", "policy_url", "effective", "authority", "activities"};
static const char *const activity_words[] = {"must_provide", "automated"};

static cdr_status check_word(const char *file, const char *place, const char *key, const json_t *value, const char *const *known, size_t count, cdr_err *err)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(known[i], key))
            return json_is_object(value) || (json_is_string(value) && json_string_length(value) <= WORD_MAX) ? CDR_OK
                   : cdr_fail(err, CDR_E_INVAL, "report", "notice.word-text", "%s: %s%.60s must be a text of at most %d letters.", file, place, key, WORD_MAX);
    const char *near = cdr_text_nearest(key, known, count);
    return cdr_fail(err, CDR_E_INVAL, "report", "notice.word", "%s: %s%.60s is no word of a notice%s%s.", file, place, key, near ? "; did you mean " : "", near ? near : "");
}

static cdr_status check_activities(const char *file, const json_t *list, const cdr_register *r, cdr_err *err)
{
    const char *activity, *key;
    json_t *words, *value;
    json_object_foreach((json_t *)(uintptr_t)list, activity, words) {
        char place[120];
        bool known = false;
        for (size_t i = 0; i < r->activity_count; i++)
            known |= !strcmp(r->activities[i].key, activity);
        if (!known || !json_is_object(words))
            return cdr_fail(err, CDR_E_INVAL, "report", "notice.word-activity", "%s: activities.%.60s %s.", file, activity, known ? "must hold words such as must_provide" : "names no activity of the inventory");
        snprintf(place, sizeof place, "activities.%.60s.", activity);
        json_object_foreach(words, key, value) {
            cdr_status s = json_is_object(value) ? CDR_E_INVAL : check_word(file, place, key, value, activity_words, CDR_COUNT(activity_words), err);
            if (s != CDR_OK)
                return json_is_object(value) ? cdr_fail(err, s, "report", "notice.word-text", "%s: %s%.60s must be a text.", file, place, key) : s;
        }
    }
    return CDR_OK;
}

/* What becomes a link: only to the web, and nothing that could end it. */
static bool is_link(const char *s)
{
    return (!strncmp(s, "https://", 8) || !strncmp(s, "http://", 7)) && !s[strcspn(s, " \t\r\n<>\"'()\\`")];
}

static cdr_status check_words(const char *file, const json_t *tree, const cdr_register *r, cdr_err *err)
{
    const char *key;
    json_t *value;
    if (!json_is_object(tree))
        return cdr_fail(err, CDR_E_INVAL, "report", "notice.words", "%s must hold words such as opt_out: LINK.", file);
    json_object_foreach((json_t *)(uintptr_t)tree, key, value) {
        bool activities = !strcmp(key, "activities");
        cdr_status s = check_word(file, "", key, value, top_words, CDR_COUNT(top_words), err);
        if (s == CDR_OK && activities != json_is_object(value))
            s = cdr_fail(err, CDR_E_INVAL, "report", "notice.word-text", "%s: %s must %s.", file, key, activities ? "hold the keys of activities" : "be a text");
        bool link = !strcmp(key, "opt_out") || !strcmp(key, "limit_use") || !strcmp(key, "policy_url");
        if (s == CDR_OK && link && !is_link(json_string_value(value)))
            s = cdr_fail(err, CDR_E_INVAL, "report", "notice.word-link", "%s: %s must be an address such as https://example.com/privacy, without blanks or quotes.", file, key);
        if (s == CDR_OK && activities)
            s = check_activities(file, value, r, err);
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

cdr_status cdr_notice_words_read(const char *path, const cdr_register *r, json_t **ret, cdr_err *err)
{
    struct stat st;
    _cleanup_buf_ cdr_buf text = CDR_BUF(1 << 20);
    _cleanup_json_ json_t *tree = NULL;
    if (stat(path, &st)) {
        if (errno != ENOENT && errno != ENOTDIR)
            return cdr_fail_errno(err, CDR_E_IO, "report", "notice.words", errno, "Cannot read %.300s", path);
        *ret = json_object();
        return *ret ? CDR_OK : cdr_fail_nomem(err, "report");
    }
    cdr_status s = cdr_file_read_regular(path, &text, err);
    if (s == CDR_OK)
        s = cdr_yaml_parse(text.data ? text.data : "", text.len, "notices/words.yaml", &tree, err);
    if (s == CDR_OK && json_is_null(tree)) {
        json_decref(tree);
        tree = json_object();
    }
    if (s == CDR_OK)
        s = tree ? check_words("notices/words.yaml", tree, r, err) : cdr_fail_nomem(err, "report");
    if (s == CDR_OK)
        *ret = CDR_TAKE(tree);
    return s;
}

/* --- drafting --- */

static const cdr_notice_gap *settle(drafting *d, const gap_list *l)
{
    cdr_notice_gap *at = cdr_arena_alloc(d->r->arena, (l->len + 1) * sizeof *at);
    d->v.failed |= !at;
    if (at && l->len)
        memcpy(at, l->at, l->len * sizeof *at);
    return at;
}

static cdr_status hash_of(const json_t *tree, char ret[65], cdr_err *err)
{
    cdr_buf text = CDR_BUF(64u << 20);
    uint8_t digest[CDR_SHA256_BYTES];
    cdr_status s = cdr_json_canonical(tree, &text, err);
    if (s == CDR_OK) {
        cdr_sha256(text.data, text.len, digest);
        cdr_hex_encode(digest, sizeof digest, ret);
    }
    cdr_buf_done(&text);
    return s;
}

static void openings(drafting *d)
{
    bool gdpr = d->kind == CDR_NOTICE_GDPR;
    cdr_view_str(&d->v, d->root, "org", d->r->org[0] ? d->r->org : "our organisation");
    cdr_view_str(&d->v, d->root, "page_title", notice_text(d, "%s: %s", gdpr ? "Privacy notice" : "Notice at collection", d->r->org));
    cdr_view_str(&d->v, d->root, "effective", notice_word(d, "effective"));
}

/* What the policy promises is told in its own words. */
static void promises(drafting *d)
{
    json_t *o = notice_section(d, "promises"), *items = cdr_view_list(&d->v);
    for (size_t i = 0; d->policy && i < d->policy->promise_count; i++)
        if (d->policy->promises[i].head.enabled && d->policy->promises[i].head.title[0]) {
            json_t *item = cdr_view_object(&d->v);
            cdr_view_str(&d->v, item, "text", d->policy->promises[i].head.title);
            cdr_view_add(&d->v, items, item);
        }
    cdr_view_put(&d->v, o, "any", json_boolean(json_array_size(items) > 0));
    cdr_view_put(&d->v, o, "items", items);
}

cdr_status cdr_notice_build(const cdr_register *r, const cdr_policy *p, const json_t *words, cdr_notice_kind kind, const char *program, cdr_notice *ret, cdr_err *err)
{
    cdr_err inner = {0};
    drafting d = {.v = {.text = CDR_BUF(1 << 20)}, .r = r, .policy = p, .words = words, .kind = kind, .program = program ? program : "candor", .err = err ? err : &inner};
    *d.err = (cdr_err){0};
    *ret = (cdr_notice){.kind = kind, .arena = r->arena};
    d.root = ret->tree = cdr_view_object(&d.v);
    cdr_status s = d.root ? CDR_OK : cdr_fail_nomem(err, "report");
    if (s == CDR_OK) {
        openings(&d);
        promises(&d);
        s = kind == CDR_NOTICE_GDPR ? notice_gdpr(&d) : notice_ccpa(&d);
        ret->gaps = settle(&d, &d.gaps);
        ret->gap_count = ret->gaps ? d.gaps.len : 0;
        ret->questions = settle(&d, &d.questions);
        ret->question_count = ret->questions ? d.questions.len : 0;
    }
    if (s == CDR_E_NOMEM || (s == CDR_OK && d.v.failed))
        s = cdr_fail_nomem(err, "report");
    if (s == CDR_OK)
        s = hash_of(ret->tree, ret->basis, err);
    gap_list_done(&d.gaps);
    gap_list_done(&d.questions);
    cdr_buf_done(&d.v.text);
    return s;
}

void cdr_notice_done(cdr_notice *n)
{
    json_decref(n->tree);
    *n = (cdr_notice){0};
}

/* --- the paper --- */

static bool named(const cdr_notice_gap *list, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(list[i].id, id))
            return true;
    return false;
}

static void gap_rows(cdr_view *v, json_t *o, const char *name, const cdr_notice_gap *list, size_t count)
{
    json_t *rows = cdr_view_list(v);
    for (size_t i = 0; i < count; i++) {
        json_t *row = cdr_view_object(v);
        cdr_view_str(v, row, "text", list[i].text);
        cdr_view_str(v, row, "law", list[i].law);
        cdr_view_str(v, row, "fix", list[i].command ? "" : list[i].fix);
        cdr_view_str(v, row, "command", list[i].command ? list[i].fix : "");
        cdr_view_add(v, rows, row);
    }
    cdr_view_put(v, o, name, rows);
}

/* For whoever approves it, at the end of the draft: what is missing, what to think about, which law asks for what. */
static json_t *for_the_owner(cdr_view *v, const cdr_notice *n)
{
    json_t *o = cdr_view_object(v), *laws = cdr_view_list(v);
    bool gdpr = n->kind == CDR_NOTICE_GDPR;
    const notice_item *items = gdpr ? notice_gdpr_items : notice_ccpa_items;
    size_t count = gdpr ? notice_gdpr_item_count : notice_ccpa_item_count;
    if (n->gap_count) {
        cdr_words_count(&v->text, n->gap_count, "thing is", "things are");
        cdr_buf_adds(&v->text, " not yet written down.");
    } else
        cdr_buf_adds(&v->text, "Nothing that must be said is missing.");
    cdr_view_take(v, o, "state");
    gap_rows(v, o, "gaps", n->gaps, n->gap_count);
    gap_rows(v, o, "questions", n->questions, n->question_count);
    cdr_view_put(v, o, "any_gaps", json_boolean(n->gap_count > 0));
    cdr_view_put(v, o, "any_questions", json_boolean(n->question_count > 0));
    for (size_t i = 0; i < count; i++) {
        bool gap = named(n->gaps, n->gap_count, items[i].id), question = named(n->questions, n->question_count, items[i].id);
        json_t *row = cdr_view_object(v);
        cdr_view_str(v, row, "what", items[i].what);
        cdr_view_str(v, row, "law", items[i].law);
        cdr_view_str(v, row, "state", gap ? "missing" : question ? "to decide" : "no gap found");
        cdr_view_str(v, row, "cls", gap ? "bad" : question ? "warn" : "ok");
        cdr_view_add(v, laws, row);
    }
    cdr_view_put(v, o, "laws", laws);
    cdr_view_str(v, o, "checked", gdpr ? notice_gdpr_checked : notice_ccpa_checked);
    return o;
}

cdr_status cdr_notice_render(const cdr_notice *n, const char *folder, bool html, bool final, cdr_buf *out, cdr_err *err)
{
    static const char *const names[CDR_NOTICE__MAX][2] = {{"gdpr.md", "gdpr.html"}, {"ccpa.md", "ccpa.html"}};
    if (final && n->gap_count)
        return cdr_fail(err, CDR_E_INVAL, "report", "notice.gaps", "A notice with %zu gap%s cannot be final; write down what is missing first.", n->gap_count, n->gap_count == 1 ? "" : "s");
    cdr_view v = {.text = CDR_BUF(1 << 20)};
    _cleanup_json_ json_t *data = json_copy(n->tree);
    if (!data)
        return cdr_fail_nomem(err, "report");
    if (final)
        cdr_view_put(&v, data, "draft", json_false());
    else
        cdr_view_put(&v, data, "draft", for_the_owner(&v, n));
    cdr_buf_done(&v.text);
    return v.failed ? cdr_fail_nomem(err, "report") : cdr_paper_render(names[n->kind][html], folder, html, data, out, err);
}

/* --- the ledger --- */

cdr_status cdr_notice_enter(cdr_workspace *ws, const cdr_notice *n, const char *sha256, bool html, bool final, cdr_err *err)
{
    _cleanup_json_ json_t *details = json_pack("{s:s, s:s, s:b, s:s, s:s, s:s, s:I}", "notice", cdr_notice_kind_names[n->kind], "language", "en", "final", (int)final, "shape", html ? "html" : "md",
                                               "sha256", sha256, "basis", n->basis, "gaps", (json_int_t)n->gap_count);
    char *text = details ? json_dumps(details, JSON_COMPACT) : NULL;
    if (!text)
        return cdr_fail_nomem(err, "report");
    cdr_ledger_event ev = {"notice.write", cdr_workspace_actor(ws), cdr_notice_kind_names[n->kind], text};
    cdr_status s = cdr_ledger_append(cdr_workspace_ledger(ws), &ev, NULL, err);
    free(text);
    return s;
}

typedef struct search { cdr_notice_kind kind; const char *sha256; bool final, found; cdr_notice_written *ret; } search;

static void copy(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from ? from : "");
}

static cdr_status look_at(void *arg, uint64_t idx, const char *entry, size_t len)
{
    static const char mark[] = "\"kind\":\"notice.write\"";
    (void)idx;
    search *x = arg;
    _cleanup_json_ json_t *j = NULL;
    if (!memmem(entry, len, mark, sizeof mark - 1) || cdr_json_parse(entry, len, "ledger entry", &j, NULL) != CDR_OK)
        return CDR_OK;
    const char *kind = cdr_json_str(j, "kind");
    const json_t *d = json_object_get(j, "details");
    const char *notice = d ? cdr_json_str(d, "notice") : NULL, *sha256 = d ? cdr_json_str(d, "sha256") : NULL;
    bool final = json_is_true(json_object_get(d, "final"));
    if (!kind || strcmp(kind, "notice.write") || !notice || !sha256 || (x->final && !final) || (x->sha256 && strcmp(x->sha256, sha256)) ||
        (x->kind < CDR_NOTICE__MAX && strcmp(notice, cdr_notice_kind_names[x->kind])))
        return CDR_OK;
    cdr_notice_written *w = x->ret;
    *w = (cdr_notice_written){.final = final};
    copy(w->kind, sizeof w->kind, notice);
    copy(w->sha256, sizeof w->sha256, sha256);
    copy(w->basis, sizeof w->basis, cdr_json_str(d, "basis"));
    copy(w->at, sizeof w->at, cdr_json_str(j, "at"));
    copy(w->shape, sizeof w->shape, cdr_json_str(d, "shape"));
    json_int_t gaps = json_integer_value(json_object_get(d, "gaps"));
    w->gaps = gaps > 0 ? (uint64_t)gaps : 0;
    x->found = true;
    return CDR_OK;
}

cdr_status cdr_notice_last(cdr_ledger *ledger, cdr_notice_kind kind, const char *sha256, bool final, cdr_notice_written *ret, cdr_err *err)
{
    search x = {.kind = kind, .sha256 = sha256, .final = final, .ret = ret};
    *ret = (cdr_notice_written){0};
    cdr_status s = cdr_ledger_each(ledger, 0, look_at, &x, err);
    return s == CDR_OK && !x.found ? CDR_NOT_FOUND : s;
}

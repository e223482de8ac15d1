/* SPDX-License-Identifier: Apache-2.0 */
/* Which hold covers what, and whose records are held. */
#include "core/minimise/store_holds.h"

#include "base/json.h"
#include "base/text.h"
#include "core/inventory/claims.h"
#include "core/taxonomy/taxonomy.h"
#include "detect/emitter.h"
#include "detect/kinds.h"

#include <string.h>

#define TEXTS_MAX ((size_t)64 << 20)
#define NORMAL_MAX 512
#define SHORT 4                /* characters: what is shorter stands in everybody's records */

struct cdr_holds { cdr_arena *arena; cdr_hold_list list; };

static cdr_status load(cdr_workspace *ws, bool all, cdr_holds **ret, cdr_err *err)
{
    cdr_holds *h = cdr_alloc(sizeof *h);
    *ret = NULL;
    if (!h || !(h->arena = cdr_arena_new(TEXTS_MAX))) {
        cdr_holds_free(h);
        return cdr_fail_nomem(err, "minimise");
    }
    cdr_status s = cdr_store_hold_load(cdr_workspace_db(ws), all, h->arena, &h->list, err);
    if (s != CDR_OK)
        cdr_holds_free(h);
    else
        *ret = h;
    return s;
}

cdr_status cdr_holds_load(cdr_workspace *ws, cdr_holds **ret, cdr_err *err)
{
    return load(ws, false, ret, err);
}

cdr_status cdr_holds_load_all(cdr_workspace *ws, cdr_holds **ret, cdr_err *err)
{
    return load(ws, true, ret, err);
}

void cdr_holds_free(cdr_holds *h)
{
    if (!h)
        return;
    cdr_hold_list_done(&h->list);
    cdr_arena_free(h->arena);
    cdr_free(h);
}

size_t cdr_holds_count(const cdr_holds *h)
{
    return h->list.len;
}

const cdr_hold *cdr_holds_get(const cdr_holds *h, size_t i)
{
    return i < h->list.len ? &h->list.at[i] : NULL;
}

/* --- places and categories --- */

static bool path_covered(const char *pattern, const char *path)
{
    size_t len = strlen(path);
    /* What the hold names lies inside: in a folder, an archive, a database. */
    bool inside = len > 0 && !strncmp(pattern, path, len) && (pattern[len] == '/' || (pattern[len] == '!' && pattern[len + 1] == '/'));
    return inside || cdr_claim_matches(pattern, path);
}

bool cdr_hold_reaches(const cdr_hold *h, const char *system, const char *path, const char *category)
{
    if (h->released_us)
        return false;
    if (*h->system && strcmp(h->system, system) != 0)
        return false;
    if (*h->path && !path_covered(h->path, path))
        return false;
    return !*h->category || !*category || cdr_taxon_within(category, h->category) || cdr_taxon_within(h->category, category);
}

const cdr_hold *cdr_holds_cover(const cdr_holds *h, const char *system, const char *path, const char *category)
{
    for (size_t i = 0; i < h->list.len; i++)
        if (h->list.at[i].person_count == 0 && cdr_hold_reaches(&h->list.at[i], system, path, category))
            return &h->list.at[i];
    return NULL;
}

const cdr_hold *cdr_holds_next_person(const cdr_holds *h, const char *system, const char *path, const char *category, size_t *i)
{
    while (*i < h->list.len) {
        const cdr_hold *hold = &h->list.at[(*i)++];
        if (hold->person_count && cdr_hold_reaches(hold, system, path, category))
            return hold;
    }
    return NULL;
}

/* --- people --- */

/* One kind for each way in which detection normalises values (cdr_normalise_value): what a value was taken for is not known here. */
static const cdr_kind forms[] = {CDR_K_EMAIL, CDR_K_PHONE, CDR_K_IBAN, CDR_K_USERNAME};

static bool has_form(cdr_kind kind, const char *value, size_t len)
{
    size_t digits = 0;
    for (size_t i = 0; i < len; i++)
        digits += value[i] >= '0' && value[i] <= '9';
    return kind == CDR_K_EMAIL ? memchr(value, '@', len) != NULL : kind == CDR_K_PHONE ? digits >= 5 : true;
}

static bool form_id(cdr_kind kind, const cdr_secret *key, const char *value, size_t len, uint8_t ret[16])
{
    char normal[NORMAL_MAX];
    if (len == 0 || len > NORMAL_MAX || !has_form(kind, value, len))
        return false;
    size_t n = cdr_normalise_value(kind, value, len, normal, sizeof normal);
    if (n)
        cdr_value_id(key, normal, n, ret);
    cdr_wipe(normal, n);
    return n > 0;
}

cdr_status cdr_hold_set_person(cdr_hold *hold, const cdr_secret *key, const char *identifier, size_t len, cdr_err *err)
{
    while (len && strchr(" \t\r\n", identifier[len - 1]))
        len--;
    while (len && strchr(" \t\r\n", *identifier)) {
        identifier++;
        len--;
    }
    if (len > NORMAL_MAX)
        return cdr_fail(err, CDR_E_INVAL, "minimise", "hold.person-long", "An identifier has at most %d bytes: an e-mail address, a telephone or customer number.", NORMAL_MAX);
    if (!len || memchr(identifier, '\n', len))
        return cdr_fail(err, CDR_E_INVAL, "minimise", "hold.person", "A hold by person needs one identifier on one line: an e-mail address, a telephone or customer number.");
    if (cdr_utf8_count(identifier, len) < SHORT && (!hold->system || !*hold->system) && (!hold->path || !*hold->path))
        return cdr_fail(err, CDR_E_INVAL, "minimise", "hold.person-short", "An identifier of less than %d characters stands in many records; limit the hold with --system or --path.", SHORT);
    hold->person_count = 0;
    bool says_something = false;
    for (size_t i = 0; i < len && !says_something; i++)
        says_something = (unsigned char)identifier[i] >= 0x80 || cdr_is_alnum(identifier[i]);
    if (!says_something)
        return cdr_fail(err, CDR_E_INVAL, "minimise", "hold.person", "The identifier holds neither letters nor digits.");
    for (size_t i = 0; i < CDR_COUNT(forms) && hold->person_count < CDR_HOLD_FORMS; i++) {
        uint8_t id[16];
        bool known = !form_id(forms[i], key, identifier, len, id);
        for (size_t k = 0; k < hold->person_count && !known; k++)
            known = !memcmp(hold->person[k], id, sizeof id);
        if (!known)
            memcpy(hold->person[hold->person_count++], id, sizeof id);
    }
    return CDR_OK;
}

static bool is_one(const cdr_hold *h, const cdr_secret *key, const char *value, size_t len)
{
    for (size_t i = 0; i < CDR_COUNT(forms); i++) {
        uint8_t id[16];
        if (!form_id(forms[i], key, value, len, id))
            continue;
        for (size_t k = 0; k < h->person_count; k++)
            if (!memcmp(h->person[k], id, sizeof id))
                return true;
    }
    return false;
}

static bool is_edge(char c)
{
    return strchr(" \t\r\n,;:<>()[]{}\"'|=!?.*", c) != NULL && c != '\0';
}

typedef struct word { size_t start, end; } word;

/* Up to four words in a row, so that names and numbers written with spaces are met, too. */
static bool run_is_one(const cdr_hold *h, const cdr_secret *key, const char *value, const word *last, size_t count)
{
    for (size_t k = 0; k < count; k++)
        if (is_one(h, key, value + last[k].start, last[count - 1].end - last[k].start))
            return true;
    return false;
}

bool cdr_hold_is_person(const cdr_hold *hold, const cdr_secret *key, const char *value, size_t len)
{
    word last[4];
    size_t count = 0;
    if (is_one(hold, key, value, len))
        return true;
    for (size_t i = 0; i < len;) {
        while (i < len && (is_edge(value[i]) || value[i] == '\0'))
            i++;
        size_t start = i, end;
        while (i < len && value[i] != '\0' && !strchr(" \t\r\n,;<>()[]{}\"'|=", value[i]))
            i++;
        for (end = i; end > start && is_edge(value[end - 1]);)
            end--;
        if (end == start)
            continue;
        if (count == CDR_COUNT(last))
            memmove(last, last + 1, --count * sizeof *last);
        last[count++] = (word){start, end};
        if (run_is_one(hold, key, value, last, count))
            return true;
    }
    return false;
}

/* --- placing and releasing --- */

static cdr_status check_text(const char *what, const char *text, size_t max, cdr_err *err)
{
    size_t len = text ? strlen(text) : 0;
    if (len == 0 || len > max || !cdr_utf8_valid(text, len))
        return cdr_fail(err, CDR_E_INVAL, "minimise", "hold.text", "A hold needs %s: 1 to %zu bytes of UTF-8.", what, max);
    return CDR_OK;
}

static cdr_status check(const cdr_hold *h, cdr_err *err)
{
    cdr_status s = check_text("a name (--name)", h->name, 200, err);
    if (s == CDR_OK)
        s = check_text("a reason (--reason)", h->reason, 2000, err);
    if (s == CDR_OK)
        s = check_text("somebody who answers for it (--approver)", h->approver, 200, err);
    if (s == CDR_OK && h->category && *h->category)
        s = cdr_taxon_check(CDR_TAXONOMY_CATEGORY, h->category, "--category", err);
    return s;
}

/* Name and reason stay out of the ledger: they may tell of people. */
static cdr_status enter(cdr_workspace *ws, const char *kind, int64_t id, const cdr_hold *h, cdr_err *err)
{
    _cleanup_json_ json_t *details = json_pack("{s:I}", "hold", (json_int_t)id);
    bool ok = details != NULL;
    if (ok && h && h->system && *h->system)
        ok = !json_object_set_new(details, "system", json_string(h->system));
    if (ok && h && h->category && *h->category)
        ok = !json_object_set_new(details, "category", json_string(h->category));
    if (ok && h)
        ok = !json_object_set_new(details, "by_path", json_boolean(h->path && *h->path)) && !json_object_set_new(details, "by_person", json_boolean(h->person_count > 0));
    char *text = ok ? json_dumps(details, JSON_COMPACT) : NULL;
    cdr_status s = text ? cdr_ledger_append(cdr_workspace_ledger(ws), &(cdr_ledger_event){kind, cdr_workspace_actor(ws), NULL, text}, NULL, err) : cdr_fail_nomem(err, "minimise");
    cdr_free(text);
    return s;
}

cdr_status cdr_hold_place(cdr_workspace *ws, const cdr_hold *hold, int64_t *ret_id, cdr_err *err)
{
    cdr_hold h = *hold;
    cdr_status s = check(&h, err);
    if (s != CDR_OK)
        return s;
    if (!h.placed_us)
        h.placed_us = cdr_now_us(cdr_workspace_ctx(ws));
    if ((s = cdr_db_begin(cdr_workspace_db(ws), err)) != CDR_OK)
        return s;
    s = cdr_store_hold_add(cdr_workspace_db(ws), &h, ret_id, err);
    if (s == CDR_OK)
        s = enter(ws, "hold.place", *ret_id, &h, err);
    if (s == CDR_OK)
        return cdr_db_commit(cdr_workspace_db(ws), err);
    cdr_db_rollback(cdr_workspace_db(ws));
    return s;
}

cdr_status cdr_hold_release(cdr_workspace *ws, int64_t id, const char *reason, cdr_err *err)
{
    cdr_status s = check_text("a reason for its release (--reason)", reason, 2000, err);
    if (s != CDR_OK || (s = cdr_db_begin(cdr_workspace_db(ws), err)) != CDR_OK)
        return s;
    s = cdr_store_hold_release(cdr_workspace_db(ws), id, cdr_now_us(cdr_workspace_ctx(ws)), reason, err);
    if (s == CDR_OK)
        s = enter(ws, "hold.release", id, NULL, err);
    if (s == CDR_OK)
        return cdr_db_commit(cdr_workspace_db(ws), err);
    cdr_db_rollback(cdr_workspace_db(ws));
    return s;
}

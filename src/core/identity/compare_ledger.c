/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger is read once: what was said of a user or of a customer's factor last is what the tables must say. */
#include "core/identity/compare_ledger.h"

#include "base/json.h"
#include "base/parse.h"
#include "core/disclosure/disclosure.h"
#include "core/ledger/store.h"
#include "core/staff/staff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALL 0u                          /* the customer was erased */
#define WHATS 64                        /* kinds of factors, and CDR_AGREE_CANARY */

typedef struct mark { uint64_t who, order; unsigned what; bool on, seen; } mark;
typedef struct member { char login[CDR_LOGIN_MAX + 1]; char role[24]; bool ended, seen; } member;

typedef struct agreeing {
    cdr_workspace *ws;
    cdr_vault *v;
    cdr_compare_ledger_fn *fn;
    void *arg;
    mark *marks; size_t count, cap;
    member *staff; size_t staff_count, staff_cap;
    uint64_t customers;                 /* added, and not erased */
    uint64_t unknown[WHATS], missing[WHATS];
} agreeing;

/* --- the ledger --- */

static bool who_of(const char *pseudonym, uint64_t *ret)
{
    uint8_t bytes[8];
    if (!pseudonym || strncmp(pseudonym, "cust:", 5) != 0 || strlen(pseudonym) < 5 + 16 || !cdr_hex_decode(pseudonym + 5, 16, bytes, sizeof bytes))
        return false;
    memcpy(ret, bytes, sizeof *ret);
    return true;
}

static cdr_status add_mark(agreeing *a, const char *subject, unsigned what, bool on, uint64_t order)
{
    uint64_t who;
    if (what >= WHATS || !who_of(subject, &who))
        return CDR_OK;
    if (a->count == a->cap) {
        size_t cap = a->cap ? a->cap * 2 : 1024;
        mark *grown = cdr_realloc_array(a->marks, cap, sizeof *grown);
        if (!grown)
            return CDR_E_NOMEM;
        a->marks = grown;
        a->cap = cap;
    }
    a->marks[a->count++] = (mark){.who = who, .order = order, .what = what, .on = on};
    return CDR_OK;
}

static member *member_of(agreeing *a, const char *login)
{
    for (size_t i = 0; i < a->staff_count; i++)
        if (!strcmp(a->staff[i].login, login))
            return &a->staff[i];
    return NULL;
}

static cdr_status note_staff(agreeing *a, const char *kind, const char *subject, const json_t *d)
{
    const char *login = subject && !strncmp(subject, "staff:", 6) ? subject + 6 : "", *role = cdr_json_str(d, !strcmp(kind, "staff.role") ? "to" : "role");
    if (!*login || (strcmp(kind, "staff.add") && strcmp(kind, "staff.role") && strcmp(kind, "staff.end")))
        return CDR_OK;
    member *m = member_of(a, login);
    if (!m && a->staff_count == a->staff_cap) {
        size_t cap = a->staff_cap ? a->staff_cap * 2 : 16;
        member *grown = cdr_realloc_array(a->staff, cap, sizeof *grown);
        if (!grown)
            return CDR_E_NOMEM;
        a->staff = grown;
        a->staff_cap = cap;
    }
    if (!m) {
        m = &a->staff[a->staff_count++];
        *m = (member){.seen = false};
        snprintf(m->login, sizeof m->login, "%.40s", login);
    }
    m->ended = !strcmp(kind, "staff.end");
    if (role)
        snprintf(m->role, sizeof m->role, "%.23s", role);
    return CDR_OK;
}

static cdr_status note_customer(agreeing *a, const char *kind, const char *subject, const json_t *d, uint64_t idx)
{
    if (!strcmp(kind, "customer.add"))
        a->customers++;
    else if (!strcmp(kind, "customer.import"))
        a->customers += (uint64_t)json_integer_value(json_object_get(d, "added"));
    else if (!strcmp(kind, "customer.erase")) {
        a->customers -= a->customers > 0;
        return add_mark(a, subject, ALL, false, idx);
    } else if (!strcmp(kind, "customer.canary"))
        return add_mark(a, subject, CDR_AGREE_CANARY, json_is_true(json_object_get(d, "canary")), idx);
    return CDR_OK;
}

static cdr_status look(void *arg, uint64_t idx, const char *entry, size_t len)
{
    agreeing *a = arg;
    static const char *const rooms[] = {"\"kind\":\"factor.", "\"kind\":\"customer.", "\"kind\":\"staff."};
    bool ours = false;
    for (size_t i = 0; i < CDR_COUNT(rooms) && !ours; i++)
        ours = memmem(entry, len, rooms[i], strlen(rooms[i])) != NULL;
    if (!ours)
        return CDR_OK;
    _cleanup_json_ json_t *j = NULL;
    cdr_status s = cdr_json_parse(entry, len, "the ledger", &j, NULL);
    if (s != CDR_OK)
        return s;
    const char *kind = cdr_json_str(j, "kind"), *subject = cdr_json_str(j, "subject");
    const json_t *d = json_object_get(j, "details");
    if (!kind)
        return CDR_OK;
    if (!strncmp(kind, "staff.", 6))
        return note_staff(a, kind, subject, d);
    if (!strncmp(kind, "customer.", 9))
        return note_customer(a, kind, subject, d, idx);
    const char *factor = cdr_json_str(d, "kind");
    bool enrol = !strcmp(kind, "factor.enrol");
    return factor && (enrol || !strcmp(kind, "factor.end")) ? add_mark(a, subject, (unsigned)cdr_factor_by_key(factor), enrol, idx) : CDR_OK;
}

/* --- what it comes to --- */

static int by_order(const void *x, const void *y)
{
    const mark *a = x, *b = y;
    if (a->who != b->who)
        return a->who < b->who ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static int by_what(const void *x, const void *y)
{
    const mark *a = x, *b = y;
    if (a->who != b->who)
        return a->who < b->who ? -1 : 1;
    return (a->what > b->what) - (a->what < b->what);
}

/* Of each customer and kind what was said last; only what is there stays. */
static void settle(agreeing *a)
{
    size_t kept = 0;
    if (a->count)
        qsort(a->marks, a->count, sizeof *a->marks, by_order);
    for (size_t i = 0, next; i < a->count; i = next) {
        mark last[WHATS] = {{0}};
        for (next = i; next < a->count && a->marks[next].who == a->marks[i].who; next++) {
            if (a->marks[next].what == ALL)
                memset(last, 0, sizeof last);
            else
                last[a->marks[next].what] = a->marks[next];
        }
        for (size_t w = 1; w < WHATS; w++)
            if (last[w].on)
                a->marks[kept++] = last[w];
    }
    a->count = kept;
    if (kept)
        qsort(a->marks, kept, sizeof *a->marks, by_what);
}

static cdr_status hold_against(void *arg, int64_t customer, unsigned what, cdr_err *err)
{
    agreeing *a = arg;
    char pseudonym[CDR_PSEUDONYM_TEXT];
    mark like = {.what = what};
    cdr_status s = cdr_vault_pseudonym(a->v, customer, pseudonym, err);
    if (s != CDR_OK)
        return s == CDR_NOT_FOUND ? CDR_OK : s;   /* keys that are missing are another finding */
    mark *found = who_of(pseudonym, &like.who) && a->count ? bsearch(&like, a->marks, a->count, sizeof like, by_what) : NULL;
    if (found)
        found->seen = true;
    else
        a->unknown[what < WHATS ? what : 0]++;
    return CDR_OK;
}

static cdr_status user(void *arg, const cdr_user *u)
{
    agreeing *a = arg;
    char what[200];
    const char *role = cdr_role_name(u->role);
    member *m = member_of(a, u->login);
    if (m)
        m->seen = true;
    if (!m)
        snprintf(what, sizeof what, "the user %.40s was never added, as far as the ledger knows", u->login);
    else if (m->ended != (u->ended_us != 0))
        snprintf(what, sizeof what, "the user %.40s %s, and for the ledger %s", u->login, u->ended_us ? "has ended" : "may sign in", m->ended ? "has ended" : "may sign in");
    else if (!u->ended_us && strcmp(m->role, role) != 0)
        snprintf(what, sizeof what, "the user %.40s is %s, and %.20s for the ledger", u->login, role, m->role);
    else
        return CDR_OK;
    return a->fn(a->arg, what);
}

static cdr_status tell_counts(agreeing *a, const uint64_t counts[WHATS], const char *words)
{
    cdr_status s = CDR_OK;
    for (unsigned w = 0; s == CDR_OK && w < WHATS; w++) {
        char what[200];
        if (!counts[w])
            continue;
        snprintf(what, sizeof what, "%s: %llu %s", w == CDR_AGREE_CANARY ? "canaries" : w ? cdr_factor_label((cdr_factor_kind)w) : "factors of an unknown kind", (unsigned long long)counts[w], words);
        s = a->fn(a->arg, what);
    }
    return s;
}

static cdr_status compare_staff(agreeing *a, cdr_err *err)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    cdr_status s = cdr_staff_open(a->ws, &st, err);
    if (s == CDR_OK)
        s = cdr_staff_each(st, true, user, a, err);
    for (size_t i = 0; s == CDR_OK && i < a->staff_count; i++) {
        char what[200];
        snprintf(what, sizeof what, "the user %.40s is gone, and the ledger knows her", a->staff[i].login);
        if (!a->staff[i].seen)
            s = a->fn(a->arg, what);
    }
    return s;
}

static cdr_status compare_customers(agreeing *a, cdr_err *err)
{
    uint64_t there = 0;
    char what[200];
    cdr_status s = cdr_compare_ledger_customers(cdr_workspace_db(a->ws), &there, err);
    snprintf(what, sizeof what, "%llu customers are there, and %llu for the ledger", (unsigned long long)there, (unsigned long long)a->customers);
    if (s == CDR_OK && there != a->customers)
        s = a->fn(a->arg, what);
    if (s != CDR_OK || !a->v)
        return s;
    s = cdr_compare_ledger_each(cdr_workspace_db(a->ws), hold_against, a, err);
    for (size_t i = 0; i < a->count; i++)
        a->missing[a->marks[i].what] += !a->marks[i].seen;
    if (s == CDR_OK)
        s = tell_counts(a, a->unknown, "that the ledger does not know");
    return s == CDR_OK ? tell_counts(a, a->missing, "that the ledger knows and that are gone") : s;
}

cdr_status cdr_identity_compare_ledger(cdr_workspace *ws, cdr_vault *v, cdr_compare_ledger_fn *fn, void *arg, cdr_err *err)
{
    agreeing a = {.ws = ws, .v = v, .fn = fn, .arg = arg};
    cdr_status s = cdr_db_begin_read(cdr_workspace_db(ws), err);
    if (s != CDR_OK)
        return s;
    s = cdr_ledger_each(cdr_workspace_ledger(ws), 0, look, &a, err);
    if (s == CDR_OK) {
        settle(&a);
        s = compare_staff(&a, err);
    }
    if (s == CDR_OK)
        s = compare_customers(&a, err);
    if (s == CDR_OK)
        s = cdr_db_commit(cdr_workspace_db(ws), err);
    else
        cdr_db_rollback(cdr_workspace_db(ws));
    cdr_free(a.marks);
    cdr_free(a.staff);
    return s;
}

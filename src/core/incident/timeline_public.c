/* SPDX-License-Identifier: Apache-2.0 */
/* The timeline for others: what concerns a party under privilege stays out, and where people of the house are named their roles stand. */
#include "core/incident/inside.h"

#include "base/text.h"
#include "base/vec.h"

#include <stdio.h>
#include <string.h>

/* --- parties under privilege --- */

static cdr_status keep_secret(void *arg, const cdr_incident_party *p)
{
    cdr_in_secret_parties *all = arg;
    if (!p->privileged)
        return CDR_OK;
    if (all->count == all->cap) {
        size_t cap = all->cap ? 2 * all->cap : 4;
        cdr_incident_party *more = cdr_realloc_array(all->at, cap, sizeof *more);
        if (!more)
            return CDR_E_NOMEM;
        all->at = more;
        all->cap = cap;
    }
    all->at[all->count++] = *p;
    return CDR_OK;
}

cdr_status cdr_in_secret_parties_of(cdr_incidents *in, int64_t id, cdr_in_secret_parties *ret, cdr_err *err)
{
    *ret = (cdr_in_secret_parties){0};
    cdr_status s = cdr_incident_parties(in, id, keep_secret, ret, err);
    if (s != CDR_OK)
        cdr_in_secret_parties_done(ret);
    return s == CDR_E_NOMEM ? cdr_fail_nomem(err, "incident") : s;
}

void cdr_in_secret_parties_done(cdr_in_secret_parties *p)
{
    cdr_free(p->at);
    *p = (cdr_in_secret_parties){0};
}

static bool is_of_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || ((unsigned char)c & 0x80);
}

/* ${name} as whole words from ${at}? Capital letters or not. */
static bool stands_at(const char *text, const char *at, const char *name, size_t len)
{
    return strlen(at) >= len && cdr_ascii_ieq(at, len, name, len) && (at == text || !is_of_word(at[-1]) || !is_of_word(name[0])) && (!is_of_word(at[len]) || !is_of_word(name[len - 1]));
}

static bool names(const char *text, const char *name)
{
    size_t len = strlen(name);
    for (const char *p = text; len > 1 && *p; p++)
        if (stands_at(text, p, name, len))
            return true;
    return false;
}

bool cdr_in_concerns(const cdr_in_secret_parties *p, const char *text)
{
    for (size_t i = 0; i < p->count; i++)
        if (names(text, p->at[i].name) || names(text, p->at[i].contact))
            return true;
    return false;
}

bool cdr_in_is_one_of(const cdr_in_secret_parties *p, const char *who)
{
    bool found = cdr_in_concerns(p, who);
    for (size_t i = 0; i < p->count && !found; i++)
        found = names(who, p->at[i].kind) || (*who && names(p->at[i].name, who));
    return found;
}

/* --- people of the house --- */

typedef struct person { char name[CDR_INCIDENT_WHO_MAX]; const char *role; } person;
CDR_VEC(people, person)

typedef struct showing { people all; cdr_timeline_fn *fn; void *arg; } showing;

static const char *role_of(const people *all, const char *name)
{
    for (size_t i = 0; i < all->len; i++)
        if (!strcmp(all->at[i].name, name))
            return all->at[i].role;
    return NULL;
}

/* The first role that is known of somebody stays. A name that is the name of a role tells nobody. */
static cdr_status keep_person(people *all, const char *who, const char *role)
{
    const char *name = cdr_in_login(who);
    if (!*name || role_of(all, name) || cdr_duty_role_by_key(name) != CDR_DUTY__MAX)
        return CDR_OK;
    person *p = people_push(all);
    if (!p)
        return CDR_E_NOMEM;
    *p = (person){.role = role};
    snprintf(p->name, sizeof p->name, "%.79s", name);
    return CDR_OK;
}

static cdr_status on_role(void *arg, const cdr_incident_role *r)
{
    return keep_person(&((showing *)arg)->all, r->who, cdr_duty_role_label(r->role));
}

static cdr_status on_member(void *arg, const cdr_team_member *m)
{
    return keep_person(&((showing *)arg)->all, m->who, cdr_duty_role_label(m->role));
}

static cdr_status on_user(void *arg, const cdr_user *u)
{
    return keep_person(&((showing *)arg)->all, u->login, "staff");
}

static cdr_status on_item(void *arg, const cdr_item *t)
{
    return keep_person(&((showing *)arg)->all, t->who, "staff");
}

static cdr_status on_by(void *arg, const cdr_timeline_entry *e)
{
    return keep_person(&((showing *)arg)->all, e->by, "staff");
}

static cdr_status learn_people(cdr_incidents *in, int64_t id, showing *w, cdr_err *err)
{
    cdr_status s = cdr_incident_roles(in, id, false, on_role, w, err);
    if (s == CDR_OK)
        s = cdr_incident_roles(in, id, true, on_role, w, err);
    if (s == CDR_OK)
        s = cdr_team_each(in, on_member, w, err);
    if (s == CDR_OK)
        s = cdr_staff_each(in->staff, true, on_user, w, err);
    if (s == CDR_OK)
        s = cdr_incident_items(in, id, true, on_item, w, err);
    return s == CDR_OK ? cdr_incident_timeline(in, id, on_by, w, err) : s;
}

/* "staff:dana", "named:dana" and "dana" at ${p}. ${ret_len}: how much of the text it is. */
static const char *person_at(const people *all, const char *text, const char *p, size_t *ret_len)
{
    static const char *const prefixes[] = {"staff:", "named:", "cli:", ""};
    size_t best = 0;
    const char *role = NULL;
    for (size_t k = 0; k < CDR_COUNT(prefixes); k++) {
        size_t skip = strlen(prefixes[k]);
        if (strncmp(p, prefixes[k], skip) != 0)
            continue;
        for (size_t i = 0; i < all->len; i++) {
            size_t len = strlen(all->at[i].name);
            if (len > 1 && skip + len > best && stands_at(skip ? p + skip : text, p + skip, all->at[i].name, len)) {
                best = skip + len;
                role = all->at[i].role;
            }
        }
    }
    *ret_len = best;
    return role;
}

static cdr_status show(void *arg, const cdr_timeline_entry *e)
{
    const showing *w = arg;
    _cleanup_buf_ cdr_buf text = CDR_BUF((size_t)1 << 17);
    cdr_timeline_entry out = *e;
    const char *from = e->public_text ? e->public_text : e->text;
    if (e->privileged)
        return CDR_OK;
    for (const char *p = from; *p;) {
        size_t len;
        const char *role = person_at(&w->all, from, p, &len);
        if (role)
            cdr_buf_adds(&text, role);
        else
            cdr_buf_add(&text, p, len = 1);
        p += len;
    }
    if (cdr_buf_status(&text) != CDR_OK)
        return CDR_E_NOMEM;
    out.text = text.data ? text.data : "";
    out.by = "";
    return w->fn(w->arg, &out);
}

cdr_status cdr_incident_public_timeline(cdr_incidents *in, int64_t id, cdr_timeline_fn *fn, void *arg, cdr_err *err)
{
    showing w = {.fn = fn, .arg = arg};
    cdr_status s = learn_people(in, id, &w, err);
    if (s == CDR_OK)
        s = cdr_incident_timeline(in, id, show, &w, err);
    people_done(&w.all);
    return s == CDR_E_NOMEM ? cdr_fail_nomem(err, "incident") : s;
}

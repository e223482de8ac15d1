/* SPDX-License-Identifier: Apache-2.0 */
/* Who sees the data, and in which countries they are. */
#include "core/report/notice_parts.h"

#include <stdio.h>
#include <string.h>

typedef struct receiver { const char *key, *name, *country; unsigned relations; bool known; } receiver;   /* relations: bit per cdr_relation, bit 4: named by an activity */
CDR_VEC(receiver_list, receiver)
enum { NAMED = 1u << 4 };

static void add_receiver(drafting *d, receiver_list *l, const cdr_reg_party *p, const char *name, unsigned relation)
{
    for (size_t i = 0; i < l->len; i++)
        if (!strcmp(l->at[i].name, p ? p->name : name)) {
            l->at[i].relations |= relation;
            return;
        }
    receiver *x = receiver_list_push(l);
    d->v.failed |= !x;
    if (x)
        *x = (receiver){p ? p->key : "", p ? p->name : name, p ? p->country : "", relation, p};
}

/* Everybody besides us whom the activity's data reach; false: nobody has said whom. */
static bool receivers_of(drafting *d, receiver_list *l, const cdr_reg_activity *x)
{
    bool said = x->recipients.count > 0 || x->nobody_receives;
    for (size_t i = 0; i < x->recipients.count; i++) {
        const cdr_reg_party *p = cdr_register_party(d->r, x->recipients.at[i]);
        if (!p || !p->ours)
            add_receiver(d, l, p, x->recipients.at[i], NAMED);
    }
    bool held = x->system_count > 0;
    for (size_t i = 0; i < x->system_count; i++) {
        held = held && x->systems[i]->holder_count > 0;
        for (size_t k = 0; k < x->systems[i]->holder_count; k++)
            if (!x->systems[i]->holders[k].party->ours)
                add_receiver(d, l, x->systems[i]->holders[k].party, "", 1u << x->systems[i]->holders[k].relation);
    }
    return said || held;
}

static const char *does(drafting *d, const receiver *x)
{
    cdr_buf text = CDR_BUF(4096);
    for (size_t i = 0; i < 4; i++)
        if (x->relations & (1u << i))
            cdr_buf_addf(&text, "%s%s", text.len ? " " : "", notice_relations[i]);
    if (text.len == 0)
        cdr_buf_adds(&text, notice_relations[CDR_REL_SHARES]);
    const char *kept = notice_text(d, "%s", text.data ? text.data : "");
    cdr_buf_done(&text);
    return kept;
}

void notice_who(drafting *d)
{
    json_t *o = notice_section(d, "who"), *items = cdr_view_list(&d->v);
    receiver_list all = {0};
    bool gaps = false, any = false;
    for (size_t i = 0; i < d->r->activity_count; i++) {
        const cdr_reg_activity *x = &d->r->activities[i];
        if (!notice_covers(x))
            continue;
        any = true;
        if (receivers_of(d, &all, x))
            continue;
        gaps = true;
        notice_gap_command(d, o, "recipients", x->key, notice_set(d, x->key, "recipients=NAME systems=KEY"),
                           notice_text(d, "We have not yet written down who sees the data: “%s”.", x->purpose));
    }
    for (size_t i = 0; i < all.len; i++) {
        json_t *item = cdr_view_object(&d->v);
        cdr_view_str(&d->v, item, "name", all.at[i].name);
        cdr_view_str(&d->v, item, "country", all.at[i].country[0] ? cdr_country_name(all.at[i].country) : "");
        cdr_view_str(&d->v, item, "text", does(d, &all.at[i]));
        cdr_view_add(&d->v, items, item);
    }
    cdr_view_put(&d->v, o, "items", items);
    cdr_view_str(&d->v, o, "nobody", any && !gaps && all.len == 0 ? notice_text(d, "Nobody outside %s sees your data.", d->r->org) : "");
    receiver_list_done(&all);
}

/* --- where --- */

typedef struct place { const char *country, *safeguard; cdr_buf who; bool ours; } place;
CDR_VEC(place_list, place)

static place *place_in(drafting *d, place_list *l, const char *country)
{
    for (size_t i = 0; i < l->len; i++)
        if (!strcmp(l->at[i].country, country))
            return &l->at[i];
    place *x = place_list_push(l);
    d->v.failed |= !x;
    if (x)
        *x = (place){.country = country, .safeguard = "", .who = CDR_BUF(1 << 16)};
    return x;
}

static void add_who(place *x, const char *name)
{
    if (x && !(x->who.data && strstr(x->who.data, name)))
        cdr_buf_addf(&x->who, "%s%s", x->who.len ? ", " : "", name);
}

/* What protects the data in ${country}, in the words of the activity: with the transfer, else for all of its transfers. */
static const char *safeguard_in(drafting *d, const cdr_reg_activity *x, const char *country)
{
    for (size_t i = 0; i < x->transfers.count; i++) {
        char code[3];
        cdr_country_of(x->transfers.at[i], code);
        const char *open = strchr(x->transfers.at[i], '('), *close = open ? strrchr(open, ')') : NULL;
        if (code[0] && !strcmp(code, country) && close && close > open + 1)
            return notice_text(d, "%.*s", (int)(close - open - 1), open + 1);
    }
    return x->transfer_safeguards;
}

static void place_of(drafting *d, place_list *l, const cdr_reg_activity *x, const char *country, const char *name)
{
    place *at = place_in(d, l, country);
    if (!at)
        return;
    if (name)
        add_who(at, name);
    else
        at->ours = true;
    const char *safeguard = safeguard_in(d, x, country);
    if (!at->safeguard[0])
        at->safeguard = safeguard;
}

static void places_of(drafting *d, json_t *o, place_list *l, const cdr_reg_activity *x)
{
    receiver_list all = {0};
    (void)receivers_of(d, &all, x);
    for (size_t i = 0; i < x->system_count; i++) {
        const cdr_reg_system *s = x->systems[i];
        if (s->country[0])
            place_of(d, l, x, s->country, NULL);
        else
            notice_gap_command(d, o, "countries", x->key, notice_text(d, "%s inventory set system %s country=CODE", d->program, s->key),
                               notice_text(d, "We have not yet written down in which country we keep the data: “%s”.", x->purpose));
    }
    for (size_t i = 0; i < all.len; i++)
        if (all.at[i].country[0])
            place_of(d, l, x, all.at[i].country, all.at[i].name);
        else if (all.at[i].known)
            notice_gap_command(d, o, "countries", "", notice_text(d, "%s inventory set party %s country=CODE", d->program, all.at[i].key),
                               notice_text(d, "We have not yet written down in which country %s works.", all.at[i].name));
        else
            notice_ask(d, "countries", x->key, notice_text(d, "If it is one firm, declare it as a party with its country and name it by its key."),
                       notice_text(d, "“%s” is no party of the register: it is told as a kind of recipient, without a country.", all.at[i].name));
    for (size_t i = 0; i < x->transfers.count; i++) {
        char code[3];
        cdr_country_of(x->transfers.at[i], code);
        place_of(d, l, x, code[0] ? notice_text(d, "%s", code) : x->transfers.at[i], "");
    }
    receiver_list_done(&all);
}

/* Outside of what the organisation's own country counts as inside: itself, and the European Economic Area for its members. */
static bool is_third(const drafting *d, const char *country)
{
    if (!strcmp(country, d->r->country))
        return false;
    return !cdr_country_in_eea(country) || (d->r->country[0] && !cdr_country_in_eea(d->r->country));
}

static bool adequate(const drafting *d, const char *country)
{
    for (size_t i = 0; d->policy && i < d->policy->limits.adequate.count; i++)
        if (!strcmp(d->policy->limits.adequate.keys[i], country))
            return true;
    return false;
}

static void tell_place(drafting *d, json_t *o, json_t *items, place *x)
{
    json_t *item = cdr_view_object(&d->v);
    bool third = is_third(d, x->country) && !cdr_country_in_eea(x->country);
    const char *name = cdr_country_name(x->country);
    cdr_view_str(&d->v, item, "country", notice_capital(d, name));
    const char *others = x->who.len ? x->who.data : "";
    cdr_view_str(&d->v, item, "who", x->ours && others[0] ? notice_text(d, "We keep your data here. Also here: %s.", others) : x->ours ? "We keep your data here." : notice_text(d, "%s.", others));
    if (third && adequate(d, x->country))
        cdr_view_str(&d->v, item, "safeguard", "The EU found that the law there protects your data well enough.");
    else if (third && x->safeguard[0])
        cdr_view_str(&d->v, item, "safeguard", notice_text(d, "What protects your data there: %s. Ask us for a copy.", x->safeguard));
    else {
        cdr_view_str(&d->v, item, "safeguard", "");
        if (third && d->kind == CDR_NOTICE_GDPR)
            notice_gap(d, o, "safeguards", "", notice_text(d, "Write transfer_safeguards into the activities that send data to %s, or list it under limits.adequate of the policy.", name),
                       notice_text(d, "We have not yet written down what protects your data in %s.", name));
    }
    cdr_view_add(&d->v, items, item);
}

void notice_where(drafting *d)
{
    json_t *o = notice_section(d, "where"), *items = cdr_view_list(&d->v);
    place_list all = {0};
    bool any = false;
    for (size_t i = 0; i < d->r->activity_count; i++) {
        const cdr_reg_activity *x = &d->r->activities[i];
        if (!notice_covers(x))
            continue;
        any = true;
        if (x->system_count == 0)
            notice_gap_command(d, o, "countries", x->key, notice_set(d, x->key, "systems=KEY"), notice_text(d, "We have not yet written down where we keep the data: “%s”.", x->purpose));
        places_of(d, o, &all, x);
    }
    for (size_t i = 0; i < all.len; i++) {
        tell_place(d, o, items, &all.at[i]);
        cdr_buf_done(&all.at[i].who);
    }
    cdr_view_put(&d->v, o, "items", items);
    cdr_view_put(&d->v, o, "any", json_boolean(any));
    place_list_done(&all);
}

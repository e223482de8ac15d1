/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger read once from its beginning. What a grant rests on must stand before it; what was told must stand behind a grant. */
#include "core/identity/oversight.h"
#include "core/identity/disclose_parts.h"
#include "core/identity/summary.h"

#include "base/time.h"
#include "base/vec.h"
#include "core/ledger/store.h"

#include <stdio.h>
#include <string.h>

typedef struct call_state { char subject[CDR_PSEUDONYM_TEXT], agent[80]; int64_t active_us, idle_us; uint64_t proofs; int level; unsigned tries, matches, documents; bool second, ended, ticket, called_back, counted; } call_state;
typedef struct grant_state { char subject[CDR_PSEUDONYM_TEXT], actor[80]; uint64_t index; const char *fault; bool soft, dial, ticketless; unsigned reveals, confirms, sends; json_t *fields; } grant_state;
typedef struct paper_state { char subject[CDR_PSEUDONYM_TEXT], by[80]; uint64_t index; int level; bool approved, soft; } paper_state;   /* approvals, requests, grounds */
CDR_VEC(call_list, call_state)
CDR_VEC(grant_list, grant_state)
CDR_VEC(paper_list, paper_state)

/* Names to places in a list: open addressing, at most half full. */
typedef struct slot { char key[40]; uint32_t at; } slot;
typedef struct names { slot *slots; size_t cap, len; } names;

typedef struct reader {
    cdr_identity *id;
    cdr_oversight *o;
    call_list calls; names call_names;
    grant_list grants; names grant_names;
    paper_list papers; names paper_names;
    uint64_t soft[CDR_OVERSIGHT_FAULTS]; unsigned soft_count;      /* what was told on fewer proofs than today's policy asks for, since the policy last changed */
    cdr_err *err;
} reader;

/* One entry. */
typedef struct entry { uint64_t index; int64_t at_us; const char *kind, *actor, *subject; const json_t *details; bool counts; } entry;

/* --- names --- */

static size_t place(const names *n, const char *key)
{
    uint64_t h = 14695981039346656037u;
    for (const char *p = key; *p; p++)
        h = (h ^ (unsigned char)*p) * 1099511628211u;
    size_t i = (size_t)h & (n->cap - 1);
    while (n->slots[i].key[0] && strcmp(n->slots[i].key, key) != 0)
        i = (i + 1) & (n->cap - 1);
    return i;
}

static bool grow(names *n)
{
    names bigger = {.cap = n->cap ? n->cap * 2 : 256, .len = n->len};
    bigger.slots = cdr_alloc_array(bigger.cap, sizeof(slot));
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < n->cap; i++)
        if (n->slots[i].key[0])
            bigger.slots[place(&bigger, n->slots[i].key)] = n->slots[i];
    cdr_free(n->slots);
    *n = bigger;
    return true;
}

static bool put(names *n, const char *key, size_t at)
{
    if (!key[0] || strlen(key) >= sizeof n->slots[0].key)
        return true;
    if (2 * (n->len + 1) > n->cap && !grow(n))
        return false;
    slot *s = &n->slots[place(n, key)];
    n->len += !s->key[0];
    snprintf(s->key, sizeof s->key, "%s", key);
    s->at = (uint32_t)at;
    return true;
}

/* SIZE_MAX: unknown. */
static size_t find(const names *n, const char *key)
{
    if (!key || !key[0] || n->cap == 0 || strlen(key) >= sizeof n->slots[0].key)
        return SIZE_MAX;
    const slot *s = &n->slots[place(n, key)];
    return s->key[0] ? s->at : SIZE_MAX;
}

/* --- agents, flags, faults --- */

static cdr_oversight_agent *agent_of(cdr_oversight *o, const char *name)
{
    for (size_t i = 0; i < o->agent_count; i++)
        if (!strcmp(o->agents[i].name, name))
            return &o->agents[i];
    if (o->agent_count == CDR_OVERSIGHT_AGENTS) {
        snprintf(o->agents[CDR_OVERSIGHT_AGENTS - 1].name, sizeof o->agents[0].name, "others");
        return &o->agents[CDR_OVERSIGHT_AGENTS - 1];
    }
    cdr_oversight_agent *a = &o->agents[o->agent_count++];
    snprintf(a->name, sizeof a->name, "%s", name);
    return a;
}

/* Whoever raised or lifted a flag by hand is named. */
static void count_flag(cdr_oversight *o, const char *flag, bool cleared, const char *by)
{
    char name[CDR_CALL_FLAG_TEXT];
    snprintf(name, sizeof name, "%.20s%s", flag, cleared ? " cleared" : "");
    flag = name;
    for (size_t i = 0; i < o->flag_count; i++)
        if (!strcmp(o->flags[i].flag, flag) && !strcmp(o->flags[i].by, by)) {
            o->flags[i].count++;
            return;
        }
    if (o->flag_count == CDR_OVERSIGHT_FLAGS)
        return;
    snprintf(o->flags[o->flag_count].flag, CDR_CALL_FLAG_TEXT, "%s", flag);
    snprintf(o->flags[o->flag_count].by, sizeof o->flags[0].by, "%s", by);
    o->flags[o->flag_count++].count = 1;
}

static void add_fault(reader *r, uint64_t index, const char *why)
{
    r->o->unverified++;
    if (r->o->fault_count == CDR_OVERSIGHT_FAULTS)
        return;
    cdr_oversight_fault *f = &r->o->faults[r->o->fault_count++];
    f->index = index;
    snprintf(f->why, sizeof f->why, "%s", why);
}

/* --- what stands in an entry --- */

static const char *text(const entry *e, const char *key)
{
    const char *s = cdr_json_str(e->details, key);
    return s ? s : "";
}

static int level_of(const char *name)
{
    for (int i = CDR_LEVEL_C0; i <= CDR_LEVEL_C4; i++)
        if (!strcmp(cdr_level_names[i], name))
            return i;
    return -1;
}

/* Another policy than today's may have asked for fewer proofs, yet none tells a secret to somebody who showed none, nor takes one proof for two. */
static int most_of(uint64_t proofs)
{
    unsigned secrets = 0, others = 0;
    for (unsigned k = 1; k < 64; k++)
        if (proofs >> k & 1) {
            bool known = cdr_factor_class_of((cdr_factor_kind)k) == CDR_CLASS_RECORD || k == CDR_FACTOR_SECOND_EMPLOYEE;
            secrets += !known;
            others += known;
        }
    if (secrets == 0)
        return others ? CDR_LEVEL_C1 : CDR_LEVEL_C0;
    return secrets + others > 1 ? CDR_LEVEL_C4 : CDR_LEVEL_C2;
}

static call_state *call_of(reader *r, const entry *e)
{
    size_t at = find(&r->call_names, text(e, "call"));
    return at == SIZE_MAX ? NULL : &r->calls.at[at];
}

/* --- calls --- */

static bool on_start(reader *r, const entry *e)
{
    call_state *c = call_list_push(&r->calls);
    if (!c || !put(&r->call_names, text(e, "call"), r->calls.len - 1))
        return false;
    snprintf(c->subject, sizeof c->subject, "%s", e->subject);
    snprintf(c->agent, sizeof c->agent, "%s", e->actor);
    c->active_us = e->at_us;
    c->idle_us = (int64_t)json_integer_value(json_object_get(e->details, "idle_s")) * 1000000;
    c->proofs = cdr_proofs_of_entry(e->kind, e->details);
    c->level = (int)cdr_proofs_level(r->id, c->proofs);
    c->ticket = json_is_true(json_object_get(e->details, "ticket"));
    if (e->counts) {
        r->o->calls++;
        agent_of(r->o, e->actor)->calls++;
    }
    return true;
}

static void on_match(reader *r, const entry *e, call_state *c)
{
    bool second = !strcmp(text(e, "factor"), cdr_factor_key(CDR_FACTOR_SECOND_EMPLOYEE));
    if (!e->counts)
        c->counted = true;
    if (!strcmp(c->subject, e->subject))
        c->proofs |= cdr_proofs_of_entry(e->kind, e->details);
    c->second |= second;
    c->level = (int)cdr_proofs_level(r->id, c->proofs);
    if (e->counts) {
        /* A second employee gives no answer that could be wrong. */
        r->o->seconds += second;
        if (!second && c->matches < c->tries) {
            c->matches++;
            r->o->matched++;
            agent_of(r->o, e->actor)->matched++;
        }
        bool document = !strcmp(text(e, "factor"), cdr_factor_key(CDR_FACTOR_DOCUMENT));
        r->o->documents += document;
        c->documents += document;
        if (c->level >= CDR_LEVEL_C2 && !c->counted) {
            c->counted = true;
            r->o->verified++;
            agent_of(r->o, c->agent)->verified++;
        }
    }
}

/* A call over which ${idle} has passed does not come back. */
static bool is_live(const call_state *c, const entry *e)
{
    return !c->ended && e->at_us - c->active_us <= c->idle_us + 1000000;
}

static bool on_verify(reader *r, const entry *e)
{
    cdr_oversight *o = r->o;
    const char *what = e->kind + strlen("verify.");
    if (!strcmp(what, "start"))
        return on_start(r, e);
    if (!strcmp(what, "call-check")) {
        o->checks += e->counts;
        o->checks_yes += e->counts && json_is_true(json_object_get(e->details, "calling"));
        return true;
    }
    call_state *c = call_of(r, e);
    if (!c)
        return true;
    bool live = is_live(c, e);
    if (!strcmp(what, "try") && e->counts) {
        o->tries++;
        c->tries++;
        agent_of(o, e->actor)->tries++;
    } else if (!strcmp(what, "match") && live) {
        on_match(r, e, c);
    } else if (!strcmp(what, "lock")) {
        o->locks += e->counts;
    } else if (!strcmp(what, "send")) {
        o->codes += e->counts;
        c->called_back |= live && !strcmp(text(e, "factor"), cdr_factor_key(CDR_FACTOR_CALLBACK));
    } else if (!strcmp(what, "flag") && e->counts) {
        count_flag(o, text(e, "flag"), text(e, "cleared")[0] != '\0', json_is_true(json_object_get(e->details, "by_hand")) ? e->actor : "");
    } else if (!strcmp(what, "end")) {
        o->ended += e->counts && !c->ended;
        c->ended = true;
    }
    if (live && strcmp(what, "flag") != 0)
        c->active_us = e->at_us;
    return true;
}

/* --- what grants rest on --- */

static bool on_paper(reader *r, const entry *e, const char *key, int level, bool approved)
{
    size_t at = find(&r->paper_names, key);
    paper_state *p = at == SIZE_MAX ? paper_list_push(&r->papers) : &r->papers.at[at];
    if (!p || (at == SIZE_MAX && !put(&r->paper_names, key, r->papers.len - 1)))
        return false;
    if (approved && at == SIZE_MAX)
        return true;      /* approved without having been asked for: worth nothing */
    if (approved) {
        p->approved = !strcmp(p->subject, e->subject) && strcmp(p->by, e->actor) != 0;
        p->index = e->index;
        return true;
    }
    *p = (paper_state){.index = e->index, .level = level};
    snprintf(p->subject, sizeof p->subject, "%s", e->subject);
    snprintf(p->by, sizeof p->by, "%s", e->actor);
    return true;
}

static const char *backed_by_call(reader *r, const entry *e, bool *ret_soft)
{
    const call_state *c = call_of(r, e);
    int level = level_of(text(e, "level"));
    if (!c)
        return "it names a call that the ledger does not know";
    if (strcmp(c->subject, e->subject) != 0)
        return "it is about another customer than its call";
    if (strcmp(c->agent, e->actor) != 0)
        return "it was made by somebody else than the agent of its call";
    if (!is_live(c, e))
        return "its call was over";
    if (level < 0)
        return "it names no level";
    if (level > most_of(c->proofs))
        return "its call had not reached that level";
    *ret_soft = level > c->level;
    return NULL;
}

static const char *backed_by_paper(reader *r, const entry *e, const char *key, bool needs_approval)
{
    size_t at = find(&r->paper_names, key);
    paper_state *p = at == SIZE_MAX ? NULL : &r->papers.at[at];
    if (!p || strcmp(p->subject, e->subject) != 0)
        return needs_approval ? "nobody asked for this broken glass" : "no legal ground was recorded before it";
    if (needs_approval && (!p->approved || p->index >= e->index))
        return "nobody else approved this broken glass";
    if (strcmp(p->by, e->actor) != 0)
        return "it was used by somebody else than who asked";
    p->approved = false;      /* once */
    return NULL;
}

static const char *backed_by_request(reader *r, const entry *e, bool *ret_soft)
{
    char key[40];
    snprintf(key, sizeof key, "request/%.28s", text(e, "request"));
    size_t at = find(&r->paper_names, key);
    const paper_state *p = at == SIZE_MAX ? NULL : &r->papers.at[at];
    int level = level_of(text(e, "level"));
    if (!p || strcmp(p->subject, e->subject) != 0)
        return "nobody proved that its request is the customer's";
    *ret_soft = p->soft;
    return level < 0 || level > p->level ? "its request was not proved to that level" : NULL;
}

/* NULL: something stands behind the grant. */
static const char *what_is_wrong(reader *r, const entry *e, bool *ret_soft)
{
    const char *by = text(e, "by");
    char key[40];
    if (!strcmp(by, "call"))
        return backed_by_call(r, e, ret_soft);
    if (!strcmp(by, "call-back")) {
        const call_state *c = call_of(r, e);
        return !c || strcmp(c->subject, e->subject) != 0 || !is_live(c, e) || !c->called_back ? "no call-back was promised in a call that was on" : NULL;
    }
    if (!strcmp(by, "third-party")) {
        snprintf(key, sizeof key, "ground/%.32s", text(e, "document"));
        return !text(e, "ground")[0] ? "it names no legal ground" : backed_by_paper(r, e, key, false);
    }
    if (!strcmp(by, "break-glass")) {
        snprintf(key, sizeof key, "glass/%.32s", text(e, "approval"));
        return backed_by_paper(r, e, key, true);
    }
    if (!strcmp(by, "request"))
        return backed_by_request(r, e, ret_soft);
    return "it names neither a call nor a ground nor an approval";
}

static bool on_grant(reader *r, const entry *e)
{
    grant_state *g = grant_list_push(&r->grants);
    if (!g || !put(&r->grant_names, text(e, "grant"), r->grants.len - 1))
        return false;
    snprintf(g->subject, sizeof g->subject, "%s", e->subject);
    snprintf(g->actor, sizeof g->actor, "%s", e->actor);
    g->index = e->index;
    g->fault = what_is_wrong(r, e, &g->soft);
    g->dial = !strcmp(text(e, "by"), "call-back");
    g->fields = json_incref(json_object_get(e->details, "fields"));
    const call_state *c = call_of(r, e);
    g->ticketless = c && !c->ticket && !g->dial;
    if (e->counts) {
        r->o->grants++;
        r->o->canaries += !strcmp(text(e, "incident"), "canary");
        r->o->glass_opened += !strcmp(text(e, "by"), "break-glass");
        if (!strcmp(text(e, "by"), "break-glass"))
            agent_of(r->o, e->actor)->overrides++;
    }
    call_state *live = call_of(r, e);
    if (live && is_live(live, e))
        live->active_us = e->at_us;
    return true;
}

static const char *use_fault(const reader *r, const entry *e, const grant_state *g)
{
    if (!g)
        return "it names no grant that stands before it";
    json_int_t granted_at = json_integer_value(json_object_get(e->details, "granted_at"));
    if (granted_at < 0 || (uint64_t)granted_at != g->index || g->index >= e->index)
        return "it points to another place than where its grant stands";
    if (strcmp(g->subject, e->subject) != 0)
        return "its grant is about another customer";
    if (!json_is_string(json_object_get(g->fields, text(e, "field"))))
        return "its grant does not name the field";
    (void)r;
    return g->fault;
}

static void on_use(reader *r, const entry *e, const char *what)
{
    size_t at = find(&r->grant_names, text(e, "grant"));
    const grant_state *g = at == SIZE_MAX ? NULL : &r->grants.at[at];
    const char *fault = use_fault(r, e, g);
    if (!e->counts)
        return;
    if (fault)
        add_fault(r, e->index, fault);
    if (!fault && g->soft) {
        if (r->soft_count < CDR_OVERSIGHT_FAULTS)
            r->soft[r->soft_count] = e->index;
        r->soft_count++;
    }
    cdr_oversight_agent *a = agent_of(r->o, e->actor);
    if (g && g->dial) {
        r->o->dialled++;
        a->dialled++;
        return;
    }
    bool reveal = !strcmp(what, "reveal"), confirm = !strcmp(what, "confirm");
    if (g) {
        grant_state *used = &r->grants.at[at];
        used->reveals += reveal;
        used->confirms += confirm;
        used->sends += !reveal && !confirm;
    }
    r->o->reveals += reveal;
    a->reveals += reveal;
    r->o->confirms += confirm;
    a->confirms += confirm;
    r->o->sends += !reveal && !confirm;
    a->sends += !reveal && !confirm;
    if (g && g->ticketless) {
        r->o->without_ticket++;
        a->without_ticket++;
    }
}

static void take_one(unsigned *of_grant, unsigned *of_all, unsigned *of_agent)
{
    if (*of_grant == 0)
        return;
    *of_grant -= 1;
    *of_all -= *of_all > 0;
    *of_agent -= *of_agent > 0;
}

/* Nothing came of a use: it is no telling, and counted apart. */
static void on_void(reader *r, const entry *e)
{
    size_t at = find(&r->grant_names, text(e, "grant")), i;
    grant_state *g = at == SIZE_MAX ? NULL : &r->grants.at[at];
    const json_t *field;
    if (!g || !e->counts || strcmp(g->subject, e->subject) != 0)
        return;
    cdr_oversight *o = r->o;
    cdr_oversight_agent *a = agent_of(o, e->actor);
    bool unsent = !strcmp(text(e, "why"), "not sent"), wrong = !strcmp(text(e, "why"), "not right");
    json_array_foreach(json_object_get(e->details, "fields"), i, field) {
        o->send_failed += unsent;
        o->not_right += wrong;
        o->empty += !unsent && !wrong;
        if (wrong)
            take_one(&g->confirms, &o->confirms, &a->confirms);
        else if (unsent || g->sends)
            take_one(&g->sends, &o->sends, &a->sends);
        else
            take_one(&g->reveals, &o->reveals, &a->reveals);
    }
}

static bool on_disclosure(reader *r, const entry *e)
{
    cdr_oversight *o = r->o;
    const char *what = e->kind + strlen("disclosure.");
    char key[40];
    if (!strcmp(what, "grant"))
        return on_grant(r, e);
    if (!strcmp(what, "reveal") || !strcmp(what, "confirm") || !strcmp(what, "send")) {
        on_use(r, e, what);
    } else if (!strcmp(what, "refuse")) {
        o->refusals += e->counts;
        if (e->counts)
            agent_of(o, e->actor)->refusals++;
    } else if (!strcmp(what, "ask")) {
        call_state *c = call_of(r, e);
        if (c && is_live(c, e))
            c->active_us = e->at_us;
    } else if (!strcmp(what, "ground")) {
        o->third_party += e->counts;
        snprintf(key, sizeof key, "ground/%.32s", text(e, "document"));
        return on_paper(r, e, key, 0, false);
    } else if (!strcmp(what, "break-glass") || !strcmp(what, "approve")) {
        bool approve = !strcmp(what, "approve");
        o->glass_asked += e->counts && !approve;
        o->glass_approved += e->counts && approve;
        snprintf(key, sizeof key, "glass/%.32s", text(e, "approval"));
        return on_paper(r, e, key, 0, approve);
    } else if (!strcmp(what, "void")) {
        on_void(r, e);
    } else if (!strcmp(what, "policy")) {
        /* What was told before was told by another policy than today's. */
        o->earlier_policy += r->soft_count;
        r->soft_count = 0;
    }
    return true;
}

/* The customer proved in a call that a request is hers; the entry's subject is "request:R-12", and whose it is the call says. */
static bool on_request(reader *r, const entry *e)
{
    const call_state *c = call_of(r, e);
    const char *name = strchr(e->subject, ':');
    int level = level_of(text(e, "level"));
    char key[40];
    if (!c || !name || !is_live(c, e) || level < 0 || level > most_of(c->proofs))
        return true;
    entry about = *e;
    about.subject = c->subject;
    snprintf(key, sizeof key, "request/%.28s", name + 1);
    r->o->requests += e->counts;
    if (!on_paper(r, &about, key, level, false))
        return false;
    size_t at = find(&r->paper_names, key);
    if (at != SIZE_MAX)
        r->papers.at[at].soft = level > c->level;
    return true;
}

static cdr_status on_entry(void *arg, uint64_t index, const char *bytes, size_t len)
{
    reader *r = arg;
    bool ours = memmem(bytes, len, "\"verify.", 8) || memmem(bytes, len, "\"disclosure.", 12) || memmem(bytes, len, "\"request.", 9) ||
                memmem(bytes, len, "\"factor.enrol\"", 14);
    r->o->entries++;
    if (!ours)
        return CDR_OK;
    _cleanup_json_ json_t *j = NULL;
    cdr_status s = cdr_json_parse(bytes, len, "the ledger", &j, r->err);
    if (s != CDR_OK)
        return s;
    const char *at = cdr_json_str(j, "at"), *kind = cdr_json_str(j, "kind"), *actor = cdr_json_str(j, "actor"), *subject = cdr_json_str(j, "subject");
    entry e = {.index = index, .kind = kind ? kind : "", .actor = actor ? actor : "", .subject = subject ? subject : "", .details = json_object_get(j, "details")};
    if (!at || !cdr_time_parse(at, &e.at_us))
        return cdr_fail(r->err, CDR_E_CORRUPT, "identity", "oversight.entry", "Entry %llu of the ledger has no time; run candor ledger verify.", (unsigned long long)index);
    e.counts = e.at_us >= r->o->since_us;
    bool ok = true;
    if (!strncmp(e.kind, "verify.", 7))
        ok = on_verify(r, &e);
    else if (!strncmp(e.kind, "disclosure.", 11))
        ok = on_disclosure(r, &e);
    else if (!strcmp(e.kind, "factor.enrol") && e.counts && !text(&e, "call")[0])
        agent_of(r->o, e.actor)->enrolled++;
    else if (!strcmp(e.kind, "request.prove"))
        ok = on_request(r, &e);
    return ok ? CDR_OK : cdr_fail_nomem(r->err, "identity");
}

/* In the order of the ledger. */
static void sort_faults(cdr_oversight *o)
{
    for (size_t i = 1; i < o->fault_count; i++)
        for (size_t k = i; k > 0 && o->faults[k].index < o->faults[k - 1].index; k--) {
            cdr_oversight_fault f = o->faults[k];
            o->faults[k] = o->faults[k - 1];
            o->faults[k - 1] = f;
        }
}

cdr_status cdr_oversight_read(cdr_identity *id, int64_t since_us, cdr_oversight *ret, cdr_err *err)
{
    reader r = {.id = id, .o = ret, .err = err};
    cdr_unsent unsent = {0};
    *ret = (cdr_oversight){.since_us = since_us};
    cdr_ledger *l = cdr_workspace_ledger(id->ws);
    cdr_status s = cdr_ledger_begin_read(l, err);
    if (s == CDR_OK) {
        s = cdr_ledger_each(l, 0, on_entry, &r, err);
        cdr_ledger_end_read(l);
    }
    for (unsigned i = 0; i < r.soft_count; i++)
        add_fault(&r, i < CDR_OVERSIGHT_FAULTS ? r.soft[i] : 0, "the proofs that stand in the ledger for its call do not reach that level");
    sort_faults(ret);
    for (size_t i = 0; i < r.calls.len; i++)
        if (r.calls.at[i].documents && !r.calls.at[i].second)
            agent_of(ret, r.calls.at[i].agent)->documents += r.calls.at[i].documents;
    if (s == CDR_OK)
        s = cdr_vo_unsent(id, since_us, &unsent, err);
    ret->unsent = unsent.failed;
    ret->untold = unsent.canary_untold;
    for (size_t i = 0; i < r.grants.len; i++)
        json_decref(r.grants.at[i].fields);
    call_list_done(&r.calls);
    grant_list_done(&r.grants);
    paper_list_done(&r.papers);
    cdr_free(r.call_names.slots);
    cdr_free(r.grant_names.slots);
    cdr_free(r.paper_names.slots);
    return s;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The notice against what scans saw and retention runs counted: kinds of data, places, holders, ages. */
#include "core/report/notice_check_parts.h"

#include "base/words.h"
#include "core/minimise/retention.h"
#include "core/report/notice_parts.h"
#include "core/taxonomy/taxonomy.h"

#include <string.h>

/* --- what was seen --- */

static seen_kind *place_of(checking *c, const cdr_inv_finding *f, const char *category, bool exact)
{
    for (size_t i = c->seen.len; i-- > 0;) {
        seen_kind *s = &c->seen.at[i];
        if (!strcmp(s->category, category) && !strcmp(s->system, f->system) && s->exact == exact)
            return s;
    }
    seen_kind *s = seen_list_push(&c->seen);
    if (s)
        *s = (seen_kind){.category = category, .system = check_text(c, "%s", f->system), .name = check_text(c, "%s", f->system_name), .path = check_text(c, "%s", f->path), .exact = exact, .last_object = -1};
    return s;
}

static cdr_status take_finding(void *arg, const cdr_inv_finding *f)
{
    checking *c = arg;
    bool exact;
    uint64_t amount = f->by_band[CDR_BAND_MEDIUM] + f->by_band[CDR_BAND_HIGH];
    const char *category = cdr_minimise_category(f, &exact);
    const cdr_taxon *t = category[0] ? cdr_taxon_find(CDR_TAXONOMY_CATEGORY, category) : NULL;
    if (amount == 0 || !t || t->tier == 0 || !cdr_taxon_within(t->key, "user") || check_for_others(c, f->system))
        return CDR_OK;
    seen_kind *s = place_of(c, f, t->key, exact);
    if (!s || c->failed)
        return CDR_E_NOMEM;
    s->amount += amount;
    s->objects += s->last_object != f->dataset_id;
    s->last_object = f->dataset_id;
    return CDR_OK;
}

/* Does the notice tell ${category}? A kind that is told holds all below it; one that may be finer than what was seen leaves it open. */
static cdr_truth told(const cdr_register *r, const char *category, bool exact)
{
    cdr_truth best = CDR_FALSE;
    for (size_t i = 0; i < r->activity_count; i++)
        for (size_t k = 0; notice_covers(&r->activities[i]) && k < r->activities[i].categories.count; k++) {
            const char *key = r->activities[i].categories.at[k];
            if (cdr_taxon_within(category, key))
                return CDR_TRUE;
            if (!exact && cdr_taxon_within(key, category))
                best = CDR_UNKNOWN;
        }
    return best;
}

/* Places that no system claims can be many: the first, and how many more. */
static const char *where_else(checking *c, const seen_kind *s)
{
    const char *first = check_path(c, s->path);
    if (s->objects < 2)
        return first;
    cdr_buf count = CDR_BUF(100);
    cdr_words_number(&count, s->objects - 1);
    const char *text = check_text(c, "%s and %s more object%s in no system", first, count.data ? count.data : "", s->objects == 2 ? "" : "s");
    cdr_buf_done(&count);
    return text;
}

static void data_not_told(checking *c)
{
    for (size_t i = 0; i < c->seen.len; i++) {
        const seen_kind *s = &c->seen.at[i];
        cdr_truth t = told(c->r, s->category, s->exact);
        if (t == CDR_TRUE)
            continue;
        cdr_buf count = CDR_BUF(200);
        cdr_words_count(&count, s->amount, "finding", "findings");
        cdr_buf_adds(&count, " in ");
        cdr_words_count(&count, s->objects, "object", "objects");
        cdr_notice_finding *f = check_add(c, NOT_TOLD, t == CDR_UNKNOWN);
        const cdr_taxon *taxon = cdr_taxon_find(CDR_TAXONOMY_CATEGORY, s->category);
        if (taxon && (taxon->tier >= 4 || taxon->special[0]))
            f->severity = CDR_SEV_HIGH;
        f->where = s->system[0] ? s->name : where_else(c, s);
        f->evidence = check_text(c, "%s (%s) was found, %s, and the notice does not tell it.", taxon ? taxon->name : s->category, s->category, count.data ? count.data : "");
        if (t == CDR_UNKNOWN) {
            f->evidence = check_text(c, "%s (%s) was found, %s; the notice tells only a part of it.", taxon ? taxon->name : s->category, s->category, count.data ? count.data : "");
            f->missing = "Whether what was found is the part that is told.";
        }
        f->remedy = "Delete the data, or add the kind to the activity that needs it and write the notice anew.";
        f->command = s->system[0] ? check_text(c, "candor inventory show %s", s->system) : "";
        cdr_buf_done(&count);
    }
}

/* --- told, and nowhere --- */

static bool seen_anywhere(const checking *c, const char *category)
{
    for (size_t i = 0; i < c->seen.len; i++)
        if (cdr_taxon_within(c->seen.at[i].category, category) || (!c->seen.at[i].exact && cdr_taxon_within(category, c->seen.at[i].category)))
            return true;
    return false;
}

/* The judge knows which declared kind was not seen where (MIN-03); the notice is wrong only where it was seen nowhere. */
static void told_not_there(checking *c)
{
    size_t open = 0;
    const cdr_verdict *first = NULL;
    for (size_t i = 0; i < c->judged.count; i++) {
        const cdr_verdict *v = &c->judged.verdicts[i];
        bool fail = v->result == CDR_VERDICT_FAIL;
        if (strcmp(v->rule, "MIN-03") || (!fail && v->result != CDR_VERDICT_UNKNOWN && v->result != CDR_VERDICT_GAP) || (v->category[0] && seen_anywhere(c, v->category)))
            continue;
        if (!fail) {
            first = first ? first : v;
            open++;
            continue;
        }
        cdr_notice_finding *f = check_add(c, NOT_THERE, false);
        f->where = check_text(c, "activity %s", v->activity);
        f->evidence = v->evidence;
        f->remedy = v->remedy_text;
        f->command = v->command;
    }
    if (open == 0)
        return;
    cdr_notice_finding *f = check_add(c, NOT_THERE, true);
    cdr_buf count = CDR_BUF(200);
    cdr_words_count(&count, open, "kind", "kinds");
    f->evidence = check_text(c, "%s of data that the notice tells could not be looked for.", count.data ? count.data : "");
    f->missing = check_text(c, "First of them: %s.", first->missing[0] ? first->missing : "what lies there");
    f->remedy = first->remedy_text;
    f->command = first->command;
    cdr_buf_done(&count);
}

/* --- places and people the notice does not name --- */

static bool seen_in(const checking *c, const char *system)
{
    for (size_t i = 0; i < c->seen.len; i++)
        if (!strcmp(c->seen.at[i].system, system))
            return true;
    return false;
}

static bool party_told(const cdr_register *r, const cdr_reg_party *p)
{
    for (size_t i = 0; i < r->activity_count; i++) {
        const cdr_reg_activity *x = &r->activities[i];
        if (!notice_covers(x))
            continue;
        for (size_t k = 0; k < x->recipients.count; k++)
            if (cdr_register_party(r, x->recipients.at[k]) == p)
                return true;
        for (size_t s = 0; s < x->system_count; s++)
            for (size_t k = 0; k < x->systems[s]->holder_count; k++)
                if (x->systems[s]->holders[k].party == p)
                    return true;
    }
    return false;
}

static bool country_told(const cdr_register *r, const char *country)
{
    for (size_t i = 0; i < r->activity_count; i++) {
        const cdr_reg_activity *x = &r->activities[i];
        if (!notice_covers(x))
            continue;
        for (size_t s = 0; s < x->system_count; s++)
            if (!strcmp(x->systems[s]->country, country))
                return true;
        for (size_t k = 0; k < x->transfers.count; k++) {
            char code[3];
            cdr_country_of(x->transfers.at[k], code);
            if (!strcmp(code, country))
                return true;
        }
    }
    for (size_t i = 0; i < r->party_count; i++)
        if (!r->parties[i].ours && !strcmp(r->parties[i].country, country) && party_told(r, &r->parties[i]))
            return true;
    return false;
}

/* A system of ours in which data are, and of which no activity speaks: neither is what it is for told, nor who else is in it. */
static void uncovered(checking *c, const cdr_reg_system *s, bool seen)
{
    cdr_buf others = CDR_BUF(1 << 16);
    for (size_t k = 0; k < s->holder_count; k++)
        if (!s->holders[k].party->ours && !party_told(c->r, s->holders[k].party) && !(others.data && strstr(others.data, s->holders[k].party->name)))
            cdr_buf_addf(&others, "%s%s", others.len ? ", " : "", s->holders[k].party->name);
    if (!seen && others.len == 0) {
        cdr_buf_done(&others);
        return;
    }
    cdr_notice_finding *f = check_add(c, HOLDER, !seen);
    f->where = s->name;
    f->evidence = others.len ? check_text(c, "No activity speaks of this system, so the notice does not name who else holds it: %s.", others.data)
                             : "Personal data were found there, and no activity speaks of it: the notice does not tell what it is for.";
    f->missing = seen ? "" : "Whether personal data are in it: none were found, or it was not scanned.";
    static const char remedy[] = "Add the system to the activity that uses it.";
    const char *command = check_text(c, "candor inventory set activity KEY systems=%s", s->key);
    f->remedy = remedy;
    f->command = command;
    c->failed |= cdr_buf_status(&others) != CDR_OK;
    cdr_buf_done(&others);
    if (seen && s->country[0] && strcmp(s->country, c->r->country) && !country_told(c->r, s->country)) {
        cdr_notice_finding *g = check_add(c, COUNTRY, false);
        g->where = s->name;
        g->evidence = check_text(c, "Data are in %s, and the notice does not name it.", cdr_country_name(s->country));
        g->remedy = remedy;
        g->command = command;
    }
}

cdr_status check_seen(checking *c)
{
    const cdr_inv_filter filter = {.min_band = CDR_BAND_MEDIUM};
    cdr_status s = cdr_inventory_each_finding(c->q->inv, &filter, take_finding, c, c->err);
    if (s != CDR_OK)
        return s == CDR_E_NOMEM ? cdr_fail_nomem(c->err, "report") : s;
    data_not_told(c);
    told_not_there(c);
    for (size_t i = 0; i < c->r->system_count; i++) {
        const cdr_reg_system *x = &c->r->systems[i];
        if (!check_covers(c->r, x->key) && !check_for_others(c, x->key))
            uncovered(c, x, seen_in(c, x->key));
    }
    return c->failed ? cdr_fail_nomem(c->err, "report") : CDR_OK;
}

/* --- ages --- */

typedef struct counting { checking *c; size_t counts, open; const char *reason; } counting;

static cdr_status take_count(void *arg, const cdr_retention_count *n)
{
    counting *k = arg;
    checking *c = k->c;
    if (check_for_others(c, n->system))
        return CDR_OK;
    k->counts++;
    bool stale = !n->stands, over = n->known && !stale && n->over_age > 0;
    if (!over && (!n->known || stale || n->undated > 0 || !n->fresh)) {
        k->reason = k->reason ? k->reason : stale || !n->fresh ? "it was not counted since it or the rules changed, or not today" : !n->known ? check_text(c, "%s", n->reason) : "records without a certain date";
        k->open++;
    }
    if (!over)
        return c->failed ? CDR_E_NOMEM : CDR_OK;
    cdr_notice_finding *f = check_add(c, TOO_LONG, false);
    cdr_buf count = CDR_BUF(400);
    cdr_words_number(&count, n->over_age);
    cdr_buf_adds(&count, " of ");
    cdr_words_count(&count, n->rows, "record is", "records are");
    f->where = check_path(c, n->path);
    f->evidence = check_text(c, "%s kept longer than the notice says (rule %s)%s%s.", count.data ? count.data : "", n->rule[0] ? n->rule : "of the activity", n->oldest[0] ? "; the oldest is of " : "", n->oldest);
    f->remedy = "Delete what is over age.";
    f->command = "candor policy plan";
    cdr_buf_done(&count);
    return c->failed ? CDR_E_NOMEM : CDR_OK;
}

cdr_status check_kept(checking *c)
{
    counting k = {.c = c};
    cdr_status s = cdr_retention_each_count(c->q->inv, c->q->policy, 0, take_count, &k, c->err);
    if (s != CDR_OK)
        return s == CDR_E_NOMEM ? cdr_fail_nomem(c->err, "report") : s;
    if (k.counts == 0 && c->seen.len > 0) {
        cdr_notice_finding *f = check_add(c, TOO_LONG, true);
        f->evidence = "Whether data are kept longer than the notice says was never counted.";
        f->missing = "How old the records are.";
        f->command = "candor retention run";
    } else if (k.open > 0) {
        cdr_notice_finding *f = check_add(c, TOO_LONG, true);
        cdr_buf count = CDR_BUF(200);
        cdr_words_count(&count, k.open, "object", "objects");
        f->evidence = check_text(c, "Of %s the age is not known for all records.", count.data ? count.data : "");
        f->missing = check_text(c, "First of them: %s.", k.reason);
        f->command = "candor retention run";
        cdr_buf_done(&count);
    }
    return c->failed ? cdr_fail_nomem(c->err, "report") : CDR_OK;
}

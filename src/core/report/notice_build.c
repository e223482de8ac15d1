/* SPDX-License-Identifier: Apache-2.0 */
/* The parts that every notice has, and the notice under GDPR Art. 13 and 14. */
#include "core/report/notice_parts.h"

#include "core/taxonomy/taxonomy.h"

#include <stdarg.h>
#include <string.h>

/* --- helpers of the drafting --- */

const char *notice_text(drafting *d, const char *fmt, ...)
{
    cdr_buf text = CDR_BUF(1 << 20);
    va_list ap;
    va_start(ap, fmt);
    cdr_buf_vaddf(&text, fmt, ap);
    va_end(ap);
    const char *kept = cdr_buf_status(&text) == CDR_OK ? cdr_arena_strdup(d->r->arena, text.data ? text.data : "") : NULL;
    cdr_buf_done(&text);
    d->v.failed |= !kept;
    return kept ? kept : "";
}

json_t *notice_section(drafting *d, const char *name)
{
    json_t *o = cdr_view_object(&d->v);
    cdr_view_put(&d->v, o, "gaps", cdr_view_list(&d->v));
    cdr_view_put(&d->v, d->root, name, o);
    return o;
}

static json_t *list_in(drafting *d, json_t *section, const char *name)
{
    json_t *list = json_object_get(section, name);
    if (list)
        return list;
    list = cdr_view_list(&d->v);
    cdr_view_put(&d->v, section, name, list);
    return list;
}

void notice_say(drafting *d, json_t *section, const char *list, const char *text)
{
    json_t *o = cdr_view_object(&d->v);
    cdr_view_str(&d->v, o, "text", text);
    cdr_view_add(&d->v, list_in(d, section, list), o);
}

static const char *law_of(const drafting *d, const char *id)
{
    const notice_item *items = d->kind == CDR_NOTICE_GDPR ? notice_gdpr_items : notice_ccpa_items;
    size_t count = d->kind == CDR_NOTICE_GDPR ? notice_gdpr_item_count : notice_ccpa_item_count;
    for (size_t i = 0; i < count; i++)
        if (!strcmp(items[i].id, id))
            return items[i].law;
    return "";
}

static void note(drafting *d, gap_list *list, const char *id, const char *activity, const char *fix, bool command, const char *text)
{
    for (size_t i = 0; i < list->len; i++)
        if (!strcmp(list->at[i].id, id) && !strcmp(list->at[i].activity, activity) && !strcmp(list->at[i].text, text))
            return;
    cdr_notice_gap *g = gap_list_push(list);
    d->v.failed |= !g;
    if (g)
        *g = (cdr_notice_gap){id, law_of(d, id), activity, text, fix, command};
}

static void mark(drafting *d, json_t *section, const char *id, const char *activity, const char *fix, bool command, const char *text)
{
    size_t before = d->gaps.len;
    note(d, &d->gaps, id, activity, fix, command, text);
    if (d->gaps.len > before)
        notice_say(d, section, "gaps", text);
}

void notice_gap(drafting *d, json_t *section, const char *id, const char *activity, const char *fix, const char *text)
{
    mark(d, section, id, activity, fix, false, text);
}

void notice_gap_command(drafting *d, json_t *section, const char *id, const char *activity, const char *command, const char *text)
{
    mark(d, section, id, activity, command, true, text);
}

void notice_ask(drafting *d, const char *id, const char *activity, const char *fix, const char *text)
{
    note(d, &d->questions, id, activity, fix, false, text);
}

const char *notice_capital(drafting *d, const char *text)
{
    if (text[0] < 'a' || text[0] > 'z')
        return text;
    return notice_text(d, "%c%s", text[0] - 'a' + 'A', text + 1);
}

const char *notice_set(drafting *d, const char *activity, const char *what)
{
    return notice_text(d, "%s inventory set activity %s %s", d->program, activity, what);
}

const char *notice_word(const drafting *d, const char *key)
{
    const char *s = cdr_json_str(d->words, key);
    return s ? s : "";
}

const char *notice_activity_word(const drafting *d, const char *activity, const char *key)
{
    const char *s = cdr_json_str(json_object_get(json_object_get(d->words, "activities"), activity), key);
    return s ? s : "";
}

const char *notice_plain(const char *category)
{
    const cdr_taxon *t = cdr_taxon_find(CDR_TAXONOMY_CATEGORY, category);
    return t && t->plain[0] ? t->plain : category;
}

const char *notice_categories(drafting *d, const cdr_reg_list *keys)
{
    cdr_buf text = CDR_BUF(1 << 16);
    for (size_t i = 0; i < keys->count; i++)
        cdr_buf_addf(&text, "%s%s", i == 0 ? "" : i + 1 == keys->count ? " and " : ", ", notice_plain(keys->at[i]));
    const char *kept = notice_text(d, "%s", text.data ? text.data : "");
    d->v.failed |= cdr_buf_status(&text) != CDR_OK;
    cdr_buf_done(&text);
    return kept;
}

bool notice_covers(const cdr_reg_activity *x)
{
    return !x->processor;
}

/* --- what we collect --- */

static bool contains(const cdr_reg_list *l, const char *s)
{
    for (size_t i = 0; i < l->count; i++)
        if (!strcmp(l->at[i], s))
            return true;
    return false;
}

/* Before activity ${upto}, does one name this category? Then it is told already. */
static bool told_before(const cdr_register *r, size_t upto, const char *category)
{
    for (size_t i = 0; i < upto; i++)
        if (notice_covers(&r->activities[i]) && contains(&r->activities[i].categories, category))
            return true;
    return false;
}

static void source_of(drafting *d, json_t *what, const cdr_reg_activity *x)
{
    if (!x->source[0]) {
        notice_gap_command(d, what, "source", x->key, notice_set(d, x->key, "source=WHERE"),
                           notice_text(d, "We have not yet written down where the data come from: “%s”.", x->purpose));
        return;
    }
    json_t *o = cdr_view_object(&d->v);
    cdr_view_str(&d->v, o, "purpose", x->purpose);
    cdr_view_str(&d->v, o, "source", notice_capital(d, x->source));
    cdr_view_add(&d->v, list_in(d, what, "sources"), o);
}

/* "customers" for customer; words of the owner's own as they are. */
static const char *many(drafting *d, const char *word)
{
    const cdr_taxon *t = cdr_taxon_by_word(CDR_TAXONOMY_SUBJECT, word);
    if (!t)
        return word;
    char *name = cdr_arena_strdup(d->r->arena, t->name);
    d->v.failed |= !name;
    for (char *c = name; c && *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return !name ? "" : !strcmp(t->key, "next_of_kin") ? name : notice_text(d, "%ss", name);
}

static void people(drafting *d, json_t *what)
{
    cdr_buf text = CDR_BUF(1 << 16);
    for (size_t i = 0; i < d->r->activity_count; i++) {
        const cdr_reg_activity *x = &d->r->activities[i];
        for (size_t k = 0; notice_covers(x) && k < x->subjects.count; k++) {
            const char *name = many(d, x->subjects.at[k]);
            bool told = false;
            for (size_t b = 0; b < i && !told; b++)
                told = notice_covers(&d->r->activities[b]) && contains(&d->r->activities[b].subjects, x->subjects.at[k]);
            if (!told)
                cdr_buf_addf(&text, "%s%s", text.len ? ", " : "", name);
        }
    }
    cdr_view_str(&d->v, what, "people", text.data ? text.data : "");
    d->v.failed |= cdr_buf_status(&text) != CDR_OK;
    cdr_buf_done(&text);
}

static void what(drafting *d)
{
    json_t *o = notice_section(d, "what");
    list_in(d, o, "items");
    list_in(d, o, "sources");
    people(d, o);
    for (size_t i = 0; i < d->r->activity_count; i++) {
        const cdr_reg_activity *x = &d->r->activities[i];
        if (!notice_covers(x))
            continue;
        if (x->categories.count == 0)
            notice_gap_command(d, o, "categories", x->key, notice_set(d, x->key, "categories=KEY,KEY"),
                               notice_text(d, "We have not yet written down which data we use: “%s”.", x->purpose));
        for (size_t k = 0; k < x->categories.count; k++) {
            const char *key = x->categories.at[k];
            if (told_before(d->r, i, key))
                continue;
            json_t *item = cdr_view_object(&d->v);
            cdr_view_str(&d->v, item, "text", notice_capital(d, notice_plain(key)));
            cdr_view_put(&d->v, item, "sensitive", json_boolean(cdr_register_special(key)[0]));
            cdr_view_add(&d->v, list_in(d, o, "items"), item);
        }
        source_of(d, o, x);
    }
}

/* --- why --- */

static void ground(drafting *d, json_t *why, json_t *row, const cdr_reg_activity *x)
{
    const notice_basis *b = &notice_bases[x->basis < CDR_COUNT(notice_bases) ? x->basis : 0];
    cdr_view_str(&d->v, row, "ground", b->title);
    cdr_view_str(&d->v, row, "law", b->law);
    cdr_view_str(&d->v, row, "text", b->text);
    if (x->basis == 0)
        notice_gap_command(d, why, "basis", x->key, notice_set(d, x->key, "lawful_basis=BASIS"),
                           notice_text(d, "We have not yet written down what allows us to do this: “%s”.", x->purpose));
    d->bases |= 1u << x->basis;
    cdr_view_str(&d->v, row, "interest", x->basis == 6 ? x->legitimate_interest : "");
    if (x->basis == 6 && !x->legitimate_interest[0])
        notice_gap_command(d, why, "interest", x->key, notice_set(d, x->key, "legitimate_interest=REASON"),
                           notice_text(d, "We have not yet written down our good reason: “%s”.", x->purpose));
    const char *own = notice_activity_word(d, x->key, "must_provide");
    cdr_view_str(&d->v, row, "must", own[0] ? own : b->must);
    if (x->basis >= 4 && !own[0])
        notice_ask(d, "provide", x->key, notice_text(d, "If a law or a contract does, write activities: %s: must_provide into notices/words.yaml.", x->key),
                   notice_text(d, "The draft says that nothing makes people give the data: “%s”. Is that so?", x->purpose));
}

/* A broad word may hold sensitive data below it, and some data are sensitive only when they are used in a certain way. */
static void perhaps_sensitive(drafting *d, const cdr_reg_activity *x, const char *key)
{
    const cdr_taxonomy *all = &cdr_taxonomies[CDR_TAXONOMY_CATEGORY];
    bool below = false;
    for (size_t i = 0; i < all->count; i++)
        below |= all->entries[i].special[0] && cdr_taxon_within(all->entries[i].key, key);
    if (below && !cdr_register_special(key)[0])
        notice_ask(d, "condition", x->key, notice_text(d, "If so, declare the finer kinds and set special_condition; the word is %s.", key),
                   notice_text(d, "May there be sensitive data among %s: “%s”?", notice_plain(key), x->purpose));
}

static void sensitive(drafting *d, json_t *why, json_t *row, const cdr_reg_activity *x)
{
    const char *kinds[64];
    cdr_reg_list special = {kinds, 0};
    for (size_t k = 0; k < x->categories.count; k++)
        perhaps_sensitive(d, x, x->categories.at[k]);
    for (size_t k = 0; k < x->categories.count && special.count < CDR_COUNT(kinds); k++)
        if (cdr_register_special(x->categories.at[k])[0])
            kinds[special.count++] = x->categories.at[k];
    cdr_view_str(&d->v, row, "special", "");
    if (special.count == 0)
        return;
    const char *data = notice_categories(d, &special);
    if (x->condition == 0 || x->condition >= CDR_COUNT(notice_conditions))
        notice_gap_command(d, why, "condition", x->key, notice_set(d, x->key, "special_condition=CONDITION"),
                           notice_text(d, "We have not yet written down what allows us to use sensitive data (%s): “%s”.", data, x->purpose));
    else
        cdr_view_str(&d->v, row, "special", notice_text(d, "%s: we may use this because %s.", notice_capital(d, data), notice_conditions[x->condition]));
}

static void machine(drafting *d, json_t *why, json_t *row, const cdr_reg_activity *x)
{
    const char *own = notice_activity_word(d, x->key, "automated");
    cdr_view_str(&d->v, row, "automated", "");
    if (x->automated == 0)
        return;
    if (x->automated < 0)
        notice_gap_command(d, why, "automated", x->key, notice_set(d, x->key, "automated_decisions=YES-OR-NO"),
                           notice_text(d, "We have not yet written down whether a machine alone decides about you: “%s”.", x->purpose));
    else if (own[0]) {
        d->automated = true;
        cdr_view_str(&d->v, row, "automated", notice_text(d, "A machine decides this alone. %s", own));
    } else
        notice_gap(d, why, "automated", x->key, notice_text(d, "Write how it decides and what follows for people as activities: %s: automated into notices/words.yaml.", x->key),
                   notice_text(d, "A machine alone decides about you here: “%s”. We have not yet written down how.", x->purpose));
}

static void why(drafting *d)
{
    json_t *o = notice_section(d, "why"), *rows = list_in(d, o, "rows");
    bool undecided = false;
    for (size_t i = 0; i < d->r->activity_count; i++) {
        const cdr_reg_activity *x = &d->r->activities[i];
        if (!notice_covers(x))
            continue;
        json_t *row = cdr_view_object(&d->v);
        cdr_view_str(&d->v, row, "purpose", x->purpose);
        cdr_view_str(&d->v, row, "data", notice_capital(d, notice_categories(d, &x->categories)));
        cdr_view_str(&d->v, row, "joint", x->joint_controller);
        ground(d, o, row, x);
        sensitive(d, o, row, x);
        machine(d, o, row, x);
        d->marketing |= cdr_taxon_within(x->data_use, "marketing");
        undecided |= x->automated != 0;
        const cdr_taxon *use = cdr_taxon_find(CDR_TAXONOMY_USE, x->data_use);
        if (use && use->weak)
            notice_ask(d, "purpose", x->key, notice_set(d, x->key, "data_use=KEY"), notice_text(d, "“%s” is filed under %s, which is too vague to be a purpose.", x->purpose, use->key));
        cdr_view_add(&d->v, rows, row);
    }
    if (json_array_size(rows) == 0)
        notice_gap_command(d, o, "purpose", "", notice_text(d, "%s inventory add activity KEY purpose=PURPOSE", d->program), "We have not yet written down what we use your data for.");
    cdr_view_str(&d->v, o, "machine", json_array_size(rows) > 0 && !undecided ? "No machine alone decides about you." : "");
}

/* --- how long --- */

static void how_long(drafting *d)
{
    json_t *o = notice_section(d, "how_long"), *rows = list_in(d, o, "rows");
    for (size_t i = 0; i < d->r->activity_count && !d->v.failed; i++) {
        const cdr_reg_activity *x = &d->r->activities[i];
        cdr_kept *kept;
        size_t count;
        if (!notice_covers(x))
            continue;
        if (cdr_notice_kept(d->r, d->policy, x, &kept, &count, d->err) != CDR_OK) {
            d->v.failed = true;
            return;
        }
        for (size_t k = 0; k < count; k++) {
            if (!kept[k].known) {
                notice_kept_gap(d, o, x, &kept[k], kept[k].data);
                continue;
            }
            if (!kept[k].trigger)
                notice_ask(d, "retention", x->key, notice_set(d, x->key, "retention.trigger=EVENT"), notice_text(d, "From when does the time run: “%s”?", x->purpose));
            json_t *row = cdr_view_object(&d->v);
            cdr_view_str(&d->v, row, "purpose", x->purpose);
            cdr_view_str(&d->v, row, "data", kept[k].data[0] ? notice_capital(d, kept[k].data) : "All data for this");
            cdr_view_str(&d->v, row, "text", notice_capital(d, kept[k].text));
            cdr_view_str(&d->v, row, "source", kept[k].source);
            cdr_view_add(&d->v, rows, row);
        }
    }    cdr_view_str(&d->v, o, "any", json_array_size(rows) > 0 ? "yes" : "");
}

/* --- rights, and how to reach us --- */

static void right(drafting *d, json_t *section, const char *title, const char *text)
{
    json_t *o = cdr_view_object(&d->v);
    cdr_view_str(&d->v, o, "title", title);
    cdr_view_str(&d->v, o, "text", text);
    cdr_view_add(&d->v, list_in(d, section, "items"), o);
}

static void rights(drafting *d)
{
    json_t *o = notice_section(d, "rights");
    for (size_t i = 0; i < notice_right_count; i++)
        if (!notice_rights[i].bases || (notice_rights[i].bases & d->bases))
            right(d, o, notice_rights[i].title, notice_rights[i].text);
    if (d->marketing)
        right(d, o, "Stop our advertising", "You can tell us at any time. Then we stop.");
    if (d->automated)
        right(d, o, "Talk to a person", "You can ask that a person looks at what a machine decided. You can say what you think of it.");
    const char *authority = notice_word(d, "authority");
    right(d, o, "Complain", authority[0] ? notice_text(d, "You can complain to %s. You can also go to the data protection authority where you live or work.", authority)
                                         : "You can complain to the data protection authority where you live or work, or where something went wrong.");
    cdr_view_str(&d->v, o, "how", "Write to us. We answer within one month. It costs you nothing.");
}

static void reach_party(drafting *d, json_t *section, const char *title, const cdr_reg_party *p)
{
    json_t *o = cdr_view_object(&d->v);
    cdr_view_str(&d->v, o, "title", title);
    cdr_view_str(&d->v, o, "text", p->contact[0] ? notice_text(d, "%s, %s", p->name, p->contact) : p->name);
    cdr_view_add(&d->v, list_in(d, section, "items"), o);
}

void notice_reach(drafting *d)
{
    json_t *o = notice_section(d, "reach");
    list_in(d, o, "items");
    cdr_view_str(&d->v, o, "contact", d->r->contact);
    if (!d->r->contact[0])
        notice_gap_command(d, o, "controller", "", notice_text(d, "%s inventory set party us contact=ADDRESS", d->program), "We have not yet written down how you can reach us.");
    if (!d->r->us)
        notice_gap(d, o, "controller", "", "Name your organisation in inventory.yaml: organisation: {name: …, contact: …, country: …}.", "We have not yet written down who we are.");
    if (d->r->dpo)
        reach_party(d, o, "Our data protection officer", d->r->dpo);
    else if (d->kind == CDR_NOTICE_GDPR)
        notice_ask(d, "officer", "", notice_text(d, "If you need one, declare a party with the key dpo: %s inventory add party dpo name=NAME contact=ADDRESS", d->program),
                   "No data protection officer is named. Art. 37 asks for one where data on a large scale are the core of the business.");
    if (d->r->representative)
        reach_party(d, o, "Our representative in the EU", d->r->representative);
    else if (d->kind == CDR_NOTICE_GDPR && !cdr_country_in_eea(d->r->country))
        notice_ask(d, "representative", "", notice_text(d, "If you need one, declare a party with the key representative: %s inventory add party representative name=NAME contact=ADDRESS", d->program),
                   d->r->country[0] ? "You are outside the EU and name no representative in it. Art. 27 asks for one if you offer goods to people there."
                                    : "Your own country is not written down; it decides which other countries must be told.");
}

cdr_status notice_gdpr(drafting *d)
{
    what(d);
    why(d);
    notice_who(d);
    how_long(d);
    notice_where(d);
    rights(d);
    notice_reach(d);
    return d->v.failed && (!d->err || d->err->status == CDR_OK) ? CDR_E_NOMEM : d->v.failed ? d->err->status : CDR_OK;
}

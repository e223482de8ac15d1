/* SPDX-License-Identifier: Apache-2.0 */
/* Example cases of a policy: read, and judged. They are what an owner signs: "a caller who …, asked for …, is told …". */
#include "core/disclosure/read_words.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* --- reading --- */

static void read_proved(cdr_disclosure_reader *r, json_t *tree, const char *place, cdr_example *e)
{
    const char *words[32];
    const cdr_factor_kind *kinds;
    size_t n = cdr_factor_kinds(&kinds);
    for (size_t i = 0; i < n; i++)
        words[i] = cdr_factor_key(kinds[i]);
    json_t *list = cdr_disc_list(r, tree, place, CDR_DISCLOSURE_KINDS);
    e->has_proved = list != NULL;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        cdr_factor_kind kind = cdr_factor_by_key(word);
        if (kind)
            e->proved[e->proved_count++] = kind;
        else
            cdr_disc_wrong(r, cdr_disc_nth(r, place, i), "is no kind of proof%s", cdr_disc_hint(r, word ? word : "", words, n));
    }
}

static void check_example(cdr_disclosure_reader *r, const cdr_example *e, const char *place)
{
    const char *keys[CDR_DISC_LIST_MAX];
    if (e->purpose && !cdr_purpose_find(r->p, e->purpose))
        cdr_disc_no_purpose(r, e->purpose, cdr_disc_at(r, place, "for"));
    for (size_t i = 0; i < r->p->flag_count; i++)
        keys[i] = r->p->flags[i].key;
    for (size_t i = 0; i < e->flags.count; i++)
        if (!cdr_flag_find(r->p, e->flags.at[i]))
            cdr_disc_wrong(r, cdr_disc_nth(r, cdr_disc_at(r, place, "flags"), i), "is no flag of this policy: \"%s\"%s", e->flags.at[i], cdr_disc_hint(r, e->flags.at[i], keys, r->p->flag_count));
    if (!e->field && !e->has_proved && !e->purpose)
        cdr_disc_wrong(r, place, "asks nothing; add ask and for, or proved and level.");
    if (e->field && !e->purpose)
        cdr_disc_wrong(r, place, "asks for a field without a purpose; add for: order-status or another.");
    if (e->field && !e->has_proved && !e->has_level)
        cdr_disc_wrong(r, place, "does not say what is proved; add proved: [name, postcode, pin], or level: C2.");
    if (!e->field && e->has_proved && !e->has_level)
        cdr_disc_wrong(r, place, "expects nothing; add level: C2, or ask for a field.");
    if (!e->field && !e->has_proved && e->purpose && !e->has_needs)
        cdr_disc_wrong(r, place, "expects nothing; add needs: C4.");
}

static void read_example(cdr_disclosure_reader *r, json_t *tree, const char *place, cdr_example *e)
{
    static const char *const known[] = {"name", "ask", "for", "by", "role", "proved", "level", "flags", "ground", "answer", "needs", "one_class", "stopped", "why", NULL};
    static const char *const levels[] = {"C0", "C1", "C2", "C3", "C4", "never", NULL}, *const modes[] = {"never", "confirm", "send-to-record", "masked", "plain", NULL};
    *e = (cdr_example){.name = "", .role = "staff", .channel = "phone", .why = "", .place = place};
    if (!cdr_disc_members(r, tree, place, known))
        return;
    json_t *name = json_object_get(tree, "name"), *ask = json_object_get(tree, "ask"), *purpose = json_object_get(tree, "for"), *by = json_object_get(tree, "by"), *role = json_object_get(tree, "role");
    json_t *level = json_object_get(tree, "level"), *answer = json_object_get(tree, "answer"), *needs = json_object_get(tree, "needs"), *flags = json_object_get(tree, "flags"), *why = json_object_get(tree, "why");
    if (name)
        e->name = cdr_disc_line(r, name, cdr_disc_at(r, place, "name"));
    else
        cdr_disc_wrong(r, place, "has no name; say in a few words what it shows.");
    e->why = why ? cdr_disc_line(r, why, cdr_disc_at(r, place, "why")) : "";
    e->field = ask ? cdr_disc_key(r, ask, cdr_disc_at(r, place, "ask"), true) : NULL;
    e->purpose = purpose ? cdr_disc_key(r, purpose, cdr_disc_at(r, place, "for"), false) : NULL;
    int channel = by ? cdr_disc_word(r, by, cdr_disc_at(r, place, "by"), cdr_disclosure_channels, "channel") : -1, who = role ? cdr_disc_word(r, role, cdr_disc_at(r, place, "role"), cdr_disclosure_roles, "role") : -1;
    e->channel = channel >= 0 ? cdr_disclosure_channels[channel] : e->channel;
    e->role = who >= 0 ? cdr_disclosure_roles[who] : e->role;
    if (json_object_get(tree, "proved"))
        read_proved(r, json_object_get(tree, "proved"), cdr_disc_at(r, place, "proved"), e);
    int l = level ? cdr_disc_word(r, level, cdr_disc_at(r, place, "level"), levels, "level") : -1, n = needs ? cdr_disc_word(r, needs, cdr_disc_at(r, place, "needs"), levels, "level") : -1;
    e->has_level = l >= 0 && l <= CDR_LEVEL_C4;
    e->level = e->has_level ? (cdr_level)l : CDR_LEVEL_C0;
    e->has_needs = n >= 0;
    e->needs = n >= 0 ? (cdr_level)n : CDR_LEVEL_C0;
    if (flags)
        e->flags = cdr_disc_keys(r, flags, cdr_disc_at(r, place, "flags"), false);
    e->ground = cdr_disc_yes(r, json_object_get(tree, "ground"), cdr_disc_at(r, place, "ground"));
    e->one_class = cdr_disc_yes(r, json_object_get(tree, "one_class"), cdr_disc_at(r, place, "one_class"));
    e->stopped = cdr_disc_yes(r, json_object_get(tree, "stopped"), cdr_disc_at(r, place, "stopped"));
    int m = answer ? cdr_disc_word(r, answer, cdr_disc_at(r, place, "answer"), modes, "mode") : -1;
    e->answer = m >= 0 ? (cdr_mode)m : CDR_MODE_NEVER;
    if (ask && !answer)
        cdr_disc_wrong(r, place, "does not say the answer; add answer: never, confirm, send-to-record, masked or plain.");
    check_example(r, e, place);
}

void cdr_disc_cases(cdr_disclosure_reader *r, json_t *root)
{
    json_t *list = cdr_disc_list(r, json_object_get(root, "cases"), "cases", 1000);
    size_t n = json_array_size(list);
    cdr_example *all = n ? cdr_disc_room(r, n, sizeof *all) : NULL;
    for (size_t i = 0; all && i < n; i++)
        read_example(r, json_array_get(list, i), cdr_disc_nth(r, "cases", i), &all[i]);
    r->p->cases = all;
    r->p->case_count = all ? n : 0;
}

/* --- judging --- */

static const cdr_disclosure_field *field_of(const cdr_disclosure_field *fields, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(fields[i].key, cdr_bare_key(key)))
            return &fields[i];
    return NULL;
}

static bool judge(const cdr_disclosure_policy *p, const cdr_example *e, const cdr_disclosure_field *fields, size_t field_count, cdr_buf *got)
{
    cdr_level_answer level = {.level = e->level};
    bool ok = true;
    if (e->has_proved) {
        cdr_disclosure_level(p, e->proved, e->proved_count, &level);
        if (e->has_level && level.level != e->level)
            cdr_buf_addf(got, "%s instead of %s (%s)", cdr_level_names[level.level], cdr_level_names[e->level], level.why);
        else if (level.one_class_only != e->one_class)
            cdr_buf_adds(got, level.one_class_only ? "one class only, and the case does not say one_class: true" : "more than one class only");
        ok = got->len == 0;
    }
    if (!e->field) {
        cdr_level needs = e->purpose ? cdr_disclosure_purpose_level(p, e->purpose, e->flags.at, e->flags.count) : CDR_LEVEL_C0;
        if (ok && e->has_needs && e->purpose && needs != e->needs) {
            cdr_buf_addf(got, "%s is needed instead of %s", cdr_level_names[needs], cdr_level_names[e->needs]);
            ok = false;
        }
        return ok;
    }
    const cdr_disclosure_field *f = field_of(fields, field_count, e->field);
    cdr_disclosure_request q = {.field = e->field, .category = f ? f->category : "", .unspoken = f && f->unspoken, .purpose = e->purpose, .role = e->role, .channel = e->channel, .level = level.level,
                                .flags = e->flags.at, .flag_count = e->flags.count, .ground = e->ground};
    cdr_disclosure_answer a;
    cdr_disclosure_decide(p, &q, &a);
    if (!ok)
        return false;
    if (a.mode != e->answer)
        cdr_buf_addf(got, "%s instead of %s: %s", cdr_mode_names[a.mode], cdr_mode_names[e->answer], a.why);
    else if (e->has_needs && a.needed != e->needs)
        cdr_buf_addf(got, "%s is needed instead of %s: %s", cdr_level_names[a.needed], cdr_level_names[e->needs], a.why);
    else if (e->stopped && !a.stopped)
        cdr_buf_adds(got, "the call is not stopped");
    return got->len == 0;
}

size_t cdr_disclosure_case_count(const cdr_disclosure_policy *p)
{
    return p->case_count;
}

cdr_status cdr_disclosure_cases(const cdr_disclosure_policy *p, const cdr_disclosure_field *fields, size_t field_count, cdr_disclosure_case_fn *fn, void *arg, size_t *ret_failed, cdr_err *err)
{
    size_t failed = 0;
    cdr_status s = CDR_OK;
    for (size_t i = 0; i < p->case_count && s == CDR_OK; i++) {
        _cleanup_buf_ cdr_buf got = CDR_BUF(4096);
        cdr_disclosure_case_result r = {.name = p->cases[i].name, .why = p->cases[i].why};
        r.ok = judge(p, &p->cases[i], fields, field_count, &got);
        if (cdr_buf_status(&got) != CDR_OK)
            return cdr_fail_nomem(err, "disclosure");
        snprintf(r.got, sizeof r.got, "%s", got.data ? got.data : "");
        failed += !r.ok;
        if (fn)
            s = fn(arg, &r);
    }
    if (s == CDR_OK && ret_failed)
        *ret_failed = failed;
    return s;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy says and probably does not mean. Fields that nobody has are mistakes; the rest are warnings. */
#include "core/disclosure/policy.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

typedef struct checking {
    const cdr_disclosure_policy *p;
    const cdr_disclosure_field *fields; size_t field_count;
    cdr_disclosure_warning_fn *fn; void *arg;
    size_t mistakes;
    cdr_status status;
} checking;

static void tell(checking *c, bool mistake, const char *fmt, ...) CDR_PRINTF(3, 4);
static void tell(checking *c, bool mistake, const char *fmt, ...)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(1 << 14);
    va_list ap;
    va_start(ap, fmt);
    cdr_buf_vaddf(&out, fmt, ap);
    va_end(ap);
    c->mistakes += mistake;
    if (c->status == CDR_OK && c->fn)
        c->status = c->fn(c->arg, mistake, out.data ? out.data : "");
}

static bool is_category(const char *word)
{
    return strchr(word, '.') || !strcmp(word, "user");
}

static bool known(const checking *c, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i < c->field_count; i++)
        if (!strcmp(cdr_bare_key(word), c->fields[i].key) || (is_category(word) && !strncmp(c->fields[i].category, word, n) && strchr(".", c->fields[i].category[n])))
            return true;
    return false;
}

/* Where a rule stands: "line 73, always[2]". */
#define PLACE_MAX 300
static const char *at(const cdr_tell_rule *rule, char ret[PLACE_MAX])
{
    if (rule->line)
        snprintf(ret, PLACE_MAX, "line %u, %.250s", rule->line, rule->place);
    else
        snprintf(ret, PLACE_MAX, "%.250s", rule->place);
    return ret;
}

static void check_name(checking *c, const char *word, const char *place)
{
    if (c->field_count == 0 || known(c, word) || !strncmp(word, "own:", 4))    /* those of one's own may come later */
        return;
    _cleanup_free_ const char **keys = cdr_alloc_array(c->field_count, sizeof *keys);
    for (size_t i = 0; keys && i < c->field_count; i++)
        keys[i] = is_category(word) ? c->fields[i].category : c->fields[i].key;
    const char *near = keys ? cdr_text_nearest(word, keys, c->field_count) : NULL;
    if (is_category(word))
        tell(c, false, "%s: no field has a category %s%s%s%s", place, word, near ? "; did you mean " : "", near ? near : "", near ? "?" : ".");
    else
        tell(c, true, "%s: there is no field %s%s%s%s", place, word, near ? "; did you mean " : "", near ? near : "; candor disclosure show names them", near ? "?" : ".");
}

/* A category stands for itself. */
static const char *category_of(const checking *c, const char *word)
{
    for (size_t i = 0; i < c->field_count && !is_category(word); i++)
        if (!strcmp(c->fields[i].key, cdr_bare_key(word)))
            return c->fields[i].category;
    return is_category(word) ? word : NULL;
}

/* Everything that ${rule} could tell is forbidden by one rule under never. */
static bool smothered(const checking *c, const cdr_tell_rule *rule, const cdr_purpose *purpose)
{
    for (size_t i = 0; i < rule->fields.count; i++) {
        bool forbidden = false;
        for (size_t j = 0; j < c->p->never.count && !forbidden; j++) {
            const cdr_tell_rule *never = &c->p->never.at[j];
            bool names = never->purposes.count == 0;
            for (size_t k = 0; purpose && k < never->purposes.count && !names; k++)
                names = !strcmp(never->purposes.at[k], purpose->key);
            forbidden = names && never->except.count == 0 && !(rule->roles & ~never->roles) && !(rule->channels & ~never->channels) && cdr_tell_names(never, rule->fields.at[i], category_of(c, rule->fields.at[i]));
        }
        if (!forbidden)
            return false;
    }
    return rule->fields.count > 0;
}

/* ${rule} adds nothing to ${other}. */
static bool covered(const checking *c, const cdr_tell_rule *rule, const cdr_tell_rule *other)
{
    if (rule->roles & ~other->roles || rule->channels & ~other->channels || other->purposes.count || other->except.count)
        return false;
    for (int l = 0; l < CDR_DISCLOSURE_LEVELS; l++)
        if (rule->mode[l] > other->mode[l])
            return false;
    for (size_t i = 0; i < rule->fields.count; i++)
        if (!cdr_tell_names(other, rule->fields.at[i], category_of(c, rule->fields.at[i])))
            return false;
    return true;
}

static void check_unspoken(checking *c, const cdr_tell_rule *rule)
{
    char place[PLACE_MAX];
    for (size_t i = 0; i < c->field_count; i++)
        if (c->fields[i].unspoken && rule->mode[CDR_LEVEL_C4] == CDR_MODE_PLAIN && cdr_tell_names(rule, c->fields[i].key, c->fields[i].category))
            tell(c, false, "%s: %s in plain; by phone, chat and e-mail it is masked all the same, for it is never spoken in full.", at(rule, place), c->fields[i].key);
}

/* Nobody proves anything on behalf of a third party: the paper is all there is, so it should be in writing, to the owner, and about fields that are named. */
static void check_third(checking *c, const cdr_tell_rule *rule)
{
    char place[PLACE_MAX];
    const unsigned spoken = 1u << cdr_channel_index("phone") | 1u << cdr_channel_index("chat") | 1u << cdr_channel_index("email");
    if (rule->channels & spoken)
        tell(c, false, "%s: third parties are told by phone, chat or e-mail, where nobody sees their paper; post and counter are what Candor ships with.", at(rule, place));
    if (rule->roles & ~(1u << cdr_role_index("owner")))
        tell(c, false, "%s: others than the owner tell third parties.", at(rule, place));
    for (size_t i = 0; i < rule->fields.count; i++)
        if (!strcmp(rule->fields.at[i], "user"))
            tell(c, false, "%s: third parties are told everything that is on file; name the fields.", at(rule, place));
}

static void check_rule(checking *c, const cdr_tell_rules *rules, size_t i, const cdr_purpose *purpose)
{
    const cdr_tell_rule *rule = &rules->at[i];
    char place[PLACE_MAX];
    at(rule, place);
    for (size_t f = 0; f < rule->fields.count; f++)
        check_name(c, rule->fields.at[f], place);
    for (size_t f = 0; f < rule->except.count; f++)
        check_name(c, rule->except.at[f], place);
    if (rule->never)
        return;
    bool shows = rule->mode[CDR_LEVEL_C1] == CDR_MODE_CONFIRM || rule->mode[CDR_LEVEL_C1] >= CDR_MODE_MASKED;
    if (shows && !(purpose && purpose->ground))
        tell(c, false, "%s: %s at %s, to somebody who gave no proof: what identifies a customer is known to many.", place, cdr_mode_names[rule->mode[CDR_LEVEL_C1]],
             rule->mode[CDR_LEVEL_C0] ? "C0" : "C1");
    if (purpose && purpose->ground)
        check_third(c, rule);
    if (smothered(c, rule, purpose))
        tell(c, false, "%s: never speaks, for everything it names is forbidden under never.", place);
    for (size_t j = 0; j < rules->count; j++)
        if (j != i && (j < i || !covered(c, &rules->at[j], rule)) && covered(c, rule, &rules->at[j])) {
            tell(c, false, "%s: never speaks, for %s tells as much already.", place, rules->at[j].place);
            break;
        }
    check_unspoken(c, rule);
}

/* What a thief does first, by less than what Candor ships with. */
static void check_needs(checking *c, const cdr_purpose *p)
{
    static const struct { const char *key; cdr_level least; } usual[] = {
        {"change-contact", CDR_LEVEL_C4}, {"change-bank", CDR_LEVEL_C4}, {"change-proof", CDR_LEVEL_C4}, {"data-copy", CDR_LEVEL_C4}, {"erasure", CDR_LEVEL_C4}, {"data-request", CDR_LEVEL_C3},
        {"correction", CDR_LEVEL_C3},
    };
    for (size_t i = 0; i < CDR_COUNT(usual); i++)
        if (!strcmp(p->key, usual[i].key) && p->needs < usual[i].least)
            tell(c, false, "purposes.%s.needs: %s is less than the %s that Candor ships with; whoever takes an account over does this first.", p->key, cdr_level_names[p->needs], cdr_level_names[usual[i].least]);
}

static void check_limits(checking *c)
{
    const cdr_disclosure_limits *l = &c->p->limits;
    if (l->route_age_us < INT64_C(30) * 86400 * 1000000)
        tell(c, false, "limits.route_age_days: less than 30 days; whoever got into an account changes the number first.");
    if (l->tries_per_call > 5 || l->tries_per_day > 10)
        tell(c, false, "limits: many tries; three in a call and five a day are usual.");
    if (c->p->classes[CDR_FACTOR_EMAIL] != CDR_CLASS_NONE)
        tell(c, false, "factors.email-code: a mailbox is read from anywhere, so a code by e-mail proves no possession (NIST SP 800-63B-4, 3.1.3.1).");
    for (int level = CDR_LEVEL_C1; level <= CDR_LEVEL_C4; level++)
        for (size_t i = 0; i < c->p->levels[level].count; i++)
            if (c->p->levels[level].ways[i].identifier_counts)
                tell(c, false, "levels.%s.any[%zu]: an identifier counts as a proof; the screen will say that this is one class only.", cdr_level_names[level], i + 1);
}

cdr_status cdr_disclosure_check(const cdr_disclosure_policy *p, const cdr_disclosure_field *fields, size_t field_count, cdr_disclosure_warning_fn *fn, void *arg, size_t *ret_mistakes, cdr_err *err)
{
    checking c = {.p = p, .fields = fields, .field_count = field_count, .fn = fn, .arg = arg};
    (void)err;
    for (size_t i = 0; i < p->purpose_count; i++)
        check_needs(&c, &p->purposes[i]);
    for (size_t i = 0; i < p->purpose_count; i++)
        for (size_t j = 0; j < p->purposes[i].tell.count; j++)
            check_rule(&c, &p->purposes[i].tell, j, &p->purposes[i]);
    for (size_t i = 0; i < p->always.count; i++)
        check_rule(&c, &p->always, i, NULL);
    for (size_t i = 0; i < p->never.count; i++)
        check_rule(&c, &p->never, i, NULL);
    for (size_t i = 0; i < p->case_count && field_count > 0; i++)
        if (p->cases[i].field && !known(&c, p->cases[i].field))
            check_name(&c, p->cases[i].field, p->cases[i].place);
    check_limits(&c);
    if (ret_mistakes)
        *ret_mistakes = c.mistakes;
    return c.status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* One field, one purpose, one role, one channel, one level, some flags: what may be told. Nothing is allowed that no rule allows, a "never" wins over every rule, and of several rules that speak the
 * one that tells most is taken. Whatever cannot be told from what is asked (an unknown purpose, channel or role) is never. */
#include "core/disclosure/policy.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const cdr_disclosure_channels[] = {"phone", "chat", "counter", "post", "email", NULL};
const char *const cdr_disclosure_roles[] = {"owner", "staff", "responder", "incident-manager", "auditor", NULL};
const char *const cdr_disclosure_known_flags[] = {"velocity-number", "velocity-agent", "failed-calls", "recent-change", "withheld-number", "number-differs", "not-me", "pressure", "no-authority", NULL};

/* Where a number that is said or written stays behind in ears, recordings and histories. */
enum { OPEN_CHANNELS = 1 << 0 | 1 << 1 | 1 << 4 };

static int index_of(const char *word, const char *const *words)
{
    for (int i = 0; word && words[i]; i++)
        if (!strcmp(word, words[i]))
            return i;
    return -1;
}

int cdr_channel_index(const char *channel)
{
    return index_of(channel, cdr_disclosure_channels);
}

int cdr_role_index(const char *role)
{
    return index_of(role, cdr_disclosure_roles);
}

bool cdr_disclosure_has_channel(const char *channel)
{
    return cdr_channel_index(channel) >= 0;
}

const cdr_purpose *cdr_purpose_find(const cdr_disclosure_policy *p, const char *key)
{
    for (size_t i = 0; key && i < p->purpose_count; i++)
        if (!strcmp(p->purposes[i].key, key))
            return &p->purposes[i];
    return NULL;
}

const cdr_flag_rule *cdr_flag_find(const cdr_disclosure_policy *p, const char *key)
{
    for (size_t i = 0; key && i < p->flag_count; i++)
        if (!strcmp(p->flags[i].key, key))
            return &p->flags[i];
    return NULL;
}

/* --- flags --- */

typedef struct raised { unsigned by; bool stop; const char *key, *why; } raised;

/* The strongest flag counts, not their sum; so many at once as the policy says stop the call. */
static raised weigh(const cdr_disclosure_policy *p, const char *const *flags, size_t count)
{
    raised r = {0};
    unsigned different = 0;
    for (size_t i = 0; i < count; i++) {
        bool again = false;
        for (size_t j = 0; j < i && !again; j++)
            again = !strcmp(flags[j], flags[i]);
        if (again)
            continue;
        different++;
        const cdr_flag_rule *f = cdr_flag_find(p, flags[i]);
        unsigned by = f ? f->raise : 1;
        bool stop = f && f->stop;
        if ((stop && !r.stop) || (!r.stop && by > r.by) || !r.key) {
            r.key = flags[i];
            r.why = f ? f->why : "a flag that the policy does not know";
        }
        r.by = CDR_MAX(r.by, by);
        r.stop |= stop;
    }
    if (p->stop_at > 0 && different >= p->stop_at && !r.stop) {
        r.stop = true;
        r.why = "so many flags at once";
    }
    return r;
}

/* The level that a call at ${level} counts as. C4 stays: a call-back and a second employee have answered what the flag asks. */
static int counts_as(cdr_level level, const raised *r)
{
    int l = level < CDR_LEVEL_C0 || level > CDR_LEVEL_C4 ? CDR_LEVEL_C0 : (int)level;
    if (r->stop)
        return CDR_LEVEL_C0;
    return l >= CDR_LEVEL_C4 ? l : CDR_MAX(l - (int)r->by, CDR_LEVEL_C0);
}

/* The level that is needed where a rule says ${level}. */
static cdr_level raise_needed(int level, const raised *r)
{
    if (level == CDR_LEVEL_C0)
        return CDR_LEVEL_C0;
    return r->stop ? CDR_LEVEL_NEVER : (cdr_level)CDR_MIN(level + (int)r->by, CDR_LEVEL_C4);
}

/* --- rules --- */

const char *cdr_bare_key(const char *field)
{
    return strncmp(field, "own:", 4) ? field : field + 4;
}

bool cdr_tell_names(const cdr_tell_rule *rule, const char *field, const char *category)
{
    field = cdr_bare_key(field);
    for (size_t i = 0; i < rule->except.count; i++)
        if (!strcmp(cdr_bare_key(rule->except.at[i]), field))
            return false;
    for (size_t i = 0; i < rule->fields.count; i++) {
        const char *one = cdr_bare_key(rule->fields.at[i]);
        size_t n = strlen(one);
        if (!strcmp(one, field))
            return true;
        if (category && (strchr(one, '.') || !strcmp(one, "user")) && !strncmp(category, one, n) && (category[n] == '\0' || category[n] == '.'))
            return true;
    }
    return false;
}

static bool speaks(const cdr_tell_rule *rule, const cdr_disclosure_request *r, int role, int channel)
{
    return rule->roles >> role & 1 && rule->channels >> channel & 1 && cdr_tell_names(rule, r->field, r->category);
}

static bool names_purpose(const cdr_tell_rule *rule, const char *purpose)
{
    for (size_t i = 0; i < rule->purposes.count; i++)
        if (!strcmp(rule->purposes.at[i], purpose))
            return true;
    return rule->purposes.count == 0;
}

typedef struct found {
    const cdr_tell_rule *never, *by[CDR_DISCLOSURE_LEVELS];
    cdr_mode mode[CDR_DISCLOSURE_LEVELS];
} found;

static void look(const cdr_tell_rules *rules, const cdr_disclosure_request *r, int role, int channel, found *f)
{
    for (size_t i = 0; i < rules->count; i++) {
        const cdr_tell_rule *rule = &rules->at[i];
        if (!speaks(rule, r, role, channel) || !names_purpose(rule, r->purpose))
            continue;
        if (rule->never && !f->never)
            f->never = rule;
        for (int l = 0; l < CDR_DISCLOSURE_LEVELS && !rule->never; l++)
            if (rule->mode[l] > f->mode[l]) {
                f->mode[l] = rule->mode[l];
                f->by[l] = rule;
            }
    }
}

static void say(cdr_disclosure_answer *ret, const char *fmt, ...) CDR_PRINTF(2, 3);
static void say(cdr_disclosure_answer *ret, const char *fmt, ...)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(1 << 14);
    va_list ap;
    va_start(ap, fmt);
    cdr_buf_vaddf(&out, fmt, ap);
    va_end(ap);
    size_t n = CDR_MIN(out.len, sizeof ret->why - 1);
    if (n < out.len) {
        n -= 3;
        while (n > 0 && ((unsigned char)out.data[n] & 0xC0) == 0x80)    /* between characters */
            n--;
    }
    memcpy(ret->why, out.data ? out.data : "", n);
    memcpy(ret->why + n, n < out.len ? "…" : "", n < out.len ? 4 : 1);
}

static const char *verb_of(cdr_mode mode)
{
    static const char *const verbs[] = {"may not be told", "may be confirmed", "may be sent to the address on record", "may be told masked", "may be told"};
    return verbs[mode];
}

static void say_answer(const cdr_disclosure_request *r, const found *f, const raised *flag, int at, cdr_disclosure_answer *ret)
{
    const cdr_tell_rule *rule = ret->mode > CDR_MODE_NEVER ? f->by[at] : NULL;
    if (rule)
        say(ret, "%s %s at %s%s%s%s%s.", r->field, verb_of(ret->mode), cdr_level_names[r->level <= CDR_LEVEL_C4 ? r->level : 0], r->unspoken && ret->mode < f->mode[at] ? ", for it is never spoken in full" : "",
            flag->by && at < (int)r->level ? ", which a flag lowers" : "", rule->why[0] ? ": " : "", rule->why);
    else if (ret->best == CDR_MODE_NEVER && !f->by[CDR_LEVEL_C4])
        say(ret, "No rule allows %s for %s by %s to %s.", r->field, r->purpose, r->channel, r->role);
    else if (ret->stopped)
        say(ret, "The call is stopped: %s%s%s.", flag->key ? flag->key : "", flag->why[0] ? ", " : "", flag->why);
    else if (flag->by && ret->needed > CDR_LEVEL_C0)
        say(ret, "%s %s from %s on; %s raised that by %u%s%s.", r->field, verb_of(ret->best), cdr_level_names[ret->needed], flag->key, flag->by, flag->why[0] ? ": " : "", flag->why);
    else
        say(ret, "%s %s from %s on%s%s.", r->field, verb_of(ret->best), cdr_level_names[ret->needed], f->by[CDR_LEVEL_C4]->why[0] ? ": " : "", f->by[CDR_LEVEL_C4]->why);
}

static bool refuse(const cdr_disclosure_policy *p, const cdr_disclosure_request *r, const cdr_purpose *purpose, cdr_disclosure_answer *ret)
{
    if (!r->field || !r->field[0])
        say(ret, "No field was asked for.");
    else if (!purpose)
        say(ret, "The policy knows no purpose called \"%.60s\".", r->purpose ? r->purpose : "");
    else if (cdr_channel_index(r->channel) < 0)
        say(ret, "There is no channel called \"%.60s\".", r->channel ? r->channel : "");
    else if (cdr_role_index(r->role) < 0)
        say(ret, "There is no role called \"%.60s\".", r->role ? r->role : "");
    else if (purpose->ground && !r->ground)
        say(ret, "%s: only with a recorded legal ground and the reference of its document.", purpose->label);
    else
        return false;
    (void)p;
    return true;
}

void cdr_disclosure_decide(const cdr_disclosure_policy *p, const cdr_disclosure_request *r, cdr_disclosure_answer *ret)
{
    const cdr_purpose *purpose = cdr_purpose_find(p, r->purpose);
    raised flag = weigh(p, r->flags, r->flag_count);
    found f = {0};
    *ret = (cdr_disclosure_answer){.mode = CDR_MODE_NEVER, .best = CDR_MODE_NEVER, .needed = CDR_LEVEL_NEVER, .stopped = flag.stop};
    if (refuse(p, r, purpose, ret))
        return;
    int role = cdr_role_index(r->role), channel = cdr_channel_index(r->channel), at = counts_as(r->level, &flag), top = flag.stop ? CDR_LEVEL_C0 : CDR_LEVEL_C4;
    look(&p->never, r, role, channel, &f);
    look(&purpose->tell, r, role, channel, &f);
    look(&p->always, r, role, channel, &f);
    ret->forbidden = f.never != NULL;
    if (f.never) {
        say(ret, "Never: %s.", f.never->why[0] ? f.never->why : "the policy forbids it");
        return;
    }
    cdr_mode most = r->unspoken && (OPEN_CHANNELS >> channel & 1) ? CDR_MODE_MASKED : CDR_MODE_PLAIN;
    ret->mode = CDR_MIN(f.mode[at], most);
    ret->best = CDR_MIN(f.mode[top], most);
    for (int l = top; l >= CDR_LEVEL_C0 && ret->best > CDR_MODE_NEVER; l--)
        if (CDR_MIN(f.mode[l], most) >= ret->best)
            ret->needed = raise_needed(l, &flag);
    say_answer(r, &f, &flag, at, ret);
}

/* --- purposes and flags, for those who ask --- */

size_t cdr_disclosure_purposes(const cdr_disclosure_policy *p)
{
    return p->purpose_count;
}

const char *cdr_disclosure_purpose(const cdr_disclosure_policy *p, size_t i, const char **ret_label)
{
    if (i >= p->purpose_count)
        return NULL;
    if (ret_label)
        *ret_label = p->purposes[i].label;
    return p->purposes[i].key;
}

bool cdr_disclosure_has_purpose(const cdr_disclosure_policy *p, const char *purpose)
{
    return cdr_purpose_find(p, purpose) != NULL;
}

const char *cdr_disclosure_nearest_purpose(const cdr_disclosure_policy *p, const char *word)
{
    _cleanup_free_ const char **keys = cdr_alloc_array(p->purpose_count + 1, sizeof *keys);
    for (size_t i = 0; keys && i < p->purpose_count; i++)
        keys[i] = p->purposes[i].key;
    return keys ? cdr_text_nearest(word, keys, p->purpose_count) : NULL;
}

cdr_level cdr_disclosure_purpose_level(const cdr_disclosure_policy *p, const char *purpose, const char *const *flags, size_t flag_count)
{
    const cdr_purpose *one = cdr_purpose_find(p, purpose);
    raised flag = weigh(p, flags, flag_count);
    return one ? raise_needed((int)one->needs, &flag) : CDR_LEVEL_NEVER;
}

bool cdr_disclosure_purpose_ground(const cdr_disclosure_policy *p, const char *purpose)
{
    const cdr_purpose *one = cdr_purpose_find(p, purpose);
    return one && one->ground;
}

const char *cdr_disclosure_flag(const cdr_disclosure_policy *p, size_t i, const char **ret_does, const char **ret_why)
{
    static const char *const raises[] = {"is noted", "raises the level by 1", "raises the level by 2", "raises the level by 3", "raises the level by 4"};
    if (i >= p->flag_count)
        return NULL;
    const cdr_flag_rule *f = &p->flags[i];
    if (ret_does)
        *ret_does = f->stop ? "stops the call" : raises[CDR_MIN(f->raise, CDR_COUNT(raises) - 1)];
    if (ret_why)
        *ret_why = f->why;
    return f->key;
}

bool cdr_disclosure_has_flag(const cdr_disclosure_policy *p, const char *flag)
{
    return cdr_flag_find(p, flag) != NULL;
}

bool cdr_disclosure_stops(const cdr_disclosure_policy *p, const char *const *flags, size_t flag_count)
{
    return weigh(p, flags, flag_count).stop;
}

const char *cdr_disclosure_policy_name(const cdr_disclosure_policy *p)
{
    return p->name;
}

const char *cdr_disclosure_level_means(const cdr_disclosure_policy *p, cdr_level level)
{
    return level <= CDR_LEVEL_C4 && p->levels[level].means ? p->levels[level].means : "";
}

const cdr_disclosure_limits *cdr_disclosure_limits_of(const cdr_disclosure_policy *p)
{
    return &p->limits;
}

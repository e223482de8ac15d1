/* SPDX-License-Identifier: Apache-2.0 */
/* How long the data of one activity are kept: the policy asked for each kind of data in each system, the register's own period where it has no rule. */
#include "core/report/notice_parts.h"

#include "core/policy/retention.h"

#include <string.h>

static const cdr_policy no_policy = {.name = "", .file = ""};

/* "6 years after the end of the order year". */
static const char *period_words(cdr_arena *a, const cdr_retention_answer *answer, bool *ret_trigger)
{
    cdr_buf text = CDR_BUF(1 << 16);
    *ret_trigger = true;
    for (size_t i = 0; i < answer->end_count || (i == 0 && answer->won); i++) {
        const cdr_retention_rule *rule = answer->end_count > 0 ? answer->ends[i] : answer->won;
        cdr_period p = answer->end_count > 1 ? rule->period : answer->period;
        const char *trigger = rule->trigger ? rule->trigger : "";
        static const char *const ready[] = {"the ", "a ", "an ", "your ", "our ", "each ", "every "};
        bool article = false;
        for (size_t k = 0; k < CDR_COUNT(ready); k++)
            article |= !strncasecmp(trigger, ready[k], strlen(ready[k]));
        cdr_buf_adds(&text, i ? ", or " : "");
        cdr_period_words(p, &text);
        if (trigger[0])
            cdr_buf_addf(&text, " after %s%s", article ? "" : "the ", trigger);
        else
            *ret_trigger = false;
    }
    const char *kept = cdr_buf_status(&text) == CDR_OK ? cdr_arena_strdup(a, text.data ? text.data : "") : NULL;
    cdr_buf_done(&text);
    return kept;
}

static const char *source_words(cdr_arena *a, const cdr_retention_answer *answer)
{
    const char *source = answer->won && answer->won->source ? answer->won->source : "";
    return cdr_arena_strdup(a, source);
}

/* The rule that may count or may not. */
static const char *maybe_words(const cdr_retention_answer *answer)
{
    for (size_t i = 0; i < answer->lost_count; i++)
        if (answer->lost_why[i] == CDR_LOST_UNCERTAIN)
            return answer->lost[i]->head.id;
    return answer->lost_count > 0 ? answer->lost[0]->head.id : answer->won ? answer->won->head.id : "";
}

/* What one question is answered with, as a row. False: out of memory. */
static bool row_of(cdr_arena *a, const cdr_retention_answer *answer, cdr_kept *ret)
{
    *ret = (cdr_kept){.text = "", .source = "", .maybe = "", .trigger = true};
    switch (answer->why) {
    case CDR_KEPT_FOR_EVER:
        ret->text = "without an end";
        ret->known = true;
        break;
    case CDR_ENDED_BY_MAXIMUM:
    case CDR_KEPT_BY_MINIMUM:
        if (!answer->has_end)
            return true;      /* nobody says when it must go */
        ret->text = period_words(a, answer, &ret->trigger);
        ret->known = true;
        break;
    case CDR_KEPT_BY_HOLD:
    case CDR_NO_RULE: return true;
    case CDR_RETENTION_UNKNOWN:
        ret->maybe = cdr_arena_strdup(a, maybe_words(answer));
        return ret->maybe;
    }
    ret->source = source_words(a, answer);
    return ret->text && ret->source;
}

static bool same_row(const cdr_kept *a, const cdr_kept *b)
{
    return a->known == b->known && !strcmp(a->text, b->text) && !strcmp(a->source, b->source) && !strcmp(a->maybe, b->maybe);
}

typedef struct asking {
    const cdr_register *r;
    const cdr_policy *policy;
    const cdr_reg_activity *x;
    cdr_retention_rule own;
    bool has_own;
} asking;

static void begin(asking *q, const cdr_register *r, const cdr_policy *p, const cdr_reg_activity *x)
{
    *q = (asking){.r = r, .policy = p ? p : &no_policy, .x = x};
    const cdr_retention_own own = {.id = x->key, .period = x->retention_period, .trigger = x->retention_trigger, .source = x->retention_source,
                                   .categories = {x->categories.at, x->categories.count, x->categories.count > 0}, .uses = {&x->data_use, x->data_use[0] ? 1 : 0, x->data_use[0]},
                                   .systems = {x->system_keys.at, x->system_keys.count, x->system_keys.count > 0}};
    q->has_own = x->retention_period[0] && cdr_retention_of_activity(&own, &q->own);
}

static bool ask(const asking *q, const char *category, const char *system, cdr_kept *ret)
{
    cdr_retention_answer answer;
    const cdr_retention_question question = {.category = category, .system = system, .uses = {&q->x->data_use, q->x->data_use[0] ? 1 : 0, q->x->data_use[0]}, .hold = "",
                                             .own = &q->own, .own_count = q->has_own};
    cdr_retention_resolve(q->policy, &question, &answer);
    if (!row_of(q->r->arena, &answer, ret))
        return false;
    /* A period of hours is none of the clock's, but it is said. */
    if (!ret->known && answer.why == CDR_NO_RULE && !q->has_own && q->x->retention[0])
        *ret = (cdr_kept){.text = q->x->retention, .source = "", .maybe = "", .known = true, .trigger = true};
    return true;
}

/* The answers for one category in all systems of the activity, each once; 0: out of memory. */
size_t notice_kept_category(const cdr_register *r, const cdr_policy *p, const cdr_reg_activity *x, const char *category, cdr_kept ret[NOTICE_KEPT_MAX])
{
    asking q;
    size_t count = 0;
    begin(&q, r, p, x);
    for (size_t i = 0; i < x->system_keys.count || i == 0; i++) {
        cdr_kept k;
        bool told = false;
        if (!ask(&q, category, x->system_keys.count ? x->system_keys.at[i] : "", &k))
            return 0;
        for (size_t n = 0; n < count; n++)
            told |= same_row(&ret[n], &k);
        if (!told && count < NOTICE_KEPT_MAX)
            ret[count++] = k;
    }
    return count;
}

void notice_kept_gap(drafting *d, json_t *section, const cdr_reg_activity *x, const cdr_kept *kept, const char *data)
{
    const char *of = data[0] ? data : "the data";
    if (!kept->maybe[0])
        notice_gap_command(d, section, "retention", x->key, notice_set(d, x->key, "retention.period=PERIOD retention.trigger=EVENT"),
                           notice_text(d, "We have not yet written down how long we keep %s: “%s”.", of, x->purpose));
    /* A rule of the policy goes by the use: a period in the register would not count beside it. */
    else if (!x->data_use[0])
        notice_gap_command(d, section, "retention", x->key, notice_set(d, x->key, "data_use=KEY"),
                           notice_text(d, "How long we keep %s depends on what they are used for (policy rule “%s”), and that is not yet written down: “%s”.", of, kept->maybe, x->purpose));
    else
        notice_gap_command(d, section, "retention", x->key, notice_text(d, "%s retention explain %s", d->program, x->system_keys.count ? x->system_keys.at[0] : "PATH"),
                           notice_text(d, "The policy rule “%s” may say how long we keep %s, or may not: “%s”.", kept->maybe, of, x->purpose));
}

static bool add_data(cdr_arena *a, cdr_kept *row, const char *plain)
{
    row->data = row->data ? cdr_arena_printf(a, "%s, %s", row->data, plain) : plain;
    return row->data;
}

/* All of the activity's data alike: then the kinds need not be named. */
static void settle(cdr_kept *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (count == 1 || !rows[i].data)
            rows[i].data = "";
}

cdr_status cdr_notice_kept(const cdr_register *r, const cdr_policy *p, const cdr_reg_activity *x, cdr_kept **ret, size_t *ret_count, cdr_err *err)
{
    size_t room = (x->categories.count + 1) * NOTICE_KEPT_MAX, count = 0;
    cdr_kept *rows = cdr_arena_alloc(r->arena, room * sizeof *rows), found[NOTICE_KEPT_MAX];
    bool good = rows;
    for (size_t i = 0; good && (i < x->categories.count || i == 0); i++) {
        const char *category = x->categories.count ? x->categories.at[i] : "user";
        size_t n = notice_kept_category(r, p, x, category, found);
        good = n > 0;
        for (size_t k = 0; good && k < n; k++) {
            size_t at = 0;
            while (at < count && !same_row(&rows[at], &found[k]))
                at++;
            if (at == count)
                rows[count++] = found[k];
            if (x->categories.count)
                good = add_data(r->arena, &rows[at], notice_plain(category));
        }
    }
    if (!good)
        return cdr_fail_nomem(err, "report");
    settle(rows, count);
    *ret = rows;
    *ret_count = count;
    return CDR_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/report/words.h"

#include "base/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *cdr_severity_class(cdr_severity s)
{
    return s >= CDR_SEV_HIGH ? "bad" : s == CDR_SEV_MEDIUM ? "warn" : "info";
}

bool cdr_audit_is_complete(const cdr_audit *a)
{
    return !a->interrupted && a->partial == 0 && a->skipped == 0;
}

static bool holds_data(const cdr_audit_system *s)
{
    if (s->people_max > 0)
        return true;
    for (size_t f = CDR_FAMILY_NONE + 1; f < CDR_FAMILY__MAX; f++)
        if (s->by_family[f] > 0)
            return true;
    return false;
}

static bool is_ours(const cdr_audit_holder *h)
{
    return h->is_us || h->ours;
}

static bool named_before(const cdr_audit *a, size_t system, const char *party)
{
    for (size_t i = 0; i < system; i++)
        for (size_t k = 0; k < a->systems[i].holder_count; k++)
            if (!is_ours(&a->systems[i].holders[k]) && !strcmp(a->systems[i].holders[k].party, party))
                return true;
    return false;
}

static size_t new_holders(const cdr_audit *a, size_t system)
{
    const cdr_audit_system *s = &a->systems[system];
    size_t n = 0;
    for (size_t k = 0; k < s->holder_count; k++) {
        bool again = is_ours(&s->holders[k]) || named_before(a, system, s->holders[k].party);
        for (size_t j = 0; j < k && !again; j++)
            again = !strcmp(s->holders[j].party, s->holders[k].party);
        n += !again;
    }
    return n;
}

/* Rules are few, violations may be many: only the first of each run of one rule needs a look back. */
static bool broken_before(const cdr_audit *a, size_t violation)
{
    const char *rule = a->violations[violation].rule;
    if (violation > 0 && !strcmp(a->violations[violation - 1].rule, rule))
        return true;
    for (size_t i = 0; i < violation; i++)
        if (!strcmp(a->violations[i].rule, rule))
            return true;
    return false;
}

cdr_audit_figures cdr_audit_figures_of(const cdr_audit *a)
{
    cdr_audit_figures f = {0};
    for (size_t i = 0; i < a->system_count; i++) {
        bool holds = holds_data(&a->systems[i]);
        f.places += holds;
        f.registered_places += holds && a->systems[i].registered;
        f.holders_besides_us += new_holders(a, i);
    }
    f.unregistered_places = f.places - f.registered_places;
    for (size_t i = 0; i < a->violation_count; i++) {
        const cdr_audit_violation *v = &a->violations[i];
        f.severe_places += v->severity == CDR_SEV_SEVERE;
        if (broken_before(a, i))
            continue;     /* the most severe case of a rule comes first */
        f.rules++;
        f.severe += v->severity == CDR_SEV_SEVERE;
        f.high += v->severity == CDR_SEV_HIGH;
    }
    return f;
}

void cdr_audit_headline(const cdr_audit *a, cdr_buf *out)
{
    cdr_audit_figures f = cdr_audit_figures_of(a);
    if (f.places == 0 && a->complete + a->partial == 0) {
        cdr_buf_adds(out, a->skipped > 0 ? "Nothing could be read; this proves nothing." : "Nothing was there to read.");
        return;
    }
    if (f.places == 0) {
        cdr_buf_adds(out, "No customer data was found in ");
        cdr_words_count(out, a->complete + a->partial, "object that was read.", "objects that were read.");
        return;
    }
    cdr_buf_adds(out, "Customer data lies in ");
    if (f.places == 1)
        cdr_buf_adds(out, "one place");
    else
        cdr_words_count(out, f.places, "place", "places");
    if (f.unregistered_places == 0)
        cdr_buf_adds(out, f.places == 1 ? ", and you named it." : ", and you named them all.");
    else if (f.registered_places == 0)
        cdr_buf_adds(out, f.places == 1 ? " that you have not named." : ". You named none of them.");
    else {
        cdr_buf_adds(out, ". You named ");
        cdr_words_number(out, f.registered_places);
        cdr_buf_addc(out, '.');
    }
}

/* In running text small numbers are words. */
static void few(cdr_buf *out, uint64_t n, bool capital, const char *one, const char *many)
{
    static const char *const words[] = {"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};
    if (n >= CDR_COUNT(words)) {
        cdr_words_count(out, n, one, many);
        return;
    }
    cdr_buf_addc(out, (char)(words[n][0] - (capital ? 'a' - 'A' : 0)));
    cdr_buf_addf(out, "%s %s", words[n] + 1, n == 1 ? one : many);
}

static void urgent(const cdr_audit *a, const cdr_audit_figures *f, cdr_buf *out)
{
    if (f->severe + f->high == 0) {
        if (a->violation_count > 0) {
            cdr_buf_addc(out, ' ');
            few(out, f->rules, true, "rule is broken;", "rules are broken;");
            cdr_buf_adds(out, " none of it is severe.");
        } else
            cdr_buf_adds(out, " No rule is broken.");
        return;
    }
    const cdr_audit_todo *first = a->todo_count > 0 ? &a->todo[0] : NULL;
    cdr_buf_addc(out, ' ');
    if (f->severe > 0)
        few(out, f->severe, true, "problem is severe.", "problems are severe.");
    else
        few(out, f->high, true, "problem is serious.", "problems are serious.");
    if (first) {
        bool capital = first->headline[0] >= 'A' && first->headline[0] <= 'Z';
        cdr_buf_adds(out, " The first thing to do: ");
        cdr_buf_addc(out, (char)(first->headline[0] + (capital ? 'a' - 'A' : 0)));
        cdr_buf_addf(out, "%s.", first->headline[0] ? first->headline + 1 : "");
    }
}

/* A report about some targets says so: the workspace may know worse places. */
static void coverage_of_targets(const cdr_audit *a, cdr_buf *out)
{
    if (a->elsewhere == 0)
        return;
    cdr_buf_adds(out, " This is about ");
    for (size_t i = 0; i < a->target_count && i < 3; i++)
        cdr_buf_addf(out, "%s%s", i == 0 ? "" : i + 1 == a->target_count ? " and " : ", ", a->targets[i]);
    if (a->target_count > 3)
        cdr_buf_adds(out, " and more");
    cdr_buf_adds(out, " only; the workspace knows ");
    cdr_words_count(out, a->elsewhere, "object elsewhere.", "objects elsewhere.");
}

void cdr_words_own_folders(const cdr_audit *a, cdr_buf *out)
{
    if (a->own_folders == 0)
        return;
    cdr_buf_adds(out, " Left out: the files of ");
    cdr_words_count(out, a->own_folders, "folder", "folders");
    cdr_buf_adds(out, " that Candor wrote (its workspace, its reports).");
}

static void answer(const cdr_audit *a, cdr_buf *out)
{
    cdr_audit_figures f = cdr_audit_figures_of(a);
    if (a->people_max > 0) {
        cdr_buf_adds(out, a->people_about ? "About " : "");
        cdr_words_people(out, a->people_min, a->people_max, false);
        cdr_buf_adds(out, a->people_max == 1 ? " is in it." : " are in it.");
        if (f.holders_besides_us > 0) {
            cdr_buf_adds(out, " Besides you, ");
            few(out, f.holders_besides_us, false, "other firm holds it.", "other firms hold it.");
        }
    } else if (a->complete + a->partial > 0)
        cdr_buf_adds(out, "No record that speaks of a person was counted.");
    else if (a->skipped > 0) {
        cdr_words_count(out, a->skipped, "object was found", "objects were found");
        cdr_buf_adds(out, ", and not one of them could be read. Whether customer data lies in them is open: look into them by other means.");
        return;
    } else {
        cdr_buf_adds(out, "Nothing lay in what was looked at, so nothing can be said of it.");
        return;
    }
    urgent(a, &f, out);
    if (!cdr_audit_is_complete(a)) {
        cdr_buf_adds(out, a->interrupted ? " The scan was stopped before its end." : "");
        cdr_buf_addc(out, ' ');
        if (a->partial + a->skipped > 0)
            few(out, a->partial + a->skipped, true, "object was not read in full;", "objects were not read in full;");
        cdr_buf_adds(out, a->partial + a->skipped > 0 ? " the numbers may be higher." : "The numbers may be higher.");
    }
}

void cdr_audit_answer(const cdr_audit *a, cdr_buf *out)
{
    answer(a, out);
    coverage_of_targets(a, out);
}

const char *cdr_audit_finding_id(const cdr_audit_finding *f)
{
    return f->rule_name && f->rule_name[0] ? f->rule_name : cdr_kind_get(f->kind)->id;
}

const char *cdr_audit_finding_title(const cdr_audit_finding *f)
{
    if (!f->rule_name || !f->rule_name[0])
        return cdr_kind_get(f->kind)->title;
    return f->rule_title && f->rule_title[0] ? f->rule_title : f->rule_name;
}

const char *cdr_audit_finding_category(const cdr_audit_finding *f)
{
    return f->rule_name && f->rule_name[0] ? (f->rule_category ? f->rule_category : "") : cdr_kind_get(f->kind)->category;
}

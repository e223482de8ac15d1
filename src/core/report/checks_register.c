/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of the register against what was found: systems, holders, activities. */
#include "core/report/checks.h"

#include "base/buf.h"
#include "base/time.h"
#include "detect/kinds.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define FAMILY(f) (UINT32_C(1) << (f))
#define SENSITIVE (FAMILY(CDR_FAMILY_PAYMENT) | FAMILY(CDR_FAMILY_BANK) | FAMILY(CDR_FAMILY_GOVERNMENT) | FAMILY(CDR_FAMILY_HEALTH) | FAMILY(CDR_FAMILY_SPECIAL))
enum { MANY_PEOPLE = 100 };

/* What no single command says is mended in the one file people edit. */
static const char register_command[] = "candor inventory export --out inventory-export.yaml";
static const char register_note[] = "Write it into your inventory.yaml and import that. If you have none, this makes one of what is known:";

static void hit_after(cdr_checks *c, const char *rule, const cdr_fact_system *s, cdr_severity severity, const char *evidence, const char *note, const char *command)
{
    cdr_checks_hit(c, rule, &(cdr_hit){"", s->name, evidence, command, s->name, severity, 1, s->people, note});
}

static void hit(cdr_checks *c, const char *rule, const cdr_fact_system *s, cdr_severity severity, const char *evidence, const char *command)
{
    hit_after(c, rule, s, severity, evidence, command == register_command ? register_note : NULL, command);
}

/* Words in capitals are for the reader to replace. */
static const char *set_command(cdr_checks *c, const char *entity, const char *key, const char *fields)
{
    return cdr_checks_text(c, "candor inventory set %s %s %s", entity, key, fields);
}

static const char *people(cdr_checks *c, const cdr_fact_system *s)
{
    return cdr_checks_people(c, s->people, s->people_doubt);
}

static bool holds_data(const cdr_fact_system *s)
{
    return s->people > 0 || (s->families & ~FAMILY(CDR_FAMILY_NONE)) != 0;
}

static const char *families(cdr_checks *c, uint32_t bits)
{
    cdr_buf text = CDR_BUF(512);
    for (size_t f = CDR_FAMILY_NONE + 1; f < CDR_FAMILY__MAX; f++)
        if (bits & FAMILY(f))
            cdr_buf_addf(&text, "%s%s", text.len ? ", " : "", cdr_family_name((cdr_family)f));
    const char *said = cdr_checks_text(c, "%s", text.data ? text.data : "nothing that names a person");
    cdr_buf_done(&text);
    return said;
}

static bool taken(const cdr_checks *c, const char *key)
{
    const cdr_facts *facts = cdr_checks_facts(c);
    for (size_t i = 0; i < facts->system_count; i++)
        if (facts->systems[i].registered && !strcmp(facts->systems[i].key, key))
            return true;
    return false;
}

/* A key from the folder's name: small letters, digits and dashes. */
static const char *key_for(cdr_checks *c, const char *folder)
{
    enum { KEY_MAX = 40 };
    char key[KEY_MAX + 8];
    size_t n = 0;
    const char *slash = strrchr(folder, '/');
    for (const char *p = slash ? slash + 1 : folder; *p && n < KEY_MAX; p++) {
        bool good = isalnum((unsigned char)*p);
        if (good || (n > 0 && key[n - 1] != '-'))
            key[n++] = good ? (char)tolower((unsigned char)*p) : '-';
    }
    while (n > 0 && key[n - 1] == '-')
        n--;
    key[n] = '\0';
    if (n == 0)
        return "place";
    for (int again = 2; taken(c, key) && again < 10; again++)
        snprintf(key + n, sizeof key - n, "-%d", again);
    return cdr_checks_text(c, "%s", key);
}

static void unregistered(cdr_checks *c, const cdr_fact_system *s)
{
    cdr_severity severity = s->people >= MANY_PEOPLE || s->families & SENSITIVE ? CDR_SEV_HIGH : CDR_SEV_MEDIUM;
    const char *claim = s->folder[0] ? cdr_checks_shell_word(c, cdr_checks_text(c, "claims=%s", s->folder)) : "";
    const char *command = claim[0] ? cdr_checks_text(c, "candor inventory add system %s name=NAME owner=OWNER %s holders=us:responsible", key_for(c, s->folder), claim) : register_command;
    cdr_checks_hit(c, "AUD-07", &(cdr_hit){s->name, "", cdr_checks_text(c, "%s; %s", people(c, s), families(c, s->families)), command, s->name, severity, 1, s->people, command == register_command ? register_note : NULL});
}

static void encryption(cdr_checks *c, const cdr_fact_system *s)
{
    if (!(s->families & SENSITIVE))
        return;
    const char *what = families(c, s->families & SENSITIVE);
    if (s->encrypted == 0)
        hit_after(c, "AUD-10", s, s->people >= MANY_PEOPLE ? CDR_SEV_HIGH : CDR_SEV_MEDIUM, cdr_checks_text(c, "declared as not encrypted; holds %s of %s", what, people(c, s)),
                  "First encrypt it. Once that is done, record it; the command encrypts nothing:",
                  set_command(c, "system", s->key, "encrypted=yes"));
    else if (s->encrypted < 0)
        hit(c, "AUD-22", s, CDR_SEV_INFO, cdr_checks_text(c, "holds %s of %s", what, people(c, s)), set_command(c, "system", s->key, "encrypted=YES-OR-NO"));
}

static void holders(cdr_checks *c, const cdr_fact_system *s)
{
    bool responsible = false;
    for (size_t i = 0; i < s->holder_count; i++) {
        const cdr_fact_holder *h = &s->holders[i];
        responsible |= !strcmp(h->relation, "responsible");
        if (h->is_us || !h->vendor)
            continue;
        const char *say = cdr_checks_text(c, "%s %s %s of %s", h->name, h->relation, s->name, people(c, s));
        cdr_hit at = {"", h->name, say, register_command, s->name, CDR_SEV_HIGH, 1, s->people, NULL};
        if (h->agreement <= 0) {
            at.severity = h->agreement == 0 ? CDR_SEV_HIGH : CDR_SEV_MEDIUM;
            at.command = set_command(c, "party", h->party, "agreement=signed agreement_date=YYYY-MM-DD");
            at.note = "First sign it. Once both have signed, record it:";
            at.evidence = cdr_checks_text(c, "%s; %s", say, h->agreement == 0 ? "no agreement is running" : "nobody has said whether one is signed");
            cdr_checks_hit(c, "AUD-11", &at);
        } else if (!h->breach_notice) {
            at.severity = CDR_SEV_LOW;
            at.command = set_command(c, "party", h->party, "breach_notice_hours=HOURS");
            at.note = "First agree on it with them. Then record it:";
            cdr_checks_hit(c, "AUD-21", &at);
        }
    }
    if (!responsible)
        hit(c, "AUD-12", s, CDR_SEV_MEDIUM, cdr_checks_text(c, s->holder_count ? "%s; holders are named, but none as responsible" : "%s; no holder is named", people(c, s)), register_command);
}

/* A declared key covers itself and everything below it. */
static bool declared(const cdr_fact_system *s, const char *category)
{
    for (size_t i = 0; i < s->category_count; i++) {
        size_t len = strlen(s->categories[i]);
        if (!strncmp(category, s->categories[i], len) && (category[len] == '\0' || category[len] == '.'))
            return true;
    }
    return false;
}

static void undeclared(cdr_checks *c, size_t system)
{
    enum { KINDS = 6 };
    const cdr_facts *facts = cdr_checks_facts(c);
    const cdr_fact_system *s = &facts->systems[system];
    cdr_kind seen[KINDS];
    size_t count = 0;
    for (size_t i = 0; i < facts->object_count; i++) {
        const cdr_fact_object *o = &facts->objects[i];
        for (size_t k = 0; o->system == system && k < o->finding_count && count < KINDS; k++) {
            const cdr_kind_info *info = cdr_kind_get(o->findings[k].kind);
            bool again = o->findings[k].sure == 0 || !info->category[0] || info->family == CDR_FAMILY_SECRET || declared(s, info->category);
            for (size_t j = 0; j < count && !again; j++)
                again = !strcmp(cdr_kind_get(seen[j])->category, info->category);
            if (!again)
                seen[count++] = o->findings[k].kind;
        }
    }
    if (count == 0)
        return;
    cdr_buf text = CDR_BUF(1024);
    for (size_t i = 0; i < count; i++)
        cdr_buf_addf(&text, "%s%s", i ? ", " : "", cdr_kind_get(seen[i])->title);
    hit(c, "AUD-19", s, CDR_SEV_LOW, cdr_checks_text(c, "not declared: %s", text.data ? text.data : ""), register_command);
    cdr_buf_done(&text);
}

static bool unsaid(const char *s)
{
    return !s || !s[0] || !strcmp(s, "unknown");
}

static void backup_of(cdr_checks *c, const cdr_fact_system *s)
{
    if (!s->backup_of[0])
        return;
    const cdr_facts *facts = cdr_checks_facts(c);
    for (size_t i = 0; i < facts->system_count; i++)
        if (facts->systems[i].registered && !strcmp(facts->systems[i].key, s->backup_of))
            return;
    hit(c, "AUD-18", s, CDR_SEV_MEDIUM, cdr_checks_text(c, "declared as a copy of %s, which is no registered system", s->backup_of), set_command(c, "system", s->key, "backup_of=KEY"));
}

static void activities(cdr_checks *c)
{
    const cdr_facts *facts = cdr_checks_facts(c);
    for (size_t i = 0; i < facts->activity_count; i++) {
        const cdr_fact_activity *a = &facts->activities[i];
        cdr_hit at = {"", a->name, "", register_command, "", CDR_SEV_LOW, 1, 0, NULL};
        if (!a->retention) {
            at.evidence = "no period is written down";
            at.command = set_command(c, "activity", a->key, "retention.period=P2Y retention.trigger=EVENT");
            cdr_checks_hit(c, "AUD-14", &at);
        }
        if (unsaid(a->lawful_basis)) {
            at.severity = CDR_SEV_MEDIUM;
            at.evidence = "no lawful basis is written down";
            at.command = set_command(c, "activity", a->key, "lawful_basis=BASIS");
            cdr_checks_hit(c, "AUD-17", &at);
        }
        if (a->special && !a->special_condition) {
            at.severity = CDR_SEV_HIGH;
            at.evidence = "declares a special category, but no condition of Art. 9";
            at.command = set_command(c, "activity", a->key, "special_condition=CONDITION");
            cdr_checks_hit(c, "AUD-05", &at);
        }
    }
}

static void reviews(cdr_checks *c)
{
    const cdr_facts *facts = cdr_checks_facts(c);
    for (size_t i = 0; i < facts->review_count; i++) {
        const cdr_audit_review *r = &facts->reviews[i];
        char due[CDR_TIME_TEXT];
        cdr_time_format(r->due_us, due);
        cdr_checks_hit(c, "AUD-23", &(cdr_hit){"", r->name, cdr_checks_text(c, "the review was due on %.10s", due), cdr_checks_text(c, "candor playbook review %s --result good", r->name), "",
                                               CDR_SEV_LOW, 1, 0, "Read it first; what is wrong in it is mended in a file of your own."});
    }
}

void cdr_checks_register(cdr_checks *c)
{
    const cdr_facts *facts = cdr_checks_facts(c);
    for (size_t i = 0; i < facts->system_count; i++) {
        const cdr_fact_system *s = &facts->systems[i];
        if (s->registered)
            backup_of(c, s);
        if (!holds_data(s))
            continue;
        if (!s->registered) {
            unregistered(c, s);
            continue;
        }
        encryption(c, s);
        holders(c, s);
        if (unsaid(s->owner))
            hit(c, "AUD-16", s, CDR_SEV_LOW, people(c, s), set_command(c, "system", s->key, "owner=NAME"));
        if (s->activities == 0)
            hit(c, "AUD-15", s, CDR_SEV_MEDIUM, cdr_checks_text(c, "no activity names it; %s", people(c, s)),
                cdr_checks_text(c, "candor inventory add activity %s-use purpose=PURPOSE lawful_basis=BASIS systems=%s", s->key, s->key));
        else
            undeclared(c, i);
    }
    activities(c);
    reviews(c);
}

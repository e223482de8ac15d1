/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of what lies in one object. */
#include "core/report/checks.h"

#include "base/parse.h"
#include "base/time.h"
#include "detect/kinds.h"
#include "detect/path_value.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define FAMILY(f) (UINT32_C(1) << (f))
#define SENSITIVE (FAMILY(CDR_FAMILY_PAYMENT) | FAMILY(CDR_FAMILY_BANK) | FAMILY(CDR_FAMILY_GOVERNMENT) | FAMILY(CDR_FAMILY_HEALTH) | FAMILY(CDR_FAMILY_SPECIAL))
/* A handful in one file may be the firm's own people. */
enum { MANY_PEOPLE = 100, SOME_PEOPLE = 10, PASSWORDS_OF_PEOPLE = 5 };

typedef bool kind_filter(cdr_kind kind);

static bool is_card_code(cdr_kind k) { return k == CDR_K_CVV || k == CDR_K_TRACK; }
static bool is_card(cdr_kind k) { return k == CDR_K_CARD; }
static bool is_secret(cdr_kind k) { return cdr_kind_get(k)->family == CDR_FAMILY_SECRET && k != CDR_K_SECRET_PASSWORD_HASH; }
static bool is_password(cdr_kind k) { return k == CDR_K_SECRET_PASSWORD; }
static bool is_special(cdr_kind k) { return cdr_kind_get(k)->family == CDR_FAMILY_HEALTH || cdr_kind_get(k)->family == CDR_FAMILY_SPECIAL; }
static bool is_national_id(cdr_kind k) { return cdr_kind_get(k)->family == CDR_FAMILY_GOVERNMENT && cdr_kind_get(k)->person_rank > 0 && cdr_kind_get(k)->person_rank <= 3; }
static bool is_contact(cdr_kind k) { return k == CDR_K_EMAIL || k == CDR_K_PHONE; }

/* How many of a sort, and the finding that holds most of them. */
static uint64_t sum(const cdr_fact_object *o, kind_filter *wanted, const cdr_fact_finding **ret_most)
{
    uint64_t total = 0;
    *ret_most = NULL;
    for (size_t i = 0; i < o->finding_count; i++) {
        const cdr_fact_finding *f = &o->findings[i];
        if (f->sure == 0 || !wanted(f->kind))
            continue;
        total += f->sure;
        if (!*ret_most || f->sure > (*ret_most)->sure)
            *ret_most = f;
    }
    return total;
}

static uint32_t families_of(const cdr_fact_object *o)
{
    uint32_t families = 0;
    for (size_t i = 0; i < o->finding_count; i++)
        if (o->findings[i].sure > 0)
            families |= FAMILY(cdr_kind_get(o->findings[i].kind)->family);
    return families & ~FAMILY(CDR_FAMILY_NONE);
}

static bool in_field(const cdr_fact_finding *f)
{
    return f->field && f->field[0];
}

static const char *place_of(cdr_checks *c, const cdr_fact_finding *f)
{
    if (in_field(f) && !strcmp(f->field, CDR_FIELD_FILE_NAME))
        return "in the name of the file or folder";
    return in_field(f) ? cdr_checks_text(c, "in column %s", f->field) : "in free text";
}

/* Where ${total} of a sort stand: the field that holds most of them, or the first line when none of them is in a column. */
static const char *where(cdr_checks *c, const cdr_fact_object *o, kind_filter *wanted, uint64_t total, const cdr_fact_finding *most)
{
    uint64_t line = UINT64_MAX;
    bool first = true, fields = false;
    for (size_t i = 0; i < o->finding_count; i++) {
        const cdr_fact_finding *f = &o->findings[i];
        if (f->sure == 0 || !wanted(f->kind))
            continue;
        fields |= in_field(f);
        first &= f->line > 0 && !f->line_unsure;
        if (f->line > 0)
            line = CDR_MIN(line, f->line);
    }
    if (fields || line == UINT64_MAX)
        return cdr_checks_text(c, "%s%s", total > most->sure ? "most of them " : "", place_of(c, most));
    return cdr_checks_text(c, "%s line %s", total == 1 ? "in" : first ? "the first in" : "one of them in", cdr_checks_number(c, line));
}

static const char *evidence(cdr_checks *c, const cdr_fact_object *o, kind_filter *wanted, uint64_t total, const char *one, const char *many, const cdr_fact_finding *most)
{
    return cdr_checks_text(c, "%s %s, %s", cdr_checks_number(c, total), total == 1 ? one : many, where(c, o, wanted, total, most));
}

/* "Religion: 12, in column Religion; Trade union: 6, in column Union": kind by kind, the most first. */
static const char *breakdown(cdr_checks *c, const cdr_fact_object *o, kind_filter *wanted, const cdr_fact_finding *except)
{
    enum { SHOWN = 4 };
    const char *said = "";
    uint64_t below = UINT64_MAX;
    size_t last = SIZE_MAX, count = 0, total = 0;
    for (size_t i = 0; i < o->finding_count; i++)
        total += o->findings[i].sure > 0 && &o->findings[i] != except && wanted(o->findings[i].kind);
    for (; count < SHOWN && count < total; count++) {
        const cdr_fact_finding *next = NULL;
        for (size_t i = 0; i < o->finding_count; i++) {
            const cdr_fact_finding *f = &o->findings[i];
            bool later = f->sure < below || (f->sure == below && i > last);
            if (f->sure > 0 && f != except && wanted(f->kind) && later && (!next || f->sure > next->sure))
                next = f;
        }
        if (!next)
            break;
        below = next->sure;
        last = (size_t)(next - o->findings);
        const char *at = in_field(next) || next->line == 0 ? place_of(c, next)
                         : cdr_checks_text(c, "%s line %s", next->sure == 1 ? "in" : next->line_unsure ? "one of them in" : "the first in", cdr_checks_number(c, next->line));
        said = cdr_checks_text(c, "%s%s%s: %s, %s", said, said[0] ? "; " : "", cdr_kind_get(next->kind)->title, cdr_checks_number(c, next->sure), at);
    }
    return total > count ? cdr_checks_text(c, "%s; and %s more kinds or columns", said, cdr_checks_number(c, total - count)) : said;
}

static const char *system_name(cdr_checks *c, const cdr_fact_object *o)
{
    const cdr_fact_system *s = &cdr_checks_facts(c)->systems[o->system];
    return s->registered ? s->name : "";
}

static const char *real_path(const cdr_fact_object *o)
{
    return o->real ? o->real : o->path;
}

/* The file that holds it all. */
static const char *container(cdr_checks *c, const cdr_fact_object *o)
{
    const char *real = real_path(o), *inside = o->inside ? strstr(real, "!/") : NULL;
    return inside ? cdr_checks_text(c, "%.*s", (int)(inside - real), real) : o->inside ? o->file : real;
}

static void hit(cdr_checks *c, const char *rule, const cdr_fact_object *o, cdr_severity severity, uint64_t amount, const char *why, const char *command)
{
    if (o->object && !command[0])
        command = cdr_checks_text(c, "candor inventory show object:%" PRId64, o->object);
    cdr_checks_hit(c, rule, &(cdr_hit){o->path, system_name(c, o), why, command, cdr_checks_facts(c)->systems[o->system].name, severity, amount, o->people, NULL});
}

/* One command per file: what a weightier rule takes goes along. */
static bool goes_from_anywhere(cdr_kind kind)
{
    return is_card_code(kind) || is_card(kind);
}

static bool goes_from_mails(cdr_kind kind)
{
    return goes_from_anywhere(kind) || is_national_id(kind);
}

static bool goes_from_logs(cdr_kind kind)
{
    return goes_from_mails(kind) || is_contact(kind);
}

/* Only texts can be rewritten; only what breaks the rule is. */
static const char *redact_command(cdr_checks *c, const cdr_fact_object *o, kind_filter *goes)
{
    const char *word = o->inside ? "" : cdr_checks_shell_word(c, o->file), *kinds = "";
    for (size_t i = 0; i < o->finding_count && word[0]; i++) {
        const cdr_fact_finding *f = &o->findings[i];
        bool again = false;
        for (size_t k = 0; k < i && !again; k++)
            again = o->findings[k].kind == f->kind && o->findings[k].sure > 0;
        if (goes(f->kind) && f->sure > 0 && !again)
            kinds = cdr_checks_text(c, "%s --kind %s", kinds, cdr_kind_get(f->kind)->id);
    }
    return word[0] ? cdr_checks_text(c, "candor detect --redact --in-place%s %s", kinds, word) : "";
}

static const char *look_command(cdr_checks *c, const cdr_fact_object *o)
{
    const char *word = o->inside ? "" : cdr_checks_shell_word(c, o->file);
    return word[0] ? cdr_checks_text(c, "candor detect --explain %s", word) : "";
}

static void cards(cdr_checks *c, const cdr_fact_object *o)
{
    const cdr_fact_finding *most;
    const cdr_fact_system *s = &cdr_checks_facts(c)->systems[o->system];
    uint64_t n = sum(o, is_card_code, &most);
    if (n > 0)
        hit(c, "AUD-01", o, CDR_SEV_SEVERE, n, evidence(c, o, is_card_code, n, "code", "codes", most), redact_command(c, o, goes_from_anywhere));
    n = sum(o, is_card, &most);
    if (n > 0 && !(s->registered && s->payments && s->encrypted != 0))
        hit(c, "AUD-02", o, CDR_SEV_HIGH, n, evidence(c, o, is_card, n, "card number", "card numbers", most), redact_command(c, o, goes_from_anywhere));
}

/* A column or key path full of different passwords is a list of people's, not a setting. */
static bool holds_peoples_passwords(const cdr_fact_object *o, const cdr_fact_finding **ret)
{
    for (size_t i = 0; i < o->finding_count; i++) {
        const cdr_fact_finding *f = &o->findings[i];
        if (is_password(f->kind) && in_field(f) && f->distinct >= PASSWORDS_OF_PEOPLE) {
            *ret = f;
            return true;
        }
    }
    return false;
}

static void secrets(cdr_checks *c, const cdr_fact_object *o)
{
    const cdr_fact_finding *most, *list = NULL;
    uint64_t n = sum(o, is_secret, &most);
    if (holds_peoples_passwords(o, &list)) {
        hit(c, "AUD-04", o, CDR_SEV_SEVERE, list->sure, cdr_checks_text(c, "%s passwords, %s", cdr_checks_number(c, list->sure), place_of(c, list)), "");
        n -= CDR_MIN(n, list->sure);
    }
    if (n == 0)
        return;
    hit(c, "AUD-03", o, o->everyone ? CDR_SEV_SEVERE : CDR_SEV_HIGH, n, cdr_checks_text(c, "%s%s", breakdown(c, o, is_secret, list), o->everyone ? "; everyone may read the file" : ""),
        look_command(c, o));
}

static void special(cdr_checks *c, const cdr_fact_object *o)
{
    const cdr_fact_finding *most;
    const cdr_fact_system *s = &cdr_checks_facts(c)->systems[o->system];
    uint64_t n = sum(o, is_special, &most);
    if (n == 0 || (s->registered && s->activities > 0 && s->special_condition))
        return;
    const char *missing = !s->registered ? "in no registered system" : s->activities == 0 ? "no purpose is stated" : "no condition of Art. 9 is stated";
    hit(c, "AUD-05", o, CDR_SEV_HIGH, n, cdr_checks_text(c, "%s; %s", breakdown(c, o, is_special, NULL), missing), look_command(c, o));
}

static bool ends_with(const char *s, const char *end)
{
    size_t a = strlen(s), b = strlen(end);
    return a >= b && !strcasecmp(s + a - b, end);
}

/* The format, the ending, or a folder for logs. */
static bool is_mail(const cdr_fact_object *o)
{
    return !strcmp(o->format, "mbox") || !strcmp(o->format, "eml") || !strcmp(o->format, "mail") || ends_with(real_path(o), ".mbox") || ends_with(real_path(o), ".eml");
}

static bool is_log(const cdr_fact_object *o)
{
    return ends_with(real_path(o), ".log") || strcasestr(real_path(o), ".log.") || strcasestr(real_path(o), "/log/") || strcasestr(real_path(o), "/logs/") || !strncasecmp(real_path(o), "logs/", 5) ||
           !strncasecmp(real_path(o), "log/", 4);
}

static void logs_and_mails(cdr_checks *c, const cdr_fact_object *o)
{
    const cdr_fact_finding *most;
    bool log = is_log(o), mail = is_mail(o);
    uint64_t n = log || mail ? sum(o, is_national_id, &most) : 0;
    if (n > 0)
        hit(c, "AUD-06", o, CDR_SEV_HIGH, n, evidence(c, o, is_national_id, n, "number", "numbers", most), redact_command(c, o, goes_from_mails));
    n = log ? sum(o, is_contact, &most) : 0;
    if (n > 0)
        hit(c, "AUD-20", o, CDR_SEV_LOW, n, evidence(c, o, is_contact, n, "address or telephone number", "addresses or telephone numbers", most), redact_command(c, o, goes_from_logs));
}

static bool looks_like_backup(const char *path)
{
    static const char *const words[] = {"backup", "back-up", "/bak/", ".bak", ".old", "/old/", "archive/", "/dump", ".dump", "_dump", "-dump", "sicherung", "sauvegarde", "copia"};
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (strcasestr(path, words[i]))
            return true;
    return false;
}

/* Asks before it deletes. What is inside something else goes with it only when that is a backup. */
static const char *remove_command(cdr_checks *c, const cdr_fact_object *o)
{
    const char *word = o->inside && !looks_like_backup(container(c, o)) ? "" : cdr_checks_shell_word(c, o->file);
    return word[0] ? cdr_checks_text(c, "rm -i -- %s", word) : "";
}

/* A registered system that shares customers with the record has its own purpose, or is told that it lacks one; a copy is what lies where
 * nobody named it, and the same file twice. */
static void copies(cdr_checks *c, const cdr_fact_object *o)
{
    if (!o->copy_of[0] || (o->copy_system != SIZE_MAX && cdr_checks_facts(c)->systems[o->system].registered))
        return;
    bool twin = o->copy_system == SIZE_MAX;
    const char *say = twin ? cdr_checks_text(c, "byte for byte the same as %s", o->copy_of)
                           : cdr_checks_text(c, "%s of %s people of %s%s", cdr_checks_number(c, o->shared), cdr_checks_number(c, o->record_people), o->copy_of, o->everyone ? "; everyone may read it" : "");
    hit(c, "AUD-08", o, twin || o->shared < MANY_PEOPLE ? CDR_SEV_MEDIUM : CDR_SEV_HIGH, 1, say, remove_command(c, o));
}

static void access_rights(cdr_checks *c, const cdr_fact_object *o)
{
    uint32_t families = families_of(o);
    if (!o->everyone || families == 0 || (o->people == 0 && !(families & (SENSITIVE | FAMILY(CDR_FAMILY_SECRET)))))
        return;
    bool bad = o->people >= SOME_PEOPLE || families & (SENSITIVE | FAMILY(CDR_FAMILY_SECRET));
    const char *word = cdr_checks_shell_word(c, o->file);
    const char *command = word[0] ? cdr_checks_text(c, "chmod o-rwx -- %s", word) : o->object ? cdr_checks_text(c, "candor inventory show object:%" PRId64, o->object) : "";
    const char *why = cdr_checks_text(c, "every account of the machine may read it; %s%s", cdr_checks_people(c, o->people, o->people_doubt), o->inside ? " in one part of it" : "");
    /* The right to read is the file's, whatever number of tables or members lies in it. */
    cdr_checks_hit_file(c, "AUD-09", o->outer ? o->outer : o->path,
                        &(cdr_hit){o->outer_shown ? o->outer_shown : o->path, system_name(c, o), why, command, cdr_checks_facts(c)->systems[o->system].name,
                                   bad ? CDR_SEV_HIGH : CDR_SEV_MEDIUM, 1, o->people, NULL});
}

/* The year in the last part of a name ("year-end-2019.zip"), 0 none. */
static int32_t year_in_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    int32_t found = 0;
    for (const char *p = slash ? slash + 1 : path; *p; p += isdigit((unsigned char)*p) ? strspn(p, "0123456789") : 1) {
        uint64_t year;
        if (strspn(p, "0123456789") == 4 && cdr_parse_u64(p, 4, 1980, 2199, &year))
            found = (int32_t)year;
    }
    return found;
}

/* When a backup was made: when it was written, or the year it is named after, should that be earlier. Copying makes files look young. */
static int64_t made_at(cdr_checks *c, const cdr_fact_object *o, bool backup, int32_t *ret_year)
{
    *ret_year = backup ? year_in_name(container(c, o)) : 0;
    int64_t end = *ret_year ? cdr_days_from_date((cdr_date){*ret_year, 12, 31}) * INT64_C(86400000000) : 0;
    if (*ret_year && (o->mtime_us == 0 || end < o->mtime_us))
        return end;
    *ret_year = 0;
    return o->mtime_us;
}

static const char *age(cdr_checks *c, int64_t made_us, int32_t year)
{
    int64_t days = (cdr_checks_facts(c)->now_us - made_us) / INT64_C(86400000000);
    if (year)
        return cdr_checks_text(c, "from %" PRId32 " by its name", year);
    return days >= 730 ? cdr_checks_text(c, "%" PRId64 " years old", days / 365) : cdr_checks_text(c, "%" PRId64 " days old", days);
}

/* The period of the system it belongs to, or of the system whose people it holds. */
static void retention(cdr_checks *c, const cdr_fact_object *o)
{
    const cdr_facts *facts = cdr_checks_facts(c);
    const cdr_fact_system *s = &facts->systems[o->system];
    if (!s->registered && o->copy_of[0] && o->copy_system != SIZE_MAX)
        s = &facts->systems[o->copy_system];
    int32_t year;
    int64_t made_us = made_at(c, o, looks_like_backup(real_path(o)), &year);
    if (made_us == 0 || s->keep_since_us == INT64_MIN || made_us >= s->keep_since_us || o->people == 0)
        return;
    hit(c, "AUD-13", o, CDR_SEV_MEDIUM, 1, cdr_checks_text(c, "%s, %s; longer than declared for %s", cdr_checks_people(c, o->people, o->people_doubt), age(c, made_us, year), s->name),
        remove_command(c, o));
}

static void backups(cdr_checks *c, const cdr_fact_object *o)
{
    const cdr_fact_system *s = &cdr_checks_facts(c)->systems[o->system];
    if (s->registered || o->people == 0 || !looks_like_backup(real_path(o)))
        return;
    int32_t year;
    int64_t made_us = made_at(c, o, true, &year);
    hit(c, "AUD-18", o, CDR_SEV_MEDIUM, 1, made_us ? cdr_checks_text(c, "%s, %s", cdr_checks_people(c, o->people, o->people_doubt), age(c, made_us, year)) : cdr_checks_people(c, o->people, o->people_doubt), "");
}

void cdr_checks_object(cdr_checks *c, const cdr_fact_object *o)
{
    cards(c, o);
    secrets(c, o);
    special(c, o);
    logs_and_mails(c, o);
    copies(c, o);
    access_rights(c, o);
    retention(c, o);
    backups(c, o);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Factors and levels of the policy. What a level must ask for at least is not the policy's to say: two identifiers find, C2 wants a secret or a possession, C3 both classes, C4 more than C3. */
#include "core/disclosure/read_words.h"

#include <stdio.h>
#include <string.h>

enum { INSTEAD = -1 };      /* no level: a way to do what a purpose is about */

static const char *const class_keys[] = {"knowledge", "possession", "record", "staff"};

/* Words that a need may use, for hints: classes, then kinds. Ends with NULL. */
static size_t need_words(const char *ret[32])
{
    const cdr_factor_kind *kinds;
    size_t n = 0, count = cdr_factor_kinds(&kinds);
    for (size_t i = 0; i < CDR_COUNT(class_keys); i++)
        ret[n++] = class_keys[i];
    for (size_t i = 0; i < count && n < 31; i++)
        ret[n++] = cdr_factor_key(kinds[i]);
    ret[n] = NULL;
    return n;
}

/* --- factors: what counts here --- */

static void read_factor(cdr_disclosure_reader *r, const char *key, json_t *value, const char *place)
{
    static const char *const counts[] = {"none", "knowledge", "possession", "record", "staff", NULL};
    const char *words[32];
    size_t n = need_words(words);
    cdr_factor_kind kind = cdr_factor_by_key(key);
    if (!kind) {
        cdr_disc_wrong(r, place, "is no kind of proof%s", cdr_disc_hint(r, key, words + CDR_COUNT(class_keys), n - CDR_COUNT(class_keys)));
        return;
    }
    int class = cdr_disc_word(r, value, place, counts, "class");
    if (class < 0)
        return;
    cdr_factor_class own = cdr_factor_class_of(kind), wanted = (cdr_factor_class)class;
    if (wanted == own || wanted == CDR_CLASS_NONE || (kind == CDR_FACTOR_EMAIL && wanted == CDR_CLASS_POSSESSION))
        r->p->classes[kind] = wanted;
    else
        cdr_disc_wrong(r, place, "cannot be %s: a %s is %s by what it is; none switches it off.", counts[class], cdr_factor_label(kind), cdr_factor_class_names[own]);
}

static void read_factors(cdr_disclosure_reader *r, json_t *tree)
{
    const char *key;
    json_t *value;
    const cdr_factor_kind *kinds;
    size_t n = cdr_factor_kinds(&kinds);
    for (size_t i = 0; i < n; i++)
        r->p->classes[kinds[i]] = cdr_factor_class_of(kinds[i]);
    if (tree && !json_is_object(tree))
        cdr_disc_wrong(r, "factors", "must hold keys with values, such as email-code: none.");
    json_object_foreach(tree, key, value)
        read_factor(r, key, value, cdr_disc_at(r, "factors", key));
}

/* --- one need: "knowledge: 1", "callback or letter: 1" --- */

static uint64_t kinds_of_word(cdr_disclosure_reader *r, const char *word, const char *place)
{
    const char *words[32];
    size_t n = need_words(words);
    for (size_t i = 0; i < CDR_COUNT(class_keys); i++)
        if (!strcmp(word, class_keys[i]))
            return cdr_kinds_of_class(r->p, (cdr_factor_class)(i + 1));
    cdr_factor_kind kind = cdr_factor_by_key(word);
    if (!kind) {
        cdr_disc_wrong(r, place, "names \"%s\", which is neither a class nor a kind of proof%s", cdr_disc_show(r, word), cdr_disc_hint(r, word, words, n));
        return 0;
    }
    if (r->p->classes[kind] == CDR_CLASS_NONE) {
        if (kind == CDR_FACTOR_EMAIL)
            cdr_disc_wrong(r, place, "names email-code, which counts as nothing: a mailbox is read from anywhere. A policy that wants it says so under factors (email-code: possession).");
        else
            cdr_disc_wrong(r, place, "names %s, which factors switches off.", cdr_factor_key(kind));
        return 0;
    }
    return UINT64_C(1) << kind;
}

static bool read_need(cdr_disclosure_reader *r, const char *key, json_t *value, const char *place, cdr_level_need *ret)
{
    char text[200];
    if (strlen(key) >= sizeof text) {
        cdr_disc_wrong(r, place, "is too long.");
        return false;
    }
    snprintf(text, sizeof text, "%s", key);
    for (char *word = text; word;) {
        char *next = strstr(word, " or ");
        if (next)
            *next = '\0';
        uint64_t bits = kinds_of_word(r, word, place);
        if (!bits)
            return false;
        ret->kinds |= bits;
        word = next ? next + 4 : NULL;
    }
    ret->words = cdr_arena_strdup(r->arena, key);
    r->no_memory |= !ret->words;
    if (!cdr_disc_number(r, value, place, 1, 6, &ret->count))
        return false;
    if ((unsigned)__builtin_popcountll(ret->kinds) < ret->count) {
        cdr_disc_wrong(r, place, "asks for %u of %d kinds, so it could never be met.", ret->count, __builtin_popcountll(ret->kinds));
        return false;
    }
    return true;
}

/* --- what a way must ask for, whatever the file says --- */

typedef struct asks { unsigned record, know, have, staff, other; } asks;

static asks asks_of(const cdr_disclosure_policy *p, const cdr_level_way *way)
{
    asks a = {0};
    for (size_t i = 0; i < way->count; i++) {
        const cdr_level_need *n = &way->needs[i];
        if (!(n->kinds & ~cdr_kinds_of_class(p, CDR_CLASS_RECORD)))
            a.record += n->count;
        else if (!(n->kinds & ~cdr_kinds_of_class(p, CDR_CLASS_KNOWLEDGE)))
            a.know += n->count;
        else if (!(n->kinds & ~cdr_kinds_of_class(p, CDR_CLASS_POSSESSION)))
            a.have += n->count;
        else if (!(n->kinds & ~cdr_kinds_of_class(p, CDR_CLASS_STAFF)))
            a.staff += n->count;
        else if (!(n->kinds & cdr_kinds_of_class(p, CDR_CLASS_RECORD)))
            a.other += n->count;
    }
    return a;
}

static void hold_the_law(cdr_disclosure_reader *r, int level, const cdr_level_way *way, const char *place)
{
    asks a = asks_of(r->p, way);
    unsigned strong = a.know + a.have + a.staff + a.other;
    if (way->identifier_counts && level != CDR_LEVEL_C2)
        cdr_disc_wrong(r, place, "says identifier_counts, which reaches C2 at most: an identifier is on file in many places and proves nothing.");
    else if (way->identifier_counts && (a.record < 1 || a.know + a.have < 1))
        cdr_disc_wrong(r, place, "says identifier_counts and must name one identifier and one secret or possession.");
    else if (level == CDR_LEVEL_C1 && a.record < 2)
        cdr_disc_wrong(r, place, "must ask for two identifiers at least (record: 2), or strangers are found by one.");
    else if (level == CDR_LEVEL_C2 && !way->identifier_counts && (a.record < 2 || a.know + a.have + a.other < 1))
        cdr_disc_wrong(r, place, "must ask for two identifiers and a secret or a possession; a policy that lets an identifier count says identifier_counts: true.");
    else if (level >= CDR_LEVEL_C3 && (a.record < 2 || a.know < 1 || a.have < 1))
        cdr_disc_wrong(r, place, "must ask for two identifiers, for knowledge and for possession: two proofs of one class are no two classes.");
    else if (level == CDR_LEVEL_C4 && strong < 3)
        cdr_disc_wrong(r, place, "must ask for more than C3, such as callback or letter and second-employee.");
}

/* Somebody who lost her secret cannot prove it; what stands in must be harder to come by than a secret. */
static void hold_instead(cdr_disclosure_reader *r, const cdr_level_way *way, const char *place)
{
    asks a = asks_of(r->p, way);
    if (way->identifier_counts || a.record < 2 || a.have < 2 || a.staff < 1)
        cdr_disc_wrong(r, place, "must ask for two identifiers, two different possessions and a second employee, such as {record: 2, letter or document: 1, possession: 1, second-employee: 1}.");
}

/* Narrow needs first, so that what is missing is told of the wide ones. */
static void sort_needs(cdr_level_need *needs, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t j = i; j > 0 && __builtin_popcountll(needs[j].kinds) < __builtin_popcountll(needs[j - 1].kinds); j--) {
            cdr_level_need swap = needs[j];
            needs[j] = needs[j - 1];
            needs[j - 1] = swap;
        }
}

static void read_way(cdr_disclosure_reader *r, int level, json_t *tree, const char *place, cdr_level_way *ret)
{
    const char *key;
    json_t *value;
    size_t before = json_array_size(r->mistakes), n = 0;
    unsigned total = 0;
    if (!json_is_object(tree) || json_object_size(tree) == 0 || json_object_size(tree) > CDR_DISCLOSURE_SLOTS + 1) {
        cdr_disc_wrong(r, place, "must say what is needed, such as {record: 2, knowledge: 1}.");
        return;
    }
    cdr_level_need *needs = cdr_disc_room(r, json_object_size(tree), sizeof *needs);
    json_object_foreach(tree, key, value) {
        const char *at = cdr_disc_at(r, place, key);
        if (!strcmp(key, "identifier_counts"))
            ret->identifier_counts = cdr_disc_yes(r, value, at);
        else if (needs && read_need(r, key, value, at, &needs[n]))
            total += needs[n++].count;
    }
    if (total > CDR_DISCLOSURE_SLOTS)
        cdr_disc_wrong(r, place, "asks for more than %d things.", CDR_DISCLOSURE_SLOTS);
    if (!needs || json_array_size(r->mistakes) > before)
        return;
    sort_needs(needs, n);
    ret->needs = needs;
    ret->count = n;
    if (level == INSTEAD)
        hold_instead(r, ret, place);
    else
        hold_the_law(r, level, ret, place);
}

static void read_level(cdr_disclosure_reader *r, int level, json_t *tree, const char *place)
{
    static const char *const known[] = {"means", "any", NULL};
    if (!cdr_disc_members(r, tree, place, known))
        return;
    json_t *means = json_object_get(tree, "means"), *any = json_object_get(tree, "any");
    const char *at = cdr_disc_at(r, place, "any");
    cdr_level_rule *rule = &r->p->levels[level];
    if (means)
        rule->means = cdr_disc_line(r, means, cdr_disc_at(r, place, "means"));
    if (!any || json_array_size(any) == 0) {
        cdr_disc_wrong(r, at, "must list at least one way to reach %s, such as {record: 2, knowledge: 1}.", cdr_level_names[level]);
        return;
    }
    json_t *list = cdr_disc_list(r, any, at, 32);
    cdr_level_way *ways = cdr_disc_room(r, json_array_size(list), sizeof *ways);
    for (size_t i = 0; ways && i < json_array_size(list); i++)
        read_way(r, level, json_array_get(list, i), cdr_disc_nth(r, at, i), &ways[i]);
    rule->ways = ways;
    rule->count = ways ? json_array_size(list) : 0;
}

cdr_level_rule cdr_disc_instead(cdr_disclosure_reader *r, json_t *value, const char *place)
{
    json_t *list = cdr_disc_list(r, value, place, 32);
    cdr_level_way *ways = cdr_disc_room(r, json_array_size(list), sizeof *ways);
    for (size_t i = 0; ways && i < json_array_size(list); i++)
        read_way(r, INSTEAD, json_array_get(list, i), cdr_disc_nth(r, place, i), &ways[i]);
    return (cdr_level_rule){ways, ways ? json_array_size(list) : 0, NULL};
}

void cdr_disc_levels(cdr_disclosure_reader *r, json_t *root)
{
    static const char *const known[] = {"C1", "C2", "C3", "C4", NULL};
    json_t *tree = json_object_get(root, "levels");
    read_factors(r, json_object_get(root, "factors"));
    if (!tree) {
        cdr_disc_wrong(r, "levels", "is missing: it says what proves C1 to C4.");
        return;
    }
    if (!cdr_disc_members(r, tree, "levels", known))
        return;
    for (int l = CDR_LEVEL_C1; l <= CDR_LEVEL_C4; l++) {
        json_t *one = json_object_get(tree, cdr_level_names[l]);
        const char *place = cdr_disc_at(r, "levels", cdr_level_names[l]);
        if (one)
            read_level(r, l, one, place);
        else
            cdr_disc_wrong(r, place, "is missing: say what proves it.");
    }
}

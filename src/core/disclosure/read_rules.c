/* SPDX-License-Identifier: Apache-2.0 */
/* Purposes with what may be told, rules for all of them, and what is never told. */
#include "core/disclosure/read_words.h"

#include "base/yaml.h"

#include <string.h>

static const char *const level_keys[] = {"C0", "C1", "C2", "C3", "C4", NULL};
static const char *const mode_keys[] = {"never", "confirm", "send-to-record", "masked", "plain", NULL};

typedef struct usual { unsigned roles, channels; } usual;

static unsigned set_or(cdr_disclosure_reader *r, json_t *tree, const char *place, const char *key, const char *const *words, const char *what, unsigned otherwise)
{
    json_t *value = json_object_get(tree, key);
    return value ? cdr_disc_set(r, value, cdr_disc_at(r, place, key), words, what) : otherwise;
}

/* A level's mode counts from there on upwards; one that tells less than a lower one is a slip of the pen. */
static void read_modes(cdr_disclosure_reader *r, json_t *tree, const char *place, cdr_tell_rule *rule)
{
    bool any = false;
    cdr_mode now = CDR_MODE_NEVER;
    for (int l = 0; l < CDR_DISCLOSURE_LEVELS; l++) {
        json_t *value = json_object_get(tree, level_keys[l]);
        const char *at = cdr_disc_at(r, place, level_keys[l]);
        int mode = value ? cdr_disc_word(r, value, at, mode_keys, "mode") : -1;
        if (value && mode == CDR_MODE_NEVER)
            cdr_disc_wrong(r, at, "is never: leave the line out, for what no rule allows is not told; what must never be told stands under never.");
        else if (mode >= 0 && (cdr_mode)mode < now)
            cdr_disc_wrong(r, at, "tells less than a lower level does (%s after %s); whoever proves more may not be told less.", mode_keys[mode], mode_keys[now]);
        else if (mode >= 0)
            now = (cdr_mode)mode;
        any |= value != NULL;
        rule->mode[l] = now;
    }
    if (!any)
        cdr_disc_wrong(r, place, "names no level, so it would never speak; add one, such as C3: masked.");
}

static void read_tell(cdr_disclosure_reader *r, json_t *tree, const char *place, bool never, usual u, cdr_tell_rule *rule)
{
    static const char *const tells[] = {"fields", "except", "purposes", "roles", "channels", "C0", "C1", "C2", "C3", "C4", "why", NULL}, *const nevers[] = {"fields", "except", "purposes", "roles", "channels", "why", NULL};
    if (++r->rules > CDR_DISC_RULES_MAX) {
        if (r->rules == CDR_DISC_RULES_MAX + 1)
            cdr_disc_wrong(r, place, "is one rule too many: a policy may have %d.", CDR_DISC_RULES_MAX);
        return;
    }
    if (!cdr_disc_members(r, tree, place, never ? nevers : tells))
        return;
    json_t *fields = json_object_get(tree, "fields"), *purposes = json_object_get(tree, "purposes"), *why = json_object_get(tree, "why"), *except = json_object_get(tree, "except");
    rule->place = place;
    rule->line = r->lines ? (unsigned)cdr_yaml_line(r->lines, place) : 0;
    rule->never = never;
    rule->why = why ? cdr_disc_line(r, why, cdr_disc_at(r, place, "why")) : "";
    rule->roles = set_or(r, tree, place, "roles", cdr_disclosure_roles, "role", u.roles);
    rule->channels = set_or(r, tree, place, "channels", cdr_disclosure_channels, "channel", u.channels);
    if (fields)
        rule->fields = cdr_disc_keys(r, fields, cdr_disc_at(r, place, "fields"), true);
    else
        cdr_disc_wrong(r, place, "names no fields; add fields: [delivery_address], or a category such as user.contact.");
    if (except)
        rule->except = cdr_disc_keys(r, except, cdr_disc_at(r, place, "except"), true);
    if (purposes)
        rule->purposes = cdr_disc_keys(r, purposes, cdr_disc_at(r, place, "purposes"), false);
    if (never && rule->why[0] == '\0')
        cdr_disc_wrong(r, place, "must say why: the sentence is what staff read when they are refused.");
    if (!never)
        read_modes(r, tree, place, rule);
}

static cdr_tell_rules read_list(cdr_disclosure_reader *r, json_t *tree, const char *place, bool never, usual u)
{
    json_t *list = cdr_disc_list(r, tree, place, CDR_DISC_RULES_MAX);
    size_t n = json_array_size(list);
    cdr_tell_rule *rules = n ? cdr_disc_room(r, n, sizeof *rules) : NULL;
    for (size_t i = 0; rules && i < n; i++)
        read_tell(r, json_array_get(list, i), cdr_disc_nth(r, place, i), never, u, &rules[i]);
    return (cdr_tell_rules){rules, rules ? n : 0};
}

static void read_purpose(cdr_disclosure_reader *r, const char *key, json_t *tree, const char *place, usual u, cdr_purpose *ret)
{
    static const char *const known[] = {"label", "needs", "instead", "ground", "roles", "channels", "tell", NULL};
    ret->key = cdr_arena_strdup(r->arena, key);
    ret->label = ret->key;
    r->no_memory |= !ret->key;
    if (!cdr_disc_is_key(key, false))
        cdr_disc_wrong(r, place, "is no key for a purpose: small letters, digits, - and _, at most %d.", CDR_DISC_KEY_MAX);
    if (!cdr_disc_members(r, tree, place, known))
        return;
    json_t *label = json_object_get(tree, "label"), *needs = json_object_get(tree, "needs"), *tell = json_object_get(tree, "tell"), *instead = json_object_get(tree, "instead");
    if (label)
        ret->label = cdr_disc_line(r, label, cdr_disc_at(r, place, "label"));
    if (!needs)
        cdr_disc_wrong(r, place, "does not say what it needs; add needs: C0 to C4, the level for doing what the purpose is about.");
    int level = needs ? cdr_disc_word(r, needs, cdr_disc_at(r, place, "needs"), level_keys, "level") : -1;
    ret->needs = level < 0 ? CDR_LEVEL_C4 : (cdr_level)level;
    ret->ground = cdr_disc_yes(r, json_object_get(tree, "ground"), cdr_disc_at(r, place, "ground"));
    ret->roles = u.roles = set_or(r, tree, place, "roles", cdr_disclosure_roles, "role", u.roles);
    ret->channels = u.channels = set_or(r, tree, place, "channels", cdr_disclosure_channels, "channel", u.channels);
    if (instead)
        ret->instead = cdr_disc_instead(r, instead, cdr_disc_at(r, place, "instead"));
    if (tell)
        ret->tell = read_list(r, tell, cdr_disc_at(r, place, "tell"), false, u);
}

static void read_purposes(cdr_disclosure_reader *r, json_t *tree, usual u)
{
    const char *key;
    json_t *value;
    size_t n = json_object_size(tree), i = 0;
    if (!json_is_object(tree) || n == 0 || n > CDR_DISC_LIST_MAX) {
        cdr_disc_wrong(r, "purposes", tree ? "must name one to %d purposes, each with needs and tell." : "is missing: it says what people ask for (one to %d of them) and what they may be told.", CDR_DISC_LIST_MAX);
        return;
    }
    cdr_purpose *all = cdr_disc_room(r, n, sizeof *all);
    if (!all)
        return;
    r->p->purposes = all;
    json_object_foreach(tree, key, value) {
        read_purpose(r, key, value, cdr_disc_at(r, "purposes", key), u, &all[i]);
        i++;
    }
    r->p->purpose_count = r->no_memory ? 0 : i;
}

/* Purposes that rules speak of must be there. */
static void check_purposes(cdr_disclosure_reader *r, const cdr_tell_rules *rules)
{
    for (size_t i = 0; i < rules->count; i++)
        for (size_t j = 0; j < rules->at[i].purposes.count; j++) {
            const char *one = rules->at[i].purposes.at[j];
            if (!cdr_purpose_find(r->p, one))
                cdr_disc_no_purpose(r, one, cdr_disc_nth(r, cdr_disc_at(r, rules->at[i].place, "purposes"), j));
        }
}

void cdr_disc_rules(cdr_disclosure_reader *r, json_t *root)
{
    const usual all = {(1u << CDR_DISCLOSURE_ROLES) - 1, (1u << CDR_DISCLOSURE_CHANNELS) - 1};
    usual u = {.roles = 1u << cdr_role_index("staff"), .channels = 1u << cdr_channel_index("phone")};
    json_t *roles = json_object_get(root, "roles"), *channels = json_object_get(root, "channels");
    if (roles)
        u.roles = cdr_disc_set(r, roles, "roles", cdr_disclosure_roles, "role");
    if (channels)
        u.channels = cdr_disc_set(r, channels, "channels", cdr_disclosure_channels, "channel");
    read_purposes(r, json_object_get(root, "purposes"), u);
    r->p->always = read_list(r, json_object_get(root, "always"), "always", false, u);
    /* What is forbidden is forbidden to everybody and everywhere, unless the rule says to whom or where. */
    r->p->never = read_list(r, json_object_get(root, "never"), "never", true, all);
    check_purposes(r, &r->p->always);
    check_purposes(r, &r->p->never);
    for (size_t i = 0; i < r->p->purpose_count; i++)
        check_purposes(r, &r->p->purposes[i].tell);
}

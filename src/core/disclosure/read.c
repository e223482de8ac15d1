/* SPDX-License-Identifier: Apache-2.0 */
/* disclosure.yaml, read: flags, limits and the frame; read_levels.c, read_rules.c and read_cases.c read the rest. */
#include "core/disclosure/read_words.h"

#include "base/yaml.h"

#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 1 << 20, ARENA_MAX = 64 << 20 };
#define SECOND INT64_C(1000000)

/* --- limits --- */

static const struct limit {
    const char *key;
    unsigned least, most, standard;
    int64_t unit_us;          /* 0: a number, at ->offset as unsigned; else a time, as int64_t */
    size_t offset;
    const char *word;         /* of the unit */
} limits[] = {
    {"tries_per_call", 1, 10, 3, 0, offsetof(cdr_disclosure_limits, tries_per_call), ""},
    {"tries_per_day", 1, 100, 5, 0, offsetof(cdr_disclosure_limits, tries_per_day), ""},
    {"idle_minutes", 1, 60, 15, 60 * SECOND, offsetof(cdr_disclosure_limits, idle_us), "minutes"},
    {"route_age_days", 0, 3650, 30, 86400 * SECOND, offsetof(cdr_disclosure_limits, route_age_us), "days"},
    {"code_minutes", 1, 10, 10, 60 * SECOND, offsetof(cdr_disclosure_limits, code_us), "minutes"},
    {"code_digits", 6, 12, 6, 0, offsetof(cdr_disclosure_limits, code_digits), ""},
    {"letter_days", 1, 30, 21, 86400 * SECOND, offsetof(cdr_disclosure_limits, letter_us), "days"},
    {"pin_digits", 6, 12, 8, 0, offsetof(cdr_disclosure_limits, pin_digits), ""},
    {"reveal_seconds", 5, 300, 60, SECOND, offsetof(cdr_disclosure_limits, reveal_us), "seconds"},
    {"number_customers_per_day", 2, 1000, 3, 0, offsetof(cdr_disclosure_limits, number_customers_per_day), ""},
    {"failed_calls_per_week", 1, 100, 2, 0, offsetof(cdr_disclosure_limits, failed_calls_per_week), ""},
    {"change_then_request_hours", 0, 8760, 72, 3600 * SECOND, offsetof(cdr_disclosure_limits, change_then_request_us), "hours"},
    {"agent_reveals_per_hour", 0, 100000, 0, 0, offsetof(cdr_disclosure_limits, agent_reveals_per_hour), ""},
};

static void set_limit(cdr_disclosure_limits *l, const struct limit *one, unsigned value)
{
    char *at = (char *)l + one->offset;
    if (one->unit_us) {
        int64_t us = (int64_t)value * one->unit_us;
        memcpy(at, &us, sizeof us);
    } else
        memcpy(at, &value, sizeof value);
}

void cdr_disc_limits(cdr_disclosure_reader *r, json_t *root)
{
    const char *known[CDR_COUNT(limits) + 1] = {0};
    json_t *tree = json_object_get(root, "limits");
    for (size_t i = 0; i < CDR_COUNT(limits); i++) {
        known[i] = limits[i].key;
        set_limit(&r->p->limits, &limits[i], limits[i].standard);
    }
    if (!tree || !cdr_disc_members(r, tree, "limits", known))
        return;
    for (size_t i = 0; i < CDR_COUNT(limits); i++) {
        json_t *value = json_object_get(tree, limits[i].key);
        unsigned n;
        if (value && cdr_disc_number(r, value, cdr_disc_at(r, "limits", limits[i].key), limits[i].least, limits[i].most, &n))
            set_limit(&r->p->limits, &limits[i], n);
    }
    if (r->p->limits.tries_per_day < r->p->limits.tries_per_call)
        cdr_disc_wrong(r, "limits.tries_per_day", "is less than tries_per_call.");
}

/* --- flags --- */

static size_t count_of(const char *const *words)
{
    size_t n = 0;
    while (words[n])
        n++;
    return n;
}

static void read_flag(cdr_disclosure_reader *r, const char *key, json_t *tree, const char *place, cdr_flag_rule *ret)
{
    static const char *const known[] = {"raise", "stop", "own", "why", NULL};
    *ret = (cdr_flag_rule){.key = cdr_arena_strdup(r->arena, key), .why = "", .raise = 1};
    r->no_memory |= !ret->key;
    if (!cdr_disc_is_key(key, false))
        cdr_disc_wrong(r, place, "is no key for a flag: small letters, digits, - and _, at most %d.", CDR_DISC_KEY_MAX);
    if (!cdr_disc_members(r, tree, place, known))
        return;
    json_t *raise = json_object_get(tree, "raise"), *stop = json_object_get(tree, "stop"), *why = json_object_get(tree, "why");
    bool own = cdr_disc_yes(r, json_object_get(tree, "own"), cdr_disc_at(r, place, "own")), ours = false;
    for (size_t i = 0; cdr_disclosure_known_flags[i] && !ours; i++)
        ours = !strcmp(key, cdr_disclosure_known_flags[i]);
    if (!ours && !own)
        cdr_disc_wrong(r, place, "is no flag that Candor raises%s One that your staff raise by hand needs own: true.", cdr_disc_hint(r, key, cdr_disclosure_known_flags, count_of(cdr_disclosure_known_flags)));
    ret->stop = cdr_disc_yes(r, stop, cdr_disc_at(r, place, "stop"));
    if (raise && ret->stop)
        cdr_disc_wrong(r, place, "says both raise and stop; one of them suffices.");
    if (!raise && !ret->stop)
        cdr_disc_wrong(r, place, "must say what it does: raise: 1, or stop: true.");
    if (raise)
        cdr_disc_number(r, raise, cdr_disc_at(r, place, "raise"), 0, 4, &ret->raise);
    if (why)
        ret->why = cdr_disc_line(r, why, cdr_disc_at(r, place, "why"));
}

void cdr_disc_flags(cdr_disclosure_reader *r, json_t *root)
{
    json_t *tree = json_object_get(root, "flags"), *together = json_object_get(root, "flags_together"), *value;
    const char *key;
    size_t i = 0;
    if (together)
        cdr_disc_number(r, together, "flags_together", 2, CDR_DISCLOSURE_FLAGS, &r->p->stop_at);
    if (!tree)
        return;
    if (!json_is_object(tree) || json_object_size(tree) > CDR_DISCLOSURE_FLAGS) {
        cdr_disc_wrong(r, "flags", "must hold at most %d flags, such as withheld-number: {raise: 1, why: …}.", CDR_DISCLOSURE_FLAGS);
        return;
    }
    cdr_flag_rule *all = cdr_disc_room(r, json_object_size(tree), sizeof *all);
    if (!all)
        return;
    json_object_foreach(tree, key, value)
        read_flag(r, key, value, cdr_disc_at(r, "flags", key), &all[i++]);
    r->p->flags = all;
    r->p->flag_count = r->no_memory ? 0 : i;
}

/* --- the frame --- */

static void read_root(cdr_disclosure_reader *r, json_t *root)
{
    static const char *const known[] = {"version", "name", "factors", "levels", "flags", "flags_together", "limits", "roles", "channels", "purposes", "always", "never", "cases", NULL};
    if (!json_is_object(root)) {
        cdr_disc_wrong(r, "The file", "must hold keys with values (version: 1, levels, purposes …).");
        return;
    }
    (void)cdr_disc_members(r, root, "The policy", known);
    json_t *version = json_object_get(root, "version"), *name = json_object_get(root, "name");
    if (json_integer_value(version) != 1)
        cdr_disc_wrong(r, "version", version ? "must be 1." : "is missing; write version: 1.");
    r->p->name = name ? cdr_disc_line(r, name, "name") : "";
    cdr_disc_levels(r, root);
    cdr_disc_limits(r, root);
    cdr_disc_flags(r, root);
    cdr_disc_rules(r, root);
    cdr_disc_cases(r, root);
}

static cdr_status read_all(const char *text, size_t len, const char *where, json_t *mistakes, cdr_disclosure_policy **ret, cdr_err *err)
{
    _cleanup_json_ json_t *root = NULL;
    *ret = NULL;
    if (len > FILE_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "disclosure", "policy.large", "%.200s is longer than %d bytes.", where, FILE_MAX);
    _cleanup_json_ json_t *lines = NULL;
    cdr_status s = cdr_yaml_parse_lines(text, len, where, &root, &lines, err);
    if (s != CDR_OK)
        return s;
    cdr_arena *a = cdr_arena_new(ARENA_MAX);
    cdr_disclosure_policy *p = a ? cdr_arena_alloc(a, sizeof *p) : NULL;
    if (!p) {
        cdr_arena_free(a);
        return cdr_fail_nomem(err, "disclosure");
    }
    p->arena = a;
    cdr_disclosure_reader r = {.p = p, .arena = a, .mistakes = mistakes, .lines = lines};
    read_root(&r, root);
    if (r.no_memory) {
        cdr_arena_free(a);
        return cdr_fail_nomem(err, "disclosure");
    }
    *ret = p;
    return CDR_OK;
}

cdr_status cdr_disclosure_mistakes(const char *text, size_t len, const char *where, json_t **ret, cdr_err *err)
{
    cdr_disclosure_policy *p = NULL;
    _cleanup_json_ json_t *found = json_array();
    *ret = NULL;
    if (!found)
        return cdr_fail_nomem(err, "disclosure");
    cdr_status s = read_all(text, len, where, found, &p, err);
    cdr_disclosure_policy_free(p);
    if (s == CDR_OK)
        *ret = CDR_TAKE(found);
    return s;
}

cdr_status cdr_disclosure_policy_read(const char *text, size_t len, const char *where, cdr_disclosure_policy **ret, cdr_err *err)
{
    _cleanup_json_ json_t *mistakes = json_array();
    *ret = NULL;
    if (!mistakes)
        return cdr_fail_nomem(err, "disclosure");
    cdr_status s = read_all(text, len, where, mistakes, ret, err);
    size_t n = json_array_size(mistakes);
    if (s != CDR_OK || n == 0)
        return s;
    cdr_disclosure_policy_free(*ret);
    *ret = NULL;
    return cdr_fail(err, CDR_E_INVAL, "disclosure", "policy.invalid", "%.120s: %s%s", where, json_string_value(json_array_get(mistakes, 0)), n > 1 ? " (candor disclosure check names all mistakes)" : "");
}

cdr_status cdr_disclosure_policy_default(cdr_disclosure_policy **ret, cdr_err *err)
{
    return cdr_disclosure_policy_read(cdr_disclosure_default, cdr_disclosure_default_len, "the policy that comes with Candor", ret, err);
}

const char *cdr_disclosure_policy_default_text(void)
{
    return cdr_disclosure_default;
}

void cdr_disclosure_policy_free(cdr_disclosure_policy *p)
{
    if (p)
        cdr_arena_free(p->arena);
}

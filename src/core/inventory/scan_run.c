/* SPDX-License-Identifier: Apache-2.0 */
/* A scan as the inventory sees it: begin, objects in batches, what changed, what is gone, end. */
#include "core/inventory/scan_run.h"

#include "core/ledger/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BATCH_US 1000000
#define BATCH_OBJECTS 20000

void cdr_store_scan_close(cdr_inventory *inv)
{
    cdr_scan_run *r = inv->run;
    if (!r)
        return;
    /* A batch holds whole objects, so what is finished may be kept; a container that is not stays unknown. */
    if (r->in_batch && r->failed)
        cdr_db_rollback(inv->db);
    else if (r->in_batch && cdr_db_commit(inv->db, NULL) != CDR_OK && inv->ctx->log)
        inv->ctx->log(inv->ctx->sink, CDR_LOG_WARN, "The last batch of the scan could not be kept; its files will be read again.");
    json_decref(r->targets);
    cdr_free(r->met);
    cdr_free(r);
    inv->run = NULL;
    inv->last_known_id = 0;
}

/* --- begin --- */

static cdr_status enter(cdr_inventory *inv, const char *kind, json_t *details, cdr_err *err)
{
    _cleanup_json_ __attribute__((unused)) json_t *owned = details;
    char *text = details ? json_dumps(details, JSON_COMPACT) : NULL;
    if (!text)
        return cdr_fail_nomem(err, "inventory");
    cdr_status s = cdr_ledger_append(inv->ledger, &(cdr_ledger_event){.kind = kind, .actor = cdr_workspace_actor(inv->ws), .details_json = text}, NULL, err);
    free(text);
    return s;
}

/* The ledger knows how many targets there were, not their names: paths may name people. */
static cdr_status add_scan(cdr_inventory *inv, cdr_scan_run *r, const cdr_inventory_scan *scan, cdr_err *err)
{
    char *targets = json_dumps(r->targets, JSON_COMPACT);
    if (!targets)
        return cdr_fail_nomem(err, "inventory");
    cdr_status s = cdr_db_begin(inv->db, err);
    if (s != CDR_OK) {
        free(targets);
        return s;
    }
    s = cdr_store_add_scan(inv, targets, scan->ruleset, scan->full, &r->id, &r->first, err);
    free(targets);
    if (s == CDR_OK)
        s = enter(inv, "scan.start", json_pack("{s:I, s:i, s:s, s:b}", "scan", (json_int_t)r->id, "targets", (int)scan->target_count, "ruleset", scan->ruleset,
                                               "full", (int)scan->full), err);
    if (s == CDR_OK)
        return cdr_db_commit(inv->db, err);
    cdr_db_rollback(inv->db);
    return s;
}

cdr_status cdr_inventory_scan_begin(cdr_inventory *inv, const cdr_inventory_scan *scan, int64_t *ret_scan, cdr_err *err)
{
    if (inv->run)
        return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.scan-twice", "A scan is in progress already; finish it first.");
    if (!scan->ruleset || !*scan->ruleset || strlen(scan->ruleset) > 16)
        return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.ruleset", "A scan needs the version of its rules, 1 to 16 characters.");
    cdr_scan_run *r = inv->run = cdr_alloc(sizeof *r);
    if (r)
        r->targets = json_array();
    bool ok = r && r->targets;
    for (size_t i = 0; ok && i < scan->target_count; i++)
        ok = json_array_append_new(r->targets, json_string(scan->targets[i])) == 0;
    cdr_status s = ok ? cdr_store_load_claims(inv, err) : cdr_fail_nomem(err, "inventory");
    if (s == CDR_OK)
        s = add_scan(inv, r, scan, err);
    if (s != CDR_OK) {
        cdr_store_scan_close(inv);
        return s;
    }
    r->rule_name = scan->rule_name;
    r->rule_title = scan->rule_title;
    r->rule_category = scan->rule_category;
    r->arg = scan->arg;
    if (ret_scan)
        *ret_scan = r->id;
    return CDR_OK;
}

/* --- batches --- */

static cdr_status no_scan(cdr_err *err)
{
    return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.no-scan", "No scan is in progress, or a step of it failed; begin another.");
}

static cdr_status open_batch(cdr_inventory *inv, cdr_err *err)
{
    cdr_scan_run *r = inv->run;
    if (!r || r->failed)
        return no_scan(err);
    if (r->in_batch)
        return CDR_OK;
    cdr_status s = cdr_db_begin(inv->db, err);
    r->in_batch = s == CDR_OK;
    r->batch_us = cdr_now_us(inv->ctx);
    r->batch_objects = 0;
    return s;
}

static cdr_status close_batch(cdr_inventory *inv, cdr_err *err)
{
    inv->run->in_batch = false;
    return cdr_db_commit(inv->db, err);
}

static cdr_status give_up(cdr_inventory *inv, cdr_status s)
{
    cdr_scan_run *r = inv->run;
    if (r && r->in_batch) {
        cdr_db_rollback(inv->db);
        r->in_batch = false;
    }
    if (r)
        r->failed = true;
    return s;
}

/* --- which containers were met --- */

static bool is_met(const cdr_scan_run *r, int64_t id)
{
    size_t word = (size_t)id / 64;
    return word < r->met_words && r->met[word] >> (id % 64) & 1;
}

static cdr_status meet(cdr_scan_run *r, int64_t id, cdr_err *err)
{
    size_t word = (size_t)id / 64;
    if (word >= r->met_words) {
        size_t words = CDR_MAX(word + 1, r->met_words * 2);
        uint64_t *grown = cdr_realloc_array(r->met, words, sizeof *grown);
        if (!grown)
            return cdr_fail_nomem(err, "inventory");
        memset(grown + r->met_words, 0, (words - r->met_words) * sizeof *grown);
        r->met = grown;
        r->met_words = words;
    }
    r->met[word] |= UINT64_C(1) << (id % 64);
    return CDR_OK;
}

cdr_status cdr_inventory_unchanged(cdr_inventory *inv, const char *container, cdr_err *err)
{
    cdr_stored_object stored;
    if (!inv->run || inv->run->failed)
        return no_scan(err);
    if (inv->last_known_id && !strcmp(inv->last_known, container))
        return meet(inv->run, inv->last_known_id, err);
    cdr_status s = cdr_store_find(inv, container, &stored, err);
    if (s == CDR_OK && !stored.id)
        return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.not-known", "An object was called unchanged that the inventory does not know.");
    return s == CDR_OK ? meet(inv->run, stored.id, err) : s;
}

/* --- one object --- */

static bool field_matters(const cdr_field_seen *f)
{
    return f->kind_count > 0 || f->column_kind != CDR_KIND_NONE;
}

static cdr_object_sum sum_up(const cdr_observation *o)
{
    cdr_object_sum sum = {0};
    for (size_t i = 0; i < o->field_count; i++) {
        sum.found = sum.found || field_matters(&o->fields[i]);
        for (size_t k = 0; k < o->fields[i].kind_count; k++) {
            const cdr_kind_seen *c = &o->fields[i].kinds[k];
            for (size_t b = 0; b < 3; b++)
                sum.by_band[b] += c->by_band[b];
            sum.suppressed += c->suppressed;
            if (c->by_band[CDR_BAND_MEDIUM] + c->by_band[CDR_BAND_HIGH] > 0)
                sum.families |= UINT32_C(1) << cdr_kind_get(c->kind)->family;
        }
    }
    return sum;
}

/* The row of ${o}'s container, made when it is new; marked as being read the first time this scan meets it. */
static cdr_status enter_container(cdr_inventory *inv, const cdr_observation *o, int64_t *ret, cdr_err *err)
{
    cdr_scan_run *r = inv->run;
    cdr_stored_object stored;
    cdr_status s = cdr_store_find(inv, o->container, &stored, err);
    if (s != CDR_OK)
        return s;
    if (!stored.id) {
        cdr_observation outer = {.path = o->container, .container = o->container, .format = "", .mode = o->mode, .uid = o->uid, .mtime_us = o->mtime_us};
        cdr_object_sum nothing = {0};
        s = cdr_store_object(inv, &outer, &(cdr_object_place){.system = cdr_claims_find(&inv->claims, o->container), .scan = r->id, .members_only = true}, &nothing,
                             &stored.id, err);
    } else if (!is_met(r, stored.id))
        s = cdr_store_touch(inv, stored.id, r->id, err);
    *ret = stored.id;
    return s == CDR_OK ? meet(r, stored.id, err) : s;
}

static cdr_status add_now(cdr_kind_sums *sums, const cdr_kind_seen *c, cdr_err *err)
{
    uint64_t count = c->by_band[CDR_BAND_MEDIUM] + c->by_band[CDR_BAND_HIGH];
    if (count == 0)
        return CDR_OK;
    for (size_t i = 0; i < sums->len; i++)
        if (sums->at[i].kind == c->kind) {
            sums->at[i].now += count;
            return CDR_OK;
        }
    cdr_kind_sum *sum = cdr_kind_sums_push(sums);
    if (!sum)
        return cdr_fail_nomem(err, "inventory");
    *sum = (cdr_kind_sum){.kind = c->kind, .now = count};
    return CDR_OK;
}

/* Kinds that came or went; when they stay and their number differs, the object as a whole is changed. */
static cdr_status compare_kinds(cdr_inventory *inv, const cdr_observation *o, int64_t id, int64_t system, uint64_t before, uint64_t strong, cdr_err *err)
{
    cdr_kind_sums sums = {0};
    cdr_status s = cdr_store_old_kinds(inv, id, &sums, err);
    for (size_t i = 0; s == CDR_OK && i < o->field_count; i++)
        for (size_t k = 0; s == CDR_OK && k < o->fields[i].kind_count; k++)
            s = add_now(&sums, &o->fields[i].kinds[k], err);
    bool other_number = false, kinds_differ = false;
    for (size_t i = 0; s == CDR_OK && i < sums.len; i++) {
        const cdr_kind_sum *k = &sums.at[i];
        other_number = other_number || k->before != k->now;
        if (k->before && k->now)
            continue;
        kinds_differ = true;
        s = cdr_store_change(inv, o->path, system, k->now ? 1 : -1, k->kind, k->before, k->now ? k->now : k->before, err);
    }
    if (s == CDR_OK && other_number && !kinds_differ)
        s = cdr_store_change(inv, o->path, system, 0, CDR_KIND_NONE, before, strong, err);
    cdr_kind_sums_done(&sums);
    return s;
}

static cdr_status note_change(cdr_inventory *inv, const cdr_observation *o, const cdr_stored_object *stored, int64_t system, const cdr_object_sum *sum, cdr_err *err)
{
    uint64_t strong = sum->by_band[CDR_BAND_MEDIUM] + sum->by_band[CDR_BAND_HIGH];
    if (inv->run->first || (stored->found_strong == 0 && strong == 0))
        return CDR_OK;
    if (stored->found_strong == 0)
        return cdr_store_change(inv, o->path, system, 1, CDR_KIND_NONE, 0, strong, err);
    /* What can no longer be read is not gone; it stands among the gaps. */
    if (strong == 0 && o->coverage == CDR_COVERAGE_SKIPPED)
        return CDR_OK;
    /* Kind by kind when something is set aside: the one may be, and the other gone. */
    if (strong == 0 && sum->suppressed == 0)
        return cdr_store_change(inv, o->path, system, -1, CDR_KIND_NONE, (uint64_t)stored->found_strong, (uint64_t)stored->found_strong, err);
    return compare_kinds(inv, o, stored->id, system, (uint64_t)stored->found_strong, strong, err);
}

static cdr_status store_contents(cdr_inventory *inv, const cdr_observation *o, int64_t id, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < o->field_count; i++)
        if (field_matters(&o->fields[i]))
            s = cdr_store_field(inv, id, i, &o->fields[i], err);
    return s == CDR_OK ? cdr_store_add_people(inv, id, o, err) : s;
}

static cdr_status store_object(cdr_inventory *inv, const cdr_observation *o, const cdr_object_place *place, const cdr_object_sum *sum, int64_t *ret_id, cdr_err *err)
{
    cdr_stored_object stored;
    cdr_status s = cdr_store_find(inv, o->path, &stored, err);
    if (s == CDR_OK)
        s = note_change(inv, o, &stored, place->system, sum, err);
    /* Nothing can hang on a row that is new, or on one that the container's first touch has made. */
    if (s == CDR_OK && stored.id)
        s = cdr_store_clear(inv, stored.id, err);
    *ret_id = stored.id;
    if (s == CDR_OK)
        s = cdr_store_object(inv, o, place, sum, ret_id, err);
    return s == CDR_OK && sum->found ? store_contents(inv, o, *ret_id, err) : s;
}

/* A container that is an object itself: a plain file, or an archive told about as such. */
static cdr_status observe_container(cdr_inventory *inv, const cdr_observation *o, const cdr_container_state *state, cdr_err *err)
{
    cdr_scan_run *r = inv->run;
    cdr_object_sum sum = sum_up(o);
    cdr_stored_object stored;
    cdr_status s = cdr_store_find(inv, o->path, &stored, err);
    if (s == CDR_OK && stored.id && !is_met(r, stored.id))
        s = cdr_store_touch(inv, stored.id, r->id, err);
    cdr_object_place place = {.system = cdr_claims_find(&inv->claims, o->path), .scan = r->id};
    int64_t id = 0;
    if (s == CDR_OK)
        s = store_object(inv, o, &place, &sum, &id, err);
    if (s == CDR_OK)
        s = meet(r, id, err);
    return s == CDR_OK && state ? cdr_store_finish_container(inv, id, state, err) : s;
}

static cdr_status observe_member(cdr_inventory *inv, const cdr_observation *o, const cdr_container_state *state, cdr_err *err)
{
    cdr_object_sum sum = sum_up(o);
    cdr_object_place place = {.system = cdr_claims_find(&inv->claims, o->path), .scan = inv->run->id};
    cdr_status s = enter_container(inv, o, &place.container, err);
    int64_t id;
    if (s == CDR_OK && !sum.found && o->coverage == CDR_COVERAGE_COMPLETE)
        s = cdr_store_count_clean(inv, place.container, err);
    else if (s == CDR_OK)
        s = store_object(inv, o, &place, &sum, &id, err);
    return s == CDR_OK && state ? cdr_store_finish_container(inv, place.container, state, err) : s;
}

cdr_status cdr_inventory_observe(cdr_inventory *inv, const cdr_observation *o, const cdr_container_state *state, cdr_err *err)
{
    cdr_status s = open_batch(inv, err);
    if (s != CDR_OK)
        return give_up(inv, s);
    bool own = !o->container || !strcmp(o->path, o->container);
    s = own ? observe_container(inv, o, state, err) : observe_member(inv, o, state, err);
    cdr_scan_run *r = inv->run;
    if (s == CDR_OK && (++r->batch_objects >= BATCH_OBJECTS || cdr_now_us(inv->ctx) - r->batch_us >= BATCH_US))
        s = close_batch(inv, err);
    return s == CDR_OK ? s : give_up(inv, s);
}

/* --- end --- */

static bool exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Displayed paths are escaped (\xNN): a file is gone when neither spelling exists. */
static bool file_exists(const char *path)
{
    if (exists(path))
        return true;
    if (!strstr(path, "\\x"))
        return false;
    _cleanup_free_ char *raw = cdr_strdup(path);
    if (!raw)
        return true;   /* rather kept than lost */
    char *to = raw;
    for (const char *s = raw; *s; to++) {
        int high = s[0] == '\\' && s[1] == 'x' ? hex_digit(s[2]) : -1, low = high >= 0 ? hex_digit(s[3]) : -1;
        *to = (char)(low >= 0 ? high << 4 | low : *s);
        s += low >= 0 ? 4 : 1;
    }
    *to = '\0';
    return exists(raw);
}

static bool is_under(const json_t *targets, const char *path)
{
    for (size_t i = 0; i < json_array_size(targets); i++) {
        const char *target = json_string_value(json_array_get(targets, i));
        size_t len = strlen(target);
        while (len > 1 && target[len - 1] == '/')
            len--;
        if (!strncmp(path, target, len) && (path[len] == '\0' || path[len] == '/' || (len == 1 && *target == '/')))
            return true;
    }
    return false;
}

typedef struct search { const cdr_scan_run *run; cdr_ids gone; } search;

static cdr_status look_at(void *arg, int64_t id, const char *path)
{
    search *x = arg;
    /* What was left out on purpose (--exclude, a folder that could not be read) is still there. */
    if (is_met(x->run, id) || !is_under(x->run->targets, path) || (path[0] == '/' && file_exists(path)))
        return CDR_OK;
    int64_t *slot = cdr_ids_push(&x->gone);
    if (!slot)
        return CDR_E_NOMEM;
    *slot = id;
    return CDR_OK;
}

static cdr_status drop_gone(cdr_inventory *inv, bool interrupted, uint64_t *ret_gone, cdr_err *err)
{
    search x = {.run = inv->run};
    cdr_status s = cdr_store_stale(inv, inv->run->id, &x.gone, err);
    if (s == CDR_OK && !interrupted && (s = cdr_store_each_container(inv, look_at, &x, err)) == CDR_E_NOMEM)
        s = cdr_fail_nomem(err, "inventory");
    for (size_t i = 0; s == CDR_OK && i < x.gone.len; i++)
        s = cdr_store_gone(inv, inv->run->id, x.gone.at[i], err);
    *ret_gone = x.gone.len;
    cdr_ids_done(&x.gone);
    return s;
}

cdr_status cdr_inventory_scan_finish(cdr_inventory *inv, const cdr_inventory_totals *t, cdr_err *err)
{
    uint64_t gone = 0;
    cdr_status s = open_batch(inv, err);
    if (s == CDR_OK)
        s = drop_gone(inv, t->interrupted, &gone, err);
    if (s == CDR_OK)
        s = cdr_store_end_scan(inv, inv->run->id, t, gone, err);
    if (s == CDR_OK)
        s = enter(inv, "scan.finish", json_pack("{s:I, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "scan", (json_int_t)inv->run->id, "interrupted",
                                                (int)t->interrupted, "objects", (json_int_t)t->objects, "complete", (json_int_t)t->complete, "partial",
                                                (json_int_t)t->partial, "skipped", (json_int_t)t->skipped, "unchanged", (json_int_t)t->unchanged, "findings",
                                                (json_int_t)t->findings, "suppressed", (json_int_t)t->suppressed, "gone", (json_int_t)gone), err);
    if (s == CDR_OK)
        s = close_batch(inv, err);
    if (s != CDR_OK)
        give_up(inv, s);
    cdr_store_scan_close(inv);
    return s;
}

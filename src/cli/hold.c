/* SPDX-License-Identifier: Apache-2.0 */
/* candor hold place, list, release: what must not be deleted, whatever a policy says. */
#include "base/io.h"
#include "base/parse.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/input.h"
#include "cli/inventory.h"
#include "cli/policy_words.h"
#include "core/identity/note.h"
#include "core/inventory/claims.h"
#include "core/minimise/holds.h"
#include "detect/path_value.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IDENTIFIER_MAX 1024
#define REASON_MAX (CDR_NOTE_TEXT_MAX + 1)

/* From a file or standard input, so that it stays out of the shell's history and out of what other users see of processes. */
static cdr_status read_person(cdr_cli *cli, const char *path, cdr_hold *hold)
{
    cdr_buf text = CDR_BUF(IDENTIFIER_MAX);
    if (cdr_buf_reserve(&text, IDENTIFIER_MAX) != CDR_OK)   /* growing would leave copies behind */
        return cdr_fail_nomem(&cli->err, "cli");
    cdr_status s = cdr_cli_input_read(cli, path, &text);
    if (s == CDR_E_LIMIT)
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "hold.person-long", "An identifier is one line of at most 512 bytes.");
    const cdr_secret *key = cdr_workspace_key(cli->ws, CDR_KEY_VALUE_ID);
    if (s == CDR_OK && !key)
        s = cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_hold_set_person(hold, key, text.data ? text.data : "", text.len, &cli->err);
    cdr_buf_wipe(&text);
    return s;
}

static cdr_status check_system(cdr_cli *cli, const char *key)
{
    cdr_inventory *inv = NULL;
    cdr_any_entity system;
    cdr_status s = cdr_inventory_open(cli->ws, &inv, &cli->err);
    if (s == CDR_OK)
        s = cdr_inventory_get(inv, CDR_ENTITY_SYSTEM, key, &system, &cli->err);
    if (s == CDR_OK)
        cdr_record_done(cdr_entity_record(CDR_ENTITY_SYSTEM), &system);
    cdr_inventory_close(inv);
    return s;
}

static cdr_status resolve(cdr_cli *cli, const char *path, cdr_buf *out)
{
    char *here = realpath(".", NULL);
    cdr_status s = cdr_claim_resolve(path, here ? here : "", out, &cli->err);
    free(here);
    return s;
}

typedef struct placement { int64_t id; uint64_t objects, within, known; const char *nearest; } placement;

/* How much the new hold covers; nothing may be a slip of the pen. */
static cdr_status measure(cdr_cli *cli, const cdr_hold *h, cdr_arena *a, placement *p)
{
    _cleanup_(cdr_holds_freep) cdr_holds *all = NULL;
    _cleanup_(cdr_path_masker_freep) cdr_path_masker *masker = NULL;
    cdr_hold_reach *reach = NULL;
    const char *nearest = "";
    cdr_status s = cdr_holds_load(cli->ws, &all, &cli->err);
    if (s == CDR_OK)
        s = cdr_holds_measure(cli->ws, all, a, &reach, &p->known, &cli->err);
    for (size_t i = 0; s == CDR_OK && i < cdr_holds_count(all); i++)
        if (cdr_holds_get(all, i)->id == p->id) {
            p->objects = reach[i].objects;
            p->within = reach[i].within;
        }
    if (s == CDR_OK && !p->within && h->path)
        s = cdr_hold_nearest(cli->ws, h->path, a, &nearest, &cli->err);
    if (s == CDR_OK && !strcmp(nearest, h->path ? h->path : ""))
        nearest = "";            /* it is the right one: something else keeps it from covering anything */
    if (s == CDR_OK && *nearest)
        s = cdr_path_masker_new(&masker, &cli->err);
    if (s == CDR_OK && !(p->nearest = cdr_arena_strdup(a, *nearest ? cdr_path_mask(masker, nearest) : "")))
        s = cdr_fail_nomem(&cli->err, "cli");
    return s;
}

static void tell_placed(cdr_cli *cli, const placement *p, const cdr_hold *h)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(1 << 16);
    cdr_buf_addf(&text, "Hold %lld is in force and covers %llu known object%s", (long long)p->id, (unsigned long long)p->objects, p->objects == 1 ? "" : "s");
    if (p->objects)
        cdr_buf_adds(&text, ": no plan deletes or changes what it covers until it is released:");
    else if (!p->known)
        cdr_buf_adds(&text, ", as nothing was scanned yet. No plan deletes or changes what it covers until it is released:");
    else if (p->within)
        cdr_buf_adds(&text, ": no scan has seen this person's identifier. Records in which it stands are kept all the same, wherever a plan meets them. To release it:");
    else
        cdr_buf_addf(&text, "%s%s. It is kept, and covers what later scans see of it. If that is not what you meant, release it and place another:",
                     h->path ? ": no scan has seen such a thing in " : ": no scan has seen such a thing",
                     h->path ? cdr_cli_from_here(h->path) : "");
    cdr_cli_wrapped(cli, 0, 0, text.data ? text.data : "");
    cdr_cli_print(cli, "  candor hold release %lld --reason \"why it ends\"\n", (long long)p->id);
    if (*p->nearest)
        cdr_cli_print(cli, "Did you mean %s?\n", cdr_cli_from_here(p->nearest));
}

static cdr_exit run_place(cdr_cli *cli)
{
    char reason[REASON_MAX];
    _cleanup_(cdr_arena_freep) cdr_arena *a = cdr_arena_new((size_t)16 << 20);
    _cleanup_buf_ cdr_buf path = CDR_BUF(1 << 16);
    const char *person = cdr_opt_text(cli, "person-file") ? cdr_opt_text(cli, "person-file") : cdr_opt_text(cli, "person");
    cdr_hold h = {.name = cdr_opt_text(cli, "name"), .reason = cdr_opt_text(cli, "reason"), .approver = cdr_opt_text(cli, "approver"), .system = cdr_opt_text(cli, "system"),
                  .category = cdr_opt_text(cli, "category"), .path = cdr_opt_text(cli, "path")};
    if (!h.name || !h.reason || !h.approver)
        return cdr_cli_usage(cli, "A hold needs --name, --reason and --approver: others must be able to judge it later.");
    if (cdr_opt_text(cli, "person") && strcmp(cdr_opt_text(cli, "person"), "-") != 0)
        return cdr_cli_usage(cli, "--person takes - only: an identifier is read from standard input, or from a file with --person-file, so that it stays out of the shell's history.");
    if (!h.system && !h.category && !h.path && !person && !cdr_opt_flag(cli, "everything"))
        return cdr_cli_usage(cli, "Say what is held: --system, --category, --path or --person -; --everything holds all there is.");
    cdr_status s = cdr_note_clean_once(h.reason, reason, sizeof reason, &cli->err);
    h.reason = reason;
    if (s == CDR_OK && h.system)
        s = check_system(cli, h.system);
    if (s == CDR_OK && h.path && (s = resolve(cli, h.path, &path)) == CDR_OK)
        h.path = path.data;
    if (s == CDR_OK && person)
        s = read_person(cli, person, &h);
    int64_t id = 0;
    if (s == CDR_OK)
        s = a ? cdr_hold_place(cli->ws, &h, &id, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    placement p = {.id = id, .nearest = ""};
    if (s == CDR_OK)
        s = measure(cli, &h, a, &p);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_exit code = p.known && !p.within ? CDR_EXIT_INCOMPLETE : CDR_EXIT_OK;
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:I, s:s, s:I, s:s*}", "id", (json_int_t)id, "name", h.name, "objects", (json_int_t)p.objects, "nearest", *p.nearest ? p.nearest : NULL), code);
    if (!cli->quiet || code != CDR_EXIT_OK)
        tell_placed(cli, &p, &h);
    return code;
}

static const cdr_opt place_options[] = {
    {"name", 'n', CDR_OPT_TEXT, "TEXT", NULL, "a file number or short name of the matter, not a person's; needed"},
    {"reason", 'r', CDR_OPT_TEXT, "TEXT", NULL, "why; needed"},
    {"approver", 'a', CDR_OPT_TEXT, "WHO", NULL, "who answers for it; needed"},
    {"system", 0, CDR_OPT_TEXT, "KEY", NULL, "only in this system"},
    {"category", 0, CDR_OPT_TEXT, "KEY", NULL, "only data of this category, such as user.financial"},
    {"path", 'p', CDR_OPT_TEXT, "PATH", NULL, "only this file, folder or pattern (*, **, ?)"},
    {"person", 0, CDR_OPT_TEXT, "-", NULL, "only one person's records; the identifier is read from standard input"},
    {"person-file", 0, CDR_OPT_TEXT, "FILE", NULL, "the same, read from FILE"},
    {"everything", 0, CDR_OPT_FLAG, NULL, NULL, "hold all there is"},
    {0},
};

const cdr_cmd cdr_cmd_hold_place = {
    .path = "hold place",
    .group = "Keep less",
    .summary = "place a legal hold: nothing it covers is deleted or changed",
    .max_args = 0,
    .opts = place_options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_MANAGER,
    .description = "A hold beats every retention rule and every remedy. It covers a system, a category, a path or one person's records; given together, all must fit. "
                   "Of a person only keyed hashes of the identifier are kept. In tables the person's records stay as they are and the others are cleaned; a file that can only go "
                   "as a whole stays when the person may be in it. In an SQLite database the rows that refer to the person's rows are theirs, too, as far as the database declares it "
                   "(foreign keys), over any number of tables. CSV and JSON files declare nothing: there only records in which the identifier itself stands are held, so place a hold "
                   "by --path for others. Copies outside a system are not covered by --system. "
                   "The ledger keeps that there is a hold, not its name or reason. Exit code 6: it covers nothing that a scan has seen, which may be a slip of the pen; the hold is kept.",
    .examples = "  candor hold place --name \"file 2027-14\" --reason \"claim by a supplier\" --approver \"A. Counsel\" --category user.financial\n"
                "  # one person's records, wherever they are\n"
                "  echo ada@example.com | candor hold place --name \"file 2027-15\" --reason \"pending claim\" --approver \"A. Counsel\" --person -\n",
    .json_shape = "  {\"id\": 1, \"name\": \"file 2027-14\", \"objects\": 0, \"nearest\": \"/…/shop.db\"}\n",
    .run = run_place,
};

static void covers(const cdr_hold *h, cdr_buf *out)
{
    cdr_buf_adds(out, h->person_count ? "one person's records" : *h->category ? "" : "everything");
    if (*h->category)
        cdr_buf_addf(out, "%s%s", h->person_count ? ": " : "", h->category);
    if (*h->system)
        cdr_buf_addf(out, " in the system %s", h->system);
    if (*h->path)
        cdr_buf_addf(out, " in %s", h->path);
}

static json_t *hold_json(const cdr_hold *h, uint64_t objects)
{
    char placed[CDR_TIME_TEXT], released[CDR_TIME_TEXT] = "";
    cdr_time_format(h->placed_us, placed);
    if (h->released_us)
        cdr_time_format(h->released_us, released);
    return json_pack("{s:I, s:s, s:s, s:s, s:s*, s:s*, s:s*, s:b, s:I, s:s, s:s*, s:s*}", "id", (json_int_t)h->id, "name", h->name, "reason", h->reason, "approver", h->approver, "system",
                     *h->system ? h->system : NULL, "category", *h->category ? h->category : NULL, "path", *h->path ? h->path : NULL, "by_person", h->person_count > 0, "objects", (json_int_t)objects, "placed",
                     placed, "released", h->released_us ? released : NULL, "release_reason", h->released_us ? h->release_reason : NULL);
}

/* Before the first scan there are no objects to count. */
static cdr_status list_text(cdr_cli *cli, const cdr_holds *all, const cdr_hold_reach *reach, uint64_t known)
{
    static const char *const heads[] = {"HOLD", "NAME", "SINCE", "OBJECTS", "COVERS"};
    enum { OBJECTS = 3 };
    if (!cdr_holds_count(all)) {
        cdr_cli_say(cli, "No hold is in force%s.\n", cdr_opt_flag(cli, "all") ? ", and none ever was" : "; candor hold list --all shows released ones");
        return CDR_OK;
    }
    cdr_text_table *t = cdr_text_table_new(CDR_COUNT(heads) - !known);
    if (!t)
        return cdr_fail_nomem(&cli->err, "cli");
    for (size_t i = 0; i < CDR_COUNT(heads); i++)
        if (known || i != OBJECTS)
            cdr_text_table_cell(t, heads[i]);
    for (size_t i = 0; i < cdr_holds_count(all); i++) {
        const cdr_hold *h = cdr_holds_get(all, i);
        char placed[CDR_TIME_TEXT];
        _cleanup_buf_ cdr_buf what = CDR_BUF(1 << 16);
        cdr_time_format(h->placed_us, placed);
        covers(h, &what);
        if (h->released_us)
            cdr_buf_adds(&what, " (released)");
        cdr_text_table_cellf(t, "%lld", (long long)h->id);
        cdr_text_table_cell(t, h->name);
        cdr_text_table_cellf(t, "%.10s", placed);
        if (known)
            cdr_text_table_cellf(t, "%llu", (unsigned long long)reach[i].objects);
        cdr_text_table_cell(t, what.data);
    }
    cdr_status s = cdr_text_table_print(t, cli, &cli->err);
    cdr_text_table_free(t);
    return s;
}

static cdr_exit run_list(cdr_cli *cli)
{
    _cleanup_(cdr_holds_freep) cdr_holds *all = NULL;
    _cleanup_(cdr_arena_freep) cdr_arena *a = cdr_arena_new((size_t)16 << 20);
    cdr_hold_reach *reach = NULL;
    uint64_t known = 0;
    cdr_status s = cdr_opt_flag(cli, "all") ? cdr_holds_load_all(cli->ws, &all, &cli->err) : cdr_holds_load(cli->ws, &all, &cli->err);
    if (s == CDR_OK)
        s = a ? cdr_holds_measure(cli->ws, all, a, &reach, &known, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (!cli->json)
        return (s = list_text(cli, all, reach, known)) == CDR_OK ? CDR_EXIT_OK : cdr_cli_fail(cli, s);
    json_t *list = json_array();
    for (size_t i = 0; i < cdr_holds_count(all); i++)
        if (json_array_append_new(list, hold_json(cdr_holds_get(all, i), reach[i].objects))) {
            json_decref(list);
            return cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
        }
    return cdr_cli_print_json(cli, json_pack("{s:o}", "holds", list), CDR_EXIT_OK);
}

static const cdr_opt list_options[] = {
    {"all", 0, CDR_OPT_FLAG, NULL, NULL, "released ones, too"},
    {0},
};

const cdr_cmd cdr_cmd_hold_list = {
    .path = "hold list",
    .group = "Keep less",
    .summary = "list the legal holds in force",
    .max_args = 0,
    .opts = list_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Number, name, date and what each hold covers, with how many of the objects that scans have seen; by person, in how many of them the person was seen. --json adds reason and approver.",
    .examples = "  candor hold list\n  candor hold list --all --json\n",
    .json_shape = "  {\"holds\": [{\"id\": 1, \"name\": \"file 2027-14\", \"reason\": \"…\", \"approver\": \"…\", \"system\": \"crm\", \"category\": \"user.financial\",\n"
                  "   \"path\": \"/…\", \"by_person\": false, \"objects\": 3, \"placed\": \"…\", \"released\": \"…\", \"release_reason\": \"…\"}]}\n",
    .run = run_list,
};

static cdr_exit run_release(cdr_cli *cli)
{
    uint64_t id;
    if (!cdr_parse_u64(cli->argv[0], strlen(cli->argv[0]), 1, INT64_MAX, &id))
        return cdr_cli_usage(cli, "ID is the number of a hold, as candor hold list shows it.");
    if (!cdr_opt_text(cli, "reason"))
        return cdr_cli_usage(cli, "Say with --reason why the hold ends.");
    char reason[REASON_MAX];
    cdr_status s = cdr_note_clean_once(cdr_opt_text(cli, "reason"), reason, sizeof reason, &cli->err);
    if (s == CDR_OK)
        s = cdr_hold_release(cli->ws, (int64_t)id, reason, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:I, s:b}", "id", (json_int_t)id, "released", 1), CDR_EXIT_OK);
    cdr_cli_say(cli, "Hold %llu is released; plans that are made from now on go by the policy again.\n", (unsigned long long)id);
    return CDR_EXIT_OK;
}

static const cdr_opt release_options[] = {
    {"reason", 'r', CDR_OPT_TEXT, "TEXT", NULL, "why it ends; needed"},
    {0},
};

const cdr_cmd cdr_cmd_hold_release = {
    .path = "hold release",
    .group = "Keep less",
    .summary = "end a legal hold",
    .args = "ID",
    .min_args = 1,
    .max_args = 1,
    .opts = release_options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_MANAGER,
    .description = "The hold stays in the list of all holds, with the reason for its end; the ledger keeps when it was released, and by whom.",
    .examples = "  candor hold release 1 --reason \"the claim was settled\"\n",
    .json_shape = "  {\"id\": 1, \"released\": true}\n",
    .run = run_release,
};

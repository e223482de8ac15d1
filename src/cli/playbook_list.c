/* SPDX-License-Identifier: Apache-2.0 */
/* candor playbook list: which playbooks there are, who signed them, when they were last read and tried. */
#include "base/text.h"
#include "base/time.h"
#include "cli/playbook_signed.h"
#include "cli/policy_words.h"
#include "core/cacao/outline.h"
#include "core/playbook/review.h"

#include <stdio.h>
#include <string.h>

typedef struct listing { cdr_cli *cli; json_t *list; size_t count; unsigned late, bad; } listing;

static const char *headline_of(const cdr_playbook *p)
{
    const cdr_playbook_rule *rule = cdr_playbook_rule_of(p);
    const char *name = cdr_playbook_name(p);
    return rule->present && rule->headline ? rule->headline : name ? name : "";
}

static void day(int64_t us, char ret[11])
{
    char at[CDR_TIME_TEXT];
    cdr_time_format(us, at);
    snprintf(ret, 11, "%.10s", at);
}

static json_t *time_json(int64_t us)
{
    char at[CDR_TIME_TEXT];
    if (!us)
        return json_null();
    cdr_time_format(us, at);
    return json_string(at);
}

static json_t *as_json(const cdr_standing *st, cdr_signed_by by, const char *who)
{
    const cdr_library_item *item = st->item;
    const cdr_playbook *p = item->playbook;
    if (!p)
        return json_pack("{s:s, s:s?, s:s}", "name", item->name, "path", item->path, "problem", item->problem ? item->problem->text : "");
    const cdr_playbook_rule *rule = cdr_playbook_rule_of(p);
    return json_pack("{s:s, s:s?, s:s, s:s?, s:s?, s:s?, s:s, s:i, s:s, s:s, s:o, s:s?, s:b, s:o, s:b, s:o, s:o}", "name", item->name, "path", item->path, "id", cdr_playbook_id(p), "modified",
                     cdr_playbook_modified(p), "title", cdr_playbook_name(p), "kind", rule->kind, "headline", headline_of(p), "steps", (int)cdr_playbook_steps_for_people(p), "signed", cdr_signed_by_key(by), "signed_words", who,
                     "reviewed", time_json(st->reviewed_us), "result", st->result ? cdr_review_result_name(st->result) : NULL, "changed_since", (int)st->changed, "next_review", time_json(st->next_us),
                     "overdue", (int)st->overdue, "drilled", time_json(st->drilled_us), "drill_percent", st->drilled_us ? json_integer(st->percent) : json_null());
}

static void review_words(const cdr_standing *st, cdr_buf *out)
{
    char last[11], next[11];
    day(st->reviewed_us, last);
    day(st->next_us, next);
    if (st->reviewed_us)
        cdr_buf_addf(out, "; reviewed %s: %s%s", last, cdr_review_result_name(st->result), st->changed ? ", changed since" : "");
    else
        cdr_buf_adds(out, "; never reviewed");
    if (st->overdue)
        cdr_buf_addf(out, ", OVERDUE since %s", next);
    else if (st->next_us)
        cdr_buf_addf(out, ", next by %s", next);
    if (st->drilled_us) {
        day(st->drilled_us, last);
        cdr_buf_addf(out, "; drill %s: %d %%", last, st->percent);
    } else {
        cdr_buf_adds(out, "; no drill yet");
    }
}

static void as_text(listing *l, const cdr_standing *st, const char *who)
{
    const cdr_library_item *item = st->item;
    _cleanup_buf_ cdr_buf line = CDR_BUF(4000);
    _cleanup_free_ char *name = cdr_cli_shown(item->name);
    cdr_cli_print(l->cli, "%s%s\n", l->count > 1 ? "\n" : "", name ? name : "");
    if (!item->playbook) {
        cdr_buf_addf(&line, "cannot be read: %s", item->problem ? item->problem->text : "");
        cdr_cli_wrapped(l->cli, 2, 2, line.data ? line.data : "");
        return;
    }
    _cleanup_free_ char *headline = cdr_cli_shown(headline_of(item->playbook));
    unsigned steps = cdr_playbook_steps_for_people(item->playbook);
    cdr_cli_wrapped(l->cli, 2, 2, headline ? headline : "");
    cdr_buf_addf(&line, "%u step%s for people, %s%s", steps, steps == 1 ? "" : "s", item->path ? "your own, " : "", who);
    review_words(st, &line);
    cdr_cli_wrapped(l->cli, 2, 2, line.data ? line.data : "");
}

static cdr_status list_one(void *arg, const cdr_standing *st)
{
    listing *l = arg;
    cdr_signed_by by = CDR_SIGNED_NOBODY;
    _cleanup_buf_ cdr_buf who = CDR_BUF(600);
    cdr_status s = st->item->playbook ? cdr_cli_signed_by(l->cli, st->item->playbook, &by, &who) : CDR_OK;
    if (s != CDR_OK)
        return s;
    l->count++;
    l->late += st->overdue;
    l->bad += !st->item->playbook || by == CDR_SIGNED_BADLY;
    if (l->list)
        return json_array_append_new(l->list, as_json(st, by, who.data ? who.data : "")) ? cdr_fail_nomem(&l->cli->err, "cli") : CDR_OK;
    as_text(l, st, who.data ? who.data : "");
    return CDR_OK;
}

static cdr_exit run_list(cdr_cli *cli)
{
    listing l = {.cli = cli, .list = cli->json ? json_array() : NULL};
    cdr_status s = cdr_standing_each(cli->ws, cdr_now_us(&cli->ctx), list_one, &l, &cli->err);
    if (s != CDR_OK) {
        json_decref(l.list);
        return cdr_cli_fail(cli, s);
    }
    cdr_exit code = l.late || l.bad ? CDR_EXIT_NO : CDR_EXIT_OK;
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:o, s:i, s:i}", "playbooks", l.list, "overdue", (int)l.late, "bad", (int)l.bad), code);
    if (l.late)
        cdr_cli_print(cli, "\n%u review%s overdue. Read the playbook, then: candor playbook review NAME --result good\n", l.late, l.late == 1 ? " is" : "s are");
    return code;
}

const cdr_cmd cdr_cmd_playbook_list = {
    .path = "playbook list",
    .group = "Be ready",
    .summary = "the playbooks: who signed them, when they were last read and tried",
    .max_args = 0,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ | CDR_ROLE_STAFF,
    .description = "Those that come with Candor, and those in the folder playbooks of the workspace, which take the place of others of the same name. For each: how many steps a person does, who signed it, the last review and "
                   "when the next is due, the last drill. Exit code 1: a review is overdue, or a file cannot be read or was changed after it was signed.",
    .examples = "  candor playbook list\n",
    .json_shape = "  {\"playbooks\": [{\"name\": \"lost-device\", \"path\": null, \"id\": \"playbook--…\", \"modified\": \"…\", \"title\": \"A lost or stolen device\", \"kind\": \"lost-device\",\n"
                  "    \"headline\": \"…\", \"steps\": 25, \"signed\": \"candor\", \"signed_words\": \"signed by Candor\", \"reviewed\": null, \"result\": null, \"changed_since\": false,\n"
                  "    \"next_review\": \"…\", \"overdue\": false, \"drilled\": null, \"drill_percent\": null}, {\"name\": \"mine\", \"path\": \"…\", \"problem\": \"…\"}], \"overdue\": 0, \"bad\": 0}\n",
    .run = run_list,
};

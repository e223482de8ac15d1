/* SPDX-License-Identifier: Apache-2.0 */
/* candor team add, list, remove: who does what when something happens, named before the day. */
#include "cli/incident.h"

#include "cli/inventory.h"
#include "cli/policy_words.h"

#include <stdio.h>
#include <string.h>

static void warn_address(cdr_cli *cli, const char *label, const char *key)
{
    char text[200];
    snprintf(text, sizeof text, "No e-mail address of the %s is known, so no reminder reaches her: candor team add %s WHO --email ADDRESS", label, key);
    cdr_cli_wrapped(cli, 0, 0, text);
}

static cdr_exit run_add(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    cdr_team_member m = {.role = CDR_DUTY_ANYBODY};
    const char *email = cdr_opt_text(cli, "email"), *phone = cdr_opt_text(cli, "phone");
    if (strlen(cli->argv[1]) >= sizeof m.who || (email && strlen(email) >= sizeof m.email) || (phone && strlen(phone) >= sizeof m.phone))
        return cdr_cli_usage(cli, "A name has at most %zu bytes, an address %zu, a telephone number %zu.", sizeof m.who - 1, sizeof m.email - 1, sizeof m.phone - 1);
    snprintf(m.who, sizeof m.who, "%s", cli->argv[1]);
    snprintf(m.email, sizeof m.email, "%s", email ? email : "");
    snprintf(m.phone, sizeof m.phone, "%s", phone ? phone : "");
    cdr_status s = cdr_incident_role_word(cli, cli->argv[0], &m.role);
    if (s == CDR_OK)
        s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, NULL, &r);
    if (s == CDR_OK)
        s = cdr_team_set(r.in, &m, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s}", "role", cdr_duty_role_key(m.role), "who", m.who), CDR_EXIT_OK);
    cdr_cli_say(cli, "%s is %s when something happens.\n", m.who, cdr_duty_role_label(m.role));
    if (!*m.email && !cli->quiet)
        warn_address(cli, cdr_duty_role_label(m.role), cdr_duty_role_key(m.role));
    return CDR_EXIT_OK;
}

static const cdr_opt add_options[] = {
    {"email", 'e', CDR_OPT_TEXT, "ADDRESS", NULL, "where she is reminded"},
    {"phone", 'p', CDR_OPT_TEXT, "NUMBER", NULL, "for the card on the wall"},
    {0},
};

const cdr_cmd cdr_cmd_team_add = {
    .path = "team add",
    .group = "Be ready",
    .summary = "name who does what when something happens",
    .args = "ROLE WHO",
    .min_args = 2,
    .max_args = 2,
    .opts = add_options,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_MANAGER,
    .description = "ROLE is manager (who leads), deputy, privacy-lead, legal, communications, it, scribe (who writes down), approver (the second person) or owner. WHO is a login of Candor, or a name. One person has a role; a newer "
                   "one takes the older one's place. Without a team whoever opens an incident leads it.",
    .examples = "  candor team add manager dana --email dana@example.com --phone \"0800 555 0100\"\n  candor team add deputy bob --email bob@example.com\n",
    .json_shape = "  {\"role\": \"manager\", \"who\": \"dana\"}\n",
    .run = run_add,
};

typedef struct listing { cdr_cli *cli; json_t *list; bool manager, deputy; } listing;

static cdr_status on_member(void *arg, const cdr_team_member *m)
{
    listing *l = arg;
    l->manager = l->manager || m->role == CDR_DUTY_MANAGER;
    l->deputy = l->deputy || m->role == CDR_DUTY_DEPUTY;
    json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "role", cdr_duty_role_key(m->role), "label", cdr_duty_role_label(m->role), "who", m->who, "email", m->email, "phone", m->phone, "since", cdr_json_time(m->since_us));
    return json_array_append_new(l->list, j) ? cdr_fail_nomem(&l->cli->err, "cli") : CDR_OK;
}

static cdr_status print(cdr_cli *cli, const listing *l)
{
    static const char *const heads[] = {"ROLE", "WHO", "TELEPHONE", "E-MAIL"};
    size_t i;
    json_t *j;
    cdr_text_table *t = cdr_text_table_new(CDR_COUNT(heads));
    if (!t)
        return cdr_fail_nomem(&cli->err, "cli");
    for (i = 0; i < CDR_COUNT(heads); i++)
        cdr_text_table_cell(t, heads[i]);
    json_array_foreach(l->list, i, j) {
        cdr_text_table_cell(t, cdr_json_str(j, "label"));
        cdr_text_table_cell(t, cdr_json_str(j, "who"));
        cdr_text_table_cell(t, cdr_json_str(j, "phone"));
        cdr_text_table_cell(t, cdr_json_str(j, "email"));
    }
    cdr_status s = cdr_text_table_print_wrapped(t, cli, &cli->err);
    cdr_text_table_free(t);
    json_array_foreach(l->list, i, j) {
        const char *key = cdr_json_str(j, "role");
        if (!*cdr_json_str(j, "email") && (!strcmp(key, "manager") || !strcmp(key, "deputy"))) {
            cdr_cli_print(cli, "\n");
            warn_address(cli, cdr_json_str(j, "label"), key);
        }
    }
    if (!l->manager || !l->deputy)
        cdr_cli_print(cli, "\nNobody is %s yet: candor team add %s WHO\n", l->manager ? "deputy" : "incident manager", l->manager ? "deputy" : "manager");
    return s;
}

static cdr_exit run_list(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_json_ json_t *list = json_array();
    listing l = {.cli = cli, .list = list};
    const char *path = cdr_opt_text(cli, "html");
    cdr_status s = list ? cdr_incident_room_open(cli, CDR_WORKSPACE_READ, NULL, &r) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_team_each(r.in, on_member, &l, &cli->err);
    if (s == CDR_OK && path) {
        _cleanup_json_ json_t *data = json_pack("{s:s, s:O, s:b}", "page_title", "When something happens", "team", list, "any", (int)(json_array_size(list) > 0));
        s = cdr_incident_page(cli, "team.html", data, path);
        if (s == CDR_OK)
            cdr_cli_say(cli, "Written to %s: print it and hang it up where the telephone is.\n", path);
    } else if (s == CDR_OK && cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:O}", "team", list), CDR_EXIT_OK);
    else if (s == CDR_OK)
        s = print(cli, &l);
    return s == CDR_OK ? CDR_EXIT_OK : cdr_cli_fail(cli, s);
}

static const cdr_opt list_options[] = {
    {"html", 0, CDR_OPT_TEXT, "FILE", NULL, "write the card for the wall: who to call, and what to do first"},
    {0},
};

const cdr_cmd cdr_cmd_team_list = {
    .path = "team list",
    .group = "Be ready",
    .summary = "who does what when something happens; a card for the wall",
    .max_args = 0,
    .opts = list_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ | CDR_ROLE_STAFF,
    .description = "The card is one page to print: on the day the computers may be down.",
    .examples = "  candor team list\n  candor team list --html card.html\n",
    .json_shape = "  {\"team\": [{\"role\": \"manager\", \"label\": \"incident manager\", \"who\": \"dana\", \"email\": \"…\", \"phone\": \"…\", \"since\": \"…\"}]}\n",
    .run = run_list,
};

static cdr_exit run_remove(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    cdr_duty_role role = CDR_DUTY_ANYBODY;
    cdr_status s = cdr_incident_role_word(cli, cli->argv[0], &role);
    if (s == CDR_OK)
        s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, NULL, &r);
    if (s == CDR_OK)
        s = cdr_team_remove(r.in, role, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:n}", "role", cdr_duty_role_key(role), "who"), CDR_EXIT_OK);
    cdr_cli_say(cli, "Nobody is %s now.\n", cdr_duty_role_label(role));
    return CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_team_remove = {
    .path = "team remove",
    .group = "Be ready",
    .summary = "take somebody out of the team",
    .args = "ROLE",
    .min_args = 1,
    .max_args = 1,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_MANAGER,
    .description = "Incidents that are open keep the people they have.",
    .examples = "  candor team remove scribe\n",
    .json_shape = "  {\"role\": \"scribe\", \"who\": null}\n",
    .run = run_remove,
};

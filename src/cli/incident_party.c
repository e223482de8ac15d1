/* SPDX-License-Identifier: Apache-2.0 */
/* candor incident party add, candor incident party list. */
#include "cli/incident.h"

#include "cli/inventory.h"

#include <stdio.h>
#include <string.h>

static cdr_exit run_add(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    cdr_incident_party p = {.privileged = cdr_opt_flag(cli, "privileged")};
    const char *contact = cdr_opt_text(cli, "contact");
    if (strlen(cli->argv[1]) >= sizeof p.kind || strlen(cli->argv[2]) >= sizeof p.name || (contact && strlen(contact) >= sizeof p.contact))
        return cdr_cli_usage(cli, "The name or the contact is too long: at most %zu and %zu bytes.", sizeof p.name - 1, sizeof p.contact - 1);
    snprintf(p.kind, sizeof p.kind, "%s", cli->argv[1]);
    snprintf(p.name, sizeof p.name, "%s", cli->argv[2]);
    snprintf(p.contact, sizeof p.contact, "%s", contact ? contact : "");
    cdr_status s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, cli->argv[0], &r);
    if (s == CDR_OK)
        s = cdr_incident_add_party(r.in, r.i.id, &p, &cli->err);
    return cdr_incident_did(cli, &r, s, "%s is %s in I-%lld%s.", p.name, p.kind, (long long)r.i.id, p.privileged ? ", under privilege" : "");
}

static const cdr_opt add_options[] = {
    {"contact", 'c', CDR_OPT_TEXT, "WORDS", NULL, "how to reach them: telephone, e-mail, number of the policy"},
    {"privileged", 0, CDR_OPT_FLAG, NULL, NULL, "what is exchanged with them is between you and counsel: it stays out of public timelines"},
    {0},
};

const cdr_cmd cdr_cmd_incident_party_add = {
    .path = "incident party add",
    .group = "Answer honestly",
    .summary = "bring somebody in: counsel, insurer, forensic firm, police",
    .args = "I-NUMBER KIND NAME",
    .min_args = 3,
    .max_args = 3,
    .opts = add_options,
    .roles = CDR_ROLES_RESPOND,
    .description = "KIND is counsel, insurer, broker, forensic, police, authority, bank, processor or other.",
    .examples = "  candor incident party add I-1 counsel \"Law office Example\" --contact \"0800 555 0100\" --privileged\n",
    .json_shape = "  as candor incident show --json\n",
    .run = run_add,
};

typedef struct listing { cdr_cli *cli; json_t *list; } listing;

static cdr_status on_party(void *arg, const cdr_incident_party *p)
{
    listing *l = arg;
    json_t *j = json_pack("{s:I, s:s, s:s, s:s, s:b, s:o}", "party", (json_int_t)p->id, "kind", p->kind, "name", p->name, "contact", p->contact, "privileged", (int)p->privileged, "added", cdr_json_time(p->added_us));
    return json_array_append_new(l->list, j) ? cdr_fail_nomem(&l->cli->err, "cli") : CDR_OK;
}

static cdr_exit run_list(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_json_ json_t *list = json_array();
    listing l = {cli, list};
    size_t i;
    json_t *j;
    cdr_status s = list ? cdr_incident_room_open(cli, CDR_WORKSPACE_READ, cli->argv[0], &r) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_incident_parties(r.in, r.i.id, on_party, &l, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:O}", "parties", list), CDR_EXIT_OK);
    json_array_foreach(list, i, j)
        cdr_cli_print(cli, "%s: %s%s%s%s\n", cdr_json_str(j, "kind"), cdr_json_str(j, "name"), *cdr_json_str(j, "contact") ? ", " : "", cdr_json_str(j, "contact"),
                      json_is_true(json_object_get(j, "privileged")) ? " (privileged)" : "");
    if (!json_array_size(list))
        cdr_cli_print(cli, "Nobody outside is brought in yet.\n");
    return CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_incident_party_list = {
    .path = "incident party list",
    .group = "Answer honestly",
    .summary = "who outside is part of an incident",
    .args = "I-NUMBER",
    .min_args = 1,
    .max_args = 1,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Counsel, insurer, forensic firm, police and the like, with how to reach them.",
    .examples = "  candor incident party list I-1\n",
    .json_shape = "  {\"parties\": [{\"party\": 1, \"kind\": \"counsel\", \"name\": \"…\", \"contact\": \"…\", \"privileged\": true, \"added\": \"…\"}]}\n",
    .run = run_list,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* candor request fulfil: the answer. Data go into a folder, corrections into the record, an erasure destroys the key. */
#include "cli/request.h"

#include "base/io.h"
#include "base/text.h"
#include "base/words.h"
#include "cli/customer.h"
#include "cli/erasure_receipt.h"
#include "cli/policy_words.h"
#include "cli/prompt.h"
#include "core/minimise/holds.h"
#include "core/vault/own_field.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ANSWER_MAX ((size_t)32 << 20)
#define FIELDS_MAX 32

/* --- data: access, copy, portability --- */

typedef struct answer { char *json, *html; uint8_t sha256[CDR_SHA256_BYTES]; } answer;

static cdr_status write_text(cdr_cli *cli, const char *dir, const char *name, const cdr_buf *text, char **ret)
{
    *ret = cdr_path_join(dir, name);
    return *ret ? cdr_file_write(*ret, text->data, text->len, 0600, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
}

/* The buffers hold her data: reserved whole, so that growing leaves no copies, and wiped. */
static cdr_status write_answer(cdr_cli *cli, const cdr_request *q, const json_t *package, const char *dir, answer *ret)
{
    cdr_buf text = CDR_BUF(ANSWER_MAX), page = CDR_BUF(ANSWER_MAX);
    char name[40];
    char *dump = json_dumps(package, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    size_t len = dump ? strlen(dump) : 0;
    cdr_status s = dump && cdr_buf_reserve(&text, len + 1) == CDR_OK && cdr_buf_add(&text, dump, len) == CDR_OK && cdr_buf_addc(&text, '\n') == CDR_OK ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
    if (dump)
        cdr_wipe(dump, len);
    cdr_free(dump);
    if (s == CDR_OK)
        s = cdr_request_page(cli, q, package, &page);
    if (s == CDR_OK)
        s = cdr_mkdirs(dir, 0700, &cli->err);
    snprintf(name, sizeof name, "%s.json", q->name);
    if (s == CDR_OK)
        s = write_text(cli, dir, name, &text, &ret->json);
    snprintf(name, sizeof name, "%s.html", q->name);
    if (s == CDR_OK)
        s = write_text(cli, dir, name, &page, &ret->html);
    if (s == CDR_OK)
        cdr_sha256(text.data, text.len, ret->sha256);
    cdr_buf_wipe(&text);
    cdr_buf_wipe(&page);
    return s;
}

static cdr_exit tell_answer(cdr_cli *cli, const cdr_request *q, const json_t *package, const answer *a)
{
    size_t shown = json_array_size(json_object_get(package, "data")), withheld = json_array_size(json_object_get(package, "held_not_shown"));
    _cleanup_free_ char *json = cdr_cli_shown(a->json), *html = cdr_cli_shown(a->html);
    if (!json || !html)
        return cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
    bool silent = !json_array_size(json_object_get(package, "purposes"));
    cdr_exit code = silent ? CDR_EXIT_INCOMPLETE : CDR_EXIT_OK;
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s}", "request", q->name, "state", cdr_request_state_names[q->state], "json", json, "page", html, "fields",
                                                 (json_int_t)shown, "held_not_shown", (json_int_t)withheld, "purposes", (json_int_t)json_array_size(json_object_get(package, "purposes")), "outcome", q->outcome), code);
    cdr_cli_print(cli, "%s is answered: %s\n", q->name, html);
    cdr_cli_say(cli, "and for programs %s. %zu %s %s, %zu held and not shown.\n", json, shown, shown == 1 ? "field" : "fields", json_is_true(json_object_get(package, "values")) ? "with values" : "named", withheld);
    if (silent)
        cdr_cli_print(cli, "INCOMPLETE: what the data are used for and who receives them is not in it, for the\ninventory names no activity that uses them. Tell her that with it, and have it declared:\n"
                      "  candor inventory add party postfox name=\"Postfox Mailing\" kind=vendor\n  candor inventory add activity orders purpose=\"Delivering orders\" \\\n"
                      "    categories=user.contact recipients=postfox lawful_basis=contract\n");
    cdr_cli_wrapped(cli, 0, 0, "Look through it, send it to the address on file and nowhere else, then delete the folder: it holds her data in the clear.");
    return code;
}

static cdr_exit give_data(cdr_cli *cli, cdr_counter *c)
{
    const char *dir = cdr_opt_text(cli, "out");
    _cleanup_(cdr_rights_wipep) json_t *package = NULL;
    answer a = {0};
    if (!dir)
        return cdr_cli_usage(cli, "Name the folder for the answer with --out DIR.");
    cdr_status s = cdr_rights_package(c->rights, c->desk.id, &c->q, &package, &cli->err);
    if (s == CDR_OK)
        s = cdr_request_around(cli, c, package);
    if (s == CDR_OK)
        s = write_answer(cli, &c->q, package, dir, &a);
    if (s == CDR_OK)
        s = cdr_rights_fulfilled(c->rights, &c->q, json_is_true(json_object_get(package, "values")) ? "the data were written" : "which data are held was written", a.sha256, &cli->err);
    cdr_exit code = s == CDR_OK ? tell_answer(cli, &c->q, package, &a) : cdr_cli_fail(cli, s);
    cdr_free(a.json);
    cdr_free(a.html);
    return code;
}

/* --- correction --- */

typedef struct correcting { cdr_cli *cli; cdr_counter c; cdr_edit_told told; unsigned rows; } correcting;

/* Called when everything was typed: from here on the workspace is written to. */
static cdr_status correct(void *arg, const cdr_vault_value *values, size_t count, cdr_err *err)
{
    correcting *w = arg;
    if (w->rows++)
        return cdr_fail(err, CDR_E_INVAL, "cli", "request.rows", "One customer is corrected at a time: one line.");
    cdr_status s = cdr_cli_start_writing(w->cli);
    if (s == CDR_OK)
        s = cdr_counter_open(w->cli, w->cli->argv[0], &w->c);
    if (s != CDR_OK && err)
        *err = w->cli->err;
    return s == CDR_OK ? cdr_rights_correct(w->c.rights, w->c.desk.id, &w->c.q, values, count, &w->told, err) : s;
}

static cdr_status named_fields(cdr_cli *cli, const cdr_own_fields *own, const cdr_vault_field *ret[FIELDS_MAX], size_t *ret_count)
{
    *ret_count = 0;
    if (cli->argc - 1 > FIELDS_MAX)
        return cdr_fail(&cli->err, CDR_E_LIMIT, "cli", "request.fields", "At most %d fields can be corrected at once.", FIELDS_MAX);
    for (int i = 1; i < cli->argc; i++) {
        const cdr_vault_field *f = cdr_own_fields_find(own, cli->argv[i]);
        if (!f)
            return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "request.field", "There is no field \"%.60s\". Name the fields that are wrong; what is right is asked for.", cli->argv[i]);
        ret[(*ret_count)++] = f;
    }
    if (!*ret_count && cdr_prompt_somebody())
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "request.field", "Name the fields that are wrong, as in candor request fulfil %.20s address; what is right is asked for.", cli->argv[0]);
    return CDR_OK;
}

static cdr_exit give_correction(cdr_cli *cli)
{
    _cleanup_(cdr_own_fields_freep) cdr_own_fields *own = NULL;
    const cdr_vault_field *fields[FIELDS_MAX];
    size_t count;
    correcting w = {.cli = cli};
    cdr_status s = cdr_own_fields_load(cdr_workspace_db(cli->ws), &own, &cli->err);
    if (s == CDR_OK)
        s = named_fields(cli, own, fields, &count);
    if (s == CDR_OK)
        s = cdr_customer_typed(cli, own, fields, count, NULL, "", correct, &w);
    cdr_exit code = CDR_EXIT_OK;
    if (s != CDR_OK)
        code = cdr_cli_fail(cli, s);
    else if (cli->json)
        code = cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:s, s:i, s:i}", "request", w.c.q.name, "state", cdr_request_state_names[w.c.q.state], "outcome", w.c.q.outcome, "messages", (int)w.told.sent,
                                                 "not_sent", (int)w.told.failed), w.told.failed ? CDR_EXIT_INCOMPLETE : CDR_EXIT_OK);
    else {
        cdr_cli_say(cli, "%s is answered: %s.\n", w.c.q.name, w.c.q.outcome);
        if (w.told.failed)
            cdr_cli_print(cli, "%u %s could not be sent: %s\nTell the customer by another way.\n", w.told.failed, w.told.failed == 1 ? "message" : "messages", w.told.why);
        code = w.told.failed ? CDR_EXIT_INCOMPLETE : CDR_EXIT_OK;
    }
    cdr_counter_close(&w.c);
    return code;
}

/* --- erasure --- */

typedef struct holding { const cdr_holds *holds; const cdr_secret *key; } holding;

/* Customers are in no system of the inventory; "candor" stands for the vault. A hold by category alone covers it, too. */
static const char *held(void *arg, const cdr_vault_field *field, const char *value, size_t len)
{
    const holding *h = arg;
    const cdr_hold *hold = cdr_holds_cover(h->holds, "candor", "", field->category);
    for (size_t i = 0; !hold && i < cdr_holds_count(h->holds); i++) {
        const cdr_hold *one = cdr_holds_get(h->holds, i);
        if (one->person_count && !one->released_us && cdr_hold_is_person(one, h->key, value, len))
            hold = one;
    }
    return hold ? hold->name : NULL;
}

static cdr_status sure(cdr_cli *cli, const cdr_request *q)
{
    char question[120];
    bool yes = cdr_opt_flag(cli, "yes");
    if (yes)
        return CDR_OK;
    if (!cdr_prompt_somebody())
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "request.unconfirmed", "Nothing was erased: erasing cannot be undone; say --yes.");
    snprintf(question, sizeof question, "Erase customer %s for %s? It cannot be undone. [y/N] ", q->ref, q->name);
    cdr_status s = cdr_prompt_yes(cli, question, &yes);
    return s == CDR_OK && !yes ? cdr_fail(&cli->err, CDR_E_CANCELLED, "cli", "request.declined", "Nothing was erased.") : s;
}

static cdr_exit tell_erasure(cdr_cli *cli, const cdr_request *q, const cdr_erasure *e, unsigned closed, const char *dir)
{
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:s, s:i, s:i}", "request", q->name, "state", cdr_request_state_names[q->state], "receipt", q->receipt, "fields", (int)e->cells,
                                                 "closed", (int)closed), CDR_EXIT_OK);
    cdr_cli_print(cli, "%s is answered: %s is erased. Receipt %s.\n", q->name, q->ref, q->receipt);
    if (closed)
        cdr_cli_print(cli, "%u other open %s of hers %s closed: nothing is held that could answer.\n", closed, closed == 1 ? "request" : "requests", closed == 1 ? "is" : "are");
    if (e->backups_gone_us) {
        _cleanup_buf_ cdr_buf date = CDR_BUF(100);
        cdr_words_date(&date, e->backups_gone_us);
        cdr_cli_say(cli, "Copies of candor.keys made before may still hold the key; by %s they must be gone.\n", date.data ? date.data : "then");
    }
    if (dir)
        cdr_cli_say(cli, "The receipt for the customer is in %s; she checks it with openssl and sha256sum alone.\n", dir);
    else
        cdr_cli_say(cli, "The receipt for the customer: candor customer receipt %s --out DIR\n", q->receipt);
    return CDR_EXIT_OK;
}

static cdr_exit give_erasure(cdr_cli *cli, cdr_counter *c)
{
    _cleanup_(cdr_holds_freep) cdr_holds *holds = NULL;
    holding h = {.key = cdr_workspace_key(cli->ws, CDR_KEY_VALUE_ID)};
    const char *dir = cdr_opt_text(cli, "out");
    cdr_erasure e;
    unsigned closed = 0;
    cdr_status s = h.key ? cdr_holds_load(cli->ws, &holds, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    h.holds = holds;
    if (s == CDR_OK)
        s = cdr_rights_erase(c->rights, &c->q, held, &h, &e, &closed, &cli->err);
    if (s == CDR_OK && dir)
        s = cdr_cli_erasure_receipt(cli, c->desk.vault, c->q.receipt, dir);
    return s == CDR_OK ? tell_erasure(cli, &c->q, &e, closed, dir) : cdr_cli_fail(cli, s);
}

/* --- what the staff does elsewhere --- */

static cdr_exit give_word(cdr_cli *cli, cdr_counter *c)
{
    const char *done = cdr_opt_text(cli, "done");
    if (!done)
        return cdr_cli_usage(cli, "Say what was done with --done, in words without personal data; consents are recorded with candor consent record.");
    cdr_status s = cdr_rights_fulfilled(c->rights, &c->q, done, NULL, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, cdr_request_json(cli, &c->q), CDR_EXIT_OK);
    cdr_cli_say(cli, "%s is answered.\n", c->q.name);
    return CDR_EXIT_OK;
}

/* What kind it is, before anything is asked or written. */
static cdr_status peek(cdr_cli *cli, cdr_request *ret)
{
    cdr_vault *v = NULL;
    cdr_rights *r = NULL;
    cdr_status s = cdr_vault_open(cli->ws, &v, &cli->err);
    if (s == CDR_OK)
        s = cdr_rights_open(v, &r, &cli->err);
    if (s == CDR_OK)
        s = cdr_rights_find(r, cli->argv[0], ret, &cli->err);
    cdr_rights_close(r);
    cdr_vault_close(v);
    return s;
}

static cdr_exit write_answer_of(cdr_cli *cli, cdr_right kind)
{
    _cleanup_counter_ cdr_counter c = {.rights = NULL};
    cdr_status s = cdr_cli_start_writing(cli);
    if (s == CDR_OK)
        s = cdr_counter_open(cli, cli->argv[0], &c);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (kind == CDR_RIGHT_ERASURE)
        return give_erasure(cli, &c);
    return kind == CDR_RIGHT_ACCESS || kind == CDR_RIGHT_COPY || kind == CDR_RIGHT_PORTABILITY ? give_data(cli, &c) : give_word(cli, &c);
}

static cdr_exit run(cdr_cli *cli)
{
    cdr_request q;
    cdr_status s = peek(cli, &q);
    if (s == CDR_OK && q.kind != CDR_RIGHT_CORRECTION && cli->argc > 1)
        return cdr_cli_usage(cli, "Fields are named for a correction; %s asks for %s.", q.name, cdr_right_of(q.kind)->label);
    if (s == CDR_OK && q.kind == CDR_RIGHT_ERASURE && q.state == CDR_REQUEST_OPEN && cdr_request_proved(&q))
        s = sure(cli, &q);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    return q.kind == CDR_RIGHT_CORRECTION && q.state == CDR_REQUEST_OPEN && cdr_request_proved(&q) ? give_correction(cli) : write_answer_of(cli, q.kind);
}

static const cdr_opt options[] = {
    {"out", 'o', CDR_OPT_TEXT, "DIR", NULL, "the folder for the answer, or for the receipt of an erasure; made if it is missing"},
    {"done", 'd', CDR_OPT_TEXT, "WORDS", NULL, "restriction, objection, opt-out: what was done, without personal data"},
    {"yes", 'y', CDR_OPT_FLAG, NULL, NULL, "erasure: do not ask"},
    {0},
};

const cdr_cmd cdr_cmd_request_fulfil = {
    .path = "request fulfil",
    .group = "Tell only the customer",
    .summary = "answer a request: data, correction, erasure",
    .args = "R-NUMBER [FIELD...]",
    .min_args = 1,
    .max_args = -1,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_DESK,
    .description = "The customer must have been verified for it (candor request verify).\n"
                   "access, copy, portability: a page and a JSON file with what is held about her and nobody else: fields (access: named; otherwise with values, each opened after its entry in the ledger), "
                   "what they are used for and who receives them, consents, what was told and to whom, her requests. Identity and bank numbers, notes and names of others are named as held, never shown.\n"
                   "correction: asks for the right value of each FIELD (\"-\" removes it), or reads one JSON object. What was proved with the disputed item itself does not count; a way to reach her, "
                   "or a bank account, asks for the proofs that changing it asks for.\n"
                   "erasure: destroys the customer's key, unless a legal hold covers her; her other open requests are closed with it. Others: --done says what was done.\n"
                   "Exit code 6: answered, but the answer does not say what the data are used for, or a message about a correction could not be sent.",
    .examples = "  candor request fulfil R-12 --out answer\n  # the new address is typed, not given here\n  candor request fulfil R-13 address postcode\n"
                "  candor request fulfil R-14 --yes --out receipt\n",
    .json_shape = "  {\"request\": \"R-12\", \"state\": \"fulfilled\", \"json\": \"answer/R-12.json\", \"page\": \"answer/R-12.html\", \"fields\": 9, \"held_not_shown\": 2, \"purposes\": 3}\n",
    .run = run,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* candor factor enrol: PIN, words, authenticator, recovery codes. What is shown is shown once. */
#include "base/io.h"
#include "cli/disclosure.h"
#include "cli/factor.h"
#include "cli/prompt.h"
#include "cli/qr.h"
#include "core/identity/qr.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CODE_TRIES 3

static cdr_status begin(cdr_cli *cli, cdr_cli_factors *f)
{
    char again[80];
    cdr_status s = cdr_cli_factors_write(cli, f);
    return s == CDR_OK ? cdr_cli_factors_call(cli, f, again) : s;
}

/* --- PIN --- */

static cdr_status typed_pin(cdr_cli *cli, cdr_secret **ret)
{
    cdr_secret *again = NULL;
    cdr_status s = cdr_prompt_line(cli, CDR_PROMPT_HIDDEN, "New PIN, typed by the customer (not shown): ", 64, ret);
    if (s == CDR_DONE || (s == CDR_OK && !*ret))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "factor.no-pin", "No PIN was given; let the customer type it, or send it to standard input.");
    if (s == CDR_OK) {
        bool asked = cdr_prompt_somebody();
        s = cdr_prompt_line(cli, CDR_PROMPT_HIDDEN, "Once more: ", 64, &again);
        /* Standard input may end after one line; what it says twice must be the same. */
        if (!asked && (s == CDR_DONE || (s == CDR_OK && !again)))
            s = CDR_OK;
        else if (s == CDR_DONE || (s == CDR_OK && (!again || !cdr_secret_equal(*ret, again))))
            s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "factor.pin-differs", "The two PINs differ; start again.");
        cdr_secret_free(again);
    }
    return s;
}

static cdr_status pin_length(cdr_cli *cli, cdr_cli_factors *f)
{
    _cleanup_(cdr_disclosure_policy_freep) cdr_disclosure_policy *p = NULL;
    cdr_status s = cdr_cli_disclosure_load(cli, &p);
    if (s == CDR_OK)
        cdr_factors_set_pin_min(f->factors, cdr_disclosure_limits_of(p)->pin_digits);
    return s;
}

/* Nobody waits for the lock while she types. */
static cdr_status enrol_pin(cdr_cli *cli, cdr_cli_factors *f, const char *source)
{
    cdr_secret *pin = NULL;
    cdr_status s = typed_pin(cli, &pin);
    if (s == CDR_OK)
        s = begin(cli, f);
    if (s == CDR_OK)
        s = pin_length(cli, f);
    if (s == CDR_OK)
        s = cdr_factor_enrol_pin(f->factors, f->customer.id, pin, source, &cli->err);
    cdr_secret_free(pin);
    return s;
}

/* --- what is shown once --- */

static const char *text_of(const cdr_secret *s)
{
    return (const char *)cdr_secret_bytes(s);
}

static json_t *lines_json(const char *text)
{
    json_t *list = json_array();
    for (size_t len; list && *text; text += len + (text[len] == '\n')) {
        len = strcspn(text, "\n");
        if (json_array_append_new(list, json_stringn(text, len))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static cdr_exit told(cdr_cli *cli, cdr_cli_factors *f, cdr_factor_kind kind, json_t *more, bool pending)
{
    cdr_exit code = CDR_EXIT_OK;
    if (!cli->json) {
        json_decref(more);
        if (!pending)
            cdr_cli_say(cli, "Enrolled for %s: %s.\n", f->customer.ref, cdr_cli_factor_noun(kind));
        return pending ? CDR_EXIT_OK : cdr_cli_factor_tell(cli, f, kind, CDR_FACTOR_SET, NULL);
    }
    json_t *j = json_pack("{s:s, s:s, s:b}", "customer", f->customer.ref, "kind", cdr_factor_key(kind), "pending", pending);
    if (j && more && json_object_update(j, more)) {
        json_decref(j);
        j = NULL;
    }
    json_decref(more);
    if (j && !pending)
        code = cdr_cli_factor_tell(cli, f, kind, CDR_FACTOR_SET, j);
    return cdr_cli_print_json(cli, j, code);
}

static cdr_exit show_words(cdr_cli *cli, cdr_cli_factors *f, const cdr_secret *words)
{
    if (cli->json)
        return told(cli, f, CDR_FACTOR_WORDS, json_pack("{s:s}", "words", text_of(words)), false);
    cdr_cli_print(cli, "%s\n", text_of(words));
    cdr_cli_say(cli, "These words are shown once and cannot be looked up again: let the customer write\nthem down. She may say them in any case, with spaces, commas or hyphens.\n");
    return told(cli, f, CDR_FACTOR_WORDS, NULL, false);
}

static cdr_exit show_codes(cdr_cli *cli, cdr_cli_factors *f, const cdr_secret *codes)
{
    if (cli->json)
        return told(cli, f, CDR_FACTOR_RECOVERY, json_pack("{s:o}", "codes", lines_json(text_of(codes))), false);
    cdr_cli_print(cli, "%s", text_of(codes));
    cdr_cli_say(cli, "These codes are shown once and cannot be looked up again. Each works one time.\nThe customer should keep them on paper, away from her telephone.\n");
    return told(cli, f, CDR_FACTOR_RECOVERY, NULL, false);
}

/* --- authenticator --- */

static cdr_status write_svg(cdr_cli *cli, const char *path, const char *uri)
{
    cdr_buf svg = CDR_BUF(CDR_QR_BYTES);
    cdr_status s = cdr_buf_reserve(&svg, CDR_QR_BYTES - 1) == CDR_OK ? cdr_qr_svg(uri, &svg, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_file_write(path, svg.data, svg.len, 0600, &cli->err);
    cdr_buf_wipe(&svg);
    return s;
}

static cdr_status show_uri(cdr_cli *cli, const char *uri)
{
    if (!isatty(STDOUT_FILENO)) {
        cdr_cli_print(cli, "%s\n", uri);
        return CDR_OK;
    }
    cdr_status s = cdr_cli_qr(cli, uri);
    if (s == CDR_OK) {
        cdr_cli_qr_key(cli, uri);
        cdr_cli_print(cli, "Shown once. It counts when a first code from it was accepted.\n");
    }
    return s;
}

/* ${ret} false: no code, or none that fits. */
static cdr_status first_code(cdr_cli *cli, cdr_cli_factors *f, bool *ret)
{
    cdr_status s = CDR_OK;
    *ret = false;
    for (unsigned i = 0; s == CDR_OK && !*ret && i < CODE_TRIES; i++) {
        cdr_secret *code = NULL;
        s = cdr_cli_factors_rest(cli, f);
        if (s == CDR_OK)
            s = cdr_prompt_line(cli, CDR_PROMPT_SHOWN, "First code from the authenticator: ", 64, &code);
        if (s == CDR_DONE || (s == CDR_OK && !code))
            return CDR_OK;
        if (s == CDR_OK)
            s = cdr_cli_factors_write(cli, f);
        if (s == CDR_OK)
            s = cdr_factor_confirm_totp(f->factors, f->customer.id, text_of(code), cdr_secret_len(code), ret, &cli->err);
        cdr_secret_free(code);
        if (s == CDR_OK && !*ret && cdr_prompt_somebody())
            fputs("This code does not fit; is the clock of the telephone right?\n", stderr);
        if (!cdr_prompt_somebody())
            break;
    }
    return s;
}

static cdr_exit confirm(cdr_cli *cli, cdr_cli_factors *f)
{
    bool good = false;
    cdr_status s = first_code(cli, f, &good);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (good)
        return told(cli, f, CDR_FACTOR_TOTP, cli->json ? json_pack("{s:b}", "confirmed", true) : NULL, false);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:b, s:b}", "customer", f->customer.ref, "kind", "totp", "pending", true, "confirmed", false), CDR_EXIT_NO);
    cdr_cli_print(cli, "No code was accepted. The authenticator counts for nothing until one is:\n  candor factor enrol %s totp --confirm\n", f->customer.ref);
    return CDR_EXIT_NO;
}

static cdr_exit enrol_totp(cdr_cli *cli, cdr_cli_factors *f, const char *source)
{
    cdr_secret *uri = NULL;
    const char *svg = cdr_opt_text(cli, "svg");
    struct stat st;
    _cleanup_free_ char *shown = svg ? cdr_cli_shown(svg) : NULL;
    if (svg && !shown)
        return cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
    if (svg && lstat(svg, &st) == 0)
        return cdr_cli_fail(cli, cdr_fail(&cli->err, CDR_E_INVAL, "cli", "factor.svg-exists", "%.300s is there already; name another file, or move it away first.", shown));
    cdr_status s = begin(cli, f);
    if (s == CDR_OK)
        s = cdr_factor_enrol_totp(f->factors, f->customer.id, source, &uri, &cli->err);
    if (s == CDR_OK && svg)
        s = write_svg(cli, svg, text_of(uri));
    cdr_exit code = CDR_EXIT_OK;
    if (s == CDR_OK && cli->json)
        code = told(cli, f, CDR_FACTOR_TOTP, json_pack("{s:s, s:s*}", "uri", text_of(uri), "svg", shown), true);
    else if (s == CDR_OK && !svg)
        s = show_uri(cli, text_of(uri));
    else if (s == CDR_OK)
        cdr_cli_say(cli, "The QR code is in %s. Whoever has the file has the authenticator:\ndelete it once it was scanned.\n", shown);
    cdr_secret_free(uri);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (!cli->json && cdr_prompt_somebody())
        return confirm(cli, f);
    if (!cli->json)
        cdr_cli_say(cli, "It counts when a first code from it was accepted:\n  candor factor enrol %s totp --confirm\n", f->customer.ref);
    return code;
}

/* --- the verb --- */

static cdr_exit enrol_shown(cdr_cli *cli, cdr_cli_factors *f, cdr_factor_kind kind, const char *source)
{
    cdr_secret *shown = NULL;
    cdr_status s = begin(cli, f);
    if (s == CDR_OK && kind == CDR_FACTOR_WORDS)
        s = cdr_factor_enrol_words(f->factors, f->customer.id, source, &shown, &cli->err);
    else if (s == CDR_OK)
        s = cdr_factor_enrol_recovery(f->factors, f->customer.id, source, &shown, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_exit code = kind == CDR_FACTOR_WORDS ? show_words(cli, f, shown) : show_codes(cli, f, shown);
    cdr_secret_free(shown);
    return code;
}

static cdr_exit enrol(cdr_cli *cli, cdr_cli_factors *f, cdr_factor_kind kind)
{
    char by_call[80];
    const char *source = cdr_opt_text(cli, "call") ? by_call : cdr_opt_text(cli, "source");
    if (kind == CDR_FACTOR_TOTP && cdr_opt_flag(cli, "confirm"))
        return confirm(cli, f);
    /* Looked at before anybody types, and once more when it is done: calls end. */
    cdr_status allowed = cdr_cli_factors_call(cli, f, by_call);
    if (allowed != CDR_OK)
        return cdr_cli_fail(cli, allowed);
    if (kind == CDR_FACTOR_TOTP)
        return enrol_totp(cli, f, source);
    if (kind != CDR_FACTOR_PIN)
        return enrol_shown(cli, f, kind, source);
    cdr_status s = enrol_pin(cli, f, source);
    return s == CDR_OK ? told(cli, f, kind, NULL, false) : cdr_cli_fail(cli, s);
}

static cdr_exit run(cdr_cli *cli)
{
    cdr_factor_kind kind;
    cdr_cli_factors f;
    bool confirming = cdr_opt_flag(cli, "confirm");
    cdr_status s = cdr_cli_factor_kind(cli, cli->argv[1], &kind);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (kind != CDR_FACTOR_TOTP && (confirming || cdr_opt_text(cli, "svg")))
        return cdr_cli_usage(cli, "--confirm and --svg go with totp only.");
    if (!confirming && !cdr_opt_text(cli, "source") && !cdr_opt_text(cli, "call"))
        return cdr_cli_usage(cli, "Say how the customer is known at this moment: --call ID, or --source \"counter, passport seen\".");
    if (cdr_opt_text(cli, "source") && !strncmp(cdr_opt_text(cli, "source"), CDR_FACTOR_BY_CALL, sizeof CDR_FACTOR_BY_CALL - 1))
        return cdr_cli_usage(cli, "A call is named with --call ID, so that what it verified is looked at; --source is for what happened without one.");
    s = cdr_cli_factors_open(cli, &f);
    cdr_exit code = s == CDR_OK ? enrol(cli, &f, kind) : cdr_cli_fail(cli, s);
    cdr_cli_factors_close(&f);
    return code;
}

static const cdr_opt options[] = {
    {"call", 'c', CDR_OPT_TEXT, "ID", NULL, "the call in which she asks for it: about change-proof, and verified for that"},
    {"source", 's', CDR_OPT_TEXT, "TEXT", NULL, "without a call: how the customer is known at this moment, without personal data: \"counter, passport seen\""},
    {"svg", 0, CDR_OPT_TEXT, "FILE", NULL, "totp: the QR code as a picture that only you may read, instead of on the terminal"},
    {"confirm", 0, CDR_OPT_FLAG, NULL, NULL, "totp: take the first code from an authenticator that waits for it"},
    {0},
};

const cdr_cmd cdr_cmd_factor_enrol = {
    .path = "factor enrol",
    .group = "Tell only the customer",
    .summary = "give a customer a PIN, words, an authenticator or recovery codes",
    .args = "REF KIND",
    .min_args = 2,
    .max_args = 2,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_DESK,
    .description = "KIND is pin, words, totp (an authenticator) or recovery (ten codes). A new one ends the older one of its kind. "
                   "A PIN is typed twice by the customer and never shown; without a terminal it is the first line of standard input, and a second line must be the same. It has 8 digits or more, or what pin_digits of the disclosure policy says, and is refused when many people choose it "
                   "or when it holds digits of her own date of birth, telephone, account or card; why is said, the number is not. "
                   "Words and recovery codes are chosen here and shown once. An authenticator counts when a first code from it was accepted. "
                   "PIN and words are both something she knows: having both is still one kind of proof. "
                   "The customer is told by what is on file for her, whoever stands there: e-mail and text message, and a letter when neither has been on file for 30 days. Exit code 6: enrolled, but a message "
                   "could not be sent.",
    .examples = "  # she types it on the keypad, twice\n  candor factor enrol C-1-2345 pin --source \"counter, passport seen\"\n"
                "  candor factor enrol C-1-2345 words --call 7F3K-92\n"
                "  candor factor enrol C-1-2345 totp --source \"counter, passport seen\" --svg code.svg\n"
                "  candor factor enrol C-1-2345 recovery --source \"counter, passport seen\"\n",
    .json_shape = "  {\"customer\": \"C-…\", \"kind\": \"words\", \"pending\": false, \"words\": \"…\"}\n"
                  "  with totp \"uri\" and the file of --svg, with recovery \"codes\"; with --confirm \"confirmed\";\n"
                  "  \"told\" and \"not_told\": messages to the customer\n",
    .run = run,
};

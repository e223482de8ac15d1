/* SPDX-License-Identifier: Apache-2.0 */
/* candor verify answer, candor verify enter: one factor tried. The answer is matched or not, and how many tries are left. */
#include "base/text.h"
#include "base/time.h"
#include "cli/policy_words.h"
#include "cli/verify.h"

#include <stdio.h>
#include <string.h>

static cdr_status kind_of(cdr_cli *cli, const char *word, cdr_factor_kind *ret)
{
    static const struct { const char *word; cdr_factor_kind kind; } also[] = {{"email", CDR_FACTOR_EMAIL}, {"code", CDR_FACTOR_SMS}, {"authenticator", CDR_FACTOR_TOTP}, {"phone", CDR_FACTOR_PHONE_NUMBER}};
    const cdr_factor_kind *kinds;
    const char *keys[32];
    size_t n = cdr_factor_kinds(&kinds), count = 0;
    *ret = cdr_factor_by_key(word);
    for (size_t i = 0; !*ret && i < CDR_COUNT(also); i++)
        if (!strcmp(also[i].word, word))
            *ret = also[i].kind;
    if (*ret)
        return CDR_OK;
    for (size_t i = 0; i < n && count < CDR_COUNT(keys); i++)
        keys[count++] = cdr_factor_key(kinds[i]);
    const char *near = cdr_text_nearest(word, keys, count);
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "verify.factor", "\"%.40s\" is nothing that a caller is asked for%s%s%s", word, near ? "; did you mean " : "; there are pin, words, totp, sms, callback, letter, recovery, postcode …",
                    near ? near : "", near ? "?" : ".");
}

/* A sentence, as wide as the terminal. */
static void sentence(cdr_cli *cli, const char *fmt, ...) CDR_PRINTF(2, 3);
static void sentence(cdr_cli *cli, const char *fmt, ...)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(4096);
    va_list ap;
    va_start(ap, fmt);
    cdr_buf_vaddf(&text, fmt, ap);
    va_end(ap);
    cdr_cli_wrapped(cli, 0, 0, text.len ? text.data : "");
}

static void print(cdr_cli *cli, const cdr_desk *d, cdr_factor_kind kind, const cdr_verify_answer *a, cdr_factor_kind next)
{
    const char *label = cdr_factor_label(kind);
    if (a->locked && a->open_us) {
        char at[64];
        cdr_time_format_long(a->open_us, at);
        sentence(cli, "LOCKED: too many wrong tries; this way is open again on %s. Offer a call-back or a letter: \"I can call you back on the number we have, or post a code to your address.\"", at);
    } else if (a->locked) {
        sentence(cli, "LOCKED: no tries are left in this call. Say: \"I could not verify you this way. I can call you back on the number we have, or post a code to your address.\"");
    } else if (a->noted) {
        sentence(cli, "NOTED: %s. Whether it is right shows once a secret has matched; %u %s left in this call.", label, a->tries_left, a->tries_left == 1 ? "try" : "tries");
    } else if (a->matched) {
        cdr_cli_print(cli, "MATCHED: %s.%s\n", label, cdr_disclosure_class(d->policy, kind) == CDR_CLASS_NONE ? " By this policy it proves nothing." : "");
    } else {
        cdr_cli_print(cli, "NOT MATCHED: %s, %u %s left in this call.\n", label, a->tries_left, a->tries_left == 1 ? "try" : "tries");
    }
    cdr_call_print(cli, d, &a->call);
    cdr_next_print(cli, d, &a->call, next);
}

static cdr_exit answer(cdr_cli *cli, cdr_factor_kind kind)
{
    _cleanup_desk_ cdr_desk d = {0};
    const char *call;
    char prompt[80];
    cdr_secret *said = NULL;
    cdr_verify_answer a;
    cdr_factor_kind next = (cdr_factor_kind)0;
    _cleanup_buf_ cdr_buf ways = CDR_BUF(1 << 16);
    cdr_status s = cdr_desk_call(cli, &call);
    snprintf(prompt, sizeof prompt, "%s (as the caller says it): ", kind == CDR_FACTOR_DOCUMENT ? "Name on the document" : cdr_factor_label(kind));
    if (s == CDR_OK)
        s = cdr_desk_value(cli, prompt, &said);
    if (s == CDR_OK)
        s = cdr_desk_open(cli, &d);
    if (s == CDR_OK)
        s = cdr_verify_answer_factor(d.id, call, kind, (const char *)cdr_secret_bytes(said), cdr_secret_len(said), &a, &cli->err);
    cdr_secret_free(said);
    if (s == CDR_OK)
        s = cdr_verify_ways(d.id, call, &ways, &next, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_exit code = a.locked ? CDR_EXIT_LOCKED : a.matched || a.noted ? CDR_EXIT_OK : CDR_EXIT_NO;
    if (!cli->json) {
        print(cli, &d, kind, &a, next);
        return code;
    }
    json_t *j = cdr_call_json(&d, &a.call);
    if (j) {
        cdr_next_json(j, next);
        json_object_set_new(j, "factor", json_string(cdr_factor_key(kind)));
        json_object_set_new(j, "matched", a.noted ? json_null() : json_boolean(a.matched));
        json_object_set_new(j, "tries_left", json_integer(a.tries_left));
        json_object_set_new(j, "locked", json_boolean(a.locked));
    }
    return cdr_cli_print_json(cli, j, code);
}

static cdr_exit run(cdr_cli *cli)
{
    cdr_factor_kind kind;
    cdr_status s = kind_of(cli, cli->argv[0], &kind);
    if (s == CDR_OK && kind == CDR_FACTOR_LINK)
        s = cdr_fail(&cli->err, CDR_DENIED, "cli", "verify.link", "The customer enters this code herself and tells it to nobody; the page where she does calls candor verify enter.");
    return s == CDR_OK ? answer(cli, kind) : cdr_cli_fail(cli, s);
}

static cdr_exit run_enter(cdr_cli *cli)
{
    return answer(cli, CDR_FACTOR_LINK);
}

static const cdr_opt options[] = {CDR_OPT_CALL, {0}};

#define SHAPE "  {\"call\": \"7F3K-92\", …, \"factor\": \"pin\", \"matched\": true, \"tries_left\": 3, \"locked\": false, \"next\": \"sms\"}\n"

const cdr_cmd cdr_cmd_verify_answer = {
    .path = "verify answer",
    .group = "Tell only the customer",
    .summary = "try what the caller says: matched, or not and how many tries are left",
    .args = "FACTOR",
    .min_args = 1,
    .max_args = 1,
    .opts = options,
    .roles = CDR_ROLES_DESK,
    .description = "FACTOR is pin, words, totp, sms, email-code, callback, letter, recovery, document (at the counter: the name on it), or an identifier such as postcode or "
                   "card-last4. What the caller says is typed at the prompt without echo, or is one line of standard input. Three tries in a call, five a day; then call-back "
                   "and letter stay open. The expected value is never shown, and it is not told why something does not match. An identifier is only noted until a secret has "
                   "matched. Exit code 0: matched, or noted; 1: not; 4: locked, or over.",
    .examples = "  echo 48213907 | candor verify answer --call 7F3K-92 pin\n"
                "  # what the authenticator shows\n  echo 482913 | candor verify answer --call 7F3K-92 totp --json\n",
    .json_shape = SHAPE,
    .run = run,
};

const cdr_cmd cdr_cmd_verify_enter = {
    .path = "verify enter",
    .group = "Tell only the customer",
    .summary = "take the code that a customer entered herself on your page",
    .max_args = 0,
    .opts = options,
    .roles = CDR_ROLES_DESK,
    .description = "For the page where customers enter the code of candor verify send link: no member of staff sees it. It is one line of standard input. "
                   "Exit code 0: matched; 1: not; 4: locked, or over.",
    .examples = "  echo 482913 | candor verify enter --call 7F3K-92\n",
    .json_shape = SHAPE,
    .run = run_enter,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/verify.h"

#include "base/text.h"
#include "base/time.h"
#include "cli/disclosure.h"
#include "cli/policy_words.h"
#include "cli/prompt.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HEADING 13

cdr_status cdr_desk_open(cdr_cli *cli, cdr_desk *ret)
{
    *ret = (cdr_desk){.begun_us = cdr_now_us(&cli->ctx)};
    bool writes = !cli->ws;
    cdr_status s = writes ? cdr_cli_open_workspace(cli, CDR_WORKSPACE_WRITE) : CDR_OK;
    if (s == CDR_OK)
        s = writes ? cdr_cli_disclosure_adopt(cli, &ret->policy) : cdr_cli_disclosure_load(cli, &ret->policy);
    if (s == CDR_OK)
        s = cdr_vault_open(cli->ws, &ret->vault, &cli->err);
    if (s == CDR_OK)
        s = cdr_sender_open(&cli->ctx, cdr_workspace_dir(cli->ws), &ret->sender, &cli->err);
    if (s == CDR_OK)
        s = cdr_identity_open(ret->vault, ret->policy, ret->sender, cdr_role_name(cli->role), &ret->id, &cli->err);
    if (s != CDR_OK)
        cdr_desk_close(ret);
    return s;
}

void cdr_desk_close(cdr_desk *d)
{
    cdr_identity_close(d->id);
    cdr_sender_close(d->sender);
    cdr_vault_close(d->vault);
    cdr_disclosure_policy_free(d->policy);
    *d = (cdr_desk){0};
}

static const char *nearest_field(cdr_desk *d, const char *name)
{
    const char *keys[96];
    size_t n = 0;
    const cdr_own_fields *own = cdr_vault_own_fields(d->vault);
    for (size_t i = 0; i < cdr_vault_standard_field_count && n < CDR_COUNT(keys); i++)
        keys[n++] = cdr_vault_standard_fields[i].key;
    for (size_t i = 0; own && i < own->count && n < CDR_COUNT(keys); i++)
        keys[n++] = own->at[i].key;
    return cdr_text_nearest(name, keys, n);
}

cdr_status cdr_desk_fields(cdr_cli *cli, cdr_desk *d, const char *const *names, size_t count, uint16_t *ret, size_t *ret_count)
{
    *ret_count = 0;
    if (count > CDR_CALL_FIELDS_MAX)
        return cdr_fail(&cli->err, CDR_E_LIMIT, "cli", "verify.fields", "At most %d fields can be asked for at once.", CDR_CALL_FIELDS_MAX);
    for (size_t i = 0; i < count; i++) {
        const cdr_vault_field *f = cdr_vault_field_named(d->vault, names[i]);
        const char *near = f ? NULL : nearest_field(d, names[i]);
        if (!f)
            return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "verify.field", "There is no field \"%.40s\"%s%s%s", names[i], near ? "; did you mean " : "; candor disclosure show lists them.", near ? near : "",
                            near ? "?" : "");
        ret[(*ret_count)++] = f->id;
    }
    return CDR_OK;
}

cdr_status cdr_desk_call(cdr_cli *cli, const char **ret)
{
    *ret = cdr_opt_text(cli, "call");
    return *ret ? CDR_OK : cdr_fail(&cli->err, CDR_E_INVAL, "cli", "verify.call", "Say which call: --call 7F3K-92, as candor verify start named it.");
}

/* Nothing waits for a server (cdr_send_begin); a slice of time covers what is left between somebody and nobody. */
void cdr_desk_wait_out(cdr_cli *cli, const cdr_desk *d)
{
    const int64_t slice = 100000;
    int64_t spent = cdr_now_us(&cli->ctx) - d->begun_us, rest = slice - (spent < 0 ? 0 : spent % slice);
    nanosleep(&(struct timespec){.tv_sec = rest / 1000000, .tv_nsec = (long)(rest % 1000000) * 1000}, NULL);
}

void cdr_call_left(cdr_cli *cli, const cdr_call *c, char ret[32])
{
    int64_t s = (c->expires_us - cdr_now_us(&cli->ctx)) / 1000000;
    s = s < 0 || !c->live ? 0 : s;
    snprintf(ret, 32, "%lld:%02lld left", (long long)(s / 60), (long long)(s % 60));
}

void cdr_lines_print(cdr_cli *cli, const cdr_buf *lines)
{
    for (const char *p = lines->len ? lines->data : ""; *p;) {
        size_t n = strcspn(p, "\n");
        _cleanup_free_ char *line = cdr_strndup(p, n);
        cdr_cli_print(cli, "  - ");
        cdr_cli_wrapped(cli, 0, 4, line ? line : "");
        p += n + (p[n] == '\n');
    }
}

json_t *cdr_lines_json(const cdr_buf *lines)
{
    json_t *list = json_array();
    for (const char *p = lines->len ? lines->data : ""; list && *p;) {
        size_t n = strcspn(p, "\n");
        json_array_append_new(list, json_stringn(p, n));
        p += n + (p[n] == '\n');
    }
    return list;
}

/* What the policy says that a flag does, and why. */
static void flag_says(const cdr_desk *d, const char *flag, const char **ret_does, const char **ret_why)
{
    const char *key;
    for (size_t i = 0; (key = cdr_disclosure_flag(d->policy, i, ret_does, ret_why)); i++)
        if (!strcmp(key, flag))
            return;
    *ret_does = "raises the level by 1";
    *ret_why = "a flag that the policy does not know";
}

json_t *cdr_call_json(const cdr_desk *d, const cdr_call *c)
{
    char started[CDR_TIME_TEXT], expires[CDR_TIME_TEXT];
    json_t *fields = json_array(), *flags = json_array(), *reasons = json_array();
    for (size_t i = 0; fields && i < c->field_count; i++) {
        const cdr_vault_field *f = cdr_vault_field_info(d->vault, c->fields[i]);
        json_array_append_new(fields, json_string(f ? f->key : "?"));
    }
    for (size_t i = 0; flags && i < c->flag_count; i++)
        json_array_append_new(flags, json_string(c->flags[i]));
    cdr_time_format(c->started_us, started);
    cdr_time_format(c->expires_us, expires);
    json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:o, s:o, s:s, s:s}", "call", c->call, "word", c->word, "direction", c->direction == CDR_CALL_OUT ? "out" : "in",
                          "channel", c->channel, "purpose", c->purpose, "level", cdr_level_names[c->level], "why_level", c->why_level, "needed", cdr_level_names[c->needed], "why_needed", c->why_needed,
                          "live", c->live, "stopped", c->stopped, "one_class_only", c->one_class_only, "fields", fields, "flags", flags, "started", started, "expires", expires);
    for (size_t i = 0; j && i < c->flag_count; i++) {
        const char *does, *why;
        flag_says(d, c->flags[i], &does, &why);
        json_array_append_new(reasons, json_pack("{s:s, s:s, s:s}", "flag", c->flags[i], "does", does, "why", why));
    }
    if (j)
        json_object_set(j, "flag_reasons", reasons);
    json_decref(reasons);
    if (j && c->code[0])
        json_object_set_new(j, "code", json_string(c->code));
    if (j && c->ticket[0])
        json_object_set_new(j, "ticket", json_string(c->ticket));
    return j;
}

/* A line whose first 13 columns are its heading, as wide as the terminal. */
static void line(cdr_cli *cli, const char *fmt, ...) CDR_PRINTF(2, 3);
static void line(cdr_cli *cli, const char *fmt, ...)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(4096);
    va_list ap;
    va_start(ap, fmt);
    cdr_buf_vaddf(&text, fmt, ap);
    va_end(ap);
    if (text.len <= HEADING)
        return;
    cdr_cli_print(cli, "%.*s", HEADING, text.data);
    cdr_cli_wrapped(cli, 0, HEADING, text.data + HEADING);
}

/* Why stands below, flag by flag, as far as it may be told. */
static void print_stopped(cdr_cli *cli, const cdr_desk *d, const cdr_call *c)
{
    bool not_me = false;
    (void)d;
    for (size_t i = 0; i < c->flag_count; i++)
        not_me |= !strcmp(c->flags[i], "not-me");
    line(cli, "STOPPED      %s", c->why_needed);
    line(cli, "Say          \"I cannot go on with this in this call. If you fear that something is wrong with your account, tell me, and I will pass it on.\"");
    if (not_me)
        line(cli, "             Tell the owner, who may lift it: candor verify reply --call %s cleared --reason …", c->call);
}

void cdr_call_print(cdr_cli *cli, const cdr_desk *d, const cdr_call *c)
{
    char left[32];
    cdr_call_left(cli, c, left);
    if (!c->live)
        cdr_cli_print(cli, "OVER         %s\n", c->ended_us ? "The call has ended." : "Nothing happened for too long; the level is gone.");
    else if (c->stopped)
        print_stopped(cli, d, c);
    else if (c->level >= CDR_LEVEL_C2)
        line(cli, "VERIFIED %s  %s. %s.", cdr_level_names[c->level], left, c->why_level);
    else
        line(cli, "NOT VERIFIED %s. %s", left, c->why_level);
    if (c->one_class_only)
        cdr_cli_print(cli, "             An identifier was counted as the second proof: this is one class only.\n");
    cdr_cli_print(cli, "Asked for    %s", c->purpose);
    for (size_t i = 0; i < c->field_count; i++) {
        const cdr_vault_field *f = cdr_vault_field_info(d->vault, c->fields[i]);
        cdr_cli_print(cli, "%s%s", i ? ", " : ": ", f ? f->label : "?");
    }
    cdr_cli_print(cli, "\n");
    if (!c->stopped)
        line(cli, "Needed       %s. %s", c->needed == CDR_LEVEL_NEVER ? "Not possible" : cdr_level_names[c->needed], c->why_needed);
    for (size_t i = 0; i < c->flag_count; i++) {
        const char *does, *why;
        flag_says(d, c->flags[i], &does, &why);
        line(cli, "%s%s %s: %s.", i ? "             " : "FLAGGED      ", c->flags[i], does, why);
    }
}

void cdr_next_json(json_t *j, cdr_factor_kind next)
{
    json_object_set_new(j, "next", next ? json_string(cdr_factor_key(next)) : json_null());
}

/* What may be done in a call that has reached what its purpose needs. */
static void print_deed(cdr_cli *cli, const cdr_call *c)
{
    static const struct { const char *purpose, *verb; } deeds[] = {
        {"change-contact", "candor customer edit REF FIELD"}, {"change-bank", "candor customer edit REF FIELD"}, {"correction", "candor customer edit REF FIELD"},
        {"change-proof", "candor factor enrol REF KIND"}, {"data-request", "candor request verify R-NUMBER"}, {"data-copy", "candor request verify R-NUMBER"},
        {"erasure", "candor request verify R-NUMBER"},
    };
    for (size_t i = 0; i < CDR_COUNT(deeds); i++)
        if (!strcmp(c->purpose, deeds[i].purpose))
            cdr_cli_print(cli, "Next: %s --call %s\n", deeds[i].verb, c->call);
}

void cdr_next_print(cdr_cli *cli, const cdr_desk *d, const cdr_call *c, cdr_factor_kind next)
{
    if (!c->live || c->stopped)
        return;
    if (next && cdr_factor_class_of(next) == CDR_CLASS_STAFF)
        cdr_cli_print(cli, "Next: a colleague says candor verify second --call %s\n", c->call);
    else if (next == CDR_FACTOR_LINK || next == CDR_FACTOR_SMS || next == CDR_FACTOR_CALLBACK || next == CDR_FACTOR_LETTER || next == CDR_FACTOR_EMAIL)
        cdr_cli_print(cli, "Next: candor verify send --call %s %s\n", c->call, cdr_factor_key(next));
    else if (next)
        cdr_cli_print(cli, "Next: candor verify answer --call %s %s\n", c->call, cdr_factor_key(next));
    else if (c->level >= c->needed && c->field_count) {
        cdr_cli_print(cli, "Next: candor disclose --call %s", c->call);
        for (size_t i = 0; i < c->field_count; i++) {
            const cdr_vault_field *f = cdr_vault_field_info(d->vault, c->fields[i]);
            cdr_cli_print(cli, " %s", f ? f->key : "");
        }
        cdr_cli_print(cli, "\n");
    } else if (c->secret_matched && c->level >= c->needed)
        print_deed(cli, c);
}

cdr_status cdr_desk_check_output(cdr_cli *cli)
{
    struct stat st;
    if (fstat(STDOUT_FILENO, &st) == 0 && S_ISREG(st.st_mode))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclose.file", "What is told goes to a terminal or another program, not into a file, where it would stay; nothing was opened.");
    return CDR_OK;
}

cdr_status cdr_desk_value(cdr_cli *cli, const char *prompt, cdr_secret **ret)
{
    cdr_status s = cdr_prompt_line(cli, CDR_PROMPT_HIDDEN, prompt, CDR_CALL_SAID_TEXT_MAX, ret);
    if ((s == CDR_OK && !*ret) || s == CDR_DONE)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "verify.no-value", "Nothing was typed; no try was counted.");
    return s;
}

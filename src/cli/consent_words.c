/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/consent.h"

#include "base/io.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/input.h"
#include "cli/policy.h"
#include "core/care/consent_rows.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define KEY_MAX 1024

cdr_status cdr_cli_subject(cdr_cli *cli, cdr_buf *ret)
{
    const char *key = cdr_opt_text(cli, "subject-key"), *file = cdr_opt_text(cli, "subject-file");
    *ret = CDR_BUF(KEY_MAX);
    if (!key == !file)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "consent.subject", "Name the person once: --subject-key KEY, --subject-key - for standard input, or --subject-file FILE.");
    if (cdr_buf_reserve(ret, KEY_MAX) != CDR_OK)   /* growing would leave copies behind */
        return cdr_fail_nomem(&cli->err, "cli");
    cdr_status s = file ? cdr_file_read(file, ret, &cli->err) : !strcmp(key, "-") ? cdr_cli_input_read(cli, key, ret) : cdr_buf_adds(ret, key);
    if (s == CDR_E_LIMIT)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "consent.subject", "A subject's key is one line of at most %d bytes.", CDR_CONSENT_SUBJECT_MAX);
    while (s == CDR_OK && ret->len && strchr("\r\n\t ", ret->data[ret->len - 1]))
        ret->data[--ret->len] = '\0';
    if (s == CDR_OK && (!ret->len || strchr(ret->data, '\n') || strlen(ret->data) != ret->len))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "consent.subject", "A subject's key is one line of text; %s.", ret->len ? "there are several, or a NUL character" : "there is none");
    return s;
}

static cdr_status time_mistake(cdr_cli *cli, const char *name)
{
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "consent.time", "--%s wants a date such as 2027-03-01 or a time such as 2027-03-01T10:00:00Z.", name);
}

cdr_status cdr_cli_time(cdr_cli *cli, const char *name, int64_t *ret)
{
    const char *text = cdr_opt_text(cli, name);
    *ret = 0;
    return !text || cdr_consent_time(text, strlen(text), ret) ? CDR_OK : time_mistake(cli, name);
}

cdr_status cdr_cli_until(cdr_cli *cli, int64_t *ret)
{
    const char *text = cdr_opt_text(cli, "until");
    *ret = 0;
    return !text || cdr_consent_until(text, strlen(text), ret) ? CDR_OK : time_mistake(cli, "until");
}

const char *cdr_cli_time_text(int64_t us, char room[32])
{
    if (!us)
        return NULL;
    cdr_time_format(us, room);
    return room;
}

typedef struct hearing { char *names[CDR_CONSENT_PURPOSES_MAX]; size_t count; const char *wanted; bool heard; } hearing;

static cdr_status keep_purpose(void *arg, const cdr_consent_tally *t)
{
    hearing *p = arg;
    p->heard = p->heard || !strcmp(t->purpose, p->wanted);
    if (p->count < CDR_COUNT(p->names) && !(p->names[p->count++] = cdr_strdup(t->purpose)))
        return CDR_E_NOMEM;
    return CDR_OK;
}

cdr_status cdr_cli_purpose_unheard(cdr_cli *cli, const char *purpose)
{
    hearing *p = cdr_alloc(sizeof *p);
    if (!p)
        return cdr_fail_nomem(&cli->err, "cli");
    p->wanted = purpose;
    cdr_status s = cdr_consent_each_purpose(cli->ws, 0, keep_purpose, p, &cli->err);
    const char *nearest = s == CDR_OK && !p->heard ? cdr_text_nearest(purpose, (const char *const *)p->names, p->count) : NULL;
    _cleanup_free_ char *shown = cdr_cli_shown(purpose);
    if (s == CDR_OK && !p->heard && !cli->quiet)
        fprintf(stderr, "candor: nobody's consent for the purpose %s is recorded here%s%s%s.\n", shown ? shown : "", nearest ? "; did you mean " : "", nearest ? nearest : "",
                nearest ? "?" : "");
    for (size_t i = 0; i < p->count; i++)
        cdr_free(p->names[i]);
    cdr_free(p);
    return s;
}

/* --- the policy's purposes --- */

#define NAMES_MAX 1000u

typedef struct names { const char *at[NAMES_MAX]; size_t count; } names;

static void add_name(names *n, const char *name)
{
    if (name && *name && n->count < NAMES_MAX)
        n->at[n->count++] = name;
}

/* Purposes, the consents they ask for, and the consents that lift rules. */
static void collect(const cdr_policy *p, names *n)
{
    for (size_t i = 0; i < p->purpose_count; i++) {
        add_name(n, p->purposes[i].consent);
        add_name(n, p->purposes[i].key);
    }
    for (size_t i = 0; i < p->rule_count; i++)
        for (size_t u = 0; u < p->rules[i].unless_count; u++)
            for (size_t v = 0; p->rules[i].unless[u].kind == CDR_UNLESS_CONSENT && v < p->rules[i].unless[u].values.count; v++)
                add_name(n, p->rules[i].unless[u].values.keys[v]);
}

static void warn_of(const names *n, const char *purpose)
{
    for (size_t i = 0; i < n->count; i++)
        if (!strcmp(n->at[i], purpose))
            return;
    const char *nearest = cdr_text_nearest(purpose, n->at, n->count);
    _cleanup_free_ char *shown = cdr_cli_shown(purpose);
    fprintf(stderr, "candor: the policy does not speak of the purpose %s%s%s%s: what asks for another name will not find these consents.\n", shown ? shown : "", nearest ? " (did you mean " : "",
            nearest ? nearest : "", nearest ? "?)" : "");
}

void cdr_cli_purposes_in_policy(cdr_cli *cli, const char *const *purposes, size_t count)
{
    _cleanup_(cdr_policy_freep) cdr_policy *p = NULL;
    cdr_err kept = cli->err;
    names *n = cdr_alloc(sizeof *n);
    /* A policy that cannot be read must not keep anybody from recording what a person said; candor policy test tells of it. */
    if (n && !cli->quiet && (p = cdr_cli_policy_try(cli))) {
        collect(p, n);
        for (size_t i = 0; i < count && n->count; i++)
            warn_of(n, purposes[i]);
    }
    cdr_free(n);
    cli->err = kept;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* room: playbook. commands.yaml of a stranger, and addresses of a playbook against it: plain http leads to this machine alone, a wildcard never stands for a name without its domain, a host is what it looks like. */
#include "core/playbook/perform.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_hosts(const cdr_allowed_hosts *list, bool ssh)
{
    for (size_t i = 0; i < list->count; i++) {
        const cdr_allowed_host *h = &list->at[i];
        if (!h->name || !*h->name || strpbrk(h->name, "/@? \t\r\n*[]%") || h->port < 1 || h->port > 65535)
            abort();
        if (h->plain && (!cdr_allowed_is_here(h->name) || h->wildcard))
            abort();
        if (h->wildcard && (ssh || h->name[0] != '.' || !strchr(h->name + 1, '.')))
            abort();
        if (h->user && (!ssh || *h->user == '-' || strpbrk(h->user, " @:/")))
            abort();
        if (!h->wildcard && cdr_allowed_host_of(list, h->name, h->port, h->plain) == NULL)
            abort();
        if (cdr_allowed_host_of(list, "nobody.invalid.test", 1, true))
            abort();
    }
}

static void check_url(const char *text)
{
    cdr_perform_url u;
    if (!cdr_perform_take_url(text, &u))
        return;
    if (!*u.host || strpbrk(u.host, "/@?#\\ \t\r\n%[]") || u.port > 65535 || (u.six && !strchr(u.host, ':')) || (*u.path && !strchr("/?#", *u.path)))
        abort();
    for (const char *p = u.path; *p; p++)
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7F)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_allowed *c = NULL;
    cdr_err err = {0};
    if (cdr_allowed_read((const char *)data, size, "commands.yaml", "/w", &c, &err) == CDR_OK && c) {
        check_hosts(&c->http, false);
        check_hosts(&c->openc2, false);
        check_hosts(&c->ssh, true);
        for (size_t i = 0; i < c->program_count; i++)
            if (c->programs[i][0] != '/' || strstr(c->programs[i], "/../"))
                abort();
        if (c->seconds < 1 || c->seconds > CDR_COMMANDS_SECONDS_MAX || c->bytes < 1 || c->bytes > CDR_COMMANDS_BYTES_MAX)
            abort();
    }
    cdr_allowed_free(c);
    char *text = cdr_strndup((const char *)data, size);
    if (text)
        check_url(text);
    cdr_free(text);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks in a workspace of their own, and what they sent: files in its outbox. */
#ifndef TEST_CLOCK_WORLD_H
#define TEST_CLOCK_WORLD_H

#include "../workspace_world.h"

#include "base/io.h"
#include "core/clock/clock.h"
#include "core/ledger/store.h"

#include <dirent.h>

#define HOUR (3600 * SECOND)

static inline cdr_duration duration(const char *text)
{
    cdr_duration d;
    assert_true(cdr_duration_parse(text, &d));
    return d;
}

/* 72 hours; warned a day and four hours before; the manager at once when it was missed, the owner four hours later. */
static inline cdr_clock_setup setup_of(const char *ref, int64_t began_us)
{
    return (cdr_clock_setup){.subject = "I-3", .ref = ref, .label = "Tell the authority", .began_us = began_us, .due_us = began_us + 72 * HOUR, .warn_count = 2, .warn = {duration("PT24H"), duration("PT4H")},
                             .escalation_count = 2, .escalate = {{duration("PT0S"), CDR_DUTY_MANAGER}, {duration("PT4H"), CDR_DUTY_OWNER}}, .role = CDR_DUTY_PRIVACY_LEAD};
}

static inline cdr_status whom(void *arg, const char *subject, cdr_duty_role role, char to[256], cdr_err *err)
{
    (void)arg;
    (void)err;
    assert_non_null(subject);
    if (role != CDR_DUTY_OWNER)
        snprintf(to, 256, "%s@example.com", cdr_duty_role_key(role));
    return CDR_OK;
}

static inline cdr_status count_kind(void *arg, uint64_t idx, const char *entry, size_t len)
{
    struct { char word[60]; unsigned n; } *c = arg;
    (void)idx;
    c->n += memmem(entry, len, c->word, strlen(c->word)) != NULL;
    return CDR_OK;
}

static inline unsigned entries(world *w, const char *kind)
{
    struct { char word[60]; unsigned n; } c = {{0}, 0};
    snprintf(c.word, sizeof c.word, "\"kind\":\"%s\"", kind);
    world_ok(w, cdr_ledger_each(cdr_workspace_ledger(w->ws), 0, count_kind, &c, &w->err));
    return c.n;
}

/* Messages in the outbox that hold ${word}; NULL: all. */
static inline unsigned outbox(const world *w, const char *word)
{
    char path[160];
    snprintf(path, sizeof path, "%s/outbox", w->home);
    DIR *d = opendir(path);
    unsigned n = 0;
    for (struct dirent *e; d && (e = readdir(d));) {
        if (e->d_name[0] == '.')
            continue;
        char file[512];
        cdr_buf text = CDR_BUF(1 << 20);
        snprintf(file, sizeof file, "%s/%.255s", path, e->d_name);
        assert_int_equal(cdr_file_read_regular(file, &text, NULL), CDR_OK);
        n += !word || strstr(text.data, word);
        cdr_buf_done(&text);
    }
    if (d)
        closedir(d);
    return n;
}

typedef struct seen { unsigned warned, due, escalated, sent, failed; } seen;

/* One tick in a process of its own, so to speak: everything is opened anew. */
static inline seen tick(world *w, int64_t now_us, bool send)
{
    cdr_clocks *c;
    cdr_sender *sender = NULL;
    w->now_us = now_us;
    world_ok(w, cdr_clocks_open(w->ws, &c, &w->err));
    if (send)
        world_ok(w, cdr_sender_open(&w->ctx, w->home, &sender, &w->err));
    cdr_clock_tick t = {.sender = sender, .whom = whom};
    world_ok(w, cdr_clock_run_tick(c, &t, &w->err));
    cdr_sender_close(sender);
    cdr_clocks_close(c);
    return (seen){t.warned, t.due, t.escalated, t.sent, t.failed};
}

static inline void expect(seen s, unsigned warned, unsigned due, unsigned escalated, unsigned sent)
{
    if (s.warned != warned || s.due != due || s.escalated != escalated || s.sent != sent || s.failed)
        fail_msg("warned %u, due %u, escalated %u, sent %u, failed %u", s.warned, s.due, s.escalated, s.sent, s.failed);
}

static inline void set(world *w, const cdr_clock_setup *setup)
{
    cdr_clocks *c;
    world_ok(w, cdr_clocks_open(w->ws, &c, &w->err));
    world_ok(w, cdr_clock_set(c, setup, &w->err));
    cdr_clocks_close(c);
}

static inline cdr_status keep_clock(void *arg, const cdr_clock *clock)
{
    cdr_clock *ret = arg;
    *ret = *clock;
    ret->subject = ret->ref = ret->label = NULL;
    return CDR_OK;
}

/* The only one of its subject. */
static inline cdr_clock look(world *w, const char *subject)
{
    cdr_clocks *c;
    cdr_clock ret = {0};
    world_ok(w, cdr_clocks_open(w->ws, &c, &w->err));
    world_ok(w, cdr_clock_each(c, subject, true, keep_clock, &ret, &w->err));
    cdr_clocks_close(c);
    return ret;
}

#endif

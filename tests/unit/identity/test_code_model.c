/* SPDX-License-Identifier: Apache-2.0 */
/* Thousands of random steps with codes of several calls and kinds, held against a description that fits on a page: a code is taken exactly when it is the newest of its call and kind, was not
 * used, has not expired, and its call has not ended. */
#include "world.h"

#define MINUTE (60 * SECOND)
enum { CALLS = 3, KINDS = 4, STEPS = 2500 };

static const char *const calls[CALLS] = {"7F3K-92", "7F3K-93", "8G4L-01"};
static const cdr_factor_kind kinds[KINDS] = {CDR_FACTOR_SMS, CDR_FACTOR_LINK, CDR_FACTOR_CALLBACK, CDR_FACTOR_EMAIL};

typedef struct expected { char code[16]; int64_t expires_us; bool alive, real; } expected;
typedef struct model { expected now[CALLS][KINDS]; uint64_t seed; unsigned taken, refused; } model;

static unsigned draw(model *m, unsigned below)
{
    m->seed = m->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(m->seed >> 33) % below;
}

static void make_one(world *w, model *m)
{
    unsigned c = draw(m, CALLS), k = draw(m, KINDS), digits = 6 + draw(m, 7);
    int64_t lasts = (1 + draw(m, 10)) * MINUTE;
    bool real = draw(m, 5) != 0;
    cdr_secret *code;
    ok(w, cdr_code_make(w->f, calls[c], kinds[k], digits, lasts, real, &code, &w->err));
    expected *e = &m->now[c][k];
    *e = (expected){.expires_us = w->now_us + lasts, .alive = true, .real = real};
    snprintf(e->code, sizeof e->code, "%s", (const char *)cdr_secret_bytes(code));
    cdr_secret_free(code);
}

/* What is said: the newest code of some call and kind, perhaps of another than the one that is asked. */
static void say_one(world *w, model *m)
{
    unsigned c = draw(m, CALLS), k = draw(m, KINDS), from_c = draw(m, 3) ? c : draw(m, CALLS), from_k = draw(m, 3) ? k : draw(m, KINDS);
    expected *e = &m->now[c][k];
    const char *said = m->now[from_c][from_k].code;
    bool yes, want = *said && e->alive && e->real && w->now_us < e->expires_us && !strcmp(said, e->code);
    ok(w, cdr_code_check(w->f, calls[c], kinds[k], said, strlen(said), &yes, &w->err));
    if (yes != want)
        fail_msg("call %u, kind %u: %d instead of %d", c, k, yes, want);
    if (yes)
        e->alive = false;
    m->taken += yes;
    m->refused += !yes;
}

static void end_one(world *w, model *m)
{
    unsigned c = draw(m, CALLS);
    ok(w, cdr_code_end(w->f, calls[c], &w->err));
    for (unsigned k = 0; k < KINDS; k++)
        m->now[c][k].alive = false;
}

static void codes__random_steps__as_described(void **state)
{
    world *w = *state;
    static model m = {.seed = 20270219};
    for (unsigned i = 0; i < STEPS; i++) {
        unsigned what = draw(&m, 100);
        if (what < 25)
            make_one(w, &m);
        else if (what < 85)
            say_one(w, &m);
        else if (what < 90)
            end_one(w, &m);
        else
            w->now_us += draw(&m, 180) * SECOND;
        if (i % 1000 == 999)
            world_reopen(w);
    }
    print_message("taken %u, refused %u\n", m.taken, m.refused);
    assert_true(m.taken > 100 && m.refused > 100);
}

int main(void)
{
    if (cdr_crypto_start(NULL) != CDR_OK)
        return 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(codes__random_steps__as_described, world_make, world_drop)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

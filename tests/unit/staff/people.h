/* SPDX-License-Identifier: Apache-2.0 */
/* Two people with their authenticators, in a workspace of their own. */
#ifndef TEST_STAFF_PEOPLE_H
#define TEST_STAFF_PEOPLE_H

#include "world.h"

#include "core/ledger/store.h"
#include "core/staff/inside.h"
#include "crypto/base32.h"
#include "crypto/totp.h"

#define PASSWORD "tall green ferry"

typedef struct person { char login[16]; cdr_secret *seed; } person;

static inline cdr_secret *secret(const char *text)
{
    cdr_secret *s;
    assert_int_equal(cdr_secret_new(text, strlen(text), &s, NULL), CDR_OK);
    return s;
}

static inline cdr_secret *seed_of(const cdr_secret *uri)
{
    const char *at = strstr((const char *)cdr_secret_bytes(uri), "secret=") + 7;
    uint8_t seed[64];
    size_t len;
    assert_int_equal(cdr_base32_decode(at, strcspn(at, "&"), seed, sizeof seed, &len), CDR_OK);
    cdr_secret *s;
    assert_int_equal(cdr_secret_new(seed, len, &s, NULL), CDR_OK);
    return s;
}

static inline cdr_status add(world *w, cdr_staff *st, const char *login, cdr_role role, const char *password, person *ret)
{
    cdr_secret *p = secret(password), *uri;
    cdr_status s = cdr_staff_add(st, login, role, p, false, &uri, &w->err);
    if (s == CDR_OK && ret) {
        snprintf(ret->login, sizeof ret->login, "%s", login);
        ret->seed = seed_of(uri);
    }
    cdr_secret_free(uri);
    cdr_secret_free(p);
    return s;
}

static inline cdr_status try_code(world *w, cdr_staff *st, const char *login, const char *password, const char *code)
{
    cdr_secret *p = secret(password), *c = secret(code);
    cdr_user u;
    cdr_status s = cdr_staff_authenticate(st, login, p, c, &u, &w->err);
    cdr_secret_free(p);
    cdr_secret_free(c);
    return s;
}

static inline cdr_status try_login(world *w, cdr_staff *st, const person *who, const char *password, int steps)
{
    char code[12];
    assert_int_equal(cdr_totp_make(who->seed, CDR_TOTP_SHA1, w->now_us / SECOND + 30 * steps, 0, 30, 6, code, NULL), CDR_OK);
    return try_code(w, st, who->login, password, code);
}

typedef struct stage { world w; cdr_staff *st; person ada, dana; } stage;

static inline void setup(stage *s)
{
    memset(s, 0, sizeof *s);
    world_make(&s->w);
    world_ok(&s->w, cdr_staff_open(s->w.ws, &s->st, &s->w.err));
    world_ok(&s->w, add(&s->w, s->st, "ada", CDR_ROLE_OWNER, PASSWORD, &s->ada));
    world_ok(&s->w, add(&s->w, s->st, "dana", CDR_ROLE_STAFF, "nine cold lamps", &s->dana));
}

static inline void teardown(stage *s)
{
    cdr_ledger_verdict verdict;
    world_ok(&s->w, cdr_ledger_verify(cdr_workspace_ledger(s->w.ws), NULL, &verdict, &s->w.err));
    assert_true(verdict.ok);
    cdr_staff_close(s->st);
    cdr_secret_free(s->ada.seed);
    cdr_secret_free(s->dana.seed);
    world_drop(&s->w);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A desk: the world, the policy that ships, a file drop, and three people who take turns. */
#ifndef TEST_IDENTITY_DESK_H
#define TEST_IDENTITY_DESK_H

#include "world.h"

#include "core/identity/disclose.h"
#include "crypto/totp.h"

#include <dirent.h>
#include <liboath/oath.h>

#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

typedef struct desk {
    world *w;
    cdr_disclosure_policy *policy;
    cdr_sender *sender;
    cdr_identity *id;
    cdr_call call;
    cdr_secret *seed;          /* of ada's authenticator */
} desk;

static inline void desk_open(desk *d, world *w)
{
    *d = (desk){.w = w};
    ok(w, cdr_disclosure_policy_default(&d->policy, &w->err));
    ok(w, cdr_sender_open(&w->ctx, w->home, &d->sender, &w->err));
    ok(w, cdr_identity_open(w->v, d->policy, d->sender, "staff", &d->id, &w->err));
    cdr_workspace_set_actor(w->ws, "staff:dana");
}

static inline void desk_close(desk *d)
{
    cdr_secret_free(d->seed);
    cdr_identity_close(d->id);
    cdr_sender_close(d->sender);
    cdr_disclosure_policy_free(d->policy);
}

#define SAID(kind, text) {CDR_FACTOR_##kind, text, sizeof(text) - 1}

static inline cdr_status begin_with(desk *d, const char *purpose, uint16_t field, const cdr_said *said, size_t count)
{
    return cdr_verify_start_call(d->id, &(cdr_verify_start){.direction = CDR_CALL_IN, .channel = "phone", .number = "+1 212 555 0188", .purpose = purpose, .fields = &field, .field_count = field ? 1 : 0,
                                 .said = said, .said_count = count, .ticket = "T-1"}, &d->call, &d->w->err);
}

/* Ada calls, or says that she is. */
static inline void begin(desk *d)
{
    static const cdr_said said[] = {SAID(ACCOUNT, "ac 10442"), SAID(POSTCODE, "02110")};
    ok(d->w, begin_with(d, "account-help", CDR_FIELD_EMAIL, said, CDR_COUNT(said)));
}

static inline void begin_nobody(desk *d)
{
    static const cdr_said said[] = {SAID(ACCOUNT, "AC-99999"), SAID(POSTCODE, "02110")};
    ok(d->w, begin_with(d, "account-help", CDR_FIELD_EMAIL, said, CDR_COUNT(said)));
}

static inline cdr_verify_answer answer(desk *d, cdr_factor_kind kind, const char *said)
{
    cdr_verify_answer a;
    ok(d->w, cdr_verify_answer_factor(d->id, d->call.call, kind, said, strlen(said), &a, &d->w->err));
    d->call = a.call;
    return a;
}

static inline cdr_status try_answer(desk *d, cdr_factor_kind kind, const char *said)
{
    cdr_verify_answer a;
    return cdr_verify_answer_factor(d->id, d->call.call, kind, said, strlen(said), &a, &d->w->err);
}

/* Ada's authenticator: enrolled, confirmed. */
static inline void enrol_totp(desk *d)
{
    cdr_secret *uri;
    char code[12], *raw;
    size_t len;
    bool right = false;
    cdr_workspace_set_actor(d->w->ws, "staff:counter");
    ok(d->w, cdr_factor_enrol_totp(d->w->f, d->w->ada.id, "test", &uri, &d->w->err));
    const char *at = strstr((const char *)cdr_secret_bytes(uri), "secret=") + 7;
    assert_int_equal(oath_base32_decode(at, strcspn(at, "&"), &raw, &len), OATH_OK);
    ok(d->w, cdr_secret_new(raw, len, &d->seed, &d->w->err));
    free(raw);
    cdr_secret_free(uri);
    ok(d->w, cdr_totp_make(d->seed, CDR_TOTP_SHA1, d->w->now_us / SECOND, 0, 30, 6, code, &d->w->err));
    ok(d->w, cdr_factor_confirm_totp(d->w->f, d->w->ada.id, code, strlen(code), &right, &d->w->err));
    assert_true(right);
    cdr_workspace_set_actor(d->w->ws, "staff:dana");
    d->w->now_us += 31 * SECOND;
}

static inline void totp_now(desk *d, char ret[12])
{
    ok(d->w, cdr_totp_make(d->seed, CDR_TOTP_SHA1, d->w->now_us / SECOND, 0, 30, 6, ret, &d->w->err));
}

/* How many messages lie in the outbox; ${ret_code} (may be NULL): a code of ${digits} digits in the newest that has one. */
static inline unsigned outbox(desk *d, unsigned digits, char ret_code[16])
{
    char path[160];
    unsigned n = 0;
    time_t newest = 0;
    long newest_ns = -1;
    snprintf(path, sizeof path, "%s/outbox", d->w->home);
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        char file[500];
        struct stat st;
        cdr_buf text = CDR_BUF(1 << 20);
        if (e->d_name[0] == '.')
            continue;
        n++;
        snprintf(file, sizeof file, "%s/%s", path, e->d_name);
        if (ret_code && stat(file, &st) == 0 && (st.st_mtim.tv_sec > newest || (st.st_mtim.tv_sec == newest && st.st_mtim.tv_nsec > newest_ns)) && cdr_file_read(file, &text, NULL) == CDR_OK)
            for (char *p = text.data; p && (p = strpbrk(p, "0123456789"));) {
                size_t len = strspn(p, "0123456789");
                if (len == digits && (p == text.data || p[-1] == ' ') && (p < text.data + 8 || !strstr(p - 8, "+1"))) {
                    snprintf(ret_code, 16, "%.*s", (int)len, p);
                    newest = st.st_mtim.tv_sec;
                    newest_ns = st.st_mtim.tv_nsec;
                }
                p += len;
            }
        cdr_buf_done(&text);
    }
    if (dir)
        closedir(dir);
    return n;
}

typedef struct heard { unsigned done, refused; char values[512]; char why[240]; desk *d; uint64_t size_at_value; } heard;

static inline cdr_status hear(void *arg, const cdr_told *t, cdr_err *err)
{
    heard *h = arg;
    (void)err;
    h->done += t->done;
    h->refused += !t->done;
    snprintf(h->why, sizeof h->why, "%s", t->why);
    if (t->value) {
        size_t n = strlen(h->values);
        snprintf(h->values + n, sizeof h->values - n, "%s|", (const char *)cdr_secret_bytes(t->value));
        if (h->d)
            h->size_at_value = cdr_ledger_size(cdr_workspace_ledger(h->d->w->ws));
    }
    return CDR_OK;
}

static inline heard ask(desk *d, uint16_t field)
{
    heard h = {.d = d};
    cdr_telling t;
    ok(d->w, cdr_disclose(d->id, d->call.call, &field, 1, hear, &h, &t, &d->w->err));
    return h;
}

#endif

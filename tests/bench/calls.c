/* SPDX-License-Identifier: Apache-2.0 */
/* What a call waits for, without Argon2: each step many times in one process, median and 99th percentile in microseconds, as JSON lines; beside them appending 320 bytes and fdatasync in the same
 * folder, which each commit costs at least. Callers are one of CUSTOMERS or nobody, in turn.
 *   bench_calls FOLDER [CALLS] */
#include "core/identity/disclose.h"
#include "core/identity/oversight.h"
#include "crypto/base32.h"
#include "crypto/totp.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CUSTOMERS 2000
#define CALLS 2000

typedef enum part { FLOOR, START, START_NOBODY, WRONG, WRONG_NOBODY, RIGHT, DECIDE, DISCLOSE, END, PARTS } part;
static const struct { const char *name; unsigned commits; } parts[PARTS] = {
    {"append 320 bytes, fdatasync", 1}, {"start", 1}, {"start, nobody", 1}, {"answer, not matched", 1}, {"answer, nobody", 1}, {"answer, matched", 2}, {"decision of the policy", 0},
    {"disclose one field", 3}, {"end", 1},
};
static double *taken[PARTS];
static unsigned counts[PARTS];

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void must(cdr_status s, const cdr_err *err)
{
    if (s != CDR_OK) {
        fprintf(stderr, "bench_calls: %s\n", err->text);
        exit(1);
    }
}

static void took(part p, double since)
{
    taken[p][counts[p]++] = now() - since;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static cdr_status nothing(void *arg, const cdr_told *t, cdr_err *err)
{
    (void)arg, (void)t, (void)err;
    return CDR_OK;
}

/* The seed that the authenticator got, from its URI. */
static void seed_of(const cdr_secret *uri, cdr_secret **ret)
{
    uint8_t bytes[64];
    size_t n;
    cdr_err err;
    const char *at = strstr((const char *)cdr_secret_bytes(uri), "secret=") + 7;
    must(cdr_base32_decode(at, strcspn(at, "&"), bytes, sizeof bytes, &n), &err);
    must(cdr_secret_new(bytes, n, ret, &err), &err);
}

static void code_at(const cdr_secret *seed, int64_t at_s, char ret[12])
{
    cdr_err err;
    must(cdr_totp_make(seed, CDR_TOTP_SHA1, at_s, 0, 30, 6, ret, &err), &err);
}

static cdr_secret *seeds[CUSTOMERS];

static void fill(cdr_vault *v, const cdr_ctx *ctx)
{
    cdr_err err;
    cdr_factors *f;
    must(cdr_factors_open(v, &f, &err), &err);
    must(cdr_db_begin(cdr_workspace_db(cdr_vault_workspace(v)), &err), &err);
    for (int i = 0; i < CUSTOMERS; i++) {
        char account[16], mail[32];
        cdr_customer c;
        snprintf(account, sizeof account, "AC-%06d", i);
        snprintf(mail, sizeof mail, "p%d@example.com", i);
        const cdr_vault_value values[] = {{CDR_FIELD_NAME, "Ada Baker", 9}, {CDR_FIELD_ACCOUNT, account, strlen(account)}, {CDR_FIELD_EMAIL, mail, strlen(mail)}, {CDR_FIELD_POSTCODE, "97201", 5},
                                          {CDR_FIELD_ORDER_STATE, "shipped", 7}};
        must(cdr_vault_add(v, values, CDR_COUNT(values), 0, &c, &err), &err);
        cdr_secret *uri;
        char code[12];
        bool right;
        must(cdr_factor_enrol_totp(f, c.id, "bench", &uri, &err), &err);
        seed_of(uri, &seeds[i]);
        cdr_secret_free(uri);
        code_at(seeds[i], cdr_now_us(ctx) / 1000000 - 30, code);
        must(cdr_factor_confirm_totp(f, c.id, code, 6, &right, &err), &err);
    }
    must(cdr_db_commit(cdr_workspace_db(cdr_vault_workspace(v)), &err), &err);
    cdr_factors_close(f);
}

static void one_call(cdr_identity *id, const cdr_ctx *ctx, const cdr_disclosure_policy *p, int i, int fd)
{
    static const char bytes[320];
    const uint16_t field = CDR_FIELD_ORDER_STATE;
    cdr_err err;
    cdr_call c;
    cdr_verify_answer a;
    bool nobody = i % 2;
    char account[16];
    snprintf(account, sizeof account, "AC-%06d", nobody ? 500000 + i : i % CUSTOMERS);
    const cdr_said said[] = {{CDR_FACTOR_ACCOUNT, account, strlen(account)}, {CDR_FACTOR_POSTCODE, "97201", 5}};
    double at = now();
    must(cdr_verify_start_call(id, &(cdr_verify_start){.direction = CDR_CALL_IN, .channel = "phone", .purpose = "order-status", .fields = &field, .field_count = 1, .said = said, .said_count = 2}, &c, &err), &err);
    took(nobody ? START_NOBODY : START, at);
    at = now();
    must(cdr_verify_answer_factor(id, c.call, CDR_FACTOR_TOTP, "11111x", 6, &a, &err), &err);
    took(nobody ? WRONG_NOBODY : WRONG, at);
    cdr_disclosure_answer d;
    at = now();
    for (int k = 0; k < 100; k++)
        cdr_disclosure_decide(p, &(cdr_disclosure_request){.field = "order_state", .category = "user", .purpose = "order-status", .role = "staff", .channel = "phone", .level = CDR_LEVEL_C2}, &d);
    taken[DECIDE][counts[DECIDE]++] = (now() - at) / 100;
    if (!nobody) {
        cdr_telling t;
        char code[12];
        code_at(seeds[i % CUSTOMERS], cdr_now_us(ctx) / 1000000 + 30 * (i / CUSTOMERS), code);
        at = now();
        must(cdr_verify_answer_factor(id, c.call, CDR_FACTOR_TOTP, code, 6, &a, &err), &err);
        took(RIGHT, at);
        at = now();
        must(cdr_disclose(id, c.call, &field, 1, nothing, NULL, &t, &err), &err);
        took(DISCLOSE, at);
        if (t.told != 1) {
            fprintf(stderr, "bench_calls: nothing was told\n");
            exit(1);
        }
    }
    cdr_call_end e;
    at = now();
    must(cdr_verify_end(id, c.call, "done", NULL, false, &e, &err), &err);
    took(END, at);
    at = now();
    if (write(fd, bytes, sizeof bytes) != sizeof bytes || fdatasync(fd))
        exit(1);
    took(FLOOR, at);
}

static void report(cdr_identity *id, int calls)
{
    cdr_oversight *o = cdr_alloc(sizeof *o);
    cdr_err err;
    double floor_us = 0;
    for (part p = 0; p < PARTS; p++) {
        qsort(taken[p], counts[p], sizeof(double), by_size);
        double mid = taken[p][counts[p] / 2], p99 = taken[p][counts[p] * 99 / 100];
        floor_us = p == FLOOR ? mid : floor_us;
        printf("{\"part\": \"%s\", \"median_us\": %.2f, \"p99_us\": %.2f, \"of_floor\": %.2f}\n", parts[p].name, mid, p99, parts[p].commits ? parts[p].commits * floor_us / mid : 0);
    }
    double at = now();
    must(cdr_oversight_read(id, 0, o, &err), &err);
    printf("{\"part\": \"report over %llu entries\", \"median_us\": %.0f, \"p99_us\": %.0f, \"of_floor\": 0}\n", (unsigned long long)o->entries, now() - at, now() - at);
    if (o->unverified || o->calls != (unsigned)calls)
        exit(1);
    cdr_free(o);
}

int main(int argc, char **argv)
{
    int calls = argc > 2 ? (int)strtol(argv[2], NULL, 10) : CALLS;
    cdr_ctx ctx;
    cdr_workspace *ws;
    cdr_vault *v;
    cdr_disclosure_policy *policy;
    cdr_identity *id;
    cdr_err err;
    char home[500], file[520];
    if (argc < 2 || calls < 100)
        return 2;
    cdr_ctx_init(&ctx);
    snprintf(home, sizeof home, "%s/calls-home", argv[1]);
    snprintf(file, sizeof file, "%s/calls-floor", argv[1]);
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (part p = 0; p < PARTS; p++)
        taken[p] = cdr_alloc_array((size_t)calls + 1, sizeof(double));
    must(cdr_workspace_create(&ctx, home, "Bench", NULL, &err), &err);
    must(cdr_workspace_open(&ctx, home, CDR_WORKSPACE_WRITE, NULL, &ws, &err), &err);
    must(cdr_vault_open(ws, &v, &err), &err);
    must(cdr_disclosure_policy_default(&policy, &err), &err);
    must(cdr_identity_open(v, policy, NULL, "staff", &id, &err), &err);
    fill(v, &ctx);
    for (int i = 0; i < calls; i++)
        one_call(id, &ctx, policy, i, fd);
    report(id, calls);
    cdr_identity_close(id);
    cdr_disclosure_policy_free(policy);
    cdr_vault_close(v);
    cdr_workspace_close(ws);
    close(fd);
    return 0;
}

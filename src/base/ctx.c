/* SPDX-License-Identifier: Apache-2.0 */
#include "candor/base.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static int64_t system_now_us(void *clock)
{
    (void)clock;
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void system_random(void *rng, void *buf, size_t len)
{
    (void)rng;
    char *p = buf;
    while (len > 0) {
        ssize_t n = getrandom(p, len < 256 ? len : 256, 0);
        /* Without randomness no key or token is safe, and no caller could go on: the one place that stops the program. */
        if (n < 0)
            abort();
        p += n;
        len -= (size_t)n;
    }
}

void cdr_ctx_init(cdr_ctx *ctx)
{
    *ctx = (cdr_ctx){.now_us = system_now_us, .random = system_random};
}

bool cdr_cancelled(const cdr_ctx *ctx)
{
    return ctx->cancel && *ctx->cancel;
}

int64_t cdr_now_us(const cdr_ctx *ctx)
{
    return ctx->now_us(ctx->clock);
}

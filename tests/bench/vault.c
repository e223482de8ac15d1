/* SPDX-License-Identifier: Apache-2.0 */
/* The vault beside its limits, in turn in one process, best of the rounds, as JSON lines:
 *   seal, open   cells of 64 bytes (with directory and padding) against bare XChaCha20-Poly1305 calls with pooled nonces
 *   grant        one grant with its ledger entry a transaction against appending 320 bytes and fdatasync in the same folder
 *   bench_vault FOLDER [ROUNDS] */
#include "core/vault/cells.h"
#include "core/vault/grant.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CELLS 12
#define LEN 63      /* padded: 64 */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(cdr_status s, const cdr_err *err)
{
    if (s != CDR_OK) {
        fprintf(stderr, "bench_vault: %s\n", err->text);
        exit(1);
    }
}

typedef struct bench { cdr_ctx ctx; cdr_nonces nonces; uint8_t key[32], work[CDR_CELL_WORK], out[LEN + 1 + CDR_SEAL_BYTES]; cdr_buf blob; cdr_vault_value values[CELLS]; char text[LEN]; } bench;

static double seal_bare(bench *b, size_t n)
{
    static const uint8_t ad[44];
    static uint8_t nonces[24 * 170];
    double start = now();
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        if (left == 0) {
            b->ctx.random(b->ctx.rng, nonces, sizeof nonces);
            left = 170;
        }
        left--;
        crypto_aead_xchacha20poly1305_ietf_encrypt(b->out, NULL, b->work, LEN + 1, ad, sizeof ad, NULL, nonces + 24 * left, b->key);
    }
    return (double)n / (now() - start);
}

static double seal_cells(bench *b, size_t n)
{
    cdr_err err;
    cdr_cell_place at = {{1}, 1, 1};
    double start = now();
    for (size_t i = 0; i < n; i += CELLS) {
        cdr_buf_clear(&b->blob);
        at.customer++;
        must(cdr_cells_seal(&b->nonces, b->key, &at, b->values, CELLS, b->work, &b->blob, &err), &err);
    }
    return (double)n / (now() - start);
}

static double open_bare(bench *b, size_t n)
{
    static const uint8_t ad[44];
    uint8_t nonce[24] = {0}, sealed[LEN + 1 + 16];
    int bad = 0;
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, b->work, LEN + 1, ad, sizeof ad, NULL, nonce, b->key);
    double start = now();
    for (size_t i = 0; i < n; i++)
        bad |= crypto_aead_xchacha20poly1305_ietf_decrypt(b->out, NULL, NULL, sealed, sizeof sealed, ad, sizeof ad, nonce, b->key);
    return bad ? 0 : (double)n / (now() - start);
}

static double open_cells(bench *b, size_t n)
{
    cdr_err err;
    cdr_cell_place at = {{1}, 1, 1};
    cdr_cells c;
    size_t len;
    cdr_buf_clear(&b->blob);
    must(cdr_cells_seal(&b->nonces, b->key, &at, b->values, CELLS, b->work, &b->blob, &err), &err);
    double start = now();
    for (size_t i = 0; i < n; i++) {
        if (i % CELLS == 0)
            must(cdr_cells_read(b->blob.data, b->blob.len, &c, &err), &err);
        must(cdr_cells_open(&c, b->key, &at, (unsigned)(i % CELLS), b->work, &len, &err), &err);
    }
    return (double)n / (now() - start);
}

static double append_bare(const char *dir, size_t n)
{
    char path[1000], entry[320];
    snprintf(path, sizeof path, "%s/floor", dir);
    memset(entry, 'x', sizeof entry);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    double start = now();
    for (size_t i = 0; i < n; i++)
        if (write(fd, entry, sizeof entry) != (ssize_t)sizeof entry || fdatasync(fd))
            exit(1);
    double speed = (double)n / (now() - start);
    close(fd);
    return speed;
}

typedef struct office { cdr_workspace *ws; cdr_vault *v; cdr_customer c; } office;

static void open_office(bench *b, const char *dir, office *ret)
{
    cdr_err err = {0};
    char home[1000];
    const cdr_vault_value ada[] = {{CDR_FIELD_NAME, "Ada Lovelace", 12}, {CDR_FIELD_DELIVERY_ADDRESS, "12 Analytical Row", 17}, {CDR_FIELD_ACCOUNT, "10442", 5}};
    snprintf(home, sizeof home, "%s/home-%ld", dir, (long)getpid());
    must(cdr_workspace_create(&b->ctx, home, "Bench", NULL, &err), &err);
    must(cdr_workspace_open(&b->ctx, home, CDR_WORKSPACE_WRITE, NULL, &ret->ws, &err), &err);
    must(cdr_vault_open(ret->ws, &ret->v, &err), &err);
    must(cdr_vault_add(ret->v, ada, 3, 0, &ret->c, &err), &err);
}

static double grants(office *o, size_t n)
{
    cdr_err err = {0};
    const cdr_grant_field field = {CDR_FIELD_DELIVERY_ADDRESS, CDR_GRANT_PLAIN};
    double start = now();
    for (size_t i = 0; i < n; i++) {
        cdr_grant *g;
        must(cdr_grant_issue(o->v, &(cdr_grant_request){.customer = o->c.id, .fields = &field, .count = 1, .purpose = "delivery-question", .call = "7F3K-92", .basis = "verified C3"}, &g, &err), &err);
        cdr_grant_free(g);
    }
    return (double)n / (now() - start);
}

static double reveals(office *o, size_t n)
{
    cdr_err err = {0};
    const cdr_grant_field field = {CDR_FIELD_DELIVERY_ADDRESS, CDR_GRANT_PLAIN};
    cdr_grant *g;
    must(cdr_grant_issue(o->v, &(cdr_grant_request){.customer = o->c.id, .fields = &field, .count = 1, .purpose = "delivery-question", .basis = "verified C3", .uses = (unsigned)n}, &g, &err), &err);
    double start = now();
    for (size_t i = 0; i < n; i++) {
        cdr_secret *value;
        must(cdr_grant_reveal(g, CDR_FIELD_DELIVERY_ADDRESS, &value, &err), &err);
        cdr_secret_free(value);
    }
    double speed = (double)n / (now() - start);
    cdr_grant_free(g);
    return speed;
}

static void better(double *best, double speed)
{
    *best = speed > *best ? speed : *best;
}

static void tell(const char *part, double ours, const char *limit, double bare)
{
    printf("{\"part\":\"%s\",\"per_second\":%.0f,\"limit\":\"%s\",\"limit_per_second\":%.0f,\"ratio\":%.2f}\n", part, ours, limit, bare, ours / bare);
}

int main(int argc, char **argv)
{
    static bench b;
    static office o;
    double best[7] = {0};
    int rounds = argc > 2 ? (int)(argv[2][0] - '0') : 5;
    if (argc < 2 || rounds < 1)
        return 2;
    cdr_ctx_init(&b.ctx);
    if (cdr_crypto_start(NULL) != CDR_OK)
        return 1;
    b.nonces.ctx = &b.ctx;
    b.blob = CDR_BUF(100000);
    memset(b.text, 'a', sizeof b.text);
    for (uint16_t i = 0; i < CELLS; i++)
        b.values[i] = (cdr_vault_value){(uint16_t)(i + 1), b.text, LEN};
    open_office(&b, argv[1], &o);
    for (int r = 0; r < rounds; r++) {
        better(&best[0], seal_bare(&b, 600000));
        better(&best[1], seal_cells(&b, 600000));
        better(&best[2], open_bare(&b, 600000));
        better(&best[3], open_cells(&b, 600000));
        better(&best[4], append_bare(argv[1], 2000));
        better(&best[5], grants(&o, 2000));
        better(&best[6], reveals(&o, 2000));
    }
    tell("seal", best[1], "bare XChaCha20-Poly1305, pooled nonces", best[0]);
    tell("open", best[3], "bare XChaCha20-Poly1305", best[2]);
    tell("grant", best[5], "append 320 B and fdatasync", best[4]);
    tell("reveal", best[6], "append 320 B and fdatasync", best[4]);
    cdr_vault_close(o.v);
    cdr_workspace_close(o.ws);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed cells against whoever may write to the database: moved, reordered, dropped, put back, cut. */
#include "core/vault/cells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

typedef struct world { cdr_ctx ctx; cdr_nonces nonces; uint8_t key[CDR_KEY_BYTES]; cdr_cell_place at; uint8_t work[CDR_CELL_WORK]; cdr_buf blob; } world;

static const cdr_vault_value three[] = {{1, "Ada Lovelace", 12}, {4, "ada@example.com", 15}, {13, "AC-10442", 8}};

static int make(void **state)
{
    static world w;
    memset(&w, 0, sizeof w);
    cdr_ctx_init(&w.ctx);
    assert_int_equal(cdr_crypto_start(NULL), CDR_OK);
    w.nonces.ctx = &w.ctx;
    w.at = (cdr_cell_place){{1, 2, 3}, 42, 7};
    w.blob = CDR_BUF(100000);
    assert_int_equal(cdr_cells_seal(&w.nonces, w.key, &w.at, three, 3, w.work, &w.blob, NULL), CDR_OK);
    *state = &w;
    return 0;
}

static int drop(void **state)
{
    cdr_buf_done(&((world *)*state)->blob);
    return 0;
}

static bool opens(world *w, const void *blob, size_t len, unsigned i)
{
    cdr_cells c;
    size_t n;
    return cdr_cells_read(blob, len, &c, NULL) == CDR_OK && i < c.count && cdr_cells_open(&c, w->key, &w->at, i, w->work, &n, NULL) == CDR_OK;
}

static void cells__seal__opens_in_its_place(void **state)
{
    world *w = *state;
    cdr_cells c;
    size_t n;
    assert_int_equal(cdr_cells_read(w->blob.data, w->blob.len, &c, NULL), CDR_OK);
    assert_int_equal(c.count, 3);
    assert_int_equal(cdr_cells_find(&c, 13), 2);
    assert_int_equal(cdr_cells_find(&c, 2), -1);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(cdr_cells_open(&c, w->key, &w->at, i, w->work, &n, NULL), CDR_OK);
        assert_int_equal(n, three[i].len);
        assert_memory_equal(w->work, three[i].text, n);
    }
}

static void cells__an_empty_value_and_every_length__come_back(void **state)
{
    world *w = *state;
    static char text[CDR_VAULT_TEXT_MAX + 1];
    memset(text, 'x', sizeof text);
    for (size_t len = 0; len <= CDR_VAULT_TEXT_MAX; len = len < 70 ? len + 1 : len * 3 / 2) {
        cdr_buf b = CDR_BUF(100000);
        cdr_cells c;
        size_t n;
        cdr_vault_value v = {9, text, len};
        assert_int_equal(cdr_cells_seal(&w->nonces, w->key, &w->at, &v, 1, w->work, &b, NULL), CDR_OK);
        assert_int_equal(cdr_cells_read(b.data, b.len, &c, NULL), CDR_OK);
        assert_int_equal(cdr_cells_open(&c, w->key, &w->at, 0, w->work, &n, NULL), CDR_OK);
        assert_int_equal(n, len);
        assert_int_equal(w->work[n], 0);
        cdr_buf_done(&b);
    }
    cdr_buf b = CDR_BUF(100000);
    cdr_vault_value v = {9, text, sizeof text};
    assert_int_equal(cdr_cells_seal(&w->nonces, w->key, &w->at, &v, 1, w->work, &b, NULL), CDR_E_LIMIT);
    cdr_buf_done(&b);
}

static void cells__same_value__is_never_sealed_alike(void **state)
{
    world *w = *state;
    cdr_buf b = CDR_BUF(100000);
    assert_int_equal(cdr_cells_seal(&w->nonces, w->key, &w->at, three, 3, w->work, &b, NULL), CDR_OK);
    assert_int_equal(b.len, w->blob.len);
    size_t same = 0;
    for (size_t i = 14; i + 8 <= b.len; i++)
        same += !memcmp(b.data + i, w->blob.data + i, 8);
    assert_int_equal(same, 0);
    cdr_buf_done(&b);
}

static void cells__another_place__refuses_all(void **state)
{
    world *w = *state;
    const cdr_cell_place right = w->at;
    w->at.customer++;
    assert_false(opens(w, w->blob.data, w->blob.len, 0));
    w->at = right;
    w->at.version--;
    assert_false(opens(w, w->blob.data, w->blob.len, 0));
    w->at = right;
    w->at.workspace[11] ^= 1;
    assert_false(opens(w, w->blob.data, w->blob.len, 0));
    w->at = right;
    w->key[0] ^= 1;
    assert_false(opens(w, w->blob.data, w->blob.len, 0));
    w->key[0] ^= 1;
    assert_true(opens(w, w->blob.data, w->blob.len, 0));
}

/* The directory of three cells is 2 + 12 bytes; each of the cells of one step is 16 + 40 long. */
static void cells__reordered_relabelled_or_dropped__refuse(void **state)
{
    world *w = *state;
    uint8_t b[400];
    const uint8_t *own = (const uint8_t *)w->blob.data;
    assert_int_equal(w->blob.len, 2 + 12 + 3 * 56);
    memcpy(b, own, w->blob.len);
    memcpy(b + 14, own + 70, 56);              /* cells 0 and 1 change places */
    memcpy(b + 70, own + 14, 56);
    assert_false(opens(w, b, w->blob.len, 0));
    assert_false(opens(w, b, w->blob.len, 1));
    assert_true(opens(w, b, w->blob.len, 2));
    memcpy(b, own, w->blob.len);
    b[2 + 4] = 5;                              /* the e-mail is called a telephone */
    assert_false(opens(w, b, w->blob.len, 1));
    memcpy(b, own, 2 + 8);                     /* the last cell is left out: what is left knows that it was three */
    b[1] = 2;
    memcpy(b + 10, own + 14, 112);
    assert_false(opens(w, b, 10 + 112, 0));
    assert_false(opens(w, b, 10 + 112, 1));
    memcpy(b, own, w->blob.len);
    b[2 + 8] = 3;                              /* the directory is not ascending */
    assert_false(opens(w, b, w->blob.len, 0));
}

static void cells__every_bit_and_every_cut__refuses(void **state)
{
    world *w = *state;
    uint8_t b[400];
    for (size_t i = 14; i < w->blob.len; i++) {
        memcpy(b, w->blob.data, w->blob.len);
        b[i] ^= (uint8_t)(1u << (i & 7));
        assert_false(opens(w, b, w->blob.len, (unsigned)(i - 14) / 56));
    }
    for (size_t len = 0; len < w->blob.len; len++)
        assert_false(opens(w, w->blob.data, len, 0));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, make, drop)
    const struct CMUnitTest tests[] = {T(cells__seal__opens_in_its_place), T(cells__an_empty_value_and_every_length__come_back), T(cells__same_value__is_never_sealed_alike),
                                       T(cells__another_place__refuses_all), T(cells__reordered_relabelled_or_dropped__refuse), T(cells__every_bit_and_every_cut__refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

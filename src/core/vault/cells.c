/* SPDX-License-Identifier: Apache-2.0 */
#include "core/vault/cells.h"

#include <string.h>

#define FORMAT 1
#define HEAD 2u              /* format, number of cells */
#define ENTRY 4u             /* field, sealed length: 16 bits each */
#define STEP 16u
#define BOUND 44u

_Static_assert(CDR_VAULT_FIELDS_MAX < 256, "the number of cells is one byte");
_Static_assert(CDR_VAULT_TEXT_MAX + STEP + CDR_SEAL_BYTES < 65536, "a sealed cell's length is 16 bits");

static void put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

/* The associated data of one cell: a label, then everything that says where it belongs. */
static void bind(const cdr_cell_place *at, uint16_t field, unsigned i, unsigned count, uint8_t ret[BOUND])
{
    static const char label[16] = "candor cell v1";
    memcpy(ret, label, sizeof label);
    memcpy(ret + 16, at->workspace, CDR_WORKSPACE_ID_BYTES);
    uint64_t customer = (uint64_t)at->customer;
    for (unsigned b = 0; b < 8; b++)
        ret[28 + b] = (uint8_t)(customer >> (8 * b));
    for (unsigned b = 0; b < 4; b++)
        ret[36 + b] = (uint8_t)(at->version >> (8 * b));
    put16(ret + 40, field);
    ret[42] = (uint8_t)i;
    ret[43] = (uint8_t)count;
}

/* ISO/IEC 7816-4 padding: a 1 bit, then zeros, to a whole number of steps. */
static size_t padded(size_t len)
{
    return (len / STEP + 1) * STEP;
}

cdr_status cdr_cells_seal(cdr_nonces *nonces, const uint8_t key[CDR_KEY_BYTES], const cdr_cell_place *at, const cdr_vault_value *values, size_t count, uint8_t *work, cdr_buf *out, cdr_err *err)
{
    if (count > CDR_VAULT_FIELDS_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "vault", "vault.too-many-fields", "A customer may have at most %d fields; %zu were given.", CDR_VAULT_FIELDS_MAX, count);
    size_t size = HEAD + ENTRY * count;
    for (size_t i = 0; i < count; i++) {
        if (values[i].len > CDR_VAULT_TEXT_MAX)
            return cdr_fail(err, CDR_E_LIMIT, "vault", "vault.long", "A value is longer than %d bytes; keep documents elsewhere.", CDR_VAULT_TEXT_MAX);
        size += padded(values[i].len) + CDR_SEAL_BYTES;
    }
    if (cdr_buf_reserve(out, size) != CDR_OK)
        return cdr_buf_status(out) == CDR_E_LIMIT ? cdr_fail(err, CDR_E_LIMIT, "vault", "vault.large", "The fields of a customer are too large together.") : cdr_fail_nomem(err, "vault");
    uint8_t *head = (uint8_t *)out->data + out->len, *cell = head + HEAD + ENTRY * count, bound[BOUND];
    head[0] = FORMAT;
    head[1] = (uint8_t)count;
    for (size_t i = 0; i < count; i++) {
        size_t len = padded(values[i].len);
        memcpy(work, values[i].text, values[i].len);
        memset(work + values[i].len, 0, len - values[i].len);
        work[values[i].len] = 0x80;
        bind(at, values[i].field, (unsigned)i, (unsigned)count, bound);
        cdr_seal_pooled(nonces, key, work, len, bound, sizeof bound, cell);
        put16(head + HEAD + ENTRY * i, values[i].field);
        put16(head + HEAD + ENTRY * i + 2, (uint16_t)(len + CDR_SEAL_BYTES));
        cell += len + CDR_SEAL_BYTES;
        cdr_wipe(work, len);
    }
    out->len += size;
    out->data[out->len] = '\0';
    return CDR_OK;
}

cdr_status cdr_cells_read(const void *blob, size_t len, cdr_cells *ret, cdr_err *err)
{
    const uint8_t *b = blob;
    bool sound = b && len >= HEAD && b[0] == FORMAT && b[1] <= CDR_VAULT_FIELDS_MAX && len >= HEAD + ENTRY * (size_t)b[1];
    size_t size = sound ? HEAD + ENTRY * (size_t)b[1] : 0;
    for (unsigned i = 0; sound && i < b[1]; i++) {
        size += get16(b + HEAD + ENTRY * i + 2);
        sound = i == 0 || get16(b + HEAD + ENTRY * i) > get16(b + HEAD + ENTRY * (i - 1));
    }
    if (!sound || size != len)
        return cdr_fail(err, CDR_E_CORRUPT, "vault", "vault.record", "A customer's record is damaged; restore the database from a backup.");
    *ret = (cdr_cells){b, len, b[1]};
    return CDR_OK;
}

uint16_t cdr_cells_field(const cdr_cells *c, unsigned i)
{
    return get16(c->blob + HEAD + ENTRY * i);
}

int cdr_cells_find(const cdr_cells *c, uint16_t field)
{
    for (unsigned i = 0; i < c->count; i++)
        if (cdr_cells_field(c, i) == field)
            return (int)i;
    return -1;
}

static cdr_status refused(cdr_err *err)
{
    return cdr_fail(err, CDR_E_CORRUPT, "vault", "vault.moved", "A customer's field does not open: it was changed, moved or put back from another record; run candor ledger verify and restore from a backup.");
}

cdr_status cdr_cells_open(const cdr_cells *c, const uint8_t key[CDR_KEY_BYTES], const cdr_cell_place *at, unsigned i, uint8_t *work, size_t *ret_len, cdr_err *err)
{
    uint8_t bound[BOUND];
    size_t start = HEAD + ENTRY * c->count;
    for (unsigned k = 0; k < i; k++)
        start += get16(c->blob + HEAD + ENTRY * k + 2);
    size_t sealed = get16(c->blob + HEAD + ENTRY * i + 2), len = sealed - CDR_SEAL_BYTES;
    *ret_len = 0;
    bind(at, cdr_cells_field(c, i), i, c->count, bound);
    if (sealed < CDR_SEAL_BYTES + STEP || len > CDR_CELL_WORK || !cdr_unseal_bytes(key, c->blob + start, sealed, bound, sizeof bound, work))
        return refused(err);
    while (len > 0 && work[len - 1] == 0)
        len--;
    if (len == 0 || work[len - 1] != 0x80)
        return refused(err);
    work[len - 1] = '\0';
    *ret_len = len - 1;
    return CDR_OK;
}

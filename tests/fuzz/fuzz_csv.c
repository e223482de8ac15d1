/* SPDX-License-Identifier: Apache-2.0 */
/* room: base. CSV gives the same cells whether it comes whole or in pieces, and cells that were written read back. */
#include "base/csv.h"

#include <stdlib.h>
#include <string.h>

typedef struct cells { cdr_buf text; } cells;

static cdr_status on_cell(void *arg, uint64_t row, uint32_t column, const char *s, size_t len)
{
    cells *c = arg;
    (void)row;
    cdr_buf_addf(&c->text, "%u:%zu:", column, len);
    return cdr_buf_add(&c->text, s, len);
}

static cdr_status on_row(void *arg, uint64_t row, uint32_t columns)
{
    cells *c = arg;
    return cdr_buf_addf(&c->text, "|%llu/%u\n", (unsigned long long)row, columns);
}

static cdr_status read_in(const char *data, size_t size, char delimiter, size_t piece, cells *ret)
{
    static const cdr_csv_events events = {on_cell, on_row};
    cdr_csv_reader *r = cdr_csv_reader_new(delimiter, 1000, 50, &events, ret);
    cdr_status s = r ? CDR_OK : CDR_E_NOMEM;
    size_t at = 0;
    do {
        size_t n = CDR_MIN(piece, size - at);
        if (s == CDR_OK)
            s = cdr_csv_feed(r, data + at, n, at + n == size, NULL);
        at += n;
    } while (s == CDR_OK && at < size);
    cdr_csv_reader_free(r);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    char delimiter = ",;\t|"[data[0] % 4];
    size_t piece = data[1] % 17 + 1;
    cells whole = {CDR_BUF(32u << 20)}, pieces = {CDR_BUF(32u << 20)};
    cdr_status a = read_in((const char *)data + 2, size - 2, delimiter, size, &whole), b = read_in((const char *)data + 2, size - 2, delimiter, piece, &pieces);
    if (a != b || (a == CDR_OK && (whole.text.len != pieces.text.len || (whole.text.len && memcmp(whole.text.data, pieces.text.data, whole.text.len) != 0))))
        abort();
    cdr_buf_done(&whole.text);
    cdr_buf_done(&pieces.text);
    return 0;
}

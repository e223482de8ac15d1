/* SPDX-License-Identifier: Apache-2.0 */
/* room: vault. A list of customers gives the same rows and the same faults whether it comes whole or in pieces; what is told is what a vault may hold. */
#include "core/vault/import_rows.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

typedef struct told { cdr_buf text; } told;

static void must(bool good)
{
    if (!good)
        abort();
}

static cdr_status on_row(void *arg, uint64_t line, const cdr_vault_value *values, size_t count, int64_t since_us, cdr_err *err)
{
    told *t = arg;
    (void)err;
    must(count > 0 && count <= CDR_VAULT_FIELDS_MAX && since_us >= 0);
    cdr_buf_addf(&t->text, "%llu %lld", (unsigned long long)line, (long long)since_us);
    for (size_t i = 0; i < count; i++) {
        const cdr_vault_field *f = cdr_vault_field_of(values[i].field);
        char normal[CDR_NORMAL_MAX];
        size_t n;
        must(f && values[i].len <= CDR_VAULT_TEXT_MAX && cdr_utf8_valid(values[i].text, values[i].len) && !memchr(values[i].text, '\0', values[i].len));
        must(i == 0 || values[i].field > values[i - 1].field);
        must(!(f->flags & CDR_VF_INDEXED) || cdr_vault_normalise(f->form, values[i].text, values[i].len, normal, sizeof normal, &n));
        must(f->id != CDR_FIELD_CARD_LAST4 || values[i].len == 4);
        cdr_buf_addf(&t->text, " %u=", values[i].field);
        cdr_buf_add(&t->text, values[i].text, values[i].len);
    }
    return cdr_buf_addc(&t->text, '\n');
}

static cdr_status on_fault(void *arg, const cdr_import_fault *f, cdr_err *err)
{
    told *t = arg;
    (void)err;
    return cdr_buf_addf(&t->text, "%llu %s %s\n", (unsigned long long)f->line, f->column ? f->column : "-", f->what);
}

static cdr_status read_in(const cdr_import_map *m, const char *data, size_t size, size_t piece, told *ret)
{
    static const cdr_import_events events = {on_row, on_fault, NULL};
    cdr_import_rows *rows;
    size_t at = 0;
    ret->text = CDR_BUF((size_t)16 << 20);
    cdr_status s = cdr_import_rows_new(m, "list", INT64_C(1800000000000000), &events, ret, &rows, NULL);
    do {
        size_t n = CDR_MIN(piece, size - at);
        if (s == CDR_OK)
            s = cdr_import_rows_feed(rows, data + at, n, at + n == size, NULL);
        at += n;
    } while (s == CDR_OK && at < size);
    cdr_import_rows_free(rows);
    return s;
}

/* The first bytes choose how the list is cut and what is given. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const given[] = {"a=account", "b=card", "c=address", "d=delivery_address", "e=own:level", "f=-"};
    cdr_import_map m;
    cdr_own_fields own = {0};
    told whole, pieces;
    if (size < 2)
        return 0;
    const char *text = (const char *)data + 2;
    size -= 2;
    cdr_import_map_init(&m, &own);
    m.named = data[0] & 1;
    if (cdr_import_map_learn(&m, "list", text, CDR_MIN(size, (size_t)CDR_IMPORT_SAMPLE), true, NULL) == CDR_OK) {
        for (size_t i = 0; i < CDR_COUNT(given); i++)
            if (data[0] & (2u << i))
                (void)!cdr_import_map_give(&m, given[i], NULL);
        cdr_import_map_suggest(&m);
        (void)!cdr_import_map_key(&m, NULL, NULL);
        (void)!cdr_import_map_since(&m, "since", NULL);
        for (uint32_t i = 0; i < m.count; i++)
            must(!m.at[i].field || m.at[i].why == CDR_IMPORT_GIVEN || !cdr_import_is_secret(m.at[i].name));
        cdr_status a = read_in(&m, text, size, size ? size : 1, &whole), b = read_in(&m, text, size, 1u + data[1], &pieces);
        must(a == b);
        must(a != CDR_OK || (whole.text.len == pieces.text.len && (!whole.text.len || !memcmp(whole.text.data, pieces.text.data, whole.text.len))));
        cdr_buf_done(&whole.text);
        cdr_buf_done(&pieces.text);
    }
    cdr_import_map_done(&m);
    return 0;
}

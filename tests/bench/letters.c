/* SPDX-License-Identifier: Apache-2.0 */
/* Letters by the million into memory: letters TEMPLATE COUNT row|object|copy|sample. "copy" is the floor: as many bytes by memcpy alone. */
#include "base/io.h"
#include "base/parse.h"
#include "template/template.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BLOCK ((size_t)256 << 10)

static const char *const names[] = {"sender", "sender_street", "sender_city", "name", "street", "city", "date", "found", "from", "data", "phone", "code", "until", "reference", "signatory"};
static const char *const fixed[] = {"Harbour Books & Co", "1 Quay Street", "Portland, OR 97201", "", "", "Salem, OR 97301", "Wednesday 25 November 2026", "20 November 2026", "1 October 2026",
                                    "your name, your address and <the titles> you ordered", "(503) 555-0100", "", "25 November 2028", "", "Harbour Books, privacy lead"};
enum { NAME = 3, STREET = 4, CODE = 11, REFERENCE = 13 };

/* Rows differ as people do; every tenth has an apostrophe, every second an offer. */
static void fill(uint64_t i, char text[4][64], cdr_template_cell *cells)
{
    static const int slots[] = {NAME, STREET, CODE, REFERENCE};
    for (size_t k = 0; k < CDR_COUNT(names); k++)
        cells[k] = (cdr_template_cell){.text = fixed[k], .len = strlen(fixed[k])};
    int n[4] = {snprintf(text[0], 64, i % 10 ? "Customer Number %llu" : "Customer O'Number %llu", (unsigned long long)i), snprintf(text[1], 64, "%llu Example Road", (unsigned long long)(i % 900 + 1)),
                i % 2 ? snprintf(text[2], 64, "OFFER-%08llX", (unsigned long long)i * 2654435761u) : 0, snprintf(text[3], 64, "HB-%llu", (unsigned long long)i)};
    for (size_t k = 0; k < 4; k++)
        cells[slots[k]] = (cdr_template_cell){.text = text[k], .len = (size_t)n[k]};
}

static cdr_status one(const cdr_template *t, const cdr_template_columns *columns, const cdr_template_cell *cells, bool object, cdr_buf *out, cdr_err *err)
{
    if (!object)
        return cdr_template_render_row(t, columns, cells, out, err);
    _cleanup_json_ json_t *data = json_object();
    for (size_t k = 0; k < CDR_COUNT(names); k++)
        if (json_object_set_new(data, names[k], json_stringn(cells[k].text, cells[k].len)))
            return CDR_E_NOMEM;
    return cdr_template_render_buf(t, data, out, err);
}

int main(int argc, char **argv)
{
    cdr_err err = {0};
    uint64_t count = 0, bytes = 0;
    _cleanup_buf_ cdr_buf text = CDR_BUF(1u << 20), out = CDR_BUF(BLOCK * 2), copy = CDR_BUF(BLOCK * 2);
    if (argc != 4 || !cdr_parse_u64(argv[2], strlen(argv[2]), 1, UINT32_MAX, &count) || cdr_file_read(argv[1], &text, &err) != CDR_OK) {
        fprintf(stderr, "letters TEMPLATE COUNT row|object|copy|sample. %s\n", err.text);
        return 2;
    }
    cdr_template_source src = {"letter", text.data, text.len};
    cdr_template *t = NULL;
    cdr_template_columns *columns = NULL;
    cdr_status s = cdr_template_new(&src, CDR_TEMPLATE_HTML, NULL, NULL, &t, &err);
    if (s == CDR_OK)
        s = cdr_template_columns_new(t, names, CDR_COUNT(names), &columns, &err);
    bool floor = !strcmp(argv[3], "copy");
    cdr_template_cell cells[CDR_COUNT(names)];
    char made[4][64];
    for (uint64_t i = 0; i < count && s == CDR_OK; i++) {
        size_t before = out.len;
        if (floor && copy.len > 0) {
            s = cdr_buf_add(&out, copy.data, copy.len);
        } else {
            fill(i, made, cells);
            s = one(t, columns, cells, !strcmp(argv[3], "object"), &out, &err);
            if (floor)
                s = cdr_buf_add(&copy, out.data, out.len);
        }
        bytes += out.len - before;
        if (out.len > BLOCK - 8192) {
            if (!strcmp(argv[3], "sample"))
                s = cdr_write_all(STDOUT_FILENO, out.data, out.len, &err);
            out.len = 0;
        }
    }
    if (s == CDR_OK && !strcmp(argv[3], "sample"))
        s = cdr_write_all(STDOUT_FILENO, out.data, out.len, &err);
    if (s != CDR_OK)
        fprintf(stderr, "%s\n", err.text);
    else if (strcmp(argv[3], "sample") != 0)
        printf("%llu bytes\n", (unsigned long long)bytes);
    cdr_template_columns_free(columns);
    cdr_template_free(t);
    return s != CDR_OK;
}

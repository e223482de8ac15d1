/* SPDX-License-Identifier: Apache-2.0 */
/* QR codes: what is drawn on the terminal and in the picture is what libqrencode made, with its white border; too wide is an error, not half a code. */
#include "core/identity/qr.h"

#include <qrencode.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define URI "otpauth://totp/Harbour%20Books:C-1-Z254?secret=D7YSLFAQXR7H3PQJJCF7REG5LFL322GT&issuer=Harbour%20Books&algorithm=SHA1&digits=6&period=30"
#define SIDE 200

typedef struct matrix { int width, height; bool dark[SIDE][SIDE]; } matrix;

/* Half blocks back to modules. ${inverse}: drawn light on dark. */
static void read_blocks(const char *text, bool inverse, matrix *m)
{
    int x = 0;
    *m = (matrix){0};
    for (const char *p = text; *p;) {
        if (*p == '\033') {
            p = strchr(p, 'm') + 1;
        } else if (*p == '\n') {
            m->width = x > m->width ? x : m->width;
            m->height += 2;
            x = 0;
            p++;
        } else {
            bool above = !strncmp(p, "▀", 3) || !strncmp(p, "█", 3), below = !strncmp(p, "▄", 3) || !strncmp(p, "█", 3);
            m->dark[m->height][x] = above != inverse;
            m->dark[m->height + 1][x] = below != inverse;
            p += *p == ' ' ? 1 : 3;
            x++;
        }
    }
}

static void same_as_the_library(const matrix *m)
{
    QRcode *code = QRcode_encodeString8bit(URI, 0, QR_ECLEVEL_M);
    assert_non_null(code);
    assert_int_equal(m->width, code->width + 8);
    assert_true(m->height >= code->width + 8);
    for (int y = 0; y < m->height && y < code->width + 8; y++)
        for (int x = 0; x < m->width; x++) {
            bool inside = x >= 4 && y >= 4 && x < code->width + 4 && y < code->width + 4;
            assert_int_equal(m->dark[y][x], inside && code->data[(y - 4) * code->width + x - 4] & 1);
        }
    QRcode_free(code);
}

static void blocks__both_grounds__as_the_library(void **state)
{
    (void)state;
    for (int colour = 0; colour < 2; colour++) {
        cdr_buf out = CDR_BUF(CDR_QR_BYTES);
        matrix m;
        assert_int_equal(cdr_qr_blocks(URI, 80, colour, &out, NULL), CDR_OK);
        read_blocks(out.data, !colour, &m);
        same_as_the_library(&m);
        assert_int_equal(strchr(out.data, '\033') != NULL, colour);
        cdr_buf_wipe(&out);
    }
}

static void svg__as_the_library(void **state)
{
    (void)state;
    cdr_buf out = CDR_BUF(CDR_QR_BYTES);
    static matrix m;
    int size = 0;
    assert_int_equal(cdr_qr_svg(URI, &out, NULL), CDR_OK);
    assert_int_equal(strncmp(out.data, "<svg xmlns=", 11), 0);
    assert_int_equal(sscanf(strstr(out.data, "viewBox="), "viewBox=\"0 0 %d", &size), 1);
    m.width = m.height = size;
    for (const char *p = strstr(out.data, " d=\""); (p = strchr(p, 'M')); p++) {
        int x, y, run;
        assert_int_equal(sscanf(p, "M%d %dh%dv1h-", &x, &y, &run), 3);
        for (int i = 0; i < run; i++)
            m.dark[y][x + i] = true;
    }
    same_as_the_library(&m);
    assert_null(strstr(out.data, "otpauth"));
    cdr_buf_wipe(&out);
}

static void too_wide_or_too_long__an_error(void **state)
{
    (void)state;
    static char longest[4000];
    cdr_buf out = CDR_BUF(CDR_QR_BYTES);
    cdr_err err;
    assert_int_equal(cdr_qr_blocks(URI, 40, false, &out, &err), CDR_E_LIMIT);
    assert_null(strstr(err.text, "secret"));
    assert_int_equal(out.len, 0);
    memset(longest, 'x', sizeof longest - 1);
    assert_int_equal(cdr_qr_svg(longest, &out, &err), CDR_E_LIMIT);
    cdr_buf tight = CDR_BUF(100);
    assert_int_equal(cdr_qr_svg(URI, &tight, &err), CDR_E_NOMEM);
    cdr_buf_wipe(&tight);
    cdr_buf_wipe(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks__both_grounds__as_the_library), cmocka_unit_test(svg__as_the_library), cmocka_unit_test(too_wide_or_too_long__an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

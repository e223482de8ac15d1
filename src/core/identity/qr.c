/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/qr.h"

#include "candor/crypto.h"

#include <errno.h>
#include <qrencode.h>
#include <string.h>

#define QUIET 4      /* modules of white around it; scanners ask for four */

static cdr_status encode(const char *text, QRcode **ret, cdr_err *err)
{
    *ret = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (*ret)
        return CDR_OK;
    return errno == ENOMEM ? cdr_fail_nomem(err, "identity") : cdr_fail(err, CDR_E_LIMIT, "identity", "qr.long", "The text is too long for a QR code.");
}

static void forget(QRcode *code)
{
    if (code)
        cdr_wipe(code->data, (size_t)code->width * (size_t)code->width);
    QRcode_free(code);
}

static bool is_dark(const QRcode *code, int x, int y)
{
    return x >= 0 && y >= 0 && x < code->width && y < code->width && code->data[y * code->width + x] & 1;
}

static cdr_status finish(const cdr_buf *out, cdr_err *err)
{
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "identity");
}

cdr_status cdr_qr_blocks(const char *text, unsigned width, bool colour, cdr_buf *out, cdr_err *err)
{
    static const char *const blocks[] = {" ", "▄", "▀", "█"};
    QRcode *code;
    cdr_status s = encode(text, &code, err);
    if (s != CDR_OK)
        return s;
    if (code->width + 2 * QUIET > (int)width) {
        forget(code);
        return cdr_fail(err, CDR_E_LIMIT, "identity", "qr.wide", "The QR code is wider than %u columns; make the terminal wider, or have it as a picture with --svg FILE.", width);
    }
    for (int y = -QUIET; y < code->width + QUIET; y += 2) {
        cdr_buf_adds(out, colour ? "\033[30;107m" : "");
        for (int x = -QUIET; x < code->width + QUIET; x++) {
            unsigned two = (is_dark(code, x, y) ? 2u : 0) | (is_dark(code, x, y + 1) ? 1u : 0);
            cdr_buf_adds(out, blocks[colour ? two : 3 - two]);
        }
        cdr_buf_adds(out, colour ? "\033[0m\n" : "\n");
    }
    forget(code);
    return finish(out, err);
}

cdr_status cdr_qr_svg(const char *text, cdr_buf *out, cdr_err *err)
{
    QRcode *code;
    cdr_status s = encode(text, &code, err);
    if (s != CDR_OK)
        return s;
    int size = code->width + 2 * QUIET;
    cdr_buf_addf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" shape-rendering=\"crispEdges\">"
                      "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path d=\"", size, size, size * 6, size * 6, size, size);
    for (int y = 0; y < code->width; y++)
        for (int x = 0, from; x < code->width; x++) {
            if (!is_dark(code, x, y))
                continue;
            for (from = x; is_dark(code, x + 1, y);)
                x++;
            cdr_buf_addf(out, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x + 1 - from, x + 1 - from);
        }
    cdr_buf_adds(out, "\" fill=\"#000\"/></svg>\n");
    forget(code);
    return finish(out, err);
}

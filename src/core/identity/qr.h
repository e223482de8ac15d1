/* SPDX-License-Identifier: Apache-2.0 */
/* A text as a QR code (by libqrencode): for a terminal, or as a picture. What is drawn is a secret as much as the text: use buffers that are wiped. */
#ifndef CDR_CORE_IDENTITY_QR_H
#define CDR_CORE_IDENTITY_QR_H

#include "base/buf.h"

#define CDR_QR_BYTES (256u << 10)     /* room for any of them: reserve it before, growing leaves copies behind */

/* Half blocks of UTF-8, two rows of the code a line. ${colour}: black on white by escapes, whatever the terminal's colours; otherwise for light text on a dark ground.
 * CDR_E_LIMIT: wider than ${width} columns. */
cdr_status cdr_qr_blocks(const char *text, unsigned width, bool colour, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_qr_svg(const char *text, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

#endif

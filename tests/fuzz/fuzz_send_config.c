/* SPDX-License-Identifier: Apache-2.0 */
/* room: send. send.yaml of a stranger, and an e-mail made of what it says: nothing becomes a second header, no line is too long. */
#include "send/config.h"
#include "send/mail.h"
#include "send/wire.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_mail(const char *text)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(1 << 20);
    cdr_mail m = {.from = "a@example.com", .to = text, .subject = text, .text = text, .id = "x", .at_us = 1800000000000000};
    for (int i = 0; i < 2; i++) {
        m.to = i ? "b@example.com" : text;
        if (cdr_mail_write(&m, &out, NULL) == CDR_OK) {
            size_t column = 0, heads = 0;
            bool head = true;
            for (size_t k = 0; k < out.len; k++) {
                column = out.data[k] == '\n' ? 0 : column + 1;
                if (column > 330 || (unsigned char)out.data[k] > 0x7E || (out.data[k] == '\n' && (k == 0 || out.data[k - 1] != '\r')))
                    abort();
                if (head && out.data[k] == '\n' && out.data[k + 1] != ' ')
                    heads++;
                head = head && !(out.data[k] == '\n' && out.data[k + 1] == '\r');
            }
            if (heads != 9)
                abort();
        }
        cdr_buf_clear(&out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_send_config c;
    cdr_send_result r;
    unsigned n;
    cdr_err err = {0};
    if (cdr_send_config_read((const char *)data, size, "send.yaml", "/w", &c, &err) == CDR_OK) {
        for (int way = CDR_SEND_SMS; way < CDR_SEND_WAYS; way++)
            if (c.routes[way].how != CDR_SEND_HOW_NONE && (!c.routes[way].shown || (c.routes[way].how != CDR_SEND_HOW_COMMAND && strchr(c.routes[way].shown, '@')) || strchr(c.routes[way].shown, '\n')))
                abort();
        cdr_send_config_done(&c);
    }
    cdr_send_answer_read((const char *)data, size, &r, &n);
    char *text = cdr_strndup((const char *)data, size);
    if (text)
        write_mail(text);
    cdr_free(text);
    return 0;
}

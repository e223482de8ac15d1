/* SPDX-License-Identifier: Apache-2.0 */
/* Published vectors from the shared folder; a test is skipped, saying so, where that is missing. */
#ifndef TEST_CRYPTO_VECTORS_H
#define TEST_CRYPTO_VECTORS_H

#include "base/io.h"
#include "base/json.h"
#include "base/parse.h"
#include "candor/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ${name}: below facts/vectors. */
static inline json_t *vectors(const char *name)
{
    char path[300];
    cdr_buf text = CDR_BUF(4u << 20);
    json_t *doc;
    cdr_err err;
    snprintf(path, sizeof path, CANDOR_SHARED_DIR "/facts/vectors/%s", name);
    if (cdr_file_read(path, &text, &err) != CDR_OK) {
        print_message("the shared vectors are missing\n");
        cdr_buf_done(&text);
        skip();
    }
    assert_int_equal(cdr_json_parse(text.data, text.len, name, &doc, &err), CDR_OK);
    cdr_buf_done(&text);
    return doc;
}

static inline cdr_secret *secret_of(const char *hex)
{
    uint8_t bytes[600];
    cdr_secret *s;
    size_t len = strlen(hex) / 2;
    assert_true(len <= sizeof bytes && cdr_hex_decode(hex, 2 * len, bytes, len));
    assert_int_equal(cdr_secret_new(bytes, len, &s, NULL), CDR_OK);
    return s;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* room: ledger. Signed notes, checkpoints and keys of others: no crash; what parses is written again as it was; nothing that was not
 * signed verifies. */
#include "core/ledger/note.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_vkey key = {0};
    cdr_checkpoint c;
    cdr_err err = {0};
    size_t text_len;
    const char *s = (const char *)data;
    memcpy(key.name, "candor/fuzz", 12);
    if (cdr_note_verify(s, size, &key, &text_len, &err) == CDR_OK || cdr_checkpoint_open(s, size, &key, &c, &err) == CDR_OK)
        abort();
    if (cdr_checkpoint_parse(s, size, &c, &err) == CDR_OK) {
        _cleanup_buf_ cdr_buf text = CDR_BUF(4096);
        /* Lines after the third are extensions, which are not kept. */
        if (cdr_checkpoint_format(&c, &text, NULL) != CDR_OK || (text.len > size || memcmp(text.data, s, text.len) != 0))
            abort();
    }
    char *text = cdr_strndup(s, size);
    if (text && cdr_vkey_parse(text, &key, &err) == CDR_OK) {
        char back[CDR_ORIGIN_MAX + 100];
        cdr_vkey_format(&key, back, sizeof back);
        if (strncmp(back, text, strlen(back)) != 0)
            abort();
    }
    cdr_free(text);
    return 0;
}

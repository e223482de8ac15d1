/* SPDX-License-Identifier: Apache-2.0 */
/* room: identity. Free text of staff: cleaned once it is text again, bounded, and cleaning it again finds no card. Names of calls and codes as they are typed. */
#include "core/identity/note.h"
#include "core/identity/verify_parts.h"

#include <stdlib.h>
#include <string.h>

static void check(bool good)
{
    if (!good)
        abort();
}

/* An unbroken run of sixteen digits that passes Luhn and begins like a card. */
static bool has_card(const char *s, size_t len)
{
    for (size_t i = 0; i + 16 <= len; i++) {
        unsigned sum = 0;
        size_t n = 0;
        while (n < 16 && s[i + n] >= '0' && s[i + n] <= '9')
            n++;
        for (size_t k = 0; n == 16 && k < 16; k++) {
            unsigned v = (unsigned)(s[i + 15 - k] - '0') * (k % 2 ? 2u : 1u);
            sum += v > 9 ? v - 9 : v;
        }
        bool alone = (i == 0 || s[i - 1] < '0' || s[i - 1] > '9') && (i + 16 == len || s[i + 16] < '0' || s[i + 16] > '9');
        if (n == 16 && alone && sum % 10 == 0 && s[i] >= '3' && s[i] <= '6')
            return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static cdr_cleaner *cleaner;
    cdr_buf once = CDR_BUF(1 << 20);
    const char *text = (const char *)data;
    char call[12], again[12], typed[64] = "";
    if (!cleaner)
        check(cdr_cleaner_new(&cleaner, NULL) == CDR_OK);
    unsigned masked = 0;
    cdr_status s = cdr_note_clean(cleaner, text, size, &once, &masked, NULL);
    if (s == CDR_OK && size) {
        check(masked || (once.len == size && !memcmp(once.data, text, size)));
        check(!has_card(once.data, once.len));
    }
    cdr_buf_done(&once);
    memcpy(typed, data, size < sizeof typed ? size : sizeof typed - 1);
    if (cdr_call_normalise_id(typed, call))
        check(strlen(call) == 7 && cdr_call_normalise_id(call, again) && !strcmp(call, again));
    if (cdr_call_normalise_code(typed, call))
        check(strlen(call) == 7 && cdr_call_normalise_code(call, again) && !strcmp(call, again));
    return 0;
}

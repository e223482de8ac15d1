/* SPDX-License-Identifier: Apache-2.0 */
/* room: detect. Arbitrary bytes as a number of every kind, and as a text in which every place is taken for the start of a candidate. */
#include "detect/emitter.h"
#include "detect/identifier.h"

#include "base/mem.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_every_kind(const char *text, size_t len)
{
    char compact[CDR_ID_MAX + 1];
    for (cdr_kind k = 1; k < CDR_K__MAX; k++) {
        const cdr_id_rule *rule = cdr_id_rule_of(k);
        if (!rule)
            continue;
        bool valid = cdr_id_check(rule, text, len);
        size_t n = cdr_id_compact(rule, text, len, compact);
        if (n > CDR_ID_MAX || (valid && n == 0))
            abort();
        /* What is met in a text is looked at without its shape only when it is all digits. */
        if (valid && rule->found)
            rule->found(compact, n);
    }
}

static void find_everywhere(const cdr_ruleset *rs, cdr_detect_scratch *scratch, const char *text, size_t len)
{
    cdr_emitter e = {.scratch = scratch, .rs = rs, .text = text, .len = len, .to = len, .high = len};
    scratch->len = 0;
    for (size_t i = 0; i < len; i++) {
        if (!cdr_is_alnum(text[i]))
            continue;
        cdr_candidate c;
        cdr_candidate_at(&e, i, 0, &c);
        size_t end = cdr_find_identifiers(&c, &e);
        if (end > len)
            abort();
    }
    for (size_t i = 0; i < scratch->len; i++)
        if (scratch->raw[i].start >= scratch->raw[i].end || scratch->raw[i].end > len)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static cdr_ruleset *rs;
    static cdr_detect_scratch *scratch;
    static const cdr_ruleset_options options;
    if (!rs && (cdr_ruleset_new(&options, &rs, NULL) != CDR_OK || cdr_detect_scratch_new(&scratch, NULL) != CDR_OK))
        abort();
    if (size == 0 || size > 8192)
        return 0;
    /* An exact copy, so that a byte too far is seen. */
    char *text = cdr_alloc_array(size, 1);
    if (!text)
        return 0;
    for (size_t i = 0; i < size; i++)
        text[i] = (char)data[i];
    check_every_kind(text, size);
    find_everywhere(rs, scratch, text, size);
    cdr_free(text);
    return 0;
}

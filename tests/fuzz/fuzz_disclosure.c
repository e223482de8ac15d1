/* SPDX-License-Identifier: Apache-2.0 */
/* room: disclosure. A disclosure policy of a stranger: refused with sentences, or read; then it keeps what every policy must keep. */
#include "core/disclosure/disclosure.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static cdr_status on_warning(void *arg, bool mistake, const char *sentence)
{
    (void)arg;
    (void)mistake;
    if (!sentence[0])
        abort();
    return CDR_OK;
}

/* A level more never shows less, for any purpose by telephone. */
static void climb(const cdr_disclosure_policy *p)
{
    static const cdr_disclosure_field fields[] = {{"name", "", "user.name", false}, {"card", "", "user.financial.credit_card", true}};
    const char *purpose;
    for (size_t i = 0; i < 8 && (purpose = cdr_disclosure_purpose(p, i, NULL)); i++)
        for (size_t f = 0; f < 2; f++) {
            cdr_mode before = CDR_MODE_NEVER;
            for (int l = CDR_LEVEL_C0; l <= CDR_LEVEL_C4; l++) {
                cdr_disclosure_answer a;
                cdr_disclosure_request q = {.field = fields[f].key, .category = fields[f].category, .unspoken = fields[f].unspoken, .purpose = purpose, .role = "staff", .channel = "phone", .level = (cdr_level)l};
                cdr_disclosure_decide(p, &q, &a);
                if (a.mode < before || a.mode > a.best || !a.why[0] || (fields[f].unspoken && a.best > CDR_MODE_MASKED))
                    abort();
                before = a.mode;
            }
        }
}

/* Two secrets of one class are never C3. */
static void one_class(const cdr_disclosure_policy *p)
{
    static const cdr_factor_kind secrets[] = {CDR_FACTOR_NAME, CDR_FACTOR_POSTCODE, CDR_FACTOR_ACCOUNT, CDR_FACTOR_PIN, CDR_FACTOR_WORDS, CDR_FACTOR_SECOND_EMPLOYEE};
    cdr_level_answer a;
    cdr_disclosure_level(p, secrets, 6, &a);
    if (a.level >= CDR_LEVEL_C3)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_disclosure_policy *p = NULL;
    json_t *mistakes = NULL;
    cdr_err err = {0};
    cdr_status s = cdr_disclosure_policy_read((const char *)data, size, "disclosure.yaml", &p, &err), m = cdr_disclosure_mistakes((const char *)data, size, "disclosure.yaml", &mistakes, &err);
    /* Both readings agree. */
    if (m == CDR_OK && (s == CDR_OK) != (json_array_size(mistakes) == 0))
        abort();
    json_decref(mistakes);
    if (!p)
        return 0;
    climb(p);
    one_class(p);
    if (cdr_disclosure_check(p, NULL, 0, on_warning, NULL, NULL, &err) != CDR_OK || cdr_disclosure_cases(p, NULL, 0, NULL, NULL, NULL, &err) != CDR_OK)
        abort();
    cdr_disclosure_policy_free(p);
    return 0;
}

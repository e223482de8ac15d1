/* SPDX-License-Identifier: Apache-2.0 */
/* disclosure [N]: how many decisions the shipped policy makes a second, and how many levels. */
#include "core/disclosure/disclosure.h"

#include "base/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    static const char *const fields[] = {"delivery_address", "passport", "orders", "email"}, *const flags[] = {"withheld-number"};
    static const cdr_factor_kind proved[] = {CDR_FACTOR_NAME, CDR_FACTOR_POSTCODE, CDR_FACTOR_PIN, CDR_FACTOR_TOTP, CDR_FACTOR_CALLBACK, CDR_FACTOR_SECOND_EMPLOYEE};
    cdr_disclosure_policy *p = NULL;
    cdr_err err = {0};
    uint64_t n = 1000000, seen = 0;
    if (cdr_disclosure_policy_default(&p, &err) != CDR_OK || (argc > 1 && !cdr_parse_u64(argv[1], strlen(argv[1]), 1, 1000000000, &n))) {
        fprintf(stderr, "%s\n", err.text[0] ? err.text : "usage: disclosure [N]");
        return 2;
    }
    size_t purposes = cdr_disclosure_purposes(p);
    double begin = seconds();
    for (uint64_t i = 0; i < n; i++) {
        cdr_disclosure_answer a;
        cdr_disclosure_request q = {.field = fields[i % 4], .category = "user.contact", .purpose = cdr_disclosure_purpose(p, i % purposes, NULL), .role = "staff", .channel = "phone",
                                    .level = (cdr_level)(i % 5), .flags = flags, .flag_count = i % 2};
        cdr_disclosure_decide(p, &q, &a);
        seen += a.mode;
    }
    double decided = seconds() - begin;
    begin = seconds();
    for (uint64_t i = 0; i < n; i++) {
        cdr_level_answer a;
        cdr_disclosure_level(p, proved, i % 7, &a);
        seen += a.level;
    }
    double levelled = seconds() - begin;
    printf("{\"decisions_per_second\": %.0f, \"levels_per_second\": %.0f, \"seen\": %llu}\n", (double)n / decided, (double)n / levelled, (unsigned long long)seen);
    cdr_disclosure_policy_free(p);
    return 0;
}

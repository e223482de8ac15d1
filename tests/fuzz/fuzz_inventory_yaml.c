/* SPDX-License-Identifier: Apache-2.0 */
/* room: inventory */
/* inventory.yaml: whatever is read comes back equal from its own JSON; claims resolve and match within bounds. */
#include "core/inventory/declare.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void same_again(const cdr_record *r, const void *row)
{
    cdr_any_entity back;
    json_t *j;
    cdr_err err;
    require(cdr_record_to_json(r, row, &j, &err) == CDR_OK);
    require(cdr_record_from_json(r, j, "again", &back, &err) == CDR_OK);
    require(cdr_record_equal(r, row, &back));
    cdr_record_done(r, &back);
    json_decref(j);
}

static void try_claims(const json_t *claims)
{
    for (size_t i = 0; i < json_array_size(claims); i++) {
        cdr_buf pattern = CDR_BUF(4 * CDR_CLAIM_MAX);
        if (cdr_claim_resolve(json_string_value(json_array_get(claims, i)), "/srv/company", &pattern, NULL) == CDR_OK) {
            bool plain = !strpbrk(pattern.data, "*?") || strstr(pattern.data, "://");
            require(!plain || cdr_claim_matches(pattern.data, pattern.data));
            cdr_claim_matches(pattern.data, "/srv/company/files/2026/a.csv");
            require(cdr_claim_weight(pattern.data) <= pattern.len);
        }
        cdr_buf_done(&pattern);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_declarations d = {.event = "inventory.import"};
    cdr_err err = {0};
    cdr_status s = cdr_declarations_read(&d, (const char *)data, size, "inventory.yaml", &err);
    require(s == CDR_OK || err.text[0]);
    for (size_t i = 0; s == CDR_OK && i < d.parties.len; i++)
        same_again(&cdr_party_record, &d.parties.at[i].row);
    for (size_t i = 0; s == CDR_OK && i < d.systems.len; i++) {
        same_again(&cdr_system_record, &d.systems.at[i].row);
        try_claims(d.systems.at[i].row.claims);
        for (size_t k = 0; k < d.systems.at[i].holders.len; k++)
            same_again(&cdr_holder_record, &d.systems.at[i].holders.at[k].row);
    }
    for (size_t i = 0; s == CDR_OK && i < d.activities.len; i++)
        same_again(&cdr_activity_record, &d.activities.at[i].row);
    for (size_t i = 0; s == CDR_OK && i < d.datasets.len; i++)
        same_again(&cdr_declared_dataset_record, &d.datasets.at[i].row);
    cdr_declarations_done(&d);
    return 0;
}

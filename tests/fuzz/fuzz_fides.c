/* SPDX-License-Identifier: Apache-2.0 */
/* room: inventory */
/* Fides manifests: read or refused with a sentence; what is read can be written as our own records. */
#include "core/inventory/declare.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void writable(const cdr_record *r, const void *row)
{
    json_t *j;
    require(cdr_record_to_json(r, row, &j, NULL) == CDR_OK);
    json_decref(j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_declarations d = {.event = "inventory.import"};
    cdr_err err = {0};
    cdr_status s = cdr_declarations_read_fides(NULL, &d, (const char *)data, size, "manifest.yml", &err);
    require(s == CDR_OK || err.text[0]);
    for (size_t i = 0; s == CDR_OK && i < d.systems.len; i++)
        writable(&cdr_system_record, &d.systems.at[i].row);
    for (size_t i = 0; s == CDR_OK && i < d.activities.len; i++) {
        require(cdr_inventory_key_valid(d.activities.at[i].row.key));
        writable(&cdr_activity_record, &d.activities.at[i].row);
    }
    for (size_t i = 0; s == CDR_OK && i < d.datasets.len; i++)
        writable(&cdr_declared_dataset_record, &d.datasets.at[i].row);
    cdr_declarations_done(&d);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* room: vault. Records that somebody wrote into the database, and references that somebody typed: no crash, and nothing opens that was not sealed. */
#include "core/vault/cells.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t key[CDR_KEY_BYTES] = {7};
    static uint8_t work[CDR_CELL_WORK];
    const cdr_cell_place at = {{1}, 42, 1};
    cdr_cells c;
    if (cdr_crypto_start(NULL) != CDR_OK || cdr_cells_read(data, size, &c, NULL) != CDR_OK)
        return 0;
    for (unsigned i = 0; i < c.count; i++) {
        size_t len;
        uint16_t field = cdr_cells_field(&c, i);
        if (cdr_cells_find(&c, field) != (int)i)
            abort();
        if (cdr_cells_open(&c, key, &at, i, work, &len, NULL) == CDR_OK)
            abort();
    }
    /* The forms of values, too: whatever they give fits and gives itself again. */
    for (int form = CDR_FORM_TEXT; form <= CDR_FORM_DATE; form++) {
        char once[CDR_NORMAL_MAX], twice[CDR_NORMAL_MAX];
        size_t n, m;
        if (!cdr_vault_normalise((cdr_vault_form)form, (const char *)data, size, once, sizeof once, &n))
            continue;
        if (n > sizeof once)
            abort();
        if (cdr_vault_normalise((cdr_vault_form)form, once, n, twice, sizeof twice, &m) && form != CDR_FORM_TEXT && form != CDR_FORM_PHONE && form != CDR_FORM_EMAIL && (n != m || memcmp(once, twice, n) != 0))
            abort();
    }
    return 0;
}

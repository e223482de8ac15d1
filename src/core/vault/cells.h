/* SPDX-License-Identifier: Apache-2.0 */
/* A customer's fields as one blob: a directory (format 1, number of cells; then field and length of each, little endian), behind it the sealed cells in the order of the
 * directory, which is that of the field ids. Each cell is bound to workspace, customer, version of the record, field, its place and the number of cells: a cell that was moved,
 * put back from an older version, left out or put in makes the cells refuse to open. Values are padded to steps of 16 bytes, so that lengths tell little. */
#ifndef CDR_CORE_VAULT_CELLS_H
#define CDR_CORE_VAULT_CELLS_H

#include "base/buf.h"
#include "core/vault/vault.h"
#include "crypto/pool.h"

#define CDR_WORKSPACE_ID_BYTES 12
typedef struct cdr_cell_place { uint8_t workspace[CDR_WORKSPACE_ID_BYTES]; int64_t customer; uint32_t version; } cdr_cell_place;

#define CDR_CELL_WORK (CDR_VAULT_TEXT_MAX + 16)   /* bytes of locked memory that sealing and opening work in */

/* Seals ${values} (ascending by field, none empty, each at most CDR_VAULT_TEXT_MAX) and appends the blob. ${work}: CDR_CELL_WORK bytes of locked memory, wiped behind. */
cdr_status cdr_cells_seal(cdr_nonces *nonces, const uint8_t key[CDR_KEY_BYTES], const cdr_cell_place *at, const cdr_vault_value *values, size_t count, uint8_t *work, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

/* The directory of ${blob}: number of cells, their fields. CDR_E_CORRUPT: it is no such blob. */
typedef struct cdr_cells { const uint8_t *blob; size_t len; unsigned count; } cdr_cells;
cdr_status cdr_cells_read(const void *blob, size_t len, cdr_cells *ret, cdr_err *err) CDR_NODISCARD;
uint16_t cdr_cells_field(const cdr_cells *c, unsigned i);
/* Position of ${field}; -1: there is none. */
int cdr_cells_find(const cdr_cells *c, uint16_t field);
/* Cell ${i} into ${work} (CDR_CELL_WORK bytes), NUL-ended. CDR_E_CORRUPT: it does not open in this place. The caller wipes. */
cdr_status cdr_cells_open(const cdr_cells *c, const uint8_t key[CDR_KEY_BYTES], const cdr_cell_place *at, unsigned i, uint8_t *work, size_t *ret_len, cdr_err *err) CDR_NODISCARD;

#endif

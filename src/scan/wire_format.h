/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of wire.h as bytes. Structs are copied, never pointed at: nothing in a buffer is aligned. */
#ifndef CDR_SCAN_WIRE_FORMAT_H
#define CDR_SCAN_WIRE_FORMAT_H

#include <stdint.h>

#define WIRE_MAGIC 0x31524443u   /* "CDR1" on a little-endian machine: the other order is another number */

enum { WIRE_HELLO = 1, WIRE_BEGIN, WIRE_FIELD, WIRE_VALUE, WIRE_RECORD_END, WIRE_COLUMN, WIRE_END, WIRE_PROGRESS, WIRE_DONE };

typedef struct cdr_wire_head {
    uint32_t size;
    uint8_t type, a;
    uint16_t b;
} cdr_wire_head;

typedef struct cdr_wire_hello_body {
    uint32_t magic, version, kinds, walls;
    char ruleset[16];
} cdr_wire_hello_body;

/* BEGIN: a = length of format; u64 size, format, path. FIELD: name. */

typedef struct cdr_wire_value {   /* a = band, b = kind; value follows */
    uint64_t offset, line;
    uint32_t field, evidence;
    float confidence;
    uint16_t rule, zero;
} cdr_wire_value;

typedef struct cdr_wire_column {  /* a = by_value, b = kind */
    uint64_t values, untold;
    uint32_t field, evidence;
    float support, confidence;
} cdr_wire_column;

typedef struct cdr_wire_end {     /* a = coverage, b = length of reason id; reason id, reason */
    uint64_t bytes_read, rows;
} cdr_wire_end;

#endif

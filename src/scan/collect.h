/* SPDX-License-Identifier: Apache-2.0 */
/* From values in the clear to what may be kept: keyed ids, masks, counts, sketches. In two steps, so that threads can share a
 * file: digesting (hash, mask, suppressions, which person a record speaks of) is done where the value is found; tallying in the
 * order of the object. */
#ifndef CDR_SCAN_COLLECT_H
#define CDR_SCAN_COLLECT_H

#include "candor/scan.h"
#include "scan/person.h"
#include "scan/sink.h"

/* A value without the value. */
typedef struct cdr_digest {
    uint32_t field;
    cdr_kind kind;
    uint16_t rule;
    uint8_t band;
    bool suppressed;
    float confidence;
    uint32_t evidence;
    uint64_t offset, line;
    uint8_t value_id[CDR_VALUE_ID_BYTES];
} cdr_digest;

/* ${role} of the field. What it says of a person goes to ${person}, which must not be full. */
void cdr_digest_value(const cdr_scan_options *o, const char *path, const cdr_seen_value *v, const cdr_role *role, cdr_person_seen *person, cdr_digest *ret);

/* What the container is, for every object in it. */
typedef struct cdr_collect_file {
    const char *container;     /* displayed path */
    uint64_t dev, ino;
    int64_t mtime_us;
    uint32_t mode, uid;
} cdr_collect_file;

typedef cdr_status cdr_collect_deliver(void *arg, const struct cdr_observation *o, cdr_err *err);

typedef struct cdr_collector cdr_collector;
cdr_status cdr_collector_new(const cdr_scan_options *o, cdr_collect_deliver *deliver, void *arg, cdr_collector **ret, cdr_err *err) CDR_NODISCARD;
void cdr_collector_free(cdr_collector *c);
/* The next container; ${file} stays until the one after. */
void cdr_collector_file(cdr_collector *c, const cdr_collect_file *file);
cdr_sink *cdr_collector_sink(cdr_collector *c);

/* The second step alone. ${value} (may be NULL) is only masked, and only if it becomes a sample; ${masked} when it is already. */
cdr_status cdr_collector_tally(cdr_collector *c, const cdr_digest *d, const char *value, size_t len, const char *masked, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_collector_person(cdr_collector *c, const cdr_mention *m, cdr_err *err) CDR_NODISCARD;

#endif

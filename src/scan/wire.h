/* SPDX-License-Identifier: Apache-2.0 */
/* The pipe between candor-reader and its parent: sink.h serialised. One direction only, child to parent; what the child needs to
 * know it reads once from a sealed request (request.h) before it locks itself in.
 *
 * A message is a header of 8 bytes {u32 size with header, u8 type, u8 a, u16 b} and a body in the machine's own byte order: both
 * ends are built together, the greeting says so. The decoder takes every byte as written by an attacker: sizes and counts are
 * capped, kinds, bands, fields and numbers are checked, the order of calls is enforced, and an object may only be called by the
 * container's own path or something below it. It allocates nothing after it was made and never waits. */
#ifndef CDR_SCAN_WIRE_H
#define CDR_SCAN_WIRE_H

#include "scan/sink.h"

#define CDR_WIRE_VERSION 1u
#define CDR_WIRE_PATH_MAX 8192u         /* displayed path of an object */
#define CDR_WIRE_NAME_MAX 1024u         /* a field's name */
#define CDR_WIRE_VALUE_MAX 8192u        /* a value; the encoder cuts longer ones */
#define CDR_WIRE_REASON_MAX 159u
#define CDR_WIRE_MESSAGE_MAX 16384u
#define CDR_WIRE_FIELDS_MAX 100000u     /* fields of one object */
#define CDR_WIRE_NAMES_MAX (4u << 20)   /* bytes of all field names of one object */

/* Which walls stand around the child; bits of the greeting and of cdr_sandbox_probe(). */
enum { CDR_WALL_SECCOMP = 1, CDR_WALL_LANDLOCK = 2, CDR_WALL_LANDLOCK_NET = 4, CDR_WALL_RELAXED = 8, CDR_WALL_LIMITS = 16 };

/* Child's side: a sink that writes to a pipe. Values are wiped from the buffer when it goes out. */
typedef struct cdr_wire_out cdr_wire_out;
cdr_status cdr_wire_out_new(int fd, cdr_wire_out **ret, cdr_err *err) CDR_NODISCARD;
void cdr_wire_out_free(cdr_wire_out *w);
cdr_sink *cdr_wire_out_sink(cdr_wire_out *w);
cdr_status cdr_wire_hello(cdr_wire_out *w, uint32_t walls, const char *ruleset_version, cdr_err *err) CDR_NODISCARD;
/* The reader is alive and has unpacked ${bytes} so far; goes out at once. */
cdr_status cdr_wire_progress(cdr_wire_out *w, uint64_t bytes, cdr_err *err) CDR_NODISCARD;
/* Nothing follows. ${status}: CDR_OK, or why the reader gave up. */
cdr_status cdr_wire_done(cdr_wire_out *w, cdr_status status, cdr_err *err) CDR_NODISCARD;

/* Parent's side. */
typedef struct cdr_wire_expect {
    const char *container;              /* displayed path; objects are called this or "<this>!/..." */
    const char *ruleset_version;        /* the child's must be the same; NULL: any */
    uint16_t rules;                     /* highest cdr_seen_value.rule */
    uint64_t objects;                   /* most objects it may tell */
} cdr_wire_expect;

typedef struct cdr_wire_in cdr_wire_in;
/* Borrows ${expect}'s strings and ${sink}. */
cdr_status cdr_wire_in_new(const cdr_wire_expect *expect, cdr_sink *sink, cdr_wire_in **ret, cdr_err *err) CDR_NODISCARD;
void cdr_wire_in_free(cdr_wire_in *w);
/* The next bytes from the pipe, in whatever portions it gave them. CDR_E_CORRUPT when the child broke the rules; anything else
 * is the sink's own status. After a failure nothing more may be fed. */
cdr_status cdr_wire_in_feed(cdr_wire_in *w, const void *data, size_t len, cdr_err *err) CDR_NODISCARD;
bool cdr_wire_in_done(const cdr_wire_in *w);             /* the child said it is finished, with no byte left over */
bool cdr_wire_in_violated(const cdr_wire_in *w);         /* the child broke the rules: the failure is not the sink's */
bool cdr_wire_in_open(const cdr_wire_in *w);             /* an object has begun and not ended */
cdr_status cdr_wire_in_result(const cdr_wire_in *w);     /* status the child ended with */
uint32_t cdr_wire_in_walls(const cdr_wire_in *w);        /* CDR_WALL_ bits of the greeting */
bool cdr_wire_in_named_container(const cdr_wire_in *w);  /* the container's own object has been told */
uint64_t cdr_wire_in_bytes(const cdr_wire_in *w);        /* last progress */
/* End the open object, if any, and tell the container's own if that never came: for a child that died. */
cdr_status cdr_wire_in_abandon(cdr_wire_in *w, const char *format, const char *reason_id, const char *reason, uint64_t size, cdr_err *err) CDR_NODISCARD;

#endif

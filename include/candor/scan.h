/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file scan.h
 * Targets in, observations out: walks files and folders, reads text, tables, archives and databases, and finds personal
 * data in them. Foreign containers are parsed by the separate program candor-reader, which has neither keys nor network.
 */
#ifndef CANDOR_SCAN_H
#define CANDOR_SCAN_H

#include "candor/crypto.h"
#include "candor/detect.h"

#ifdef __cplusplus
extern "C" {
#endif

struct cdr_observation;
struct cdr_suppressions;

/** What the caller knows of an object from before; filled by the `known` callback. */
typedef struct cdr_scan_known {
    uint64_t dev, ino, size;
    int64_t mtime_us;
    uint8_t content_id[32];      /**< keyed BLAKE2b of the content; all zero when not taken */
    uint32_t mode, uid;          /**< rights and owner: a file whose rights changed is read again, so that its record is true */
    char ruleset[17];
} cdr_scan_known;

typedef struct cdr_scan_progress {
    uint64_t objects, bytes, total_objects, total_bytes;  /**< totals are 0 while still walking */
    uint64_t unchanged;
    int64_t elapsed_us;
    const char *current;         /**< escaped path, may be NULL */
} cdr_scan_progress;

/** A folder that Candor writes: known by device and inode. */
typedef struct cdr_scan_own {
    uint64_t dev, ino;
    bool report;                 /**< for reports: its files are left out; otherwise a workspace: all of it is */
} cdr_scan_own;

typedef struct cdr_scan_options {
    const cdr_ruleset *ruleset;
    const cdr_ruleset_options *ruleset_options;  /**< what ruleset was made with: candor-reader makes its own; NULL: defaults */
    const cdr_secret *value_key;         /**< key of value ids (CDR_KEY_VALUE_ID) */
    const cdr_secret *content_key;       /**< key of content ids; NULL: no content hash */
    const cdr_secret *suppression_key;   /**< key of suppressions; may be NULL when there are none */
    const struct cdr_suppressions *suppressions;  /**< findings set aside; may be NULL */
    unsigned threads;                    /**< 0: one per core */
    bool full;                           /**< read unchanged files again */
    bool follow_symlinks;                /**< default: links that lead out of the targets are reported, not followed; what others lead to is met there */
    bool cross_devices;
    bool count_ahead;                    /**< walk ahead on a thread of its own, so that progress knows the totals */
    const char *const *exclude;          /**< globs, NULL-terminated; may be NULL */
    const cdr_scan_own *own;             /**< left out; other workspaces and reports are known by what they hold */
    size_t own_count;
    uint32_t archive_depth;              /**< default 5 */
    uint64_t archive_bytes;              /**< most bytes unpacked from one file, default 4 GiB */
    uint32_t archive_entries;            /**< default 100,000 */
    uint32_t archive_ratio;              /**< most unpacked bytes per packed byte, default 200 */
    const char *reader_path;             /**< candor-reader; NULL: beside the running program */

    /** Callbacks run one at a time, from any thread. ${arg} is passed back. */
    void *arg;
    /** True (with ${ret} filled) when the object at ${container} was completely scanned before. May be NULL. */
    bool (*known)(void *arg, const char *container, cdr_scan_known *ret);
    /**
     * An object is finished; borrowed for the call. ${state} comes with the last object of its container (for a plain file:
     * the only one) and is NULL for those before, so that a crash half-way makes the container be read again.
     */
    cdr_status (*observed)(void *arg, const struct cdr_observation *o, const cdr_scan_known *state, cdr_err *err);
    /** A container is unchanged since it was known. */
    cdr_status (*unchanged)(void *arg, const char *container, cdr_err *err);
    /** At most ten times a second. May be NULL. */
    void (*progress)(void *arg, const cdr_scan_progress *p);
} cdr_scan_options;

typedef struct cdr_scan_totals {
    uint64_t objects, complete, partial, skipped, unchanged, bytes_read, findings, suppressed;
    uint64_t own_folders;        /**< workspaces and reports of Candor that were met and left out */
    int64_t elapsed_us;
    bool interrupted;
} cdr_scan_totals;

/** Defaults for everything but the mandatory ruleset, value_key and observed. */
CDR_API void cdr_scan_options_init(cdr_scan_options *o);

/**
 * Scan ${targets} (paths; "-" is standard input). Returns CDR_OK when every object is COMPLETE, CDR_PARTIAL when some are
 * PARTIAL or SKIPPED, CDR_E_CANCELLED when interrupted (what was finished has been delivered), CDR_NOT_FOUND when a target
 * does not exist (nothing is scanned then).
 */
CDR_API CDR_NODISCARD cdr_status cdr_scan_run(const cdr_ctx *ctx, const char *const *targets, size_t count, const cdr_scan_options *options,
                                              cdr_scan_totals *ret, cdr_err *err);

/** Sandbox the reader runs under on this machine: "seccomp+landlock", "seccomp", "none (reason)". */
CDR_API const char *cdr_scan_sandbox_level(void);

#ifdef __cplusplus
}
#endif
#endif

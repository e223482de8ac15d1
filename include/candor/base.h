/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file base.h
 * What every call of Candor shares: status, error detail, and the context that carries clock, randomness,
 * messages and cancellation. No room keeps global state: everything comes with a cdr_ctx.
 */
#ifndef CANDOR_BASE_H
#define CANDOR_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CDR_API __attribute__((visibility("default")))
#define CDR_NODISCARD __attribute__((warn_unused_result))
#define CDR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define CDR_API
#define CDR_NODISCARD
#define CDR_PRINTF(fmt, args)
#endif

/** Status of a call. Zero is success, positive values are expected outcomes, negative values are faults. */
typedef enum cdr_status {
    CDR_OK = 0,
    CDR_DONE = 1,           /**< nothing left to read */
    CDR_NOT_FOUND = 2,      /**< the named thing does not exist */
    CDR_DENIED = 3,         /**< not permitted, or the answer is no */
    CDR_NEED_MORE = 4,      /**< input ended inside an element */
    CDR_PARTIAL = 5,        /**< done, but not all of it; the reasons are recorded */
    CDR_E_INVAL = -1,       /**< wrong use or malformed input */
    CDR_E_NOMEM = -2,       /**< out of memory */
    CDR_E_IO = -3,          /**< the operating system refused or failed */
    CDR_E_DB = -4,          /**< the database failed */
    CDR_E_CORRUPT = -5,     /**< stored data is not what was written */
    CDR_E_LIMIT = -6,       /**< a safety limit was reached */
    CDR_E_CRYPTO = -7,      /**< a key, seal or signature does not fit */
    CDR_E_LOCKED = -8,      /**< another process holds it, or it is sealed */
    CDR_E_CANCELLED = -9,   /**< interrupted on request */
    CDR_E_UNSUPPORTED = -10 /**< recognised, but this build or version cannot do it */
} cdr_status;

#define CDR_ERR_TEXT_MAX 512

/**
 * Error detail, filled by the callee when it returns a negative status (or CDR_NOT_FOUND / CDR_DENIED).
 * Owned by the caller, who passes its address or NULL. `text` is one sentence a user can act on: what was wrong,
 * where, what to do. It never holds a personal value.
 */
typedef struct cdr_err {
    cdr_status status;
    const char *module;              /**< room that found it: "ledger" */
    const char *id;                  /**< stable message id: "ledger.bad-signature" */
    char text[CDR_ERR_TEXT_MAX];     /**< UTF-8 sentence */
} cdr_err;

/**
 * Fill ${err} (may be NULL) and return ${status}, so that a failing line reads `return cdr_fail(err, ...)`.
 * ${module} and ${id} must be string literals. Truncates at CDR_ERR_TEXT_MAX on a UTF-8 boundary.
 */
CDR_API cdr_status cdr_fail(cdr_err *err, cdr_status status, const char *module, const char *id, const char *fmt, ...)
    CDR_PRINTF(5, 6);

/** Like cdr_fail, with ": " and the text of errno value ${errnum} appended. */
CDR_API cdr_status cdr_fail_errno(cdr_err *err, cdr_status status, const char *module, const char *id, int errnum,
                                  const char *fmt, ...) CDR_PRINTF(6, 7);

/** Out of memory in ${module}: returns CDR_E_NOMEM. */
CDR_API cdr_status cdr_fail_nomem(cdr_err *err, const char *module);

/** Short name of a status, "ok", "not-found", "io"… Never NULL. */
CDR_API const char *cdr_status_name(cdr_status status);

/** Severity of a message to the log sink. */
typedef enum cdr_log_level { CDR_LOG_DEBUG, CDR_LOG_INFO, CDR_LOG_WARN, CDR_LOG_ERROR } cdr_log_level;

/**
 * Context of a call: where time, randomness and messages come from. The caller owns it and everything in it; it must
 * outlive every object made with it. Zero-initialise and call cdr_ctx_init for the system's clock and random source.
 */
typedef struct cdr_ctx {
    int64_t (*now_us)(void *clock);                       /**< microseconds since 1970-01-01T00:00:00Z */
    void *clock;
    void (*random)(void *rng, void *buf, size_t len);     /**< cryptographically strong bytes */
    void *rng;
    void (*log)(void *sink, cdr_log_level level, const char *text);  /**< NULL: silent */
    void *sink;
    const volatile int *cancel;                           /**< set to non-zero (by a signal handler) to stop; may be NULL */
} cdr_ctx;

/** Set ${ctx} to the system clock and the kernel's random source, silent, not cancellable. */
CDR_API void cdr_ctx_init(cdr_ctx *ctx);

/** True when the caller asked to stop. */
CDR_API bool cdr_cancelled(const cdr_ctx *ctx);

/** Now, in microseconds since the epoch, UTC. */
CDR_API int64_t cdr_now_us(const cdr_ctx *ctx);

/** Version of the library, "0.1.0". */
CDR_API const char *cdr_version(void);

#ifdef __cplusplus
}
#endif
#endif

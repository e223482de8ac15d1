/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file detect.h
 * Bytes in, findings out. Pure: no file, clock, network or global state. A ruleset is compiled once, immutable and shared
 * by threads; each thread brings its own scratch. Text is UTF-8 (invalid bytes are skipped, never an error).
 */
#ifndef CANDOR_DETECT_H
#define CANDOR_DETECT_H

#include "candor/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a finding is: an index into the table of kinds. 0 is no kind. */
typedef uint16_t cdr_kind;
#define CDR_KIND_NONE 0

typedef enum cdr_family {
    CDR_FAMILY_NONE, CDR_FAMILY_NAME, CDR_FAMILY_CONTACT, CDR_FAMILY_ADDRESS, CDR_FAMILY_BIRTH, CDR_FAMILY_PAYMENT,
    CDR_FAMILY_BANK, CDR_FAMILY_GOVERNMENT, CDR_FAMILY_HEALTH, CDR_FAMILY_SPECIAL, CDR_FAMILY_DEVICE, CDR_FAMILY_LOCATION,
    CDR_FAMILY_SECRET, CDR_FAMILY_WORK, CDR_FAMILY_OTHER, CDR_FAMILY__MAX
} cdr_family;

typedef struct cdr_kind_info {
    const char *id;        /**< stable: "us.ssn", "email", "secret.private-key" */
    const char *type;      /**< canonical type: "US_SSN", "EMAIL_ADDRESS", "SECRET" */
    const char *category;  /**< fideslang data category, "" when it has none on its own */
    const char *title;     /**< "US social security number" */
    const char *region;    /**< ISO 3166-1 alpha-2 or "" */
    cdr_family family;
    float prior;           /**< share of random strings of the same shape that pass, 0-1: small = strong evidence */
    uint8_t person_rank;   /**< how well it identifies one person: 0 not at all, 1 best (national id), 9 weak */
    bool checked;          /**< has a checksum or an equally hard rule */
} cdr_kind_info;

CDR_API size_t cdr_kind_count(void);
/** Never NULL: an unknown kind gives the entry of CDR_KIND_NONE. */
CDR_API const cdr_kind_info *cdr_kind_get(cdr_kind kind);
/** Kind by its id ("us.ssn"), CDR_KIND_NONE when unknown. */
CDR_API cdr_kind cdr_kind_by_id(const char *id);
CDR_API const char *cdr_family_name(cdr_family family);

typedef enum cdr_band { CDR_BAND_LOW, CDR_BAND_MEDIUM, CDR_BAND_HIGH } cdr_band;
/** Bands: high >= 0.75, medium >= 0.45, low below. */
CDR_API cdr_band cdr_band_of(float confidence);
CDR_API const char *cdr_band_name(cdr_band band);

/** Why a finding has its confidence: bits of cdr_finding.evidence. */
enum {
    CDR_EV_CHECKSUM = 1 << 0,      /**< a checksum that random strings pass seldom */
    CDR_EV_SHAPE = 1 << 1,         /**< separators, prefix or alphabet typical of the kind */
    CDR_EV_CONTEXT = 1 << 2,       /**< a context word close by */
    CDR_EV_HEADER = 1 << 3,        /**< the column header or JSON key says so */
    CDR_EV_COLUMN = 1 << 4,        /**< most values of the column are of this kind */
    CDR_EV_NEIGHBOUR = 1 << 5,     /**< other personal data in the same record */
    CDR_EV_DATE = 1 << 6,          /**< a valid date stands inside */
    CDR_EV_ISSUER = 1 << 7,        /**< issuer, bank or region code is assigned */
    CDR_EV_LIST = 1 << 8,          /**< in a list of names, places or words */
    CDR_EV_ENTROPY = 1 << 9,       /**< looks random enough for a secret */
    CDR_EV_USER = 1 << 10,         /**< the user's own detector */
    CDR_EV_VETO_HEADER = 1 << 16,  /**< header speaks of something else (tracking_number) */
    CDR_EV_VETO_TEST = 1 << 17,    /**< published test or example value */
    CDR_EV_VETO_SERIAL = 1 << 18,  /**< run of consecutive or repeated digits, or part of a series */
    CDR_EV_VETO_EMBEDDED = 1 << 19 /**< inside a longer token (hash, id, version, path) */
};

typedef struct cdr_finding {
    uint64_t start, end;   /**< byte offsets, end exclusive */
    cdr_kind kind;
    uint8_t band;          /**< cdr_band */
    uint8_t reserved;
    float confidence;      /**< 0-1 */
    uint32_t evidence;     /**< CDR_EV_ bits */
    uint16_t rule;         /**< user detector number + 1, 0 for built-in kinds */
} cdr_finding;

/** CPU path of the prefilter. */
typedef enum cdr_cpu_path { CDR_CPU_AUTO, CDR_CPU_PORTABLE, CDR_CPU_AVX2, CDR_CPU_NEON } cdr_cpu_path;
CDR_API const char *cdr_cpu_path_name(cdr_cpu_path path);
/** The path CDR_CPU_AUTO stands for on this machine. */
CDR_API cdr_cpu_path cdr_cpu_path_detect(void);

typedef struct cdr_ruleset cdr_ruleset;
typedef struct cdr_detect_scratch cdr_detect_scratch;

/** Names, postal addresses, places and organisations in running text. */
typedef enum cdr_names_mode {
    CDR_NAMES_OFF,
    CDR_NAMES_NEAR,                /**< only around other personal data: costs little in large texts */
    CDR_NAMES_ALL,                 /**< everywhere */
    CDR_NAMES_CALLED               /**< around other personal data, and where a form of address stands: "Frau Dr. …", "Mr. …" */
} cdr_names_mode;

typedef struct cdr_ruleset_options {
    cdr_cpu_path cpu;
    float min_confidence;          /**< findings below are not reported; 0 reports all */
    bool plain_dates;              /**< report what tells of nobody by itself, too: dates without birth context, web addresses */
    cdr_names_mode names;          /**< a name that nothing around it confirms stays in the low band; see docs/names.md */
    float min_names;               /**< min_confidence of what CDR_NAMES_ALL finds */
    const char *rules_json;        /**< the user's detectors and allow lists as a JSON text (see docs/detectors.md), or NULL */
} cdr_ruleset_options;

CDR_API CDR_NODISCARD cdr_status cdr_ruleset_new(const cdr_ruleset_options *options, cdr_ruleset **ret, cdr_err *err);
CDR_API void cdr_ruleset_free(cdr_ruleset *rs);
/** Hash of everything that decides findings (program tables, user's rules): 16 hex digits. A change makes files be read again. */
CDR_API const char *cdr_ruleset_version(const cdr_ruleset *rs);

CDR_API CDR_NODISCARD cdr_status cdr_detect_scratch_new(cdr_detect_scratch **ret, cdr_err *err);
CDR_API void cdr_detect_scratch_free(cdr_detect_scratch *s);

/** What the surroundings say of a text: the column header or the JSON key path it stands under. */
typedef struct cdr_hint cdr_hint;
/** Compile a header or JSON path ("customer.ssn", "Geburtsdatum"); NULL text gives a hint that says nothing. */
CDR_API CDR_NODISCARD cdr_status cdr_hint_new(const cdr_ruleset *rs, const char *header, size_t len, cdr_hint **ret, cdr_err *err);
CDR_API void cdr_hint_free(cdr_hint *h);

/** Receives findings in order of start; a status other than CDR_OK stops the scan and is returned. */
typedef cdr_status cdr_finding_fn(void *arg, const cdr_finding *f);

/**
 * Find everything in ${text}[0..${len}) that starts in [${from}, ${to}); the bytes before and after are context only, so
 * that a caller can walk a large text in windows (256 bytes of context on each side suffice for every built-in kind; a private
 * key block is reported by its first line, a web address or token that is longer ends where the window ends: let windows end
 * with lines). Overlapping findings are resolved: the stronger stays.
 * Offsets are relative to ${text}. ${hint} may be NULL.
 */
CDR_API CDR_NODISCARD cdr_status cdr_detect_window(const cdr_ruleset *rs, cdr_detect_scratch *s, const char *text, size_t len,
                                                   size_t from, size_t to, const cdr_hint *hint, cdr_finding_fn *fn, void *arg, cdr_err *err);

/**
 * Many short cells of one column at once: cell i is ${text}[${starts}[i] .. ${starts}[i+1] - 1), the byte between two cells
 * being '\n'; ${starts} has ${count} + 1 entries. Findings never cross a cell; offsets are relative to ${text}.
 */
CDR_API CDR_NODISCARD cdr_status cdr_detect_cells(const cdr_ruleset *rs, cdr_detect_scratch *s, const char *text, const uint32_t *starts,
                                                  size_t count, const cdr_hint *hint, cdr_finding_fn *fn, void *arg, cdr_err *err);

/** One sentence per reason for ${f}'s confidence, joined by "; ". ${text} is what was scanned. Never repeats the value. */
CDR_API CDR_NODISCARD cdr_status cdr_finding_explain(const cdr_ruleset *rs, const cdr_finding *f, char *ret, size_t cap, cdr_err *err);

/**
 * Check one number against ${kind_id} as in tests/data or DESIGN ("iban", "us.ssn", "de.idnr"…). CDR_OK valid, CDR_DENIED
 * invalid, CDR_NOT_FOUND unknown kind. Usual separators (space, dash, dot, slash) are accepted where the kind allows them.
 */
CDR_API CDR_NODISCARD cdr_status cdr_identifier_check(const char *kind_id, const char *text, size_t len, cdr_err *err);

/** A kind of identifier and the rule that cdr_identifier_check holds numbers against. */
typedef struct cdr_identifier_info {
    const cdr_kind_info *kind;
    const char *strength;  /**< of the rule alone: "strong", "fair", "weak", "shape" (no check digit) */
    const char *rule;      /**< in words */
    const char *source;    /**< law or standard */
} cdr_identifier_info;

CDR_API size_t cdr_identifier_count(void);
/** Kinds in the order of the table; false when ${i} is past the last. */
CDR_API bool cdr_identifier_get(size_t i, cdr_identifier_info *ret);

/** Masked form of a value for people ("j…@e…com", "…34"), never the value; writes at most ${cap} bytes with NUL. */
CDR_API void cdr_mask_value(cdr_kind kind, const char *value, size_t len, char *ret, size_t cap);

/** Is ${value} what stands for a value after a redaction: a masked form, "[TYPE]" or a pseudonym? Such a value tells of nobody. */
CDR_API bool cdr_value_is_masked(const char *value, size_t len);

/** Normalised form that two spellings of one value share (digits only, lower case, E.164 where it can be told); returns its length, at most ${cap}. */
CDR_API size_t cdr_normalise_value(cdr_kind kind, const char *value, size_t len, char *ret, size_t cap);

#ifdef __cplusplus
}
#endif
#endif

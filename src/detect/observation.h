/* SPDX-License-Identifier: Apache-2.0 */
/* What a scan saw of one object (a file, an archive member, a database table): the plain data that scan hands to the
 * inventory. No value in the clear: masked samples and keyed ids only. */
#ifndef CDR_DETECT_OBSERVATION_H
#define CDR_DETECT_OBSERVATION_H

#include "base/sketch.h"
#include "candor/crypto.h"
#include "candor/detect.h"
#include "detect/kinds.h"

typedef enum cdr_coverage { CDR_COVERAGE_COMPLETE, CDR_COVERAGE_PARTIAL, CDR_COVERAGE_SKIPPED } cdr_coverage;

#define CDR_SAMPLES_MAX 10   /* kept per field and kind; counts are always exact */
#define CDR_MASK_MAX 64

typedef struct cdr_sample {
    uint64_t offset;                        /* byte offset in the object, or within the cell for tables */
    uint64_t line;                          /* 1-based line, or row (the header is row 1) */
    float confidence;
    uint32_t evidence;
    uint8_t value_id[CDR_VALUE_ID_BYTES];
    char masked[CDR_MASK_MAX];
} cdr_sample;

/* All findings of one kind in one field. */
typedef struct cdr_kind_seen {
    cdr_kind kind;
    uint16_t rule;                          /* user's detector, as in cdr_finding */
    uint64_t by_band[3];
    uint64_t suppressed;
    float max_confidence;
    cdr_sample samples[CDR_SAMPLES_MAX];    /* the strongest bands first */
    uint32_t sample_count;
    cdr_sketch values;                      /* distinct values by keyed hash, medium and high bands */
} cdr_kind_seen;

typedef struct cdr_field_seen {
    char *name;                             /* column header or JSON path; "" for free text */
    cdr_kind column_kind;                   /* what the column is, CDR_KIND_NONE when unknown or free text */
    float column_support;                   /* share of non-empty values that fit */
    float column_confidence;
    uint64_t values;                        /* non-empty values */
    cdr_kind_seen *kinds;
    size_t kind_count;
} cdr_field_seen;

/* Distinct numbers of one kind: customer numbers, national ids, accounts. */
#define CDR_ID_SETS_MAX 8
typedef struct cdr_id_set { cdr_kind kind; uint64_t extra; cdr_sketch values; } cdr_id_set;

/* Cards and accounts: one person may have many, so their number says little of how many people there are at least. */
static inline bool cdr_kind_is_account(cdr_kind kind)
{
    cdr_family family = cdr_kind_get(kind)->family;
    return family == CDR_FAMILY_PAYMENT || family == CDR_FAMILY_BANK;
}

/* Numbers and names that every system gives out anew: 17 the customer is not 17 the employee. */
static inline bool cdr_kind_is_local(cdr_kind kind)
{
    return kind == CDR_K_CUSTOMER_ID || kind == CDR_K_EMPLOYEE_ID || kind == CDR_K_HEALTH_RECORD || kind == CDR_K_USERNAME;
}

typedef struct cdr_observation {
    char *path;                             /* as displayed: escaped UTF-8; archive members "a.zip!/dir/b.csv", tables "shop.db!/customer" */
    char *container;                        /* path of the outermost file, equal to path for plain files */
    const char *format;                     /* "csv", "json", "ndjson", "text", "mbox", "xml", "sqlite-table", "zip", … */
    cdr_coverage coverage;
    const char *reason_id;                  /* stable: "archive.too-deep", "format.not-supported"; "" when complete */
    char reason[160];                       /* sentence, "" when complete */
    uint64_t size, bytes_read, rows;
    int64_t mtime_us;
    uint64_t dev, ino;
    uint32_t mode, uid;                     /* POSIX mode and owner of the container */
    cdr_field_seen *fields;
    size_t field_count;
    /* Keyed values by which people are told apart and systems joined; mailboxes of many (info@) are not among them. Extra: how many of
     * them are second ones of a person who has another. */
    cdr_sketch emails, phones;
    uint64_t email_extra, phone_extra;
    cdr_id_set ids[CDR_ID_SETS_MAX];        /* numbers given to one person, by kind */
    size_t id_count;
    cdr_sketch people;                      /* one key per possible person: best identifier and name; an identifier that stands alone is its own key */
    cdr_sketch others;                      /* keys under which other records may speak of somebody who is among people */
    uint64_t people_min, people_max;        /* bounds; estimated ones are three standard errors apart from the estimate */
} cdr_observation;

void cdr_observation_done(cdr_observation *o);   /* frees what it owns */

#endif

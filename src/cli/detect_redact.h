/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of candor detect --redact: what stands for a value, and where the copy goes. */
#ifndef CDR_CLI_DETECT_REDACT_H
#define CDR_CLI_DETECT_REDACT_H

#include "base/io.h"
#include "candor/crypto.h"
#include "cli/detect_source.h"

typedef enum cdr_redact_style { CDR_REDACT_MASK, CDR_REDACT_LABEL, CDR_REDACT_PSEUDONYM } cdr_redact_style;

#define CDR_REPLACEMENT_MAX 256

typedef struct cdr_redaction {
    const cdr_detect_job *job;
    cdr_redact_style style;
    const cdr_secret *key;         /* of pseudonyms */
    cdr_detect_scratch *scratch;   /* of the second look */
    cdr_detect_source *source;
    cdr_detect_encoder encoder;
    cdr_buf encoded;
    cdr_outfile *file;             /* NULL: standard output */
    uint64_t replaced;             /* values in this file */
    uint64_t names;                /* names of JSON that were values: each replacement is another */
} cdr_redaction;

/* A piece of the copy, in the encoding of the source. */
cdr_status cdr_redaction_write(cdr_redaction *r, const char *text, size_t len, cdr_err *err) CDR_NODISCARD;
/* What stands for the value of ${f}, by the style asked for. */
void cdr_redaction_word(const cdr_redaction *r, const cdr_finding *f, const char *value, size_t len, char *ret, size_t cap);

/* The copy of a plain text, and of one with fields. */
cdr_status cdr_redact_text(cdr_redaction *r, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_redact_cells(cdr_redaction *r, cdr_err *err) CDR_NODISCARD;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A window of decoded text that slides over a source: UTF-8 as it is, UTF-16 and Windows-1252 converted. Inside the room. */
#ifndef CDR_SCAN_INPUT_H
#define CDR_SCAN_INPUT_H

#include "scan/content.h"

#define CDR_INPUT_BYTES ((size_t)256 * 1024)   /* window; fits the second-level cache with what detection needs */

typedef enum cdr_encoding { CDR_ENC_UTF8, CDR_ENC_UTF16LE, CDR_ENC_UTF16BE, CDR_ENC_WINDOWS1252 } cdr_encoding;

/* By the first bytes; UTF-8 when nothing speaks against it. */
cdr_encoding cdr_encoding_guess(const char *s, size_t len);
uint32_t cdr_windows1252_decode(unsigned char c);   /* 0: the code page has nothing there */

typedef struct cdr_input {
    const cdr_ctx *ctx;
    const cdr_content_source *src;
    char *buf;                 /* CDR_INPUT_BYTES */
    size_t len, pos;           /* bytes held; where the reader is */
    uint64_t base;             /* offset of buf[0] in the object; in decoded bytes when converted */
    uint64_t raw;              /* bytes taken from the source */
    bool eof;                  /* the source has no more */
    bool faulted;              /* the source failed; ->fault says why. What was read before is good */
    cdr_err fault;
    cdr_encoding encoding;
    bool foreign;              /* most of it is neither UTF-8 nor what the old Western code page writes: only its ASCII can be trusted */
    bool zeros_break;          /* texts with zeros between: each zero is given as the end of a line */
    bool zeros_skipped;
    char *undecoded;           /* raw bytes before conversion; allocated when first needed */
    size_t undecoded_len;
} cdr_input;

/* Fill the empty window with the first bytes as they are. */
cdr_status cdr_input_begin(cdr_input *in, const cdr_content_source *src, cdr_err *err) CDR_NODISCARD;
/* Drop the zeros that it begins with, reading on until something else comes; false: there is nothing else. A log that was cut short while
 * its writer went on begins so. */
cdr_status cdr_input_skip_zeros(cdr_input *in, bool *ret, cdr_err *err) CDR_NODISCARD;
/* Find out the encoding of what begin() read and convert it. */
cdr_status cdr_input_decode(cdr_input *in, cdr_err *err) CDR_NODISCARD;
/* Like begin for a part of something whose encoding is known; ${base} is the offset of its first byte. */
void cdr_input_resume(cdr_input *in, const cdr_content_source *src, cdr_encoding encoding, uint64_t base);
/* Drop what stands before ${keep} and read on. CDR_DONE when there is nothing more; after CDR_OK len - pos has grown. ->pos moves
 * along with the bytes. */
cdr_status cdr_input_more(cdr_input *in, size_t keep, cdr_err *err) CDR_NODISCARD;
void cdr_input_done(cdr_input *in);

#endif

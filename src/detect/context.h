/* SPDX-License-Identifier: Apache-2.0 */
/* Words near a candidate: where they stand and which kinds they speak for. Text is only looked at around candidates, 64 bytes before
 * and, where those leave doubts, 32 behind. */
#ifndef CDR_DETECT_CONTEXT_H
#define CDR_DETECT_CONTEXT_H

#include "detect/engine.h"

#define CDR_CONTEXT_BEFORE 64
#define CDR_CONTEXT_LABEL 32    /* where only a label next to it could change anything */
#define CDR_CONTEXT_AFTER 32
#define CDR_CONTEXT_HITS 64

typedef struct cdr_word_hit {
    size_t start, end;            /* of the word or phrase in the text */
    uint16_t first, count;        /* kinds [first, first + count) of the index; cdr_context_kind_at names them */
} cdr_word_hit;

typedef struct cdr_context_window {
    cdr_word_hit hit[CDR_CONTEXT_HITS];
    size_t count;
} cdr_context_window;

/* Sets ${w} to the hits of the bytes before ${start}, in order of their ends. */
void cdr_context_before(const cdr_context_index *x, cdr_context_window *w, const char *text, size_t len, size_t low, size_t start);   /* none before low */
/* Only the nearest that may be a label of what begins at ${start}: far less work. */
void cdr_context_label(const cdr_context_index *x, cdr_context_window *w, const char *text, size_t len, size_t start);
/* Where words begin among the 64 bytes at ${from}: bit i for byte i. */
uint64_t cdr_context_word_starts(const char *text, size_t len, size_t from);
/* May the bytes from ${from} stand between a label and its value at ${to}? Signs, one line's end, a few little words. */
bool cdr_is_label_gap(const char *t, size_t from, size_t to);
/* Appends those of the bytes from ${end} on. */
void cdr_context_after(const cdr_context_index *x, cdr_context_window *w, const char *text, size_t len, size_t end);
cdr_kind cdr_context_kind_at(const cdr_context_index *x, size_t i);
bool cdr_context_speaks_of(const cdr_context_index *x, const cdr_word_hit *h, cdr_kind kind);

/* Words that say a number is something else: tracking, order, invoice, version… They are indexed under this kind. */
#define CDR_K_VETO ((cdr_kind)CDR_K__MAX)
extern const char cdr_words_veto[];

#endif

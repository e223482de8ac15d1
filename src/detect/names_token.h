/* SPDX-License-Identifier: Apache-2.0 */
/* Text as words, for the finders of names and places. */
#ifndef CDR_DETECT_NAMES_TOKEN_H
#define CDR_DETECT_NAMES_TOKEN_H

#include "detect/emitter.h"
#include "detect/gazetteer.h"

#define CDR_TOKENS 2048
#define CDR_TOKEN_KEY 24

enum { CDR_SHAPE_LOWER, CDR_SHAPE_CAP, CDR_SHAPE_UPPER, CDR_SHAPE_INITIAL, CDR_SHAPE_DIGITS, CDR_SHAPE_MIXED };
/* What stands between a word and the one before it, weakest first. */
enum { CDR_GAP_NONE, CDR_GAP_SPACE, CDR_GAP_LINE, CDR_GAP_COMMA, CDR_GAP_COLON, CDR_GAP_PERIOD, CDR_GAP_OTHER, CDR_GAP_BLANK, CDR_GAP_START };

typedef struct cdr_token {
    size_t start, end;
    uint32_t flags;               /* of the gazetteer; of a double name, those of its parts */
    uint64_t cues;                /* lists of names_cues.def that hold it; the highest bit: it is written in the code itself */
    uint8_t shape, gap;
    bool line;                    /* first of its line */
    bool dot;                     /* a full stop follows */
    bool glued;                   /* part of a path, a handle, a file's name or a call: "@Anna", "Jordan.jpg" */
    uint8_t len;                  /* of key; longer words are cut */
    char key[CDR_TOKEN_KEY];      /* folded */
} cdr_token;

typedef struct cdr_tokens {
    cdr_token at[CDR_TOKENS];
    size_t count;
    bool lower;                   /* no capital letter in the piece: small words may be names */
} cdr_tokens;

/* Cut ${text}[from, to) into words; stops at a line's end when the room runs out. Returns where it stopped. */
size_t cdr_tokens_cut(cdr_tokens *t, const char *text, size_t from, size_t to);

enum {
#define CUE(name, words) CDR_CUE_##name,
#include "detect/names_cues.def"
#undef CUE
    CDR_CUE__MAX
};
static inline bool cdr_token_cue(const cdr_token *t, unsigned cue) { return t->cues >> cue & 1; }
bool cdr_token_is(const cdr_token *t, const char *list);      /* key is one of "a|b|c": lists of a few words only */
static inline bool cdr_token_cap(const cdr_token *t) { return t->shape == CDR_SHAPE_CAP || t->shape == CDR_SHAPE_UPPER; }

/* Finders over one piece of text. They emit with a confidence of their own (cdr_emit_sure). */
#define CDR_NAMES_KNOWN 48

typedef struct cdr_names {
    cdr_emitter *e;
    cdr_tokens *t;
    uint8_t *taken;               /* by token: part of something found already */
    size_t walked;                /* findings of the walk */
    uint16_t known[CDR_NAMES_KNOWN];   /* tokens of whole names */
    size_t known_count;
} cdr_names;

/* Longest phrase of the lists with one of ${flags} that begins at token ${i}: number of tokens, 0 for none. */
size_t cdr_names_phrase(const cdr_names *n, size_t i, uint32_t flags, uint32_t *ret_flags);
void cdr_names_addresses(cdr_names *n);
void cdr_names_organisations(cdr_names *n);
void cdr_names_places(cdr_names *n);
void cdr_names_persons(cdr_names *n);
void cdr_names_labelled(cdr_names *n);     /* numbers and words that only their label tells: employee, customer, patient, account, plate */
void cdr_names_traits(cdr_names *n);       /* age, nationality, occupation */
/* Emit tokens [first, last]; marks them taken. */
void cdr_names_emit(cdr_names *n, cdr_kind kind, size_t first, size_t last, uint32_t evidence, float confidence);
/* The finding emitted last takes the full stop after it along: "Mr.", "Acme Inc.". */
void cdr_names_stretch(cdr_names *n);
/* Other personal data (an e-mail address, a number) close to these bytes. */
bool cdr_names_beside(const cdr_names *n, size_t start, size_t end);

#endif

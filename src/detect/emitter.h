/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the engine: rulesets, scratch, and what finders emit before it is weighed. */
#ifndef CDR_DETECT_EMITTER_H
#define CDR_DETECT_EMITTER_H

#include "detect/context.h"
#include "detect/engine.h"
#include "detect/prefilter.h"

typedef struct cdr_raw {
    size_t start, end;
    cdr_kind kind;
    uint16_t rule;
    uint32_t evidence;
    float confidence;     /* of the user's rule; 0: from the kind */
    bool unlabelled;      /* it is known that no word right before it speaks of any kind */
} cdr_raw;

struct cdr_detect_scratch {
    cdr_raw *raw;
    size_t len, cap;
    struct cdr_tokens *tokens;                  /* of the piece whose names are looked for */
    cdr_context_window label, before, after;    /* words around the finding weighed last */
    size_t label_of, before_of, after_of;
};

struct cdr_ruleset {
    cdr_scan_fn *scan;
    cdr_rules *rules;
    cdr_context_index *context;
    struct cdr_special_index *special;   /* NULL when no names are looked for */
    float min_confidence, min_names;
    bool plain_dates;
    uint8_t names;        /* cdr_names_mode */
    char version[17];
};

struct cdr_emitter {
    cdr_detect_scratch *scratch;
    const cdr_ruleset *rs;
    const cdr_hint *hint;
    const char *text;
    size_t len;
    size_t from, to;      /* only what starts here is reported */
    size_t low, high;     /* what starts here is found: a little more on both sides, so that overlaps are resolved alike in every window */
    size_t floor;         /* bytes before belong to what was found already */
    size_t cell_low, cell_high;   /* of the cell that is weighed: what stands in others is no context; the whole text when there are none */
    uint32_t veto;        /* evidence against whatever is emitted now */
    size_t secret_end;    /* runs up to here were tried as secrets */
    size_t bare_from, bare_to;    /* no end of a value without quotes stands there */
    bool failed;          /* out of memory */
};

/* Groups of digits with at most two joints between, in 64 bytes around an event. */
#define CDR_REGION_GROUPS 32
typedef struct cdr_region {
    size_t start, end;
    size_t count;
    size_t at[CDR_REGION_GROUPS + 1];     /* where each group begins; at[count]: far away */
    uint8_t len[CDR_REGION_GROUPS + 1];   /* digits of each */
} cdr_region;

/* Like cdr_emit, with a confidence of its own that the scorer takes as it is. */
void cdr_emit_sure(cdr_emitter *e, cdr_kind kind, size_t start, size_t end, uint32_t evidence, float confidence);

/* Finders of the engine; each gets the byte that called it and returns where to go on (beyond what it consumed, or ${at}). */
size_t cdr_find_email(cdr_emitter *e, size_t at);           /* at: '@' */
size_t cdr_find_encoded_email(cdr_emitter *e, size_t at);   /* at: '%' that may stand for the '@' of an address: "%40" */
void cdr_find_encoded_value(cdr_emitter *e, size_t at);     /* at: '=' or ':' before a value that may hold such an address */
size_t cdr_find_url(cdr_emitter *e, size_t at);             /* at: ':' of "://" */
size_t cdr_find_www(cdr_emitter *e, size_t start);          /* start: "www." */
size_t cdr_find_colons(cdr_emitter *e, size_t at);          /* at: ':' between hexadecimal digits: MAC, IPv6 */
size_t cdr_find_number(cdr_emitter *e, size_t at);          /* at: a digit */
size_t cdr_find_token(cdr_emitter *e, size_t at);           /* at: in a run of letters and digits */
size_t cdr_find_month_date(cdr_emitter *e, size_t at);      /* at: last digit of what may be a year */
void cdr_find_plain(cdr_emitter *e);                        /* weekdays, years, months, www.: only what is wanted as plain text */
/* What a number region [start, end) may be; each returns the end of what it took, 0 for nothing. */
size_t cdr_find_ipv4(cdr_emitter *e, size_t start);
size_t cdr_find_date(cdr_emitter *e, size_t start);
size_t cdr_moment_end(const cdr_emitter *e, size_t start);   /* a date with a time of day that is not midnight: its end */
size_t cdr_find_geo(cdr_emitter *e, size_t start);
size_t cdr_find_phone(cdr_emitter *e, const cdr_region *r, size_t first);   /* from group ${first} on */
/* False: fewer than ${least} letters and digits; then ${ret} is not whole. */
bool cdr_candidate_at(const cdr_emitter *e, size_t start, size_t least, cdr_candidate *ret);

/* A date of any usual form at ${start}, text given as bytes: length, 0 when there is none. */
size_t cdr_date_at(const char *s, size_t len);

/* An address as it is without percent signs: "max%40example.com" is "max@example.com". Returns its length, at most ${cap}. */
size_t cdr_email_plain(const char *v, size_t len, char *ret, size_t cap);

/* Weigh a finding: sets confidence, band and further evidence. */
void cdr_score(const cdr_emitter *e, const cdr_raw *raw, cdr_finding *ret);
/* Other personal data stands on the same line: twice as likely. */
void cdr_score_beside(cdr_finding *f);

/* What a byte may be part of. */
enum { CDR_C_DIGIT = 1, CDR_C_LETTER = 2, CDR_C_HEX = 4, CDR_C_JOINT = 8, CDR_C_SECRET = 16, CDR_C_LOCAL = 32, CDR_C_URL = 64, CDR_C_HOST = 128 };
extern const uint8_t cdr_class[256];

static inline bool cdr_is_in(char c, unsigned classes) { return cdr_class[(unsigned char)c] & classes; }
static inline bool cdr_is_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool cdr_is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
static inline bool cdr_is_alnum(char c) { return cdr_is_in(c, CDR_C_DIGIT | CDR_C_LETTER); }
static inline bool cdr_is_upper(char c) { return c >= 'A' && c <= 'Z'; }
static inline bool cdr_is_hex(char c) { return cdr_is_in(c, CDR_C_HEX); }

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* How the parts of the room work together:
 *
 *   prefilter (SIMD) -> walks candidates -> finders look at one candidate and call cdr_emit() -> score weighs context, hint and
 *   vetoes -> overlaps are resolved -> the caller's cdr_finding_fn.
 *
 * A finder knows shapes and checksums only; words around a candidate, hints and bands are the scorer's business. */
#ifndef CDR_DETECT_ENGINE_H
#define CDR_DETECT_ENGINE_H

#include "candor/detect.h"
#include "detect/kinds.h"

#define CDR_PARTS_MAX 12      /* parts of one candidate */
#define CDR_COMPACT_MAX 72

enum { CDR_SEP_SPACE = 1, CDR_SEP_DASH = 2, CDR_SEP_DOT = 4, CDR_SEP_SLASH = 8, CDR_SEP_OTHER = 16 };

/* Letters and digits in parts that single separators (space - . /) join: "DE89 3704 0044", "078-05-1120", "4111111111111111".
 * Begins at a part that holds a digit or is followed by one that does; a finder looks at its first k parts for any k, never at
 * its middle (the walker offers every part as a start). Neither end cuts a run of letters and digits. */
typedef struct cdr_candidate {
    const char *text;                    /* the window; bytes outside the candidate may be looked at, not reported */
    size_t len;
    size_t start;                        /* of part 0 */
    size_t part_start[CDR_PARTS_MAX], part_end[CDR_PARTS_MAX];  /* byte offsets in text */
    uint8_t part_count;
    char separator[CDR_PARTS_MAX];       /* separator[i] stands after part i; 0 after the last */
    char compact[CDR_COMPACT_MAX + 16];  /* parts joined, letters upper-cased, NUL-terminated; cut at CDR_COMPACT_MAX */
    uint8_t compact_end[CDR_PARTS_MAX];  /* length of compact after part i */
    uint8_t digits[CDR_PARTS_MAX];       /* digits in compact up to and including part i */
    uint64_t letters;                    /* bit i: compact[i] is a letter; of its first 64 */
    uint64_t groups;                     /* a byte for each of the first eight parts: its length, at most 15, and above it the separator's bit */
    char before, after_first;            /* byte before the candidate, byte after part 0; 0 at the text's edges */
    bool cut;                            /* more parts followed than fit */
} cdr_candidate;

/* Where finders put what they found. ${evidence}: CHECKSUM, SHAPE, DATE, ISSUER, ENTROPY, VETO_TEST, VETO_SERIAL, VETO_EMBEDDED. */
typedef struct cdr_emitter cdr_emitter;
void cdr_emit(cdr_emitter *e, cdr_kind kind, size_t start, size_t end, uint32_t evidence);

/* identifiers: every kind of kinds_identifier.def, on the candidate's leading parts. Returns the end of the longest found, 0 for
 * none. */
size_t cdr_find_identifiers(const cdr_candidate *c, cdr_emitter *e);

/* secrets: ${at} is where the prefilter saw a possible secret: an '=' or ':' assignment, a known prefix, "-----BEGIN", "eyJ". */
void cdr_find_secret_assignment(const char *text, size_t len, size_t at, cdr_emitter *e);   /* at: the '=' or ':' */
void cdr_find_secret_field(const char *text, size_t len, size_t at, cdr_emitter *e);       /* at: second ':' of host:port:database:user:password */
void cdr_find_secret_word(const char *text, size_t len, size_t start, cdr_emitter *e);     /* start: of letters and digits behind a space, '-' or ':' */
void cdr_find_secret_token(const char *text, size_t len, size_t start, size_t end, cdr_emitter *e); /* one run of [A-Za-z0-9_+/=.-], 16 bytes or longer */
void cdr_find_secret_block(const char *text, size_t len, size_t at, cdr_emitter *e);        /* at: first dash of "-----BEGIN" */

/* the user's rules: run over [from, to) of the window; emits with CDR_K_USER and the rule's number. */
typedef struct cdr_rules cdr_rules;
cdr_status cdr_rules_new(const char *rules_json, cdr_rules **ret, cdr_err *err) CDR_NODISCARD;  /* NULL text: an empty set */
void cdr_rules_free(cdr_rules *r);
size_t cdr_rules_count(const cdr_rules *r);
const char *cdr_rules_hash_text(const cdr_rules *r);      /* canonical text of the rules, for the ruleset's version */
cdr_status cdr_rules_find(const cdr_rules *r, const char *text, size_t len, size_t from, size_t to, cdr_emitter *e, cdr_err *err) CDR_NODISCARD;
bool cdr_rules_allowed(const cdr_rules *r, cdr_kind kind, const char *value, size_t len);     /* allow lists: never report this value */
const char *cdr_rules_title(const cdr_rules *r, uint16_t rule);  /* for people; the id when it has none */
const char *cdr_rules_name(const cdr_rules *r, uint16_t rule);   /* rule as in cdr_finding: number + 1; "" when unknown */
const char *cdr_rules_type(const cdr_rules *r, uint16_t rule);
const char *cdr_rules_category(const cdr_rules *r, uint16_t rule);
void cdr_emit_rule(cdr_emitter *e, uint16_t rule, size_t start, size_t end, float confidence);

/* Context words of a kind, lower case, '|' between alternatives, a space inside for phrases: "ssn|social security". Several
 * lists per kind may stand in different files; a word may serve several kinds. */
typedef struct cdr_kind_words { cdr_kind kind; const char *words; } cdr_kind_words;
extern const cdr_kind_words cdr_words_contact[];      extern const size_t cdr_words_contact_count;
extern const cdr_kind_words cdr_words_identifier[];   extern const size_t cdr_words_identifier_count;
extern const cdr_kind_words cdr_words_column[];       extern const size_t cdr_words_column_count;

/* What a column header or key path says (cdr_hint_new). */
#define CDR_HINT_KINDS 6
struct cdr_hint {
    cdr_kind kinds[CDR_HINT_KINDS];   /* what it speaks of, best first */
    uint8_t count;
    bool veto_numbers;                /* numbers that identify nobody: tracking_number, sku, price, order id, version, hash, uuid */
    bool secret;                      /* password, token, api key */
    bool birth;                       /* a date of birth */
};

/* The shared index of context words: which kinds a word or two-word phrase speaks for (context.c). */
typedef struct cdr_context_index cdr_context_index;
cdr_status cdr_context_index_new(cdr_context_index **ret, cdr_err *err) CDR_NODISCARD;
void cdr_context_index_free(cdr_context_index *x);
/* Kinds whose words occur in ${text}[0..len) (ASCII-folded, word boundaries; also parts of camelCase and snake_case); at most
 * ${cap}, nearest to the end first; returns how many. */
size_t cdr_context_kinds(const cdr_context_index *x, const char *text, size_t len, cdr_kind *ret, size_t cap);
const cdr_context_index *cdr_ruleset_context(const cdr_ruleset *rs);
const cdr_rules *cdr_ruleset_rules(const cdr_ruleset *rs);

#endif

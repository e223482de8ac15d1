/* SPDX-License-Identifier: Apache-2.0 */
/* What reading the policy shares: mistakes with their place, words out of lists, texts with bounds. A mistake does not end the reading. */
#ifndef CDR_CORE_DISCLOSURE_READ_WORDS_H
#define CDR_CORE_DISCLOSURE_READ_WORDS_H

#include "core/disclosure/policy.h"

enum { CDR_DISC_MISTAKES_MAX = 20, CDR_DISC_LIST_MAX = 200, CDR_DISC_RULES_MAX = 2000, CDR_DISC_TEXT_MAX = 600, CDR_DISC_KEY_MAX = 64 };

typedef struct cdr_disclosure_reader {
    cdr_disclosure_policy *p;
    cdr_arena *arena;
    json_t *mistakes;
    const json_t *lines;     /* of the file, by path */
    const char *unknown[20]; size_t unknown_count;   /* purposes that were missed already: said once */
    size_t rules;
    bool no_memory;
} cdr_disclosure_reader;

void cdr_disc_wrong(cdr_disclosure_reader *r, const char *place, const char *fmt, ...) CDR_PRINTF(3, 4);
/* "${place}.${key}" and, counted from 1, "${place}[i + 1]". Never NULL. */
const char *cdr_disc_at(cdr_disclosure_reader *r, const char *place, const char *key);
const char *cdr_disc_nth(cdr_disclosure_reader *r, const char *place, size_t i);
/* Zeroed; never NULL where count > 0 unless memory is gone, which is noted. */
void *cdr_disc_room(cdr_disclosure_reader *r, size_t count, size_t size);
/* One line of text; "" after a mistake. */
const char *cdr_disc_line(cdr_disclosure_reader *r, json_t *value, const char *place);
/* A key: small letters, digits, - and _ (and, with ${dots}, full stops between them). NULL after a mistake. */
const char *cdr_disc_key(cdr_disclosure_reader *r, json_t *value, const char *place, bool dots);
bool cdr_disc_is_key(const char *text, bool dots);
/* true or false; also after a mistake. */
bool cdr_disc_yes(cdr_disclosure_reader *r, json_t *value, const char *place);
bool cdr_disc_number(cdr_disclosure_reader *r, json_t *value, const char *place, unsigned least, unsigned most, unsigned *ret);
/* Index into ${words} (NULL-terminated); -1 after a mistake, which names the nearest. */
int cdr_disc_word(cdr_disclosure_reader *r, json_t *value, const char *place, const char *const *words, const char *what);
/* "; did you mean X?" or "; known are a, b and c." */
const char *cdr_disc_hint(cdr_disclosure_reader *r, const char *word, const char *const *words, size_t count);
/* A list of words, or one, as bits by index. 0 after a mistake. */
unsigned cdr_disc_set(cdr_disclosure_reader *r, json_t *value, const char *place, const char *const *words, const char *what);
/* A list of keys, or one. */
cdr_words cdr_disc_keys(cdr_disclosure_reader *r, json_t *value, const char *place, bool dots);
/* Every member of ${tree} must be one of ${known} (NULL-terminated). False: ${tree} is no object. */
bool cdr_disc_members(cdr_disclosure_reader *r, json_t *tree, const char *place, const char *const *known);
/* The list itself; NULL (and a mistake) when it is none or too long. A missing one is NULL without a mistake. */
json_t *cdr_disc_list(cdr_disclosure_reader *r, json_t *tree, const char *place, size_t most);
/* What the file says, as a sentence may show it. */
const char *cdr_disc_show(cdr_disclosure_reader *r, const char *text);

/* A purpose that some rule or example names and that is not there: once for each word, and not at all when the purposes themselves could not be read. */
void cdr_disc_no_purpose(cdr_disclosure_reader *r, const char *word, const char *place);

/* The parts. */
void cdr_disc_levels(cdr_disclosure_reader *r, json_t *root);        /* factors, levels */
cdr_level_rule cdr_disc_instead(cdr_disclosure_reader *r, json_t *list, const char *place);
void cdr_disc_limits(cdr_disclosure_reader *r, json_t *root);
void cdr_disc_flags(cdr_disclosure_reader *r, json_t *root);
void cdr_disc_rules(cdr_disclosure_reader *r, json_t *root);         /* purposes, always, never */
void cdr_disc_cases(cdr_disclosure_reader *r, json_t *root);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What was found, as lines "kind[value]" or "kind start-end", for tests to compare. */
#ifndef CDR_TEST_FINDINGS_H
#define CDR_TEST_FINDINGS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "candor/detect.h"

#define TEXT_MAX (1u << 20)

typedef struct found {
    const char *text;
    char list[16384];
    size_t len;
    uint64_t hash;       /* of kinds, places and confidences */
    size_t count;
    uint64_t base, from, to;
    cdr_finding last;
} found;

static inline cdr_status note(void *arg, const cdr_finding *f)
{
    found *r = arg;
    const char *id = cdr_kind_get(f->kind)->id;
    if (r->len + 300 < sizeof r->list)
        r->len += (size_t)snprintf(r->list + r->len, sizeof r->list - r->len, "%s[%.*s] ", id, (int)(f->end - f->start < 200 ? f->end - f->start : 200), r->text + f->start);
    uint64_t parts[] = {f->start + r->base, f->end + r->base, f->kind, (uint64_t)(f->confidence * 1000 + 0.5f), f->evidence};
    for (size_t i = 0; i < 5; i++)
        r->hash = (r->hash ^ parts[i]) * 0x9E3779B97F4A7C15u + 1;
    r->count++;
    r->last = *f;
    return CDR_OK;
}

static inline cdr_ruleset *rules_with(cdr_ruleset_options o)
{
    cdr_ruleset *rs = NULL;
    assert_int_equal(cdr_ruleset_new(&o, &rs, NULL), CDR_OK);
    return rs;
}

static inline void find_in(const cdr_ruleset *rs, const char *text, size_t len, const char *header, found *r)
{
    cdr_detect_scratch *s = NULL;
    cdr_hint *h = NULL;
    *r = (found){.text = text};
    assert_int_equal(cdr_detect_scratch_new(&s, NULL), CDR_OK);
    if (header)
        assert_int_equal(cdr_hint_new(rs, header, strlen(header), &h, NULL), CDR_OK);
    assert_int_equal(cdr_detect_window(rs, s, text, len, 0, len, h, note, r, NULL), CDR_OK);
    if (r->len)
        r->list[r->len - 1] = '\0';
    cdr_hint_free(h);
    cdr_detect_scratch_free(s);
}

/* The list of what is found at medium or better in ${text}. */
static inline void expect_under(const char *header, const char *text, const char *wanted)
{
    cdr_ruleset *rs = rules_with((cdr_ruleset_options){.min_confidence = 0.45f});
    found r;
    find_in(rs, text, strlen(text), header, &r);
    if (strcmp(r.list, wanted) != 0)
        print_error("in \"%s\"\n", text);
    assert_string_equal(r.list, wanted);
    cdr_ruleset_free(rs);
}

static inline void expect(const char *text, const char *wanted)
{
    expect_under(NULL, text, wanted);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/emitter.h"
#include "detect/identifier.h"
#include "detect/special.h"

#include "base/mem.h"
#include "base/parse.h"
#include "candor/crypto.h"

#include <stdio.h>
#include <string.h>

/* Counted up whenever tables or scoring change what is found: files are then read again. */
#define PROGRAM_RULES "2026-11-25.1"

static void set_version(cdr_ruleset *rs, const cdr_ruleset_options *o)
{
    char head[96];
    uint8_t hash[CDR_SHA256_BYTES];
    const char *rules = cdr_rules_hash_text(rs->rules);
    int n = snprintf(head, sizeof head, "%s %s %u %u %d %d %.4f %.4f\n", CANDOR_VERSION, PROGRAM_RULES, (unsigned)CDR_ID_LAST_BIRTH_YEAR, (unsigned)CDR_K__MAX, (int)o->plain_dates, (int)o->names, (double)o->min_confidence, (double)o->min_names);
    cdr_sha256_parts((const void *const[]){head, rules}, (const size_t[]){(size_t)n, strlen(rules)}, 2, hash);
    cdr_hex_encode(hash, 8, rs->version);
}

cdr_status cdr_ruleset_new(const cdr_ruleset_options *options, cdr_ruleset **ret, cdr_err *err)
{
    cdr_ruleset_options o = options ? *options : (cdr_ruleset_options){0};
    *ret = NULL;
    cdr_ruleset *rs = cdr_alloc(sizeof *rs);
    if (!rs)
        return cdr_fail_nomem(err, "detect");
    rs->scan = cdr_prefilter(o.cpu);
    rs->min_confidence = o.min_confidence;
    rs->min_names = o.names == CDR_NAMES_ALL ? o.min_names : o.min_confidence;
    rs->names = (uint8_t)o.names;
    rs->plain_dates = o.plain_dates;
    cdr_status s = cdr_context_index_new(&rs->context, err);
    if (s == CDR_OK && o.names != CDR_NAMES_OFF)
        s = cdr_special_index_new(&rs->special, err);
    if (s == CDR_OK)
        s = cdr_rules_new(o.rules_json, &rs->rules, err);
    if (s != CDR_OK) {
        cdr_ruleset_free(rs);
        return s;
    }
    set_version(rs, &o);
    *ret = rs;
    return CDR_OK;
}

void cdr_ruleset_free(cdr_ruleset *rs)
{
    if (!rs)
        return;
    cdr_rules_free(rs->rules);
    cdr_special_index_free(rs->special);
    cdr_context_index_free(rs->context);
    cdr_free(rs);
}

const char *cdr_ruleset_version(const cdr_ruleset *rs)
{
    return rs->version;
}

const cdr_context_index *cdr_ruleset_context(const cdr_ruleset *rs)
{
    return rs->context;
}

const cdr_rules *cdr_ruleset_rules(const cdr_ruleset *rs)
{
    return rs->rules;
}

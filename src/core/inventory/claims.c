/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inventory/claims.h"

#include "base/text.h"

#include <string.h>

/* --- from what people write to a pattern --- */

/* Resolve "//", "." and ".." in the absolute ${path}, as text: links are not followed. */
static void normalise(const char *path, cdr_buf *out)
{
    size_t from = out->len;
    for (const char *s = path; *s;) {
        s += strspn(s, "/");
        size_t len = strcspn(s, "/");
        if (len == 2 && !memcmp(s, "..", 2)) {
            while (out->len > from && out->data[--out->len] != '/')
                ;
            if (out->data)
                out->data[out->len] = '\0';
        } else if (len > 0 && !(len == 1 && *s == '.')) {
            cdr_buf_addc(out, '/');
            cdr_buf_add(out, s, len);
        }
        s += len;
    }
    if (out->len == from)
        cdr_buf_addc(out, '/');
}

static cdr_status resolve_path(const char *path, size_t len, const char *root, cdr_buf *out, cdr_err *err)
{
    _cleanup_buf_ cdr_buf whole = CDR_BUF(3 * CDR_CLAIM_MAX), plain = CDR_BUF(3 * CDR_CLAIM_MAX);
    if (len == 0 || path[0] != '/') {
        if (!root || !*root)
            return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.claim-relative", "A relative claim needs the folder it starts from; write the whole path.");
        cdr_buf_adds(&whole, root);
        cdr_buf_addc(&whole, '/');
    }
    cdr_buf_add(&whole, path, len);
    if (cdr_buf_status(&whole) == CDR_OK)
        normalise(whole.data, &plain);
    if (cdr_buf_status(&plain) == CDR_OK && plain.data)
        cdr_text_escape(out, plain.data, plain.len);
    cdr_status s = cdr_buf_status(&whole) != CDR_OK ? cdr_buf_status(&whole) : cdr_buf_status(&plain) != CDR_OK ? cdr_buf_status(&plain) : cdr_buf_status(out);
    if (s == CDR_OK && out->len == 0)
        s = CDR_E_NOMEM;
    return s == CDR_E_LIMIT ? cdr_fail(err, s, "inventory", "inventory.claim-long", "A claim is longer than %d bytes.", CDR_CLAIM_MAX)
           : s == CDR_OK    ? CDR_OK
                            : cdr_fail_nomem(err, "inventory");
}

cdr_status cdr_claim_resolve(const char *claim, const char *root, cdr_buf *out, cdr_err *err)
{
    static const char sqlite[] = "sqlite:";
    size_t len = strlen(claim);
    if (len == 0 || len > CDR_CLAIM_MAX)
        return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.claim", "A claim is a path or URL of 1 to %d bytes.", CDR_CLAIM_MAX);
    if (strncmp(claim, sqlite, sizeof sqlite - 1) != 0) {
        if (!strstr(claim, "://") && strcmp(claim, "-") != 0)
            return resolve_path(claim, len, root, out, err);
        cdr_text_escape(out, claim, len);
        return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "inventory");
    }
    const char *path = claim + sizeof sqlite - 1, *table = strchr(path, '#');
    if (!strncmp(path, "//", 2))
        path += 2;
    cdr_status s = resolve_path(path, table ? (size_t)(table - path) : strlen(path), root, out, err);
    if (s != CDR_OK || !table || !table[1])
        return s;
    cdr_buf_adds(out, "!/");
    cdr_text_escape(out, table + 1, strlen(table + 1));
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "inventory");
}

/* --- matching --- */

static bool is_boundary(char c)
{
    return c == '\0' || c == '/' || c == '!' || c == '#' || c == '?';
}

static bool has_wildcard(const char *pattern)
{
    return strpbrk(pattern, "*?") && !strstr(pattern, "://");
}

static bool matches_plain(const char *pattern, const char *path)
{
    size_t len = strlen(pattern);
    if (strncmp(pattern, path, len) != 0)
        return false;
    return is_boundary(path[len]) || (len > 0 && pattern[len - 1] == '/');
}

#define PLACES (3 * CDR_CLAIM_MAX + 8)

/* The places of a pattern that a path may have come to. ${stays}: a star there has taken characters already. */
typedef struct places { bool at[PLACES], stays[PLACES]; } places;

/* What is reached without a character: a star may stand for nothing, and "**" with the slash after it too, unless it has taken
 * something: then the slash must be there. */
static void close_over(const char *pattern, size_t len, places *x)
{
    for (size_t p = 0; p < len; p++) {
        if (pattern[p] != '*' || !(x->at[p] || x->stays[p]))
            continue;
        bool deep = pattern[p + 1] == '*';
        x->at[p + (deep ? 2 : 1)] = true;
        if (deep && pattern[p + 2] == '/' && x->at[p])
            x->at[p + 3] = true;
    }
}

/* One step of the path; false when nothing is reached. */
static bool step(const char *pattern, size_t len, const places *now, places *next, char c)
{
    bool any = false;
    memset(next->at, 0, len + 1);
    memset(next->stays, 0, len + 1);
    for (size_t p = 0; p < len; p++) {
        if (!now->at[p] && !now->stays[p])
            continue;
        if (pattern[p] == '*') {
            if (c != '/' || pattern[p + 1] == '*')
                any = next->stays[p] = true;
        } else if (pattern[p] == c || (pattern[p] == '?' && c != '/'))
            any = next->at[p + 1] = true;
    }
    close_over(pattern, len, next);
    return any;
}

static bool matches_glob(const char *pattern, const char *path)
{
    places sets[2];
    size_t len = strlen(pattern);
    if (len + 8 >= PLACES)
        return false;
    places *now = &sets[0], *next = &sets[1];
    memset(now->at, 0, len + 1);
    memset(now->stays, 0, len + 1);
    now->at[0] = true;
    close_over(pattern, len, now);
    for (const char *s = path;; s++) {
        if (now->at[len] && is_boundary(*s))
            return true;
        if (!*s || !step(pattern, len, now, next, *s))
            return false;
        places *swap = now;
        now = next;
        next = swap;
    }
}

bool cdr_claim_matches(const char *pattern, const char *path)
{
    return has_wildcard(pattern) ? matches_glob(pattern, path) : matches_plain(pattern, path);
}

size_t cdr_claim_weight(const char *pattern)
{
    size_t weight = 0;
    for (const char *s = pattern; *s; s++)
        weight += *s != '*' && *s != '?';
    return weight;
}

/* --- lists --- */

cdr_status cdr_claims_add(cdr_claims *c, const char *pattern, int64_t system)
{
    if (c->len == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 16;
        struct cdr_claim *grown = cdr_realloc_array(c->at, cap, sizeof *grown);
        if (!grown)
            return CDR_E_NOMEM;
        c->at = grown;
        c->cap = cap;
    }
    char *copy = cdr_strdup(pattern);
    if (!copy)
        return CDR_E_NOMEM;
    c->at[c->len++] = (struct cdr_claim){.pattern = copy, .weight = cdr_claim_weight(pattern), .system = system};
    return CDR_OK;
}

int64_t cdr_claims_find(const cdr_claims *c, const char *path)
{
    const struct cdr_claim *best = NULL;
    for (size_t i = 0; i < c->len; i++)
        if ((!best || c->at[i].weight > best->weight) && cdr_claim_matches(c->at[i].pattern, path))
            best = &c->at[i];
    return best ? best->system : 0;
}

void cdr_claims_done(cdr_claims *c)
{
    for (size_t i = 0; i < c->len; i++)
        cdr_free(c->at[i].pattern);
    cdr_free(c->at);
    *c = (cdr_claims){0};
}

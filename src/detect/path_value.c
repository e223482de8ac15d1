/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/path_value.h"

#include "base/mem.h"
#include "candor/crypto.h"
#include "detect/kinds.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES_MAX = 16, PATH_BYTES_MAX = 8192, DIGITS_MIN = 6 };

struct cdr_path_masker {
    cdr_ruleset *rs;
    cdr_detect_scratch *scratch;
    cdr_buf text;
    const char *path;
    size_t done;               /* bytes of ->path that stand in ->text */
};

typedef struct gathering { cdr_finding at[VALUES_MAX]; size_t count; } gathering;

static bool speaks(cdr_kind kind)
{
    static const cdr_family families[] = {CDR_FAMILY_CONTACT, CDR_FAMILY_PAYMENT, CDR_FAMILY_BANK, CDR_FAMILY_GOVERNMENT, CDR_FAMILY_HEALTH};
    const cdr_kind_info *k = cdr_kind_get(kind);
    if (k->family == CDR_FAMILY_SECRET || kind == CDR_K_USER)
        return true;
    for (size_t i = 0; i < CDR_COUNT(families); i++)
        if (k->family == families[i])
            return k->person_rank > 0 && k->person_rank < 7;
    return false;
}

static cdr_status gather(void *arg, const cdr_finding *f)
{
    gathering *g = arg;
    if (f->band < CDR_BAND_MEDIUM || !speaks(f->kind) || g->count == VALUES_MAX)
        return CDR_OK;
    for (size_t i = 0; i < g->count; i++)
        if (f->start < g->at[i].end && g->at[i].start < f->end)
            return CDR_OK;     /* the first look found more of it */
    g->at[g->count++] = *f;
    return CDR_OK;
}

static bool enough(size_t digits, size_t longest)
{
    return digits > DIGITS_MIN || (digits == DIGITS_MIN && longest > DIGITS_MIN) || longest >= 16;
}

/* Nearly every path is passed over here: what is looked for has an "@", or digits, or is a long token, within one name. Running
 * numbers of six digits are none. */
static bool may_hold(const char *path, size_t len)
{
    size_t digits = 0, run = 0, longest = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)path[i], low = c | 32;
        bool digit = c >= '0' && c <= '9';
        if (c == '@')
            return true;
        if (c == '/') {
            if (enough(digits, longest))
                return true;
            digits = run = longest = 0;
            continue;
        }
        digits += digit;
        run = digit || (low >= 'a' && low <= 'z') ? run + 1 : 0;
        longest = CDR_MAX(longest, run);
    }
    return enough(digits, longest);
}

/* Endings of files that are no ends of host names as well. */
static bool is_ending(const char *s, size_t len)
{
    static const char list[] = " pdf txt csv tsv json xml html htm doc docx xls xlsx ppt pptx odt ods rtf eml msg mbox vcf ics log zip gz tgz tar bz2 xz 7z rar sql db sqlite "
                               "bak old jpg jpeg png gif tif tiff bmp heic webp mp3 mp4 wav avi yaml yml ini conf env dat dump ndjson jsonl parquet ";
    char word[10];
    if (len == 0 || len > sizeof word - 3)
        return false;
    word[0] = ' ';
    for (size_t i = 0; i < len; i++)
        word[i + 1] = (char)tolower((unsigned char)s[i]);
    memcpy(word + len + 1, " ", 2);
    return strstr(list, word) != NULL;
}

/* The dot before a known ending becomes a space: "ada@example.org.pdf" is about ada@example.org. */
static void part_endings(char *text, size_t len)
{
    bool tail = true;      /* only endings stood behind so far */
    for (size_t i = len, end = len; i-- > 0;) {
        if (text[i] == '\n') {
            end = i;
            tail = true;
        } else if (text[i] == '.' && tail) {
            tail = is_ending(text + i + 1, end - i - 1);
            if (tail)
                text[end = i] = ' ';
        }
    }
}

static int by_start(const void *a, const void *b)
{
    const cdr_finding *x = a, *y = b;
    return x->start < y->start ? -1 : x->start > y->start;
}

cdr_status cdr_path_values(const cdr_ruleset *rs, cdr_detect_scratch *scratch, const char *path, size_t len, cdr_finding_fn *fn, void *arg, cdr_err *err)
{
    char text[PATH_BYTES_MAX];
    gathering g = {.count = 0};
    len = CDR_MIN(len, sizeof text);
    if (!may_hold(path, len))
        return CDR_OK;
    for (size_t i = 0; i < len; i++)
        text[i] = (char)(path[i] == '/' || (path[i] == '!' && i + 1 < len && path[i + 1] == '/') ? '\n' : path[i]);
    part_endings(text, len);
    cdr_status s = CDR_OK;
    /* First as it stands, then with words told apart at "_". */
    int looks = memchr(path, '_', len) ? 2 : 1;
    for (int look = 0; look < looks && s == CDR_OK; look++) {
        for (size_t i = 0; look == 1 && i < len; i++)
            text[i] = (char)(text[i] == '_' ? ' ' : text[i]);
        s = cdr_detect_window(rs, scratch, text, len, 0, len, NULL, gather, &g, err);
    }
    cdr_wipe(text, len);
    if (g.count > 1)
        qsort(g.at, g.count, sizeof *g.at, by_start);
    for (size_t i = 0; i < g.count && s == CDR_OK; i++)
        s = fn(arg, &g.at[i]);
    return s;
}

cdr_status cdr_path_masker_new(cdr_path_masker **ret, cdr_err *err)
{
    cdr_path_masker *m = *ret = cdr_alloc(sizeof *m);
    if (!m)
        return cdr_fail_nomem(err, "detect");
    m->text.max = 1 << 20;
    cdr_ruleset_options options = {.names = CDR_NAMES_OFF};
    cdr_status s = cdr_ruleset_new(&options, &m->rs, err);
    if (s == CDR_OK)
        s = cdr_detect_scratch_new(&m->scratch, err);
    if (s != CDR_OK) {
        cdr_path_masker_free(m);
        *ret = NULL;
    }
    return s;
}

void cdr_path_masker_free(cdr_path_masker *m)
{
    if (!m)
        return;
    cdr_detect_scratch_free(m->scratch);
    cdr_ruleset_free(m->rs);
    cdr_buf_done(&m->text);
    cdr_free(m);
}

static cdr_status mask_one(void *arg, const cdr_finding *f)
{
    cdr_path_masker *m = arg;
    char masked[64];
    cdr_mask_value(f->kind, m->path + f->start, (size_t)(f->end - f->start), masked, sizeof masked);
    cdr_buf_add(&m->text, m->path + m->done, (size_t)f->start - m->done);
    cdr_buf_adds(&m->text, masked);
    m->done = (size_t)f->end;
    return cdr_buf_status(&m->text);
}

const char *cdr_path_mask(cdr_path_masker *m, const char *path)
{
    if (!m)
        return path;
    cdr_buf_clear(&m->text);
    m->path = path;
    m->done = 0;
    cdr_status s = cdr_path_values(m->rs, m->scratch, path, strlen(path), mask_one, m, NULL);
    if (s == CDR_OK && m->done == 0)
        return path;
    if (s == CDR_OK)
        s = cdr_buf_adds(&m->text, path + m->done);
    return s == CDR_OK && m->text.data ? m->text.data : "";
}

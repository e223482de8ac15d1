/* SPDX-License-Identifier: Apache-2.0 */
/* One object: its file opened, the right reader asked, what was counted put into the store. */
#include "core/minimise/retention_object.h"

#include "base/io.h"
#include "base/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY_US INT64_C(86400000000)

/* --- the file --- */

/* What the inventory shows as \xNN. Names that hold such signs themselves are tried first. */
static void unescape(const char *shown, char *ret, size_t cap)
{
    struct stat st;
    size_t n = 0;
    if (!strstr(shown, "\\x") || !lstat(shown, &st)) {
        snprintf(ret, cap, "%s", shown);
        return;
    }
    for (const char *s = shown; *s && n + 1 < cap;) {
        uint8_t byte;
        bool code = s[0] == '\\' && s[1] == 'x' && s[2] && s[3] && cdr_hex_decode(s + 2, 2, &byte, 1) && byte;
        ret[n++] = code ? (char)byte : *s;
        s += code ? 4 : 1;
    }
    ret[n] = '\0';
}

cdr_status cdr_rt_open(const cdr_rt_candidate *o, cdr_rt_file *ret, cdr_err *err)
{
    *ret = (cdr_rt_file){.fd = -1};
    if (strlen(o->container) >= sizeof ret->path)
        return CDR_OK;
    unescape(o->container, ret->path, sizeof ret->path);
    ret->fd = open(ret->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (ret->fd < 0) {
        ret->why = errno;
        return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? cdr_fail_errno(err, CDR_E_IO, "minimise", "retention.open", errno, "A file cannot be opened for counting") : CDR_OK;
    }
    if (fstat(ret->fd, &ret->st) || !S_ISREG(ret->st.st_mode)) {
        cdr_closep(&ret->fd);
        ret->why = EINVAL;
        return CDR_OK;
    }
    ret->mtime_us = (int64_t)ret->st.st_mtim.tv_sec * 1000000 + ret->st.st_mtim.tv_nsec / 1000;
    return CDR_OK;
}

static bool is_sqlite(int fd)
{
    char head[16];
    return pread(fd, head, sizeof head, 0) == (ssize_t)sizeof head && !memcmp(head, "SQLite format 3", 16);
}

/* Without rows to be read: only the file's own time can count. */
static void count_whole(cdr_rt_tally *t, const cdr_rt_candidate *o, int64_t mtime_us)
{
    if (cdr_rt_columns(t, NULL, 0, mtime_us)) {
        cdr_rt_file_row(t);
        (void)cdr_rt_end(t);
    } else {
        cdr_rt_problem(t, strcmp(o->path, o->container) != 0 ? "it lies in an archive, whose records are not read" : "its records carry no dates that can be read (%s)", o->format);
    }
}

cdr_status cdr_rt_count(const cdr_rt_candidate *o, const cdr_rt_file *f, const cdr_ctx *ctx, void (*progress)(void *arg, uint64_t bytes, uint64_t rows), void *arg, cdr_rt_tally *t,
                        cdr_err *err)
{
    char inside[4096];
    bool plain = !strcmp(o->path, o->container), table = !plain && !strcmp(o->format, "sqlite-table") && f->fd >= 0 && is_sqlite(f->fd);
    cdr_rt_source src = {.ctx = ctx, .fd = f->fd, .mtime_us = f->mtime_us, .file = f->path, .format = o->format, .progress = progress, .arg = arg};
    struct stat after;
    cdr_status s = CDR_OK;
    if (t->problem[0] || t->line_count == 0)
        return CDR_OK;
    if (f->fd < 0) {
        cdr_rt_problem(t, f->why == ENOENT ? "it is not there any more; scan again" : "it cannot be opened (%s)", strerror(f->why));
        return CDR_OK;
    }
    if (table) {
        unescape(o->path + strlen(o->container) + 2, inside, sizeof inside);
        src.inside = inside;
        s = cdr_rt_read_sqlite(t, &src, err);
    } else if (plain && (!strcmp(o->format, "csv") || !strcmp(o->format, "tsv"))) {
        s = cdr_rt_read_csv(t, &src, err);
    } else if (plain && (!strcmp(o->format, "json") || !strcmp(o->format, "ndjson"))) {
        s = cdr_rt_read_json(t, &src, err);
    } else {
        count_whole(t, o, plain ? f->mtime_us : o->mtime_us);
    }
    if (s == CDR_OK && (fstat(f->fd, &after) || after.st_size != f->st.st_size || after.st_mtim.tv_sec != f->st.st_mtim.tv_sec || after.st_mtim.tv_nsec != f->st.st_mtim.tv_nsec))
        cdr_rt_problem(t, "it was written to while it was read");
    return s;
}

/* --- into the store --- */

static void day_text(int64_t day, char ret[11])
{
    if (day <= -719529 || day > 2932896)     /* before the year 1, after 9999 */
        ret[0] = '\0';
    else
        cdr_date_format(cdr_date_from_days(day), ret);
}

/* "none of its columns is called ordered_at or created" */
static void no_column(const cdr_rt_tally *t, const cdr_rt_line *l, char *ret, size_t cap)
{
    _cleanup_buf_ cdr_buf b = CDR_BUF(4096);
    const cdr_key_set *want = l->end.want < t->want_count ? &t->wants[l->end.want] : NULL;
    size_t named = 0;
    cdr_buf_adds(&b, "no column is called ");
    for (size_t i = 0; want && i < want->count; i++)
        if (strcmp(want->keys[i], "file") != 0)
            cdr_buf_addf(&b, "%s%s", named++ == 0 ? "" : i + 1 == want->count ? " or " : ", ", want->keys[i]);
    snprintf(ret, cap, "%.*s", (int)cap - 1, named && b.data ? b.data : "the rule names no trigger");
}

static cdr_status put_line(cdr_rt_store *st, const cdr_rt_object *o, int64_t *position, const cdr_rt_tally *t, size_t at, int64_t now_us, cdr_err *err)
{
    const cdr_rt_line *l = &t->lines[at];
    const cdr_rt_column *c = l->end.want < t->want_count ? &t->columns[l->end.want] : NULL;
    bool known = !t->problem[0] && c && (c->found || c->file);
    char cutoff[11], oldest[11], reason[400] = "";
    int32_t old = l->over_age || l->held ? l->oldest_over : l->oldest;
    uint64_t categories[CDR_RT_CATEGORIES / 64] = {0};
    _cleanup_buf_ cdr_buf names = CDR_BUF(1 << 16);
    day_text(l->end.cutoff, cutoff);
    day_text(old == INT32_MAX ? INT64_MAX : old, oldest);
    for (size_t i = 0; i < t->group_count; i++)
        for (size_t j = 0; (t->groups[i].lines >> at & 1) && j < CDR_COUNT(categories); j++)
            categories[j] |= t->groups[i].categories[j];
    cdr_rt_category_names(categories, &names);
    if (t->problem[0])
        snprintf(reason, sizeof reason, "%s", t->problem);
    else if (!known)
        no_column(t, l, reason, sizeof reason);
    cdr_retention_count row = {
        .why = l->held ? CDR_KEPT_BY_HOLD : l->rule->has_minimum && l->answer->why == CDR_KEPT_BY_MINIMUM ? CDR_KEPT_BY_MINIMUM : CDR_ENDED_BY_MAXIMUM, .rule = l->rule->head.id,
        .trigger_field = c && known ? c->name : "", .cutoff = cutoff, .categories = names.data ? names.data : "", .explanation = l->answer->explanation,
        .hold = l->answer->hold, .known = known, .reason = reason, .oldest = known ? oldest : "", .counted_us = now_us};
    if (known) {
        row.rows = t->rows;
        row.over_age = l->over_age;
        row.undated = l->undated;
        row.kept = l->kept;
        row.again = l->again;
    }
    return cdr_rt_store_put(st, o, (*position)++, &row, err);
}

/* Categories whose answer needs no counting. */
static cdr_status put_group(cdr_rt_store *st, const cdr_rt_object *o, int64_t *position, const cdr_rt_group *g, int64_t now_us, cdr_err *err)
{
    _cleanup_buf_ cdr_buf names = CDR_BUF(1 << 16);
    const cdr_retention_answer *a = g->answer;
    cdr_rt_category_names(g->categories, &names);
    bool held = a->why == CDR_KEPT_BY_HOLD;
    cdr_retention_count row = {.why = a->why, .rule = a->won ? a->won->head.id : "", .trigger_field = "", .cutoff = "", .categories = names.data ? names.data : "",
                               .explanation = a->explanation, .hold = a->hold, .known = a->why == CDR_KEPT_FOR_EVER || held,
                               .reason = a->why == CDR_NO_RULE ? "no rule" : a->why == CDR_RETENTION_UNKNOWN ? "it cannot be told which rule applies"
                                         : a->why == CDR_KEPT_BY_MINIMUM ? "no rule says when it must go" : "",
                               .oldest = "", .counted_us = now_us};
    return cdr_rt_store_put(st, o, (*position)++, &row, err);
}

cdr_status cdr_rt_put(cdr_rt_store *st, const cdr_rt_object *o, const cdr_rt_tally *t, int64_t now_us, cdr_err *err)
{
    int64_t position = 0;
    cdr_status s = cdr_rt_store_clear(st, o->id, err);
    for (size_t i = 0; s == CDR_OK && i < t->line_count; i++)
        s = put_line(st, o, &position, t, i, now_us, err);
    for (size_t i = 0; s == CDR_OK && i < t->group_count; i++)
        if (t->groups[i].lines == 0)
            s = put_group(st, o, &position, &t->groups[i], now_us, err);
    return s;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A large text or table in parts. The parts are cut at the same places whoever reads them, each is remembered on a tape, and the tapes are
 * played in order: any number of threads gives the same observation. */
#include "scan/work.h"

#include "base/mem.h"
#include "scan/table_parts.h"

#include <string.h>
#include <unistd.h>

#define TEXT_PART ((uint64_t)2 * 1024 * 1024)
#define TABLE_PART ((uint64_t)512 * 1024)   /* every cell may be told: smaller, so that the tapes stay small */
#define CONTEXT 256u               /* bytes around a part that detection may look at */
#define RUN_ON_MAX ((uint64_t)1024 * 1024)   /* a row of a CSV that goes on longer than this behind its part began in the wrong place, or is read again alone */
#define LINE_MAX_SEEN 65536u       /* a longer line is cut anywhere */
#define WINDOW_MAX 64u

typedef enum part_state { PART_FREE, PART_TAKEN, PART_READ } part_state;

typedef struct part {
    part_state state;
    cdr_tape *tape;
    uint64_t start, end;           /* what was read: the next part must begin at ->end */
    uint64_t lines, rows, broken;
    cdr_mail_parts mail;
    bool unsure;                   /* ran far past its end: it may have begun inside quotes */
    bool faulted;
    cdr_err fault;
} part;

typedef struct cdr_part_job {
    struct cdr_part_job *next;
    cdr_work *work;
    cdr_collector *collector;
    cdr_content *owner;
    cdr_split *how;
    const char *path;
    cdr_role *roles;               /* of the columns that are known */
    int fd;
    uint64_t size, part_bytes;
    uint64_t parts, taken, played; /* under work->lock */
    unsigned window;
    bool playing;
    part ring[WINDOW_MAX];
    uint64_t lines;                /* of the parts played, and before them */
    uint64_t expected;             /* where the next part must begin */
    bool faulted;
    cdr_err fault;                 /* of the first part that could not be read whole */
} cdr_part_job;

/* First place at or behind ${at} where a record begins, ${limit} when there is none before it. */
static uint64_t find_border(const cdr_part_job *j, uint64_t at, uint64_t limit, const char *mark, size_t behind)
{
    char buf[16384];
    size_t n = strlen(mark), held = 0;
    while (at < limit) {
        ssize_t got = pread(j->fd, buf + held, (size_t)CDR_MIN((uint64_t)(sizeof buf - held), limit + n - at), (off_t)at);
        if (got <= 0)
            return limit;
        const char *found = memmem(buf, held + (size_t)got, mark, n);
        if (found)
            return at - held + (uint64_t)(found - buf) + behind;
        at += (uint64_t)got;
        size_t keep = CDR_MIN(n - 1, held + (size_t)got);
        memmove(buf, buf + held + (size_t)got - keep, keep);
        held = keep;
    }
    return limit;
}

/* Where part ${k} begins: at the first record that starts in it; a line of text without end is cut where the part begins. In a CSV
 * a line end may stand in quotes: there the place is a guess, proved when the part before it has been read. */
static uint64_t border(const cdr_part_job *j, uint64_t k)
{
    uint64_t at = j->how->from + k * j->part_bytes;
    if (k == 0)
        return j->how->from;
    if (at >= j->size)
        return j->size;
    if (j->how->kind != CDR_SPLIT_TEXT || j->how->mode == CDR_TEXT_MAILS)
        return CDR_MIN(find_border(j, at - 1, j->size, j->how->kind == CDR_SPLIT_TEXT ? "\nFrom " : "\n", 1), j->size);
    uint64_t limit = CDR_MIN(at + LINE_MAX_SEEN, j->size), found = find_border(j, at - 1, limit, "\n", 1);
    return found >= limit && limit < j->size ? at : CDR_MIN(found, j->size);
}

static cdr_status read_text(cdr_worker *w, const cdr_part_job *j, part *p, cdr_file_source *file)
{
    cdr_content *c = w->part_content;
    file->at = p->start > CONTEXT ? p->start - CONTEXT : 0;
    file->end = CDR_MIN(p->end + CONTEXT, j->size);
    cdr_content_source src = {.arg = file, .read = cdr_file_source_read, .size = j->size};
    cdr_text_part text = {.from = p->start, .to = p->end, .mode = j->how->mode};
    cdr_input_resume(&c->input, &src, CDR_ENC_UTF8, file->at);
    cdr_tape_roles(p->tape, NULL);
    cdr_status s = cdr_read_text_part(c, &text, cdr_tape_sink(p->tape, UINT32_MAX), &w->err);
    p->lines = text.lines;
    p->mail = text.mail;
    return s;
}

static cdr_status read_table(cdr_worker *w, const cdr_part_job *j, part *p, cdr_file_source *file, bool certain)
{
    cdr_content *c = w->part_content;
    uint64_t to = p->end;
    file->at = p->start;
    file->soft_end = to;
    file->end = certain || j->how->kind == CDR_SPLIT_JSON_LINES ? j->size : CDR_MIN(to + RUN_ON_MAX, j->size);
    cdr_content_source src = {.arg = file, .read = cdr_file_source_read, .size = j->size};
    cdr_tape_roles(p->tape, j->roles);
    cdr_sink *sink = cdr_tape_sink(p->tape, (uint32_t)j->how->columns->count);
    cdr_input_resume(&c->input, &src, CDR_ENC_UTF8, p->start);
    c->outcome.rows = 0;
    cdr_status s = j->how->kind == CDR_SPLIT_CSV ? cdr_read_csv_part(c, j->owner, j->how->columns, to, sink, &p->lines, &p->end, &w->err)
                                                 : cdr_read_json_part(c, j->how->columns, to, sink, &p->lines, &p->broken, &w->err);
    p->rows = c->outcome.rows;
    p->unsure = c->input.eof && file->end < j->size;
    return s;
}

/* Read [start, end) on ${p}'s tape. */
static cdr_status read_range(cdr_worker *w, const cdr_part_job *j, uint64_t start, uint64_t end, bool certain, part *p)
{
    cdr_tape_clear(p->tape, j->path);
    p->start = start;
    p->end = end;
    p->lines = p->rows = p->broken = 0;
    p->mail = (cdr_mail_parts){0};
    p->faulted = p->unsure = false;
    if (start >= end) {
        p->end = start;
        return CDR_OK;
    }
    cdr_file_source file = {.work = j->work, .fd = j->fd, .part = true};
    cdr_status s = j->how->kind == CDR_SPLIT_TEXT ? read_text(w, j, p, &file) : read_table(w, j, p, &file, certain);
    p->faulted = w->part_content->input.faulted;
    p->fault = w->part_content->input.fault;
    return s;
}

/* The part may have begun at the wrong place: then the one before it ended elsewhere, and it is read again from there. */
static cdr_status make_sure(cdr_worker *w, cdr_part_job *j, part *p)
{
    if (j->how->kind != CDR_SPLIT_CSV || (p->start == j->expected && !p->unsure))
        return CDR_OK;
    uint64_t nominal = j->how->from + (j->played + 1) * j->part_bytes;
    return read_range(w, j, j->expected, CDR_MIN(nominal, j->size), true, p);
}

/* Fields that came up in the part get their numbers in the object, in the order of parts. */
static cdr_status merge_columns(cdr_worker *w, cdr_part_job *j, const part *p, uint32_t **ret_map)
{
    size_t count = cdr_tape_fields(p->tape), len;
    uint32_t *map = *ret_map = cdr_alloc_array(count + 1, sizeof *map);
    const cdr_tape_column *columns;
    if (!map)
        return cdr_fail_nomem(&w->err, "scan");
    for (size_t i = 0; i < count; i++) {
        const char *name = cdr_tape_field(p->tape, i, &len);
        cdr_status s = cdr_table_column(j->owner->table, name, len, &map[i], &w->err);
        if (s != CDR_OK)
            return s;
    }
    uint32_t known = (uint32_t)j->how->columns->count;
    for (size_t i = 0, n = cdr_tape_columns(p->tape, &columns); i < n; i++) {
        uint32_t field = columns[i].field < known ? columns[i].field : map[columns[i].field - known];
        cdr_table_add_counts(j->owner->table, field, &columns[i].class, columns[i].values, columns[i].untold);
    }
    return CDR_OK;
}

static cdr_status play_part(cdr_worker *w, cdr_part_job *j, part *p)
{
    _cleanup_free_ uint32_t *map = NULL;
    cdr_status s = make_sure(w, j, p);
    if (s == CDR_OK && j->how->kind != CDR_SPLIT_TEXT)
        s = merge_columns(w, j, p, &map);
    if (p->faulted && !j->faulted) {
        j->faulted = true;
        j->fault = p->fault;
    }
    if (s == CDR_OK)
        s = cdr_tape_play(p->tape, j->collector, j->lines, map, &w->err);
    j->lines += p->lines;
    j->how->rows += p->rows;
    j->how->broken += p->broken;
    j->how->mail.encoded += p->mail.encoded;
    j->how->mail.words += p->mail.words;
    j->expected = p->end;
    return s;
}

/* Play what is ready, in order. Called and returns with the lock held. */
static cdr_status play(cdr_worker *w, cdr_part_job *j)
{
    cdr_work *work = j->work;
    cdr_status s = CDR_OK;
    if (j->playing)
        return CDR_OK;
    j->playing = true;
    while (s == CDR_OK && j->played < j->parts && j->ring[j->played % j->window].state == PART_READ) {
        part *p = &j->ring[j->played % j->window];
        pthread_mutex_unlock(&work->lock);
        s = play_part(w, j, p);
        pthread_mutex_lock(&work->lock);
        p->state = PART_FREE;
        j->played += s == CDR_OK;
        pthread_cond_broadcast(&work->changed);
    }
    j->playing = false;
    return s;
}

/* Read one part and play what it completes; false when there is nothing to take. Called and returns with the lock held. */
static bool do_part(cdr_worker *w, cdr_part_job *j, cdr_status *status)
{
    cdr_work *work = j->work;
    *status = CDR_OK;
    if (j->taken == j->parts || j->taken >= j->played + j->window)
        return false;
    uint64_t k = j->taken++;
    part *p = &j->ring[k % j->window];
    p->state = PART_TAKEN;
    pthread_mutex_unlock(&work->lock);
    cdr_work_progress(w, NULL);
    cdr_status s = p->tape ? CDR_OK : cdr_tape_new(work->o, &p->tape, &w->err);
    if (s == CDR_OK && !w->part_content)
        s = cdr_content_new(work->ctx, work->o->ruleset, &w->part_content, &w->err);
    if (s == CDR_OK) {
        /* A table's part ends where its bytes end: the row that begins before is read to its own end. */
        uint64_t nominal = CDR_MIN(j->how->from + (k + 1) * j->part_bytes, j->size);
        s = read_range(w, j, border(j, k), j->how->kind == CDR_SPLIT_CSV ? nominal : border(j, k + 1), false, p);
    }
    pthread_mutex_lock(&work->lock);
    /* A part that could not be read is never played: the file must not end as if it had been read whole. */
    p->state = s == CDR_OK ? PART_READ : PART_FREE;
    if (s == CDR_OK && !atomic_load(&work->stop))
        s = play(w, j);
    *status = s;
    pthread_cond_broadcast(&work->changed);
    return true;
}

/* Nobody may be inside the job when it goes. */
static bool somebody_inside(const cdr_part_job *j)
{
    bool inside = j->playing;
    for (unsigned i = 0; i < j->window; i++)
        inside |= j->ring[i].state == PART_TAKEN;
    return inside;
}

static cdr_status run_job(cdr_worker *w, cdr_part_job *j)
{
    cdr_work *work = j->work;
    cdr_status s = CDR_OK;
    pthread_mutex_lock(&work->lock);
    j->next = work->jobs;
    work->jobs = j;
    pthread_cond_broadcast(&work->changed);
    while (s == CDR_OK && j->played < j->parts && !atomic_load(&work->stop)) {
        if (do_part(w, j, &s))
            continue;
        /* What another thread finished while a third was playing may lie about. */
        if (j->ring[j->played % j->window].state == PART_READ && !j->playing)
            s = play(w, j);
        else
            pthread_cond_wait(&work->changed, &work->lock);
    }
    struct cdr_part_job **at = &work->jobs;
    while (*at != j)
        at = &(*at)->next;
    *at = j->next;
    while (somebody_inside(j))
        pthread_cond_wait(&work->changed, &work->lock);
    pthread_mutex_unlock(&work->lock);
    if (s == CDR_OK && j->played < j->parts)
        s = cdr_fail(&w->err, CDR_E_CANCELLED, "scan", "scan.cancelled", "The scan was interrupted; run it again to go on.");
    return s;
}

bool cdr_work_help(cdr_worker *w)
{
    cdr_status s = CDR_OK;
    for (cdr_part_job *j = w->work->jobs; j; j = j->next)
        if (do_part(w, j, &s)) {
            if (s != CDR_OK) {
                pthread_mutex_unlock(&w->work->lock);
                cdr_work_fail(w->work, s, &w->err);
                pthread_mutex_lock(&w->work->lock);
            }
            return true;
        }
    return false;
}

static cdr_status read_roles(cdr_part_job *j, cdr_err *err)
{
    if (j->how->kind == CDR_SPLIT_TEXT)
        return CDR_OK;
    j->roles = cdr_alloc_array(j->how->columns->count + 1, sizeof *j->roles);
    for (size_t i = 0; j->roles && i < j->how->columns->count; i++)
        j->roles[i] = cdr_role_of(j->how->columns->columns[i].name, j->how->columns->columns[i].name_len, j->path);
    return j->roles ? CDR_OK : cdr_fail_nomem(err, "scan");
}

cdr_status cdr_work_split(void *arg, cdr_content *c, cdr_split *how, cdr_sink *sink, cdr_err *err)
{
    cdr_worker *w = arg;
    const cdr_file_source *file = c->input.src->arg;
    (void)sink;
    cdr_part_job *j = cdr_alloc(sizeof *j);
    if (!j)
        return cdr_fail_nomem(err, "scan");
    j->work = w->work;
    j->collector = w->collector;
    j->owner = c;
    j->how = how;
    j->path = w->shown.data;
    j->fd = file->fd;
    j->size = file->size;
    j->lines = how->lines;
    j->expected = how->from;
    j->part_bytes = how->kind == CDR_SPLIT_TEXT ? TEXT_PART : TABLE_PART;
    j->parts = (j->size - CDR_MIN(how->from, j->size) + j->part_bytes - 1) / j->part_bytes;
    j->window = CDR_MIN(w->work->threads + 2, WINDOW_MAX);
    cdr_status s = read_roles(j, err);
    if (s == CDR_OK)
        s = run_job(w, j);
    how->lines_read = j->lines;
    c->input.faulted = j->faulted;
    c->input.fault = j->fault;
    c->input.raw = j->size;
    c->input.len = c->input.pos = 0;
    if (s == CDR_OK && !j->faulted && cdr_file_changed(file)) {
        c->input.faulted = true;
        cdr_fail(&c->input.fault, CDR_E_IO, "scan", "file.changed", "The file changed while it was read; it was read to the size it had at first.");
    }
    for (unsigned i = 0; i < j->window; i++)
        cdr_tape_free(j->ring[i].tape);
    cdr_free(j->roles);
    cdr_free(j);
    return s;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A large text in parts. The parts are cut at the same places whoever reads them, each is remembered on a tape, and the tapes are
 * played in order: any number of threads gives the same observation. */
#include "scan/work.h"

#include "base/mem.h"

#include <string.h>
#include <unistd.h>

#define PART_BYTES ((uint64_t)2 * 1024 * 1024)
#define CONTEXT 256u               /* bytes around a part that detection may look at */
#define LINE_MAX_SEEN 65536u       /* a longer line is cut anywhere */
#define WINDOW_MAX 64u

typedef enum part_state { PART_FREE, PART_TAKEN, PART_READ } part_state;

typedef struct part {
    part_state state;
    cdr_tape *tape;
    uint64_t lines;
    bool faulted;
    cdr_err fault;
} part;

typedef struct cdr_part_job {
    struct cdr_part_job *next;
    cdr_work *work;
    cdr_collector *collector;
    const char *path;
    int fd;
    uint64_t size;
    cdr_text_mode mode;
    uint64_t parts, taken, played; /* under work->lock */
    unsigned window;
    bool playing;
    part ring[WINDOW_MAX];
    uint64_t lines;                /* of the parts played */
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

/* Where part ${k} begins: at the first record that starts in it; a line without end is cut where the part begins. */
static uint64_t border(const cdr_part_job *j, uint64_t k)
{
    uint64_t at = k * PART_BYTES;
    if (k == 0)
        return 0;
    if (at >= j->size)
        return j->size;
    if (j->mode == CDR_TEXT_MAILS) {
        uint64_t found = find_border(j, at - 1, j->size, "\nFrom ", 1);
        return CDR_MIN(found, j->size);
    }
    uint64_t limit = CDR_MIN(at + LINE_MAX_SEEN, j->size), found = find_border(j, at - 1, limit, "\n", 1);
    return found >= limit && limit < j->size ? at : CDR_MIN(found, j->size);
}

static cdr_status read_part(cdr_worker *w, cdr_part_job *j, uint64_t k, part *p)
{
    uint64_t from = border(j, k), to = border(j, k + 1), start = from > CONTEXT ? from - CONTEXT : 0;
    cdr_tape_clear(p->tape, j->path);
    p->lines = 0;
    p->faulted = false;
    if (from >= to)
        return CDR_OK;
    cdr_file_source file = {.work = j->work, .fd = j->fd, .at = start, .end = CDR_MIN(to + CONTEXT, j->size), .part = true};
    cdr_content_source src = {.arg = &file, .read = cdr_file_source_read, .size = j->size};
    cdr_text_part text = {.from = from, .to = to, .mode = j->mode};
    cdr_input_resume(&w->content->input, &src, CDR_ENC_UTF8, start);
    cdr_status s = cdr_read_text_part(w->content, &text, cdr_tape_sink(p->tape), &w->err);
    p->lines = text.lines;
    p->faulted = w->content->input.faulted;
    p->fault = w->content->input.fault;
    w->content->input.faulted = false;
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
        if (p->faulted && !j->faulted) {
            j->faulted = true;
            j->fault = p->fault;
        }
        s = cdr_tape_play(p->tape, j->collector, j->lines, &w->err);
        j->lines += p->lines;
        pthread_mutex_lock(&work->lock);
        p->state = PART_FREE;
        j->played++;
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
    if (s == CDR_OK)
        s = read_part(w, j, k, p);
    pthread_mutex_lock(&work->lock);
    p->state = PART_READ;
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

cdr_status cdr_work_split(void *arg, cdr_content *c, cdr_text_mode mode, cdr_sink *sink, cdr_err *err)
{
    cdr_worker *w = arg;
    const cdr_file_source *file = c->input.src->arg;
    cdr_part_job *j = cdr_alloc(sizeof *j);
    if (!j)
        return cdr_fail_nomem(err, "scan");
    j->work = w->work;
    j->collector = w->collector;
    j->path = w->shown.data;
    j->fd = file->fd;
    j->size = file->size;
    j->mode = mode;
    j->parts = (j->size + PART_BYTES - 1) / PART_BYTES;
    j->window = CDR_MIN(w->work->threads + 2, WINDOW_MAX);
    cdr_status s = cdr_text_fields(mode, sink, err);
    if (s == CDR_OK)
        s = run_job(w, j);
    c->outcome.rows = j->lines;
    c->input.faulted = j->faulted;
    c->input.fault = j->fault;
    c->input.raw = j->size;
    if (s == CDR_OK && !j->faulted && cdr_file_changed(file)) {
        c->input.faulted = true;
        cdr_fail(&c->input.fault, CDR_E_IO, "scan", "file.changed", "The file changed while it was read; it was read to the size it had at first.");
    }
    for (unsigned i = 0; i < j->window; i++)
        cdr_tape_free(j->ring[i].tape);
    cdr_free(j);
    return s;
}

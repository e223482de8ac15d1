/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include "base/text.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LINE_EVERY_US ((int64_t)5 * 1000 * 1000)
#define BAR_CELLS 24

void cdr_progress_init(cdr_progress *p, cdr_cli *cli)
{
    struct winsize size;
    *p = (cdr_progress){.cli = cli, .line_at = LINE_EVERY_US, .width = 80};
    if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col >= 40)
        p->width = size.ws_col;
}

const char *cdr_progress_size(uint64_t bytes, char ret[24])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double v = (double)bytes;
    size_t u = 0;
    while (v >= 999.5 && u + 1 < CDR_COUNT(units)) {
        v /= 1000;
        u++;
    }
    snprintf(ret, 24, u == 0 || v >= 100 ? "%.0f %s" : "%.1f %s", v, units[u]);
    return ret;
}

const char *cdr_progress_time(int64_t us, char ret[24])
{
    int64_t s = us / 1000000;
    if (s < 10 && us % 1000000)
        snprintf(ret, 24, "%.1f s", (double)us / 1e6);
    else if (s < 60)
        snprintf(ret, 24, "%d s", (int)s);
    else if (s < 3600)
        snprintf(ret, 24, "%d min %d s", (int)(s / 60), (int)(s % 60));
    else
        snprintf(ret, 24, "%d h %d min", (int)(s / 3600), (int)(s / 60 % 60));
    return ret;
}

const char *cdr_progress_count(uint64_t n, char ret[32])
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    char *out = ret;
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
    return ret;
}

/* Share of the work that is done, below 0 while it is unknown. */
static double share(const cdr_scan_progress *s)
{
    if (s->total_bytes == 0)
        return -1;
    double d = (double)s->bytes / (double)s->total_bytes;
    return d > 1 ? 1 : d;
}

static void describe(const cdr_scan_progress *s, cdr_buf *out)
{
    char a[32], b[24], c[24], d[24];
    uint64_t rate = s->elapsed_us > 0 ? (uint64_t)((double)s->bytes * 1e6 / (double)s->elapsed_us) : 0;
    double done = share(s);
    if (s->objects || s->total_objects || !s->total_bytes)   /* a single file is none of many */
        cdr_buf_addf(out, "%s objects, ", cdr_progress_count(s->objects, a));
    cdr_buf_adds(out, cdr_progress_size(s->bytes, b));
    if (done >= 0)
        cdr_buf_addf(out, " of %s", cdr_progress_size(s->total_bytes, c));
    cdr_buf_addf(out, ", %s/s", cdr_progress_size(rate, d));
    if (done > 0.01 && done < 1)
        cdr_buf_addf(out, ", %s left", cdr_progress_time((int64_t)((double)s->elapsed_us * (1 - done) / done), a));
}

static void draw_bar(cdr_progress *p, const cdr_scan_progress *s)
{
    _cleanup_buf_ cdr_buf line = CDR_BUF(4096);
    double done = share(s);
    if (done >= 0) {
        int full = (int)(done * BAR_CELLS + 0.5);
        for (int i = 0; i < BAR_CELLS; i++)
            cdr_buf_adds(&line, i < full ? "\xe2\x96\x88" : "\xe2\x96\x91");
        cdr_buf_addf(&line, " %3.0f %%  ", done * 100);
    }
    describe(s, &line);
    size_t used = line.data ? cdr_text_width(line.data) : 0;
    if (s->current && used + 12 < p->width) {
        /* The end of a path tells more than its beginning. */
        size_t room = p->width - (unsigned)used - 4, len = strlen(s->current);
        const char *from = len > room ? s->current + len - room : s->current;
        while (from > s->current && ((unsigned char)*from & 0xc0) == 0x80)
            from++;
        cdr_buf_addf(&line, "  %s", from);
    }
    if (line.data)
        fprintf(stderr, "\r\033[K%s", line.data);
    fflush(stderr);
    p->drawn = true;
}

void cdr_progress_show(cdr_progress *p, const cdr_scan_progress *s)
{
    if (p->cli->quiet)
        return;
    if (p->cli->progress_bar) {
        draw_bar(p, s);
        return;
    }
    if (s->elapsed_us < p->line_at)
        return;
    p->line_at = s->elapsed_us + LINE_EVERY_US;
    _cleanup_buf_ cdr_buf line = CDR_BUF(1024);
    describe(s, &line);
    if (line.data)
        fprintf(stderr, "candor: %s\n", line.data);
}

void cdr_progress_clear(cdr_progress *p)
{
    if (p->drawn)
        fputs("\r\033[K", stderr);
    fflush(stderr);
    p->drawn = false;
}

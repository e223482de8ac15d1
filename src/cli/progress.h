/* SPDX-License-Identifier: Apache-2.0 */
/* How far a scan is, on standard error: a bar that redraws itself on a terminal, a plain line every few seconds elsewhere. */
#ifndef CDR_CLI_PROGRESS_H
#define CDR_CLI_PROGRESS_H

#include "candor/scan.h"
#include "cli/cmd.h"

typedef struct cdr_progress {
    cdr_cli *cli;
    int64_t line_at;           /* when the next plain line is due, in elapsed time */
    bool drawn;                /* a bar stands on the terminal's last line */
    unsigned width;            /* of the terminal */
} cdr_progress;

void cdr_progress_init(cdr_progress *p, cdr_cli *cli);
void cdr_progress_show(cdr_progress *p, const cdr_scan_progress *s);
/* Take the bar away before something else is printed. */
void cdr_progress_clear(cdr_progress *p);

/* "1.2 GB"; "2 min 5 s": short texts for people. */
const char *cdr_progress_size(uint64_t bytes, char ret[24]);
const char *cdr_progress_time(int64_t us, char ret[24]);
/* "12,345" */
const char *cdr_progress_count(uint64_t n, char ret[32]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of candor detect: text read in windows of constant size, and the ways of telling what was found in it. */
#ifndef CDR_CLI_DETECT_H
#define CDR_CLI_DETECT_H

#include "candor/detect.h"
#include "cli/cmd.h"

/* What is asked for, from the options. */
typedef struct cdr_detect_job {
    cdr_cli *cli;
    const cdr_ruleset *ruleset;
    cdr_detect_scratch *scratch;
    float min_confidence;
    const char *const *kinds;        /* NULL-terminated; NULL: every kind */
    bool explain;
    json_t *errors;                  /* of files; NULL: each is told at once */
    cdr_ruleset_options table_options;   /* of the rules for texts with fields: those of a scan */
} cdr_detect_job;

/* Is the finding wanted? Names may be kind ids ("us.ssn"), their first part ("secret") or types ("EMAIL_ADDRESS"). */
bool cdr_detect_wanted(const cdr_detect_job *job, const cdr_finding *f);
/* Canonical type and data category; the user's detectors have their own. */
const char *cdr_detect_type(const cdr_detect_job *job, const cdr_finding *f);
const char *cdr_detect_category(const cdr_detect_job *job, const cdr_finding *f);
const char *cdr_detect_kind_name(const cdr_detect_job *job, const cdr_finding *f);

typedef struct cdr_detect_source cdr_detect_source;

/* A text of any size, in windows: ->found for each wanted finding in order (offsets relative to ${window} of ${len} bytes, which begins at
 * byte ${base} of the text), then ->passed when the bytes before ${to} of the window are done with. */
typedef struct cdr_detect_sink {
    cdr_status (*found)(void *arg, const char *window, size_t len, uint64_t base, const cdr_finding *f, cdr_err *err);
    cdr_status (*passed)(void *arg, const char *window, size_t len, uint64_t base, size_t to, cdr_err *err);
    void *arg;
} cdr_detect_sink;
cdr_status cdr_detect_stream(const cdr_detect_job *job, cdr_detect_source *source, const cdr_detect_sink *sink, cdr_err *err) CDR_NODISCARD;
/* The same of any text: what stands in fields is judged by column. */
cdr_status cdr_detect_read(const cdr_detect_job *job, int fd, const char *name, const cdr_detect_sink *sink, cdr_err *err) CDR_NODISCARD;

/* Writing to standard output failed: a reader that went away ends the work without a word, of a full disk main tells. */
cdr_status cdr_detect_output_failed(cdr_err *err);

/* The faces; each reads the files named in cli->argv, or standard input. */
cdr_exit cdr_detect_print(const cdr_detect_job *job);          /* text, --json */
cdr_exit cdr_detect_print_counts(const cdr_detect_job *job);
cdr_exit cdr_detect_print_ndjson(const cdr_detect_job *job);
cdr_exit cdr_detect_print_redacted(const cdr_detect_job *job, const char *style);
/* Calls ${each} with every file (or standard input); goes on after one that cannot be read, and gives its exit code at the end. */
cdr_exit cdr_detect_each_file(const cdr_detect_job *job, cdr_status (*each)(void *arg, int fd, const char *name, cdr_err *err), void *arg);

/* Rules of the user as one JSON text: ${path} is a file (YAML or JSON) or a folder of them; NULL path: the workspace's
 * detectors/ when it is there. ${ret} NULL when there are none. */
cdr_status cdr_cli_rules_load(const cdr_cli *cli, const char *path, char **ret, cdr_err *err) CDR_NODISCARD;

#endif

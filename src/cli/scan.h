/* SPDX-License-Identifier: Apache-2.0 */
/* A scan as verbs run it: rules, keys and suppressions from the workspace (or a passing key), progress, what was seen to the
 * inventory. */
#ifndef CDR_CLI_SCAN_H
#define CDR_CLI_SCAN_H

#include "candor/scan.h"
#include "cli/cmd.h"
#include "cli/progress.h"

struct cdr_observation;

typedef struct cdr_cli_scan {
    cdr_cli *cli;                  /* ->ws NULL: nothing is kept */
    const char *const *targets;
    size_t target_count;
    cdr_scan_options options;      /* threads, full, exclude…; keys, rules and callbacks are filled in */
    const char *rules_path;        /* NULL: the workspace's own */
    const char *report_dir;        /* where a report will be written: what lies there from before is left out; may be NULL */
    json_t *absolute;              /* gets the targets as the inventory knows them; may be NULL */
    /* Told of each object, one at a time; may be NULL. */
    void (*seen)(void *arg, const struct cdr_observation *o);
    void *arg;
    /* out */
    cdr_scan_totals totals;
    cdr_progress progress;
    const cdr_ruleset *ruleset;    /* while the scan runs */
} cdr_cli_scan;

/* Options of every verb that scans, and the job that the command line asks for with them. */
#define CDR_CLI_SCAN_OPTIONS                                                                                                                            \
    {"full", 0, CDR_OPT_FLAG, NULL, NULL, "read unchanged files again"},                                                                                \
        {"exclude", 'x', CDR_OPT_LIST, "GLOB", NULL, "leave out files and folders of this name, or path when it has a slash; may be repeated"},         \
        {"follow", 0, CDR_OPT_FLAG, NULL, NULL, "follow symbolic links"},                                                                               \
        {"cross-devices", 0, CDR_OPT_FLAG, NULL, NULL, "go on into other file systems mounted below"},                                                  \
        {"threads", 'j', CDR_OPT_UINT, "N", "0", "threads; 0 uses every core"},                                                                         \
        {"rules", 0, CDR_OPT_TEXT, "PATH", NULL, "your own detectors: a YAML or JSON file, or a folder of them"}
cdr_cli_scan cdr_cli_scan_asked(cdr_cli *cli);

/* As cdr_scan_run. What was finished is stored even after an interruption. */
cdr_status cdr_cli_scan_run(cdr_cli_scan *job, cdr_err *err) CDR_NODISCARD;

/* scan_print.c: an object as text lines (nothing when it holds nothing worth telling), and as one line of JSON. */
typedef struct cdr_scan_listing cdr_scan_listing;
cdr_scan_listing *cdr_scan_listing_new(cdr_cli_scan *job) CDR_NODISCARD;
void cdr_scan_listing_object(void *listing, const struct cdr_observation *o);
void cdr_scan_listing_totals(cdr_scan_listing *l, const cdr_scan_totals *t);
uint64_t cdr_scan_listing_hits(const cdr_scan_listing *l);   /* medium and high findings */
void cdr_scan_listing_free(cdr_scan_listing *l);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of runs, for the files runs*.c, store_runs.c and perform*.c alone. */
#ifndef CDR_CORE_PLAYBOOK_RUNS_PARTS_H
#define CDR_CORE_PLAYBOOK_RUNS_PARTS_H

#include "base/vec.h"
#include "core/playbook/allowed.h"
#include "core/playbook/runs.h"

#define CDR_RUNS_BATCH 4096u               /* events of one commit */
#define CDR_RUNS_CACHE 8u                  /* playbooks that are kept read */

typedef struct cdr_runs_store cdr_runs_store;
typedef struct runs_cached { uint8_t sha256[32]; cdr_playbook *playbook; uint64_t used; } runs_cached;
CDR_VEC(runs_actions, cdr_action)
CDR_VEC(runs_ids, int64_t)
CDR_VEC(runs_playbooks, cdr_playbook *)

/* What an open step with a due time was like before a batch. */
typedef struct runs_due { uint32_t activation; int64_t due_us; } runs_due;
CDR_VEC(runs_dues, runs_due)

struct cdr_runs {
    cdr_workspace *ws;
    cdr_db *db;
    cdr_runs_store *store;
    cdr_clocks *clocks;
    runs_actions actions;
    cdr_runs_may *may;
    void *may_arg;
    cdr_runs_clean *clean;
    void *clean_arg;
    cdr_allowed *allowed;                  /* commands.yaml; read when it is first asked for */
    bool allowed_read;
    const char *program;                   /* candor-perform; NULL: beside candor */
    runs_cached cache[CDR_RUNS_CACHE];
    uint64_t used;
    /* The run that is at work. Set by whoever begins with one, as a run asks for the playbooks it calls. */
    int64_t current;
    cdr_run *at_work;
    bool starting, verify, changed, drill;
    cdr_playbook *own;                     /* of the run that starts: it may call itself, wherever its file lies */
    runs_playbooks found;                  /* what a run that starts calls */
    int64_t performing;                    /* a command of this run is being carried out; 0 none */
    int mark;                              /* the file in which whoever carries out a command holds a byte; -1: not open */
};

/* A batch of events, until it is committed. */
typedef struct runs_batch {
    cdr_runs *r;
    cdr_run *run;
    cdr_run_row row;
    uint64_t first;                        /* seq of its first event; 0: none yet */
    uint64_t deeds;                        /* bit per kind of what people did */
    cdr_buf bytes;                         /* of the rows, for the ledger */
    runs_dues dues;
    bool open;                             /* a transaction */
    bool nested;                           /* somebody else's transaction is around: nothing may be carried out inside it */
} runs_batch;

/* --- runs_batch.c --- */
/* Begins the transaction; the state before it is noted. ${run} may be NULL (a run that does not exist yet); cdr_runs_batch_look is called later then. */
cdr_status cdr_runs_batch_begin(cdr_runs *r, runs_batch *b, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_runs_batch_look(runs_batch *b, cdr_err *err) CDR_NODISCARD;
/* Stored, then applied. */
cdr_status cdr_runs_batch_add(runs_batch *b, const cdr_run_event *event, cdr_err *err) CDR_NODISCARD;
/* Row of the run, clocks, ledger, commit. Nothing happened: nothing is written. */
cdr_status cdr_runs_batch_commit(runs_batch *b, cdr_err *err) CDR_NODISCARD;
/* Of the bytes of rows, as the ledger has it: salted with a secret of the workspace, so that nobody finds out short answers by trying. */
cdr_status cdr_runs_hash(cdr_workspace *ws, int64_t run, const cdr_buf *bytes, uint8_t ret[CDR_SHA256_BYTES], cdr_err *err) CDR_NODISCARD;
/* Rolls back what is open. */
void cdr_runs_batch_done(runs_batch *b);
#define _cleanup_batch_ _cleanup_(cdr_runs_batch_done)
/* Tests stop the process here: before and after each commit, before and after each command. */
void cdr_runs_stop_point(void);

/* --- runs_mark.c --- */
/* Others may write while a command is carried out: whoever does that holds a byte of a file, the number of the run, until its end is kept. The system lets go of it when the process ends, however that is. */
cdr_status cdr_runs_mark(cdr_runs *r, int64_t id, cdr_err *err) CDR_NODISCARD;
void cdr_runs_unmark(cdr_runs *r, int64_t id);
/* Does somebody else? Then its end goes on with the run. */
bool cdr_runs_at_work_elsewhere(cdr_runs *r, int64_t id);

/* --- runs_go.c, the run itself --- */
/* What was being carried out when a process ended, and nobody is at it. First of all, after a replay. */
cdr_status cdr_runs_recover(runs_batch *b, cdr_err *err) CDR_NODISCARD;
/* Everything that can be done without people; the batch is open before and after. */
cdr_status cdr_runs_go(runs_batch *b, cdr_err *err) CDR_NODISCARD;
/* The state of the run as it stands in the database now. */
cdr_status cdr_runs_replay(cdr_runs *r, int64_t id, cdr_run_row *row, cdr_run **ret, cdr_err *err) CDR_NODISCARD;
/* Events that came while something else was done. */
cdr_status cdr_runs_catch_up(cdr_runs *r, int64_t id, cdr_run *run, cdr_err *err) CDR_NODISCARD;

/* Which playbook is meant by one that calls it: a cdr_run_find. */
cdr_status cdr_runs_find_called(void *runs, const char *id, const char *version, cdr_playbook **ret, cdr_err *err) CDR_NODISCARD;
/* E3: never one that was changed after it was signed (but with ->changed); with ->verify only one signed by Candor's key or the workspace's. CDR_DENIED otherwise. */
cdr_status cdr_runs_check_signed(cdr_runs *r, const cdr_playbook *p, cdr_err *err) CDR_NODISCARD;

/* --- runs_clean.c --- */
cdr_status cdr_runs_clean_text(cdr_runs *r, const char *text, char **ret, cdr_err *err) CDR_NODISCARD;
/* Values of texts are cleaned; those of other types, and choices, stand as they are. */
cdr_status cdr_runs_clean_values(cdr_runs *r, const cdr_playbook *p, const cdr_step *step, const json_t *values, json_t **ret, cdr_err *err) CDR_NODISCARD;

/* --- runs_seal.c --- */
/* The data of ${event} with the secrets of its authentications sealed, as it is kept; NULL: it holds none. */
cdr_status cdr_runs_seal(const runs_batch *b, const cdr_run_event *event, json_t **ret, cdr_err *err) CDR_NODISCARD;
/* What was sealed in ${data} of ${event} is opened, or, not ${clear}, becomes "[secret]". */
cdr_status cdr_runs_unseal(cdr_workspace *ws, int64_t run, const cdr_run_event *event, bool clear, json_t *data, cdr_err *err) CDR_NODISCARD;

/* --- perform.c --- */
bool cdr_perform_automatic(void *runs, const cdr_activation *a, const cdr_command *c, const json_t *agent, const json_t *target);
const cdr_action *cdr_perform_action(const cdr_runs *r, const cdr_activation *a, const cdr_command *c);
typedef struct cdr_performed { cdr_run_outcome outcome; json_t *out; char text[400]; } cdr_performed;
/* Carries it out and waits for the end. Other statuses than CDR_OK: nobody knows whether it was. */
cdr_status cdr_perform(cdr_runs *r, cdr_run *run, const cdr_run_row *row, const cdr_run_todo *todo, cdr_performed *ret, cdr_err *err) CDR_NODISCARD;

/* --- runs.c --- */
/* commands.yaml, once. */
cdr_status cdr_runs_read_commands(cdr_runs *r, cdr_err *err) CDR_NODISCARD;

/* --- store_runs.c --- */
cdr_status cdr_runs_store_open(cdr_workspace *ws, cdr_runs_store **ret, cdr_err *err) CDR_NODISCARD;
void cdr_runs_store_close(cdr_runs_store *st);
cdr_status cdr_runs_store_playbook(cdr_runs_store *st, const cdr_playbook *p, uint8_t ret_sha256[32], cdr_err *err) CDR_NODISCARD;
/* The text of a playbook by the hash of its bytes, which is checked. CDR_NOT_FOUND: (id, modified) is not pinned for the run. */
cdr_status cdr_runs_store_read_playbook(cdr_runs_store *st, const uint8_t sha256[32], const char *where, cdr_playbook **ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_runs_store_pinned(cdr_runs_store *st, int64_t run, const char *id, const char *modified, uint8_t ret[32], cdr_err *err) CDR_NODISCARD;
cdr_status cdr_runs_store_pin(cdr_runs_store *st, int64_t run, const uint8_t sha256[32], cdr_err *err) CDR_NODISCARD;
cdr_status cdr_runs_store_new(cdr_runs_store *st, const cdr_run_row *row, const char *subject, const uint8_t bytes[32], bool lenient, int64_t *ret_id, cdr_err *err) CDR_NODISCARD;
/* ${bytes}: hash of its playbook's text. */
cdr_status cdr_runs_store_get(cdr_runs_store *st, int64_t id, cdr_run_row *ret, uint8_t bytes[32], bool *ret_lenient, cdr_err *err) CDR_NODISCARD;
/* What changes as it goes on. ${wake_us} INT64_MAX: nothing but people; 0: something could be done at once. */
cdr_status cdr_runs_store_save(cdr_runs_store *st, const cdr_run_row *row, int64_t wake_us, cdr_err *err) CDR_NODISCARD;
typedef enum runs_which { RUNS_ALL, RUNS_OPEN, RUNS_DUE } runs_which;
/* Numbers of runs. RUNS_DUE: those that can go on at ${now_us} or were left in the middle, no drills. */
cdr_status cdr_runs_store_ids(cdr_runs_store *st, runs_which which, const char *subject, int64_t now_us, runs_ids *out, cdr_err *err) CDR_NODISCARD;
/* Adds the row and its bytes to ${bytes}. */
cdr_status cdr_runs_store_add(cdr_runs_store *st, int64_t run, const cdr_run_event *e, cdr_buf *bytes, cdr_err *err) CDR_NODISCARD;
/* Rows with seq > ${after}; ${bytes} (NULL: not wanted) takes the bytes of each, appended. ${replay}: the events are applied, secrets are opened, and data is read; others may run meanwhile. */
typedef cdr_status runs_event_fn(void *arg, const cdr_run_event *e, cdr_err *err);
cdr_status cdr_runs_store_events(cdr_runs_store *st, int64_t run, uint64_t after, uint64_t until, bool replay, cdr_buf *bytes, runs_event_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_runs_store_keep_draft(cdr_runs_store *st, int64_t run, uint32_t activation, uint32_t attempt, const char *by, const char *name, const char *value, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_runs_store_drafts(cdr_runs_store *st, int64_t run, uint32_t activation, uint32_t attempt, const char *by, json_t *out, cdr_err *err) CDR_NODISCARD;
/* ${by} NULL: those of everybody. */
cdr_status cdr_runs_store_drop_drafts(cdr_runs_store *st, int64_t run, uint32_t activation, const char *by, cdr_err *err) CDR_NODISCARD;

#endif

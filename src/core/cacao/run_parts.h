/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a run, for the files run*.c alone. */
#ifndef CDR_CORE_CACAO_RUN_PARTS_H
#define CDR_CORE_CACAO_RUN_PARTS_H

#include "base/vec.h"
#include "core/cacao/run.h"

/* One variable of a scope with its value as it is now. */
typedef struct run_value { const cdr_variable *declared; char *value; bool handed; /* in at the start, and nothing wrote it since */ } run_value;
CDR_VEC(run_values, run_value)

/* A playbook that is being carried out: the run's own, and one per playbook-action. */
typedef struct run_frame {
    cdr_playbook *playbook;
    uint32_t opener;              /* the playbook-action; 0: the run's own */
    run_values values;
    bool excepted;                /* workflow_exception was taken */
} run_frame;
CDR_VEC(run_frames, run_frame)

/* An activation and what nobody else needs to see of it. */
typedef struct run_node {
    cdr_activation seen;          /* first: pointers to it are pointers to the node */
    run_values values;            /* step_variables */
    uint64_t answered;            /* bit per out_arg that was set here; the 64th and later ones stand for themselves */
    cdr_run_outcome failed;       /* FAILURE, TIMEOUT: it failed and has not ended yet */
    bool opened;                  /* its branches were opened */
    char *answerers;              /* everybody who answered here, a line each: none of them is the second person */
    uint32_t cause;               /* the activation whose failure led here; 0 none */
} run_node;

/* A step that is to be entered. */
typedef struct run_pending { uint32_t frame, step, opener, cause; } run_pending;
CDR_VEC(run_queue, run_pending)
typedef struct run_clock { char *name; int64_t began_us; } run_clock;
CDR_VEC(run_clocks, run_clock)
typedef struct run_pin { char *id, *version /* as asked; NULL newest */, *modified; uint8_t sha256[32]; } run_pin;
CDR_VEC(run_pins, run_pin)
CDR_VEC(run_nodes, run_node *)

#define RUN_CHUNK 256u
#define CDR_RUN_WHO_MAX 256

struct cdr_run {
    cdr_playbook *playbook;
    cdr_run_find *find;
    void *arg;
    bool lenient, started, over, ask;
    cdr_run_outcome outcome, ending /* of the run's own playbook, once nothing is left to do */;
    int64_t started_us, default_timeout_ms;
    unsigned iterations_max;
    uint64_t seq;
    run_frames frames;
    run_nodes chunks;             /* nodes in pieces of RUN_CHUNK, so that pointers stay */
    size_t node_count;
    run_nodes open;               /* in the order of entering */
    run_queue pending;
    size_t pending_first;
    run_clocks clocks;
    run_pins pins;
    json_t *data;                 /* of the event that was made last */
    char text[512];
};

/* run.c */
run_node *run_node_at(const cdr_run *run, uint32_t id);                /* NULL: there is none */
run_node *run_node_new(cdr_run *run);                                   /* NULL: no memory, or too many */
cdr_status run_frame_open(cdr_run *run, cdr_playbook *playbook /* a reference is taken */, uint32_t opener, cdr_err *err) CDR_NODISCARD;
cdr_status run_corrupt(cdr_err *err, const cdr_run_event *event, const char *what);
void run_event_init(cdr_run *run, cdr_run_event *ret, cdr_run_kind kind, uint32_t activation, int64_t at_us);
/* The text of the event that was made last. */
const char *run_keep_text(cdr_run *run, const char *text);
/* The pinned version of what ${step} calls; NULL: none was pinned. */
const run_pin *run_pin_of(const cdr_run *run, const cdr_step *step);

cdr_status run_apply_started(cdr_run *run, const cdr_run_event *event, cdr_err *err);

/* ${by} answered in ${node}. */
cdr_status run_add_answerer(run_node *node, const char *by, cdr_err *err) CDR_NODISCARD;
bool run_is_answerer(const run_node *node, const char *who);

/* run_scope.c */
cdr_status run_values_init(run_values *values, const cdr_variable *declared, size_t count, cdr_err *err) CDR_NODISCARD;
void run_values_free(run_values *values);
run_value *run_value_of(cdr_run *run, run_node *node /* NULL: the run's own playbook */, const char *name);
/* The values of ${data} into the scope of ${node}, as they stand in an event. */
cdr_status run_write(cdr_run *run, run_node *node, const json_t *data, cdr_err *err) CDR_NODISCARD;
/* What ${data} names was handed in when the run was started. */
void run_mark_handed(cdr_run *run, const json_t *data);
/* Those of ${out} that may be written by ${node}: in out_args, no constants, of their type. ${strict}: anything else is CDR_E_INVAL; otherwise what is not in out_args is left out. Into run->data. */
cdr_status run_choose(cdr_run *run, run_node *node, const json_t *out, bool strict, cdr_err *err) CDR_NODISCARD;
/* Which out_args ${data} sets. */
uint64_t run_out_mask(const cdr_step *step, const json_t *data);
typedef struct run_view { cdr_run *run; run_node *node; bool shown; char unknown[CDR_VARIABLE_NAME_MAX + 16]; } run_view;
bool run_find_variable(void *arg /* run_view */, const char *name, cdr_variable *ret);

/* run_flow.c: what follows from an end */
void run_close(cdr_run *run, run_node *node, cdr_run_outcome outcome, int64_t at_us);
cdr_status run_follow(cdr_run *run, run_node *node, cdr_run_outcome outcome, int64_t at_us, cdr_err *err) CDR_NODISCARD;
bool run_is_below(const cdr_run *run, uint32_t frame, uint32_t opener, uint32_t ancestor);
void run_interrupt_below(cdr_run *run, uint32_t ancestor, cdr_run_outcome outcome, int64_t at_us);
/* Does anything take a failure of ${node} over: on_failure, or the exception of its playbook? */
bool run_taken_over(const cdr_run *run, const run_node *node);
cdr_status run_enter_later(cdr_run *run, uint32_t frame, uint32_t step, uint32_t opener, uint32_t cause, cdr_err *err) CDR_NODISCARD;
/* INT64_MAX: it may take as long as it takes. */
int64_t run_deadline(const run_node *node);

#endif

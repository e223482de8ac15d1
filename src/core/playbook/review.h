/* SPDX-License-Identifier: Apache-2.0 */
/* Reviews: somebody reads a playbook every so often (review_every of its extension) and says whether it still holds. What nobody read in time is told by status, by `candor` alone and by the audit.
 * The first review is due so long after the workspace was made, or after the playbook was made where that is later. */
#ifndef CDR_CORE_PLAYBOOK_REVIEW_H
#define CDR_CORE_PLAYBOOK_REVIEW_H

#include "core/playbook/library.h"

#define CDR_REVIEW_NOTE_MAX 4000

typedef enum cdr_review_result {
    CDR_REVIEW_NONE, CDR_REVIEW_GOOD, CDR_REVIEW_CHANGED,
    CDR_REVIEW_RETIRED, /* not used here: it wants no review any more, until one says otherwise */
    CDR_REVIEW__MAX
} cdr_review_result;
const char *cdr_review_result_name(cdr_review_result result);       /* "good", "changed", "retired"; "" */
cdr_review_result cdr_review_result_by_name(const char *name);      /* NONE: no such result */

typedef struct cdr_review {          /* texts are borrowed, until the callback returns */
    int64_t id, at_us;
    const char *name, *version /* modified */, *by, *note /* NULL none */;
    cdr_review_result result;
} cdr_review;
/* Enters one, in the database and in the ledger (the note in the database alone). ${note}: cleaned before; NULL none. */
cdr_status cdr_review_add(cdr_workspace *ws, const char *name, const cdr_playbook *p, cdr_review_result result, const char *note, cdr_err *err) CDR_NODISCARD;
typedef cdr_status cdr_review_fn(void *arg, const cdr_review *review);
/* Newest first. ${name} NULL: of all playbooks. */
cdr_status cdr_review_each(cdr_workspace *ws, const char *name, cdr_review_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* How one playbook stands. Texts are borrowed, until the callback returns. */
typedef struct cdr_standing {
    const cdr_library_item *item;
    cdr_review_result result;        /* of the last review; NONE: there was none */
    int64_t reviewed_us;             /* 0: never */
    int64_t next_us;                 /* 0: no review is wanted */
    bool overdue;
    bool changed;                    /* another version than the one that was reviewed */
    int64_t drilled_us;              /* last drill; 0: none */
    int percent;                     /* its score */
} cdr_standing;
typedef cdr_status cdr_standing_fn(void *arg, const cdr_standing *standing);
cdr_status cdr_standing_each(cdr_workspace *ws, int64_t now_us, cdr_standing_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

typedef struct cdr_reviews_late {
    unsigned count;
    char name[CDR_PLAYBOOK_NAME_MAX + 1];     /* the one that waits longest */
    int64_t due_us;                           /* since when */
} cdr_reviews_late;
cdr_status cdr_reviews_late_read(cdr_workspace *ws, int64_t now_us, cdr_reviews_late *ret, cdr_err *err) CDR_NODISCARD;

#endif

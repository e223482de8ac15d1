/* SPDX-License-Identifier: Apache-2.0 */
/* Does a playbook keep the rules of CACAO 2.0? Written from the text of the standard, not from the published schemas, which let pass what it forbids and refuse what it allows. */
#ifndef CDR_CORE_CACAO_CHECK_H
#define CDR_CORE_CACAO_CHECK_H

#include "base/vec.h"
#include "core/cacao/playbook.h"

typedef enum cdr_cacao_level {
    CDR_CACAO_ERROR = 1,     /* the standard says MUST */
    CDR_CACAO_WARNING,       /* it says SHOULD, or a word is not in an open vocabulary: it loads, and is never carried out silently. Also where it says MUST of mere form, so that what is done
                              * is beyond doubt: docs/internals/cacao.md lists these few */
    CDR_CACAO_STRUCTURE      /* how steps hang together: dangling, unreachable, shared ends, cycles */
} cdr_cacao_level;

typedef struct cdr_cacao_finding {
    cdr_cacao_level level;
    bool fatal;              /* STRUCTURE alone: it cannot be carried out. Errors always are */
    const char *id;          /* stable: "step.successors"; static */
    const char *clause;      /* "4.1", of the CACAO 2.0 text; "Candor" for the extension; static */
    char where[320];         /* path: workflow/action--…/commands[0]/command */
    char text[360];          /* a sentence: what is wrong, what to do */
} cdr_cacao_finding;

typedef struct cdr_cacao_verdict {
    cdr_cacao_finding *findings;     /* in the order of the file; at most CDR_CACAO_FINDINGS_MAX */
    size_t count;
    unsigned errors, warnings, structure;
    bool runnable;                   /* no error, no fatal structure */
    bool more;                       /* there were more findings */
} cdr_cacao_verdict;
#define CDR_CACAO_FINDINGS_MAX 1000u

typedef struct cdr_cacao_options { bool lenient; } cdr_cacao_options;   /* conditions as real playbooks write them are warnings */
cdr_status cdr_playbook_check(const cdr_playbook *p, const cdr_cacao_options *options, cdr_cacao_verdict *ret, cdr_err *err) CDR_NODISCARD;
void cdr_cacao_verdict_done(cdr_cacao_verdict *v);
const char *cdr_cacao_level_name(cdr_cacao_level level);     /* "error", "warning", "structure" */

#endif

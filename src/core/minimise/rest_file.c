/* SPDX-License-Identifier: Apache-2.0 */
#include "core/minimise/rest.h"

cdr_status cdr_rest_run_file(const cdr_execution *e, cdr_rest_file *f, cdr_step_effect *ret, cdr_target_state *ret_after, cdr_err *err)
{
    (void)e, (void)ret, (void)ret_after;
    return cdr_fail(err, CDR_E_UNSUPPORTED, "minimise", "rest.format", "%s cannot be cleaned in place yet.", f->shown);
}

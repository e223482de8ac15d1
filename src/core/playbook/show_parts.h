/* SPDX-License-Identifier: Apache-2.0 */
/* For the files that show playbooks alone. */
#ifndef CDR_CORE_PLAYBOOK_SHOW_PARTS_H
#define CDR_CORE_PLAYBOOK_SHOW_PARTS_H

#include "base/arena.h"
#include "core/playbook/show.h"
#include "template/svg_flow.h"

/* Everything ${ret} points to lives in ${a} or in the playbook. */
cdr_status cdr_show_flow(const cdr_playbook *p, const cdr_outline *o, bool standalone, cdr_arena *a, cdr_svg_flow *ret, cdr_err *err) CDR_NODISCARD;

#endif

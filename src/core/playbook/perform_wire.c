/* SPDX-License-Identifier: Apache-2.0 */
#include "core/playbook/perform_wire.h"

const char *const cdr_perform_result_names[CDR_PERFORM_RESULTS] = {"ok", "timeout", "large", "signal", "unreachable", "tls", "private", "missing", "walls", "failed", "bad-request"};

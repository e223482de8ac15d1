/* SPDX-License-Identifier: Apache-2.0 */
/* People who use a workspace of their own. */
#ifndef TEST_STAFF_WORLD_H
#define TEST_STAFF_WORLD_H

#include "../workspace_world.h"

#include "core/staff/staff.h"

#endif

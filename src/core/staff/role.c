/* SPDX-License-Identifier: Apache-2.0 */
#include "core/staff/role.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const struct { cdr_role role; const char *name; } roles[] = {
    {CDR_ROLE_OWNER, "owner"}, {CDR_ROLE_STAFF, "staff"}, {CDR_ROLE_RESPONDER, "responder"}, {CDR_ROLE_MANAGER, "incident-manager"}, {CDR_ROLE_AUDITOR, "auditor"},
};

const char *cdr_role_name(cdr_role role)
{
    for (size_t i = 0; i < CDR_COUNT(roles); i++)
        if (roles[i].role == role)
            return roles[i].name;
    return "nobody";
}

/* Letters in any case; a space or "_" for "-". */
static bool same_name(const char *a, const char *name)
{
    if (strlen(a) != strlen(name))
        return false;
    for (size_t i = 0; name[i]; i++) {
        char c = a[i] == ' ' || a[i] == '_' ? '-' : a[i];
        if (!cdr_ascii_ieq(&c, 1, &name[i], 1))
            return false;
    }
    return true;
}

cdr_role cdr_role_by_name(const char *name)
{
    for (size_t i = 0; i < CDR_COUNT(roles); i++)
        if (same_name(name, roles[i].name))
            return roles[i].role;
    return CDR_ROLE_NONE;
}

void cdr_roles_text(unsigned mask, char ret[CDR_ROLES_TEXT])
{
    size_t left = 0, at = 0;
    ret[0] = '\0';
    for (size_t i = 0; i < CDR_COUNT(roles); i++)
        left += (mask & roles[i].role) != 0;
    for (size_t i = 0; i < CDR_COUNT(roles); i++) {
        if (!(mask & roles[i].role))
            continue;
        left--;
        at += (size_t)snprintf(ret + at, CDR_ROLES_TEXT - at, "%s%s", roles[i].name, left > 1 ? ", " : left == 1 ? " or " : "");
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Roles in an incident and their names. */
#include "base/text.h"
#include "core/cacao/rule.h"

#include <string.h>

static const struct { const char *key, *label; } roles[CDR_DUTY__MAX] = {
    [CDR_DUTY_ANYBODY] = {"anybody", "anybody"},
    [CDR_DUTY_MANAGER] = {"manager", "incident manager"},
    [CDR_DUTY_DEPUTY] = {"deputy", "deputy"},
    [CDR_DUTY_PRIVACY_LEAD] = {"privacy-lead", "privacy lead"},
    [CDR_DUTY_LEGAL] = {"legal", "legal"},
    [CDR_DUTY_COMMUNICATIONS] = {"communications", "communications"},
    [CDR_DUTY_IT] = {"it", "IT"},
    [CDR_DUTY_SCRIBE] = {"scribe", "scribe"},
    [CDR_DUTY_APPROVER] = {"approver", "approver"},
    [CDR_DUTY_OWNER] = {"owner", "owner"},
};

const char *cdr_duty_role_key(cdr_duty_role role)
{
    return (unsigned)role < CDR_DUTY__MAX ? roles[role].key : roles[CDR_DUTY_ANYBODY].key;
}

const char *cdr_duty_role_label(cdr_duty_role role)
{
    return (unsigned)role < CDR_DUTY__MAX ? roles[role].label : roles[CDR_DUTY_ANYBODY].label;
}

cdr_duty_role cdr_duty_role_by_key(const char *key)
{
    for (size_t i = 0; key && i < CDR_DUTY__MAX; i++) {
        if (!strcmp(roles[i].key, key))
            return (cdr_duty_role)i;
    }
    return CDR_DUTY__MAX;
}

static const char *who_of(const char *actor)
{
    const char *colon = strchr(actor, ':');
    return colon ? colon + 1 : actor;
}

bool cdr_same_person(const char *a, const char *b)
{
    if (!a || !b)
        return false;
    a = who_of(a);
    b = who_of(b);
    return cdr_ascii_ieq(a, strlen(a), b, strlen(b));
}

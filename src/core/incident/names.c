/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds, states, times, items: their names. */
#include "core/incident/incident.h"

#include "base/parse.h"

#include <string.h>

const cdr_incident_kind cdr_incident_kinds[] = {
    {"customer-data-breach", "customer data in wrong hands", "customer-data-breach", "What data, and how did it get out?"},
    {"lost-device", "a device or paper lost or stolen", "lost-device", "What was lost or stolen?"},
    {"ransomware", "files locked or destroyed by malware", "ransomware", "Which computers, and what does the message say?"},
    {"vendor-breach", "a supplier was broken into", "vendor-breach", "Which supplier, and what does it hold for you?"},
    {"misdirected-message", "a message to the wrong person", "misdirected-message", "What was sent, and to whom?"},
    {"insider-misuse", "somebody here looked or took without a reason", "insider-misuse", "Who, and what was looked at or taken?"},
    {"identity-theft", "a customer impersonated", "identity-theft", "Which customer, and what did the other person get?"},
    {"denial-of-service", "a service that cannot be reached", "denial-of-service", "What cannot be reached, and since when?"},
    {"natural-disaster", "fire, water, storm", "natural-disaster", "What happened, and what is lost?"},
    {"malpractice", "an employee or subcontractor broke the rules", "malpractice", "Who, and what was done?"},
    {"complaint", "a complaint about how data are handled", "complaint", "Who complains, and about what?"},
    {"other", "something else", NULL, "What happened?"},
};
const size_t cdr_incident_kind_count = CDR_COUNT(cdr_incident_kinds);

const cdr_incident_kind *cdr_incident_kind_of(const char *key)
{
    for (size_t i = 0; key && i < cdr_incident_kind_count; i++)
        if (!strcmp(cdr_incident_kinds[i].key, key))
            return &cdr_incident_kinds[i];
    return NULL;
}

const char *cdr_incident_state_name(cdr_incident_state s)
{
    static const char *const names[] = {"", "suspected", "assessed", "breach", "no-breach", "closed"};
    return (unsigned)s < CDR_COUNT(names) ? names[s] : "";
}

const char *cdr_incident_time_key(cdr_incident_time t)
{
    static const char *const keys[CDR_INCIDENT_TIME__MAX] = {"incident", "discovery", "awareness", "confirmation", "contained", "authority-told", "people-told", "resolved"};
    return (unsigned)t < CDR_INCIDENT_TIME__MAX ? keys[t] : "";
}

const char *cdr_item_kind_name(cdr_item_kind kind)
{
    static const char *const names[] = {"", "task", "commitment", "duty", "letter", "review"};
    return (unsigned)kind < CDR_COUNT(names) ? names[kind] : "";
}

bool cdr_incident_parse_id(const char *text, int64_t *ret)
{
    if (!text)
        return false;
    if (*text == 'I' || *text == 'i') {
        text++;
        text += *text == '-';
    }
    return *text >= '0' && *text <= '9' && cdr_parse_i64(text, strlen(text), 1, INT64_MAX, ret);
}

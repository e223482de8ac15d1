/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of an incident: state, times, people, severity. Each change is an entry of the timeline, and of the ledger. */
#include "core/incident/inside.h"

#include "base/text.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

#define MINUTE INT64_C(60000000)

/* Forward, and back from "no breach" to "assessed". */
static bool may_go(cdr_incident_state from, cdr_incident_state to)
{
    static const unsigned char next[6] = {
        [CDR_INCIDENT_SUSPECTED] = 1u << CDR_INCIDENT_ASSESSED | 1u << CDR_INCIDENT_BREACH | 1u << CDR_INCIDENT_NO_BREACH,
        [CDR_INCIDENT_ASSESSED] = 1u << CDR_INCIDENT_BREACH | 1u << CDR_INCIDENT_NO_BREACH,
        [CDR_INCIDENT_BREACH] = 1u << CDR_INCIDENT_NO_BREACH,
        [CDR_INCIDENT_NO_BREACH] = 1u << CDR_INCIDENT_ASSESSED,
    };
    return (unsigned)from < 6 && (unsigned)to < 6 && (next[from] & 1u << to);
}

cdr_status cdr_in_put_time(cdr_incidents *in, int64_t id, cdr_incident_time which, int64_t at_us, cdr_err *err)
{
    cdr_status s = at_us ? cdr_in_run(in->set, IN_TIME_SET, CDR_V(cdr_v_int(id), cdr_v_int((int64_t)which), cdr_v_int(at_us)), err)
                         : cdr_in_run(in->set, IN_TIME_DROP, CDR_V(cdr_v_int(id), cdr_v_int((int64_t)which)), err);
    return s == CDR_OK ? cdr_in_enter(in, "incident.time", id, json_pack("{s:s, s:o}", "clock", cdr_incident_time_key(which), "at", cdr_json_time(at_us)), err) : s;
}

static const char *words_of(cdr_incident_state s)
{
    static const char *const words[] = {"", "Suspected", "Looked into; whether it is a breach is open", "It is a breach", "It is no breach", "Closed"};
    return words[s];
}

static cdr_status go(cdr_incidents *in, const cdr_incident *i, cdr_incident_state state, const char *reason, const uint8_t salt[CDR_IN_SALT], int64_t now, cdr_err *err)
{
    char words[CDR_IN_WORDS], text[700];
    cdr_incident_state verdict = state == CDR_INCIDENT_ASSESSED ? (cdr_incident_state)0 : state;
    cdr_in_words(salt, (const char *const[]){reason}, 1, words);
    snprintf(text, sizeof text, "%s: %s", words_of(state), reason);
    cdr_status s = cdr_in_run(in->set, IN_SET_STATE, CDR_V(cdr_v_int(i->id), cdr_v_int((int64_t)state), cdr_v_int((int64_t)verdict), cdr_v_text(reason)), err);
    if (s == CDR_OK)
        s = cdr_in_enter(in, "incident.state", i->id, json_pack("{s:s, s:s, s:s}", "from", cdr_incident_state_name(i->state), "to", cdr_incident_state_name(state), "words", words), err);
    if (s == CDR_OK)
        s = cdr_in_add_event(in, i->id, &(cdr_in_event){.kind = "state", .text = text, .pinned = true}, err);
    /* Whoever calls it a breach is reasonably certain: the clock of the authority runs, if it did not before. */
    if (s == CDR_OK && state == CDR_INCIDENT_BREACH && !i->times[CDR_INCIDENT_AWARENESS])
        s = cdr_in_put_time(in, i->id, CDR_INCIDENT_AWARENESS, now, err);
    if (s == CDR_OK && state == CDR_INCIDENT_BREACH && !i->times[CDR_INCIDENT_CONFIRMATION])
        s = cdr_in_put_time(in, i->id, CDR_INCIDENT_CONFIRMATION, now, err);
    return s;
}

cdr_status cdr_incident_assess(cdr_incidents *in, int64_t id, cdr_incident_state state, const char *reason, cdr_err *err)
{
    cdr_incident i;
    char clean[sizeof i.reason];
    uint8_t salt[CDR_IN_SALT];
    cdr_status s = cdr_in_clean(in, reason, "The reason", true, clean, sizeof clean, err);
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_in_get_open(in, id, &i, salt, err);
    if (s == CDR_OK && !may_go(i.state, state))
        s = cdr_fail(err, CDR_DENIED, "incident", "incident.state", "I-%lld is %s and cannot become %s: it goes from suspected to assessed, to breach or no-breach, and from no-breach back to assessed.", (long long)id,
                     cdr_incident_state_name(i.state), *cdr_incident_state_name(state) ? cdr_incident_state_name(state) : "that");
    if (s == CDR_OK)
        s = go(in, &i, state, clean, salt, cdr_in_now(in), err);
    if (s == CDR_OK)
        s = cdr_in_authority(in, id, err);
    s = cdr_in_end(in, s, err);
    return s == CDR_OK ? cdr_incident_settle(in, id, err) : s;
}

cdr_status cdr_in_reason(cdr_incidents *in, int64_t id, const char *reason, cdr_err *err)
{
    cdr_incident i;
    uint8_t salt[CDR_IN_SALT];
    cdr_status s = cdr_in_get_open(in, id, &i, salt, err);
    return s == CDR_OK && strcmp(i.reason, reason) != 0 ? go(in, &i, i.state, reason, salt, cdr_in_now(in), err) : s;
}

cdr_status cdr_in_verdict(cdr_incidents *in, int64_t id, bool breach, const char *reason, int64_t at_us, cdr_err *err)
{
    cdr_incident i;
    char words[sizeof i.reason];
    uint8_t salt[CDR_IN_SALT];
    cdr_incident_state state = breach ? CDR_INCIDENT_BREACH : CDR_INCIDENT_NO_BREACH;
    cdr_status s = cdr_in_get(in, id, &i, salt, err);
    if (s != CDR_OK || i.closed_us || !may_go(i.state, state))
        return s;
    cdr_text_cut(words, sizeof words, reason);
    return go(in, &i, state, words, salt, CDR_MAX(at_us, i.times[CDR_INCIDENT_DISCOVERY]), err);
}

/* Times that must not come before others. */
static cdr_status check_time(const cdr_incident *i, cdr_incident_time which, int64_t at, int64_t now, cdr_err *err)
{
    static const struct { cdr_incident_time first, then; } order[] = {
        {CDR_INCIDENT_BEGAN, CDR_INCIDENT_DISCOVERY}, {CDR_INCIDENT_DISCOVERY, CDR_INCIDENT_AWARENESS}, {CDR_INCIDENT_BEGAN, CDR_INCIDENT_CONTAINED}, {CDR_INCIDENT_DISCOVERY, CDR_INCIDENT_NOTIFIED_AUTHORITY},
        {CDR_INCIDENT_DISCOVERY, CDR_INCIDENT_NOTIFIED_PEOPLE}, {CDR_INCIDENT_BEGAN, CDR_INCIDENT_RESOLVED},
    };
    if (at > now + MINUTE)
        return cdr_fail(err, CDR_E_INVAL, "incident", "incident.future", "\"%s\" lies in the future; give the time at which it happened.", cdr_incident_time_key(which));
    for (size_t k = 0; k < CDR_COUNT(order); k++) {
        int64_t first = order[k].first == which ? at : i->times[order[k].first], then = order[k].then == which ? at : i->times[order[k].then];
        if (first && then && then < first)
            return cdr_fail(err, CDR_E_INVAL, "incident", "incident.order", "\"%s\" cannot be before \"%s\"; look at both with candor incident show I-%lld.", cdr_incident_time_key(order[k].then),
                            cdr_incident_time_key(order[k].first), (long long)i->id);
    }
    return CDR_OK;
}

static void time_words(cdr_incident_time which, int64_t at_us, char ret[200])
{
    static const char *const words[CDR_INCIDENT_TIME__MAX] = {"It began", "It was noticed", "It was known that personal data are concerned", "It was confirmed", "It was contained", "The authority was told", "The people were told",
                                                              "It was over"};
    char at[64];
    cdr_time_format_long(at_us, at);
    snprintf(ret, 200, "%s: %s", words[which], at_us ? at : "not known any more");
}

cdr_status cdr_incident_set_time(cdr_incidents *in, int64_t id, cdr_incident_time which, int64_t at_us, cdr_err *err)
{
    cdr_incident i;
    char text[200];
    if ((unsigned)which >= CDR_INCIDENT_TIME__MAX || at_us < 0 || (which == CDR_INCIDENT_DISCOVERY && !at_us))
        return cdr_fail(err, CDR_E_INVAL, "incident", "incident.time", "There is no such time, or it cannot be taken back.");
    cdr_status s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK && at_us)
        s = check_time(&i, which, at_us, cdr_in_now(in), err);
    if (s == CDR_OK)
        s = cdr_in_put_time(in, id, which, at_us, err);
    time_words(which, at_us, text);
    if (s == CDR_OK)
        s = cdr_in_add_event(in, id, &(cdr_in_event){.kind = "state", .text = text, .event_us = at_us}, err);
    if (s == CDR_OK)
        s = cdr_in_authority(in, id, err);
    s = cdr_in_end(in, s, err);
    return s == CDR_OK ? cdr_incident_settle(in, id, err) : s;
}

/* One change with its reason, as an entry of the timeline: ${details} goes to the ledger, ${text} to the timeline. */
static cdr_status note_change(cdr_incidents *in, int64_t id, const char *kind, json_t *details, const char *text, cdr_err *err)
{
    cdr_status s = cdr_in_enter(in, kind, id, details, err);
    return s == CDR_OK ? cdr_in_add_event(in, id, &(cdr_in_event){.kind = "state", .text = text}, err) : s;
}

cdr_status cdr_incident_set_people(cdr_incidents *in, int64_t id, int64_t min, int64_t max, const char *reason, cdr_err *err)
{
    cdr_incident i;
    char clean[400], text[560], upper[24] = "an unknown number";
    if (min < -1 || max < -1 || (max >= 0 && min > max))
        return cdr_fail(err, CDR_E_INVAL, "incident", "incident.people", "The least number of people is larger than the most, or below nothing.");
    cdr_status s = cdr_in_clean(in, reason, "The reason", true, clean, sizeof clean, err);
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    if (max >= 0)
        snprintf(upper, sizeof upper, "%lld", (long long)max);
    snprintf(text, sizeof text, "People concerned: %lld to %s. %s", (long long)CDR_MAX(min, 0), upper, clean);
    s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK)
        s = cdr_in_run(in->set, IN_SET_PEOPLE, CDR_V(cdr_v_int(id), cdr_v_known(min), cdr_v_known(max)), err);
    if (s == CDR_OK)
        s = note_change(in, id, "incident.people", json_pack("{s:I, s:I}", "min", (json_int_t)min, "max", (json_int_t)max), text, err);
    return cdr_in_end(in, s, err);
}

/* What is said of an incident in one word. */
typedef struct word_change { size_t statement; const char *entry, *key, *label; } word_change;

static cdr_status set_word(cdr_incidents *in, int64_t id, const word_change *w, const char *word, const char *shown, const char *reason, cdr_err *err)
{
    cdr_incident i;
    char clean[400], text[560];
    cdr_status s = cdr_in_clean(in, reason, "The reason", true, clean, sizeof clean, err);
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    snprintf(text, sizeof text, "%s %s. %s", w->label, shown, clean);
    s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK)
        s = cdr_in_run(in->set, w->statement, CDR_V(cdr_v_int(id), cdr_v_text(word)), err);
    if (s == CDR_OK)
        s = note_change(in, id, w->entry, json_pack("{s:s}", w->key, word), text, err);
    return cdr_in_end(in, s, err);
}

cdr_status cdr_incident_set_severity(cdr_incidents *in, int64_t id, const char *severity, const char *reason, cdr_err *err)
{
    static const char *const levels[] = {"low", "medium", "high", "very high"};
    static const word_change change = {IN_SET_SEVERITY, "incident.severity", "severity", "Severity"};
    bool found = false;
    for (size_t k = 0; severity && k < CDR_COUNT(levels); k++)
        found = found || !strcmp(levels[k], severity);
    if (!found)
        return cdr_fail(err, CDR_E_INVAL, "incident", "incident.severity", "The severity is low, medium, high or very high.");
    return set_word(in, id, &change, severity, severity, reason, err);
}

cdr_status cdr_incident_set_kind(cdr_incidents *in, int64_t id, const char *kind, const char *reason, cdr_err *err)
{
    static const word_change change = {IN_SET_KIND, "incident.kind", "kind", "Kind:"};
    const cdr_incident_kind *k = cdr_incident_kind_of(kind);
    if (!k)
        return cdr_fail(err, CDR_E_INVAL, "incident", "incident.kind", "There is no kind of incident of that name; candor incident open --help lists them.");
    return set_word(in, id, &change, k->key, k->label, reason, err);
}

/* --- what a step of a playbook says --- */

cdr_status cdr_in_time_of_step(cdr_incidents *in, int64_t id, cdr_incident_time which, int64_t at_us, const char *step, cdr_err *err)
{
    cdr_incident i;
    char text[200];
    cdr_status s = cdr_in_get(in, id, &i, NULL, err);
    if (s != CDR_OK || i.closed_us || i.times[which])
        return s;
    at_us = CDR_MAX(at_us, i.times[CDR_INCIDENT_DISCOVERY]);
    time_words(which, at_us, text);
    s = cdr_in_put_time(in, id, which, at_us, err);
    return s == CDR_OK ? cdr_in_add_event(in, id, &(cdr_in_event){.kind = "state", .text = text, .ref = step, .event_us = at_us}, err) : s;
}

cdr_status cdr_in_people_of_step(cdr_incidents *in, int64_t id, int64_t max, const char *step, cdr_err *err)
{
    cdr_incident i;
    char text[160];
    cdr_status s = cdr_in_get(in, id, &i, NULL, err);
    if (s != CDR_OK || i.closed_us || i.people_max == max)
        return s;
    int64_t min = CDR_MIN(i.people_min, max);
    snprintf(text, sizeof text, "People concerned: %lld to %lld, as counted in the playbook", (long long)CDR_MAX(min, 0), (long long)max);
    s = cdr_in_run(in->set, IN_SET_PEOPLE, CDR_V(cdr_v_int(id), cdr_v_known(min), cdr_v_known(max)), err);
    if (s == CDR_OK)
        s = cdr_in_enter(in, "incident.people", id, json_pack("{s:I, s:I}", "min", (json_int_t)min, "max", (json_int_t)max), err);
    return s == CDR_OK ? cdr_in_add_event(in, id, &(cdr_in_event){.kind = "state", .text = text, .ref = step}, err) : s;
}

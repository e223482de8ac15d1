/* SPDX-License-Identifier: Apache-2.0 */
#include "core/incident/lane_letters.h"

#include "base/json.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

#define HOUR_US INT64_C(3600000000)

static bool nobody(const cdr_lane_answers *a)
{
    return cdr_lane_has(a, CDR_LANE_HAS, "nobody");
}

/* Somebody can be asked to delete it. */
static bool somebody_to_ask(const cdr_lane_answers *a)
{
    bool near = cdr_lane_has(a, CDR_LANE_HAS, "trusted") || cdr_lane_has(a, CDR_LANE_HAS, "known"), sent = cdr_lane_has(a, CDR_LANE_WHAT, "wrong-recipient");
    return !nobody(a) && (near || sent) && !cdr_lane_has(a, CDR_LANE_ASKED, "confirmed");
}

size_t cdr_lane_letters(const cdr_lane_answers *a, const cdr_lane_result *r, int64_t now_us, cdr_lane_letter ret[CDR_LANE_LETTERS_MAX])
{
    size_t n = 0;
    const bool risky = r->tell_authority || r->tell_people || !r->small || r->ask_counsel;
    if (somebody_to_ask(a))
        ret[n++] = (cdr_lane_letter){"letter_recipient", "the wrong recipient", "Ask the wrong recipient to delete it and to say so in writing", now_us + 24 * HOUR_US, false};
    if (r->tell_people)
        ret[n++] = (cdr_lane_letter){"letter_people", "the people concerned", "Write to the people concerned", 0, false};
    if (r->tell_authority)
        ret[n++] = (cdr_lane_letter){"report_authority", "the authority", "Report to the authority", 0, false};
    if (risky && !cdr_lane_has(a, CDR_LANE_DID, "insurer"))
        ret[n++] = (cdr_lane_letter){"notice_insurer", "the insurer", "Give first notice to the insurer", now_us + 48 * HOUR_US, false};
    ret[n++] = (cdr_lane_letter){"note_internal", "the file", "Internal note", 0, true};
    return n;
}

/* What may come of a kind of data, and what helps; worst first. */
static const struct { const char *keys, *harm, *advice, *effect /* as a report says it */; } consequences[] = {
    {"card", "Somebody may try to pay with your card.", "Ask your card company for a new card, and look at your bills.", "Payments with their cards"},
    {"bank", "Somebody may try to take money from your account.", "Look at your bank statements. Tell your bank about any payment that you do not know.", "Money taken from their accounts"},
    {"password", "Somebody may try to log in as you.", "Change your password with us, and wherever you use the same one.", "Log-ins as them, here and elsewhere"},
    {"id", "Somebody may try to use your name, to buy or to borrow.", "Ask the office that gave you the number what you can do. Keep an eye on bills that are not yours.", "Purchases or loans in their names"},
    {"health,belief", "Somebody may learn private things about you.", "If somebody speaks to you about it or makes use of it, tell us.", "Private things about them become known"},
    {"birth", "With your name and date of birth, somebody may try to pass as you.", "If a firm calls you a customer and you are none, tell it, and tell us.", "Somebody passes as them"},
    {"pay,place,file", "Somebody may learn things about you that you keep to yourself.", "If somebody speaks to you about it or makes use of it, tell us.", "What they keep to themselves becomes known"},
    {"contact,email", "Somebody may write to you or call you and pretend to be us.", "Take care with mails and calls that speak of this. Do not open links in them. Call us at the number you know.",
     "Mails and calls that pretend to be us"},
};
#define NAMED_MAX 4            /* of each: a letter that lists everything is not read */

static bool any_of(const cdr_lane_answers *a, const char *keys)
{
    char one[24];
    for (const char *p = keys; *p;) {
        size_t n = strcspn(p, ",");
        snprintf(one, sizeof one, "%.*s", (int)n, p);
        if (cdr_lane_has(a, CDR_LANE_DATA, one))
            return true;
        p += n + (p[n] == ',');
    }
    return false;
}

static bool listed(const json_t *list, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!strcmp(json_string_value(json_array_get(list, i)), text))
            return true;
    return false;
}

static void add_consequences(const cdr_lane_answers *a, json_t *ret)
{
    json_t *harms = json_array(), *advice = json_array(), *effects = json_array();
    const bool open = !nobody(a) && !cdr_lane_has(a, CDR_LANE_LOCKED, "safe"), lost = cdr_lane_has(a, CDR_LANE_BACK, "days") || cdr_lane_has(a, CDR_LANE_BACK, "lost");
    for (size_t i = 0; open && i < CDR_COUNT(consequences) && json_array_size(harms) < NAMED_MAX; i++)
        if (any_of(a, consequences[i].keys)) {
            json_array_append_new(harms, json_string(consequences[i].harm));
            json_array_append_new(effects, json_string(consequences[i].effect));
            if (!listed(advice, consequences[i].advice))
                json_array_append_new(advice, json_string(consequences[i].advice));
        }
    if (lost) {
        json_array_append_new(harms, json_string("Things may take longer with us. We may have to ask you again for what was lost."));
        json_array_append_new(effects, json_string("They wait, or have to give data again"));
    }
    if (open && a->said[CDR_LANE_DATA] != CDR_LANE_SAID) {
        json_array_append_new(harms, json_string("We cannot say this until we know which data it is."));
        json_array_append_new(effects, json_string("Not known until it is known which data it is"));
    }
    json_object_set_new(ret, "harms", harms);
    json_object_set_new(ret, "advice", advice);
    json_object_set_new(ret, "effects", effects);
}

static void add_done(const cdr_lane_answers *a, json_t *ret)
{
    json_t *done = json_array();
    for (const cdr_lane_choice *c = cdr_lane_rows[CDR_LANE_DID].choices; c->key; c++)
        if (*c->phrase && cdr_lane_has(a, CDR_LANE_DID, c->key))
            json_array_append_new(done, json_string(c->phrase));
    if (cdr_lane_has(a, CDR_LANE_ASKED, "asked") || cdr_lane_has(a, CDR_LANE_ASKED, "refused"))
        json_array_append_new(done, json_string("asked those who have the data to delete it"));
    if (cdr_lane_has(a, CDR_LANE_ASKED, "confirmed"))
        json_array_append_new(done, json_string("have it in writing that those who got the data deleted it or sent it back"));
    if (cdr_lane_has(a, CDR_LANE_GOING, "stopped"))
        json_array_append_new(done, json_string("stopped it"));
    json_object_set_new(ret, "done", done);
}

/* ${for_people}: what whoever gets a letter wants to know. */
static json_t *unknown_list(const cdr_lane_answers *a, bool for_people)
{
    json_t *open = json_array();
    for (cdr_lane_q q = 0; q < CDR_LANE_Q__MAX; q++) {
        bool theirs = q == CDR_LANE_WHAT || q == CDR_LANE_DATA || q == CDR_LANE_HAS || q == CDR_LANE_LOCKED || q == CDR_LANE_BACK || q == CDR_LANE_GOING;
        if (cdr_lane_applies(q, a) && a->said[q] != CDR_LANE_SAID && (theirs || !for_people))
            json_array_append_new(open, json_string(cdr_lane_rows[q].open));
    }
    return open;
}

/* ${open}: what an authority asks for, and nobody could say yet. */
static void add_unknown(const cdr_lane_answers *a, const cdr_lane_letter_facts *facts, json_t *ret)
{
    json_t *all = unknown_list(a, false), *theirs = unknown_list(a, true);
    if (somebody_to_ask(a) && (a->said[CDR_LANE_ASKED] == CDR_LANE_SAID || !cdr_lane_applies(CDR_LANE_ASKED, a))) {
        json_array_append_new(all, json_string("whether those who got the data have deleted it"));
        json_array_append_new(theirs, json_string("whether those who got the data have deleted it"));
    }
    json_t *open = json_copy(all);
    if (!facts->began_us)
        json_array_append_new(open, json_string("when it began"));
    json_array_append_new(open, json_string("how many records it concerns"));
    json_object_set_new(ret, "open", open);
    json_object_set_new(ret, "unknowns", json_boolean(json_array_size(all) > 0));
    json_object_set_new(ret, "questions", json_boolean(json_array_size(theirs) > 0));
    json_object_set_new(ret, "unknown", all);
    json_object_set_new(ret, "question", theirs);
}

static void add_words(const cdr_lane_answers *a, json_t *ret, const char *key, cdr_lane_q q, bool capital)
{
    _cleanup_buf_ cdr_buf words = CDR_BUF(1000);
    if (cdr_lane_applies(q, a))
        cdr_lane_words(a, q, true, &words);
    if (!words.len)
        return;
    if (capital && words.data[0] >= 'a' && words.data[0] <= 'z')
        words.data[0] = (char)(words.data[0] - 32);
    json_object_set_new(ret, key, json_string(words.data));
}

static void add_date(json_t *ret, const char *key, int64_t us)
{
    char text[CDR_LANE_DATE];
    if (us)
        cdr_lane_date(us, text);
    json_object_set_new(ret, key, json_string(us ? text : "[date]"));
}

/* For letters to private persons: "Friday 19 March 2027 at 09:12 (time zone UTC)". */
static void add_plain_date(json_t *ret, const char *key, int64_t us)
{
    char text[64], plain[100];
    cdr_time_format_long(us, text);
    const char *comma = strrchr(text, ',');
    snprintf(plain, sizeof plain, "%.*s at %.5s (time zone UTC)", comma ? (int)(comma - text) : 0, text, comma ? comma + 2 : "");
    json_object_set_new(ret, key, json_string(us ? plain : "[date]"));
}

static void add_answers(const cdr_lane_answers *a, const cdr_lane_result *r, json_t *ret)
{
    json_t *list = json_array();
    for (cdr_lane_q q = 0; q < CDR_LANE_Q__MAX; q++) {
        _cleanup_buf_ cdr_buf words = CDR_BUF(2000);
        const char *ask, *why, *fallback;
        if (a->said[q] == CDR_LANE_OPEN)
            continue;
        cdr_lane_ask(q, a, &ask, &why, &fallback);
        cdr_lane_words(a, q, false, &words);
        char date[CDR_LANE_DATE];
        cdr_lane_date(r->aware_us, date);
        const char *said = words.len ? words.data : q == CDR_LANE_NOTICED ? date : a->text[q];
        json_array_append_new(list, json_pack("{s:s, s:s}", "ask", ask, "answer", a->said[q] == CDR_LANE_SAID ? said : "I do not know"));
    }
    json_object_set_new(ret, "answers", list);
}

static void add_authority(const cdr_lane_answers *a, const cdr_lane_result *r, int64_t now_us, json_t *ret)
{
    cdr_lane_place p;
    cdr_lane_place_of(a, &p);
    json_object_set_new(ret, "authority", json_string(p.law_count == 1 && !p.nobody_said ? p.laws[0]->authority : "[authority]"));
    json_object_set_new(ret, "late", json_boolean(r->due_us && r->due_us < now_us));
    add_date(ret, "due", r->due_us);
    json_object_set_new(ret, "tell", json_string(r->tell_people ? "We will write to them, or have written to them on: [date]. [Attach the letter.]" : "We have not written to them, because of the risk as we see it in 6."));
}

json_t *cdr_lane_letter_data(const cdr_lane_answers *a, const cdr_lane_result *r, const cdr_lane_letter_facts *facts)
{
    char incident[32], people[60];
    json_t *ret = json_object();
    snprintf(incident, sizeof incident, "I-%lld", (long long)facts->id);
    if (r->people < 0)
        snprintf(people, sizeof people, "not known yet");
    else
        snprintf(people, sizeof people, "%lld", (long long)r->people);
    json_object_set_new(ret, "org", json_string(facts->org));
    json_object_set_new(ret, "incident", json_string(incident));
    json_object_set_new(ret, "people", json_string(people));
    json_object_set_new(ret, "risk", json_string(r->risk));
    json_object_set_new(ret, "headline", json_string(r->headline));
    json_object_set_new(ret, "why", json_string(r->why_authority));
    json_object_set_new(ret, "why_people", json_string(r->why_people));
    if (facts->began_us)
        add_date(ret, "began", facts->began_us);
    else
        json_object_set_new(ret, "began", json_string("[date, or not known yet]"));
    if (r->law[0])
        json_object_set_new(ret, "law", json_string(r->law));
    cdr_lane_place p;
    cdr_lane_place_of(a, &p);
    if (p.law_count)
        json_object_set_new(ret, "source", json_string(p.laws[0]->source));
    if (facts->contact && facts->contact[0])
        json_object_set_new(ret, "contact", json_string(facts->contact));
    if (facts->own_words && facts->own_words[0])
        json_object_set_new(ret, "own", json_string(facts->own_words));
    json_object_set_new(ret, "going", json_boolean(cdr_lane_applies(CDR_LANE_GOING, a) && !cdr_lane_has(a, CDR_LANE_GOING, "stopped")));
    add_date(ret, "today", facts->now_us);
    add_date(ret, "noticed", r->aware_us);
    add_plain_date(ret, "day", r->aware_us);
    add_date(ret, "sent", 0);
    add_plain_date(ret, "until", facts->now_us + 48 * HOUR_US);
    add_words(a, ret, "data", CDR_LANE_DATA, false);
    add_words(a, ret, "whose", CDR_LANE_WHOSE, false);
    add_words(a, ret, "who", CDR_LANE_HAS, true);
    add_words(a, ret, "locked", CDR_LANE_LOCKED, true);
    json_object_set_new(ret, "what", json_string("it is not known yet what happened"));
    add_words(a, ret, "what", CDR_LANE_WHAT, false);
    json_object_set_new(ret, "event", json_string("It is not known yet what happened"));
    add_words(a, ret, "event", CDR_LANE_WHAT, true);
    json_object_set_new(ret, "by", json_string("[who noticed it]"));
    add_words(a, ret, "by", CDR_LANE_BY, false);
    add_consequences(a, ret);
    add_done(a, ret);
    add_unknown(a, facts, ret);
    add_answers(a, r, ret);
    add_authority(a, r, facts->now_us, ret);
    return ret;
}

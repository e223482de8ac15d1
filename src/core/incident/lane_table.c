/* SPDX-License-Identifier: Apache-2.0 */
/* The questions of the small lane. Words are a shop owner's; each says why it is asked. */
#include "core/incident/lane_parts.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* Ranks order choices from harmless to worst where lane_rule.c asks for an order; elsewhere they are classes or bits. */
const cdr_lane_row cdr_lane_rows[CDR_LANE_Q__MAX] = {
    [CDR_LANE_WHAT] = {
        "what", "What happened?", "It decides what is asked next.", NULL, "Find out what happened", "what happened", "What happened is not known, so everything is asked.", CDR_LANE_CHOICE,
        {{"wrong-recipient", "something went to the wrong person: e-mail, letter, file", "a message that holds personal data went to the wrong person", 0},
         {"lost", "a phone, laptop, stick, disk or paper was lost or stolen", "a device or papers that hold personal data were lost or stolen", 0},
         {"break-in", "somebody got into an account, a mailbox or a website", "somebody got into a system that holds personal data", 0},
         {"ransom", "computers are locked, or files are gone or changed", "files that hold personal data were locked, changed or destroyed", 0},
         {"caller", "somebody pretended to be a customer", "somebody pretended to be a customer and got at personal data", 0},
         {"staff", "somebody who works here, or did, looked at or took data", "somebody who works or worked for us looked at or took personal data without a reason", 0},
         {"vendor", "a company that works for us had it happen", "a company that works for us had an incident with personal data", 0},
         {"published", "data could be seen on the internet, or by too many people", "personal data could be seen by people who should not see them", 0},
         {"outage", "fire, water or an outage: data cannot be used", "personal data could not be used after an outage or damage", 0},
         {"other", "something else", "something happened to personal data that should not", 0}}},
    [CDR_LANE_NOTICED] = {
        "noticed", "When was it noticed?", "From then on the time to tell an authority is counted.", "now", "Find out when it was first noticed", "since when it was known",
        "When it was noticed is not known, so one day is left and not three.", CDR_LANE_TIME, {{0}}},
    [CDR_LANE_BY] = {
        "by", "Who noticed it?", "The register names how it came to light; no names of people.", "staff", "Find out who noticed it first", "who noticed it first", "Who noticed it is not known.", CDR_LANE_CHOICE,
        {{"staff", "somebody who works here", "somebody who works here", 0}, {"customer", "a customer, or whose data it is", "a customer", 0}, {"recipient", "the person who got it", "the person who got it", 0},
         {"company", "a company that we work with", "a company that we work with", 0}, {"authority", "police or an authority", "police or an authority", 0}, {"outside", "somebody else from outside", "somebody from outside", 0}}},
    [CDR_LANE_PEOPLE] = {
        "people", "The data of how many people, at most?", "Rather too many than too few; it can be corrected later.", NULL, "Count how many people it concerns at most", "how many people it concerns",
        "How many people is not known, so it counts as many.", CDR_LANE_NUMBER, {{0}}},
    [CDR_LANE_WHOSE] = {
        "whose", "Whose data are they?", "Patients and children are hurt more easily.", "customers", "Find out whose data they are", "whose data they are",
        "Whose they are is not known, so patients and children count as among them.", CDR_LANE_CHOICES,
        {{"customers", "customers, guests, members", "customers", 0}, {"staff", "people who work here or applied", "people who work here or applied", 0},
         {"patients", "patients, or people in care", "patients or people in care", 2}, {"children", "children", "children", 1}, {"others", "others", "others", 0}}},
    [CDR_LANE_DATA] = {
        "data", "What did it say about them?", "What can be done with the data decides how bad it is.", NULL, "Find out which data it was", "which data it was",
        "Which data is not known, so it counts as health.", CDR_LANE_CHOICES,
        {{"contact", "name, address, telephone", "name, address or telephone number", 1}, {"email", "e-mail address", "e-mail address", 1},
         {"orders", "orders, bookings, bills", "orders, bookings or bills", 1}, {"wishes", "wishes and habits: food, seat, hobby", "wishes and habits", 1},
         {"birth", "date of birth", "date of birth", 2}, {"pay", "wages, contract terms, debts", "wages, contract terms or debts", 2},
         {"place", "where somebody was or whom she called", "whereabouts or calls", 2},
         {"file", "a whole file or mailbox: letters, CVs, photos", "letters, files or photos", 2}, {"bank", "bank account", "bank account", 3}, {"card", "payment card", "payment card", 3},
         {"id", "ID, passport, tax or social security number", "ID, passport, tax or social security number", 3}, {"password", "password or security answer", "password or security answer", 3},
         {"health", "health", "health", 4}, {"belief", "belief, origin, sex life, union, crimes", "belief, origin, sex life, union or crimes", 4},
         {"scrambled", "user names or salted hashes alone: nobody can tell who it is", "user names or scrambled passwords that do not say who it is", 0}}},
    [CDR_LANE_HAS] = {
        "has", "Who has the data now, or could have looked?", "Somebody whom you can ask to delete is less risk than a stranger.", NULL, "Find out who has the data now", "who has the data",
        "Who has the data is not known, so it counts as anybody.", CDR_LANE_CHOICE,
        {{"nobody", "nobody can read it: back unopened, well encrypted, or it never left", "nobody outside could read the data", 0},
         {"trusted", "one that we know and trust: a partner bound to secrecy", "a partner that we know and trust has the data", 1},
         {"known", "one or few whom we know and can talk to", "somebody whom we know and can talk to has the data", 2},
         {"stranger", "somebody whom we do not know: a thief, an attacker", "somebody whom we do not know may have the data", 3},
         {"public", "many, or anybody", "anybody could have seen the data", 4}}},
    [CDR_LANE_ASKED] = {
        "asked", "Were they asked to delete it, and did they say that they did?", "A written \"deleted\" lowers the risk.", NULL, "Ask for a written word that it was deleted", "whether it was deleted",
        "Whether it was deleted is not known, so it counts as refused.", CDR_LANE_CHOICE,
        {{"confirmed", "yes, and they say in writing that it is deleted or sent back", "they say in writing that it is deleted or sent back", 0},
         {"asked", "asked, no answer yet", "they were asked to delete it and have not answered yet", 1}, {"no", "not asked yet", "they were not asked to delete it yet", 2},
         {"refused", "they refused, used it or passed it on", "they refused to delete it, used it or passed it on", 3}}},
    [CDR_LANE_LOCKED] = {
        "locked", "Was it encrypted, and is the key or password safe?", "What nobody can open, nobody can read.", NULL, "Find out whether it was encrypted and the key is safe", "whether it was encrypted and the key is safe",
        "Whether it was encrypted is not known, so it counts as open.", CDR_LANE_CHOICE,
        {{"safe", "encrypted, and the key or password is safe", "the data are encrypted and the key is safe", 0},
         {"key-gone", "encrypted, but the key or password may be gone too", "the data are encrypted, but the key may be gone too", 1}, {"no", "not encrypted", "the data are not encrypted", 2}}},
    [CDR_LANE_BACK] = {
        "back", "Can you still use the data yourselves?", "Data that are missing can hurt people, too.", NULL, "Find out whether the data can be got back", "whether the data can be got back",
        "Whether the data can be got back is not known, so they count as lost.", CDR_LANE_CHOICE,
        {{"fine", "yes, nothing is missing", "nothing is missing", 0}, {"soon", "yes, within a day, from a copy", "the data are back within a day", 1},
         {"days", "only after days; people wait or do without", "the data are missing for days", 2}, {"lost", "no, some are gone for good", "some of the data are gone for good", 3}}},
    [CDR_LANE_GOING] = {
        "going", "Is it still going on, or could it go on?", "First it must stop.", NULL, "Make sure that it is over", "whether it is over", "Whether it is over is not known, so it counts as going on.", CDR_LANE_CHOICE,
        {{"stopped", "no, it was stopped", "it was stopped", 0}, {"going", "yes", "it is still going on", 1}}},
    [CDR_LANE_WHERE] = {
        "where", "In which countries do these people live, and where is the business?", "Laws go by country. Names or codes, with commas.", NULL, "Find out in which countries these people live", "in which countries these people live",
        "Where the people live is not known, so the strictest law known here counts.", CDR_LANE_TEXT, {{0}}},
    [CDR_LANE_DID] = {
        "did", "What was done already?", "It goes into the letters and the register.", "nothing", "Find out what was done already", "what was done already", "What was done already is not known.", CDR_LANE_CHOICES,
        {{"nothing", "nothing yet", "", 0}, {"passwords", "passwords were changed", "changed the passwords", 0}, {"closed", "the hole was closed, or taken off line", "closed the way in", 0},
         {"wiped", "the device was locked or wiped from afar", "locked or wiped the device from afar", 0}, {"police", "the police know", "told the police", 0},
         {"bank", "the bank or card company knows", "told the bank or card company", 0}, {"insurer", "the insurer knows", "told our insurer", 0},
         {"people", "the people concerned know", "told the people concerned", 0}, {"copies", "copies of the proof were kept", "kept copies of the proof", 0}}},
};

static const struct { const char *what, *kind; bool back, going, locked, did; } whats[] = {
    {"wrong-recipient", "misdirected-message", false, false, true, false}, {"lost", "lost-device", true, false, true, true}, {"break-in", "customer-data-breach", false, true, true, true},
    {"ransom", "ransomware", true, true, true, true}, {"caller", "identity-theft", false, true, false, true}, {"staff", "insider-misuse", false, true, false, true},
    {"vendor", "vendor-breach", true, true, true, false}, {"published", "customer-data-breach", false, true, true, true}, {"outage", "natural-disaster", true, true, false, true},
    {"other", "other", true, true, true, false},
};
#define OTHER (CDR_COUNT(whats) - 1)

/* What nobody knows is asked as something else: everything. */
static size_t what_of(const cdr_lane_answers *a)
{
    for (size_t i = 0; a->said[CDR_LANE_WHAT] == CDR_LANE_SAID && i < CDR_COUNT(whats); i++)
        if (!strcmp(a->text[CDR_LANE_WHAT], whats[i].what))
            return i;
    return OTHER;
}

const char *cdr_lane_kind_of(const char *what)
{
    for (size_t i = 0; what && i < CDR_COUNT(whats); i++)
        if (!strcmp(what, whats[i].what))
            return whats[i].kind;
    return whats[OTHER].kind;
}

bool cdr_lane_has(const cdr_lane_answers *a, cdr_lane_q q, const char *choice)
{
    size_t n = strlen(choice);
    if (a->said[q] != CDR_LANE_SAID)
        return false;
    for (const char *p = a->text[q]; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
        if (!strncmp(p, choice, n) && (p[n] == ',' || !p[n]))
            return true;
    return false;
}

bool cdr_lane_applies(cdr_lane_q q, const cdr_lane_answers *a)
{
    const size_t what = what_of(a);
    const bool near = cdr_lane_has(a, CDR_LANE_HAS, "trusted") || cdr_lane_has(a, CDR_LANE_HAS, "known"), none = cdr_lane_has(a, CDR_LANE_HAS, "nobody");
    if (q == CDR_LANE_ASKED)
        return near;
    if (q == CDR_LANE_LOCKED)
        return whats[what].locked && !near && !none;
    if (q == CDR_LANE_BACK)
        return whats[what].back;
    if (q == CDR_LANE_GOING)
        return whats[what].going;
    return q == CDR_LANE_DID ? whats[what].did : q < CDR_LANE_Q__MAX;
}

cdr_lane_q cdr_lane_open(const cdr_lane_answers *a)
{
    for (cdr_lane_q q = 0; q < CDR_LANE_Q__MAX; q++)
        if (a->said[q] == CDR_LANE_OPEN && cdr_lane_applies(q, a))
            return q;
    return CDR_LANE_Q__MAX;
}

/* Of ASKED and LOCKED one at most is asked: while nobody said who has the data, one of them may come. */
unsigned cdr_lane_most(const cdr_lane_answers *a)
{
    unsigned n = 0;
    bool open = a->said[CDR_LANE_HAS] == CDR_LANE_OPEN;
    if (a->said[CDR_LANE_WHAT] == CDR_LANE_OPEN)
        return CDR_LANE_QUESTIONS_MAX;
    for (cdr_lane_q q = 0; q < CDR_LANE_Q__MAX; q++)
        n += q == CDR_LANE_ASKED && open ? 1 : q == CDR_LANE_LOCKED && open ? 0 : cdr_lane_applies(q, a);
    return n;
}

const cdr_lane_choice *cdr_lane_choice_of(cdr_lane_q q, const char *key, size_t len)
{
    for (const cdr_lane_choice *c = cdr_lane_rows[q].choices; c->key; c++)
        if (strlen(c->key) == len && !memcmp(c->key, key, len))
            return c;
    return NULL;
}

void cdr_lane_words(const cdr_lane_answers *a, cdr_lane_q q, bool phrases, cdr_buf *out)
{
    if (a->said[q] != CDR_LANE_SAID)
        return;
    bool first = true;
    for (const char *p = a->text[q]; p && *p;) {
        const char *end = strchr(p, ',');
        const cdr_lane_choice *c = cdr_lane_choice_of(q, p, end ? (size_t)(end - p) : strlen(p));
        const char *word = c ? (phrases ? c->phrase : c->label) : "";
        if (*word) {
            cdr_buf_addf(out, "%s%s", first ? "" : "; ", word);
            first = false;
        }
        p = end ? end + 1 : NULL;
    }
}

/* Other words where the usual ones would sound odd. */
static const struct { cdr_lane_q q; const char *what, *ask, *why, *fallback; } wordings[] = {
    {CDR_LANE_HAS, "wrong-recipient", "Who got it?", NULL, NULL},
    {CDR_LANE_HAS, "ransom", "Could whoever did it have copied the data?", "Look at the logs before you say nobody.", NULL},
    {CDR_LANE_HAS, "outage", "Could anybody outside have read the data?", NULL, NULL},
    {CDR_LANE_PEOPLE, "wrong-recipient", "The data of how many people were in it, at most?", NULL, "1"},
};

void cdr_lane_ask(cdr_lane_q q, const cdr_lane_answers *a, const char **ask, const char **why, const char **fallback)
{
    *ask = cdr_lane_rows[q].ask;
    *why = cdr_lane_rows[q].why;
    *fallback = cdr_lane_rows[q].fallback;
    for (size_t i = 0; i < CDR_COUNT(wordings); i++)
        if (wordings[i].q == q && cdr_lane_has(a, CDR_LANE_WHAT, wordings[i].what)) {
            *ask = wordings[i].ask;
            *why = wordings[i].why ? wordings[i].why : *why;
            *fallback = wordings[i].fallback ? wordings[i].fallback : *fallback;
        }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The person a field name means: words that say what the value is (e-mail, name, private) are left out; what remains names a role. */
#include "scan/person.h"

#include "base/mem.h"
#include "detect/emitter.h"

#include <string.h>

/* What a value is, not whose. */
static const char attributes[] =
    "|e|mail|email|emails|mails|adresse|address|addresses|addr|phone|phones|telephone|telefon|tel|telefono|mobile|mobil|cell|cellphone|handy|fax|landline|name|names|vorname|"
    "nachname|first|last|given|family|sur|surname|middle|full|maiden|legal|display|nick|forename|firstname|lastname|fullname|nom|prenom|nombre|apellido|apellidos|nome|cognome|"
    "number|numbers|nr|no|num|nummer|numero|id|ids|code|iban|bic|swift|account|konto|kontonummer|card|credit|debit|bank|ssn|social|security|tax|steuer|vat|passport|national|"
    "license|licence|birth|date|of|day|dob|geburtsdatum|geburtstag|street|strasse|city|ort|town|plz|zip|postcode|postal|country|land|state|line|work|private|privat|home|office|"
    "business|primary|secondary|alternate|alternative|main|personal|dienstlich|geschaeftlich|value|normalized|raw|hash|salutation|title|anrede|";

/* Somebody apart from the person of the record. */
static const char roles[] =
    "|billing|bill|billto|shipping|ship|shipto|delivery|deliver|guest|sender|recipient|recipients|receiver|from|to|cc|bcc|reply|parent|child|children|mother|father|mom|dad|mum|"
    "spouse|partner|wife|husband|emergency|notfall|notfallkontakt|kin|nok|guardian|relative|sibling|brother|sister|son|daughter|dependent|dependant|beneficiary|witness|referee|"
    "reference|referrer|referred|referral|payer|payee|buyer|seller|doctor|physician|therapist|dentist|nurse|lawyer|attorney|manager|supervisor|boss|agent|broker|salesperson|"
    "salesrep|assignee|assigned|approver|approved|creator|created|updated|modified|author|reviewer|companion|passenger|traveller|traveler|tenant|landlord|lessor|lessee|"
    "cosigner|coapplicant|applicant|borrower|lender|debtor|creditor|insured|policyholder|claimant|donor|teacher|student|pupil|coach|caller|callee|inviter|invitee|host|driver|"
    "absender|empfaenger|empfänger|rechnung|rechnungs|lieferung|liefer|vater|mutter|eltern|elternteil|ehepartner|ehefrau|ehemann|arzt|hausarzt|vermieter|mieter|begleitung|"
    "begleitperson|kontaktperson|ansprechpartner|expediteur|expéditeur|destinataire|remitente|destinatario|mittente|padre|madre|conjoint|conyuge|";

static bool in(const char *list, const char *word, size_t len)
{
    char key[32];
    if (len == 0 || len + 3 > sizeof key)
        return false;
    key[0] = '|';
    memcpy(key + 1, word, len);
    key[len + 1] = '|';
    key[len + 2] = '\0';
    return strstr(list, key) != NULL;
}

static uint32_t mix(uint32_t h, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)s[i]) * 16777619u;
    return (h ^ ' ') * 16777619u;
}

/* The next word in lower case, or number: "shippingEmail2" has three. */
static size_t next_word(const char **at, const char *end, char *ret, size_t cap)
{
    const char *p = *at;
    while (p < end && !cdr_is_alnum(*p) && (unsigned char)*p < 0x80)
        p++;
    size_t n = 0;
    bool digits = p < end && cdr_is_digit(*p);
    const char *start = p;
    while (p < end && (cdr_is_alnum(*p) || (unsigned char)*p >= 0x80) && cdr_is_digit(*p) == digits) {
        if (p > start && cdr_is_upper(*p) && !cdr_is_upper(p[-1]))
            break;
        if (n < cap)
            ret[n++] = cdr_is_upper(*p) ? (char)(*p | 0x20) : *p;
        p++;
    }
    *at = p;
    return n;
}

static const struct noun { const char *begins, *word; uint8_t noun; } nouns[] = {
    {"cust", "customer", CDR_NOUN_CUSTOMER}, {"client", "customer", CDR_NOUN_CUSTOMER}, {"kund", "customer", CDR_NOUN_CUSTOMER},
    {"klant", "customer", CDR_NOUN_CUSTOMER}, {"klient", "customer", CDR_NOUN_CUSTOMER}, {"user", "user", CDR_NOUN_USER},
    {"usr", "user", CDR_NOUN_USER}, {"member", "member", CDR_NOUN_MEMBER}, {"mitglied", "member", CDR_NOUN_MEMBER},
    {"employee", "employee", CDR_NOUN_EMPLOYEE}, {"emp", "employee", CDR_NOUN_EMPLOYEE}, {"staff", "employee", CDR_NOUN_EMPLOYEE},
    {"mitarbeiter", "employee", CDR_NOUN_EMPLOYEE}, {"personal", "employee", CDR_NOUN_EMPLOYEE}, {"patient", "patient", CDR_NOUN_PATIENT},
    {"student", "student", CDR_NOUN_STUDENT}, {"subscriber", "subscriber", CDR_NOUN_SUBSCRIBER}, {"guest", "guest", CDR_NOUN_GUEST},
    {"contact", "contact", CDR_NOUN_CONTACT}, {"person", "person", CDR_NOUN_PERSON}, {"people", "person", CDR_NOUN_PERSON},
    {"donor", "donor", CDR_NOUN_DONOR}, {"passenger", "passenger", CDR_NOUN_PASSENGER}, {"account", "account", CDR_NOUN_ACCOUNT},
    {"buyer", "buyer", CDR_NOUN_BUYER}, {"owner", "owner", CDR_NOUN_OWNER}, {"profile", "profile", CDR_NOUN_PROFILE},
    {"party", "party", CDR_NOUN_PARTY},
};

static const struct noun *noun_of(const char *word, size_t len)
{
    for (size_t i = 0; i < CDR_COUNT(nouns); i++) {
        size_t n = strlen(nouns[i].begins);
        if (len >= n && !memcmp(word, nouns[i].begins, n))
            return &nouns[i];
    }
    return NULL;
}

static size_t next_word(const char **at, const char *end, char *ret, size_t cap);

static const struct noun *object_noun(const char *object)
{
    const char *slash = object ? strrchr(object, '/') : NULL;
    const char *p = slash ? slash + 1 : object ? object : "";
    char word[32];
    size_t n = next_word(&p, p + strlen(p), word, sizeof word);
    return noun_of(word, n);
}

size_t cdr_role_noun(const char *object, const char **ret)
{
    const struct noun *n = object_noun(object);
    *ret = n ? n->word : "";
    return strlen(*ret);
}

cdr_role cdr_role_of(const char *field, size_t len, const char *object)
{
    const struct noun *noun = NULL;
    if (len == 0)
        return (cdr_role){0, CDR_ROLE_TEXT, 0};
    const char *end = field + len, *last = field;
    uint32_t group = 2166136261u;
    bool other = false, named = false, numbered = false;
    /* The objects above say more than the words in the last name: contact.email and contact.phone are of one person. */
    for (const char *p = field; p < end; p++)
        if (*p == '.')
            last = p + 1;
    for (const char *p = field; p < end;) {
        char word[32];
        bool above = p < last;
        size_t n = next_word(&p, end, word, sizeof word);
        if (n == 0)
            break;
        noun = noun ? noun : noun_of(word, n);
        if (cdr_is_digit(word[0])) {
            numbered = true;
            group = mix(group, word, n);
        } else if (in(roles, word, n)) {
            other = true;
            group = mix(group, word, n);
        } else if (!other && (above || !in(attributes, word, n))) {
            named = true;
            group = mix(group, word, n);
        }
    }
    cdr_role_class class = other || (named && numbered) ? CDR_ROLE_OTHER : numbered ? CDR_ROLE_NUMBERED : CDR_ROLE_ANY;
    noun = noun ? noun : object_noun(object);
    return (cdr_role){group, (uint8_t)class, noun ? noun->noun : 0};
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inventory/entity.h"

#include "base/text.h"

#include <string.h>

const char *const cdr_provenance_names[] = {"declared", "observed", "confirmed", NULL};
const char *const cdr_party_kind_names[] = {"vendor", "department", "organisation", "authority", "other", NULL};
const char *const cdr_agreement_names[] = {"unknown", "none", "signed", "expired", NULL};
const char *const cdr_relation_names[] = {"responsible", "hosts", "stores", "shares", NULL};
const char *const cdr_activity_role_names[] = {"controller", "joint controller", "processor", NULL};
const char *const cdr_lawful_basis_names[] = {"unknown", "consent", "contract", "legal obligation", "vital interests", "public task", "legitimate interests", NULL};
/* GDPR Art. 9(2)(a)-(j), in its order. */
const char *const cdr_special_condition_names[] = {"unknown", "explicit consent", "employment law", "vital interests", "not-for-profit body", "made public",
                                                   "legal claims", "substantial public interest", "health care", "public health", "archiving or research", NULL};
const char *const cdr_dpia_names[] = {"unknown", "not required", "required", "in progress", "done", NULL};

enum { NAME_MAX_CHARS = 200 };

/* --- what a text may be --- */

bool cdr_inventory_key_valid(const char *key)
{
    size_t len = strlen(key);
    bool first = (key[0] >= 'a' && key[0] <= 'z') || (key[0] >= '0' && key[0] <= '9');
    return first && len <= 64 && strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len;
}

static bool is_country(const char *s)
{
    return strlen(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z';
}

/* "6Y", "1Y6M", "30D": numbers, each with the next unit of ${units}. Returns how many there were, -1 when it is none of that. */
static int parts(const char **s, const char *units)
{
    int count = 0;
    while (**s >= '0' && **s <= '9') {
        size_t digits = strspn(*s, "0123456789");
        const char *unit = digits <= 6 && (*s)[digits] ? strchr(units, (*s)[digits]) : NULL;
        if (!unit)
            return -1;
        units = unit + 1;
        *s += digits + 1;
        count++;
    }
    return count;
}

/* ISO 8601: P6Y, P1Y6M, P30D, P4W, PT72H. */
static bool is_period(const char *s)
{
    if (*s++ != 'P')
        return false;
    int days = parts(&s, "YMWD"), hours = 0;
    if (days >= 0 && *s == 'T') {
        s++;
        hours = parts(&s, "HMS");
        if (hours == 0)
            return false;
    }
    return days >= 0 && hours >= 0 && days + hours > 0 && !*s;
}

static bool is_claim(const char *s)
{
    return strlen(s) <= 4096 && cdr_utf8_valid(s, strlen(s));
}

/* Names stand on one line of lists, reports and terminals. */
static bool is_name(const char *s)
{
    size_t len = strlen(s);
    if (!cdr_utf8_valid(s, len) || cdr_utf8_count(s, len) > NAME_MAX_CHARS)
        return false;
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        i += cdr_utf8_decode(s + i, len - i, &cp);
        if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0))
            return false;
    }
    return true;
}

#define NAME_EXPECTS "text on one line of at most 200 characters"
#define KEY_EXPECTS "small letters, digits, dots, dashes and underscores (at most 64)"
#define COUNTRY_EXPECTS "a country code of two capital letters such as US or DE"

#define PROVENANCE(type_)                                                                                             \
    {.name = "provenance.state", .type = CDR_F_ENUM, .offset = offsetof(type_, state), .names = cdr_provenance_names, \
     .label = "Where it comes from"},                                                                                 \
    CDR_FIELD_NAMED(type_, state_date, "provenance.date", CDR_F_DATE, 0, "Since"),                                    \
    CDR_FIELD_NAMED(type_, evidence, "provenance.evidence", CDR_F_TEXT, 0, "Evidence")

/* The order of fields is the order of the parameters and columns in store.c. */
static const cdr_field party_fields[] = {
    CDR_FIELD(cdr_party, id, CDR_F_ID, 0, ""),
    CDR_FIELD_CHECKED(cdr_party, key, "key", CDR_F_TEXT, CDR_F_REQUIRED | CDR_F_KEY, "Key", cdr_inventory_key_valid, KEY_EXPECTS),
    CDR_FIELD_CHECKED(cdr_party, name, "name", CDR_F_TEXT, CDR_F_REQUIRED, "Name", is_name, NAME_EXPECTS),
    CDR_FIELD_ENUM(cdr_party, kind, cdr_party_kind_names, 0, "Kind"),
    CDR_FIELD(cdr_party, contact, CDR_F_TEXT, CDR_F_PRIVATE, "Contact"),
    CDR_FIELD_CHECKED(cdr_party, country, "country", CDR_F_TEXT, 0, "Country", is_country, COUNTRY_EXPECTS),
    CDR_FIELD_CHECKED(cdr_party, parent, "parent", CDR_F_TEXT, 0, "Part of", cdr_inventory_key_valid, "the key of a party"),
    CDR_FIELD_ENUM(cdr_party, agreement, cdr_agreement_names, 0, "Data-processing agreement"),
    CDR_FIELD(cdr_party, agreement_date, CDR_F_DATE, 0, "Agreement signed on"),
    CDR_FIELD(cdr_party, agreement_until, CDR_F_DATE, 0, "Agreement ends on"),
    CDR_FIELD(cdr_party, breach_notice_hours, CDR_F_INT, CDR_F_POSITIVE, "Tells us of a breach within hours"),
    CDR_FIELD(cdr_party, note, CDR_F_TEXT, CDR_F_PRIVATE, "Note"),
    PROVENANCE(cdr_party),
};
const cdr_record cdr_party_record = CDR_RECORD("party", cdr_party, party_fields);

static const cdr_field system_fields[] = {
    CDR_FIELD(cdr_system, id, CDR_F_ID, 0, ""),
    CDR_FIELD_CHECKED(cdr_system, key, "key", CDR_F_TEXT, CDR_F_REQUIRED | CDR_F_KEY, "Key", cdr_inventory_key_valid, KEY_EXPECTS),
    CDR_FIELD_CHECKED(cdr_system, name, "name", CDR_F_TEXT, CDR_F_REQUIRED, "Name", is_name, NAME_EXPECTS),
    CDR_FIELD(cdr_system, description, CDR_F_TEXT, 0, "Description"),
    CDR_FIELD(cdr_system, owner, CDR_F_TEXT, CDR_F_PRIVATE, "Owner"),
    CDR_FIELD(cdr_system, location, CDR_F_TEXT, 0, "Location"),
    CDR_FIELD_CHECKED(cdr_system, country, "country", CDR_F_TEXT, 0, "Country", is_country, COUNTRY_EXPECTS),
    CDR_FIELD(cdr_system, encrypted, CDR_F_TRISTATE, 0, "Encrypted"),
    CDR_FIELD_CHECKED(cdr_system, backup_of, "backup_of", CDR_F_TEXT, 0, "Backup of", cdr_inventory_key_valid, "the key of a system"),
    CDR_FIELD(cdr_system, system_of_record, CDR_F_BOOL, 0, "System of record"),
    CDR_FIELD_CHECKED(cdr_system, claims, "claims", CDR_F_LIST, 0, "Claims", is_claim, "a list of paths or database URLs"),
    CDR_FIELD(cdr_system, access, CDR_F_LIST, CDR_F_PRIVATE, "Who may read it"),
    PROVENANCE(cdr_system),
};
const cdr_record cdr_system_record = CDR_RECORD("system", cdr_system, system_fields);

#define RELATION                                                                                                                             \
    {.name = "relation", .type = CDR_F_ENUM, .offset = offsetof(cdr_holding, relation), .names = cdr_relation_names, .label = "In which way", \
     .flags = CDR_F_REQUIRED}

static const cdr_field holding_fields[] = {
    CDR_FIELD(cdr_holding, id, CDR_F_ID, 0, ""),
    CDR_FIELD_CHECKED(cdr_holding, system, "system", CDR_F_TEXT, CDR_F_REQUIRED, "System", cdr_inventory_key_valid, "the key of a system"),
    CDR_FIELD_CHECKED(cdr_holding, party, "party", CDR_F_TEXT, CDR_F_REQUIRED | CDR_F_KEY, "Party", cdr_inventory_key_valid, "the key of a party"),
    RELATION,
    CDR_FIELD(cdr_holding, note, CDR_F_TEXT, CDR_F_PRIVATE, "Note"),
    PROVENANCE(cdr_holding),
};
const cdr_record cdr_holding_record = CDR_RECORD("holding", cdr_holding, holding_fields);

static const cdr_field holder_fields[] = {
    CDR_FIELD_CHECKED(cdr_holding, party, "party", CDR_F_TEXT, CDR_F_REQUIRED | CDR_F_KEY, "Party", cdr_inventory_key_valid, "the key of a party"),
    RELATION,
    CDR_FIELD(cdr_holding, note, CDR_F_TEXT, CDR_F_PRIVATE, "Note"),
    PROVENANCE(cdr_holding),
};
const cdr_record cdr_holder_record = CDR_RECORD("holder", cdr_holding, holder_fields);

static const cdr_field activity_fields[] = {
    CDR_FIELD(cdr_activity, id, CDR_F_ID, 0, ""),
    CDR_FIELD_CHECKED(cdr_activity, key, "key", CDR_F_TEXT, CDR_F_REQUIRED | CDR_F_KEY, "Key", cdr_inventory_key_valid, KEY_EXPECTS),
    CDR_FIELD(cdr_activity, function, CDR_F_TEXT, 0, "Business function"),
    CDR_FIELD(cdr_activity, purpose, CDR_F_TEXT, CDR_F_REQUIRED, "Purpose"),
    CDR_FIELD(cdr_activity, data_use, CDR_F_TEXT, 0, "Purpose in the taxonomy"),
    CDR_FIELD_ENUM(cdr_activity, role, cdr_activity_role_names, 0, "Our role"),
    CDR_FIELD(cdr_activity, joint_controller, CDR_F_TEXT, 0, "Joint controller"),
    CDR_FIELD_ENUM(cdr_activity, lawful_basis, cdr_lawful_basis_names, 0, "Lawful basis"),
    CDR_FIELD_ENUM(cdr_activity, special_condition, cdr_special_condition_names, 0, "Condition for special categories"),
    CDR_FIELD(cdr_activity, legitimate_interest, CDR_F_TEXT, 0, "Legitimate interest"),
    CDR_FIELD(cdr_activity, interest_assessment, CDR_F_TEXT, 0, "Link to its assessment"),
    CDR_FIELD(cdr_activity, subjects, CDR_F_LIST, 0, "Whose data"),
    CDR_FIELD(cdr_activity, categories, CDR_F_LIST, 0, "Categories of data"),
    CDR_FIELD(cdr_activity, recipients, CDR_F_LIST, 0, "Recipients"),
    CDR_FIELD(cdr_activity, processor_contract, CDR_F_TEXT, 0, "Link to the processor's contract"),
    CDR_FIELD(cdr_activity, transfers, CDR_F_LIST, 0, "Transfers abroad"),
    CDR_FIELD(cdr_activity, transfer_safeguards, CDR_F_TEXT, 0, "Safeguards of transfers"),
    CDR_FIELD_CHECKED(cdr_activity, retention_period, "retention.period", CDR_F_TEXT, 0, "Kept for", is_period, "an ISO 8601 period such as P6Y, P18M or P30D"),
    CDR_FIELD_NAMED(cdr_activity, retention_trigger, "retention.trigger", CDR_F_TEXT, 0, "Counted from"),
    CDR_FIELD_NAMED(cdr_activity, retention_source, "retention.source", CDR_F_TEXT, 0, "By which rule"),
    CDR_FIELD(cdr_activity, safeguards, CDR_F_LIST, 0, "Security measures"),
    CDR_FIELD(cdr_activity, rights, CDR_F_LIST, 0, "Rights available"),
    CDR_FIELD(cdr_activity, automated_decisions, CDR_F_TRISTATE, 0, "Automated decisions"),
    CDR_FIELD(cdr_activity, consent_record, CDR_F_TEXT, 0, "Link to the record of consent"),
    CDR_FIELD_ENUM(cdr_activity, dpia, cdr_dpia_names, 0, "Impact assessment"),
    CDR_FIELD(cdr_activity, dpia_link, CDR_F_TEXT, 0, "Link to the impact assessment"),
    CDR_FIELD_CHECKED(cdr_activity, systems, "systems", CDR_F_LIST, CDR_F_ELSEWHERE, "Systems", cdr_inventory_key_valid, "a list of keys of systems"),
    CDR_FIELD(cdr_activity, source, CDR_F_TEXT, 0, "Where the data come from"),
    CDR_FIELD(cdr_activity, note, CDR_F_TEXT, CDR_F_PRIVATE, "Note"),
    PROVENANCE(cdr_activity),
};
const cdr_record cdr_activity_record = CDR_RECORD("activity", cdr_activity, activity_fields);

static const cdr_field declared_fields[] = {
    CDR_FIELD(cdr_declared_dataset, id, CDR_F_ID, 0, ""),
    CDR_FIELD_CHECKED(cdr_declared_dataset, key, "key", CDR_F_TEXT, CDR_F_REQUIRED | CDR_F_KEY, "Key", cdr_inventory_key_valid, KEY_EXPECTS),
    CDR_FIELD_CHECKED(cdr_declared_dataset, name, "name", CDR_F_TEXT, 0, "Name", is_name, NAME_EXPECTS),
    CDR_FIELD(cdr_declared_dataset, description, CDR_F_TEXT, 0, "Description"),
    CDR_FIELD_CHECKED(cdr_declared_dataset, system, "system", CDR_F_TEXT, 0, "System", cdr_inventory_key_valid, "the key of a system"),
    CDR_FIELD(cdr_declared_dataset, categories, CDR_F_LIST, 0, "Categories of data"),
    CDR_FIELD(cdr_declared_dataset, collections, CDR_F_JSON, 0, "Collections"),
    PROVENANCE(cdr_declared_dataset),
};
const cdr_record cdr_declared_dataset_record = CDR_RECORD("dataset", cdr_declared_dataset, declared_fields);

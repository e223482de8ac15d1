/* SPDX-License-Identifier: Apache-2.0 */
/* Which people a record speaks of. The fields of a record fall into groups (billing_…, guest2_…, the objects "sender" and
 * "recipient"; in a text what stands together), each group is one possible person: a mention. */
#ifndef CDR_SCAN_PERSON_H
#define CDR_SCAN_PERSON_H

#include "candor/scan.h"
#include "detect/kinds.h"

/* Whom the name of a field means. */
typedef enum cdr_role_class {
    CDR_ROLE_ANY,              /* nothing said, or a word that may mean the person of the record */
    CDR_ROLE_NUMBERED,         /* email2: perhaps another person, perhaps another address */
    CDR_ROLE_OTHER,            /* shipping, guest 2, emergency: somebody apart from the other groups */
    CDR_ROLE_TEXT              /* free text: what stands together belongs together */
} cdr_role_class;
typedef struct cdr_role { uint32_t group; uint8_t class, noun; } cdr_role;   /* noun: whose number, "customer" in customer_id; 0: not said */
/* ${object}: path of the file or table; one called customers says whose number "id" is. */
cdr_role cdr_role_of(const char *field, size_t len, const char *object);
/* The word for one of those whom a table is named after: "customer" for "shop.db!/customers"; its length, 0: none. */
size_t cdr_role_noun(const char *object, const char **ret);

enum { CDR_NOUN_NONE, CDR_NOUN_CUSTOMER, CDR_NOUN_USER, CDR_NOUN_MEMBER, CDR_NOUN_EMPLOYEE, CDR_NOUN_PATIENT, CDR_NOUN_STUDENT, CDR_NOUN_SUBSCRIBER, CDR_NOUN_GUEST,
       CDR_NOUN_CONTACT, CDR_NOUN_PERSON, CDR_NOUN_DONOR, CDR_NOUN_PASSENGER, CDR_NOUN_ACCOUNT, CDR_NOUN_BUYER, CDR_NOUN_OWNER, CDR_NOUN_PROFILE, CDR_NOUN_PARTY };

#define CDR_MENTION_IDS 4
#define CDR_MENTION_NOBODY 0x8000u

/* One possible person. */
typedef struct cdr_mention {
    uint64_t key;              /* tells apart: the best identifier and the name; a bare identifier is its own key */
    uint64_t name;             /* 0: none */
    uint64_t ids[CDR_MENTION_IDS];        /* best first */
    uint16_t kinds[CDR_MENTION_IDS];      /* with CDR_MENTION_NOBODY: a role mailbox, nobody for certain */
    uint8_t count;
} cdr_mention;

#define CDR_RECORD_THINGS 64
#define CDR_RECORD_TEXT 4096

typedef struct cdr_thing {
    uint64_t hash, offset;
    uint32_t field, len;
    cdr_role role;
    cdr_kind kind;
    uint8_t rank;
    bool nobody, name;
    uint16_t text, text_len;   /* of a name */
} cdr_thing;

/* What has been seen of the record that is being told. */
typedef struct cdr_person_seen {
    uint64_t scope;            /* numbers given out by one system are equal only within it */
    cdr_thing things[CDR_RECORD_THINGS];
    size_t count, text_len;
    char text[CDR_RECORD_TEXT];
    cdr_mention mentions[CDR_RECORD_THINGS];
} cdr_person_seen;

/* Identifiers that stand for a person wherever they are met: e-mail, telephone, numbers given to one person. */
bool cdr_person_joins(cdr_kind kind);
/* Keyed hash of an identifier as mentions and sketches hold it. */
uint64_t cdr_person_hash(cdr_kind kind, const char *normal, size_t len, uint64_t value_hash, uint64_t scope, unsigned noun);
uint64_t cdr_person_named(uint64_t id, uint64_t name);
/* A mailbox of many (info@), a number anybody may call. */
bool cdr_person_is_role(cdr_kind kind, const char *normal, size_t len);

void cdr_person_begin(const cdr_scan_options *o, cdr_person_seen *p, const char *container);
/* True when the record must be ended first, because it holds no more; the value is then not taken. */
bool cdr_person_full(const cdr_person_seen *p);
void cdr_person_value(cdr_person_seen *p, const cdr_role *role, const cdr_thing *t, const char *normal, size_t len);
/* Ends the record: how many mentions are in ->mentions. */
size_t cdr_person_end(const cdr_scan_options *o, cdr_person_seen *p);

#endif

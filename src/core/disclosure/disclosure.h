/* SPDX-License-Identifier: Apache-2.0 */
/* Who may be told what: the disclosure policy (disclosure.yaml), pure. It names the levels C0 to C4 and what proves each, and a table field x purpose x role x channel x
 * level -> never, confirm, masked, plain or send-to-record. Nothing is allowed that no rule allows; where several rules speak, a "never" wins. */
#ifndef CDR_CORE_DISCLOSURE_DISCLOSURE_H
#define CDR_CORE_DISCLOSURE_DISCLOSURE_H

#include "base/buf.h"
#include "base/json.h"

typedef enum cdr_level { CDR_LEVEL_C0, CDR_LEVEL_C1, CDR_LEVEL_C2, CDR_LEVEL_C3, CDR_LEVEL_C4, CDR_LEVEL_NEVER } cdr_level;
extern const char *const cdr_level_names[];              /* "C0" … "C4", "never" */

typedef enum cdr_mode { CDR_MODE_NEVER, CDR_MODE_CONFIRM, CDR_MODE_SEND, CDR_MODE_MASKED, CDR_MODE_PLAIN } cdr_mode;
extern const char *const cdr_mode_names[];               /* "never", "confirm", "send-to-record", "masked", "plain" */

/* What the caller gave. Stored in tables factor, one_time_code, verification_try: never renumber. */
typedef enum cdr_factor_kind {
    CDR_FACTOR_PIN = 1, CDR_FACTOR_WORDS = 2,                                   /* knowledge */
    CDR_FACTOR_TOTP = 10, CDR_FACTOR_SMS = 11, CDR_FACTOR_EMAIL = 12,           /* possession; e-mail counts as one only where the policy says so (NIST: it must not) */
    CDR_FACTOR_LINK = 13 /* code that the customer enters herself */, CDR_FACTOR_CALLBACK = 14, CDR_FACTOR_LETTER = 15, CDR_FACTOR_RECOVERY = 16, CDR_FACTOR_DOCUMENT = 17,
    CDR_FACTOR_CARD_LAST4 = 30, CDR_FACTOR_ACCOUNT = 31, CDR_FACTOR_DATE_OF_BIRTH = 32, CDR_FACTOR_POSTCODE = 33,   /* record: they find a customer and prove nothing */
    CDR_FACTOR_NAME = 34, CDR_FACTOR_PHONE_NUMBER = 35, CDR_FACTOR_EMAIL_ADDRESS = 36,
    CDR_FACTOR_SECOND_EMPLOYEE = 50
} cdr_factor_kind;
typedef enum cdr_factor_class { CDR_CLASS_NONE, CDR_CLASS_KNOWLEDGE, CDR_CLASS_POSSESSION, CDR_CLASS_RECORD, CDR_CLASS_STAFF } cdr_factor_class;
/* What a kind is by itself; a policy may say otherwise of some (cdr_disclosure_class). CDR_FACTOR_EMAIL is none: whoever reads a mailbox from anywhere holds nothing. */
cdr_factor_class cdr_factor_class_of(cdr_factor_kind kind);
extern const char *const cdr_factor_class_names[];       /* "none", "knowledge", "possession", "record", "staff" */
const char *cdr_factor_key(cdr_factor_kind kind);        /* "pin", "words", "totp", "sms", "email-code", "link", "callback", "letter", "recovery", "document", "card-last4"… */
const char *cdr_factor_label(cdr_factor_kind kind);      /* "PIN", "code by text message" */
cdr_factor_kind cdr_factor_by_key(const char *key);      /* 0: none; also with spaces or underscores and in any case */
size_t cdr_factor_kinds(const cdr_factor_kind **ret);    /* all of them, in the order in which people are asked */

typedef struct cdr_disclosure_policy cdr_disclosure_policy;

/* Reads one file. ${where} names it in messages; CDR_E_INVAL names the place and what would be right, of the first mistake. */
cdr_status cdr_disclosure_policy_read(const char *text, size_t len, const char *where, cdr_disclosure_policy **ret, cdr_err *err) CDR_NODISCARD;
/* All mistakes of a file as a list of sentences, empty when there are none; at most twenty. */
cdr_status cdr_disclosure_mistakes(const char *text, size_t len, const char *where, json_t **ret, cdr_err *err) CDR_NODISCARD;
/* The one that ships: playbooks/policies/disclosure.yaml, embedded. */
cdr_status cdr_disclosure_policy_default(cdr_disclosure_policy **ret, cdr_err *err) CDR_NODISCARD;
const char *cdr_disclosure_policy_default_text(void);
void cdr_disclosure_policy_free(cdr_disclosure_policy *p);
static inline void cdr_disclosure_policy_freep(cdr_disclosure_policy **p) { cdr_disclosure_policy_free(*p); }
const char *cdr_disclosure_level_means(const cdr_disclosure_policy *p, cdr_level level);   /* "Found. …"; "" when the policy does not say */
const char *cdr_disclosure_policy_name(const cdr_disclosure_policy *p);
/* The class that this policy gives a kind: none when it does not count here. */
cdr_factor_class cdr_disclosure_class(const cdr_disclosure_policy *p, cdr_factor_kind kind);

/* The level that the matched factors reach. Flags may raise what is needed or stop the call: see decide. */
typedef struct cdr_level_answer {
    cdr_level level;
    bool one_class_only;         /* an identifier was counted as the second factor: the screen says that it is one class only */
    char why[200];               /* "PIN (knowledge) and authenticator (possession): two classes" */
} cdr_level_answer;
void cdr_disclosure_level(const cdr_disclosure_policy *p, const cdr_factor_kind *matched, size_t count, cdr_level_answer *ret);

typedef struct cdr_disclosure_request {
    const char *field;           /* key of the vault's field: "delivery_address" */
    const char *category;        /* fideslang category of the field */
    bool unspoken;               /* never by voice in full, whatever a rule says */
    const char *purpose;         /* "delivery-question"; one that the policy lists */
    const char *role;            /* "staff" */
    const char *channel;         /* "phone", "chat", "counter", "post", "email" */
    cdr_level level;
    const char *const *flags; size_t flag_count;   /* raised in this call: "velocity-number"… One that the policy does not know raises by one level. */
    bool ground;                 /* a legal ground and the reference of its document are recorded: purposes of third parties need that */
} cdr_disclosure_request;
typedef struct cdr_disclosure_answer {
    cdr_mode mode;               /* what may be done at this level */
    cdr_mode best; cdr_level needed;   /* the most that any level allows for this purpose, role and channel, and the lowest level that does */
    bool stopped;                /* a flag stops the call: only C0 remains */
    bool forbidden;              /* a rule under "never" speaks of it */
    char why[240];               /* one sentence: rule and reason; "No rule allows …" */
} cdr_disclosure_answer;
void cdr_disclosure_decide(const cdr_disclosure_policy *p, const cdr_disclosure_request *r, cdr_disclosure_answer *ret);
/* Purposes that the policy knows, and whether ${purpose} is one; each has a label. */
size_t cdr_disclosure_purposes(const cdr_disclosure_policy *p);
const char *cdr_disclosure_purpose(const cdr_disclosure_policy *p, size_t i, const char **ret_label);
bool cdr_disclosure_has_purpose(const cdr_disclosure_policy *p, const char *purpose);
const char *cdr_disclosure_nearest_purpose(const cdr_disclosure_policy *p, const char *word);   /* NULL: none is near */
/* The level that doing what the purpose is about asks for, whatever is read out meanwhile: a changed bank account C4, a complaint C0. Flags raise it. CDR_LEVEL_NEVER: no such purpose, or the call is
 * stopped and it needs more than C0. */
cdr_level cdr_disclosure_purpose_level(const cdr_disclosure_policy *p, const char *purpose, const char *const *flags, size_t flag_count);
/* May what the purpose is about be done after these proofs? By its level, or by one of the ways that the policy names instead (a lost PIN: a letter, a call-back and a second employee), which open
 * nothing that may be told. ${ret_why} (may be NULL): one sentence. */
bool cdr_disclosure_purpose_met(const cdr_disclosure_policy *p, const char *purpose, const cdr_factor_kind *matched, size_t count, const char *const *flags, size_t flag_count, char ret_why[200]);
/* Somebody else than the customer asks (police, insurer, family): nothing without ->ground. */
bool cdr_disclosure_purpose_ground(const cdr_disclosure_policy *p, const char *purpose);
/* Flags that the policy knows, what they do ("raises the level by 1", "stops the call") and why. NULL: there is no such flag. */
const char *cdr_disclosure_flag(const cdr_disclosure_policy *p, size_t i, const char **ret_does, const char **ret_why);
bool cdr_disclosure_has_flag(const cdr_disclosure_policy *p, const char *flag);
bool cdr_disclosure_stops(const cdr_disclosure_policy *p, const char *const *flags, size_t flag_count);
bool cdr_disclosure_has_channel(const char *channel);    /* phone, chat, counter, post, email */
extern const char *const cdr_disclosure_channels[];      /* ends with NULL */
/* Flags that Candor itself raises ("velocity-number", "velocity-agent", "failed-calls", "recent-change", "withheld-number", "number-differs", "not-me", "pressure", "no-authority"); ends with NULL. */
extern const char *const cdr_disclosure_known_flags[];
extern const char *const cdr_disclosure_roles[];         /* ends with NULL; the names of core/staff/role.h */
/* What a combination of factors would have to be added for ${level}: sentences for the agent ("Ask for the PIN, then send a code…"), the best first. Appended as lines. */
cdr_status cdr_disclosure_ways(const cdr_disclosure_policy *p, const cdr_factor_kind *matched, size_t count, cdr_level level, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

/* The same for doing what the purpose is about: the ways to its level, then those that the policy takes instead. Nothing when it may be done already. */
cdr_status cdr_disclosure_purpose_ways(const cdr_disclosure_policy *p, const char *purpose, const cdr_factor_kind *matched, size_t count, const char *const *flags, size_t flag_count, cdr_buf *out,
                                       cdr_err *err) CDR_NODISCARD;
/* Both at once, for a call as it is now. ${purpose} NULL: only the ways to ${level}. ${shut}: kinds that have no place in this call (locked, not by this channel, never asked for when we call); a way
 * that cannot do without them is left out. ${ret_next} (may be NULL): what is asked for first, 0 nothing. */
typedef struct cdr_disclosure_ask {
    const cdr_factor_kind *matched, *shut; size_t matched_count, shut_count;
    cdr_level level; const char *purpose;
    const char *const *flags; size_t flag_count;
} cdr_disclosure_ask;
cdr_status cdr_disclosure_ask_for(const cdr_disclosure_policy *p, const cdr_disclosure_ask *a, cdr_buf *out, cdr_factor_kind *ret_next, cdr_err *err) CDR_NODISCARD;

/* Limits that the policy may set; the defaults are those of the law of the house. */
typedef struct cdr_disclosure_limits {
    unsigned tries_per_call, tries_per_day;      /* 3; 5 per customer and factor */
    int64_t idle_us;                             /* 15 minutes */
    int64_t route_age_us;                        /* 30 days */
    int64_t code_us; unsigned code_digits;       /* 10 minutes; 6 */
    int64_t letter_us;                           /* 21 days: how long a code sent by post counts */
    unsigned pin_digits;                         /* 8: fewest of a new PIN */
    int64_t reveal_us;                           /* 60 s */
    unsigned number_customers_per_day;           /* the same number for 3 customers: flag */
    unsigned failed_calls_per_week;              /* 2 */
    int64_t change_then_request_us;              /* 72 h */
    unsigned agent_reveals_per_hour;             /* 0: from the team */
} cdr_disclosure_limits;
const cdr_disclosure_limits *cdr_disclosure_limits_of(const cdr_disclosure_policy *p);

/* What the vault knows of its fields, for what cannot be told without: cases, warnings. NULL or 0: nothing is known of them. */
typedef struct cdr_disclosure_field { const char *key, *label, *category; bool unspoken; } cdr_disclosure_field;

/* The policy's own example cases. */
typedef struct cdr_disclosure_case_result { const char *name; bool ok; char got[240]; const char *why; } cdr_disclosure_case_result;
typedef cdr_status cdr_disclosure_case_fn(void *arg, const cdr_disclosure_case_result *r);
cdr_status cdr_disclosure_cases(const cdr_disclosure_policy *p, const cdr_disclosure_field *fields, size_t field_count, cdr_disclosure_case_fn *fn, void *arg, size_t *ret_failed,
                                cdr_err *err) CDR_NODISCARD;
size_t cdr_disclosure_case_count(const cdr_disclosure_policy *p);

/* What stands in a policy that can be read and yet is not meant: fields that do not exist (->mistake), rules that never speak, fields that somebody is told who gave nothing, card numbers in plain. */
typedef cdr_status cdr_disclosure_warning_fn(void *arg, bool mistake, const char *sentence);
cdr_status cdr_disclosure_check(const cdr_disclosure_policy *p, const cdr_disclosure_field *fields, size_t field_count, cdr_disclosure_warning_fn *fn, void *arg, size_t *ret_mistakes, cdr_err *err) CDR_NODISCARD;

#endif

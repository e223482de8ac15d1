/* SPDX-License-Identifier: Apache-2.0 */
/* From what a caller says she is to the customer she may be. The same work is done for everybody: as many comparisons for nobody as for one of several. */
#include "core/identity/verify_parts.h"

#include <stdio.h>
#include <string.h>

#define FIELDS_PER_KIND 2

/* Which fields of the record an identifier is held against. */
static const struct { cdr_factor_kind kind; uint16_t fields[FIELDS_PER_KIND]; bool finds; } identifiers[] = {
    {CDR_FACTOR_ACCOUNT, {CDR_FIELD_ACCOUNT}, true},
    {CDR_FACTOR_EMAIL_ADDRESS, {CDR_FIELD_EMAIL}, true},
    {CDR_FACTOR_PHONE_NUMBER, {CDR_FIELD_PHONE, CDR_FIELD_MOBILE}, true},
    {CDR_FACTOR_NAME, {CDR_FIELD_NAME}, false},
    {CDR_FACTOR_POSTCODE, {CDR_FIELD_POSTCODE}, false},
    {CDR_FACTOR_DATE_OF_BIRTH, {CDR_FIELD_DATE_OF_BIRTH}, false},
    {CDR_FACTOR_CARD_LAST4, {CDR_FIELD_CARD_LAST4}, false},
};

static size_t row_of(cdr_factor_kind kind)
{
    for (size_t i = 0; i < CDR_COUNT(identifiers); i++)
        if (identifiers[i].kind == kind)
            return i;
    return SIZE_MAX;
}

bool cdr_said_is_record(cdr_factor_kind kind)
{
    return row_of(kind) != SIZE_MAX;
}

/* "Ada Baker" where the record keeps the two names apart. Both are compared, whatever the first says. */
static cdr_status both_names(cdr_identity *id, int64_t customer, const cdr_said *said, bool *ret, cdr_err *err)
{
    size_t space = said->len;
    while (space > 0 && said->text[space - 1] != ' ')
        space--;
    size_t given = space > 0 ? space - 1 : 0;
    bool first = false, last = false;
    cdr_status s = cdr_vault_matches(id->vault, customer, CDR_FIELD_GIVEN_NAME, said->text, given, &first, err);
    if (s == CDR_OK)
        s = cdr_vault_matches(id->vault, customer, CDR_FIELD_FAMILY_NAME, said->text + space, said->len - space, &last, err);
    *ret = first && last && given > 0;
    return s;
}

cdr_status cdr_said_matches(cdr_identity *id, int64_t customer, const cdr_said *said, bool *ret, cdr_err *err)
{
    size_t row = row_of(said->kind);
    *ret = false;
    if (row == SIZE_MAX)
        return cdr_fail(err, CDR_E_INVAL, "identity", "verify.said", "A customer is not known by this.");
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < FIELDS_PER_KIND && identifiers[row].fields[i]; i++) {
        bool one = false;
        s = cdr_vault_matches(id->vault, customer, identifiers[row].fields[i], said->text, said->len, &one, err);
        *ret = *ret || one;
    }
    if (s == CDR_OK && said->kind == CDR_FACTOR_NAME) {
        bool both = false;
        s = both_names(id, customer, said, &both, err);
        *ret = *ret || both;
    }
    return s;
}

struct candidates { int64_t ids[CDR_VAULT_FIND_MAX]; size_t count; };

/* Each once; what an earlier identifier found stays. */
static void take(struct candidates *c, const int64_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t k = 0; k < c->count; k++)
            known |= c->ids[k] == ids[i];
        if (!known && c->count < CDR_COUNT(c->ids))
            c->ids[c->count++] = ids[i];
    }
}

static cdr_status find_by(cdr_identity *id, const cdr_said *said, size_t row, struct candidates *ret, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < FIELDS_PER_KIND && identifiers[row].fields[i]; i++) {
        int64_t ids[CDR_VAULT_FIND_MAX];
        size_t count = 0;
        s = cdr_vault_find(id->vault, identifiers[row].fields[i], said->text, said->len, ids, &count, err);
        if (s == CDR_OK)
            take(ret, ids, count);
    }
    return s;
}

static cdr_status find_by_ref(cdr_identity *id, const char *ref, struct candidates *ret, cdr_err *err)
{
    cdr_customer c;
    cdr_status s = cdr_vault_customer(id->vault, ref, &c, NULL);
    if (s == CDR_OK && !c.erased)
        take(ret, &c.id, 1);
    return s == CDR_OK || s == CDR_NOT_FOUND || s == CDR_E_INVAL ? CDR_OK : cdr_fail(err, s, "identity", "verify.find", "The customers could not be searched.");
}

/* However it is typed, so that a made-up reference gives no further tries either. */
static cdr_status hash_ref(cdr_identity *id, const char *ref, uint8_t ret[CDR_SUBJECT_BYTES], cdr_err *err)
{
    char one[CDR_CUSTOMER_REF_MAX];
    size_t n = 0;
    for (const char *p = ref; *p && n < sizeof one; p++) {
        char c = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z' && (n || c != 'C')))
            one[n++] = c;
    }
    return cdr_identity_hash(id, "ref", one, n, ret, err);
}

/* The first identifier that finds decides whom the tries are counted for, in its one spelling, and whose candidates are looked at. */
static cdr_status look_up(cdr_identity *id, const cdr_verify_start *s, struct candidates *ret, uint8_t subject[CDR_SUBJECT_BYTES], cdr_err *err)
{
    bool any = s->ref != NULL;
    cdr_status st = s->ref ? find_by_ref(id, s->ref, ret, err) : CDR_OK;
    if (st == CDR_OK && s->ref)
        st = hash_ref(id, s->ref, subject, err);
    for (size_t i = 0; st == CDR_OK && i < s->said_count; i++) {
        size_t row = row_of(s->said[i].kind), len = 0;
        char normal[CDR_CALL_SAID_TEXT_MAX + 1], what[24];
        if (row == SIZE_MAX || !identifiers[row].finds)
            continue;
        const cdr_vault_field *f = cdr_vault_field_of(identifiers[row].fields[0]);
        if (!f || !cdr_vault_normalise(f->form, s->said[i].text, s->said[i].len, normal, sizeof normal, &len))
            return cdr_fail(err, CDR_E_INVAL, "identity", "verify.said-form", "What was given as %s is none; nothing was looked up.", f ? f->label : "identifier");
        if (!any) {
            snprintf(what, sizeof what, "said/%d", (int)s->said[i].kind);
            st = cdr_identity_hash(id, what, normal, len, subject, err);
        }
        any = true;
        cdr_wipe(normal, sizeof normal);
        struct candidates found = {.count = 0};
        if (st == CDR_OK)
            st = find_by(id, &s->said[i], row, &found, err);
        if (ret->count == 0)
            *ret = found;
    }
    if (st == CDR_OK && !any)
        st = cdr_fail(err, CDR_E_INVAL, "identity", "verify.nothing-said", "Say whom the call is about: an e-mail address, a telephone or an account number, or --ref; the others only narrow.");
    return st;
}

cdr_status cdr_said_find(cdr_identity *id, const cdr_verify_start *s, int64_t *ret_customer, bool ret_matched[CDR_CALL_SAID_MAX], uint8_t ret_subject[CDR_SUBJECT_BYTES], cdr_err *err)
{
    struct candidates c = {.count = 0};
    bool fits[CDR_VAULT_FIND_MAX][CDR_CALL_SAID_MAX] = {{false}};
    size_t full = 0, which = 0;
    *ret_customer = 0;
    memset(ret_matched, 0, sizeof(bool) * CDR_CALL_SAID_MAX);
    cdr_status st = look_up(id, s, &c, ret_subject, err);
    for (size_t i = 0; st == CDR_OK && i < CDR_VAULT_FIND_MAX; i++) {
        bool all = true;
        for (size_t k = 0; st == CDR_OK && k < s->said_count; k++) {
            st = cdr_said_matches(id, i < c.count ? c.ids[i] : 0, &s->said[k], &fits[i][k], err);
            all &= fits[i][k];
        }
        if (i < c.count && all) {
            full++;
            which = i;
        }
    }
    if (st != CDR_OK)
        return st;
    if (c.count == 1 || full == 1) {
        which = c.count == 1 ? 0 : which;
        *ret_customer = c.ids[which];
        memcpy(ret_matched, fits[which], sizeof fits[which]);
    }
    /* Known customers are counted by who they are, so that another spelling or another identifier gives no further tries. */
    char text[24];
    uint8_t known[CDR_SUBJECT_BYTES];
    snprintf(text, sizeof text, "%lld", (long long)*ret_customer);
    st = cdr_identity_hash(id, "customer", text, strlen(text), known, err);
    if (st == CDR_OK && *ret_customer)
        memcpy(ret_subject, known, sizeof known);
    return st;
}

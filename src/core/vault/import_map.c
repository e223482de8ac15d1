/* SPDX-License-Identifier: Apache-2.0 */
#include "core/vault/import_map.h"

#include "base/text.h"
#include "detect/fold.h"
#include "detect/kinds.h"

#include <string.h>

#define NAME_MAX_FOLDED 128

typedef struct words { uint16_t field; const char *list; } words;
static const words table[] = {
#define CDR_IMPORT_WORDS(field, list) {CDR_FIELD_##field, list},
#include "core/vault/import_words.def"
#undef CDR_IMPORT_WORDS
};

/* What a column's name may begin with without meaning another field. */
static const char *const stems[] = {"customer", "client", "cust", "user", "contact", "billing", "bill", "invoice", "home", "primary", "main", "member", "subscriber", "person", "personal", "kunden", "kunde",
                                    "rechnungs", "rechnung", "private", "haupt", "current", "permanent"};

static const char secret_words[] =
    "pin|cvv|cvv2|cvc|cvc2|cvn|cid|csc|cav|password|passwd|pwd|passwort|kennwort|passcode|passphrase|parole|parool|contrasena|wachtwoord|haslo|losenord|salasana|jelszo|secret|totp|otp|mfa|apikey|token|"
    "track1|track2|magstripe|salt|passwordhash|sha256|bcrypt|pinhash|prufziffer|prufnummer";
static const char secret_names[] =
    "pass|cardverificationcode|cardverificationvalue|verificationcode|securitycode|cardsecuritycode|cardcode|securityquestion|securityanswer|secretquestion|secretanswer|sicherheitsfrage|sicherheitsantwort|"
    "mothersmaidenname|mothermaidenname|motdepasse|passwordhint|kartenprufnummer|kartenprufziffer|sicherheitscode|cryptogramme|cryptogrammevisuel|codigodeseguridad|codicedisicurezza|trackdata|pwhash|"
    "accesstoken|telephonepin|pincode|pinnumber|memorableword|memorabledata";

static const struct { cdr_kind kind; uint16_t field; } kinds[] = {
    {CDR_K_NAME, CDR_FIELD_NAME}, {CDR_K_NAME_FIRST, CDR_FIELD_GIVEN_NAME}, {CDR_K_NAME_LAST, CDR_FIELD_FAMILY_NAME}, {CDR_K_EMAIL, CDR_FIELD_EMAIL}, {CDR_K_PHONE, CDR_FIELD_PHONE},
    {CDR_K_STREET, CDR_FIELD_ADDRESS}, {CDR_K_CITY, CDR_FIELD_CITY}, {CDR_K_REGION, CDR_FIELD_REGION}, {CDR_K_POSTCODE, CDR_FIELD_POSTCODE}, {CDR_K_COUNTRY, CDR_FIELD_COUNTRY},
    {CDR_K_BIRTH_DATE, CDR_FIELD_DATE_OF_BIRTH}, {CDR_K_CUSTOMER_ID, CDR_FIELD_ACCOUNT}, {CDR_K_CARD, CDR_FIELD_CARD_LAST4}, {CDR_K_IBAN, CDR_FIELD_BANK_ACCOUNT},
    {CDR_K_BANK_ACCOUNT, CDR_FIELD_BANK_ACCOUNT}, {CDR_K_PASSPORT, CDR_FIELD_PASSPORT}, {CDR_K_DRIVER_LICENCE, CDR_FIELD_DRIVING_LICENCE}, {CDR_K_HEALTH_RECORD, CDR_FIELD_MEDICAL_ID},
    {CDR_K_GENDER, CDR_FIELD_GENDER},
};

void cdr_import_map_init(cdr_import_map *m, cdr_own_fields *own)
{
    *m = (cdr_import_map){.own = own, .key = UINT32_MAX, .since = UINT32_MAX};
}

void cdr_import_map_done(cdr_import_map *m)
{
    for (uint32_t i = 0; i < m->count; i++) {
        cdr_free(m->at[i].name);
        cdr_free(m->at[i].own);
    }
    cdr_free(m->at);
    cdr_import_map_init(m, NULL);
}

bool cdr_import_joins(uint16_t field)
{
    return field == CDR_FIELD_ADDRESS || field == CDR_FIELD_DELIVERY_ADDRESS || field == CDR_FIELD_NOTE || field == CDR_FIELD_ORDERS;
}

bool cdr_import_column_kept(const cdr_import_column *c)
{
    return c->field || c->own;
}

/* --- names --- */

static bool in_list(const char *list, const char *word, size_t len)
{
    for (const char *p = list; len && *p; p += strcspn(p, "|"), p += *p == '|')
        if (strcspn(p, "|") == len && !memcmp(p, word, len))
            return true;
    return false;
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Folded; ${joined}: letters and digits only. */
static size_t fold_name(const char *name, bool joined, char ret[NAME_MAX_FOLDED])
{
    char folded[NAME_MAX_FOLDED], western[NAME_MAX_FOLDED];
    size_t len = 0, size = strlen(name);
    /* A file in an encoding that nobody named: its umlauts are bytes, and a forbidden column is one all the same. */
    if (!cdr_utf8_valid(name, size)) {
        for (const char *p = name; *p && len + 3 < sizeof western; p++) {
            unsigned char c = (unsigned char)*p;
            if (c >= 0x80)
                western[len++] = (char)(0xC0 | c >> 6);
            western[len++] = (char)(c >= 0x80 ? 0x80 | (c & 0x3F) : c);
        }
        western[len] = '\0';
        name = western;
        size = len;
        len = 0;
    }
    size_t n = cdr_fold(name, size, folded, sizeof folded);
    for (size_t i = 0; i < n; i++)
        if (!joined || is_word_byte(folded[i]))
            ret[len++] = folded[i];
    ret[len] = '\0';
    return len;
}

/* Words end at signs, and where a capital letter follows a small one. */
bool cdr_import_is_secret(const char *name)
{
    char joined[NAME_MAX_FOLDED], word[NAME_MAX_FOLDED];
    size_t len = fold_name(name, true, joined), n = 0;
    if (in_list(secret_names, joined, len) || in_list(secret_words, joined, len))
        return true;
    for (const char *p = name;; p++) {
        bool upper = *p >= 'A' && *p <= 'Z', lower = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || (unsigned char)*p >= 0x80;
        bool ends = !(upper || lower) || (upper && p > name && p[-1] >= 'a' && p[-1] <= 'z');
        if (ends && n) {
            word[n] = '\0';
            char folded[NAME_MAX_FOLDED];
            size_t k = fold_name(word, true, folded);
            if (in_list(secret_words, folded, k))
                return true;
            n = 0;
        }
        if (!*p)
            return false;
        if ((upper || lower) && n + 1 < sizeof word)
            word[n++] = *p;
    }
}

static uint16_t field_by_word(const char *joined, size_t len)
{
    for (size_t i = 0; i < CDR_COUNT(table); i++)
        if (in_list(table[i].list, joined, len))
            return table[i].field;
    return 0;
}

/* The field that a name says; 0 none. ${ret_stem} what stands in front of it. */
static uint16_t field_by_name(const char *name, const char **ret_stem)
{
    char joined[NAME_MAX_FOLDED];
    size_t len = fold_name(name, true, joined);
    uint16_t field = field_by_word(joined, len);
    *ret_stem = "";
    for (size_t i = 0; !field && i < CDR_COUNT(stems); i++) {
        size_t n = strlen(stems[i]);
        if (len > n && !strncmp(joined, stems[i], n) && (field = field_by_word(joined + n, len - n)) != 0)
            *ret_stem = stems[i];
    }
    const char *dot = strrchr(name, '.');
    if (!field && dot && dot[1] && (field = field_by_name(dot + 1, ret_stem)) != 0 && !**ret_stem)
        *ret_stem = "";
    return field;
}

uint32_t cdr_import_map_find(const cdr_import_map *m, const char *column)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (!strcmp(m->at[i].name, column))
            return i;
    for (uint32_t i = 0; i < m->count; i++)
        if (cdr_ascii_ieq(m->at[i].name, strlen(m->at[i].name), column, strlen(column)))
            return i;
    return UINT32_MAX;
}

static cdr_status no_column(const cdr_import_map *m, const char *column, cdr_err *err)
{
    const char *words_of[256];
    size_t n = 0;
    for (uint32_t i = 0; i < m->count && n < CDR_COUNT(words_of); i++)
        words_of[n++] = m->at[i].name;
    const char *near = cdr_text_nearest(column, words_of, n);
    return near ? cdr_fail(err, CDR_NOT_FOUND, "vault", "import.column", "The file has no column \"%.60s\"; did you mean \"%.60s\"?", column, near)
                : cdr_fail(err, CDR_NOT_FOUND, "vault", "import.column", "The file has no column \"%.60s\".", column);
}

/* --- given --- */

static cdr_status unknown_field(const cdr_import_map *m, const char *field, cdr_err *err)
{
    const char *words_of[64 + CDR_OWN_FIELDS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < cdr_vault_standard_field_count && n < 64; i++)
        words_of[n++] = cdr_vault_standard_fields[i].key;
    for (size_t i = 0; m->own && i < m->own->count; i++)
        words_of[n++] = m->own->at[i].key;
    const char *near = cdr_text_nearest(field, words_of, n);
    return cdr_fail(err, CDR_E_INVAL, "vault", "import.field", "There is no field \"%.60s\"%s%s%s A field of your own is written own:%.60s.", field, near ? "; did you mean " : "", near ? near : "",
                    near ? "?" : ".", field);
}

/* "PIN code" is what India calls its postcodes. */
static bool may_be_postcode(const char *name)
{
    char joined[NAME_MAX_FOLDED];
    size_t len = fold_name(name, true, joined);
    return (len == 3 && !memcmp(joined, "pin", 3)) || (len >= 7 && !memcmp(joined + len - 7, "pincode", 7));
}

static cdr_status give_field(cdr_import_map *m, cdr_import_column *c, const char *field, cdr_err *err)
{
    char key[65];
    const cdr_vault_field *f = cdr_own_fields_find(m->own, field);
    bool own = !strncmp(field, CDR_OWN_PREFIX, strlen(CDR_OWN_PREFIX));
    if (!f && !own)
        return unknown_field(m, field, err);
    if (own && !cdr_own_field_key(field + strlen(CDR_OWN_PREFIX), key))
        return cdr_fail(err, CDR_E_INVAL, "vault", "import.own", "The name of a field of your own has 1 to 64 letters a to z, digits and underscores, as in own:loyalty_level.");
    if (cdr_import_is_secret(own ? key : "") || (cdr_import_is_secret(c->name) && !(f && f->id == CDR_FIELD_POSTCODE && may_be_postcode(c->name))) || (c->why == CDR_IMPORT_SECRET && !may_be_postcode(c->name)))
        return cdr_fail(err, CDR_DENIED, "vault", "import.secret",
                        "The column \"%.60s\" looks like a verification code, PIN, password or secret answer, which must not be kept; leave it out. Customers get new PINs with candor factor enrol.", c->name);
    for (uint32_t i = 0; i < m->count; i++)
        if (&m->at[i] != c && m->at[i].why == CDR_IMPORT_GIVEN && (f ? m->at[i].field == f && !cdr_import_joins(f->id) : m->at[i].own && !strcmp(m->at[i].own, key)))
            return cdr_fail(err, CDR_E_INVAL, "vault", "import.twice", "Two columns are given as %s; a customer has one.", f ? f->key : key);
    if (own && !f && !(c->own = cdr_strdup(key)))
        return cdr_fail_nomem(err, "vault");
    c->field = f;
    c->why = CDR_IMPORT_GIVEN;
    return CDR_OK;
}

cdr_status cdr_import_map_give(cdr_import_map *m, const char *given, cdr_err *err)
{
    const char *eq = strrchr(given, '=');
    if (!eq || eq == given || !eq[1])
        return cdr_fail(err, CDR_E_INVAL, "vault", "import.map", "--map takes COLUMN=FIELD, as in --map \"Kundennr.=account\".");
    _cleanup_free_ char *column = cdr_strndup(given, (size_t)(eq - given));
    if (!column)
        return cdr_fail_nomem(err, "vault");
    uint32_t i = cdr_import_map_find(m, column);
    if (i == UINT32_MAX)
        return no_column(m, column, err);
    cdr_import_column *c = &m->at[i];
    if (c->why == CDR_IMPORT_GIVEN || c->why == CDR_IMPORT_LEFT)
        return cdr_fail(err, CDR_E_INVAL, "vault", "import.twice", "The column \"%.60s\" is given twice.", c->name);
    if (strcmp(eq + 1, "-") != 0)
        return give_field(m, c, eq + 1, err);
    c->why = CDR_IMPORT_LEFT;
    return CDR_OK;
}

cdr_status cdr_import_map_since(cdr_import_map *m, const char *column, cdr_err *err)
{
    uint32_t i = cdr_import_map_find(m, column);
    if (i == UINT32_MAX)
        return no_column(m, column, err);
    m->since = i;
    if (m->at[i].why == CDR_IMPORT_UNKNOWN)
        m->at[i].why = CDR_IMPORT_DATE;
    return CDR_OK;
}

/* --- suggested --- */

static uint16_t field_by_kind(cdr_kind kind)
{
    const cdr_kind_info *k = cdr_kind_get(kind);
    for (size_t i = 0; i < CDR_COUNT(kinds); i++)
        if (kinds[i].kind == kind)
            return kinds[i].field;
    if (!strcmp(k->type, "NATIONAL_ID") || !strcmp(k->type, "TAX_ID") || !strcmp(k->type, "US_SSN"))
        return CDR_FIELD_NATIONAL_ID;
    return !strcmp(k->type, "HEALTH_ID") ? CDR_FIELD_MEDICAL_ID : !strcmp(k->type, "PASSPORT") ? CDR_FIELD_PASSPORT : !strcmp(k->type, "POSTAL_CODE") ? CDR_FIELD_POSTCODE : 0;
}

static const cdr_import_column *holder(const cdr_import_map *m, uint16_t field)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (m->at[i].field && m->at[i].field->id == field)
            return &m->at[i];
    return NULL;
}

static void suggest(cdr_import_map *m, cdr_import_column *c, uint16_t field, cdr_import_why why)
{
    const cdr_import_column *other = holder(m, field);
    if (other && field == CDR_FIELD_PHONE && !holder(m, CDR_FIELD_MOBILE)) {
        field = CDR_FIELD_MOBILE;
        other = NULL;
    }
    bool joins = other && cdr_import_joins(field) && other->why == why && why == CDR_IMPORT_BY_NAME && !strcmp(other->stem, c->stem);
    c->field = !other || joins ? cdr_vault_field_of(field) : NULL;
    c->why = c->field ? why : CDR_IMPORT_TAKEN;
}

static bool is_secret_kind(cdr_kind kind)
{
    return kind == CDR_K_CVV || kind == CDR_K_TRACK || cdr_kind_get(kind)->family == CDR_FAMILY_SECRET;
}

/* Names first, for they mean it; a full card number is cut to what calls need. */
void cdr_import_map_suggest(cdr_import_map *m)
{
    for (unsigned round = 0; round < 3; round++)
        for (uint32_t i = 0; i < m->count; i++) {
            cdr_import_column *c = &m->at[i];
            if (c->why != CDR_IMPORT_UNKNOWN)
                continue;
            uint16_t said = field_by_name(c->name, &c->stem), shown = field_by_kind(c->kind);
            if (said == CDR_FIELD_CARD)
                said = CDR_FIELD_CARD_LAST4;
            if (cdr_import_is_secret(c->name) || (c->certain && is_secret_kind(c->kind)))
                c->why = CDR_IMPORT_SECRET;
            else if (said && !(c->certain && shown && shown != said && !(said == CDR_FIELD_MOBILE && shown == CDR_FIELD_PHONE)) && (round > 0 || !*c->stem))
                suggest(m, c, said, CDR_IMPORT_BY_NAME);   /* a bare name goes before one with a stem */
            else if (round == 2 && shown)
                suggest(m, c, shown, CDR_IMPORT_BY_VALUES);
        }
}

void cdr_import_map_order(cdr_import_map *m, cdr_import_order order)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (m->at[i].order == CDR_ORDER_UNKNOWN)
            m->at[i].order = order;
}

/* --- the key --- */

cdr_status cdr_import_map_key(cdr_import_map *m, const char *column, cdr_err *err)
{
    uint32_t i = UINT32_MAX;
    if (!column) {
        for (uint32_t k = 0; k < m->count; k++)
            if (m->at[k].field && m->at[k].field->id == CDR_FIELD_ACCOUNT)
                i = k;
        m->key = i;
        return CDR_OK;
    }
    i = cdr_import_map_find(m, column);
    if (i == UINT32_MAX)
        return no_column(m, column, err);
    m->key = i;
    cdr_import_column *c = &m->at[i];
    if (c->why == CDR_IMPORT_LEFT)
        return cdr_fail(err, CDR_E_INVAL, "vault", "import.key", "The column \"%.60s\" is left out and cannot be the key.", c->name);
    if (cdr_import_is_secret(c->name))
        return cdr_fail(err, CDR_DENIED, "vault", "import.secret", "The column \"%.60s\" must not be kept; take another as the key.", c->name);
    const char *stem;
    uint16_t said = field_by_name(c->name, &stem);
    const cdr_vault_field *f = said ? cdr_vault_field_of(said) : NULL;
    if (c->why != CDR_IMPORT_GIVEN && !(f && (f->flags & CDR_VF_INDEXED)) && field_by_kind(c->kind) != CDR_FIELD_EMAIL) {
        c->field = cdr_vault_field_of(CDR_FIELD_ACCOUNT);
        c->why = CDR_IMPORT_GIVEN;
    }
    return CDR_OK;
}

cdr_status cdr_import_map_check(const cdr_import_map *m, cdr_err *err)
{
    bool any = false;
    for (uint32_t i = 0; i < m->count; i++)
        any |= cdr_import_column_kept(&m->at[i]);
    if (!any)
        return cdr_fail(err, CDR_E_INVAL, "vault", "import.nothing", "No column of the file is a field of customers; say which are, as in --map \"Name=name\".");
    if (m->key == UINT32_MAX) {
        const char *likely = NULL;
        for (uint32_t i = 0; i < m->count && !likely; i++)
            if (m->at[i].field && (m->at[i].field->flags & CDR_VF_INDEXED) && !cdr_text_is_data(m->at[i].name, strlen(m->at[i].name)))
                likely = m->at[i].name;
        return cdr_fail(err, CDR_E_INVAL, "vault", "import.key", "No column is the account number, by which a customer is known again when the file is imported once more; say which one is with --key, %s%.60s%s.",
                        likely ? "as in --key \"" : "an account number, an e-mail address or a telephone number", likely ? likely : "", likely ? "\", if no two customers share it" : "");
    }
    const cdr_import_column *k = &m->at[m->key];
    if (!k->field || !(k->field->flags & CDR_VF_INDEXED))
        return cdr_fail(err, CDR_E_INVAL, "vault", "import.key", "The key column \"%.60s\" is no field that can be searched; take the account number, an e-mail address or a telephone number.", k->name);
    return CDR_OK;
}

cdr_status cdr_import_map_settle(cdr_import_map *m, cdr_db *db, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (uint32_t i = 0; i < m->count && s == CDR_OK; i++) {
        cdr_import_column *c = &m->at[i];
        if (c->own && !c->field)
            s = cdr_own_field_make(db, m->own, c->own, c->own, "user", &c->field, err);
    }
    return s;
}

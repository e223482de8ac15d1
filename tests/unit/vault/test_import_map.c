/* SPDX-License-Identifier: Apache-2.0 */
/* Columns become fields: by name in several languages, by values where the name says nothing; what must not be kept never does. */
#include "core/vault/import_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct list { cdr_import_map m; cdr_own_fields own; cdr_err err; } list;

static list *learn(const char *text)
{
    list *l = calloc(1, sizeof *l);
    cdr_import_map_init(&l->m, &l->own);
    cdr_status s = cdr_import_map_learn(&l->m, "list.csv", text, strlen(text), true, &l->err);
    if (s != CDR_OK)
        fail_msg("%s", l->err.text);
    return l;
}

static void drop(list *l)
{
    cdr_import_map_done(&l->m);
    free(l);
}

static const char *field_of(const list *l, const char *column)
{
    uint32_t i = cdr_import_map_find(&l->m, column);
    assert_int_not_equal(i, UINT32_MAX);
    return l->m.at[i].field ? l->m.at[i].field->key : "-";
}

static cdr_import_why why_of(const list *l, const char *column)
{
    return l->m.at[cdr_import_map_find(&l->m, column)].why;
}

static void map__knows_columns_by_name(void **state)
{
    (void)state;
    static const struct { const char *name, *field; } known[] = {
        {"E-Mail-Adresse", "email"}, {"Courriel", "email"}, {"correo electrónico", "email"}, {"Customer No.", "account"}, {"Kunden-Nr.", "account"}, {"num client", "account"}, {"customerId", "account"},
        {"first_name", "given_name"}, {"Vorname", "given_name"}, {"Prénom", "given_name"}, {"SURNAME", "family_name"}, {"Straße", "address"}, {"billing_street", "address"}, {"PLZ", "postcode"},
        {"ZIP", "postcode"}, {"Ort", "city"}, {"DOB", "date_of_birth"}, {"Geburtsdatum", "date_of_birth"}, {"Handy", "mobile"}, {"Cell Phone", "mobile"}, {"Telefonnummer", "phone"}, {"IBAN", "bank_account"},
        {"Card number", "card_last4"}, {"SSN", "national_id"}, {"Passport no", "passport"}, {"Shipping address", "delivery_address"}, {"Lieferadresse", "delivery_address"}, {"Order status", "order_state"},
        {"contact.email", "email"}, {"address.city", "city"}, {"Bundesland", "region"}, {"country_code", "country"}, {"Sprache", "language"}, {"Bemerkungen", "note"},
    };
    for (size_t i = 0; i < CDR_COUNT(known); i++) {
        char text[120];
        snprintf(text, sizeof text, "row;%s\n1;\n", known[i].name);
        list *l = learn(text);
        cdr_import_map_suggest(&l->m);
        if (strcmp(field_of(l, known[i].name), known[i].field))
            fail_msg("%s became %s", known[i].name, field_of(l, known[i].name));
        drop(l);
    }
}

static void map__leaves_secrets_out(void **state)
{
    (void)state;
    static const char *const names[] = {"CVV", "cvc2", "card_verification_code", "PIN", "customer pin", "telephonePin", "Password", "passwd_hash", "Kennwort", "mot de passe", "security answer", "Mother's maiden name",
                                        "secret_question", "TOTP secret", "card.cvv", "Sicherheitsfrage"};
    for (size_t i = 0; i < CDR_COUNT(names); i++) {
        char text[120], give[120];
        snprintf(text, sizeof text, "account;%s\nA1;123\n", names[i]);
        list *l = learn(text);
        cdr_import_map_suggest(&l->m);
        if (why_of(l, names[i]) != CDR_IMPORT_SECRET)
            fail_msg("%s is not refused", names[i]);
        drop(l);
        l = learn(text);
        snprintf(give, sizeof give, "%s=note", names[i]);
        assert_int_equal(cdr_import_map_give(&l->m, give, &l->err), CDR_DENIED);
        snprintf(give, sizeof give, "%s=own:level", names[i]);
        assert_int_equal(cdr_import_map_give(&l->m, give, &l->err), CDR_DENIED);
        assert_int_equal(cdr_import_map_key(&l->m, names[i], &l->err), CDR_DENIED);
        drop(l);
    }
    /* Words that only look like it. */
    static const char *const harmless[] = {"shipping city", "opinion", "Spinnaker", "compass", "passport", "Pinneberg"};
    for (size_t i = 0; i < CDR_COUNT(harmless); i++)
        assert_false(cdr_import_is_secret(harmless[i]));
    list *l = learn("account;x\nA1;1\n");
    assert_int_equal(cdr_import_map_give(&l->m, "x=own:pin", &l->err), CDR_DENIED);
    drop(l);
    /* Hashes of passwords by their looks. */
    l = learn("account;x\nA1;$2b$12$KIXQ0r0m5mB8s3m8xgH6xOeY1aZ9bq3c4d5e6f7g8h9i0j1k2l3m4\nA2;$2b$12$LIXQ0r0m5mB8s3m8xgH6xOeY1aZ9bq3c4d5e6f7g8h9i0j1k2l3m5\n"
              "A3;$2b$12$MIXQ0r0m5mB8s3m8xgH6xOeY1aZ9bq3c4d5e6f7g8h9i0j1k2l3m6\n");
    cdr_import_map_suggest(&l->m);
    assert_string_equal(field_of(l, "x"), "-");
    drop(l);
    /* What India calls a postcode may be given as one, and as nothing else. */
    l = learn("account;pincode\nA1;110001\n");
    assert_int_equal(cdr_import_map_give(&l->m, "pincode=postcode", &l->err), CDR_OK);
    drop(l);
}

static void map__values_decide_where_names_do_not(void **state)
{
    (void)state;
    list *l = learn("account;A;B;C\nA1;ada@example.com;4539398259791903;x\nA2;bob@example.com;4539748337887620;y\nA3;cleo@example.com;4539328601290403;z\n");
    cdr_import_map_suggest(&l->m);
    assert_string_equal(field_of(l, "A"), "email");
    assert_int_equal(why_of(l, "A"), CDR_IMPORT_BY_VALUES);
    assert_string_equal(field_of(l, "B"), "card_last4");
    assert_string_equal(field_of(l, "C"), "-");
    drop(l);
    /* A column called otherwise that is full of addresses is one. */
    l = learn("id;account\n1;ada@example.com\n2;bob@example.com\n3;cleo@example.com\n");
    cdr_import_map_suggest(&l->m);
    assert_string_equal(field_of(l, "account"), "email");
    drop(l);
}

static void map__one_column_a_field_but_for_addresses(void **state)
{
    (void)state;
    list *l = learn("account,phone,telephone,tel,street,house number,billing street,email,mail\nA1,1,2,3,4,5,6,7,8\n");
    cdr_import_map_suggest(&l->m);
    assert_string_equal(field_of(l, "phone"), "phone");
    assert_string_equal(field_of(l, "telephone"), "mobile");
    assert_int_equal(why_of(l, "tel"), CDR_IMPORT_TAKEN);
    assert_string_equal(field_of(l, "street"), "address");
    assert_string_equal(field_of(l, "house number"), "address");
    assert_int_equal(why_of(l, "billing street"), CDR_IMPORT_TAKEN);
    assert_int_equal(why_of(l, "mail"), CDR_IMPORT_TAKEN);
    drop(l);
}

static void map__given_and_key(void **state)
{
    (void)state;
    list *l = learn("Ref;Level;Mail;x=y\nR1;gold;a@example.com;1\nR2;blue;b@example.com;2\n");
    assert_int_equal(cdr_import_map_give(&l->m, "ref=account", &l->err), CDR_OK);
    assert_int_equal(cdr_import_map_give(&l->m, "Level=own:Loyalty level", &l->err), CDR_OK);
    assert_int_equal(cdr_import_map_give(&l->m, "x=y=-", &l->err), CDR_OK);
    assert_int_equal(cdr_import_map_give(&l->m, "Mail=account", &l->err), CDR_E_INVAL);
    assert_int_equal(cdr_import_map_give(&l->m, "Ref=account", &l->err), CDR_E_INVAL);
    assert_int_equal(cdr_import_map_give(&l->m, "Mial=email", &l->err), CDR_NOT_FOUND);
    assert_non_null(strstr(l->err.text, "Mail"));
    assert_int_equal(cdr_import_map_give(&l->m, "Mail", &l->err), CDR_E_INVAL);
    cdr_import_map_suggest(&l->m);
    assert_int_equal(cdr_import_map_key(&l->m, NULL, &l->err), CDR_OK);
    assert_int_equal(cdr_import_map_check(&l->m, &l->err), CDR_OK);
    assert_int_equal(l->m.key, 0);
    assert_string_equal(l->m.at[1].own, "loyalty_level");
    drop(l);
    /* A key that is no field yet becomes the account; one that cannot be searched is none. */
    l = learn("my id;name;city\n7;Ada Archer;Rome\n8;Bob Baker;Oslo\n");
    assert_int_equal(cdr_import_map_key(&l->m, "my id", &l->err), CDR_OK);
    cdr_import_map_suggest(&l->m);
    assert_int_equal(cdr_import_map_check(&l->m, &l->err), CDR_OK);
    assert_string_equal(field_of(l, "my id"), "account");
    drop(l);
    l = learn("name;city\nAda Archer;Rome\nBob Baker;Oslo\n");
    cdr_import_map_suggest(&l->m);
    assert_int_equal(cdr_import_map_key(&l->m, NULL, &l->err), CDR_OK);
    assert_int_equal(cdr_import_map_check(&l->m, &l->err), CDR_E_INVAL);
    drop(l);
}

static void map__a_list_without_names_is_refused(void **state)
{
    (void)state;
    cdr_import_map m;
    cdr_own_fields own = {0};
    cdr_err err;
    const char *text = "ada@example.com,+1 212 555 0101,1985-04-03\nbob@example.com,+1 212 555 0102,1970-12-13\n";
    cdr_import_map_init(&m, &own);
    assert_int_equal(cdr_import_map_learn(&m, "l.csv", text, strlen(text), true, &err), CDR_E_INVAL);
    assert_null(strstr(err.text, "example.com"));
    cdr_import_map_done(&m);
    cdr_import_map_init(&m, &own);
    assert_int_equal(cdr_import_map_learn(&m, "l.csv", "", 0, true, &err), CDR_E_INVAL);
    cdr_import_map_done(&m);
}

static void secret__also_in_bytes_of_another_encoding(void **state)
{
    (void)state;
    assert_true(cdr_import_is_secret("Pr\xFC" "fziffer"));
    assert_true(cdr_import_is_secret("Karten-Pr\xFC" "fziffer"));
    assert_true(cdr_import_is_secret("Contrase\xF1" "a"));
    assert_false(cdr_import_is_secret("Stra\xDF" "e"));
}

static void date__reads_what_people_write(void **state)
{
    (void)state;
    static const struct { const char *text; cdr_import_order order; int y, m, d; } dates[] = {
        {"1985-04-03", 0, 1985, 4, 3}, {"3.4.1985", 0, 1985, 4, 3}, {"03. 04. 1985", 0, 1985, 4, 3}, {"19850403", 0, 1985, 4, 3}, {"1985-04-03T00:00:00Z", 0, 1985, 4, 3}, {"1985/04/03", 0, 1985, 4, 3},
        {"03/04/1985", CDR_ORDER_DAY_FIRST, 1985, 4, 3}, {"03/04/1985", CDR_ORDER_MONTH_FIRST, 1985, 3, 4}, {"13/04/1985", 0, 1985, 4, 13}, {"04/13/1985", 0, 1985, 4, 13},
        {"13/04/1985", CDR_ORDER_MONTH_FIRST, 1985, 4, 13}, {"04/04/1985", 0, 1985, 4, 4}, {"29.2.2024", 0, 2024, 2, 29},
        {"03/04/1985", 0, 0, 0, 0}, {"29.2.2023", 0, 0, 0, 0}, {"1985", 0, 0, 0, 0}, {"3.4.85", 0, 0, 0, 0}, {"1985-13-03", 0, 0, 0, 0}, {"1985-04-03x", 0, 0, 0, 0}, {"", 0, 0, 0, 0}, {"19851303", 0, 0, 0, 0},
        {"1-2/1985", 0, 0, 0, 0}, {"00.00.0000", 0, 0, 0, 0},
        {"Jan 10, 1978", 0, 1978, 1, 10}, {"10. Januar 1978", 0, 1978, 1, 10}, {"3-Apr-1985", 0, 1985, 4, 3}, {"1er avril 1985", 0, 1985, 4, 1}, {"3 de abril de 1985", 0, 1985, 4, 3},
        {"Wednesday, April 3rd, 1985", 0, 1985, 4, 3}, {"1978-01-10 12:30 AM", 0, 1978, 1, 10}, {"Feb 30, 1978", 0, 0, 0, 0}, {"May Jun 1978", 0, 0, 0, 0}, {"10 1978", 0, 0, 0, 0}, {"Jan 10, 78", 0, 0, 0, 0},
        {"Jan 10 1978 1979", 0, 0, 0, 0}, {"born Jan 10, 1978", 0, 0, 0, 0},
    };
    for (size_t i = 0; i < CDR_COUNT(dates); i++) {
        cdr_date d = {0};
        bool good = cdr_import_date(dates[i].text, strlen(dates[i].text), dates[i].order, &d);
        if (good != (dates[i].y != 0) || (good && (d.year != dates[i].y || d.month != dates[i].m || d.day != dates[i].d)))
            fail_msg("%s: %d %d-%d-%d", dates[i].text, good, d.year, d.month, d.day);
    }
}

static void phone__home_and_abroad(void **state)
{
    (void)state;
    static const struct { const char *code, *text, *world; } numbers[] = {
        {"49", "0151 5550101", "+49 151 5550101"}, {"49", "(030) 555-0101", "+49 (30) 555-0101"}, {"49", "+49 30 5550101", ""}, {"49", "0049 30 5550101", ""}, {"49", "4915155501012", "+4915155501012"},
        {"49", "15155501012", "+49 15155501012"}, {"1", "(212) 555-0101", "+1 (212) 555-0101"}, {"1", "1 212 555 0101", "+1  212 555 0101"}, {"44", "020 7946 0101", "+44 20 7946 0101"},
        {"39", "06 5550101", "+39 06 5550101"}, {"34", "655 55 01 01", "+34 655 55 01 01"}, {"49", "030 5550101 ext. 12", "+49 30 5550101 ext. 12"}, {"49", "12", NULL}, {"1", "555 0101", NULL}, {"49", "", ""},
    };
    for (size_t i = 0; i < CDR_COUNT(numbers); i++) {
        char world[100] = "";
        size_t n;
        bool good = cdr_import_phone(numbers[i].code, numbers[i].text, strlen(numbers[i].text), world, sizeof world - 1, &n);
        world[n] = '\0';
        if (good != (numbers[i].world != NULL) || (good && strcmp(world, numbers[i].world)))
            fail_msg("%s: %d %s", numbers[i].text, good, world);
        char small[6];
        (void)cdr_import_phone(numbers[i].code, numbers[i].text, strlen(numbers[i].text), small, sizeof small, &n);
    }
    static const struct { const char *country, *code; } lands[] = {{"Germany", "49"}, {"DE", "49"}, {"d\xC3\xA4nemark", "45"}, {"Vereinigtes K\xC3\xB6nigreich", "44"}, {"U.K.", "44"}, {"\xC3\x96sterreich", "43"},
                                                                   {"Etats-Unis", "1"}, {"Espa\xC3\xB1" "a", "34"}, {"", NULL}, {"Atlantis", NULL}, {"germ", NULL}, {"germany|deu", NULL}};
    for (size_t i = 0; i < CDR_COUNT(lands); i++) {
        const char *code = cdr_import_country_code(lands[i].country, strlen(lands[i].country));
        if (!code != !lands[i].code || (code && strcmp(code, lands[i].code)))
            fail_msg("%s: %s", lands[i].country, code ? code : "none");
    }
    static const char *const codes[] = {"49", "1", "44", "353", "7"}, *const none[] = {"", "0", "049", "+49", "999", "490", "x", "1234", "10"};
    for (size_t i = 0; i < CDR_COUNT(codes); i++)
        assert_true(cdr_import_calling_code(codes[i]));
    for (size_t i = 0; i < CDR_COUNT(none); i++)
        if (cdr_import_calling_code(none[i]))
            fail_msg("%s is a calling code", none[i]);
}

/* --- rows --- */

typedef struct told { char text[4000]; size_t len; } told;

static cdr_status on_row(void *arg, uint64_t line, const cdr_vault_value *values, size_t count, int64_t since_us, cdr_err *err)
{
    told *t = arg;
    (void)err;
    t->len += (size_t)snprintf(t->text + t->len, sizeof t->text - t->len, "%llu:", (unsigned long long)line);
    for (size_t i = 0; i < count; i++)
        t->len += (size_t)snprintf(t->text + t->len, sizeof t->text - t->len, " %s=%.*s", cdr_vault_field_of(values[i].field)->key, (int)values[i].len, values[i].text);
    t->len += (size_t)snprintf(t->text + t->len, sizeof t->text - t->len, "%s\n", since_us ? " since" : "");
    return CDR_OK;
}

static cdr_status on_fault(void *arg, const cdr_import_fault *f, cdr_err *err)
{
    told *t = arg;
    (void)err;
    t->len += (size_t)snprintf(t->text + t->len, sizeof t->text - t->len, "%llu! %s %s\n", (unsigned long long)f->line, f->column ? f->column : "", f->what);
    return CDR_OK;
}

/* In pieces of ${piece} bytes: where they are cut tells nothing. */
static void read_rows(const char *text, size_t piece, told *ret)
{
    static const cdr_import_events events = {on_row, on_fault, NULL};
    list *l = learn(text);
    cdr_import_rows *rows;
    cdr_err err = {0};
    size_t len = strlen(text);
    *ret = (told){0};
    if (cdr_import_map_find(&l->m, "since") != UINT32_MAX)
        assert_int_equal(cdr_import_map_since(&l->m, "since", &err), CDR_OK);
    cdr_import_map_suggest(&l->m);
    assert_int_equal(cdr_import_map_key(&l->m, NULL, &err), CDR_OK);
    assert_int_equal(cdr_import_rows_new(&l->m, "list.csv", INT64_C(1800000000000000), &events, ret, &rows, &err), CDR_OK);
    for (size_t at = 0; at < len || at == 0; at += piece) {
        size_t n = CDR_MIN(piece, len - at);
        if (cdr_import_rows_feed(rows, text + at, n, at + n == len, &err) != CDR_OK)
            fail_msg("%s", err.text);
    }
    cdr_import_rows_free(rows);
    drop(l);
}

static void rows(const char *text, const char *expected)
{
    static const size_t pieces[] = {1, 2, 7, 4096};
    for (size_t i = 0; i < CDR_COUNT(pieces); i++) {
        told t;
        read_rows(text, pieces[i], &t);
        assert_string_equal(t.text, expected);
    }
}

static void rows__csv_as_spreadsheets_write_it(void **state)
{
    (void)state;
    rows("\xEF\xBB\xBF" "account;name;address;Hausnr;dob;note\r\nA-1;\"Archer; Ada\";Main St;5a;3.4.1985;\"says \"\"hello\"\"\nand more\"\r\n\r\nA-2; Bob ;n/a;;;NULL\r\n",
         "2: name=Archer; Ada address=Main St 5a date_of_birth=1985-04-03 account=A-1 note=says \"hello\"\nand more\n5: name=Bob address=n/a account=A-2\n");
    rows("account,email,phone\nA-1,'=xexample,'+1 212 555 0101\nA-2,-,n/a\n", "2! email is no e-mail address\n3: account=A-2\n");
    rows("account,street,billing street\nA-1,High St 1,Low St 2\n", "2: address=High St 1 account=A-1\n");
    rows("account,address1,address2\nA-1,High St 1,Flat 2\nA-2,,Flat 3\n", "2: address=High St 1, Flat 2 account=A-1\n3: address=Flat 3 account=A-2\n");
}

static void rows__what_is_wrong_is_told_and_passed_over(void **state)
{
    (void)state;
    rows("account,email,phone,dob,card number,since\n"
         "A-1,no,+1 212 555 0101,1985-04-03,,\n"
         ",a@example.com,,,,\n"
         "A-3,a@example.com,12,,,\n"
         "A-4,a@example.com,,2999-01-01,,\n"
         "A-5,a@example.com,4.4E+11,,,\n"
         "A-6,a@example.com,,,4111 1111 1111 1234,2020-01-01\n"
         "A-7,a@example.com,,,41,\n"
         "A-8,a@example.com,,,,someday\n"
         "A-9,b@example.com\n"
         ",,,,,\n"
         "A-10,\xFF@example.com,,,,\n"
         "A-11,b@example.com,,,,2030-01-01\n",
         "2! email is no e-mail address\n3! account is empty, and is what the customer is known by\n4! phone is no telephone number\n5! dob lies in the future\n"
         "6! phone was rounded by a spreadsheet (as in 4.4E+11); export it as text\n7: email=a@example.com account=A-6 card_last4=1234 since\n8! card number has no four digits\n"
         "9! since is no day, or not written as one of these: 1985-04-03, 3.4.1985, 03/04/1985, 3 April 1985, Apr 3, 1985\n10!  the row has 2 columns where the header has 6.\n12! email is no text in UTF-8; if the file comes from a spreadsheet on Windows, say --encoding windows-1252\n"
         "13! since lies in the future\n");
}

static void rows__an_address_is_one_address(void **state)
{
    (void)state;
    static const char *const wrong[] = {"[\\\"a@example.com\\\"]", "a@example.com; b@example.com", "Ada <a@example.com>", "a@b@example.com", "@example.com", "a@", "a@example", "a b@example.com", "mailto:a@example.com"},
                      *const right[] = {"a@example.com", "a+b.c@sub.example.co.uk", "\xC3\xBC@example.com", "o'brien@example.com"};
    for (size_t i = 0; i < CDR_COUNT(wrong); i++) {
        char text[200];
        told t;
        snprintf(text, sizeof text, "{\"account\": \"A1\", \"email\": \"%s\"}\n", wrong[i]);
        read_rows(text, 4096, &t);
        assert_string_equal(t.text, "1! email is no e-mail address\n");
    }
    for (size_t i = 0; i < CDR_COUNT(right); i++) {
        char text[200], expected[200];
        told t;
        snprintf(text, sizeof text, "{\"account\": \"A1\", \"email\": \"%s\"}\n", right[i]);
        snprintf(expected, sizeof expected, "1: email=%s account=A1\n", right[i]);
        read_rows(text, 4096, &t);
        assert_string_equal(t.text, expected);
    }
}

static void rows__ndjson(void **state)
{
    (void)state;
    rows("{\"account\": 1001, \"contact\": {\"email\": \"a@example.com\"}, \"city\": null}\n{\"account\": \"A-2\", \"late\": 1}\nnot json\n{\"account\": \"A-3\"}\n",
         "1: email=a@example.com account=1001\n2: account=A-2\n3!  the line is no JSON object with each name once.\n4: account=A-3\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(map__knows_columns_by_name), cmocka_unit_test(map__leaves_secrets_out), cmocka_unit_test(map__values_decide_where_names_do_not),
        cmocka_unit_test(map__one_column_a_field_but_for_addresses), cmocka_unit_test(map__given_and_key), cmocka_unit_test(map__a_list_without_names_is_refused),
        cmocka_unit_test(secret__also_in_bytes_of_another_encoding),
        cmocka_unit_test(date__reads_what_people_write), cmocka_unit_test(phone__home_and_abroad), cmocka_unit_test(rows__csv_as_spreadsheets_write_it), cmocka_unit_test(rows__what_is_wrong_is_told_and_passed_over), cmocka_unit_test(rows__ndjson), cmocka_unit_test(rows__an_address_is_one_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* E-mail, web, network, telephone, dates, coordinates: what is found, what is left alone, and how words change it. */
#include "findings.h"

static void email__usual_forms(void **state)
{
    (void)state;
    expect("write to ada.lovelace+news@mail.example.co.uk, please", "email[ada.lovelace+news@mail.example.co.uk]");
    expect("<bob@example.com>;carl@example.org.", "email[bob@example.com] email[carl@example.org]");
    expect("o'hara@example.com", "email[o'hara@example.com]");
}

static void email__look_alikes(void **state)
{
    (void)state;
    expect("logo@2x.png systemd-fsck@dev-sda1.service @media a@b user@localhost", "");
    expect("Message-ID: <20270314.abc123@mail.example.com>", "");
    expect("End.@example.com a@.com", "");
}

static void url__only_passwords_are_personal(void **state)
{
    (void)state;
    expect("see https://www.example.com/a?b=c", "");
    expect("postgres://shop:Tr0ub4dor@db.example.com/shop", "url.credentials[postgres://shop:Tr0ub4dor@db.example.com/shop]");
    expect("https://example.com/?mail=ada@example.org&x=1", "email[ada@example.org]");
    expect("http://host:8080/path", "");
}

static void network__addresses(void **state)
{
    (void)state;
    expect("from 203.0.113.45 port 22", "ipv4[203.0.113.45]");
    expect("5.9.1.2 - - [06/Jan/2025:10:00:00 +0100] \"GET / HTTP/1.1\" 200 7", "ipv4[5.9.1.2]");
    expect("84.17.5.23 - ada [06/Jan/2025:10:00:00 +0100]", "ipv4[84.17.5.23]");
    expect("listening on 5.9.1.2:8080", "ipv4[5.9.1.2]");
    expect("via 203.0.113.45 198.51.100.77 203.0.113.99", "ipv4[203.0.113.45] ipv4[198.51.100.77] ipv4[203.0.113.99]");
    expect("peer [2001:db8:85a3::8a2e:370:7334]", "ipv6[2001:db8:85a3::8a2e:370:7334]");
    expect("6e40:4041:c617:e898:c11:40d2:c669:2eb4", "ipv6[6e40:4041:c617:e898:c11:40d2:c669:2eb4]");
    expect("hw 00:1b:63:84:45:e6 up", "mac[00:1b:63:84:45:e6]");
}

static void network__look_alikes(void **state)
{
    (void)state;
    expect("version 2.6.35.5, section 23.3.4.2, oid 1.3.6.1.4.1.311.2", "");
    expect("127.0.0.1 0.0.0.0 255.255.255.0 00:00:00:00:00:00", "");
    expect("std::vector add::cafe at 09:12:33 1:2:3:4", "");
    expect("c0 1.52-.87 2.83-2.12 3.51.98.32 2.03.5 3.11", "");
}

static void phone__written_internationally(void **state)
{
    (void)state;
    expect("+44 20 7946 0958 and +49 (0)30 901820", "phone[+44 20 7946 0958] phone[+49 (0)30 901820]");
    expect("+1-903-555-0108x769", "phone[+1-903-555-0108x769]");
    expect("001-253-555-0181", "phone[001-253-555-0181]");
    expect("+999 123 4567 89", "");
}

static void phone__written_nationally(void **state)
{
    (void)state;
    expect("(212) 555-0142, 212.555.0143 or 1-800-555-0199", "phone[(212) 555-0142] phone[212.555.0143] phone[1-800-555-0199]");
    expect("01.84.17.61.18", "phone[01.84.17.61.18]");
    expect("212-555-0142 212-555-0143", "phone[212-555-0142] phone[212-555-0143]");
    expect("a,ada@example.com,+1 (865) 555-0143,x", "email[ada@example.com] phone[+1 (865) 555-0143]");
}

static void phone__needs_a_word(void **state)
{
    (void)state;
    expect("item 9498777106 sold", "");
    expect("Fax: 9498777106", "phone[9498777106]");
    expect("Please call me on 9472 7916 today", "phone[9472 7916]");
    expect_under("mobile_phone", "94987771", "phone[94987771]");
    expect_under("tracking_number", "212-555-0142", "");
}

static void phone__look_alikes(void **state)
{
    (void)state;
    expect("Copyright 1995-2011, MA 02110-1301", "");
    expect("010 011 012 013 014 015 016 017 018", "");
    expect("1700000000 0x12345678 v1.2.3-4567 12:34:56", "");
}

static void date__birth_needs_words(void **state)
{
    (void)state;
    expect("delivered 1990-03-04", "");
    expect("born on 1990-03-04", "birth.date[1990-03-04]");
    expect("Geburtsdatum: 04.03.1990", "birth.date[04.03.1990]");
    expect("She was born on March 3, 1985 in X", "birth.date[March 3, 1985]");
    expect("n\xc3\xa9 le 3 mars 1985", "birth.date[3 mars 1985]");
    expect_under("dob", "03/04/1990", "birth.date[03/04/1990]");
    expect("born 1990-13-40", "");
}

static void date__plain_ones_on_request(void **state)
{
    (void)state;
    cdr_ruleset *rs = rules_with((cdr_ruleset_options){.min_confidence = 0.45f, .plain_dates = true});
    found r;
    static const char text[] = "On Tuesday, 2027-03-14T09:12:00Z, founded in 1977; 2/8/1935. Room 1977.";
    find_in(rs, text, sizeof text - 1, NULL, &r);
    assert_string_equal(r.list, "date[Tuesday] date[2027-03-14T09:12:00Z] date[1977] date[2/8/1935]");
    cdr_ruleset_free(rs);
}

static void geo__pairs(void **state)
{
    (void)state;
    expect("at 48.85661, 2.35222.", "geo[48.85661, 2.35222]");
    expect("3.14159 2.71828", "");
    expect("lat/lon: -33.8688 151.2093", "geo[-33.8688 151.2093]");
    expect("91.12345, 2.35222", "");
}

static void words__raise_and_lower(void **state)
{
    (void)state;
    expect("id 4012888888881881", "");                       /* a label that speaks of something else, a test number */
    expect("card number 4012888888881881", "pay.card[4012888888881881]");
    expect("{\"cardNumber\": \"4012888888881881\"}", "pay.card[4012888888881881]");
    expect("Kreditkarte: 4012 8888 8888 1881", "pay.card[4012 8888 8888 1881]");
}

static void neighbours__raise(void **state)
{
    (void)state;
    cdr_ruleset *rs = rules_with((cdr_ruleset_options){0});
    found alone, beside;
    static const char a[] = "x,4539148803436467,y", b[] = "ada@example.com,4539148803436467,y";
    find_in(rs, a, sizeof a - 1, NULL, &alone);
    find_in(rs, b, sizeof b - 1, NULL, &beside);
    assert_true(beside.last.evidence & CDR_EV_NEIGHBOUR);
    assert_false(alone.last.evidence & CDR_EV_NEIGHBOUR);
    assert_true(beside.last.confidence > alone.last.confidence);
    cdr_ruleset_free(rs);
}

static void series__is_no_number(void **state)
{
    (void)state;
    expect("5250 5251 5252 5253 5254 5255 5256 5257 5258 5259 5260 5261 5262 5263", "");
    expect("0.123456 445.06368453332", "");
    expect("550e8400-e29b-41d4-a716-446655440000", "");
}

static void explain__never_repeats_the_value(void **state)
{
    (void)state;
    cdr_ruleset *rs = rules_with((cdr_ruleset_options){0});
    found r;
    char why[512];
    static const char text[] = "card 4012888888881881";
    find_in(rs, text, sizeof text - 1, NULL, &r);
    assert_int_equal(cdr_finding_explain(rs, &r.last, why, sizeof why, NULL), CDR_OK);
    assert_non_null(strstr(why, "check digits"));
    assert_non_null(strstr(why, "word close by"));
    assert_null(strstr(why, "4012"));
    cdr_ruleset_free(rs);
}

static void masked(const char *kind, const char *value, const char *wanted)
{
    char text[64];
    cdr_mask_value(cdr_kind_by_id(kind), value, strlen(value), text, sizeof text);
    assert_string_equal(text, wanted);
}

static void mask__keeps_only_the_tail(void **state)
{
    (void)state;
    masked("email", "ada@example.com", "a\xe2\x80\xa6@e\xe2\x80\xa6" "com");
    masked("email", "a@b.io", "\xe2\x80\xa6@\xe2\x80\xa6" "io");
    masked("email", "ada@localhost", "a\xe2\x80\xa6@\xe2\x80\xa6");
    masked("pay.card", "4012 8888 8888 1881", "\xe2\x80\xa6" "1881");
    masked("iban", "DE89 3704 0044 0532 0130 00", "DE\xe2\x80\xa6" "00");
    masked("us.ssn", "123-45-6789", "\xe2\x80\xa6" "89");
    masked("phone", "+1 (212) 555-0142", "\xe2\x80\xa6" "42");
    masked("phone", "555-014", "\xe2\x80\xa6");
    masked("ipv4", "192.0.2.44", "192.\xe2\x80\xa6");
    masked("ipv6", "2001:db8::44aa", "\xe2\x80\xa6" "aa");
    masked("secret.password", "hunter2", "\xe2\x80\xa6");
    masked("secret.github", "ghp_9QZ2fUe7bN4hXwY1LcVt8RmKs3DaPo0IG1u7", "ghp_\xe2\x80\xa6");
    masked("birth.date", "1990-03-04", "19\xe2\x80\xa6");
    masked("birth.date", "4 March 1990", "19\xe2\x80\xa6");
    masked("birth.date", "04.03.90", "\xe2\x80\xa6");
    masked("name.full", "Ada Byron", "A\xe2\x80\xa6");
    masked("name.full", "Al", "\xe2\x80\xa6");
    masked("address.street", "12 Main Street", "\xe2\x80\xa6");
    masked("health.condition", "diabetes", "\xe2\x80\xa6");
    char tiny[2];
    cdr_mask_value(cdr_kind_by_id("email"), "ada@example.com", 15, tiny, sizeof tiny);
    assert_true(strlen(tiny) < sizeof tiny);
}

static void same(const char *kind, const char *a, const char *b, bool equal)
{
    char x[64] = "", y[64] = "";
    size_t n = cdr_normalise_value(cdr_kind_by_id(kind), a, strlen(a), x, sizeof x), m = cdr_normalise_value(cdr_kind_by_id(kind), b, strlen(b), y, sizeof y);
    if (equal)
        assert_string_equal(x, y);
    assert_int_equal(n == m && !memcmp(x, y, n), equal);
}

static void normalise__spellings(void **state)
{
    (void)state;
    same("email", "Ada@Example.COM", "ada@example.com", true);
    same("phone", "+1 (212) 555-0142", "212.555.0142", true);
    same("phone", "+49 (0)30 901820", "0049 30 901820", true);
    same("phone", "+41 44 668 18 00", "+41 (0)44 668 18 00 ext. 4", true);
    same("phone", "+44 20 7946 0958", "+44 20 7946 0959", false);
    same("pay.card", "4012 8888 8888 1881", "4012888888881881", true);
    same("birth.date", "04.03.1990", "1990-03-04", true);
    same("secret.password", "Hunter2", "hunter2", false);
    same("email", "max.muster%40example.com", "Max.Muster@example.com", true);
    same("email", "max%252Bnews%2540example.com", "max+news@example.com", true);
}

static void email__behind_percent_signs(void **state)
{
    (void)state;
    expect("GET /a?email=max.muster%40example.com HTTP/1.1", "email[max.muster%40example.com]");
    expect("GET /a?x=1&e=max%2Bnews%40web.de&y=2", "email[max%2Bnews%40web.de]");
    expect("to=/login%3Fuser%3Dada%40example.org%26x", "email[ada%40example.org]");
    expect("https://shop.example/u/ada%40web.de/orders", "email[ada%40web.de]");
    expect("{\"email\":\"max%40web.de\", \"mail\": \"eva%40web.de\"}", "email[max%40web.de] email[eva%40web.de]");
    expect("<a href=\"mailto:ada%40example.org\">", "email[ada%40example.org]");
    expect("a=%40example b=100%40 c=50%25 x%4 y%40z", "");
}

static void email__is_no_account_of_a_program(void **state)
{
    (void)state;
    expect("git clone git@github.com:example/shop.git", "");
    expect("ssh://deploy@build.example.com/x", "");
    expect("DSN=https://0f1e2d3c4b5a69788796a5b4c3d2e1f0@o12345.ingest.example.com/42", "url.credentials[https://0f1e2d3c4b5a69788796a5b4c3d2e1f0@o12345.ingest.example.com]");
}

static void numbers__of_things_in_many_languages(void **state)
{
    (void)state;
    static const char *const words[] = {"Teilenummer", "Artikelnummer:", "Bestellnummer", "Rechnungsnummer", "Sendungsnummer", "Auftragsnummer", "Seriennummer", "Vorgangsnummer", "Kundennummer",
                                        "numéro de commande", "pedido", "factura", "ordine", "Art.-Nr.", "Ersatzteil-Nr.:", "Ref.", "N° de commande :", "Bestelnr.", "nr zam.", "zamówienie", "ordernummer", "tilausnumero", "ordrenummer", "beställningsnummer", "числовой заказ"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char text[128];
        snprintf(text, sizeof text, "%s 536-22-8145", words[i]);
        expect(text, "");
    }
    expect("536-22-8145", "us.ssn[536-22-8145]");
    expect("Ref. 536-22-8145\nSSN: 536-22-8146", "us.ssn[536-22-8146]");
    expect("Sendung 00340434161094042557 ist unterwegs", "");
    expect("LEI 529900T8BM49AURSDO55", "lei[529900T8BM49AURSDO55]");
    expect("529900T8BM49AURSDO55", "");
}

static void header__siblings_do_not_veto(void **state)
{
    (void)state;
    expect_under("dni", "X1234567L", "es.nie[X1234567L]");
    expect_under("nie", "48213765S", "es.dni[48213765S]");
    expect_under("cpf", "11.222.333/0001-81", "br.cnpj[11.222.333/0001-81]");
    expect_under("partita_iva", "RSSMRA85T10A562S", "it.codicefiscale[RSSMRA85T10A562S]");
    expect_under("tracking_number", "X1234567L", "");
}

static void address__of_chats_and_payments(void **state)
{
    (void)state;
    expect("https://wa.me/491701234567 wa.me/491701234567", "phone[491701234567] phone[491701234567]");
    expect("https://api.whatsapp.com/send?phone=491701234567&text=x", "phone[491701234567]");
    expect("pay to ada.k@okhdfcbank or 9876543210@ybl.", "bank.account[ada.k@okhdfcbank] bank.account[9876543210@ybl]");
    expect("mail ada@localhost ada@ybl.local ada@oksbix x@upi", "email[ada@ybl.local]");
}

static void date__birth_words_of_its_line(void **state)
{
    (void)state;
    expect("geboren am 12.03.1980", "birth.date[12.03.1980]");
    expect("date of birth 12.03.2095, birthday party in the garden on 2095-03-12", "");
    expect("Geburtsdatum\n12.03.1980", "birth.date[12.03.1980]");
    expect("nato a Roma il 10/12/1985\nTermin am 12.10.2026 um 14:00\n# Telefonnotiz 12.10.2026\nDie Feier ist am 12.11.2024\nborn to run\n", "birth.date[10/12/1985]");
}

static void words__of_the_next_line_say_nothing(void **state)
{
    (void)state;
    expect("VALUES (7, 20240312, 'x');\nTEL;TYPE=CELL:1\n", "");
    expect("total 146 454 286 bytes, 246 454 287 blocks", "");
    expect("IRD number 49 091 850", "nz.ird[49 091 850]");
}

static void names__where_somebody_is_addressed(void **state)
{
    (void)state;
    cdr_ruleset *rs = rules_with((cdr_ruleset_options){.min_confidence = 0.45f, .names = CDR_NAMES_CALLED});
    static const char text[] = "Frau Dr. Mareike L\303\274ders hat angerufen\nDear Mr. Smith,\nAnna Petersen was here\nHerr der Ringe\nADR. Anna Schmidt\n";
    found r;
    find_in(rs, text, sizeof text - 1, NULL, &r);
    assert_string_equal(r.list, "name.full[Mareike L\303\274ders] name.full[Smith]");
    cdr_ruleset_free(rs);
}

static void phone__joined_to_others(void **state)
{
    (void)state;
    expect("(212) 736-6152/John Smith", "phone[(212) 736-6152]");
    expect("Tel 030 901829/0171 2345678", "phone[030 901829] phone[0171 2345678]");
    expect("+49 30 901795 12.03.1984", "phone[+49 30 901795]");
    expect("Tel. 030/901820-0, 0171-2345678/89", "phone[030/901820-0] phone[0171-2345678/89]");
    expect("+44 20 7946 0958/+44 20 7946 0959", "phone[+44 20 7946 0958] phone[+44 20 7946 0959]");
    expect("+49 30 901820 0171 2345678", "phone[+49 30 901820] phone[0171 2345678]");
    expect("+33 1 42 68 53 00 06 12 34 56 78", "phone[+33 1 42 68 53 00] phone[06 12 34 56 78]");
    expect("(212) 736-6152/212-736-6153", "phone[(212) 736-6152] phone[212-736-6153]");
    expect("Phone 212 736 6152 212 736 6153", "phone[212 736 6152] phone[212 736 6153]");
    expect("a_(212) 736-6152_b|+1 212 736 6152 4111", "phone[(212) 736-6152] phone[+1 212 736 6152]");
    expect("+44 20 7946 0958-1984-03-12, Tel. +49 30 901795 2nd floor", "phone[+44 20 7946 0958] phone[+49 30 901795]");
    /* One number, however it is parted; and what is none. */
    expect("+44 20 7946 0958, +49 170 1234 0567", "phone[+44 20 7946 0958] phone[+49 170 1234 0567]");
    expect("0123 45678 2024-05-12 0124 45679 2024-05-13", "");
    expect("/usr/lib/212/736/6152/file 1234567890/1234567891", "");
}

static void phone__area_code_set_apart(void **state)
{
    (void)state;
    expect("Handy 0170 / 1234567, Tel. 0451 / 12 34 56", "phone[0170 / 1234567] phone[0451 / 12 34 56]");
    expect("4711 / 1234567, 2024 - 1234567, 12 / 0170 / 1, 0.5 / 1234567", "");
}

static void url__example_passwords(void **state)
{
    (void)state;
    expect("http://user:pass@sub.example.com:8080/ https://abc:xyz@example.com smtp://u:changeme@example.com", "");
    expect("smtp://ada:Kranich77b@example.com", "url.credentials[smtp://ada:Kranich77b@example.com]");
}

static void network__examples_alike(void **state)
{
    (void)state;
    expect("192.0.2.1 192.0.2.200", "ipv4[192.0.2.1] ipv4[192.0.2.200]");
    expect("198.51.100.7 203.0.113.5", "ipv4[198.51.100.7] ipv4[203.0.113.5]");
    expect("2001:db8::1 2001:db8:0:1::25", "ipv6[2001:db8::1] ipv6[2001:db8:0:1::25]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(email__usual_forms), cmocka_unit_test(email__look_alikes), cmocka_unit_test(url__only_passwords_are_personal), cmocka_unit_test(network__addresses),
        cmocka_unit_test(network__look_alikes), cmocka_unit_test(phone__written_internationally), cmocka_unit_test(phone__written_nationally), cmocka_unit_test(phone__needs_a_word),
        cmocka_unit_test(phone__look_alikes), cmocka_unit_test(date__birth_needs_words), cmocka_unit_test(date__plain_ones_on_request), cmocka_unit_test(geo__pairs),
        cmocka_unit_test(words__raise_and_lower), cmocka_unit_test(neighbours__raise), cmocka_unit_test(series__is_no_number), cmocka_unit_test(explain__never_repeats_the_value), cmocka_unit_test(mask__keeps_only_the_tail),
        cmocka_unit_test(normalise__spellings), cmocka_unit_test(email__behind_percent_signs), cmocka_unit_test(email__is_no_account_of_a_program),
        cmocka_unit_test(numbers__of_things_in_many_languages), cmocka_unit_test(header__siblings_do_not_veto), cmocka_unit_test(network__examples_alike), cmocka_unit_test(names__where_somebody_is_addressed),
        cmocka_unit_test(url__example_passwords), cmocka_unit_test(phone__area_code_set_apart), cmocka_unit_test(phone__joined_to_others), cmocka_unit_test(words__of_the_next_line_say_nothing), cmocka_unit_test(date__birth_words_of_its_line), cmocka_unit_test(address__of_chats_and_payments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of many kinds and languages, and columns that only look like them. */
#include "base/buf.h"
#include "detect/column.h"
#include "detect/kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

static cdr_ruleset *rs;
static cdr_detect_scratch *scratch;

typedef struct cells { cdr_buf text; uint32_t starts[4200]; size_t count; } cells;

/* "a|b|c" as cells. */
static void split(const char *joined, cells *c)
{
    c->text = CDR_BUF(1 << 20);
    c->count = 0;
    for (const char *p = joined;; p++) {
        size_t n = strcspn(p, "|");
        c->starts[c->count++] = (uint32_t)c->text.len;
        assert_int_equal(cdr_buf_add(&c->text, p, n), CDR_OK);
        assert_int_equal(cdr_buf_addc(&c->text, '\n'), CDR_OK);
        p += n;
        if (!*p)
            break;
    }
    c->starts[c->count] = (uint32_t)c->text.len;
}

typedef struct found_arg { cdr_column *column; const cells *cells; size_t last; } found_arg;

static cdr_status on_finding(void *arg, const cdr_finding *f)
{
    found_arg *a = arg;
    size_t cell = 0;
    while (cell + 1 < a->cells->count && a->cells->starts[cell + 1] <= f->start)
        cell++;
    if (cell != a->last)
        cdr_column_found(a->column, f->kind, (cdr_band)f->band);
    a->last = cell;
    return CDR_OK;
}

static cdr_column_class classify(const char *header, const char *values)
{
    static cells c;
    cdr_column *column;
    cdr_column_class k;
    split(values, &c);
    assert_int_equal(cdr_column_new(rs, header, header ? strlen(header) : 0, &column, NULL), CDR_OK);
    cdr_column_cells(column, c.text.data, c.starts, c.count);
    found_arg arg = {column, &c, SIZE_MAX};
    assert_int_equal(cdr_detect_cells(rs, scratch, c.text.data, c.starts, c.count, cdr_column_hint(column), on_finding, &arg, NULL), CDR_OK);
    cdr_column_judge(column, &k);
    cdr_column_free(column);
    cdr_buf_done(&c.text);
    return k;
}

typedef struct example { const char *header, *values, *id; } example;

static void check(const example *all, size_t count, bool firm)
{
    int wrong = 0;
    for (size_t i = 0; i < count; i++) {
        cdr_column_class k = classify(all[i].header, all[i].values);
        const char *got = k.kind && (!firm || k.confidence >= 0.45f) ? cdr_kind_get(k.kind)->id : "";
        if (strcmp(got, all[i].id)) {
            print_message("%s: [%.60s]: is %s (%.2f, support %.2f), should be %s\n", all[i].header ? all[i].header : "(none)", all[i].values, cdr_kind_get(k.kind)->id,
                          (double)k.confidence, (double)k.support, all[i].id[0] ? all[i].id : "nothing");
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void detect__column__headers_in_many_languages(void **state)
{
    (void)state;
    static const example all[] = {
        {"first_name", "Anna|Peter|Maria|John|Sophie", "name.first"},
        {"fname", "ANNA|PETER|MARIA|JOHN", "name.first"},
        {"LastName", "Smith|Jones|Brown|Taylor|Wood", "name.last"},
        {"lname", "Nowak|Kowalski|Zając", "name.last"},
        {"Vorname", "Jürgen|Heike|Uwe|Sabine", "name.first"},
        {"Nachname", "Müller|Schmidt|Weiß|Özdemir", "name.last"},
        {"Prénom", "Amélie|Thierry|Zoé", "name.first"},
        {"nom_de_famille", "Dubois|Lefèvre|Moreau", "name.last"},
        {"apellidos", "García López|Pérez Ruiz|Núñez Vega", "name.last"},
        {"nombre_completo", "Ana García|Luis Pérez|Eva Ruiz", "name.full"},
        {"cognome", "Rossi|Bianchi|Esposito", "name.last"},
        {"sobrenome", "Silva|Souza|Oliveira", "name.last"},
        {"achternaam", "de Vries|van den Berg|Jansen", "name.last"},
        {"imię i nazwisko", "Jan Nowak|Anna Kowalska|Piotr Wiśniewski", "name.full"},
        {"efternamn", "Andersson|Lindqvist|Öberg", "name.last"},
        {"customer_name", "Anna Smith|Peter Jones|Li Wei", "name.full"},
        {"customer.name", "Anna Smith|Peter Jones|Maria Brown", "name.full"},
        {"Patient Name", "SMITH, ANNA|JONES, PETER|BROWN, MARIA", "name.full"},
        {"name", "Anna Smith|Peter Jones|Maria Brown|Bob Miller", "name.full"},
        {"user.firstName", "Kofi|Ngozi|Thabo", "name.first"},
        {"contacts[].lastName", "Okafor|Mensah|Dlamini", "name.last"},
        {"street", "12 Oak Avenue|99 Elm Street|4 High Road", "address.street"},
        {"addr1", "Hauptstraße 5|Bahnhofstr. 12|Am Markt 3", "address.street"},
        {"Straße", "Hauptstraße 5|Lindenweg 12a|Goethestr. 3", "address.street"},
        {"adresse", "12 rue de la Paix|4 avenue Foch|8 place Bellecour", "address.street"},
        {"indirizzo", "Via Roma 3|Corso Italia 12|Piazza Dante 1", "address.street"},
        {"direccion", "Calle Mayor 4|Avenida de la Constitución 12|Plaza Nueva 3", "address.street"},
        {"city", "London|Leeds|Smallbridge|York", "address.city"},
        {"Ort", "Berlin|Köln|Oberkirch", "address.city"},
        {"ciudad", "Madrid|Sevilla|Valencia", "address.city"},
        {"plz", "10115|50667|80331", "address.postcode"},
        {"zip", "90210|10001|94105-1234", "address.postcode"},
        {"postcode", "SW1A 1AA|M1 1AE|EC1A 1BB", "address.postcode"},
        {"cp", "75001|69002|13001", "address.postcode"},
        {"country", "Germany|France|Spain", "address.country"},
        {"country_code", "DE|FR|ES|US", "address.country"},
        {"state", "CA|NY|TX|WA|FL", "address.region"},
        {"Bundesland", "Bayern|Hessen|Sachsen", "address.region"},
        {"gender", "M|F|F|M|F", "person.gender"},
        {"Geschlecht", "männlich|weiblich|divers", "person.gender"},
        {"sex", "male|female|female", "person.gender"},
        {"sexo", "Mujer|Hombre|Mujer", "person.gender"},
        {"nationality", "German|French|Spanish", "person.nationality"},
        {"age", "34|56|23|78", "person.age"},
        {"dob", "1980-02-03|1975-12-24|1999-07-01", "birth.date"},
        {"cvv", "837|214|958|4620", "pay.cvv"},
        {"cvv", "match|no match|match", ""},
        {"Kartenprüfnummer", "837|214|958|462", "pay.cvv"},
        {"Geburtsdatum", "03.02.1980|24.12.1975|01.07.1999", "birth.date"},
        {"birth_date", "19800203|19751224|19990701", "birth.date"},
        {"Geburtsort", "Berlin|Ankara|Oberkirch", "birth.place"},
        {"marital_status", "single|married|divorced", "person.marital-status"},
        {"Familienstand", "ledig|verheiratet|geschieden", "person.marital-status"},
        {"salary", "54000|61000|48500", "work.salary"},
        {"Bruttogehalt", "4.500,00|3.200,00|5.100,50", "work.salary"},
        {"annual_salary_usd", "$54,000|$61,000|$48,500", "work.salary"},
        {"job_title", "Software Engineer|Nurse|Accountant", "work.title"},
        {"title", "Sales Manager|Head Nurse|Accountant|Truck Driver", "work.title"},
        {"Anrede", "Herr|Frau|Frau", "name.title"},
        {"emp_no", "10021|10022|10035", "work.employee-id"},
        {"Personalnummer", "A-1021|A-1022|B-0035", "work.employee-id"},
        {"customer_id", "C10021|C10022|C10035", "account.customer-id"},
        {"Kundennummer", "4711001|4711002|4711003", "account.customer-id"},
        {"mrn", "MRN-100443|MRN-100991|MRN-177231", "health.record-id"},
        {"diagnosis", "Asthma|Type 2 diabetes|Hypertension", "health.condition"},
        {"icd10", "J45.0|E11.9|I10", "health.condition"},
        {"dx", "J45.0|E11.9|I10", "health.condition"},
        {"Diagnose", "Bluthochdruck|Krebs|Asthma", "health.condition"},
        {"blood_type", "A+|0-|AB+", "health.condition"},
        {"religion", "Catholic|Muslim|None", "special.religion"},
        {"Konfession", "ev.|rk.|keine", "special.religion"},
        {"ethnicity", "White|Black|Asian", "special.ethnicity"},
        {"political_party", "Democrat|Republican|Green", "special.politics"},
        {"trade_union_member", "yes|no|yes", "special.union"},
        {"sexual_orientation", "heterosexual|gay|bisexual", "special.sexual-orientation"},
        {"criminal_record", "none|theft 2009|none", "special.criminal-record"},
        {"username", "annas|pjones77|mbrown", "account.username"},
        {"user_name", "annas|pjones77|mb_rown", "account.username"},
        {"license_plate", "B-AB 1234|M-XY 99|7ABC123", "vehicle.plate"},
        {"password", "hunter2|Tr0ub4dor|letmein!", "secret.password"},
        {"passwd_hash", "5f4dcc3b5aa765d61d8327deb882cf99|e10adc3949ba59abbe56e057f20f883e|25d55ad283aa400af464c76d713c07ad", "secret.password-hash"},
        {"email", "anna@example.com|peter@example.org|maria@example.net", "email"},
        {"c7", "anna@example.com|peter@example.org|maria@example.net", "email"},
        {"né(e) le", "12/03/1975|01/07/1981|24/12/1990", "birth.date"},
        {"nom", "Dubois|Lefèvre|Moreau|Petit", "name.last"},
        {"Geschl.", "m|w|w|m", "person.gender"},
        {"lön", "32000|41000|28500", "work.salary"},
        {"location", "London|Berlin|Paris|Leeds", "address.city"},
        {"telefon", "030 1234567|0171 5550199|089 555 0100", "phone"},
        {"employer", "Acme Inc|Example GmbH|Widget Ltd", "org.name"},
    };
    check(all, CDR_COUNT(all), true);
}

static void detect__column__values_alone(void **state)
{
    (void)state;
    static const example all[] = {
        {NULL, "Anna Smith|Peter Jones|Maria Brown|John Miller|Sophie Taylor|James Wilson|Laura Hughes|David Evans", "name.full"},
        {"column 1", "Anna Smith|Peter Jones|Maria Brown|John Miller|Sophie Taylor|James Wilson|Laura Hughes|David Evans", "name.full"},
        {"c3", "Jürgen Müller|Heike Schmidt|Uwe Becker|Sabine Koch|Klaus Richter|Petra Wolf|Dieter Braun|Ursula Vogel", "name.full"},
        {"col_4", "Anna|Peter|Maria|John|Sophie|James|Laura|David|Kevin", "name.first"},
        {"", "12 Oak Avenue|99 Elm Street|4 High Road|7 Mill Lane|55 Station Road|2 Church Street|9 Park Lane|31 King Street", "address.street"},
        {"x", "Smith, Anna|Jones, Peter|Brown, Maria|Miller, John|Taylor, Sophie|Wilson, James|Hughes, Laura|Evans, David", "name.full"},
        {"f9", "London|Paris|Berlin|Madrid|Rome|Vienna|Lisbon|Oslo", "address.city"},
    };
    check(all, CDR_COUNT(all), true);
}

static void detect__column__vetoes(void **state)
{
    (void)state;
    static const example all[] = {
        {"product_name", "Blue Kettle|Oak Table|Garden Hose|Steel Pan", ""},
        {"product.name", "Ivory Lamp|Ruby Necklace|Jordan Shoe|Oak Table", ""},
        {"file_name", "report.pdf|photo.jpg|data.csv", ""},
        {"hostname", "web01|db02|mail.example.com", ""},
        {"name", "nginx|postgres|redis|haproxy", ""},
        {"name", "Blue Kettle|Oak Table|Garden Hose|Steel Pan", ""},
        {"table_name", "customers|orders|items", ""},
        {"first_value", "1.5|2.5|9.9", ""},
        {"status", "active|closed|pending", ""},
        {"state", "open|closed|running", ""},
        {"state", "0|1|2|1", ""},
        {"order_id", "100234|100235|100236|100237", ""},
        {"sku", "AB-1234|CD-9987|EF-3321", ""},
        {"tracking_number", "123456789|234567891|345678912", ""},
        {"created_at", "2024-01-02 10:11:12|2024-01-03 10:11:12|2024-01-04 10:11:12", ""},
        {"checksum", "5f4dcc3b5aa765d61d8327deb882cf99|e10adc3949ba59abbe56e057f20f883e|25d55ad283aa400af464c76d713c07ad", ""},
        {"book_title", "The Long Road|Summer in Spring|War and Tea", ""},
        {"title", "The Long Road|Summer in Spring|War and Tea", ""},
        {"ip_address_type", "v4|v6|v4", ""},
        {"wallet_address", "x1|x2|x3", ""},
        {"email_verified", "true|false|true", ""},
        {"age_limit", "18|21|16", ""},
        {"image", "a.png|b.png|c.png", ""},
        {"last_login", "2024-05-01T10:00:00Z|2024-05-02T10:00:00Z|2024-05-03T10:00:00Z", ""},
        {"user_agent", "Mozilla/5.0|curl/8.1|Mozilla/5.0", ""},
        {"lon", "12.3456|2.3522|13.4050", ""},
        {"Lineitem name", "Oak Table|Rose Lamp|Oak Table|Rose Lamp|Rose Lamp", ""},
        {"name", "Oak Table|Rose Lamp|Oak Table|Rose Lamp|Blue Kettle", ""},
        {"quantity", "3|4|5|6", ""},
        {"price", "19.99|5.00|120.00", ""},
        {"city_id", "1|2|3|4", ""},
        {"country_count", "11|2|3|4", ""},
        {"color", "Red|Green|Blue|Olive|Ivory|Amber|Rose|Violet", ""},
        {"weekday", "Monday|Tuesday|April|May", ""},
        {"uuid", "5f4dcc3b-5aa7-65d6-1d83-27deb882cf99|e10adc39-49ba-59ab-be56-e057f20f883e|25d55ad2-83aa-400a-f464-c76d713c07ad", ""},
        {"password_reset_count", "1|0|3", ""},
        {"gender", "0.5|1.75|99.5|44.25|12.125|9.75", ""},
        {"last_name", "1001|1002|1003", ""},
        {"notes", "called on monday, will call back|no answer at all|please send the form again to us", ""},
        {NULL, "alpha|beta|gamma|delta|error|warning|info|debug", ""},
        {"c1", "x91|k22|z13|a10", ""},
        {"comment", "", ""},
    };
    check(all, CDR_COUNT(all), true);
}

static void detect__column__surnames_that_are_cities_go_by_header(void **state)
{
    (void)state;
    assert_int_equal(classify("surname", "London|Paris|York|Washington|Lincoln").kind, CDR_K_NAME_LAST);
    assert_int_equal(classify("city", "Anna|Paris|York|Washington|Lincoln").kind, CDR_K_CITY);
}

static void detect__column__contrary_values_weaken_a_header(void **state)
{
    (void)state;
    cdr_column_class good = classify("first_name", "Anna|Peter|Maria"), bad = classify("first_name", "x91|k22|z13");
    assert_true(good.confidence >= 0.75f);
    assert_true(bad.confidence < 0.45f);
    assert_true(good.support > 0.9f);
}

static void detect__column__says_how_it_knows(void **state)
{
    (void)state;
    cdr_column_class k = classify("first_name", "Anna|Peter|Maria|John");
    assert_true(k.evidence & CDR_EV_HEADER);
    assert_true(k.evidence & CDR_EV_LIST);
    assert_false(k.by_value);
    k = classify("mail", "anna@example.com|peter@example.org|maria@example.net");
    assert_true(k.by_value);
    assert_true(k.evidence & CDR_EV_COLUMN);
}

static void detect__column__counts_values_and_looks_at_few(void **state)
{
    (void)state;
    static char text[20000];
    static uint32_t starts[5001];
    cdr_column *c;
    for (size_t i = 0; i < 5000; i++) {
        memcpy(text + i * 4, i % 2 ? "Bob\n" : "   \n", 4);
        starts[i] = (uint32_t)(i * 4);
    }
    starts[5000] = 20000;
    assert_int_equal(cdr_column_new(rs, "x", 1, &c, NULL), CDR_OK);
    cdr_column_cells(c, text, starts, 5000);
    assert_int_equal(cdr_column_values(c), 2500);
    cdr_column_cells(c, text, starts, 5000);
    cdr_column_cells(c, text, starts, 5000);
    assert_int_equal(cdr_column_values(c), 7500);
    cdr_column_free(c);
}

static bool is_header(const char *first, const char *second)
{
    static cells a, b;
    split(first, &a);
    if (second)
        split(second, &b);
    bool header = cdr_row_is_header(rs, a.text.data, a.starts, a.count, second ? b.text.data : NULL, b.starts, second ? b.count : 0);
    cdr_buf_done(&a.text);
    if (second)
        cdr_buf_done(&b.text);
    return header;
}

static void detect__row__header_or_data(void **state)
{
    (void)state;
    static const struct { const char *first, *second; bool header; } rows[] = {
        {"name|email|ssn", "Anna Smith|anna@example.com|078-05-1120", true},
        {"Anna Smith|anna@example.com|078-05-1120", "Bob Jones|bob@example.com|219-09-9999", false},
        {"id|value", "1|2.5", true},
        {"1|2|3", "4|5|6", false},
        {"1.5|2.5", "3.5|4.5", false},
        {"Vorname|Nachname|Ort", "Anna|Müller|Berlin", true},
        {"Anna|Müller|Berlin", "Uwe|Schmidt|Köln", false},
        {"country|2019|2020|2021", "France|1.2|3.4|5.6", true},
        {"a|b|c", "1|2|3", true},
        {"foo_bar|fooBaz", "abc|def", true},
        {"London|Paris", "Berlin|Rome", false},
        {"product|colour|size", "kettle|blue|large", true},
        {"2024-01-01|100|ok", "2024-01-02|101|ok", false},
        {"col1|col2", "x|y", true},
        {"A|B", "C|D", true},
        {"first name|last name", NULL, true},
        {"Anna|Smith", NULL, false},
        {"|", "1|2", false},
        {"42", "43", false},
        {"12 Oak Avenue|Leeds", "4 High Road|York", false},
        {"+49 30 1234567|Anna", "+49 30 7654321|Uwe", false},
        {"yes|no|yes", "no|no|yes", false},
    };
    int wrong = 0;
    for (size_t i = 0; i < CDR_COUNT(rows); i++)
        if (is_header(rows[i].first, rows[i].second) != rows[i].header) {
            print_message("%s / %s: should %sbe a header\n", rows[i].first, rows[i].second ? rows[i].second : "(end)", rows[i].header ? "" : "not ");
            wrong++;
        }
    assert_int_equal(wrong, 0);
}

typedef struct headers { const char *id, *values, *list; } headers;

/* Abbreviations, brackets, slashes, numbers by their words: none of them is a path. */
static void detect__column__headers_as_people_write_them(void **state)
{
    (void)state;
    static const headers all[] = {
        {"birth.date", "03.02.1980|24.12.1975|01.07.1999", "Né(e) le|Date naiss.|D.D.N.|Fec. nac.|F.Nac.|Nato/a il|Data ur.|Født|Syntynyt|Doğum T.|geb. am"},
        {"birth.place", "Berlin|Kiel|Oberkirch", "Geburtsort/-land|Né(e) à|Geb.-Ort|Fødeby|Miejsce urodzenia"},
        {"health.condition", "ja|nein|ja", "Krankmeldung|Schwerbehindert (ja/nein)|sick_note|Arrêt maladie|Baja médica|Ziekmelding|Zwolnienie lekarskie|Sjukskriven|Sygemeldt|Sairausloma|Nemocenská|Engelli"},
        {"work.employee-id", "E1023|E1077|E1105", "Pers.-Nr.|Nº empleado|N. matricola|Personeelsnr.|Nr pracownika|Anst.nr|Medarbejdernr.|Henkilöstönumero|Osobní číslo|Sicil no"},
        {"account.customer-id", "K10023|K10077|K10105", "Kd.-Nr.|N° client|Núm. cliente|Numero tessera|Lidnummer|Nr klienta|Medlemsnr|Asiakasnro|Zákaznické číslo|Müşteri no"},
        {"vehicle.plate", "HL-AB 1234|B-XY 99|HH-Z 4711", "Amtl. Kennzeichen|N° immat.|Plaque d'immatriculation|Nummerplaat|Nr rej.|Reg.nr|Skiltnummer|Rekisteritunnus|Araç plakası"},
        {"person.gender", "m|w|w", "m/w/d|Geschlecht (m/w/d)|M/F"},
        {"work.salary", "45000|52300|38750", "Jahresbrutto|Rémunération|Retribución|Maandloon|Månadslön|Kuukausipalkka|Hrubá mzda|Brüt maaş"},
        {"name.full", "Anna Müller|Peter Schmidt|Maria Weiß", "Name, Vorname|Nazwisko i imię|Apellidos, Nombre|Vor- und Nachname"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        for (const char *h = all[i].list; *h;) {
            char header[64] = {0};
            size_t n = strcspn(h, "|");
            memcpy(header, h, n);
            example one = {header, all[i].values, all[i].id};
            check(&one, 1, true);
            h += n + (h[n] == '|');
        }
}

static void detect__column__goods_are_no_people(void **state)
{
    (void)state;
    static const example all[] = {
        {"Serie", "Anna|Lena|Sofia|Oskar|Emil", ""}, {"modèle", "Margot|Louise|Camille|Juliette", ""}, {"collection", "Emma|Charlotte|Grace|Oliver", ""}, {"Farbe", "Paula|Greta|Emil|Otto", ""},
        {"modelo", "Carmen|Valencia|Elena|Marta", ""}, {"serie", "Giulia|Roma|Francesca|Elena", ""}, {"nazwa towaru", "Anna Nowak|Zofia Kowalska|Marta Lis", ""}, {"Kollektion", "Paris|London|Vienna|Milan", ""},
    };
    check(all, sizeof all / sizeof all[0], true);
}

static int setup(void **state)
{
    (void)state;
    cdr_ruleset_options o = {0};
    return cdr_ruleset_new(&o, &rs, NULL) == CDR_OK && cdr_detect_scratch_new(&scratch, NULL) == CDR_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cdr_detect_scratch_free(scratch);
    cdr_ruleset_free(rs);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(detect__column__headers_in_many_languages),
        cmocka_unit_test(detect__column__headers_as_people_write_them),
        cmocka_unit_test(detect__column__goods_are_no_people),
        cmocka_unit_test(detect__column__values_alone),
        cmocka_unit_test(detect__column__vetoes),
        cmocka_unit_test(detect__column__surnames_that_are_cities_go_by_header),
        cmocka_unit_test(detect__column__contrary_values_weaken_a_header),
        cmocka_unit_test(detect__column__says_how_it_knows),
        cmocka_unit_test(detect__column__counts_values_and_looks_at_few),
        cmocka_unit_test(detect__row__header_or_data),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

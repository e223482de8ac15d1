/* SPDX-License-Identifier: Apache-2.0 */
#include "filtering.h"

#include "base/io.h"
#include "base/json.h"
#include "detect/kinds.h"

static cdr_status apply(const cdr_transform *t, const cdr_purpose_keys *keys, const char *v, char ret[2048])
{
    cdr_ctx ctx = test_ctx();
    cdr_buf out = CDR_BUF(4096);
    cdr_status s = cdr_transform_apply(t, keys, &ctx, v, strlen(v), &out, NULL);
    snprintf(ret, 2048, "%s", out.data ? out.data : "");
    cdr_buf_done(&out);
    return s;
}

#define assert_becomes(t, v, expected)                    \
    do {                                                  \
        char got[2048];                                   \
        assert_int_equal(apply(t, NULL, v, got), CDR_OK); \
        assert_string_equal(got, expected);               \
    } while (0)
#define assert_goes(t, v)                                     \
    do {                                                      \
        char got[2048];                                       \
        assert_int_equal(apply(t, NULL, v, got), CDR_DENIED); \
        assert_string_equal(got, "");                         \
    } while (0)

static void transform__card_masks_are_the_published_ones(void **state)
{
    (void)state;
    cdr_buf text = CDR_BUF(1u << 20);
    json_t *doc, *row;
    size_t i, masks = 0;
    cdr_err err;
    if (cdr_file_read(CANDOR_SHARED_DIR "/facts/vectors/masks/pan.json", &text, &err) != CDR_OK) {
        print_message("the shared vectors are missing\n");
        skip();
    }
    assert_int_equal(cdr_json_parse(text.data, text.len, "pan.json", &doc, &err), CDR_OK);
    static const struct { const char *key; uint32_t amount; } views[] = {{"agent_view", 0}, {"pci_max_6_4", 6}, {"pci_max_8_4", 8}};
    json_array_foreach(json_object_get(doc, "rows"), i, row)
        for (size_t k = 0; k < CDR_COUNT(views); k++) {
            cdr_transform t = {.form = CDR_FORM_MASKED, .kind = CDR_K_CARD, .amount = views[k].amount};
            const char *want = cdr_json_str(row, views[k].key);
            /* Where eight at the front are too many, six are kept. */
            assert_becomes(&t, cdr_json_str(row, "pan"), want ? want : cdr_json_str(row, "pci_max_6_4"));
            masks++;
        }
    assert_true(masks >= 30);
    json_decref(doc);
    cdr_buf_done(&text);
}

static void transform__masks_follow_the_kind_or_the_category(void **state)
{
    (void)state;
    cdr_transform mail = {.form = CDR_FORM_MASKED, .category = "user.contact.email"}, name = {.form = CDR_FORM_MASKED, .kind = CDR_K_NAME}, odd = {.form = CDR_FORM_MASKED};
    assert_becomes(&mail, "ada@example.com", "a…@e…com");
    assert_becomes(&mail, "a…@e…com", "a…@e…com");
    assert_becomes(&name, " Ada Byron ", "A…");
    assert_becomes(&odd, "whatever", "…");
    assert_becomes(&odd, "", "");
    assert_becomes(&odd, "  ", "  ");
}

static void transform__dates_become_coarser(void **state)
{
    (void)state;
    cdr_transform t = {.form = CDR_FORM_GENERALISED, .kind = CDR_K_BIRTH_DATE};
    assert_becomes(&t, "1990-03-04", "1990");
    assert_becomes(&t, "04.03.1990", "1990");
    assert_becomes(&t, "3/4/1990", "1990");
    assert_becomes(&t, "1990-03-04T00:00:00Z", "1990");
    assert_becomes(&t, "1990", "1990");
    assert_goes(&t, "Ada");
    assert_goes(&t, "2090-01-02");       /* nobody is born later than today */
    assert_goes(&t, "n/a");
    t.how = CDR_GENERAL_MONTH;
    assert_becomes(&t, "1990-03-04", "1990-03");
    assert_goes(&t, "03/04/1990");       /* March or April */
    assert_becomes(&t, "25/04/1990", "1990-04");
    t.how = CDR_GENERAL_DECADE;
    assert_becomes(&t, "1987-12-31", "1980s");
    t.how = CDR_GENERAL_AGE_BAND;
    assert_becomes(&t, "1990-03-04", "30-39");
    assert_becomes(&t, "1930-03-04", "90+");
    assert_becomes(&t, "36", "30-39");
    t.amount = 5;
    assert_becomes(&t, "1990-03-04", "35-39");
    t = (cdr_transform){.form = CDR_FORM_GENERALISED, .kind = CDR_K_AGE};
    assert_becomes(&t, "104", "90+");
    assert_becomes(&t, "7", "0-9");
    assert_goes(&t, "about 40");
}

static void transform__places_become_coarser(void **state)
{
    (void)state;
    cdr_transform t = {.form = CDR_FORM_GENERALISED, .kind = CDR_K_POSTCODE};
    assert_becomes(&t, "94110", "941");
    assert_becomes(&t, "94110-1234", "941");
    assert_becomes(&t, "03601", "000");  /* few people live in 036 */
    assert_becomes(&t, "1010", "10");
    assert_becomes(&t, "SW1A 1AA", "SW");
    assert_becomes(&t, "K1A 0B1", "K");
    assert_goes(&t, "941");
    assert_goes(&t, "12 High Street");
    t.amount = 4;
    assert_goes(&t, "94110");            /* one digit less hides nobody */
    t = (cdr_transform){.form = CDR_FORM_GENERALISED, .category = "user.device.ip_address"};
    assert_becomes(&t, "192.0.2.77", "192.0.2.0/24");
    assert_becomes(&t, "2001:db8:1:2::3", "2001:db8:1::/48");
    assert_becomes(&t, "::ffff:192.0.2.77", "192.0.2.0/24");
    assert_goes(&t, "192.0.2.77:443");
    assert_goes(&t, "host.example.com");
    t.amount = 32;
    assert_goes(&t, "192.0.2.77");
    t = (cdr_transform){.form = CDR_FORM_GENERALISED, .kind = CDR_K_GEO};
    assert_becomes(&t, "52.52001, 13.40498", "52.5, 13.4");
    t = (cdr_transform){.form = CDR_FORM_GENERALISED, .kind = CDR_K_PHONE};
    assert_becomes(&t, "+49 30 901820", "+49");
    assert_goes(&t, "030 901820");
    t.kind = CDR_K_CITY;
    assert_goes(&t, "Berlin");
    t.kind = CDR_K_NAME;
    assert_goes(&t, "Ada Byron");
}

static void transform__numbers_are_rounded(void **state)
{
    (void)state;
    cdr_transform t = {.form = CDR_FORM_GENERALISED, .kind = CDR_K_SALARY};
    assert_becomes(&t, "54321", "54000");
    assert_becomes(&t, "54,321.50", "54000");
    assert_becomes(&t, "€ 54,600", "55000");
    assert_becomes(&t, "-400", "0");
    assert_goes(&t, "5,43,21");
    assert_goes(&t, "about 50000");
    t.amount = 10;
    assert_becomes(&t, "54321", "54320");
}

static void transform__pseudonyms_join_within_a_purpose_only(void **state)
{
    (void)state;
    cdr_purpose_keys *one = test_keys("analytics"), *same = test_keys("analytics"), *other = test_keys("marketing");
    cdr_transform mail = {.form = CDR_FORM_HASHED, .kind = CDR_K_EMAIL}, phone = {.form = CDR_FORM_HASHED, .category = "user.contact.phone_number"};
    char a[2048], b[2048], c[2048];
    apply(&mail, one, "ada@example.com", a);
    assert_int_equal(strlen(a), CDR_PSEUDONYM_BYTES);
    assert_int_equal(strspn(a + 2, "abcdefghijklmnopqrstuvwxyz234567"), 26);
    apply(&mail, same, " Ada@Example.COM", b);
    assert_string_equal(a, b);
    apply(&mail, other, "ada@example.com", c);
    assert_string_not_equal(a, c);
    apply(&mail, one, "bob@example.com", c);
    assert_string_not_equal(a, c);
    apply(&phone, one, "+1 617 555 0101", a);
    apply(&phone, one, "(617) 555-0101", b);
    assert_string_equal(a, b);
    apply(&phone, one, "n/a", a);
    apply(&phone, one, "-", b);
    assert_string_not_equal(a, b);
    char got[2048];
    assert_int_equal(apply(&mail, NULL, "ada@example.com", got), CDR_E_INVAL);
    cdr_purpose_keys_free(one);
    cdr_purpose_keys_free(same);
    cdr_purpose_keys_free(other);
}

static void transform__sealed_texts_open_in_their_place_only(void **state)
{
    (void)state;
    cdr_purpose_keys *keys = test_keys("support"), *other = test_keys("other");
    cdr_transform t = {.form = CDR_FORM_ENCRYPTED, .column = "phone"};
    char a[2048], b[2048];
    cdr_buf out = CDR_BUF(4096);
    assert_int_equal(apply(&t, keys, "617-555-0101", a), CDR_OK);
    assert_int_equal(apply(&t, keys, "617-555-0101", b), CDR_OK);
    assert_memory_equal(a, "enc1:", 5);
    assert_null(strpbrk(a, "+/="));
    assert_string_not_equal(a, b);       /* a new nonce each */
    assert_int_equal(cdr_transform_open(keys, "phone", a, strlen(a), &out, NULL), CDR_OK);
    assert_string_equal(out.data, "617-555-0101");
    cdr_buf_clear(&out);
    assert_int_equal(cdr_transform_open(keys, "fax", a, strlen(a), &out, NULL), CDR_DENIED);
    assert_int_equal(cdr_transform_open(other, "phone", a, strlen(a), &out, NULL), CDR_DENIED);
    assert_int_equal(cdr_transform_open(keys, "phone", a, strlen(a) - 2, &out, NULL), CDR_DENIED);
    assert_int_equal(cdr_transform_open(keys, "phone", "enc1:", 5, &out, NULL), CDR_DENIED);
    assert_int_equal(cdr_transform_open(keys, "phone", "617-555-0101", 12, &out, NULL), CDR_E_INVAL);
    a[20] = a[20] == 'A' ? 'B' : 'A';
    assert_int_equal(cdr_transform_open(keys, "phone", a, strlen(a), &out, NULL), CDR_DENIED);
    assert_int_equal(out.len, 0);
    cdr_buf_done(&out);
    cdr_purpose_keys_free(keys);
    cdr_purpose_keys_free(other);
}

static void transform__tokens_are_the_vaults(void **state)
{
    (void)state;
    cdr_transform t = {.form = CDR_FORM_TOKENISED};
    cdr_err err;
    assert_int_equal(cdr_transform_check(&t, NULL, &err), CDR_E_UNSUPPORTED);
    assert_non_null(strstr(err.text, "vault"));
    assert_non_null(strstr(err.text, "hashed"));
}

static void transform__labels_and_nothing(void **state)
{
    (void)state;
    cdr_transform t = {.form = CDR_FORM_REDACTED, .kind = CDR_K_US_SSN};
    assert_becomes(&t, "078-05-1120", "[US_SSN]");
    t = (cdr_transform){.form = CDR_FORM_REDACTED};
    assert_becomes(&t, "x", "[PERSONAL_DATA]");
    t.form = CDR_FORM_NEVER;
    assert_becomes(&t, "x", "");
    t.form = CDR_FORM_PLAIN;
    assert_becomes(&t, "x", "x");
    t.form = CDR_FORM_UNKNOWN;
    char got[2048];
    assert_int_equal(apply(&t, NULL, "x", got), CDR_E_INVAL);
    assert_true(cdr_transform_is_reversible(&(cdr_transform){.form = CDR_FORM_HASHED}));
    assert_false(cdr_transform_is_reversible(&(cdr_transform){.form = CDR_FORM_MASKED}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transform__card_masks_are_the_published_ones), cmocka_unit_test(transform__masks_follow_the_kind_or_the_category), cmocka_unit_test(transform__dates_become_coarser),
        cmocka_unit_test(transform__places_become_coarser), cmocka_unit_test(transform__numbers_are_rounded), cmocka_unit_test(transform__pseudonyms_join_within_a_purpose_only),
        cmocka_unit_test(transform__sealed_texts_open_in_their_place_only), cmocka_unit_test(transform__tokens_are_the_vaults), cmocka_unit_test(transform__labels_and_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

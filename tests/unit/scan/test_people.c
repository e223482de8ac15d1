/* SPDX-License-Identifier: Apache-2.0 */
/* How many people a file speaks of, at least and at most. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/io.h"
#include "candor/scan.h"
#include "detect/observation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct bench { cdr_ctx ctx; cdr_ruleset *rs; cdr_secret *key; cdr_scan_options o; char dir[64]; uint64_t least, most, emails; bool seen; } bench;

static cdr_status observed(void *arg, const cdr_observation *o, const cdr_scan_known *state, cdr_err *err)
{
    bench *b = arg;
    (void)state;
    (void)err;
    b->least = o->people_min;
    b->most = o->people_max;
    b->emails = cdr_sketch_count(&o->emails);
    b->seen = true;
    return CDR_OK;
}

static int setup(void **state)
{
    bench *b = cdr_alloc(sizeof *b);
    cdr_err err;
    uint8_t key[32] = {7};
    assert_non_null(b);
    cdr_ctx_init(&b->ctx);
    assert_int_equal(cdr_crypto_start(&err), CDR_OK);
    assert_int_equal(cdr_ruleset_new(NULL, &b->rs, &err), CDR_OK);
    assert_int_equal(cdr_secret_new(key, sizeof key, &b->key, &err), CDR_OK);
    snprintf(b->dir, sizeof b->dir, "/tmp/candor-people-XXXXXX");
    assert_non_null(mkdtemp(b->dir));
    cdr_scan_options_init(&b->o);
    b->o.ruleset = b->rs;
    b->o.value_key = b->o.content_key = b->key;
    b->o.threads = 1;
    b->o.arg = b;
    b->o.observed = observed;
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    bench *b = *state;
    rmdir(b->dir);
    cdr_secret_free(b->key);
    cdr_ruleset_free(b->rs);
    cdr_free(b);
    return 0;
}

static void count(bench *b, const char *name, const char *text, size_t len)
{
    char path[128];
    cdr_err err = {0};
    cdr_scan_totals t;
    snprintf(path, sizeof path, "%s/%s", b->dir, name);
    assert_int_equal(cdr_file_write(path, text, len, 0600, &err), CDR_OK);
    const char *targets[] = {path};
    b->seen = false;
    assert_int_equal(cdr_scan_run(&b->ctx, targets, 1, &b->o, &t, &err), CDR_OK);
    assert_true(b->seen);
    unlink(path);
}

typedef struct example { const char *what, *name, *text; uint64_t least, most; } example;

static const example examples[] = {
    {"a family shares an address", "a.csv", "name,email\nAda Lovelace,family@example.com\nAnna Lovelace,family@example.com\nTom Lovelace,family@example.com\n", 1, 3},
    {"two share a telephone", "a.csv", "name,phone\nAda Lovelace,+1 212 555 0143\nBoris Becker,+1 212 555 0143\n", 1, 2},
    {"two addresses of one", "a.csv", "name,phone,email\nAda Lovelace,+1 212 555 0143,ada@example.com\nAda Lovelace,+1 212 555 0143,lovelace@example.org\n", 1, 2},
    {"written twice", "a.csv", "name,email\nAda Lovelace,ada@example.com\n\"LOVELACE, Ada\",ada@example.com\n", 1, 1},
    {"from and to", "a.csv", "from,to\nada@example.com,boris@example.com\n", 2, 2},
    {"billing and shipping", "a.csv",
     "billing_name,billing_email,shipping_name,shipping_email\nAda Lovelace,ada@example.com,Boris Becker,boris@example.com\nAda Lovelace,ada@example.com,Ada Lovelace,ada@example.com\n", 2, 2},
    {"guests by number", "a.csv", "guest1_name,guest1_email,guest2_name,guest2_email\nAda Lovelace,ada@example.com,Boris Becker,boris@example.com\n", 2, 2},
    {"camel case", "a.json", "[{\"parentName\": \"Ada Lovelace\", \"parentEmail\": \"ada@example.com\", \"childName\": \"Tom Miller\", \"childEmail\": \"tom@example.com\"}]", 2, 2},
    {"objects of a record", "a.json", "[{\"sender\": {\"name\": \"Ada Lovelace\", \"email\": \"ada@example.com\"}, \"recipient\": {\"name\": \"Boris Becker\", \"email\": \"boris@example.com\"}}]", 2, 2},
    {"one person in objects", "a.json", "[{\"customer\": {\"name\": \"Ada Lovelace\", \"contact\": {\"email\": \"ada@example.com\", \"phone\": \"+1 212 555 0143\"}}}]", 1, 1},
    {"private and work address", "a.csv", "name,email,work_email,email2\nAda Lovelace,ada@example.com,lovelace@example.org,al@example.net\nBoris Becker,boris@example.com,bb@example.org,b@example.net\n", 2, 2},
    {"emergency contact", "a.csv",
     "employee_id,name,email,emergency_contact,emergency_phone\nE001,Ada Lovelace,ada@example.com,Tom Miller,+1 212 555 0143\nE002,Boris Becker,boris@example.com,Eva Becker,+1 212 555 0144\n", 2, 4},
    {"role mailboxes", "a.csv", "email\ninfo@example.com\nnoreply@example.com\nsupport@example.org\nada@example.com\n", 1, 4},
    {"several in one cell", "a.csv", "subject,cc\nhello,\"ada@example.com, boris@example.com\"\n", 2, 2},
    {"mail", "a.mbox",
     "From ada@example.com Thu Oct  1 10:00:00 2026\nFrom: Ada Lovelace <ada@example.com>\nTo: Boris Becker <boris@example.com>\nCc: cem@example.com\nSubject: x\n\nHello Boris\n\nAda Lovelace\n", 3, 3},
    {"lines of text", "a.txt", "call ada@example.com and boris@example.com\nada@example.com again\n", 2, 2},
    {"customers by number", "customers.json", "[{\"id\": 17, \"email\": \"ada@example.com\"}, {\"id\": 18, \"email\": \"boris@example.com\"}]", 2, 2},
    {"numbers of customers and of staff", "a.csv", "customer_id,employee_id\n10017,10017\n10018,10018\n10019,10019\n", 3, 6},
    {"a free number", "a.csv", "name,phone\n,+1 800 555 0143\n,+49 800 5550143\n", 0, 0},
};

static void people__examples__bounds(void **state)
{
    bench *b = *state;
    bool bad = false;
    for (size_t i = 0; i < CDR_COUNT(examples); i++) {
        const example *e = &examples[i];
        count(b, e->name, e->text, strlen(e->text));
        if (b->least != e->least || b->most != e->most) {
            print_error("%s: %llu to %llu, should be %llu to %llu\n", e->what, (unsigned long long)b->least, (unsigned long long)b->most, (unsigned long long)e->least, (unsigned long long)e->most);
            bad = true;
        }
    }
    assert_false(bad);
}

/* More groups in a record than are held at a time: the first are told, none is lost. */
static void people__many_groups__all_counted(void **state)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(1 << 16);
    for (unsigned i = 1; i <= 40; i++)
        cdr_buf_addf(&text, "guest%u_name,guest%u_email%s", i, i, i < 40 ? "," : "\n");
    for (unsigned i = 1; i <= 40; i++)
        cdr_buf_addf(&text, "Ada Lovelace%c%c,a%u@example.com%s", (char)('a' + i / 26), (char)('a' + i % 26), i, i < 40 ? "," : "\n");
    count(*state, "guests.csv", text.data, text.len);
    assert_int_equal(((bench *)*state)->least, 40);
    assert_int_equal(((bench *)*state)->most, 40);
}

/* ${n} rows; every seventh telephone is that of the row before. */
static void rows(cdr_buf *text, uint64_t n)
{
    cdr_buf_adds(text, "first_name,last_name,email,phone\n");
    for (uint64_t i = 0; i < n; i++)
        cdr_buf_addf(text, "Ada%c,Lovelace%c,a%llu@example.com,+1 %03llu 555 %04llu\n", (char)('a' + i % 26), (char)('a' + i / 26 % 26), (unsigned long long)i, (unsigned long long)(212 + (i - (i % 7 == 0)) / 10000 % 80),
                     (unsigned long long)((i - (i % 7 == 0)) % 10000));
}

static void people__many__counted_then_estimated(void **state)
{
    bench *b = *state;
    cdr_buf text = CDR_BUF(256 * 1024 * 1024);
    static const uint64_t sizes[] = {5000, 40000, 100000, 400000};
    for (size_t i = 0; i < CDR_COUNT(sizes); i++) {
        cdr_buf_clear(&text);
        cdr_buf_adds(&text, "email\n");
        for (uint64_t k = 0; k < sizes[i]; k++)
            cdr_buf_addf(&text, "a%llu@example.com\n", (unsigned long long)k);
        count(b, "list.csv", text.data, text.len);
        if (sizes[i] < CDR_SKETCH_EXACT) {
            assert_int_equal(b->least, sizes[i]);
            assert_int_equal(b->most, sizes[i]);
        } else {
            assert_in_range(b->least, sizes[i] * 98 / 100, sizes[i]);
            assert_in_range(b->most, sizes[i], sizes[i] * 102 / 100);
            assert_true(b->least < b->most);
        }
    }
    for (size_t i = 0; i < 2; i++) {
        cdr_buf_clear(&text);
        rows(&text, sizes[i]);
        count(b, "list.csv", text.data, text.len);
        assert_in_range(b->least, sizes[i] * 99 / 100, sizes[i]);
        assert_int_equal(b->most, sizes[i]);
    }
    cdr_buf_done(&text);
}

/* Ten digits each, of which a few pass the check of an identity number somewhere. */
static void people__chance__nobody(void **state)
{
    bench *b = *state;
    cdr_buf text = CDR_BUF(1024 * 1024);
    uint64_t x = 88172645463325252u;
    cdr_buf_adds(&text, "reading\n");
    for (int i = 0; i < 500; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        cdr_buf_addf(&text, "%010llu\n", (unsigned long long)(x % 10000000000u));
    }
    count(b, "readings.csv", text.data, text.len);
    assert_int_equal(b->least, 0);
    assert_int_equal(b->most, 0);
    cdr_buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(people__examples__bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(people__many_groups__all_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(people__chance__nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(people__many__counted_then_estimated, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

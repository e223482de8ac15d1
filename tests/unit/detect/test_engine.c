/* SPDX-License-Identifier: Apache-2.0 */
/* The engine as a whole: every CPU path, every cut of a text into windows and cells gives the same findings. */
#include "findings.h"

#include <stdlib.h>

typedef struct dice { uint64_t state; } dice;

static uint32_t roll(dice *d, uint32_t n)
{
    d->state = d->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((d->state >> 33) % n);
}

static const char *const pieces[] = {
    "ada@example.com", "+1 (212) 555-0142", "212-555-0199", "4111 1111 1111 1111", "4012888888881881", "ssn 123-45-6789", "203.0.113.45", "DE89 3704 0044 0532 0130 00", "born 1990-03-04",
    "2027-03-14T09:12:33.123Z", "00:1b:63:84:45:e6", "2001:db8::8a2e:370:7334", "https://u:s3cretpw@host.example.com/x?y=1", "password = \"hunter2x9\"", "48.85661, 2.35222", "March 3, 1985", "phone: ",
    "call", "order id", "1.1.1.1.", "1:2:3:", "aa:bb:", "@", "://", "a@b@", "1234567890", "550e8400-e29b-41d4-a716-446655440000", "deadbeef0123456789", "GB29NWBK60161331926819", "AB 12 34 56 C",
    "\xc3\xa9t\xc3\xa9", "\xff\xfe", "-----BEGIN RSA PRIVATE KEY-----", "x", " ", ",", "; ", "\"", "(", ")", "-", ".", "/", "0", "99", "2026-", "the quick brown fox"};

/* ${lines}: a line's end now and then. */
static size_t mixture(dice *d, char *text, size_t cap, bool lines)
{
    size_t n = 0;
    uint32_t repeat = 1;
    const char *p = "";
    while (n + 64 < cap) {
        if (--repeat == 0) {
            p = pieces[roll(d, sizeof pieces / sizeof pieces[0])];
            repeat = roll(d, 12) == 0 ? 1 + roll(d, 20) : 1;
        }
        size_t len = strlen(p);
        memcpy(text + n, p, len);
        n += len;
        /* Web addresses longer than a window's context end with the window, as the header says. */
        if (strstr(p, "://u") || roll(d, 3))
            text[n++] = strstr(p, "://u") ? ' ' : " \t,;:=\"-."[roll(d, 9)];
        if (lines && roll(d, 6) == 0)
            text[n++] = '\n';
        if (roll(d, 40) == 0)
            text[n++] = (char)roll(d, 256);
    }
    return n;
}

static void engine__cpu_paths_agree(void **state)
{
    (void)state;
    cdr_ruleset *fast = rules_with((cdr_ruleset_options){.plain_dates = true}), *plain = rules_with((cdr_ruleset_options){.cpu = CDR_CPU_PORTABLE, .plain_dates = true});
    char text[3000];
    dice d = {1};
    for (int round = 0; round < 1500; round++) {
        size_t n = mixture(&d, text, 100 + roll(&d, sizeof text - 100), round % 2);
        found a, b;
        find_in(fast, text, n, NULL, &a);
        find_in(plain, text, n, NULL, &b);
        assert_string_equal(a.list, b.list);
        assert_int_equal(a.hash, b.hash);
    }
    cdr_ruleset_free(fast);
    cdr_ruleset_free(plain);
}

static void engine__random_bytes_agree(void **state)
{
    (void)state;
    cdr_ruleset *fast = rules_with((cdr_ruleset_options){0}), *plain = rules_with((cdr_ruleset_options){.cpu = CDR_CPU_PORTABLE});
    char text[2000];
    dice d = {2};
    static const char few[] = "0123456789 -./()@:=+aB";
    for (int round = 0; round < 1500; round++) {
        size_t n = roll(&d, sizeof text);
        for (size_t i = 0; i < n; i++)
            text[i] = round % 3 ? few[roll(&d, sizeof few - 1)] : (char)roll(&d, 256);
        found a, b;
        find_in(fast, text, n, NULL, &a);
        find_in(plain, text, n, NULL, &b);
        assert_int_equal(a.hash, b.hash);
    }
    cdr_ruleset_free(fast);
    cdr_ruleset_free(plain);
}

/* In windows of random size, each given only 256 bytes of context on both sides. */
static void find_in_windows(const cdr_ruleset *rs, dice *d, const char *text, size_t len, found *r)
{
    cdr_detect_scratch *s = NULL;
    assert_int_equal(cdr_detect_scratch_new(&s, NULL), CDR_OK);
    *r = (found){0};
    for (size_t from = 0; from < len;) {
        size_t to = from + 1 + roll(d, 700), low = from > 256 ? from - 256 : 0;
        to = to < len ? to : len;
        size_t high = to + 256 < len ? to + 256 : len;
        /* A copy of just that, so that a byte read beyond is seen by the sanitizer. */
        char *copy = malloc(high - low);
        assert_non_null(copy);
        memcpy(copy, text + low, high - low);
        r->text = copy;
        r->base = low;
        assert_int_equal(cdr_detect_window(rs, s, copy, high - low, from - low, to - low, NULL, note, r, NULL), CDR_OK);
        free(copy);
        from = to;
    }
    if (r->len)
        r->list[r->len - 1] = '\0';
    cdr_detect_scratch_free(s);
}

static void engine__windows_do_not_matter(void **state)
{
    (void)state;
    cdr_ruleset *rs = rules_with((cdr_ruleset_options){.min_confidence = 0.3f});
    char text[2400];
    dice d = {3};
    for (int round = 0; round < 1500; round++) {
        size_t n = mixture(&d, text, 600 + roll(&d, sizeof text - 600), true);
        found whole, cut;
        find_in(rs, text, n, NULL, &whole);
        find_in_windows(rs, &d, text, n, &cut);
        assert_string_equal(whole.list, cut.list);
        assert_int_equal(whole.hash, cut.hash);
    }
    cdr_ruleset_free(rs);
}

static void engine__cells_stay_apart(void **state)
{
    (void)state;
    /* Two halves of a card in two cells are no card. */
    static const char text[] = "4111 1111\n1111 1111\nada@example.com\n\n212-555-0142\n";
    static const uint32_t starts[] = {0, 10, 20, 36, 37, 50};
    cdr_ruleset *rs = rules_with((cdr_ruleset_options){.min_confidence = 0.45f});
    cdr_detect_scratch *s = NULL;
    found r = {.text = text};
    assert_int_equal(cdr_detect_scratch_new(&s, NULL), CDR_OK);
    assert_int_equal(cdr_detect_cells(rs, s, text, starts, 5, NULL, note, &r, NULL), CDR_OK);
    assert_string_equal(r.list, "email[ada@example.com] phone[212-555-0142] ");
    cdr_detect_scratch_free(s);
    cdr_ruleset_free(rs);
}

static cdr_status stop_at_once(void *arg, const cdr_finding *f)
{
    (void)f;
    ++*(int *)arg;
    return CDR_DENIED;
}

static void engine__callback_stops_the_scan(void **state)
{
    (void)state;
    static const char text[] = "a@example.com b@example.com";
    cdr_ruleset *rs = rules_with((cdr_ruleset_options){0});
    cdr_detect_scratch *s = NULL;
    int calls = 0;
    assert_int_equal(cdr_detect_scratch_new(&s, NULL), CDR_OK);
    assert_int_equal(cdr_detect_window(rs, s, text, sizeof text - 1, 0, sizeof text - 1, NULL, stop_at_once, &calls, NULL), CDR_DENIED);
    assert_int_equal(calls, 1);
    cdr_detect_scratch_free(s);
    cdr_ruleset_free(rs);
}

static void engine__empty_and_tiny_texts(void **state)
{
    (void)state;
    cdr_ruleset *rs = rules_with((cdr_ruleset_options){.plain_dates = true});
    found r;
    static const char *const texts[] = {"", "1", "@", ":", "=", "-", "a@", "@b", "1.", "://", "+", "(", "eyJ", "2001:", "-----"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char *copy = malloc(strlen(texts[i]) + 1);
        memcpy(copy, texts[i], strlen(texts[i]));
        find_in(rs, copy, strlen(texts[i]), NULL, &r);
        assert_int_equal(r.count, 0);
        free(copy);
    }
    cdr_ruleset_free(rs);
}

static void engine__version_changes_with_what_decides(void **state)
{
    (void)state;
    cdr_ruleset *a = rules_with((cdr_ruleset_options){0}), *b = rules_with((cdr_ruleset_options){.cpu = CDR_CPU_PORTABLE});
    cdr_ruleset *c = rules_with((cdr_ruleset_options){.rules_json = "{\"allow\": [{\"kind\": \"email\", \"value\": \"a@example.com\"}]}"});
    assert_string_equal(cdr_ruleset_version(a), cdr_ruleset_version(b));
    assert_string_not_equal(cdr_ruleset_version(a), cdr_ruleset_version(c));
    cdr_ruleset_free(a);
    cdr_ruleset_free(b);
    cdr_ruleset_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engine__cpu_paths_agree), cmocka_unit_test(engine__random_bytes_agree), cmocka_unit_test(engine__windows_do_not_matter),
        cmocka_unit_test(engine__cells_stay_apart), cmocka_unit_test(engine__callback_stops_the_scan), cmocka_unit_test(engine__empty_and_tiny_texts),
        cmocka_unit_test(engine__version_changes_with_what_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

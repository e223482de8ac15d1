/* SPDX-License-Identifier: Apache-2.0 */
/* Factors on a real workspace: enrolled, checked, used up, ended; nobody is treated alike; nothing lies there in the clear. */
#include "world.h"

#include "base/fault.h"
#include "base/parse.h"
#include "core/identity/recovery.h"
#include "core/identity/erase.h"
#include "crypto/base32.h"
#include "crypto/totp.h"

static bool has(world *w, int64_t customer, cdr_factor_kind kind)
{
    bool yes;
    ok(w, cdr_factor_has(w->f, customer, kind, &yes, &w->err));
    return yes;
}

static uint64_t ledger_size(world *w)
{
    return cdr_ledger_size(cdr_workspace_ledger(w->ws));
}

/* --- PIN --- */

static void pin__enrolled__matches_whole_and_only_her(void **state)
{
    world *w = *state;
    assert_false(has(w, w->ada.id, CDR_FACTOR_PIN));
    uint64_t before = ledger_size(w);
    ok(w, try_pin(w, w->ada.id, "4820 3957"));
    assert_int_equal(ledger_size(w), before + 1);
    assert_true(has(w, w->ada.id, CDR_FACTOR_PIN));
    assert_true(says(w, w->ada.id, CDR_FACTOR_PIN, GOOD_PIN));
    assert_true(says(w, w->ada.id, CDR_FACTOR_PIN, "4820-3957"));
    /* Nothing cut off, nothing added, nothing but ASCII digits; neither nothing nor "0". */
    static const char *const wrong[] = {"4820395", "482039570", "4820", "", "0", "48203958", "4820395\xef\xbc\x97", "48203957\n", "4820395\xd9\xa7"};
    for (size_t i = 0; i < CDR_COUNT(wrong); i++)
        assert_false(says(w, w->ada.id, CDR_FACTOR_PIN, wrong[i]));
    assert_false(says(w, w->bob.id, CDR_FACTOR_PIN, GOOD_PIN));
    assert_false(says(w, 0, CDR_FACTOR_PIN, GOOD_PIN));
    assert_false(says(w, 999, CDR_FACTOR_PIN, GOOD_PIN));
    assert_false(says(w, w->ada.id, CDR_FACTOR_WORDS, GOOD_PIN));
    world_reopen(w);
    assert_true(says(w, w->ada.id, CDR_FACTOR_PIN, GOOD_PIN));
    assert_false(world_holds(w, GOOD_PIN, 8));
}

static void pin__bad_ones__refused_without_being_said(void **state)
{
    world *w = *state;
    static const char *const bad[] = {"12345678", "13071984", "21255501", "55012388", "42424299", "91984003", "1234", "482039", "4820395\xef\xbc\x97", "", "4820395748203957"};
    for (size_t i = 0; i < CDR_COUNT(bad); i++) {
        w->err = (cdr_err){0};
        if (try_pin(w, w->ada.id, bad[i]) != CDR_E_INVAL)
            fail_msg("case %zu was taken", i);
        assert_true(!*bad[i] || !strstr(w->err.text, bad[i]));
    }
    assert_false(has(w, w->ada.id, CDR_FACTOR_PIN));
    /* What is hers is not his. */
    ok(w, try_pin(w, w->bob.id, "21255501"));
    cdr_factors_set_pin_min(w->f, 6);
    ok(w, try_pin(w, w->bob.id, "482039"));
    assert_true(says(w, w->bob.id, CDR_FACTOR_PIN, "482039"));
    cdr_factors_set_pin_min(w->f, 4);
    assert_int_equal(try_pin(w, w->bob.id, "4820"), CDR_E_INVAL);
    assert_int_equal(try_pin(w, 999, GOOD_PIN), CDR_NOT_FOUND);
    assert_int_equal(try_pin(w, 0, GOOD_PIN), CDR_NOT_FOUND);
}

static void pin__new_one__ends_the_old(void **state)
{
    world *w = *state;
    ok(w, try_pin(w, w->ada.id, GOOD_PIN));
    w->now_us += DAY;
    ok(w, try_pin(w, w->ada.id, "70518324"));
    assert_false(says(w, w->ada.id, CDR_FACTOR_PIN, GOOD_PIN));
    assert_true(says(w, w->ada.id, CDR_FACTOR_PIN, "70518324"));
    ok(w, cdr_factor_end(w->f, w->ada.id, CDR_FACTOR_PIN, "told to somebody", &w->err));
    assert_false(says(w, w->ada.id, CDR_FACTOR_PIN, "70518324"));
    assert_int_equal(cdr_factor_end(w->f, w->ada.id, CDR_FACTOR_PIN, "again", &w->err), CDR_NOT_FOUND);
    assert_int_equal(cdr_factor_end(w->f, w->ada.id, CDR_FACTOR_PIN, "", &w->err), CDR_E_INVAL);
}

/* --- words --- */

static void words__enrolled__however_they_are_said(void **state)
{
    world *w = *state;
    cdr_secret *words;
    ok(w, cdr_factor_enrol_words(w->f, w->ada.id, "call 7F3K, C4", &words, &w->err));
    char said[64];
    const char *text = (const char *)cdr_secret_bytes(words);
    assert_true(says(w, w->ada.id, CDR_FACTOR_WORDS, text));
    size_t n = 0;
    for (const char *p = text; *p && n < 60; p++) {
        said[n++] = *p == ' ' ? ',' : *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
        if (*p == ' ')
            said[n++] = ' ';
    }
    said[n] = '\0';
    assert_true(says(w, w->ada.id, CDR_FACTOR_WORDS, said));
    said[n - 1] = '\0';
    assert_false(says(w, w->ada.id, CDR_FACTOR_WORDS, said));
    assert_false(says(w, w->ada.id, CDR_FACTOR_WORDS, "harbour copper wagon"));
    assert_false(says(w, w->bob.id, CDR_FACTOR_WORDS, text));
    assert_false(world_holds(w, text, strlen(text)));
    cdr_secret_free(words);
}

/* --- authenticator --- */

static cdr_secret *seed_of_uri(const cdr_secret *uri)
{
    uint8_t bytes[64];
    size_t n;
    cdr_secret *seed;
    const char *at = strstr((const char *)cdr_secret_bytes(uri), "secret=") + 7;
    assert_int_equal(cdr_base32_decode(at, strcspn(at, "&"), bytes, sizeof bytes, &n), CDR_OK);
    assert_int_equal(n, CDR_TOTP_SEED_BYTES);
    assert_int_equal(cdr_secret_new(bytes, n, &seed, NULL), CDR_OK);
    return seed;
}

static const char *code_at(const cdr_secret *seed, int64_t us, char ret[12])
{
    assert_int_equal(cdr_totp_make(seed, CDR_TOTP_SHA1, us / SECOND, 0, 30, 6, ret, NULL), CDR_OK);
    return ret;
}

static bool confirms(world *w, int64_t customer, const char *said)
{
    bool yes = true;
    ok(w, cdr_factor_confirm_totp(w->f, customer, said, strlen(said), &yes, &w->err));
    return yes;
}

static void totp__pending_until_a_code_came__then_each_step_once(void **state)
{
    world *w = *state;
    cdr_secret *uri;
    char a[12], b[12];
    ok(w, cdr_factor_enrol_totp(w->f, w->ada.id, "counter, passport seen", &uri, &w->err));
    assert_non_null(strstr((const char *)cdr_secret_bytes(uri), "otpauth://totp/Harbour%20Books:C-"));
    assert_null(strstr((const char *)cdr_secret_bytes(uri), "Ada"));
    cdr_secret *seed = seed_of_uri(uri);
    assert_false(has(w, w->ada.id, CDR_FACTOR_TOTP));
    /* The first code proves that the authenticator works, not who is calling. */
    assert_false(says(w, w->ada.id, CDR_FACTOR_TOTP, code_at(seed, w->now_us, a)));
    assert_false(confirms(w, w->ada.id, "000000"));
    assert_true(confirms(w, w->ada.id, code_at(seed, w->now_us, a)));
    assert_true(has(w, w->ada.id, CDR_FACTOR_TOTP));
    assert_false(confirms(w, w->ada.id, a));
    assert_false(says(w, w->ada.id, CDR_FACTOR_TOTP, a));
    /* A newer step, then an older one after it, then the same again after opening anew. */
    w->now_us += 60 * SECOND;
    code_at(seed, w->now_us - 30 * SECOND, b);
    assert_true(says(w, w->ada.id, CDR_FACTOR_TOTP, code_at(seed, w->now_us, a)));
    assert_false(says(w, w->ada.id, CDR_FACTOR_TOTP, b));
    world_reopen(w);
    assert_false(says(w, w->ada.id, CDR_FACTOR_TOTP, a));
    /* One step early and one late are taken, two are not. */
    w->now_us += 300 * SECOND;
    assert_false(says(w, w->ada.id, CDR_FACTOR_TOTP, code_at(seed, w->now_us - 60 * SECOND, a)));
    assert_false(says(w, w->ada.id, CDR_FACTOR_TOTP, code_at(seed, w->now_us + 60 * SECOND, a)));
    assert_true(says(w, w->ada.id, CDR_FACTOR_TOTP, code_at(seed, w->now_us - 30 * SECOND, a)));
    assert_true(says(w, w->ada.id, CDR_FACTOR_TOTP, code_at(seed, w->now_us + 30 * SECOND, a)));
    assert_false(says(w, w->ada.id, CDR_FACTOR_TOTP, code_at(seed, w->now_us, a)));
    assert_false(world_holds(w, cdr_secret_bytes(seed), CDR_TOTP_SEED_BYTES));
    assert_false(says(w, 0, CDR_FACTOR_TOTP, a));
    cdr_secret_free(seed);
    cdr_secret_free(uri);
}

static void totp__new_one_not_confirmed__leaves_the_old(void **state)
{
    world *w = *state;
    cdr_secret *first, *second;
    char a[12];
    ok(w, cdr_factor_enrol_totp(w->f, w->ada.id, "counter", &first, &w->err));
    cdr_secret *old = seed_of_uri(first);
    assert_true(confirms(w, w->ada.id, code_at(old, w->now_us, a)));
    w->now_us += 3600 * SECOND;
    ok(w, cdr_factor_enrol_totp(w->f, w->ada.id, "call 7F3K, C4", &second, &w->err));
    cdr_secret *newer = seed_of_uri(second);
    assert_true(has(w, w->ada.id, CDR_FACTOR_TOTP));
    assert_true(says(w, w->ada.id, CDR_FACTOR_TOTP, code_at(old, w->now_us, a)));
    assert_true(confirms(w, w->ada.id, code_at(newer, w->now_us, a)));
    w->now_us += 3600 * SECOND;
    assert_false(says(w, w->ada.id, CDR_FACTOR_TOTP, code_at(old, w->now_us, a)));
    assert_true(says(w, w->ada.id, CDR_FACTOR_TOTP, code_at(newer, w->now_us, a)));
    cdr_secret_free(first);
    cdr_secret_free(second);
    cdr_secret_free(old);
    cdr_secret_free(newer);
}

/* --- recovery codes --- */

static void recovery__ten__each_once(void **state)
{
    world *w = *state;
    cdr_secret *codes;
    ok(w, cdr_factor_enrol_recovery(w->f, w->ada.id, "counter, passport seen", &codes, &w->err));
    char one[CDR_RECOVERY_TEXT + 1] = "", two[CDR_RECOVERY_TEXT + 1] = "";
    const char *text = (const char *)cdr_secret_bytes(codes);
    assert_int_equal(strlen(text), CDR_RECOVERY_CODES * (CDR_RECOVERY_TEXT + 1));
    memcpy(one, text + 3 * (CDR_RECOVERY_TEXT + 1), CDR_RECOVERY_TEXT);
    memcpy(two, text + 9 * (CDR_RECOVERY_TEXT + 1), CDR_RECOVERY_TEXT);
    assert_false(says(w, w->bob.id, CDR_FACTOR_RECOVERY, one));
    uint64_t before = ledger_size(w);
    assert_true(says(w, w->ada.id, CDR_FACTOR_RECOVERY, one));
    assert_int_equal(ledger_size(w), before + 1);
    assert_false(says(w, w->ada.id, CDR_FACTOR_RECOVERY, one));
    world_reopen(w);
    assert_false(says(w, w->ada.id, CDR_FACTOR_RECOVERY, one));
    assert_true(says(w, w->ada.id, CDR_FACTOR_RECOVERY, two));
    assert_false(says(w, w->ada.id, CDR_FACTOR_RECOVERY, "0"));
    assert_false(says(w, w->ada.id, CDR_FACTOR_RECOVERY, ""));
    assert_false(world_holds(w, one, 9));
    assert_true(has(w, w->ada.id, CDR_FACTOR_RECOVERY));
    cdr_secret_free(codes);
    cdr_secret *newer;
    ok(w, cdr_factor_enrol_recovery(w->f, w->ada.id, "counter, passport seen", &newer, &w->err));
    assert_false(says(w, w->ada.id, CDR_FACTOR_RECOVERY, two));
    cdr_secret_free(newer);
}

/* --- what the record holds --- */

static void record__compared_inside__and_nobody_says_no(void **state)
{
    world *w = *state;
    static const struct { cdr_factor_kind kind; const char *right, *also, *wrong; } rows[] = {
        {CDR_FACTOR_CARD_LAST4, "4242", "42-42", "4243"}, {CDR_FACTOR_ACCOUNT, "AC-10442", "ac 10442", "AC-10443"}, {CDR_FACTOR_DATE_OF_BIRTH, "1984-07-13", "1984-07-13", "1984-07-14"},
        {CDR_FACTOR_POSTCODE, "02110", "0211 0", "02111"}, {CDR_FACTOR_NAME, "Ada Lovelace", "ADA LOVELACE", "Ada Love"},
        {CDR_FACTOR_PHONE_NUMBER, "+12125550123", "+1 (212) 555-0188", "+12125550124"}, {CDR_FACTOR_EMAIL_ADDRESS, "ada@example.com", "Ada@Example.com", "bob@example.com"},
    };
    for (size_t i = 0; i < CDR_COUNT(rows); i++) {
        if (!says(w, w->ada.id, rows[i].kind, rows[i].right) || !says(w, w->ada.id, rows[i].kind, rows[i].also))
            fail_msg("case %zu did not match", i);
        assert_false(says(w, w->ada.id, rows[i].kind, rows[i].wrong));
        assert_false(says(w, w->ada.id, rows[i].kind, ""));
        assert_false(says(w, 0, rows[i].kind, rows[i].right));
    }
    assert_true(says(w, w->bob.id, CDR_FACTOR_CARD_LAST4, "1881"));
    assert_false(says(w, w->bob.id, CDR_FACTOR_CARD_LAST4, "xxxx"));
    assert_false(says(w, w->bob.id, CDR_FACTOR_POSTCODE, "02110"));
    bool yes = true;
    assert_int_equal(cdr_factor_check(w->f, w->ada.id, CDR_FACTOR_SMS, "123456", 6, &yes, &w->err), CDR_E_INVAL);
    assert_false(yes);
}

/* --- nobody is treated alike --- */

#ifdef CANDOR_FAULTS
/* How many operations of the database a check takes: the number that has to be armed until none fails. Used where the answer is no, so that it can be asked again. */
static long operations(world *w, int64_t customer, cdr_factor_kind kind, const char *said)
{
    for (long n = 1; n < 60; n++) {
        bool yes = false;
        cdr_fault_arm(CDR_FAULT_SQL, n);
        cdr_status s = cdr_factor_check(w->f, customer, kind, said, strlen(said), &yes, NULL);
        bool fired = cdr_fault_fired(CDR_FAULT_SQL);
        cdr_fault_arm(CDR_FAULT_SQL, 0);
        assert_false(yes);
        if (!fired) {
            ok(w, s);
            return n;
        }
        assert_true(s < 0);   /* a database that fails is an error, never a yes */
    }
    return -1;
}

static void nobody__the_same_work__as_somebody_who_is_wrong(void **state)
{
    world *w = *state;
    cdr_secret *uri, *words, *codes;
    char a[12];
    ok(w, try_pin(w, w->ada.id, GOOD_PIN));
    ok(w, cdr_factor_enrol_words(w->f, w->ada.id, "counter", &words, &w->err));
    ok(w, cdr_factor_enrol_totp(w->f, w->ada.id, "counter", &uri, &w->err));
    ok(w, cdr_factor_enrol_recovery(w->f, w->ada.id, "counter", &codes, &w->err));
    cdr_secret *seed = seed_of_uri(uri);
    assert_true(confirms(w, w->ada.id, code_at(seed, w->now_us, a)));
    static const struct { cdr_factor_kind kind; const char *wrong; long spread; } rows[] = {
        {CDR_FACTOR_PIN, "70518324", 1}, {CDR_FACTOR_PIN, "not a pin", 1}, {CDR_FACTOR_WORDS, "harbour copper wagon", 1}, {CDR_FACTOR_TOTP, "123456", 1}, {CDR_FACTOR_RECOVERY, "x", 10},
    };
    for (size_t i = 0; i < CDR_COUNT(rows); i++) {
        /* The key of a customer is fetched once and kept while she is at hand; nobody's is looked for each time. */
        long her = operations(w, w->ada.id, rows[i].kind, rows[i].wrong), without = operations(w, w->bob.id, rows[i].kind, rows[i].wrong), nobody = operations(w, 0, rows[i].kind, rows[i].wrong);
        print_message("%s: %ld, %ld, %ld\n", cdr_factor_key(rows[i].kind), her, without, nobody);
        assert_true(her > 0 && labs(her - without) <= 1 && labs(nobody - her) <= rows[i].spread);
    }
    cdr_secret_free(seed);
    cdr_secret_free(uri);
    cdr_secret_free(words);
    cdr_secret_free(codes);
}
#endif

/* --- listing, moving, erasing --- */

typedef struct seen { unsigned count, ended, pending, left; char last_source[80], last_reason[80]; } seen;

static cdr_status see(void *arg, const cdr_factor *f)
{
    seen *s = arg;
    s->count++;
    s->ended += f->ended_us != 0;
    s->pending += f->pending;
    s->left += f->left;
    snprintf(s->last_source, sizeof s->last_source, "%s", f->source);
    snprintf(s->last_reason, sizeof s->last_reason, "%s", f->end_reason);
    return CDR_OK;
}

static void list__dates_and_sources__of_all_that_ever_were(void **state)
{
    world *w = *state;
    cdr_secret *uri;
    seen s = {0};
    ok(w, try_pin(w, w->ada.id, GOOD_PIN));
    ok(w, try_pin(w, w->ada.id, "70518324"));
    ok(w, cdr_factor_enrol_totp(w->f, w->ada.id, "call 7F3K, C4", &uri, &w->err));
    cdr_secret_free(uri);
    ok(w, cdr_factor_each(w->f, w->ada.id, false, see, &s, &w->err));
    assert_int_equal(s.count, 2);
    assert_int_equal(s.pending, 1);
    assert_string_equal(s.last_source, "call 7F3K, C4");
    s = (seen){0};
    ok(w, cdr_factor_each(w->f, w->ada.id, true, see, &s, &w->err));
    assert_int_equal(s.count, 3);
    assert_int_equal(s.ended, 1);
    size_t ended;
    ok(w, cdr_factor_end_all(w->f, w->ada.id, "erased", &ended, &w->err));
    assert_int_equal(ended, 2);
    s = (seen){0};
    ok(w, cdr_factor_each(w->f, w->ada.id, true, see, &s, &w->err));
    assert_int_equal(s.ended, 3);
    assert_string_equal(s.last_reason, "erased");
    static const char *const bad[] = {"", "two\nlines", "a234567890b234567890c234567890d234567890e234567890f234567890g234567890h234567890", NULL};
    for (size_t i = 0; i < CDR_COUNT(bad); i++)
        assert_int_equal(cdr_factor_enrol_words(w->f, w->ada.id, bad[i], &uri, &w->err), CDR_E_INVAL);
}

/* Runs SQL as an attacker with the database file would. */
static void run_sql(world *w, const char *sql)
{
    cdr_db_set *set;
    cdr_db_query q = {0};
    const cdr_db_stmt list[] = {{"attack", sql, false}};
    ok(w, cdr_db_prepare_set(cdr_workspace_db(w->ws), list, 1, &set, &w->err));
    ok(w, cdr_db_begin_query(set, 0, &q, &w->err));
    ok(w, cdr_db_run(&q, &w->err));
    cdr_db_set_free(set);
}

/* Whoever can write the database gives Ada the secret of Bob, whose PIN he knows. */
static void moved__a_secret_of_another_row_or_customer__refused(void **state)
{
    world *w = *state;
    ok(w, try_pin(w, w->ada.id, GOOD_PIN));
    ok(w, try_pin(w, w->bob.id, "70518324"));
    run_sql(w, "UPDATE factor SET secret = (SELECT secret FROM factor WHERE customer_id = 2) WHERE customer_id = 1");
    bool yes = true;
    assert_int_equal(cdr_factor_check(w->f, w->ada.id, CDR_FACTOR_PIN, "70518324", 8, &yes, &w->err), CDR_E_CORRUPT);
    assert_false(yes);
    /* Another number of the same customer: the older one put back. */
    run_sql(w, "UPDATE factor SET customer_id = 1, secret = secret WHERE customer_id = 2");
    assert_int_equal(cdr_factor_check(w->f, w->ada.id, CDR_FACTOR_PIN, "70518324", 8, &yes, &w->err), CDR_E_CORRUPT);
    assert_false(yes);
    run_sql(w, "UPDATE factor SET secret = NULL");
    assert_int_equal(cdr_factor_check(w->f, w->ada.id, CDR_FACTOR_PIN, "", 0, &yes, &w->err), CDR_E_CORRUPT);
    assert_false(yes);
}

static void erased__nothing_matches_any_more(void **state)
{
    world *w = *state;
    cdr_erasure erasure;
    ok(w, try_pin(w, w->ada.id, GOOD_PIN));
    cdr_secret *letter;
    ok(w, cdr_letter_make(w->f, w->ada.id, CDR_LETTER_LASTS_US, &letter, &w->err));
    ok(w, cdr_identity_erase(w->v, w->ada.id, "request", &erasure, &w->err));
    seen s = {0};
    ok(w, cdr_factor_each(w->f, w->ada.id, true, see, &s, &w->err));
    assert_true(s.count == 1 && s.ended == 1);
    bool yes = true;
    assert_int_equal(cdr_letter_check(w->f, w->ada.id, (const char *)cdr_secret_bytes(letter), CDR_LETTER_DIGITS, &yes, &w->err), CDR_NOT_FOUND);
    assert_false(yes);
    cdr_secret_free(letter);
    assert_false(says(w, w->ada.id, CDR_FACTOR_PIN, GOOD_PIN));
    size_t ended;
    ok(w, cdr_factor_end_all(w->f, w->ada.id, "again", &ended, &w->err));
    assert_int_equal(ended, 0);
    assert_int_equal(try_pin(w, w->ada.id, GOOD_PIN), CDR_NOT_FOUND);
}

int main(void)
{
    if (cdr_crypto_start(NULL) != CDR_OK)
        return 1;
#define T(name) cmocka_unit_test_setup_teardown(name, world_make, world_drop)
    const struct CMUnitTest tests[] = {
        T(pin__enrolled__matches_whole_and_only_her), T(pin__bad_ones__refused_without_being_said), T(pin__new_one__ends_the_old), T(words__enrolled__however_they_are_said),
        T(totp__pending_until_a_code_came__then_each_step_once), T(totp__new_one_not_confirmed__leaves_the_old), T(recovery__ten__each_once),
        T(record__compared_inside__and_nobody_says_no),
#ifdef CANDOR_FAULTS
        T(nobody__the_same_work__as_somebody_who_is_wrong),
#endif
        T(list__dates_and_sources__of_all_that_ever_were), T(moved__a_secret_of_another_row_or_customer__refused), T(erased__nothing_matches_any_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation fails, for every n: the filter ends with that, what was written is a beginning of what would have been and ends with a whole
 * record, and nothing is lost (under the sanitizers). */
#include "base/fault.h"

#include "../../unit/minimise/filtering.h"

#include "core/minimise/filter_policy.h"

#ifdef CANDOR_FAULTS
static const cdr_treatment treatments[] = {
    {.categories = {(const char *const[]){"user.contact"}, 1, true}, .form = CDR_FORM_ENCRYPTED},
    {.categories = {(const char *const[]){"user.demographic"}, 1, true}, .form = CDR_FORM_GENERALISED},
};
static const cdr_purpose purpose = {.key = "test", .title = "", .use = "", .consent = "", .treatments = treatments, .treatment_count = 2, .other = CDR_FORM_NEVER};

static const char *const inputs[] = {
    "id,name,email,date_of_birth,notes\n1,Ada Byron,ada@example.com,1990-03-04,\"call ada@example.com, \"\"please\"\" and be quick\"\n2,Ben Carter,ben@example.com,x,nothing at all to say about this\n",
    "{\"a\":\"\\u0061da@example.com\",\"email\":\"ben@example.com\",\"n\":[{\"x\":1},{\"x\":\"y\"}],\"ada@example.com\":{\"q\":[1]}}\n{\"email\":\"cem@example.com\",\"z\":1}\n",
    "[{\"email\":\"ada@example.com\"},{\"email\":\"ben@example.com\",\"text\":\"write to cem@example.com as soon as you can\"}]",
};

typedef struct lab { cdr_ctx ctx; cdr_ruleset *rules; cdr_purpose_keys *keys; } lab;

static cdr_status once(lab *l, const char *in, long n, char **ret, bool *ret_fired)
{
    cdr_err err = {0};
    cdr_filter_plan *plan;
    cdr_fault_arm(CDR_FAULT_ALLOC, n);
    cdr_arena *arena = cdr_arena_new(64u << 20);
    cdr_filter_ask ask = {.purpose = &purpose, .ruleset = l->rules, .watch_ruleset = l->rules, .keys = l->keys, .ctx = &l->ctx, .name = "test"};
    cdr_status s = arena ? cdr_filter_plan_make(&ask, in, strlen(in), true, arena, &plan, &err) : CDR_E_NOMEM;
    feed f = {in, strlen(in), 0, 1u << 20, CDR_BUF(1u << 20)};
    cdr_filter_counts counts = {0};
    if (s == CDR_OK)
        s = cdr_filter_run(&plan->spec, feed_read, feed_write, &f, &counts, &err);
    if (s == CDR_OK && plan->failed)
        s = CDR_E_NOMEM;
    *ret_fired = cdr_fault_fired(CDR_FAULT_ALLOC);
    cdr_fault_arm(CDR_FAULT_ALLOC, 0);
    cdr_buf_add(&f.out, "", 0);
    *ret = cdr_buf_take(&f.out);
    cdr_arena_free(arena);
    return s;
}

static void filter_faults__end_with_whole_records(void **state)
{
    (void)state;
    lab l = {.ctx = test_ctx(), .keys = test_keys("test")};
    cdr_ruleset_options o = {.names = CDR_NAMES_NEAR};
    assert_int_equal(cdr_ruleset_new(&o, &l.rules, NULL), CDR_OK);
    for (size_t i = 0; i < CDR_COUNT(inputs); i++) {
        bool fired = true;
        long n = 1;
        for (; fired && n < 3000; n++) {
            char *out;
            cdr_status s = once(&l, inputs[i], n, &out, &fired);
            if (fired && s != CDR_E_NOMEM && s != CDR_OK)
                fail_msg("input %zu, allocation %ld: %s", i, n, cdr_status_name(s));
            if (!fired)
                assert_int_equal(s, CDR_OK);
            if (s != CDR_OK && out && *out)
                fail_msg("input %zu, allocation %ld: something of one block was written", i, n);
            cdr_free(out);
        }
        assert_true(n > 20 && !fired);
    }
    cdr_ruleset_free(l.rules);
    cdr_purpose_keys_free(l.keys);
}
#endif

int main(void)
{
#ifdef CANDOR_FAULTS
    const struct CMUnitTest tests[] = {cmocka_unit_test(filter_faults__end_with_whole_records)};
    return cmocka_run_group_tests(tests, NULL, NULL);
#else
    return 77;
#endif
}

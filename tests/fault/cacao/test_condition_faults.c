/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation fails, for every n until it succeeds: conditions, interpolation and signatures tell it, leak nothing, and never answer otherwise than in the end. */
#include "core/cacao/condition.h"
#include "core/cacao/signature.h"

#include "base/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#ifdef CANDOR_FAULTS
static bool find(void *arg, const char *name, cdr_variable *ret)
{
    (void)arg;
    *ret = (cdr_variable){.name = name, .type = CDR_VAR_STRING, .value = "Mu\xCC\x88ller"};
    return true;
}

static cdr_status condition(cdr_err *err)
{
    static const char text[] = "__a__:value IN ('M\xC3\xBCller', b'/9g=', h'ffd8') AND (__b__:value MATCHES '^M' OR __c__ LIKE M%) AND __d__:value != yes";
    _cleanup_(cdr_condition_freep) cdr_condition *c = NULL;
    bool result = false;
    cdr_status s = cdr_condition_parse(text, sizeof text - 1, CDR_CONDITION_LENIENT, &c, err);
    if (s == CDR_OK)
        s = cdr_condition_eval(c, find, NULL, &result, err);
    if (s == CDR_OK)
        assert_true(result);
    return s;
}

static cdr_status interpolation(cdr_err *err)
{
    static const char text[] = "Dear __a__:value, dear __b__:value";
    _cleanup_buf_ cdr_buf out = CDR_BUF(1000);
    return cdr_variable_interpolate(text, sizeof text - 1, find, NULL, &out, err);
}

static cdr_status good(void *arg, const cdr_signature_verdict *v)
{
    (*(unsigned *)arg)++;
    assert_int_equal(v->state, CDR_SIGNATURE_GOOD);
    return CDR_OK;
}

static cdr_status signature(cdr_err *err)
{
    static const char text[] = "{\n  \"type\": \"playbook\", \"id\": \"playbook--a\", \"modified\": \"2027-05-18T11:31:31.319Z\", \"workflow\": {}}";
    uint8_t bytes[CDR_SIGN_SEED_BYTES] = {7};
    cdr_secret *seed = NULL;
    cdr_playbook *p = NULL, *q = NULL;
    cdr_buf out = CDR_BUF(100000);
    unsigned count = 0;
    cdr_ctx ctx;
    cdr_ctx_init(&ctx);
    cdr_status s = cdr_secret_new(bytes, sizeof bytes, &seed, err);
    if (s == CDR_OK)
        s = cdr_playbook_read(text, sizeof text - 1, "test", &p, err);
    cdr_signature_request r = {.seed = seed, .signee = "x", .now_us = 1, .countersign = -1};
    if (s == CDR_OK)
        s = cdr_signature_add(&ctx, p, &r, &out, err);
    if (s == CDR_OK)
        s = cdr_playbook_read(out.data, out.len, "signed", &q, err);
    if (s == CDR_OK)
        s = cdr_signature_each(q, 2, good, &count, err);
    if (s == CDR_OK)
        assert_int_equal(count, 1);
    cdr_buf_done(&out);
    cdr_playbook_free(p);
    cdr_playbook_free(q);
    cdr_secret_free(seed);
    return s;
}

static void fail_each(cdr_status (*work)(cdr_err *))
{
    for (long n = 1; n < 100000; n++) {
        cdr_err err = {0};
        cdr_fault_arm(CDR_FAULT_ALLOC, n);
        cdr_status s = work(&err);
        bool fired = cdr_fault_fired(CDR_FAULT_ALLOC);
        cdr_fault_arm(CDR_FAULT_ALLOC, 0);
        if (!fired) {
            assert_int_equal(s, CDR_OK);
            assert_true(n > 1);
            return;
        }
        if (s != CDR_OK)
            assert_true(err.text[0] != '\0');
    }
    fail_msg("it never succeeds");
}

static void condition__allocations_fail__told(void **state)
{
    (void)state;
    fail_each(condition);
    fail_each(interpolation);
}

static void signature__allocations_fail__told(void **state)
{
    (void)state;
    assert_int_equal(cdr_crypto_start(NULL), CDR_OK);
    fail_each(signature);
}
#endif

int main(void)
{
#ifdef CANDOR_FAULTS
    const struct CMUnitTest tests[] = {cmocka_unit_test(condition__allocations_fail__told), cmocka_unit_test(signature__allocations_fail__told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
#else
    return 77;
#endif
}

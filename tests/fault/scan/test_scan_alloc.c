/* SPDX-License-Identifier: Apache-2.0 */
/* Each allocation of a scan fails in turn: the scan ends with out of memory, or without what failed, and nothing leaks or breaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/io.h"
#include "candor/scan.h"
#include "detect/observation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static cdr_status observed(void *arg, const cdr_observation *o, const cdr_scan_known *state, cdr_err *err)
{
    (void)state;
    (void)err;
    for (size_t f = 0; f < o->field_count; f++)
        for (size_t k = 0; k < o->fields[f].kind_count; k++)
            *(uint64_t *)arg += o->fields[f].kinds[k].by_band[1] + o->fields[f].kinds[k].by_band[2];
    return CDR_OK;
}

static void put(const char *dir, const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(cdr_file_write(path, text, strlen(text), 0600, NULL), CDR_OK);
}

/* More than one part of a large text. */
static void put_large(const char *dir)
{
    char path[128];
    snprintf(path, sizeof path, "%s/large.txt", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    while (ftell(f) < 5 * 1024 * 1024)
        fputs("words and words and words, for many lines of nothing in particular, then more of them; at last ada@example.com\n", f);
    fclose(f);
}

#ifdef CANDOR_FAULTS
static void scan__alloc__every_failure_is_survived(void **state)
{
    (void)state;
    static const char *const names[] = {"a.csv", "a.json", "a.xml", "a.mbox", "a.bin", "large.txt"};
    char dir[] = "/tmp/candor-alloc-XXXXXX", path[128];
    cdr_ctx ctx;
    cdr_err err;
    cdr_ruleset *rs;
    cdr_secret *key;
    cdr_scan_options o;
    uint64_t found = 0, whole = 0;
    assert_non_null(mkdtemp(dir));
    put(dir, "a.csv", "id,name,mail\n1,Ada Byron,ada@example.com\n2,Boris Vian,\"boris@example.com\"\n");
    put(dir, "a.json", "{\"people\": [{\"mail\": \"ad\\u0061@example.com\", \"x\": 12}, {\"mail\": \"boris@example.com\"}]}");
    put(dir, "a.xml", "<?xml version='1.0'?><a><b m='ada@example.com'>x&amp;y</b><b>boris@example.com</b></a>");
    put(dir, "a.mbox", "From a@example.com Thu Oct  1 10:00:00 2026\nFrom: Ada Byron <ada@example.com>\n\nM\xfcller\n");
    put(dir, "a.bin", "%PDF-1.7\n");
    put_large(dir);
    cdr_ctx_init(&ctx);
    assert_int_equal(cdr_crypto_start(&err), CDR_OK);
    assert_int_equal(cdr_ruleset_new(NULL, &rs, &err), CDR_OK);
    assert_int_equal(cdr_secret_random(&ctx, 32, &key, &err), CDR_OK);
    cdr_scan_options_init(&o);
    o.ruleset = rs;
    o.value_key = key;
    o.threads = 1;
    o.arg = &found;
    o.observed = observed;
    const char *targets[] = {dir};
    assert_int_equal(cdr_scan_run(&ctx, targets, 1, &o, NULL, &err), CDR_PARTIAL);
    whole = found;
    assert_true(whole > 40000);
    long n = 1;
    for (bool fired = true; fired; n++) {
        found = 0;
        cdr_fault_arm(CDR_FAULT_ALLOC, n);
        cdr_status s = cdr_scan_run(&ctx, targets, 1, &o, NULL, &err);
        fired = cdr_fault_fired(CDR_FAULT_ALLOC);
        cdr_fault_arm(CDR_FAULT_ALLOC, 0);
        /* Out of memory, or what failed could be done without; never a quiet loss of findings. */
        assert_true(s == CDR_E_NOMEM || (s == CDR_PARTIAL && found == whole));
    }
    print_message("%ld allocations\n", n - 2);
    assert_true(n > 50);
    for (size_t i = 0; i < CDR_COUNT(names); i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    rmdir(dir);
    cdr_secret_free(key);
    cdr_ruleset_free(rs);
}
#else
static void scan__alloc__every_failure_is_survived(void **state)
{
    (void)state;
    (void)put;
    (void)put_large;
    (void)observed;
    skip();
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(scan__alloc__every_failure_is_survived)};
    return cmocka_run_group_tests_name("scan alloc", tests, NULL, NULL);
}

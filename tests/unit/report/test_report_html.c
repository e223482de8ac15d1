/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "base/io.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/candor-report-XXXXXX";

static int setup(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void write_page(const cdr_audit *a, cdr_buf *out)
{
    _cleanup_free_ char *path = cdr_path_join(folder, "report.html");
    cdr_err err = {0};
    if (cdr_audit_write_html(a, path, &err) != CDR_OK)
        fail_msg("%s", err.text);
    assert_int_equal(cdr_file_read(path, out, NULL), CDR_OK);
    const char *keep = getenv("CANDOR_KEEP_REPORT");
    if (keep && a->target_count > 0)
        assert_int_equal(cdr_file_write(keep, out->data, out->len, 0644, NULL), CDR_OK);
    unlink(path);
}

static void html__hostile_names__stay_text(void **state)
{
    (void)state;
    _cleanup_buf_ cdr_buf page = CDR_BUF(8u << 20);
    cdr_audit a = fixture_audit();
    write_page(&a, &page);
    assert_true(cdr_utf8_valid(page.data, page.len));
    assert_null(strstr(page.data, "<script"));
    assert_non_null(strstr(page.data, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;.csv"));
    assert_null(memchr(page.data, 0x1B, page.len));
    assert_null(strstr(page.data, "\xE2\x80\xAE"));
    assert_non_null(strstr(page.data, "gpj.\\xE2\\x80\\xAEexe"));
    assert_non_null(strstr(page.data, "\\xFF\\xFEname.csv"));
    assert_null(strstr(page.data, "Postfox <Ltd>"));
}

/* Nothing is loaded: no address in src, href, url() or import; the only style is the one named by its hash. */
static void html__self_contained__no_loads(void **state)
{
    (void)state;
    _cleanup_buf_ cdr_buf page = CDR_BUF(8u << 20);
    cdr_audit a = fixture_audit();
    write_page(&a, &page);
    static const char *const loads[] = {" src=", "url(", "@import", "<link", "<iframe", "<object", "<embed", "<base", " style=", " onload=", " onclick=", "javascript:", "href=\"http"};
    for (size_t i = 0; i < CDR_COUNT(loads); i++)
        if (strcasestr(page.data, loads[i]))
            fail_msg("the page holds %s", loads[i]);
    assert_non_null(strstr(page.data, "default-src 'none'; style-src 'sha256-"));
    for (const char *p = page.data; (p = strstr(p, "href=\"")); p++)
        assert_int_equal(p[6], '#');
}

static void html__says__answer_first(void **state)
{
    (void)state;
    _cleanup_buf_ cdr_buf page = CDR_BUF(8u << 20);
    cdr_audit a = fixture_audit();
    write_page(&a, &page);
    static const char *const order[] = {"<h1>Customer data lies in 6 places. You named 4.</h1>", "4,991 to 5,017 people", "Do these four things first", "Delete 212 card verification codes",
                                        "candor detect --redact", "What lives where", "Who holds it", "What breaks a rule", "PCI DSS 4.0.1, 3.3.1", "Copies", "Passwords and keys", "Changes since",
                                        "What was not looked at", "format.not-supported", "candor ledger verify"};
    const char *at = page.data;
    for (size_t i = 0; i < CDR_COUNT(order); i++) {
        at = strstr(at, order[i]);
        if (!at)
            fail_msg("missing, or out of order: %s", order[i]);
    }
    for (size_t i = 0; i < CDR_COUNT(fixture_canaries); i++)
        assert_null(strstr(page.data, fixture_canaries[i]));
}

/* The heat map holds entries beside distinct values, and says which. */
static void html__heat_map__says_what_is_counted(void **state)
{
    (void)state;
    _cleanup_buf_ cdr_buf page = CDR_BUF(8u << 20);
    cdr_audit a = fixture_audit();
    write_page(&a, &page);
    assert_non_null(strstr(page.data, "is counted by entries, added up file by file, copies too"));
}

static void html__nothing_found__says_so(void **state)
{
    (void)state;
    _cleanup_buf_ cdr_buf page = CDR_BUF(8u << 20);
    cdr_audit a = {.org = "Empty & Co", .program_version = "0.1.0", .ruleset_version = "0", .complete = 12, .objects = 12};
    write_page(&a, &page);
    assert_non_null(strstr(page.data, "<h1>No customer data was found in 12 objects that were read.</h1>"));
    assert_non_null(strstr(page.data, "Empty &amp; Co"));
    assert_non_null(strstr(page.data, "No built-in rule is broken"));
}

static void html__no_room__nothing_left(void **state)
{
    (void)state;
    cdr_audit a = fixture_audit();
    cdr_err err = {0};
    assert_int_equal(cdr_audit_write_html(&a, "/proc/nowhere/report.html", &err), CDR_E_IO);
    assert_non_null(strstr(err.text, "/proc/nowhere/report.html"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(html__hostile_names__stay_text), cmocka_unit_test(html__self_contained__no_loads), cmocka_unit_test(html__says__answer_first),
        cmocka_unit_test(html__heat_map__says_what_is_counted), cmocka_unit_test(html__nothing_found__says_so), cmocka_unit_test(html__no_room__nothing_left),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: every one renders from its facts, none leaves with a hole, no value writes lines of its own. */
#include "template/message.h"

#include "base/fault.h"
#include "base/io.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const cdr_message_facts all = {.org = "Example Shop", .purpose = "delivery question", .word = "LARK-29", .code = "482913", .change = "telephone number", .fields = "delivery address",
                                      .contact = "0800 555 0100", .link = "https://shop.example.com/code", .address = "Ada Sample\n1 Example Street\nSampletown", .at_us = 1800000000000000,
                                      .until_us = 1801814400000000, .minutes = 10, .days = 30, .task = "Tell the authority", .left = "4 hours", .role = "privacy lead", .command = "candor run show R-7", .due_us = 1800014400000000, .meant_us = 1799900000000000};

static void message__all__render_and_keep_their_promises(void **state)
{
    (void)state;
    for (size_t i = 0; cdr_message_names[i]; i++) {
        cdr_buf subject, text;
        cdr_err err = {0};
        if (cdr_message_text(NULL, cdr_message_names[i], &all, &subject, &text, &err) != CDR_OK)
            fail_msg("%s: %s", cdr_message_names[i], err.text);
        assert_null(strstr(text.data, "{{"));
        assert_null(strstr(text.data, "Subject:"));
        assert_true(cdr_utf8_valid(text.data, text.len));
        bool code = !strncmp(cdr_message_names[i], "code_", 5);
        assert_int_equal(code, strstr(text.data, "482913") != NULL);
        if (code) {
            assert_non_null(strstr(text.data, "Example Shop"));
            assert_non_null(strstr(text.data, "LARK-29"));
            assert_non_null(strstr(text.data, "delivery question"));
            assert_non_null(strstr(text.data, strstr(cdr_message_names[i], "letter") ? "did not call" : "hang up"));
        }
        if (subject.len)
            assert_null(strchr(subject.data, '\n'));
        cdr_buf_done(&subject);
        cdr_buf_wipe(&text);
    }
}

static void message__sms__fits_one_message(void **state)
{
    (void)state;
    cdr_buf text;
    cdr_message_facts f = all;
    f.org = "ACME Ltd";
    f.purpose = "delivery";
    assert_int_equal(cdr_message_text(NULL, "code_sms", &f, NULL, &text, NULL), CDR_OK);
    assert_true(text.len <= 160);
    cdr_buf_wipe(&text);
}

static void message__hole__is_refused_and_names_no_value(void **state)
{
    (void)state;
    cdr_buf text;
    cdr_err err = {0};
    cdr_message_facts f = all;
    f.code = NULL;
    assert_int_not_equal(cdr_message_text(NULL, "code_sms", &f, NULL, &text, &err), CDR_OK);
    assert_null(strstr(err.text, "LARK"));
    assert_int_equal(text.len, 0);
    f = all;
    f.org = "Evil\nSubject: x";
    assert_int_equal(cdr_message_text(NULL, "code_email", &f, NULL, &text, &err), CDR_E_INVAL);
    assert_null(strstr(err.text, "Evil"));
    assert_int_equal(cdr_message_text(NULL, "../../etc/passwd", &all, NULL, &text, &err), CDR_NOT_FOUND);
}

static void message__own_file__takes_its_place(void **state)
{
    (void)state;
    char folder[] = "/tmp/candor-message-XXXXXX";
    cdr_buf subject, text;
    cdr_err err = {0};
    assert_non_null(mkdtemp(folder));
    char *path = cdr_path_join(folder, "code_sms.txt");
    static const char own[] = "{{org}} {{word}} {{code}} hang up if we called\n";
    assert_int_equal(cdr_file_write(path, own, sizeof own - 1, 0600, &err), CDR_OK);
    assert_int_equal(cdr_message_text(folder, "code_sms", &all, &subject, &text, &err), CDR_OK);
    assert_string_equal(text.data, "Example Shop LARK-29 482913 hang up if we called");
    assert_int_equal(subject.len, 0);
    cdr_buf_done(&subject);
    cdr_buf_wipe(&text);
    static const char broken[] = "{{org}} {{passwrd}}\n";
    assert_int_equal(cdr_file_write(path, broken, sizeof broken - 1, 0600, &err), CDR_OK);
    assert_int_not_equal(cdr_message_text(folder, "code_sms", &all, &subject, &text, &err), CDR_OK);
    unlink(path);
    rmdir(folder);
    cdr_free(path);
}

static void message__no_memory__leaves_nothing(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        cdr_buf subject, text;
        cdr_err err = {0};
        cdr_fault_arm(CDR_FAULT_ALLOC, n);
        cdr_status s = cdr_message_text(NULL, "code_email", &all, &subject, &text, &err);
        bool fired = cdr_fault_fired(CDR_FAULT_ALLOC);
        cdr_fault_arm(CDR_FAULT_ALLOC, 0);
        assert_int_equal(s == CDR_OK, !fired);
        assert_int_equal(text.len > 0, s == CDR_OK);
        cdr_buf_done(&subject);
        cdr_buf_wipe(&text);
        if (!fired)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message__all__render_and_keep_their_promises),
        cmocka_unit_test(message__sms__fits_one_message),
        cmocka_unit_test(message__hole__is_refused_and_names_no_value),
        cmocka_unit_test(message__no_memory__leaves_nothing),
        cmocka_unit_test(message__own_file__takes_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

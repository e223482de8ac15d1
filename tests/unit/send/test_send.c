/* SPDX-License-Identifier: Apache-2.0 */
/* The ways of sending: what send.yaml may say, the file drop, e-mails as bytes, and that nothing becomes a second header. Servers are in tests/e2e/send.py. */
#include "base/fault.h"
#include "base/io.h"
#include "send/config.h"
#include "send/mail.h"
#include "send/send.h"
#include "send/wire.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static int64_t fixed(void *arg)
{
    (void)arg;
    return 1800000000000000;
}

static char folder[] = "/tmp/candor-send-XXXXXX";

static int set_up(void **state)
{
    static cdr_ctx ctx;
    cdr_ctx_init(&ctx);
    ctx.now_us = fixed;
    *state = &ctx;
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    static const char *const files[] = {"outbox/sms-one.txt", "send.yaml"};
    char path[300];
    (void)state;
    for (size_t i = 0; i < CDR_COUNT(files); i++) {
        snprintf(path, sizeof path, "%.100s/%s", folder, files[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%.100s/outbox", folder);
    rmdir(path);
    return rmdir(folder);
}

static const cdr_message sms = {.way = CDR_SEND_SMS, .to = "+15550100123", .text = "Example Shop: code 482913", .id = "one"};

static void send__drop__is_private_whole_and_never_twice(void **state)
{
    cdr_sender *s = NULL;
    cdr_err err = {0};
    struct stat st;
    char path[300];
    _cleanup_buf_ cdr_buf text = CDR_BUF(4096);
    assert_int_equal(cdr_sender_open(*state, folder, &s, &err), CDR_OK);
    assert_true(cdr_sender_is_drop(s));
    assert_string_equal(cdr_sender_way(s, CDR_SEND_SMS), "file drop");
    assert_int_equal(cdr_send(s, &sms, &err), CDR_OK);
    snprintf(path, sizeof path, "%s/outbox/sms-one.txt", folder);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(cdr_file_read(path, &text, &err), CDR_OK);
    assert_string_equal(text.data, "Way: sms\nTo: +15550100123\nDate: 2027-01-15T08:00:00Z\n\nExample Shop: code 482913\n");
    assert_int_equal(cdr_send(s, &sms, &err), CDR_E_INVAL);
    assert_null(strstr(err.text, "5550100"));
    cdr_sender_close(s);
}

static void send__hostile_message__is_refused_without_an_echo(void **state)
{
    static const cdr_message bad[] = {
        {.way = CDR_SEND_SMS, .to = "+15550100123\n+15550100124", .text = "x", .id = "a"},
        {.way = CDR_SEND_SMS, .to = "15550100123", .text = "x", .id = "a"},
        {.way = CDR_SEND_SMS, .to = "+1555010012345678", .text = "x", .id = "a"},
        {.way = CDR_SEND_SMS, .text = "x", .id = "a"},
        {.way = CDR_SEND_SMS, .to = "+15550100123", .text = "", .id = "a"},
        {.way = CDR_SEND_SMS, .to = "+15550100123", .text = "x\x1b[2J", .id = "a"},
        {.way = CDR_SEND_SMS, .to = "+15550100123", .text = "x\xff", .id = "a"},
        {.way = CDR_SEND_SMS, .to = "+15550100123", .text = "x", .id = "../a"},
        {.way = CDR_SEND_SMS, .to = "+15550100123", .text = "x", .id = ".a"},
        {.way = CDR_SEND_SMS, .to = "+15550100123", .text = "x", .id = "a\nb"},
        {.way = CDR_SEND_SMS, .to = "+15550100123", .text = "x", .id = NULL},
        {.way = CDR_SEND_EMAIL, .to = "ada@example.com", .text = "x", .id = "a"},
        {.way = CDR_SEND_EMAIL, .to = "ada@example.com", .subject = "a\r\nBcc: eve@example.com", .text = "x", .id = "a"},
        {.way = CDR_SEND_EMAIL, .to = "ada@example.com,eve@example.com", .subject = "a", .text = "x", .id = "a"},
        {.way = CDR_SEND_EMAIL, .to = "ada@example.com>\r\nRCPT TO:<eve@example.com", .subject = "a", .text = "x", .id = "a"},
        {.way = CDR_SEND_EMAIL, .to = "ada@@example.com", .subject = "a", .text = "x", .id = "a"},
        {.way = CDR_SEND_EMAIL, .to = "@example.com", .subject = "a", .text = "x", .id = "a"},
        {.way = CDR_SEND_EMAIL, .to = "ada@", .subject = "a", .text = "x", .id = "a"},
        {.way = CDR_SEND_EMAIL, .to = "a..b@example.com", .subject = "a", .text = "x", .id = "a"},
        {.way = CDR_SEND_EMAIL, .to = "\"a b\"@example.com", .subject = "a", .text = "x", .id = "a"},
        {.way = CDR_SEND_LETTER, .to = "Ada\x07", .text = "x", .id = "a"},
        {.way = (cdr_send_way)9, .to = "x", .text = "x", .id = "a"},
    };
    cdr_sender *s = NULL;
    assert_int_equal(cdr_sender_open(*state, folder, &s, NULL), CDR_OK);
    for (size_t i = 0; i < CDR_COUNT(bad); i++) {
        cdr_err err = {0};
        if (cdr_send(s, &bad[i], &err) == CDR_OK)
            fail_msg("message %zu was taken", i);
        assert_null(strstr(err.text, "555"));
        assert_null(strstr(err.text, "example.com"));
    }
    cdr_sender_close(s);
}

/* --- send.yaml --- */

static void send__config__names_every_mistake(void **state)
{
    static const struct { const char *text, *says; } bad[] = {
        {"sms: {drop: x}", "version must be 1"},
        {"version: 1\nsmss: {drop: x}", "did you mean sms?"},
        {"version: 1\npage: http://shop.example.com", "begins with https://"},
        {"version: 1\npage: 'https://shop.example.com/a b'", "begins with https://"},
        {"version: 1\nsms: {}", "must say one of drop"},
        {"version: 1\nsms: {drop: x, webhook: 'https://a.example.com'}", "not several"},
        {"version: 1\nsms: {droop: x}", "did you mean drop?"},
        {"version: 1\nsms: {webhook: 'http://a.example.com'}", "must be https://"},
        {"version: 1\nsms: {webhook: 'https://user:pw@a.example.com'}", "must be https://"},
        {"version: 1\nsms: {webhook: 'file:///etc/passwd'}", "must be https://"},
        {"version: 1\nsms: {webhook: 'https://a.example.com/ x'}", "must be https://"},
        {"version: 1\nsms: {command: []}", "command must be a list"},
        {"version: 1\nsms: {command: [gammu]}", "whole path"},
        {"version: 1\nsms: {command: /bin/true}", "command must be a list"},
        {"version: 1\nsms: {command: [/bin/true, 1]}", "command[1] must be a text"},
        {"version: 1\nsms: {smtp: {url: 'smtp://a.example.com', from: a@example.com}}", "cannot be sent by SMTP"},
        {"version: 1\nemail: {smtp: {url: 'imap://a.example.com', from: a@example.com}}", "must be smtp://"},
        {"version: 1\nemail: {smtp: {url: 'smtp://a.example.com', from: 'A <a@example.com>'}}", "from must be one e-mail address"},
        {"version: 1\nemail: {smtp: {url: 'smtp://a.example.com', from: a@example.com, user: u}}", "belong together"},
        {"version: 1\nemail: {smtp: {url: 'smtp://a.example.com', from: a@example.com, starttls: maybe}}", "starttls must be"},
        {"version: 1\nemail: {smtp: {url: 'smtp://a.example.com', from: a@example.com, starttls: never}}", "on this machine"},
        {"version: 1\nemail: {smtp: {url: 'smtp://localhost', from: a@example.com, starttls: never, user: u, password_file: p}}", "without a password"},
        {"version: 1\nemail: {smtp: {from: a@example.com}}", "url is missing"},
        {"version: 1\nemail: {drop: x, timeout: 0}", "timeout must be"},
        {"version: 1\nemail: {drop: x, to: a@example.com}", "must not say to"},
        {"version: 1\nalert: {smtp: {url: 'smtp://a.example.com', from: a@example.com}}", "alert.to is missing"},
        {"version: 1\nalert: {drop: \"a\\u0007b\"}", "line of text"},
        {"[1]", "must hold keys"},
    };
    (void)state;
    for (size_t i = 0; i < CDR_COUNT(bad); i++) {
        cdr_send_config c;
        cdr_err err = {0};
        if (cdr_send_config_read(bad[i].text, strlen(bad[i].text), "send.yaml", "/tmp", &c, &err) == CDR_OK)
            fail_msg("taken: %s", bad[i].text);
        if (!strstr(err.text, bad[i].says))
            fail_msg("%s: %s", bad[i].text, err.text);
    }
}

static void send__config__shows_no_secret(void **state)
{
    static const char text[] = "version: 1\ncontact: 0800 555 0100\npage: https://shop.example.com/code\nsms: {webhook: 'https://sms.example.com/v1?k=secret', header_file: key.txt, timeout: 9}\n"
                               "email: {smtp: {url: 'smtps://smtp.example.com:465', from: a@example.com, user: u, password_file: /etc/pw}}\nletter: {drop: letters}\nalert: {command: [/usr/local/bin/page, x]}\n";
    cdr_send_config c;
    cdr_err err = {0};
    (void)state;
    if (cdr_send_config_read(text, sizeof text - 1, "send.yaml", "/w", &c, &err) != CDR_OK)
        fail_msg("%s", err.text);
    assert_string_equal(c.routes[CDR_SEND_SMS].shown, "web hook sms.example.com");
    assert_string_equal(c.routes[CDR_SEND_SMS].header_file, "/w/key.txt");
    assert_int_equal(c.routes[CDR_SEND_SMS].timeout_s, 9);
    assert_string_equal(c.routes[CDR_SEND_EMAIL].shown, "SMTP smtp.example.com");
    assert_string_equal(c.routes[CDR_SEND_EMAIL].password_file, "/etc/pw");
    assert_string_equal(c.routes[CDR_SEND_LETTER].drop, "/w/letters");
    assert_string_equal(c.routes[CDR_SEND_ALERT].shown, "command page");
    assert_string_equal(c.contact, "0800 555 0100");
    assert_string_equal(c.page, "https://shop.example.com/code");
    cdr_send_config_done(&c);
}

/* --- e-mails --- */

static void send__mail__is_ascii_in_short_lines_and_comes_back(void **state)
{
    (void)state;
    _cleanup_buf_ cdr_buf out = CDR_BUF(1 << 20);
    cdr_err err = {0};
    cdr_mail m = {.from = "service@shop.example.com", .to = "ada@example.com", .subject = "Grüße: Ihr Code für die Lieferung, weil Sie uns angerufen haben — heute früh", .id = "7F3K-92",
                  .at_us = 1800000000000000, .text = ".\n..dots\nline with = and trailing blank \nGrüße 😀\n" "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"};
    if (cdr_mail_write(&m, &out, &err) != CDR_OK)
        fail_msg("%s", err.text);
    size_t column = 0;
    for (size_t i = 0; i < out.len; i++) {
        assert_true((unsigned char)out.data[i] < 0x7F);
        column = out.data[i] == '\n' ? 0 : column + 1;
        assert_true(column <= 78);
        assert_int_equal(out.data[i] == '\n', i > 0 && out.data[i - 1] == '\r');
    }
    assert_non_null(strstr(out.data, "Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n"));
    assert_non_null(strstr(out.data, "Message-ID: <7F3K-92@shop.example.com>\r\n"));
    assert_non_null(strstr(out.data, "\r\n\r\n.\r\n..dots\r\nline with =3D and trailing blank=20\r\nGr=C3=BC=C3=9Fe =F0=9F=98=80\r\n"));
    m.subject = "a\nb";
    assert_int_equal(cdr_mail_write(&m, &out, &err), CDR_E_INVAL);
}

static void send__answer__is_a_known_word_and_a_number(void **state)
{
    static const char *const bad[] = {"", "ok", "ok\n", "ok 0", "okay 0\n", "ok -1\n", "ok 10000\n", " ok 0\n", "ok 0 \n"};
    cdr_send_result r;
    unsigned n;
    (void)state;
    assert_true(cdr_send_answer_read("refused 550\n", 12, &r, &n));
    assert_int_equal(r, CDR_SEND_REFUSED);
    assert_int_equal(n, 550);
    for (size_t i = 0; i < CDR_COUNT(bad); i++)
        assert_false(cdr_send_answer_read(bad[i], strlen(bad[i]), &r, &n));
}

/* --- a command, through the real candor-send --- */

static void write_config(const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/send.yaml", folder);
    assert_int_equal(cdr_file_write(path, text, strlen(text), 0600, NULL), CDR_OK);
}

static cdr_status send_by(const cdr_ctx *ctx, const char *config, const cdr_message *m, cdr_err *err)
{
    cdr_sender *s = NULL;
    write_config(config);
    cdr_status status = cdr_sender_open(ctx, folder, &s, err);
    if (status != CDR_OK)
        return status;
    cdr_sender_program(s, CANDOR_BIN_DIR "/candor-send");
    status = cdr_send(s, m, err);
    cdr_sender_close(s);
    return status;
}

static void send__command__gets_json_and_nothing_else(void **state)
{
    char config[2000], out[300];
    cdr_err err = {0};
    _cleanup_buf_ cdr_buf got = CDR_BUF(1 << 16);
    snprintf(out, sizeof out, "%.100s/got", folder);
    setenv("CANDOR_TEST_LEAK", "secret", 1);
    int leaked = open("/etc/hostname", O_RDONLY);      /* without close-on-exec */
    snprintf(config, sizeof config, "version: 1\nsms: {command: [/bin/sh, -c, 'cat > %s; env >> %s; ls -l /proc/self/fd >> %s']}\n", out, out, out);
    if (send_by(*state, config, &sms, &err) != CDR_OK)
        fail_msg("%s", err.text);
    assert_int_equal(cdr_file_read(out, &got, &err), CDR_OK);
    assert_non_null(strstr(got.data, "{\"way\":\"sms\",\"to\":\"+15550100123\",\"subject\":null,\"text\":\"Example Shop: code 482913\",\"id\":\"one\"}"));
    assert_null(strstr(got.data, "CANDOR_TEST_LEAK"));
    assert_null(strstr(got.data, "hostname"));
    close(leaked);
    unlink(out);
}

static void send__command__that_fails_hangs_or_is_missing(void **state)
{
    cdr_err err = {0};
    assert_int_equal(send_by(*state, "version: 1\nsms: {command: [/bin/sh, -c, 'exit 7']}\n", &sms, &err), CDR_E_IO);
    assert_non_null(strstr(err.text, "exit code 7"));
    assert_int_equal(send_by(*state, "version: 1\nsms: {command: [/bin/sleep, '60'], timeout: 1}\n", &sms, &err), CDR_E_IO);
    assert_non_null(strstr(err.text, "did not answer in 1 seconds"));
    assert_int_equal(send_by(*state, "version: 1\nsms: {command: [/nonexistent/x]}\n", &sms, &err), CDR_NOT_FOUND);
    assert_null(strstr(err.text, "555"));
    assert_int_equal(send_by(*state, "version: 1\nemail: {drop: x}\n", &sms, &err), CDR_NOT_FOUND);
    assert_non_null(strstr(err.text, "names no way for sms"));
    /* one that reads nothing */
    assert_int_equal(send_by(*state, "version: 1\nsms: {command: [/bin/true]}\n", &sms, &err), CDR_OK);
}

/* --- without waiting --- */

static int64_t ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void log_path(char ret[300])
{
    snprintf(ret, 300, "%.100s/send.log", folder);
}

static void read_log(const char *until, cdr_buf *ret)
{
    char path[300];
    log_path(path);
    for (unsigned i = 0; i < 500; i++) {
        cdr_buf_clear(ret);
        if (cdr_file_read(path, ret, NULL) == CDR_OK && ret->data && strstr(ret->data, until))
            return;
        usleep(10000);
    }
    fail_msg("not \"%s\" in: %s", until, ret->data ? ret->data : "");
}

static void send__drop_of_others_and_commands_that_are_not__are_found(void **state)
{
    static const struct { const char *config; cdr_status want; const char *says; } some[] = {
        {"version: 1\nsms: {drop: /}\n", CDR_DENIED, "not a folder of yours alone"}, {"version: 1\nsms: {drop: /tmp}\n", CDR_DENIED, "not a folder of yours alone"},
        {"version: 1\nsms: {drop: /dev/null}\n", CDR_DENIED, "is no folder"}, {"version: 1\nsms: {command: [/nonexistent/program]}\n", CDR_NOT_FOUND, "/nonexistent/program"},
        {"version: 1\nsms: {command: [/bin]}\n", CDR_NOT_FOUND, "cannot be run"}, {"version: 1\nsms: {command: [/bin/sh]}\n", CDR_OK, ""}, {"version: 1\nsms: {drop: none-yet}\n", CDR_OK, ""},
    };
    for (size_t i = 0; i < CDR_COUNT(some); i++) {
        cdr_sender *s = NULL;
        cdr_err err = {0};
        write_config(some[i].config);
        assert_int_equal(cdr_sender_open(*state, folder, &s, &err), CDR_OK);
        cdr_sender_program(s, CANDOR_BIN_DIR "/candor-send");
        assert_int_equal(cdr_sender_check(s, CDR_SEND_SMS, &err), some[i].want);
        assert_int_equal(cdr_sender_ready(s, CDR_SEND_SMS), some[i].want == CDR_OK);
        assert_non_null(strstr(err.text, some[i].says));
        if (strstr(some[i].config, "drop: /"))
            assert_int_equal(cdr_send(s, &sms, &err), CDR_DENIED);
        cdr_sender_close(s);
    }
    char path[300];
    snprintf(path, sizeof path, "%.100s/send.yaml", folder);
    unlink(path);
}

static void send__begin__waits_for_nobody_and_writes_down_what_became_of_it(void **state)
{
    cdr_ctx *ctx = *state;
    cdr_sender *s = NULL;
    cdr_err err = {0};
    cdr_send_failures f;
    char path[300];
    _cleanup_buf_ cdr_buf log = CDR_BUF(1 << 16);
    log_path(path);
    unlink(path);
    write_config("version: 1\nsms: {command: [/bin/sh, -c, 'cat > /dev/null; sleep 1'], timeout: 5}\nemail: {command: [/bin/sh, -c, 'exit 7']}\nletter: {drop: outbox}\n");
    assert_int_equal(cdr_sender_open(ctx, folder, &s, &err), CDR_OK);
    cdr_sender_program(s, CANDOR_BIN_DIR "/candor-send");
    assert_int_equal(cdr_sender_failures(s, 0, &f, &err), CDR_OK);
    assert_int_equal(f.count, 0);
    int64_t begun = ms();
    if (cdr_send_begin(s, &sms, &err) != CDR_OK)
        fail_msg("%s", err.text);
    assert_true(ms() - begun < 900);
    assert_int_equal(cdr_send_begin(s, &(cdr_message){.way = CDR_SEND_EMAIL, .to = "ada@example.com", .subject = "s", .text = "t", .id = "two"}, &err), CDR_OK);
    read_log("two email exit 7\n", &log);
    read_log("one sms ok 0\n", &log);
    assert_null(strstr(log.data, "5550100"));
    assert_null(strstr(log.data, "example.com"));
    /* A decoy leaves nothing behind. */
    size_t before = log.len;
    cdr_send_decoy(s, CDR_SEND_SMS);
    cdr_send_decoy(s, CDR_SEND_LETTER);
    cdr_send_decoy(s, CDR_SEND_ALERT);      /* not configured */
    usleep(200000);
    read_log("two", &log);
    assert_int_equal(log.len, before);
    assert_int_equal(cdr_sender_failures(s, 0, &f, &err), CDR_OK);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.newest, "email: exit 7");
    assert_int_equal(cdr_sender_failures(s, fixed(NULL) + 1, &f, &err), CDR_OK);
    assert_int_equal(f.count, 0);
    /* What was checked before is checked here, too. */
    assert_int_equal(cdr_send_begin(s, &(cdr_message){.way = CDR_SEND_SMS, .to = "1", .text = "t", .id = "x"}, &err), CDR_E_INVAL);
    /* Nonsense in the log is passed over. */
    static const char nonsense[] = "x\n1 2 3\n-5 a sms exit 1\n99999999999999999999 a sms exit 1\n1800000000000001 a \x1b[2J exit 1\n1800000000000002 a sms exit";
    assert_int_equal(cdr_file_write(path, nonsense, sizeof nonsense - 1, 0600, NULL), CDR_OK);
    assert_int_equal(cdr_sender_failures(s, 0, &f, &err), CDR_OK);
    assert_int_equal(f.count, 0);
    unlink(path);
    cdr_sender_close(s);
}

static void send__faults__are_said(void **state)
{
    cdr_ctx *ctx = *state;
    char path[300];
    snprintf(path, sizeof path, "%.100s/send.yaml", folder);
    unlink(path);
    snprintf(path, sizeof path, "%.100s/outbox/sms-one.txt", folder);
    static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_WRITE, CDR_FAULT_FSYNC};
    for (size_t k = 0; k < CDR_COUNT(kinds); k++)
        for (long n = 1;; n++) {
            cdr_sender *s = NULL;
            cdr_err err = {0};
            unlink(path);
            cdr_fault_arm(kinds[k], n);
            cdr_status status = cdr_sender_open(ctx, folder, &s, &err);
            if (status == CDR_OK)
                status = cdr_send(s, &sms, &err);
            bool fired = cdr_fault_fired(kinds[k]);
            cdr_fault_arm(kinds[k], 0);
            cdr_sender_close(s);
            assert_int_equal(status == CDR_OK, !fired);
            assert_null(strstr(err.text, "482913"));
            if (!fired)
                break;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(send__drop__is_private_whole_and_never_twice),
        cmocka_unit_test(send__hostile_message__is_refused_without_an_echo),
        cmocka_unit_test(send__config__names_every_mistake),
        cmocka_unit_test(send__config__shows_no_secret),
        cmocka_unit_test(send__mail__is_ascii_in_short_lines_and_comes_back),
        cmocka_unit_test(send__answer__is_a_known_word_and_a_number),
        cmocka_unit_test(send__command__gets_json_and_nothing_else),
        cmocka_unit_test(send__drop_of_others_and_commands_that_are_not__are_found), cmocka_unit_test(send__begin__waits_for_nobody_and_writes_down_what_became_of_it),
        cmocka_unit_test(send__faults__are_said),
        cmocka_unit_test(send__command__that_fails_hangs_or_is_missing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

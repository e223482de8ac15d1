/* SPDX-License-Identifier: Apache-2.0 */
#include "runs_world.h"

#include "core/playbook/perform.h"
#include "core/playbook/script.h"

static cdr_allowed *good(const char *text)
{
    cdr_allowed *c = NULL;
    cdr_err err = {0};
    if (cdr_allowed_read(text, strlen(text), "commands.yaml", "/w", &c, &err) != CDR_OK)
        fail_msg("%s: %s", text, err.text);
    return c;
}

static void bad(const char *text, const char *word)
{
    cdr_allowed *c = NULL;
    cdr_err err = {0};
    assert_int_equal(cdr_allowed_read(text, strlen(text), "commands.yaml", "/w", &c, &err), CDR_E_INVAL);
    assert_null(c);
    if (!strstr(err.text, word) || !strstr(err.text, "commands.yaml"))
        fail_msg("%s: \"%s\" lacks \"%s\"", text, err.text, word);
}

static void the_file_says_what_is_allowed(void **state)
{
    (void)state;
    cdr_allowed *c = good("http-api: {hosts: [API.Example.com, '*.tickets.example.com:8443', 'http://127.0.0.1:8080', '[2001:db8::1]:443'], ca_file: own.pem}\n"
                          "bash: {agents: [this machine], programs: [/usr/bin/uptime]}\nssh: {hosts: ['admin@web.example.com:2222', backup.example.com]}\nlimits: {seconds: 5}\n");
    assert_int_equal(c->http.count, 4);
    assert_string_equal(c->http.ca_file, "/w/own.pem");
    assert_int_equal(c->seconds, 5);
    assert_int_equal(c->bytes, CDR_COMMANDS_BYTES);
    assert_non_null(cdr_allowed_host_of(&c->http, "api.example.com", 443, false));
    assert_null(cdr_allowed_host_of(&c->http, "api.example.com", 80, false));
    assert_null(cdr_allowed_host_of(&c->http, "api.example.com", 443, true));
    assert_null(cdr_allowed_host_of(&c->http, "api.example.com.evil.test", 443, false));
    assert_true(cdr_allowed_host_of(&c->http, "a.tickets.example.com", 8443, false)->wildcard);
    assert_null(cdr_allowed_host_of(&c->http, "tickets.example.com", 8443, false));
    assert_null(cdr_allowed_host_of(&c->http, ".tickets.example.com", 8443, false));
    assert_null(cdr_allowed_host_of(&c->http, "eviltickets.example.com", 8443, false));
    assert_true(cdr_allowed_host_of(&c->http, "127.0.0.1", 8080, true)->plain);
    assert_non_null(cdr_allowed_host_of(&c->http, "2001:db8::1", 443, false));
    assert_string_equal(cdr_allowed_host_of(&c->ssh, "web.example.com", 2222, false)->user, "admin");
    assert_non_null(cdr_allowed_host_of(&c->ssh, "backup.example.com", 22, false));
    cdr_allowed_free(c);
    c = good("# nothing yet\n");
    assert_int_equal(c->http.count + c->program_count, 0);
    cdr_allowed_free(c);
}

static void mistakes_are_told(void **state)
{
    (void)state;
    bad("http-api: {}", "http-api.hosts must be a list");
    bad("http-api: {host: [x]}", "did you mean hosts");
    bad("http_api: {hosts: [x]}", "did you mean http-api");
    bad("http-api: {hosts: ['http://api.example.com']}", "without TLS");
    bad("http-api: {hosts: ['*']}", "host");
    bad("http-api: {hosts: ['*.com']}", "domain");
    bad("http-api: {hosts: ['a.example.com/path']}", "path");
    bad("http-api: {hosts: ['user@a.example.com']}", "host");
    bad("http-api: {hosts: ['a.example.com:99999']}", "host");
    bad("http-api: {hosts: ['2001:db8::1']}", "brackets");
    bad("http-api: {hosts: [1]}", "line of text");
    bad("bash: {agents: [x]}", "bash.programs");
    bad("bash: {agents: [x], programs: [uptime]}", "whole path");
    bad("bash: {agents: [x], programs: [/usr/../bin/sh]}", "whole path");
    bad("bash: {agents: [x], programs: [/usr/bin/env]}", "starts other programs");
    bad("bash: {agents: [x], programs: [/usr/bin/uptime, /usr/bin/python3.12], starts_others: false}", "python3.12");
    bad("ssh: {hosts: ['-x@a.example.com']}", "user");
    bad("ssh: {hosts: ['*.example.com']}", "each host");
    bad("limits: {seconds: 0}", "from 1 to 600");
    bad("limits: {bytes: many}", "number");
    bad("[]", "keys with values");
    bad("ftp: {hosts: [a]}", "no key");
}

static void who_can_write_the_file_decides(void **state)
{
    (void)state;
    world w;
    char path[200];
    cdr_allowed *c = NULL;
    world_make(&w);
    world_ok(&w, cdr_allowed_load(w.home, &c, &w.err));
    assert_null(c);
    snprintf(path, sizeof path, "%s/commands.yaml", w.home);
    world_ok(&w, cdr_file_write(path, "limits: {seconds: 1}\n", 21, 0600, &w.err));
    world_ok(&w, cdr_allowed_load(w.home, &c, &w.err));
    assert_int_equal(c->seconds, 1);
    cdr_allowed_free(c);
    assert_int_equal(chmod(path, 0660), 0);
    assert_int_equal(cdr_allowed_load(w.home, &c, &w.err), CDR_DENIED);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_equal(cdr_allowed_load(w.home, &c, &w.err), CDR_DENIED);
    world_drop(&w);
}

static void addresses_are_what_they_look_like(void **state)
{
    (void)state;
    static const struct { const char *text, *host; unsigned port; bool plain; const char *path; } cases[] = {
        {"https://API.example.com:8443/base", "api.example.com", 8443, false, "/base"}, {"api.example.com", "api.example.com", 0, false, ""}, {"http://127.0.0.1:80?x", "127.0.0.1", 80, true, "?x"},
        {"https://[2001:db8::1]:443/", "2001:db8::1", 443, false, "/"}, {"2001:db8::1", "2001:db8::1", 0, false, ""}, {"api.example.com.", "api.example.com", 0, false, ""},
    };
    static const char *const none[] = {"https://a@b.example.com/", "ftp://a.example.com", "https://a.example.com:0/", "https://a.example.com:99999", "https://", "", "https://a example.com", "https://a.example.com/\r\nX: y",
                                       "https://a.example.com\\@b.example.com/", "https://2001:db8::1/", "https://a.example.com:80:90/", "http://a%2eexample.com/", "https://b\xC3\xA4.example.com/"};
    cdr_perform_url u;
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        assert_true(cdr_perform_take_url(cases[i].text, &u));
        assert_string_equal(u.host, cases[i].host);
        assert_int_equal(u.port, cases[i].port);
        assert_int_equal(u.plain, cases[i].plain);
        assert_string_equal(u.path, cases[i].path);
    }
    for (size_t i = 0; i < CDR_COUNT(none); i++)
        if (cdr_perform_take_url(none[i], &u))
            fail_msg("taken: %s as %s", none[i], u.host);
    assert_true(cdr_allowed_is_here("127.0.0.53"));
    assert_false(cdr_allowed_is_here("127.example.com"));
    assert_false(cdr_allowed_is_here("127.1"));
    assert_false(cdr_allowed_is_here("localhost.example.com"));
}

static void a_value_is_never_more_than_a_value(void **state)
{
    (void)state;
    static const char *const fine[] = {
        "uptime ${__x__}", "grep \"${__x__}\" list | head -c 5; echo done", "if grep -q ${__x__} /etc/hosts; then echo yes; else echo no; fi", "N=${__x__}\necho \"$N\" >&2", "case ${__x__} in a) echo 1;; *) echo 2;; esac",
        "[ \"${__x__}\" = yes ] && echo \"a ${N:-b}\"", "[[ ${__x__} == yes ]] || exit 3", "for f in a b; do cat \"$f\" < ${__x__}; done", "echo $(id ${__x__}) ${#__x__}", "find /tmp -name \"*${__x__}*\"",
    };
    static const char *const not[] = {
        "${__x__}", "\"${__x__}\" -l", "echo a; ${__x__}", "echo a && \"${__x__}\"", "echo $(${__x__})", "echo `${__x__}`", "echo \"$( ${__x__} )\"", "eval ${__x__}", "e\"va\"l ${__x__}", "ev\\\nal ${__x__}", "C=ls; $C ${__x__}",
        "echo $((${__x__} + 1))", "echo $[ ${__x__} ]", "((n = ${__x__}))", "let n=${__x__}", "[[ ${__x__} -gt 100 ]] && echo", "test -v ${__x__}", "[ -v ${__x__} ]", "printf -v ${__x__} hi", "printf -v${__x__} hi", "declare -i n=${__x__}",
        "a[${__x__}]=1", "echo ${a[${__x__}]}", "echo ${a:${__x__}}", "echo ${!__x__}", "echo ${__x__@P}", ". ${__x__}", "source ${__x__}", "env ${__x__}", "/usr/bin/env ${__x__}", "python3.11 -c ${__x__}", "bash -c \"${__x__}\"", "echo ${__x__} | sh", "PATH=${__x__}; ls", "LD_PRELOAD=${__x__} ls", "export BASH_ENV=${__x__}", "for f in ${__x__}; do $f; done", "echo $(case a in a) ${__x__};; esac)", "N=$(id) ${__x__}", "(id); ${__x__}", "(id) ${__x__}",
        "find . -exec ${__x__} \\;", ">&2 ${__x__}", "2>&1 ${__x__}", "> out ${__x__}", "A=1 ${__x__}", "$'eval' ${__x__}", "{eval,${__x__}}", "f() { $1; }; f ${__x__}", "function f { $1; }; f ${__x__}", "! ${__x__}", "while ${__x__}; do id; done",
        "# a \\\n${__x__}", "time ${__x__}", "trap ${__x__} EXIT", "sed s/a/${__x__}/", "read ${__x__}", "unset ${__x__}", "cat <<E\n${__x__}\nE", "cat <(${__x__})", "a)\n${__x__}", "x=(1); ${x} ${__x__}", "{ ${__x__}; }", "\\eval ${__x__}",
        "echo \"`echo \\`${__x__}\\``\"",
    };
    cdr_err err = {0};
    for (size_t i = 0; i < CDR_COUNT(fine); i++)
        if (cdr_script_check(fine[i], &err) != CDR_OK)
            fail_msg("refused: %s: %s", fine[i], err.text);
    for (size_t i = 0; i < CDR_COUNT(not); i++)
        if (cdr_script_check(not[i], &err) != CDR_DENIED)
            fail_msg("taken: %s", not[i]);
    assert_true(cdr_script_value_is_plain(CDR_VAR_STRING, "Jos\xC3\xA9 A. Smith, +1-555-0100"));
    assert_true(cdr_script_value_is_plain(CDR_VAR_INTEGER, "-5"));
    static const char *const odd[] = {"a[$(id)]", "-rf", "a;b", "a'b", "a\"b", "`id`", "a\nb", "a=b", "%n", "a*", "~", "a\\", "$x", "a&b", "a|b", "(a)", "<a", "a#b", "!a", "{a,b}", "a\tb"};
    for (size_t i = 0; i < CDR_COUNT(odd); i++)
        if (cdr_script_value_is_plain(CDR_VAR_STRING, odd[i]) || cdr_script_value_is_plain(CDR_VAR_INTEGER, odd[i]))
            fail_msg("plain: %s", odd[i]);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_says_what_is_allowed),
        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(who_can_write_the_file_decides),
        cmocka_unit_test(addresses_are_what_they_look_like),
        cmocka_unit_test(a_value_is_never_more_than_a_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

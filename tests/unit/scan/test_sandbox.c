/* SPDX-License-Identifier: Apache-2.0 */
/* The walls around candor-reader, tried from inside, all together and each alone. */
#include "candor/scan.h"
#include "scan/sandbox.h"
#include "scan/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define READER CANDOR_BIN_DIR "/candor-reader"
#define VICTIM "/tmp/candor-reader-self-test-victim"

typedef enum outcome { POSSIBLE, REFUSED, UNKNOWN, NO_WALLS, KILLED = 100 } outcome;

static outcome attempt(const char *name, const char *wall)
{
    char *const argv[] = {(char *)(uintptr_t)"candor-reader", (char *)(uintptr_t)"--self-test", (char *)(uintptr_t)name, (char *)(uintptr_t)wall, NULL};
    char *const env[] = {(char *)(uintptr_t)"ASAN_OPTIONS=detect_leaks=0", NULL};
    pid_t pid;
    int status;
    assert_int_equal(posix_spawn(&pid, READER, NULL, NULL, argv, env), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGSYS ? KILLED : WTERMSIG(status) + 1000;
    return (outcome)WEXITSTATUS(status);
}

static void setup_victim(void)
{
    int fd = open(VICTIM, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static void needs(uint32_t wall)
{
    if (!(cdr_sandbox_probe() & wall))
        skip();
}

static void scan__sandbox__refuses_everything_together(void **state)
{
    (void)state;
    static const char *const names[] = {"open", "list", "reopen", "write", "unlink", "connect", "socket", "fork", "exec", "ptrace", "kill", "code"};
    needs(CDR_WALL_SECCOMP);
    setup_victim();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        outcome got = attempt(names[i], NULL);
        if (got != REFUSED && got != KILLED)
            fail_msg("inside the sandbox \"%s\" gives %d", names[i], (int)got);
    }
    assert_int_equal(access(VICTIM, F_OK), 0);
    unlink(VICTIM);
}

static void scan__sandbox__attempts_are_real(void **state)
{
    (void)state;
    /* Without the filter, and with Landlock left out too, the same attempts work: the test would notice a wall that is none. */
    assert_int_equal(attempt("nothing", NULL), POSSIBLE);
    assert_int_equal(attempt("no such attempt", NULL), UNKNOWN);
    assert_int_equal(attempt("open", "none"), POSSIBLE);
    assert_int_equal(attempt("list", "none"), POSSIBLE);
    assert_int_equal(attempt("code", "none"), POSSIBLE);
    assert_int_equal(attempt("fork", "none"), geteuid() == 0 ? POSSIBLE : REFUSED);   /* the limit on processes binds all but root */
    setup_victim();
    assert_int_equal(attempt("unlink", "none"), POSSIBLE);
    assert_int_equal(access(VICTIM, F_OK), -1);
}

static void scan__sandbox__seccomp_bites_alone(void **state)
{
    (void)state;
    needs(CDR_WALL_SECCOMP);
    static const char *const killed[] = {"unlink", "connect", "socket", "fork", "exec", "ptrace", "kill", "code"};
    for (size_t i = 0; i < sizeof killed / sizeof killed[0]; i++)
        assert_int_equal(attempt(killed[i], "seccomp"), KILLED);
    assert_int_equal(attempt("open", "seccomp"), REFUSED);
    assert_int_equal(attempt("write", "seccomp"), REFUSED);
}

static void scan__sandbox__landlock_bites_alone(void **state)
{
    (void)state;
    needs(CDR_WALL_LANDLOCK);
    setup_victim();
    assert_int_equal(attempt("list", "landlock"), REFUSED);
    assert_int_equal(attempt("open", "landlock"), REFUSED);
    assert_int_equal(attempt("write", "landlock"), REFUSED);
    assert_int_equal(attempt("unlink", "landlock"), REFUSED);
    assert_int_equal(attempt("exec", "landlock"), REFUSED);
    unlink(VICTIM);
}

static void scan__sandbox__memory_is_limited(void **state)
{
    (void)state;
    if (cdr_sandbox_probe() & CDR_WALL_RELAXED)
        skip();
    assert_int_equal(attempt("memory", NULL), REFUSED);
    assert_int_equal(attempt("memory", "landlock"), REFUSED);
}

static void scan__sandbox__level_is_told(void **state)
{
    (void)state;
    const char *level = cdr_scan_sandbox_level();
    assert_true(strstr(level, "seccomp") || strstr(level, "landlock") || strstr(level, "none ("));
    assert_string_equal(cdr_sandbox_describe(CDR_WALL_LIMITS), "none (the kernel has neither seccomp nor Landlock)");
    assert_string_equal(cdr_sandbox_describe(CDR_WALL_SECCOMP | CDR_WALL_LANDLOCK), "seccomp+landlock");
    assert_string_equal(cdr_sandbox_describe(CDR_WALL_SECCOMP), "seccomp");
    print_message("sandbox on this machine: %s\n", level);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scan__sandbox__refuses_everything_together), cmocka_unit_test(scan__sandbox__attempts_are_real),
        cmocka_unit_test(scan__sandbox__seccomp_bites_alone),         cmocka_unit_test(scan__sandbox__landlock_bites_alone),
        cmocka_unit_test(scan__sandbox__memory_is_limited),           cmocka_unit_test(scan__sandbox__level_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "runs_world.h"

#include <sys/stat.h>

static int setup(void **state)
{
    runs_world *w = calloc(1, sizeof *w);
    world_make(&w->w);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    runs_world *w = *state;
    world_drop(&w->w);
    free(w);
    return 0;
}

static void make(runs_world *w, const char *name, unsigned number, const char *modified)
{
    runs_playbook(w, name, number, modified, "", START("end--" STEP("04")) "," END("04"), "", "");
}

static cdr_status find(runs_world *w, const char *wanted, const char *version, cdr_playbook **ret, char name[CDR_PLAYBOOK_NAME_MAX + 1])
{
    w->w.err = (cdr_err){0};
    *ret = NULL;
    return cdr_library_find(w->w.home, wanted, version, ret, name, &w->w.err);
}

static void expect_name(runs_world *w, const char *wanted, const char *name)
{
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    char got[CDR_PLAYBOOK_NAME_MAX + 1] = "";
    world_ok(&w->w, find(w, wanted, NULL, &p, got));
    assert_string_equal(got, name);
}

static void expect_no(runs_world *w, const char *wanted, cdr_status status, const char *word)
{
    cdr_playbook *p;
    char got[CDR_PLAYBOOK_NAME_MAX + 1] = "";
    assert_int_equal(find(w, wanted, NULL, &p, got), status);
    assert_null(p);
    if (!strstr(w->w.err.text, word))
        fail_msg("%s: \"%s\" lacks \"%s\"", wanted, w->w.err.text, word);
}

static void names_starts_ids_and_paths(void **state)
{
    runs_world *w = *state;
    char path[300];
    make(w, "zebra-crossing", 1, VERSION_1);
    make(w, "zebra-stripes", 2, VERSION_1);
    expect_name(w, "zebra-stripes", "zebra-stripes");
    expect_name(w, "Zebra Stripes", "zebra-stripes");
    expect_name(w, "zebra-c", "zebra-crossing");
    expect_name(w, "playbook--00000000-0000-4000-9000-000000000002", "zebra-stripes");
    expect_name(w, "zebra-stripes.json", "zebra-stripes");
    snprintf(path, sizeof path, "%s/playbooks/zebra-crossing.json", w->w.home);
    expect_name(w, path, "zebra-crossing");
    expect_no(w, "zebra", CDR_NOT_FOUND, "zebra-crossing, zebra-stripes");
    expect_no(w, "zebra-strips", CDR_NOT_FOUND, "did you mean zebra-stripes");
    expect_no(w, "playbook--00000000-0000-4000-9000-000000000077", CDR_NOT_FOUND, "No playbook here has the id");
    expect_no(w, "./nothing.json", CDR_NOT_FOUND, "no file");
    expect_no(w, "/dev/zero", CDR_E_INVAL, "");
    expect_no(w, "", CDR_NOT_FOUND, "There is no playbook");
}

static void versions(void **state)
{
    runs_world *w = *state;
    cdr_playbook *p;
    char name[CDR_PLAYBOOK_NAME_MAX + 1];
    make(w, "old", 1, VERSION_1);
    make(w, "new", 1, VERSION_2);
    expect_name(w, "playbook--00000000-0000-4000-9000-000000000001", "new");
    world_ok(&w->w, find(w, "playbook--00000000-0000-4000-9000-000000000001", VERSION_1, &p, name));
    assert_string_equal(name, "old");
    cdr_playbook_free(p);
    assert_int_equal(find(w, "old", VERSION_2, &p, name), CDR_NOT_FOUND);
    assert_int_equal(find(w, "playbook--00000000-0000-4000-9000-000000000001", "2025-01-01T00:00:00.000Z", &p, name), CDR_NOT_FOUND);
}

static void the_workspace_comes_first(void **state)
{
    runs_world *w = *state;
    cdr_playbook *p;
    char name[CDR_PLAYBOOK_NAME_MAX + 1];
    assert_true(cdr_procedure_count > 0);
    make(w, cdr_procedures[0].name, 1, VERSION_1);
    world_ok(&w->w, find(w, cdr_procedures[0].name, NULL, &p, name));
    assert_string_equal(cdr_playbook_id(p), "playbook--00000000-0000-4000-9000-000000000001");
    cdr_playbook_free(p);
    world_ok(&w->w, cdr_library_find(NULL, cdr_procedures[0].name, NULL, &p, name, &w->w.err));
    assert_string_not_equal(cdr_playbook_id(p), "playbook--00000000-0000-4000-9000-000000000001");
    cdr_playbook_free(p);
}

typedef struct seen { unsigned good, bad; char problems[2000]; } seen;

static cdr_status look(void *arg, const cdr_library_item *item)
{
    seen *s = arg;
    size_t n = strlen(s->problems);
    if (item->playbook)
        s->good++;
    else
        s->bad++;
    if (item->problem)
        snprintf(s->problems + n, sizeof s->problems - n, "%s: %s\n", item->name, item->problem->text);
    return CDR_OK;
}

static void odd_files_are_refused_with_a_word(void **state)
{
    runs_world *w = *state;
    seen s = {0};
    char path[300], to[300];
    make(w, "plain", 1, VERSION_1);
    snprintf(to, sizeof to, "%s/playbooks/plain.json", w->w.home);
    snprintf(path, sizeof path, "%s/playbooks/link.json", w->w.home);
    assert_int_equal(symlink(to, path), 0);
    snprintf(path, sizeof path, "%s/playbooks/pipe.json", w->w.home);
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(path, sizeof path, "%s/playbooks/folder.json", w->w.home);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/playbooks/Capital Name.json", w->w.home);
    world_ok(&w->w, cdr_file_write(path, "{}", 2, 0600, &w->w.err));
    snprintf(path, sizeof path, "%s/playbooks/broken.json", w->w.home);
    world_ok(&w->w, cdr_file_write(path, "{", 1, 0600, &w->w.err));
    snprintf(path, sizeof path, "%s/playbooks/huge.json", w->w.home);
    world_ok(&w->w, cdr_file_write(path, "{", 1, 0600, &w->w.err));
    assert_int_equal(truncate(path, (off_t)CDR_PLAYBOOK_BYTES_MAX + 1), 0);
    world_ok(&w->w, cdr_library_each(w->w.home, look, &s, &w->w.err));
    assert_int_equal(s.good, 1 + cdr_procedure_count);
    assert_int_equal(s.bad, 6);
    assert_non_null(strstr(s.problems, "symbolic link"));
    assert_non_null(strstr(s.problems, "no plain file"));
    assert_non_null(strstr(s.problems, "small letters"));
    assert_non_null(strstr(s.problems, "larger than"));
    expect_no(w, "link", CDR_E_INVAL, "symbolic link");
    expect_no(w, "pipe", CDR_E_INVAL, "plain file");
    expect_name(w, "plain", "plain");
    expect_name(w, "playbook--00000000-0000-4000-9000-000000000001", "plain");      /* bad ones do not keep it from being found */
}

static void a_folder_that_is_a_link_is_refused(void **state)
{
    runs_world *w = *state;
    char path[300];
    snprintf(path, sizeof path, "%s/playbooks", w->w.home);
    assert_int_equal(symlink("/tmp", path), 0);
    expect_no(w, "lost-device", CDR_E_INVAL, "a link");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_starts_ids_and_paths, setup, teardown),
        cmocka_unit_test_setup_teardown(versions, setup, teardown),
        cmocka_unit_test_setup_teardown(the_workspace_comes_first, setup, teardown),
        cmocka_unit_test_setup_teardown(odd_files_are_refused_with_a_word, setup, teardown),
        cmocka_unit_test_setup_teardown(a_folder_that_is_a_link_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

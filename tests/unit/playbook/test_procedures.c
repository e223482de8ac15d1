/* SPDX-License-Identifier: Apache-2.0 */
/* The playbooks that come with Candor: each keeps the rules of CACAO without a warning, is signed under signer.pub, and a change shows. */
#include "core/cacao/check.h"
#include "core/cacao/run.h"
#include "core/cacao/signature.h"
#include "core/playbook/library.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW INT64_C(1803027600000000)   /* 2027-02-19 */

static cdr_playbook *read_text(const char *text, size_t len, const char *name)
{
    cdr_playbook *p = NULL;
    cdr_err err = {0};
    if (cdr_playbook_read(text, len, name, &p, &err) != CDR_OK)
        fail_msg("%s: %s", name, err.text);
    return p;
}

static bool signed_by_candor(const cdr_playbook *p)
{
    cdr_err err = {0};
    bool good = false;
    if (cdr_signature_by(p, cdr_procedure_key, NOW, &good, &err) != CDR_OK)
        fail_msg("%s", err.text);
    return good;
}

static void there_is_one_for_each_kind(void **state)
{
    (void)state;
    static const char *const kinds[] = {"complaint", "customer-data-breach", "denial-of-service", "identity-theft", "insider-misuse", "lost-device", "malpractice", "misdirected-message", "natural-disaster",
                                        "ransomware", "vendor-breach"};
    assert_int_equal(cdr_procedure_count, CDR_COUNT(kinds));
    for (size_t i = 0; i < CDR_COUNT(kinds); i++) {
        _cleanup_(cdr_playbook_freep) cdr_playbook *p = read_text(cdr_procedures[i].text, cdr_procedures[i].len, cdr_procedures[i].name);
        const cdr_playbook_rule *rule = cdr_playbook_rule_of(p);
        assert_string_equal(cdr_procedures[i].name, kinds[i]);
        assert_true(rule->present && rule->has_review);
        assert_string_equal(rule->kind, kinds[i]);
        assert_non_null(rule->headline);
    }
}

static void each_keeps_the_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < cdr_procedure_count; i++) {
        _cleanup_(cdr_playbook_freep) cdr_playbook *p = read_text(cdr_procedures[i].text, cdr_procedures[i].len, cdr_procedures[i].name);
        cdr_cacao_verdict v;
        cdr_err err = {0};
        if (cdr_playbook_check(p, NULL, &v, &err) != CDR_OK)
            fail_msg("%s: %s", cdr_procedures[i].name, err.text);
        if (v.count)
            fail_msg("%s: %s %s: %s", cdr_procedures[i].name, cdr_cacao_level_name(v.findings[0].level), v.findings[0].where, v.findings[0].text);
        assert_true(v.runnable);
        cdr_cacao_verdict_done(&v);
    }
}

static void each_is_signed_and_a_change_shows(void **state)
{
    (void)state;
    for (size_t i = 0; i < cdr_procedure_count; i++) {
        const cdr_procedure *at = &cdr_procedures[i];
        _cleanup_(cdr_playbook_freep) cdr_playbook *p = read_text(at->text, at->len, at->name);
        if (!signed_by_candor(p))
            fail_msg("%s is not signed under playbooks/procedures/signer.pub: sign it again (SECURITY.md)", at->name);
        /* one word of one command */
        _cleanup_buf_ cdr_buf changed = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX);
        assert_int_equal(cdr_buf_add(&changed, at->text, at->len), CDR_OK);
        char *word = strstr(changed.data, "Write down");
        assert_non_null(word);
        word[0] = 'w';
        _cleanup_(cdr_playbook_freep) cdr_playbook *other = read_text(changed.data, changed.len, at->name);
        assert_false(signed_by_candor(other));
    }
}

/* --- each comes to its end, whatever is answered --- */

typedef struct walk {
    cdr_run *run;
    int64_t now_us;
    int pick;                    /* 0 the first choice, 1 the last, 2 in turn */
    unsigned answers;
    cdr_err err;
} walk;

static void must(walk *w, cdr_status s)
{
    if (s != CDR_OK)
        fail_msg("%s", w->err.text);
}

static void apply(walk *w, const cdr_run_event *e)
{
    must(w, cdr_run_apply(w->run, e, &w->err));
}

/* Loops end: from the third time on "yes" is answered, which is what they wait for. */
static const char *choose(walk *w, const cdr_activation *a, const json_t *choices)
{
    size_t n = json_array_size(choices), i = 0;
    const cdr_activation *opener = cdr_run_activation(w->run, a->opener);
    bool loops = opener && opener->step->type == CDR_STEP_WHILE;
    if (loops && opener->iteration > 2)
        return "yes";
    i = w->pick == 0 ? 0 : w->pick == 1 ? n - 1 : w->answers % n;
    return json_string_value(json_array_get(choices, i));
}

static json_t *answers_for(walk *w, const cdr_activation *a)
{
    json_t *all = json_object();
    const char *name;
    json_t *answer;
    json_object_foreach((json_t *)a->step->rule.answers, name, answer)
    {
        const json_t *choices = json_object_get(answer, "choices");
        json_object_set_new(all, name, json_string(choices ? choose(w, a, choices) : "7"));
    }
    w->answers++;
    return all;
}

/* One thing that a person does; false: nobody is waited for. */
static bool person(walk *w)
{
    size_t n;
    const cdr_activation *const *open = cdr_run_open(w->run, &n);
    for (size_t i = 0; i < n; i++) {
        const cdr_activation *a = open[i];
        cdr_run_event e;
        json_t *answers = NULL;
        cdr_run_say say = {.activation = a->id, .by = "dana", .text = "because", .now_us = w->now_us};
        if (a->state == CDR_ACT_ANSWER) {
            say.answers = answers = answers_for(w, a);
            must(w, cdr_run_answer(w->run, &say, &e, &w->err));
        } else if (a->state == CDR_ACT_EVIDENCE) {
            must(w, cdr_run_show(w->run, &say, &e, &w->err));
        } else if (a->state == CDR_ACT_APPROVAL) {
            say.by = "lee";
            must(w, cdr_run_approve(w->run, &say, true, &e, &w->err));
        } else {
            continue;
        }
        apply(w, &e);
        json_decref(answers);
        return true;
    }
    return false;
}

static unsigned walk_through(const cdr_procedure *at, int pick, const json_t *handed)
{
    walk w = {.now_us = NOW, .pick = pick};
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = read_text(at->text, at->len, at->name);
    cdr_run_event first;
    cdr_run_outcome outcome = CDR_OUT_NONE;
    must(&w, cdr_run_new(&(cdr_run_setup){.playbook = p}, &w.run, &w.err));
    must(&w, cdr_run_start_event(w.run, &(cdr_run_start){.by = "dana", .now_us = NOW, .ask = true, .variables = handed}, &first, &w.err));
    apply(&w, &first);
    for (unsigned i = 0; i < 5000; i++) {
        cdr_run_todo todo;
        must(&w, cdr_run_next(w.run, w.now_us, NULL, NULL, &todo, &w.err));
        if (todo.what == CDR_RUN_OVER)
            break;
        if (todo.what != CDR_RUN_SLEEP) {
            assert_true(todo.what == CDR_RUN_APPEND || todo.manual);
            apply(&w, &todo.event);
        } else if (!person(&w)) {
            if (todo.wake_us == INT64_MAX)
                fail_msg("%s waits for nothing and nobody", at->name);
            w.now_us = todo.wake_us;
        }
    }
    assert_true(cdr_run_over(w.run, &outcome));
    if (outcome != CDR_OUT_SUCCESS)
        fail_msg("%s ended as %s", at->name, cdr_run_outcome_name(outcome));
    cdr_run_free(w.run);
    return w.answers;
}

static void each_comes_to_its_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < cdr_procedure_count; i++)
        for (int pick = 0; pick < 3; pick++) {
            unsigned steps = walk_through(&cdr_procedures[i], pick, NULL);
            assert_in_range(steps, 5, 40);      /* a false alarm about a vendor is the shortest */
        }
}

/* --- what is handed in is asked all the same --- */

/* Does a step ask for it? Then its ${k}th choice ("9" for what has none), NULL when there are fewer. */
static const char *choice_of(const cdr_playbook *p, const char *name, size_t k, bool *ret_asked)
{
    for (uint32_t i = 0; i < cdr_playbook_step_count(p); i++) {
        const json_t *answer = json_object_get(cdr_playbook_step(p, i)->rule.answers, name), *choices = json_object_get(answer, "choices");
        if (answer) {
            *ret_asked = true;
            return choices ? json_string_value(json_array_get(choices, k)) : k ? NULL : "9";
        }
    }
    return NULL;
}

static void what_is_handed_in_is_asked_all_the_same(void **state)
{
    (void)state;
    unsigned handed_in = 0;
    for (size_t i = 0; i < cdr_procedure_count; i++) {
        const cdr_procedure *at = &cdr_procedures[i];
        _cleanup_(cdr_playbook_freep) cdr_playbook *p = read_text(at->text, at->len, at->name);
        size_t count;
        const cdr_variable *v = cdr_playbook_variables(p, &count);
        for (int pick = 0; pick < 3; pick++) {
            unsigned before = walk_through(at, pick, NULL);
            for (size_t k = 0; k < count; k++) {
                bool asked = false;
                const char *value;
                for (size_t n = 0; v[k].external && (value = choice_of(p, v[k].name, n, &asked)); n++) {
                    json_t *handed = json_pack("{s:s}", v[k].name, value);
                    if (walk_through(at, pick, handed) != before)
                        fail_msg("%s: %s handed in as %s skips a question", at->name, v[k].name, value);
                    handed_in++;
                    json_decref(handed);
                }
            }
        }
    }
    assert_in_range(handed_in, 300, 3000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_one_for_each_kind),
        cmocka_unit_test(each_keeps_the_rules),
        cmocka_unit_test(each_comes_to_its_end),
        cmocka_unit_test(what_is_handed_in_is_asked_all_the_same),
        cmocka_unit_test(each_is_signed_and_a_change_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

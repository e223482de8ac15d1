/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which people read: each step once, branches below what opens them, what stands elsewhere by its number; also of playbooks that do not hang together. */
#include "check_world.h"

#include "core/cacao/outline.h"

/* "1 2(PARALLEL[3] ...) ->4 end": the tree as one line; "|2": what stands before it does not lead to it. */
static void put(cdr_buf *out, const cdr_outline *o, uint32_t at)
{
    static const char *const ways[] = {"main", "exception", "unreached", "true", "false", "while", "case", "otherwise", "parallel", "failure"};
    for (; at != CDR_OUTLINE_NONE; at = o->nodes[at].next) {
        const cdr_outline_node *n = &o->nodes[at];
        cdr_buf_adds(out, out->len && out->data[out->len - 1] != '[' ? " " : "");
        if (n->kind == CDR_OUTLINE_BRANCH)
            cdr_buf_addf(out, "%s%s%s[", ways[n->way], n->value ? "=" : "", n->value ? n->value : "");
        else
            cdr_buf_addf(out, "%s%s%s", n->apart ? "|" : "", n->kind == CDR_OUTLINE_GOTO ? "->" : n->kind == CDR_OUTLINE_END ? "end" : "", n->number);
        put(out, o, n->first);
        if (n->kind == CDR_OUTLINE_BRANCH)
            cdr_buf_addc(out, ']');
    }
}

static void assert_outline(const char *text, const char *want)
{
    cdr_playbook *p _cleanup_(cdr_playbook_freep) = NULL;
    cdr_outline o _cleanup_(cdr_outline_done) = {0};
    cdr_buf line _cleanup_buf_ = CDR_BUF(10000);
    cdr_err err = {0};
    if (cdr_playbook_read(text, strlen(text), "it.json", &p, &err) != CDR_OK)
        fail_msg("%s", err.text);
    assert_int_equal(cdr_outline_new(p, &o, NULL), CDR_OK);
    put(&line, &o, 0);
    assert_string_equal(line.data, want);
}

static void outline__good__has_each_step_once(void **state)
{
    (void)state;
    assert_outline(GOOD, "main[1 failure[end] 2 parallel[3] parallel[] 4 true[5 while[6]] false[] 7 case=phone[] otherwise[] end] exception[8 end]");
}

#define P(start, steps) "{\"type\": \"playbook\", \"workflow_start\": \"" start "\", \"workflow\": {" steps "}}"
#define A(id, more) "\"" id "\": {\"type\": \"action\"" more "}"

static void outline__broken__is_shown_all_the_same(void **state)
{
    (void)state;
    assert_outline(P("s", "\"s\": {\"type\": \"start\", \"on_completion\": \"a\"}, " A("a", ", \"on_completion\": \"b\"") ", " A("b", ", \"on_completion\": \"a\"")), "main[1 2 ->1]");
    assert_outline(P("s", A("a", "") ", " A("b", ", \"on_completion\": \"a\"")), "main[] unreached[1 |2 ->1]");
    assert_outline(P("a", A("a", ", \"on_success\": \"b\", \"on_failure\": \"c\"") ", " A("b", ", \"on_completion\": \"d\"") ", " A("c", ", \"on_completion\": \"d\"") ", " A("d", "")), "main[1 failure[2 ->4] 3 4]");
    assert_outline(P("a", A("a", ", \"on_failure\": \"a\"")), "main[1 failure[->1]]");
    assert_outline(P("x", ""), "main[]");
}

/* Far more branches in branches than anybody reads: what is too deep stands behind. */
static void outline__deep__ends(void **state)
{
    (void)state;
    cdr_buf b _cleanup_buf_ = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX);
    cdr_buf_adds(&b, "{\"type\":\"playbook\",\"workflow_start\":\"w0\",\"workflow\":{");
    for (unsigned i = 0; i < 9000; i++)
        cdr_buf_addf(&b, "%s\"w%u\":{\"type\":\"while-condition\",\"on_true\":\"w%u\",\"on_failure\":\"w%u\"}", i ? "," : "", i, i + 1, (i * 7919) % 9000);
    cdr_buf_adds(&b, "}}");
    cdr_playbook *p _cleanup_(cdr_playbook_freep) = NULL;
    cdr_outline o _cleanup_(cdr_outline_done) = {0};
    assert_int_equal(cdr_playbook_read(b.data, b.len, "it.json", &p, NULL), CDR_OK);
    assert_int_equal(cdr_outline_new(p, &o, NULL), CDR_OK);
    size_t steps = 0;
    for (size_t i = 0; i < o.count; i++) {
        steps += o.nodes[i].kind == CDR_OUTLINE_STEP;
        assert_true(o.nodes[i].depth <= CDR_OUTLINE_DEPTH_MAX);
    }
    assert_int_equal(steps, 9000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outline__good__has_each_step_once), cmocka_unit_test(outline__broken__is_shown_all_the_same), cmocka_unit_test(outline__deep__ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

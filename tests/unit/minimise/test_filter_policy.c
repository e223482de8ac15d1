/* SPDX-License-Identifier: Apache-2.0 */
/* From a purpose to what happens to columns: closed where nothing is said. */
#include "filtering.h"

#include "core/minimise/filter_policy.h"

#define KEYS(...) {(const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), true}

typedef struct world { cdr_ctx ctx; cdr_ruleset *text, *column; cdr_purpose_keys *keys; cdr_arena *arena; cdr_filter_ask ask; } world;

static int setup(void **state)
{
    world *w = calloc(1, sizeof *w);
    cdr_ruleset_options text = {.names = CDR_NAMES_ALL, .min_names = 0.2f}, column = {.names = CDR_NAMES_NEAR};
    w->ctx = test_ctx();
    w->keys = test_keys("test");
    w->arena = cdr_arena_new(64u << 20);
    assert_int_equal(cdr_ruleset_new(&text, &w->text, NULL), CDR_OK);
    assert_int_equal(cdr_ruleset_new(&column, &w->column, NULL), CDR_OK);
    w->ask = (cdr_filter_ask){.ruleset = w->text, .watch_ruleset = w->column, .keys = w->keys, .ctx = &w->ctx, .name = "test"};
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    world *w = *state;
    cdr_ruleset_free(w->text);
    cdr_ruleset_free(w->column);
    cdr_purpose_keys_free(w->keys);
    cdr_arena_free(w->arena);
    free(w);
    return 0;
}

static const cdr_treatment treatments[] = {
    {.fields = KEYS("ref*"), .form = CDR_FORM_PLAIN},
    {.categories = KEYS("user.contact.email"), .form = CDR_FORM_MASKED},
    {.categories = KEYS("user.demographic"), .form = CDR_FORM_GENERALISED},
    {.fields = KEYS("id"), .form = CDR_FORM_PLAIN},
};
static const cdr_purpose closed = {.key = "test", .title = "", .use = "", .consent = "", .treatments = treatments, .treatment_count = 4, .other = CDR_FORM_NEVER, .unrecognised = CDR_FORM_PLAIN,
                                   .free_text = CDR_FORM_REDACTED, .free_text_said = true};

/* ${sampled} bytes are looked at first. */
static char *through(world *w, const cdr_purpose *p, const cdr_filter_map *map, const char *in, size_t sampled, cdr_filter_plan **ret)
{
    cdr_err err = {0};
    char *out = NULL;
    w->ask.purpose = p;
    w->ask.map = map;
    if (cdr_filter_plan_make(&w->ask, in, CDR_MIN(sampled, strlen(in)), sampled >= strlen(in), w->arena, ret, &err) != CDR_OK ||
        filter_text_in(&(*ret)->spec, in, strlen(in), 64, &out, NULL, &err) != CDR_OK) {
        print_error("%s\n", err.text);
        fail();
    }
    return out;
}

#define assert_through(w, p, map, in, sampled, expected)                   \
    do {                                                                   \
        cdr_filter_plan *plan_;                                            \
        char *out_ = through(w, p, map, in, sampled, &plan_);              \
        assert_string_equal(out_, expected);                               \
        cdr_free(out_);                                                    \
    } while (0)

static void filter_policy__closed_where_nothing_is_said(void **state)
{
    assert_through(*state, &closed, NULL, "id,name,email,birth_date,refname,total\n1,Ada Byron,ada@example.com,1990-03-04,Ada Byron,5.00\n2,Ben Carter,ben@example.com,1980-03-04,x,6.00\n", SIZE_MAX,
                   "id,email,birth_date,refname,total\n1,a…@e…com,1990,Ada Byron,5.00\n2,b…@e…com,1980,x,6.00\n");
}

static void filter_policy__values_that_turn_up_late_are_replaced(void **state)
{
    cdr_buf in = CDR_BUF(1u << 20);
    cdr_buf_adds(&in, "id,code\n");
    for (int i = 0; i < 200; i++)
        cdr_buf_addf(&in, "%d,A-%d\n", i, i);
    size_t sampled = in.len;
    cdr_buf_adds(&in, "200,ada@example.com\n201,\"=Mail ada@example.com, please\"\n");
    cdr_filter_plan *plan;
    char *out = through(*state, &closed, NULL, in.data, sampled, &plan);
    assert_memory_equal(out, in.data, sampled);
    assert_string_equal(out + sampled, "200,[EMAIL_ADDRESS]\n201,\"'=Mail [EMAIL_ADDRESS], please\"\n");
    assert_int_equal(plan->seen[1]->count, 2);
    cdr_free(out);
    cdr_buf_done(&in);
}

static void filter_policy__keys_that_turn_up_late_are_dropped(void **state)
{
    const char *in = "{\"n\":1}\n{\"n\":2}\n{\"n\":3,\"odd\":\"x\",\"email\":\"ada@example.com\",\"ref\":\"y\",\"in\":{\"deep\":1}}\n";
    assert_through(*state, &closed, NULL, in, 16, "{\"n\":1}\n{\"n\":2}\n{\"n\":3,\"email\":\"a…@e…com\",\"ref\":\"y\",\"in\":{}}\n");
    assert_through(*state, &closed, NULL, in, SIZE_MAX, "{\"n\":1}\n{\"n\":2}\n{\"n\":3,\"odd\":\"x\",\"email\":\"a…@e…com\",\"ref\":\"y\",\"in\":{\"deep\":1}}\n");
}

static void filter_policy__names_alone_are_enough(void **state)
{
    const char *in = "iban,lat,Session-ID,user_agent,email,n\nDE89 37..,52.52,abc1,Mozilla,yes,1\nfrom file,48.1,abc2,Mozilla,no,2\n";
    assert_through(*state, &closed, NULL, in, SIZE_MAX, "email,n\nyes,1\nno,2\n");
    assert_through(*state, &closed, NULL, "{\"at\":{\"lat\":52.5,\"lng\":13.4},\"n\":1}\n", SIZE_MAX, "{\"at\":{},\"n\":1}\n");
}

static void filter_policy__columns_of_one_name_are_told_apart(void **state)
{
    assert_through(*state, &closed, NULL, "value,value,value\n5,ada@example.com,7\n6,ben@example.com,8\n", SIZE_MAX, "value,value,value\n5,a…@e…com,7\n6,b…@e…com,8\n");
}

static void filter_policy__columns_empty_at_first_are_dropped(void **state)
{
    const char *in = "id,extra\n1,\n2,\n3,Ada\n";
    assert_through(*state, &closed, NULL, in, 14, "id\n1\n2\n3\n");
}

static void filter_policy__free_text_is_looked_through(void **state)
{
    assert_through(*state, &closed, NULL, "id,notes\n1,please call Ada Byron at +1 617 555 0101 about it\n2,\"all went well, nothing else to say\"\n", SIZE_MAX,
                   "id,notes\n1,please call [PERSON] at [PHONE_NUMBER] about it\n2,\"all went well, nothing else to say\"\n");
    cdr_purpose text = closed;
    ((world *)*state)->ask.format = CDR_FILTER_TEXT;
    assert_through(*state, &text, NULL, "Mail ada@example.com\n", SIZE_MAX, "Mail [EMAIL_ADDRESS]\n");
    ((world *)*state)->ask.format = CDR_FILTER_AUTO;
}

static void filter_policy__remarks_go_where_nothing_is_said(void **state)
{
    cdr_purpose silent = closed;
    silent.free_text_said = false;
    const char *in = "n,Anmerkung,Observações,banknote,notes\n1,is ill,x y,z,5\n2,,,q,6\n";
    assert_through(*state, &silent, NULL, in, SIZE_MAX, "n,banknote,notes\n1,z,5\n2,q,6\n");
    assert_through(*state, &closed, NULL, in, SIZE_MAX, in);
    silent.other = CDR_FORM_REDACTED;
    assert_through(*state, &silent, NULL, in, SIZE_MAX, in);
}

static void filter_policy__keys_of_people_are_closed(void **state)
{
    cdr_purpose keyed = closed;
    keyed.treatment_count = 3;
    assert_through(*state, &keyed, NULL, "id,Kd,Konto,email,sku\n1,K-1,7,ada@example.com,9\n2,K-2,8,ben@example.com,9\n", SIZE_MAX, "email,sku\na…@e…com,9\nb…@e…com,9\n");
    assert_through(*state, &keyed, NULL, "id,total\n1,5\n", SIZE_MAX, "id,total\n1,5\n");
    assert_through(*state, &keyed, NULL, "{\"to\":{\"id\":1,\"email\":\"ada@example.com\"},\"shelf\":{\"id\":2}}\n{\"to\":{\"id\":3,\"email\":\"ben@example.com\"},\"shelf\":{\"id\":2}}\n", SIZE_MAX,
                   "{\"to\":{\"email\":\"a…@e…com\"},\"shelf\":{\"id\":2}}\n{\"to\":{\"email\":\"b…@e…com\"},\"shelf\":{\"id\":2}}\n");
    assert_through(*state, &keyed, NULL, "{\"user\":{\"id\":1},\"product\":{\"id\":2}}\n", SIZE_MAX, "{\"user\":{},\"product\":{\"id\":2}}\n");
}

static void filter_policy__names_that_are_data_go(void **state)
{
    assert_through(*state, &closed, NULL, "{\"ada@example.com\":{\"x\":1},\"n\":1}\n", SIZE_MAX, "{\"n\":1}\n");
    assert_through(*state, &closed, NULL, "ada@example.com,4\nben@example.com,5\ncem@example.com,6\n", SIZE_MAX, "a…@e…com,4\nb…@e…com,5\nc…@e…com,6\n");
}

static void filter_policy__a_map_knows_better(void **state)
{
    world *w = *state;
    cdr_filter_map *map;
    cdr_err err = {0};
    const char *yaml = "a: user.contact.email\nb: not personal\nc: never\nd: free text\nemail: plain\ndeep: masked\n", *csv = "column,category\na,user.contact.email\nb,not personal\nc,never\nd,free text\nemail,plain\ndeep,masked\n";
    const char *in = "a,b,c,d,email\nx1@example.com,q,r,mail y@example.com,z@example.com\n", *out = "a,b,d,email\nx…@e…com,q,mail [EMAIL_ADDRESS],z@example.com\n";
    assert_int_equal(cdr_filter_map_read(yaml, strlen(yaml), "map.yaml", w->arena, &map, &err), CDR_OK);
    assert_through(w, &closed, map, in, SIZE_MAX, out);
    assert_through(w, &closed, map, "{\"deep\":{\"z\":\"whatever\"}}\n", SIZE_MAX, "{\"deep\":{\"z\":\"…\"}}\n");
    assert_int_equal(cdr_filter_map_read(csv, strlen(csv), "map.csv", w->arena, &map, &err), CDR_OK);
    assert_through(w, &closed, map, in, SIZE_MAX, out);
    assert_int_equal(cdr_filter_map_read("a: user.contact.emial\n", 22, "map.yaml", w->arena, &map, &err), CDR_E_INVAL);
    assert_non_null(strstr(err.text, "user.contact.email"));
    assert_int_equal(cdr_filter_map_read("a: tokenised\n", 13, "map.yaml", w->arena, &map, &err), CDR_E_UNSUPPORTED);
    assert_int_equal(cdr_filter_map_read("- a\n", 4, "map.yaml", w->arena, &map, &err), CDR_E_INVAL);
}

static void filter_policy__consent_without_a_column_is_refused(void **state)
{
    world *w = *state;
    cdr_purpose p = closed;
    cdr_filter_plan *plan;
    cdr_err err = {0};
    p.consent = "marketing";
    w->ask.purpose = &p;
    w->ask.map = NULL;
    assert_int_equal(cdr_filter_plan_make(&w->ask, "a,b\n1,2\n", 8, true, w->arena, &plan, &err), CDR_E_INVAL);
    assert_non_null(strstr(err.text, "consent"));
}

static void filter_policy__keys_are_needed_for_some_forms(void **state)
{
    (void)state;
    cdr_purpose p = closed;
    assert_false(cdr_filter_needs_keys(&p, NULL));
    p.other = CDR_FORM_HASHED;
    assert_true(cdr_filter_needs_keys(&p, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filter_policy__closed_where_nothing_is_said), cmocka_unit_test(filter_policy__values_that_turn_up_late_are_replaced), cmocka_unit_test(filter_policy__keys_that_turn_up_late_are_dropped),
        cmocka_unit_test(filter_policy__names_alone_are_enough), cmocka_unit_test(filter_policy__columns_of_one_name_are_told_apart), cmocka_unit_test(filter_policy__columns_empty_at_first_are_dropped), cmocka_unit_test(filter_policy__free_text_is_looked_through), cmocka_unit_test(filter_policy__names_that_are_data_go),
        cmocka_unit_test(filter_policy__remarks_go_where_nothing_is_said), cmocka_unit_test(filter_policy__keys_of_people_are_closed),
        cmocka_unit_test(filter_policy__a_map_knows_better), cmocka_unit_test(filter_policy__consent_without_a_column_is_refused), cmocka_unit_test(filter_policy__keys_are_needed_for_some_forms),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

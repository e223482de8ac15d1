/* SPDX-License-Identifier: Apache-2.0 */
/* The privacy notice: every item of the law is told or marked as missing, in words that most people can read; and no name can be markup. */
#include "core/report/notice.h"

#include "base/fault.h"
#include "base/io.h"
#include "core/report/paper.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIST(...) {(const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)}

static const cdr_reg_party parties[] = {
    {.key = "us", .name = "Harbour Books", .contact = "privacy@harbour-books.example", .country = "IE", .parent = "", .agreement_date = "", .agreement_until = "", .kind = CDR_PARTY_ORGANISATION, .ours = true},
    {.key = "hosting", .name = "Harbour Hosting", .contact = "", .country = "DE", .parent = "", .agreement_date = "", .agreement_until = ""},
    {.key = "mailer", .name = "Mail Swift", .contact = "", .country = "US", .parent = "", .agreement_date = "", .agreement_until = ""},
    {.key = "dpo", .name = "Ada Quinn", .contact = "dpo@harbour-books.example", .country = "", .parent = "", .agreement_date = "", .agreement_until = "", .kind = CDR_PARTY_DEPARTMENT, .ours = true},
};
static const cdr_reg_holder shop_holders[] = {{&parties[0], CDR_REL_RESPONSIBLE}, {&parties[1], CDR_REL_HOSTS}}, news_holders[] = {{&parties[0], CDR_REL_RESPONSIBLE}, {&parties[2], CDR_REL_STORES}};
static const cdr_reg_system systems[] = {
    {.key = "shop", .name = "Order database", .owner = "", .location = "", .country = "IE", .backup_of = "", .encrypted = 1, .holders = shop_holders, .holder_count = 2},
    {.key = "news", .name = "Newsletter", .owner = "", .location = "", .country = "IE", .backup_of = "", .encrypted = -1, .holders = news_holders, .holder_count = 2},
};
static const cdr_reg_system *const shop[] = {&systems[0]}, *const news[] = {&systems[1]};

#define NOTHING_SAID                                                                                                                                                                \
    .function = "", .data_use = "", .joint_controller = "", .lawful_basis = "", .special_condition = "", .legitimate_interest = "", .interest_assessment = "", .processor_contract = "", \
    .transfer_safeguards = "", .consent_record = "", .dpia = "", .dpia_link = "", .source = "", .state_date = "", .retention_period = "", .retention_trigger = "", .retention_source = "", \
    .contracts = "", .retention = "", .automated = -1

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma clang diagnostic ignored "-Winitializer-overrides"
#endif
static const cdr_reg_activity whole[] = {
    {NOTHING_SAID, .key = "orders", .purpose = "Deliver orders and take payment", .data_use = "essential.service", .basis = 2, .lawful_basis = "contract", .subjects = LIST("customer"),
     .categories = LIST("user.name", "user.contact.email", "user.financial.credit_card"), .recipients = LIST("parcel services"), .system_keys = LIST("shop"), .systems = shop, .system_count = 1,
     .retention_period = "P6Y", .retention_trigger = "order", .retention_source = "tax law", .automated = 0, .source = "you"},
    {NOTHING_SAID, .key = "letters", .purpose = "Send our newsletter", .data_use = "marketing.communications.email", .basis = 1, .lawful_basis = "consent", .subjects = LIST("customer", "readers"),
     .categories = LIST("user.name.first", "user.contact.email"), .system_keys = LIST("news"), .systems = news, .system_count = 1, .transfers = LIST("US (standard contractual clauses)"),
     .retention_period = "P24M", .retention_trigger = "the last yes", .automated = 0, .source = "you"},
    {NOTHING_SAID, .key = "fraud", .purpose = "Stop fraud", .data_use = "essential.fraud_detection", .basis = 6, .lawful_basis = "legitimate interests",
     .legitimate_interest = "We want to lose no money to thieves.", .subjects = LIST("customer"), .categories = LIST("user.device.ip_address", "user.behavior.purchase_history"),
     .system_keys = LIST("shop"), .systems = shop, .system_count = 1, .retention_period = "P6M", .retention_trigger = "visit", .automated = 1, .source = "your device"},
    {NOTHING_SAID, .key = "diet", .purpose = "Plan food at our readings", .data_use = "essential.service", .basis = 1, .lawful_basis = "consent", .condition = 1, .special_condition = "explicit consent",
     .subjects = LIST("customer"), .categories = LIST("user.name", "user.health_and_medical.condition"), .system_keys = LIST("shop"), .systems = shop, .system_count = 1, .retention_period = "P30D",
     .retention_trigger = "reading", .automated = 0, .source = "you"},
    {NOTHING_SAID, .key = "host", .purpose = "Run the shop of somebody else", .processor = true, .categories = LIST("user.biometric.face"), .system_keys = LIST("shop"), .systems = shop, .system_count = 1},
};
static const cdr_reg_activity bare[] = {{NOTHING_SAID, .key = "orders", .purpose = "Deliver orders"}};
#pragma GCC diagnostic pop

static cdr_register reg(cdr_arena *a, const cdr_reg_activity *activities, size_t count)
{
    return (cdr_register){.arena = a, .org = parties[0].name, .contact = parties[0].contact, .country = parties[0].country, .us = &parties[0], .dpo = &parties[3], .parties = parties,
                          .party_count = CDR_COUNT(parties), .systems = systems, .system_count = CDR_COUNT(systems), .activities = activities, .activity_count = count};
}

static json_t *own_words(void)
{
    return json_pack("{s:s, s:s, s:{s:{s:s}}}", "opt_out", "https://harbour-books.example/no", "policy_url", "https://harbour-books.example/privacy", "activities", "fraud", "automated",
                     "It compares your order with known tricks. If it says no, we do not send it.");
}

typedef struct draft { cdr_arena *arena; json_t *words; cdr_register r; cdr_notice n; } draft;

static void begin(draft *d, const cdr_reg_activity *activities, size_t count, bool words, cdr_notice_kind kind)
{
    cdr_err err = {0};
    *d = (draft){.arena = cdr_arena_new(64u << 20), .words = words ? own_words() : json_object()};
    d->r = reg(d->arena, activities, count);
    if (cdr_notice_build(&d->r, NULL, d->words, kind, "candor", &d->n, &err) != CDR_OK)
        fail_msg("%s", err.text);
}

static void end(draft *d)
{
    cdr_notice_done(&d->n);
    json_decref(d->words);
    cdr_arena_free(d->arena);
}

static const cdr_notice_gap *gap(const cdr_notice *n, const char *id)
{
    for (size_t i = 0; i < n->gap_count; i++)
        if (!strcmp(n->gaps[i].id, id))
            return &n->gaps[i];
    return NULL;
}

static void render(const draft *d, bool html, bool final, cdr_buf *out)
{
    cdr_err err = {0};
    if (cdr_notice_render(&d->n, NULL, html, final, out, &err) != CDR_OK)
        fail_msg("%s", err.text);
}

#define HAS(buf, text) if (!strstr((buf).data, text)) fail_msg("lacks: %s", text)
#define LACKS(buf, text) if (strstr((buf).data, text)) fail_msg("has: %s", text)

static void notice__nothing_said__every_item_a_gap(void **state)
{
    (void)state;
    static const char *const items[] = {"basis", "categories", "recipients", "countries", "retention", "automated", "source"};
    draft d;
    cdr_err err = {0};
    _cleanup_buf_ cdr_buf page = CDR_BUF(1 << 20);
    begin(&d, bare, 1, false, CDR_NOTICE_GDPR);
    for (size_t i = 0; i < CDR_COUNT(items); i++) {
        const cdr_notice_gap *g = gap(&d.n, items[i]);
        if (!g)
            fail_msg("no gap for %s", items[i]);
        assert_non_null(strstr(g->law, "GDPR Art."));
        assert_true(strlen(g->fix) > 10);
    }
    render(&d, false, false, &page);
    HAS(page, "**Missing:** We have not yet written down how long we keep the data");
    HAS(page, "**Draft.**");
    assert_int_equal(cdr_notice_render(&d.n, NULL, false, true, &page, &err), CDR_E_INVAL);
    end(&d);
}

static void notice__nobody_known__said(void **state)
{
    (void)state;
    draft d = {.arena = cdr_arena_new(1u << 20), .words = json_object()};
    cdr_err err = {0};
    d.r = (cdr_register){.arena = d.arena, .org = "", .contact = "", .country = ""};
    assert_int_equal(cdr_notice_build(&d.r, NULL, d.words, CDR_NOTICE_GDPR, "candor", &d.n, &err), CDR_OK);
    assert_non_null(gap(&d.n, "controller"));
    assert_non_null(gap(&d.n, "purpose"));
    end(&d);
}

static void notice__all_said__told_item_by_item(void **state)
{
    (void)state;
    draft d;
    _cleanup_buf_ cdr_buf page = CDR_BUF(1 << 20), again = CDR_BUF(1 << 20);
    begin(&d, whole, CDR_COUNT(whole), true, CDR_NOTICE_GDPR);
    if (d.n.gap_count)
        fail_msg("gap: %s", d.n.gaps[0].text);
    render(&d, false, true, &page);
    static const char *const told[] = {
        "We are Harbour Books", "privacy@harbour-books.example", "Ada Quinn, dpo@harbour-books.example",                       /* (1)(a), (b) */
        "Deliver orders and take payment", "contract, GDPR Art. 6(1)(b)", "consent, GDPR Art. 6(1)(a)",                        /* (c) */
        "We want to lose no money to thieves.", "because you clearly said yes to it (Art. 9(2)(a))",                           /* (d), 9(2) */
        "Illnesses and diagnoses (sensitive)", "Your e-mail address",                                                          /* 14(1)(d) */
        "**Harbour Hosting**, Germany", "parcel services", "**Mail Swift**, the United States",                                /* (e) */
        "What protects your data there: standard contractual clauses. Ask us for a copy.",                                     /* (f) */
        "6 years after the order (tax law)", "24 months after the last yes", "30 days after the reading",                      /* (2)(a) */
        "See your data", "Put it right", "Have it deleted", "Make us wait", "Take it with you", "Say no", "Take back your yes", "Complain",   /* (b), (c), (d) */
        "Without these data we cannot do this for you.", "You are free to say no.",                                            /* (e) */
        "A machine decides this alone. It compares your order", "Talk to a person",                                            /* (f) */
        "Your device"};                                                                                                        /* 14(2)(f) */
    for (size_t i = 0; i < CDR_COUNT(told); i++)
        HAS(page, told[i]);
    LACKS(page, "Draft");
    LACKS(page, "map of your face");     /* somebody else's to tell */
    LACKS(page, "Order database");       /* names of systems are nobody's business */
    render(&d, false, true, &again);
    assert_string_equal(page.data, again.data);
    end(&d);
}

static void notice__california__groups_and_selling(void **state)
{
    (void)state;
    draft d;
    _cleanup_buf_ cdr_buf page = CDR_BUF(1 << 20), sold = CDR_BUF(1 << 20);
    begin(&d, whole, CDR_COUNT(whole), true, CDR_NOTICE_CCPA);
    assert_int_equal(d.n.gap_count, 0);
    render(&d, false, true, &page);
    HAS(page, "(v)(1)(A)");
    HAS(page, "**Sensitive under the law:** Illnesses and diagnoses");
    HAS(page, "No. We do not sell your data.");
    end(&d);
    cdr_reg_activity selling[1] = {whole[1]};
    selling[0].data_use = "third_party_sharing";
    begin(&d, selling, 1, true, CDR_NOTICE_CCPA);
    render(&d, false, true, &sold);
    HAS(sold, "Yes. We sell or share some of your data.");
    HAS(sold, "(https://harbour-books.example/no)");
    end(&d);
    begin(&d, selling, 1, false, CDR_NOTICE_CCPA);
    assert_non_null(gap(&d.n, "opt-out"));
    end(&d);
    selling[0].data_use = "";
    begin(&d, selling, 1, false, CDR_NOTICE_CCPA);
    assert_non_null(gap(&d.n, "sold"));
    end(&d);
}

static void notice__no_safeguard_abroad__a_gap(void **state)
{
    (void)state;
    draft d;
    cdr_reg_activity one[1] = {whole[1]};
    one[0].transfers = (cdr_reg_list){NULL, 0};
    begin(&d, one, 1, false, CDR_NOTICE_GDPR);
    assert_non_null(gap(&d.n, "safeguards"));
    end(&d);
    static const char *const adequate[] = {"US"};
    cdr_policy p = {.name = "", .file = "", .limits = {.adequate = {adequate, 1, true}}};
    d = (draft){.arena = cdr_arena_new(1u << 20), .words = json_object()};
    d.r = reg(d.arena, one, 1);
    assert_int_equal(cdr_notice_build(&d.r, &p, d.words, CDR_NOTICE_GDPR, "candor", &d.n, NULL), CDR_OK);
    assert_null(gap(&d.n, "safeguards"));
    end(&d);
}

static void notice__hostile_names__no_markup(void **state)
{
    (void)state;
    draft d;
    _cleanup_buf_ cdr_buf html = CDR_BUF(1 << 20), md = CDR_BUF(1 << 20);
    cdr_reg_activity one[1] = {whole[0]};
    one[0].purpose = "<script>alert(1)</script> [click](http://evil.example) {{{org}}}\n# Title";
    one[0].source = "\xE2\x80\xAEsdrawkcab Gr\xC3\xBC\xC3\x9F" "e \xE6\x97\xA5\xE6\x9C\xAC";
    begin(&d, one, 1, true, CDR_NOTICE_GDPR);
    render(&d, true, false, &html);
    render(&d, false, false, &md);
    LACKS(html, "<script>");
    HAS(html, "&lt;script&gt;");
    LACKS(html, "\xE2\x80\xAE");
    HAS(html, "Gr\xC3\xBC\xC3\x9F" "e \xE6\x97\xA5\xE6\x9C\xAC");
    HAS(html, "Content-Security-Policy");
    LACKS(md, "<script>");
    LACKS(md, "[click](");
    LACKS(md, "\n# Title");
    HAS(md, "\\<script\\>");
    end(&d);
}

/* --- how hard it is to read --- */

static unsigned syllables(const char *w, size_t n)
{
    unsigned count = 0;
    bool vowel = false;
    for (size_t i = 0; i < n; i++) {
        bool v = strchr("aeiouyAEIOUY", w[i]) != NULL;
        count += v && !vowel;
        vowel = v;
    }
    if (n > 2 && tolower((unsigned char)w[n - 1]) == 'e' && w[n - 2] != 'l' && count > 1)
        count--;
    return count ? count : 1;
}

/* Flesch-Kincaid over sentences; a line of a list is one at least. */
static double grade(const char *text, size_t *ret_longest, char worst[400])
{
    size_t words = 0, sentences = 0, sounds = 0, here = 0;
    const char *begins = text;
    *ret_longest = 0;
    for (const char *s = text;; s++) {
        bool stops = !*s || *s == '\n' || ((*s == '.' || *s == '?' || *s == ':') && (!s[1] || isspace((unsigned char)s[1]) || s[1] == '*'));
        if (stops) {
            sentences += here > 0;
            if (here > *ret_longest) {
                *ret_longest = here;
                snprintf(worst, 400, "%.*s", (int)CDR_MIN((size_t)(s - begins), (size_t)300), begins);
            }
            here = 0;
            begins = s + 1;
            if (!*s)
                break;
        }
        if (isalpha((unsigned char)*s) && (s == text || !isalpha((unsigned char)s[-1]))) {
            size_t n = 0;
            while (isalpha((unsigned char)s[n]) || (s[n] == '\'' && isalpha((unsigned char)s[n + 1])))
                n++;
            words++;
            here++;
            sounds += syllables(s, n);
        }
    }
    return 0.39 * (double)words / (double)sentences + 11.8 * (double)sounds / (double)words - 15.59;
}

static void notice__words__plain(void **state)
{
    (void)state;
    for (unsigned k = 0; k < CDR_NOTICE__MAX; k++) {
        draft d;
        size_t longest;
        char worst[400] = "";
        _cleanup_buf_ cdr_buf page = CDR_BUF(1 << 20);
        begin(&d, whole, CDR_COUNT(whole), true, (cdr_notice_kind)k);
        render(&d, false, true, &page);
        double g = grade(page.data, &longest, worst);
        print_message("%s: grade %.1f, longest sentence %zu words\n", cdr_notice_kind_names[k], g, longest);
        if (g > 8.0 || longest >= 20)
            fail_msg("%s: grade %.1f, %zu words in: %s", cdr_notice_kind_names[k], g, longest, worst);
        end(&d);
    }
    size_t longest;
    char worst[400];
    assert_true(grade("Notwithstanding antecedent contractual stipulations, processing operations necessitate comprehensive organisational documentation.", &longest, worst) > 15.0);
}

/* --- the owner's words and templates --- */

static void words__read(void **state)
{
    (void)state;
    static const struct { const char *text, *says; } bad[] = {
        {"opt_uot: https://example.com\n", "did you mean opt_out"}, {"opt_out: 'javascript:alert(1)'\n", "must be an address"}, {"policy_url: [a]\n", "must be a text"},
        {"activities: {nowhere: {automated: x}}\n", "names no activity"}, {"activities: {orders: {automatd: x}}\n", "did you mean automated"}, {"effective: {a: b}\n", "must be a text"}, {"- a\n", "must hold words"}};
    cdr_arena *a = cdr_arena_new(1u << 20);
    cdr_register r = reg(a, whole, CDR_COUNT(whole));
    char path[] = "/tmp/words-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    cdr_closep(&fd);
    for (size_t i = 0; i < CDR_COUNT(bad); i++) {
        json_t *words = NULL;
        cdr_err err = {0};
        assert_int_equal(cdr_file_write(path, bad[i].text, strlen(bad[i].text), 0600, NULL), CDR_OK);
        assert_int_equal(cdr_notice_words_read(path, &r, &words, &err), CDR_E_INVAL);
        if (!strstr(err.text, bad[i].says))
            fail_msg("%s: %s", bad[i].text, err.text);
    }
    json_t *words = NULL;
    static const char good[] = "opt_out: https://example.com/no\neffective: 2027-01-01\nactivities: {orders: {must_provide: You must.}}\n";
    assert_int_equal(cdr_file_write(path, good, sizeof good - 1, 0600, NULL), CDR_OK);
    assert_int_equal(cdr_notice_words_read(path, &r, &words, NULL), CDR_OK);
    assert_string_equal(cdr_json_str(words, "effective"), "2027-01-01");
    json_decref(words);
    assert_int_equal(cdr_notice_words_read("/nowhere/words.yaml", &r, &words, NULL), CDR_OK);
    assert_int_equal(json_object_size(words), 0);
    json_decref(words);
    remove(path);
    cdr_arena_free(a);
}

static void template__own__takes_the_place(void **state)
{
    (void)state;
    draft d;
    cdr_err err = {0};
    _cleanup_buf_ cdr_buf out = CDR_BUF(1 << 20);
    char folder[] = "/tmp/notices-XXXXXX";
    assert_non_null(mkdtemp(folder));
    _cleanup_free_ char *path = cdr_path_join(folder, "gdpr.md");
    assert_int_equal(cdr_file_write(path, "By {{org}}.\n", 12, 0600, NULL), CDR_OK);
    begin(&d, whole, CDR_COUNT(whole), true, CDR_NOTICE_GDPR);
    assert_int_equal(cdr_notice_render(&d.n, folder, false, true, &out, &err), CDR_OK);
    assert_string_equal(out.data, "By Harbour Books.\n");
    assert_int_equal(cdr_file_write(path, "By {{orgg}}.\n", 13, 0600, NULL), CDR_OK);
    assert_int_equal(cdr_notice_render(&d.n, folder, false, true, &out, &err), CDR_E_INVAL);
    assert_non_null(strstr(err.text, "gdpr.md"));
    end(&d);
    remove(path);
    remove(folder);
}

#ifdef CANDOR_FAULTS
/* Each allocation fails in turn: an error with a sentence, never half a notice. */
static void notice__no_memory__an_error(void **state)
{
    (void)state;
    for (unsigned k = 0; k < 2 * CDR_NOTICE__MAX; k++)
        for (long n = 1;; n += n < 60 ? 1 : 23) {
            cdr_err err = {0};
            draft d = {.arena = cdr_arena_new(64u << 20), .words = own_words()};
            cdr_buf out = CDR_BUF(1 << 20);
            d.r = reg(d.arena, whole, CDR_COUNT(whole));
            cdr_fault_arm(CDR_FAULT_ALLOC, n);
            cdr_status s = cdr_notice_build(&d.r, NULL, d.words, (cdr_notice_kind)(k / 2), "candor", &d.n, &err);
            if (s == CDR_OK)
                s = cdr_notice_render(&d.n, NULL, k % 2, true, &out, &err);
            bool fired = cdr_fault_fired(CDR_FAULT_ALLOC);
            cdr_fault_arm(CDR_FAULT_ALLOC, 0);
            if (s != CDR_OK && !err.text[0])
                fail_msg("n %ld: status %d without a sentence", n, (int)s);
            if (s == CDR_OK && fired && cdr_buf_status(&out) != CDR_OK)
                fail_msg("n %ld: half a notice", n);
            cdr_buf_done(&out);
            end(&d);
            if (s == CDR_OK && !fired)
                break;
        }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notice__nothing_said__every_item_a_gap), cmocka_unit_test(notice__nobody_known__said), cmocka_unit_test(notice__all_said__told_item_by_item),
        cmocka_unit_test(notice__california__groups_and_selling), cmocka_unit_test(notice__no_safeguard_abroad__a_gap), cmocka_unit_test(notice__hostile_names__no_markup),
        cmocka_unit_test(notice__words__plain), cmocka_unit_test(words__read), cmocka_unit_test(template__own__takes_the_place),
#ifdef CANDOR_FAULTS
        cmocka_unit_test(notice__no_memory__an_error),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

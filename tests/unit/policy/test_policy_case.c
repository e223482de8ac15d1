/* SPDX-License-Identifier: Apache-2.0 */
/* Cases of every kind of rule: broken, kept, and unknown while a fact is missing. */
#include "core/policy/case.h"

#include "base/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char rules[] =
    "rules:\n"
    "  - {id: no-sale, when: {uses: [sales]}}\n"
    "  - {id: sale-of-firms, effect: allow, priority: 5, when: {uses: [sales], categories: {all: [user.contact.organization]}}}\n"
    "forms:\n"
    "  - {id: masked-cards, categories: [user.financial.credit_card.number], allowed: [masked, encrypted]}\n"
    "  - {id: no-ids, categories: [user.government_id], uses: [marketing], allowed: never}\n"
    "places:\n"
    "  - {id: crm-only, categories: [user.contact], only: [crm]}\n"
    "  - {id: registered, categories: [user], never: [unregistered, export]}\n"
    "retention:\n"
    "  - {id: orders, categories: [user.behavior.purchase_history], uses: [essential], trigger: order, period: P6Y}\n"
    "  - {id: tax, categories: [user.behavior.purchase_history], uses: [finance], trigger: order, minimum: P8Y}\n"
    "  - {id: letters, categories: [user.contact], uses: [marketing], systems: [crm], period: P24M}\n"
    "  - {id: warranty, categories: [user.account], uses: [essential], trigger: sale, minimum: P3Y}\n"
    "  - {id: accounts, categories: [user.account], uses: [essential], trigger: last visit, period: P1Y}\n"
    "promises:\n"
    "  - {id: never-use, kind: never use, uses: [sales]}\n"
    "  - {id: never-share, kind: never share, categories: [user.contact], recipients: [parcel]}\n"
    "  - {id: never-hold, kind: never hold, categories: [user.health_and_medical]}\n"
    "  - {id: delete-after, kind: delete after, categories: [user.contact], period: P24M}\n"
    "  - {id: only-in, kind: only in, countries: [EU]}\n"
    "  - {id: sealed, kind: encrypted, categories: [user.financial]}\n"
    "  - {id: only-collect, kind: only collect, categories: [user.contact, user.name]}\n"
    "  - {id: yes-first, kind: consent first, uses: [marketing]}\n"
    "cases:\n";

static const struct { const char *given, *expect; } cases[] = {
    {"uses: [sales]", "no-sale: unknown"},     /* of what? perhaps of firms only, which is allowed */
    {"uses: [sales], categories: [user.name]", "no-sale: violated, sale-of-firms: not allowed, never-use: violated"},
    {"uses: [sales], categories: [user.contact.organization]", "no-sale: kept, sale-of-firms: allowed, never-use: violated"},
    {"uses: [finance]", "no-sale: kept, never-use: kept"},
    {"", "no-sale: unknown, never-use: unknown, masked-cards: unknown, no-ids: unknown, crm-only: unknown, registered: unknown"},
    /* forms */
    {"categories: [user.financial.credit_card.number], form: plain, encrypted: false", "masked-cards: violated"},
    {"categories: [user.financial.credit_card.number], form: plain", "masked-cards: unknown"},
    {"categories: [user.financial.credit_card.number], form: plain, encrypted: true", "masked-cards: kept"},
    {"categories: [user.financial.credit_card.number], form: [masked, plain], encrypted: false", "masked-cards: violated"},
    {"categories: [user.financial.credit_card.number], form: masked", "masked-cards: kept"},
    {"categories: [user.financial.credit_card.number]", "masked-cards: unknown"},
    {"categories: [user.financial], form: plain, encrypted: false", "masked-cards: unknown"},
    {"categories: [user.name], form: plain, encrypted: false", "masked-cards: kept"},
    {"categories: [user.government_id.passport_number], uses: [marketing]", "no-ids: violated"},
    {"categories: [user.government_id.passport_number], uses: [marketing], form: never", "no-ids: kept"},
    {"categories: [user.government_id.passport_number], uses: [finance]", "no-ids: kept"},
    {"categories: [user.government_id.passport_number]", "no-ids: unknown"},
    /* places */
    {"categories: [user.contact.email], systems: [crm]", "crm-only: kept, registered: kept"},
    {"categories: [user.contact.email], systems: [crm, shop]", "crm-only: violated, registered: kept"},
    {"categories: [user.contact.email], systems: []", "crm-only: violated, registered: violated"},
    {"categories: [user.contact.email], systems: [export]", "crm-only: violated, registered: violated"},
    {"categories: [user.contact.email]", "crm-only: unknown, registered: unknown"},
    {"categories: [user.name], systems: [shop]", "crm-only: kept, registered: kept"},
    /* periods: the day on which one ends is the last on which data may be there */
    {"categories: [user.behavior.purchase_history], uses: [essential], age: 6 years", "orders: kept"},
    {"categories: [user.behavior.purchase_history], uses: [essential], age: P6Y1D", "orders: violated, tax: kept"},
    {"categories: [user.behavior.purchase_history], uses: [essential], age: P6Y1D, held: true", "orders: kept"},
    {"categories: [user.behavior.purchase_history], uses: [essential]", "orders: unknown"},
    {"categories: [user.behavior.purchase_history], age: 10 years", "orders: unknown"},
    {"categories: [user.behavior.purchase_history], uses: [essential, finance], age: 7 years", "orders: kept"},      /* the law's minimum wins */
    {"categories: [user.behavior.purchase_history], uses: [essential, finance], age: 9 years", "orders: violated"},
    {"categories: [user.name], uses: [essential], age: 10 years", "orders: kept"},
    {"categories: [user], uses: [essential], age: 10 years", "orders: unknown"},     /* may hold the history */
    {"categories: [user.contact.email], uses: [marketing], systems: [crm], age: 3 years", "letters: violated, delete-after: violated"},
    {"categories: [user.contact.email], uses: [marketing], systems: [shop], age: 3 years", "letters: kept"},
    {"categories: [user.contact.email], uses: [marketing], age: 3 years", "letters: unknown"},
    {"categories: [user.account], uses: [essential], age: 2 years", "accounts: unknown"},    /* the minimum began with another event */
    {"categories: [user.account], uses: [essential], age: 6 months", "accounts: kept"},
    /* promises */
    {"categories: [user.contact.email], recipients: [parcel]", "never-share: kept"},
    {"categories: [user.contact.email], recipients: []", "never-share: kept"},
    {"categories: [user.contact.email], recipients: [parcel, agency]", "never-share: violated"},
    {"categories: [user.contact.email]", "never-share: unknown"},
    {"categories: [user.health_and_medical.condition]", "never-hold: violated"},
    {"categories: [user]", "never-hold: unknown"},
    {"categories: [user.name]", "never-hold: kept, only-collect: kept"},
    {"categories: [user.contact.email], age: 24 months", "delete-after: kept"},
    {"categories: [user.contact.email], age: P24M1D", "delete-after: violated"},
    {"categories: [user.contact.email]", "delete-after: unknown"},
    {"countries: [DE, FR]", "only-in: kept"},
    {"countries: [DE, US]", "only-in: violated"},
    {"countries: []", "only-in: unknown"},
    {"categories: [user.financial.income], encrypted: true", "sealed: kept"},
    {"categories: [user.financial.income], encrypted: false", "sealed: violated"},
    {"categories: [user.financial.income]", "sealed: unknown"},
    {"categories: [user.name, user.financial.income]", "only-collect: violated"},
    {"uses: [marketing.communications.email], consent: {marketing: true}", "yes-first: kept"},
    {"uses: [marketing.communications.email], consent: {marketing: false}", "yes-first: violated"},
    {"uses: [marketing.communications.email]", "yes-first: unknown"},
    {"uses: [finance]", "yes-first: kept"},
};

static void cases__every_kind_of_rule__three_valued(void **state)
{
    (void)state;
    _cleanup_buf_ cdr_buf text = CDR_BUF(1u << 20);
    cdr_buf_adds(&text, rules);
    for (size_t i = 0; i < CDR_COUNT(cases); i++)
        cdr_buf_addf(&text, "  - {name: '%zu', given: {%s}, expect: {%s}}\n", i, cases[i].given, cases[i].expect);
    _cleanup_(cdr_policy_freep) cdr_policy *p = NULL;
    _cleanup_(cdr_arena_freep) cdr_arena *a = cdr_arena_new(16u << 20);
    const cdr_case_result *all;
    size_t count, unknown = 0;
    cdr_err err = {0};
    if (cdr_policy_read(text.data, text.len, "p", &p, &err) != CDR_OK || cdr_policy_run_cases(p, a, &all, &count, &err) != CDR_OK)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < count; i++) {
        size_t n = (size_t)(all[i].of - p->cases);
        if (!all[i].right)
            fail_msg("{%s}: %s is %s", cases[n].given, all[i].rule, cdr_case_word(all[i].found, all[i].allows));
        /* What is unknown says what would have to be known; nothing else does. */
        if ((all[i].found == CDR_UNKNOWN) != (all[i].missing[0] != '\0'))
            fail_msg("{%s}: %s misses \"%s\"", cases[n].given, all[i].rule, all[i].missing);
        unknown += all[i].found == CDR_UNKNOWN;
    }
    assert_true(count > CDR_COUNT(cases) && unknown > 15);
}

#ifdef CANDOR_FAULTS
static void cases__no_memory__clean(void **state)
{
    (void)state;
    _cleanup_buf_ cdr_buf text = CDR_BUF(1u << 20);
    cdr_buf_addf(&text, "%s  - {name: c, given: {categories: [user.contact.email], consent: {x: true}}, expect: {crm-only: unknown, letters: unknown, never-use: unknown, yes-first: kept, sealed: kept}}\n", rules);
    _cleanup_(cdr_policy_freep) cdr_policy *p = NULL;
    assert_int_equal(cdr_policy_read(text.data, text.len, "p", &p, NULL), CDR_OK);
    for (long n = 1;; n++) {
        const cdr_case_result *all;
        size_t count;
        cdr_status s = CDR_E_NOMEM;
        cdr_fault_arm(CDR_FAULT_ALLOC, n);
        cdr_arena *a = cdr_arena_new(1u << 20);
        if (a)
            s = cdr_policy_run_cases(p, a, &all, &count, NULL);
        bool fired = cdr_fault_fired(CDR_FAULT_ALLOC);
        cdr_fault_arm(CDR_FAULT_ALLOC, 0);
        /* A period's explanation may be lost, never its answer. */
        assert_true(s == CDR_OK || (fired && s == CDR_E_NOMEM));
        for (size_t i = 0; s == CDR_OK && i < count; i++)
            assert_true(all[i].right && (all[i].found != CDR_UNKNOWN || all[i].missing[0]));
        cdr_arena_free(a);
        if (!fired)
            break;
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases__every_kind_of_rule__three_valued),
#ifdef CANDOR_FAULTS
        cmocka_unit_test(cases__no_memory__clean),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The thirty tests as data. An id never gets another meaning; a test whose judgement changes gets the next version. */
#include "core/policy/judge_tests.h"

#include <string.h>

#define D CDR_SEES_DECLARED
#define O CDR_SEES_OBSERVED

static const cdr_min_test tests[] = {
    {"MIN-01", 1, CDR_SEV_MEDIUM, "Personal data outside every registered system", "What nobody registered is not guarded, not erased, and missing from every answer.", "GDPR Art. 5(2), 30(1)", D | O,
     judge_min_01, ""},
    {"MIN-02", 1, CDR_SEV_MEDIUM, "A kind of data that no activity declares", "What no activity names is kept for no purpose, or the register is wrong.", "GDPR Art. 5(1)(b), 30(1)(c)", D | O, judge_min_02, ""},
    {"MIN-03", 1, CDR_SEV_LOW, "A declared kind of data that is nowhere", "The register and the notice say more than is true.", "GDPR Art. 5(1)(a), 13(1)", D | O, judge_min_03, ""},
    {"MIN-04", 1, CDR_SEV_MEDIUM, "A system or a use without a purpose", "Data may be kept for stated purposes only.", "GDPR Art. 5(1)(b), 30(1)(b)", D, judge_min_04, ""},
    {"MIN-05", 1, CDR_SEV_LOW, "Only a vague purpose", "A purpose must be specified: collecting, operating and functioning are none.", "GDPR Art. 5(1)(b)", D, judge_min_05, ""},
    {"MIN-06", 1, CDR_SEV_HIGH, "Somebody gets data for other purposes than they are kept for", "Data kept for one purpose may not be used for another that does not fit it.", "GDPR Art. 5(1)(b), 6(4)", D, judge_min_06, ""},
    {"MIN-07", 1, CDR_SEV_HIGH, "A forbidden use of data", "Your policy forbids it.", "", D | O, judge_min_07, ""},
    {"MIN-08", 1, CDR_SEV_MEDIUM, "A use without a ground in law", "Each use needs one of six grounds, special categories one of ten more, and convictions a law.", "GDPR Art. 6(1), 9(2), 10", D | O, judge_min_08, ""},
    {"MIN-09", 1, CDR_SEV_MEDIUM, "Nobody says how long it is kept", "Without a period everything stays for ever.", "GDPR Art. 5(1)(e), 30(1)(f)", D, judge_min_09, ""},
    {"MIN-10", 1, CDR_SEV_HIGH, "Kept longer than the policy says", "The period is over; old data can only do harm.", "GDPR Art. 5(1)(e)", D | O, judge_min_10, ""},
    {"MIN-11", 1, CDR_SEV_LOW, "Two retention rules contradict each other", "Somebody will follow the wrong one.", "GDPR Art. 5(1)(e), 5(2)", D, judge_min_11, ""},
    {"MIN-12", 1, CDR_SEV_MEDIUM, "Finer or plainer than needed", "A year of birth, an area or the last four digits often do the same work and harm nobody.", "GDPR Art. 5(1)(c), 25(1)", D | O, judge_min_12, ""},
    {"MIN-13", 1, CDR_SEV_HIGH, "People by name in a test, analytics or forgotten store", "Such stores are less guarded, and work as well without names.", "GDPR Art. 5(1)(c), 25(2), 32(1)", D | O, judge_min_13, ""},
    {"MIN-14", 1, CDR_SEV_MEDIUM, "The same people in one store too many", "A copy is not corrected and not erased with its original, and doubles what can be stolen.", "GDPR Art. 5(1)(c), 5(1)(d)", D | O, judge_min_14, ""},
    {"MIN-15", 1, CDR_SEV_LOW, "A store or field that nobody reads", "What nobody uses need not be kept.", "GDPR Art. 5(1)(c), 5(1)(e)", O, NULL, "logs of who read what; a scan does not see that"},
    {"MIN-16", 1, CDR_SEV_LOW, "A column that says nothing", "A column that is empty or always the same serves no purpose.", "GDPR Art. 5(1)(c)", O, judge_min_16, ""},
    {"MIN-17", 1, CDR_SEV_HIGH, "Sensitive data in running text, a file name or a log", "Nobody looks for them there, so that nobody guards or erases them.", "GDPR Art. 5(1)(c), 25(2), 32(1)", O, judge_min_17, ""},
    {"MIN-18", 1, CDR_SEV_SEVERE, "Card codes kept, or card numbers readable", "A code may never be kept after a payment, a number only unreadable.", "PCI DSS 4.0.1, 3.3.1, 3.5.1", D | O, judge_min_18, ""},
    {"MIN-19", 1, CDR_SEV_HIGH, "A readable password or key", "Whoever reads it can use it, and nobody would notice.", "GDPR Art. 32(1)(a), 32(1)(b)", O, judge_min_19, ""},
    {"MIN-20", 1, CDR_SEV_MEDIUM, "More readers than purposes", "Only people who need the data for their work may reach them.", "GDPR Art. 5(1)(f), 25(2), 32(1)(b)", D | O, judge_min_20, ""},
    {"MIN-21", 1, CDR_SEV_HIGH, "A firm gets data without a running agreement", "It may act only on your written instructions.", "GDPR Art. 28(3)", D, judge_min_21, ""},
    {"MIN-22", 1, CDR_SEV_HIGH, "Data go abroad without a mechanism", "Outside, people keep their rights only if a decision, a contract or an exception says so.", "GDPR Art. 44, 45, 46, 49", D, judge_min_22, ""},
    {"MIN-23", 1, CDR_SEV_HIGH, "A use that rests on consent nobody recorded", "Whoever relies on consent must be able to show it.", "GDPR Art. 7(1), 7(3)", D, judge_min_23, ""},
    {"MIN-24", 1, CDR_SEV_SEVERE, "What was erased is still there", "Erased in one place and kept in another is not erased.", "GDPR Art. 17(1), 5(1)(e)", O, judge_min_24, ""},
    {"MIN-25", 1, CDR_SEV_SEVERE, "A restored backup brought erased people back", "A restore must erase again what was erased since.", "GDPR Art. 17(1)", D | O, NULL, "a record of restores"},
    {"MIN-26", 1, CDR_SEV_HIGH, "A mask that can be undone", "An unkeyed hash of a guessable value is the value.", "GDPR Art. 4(5), 32(1)(a)", O, NULL, "values to test; candor anonymity measures an extract"},
    {"MIN-27", 1, CDR_SEV_HIGH, "More told in a call than the role allows", "What is only to be compared must not be read out.", "GDPR Art. 5(1)(f), 32(1)(b)", D | O, NULL, "records of what was disclosed to callers"},
    {"MIN-28", 1, CDR_SEV_SEVERE, "This program's own files hold a value of a person", "The inventory must not be the next breach.", "GDPR Art. 25(1), 32(1)", O, NULL, "a scan of its own workspace against known values; its own tests do that before each release"},
    {"MIN-29", 1, CDR_SEV_SEVERE, "A package for one person tells of another", "The right of access must not harm others.", "GDPR Art. 15(4)", O, NULL, "packages of rights requests"},
    {"MIN-30", 1, CDR_SEV_LOW, "A form asks for what no purpose uses", "Only what is needed may be asked.", "GDPR Art. 5(1)(c), 25(2)", D, NULL, "descriptions of forms"},
};

const cdr_min_test *cdr_min_tests(size_t *ret_count)
{
    *ret_count = CDR_COUNT(tests);
    return tests;
}

const cdr_min_test *cdr_min_test_find(const char *id)
{
    for (size_t i = 0; i < CDR_COUNT(tests); i++)
        if (!strcmp(tests[i].id, id))
            return &tests[i];
    return NULL;
}

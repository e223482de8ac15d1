/* SPDX-License-Identifier: Apache-2.0 */
/* Every sentence of a notice that is not the organisation's own, and the law behind each item. Short words, short sentences: tests hold them to
 * grade 8 and 20 words. */
#include "core/report/notice_parts.h"

const char *const cdr_notice_kind_names[] = {"gdpr", "ccpa", NULL};

const notice_item notice_gdpr_items[] = {
    {"controller", "GDPR Art. 13(1)(a), 14(1)(a)", "Who you are and how to reach you"},
    {"representative", "GDPR Art. 13(1)(a), 14(1)(a), 27", "Your representative in the EU, if you need one"},
    {"officer", "GDPR Art. 13(1)(b), 14(1)(b), 37", "Your data protection officer, if you need one"},
    {"purpose", "GDPR Art. 13(1)(c), 14(1)(c)", "What you use the data for"},
    {"basis", "GDPR Art. 13(1)(c), 14(1)(c), 6(1)", "The lawful basis of each purpose"},
    {"condition", "GDPR Art. 9(2), 10", "The condition for sensitive data"},
    {"interest", "GDPR Art. 13(1)(d), 14(2)(b)", "The legitimate interests you rely on"},
    {"categories", "GDPR Art. 14(1)(d)", "Which kinds of data"},
    {"recipients", "GDPR Art. 13(1)(e), 14(1)(e)", "Who receives the data"},
    {"countries", "GDPR Art. 13(1)(f), 14(1)(f)", "Other countries"},
    {"safeguards", "GDPR Art. 13(1)(f), 14(1)(f), 46", "What protects the data there"},
    {"retention", "GDPR Art. 13(2)(a), 14(2)(a)", "How long, or by which rule"},
    {"rights", "GDPR Art. 13(2)(b), 14(2)(c), 15 to 21", "People's rights"},
    {"withdraw", "GDPR Art. 13(2)(c), 14(2)(d), 7(3)", "The right to take consent back"},
    {"complain", "GDPR Art. 13(2)(d), 14(2)(e), 77", "The right to complain"},
    {"provide", "GDPR Art. 13(2)(e)", "Whether people must give the data"},
    {"automated", "GDPR Art. 13(2)(f), 14(2)(g), 22", "Decisions by a machine alone"},
    {"source", "GDPR Art. 14(2)(f)", "Where the data come from"},
};
const size_t notice_gdpr_item_count = CDR_COUNT(notice_gdpr_items);
const char notice_gdpr_checked[] = "Regulation (EU) 2016/679 as of 2026-08; confidence high.";

const notice_item notice_ccpa_items[] = {
    {"controller", "11 CCR 7012(a)", "Who you are and how to reach you"},
    {"categories", "Cal. Civ. Code 1798.100(a)(1), 11 CCR 7012(e)(1)", "Which groups of data"},
    {"sensitive", "Cal. Civ. Code 1798.100(a)(2), 1798.140(ae)", "Which sensitive data"},
    {"purpose", "Cal. Civ. Code 1798.100(a)(1), 11 CCR 7012(e)(2)", "What each group is used for"},
    {"sold", "Cal. Civ. Code 1798.100(a)(1), 1798.140(ad), (ah)", "Whether the data are sold or shared"},
    {"retention", "Cal. Civ. Code 1798.100(a)(3), 11 CCR 7012(e)(4)", "How long each group is kept, or by which rule"},
    {"opt-out", "Cal. Civ. Code 1798.135(a), 11 CCR 7012(e)(5)", "The link to say no to selling and sharing"},
    {"limit", "Cal. Civ. Code 1798.121, 1798.135(a)(2)", "The link to limit the use of sensitive data"},
    {"policy", "11 CCR 7012(e)(6)", "The link to your privacy policy"},
};
const size_t notice_ccpa_item_count = CDR_COUNT(notice_ccpa_items);
const char notice_ccpa_checked[] = "California Consumer Privacy Act and its regulations as of 2026-08; confidence medium, ask counsel.";

const notice_basis notice_bases[7] = {
    {"", "", "", ""},
    {"You said yes", "consent, GDPR Art. 6(1)(a)", "You can take back your yes at any time. What we did before stays lawful.", "You are free to say no."},
    {"Our contract with you", "contract, GDPR Art. 6(1)(b)", "We need these data to do what we agreed with you.", "Without these data we cannot do this for you."},
    {"A law", "legal obligation, GDPR Art. 6(1)(c)", "A law tells us to do this.", "The law asks for these data. You have to give them to us."},
    {"To save a life", "vital interests, GDPR Art. 6(1)(d)", "We do this to protect somebody's life.", "No law and no contract makes you give us these data."},
    {"A public task", "public task, GDPR Art. 6(1)(e)", "We do this for everybody's good.", "No law and no contract makes you give us these data."},
    {"Our good reason", "legitimate interests, GDPR Art. 6(1)(f)", "You can object to this at any time.", "No law and no contract makes you give us these data."},
};

const char *const notice_conditions[11] = {
    "", "you clearly said yes to it (Art. 9(2)(a))", "the law on work and social security allows it (Art. 9(2)(b))", "it saves a life (Art. 9(2)(c))",
    "we are a body without profit, and you are one of us (Art. 9(2)(d))", "you made it public yourself (Art. 9(2)(e))", "we need it for a legal claim (Art. 9(2)(f))",
    "a law allows it for the public good (Art. 9(2)(g))", "we need it to care for your health (Art. 9(2)(h))", "it protects the health of all (Art. 9(2)(i))",
    "we need it for archives or research (Art. 9(2)(j))"};

#define BASIS(n) (1u << (n))
const notice_right notice_rights[] = {
    {"See your data", "You can ask what we hold about you. You get a copy.", 0},
    {"Put it right", "You can ask us to correct what is wrong.", 0},
    {"Have it deleted", "You can ask us to delete your data. Sometimes a law makes us keep them.", 0},
    {"Make us wait", "You can ask us to stop using your data while a question is open.", 0},
    {"Take it with you", "You can have your data in a file that other firms can read.", BASIS(1) | BASIS(2)},
    {"Say no", "You can object when we use your data for our good reasons or a public task.", BASIS(5) | BASIS(6)},
    {"Take back your yes", "You can take back your consent at any time. It is as easy as giving it.", BASIS(1)},
};
const size_t notice_right_count = CDR_COUNT(notice_rights);

const notice_group notice_groups[] = {
    {'A', "Names and numbers that identify you", "1798.140(v)(1)(A)"}, {'B', "Customer records", "1798.140(v)(1)(B)"}, {'C', "Traits that the law protects", "1798.140(v)(1)(C)"},
    {'D', "What you buy", "1798.140(v)(1)(D)"}, {'E', "Body features", "1798.140(v)(1)(E)"}, {'F', "What you do online", "1798.140(v)(1)(F)"},
    {'G', "Where you are", "1798.140(v)(1)(G)"}, {'H', "Sound and pictures", "1798.140(v)(1)(H)"}, {'I', "Your work", "1798.140(v)(1)(I)"},
    {'J', "Your schooling", "1798.140(v)(1)(J)"}, {'K', "What we conclude about you", "1798.140(v)(1)(K)"},
};
const size_t notice_group_count = CDR_COUNT(notice_groups);

const char *const notice_relations[4] = {"They decide with us what happens with your data.", "They run computers on which we keep your data.", "They store your data for us.",
                                         "They get your data from us."};

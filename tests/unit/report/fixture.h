/* SPDX-License-Identifier: Apache-2.0 */
/* A small firm's audit made by hand, with names of files as an attacker would choose them. */
#ifndef CDR_TEST_REPORT_FIXTURE_H
#define CDR_TEST_REPORT_FIXTURE_H

#include "base/time.h"
#include "core/report/audit.h"
#include "detect/kinds.h"

/* What must never reach a report: values as they stood in the files. The masked forms are what the fixture holds. */
static const char *const fixture_canaries[] = {"4242424242424242", "maria.lang@example.com", "tide-Lantern-48-heron", "700-12-3456", "DE89370400440532013000"};

/* Paths that try to be markup, a formula, a terminal command, another direction or no text at all. */
#define FIXTURE_SCRIPT "drop/<script>alert(1)</script>\"'&.csv"
#define FIXTURE_FORMULA "=HYPERLINK(\"http://evil.example\";\"x\").csv"
#define FIXTURE_ESCAPE "odd/\x1B]0;owned\x07name.txt"
#define FIXTURE_RTL "odd/gpj.\xE2\x80\xAE" "exe"
#define FIXTURE_BYTES "odd/\xFF\xFEname.csv"

static cdr_audit_holder fixture_crm_holders[] = {{"Harbour Books", true, "responsible", false}};
static cdr_audit_holder fixture_shop_holders[] = {{"Harbour Books", true, "responsible", false}, {"Harbour Hosting", false, "hosts", false}};
static cdr_audit_holder fixture_mail_holders[] = {{"Harbour Books", true, "stores", false}};
static cdr_audit_holder fixture_log_holders[] = {{"Harbour Hosting", false, "hosts", false}, {"Postfox <Ltd>", false, "shares", false}};

static cdr_audit_system fixture_systems[] = {
    {.key = "crm", .name = "Customer list", .registered = true, .location = "Office server, US", .owner = "Sales", .encrypted = 1, .backup_of = "", .holders = fixture_crm_holders,
     .holder_count = 1, .objects = 1, .people_min = 4991, .people_max = 5000,
     .by_family = {[CDR_FAMILY_NAME] = 5000, [CDR_FAMILY_CONTACT] = 9980, [CDR_FAMILY_ADDRESS] = 4990, [CDR_FAMILY_BIRTH] = 4980}},
    {.key = "shop", .name = "Order database", .registered = true, .location = "Albany, US", .owner = "Web shop", .encrypted = 1, .backup_of = "", .holders = fixture_shop_holders,
     .holder_count = 2, .objects = 3, .people_min = 4988, .people_max = 5000,
     .by_family = {[CDR_FAMILY_NAME] = 5000, [CDR_FAMILY_CONTACT] = 9900, [CDR_FAMILY_ADDRESS] = 4990, [CDR_FAMILY_BIRTH] = 4980, [CDR_FAMILY_BANK] = 1200}, .violations = 1},
    {.key = "support", .name = "Support mailbox", .registered = true, .location = "", .owner = "", .encrypted = 0, .backup_of = "", .holders = fixture_mail_holders, .holder_count = 1,
     .objects = 1, .people_min = 830, .people_max = 918,
     .by_family = {[CDR_FAMILY_NAME] = 812, [CDR_FAMILY_CONTACT] = 861, [CDR_FAMILY_ADDRESS] = 120, [CDR_FAMILY_BIRTH] = 31, [CDR_FAMILY_PAYMENT] = 14, [CDR_FAMILY_BANK] = 9,
                   [CDR_FAMILY_HEALTH] = 22}, .violations = 3},
    {.key = "web", .name = "Web server logs", .registered = true, .location = "US", .owner = "Web shop", .encrypted = -1, .backup_of = "", .holders = fixture_log_holders, .holder_count = 2,
     .objects = 2, .people_min = 388, .people_max = 388, .by_family = {[CDR_FAMILY_CONTACT] = 388, [CDR_FAMILY_PAYMENT] = 424, [CDR_FAMILY_DEVICE] = 508}, .violations = 2},
    {.key = "marketing/shared", .name = "marketing/shared", .registered = false, .location = "", .owner = "", .encrypted = -1, .backup_of = "crm", .objects = 1, .people_min = 4870,
     .people_max = 4870, .by_family = {[CDR_FAMILY_NAME] = 4870, [CDR_FAMILY_CONTACT] = 9711, [CDR_FAMILY_ADDRESS] = 4870}, .violations = 2},
    {.key = "drop", .name = FIXTURE_SCRIPT, .registered = false, .location = "", .owner = "", .encrypted = -1, .backup_of = "", .objects = 1, .people_min = 1, .people_max = 3,
     .by_family = {[CDR_FAMILY_SECRET] = 2}, .violations = 1},
};
static cdr_audit_overlap fixture_overlaps[] = {{0, 1, 4988}, {0, 4, 4870}, {1, 2, 790}};
static cdr_audit_place fixture_copies[] = {{"marketing/shared/all-customers-copy.csv", "", "copy of Customer list", "4,870 of 5,000 people", "", 4870, CDR_SEV_HIGH}};
static cdr_audit_place fixture_secrets[] = {{"web/config/shop.env", "Web server logs", "Password", "line 3", "ti…on", 1, CDR_SEV_HIGH},
                                            {FIXTURE_SCRIPT, "", "AWS access key id", "line 4", "AKIA…", 1, CDR_SEV_SEVERE},
                                            {FIXTURE_ESCAPE, "", "Private key", "line 1", "", 1, CDR_SEV_SEVERE}};
static cdr_audit_place fixture_special[] = {{"support/inbox.mbox", "Support mailbox", "Health", "free text", "", 22, CDR_SEV_HIGH}};
static cdr_audit_place fixture_unregistered[] = {{"marketing/shared/all-customers-copy.csv", "", "Name, contact, address", "4,870 people", "", 4870, CDR_SEV_HIGH},
                                                 {FIXTURE_RTL, "", "Contact", "3 people", "m…@e….com", 3, CDR_SEV_MEDIUM}};
static cdr_audit_violation fixture_violations[] = {
    {.rule = "AUD-01", .severity = CDR_SEV_SEVERE, .title = "Card verification codes are kept", .why = "They may never be kept once a payment is done, encrypted or not.",
     .law = "PCI DSS 4.0.1, 3.3.1", .headline = "Delete 212 card verification codes", .path = "logs/payment-debug.log", .system = "Web server logs", .evidence = "212 codes, first in line 4",
     .remedy = "Delete the codes, and stop the log from writing them.", .command = "candor detect --redact --in-place --kind pay.cvv logs/payment-debug.log", .people = 212},
    {.rule = "AUD-06", .severity = CDR_SEV_HIGH, .title = "A copy lies outside the system of record", .why = "A copy is not corrected, not erased and not guarded with its original.",
     .law = "GDPR Art. 5(1)(c)", .headline = "Remove the copy of Customer list", .path = "marketing/shared/all-customers-copy.csv", .system = "", .evidence = "4,870 of 5,000 people; everyone may read it",
     .remedy = "Delete the copy, or register it with a purpose.", .command = "rm marketing/shared/all-customers-copy.csv", .people = 4870},
    {.rule = "AUD-03", .severity = CDR_SEV_HIGH, .title = "Passwords or keys lie in files", .why = "Whoever reads the file can use them.", .law = "GDPR Art. 32(1)", .headline = "Change 2 passwords and keys",
     .path = FIXTURE_SCRIPT, .system = "", .evidence = "1 access key, line 4", .remedy = "Change the key, then remove it from the file.", .command = "", .people = 0},
    {.rule = "AUD-03", .severity = CDR_SEV_HIGH, .title = "Passwords or keys lie in files", .why = "Whoever reads the file can use them.", .law = "GDPR Art. 32(1)", .headline = "Change 2 passwords and keys",
     .path = FIXTURE_FORMULA, .system = "", .evidence = "1 password, line 3", .remedy = "Change the key, then remove it from the file.", .command = "", .people = 0},
    {.rule = "AUD-11", .severity = CDR_SEV_LOW, .title = "A system has no owner", .why = "What nobody owns, nobody cleans.", .law = "", .headline = "Name an owner", .path = "", .system = "Support mailbox",
     .evidence = "no owner is written down", .remedy = "Write the owner into inventory.yaml.", .command = "candor inventory export inventory.yaml", .people = 918},
};
static cdr_audit_todo fixture_todo[] = {
    {CDR_SEV_SEVERE, "Delete 212 card verification codes", "logs/payment-debug.log keeps them after payment. Card rules never allow it.", "candor detect --redact --in-place --kind pay.cvv logs/payment-debug.log", "AUD-01", ""},
    {CDR_SEV_HIGH, "Remove the copy of Customer list", "marketing/shared/all-customers-copy.csv holds 4,870 people, readable by everyone.", "rm marketing/shared/all-customers-copy.csv", "AUD-06", ""},
    {CDR_SEV_HIGH, "Change 2 passwords and keys", "They lie in " FIXTURE_SCRIPT " and one more file.", "", "AUD-03", ""},
    {CDR_SEV_LOW, "Name an owner for Support mailbox", "What nobody owns, nobody cleans.", "candor inventory export inventory.yaml", "AUD-11", ""},
};
static const char *const fixture_office[] = {"docs/price-list.xlsx", "docs/letter.xlsx"}, *const fixture_deep[] = {FIXTURE_BYTES};
static cdr_audit_gap fixture_gaps[] = {{"format.not-supported", "This is an Excel workbook: this version has no reader for it.", false, 2, 2380, fixture_office, 2},
                                       {"archive.too-deep", "The archive nests too deep.", true, 1, 80, fixture_deep, 1}};
static const cdr_audit_unread fixture_unread[] = {
    {"docs/price-list.xlsx", "", "xlsx", "format.not-supported", "This is an Excel workbook: this version has no reader for it.", false, 2000, 0},
    {"docs/letter.xlsx", "", "xlsx", "format.not-supported", "This is an Excel workbook: this version has no reader for it.", false, 380, 0},
    {FIXTURE_BYTES, "Customer list", "zip", "archive.too-deep", "The archive nests too deep.", true, 80, 40},
};

static cdr_status fixture_each_unread(const cdr_audit *a, cdr_status (*fn)(void *arg, const cdr_audit_unread *u), void *arg, cdr_err *err)
{
    (void)a;
    (void)err;
    cdr_status s = CDR_OK;
    for (size_t i = 0; i < CDR_COUNT(fixture_unread) && s == CDR_OK; i++)
        s = fn(arg, &fixture_unread[i]);
    return s;
}

static cdr_audit_change fixture_changes[] = {{"copy of Customer list", "marketing/shared/all-customers-copy.csv", 1, false}, {"password", "old/" FIXTURE_SCRIPT, -1, false}, {"people: 900 to 918", "support/inbox.mbox", 0, false}};
static cdr_audit_activity fixture_activities[] = {
    {.function = "Sales", .purpose = "Deliver orders and take payment", .joint_controller = "", .subjects = "customers", .categories = "user.name, user.contact, user.financial",
     .recipients = "Harbour Hosting", .processor_contract = "Harbour Hosting: signed 2024-02-01", .transfers = "", .safeguards = "", .retention = "6 years from the end of the order year (tax law)",
     .security = "encryption at rest, access by role", .lawful_basis = "contract", .special_condition = "", .systems = "Order database, Customer list", .source = "the customer"},
    {.function = "=cmd|' /C calc'!A0", .purpose = "Pay staff", .joint_controller = "", .subjects = "employees", .categories = "user.name", .recipients = "", .processor_contract = "", .transfers = "",
     .safeguards = "", .retention = "", .security = "", .lawful_basis = "legal obligation", .special_condition = "", .systems = "Staff list", .source = ""},
};
static cdr_audit_point fixture_history[] = {{INT64_C(1802563200000000), 4600, 4700, 5, 1, 9, 2, 3, "", -1}};

static const cdr_audit_finding fixture_findings[] = {
    {"Customer list", "crm/customers-export.csv", "email", "csv", CDR_K_EMAIL, NULL, 5000, 0, 0, 0, 5000, 0.98f, 2, 40, "m…@e….com", "00112233445566778899aabbccddeeff", "shape of an address; header says e-mail", NULL, NULL},
    {"Web server logs", "logs/payment-debug.log", "", "text", CDR_K_CVV, NULL, 212, 0, 0, 0, 199, 0.9f, 4, 71, "•••", "102030405060708090a0b0c0d0e0f000", "a word for the code stands before it", NULL, NULL},
    {"", FIXTURE_SCRIPT, "a,\"b\"\n", "csv", CDR_K_SECRET_AWS_ACCESS_KEY, NULL, 1, 0, 0, 0, 1, 0.95f, 4, 10, "AKIA…", "ffeeddccbbaa99887766554433221100", "documented shape", NULL, NULL},
    {"", FIXTURE_FORMULA, "=1+1", "csv", CDR_K_PHONE, NULL, 0, 3, 2, 0, 3, 0.5f, 0, 10, "+1…23", "0f0e0d0c0b0a09080706050403020100", "a valid plan", NULL, NULL},
    {"Order database", "shop/orders.db!/payment", "iban", "sqlite-table", CDR_K_IBAN, NULL, 1200, 0, 0, 0, 1200, 0.99f, 11, 0, "DE…00", "a1a2a3a4a5a6a7a8a9aaabacadaeaf00", "checksum", NULL, NULL},
    {"", FIXTURE_BYTES, "", "text", CDR_K_USER, "shop.member", 0, 0, 9, 0, 0, 0.2f, 7, 100, "M…", "b1b2b3b4b5b6b7b8b9babbbcbdbebf00", "own detector", "member number", "user.unique_id"},
    {"", FIXTURE_RTL, "", "text", CDR_K_EMAIL, NULL, 0, 0, 0, 4, 0, 0.9f, 1, 0, "m…@e….com", "c1b2b3b4b5b6b7b8b9babbbcbdbebf00", "set aside", NULL, NULL},
};

static cdr_status fixture_each(const cdr_audit *a, cdr_status (*fn)(void *arg, const cdr_audit_finding *f), void *arg, cdr_err *err)
{
    (void)a;
    (void)err;
    cdr_status s = CDR_OK;
    for (size_t i = 0; i < CDR_COUNT(fixture_findings) && s == CDR_OK; i++)
        s = fn(arg, &fixture_findings[i]);
    return s;
}

static const char *const fixture_targets[] = {"files"};

static inline cdr_audit fixture_audit(void)
{
    return (cdr_audit){
        .org = "Harbour Books", .program_version = "0.1.0", .ruleset_version = "0123456789abcdef", .contact = "privacy@harbour-books.example", .country = "US",
        .at_us = INT64_C(1805015520000000), .previous_us = INT64_C(1802563200000000), .targets = fixture_targets, .target_count = 1, .objects = 20, .complete = 17, .partial = 1, .skipped = 2,
        .unchanged = 11, .bytes_read = 123456789, .suppressed = 4, .findings_high = 31000, .findings_medium = 1210, .findings_low = 77, .people_min = 4991, .people_max = 5017,
        .systems = fixture_systems, .system_count = CDR_COUNT(fixture_systems), .overlaps = fixture_overlaps, .overlap_count = CDR_COUNT(fixture_overlaps),
        .copies = fixture_copies, .copy_count = CDR_COUNT(fixture_copies), .secrets = fixture_secrets, .secret_count = CDR_COUNT(fixture_secrets),
        .special = fixture_special, .special_count = CDR_COUNT(fixture_special), .unregistered = fixture_unregistered, .unregistered_count = CDR_COUNT(fixture_unregistered),
        .violations = fixture_violations, .violation_count = CDR_COUNT(fixture_violations), .todo = fixture_todo, .todo_count = CDR_COUNT(fixture_todo),
        .gaps = fixture_gaps, .gap_count = CDR_COUNT(fixture_gaps), .changes = fixture_changes, .change_count = CDR_COUNT(fixture_changes),
        .activities = fixture_activities, .activity_count = CDR_COUNT(fixture_activities), .history = fixture_history, .history_count = CDR_COUNT(fixture_history),
        .ledger_size = 1204, .ledger_root = "7c1e0a9b5d2f4c6e8a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5", .each_finding = fixture_each, .each_unread = fixture_each_unread,
    };
}

#endif

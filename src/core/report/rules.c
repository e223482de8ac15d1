/* SPDX-License-Identifier: Apache-2.0 */
/* The rules as data. Order is the order of the report where severity and people are equal; an id never gets another meaning. */
#include "core/report/checks.h"

static const cdr_rule rules[] = {
    {"AUD-01", "card-codes", CDR_SEV_SEVERE, 2, "Card verification codes or stripe data are kept", "They may never be kept once a payment is done, not even encrypted.", "PCI DSS 4.0.1, 3.3.1",
     "Delete them, and stop the program that writes them.", "Delete the card verification code in %s", "Delete %s card verification codes", CDR_UNIT_AMOUNT, 1000},
    {"AUD-02", "cards", CDR_SEV_HIGH, 2, "Card numbers lie open outside a payment system", "A card number must be unreadable wherever it is kept, and kept only where payments need it.",
     "PCI DSS 4.0.1, 3.5.1", "Delete the numbers, or keep the last four digits only.", "Remove the card number from %s", "Remove %s card numbers", CDR_UNIT_AMOUNT, 0},
    {"AUD-03", "secrets", CDR_SEV_HIGH, 2, "Passwords or keys lie in files", "Whoever can read the file can use them, and nobody would notice.", "GDPR Art. 32(1)(b)",
     "Change them first; then keep them in a password safe or a file only the program may read.", "Change the password or key in %s", "Change %s passwords and keys", CDR_UNIT_AMOUNT, 1000},
    {"AUD-04", "passwords", CDR_SEV_SEVERE, 1, "People's passwords can be read", "People use one password in many places. A thief of this list opens all of them.",
     "GDPR Art. 32(1)(a); NIST SP 800-63B, 3.1.1.2", "Keep salted hashes only, and make people choose new passwords.", "Replace the readable password in %s", "Replace %s readable passwords",
     CDR_UNIT_AMOUNT, 0},
    {"AUD-05", "special", CDR_SEV_HIGH, 2, "Health or other special data without a stated reason", "Keeping them is forbidden unless one of few reasons holds, and the reason is not written down.",
     "GDPR Art. 9(1), 9(2)", "Write down purpose and reason in inventory.yaml, or delete the data.", "Decide about the health or other special data in %s",
     "Decide about health or other special data in %s places", CDR_UNIT_PLACES, 0},
    {"AUD-06", "national-ids", CDR_SEV_HIGH, 2, "National identity numbers in logs or mails", "With name and number a thief opens accounts. Logs and mails are copied and kept without anybody's care.",
     "GDPR Art. 5(1)(c), 87", "Remove the numbers; keep them in the one system that needs them.", "Remove the identity number from %s", "Remove %s identity numbers from logs and mails",
     CDR_UNIT_AMOUNT, 0},
    {"AUD-07", "unregistered", CDR_SEV_MEDIUM, 2, "Customer data outside every registered system", "What nobody registered is not guarded, not corrected, not erased, and missing from every answer.",
     "GDPR Art. 5(2), 30(1)", "Register the place in inventory.yaml with an owner and a purpose, or delete what lies there.", "Register or delete what lies in %s",
     "Register or delete what lies in %s unregistered places", CDR_UNIT_PLACES, 0},
    {"AUD-08", "copies", CDR_SEV_HIGH, 3, "A copy of customer data outside its system of record", "A copy is not corrected and not erased with its original, and doubles what can be stolen.",
     "GDPR Art. 5(1)(c), 5(1)(d)", "Delete the copy, or declare it as a backup in inventory.yaml.", "Remove the copy in %s", "Remove %s copies of customer data", CDR_UNIT_PLACES, 0},
    {"AUD-09", "access", CDR_SEV_MEDIUM, 3, "Every account of the machine can read customer data", "Only people who need the data for their work may reach them.", "GDPR Art. 5(1)(f), 32(1)(b)",
     "Take the right to read away from everyone else.", "Stop everyone from reading %s", "Stop everyone from reading %s files", CDR_UNIT_PLACES, 0},
    {"AUD-10", "encryption", CDR_SEV_MEDIUM, 1, "A system with sensitive data is not encrypted", "When a disk or laptop is stolen, encryption decides whether people must be told.", "GDPR Art. 32(1)(a), 34(3)(a)",
     "Encrypt the disk or the database it lies on.", "Encrypt %s", "Encrypt %s systems with sensitive data", CDR_UNIT_PLACES, 0},
    {"AUD-11", "vendors", CDR_SEV_HIGH, 1, "A firm holds customer data without a signed agreement", "It may act only on your written instructions, and the contract must say so.", "GDPR Art. 28(3)",
     "Sign a data-processing agreement and write its date into inventory.yaml.", "Sign a data agreement with %s", "Sign data agreements with %s firms", CDR_UNIT_PLACES, 0},
    {"AUD-12", "responsible", CDR_SEV_MEDIUM, 3, "Nobody is named as responsible", "Somebody decides why and how the data are used, and must answer for it.", "GDPR Art. 4(7), 24(1)",
     "Add a holder with the relation responsible in inventory.yaml.", "Name who is responsible for %s", "Name who is responsible for %s systems", CDR_UNIT_PLACES, 0},
    {"AUD-13", "retention", CDR_SEV_MEDIUM, 3, "Data are kept longer than you said", "The period you declared is over. Old data can only do harm.", "GDPR Art. 5(1)(e)",
     "Delete them, or write down why they must stay.", "Delete what is kept too long in %s", "Delete what is kept too long in %s files", CDR_UNIT_PLACES, 0},
    {"AUD-14", "retention-rule", CDR_SEV_LOW, 2, "It is not said how long data are kept", "Without a period everything stays for ever.", "GDPR Art. 5(1)(e), 30(1)(f)",
     "Write retention into the activity in inventory.yaml: {period: P2Y, trigger: last order}.", "Say how long %s keeps data", "Say how long data are kept for %s activities", CDR_UNIT_PLACES, 0},
    {"AUD-15", "purpose", CDR_SEV_MEDIUM, 2, "A system without a stated purpose", "Data may be kept for stated purposes only; no processing activity names this system.", "GDPR Art. 5(1)(b), 30(1)(b)",
     "Write a processing activity for it into inventory.yaml.", "Write down what %s is for", "Write down what %s systems are for", CDR_UNIT_PLACES, 0},
    {"AUD-16", "owner", CDR_SEV_LOW, 3, "A system without an owner", "What nobody owns, nobody cleans up.", "GDPR Art. 5(2), 24(1)", "Write the owner into inventory.yaml.", "Name an owner for %s", "Name owners for %s systems",
     CDR_UNIT_PLACES, 0},
    {"AUD-17", "basis", CDR_SEV_MEDIUM, 2, "An activity without a lawful basis", "Every use of personal data needs one of six grounds.", "GDPR Art. 6(1)",
     "Choose the ground and write it into inventory.yaml as lawful_basis.", "Choose the lawful basis for %s", "Choose the lawful basis for %s activities", CDR_UNIT_PLACES, 0},
    {"AUD-18", "backups", CDR_SEV_MEDIUM, 2, "A backup that nobody declared", "Nobody knows what it is a copy of, when it may go, and who can open it.", "GDPR Art. 5(1)(e), 32(1)(c)",
     "Delete it, or declare it with backup_of in inventory.yaml.", "Declare or delete the backup in %s", "Declare or delete %s backups", CDR_UNIT_PLACES, 0},
    {"AUD-19", "undeclared", CDR_SEV_LOW, 2, "More kinds of data than were declared", "The system holds kinds that none of its activities names. Then nobody needs them, or the register is wrong.",
     "GDPR Art. 5(1)(b), 30(1)(c)", "Add the kinds to the activity, or stop keeping them.", "Decide about the undeclared data in %s", "Decide about undeclared data in %s systems", CDR_UNIT_PLACES, 0},
    {"AUD-20", "logs", CDR_SEV_LOW, 2, "Customers' addresses in logs", "Logs serve the machine, not the customer, and are copied without care.", "GDPR Art. 5(1)(c), 25(2)",
     "Keep customers' addresses out of web addresses and log lines.", "Stop %s from writing customers' addresses", "Stop %s logs from writing customers' addresses", CDR_UNIT_PLACES, 0},
    {"AUD-21", "vendor-notice", CDR_SEV_LOW, 2, "It is not said how soon a firm must tell you of a breach", "Your own clock of 72 hours starts when they tell you.", "GDPR Art. 28(3)(f), 33(2)",
     "Agree on a number of hours and write it into inventory.yaml as breach_notice_hours.", "Agree with %s how soon it tells you of a breach", "Agree with %s firms how soon they tell you of a breach",
     CDR_UNIT_PLACES, 0},
    {"AUD-22", "encryption-unknown", CDR_SEV_INFO, 3, "Nobody has said whether a system is encrypted", "After a theft this is the first question, and the law turns on the answer.", "GDPR Art. 34(3)(a)",
     "Write encrypted: true or false into inventory.yaml.", "Say whether %s is encrypted", "Say whether %s systems are encrypted", CDR_UNIT_PLACES, 0},
    {"AUD-23", "playbooks", CDR_SEV_LOW, 2, "A playbook that nobody has read in time", "On the day itself nobody has time to find out that a name or a number in it is wrong.", "GDPR Art. 32(1)(d)",
     "Read it, mend it, and enter the review.", "Review the playbook %s", "Review %s playbooks", CDR_UNIT_PLACES, 0},
};

const cdr_rule *cdr_rules(size_t *ret_count)
{
    *ret_count = CDR_COUNT(rules);
    return rules;
}

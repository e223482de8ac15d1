/* SPDX-License-Identifier: Apache-2.0 */
#include "findings.h"

static void check(cdr_names_mode names, const char *text, const char *wanted)
{
    cdr_ruleset *rs = rules_with((cdr_ruleset_options){.min_confidence = 0.45f, .names = names, .min_names = 0.45f});
    found r;
    char list[4096] = "";
    find_in(rs, text, strlen(text), NULL, &r);
    /* Only what is asked about here. */
    for (char *p = strtok(r.list, "]"); p; p = strtok(NULL, "]")) {
        p += *p == ' ';
        if (!strncmp(p, "health.condition", 16) || !strncmp(p, "special.", 8))
            snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s]", *list ? " " : "", p);
    }
    if (strcmp(list, wanted) != 0)
        print_error("in \"%s\"\n", text);
    assert_string_equal(list, wanted);
    cdr_ruleset_free(rs);
}

static void says(const char *text, const char *wanted)
{
    check(CDR_NAMES_ALL, text, wanted);
}

static void health__of_a_person(void **state)
{
    (void)state;
    says("I was diagnosed with asthma two years ago.", "health.condition[asthma]");
    says("The patient has severe hypertension, migraine and a peanut allergy.", "health.condition[hypertension] health.condition[migraine] health.condition[peanut allergy]");
    says("Diagnosis: epilepsy", "health.condition[epilepsy]");
    says("Hauptdiagnose: E11.9", "health.condition[E11.9]");
    says("Since March she has been on sick leave.", "health.condition[on sick leave]");
    says("I was in hospital after a heart attack. Conditions: type 2 diabetes", "health.condition[in hospital] health.condition[heart attack] health.condition[diabetes]");
    says("My sister is pregnant.", "health.condition[pregnant]");
    says("Maria's depression got worse.", "health.condition[depression]");
    says("Sorry for the late answer, my mother\nhad a stroke.", "health.condition[had a stroke]");
}

static void health__in_other_languages(void **state)
{
    (void)state;
    says("Ich leide an Multipler Sklerose, genauer: meine Epilepsie wird schlimmer.", "health.condition[Epilepsie]");
    says("Bei mir wurde Brustkrebs diagnostiziert.", "health.condition[Brustkrebs]");
    says("Je souffre d'asthme.", "health.condition[asthme]");
    says("Tengo c\xc3\xa1ncer de mama.", "health.condition[c\xc3\xa1ncer de mama]");
    says("Soffro di epilessia.", "health.condition[epilessia]");
    says("Tenho diabetes.", "health.condition[diabetes]");
    says("Ik heb longkanker.", "health.condition[longkanker]");
    says("Choruj\xc4\x99 na cukrzyc\xc4\x99.", "health.condition[cukrzyc\xc4\x99]");
}

static void others__of_a_person(void **state)
{
    (void)state;
    says("Her religion is Islam. He is a practising Catholic.", "special.religion[Islam] special.religion[Catholic]");
    says("I am a member of the Labour Party.", "special.politics[Labour Party]");
    says("Ich bin Mitglied der SPD.", "special.politics[SPD]");
    says("She is a union member. He joined the union in May.", "special.union[union member] special.union[joined the union]");
    says("Sono iscritto alla CGIL.", "special.union[CGIL]");
    says("He came out as gay.", "special.sexual-orientation[gay]");
    says("As a Jehovah's Witness I cannot accept blood. As a gay man, I felt unwelcome.", "special.religion[Jehovah's Witness] special.sexual-orientation[gay]");
    says("I am of Turkish descent.", "special.ethnicity[of Turkish descent]");
    says("He was convicted of armed robbery in 2015.", "special.criminal-record[was convicted of armed robbery]");
    says("Er ist vorbestraft.", "special.criminal-record[vorbestraft]");
}

static void nobody__is_spoken_of(void **state)
{
    (void)state;
    says("The health check failed; a race condition between master and slave. The abortion of the transaction is reported to the caller.", "");
    says("A union holds one member of the union at a time; i is a member of the union. It has the type of the union member.", "");
    says("Asthma is a disease of the lungs. People with diabetes should see a doctor. It causes pneumonia.", "");
    says("If you have diabetes, ask your doctor. If the patient has asthma, use something else.", "");
    says("The third party signs. I voted for the proposal. We have a conservative default. He is the author of a book on cancer.", "");
    says("max/min operation, cold start, heart beat, blind write, orphan and child processes, an infected file, virus scan", "");
    says("Gay marriage is legal. The Catholic church was built in 1890. Republican leaders met.", "");
}

static void near__only_prose_beside_people(void **state)
{
    (void)state;
    check(CDR_NAMES_OFF, "I have asthma.", "");
    check(CDR_NAMES_NEAR, "I have asthma.", "health.condition[asthma]");
    check(CDR_NAMES_NEAR, "2026-01-01 INFO user=ada@example.com she has asthma\n", "");
    check(CDR_NAMES_NEAR, "From: Ada <ada@example.com>\nSubject: delivery\n\nHello,\n\nsince I was diagnosed with\nasthma, please call.\n", "health.condition[asthma]");
    /* A large text without anybody in it is not read word by word. */
    static char text[64 << 10];
    memset(text, '\n', sizeof text - 1);
    memcpy(text + 30000, "I have asthma.", 14);
    check(CDR_NAMES_NEAR, text, "");
    memcpy(text + 30100, "ada@example.com", 15);
    check(CDR_NAMES_NEAR, text, "health.condition[asthma]");
}

static void cells__stay_apart(void **state)
{
    (void)state;
    static const char text[] = "I was diagnosed with\nasthma, again\nShe has epilepsy now\n";
    static const uint32_t starts[] = {0, 21, 35, 56};
    cdr_ruleset *rs = rules_with((cdr_ruleset_options){.min_confidence = 0.45f, .names = CDR_NAMES_NEAR});
    cdr_detect_scratch *s = NULL;
    found r = {.text = text};
    assert_int_equal(cdr_detect_scratch_new(&s, NULL), CDR_OK);
    assert_int_equal(cdr_detect_cells(rs, s, text, starts, 3, NULL, note, &r, NULL), CDR_OK);
    assert_string_equal(r.list, "health.condition[epilepsy] ");
    cdr_detect_scratch_free(s);
    cdr_ruleset_free(rs);
}

static void hostile__ends(void **state)
{
    (void)state;
    static char text[256 << 10];
    static const char *const parts[] = {"diabetes ", "I have asthma and ", "\xc3\xa4\xe2\x80\x99s ", "d'asthme'", "a-", "\n\n", "Diagnosis: ", "\xff\xfe", "had a "};
    for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++) {
        size_t n = 0, len = strlen(parts[p]);
        for (; n + len < sizeof text; n += len)
            memcpy(text + n, parts[p], len);
        text[n] = '\0';
        cdr_ruleset *rs = rules_with((cdr_ruleset_options){.names = CDR_NAMES_ALL});
        found r;
        find_in(rs, text, n, NULL, &r);
        cdr_ruleset_free(rs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(health__of_a_person), cmocka_unit_test(health__in_other_languages), cmocka_unit_test(others__of_a_person), cmocka_unit_test(nobody__is_spoken_of),
        cmocka_unit_test(near__only_prose_beside_people), cmocka_unit_test(cells__stay_apart), cmocka_unit_test(hostile__ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

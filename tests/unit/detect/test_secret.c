/* SPDX-License-Identifier: Apache-2.0 */
/* Keys by their shapes, and secrets in assignments. Every value here is made up. */
#include "findings.h"

static void token__with_checksum(void **state)
{
    (void)state;
    expect("push with 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 now", "secret.github[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]");
    expect("push with ghp_synthetic0Token1For2Tests3Only0PI4GA now", "");                                  /* its last character is another */
    expect("//registry/:_authToken=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", "secret.npm[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]");
}

static void token__by_prefix(void **state)
{
    (void)state;
    static const struct { const char *token, *kind; } cases[] = {
        {"AKIAQ4X7ZL2MNB8VCXKP", "secret.aws-access-key"}, {"AIzaSyB0123456789abcdefghijklmnopqrstuv", "secret.google-api"},
        {"sk_live_""4eC39HqLyjWDarjtT1zdp7dcAB", "secret.stripe"}, {"xoxb-""123456789012-abcdefGHIJKL", "secret.slack"},
        {"SG.aBcDeFgHiJkLmNoPqRsT12.aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789aBcDeFg", "secret.api-key"}, {"glpat-""aB3dE5fG7hJ9kL1mN2pQ", "secret.api-key"},
        {"hf_aBcDeFgHiJkLmNoPqRsTuVwXyZ12345678", "secret.api-key"}, {"dop_v1_0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0", "secret.api-key"}, {"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", "secret.api-key"},
        {"SK0f1e2d3c4b5a69788796a5b4c3d2e1f0", "secret.api-key"}, {"key-0f1e2d3c4b5a69788796a5b4c3d2e1f0", "secret.api-key"}, {"dckr_pat_aB3dE5fG7hJ9kL1mN2pQrS4tU6v", "secret.api-key"},
        {"sk-proj-aB3dE5fG7hJ9kL1mN2pQaB3dE5fG7hJ9kL1mN2pQ", "secret.api-key"}, {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlMTIzNDU2", "secret.jwt"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256], wanted[256];
        snprintf(text, sizeof text, "x = f('%s')", cases[i].token);
        snprintf(wanted, sizeof wanted, "%s[%s]", cases[i].kind, cases[i].token);
        expect(text, wanted);
    }
}

static void token__too_short_too_long_example(void **state)
{
    (void)state;
    expect("AKIAQ4X7ZL2MNB8VCXK AKIAQ4X7ZL2MNB8VCXKPQQ glpat-abc", "");
    expect("SK0f1e2d3c4b5a69788796a5b4c3d2e1f0ff", "");
    expect("sk-learn-contributions-are-welcome-here-please-read-on-and-on", "");
}

static void block__private_key(void **state)
{
    (void)state;
    expect("-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu\n", "secret.private-key[-----BEGIN RSA PRIVATE KEY-----]");
    expect("-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----\n", "");
    expect("-----BEGIN PUBLIC KEY-----\nMIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu\n", "");
}

static void assignment__passwords(void **state)
{
    (void)state;
    expect("DB_PASSWORD=Tr0ub4dor&3x\n", "secret.password[Tr0ub4dor]");
    expect("password = \"hunter2x9\"", "secret.password[hunter2x9]");
    expect("{\"dbPassword\": \"c0rrect-h0rse\"}", "secret.password[c0rrect-h0rse]");
    expect("api_key: 9f8e7d6c5b4a39281706AbCdEf", "secret.api-key[9f8e7d6c5b4a39281706AbCdEf]");
    expect("Authorization: Bearer 9f8e7d6c5b4a39281706AbCdEf", "secret.api-key[9f8e7d6c5b4a39281706AbCdEf]");
    expect("Server=db;User Id=shop;Password=Tr0ub4dor9;", "secret.connection-string[Tr0ub4dor9]");
}

static void assignment__program_text_is_none(void **state)
{
    (void)state;
    expect("password = get_password(user)\npassword: string\ntoken = None\nsecret=${SECRET}\npassword=changeme\nPWD=/home/ada\n", "");
    expect("if (pass == NULL) pass = 2; key = value; token_count=12345678", "");
}

static void aws__secret_beside_its_id(void **state)
{
    (void)state;
#define AWS "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    expect("aws_secret_access_key = " AWS, "secret.aws-secret-key[" AWS "]");
    expect("{\"SecretAccessKey\": \"" AWS "\"}", "secret.aws-secret-key[" AWS "]");
    expect("Access key ID,Secret access key\nAKIAIOSFODNN7EXAMPLE," AWS "\n", "secret.aws-access-key[AKIAIOSFODNN7EXAMPLE] secret.aws-secret-key[" AWS "]");
    expect("AKIAIOSFODNN7EXAMPLE 0123456789012345678901234567890123456789", "secret.aws-access-key[AKIAIOSFODNN7EXAMPLE]");
}

static void block__encrypted_key(void **state)
{
    (void)state;
    expect("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nMIIEpAIBAAKCAQEA1c7rJ3Jq0m5mYw2Pqv\n",
           "secret.private-key[-----BEGIN RSA PRIVATE KEY-----]");
    expect("-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----\n", "");
}

static void url__webhooks(void **state)
{
    (void)state;
    expect("https://hooks.slack.com/services/T""00000000/B00000000/aBcDeFgHiJkLmNoPqRsTuVwX", "secret.slack[https://hooks.slack.com/services/T""00000000/B00000000/aBcDeFgHiJkLmNoPqRsTuVwX]");
}

static void assignment__words_of_many_languages(void **state)
{
    (void)state;
    static const char *const words[] = {"mot de passe :", "contrase\303\261a:", "Passwort:", "has\305\202o:", "senha:", "wachtwoord:", "l\303\266senord:", "adgangskode:", "heslo =", "parola:", "salasana:",
                                        "\320\277\320\260\321\200\320\276\320\273\321\214:", "das Passwort lautet", "password is"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char text[128];
        snprintf(text, sizeof text, "%s Kranich77b\n", words[i]);
        expect(text, "secret.password[Kranich77b]");
    }
    expect("il passe : Kranich77b\nthe password is SHA512\nhis status: Kranich77b\n", "");
}

static void assignment__environment(void **state)
{
    (void)state;
#define HEX64 "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
    expect("SECRET_KEY_BASE=" HEX64 HEX64 "\n", "secret.api-key[" HEX64 HEX64 "]");
    expect("SMTP_PASS=Kranich_77b\n", "secret.password[Kranich_77b]");
    expect("export DB_PASSWORD=kranichfeder\n", "secret.password[kranichfeder]");
    expect("GITHUB_TOKEN=ghp_synthetic0Token1For2Tests3Only0PI4GA\n", "secret.api-key[ghp_synthetic0Token1For2Tests3Only0PI4GA]");
    expect("DB_PASSWORD=${OTHER}\nDB_PASSWORD=<password>\nDB_PASSWORD=changeme\nDB_PASSWORD=xxxxxxxx\nDB_PASSWORD=\npassword = DEFAULT_PASSWORD_2;\n", "");
}

static void argument__of_commands_and_files(void **state)
{
    (void)state;
    expect("curl -u ada:Kranich77b https://api.example.com/", "secret.password[Kranich77b]");
    expect("mysql -u root -pKranich77b shop", "secret.password[Kranich77b]");
    expect("machine api.example.com login ada password Kranich77b", "secret.password[Kranich77b]");
    expect("localhost:5432:shop:ada:Kranich77b\n", "secret.password[Kranich77b]");
    expect("Authorization: Basic YW5uYTpLcmFuaWNoNzdi", "secret.password[YW5uYTpLcmFuaWNoNzdi]");
    expect("<add key=\"SmtpPassword\" value=\"Kranich77b\"/>", "secret.password[Kranich77b]");
    expect("jdbc:sqlserver://db;databaseName=shop;user=sa;password=Kranich77b;encrypt=true", "secret.connection-string[Kranich77b]");
    expect("DB_PASSWORD=\"Kranich 77b im Wind\"\nWPA2-Key: Sommer2024\n", "secret.password[Kranich 77b im Wind] secret.password[Sommer2024]");
    expect("redis://:Kranich77b@cache.example.com:6379/0", "url.credentials[redis://:Kranich77b@cache.example.com:6379/0]");
    expect("PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 14\nAAABAQ", "secret.private-key[Private-Lines: 14]");
    expect("ls -u ada:Kranich77b\nfoo -pKranich77b\nenter password Kranich77b or\n12:34:5678:ab:cd:ef\n<a key=\"label\" value=\"Kranich77b\"/>", "");
}

static void told__in_sentences(void **state)
{
    (void)state;
    expect("Passwort f\303\274r das Portal: Sommer2024!\nBenutzer ada, Passwort Sommer2025\nhas\305\202o do poczty: Lato2024x", "secret.password[Sommer2024] secret.password[Sommer2025] secret.password[Lato2024x]");
    expect("Password policy changed: minlen12\nDate: Mon, id: Xy12ab34\npassword Kranich77b\nPasswort ge\303\244ndert", "");
}

static void placeholder__is_low(void **state)
{
    (void)state;
    cdr_ruleset *rs = rules_with((cdr_ruleset_options){0});
    found r;
    find_in(rs, "db.password = changeme", 22, NULL, &r);
    assert_string_equal(r.list, "secret.password[changeme]");
    assert_int_equal(r.last.band, CDR_BAND_LOW);
    find_in(rs, "db.password = <password>, ${X}, xxxx", 36, NULL, &r);
    assert_string_equal(r.list, "");
    cdr_ruleset_free(rs);
}

static void hash__of_passwords(void **state)
{
    (void)state;
#define H43 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP9"
    expect("ada:$6$saltsalt$" H43 H43 ":19000:0:99999:7:::", "secret.password-hash[$6$saltsalt$" H43 H43 "]");
    expect("$5$saltsalt$" H43, "secret.password-hash[$5$saltsalt$" H43 "]");
    expect("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$" H43, "secret.password-hash[$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$" H43 "]");
    expect("costs $6$ or $5$abc$" "abc9defghij, $1$x$y", "");
}

static void element__password(void **state)
{
    (void)state;
    expect("<smtp><password>Kranich77b</password></smtp>", "secret.password[Kranich77b]");
    expect("<ns:dbPassword>Kranich77b</ns:dbPassword>", "secret.password[Kranich77b]");
    expect("<label>Kranich77b</label><password>${db.password1}</password><password>pass", "");
    expect("pw: Sommer2024\nnext_token=9f8e7d6c5b4a39281706AbCdEf\nnextPageToken: 9f8e7d6c5b4a39281706AbCdEf\n", "secret.password[Sommer2024]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(token__with_checksum), cmocka_unit_test(token__by_prefix), cmocka_unit_test(token__too_short_too_long_example), cmocka_unit_test(block__private_key),
        cmocka_unit_test(assignment__passwords), cmocka_unit_test(assignment__program_text_is_none), cmocka_unit_test(url__webhooks),
        cmocka_unit_test(aws__secret_beside_its_id), cmocka_unit_test(block__encrypted_key), cmocka_unit_test(assignment__words_of_many_languages),
        cmocka_unit_test(assignment__environment), cmocka_unit_test(argument__of_commands_and_files), cmocka_unit_test(hash__of_passwords), cmocka_unit_test(placeholder__is_low), cmocka_unit_test(told__in_sentences), cmocka_unit_test(element__password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

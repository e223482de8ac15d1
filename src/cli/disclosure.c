/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/disclosure.h"

#include "base/io.h"
#include "base/text.h"
#include "core/vault/field.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX (1u << 20)

/* Nobody wants to correct a file twenty times: all mistakes are told at once. */
static cdr_status tell_mistakes(cdr_cli *cli, const char *text, size_t len, const char *shown)
{
    _cleanup_json_ json_t *all = NULL;
    cdr_err unused;
    if (cdr_disclosure_mistakes(text, len, shown, &all, &unused) != CDR_OK || json_array_size(all) < 2 || cli->json)
        return CDR_E_INVAL;    /* the one sentence stands already */
    size_t n = json_array_size(all);
    for (size_t i = 0; i < n; i++)
        fprintf(stderr, "candor: %s: %s\n", shown, json_string_value(json_array_get(all, i)));
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclosure.invalid", "%zu mistakes%s in %.200s; nothing of it counts until they are put right. docs/disclosure.md explains every key.", n, n >= 20 ? " or more" : "", shown);
}

static cdr_status read_file(cdr_cli *cli, const char *path, const char *shown, cdr_disclosure_policy **ret)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(FILE_MAX);
    cdr_status s = cdr_file_read_regular(path, &text, &cli->err);
    if (s != CDR_OK)
        return s;
    const char *bytes = text.data ? text.data : "";
    s = cdr_disclosure_policy_read(bytes, text.len, shown, ret, &cli->err);
    return s == CDR_E_INVAL ? tell_mistakes(cli, bytes, text.len, shown) : s;
}

cdr_status cdr_cli_disclosure_read(cdr_cli *cli, const char *path, cdr_disclosure_policy **ret, char **ret_shown)
{
    _cleanup_free_ char *own = path ? cdr_strdup(path) : cdr_path_join(cli->workspace_dir, "disclosure.yaml"), *shown = own ? cdr_cli_shown(own) : NULL;
    *ret = NULL;
    if (!shown)
        return cdr_fail_nomem(&cli->err, "cli");
    bool shipped = !path && access(own, F_OK) && errno == ENOENT;
    cdr_status s = shipped ? cdr_disclosure_policy_default(ret, &cli->err) : read_file(cli, own, shown, ret);
    if (s != CDR_OK || !ret_shown)
        return s;
    *ret_shown = shipped ? cdr_strdup("the policy that comes with Candor") : CDR_TAKE(shown);
    return *ret_shown ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
}

cdr_status cdr_cli_disclosure_load(cdr_cli *cli, cdr_disclosure_policy **ret)
{
    return cdr_cli_disclosure_read(cli, NULL, ret, NULL);
}

cdr_disclosure_field *cdr_cli_disclosure_fields(size_t *ret_count)
{
    cdr_disclosure_field *all = cdr_alloc_array(cdr_vault_standard_field_count + 1, sizeof *all);
    for (size_t i = 0; all && i < cdr_vault_standard_field_count; i++) {
        const cdr_vault_field *f = &cdr_vault_standard_fields[i];
        all[i] = (cdr_disclosure_field){f->key, f->label, f->category, (f->flags & CDR_VF_UNSPOKEN) != 0};
    }
    *ret_count = cdr_vault_standard_field_count;
    return all;
}

static size_t length_of(const char *const *words)
{
    size_t n = 0;
    while (words[n])
        n++;
    return n;
}

static cdr_status check_word(cdr_cli *cli, const char *word, const char *const *words, const char *what)
{
    size_t n = length_of(words);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(word, words[i]))
            return CDR_OK;
    const char *near = cdr_text_nearest(word, words, n);
    _cleanup_buf_ cdr_buf all = CDR_BUF(1000);
    for (size_t i = 0; i < n; i++)
        cdr_buf_addf(&all, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ", words[i]);
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclosure.word", "\"%.60s\" is no %s; %s%s%s", word, what, near ? "did you mean " : "known are ", near ? near : all.data ? all.data : "", near ? "?" : ".");
}

cdr_status cdr_cli_disclosure_check_words(cdr_cli *cli, const cdr_disclosure_policy *p, const char *purpose, const char *channel, const char *role)
{
    if (purpose && !cdr_disclosure_has_purpose(p, purpose)) {
        const char *near = cdr_disclosure_nearest_purpose(p, purpose);
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclosure.purpose", "\"%.60s\" is no purpose of the policy; %s%s%s", purpose, near ? "did you mean " : "candor disclosure show names them", near ? near : "", near ? "?" : ".");
    }
    cdr_status s = channel ? check_word(cli, channel, cdr_disclosure_channels, "channel") : CDR_OK;
    return s == CDR_OK && role ? check_word(cli, role, cdr_disclosure_roles, "role") : s;
}

bool cdr_cli_disclosure_level(const char *word, cdr_level *ret)
{
    for (int l = CDR_LEVEL_C0; word && l <= CDR_LEVEL_C4; l++)
        if (cdr_ascii_ieq(word, strlen(word), cdr_level_names[l], 2)) {
            *ret = (cdr_level)l;
            return true;
        }
    return false;
}

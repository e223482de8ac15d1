/* SPDX-License-Identifier: Apache-2.0 */
/* candor playbook new: a playbook of one's own, made from one that is there. */
#include "base/io.h"
#include "base/text.h"
#include "base/words.h"
#include "cli/cmd.h"
#include "core/cacao/signature.h"
#include "core/playbook/derive.h"
#include "core/playbook/library.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TITLE_MAX 120

static bool is_name(const char *s)
{
    size_t len = strlen(s);
    return len > 0 && len <= CDR_PLAYBOOK_NAME_MAX && s[0] != '-' && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

/* Where it goes; nothing that stands there is written over. */
static cdr_status choose_path(cdr_cli *cli, const char *name, char **ret)
{
    struct stat st;
    _cleanup_free_ char *folder = cdr_path_join(cdr_workspace_dir(cli->ws), "playbooks"), *file = cdr_asprintf("%s.json", name);
    *ret = folder && file ? cdr_path_join(folder, file) : NULL;
    if (!*ret)
        return cdr_fail_nomem(&cli->err, "cli");
    if (!lstat(*ret, &st))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "playbook.exists", "The workspace has a playbook %s already; give the new one another name, or edit playbooks/%s.", name, file);
    if (errno != ENOENT && errno != ENOTDIR)
        return cdr_fail_errno(&cli->err, CDR_E_IO, "cli", "playbook.folder", errno, "Cannot look into the folder playbooks of the workspace");
    return cdr_mkdirs(folder, 0700, &cli->err);
}

static cdr_status sign(cdr_cli *cli, const cdr_buf *text, cdr_buf *out)
{
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    const cdr_secret *seed = cdr_workspace_key(cli->ws, CDR_KEY_PLAYBOOK_SIGN);
    const cdr_signature_request request = {.seed = seed, .signee = cdr_workspace_org(cli->ws), .now_us = cdr_now_us(&cli->ctx), .countersign = -1};
    if (!seed)
        return cdr_fail_nomem(&cli->err, "cli");
    cdr_status s = cdr_playbook_read(text->data, text->len, "the new playbook", &p, &cli->err);
    return s == CDR_OK ? cdr_signature_add(&cli->ctx, p, &request, out, &cli->err) : s;
}

static cdr_status enter(cdr_cli *cli, const char *name, const char *from, const cdr_playbook *p)
{
    _cleanup_json_ json_t *details = json_pack("{s:s, s:s}", "from", from, "derived_from", cdr_playbook_id(p));
    char *text = details ? json_dumps(details, JSON_COMPACT) : NULL;
    if (!text)
        return cdr_fail_nomem(&cli->err, "cli");
    const cdr_ledger_event event = {.kind = "playbook.new", .actor = cdr_workspace_actor(cli->ws), .subject = name, .details_json = text};
    cdr_status s = cdr_ledger_append(cdr_workspace_ledger(cli->ws), &event, NULL, &cli->err);
    free(text);
    return s;
}

/* A line of text. */
static bool is_title(const char *s)
{
    size_t len = strlen(s);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] < ' ' || s[i] == 127)
            return false;
    return len > 0 && cdr_utf8_valid(s, len) && cdr_utf8_count(s, len) <= TITLE_MAX;
}

/* A name, an id or a path, whole: what merely begins so is not copied unasked. */
static cdr_status find(cdr_cli *cli, const char *name, const char *from, cdr_playbook **ret, char ret_from[CDR_PLAYBOOK_NAME_MAX + 1])
{
    const char *wanted = from ? from : name;
    cdr_status s = cdr_library_find(cdr_workspace_dir(cli->ws), wanted, NULL, ret, ret_from, &cli->err);
    bool whole = strchr(wanted, '/') || strstr(wanted, ".json") || !strncmp(wanted, "playbook--", 10) || (s == CDR_OK && !strcmp(wanted, ret_from));
    if (s == CDR_OK && !whole)
        return cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "playbook.source", "There is no playbook %s. Say which one yours is made from, with its whole name: candor playbook new %s --from %s", wanted, name, ret_from);
    if (s == CDR_NOT_FOUND && !from)
        return cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "playbook.source", "There is no playbook %s to copy. Say which one yours is made from: --from NAME; candor playbook list shows them.", name);
    return s;
}

static cdr_exit run(cdr_cli *cli)
{
    char from[CDR_PLAYBOOK_NAME_MAX + 1];
    const char *name = cli->argv[0], *title = cdr_opt_text(cli, "title");
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    _cleanup_free_ char *path = NULL;
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX), out = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX);
    if (!is_name(name))
        return cdr_cli_usage(cli, "A playbook is called by small letters a to z, digits and hyphens, at most %d of them.", CDR_PLAYBOOK_NAME_MAX);
    if (title && !is_title(title))
        return cdr_cli_usage(cli, "A title is one line of at most %d characters.", TITLE_MAX);
    cdr_status s = find(cli, name, cdr_opt_text(cli, "from"), &p, from);
    if (s == CDR_OK)
        s = choose_path(cli, name, &path);
    if (s == CDR_OK)
        s = cdr_playbook_derive(&cli->ctx, p, &(cdr_derivation){.title = title, .signs = true}, &text, &cli->err);
    if (s == CDR_OK)
        s = sign(cli, &text, &out);
    if (s == CDR_OK)
        s = enter(cli, name, from, p);
    if (s == CDR_OK)
        s = cdr_file_write(path, out.data, out.len, 0600, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    _cleanup_free_ char *shown = cdr_cli_shown(path);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:s}", "name", name, "path", shown ? shown : "", "from", from), CDR_EXIT_OK);
    _cleanup_buf_ cdr_buf word = CDR_BUF(1 << 16);
    cdr_words_shell(&word, path);
    cdr_cli_say(cli, "%s\nIt is a copy of %s. Edit it, then:\n  candor playbook check %s\n  candor playbook sign %s\nTo be rid of it: candor playbook remove %s\n", shown ? shown : "", from, word.data ? word.data : "", word.data ? word.data : "", name);
    return CDR_EXIT_OK;
}

static const cdr_opt options[] = {
    {"from", 'f', CDR_OPT_TEXT, "NAME", NULL, "the playbook that it is made from, by its whole name; without it, the one of the same name that comes with Candor"},
    {"title", 't', CDR_OPT_TEXT, "TEXT", NULL, "what it is called in it; without it, as the other"},
    {0},
};

const cdr_cmd cdr_cmd_playbook_new = {
    .path = "playbook new",
    .group = "Be ready",
    .summary = "make a playbook of your own from one that is there",
    .args = "NAME",
    .min_args = 1,
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_RESPOND,
    .description = "Writes playbooks/NAME.json into the workspace. It has an id and dates of its own and says what it was derived from; the ids of its steps stay, so that scenarios fit both. The signature of the other is taken out, "
                   "and the new one is signed with the workspace's key. Under the name of one that comes with Candor it takes its place. Whoever edits it signs it again, which gives modified the new time; until then it shows as "
                   "changed after it was signed. candor playbook remove takes it out again.",
    .examples = "  # your own steps for a lost device, in place of Candor's\n  candor playbook new lost-device\n"
                "  # another playbook, from one of Candor's\n  candor playbook new till-theft --from lost-device --title \"A till was stolen\"\n",
    .json_shape = "  {\"name\": \"till-theft\", \"path\": \"candor-workspace/playbooks/till-theft.json\", \"from\": \"lost-device\"}\n",
    .run = run,
};

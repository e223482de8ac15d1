/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/passphrase.h"

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define PASSPHRASE_MAX 1024
#define PASSPHRASE_MIN 8
#define TICK_MS 100

static cdr_status to_secret(cdr_cli *cli, cdr_buf *text, cdr_secret **ret)
{
    while (text->len && (text->data[text->len - 1] == '\n' || text->data[text->len - 1] == '\r'))
        text->len--;
    cdr_status s = text->len ? cdr_secret_new(text->data, text->len, ret, &cli->err)
                             : cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.empty-passphrase", "The passphrase is empty; give one of at least %d characters.", PASSPHRASE_MIN);
    cdr_buf_wipe(text);
    return s;
}

static cdr_status from_file(cdr_cli *cli, const char *path, cdr_secret **ret)
{
    cdr_buf text = CDR_BUF(PASSPHRASE_MAX);
    cdr_status s = cdr_buf_reserve(&text, PASSPHRASE_MAX) == CDR_OK ? cdr_file_read(path, &text, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        return to_secret(cli, &text, ret);
    cdr_buf_wipe(&text);
    return s;
}

/* A line from the terminal. Ctrl-C ends it: waiting on would keep a person at a prompt that does not go away. */
static cdr_status read_line(cdr_cli *cli, int tty, cdr_buf *text)
{
    for (char c;;) {
        /* By turns, for a signal may come just before the wait begins. */
        struct pollfd p = {.fd = tty, .events = POLLIN};
        int ready = poll(&p, 1, TICK_MS);
        if (cdr_cancelled(&cli->ctx))
            return cdr_fail(&cli->err, CDR_E_CANCELLED, "cli", "cli.no-passphrase", "No passphrase was given; nothing was done.");
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        if (ready < 0 || cdr_read_some(tty, &c, 1) != 1 || c == '\n')
            return CDR_OK;
        if (cdr_buf_addc(text, c) != CDR_OK)
            return cdr_fail(&cli->err, CDR_E_LIMIT, "cli", "cli.long-passphrase", "The passphrase is longer than %d characters.", PASSPHRASE_MAX);
    }
}

static cdr_status ask(cdr_cli *cli, int tty, const char *prompt, cdr_secret **ret)
{
    struct termios old, quiet;
    bool echo_off = tcgetattr(tty, &old) == 0;
    quiet = old;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    if (echo_off)
        tcsetattr(tty, TCSAFLUSH, &quiet);
    cdr_buf text = CDR_BUF(PASSPHRASE_MAX);
    cdr_status s = cdr_buf_reserve(&text, PASSPHRASE_MAX) == CDR_OK ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");   /* growing would leave copies behind */
    if (s == CDR_OK)
        s = cdr_write_all(tty, prompt, strlen(prompt), &cli->err);
    if (s == CDR_OK)
        s = read_line(cli, tty, &text);
    if (echo_off)
        tcsetattr(tty, TCSAFLUSH, &old);
    (void)!write(tty, "\n", 1);
    if (s == CDR_OK)
        return to_secret(cli, &text, ret);
    cdr_buf_wipe(&text);
    return s;
}

static cdr_status ask_on_terminal(cdr_cli *cli, int tty, const char *prompt, bool confirm, cdr_secret **ret)
{
    cdr_status s = ask(cli, tty, prompt, ret);
    if (s != CDR_OK || !confirm)
        return s;
    cdr_secret *again = NULL;
    s = ask(cli, tty, "Once more: ", &again);
    if (s == CDR_OK && !cdr_secret_equal(*ret, again))
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.passphrase-differs", "The two passphrases differ; start again.");
    cdr_secret_free(again);
    if (s != CDR_OK) {
        cdr_secret_free(*ret);
        *ret = NULL;
    }
    return s;
}

static cdr_status ask_somebody(cdr_cli *cli, const char *prompt, bool confirm, cdr_secret **ret)
{
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (tty < 0)
        return CDR_OK;
    cdr_status s = ask_on_terminal(cli, tty, prompt, confirm, ret);
    close(tty);
    return s;
}

static cdr_status check_length(cdr_cli *cli, cdr_secret **ret)
{
    if (cdr_secret_len(*ret) >= PASSPHRASE_MIN)
        return CDR_OK;
    cdr_secret_free(*ret);
    *ret = NULL;
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.short-passphrase", "A passphrase needs at least %d characters; four or five random words are good.", PASSPHRASE_MIN);
}

char *cdr_credential_path(const char *name)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    char *path = folder && *folder ? cdr_path_join(folder, name) : NULL;
    if (path && access(path, R_OK) == 0)
        return path;
    cdr_free(path);
    return NULL;
}

char *cdr_cli_keyfile(const cdr_cli *cli)
{
    const char *given = getenv("CANDOR_KEY_FILE");
    char *path = given && *given ? cdr_strdup(given) : cdr_credential_path("candor.key");
    return path ? path : cdr_path_join(cli->workspace_dir, "candor.key");
}

cdr_status cdr_passphrase_read(cdr_cli *cli, bool confirm, cdr_secret **ret)
{
    *ret = NULL;
    const char *path = cdr_opt_text(cli, "passphrase-file");
    if (!path)
        path = getenv("CANDOR_PASSPHRASE_FILE");
    _cleanup_free_ char *credential = path && *path ? NULL : cdr_credential_path("candor.passphrase");
    cdr_status s = CDR_OK;
    if ((path && *path) || credential)
        s = from_file(cli, credential ? credential : path, ret);
    else
        s = ask_somebody(cli, "Passphrase: ", confirm, ret);
    return s == CDR_OK && confirm && *ret ? check_length(cli, ret) : s;
}

cdr_status cdr_passphrase_new(cdr_cli *cli, const char *path, cdr_secret **ret)
{
    *ret = NULL;
    cdr_status s = path ? from_file(cli, path, ret) : ask_somebody(cli, "New passphrase: ", true, ret);
    if (s == CDR_OK && !*ret)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.no-terminal", "There is no terminal to ask for the new passphrase; give --new-passphrase-file FILE.");
    return s == CDR_OK ? check_length(cli, ret) : s;
}

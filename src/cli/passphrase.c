/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/passphrase.h"

#include "base/io.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define PASSPHRASE_MAX 1024
#define PASSPHRASE_MIN 8

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
    cdr_status s = cdr_file_read(path, &text, &cli->err);
    if (s == CDR_OK)
        return to_secret(cli, &text, ret);
    cdr_buf_wipe(&text);
    return s;
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
    cdr_status s = cdr_write_all(tty, prompt, strlen(prompt), &cli->err);
    char c;
    while (s == CDR_OK && cdr_read_some(tty, &c, 1) == 1 && c != '\n')
        s = cdr_buf_addc(&text, c);
    if (echo_off)
        tcsetattr(tty, TCSAFLUSH, &old);
    if (s == CDR_OK)
        s = cdr_write_all(tty, "\n", 1, &cli->err);
    if (s != CDR_OK) {
        cdr_buf_wipe(&text);
        return cli->err.status ? s : cdr_fail(&cli->err, CDR_E_LIMIT, "cli", "cli.long-passphrase", "The passphrase is longer than %d characters.", PASSPHRASE_MAX);
    }
    return to_secret(cli, &text, ret);
}

static cdr_status ask_on_terminal(cdr_cli *cli, int tty, bool confirm, cdr_secret **ret)
{
    cdr_status s = ask(cli, tty, "Passphrase: ", ret);
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

cdr_status cdr_passphrase_read(cdr_cli *cli, bool confirm, cdr_secret **ret)
{
    *ret = NULL;
    const char *path = cdr_opt_text(cli, "passphrase-file");
    if (!path)
        path = getenv("CANDOR_PASSPHRASE_FILE");
    cdr_status s = CDR_OK;
    if (path && *path) {
        s = from_file(cli, path, ret);
    } else {
        int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
        if (tty < 0)
            return CDR_OK;
        s = ask_on_terminal(cli, tty, confirm, ret);
        close(tty);
    }
    if (s == CDR_OK && confirm && cdr_secret_len(*ret) < PASSPHRASE_MIN) {
        cdr_secret_free(*ret);
        *ret = NULL;
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.short-passphrase", "A passphrase needs at least %d characters; four or five random words are good.", PASSPHRASE_MIN);
    }
    return s;
}

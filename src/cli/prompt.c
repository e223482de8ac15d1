/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/prompt.h"

#include "base/io.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

bool cdr_prompt_somebody(void)
{
    return isatty(STDIN_FILENO) != 0;
}

/* The rest of a line that was too long is no answer to the next question. */
static void drop_rest(cdr_cli *cli)
{
    char c = 0;
    while (c != '\n' && cdr_read_waiting(&cli->ctx, STDIN_FILENO, &c, 1) > 0)
        ;
}

/* Up to the end of the line. Growing would leave copies behind, so all of ${text} is there before. */
static cdr_status read_line(cdr_cli *cli, cdr_buf *text, size_t max)
{
    for (char c;;) {
        ssize_t n = cdr_read_waiting(&cli->ctx, STDIN_FILENO, &c, 1);
        if (n < 0)
            return errno == ECANCELED ? cdr_fail(&cli->err, CDR_E_CANCELLED, "cli", "cli.no-answer", "Stopped; nothing was done.")
                                      : cdr_fail_errno(&cli->err, CDR_E_IO, "cli", "cli.read", errno, "Standard input cannot be read");
        if (n == 0)
            return text->len ? CDR_OK : CDR_DONE;
        if (c == '\n')
            return CDR_OK;
        if (text->len == max + 1 || (text->len == max && c != '\r')) {
            drop_rest(cli);
            return cdr_fail(&cli->err, CDR_E_LIMIT, "cli", "cli.long-line", "The line is longer than %zu bytes.", max);
        }
        cdr_buf_addc(text, c);
    }
}

static cdr_status to_secret(cdr_cli *cli, cdr_buf *text, cdr_secret **ret)
{
    if (text->len && text->data[text->len - 1] == '\r')
        text->len--;
    if (!text->len)
        return CDR_OK;
    if (!cdr_utf8_valid(text->data, text->len) || memchr(text->data, '\0', text->len))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.no-text", "What was typed is no text in UTF-8.");
    return cdr_secret_new(text->data, text->len, ret, &cli->err);
}

cdr_status cdr_prompt_line(cdr_cli *cli, cdr_prompt_kind kind, const char *prompt, size_t max, cdr_secret **ret)
{
    struct termios old, quiet;
    bool somebody = cdr_prompt_somebody(), echo_off = false;
    cdr_buf text = CDR_BUF(max + 2);
    *ret = NULL;
    if (cdr_buf_reserve(&text, max + 1) != CDR_OK)
        return cdr_fail_nomem(&cli->err, "cli");
    if (somebody) {
        echo_off = kind == CDR_PROMPT_HIDDEN && tcgetattr(STDIN_FILENO, &old) == 0;
        if (echo_off) {
            quiet = old;
            quiet.c_lflag &= ~(tcflag_t)ECHO;
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
        }
        fputs(prompt, stderr);
        fflush(stderr);
    }
    cdr_status s = read_line(cli, &text, max);
    if (echo_off)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
    if (somebody && (echo_off || s != CDR_OK))
        fputc('\n', stderr);
    if (s == CDR_OK)
        s = to_secret(cli, &text, ret);
    cdr_buf_wipe(&text);
    return s;
}

static bool is_one_of(const char *typed, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (cdr_ascii_ieq(typed, strlen(typed), words[i], strlen(words[i])))
            return true;
    return false;
}

bool cdr_prompt_is_unknown(const char *typed)
{
    static const char *const words[] = {"dunno", "unknown", "do not know", "don't know", "i do not know", "i don't know", "not known", NULL};
    return is_one_of(typed, words);
}

bool cdr_prompt_is_stop(const char *typed)
{
    static const char *const words[] = {"stop", "quit", "q", "exit", NULL};
    return is_one_of(typed, words);
}

cdr_status cdr_prompt_yes(cdr_cli *cli, const char *question, bool *ret)
{
    *ret = false;
    if (!cdr_prompt_somebody())
        return CDR_OK;
    cdr_secret *answer;
    cdr_status s = cdr_prompt_line(cli, CDR_PROMPT_SHOWN, question, 20, &answer);
    if (s == CDR_OK && answer) {
        const char *a = (const char *)cdr_secret_bytes(answer);
        size_t len = cdr_secret_len(answer);
        *ret = cdr_ascii_ieq(a, len, "y", 1) || cdr_ascii_ieq(a, len, "yes", 3);
    }
    cdr_secret_free(answer);
    return s == CDR_DONE ? CDR_OK : s;
}

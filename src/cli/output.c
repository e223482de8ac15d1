/* SPDX-License-Identifier: Apache-2.0 */
/* How verbs speak: text or JSON on standard output, one sentence per failure on standard error. */
#include "cli/cmd.h"

#include "base/text.h"

#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

cdr_exit cdr_exit_of(cdr_status status)
{
    switch (status) {
    case CDR_OK:
    case CDR_DONE: return CDR_EXIT_OK;
    case CDR_NOT_FOUND: return CDR_EXIT_NOT_FOUND;
    case CDR_DENIED:
    case CDR_E_LOCKED: return CDR_EXIT_LOCKED;
    case CDR_PARTIAL:
    case CDR_NEED_MORE:
    case CDR_E_CANCELLED: return CDR_EXIT_INCOMPLETE;
    case CDR_E_INVAL:
    case CDR_E_LIMIT:
    case CDR_E_UNSUPPORTED: return CDR_EXIT_USAGE;
    case CDR_E_NOMEM:
    case CDR_E_IO:
    case CDR_E_DB:
    case CDR_E_CORRUPT:
    case CDR_E_CRYPTO: return CDR_EXIT_FAULT;
    }
    return CDR_EXIT_FAULT;
}

static json_t *error_json(const char *id, const char *sentence, cdr_exit code)
{
    return json_pack("{s:s, s:s, s:i}", "id", id, "message", sentence, "exit", (int)code);
}

/* "candor: " and a sentence. A person reads it in lines as wide as her terminal; scripts get one line. */
static void complain(const char *text)
{
    struct winsize size;
    size_t width = 80, column = strlen("candor:");
    bool person = isatty(STDERR_FILENO) != 0;
    if (person && !ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col >= 40)
        width = size.ws_col;
    fputs("candor:", stderr);
    for (const char *s = text; *s;) {
        size_t blanks = strspn(s, " "), len = strcspn(s + blanks, " ");
        _cleanup_free_ char *word = cdr_strndup(s + blanks, len);
        size_t wide = word ? cdr_text_width(word) : len;
        bool next = person && s != text && column + blanks + wide > width - 1;
        if (next)
            fputs("\n  ", stderr);
        else
            fprintf(stderr, "%*s", s == text ? 1 : (int)blanks, "");
        fwrite(s + blanks, 1, len, stderr);
        column = next ? 2 + wide : column + CDR_MAX(blanks, (size_t)1) + wide;
        s += blanks + len;
    }
    fputc('\n', stderr);
}

static void print_error(cdr_cli *cli, const char *id, const char *sentence, cdr_exit code)
{
    /* Words of the command line and names of files may hold terminal escapes and invalid bytes. */
    _cleanup_buf_ cdr_buf escaped = CDR_BUF(4 * CDR_ERR_TEXT_MAX);
    const char *text = cdr_text_escape(&escaped, sentence, strlen(sentence)) == CDR_OK && escaped.len ? escaped.data : "Out of memory.";
    if (!cli->json) {
        complain(text);
        return;
    }
    json_t *j = json_pack("{s:o}", "error", error_json(id, text, code));
    if (!j) {
        complain(text);
        return;
    }
    json_dumpf(j, stdout, JSON_COMPACT);
    fputc('\n', stdout);
    json_decref(j);
}

json_t *cdr_cli_error_json(const cdr_cli *cli, cdr_status status)
{
    _cleanup_buf_ cdr_buf escaped = CDR_BUF(4 * CDR_ERR_TEXT_MAX);
    if (cdr_text_escape(&escaped, cli->err.text, strlen(cli->err.text)) != CDR_OK || !escaped.len)
        return NULL;
    return error_json(cli->err.id ? cli->err.id : "cli.unexplained", escaped.data, cdr_exit_of(status));
}

cdr_exit cdr_cli_fail(cdr_cli *cli, cdr_status status)
{
    cdr_exit code = cdr_exit_of(status);
    const char *text = cli->err.status != CDR_OK && cli->err.text[0] ? cli->err.text : "Something failed without saying what; please report this.";
    print_error(cli, cli->err.id ? cli->err.id : "cli.unexplained", text, code);
    return code;
}

cdr_exit cdr_cli_usage(cdr_cli *cli, const char *fmt, ...)
{
    char text[CDR_ERR_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    print_error(cli, "cli.usage", text, CDR_EXIT_USAGE);
    return CDR_EXIT_USAGE;
}

cdr_exit cdr_cli_print_json(cdr_cli *cli, json_t *j, cdr_exit code)
{
    if (!j) {
        cdr_fail(&cli->err, CDR_E_NOMEM, "cli", "cli.json", "The answer cannot be written as JSON: a text in it is no UTF-8, or memory ran out.");
        return cdr_cli_fail(cli, CDR_E_NOMEM);
    }
    json_dumpf(j, stdout, isatty(STDOUT_FILENO) ? JSON_INDENT(2) : JSON_COMPACT);
    fputc('\n', stdout);
    json_decref(j);
    return code;
}

char *cdr_cli_shown(const char *name)
{
    cdr_buf text = CDR_BUF(1 << 20);
    cdr_text_escape(&text, name, strlen(name));
    char *shown = cdr_buf_take(&text);
    return shown ? shown : cdr_strdup("");
}

/* Marks that turn the direction of writing, or are invisible, are shown: whatever text it is in, it does not look like another. */
static void put_plain(const char *text, size_t len)
{
    size_t done = 0;
    for (size_t at = 0; at < len;) {
        uint32_t cp;
        size_t n = (unsigned char)text[at] < 0x80 ? 1 : cdr_utf8_decode(text + at, len - at, &cp);
        if ((unsigned char)text[at] >= 0x80 && cdr_text_is_mark(cp)) {
            fwrite(text + done, 1, at - done, stdout);
            for (size_t k = 0; k < n; k++)
                fprintf(stdout, "\\x%02X", (unsigned)(unsigned char)text[at + k]);
            done = at + n;
        }
        at += n;
    }
    fwrite(text + done, 1, len - done, stdout);
}

static void put_formatted(const char *fmt, va_list ap)
{
    char small[512];
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    if (n >= (int)sizeof small) {
        _cleanup_free_ char *large = cdr_alloc((size_t)n + 1);
        if (!large)
            vfprintf(stdout, fmt, again);
        else if (vsnprintf(large, (size_t)n + 1, fmt, again) == n)
            put_plain(large, (size_t)n);
    } else if (n > 0) {
        put_plain(small, (size_t)n);
    }
    va_end(again);
}

void cdr_cli_say(cdr_cli *cli, const char *fmt, ...)
{
    if (cli->quiet)
        return;
    va_list ap;
    va_start(ap, fmt);
    put_formatted(fmt, ap);
    va_end(ap);
}

void cdr_cli_print(cdr_cli *cli, const char *fmt, ...)
{
    (void)cli;
    va_list ap;
    va_start(ap, fmt);
    put_formatted(fmt, ap);
    va_end(ap);
}

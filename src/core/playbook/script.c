/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes are looked through, so that whatever could be a command anywhere is taken for one: a script is refused too often rather than once too little. */
#include "core/playbook/script.h"

#include <string.h>

enum { WORD_MAX = 256, DEPTH_MAX = 32 };

typedef struct scan { char word[WORD_MAX]; size_t len, depth; bool outside[DEPTH_MAX] /* what ->command is after each open parenthesis ends */; bool any /* a word is being read */, command /* the next one is a command */, target /* … is what < or > names */, hash, tests, computes, option_v; cdr_err *err; } scan;

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_one_of(const char *word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(word, list[i]))
            return true;
    return false;
}

/* --- values --- */

bool cdr_script_is_harmless(cdr_variable_type type)
{
    switch (type) {
    case CDR_VAR_BOOL:
    case CDR_VAR_FLOAT:
    case CDR_VAR_INTEGER:
    case CDR_VAR_LONG:
    case CDR_VAR_IPV4:
    case CDR_VAR_IPV6:
    case CDR_VAR_MAC:
    case CDR_VAR_HASH:
    case CDR_VAR_MD5:
    case CDR_VAR_SHA256:
    case CDR_VAR_UUID:
        return true;
    case CDR_VAR_UNKNOWN:
    case CDR_VAR_DICTIONARY:
    case CDR_VAR_HEXSTRING:
    case CDR_VAR_STRING:
    case CDR_VAR_URI:
    case CDR_VAR__MAX:
        return false;
    }
    return false;
}

bool cdr_script_value_is_plain(cdr_variable_type type, const char *value)
{
    if (cdr_script_is_harmless(type) ? !cdr_variable_value_valid(type, value, NULL) : *value == '-')
        return false;
    for (const char *p = value; *p; p++)
        if (!is_letter(*p) && !is_digit(*p) && !strchr(" .-:@/,+", *p) && !(*p & 0x80))
            return false;
    return true;
}

/* --- scripts --- */

static cdr_status refuse(scan *s, const char *what)
{
    return cdr_fail(s->err, CDR_DENIED, "playbook", "perform.script-value", "With a text in a value Candor carries out no script that holds %.60s, as the value might be read as a command there; people do it.", what);
}

/* What reads a command or a program out of its words, computes with them, or starts what they name. */
static bool is_reader(const char *word)
{
    static const char *const list[] = {
        ".",      "alias", "ash",    "at",       "awk",     "bash",     "batch",   "bind",   "builtin", "busybox", "chroot",  "command",     "compgen", "complete", "coproc",  "dash",  "declare",  "doas",   "enable", "env",    "eval",
        "exec",   "expect", "fc",    "fish",     "flock",   "function", "gawk",    "gdb",    "getopts", "hash",    "ionice",  "jobs",        "ksh",     "let",      "local",   "lua",   "make",     "mapfile", "mawk",  "mksh",   "nice",
        "node",   "nohup", "nsenter", "parallel", "perl",   "php",      "rbash",   "read",   "readarray", "ruby",  "runuser", "screen",      "script",  "sed",      "select",  "setsid", "sh",      "source", "ssh",    "stdbuf", "strace",
        "su",     "sudo",  "systemd-run", "tclsh", "time",  "timeout",  "tmux",    "toybox", "trap",    "typeset", "unset",   "unshare",     "wait",    "watch",    "xargs",   "zsh",
    };
    const char *name = strrchr(word, '/') ? strrchr(word, '/') + 1 : word;
    return is_one_of(name, list, CDR_COUNT(list)) || !strncmp(name, "python", 6);
}

bool cdr_script_starts_others(const char *program)
{
    static const char *const more[] = {"ed", "emacs", "ex", "find", "git", "ld.so", "less", "man", "more", "rsync", "scp", "sftp", "tar", "vi", "vim", "view", "zip"};
    const char *name = strrchr(program, '/') ? strrchr(program, '/') + 1 : program;
    return is_reader(program) || is_one_of(name, more, CDR_COUNT(more)) || !strncmp(name, "ld-", 3);
}

static bool is_assignment(const char *word)
{
    const char *p = word;
    while (is_letter(*p) || (p > word && is_digit(*p)))
        p++;
    return p > word && (*p == '=' || (*p == '+' && p[1] == '='));
}

/* Names whose value says which commands there are, or what is carried out before them. */
static bool is_steering(const char *word)
{
    static const char *const names[] = {"PATH", "CDPATH", "IFS", "ENV", "BASH_ENV", "PS4", "PROMPT_COMMAND", "SHELLOPTS", "BASHOPTS", "SHELL", "HOME", "PAGER", "EDITOR", "VISUAL"};
    size_t len = strcspn(word, "+=");
    bool found = !strncmp(word, "LD_", 3) || !strncmp(word, "GIT_", 4);
    for (size_t i = 0; i < CDR_COUNT(names) && !found; i++)
        found = strlen(names[i]) == len && !memcmp(names[i], word, len);
    return found && is_assignment(word);
}

static cdr_status end_command_word(scan *s)
{
    static const char *const keywords[] = {"if", "then", "elif", "else", "fi", "while", "until", "do", "done", "esac", "!", "{", "}"}, *const marks[] = {"[", "[[", "*"};
    if (is_one_of(s->word, keywords, CDR_COUNT(keywords)) || is_assignment(s->word))
        return CDR_OK;
    bool plain = strlen(s->word) < WORD_MAX - 1;
    for (const char *p = s->word; *p && plain; p++)
        plain = is_letter(*p) || is_digit(*p) || strchr("./:+-", *p);
    if (!plain && !is_one_of(s->word, marks, CDR_COUNT(marks)))
        return refuse(s, "a command whose name is put together");
    s->command = false;
    if (is_reader(s->word) || (s->depth && !strcmp(s->word, "case")))      /* the parentheses of its patterns have no beginning */
        return refuse(s, s->word);
    s->tests = s->tests || !strcmp(s->word, "[") || !strcmp(s->word, "[[") || !strcmp(s->word, "test") || !strcmp(s->word, "printf");
    s->computes = s->computes || !strcmp(s->word, "[[");
    return CDR_OK;
}

static cdr_status end_word(scan *s)
{
    static const char *const starts[] = {"-exec", "-execdir", "-ok", "-okdir"};
    if (!s->any)
        return CDR_OK;
    s->word[s->len] = '\0';
    s->any = false;
    s->len = 0;
    s->option_v = s->option_v || !strncmp(s->word, "-v", 2) || !strcmp(s->word, "-R");
    if (is_one_of(s->word, starts, CDR_COUNT(starts)) || is_steering(s->word))
        return refuse(s, s->word);
    if (s->target) {
        s->target = false;
        return CDR_OK;
    }
    return s->command ? end_command_word(s) : CDR_OK;
}

static void put(scan *s, char c)
{
    s->any = true;
    if (s->len < WORD_MAX - 1)
        s->word[s->len++] = c;
}

/* After "$": a bare name, or a name between braces with what takes no numbers behind it. Other expansions compute, or read the value of a value. */
static cdr_status check_expansion(scan *s, const char *p)
{
    if (*p == '\'' || *p == '"')
        return refuse(s, "$'…'");
    if (*p == '[' || (*p == '(' && p[1] == '('))
        return refuse(s, "$((…))");
    if (*p != '{')
        return CDR_OK;
    p++;
    p += *p == '#';
    const char *begin = p;
    while (is_letter(*p) || is_digit(*p))
        p++;
    bool good = *p == '}' || (p > begin && *p && strchr("-=+?%#/^,", *p)) || (p > begin && *p == ':' && p[1] && strchr("-=+?", p[1]));
    return good ? CDR_OK : refuse(s, "${…} with more than a name");
}

/* One character that is no blank and belongs to no word; false: it does. */
static bool is_operator(char c)
{
    return c && strchr(";&|()`\n", c);
}

static cdr_status parenthesis(scan *s, const char *script, const char *p)
{
    if (*p == '(' && (p[1] == '(' || s->depth == DEPTH_MAX))
        return refuse(s, "((…))");
    bool was = s->command;
    s->command = true;
    if (*p == '(')
        s->outside[s->depth++] = was || p == script || p[-1] != '$';
    else if (s->depth)
        s->command = s->outside[--s->depth];
    return CDR_OK;
}

static cdr_status step_over(scan *s, const char *script, const char **at)
{
    const char *p = *at;
    cdr_status st = CDR_OK;
    *at = p + 1;
    if (is_operator(*p)) {
        st = end_word(s);
        s->target = false;
        if (st == CDR_OK && (*p == '(' || *p == ')'))
            st = parenthesis(s, script, p);
        else
            s->command = true;
        s->hash = s->hash && *p != '\n';
    } else if (*p == '<' || *p == '>') {
        s->word[s->len] = '\0';
        if (strspn(s->word, "0123456789") == s->len) {      /* 2> is no word */
            s->any = false;
            s->len = 0;
        }
        st = end_word(s);
        *at += strspn(*at, "<>&| \t");
        s->target = true;
    } else if (*p == ' ' || *p == '\t' || *p == '\r') {
        st = end_word(s);
    } else if (*p == '\\') {
        if (p[1] == '\n' && s->hash)
            return refuse(s, "a comment that ends in a backslash");
        if (p[1] == '\n')
            *at = p + 2;
        else if (p[1] && strchr(" \t;&|<>\\", p[1])) {
            put(s, p[1]);
            *at = p + 2;
        }
    } else if (*p == '"' || *p == '\'')
        s->any = true;
    else {
        s->hash = s->hash || *p == '#';
        if (*p == '$')
            st = check_expansion(s, p + 1);
        if (*p == ']' && (p[1] == '=' || (p[1] == '+' && p[2] == '=')))
            return refuse(s, "an array");
        put(s, *p);
    }
    return st;
}

cdr_status cdr_script_check(const char *script, cdr_err *err)
{
    static const char *const numbers[] = {" -eq ", " -ne ", " -lt ", " -le ", " -gt ", " -ge "};
    scan s = {.command = true, .err = err};
    cdr_status st = CDR_OK;
    for (const char *p = script; *p && st == CDR_OK;)
        st = step_over(&s, script, &p);
    if (st == CDR_OK)
        st = end_word(&s);
    if (st == CDR_OK && s.tests && s.option_v)
        st = refuse(&s, "-v with test, [ or printf");
    for (size_t i = 0; i < CDR_COUNT(numbers) && st == CDR_OK && s.computes; i++)
        if (strstr(script, numbers[i]))
            st = refuse(&s, "[[ … ]] with a comparison of numbers");
    return st;
}

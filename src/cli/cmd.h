/* SPDX-License-Identifier: Apache-2.0 */
/* A verb describes itself; the table in commands.def lists them. Help, completion, manual page and the documented JSON shape
 * come from these descriptions, and so does the parsing of options: no verb parses its own.
 *
 * One file per verb: src/cli/ledger_verify.c defines `const cdr_cmd cdr_cmd_ledger_verify = {...};` and commands.def has the
 * line CDR_COMMAND(ledger_verify). */
#ifndef CDR_CLI_CMD_H
#define CDR_CLI_CMD_H

#include "base/buf.h"
#include "base/json.h"
#include "core/staff/role.h"
#include "core/workspace/workspace.h"

#include <stdio.h>

/* Exit codes, documented in the manual; never renumber. */
typedef enum cdr_exit {
    CDR_EXIT_OK = 0, CDR_EXIT_NO = 1, CDR_EXIT_USAGE = 2, CDR_EXIT_NOT_FOUND = 3, CDR_EXIT_LOCKED = 4, CDR_EXIT_FAULT = 5, CDR_EXIT_INCOMPLETE = 6
} cdr_exit;

typedef enum cdr_opt_type { CDR_OPT_FLAG, CDR_OPT_TEXT, CDR_OPT_UINT, CDR_OPT_REAL, CDR_OPT_SIZE, CDR_OPT_CHOICE, CDR_OPT_LIST /* repeatable text */, CDR_OPT_MAYBE /* choice, --x alone gives the fallback, else --x=a */ } cdr_opt_type;

typedef struct cdr_opt {
    const char *name;        /* "out" for --out */
    char letter;             /* 0: none */
    cdr_opt_type type;
    const char *metavar;     /* "DIR"; for CHOICE "text|json|csv" is also the list of choices */
    const char *fallback;    /* default as text, NULL none */
    const char *help;
} cdr_opt;

enum {
    CDR_CMD_WORKSPACE = 1,   /* opens the workspace for writing before run */
    CDR_CMD_READONLY = 2,    /* opens it for reading */
    CDR_CMD_HIDDEN = 4,      /* not in help */
    CDR_CMD_NO_SESSION = 8,  /* works without a session: login, logout, whoami */
    CDR_CMD_TEMPORARY = 16   /* works before a password that somebody else chose is changed */
};

typedef struct cdr_cli cdr_cli;

typedef struct cdr_cmd {
    const char *path;        /* "ledger verify" */
    const char *group;       /* heading in help: "Know", "Prove it", "Workspace" … */
    const char *summary;     /* one line, no full stop */
    const char *args;        /* "TARGET..." ; NULL none */
    int min_args, max_args;  /* max -1: any number */
    const cdr_opt *opts;     /* ends with {0}; NULL none */
    unsigned flags;
    unsigned roles;          /* CDR_ROLE_* of who may use it; 0: everybody who works here */
    const char *description; /* paragraphs for --help and the manual */
    const char *examples;    /* lines "candor …" each with a comment line "# …" before it */
    const char *json_shape;  /* what --json prints, as an annotated example */
    cdr_exit (*run)(cdr_cli *cli);
} cdr_cmd;

struct cdr_cli {
    cdr_ctx ctx;
    const cdr_cmd *cmd;
    const char *workspace_dir;
    cdr_workspace *ws;             /* open when the command asks for it */
    cdr_role role;                 /* of who works here, once ->ws is open; the owner while there are no users */
    char login[48];                /* "dana"; empty while there are no users */
    cdr_secret *session;           /* token of who signed in; NULL none */
    bool json, quiet, colour;      /* colour: standard output is a terminal and NO_COLOR is unset */
    bool progress_bar;             /* standard error is a terminal */
    unsigned width;                /* terminal columns, 80 otherwise */
    int argc;
    const char **argv;             /* positional arguments */
    void *opts;                    /* parsed options, read by the calls below */
    cdr_err err;                   /* filled by a failing call; the caller prints it */
};

/* Options by name; the name must be in the command's table. */
bool cdr_opt_flag(const cdr_cli *cli, const char *name);
const char *cdr_opt_text(const cdr_cli *cli, const char *name);            /* value, else fallback, else NULL */
uint64_t cdr_opt_uint(const cdr_cli *cli, const char *name);
double cdr_opt_real(const cdr_cli *cli, const char *name);
size_t cdr_opt_list(const cdr_cli *cli, const char *name, const char *const **ret);

/* Print the error sentence of cli->err (text on stderr, with --json an object on stdout) and give the exit code of ${status}. */
cdr_exit cdr_cli_fail(cdr_cli *cli, cdr_status status);
/* Same with a sentence made here: wrong use. */
cdr_exit cdr_cli_usage(cdr_cli *cli, const char *fmt, ...) CDR_PRINTF(2, 3);
cdr_exit cdr_exit_of(cdr_status status);
/* Print ${j} to standard output, indented when it is a terminal; steals the reference. */
cdr_exit cdr_cli_print_json(cdr_cli *cli, json_t *j, cdr_exit code);
/* What cdr_cli_fail would print, as {id, message, exit}; NULL when out of memory. */
json_t *cdr_cli_error_json(const cdr_cli *cli, cdr_status status);
/* A name or path as terminals and JSON may show it: escaped. Never NULL unless out of memory; free with cdr_free. */
char *cdr_cli_shown(const char *name) CDR_NODISCARD;
/* Where the key file lies: $CANDOR_KEY_FILE, the credential candor.key of a systemd unit, or in the workspace. NULL: no memory; free with cdr_free. */
char *cdr_cli_keyfile(const cdr_cli *cli) CDR_NODISCARD;
/* Open cli->workspace_dir into cli->ws and see whether who works here may use the command: for verbs that may do without; those with CDR_CMD_WORKSPACE find it open.
 * A writer waits a while for another one to be done. */
cdr_status cdr_cli_open_workspace(cdr_cli *cli, cdr_workspace_mode mode) CDR_NODISCARD;
/* A command that opened the workspace for reading and asked somebody something: from here on it writes. */
cdr_status cdr_cli_start_writing(cdr_cli *cli) CDR_NODISCARD;
/* Text to standard output. A closed pipe or full disk becomes exit 5 at the end of main. */
void cdr_cli_print(cdr_cli *cli, const char *fmt, ...) CDR_PRINTF(2, 3);

/* The same unless --quiet: what tells that something went well. */
void cdr_cli_say(cdr_cli *cli, const char *fmt, ...) CDR_PRINTF(2, 3);

extern const cdr_cmd *const cdr_commands[];
extern const size_t cdr_command_count;

#endif

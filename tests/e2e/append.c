/* SPDX-License-Identifier: Apache-2.0 */
/* candor-append WORKSPACE COUNT: appends COUNT entries to the ledger and prints the index of each once it is committed. The kill tests
 * stop it at random moments. */
#include "base/fault.h"
#include "base/parse.h"
#include "core/workspace/workspace.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int append(cdr_workspace *ws, uint64_t count, cdr_err *err)
{
    for (uint64_t i = 0; i < count; i++) {
        char details[64], line[32];
        uint64_t idx;
        snprintf(details, sizeof details, "{\"n\":%llu}", (unsigned long long)i);
        if (cdr_ledger_append(cdr_workspace_ledger(ws), &(cdr_ledger_event){"test.append", cdr_workspace_actor(ws), "test", details}, &idx, err) != CDR_OK)
            return 5;
        int n = snprintf(line, sizeof line, "%llu\n", (unsigned long long)idx);
        if (write(STDOUT_FILENO, line, (size_t)n) != n)
            return 5;
    }
    return 0;
}

int main(int argc, char **argv)
{
    cdr_ctx ctx;
    cdr_err err = {0};
    cdr_workspace *ws = NULL;
    uint64_t count;
    if (argc != 3 || !cdr_parse_u64(argv[2], strlen(argv[2]), 0, 1000000, &count))
        return 2;
    cdr_fault_from_env();
    cdr_ctx_init(&ctx);
    int code = 4;
    if (cdr_workspace_open(&ctx, argv[1], CDR_WORKSPACE_WRITE, NULL, &ws, &err) == CDR_OK)
        code = append(ws, count, &err);
    cdr_workspace_close(ws);
    if (code)
        fprintf(stderr, "candor: %s\n", err.text);
    return code;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/reach.h"

#include <string.h>
#include <sys/stat.h>

void cdr_reach_done(cdr_reach *r)
{
    cdr_free(r->folder);
    *r = (cdr_reach){0};
}

bool cdr_reach_open(cdr_reach *r, const char *path)
{
    _cleanup_free_ char *folder = cdr_strdup(path);
    if (!folder)
        return true;
    char *slash = strrchr(folder, '/');
    if (!slash || strstr(path, "\\x"))
        return true;
    *slash = '\0';
    if (r->folder && !strcmp(r->folder, folder))
        return r->open;
    cdr_free(r->folder);
    r->folder = cdr_strdup(folder);
    r->open = true;
    while (r->open && folder[0]) {
        struct stat st;
        if (stat(folder, &st) == 0 && !(st.st_mode & S_IXOTH))
            r->open = false;
        slash = strrchr(folder, '/');
        if (!slash)
            break;
        *slash = '\0';
    }
    return r->open;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/own.h"

#include "base/io.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char *const of_workspace[] = {"candor.db", "candor.db-wal", "candor.db-shm", "candor.db-journal", "candor.key", "candor.lock", "candor.performing"};
static const char *const of_report[] = {"report.html", "report.json", "findings.csv", "findings.sarif", "coverage.csv", "ropa.csv"};

static bool has(int fd, const char *name)
{
    struct stat st;
    return !fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode);
}

static bool begins(int dirfd, const char *name, const char *with)
{
    char head[32];
    size_t len = strlen(with);
    _cleanup_close_ int fd = openat(dirfd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
    return fd >= 0 && len <= sizeof head && pread(fd, head, len, 0) == (ssize_t)len && !memcmp(head, with, len);
}

unsigned cdr_own_of(const cdr_scan_options *o, int fd, const struct stat *st)
{
    unsigned own = 0;
    for (size_t i = 0; i < o->own_count; i++)
        if (o->own[i].dev == (uint64_t)st->st_dev && o->own[i].ino == (uint64_t)st->st_ino)
            own |= o->own[i].report ? CDR_OWN_REPORT : CDR_OWN_WORKSPACE | CDR_OWN_WHOLE;
    if (!(own & CDR_OWN_WORKSPACE) && has(fd, "candor.lock") && has(fd, "candor.key") && begins(fd, "candor.db", "SQLite format 3"))
        own |= CDR_OWN_WORKSPACE;
    if (!(own & CDR_OWN_REPORT) && has(fd, "findings.sarif") && has(fd, "report.html") && begins(fd, "report.json", "{\"schema\":\"candor-audit-"))
        own |= CDR_OWN_REPORT;
    return own;
}

bool cdr_own_names(unsigned own, const char *name)
{
    for (size_t i = 0; own & CDR_OWN_WORKSPACE && i < CDR_COUNT(of_workspace); i++)
        if (!strcmp(name, of_workspace[i]))
            return true;
    for (size_t i = 0; own & CDR_OWN_REPORT && i < CDR_COUNT(of_report); i++)
        if (!strcmp(name, of_report[i]))
            return true;
    return false;
}

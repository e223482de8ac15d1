/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/reader/reader.h"

#include "base/mem.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static cdr_status memory_pread(void *arg, uint64_t at, char *buf, size_t len, size_t *ret, cdr_err *err)
{
    (void)err;
    const cdr_source *s = arg;
    *ret = at < s->size ? (size_t)CDR_MIN((uint64_t)len, s->size - at) : 0;
    if (*ret)
        memcpy(buf, s->memory + at, *ret);
    return CDR_OK;
}

void cdr_source_from_memory(cdr_source *s, const char *data, size_t len)
{
    *s = (cdr_source){.arg = s, .pread = memory_pread, .memory = data, .size = len};
}

static cdr_status fd_pread(void *arg, uint64_t at, char *buf, size_t len, size_t *ret, cdr_err *err)
{
    int fd = (int)(intptr_t)arg;
    *ret = 0;
    if (at > INT64_MAX - len)
        return CDR_OK;
    while (*ret < len) {
        ssize_t n = pread(fd, buf + *ret, len - *ret, (off_t)(at + *ret));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cdr_fail_errno(err, CDR_E_IO, "scan", "file.read-failed", errno, "The file cannot be read");
        if (n == 0)
            break;
        *ret += (size_t)n;
    }
    return CDR_OK;
}

void cdr_source_from_fd(cdr_source *s, int fd, uint64_t size)
{
    *s = (cdr_source){.arg = (void *)(intptr_t)fd, .pread = fd_pread, .size = size};
}

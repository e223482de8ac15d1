/* SPDX-License-Identifier: Apache-2.0 */
/* room: crypto. A key file of unknown origin: no crash, no work for a passphrase that was not given. */
#include "candor/crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    cdr_keyfile_kind kind;
    cdr_secret *key = NULL;
    cdr_err err = {0};
    int fd = memfd_create("keyfile", MFD_CLOEXEC);
    if (fd < 0 || fchmod(fd, 0600) || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    cdr_status k = cdr_keyfile_kind_of(path, &kind, &err), s = cdr_keyfile_open(path, NULL, &key, &err);
    if (s == CDR_OK && (k != CDR_OK || kind != CDR_KEYFILE_PLAIN || cdr_secret_len(key) != CDR_KEY_BYTES))
        abort();
    if (s != CDR_OK && (key || !err.text[0]))
        abort();
    cdr_secret_free(key);
    close(fd);
    return 0;
}

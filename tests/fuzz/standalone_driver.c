/* SPDX-License-Identifier: Apache-2.0 */
/* Replays a fuzz corpus without libFuzzer: every file of the folders named on the command line, whole and cut at each
 * power of two, goes once through the target. Exits 77 (skipped) when there is no corpus. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return 0;
    uint8_t *data = malloc(1 << 20);
    if (!data) {
        fclose(f);
        return 0;
    }
    size_t n = fread(data, 1, 1 << 20, f);
    fclose(f);
    /* An exact-size copy lets the address sanitizer see a read one past the end. */
    for (size_t cut = n;; cut /= 2) {
        uint8_t *exact = malloc(cut ? cut : 1);
        if (!exact)
            break;
        memcpy(exact, data, cut);
        LLVMFuzzerTestOneInput(exact, cut);
        free(exact);
        if (!cut)
            break;
    }
    free(data);
    return 1;
}

int main(int argc, char **argv)
{
    int files = 0;
    for (int i = 1; i < argc; i++) {
        DIR *d = opendir(argv[i]);
        if (!d)
            continue;
        for (struct dirent *e; (e = readdir(d));) {
            char path[4096];
            if (e->d_name[0] == '.' || snprintf(path, sizeof path, "%s/%s", argv[i], e->d_name) >= (int)sizeof path)
                continue;
            files += replay(path);
        }
        closedir(d);
    }
    printf("%d corpus files replayed\n", files);
    return files ? 0 : 77;
}

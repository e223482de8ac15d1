/* SPDX-License-Identifier: Apache-2.0 */
/* Deterministic text for the benchmarks.
 *   corpus sparse|dense|hostile SEED BYTES > FILE
 * sparse: logs, CSV, JSON lines and prose, about one line in a hundred with personal data; dense: personal data on every line;
 * hostile: long runs of digits, dots, at signs and colons that look like the beginning of something; hostile:UNIT repeats one text only
 * ("hostile:password="), hostile:digits, :hex, :base64, :figures make lines of random ones.
 *   corpus customers SEED BYTES > FILE
 * a CSV of customers: id, name, email, phone, city, ordered_at, total, status.
 *   corpus files SEED COUNT BYTES FOLDER
 * COUNT small files of BYTES each, sparse text, in folders of 1,000.
 *   corpus time COMMAND...
 * runs it and prints seconds on the clock, seconds of CPU, peak KiB and its exit code: a small process has no memory of its own to hide
 * that of the command. The command's output goes into a file that is thrown away; some programs do nothing when it is /dev/null. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct dice {
    uint64_t state;
} dice;

static uint32_t roll(dice *d, uint32_t n)
{
    d->state = d->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((d->state >> 33) % n);
}

static const char *const words[] = {
    "the",    "order",  "system", "report", "people", "under", "never", "water",  "second", "between", "service", "request", "answer", "window",
    "market", "green",  "follow", "change", "school", "paper", "group", "always", "those",  "music",   "mark",    "letter",  "until",  "mile",
    "river",  "second", "car",    "feet",   "care",   "plain", "girl",  "usual",  "young",  "ready",   "above",   "ever",    "red",    "list"};
static const char *const names[] = {"ada", "boris", "carla", "deniz", "elena", "frank", "grace", "henry", "irene", "jonas", "karim", "lena"};
#define PICK(d, a) ((a)[roll(d, (uint32_t)(sizeof(a) / sizeof((a)[0])))])

static void luhn_card(dice *d, char *out)
{
    int sum = 0;
    snprintf(out, 17, "4%014u", roll(d, 2000000000u));
    for (int i = 0; i < 15; i++) {
        int v = (out[i] - '0') * (i % 2 == 0 ? 2 : 1);
        sum += v > 9 ? v - 9 : v;
    }
    out[15] = (char)('0' + (10 - sum % 10) % 10);
    out[16] = 0;
}

static int personal(dice *d, char *out, size_t cap)
{
    char card[17];
    switch (roll(d, 6)) {
    case 0: return snprintf(out, cap, "%s.%s%u@example.com", PICK(d, names), PICK(d, names), roll(d, 1000));
    case 1: return snprintf(out, cap, "+1 (%u) 555-01%02u", 201 + roll(d, 700), roll(d, 100));
    case 2: luhn_card(d, card); return snprintf(out, cap, "%s", card);
    case 3: return snprintf(out, cap, "ssn %03u-%02u-%04u", 1 + roll(d, 660), 1 + roll(d, 98), 1 + roll(d, 9998));
    case 4: return snprintf(out, cap, "%u.%u.%u.%u", 11 + roll(d, 200), roll(d, 256), roll(d, 256), roll(d, 256));
    default: luhn_card(d, card); return snprintf(out, cap, "%.4s %.4s %.4s %.4s", card, card + 4, card + 8, card + 12);
    }
}

static int prose(dice *d, char *out, size_t cap, unsigned count)
{
    int n = 0;
    for (unsigned i = 0; i < count && (size_t)n + 16 < cap; i++)
        n += snprintf(out + n, cap - (size_t)n, "%s ", PICK(d, words));
    return n;
}

static int line(dice *d, char *out, size_t cap, int with_personal)
{
    char pii[96] = "";
    if (with_personal)
        personal(d, pii, sizeof pii);
    char text[256];
    prose(d, text, sizeof text, 4 + roll(d, 12));
    uint32_t kind = roll(d, 10);
    if (kind < 4)
        return snprintf(out, cap, "2026-%02u-%02uT%02u:%02u:%02u.%03uZ INFO worker-%u %s%s took %u ms\n", 1 + roll(d, 12), 1 + roll(d, 28), roll(d, 24),
                        roll(d, 60), roll(d, 60), roll(d, 1000), roll(d, 16), text, pii, roll(d, 5000));
    if (kind < 6)
        return snprintf(out, cap, "%u,%s,%s,%u.%02u,%s\n", roll(d, 1000000), text, pii, roll(d, 500), roll(d, 100), PICK(d, words));
    if (kind < 8)
        return snprintf(out, cap, "{\"id\":%u,\"message\":\"%s\",\"ref\":\"%08x%08x\",\"note\":\"%s\"}\n", roll(d, 1000000), text, roll(d, 0xffffffffu),
                        roll(d, 0xffffffffu), pii);
    return snprintf(out, cap, "%s%s%s\n", text, pii, text);
}

/* One long line of random letters, digits or signs; false when ${name} is none of the alphabets. */
static int random_line(dice *d, const char *name, char *out)
{
    static const struct { const char *name, *letters; } alphabets[] = {
        {"digits", "0123456789"}, {"hex", "0123456789abcdef"}, {"figures", "0123456789 .-"}, {"base64", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"}};
    for (size_t i = 0; i < sizeof alphabets / sizeof alphabets[0]; i++) {
        if (strcmp(name, alphabets[i].name) != 0)
            continue;
        int n = 0, want = 200 + (int)roll(d, 3000);
        while (n < want)
            out[n++] = alphabets[i].letters[roll(d, (uint32_t)strlen(alphabets[i].letters))];
        out[n++] = '\n';
        return n;
    }
    return 0;
}

static int hostile(dice *d, const char *only, char *out, size_t cap)
{
    static const char *const units[] = {"1", "1.1.", "123-45-6789 ", "@", "a@", "1:2:", "a.b.", "9", "+1 ", "4111 ", "2026-", "://"};
    const char *unit = *only ? only : PICK(d, units);
    size_t len = strlen(unit), n = (size_t)random_line(d, only, out), want = 200 + roll(d, 3000);
    if (n)
        return (int)n;
    while (n + len + 2 < cap && n < want) {
        memcpy(out + n, unit, len);
        n += len;
    }
    out[n++] = '\n';
    return (int)n;
}

static void stream(const char *kind, dice *d, uint64_t bytes, FILE *f)
{
    char text[8192];
    const char *only = strchr(kind, ':');
    for (uint64_t done = 0; done < bytes;) {
        int n = kind[0] == 'h' ? hostile(d, only ? only + 1 : "", text, sizeof text) : line(d, text, sizeof text, kind[0] == 'd' || roll(d, 100) == 0);
        fwrite(text, 1, (size_t)n, f);
        done += (uint64_t)n;
    }
}

static int files(dice *d, uint32_t count, uint64_t bytes, const char *folder)
{
    char path[4096];
    mkdir(folder, 0755);
    for (uint32_t i = 0; i < count; i++) {
        if (i % 1000 == 0) {
            snprintf(path, sizeof path, "%s/%03u", folder, i / 1000);
            mkdir(path, 0755);
        }
        snprintf(path, sizeof path, "%s/%03u/%06u.txt", folder, i / 1000, i);
        FILE *f = fopen(path, "w");
        if (!f)
            return 1;
        stream("sparse", d, bytes - 120, f);
        fclose(f);
    }
    return 0;
}

static int timed(char **command)
{
    struct timespec start, end;
    struct rusage usage;
    FILE *out = tmpfile();
    int status = 0;
    clock_gettime(CLOCK_MONOTONIC, &start);
    pid_t child = out ? fork() : -1;
    if (child == 0) {
        dup2(fileno(out), STDOUT_FILENO);
        execvp(command[0], command);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) < 0)
        return 1;
    clock_gettime(CLOCK_MONOTONIC, &end);
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    printf("%.6f %.6f %ld %d\n", (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9, cpu, usage.ru_maxrss,
           WIFEXITED(status) ? WEXITSTATUS(status) : 128);
    return 0;
}

static void write_customers(dice *d, uint64_t bytes)
{
    static const char *const surnames[] = {"Byron", "Carter", "Diaz", "Evans", "Fox", "Grant", "Hill", "Ibsen"}, *const cities[] = {"Boston", "Denver", "Austin", "Portland"},
                      *const states[] = {"paid", "open", "shipped", "returned"};
    char text[256];
    uint64_t done = (uint64_t)printf("id,name,email,phone,city,ordered_at,total,status\n");
    for (unsigned i = 1; done < bytes; i++) {
        const char *first = PICK(d, names), *last = PICK(d, surnames);
        int n = snprintf(text, sizeof text, "%u,%s %s,%s.%s%u@example.com,+1 617 555 01%02u,%s,2026-%02u-%02uT10:%02u:00Z,%u.%02u,%s\n", i, first, last, first, last, roll(d, 100000), roll(d, 100),
                         PICK(d, cities), 1 + roll(d, 12), 1 + roll(d, 28), roll(d, 60), roll(d, 500), roll(d, 100), PICK(d, states));
        fwrite(text, 1, (size_t)n, stdout);
        done += (uint64_t)n;
    }
}

int main(int argc, char **argv)
{
    if (argc > 2 && !strcmp(argv[1], "time"))
        return timed(argv + 2);
    if (argc == 6 && !strcmp(argv[1], "files")) {
        dice d = {strtoull(argv[2], NULL, 10)};
        return files(&d, (uint32_t)strtoul(argv[3], NULL, 10), strtoull(argv[4], NULL, 10), argv[5]);
    }
    if (argc == 4 && !strcmp(argv[1], "customers")) {
        dice d = {strtoull(argv[2], NULL, 10)};
        write_customers(&d, strtoull(argv[3], NULL, 10));
        return 0;
    }
    if (argc != 4 || (strcmp(argv[1], "sparse") && strcmp(argv[1], "dense") && strncmp(argv[1], "hostile", 7))) {
        fprintf(stderr, "usage: corpus sparse|dense|hostile[:UNIT] SEED BYTES > FILE\n       corpus customers SEED BYTES > FILE\n       corpus files SEED COUNT BYTES FOLDER\n       corpus time COMMAND...\n");
        return 2;
    }
    dice d = {strtoull(argv[2], NULL, 10)};
    stream(argv[1], &d, strtoull(argv[3], NULL, 10), stdout);
    return 0;
}

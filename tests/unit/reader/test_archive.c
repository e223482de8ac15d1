/* SPDX-License-Identifier: Apache-2.0 */
#include "lab.h"
#include "base/text.h"

#include <locale.h>
#include <sys/resource.h>
#include <time.h>

#define MAIL "write to ada@example.com about it\n"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void read_packed(lab *l, packer *p, const char *name)
{
    lab_init(l);
    lab_read(l, p->data, p->used, name);
    assert_int_equal(l->status, CDR_OK);
    assert_int_equal(l->rec.disorder, 0);
    assert_false(l->rec.open);
}

static void reader__archive__every_format_gives_its_members(void **state)
{
    (void)state;
    static const struct {
        const char *format, *filter, *name;
    } kinds[] = {{"zip", NULL, "a.zip"}, {"ustar", NULL, "a.tar"}, {"pax", "gzip", "a.tar.gz"}, {"gnutar", "xz", "a.tar.xz"}, {"ustar", "zstd", "a.tar.zst"},
                 {"ustar", "bzip2", "a.tar.bz2"}, {"7zip", NULL, "a.7z"}, {"newc", "gzip", "a.cpio.gz"}, {"newc", NULL, "a.cpio"}, {"ustar", "lz4", "a.tar.lz4"}, {"ustar", "lzip", "a.tar.lz"}, {"ustar", "compress", "a.tar.Z"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        packer p;
        lab l;
        pack_open(&p, kinds[i].format, kinds[i].filter, NULL);
        pack_text(&p, "dir/one.txt", MAIL);
        pack_text(&p, "two.txt", MAIL MAIL);
        pack_close(&p);
        read_packed(&l, &p, kinds[i].name);
        lab_says(&l, "begin /d/a.zip!/dir/one.txt text 34\n");
        lab_says(&l, "value 0 email high 1 ada@example.com\n");
        lab_says(&l, "begin /d/a.zip!/two.txt text 68\n");
        lab_says(&l, "begin /d/a.zip ");
        assert_int_equal(l.rec.objects, 3);
        assert_int_equal(l.rec.values, 3);
        assert_int_equal(l.rec.partial + l.rec.skipped, 0);
        pack_free(&p);
        lab_done(&l);
    }
}

static void reader__archive__a_compressed_file_is_its_only_member(void **state)
{
    (void)state;
    static const struct {
        const char *filter, *name, *member;
    } kinds[] = {{"gzip", "x.csv.gz", "!/x.csv csv"}, {"bzip2", "x.csv.bz2", "!/x.csv csv"}, {"xz", "x.csv.XZ", "!/x.csv csv"}, {"zstd", "x.csv.zst", "!/x.csv csv"},
                 {"gzip", "strange", "!/content text"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        packer p;
        lab l;
        pack_open(&p, "raw", kinds[i].filter, NULL);
        pack_text(&p, "ignored", "name,email\nAda,ada@example.com\nBob,bob@example.com\nEve,eve@example.com\n");
        pack_close(&p);
        read_packed(&l, &p, kinds[i].name);
        lab_says(&l, kinds[i].member);
        lab_says(&l, "ada@example.com\n");
        assert_int_equal(l.rec.objects, 2);
        pack_free(&p);
        lab_done(&l);
    }
}

static void wrap(packer *p, const char *name)
{
    packer outer;
    pack_open(&outer, "zip", NULL, NULL);
    pack(&outer, name, p->data, p->used);
    pack_close(&outer);
    pack_free(p);
    *p = outer;
}

static void reader__archive__nesting_is_followed_to_the_limit(void **state)
{
    (void)state;
    packer p;
    lab l;
    pack_open(&p, "zip", NULL, NULL);
    pack_text(&p, "deep.txt", MAIL);
    pack_close(&p);
    for (int depth = 1; depth < 5; depth++)
        wrap(&p, "in.zip");
    read_packed(&l, &p, "a.zip");
    lab_says(&l, "begin /d/a.zip!/in.zip!/in.zip!/in.zip!/in.zip!/deep.txt text 34\n");
    assert_int_equal(l.rec.values, 1);
    assert_int_equal(l.rec.skipped, 0);
    lab_done(&l);
    wrap(&p, "in.zip");
    read_packed(&l, &p, "a.zip");
    assert_int_equal(l.rec.values, 0);
    lab_says(&l, "end skipped archive.too-deep");
    assert_int_equal(l.rec.skipped, 1);
    pack_free(&p);
    lab_done(&l);
}

/* Members of an archive whose own path fills all the room are called by their numbers, below the path of the outermost file. */
static void reader__archive__no_room_for_names_numbers_instead(void **state)
{
    (void)state;
    static const size_t lengths[] = {7800, 7930, 7940, 7985, 7991, 9000};
    for (size_t i = 0; i < CDR_COUNT(lengths); i++) {
        lab l;
        packer p;
        char name[9100];
        for (size_t k = 0; k < (lengths[i] | 1); k++)   /* characters of two bytes, after one of one */
            name[k] = k == 0 ? 'x' : k % 2 ? '\xc3' : '\xa9';
        memcpy(name + (lengths[i] | 1), ".zip", 5);
        pack_open(&p, "zip", NULL, NULL);
        pack_text(&p, "deep.txt", MAIL);
        pack_text(&p, "deeper.txt", MAIL);
        pack_close(&p);
        wrap(&p, name);
        read_packed(&l, &p, "a.zip");
        for (const char *line = l.rec.text.data; (line = strstr(line, "begin ")); line++) {
            size_t len = strcspn(line + 6, " ");
            assert_true(cdr_utf8_valid(line + 6, len) && len < 8000);
            assert_memory_equal(line + 6, "/d/a.zip", 8);
        }
        assert_int_equal(l.rec.objects, 4);
        assert_int_equal(l.rec.values, 2);
        pack_free(&p);
        lab_done(&l);
    }
}

static void reader__archive__nested_streams_need_no_seeking(void **state)
{
    (void)state;
    packer p, outer;
    lab l;
    pack_open(&p, "ustar", "gzip", NULL);
    pack_text(&p, "x.txt", MAIL);
    pack_close(&p);
    pack_open(&outer, "ustar", "xz", NULL);
    pack(&outer, "in.tar.gz", p.data, p.used);
    pack_close(&outer);
    read_packed(&l, &outer, "a.tar.xz");
    lab_says(&l, "begin /d/a.zip!/in.tar.gz!/x.txt text 34\n");
    lab_says(&l, "begin /d/a.zip!/in.tar.gz tar");
    assert_int_equal(l.rec.values, 1);
    pack_free(&p);
    pack_free(&outer);
    lab_done(&l);
}

static void reader__archive__strange_names_are_shown_harmlessly(void **state)
{
    (void)state;
    packer p;
    lab l;
    pack_open(&p, "ustar", NULL, NULL);
    pack_text(&p, "../../etc/passwd", MAIL);
    pack_text(&p, "./dot.txt", MAIL);
    pack_text(&p, "bad\xff\x1b[31m.txt", MAIL);
    pack_text(&p, "same.txt", MAIL);
    pack_text(&p, "same.txt", MAIL);
    pack_close(&p);
    read_packed(&l, &p, "a.tar");
    lab_says(&l, "begin /d/a.zip!/../../etc/passwd text");
    lab_says(&l, "begin /d/a.zip!/dot.txt text");
    lab_says(&l, "begin /d/a.zip!/bad\\xFF\\x1B[31m.txt text");
    lab_says(&l, "begin /d/a.zip!/same.txt text");
    lab_says(&l, "begin /d/a.zip!/same.txt#5 text");
    assert_int_equal(l.rec.values, 5);
    pack_free(&p);
    lab_done(&l);
}

static void reader__archive__encrypted_members_are_skipped(void **state)
{
    (void)state;
    packer p;
    lab l;
    p = (packer){.a = archive_write_new(), .cap = 1 << 20};
    p.data = malloc(p.cap);
    assert_non_null(p.data);
    archive_write_set_format_zip(p.a);
    if (archive_write_set_options(p.a, "zip:encryption=zipcrypt") != ARCHIVE_OK || archive_write_set_passphrase(p.a, "secret") != ARCHIVE_OK) {
        archive_write_free(p.a);
        free(p.data);
        skip();
    }
    assert_int_equal(archive_write_open_memory(p.a, p.data, p.cap, &p.used), ARCHIVE_OK);
    pack_text(&p, "closed.txt", MAIL);
    pack_close(&p);
    read_packed(&l, &p, "a.zip");
    lab_says(&l, "begin /d/a.zip!/closed.txt binary");
    lab_says(&l, "end skipped archive.encrypted");
    assert_int_equal(l.rec.values, 0);
    pack_free(&p);
    lab_done(&l);
}

/* Cut anywhere, flipped anywhere: an end with a reason, or all that was there. */
static void reader__archive__damage_is_told(void **state)
{
    (void)state;
    static const char *const formats[][2] = {{"zip", NULL}, {"ustar", "gzip"}, {"ustar", "xz"}, {"7zip", NULL}, {"raw", "bzip2"}};
    static char text[60000];
    size_t at = 0;
    for (size_t i = 0; at + 64 < sizeof text; i++)
        at += (size_t)snprintf(text + at, 64, "%08zx user%05zu@example.com %zu\n", i * 2654435761u % 4294967291u, i, i * 7919 % 99991);
    for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++) {
        packer p;
        pack_open(&p, formats[f][0], formats[f][1], NULL);
        pack_text(&p, "one.txt", text);
        pack_close(&p);
        for (size_t cut = 16; cut < p.used; cut += p.used / 23 + 1) {
            lab l;
            lab_init(&l);
            lab_read(&l, p.data, cut, "a.zip");
            assert_int_equal(l.status, CDR_OK);
            assert_int_equal(l.rec.disorder, 0);
            if (!l.rec.partial && !l.rec.skipped)
                fail_msg("%s cut at %zu of %zu looks complete:\n%.300s", formats[f][0], cut, p.used, l.rec.text.data);
            lab_done(&l);
        }
        for (at = 0; at < p.used; at += p.used / 31 + 1) {
            lab l;
            lab_init(&l);
            p.data[at] = (char)(p.data[at] ^ 0x55);
            lab_read(&l, p.data, p.used, "a.zip");
            assert_int_equal(l.status, CDR_OK);
            assert_int_equal(l.rec.disorder, 0);
            assert_false(l.rec.open);
            p.data[at] = (char)(p.data[at] ^ 0x55);
            lab_done(&l);
        }
        pack_free(&p);
    }
}

static void add_zeros(packer *p, const char *name, size_t megabytes)
{
    static char zeros[1 << 20];
    memset(zeros, '0', sizeof zeros);
    struct archive_entry *e = archive_entry_new();
    archive_entry_copy_pathname(e, name);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_size(e, (la_int64_t)(megabytes << 20));
    assert_int_equal(archive_write_header(p->a, e), ARCHIVE_OK);
    for (size_t i = 0; i < megabytes; i++)
        assert_true(archive_write_data(p->a, zeros, sizeof zeros) >= 0);
    archive_entry_free(e);
}

static void reader__archive__bombs_end_early(void **state)
{
    (void)state;
    packer p;
    lab l;
    pack_open(&p, "zip", NULL, NULL);
    add_zeros(&p, "bomb.txt", 200);
    pack_text(&p, "after.txt", MAIL);
    pack_close(&p);
    double before = now();
    read_packed(&l, &p, "a.zip");
    lab_says(&l, "end partial archive.ratio");
    assert_int_equal(l.rec.objects, 2);
    assert_int_equal(l.rec.partial, 2);
    assert_true(now() - before < 20);
    lab_done(&l);
    /* Bytes, entries. */
    lab_init(&l);
    l.request.archive_ratio = 100000;
    l.request.archive_bytes = 20 << 20;
    lab_read(&l, p.data, p.used, "a.zip");
    lab_says(&l, "end partial archive.too-large");
    lab_done(&l);
    pack_free(&p);
    pack_open(&p, "zip", NULL, NULL);
    for (int i = 0; i < 50; i++)
        pack_text(&p, "many.txt", MAIL);
    pack_close(&p);
    lab_init(&l);
    l.request.archive_entries = 10;
    lab_read(&l, p.data, p.used, "a.zip");
    assert_int_equal(l.rec.objects, 11);
    lab_says(&l, "end partial archive.too-many-entries");
    lab_done(&l);
    pack_free(&p);
}

/* One kernel of compressed data under many directory entries: each entry unpacks all of it. */
static void reader__archive__overlapping_entries_are_a_bomb(void **state)
{
    (void)state;
    packer p;
    lab l;
    pack_open(&p, "zip", NULL, NULL);
    add_zeros(&p, "kernel", 40);
    pack_close(&p);
    const char *central = NULL;
    for (const char *q = p.data; (q = memmem(q, p.used - (size_t)(q - p.data), "PK\1\2", 4)) != NULL; q++)
        central = q;
    assert_non_null(central);
    const char *end = memmem(central, p.used - (size_t)(central - p.data), "PK\5\6", 4);
    assert_non_null(end);
    size_t head = (size_t)(central - p.data), entry = (size_t)(end - central), tail = 22, count = 500;
    char *bomb = malloc(head + entry * count + tail);
    assert_non_null(bomb);
    memcpy(bomb, p.data, head);
    for (size_t i = 0; i < count; i++)
        memcpy(bomb + head + i * entry, central, entry);
    memcpy(bomb + head + entry * count, end, tail);
    uint16_t n = (uint16_t)count;
    uint32_t size = (uint32_t)(entry * count);
    memcpy(bomb + head + entry * count + 8, &n, 2);
    memcpy(bomb + head + entry * count + 10, &n, 2);
    memcpy(bomb + head + entry * count + 12, &size, 4);
    lab_init(&l);
    double before = now();
    lab_read(&l, bomb, head + entry * count + tail, "a.zip");
    assert_int_equal(l.status, CDR_OK);
    assert_true(l.rec.partial + l.rec.skipped > 0);
    assert_true(now() - before < 30);
    assert_true(l.rec.objects < 20);
    lab_done(&l);
    free(bomb);
    pack_free(&p);
}

static void reader__archive__office_files_are_not_taken_for_zips(void **state)
{
    (void)state;
    packer p, outer;
    lab l;
    pack_open(&p, "zip", NULL, NULL);
    pack_text(&p, "customXml/item1.xml", MAIL);
    pack_text(&p, "xl/workbook.xml", MAIL);
    pack_text(&p, "[Content_Types].xml", "<Types/>");
    pack_close(&p);
    pack_open(&outer, "zip", NULL, NULL);
    pack(&outer, "book.zip", p.data, p.used);
    pack_text(&outer, "x.txt", MAIL);
    pack_close(&outer);
    read_packed(&l, &outer, "a.zip");
    lab_says(&l, "begin /d/a.zip!/book.zip xlsx");
    lab_says(&l, "end skipped format.not-supported");
    assert_int_equal(l.rec.values, 1);
    assert_int_equal(l.rec.objects, 3);
    lab_done(&l);
    pack_free(&p);
    pack_free(&outer);
}

static void reader__archive__folders_and_links_are_no_objects(void **state)
{
    (void)state;
    packer p;
    lab l;
    pack_open(&p, "ustar", NULL, NULL);
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname(e, "dir/");
    archive_entry_set_filetype(e, AE_IFDIR);
    assert_int_equal(archive_write_header(p.a, e), ARCHIVE_OK);
    archive_entry_clear(e);
    archive_entry_set_pathname(e, "link");
    archive_entry_set_filetype(e, AE_IFLNK);
    archive_entry_set_symlink(e, "/etc/passwd");
    assert_int_equal(archive_write_header(p.a, e), ARCHIVE_OK);
    archive_entry_free(e);
    pack_text(&p, "empty.txt", "");
    pack_close(&p);
    read_packed(&l, &p, "a.tar");
    assert_int_equal(l.rec.objects, 2);
    lab_says(&l, "begin /d/a.zip!/empty.txt ");
    lab_done(&l);
    pack_free(&p);
}

static void reader__archive__memory_does_not_grow_with_members(void **state)
{
    (void)state;
    packer p;
    lab l;
    struct rusage use;
    pack_open(&p, "zip", NULL, "compression=store");
    static char text[1 << 20];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 64 == 63 ? '\n' : (char)('a' + i * 7 % 26);
    for (int i = 0; i < 40; i++) {
        char name[32];
        snprintf(name, sizeof name, "m%d.txt", i);
        pack(&p, name, text, sizeof text);
    }
    pack_close(&p);
    read_packed(&l, &p, "a.zip");
    lab_done(&l);
    getrusage(RUSAGE_SELF, &use);
    long first = use.ru_maxrss;
    for (int i = 0; i < 3; i++) {
        read_packed(&l, &p, "a.zip");
        lab_done(&l);
    }
    getrusage(RUSAGE_SELF, &use);
    assert_true(use.ru_maxrss - first < 16 * 1024);
    pack_free(&p);
}

static void reader__archive__every_allocation_may_fail(void **state)
{
    (void)state;
    packer p, outer;
    pack_open(&p, "zip", NULL, NULL);
    pack_text(&p, "a.csv", "name,email\nAda,ada@example.com\nBob,bob@example.com\n");
    pack_text(&p, "a.csv", "[{\"email\":\"ada@example.com\"}]");
    pack_close(&p);
    pack_open(&outer, "ustar", "gzip", NULL);
    pack(&outer, "in.zip", p.data, p.used);
    pack_text(&outer, "b.txt", MAIL);
    pack_close(&outer);
    lab_fail_allocations(outer.data, outer.used, "a.tar.gz", false);
    pack_free(&p);
    pack_free(&outer);
}

static void append(packer *p, const void *data, size_t len)
{
    assert_true(p->used + len <= p->cap);
    memcpy(p->data + p->used, data, len);
    p->used += len;
}

/* Zeros pad an archive; anything else behind its end is data that nobody read. */
static void reader__archive__what_follows_the_end_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *format, *filter, *name;
    } kinds[] = {{"ustar", NULL, "a.tar"}, {"ustar", "gzip", "a.tar.gz"}, {"ustar", "bzip2", "a.tar.bz2"}, {"newc", NULL, "a.cpio"}, {"zip", NULL, "a.zip"},
                 {"7zip", NULL, "a.7z"}, {"raw", "gzip", "a.txt.gz"}};
    static const char zeros[2048], hidden[512] = "and bob@example.com is here too\n";
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        for (int more = 0; more < 3; more++) {
            packer p;
            lab l;
            pack_open(&p, kinds[i].format, kinds[i].filter, NULL);
            pack_text(&p, "a.txt", MAIL);
            pack_close(&p);
            if (more)
                append(&p, zeros, sizeof zeros);
            if (more == 2)
                append(&p, hidden, sizeof hidden);
            read_packed(&l, &p, kinds[i].name);
            lab_says(&l, "ada@example.com\n");
            if (l.rec.partial != (more == 2) || l.rec.skipped)
                fail_msg("%s with %d:\n%s", kinds[i].name, more, l.rec.text.data);
            pack_free(&p);
            lab_done(&l);
        }
}

/* Inside an archive there is no going back: the same is seen on the way. */
static void reader__archive__what_follows_a_nested_end_is_told(void **state)
{
    (void)state;
    for (int more = 0; more < 2; more++) {
        packer p, outer;
        lab l;
        pack_open(&p, "raw", "gzip", NULL);
        pack_text(&p, "ignored", MAIL);
        pack_close(&p);
        append(&p, more ? "hidden" : "\0\0\0\0\0", 6);
        pack_open(&outer, "ustar", "gzip", NULL);
        pack(&outer, "x.txt.gz", p.data, p.used);
        pack_close(&outer);
        read_packed(&l, &outer, "a.tar.gz");
        lab_says(&l, "ada@example.com\n");
        assert_int_equal(l.rec.partial, more);
        if (more)
            lab_says(&l, "end partial archive.trailing");
        pack_free(&p);
        pack_free(&outer);
        lab_done(&l);
    }
}

static void reader__archive__zeros_at_the_beginning_hide_nothing(void **state)
{
    (void)state;
    static const char zeros[2048];
    packer p, z;
    lab l;
    pack_open(&p, "ustar", NULL, NULL);
    pack_text(&p, "a.txt", MAIL);
    pack_close(&p);
    pack_open(&z, "raw", "gzip", NULL);
    {
        struct archive_entry *e = archive_entry_new();
        archive_entry_set_filetype(e, AE_IFREG);
        assert_true(archive_write_header(z.a, e) >= ARCHIVE_WARN);
        archive_write_data(z.a, zeros, sizeof zeros);
        archive_write_data(z.a, p.data, p.used);
        archive_entry_free(e);
    }
    pack_close(&z);
    read_packed(&l, &z, "a.tar.gz");
    lab_says(&l, "ada@example.com\n");
    assert_int_equal(l.rec.partial + l.rec.skipped, 0);
    lab_done(&l);
    pack_free(&z);
    pack_free(&p);
    /* Zeros, and then no tar: the file is what it is, not an empty archive. */
    pack_open(&z, "raw", "gzip", NULL);
    char *data = calloc(1, 4096);
    memcpy(data + 1024, MAIL, sizeof MAIL);
    pack(&z, "ignored", data, 4096);
    pack_close(&z);
    read_packed(&l, &z, "a.bin.gz");
    lab_says(&l, "end skipped format.binary");
    free(data);
    pack_free(&z);
    lab_done(&l);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reader__archive__every_format_gives_its_members),     cmocka_unit_test(reader__archive__a_compressed_file_is_its_only_member),
        cmocka_unit_test(reader__archive__nesting_is_followed_to_the_limit),    cmocka_unit_test(reader__archive__nested_streams_need_no_seeking),
        cmocka_unit_test(reader__archive__no_room_for_names_numbers_instead),
        cmocka_unit_test(reader__archive__strange_names_are_shown_harmlessly),  cmocka_unit_test(reader__archive__encrypted_members_are_skipped),
        cmocka_unit_test(reader__archive__damage_is_told), cmocka_unit_test(reader__archive__what_follows_the_end_is_told),
        cmocka_unit_test(reader__archive__what_follows_a_nested_end_is_told), cmocka_unit_test(reader__archive__zeros_at_the_beginning_hide_nothing),                      cmocka_unit_test(reader__archive__bombs_end_early),
        cmocka_unit_test(reader__archive__overlapping_entries_are_a_bomb),      cmocka_unit_test(reader__archive__office_files_are_not_taken_for_zips),
        cmocka_unit_test(reader__archive__every_allocation_may_fail),           cmocka_unit_test(reader__archive__folders_and_links_are_no_objects),    cmocka_unit_test(reader__archive__memory_does_not_grow_with_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

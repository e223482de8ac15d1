/* SPDX-License-Identifier: Apache-2.0 */
/* The reader in this process, without walls: containers made in memory go in, a recorder tells what came out. */
#ifndef CDR_TEST_LAB_H
#define CDR_TEST_LAB_H

#include "base/fault.h"
#include "base/mem.h"
#include "scan/reader/reader.h"

#include "recorder.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#ifndef CANDOR_FAULTS
#define cdr_fault_arm(kind, n) ((void)0)
#define cdr_fault_fired(kind) false
#endif

typedef struct lab {
    recorder rec;
    cdr_reader_request request;
    bool by_sqlite;
    long fail_alloc;          /* this allocation fails, counted from the reader's first; 0: none */
    bool fault_fired;
    cdr_status status;
    cdr_err err;
} lab;

__attribute__((unused)) static void lab_init(lab *l)
{
    memset(l, 0, sizeof *l);
    recorder_init(&l->rec);
    l->request = (cdr_reader_request){.container = (char *)(uintptr_t)"/d/a.zip", .rules = (char *)(uintptr_t)"", .archive_bytes = (uint64_t)1 << 32, .archive_depth = 5,
                                      .archive_entries = 100000, .archive_ratio = 200};
}

__attribute__((unused)) static void lab_done(lab *l)
{
    recorder_done(&l->rec);
}

__attribute__((unused)) static void lab_read_source(lab *l, cdr_source *src, cdr_source *wal, const char *name)
{
    cdr_ruleset *rules;
    cdr_reader reader;
    cdr_ctx ctx;
    cdr_ctx_init(&ctx);
    assert_int_equal(cdr_ruleset_new(NULL, &rules, &l->err), CDR_OK);
    if (l->fail_alloc)
        cdr_fault_arm(CDR_FAULT_ALLOC, l->fail_alloc);
    l->status = cdr_reader_init(&reader, &l->request, rules, &ctx, &l->rec.sink, &l->err);
    if (l->status == CDR_OK) {
        reader.by_sqlite = l->by_sqlite;
        l->status = cdr_reader_run(&reader, src, wal, name, &l->err);
        cdr_reader_done(&reader);
    }
    l->fault_fired = l->fail_alloc && cdr_fault_fired(CDR_FAULT_ALLOC);
    if (l->fail_alloc)
        cdr_fault_arm(CDR_FAULT_ALLOC, 0);
    cdr_ruleset_free(rules);
}

__attribute__((unused)) static void lab_read(lab *l, const void *data, size_t len, const char *name)
{
    cdr_source src;
    cdr_source_from_memory(&src, data, len);
    lab_read_source(l, &src, NULL, name);
}

#ifdef CANDOR_FAULTS
/* Each allocation in turn fails: the run ends with CDR_E_NOMEM, or as if nothing had been; nothing leaks (the sanitizer looks). */
__attribute__((unused)) static void lab_fail_allocations(const void *data, size_t len, const char *name, bool by_sqlite)
{
    unsigned failed = 0;
    for (long n = 1; n < 5000; n++) {
        lab l;
        lab_init(&l);
        l.by_sqlite = by_sqlite;
        l.fail_alloc = n;
        lab_read(&l, data, len, name);
        if (l.fault_fired && l.status != CDR_OK && l.status != CDR_E_NOMEM)
            fail_msg("allocation %ld: %s %s", n, cdr_status_name(l.status), l.err.text);
        assert_int_equal(l.rec.disorder, 0);
        failed += l.status == CDR_E_NOMEM;
        bool fired = l.fault_fired;
        lab_done(&l);
        if (!fired) {
            assert_true(failed > 10);
            return;
        }
    }
    fail_msg("the allocations never ended");
}
#else
#define lab_fail_allocations(data, len, name, by_sqlite) skip()
#endif

#define lab_says(l, line)                                                                                 \
    do {                                                                                                  \
        if (!recorder_has(&(l)->rec, line))                                                               \
            fail_msg("\"%s\" is missing in:\n%s", line, (l)->rec.text.data ? (l)->rec.text.data : "");     \
    } while (0)

/* An archive in memory. */
typedef struct packer {
    struct archive *a;
    char *data;
    size_t used, cap;
} packer;

__attribute__((unused)) static void pack_open(packer *p, const char *format, const char *filter, const char *options)
{
    *p = (packer){.a = archive_write_new(), .cap = (size_t)64 << 20};
    p->data = malloc(p->cap);
    assert_non_null(p->data);
    assert_int_equal(archive_write_set_format_by_name(p->a, format), ARCHIVE_OK);
    if (filter)
        assert_true(archive_write_add_filter_by_name(p->a, filter) >= ARCHIVE_WARN);
    archive_write_set_bytes_in_last_block(p->a, 1);
    if (options)
        assert_int_equal(archive_write_set_options(p->a, options), ARCHIVE_OK);
    assert_int_equal(archive_write_open_memory(p->a, p->data, p->cap, &p->used), ARCHIVE_OK);
}

__attribute__((unused)) static void pack(packer *p, const char *name, const void *data, size_t len)
{
    struct archive_entry *e = archive_entry_new();
    archive_entry_copy_pathname(e, name);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_size(e, (la_int64_t)len);
    assert_true(archive_write_header(p->a, e) >= ARCHIVE_WARN);
    if (len)
        assert_true(archive_write_data(p->a, data, len) >= 0);
    archive_entry_free(e);
}

__attribute__((unused)) static void pack_text(packer *p, const char *name, const char *text)
{
    pack(p, name, text, strlen(text));
}

__attribute__((unused)) static void pack_close(packer *p)
{
    assert_int_equal(archive_write_close(p->a), ARCHIVE_OK);
    archive_write_free(p->a);
}

__attribute__((unused)) static void pack_free(packer *p)
{
    free(p->data);
    p->data = NULL;
}

#endif

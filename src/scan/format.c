/* SPDX-License-Identifier: Apache-2.0 */
/* What a file is, by its first bytes and its name: containers, things no reader exists for, binary data, text. Which text it is
 * (CSV, JSON…) content.c decides after decoding. */
#include "scan/content.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

const char *const cdr_format_names[] = {"text", "log", "csv", "tsv", "json", "ndjson", "xml", "html", "mbox", "eml", "sqlite", "sqlite-table", "zip", "tar", "gzip",
                                        "7z", "bzip2", "xz", "zstd", "docx", "xlsx", "pptx", "odf", "epub", "ole", "pdf", "pst", "parquet", "avro", "orc", "image",
                                        "audio-video", "rar", "lzip", "lz4", "compress", "cab", "ar", "cpio", "database", "program", "font", "binary", "empty", "utf-32", "ebcdic", "link", "special", "folder", "unknown", NULL};

const char *const cdr_reason_ids[] = {"", "format.not-supported", "format.binary", "format.encoding-unknown", "file.empty", "file.unreadable", "file.vanished", "file.changed", "file.read-failed",
                                      "file.special", "file.symlink", "file.symlink-loop", "file.other-device", "file.name-too-long", "folder.unreadable",
                                      "mail.encoded-parts-not-read", "json.malformed", "json.too-deep", "xml.malformed", "table.too-many-columns", "archive.too-deep", "archive.too-large",
                                      "archive.too-many-entries", "archive.ratio", "archive.damaged", "archive.encrypted", "archive.unsupported", "archive.link",
                                      "sqlite.damaged", "sqlite.encrypted", "sqlite.limit", "sqlite.wal-not-read", "sqlite.journal-not-read", "sqlite.blobs-not-read",
                                      "archive.truncated", "archive.trailing", "archive.memory", "reader.start", "reader.fields", "reader.crashed", "reader.timeout", "reader.missing", "reader.protocol", "scan.limit",
                                      "scan.cancelled", "scan.other", NULL};

static const char *literal(const char *const *list, const char *s, size_t len)
{
    for (; *list; list++)
        if (strlen(*list) == len && !memcmp(*list, s, len))
            return *list;
    return NULL;
}

const char *cdr_format_literal(const char *name, size_t len)
{
    return literal(cdr_format_names, name, len);
}

const char *cdr_reason_literal(const char *id, size_t len)
{
    const char *found = literal(cdr_reason_ids, id, len);
    return found ? found : "scan.other";
}

typedef struct magic {
    uint16_t at;
    uint8_t len;
    const char *bytes;
    cdr_content_class class;
    const char *format;
} magic;

#define M(at, text, class, format) {at, sizeof(text) - 1, text, CDR_CONTENT_##class, format}
static const magic magics[] = {
    M(0, "SQLite format 3\0", SQLITE, "sqlite"),
    M(0, "PK\3\4", ARCHIVE, "zip"),
    M(0, "PK\5\6", ARCHIVE, "zip"),
    M(0, "\x1f\x8b\x08", ARCHIVE, "gzip"),
    M(0, "7z\xbc\xaf\x27\x1c", ARCHIVE, "7z"),
    M(0, "BZh", ARCHIVE, "bzip2"),
    M(0, "\xfd" "7zXZ\0", ARCHIVE, "xz"),
    M(0, "\x28\xb5\x2f\xfd", ARCHIVE, "zstd"),
    M(257, "ustar", ARCHIVE, "tar"),
    M(0, "Rar!\x1a\x07", ARCHIVE, "rar"),
    M(0, "LZIP\1", ARCHIVE, "lzip"),
    M(0, "\x04\x22\x4d\x18", ARCHIVE, "lz4"),
    M(0, "\x1f\x9d", ARCHIVE, "compress"),
    M(0, "MSCF\0\0\0\0", ARCHIVE, "cab"),
    M(0, "!<arch>\ndebian-binary", ARCHIVE, "ar"),   /* a Debian package; libraries hold nothing for us */
    M(0, "070701", ARCHIVE, "cpio"),
    M(0, "070702", ARCHIVE, "cpio"),
    M(0, "%PDF-", UNSUPPORTED, "pdf"),
    M(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", UNSUPPORTED, "ole"),
    M(0, "!BDN", UNSUPPORTED, "pst"),
    M(0, "PAR1", UNSUPPORTED, "parquet"),
    M(0, "Obj\1", UNSUPPORTED, "avro"),
    M(0, "ORC", UNSUPPORTED, "orc"),
    M(0, "\x89PNG\r\n\x1a\n", UNSUPPORTED, "image"),
    M(0, "\xff\xd8\xff", UNSUPPORTED, "image"),
    M(0, "GIF87a", UNSUPPORTED, "image"),
    M(0, "GIF89a", UNSUPPORTED, "image"),
    M(0, "II*\0", UNSUPPORTED, "image"),
    M(0, "MM\0*", UNSUPPORTED, "image"),
    M(8, "WEBP", UNSUPPORTED, "image"),
    M(4, "ftypheic", UNSUPPORTED, "image"),
    M(4, "ftyp", UNSUPPORTED, "audio-video"),
    M(0, "\x1a\x45\xdf\xa3", UNSUPPORTED, "audio-video"),
    M(0, "ID3", UNSUPPORTED, "audio-video"),
    M(0, "OggS", UNSUPPORTED, "audio-video"),
    M(0, "fLaC", UNSUPPORTED, "audio-video"),
    M(8, "AVI ", UNSUPPORTED, "audio-video"),
    M(8, "WAVE", UNSUPPORTED, "audio-video"),
    M(4, "\0\1\0\0Standard Jet DB", UNSUPPORTED, "database"),
    M(4, "Standard ACE DB", UNSUPPORTED, "database"),
    M(0, "\x7f" "ELF", BINARY, "program"),
    M(0, "\xcf\xfa\xed\xfe", BINARY, "program"),
    M(0, "\0asm", BINARY, "program"),
    M(0, "wOF2", BINARY, "font"),
    M(0, "wOFF", BINARY, "font"),
};
#undef M

static const char *extension(const char *name)
{
    const char *dot = name ? strrchr(name, '.') : NULL;
    return dot ? dot + 1 : "";
}

static bool one_of(const char *ext, const char *list)
{
    size_t len = strlen(ext);
    for (const char *p = list; *p && len;) {
        size_t n = strcspn(p, " ");
        if (n == len && !strncasecmp(p, ext, n))
            return true;
        p += n + (p[n] == ' ');
    }
    return false;
}

static bool holds(const char *head, size_t len, const char *word)
{
    return memmem(head, len, word, strlen(word)) != NULL;
}

/* Office files are zip archives too; their first members betray them whatever they are called. */
static void zip_flavour(const char *head, size_t len, const char *name, cdr_content_type *t)
{
    const char *ext = extension(name), *office = NULL;
    size_t n = CDR_MIN(len, (size_t)CDR_CONTENT_HEAD);
    if (one_of(ext, "docx docm dotx dotm") || holds(head, n, "word/document.xml") || holds(head, n, "word/_rels/"))
        office = "docx";
    else if (one_of(ext, "xlsx xlsm xlsb xltx xltm") || holds(head, n, "xl/workbook") || holds(head, n, "xl/_rels/"))
        office = "xlsx";
    else if (one_of(ext, "pptx pptm ppsx potx") || holds(head, n, "ppt/presentation") || holds(head, n, "ppt/_rels/"))
        office = "pptx";
    else if (n > 38 && !memcmp(head + 30, "mimetype", 8))
        office = holds(head, n, "application/epub+zip") ? "epub" : "odf";
    else if (holds(head, n, "[Content_Types].xml"))
        office = "docx";
    if (office)
        *t = (cdr_content_type){CDR_CONTENT_UNSUPPORTED, office};
}

/* The header of a cpio archive is all digits of base 16; a list of numbers may begin like one. */
static bool is_cpio(const char *head, size_t len)
{
    for (size_t i = 0; i < 110; i++)
        if (i >= len || !((head[i] >= '0' && head[i] <= '9') || (head[i] >= 'A' && head[i] <= 'F') || (head[i] >= 'a' && head[i] <= 'f')))
            return false;
    return memchr(head, '\0', len) != NULL;
}

static bool by_magic(const char *head, size_t len, const char *name, cdr_content_type *ret)
{
    for (size_t i = 0; i < CDR_COUNT(magics); i++) {
        const magic *m = &magics[i];
        if (m->at + (size_t)m->len > len || memcmp(head + m->at, m->bytes, m->len) != 0)
            continue;
        /* Short magics that are words too: a text may begin with ORC, ID3 or BZh. */
        if (m->len == 3 && !memchr(head, '\0', len) && cdr_utf8_valid(head, len))
            continue;
        if (!strcmp(m->format, "cpio") && !is_cpio(head, len))
            continue;
        *ret = (cdr_content_type){m->class, m->format};
        if (!strcmp(m->format, "zip"))
            zip_flavour(head, len, name, ret);
        return true;
    }
    return false;
}

/* Every magic begins, or continues at its place, with one of these bytes: text rarely needs the list. */
static bool may_be_magic(const char *head, size_t len)
{
    unsigned char c = (unsigned char)head[0];
    if (c >= 0x80 || c < 9 || c == 0x1a || c == 0x1f || c == 0x7f || strchr("SP7BRL%!OGIMfw0", c))
        return true;
    return (len > 262 && !memcmp(head + 257, "ustar", 5)) || memchr(head, '\0', CDR_MIN(len, (size_t)64));
}

static bool utf16_text(const char *head, size_t len)
{
    const unsigned char *p = (const unsigned char *)head;
    if (len >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff)))
        return true;
    /* Without a mark: mostly Latin text shows zeros on one side only. */
    size_t zeros[2] = {0, 0}, n = CDR_MIN(len, (size_t)1024) & ~(size_t)1;
    for (size_t i = 0; i < n; i++)
        zeros[i & 1] += p[i] == 0;
    return n >= 8 && ((zeros[0] == 0 && zeros[1] * 10 >= n / 2 * 7) || (zeros[1] == 0 && zeros[0] * 10 >= n / 2 * 7));
}

/* Four bytes a character: by its mark, or because the upper bytes are zero and most of the lowest are text. */
static bool utf32_text(const char *head, size_t len)
{
    if (len >= 4 && (!memcmp(head, "\xff\xfe\0\0", 4) || !memcmp(head, "\0\0\xfe\xff", 4)))
        return true;
    size_t n = CDR_MIN(len, (size_t)1024) & ~(size_t)3;
    for (size_t big = 0; big < 2 && n >= 16; big++) {
        size_t low = big ? 3 : 0, upper = 0, text = 0;
        for (size_t i = 0; i < n; i += 4) {
            unsigned char c = (unsigned char)head[i + low];
            upper += head[i + (big ? 0 : 3)] != 0 || head[i + (big ? 1 : 2)] != 0;
            text += head[i + (big ? 2 : 1)] == 0 && ((c >= 0x20 && c < 0x7f) || (c >= '\t' && c <= '\r'));
        }
        if (upper == 0 && text * 10 >= n / 4 * 9)
            return true;
    }
    return false;
}

/* Letters, digits and the space of EBCDIC, as mainframes write: their letters and digits are no ASCII, and together no UTF-8. */
static bool ebcdic_text(const char *head, size_t len)
{
    size_t ascii_spaces = 0, spaces = 0, signs = 0, above = 0, n = CDR_MIN(len, (size_t)1024);
    for (size_t i = 0; i < n; i++)
        above += (unsigned char)head[i] >> 7;
    if (n < 16 || above * 10 < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)head[i], low = c & 15;
        ascii_spaces += c == ' ' || c == '\n';
        spaces += c == 0x40;
        signs += c >= 0xf0 ? low <= 9 : c >= 0x80 && (c & 0x30) == 0x20 ? low >= 2 && low <= 9 : c >= 0x80 && (c & 0x30) != 0x30 && low >= 1 && low <= 9;
    }
    if ((signs + spaces) * 10 < n * 6 || ascii_spaces * 8 > spaces || cdr_utf8_valid(head, len))
        return false;
    /* A character cut by the end is not wrong: text of few ASCII letters may be UTF-8 of another script. */
    size_t bad = 0, high = 0, step;
    for (size_t i = 0; i < n; i += step) {
        uint32_t cp;
        step = cdr_utf8_decode(head + i, len - i, &cp);
        if (!step)
            break;
        high += (unsigned char)head[i] >= 0x80;
        bad += step == 1 && (unsigned char)head[i] >= 0x80;
    }
    return bad * 2 > high;
}

typedef unsigned char lanes __attribute__((vector_size(16)));

/* Bytes below a space other than tab, line and page ends, 16 at a time: most text has none. */
static bool has_controls(const char *s, size_t len)
{
    lanes seen[2] = {{0}}, v;
    size_t i = 0;
    for (; i + 32 <= len; i += 32)
        for (size_t k = 0; k < 2; k++) {
            memcpy(&v, s + i + k * 16, 16);
            seen[k] |= (lanes)(v < 32) & (lanes)((lanes)(v - '\t') > '\r' - '\t');
        }
    seen[0] |= seen[1];
    uint64_t any[2];
    memcpy(any, &seen[0], sizeof any);
    for (; i < len; i++)
        any[0] |= (unsigned char)s[i] < 32 && (s[i] < '\t' || s[i] > '\r');
    return any[0] | any[1];
}

/* Names of find -print0, variables of a process, records padded with zeros: text but for the zeros between. */
static bool is_nul_separated(const char *head, size_t len)
{
    size_t printable = 0, runs = 0, n;
    for (size_t i = 0; i < len; i += n) {
        uint32_t cp;
        unsigned char c = (unsigned char)head[i];
        n = cdr_utf8_decode(head + i, len - i, &cp);
        if (!n)
            break;
        if (c >= 0x80 && n == 1 && len - i >= 4)
            return false;
        if (c < 0x20 && c != '\0' && c != '\t' && c != '\n' && c != '\r')
            return false;
        printable += c >= 0x20 ? n : 0;
        runs += c == '\0' && (i == 0 || head[i - 1] != '\0');
    }
    return printable >= runs * 3 && printable * 4 >= len;
}

static bool is_binary(const char *head, size_t len)
{
    if (!has_controls(head, len))
        return false;
    if (memchr(head, '\0', len))
        return !is_nul_separated(head, len);
    /* Control characters that no text uses. */
    size_t odd = 0;
    for (size_t i = 0; i < CDR_MIN(len, (size_t)1024); i++) {
        unsigned char c = (unsigned char)head[i];
        odd += c < 32 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\v' && c != 27 && c != 8;
    }
    return odd * 50 > CDR_MIN(len, (size_t)1024);
}

void cdr_content_classify(const char *head, size_t len, const char *name, cdr_content_type *ret)
{
    len = CDR_MIN(len, (size_t)CDR_CONTENT_HEAD);
    *ret = (cdr_content_type){CDR_CONTENT_TEXT, "text"};
    if (len == 0) {
        *ret = (cdr_content_type){CDR_CONTENT_EMPTY, "empty"};
        return;
    }
    if (may_be_magic(head, len) && by_magic(head, len, name, ret))
        return;
    const char *foreign = utf32_text(head, len) ? "utf-32" : ebcdic_text(head, len) ? "ebcdic" : NULL;
    if (foreign) {
        *ret = (cdr_content_type){CDR_CONTENT_UNSUPPORTED, foreign};
        return;
    }
    if (((unsigned char)head[0] >= 0x80 || memchr(head, '\0', CDR_MIN(len, (size_t)1024))) && utf16_text(head, len))
        return;
    if (is_binary(head, len))
        *ret = (cdr_content_type){CDR_CONTENT_BINARY, "binary"};
}

static const struct { const char *format, *words; } descriptions[] = {
    {"docx", "Word document"}, {"xlsx", "Excel workbook"}, {"pptx", "PowerPoint presentation"}, {"odf", "OpenDocument file"}, {"epub", "electronic book"},
    {"ole", "Office 97 document"}, {"pdf", "PDF document"}, {"pst", "Outlook mail store"}, {"parquet", "Parquet table"}, {"avro", "Avro table"}, {"orc", "ORC table"},
    {"image", "picture"}, {"audio-video", "sound or film"}, {"database", "Access database"},
};

const char *cdr_content_reason(const cdr_content_type *type, char *sentence, size_t cap)
{
    const char *words = NULL;
    for (size_t i = 0; i < CDR_COUNT(descriptions); i++)
        if (!strcmp(descriptions[i].format, type->format))
            words = descriptions[i].words;
    if (!strcmp(type->format, "utf-32") || !strcmp(type->format, "ebcdic")) {
        snprintf(sentence, cap, "The text seems to be %s, which is not read; convert it to UTF-8 and scan that.", type->format[0] == 'u' ? "UTF-32" : "EBCDIC");
        return "format.encoding-unknown";
    }
    switch (type->class) {
    case CDR_CONTENT_EMPTY:
        snprintf(sentence, cap, "The file is empty.");
        return "file.empty";
    case CDR_CONTENT_BINARY:
        snprintf(sentence, cap, "The content is binary data that holds no text to read.");
        return "format.binary";
    case CDR_CONTENT_ARCHIVE:
    case CDR_CONTENT_SQLITE:
    case CDR_CONTENT_UNSUPPORTED:
        snprintf(sentence, cap, "%s%s: this version has no reader for it; look into it by other means.", words ? "This is a " : "Format ", words ? words : type->format);
        if (words && strchr("aeiouAEIOU", words[0]))
            snprintf(sentence, cap, "This is an %s: this version has no reader for it; look into it by other means.", words);
        return "format.not-supported";
    case CDR_CONTENT_TEXT:
        break;
    }
    sentence[0] = '\0';
    return "";
}

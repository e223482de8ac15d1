/* SPDX-License-Identifier: Apache-2.0 */
/* The playbooks that come with Candor and those of the workspace. A file is read only when it is a plain file of its own, small enough, under a name that a person can type. */
#include "core/playbook/library.h"

#include "base/io.h"
#include "base/text.h"
#include "base/time.h"
#include "base/vec.h"
#include "core/cacao/signature.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILES_MAX 2000u             /* in WORKSPACE/playbooks */
#define ID_HEAD "playbook--"

/* ${shipped} -1: a file in WORKSPACE/playbooks. */
typedef struct entry { char *file; char name[CDR_PLAYBOOK_NAME_MAX + 1]; int shipped; bool bad_name; } entry;
CDR_VEC(entries, entry)

static void entries_free(entries *e)
{
    for (size_t i = 0; i < e->len; i++)
        cdr_free(e->at[i].file);
    entries_done(e);
}
#define _cleanup_entries_ _cleanup_(entries_free)

static bool is_name(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9') || s[i] == '-'))
            return false;
    return len > 0 && len <= CDR_PLAYBOOK_NAME_MAX && s[0] != '-';
}

/* "customer-data-breach.json" without its end; 0: it is no such file. */
static size_t stem(const char *file)
{
    size_t len = strlen(file);
    return len > 5 && !memcmp(file + len - 5, ".json", 5) ? len - 5 : 0;
}

/* --- which there are --- */

static cdr_status add_entry(entries *list, const char *file, int shipped, cdr_err *err)
{
    entry *e = entries_push(list);
    size_t len = shipped < 0 ? stem(file) : strlen(file);
    if (!e)
        return cdr_fail_nomem(err, "playbook");
    e->shipped = shipped;
    e->bad_name = !is_name(file, len);
    snprintf(e->name, sizeof e->name, "%.*s", e->bad_name ? 0 : (int)len, file);
    e->file = shipped < 0 ? cdr_strdup(file) : NULL;
    return shipped < 0 && !e->file ? cdr_fail_nomem(err, "playbook") : CDR_OK;
}

/* -1 and CDR_OK: there is no such folder. */
static cdr_status open_own(const char *dir, int *ret, cdr_err *err)
{
    *ret = -1;
    _cleanup_free_ char *path = dir ? cdr_path_join(dir, "playbooks") : NULL;
    if (!dir)
        return CDR_OK;
    if (!path)
        return cdr_fail_nomem(err, "playbook");
    *ret = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (*ret >= 0 || errno == ENOENT)
        return CDR_OK;
    if (errno == ELOOP || errno == ENOTDIR)
        return cdr_fail(err, CDR_E_INVAL, "playbook", "playbook.folder", "playbooks in the workspace is no folder, or a link to one; make it a folder of its own.");
    return cdr_fail_errno(err, CDR_E_IO, "playbook", "playbook.folder", errno, "Cannot open the folder playbooks of the workspace");
}

static cdr_status list_own(int fd, entries *list, cdr_err *err)
{
    int copy = fd >= 0 ? openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
    cdr_status s = CDR_OK;
    if (!d) {
        if (copy >= 0)
            close(copy);
        return fd < 0 ? CDR_OK : cdr_fail_errno(err, CDR_E_IO, "playbook", "playbook.folder", errno, "Cannot read the folder playbooks of the workspace");
    }
    for (struct dirent *e; s == CDR_OK && (e = readdir(d));) {
        if (e->d_name[0] == '.' || !stem(e->d_name))
            continue;
        s = list->len == FILES_MAX ? cdr_fail(err, CDR_E_LIMIT, "playbook", "playbook.many", "The folder playbooks of the workspace holds more than %u files; move those away that are not used.", FILES_MAX)
                                   : add_entry(list, e->d_name, -1, err);
    }
    closedir(d);
    return s;
}

/* By name; of one name the workspace's first. Compared by hand, as qsort knows no context and lists are short. */
static bool before(const entry *a, const entry *b)
{
    int c = strcmp(a->bad_name ? a->file : a->name, b->bad_name ? b->file : b->name);
    return c ? c < 0 : a->shipped < b->shipped;
}

static void sort(entries *list)
{
    for (size_t gap = list->len / 2; gap > 0; gap /= 2)
        for (size_t i = gap; i < list->len; i++) {
            entry e = list->at[i];
            size_t k = i;
            for (; k >= gap && before(&e, &list->at[k - gap]); k -= gap)
                list->at[k] = list->at[k - gap];
            list->at[k] = e;
        }
}

static cdr_status list_all(int fd, entries *list, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; i < cdr_procedure_count && s == CDR_OK; i++)
        s = add_entry(list, cdr_procedures[i].name, (int)i, err);
    if (s == CDR_OK)
        s = list_own(fd, list, err);
    sort(list);
    return s;
}

/* --- reading one --- */

static cdr_status read_own(int dir, const char *file, cdr_playbook **ret, cdr_err *err)
{
    struct stat st;
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX + 1), shown = CDR_BUF(1000);
    cdr_text_quote(&shown, file, 120);
    const char *name = shown.data ? shown.data : "a file";
    _cleanup_close_ int fd = openat(dir, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 && errno == ELOOP)
        return cdr_fail(err, CDR_E_INVAL, "playbook", "playbook.link", "playbooks/%s is a symbolic link; put the file itself there.", name);
    if (fd < 0 || fstat(fd, &st))
        return cdr_fail_errno(err, CDR_E_IO, "playbook", "playbook.read", errno, "Cannot read playbooks/%s", name);
    if (!S_ISREG(st.st_mode))
        return cdr_fail(err, CDR_E_INVAL, "playbook", "playbook.type", "playbooks/%s is no plain file.", name);
    if (st.st_size > (off_t)CDR_PLAYBOOK_BYTES_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "playbook", "playbook.large", "playbooks/%s is larger than %u MiB.", name, CDR_PLAYBOOK_BYTES_MAX >> 20);
    char chunk[65536];
    ssize_t n;
    while ((n = cdr_read_some(fd, chunk, sizeof chunk)) > 0)
        if (cdr_buf_add(&text, chunk, (size_t)n) != CDR_OK)
            return cdr_fail(err, CDR_E_LIMIT, "playbook", "playbook.large", "playbooks/%s is larger than %u MiB.", name, CDR_PLAYBOOK_BYTES_MAX >> 20);
    if (n < 0)
        return cdr_fail_errno(err, CDR_E_IO, "playbook", "playbook.read", errno, "Cannot read playbooks/%s", name);
    return cdr_playbook_read(text.data ? text.data : "", text.len, name, ret, err);
}

static cdr_status read_entry(int dir, const entry *e, cdr_playbook **ret, cdr_err *err)
{
    *ret = NULL;
    if (e->shipped >= 0) {
        const cdr_procedure *p = &cdr_procedures[e->shipped];
        return cdr_playbook_read(p->text, p->len, p->name, ret, err);
    }
    return read_own(dir, e->file, ret, err);
}

static cdr_status read_path(const char *path, cdr_playbook **ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX + 1), shown = CDR_BUF(1000);
    cdr_text_quote(&shown, path, 200);
    struct stat st;
    if (stat(path, &st) && (errno == ENOENT || errno == ENOTDIR))
        return cdr_fail(err, CDR_NOT_FOUND, "playbook", "playbook.no-file", "There is no file %s.", shown.data ? shown.data : "of that name");
    cdr_status s = cdr_file_read_regular(path, &text, err);
    return s == CDR_OK ? cdr_playbook_read(text.data ? text.data : "", text.len, shown.data ? shown.data : "the file", ret, err) : s;
}

/* --- which is meant --- */

static bool is_version(const cdr_playbook *p, const char *version)
{
    int64_t a, b;
    const char *modified = cdr_playbook_modified(p);
    if (!version)
        return true;
    return modified && (!strcmp(modified, version) || (cdr_time_parse(modified, &a) && cdr_time_parse(version, &b) && a == b));
}

static bool newer(const cdr_playbook *a, const cdr_playbook *b)
{
    int64_t at = INT64_MIN, bt = INT64_MIN;
    if (cdr_playbook_modified(a) && !cdr_time_parse(cdr_playbook_modified(a), &at))
        at = INT64_MIN;
    if (cdr_playbook_modified(b) && !cdr_time_parse(cdr_playbook_modified(b), &bt))
        bt = INT64_MIN;
    return at > bt;
}

static cdr_status no_version(const char *what, const char *version, cdr_err *err)
{
    return cdr_fail(err, CDR_NOT_FOUND, "playbook", "playbook.no-version", "There is no version %.40s of the playbook %.80s; candor playbook list shows those there are.", version, what);
}

static void name_of(const entry *e, char *ret, size_t cap)
{
    snprintf(ret, cap, e->shipped < 0 ? "playbooks/%s.json" : "the %s that comes with Candor", e->name);
}

/* Nobody can know which is meant. */
static cdr_status two_of_one_id(const entry *a, const entry *b, const char *id, cdr_err *err)
{
    char first[CDR_PLAYBOOK_NAME_MAX + 40], second[CDR_PLAYBOOK_NAME_MAX + 40];
    name_of(a, first, sizeof first);
    name_of(b, second, sizeof second);
    return cdr_fail(err, CDR_DENIED, "playbook", "playbook.two", "%s and %s have the same id and version, %.60s, and say different things; take one away, or give the changed one a new \"modified\".", first, second, id);
}

/* Those that cannot be read are passed over: one bad file must not keep a run from the playbooks it calls. */
static cdr_status by_id(int dir, const entries *list, const char *id, const char *version, cdr_playbook **ret, const entry **ret_entry, cdr_err *err)
{
    bool met = false;
    const entry *other = NULL;     /* as new as the best, and not the same */
    _cleanup_(cdr_playbook_freep) cdr_playbook *best = NULL;
    for (size_t i = 0; i < list->len; i++) {
        _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
        cdr_err inner = {0};
        cdr_status s = list->at[i].bad_name ? CDR_NOT_FOUND : read_entry(dir, &list->at[i], &p, &inner);
        if (s == CDR_E_NOMEM) {
            if (err)
                *err = inner;
            return s;
        }
        if (s != CDR_OK || strcmp(cdr_playbook_id(p), id) != 0)
            continue;
        met = true;
        if (!is_version(p, version) || (best && newer(best, p)))
            continue;
        bool as_new = best && !newer(p, best);
        if (as_new && memcmp(cdr_playbook_sha256(p), cdr_playbook_sha256(best), CDR_SHA256_BYTES) != 0)
            other = &list->at[i];
        if (as_new && (other || cdr_signature_count(p) <= cdr_signature_count(best)))
            continue;
        other = as_new ? other : NULL;
        cdr_playbook_free(best);
        best = CDR_TAKE(p);
        *ret_entry = &list->at[i];
    }
    if (other)
        return two_of_one_id(*ret_entry, other, id, err);
    if (!best && met)
        return no_version(id, version ? version : "", err);
    if (!best)
        return cdr_fail(err, CDR_NOT_FOUND, "playbook", "playbook.no-id", "No playbook here has the id %.80s; put its file into the folder playbooks of the workspace.", id);
    *ret = CDR_TAKE(best);
    return CDR_OK;
}

/* The first whose name is ${name}: the workspace's. With a version the first that has it. */
static cdr_status by_name(int dir, const entries *list, const char *name, const char *version, cdr_playbook **ret, const entry **ret_entry, bool *ret_met, cdr_err *err)
{
    *ret_met = false;
    for (size_t i = 0; i < list->len; i++) {
        _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
        if (list->at[i].bad_name || strcmp(list->at[i].name, name) != 0)
            continue;
        *ret_met = true;
        cdr_status s = read_entry(dir, &list->at[i], &p, err);
        if (s != CDR_OK)
            return s;
        if (is_version(p, version)) {
            *ret = CDR_TAKE(p);
            *ret_entry = &list->at[i];
            return CDR_OK;
        }
    }
    return *ret_met ? no_version(name, version ? version : "", err) : CDR_NOT_FOUND;
}

/* The one name that ${start} begins; NULL: none, or several (${ret_several} then). */
static const char *unfold(const entries *list, const char *start, bool *ret_several)
{
    const char *found = NULL;
    size_t len = strlen(start);
    *ret_several = false;
    for (size_t i = 0; i < list->len; i++) {
        if (list->at[i].bad_name || strncmp(list->at[i].name, start, len) != 0 || (found && !strcmp(found, list->at[i].name)))
            continue;
        if (found) {
            *ret_several = true;
            return NULL;
        }
        found = list->at[i].name;
    }
    return found;
}

static void put_names(const entries *list, const char *start, cdr_buf *out)
{
    const char *last = NULL;
    for (size_t i = 0; i < list->len && out->len < 260; i++) {
        const entry *e = &list->at[i];
        if (e->bad_name || strncmp(e->name, start, strlen(start)) != 0 || (last && !strcmp(last, e->name)))
            continue;
        cdr_buf_addf(out, "%s%s", last ? ", " : "", e->name);
        last = e->name;
    }
}

static cdr_status not_found(const entries *list, const char *wanted, bool several, cdr_err *err)
{
    const char *words[64];
    size_t n = 0;
    _cleanup_buf_ cdr_buf names = CDR_BUF(4096), shown = CDR_BUF(400);
    cdr_text_quote(&shown, wanted, 60);
    const char *quoted = shown.data ? shown.data : "";
    put_names(list, several ? wanted : "", &names);
    if (several)
        return cdr_fail(err, CDR_NOT_FOUND, "playbook", "playbook.several", "\"%s\" begins the names of several playbooks: %s.", quoted, names.data ? names.data : "");
    for (size_t i = 0; i < list->len && n < CDR_COUNT(words); i++)
        if (!list->at[i].bad_name)
            words[n++] = list->at[i].name;
    const char *near = cdr_text_nearest(wanted, words, n);
    if (near)
        return cdr_fail(err, CDR_NOT_FOUND, "playbook", "playbook.unknown", "There is no playbook \"%s\"; did you mean %s?", quoted, near);
    return cdr_fail(err, CDR_NOT_FOUND, "playbook", "playbook.unknown", "There is no playbook \"%s\". There are: %s.", quoted, names.data && names.len ? names.data : "none");
}

static cdr_status find_listed(int dir, const entries *list, const char *wanted, const char *version, cdr_playbook **ret, const entry **ret_entry, cdr_err *err)
{
    char name[CDR_PLAYBOOK_NAME_MAX + 1];
    bool met, several;
    size_t len = stem(wanted) ? stem(wanted) : strlen(wanted);
    if (!strncmp(wanted, ID_HEAD, strlen(ID_HEAD)))
        return by_id(dir, list, wanted, version, ret, ret_entry, err);
    if (len == 0 || len > CDR_PLAYBOOK_NAME_MAX)
        return not_found(list, wanted, false, err);
    for (size_t i = 0; i <= len; i++) {        /* people write names with capitals and blanks */
        char c = i < len ? wanted[i] : '\0';
        name[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c == ' ' || c == '_' ? '-' : c);
    }
    cdr_status s = by_name(dir, list, name, version, ret, ret_entry, &met, err);
    if (met || s != CDR_NOT_FOUND)
        return s;
    const char *whole = unfold(list, name, &several);
    return whole ? by_name(dir, list, whole, version, ret, ret_entry, &met, err) : not_found(list, name, several, err);
}

cdr_status cdr_library_find(const char *dir, const char *wanted, const char *version, cdr_playbook **ret, char ret_name[CDR_PLAYBOOK_NAME_MAX + 1], cdr_err *err)
{
    _cleanup_entries_ entries list = {0};
    _cleanup_close_ int fd = -1;
    const entry *e = NULL;
    char name[CDR_PLAYBOOK_NAME_MAX + 1] = "";
    struct stat st;
    *ret = NULL;
    cdr_status s;
    if (strchr(wanted, '/') || (stem(wanted) && !lstat(wanted, &st))) {
        const char *base = strrchr(wanted, '/') ? strrchr(wanted, '/') + 1 : wanted;
        s = read_path(wanted, ret, err);
        if (s == CDR_OK && !is_version(*ret, version)) {
            cdr_playbook_free(*ret);
            *ret = NULL;
            s = no_version("of that file", version, err);
        }
        size_t len = stem(base) ? stem(base) : strlen(base);
        snprintf(name, sizeof name, "%.*s", is_name(base, len) ? (int)len : 4, is_name(base, len) ? base : "file");
    } else {
        s = open_own(dir, &fd, err);
        if (s == CDR_OK)
            s = list_all(fd, &list, err);
        if (s == CDR_OK)
            s = find_listed(fd, &list, wanted, version, ret, &e, err);
        if (s == CDR_OK)
            snprintf(name, sizeof name, "%s", e->name);
    }
    if (s == CDR_OK && ret_name)
        memcpy(ret_name, name, sizeof name);
    return s;
}

bool cdr_library_shadows(const char *name, const cdr_playbook *p)
{
    for (size_t i = 0; i < cdr_procedure_count; i++) {
        const cdr_procedure *c = &cdr_procedures[i];
        _cleanup_(cdr_playbook_freep) cdr_playbook *shipped = NULL;
        if (strcmp(c->name, name) != 0 && !memmem(c->text, c->len, cdr_playbook_id(p), strlen(cdr_playbook_id(p))))
            continue;
        if (cdr_playbook_read(c->text, c->len, c->name, &shipped, NULL) == CDR_OK && (!strcmp(c->name, name) || !strcmp(cdr_playbook_id(shipped), cdr_playbook_id(p))) &&
            memcmp(cdr_playbook_sha256(shipped), cdr_playbook_sha256(p), CDR_SHA256_BYTES) != 0)
            return true;
    }
    return false;
}

/* --- all of them --- */

static cdr_status tell(const char *dir, int fd, const entry *e, cdr_library_fn *fn, void *arg, cdr_err *err)
{
    cdr_err problem = {0};
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    _cleanup_free_ char *path = e->file ? cdr_asprintf("%s/playbooks/%s", dir, e->file) : NULL;
    if (e->file && !path)
        return cdr_fail_nomem(err, "playbook");
    cdr_status s = e->bad_name ? cdr_fail(&problem, CDR_E_INVAL, "playbook", "playbook.name", "The name of the file must have small letters a to z, digits and hyphens, and end in .json; rename it.")
                               : read_entry(fd, e, &p, &problem);
    if (s == CDR_E_NOMEM)
        return cdr_fail_nomem(err, "playbook");
    return fn(arg, &(cdr_library_item){.name = e->bad_name ? e->file : e->name, .path = path, .playbook = p, .problem = s == CDR_OK ? NULL : &problem});
}

static cdr_status each(const char *dir, bool own_only, cdr_library_fn *fn, void *arg, cdr_err *err)
{
    _cleanup_entries_ entries list = {0};
    _cleanup_close_ int fd = -1;
    cdr_status s = open_own(dir, &fd, err);
    if (s == CDR_OK)
        s = list_all(fd, &list, err);
    for (size_t i = 0; i < list.len && s == CDR_OK; i++) {
        const entry *e = &list.at[i], *last = i ? e - 1 : NULL;
        if (own_only && e->shipped >= 0)
            continue;
        if (last && !e->bad_name && !last->bad_name && !strcmp(e->name, last->name))
            continue;      /* the workspace has its own of that name */
        s = tell(dir, fd, e, fn, arg, err);
    }
    return s;
}

cdr_status cdr_library_each(const char *dir, cdr_library_fn *fn, void *arg, cdr_err *err)
{
    return each(dir, false, fn, arg, err);
}

cdr_status cdr_library_each_own(const char *dir, cdr_library_fn *fn, void *arg, cdr_err *err)
{
    return each(dir, true, fn, arg, err);
}

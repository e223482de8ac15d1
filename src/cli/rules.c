/* SPDX-License-Identifier: Apache-2.0 */
/* The user's detectors: files of YAML or JSON become one text for the ruleset. */
#include "cli/detect.h"

#include "base/io.h"
#include "base/yaml.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define RULES_BYTES_MAX (16u << 20)

static bool ends_in(const char *name, const char *ending)
{
    size_t n = strlen(name), m = strlen(ending);
    return n > m && !strcmp(name + n - m, ending);
}

static bool is_rules_file(const struct dirent *d)
{
    return d->d_name[0] != '.' && strcmp(d->d_name, "suppressions.json") != 0 && (ends_in(d->d_name, ".yaml") || ends_in(d->d_name, ".yml") || ends_in(d->d_name, ".json"));
}

static int only_rules(const struct dirent *d)
{
    return is_rules_file(d);
}

/* Append the lists of one file to those in ${all}. */
static cdr_status merge(json_t *all, const json_t *one, const char *path, cdr_err *err)
{
    static const char *const lists[] = {"detectors", "allow"};
    const char *key;
    json_t *value, *root = (json_t *)(uintptr_t)one;   /* the iterator changes nothing */
    if (!json_is_object(one))
        return cdr_fail(err, CDR_E_INVAL, "cli", "rules.invalid", "%.200s: a list \"detectors\" or \"allow\" is needed.", path);
    json_object_foreach(root, key, value) {
        bool known = !strcmp(key, "comment");
        for (size_t i = 0; i < CDR_COUNT(lists); i++) {
            if (strcmp(key, lists[i]) != 0)
                continue;
            known = true;
            if (!json_is_array(value))
                return cdr_fail(err, CDR_E_INVAL, "cli", "rules.invalid", "%.200s: %s must be a list.", path, key);
            if (json_array_extend(json_object_get(all, key), value))
                return cdr_fail_nomem(err, "cli");
        }
        if (!known)
            return cdr_fail(err, CDR_E_INVAL, "cli", "rules.unknown-key", "%.200s has the unknown key \"%.40s\"; detectors, allow and comment are known.", path, key);
    }
    return CDR_OK;
}

static cdr_status load_file(json_t *all, const char *path, cdr_err *err)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(RULES_BYTES_MAX);
    _cleanup_json_ json_t *root = NULL;
    cdr_status s = cdr_file_read(path, &text, err);
    if (s == CDR_OK)
        s = ends_in(path, ".json") ? cdr_json_parse(text.data ? text.data : "", text.len, path, &root, err) : cdr_yaml_parse(text.data ? text.data : "", text.len, path, &root, err);
    return s == CDR_OK ? merge(all, root, path, err) : s;
}

static cdr_status load_folder(json_t *all, const char *path, cdr_err *err)
{
    struct dirent **names = NULL;
    int count = scandir(path, &names, only_rules, alphasort);
    if (count < 0)
        return cdr_fail_errno(err, CDR_E_IO, "cli", "rules.folder", errno, "Cannot read the folder %.200s", path);
    cdr_status s = CDR_OK;
    for (int i = 0; i < count; i++) {
        _cleanup_free_ char *file = cdr_path_join(path, names[i]->d_name);
        if (s == CDR_OK)
            s = file ? load_file(all, file, err) : cdr_fail_nomem(err, "cli");
        free(names[i]);
    }
    free(names);
    return s;
}

static cdr_status load_path(json_t *all, const char *path, cdr_err *err)
{
    struct stat st;
    if (stat(path, &st))
        return cdr_fail_errno(err, errno == ENOENT ? CDR_NOT_FOUND : CDR_E_IO, "cli", "rules.open", errno, "Cannot read the detectors %.200s", path);
    return S_ISDIR(st.st_mode) ? load_folder(all, path, err) : load_file(all, path, err);
}

cdr_status cdr_cli_rules_load(const cdr_cli *cli, const char *path, char **ret, cdr_err *err)
{
    struct stat st;
    *ret = NULL;
    _cleanup_free_ char *own = path ? NULL : cdr_path_join(cli->workspace_dir, "detectors");
    if (!path && (!own || stat(own, &st)))
        return own ? CDR_OK : cdr_fail_nomem(err, "cli");
    _cleanup_json_ json_t *all = json_pack("{s:[], s:[]}", "detectors", "allow");
    cdr_status s = all ? load_path(all, path ? path : own, err) : cdr_fail_nomem(err, "cli");
    /* A folder without rules decides nothing: files read before it was there are not read again for it. */
    if (s != CDR_OK || (!json_array_size(json_object_get(all, "detectors")) && !json_array_size(json_object_get(all, "allow"))))
        return s;
    cdr_buf text = CDR_BUF(RULES_BYTES_MAX);
    s = cdr_json_canonical(all, &text, err);
    if (s == CDR_OK && !(*ret = cdr_buf_take(&text)))
        s = cdr_fail_nomem(err, "cli");
    cdr_buf_done(&text);
    return s;
}

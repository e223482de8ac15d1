/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/request.h"

#include "base/json.h"

/* An option of detection that is not carried over would make the reader find other things: add it below, then count it here. */
_Static_assert(sizeof(cdr_ruleset_options) == 5 * 4 + 4 + sizeof(char *), "every option of cdr_ruleset_options has its line in this file");

cdr_status cdr_request_encode(const cdr_reader_request *r, cdr_buf *out, cdr_err *err)
{
    cdr_json_writer w;
    cdr_jw_begin(&w, out);
    cdr_jw_open(&w, '{');
    cdr_jw_key(&w, "container");
    cdr_jw_str(&w, r->container);
    cdr_jw_key(&w, "name");
    cdr_jw_str(&w, r->name ? r->name : "");
    cdr_jw_key(&w, "rules");
    cdr_jw_str(&w, r->rules ? r->rules : "");
    const struct {
        const char *key;
        int64_t value;
    } numbers[] = {
        {"bytes", r->archive_bytes > INT64_MAX ? INT64_MAX : (int64_t)r->archive_bytes}, {"depth", r->archive_depth}, {"entries", r->archive_entries},
        {"ratio", r->archive_ratio}, {"cpu", r->detect.cpu}, {"plain_dates", r->detect.plain_dates}, {"names", r->detect.names}, {"wal", r->wal}, {"wal_unread", r->wal_unread}, {"journal", r->journal},
    };
    for (size_t i = 0; i < CDR_COUNT(numbers); i++) {
        cdr_jw_key(&w, numbers[i].key);
        cdr_jw_int(&w, numbers[i].value);
    }
    cdr_jw_key(&w, "min_confidence");
    cdr_jw_num(&w, (double)r->detect.min_confidence);
    cdr_jw_key(&w, "min_names");
    cdr_jw_num(&w, (double)r->detect.min_names);
    cdr_jw_close(&w, '}');
    cdr_status s = cdr_buf_status(out);
    if (s == CDR_E_LIMIT)
        return cdr_fail(err, s, "scan", "reader.request", "The detection rules are larger than the %zu bytes that candor-reader takes; make them smaller.", out->max);
    return s == CDR_OK ? s : cdr_fail_nomem(err, "scan");
}

static bool number(const json_t *obj, const char *key, uint64_t max, uint64_t *ret)
{
    const json_t *v = json_object_get(obj, key);
    json_int_t n = json_integer_value(v);
    if (!json_is_integer(v) || n < 0 || (uint64_t)n > max)
        return false;
    *ret = (uint64_t)n;
    return true;
}

static bool take(const json_t *obj, cdr_reader_request *r)
{
    uint64_t depth = 0, entries = 0, ratio = 0, cpu = 0, dates = 0, names = 0, wal = 0, unread = 0, journal = 0;
    const char *container = cdr_json_str(obj, "container"), *rules = cdr_json_str(obj, "rules"), *name = cdr_json_str(obj, "name");
    bool fine = container && *container && rules && name && number(obj, "bytes", INT64_MAX, &r->archive_bytes) && number(obj, "depth", UINT32_MAX, &depth) &&
                number(obj, "entries", UINT32_MAX, &entries) && number(obj, "ratio", UINT32_MAX, &ratio) && number(obj, "cpu", CDR_CPU_NEON, &cpu) &&
                number(obj, "plain_dates", 1, &dates) && number(obj, "names", INT8_MAX, &names) &&
                number(obj, "wal", 1, &wal) && number(obj, "wal_unread", 1, &unread) && number(obj, "journal", 1, &journal);
    if (!fine)
        return false;
    r->archive_depth = (uint32_t)depth;
    r->archive_entries = (uint32_t)entries;
    r->archive_ratio = (uint32_t)ratio;
    r->detect = (cdr_ruleset_options){.cpu = (cdr_cpu_path)cpu, .plain_dates = dates, .names = (cdr_names_mode)names,
                                      .min_confidence = (float)json_number_value(json_object_get(obj, "min_confidence")),
                                      .min_names = (float)json_number_value(json_object_get(obj, "min_names"))};
    r->wal = wal;
    r->wal_unread = unread;
    r->journal = journal;
    r->container = cdr_strdup(container);
    r->name = cdr_strdup(name);
    r->rules = cdr_strdup(rules);
    r->detect.rules_json = r->rules && *r->rules ? r->rules : NULL;
    return true;
}

cdr_status cdr_request_decode(const char *text, size_t len, cdr_reader_request *ret, cdr_err *err)
{
    _cleanup_json_ json_t *obj = NULL;
    *ret = (cdr_reader_request){0};
    cdr_status s = cdr_json_parse(text, len, "the request", &obj, err);
    if (s != CDR_OK)
        return s;
    if (!take(obj, ret))
        return cdr_fail(err, CDR_E_INVAL, "scan", "reader.request", "candor-reader was started without a proper request; it is run by candor only.");
    if (ret->container && ret->rules && ret->name)
        return CDR_OK;
    cdr_request_done(ret);
    return cdr_fail_nomem(err, "scan");
}

void cdr_request_done(cdr_reader_request *r)
{
    cdr_free(r->container);
    cdr_free(r->name);
    cdr_free(r->rules);
    *r = (cdr_reader_request){0};
}

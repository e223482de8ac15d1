/* SPDX-License-Identifier: Apache-2.0 */
#include "core/vault/import_rows.h"

#include "base/text.h"
#include "detect/date_word.h"
#include "detect/identifier.h"

#include <stdio.h>
#include <string.h>

#define JOINED_MAX ((size_t)CDR_VAULT_TEXT_MAX + 1)
#define COUNTRY_KEPT 40
#define NUMBER_MAX 64
#define NO_DATE "is no day, or not written as one of these: 1985-04-03, 3.4.1985, 03/04/1985, 3 April 1985, Apr 3, 1985"
#define DAY_US INT64_C(86400000000)

typedef struct target { uint32_t column; const cdr_vault_field *field; } target;   /* ascending by field, then by column */

struct cdr_import_rows {
    const cdr_import_map *map;
    cdr_import_events events;
    void *arg;
    cdr_rows *rows;
    int64_t now_us;
    target targets[CDR_VAULT_FIELDS_MAX];
    size_t target_count;
    cdr_vault_value values[CDR_VAULT_FIELDS_MAX];
    cdr_buf joined;                  /* addresses in parts, dates in their one form; reserved, so that it never moves */
    char home[4], row_code[4];       /* calling codes: of whom the rows are about, and of the row's country */
    char country[COUNTRY_KEPT];      /* the row before had it; most do */
    size_t country_len;
    cdr_calling_codes codes;
    const char *note;
    uint32_t late;
    uint64_t told;
    bool keep_empty;
};

static cdr_status tell_fault(cdr_import_rows *r, uint64_t line, const char *column, const char *what, cdr_err *err)
{
    return r->events.fault(r->arg, &(cdr_import_fault){line, column, what}, err);
}

/* --- one cell --- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Spaces around it go; and the apostrophe by which spreadsheets are told that no formula follows. */
static cdr_row_cell trimmed(cdr_row_cell c)
{
    static const char nbsp[] = "\xC2\xA0";
    for (bool more = true; more;) {
        more = false;
        if (c.len && is_space(*c.s))
            c.s++, c.len--, more = true;
        if (c.len && is_space(c.s[c.len - 1]))
            c.len--, more = true;
        if (c.len >= 2 && !memcmp(c.s, nbsp, 2))
            c.s += 2, c.len -= 2, more = true;
        if (c.len >= 2 && !memcmp(c.s + c.len - 2, nbsp, 2))
            c.len -= 2, more = true;
    }
    if (c.len >= 2 && c.s[0] == '\'' && strchr("=+-@", c.s[1]))
        c.s++, c.len--;
    return c;
}

/* What databases and people write where nothing is. */
static bool is_nothing(const cdr_vault_field *f, cdr_row_cell c)
{
    static const char *const always[] = {"NULL", "\\N"};
    static const char *const of_forms[] = {"-", "--", "n/a", "n.a.", "null", "none", "nil", "unknown", "?", "x", "keine", "unbekannt", "0000-00-00"};
    for (size_t i = 0; i < CDR_COUNT(always); i++)
        if (c.len == strlen(always[i]) && !memcmp(c.s, always[i], c.len))
            return true;
    for (size_t i = 0; i < CDR_COUNT(of_forms) && f->form != CDR_FORM_TEXT; i++)
        if (cdr_ascii_ieq(c.s, c.len, of_forms[i], strlen(of_forms[i])))
            return true;
    return !c.len;
}

static bool has_control(cdr_row_cell c)
{
    for (size_t i = 0; i < c.len; i++)
        if (((unsigned char)c.s[i] < ' ' && !is_space(c.s[i])) || c.s[i] == 0x7F)
            return true;
    return false;
}

static size_t digits_in(cdr_row_cell c)
{
    size_t n = 0;
    for (size_t i = 0; i < c.len; i++)
        n += c.s[i] >= '0' && c.s[i] <= '9';
    return n;
}

/* 4.47912E+11: a spreadsheet took a number for one and rounded it. */
static bool is_rounded(cdr_row_cell c)
{
    const char *e = c.len > 4 ? memchr(c.s, 'E', c.len) : NULL;
    size_t before = e ? (size_t)(e - c.s) : 0;
    if (!before || before + 2 >= c.len || e[1] != '+' || !memchr("0123456789", *c.s, 10))
        return false;
    for (size_t i = 0; i < c.len; i++)
        if (&c.s[i] != e && !strchr("0123456789.,+", c.s[i]))
            return false;
    return true;
}

static bool take_number(const char **s, const char *end, size_t most, int32_t *ret, size_t *ret_digits)
{
    *ret = 0;
    *ret_digits = 0;
    for (; *s < end && **s >= '0' && **s <= '9'; ++*s) {
        if (++*ret_digits > most)
            return false;
        *ret = *ret * 10 + (**s - '0');
    }
    return *ret_digits > 0;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* "3rd", "1er" */
static bool is_ordinal(const char *s, size_t len)
{
    static const char *const ends[] = {"st", "nd", "rd", "th", "er"};
    for (size_t i = 0; i < CDR_COUNT(ends); i++)
        if (cdr_ascii_ieq(s, len, ends[i], 2))
            return true;
    return false;
}

/* One month in words, one day, one year of four digits, in any order: "Jan 10, 1978", "10. Januar 1978", "10 de enero de 1978". */
static bool date_in_words(const char *s, size_t len, cdr_date *ret)
{
    const char *end = s + len, *p = s;
    int32_t year = 0, month = 0, day = 0, n;
    while (p < end) {
        const char *from = p;
        size_t digits;
        if (*p >= '0' && *p <= '9') {
            if (!take_number(&p, end, 4, &n, &digits) || digits == 3 || (digits == 4 ? year : day))
                return false;
            *(digits == 4 ? &year : &day) = n;
            for (from = p; p < end && is_letter(*p);)
                p++;
            if (p > from && !is_ordinal(from, (size_t)(p - from)))
                p = from;   /* "10Jan1978" */
        } else if (is_letter(*p)) {
            while (p < end && is_letter(*p))
                p++;
            int m = cdr_month_word(from, (size_t)(p - from));
            if (m ? month : !cdr_weekday_word(from, (size_t)(p - from)) && !cdr_date_link_word(from, (size_t)(p - from)))
                return false;
            month = m ? m : month;
        } else if (strchr(" .,-/", *p))
            p++;
        else
            return false;
    }
    if (!year || !month || !day || !cdr_date_valid(year, month, day))
        return false;
    *ret = (cdr_date){year, (int8_t)month, (int8_t)day};
    return true;
}

static bool date_in_digits(const char *s, size_t len, cdr_import_order order, cdr_date *ret)
{
    const char *end = s + len, *p = s;
    int32_t n[3], eight;
    size_t digits[3];
    if (len == 8 && take_number(&p, end, 8, &eight, &digits[0]) && digits[0] == 8) {
        n[0] = eight / 10000, n[1] = eight / 100 % 100, n[2] = eight % 100;
        digits[0] = 4;
    } else {
        p = s;
        char sign = 0;
        for (size_t k = 0; k < 3; k++) {
            if (!take_number(&p, end, 4, &n[k], &digits[k]))
                return false;
            if (k == 2)
                break;
            while (p < end && *p == ' ')
                p++;
            if (p == end || !strchr("-./", *p) || (sign && *p != sign))
                return false;
            sign = *p++;
            while (p < end && *p == ' ')
                p++;
        }
        if (p < end && *p != 'T' && *p != ' ')   /* a time may follow */
            return false;
        if (digits[0] != 4) {
            if (digits[2] != 4 || (sign == '/' && n[0] <= 12 && n[1] <= 12 && n[0] != n[1] && order == CDR_ORDER_UNKNOWN))
                return false;
            bool month_first = sign == '/' && (n[1] > 12 || (n[0] <= 12 && order == CDR_ORDER_MONTH_FIRST));
            int32_t y = n[2], m = month_first ? n[0] : n[1], d = month_first ? n[1] : n[0];
            n[0] = y, n[1] = m, n[2] = d;
        }
    }
    if (!cdr_date_valid(n[0], n[1], n[2]))
        return false;
    *ret = (cdr_date){n[0], (int8_t)n[1], (int8_t)n[2]};
    return true;
}

bool cdr_import_date(const char *s, size_t len, cdr_import_order order, cdr_date *ret)
{
    return date_in_digits(s, len, order, ret) || (len <= 60 && date_in_words(s, len, ret));
}

static const char *date_value(cdr_import_rows *r, const cdr_import_column *column, cdr_row_cell c, cdr_vault_value *ret)
{
    cdr_date date;
    char text[11];
    if (!cdr_import_date(c.s, c.len, column->order, &date))
        return column->order == CDR_ORDER_UNKNOWN && cdr_import_date(c.s, c.len, CDR_ORDER_DAY_FIRST, &date)
                   ? (r->map->typed ? "may be read two ways; write it as in 1985-04-03" : "may be read two ways; say --dates day-first or --dates month-first") : NO_DATE;
    if (cdr_days_from_date(date) * DAY_US > r->now_us)
        return "lies in the future";
    cdr_date_format(date, text);
    ret->text = r->joined.data + r->joined.len;
    ret->len = 10;
    return cdr_buf_add(&r->joined, text, 11) == CDR_OK ? NULL : "makes the row too long";
}

/* As the world dials it: by the row's country, by whose row it is, by what was said for all. */
static const char *phone_value(cdr_import_rows *r, cdr_vault_value *v)
{
    const char *const codes[] = {r->row_code, r->home, r->map->calling_code};
    char world[CDR_VAULT_TEXT_MAX];
    size_t n = 0, at = r->joined.len;
    bool good = false, has_code = memchr(v->text, '+', v->len) || (v->len > 2 && v->text[0] == '0' && v->text[1] == '0');
    for (size_t i = 0; i < CDR_COUNT(codes) && !good && !has_code; i++)
        good = *codes[i] && cdr_import_phone(codes[i], v->text, v->len, world, sizeof world, &n);
    if (good && n) {
        cdr_buf_add(&r->joined, world, n);
        bool room = cdr_buf_addc(&r->joined, '\0') == CDR_OK;
        cdr_wipe(world, n);
        if (!room)
            return "makes the row too long";
        v->text = r->joined.data + at;
        v->len = n;
    }
    cdr_calling_codes_note(&r->codes, v->text, v->len);
    if (!good && !has_code && *r->map->calling_code && r->map->typed)
        return "is no telephone number of our country; write it as in +49 30 5550101";
    if (!good && !has_code && *r->map->calling_code)
        return *r->row_code ? "is no telephone number of the row's country, nor of that of --calling-code" : "is no telephone number of the country that --calling-code names";
    if (!good && !has_code)
        r->note = *r->row_code || *r->home ? "is no telephone number of the country that stands beside it, and stays as it is written" : "has no country's code, and stays as it is written";
    return NULL;
}

/* What the row's country is called, as a calling code. */
static void take_country(cdr_import_rows *r, const cdr_row_cell *cells, uint32_t count)
{
    cdr_row_cell c = {0};
    for (size_t i = 0; i < r->target_count && !c.s; i++)
        if (r->targets[i].field->id == CDR_FIELD_COUNTRY && r->targets[i].column < count && cells[r->targets[i].column].s)
            c = trimmed(cells[r->targets[i].column]);
    if (c.s && c.len == r->country_len && c.len && !memcmp(c.s, r->country, c.len))
        return;
    const char *code = c.s && cdr_utf8_valid(c.s, c.len) ? cdr_import_country_code(c.s, c.len) : NULL;
    r->country_len = c.s && c.len <= COUNTRY_KEPT ? c.len : 0;
    memcpy(r->country, c.s ? c.s : "", r->country_len);
    snprintf(r->row_code, sizeof r->row_code, "%.3s", code ? code : "");
}

/* One address and nothing around it: messages go there. */
static bool is_address(const cdr_vault_value *v)
{
    const char *at = memchr(v->text, '@', v->len), *end = v->text + v->len;
    for (size_t i = 0; i < v->len; i++)
        if ((unsigned char)v->text[i] <= ' ' || strchr("\"<>()[]{},;:\\", v->text[i]) != NULL)
            return false;
    return at && at > v->text && at + 1 < end && !memchr(at + 1, '@', (size_t)(end - at) - 1) && memchr(at + 2, '.', CDR_MAX((size_t)(end - at), (size_t)3) - 3);
}

static bool card_sum(const char *s, size_t len)
{
    return cdr_id_luhn(s, len, 10);
}

/* What is no IBAN has no check digits that are known here. */
static bool iban_sum(const char *s, size_t len)
{
    unsigned rest = 0;
    bool like_one = len > 4 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z' && s[2] >= '0' && s[2] <= '9' && s[3] >= '0' && s[3] <= '9' && cdr_id_iban_length(s) > 0;
    char turned[NUMBER_MAX];
    if (!like_one)
        return true;
    memcpy(turned, s + 4, len - 4);
    memcpy(turned + len - 4, s, 4);
    bool good = len == cdr_id_iban_length(s) && cdr_id_mod97(turned, len, &rest) && rest == 1;
    cdr_wipe(turned, sizeof turned);
    return good;
}

/* Over letters and digits alone. */
static bool sum_fits(cdr_row_cell c, bool (*sum)(const char *, size_t))
{
    char plain[NUMBER_MAX];
    size_t n = 0;
    if (!cdr_vault_normalise(CDR_FORM_NUMBER, c.s, c.len, plain, sizeof plain, &n))
        return true;
    bool good = sum(plain, n);
    cdr_wipe(plain, sizeof plain);
    return good;
}

/* NULL: good. */
static const char *number_fault(const cdr_vault_field *f, cdr_vault_value *v)
{
    cdr_row_cell c = {v->text, v->len};
    size_t digits = digits_in(c);
    if (is_rounded(c))
        return "was rounded by a spreadsheet (as in 4.4E+11); export it as text";
    if (f->id == CDR_FIELD_CARD && (digits < 12 || digits > 19))
        return "is no card number";
    if ((f->id == CDR_FIELD_CARD && !sum_fits(c, card_sum)) || (f->id == CDR_FIELD_BANK_ACCOUNT && !sum_fits(c, iban_sum)))
        return "has a wrong check digit: one of its digits is mistyped";
    if (f->id != CDR_FIELD_CARD_LAST4)
        return NULL;
    if (digits < 4)
        return "has no four digits";
    for (size_t i = v->len, n = 0; i > 0 && n < 4; i--)   /* of a whole number only these are kept */
        if (v->text[i - 1] >= '0' && v->text[i - 1] <= '9' && ++n == 4) {
            bool together = v->len - (i - 1) == 4;
            if (!together)
                return "does not end in four digits";
            v->text += i - 1;
            v->len = 4;
        }
    return NULL;
}

static const char *no_value(cdr_vault_form form)
{
    switch (form) {
    case CDR_FORM_EMAIL: return "is no e-mail address";
    case CDR_FORM_PHONE: return "is no telephone number";
    case CDR_FORM_NUMBER: return "has no letter or digit";
    case CDR_FORM_DATE: return "is no date";
    case CDR_FORM_TEXT: break;
    }
    return "has no letter or digit";
}

/* Fills ${ret} (its text NULL: nothing there); a sentence when it cannot be. */
static const char *cell_value(cdr_import_rows *r, const target *t, cdr_row_cell c, cdr_vault_value *ret)
{
    char normal[CDR_VAULT_TEXT_MAX];
    size_t n;
    *ret = (cdr_vault_value){.field = t->field->id};
    if (!c.s || is_nothing(t->field, c = trimmed(c)))
        return NULL;
    if (!cdr_utf8_valid(c.s, c.len))
        return r->map->typed ? "is no text in UTF-8" : CDR_IMPORT_NO_UTF8;
    if (has_control(c))
        return "holds a control character";
    if (c.len > CDR_VAULT_TEXT_MAX)
        return "is longer than 4,096 bytes";
    if (t->field->form == CDR_FORM_DATE)
        return date_value(r, &r->map->at[t->column], c, ret);
    ret->text = c.s;
    ret->len = c.len;
    const char *fault = t->field->form == CDR_FORM_NUMBER || t->field->form == CDR_FORM_PHONE ? number_fault(t->field, ret) : NULL;
    if (!fault && t->field->form == CDR_FORM_EMAIL && !is_address(ret))
        fault = no_value(CDR_FORM_EMAIL);
    if (!fault && t->field->form == CDR_FORM_PHONE)
        fault = phone_value(r, ret);
    if (fault || t->field->form == CDR_FORM_TEXT)
        return fault;
    bool good = cdr_vault_normalise(t->field->form, ret->text, ret->len, normal, sizeof normal, &n);
    cdr_wipe(normal, good ? n : 0);
    return good ? NULL : no_value(t->field->form);
}

/* --- a row --- */

static bool is_house_number(const cdr_vault_value *v)
{
    return v->len <= 8 && v->text[0] >= '0' && v->text[0] <= '9';
}

/* ${more} behind ${v}: "Hauptstr." "5" is "Hauptstr. 5", other parts are set off. */
static const char *join(cdr_import_rows *r, cdr_vault_value *v, const cdr_vault_value *more)
{
    const char *sign = v->field == CDR_FIELD_NOTE || v->field == CDR_FIELD_ORDERS ? "; " : is_house_number(more) ? " " : ", ";
    size_t at = r->joined.len;
    if (v->len + more->len + 2 > CDR_VAULT_TEXT_MAX)
        return "makes the field longer than 4,096 bytes";
    cdr_buf_add(&r->joined, v->text, v->len);
    cdr_buf_adds(&r->joined, sign);
    cdr_buf_add(&r->joined, more->text, more->len);
    if (cdr_buf_addc(&r->joined, '\0') != CDR_OK)
        return "makes the row too long";
    v->text = r->joined.data + at;
    v->len = r->joined.len - at - 1;
    return NULL;
}

static const char *since_of(cdr_import_rows *r, const cdr_row_cell *cells, uint32_t count, int64_t *ret)
{
    *ret = 0;
    if (r->map->since >= count || !cells[r->map->since].s)
        return NULL;
    cdr_row_cell c = trimmed(cells[r->map->since]);
    cdr_date date;
    static const cdr_vault_field like = {.form = CDR_FORM_DATE};
    if (is_nothing(&like, c))
        return NULL;
    if (!cdr_import_date(c.s, c.len, r->map->at[r->map->since].order, &date))
        return NO_DATE;
    *ret = cdr_days_from_date(date) * DAY_US;
    return *ret > r->now_us ? "lies in the future" : *ret <= 0 ? "lies before 1970" : NULL;
}

static cdr_status on_row(void *arg, uint64_t line, const cdr_row_cell *cells, uint32_t count, cdr_err *err)
{
    cdr_import_rows *r = arg;
    size_t n = 0;
    int64_t since;
    bool key = false;
    r->told++;
    cdr_buf_clear(&r->joined);
    const char *fault = since_of(r, cells, count, &since);
    if (fault)
        return tell_fault(r, line, r->map->at[r->map->since].name, fault, err);
    take_country(r, cells, count);
    for (size_t i = 0; i < r->target_count; i++) {
        const target *t = &r->targets[i];
        cdr_vault_value v;
        r->note = NULL;
        fault = t->column < count ? cell_value(r, t, cells[t->column], &v) : NULL;
        if (!fault && r->note && r->events.note) {
            cdr_status s = r->events.note(r->arg, &(cdr_import_fault){line, r->map->at[t->column].name, r->note}, err);
            if (s != CDR_OK)
                return s;
        }
        if (!fault && t->column < count && !v.text && r->keep_empty && cells[t->column].s)
            v.text = "";
        if (!fault && (t->column >= count || !v.text))
            continue;
        key |= t->column == r->map->key;
        if (!fault && n && r->values[n - 1].field == v.field)
            fault = join(r, &r->values[n - 1], &v);
        else if (!fault)
            r->values[n++] = v;
        if (fault)
            return tell_fault(r, line, r->map->at[t->column].name, fault, err);
    }
    if (!n)
        return CDR_OK;   /* a line of empty cells, as spreadsheets leave them behind */
    if (!key && r->map->key != UINT32_MAX)
        return tell_fault(r, line, r->map->at[r->map->key].name, "is empty, and is what the customer is known by", err);
    cdr_err detail = {0};
    cdr_status s = r->events.row(r->arg, line, r->values, n, since, &detail);
    if (s == CDR_E_INVAL)
        return tell_fault(r, line, NULL, detail.text, err);
    if (s != CDR_OK && err)
        *err = detail;
    return s;
}

static cdr_status on_column(void *arg, uint32_t column, const char *name, cdr_err *err)
{
    cdr_import_rows *r = arg;
    (void)name; (void)err;
    r->late += column >= r->map->count;
    return CDR_OK;
}

/* The name of the input stands in front of the sentence, as in ": " behind "line N"; it is told with the line. */
static cdr_status on_wrong(void *arg, uint64_t line, cdr_err *err)
{
    cdr_import_rows *r = arg;
    const char *what = strstr(err->text, ": ");
    cdr_err detail = {0};
    r->told++;
    cdr_status s = tell_fault(r, line, NULL, what ? what + 2 : err->text, &detail);
    if (s != CDR_OK)
        *err = detail;
    return s;
}

/* --- the reader --- */

static cdr_status aim(cdr_import_rows *r, cdr_err *err)
{
    for (uint32_t i = 0; i < r->map->count; i++) {
        const cdr_vault_field *f = r->map->at[i].field;
        if (!f)
            continue;
        if (r->target_count == CDR_VAULT_FIELDS_MAX)
            return cdr_fail(err, CDR_E_LIMIT, "vault", "import.fields", "More than %d columns are fields; leave out what no call needs.", CDR_VAULT_FIELDS_MAX);
        size_t k = r->target_count++;
        for (; k > 0 && r->targets[k - 1].field->id > f->id; k--)
            r->targets[k] = r->targets[k - 1];
        r->targets[k] = (target){i, f};
    }
    return CDR_OK;
}

cdr_status cdr_import_rows_new(const cdr_import_map *map, const char *name, int64_t now_us, const cdr_import_events *ev, void *arg, cdr_import_rows **ret, cdr_err *err)
{
    static const cdr_rows_events events = {on_column, on_row, on_wrong};
    cdr_import_rows *r = cdr_alloc(sizeof *r);
    *ret = NULL;
    if (!r)
        return cdr_fail_nomem(err, "vault");
    *r = (cdr_import_rows){.map = map, .events = *ev, .arg = arg, .now_us = now_us, .joined = CDR_BUF(CDR_VAULT_FIELDS_MAX * JOINED_MAX)};
    cdr_status s = aim(r, err);
    if (s == CDR_OK && (cdr_buf_reserve(&r->joined, CDR_VAULT_FIELDS_MAX * JOINED_MAX) != CDR_OK || !(r->rows = cdr_rows_new(CDR_ROWS_AUTO, 0, name, &events, r))))
        s = cdr_fail_nomem(err, "vault");
    if (s != CDR_OK) {
        cdr_import_rows_free(r);
        return s;
    }
    *ret = r;
    return CDR_OK;
}

cdr_status cdr_import_rows_feed(cdr_import_rows *r, const char *data, size_t len, bool last, cdr_err *err)
{
    return cdr_rows_feed(r->rows, data, len, last, err);
}

void cdr_import_rows_keep_empty(cdr_import_rows *r)
{
    r->keep_empty = true;
}

void cdr_import_rows_home(cdr_import_rows *r, const char *calling_code)
{
    snprintf(r->home, sizeof r->home, "%.3s", calling_code);
}

const cdr_calling_codes *cdr_import_rows_codes(const cdr_import_rows *r)
{
    return &r->codes;
}

uint32_t cdr_import_rows_late(const cdr_import_rows *r)
{
    return r->late;
}

uint64_t cdr_import_rows_told(const cdr_import_rows *r)
{
    return r->told;
}

void cdr_import_rows_free(cdr_import_rows *r)
{
    if (!r)
        return;
    cdr_rows_free(r->rows);
    cdr_buf_wipe(&r->joined);
    cdr_wipe(r->country, sizeof r->country);
    cdr_free(r);
}

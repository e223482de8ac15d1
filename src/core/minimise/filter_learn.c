/* SPDX-License-Identifier: Apache-2.0 */
/* What the columns are, from their names and the values at the beginning: judged as a scan judges them. */
#include "core/minimise/filter_learn.h"

#include "base/csv.h"
#include "base/text.h"
#include "core/minimise/filter_parts.h"
#include "core/taxonomy/taxonomy.h"
#include "detect/column.h"
#include "detect/column_header.h"
#include "detect/engine.h"
#include "detect/kinds.h"

#include <string.h>

#define LEAST_CLASS 0.15f                    /* less is no judgement */
#define CELL_LOOKED ((size_t)4 << 10)        /* bytes of a value that are looked at */
#define NUMBERS_FEW 20u                      /* values, hardly one with a letter: words among them are not at home */
#define ALONE_CELLS 200u                     /* cells that are looked at once more, each by itself */
#define ALONE_FEW 6u                         /* fewer numbers with a right check digit are chance */
#define HEAD_BYTES ((size_t)64 << 10)        /* of a text whose header is looked for */

typedef struct pupil {
    cdr_column *column;
    char *name; size_t name_len;
    cdr_buf text;
    uint32_t *starts; uint32_t count, cap;
    uint64_t bytes, found_bytes, wordy;      /* wordy: values of several words */
    uint64_t flags;                          /* values that say yes or no */
    uint64_t codes, texts;                   /* words with a digit; with a letter, and no yes or no */
    uint64_t whole;                          /* cells with nothing beside what was found but signs */
} pupil;

CDR_VEC(pupils, pupil)

typedef struct lesson {
    const cdr_filter_ask *ask;
    const cdr_ruleset *rs;
    cdr_detect_scratch *scratch;
    bool headless;
    pupils at;
} lesson;

static void forget(lesson *l)
{
    for (size_t i = 0; i < l->at.len; i++) {
        cdr_column_free(l->at.at[i].column);
        cdr_buf_wipe(&l->at.at[i].text);
        cdr_free(l->at.at[i].starts);
        cdr_free(l->at.at[i].name);
    }
    pupils_done(&l->at);
    cdr_detect_scratch_free(l->scratch);
}

static cdr_status reach(lesson *l, uint32_t column, const char *name, size_t len, cdr_err *err)
{
    while (l->at.len <= column) {
        pupil *p = pupils_push(&l->at);
        if (!p)
            return cdr_fail_nomem(err, "minimise");
        p->text = CDR_BUF((size_t)CDR_FILTER_SAMPLE_VALUES * (CELL_LOOKED + 1));
    }
    pupil *p = &l->at.at[column];
    if (p->column)
        return CDR_OK;
    p->name = cdr_strndup(name, len);
    p->name_len = len;
    return p->name ? cdr_column_new(l->rs, name, len, &p->column, err) : cdr_fail_nomem(err, "minimise");
}

static bool several_words(const char *v, size_t len)
{
    size_t gaps = 0;
    for (size_t i = 1; i < len; i++)
        gaps += v[i] == ' ' && v[i - 1] != ' ';
    return gaps >= 3 && len >= 20;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static void look_at(pupil *p, const char *v, size_t len)
{
    bool letter = false, digit = false, flag = cdr_filter_is_yes_or_no(v, len);
    for (size_t i = 0; i < len; i++) {
        letter |= is_letter(v[i]);
        digit |= v[i] >= '0' && v[i] <= '9';
    }
    p->wordy += several_words(v, len);
    p->flags += flag;
    p->codes += digit && len <= 64 && !memchr(v, ' ', len);
    p->texts += letter && !flag;
}

static cdr_status note_value(void *arg, uint32_t column, const char *name, size_t name_len, const char *v, size_t len, cdr_err *err)
{
    lesson *l = arg;
    cdr_status s = reach(l, column, name, name_len, err);
    if (s != CDR_OK)
        return s;
    pupil *p = &l->at.at[column];
    if (p->count == CDR_FILTER_SAMPLE_VALUES || len == 0)
        return CDR_OK;
    if (p->count == p->cap) {
        uint32_t cap = p->cap ? p->cap * 2 : 64;
        uint32_t *grown = cdr_realloc_array(p->starts, cap + 1u, sizeof *grown);
        if (!grown)
            return cdr_fail_nomem(err, "minimise");
        p->starts = grown;
        p->cap = cap;
    }
    len = CDR_MIN(len, CELL_LOOKED);
    look_at(p, v, len);
    p->starts[p->count++] = (uint32_t)p->text.len;
    cdr_buf_add(&p->text, v, len);
    p->bytes += len;
    if (cdr_buf_addc(&p->text, '\n') != CDR_OK)
        return cdr_fail_nomem(err, "minimise");
    p->starts[p->count] = (uint32_t)p->text.len;
    return CDR_OK;
}

/* --- judging --- */

typedef struct teller { pupil *p; uint32_t cell, told_cell, seen; bool beside; cdr_kind kinds[16]; size_t kind_count; } teller;

static bool any_word(const char *s, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (is_letter(s[i]) || (s[i] >= '0' && s[i] <= '9'))
            return true;
    return false;
}

static void end_cell(teller *t)
{
    if (t->told_cell != UINT32_MAX)
        t->p->whole += !t->beside && !any_word(t->p->text.data, t->seen, t->p->starts[t->told_cell + 1]);
}

static cdr_status note_found(void *arg, const cdr_finding *f)
{
    teller *t = arg;
    while (t->cell + 1 < t->p->count && t->p->starts[t->cell + 1] <= f->start)
        t->cell++;
    t->p->found_bytes += f->end - f->start;
    if (t->told_cell != t->cell) {
        end_cell(t);
        t->kind_count = 0;
        t->beside = false;
        t->seen = t->p->starts[t->cell];
    }
    t->beside |= any_word(t->p->text.data, t->seen, f->start);
    t->seen = (uint32_t)CDR_MAX(f->end, (uint64_t)t->seen);
    t->told_cell = t->cell;
    for (size_t i = 0; i < t->kind_count; i++)
        if (t->kinds[i] == f->kind)
            return CDR_OK;
    if (t->kind_count < CDR_COUNT(t->kinds)) {
        t->kinds[t->kind_count++] = f->kind;
        cdr_column_found(t->p->column, f->kind, (cdr_band)f->band);
    }
    return CDR_OK;
}

cdr_kind cdr_filter_name_says(const char *name, size_t len)
{
    cdr_header h;
    cdr_header_read(name, len, &h);
    bool personal = h.count && h.says[0].strength >= 3 && !h.thing && h.says[0].kind != CDR_K_ORGANIZATION && cdr_kind_get(h.says[0].kind)->category[0];
    return personal ? h.says[0].kind : CDR_KIND_NONE;
}

cdr_kind cdr_filter_name_hints(const cdr_ruleset *rs, const char *name, size_t len)
{
    cdr_hint *hint;
    cdr_kind kind = CDR_KIND_NONE;
    if (cdr_hint_new(rs, name, len, &hint, NULL) != CDR_OK)
        return CDR_KIND_NONE;
    for (size_t i = 0; i < hint->count && kind == CDR_KIND_NONE; i++)
        if (cdr_kind_get(hint->kinds[i])->category[0])
            kind = hint->kinds[i];
    cdr_hint_free(hint);
    return kind;
}

/* --- values that no name explains --- */

typedef struct alone { const pupil *p; uint32_t cell, count, checked, named; cdr_kind kind; } alone;

static cdr_status note_alone(void *arg, const cdr_finding *f)
{
    alone *a = arg;
    const char *category = cdr_kind_get(f->kind)->category;
    while (a->cell + 1 < a->count && a->p->starts[a->cell + 1] <= f->start)
        a->cell++;
    if (f->start != a->p->starts[a->cell] || f->end + 1 != a->p->starts[a->cell + 1])
        return CDR_OK;
    if (cdr_taxon_within(category, "user.name"))
        a->named++;
    if (!cdr_taxon_within(category, "user.government_id") || !(f->evidence & CDR_EV_CHECKSUM) || (f->evidence & (CDR_EV_VETO_SERIAL | CDR_EV_VETO_EMBEDDED)))
        return CDR_OK;
    a->kind = a->checked++ ? a->kind : f->kind;
    return CDR_OK;
}

/* Numbers of the state, each of which is right by itself; names, where no header could say so. */
static cdr_status judge_alone(lesson *l, const pupil *p, cdr_filter_learnt *ret, cdr_err *err)
{
    static const char *const taxes[] = {"steuer", "tax", "fiscal", "codice", "sozial"};
    alone a = {.p = p, .count = CDR_MIN(p->count, ALONE_CELLS), .kind = CDR_KIND_NONE};
    bool told = false;
    if (a.count == 0 || !l->ask->ruleset)
        return CDR_OK;
    cdr_status s = cdr_detect_cells(l->ask->ruleset, l->scratch, p->text.data, p->starts, a.count, NULL, note_alone, &a, err);
    for (size_t i = 0; i < CDR_COUNT(taxes); i++)
        told |= p->name_len >= strlen(taxes[i]) && cdr_ascii_ieq(p->name, strlen(taxes[i]), taxes[i], strlen(taxes[i]));
    if (a.checked == a.count && (told || a.count >= ALONE_FEW))
        ret->kind = a.kind;
    else if (l->headless && a.named * 2 >= a.count)
        ret->kind = CDR_K_NAME;
    if (ret->kind != CDR_KIND_NONE) {
        ret->category = cdr_kind_get(ret->kind)->category;
        ret->by_content = true;
        ret->confidence = 0.45f;
    }
    return s;
}

/* An address within a sentence does not make the sentence an address. */
static bool within_text(const pupil *p, const cdr_column_class *k)
{
    static const cdr_kind exact[] = {CDR_K_EMAIL, CDR_K_PHONE, CDR_K_IBAN, CDR_K_CARD, CDR_K_IPV4, CDR_K_IPV6};
    bool is_exact = false;
    for (size_t i = 0; i < CDR_COUNT(exact); i++)
        is_exact |= k->kind == exact[i];
    return is_exact && k->by_value && !(k->evidence & CDR_EV_HEADER) && p->whole * 2 < p->count;
}

/* Values that fill their cells, or that the name announces: a cell that looks otherwise is one mistyped. */
static bool fills(const pupil *p, const cdr_column_class *k)
{
    bool all = p->found_bytes * 10 >= p->bytes * 7;
    return cdr_band_of(k->confidence) >= CDR_BAND_MEDIUM && k->support >= 0.5f && (all || (k->evidence & CDR_EV_HEADER));
}

static cdr_status note_personal(void *arg, const cdr_finding *x)
{
    *(bool *)arg |= x->band >= CDR_BAND_MEDIUM;
    return CDR_OK;
}

static cdr_status judge(lesson *l, pupil *p, cdr_filter_learnt *ret, cdr_err *err)
{
    cdr_column_class k;
    teller t = {.p = p, .told_cell = UINT32_MAX};
    cdr_status s = CDR_OK;
    if (p->count) {
        cdr_column_cells(p->column, p->text.data, p->starts, p->count);
        s = cdr_detect_cells(l->rs, l->scratch, p->text.data, p->starts, p->count, cdr_column_hint(p->column), note_found, &t, err);
        end_cell(&t);
    }
    if (s == CDR_OK)
        s = cdr_detect_window(l->rs, l->scratch, p->name, p->name_len, 0, p->name_len, NULL, note_personal, &ret->personal_name, err);
    if (s != CDR_OK)
        return s;
    cdr_column_judge(p->column, &k);
    bool sentence = within_text(p, &k), sure = k.kind != CDR_KIND_NONE && k.confidence >= LEAST_CLASS && cdr_kind_get(k.kind)->category[0] && (!k.by_value || fills(p, &k)) && !sentence;
    cdr_kind said = cdr_filter_name_says(p->name, p->name_len);
    ret->kind = sure ? k.kind : said;
    ret->confidence = sure ? k.confidence : said ? 0.4f : 0;
    ret->by_header = sure ? (k.evidence & CDR_EV_HEADER) != 0 : said != CDR_KIND_NONE;
    ret->by_content = sure && ((k.evidence & CDR_EV_COLUMN) != 0 || !(k.evidence & CDR_EV_HEADER));
    ret->category = cdr_kind_get(ret->kind)->category;
    /* "email: yes" says whether, not what. */
    if (ret->kind == CDR_KIND_NONE && (p->flags < p->count || !p->count) && cdr_filter_name_known(p->name, p->name_len, &ret->kind, &ret->category)) {
        ret->by_header = true;
        ret->confidence = 0.45f;
    }
    ret->personal_name |= !strcmp(p->name, CDR_FILTER_PERSONAL_KEY);
    ret->values = p->count;
    ret->free_text = sentence || (p->wordy * 10 >= p->count * 3 && p->count > 0);
    ret->remarks = (p->texts || !p->count) && !ret->by_header && cdr_filter_name_remarks(p->name, p->name_len);
    ret->numbers = l->headless || (p->count >= NUMBERS_FEW && p->texts * 5 < p->count);
    ret->codes = p->codes * 10 >= p->count * 9 && p->count > 0;
    return ret->category[0] || ret->free_text ? CDR_OK : judge_alone(l, p, ret, err);
}

/* --- is there a header? --- */

typedef struct head { cdr_buf text[2]; uint32_t starts[2][257]; uint32_t count[2]; } head;

static cdr_status head_cell(void *arg, uint64_t row, uint32_t column, const char *s, size_t len)
{
    head *h = arg;
    if (row > 1)
        return CDR_DONE;
    if (column >= 256)
        return CDR_OK;
    h->starts[row][column] = (uint32_t)h->text[row].len;
    cdr_buf_add(&h->text[row], s, CDR_MIN(len, (size_t)256));
    cdr_buf_addc(&h->text[row], '\n');
    h->starts[row][column + 1] = (uint32_t)h->text[row].len;
    h->count[row] = column + 1;
    return CDR_OK;
}

static cdr_status head_row(void *arg, uint64_t row, uint32_t columns)
{
    (void)arg; (void)columns;
    return row >= 1 ? CDR_DONE : CDR_OK;
}

static cdr_status has_header(const lesson *l, const char *text, size_t len, char delimiter, bool *ret, cdr_err *err)
{
    static const cdr_csv_events events = {head_cell, head_row};
    head *h = cdr_alloc(sizeof *h);
    cdr_csv_reader *r = h ? cdr_csv_reader_new(delimiter, CDR_FILTER_ROW_MAX, CDR_FILTER_COLUMNS_MAX, &events, h) : NULL;
    if (!r) {
        cdr_free(h);
        return cdr_fail_nomem(err, "minimise");
    }
    h->text[0] = h->text[1] = CDR_BUF(1u << 20);
    size_t bom = len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
    if (len > bom + 6 && !memcmp(text + bom, "sep=", 4))
        bom += text[bom + 5] == '\r' ? 7 : 6;
    cdr_err ignored;
    cdr_status s = cdr_csv_feed(r, text + bom, CDR_MIN(len - bom, HEAD_BYTES), true, &ignored);
    bool held = s != CDR_E_NOMEM && cdr_buf_status(&h->text[0]) == CDR_OK && cdr_buf_status(&h->text[1]) == CDR_OK;   /* what is malformed the filter tells */
    *ret = !held || h->count[0] == 0 || cdr_row_is_header(l->rs, h->text[0].data, h->starts[0], h->count[0], h->count[1] ? h->text[1].data : "", h->starts[1], h->count[1]);
    cdr_csv_reader_free(r);
    cdr_buf_wipe(&h->text[0]);
    cdr_buf_wipe(&h->text[1]);
    cdr_free(h);
    return held ? CDR_OK : cdr_fail_nomem(err, "minimise");
}

/* --- all --- */

static cdr_status hand_over(lesson *l, cdr_arena *a, cdr_filter_lesson *ret, cdr_err *err)
{
    cdr_filter_learnt *columns = cdr_arena_alloc(a, (l->at.len + 1) * sizeof *columns);
    if (!columns)
        return cdr_fail_nomem(err, "minimise");
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < l->at.len; i++) {
        pupil *p = &l->at.at[i];
        if (!p->column)
            continue;
        cdr_filter_learnt *c = &columns[ret->count++];
        c->name = cdr_arena_strndup(a, p->name, p->name_len);
        s = c->name ? judge(l, p, c, err) : cdr_fail_nomem(err, "minimise");
    }
    ret->columns = columns;
    return s;
}

static cdr_status sample(lesson *l, cdr_filter_spec *spec, const char *text, size_t len, bool whole, cdr_filter_lesson *ret, cdr_err *err)
{
    bool header = true;
    cdr_status s = CDR_OK;
    cdr_filter_shape(spec, text, len, whole, &ret->format, &ret->delimiter);
    if (ret->format == CDR_FILTER_CSV && l->ask->header == CDR_FILTER_HEADER_AUTO)
        s = has_header(l, text, len, ret->delimiter, &header, err);
    ret->headless = l->ask->header == CDR_FILTER_HEADER_NO || !header;
    spec->format = ret->format;
    spec->delimiter = ret->delimiter;
    spec->headless = l->headless = ret->headless;
    if (s != CDR_OK || ret->format == CDR_FILTER_TEXT)
        return s;
    return cdr_filter_sample(spec, text, len, note_value, l, err);
}

cdr_status cdr_filter_learn(const cdr_filter_ask *ask, const char *text, size_t len, bool whole, cdr_arena *a, cdr_filter_lesson *ret, cdr_err *err)
{
    *ret = (cdr_filter_lesson){0};
    lesson l = {.ask = ask, .rs = ask->watch_ruleset};
    cdr_filter_spec spec = {.format = ask->format, .delimiter = ask->delimiter, .ctx = ask->ctx, .name = ask->name, .watch_ruleset = ask->watch_ruleset};
    cdr_status s = cdr_detect_scratch_new(&l.scratch, err);
    if (s == CDR_OK)
        s = sample(&l, &spec, text, len, whole, ret, err);
    if (s == CDR_OK)
        s = hand_over(&l, a, ret, err);
    forget(&l);
    return s;
}

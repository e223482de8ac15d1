/* SPDX-License-Identifier: Apache-2.0 */
#include "core/report/view.h"

#include "base/time.h"
#include "core/report/words.h"
#include "template/svg.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What fits on a page; the rest is named and left to report.json. */
enum { HEAT_ROWS = 40, MAP_SYSTEMS = 24, MAP_HOLDERS = 16, OVERLAPS = 10, BOWS = 6, SVG_MAX = 4 << 20 };

/* --- what lives where --- */

static size_t families_seen(const cdr_audit *a, cdr_family *ret)
{
    size_t n = 0;
    for (size_t f = CDR_FAMILY_NONE + 1; f < CDR_FAMILY__MAX; f++) {
        uint64_t total = 0;
        for (size_t i = 0; i < a->system_count; i++)
            total += a->systems[i].by_family[f];
        if (total > 0)
            ret[n++] = (cdr_family)f;
    }
    return n;
}

/* Shade by magnitude: a factor of about eight from one level to the next, against the largest number of the map. */
static int level_of(uint64_t n, uint64_t most)
{
    if (n == 0)
        return 0;
    double below = log((double)most / (double)n) / log(8.0);
    return below < 0.35 ? 4 : below < 1.35 ? 3 : below < 2.35 ? 2 : 1;
}

static uint64_t largest(const cdr_audit *a)
{
    uint64_t most = 1;
    for (size_t i = 0; i < a->system_count; i++)
        for (size_t f = CDR_FAMILY_NONE + 1; f < CDR_FAMILY__MAX; f++)
            most = CDR_MAX(most, a->systems[i].by_family[f]);
    return most;
}

static void heat_name(char *out, size_t cap, cdr_family f)
{
    snprintf(out, cap, "%s", cdr_family_name(f));
    if (out[0] >= 'a' && out[0] <= 'z')
        out[0] = (char)(out[0] - 32);
}

static void heat_rows(cdr_view *v, json_t *heat, const cdr_family *families, size_t count, size_t shown, cdr_svg_cell *cells, const char **names)
{
    const cdr_audit *a = v->audit;
    uint64_t most = largest(a);
    json_t *rows = cdr_view_list(v);
    for (size_t i = 0; i < shown; i++) {
        const cdr_audit_system *s = &a->systems[i];
        json_t *row = cdr_view_object(v), *list = cdr_view_list(v);
        cdr_view_str(v, row, "name", s->name);
        names[i] = json_string_value(json_object_get(row, "name"));
        cdr_view_str(v, row, "flag", s->registered ? "" : "unregistered");
        for (size_t k = 0; k < count; k++) {
            json_t *cell = cdr_view_object(v);
            char column[40], level[4];
            int n = level_of(s->by_family[families[k]], most);
            heat_name(column, sizeof column, families[k]);
            snprintf(level, sizeof level, "%d", n);
            cdr_view_str(v, cell, "column", column);
            cdr_view_str(v, cell, "level", level);
            if (n > 0)
                cdr_words_number(&v->text, s->by_family[families[k]]);
            else
                cdr_buf_adds(&v->text, "–");
            cdr_view_take(v, cell, "text");
            cells[i * count + k] = (cdr_svg_cell){json_string_value(json_object_get(cell, "text")), n};
            cdr_view_add(v, list, cell);
        }
        cdr_view_put(v, row, "cells", list);
        cdr_view_add(v, rows, row);
    }
    cdr_view_put(v, heat, "rows", rows);
}

void cdr_view_heat(cdr_view *v, json_t *root, cdr_err *err)
{
    const cdr_audit *a = v->audit;
    cdr_family families[CDR_FAMILY__MAX];
    size_t count = families_seen(a, families), shown = CDR_MIN(a->system_count, (size_t)HEAT_ROWS);
    if (count == 0)
        return;
    json_t *heat = cdr_view_object(v), *columns = cdr_view_list(v);
    char names[CDR_FAMILY__MAX][40];
    const char *column_names[CDR_FAMILY__MAX];
    for (size_t k = 0; k < count; k++) {
        json_t *c = cdr_view_object(v);
        heat_name(names[k], sizeof names[k], families[k]);
        column_names[k] = names[k];
        cdr_view_str(v, c, "name", names[k]);
        cdr_view_add(v, columns, c);
    }
    cdr_view_put(v, heat, "columns", columns);
    _cleanup_free_ cdr_svg_cell *cells = cdr_alloc_array(shown * count + 1, sizeof *cells);
    _cleanup_free_ const char **rows = cdr_alloc_array(shown + 1, sizeof *rows);
    cdr_buf svg = CDR_BUF(SVG_MAX);
    if (cells && rows)
        heat_rows(v, heat, families, count, shown, cells, rows);
    else
        v->failed = true;
    const cdr_svg_heat h = {"heat", "Heat map: how many values of each kind of data lie in each system", "The same numbers stand in the table that follows.", rows, shown, column_names, count,
                            cells};
    if (!v->failed && cdr_svg_heat_write(&svg, &h, err) == CDR_OK)
        cdr_view_raw(v, heat, "svg", &svg);
    cdr_buf_done(&svg);
    cdr_view_str(v, heat, "caption", "Distinct values, counted by keyed identifiers. What people share (first names, addresses, dates of birth, salaries, "
                                    "health and the like) is counted by entries, added up file by file, copies too. No value is kept. The stronger the colour, the more.");
    if (a->system_count > shown)
        cdr_buf_addf(&v->text, "%zu more places stand in report.json.", a->system_count - shown);
    cdr_view_take(v, heat, "more");
    cdr_view_put(v, root, "heat", heat);
}

/* --- who holds it --- */

static cdr_svg_line line_of(const char *relation)
{
    static const struct { const char *relation; cdr_svg_line line; } lines[] = {
        {"responsible", CDR_SVG_LINE_THICK}, {"stores", CDR_SVG_LINE_THIN}, {"hosts", CDR_SVG_LINE_DASHED}, {"shares", CDR_SVG_LINE_DOTTED}};
    for (size_t i = 0; i < CDR_COUNT(lines); i++)
        if (!strcmp(lines[i].relation, relation))
            return lines[i].line;
    return CDR_SVG_LINE_THIN;
}

typedef struct map_data {
    cdr_svg_node systems[MAP_SYSTEMS], holders[MAP_HOLDERS];
    cdr_svg_link links[MAP_SYSTEMS * 4];
    cdr_svg_bow bows[BOWS];
    size_t system_count, holder_count, link_count, bow_count;
    bool us[MAP_HOLDERS];
    unsigned held[MAP_HOLDERS];
} map_data;

static const char *kept(cdr_view *v, json_t *texts)
{
    json_t *o = cdr_view_object(v);
    cdr_view_take(v, o, "s");
    json_t *s = json_incref(json_object_get(o, "s"));
    json_decref(o);
    cdr_view_add(v, texts, s);
    return v->failed ? "" : json_string_value(s);
}

static size_t holder_index(map_data *m, const char *name, bool us)
{
    for (size_t i = 0; i < m->holder_count; i++)
        if (m->us[i] == us && (us || !strcmp(m->holders[i].title, name)))
            return i;
    if (m->holder_count == MAP_HOLDERS)
        return MAP_HOLDERS;
    m->us[m->holder_count] = us;
    m->holders[m->holder_count] = (cdr_svg_node){.title = name, .note = "", .flag = "", .share = -1};
    return m->holder_count++;
}

static void link_to(map_data *m, size_t system, const char *name, bool us, const char *word)
{
    size_t holder = holder_index(m, name, us);
    if (holder == MAP_HOLDERS || m->link_count == CDR_COUNT(m->links))
        return;
    m->held[holder]++;
    m->links[m->link_count++] = (cdr_svg_link){system, holder, word, line_of(word)};
}

static const char nobody[] = "Nobody named";

static void map_systems(cdr_view *v, map_data *m, json_t *texts)
{
    const cdr_audit *a = v->audit;
    uint64_t most = 1;
    for (size_t i = 0; i < a->system_count; i++)
        most = CDR_MAX(most, a->systems[i].people_max);
    holder_index(m, a->org, true);
    for (size_t i = 0; i < a->system_count && i < MAP_SYSTEMS; i++) {
        const cdr_audit_system *s = &a->systems[i];
        cdr_buf_adds(&v->text, s->name);
        const char *title = kept(v, texts);
        cdr_words_people(&v->text, s->people_min, s->people_max, s->people_about);
        cdr_buf_addf(&v->text, "%s%s", s->location && s->location[0] ? " · " : "", s->location ? s->location : "");
        m->systems[i] = (cdr_svg_node){.title = title, .note = kept(v, texts), .flag = s->registered ? "" : "unregistered", .share = (double)s->people_max / (double)most};
        m->system_count = i + 1;
        for (size_t k = 0; k < s->holder_count && k < 4; k++) {
            cdr_buf_adds(&v->text, s->holders[k].is_us ? a->org : s->holders[k].party);
            link_to(m, i, kept(v, texts), s->holders[k].is_us, s->holders[k].relation);
        }
        if (s->holder_count == 0)
            link_to(m, i, nobody, false, "held by?");
    }
}

static void map_holders(cdr_view *v, map_data *m, json_t *texts)
{
    for (size_t i = 0; i < m->holder_count; i++) {
        if (m->us[i])
            cdr_buf_adds(&v->text, "you · ");
        cdr_words_count(&v->text, m->held[i], "system", "systems");
        m->holders[i].note = kept(v, texts);
        if (m->holders[i].title == nobody)
            m->holders[i].flag = "to be named";
    }
}

static void add_bow(cdr_view *v, map_data *m, json_t *texts, const cdr_audit_overlap *o)
{
    if (!o || m->bow_count == BOWS)
        return;
    cdr_words_number(&v->text, o->shared);
    cdr_buf_adds(&v->text, " in both");
    m->bows[m->bow_count++] = (cdr_svg_bow){o->a, o->b, kept(v, texts)};
}

/* All pairs would be a ball of wool, and stand in the table: here the two registered systems with most in common, and for each place
 * that nobody named the registered system it shares most with. Overlaps come most first. */
static void map_bows(cdr_view *v, map_data *m, json_t *texts)
{
    const cdr_audit *a = v->audit;
    const cdr_audit_overlap *most = NULL, *of_place[MAP_SYSTEMS] = {0};
    for (size_t i = 0; i < a->overlap_count; i++) {
        const cdr_audit_overlap *o = &a->overlaps[i];
        if (o->a >= m->system_count || o->b >= m->system_count || o->shared == 0)
            continue;
        bool a_named = a->systems[o->a].registered, b_named = a->systems[o->b].registered;
        size_t place = a_named ? o->b : o->a;
        if (a_named && b_named)
            most = most ? most : o;
        else if (a_named != b_named && !of_place[place])
            of_place[place] = o;
    }
    add_bow(v, m, texts, most);
    for (size_t i = 0; i < m->system_count; i++)
        add_bow(v, m, texts, of_place[i]);
}

static void map_svg(cdr_view *v, json_t *holders, cdr_err *err)
{
    _cleanup_free_ map_data *m = cdr_alloc(sizeof *m);
    _cleanup_json_ json_t *texts = cdr_view_list(v);
    if (!m || v->failed) {
        v->failed = true;
        return;
    }
    map_systems(v, m, texts);
    map_holders(v, m, texts);
    map_bows(v, m, texts);
    const cdr_svg_map map = {"map", "Map of systems and who holds them", "Each line leads from a system to a holder; the table below says the same.", "Systems and the people in them", "Holders",
                             m->systems, m->holders, m->system_count, m->holder_count, m->links, m->link_count, m->bows, m->bow_count};
    cdr_buf svg = CDR_BUF(SVG_MAX);
    if (!v->failed && cdr_svg_map_write(&svg, &map, err) == CDR_OK)
        cdr_view_raw(v, holders, "svg", &svg);
    cdr_buf_done(&svg);
}

static void held_by(cdr_view *v, json_t *row, const cdr_audit_system *s)
{
    for (size_t k = 0; k < s->holder_count; k++)
        cdr_buf_addf(&v->text, "%s%s (%s)", k ? ", " : "", s->holders[k].is_us ? "you" : s->holders[k].party, s->holders[k].relation);
    if (s->holder_count == 0)
        cdr_buf_adds(&v->text, "nobody named");
    cdr_view_take(v, row, "held_by");
}

static const char *name_of(const cdr_audit *a, const char *key)
{
    for (size_t i = 0; key && i < a->system_count; i++)
        if (!strcmp(a->systems[i].key, key))
            return a->systems[i].name;
    return key;
}

void cdr_view_holders(cdr_view *v, json_t *root, cdr_err *err)
{
    const cdr_audit *a = v->audit;
    if (a->system_count == 0)
        return;
    json_t *holders = cdr_view_object(v), *rows = cdr_view_list(v);
    map_svg(v, holders, err);
    for (size_t i = 0; i < a->system_count; i++) {
        const cdr_audit_system *s = &a->systems[i];
        json_t *row = cdr_view_object(v);
        cdr_view_str(v, row, "name", s->name);
        cdr_view_str(v, row, "flag", s->registered ? "" : "unregistered");
        cdr_view_str(v, row, "backup_of", name_of(a, s->backup_of));
        held_by(v, row, s);
        cdr_view_str(v, row, "owner", s->owner && s->owner[0] ? s->owner : "not said");
        cdr_view_str(v, row, "location", s->location && s->location[0] ? s->location : "not said");
        cdr_view_str(v, row, "encrypted", s->encrypted > 0 ? "yes" : s->encrypted == 0 ? "no" : "not said");
        cdr_words_number(&v->text, s->objects);
        cdr_view_take(v, row, "objects");
        cdr_view_add(v, rows, row);
    }
    cdr_view_put(v, holders, "systems", rows);
    cdr_view_put(v, root, "holders", holders);
}

/* --- people --- */

static void put_bar(cdr_view *v, json_t *row, uint64_t min, uint64_t max, uint64_t whole)
{
    cdr_buf bar = CDR_BUF(SVG_MAX), title = CDR_BUF(200);
    cdr_words_people(&title, min, max, false);
    if (cdr_buf_status(&title) == CDR_OK)
        cdr_svg_bar(&bar, (double)min, (double)max, (double)whole, title.data);
    else
        v->failed = true;
    cdr_view_raw(v, row, "bar", &bar);
    cdr_buf_done(&bar);
    cdr_buf_done(&title);
}

static void overlaps(cdr_view *v, json_t *people)
{
    const cdr_audit *a = v->audit;
    json_t *list = cdr_view_list(v);
    for (size_t i = 0; i < a->overlap_count && i < OVERLAPS; i++) {
        json_t *o = cdr_view_object(v);
        cdr_view_str(v, o, "a", a->systems[a->overlaps[i].a].name);
        cdr_view_str(v, o, "b", a->systems[a->overlaps[i].b].name);
        cdr_words_number(&v->text, a->overlaps[i].shared);
        cdr_view_take(v, o, "shared");
        cdr_view_add(v, list, o);
    }
    cdr_view_put(v, people, "has_overlaps", json_boolean(a->overlap_count > 0));
    cdr_view_put(v, people, "overlaps", list);
    if (a->overlap_count > OVERLAPS)
        cdr_buf_addf(&v->text, "%zu more pairs stand in report.json.", a->overlap_count - OVERLAPS);
    cdr_view_take(v, people, "more_overlaps");
}

void cdr_view_people(cdr_view *v, json_t *root)
{
    const cdr_audit *a = v->audit;
    uint64_t most = 0;
    for (size_t i = 0; i < a->system_count; i++)
        most = CDR_MAX(most, a->systems[i].people_max);
    if (most == 0)
        return;
    json_t *people = cdr_view_object(v), *rows = cdr_view_list(v);
    for (size_t i = 0; i < a->system_count; i++) {
        const cdr_audit_system *s = &a->systems[i];
        if (s->people_max == 0)
            continue;
        json_t *row = cdr_view_object(v);
        cdr_view_str(v, row, "name", s->name);
        cdr_buf_adds(&v->text, s->people_about ? "about " : "");
        cdr_words_range(&v->text, s->people_min, s->people_max);
        cdr_view_take(v, row, "range");
        put_bar(v, row, s->people_min, s->people_max, most);
        cdr_view_add(v, rows, row);
    }
    cdr_view_put(v, people, "rows", rows);
    overlaps(v, people);
    cdr_view_put(v, root, "people", people);
}

static void history_row(cdr_view *v, json_t *rows, const cdr_audit_point *p, uint64_t most)
{
    json_t *row = cdr_view_object(v);
    char time[CDR_TIME_TEXT];
    cdr_time_format(p->at_us, time);
    cdr_words_date(&v->text, p->at_us);
    cdr_buf_addf(&v->text, ", %.5s", time + strlen("2027-03-14T"));
    cdr_view_take(v, row, "when");
    cdr_words_range(&v->text, p->people_min, p->people_max);
    cdr_view_take(v, row, "people");
    put_bar(v, row, p->people_min, p->people_max, most);
    cdr_words_number(&v->text, p->unregistered);
    cdr_view_take(v, row, "unregistered");
    cdr_words_number(&v->text, p->violations);
    cdr_view_take(v, row, "violations");
    if (p->broken >= 0)
        cdr_words_number(&v->text, (uint64_t)p->broken);
    cdr_view_take(v, row, "broken");
    cdr_view_add(v, rows, row);
}

void cdr_view_history(cdr_view *v, json_t *root)
{
    const cdr_audit *a = v->audit;
    if (a->history_count == 0)
        return;
    cdr_audit_figures f = cdr_audit_figures_of(a);
    cdr_audit_point now = {a->at_us, a->people_min, a->people_max, f.places, f.unregistered_places, a->violation_count + a->violations_left_out, f.severe_places, a->scan, "",
                           a->policy ? (int64_t)a->policy->by_result[CDR_VERDICT_FAIL] : -1};
    bool judged = now.broken >= 0;
    uint64_t most = now.people_max;
    for (size_t i = 0; i < a->history_count; i++)
        most = CDR_MAX(most, a->history[i].people_max);
    json_t *o = cdr_view_object(v), *rows = cdr_view_list(v);
    for (size_t i = a->history_count > 12 ? a->history_count - 12 : 0; i < a->history_count; i++)
        history_row(v, rows, &a->history[i], most);
    history_row(v, rows, &now, most);
    for (size_t i = 0; i < a->history_count; i++)
        judged |= a->history[i].broken >= 0;
    cdr_view_put(v, o, "judged", json_boolean(judged));
    cdr_view_put(v, o, "rows", rows);
    cdr_view_put(v, root, "history", o);
}

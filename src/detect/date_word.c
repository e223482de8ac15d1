/* SPDX-License-Identifier: Apache-2.0 */
/* Dates with the month as a word, and what else tells time in plain text: weekdays, years, days of a month. */
#include "detect/date_word.h"
#include "detect/emitter.h"

#include "base/mem.h"
#include "base/time.h"

#include <string.h>

/* Names of months by their first letter (others than ASCII last), each followed by a capital that counts the months; lower case. Forms of
 * several languages: nominative, genitive, short. */
static const char *const months[27] = {
    "aprilDaprDavrilDabrilDaprileDaprilieDaugustHaugHaoûtHaoutHagostoHaugustusHaugustiH",
    "březnaC",
    "czerwcaFczerwiecF",
    "dubnaDdecemberLdecLdezemberLdezLdécembreLdecembreLdiciembreLdicembreLdezembroLdesemberLdecembrieL",
    "eneroAelokuutaH",
    "februaryBfebBfebruarBfévrierBfevrierBfévrBfebreroBfebbraioBfevereiroBfebruariBfebruarieB",
    "gennaioAgiugnoFgrudniaLgrudzieńL",
    "helmikuutaBhuhtikuutaDheinäkuutaG",
    "ianuarieAiunieFiulieG",
    "januaryAjanAjanuarAjännerAjanvierAjaneiroAjanuariAjuneFjunFjuniFjuinFjunioFjunhoFjulyGjulGjuliGjuilletGjulioGjulhoGjoulukuutaL",
    "kwietniaDkwiecieńDkvětnaEkesäkuutaF",
    "lednaAlutegoBlutyBluglioGlipcaGlipiecGlokakuutaJlistopadaKlistopadKlistopaduK",
    "marchCmarCmärzCmaerzCmarsCmarzoCmarçoCmarcoCmaartCmarcaCmarzecCmaaliskuutaCmartieCmartsCmayEmaiEmayoEmaggioEmaioEmeiEmajEmajaEmarraskuutaK",
    "novemberKnovKnovembreKnoviembreKnovembroKnoiembrieK",
    "octoberJoctJoktoberJoktJoctobreJoctubreJottobreJoutubroJoctombrieJ",
    "październikaJpaździernikJprosinceL",
    "",
    "",
    "styczniaAstyczeńAsierpniaHsierpieńHsrpnaHseptemberIsepIseptIseptembreIseptiembreIsetiembreIsettembreIsetembroIsyyskuutaIseptembrieI",
    "tammikuutaAtoukokuutaE",
    "",
    "",
    "wrześniaIwrzesieńI",
    "",
    "",
    "záříI",
    "январяAúnoraBфевраляBмартаCапреляDмаяEčervnaFиюняFčervenceGиюляGавгустаHсентябряIříjnaJоктябряJноябряKдекабряL",
};

static const char weekdays[] = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|"
                               "vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica";

/* Words that stand between day, month and year. */
static const char links[] = "of|de|del|di|do|da|av|the";

static bool is_word_byte(char c)
{
    return cdr_is_letter(c) || (unsigned char)c >= 0x80;
}

static bool in_list(const char *list, const char *s, size_t len)
{
    char first = cdr_is_upper(s[0]) ? (char)(s[0] | 0x20) : s[0];
    for (const char *w = list; *w;) {
        size_t i = 0;
        if (*w == first)
            while (i < len && (char)(s[i] | (cdr_is_upper(s[i]) ? 0x20 : 0)) == w[i])
                i++;
        if (i == len && len && (w[i] == '|' || !w[i]))
            return true;
        while (*w && *w++ != '|')
            ;
    }
    return false;
}

static int month_of(const char *s, size_t len)
{
    if (len < 3 || len > 20)
        return 0;
    char first = (char)(s[0] | 0x20);
    for (const char *w = months[first >= 'a' && first <= 'z' ? first - 'a' : 26]; *w; w++) {
        size_t i = 0;
        while (i < len && (char)(s[i] | (cdr_is_upper(s[i]) ? 0x20 : 0)) == w[i])
            i++;
        if (i == len && cdr_is_upper(w[i]))
            return w[i] - 'A' + 1;
        while (!cdr_is_upper(*w))
            w++;
    }
    return 0;
}

int cdr_month_word(const char *s, size_t len)
{
    return month_of(s, len);
}

bool cdr_weekday_word(const char *s, size_t len)
{
    return len > 0 && in_list(weekdays, s, len);
}

bool cdr_date_link_word(const char *s, size_t len)
{
    return len > 0 && in_list(links, s, len);
}

typedef struct item { size_t start, end; int month, number; bool link; } item;

/* The word or number before ${i}, over at most three signs; false when there is none of use. */
static bool item_before(const char *t, size_t low, size_t i, item *ret)
{
    size_t signs = 0;
    while (i > low && signs < 3 && (t[i - 1] == ' ' || t[i - 1] == ',' || t[i - 1] == '.' || t[i - 1] == '-' || t[i - 1] == '/')) {
        i--;
        signs++;
    }
    size_t end = i;
    /* Ordinals: 3rd, 21st */
    if (i > low + 2 && cdr_is_letter(t[i - 1]) && cdr_is_letter(t[i - 2]) && cdr_is_digit(t[i - 3]) && in_list("st|nd|rd|th", t + i - 2, 2))
        i -= 2;
    *ret = (item){.end = end};
    if (i > low && cdr_is_digit(t[i - 1])) {
        while (i > low && cdr_is_digit(t[i - 1]) && end - i < 6)
            i--;
        for (size_t k = i; k < end && cdr_is_digit(t[k]); k++)
            ret->number = ret->number * 10 + (t[k] - '0');
    } else {
        while (i > low && is_word_byte(t[i - 1]) && end - i < 24)
            i--;
        ret->month = month_of(t + i, end - i);
        ret->link = in_list(links, t + i, end - i);
    }
    ret->start = i;
    return end > i && signs > 0 && (ret->month || ret->link || (ret->number >= 1 && ret->number <= 31)) && (i == 0 || !cdr_is_alnum(t[i - 1]));
}

static bool item_before_link(const char *t, size_t low, size_t i, item *ret)
{
    return item_before(t, low, i, ret) && (!ret->link || item_before(t, low, ret->start, ret)) && !ret->link;
}

static int year_at(const char *t)
{
    int y = 0;
    for (size_t i = 0; i < 4; i++)
        y = y * 10 + (t[i] - '0');
    return y >= 1900 && y <= 2059 ? y : 0;
}

size_t cdr_find_month_date(cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    size_t from = at - 3, low = from > e->floor + 40 ? from - 40 : e->floor;
    if ((t[from] != '1' && t[from] != '2') || (at + 1 < e->len && (cdr_is_alnum(t[at + 1]) || t[at + 1] == ':')))
        return at;
    int year = year_at(t + from);
    item one, two;
    if (!year || !item_before_link(t, low, from, &one))
        return at;
    bool pair = item_before_link(t, low, one.start, &two);
    int month = one.month ? one.month : pair ? two.month : 0, day = one.month ? (pair ? two.number : 0) : one.number;
    if (month && day && cdr_date_valid(year, month, day))
        cdr_emit(e, CDR_K_BIRTH_DATE, two.start, at + 1, CDR_EV_DATE | CDR_EV_SHAPE);
    else if (one.month && e->rs->plain_dates)
        cdr_emit(e, CDR_K_DATE, one.start, at + 1, CDR_EV_DATE);
    return at;
}

/* --- only when dates as such are wanted --- */

static size_t word_end(const cdr_emitter *e, size_t i)
{
    while (i < e->len && is_word_byte(e->text[i]))
        i++;
    return i;
}

/* "March 3", "March 3rd": the end of the day, 0 when none follows. */
static size_t day_after(const cdr_emitter *e, size_t i)
{
    const char *t = e->text;
    size_t at = i + (i < e->len && t[i] == '.'), from = at + 1, end = from;
    if (at >= e->len || t[at] != ' ')
        return 0;
    while (end < e->len && cdr_is_digit(t[end]))
        end++;
    int day = end - from == 1 ? t[from] - '0' : end - from == 2 ? (t[from] - '0') * 10 + t[from + 1] - '0' : 0;
    if (day < 1 || day > 31)
        return 0;
    if (end + 2 <= e->len && in_list("st|nd|rd|th", t + end, 2))
        end += 2;
    return end < e->len && (cdr_is_alnum(t[end]) || t[end] == ':' || t[end] == '%') ? 0 : end;
}

/* Words after which four figures are a year. */
static bool is_year_word(const char *s, size_t len)
{
    return in_list("in|since|of|from|until|till|by|during|before|after|year|year's|early|late|mid|circa|around|a|the|and|to|spring|summer|autumn|fall|winter|im|seit|jahr|jahre|bis|ab|en|"
                   "desde|depuis|hasta|dal|nel|del|année|año|anno|ano|class|fy", s, len);
}

static bool is_street_word(const char *s, size_t len)
{
    return in_list("street|st|avenue|ave|road|rd|drive|dr|lane|ln|court|ct|boulevard|blvd|way|place|pl|square|people|employees|users|items|units|dollars|euros|miles|km|kg|mb|gb|meters|metres|feet|ft|"
                   "rpm|points|times|votes|copies|bytes|words|pages|calories|years|days|hours|minutes|seconds|steps", s, len);
}

static bool is_year_here(const cdr_emitter *e, size_t start)
{
    const char *t = e->text;
    size_t end = start + 4, i = start;
    if (!year_at(t + start) || (end < e->len && (cdr_is_alnum(t[end]) || t[end] == '-' || t[end] == '/' || t[end] == ':' || t[end] == '%')))
        return false;
    if (end + 1 < e->len && (t[end] == '.' || t[end] == ',') && cdr_is_digit(t[end + 1]))
        return false;
    if (start > 0 && t[start - 1] == '(')
        return end < e->len && t[end] == ')';
    if (i == 0 || t[--i] != ' ')
        return false;
    size_t to = i;
    while (i > 0 && is_word_byte(t[i - 1]) && to - i < 16)
        i--;
    if (!is_year_word(t + i, to - i) && !month_of(t + i, to - i))
        return false;
    /* "the 1950 Maple Street", "a 2000 mile trip" */
    size_t next = end;
    for (int words = 0; words < 2 && next < e->len && t[next] == ' '; words++) {
        size_t stop = word_end(e, next + 1);
        if (is_street_word(t + next + 1, stop - next - 1))
            return false;
        next = stop;
    }
    return true;
}

static size_t plain_word(cdr_emitter *e, size_t i)
{
    const char *t = e->text;
    size_t end = word_end(e, i), n = end - i, day;
    if (n >= 5 && n <= 12 && in_list(weekdays, t + i, n) && !(end < e->len && cdr_is_digit(t[end])))
        cdr_emit(e, CDR_K_DATE, i, end, CDR_EV_LIST);
    else if (n == 3 && in_list("www", t + i, n) && end + 4 < e->len && t[end] == '.')
        return cdr_find_www(e, i);
    else if (n >= 3 && n <= 12 && cdr_is_upper(t[i]) && month_of(t + i, n) && (day = day_after(e, end)) != 0)
        cdr_emit(e, CDR_K_DATE, i, day, CDR_EV_LIST | CDR_EV_DATE);
    return end;
}

void cdr_find_plain(cdr_emitter *e)
{
    const char *t = e->text;
    bool word = false;
    for (size_t i = e->low; i < e->high;) {
        if (is_word_byte(t[i]) && !word) {
            i = plain_word(e, i);
            word = true;
        } else if (cdr_is_digit(t[i])) {
            size_t from = i;
            while (i < e->len && cdr_is_digit(t[i]))
                i++;
            if (i - from == 4 && !word && is_year_here(e, from))
                cdr_emit(e, CDR_K_DATE, from, i, CDR_EV_DATE);
            word = true;
        } else {
            word = is_word_byte(t[i]) || t[i] == '_';
            i++;
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Identifiers whose writing no table of forms can say. */
#include "detect/emitter.h"
#include "detect/identifier.h"
#include "detect/identifier_find.h"

#include "base/mem.h"

#include <string.h>

static size_t take(const cdr_candidate *c, cdr_emitter *e, cdr_kind kind, size_t k, uint32_t evidence)
{
    cdr_emit(e, kind, c->start, c->part_end[k], evidence);
    return c->part_end[k];
}

/* Groups of four, the last may be shorter; or none. */
static size_t find_iban(const cdr_candidate *c, cdr_emitter *e)
{
    const char *s = c->compact;
    if (!cdr_id_is_letter(s[0]) || !cdr_id_is_letter(s[1]) || !cdr_id_is_digit(s[2]) || !cdr_id_is_digit(s[3]))
        return 0;
    size_t len = cdr_id_iban_length(s), k = 0;
    while (k < c->part_count && c->compact_end[k] < len)
        k++;
    if (len == 0 || k == c->part_count || c->compact_end[k] != len)
        return 0;
    char copy[40];
    memcpy(copy, s, len);
    copy[len] = '\0';
    if (!cdr_id_fits(&cdr_id_IBAN, copy, len))
        return 0;
    /* Of the registry and of every tutorial. */
    static const char *const examples[] = {"GB82WEST12345698765432", "GB29NWBK60161331926819", "DE89370400440532013000", "FR1420041010050500013M02606", "NL91ABNA0417164300"};
    bool example = false;
    for (size_t i = 0; i < CDR_COUNT(examples); i++)
        example |= !strcmp(examples[i], copy);
    return take(c, e, CDR_K_IBAN, k, CDR_EV_CHECKSUM | CDR_EV_ISSUER | CDR_EV_SHAPE | (example ? CDR_EV_VETO_TEST : 0));
}

/* The sign of the century stands where other numbers have a joint. */
static size_t find_hetu(const cdr_candidate *c, cdr_emitter *e)
{
    if (c->part_count < 2 || c->compact_end[0] != 6 || c->digits[0] != 6 || c->compact_end[1] != 10 || c->separator[0] != '-')
        return 0;
    char copy[12];
    memcpy(copy, c->compact, 6);
    copy[6] = '-';
    memcpy(copy + 7, c->compact + 6, 4);
    copy[11] = '\0';
    return cdr_id_is_digit(copy[9]) && cdr_id_fits(&cdr_id_FI_HETU, copy, 11) ? take(c, e, CDR_K_FI_HETU, 1, CDR_EV_CHECKSUM | CDR_EV_DATE | CDR_EV_SHAPE) : 0;
}

/* A123456(3) */
static size_t find_hkid(const cdr_candidate *c, cdr_emitter *e)
{
    size_t n = c->compact_end[0], at = c->part_end[0];
    char copy[10];
    if ((n != 7 && n != 8) || !cdr_id_is_letter(c->compact[0]) || at + 2 >= c->len || c->text[at] != '(' || c->text[at + 2] != ')')
        return 0;
    memcpy(copy, c->compact, n);
    copy[n] = c->text[at + 1];
    copy[n + 1] = '\0';
    if (!cdr_id_fits(&cdr_id_HK_HKID, copy, n + 1))
        return 0;
    cdr_emit(e, CDR_K_HK_HKID, c->start, at + 3, CDR_EV_CHECKSUM | CDR_EV_SHAPE);
    return at + 3;
}

static size_t find_wallet(const cdr_candidate *c, cdr_emitter *e)
{
    const char *s = c->text + c->start;
    size_t n = c->part_end[0] - c->start;
    bool coin = n >= 26 && n <= 62 && ((n <= 35 && (s[0] == '1' || s[0] == '3')) || ((s[0] | 0x20) == 'b' && (s[1] | 0x20) == 'c' && s[2] == '1'));
    bool ether = n == 42 && s[0] == '0' && s[1] == 'x';
    if (c->cut && c->part_count == 1)
        return 0;
    char copy[CDR_ID_MAX + 1];
    if (!coin && !ether)
        return 0;
    memcpy(copy, s, n);
    copy[n] = '\0';
    if (coin && cdr_id_fits(&cdr_id_BITCOIN, copy, n))
        return take(c, e, CDR_K_BITCOIN, 0, CDR_EV_CHECKSUM | CDR_EV_SHAPE);
    if (ether && !cdr_id_same(copy + 2, 38) && cdr_id_fits(&cdr_id_ETHEREUM, copy, n))
        return take(c, e, CDR_K_ETHEREUM, 0, CDR_EV_CHECKSUM | CDR_EV_SHAPE);
    return 0;
}

/* %B4111111111111111^DOE/JOHN^2512…? and ;4111111111111111=2512…? */
static size_t find_track(const cdr_candidate *c, cdr_emitter *e)
{
    if (c->start == 0 || (c->before != '%' && c->before != ';') || (c->after_first != '^' && c->after_first != '='))
        return 0;
    const char *s = c->text + c->start - 1;
    size_t n = 0, rest = CDR_MIN(c->len - c->start + 1, (size_t)CDR_ID_MAX), high = CDR_MIN(c->len - c->start + 1, (size_t)120);
    if (!cdr_id_fits_digits(&cdr_id_TRACK, s, rest))
        return 0;
    while (n < high && s[n] >= ' ' && s[n] != '?')
        n++;
    n += n < high && s[n] == '?';
    cdr_emit(e, CDR_K_TRACK, c->start - 1, c->start - 1 + n, CDR_EV_CHECKSUM | CDR_EV_SHAPE);
    return c->start - 1 + n;
}

static bool is_mrz_byte(char c)
{
    return cdr_id_is_digit(c) || cdr_id_is_letter(c) || c == '<';
}

/* The line the candidate stands in, when it is all capitals, digits and '<' in one of the three lengths. */
static size_t find_mrz(const cdr_candidate *c, cdr_emitter *e)
{
    if (c->compact_end[0] < 6 || (c->after_first != '<' && c->compact_end[0] != 44 && c->compact_end[0] != 36 && c->compact_end[0] != 30))
        return 0;
    size_t start = c->start, end = c->start, low = c->start > 44 ? c->start - 44 : 0;
    while (start > low && is_mrz_byte(c->text[start - 1]))
        start--;
    while (end < c->len && end - start <= 44 && is_mrz_byte(c->text[end]))
        end++;
    size_t n = end - start;
    char copy[CDR_ID_MAX + 1];
    if (n != 30 && n != 36 && n != 44)
        return 0;
    memcpy(copy, c->text + start, n);
    copy[n] = '\0';
    if (!memchr(copy, '<', n) || !cdr_id_fits(&cdr_id_MRZ, copy, n))
        return 0;
    cdr_emit(e, CDR_K_MRZ, start, end, CDR_EV_CHECKSUM | CDR_EV_DATE | CDR_EV_SHAPE);
    return end;
}

/* 34278-727558021/0100 */
static size_t find_czech_account(const cdr_candidate *c, cdr_emitter *e)
{
    for (size_t k = 1; k < c->part_count && k <= 2; k++) {
        if (c->separator[k - 1] != '/' || c->digits[k] != c->compact_end[k])
            continue;
        size_t n = c->part_end[k] - c->start;
        char copy[CDR_ID_MAX + 1];
        if (n > 22 || (k == 2 && c->separator[0] != '-'))
            return 0;
        memcpy(copy, c->text + c->start, n);
        copy[n] = '\0';
        return cdr_id_fits(&cdr_id_CZ_BANKACCOUNT, copy, n) ? take(c, e, CDR_K_CZ_BANKACCOUNT, k, CDR_EV_CHECKSUM | CDR_EV_ISSUER | CDR_EV_SHAPE) : 0;
    }
    return 0;
}

static bool stem_at(const char *t, size_t len, const char *stems)
{
    for (const char *p = stems; *p;) {
        size_t i = 0;
        while (i < len && p[i] && p[i] != '|' && ((t[i] >= 'A' && t[i] <= 'Z') ? t[i] + 32 : t[i]) == p[i])
            i++;
        if (!p[i] || p[i] == '|')
            return true;
        for (p += i; *p && *p++ != '|';)
            ;
    }
    return false;
}

static bool is_hinted(const cdr_emitter *e, cdr_kind kind)
{
    for (uint8_t i = 0; e->hint && i < e->hint->count; i++)
        if (e->hint->kinds[i] == kind)
            return true;
    return false;
}

static bool is_document_number(const char *s, size_t len, size_t digits)
{
    return len >= 6 && len <= 9 && digits >= 5 && (digits == len || cdr_id_is_letter(s[0]) || cdr_id_is_digit(s[len - 1]));
}

/* Which of the three the label right before, or the header, speaks of. */
static cdr_kind labelled_kind(const cdr_candidate *c, const cdr_emitter *e)
{
    static const cdr_kind kinds[] = {CDR_K_PASSPORT, CDR_K_DRIVER_LICENCE, CDR_K_BANK_ACCOUNT};
    cdr_detect_scratch *s = e->scratch;
    for (size_t i = 0; i < CDR_COUNT(kinds); i++)
        if (is_hinted(e, kinds[i]))
            return kinds[i];
    if (e->hint && e->hint->count)
        return CDR_KIND_NONE;
    if (s->label_of != c->start) {
        cdr_context_label(e->rs->context, &s->label, c->text, c->len, c->start);
        s->label_of = c->start;
    }
    for (size_t h = s->label.count; h-- > 0;)
        for (size_t i = 0; i < CDR_COUNT(kinds); i++)
            if (cdr_context_speaks_of(e->rs->context, &s->label.hit[h], kinds[i]))
                return kinds[i];
    return CDR_KIND_NONE;
}

/* Dashes join anything, a space only groups of digits that are no small numbers of their own. */
static bool is_joined(const cdr_candidate *c, size_t i)
{
    size_t before = c->part_end[i] - c->part_start[i], after = c->part_end[i + 1] - c->part_start[i + 1];
    bool digits = (size_t)(c->digits[i + 1] - c->digits[i]) == after;
    return c->compact_end[i + 1] <= 18 && (c->separator[i] == '-' || (c->separator[i] == ' ' && digits && before >= 3 && after >= 3));
}

static size_t find_labelled(const cdr_candidate *c, cdr_emitter *e)
{
    size_t n = c->compact_end[0], last = 0;
    if ((c->cut && c->part_count == 1) || n > 18 || c->digits[c->part_count - 1] < 4)
        return 0;
    cdr_kind kind = labelled_kind(c, e);
    if (kind == CDR_K_PASSPORT)
        return is_document_number(c->compact, n, c->digits[0]) ? take(c, e, kind, 0, 0) : 0;
    if (kind == CDR_KIND_NONE)
        return 0;
    while (last + 1 < c->part_count && is_joined(c, last))
        last++;
    n = c->compact_end[last];
    if (kind == CDR_K_DRIVER_LICENCE)
        return n >= 5 && n <= 18 && c->digits[last] >= 4 ? take(c, e, kind, last, 0) : 0;
    if (n >= 6 && n <= 17 && c->digits[last] == n)
        cdr_emit(e, kind, c->start, c->part_end[last], 0);
    return 0;
}

/* What each of them begins with is looked at here: most candidates are none. */
size_t cdr_find_odd_identifiers(const cdr_candidate *c, cdr_emitter *e)
{
    size_t end = 0, n = c->compact_end[0];
    if ((c->letters & 0xF) == 3)
        end = CDR_MAX(end, find_iban(c, e));
    if (c->part_count > 1) {
        if (n == 6 && c->separator[0] == '-')
            end = CDR_MAX(end, find_hetu(c, e));
        if (c->separator[0] == '/' || c->separator[1] == '/')
            end = CDR_MAX(end, find_czech_account(c, e));
    }
    if (n >= 26)
        end = CDR_MAX(end, find_wallet(c, e));
    if (c->after_first == '(')
        end = CDR_MAX(end, find_hkid(c, e));
    if (c->before == '%' || c->before == ';')
        end = CDR_MAX(end, find_track(c, e));
    if (c->after_first == '<' || n >= 30)
        end = CDR_MAX(end, find_mrz(c, e));
    return CDR_MAX(end, find_labelled(c, e));
}

/* Three or four digits at ${i}, nothing of a longer number; where they end, 0 when they are not there. */
static size_t code_at(const char *t, size_t len, size_t i)
{
    size_t n = 0;
    while (i + n < len && n < 5 && cdr_id_is_digit(t[i + n]))
        n++;
    if (n < 3 || n > 4)
        return 0;
    char after = i + n < len ? t[i + n] : 0, second = i + n + 1 < len ? t[i + n + 1] : 0;
    bool more = cdr_id_is_letter((char)(after & ~0x20)) || after == '_' || after == '%' || ((after == '.' || after == ',' || after == '-' || after == '/' || after == ':') && cdr_id_is_digit(second));
    return more ? 0 : i + n;
}

/* Begins a code's name at ${t}? */
static bool is_code_word(const char *t, size_t len)
{
    static const struct { const char *text; uint8_t len; } stems[] = {
        {"cvv", 3}, {"cvc", 3}, {"cvn", 3}, {"csc", 3}, {"cid", 3}, {"card verification", 17}, {"card code", 9}, {"cryptogramme", 12}, {"codigo de seguridad", 19},
        {"código de seguridad", 20}, {"security code", 13}, {"verification code", 17}, {"kartenprüf", 11}, {"prüfnummer", 11}};
    for (size_t i = 0; i < CDR_COUNT(stems); i++) {
        size_t n = 0;
        while (n < stems[i].len && n < len && (cdr_is_upper(t[n]) ? (char)(t[n] | 0x20) : t[n]) == stems[i].text[n])
            n++;
        if (n == stems[i].len)
            return true;
    }
    return false;
}

/* BIC: eight or eleven letters and digits, which nothing else finds when no digit is among them. */
static void find_bic(const char *text, size_t len, size_t i, cdr_emitter *e)
{
    char copy[12];
    size_t n = 0;
    while (i + n < len && n < 12 && cdr_is_alnum(text[i + n]))
        n++;
    if (n != 8 && n != 11)
        return;
    memcpy(copy, text + i, n);
    copy[n] = '\0';
    if (cdr_id_fits(&cdr_id_BIC, copy, n))
        cdr_emit(e, CDR_K_BIC, i, i + n, CDR_EV_SHAPE | CDR_EV_ISSUER);
}

/* "cvv", "cvc2", "card_cvv", "security code", "SWIFT", "bic". */
void cdr_find_named_identifier(const char *text, size_t len, size_t at, cdr_emitter *e)
{
    size_t i = at, low = at > 24 ? at - 24 : 0, value = at + 1;
    while (i > low && (text[i - 1] == ' ' || text[i - 1] == '"' || text[i - 1] == '\'' || text[i - 1] == '2'))
        i--;
    if (i < low + 3)
        return;
    while (value < len && value < at + 4 && (text[value] == ' ' || text[value] == '"' || text[value] == '\''))
        value++;
    char last = (char)(text[i - 1] | 0x20), middle = (char)(text[i - 2] | 0x20), first = (char)(text[i - 3] | 0x20);
    bool named = (first == 'c' && middle == 'v' && (last == 'v' || last == 'c' || last == 'n')) || (first == 'o' && middle == 'd' && last == 'e' && i >= low + 13 && stem_at(text + i - 13, 13, "security code|security_code"));
    if ((first == 'i' && middle == 'f' && last == 't') || (first == 'b' && middle == 'i' && last == 'c'))
        find_bic(text, len, value, e);
    size_t end = named ? code_at(text, len, value) : 0;
    if (end)
        cdr_emit(e, CDR_K_CVV, value, end, CDR_EV_SHAPE);
}

/* The first three bytes of the stems, in lower case: a cheap look before the real one. */
static inline bool may_be_code_word(const char *t)
{
#define THREE(a, b, c) ((uint32_t)(unsigned char)(a) | (uint32_t)(unsigned char)(b) << 8 | (uint32_t)(unsigned char)(c) << 16)
    uint32_t three = THREE(t[0], t[1], t[2]) | 0x202020;
    switch (three & 0xFF) {
    case 'c': return three == THREE('c', 'v', 'v') || three == THREE('c', 'v', 'c') || three == THREE('c', 'v', 'n') || three == THREE('c', 's', 'c') ||
                     three == THREE('c', 'i', 'd') || three == THREE('c', 'a', 'r') || three == THREE('c', 'r', 'y') || three == THREE('c', 'o', 'd') ||
                     three == THREE('c', 0xE3, 0xB3);
    case 's': return three == THREE('s', 'e', 'c');
    case 'v': return three == THREE('v', 'e', 'r');
    case 'k': return three == THREE('k', 'a', 'r');
    case 'p': return three == THREE('p', 'r', 0xE3);
    default: return false;
    }
#undef THREE
}

void cdr_find_code_after_card(const char *text, size_t len, size_t end, cdr_emitter *e)
{
    size_t high = CDR_MIN(len, end + 64);
    for (uint64_t starts = cdr_context_word_starts(text, len, end); starts; starts &= starts - 1) {
        size_t i = end + (size_t)__builtin_ctzll(starts);
        if (i + 6 >= high || !may_be_code_word(text + i) || !is_code_word(text + i, high - i))
            continue;
        while (i < high && !cdr_id_is_digit(text[i]) && text[i] != '\n')
            i++;
        i += i + 1 < high && text[i] == '2' && !cdr_id_is_digit(text[i + 1]);   /* of "cvv2" */
        while (i < high && !cdr_id_is_digit(text[i]) && text[i] != '\n')
            i++;
        size_t stop = code_at(text, len, i);
        if (stop)
            cdr_emit(e, CDR_K_CVV, i, stop, CDR_EV_SHAPE);
        return;
    }
}

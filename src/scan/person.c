/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/person.h"

#include "base/mem.h"
#include "candor/crypto.h"
#include "detect/emitter.h"
#include "detect/observation.h"

#include <string.h>

#define GROUPS 16u
#define TOGETHER 200u          /* bytes of a text within which things belong together */
#define NAME_BEHIND 3u         /* ada@example.com (Ada Lovelace) */

static uint64_t mix(uint64_t a, uint64_t b)
{
    /* Both are keyed hashes: spreading is enough. */
    uint64_t h = a ^ (b << 31 | b >> 33) ^ UINT64_C(0x9E3779B97F4A7C15);
    h = (h ^ (h >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    h = (h ^ (h >> 27) ^ b) * UINT64_C(0x94D049BB133111EB);
    return h ^ (h >> 31);
}

uint64_t cdr_person_named(uint64_t id, uint64_t name)
{
    return mix(id, name);
}

static uint64_t keyed(const cdr_scan_options *o, const void *value, size_t len)
{
    uint8_t id[CDR_VALUE_ID_BYTES];
    uint64_t h = 0;
    cdr_value_id(o->value_key, value, len, id);
    for (int i = 0; i < 8; i++)
        h |= (uint64_t)id[i] << (8 * i);
    return h;
}

bool cdr_person_joins(cdr_kind kind)
{
    if (kind == CDR_K_EMAIL || kind == CDR_K_PHONE)
        return true;
    const cdr_kind_info *info = cdr_kind_get(kind);
    return info->person_rank >= 1 && info->person_rank <= 6 && info->family != CDR_FAMILY_DEVICE && info->family != CDR_FAMILY_CONTACT;
}

/* Short numbers mean something in one place only. */
uint64_t cdr_person_hash(cdr_kind kind, const char *normal, size_t len, uint64_t value_hash, uint64_t scope, unsigned noun)
{
    if (!cdr_kind_is_local(kind))
        return value_hash;
    size_t digits = 0;
    while (digits < len && cdr_is_digit(normal[digits]))
        digits++;
    return mix(value_hash, kind + (digits == len && len < 6 ? scope + noun : 0));
}

static bool one_of(const char *list, const char *word, size_t len)
{
    char key[40];
    if (len == 0 || len + 3 > sizeof key)
        return false;
    key[0] = '|';
    memcpy(key + 1, word, len);
    key[len + 1] = '|';
    key[len + 2] = '\0';
    return strstr(list, key) != NULL;
}

bool cdr_person_is_role(cdr_kind kind, const char *normal, size_t len)
{
    static const char mailboxes[] =
        "|info|infos|noreply|no-reply|no_reply|donotreply|do-not-reply|sales|support|service|services|contact|contacts|kontakt|hello|hi|hallo|mail|email|office|buero|admin|"
        "administrator|root|postmaster|webmaster|hostmaster|abuse|billing|accounts|accounting|invoice|invoices|rechnung|rechnungen|buchhaltung|finance|hr|jobs|careers|career|"
        "bewerbung|personal|press|presse|media|marketing|newsletter|news|team|help|helpdesk|hilfe|kundenservice|kundendienst|customerservice|customer-service|orders|order|"
        "bestellung|bestellungen|shop|store|privacy|datenschutz|dpo|legal|security|notifications|notification|notify|alerts|alert|mailer-daemon|daemon|bounce|bounces|returns|"
        "feedback|enquiries|enquiry|inquiries|booking|bookings|reservations|reception|empfang|zentrale|vertrieb|einkauf|verkauf|ventas|vendite|contacto|contatto|soporte|"
        "atendimento|accueil|bonjour|commercial|devnull|test|system|cron|nobody|";
    static const char *const free[] = {"+1800", "+1833", "+1844", "+1855", "+1866", "+1877", "+1888", "+49800", "+44800", "+44808", "+43800", "+41800", "+33800", "+31800",
                                       "+39800", "+34900", "+61180", "+35180", "+35318", "+46200", "0800", "00800", "1800", "1888", "1877", "1866", "800"};
    if (kind == CDR_K_EMAIL) {
        const char *at = memchr(normal, '@', len), *plus = at ? memchr(normal, '+', (size_t)(at - normal)) : NULL;
        size_t local = at ? (size_t)((plus ? plus : at) - normal) : 0;
        for (size_t i = 0; i < local; i++)
            if (cdr_is_digit(normal[i]) || normal[i] == '.')
                return false;
        return one_of(mailboxes, normal, local);
    }
    if (kind != CDR_K_PHONE)
        return false;
    for (size_t i = 0; i < CDR_COUNT(free); i++)
        if (len > strlen(free[i]) && !memcmp(normal, free[i], strlen(free[i])) && (strcmp(free[i], "800") != 0 || len == 10))
            return true;
    return false;
}

void cdr_person_begin(const cdr_scan_options *o, cdr_person_seen *p, const char *container)
{
    const char *slash = strrchr(container, '/');
    p->scope = keyed(o, container, slash ? (size_t)(slash - container) : 0) | 1;
    p->count = p->text_len = 0;
}

bool cdr_person_full(const cdr_person_seen *p)
{
    return p->count == CDR_RECORD_THINGS || p->text_len + 256 > CDR_RECORD_TEXT;
}

void cdr_person_value(cdr_person_seen *p, const cdr_role *role, const cdr_thing *t, const char *normal, size_t len)
{
    cdr_thing *into = &p->things[p->count++];
    *into = *t;
    into->role = *role;
    if (!t->name)
        return;
    into->text = (uint16_t)p->text_len;
    into->text_len = (uint16_t)CDR_MIN(len, 128u);
    memcpy(p->text + p->text_len, normal, into->text_len);
    p->text_len += into->text_len;
}

/* --- names --- */

static bool breaks_word(char c)
{
    return c == ' ' || c == ',' || c == '.' || c == ';' || c == '"' || c == '\t';
}

static bool behind(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, CDR_MIN(a_len, b_len));
    return order ? order > 0 : a_len > b_len;
}

/* "Dr. Ada Lovelace", "LOVELACE, Ada" and given name and surname apart are one name: its words in the order of the alphabet. */
static uint64_t name_hash(const cdr_scan_options *o, const char *a, size_t a_len, const char *b, size_t b_len)
{
    const char *words[16];
    size_t lens[16], count = 0, n = 0;
    char out[300];
    for (int part = 0; part < 2; part++) {
        const char *p = part ? b : a, *end = p + (part ? b_len : a_len);
        while (p < end && count < CDR_COUNT(words)) {
            while (p < end && breaks_word(*p))
                p++;
            const char *start = p;
            while (p < end && !breaks_word(*p))
                p++;
            size_t len = (size_t)(p - start), at = count;
            if (len == 0 || (len <= 4 && one_of("|dr|prof|mr|mrs|ms|miss|herr|frau|sir|mme|mlle|sr|sra|jr|dipl|ing|med|phd|mag|", start, len)))
                continue;
            for (; at > 0 && behind(words[at - 1], lens[at - 1], start, len); at--) {
                words[at] = words[at - 1];
                lens[at] = lens[at - 1];
            }
            words[at] = start;
            lens[at] = len;
            count++;
        }
    }
    for (size_t i = 0; i < count && n + lens[i] + 1 < sizeof out; i++) {
        memcpy(out + n, words[i], lens[i]);
        n += lens[i];
        out[n++] = ' ';
    }
    uint64_t h = n ? keyed(o, out, n) : 0;
    cdr_wipe(out, n);
    return h;
}

/* --- groups --- */

typedef struct group {
    cdr_role role;
    const cdr_thing *ids[CDR_RECORD_THINGS];
    size_t id_count;
    const cdr_thing *first, *last;         /* halves of a name */
    uint64_t name, apart;
    uint64_t end;                          /* in a text: of what stands last */
    uint32_t field;
    bool gone;
} group;

typedef struct record {
    const cdr_scan_options *o;
    cdr_person_seen *p;
    group groups[GROUPS];
    size_t count, mentions;
} record;

/* Identifiers by how well they tell people apart; the same everywhere, so that every record names a person by the same one. */
static bool better(const cdr_thing *a, const cdr_thing *b)
{
    if (a->nobody != b->nobody)
        return b->nobody;
    if (a->rank != b->rank)
        return a->rank < b->rank;
    return a->kind != b->kind ? a->kind < b->kind : a->hash < b->hash;
}

static void give_mention(record *r, const cdr_thing *const *ids, size_t count, uint64_t name, uint64_t apart)
{
    if (r->mentions == CDR_RECORD_THINGS || (count == 0 && !name))
        return;
    cdr_mention *m = &r->p->mentions[r->mentions++];
    *m = (cdr_mention){.name = name};
    const cdr_thing *best[CDR_MENTION_IDS] = {0};
    for (size_t i = 0; i < count; i++) {
        size_t at = m->count;
        while (at > 0 && better(ids[i], best[at - 1]))
            at--;
        if (at == CDR_MENTION_IDS)
            continue;
        m->count = (uint8_t)CDR_MIN(m->count + 1u, (unsigned)CDR_MENTION_IDS);
        for (size_t k = m->count - 1u; k > at; k--)
            best[k] = best[k - 1];
        best[at] = ids[i];
    }
    for (size_t i = 0; i < m->count; i++) {
        m->ids[i] = best[i]->hash;
        m->kinds[i] = (uint16_t)(best[i]->kind | (best[i]->nobody ? CDR_MENTION_NOBODY : 0u));
    }
    if (m->count)
        m->key = name ? mix(m->ids[0], name) : m->ids[0];
    else
        m->key = apart ? mix(name, apart) : mix(name, name);
}

static void name_of(record *r, group *g)
{
    if (!g->name && g->first && g->last)
        g->name = name_hash(r->o, r->p->text + g->first->text, g->first->text_len, r->p->text + g->last->text, g->last->text_len);
}

static group *group_of(record *r, cdr_role role)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->groups[i].role.group == role.group && r->groups[i].role.class == role.class)
            return &r->groups[i];
    if (r->count == GROUPS) {   /* told, and its place taken */
        group *last = &r->groups[--r->count];
        name_of(r, last);
        give_mention(r, last->ids, last->id_count, last->name, last->apart);
    }
    group *g = &r->groups[r->count++];
    g->role = role;
    g->id_count = 0;
    g->first = g->last = NULL;
    g->name = g->apart = g->end = 0;
    g->field = UINT32_MAX;
    g->gone = false;
    return g;
}

static uint64_t full_name(const record *r, const cdr_thing *t)
{
    return name_hash(r->o, r->p->text + t->text, t->text_len, "", 0);
}

static const cdr_thing *same_kind(const group *g, const cdr_thing *t)
{
    for (size_t i = 0; i < g->id_count; i++)
        if (g->ids[i]->kind == t->kind)
            return g->ids[i];
    return NULL;
}

static bool has_id(const group *g, const cdr_thing *t)
{
    for (size_t i = 0; i < g->id_count; i++)
        if (g->ids[i]->hash == t->hash && g->ids[i]->kind == t->kind)
            return true;
    return false;
}

/* Two addresses in one cell are of two people; two telephones or accounts may be anybody's. */
static bool splits(const cdr_thing *t)
{
    return t->kind == CDR_K_EMAIL || t->rank <= 1 || t->kind == CDR_K_CUSTOMER_ID || t->kind == CDR_K_EMPLOYEE_ID;
}

static void take_into(record *r, group *g, const cdr_thing *t)
{
    if (t->kind == CDR_K_BIRTH_DATE) {
        g->apart = t->hash;
    } else if (t->kind == CDR_K_POSTCODE) {
        g->apart = g->apart ? g->apart : t->hash;
    } else if (t->kind == CDR_K_NAME_FIRST) {
        g->first = g->first ? g->first : t;
    } else if (t->kind == CDR_K_NAME_LAST) {
        g->last = g->last ? g->last : t;
    } else if (t->kind == CDR_K_NAME) {
        uint64_t name = full_name(r, t);
        if (!g->name)
            g->name = name;
        else if (g->name != name)
            give_mention(r, NULL, 0, name, 0);
    } else if (!has_id(g, t)) {
        const cdr_thing *other = same_kind(g, t);
        if (other && other->field == t->field && splits(t))
            give_mention(r, &t, 1, 0, 0);
        else
            g->ids[g->id_count++] = t;
    }
}

/* Both have an identifier of one kind, and not the same. */
static bool ids_differ(const group *a, const group *b)
{
    for (size_t i = 0; i < b->id_count; i++) {
        const cdr_thing *other = same_kind(a, b->ids[i]);
        if (other && !has_id(a, b->ids[i]))
            return true;
    }
    return false;
}

static bool halves_fit(const group *a, const group *b)
{
    return !(a->first && b->first) && !(a->last && b->last);
}

/* The one who is served and the one who serves. */
static bool sides_differ(const group *a, const group *b)
{
    const uint32_t served = 1u << CDR_NOUN_CUSTOMER | 1u << CDR_NOUN_MEMBER | 1u << CDR_NOUN_PATIENT | 1u << CDR_NOUN_STUDENT | 1u << CDR_NOUN_GUEST | 1u << CDR_NOUN_PASSENGER;
    return (a->role.noun == CDR_NOUN_EMPLOYEE && served >> b->role.noun & 1) || (b->role.noun == CDR_NOUN_EMPLOYEE && served >> a->role.noun & 1);
}

static bool one_person(const group *a, const group *b)
{
    if (sides_differ(a, b))
        return a->name && a->name == b->name;
    bool any_named = a->name || a->first || a->last, other_named = b->name || b->first || b->last;
    if (a->name && b->name && a->name != b->name)
        return false;
    if ((b->role.class == CDR_ROLE_NUMBERED && !other_named) || (a->role.class == CDR_ROLE_NUMBERED && !any_named && b->role.class != CDR_ROLE_OTHER))
        return true;
    if (ids_differ(a, b))
        return false;
    if (a->name && a->name == b->name)
        return true;
    bool a_other = a->role.class == CDR_ROLE_OTHER, b_other = b->role.class == CDR_ROLE_OTHER;
    if (a_other && b_other)
        return false;
    if (a_other || b_other)   /* without a name of its own the rest of the record is of somebody who has a role */
        return a_other ? !other_named && any_named : !any_named && other_named;
    return halves_fit(a, b) && (!a->name || !b->name);
}

static void join(record *r, group *a, group *b)
{
    for (size_t i = 0; i < b->id_count && a->id_count < CDR_RECORD_THINGS; i++)
        if (!has_id(a, b->ids[i]))
            a->ids[a->id_count++] = b->ids[i];
    a->name = a->name ? a->name : b->name;
    a->first = a->first ? a->first : b->first;
    a->last = a->last ? a->last : b->last;
    a->apart = a->apart ? a->apart : b->apart;
    if (b->role.class == CDR_ROLE_OTHER)
        a->role = b->role;
    b->gone = true;
    name_of(r, a);
}

static void join_groups(record *r)
{
    for (size_t i = 0; i < r->count; i++)
        name_of(r, &r->groups[i]);
    for (size_t i = 0; i < r->count; i++)
        for (size_t k = i + 1; k < r->count && !r->groups[i].gone; k++)
            if (!r->groups[k].gone && one_person(&r->groups[i], &r->groups[k]))
                join(r, &r->groups[i], &r->groups[k]);
}

/* --- free text: what stands together --- */

static bool fits_text(const group *g, const cdr_thing *t, uint64_t name)
{
    if (t->offset < g->end ? g->end - t->offset > TOGETHER : t->offset - g->end > TOGETHER)
        return false;
    if (t->field != g->field)
        return false;
    if (name)
        return g->name ? g->name == name : t->offset <= g->end + NAME_BEHIND;
    if (t->name)
        return g->id_count == 0 || t->offset <= g->end + NAME_BEHIND;
    return has_id(g, t) || !same_kind(g, t);
}

static void take_text(record *r, const cdr_thing *t)
{
    bool helps = t->kind == CDR_K_BIRTH_DATE || t->kind == CDR_K_POSTCODE;
    group *g = r->count ? &r->groups[r->count - 1] : NULL;
    if (helps && !g)
        return;
    uint64_t name = t->kind == CDR_K_NAME ? full_name(r, t) : 0;
    if (!helps && (!g || !fits_text(g, t, name))) {
        g = group_of(r, (cdr_role){(uint32_t)(t - r->p->things) + 1u, CDR_ROLE_TEXT, 0});
        g->field = t->field;
    }
    if (helps)
        g->apart = g->apart ? g->apart : t->hash;
    else if (name)
        g->name = name;
    else
        take_into(r, g, t);
    g->end = CDR_MAX(g->end, t->offset + t->len);
}

/* In one text a name is one person's, and an identifier alone adds nobody who stands there with more. */
static void join_text(record *r)
{
    for (size_t i = 0; i < r->count; i++)
        name_of(r, &r->groups[i]);
    for (size_t i = 0; i < r->count; i++)
        for (size_t k = 0; k < r->count && !r->groups[i].gone; k++) {
            group *a = &r->groups[i], *b = &r->groups[k];
            if (i == k || b->gone)
                continue;
            bool same_name = a->name && a->name == b->name && !ids_differ(a, b) && k > i;
            bool less = !b->name && b->id_count == 1 && has_id(a, b->ids[0]);
            if (same_name || less)
                join(r, a, b);
        }
}

size_t cdr_person_end(const cdr_scan_options *o, cdr_person_seen *p)
{
    record r;
    if (p->count == 0)
        return 0;
    r.o = o;
    r.p = p;
    r.count = r.mentions = 0;
    bool text = true;
    for (size_t i = 0; i < p->count; i++)
        text = text && p->things[i].role.class == CDR_ROLE_TEXT;
    for (size_t i = 0; i < p->count; i++)
        if (text)
            take_text(&r, &p->things[i]);
        else
            take_into(&r, group_of(&r, p->things[i].role), &p->things[i]);
    if (text)
        join_text(&r);
    else
        join_groups(&r);
    for (size_t i = 0; i < r.count; i++)
        if (!r.groups[i].gone)
            give_mention(&r, r.groups[i].ids, r.groups[i].id_count, r.groups[i].name, r.groups[i].apart);
    cdr_wipe(p->text, p->text_len);
    p->count = p->text_len = 0;
    return r.mentions;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Columns whose names say little by themselves: "id", which is somebody's where the record is, and remarks, in which anything may stand. */
#include "core/minimise/filter_learn.h"

#include "core/taxonomy/taxonomy.h"

#include <string.h>

/* --- words --- */

static bool is_of(const char *const *words, const char *s, size_t len)
{
    for (; *words; words++)
        if (strlen(*words) == len && !memcmp(*words, s, len))
            return true;
    return false;
}

/* The last letters of Latin alphabets without their accents: two bytes of UTF-8 to one, 0 when it is none of them. */
static char without_accent(unsigned char lead, unsigned char next)
{
    static const char latin[] = "aaaaaaaceeeeiiiidnooooo?ouuuuy?saaaaaaaceeeeiiiidnooooo?ouuuuy?y";      /* U+00C0 to U+00FF */
    static const char more[] = "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";   /* U+0100 to U+017F */
    if (lead == 0xC3)
        return latin[next & 0x3F];
    return lead == 0xC4 || lead == 0xC5 ? more[(lead - 0xC4) * 64 + (next & 0x3F)] : 0;
}

typedef struct word { char s[40]; size_t len, last; } word;   /* last: where its last word begins ("customer_id", "customerId", "Kd. Nr") */

static bool is_sign(char c)
{
    return strchr("_-. /:()#", c) != NULL;
}

/* Letters and digits only, in lower case; false: too long for any that is known. */
static bool plain(const char *s, size_t len, word *w)
{
    bool lower = false, gap = false;
    w->len = w->last = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        char folded = 0;
        bool upper = c >= 'A' && c <= 'Z';
        if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            folded = (char)(upper ? c | 0x20 : c);
        else if (i + 1 < len && c >= 0xC3 && c <= 0xC5)
            folded = without_accent(c, (unsigned char)s[++i]);
        gap |= is_sign((char)c) || (upper && lower);
        lower = !upper && folded;
        if (!folded || folded == '?')
            continue;
        if (w->len == sizeof w->s)
            return false;
        if (gap && w->len)
            w->last = w->len;
        gap = false;
        w->s[w->len++] = folded;
    }
    return w->len > 0;
}

/* The last name of a path, without the brackets of arrays; ${ret_rest}: how much of it stands before, without its dot. */
static const char *leaf_of(const char *path, size_t len, size_t *ret_len, size_t *ret_rest)
{
    while (len >= 2 && !memcmp(path + len - 2, "[]", 2))
        len -= 2;
    const char *dot = memrchr(path, '.', len);
    size_t from = dot ? (size_t)(dot + 1 - path) : 0;
    *ret_rest = dot ? from - 1 : 0;
    *ret_len = len - from;
    return path + from;
}

/* --- whose key is it? --- */

static const char *const ids[] = {"id", "uid", "uuid", "guid", "oid", "pk", "rid", "rowid", "recordid", "nr", "lfdnr", "laufendenr", "idnr", "identifier", "kennung", "identifiant", "identificador", "identificatore", NULL};
static const char *const people[] = {
    "user", "users", "customer", "customers", "client", "clients", "account", "accounts", "member", "members", "person", "persons", "people", "patient", "patients", "employee", "employees", "contact", "contacts",
    "subscriber", "subscribers", "owner", "buyer", "seller", "guest", "guests", "student", "students", "participant", "participants", "author", "recipient", "sender", "profile", "profiles", "visitor", "applicant", "candidate", "tenant",
    "kunde", "kunden", "kundin", "kd", "kdnr", "knr", "konto", "mitglied", "mitglieder", "benutzer", "nutzer", "mitarbeiter", "personal", "patientin", "teilnehmer", "gast", "besteller", "empfaenger", "empfanger", "absender", "schuler", "mieter", "bewerber",
    "utilisateur", "utilisateurs", "compte", "personne", "membre", "abonne", "cliente", "clientes", "clienti", "usuario", "usuarios", "persona", "personas", "persone", "cuenta", "utente", "utenti", "socio", "conta", "utilizador", "pessoa",
    "klant", "klanten", "gebruiker", "persoon", "lid", "klient", "klienci", "uzytkownik", "osoba", "konto", "kund", "kunder", "medlem", "bruker", "anvandare", "bruger", NULL};

static bool is_person(const char *s, size_t len)
{
    word w;
    return len && plain(s, len, &w) && (is_of(people, w.s, w.len) || is_of(people, w.s + w.last, w.len - w.last));
}

bool cdr_filter_is_direct(const char *category)
{
    static const char *const direct[] = {"user.name", "user.contact.email", "user.contact.phone_number", "user.contact.address.street", "user.government_id", "user.financial", "user.account.username", "user.social"};
    if (!strcmp(category, "user.contact") || !strcmp(category, "user.contact.address") || !strcmp(category, "user"))
        return true;
    for (size_t i = 0; i < CDR_COUNT(direct); i++)
        if (cdr_taxon_within(category, direct[i]))
            return true;
    return false;
}

static bool any_within(const char *const *direct, size_t count, const char *path, size_t len)
{
    for (size_t i = 0; i < count; i++)
        if (!len || (!strncmp(direct[i], path, len) && direct[i][len] == '.'))
            return true;
    return false;
}

bool cdr_filter_is_key(const char *name, bool codes, const char *const *direct, size_t count)
{
    size_t len, rest, parent_len, ignored;
    word w;
    const char *leaf = leaf_of(name, strlen(name), &len, &rest);
    if (!plain(leaf, len, &w))
        return false;
    if (is_of(people, w.s, w.len))
        return codes && any_within(direct, count, name, rest);
    if (!is_of(ids, w.s, w.len))
        return false;
    const char *parent = leaf_of(name, rest, &parent_len, &ignored);
    return is_person(parent, parent_len) || any_within(direct, count, name, rest);
}

/* --- remarks --- */

bool cdr_filter_name_remarks(const char *name, size_t len)
{
    static const char *const remarks[] = {
        "note", "notes", "remark", "remarks", "comment", "comments", "memo", "memos", "annotation", "annotations", "freetext", "notepad",
        "bemerkung", "bemerkungen", "bem", "notiz", "notizen", "anmerkung", "anmerkungen", "hinweis", "hinweise", "kommentar", "kommentare", "vermerk", "vermerke", "freitext", "zusatzinfo", "sonstiges",
        "commentaire", "commentaires", "remarque", "remarques", "observation", "observations", "observacion", "observaciones", "comentario", "comentarios", "nota", "notas", "anotacion", "anotaciones",
        "osservazione", "osservazioni", "commento", "commenti", "observacao", "observacoes", "obs", "comentariu", "opmerking", "opmerkingen", "notitie", "notities", "toelichting",
        "uwaga", "uwagi", "notatka", "notatki", "komentarz", "komentarze", "poznamka", "poznamky", "komentar", "anmarkning", "anmarkningar", "anteckning", "anteckningar", "kommentarer", "bemarkning", "bemarkninger", "bemaerkning", "bemaerkninger",
        "merknad", "merknader", "notat", "notater", "huomautus", "huomautukset", "muistiinpano", "kommentti", "megjegyzes", "megjegyzesek", "observatii", NULL};
    static const char *const endings[] = {"bemerkung", "bemerkungen", "anmerkung", "anmerkungen", "notiz", "notizen", "hinweis", "hinweise", "kommentar", "kommentare", "vermerk", "opmerking", "opmerkingen", "notitie", "notities", "commentaire",
                                          "comment", "comments", "notes", "remarks"};
    static const char *const insides[] = {"text", "body", "content", "value", "message", "inhalt", "html", NULL};
    size_t n, rest;
    word w;
    for (;; len = rest) {
        const char *leaf = leaf_of(name, len, &n, &rest);
        if (!plain(leaf, n, &w))
            return false;
        if (!rest || !is_of(insides, w.s, w.len))
            break;
    }
    if (is_of(remarks, w.s, w.len) || is_of(remarks, w.s + w.last, w.len - w.last))
        return true;
    for (size_t i = 0; i < CDR_COUNT(endings); i++) {
        size_t e = strlen(endings[i]);
        if (w.len > e && !memcmp(w.s + w.len - e, endings[i], e))
            return true;
    }
    return false;
}

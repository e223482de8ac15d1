/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/street.h"

#include "base/mem.h"
#include "detect/gazetteer.h"

#include <string.h>

static bool ends_like_street(const char *folded, size_t len, size_t least)
{
    static const char *const endings[] = {"strasse", "straße", "str.", "str", "straat", "laan", "gracht", "kade", "plein", "singel", "gasse", "allee", "platz", "weg", "damm", "steig", "ufer", "gatan", "vagen",
                                          "gata", "veien", "vegen", "gaten", "vej", "gade", "alle", "katu", "kuja", "tie", "polku", "utca", "ulica", "gotu", "vegur", "braut", "stigur", "brinken",
                                          "dreef", "stien", "straede", "bakken", "torvet", "backen", "grand", "torget", "holmen", "baeck"};
    while (len && (folded[len - 1] == '.' || folded[len - 1] == ','))
        len--;
    if (cdr_gazetteer(folded, len) & CDR_G_STREET)
        return true;
    for (size_t i = 0; i < CDR_COUNT(endings); i++) {
        size_t n = strlen(endings[i]);
        size_t stem = n <= 3 ? 4 : 3;
        if (n < least)
            continue;
        if (len >= n + stem && !memcmp(folded + len - n, endings[i], n) && !(cdr_gazetteer(folded, len) & (CDR_G_WORD | CDR_G_FIRST | CDR_G_LAST)))
            return true;
    }
    return false;
}

bool cdr_is_street_word(const char *folded, size_t len)
{
    return ends_like_street(folded, len, 1);
}

bool cdr_is_street_word_after_number(const char *folded, size_t len)
{
    return ends_like_street(folded, len, 5);
}

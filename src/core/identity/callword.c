/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers, words and codes of calls: short, said aloud, hard to mishear. None of them is a secret that proves anything. */
#include "core/identity/verify_parts.h"

#include <stdio.h>
#include <string.h>

/* No I, L, O, U: they are misread, or make words. */
static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static const char *const words[] = {
    "ACORN", "AMBER", "ANCHOR", "APPLE", "APRON", "ARROW", "ASPEN", "BADGE", "BAMBOO", "BARLEY", "BASIL", "BEACH", "BEAVER", "BIRCH", "BISON", "BLOSSOM",
    "BREEZE", "BRIDGE", "BRONZE", "BUTTON", "CABIN", "CACTUS", "CANDLE", "CANYON", "CARROT", "CASTLE", "CEDAR", "CHERRY", "CIRCLE", "CLOVER", "COMET", "COPPER",
    "CORAL", "COTTON", "CRANE", "CRICKET", "CRYSTAL", "DAISY", "DESERT", "DOLPHIN", "DRUM", "EAGLE", "EMBER", "FALCON", "FEATHER", "FERN", "FIDDLE", "FINCH",
    "FLINT", "FOREST", "FOUNTAIN", "GARDEN", "GARLIC", "GINGER", "GLACIER", "GRANITE", "GRAPE", "HARBOUR", "HARP", "HAZEL", "HERON", "HONEY", "ISLAND", "IVORY",
    "JASMINE", "JUNIPER", "KETTLE", "KITE", "LADDER", "LANTERN", "LARK", "LAVENDER", "LEMON", "LILAC", "LINEN", "LOTUS", "MAGNET", "MAPLE", "MARBLE", "MEADOW",
    "MELON", "MINT", "MIRROR", "MITTEN", "MUSTARD", "NECTAR", "NUTMEG", "OAK", "OLIVE", "ONYX", "ORCHARD", "OTTER", "PADDLE", "PARSLEY", "PEBBLE", "PELICAN",
    "PEPPER", "PIANO", "PILLOW", "PLANET", "POPPY", "PRAIRIE", "PUFFIN", "QUARTZ", "QUILT", "RABBIT", "RAVEN", "RIBBON", "RIVER", "ROBIN", "SADDLE", "SAFFRON",
    "SALMON", "SAPPHIRE", "SCARF", "SPARROW", "SPRUCE", "SUNSET", "TEAPOT", "THIMBLE", "THUNDER", "TULIP", "TURTLE", "VELVET", "VIOLET", "WALNUT", "WILLOW", "WINTER",
};

_Static_assert(sizeof words / sizeof words[0] == 128, "a power of two, so that every word is as likely");

/* 0 … ${n} - 1, each as likely: ${n} divides 2^32 or the rest is thrown away. */
static uint32_t pick(const cdr_ctx *ctx, uint32_t n)
{
    uint32_t x, limit = UINT32_MAX - UINT32_MAX % n;
    do
        ctx->random(ctx->rng, &x, sizeof x);
    while (x >= limit);
    return x % n;
}

void cdr_call_make_id(const cdr_ctx *ctx, char ret[12])
{
    for (int i = 0; i < 4; i++)
        ret[i] = letters[pick(ctx, 32)];
    snprintf(ret + 4, 8, "-%02u", pick(ctx, 100));
}

void cdr_call_make_word(const cdr_ctx *ctx, char ret[24])
{
    snprintf(ret, 24, "%s-%u", words[pick(ctx, CDR_COUNT(words))], 10 + pick(ctx, 90));
}

void cdr_call_make_code(const cdr_ctx *ctx, char ret[12])
{
    for (int i = 0; i < 7; i++)
        ret[i] = i == 3 ? '-' : letters[pick(ctx, 32)];
    ret[7] = '\0';
}

void cdr_random_id(const cdr_ctx *ctx, char ret[17])
{
    uint8_t bytes[8];
    ctx->random(ctx->rng, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
}

/* The letters and digits of ${typed}, exactly ${n} of them, in their one spelling. */
static bool take(const char *typed, size_t n, char *ret)
{
    size_t len = 0;
    for (const char *p = typed; *p; p++) {
        char c = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
        if (c == ' ' || c == '-')
            continue;
        c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c == 'U' ? 'V' : c;
        if (len == n || !strchr(letters, c))
            return false;
        ret[len++] = c;
    }
    return len == n;
}

bool cdr_call_normalise_id(const char *typed, char ret[12])
{
    char s[6];
    if (!take(typed, sizeof s, s) || s[4] > '9' || s[5] > '9')
        return false;
    snprintf(ret, 12, "%.4s-%.2s", s, s + 4);
    return true;
}

bool cdr_call_normalise_code(const char *typed, char ret[12])
{
    char s[6];
    if (!take(typed, sizeof s, s))
        return false;
    snprintf(ret, 12, "%.3s-%.3s", s, s + 3);
    return true;
}

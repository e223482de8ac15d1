/* SPDX-License-Identifier: Apache-2.0 */
#include "base/normal.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define ROOM 64
typedef struct pair { uint32_t from[12], to[12]; } pair;

static void normal__known_cases__composed_and_ordered(void **state)
{
    (void)state;
    static const pair pairs[] = {
        {{'e', 0x301}, {0xE9}}, {{0xE9}, {0xE9}}, {{'a', 'b', 'c'}, {'a', 'b', 'c'}},
        {{0x212B}, {0xC5}}, {{0x2126}, {0x3A9}},                              /* signs that are letters */
        {{'a', 0x323, 0x302}, {0x1EAD}}, {{'a', 0x302, 0x323}, {0x1EAD}},     /* marks in either order */
        {{'q', 0x307, 0x323}, {'q', 0x323, 0x307}},                           /* ordered though nothing composes */
        {{0x1100, 0x1161, 0x11A8}, {0xAC01}}, {{0xAC00, 0x11A8}, {0xAC01}},   /* Hangul */
        {{0x958}, {0x915, 0x93C}},                                            /* excluded from composition */
        {{'o', 0x308, 0x304}, {0x22B}}, {{0x301, 'e'}, {0x301, 'e'}},         /* a mark at the beginning */
        {{'e', 0x302, 0x302}, {0xEA, 0x302}},
    };
    for (size_t i = 0; i < CDR_COUNT(pairs); i++) {
        uint32_t text[ROOM];
        size_t len = 0, want = 0;
        while (pairs[i].from[len])
            len++;
        while (pairs[i].to[want])
            want++;
        memcpy(text, pairs[i].from, sizeof pairs[i].from);
        assert_true(cdr_nfc(text, &len, ROOM));
        assert_int_equal(len, want);
        assert_memory_equal(text, pairs[i].to, want * sizeof *text);
    }
}

static void normal__every_character__twice_is_once(void **state)
{
    (void)state;
    for (uint32_t cp = 1; cp < 0x110000; cp++) {
        uint32_t text[ROOM] = {cp, 0x323, cp, 0x307}, first[ROOM];
        size_t len = 4, first_len;
        assert_true(cdr_nfc(text, &len, CDR_NFC_ROOM(4)));
        memcpy(first, text, sizeof first);
        first_len = len;
        assert_true(cdr_nfc(text, &len, ROOM));
        assert_int_equal(len, first_len);
        assert_memory_equal(text, first, len * sizeof *text);
    }
}

static void normal__too_little_room__refused(void **state)
{
    (void)state;
    uint32_t text[2] = {0x1EAD, 0x1EAD};
    size_t len = 2;
    assert_false(cdr_nfc(text, &len, 2));
    len = 0;
    assert_true(cdr_nfc(text, &len, 2));
    assert_int_equal(len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normal__known_cases__composed_and_ordered),
        cmocka_unit_test(normal__every_character__twice_is_once),
        cmocka_unit_test(normal__too_little_room__refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

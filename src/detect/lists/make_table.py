#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles the lists beside it into ../gazetteer_table.inc. `make_table.py --check` exits 1 when the table is older than the lists.

A list is a text file: '#' begins a comment; a line "= MALE LAST" says what the words after it are (flags of gazetteer.h without
CDR_G_); words are separated by commas or line ends, a phrase may hold spaces. Words are folded as src/detect/fold.c does."""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent / "gazetteer_table.inc"
CODE = (HERE.parent / "fold.c").read_text(encoding="utf-8")
HEADER = (HERE.parent / "gazetteer.h").read_text(encoding="utf-8")


def strings(name):
    body = re.search(name + r'\[\] =\n((?:\s*"[^"]*"\s*)+);', CODE).group(1)
    return "".join(re.findall(r'"([^"]*)"', body))


LATIN, CYRILLIC, GREEK = strings("latin"), strings("cyrillic"), strings("greek")
FURTHER = {m[0]: m[1] for part in re.findall(r"((?:case 0x[0-9A-F]+: ?)+)return '(\\?.)'", CODE) for m in
           [(int(x, 16), part[1][-1]) for x in re.findall(r"0x([0-9A-F]+)", part[0])]}
FLAGS = {m.group(1): 1 << int(m.group(2)) for m in re.finditer(r"CDR_G_(\w+) = 1 << (\d+)", HEADER)}


def fold(text):
    out = []
    for c in text:
        cp = ord(c)
        if cp < 0x80:
            out.append(c.lower())
        elif 0xC0 <= cp < 0x180:
            out.append(LATIN[(cp - 0xC0) * 2:(cp - 0xC0) * 2 + 2].strip())
        elif 0x400 <= cp < 0x460:
            out.append(CYRILLIC[(cp - 0x400) * 3:(cp - 0x400) * 3 + 3].strip())
        elif 0x386 <= cp < 0x3CF:
            out.append(GREEK[(cp - 0x386) * 2:(cp - 0x386) * 2 + 2].strip())
        elif 0x300 <= cp < 0x370:
            pass
        elif 0x1EA0 <= cp < 0x1EFA:
            out.append("aeiouy"[(cp >= 0x1EB8) + (cp >= 0x1EC8) + (cp >= 0x1ECC) + (cp >= 0x1EE4) + (cp >= 0x1EF2)])
        else:
            out.append(FURTHER.get(cp, c))
    return "".join(out)


def read_lists():
    words = {}
    for path in sorted(HERE.glob("*.txt")):
        flags = 0
        for line in path.read_text(encoding="utf-8").splitlines():
            line = line.split("#")[0].strip()
            if line.startswith("="):
                flags = 0
                for name in line[1:].split():
                    flags |= FLAGS[name]
                continue
            for word in line.split(","):
                key = re.sub(r"\s+", " ", fold(word)).strip()
                if key:
                    words[key] = words.get(key, 0) | flags
    for key in [k for k in words if " " in k]:
        lead = key.split(" ")[0]
        words[lead] = words.get(lead, 0) | FLAGS["LEAD"]
    return words


def read_cues():
    """Bits of the lists of names_cues.def, bit 63 for words of cdr_token_is in the finders."""
    cues = {}
    text = (HERE.parent / "names_cues.def").read_text(encoding="utf-8")
    for bit, body in enumerate(re.findall(r'CUE\(\w+, ((?:\s*"[^"]*")+)\)', text)):
        assert bit < 63
        for word in "".join(re.findall(r'"([^"]*)"', body)).split("|"):
            cues[word] = cues.get(word, 0) | 1 << bit
    for path in sorted(HERE.parent.glob("names*.c")):
        for body in re.findall(r'cdr_token_is\([^"\n]*((?:\s*"[^"]*")+)\)', path.read_text(encoding="utf-8")):
            for word in "".join(re.findall(r'"([^"]*)"', body)).split("|"):
                cues[word] = cues.get(word, 0) | 1 << 63
    return cues


def hash_of(key):
    h = 2166136261
    for b in key:
        h = ((h ^ b) * 16777619) & 0xFFFFFFFF
    return h ^ (h >> 15)


def rows(numbers, width=24):
    numbers = [str(n) for n in numbers]
    return ",\n".join(",".join(numbers[i:i + width]) for i in range(0, len(numbers), width))


def table():
    words, cues = read_lists(), read_cues()
    for word in cues:
        words.setdefault(word, 0)
    sets = [0] + sorted(set(cues.values()))
    keys = sorted(words, key=lambda k: k.encode())
    size = 1
    while size < 2 * len(keys):
        size *= 2
    slots, marks, at, pool, offset = [0] * size, [0] * size, [], [], 0
    for n, key in enumerate(keys):
        raw = key.encode()
        i = hash_of(raw) & (size - 1)
        while slots[i]:
            i = (i + 1) & (size - 1)
        slots[i] = n + 1
        marks[i] = hash_of(raw) >> 24
        at.append(offset)
        offset += len(raw) + 1
        pool.append(key)
    assert len(keys) < 65535
    # A hexadecimal digit after \0 would be read as part of it, so each word is a literal of its own.
    text = "\n".join("    " + " ".join('"%s\\0"' % w.replace('"', '') for w in pool[i:i + 16]) for i in range(0, len(pool), 16))
    longest = max(len(k.encode()) for k in keys)
    return (f"/* Made by lists/make_table.py from the lists beside it. Do not edit. {len(keys)} words. */\n"
            f"enum {{ LONGEST_WORD = {longest}, SLOT_COUNT = {size} }};\n"
            f"static const char pool[{offset} + LONGEST_WORD + 1] =\n{text};\n"
            f"static const uint32_t word_at[] = {{\n{rows(at)}\n}};\n"
            f"static const uint32_t word_flags[] = {{\n{rows(words[k] for k in keys)}\n}};\n"
            f"static const uint64_t cue_sets[] = {{\n{rows((f'0x{s:x}u' for s in sets), 8)}\n}};\n"
            f"static const uint16_t word_cues[] = {{\n{rows(sets.index(cues.get(k, 0)) for k in keys)}\n}};\n"
            f"static const uint16_t slots[SLOT_COUNT] = {{\n{rows(slots, 40)}\n}};\n"
            f"static const uint8_t marks[SLOT_COUNT] = {{\n{rows(marks, 40)}\n}};\n")


def main():
    made = table()
    if "--check" in sys.argv:
        if OUT.read_text(encoding="utf-8") != made:
            print("gazetteer_table.inc is older than the lists: run src/detect/lists/make_table.py")
            return 1
        return 0
    OUT.write_text(made, encoding="utf-8")
    print(made.split("\n", 1)[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())

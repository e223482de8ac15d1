#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the sources against the rules of the house (docs/house.md). Prints each breach as file:line: rule; exits 1 if any.

  layers     a room includes only what lies below it
  banned     functions that are unsafe or hide state
  sql        SQL text stands only in src/db and in a room's own store*.c
  size       files of at most 900 lines, functions of at most 80 (rows of tables not counted)
  complexity functions of at most 25 branches (cyclomatic complexity: if, for, while, case, ?)
  names      no dumping grounds
  machine    no path of a developer's machine
  grants     a sealed field is opened in core/vault alone, grants are issued in core/identity alone
  self       `house.py --self-test` proves that each rule can fail
"""
import re
import sys
import pathlib
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

BELOW = {
    "base": set(),
    "crypto": {"base"},
    "db": {"base", "crypto"},
    "detect": {"base", "crypto"},
    "template": {"base"},
    "scan": {"base", "crypto", "db", "detect", "template"},
    "core/ledger": {"base", "crypto", "db"},
    "core/workspace": {"base", "crypto", "db", "core/ledger"},
    "core/taxonomy": {"base"},
    "core/inventory": {"base", "crypto", "db", "detect", "template", "core/ledger", "core/workspace", "core/taxonomy"},
    "core/anonymity": {"base"},
    "core/policy": {"base", "core/taxonomy"},
    "core/care": {"base", "crypto", "db", "core/ledger", "core/workspace", "core/taxonomy"},
    "core/minimise": {"base", "crypto", "db", "detect", "core/ledger", "core/workspace", "core/inventory", "core/taxonomy", "core/policy", "core/care"},
    "send": {"base", "crypto"},
    "core/disclosure": {"base"},
    "core/staff": {"base", "crypto", "db", "core/ledger", "core/workspace"},
    "core/vault": {"base", "crypto", "db", "detect", "core/ledger", "core/workspace"},
    "core/identity": {"base", "crypto", "db", "detect", "template", "send", "core/ledger", "core/workspace", "core/staff", "core/vault", "core/disclosure"},
    "core/cacao": {"base", "crypto"},
    "core/clock": {"base", "crypto", "db", "template", "send", "core/ledger", "core/workspace", "core/cacao"},
    "core/playbook": {"base", "crypto", "db", "template", "send", "core/ledger", "core/workspace", "core/cacao", "core/clock"},
    "core/incident": {"base", "crypto", "db", "detect", "template", "send", "core/ledger", "core/workspace", "core/taxonomy", "core/inventory", "core/staff", "core/vault", "core/disclosure", "core/identity",
                      "core/cacao", "core/clock", "core/playbook"},
    "core/drill": {"base", "crypto", "db", "template", "core/ledger", "core/workspace", "core/cacao", "core/clock", "core/playbook", "core/identity", "core/incident", "send"},
    "core/report": {"base", "crypto", "db", "detect", "template", "core/ledger", "core/workspace", "core/inventory", "core/taxonomy", "core/anonymity", "core/policy",
                    "core/care", "core/minimise"},
    "cli": None,  # everything
}
PUBLIC = {"base.h": "base", "crypto.h": "crypto", "detect.h": "detect", "template.h": "template", "scan.h": "scan", "ledger.h": "core/ledger",
          "inventory.h": "core/inventory", "policy.h": "core/policy", "report.h": "core/report", "vault.h": "core/vault", "identity.h": "core/identity"}
BANNED = ["strcpy", "strcat", "sprintf", "vsprintf", "strtok", "atoi", "atol", "atoll", "atof", "strtol", "strtoul", "strtoll", "strtoull",
          "gets", "system", "popen", "rand", "srand", "random", "localtime", "gmtime", "ctime", "asctime", "mktime", "alloca", "tmpnam", "mktemp",
          "scanf", "sscanf", "fscanf", "setjmp", "longjmp"]
BANNED_OUTSIDE_BASE = ["malloc", "calloc", "realloc", "strdup", "strndup", "strtod"]
BANNED_OUTSIDE_DB = ["sqlite3_exec"]
SQL = re.compile(r'"\s*(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX|VIEW|TRIGGER)\s|ALTER\s+TABLE\s|DROP\s+TABLE\s)')
MACHINE = re.compile(r"(?<![\w.])/(?:work|root|home/[a-z]+)/")
BAD_NAMES = {"util", "utils", "common", "helper", "helpers", "misc"}


def room_of(path):
    parts = path.parts
    if parts[0] != "src" or len(parts) < 3:
        return None
    return "core/" + parts[2] if parts[1] == "core" else parts[1]


def strip(text):
    """Comments and string contents blanked, line structure kept."""
    def blank(m):
        s = m.group(0)
        if s.startswith('"') or s.startswith("'"):
            return s[0] + re.sub(r"[^\n]", " ", s[1:-1]) + s[-1]
        return re.sub(r"[^\n]", " ", s)
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def check_layers(path, room, text):
    allowed = BELOW.get(room)
    if room not in BELOW:
        yield 1, f"layers: room {room} is not in the list of rooms"
        return
    if allowed is None:
        return
    for n, line in enumerate(text.splitlines(), 1):
        m = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not m:
            continue
        inc = m.group(1)
        if inc.startswith("candor/"):
            other = PUBLIC.get(inc.split("/")[1])
        else:
            other = room_of(pathlib.Path("src") / inc)
        if other and other != room and other not in allowed:
            yield n, f"layers: {room} may not include {inc} ({other} does not lie below it)"


def check_banned(path, room, code):
    words = list(BANNED)
    if room != "base":
        words += BANNED_OUTSIDE_BASE
    if room != "db" and not (room == "scan" and "reader" in path.parts):
        words += BANNED_OUTSIDE_DB
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(words) + r")\s*\(")
    for n, line in enumerate(code.splitlines(), 1):
        for m in pattern.finditer(line):
            yield n, f"banned: {m.group(1)}"


def check_sql(path, room, text):
    if room == "db" or path.name.startswith("store"):
        return
    for n, line in enumerate(text.splitlines(), 1):
        if SQL.search(line):
            yield n, "sql: SQL text outside src/db and store files"


# What opens sealed fields, and the rooms that may call it: "no grant, no plaintext" is a property of the code.
OPENERS = {
    "cdr_cells_open": {"core/vault"}, "cdr_vault_open_field": {"core/vault"}, "cdr_vault_record_open": {"core/vault"}, "cdr_vault_dek": {"core/vault"},
    "cdr_grant_issue": {"core/vault", "core/identity"}, "cdr_vault_deliver": {"core/vault", "core/identity"}, "cdr_vault_open_for": {"core/vault", "core/identity"},
    "cdr_vault_matches": {"core/vault", "core/identity"},
}


def check_grants(room, code):
    if not room:
        return
    for n, line in enumerate(code.splitlines(), 1):
        for m in re.finditer(r"(?<!\w)(" + "|".join(OPENERS) + r")\s*\(", line):
            if room not in OPENERS[m.group(1)]:
                yield n, f"grants: {m.group(1)} may be called in {', '.join(sorted(OPENERS[m.group(1)]))} only"


def check_complexity(code):
    """if, for, while and ? each open a way through a function, and so does each line of case labels; tables have none."""
    start = body = None
    for n, line in enumerate(code.splitlines(), 1):
        if line.startswith("{"):
            start, body = n, []
        elif line.startswith("}") and start:
            text = "\n".join(body)
            ways = 1 + len(re.findall(r"\b(?:if|for|while)\b|\?", text)) + sum("case " in b for b in body)
            if ways > 25:
                yield start, f"complexity: function of {ways} branches, at most 25"
            start = None
        elif start:
            body.append(line)


def check_machine(text):
    for n, line in enumerate(text.splitlines(), 1):
        if MACHINE.search(line):
            yield n, "machine: path of a developer's machine"


def check_size(path, room, code):
    lines = code.splitlines()
    if len(lines) > 900 and path.suffix in (".c", ".h"):
        yield 1, f"size: {len(lines)} lines, at most 900"
    start = None
    for n, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = n
        elif line.startswith("}") and start:
            rows = sum(bool(re.match(r"\s+\{", row)) for row in lines[start:n])
            if n - start + 1 - rows > 80 and "=" not in lines[start - 2]:
                yield start, f"size: function of {n - start + 1 - rows} lines, at most 80"
            start = None


def check_file(root, rel):
    room = room_of(rel)
    text = (root / rel).read_text(encoding="utf-8", errors="replace")
    code = strip(text)
    found = []
    if room:
        found += check_layers(rel, room, text)
        found += check_banned(rel, room, code)
        found += check_sql(rel, room, text)
        found += check_complexity(code)
        found += check_grants(room, code)
    found += check_size(rel, room, code)
    found += check_machine(text)
    if rel.stem in BAD_NAMES:
        found.append((1, f"names: {rel.name} says nothing about its subject"))
    return [f"{rel}:{n}: {rule}" for n, rule in found]


def check_tree(root):
    found = []
    for top in ("src", "include", "tests", "docs", "playbooks"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".c", ".h", ".def", ".inc") and path.is_file():
                found += check_file(root, path.relative_to(root))
            elif path.suffix in (".py", ".sh", ".case", ".md", ".html", ".sql") and path.is_file() and path.name != "house.py":
                rel = path.relative_to(root)
                found += [f"{rel}:{n}: {rule}" for n, rule in check_machine(path.read_text(encoding="utf-8", errors="replace"))]
    return found


def self_test():
    cases = {
        "layers": ("src/base/a.c", '#include "db/db.h"\n'),
        "banned": ("src/db/a.c", "void f(void)\n{\n    strcpy(a, b);\n}\n"),
        "sql": ("src/detect/a.c", 'const char *q = "SELECT a FROM b";\n'),
        "size": ("src/base/a.c", "void f(void)\n{\n" + "    x();\n" * 90 + "}\n"),
        "complexity": ("src/base/a.c", "int f(int x)\n{\n" + "    if (x) x();\n" * 26 + "}\n"),
        "grants": ("src/cli/a.c", "void f(void)\n{\n    cdr_grant_issue(v, r, &g, err);\n}\n"),
        "machine": ("docs/a.md", "see /" + "work/main\n"),
        "names": ("src/base/util.c", "int x;\n"),
    }
    for rule, (name, text) in cases.items():
        with tempfile.TemporaryDirectory() as d:
            p = pathlib.Path(d) / name
            p.parent.mkdir(parents=True)
            p.write_text(text)
            found = check_tree(pathlib.Path(d))
            if not any(f": {rule}:" in f for f in found):
                print(f"self-test: rule {rule} did not fire")
                return 1
    print(f"house rules: {len(cases)} rules can fail")
    return 0


if __name__ == "__main__":
    if "--self-test" in sys.argv:
        sys.exit(self_test())
    problems = check_tree(ROOT)
    print("\n".join(problems) if problems else "house rules: all kept")
    sys.exit(1 if problems else 0)

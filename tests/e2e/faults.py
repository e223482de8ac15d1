#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The n-th allocation, write, fsync or SQL step of whole commands fails, for growing n until the command succeeds several times in a row:
never a crash, always one sentence and a documented exit code, and the workspace stays sound. Needs a build with fault injection."""
import pathlib
import shutil
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect, skip  # noqa: E402

SECONDS = 75  # for all commands together; the rest is left for the next run, which begins elsewhere
KINDS = ("alloc", "write", "fsync", "sql")


def numbers(rng_offset):
    """1, 2, 3 … 40, then by growing steps, shifted a little on each run."""
    n = 1
    while n < 1_000_000:
        yield n
        n += 1 if n < 40 else max(1, n // 9) + rng_offset


def lay_files(c):
    files = c.folder / "files"
    files.mkdir()
    (files / "people.csv").write_text("name,email\n" + "".join(f"Person {i},user{i}@example.org\n" for i in range(50)))
    (files / "notes.txt").write_text("call 555-0123 or write to ada@example.org, card 4111 1111 1111 1111\n")
    (files / "data.json").write_text('{"customers": [{"email": "jo@example.org", "iban": "GB82WEST12345698765432"}]}')
    (c.folder / "rules.yaml").write_text("detectors:\n  - {id: x.y, literal: CUST-, pattern: 'CUST-[0-9]+'}\n")
    (c.folder / "inventory.yaml").write_text("organisation: {name: Harbour Books}\nsystems:\n  - key: shop\n    name: Shop\n    claims: [files]\n    holders:\n      - {party: us, relation: stores}\n")


def commands(c):
    """Words, verb it needs, whether it writes to the workspace."""
    yield ("init", "fresh"), "init", False
    yield ("detect", "files/notes.txt", "--rules", "rules.yaml"), "detect", False
    yield ("detect", "--redact=label", "files/notes.txt"), "detect", False
    yield ("ledger", "verify", "-w", "w"), "ledger verify", True
    yield ("ledger", "export", "--out", "exported", "-w", "w"), "ledger export", True
    yield ("ledger", "prove", "0", "--out", "p", "-w", "w"), "ledger prove", True
    yield ("scan", "-n", "--json", "files"), "scan", False
    yield ("inventory", "import", "inventory.yaml", "-w", "w"), "inventory import", True
    yield ("inventory", "export", "-w", "w"), "inventory export", True
    yield ("inventory", "set", "system", "shop", "encrypted=yes", "country=US", "-w", "w"), "inventory set", True
    yield ("inventory", "confirm", "shop", "--evidence", "looked", "-w", "w"), "inventory confirm", True
    yield ("inventory", "list", "-w", "w"), "inventory list", True
    yield ("scan", "files", "-w", "w"), "scan", True
    yield ("audit", "files", "--out", "report", "-w", "w"), "audit", True


def check_report(c):
    """Files of a report are whole or not there."""
    report = c.folder / "report"
    if not report.exists():
        return
    expect(not list(report.glob("*.part-*")), f"temporary files stay: {[p.name for p in report.iterdir()]}")
    page = report / "report.html"
    if page.exists():
        expect(page.read_text().rstrip().endswith("</html>"), "report.html is cut off")
    shutil.rmtree(report)


def main():
    c = Candor()
    c.good("init", "w")
    if c.run("init", "probe", env={"CANDOR_FAULT": "alloc:1"})[0] == 0:
        skip("this build injects no faults")
    lay_files(c)
    started, offset, total = time.monotonic(), int(time.time()) % 3, 0
    todo = [(words, writes, kind) for words, verb, writes in commands(c) if verb in c.verbs for kind in KINDS]
    share = SECONDS / len(todo)
    for words, writes, kind in todo:
        begun, failed, good = time.monotonic(), 0, 0
        for n in numbers(offset):
            if time.monotonic() - begun > 3 * share or time.monotonic() - started > SECONDS + 30:
                break
            code, out, err = c.run(*words, env={"CANDOR_FAULT": f"{kind}:{n}"})
            what = f"{kind}:{n} candor {' '.join(words)}"
            total += 1
            expect(code in (0, 5, 6) or (code in (2, 4) and err.startswith("candor: ")), f"{what}: exit code {code}\n{out[-500:]}{err[-3000:]}")
            if code not in (0, 6):
                failed += 1
                expect(err.startswith("candor: ") or out.startswith('{"error"') or '"error"' in out, f"{what}: no sentence\n{out[-500:]}{err[-500:]}")
            check_report(c)
            shutil.rmtree(c.folder / "exported", ignore_errors=True)
            if words[0] == "init" and code == 0:
                expect(c.sound("fresh") == 1, what)
            if words[0] == "init":
                expect(code == 0 or not (c.folder / "fresh").exists(), f"{what}: something was left behind")
                shutil.rmtree(c.folder / "fresh", ignore_errors=True)
            good = good + 1 if code in (0, 6) else 0
            if good >= 6 and n > 12:
                break
            if writes and failed % 8 == 1:
                c.sound("w")
        if writes:
            c.sound("w")
        print(f"{kind:5} {' '.join(words)[:60]}: {failed} failed runs", flush=True)
    print(f"{total} runs")


main()

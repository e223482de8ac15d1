#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Somebody with the database file cuts, edits, moves, puts in, rolls back: ledger verify names the entry and exits 1; where nothing inside
the workspace can tell, a checkpoint that was kept elsewhere does."""
import pathlib
import shutil
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402

ENTRIES = 20
# Name, SQL, index that must be named.
CASES = [
    ("edited", "UPDATE ledger_entry SET entry = replace(entry, '\"n\":6', '\"n\":5') WHERE idx = 7", 7),
    ("cut in the middle", "DELETE FROM ledger_entry WHERE idx = 11", 11),
    ("cut and closed up", "DELETE FROM ledger_entry WHERE idx = 11; UPDATE ledger_entry SET idx = idx - 1 WHERE idx > 11", 11),
    ("swapped", "UPDATE ledger_entry SET idx = -idx WHERE 0; UPDATE ledger_entry SET entry = (SELECT e.entry FROM ledger_entry e WHERE e.idx = 4) WHERE idx = 3", 3),
    ("put in at the end", f"INSERT INTO ledger_entry SELECT {ENTRIES + 1}, entry FROM ledger_entry WHERE idx = 5", ENTRIES + 1),
    ("cut off the end", f"DELETE FROM ledger_entry WHERE idx >= {ENTRIES - 2}", ENTRIES - 2),
    ("a node", "UPDATE ledger_node SET hash = zeroblob(32) WHERE level = 0 AND idx = 9", 9),
    ("a checkpoint", "DELETE FROM ledger_checkpoint WHERE size = 13", 12),
    ("emptied", "DELETE FROM ledger_entry; DELETE FROM ledger_node", 0),
    ("emptied wholly", "DELETE FROM ledger_entry; DELETE FROM ledger_node; DELETE FROM ledger_checkpoint; DELETE FROM setting WHERE key = 'ledger.head'", 0),
]


def change(workspace, sql):
    db = sqlite3.connect(workspace / "candor.db")
    db.executescript(sql)
    db.commit()
    db.close()


def rolled_back(size):
    return (f"DELETE FROM ledger_entry WHERE idx >= {size}; DELETE FROM ledger_checkpoint WHERE size > {size};"
            f"DELETE FROM ledger_node WHERE (idx + 1) << level > {size}")


def main():
    c = Candor()
    c.good("init", "w")
    c.good("@candor-append", "w", 11)
    shutil.copytree(c.folder / "w", c.folder / "old")
    c.good("@candor-append", "w", 2)   # the numbers in the entries begin anew: another history than one of a single call
    c.good("@candor-append", "w", ENTRIES - 13)
    kept = c.folder / "kept.txt"
    c.good("ledger", "checkpoint", "--out", kept, "-w", "w")
    c.sound("w")
    for name, sql, index in CASES:
        copy = c.folder / "copy"
        shutil.copytree(c.folder / "w", copy)
        change(copy, sql)
        for more in ([], ["--checkpoint", kept]):
            verdict = c.json("ledger", "verify", "-w", copy, *more, codes=(1,))
            expect(not verdict["ok"] and verdict["index"] == index, f"{name} {more}: {verdict}, not {index}")
        code, out, _ = c.run("ledger", "verify", "-w", copy)
        expect(code == 1 and "NOT intact" in out and f" {index} " in out, f"{name}: {out}")
        shutil.rmtree(copy)
    # Cut with everything that belongs to the entries, or the database put back alone: the head tells, and nothing is added.
    copy = c.folder / "copy"
    for back in (False, True):
        shutil.copytree(c.folder / "w", copy)
        if back:
            shutil.copy(c.folder / "old" / "candor.db", copy)
        else:
            change(copy, rolled_back(12))
        expect(c.json("ledger", "verify", "-w", copy, codes=(1,))["index"] == 12, "the head of the ledger tells")
        code, _, err = c.run("audit", "-w", copy, "--out", c.folder / "report")
        expect(code == 5 and "ledger verify" in err, f"audit of a cut ledger: {code} {err}")
        # A missing head tells by itself, and that it was missing is entered.
        if back:
            (copy / "candor.head").unlink()
            expect("candor.head" in c.json("ledger", "verify", "-w", copy, codes=(1,))["reason"], "the head is missing")
            c.good("@candor-append", copy, 1)
            expect("ledger.head-missing" in c.good("ledger", "log", "-w", copy), "a missing head is entered")
        shutil.rmtree(copy)
    # Rolled back as a whole: inside nothing tells, the kept checkpoint does. So also when history was written anew with the same key.
    copy = c.folder / "old"
    expect(c.json("ledger", "verify", "-w", copy)["ok"], "a rolled-back ledger is whole by itself")
    verdict = c.json("ledger", "verify", "--checkpoint", kept, "-w", copy, codes=(1,))
    expect(verdict["index"] == 12, f"rolled back: {verdict}")
    c.good("@candor-append", copy, 30)
    expect(c.json("ledger", "verify", "-w", copy)["ok"], "a rewritten ledger is whole by itself")
    verdict = c.json("ledger", "verify", "--checkpoint", kept, "-w", copy, codes=(1,))
    expect(verdict["index"] == ENTRIES, f"rewritten: {verdict}")
    # Another workspace's checkpoint is no witness for this one.
    c.good("init", "other")
    c.good("ledger", "checkpoint", "--out", c.folder / "other.txt", "-w", "other")
    verdict = c.json("ledger", "verify", "--checkpoint", c.folder / "other.txt", "-w", "w", codes=(1,))
    expect("another ledger" in verdict["reason"], f"another ledger's checkpoint: {verdict}")
    print(f"{len(CASES) + 4} ways of tampering named")


main()

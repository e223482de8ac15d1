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
    c.good("@candor-append", "w", ENTRIES)
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
    # Rolled back as a whole: inside nothing tells, the kept checkpoint does. So also when history was written anew with the same key.
    copy = c.folder / "copy"
    shutil.copytree(c.folder / "w", copy)
    change(copy, rolled_back(12))
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
    print(f"{len(CASES) + 2} ways of tampering named")


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments of cleaning a CSV and databases (with a journal, with a log): what is there is as before or as after, the state that
was told just before the change is the one found, nothing but the file is left once it is cleaned again."""
import hashlib
import os
import pathlib
import random
import signal
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402

KILLS = int(os.environ.get("CANDOR_KILLS", "105"))
SECONDS = 75
ROWS = 20000


def rows():
    for i in range(ROWS):
        yield i, f"Person {i} of example.com", f"{2010 + i % 15}-03-04", "x" * 40


class Csv:
    words = ("", "csv")

    def __init__(self, folder):
        self.path = folder / "people.csv"

    def make(self):
        text = "id,name,day,rest\n" + "".join(",".join(map(str, r)) + "\n" for r in rows())
        self.path.write_text(text)

    def content(self):
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


class Database:
    words = ("people", "sqlite-table")

    def __init__(self, folder, mode):
        self.path, self.mode = folder / "people.db", mode
        self.bytes = None

    def make(self):
        for p in self.path.parent.glob("people.db*"):
            p.unlink()
        if self.bytes is None:
            db = sqlite3.connect(self.path)
            db.execute(f"PRAGMA journal_mode={self.mode}")
            db.execute("CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT, day TEXT, rest TEXT)")
            db.execute("CREATE INDEX by_name ON people(name)")
            db.execute("CREATE TABLE child(id INTEGER PRIMARY KEY, person INTEGER REFERENCES people ON DELETE CASCADE)")
            db.executemany("INSERT INTO people VALUES(?,?,?,?)", rows())
            db.execute("INSERT INTO child SELECT id, id FROM people")
            db.commit()
            db.close()
            self.bytes = self.path.read_bytes()
        self.path.write_bytes(self.bytes)

    def content(self):
        db = sqlite3.connect(self.path, timeout=20)
        h = hashlib.sha256(repr(db.execute("SELECT * FROM people ORDER BY id").fetchall()).encode())
        h.update(repr(db.execute("SELECT * FROM child ORDER BY id").fetchall()).encode())
        expect(db.execute("PRAGMA integrity_check").fetchone()[0] == "ok", "the database is damaged")
        db.close()
        return h.hexdigest()


def observe(c, target):
    return c.good("@candor-rest", "observe", target.path).split()[1]


def kill_once(c, rng, target, length, before, after):
    p = c.start("@candor-rest", "clean", target.path, *target.words)
    time.sleep(rng.random() * length * 1.1)
    os.kill(p.pid, signal.SIGKILL)
    out, err = p.communicate()
    expect(p.returncode in (-signal.SIGKILL, 0), f"it ended by itself ({p.returncode}): {err}")
    state, now = observe(c, target), target.content()
    expect(now in (before, after), f"{target.path.name} is neither as before nor as after")
    told = [line.split()[1] for line in out.split("\n") if line.startswith("ready ")]
    expect(now == before or told == [state], f"{target.path.name} was changed without a word, or into something else: {told}, {state}")
    expect("done" not in out or now == after, f"{target.path.name} was said to be done and is not")
    return now == after


def main():
    seed = int(os.environ.get("CANDOR_SEED", time.time_ns() % 1000000))
    print(f"seed {seed}")
    rng, c, started = random.Random(seed), Candor(), time.monotonic()
    kills = changed = 0
    targets = []
    for name, kind in (("csv", Csv), ("delete", lambda f: Database(f, "DELETE")), ("wal", lambda f: Database(f, "WAL"))):
        folder = c.folder / name
        folder.mkdir()
        target = kind(folder)
        target.make()
        before, begin = target.content(), time.monotonic()
        c.good("@candor-rest", "clean", target.path, *target.words)
        length, after = time.monotonic() - begin, target.content()
        expect(before != after, "nothing was cleaned")
        targets.append((target, length, before, after))
    while kills < KILLS and time.monotonic() - started < SECONDS:
        target, length, before, after = targets[kills % len(targets)]
        target.make()
        changed += kill_once(c, rng, target, length, before, after)
        kills += 1
    for target, _, _, after in targets:
        c.good("@candor-rest", "clean", target.path, *target.words)
        expect(target.content() == after, "cleaning again did not finish it")
        left = sorted(p.name for p in target.path.parent.iterdir())
        expect(left == [target.path.name], f"left behind: {left}")
        expect(b"Person 7 of" not in target.path.read_bytes(), "a removed value is still in the file")
    expect(kills >= min(KILLS, 40), f"only {kills} kills in {SECONDS} s")
    expect(0 < changed < kills, f"{changed} of {kills} kills came after the change: all moments should be met")
    print(f"{kills} kills, {changed} after the change, {kills - changed} before it, none between")


main()

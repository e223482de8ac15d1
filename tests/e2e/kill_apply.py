#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of candor policy apply, at every step boundary and at random moments: each file is as before or as after, the plan says how far it has
come, the same command finishes the rest, and nothing is done twice."""
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402

KILLS = int(os.environ.get("CANDOR_KILLS", "40"))
SECONDS = 90
POLICY = """name: Kills
rules:
  - {id: no-codes, title: No card codes, severity: severe, when: {categories: [user.financial.credit_card.verification_code]}}
forms:
  - {id: phones, title: No phone numbers, categories: [user.contact.phone_number], allowed: never}
  - {id: mails, title: Hashed addresses, categories: [user.contact.email], allowed: [hashed]}
retention:
  - {id: old, trigger: the order, trigger_fields: [placed], period: P6Y}
"""
ROWS = 400


def phone(i):
    return f"(503) 555-01{i % 100:02d}"


def make(folder):
    folder.mkdir()
    with open(folder / "people.csv", "w") as f:
        f.write("id,name,email,phone,placed\n")
        f.writelines(f"{i},Ada Baker,ada{i}@example.com,{phone(i)},{2012 + i % 14}-03-01\n" for i in range(ROWS))
    with open(folder / "people.ndjson", "w") as f:
        f.writelines(json.dumps({"name": "Jo Diaz", "email": f"jo{i}@example.org", "phone": phone(i)}) + "\n" for i in range(ROWS))
    with open(folder / "payments.log", "w") as f:
        f.writelines(f"2026-10-01 card=4111111111111111 exp=12/29 cvv={100 + i} amount=5\n" for i in range(ROWS))
    db = sqlite3.connect(folder / "shop.db")
    db.executescript("CREATE TABLE customer(id INTEGER PRIMARY KEY, email TEXT, phone TEXT, placed TEXT);")
    db.executemany("INSERT INTO customer VALUES(?,?,?,?)", ((i, f"kim{i}@example.net", phone(i), f"{2012 + i % 14}-03-01") for i in range(ROWS)))
    db.commit()
    db.close()


def content(path):
    if path.suffix != ".db":
        return path.read_text()
    db = sqlite3.connect(path, timeout=20)
    rows = repr(db.execute("SELECT * FROM customer ORDER BY id").fetchall())
    expect(db.execute("PRAGMA integrity_check").fetchone()[0] == "ok", "the database is damaged")
    db.close()
    return rows


def removed(name):
    """What stands in a file before, and not after."""
    return "cvv=100 " if name == "payments.log" else "555-01"


class World:
    """One workspace with its files and a plan, made once; tries begin from a copy of both."""

    def __init__(self, c):
        self.c, self.data, self.space, self.kept = c, c.folder / "f", c.folder / "w", c.folder / "kept"
        make(self.data)
        c.good("init", "-w", self.space)
        (self.space / "policy.yaml").write_text(POLICY)
        c.good("scan", "-w", self.space, "--quiet", self.data)
        c.good("retention", "run", "-w", self.space, codes=(0, 1, 6))
        self.plan = c.json("policy", "plan", "-w", self.space)
        expect(self.plan["files"] == 4, f"the plan is about {self.plan['files']} files")
        self.names = sorted(p.name for p in self.data.iterdir())
        self.before = {n: content(self.data / n) for n in self.names}
        self.modes = {n: (self.data / n).stat().st_mode for n in self.names}
        self.kept.mkdir()
        for p in (self.data, self.space):
            shutil.copytree(p, self.kept / p.name)

    def reset(self):
        for p in (self.data, self.space):
            shutil.rmtree(p)
            shutil.copytree(self.kept / p.name, p)

    def apply(self, **more):
        return self.c.start("policy", "apply", self.plan["id"], "--yes", "-w", self.space, **more)

    def look(self, when):
        """Every file is as before or as after; how many are after."""
        after = 0
        for n in self.names:
            now = content(self.data / n)
            if now == self.before[n]:
                continue
            expect(removed(n) not in now and now, f"{when}: {n} is neither as before nor as after")
            after += 1
        return after

    def look_at_others(self, name):
        return sum(content(self.data / n) != self.before[n] for n in self.names if n != name)

    def finish(self, when):
        half = self.look(when)
        told = self.c.json("policy", "plans", self.plan["id"], "-w", self.space)
        expect(half - 1 <= told["files_done"] <= half, f"{when}: {half} files are changed, the plan says {told['files_done']}")
        p = self.apply()
        out, err = p.communicate(timeout=120)
        expect(p.returncode in (0, 6), f"{when}: going on ended with {p.returncode}\n{out[-800:]}{err[-1500:]}")
        expect(self.look(when) == 4, f"{when}: not every file is done")
        expect(sorted(x.name for x in self.data.iterdir()) == self.names, f"{when}: something was left beside the files: {os.listdir(self.data)}")
        done = self.c.json("policy", "plans", self.plan["id"], "-w", self.space)
        expect(done["state"] == "done" and done["files_done"] == 4, f"{when}: {done['state']}")
        first = {n: content(self.data / n) for n in self.names}
        self.c.good("policy", "apply", self.plan["id"], "--yes", "-w", self.space, codes=(0, 6))
        expect(first == {n: content(self.data / n) for n in self.names}, f"{when}: a second run changed something")
        for n in self.names:
            expect((self.data / n).stat().st_mode & 0o770 == self.modes[n] & 0o770, f"{when}: the mode of {n} changed")
        self.c.good("ledger", "verify", "-w", self.space)
        self.c.good("policy", "receipt", self.plan["id"], "-w", self.space)


def at_every_boundary(w):
    """A build with fault hooks kills itself at the n-th boundary."""
    n = 0
    while True:
        n += 1
        w.reset()
        p = w.apply(env={"CANDOR_FAULT": f"stop:{n}"})
        p.communicate(timeout=120)
        if p.returncode != -signal.SIGKILL:
            expect(p.returncode in (0, 6), f"boundary {n}: exit code {p.returncode}")
            break
        w.finish(f"killed at boundary {n}")
    expect(n == 1 or n > 12, f"only {n - 1} boundaries were met")
    return n - 1


def at_random(w):
    rng = random.Random(20261125)
    w.reset()
    begun = time.monotonic()
    p = w.apply()
    p.communicate(timeout=120)
    length, until, kills = time.monotonic() - begun, time.monotonic() + SECONDS, 0
    for _ in range(KILLS):
        if time.monotonic() > until:
            break
        w.reset()
        p = w.apply()
        time.sleep(rng.random() * length)
        os.kill(p.pid, signal.SIGKILL)
        p.communicate()
        w.finish("killed at a random moment")
        kills += 1
    expect(kills > 5, f"only {kills} kills in {SECONDS} s")
    return kills


def changed_meanwhile(w):
    """A file that somebody changes before its turn is left and told; the others are done, and the plan ends with a receipt."""
    w.reset()
    p = w.apply(env={"CANDOR_FAULT": "stop:6"})
    p.communicate(timeout=120)
    if p.returncode != -signal.SIGKILL:
        return
    untouched = [n for n in w.names if n.endswith("json") and content(w.data / n) == w.before[n]]
    expect(untouched, "the kill came too late")
    odd = w.data / untouched[0]
    odd.write_text(odd.read_text() + '{"name": "Ann Ivy", "phone": "(503) 555-0107"}\n')
    mine = odd.read_text()
    for _ in range(2):
        p = w.apply()
        out, err = p.communicate(timeout=120)
        expect(p.returncode == 6, f"a plan that is done in part ends with {p.returncode}\n{out[-800:]}{err[-800:]}")
        expect("done in part" in out and "not done" in out, f"it is not told: {out[-800:]}")
        expect(odd.read_text() == mine, "a file that somebody changed was changed")
    expect(w.look_at_others(odd.name) == 3, "not every other file is done")
    receipt = w.c.good("policy", "receipt", w.plan["id"], "-w", w.space, "--json")
    expect('"not done"' in receipt, "the receipt does not say what was not done")
    w.c.good("ledger", "verify", "-w", w.space)


def main():
    c = Candor()
    w = World(c)
    changed_meanwhile(w)
    boundaries, kills = at_every_boundary(w), at_random(w)
    print(f"{boundaries} boundaries, {kills} random kills: every file as before or as after, and finished by the same command")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments of an import of consents: the workspace opens, whole batches are there or not, the ledger tells of as many
events as the table has, and importing the same file again ends with each event exactly once."""
import os
import pathlib
import random
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402

ROWS = 260000          # three batches
BATCH = 100000
SECONDS = 60


def write_file(path, rng):
    states = ["given", "given", "given", "withdrawn", "refused"]
    with open(path, "w", encoding="utf-8") as out:
        out.write("subject_key,purpose,state,at\n")
        for i in range(ROWS):
            out.write(f"p{i}@example.com,marketing,{rng.choice(states)},2026-01-{rng.randint(1, 28):02d}\n")


def people(c):
    purposes = c.json("consent", "list")["purposes"]
    return purposes[0]["people"] if purposes else 0


def entered(c):
    """What the ledger says was added."""
    return sum(e["details"]["added"] for e in c.json("ledger", "log", "--kind", "consent.import", "--limit", "1000")["entries"])


def main():
    seed = int(os.environ.get("CANDOR_SEED", time.time_ns() % 1000000))
    print(f"seed {seed}")
    rng, started, kills, partial = random.Random(seed), time.monotonic(), 0, 0
    first = Candor()
    write_file(first.folder / "consents.csv", rng)
    first.good("init")
    begin = time.monotonic()
    first.good("consent", "import", "consents.csv")
    whole = time.monotonic() - begin
    expect(people(first) == ROWS, "the import lacks rows")
    while time.monotonic() - started < SECONDS and kills < 12:
        c = Candor()
        os.symlink(first.folder / "consents.csv", c.folder / "consents.csv")
        c.good("init")
        p = c.start("consent", "import", "consents.csv")
        time.sleep(rng.random() * whole)
        os.kill(p.pid, signal.SIGKILL)
        p.communicate()
        kills += 1
        c.sound()
        there = people(c)
        expect(there % BATCH == 0 or there == ROWS, f"{there} rows are there: no whole batches")
        expect(entered(c) == there, f"the ledger tells of {entered(c)} events, {there} are there")
        partial += 0 < there < ROWS
        again = c.json("consent", "import", "consents.csv")
        expect(again["known"] == there and again["added"] == ROWS - there, f"again: {again}, {there} were there")
        expect(people(c) == ROWS, "the second import lacks rows")
        c.sound()
    print(f"{kills} kills, {partial} of them between batches: each event is there once")


main()

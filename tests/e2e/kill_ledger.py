#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments of ledger appends, several hundred times: the workspace opens, nothing that was committed is lost, the ledger
verifies, and it continues each checkpoint that was taken on the way."""
import os
import pathlib
import random
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402

KILLS = int(os.environ.get("CANDOR_KILLS", "300"))
SECONDS = 50


def kill_once(c, rng):
    """Returns the index of the last entry that was reported as committed, None when none was."""
    p = c.start("@candor-append", "candor-workspace", 100000)
    if rng.random() < 0.8:
        first = p.stdout.readline()
    else:
        first = ""  # killed while it starts
    time.sleep(rng.random() * (0.02 if first else 0.05))
    os.kill(p.pid, signal.SIGKILL)
    rest, err = p.communicate()
    expect(p.returncode == -signal.SIGKILL, f"the writer ended by itself ({p.returncode}): {err}")
    lines = [line for line in (first + rest).split("\n")[:-1] if line]
    return int(lines[-1]) if lines else None


def main():
    seed = int(os.environ.get("CANDOR_SEED", time.time_ns() % 1000000))
    print(f"seed {seed}")
    rng, c, started = random.Random(seed), Candor(), time.monotonic()
    c.good("init")
    size = kills = 1
    while kills <= KILLS and time.monotonic() - started < SECONDS:
        last = kill_once(c, rng)
        kills += 1
        if last is not None:
            expect(last >= size - 1, f"entry {last} was reported again after {size} entries were there")
            size = last + 1
        if kills % 20 == 0:
            have = c.sound()
            # One more than reported may be there: it was committed and not yet printed.
            expect(have >= size, f"{size} entries were committed, {have} are there (kill {kills})")
            size = have
            c.good("ledger", "checkpoint", "--out", f"kept-{kills}")
    have = c.sound()
    expect(have >= size, f"{size} entries were committed, {have} are there")
    kept = sorted(c.folder.glob("kept-*"))
    for checkpoint in kept:
        verdict = c.json("ledger", "verify", "--checkpoint", checkpoint)
        expect(verdict["ok"] and verdict["kept_checkpoint"], f"{checkpoint.name}: {verdict}")
    expect(kills > 100, f"only {kills} kills in {SECONDS} s")
    print(f"{kills - 1} kills, {have} entries, {len(kept)} kept checkpoints: nothing lost")


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments of candor init: afterwards there is a whole workspace, or the next command says in one sentence what to do."""
import os
import pathlib
import random
import shutil
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402


def main():
    c, rng, outcomes = Candor(), random.Random(7), {}
    whole = time.monotonic()
    c.good("init", "probe")
    whole = time.monotonic() - whole
    for _ in range(60):
        p = c.start("init", "w")
        time.sleep(rng.random() * whole)
        os.kill(p.pid, signal.SIGKILL)
        p.communicate()
        code, out, err = c.run("status", "-w", "w")
        if code == 0:
            outcome = "whole"
            expect(c.sound("w") == 1, "the ledger has not one entry")
        else:
            outcome = next((mark for mark in ("There is no workspace", "candor init was interrupted", "no identity", "damaged") if mark in err), err)
            expect(outcome != err and len(err.splitlines()) == 1, f"no clear sentence: {err}")
            # init either makes it now or says what stands in the way.
            again, _, err = c.run("init", "w")
            expect(again == 0 or (again == 2 and "w holds a" in err), f"init again: {again} {err}")
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        shutil.rmtree(c.folder / "w", ignore_errors=True)
    print(outcomes)


main()

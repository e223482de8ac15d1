#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments of scans and audits, a hundred times and more: the workspace opens, the ledger verifies, what was committed stays
known, and in the end the inventory says the same as one that was never disturbed. Ctrl-C stops within a second and keeps what was done."""
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import ROOT, Candor, expect, skip  # noqa: E402

SECONDS = 45


def lay_files(c, folders, files):
    for d in range(folders):
        folder = c.folder / f"files/d{d}"
        folder.mkdir(parents=True)
        for f in range(files):
            (folder / f"f{f}.csv").write_text("name,email\n" + "".join(f"Person {i},user{d}-{f}-{i}@example.org\n" for i in range(20)))


def systems(c, workspace):
    """What the inventory says, without dates."""
    return json.dumps(c.json("inventory", "list", "-w", workspace))


def whole_time(c):
    started = time.monotonic()
    c.good("scan", "files", "-w", "calm", codes=(0, 6))
    return time.monotonic() - started


def kill_once(c, rng, whole):
    verb = ["scan", "files"] if rng.random() < 0.6 else ["audit", "files", "--out", "report"]
    if rng.random() < 0.3:
        verb.append("--full")
    p = c.start(*verb, "-w", "w")
    time.sleep(rng.random() * whole * 1.2)
    if p.poll() is None:
        os.kill(p.pid, signal.SIGKILL)
    out, err = p.communicate()
    expect(p.returncode in (-signal.SIGKILL, 0, 6), f"{verb}: {p.returncode} {err[-2000:]}")
    return p.returncode == -signal.SIGKILL


def interrupt(c):
    """A long scan, stopped by Ctrl-C: within a second (three under sanitizers), exit code 6, and the next one goes on."""
    big = c.folder / "big"
    big.mkdir()
    line = b"call 555-0123 or write to ada@example.org, card 4111 1111 1111 1111, 192.0.2.7\n"
    for i in range(6):
        with open(big / f"{i}.log", "wb") as f:
            for _ in range(60):
                f.write(line * 13000)
    p = c.start("scan", "big", "-w", "w", "-q")
    time.sleep(0.4)
    expect(p.poll() is None, "the scan was over before it could be stopped")
    started = time.monotonic()
    os.kill(p.pid, signal.SIGINT)
    out, err = p.communicate(timeout=30)
    took = time.monotonic() - started
    sanitized = subprocess.run(["grep", "-q", "__asan_init", c.bin / "candor"]).returncode == 0
    expect(p.returncode == 6, f"interrupted: exit code {p.returncode} {err[-1000:]}")
    expect(took < (3 if sanitized else 1), f"it took {took:.2f} s to stop")
    c.sound("w")
    return took


def main():
    c = Candor()
    if not {"scan", "audit", "inventory import"} <= c.verbs:
        skip("there is no inventory yet")
    seed = int(os.environ.get("CANDOR_SEED", time.time_ns() % 1000000))
    print(f"seed {seed}")
    rng = random.Random(seed)
    lay_files(c, 12, 25)
    c.good("init", "calm")
    c.good("init", "w")
    whole = whole_time(c)
    kills = tries = 0
    started = time.monotonic()
    size = 1
    while kills < 150 and time.monotonic() - started < SECONDS:
        tries += 1
        if kill_once(c, rng, whole):
            kills += 1
        if tries % 10 == 0:
            now = c.sound("w")
            expect(now >= size, f"the ledger shrank from {size} to {now}")
            size = now
            c.good("inventory", "list", "-w", "w")
        if tries % 25 == 0:  # something to do for the next ones
            (c.folder / f"files/d{tries % 12}/new-{tries}.csv").write_text("name,email\nJo Doe,jo@example.org\n")
    c.good("scan", "files", "-w", "calm", codes=(0, 6))
    c.good("scan", "files", "-w", "w", codes=(0, 6))
    c.sound("w")
    expect(systems(c, "calm") == systems(c, "w"), f"the inventories differ:\n{systems(c, 'calm')[:1500]}\n{systems(c, 'w')[:1500]}")
    took = interrupt(c)
    expect(kills >= 60, f"only {kills} kills in {SECONDS} s")
    print(f"{kills} kills (one scan takes {whole:.2f} s), {c.sound('w')} ledger entries; Ctrl-C took {took:.2f} s")


main()

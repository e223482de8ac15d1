#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of candor verify answer between the count of a try and its comparison, after it, and at random moments: no kill ever gives another try, and no value is shown
that the ledger does not know."""
import json
import os
import pathlib
import random
import signal
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402

KILLS = int(os.environ.get("CANDOR_KILLS", "40"))
SECONDS = 60
PIN = "48203957"
ADA = {"name": "Ada Archer", "account": "10442", "postcode": "97201", "email": "ada@example.com", "mobile": "+1 503 555 0142", "order_state": "a parcel on its way"}


class Desk:
    def __init__(self):
        self.c = Candor()
        self.c.good("init", "--org", "Harbour Books")
        ref = self.c.good("customer", "add", "--on-file-since", "2020-01-31", input=json.dumps(ADA) + "\n").strip()
        self.c.good("factor", "enrol", ref, "pin", "--source", "test", input=PIN + "\n")

    def start(self):
        return self.c.json("verify", "start", "--purpose", "order-status", "--field", "order_state", input="account: 10442\npostcode: 97201\n")["call"]

    def answer(self, call, pin, **more):
        return self.c.run("verify", "answer", "--call", call, "pin", input=pin + "\n", **more)

    def rows(self, call):
        db = sqlite3.connect(self.c.folder / "candor-workspace" / "candor.db", timeout=20)
        n = db.execute("SELECT count(*), sum(matched) FROM verification_try t JOIN verification v ON v.id = t.verification_id WHERE v.call = ?", (call,)).fetchone()
        db.close()
        return n[0], n[1] or 0

    def next_day(self):
        """The day's count is another matter than the call's: what was tried here moves a day back."""
        db = sqlite3.connect(self.c.folder / "candor-workspace" / "candor.db", timeout=20)
        db.execute("UPDATE verification_try SET at_us = at_us - 90000000000")
        db.execute("UPDATE verification SET started_us = started_us - 900000000000")
        db.commit()
        db.close()


def at_the_stop_points(d):
    """stop:1 is behind the committed count, stop:2 behind the comparison."""
    met = 0
    for stop in (1, 2):
        call = d.start()
        for n in range(1, 4):
            code, out, err = d.answer(call, PIN, env={"CANDOR_FAULT": f"stop:{stop}"})
            if code != -signal.SIGKILL:
                return met         # a build without fault hooks
            met += 1
            expect(out == "" and d.rows(call) == (n, 0), f"stop {stop}: {d.rows(call)} after {n} kills")
        code, out, err = d.answer(call, PIN)
        expect(code == 4 and "LOCKED" in out, f"stop {stop}: a killed try was given back: {code} {out}")
        expect(d.rows(call) == (3, 0), "a locked try was counted")
        d.next_day()
    return met


def at_random(d):
    rng = random.Random(20261125)
    call = d.start()
    begun = time.monotonic()
    d.answer(call, "11335577")
    length, until, kills, answers, matched, calls = time.monotonic() - begun, time.monotonic() + SECONDS, 0, 1, 0, 1
    while kills < KILLS and time.monotonic() < until:
        p = d.c.start("verify", "answer", "--call", call, "pin", stdin=-1)
        p.stdin.write(PIN + "\n")
        p.stdin.close()
        p.stdin = None
        time.sleep(rng.random() * length * 1.1)
        os.kill(p.pid, signal.SIGKILL)
        out = p.stdout.read()
        p.communicate()
        kills += 1
        answers += "MATCHED" in out
        matched += out.startswith("MATCHED")
        rows, good = d.rows(call)
        expect(rows - good <= 3 and answers <= rows, f"{rows} tries stand there, {answers} answers were given")
        if rows - good == 3 or good:
            code, out, err = d.answer(call, "11335577")
            expect((code, good) != (1, 0), f"a try was left after three: {out}")
            d.next_day()
            call = d.start()
            answers, calls = 0, calls + 1
    expect(kills > 5, f"only {kills} kills in {SECONDS} s")
    return kills, calls


def values(d):
    """Killed while it tells: whatever was seen stands in the ledger."""
    rng = random.Random(7)
    d.next_day()
    call = d.start()
    code, out, err = d.answer(call, PIN)
    expect(code == 0, out + err)
    length, seen = 0.0, 0
    for n in range(12):
        size = d.c.json("ledger", "verify")["size"]
        begun = time.monotonic()
        p = d.c.start("disclose", "--call", call, "order_state")
        if n:
            time.sleep(rng.random() * length * 1.5)
            os.kill(p.pid, signal.SIGKILL)
        out = p.communicate()[0]
        length = length or time.monotonic() - begun
        log = d.c.good("ledger", "log", "--json")
        if "parcel on its way" in out:
            seen += 1
            expect(d.c.json("ledger", "verify")["size"] >= size + 2 and "disclosure.reveal" in log, "a value was shown that the ledger does not know")
    expect(seen > 0, "nothing was ever shown")
    report = d.c.json("disclosure", "report")
    expect(report["disclosures_without_verification"] == 0, f"the report: {report['faults']}")
    return seen


def main():
    d = Desk()
    stops = at_the_stop_points(d)
    kills, calls = at_random(d)
    seen = values(d)
    d.c.sound()
    print(f"{stops} kills at the stop points, {kills} at random in {calls} calls, {seen} values seen: no kill gave a try, no value came before its entry")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 between the steps of each deed in an incident (opening, assessing, deciding, a second person, evidence, closing): nothing is half written, the next tick does what was left, and the deed can be done again. Two
people who answer one decision at once: one counts, the other is told."""
import concurrent.futures
import pathlib
import shutil
import signal
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402
from desk import Desk  # noqa: E402

MOST = 60               # stops in one deed


class Place:
    """A workspace that is set back to how it was before each kill."""

    def __init__(self):
        self.c = Candor()
        self.home, self.kept = self.c.folder / "candor-workspace", self.c.folder / "kept"
        self.c.good("init", "--org", "Harbour Books")
        self.c.good("team", "add", "deputy", "cleo", "--email", "cleo@example.com")
        (self.c.folder / "log.txt").write_text("sign-ins of the night\n")

    def keep(self):
        shutil.rmtree(self.kept, ignore_errors=True)
        shutil.copytree(self.home, self.kept)

    def back(self):
        shutil.rmtree(self.home)
        shutil.copytree(self.kept, self.home)

    def sql(self, text):
        db = sqlite3.connect(self.home / "candor.db", timeout=20)
        try:
            return db.execute(text).fetchall()
        finally:
            db.close()

    def one(self, text):
        return self.sql(text)[0][0]


def kill_everywhere(p, words, there, after=None):
    """${there}: is the deed done? ${after}: what must hold once the tick has been."""
    p.keep()
    kills = done = 0
    for stop in range(1, MOST):
        p.back()
        code, out, err = p.c.run(*words, env={"CANDOR_FAULT": f"stop:{stop}"})
        if code != -signal.SIGKILL:
            expect(code == 0, f"candor {' '.join(words)}: exit code {code}\n{out}{err}")
            break
        kills += 1
        p.c.sound()
        is_there = there()
        done += is_there
        p.c.good("tick", codes=(0, 1, 6))
        p.c.sound()
        expect(there() == is_there, f"the tick changed whether it was done: {' '.join(words)}")
        if not is_there:
            p.c.good(*words)
        if after:
            after()
        p.c.sound()
    else:
        expect(False, f"candor {' '.join(words)} has more than {MOST} stops")
    p.back()
    p.c.good(*words)
    return kills, done


def deeds(p):
    def run_is_there():
        expect(p.one("SELECT count(*) FROM run WHERE subject = 'I-1'") == 1, "not one run of the playbook")
        expect(p.one("SELECT run_wanted FROM incident") == 0, "the playbook is still to be started")

    def runs_know():
        expect(p.one("SELECT count(*) FROM incident_time WHERE told = 0") == 0, "a run does not know a time")
        expect(p.one("SELECT count(*) FROM clock WHERE ref = 'authority' AND ended_us IS NULL") == 1, "the authority's clock does not run")

    total = {}
    total["open"] = kill_everywhere(p, ["incident", "open", "--kind", "lost-device", "A laptop is gone"], lambda: p.one("SELECT count(*) FROM incident") == 1, run_is_there)
    total["assess"] = kill_everywhere(p, ["incident", "assess", "I-1", "breach", "--reason", "orders were on it"], lambda: p.one("SELECT state FROM incident") == 3, runs_know)
    total["decide"] = kill_everywhere(p, ["incident", "decide", "I-1", "notify-authority", "no", "--reason", "it was encrypted"], lambda: p.one("SELECT count(*) FROM incident_decision") == 1)
    total["approve"] = kill_everywhere(p, ["incident", "approve", "I-1", "1", "--as", "cleo"], lambda: p.one("SELECT count(*) FROM incident_decision WHERE approved_us IS NOT NULL") == 1,
                                       lambda: expect(p.one("SELECT count(*) FROM clock WHERE ref = 'authority' AND ended_us IS NULL") == 0, "the authority's clock runs on"))
    total["evidence"] = kill_everywhere(p, ["incident", "evidence", "add", "I-1", "log.txt", "--copy"], lambda: p.one("SELECT count(*) FROM incident_evidence") == 1,
                                        lambda: p.c.good("incident", "evidence", "check", "I-1"))
    total["item"] = kill_everywhere(p, ["incident", "item", "add", "I-1", "Call the insurer", "--due", "3 days"], lambda: p.one("SELECT count(*) FROM incident_item") == 1,
                                    lambda: expect(p.one("SELECT count(*) FROM clock WHERE ref LIKE 'task/%'") == 1, "the task has no clock"))
    total["handover"] = kill_everywhere(p, ["incident", "handover", "I-1", "--to", "dan", "--reason", "the insurer calls back"],
                                        lambda: p.one("SELECT count(*) FROM incident_role WHERE who = 'dan' AND until_us IS NULL") == 1)
    def nothing_runs():
        expect(p.one("SELECT count(*) FROM clock WHERE subject = 'I-1' AND ended_us IS NULL") == 0, "a clock runs on")
        expect(p.one("SELECT count(*) FROM run WHERE subject = 'I-1' AND ended_us IS NULL") == 0, "a run goes on")

    total["close"] = kill_everywhere(p, ["incident", "close", "I-1", "--reason", "found again", "--override", "--as", "cleo"], lambda: p.one("SELECT count(*) FROM incident WHERE closed_us IS NOT NULL") == 1, nothing_runs)
    return total


def two_at_once():
    shop = Desk()
    shop.add("ada", "owner", "tall green ferry")
    ada = shop.login("ada")
    for login in ("bob", "cleo", "dan"):
        shop.add(login, "incident-manager", f"nine cold lamps {login}", ada)
    env = {login: shop.as_(login) for login in ("bob", "cleo", "dan")}
    env["ada"] = {"CANDOR_SESSION": ada}
    shop.c.good("incident", "open", "A list is gone", env=env["bob"])
    rounds = 6
    for n in range(1, rounds + 1):
        shop.c.good("incident", "decide", "I-1", "notify-people", "no", "--reason", "encrypted", env=env["bob"])
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            answers = list(pool.map(lambda w: shop.c.run("incident", "approve", "I-1", str(n), *(["--no", "--reason", "the key is gone"] if w == "dan" else []), env=env[w]), ("ada", "cleo", "dan")))
        won = [a for a in answers if a[0] == 0]
        told = [a for a in answers if a[0] == 4 and "answered this decision already" in a[2]]
        expect(len(won) == 1 and len(told) == 2, f"not one winner: {[(a[0], a[2]) for a in answers]}")
    code, _, err = shop.c.run("incident", "approve", "I-1", "1", env=env["bob"])
    expect(code == 4 and "answered" in err, f"an answered decision is answered again: {code} {err}")
    verdict = shop.c.json("ledger", "verify", env=env["ada"])
    expect(verdict["ok"], "the ledger does not verify")
    return rounds


def main():
    p = Place()
    if p.c.run("status", env={"CANDOR_FAULT": "alloc:1"})[0] == 0:
        total = {}
        print("no fault hooks in this build: kills between steps are left out")
    else:
        total = deeds(p)
    rounds = two_at_once()
    kills = sum(k for k, _ in total.values())
    print(f"{kills} kills in {len(total)} deeds ({', '.join(f'{name} {k}' for name, (k, _) in total.items())}): nothing half written; {rounds} decisions answered by three at once: one counted each")


main()

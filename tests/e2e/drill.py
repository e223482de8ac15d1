#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Drills as people run them: a real one leaves a row, an entry and its own folder, and nothing else; two at once get a number each; one that is
killed in the middle leaves the workspace as it was; at a terminal whoever sits there answers what the scenario does not."""
import fcntl
import os
import signal
import sqlite3
import sys
import time
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect, skip  # noqa: E402
from terminal import Terminal  # noqa: E402

MAIL = "robin.vale@example.com"


def rows(c, table, workspace="candor-workspace"):
    with sqlite3.connect(f"file:{c.folder / workspace}/candor.db?mode=ro", uri=True) as db:
        return db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def main():
    c = Candor()
    if "drill run" not in c.verbs or "team add" not in c.verbs:
        skip("no drills in this build")
    c.good("init", "--org", "Harbour Books")
    c.good("team", "add", "manager", "robin", "--email", MAIL)
    before = c.sound()

    start = time.time()
    report = c.json("drill", "run", "--scenario", "ransomware-bank-holiday", "--scripted")
    took = time.time() - start
    expect("ASAN_OPTIONS" in os.environ or took < 2, f"72 simulated hours took {took:.2f} s")
    expect(report["mark"] == "DRILL" and report["drill"] == "D-1" and report["score"]["met"] > 10, f"no drill took place: {report['score']}")
    expect(report["taken_over"] == 1 and report["escalations"] > 0, "who is away was not missed")
    expect(not any("robin" in str(v) for v in report.values()), "the report names people")

    # What stays: a row and an entry; nothing was sent.
    kinds = [e["kind"] for e in c.json("ledger", "log", "--limit", "1000")["entries"]][before - c.sound():]
    expect(kinds == ["drill.run", "rows.change"], f"a drill is one entry of the ledger, and one for its row: {kinds}")
    for table in ("incident", "run", "run_event", "clock", "clock_event"):
        expect(rows(c, table) == 0, f"a drill left rows in {table}")
    expect(rows(c, "drill") == 1, "a drill is one row")
    expect(not list(c.folder.rglob("outbox")), "a drill wrote to an outbox")
    for path in (c.folder / "candor-workspace/drills").rglob("*"):
        expect(not path.is_file() or MAIL.encode() not in path.read_bytes(), f"{path} has an address of the team")
        expect(path.stat().st_mode & 0o077 == 0, f"{path} can be read by others")
    c.sound("candor-workspace/drills/D-1")

    # Deadlines that are missed cost points.
    (c.folder / "silent.yaml").write_text("title: Nobody\nplaybook: ransomware\nbegins: 2027-08-28T07:30:00Z\naccepts: false\n")
    silent = c.json("drill", "run", "--scenario", "silent.yaml")
    expect(silent["score"]["missed"] > 0 and silent["score"]["percent"] < report["score"]["percent"], "missed deadlines did not lower the score")
    expect([d["drill"] for d in silent["earlier"]] == ["D-1"], "the earlier drill is not compared with")

    # Two at once.
    both = [c.start("drill", "run", "--scenario", s, "--json") for s in ("lost-laptop-friday", "misdirected-message")]
    for p in both:
        out, err = p.communicate(timeout=60)
        expect(p.returncode == 0, f"one of two drills failed: {err}")
    expect(sorted(d["drill"] for d in c.json("drill", "list")) == ["D-1", "D-2", "D-3", "D-4"], "two drills at once did not get a number each")

    # Killed anywhere in the middle.
    killed = 0
    for delay in (0.005, 0.01, 0.02, 0.03, 0.05, 0.08):
        p = c.start("drill", "run", "--scenario", "ransomware-bank-holiday", "--scripted")
        time.sleep(delay)
        p.send_signal(signal.SIGKILL)
        p.communicate()
        killed += p.returncode != 0
        c.sound()
    expect(killed > 0, "no drill was killed")
    expect(rows(c, "incident") == 0, "a killed drill left an incident")
    c.good("drill", "run", "--scenario", "misdirected-message", "--scripted")

    # At a terminal.
    (c.folder / "talk.yaml").write_text("title: Round the table\nplaybook: misdirected-message\nbegins: 2027-04-20T10:15:00Z\nabout: A list went to the wrong address.\n"
                                        "answer:\n  - {step: Write down what is known, after: PT5M}\n")
    t = Terminal(c, "drill", "run", "--scenario", "talk.yaml")
    t.until("A list went to the wrong address.")
    t.until("DRILL. It is Tuesday 20 April 2027")
    t.until("Answer, or type later")
    t.until("One of: yes, no, unknown")
    t.type("yes")
    t.until("Reason, or a note")
    t.type("It was still in the outgoing box.")
    t.until("What is shown for it?" if "What is shown" in t.seen else "Answer, or type later")
    t.type("skip")
    t.until("Why is it skipped?")
    t.type("no time")
    time.sleep(0.3)
    t.type("stop")
    expect(t.end() == 0, f"the drill at the terminal failed:\n{t.seen[-1500:]}")
    expect("Done (IT): \"Stop what can be stopped\"" in t.seen.replace("\r\n" + " " * 20, " "), f"the answer does not count:\n{t.seen[-3000:]}")
    expect("no time" not in str(c.json("drill", "list")), "what was typed stands in the list")
    expect(c.json("drill", "show", "D-" + max((d["drill"][2:] for d in c.json("drill", "list")), key=int))["score"]["percent"] is None, "a drill that was stopped has a score")

    # Playing a role of a scenario that has all answers.
    t = Terminal(c, "drill", "run", "--scenario", "lost-laptop-friday", "--play", "it")
    t.until("For the IT:")
    t.type("stop")
    expect(t.end() == 0 and "no score" in t.seen, f"a role could not be played:\n{t.seen[-1500:]}")

    # Sentences of errors are as wide as a terminal, and one line for scripts; the secret of an authenticator is a picture on a terminal.
    t = Terminal(c, "drill", "run", "--scenario", "nowhere")
    t.end()
    lines = t.seen.replace("\r", "").split("\n")
    expect(len(lines) > 2 and max(map(len, lines)) <= 80, f"an error is too wide: {lines}")
    expect(c.run("drill", "run", "--scenario", "nowhere")[2].count("\n") == 1, "an error is more than a line for scripts")
    c.refused(2, "at a terminal", "drill", "run", "--scenario", "lost-laptop-friday", "--play", "it")
    c.refused(2, "privacy-lead", "drill", "run", "--scenario", "lost-laptop-friday", "--play", "boss")
    c.sound()
    leaves_nothing()
    print(f"drills: 72 simulated hours in {report['score']['took_ms']} ms, {killed} killed, two at once, one at a terminal")


def leaves_nothing():
    """What was killed is cleared away by the next drill, which takes its number; one that runs is left alone."""
    c = Candor()
    c.good("init", "--org", "Example Shop")
    drills = c.folder / "candor-workspace" / "drills"
    for i in range(8):
        p = c.start("drill", "run", "--scenario", "lost-laptop-friday", "--scripted")
        time.sleep(0.01 * i)
        p.kill()
        p.wait()
    (drills / "of-mine").mkdir(parents=True, exist_ok=True)
    (drills / "D-9").mkdir(exist_ok=True)      # of one that runs: whoever made it holds its lock
    fd = os.open(drills / "D-9", os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    done = {d["drill"] for d in c.json("drill", "list")}      # a killed one may have come to its end
    last = c.json("drill", "run", "--scenario", "lost-laptop-friday", "--scripted")["drill"]
    expect({p.name for p in drills.iterdir()} == done | {last, "of-mine", "D-9"}, f"the folders are {sorted(p.name for p in drills.iterdir())}, the drills {done} and {last}")
    expect(int(last[2:]) == len(done) + 1, f"the number of the next drill is {last} after {done}")
    os.close(fd)
    c.sound()


if __name__ == "__main__":
    main()

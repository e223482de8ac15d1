#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Somebody edits incidents, clocks, drills, the team or runs in the database without a word: the doctor names each row that is not as the ledger knows it, and nothing in a workspace that is as Candor left it."""
import json
import pathlib
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect, skip  # noqa: E402

DAY = 86400 * 10**6
# What somebody types to sqlite3, and words of the sentence that must name it.
EDITS = (
    (f"UPDATE clock SET due_us = due_us + {30 * DAY}, next_us = next_us + {30 * DAY}", "clock 1 (I-1 take-over): when it is due, or whether it runs,"),
    ("UPDATE clock SET next_us = NULL WHERE ref = 'authority'", "(I-1 authority): when it is due, or whether it runs,"),
    ("UPDATE clock SET state = 2 WHERE ref = 'take-over'", "clock 1 (I-1 take-over): when it is due"),
    ("DELETE FROM clock_event; DELETE FROM clock", "clock 1 (I-1 take-over) is gone, and the ledger knows it"),
    ("DELETE FROM clock_event", "event of a clock 1 (clock 1) is gone"),
    ("UPDATE clock_event SET at_us = at_us - 1 WHERE id = 1", "event of a clock 1 (clock 1): what happened"),
    ("UPDATE clock_event SET sent = 2", "event of a clock 1 (clock 1): what happened to the clock, or whether somebody was told,"),
    ("INSERT INTO clock(subject, ref, label, began_us, due_us, set_us) VALUES('I-1', 'promise/9', 'x', 1, 2, 1)", "(I-1 promise/9) was never made"),
    ("UPDATE incident_event SET privileged = 0", "when it was, who wrote it, or whether it is privileged, is not"),
    (f"UPDATE incident_event SET event_us = event_us - {DAY} WHERE id = 1", "entry of the timeline 1 (I-1): when it was"),
    ("UPDATE incident_event SET by = 'cli:mallory' WHERE id = 2", "entry of the timeline 2 (I-1): when it was, who wrote it"),
    ("UPDATE incident_decision SET by = 'cli:mallory' WHERE id = 1", "decision 1 (I-1): who made it"),
    ("UPDATE incident_decision SET at_us = at_us + 1 WHERE id = 1", "decision 1 (I-1): who made it, when"),
    ("UPDATE incident_decision SET alone = 1 - alone WHERE id = 1", "decision 1 (I-1): who made it"),
    ("UPDATE incident_decision SET approved_by = 'named:mallory' WHERE id = 1", "decision 1 (I-1): who approved or rejected it"),
    ("UPDATE incident_decision SET said = 'no' WHERE id = 1", "decision 1 (I-1): who approved or rejected it, when, or with which words,"),
    ("UPDATE incident SET people_min = 1, people_max = 1 WHERE id = 1", "incident 1 (I-1): how many people it concerns is not"),
    ("UPDATE incident SET severity = 'low' WHERE id = 1", "incident 1 (I-1): its severity is not"),
    ("UPDATE incident SET kind = 'other' WHERE id = 1", "incident 1 (I-1): its kind is not"),
    ("UPDATE incident SET opened_us = opened_us - 1 WHERE id = 1", "incident 1 (I-1): when it was opened"),
    ("UPDATE incident SET opened_by = 'cli:mallory' WHERE id = 1", "incident 1 (I-1): when it was opened, by whom"),
    ("UPDATE incident_evidence SET about = 'other'", "evidence 1 (I-1): its name, what it is about"),
    ("UPDATE incident_evidence SET name = 'other.txt'", "evidence 1 (I-1): its name"),
    ("UPDATE incident_evidence SET by = 'cli:mallory'", "evidence 1 (I-1): its name, what it is about, who took it"),
    ("UPDATE incident_evidence SET place = '/elsewhere'", "evidence 1 (I-1): where it lies"),
    ("UPDATE incident_answer SET answer = 'lost' WHERE number = 1", "(I-2 question 1): what was answered"),
    ("DELETE FROM incident_answer", "answer 1 (I-2 question 0) is gone"),
    ("UPDATE incident_role SET email = 'evil@example.org'", "role 1 (I-1): the e-mail address"),
    ("DELETE FROM incident_role WHERE id = 1", "role 1 (I-1) is gone"),
    ("UPDATE incident_item SET due_us = due_us + 1 WHERE kind IN (SELECT kind FROM incident_item WHERE due_us IS NOT NULL)", "when it is due or was done"),
    ("UPDATE incident_party SET privileged = 1 - privileged", "party 1 (I-1): its kind, or whether it is privileged,"),
    ("UPDATE team SET who = 'mallory' WHERE role = 1", "row of the team 1 (role 1): who it is"),
    ("UPDATE team SET email = 'evil@example.org' WHERE role = 1", "row of the team 1 (role 1): who it is, or how she is reached,"),
    ("DELETE FROM team WHERE role = 1", "row of the team 1 (role 1) is gone"),
    ("INSERT INTO team(role, who, since_us) VALUES(6, 'mallory', 1)", "row of the team 6 (role 6) was never made"),
    ("UPDATE drill SET report = '{}'", "drill 1 (D-1): its report"),
    ("UPDATE drill SET percent = 100", "drill 1 (D-1): its report, or how it went,"),
    ("DELETE FROM drill", "drill 1 (D-1) is gone"),
    ("UPDATE run SET verified = 1 - verified WHERE id = 1", "run 1 (R-1): what it is of, whether it is a drill, or whether its signature was verified,"),
    ("UPDATE run SET drill = 1 WHERE id = 1", "run 1 (R-1): what it is of"),
    ("UPDATE run_playbook SET text = CAST(replace(CAST(text AS TEXT), 'Lock', 'Leave') AS BLOB)", "): what it says is not what the ledger knows"),
    ("PRAGMA foreign_keys = OFF; DELETE FROM run_playbook", "is gone, and the ledger knows it"),
    ("UPDATE playbook_review SET result = 'retired'", "review 1 (lost-device): of which playbook"),
    ("DELETE FROM playbook_review", "review 1 (lost-device) is gone"),
)
SECRETS = ("mallory", "evil@", "counsel says", "stick is gone", "robin@")


def tables(c):
    code, out, err = c.run("doctor", "--json")
    return [x for x in json.loads(out)["checks"] if x["check"] == "tables"]


def work(c):
    """A bit of everything."""
    c.good("team", "add", "manager", "robin", "--email", "robin@example.com")
    c.good("team", "add", "approver", "kim")
    c.good("team", "add", "it", "sam")
    c.good("team", "remove", "it")
    c.good("incident", "open", "--kind", "lost-device", "a stick is gone")
    c.good("incident", "accept", "I-1")
    c.run("run", "answer", "R-1", "2", "--note", "done")
    c.good("incident", "assess", "I-1", "breach", "--reason", "names on it")
    c.good("incident", "assess", "I-1", "--people", "5", "--severity", "high", "--reason", "counted", codes=(0, 2))
    c.good("incident", "decide", "I-1", "notify-people", "no", "--reason", "it was encrypted")
    c.run("incident", "approve", "I-1", "--as", "kim")
    (c.folder / "e.txt").write_text("x")
    c.good("incident", "evidence", "add", "I-1", "e.txt", "--about", "a log", "--copy")
    c.good("incident", "note", "I-1", "--privileged", "counsel says it is bad")
    c.good("incident", "promise", "I-1", "call back", "--to", "her", "--by", "2 days")
    c.good("incident", "party", "add", "I-1", "insurer", "HM")
    c.good("incident", "update", "I-1", "--every", "4 hours", "--to", "owner", "all well")
    c.good("drill", "run", "--scenario", "lost-laptop-friday", "--scripted")
    c.good("playbook", "review", "lost-device", "--result", "good")
    c.run("incident", "report", "--answers", "-", input="what: wrong-recipient\nnoticed: now\n")
    c.run("tick")


def main():
    c = Candor()
    if "incident open" not in c.verbs or "drill run" not in c.verbs:
        skip("no verb incident open")
    c.good("init")
    work(c)
    found = tables(c)
    expect(len(found) == 1 and found[0]["ok"], f"as Candor left it: {found}")
    log = c.good("ledger", "log", "--json", "--limit", "1000")
    for word in ("robin@", "counsel says", "stick is gone", "encrypted", "a log"):
        expect(word not in log, f"\"{word}\" stands in the ledger")
    path = c.folder / "candor-workspace" / "candor.db"
    db = sqlite3.connect(path)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    base = path.read_bytes()
    for edit, words in EDITS:
        for beside in ("-wal", "-shm"):
            pathlib.Path(str(path) + beside).unlink(missing_ok=True)
        path.write_bytes(base)
        db = sqlite3.connect(path)
        before = db.total_changes
        db.executescript(edit)
        expect(db.total_changes > before, f"{edit}: it changes nothing, so it proves nothing")
        db.close()
        texts = [x["text"] for x in tables(c) if not x["ok"]]
        expect(any(words in t for t in texts), f"{edit}: not named: {texts}")
        expect(not any(s in t for t in texts for s in SECRETS), f"{edit}: {texts}")
    # What would have Candor itself do it, and enter it.
    path.write_bytes(base)
    db = sqlite3.connect(path)
    db.executescript("CREATE TRIGGER helper AFTER INSERT ON run_event BEGIN UPDATE clock SET due_us = due_us + 1; END")
    db.close()
    words = "holds a trigger or view that Candor did not make; somebody wrote to the database, put back a backup"
    expect(words in c.run("doctor")[1].replace("\n", " "), "a trigger is not named by doctor")
    c.refused(5, words, "incident", "note", "I-1", "x")
    print(f"{len(EDITS)} edits of incidents, clocks, drills, team and runs, each named; none where there was none")


main()

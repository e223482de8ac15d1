#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A run of a playbook on a terminal: one question after the other, each answer kept at once; Ctrl-C and kill -9 lose nothing. Evidence, a second person, what fails, and a run of an incident."""
import json
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402
from desk import Desk  # noqa: E402
from playbooks import Playbook, step, waiting  # noqa: E402
from terminal import Terminal  # noqa: E402


def asking(c, name, **rule):
    """A step that asks four things, with evidence and approval; then one that is only done."""
    p = Playbook(name, {"kind": None, "locked": {"type": "bool", "value": None}, "people": {"type": "integer", "value": None}, "words": None})
    last = p.action("Tidy up", p.end())
    answers = {"__kind__": {"ask": "What is it?", "choices": ["laptop", "phone", "stick"]}, "__locked__": {"ask": "Was it locked?"}, "__people__": {"ask": "How many people?"}, "__words__": {"ask": "Anything else?", "optional": True}}
    first = p.action("Look", last, out_args=["__kind__", "__locked__", "__people__", "__words__"], rule={"answers": answers, "why": "It decides who is told.", "evidence_required": True, **rule})
    p.write(c, first)
    return c.json("run", "start", name)["run"]


def walk(c):
    run = asking(c, "asks", two_person=True, approver_role="approver")
    t = Terminal(c, "run", "next", run)
    t.until("It decides who is told.")
    t.until("1  laptop")
    t.type("2")
    t.until("Was it locked? (yes or no)")
    t.type("perhaps")
    t.until("It must be")
    t.type("yes")
    t.until("How many people?\r\n(failed")
    os.kill(t.pid, signal.SIGINT)      # called away
    t.end()
    expect("Stopped; all you answered is kept" in t.seen, f"what Ctrl-C says:\n{t.seen[-600:]}")
    s = c.json("run", "show", run)
    expect(step(s, "Look")["state"] == "waiting for an answer", "an answer that was not whole was given")
    t = Terminal(c, "run", "next", run)
    t.until("How many people?\r\n(failed")
    expect("(yes or no)" not in t.seen, "what was answered is asked again")
    t.type("many")
    t.until("It must be")
    t.type("?")
    t.until("the largest number that you cannot")
    t.type("12")
    t.until("Anything else?\r\n(-")
    os.kill(t.pid, signal.SIGKILL)
    t.end()
    t = Terminal(c, "run", "next", run)
    t.until("Anything else?\r\n(-: leave it out")
    t.type("It had card 4111 1111 1111 1111 on a sticker")
    t.until("What do you want to write down?")
    t.type("")
    t.until("Which file shows it?")
    t.type("")
    t.until("needs evidence")
    t.end()
    s = c.json("run", "show", run)
    events = c.json("run", "log", run)["events"]
    given = [e for e in events if e["kind"] == "answered"][-1]["data"]
    expect(given["__kind__"] == "phone" and given["__locked__"] == "true" and given["__people__"] == "12", f"the answers: {given}")
    expect("4111" not in json.dumps(events), f"a card number is kept: {given}")
    expect("4111" not in c.good("ledger", "log", "--json"), "a card number stands in the ledger")
    return run


def proof(c, run):
    c.refused(4, "nothing to approve", "run", "approve", run, step(c.json("run", "show", run), "Look")["number"])
    (c.folder / "receipt.txt").write_text("locked at 12:03\n")
    c.good("run", "evidence", run, "receipt.txt")
    s = c.json("run", "show", run)
    expect(step(s, "Look")["state"] == "waiting for approval", f"after the evidence: {step(s, 'Look')}")
    log = c.json("run", "log", run)["events"]
    expect(any(e["kind"] == "evidence" and len(e["text"]) > 64 and "receipt" not in e["text"] for e in log), "the hash of the evidence is not kept, or its name is")
    c.refused(4, "second person", "run", "approve", run)
    c.refused(2, "--reason", "run", "reject", run)
    c.refused(4, "second person", "run", "reject", run, "--reason", "count the people again")
    c.refused(4, "nothing to do by hand", "run", "done", run, "Look", "--reason", "counted on paper")
    out = c.good("run", "skip", run, "Look", "--reason", "the owner looked at it herself")
    expect("a second person has to agree" in out and step(c.json("run", "show", run), "Look")["state"] == "waiting for approval", f"what two people must see was got round by skipping it: {out}")
    c.good("run", "abort", run, "--reason", "enough")


def pipe(c):
    """Without a terminal its lines are the answers."""
    run = asking(c, "piped")
    code, out, err = c.run("run", "next", run, input="laptop\nnonsense\n")
    expect(code == 2 and "must be" in err, f"a wrong line: {code} {err}")
    code, out, err = c.run("run", "next", run, input="no\n7\n-\n")
    expect(code == 0 and step(c.json("run", "show", run), "Look")["state"] == "waiting for evidence", f"the rest of the lines: {code} {out} {err}")
    (c.folder / "list.csv").write_text("three people\n")
    c.good("run", "evidence", run, "Look", "list.csv")
    out = c.good("run", "next", run, input="yes\n")
    expect("is over: done" in out and c.json("run", "show", run)["outcome"] == "successfully_executed", f"the run is not over: {out}")


def failing(c):
    p = Playbook("fails")
    p.write(c, p.action("Try", p.action("Then", p.end())))
    run = c.json("run", "start", "fails")["run"]
    c.refused(2, "reason", "run", "answer", run, "--failed")
    c.good("run", "answer", run, "--failed", "--note", "the console did not answer")
    s = c.json("run", "show", run)
    expect(step(s, "Try")["state"] == "failed" and "console" in step(s, "Try")["why"], f"a failure that nobody takes over: {step(s, 'Try')}")
    c.good("run", "retry", run)
    c.good("run", "answer", run)
    expect(step(c.json("run", "show", run), "Then")["state"] == "waiting for an answer", "after the second try it does not go on")
    run = c.json("run", "start", "fails", "--fail")["run"]
    c.good("run", "answer", run, "--failed", "--note", "no")
    expect(c.json("run", "show", run)["outcome"] == "failed", "--fail does not end the run")


def of_an_incident(c):
    if "incident open" not in c.verbs:
        return
    c.good("incident", "open", "A laptop is gone", "--kind", "lost-device")
    run = c.json("run", "list", "I-1")["runs"][0]
    expect(run["subject"] == "I-1" and run["playbook"] == "lost-device", f"the run of the incident: {run}")
    c.good("run", "answer", "I-1", "Write down")
    expect(len(waiting(c.json("run", "show", "i1"))) > 1, "the run of the incident does not go on")
    timeline = c.good("incident", "timeline", "I-1")
    expect("Write down what is known" in timeline, f"the timeline does not know of the run:\n{timeline}")
    c.refused(3, "has no run", "run", "show", "I-7")


def words(c):
    """At "Done?" nothing that is typed is lost silently; a note is asked; failed wants a reason, and stop keeps what was answered."""
    p = Playbook("words")
    p.write(c, p.action("First", p.action("Second", p.action("Third", p.end()))))
    run = c.json("run", "start", "words")["run"]
    t = Terminal(c, "run", "next", run)
    t.until("?: help) > ")
    t.type("the banana is cut off")
    t.until("none of the words")
    t.type("?")
    t.until("what went wrong is asked")
    t.type("yes")
    t.until("What do you want to write down?")
    t.type("cut off at ten")
    t.until("Second: waits")
    t.until("Type in   candor run answer " + run + " 2")
    t.type("failed")
    t.until("What went wrong?")
    t.type("later")
    t.until("Next:")
    t.end()
    t = Terminal(c, "run", "next", run)
    t.until("?: help) > ")
    t.type("yes")
    t.until("What do you want to write down?")
    t.type("stop")
    t.until("Third: waits")
    t.end()
    said = [(e["name"], e["text"]) for e in c.json("run", "log", run)["events"] if e["kind"] == "answered"]
    expect(said == [("First", "cut off at ten"), ("Second", None)], f"what was typed: {said}")


def odd(c):
    for words, code, text in ((("run", "show", "R-0"), 2, "names no run"), (("run", "show", "R-99999999999999999999"), 2, "names no run"), (("run", "show", "X-1"), 2, "names no run"), (("run", "log", "R-77"), 3, "no run R-77"),
                              (("run", "start", "asks", "--set", "kind"), 2, "NAME=VALUE"), (("run", "start", "asks", "--set", "kind=x"), 2, "not handed in"), (("run", "start", "asks", "--version", "2020-01-01T00:00:00Z"), 3, "no version"),
                              (("run", "start", "asks", "--verify"), 4, "not signed"), (("run", "answer", "R-1", "4294967296"), 3, "no step"), (("run", "abort", "R-1", "--reason", "x"), 4, "over")):
        c.refused(code, text, *words)
    key = c.json("run", "start", "asks")["run"]
    expect(key.startswith("R-"), key)


def two_people_leave_the_step_out():
    """Both mean the first step; the second must not hit the one that came next."""
    desk = Desk()
    desk.add("ada", "owner", "nine cold lamps")
    ada = desk.as_("ada")
    desk.add("ben", "owner", "two warm boats", ada["CANDOR_SESSION"])
    ben = desk.as_("ben")
    p = Playbook("three")
    p.write(desk.c, p.action("First", p.action("Second", p.action("Third", p.end()))))
    desk.c.good("run", "start", "three", env=ada)
    desk.c.good("run", "answer", "R-1", env=ada)
    code, out, err = desk.c.run("run", "answer", "R-1", env=ben)
    expect(code == 2 and 'did "First", and now 2 "Second" waits; say which step you mean' in err, f"ben hit the next step: {code} {out} {err}")
    desk.c.good("run", "answer", "R-1", env=ada)      # whoever did the last one knows what comes
    desk.c.good("run", "answer", "R-1", "Third", env=ben)


def main():
    c = Candor()
    c.good("init", "--org", "Harbour Books")
    run = walk(c)
    proof(c, run)
    pipe(c)
    failing(c)
    words(c)
    of_an_incident(c)
    odd(c)
    two_people_leave_the_step_out()
    c.sound()
    print("a walk on a terminal, interrupted and killed, lost nothing; evidence, approval, failures and the run of an incident are as they should be")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An incident with people who sign in: who may open, who may answer whose step, who is the second person, in her own session or at the same terminal, and what the register says of them."""
import re
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402
from desk import Desk  # noqa: E402
from terminal import Terminal  # noqa: E402

PASSWORD = "nine cold lamps"


def at_the_terminal():
    """What is missing is asked, one line each; Enter takes what is proposed."""
    c = Candor()
    c.good("init", "--org", "Harbour Books")
    t = Terminal(c, "incident", "open", "--kind", "lost-device")
    t.until("What was lost or stolen?")
    t.type("A phone was left in the tram")
    t.until("When was it noticed?")
    t.type("yesterday 16:00")
    t.until("Who noticed it")
    t.type("")
    expect(t.end() == 0, f"opening at the terminal failed:\n{t.seen}")
    expect("I-1 is open" in t.seen, t.seen)
    shown = c.json("incident", "show", "I-1", codes=(0, 1))
    expect(shown["times"]["discovery"].endswith("T16:00:00Z") and shown["title"] == "A phone was left in the tram", f"not what was typed: {shown['times']}")
    t = Terminal(c, "incident", "assess", "I-1", "no-breach")
    t.until("Why?")
    t.type("It lay in the drawer")
    expect(t.end() == 0 and c.json("incident", "show", "I-1", codes=(0, 1))["reason"] == "It lay in the drawer", t.seen)


def asked_first():
    """Without --kind the kind is asked first; what does not fit is asked again at its own place, and nothing that was typed is lost."""
    c = Candor()
    c.good("init", "--org", "Harbour Books")
    t = Terminal(c, "incident", "open")
    t.until("files locked or destroyed by malware")
    t.until("not known yet")
    for wrong, then in (("99", "Type one of the numbers"), ("o", "More than one")):
        t.type(wrong)
        t.until(then)
    t.type("stolen")
    t.until("What was lost or stolen?")
    t.type("A phone was left in the tram")
    t.until("When was it noticed?")
    for wrong, then in (("some day", "is a time such as"), ("2099-01-01T00:00:00Z", "lies in the future")):
        t.type(wrong)
        t.until(then)
    t.type("2 hours ago")
    t.until("Who noticed it")
    t.type("x" * 200)
    t.until("longer than")
    t.type("a passenger")
    expect(t.end() == 0 and "The playbook lost-device has begun as R-1" in t.seen, f"opening at the terminal failed:\n{t.seen}")
    shown = c.json("incident", "show", "I-1", codes=(0, 1))
    expect(shown["kind"] == "lost-device" and shown["title"] == "A phone was left in the tram" and shown["found_by"] == "a passenger", str(shown))
    t = Terminal(c, "incident", "open", "The till is empty")
    t.until("not known yet")
    t.type("?")
    expect(t.end() == 0 and "so no playbook has begun" in t.seen, t.seen)


def whose_answer(c, env):
    """A step of somebody else's is named, not asked; what was typed at it is nobody's answer; who approves sees what she approves."""
    c.good("incident", "open", "--kind", "lost-device", "A laptop is gone", env=env["cleo"])
    c.good("incident", "assign", "I-2", "it", "bob", env=env["cleo"])
    c.good("incident", "assign", "I-2", "manager", "cleo", "--reason", "as before", env=env["cleo"], codes=(0, 2))
    run = c.json("run", "list", "I-2", env=env["cleo"])["runs"][0]["run"]
    c.good("run", "answer", run, "1", "--note", "left on the train", env=env["cleo"])
    code, out, err = c.run("run", "next", run, input="later\nlater\nlater\nlater\nlater\n", env=env["cleo"])
    expect(code == 0 and "__locked__" not in out and re.search(r"For others:.*5 Lock it from afar: waits.*the IT\s+\(bob\)", out, re.S), f"what is not hers: {code} {out} {err}")
    code, out, err = c.run("run", "next", run, "5", input="yes\n", env=env["cleo"])
    expect(code == 4 and "is for the IT of I-2" in err, f"the step of somebody else: {code} {out} {err}")
    code, out, err = c.run("run", "next", run, "5", input="no\nnobody answers there\n", env=env["bob"])
    log = c.json("run", "log", run, env=env["bob"])["events"]
    said = [e for e in log if e["kind"] == "answered" and e["number"] == "5"]
    expect(code == 0 and len(said) == 1 and said[0]["by"] == "staff:bob" and said[0]["data"]["__locked__"] == "no" and said[0]["text"] == "nobody answers there", f"bob's answer: {code} {said} {out} {err}")
    (c.folder / "page.png").write_text("encrypted: yes\n")
    code, out, err = c.run("run", "next", run, "11", input="yes\nthe admin page says so\npage.png\n", env=env["bob"])
    expect(code == 0 and not [s for s in c.json("run", "show", run, env=env["bob"])["steps"] if s["number"] == "11" and s["state"] != "ended"], f"the file in the dialogue: {code} {out} {err}")
    expect("Was it encrypted, and is the key safe? yes" in " ".join(c.good("run", "log", run, env=env["bob"]).split()), "the log has no answer beside its question")


def main():
    at_the_terminal()
    asked_first()
    shop = Desk()
    c = shop.c
    shop.add("ada", "owner", "tall green ferry")
    ada = shop.login("ada")
    for login, role in (("bob", "responder"), ("cleo", "incident-manager"), ("dan", "staff"), ("otto", "auditor")):
        shop.add(login, role, f"{PASSWORD} {login}", ada)
    env = {"ada": {"CANDOR_SESSION": ada}, **{login: shop.as_(login) for login in ("bob", "cleo", "dan", "otto")}}

    def both(login, password=None):
        return f"{password or shop.passwords[login]}\n{shop.fresh_code(login)}\n"

    c.refused(4, "whose role is auditor", "incident", "open", "A stick is gone", env=env["otto"])
    c.refused(4, "whose role is staff", "team", "add", "manager", "dan", env=env["dan"])
    c.good("team", "add", "manager", "cleo", "--email", "cleo@example.com", env=env["ada"])
    # who is named stands on the sheet of whoever has signed in, and of nobody else
    for login, named in (("bob", True), ("otto", True), ("dan", False), (None, False)):
        _, sheet, err = c.run("playbook", "show", "lost-device", "--print", "-", **({"env": env[login]} if login else {}))
        expect(("<td>cleo</td>" in sheet) == named and ("left blank" in err) != named and "Whom to call" in sheet, f"the sheet of {login}: {err}")
    c.good("incident", "open", "--kind", "lost-device", "A stick is gone", env=env["bob"])
    c.good("incident", "show", "I-1", env=env["otto"], codes=(0, 1))
    c.refused(4, "cleo is the incident manager", "incident", "accept", "I-1", env=env["bob"])
    c.good("incident", "accept", "I-1", env=env["cleo"])

    # whose step it is
    steps = c.json("incident", "show", "I-1", env=env["bob"], codes=(0, 1))["steps"]
    mine = next(s for s in steps if s["role"] == "incident manager")
    code, _, err = c.run("run", "answer", f"R-{mine['run']}", str(mine["step"]), "--note", "x", env=env["bob"])
    expect(code == 4 and "incident manager" in err, f"bob answers the manager's step: {code} {err}")

    # two people
    c.good("incident", "assess", "I-1", "breach", "--reason", "orders were on it", env=env["bob"])
    c.good("incident", "decide", "I-1", "notify-people", "no", "--reason", "it was encrypted", env=env["bob"])
    c.refused(4, "Somebody else says yes", "incident", "approve", "I-1", env=env["bob"])
    c.refused(4, "The second person is an owner", "incident", "approve", "I-1", env=env["dan"])
    c.refused(4, "Login, password or code is wrong", "incident", "approve", "I-1", "--as", "cleo", env=env["bob"], input=both("cleo", "a wrong password"))
    c.refused(4, "Somebody else says yes", "incident", "approve", "I-1", "--as", "bob", env=env["bob"], input=both("bob"))
    c.refused(4, "The second person is an owner", "incident", "approve", "I-1", "--as", "dan", env=env["bob"], input=both("dan"))
    c.good("incident", "assign", "I-1", "approver", "dan", env=env["cleo"])
    c.good("incident", "approve", "I-1", "--as", "dan", env=env["bob"], input=both("dan"))
    decision = c.json("incident", "show", "I-1", env=env["bob"], codes=(0, 1))["decisions"][0]
    expect(decision["by"] == "staff:bob" and decision["approved_by"] == "staff:dan" and not decision["waits"], f"the register does not say who: {decision}")

    # closing with open work
    c.refused(2, "go together", "incident", "close", "I-1", "--reason", "x", "--override", env=env["cleo"])
    code, out, _ = c.run("incident", "close", "I-1", "--reason", "found again", env=env["cleo"])
    expect(code == 4 and "stays open" in out and "candor run answer R-1 1" in out and "review" not in out, f"it is closed with open work: {code} {out}")
    c.refused(4, "Login, password or code is wrong", "incident", "close", "I-1", "--reason", "found again", "--override", "--as", "ada", env=env["cleo"], input=both("ada", "nothing like it"))
    c.good("incident", "close", "I-1", "--reason", "found again", "--override", "--as", "ada", env=env["cleo"], input=both("ada"))
    closed = c.json("incident", "show", "I-1", env=env["otto"])
    expect(not any(r["open"] for r in closed["runs"]), "a run goes on after its incident was closed")
    c.refused(4, "is over", "run", "answer", "R-1", str(mine["step"]), env=env["cleo"])
    expect(closed["state"] == "closed" and closed["verdict"] == "breach", f"it is not closed: {closed['state']}")
    whose_answer(c, env)
    entries = c.json("ledger", "log", "--limit", "1000", env=env["ada"])["entries"]
    words = ("A stick", "encrypted", "orders were", "found again")
    expect(not any(w in str(e) for e in entries for w in words), "what was typed stands in the ledger")
    expect(any(e["kind"] == "incident.approve" and e["actor"] == "staff:dan" for e in entries), "the ledger does not say who agreed")
    verdict = c.json("ledger", "verify", env=env["ada"])
    expect(verdict["ok"], "the ledger does not verify")
    print("who may open, answer, agree and close: as the roles say, and the register names them")


main()

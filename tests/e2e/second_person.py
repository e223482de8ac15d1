#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two people and one decision: sent back and answered anew, left out, done by hand; who may be the second person, in the run and in the register alike; and whoever is alone."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402
from desk import Desk  # noqa: E402
from playbooks import Playbook  # noqa: E402

NOTIFY = {"decision": "notify-people", "answers": {"__notify__": {"ask": "Tell them?", "choices": ["yes", "no"]}}}


def playbook(c, name, **rule):
    p = Playbook(name, {"notify": {"type": "string"}})
    p.write(c, p.action("Decide", p.action("After", p.end()), rule={**NOTIFY, **rule}, out_args=["__notify__"]))


def shop():
    """ada owns it, cleo manages incidents, bob, dan and finn answer."""
    desk = Desk()
    desk.add("ada", "owner", "tall green ferry")
    env = {"ada": {"CANDOR_SESSION": desk.login("ada")}}
    for login, role in (("bob", "responder"), ("cleo", "incident-manager"), ("dan", "responder"), ("finn", "responder")):
        desk.add(login, role, f"nine cold lamps {login}", env["ada"]["CANDOR_SESSION"])
        env[login] = desk.as_(login)
    desk.c.good("team", "add", "manager", "cleo", env=env["ada"])
    return desk, env


def decisions(c, incident, env=None):
    return c.json("incident", "show", incident, env=env or {}, codes=(0, 1))["decisions"]


def ends(c, incident, env=None):
    return [e["what"] for e in c.json("incident", "show", incident, env=env or {}, codes=(0, 1))["open"] if e["kind"] == "decision"]


def opened(c, env, name):
    out = c.json("incident", "open", "--kind", "other", "--playbook", name, "A list is gone", env=env["bob"])
    return out["incident"]


def left_out(c, env):
    """Whoever agrees to leaving the step out agrees to no answer."""
    i = opened(c, env, "two")
    c.good("run", "answer", i, "Decide", "--set", "notify=no", "--note", "no need", env=env["bob"])
    c.good("run", "skip", i, "Decide", "--reason", "not for us", env=env["dan"])
    c.refused(4, "wants to leave this step out", "incident", "approve", i, env=env["cleo"])
    c.good("run", "approve", i, "Decide", env=env["cleo"])
    d = decisions(c, i, env["ada"])
    expect(len(d) == 1 and d[0]["waits"] and not d[0]["approved_by"], f"agreeing to the skip approved the answer: {d}")
    expect(any("waits for a second person" in e for e in ends(c, i, env["ada"])), "what was left out is not open any more")
    c.good("incident", "approve", i, env=env["cleo"])      # the answer itself
    expect(not decisions(c, i, env["ada"])[0]["waits"], "it cannot be agreed to any more")
    i = opened(c, env, "two")                               # nobody answered
    c.good("run", "skip", i, "Decide", "--reason", "not for us", env=env["dan"])
    expect(not decisions(c, i, env["ada"]), "it is left out before anybody agreed")
    c.good("run", "reject", i, "Decide", "--reason", "it is for us", env=env["cleo"])
    expect(not decisions(c, i, env["ada"]), "it is left out though somebody said no")
    c.good("run", "skip", i, "Decide", "--reason", "still not for us", env=env["dan"])
    c.good("run", "skip", i, "Decide", "--reason", "nor for me", env=env["bob"])
    c.good("run", "approve", i, "Decide", env=env["cleo"])
    d = decisions(c, i, env["ada"])
    expect([(x["outcome"], x["by"], x["approved_by"], x["ref"].split("/")[1]) for x in d] == [("left-out", "staff:bob", "staff:cleo", "2")], f"the register does not say that it was left out: {d}")
    c.good("incident", "assess", i, "breach", "--reason", "bank details", env=env["bob"])
    expect(any("whether the people are told" in e for e in ends(c, i, env["ada"])), "a step that was left out decided")
    i = opened(c, env, "cause")
    c.good("run", "done", i, "Decide", "--reason", "nobody knows", env=env["bob"])
    expect(any("cause was left out with its step" in e for e in ends(c, i, env["ada"])), "the cause is not asked for any more")
    c.good("incident", "decide", i, "cause", "chance", "--reason", "found out since", env=env["bob"])
    expect(not any("cause" in e for e in ends(c, i, env["ada"])), "the cause was said, and is open")


def again(c, env):
    """What was sent back is answered anew, by whom it may be, and by hand as well."""
    i = opened(c, env, "two")
    c.good("run", "answer", i, "Decide", "--set", "notify=no", "--note", "first", env=env["bob"])
    c.good("run", "reject", i, "Decide", "--reason", "look again", env=env["cleo"])
    c.good("run", "done", i, "Decide", "--set", "notify=yes", "--reason", "on paper", env=env["cleo"])
    c.refused(4, "needs a second person", "run", "approve", i, env=env["cleo"])
    c.good("incident", "assign", i, "approver", "bob", "--reason", "x", env=env["cleo"])
    c.good("run", "approve", i, "Decide", env=env["bob"])        # his own answer is no more
    d = decisions(c, i, env["ada"])
    expect([(x["outcome"], x["by"], x["approved_by"], x["replaced"], x["waits"]) for x in d] ==
           [("no", "staff:bob", "staff:cleo", True, False), ("yes", "staff:cleo", "staff:bob", False, False)], f"not the newer answer counts: {d}")


def breach(c, env):
    """Where a breach needs approval it is one once approved."""
    i = opened(c, env, "breach")
    c.good("run", "answer", i, "Decide", "--set", "notify=yes", "--note", "x", env=env["bob"])
    c.good("run", "reject", i, "Decide", "--reason", "look again", env=env["cleo"])
    c.good("run", "answer", i, "Decide", "--set", "notify=no", "--note", "looked again", env=env["bob"])
    state = lambda: c.json("incident", "show", i, env=env["ada"], codes=(0, 1))["state"]  # noqa: E731
    expect(state() == "suspected", f"it is {state()} before anybody agreed")
    c.good("incident", "approve", i, env=env["cleo"])
    expect(state() == "no-breach", f"it is {state()} though two people said no")


def one_rule(c, desk, env):
    """Who may agree in the register may agree in the run, and nobody else."""
    for name, who, refused, may in (("two", None, ("bob", "dan"), "cleo"), ("two", "finn", ("bob", "dan"), "finn"), ("legal", "finn", ("bob", "dan"), "finn")):
        for verb in ("run", "incident"):
            i = opened(c, env, name)
            if who:
                c.good("incident", "assign", i, "legal" if name == "legal" else "approver", who, env=env["ada"])
            c.good("run", "answer", i, "Decide", "--set", "notify=no", "--note", "x", env=env["bob"])
            for login in refused:
                code, _, err = c.run(verb, "approve", i, env=env[login])
                expect(code == 4, f"{verb} approve of {login} ({name}, {who}): {code} {err}")
                code, _, err = c.run(verb, "approve", i, "--as", login, env=env["bob"], input=f"{desk.passwords[login]}\n{desk.fresh_code(login)}\n")
                expect(code == 4, f"{verb} approve --as {login} ({name}, {who}): {code} {err}")
            c.good(verb, "approve", i, "--as", may, env=env["bob"], input=f"{desk.passwords[may]}\n{desk.fresh_code(may)}\n")
            d = decisions(c, i, env["ada"])
            expect(d[0]["approved_by"] == f"staff:{may}" and not d[0]["waits"], f"{verb} approve of {may} ({name}) does not count: {d}")


def staff_who_approves(c, desk, env):
    """Whoever is staff and approver of one incident approves there, in the register and in the run, and sees no other."""
    desk.add("gus", "staff", "nine cold lamps gus", env["ada"]["CANDOR_SESSION"])
    gus = desk.as_("gus")
    for verb in ("run", "incident"):
        i = opened(c, env, "two")
        c.good("run", "answer", i, "Decide", "--set", "notify=no", "--note", "x", env=env["bob"])
        code, out, err = c.run(verb, "approve", i, env=gus)
        expect(code == 4 and "Decide" not in out + err, f"staff without a role: {code} {out} {err}")
        c.good("incident", "assign", i, "approver", "gus", env=env["cleo"])
        c.good(verb, "approve", i, env=gus)
        expect(decisions(c, i, env["ada"])[0]["approved_by"] == "staff:gus", f"{verb} approve of an approver who is staff does not count")


def evidence_first(c, env):
    """Nobody agrees to what is not done yet."""
    i = opened(c, env, "shown")
    c.good("run", "answer", i, "Decide", "--set", "notify=no", "--note", "x", env=env["bob"])
    c.refused(4, "is not done", "incident", "approve", i, env=env["cleo"])
    (c.folder / "list.txt").write_text("who was told")
    c.good("run", "evidence", i, "Decide", "list.txt", env=env["bob"])
    c.good("incident", "approve", i, env=env["cleo"])


def one_login_two_names():
    """Whoever answered before there were users is the same person after."""
    desk = Desk()
    c = desk.c
    playbook(c, "two", two_person=True)
    c.good("team", "add", "deputy", "kim")
    c.good("incident", "open", "--kind", "other", "--playbook", "two", "A list is gone")
    me = decisions(c, "I-1") or c.good("run", "answer", "I-1", "Decide", "--set", "notify=no", "--note", "x") and decisions(c, "I-1")
    login = me[0]["by"].split(":")[1]
    desk.add(login, "owner", "tall green ferry")
    env = {"CANDOR_SESSION": desk.login(login)}
    c.refused(4, "needs a second person", "run", "approve", "I-1", env=env)
    c.refused(4, "Somebody else says yes", "incident", "approve", "I-1", env=env)
    expect(decisions(c, "I-1", env)[0]["waits"], "one person under two names is two")


def alone():
    """Where nobody else exists one person decides, leaves out and closes alone, and that is said; a name that is written another way is nobody else."""
    c = Candor()
    c.good("init")
    playbook(c, "two", two_person=True)
    c.good("incident", "open", "--kind", "other", "--playbook", "two", "A list is gone")
    c.good("run", "answer", "I-1", "Decide", "--set", "notify=no", "--note", "x")
    me = decisions(c, "I-1")[0]["by"].split(":")[1]
    c.good("team", "add", "manager", me.upper())
    c.good("run", "next", "I-1", input="yes\n")
    d = decisions(c, "I-1")[0]
    expect(d["alone"] and not d["waits"] and "alone:" in c.good("run", "log", "R-1"), f"one person alone is stopped: {d}")
    out = c.good("incident", "close", "I-1", "--reason", "over", codes=(4,))
    expect("Nobody else is here" in out, out)
    c.good("team", "add", "deputy", "kim")
    c.refused(2, "go together", "incident", "close", "I-1", "--reason", "over", "--override")
    c.good("incident", "decide", "I-1", "notify-authority", "no", "--reason", "nothing was in it")
    c.refused(4, "two people decide", "incident", "approve", "I-1")
    c.good("team", "remove", "deputy")
    c.good("incident", "approve", "I-1")                    # kim has left
    d = decisions(c, "I-1")[-1]
    expect(d["approved_by"] == f"alone:{me}" and not d["waits"], f"whoever is alone by now cannot agree: {d}")
    c.good("incident", "close", "I-1", "--reason", "over", "--override")
    expect("one person alone" in c.good("incident", "timeline", "I-1"), "the register does not say that it was closed by one person alone")
    c.sound()


def main():
    desk, env = shop()
    c = desk.c
    playbook(c, "two", two_person=True)
    playbook(c, "legal", two_person=True, approver_role="legal")
    playbook(c, "shown", two_person=True, evidence_required=True)
    playbook(c, "cause", decision="cause")
    playbook(c, "breach", two_person=True, decision="breach")
    left_out(c, env)
    again(c, env)
    breach(c, env)
    one_rule(c, desk, env)
    staff_who_approves(c, desk, env)
    evidence_first(c, env)
    c.sound(env=env["ada"])
    one_login_two_names()
    alone()
    print("two people decide, one rule says who they are, and a step that is left out decides nothing")


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Something happened, on a terminal: one question at a time to a decision with its reason and drafted letters. Killed after every answer it goes on where it was; nobody holds the lock while a person
thinks; the letters are short and in words that everybody reads."""
import json
import os
import pathlib
import re
import signal
import sqlite3
import sys
import time

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / "lib"))
sys.path.insert(0, str(HERE.parent / "checks"))
from candor import Candor, expect  # noqa: E402
from desk import Desk  # noqa: E402
from procedures import grade  # noqa: E402
from terminal import Terminal  # noqa: E402

GRADE_MAX = 8.0
WORDS_MAX = 450
PROMPT = "?: I do not know) "

# What somebody types, and the question she types it to.
MISDIRECTED = [("What happened?", "1"), ("When was it noticed?", "2 hours ago"), ("Who noticed it?", ""), ("The data of how many people", ""), ("Whose data are they?", ""),
               ("What did it say about them?", "1,2"), ("Who got it?", "3"), ("Were they asked to delete it", "3"), ("In which countries", "Germany")]
SCRIPTS = {
    "wrong recipient": {"what": "wrong-recipient", "noticed": "2 hours ago", "by": "staff", "people": 1, "whose": "customers", "data": ["contact", "bank"], "has": "known", "asked": "no", "where": "DE"},
    "lost phone": {"what": "lost", "noticed": "yesterday 16:00", "by": "staff", "people": 4, "whose": ["customers"], "data": "contact, id", "has": "stranger", "locked": "no", "back": "fine", "where": "FR, US",
                   "did": ["wiped", "police"]},
    "break-in": {"what": "break-in", "noticed": "now", "by": "customer", "people": "about 300", "whose": "customers", "data": ["contact", "email", "password", "card"], "has": "stranger", "locked": "no", "going": "going",
                 "where": "UK", "did": "passwords"},
    "nothing known": {k: None for k in ("what", "noticed", "by", "people", "whose", "data", "has", "asked", "locked", "back", "going", "where", "did")},
}


def script(c, answers, *more, codes=(0,)):
    return json.loads(c.good("incident", "report", "--json", "--new", "--answers", "-", *more, input=json.dumps(answers), codes=codes))


def fresh():
    c = Candor()
    c.good("init", "--org", "Harbour Books")
    return c


def same(result):
    """What two ways to the same answers must agree in."""
    return {k: result[k] for k in ("headline", "risk", "small", "tell_authority", "tell_people", "ask_counsel", "people", "unknown", "why", "law")} | {"drafts": [d["what"] for d in result["drafts"]]}


def by_hand():
    """The whole of it at a terminal, measured."""
    c = fresh()
    began = time.monotonic()
    t = Terminal(c, "incident", "report")
    for number, (ask, typed) in enumerate(MISDIRECTED, 1):
        wait_prompt(t)
        expect(f"{number}/" in t.seen and ask in t.seen, f"question {number} is another:\n{t.seen[-800:]}")
        t.type(typed)
        t.seen += "\n"
    t.until("Your own words")
    t.type("The list was for the bakery; she called at once.")
    code = t.end()
    took = time.monotonic() - began
    expect(code == 0, f"the lane ended with {code}:\n{t.seen[-2500:]}")
    for line in ("You need not tell the authority, nor the one person.", "Why", "What would change this", "Ask the wrong recipient to delete it", "Next: candor incident draft I-1 1"):
        expect(line in t.seen, f"the terminal did not show \"{line}\":\n{t.seen[-2500:]}")
    asked = len(re.findall(r"^\d+/\d+ ", t.seen.replace("\r", ""), re.M))
    shown = len(t.seen.split())
    keys = sum(len(typed) + 1 for _, typed in MISDIRECTED)
    print(f"misdirected e-mail: {asked} questions, {keys} keys, {shown} words to read ({shown / 200:.1f} min at 200 a minute), {took:.1f} s with the script's pauses")
    expect(asked == len(MISDIRECTED) <= 12, f"{asked} questions")
    expect(shown / 200 + asked * 10 / 60 < 10, "more than ten minutes")
    text = c.good("incident", "draft", "I-1", "1")
    expect("I have deleted it" in text and "[name]" in text, text)
    c.good("incident", "draft", "I-1", "1", "--out", "letter.txt")
    expect((c.folder / "letter.txt").stat().st_mode & 0o777 == 0o600, "a letter may be read by others")
    c.sound()


def drain(t):
    import select
    while select.select([t.fd], [], [], 0.05)[0]:
        try:
            more = os.read(t.fd, 65536)
        except OSError:
            return
        if not more:
            return
        t.seen += more.decode("utf-8", "replace")


def wait_prompt(t):
    end = time.time() + 20
    while not t.seen.endswith(PROMPT) and time.time() < end:
        drain(t)
    expect(t.seen.endswith(PROMPT), f"no question came:\n{t.seen[-1500:]}")


def kill(t):
    os.kill(t.pid, signal.SIGKILL)
    os.waitpid(t.pid, 0)
    os.close(t.fd)


def kills():
    """kill -9 after each answer; the next one goes on. In the end the same as without."""
    c = fresh()
    for number, (ask, typed) in enumerate(MISDIRECTED, 1):
        t = Terminal(c, "incident", "report")
        wait_prompt(t)
        expect(ask in t.seen and f"{number}/" in t.seen, f"after {number - 1} answers and kills another question came:\n{t.seen}")
        time.sleep(0.1)
        os.write(t.fd, (typed + "\n").encode())
        if number < len(MISDIRECTED):
            t.seen = ""
            wait_prompt(t)
        else:
            t.until("Your own words")
        if number > 1:
            expect(row(c, "SELECT count(*) FROM incident") == 1, "another incident was opened")
        kill(t)
        c.sound()
    killed = json.loads(c.good("incident", "report", "--json", "--answers", "-", input="own_words: a slip\n"))
    straight = script(c, {"what": 1, "noticed": row(c, "SELECT answer FROM incident_answer WHERE incident_id = 1 AND key = 'noticed'"), "by": "staff", "people": 1, "whose": "customers", "data": "1,2", "has": "known", "asked": "no", "where": "Germany"})
    expect(same(killed) == same(straight), f"killed {same(killed)}\nstraight {same(straight)}")
    expect(killed["incident"] == "I-1" and straight["incident"] == "I-2", "incidents were doubled")
    again = script_again(c)
    expect(again["finished"] is False, "a finished lane was finished twice")
    print(f"killed after each of {len(MISDIRECTED)} answers: the same result, one incident")


def row(c, question):
    db = sqlite3.connect(c.folder / "candor-workspace" / "candor.db")
    value = db.execute(question).fetchone()[0]
    db.close()
    return value


def script_again(c):
    return json.loads(c.good("incident", "report", "--json", "--answers", "-", input="{}", codes=(6,)))


def back_and_lock():
    """back takes answers back, also over a stop; another command writes while the question waits."""
    c = fresh()
    t = Terminal(c, "incident", "report")
    wait_prompt(t)
    t.type("2")
    t.seen = ""
    wait_prompt(t)
    t.type("back")
    t.seen = ""
    wait_prompt(t)
    expect("What happened?" in t.seen, t.seen)
    t.type("back")
    t.seen = ""
    wait_prompt(t)
    expect("first question" in t.seen or "What happened?" in t.seen, t.seen)
    t.type("wrong-recipient")
    t.seen = ""
    wait_prompt(t)
    other = script(c, SCRIPTS["break-in"])
    expect(other["incident"] == "I-2", "nobody could write while a question waited")
    t.type("the day before yesterday")
    t.seen = ""
    wait_prompt(t)
    expect("yesterday 16:00" in t.seen, "what an answer looks like was not said:\n" + t.seen)
    t.type("?")
    t.seen = ""
    wait_prompt(t)
    t.type("stop")
    expect(t.end() == 6, "stop is not the end")
    expect(row(c, "SELECT kind FROM incident WHERE id = 1") == "misdirected-message", "the kind was not changed with the answer")
    c.sound()
    print("back, stop, a wrong answer, another writer meanwhile")


def own_words():
    """At the last question, too, "?" is "I do not know", "back" takes the last answer back, "stop" ends for now."""
    c = fresh()
    t = Terminal(c, "incident", "report")
    for answer in ("wrong-recipient", "now", "staff", "1", "customers", "contact", "known", "confirmed", "DE"):
        wait_prompt(t)
        t.seen = ""
        t.type(answer)
    t.until("last answer again")
    t.seen = ""
    t.type("back")
    t.until("In which countries")
    t.seen = ""
    t.type("FR")
    t.until("last answer again")
    t.seen = ""
    t.type("stop")
    expect(t.end() == 6 and "nothing is decided yet" in t.seen, t.seen)
    t = Terminal(c, "incident", "report")
    t.until("last answer again")
    t.type("?")
    expect(t.end() == 0, t.seen)
    expect(row(c, "SELECT count(*) FROM incident_decision WHERE reason LIKE '%own words%'") == 0, "the question mark became the reason")
    print("own words: ?, back, stop")


def killed_while_finishing():
    """kill -9 anywhere while a script's answers are saved and decided upon: asked again, each incident is decided once and has one playbook."""
    c = fresh()
    killed = 0
    (c.folder / "answers.json").write_text(json.dumps(SCRIPTS["break-in"]))
    for turn in range(30):
        p = c.start("incident", "report", "--new", "--json", "--answers", "answers.json")
        time.sleep(0.004 + 0.002 * (turn % 15))
        if p.poll() is None:
            killed += 1
            p.kill()
        p.communicate()
        code, out, err = c.run("incident", "report", "--json", "--answers", "answers.json")
        expect(code == 0, f"after a kill: {code}\n{out}{err}")
    c.sound()
    many = "SELECT max(n) FROM (SELECT count(*) n FROM %s GROUP BY %s)"
    expect(row(c, many % ("incident_decision", "incident_id, name")) == 1, "a decision stands twice")
    expect(row(c, many % ("run", "subject")) == 1, "a playbook runs twice")
    expect(row(c, "SELECT count(*) FROM incident i WHERE NOT EXISTS(SELECT 1 FROM run WHERE subject = 'I-' || i.id)") == 0, "an incident has no playbook")
    expect(row(c, "SELECT count(*) FROM incident_item WHERE kind = 4") == 4 * row(c, "SELECT count(*) FROM incident"), "letters are missing or doubled")
    print(f"killed {killed} times while answers were saved and decided upon: decided once, one playbook each")


def two_people():
    """With colleagues a second person has to agree; candor alone tells her so, and tells whoever decided something that he can do himself."""
    d = Desk()
    d.add("ada", "owner", "tall green ferry")
    ada = d.as_("ada")
    d.add("mia", "incident-manager", "nine cold lamps", ada["CANDOR_SESSION"])
    mia = d.as_("mia")
    out = d.c.good("incident", "report", env=ada, input=json.dumps(SCRIPTS["wrong recipient"]))
    expect("A second person has to agree." in out and "candor incident approve I-1 1, by somebody else" in out, out)
    own, other = d.c.json("status", env=ada)["next"], d.c.json("status", env=mia)["next"]
    expect(other["command"] == "candor incident approve I-1 1", f"the second person is not told: {other}")
    expect("approve" not in own["command"], f"whoever decided cannot agree with herself: {own}")
    d.c.refused(4, "", "incident", "approve", "I-1", "1", env=ada)
    for n in ("1", "2"):
        d.c.good("incident", "approve", "I-1", n, env=mia)
    expect("approve" not in d.c.json("status", env=mia)["next"]["command"], "it waits although it was approved")
    d.c.sound(env=ada)
    print("two people: who decides, who agrees")


def letters():
    """Each letter of several days: words and grade."""
    c = fresh()
    worst = {}
    for name, answers in SCRIPTS.items():
        result = script(c, answers, "--own-words", "as far as we can see today")
        if not result["small"]:
            expect(result["run"] and result["run"].startswith("R-"), f"{name}: no playbook took over")
        if name == "nothing known":
            expect(result["tell_authority"] and result["tell_people"] and result["ask_counsel"] and len(result["tasks"]) >= 12, f"not knowing counts as the worst: {result}")
        for draft in result["drafts"]:
            one = c.json("incident", "draft", result["incident"], draft["number"])
            text = one["text"]
            for phrase in ("no evidence", "{{", "abundance of caution", "Dear customer"):
                expect(phrase not in text, f"{name}, {draft['what']}: \"{phrase}\"")
            if draft["to"] == "the file":
                continue
            # What is read as sentences: headings and the lines of a form are none, items of lists are.
            prose = re.sub(r"\[[^\]]*\]", "it", " ".join(line for line in text.split("\n") if re.search(r'[.!?"]$', line)))
            g, n = grade(prose), len(text.split())
            worst[draft["what"]] = max(worst.get(draft["what"], (0, 0)), (round(g, 1), n))
            expect(g <= GRADE_MAX, f"{name}, {draft['what']}: grade {g:.1f}\n{text}")
            expect(n <= WORDS_MAX, f"{name}, {draft['what']}: {n} words")
    c.sound()
    # Sealed: no piece of a letter lies in the database.
    bytes_ = b"".join(p.read_bytes() for p in (c.folder / "candor-workspace").glob("candor.db*"))
    expect(b"I have kept no copy" not in bytes_, "a draft lies open in the database")
    print("; ".join(f"{what}: grade {g}, {n} words" for what, (g, n) in sorted(worst.items())))


def known():
    """What was answered is offered by the playbook that takes over: Enter keeps it, later puts it off, another answer counts."""
    c = fresh()
    run = script(c, SCRIPTS["break-in"])["run"]
    c.good("run", "answer", run, "Write down")
    c.good("run", "answer", run, "List what kinds", "--keep")
    t = Terminal(c, "run", "next", run, "Count the people")
    t.until("known from the report: 300; Enter keeps it.")
    t.type("")
    t.until("known from the report: yes; Enter keeps it.")
    t.type("later")
    t.enter_until_over()
    expect("Count the people, and where they live: waits" in t.seen, f"a step was not put off:\n{t.seen[-1500:]}")
    t = Terminal(c, "run", "next", run, "Count the people")
    t.until("known from the report: yes; Enter keeps it.")
    expect(t.seen.count("Enter keeps it") == 1, "what was kept is asked again")
    t.type("no")
    t.enter_until_over()
    given = [e["data"] for e in c.json("run", "log", run)["events"] if e["kind"] == "answered" and e.get("data")]
    expect(given == [{"__worst_data__": "passwords"}, {"__people_max__": "300", "__eu_uk__": "no"}], f"the answers: {given}")
    c.sound()


def main():
    by_hand()
    known()
    kills()
    back_and_lock()
    own_words()
    killed_while_finishing()
    two_people()
    letters()


if __name__ == "__main__":
    main()

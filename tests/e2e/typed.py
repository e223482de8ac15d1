#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A card number, a social security number and a password are typed into every text that the verbs of incidents, runs, teams, drills and playbooks take, and into the names of files; none of them may stand in the
database, the ledger, the drills or the outbox afterwards. The verbs and options come from candor help: one that is new and not tried here fails."""
import contextlib
import pathlib
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402
from playbooks import Playbook, waiting  # noqa: E402

TEXTS = ("4111 1111 1111 1111", "078-05-1120", "password: Tr0ub4dor&3xyz")
SECRETS = (b"4111 1111 1111 1111", b"4111111111111111", b"078-05-1120", b"078051120", b"Tr0ub4dor", b"3xyz", b"DE89370400440532013000", b"5500005555555559")
GROUPS = ("incident", "run", "team", "drill", "playbook")
# Values that are no words of people, or are read against a list.
NO_TEXT = {"FILE", "TIME", "KIND", "I-NUMBER", "MINUTES", "N", "QUESTION", "DATE", "PUBLIC", "ROLE", "NAME", "good|changed|retired"}
# The name in a signature, which stands in a file that the caller chose, and what is read against what is there.
NO_TEXT_HERE = {("playbook sign", "name"), ("incident set", "severity"), ("incident handover", "from"),
                ("playbook new", "title")}
# They take no text at all, or only read.
SILENT = {"incident draft", "incident list", "incident show", "incident accept", "incident takeover", "incident timeline", "incident party list", "incident evidence list", "incident evidence check", "incident item list",
          "incident promises", "incident calendar", "incident trends", "team list", "team remove", "playbook list", "playbook new", "playbook show", "playbook check", "playbook reviews", "playbook key", "playbook sign",
          "playbook verify", "playbook remove", "run list", "run show", "run next", "run log", "drill list", "drill show"}
# What may be refused for what it holds: a code name has no room for a mask, and an address with a mask in it is none.
MAY_REFUSE = {("incident open", "codename"), ("incident assign", "email"), ("incident handover", "email"), ("team add", "email"), ("team add", "phone"), ("incident report", "own-words")}
SCENARIO = """title: "T {0} {1}"
playbook: lost-device
begins: 2027-03-12T16:00:00Z
about: "A {2}"
found_by: "F {0}"
roles: {{legal: "L {1}"}}
inject:
  - {{at: PT1H, text: "I {0} DE89370400440532013000 {1} {2}"}}
answer:
  - {{step: "*", text: "W {0} 5500005555555559 {2}"}}
"""


class Typing:
    def __init__(self):
        self.c = Candor()
        self.c.good("init", "--org", "Example Shop")
        self.n = 0
        p = Playbook("asks", {"a": None, "given": {"type": "string", "value": None, "external": True}})
        last = p.action("Last", p.end())
        approved = p.action("Sign", last, rule={"two_person": True})
        shown = p.action("Show", approved, rule={"evidence_required": True})
        p.write(self.c, p.action("Ask", shown, out_args=["__a__"]))
        self.file = self.c.folder / f"list {TEXTS[0]} {TEXTS[1]}.txt"
        self.file.write_text("rows")

    def incident(self):
        self.n += 1
        self.c.run("team", "remove", "approver")
        self.c.good("incident", "open", "--no-playbook", f"case {self.n}")
        return f"I-{self.n}"

    def run(self):
        return self.c.json("run", "start", "asks", "--incident", self.incident())["run"]

    def step(self, run, name):
        """Walks to where the step waits for what is tried: an answer, the evidence, the approval."""
        if name != "Ask":
            self.c.good("run", "answer", run, "Ask", "--set", "a=x")
            self.c.good("run", "answer", run, "Show")
        if name == "Sign":
            self.c.good("run", "evidence", run, "Show", self.file)
            self.c.good("incident", "assign", f"I-{self.n}", "approver", "cleo")
            self.c.good("run", "answer", run, "Sign")
        return [run, name]

    def failed(self, words):
        self.c.good("run", "answer", *words, "--failed", "--note", "x")
        return words

    def calls(self):
        """Verb -> the words before its options, made anew for each call; and what stands in for a text where its place has a form."""
        i = self.incident
        return {
            "incident open": lambda t: ["--no-playbook", f"What {t}"],
            "incident report": lambda t: ["--new", "--answers", "-"],
            "incident assess": lambda t: [i(), "breach"],
            "incident set": lambda t: [i(), "--people", "3"],
            "incident assign": lambda t: [i(), "it", f"W {t}"],
            "incident handover": lambda t: [self.assigned(), "--from", "dana"],
            "incident note": lambda t: [i(), f"N {t}"],
            "incident party add": lambda t: [i(), "counsel", f"P {t}"],
            "incident decide": lambda t: [i(), "notify-people", "no"],
            "incident approve": lambda t: [self.decided()],
            "incident evidence add": lambda t: [i(), self.file],
            "incident evidence hand": lambda t: [self.with_evidence(), f"E-{self.evidence}"],
            "incident item add": lambda t: [i(), f"I {t}"],
            "incident item done": lambda t: [self.item()],
            "incident item drop": lambda t: [self.item()],
            "incident close": lambda t: [self.settled()],
            "incident update": lambda t: [i(), "--every", "4 hours", f"U {t}"],
            "incident promise": lambda t: [i(), "--by", "3 days", f"P {t}"],
            "team add": lambda t: ["scribe", f"S {t}"],
            "playbook review": lambda t: ["lost-device", "--result", "good"],
            "run start": lambda t: ["asks"],
            "run answer": lambda t: self.step(self.run(), "Ask"),
            "run approve": lambda t: self.step(self.run(), "Sign"),
            "run reject": lambda t: self.step(self.run(), "Sign"),
            "run evidence": lambda t: [*self.step(self.run(), "Show"), self.file],
            "run retry": lambda t: self.failed(self.step(self.run(), "Ask")),
            "run skip": lambda t: self.step(self.run(), "Ask"),
            "run done": lambda t: self.step(self.run(), "Ask"),
            "run abort": lambda t: [self.run()],
            "drill run": lambda t: ["--scenario", self.scenario(), "--scripted"],
        }

    def assigned(self):
        name = self.incident()
        self.c.good("incident", "assign", name, "it", "dana")
        return name

    def decided(self):
        name = self.incident()
        self.c.good("team", "add", "approver", "cleo")      # removed again by the next incident
        self.c.good("incident", "decide", name, "notify-people", "no", "--reason", "x")
        return name

    def settled(self):
        name = self.incident()
        self.c.good("incident", "assess", name, "no-breach", "--reason", "x")
        return name

    def item(self):
        name = self.incident()
        self.c.good("incident", "item", "add", name, "x")
        return self.c.json("incident", "item", "list", name)["items"][-1]["item"]

    def with_evidence(self):
        name = self.incident()
        self.c.good("incident", "evidence", "add", name, self.file, "--copy")
        self.evidence = self.c.json("incident", "evidence", "list", name)["evidence"][-1]["evidence"]
        return name

    def scenario(self):
        path = self.c.folder / "outside.yaml"
        path.write_text(SCENARIO.format(*TEXTS))
        return path


# What each verb needs beside the text that is tried.
NEEDS = {"incident assess": {"reason": "x"}, "incident set": {"reason": "x"}, "incident handover": {"to": "bob", "reason": "x"}, "incident decide": {"reason": "x"}, "incident approve": {"reason": "x", "as": "cleo"},
         "incident evidence hand": {"to": "x", "reason": "x"}, "incident item drop": {"reason": "x"}, "incident update": {"to": "x"}, "incident promise": {"to": "x"}, "run reject": {"reason": "x", "as": "cleo"}, "run approve": {"as": "cleo"},
         "run skip": {"reason": "x"}, "run done": {"reason": "x"}, "run abort": {"reason": "x"}, "incident close": {"reason": "x"}, "run answer": {"set": "a=x"}, "incident assign": {"reason": "x"}}


def is_text(verb, option):
    """--as names somebody who is known already."""
    return option["value"] and option["value"] not in NO_TEXT and option["name"] != "as" and (verb, option["name"]) not in NO_TEXT_HERE


def try_all(t):
    taken, calls = set(), t.calls()
    commands = [c for c in t.c.json("help")["commands"] if c["command"].split()[0] in GROUPS and " " in c["command"]]
    expect(len(commands) > 40, f"candor help names {len(commands)} verbs")
    for command in sorted(commands, key=lambda c: c["command"].startswith("team")):   # with a team nobody works alone, and approvals need somebody else
        verb = command["command"]
        if verb in SILENT:
            bad = [o["name"] for o in command["options"] if is_text(verb, o)]
            expect(not bad, f"candor {verb} takes texts that are not tried here: {bad}")
            continue
        expect(verb in calls, f"candor {verb} is new: say in this script how it is called, or that it takes no text")
        texts = [o["name"] for o in command["options"] if is_text(verb, o)]
        for option in texts or [None]:
            for text in TEXTS:
                given = dict(NEEDS.get(verb, {}))
                if option:
                    given[option] = {"set": f"{'given' if verb == 'run start' else 'a'}={text}", "email": f"{text}@example.com"}.get(option, text)
                words = [w for k, v in given.items() for w in (f"--{k}", v)]
                code, _, err = t.c.run(*verb.split(), *calls[verb](text), *words, input=f"what: wrong-recipient\nnoticed: now\nby: staff\npeople: 1\nown_words: \"{text}\"\n")
                if verb == "incident report" or verb == "incident open":
                    t.n = len(t.c.json("incident", "list", "--all", codes=(0, 1))["incidents"])
                if code in (0, 1):
                    taken.add((verb, option))
                for s in SECRETS:
                    expect(s.decode() not in err, f"candor {verb} --{option} says it in an error: {err}")
                last = err
            expect((verb, option) in taken or (verb, option) in MAY_REFUSE, f"candor {verb} --{option} took none of the texts, so nothing was tried: {last}")
    return taken


def rows(path):
    """Where it stands in a database: table, column, the text around it."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = [r[1] for r in db.execute(f"PRAGMA table_info({table})")]
            for row in db.execute(f"SELECT * FROM {table}"):
                for column, value in zip(columns, row):
                    data = value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else b""
                    yield from (f"  {table}.{column}: {data[max(0, data.find(s) - 60):][:160]!r}" for s in SECRETS if s in data)


def look(t):
    found, seen = [], 0
    for path in (t.c.folder / "candor-workspace").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            seen += 1
            found += [f"{path.relative_to(t.c.folder)} holds {s.decode()}" for s in SECRETS if s in data or s in str(path).encode()]
            if found and path.name == "candor.db":
                found += list(rows(path))[:5]
    expect(seen > 8, f"only {seen} files were looked into")
    expect(not found, "\n  ".join(["what was typed is kept:", *found]))
    log = t.c.good("ledger", "log", "--json", "--limit", "5000")
    expect(not [s for s in SECRETS if s.decode() in log], "what was typed stands in the ledger")


if __name__ == "__main__":
    t = Typing()
    taken = try_all(t)
    t.c.run("tick")
    look(t)
    t.c.sound()
    print(f"{len(taken)} places were typed into; none kept a card number, a social security number or a password")

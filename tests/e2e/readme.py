#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The call and the incident in the README, typed at a terminal as a new user would: every line that they show is a line that comes, in its order."""
import pathlib
import re
import shlex
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402
from terminal import Terminal  # noqa: E402

SOURCE = pathlib.Path(__file__).parent.parent.parent
ASKED = re.compile(r"(Number that is shown, or withheld|Account number|E-mail address|Telephone|Name|Postcode|Date of birth|Last four of the card):(?: (.*))?$")
HIDDEN = re.compile(r"(\(not shown\)|Once more|\(as the caller says it\)):$")
PINS = {"HB-100000": "48210637", "HB-999999": "12340987"}


def alike(text):
    """What differs from day to day: words (one of four letters looks like a call, so they come first), names of calls, references, minutes, numbers of entries."""
    for what, name in ((r"C-1-\w{4}", "REF"), (r"[A-Z]+-[0-9]{2}\.\"", "WORD"), (r"\b[0-9A-Z]{4}-[0-9]{2}\b", "CALL"), (r"1[45]:[0-9]{2} left", "LEFT")):
        text = re.sub(what, name, text)
    return [line.rstrip() for line in text.replace("\r", "").split("\n") if line.strip()]


def sessions(section):
    for block in re.findall(r"```\n(\$ .*?)```", section, re.S):
        for piece in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, shown = piece.partition("\n")
            yield shlex.split(command)[1:], shown


def code(c):
    end = time.time() + 10
    while time.time() < end:
        found = [p for p in (c.folder / "candor-workspace" / "outbox").glob("sms-*.txt") if "Code " in p.read_text()]
        if found:
            return re.search(r"Code ([0-9]{6})", max(found, key=lambda p: p.stat().st_mtime).read_text())[1]
        time.sleep(0.1)
    raise SystemExit("no code came")


PROMPT = re.compile(r"(.+\? \(.*\) > ?)(.*)$")


def flat(text):
    """As one line: where it breaks depends on how much time is left."""
    for what, name in ((r"\d{4}-\d\d-\d\d( \d\d:\d\d UTC)?", "DAY"), (r"\b\d+\s+(?:days?|hours?|minutes?|seconds?)(?:\s+\d+\s+(?:hours?|minutes?|seconds?))?\b", "SPAN"), (r"\bcli:\w+", "ACTOR"), (r"\b\d+ %: \d+ of \d+", "SCORE")):
        text = re.sub(what, name, text)
    return " ".join(text.replace("\r", "").split())


def incident(c, section):
    """Types the incident; at a dialogue "yes" where it was typed, and Enter from the ellipsis on."""
    done = 0
    for command, shown in sessions(section):
        t = Terminal(c, *command)
        part = shown.split("\n\u2026")[0] if "\n\u2026" in shown else shown
        for line in part.split("\n"):
            asked = PROMPT.match(line)
            if asked:
                t.until(asked[1])
                t.seen += asked[2]        # typed lines are not always echoed before the next output
                t.type(asked[2])
        if command[:2] == ["run", "next"]:
            t.enter_until_over()
        t.end()
        want, got = flat(part), flat(re.sub(r"> yes\s*yes", "> yes", t.seen))
        same = got[:len(want)] if "\n\u2026" in shown else got
        expect(want == same, f"candor {' '.join(command)} shows\n{got}\nand not, as the README says,\n{want}")
        done += 1
    expect(done >= 12, f"the README has {done} commands in its incident")
    return done


def main():
    c = Candor()
    text = (SOURCE / "README.md").read_text()
    section = text[text.index("## A call\n"):text.index("## An incident\n")]
    subprocess.run([sys.executable, SOURCE / "tests/data/sample/make.py", c.folder / "demo"], check=True, stdout=subprocess.DEVNULL)
    c.good("init", "--org", "Harbour Books")
    load = re.search(r"^candor (customer import .*?)\n```", section, re.S | re.M)[1].replace("\\\n", " ").replace("../demo", "demo")
    c.good(*shlex.split(load))
    real, account, done = {}, None, 0
    for command, shown in sessions(section):
        t = Terminal(c, *[real.get(w, w) for w in command])
        for line in shown.split("\n"):
            asked, hidden = ASKED.match(line), HIDDEN.search(line)
            if asked:
                t.until(asked[1] + ": ")
                account = asked[2] if asked[1] == "Account number" else account
                t.type(asked[2] or "")
            elif hidden:
                t.until(hidden[0])
                t.type(code(c) if command[-1] == "sms" else PINS[account])
        t.end()
        for pattern in (r"\bC-1-\w{4}\b", r"^Call ([0-9A-Z]{4}-[0-9]{2})"):
            for said, came in zip(re.findall(pattern, shown, re.M), re.findall(pattern, t.seen.replace("\r", ""), re.M)):
                real[said] = came
        want, got = alike(shown.split("\n\u2026")[0]), alike(t.seen)
        same = got[:len(want)] if "\n\u2026" in shown else got
        expect(want == same, f"candor {' '.join(command)} shows\n" + "\n".join(got) + "\nand not, as the README says,\n" + "\n".join(want))
        done += 1
    expect(done >= 10, f"the README has {done} commands in its call")
    steps = incident(c, text[text.index("## An incident\n"):text.index("## In any pipeline")])
    print(f"the call in the README: {done} commands, the incident: {steps}, each line as it says")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A caller whom nobody knows, a wrong PIN and a wrong code: the same words, byte for byte, the same exit codes, times of the same size, the same entries in the ledger. Nothing that
was said or typed stands in the ledger, in an error, or in the workspace's files."""
import json
import pathlib
import re
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402

PIN, WRONG = "48203957", "11335577"
ADA = {"name": "Ada Archer", "account": "10442", "postcode": "97201", "email": "ada@example.com", "mobile": "+1 503 555 0142", "order_state": "a parcel on its way"}
BOB = {"name": "Bob Stone", "account": "10443", "postcode": "97202", "email": "bob@example.com"}      # no PIN, no telephone
CARL = {**ADA, "account": "10444", "email": "carl@example.com"}
DORA = {"name": "Dora Finch", "account": "10445", "postcode": "97201"}
ROUNDS = 5              # as many as a day allows


def same(text):
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "MOMENT", text)
    text = re.sub(r"\b[0-9A-Z]+-\d{2}\b", "MARK", text)      # a call or its word: one of four letters may be either
    text = re.sub(r"\b\d?\d:\d\d left", "TIME left", text)
    return re.sub(r"(the caller: |_caller\":\"|receipt\":|Receipt +|prove )\d+", r"\1N", text)


def script(c, said, number, times, json_too=()):
    """Everything the agent sees; the commands are the same for everybody."""
    seen = []

    def run(what, *words, input=None):
        begun = time.monotonic()
        code, out, err = c.run(*words, *json_too, input=input)
        times.setdefault(what, []).append(time.monotonic() - begun)
        seen.append((what, code, same(out), same(err)))
        return out

    out = run("start", "verify", "start", "--purpose", "order-status", "--field", "order_state", "--number", number, "--ticket", "T-1", input=said)
    call = json.loads(out)["call"] if json_too else out.split()[1]
    for n in range(4):
        run("pin", "verify", "answer", "--call", call, "pin", input=WRONG + "\n")
    run("totp", "verify", "answer", "--call", call, "totp", input="123456\n")
    run("last4", "verify", "answer", "--call", call, "card-last4", input="1881\n")
    run("document", "verify", "answer", "--call", call, "document", input="Ada Archer\n")
    run("too early", "verify", "answer", "--call", call, "sms", input="123456\n")
    for way in ("sms", "email", "link", "callback", "letter"):
        run(way, "verify", "send", "--call", call, way)
    run("sms code", "verify", "answer", "--call", call, "sms", input="12345678901\n")
    run("enter", "verify", "enter", "--call", call, input="12345678901\n")
    run("flag", "verify", "flag", "--call", call, "pressure")
    run("disclose", "disclose", "--call", call, "order_state", "card")
    run("send", "disclose", "--call", call, "--send", "orders")
    run("confirm", "disclose", "--call", call, "--confirm", "postcode", input="97201\n")
    run("status", "verify", "status", "--call", call)
    run("end", "verify", "end", "--call", call, "--tell", "--note", "not verified")
    return seen


def main():
    c = Candor()
    c.good("init", "--org", "Harbour Books")
    for who in (ADA, BOB):
        ref = c.good("customer", "add", "--on-file-since", "2020-01-31", input=json.dumps(who) + "\n").strip()
        if who is ADA:
            c.good("factor", "enrol", ref, "pin", "--source", "test", input=PIN + "\n")
    callers = {"ada": "account: 10442\npostcode: 97201\n", "bob": "account: 10443\npostcode: 97202\n", "nobody": "account: 99999\npostcode: 97201\n"}
    times, first = {}, None
    for flags in ((), ("--json",)):
        first = None
        for n, (who, said) in enumerate(callers.items()):
            seen = script(c, said, f"+1 503 555 01{42 + n}", {}, flags)
            first = first or seen
            for a, b in zip(first, seen):
                expect(a == b, f"{who}: {a[0]} differs\n{a}\n{b}")
    for who in (CARL, DORA):
        ref = c.good("customer", "add", "--on-file-since", "2020-01-31", input=json.dumps(who) + "\n").strip()
        if who is CARL:
            c.good("factor", "enrol", ref, "pin", "--source", "test", input=PIN + "\n")
    for n in range(ROUNDS):
        for i, who in enumerate(callers):
            said = f"account: {10444 + i if who != 'nobody' else 50000 + n}\npostcode: 97201\n"
            t = times.setdefault(who, {})
            begun = time.monotonic()
            call = c.json("verify", "start", "--purpose", "order-status", input=said)["call"]
            t.setdefault("start", []).append(time.monotonic() - begun)
            begun = time.monotonic()
            c.run("verify", "answer", "--call", call, "pin", input=WRONG + "\n")
            t.setdefault("pin", []).append(time.monotonic() - begun)
            begun = time.monotonic()
            c.run("verify", "send", "--call", call, "sms")
            t.setdefault("sms", []).append(time.monotonic() - begun)
    shown = {}
    for what in ("start", "pin", "sms"):
        mid = {who: statistics.median(times[who][what]) for who in callers}
        shown[what] = " ".join(f"{who} {m * 1000:.0f} ms" for who, m in mid.items())
        expect(max(mid.values()) < 2 * min(mid.values()) + 0.05, f"the time of {what} tells who is known: {shown[what]}")
    for name in ("candor.db", "candor.db-wal", "candor.head"):
        path = c.folder / "candor-workspace" / name
        data = path.read_bytes() if path.exists() else b""
        for secret in (PIN, WRONG, "ada@example.com", "Ada Archer", "503 555 0142", "5035550142", "99999"):
            expect(secret.encode() not in data, f"{name} holds something that was said")
    print("; ".join(f"{k}: {v}" for k, v in shown.items()))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reminders through a real mail server: kill -9 at random moments of candor tick loses none and sends none twice but the one that was under way; a server that is away gets them later; two ticks at once and
somebody who writes meanwhile disturb nothing."""
import collections
import email
import email.policy
import os
import pathlib
import random
import signal
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402
from smtp import Smtp  # noqa: E402

CLOCKS = 40


def start(port, clocks):
    c = Candor()
    c.good("init", "--org", "Example Shop")
    c.good("@candor-clocks", c.folder / "candor-workspace", clocks)
    aim(c, port)
    return c


def aim(c, port):
    way = f"{{url: 'smtp://127.0.0.1:{port}', from: candor@shop.example.com, starttls: never}}"
    (c.folder / "candor-workspace/send.yaml").write_text(f"version: 1\nemail:\n  timeout: 3\n  smtp: {way}\nalert:\n  to: owner@shop.example.com\n  timeout: 3\n  smtp: {way}\n")


def letters(server):
    return [email.message_from_bytes(m["data"], policy=email.policy.default) for m in server.mails]


def entries(c, kind):
    return len(c.json("ledger", "log", "--kind", kind, "--limit", "1000")["entries"])


def check_words():
    server = Smtp(None, "no-tls")
    c = start(server.port, 1)
    told = c.json("tick")
    expect((told["warned"], told["due"], told["escalated"], told["sent"], told["failed"]) == (1, 1, 1, 2, 0), str(told))
    to = {m["To"]: m for m in letters(server)}
    expect(set(to) == {"mia@shop.example.com", "omar@shop.example.com"}, str(to.keys()))
    text = to["mia@shop.example.com"].get_content()
    for words in ("Step 1", "was due on", "ago", "incident manager", "candor run show R-1", "was meant for"):
        expect(words in text, f"{words!r} is missing:\n{text}")
    expect(to["mia@shop.example.com"]["Subject"] == "Overdue: Step 1" and to["omar@shop.example.com"]["Subject"] == "Missed: Step 1", str([m["Subject"] for m in to.values()]))
    told = c.json("tick")
    expect(not any(told[k] for k in ("warned", "due", "escalated", "sent", "failed")), str(told))
    c.sound()


def check_away():
    """Nobody answers at the port: counted, tried again, sent once."""
    nobody = socket.create_server(("127.0.0.1", 0))
    port = nobody.getsockname()[1]
    nobody.close()
    c = start(port, 5)
    code, out, _ = c.run("tick", "--json")
    expect(code == 6 and '"sent":0' in out and '"failed":10' in out, f"{code} {out}")
    expect(entries(c, "clock.overdue") == 5 and entries(c, "clock.escalate") == 5, "entries are missing")
    server = Smtp(None, "no-tls")
    aim(c, server.port)
    expect(c.json("tick")["sent"] == 10 and len(server.mails) == 10, "they were not sent later")
    expect(c.json("tick")["sent"] == 0 and len(server.mails) == 10, "some were sent twice")


def check_kills(seed):
    rng, server, kills = random.Random(seed), Smtp(None, "no-tls"), 0
    c = start(server.port, CLOCKS)
    begun = time.monotonic()
    while kills < 25 and time.monotonic() - begun < 60 and len(server.mails) < 2 * CLOCKS:
        p = c.start("tick", "-q")
        time.sleep(0.003 + rng.random() * 0.12)
        os.kill(p.pid, signal.SIGKILL)
        p.communicate()
        kills += 1
    c.good("tick", "-q")
    count = collections.Counter((m["To"], m["Subject"]) for m in letters(server))
    expect(len(count) == 2 * CLOCKS, f"{len(count)} of {2 * CLOCKS} reminders arrived")
    again = sum(n - 1 for n in count.values())
    expect(again <= kills, f"{again} came twice, after {kills} kills")
    ids = collections.Counter(m["Message-ID"] for m in letters(server))
    expect(len(ids) == 2 * CLOCKS, "one that came twice has another Message-ID")
    for kind in ("clock.warn", "clock.overdue", "clock.escalate"):
        expect(entries(c, kind) == CLOCKS, f"{entries(c, kind)} entries {kind}, not {CLOCKS}")
    expect(c.json("tick")["sent"] == 0, "something is left to be sent")
    c.sound()
    print(f"{kills} kills, {len(server.mails)} mails for {2 * CLOCKS} reminders, {again} of them again")


def check_beside():
    """Two ticks at once, and somebody who writes."""
    server = Smtp(None, "no-tls")
    c = start(server.port, 20)
    running = [c.start("tick", "--json"), c.start("tick", "--json"), c.start("customer", "list") if "customer list" in c.verbs else c.start("status"), c.start("inventory", "add", "system", "till")]
    for p in running[:2]:
        out, err = p.communicate(timeout=100)
        expect(p.returncode == 0, f"exit code {p.returncode}: {out}{err}")
    for p in running[2:]:
        p.communicate(timeout=100)
    expect(len(server.mails) == 40, f"{len(server.mails)} mails")


def check_slow():
    """While a mail server thinks nobody is kept from writing, and a second tick does not send the same."""
    server = Smtp(None, "hang")
    c = start(server.port, 2)
    p = c.start("tick", "-q")
    time.sleep(0.7)
    expect(p.poll() is None, "the tick does not wait for the server")
    begun = time.monotonic()
    c.good("incident", "open", "--no-playbook", "A laptop is gone")
    expect(time.monotonic() - begun < 1.5, f"writing took {time.monotonic() - begun:.1f} s while a message was under way")
    told = c.json("tick")
    expect(told["sent"] == 0 and time.monotonic() - begun < 3, f"a second tick sends: {told}")
    p.communicate(timeout=60)
    expect(p.returncode == 6, f"exit code {p.returncode}")
    quick = Smtp(None, "no-tls")
    aim(c, quick.port)
    expect(c.json("tick")["sent"] == 5 and len(quick.mails) == 5, "they were not sent later")      # four, and to mia that she manages the incident


def components(text):
    """(name, {property: value}, parameters dropped) of each component that has no other in it, and of those that have."""
    expect(text.endswith("\r\n") and "\n" not in text.replace("\r\n", ""), "lines do not end in CRLF")
    expect(all(len(line.encode()) <= 75 for line in text.split("\r\n")), "a line is longer than 75 octets")
    stack, all_of_them = [], []
    for line in text.replace("\r\n ", "").replace("\r\n\t", "").split("\r\n")[:-1]:
        name, value = line.split(":", 1)
        if name == "BEGIN":
            stack.append((value, {}))
        elif name == "END":
            expect(stack and stack[-1][0] == value, f"END:{value} ends nothing")
            all_of_them.append(stack.pop())
        else:
            stack[-1][1][name.split(";")[0]] = value
    expect(not stack, "something does not end")
    return all_of_them


def check_calendar():
    """What libical wrote, read by somebody else."""
    c = Candor()
    c.good("init", "--org", "Grüße, Söhne; Töchter")
    c.good("incident", "open", "--no-playbook", "A laptop is gone")
    c.good("incident", "promise", "I-1", "Say what was found", "--to", "the works council", "--by", "2033-03-01T10:00:00Z")
    c.good("incident", "update", "I-1", "--every", "4 hours", "--to", "the insurer")
    c.good("incident", "calendar", "--out", "a.ics")
    first = components((c.folder / "a.ics").read_bytes().decode())
    events = {e["SUMMARY"]: e for kind, e in first if kind == "VEVENT"}
    expect(set(events) == {"Commitment 1 (I-1)", "Progress update (I-1)"}, str(events))
    expect(events["Commitment 1 (I-1)"]["DTSTART"] == "20330301T100000Z", str(events))
    expect([e["X-WR-CALNAME"] for kind, e in first if kind == "VCALENDAR"] == ["Candor: Grüße, Söhne; Töchter".replace(",", "\\,").replace(";", "\\;")] or
           [e["X-WR-CALNAME"] for kind, e in first if kind == "VCALENDAR"] == ["Candor: Grüße, Söhne; Töchter"], str(first[-1]))
    expect(sum(kind == "VALARM" for kind, _ in first) == 3, "reminders are missing")
    expect(len({e["UID"] for e in events.values()}) == 2 and all(e["SEQUENCE"] == "0" for e in events.values()), str(events))
    expect("insurer" not in str(first) and "council" not in str(first), "the calendar tells to whom something was promised")
    time.sleep(1.1)
    c.good("incident", "update", "I-1", "All is quiet")
    c.good("incident", "calendar", "--out", "b.ics")
    again = {e["SUMMARY"]: e for kind, e in components((c.folder / "b.ics").read_bytes().decode()) if kind == "VEVENT"}
    expect(again["Commitment 1 (I-1)"] == events["Commitment 1 (I-1)"], "what did not change changed")
    moved, was = again["Progress update (I-1)"], events["Progress update (I-1)"]
    expect(moved["UID"] == was["UID"] and moved["SEQUENCE"] == "1" and moved["DTSTAMP"] > was["DTSTAMP"] and moved["DTSTART"] > was["DTSTART"], f"{was} {moved}")


def main():
    seed = int(os.environ.get("CANDOR_SEED", time.time_ns() % 1000000))
    print(f"seed {seed}")
    check_words()
    check_away()
    check_kills(seed)
    check_beside()
    check_calendar()
    check_slow()


main()

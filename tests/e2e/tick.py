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
    server = Smtp(None, "no-tls")
    server.listener.close()
    c = start(server.port, 5)
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


def main():
    seed = int(os.environ.get("CANDOR_SEED", time.time_ns() % 1000000))
    print(f"seed {seed}")
    check_words()
    check_away()
    check_kills(seed)
    check_beside()


main()

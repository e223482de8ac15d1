#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A day at a desk of two: a call that goes well and one that does not, a colleague who calls back, broken glass, the police, a canary; and the owner's report of it. No value, number or
secret stands in the workspace, in an error, or in what the owner is told."""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402
from desk import Desk, code_of  # noqa: E402
from terminal import Terminal  # noqa: E402

ADA = {"name": "Ada Archer", "email": "ada@example.com", "mobile": "+1 503 555 0142", "account": "10442", "postcode": "97201", "address": "12 Harbour Street", "city": "Portland",
       "delivery_address": "9 Quay Lane, Portland", "card": "4111111111111111", "order_state": "parcel on the van", "guardian": "Uncle Theodore"}
PIN = "48203957"


class Shop(Desk):
    def __init__(self):
        super().__init__()
        self.add("ada", "owner", "tall green ferry")
        self.owner = self.as_("ada")
        self.add("dana", "staff", "nine cold lamps", self.owner["CANDOR_SESSION"])
        self.add("omar", "staff", "seven wet stones", self.owner["CANDOR_SESSION"])
        self.add("orla", "auditor", "four red kettles", self.owner["CANDOR_SESSION"])
        self.dana, self.omar = self.as_("dana"), self.as_("omar")
        self.ref = self.c.json("customer", "add", "--on-file-since", "2024-01-31", env=self.owner, input=json.dumps(ADA))["added"][0]
        self.c.good("factor", "enrol", self.ref, "pin", "--source", "counter", env=self.owner, input=f"{PIN}\n{PIN}\n")
        self.uri = self.c.json("factor", "enrol", self.ref, "totp", "--source", "counter", env=self.owner)["uri"]
        self.c.good("factor", "enrol", self.ref, "totp", "--confirm", "--source", "counter", env=self.owner, input=code_of(self.uri) + "\n")

    def start(self, purpose="delivery-question", *more, said="account: 10442\npostcode: 97201\n"):
        return self.c.json("verify", "start", "--purpose", purpose, *more, env=self.dana, input=said)["call"]

    def totp(self):
        self.sql("UPDATE factor SET last_step = -1")
        return code_of(self.uri) + "\n"

    def outbox(self):
        folder = self.c.folder / "candor-workspace" / "outbox"
        return "".join(p.read_text() for p in sorted(folder.iterdir())) if folder.exists() else ""


def at_a_terminal():
    """A line with a name is understood at any prompt, one with an unknown name is not taken for a value, and the number stands on no command line."""
    c = Candor()
    c.good("init", "--org", "Harbour Books")
    c.json("customer", "add", "--on-file-since", "2024-01-31", input=json.dumps(ADA))
    t = Terminal(c, "verify", "start", "-p", "order-status", "-f", "order_state")
    for prompt, typed in (("or withheld: ", "hidden"), ("Account number: ", "acount: 10442"), ("Not understood", "account: 10442"), ("E-mail address: ", "postcode: 97201"), ("E-mail address: ", ""), ("Telephone: ", ""),
                          ("Name: ", ""), ("Date of birth: ", ""), ("Last four of the card: ", "")):
        t.until(prompt)
        t.type(typed)
    expect(t.end() == 0 and "Postcode: " not in t.seen and "withheld-number" in t.seen, f"at the terminal:\n{t.seen}")
    said = {row[0] for row in c.sql("SELECT factor FROM verification_said WHERE matched = 1")} if hasattr(c, "sql") else None
    expect(said in (None, {31, 33}), f"what was said: {said}")


def goes_well(shop):
    c, env = shop.c, shop.dana
    call = shop.start("delivery-question", "--field", "delivery_address", "--number", "+1 503 555 0142", "--ticket", "T-1182")
    c.refused(2, "no flag that is raised by hand", "verify", "flag", "--call", call, "gossip", env=env)
    code, out, err = c.run("disclose", "--call", call, "delivery_address", env=env)
    expect(code == 1 and "NOT TOLD" in out and "Quay" not in out, f"something was told too early: {out}{err}")
    c.good("verify", "answer", "--call", call, "pin", env=env, input="4820 3957\n")
    code, out, err = c.run("disclose", "--call", call, "--confirm", "delivery_address", env=env, input="9 quay lane portland\n")
    expect(code == 0 and "RIGHT" in out and "Quay" not in out, f"the confirmation: {code} {out}{err}")
    c.good("verify", "answer", "--call", call, "totp", env=env, input=shop.totp())
    code, out, err = c.run("disclose", "--call", call, "delivery_address", "card", "--json", env=env)
    told = {f["field"]: f for f in json.loads(out)["fields"]}
    expect(code == 6 and told["delivery_address"]["value"] == ADA["delivery_address"] and not told["card"]["told"] and "value" not in told["card"], f"{code} {out}{err}")
    c.refused(4, "another employee's", "disclose", "--call", call, "delivery_address", env=shop.omar)
    end = c.json("verify", "end", "--call", call, "--tell", "--note", "card 4111 1111 1111 1111, code 482913", env=env)
    expect(end["told"] == "delivery address (in full)" and end["masked_in_note"] == 2, f"the end: {end}")
    entry = c.json("ledger", "log", "--limit", "1", env=shop.owner)["entries"][-1]
    expect(entry["index"] == end["receipt"] and entry["details"]["told"] == {"delivery_address": "plain"}, f"the receipt: {entry}")
    expect("delivery address (in full)" in shop.outbox() and "Reply NO" in shop.outbox(), "the customer was not told")
    c.refused(4, "has ended", "disclose", "--call", call, "delivery_address", env=env)
    return call


def is_called_back(shop):
    """The PIN is locked; a colleague calls the number on file."""
    c, env = shop.c, shop.dana
    call = shop.start("order-status", "--field", "order_state")
    for n in range(3):
        code, out, err = c.run("verify", "answer", "--call", call, "pin", env=env, input="11335577\n")
        expect(code == 1 and f"{2 - n} " in out, out + err)
    code, out, err = c.run("verify", "answer", "--call", call, "pin", env=env, input=PIN + "\n")
    expect(code == 4 and "call you back" in out, out + err)
    out = c.good("verify", "send", "--call", call, "callback", env=env)
    spoken = re.search(r"caller: (\d+)", out).group(1)
    c.refused(4, "The owner or another employee", "verify", "callback", "--call", call, env=env)
    out = c.good("verify", "callback", "--call", call, env=shop.omar)
    expect("+1 503 555 0142" in out and spoken not in out, f"the call-back: {out}")
    c.good("verify", "answer", "--call", call, "callback", env=shop.omar, input=spoken + "\n")
    expect("parcel on the van" in c.good("disclose", "--call", call, "order_state", env=env), "the state of the order was not told")
    c.good("verify", "end", "--call", call, env=env)


def not_me(shop, call):
    c = shop.c
    c.good("verify", "reply", "--call", call, "NO", env=shop.omar)
    later = shop.start("order-status")
    c.good("verify", "answer", "--call", later, "totp", env=shop.dana, input=shop.totp())
    code, out, err = c.run("disclose", "--call", later, "order_state", env=shop.dana)
    expect(code == 1 and "van" not in out, f"a stopped call told something: {out}")
    expect(c.json("verify", "status", "--call", later, env=shop.dana)["stopped"], "the call is not stopped")


def outgoing(shop):
    c, env = shop.c, shop.dana
    started = c.json("verify", "start", "-p", "order-status", "--direction", "out", "--ticket", "order 1182", env=env, input="account: 10442\npostcode: 97201\n")
    c.refused(4, "We called", "verify", "answer", "--call", started["call"], "pin", env=env, input=PIN + "\n")
    yes = c.good("verify", "call-check", started["code"].lower().replace("-", " "), env=env)
    expect("dana" in yes and "Harbour Books" in yes and "order 1182" in yes, yes)
    code, out, err = c.run("verify", "call-check", "-", env=env, input="ZZZ-ZZZ\n")
    expect(code == 1 and "Hang up" in out, out)
    c.good("verify", "end", "--call", started["call"], env=env)
    code, out, err = c.run("verify", "call-check", started["code"], env=env)
    expect(code == 1 and "Hang up" in out, out)


def glass_and_police(shop):
    c = shop.c
    c.refused(4, "Somebody else approves", "disclose", "--break-glass", "--reason", "ambulance asks for her guardian", "--approver", "dana", "--ref", shop.ref, "guardian", env=shop.dana)
    # Nobody would approve within the hour: refused at once, with who may.
    for who in ("nobody", "orla"):
        c.refused(2, "these may: ", "disclose", "--break-glass", "--reason", "ambulance asks for her guardian", "--approver", who, "--ref", shop.ref, "guardian", env=shop.dana)
    asked = json.loads(c.good("disclose", "--break-glass", "--reason", "ambulance asks for her guardian", "--approver", "omar", "--ref", shop.ref, "guardian", "card", "--json", env=shop.dana, codes=(6,)))
    c.refused(4, "has not approved", "disclose", "--approved", asked["approval"], env=shop.dana)
    c.refused(4, "another approver", "disclose", "approve", asked["approval"], env=shop.owner)
    c.good("disclose", "approve", asked["approval"], env=shop.omar)
    c.refused(4, "Only whoever asked", "disclose", "--approved", asked["approval"], env=shop.omar)
    out = c.good("disclose", "--approved", asked["approval"], env=shop.dana)
    expect("Uncle Theodore" in out and "4111111111111111" not in out, f"the glass: {out}")
    c.refused(4, "used already", "disclose", "--approved", asked["approval"], env=shop.dana)
    expect(shop.outbox().count("Break-glass") >= 2 and "Theodore" not in shop.outbox(), "what the owner was told")
    words = ("--third-party", "police", "--ref", shop.ref, "address")
    c.refused(4, "legal ground", "disclose", *words, "--document", "4 Js 1182/26", env=shop.owner)
    c.refused(4, "legal ground", "disclose", *words, "--ground", "section 100j StPO", env=shop.owner)
    out = c.good("disclose", *words, "--ground", "section 100j StPO", "--document", "4 Js 1182/26", env=shop.owner)
    expect("12 Harbour Street" in out, out)
    code, out, err = c.run("disclose", *words, "--ground", "section 100j StPO", "--document", "4 Js 1182/26", env=shop.dana)
    expect(code == 1 and "Harbour Street" not in out, f"staff told the police: {out}")


def canary(shop):
    c = shop.c
    bait = {"name": "Zoe Bait", "account": "90001", "postcode": "10001", "order_state": "lost"}
    ref = c.json("customer", "add", "--on-file-since", "2024-01-31", env=shop.owner, input=json.dumps(bait))["added"][0]
    c.good("factor", "enrol", ref, "pin", "--source", "counter", env=shop.owner, input=f"{PIN}\n{PIN}\n")
    c.good("customer", "canary", ref, "on", env=shop.owner)
    call = shop.start("order-status", said="account: 90001\npostcode: 10001\n")
    c.good("verify", "answer", "--call", call, "pin", env=shop.dana, input=PIN + "\n")
    out = c.good("disclose", "--call", call, "order_state", env=shop.dana)
    expect("lost" in out and "canary" not in out.lower(), f"a canary sings: {out}")
    expect("canary" in shop.outbox().lower() and "Zoe" not in shop.outbox(), "the owner was not told of the canary")
    # An incident, suspected, for whoever may act; one, however often somebody looks; nothing for whoever did it.
    opened = "SELECT count(*) FROM incident"
    c.good("status", env=shop.dana)
    expect(shop.sql(opened) == [(0,)], f"a colleague at the desk opened the incident: {shop.sql(opened)}")
    for _ in range(2):
        state = c.json("status", env=shop.owner)
        expect(state["open_incidents"] == 1, f"incidents after a canary: {state}")
    found = shop.sql("SELECT i.kind, i.state, i.title FROM incident i JOIN canary_alert a ON a.incident_id = i.id")
    expect(found == [("insider-misuse", 1, "A canary record was opened")], f"the incident of the canary: {found}")


def report(shop):
    c = shop.c
    c.refused(4, "whose role is staff", "disclosure", "report", env=shop.dana)
    r = c.json("disclosure", "report", env=shop.owner)
    expect(r["disclosures_without_verification"] == 0 and r["faults"] == [], f"the headline: {r}")
    want = {"dialled": 1, "glass_asked": 1, "glass_approved": 1, "glass_opened": 1, "third_party": 2, "canaries": 1, "canaries_untold": 0, "unsent": 0, "checks": 3, "checks_yes": 1, "locks": 1}
    expect({k: r[k] for k in want} == want, f"the figures: {({k: r[k] for k in want})}")
    expect({a["name"] for a in r["agents"]} >= {"staff:dana", "staff:omar"}, f"the agents: {r['agents']}")
    page = c.folder / "report.html"
    c.good("disclosure", "report", "--html", page, env=shop.owner)
    expect("Disclosures without verification: 0" in page.read_text(), "the page has no headline")
    log = json.dumps(c.json("ledger", "log", "--limit", "10000", env=shop.owner))
    for path in (c.folder / "candor-workspace").iterdir():
        data = path.read_bytes() if path.is_file() else b""
        for value in (*ADA.values(), PIN, "11335577", "4111 1111", "482913", "100j StPO" if path.name != "candor.db" else "Uncle"):
            expect(value.encode() not in data or value == "Portland" and path.suffix == ".yaml", f"{path.name} holds {value!r}")
    for value in (*ADA.values(), PIN, "100j", "Js 1182"):
        expect(value not in log, f"the ledger holds {value!r}")
    c.good("ledger", "verify", env=shop.owner)


def main():
    shop = Shop()
    at_a_terminal()
    call = goes_well(shop)
    is_called_back(shop)
    outgoing(shop)
    glass_and_police(shop)
    canary(shop)
    not_me(shop, call)
    report(shop)
    print("a day at the desk: what may be told was told, and nothing else")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Requests by right with two people at the desk: verified in a call, answered with the customer's data and nobody else's, corrected, erased, refused, late."""
import datetime
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import expect  # noqa: E402
from desk import Desk, code_of  # noqa: E402

CARLA = {"name": "Carla Mendes", "email": "carla@example.com", "phone": "+49 30 555 0142", "address": "Hafenstr. 4", "city": "Hamburg", "postcode": "20457", "country": "Germany", "date_of_birth": "1985-12-24",
         "account": "10442", "national_id": "12345678903", "order_state": "packed", "note": "neighbour Jonas Weber takes parcels", "bank_account": "DE89370400440532013000"}
OTHER = {"name": "Zacharias Quint", "email": "zq@example.com", "phone": "+49 30 555 0199", "address": "Geheimweg 77", "city": "Bremen", "postcode": "28195", "country": "Germany", "account": "20001"}
PIN = "83610274"


class Shop(Desk):
    def __init__(self):
        super().__init__()
        self.add("ada", "owner", "tall green ferry")
        self.ada = self.as_("ada")
        self.add("dana", "staff", "nine cold lamps", self.ada["CANDOR_SESSION"])
        self.add("otto", "auditor", "seven wet stones", self.ada["CANDOR_SESSION"])
        self.dana, self.otto = self.as_("dana"), self.as_("otto")

    def customer(self, record, *more):
        return self.c.json("customer", "add", "--on-file-since", "2024-01-31", *more, env=self.ada, input=json.dumps(record))["added"][0]

    def proofs(self, ref):
        """A PIN and an authenticator; returns its address."""
        self.c.good("factor", "enrol", ref, "pin", "--source", "counter, passport seen", env=self.ada, input=f"{PIN}\n{PIN}\n")
        uri = self.c.json("factor", "enrol", ref, "totp", "--source", "counter, passport seen", env=self.ada)["uri"]
        self.c.good("factor", "enrol", ref, "totp", "--confirm", "--source", "counter, passport seen", env=self.ada, input=code_of(uri) + "\n")
        return uri

    def call(self, record, purpose, uri=None, by=None):
        """A call in which she proves her PIN; with ${uri} all that C4 asks for."""
        c, env = self.c, by or self.dana
        call = c.json("verify", "start", "--purpose", purpose, env=env, input=f"account: {record['account']}\npostcode: {record['postcode']}\n")["call"]
        c.good("verify", "answer", "--call", call, "pin", env=env, input=PIN + "\n")
        if not uri:
            return call
        self.sql("UPDATE factor SET last_step = -1")
        c.good("verify", "answer", "--call", call, "totp", env=env, input=code_of(uri) + "\n")
        out = c.json("verify", "send", "--call", call, "callback", env=env)
        code = re.search(r"\d{6}", out["tell_the_caller"].replace(" ", "")).group(0)
        c.good("verify", "callback", "--call", call, env=env)
        c.good("verify", "answer", "--call", call, "callback", env=env, input=code + "\n")
        c.good("verify", "second", "--call", call, env=self.ada)
        deed = c.good("verify", "status", "--call", call, env=env)
        expect(f"request verify R-NUMBER --call {call}" in deed or f"customer edit REF FIELD --call {call}" in deed, f"what may be done now is not said: {deed}")
        return call


def no_trace(shop, values, what):
    """None of ${values} stands readable in the workspace."""
    for path in (shop.c.folder / "candor-workspace").iterdir():
        if path.is_file():
            data = path.read_bytes()
            for value in values:
                expect(value.encode() not in data, f"{what}: a value stands readable in {path.name}")


def copy(shop, ref, uri):
    c = shop.c
    low, about = shop.call(CARLA, "data-copy"), shop.call(CARLA, "account-help")
    code, out, _ = c.run("request", "open", ref, "--kind", "copy", "--call", low, "--json", env=shop.dana)
    q = json.loads(out)
    expect(code == 1 and q["state"] == "open" and not q["verified"] and "C4" in q["not_verified"], f"too low a level was taken: {q}")
    today = datetime.datetime.now(datetime.timezone.utc).date()
    month = today.month % 12 + 1
    last = (datetime.date(today.year + (today.month == 12), month, 28) + datetime.timedelta(4)).replace(day=1) - datetime.timedelta(1)
    due = last.replace(day=min(today.day, last.day))
    expect(q["law"] == "gdpr" and q["due"] == due.isoformat(), f"due: {q['due']}, not {due}")
    c.refused(4, "Nobody has proved yet", "request", "fulfil", q["request"], "--out", "answer", env=shop.dana)
    expect(not (c.folder / "answer").exists(), "an answer was written before she was verified")
    c.good("disclose", "--call", about, "order_state", env=shop.dana)
    c.refused(4, "is about account-help", "request", "verify", q["request"], "--call", about, env=shop.dana)
    c.good("verify", "end", "--call", low, env=shop.dana)
    c.refused(4, "has ended", "request", "verify", q["request"], "--call", low, env=shop.dana)
    # Another customer's call proves nothing, and is not told apart from one that proves too little.
    stranger = shop.call(OTHER, "data-copy", shop.other_uri)
    c.refused(4, "does not prove enough", "request", "verify", q["request"], "--call", stranger, env=shop.dana)
    call = shop.call(CARLA, "data-copy", uri)
    c.refused(4, "", "request", "verify", q["request"], "--call", call, env=shop.ada)      # it is dana's call
    proved = c.json("request", "verify", q["request"], "--call", call, env=shop.dana)
    expect(proved["level"] == "C4" and proved["verified_in"] == call, f"the proof: {proved}")
    direct = c.json("request", "open", ref, "--kind", "copy", "--call", call, env=shop.dana)
    c.good("verify", "end", "--call", call, env=shop.dana)
    c.good("consent", "record", "--purpose", "news", "--subject-key", CARLA["email"], "--state", "given", "--at", "2026-01-10", env=shop.dana)
    c.good("consent", "record", "--purpose", "news", "--subject-key", OTHER["email"], "--state", "refused", "--at", "2026-01-11", env=shop.dana)
    c.good("inventory", "add", "party", "postfox", "name=Postfox Mailing", "kind=vendor", env=shop.ada)
    c.good("inventory", "add", "activity", "news", "purpose=Newsletter about new books", "categories=user.contact", "recipients=postfox", "lawful_basis=consent", "retention.period=P2Y", env=shop.ada)
    c.good("inventory", "add", "activity", "payroll", "purpose=Paying the staff", "categories=user.health_and_medical", env=shop.ada)
    c.good("inventory", "add", "activity", "badges", "purpose=Badges of the staff", "categories=user.contact", "subjects=employees", env=shop.ada)
    before = c.json("ledger", "log", "--limit", "10000", env=shop.ada)["entries"]
    out = c.json("request", "fulfil", q["request"], "--out", "answer", env=shop.dana)      # exit code 0: purposes are declared
    package = json.loads((c.folder / out["json"]).read_text())
    page = (c.folder / out["page"]).read_text()
    values = {f["key"]: f["value"] for f in package["data"]}
    withheld = {f["key"] for f in package["held_not_shown"]}
    for key in ("name", "email", "phone", "address", "date_of_birth", "account"):
        expect(re.sub(r"\W", "", CARLA[key]) == re.sub(r"\W", "", values.get(key, "")), f"{key} is not in the copy: {values}")
        expect(values[key] in page, f"{key} is not on the page")
    expect(withheld == {"national_id", "bank_account", "note"}, f"held and not shown: {withheld}")
    for secret in (CARLA["national_id"], CARLA["bank_account"], "Jonas", "Weber", PIN, *OTHER.values()):
        if secret not in ("Germany",):
            expect(secret not in json.dumps(package) and secret not in page, "what must not be in the copy is in it")
    for name in ("dana", "ada", "otto"):
        expect(not re.search(rf"\b{name}\b", json.dumps(package) + page), f"the copy names {name} of the staff")
    expect([e["state"] for e in package["consents"]] == ["given"], f"consents: {package['consents']}")
    expect([(p["purpose"], p["recipients"], p["basis"], p["kept"]) for p in package["purposes"]] == [("Newsletter about new books", ["Postfox Mailing"], "consent", "2 years")],
           f"purposes and recipients: {package['purposes']}")
    told = package["told"]
    expect(any(t["what"] == "state of the order" and t["by"] == "staff" and t["to"] == "you" for t in told), f"told: {told}")
    expect(any(t["what"] == "telephone" and t["to"] == "our staff, to call you" for t in told), f"the call-back is not told: {told}")
    expect({p["kind"] for p in package["proofs"]} >= {"PIN"}, f"proofs: {package['proofs']}")
    expect(oct((c.folder / out["json"]).stat().st_mode & 0o777) == "0o600" and oct((c.folder / "answer").stat().st_mode & 0o777) == "0o700", "others may read the answer")
    # Each value left after its entry: one grant, then one entry a field.
    entries = c.json("ledger", "log", "--limit", "10000", env=shop.ada)["entries"]
    seen = {e["index"] for e in before}
    entries = [e for e in entries if e["index"] not in seen]
    grants = [e for e in entries if e["kind"] == "disclosure.grant"]
    reveals = [e["details"]["field"] for e in entries if e["kind"] == "disclosure.reveal"]
    expect(len(grants) == 1 and q["request"] in grants[0]["details"]["basis"] and sorted(reveals) == sorted(values), f"grants {grants}, reveals {reveals}")
    expect(any(e["kind"] == "request.fulfil" and e["subject"] == f"request:{q['request']}" and e["actor"] == "staff:dana" for e in entries), "the answer is not in the ledger")
    c.refused(4, "fulfilled already", "request", "fulfil", q["request"], "--out", "again", env=shop.dana)
    # Whichever way it was proved, the supervisor's report finds the proof behind what was answered.
    c.json("request", "fulfil", direct["request"], "--out", "direct", env=shop.dana)
    report = c.json("disclosure", "report", env=shop.ada)
    expect(report["disclosures_without_verification"] == 0 and report["reveals"] > 2 * len(values), f"answers without a proof: {report}")
    no_trace(shop, [CARLA["email"], CARLA["address"], OTHER["address"], CARLA["bank_account"]], "after the copy")


def access(shop, ref, uri):
    """Kinds of data, no values."""
    c = shop.c
    call = shop.call(CARLA, "data-request", uri)
    q = c.json("request", "open", ref, "--kind", "access", "--law", "ccpa", "--received", "2026-03-02", "--call", call, env=shop.dana)
    expect(q["due"] == "2026-04-16" and q["confirm_by"] == "2026-03-16", f"45 days and 10 business days: {q}")
    out = c.json("request", "fulfil", q["request"], "--out", "kinds", env=shop.dana)
    page = (c.folder / out["page"]).read_text()
    expect("contact details" in page and "user.contact" not in page, "kinds of data are not in words on the page")
    text = (c.folder / out["json"]).read_text() + page
    for key in ("name", "email", "phone", "address", "account", "national_id"):
        expect(CARLA[key] not in text, f"the value of {key} is in an answer about kinds of data")
    expect("e-mail" in text and "national id" in text.lower(), "the kinds of data are not named")
    c.good("verify", "end", "--call", call, env=shop.dana)


def correction(shop, ref, uri):
    c = shop.c
    low = shop.call(CARLA, "correction", uri)
    q = c.json("request", "open", ref, "--kind", "correction", "--call", low, env=shop.dana)
    # The call-back went to the telephone that is disputed.
    c.refused(4, "not counted: call-back", "request", "fulfil", q["request"], env=shop.dana, input=json.dumps({"phone": "+49 30 555 0177"}))
    out = c.json("request", "fulfil", q["request"], env=shop.dana, input=json.dumps({"name": "Carla Mendes-Roth"}), codes=(0, 6))
    expect(out["outcome"] == "1 field corrected", f"correction: {out}")
    c.good("verify", "end", "--call", low, env=shop.dana)


def erasure(shop, ref, uri):
    c = shop.c
    call = shop.call(CARLA, "erasure", uri)
    q = c.json("request", "open", ref, "--kind", "erasure", "--call", call, env=shop.dana)
    open_ = c.json("request", "open", ref, "--kind", "copy", "--received", "2026-01-05", env=shop.dana)
    c.good("verify", "end", "--call", call, env=shop.dana)
    c.good("hold", "place", "--name", "file 2027-15", "--reason", "pending claim", "--approver", "counsel", "--person", "-", env=shop.ada, input=CARLA["email"] + "\n")
    c.refused(4, "legal hold \"file 2027-15\"", "request", "fulfil", q["request"], "--yes", env=shop.dana)
    c.good("customer", "show", ref, env=shop.dana)
    hold = c.json("hold", "list", env=shop.ada)["holds"][0]["id"]
    c.good("hold", "release", hold, "--reason", "settled", env=shop.ada)
    c.refused(2, "say --yes", "request", "fulfil", q["request"], env=shop.dana)
    out = c.json("request", "fulfil", q["request"], "--yes", "--out", "receipt", env=shop.dana)
    expect(out["receipt"] and (c.folder / "receipt").is_dir(), f"erasure: {out}")
    other = c.json("request", "show", open_["request"], env=shop.otto)
    expect(out["closed"] >= 1 and other["state"] == "closed" and other["outcome"] == "the customer was erased", f"another request of an erased customer: {other}")
    expect(ref not in c.run("request", "list", env=shop.dana)[1], "an erased customer's request is still to be answered")
    code, text, err = c.run("customer", "show", ref, env=shop.dana)
    expect("Carla" not in text and "C." not in text, "the erased customer is still shown")
    c.refused(3, "erased", "request", "open", ref, "--kind", "copy", env=shop.dana)
    shown = c.json("request", "show", q["request"], env=shop.otto)
    expect(shown["state"] == "fulfilled" and shown["receipt"] == out["receipt"], f"after the erasure: {shown}")


def silent(shop):
    """An answer that cannot say what the data are used for is incomplete, and staff are told what to declare."""
    c = shop.c
    shop.sql("DELETE FROM activity")
    ref = shop.customer({"name": "Nora Quiet", "email": "nora@example.com", "country": "FR"})
    q = c.json("request", "open", ref, "--kind", "access", env=shop.dana)["request"]
    shop.sql("UPDATE request SET proved_us = opened_us + 1000000, proved_level = 4, proved_call = '7F3K-92', proved_by = '[]' WHERE id = ?", int(q[2:]))
    out = c.good("request", "fulfil", q, "--out", "silent", env=shop.dana, codes=(6,))
    page = (c.folder / "silent" / f"{q}.html").read_text()
    expect("candor inventory add activity" in out and "Ask us, and we tell you by letter" in page and "Missing" not in page.split("</style>")[-1], f"a silent answer: {out}")


def dates(shop, ref):
    c = shop.c
    for law, received, due in (("gdpr", "2026-01-31", "2026-02-28"), ("gdpr", "2024-01-31", "2024-02-29"), ("uk-gdpr", "2025-12-31", "2026-01-31"), ("gdpr", "2026-03-30", "2026-04-30"), ("ccpa", "2026-02-28", "2026-04-14")):
        q = c.json("request", "open", ref, "--kind", "copy", "--law", law, "--received", received, env=shop.dana)
        expect(q["due"] == due and q["overdue"], f"{law} from {received}: {q['due']}, not {due}")
    code, out, _ = c.run("request", "list", "--json", env=shop.dana)
    late = json.loads(out)
    expect(code == 1 and late["late"] >= 5, f"late requests do not show: {code}")
    expect([q["due"] for q in late["requests"] if q["due"]] == sorted(q["due"] for q in late["requests"] if q["due"]), "the most urgent is not first")
    c.refused(4, "whose role is staff", "request", "extend", q["request"], "--reason", "many records", env=shop.dana)
    c.refused(4, "too late to extend", "request", "extend", q["request"], "--reason", "many records", env=shop.ada)
    new = c.json("request", "open", ref, "--kind", "portability", "--law", "gdpr", env=shop.dana)
    longer = c.json("request", "extend", new["request"], "--reason", "many records", env=shop.ada)
    expect(longer["due"] > new["due"] and longer["extended"], f"not extended: {longer}")
    c.refused(4, "extended already", "request", "extend", new["request"], "--reason", "again", env=shop.ada)
    c.refused(2, "no ground", "request", "refuse", new["request"], "--ground", "lazy", env=shop.ada)
    c.good("request", "refuse", new["request"], "--ground", "excessive", env=shop.ada)
    unknown = c.json("request", "open", ref, "--kind", "erasure", "--law", "unknown", env=shop.dana)
    expect(unknown["due"] is None and "ask counsel" in c.good("request", "show", unknown["request"], env=shop.dana), f"a date without a law: {unknown}")
    c.refused(2, "--ticket", "request", "open", "--kind", "access", env=shop.dana)
    letter = c.json("request", "open", "--kind", "access", "--channel", "post", "--ticket", "2027-118", env=shop.dana)
    c.refused(4, "Nobody has proved yet", "request", "fulfil", letter["request"], "--out", "x", env=shop.dana)
    c.good("request", "refuse", letter["request"], "--ground", "not-held", env=shop.ada)
    opt = c.json("request", "open", ref, "--kind", "opt-out", "--law", "ccpa", "--received", "2026-03-02", env=shop.dana)
    expect(opt["due"] == "2026-03-23" and opt["verified"], f"opt-out: {opt}")
    c.good("request", "fulfil", opt["request"], "--done", "no advertising list has her any more", env=shop.dana)
    c.good("request", "confirm", q["request"], env=shop.dana)
    c.good("request", "close", q["request"], "--reason", "withdrawn by the customer", env=shop.dana)
    c.refused(3, "no request", "request", "show", "R-9999", env=shop.dana)
    c.refused(2, "after today", "request", "open", ref, "--kind", "copy", "--received", "2999-01-01", env=shop.dana)


def killed(shop):
    """An erasure that is killed anywhere is finished by asking for it again; the receipt is the same request's."""
    c = shop.c
    for n in range(1, 40):
        ref = shop.customer({"name": f"Person {n}", "email": f"p{n}@example.com", "country": "FR"})
        q = c.json("request", "open", ref, "--kind", "erasure", env=shop.dana)["request"]
        shop.sql("UPDATE request SET proved_us = opened_us + 1, proved_level = 4, proved_call = '7F3K-92', proved_by = '[]' WHERE id = ?", int(q[2:]))
        code, out, err = c.run("request", "fulfil", q, "--yes", "--json", env={**shop.dana, "CANDOR_FAULT": f"stop:{n}"})
        if code == 0:
            expect(n > 1, "the erasure was not killed once")
            print(f"erasures killed at {n - 1} places")
            return
        expect(code == -9, f"stop {n}: exit {code} {err}")
        again = c.json("request", "fulfil", q, "--yes", env=shop.dana)
        expect(again["state"] == "fulfilled" and again["receipt"], f"stop {n}: {again}")
        c.good("customer", "receipt", again["receipt"], "--out", f"receipt-{n}", env=shop.ada)
        c.refused(4, "fulfilled already", "request", "fulfil", q, "--yes", env=shop.dana)
    expect(False, "the stops do not end")


def main():
    shop = Shop()
    carla, other = shop.customer(CARLA), shop.customer(OTHER)
    uri, shop.other_uri = shop.proofs(carla), shop.proofs(other)
    copy(shop, carla, uri)
    access(shop, carla, uri)
    dates(shop, other)
    correction(shop, carla, uri)
    erasure(shop, carla, uri)
    killed(shop)
    silent(shop)
    report = shop.c.json("disclosure", "report", env=shop.ada)
    expect(report["disclosures_without_verification"] == 0 and report["reveals"] >= 9, f"the supervisor's report: {report}")
    shop.c.sound(env=shop.ada)
    print("requests: verified, answered, corrected, erased, refused and late as they should be")


if __name__ == "__main__":
    main()

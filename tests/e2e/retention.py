#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long is long enough, from end to end on the sample company: what is over age is counted as Python counts it, a plan purges exactly that, rows
without a date stay, nothing else changes, the receipt holds, and afterwards nothing is over age; a hold keeps everything."""
import csv
import datetime
import json
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import ROOT, Candor, expect  # noqa: E402

RETURNS, GUESTS = "files/shop/returns-2016-2026.csv", "files/marketing/reading-guests.ndjson"


def years_ago(today, n):
    """Records before this day are over age: a period that began on it ends today at the earliest."""
    try:
        return today.replace(year=today.year - n).isoformat()
    except ValueError:
        return today.replace(year=today.year - n, day=28).isoformat()


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines()


def contents(root):
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def make(c):
    base = c.folder / "company"
    made = subprocess.run([sys.executable, ROOT / "tests/data/sample/make.py", base], capture_output=True, text=True)
    expect(made.returncode == 0, made.stderr)
    c.good("init")
    c.good("inventory", "import", base / "inventory.yaml")
    c.good("scan", "--quiet", base / "files", codes=(0, 6))
    c.good("policy", "init", "--template", "small-shop")
    return base


def truth(base):
    """What Python finds in the two files with dates."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    returned, registered = years_ago(today, 6), years_ago(today, 2)
    rows, guests = rows_of(base / RETURNS), [json.loads(line) for line in lines_of(base / GUESTS)]
    return {
        "rows": len(rows), "returned": returned, "registered": registered,
        "old": sum(1 for r in rows if r["returned_at"] and r["returned_at"] < returned), "undated": sum(1 for r in rows if not r["returned_at"]),
        "guests": len(guests), "old_guests": sum(1 for g in guests if g["registered_at"][:10] < registered),
        "oldest": min([r["returned_at"] for r in rows if r["returned_at"]] + [g["registered_at"][:10] for g in guests]),
    }


def counts(c, t):
    got = c.json("retention", "run", codes=(1,))
    by_path = {}
    for n in got["counts"]:
        by_path.setdefault(n["path"], []).append(n)
    returns = next(n for n in by_path[RETURNS] if n["rule"] == "orders")
    guests = next(n for n in by_path[GUESTS] if n["rule"] == "marketing")
    expect((returns["rows"], returns["over_age"], returns["undated"], returns["cutoff"], returns["trigger"]) == (t["rows"], t["old"], t["undated"], t["returned"], "returned_at"),
           f"returns: {returns}, truth {t}")
    expect((guests["rows"], guests["over_age"], guests["undated"], guests["cutoff"]) == (t["guests"], t["old_guests"], 0, t["registered"]), f"guests: {guests}, truth {t}")
    expect((got["over_age"], got["over_age_places"], got["undated"], got["oldest"]) == (t["old"] + t["old_guests"], 2, t["undated"], t["oldest"]), f"{got['headline']}, truth {t}")
    expect(returns["kept"] == 0 and guests["kept"] == 0, "some record is kept, though nothing says so")
    text = c.good("retention", "run", codes=(1,))
    expect(re.match(rf"{t['old'] + t['old_guests']:,} records in 2 places are over age;", text), f"headline: {text[:200]}")
    again = c.json("retention", "run", "--again", codes=(1,))
    expect(again["counts"] == got["counts"], "counted again, it is something else")


def explains(c, t):
    for what in (RETURNS, "company/" + RETURNS):
        answers = c.json("retention", "explain", what, codes=(0, 6))["answers"]
        orders = next(a for a in answers if a["rule"] == "orders")
        expect(orders["cutoff"] == t["returned"] and "user.contact.email" in orders["categories"], f"explain {what}: {orders}")
    hr = c.json("retention", "explain", "hr", codes=(0, 6))["answers"]
    expect(any(r["ask_counsel"] for a in hr for r in a["rules"] if r["rule"] == "activity payroll"), f"a source that nobody dated is not doubted: {hr}")


def cleans(c, base, t):
    """The plan takes what was counted, and nothing else."""
    before, rows = contents(base / "files"), rows_of(base / RETURNS)
    plan = c.json("policy", "plan", "--only", "MIN-10")
    steps = {s["path"]: s for s in plan["plan"]["steps"] if s["how"] == "do"}
    expect(set(steps) == {RETURNS, GUESTS}, f"steps: {sorted(steps)}")
    expect(steps[RETURNS]["effect"]["rows"] == t["old"] and steps[RETURNS]["effect"]["rows_undated"] == t["undated"], f"returns: {steps[RETURNS]['effect']}")
    expect(steps[GUESTS]["effect"]["rows"] == t["old_guests"], f"guests: {steps[GUESTS]['effect']}")
    c.good("policy", "apply", plan["id"])
    expect(contents(base / "files") == before, "the dry run changed something")
    c.good("policy", "apply", plan["id"], "--yes", codes=(0, 6))
    left = rows_of(base / RETURNS)
    expect(left == [r for r in rows if not r["returned_at"] or r["returned_at"] >= t["returned"]], f"{len(left)} returns are left, of {len(rows)}; not those that should be")
    expect(sum(1 for r in left if not r["returned_at"]) == t["undated"], "rows without a date are gone")
    expect(len(lines_of(base / GUESTS)) == t["guests"] - t["old_guests"], "guests over age are left")
    after = contents(base / "files")
    expect([p for p in before if before[p] != after.get(p)] == [GUESTS.removeprefix("files/"), RETURNS.removeprefix("files/")] and set(before) == set(after), "another file changed")
    c.good("policy", "receipt", plan["id"], "--out", "receipt")
    key = (c.folder / "receipt/key.vkey").read_text().strip()
    c.good("policy", "receipt", "--check", "receipt", "--key", key)
    got = c.json("retention", "run", codes=(6,))
    expect((got["over_age"], got["undated"]) == (0, t["undated"]), f"after the clean-up: {got['headline']}")
    verdicts = c.json("policy", "check", "--only", "MIN-10", codes=(1, 6))["verdicts"]
    expect(not [v for v in verdicts if v["rule"] == "MIN-10" and v["result"] == "fail"], "something is over age after the clean-up")


def holds(c, base, t):
    """What a hold covers is counted, and is not over age."""
    for path in (RETURNS, GUESTS):
        shutil.copy(c.folder / pathlib.Path(path).name, base / path)
    c.good("scan", "--quiet", base / "files", codes=(0, 6))
    c.good("hold", "place", "--name", "File 17", "--reason", "inquiry", "--approver", "A. Counsel", "--system", "shop")
    got = c.json("retention", "run", codes=(1,))
    expect((got["over_age"], got["held"]) == (t["old_guests"], t["old"]), f"with a hold: {got['headline']}, {got['held']} held, truth {t}")
    steps = [s for s in c.json("policy", "plan", "--only", "MIN-10")["plan"]["steps"] if s["how"] == "do"]
    expect([s["path"] for s in steps] == [GUESTS], f"a plan touches what a hold covers: {steps}")


def main():
    c = Candor()
    base = make(c)
    for path in (RETURNS, GUESTS):
        shutil.copy(base / path, c.folder)
    t = truth(base)
    expect(t["old"] > 500 and t["old_guests"] > 300 and t["undated"] > 5, f"the sample company keeps too little: {t}")
    counts(c, t)
    explains(c, t)
    cleans(c, base, t)
    holds(c, base, t)
    c.sound()
    print(f"{t['old'] + t['old_guests']} records over age counted, purged and proved; {t['undated']} without a date stayed; a hold kept {t['old']}")


main()

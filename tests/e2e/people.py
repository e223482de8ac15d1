#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The number of people: in the sample company and in made-up firms the truth lies between the bounds, parts fit the whole, and
what two places share is counted in people."""
import importlib.util
import json
import pathlib
import random
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import ROOT, Candor, expect  # noqa: E402

NAMES = ["Ada Baker", "Boris Costa", "Carmen Diaz", "Daniel Evans", "Elena Fischer", "Fiona Gray", "George Hall", "Hana Ito", "Ivan Jensen", "Julia Klein"]


def idnr(n):
    """A German tax identification number: one digit of the first ten stands twice."""
    dice = random.Random(n)
    digits = dice.sample(range(10), 10)
    if digits[0] == 0:
        digits[0], digits[1] = digits[1], digits[0]
    digits[9] = digits[dice.randrange(0, 8)]
    product = 10
    for d in digits:
        total = (d + product) % 10 or 10
        product = total * 2 % 11
    return "".join(map(str, digits)) + str((11 - product) % 10)


def audit(c, name, inventory):
    """The report of a new workspace over ${name}/files."""
    base = c.folder / name
    (base / "inventory.yaml").write_text(inventory)
    space = f"{name}-space"
    c.good("init", "-w", space)
    c.good("inventory", "import", "-w", space, base / "inventory.yaml")
    c.good("audit", "-w", space, "--out", base / "report", base / "files", codes=(0, 6))
    return json.loads((base / "report/report.json").read_text())


def people_of(report, name):
    return next(s["people"] for s in report["systems"] if s["name"] == name)


def parts_fit(report, what):
    whole = report["people"]
    expect(whole["min"] <= whole["max"], f"{what}: {whole}")
    for s in report["systems"]:
        p = s["people"]
        expect(p["min"] <= p["max"] <= whole["max"] and p["min"] <= whole["min"], f"{what}: {s['name']} has {p} of {whole}")


def within(people, least, most, what, slack=1.0):
    expect(people["min"] <= least and people["max"] >= most, f"{what}: {people} does not hold {least} to {most}")
    expect(people["min"] * slack >= least and people["max"] <= most * slack, f"{what}: {people} is too wide for {least} to {most}")


def sample_company(c):
    spec = importlib.util.spec_from_file_location("make", ROOT / "tests/data/sample/make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    base = c.folder / "sample"
    sys.argv = ["make.py", str(base)]
    make.main()
    customers = {p["customer_id"] for p in make.people(make.Dice(20270314))}
    employees = list(make.staff(make.Dice(1)))
    report = audit(c, "sample", (base / "inventory.yaml").read_text())
    parts_fit(report, "sample company")
    # Contacts of the staff may be among customers and staff, or not. Each account of the payment table and each card of the logs may be
    # somebody's who is found nowhere else: 1,200 and 3,000 / 14, and two in a hundred mails.
    least, most = len(customers) + len(employees), len(customers) + 2 * len(employees)
    expect(report["people"]["min"] <= least and report["people"]["max"] >= most, f"sample company: {report['people']}, truth {least} to {most}")
    expect(report["people"]["min"] >= least * 0.99 and report["people"]["max"] <= most + 1200 + 3000 // 14 + 60, f"sample company, too wide: {report['people']}")
    within(people_of(report, "Customer list"), 5000, 5000, "customer list")
    within(people_of(report, "Staff list"), 23, 46, "staff list")


SYSTEMS = """
organisation: {name: Firm, contact: a@example.com, country: DE}
systems:
  - {key: crm, name: List, system_of_record: true, claims: [files/crm], holders: [{party: us, relation: responsible}]}
  - {key: shop, name: Shop, claims: [files/shop], holders: [{party: us, relation: responsible}]}
"""


def folders(c, name):
    for part in ("crm", "shop"):
        (c.folder / name / "files" / part).mkdir(parents=True)
    return c.folder / name / "files"


def copies(c):
    """120 people with two numbers each; a copy of 60 of them."""
    root = folders(c, "copies")
    rows = [f"{NAMES[n % 10]},u{n}@example.com,{idnr(n)},{7000000 + n}" for n in range(120)]
    header = "name,email,steuer_id,customer_id\n"
    (root / "crm/list.csv").write_text(header + "\n".join(rows) + "\n")
    (root / "desk").mkdir()
    (root / "desk/copy.csv").write_text(header + "\n".join(rows[:60]) + "\n")
    report = audit(c, "copies", SYSTEMS)
    parts_fit(report, "copies")
    expect(report["people"] == {"min": 120, "max": 120, "approximate": False}, f"copies: {report['people']}")
    expect([o["shared"] for o in report["overlaps"]] == [60], f"copies: overlaps {report['overlaps']}")
    said = json.dumps(report)
    expect("60 of 120 people" in said, f"copies: 60 of 120 people is not said: {said[said.find(chr(34) + 'copies'):][:600]}")


def orders(c):
    """Orders and invoices that know their customers by number only, and mail addresses written elsewhere, add nobody."""
    root = folders(c, "orders")
    db = sqlite3.connect(root / "shop/shop.db")
    db.executescript("CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT, email TEXT); CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), title TEXT);"
                     "CREATE TABLE mails(mail TEXT)")
    for n in range(1, 501):
        db.execute("INSERT INTO customers VALUES(?,?,?)", (n, NAMES[n % 10], f"u{n}@example.com"))
    for n in range(1500):
        db.execute("INSERT INTO orders VALUES(?,?,?)", (n + 70000, n * 7 % 500 + 1, "Bread"))
    db.executemany("INSERT INTO mails VALUES(?)", [(f"u{n}@example.com",) for n in range(200, 400)])
    db.commit()
    db.close()
    (root / "crm/invoices.csv").write_text("invoice;name;email\n" + "".join(f"R{n};{NAMES[n % 10]};u{n}@example.com\n" for n in range(1, 101)))
    report = audit(c, "orders", SYSTEMS)
    parts_fit(report, "orders")
    within(report["people"], 500, 500, "orders")


def main():
    c = Candor()
    copies(c)
    orders(c)
    sample_company(c)
    print("people: the truth lies within the bounds")


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Somebody edits the database without a word: the doctor names a user, a role, a factor, a canary and a customer that the ledger does not know as they are, and nothing in a workspace that is
as it was."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import expect, skip  # noqa: E402
from desk import Desk  # noqa: E402

PIN = "48203957"


def tables(c):
    code, out, err = c.run("doctor", "--json")
    return code, [x for x in json.loads(out)["checks"] if x["check"] == "tables"]


def clean(c, when):
    code, found = tables(c)
    expect(code == 0 and len(found) == 1 and found[0]["ok"], f"{when}: {code} {found}")


def main():
    desk = Desk()
    c = desk.c
    if "customer add" not in c.verbs:
        skip("no verb customer add")
    clean(c, "an empty workspace")
    desk.add("ada", "owner", "tall green ferry")
    owner = desk.as_("ada")
    desk.add("dana", "staff", "nine cold lamps", owner["CANDOR_SESSION"])
    desk.add("omar", "staff", "seven wet stones", owner["CANDOR_SESSION"])
    c.good("user", "role", "dana", "responder", env=owner)
    c.good("user", "end", "omar", env=owner)
    rows = "".join(json.dumps({"name": f"Person {i}", "account": f"A-{i}"}) + "\n" for i in range(4))
    refs = c.json("customer", "add", env=owner, input=rows)["added"]
    (c.folder / "more.csv").write_text("Account,Name\n" + "".join(f"B-{i},Somebody {i}\n" for i in range(30)))
    c.good("customer", "import", "more.csv", "--yes", env=owner)
    for _ in range(2):      # the second replaces the first
        c.good("factor", "enrol", refs[0], "pin", "--source", "counter", env=owner, input=f"{PIN}\n{PIN}\n")
    c.good("factor", "enrol", refs[1], "pin", "--source", "counter", env=owner, input=f"{PIN}\n{PIN}\n")
    c.good("factor", "end", refs[1], "pin", "--reason", "lost", env=owner)
    c.good("factor", "enrol", refs[2], "recovery", "--source", "counter", env=owner)
    c.good("customer", "canary", refs[2], "on", env=owner)
    c.good("customer", "canary", refs[3], "on", env=owner)
    c.good("customer", "canary", refs[3], "off", env=owner)
    c.good("factor", "enrol", refs[3], "pin", "--source", "counter", env=owner, input=f"{PIN}\n{PIN}\n")
    clean(c, "before an erasure")
    c.good("customer", "erase", refs[3], "--reason", "test", "--yes", env=owner)
    clean(c, "as it was")
    edits = (("UPDATE staff SET role = 1 WHERE login = 'dana'", "UPDATE staff SET role = {role} WHERE login = 'dana'", "the user dana is"),
             ("UPDATE staff SET login = 'mallory' WHERE login = 'dana'", "UPDATE staff SET login = 'dana' WHERE login = 'mallory'", "the user mallory was never added"),
             ("UPDATE customer SET canary = 0 WHERE id = 3", "UPDATE customer SET canary = 1 WHERE id = 3", "canaries: 1 that the ledger knows and that are gone"),
             ("UPDATE customer SET canary = 1 WHERE id = 1", "UPDATE customer SET canary = 0 WHERE id = 1", "canaries: 1 that the ledger does not know"),
             ("UPDATE factor SET customer_id = 2 WHERE customer_id = 1", "UPDATE factor SET customer_id = 1 WHERE customer_id = 2 AND end_reason IS NOT 'lost'", "PIN: 1 that the ledger does not know"),
             ("INSERT INTO customer(state, version, cells, created_us, changed_us) VALUES(1, 1, x'00', 1, 1)", "DELETE FROM customer WHERE created_us = 1", "34 customers are there, and 33 for the ledger"))
    role = desk.sql("SELECT role FROM staff WHERE login = 'dana'")[0][0]
    for edit, undo, words in edits:
        desk.sql(edit if role != 1 or "role = 1" not in edit else edit.replace("role = 1", "role = 2"))
        code, found = tables(c)
        texts = [x["text"] for x in found if not x["ok"]]
        expect(code == 1 and any(words in t for t in texts), f"{edit}: {code} {found}")
        expect(not any("Person" in t or "A-0" in t for t in texts), f"{texts}")
        desk.sql(undo.format(role=role))
        clean(c, undo)
    c.sound(env=owner)
    print(f"{len(edits)} edits of the database, each named; none where there was none")


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A thief has candor.db, with its log, and no key; another can write to it. What the first can learn is what docs/threat-model.md says and no more;
what the second changes does not open in another customer's place.

  tests/e2e/attacker.py BIN_DIR
"""
import base64
import hashlib
import itertools
import pathlib
import shutil
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from lib.candor import Candor, expect  # noqa: E402

FIRST = ["Ada", "Grace", "Alan", "Edsger", "Barbara", "Katherine", "Dennis", "Radia"]
LAST = ["Lovelace", "Hopper", "Turing", "Dijkstra", "Liskov", "Johnson", "Ritchie", "Perlman"]


def people():
    """Eight synthetic customers; the last two share a telephone."""
    for i, (first, last) in enumerate(zip(FIRST, LAST)):
        yield {"account": f"AC-20{i}7{i}3", "name": f"{first} {last}", "email": f"{first.lower()}.{last.lower()}@example.com", "phone": f"+1 212 555 01{min(i, 6):02d}",
               "address": f"{10 + i} Quayside Crescent {last}", "city": f"{last}ville", "postcode": f"0{4711 + i * 37}", "date_of_birth": f"19{50 + i * 3}-0{i % 9 + 1}-1{i % 9}", "card": "4111111111111111"}


def spellings(value):
    """A value as it may stand in a file, and the digests that somebody would try."""
    plain = "".join(c for c in value if c.isalnum())
    texts = {value, value.lower(), value.upper(), plain, plain.lower(), plain.upper(), value[::-1], "+" + plain, plain[-10:]}
    texts = {t for t in texts if len(t) >= 5}
    for t in texts:
        raw = t.encode()
        yield raw
        yield t.encode("utf-16-le")
        yield raw.hex().encode()
        yield base64.b64encode(raw).rstrip(b"=")[:-1]
        # Blind indexes without a key: the number of the field may stand before the value.
        for head in [b""] + [bytes([f, 0]) for f in range(1, 28)]:
            for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512, lambda x: hashlib.blake2b(x, digest_size=16), lambda x: hashlib.blake2b(x, digest_size=32)):
                yield digest(head + raw).digest()[:16]


def steal(c, names):
    loot = c.folder / "loot"
    shutil.rmtree(loot, ignore_errors=True)
    loot.mkdir()
    for name in names:
        for end in ("", "-wal"):
            f = c.folder / "candor-workspace" / (name + end)
            if f.exists():
                shutil.copy(f, loot / f.name)
    return loot


def main():
    c = Candor()
    c.good("init", "--org", "Harbour Books")
    rows = list(people())
    keys = list(rows[0])
    (c.folder / "customers.csv").write_text(",".join(keys) + "\n" + "".join(",".join(r[k] for k in keys) + "\n" for r in rows), encoding="utf-8")
    c.good("customer", "import", "customers.csv", "--yes", "--on-file-since", "2024-01-31")

    loot = steal(c, ["candor.db"])
    code, out, err = c.run("status", "--workspace", str(loot))
    expect(code != 0 and rows[0]["name"] not in out + err, "the database opened without a key")
    pile = b"".join(f.read_bytes() for f in sorted(loot.iterdir())) + b"".join(f.read_bytes() for f in steal(c, ["candor.keys", "candor.head"]).iterdir())
    tried = 0
    for row, key in itertools.product(rows, keys):
        if key == "card":
            continue   # the same for all, and kept as its last four digits
        for needle in spellings(row[key]):
            tried += 1
            expect(needle not in pile, f"the {key} of a customer can be had from the database alone")
    print(f"a thief of candor.db, candor.keys and no key: {tried:,} spellings and digests of {len(rows) * (len(keys) - 1)} values tried, none found")

    db = sqlite3.connect(steal(c, ["candor.db"]) / "candor.db")
    count, = db.execute("SELECT count(*) FROM customer").fetchone()
    blobs = [b for b, in db.execute("SELECT cells FROM customer ORDER BY id")]
    shared = db.execute("SELECT count(*) FROM (SELECT 1 FROM customer_index GROUP BY field, token HAVING count(*) > 1)").fetchone()[0]
    expect(count == 8 and shared == 1, "what a thief learns is not what the threat model says")
    expect(len({b[1] for b in blobs}) == 1 and all((len(b) - 2 - 4 * b[1] - 56 * b[1]) % 16 == 0 for b in blobs), "cells are not padded to steps of 16 bytes")
    print(f"learnt: {count} customers, {blobs[0][1]} fields each, one telephone shared by two")
    db.close()

    # Somebody who can write puts the cells of one customer into the row of another, and an old record back.
    home = c.folder / "candor-workspace" / "candor.db"

    def show(account):
        """Exit code and output of looking a customer up by its account number: the answer shows initials and masked city."""
        code, out, _ = c.run("customer", "find", "--account", "--json", input=account + "\n")
        return code, out

    code, out = show(rows[0]["account"])
    expect(code == 0 and "A. L." in out, "the first customer is not found")
    for change in ("UPDATE customer SET cells = (SELECT cells FROM customer WHERE id = 2) WHERE id = 1",
                   "UPDATE customer SET version = version + 1 WHERE id = 1",
                   "UPDATE customer SET cells = substr(cells, 1, length(cells) - 1) WHERE id = 1"):
        keep = home.read_bytes()
        db = sqlite3.connect(home)
        db.execute(change)
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        code, out = show(rows[0]["account"])
        expect(code == 5 and "G. H." not in out, f"a record that was tampered with opens (exit {code}): {change}")
        home.write_bytes(keep)
    print("cells of another customer, another version and a cut record: refused, exit 5")


if __name__ == "__main__":
    main()

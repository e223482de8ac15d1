#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""candor minimise beside Python's csv and json modules on random data: what is kept is the same, what is dropped is nowhere, in no output,
report or workspace; pseudonyms join within a purpose; what was encrypted opens again; a malformed record leaves whole ones; without consent
no record passes."""
import csv
import io
import json
import random
import subprocess
import sys
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect, skip  # noqa: E402

POLICY = """
purposes:
  - key: analytics
    title: Analysis
    use: analytics
    treatments:
      - {categories: [user.contact.email, user.account], form: hashed}
      - {categories: [user.demographic.date_of_birth], form: generalised, how: year}
      - {categories: [user.contact.address.postal_code], form: generalised}
      - {categories: [user.contact.phone_number, user.financial], form: masked}
    other: never
    unrecognised: plain
    free_text: redacted
  - key: support
    title: Support
    use: essential.service
    treatments:
      - {categories: [user.contact, user.name], form: encrypted}
      - {fields: [id], form: plain}
    other: never
  - key: marketing
    title: Offers
    use: marketing
    consent: marketing
    subject_field: [email]
    treatments:
      - {categories: [user.contact.email, user.name], form: plain}
      - {fields: [id], form: plain}
"""
# Of nobody; each stands in a column that goes, or in a text that is looked through.
CANARIES = ["zaphira.quillfeather@canary-mail.example", "5105105105105100", "DE02120300000000202051", "536-22-8841", "+1-202-555-0187", "Zaphira", "Quillfeather", "4711 Wombat Crescent",
            "1971-11-23", "Zollinger-Ellison"]
MAP = "keep*: plain\ngo*: never\nmask*: masked\nred*: redacted\n"
DOTS = "\u2026"


def minimise(c, data, *words, code=0):
    p = subprocess.run([c.bin / "candor", "minimise", "--policy", "policy.yaml", *words], cwd=c.folder, env=c.env, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    expect(p.returncode == code, f"minimise {words}: exit code {p.returncode}, not {code}: {p.stderr.decode(errors='replace')[:800]}")
    expect(b"Sanitizer" not in p.stderr and b"runtime error" not in p.stderr, f"minimise {words}: a sanitizer spoke:\n{p.stderr.decode(errors='replace')[-3000:]}")
    return p.stdout


def random_text(r, signs):
    return "".join(r.choice(signs) for _ in range(r.choice((0, 1, 1, 3, 8, 20))))


def treated(name, value):
    """What Python makes of a value: None goes."""
    if name.startswith("go"):
        return None
    if not value.strip(" \t\r\n") or name.startswith("keep"):
        return value
    return DOTS if name.startswith("mask") else "[PERSONAL_DATA]"


def differ(got, want):
    """The first row that is another."""
    for i in range(max(len(got), len(want))):
        a, b = (got[i] if i < len(got) else None), (want[i] if i < len(want) else None)
        if a != b:
            return f"record {i}: {a!r:.600} is not {b!r:.600}"
    return "equal"


def random_csv(r):
    names = [r.choice(("keep", "go", "mask", "red")) + str(i) for i in range(r.randint(1, 9))]
    delimiter = r.choice(",;\t|")
    end = r.choice(("\n", "\r\n"))
    signs = "ab 1.-\u00e9\u4e2d'\"\n" + delimiter + "\r" * (end == "\r\n")   # Python quotes a carriage return only where lines end with one
    out = io.StringIO(newline="")
    w = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=r.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    rows = [[random_text(r, signs) for _ in names] for _ in range(r.randint(0, 40))]
    w.writerow(names)
    w.writerows(rows)
    text = out.getvalue()
    if r.random() < 0.3:
        text = text.rstrip("\r\n") if not text.endswith('"\n') else text
    return ("\ufeff" if r.random() < 0.2 else "") + text, delimiter, names


def differential_csv(c, r, rounds):
    for n in range(rounds):
        text, delimiter, names = random_csv(r)
        rows = [row for row in csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter) if row]
        kept = [i for i, name in enumerate(names) if not name.startswith("go")]
        want = [[names[i] for i in kept]] + [[treated(names[i], row[i]) for i in kept] for row in rows[1:]]
        got = minimise(c, text.encode(), "-p", "analytics", "--in", "csv", "--header", "yes", "--map", "map.yaml", "-q").decode()
        again = [row for row in csv.reader(io.StringIO(got.lstrip("\ufeff"), newline=""), delimiter=delimiter) if row]
        if not kept:
            expect(not got.strip("\ufeff"), f"round {n}: all columns go, yet there is {got!r}")
        elif len(names) > 1 or rows[1:] == []:
            expect(again == want, f"round {n}: csv: {differ(again, want)}")
        expect(got.startswith("\ufeff") == text.startswith("\ufeff"), f"round {n}: the byte order mark changed")
        if all(name.startswith("keep") for name in names):
            expect(got == text, f"round {n}: plain columns did not pass as they are")


def random_value(r, depth):
    kind = r.randint(0, 9 if depth < 4 else 6)
    if kind < 3:
        return random_text(r, "ab 1\"\\/\n\t\u00e9\u4e2d\U0001f600\x7f")
    if kind < 7:
        return r.choice((0, -1, 2.5, 12345, 1e300, True, False, None))
    if kind == 7:
        return [random_value(r, depth + 1) for _ in range(r.randint(0, 4))]
    return {r.choice(("keep", "go", "mask", "red")) + r.choice("abcd\u00e9"): random_value(r, depth + 1) for _ in range(r.randint(0, 5))}


def treated_value(name, value):
    if isinstance(value, dict):
        return {k: v for k, v in ((k, treated_value(k if own(k) else name, v)) for k, v in value.items()) if v is not GONE}
    if isinstance(value, list):
        return [v for v in (treated_value(name, x) for x in value) if v is not GONE]
    if name.startswith("go"):
        return GONE
    if value is None or name.startswith("keep") or (isinstance(value, str) and not value.strip(" \t\r\n")):
        return value
    return DOTS if name.startswith("mask") else "[PERSONAL_DATA]"


GONE = object()


def own(name):
    return name.startswith(("keep", "go", "mask", "red"))


def random_record(r):
    return {r.choice(("keep", "go", "mask", "red")) + str(i): random_value(r, 3) for i in range(r.randint(0, 6))}


def differential_json(c, r, rounds):
    for n in range(rounds):
        records = [random_record(r) for _ in range(r.randint(0, 30))]
        want = [treated_value("keep", x) for x in records]
        plain = r.random() < 0.5
        lines = "".join(json.dumps(x, ensure_ascii=plain) + "\n" for x in records)
        got = minimise(c, lines.encode(), "-p", "analytics", "--in", "ndjson", "--map", "map.yaml", "-q").decode()
        again = [json.loads(x) for x in got.split("\n") if x]
        expect(again == want, f"round {n}: lines of JSON: {differ(again, want)}")
        whole = json.dumps(records, ensure_ascii=plain, indent=r.choice((None, 2)))
        got = minimise(c, whole.encode(), "-p", "analytics", "--in", "json", "--map", "map.yaml", "-q").decode()
        expect(json.loads(got) == want, f"round {n}: JSON: {differ(json.loads(got), want)}")


def joins(c):
    one = list(csv.DictReader(io.StringIO(minimise(c, b"email,a\nada@example.com,1\nben@example.com,2\ncem@example.com,3\n", "-p", "analytics", "-q").decode())))
    other = [json.loads(x) for x in minimise(c, b'{"email":"Cem@Example.com"}\n{"email":"dora@example.com"}\n', "-p", "analytics", "-q", "--in", "ndjson").decode().split("\n") if x]
    expect(one[2]["email"] == other[0]["email"] and one[0]["email"] != other[1]["email"] and one[0]["email"].startswith("p_"), f"pseudonyms do not join: {one} {other}")
    text = (c.folder / "policy.yaml").read_text().replace("key: analytics", "key: research")
    (c.folder / "other.yaml").write_text(text)
    p = subprocess.run([c.bin / "candor", "minimise", "-q", "-p", "research", "--policy", "other.yaml"], cwd=c.folder, env=c.env, input=b"email,a\nada@example.com,1\nben@example.com,2\n", stdout=subprocess.PIPE)
    expect(p.returncode == 0 and one[0]["email"].encode() not in p.stdout and b"p_" in p.stdout, f"pseudonyms join across purposes: {p.stdout}")


def several(c):
    (c.folder / "a.ndjson").write_bytes(b'{"n":1}')
    (c.folder / "b.ndjson").write_bytes(b'\xef\xbb\xbf{"n":2}\n{"email":"ada@example.com"}')
    got = minimise(c, b"", "-p", "analytics", "-q", "a.ndjson", "b.ndjson")
    expect(got.startswith(b'{"n":1}\n{"n":2}\n{"email":"p_'), f"two files: {got}")


def opens_again(c):
    data = b"id,name,email,phone\n1,Ada Byron,ada@example.com,+1 617 555 0101\n2,\"Carter, Ben\",ben@example.com,\n3,Cem Diaz,cem@example.com,+1 617 555 0103\n"
    sealed = minimise(c, data, "-p", "support", "-q")
    expect(b"Byron" not in sealed and b"ada@" not in sealed and sealed.count(b"enc1:") == 8, f"not encrypted: {sealed}")
    back = minimise(c, sealed, "-p", "support", "--open", "-q")
    same = [r for r in csv.reader(io.StringIO(back.decode()))] == [r for r in csv.reader(io.StringIO(data.decode()))]
    expect(same, f"what was encrypted does not open: {back}")
    bare = data.split(b"\n", 1)[1]
    sealed_bare = minimise(c, bare, "-p", "support", "-q", "--header", "no")
    expect(b"ada@" not in sealed_bare and minimise(c, sealed_bare, "-p", "support", "--open", "-q").replace(b'"', b"") == bare.replace(b'"', b""), f"without a header: {sealed_bare}")
    lines = b'{"email":"ada@example.com","in":{"phone":"+1 617 555 0101"}}\n'
    sealed_lines = minimise(c, lines, "-p", "support", "-q", "--in", "ndjson")
    expect(b"ada@" not in sealed_lines and json.loads(minimise(c, sealed_lines, "-p", "support", "--open", "-q", "--in", "ndjson")) == json.loads(lines), f"lines of JSON: {sealed_lines}")
    minimise(c, sealed, "-p", "other", "--open", "-q", code=4)
    minimise(c, sealed.replace(b"email", b"e-post"), "-p", "support", "--open", "-q", code=4)


def malformed(c):
    rows = b"".join(b"%d,keep\n" % i for i in range(100000))
    for bad, words in ((b"1\n", "csv"), (b"1,2,3\n", "csv"), (b'1,"x"y\n', "csv"), (b'1,"never closed\n2,3\n', "csv")):
        got = minimise(c, b"keep1,keep2\n" + rows + bad + b"4,5\n", "-p", "analytics", "--map", "map.yaml", "-q", "--in", words, code=2)
        expect(got == b"keep1,keep2\n" + rows, f"{bad}: {len(got)} bytes were written, not the {len(rows)} before it")
    lines = b"".join(b'{"keep1":%d}\n' % i for i in range(100000))
    for bad in (b'{"keep1":\n', b'{"keep1":1}}\n', b'{"keep1":"x\n', b"nonsense\n"):
        got = minimise(c, lines + bad + b"{}\n", "-p", "analytics", "--map", "map.yaml", "-q", "--in", "ndjson", code=2)
        expect(got == lines, f"{bad}: {len(got)} bytes were written, not the {len(lines)} before it")
    (c.folder / "bad.csv").write_bytes(b"keep1,keep2\n1,2\n3\n")
    minimise(c, b"", "-p", "analytics", "--map", "map.yaml", "--out", "less.csv", "bad.csv", code=2)
    expect(not (c.folder / "less.csv").exists() and not [p for p in c.folder.iterdir() if p.name.startswith(".")], "a half-written file was left")


def canaries(c):
    m, card, iban, ssn, phone, first, last, street, born, ill = CANARIES
    rows = [["id", "first_name", "last_name", "email", "card_number", "iban", "ssn", "phone", "street", "date_of_birth", "diagnosis", "notes", "total"]]
    for i in range(300):
        rows.append([i, "Ben", "Carter", f"ben{i}@example.com", "4111111111111111", "DE89370400440532013000", "078-05-1120", "+1 617 555 0101", f"{i} High Street", "1980-01-02", "Asthma",
                     "all is well with this order, thanks", i])
        if i % 50 == 0:
            rows.append([i, first, last, m, card, iban, ssn, phone, street, born, ill, f"I am {first} {last}, write to {m} or call {phone}, my SSN is {ssn} and card {card}", i])
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    (c.folder / "canary.csv").write_text(out.getvalue())
    (c.folder / "canary.ndjson").write_text("".join(json.dumps(dict(zip(rows[0], r))) + "\n" for r in rows[1:]))
    (c.folder / "canary.json").write_text(json.dumps({"export": 1, "people": [{"who": dict(zip(rows[0], r))} for r in rows[1:]]}))
    for name in ("canary.csv", "canary.ndjson", "canary.json"):
        p = subprocess.run([c.bin / "candor", "minimise", "-p", "analytics", "--policy", "policy.yaml", "--report", "report.json", name], cwd=c.folder, env=c.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        expect(p.returncode == 0, f"{name}: {p.stderr.decode()}")
        everything = p.stdout + p.stderr + (c.folder / "report.json").read_bytes() + b"".join(f.read_bytes() for f in (c.folder / "candor-workspace").rglob("*") if f.is_file())
        for canary in CANARIES:
            expect(canary.encode() not in everything, f"{name}: {canary} can be found")
            expect(canary.lower().encode() not in everything.lower(), f"{name}: {canary} can be found in other letters")
        expect(p.stdout.count(b"p_") >= 306 and b"all is well" in p.stdout, f"{name}: what was to stay is gone")
        report = json.loads((c.folder / "report.json").read_text())
        expect(report["records_in"] == report["records_out"] == 306, f"{name}: {report['records_in']} records")


def consents(c):
    data = b"id,name,email\n1,Ada Byron,ada@example.com\n2,Ben Carter,ben@example.com\n3,Cem Diaz,\n4,Ada Byron,ADA@example.com\n"
    expect(minimise(c, data, "-p", "marketing", "-q").strip() == b"id,name,email", "without consents records pass")
    c.good("consent", "record", "--purpose", "marketing", "--subject-key", "ada@example.com", "--state", "given", "--at", "2026-01-01")
    got = minimise(c, data, "-p", "marketing", "-q")
    expect(got == b"id,name,email\n1,Ada Byron,ada@example.com\n4,Ada Byron,ADA@example.com\n", f"consent: {got}")
    nested = {"export": 7, "owner": {"email": "ben@example.com"}, "cc": ["cem@example.com"], "people": [{"name": "Ada Byron", "email": "ada@example.com"}, {"name": "Ben Carter", "email": "ben@example.com"}],
              "orders": [{"name": "Ben Carter", "n": 1}]}
    got = json.loads(minimise(c, json.dumps(nested).encode(), "-p", "marketing", "-q", "--in", "json"))
    expect(got == {"export": 7, "owner": {}, "cc": [], "people": nested["people"][:1], "orders": []}, f"consent in lists: {got}")
    got = minimise(c, json.dumps({"email": "ada@example.com", "tags": [{"name": "Ada Byron"}]}).encode() + b"\n", "-p", "marketing", "-q", "--in", "json")
    expect(json.loads(got)["email"] == "ada@example.com", f"consent of one object: {got}")
    expect(not minimise(c, json.dumps({"email": "ben@example.com", "tags": [{"name": "Ada Byron"}]}).encode(), "-p", "marketing", "-q", "--in", "json"), "one object without consent passes")
    c.good("consent", "record", "--purpose", "marketing", "--subject-key", "ada@example.com", "--state", "withdrawn", "--at", "2026-02-01")
    expect(minimise(c, data, "-p", "marketing", "-q").strip() == b"id,name,email", "after withdrawal records pass")
    minimise(c, b"id,name\n1,Ada Byron\n", "-p", "marketing", code=2)
    minimise(c, b"Dear Ada\n", "-p", "marketing", "--in", "text", code=2)


def main():
    c = Candor()
    if "minimise" not in c.verbs:
        skip("candor minimise is not there")
    c.good("init")
    (c.folder / "policy.yaml").write_text(POLICY)
    (c.folder / "map.yaml").write_text(MAP)
    r = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 7)
    differential_csv(c, r, 60)
    differential_json(c, r, 40)
    for part in (joins, several, opens_again, malformed, canaries, consents):
        part(c)
    expect(c.sound() > 10, "the ledger knows nothing of it")
    print("what is kept is as it was, what goes is nowhere")


main()

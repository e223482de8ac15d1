#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Copies of tables, JSON and XML can be handed on: what a column holds of people is gone from each row, in every delimiter, encoding and
line end; everything else, and the structure, is as it was; a scan of the copy finds nothing. And what cannot be copied is refused."""
import csv
import gzip
import io
import json
import os
import pathlib
import random
import sqlite3
import stat
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import ROOT, Candor, expect, skip  # noqa: E402

MODES = ("mask", "label", "pseudonym")

# header, values of people; None: no personal column, its values must stay
GERMAN = ["Kunden-Nr", "Anrede", "Vorname", "Nachname", "Straße", "PLZ", "Ort", "Geburtsdatum", "Telefon", "E-Mail", "Konfession", "Artikel", "Menge"]
LANGUAGES = {
    "de": (GERMAN, [["K-10417", "Herr", "Jörg", "Kästner", "Am Mühlenbach 2", "21688", "Lübeck", "20.03.1966", "0451/993518", "jk@posta.example", "evangelisch"],
                    ["K-10418", "Frau", "Anneliese", "Vogt-Brömme", "Große Gasse 17a", "80331", "München", "01.11.1988", "089/4471123", "vogt@posta.example", "römisch-katholisch"],
                    ["K-10419", "Frau", "Zeynep", "Özdemir", "Lindenallee 200", "50667", "Köln", "30.06.1974", "0221-7744120", "zo@posta.example", "muslimisch"]]),
    "en": (["customer id", "title", "first name", "surname", "street", "postcode", "city", "date of birth", "phone", "email", "religion", "item", "amount"],
           [["C-88121", "Mr", "Rupert", "Oakeshott", "14 Wharf Lane", "LS1 4AP", "Leeds", "1966-03-20", "0113 496 0018", "rupert@post.example", "Methodist"],
            ["C-88122", "Mrs", "Philippa", "Thistlewood", "2 Quarry Rise", "EX4 3PL", "Exeter", "1958-12-01", "01632 960 811", "pippa@post.example", "Quaker"],
            ["C-88123", "Ms", "Aoife", "Ní Bhriain", "77 Harcourt Terrace", "G12 8QQ", "Glasgow", "1991-07-14", "0141 496 0222", "aoife@post.example", "Catholic"]]),
    "fr": (["numéro client", "civilité", "prénom", "nom de famille", "adresse", "code postal", "ville", "date de naissance", "téléphone", "courriel", "religion", "article", "quantité"],
           [["F-20331", "Mme", "Solène", "Lefèvre", "12 rue des Écoles", "69002", "Lyon", "03/05/1977", "04 78 55 01 27", "solene@poste.example", "catholique"],
            ["F-20332", "M.", "Théo", "Garnier", "8 allée du Château", "31000", "Toulouse", "28/02/1985", "05 61 55 08 11", "theo@poste.example", "protestant"],
            ["F-20333", "Mme", "Maëlys", "Rousselot", "101 boulevard Voltaire", "75011", "Paris", "17/10/1999", "01 55 01 22 33", "maelys@poste.example", "musulmane"]]),
    "es": (["número de cliente", "tratamiento", "nombre", "apellidos", "dirección", "código postal", "ciudad", "fecha de nacimiento", "teléfono", "correo", "religión", "artículo", "cantidad"],
           [["E-70411", "Sra.", "Begoña", "Muñoz Ibáñez", "Calle Mayor 15", "28013", "Madrid", "09/09/1969", "91 555 01 42", "begona@correo.example", "católica"],
            ["E-70412", "Sr.", "Íñigo", "Larrañaga", "Avenida del Puerto 220", "46023", "Valencia", "14/04/1982", "96 555 01 77", "inigo@correo.example", "evangélico"],
            ["E-70413", "Sra.", "Ximena", "Peñalver", "Plaza Nueva 3", "41001", "Sevilla", "31/12/1990", "95 555 01 08", "ximena@correo.example", "budista"]]),
    "pl": (["numer klienta", "płeć", "imię", "nazwisko", "ulica", "kod pocztowy", "miasto", "data urodzenia", "telefon", "e-mail", "wyznanie", "towar", "ilość"],
           [["P-41022", "K", "Żaneta", "Wójcik", "ul. Długa 12", "30-001", "Kraków", "12.08.1979", "12 555 01 90", "zaneta@poczta.example", "katolickie"],
            ["P-41023", "M", "Łukasz", "Grzędowski", "ul. Świętokrzyska 4", "00-050", "Warszawa", "23.01.1993", "22 555 01 44", "lukasz@poczta.example", "prawosławne"],
            ["P-41024", "K", "Grażyna", "Śliwińska", "ul. Łąkowa 90", "90-562", "Łódź", "05.05.1955", "42 555 01 31", "grazyna@poczta.example", "katolickie"]]),
}
GOODS = [["desk lamp", "3"], ["garden hose; 20 m", "1"], ['shelf "Alpine"', "12"], ["paper, white", "250"]]
WESTERN = ("de", "en", "fr", "es")
PERSONAL = 11


def candor(c, *words, **more):
    return subprocess.run([c.bin / "candor", *map(str, words)], cwd=c.folder, env=c.env, capture_output=True, timeout=120, **({"stdin": subprocess.DEVNULL} | more))


def redact(c, path, mode="mask", *words):
    p = candor(c, "detect", f"--redact={mode}", "-q", *words, path)
    expect(p.returncode == 0, f"--redact={mode} {path}: exit code {p.returncode}\n{p.stderr.decode(errors='replace')[-500:]}")
    return p.stdout


def nothing_left(c, path, what):
    """No personal data of medium confidence or better."""
    p = candor(c, "scan", "-n", "--full", "--json", path)
    expect(p.returncode == 0, f"scan of {what}: exit code {p.returncode} {p.stderr.decode()[-300:]}")
    told = 0
    for line in p.stdout.decode().splitlines():
        o = json.loads(line)
        if "path" in o:
            told += 1
        left = [(f["name"], k["kind"], k["high"], k["medium"], k["samples"][:1]) for f in o.get("fields", []) for k in f["kinds"] if k["high"] + k["medium"] > 0]
        expect(not left, f"{what}: the scan of the copy finds {left[:6]}")
    expect(told == 1, f"{what}: the scan tells of {told} objects")


def rows_of(language, count, dice):
    header, people = LANGUAGES[language]
    return [header] + [dice.choice(people) + dice.choice(GOODS) for _ in range(count)]


def table(rows, **dialect):
    out = io.StringIO(newline="")
    csv.writer(out, **dialect).writerows(rows)
    return out.getvalue()


def compare(before, after, what, personal):
    expect([len(r) for r in before] == [len(r) for r in after], f"{what}: rows or cells have gone: {[len(r) for r in after][:8]}")
    expect(before[0] == after[0], f"{what}: the header changed: {after[0]}")
    for old, new in zip(before[1:], after[1:]):
        for i, (a, b) in enumerate(zip(old, new)):
            if i in personal:
                expect(a == "" or a != b, f"{what}: column \"{before[0][i]}\" still holds {a!r}")
            else:
                expect(a == b, f"{what}: column \"{before[0][i]}\" lost {a!r}, has {b!r}")


def no_trace(rows, text, what, personal):
    """No value of a personal column stands anywhere in the copy as a cell's whole text or as words of one."""
    left = {cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row}
    for i in personal:
        values = {row[i] for row in rows[1:] if len(row[i]) >= 4}
        gone = values & left if len(values) > 200 else {v for v in values if v in text}
        expect(not gone, f"{what}: {sorted(gone)[:3]} of \"{rows[0][i]}\" in the copy")


def tables(c):
    dice = random.Random(4)
    n = 0
    for language in LANGUAGES:
        encodings = ["utf-8", "utf-8-sig", "utf-16", "utf-16-be-mark"] + (["cp1252"] if language in WESTERN else [])
        for encoding in encodings:
            delimiter, quoting, end = dice.choice(",;\t|"), dice.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), dice.choice(["\n", "\r\n"])
            rows = rows_of(language, dice.choice([3, 40, 1500]), dice)
            dialect = {"delimiter": delimiter, "quoting": quoting, "lineterminator": end}
            text = table(rows, **dialect)
            data = b"\xfe\xff" + text.encode("utf-16-be") if encoding == "utf-16-be-mark" else text.encode(encoding)
            decode = "utf-16" if encoding == "utf-16-be-mark" else encoding
            path = c.folder / dice.choice(["t.csv", "t.txt", "table"])
            path.write_bytes(data)
            what = f"{language}, {encoding}, {delimiter!r}, {len(rows)} rows, {path.name}"
            mode = MODES[n % 3]
            n += 1
            out = redact(c, path, mode)
            expect(out[:3] == data[:3] or encoding == "cp1252" or encoding == "utf-8", f"{what}: the byte order mark is gone")
            after = out.decode(decode)
            parsed = list(csv.reader(io.StringIO(after, newline=""), delimiter=delimiter))
            compare(rows, parsed, f"{mode}, {what}", range(PERSONAL))
            no_trace(rows, after, f"{mode}, {what}", range(PERSONAL))
            expect(after.count(end) == text.count(end), f"{what}: line ends changed")
            expect(table(parsed, **dialect) == after, f"{what}: quotes or delimiters changed")
            copy = c.folder / "copy.csv"
            copy.write_bytes(out)
            nothing_left(c, copy, f"{mode}, {what}")
            expect(redact(c, copy, mode) == out, f"{mode}, {what}: a second redaction changes the copy")
            if mode == "mask":
                piped = candor(c, "detect", "--redact", "--format", "csv", stdin=path.open("rb"))
                expect(piped.stdout.decode(decode).count("\n") == after.count("\n"), f"{what}: through a pipe")


def large(c):
    """Much more than is held at once: what is judged at the beginning holds to the end, and a column that is empty there is judged later."""
    dice = random.Random(9)
    people = LANGUAGES["de"][1]
    path = c.folder / "large.csv"
    rows = [GERMAN + ["Bemerkung", "Zweitwohnsitz"]]
    for n in range(60000):
        late = "Hinterm Deich 4" if n > 45000 else ""
        rows.append(dice.choice(people) + dice.choice(GOODS) + ["wohnt jetzt\nin der Nähe" if n % 5 else "", late])
    path.write_text(table(rows, delimiter=";", lineterminator="\r\n"), encoding="utf-8", newline="")
    out = redact(c, path).decode()
    after = list(csv.reader(io.StringIO(out, newline=""), delimiter=";"))
    compare(rows, after, "large", list(range(PERSONAL)) + [14])
    no_trace(rows, out, "large", list(range(PERSONAL)) + [14])


def structured(c):
    dice = random.Random(6)
    header, people = LANGUAGES["de"]
    records = []
    for n in range(300):
        p = dice.choice(people)
        records.append({"orderNo": n, "customer": {"firstName": p[2], "lastName": p[3], "address": {"street": p[4], "postcode": int(p[5]), "city": p[6]}, "birthDate": p[7], "phones": [p[8]], "email": p[9],
                                                   "religion": p[10], "unionMember": True}, "lines": [{"sku": "A-17", "count": 3, "gift": False}], "note": "Bitte\nan \"" + p[2] + " " + p[3] + "\" ausliefern."})

    def same_shape(a, b, path=""):
        if isinstance(a, dict):
            expect(isinstance(b, dict) and list(a) == list(b), f"JSON: the names at {path} changed: {list(b)[:5]}")
            for k in a:
                same_shape(a[k], b[k], f"{path}.{k}")
        elif isinstance(a, list):
            expect(isinstance(b, list) and len(a) == len(b), f"JSON: a list at {path} changed")
            for i, (x, y) in enumerate(zip(a, b)):
                same_shape(x, y, f"{path}[{i}]")
        elif ".customer." in path:
            expect(isinstance(b, str) and b != a, f"JSON: {path} holds {b!r}")
        elif not path.endswith(".note"):
            expect(a == b, f"JSON: {path} lost {a!r}, has {b!r}")

    texts = {"x.json": json.dumps(records, indent=1, ensure_ascii=False), "escaped.json": json.dumps(records), "x.ndjson": "".join(json.dumps(r) + "\n" for r in records),
             "raw.jsonl": "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)}
    for name, text in texts.items():
        for mode in MODES:
            path = c.folder / name
            path.write_text(text, encoding="utf-8")
            out = redact(c, path, mode)
            copy = [json.loads(line) for line in out.decode().splitlines()] if "ndjson" in name or "jsonl" in name else json.loads(out)
            same_shape(records, copy)
            flat = json.dumps(copy, ensure_ascii=False)
            for p in people:
                for value in p[2:]:
                    expect(len(value) < 4 or value not in flat, f"{name}, {mode}: {value!r} is in the copy")
            (c.folder / f"copy-{name}").write_bytes(out)
            nothing_left(c, c.folder / f"copy-{name}", f"{name}, {mode}")
    path = c.folder / "keys.json"
    path.write_text(json.dumps({"balances": {p[9]: 5 for p in people}}))
    out = json.loads(redact(c, path))
    expect(len(out["balances"]) == len(people) and "posta" not in json.dumps(out), f"names of JSON that are values: {out}")
    xml_text = "<?xml version=\"1.0\"?>\n<orders>\n" + "".join(
        f"  <order no=\"{n}\" email=\"{p[9]}\">\n    <lastName>{p[3]}</lastName><street>{p[4]} &amp; Hof</street><!-- {p[2]} {p[3]}, Telefon: {p[8]} -->\n    <item>desk lamp</item></order>\n"
        for n, p in enumerate(dice.choice(people) for _ in range(200))) + "</orders>\n"
    for encoding in ("utf-8", "utf-16"):
        path = c.folder / "x.xml"
        path.write_text(xml_text if encoding == "utf-8" else xml_text.replace("?>", " encoding=\"utf-16\"?>"), encoding=encoding)
        out = redact(c, path, "label")
        tree = ElementTree.fromstring(out)
        expect(len(tree) == 200 and all(o.find("item").text == "desk lamp" and o.get("no") for o in tree), "XML: elements or values are gone")
        for p in people:
            for value in (p[3], p[4], p[9], p[8]):
                expect(value not in out.decode(encoding), f"XML, {encoding}: {value!r} is in the copy")


def sample(c):
    made = subprocess.run([sys.executable, ROOT / "tests/data/sample/make.py", c.folder / "company"], capture_output=True, text=True)
    if made.returncode:
        skip(f"the sample company cannot be made: {made.stderr[-200:]}")
    kept = {"newsletter", "customer_since", "country", "consent", "plan", "id", "status", "return_id", "returned_at", "refund_usd", "reason"}
    for path in sorted((c.folder / "company/files").rglob("*")):
        if path.suffix in (".csv", ".json", ".env", ".log", ".mbox", ".txt"):
            for mode in MODES:
                out = redact(c, path, mode)
                copy = c.folder / f"sample-copy{path.suffix}"
                copy.write_bytes(out)
                nothing_left(c, copy, f"{path.name}, {mode}")
                if path.suffix != ".csv":
                    continue
                before, after = (list(csv.reader(io.StringIO(t, newline=""))) for t in (path.read_text(encoding="utf-8"), out.decode()))
                personal = [i for i, h in enumerate(before[0]) if h not in kept]
                compare(before, after, f"{path.name}, {mode}", personal)
                no_trace(before, out.decode(), f"{path.name}, {mode}", [i for i in personal if before[0][i] not in ("job_title", "state")])


def refusals(c):
    c.refused(2, "candor scan reads folders", "detect", c.folder)
    db = c.folder / "x.db"
    with sqlite3.connect(db) as connection:
        connection.execute("CREATE TABLE people(name TEXT, email TEXT)")
        connection.execute("INSERT INTO people VALUES('Ada Lovelace', 'ada@post.example')")
    packed = c.folder / "x.csv.gz"
    packed.write_bytes(gzip.compress(b"name,email\nAda Lovelace,ada@post.example\n"))
    picture = c.folder / "x.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    good = c.folder / "good.txt"
    good.write_text("Write to ada@post.example\n")
    for path in (db, packed, picture):
        c.refused(2, "is no text", "detect", "--redact", good, path)
        expect(candor(c, "detect", "--redact", good, path).stdout == b"", f"{path.name}: something was written before the refusal")
        for face in ("--count", "--min-confidence=0.1"):
            p = candor(c, "detect", face, path)
            expect(p.returncode == 6 and b"candor scan" in p.stderr, f"detect {face} {path.name}: exit code {p.returncode}, {p.stderr}")


def in_place(c):
    path = c.folder / "own.csv"
    path.write_text("name,email\nAda Lovelace,ada@post.example\n")
    path.chmod(0o640)
    if os.getuid() == 0:
        os.chown(path, 1234, 4321)
    before = path.stat()
    c.good("detect", "--redact", "--in-place", path)
    after = path.stat()
    expect("Lovelace" not in path.read_text() and path.read_text().startswith("name,email\n"), f"--in-place: {path.read_text()}")
    expect((stat.S_IMODE(before.st_mode), before.st_uid, before.st_gid) == (stat.S_IMODE(after.st_mode), after.st_uid, after.st_gid), "--in-place: owner or mode changed")
    path.write_text("name,email\nAda Lovelace,ada@post.example\n")
    link, other = c.folder / "link.csv", c.folder / "other.csv"
    link.symlink_to(path)
    c.refused(2, "symbolic link", "detect", "--redact", "--in-place", link)
    os.link(path, other)
    c.refused(2, "2 names", "detect", "--redact", "--in-place", path)
    expect("Lovelace" in path.read_text(), "a refused replacement changed the file")
    c.good("detect", "--redact", "--in-place", "--linked", link)
    expect(link.is_symlink() and "Lovelace" not in path.read_text() and "Lovelace" in other.read_text(), "--linked")
    c.good("detect", "--redact", "--output", c.folder / "out.csv", other)
    expect("Lovelace" not in (c.folder / "out.csv").read_text() and "Lovelace" in other.read_text(), "--output")
    expect(not list(c.folder.glob("*.part-*")), "a temporary file was left")
    c.refused(2, "--in-place", "detect", "--in-place", path)
    c.refused(2, "names of files", "detect", "--redact", "--in-place")


def written(c):
    path = c.folder / "many.txt"
    path.write_text("Write to ada@post.example\n" * 60000)
    for words in (("--redact",), ()):
        p = subprocess.Popen([c.bin / "candor", "detect", *words, path], cwd=c.folder, env=c.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        p.stdout.readline()
        p.stdout.close()
        err = p.stderr.read()
        expect(p.wait(timeout=60) in (0, -13) and err == b"", f"detect {words} into a closed pipe: {p.returncode} {err[:200]}")
        if os.path.exists("/dev/full"):
            with open("/dev/full", "wb") as full:
                p = subprocess.run([c.bin / "candor", "detect", *words, path], cwd=c.folder, env=c.env, stdout=full, stderr=subprocess.PIPE, timeout=60)
            expect(p.returncode == 5 and p.stderr.count(b"\n") == 1 and b"could not be written" in p.stderr, f"detect {words} onto a full disk: {p.returncode} {p.stderr[:300]}")


def mails(c):
    text = ("From ada@post.example Thu Oct  1 10:00:00 2026\nFrom: \"Kästner, Jörg\" <jk@posta.example>\nTo: Zora <z@posta.example>,\n Ann-Kathrin Vogt <av@posta.example>\nCc: =?utf-8?Q?J=C3=B6rg?= <j@posta.example>\n"
            "Subject: Lieferung\n\nHallo,\nbitte liefern.\n\n") * 50
    path = c.folder / "m.mbox"
    path.write_text(text, encoding="utf-8")
    for mode in MODES:
        out = redact(c, path, mode).decode()
        for word in ("Kästner", "Jörg", "Zora", "Ann-Kathrin", "Vogt", "J=C3", "@posta"):
            expect(word not in out, f"mail, {mode}: {word} is in the copy:\n{out[:400]}")
        expect(out.count("\n") == text.count("\n") and out.count("Subject: Lieferung") == 50, f"mail, {mode}: lines changed")
    path.write_text(text + "Content-Transfer-Encoding: base64\n\nSGVsbG8=\n", encoding="utf-8")
    p = candor(c, "detect", "--redact", path)
    expect(p.returncode == 6 and b"base64" in p.stderr, f"encoded parts: {p.returncode} {p.stderr}")


def main():
    c = Candor()
    if "detect" not in c.verbs:
        skip("candor detect is not there")
    c.good("init")
    for part in (tables, structured, large, mails, refusals, in_place, written, sample):
        part(c)
    print("copies hold nothing personal and are otherwise as they were")


main()

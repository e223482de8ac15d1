#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Redaction takes all it should: of the sample company's files and of generated texts nothing medium or better is found after it, in
every mode; lines stay lines, JSON stays JSON, keys vanish whole, and one value has one pseudonym."""
import json
import pathlib
import random
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import ROOT, Candor, expect, skip  # noqa: E402

MODES = ("mask", "label", "pseudonym")
KEY = "MIIEpAIBAAKCAQEA1c7rJ3Jq0m5mYw2PqvJ3Jq0m5mYw2PqvJ3Jq0m5mYw2Pqv12"
VALUES = ["ada.byron@example.com", "jo@example.org", "+1 (212) 555-0142", "020 7946 0018", "123-45-6789", "536-22-8841", "4012 8888 8888 1881", "5105105105105100",
          "DE02120300000000202051", "GB82 WEST 1234 5698 7654 32", "1971-11-23", "23.11.1971", "192.0.2.44", "10.20.30.40", "2001:470:1f0b::17", "00:1b:44:11:3a:b7",
          "Maria Schmidt", "Jean-Luc Moreau", "4711 Wombat Crescent", "12 Main Street, Springfield, IL 62704", "AKIAIOSFODNN7EXAMPLE", "ghp_9QZ2fUe7bN4hXwY1LcVt8RmKs3DaPo0IG1u7",
          "1HGCM82633A004352", "490154203237518", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "https://ada:pa55word@db.example.com/x", "Xk9-vellichor-77-Tansy", "943 476 5919", "51.501364, -0.141890",
          "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "diabetes", "HIV positive"]
FRAMES = ["{}", "email: {}", "phone {}", "SSN: {}", "card {}", "IBAN {}", "born {}", "password={}", "aws_secret_access_key = {}", "token: {}", "My name is {}.", "Dear {},", "I live at {}.",
          "Passport no. {}", "tax id {}", "account number: {}", "ip={} port=80", "NHS number {}", "VIN {}", "Please call {} or {}.", "I was diagnosed with {}.", "<td>{}</td>", "a,{},\"{}\",b",
          "{{\"customer\": {{\"value\": \"{}\", \"other\": \"{}\"}}}}", "user={}&secret={}", "Kundennummer {}", "Patient: {}", "employee id {}"]


def again(c, path, names):
    return [f for f in c.json("detect", "--names", names, path)["findings"] if f["band"] != "low"]


def redact(c, path, mode):
    p = subprocess.run([c.bin / "candor", "detect", f"--redact={mode}", "-q", path], cwd=c.folder, env=c.env, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    expect(p.returncode == 0, f"--redact={mode} {path}: exit code {p.returncode}\n{p.stderr.decode(errors='replace')[-500:]}")
    return p.stdout


def clean(c, path):
    source = path.read_bytes()
    for mode in MODES:
        out = redact(c, path, mode)
        expect(out.count(b"\n") <= source.count(b"\n") and out.endswith(b"\n") == source.endswith(b"\n"), f"--redact={mode} {path.name}: the last line break or lines are gone")
        copy = c.folder / f"copy-{mode}"
        copy.write_bytes(out)
        for names in ("near", "all"):
            left = again(c, copy, names)
            lines = out.decode(errors="replace").split("\n")
            expect(not left, f"--redact={mode} {path.name} leaves {[(f['type'], f['confidence'], lines[f['line'] - 1][:160]) for f in left[:5]]}")


def sample(c):
    made = subprocess.run([sys.executable, ROOT / "tests/data/sample/make.py", c.folder / "company"], capture_output=True, text=True)
    if made.returncode:
        skip(f"the sample company cannot be made: {made.stderr[-200:]}")
    for path in sorted((c.folder / "company/files").rglob("*")):
        if path.suffix in (".csv", ".json", ".env", ".log", ".mbox", ".txt"):
            clean(c, path)
        if path.suffix == ".json":
            for mode in MODES:
                json.loads(redact(c, path, mode))


def generated(c):
    dice = random.Random(20261)
    for n in range(12):
        path = c.folder / f"text-{n}.txt"
        lines = []
        for _ in range(400):
            frame = dice.choice(FRAMES)
            lines.append(frame.format(*(dice.choice(VALUES) for _ in range(frame.count("{}")))))
        path.write_text((" " if n % 3 == 2 else "\n").join(lines) + ("\n" if n % 2 else ""), encoding="utf-8")
        clean(c, path)


def joined(c):
    """Values with nothing but a sign between them; a copy of the copy is the copy."""
    dice = random.Random(20262)
    path = c.folder / "joined.txt"
    lines = []
    for _ in range(1000):
        line = dice.choice(VALUES)
        for _ in range(dice.randint(1, 4)):
            line += dice.choice(" ,;/-._|\t") + dice.choice(VALUES)
        lines.append(line)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    clean(c, path)
    for mode in MODES:
        copy = c.folder / f"once-{mode}.txt"
        copy.write_bytes(redact(c, path, mode))
        once, twice = copy.read_bytes().split(b"\n"), redact(c, copy, mode).split(b"\n")
        other = [(a, b) for a, b in zip(once, twice) if a != b]
        expect(not other and len(once) == len(twice), f"--redact={mode} finds more in its own copy, on {len(other)} of 1000 lines: {other[:2]}")


def keys(c):
    body = "\n".join([KEY] * 20 + ["c2hvcnQ="])
    head, foot = "-----BEGIN RSA PRIVATE KEY-----\n", "\n-----END RSA PRIVATE KEY-----"
    written = (head + body + foot).replace("\n", "\\n")
    texts = {
        "whole": ("a\n" + head + body + foot + "\nb\n", "a\n{}\nb\n"),
        "encrypted": (head + "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n" + body + foot + "\nb", "{}\nb"),
        "no end": ("a\n" + head + body + "\nThat was it.\n", "a\n{}\nThat was it.\n"),
        "cut": (head + body[:1000], "{}"),
        "json": (json.dumps({"k": head + body + foot + "\n", "n": 1}), json.dumps({"k": "{}\n", "n": 1})),
        "json, cut": ('{"k": "' + (head + body).replace("\n", "\\n") + '", "next": "sunny"}', '{"k": "{}", "next": "sunny"}'),
        "environment": ('KEY="' + written + '"\nMODE=fast\n', 'KEY="{}"\nMODE=fast\n'),
        "indented": ("key: |\n" + "".join(f"    {line}\n" for line in (head + body + foot).split("\n")) + "mode: fast\n", "key: |\n    {}\nmode: fast\n"),
        "far": ("plain words\n" * 21700 + head + body + foot + "\nb\n", "plain words\n" * 21700 + "{}\nb\n"),
        "very long": ('{"a": "' + "sunny " * 50000 + '", "k": "' + written + '", "b": 1}', '{"a": "' + "sunny " * 50000 + '", "k": "{}", "b": 1}'),
    }
    for shift in range(0, 1500, 97):    # the key lies across the end of a window
        texts[f"shifted {shift}"] = ("w" * 60 + "\n") * 4280 + "x" * shift + "\n" + head + body + foot + "\nend\n", ("w" * 60 + "\n") * 4280 + "x" * shift + "\n{}\nend\n"
    for name, (text, wanted) in texts.items():
        path = c.folder / "key.txt"
        path.write_text(text)
        for mode, put in (("mask", "private key"), ("label", "[SECRET]")):
            out = redact(c, path, mode).decode()
            expect(out == wanted.replace("{}", put), f"a key ({name}), {mode}: left {len(out)} bytes, wanted {len(wanted)}: …{out[-300:]!r}")


def structure(c):
    path = c.folder / "record.json"
    record = {"ssn": 536228841, "card": [4012888888881881], "email": "ada@example.com", "fine": 12, "phone": "+1 (212) 555-0142"}
    path.write_text(json.dumps(record, indent=1) + "\n")
    for mode in MODES:
        out = json.loads(redact(c, path, mode))
        expect(out.keys() == record.keys() and out["fine"] == 12 and "ada@" not in json.dumps(out) and "8841" not in json.dumps(out), f"--redact={mode} of JSON: {out}")
    path.write_text("Write to Ada@Example.com, ada@example.com; call +1 212 555 0142, (212) 555-0142.\nPlease read https://example.com/help, changed 2026-03-04.\n")
    out = redact(c, path, "pseudonym").decode()
    codes = [w.strip(",;.") for w in out.split() if w.startswith("[EMAIL")]
    expect(len(codes) == 2 and codes[0] == codes[1], f"two spellings of one address: {out}")
    expect(out.count("[PHONE") == 2 and len({w for w in out.replace(".", " ").replace(",", " ").split() if w.startswith("[PHONE")}) == 1, f"two spellings of one number: {out}")
    expect("https://example.com/help, changed 2026-03-04." in out, f"web addresses and plain dates stay: {out}")
    expect(redact(c, path, "pseudonym").decode() == out, "pseudonyms are not stable")


def main():
    c = Candor()
    if "detect" not in c.verbs:
        skip("candor detect is not there")
    c.good("init")
    keys(c)
    structure(c)
    generated(c)
    joined(c)
    sample(c)
    print("redaction takes all it should")


main()

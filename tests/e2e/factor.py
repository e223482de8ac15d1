#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Factors at a terminal: the PIN is typed twice and never shown, the QR code is drawn and its first code taken, nobody else waits for the lock meanwhile; nothing of it lies in a file."""
import base64
import hashlib
import hmac
import pathlib
import re
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect, skip  # noqa: E402
from terminal import Terminal  # noqa: E402

PIN = "48203957"


def totp(secret, steps=0):
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + steps), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def nowhere(c, *secrets):
    for path in (c.folder / "candor-workspace").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for s in secrets:
                expect(s.encode() not in data, f"{path.name} holds a secret")


def main():
    c = Candor()
    if "factor enrol" not in c.verbs:
        skip("no verb factor enrol")
    c.good("init", "--org", "Harbour Books")
    ref = c.json("customer", "add", input='{"name": "Ada Archer", "email": "ada@example.com"}\n')["added"][0]

    # The PIN: twice, without echo; another command writes while she types.
    t = Terminal(c, "factor", "enrol", ref, "pin", "--source", "counter, passport seen")
    t.until("(not shown): ")
    c.good("customer", "add", input='{"name": "Bob Baker", "email": "bob@example.com"}\n', timeout=5)
    t.type(PIN)
    t.until("Once more: ")
    t.type(PIN)
    expect(t.end() == 0 and "Enrolled" in t.seen, f"the PIN was not taken:\n{t.seen}")
    expect(PIN not in t.seen, "the terminal showed the PIN")
    t = Terminal(c, "factor", "enrol", ref, "pin", "--source", "counter")
    t.until("(not shown): ")
    t.type(PIN)
    t.until("Once more: ")
    t.type(PIN[:-1] + "3")
    expect(t.end() == 2 and "differ" in t.seen and PIN[:-1] not in t.seen, f"two PINs that differ:\n{t.seen}")

    # The authenticator: drawn, typed, confirmed; a wrong code first.
    t = Terminal(c, "factor", "enrol", ref, "totp", "--source", "counter")
    t.until("First code from the authenticator: ")
    expect(re.search("[▀▄█]{7}", t.seen) is not None, "no QR code was drawn")
    expect(max(len(line) for line in re.sub("\x1b\\[[0-9;]*m", "", t.seen).splitlines()) <= 80, "wider than 80 columns")
    secret = re.search("instead of scanning: ([A-Z2-7 ]+)", t.seen).group(1).replace(" ", "")
    expect(len(secret) == 32, f"a key of {len(secret)} letters")
    c.good("customer", "add", input='{"name": "Cleo Chase", "email": "cleo@example.com"}\n', timeout=5)
    t.type("000000")
    t.until("does not fit")
    code = totp(secret)
    t.type(code)
    expect(t.end() == 0 and "Enrolled" in t.seen, f"the first code was not taken:\n{t.seen[-2000:]}")
    got, out, _ = c.run("factor", "enrol", ref, "totp", "--confirm", input=code + "\n")
    expect(got == 1, f"a code was taken twice, or nothing waited: exit code {got}\n{out}")
    states = {f["kind"]: f["state"] for f in c.json("factor", "list", ref)["factors"]}
    expect(states == {"pin": "counts", "totp": "counts"}, f"states: {states}")

    words = c.good("factor", "enrol", ref, "words", "--source", "counter", "--quiet").strip()
    codes = c.json("factor", "enrol", ref, "recovery", "--source", "counter")["codes"]
    expect(len(words.split()) >= 3 and len(codes) == 10 and len(set(codes)) == 10, "words and codes")
    nowhere(c, PIN, secret, words, *codes)
    c.sound()
    print("factor: a PIN and an authenticator at a terminal, words and codes; nothing of them in a file")


if __name__ == "__main__":
    main()

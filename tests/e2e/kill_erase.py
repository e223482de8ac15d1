#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An erasure is killed between each two of its steps: from the first on nobody can read the customer, the next verb finishes it, and the receipt checks with sh, openssl
and sha256sum alone. Needs a build with faults.

  tests/e2e/kill_erase.py BIN_DIR
"""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from lib.candor import Candor, expect, skip  # noqa: E402


def receipts(c):
    """Numbers of the receipts that the ledger knows."""
    out = c.json("ledger", "log", "--limit", "1000")
    entries = out["entries"] if isinstance(out, dict) else out
    found = []
    for e in entries:
        e = e.get("entry", e)
        e = json.loads(e) if isinstance(e, str) else e
        if e["kind"] == "customer.erase":
            found.append(e["details"]["receipt"])
    return found


def check(folder, *key):
    p = subprocess.run(["sh", folder / "check.sh", *key], cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return p.returncode, p.stdout


def main():
    c = Candor()
    c.good("init", "--org", "Harbour Books")
    lines = ["account,name,email"] + [f"AC-77{i}1,Ada Example,ada{i}@example.com" for i in range(6)]
    (c.folder / "c.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    c.good("customer", "import", "c.csv", "--yes")
    refs = [c.json("customer", "find", "--account", input=f"AC-77{i}1\n")["customers"][0]["ref"] for i in range(6)]
    if c.run("customer", "erase", refs[5], "--yes", "--reason", "faults?", env={"CANDOR_FAULT": "stop:1"})[0] != -9:
        skip("this build has no faults")
    c.good("customer", "canary", refs[0], "off")
    for n in (1, 2, 3):
        ref = refs[n]
        code, _, _ = c.run("customer", "erase", ref, "--yes", "--reason", f"request R-{n}", env={"CANDOR_FAULT": f"stop:{n}"})
        expect(code == -9, f"killed at step {n}: exit {code}")
        code, out, err = c.run("customer", "show", ref)
        expect(code != 0 and "Ada" not in out + err or "erased" in (out + err).lower(), f"after a kill at step {n} the customer is still shown: {out}")
        expect(c.json("customer", "find", "--account", input=f"AC-77{n}1\n", codes=(0, 3)).get("customers", []) == [], f"after a kill at step {n} the customer is still found")
        # The next verb that writes ends it.
        c.good("customer", "canary", refs[0], "on")
        expect(len(receipts(c)) == n + 1, f"after a kill at step {n} the erasure was not finished")
    c.sound()
    number = receipts(c)[-1]
    c.good("customer", "receipt", number, "--out", "receipt")
    folder = c.folder / "receipt"
    code, out = check(folder)
    expect(code == 0 and out.startswith("GENUINE"), f"the receipt does not check with openssl and sha256sum:\n{out}")
    expect("Ada" not in "".join(f.read_text(encoding="utf-8") for f in folder.iterdir()) and "key_backups_gone_by" in (folder / "receipt.json").read_text(encoding="utf-8"), "the receipt says too much or too little")
    for name, old, new in (("receipt.json", "R-3", "R-4"), ("receipt.entry", "customer.erase", "customer.erasx"), ("receipt.tlog-proof", "index ", "index 1"), ("key.pem", "MCow", "MCoW")):
        path = folder / name
        text = path.read_text(encoding="utf-8")
        expect(old in text, f"{name} has no {old}")
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        code, out = check(folder)
        expect(code != 0 and "GENUINE:" not in out.replace("NOT GENUINE:", ""), f"a receipt with another {name} passes:\n{out}")
        path.write_text(text, encoding="utf-8")
    expect(check(folder)[0] == 0, "the restored receipt does not check")
    print("erasures killed at 3 steps: unreadable at once, finished by the next verb; the receipt checks with openssl and sha256sum, four alterations refused")


if __name__ == "__main__":
    main()

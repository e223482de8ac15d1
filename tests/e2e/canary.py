#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Known values are planted in the sample company. After an audit, the workspace, the reports, what was printed and the exported ledger are
searched for them, also in hexadecimal, base64 and UTF-16: none in the clear. A crash leaves no core, even where cores are switched on. The
memory image that root can take of a running audit holds the text that is being read, but never the workspace key."""
import base64
import os
import pathlib
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import ROOT, Candor, expect, skip  # noqa: E402

# Valid by their rules, so that they are found; of nobody.
CANARIES = {
    "email": "zaphira.quillfeather@canary-mail.example",
    "card": "5105105105105100",
    "iban": "DE02120300000000202051",
    "ssn": "536-22-8841",
    "phone": "+1-202-555-0187",
    "name": "Zaphira Quillfeather",
    "street": "4711 Wombat Crescent",
    "birth": "1971-11-23",
    "password": "Xk9-vellichor-77-Tansy",
    "token": "ghp_9QZ2fUe7bN4hXwY1LcVt8RmKs3DaPo0IG1u7",
    "health": "Zollinger-Ellison syndrome",
}


def plant(files):
    c = CANARIES
    with open(files / "crm/customers-export.csv", "r+", encoding="utf-8") as f:
        f.seek(0, os.SEEK_END)
        f.write(f"\n99991,{c['name']},{c['email']},{c['phone']},{c['street']},{c['birth']}\n")
    (files / "crm/canary.csv").write_text("name,email,phone,street,birth_date,ssn,iban,card_number,diagnosis,password\n" + "\n".join(
        ",".join(c[k] for k in ("name", "email", "phone", "street", "birth", "ssn", "iban", "card", "health", "password")) for _ in range(3)) + "\n")
    (files / "support/canary.mbox").write_text(f"From {c['email']} Mon Mar  1 10:00:00 2027\nFrom: {c['name']} <{c['email']}>\n\nMy SSN is {c['ssn']}, card {c['card']}, IBAN {c['iban']}, "
                                               f"call {c['phone']}. I was born {c['birth']}, I live at {c['street']}.\n")
    (files / "logs/canary.log").write_text(f"2027-03-01 login user={c['email']} password={c['password']}\ntoken: {c['token']}\n")
    (files / "canary.json").write_text(f'{{"customer": {{"name": "{c["name"]}", "email": "{c["email"]}", "ssn": "{c["ssn"]}", "diagnosis": "{c["health"]}"}}}}')
    db = sqlite3.connect(files / "canary.db")
    db.execute("CREATE TABLE people(name TEXT, email TEXT, card TEXT, ssn TEXT)")
    db.execute("INSERT INTO people VALUES(?, ?, ?, ?)", (c["name"], c["email"], c["card"], c["ssn"]))
    db.commit()
    db.close()
    with zipfile.ZipFile(files / "canary.zip", "w", zipfile.ZIP_DEFLATED) as z:
        z.write(files / "crm/canary.csv", "inner.csv")


def shapes(value):
    """The bytes that would give ${value} away."""
    forms = {value, value.lower(), value.upper()}
    digits = "".join(ch for ch in value if ch.isdigit())
    if len(digits) >= 9:
        forms |= {digits, " ".join(digits[i:i + 4] for i in range(0, len(digits), 4))}
    for form in forms:
        raw = form.encode()
        yield raw
        yield form.encode("utf-16-le")
        yield raw.hex().encode()
        for lead in range(3):
            yield base64.b64encode(b"\0" * lead + raw)[4:-4]


def search(where, data, seen):
    for name, value in CANARIES.items():
        for shape in shapes(value):
            at = data.find(shape)
            if at >= 0:
                seen.append(f"{name} in {where} at {at}: …{data[max(0, at - 60):at + len(shape) + 20]!r}…")
                break


def search_tree(folder, seen):
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            search(path.relative_to(folder.parent), path.read_bytes(), seen)
        search(f"the name of {path.name}", str(path).encode(), seen)


def memory_of(c):
    """Images of an audit at several moments, by gcore, as an administrator could take them: the key is not in them."""
    if not shutil.which("gcore"):
        return "no gcore here"
    key = bytes.fromhex((c.folder / "candor-workspace/candor.key").read_text().split()[2])
    images = 0
    for moment in (0.05, 0.15, 0.4):
        p = c.start("audit", "files", "--full", "--out", "report-2")
        time.sleep(moment)
        if p.poll() is None:
            subprocess.run(["gcore", "-o", str(c.folder / "image"), str(p.pid)], capture_output=True, timeout=120)
        p.kill()
        p.communicate()
        for path in c.folder.glob("image.*"):
            images += 1
            data = path.read_bytes()
            for form in (key, key.hex().encode(), key.hex().upper().encode()):
                expect(form not in data, f"the workspace key is in the memory image after {moment} s")
            path.unlink()
    return f"the key is in none of {images} memory images" if images else "gcore is not permitted here"


def cores_on():
    resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE)[1:] * 2)


def abort_one(c, process):
    """Aborts ${process} after a moment; returns the core files it left in the folder, which are removed."""
    time.sleep(0.15)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGABRT)
    process.communicate()
    cores = [q for q in c.folder.iterdir() if q.name.startswith("core")]
    for q in cores:
        q.unlink()
    return cores


def no_core(c):
    control = subprocess.Popen(["sleep", "30"], cwd=c.folder, preexec_fn=cores_on, stdout=subprocess.DEVNULL)
    if not abort_one(c, control):
        return "no core files are written on this machine"
    expect(not abort_one(c, c.start("audit", "files", "--full", "--out", "report-3", preexec_fn=cores_on)), "a core file was written")
    return "no core file after a crash, where other programs leave one"


def main():
    c = Candor()
    if "audit" not in c.verbs:
        skip("there is no candor audit yet")
    sample = subprocess.run([sys.executable, ROOT / "tests/data/sample/make.py", c.folder], capture_output=True, text=True)
    expect(sample.returncode == 0, sample.stderr)
    plant(c.folder / "files")
    printed = c.good("init", "--org", "Harbour Books")
    if "inventory import" in c.verbs:
        printed += c.good("inventory", "import", "inventory.yaml")
    for words in (["audit", "files", "--out", "report"], ["audit", "files", "--out", "report", "--json"], ["scan", "files", "--json", "--full"], ["status"], ["ledger", "log", "--json"]):
        if words[0] in c.verbs or " ".join(words[:2]) in c.verbs:
            code, out, err = c.run(*words)
            expect(code in (0, 6), f"{words}: {code} {err[-2000:]}")
            printed += out + err
    c.good("ledger", "export", "--out", "exported")
    seen = []
    search("what was printed", printed.encode(), seen)
    for folder in ("candor-workspace", "report", "exported"):
        search_tree(c.folder / folder, seen)
    # The search itself must be able to find: in the planted files each value is there.
    found = []
    search_tree(c.folder / "files", found)
    expect({line.split(" ")[0] for line in found} == set(CANARIES), "the search does not find what was planted")
    sanitized = subprocess.run(["grep", "-q", "__asan_init", c.bin / "candor"]).returncode == 0
    images = "memory images are for other builds" if sanitized else memory_of(c)
    core = no_core(c)
    expect(not seen, "\n".join(seen[:20]))
    print(f"{len(CANARIES)} values, none in the clear; {images}; {core}")


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Archive bombs, deep nesting, endless lines, runs of digits, invalid encodings: bounded time and memory, every object told, nothing crashes."""
import gzip
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import time
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect, skip  # noqa: E402

MIB = 1 << 20


def zip_of(name, data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(name, data)
    return out.getvalue()


def nested_zips(depth):
    data = b"ada@example.org"
    for level in range(depth):
        data = zip_of(f"level{level}.zip" if level else "a.txt", data)
    return data


def many_entries(count):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for i in range(count):
            z.writestr(f"{i}", b"x")
    return out.getvalue()


def samples(rng):
    """Name, what makes the content, whether it must be complete (None: either)."""
    yield "bomb.gz", lambda: gzip.compress(b"a" * (64 * MIB), 9) * 40, False
    yield "bomb.zip", lambda: zip_of("as", b"a" * (300 * MIB)), False
    yield "nested.zip", lambda: nested_zips(30), False
    yield "entries.zip", lambda: many_entries(101000), False
    yield "line.txt", lambda: b"a" * (24 * MIB), True
    yield "digits.txt", lambda: b"4111111111111111" * (MIB // 2), True
    yield "dots.txt", lambda: b"1.2.3.4." * MIB, True
    yield "ats.txt", lambda: b"a@" * (4 * MIB), True
    yield "dashes.txt", lambda: b"-----BEGIN " * MIB, True
    yield "equals.txt", lambda: b"password=" * MIB, True
    yield "quote.csv", lambda: b'a,b\n"' + b"x" * (16 * MIB), None
    yield "columns.csv", lambda: b"," * (4 * MIB) + b"\n", None
    yield "deep.json", lambda: b"[" * (4 * MIB), None
    yield "deep_objects.json", lambda: b'{"a":' * MIB, None
    yield "deep.xml", lambda: b"<a>" * (2 * MIB), None
    yield "entities.xml", lambda: b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 1000 + b'"><!ENTITY c "' + b"&b;" * 1000 + b'">]><a>' + b"&c;" * 1000 + b"</a>", None
    yield "random.txt", lambda: bytes(rng.choice(b"abc @.\n\xff\xc3\xe2\x80") for _ in range(2 * MIB)), None
    yield "half.utf16", lambda: b"\xff\xfe" + "ada@example.org ".encode("utf-16-le") * 1000 + b"x", None
    yield "nul.txt", lambda: b"ada@example.org\0" * 10000, None
    yield "newlines.txt", lambda: b"\n" * (16 * MIB), True


def apart(work):
    """In a child, because a process starts with the peak memory of the one that forked it."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except SystemExit as e:
            sys.stdout.flush()
            os._exit(e.code or 0)
        except BaseException as e:
            print(f"FAILED: {type(e).__name__}: {e}", flush=True)
            os._exit(1)
        sys.stdout.flush()
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code:
        sys.exit(code)


def check(c, path, complete, seconds, memory):
    name, started = path.name, time.monotonic()
    p = c.start("scan", "-n", "--json", "-q", path)
    out, err = p.stdout.read(), p.stderr.read()
    _, status, usage = os.wait4(p.pid, 0)
    code = p.returncode = os.waitstatus_to_exitcode(status)
    took, peak = time.monotonic() - started, usage.ru_maxrss * 1024
    print(f"{name}: {path.stat().st_size / MIB:.1f} MiB, exit {code}, {took:.2f} s, {peak / MIB:.0f} MiB", flush=True)
    expect(code in (0, 6), f"{name}: exit code {code}\n{err[-3000:]}")
    expect("Sanitizer" not in err and "runtime error" not in err, f"{name}:\n{err[-3000:]}")
    lines = [json.loads(line) for line in out.splitlines()]
    totals = lines[-1]["totals"]
    expect(totals["objects"] >= 1 and totals["objects"] == totals["complete"] + totals["partial"] + totals["skipped"], f"{name}: {totals}")
    for line in lines[:-1]:
        expect(line["coverage"] == "complete" or line.get("sentence"), f"{name}: no reason: {line}")
    if complete is not None:
        expect((code == 0) == complete, f"{name}: exit {code}, complete was to be {complete}: {totals}")
    expect(took < seconds, f"{name}: {took:.1f} s")
    expect(peak < memory, f"{name}: {peak / MIB:.0f} MiB")


def main():
    c = Candor()
    if "scan" not in c.verbs:
        skip("there is no candor scan yet")
    sanitized = subprocess.run(["grep", "-q", "__asan_init", c.bin / "candor"]).returncode == 0
    seconds, memory = (60, 1600 * MIB) if sanitized else (20, 76 * MIB)
    only = sys.argv[2:]
    for name, make, complete in samples(random.Random(5)):
        if only and name not in only:
            continue
        path = c.folder / name
        apart(lambda: path.write_bytes(make()))
        apart(lambda: check(c, path, complete, seconds, memory))
        path.unlink()


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Full disk, read-only workspace, a second process: one clear sentence, the right exit code, nothing half-written. Runs in a mount namespace
of its own; skipped where there is none."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect, skip  # noqa: E402


def enter_namespace():
    if os.environ.get("CANDOR_E2E_INSIDE"):
        return
    how = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    if not shutil.which("unshare") or subprocess.run([*how, "sh", "-c", "mount -t tmpfs none /mnt"], capture_output=True).returncode:
        skip("no mount namespace may be made here")
    os.execvpe(how[0], [*how, sys.executable, *sys.argv], {**os.environ, "CANDOR_E2E_INSIDE": "1"})


def mount(*words):
    subprocess.run(["mount", *map(str, words)], check=True)


def umount(path):
    subprocess.run(["umount", str(path)], check=True)


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def init_on_full_disk(c):
    disk = c.folder / "small"
    disk.mkdir()
    for size in (4, 16, 48, 80, 200, 400, 600, 900, 1600):
        mount("-t", "tmpfs", "-o", f"size={size}k", "none", disk)
        code, out, err = c.run("init", disk / "w")
        if code:
            expect(code == 5 and len(err.splitlines()) == 1, f"init with {size} KiB: {code} {err}")
            expect(names(disk) == [], f"init with {size} KiB left {names(disk)} {[names(p) for p in disk.iterdir()]}")
        else:
            c.sound(disk / "w")
        umount(disk)


def append_on_full_disk(c):
    disk = c.folder / "small"
    mount("-t", "tmpfs", "-o", "size=2200k", "none", disk)
    w = disk / "w"
    c.good("init", w)
    code, out, err = c.run("@candor-append", w, 100000)
    expect(code == 5 and "full" in err and len(err.splitlines()) == 1, f"append until the disk is full: {code} {err}")
    committed = len(out.splitlines())
    expect(committed > 10, f"only {committed} entries fit")
    size = c.sound(w)
    expect(size == committed + 1, f"{committed} entries were reported, {size} are in the ledger")
    # On the full disk what needs no room still works, and what does is refused whole.
    c.good("status", "-w", w)
    c.refused(5, "", "ledger", "export", "--out", disk / "out", "-w", w)
    expect(not (disk / "out" / "checkpoint").exists(), "an export without room wrote a checkpoint")
    shutil.rmtree(disk / "out", ignore_errors=True)
    c.refused(5, "", "ledger", "checkpoint", "--out", disk / "kept", "-w", w) if not os.statvfs(disk).f_bavail else None
    expect(not [n for n in names(disk) if ".part-" in n], f"temporary files stay: {names(disk)}")
    mount("-o", "remount,size=4m", disk)
    c.good("@candor-append", w, 3)
    expect(c.sound(w) == size + 3, "with room again, appending goes on")
    umount(disk)


def readonly(c):
    w = c.folder / "w"
    c.good("init", w)
    c.good("@candor-append", w, 20)
    mount("--bind", w, w)
    mount("-o", "remount,ro,bind", w)
    expect(c.sound(w) == 21, "a read-only workspace can be read")
    c.good("status", "-w", w)
    c.good("ledger", "log", "-w", w)
    c.refused(4, "cannot be written", "@candor-append", w, 1)
    c.refused(5, "", "ledger", "checkpoint", "--out", w / "kept", "-w", w)
    umount(w)


def readonly_after_kill(c):
    """Commits that wait in SQLite's log are read too, or the workspace is not read at all; never an older state."""
    w = c.folder / "killed"
    c.good("init", w)
    p = c.start("@candor-append", w, 100000)
    for _ in range(30):
        p.stdout.readline()
    os.kill(p.pid, signal.SIGKILL)
    p.communicate()
    expect((w / "candor.db-wal").stat().st_size > 0, "the killed writer left no log")
    for without in ([], ["candor.db-shm"]):
        for name in without:
            (w / name).unlink()
        mount("--bind", w, w)
        mount("-o", "remount,ro,bind", w)
        code, out, err = c.run("ledger", "verify", "--json", "-w", w)
        if code == 0:
            expect('"ok":true' in out and int(out.split('"size":')[1].split(",")[0]) >= 31, f"an older state was shown: {out}")
        else:
            expect(code in (4, 5) and len(err.splitlines()) <= 1, f"read-only after a kill: {code} {err}")
        umount(w)
    expect(c.sound(w) >= 31, "writable again, nothing is lost")


def second_process(c):
    w = c.folder / "busy"
    c.good("init", w)
    p = c.start("@candor-append", w, 100000)
    p.stdout.readline()
    c.refused(4, "Another candor is writing to the workspace", "@candor-append", w, 1)
    # Reading goes on beside the writer, and sees one state each time.
    until = time.monotonic() + 3
    sizes = []
    while time.monotonic() < until:
        sizes.append(c.json("ledger", "verify", "-w", w)["size"])
        c.good("ledger", "prove", 0, "--out", c.folder / "p", "-w", w)
        c.good("ledger", "check", c.folder / "p", "--key", c.good("ledger", "checkpoint", "--key", "-w", w).strip())
        c.good("ledger", "export", "--out", c.folder / f"export-{len(sizes)}", "-w", w)
    p.kill()
    p.communicate()
    expect(sizes == sorted(sizes), f"the ledger shrank: {sizes}")
    c.sound(w)


def main():
    enter_namespace()
    c = Candor()
    for part in (init_on_full_disk, append_on_full_disk, readonly, readonly_after_kill, second_process):
        started = time.monotonic()
        part(c)
        print(f"{part.__name__}: ok ({time.monotonic() - started:.1f} s)", flush=True)


main()

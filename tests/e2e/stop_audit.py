#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An audit is interrupted while it judges and writes: it ends within a second, the report that was there stays whole, and the ledger is sound."""
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402

FILES, STOPS = 3000, 12


def main():
    c = Candor()
    files = c.folder / "files"
    files.mkdir()
    for i in range(FILES):
        rows = "".join(f"Ada Lovelace,ada{i}.{k}@example.org,4111111111111111,078-05-1120\n" for k in range(5))
        (files / f"f{i}.csv").write_text("name,mail,card,ssn\n" + rows)
    c.good("init", "-q")
    c.good("audit", "-q", "files", codes=(0, 6))
    started = time.monotonic()
    c.good("audit", "-q", codes=(0, 6))
    whole = time.monotonic() - started
    stopped, slowest = 0, 0.0
    for i in range(STOPS):
        before = (c.folder / "report" / "report.json").read_bytes()
        p = c.start("audit")
        time.sleep(whole * (i + 0.5) / STOPS)
        asked = time.monotonic()
        p.send_signal(signal.SIGINT)
        _, err = p.communicate(timeout=30)
        slowest = max(slowest, time.monotonic() - asked)
        if p.returncode == 6 and "Stopped" in err:
            stopped += 1
            expect((c.folder / "report" / "report.json").read_bytes() == before, "a stopped audit left the report alone")
            expect(not list((c.folder / "report").glob(".making-*")), "nothing half-made stays")
        else:
            expect(p.returncode in (0, 6, -signal.SIGINT), f"exit code {p.returncode}: {err}")
    expect(slowest < 1, f"it took {slowest:.2f} s to end")
    expect(stopped > STOPS // 3, f"only {stopped} of {STOPS} were stopped: the audit takes {whole:.2f} s")
    expect(c.json("ledger", "verify")["ok"], "the ledger is sound")
    print(f"{stopped} of {STOPS} stopped, the slowest in {slowest:.2f} s of an audit of {whole:.2f} s")


main()

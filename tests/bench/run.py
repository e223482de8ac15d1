#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How fast, beside others, in one run on the same cached files.

  tests/bench/run.py [--build build/release] [--mib 256] [--rounds 5] [--files 50000] [--rescan 100000] [--only detect,scan,files,rescan,start,sqlite]

Makes its corpora (deterministic) below --dir, runs every program in turn in each round, prints medians in MB/s, ratios to wc -l and the
peak memory. Speeds differ from machine to machine: only the ratios of one run say something. A program that is not installed is left
out. By default wall-clock time counts; --cpu counts user and system time, for machines that do other things meanwhile.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"
TWELVE = [EMAIL, r"\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}", r"\b\d{13,16}\b", r"\b\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}\b", r"\b\d{3}-\d{2}-\d{4}\b", r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b",
          r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b", r"\b(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\b", r"\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b", r"AKIA[0-9A-Z]{16}",
          r"eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", r"\b(?:19|20)\d\d-\d\d-\d\d\b"]
TWELVE_ERE = [EMAIL, r"\(?[0-9]{3}\)?[-. ][0-9]{3}[-. ][0-9]{4}", r"[0-9]{13,16}", r"[0-9]{4}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4}", r"[0-9]{3}-[0-9]{2}-[0-9]{4}"]


def run(maker, cmd, fine=(0, 1, 6)):
    """Wall seconds, CPU seconds, peak KiB of one run."""
    done = subprocess.run([maker, "time", *map(str, cmd)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wall, cpu, peak, code = done.stdout.split()
    if int(code) not in fine:
        sys.exit(f"{' '.join(map(str, cmd))} failed with {int(code)}: {done.stderr.decode(errors='replace')[:300]}")
    return float(wall), float(cpu), int(peak)


def in_turn(maker, commands, rounds, cpu):
    """Medians of each command; every round runs all of them, so that a slow moment of the machine hits them alike."""
    times, memory = {n: [] for n in commands}, dict.fromkeys(commands, 0)
    for _ in range(rounds):
        for name, cmd in commands.items():
            wall, used, peak = run(maker, cmd)
            times[name].append(used if cpu else wall)
            memory[name] = max(memory[name], peak)
    return {n: statistics.median(t) for n, t in times.items()}, memory


def table(title, size, medians, memory, base):
    print(f"\n{title}")
    print(f"  {'':34}{'seconds':>9}{'MB/s':>9}{'of ' + base:>12}{'peak MiB':>10}")
    for name, seconds in medians.items():
        print(f"  {name:34}{seconds:9.3f}{size / 1e6 / seconds:9.0f}{medians[base] / seconds:12.2f}{memory[name] / 1024:10.1f}")


def have(program):
    return shutil.which(program) is not None


class Bench:
    def __init__(self, options):
        self.o = options
        self.bin = options.build / "bin"
        self.candor = str(self.bin / "candor")
        self.dir = options.dir
        self.dir.mkdir(parents=True, exist_ok=True)
        self.maker = self.dir / "corpus"
        subprocess.run(["cc", "-O2", "-o", self.maker, ROOT / "tests/bench/corpus.c"], check=True)
        if not pathlib.Path(self.candor).exists():
            sys.exit(f"{self.candor} is missing; build it first: cmake --preset release && cmake --build build/release")

    def corpus(self, kind):
        size = self.o.mib << 20
        path = self.dir / f"{kind}-{self.o.mib}.txt"
        if not path.exists():
            with open(path, "wb") as f:
                subprocess.run([self.maker, kind, "7", str(size)], stdout=f, check=True)
        with open(path, "rb") as f:  # into the cache
            while f.read(1 << 20):
                pass
        return path

    def folder(self, count, size):
        path = self.dir / f"files-{count}"
        if not path.exists():
            subprocess.run([self.maker, "files", "7", str(count), str(size), path], check=True)
        return path

    def detect(self):
        for kind in ("sparse", "dense", "hostile"):
            f = str(self.corpus(kind))
            commands = {"wc -l": ["wc", "-l", f], "candor, all structured kinds": [self.candor, "detect", "--count", f]}
            if have("rg") and kind != "hostile":
                commands["rg -j1, e-mail only"] = ["rg", "-j1", "-c", EMAIL, f]
                commands["rg -j1, twelve patterns"] = ["rg", "-j1", "--no-unicode", "-c"] + [x for p in TWELVE for x in ("-e", p)] + [f]
            if have("grep") and kind != "hostile":
                commands["grep -E, five patterns"] = ["env", "LC_ALL=C", "grep", "-cE"] + [x for p in TWELVE_ERE for x in ("-e", p)] + [f]
            medians, memory = in_turn(self.maker, commands, self.o.rounds, self.o.cpu)
            table(f"{kind}, {self.o.mib} MiB, one thread", os.path.getsize(f), medians, memory, "wc -l")

    def scan(self):
        f = str(self.corpus("sparse"))
        commands = {f"candor scan, {n} thread{'s' * (n > 1)}": [self.candor, "scan", "--no-workspace", "--quiet", "-j", str(n), f] for n in (1, 2)}
        medians, memory = in_turn(self.maker, commands, self.o.rounds, False)
        table("scan of one large file, wall clock", os.path.getsize(f), medians, memory, next(iter(commands)))

    def files(self):
        path = str(self.folder(self.o.files, 4096))
        commands = {"candor scan, 1 thread": [self.candor, "scan", "--no-workspace", "--quiet", "-j", "1", path]}
        if have("rg"):
            commands["rg -j1, twelve patterns"] = ["rg", "-j1", "--no-unicode", "-c"] + [x for p in TWELVE for x in ("-e", p)] + [path]
        medians, memory = in_turn(self.maker, commands, self.o.rounds, self.o.cpu)
        print(f"\n{self.o.files} files of 4 KiB")
        for name, seconds in medians.items():
            print(f"  {name:34}{seconds:9.3f} s{self.o.files / seconds:12.0f} files/s{memory[name] / 1024:10.1f} MiB")

    def rescan(self):
        path = str(self.folder(self.o.rescan, 512))
        workspace = tempfile.mkdtemp(prefix="bench-", dir=self.dir)
        try:
            home = os.path.join(workspace, "w")
            run(self.maker, [self.candor, "init", "--workspace", home], (0,))
            first, _, _ = run(self.maker, [self.candor, "scan", "--workspace", home, "--quiet", path])
            again, _, peak = run(self.maker, [self.candor, "scan", "--workspace", home, "--quiet", path])
            print(f"\n{self.o.rescan} files, unchanged: first scan {first:.2f} s, second {again:.2f} s, peak {peak / 1024:.1f} MiB")
        finally:
            shutil.rmtree(workspace)

    def start(self):
        commands = {"candor --help": [self.candor, "--help"]}
        if have("git"):
            commands["git --version"] = ["git", "--version"]
        medians, memory = in_turn(self.maker, commands, 200, False)
        print("\nstart to end")
        for name, seconds in medians.items():
            print(f"  {name:34}{seconds * 1000:9.2f} ms{memory[name] / 1024:10.1f} MiB")

    def sqlite(self):
        tool = next(iter(self.o.build.glob("**/sqlite_step")), None)
        if not tool or not os.access(tool, os.X_OK):
            print("\nSQLite: the build has no sqlite_step; skipped")
            return
        database = self.dir / "bench.db"
        if not database.exists():
            subprocess.run([tool, "make", database, "1000000"], check=True)
        print("\nSQLite tables")
        sys.stdout.flush()
        subprocess.run([tool, "run", database, str(self.o.rounds)], check=True)


def main():
    parts = ["start", "detect", "scan", "files", "rescan", "sqlite"]
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    p.add_argument("--dir", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "candor-bench")
    p.add_argument("--mib", type=int, default=256)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--files", type=int, default=50000)
    p.add_argument("--rescan", type=int, default=100000)
    p.add_argument("--cpu", action="store_true", help="count user and system time, not the clock on the wall")
    p.add_argument("--only", default=",".join(parts), help="of " + ",".join(parts))
    options = p.parse_args()
    bench = Bench(options)
    for part in options.only.split(","):
        if part not in parts:
            sys.exit(f"run.py: no part is called {part}; there are {', '.join(parts)}")
        getattr(bench, part)()
        sys.stdout.flush()


if __name__ == "__main__":
    main()

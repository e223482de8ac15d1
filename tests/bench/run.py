#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How fast, beside others, in one run on the same cached files.

  tests/bench/run.py [--build build/release] [--mib 256] [--rounds 5] [--files 50000] [--rescan 100000] [--only text,files,rescan,sqlite,letters,minimise,vault,calls,runs,clocks,start,memory]

Makes its corpora (deterministic) below --dir, runs every program in turn in each round and prints one table: medians, the ratio to the
first row of each part, the peak memory. Speeds differ from machine to machine: only the ratios of one run say something. A program
that is not installed is left out. By default wall-clock time counts; --cpu counts user and system time, for machines that do other
things meanwhile (then two threads look as slow as one). docs/internals/bench.md says what each row is.
"""
import argparse
import json
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


def have(program):
    return shutil.which(program) is not None


def patterns(some):
    return [x for p in some for x in ("-e", p)]


class Bench:
    def __init__(self, options):
        self.o = options
        self.candor = str(options.build / "bin/candor")
        self.dir = options.dir
        self.dir.mkdir(parents=True, exist_ok=True)
        self.maker = self.dir / "corpus"
        self.titled = False
        subprocess.run(["cc", "-O2", "-o", self.maker, ROOT / "tests/bench/corpus.c"], check=True)
        if not pathlib.Path(self.candor).exists():
            sys.exit(f"{self.candor} is missing; build it first: cmake --preset release && cmake --build build/release")

    def row(self, part, name, speed, ratio, peak_kib):
        if not self.titled:
            print(f"{'part':10}{'program':32}{'speed':>18}{'ratio':>8}{'peak MiB':>10}")
            self.titled = True
        memory = f"{peak_kib / 1024:10.1f}" if peak_kib else f"{'':10}"
        print(f"{part:10}{name:32}{speed:>18}{ratio:8.2f}{memory}")
        sys.stdout.flush()

    def rows(self, part, commands, say, rounds=None):
        """One row for each command; the ratio is how many times as fast as the first it is."""
        medians, memory = in_turn(self.maker, commands, rounds or self.o.rounds, self.o.cpu)
        first = next(iter(medians.values()))
        for name, seconds in medians.items():
            self.row(part, name, say(seconds), first / seconds, memory[name])

    def corpus(self, kind, mib):
        path = self.dir / f"{kind}-{mib}.txt"
        if not path.exists():
            with open(path, "wb") as f:
                subprocess.run([self.maker, kind, "7", str(mib << 20)], stdout=f, check=True)
        with open(path, "rb") as f:  # into the cache
            while f.read(1 << 20):
                pass
        return str(path)

    def folder(self, count, size):
        path = self.dir / f"files-{count}"
        if not path.exists():
            subprocess.run([self.maker, "files", "7", str(count), str(size), path], check=True)
        return str(path)

    def scan(self, threads, path):
        return [self.candor, "scan", "--no-workspace", "--quiet", "-j", str(threads), path]

    def rg(self, threads, path):
        return ["rg", f"-j{threads}", "--no-unicode", "-c"] + patterns(TWELVE) + [path]

    def text(self):
        for kind in ("sparse", "dense", "hostile"):
            f = self.corpus(kind, self.o.mib)
            commands = {"wc -l": ["wc", "-l", f], "candor detect --count": [self.candor, "detect", "--count", f],
                        "candor scan, 1 thread": self.scan(1, f), "candor scan, 2 threads": self.scan(2, f)}
            if have("rg"):
                commands["rg -j1, e-mail"] = ["rg", "-j1", "-c", EMAIL, f]
                commands["rg -j1, 12 expressions"] = self.rg(1, f)
                commands["rg -j2, 12 expressions"] = self.rg(2, f)
            if have("grep"):
                commands["grep -E, 5 expressions"] = ["env", "LC_ALL=C", "grep", "-cE"] + patterns(TWELVE_ERE) + [f]
            size = os.path.getsize(f)
            self.rows(kind, commands, lambda s, size=size: f"{size / 1e6 / s:.0f} MB/s")

    def files(self):
        path, count = self.folder(self.o.files, 4096), self.o.files
        commands = {f"candor scan, {n} thread{'s' * (n > 1)}": self.scan(n, path) for n in (1, 2)}
        if have("rg"):
            for n in (1, 2):
                commands[f"rg -j{n}, 12 expressions"] = self.rg(n, path)
        self.rows("files", commands, lambda s: f"{count / s:.0f} files/s")

    def rescan(self):
        path, count = self.folder(self.o.rescan, 512), self.o.rescan
        workspace = tempfile.mkdtemp(prefix="bench-", dir=self.dir)
        try:
            home = os.path.join(workspace, "w")
            run(self.maker, [self.candor, "init", "--workspace", home], (0,))
            scan = [self.candor, "scan", "--workspace", home, "--quiet", path]
            first, used, peak = run(self.maker, scan)
            first = used if self.o.cpu else first
            self.row("rescan", "first scan", f"{count / first:.0f} files/s", 1, peak)
            medians, memory = in_turn(self.maker, {"again": scan}, self.o.rounds, self.o.cpu)
            self.row("rescan", "again, all unchanged", f"{medians['again']:.2f} s", first / medians["again"], memory["again"])
        finally:
            shutil.rmtree(workspace)

    def sqlite(self):
        """The peer is made with the build; without one (an installed candor) there is nothing to compare with."""
        tool = self.built("sqlite_step")
        database = self.dir / "bench.db"
        if not database.exists():
            subprocess.run([tool, "make", database, str(self.o.rows)], check=True)
        done = subprocess.run([tool, "run", database, str(self.o.rounds)], check=True, stdout=subprocess.PIPE, text=True)
        figures = json.loads(done.stdout)
        key = "cpu" if self.o.cpu else "wall"
        bare, ours = figures["bare_" + key], figures["candor_" + key]
        self.row("sqlite", "bare sqlite3_step loop", f"{figures['bytes'] / bare / 1e6:.0f} MB/s", 1, 0)
        self.row("sqlite", "candor-reader", f"{figures['bytes'] / ours / 1e6:.0f} MB/s", bare / ours, figures["peak_kib"])

    def built(self, target):
        """A program of the build directory, made now; None where there is none (an installed candor)."""
        done = subprocess.run(["cmake", "--build", self.o.build, "--target", target], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        tool = next(iter(self.o.build.glob("**/" + target)), None)
        if done.returncode or not tool:
            sys.exit(f"{target} could not be built:\n{done.stdout.decode(errors='replace')[-2000:]}")
        return tool

    def letters(self):
        """A letter of 2 KB with twelve fields, escaped; the peers make a fraction of the number, as they are slow."""
        tool, here, n = self.built("bench_letters"), ROOT / "tests/bench", self.o.letters
        few = max(n // 50, 1)
        commands, template = {}, here / "letter.mustache"
        if subprocess.run(["python3", "-c", "import jinja2"], stderr=subprocess.DEVNULL).returncode == 0:
            commands["Jinja2, autoescape"] = (["python3", here / "letters_jinja.py", template, few], few)
        for package in ("mustache", "handlebars"):
            if have("node") and subprocess.run(["node", "-e", f"require('{package}')"], stderr=subprocess.DEVNULL).returncode == 0:
                commands[f"npm {package}"] = (["node", here / "letters_node.js", package, template, few], few)
        for name, way, count in (("candor, JSON objects", "object", n // 4), ("candor, rows", "row", n), ("memcpy of as many bytes", "copy", n)):
            commands[name] = ([tool, template, count, way], count)
        medians, memory = in_turn(self.maker, {k: c[0] for k, c in commands.items()}, self.o.rounds, self.o.cpu)
        rates = {k: commands[k][1] / medians[k] for k in commands}
        first = next(iter(rates.values()))
        for name, rate in rates.items():
            self.row("letters", name, f"{rate / 1000:.0f} k letters/s", rate / first, memory[name])

    def vault(self):
        """Sealing, opening, grants beside their limits in one process; then customers from CSV into a workspace."""
        tool = self.built("bench_vault")
        with tempfile.TemporaryDirectory(dir=self.dir) as folder:
            done = subprocess.run([tool, folder, str(min(self.o.rounds, 9))], check=True, stdout=subprocess.PIPE, text=True)
        for line in done.stdout.splitlines():
            r = json.loads(line)
            self.row("vault", r["limit"][:32], f"{r['limit_per_second']:,} /s", 1, 0)
            self.row("vault", f"candor, {r['part']}", f"{r['per_second']:,} /s", r["ratio"], 0)
        rows, source = self.o.customers, self.dir / f"customers-{self.o.customers}.csv"
        if not source.exists():
            with open(source, "w", encoding="utf-8") as f:
                f.write("Customer no,Name,Email,Phone,Street,City,State,ZIP,Country,Date of birth,Card,Language\n")
                for i in range(rows):
                    f.write(f"AC-{i:07d},Ada{i % 977} Example{i},person{i}@example.com,+1 212 555 {100 + i % 100:04d},{i % 900 + 1} Analytical Row,Boston,MA,{i % 89999 + 10000},US,"
                            f"{1940 + i % 60}-{i % 12 + 1:02d}-{i % 28 + 1:02d},4111111111111111,en\n")
        first = None
        for name in ("first import", "the same again"):
            with_home = ["--workspace", self.dir / "customers-home"]
            if first is None:
                shutil.rmtree(self.dir / "customers-home", ignore_errors=True)
                subprocess.run([self.candor, "init", "--org", "Bench", *with_home], check=True, stdout=subprocess.DEVNULL)
            wall, _, peak = run(self.maker, [self.candor, "customer", "import", source, "--yes", "--quiet", *with_home])
            first = first or rows / wall
            self.row("vault", f"{rows:,} customers, {name}"[:32], f"{rows / wall:,.0f} /s", rows / wall / first, peak)
        wall, _, peak = run(self.maker, [self.candor, "key", "rotate", "--quiet", *with_home])
        self.row("vault", "candor key rotate", f"{rows / wall:,.0f} keys/s", rows / wall / first, peak)
        shutil.rmtree(self.dir / "customers-home", ignore_errors=True)

    def calls(self):
        """The steps of a call without Argon2: median and 99th percentile; the ratio is that of the bare fdatasyncs of its commits."""
        tool = self.built("bench_calls")
        with tempfile.TemporaryDirectory(dir=self.dir) as folder:
            done = subprocess.run([tool, folder], check=True, stdout=subprocess.PIPE, text=True)
        for line in done.stdout.splitlines():
            r = json.loads(line)
            self.row("calls", r["part"][:32], f"{r['median_us']:,.1f} us, p99 {r['p99_us']:,.1f}", r["of_floor"], 0)

    def runs(self):
        """Runs of playbooks: events appended and replayed, a step with one and with 10,000 open runs; the ratios are those of SQLite alone."""
        tool = self.built("bench_runs")
        with tempfile.TemporaryDirectory(dir=self.dir) as folder:
            done = subprocess.run([tool, folder], check=True, stdout=subprocess.PIPE, text=True)
        for line in done.stdout.splitlines():
            r = json.loads(line)
            self.row("runs", r["part"][:32], f"{r['value']:,.1f} {r['unit']}", r["of_floor"], 0)

    def disclosure(self):
        """Decisions of the shipped policy: may this field be told, for this purpose, at this level."""
        tool = self.built("bench_disclosure")
        r = max((json.loads(subprocess.run([tool], check=True, stdout=subprocess.PIPE, text=True).stdout) for _ in range(self.o.rounds)), key=lambda r: r["decisions_per_second"])
        for part in ("decisions", "levels"):
            self.row("disclose", part, f"{r[part + '_per_second']:,} /s", r[part + "_per_second"] / r["decisions_per_second"], 0)

    def clocks(self):
        """A tick when nothing is due, with none and with 100,000 clocks running: inside the process, and as candor tick. Then moments that are due, each with its ledger entry."""
        tool, counts = self.built("bench_clocks"), (0, 100000)
        with tempfile.TemporaryDirectory(dir=self.dir) as folder:
            room = {}
            for count in counts:
                (pathlib.Path(folder) / str(count)).mkdir()
                room[count] = json.loads(subprocess.run([tool, f"{folder}/{count}", str(count), "keep"], check=True, stdout=subprocess.PIPE, text=True).stdout)["idle_us"]
            medians, memory = in_turn(self.maker, {c: [self.candor, "tick", "-q", "-w", f"{folder}/{c}/w"] for c in counts}, 100, self.o.cpu)
            r = json.loads(subprocess.run([tool, folder, "100000"], check=True, stdout=subprocess.PIPE, text=True).stdout)
        for c in counts:
            self.row("clocks", f"room, {c:,} clocks, idle", f"{room[c]:,.1f} us", room[c] / room[0], 0)
            self.row("clocks", f"tick, {c:,} clocks, idle", f"{medians[c] * 1e3:,.2f} ms", medians[c] / medians[0], memory[c])
        self.row("clocks", "setting one of 100,000", f"{r['set_us']:,.1f} us", 1, 0)
        self.row("clocks", f"{r['moments']:,} moments due, each", f"{r['moment_us']:,.1f} us", 1, 0)

    def minimise(self):
        """A CSV of customers through the filter, every column said: kept as it is, or names dropped, addresses hashed, telephones masked. The peers do less: sed
        replaces what looks like an e-mail address, Python and awk drop a column and mask two, mlr drops one."""
        f, home = self.corpus("customers", self.o.mib), self.dir / "minimise"
        less, plain = self.minimise_policies(home)
        ours = [self.candor, "minimise", "--workspace", home / "w", "--quiet", "--in", "csv", "-p"]
        commands = {"cat": ["cat", f], "candor minimise, all kept": [*ours, "plain", "--policy", plain, f], "candor minimise, 3 columns": [*ours, "less", "--policy", less, f],
                    "the same, others watched": [*ours, "watched", "--policy", less, f],
                    "sed -E, e-mail shape": ["env", "LC_ALL=C", "sed", "-E", f"s/{EMAIL}/x/g", f],
                    "awk -F, 3 columns": ["env", "LC_ALL=C", "awk", "-F,", "-v", "OFS=,", '{print $1, "p_" $3, "…" substr($4, length($4) - 1), $5, $6, $7, $8}', f],
                    "python3 csv, hmac": ["python3", ROOT / "tests/bench/minimise_peer.py", f]}
        if have("mlr"):
            commands["mlr cut -x"] = ["mlr", "--csv", "cut", "-x", "-f", "name", f]
        size = os.path.getsize(f)
        self.rows("minimise", commands, lambda s: f"{size / 1e6 / s:.0f} MB/s")
        small = 0
        for mib in (64, 1024):
            g = self.corpus("customers", mib)
            wall, used, peak = run(self.maker, [*ours, "less", "--policy", less, g])
            small = small or peak
            self.row("minimise", f"memory, {mib} MiB", f"{mib * 1.048576 / (used if self.o.cpu else wall):.0f} MB/s", peak / small, peak)

    def minimise_policies(self, home):
        shutil.rmtree(home, ignore_errors=True)      # a workspace belongs to the build that made it
        home.mkdir(parents=True)
        run(self.maker, [self.candor, "init", "--workspace", home / "w"], (0,))
        treatments = "{fields: [name], form: never}, {fields: [email], form: hashed}, {fields: [phone], form: masked}"
        rest = "{fields: [id, city, ordered_at, total, status], form: plain}"
        head = "name: bench\npurposes:\n"
        (home / "less.yaml").write_text(f"{head}  - {{key: less, use: analytics, treatments: [{treatments}, {rest}]}}\n  - {{key: watched, use: analytics, treatments: [{treatments}, {{fields: [city], form: plain}}]}}\n")
        (home / "plain.yaml").write_text(f"{head}  - {{key: plain, use: analytics, treatments: [{{fields: ['*'], form: plain}}]}}\n")
        return home / "less.yaml", home / "plain.yaml"

    def start(self):
        commands = {"candor --help": [self.candor, "--help"]}
        if have("git"):
            commands = {"git --version": ["git", "--version"], **commands}
        self.rows("start", commands, lambda s: f"{s * 1000:.2f} ms", 200)

    def memory(self):
        """What must not grow: 16 times the file, the same memory."""
        for name, command in (("candor scan -j1", lambda f: self.scan(1, f)), ("candor detect --count", lambda f: [self.candor, "detect", "--count", f])):
            small = 0
            for mib in (64, 1024):
                f = self.corpus("sparse", mib)
                wall, used, peak = run(self.maker, command(f))
                small = small or peak
                self.row("memory", f"{name}, {mib} MiB", f"{mib * 1.048576 / (used if self.o.cpu else wall):.0f} MB/s", peak / small, peak)


def main():
    parts = ["start", "text", "files", "rescan", "sqlite", "letters", "minimise", "vault", "calls", "runs", "disclosure", "clocks", "memory"]
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    p.add_argument("--dir", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "candor-bench")
    p.add_argument("--mib", type=int, default=256)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--files", type=int, default=50000)
    p.add_argument("--rescan", type=int, default=100000)
    p.add_argument("--rows", type=int, default=1000000, help="of the SQLite table")
    p.add_argument("--letters", type=int, default=1000000)
    p.add_argument("--customers", type=int, default=1000000)
    p.add_argument("--cpu", action="store_true", help="count user and system time, not the clock on the wall")
    p.add_argument("--only", default=",".join(parts), help="of " + ",".join(parts))
    options = p.parse_args()
    options.build = options.build.resolve()
    bench = Bench(options)
    for part in options.only.split(","):
        if part not in parts:
            sys.exit(f"run.py: no part is called {part}; there are {', '.join(parts)}")
        getattr(bench, part)()


if __name__ == "__main__":
    main()

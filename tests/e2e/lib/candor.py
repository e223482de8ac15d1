# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end scripts share: running candor in a folder of its own, checks that say what they expected."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def expect(good, text):
    if not good:
        print(f"FAILED: {text}", flush=True)
        sys.exit(1)


class Candor:
    """candor of BIN_DIR (first argument of the script) in a temporary folder."""

    def __init__(self):
        if len(sys.argv) < 2:
            print(f"usage: {sys.argv[0]} BIN_DIR", file=sys.stderr)
            sys.exit(2)
        self.bin = pathlib.Path(sys.argv[1]).resolve()
        self._temporary = tempfile.TemporaryDirectory(prefix="candor-e2e-")
        self.folder = pathlib.Path(self._temporary.name)
        keep = {k: v for k, v in os.environ.items() if k.startswith(("ASAN_", "UBSAN_", "LSAN_"))}
        self.env = {**keep, "PATH": f"{self.bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.folder), "LC_ALL": "C.UTF-8", "TZ": "UTC",
                    "TERM": "dumb"}
        self.verbs = {c["command"] for c in self.json("help")["commands"]}

    def start(self, *words, **more):
        words = [str(w) for w in words]
        program = words.pop(0)[1:] if words and words[0].startswith("@") else "candor"
        return subprocess.Popen([self.bin / program, *words], cwd=self.folder, env={**self.env, **more.pop("env", {})}, stdin=more.pop("stdin", subprocess.DEVNULL),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True, **more)

    def run(self, *words, timeout=120, input=None, **more):
        """Returns (exit code, standard output, standard error). ${input}: text of standard input."""
        p = self.start(*words, **({"stdin": subprocess.PIPE} if input is not None else {}), **more)
        try:
            out, err = p.communicate(input, timeout=timeout)
        except subprocess.TimeoutExpired:
            p.kill()
            p.communicate()
            expect(False, f"candor {' '.join(map(str, words))} took more than {timeout} s")
        expect("Sanitizer" not in err and "runtime error" not in err, f"candor {' '.join(map(str, words))}: a sanitizer spoke:\n{err[-4000:]}")
        return p.returncode, out, err

    def good(self, *words, codes=(0,), **more):
        code, out, err = self.run(*words, **more)
        expect(code in codes, f"candor {' '.join(map(str, words))}: exit code {code}, not {codes}\n{out[-1500:]}{err[-3000:]}")
        return out

    def json(self, *words, codes=(0,), **more):
        return json.loads(self.good(*words, "--json", codes=codes, **more))

    def refused(self, code, sentence, *words, **more):
        """Ends with ${code} and one sentence on standard error that holds ${sentence}."""
        got, out, err = self.run(*words, **more)
        expect(got == code, f"candor {' '.join(map(str, words))}: exit code {got}, not {code}\n{out[-1500:]}{err[-1500:]}")
        lines = err.strip().splitlines()
        expect(len(lines) == 1 and lines[0].startswith("candor: ") and sentence in err, f"candor {' '.join(map(str, words))}: not one sentence with \"{sentence}\":\n{err}")

    def sound(self, workspace="candor-workspace", **more):
        """The workspace opens, its database is sound, the ledger verifies; returns the size of the ledger."""
        verdict = self.json("ledger", "verify", "-w", workspace, **more)
        expect(verdict["ok"], f"the ledger does not verify: {verdict}")
        found = json.loads(self.run("doctor", "--json", "-w", workspace, **more)[1])["checks"]
        checks = {c["check"]: c for c in found}
        for c in found:
            expect(c["ok"] or c["check"] != "tables", f"tables and ledger differ: {c['text']}")
        expect(checks["workspace"]["ok"], f"doctor: {checks['workspace']['text']}")
        return verdict["size"]

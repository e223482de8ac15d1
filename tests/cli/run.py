#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run.py BIN_DIR [NAME...]: runs the command-line cases and the examples of each verb's help.

A case is a file in tests/cli/cases/*.case. It is read from top to bottom; each section starts with "== ":

  == needs WORD...        skipped unless each WORD is there: verb:NAME, tool:NAME, shared (../shared), not-root,
                          unprivileged ($UNPRIVILEGED before a command makes it one that file modes bind, also when root runs the tests)
  == file PATH [MODE]     the lines below become this file in the case's own empty folder ("\\xNN" and "\\\\" mean bytes: == bytes PATH)
  == run [SECONDS]        the lines below are run by sh, standard input empty; `candor` is the one under test
  == stdin                standard input of the run above
  == exit N               exit code of the run above (0 when not stated)
  == stdout, == stderr    exact text (standard error must be empty when not stated)
  == stdout~, == stderr~  each line is a regular expression; they must be found in this order
  == stdout!, == stderr!  each line is a regular expression that must not be found
  == json                 standard output is one JSON document that contains this one: objects may have more keys, a string
                          "~REGEX" matches strings, lists have the same length ("..." at the end: or more)
  == ndjson               the same, one document a line

Lines before the first section are a comment. The last line printed is "N passed, N failed, N skipped"; exit code 1 when one failed.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SHARED = HERE.parents[1].parent / "shared"
SECONDS = 30


class Skip(Exception):
    pass


class Failed(Exception):
    pass


def unprivileged():
    """The words before a command that take root's rights over files away; None when that cannot be done."""
    if os.geteuid() != 0:
        return ""
    works = shutil.which("unshare") and subprocess.run(["unshare", "-U", "true"], capture_output=True).returncode == 0
    return "unshare -U" if works else None


UNPRIVILEGED = unprivileged()


def environment(bin_dir, home):
    keep = {k: v for k, v in os.environ.items() if k.startswith(("ASAN_", "UBSAN_", "LSAN_", "LLVM_"))}
    return {**keep, "PATH": f"{bin_dir}:/usr/local/bin:/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "dumb",
            "SHARED": str(SHARED), "TESTS": str(HERE.parent), "UNPRIVILEGED": UNPRIVILEGED or ""}


def sections(text):
    head, body = None, []
    for line in text.splitlines(keepends=True):
        if line.startswith("== "):
            if head:
                yield head, "".join(body)
            head, body = line[3:].split(), []
        elif head:
            body.append(line)
    if head:
        yield head, "".join(body)


def unescape(text):
    out = re.sub(r"\\(x[0-9a-fA-F]{2}|\\|n)", lambda m: {"\\": "\\", "n": "\n"}.get(m.group(1)) or chr(int(m.group(1)[1:], 16)), text)
    return out.encode("latin-1")


def json_difference(want, have, where="$"):
    if isinstance(want, str) and want.startswith("~") and isinstance(have, str):
        return None if re.search(want[1:], have) else f"{where}: {have!r} does not match {want[1:]!r}"
    if isinstance(want, dict) and isinstance(have, dict):
        for key, value in want.items():
            if key not in have:
                return f"{where}: no key {key!r}"
            found = json_difference(value, have[key], f"{where}.{key}")
            if found:
                return found
        return None
    if isinstance(want, list) and isinstance(have, list):
        more = bool(want) and want[-1] == "..."
        items = want[:-1] if more else want
        if len(have) < len(items) or (not more and len(have) != len(items)):
            return f"{where}: {len(have)} items, not {len(items)}"
        for i, value in enumerate(items):
            found = json_difference(value, have[i], f"{where}[{i}]")
            if found:
                return found
        return None
    return None if want == have and type(want) is type(have) else f"{where}: {have!r}, not {want!r}"


def check_patterns(body, text, absent):
    at = 0
    for line in body.splitlines():
        m = re.compile(line, re.M).search(text, 0 if absent else at)
        if absent and m:
            raise Failed(f"found what must not be there: {line}")
        if not absent and not m:
            raise Failed(f"not found{' after the lines before' if at else ''}: {line}")
        at = m.end() if m else at


class Step:
    def __init__(self, script, seconds):
        self.script, self.seconds = script, seconds
        self.stdin, self.exit, self.checks = b"", 0, []

    def run(self, folder, env):
        try:
            done = subprocess.run(["sh", "-c", self.script], cwd=folder, env=env, input=self.stdin, capture_output=True, timeout=self.seconds,
                                  start_new_session=True)
        except subprocess.TimeoutExpired:
            raise Failed(f"took more than {self.seconds} s: {self.script.strip()}")
        out, err = done.stdout.decode("utf-8", "backslashreplace"), done.stderr.decode("utf-8", "backslashreplace")
        try:
            if done.returncode != self.exit:
                raise Failed(f"exit code {done.returncode}, not {self.exit}")
            for kind, body in self.checks:
                self.check(kind, body, out, err)
            if err and not any(kind.startswith("stderr") for kind, _ in self.checks):
                raise Failed("standard error is not empty")
        except Failed as e:
            raise Failed(f"{e}\n$ {self.script.strip()}\n--- stdout\n{out[:2000]}--- stderr\n{err[-3000:]}")

    @staticmethod
    def check(kind, body, out, err):
        text = err if kind.startswith("stderr") else out
        if kind in ("stdout", "stderr") and text != body:
            raise Failed(f"{kind} is not\n{body}")
        if kind.endswith(("~", "!")):
            check_patterns(body, text, kind.endswith("!"))
        if kind in ("json", "ndjson"):
            wants = [json.loads(body)] if kind == "json" else [json.loads(line) for line in body.splitlines()]
            try:
                haves = [json.loads(out)] if kind == "json" else [json.loads(line) for line in out.splitlines()]
            except ValueError as e:
                raise Failed(f"no {kind}: {e}")
            found = json_difference(wants, haves)
            if found:
                raise Failed(found)


def check_needs(words, verbs):
    for word in words:
        kind, _, name = word.partition(":")
        there = {"verb": lambda: name.replace("-", " ") in verbs or name in verbs, "tool": lambda: shutil.which(name), "shared": SHARED.is_dir,
                 "not-root": lambda: os.geteuid() != 0, "unprivileged": lambda: UNPRIVILEGED is not None}[kind]()
        if not there:
            raise Skip(f"{word} is not there")


def play(text, folder, env, verbs):
    steps = []
    for head, body in sections(text):
        kind = head[0]
        if kind == "needs":
            check_needs(head[1:], verbs)
        elif kind in ("file", "bytes"):
            path = folder / head[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body.encode() if kind == "file" else unescape(body.rstrip("\n")))
            path.chmod(int(head[2], 8) if len(head) > 2 else 0o644)
        elif kind == "run":
            steps.append(Step(body, int(head[1]) if len(head) > 1 else SECONDS))
        elif kind == "stdin":
            steps[-1].stdin = body.encode()
        elif kind == "exit":
            steps[-1].exit = int(head[1])
        elif kind in ("stdout", "stderr", "stdout~", "stderr~", "stdout!", "stderr!", "json", "ndjson"):
            steps[-1].checks.append((kind, body))
        else:
            raise Failed(f"unknown section == {kind}")
    if not steps:
        raise Failed("the case runs nothing")
    for step in steps:
        step.run(folder, env)


def examples_of(command):
    """The lines of a command's examples, continuation lines joined."""
    text = (command.get("examples") or "").replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]


def check_example_words(line, help_json):
    """Each candor in the line names a verb, and each of its options is in that verb's table."""
    paths = {c["command"]: c for c in help_json["commands"]}
    common = {o["name"] for o in help_json["options"]} | {"version"}
    seen = False
    for part in re.split(r"\||&&|;|<\(", re.sub(r"\$\([^)]*\)", "X", line)):
        try:
            words = shlex.split(part.strip().rstrip(")"))
        except ValueError:
            continue
        if not words or words[0] != "candor":
            continue
        seen = True
        command = next((paths[" ".join(words[1:n])] for n in (4, 3, 2) if " ".join(words[1:n]) in paths), None)
        if len(words) > 1 and not command and not words[1].startswith("-"):
            raise Failed(f"the example names no verb: {line}")
        known = common | ({o["name"] for o in command["options"]} if command else set())
        for word in words[1:]:
            if word == "--":
                break
            if word.startswith("--") and word[2:].split("=")[0] not in known:
                raise Failed(f"the example has an option {word} that the verb has not: {line}")
    if not seen:
        raise Failed(f"the example does not run candor: {line}")


def example_rules():
    rules = []
    for line in (HERE / "examples.rules").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            action, pattern, why = (part.strip() for part in line.split("\t"))
            rules.append((action, re.compile(pattern), why))
    return rules


def prepare_examples(bin_dir, top):
    """A folder with a workspace and the files that examples speak of."""
    folder = top / "examples"
    shutil.copytree(HERE / "examples", folder)
    env = environment(bin_dir, top)
    done = subprocess.run(["sh", "-e", "prepare.sh"], cwd=folder, env=env, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise Failed(f"tests/cli/examples/prepare.sh failed:\n{done.stdout}{done.stderr}")
    return folder


def play_example(line, folder, env, help_json, rules, template):
    check_example_words(line, help_json)
    codes, prepared = {0}, True
    for action, pattern, why in rules:
        if not pattern.search(line):
            continue
        if action == "words":
            raise Skip(f"words checked, not run: {why}")
        if action == "empty":
            prepared = False
        else:
            codes = {int(c) for c in action.split("|")}
    if prepared:
        shutil.copytree(template, folder, dirs_exist_ok=True)
    done = subprocess.run(["bash", "-c", line], cwd=folder, env={**env, "HOME": str(folder)}, capture_output=True, text=True, errors="replace", timeout=60,
                          stdin=subprocess.DEVNULL, start_new_session=True)
    if done.returncode == 127 and "command not found" in done.stderr:
        raise Skip(f"words checked, not run: {done.stderr.strip().splitlines()[-1]}")
    if done.returncode not in codes:
        raise Failed(f"exit code {done.returncode}, not one of {sorted(codes)}\n$ {line}\n{done.stdout[:1500]}{done.stderr[:3000]}")


def load_help(bin_dir, top):
    done = subprocess.run([str(bin_dir / "candor"), "help", "--json"], env=environment(bin_dir, top), capture_output=True, text=True, timeout=SECONDS)
    if done.returncode:
        raise SystemExit(f"candor help --json failed: {done.stderr}\n0 passed, 1 failed")
    return json.loads(done.stdout)


def jobs_of(names, bin_dir, top):
    help_json = load_help(bin_dir, top)
    verbs = {c["command"] for c in help_json["commands"]} | {c["command"].split()[0] for c in help_json["commands"]}
    for path in sorted((HERE / "cases").glob("*.case")):
        if not names or path.stem in names:
            yield path.stem, lambda folder, env, path=path: play(path.read_text(encoding="utf-8"), folder, env, verbs)
    if names:
        return
    rules, template = example_rules(), prepare_examples(bin_dir, top)
    for command in help_json["commands"]:
        for n, line in enumerate(examples_of(command), 1):
            yield (f"example: {command['command']} {n}",
                   lambda folder, env, line=line: play_example(line, folder, env, help_json, rules, template))


def run_job(name, job, bin_dir, top):
    with tempfile.TemporaryDirectory(dir=top) as home:
        folder = pathlib.Path(home) / "work"
        folder.mkdir()
        try:
            job(folder, environment(bin_dir, home))
            return name, "ok", ""
        except Skip as e:
            return name, "skip", str(e)
        except Failed as e:
            return name, "FAIL", str(e)
        except Exception as e:  # a broken case must not hide the others
            return name, "FAIL", f"{type(e).__name__}: {e}"
        finally:
            subprocess.run(["chmod", "-R", "u+rwX", str(folder)], stderr=subprocess.DEVNULL)


def main():
    if len(sys.argv) < 2:
        print(__doc__)
        return 2
    bin_dir = pathlib.Path(sys.argv[1]).resolve()
    counts = {"ok": 0, "FAIL": 0, "skip": 0}
    with tempfile.TemporaryDirectory(prefix="candor-cases-") as top:
        top = pathlib.Path(top)
        with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
            futures = [pool.submit(run_job, name, job, bin_dir, top) for name, job in jobs_of(sys.argv[2:], bin_dir, top)]
            for future in futures:
                name, result, text = future.result()
                counts[result] += 1
                if result != "ok":
                    print(f"{result} {name}: {text}", flush=True)
    print(f"{counts['ok']} passed, {counts['FAIL']} failed, {counts['skip']} skipped")
    return 1 if counts["FAIL"] else 0


if __name__ == "__main__":
    sys.exit(main())

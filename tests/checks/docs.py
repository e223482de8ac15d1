#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs.py [BIN_DIR]: links and file names in the documentation exist, every verb is mentioned, the root holds only what belongs there.

With BIN_DIR the verbs and options come from `candor help --json`: each verb must be mentioned somewhere in README.md or docs/, and each
`candor VERB --option` in a code span or block must be one that the verb has."""
import json
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BELONGS = {"CMakeLists.txt", "README.md", "src", "include", "playbooks", "tests", "docs", "setup", "CMakePresets.json", "LICENSE", "CHANGELOG.md", "SECURITY.md"}
MADE = {"build", "demo"}  # by ./setup; ignored by git
ROOMS = ["base", "crypto", "db", "detect", "template", "scan", "ledger", "workspace", "inventory", "report", "cli"]


def pages():
    return sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))


def anchors(text):
    found = set()
    for title in re.findall(r"^#+ (.*)$", text, re.M):
        found.add(re.sub(r"[^\w\- ]", "", title.replace("`", "").lower()).strip().replace(" ", "-"))
    return found


def check_links(page, text):
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"(https?|mailto):", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        if not path.exists():
            yield f"link to {target}, which does not exist"
        elif anchor and path.suffix == ".md" and anchor not in anchors(path.read_text(encoding="utf-8")):
            yield f"link to {target}: there is no such heading"


def check_names(text):
    """Code spans that look like paths of the repository must be there."""
    for span in re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S)):
        if not re.fullmatch(r"(?:\./)?(?:src|include|tests|docs|playbooks|\.ci)/[\w./*<>+-]*", span) or "<" in span:
            continue
        if not list(ROOT.glob(span.removeprefix("./").rstrip("/"))):
            yield f"names {span}, which does not exist"


def commands_in(text):
    code = re.findall(r"```.*?\n(.*?)```", text, re.S) + re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
    for block in code:
        for line in block.replace("\\\n", " ").splitlines():
            for part in re.split(r"\||&&|;", re.sub(r"\$\([^)]*\)", "X", line)):
                words = part.split()
                if words and re.fullmatch(r"(\S*/)?candor", words[0]):
                    yield words[1:]


def check_commands(text, table):
    common = {o["name"] for o in table["options"]} | {"version"}
    paths = {c["command"]: c for c in table["commands"]}
    groups = {p.split()[0] for p in paths}
    for words in commands_in(text):
        if not words or not re.fullmatch(r"[a-z]+", words[0]):
            continue
        command = next((paths[p] for p in (" ".join(words[:n]) for n in (3, 2, 1)) if p in paths), None)
        if not command and words[0] not in groups:
            yield f"candor {words[0]}: there is no such verb"
            continue
        known = common | ({o["name"] for o in command["options"]} if command else set())
        for word in words:
            m = re.match(r"--([a-z][a-z-]+)", word)
            if m and m.group(1) not in known:
                yield f"candor {' '.join(words[:2])}: there is no option --{m.group(1)}"


def main():
    problems = []
    tracked = []
    if shutil.which("git"):
        tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.splitlines()
    for name in sorted({t.split("/")[0] for t in tracked} or {p.name for p in ROOT.iterdir()} - MADE):
        if name not in BELONGS and not name.startswith("."):
            problems.append(f"{name}: does not belong in the root")
    for name in BELONGS:
        if not (ROOT / name).exists():
            problems.append(f"{name}: missing from the root")
    for room in ROOMS:
        if not (ROOT / "docs/internals" / f"{room}.md").exists():
            problems.append(f"docs/internals/{room}.md: missing")
    table = None
    if len(sys.argv) > 1:
        table = json.loads(subprocess.run([pathlib.Path(sys.argv[1]) / "candor", "help", "--json"], capture_output=True, text=True, check=True).stdout)
    everything = ""
    for page in pages():
        text = page.read_text(encoding="utf-8")
        everything += text
        found = list(check_links(page, text)) + list(check_names(text)) + (list(check_commands(text, table)) if table else [])
        problems += [f"{page.relative_to(ROOT)}: {p}" for p in found]
    for command in table["commands"] if table else []:
        if f"candor {command['command']}" not in everything:
            problems.append(f"candor {command['command']}: no page mentions it")
    print("\n".join(problems) if problems else f"documentation: {len(pages())} pages, every link, file and verb is there")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

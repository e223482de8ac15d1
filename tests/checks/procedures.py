#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""procedures.py [FILE...]: are the playbooks in playbooks/procedures fit for somebody who reads them at two in the morning?

Whether they keep the rules of CACAO and are signed is for the program to say (tests/unit/playbook/test_procedures.c). This looks at the words and at the file:

  reading   a school grade (Flesch and Kincaid) of 8 or easier on average, and of 11 at most for a single command or its reason
  length    a command of at most 60 words, a name of at most 60 characters, a reason in one sentence
  order     each step with a due date names who is called when it is late; a decision has an answer, and each answer a question
  people    no address, no number, no name of a person
  file      two spaces, one line at the end, identifiers that no other playbook uses, the name of the file as its kind
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULE = "extension-definition--b1f6c0de-6d2b-4c7e-9a54-0c5a2c3b7e11"
AVERAGE_MAX, GRADE_MAX, WORDS_MAX, NAME_MAX = 8.0, 11.0, 60, 60


def syllables(word):
    word = re.sub(r"[^a-z]", "", word.lower())
    if len(word) <= 3:
        return 1
    word = re.sub(r"(?:[^laeiouy]es|ed|[^laeiouy]e)$", "", word)
    return max(1, len(re.findall(r"[aeiouy]+", re.sub(r"^y", "", word))))


def words(text):
    return re.findall(r"[A-Za-z0-9][A-Za-z0-9'-]*", text)


def grade(text):
    sentences = [s for s in re.split(r"[.!?:](?:\s|\"|$)", text) if words(s)]
    all_words = words(text)
    return 0.39 * len(all_words) / max(1, len(sentences)) + 11.8 * sum(map(syllables, all_words)) / max(1, len(all_words)) - 15.59


def check_step(step):
    rule = step.get("step_extensions", {}).get(RULE, {})
    name = step.get("name", "")
    if not name or len(name) > NAME_MAX:
        yield f"a step is called \"{name}\": give it a name of at most {NAME_MAX} characters"
    if step["type"] != "action":
        return
    for command in step["commands"]:
        text = command.get("command", "")
        if len(words(text)) > WORDS_MAX:
            yield f"\"{name}\" asks for too much at once: {len(words(text))} words"
        if grade(text) > GRADE_MAX:
            yield f"\"{name}\" is hard to read: grade {grade(text):.1f}"
    why = rule.get("why", "")
    if not why or len(re.findall(r"[.!?](?:\s|$)", why)) != 1:
        yield f"\"{name}\" gives no reason, or more than a sentence: {why}"
    elif grade(why) > GRADE_MAX:
        yield f"the reason of \"{name}\" is hard to read: grade {grade(why):.1f}"
    if "due" in rule and not rule.get("escalate"):
        yield f"\"{name}\" is due, and nobody is called when it is late"
    if rule.get("decision") and not rule.get("answers"):
        yield f"\"{name}\" is a decision without an answer"
    for variable in step.get("out_args", []):
        if not rule.get("answers", {}).get(variable, {}).get("ask", "").endswith("?"):
            yield f"\"{name}\" does not ask for {variable}"


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for v in value.values():
            yield from texts(v)
    elif isinstance(value, list):
        for v in value:
            yield from texts(v)


def check_people(book):
    for text in texts({k: v for k, v in book.items() if k not in ("signatures", "external_references")}):
        if re.search(r"[\w.]+@[\w.]+|\+?\d[\d ()/-]{6,}\d", re.sub(r"[a-z-]+--[0-9a-f-]{36}|\d{4}-\d\d-\d\dT[\d:.]+Z", "", text)):
            yield f"an address or a number: {text[:60]}"


def check_book(path, seen):
    text = path.read_text(encoding="utf-8")
    book = json.loads(text)
    if not text.startswith("{\n  \"type\"") or not text.endswith("}\n") or "\t" in text:
        yield "is laid out with two spaces and ends with one line feed"
    kind = book.get("playbook_extensions", {}).get(RULE, {}).get("kind")
    if kind != path.stem:
        yield f"is called {path.stem}, and its kind is {kind}"
    for identifier in [book["id"], *book["workflow"], *book.get("agent_definitions", {})]:
        if identifier in seen:
            yield f"{identifier} stands in {seen[identifier]} as well"
        seen[identifier] = path.name
    yield from check_people(book)
    grades = [grade(c.get("command", "")) for s in book["workflow"].values() for c in s.get("commands", [])]
    average = sum(grades) / max(1, len(grades))
    if average > AVERAGE_MAX:
        yield f"its commands are of grade {average:.1f} on average, and {AVERAGE_MAX:.0f} is the limit"
    for step in book["workflow"].values():
        yield from check_step(step)
    if "--grades" in sys.argv:
        print(f"{path.stem}: {len(grades)} steps, grade {average:.1f} on average, {max(grades):.1f} at most")


def self_test():
    """Each rule can fail."""
    hard = "Notwithstanding the aforementioned circumstances, organisational representatives immediately communicate applicable information."
    step = {"type": "action", "name": "", "commands": [{"command": hard}, {"command": "word " * 70}], "out_args": ["__x__"], "step_extensions": {RULE: {"due": "PT1H", "decision": "d"}}}
    found = " ".join(check_step(step))
    wanted = ["called", "hard to read", "too much at once", "gives no reason", "nobody is called", "without an answer", "does not ask"]
    missed = [w for w in wanted if w not in found]
    missed += [] if list(check_people({"x": "call (617) 555-0100"})) and not list(check_people({"x": "within 72 hours"})) else ["people"]
    missed += [] if grade("Call the bank. Ask for help.") < 3 < 11 < grade(hard) else ["grade"]
    return missed


def main():
    if "--self-test" in sys.argv:
        missed = self_test()
        print("procedures.py can fail" if not missed else f"not noticed: {missed}")
        return 1 if missed else 0
    names = [a for a in sys.argv[1:] if not a.startswith("-")]
    paths = [pathlib.Path(n) for n in names] or sorted((ROOT / "playbooks" / "procedures").glob("*.json"))
    seen, bad = {}, 0
    for path in paths:
        for problem in check_book(path, seen):
            print(f"{path.name}: {problem}")
            bad += 1
    if not bad:
        print(f"procedures: {len(paths)} playbooks, each in plain words")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

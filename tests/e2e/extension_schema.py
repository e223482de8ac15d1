#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/cacao-extension.schema.json takes and refuses what tests/data/cacao_extension.json says, as the reader does (tests/unit/cacao/test_rule_schema.c
reads the same examples), and takes the playbooks that come with Candor. Skipped (77) without python3-jsonschema."""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEY = "extension-definition--b1f6c0de-6d2b-4c7e-9a54-0c5a2c3b7e11"


def main():
    try:
        import jsonschema
    except ImportError:
        print("skipped: python3-jsonschema is not installed")
        return 77
    schema = json.loads((ROOT / "docs/cacao-extension.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    wrong = 0
    examples = json.loads((ROOT / "tests/data/cacao_extension.json").read_text())
    for example in examples:
        extension = {KEY: example["extension"]}
        playbook = {"workflow": {"action--1": {"step_extensions": extension}}} if example["of"] == "step" else {"playbook_extensions": extension}
        if validator.is_valid(playbook) != example["good"]:
            wrong += 1
            print("taken" if not example["good"] else "refused", json.dumps(example))
    playbooks = sorted((ROOT / "playbooks/procedures").glob("*.json"))
    for path in playbooks:
        for error in validator.iter_errors(json.loads(path.read_text())):
            wrong += 1
            print(f"{path.name}: {error.json_path}: {error.message}")
    print(f"extension: {len(examples)} examples, {len(playbooks)} playbooks, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

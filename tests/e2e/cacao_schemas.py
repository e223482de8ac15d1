#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""cacao_schemas.py BIN_DIR: OASIS's JSON schemas as an oracle for playbooks and for `candor playbook check`.

The schemas (repaired for 2020-12: one keyword that refuses every playbook is out) take each playbook that comes with Candor. Then one of these is broken in each of its
members, taken out or made of another type, and where the schema refuses what came of it, candor must have something to say. The other way round is no rule: schemas
do not see most of what the standard forbids. Skipped (77) without python3-jsonschema or the schemas, which are no part of the project (../shared/facts/cacao)."""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = ROOT.parent / "shared/facts/cacao/schemas-2020-12"
BROKEN = "complaint"


def validator_of(jsonschema):
    schemas = {}
    for path in SCHEMAS.rglob("*.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))
        schemas[schema["$id"]] = schema
    main = next(s for name, s in schemas.items() if name.endswith("/playbook.json"))
    try:
        import referencing
        import referencing.jsonschema
        registry = referencing.Registry().with_resources((name, referencing.jsonschema.DRAFT202012.create_resource(schema)) for name, schema in schemas.items())
        return jsonschema.Draft202012Validator(main, registry=registry)
    except ImportError:   # before version 4.18, as Debian 12 has it
        return jsonschema.Draft202012Validator(main, resolver=jsonschema.RefResolver(main["$id"], main, store=schemas))


def places(value, path=()):
    """Every member and item of a tree."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield path + (key,)
        yield from places(inner, path + (key,))


def broken(playbook):
    """(what was done, the playbook): each member once taken out, once of another type."""
    for path in places(playbook):
        if any(str(part).startswith("extension-definition--") for part in path[:-1]) and path[0] != "extension_definitions":
            continue   # what extensions hold is no matter of these schemas
        for what in ("out", "type"):
            copied = copy.deepcopy(playbook)
            at = copied
            for part in path[:-1]:
                at = at[part]
            if what == "out":
                del at[path[-1]]
            else:
                at[path[-1]] = 7 if isinstance(at[path[-1]], (str, list, dict, bool)) else "seven"
            yield f"{'/'.join(map(str, path))} {what}", copied


def main():
    try:
        import jsonschema
    except ImportError:
        print("skipped: python3-jsonschema is not installed")
        return 77
    if not SCHEMAS.exists():
        print(f"skipped: there is no {SCHEMAS}")
        return 77
    candor = pathlib.Path(sys.argv[1]).resolve() / "candor"
    validator = validator_of(jsonschema)
    failures = []
    playbooks = sorted((ROOT / "playbooks/procedures").glob("*.json"))
    for path in playbooks:
        for error in validator.iter_errors(json.loads(path.read_text(encoding="utf-8"))):
            failures.append(f"{path.name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
    refused = asked = 0
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for what, playbook in broken(json.loads((ROOT / f"playbooks/procedures/{BROKEN}.json").read_text(encoding="utf-8"))):
            asked += 1
            if validator.is_valid(playbook):
                continue
            file = pathlib.Path(folder) / f"{refused}.json"
            file.write_text(json.dumps(playbook), encoding="utf-8")
            names.append((what, file))
            refused += 1
        for start in range(0, len(names), 200):
            batch = names[start:start + 200]
            run = subprocess.run([candor, "playbook", "check", "--json", *[file for _, file in batch]], cwd=folder, capture_output=True, text=True, timeout=300)
            for (what, _), verdict in zip(batch, json.loads(run.stdout)["playbooks"], strict=True):
                if verdict["verdict"] == "good":
                    failures.append(f"{BROKEN}, {what}: the schema refuses it, candor says nothing")
    for failure in failures:
        print(failure)
    print(f"schemas: {len(playbooks)} playbooks taken, {refused} of {asked} broken ones refused, {len(failures)} failed")
    return 1 if failures or not playbooks or refused < 100 else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Playbooks made of few words, for the end-to-end scripts."""
import json
import uuid

EXTENSION = "extension-definition--b1f6c0de-6d2b-4c7e-9a54-0c5a2c3b7e11"
MAKER = "identity--9f2a1c6e-3f5b-4a8d-8f5e-2d6d9b0c1a11"
PERSON = "individual--3b1e5d0a-7c2f-4e9b-8a61-5d0c9e2f7b44"


class Playbook:
    def __init__(self, name, variables=None):
        self.name, self.steps, self.agents, self.targets, self.auth = name, {}, {PERSON: {"type": "individual", "name": "Dana"}}, {}, {}
        self.variables = {f"__{k}__": v if isinstance(v, dict) else {"type": "string", "value": v} for k, v in (variables or {}).items()}
        self.start = self.add("start")
        self.extended = False

    def add(self, kind, **fields):
        step = f"{kind}--{uuid.uuid4()}"
        self.steps[step] = {"type": kind, **fields}
        return step

    def link(self, step, after):
        self.steps[step]["on_completion"] = after
        return step

    def end(self):
        return self.add("end")

    def agent(self, kind, name, **fields):
        key = f"{kind}--{uuid.uuid4()}"
        self.agents[key] = {"type": kind, "name": name, **fields}
        return key

    def rule(self, **fields):
        self.extended = True
        return {EXTENSION: fields}

    def action(self, name, after=None, command=None, agent=PERSON, rule=None, **fields):
        fields["commands"] = [command or {"type": "manual", "command": f"{name}, please."}]
        if after:
            fields["on_completion"] = after
        if rule:
            fields["step_extensions"] = self.rule(**rule)
        return self.add("action", name=name, agent=agent, **fields)

    def text(self, first):
        self.steps[self.start]["on_completion"] = first
        p = {"type": "playbook", "spec_version": "cacao-2.0", "id": f"playbook--{uuid.uuid4()}", "name": self.name, "created_by": MAKER, "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
             "workflow_start": self.start, "workflow": self.steps, "agent_definitions": self.agents}
        if self.variables:
            p["playbook_variables"] = self.variables
        if self.auth:
            p["authentication_info_definitions"] = self.auth
        if self.targets:
            p["target_definitions"] = self.targets
        if self.extended:
            p["extension_definitions"] = {EXTENSION: {"type": "extension-definition", "name": "Candor", "created_by": MAKER, "schema": "docs/cacao-extension.schema.json", "version": "1.0.0"}}
        return json.dumps(p, indent=1)

    def write(self, candor, first):
        folder = candor.folder / "candor-workspace" / "playbooks"
        folder.mkdir(exist_ok=True)
        (folder / f"{self.name}.json").write_text(self.text(first))


def waiting(run, name=None):
    """Numbers of the steps of a run (its JSON) that wait for people."""
    states = ("waiting for an answer", "waiting for evidence", "waiting for approval", "in doubt", "failed")
    return [s["number"] for s in run["steps"] if s["state"] in states and (name is None or s["name"] == name)]


def step(run, name):
    found = [s for s in run["steps"] if s["name"] == name]
    return found[-1] if found else None

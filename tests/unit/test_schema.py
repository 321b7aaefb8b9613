"""The JSON Schema of flow files, as editors use it: check-jsonschema reads files by it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from convo.errors import Severity
from convo.flow.checks import all_rules
from convo.flow.model import Flow
from convo.flow.project import Project, check
from convo.flow.schema import DIALECT, flow_schema
from convo.flow.steps import all_steps

ROOT = Path(__file__).parents[2]
SHIPPED = [
    file
    for folder in ("flows", "tests/scenarios", "convo/cli/_starter/flows")
    for file in sorted((ROOT / folder).glob("*.yaml"))
    if not file.name.endswith(".test.yaml")
]
HEAD = "flow: sample\nstart: ask\nstates:\n"
# What an editor underlines, each with the place that it tells.
WRONG = {
    "unknown-key": (f"{HEAD}  ask: {{sya: Hi, end: done}}\n", "$.states.ask"),
    "unknown-top": (f"expire: 1 day\n{HEAD}  ask: {{end: done}}\n", "$"),
    "no-states": ("flow: sample\nstart: ask\n", "$"),
    "states-listed": ("flow: sample\nstart: ask\nstates: [ask]\n", "$.states"),
    "name": (f"{HEAD}  ask: {{say: Hi, then: the end}}\n", "$.states.ask.then"),
    "state-name": (f"{HEAD}  1st: {{end: done}}\n", "$.states"),
    "no-text": (f"{HEAD}  ask: {{say: [], end: done}}\n", "$.states.ask.say"),
    "language": (f"{HEAD}  ask: {{say: {{english!: Hi}}, end: done}}\n", "$.states.ask.say"),
    "right-side": (f"{HEAD}  ask: {{replies: {{yes: [bye]}}}}\n", "$.states.ask.replies.yes"),
    "right-key": (f"{HEAD}  ask: {{replies: {{yes: {{sayy: Hi}}}}}}\n", "$.states.ask.replies.yes"),
    "duration": (f"{HEAD}  ask: {{after: {{soon: ask}}}}\n", "$.states.ask.after"),
    "tries": (f"{HEAD}  ask: {{otherwise: {{say: Hi, tries: 99}}}}\n", "$.states.ask.otherwise.tries"),
    "purpose": (f"purpose: fun\n{HEAD}  ask: {{end: done}}\n", "$.purpose"),
    "trigger": (f"triggers: {{keywords: [a]}}\n{HEAD}  ask: {{end: done}}\n", "$.triggers"),
    "nothing": (f"{HEAD}  ask:\n", "$.states.ask"),
}


def refused(folder: Path, files: Mapping[str, str]) -> dict[str, str]:
    """The files that the schema refuses, each with the first place that is told."""
    schema = folder / "schema.json"
    schema.write_text(json.dumps(flow_schema()))
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    ran = subprocess.run(
        [
            Path(sys.executable).parent / "check-jsonschema", "--schemafile", schema,
            "--output-format", "json",
            *(folder / f"{name}.yaml" for name in files),
        ],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    answer = json.loads(ran.stdout)
    assert not answer.get("parse_errors"), answer
    return {Path(error["filename"]).stem: error["path"] for error in reversed(answer.get("errors", ()))}


def test_every_shipped_flow_and_every_good_example_passes(tmp_path: Path) -> None:
    files = {file.stem: file.read_text() for file in SHIPPED}
    files |= {rule.code: rule.good for rule in all_rules()}
    files |= {f"{rule.code}-beside": rule.beside for rule in all_rules() if rule.beside}

    assert len(SHIPPED) >= 6
    assert refused(tmp_path, files) == {}


def test_wrong_keys_and_shapes_are_told_at_their_place(tmp_path: Path) -> None:
    told = refused(tmp_path, {name: text for name, (text, _) in WRONG.items()})

    assert told == {name: place for name, (_, place) in WRONG.items()}


@pytest.mark.parametrize("name", WRONG)
def test_what_the_schema_refuses_convo_check_refuses_too(name: str) -> None:
    found = check(Project({"sample.yaml": WRONG[name][0].encode()}))

    assert any(problem.severity is Severity.ERROR for problem in found)


def test_every_key_tells_what_it_is_for() -> None:
    schema = flow_schema()

    assert schema["$schema"] == DIALECT
    assert set(schema["properties"]) == set(Flow.model_fields)
    assert all(part.get("description") for part in schema["properties"].values())
    states = schema["$defs"]["State"]["properties"]
    assert set(states) == {step.KEY for step in all_steps()}
    for part in states.values():
        made = schema["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else {}
        assert part.get("description") or made.get("description")


def test_a_scalar_may_look_like_anything(tmp_path: Path) -> None:
    flow = f"{HEAD}  ask: {{say: 12:30, replies: {{1: yes, off: yes}}}}\n  yes: {{say: 7, end: done}}\n"

    assert refused(tmp_path, {"sample": flow}) == {}

"""`convo check`, `schema`, `draw` and `new`: the tools that look at a flow without running it."""

import json
import os
import subprocess
import urllib.request
from pathlib import Path

import pytest

from convo.runtime.library import flow_files
from tests import processes
from tests.cli.folder import ANA, DESK, REMIND, Folder

READY = Path(__file__).parents[2] / "flows"

TYPO = REMIND.replace("yes: done", "yes: dome")
PATHS = os.environ["PATH"]


def test_a_finding_shows_its_line_and_underlines_the_spot(folder: Folder) -> None:
    folder.write("flows/remind.yaml", TYPO)

    ran = folder.run("check")

    assert ran.code == 1
    assert ran.out.splitlines()[:4] == [
        "flows/remind.yaml:8:20: error C011: there is no state 'dome'",
        "    8 |     replies: {yes: dome}",
        "      |                    ^^^^",
        "  Did you mean 'done'?",
    ]
    assert ran.out.splitlines()[-1] == "2 flows: 1 error, 0 warnings"


def test_the_mark_stands_below_the_spot_behind_wide_signs(folder: Folder) -> None:
    folder.write("flows/remind.yaml", REMIND.replace("{yes: done}", "{👍: dome}"))

    _, line, mark, *_ = folder.run("check").out.splitlines()

    assert line == "    8 |     replies: {👍: dome}"
    assert mark == "      |                   ^^^^"  # the thumb is two columns wide and one sign long


def test_warnings_and_notes_alone_are_fine(folder: Folder) -> None:
    folder.write("flows/desk.yaml", DESK.replace("[desk]", "[desk, yes]"))

    ran = folder.run("check")

    assert ran.code == 0
    assert "note C029" in ran.out
    assert ran.out.splitlines()[-1] == "2 flows: 0 errors, 0 warnings, 1 note"


def test_json_is_an_array_of_findings(folder: Folder) -> None:
    folder.write("flows/remind.yaml", TYPO)

    ran = folder.run("check", "--format", "json")

    assert ran.code == 1
    assert ran.json == [
        {
            "file": "flows/remind.yaml",
            "line": 8,
            "column": 20,
            "code": "C011",
            "severity": "error",
            "message": "there is no state 'dome'",
            "hint": "Did you mean 'done'?",
        }
    ]


def test_sarif_names_rule_level_and_place(folder: Folder) -> None:
    folder.write("flows/remind.yaml", TYPO)
    folder.write("flows/a b.yaml", "flow: x\nstart: a\n")

    log = folder.run("check", "--format", "sarif").json

    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules) > 40
    by_rule = {result["ruleId"]: result for result in run["results"]}
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    place = by_rule["C011"]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "flows/remind.yaml"
    assert place["region"] == {"startLine": 8, "startColumn": 20}
    assert by_rule["C011"]["level"] == "error"
    assert by_rule["C011"]["message"]["text"] == "there is no state 'dome'. Did you mean 'done'?"
    assert (
        by_rule["C002"]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "flows/a%20b.yaml"
    )


def test_fix_writes_the_mend_and_says_so(folder: Folder) -> None:
    folder.write("flows/remind.yaml", TYPO)
    before = (folder.path / "flows/desk.yaml").stat().st_mtime_ns

    ran = folder.run("check", "--fix")

    assert ran.code == 0
    assert (folder.path / "flows/remind.yaml").read_text() == REMIND
    assert (folder.path / "flows/desk.yaml").stat().st_mtime_ns == before
    assert ran.err == "flows/remind.yaml:8: mended C011: there is no state 'dome'\n"
    assert ran.out == "2 flows: 0 errors, 0 warnings\n"


def test_fix_leaves_what_needs_thought_and_still_tells_it(folder: Folder) -> None:
    wrong = REMIND.replace("yes: done", "yes: nowhere")
    folder.write("flows/remind.yaml", wrong)

    ran = folder.run("check", "--fix")

    assert ran.code == 1
    assert "there is no state 'nowhere'" in ran.out
    assert (folder.path / "flows/remind.yaml").read_text() == wrong


def test_a_folder_that_is_not_there_is_a_wrong_use(folder: Folder) -> None:
    assert folder.run("check", "elsewhere").code == 2


def test_the_schema_is_printed_or_written_where_flows_look_for_it(folder: Folder) -> None:
    printed = folder.run("schema")

    assert folder.run("schema", "--write").code == 0
    assert (folder.path / ".convo/flow.schema.json").read_text() == printed.out
    assert printed.json["properties"]["states"]


def test_a_flow_is_drawn_by_its_name_or_its_file(folder: Folder) -> None:
    by_name = folder.run_apart("draw", "remind")
    by_file = folder.run_apart("draw", "flows/remind.yaml", "--output", "remind.mmd")

    assert "“yes”" in by_name.out
    assert by_file.out == ""
    assert (folder.path / "remind.mmd").read_text() == by_name.out


def test_a_drawing_counts_who_is_in_a_state_now(folder: Folder) -> None:
    assert folder.run("start", "remind", "--to", ANA, "--set", "name=Ana").code == 0
    assert folder.run("start", "desk", "--to", "+15550002222").code == 0

    assert '"ask · 1 now"' in folder.run_apart("draw", "remind", "--database", ".").out
    assert '"ask · 1 now"' in folder.run_apart("draw", "remind", "--database", "sqlite:///convo.db").out
    assert "now" not in folder.run_apart("draw", "remind").out


def test_where_graphviz_is_not_it_says_what_to_do(folder: Folder) -> None:
    folder.environment["PATH"] = str(folder.path)

    ran = folder.run_apart("draw", "remind", "--format", "svg")

    assert ran.code == 2
    assert "install Graphviz" in ran.err


def test_where_graphviz_is_it_draws(folder: Folder) -> None:
    """A program `dot` that says what it was given stands for Graphviz."""
    folder.write("bin/dot", '#!/bin/sh\necho "$@"\ncat\n')
    (folder.path / "bin/dot").chmod(0o755)
    folder.environment["PATH"] = f"{folder.path / 'bin'}:{PATHS}"

    ran = folder.run_apart("draw", "remind", "--format", "svg")

    assert ran.code == 0, ran.err
    assert ran.out.startswith("-Kdot -Tsvg")
    assert "“yes”" in ran.out


def test_a_flow_that_cannot_be_read_is_not_drawn(folder: Folder) -> None:
    folder.write("flows/remind.yaml", "flow: remind\n")

    ran = folder.run("draw", "remind")

    assert ran.code == 1
    assert "the key 'start' is missing" in ran.err


def made(folder: Folder, *options: str) -> Folder:
    ran = folder.run("new", "mine", *options)
    assert ran.code == 0, ran.err
    return Folder(folder.path / "mine")


@pytest.mark.parametrize(
    "options",
    [(), ("--from", "appointment-reminder"), ("--from", "reschedule"), ("--from", "flows/desk.yaml")],
)
def test_a_new_project_has_nothing_wrong_and_its_tests_pass(folder: Folder, options: tuple[str, ...]) -> None:
    folder.write(
        "flows/desk.test.yaml",
        "flow: desk\ntests:\n  asks:\n    - them: desk\n    - bot: How can we help?\n",
    )
    project = made(folder, *options)

    checked, tested = project.run_apart("check"), project.run_apart("test")
    examined = project.run_apart("doctor")

    assert examined.code == 0, examined.out  # `convo dev` would start
    assert checked.code == 0
    assert checked.out.endswith(": 0 errors, 0 warnings\n")
    assert tested.code == 0, tested.out
    assert "passed" in tested.out
    names = {str(file.relative_to(project.path)) for file in project.path.rglob("*") if file.is_file()}
    assert {"README.md", "convo.toml", ".gitignore", ".convo/flow.schema.json"} <= names
    for name in ("README.md", "convo.toml"):
        assert "{" not in (project.path / name).read_text()
    json.loads((project.path / ".convo/flow.schema.json").read_text())


@pytest.mark.parametrize("model", [file.stem for file in flow_files(READY)])
def test_a_project_from_any_ready_flow_is_in_order(folder: Folder, model: str) -> None:
    """A flow that a text cannot start is not made to answer texts: `convo serve` would not start."""
    project = made(folder, "--from", model)

    looked = project.run("doctor")

    assert [line for line in looked.out.splitlines() if line.startswith("error")] == []
    assert looked.code == 0
    readme = (project.path / "README.md").read_text()
    assert f"convo start {model} --to NUMBER" in readme


def test_a_new_project_runs(folder: Folder) -> None:
    project = made(folder)
    process = processes.start(
        "dev", "--port", "0", cwd=project.path, env=project._variables(), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        address = next(word for word in process.stdout.readline().split() if word.startswith("http"))
        body = {"id": "1", "from": ANA, "to": "+15550009999", "text": "hello"}
        request = urllib.request.Request(
            f"{address.removesuffix('/phone')}/webhooks/simulator", json.dumps(body).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
    assert '"hello · 1 now"' in project.run_apart("draw", "welcome", "--database", ".").out


def test_a_flow_brings_those_that_it_starts(folder: Folder) -> None:
    folder.write("flows/remind.yaml", REMIND.replace("done: {end: done}", "done: {begin: desk, end: done}"))

    project = made(folder, "--from", "flows/remind.yaml")

    assert (project.path / "flows/desk.yaml").read_text() == DESK


def test_a_folder_that_is_not_empty_stays_as_it_is(folder: Folder) -> None:
    folder.write("mine/notes.txt", "keep me")

    ran = folder.run("new", "mine")

    assert ran.code == 2
    assert "not empty" in ran.err
    assert [file.name for file in (folder.path / "mine").iterdir()] == ["notes.txt"]


def test_the_next_step_can_be_pasted_whatever_the_folder_is_called(folder: Folder) -> None:
    assert "Next: cd 'my clinic', then convo dev." in folder.run("new", "my clinic").out
    assert "Next: cd clinic, then convo dev." in folder.run("new", "clinic").out


def test_an_unknown_model_names_those_there_are(folder: Folder) -> None:
    ran = folder.run("new", "mine", "--from", "nope")

    assert ran.code == 2
    assert "support" in ran.err
    assert not Path(folder.path / "mine").exists()

"""Flows that run others, in every command that looks at flows or at conversations."""

import io
import sys
from pathlib import Path

import pytest

from tests.cli.folder import ANA, BEN, Folder

JOIN = """\
flow: join
start: hello
vars: {name: text = Ana}
states:
  hello: {say: "Hi {{ name }}!", then: prove}
  prove:
    run:
      flow: proof
      with: {name: name}
      outcomes:
        yes: {set: {town: returned.town}, then: in}
        no: out
        expired: out
  in: {say: "Welcome, {{ name }} of {{ town }}.", end: in}
  out: {say: Bye., end: out}
"""
PROOF = """\
flow: proof
start: ask
needs: {name: text}
expires: 3 days
states:
  ask:
    say: Where do you live, {{ name }}?
    replies: {person: desk}
    save: {town: text 2-20}
    otherwise: {say: "Which town?", tries: 1, then: no}
    after: {1 day: no}
    then: yes
  desk: {hand_off: proofs, then: no}
  yes: {end: yes}
  no: {end: no}
"""


@pytest.fixture
def club(folder: Folder) -> Folder:
    folder.write("flows/join.yaml", JOIN)
    folder.write("flows/proof.yaml", PROOF)
    return folder


def change(folder: Folder, name: str, old: str, new: str) -> None:
    file = folder.path / "flows" / f"{name}.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_a_single_file_is_checked_with_those_beside_it(club: Folder) -> None:
    ran = club.run("check", "flows/join.yaml")
    assert (ran.code, ran.out) == (0, "1 flow: 0 errors, 0 warnings\n")

    change(club, "join", "flow: proof", "flow: prof")
    ran = club.run("check", "flows/join.yaml", "--format", "json")
    assert [(each["code"], each["line"], each["hint"]) for each in ran.json] == [
        ("C090", 8, "Did you mean 'proof'?")
    ]
    assert club.run("check", "--fix", "flows/join.yaml").code == 0
    assert (club.path / "flows/join.yaml").read_text() == JOIN


def test_an_error_of_a_sub_flow_is_told_where_it_stands_and_where_it_is_run(club: Folder) -> None:
    change(club, "proof", "start: ask", "start: aks")
    ran = club.run("check")

    assert ran.code == 1
    assert "flows/proof.yaml:2:8: error C010" in ran.out
    assert "flows/join.yaml:8:13: error C007: the flow 'proof', which this runs, has errors" in ran.out


def test_a_chat_shows_where_it_is(club: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "/state\nLeeds\n/state\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    said = club.run("chat", "join").out.splitlines()

    assert said[:2] == ["bot: Hi Ana!", "bot: Where do you live, Ana?"]
    assert said[2].startswith("state: proof.ask inside prove (live, ")
    assert said[3] == "bot: Welcome, Ana of Leeds."
    assert said[4].startswith("state: in (ended, outcome in)")


def test_a_drawing_tells_what_runs_and_how_many_stand_in_it(club: Folder) -> None:
    for contact in (ANA, BEN):
        assert club.run("start", "join", "--to", contact).code == 0

    def drawing(flow: str) -> str:
        assert club.run("draw", flow, "--database", ".", "-o", "drawn").code == 0
        return (club.path / "drawn").read_text()

    drawn = drawing("join")
    assert 'state "prove · runs proof · 2 now"' in drawn
    assert "s_prove --> s_in: yes" in drawn
    assert "s_prove --> s_out: no | expired" in drawn
    assert 'state "ask · 2 now"' in drawing("proof")


def test_a_test_of_a_flow_runs_the_others_and_counts_for_them(club: Folder) -> None:
    club.write(
        "flows/join.test.yaml",
        "flow: join\ntests:\n  in:\n    - bot: ...\n    - bot: ...\n    - state: proof.ask\n"
        "    - them: Leeds\n    - bot: ...\n    - ends: in\n"
        "  a person:\n    - bot: ...\n    - bot: ...\n    - them: person\n    - hands_off: proofs\n"
        "    - hands_back: proof.ask\n    - bot: Where do you live, Ana?\n",
    )
    ran = club.run("test", "flows", "--coverage")

    assert ran.code == 0
    assert "flows/join.yaml:12:9: no test took the sub-flow's outcome `no` in 'prove'" in ran.out
    missing = [line for line in ran.out.splitlines() if line.startswith("flows/proof.yaml:")]
    assert missing[0] == "flows/proof.yaml: 37 % (3 of 8)"
    assert not [line for line in missing if "`save`" in line or "`person`" in line]

    change(club, "proof", "Where do you live", "Which town")
    ran = club.run("test", "flows")
    assert "came:     bot: Which town, Ana?" in ran.out


def test_what_goes_wrong_in_a_sub_flow_is_found_in_its_own_file(club: Folder) -> None:
    assert club.run("explore", "join").code == 0
    change(club, "proof", 'say: "Which town?"', 'say: "{{ name.first }}?"')
    ran = club.run("explore", "flows/join.yaml", "--format", "json")

    assert ran.code == 1
    (found,) = ran.json["findings"]
    assert (Path(found["file"]).name, found["line"], found["fault"]) == ("proof.yaml", 10, "error")
    assert found["message"].startswith("in proof: the text '{{ name.first }}?' failed: ")
    club.write("flows/join.test.yaml", found["test"])
    assert club.run("test").code == 0


def test_a_changed_sub_flow_is_a_changed_flow(club: Folder) -> None:
    assert club.run("start", "join", "--to", ANA).code == 0
    change(club, "proof", "Where do you live", "Which town")
    listed = club.run("flows", "list").out.splitlines()
    at = listed.index("join")
    assert listed[at + 1].endswith("  1 live")
    assert listed[at + 2].endswith("  current  no conversation")

    diff = club.run("flows", "diff", "join").out.splitlines()[1:]
    assert diff == [
        "proof.ask:",
        "  text: “Where do you live, {{ name }}?” -> “Which town, {{ name }}?”",
    ]
    lines = club.run("flows", "diff", "join", "--source").out
    assert "+    say: Which town, {{ name }}?" in lines
    change(club, "join", "flow: proof", "flow: other")
    club.write("flows/other.yaml", PROOF.replace("flow: proof", "flow: other"))
    assert club.run("flows", "diff", "join").out.splitlines()[1:] == [
        "prove:",
        "  flow in `run`: proof -> other",
        "other, which it runs:",
        "  sub-flow added: other",
        "proof, which it runs:",
        "  sub-flow removed: proof",
    ]


def test_people_in_a_sub_flow_are_moved_with_it(club: Folder) -> None:
    assert club.run("start", "join", "--to", ANA).code == 0
    change(club, "proof", "start: ask", "start: town")
    change(club, "proof", "  ask:", "  town:")
    ran = club.run("flows", "migrate", "join", "--dry-run")
    assert ran.code == 1
    assert "cannot go: the other version has no state 'proof.ask'; say where it goes" in ran.out

    ran = club.run("flows", "migrate", "join", "--map", "proof.ask=proof.town")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "1 conversation moved.")
    assert "proof.ask -> proof.town" in ran.out


def test_the_flows_that_a_flow_runs_come_into_a_new_project_with_it(club: Folder) -> None:
    ran = club.run("new", "mine", "--from", "flows/join.yaml")

    assert ran.code == 0
    assert sorted(file.name for file in (club.path / "mine/flows").iterdir()) == ["join.yaml", "proof.yaml"]

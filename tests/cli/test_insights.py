"""`convo insights`: what came of texts, beside a process that serves and after it."""

import csv
from io import StringIO

import pytest

from tests.cli.folder import ANA, REMIND, Folder


def test_a_text_is_in_the_figures_as_soon_as_it_is_delivered(folder: Folder) -> None:
    folder.write("flows/remind.yaml", REMIND)
    folder.write("convo.toml", '[prices]\nsegment = {"+1" = 0.01}\n')
    with folder.serving() as served:
        assert folder.run("start", "remind", "--to", ANA, "--set", "name=Ana").code == 0
        served.arrives()
        (whole,) = folder.run("insights", "--format", "json").json["items"]
        refused = folder.run("insights", "rebuild")
    assert (whole["started"], whole["sent"], whole["cost"]) == (1, 1, "0.01")
    assert (refused.code, "stop it first" in refused.err) == (1, True)

    assert "conversations started  1" in folder.run("insights").out
    assert folder.run("insights", "desk").out == "Nothing was counted.\n"
    slip = folder.run("insights", "remnid")
    assert (slip.code, slip.err) == (2, "convo: there is no flow 'remnid'. Did you mean 'remind'?\n")
    assert folder.run("insights", "remind", "--by", "flow").out.splitlines()[-1].startswith("remind ")
    (row,) = csv.DictReader(StringIO(folder.run("insights", "--by", "day", "--format", "csv").out))
    assert (row["sent"], row["currency"]) == ("1", "USD")
    assert " counts, 0 of them changed." in folder.run("insights", "rebuild").out

    (folder.path / "flows/remind.yaml").unlink()  # what was counted of it is still there
    assert "conversations started  1" in folder.run("insights", "remind").out
    assert folder.run("insights", "remind", "--until", "2026-01-01").out == "Nothing was counted.\n"


@pytest.mark.parametrize(
    ("command", "options", "said"),
    [
        ("insights", ("--since", "yesterdayish"), "--since yesterdayish: write a day or a time"),
        ("insights", ("--until", "2026-13-01"), "--until 2026-13-01: write a day or a time"),
        ("insights", ("--format", "xml"), "for '--format': 'xml' is not one of 'text', 'json', 'csv'"),
        ("draw", ("desk", "--format", "gif"), "for '--format': 'gif' is not one of 'mermaid', 'svg'"),
    ],
)  # fmt: skip
def test_an_option_that_will_not_do_is_told_plainly(
    folder: Folder, command: str, options: tuple[str, ...], said: str
) -> None:
    ran = folder.run(command, *options)
    assert (ran.code, said in ran.err) == (2, True), ran.err


def test_what_will_not_do_is_told(folder: Folder) -> None:
    for options in (
        ("--by", "colour"),
        ("--number", "nonsense"),
        ("--timezone", "Mars"),
        ("--since", "2027-01-01", "--until", "2026-01-01"),
    ):
        assert folder.run("db", "upgrade").code == 0
        ran = folder.run("insights", *options)
        assert (ran.code, ran.err.startswith("convo: ")) == (2, True), ran.err

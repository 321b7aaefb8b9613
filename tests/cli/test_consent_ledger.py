"""`convo consent`: the ledger shown, exported, imported and pruned, and an operator's stop and start."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from tests.cli.folder import ANA, BEN, OURS, Folder

HEAD = "contact,brand,action,at,text\n"
STOPPED = f"{ANA},,stop,2026-01-02T03:04:05Z,unsubscribe me\n"
KEY = "a key that nobody can guess"


def exported(folder: Folder, *options: str) -> list[dict[str, str]]:
    ran = folder.run("consent", "export", "-", *options)
    assert ran.code == 0, ran.err
    return list(csv.DictReader(io.StringIO(ran.out)))


def write(folder: Folder, content: str | bytes, name: str = "old.csv") -> None:
    (folder.path / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def test_an_import_says_what_it_did_and_the_second_one_that_there_was_nothing_to_do(folder: Folder) -> None:
    write(folder, HEAD + STOPPED + f"{BEN},{OURS},opt-in,2026-01-02,\n")

    first, second = folder.run("consent", "import", "old.csv"), folder.run("consent", "import", "old.csv")
    assert (first.code, first.out) == (0, "2 written (1 opted out, 0 came back), 0 known already, 0 bad.\n")
    assert (second.code, second.out) == (0, "0 written (0 opted out, 0 came back), 2 known already, 0 bad.\n")
    shown = folder.run("consent", "show", ANA)
    assert shown.out.splitlines() == [
        f"{ANA}  {OURS}: opted out since 2026-01-02 03:04 UTC",
        f"2026-01-02 03:04:05 UTC  {OURS}  stop by import (import)",
        "    text: unsubscribe me",
    ]


def test_bad_rows_go_into_a_file_with_their_reasons_and_the_good_ones_in(folder: Folder) -> None:
    write(
        folder, HEAD + "nobody,,stop,,\n" + STOPPED + f"{BEN},,perhaps,,\n{BEN},,stop\n\n{BEN},Elm,stop,,\n"
    )

    ran = folder.run("consent", "import", "old.csv")
    assert ran.code == 1
    assert "1 written" in ran.out
    assert "4 bad" in ran.out
    assert "old.csv.bad.csv" in ran.out
    bad = list(csv.reader((folder.path / "old.csv.bad.csv").read_text().splitlines()))
    assert bad[0] == ["line", "reason", "contact", "brand", "action", "at", "text"]
    assert [(row[0], row[1].split(";")[0]) for row in bad[1:]] == [
        ("2", "'nobody' is not a phone number"),
        ("4", "action is stop, start or marketing, not 'perhaps'"),
        ("5", "it has 3 fields, and the first line 5"),
        ("7", "'Elm' is no brand"),
    ]
    assert [row["contact"] for row in exported(folder)] == [ANA]


def test_the_bad_rows_once_mended_are_imported_from_their_own_file(folder: Folder) -> None:
    write(folder, HEAD + "1-555-000-1111,,stop,2026-01-02,x\n")
    folder.run("consent", "import", "old.csv")
    file = folder.path / "old.csv.bad.csv"
    file.write_text(file.read_text().replace("1-555", "+1-555"))

    assert folder.run("consent", "import", "old.csv.bad.csv").code == 0
    assert [row["contact"] for row in exported(folder)] == [ANA]
    write(folder, HEAD + STOPPED)
    ran = folder.run("consent", "import", "old.csv")
    assert (ran.code, "is kept as old.csv.bad.1.csv" in ran.err) == (0, True)
    assert not file.exists()  # nothing is bad any more
    assert "+1-555" in (folder.path / "old.csv.bad.1.csv").read_text()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"contact;action;at;text\n{ANA};stop;2026-01-02;arrêt; s'il vous plaît\n", None),
        (f"\ufeffcontact\taction\tat\ttext\n{ANA}\tstop\t2026-01-02\tarrêt\n".encode(), "arrêt"),
        (f"Contact;Action;At;Text\r\n{ANA};Stop;2026-01-02;arrêt\r\n".encode("latin-1"), "arrêt"),
        (f"contact,action,at,text\n{ANA},stop,2026-01-02,“arrêt”\n".encode("cp1252"), "“arrêt”"),
        (f"contact,action,at,text\n{ANA},stop,2026-01-02,arrêt\n".encode("utf-16"), "arrêt"),
        (f'phone,status,date,message\n{ANA},unsubscribed,2026-01-02,"a, b\nc"\n', "a, b\nc"),
    ],
    ids=["five-fields", "bom-tabs", "latin-1", "windows", "utf-16", "other-names"],
)
def test_a_file_is_read_as_other_programs_write_it(
    folder: Folder, content: str | bytes, words: str | None
) -> None:
    write(folder, content)

    ran = folder.run("consent", "import", "old.csv")
    assert ran.code == (1 if words is None else 0), ran.err
    assert [row["text"] for row in exported(folder)] == ([] if words is None else [words])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "there is no column contact and action"),
        ("name,number\nAna,1\n", "there is no column contact and action, only name, number"),
        ("contact,phone,action\n", "two columns mean contact"),
        (b"PK\x03\x04\x14\0\0\0", "is not text; save it as CSV"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(folder: Folder, content: str | bytes, why: str) -> None:
    write(folder, content)

    ran = folder.run("consent", "import", "old.csv")
    assert ran.code == 2
    assert why in ran.err
    assert folder.run("consent", "import", "missing.csv").code == 2


def test_a_quote_that_is_never_closed_is_told_with_its_lines_and_costs_one_row(folder: Folder) -> None:
    write(folder, HEAD + f'{BEN},,stop,,"said\n' + STOPPED)

    assert folder.run("consent", "import", "old.csv").code == 1
    (row,) = csv.DictReader((folder.path / "old.csv.bad.csv").read_text().splitlines())
    assert "(up to line 3)" in row["reason"]
    assert (row["line"], row["contact"], row["text"]) == ("2", BEN, '"said')
    assert [row["contact"] for row in exported(folder)] == [ANA]


def test_an_import_that_is_killed_goes_on_when_it_is_started_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convo.runtime import importing

    people = [f"+1555000{place:04}" for place in range(1, 451)]
    write(folder, HEAD + "".join(f"{each},,stop,2026-01-02,\n" for each in people))
    bring, calls = importing.bring, []

    def dies(*given: Any, **named: Any) -> importing.Outcome:
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return bring(*given, **named)

    monkeypatch.setattr(importing, "bring", dies)
    assert folder.run("consent", "import", "old.csv").code != 0
    assert 0 < len(exported(folder)) < 450
    again = folder.run("consent", "import", "old.csv")
    assert again.out == "250 written (250 opted out, 0 came back), 200 known already, 0 bad.\n"
    assert [row["contact"] for row in exported(folder)] == people


def test_what_is_exported_can_be_imported_elsewhere(folder: Folder, tmp_path: Path) -> None:
    write(folder, HEAD + STOPPED + f'{BEN},,stop,2026-02-02,"he said ""no"", twice\nor more"\n')
    folder.run("consent", "import", "old.csv")
    assert folder.run("consent", "export", "all.csv").code == 0
    assert sorted(file.name for file in folder.path.glob("all.csv*")) == ["all.csv"]

    elsewhere = Folder(tmp_path / "elsewhere")
    elsewhere.write("all.csv", (folder.path / "all.csv").read_text())
    assert elsewhere.run("consent", "import", "all.csv").code == 0
    kept = ("contact", "brand", "action", "at", "text")
    assert [[row[name] for name in kept] for row in exported(elsewhere)] == [
        [row[name] for name in kept] for row in exported(folder)
    ]


def test_an_export_keeps_to_a_brand_and_a_day(folder: Folder) -> None:
    write(folder, HEAD + STOPPED + f"{BEN},+15550008888,stop,2026-03-02,\n")
    folder.run("consent", "import", "old.csv")

    assert [row["contact"] for row in exported(folder, "--since", "2026-02-01")] == [BEN]
    assert [row["contact"] for row in exported(folder, "--brand", OURS)] == [ANA]
    assert exported(folder, "--brand", "nobody's") == []


def test_an_operator_stops_and_starts_with_a_reason(folder: Folder) -> None:
    ran = folder.run("consent", "stop", "+1 555 000 1111", "--reason", "a letter")
    assert (ran.code, ran.out) == (0, f"{OURS} texts +1 555 000 1111 no more.\n")
    assert folder.run("start", "remind", "--to", ANA, "--set", "name=Ana").code == 1
    back = folder.run("consent", "start", ANA, "--reason", "they called")
    assert "may text" in back.out
    assert "only a START from their phone lifts it" in back.out
    (stop, start) = folder.run("consent", "show", ANA, "--format", "json").json["history"]
    assert (stop["action"], stop["actor"], stop["text"]) == ("stop", "operator", "a letter")
    assert (start["action"], start["actor"], start["text"]) == ("start", "operator", "they called")
    assert folder.run("consent", "start", ANA, "--reason", "again").out.endswith("nothing changed.\n")


def test_an_operator_records_consent_to_marketing_that_was_given_elsewhere(folder: Folder) -> None:
    folder.write(
        "flows/offer.yaml",
        "flow: offer\npurpose: marketing\nstart: tell\n"
        "states:\n  tell: {say: Half off! Reply STOP to opt out., end: told}\n",
    )
    refused = folder.run("start", "offer", "--to", ANA)
    assert (refused.code, "has not agreed to marketing" in refused.err) == (1, True)

    ran = folder.run("consent", "agree", ANA, "--reason", "signed up at the till, 3 May")
    assert (ran.code, ran.out) == (0, f"{ANA} has agreed to marketing from {OURS}.\n")
    assert "had agreed already" in folder.run("consent", "agree", ANA, "--reason", "again").out
    assert folder.run("start", "offer", "--to", ANA).code == 0
    told = folder.run("consent", "show", ANA, "--format", "json").json
    (line,) = told["history"]
    assert (line["action"], line["actor"], line["text"]) == (
        "marketing", "operator", "signed up at the till, 3 May"
    )  # fmt: skip
    assert [brand["marketing"] for brand in told["brands"]] == [True]


def test_nobody_records_consent_of_somebody_who_has_stopped(folder: Folder) -> None:
    folder.run("consent", "stop", ANA, "--reason", "a letter")
    ran = folder.run("consent", "agree", ANA, "--reason", "an old list")
    assert (ran.code, "only they come back, with START" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("stop", ANA), "Missing option"),
        (("stop", "nobody", "--reason", "x"), "is not a phone number"),
        (("stop", ANA, "--reason", " "), "say why"),
        (("stop", ANA, "--reason", "x", "--brand", "Elm"), "'Elm' is no brand"),
        (("prune", "--older-than", "3y"), "is kept 4 years at least, not 3"),
        (("prune", "--older-than", "0 years"), "is kept 4 years at least"),
        (("prune", "--older-than", "1000 days"), "is not a number of years"),
        (("reconcile",), "no account keeps a list of opt-outs"),
        (("export", "nowhere/all.csv"), "cannot be written"),
    ],
)
def test_what_cannot_be_ends_with_2(folder: Folder, command: tuple[str, ...], why: str) -> None:
    write(folder, HEAD + STOPPED)
    folder.run("consent", "import", "old.csv")

    ran = folder.run("consent", *command)
    assert ran.code == 2
    assert why in ran.err
    assert len(exported(folder)) == 1


def test_pruning_and_forgetting(folder: Folder) -> None:
    write(folder, HEAD + f"{ANA},,stop,2019-01-02,\n{ANA},,start,2019-02-02,\n{ANA},,stop,2019-03-02,bye\n")
    folder.run("consent", "import", "old.csv")

    assert folder.run("consent", "prune", "--older-than", "4y").out.startswith("1 lines from before")
    assert [row["at"][:10] for row in exported(folder)] == ["2019-02-02", "2019-03-02"]
    assert folder.run("consent", "forget", ANA).code == 0
    rows = exported(folder)
    assert [(row["contact"] == ANA, row["text"], bool(row["key_id"])) for row in rows] == [
        (False, "", True), (False, "", True),
    ]  # fmt: skip
    shown = folder.run("consent", "show", ANA)
    assert shown.out.startswith(f"{ANA}  {OURS}: opted out since 2019-03-02")
    assert len(shown.out.splitlines()) == 3


def test_a_brand_that_got_a_name_keeps_who_stopped_it(folder: Folder) -> None:
    unnamed = f'[numbers."{OURS}"]\nflow = "desk"\n'
    folder.write("convo.toml", unnamed)
    folder.run("consent", "stop", ANA, "--reason", "phoned")
    with folder.serving():
        early = folder.run("consent", "rename", "Elm Street", OURS)
        assert (early.code, "end it first" in early.err) == (2, True)
    folder.write("convo.toml", f'{unnamed}brand = "Elm Street"\n')

    started, looked = folder.run("start", "desk", "--to", BEN), folder.run("doctor", "--format", "json")
    mend = f"run `convo consent rename {OURS} 'Elm Street'`"
    assert (started.code, looked.code) == (2, 1)
    assert mend in started.err
    (found,) = [each for each in looked.json if each["check"] == f"numbers.{OURS}.brand"]
    assert found["level"] == "error"
    assert mend in found["mend"]
    served = folder.run_apart("serve", "--port", "0")
    assert served.code == 2
    assert mend in served.err
    renamed = folder.run("consent", "rename", OURS, "Elm Street")
    assert renamed.out == (
        f"1 who had stopped {OURS} are opted out of Elm Street; 0 were, or have come back since.\n"
    )
    assert folder.run("doctor").code == 0
    refused = folder.run("start", "desk", "--to", ANA)
    assert "has opted out of texts from Elm Street" in refused.err


def test_an_undated_stop_of_a_file_is_brought_once_and_that_of_another_file_again(folder: Folder) -> None:
    write(folder, f"contact,action\n{ANA},stop\n")
    assert folder.run("consent", "import", "old.csv").out.startswith("1 written (1 opted out")
    folder.run("consent", "start", ANA, "--reason", "phoned")

    assert folder.run("consent", "import", "old.csv").out.startswith(
        "0 written (0 opted out, 0 came back), 1 known"
    )
    write(folder, f"contact,action\n{ANA},stop\n{BEN},stop\n")
    assert folder.run("consent", "import", "old.csv").out.startswith("2 written (2 opted out")

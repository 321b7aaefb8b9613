"""`convo campaign` and `convo campaigns`: a list is loaded, looked at, started once, and managed."""

import csv
import json
import re
import shlex
from datetime import timedelta
from pathlib import Path

import pytest

from convo.clock import system
from tests.cli.folder import ANA, BEN, OURS, Folder

LIST = f"contact,name\n{ANA},Ana\n{BEN},Ben\n"
PRICES = '[prices]\ncurrency = "GBP"\nsegment = {"+1" = 0.01, "+1555000" = 0.5}\n'


@pytest.fixture
def office(folder: Folder) -> Folder:
    folder.write("contacts.csv", LIST)
    return folder


def bad_rows(folder: Folder, name: str = "contacts.csv") -> list[tuple[str, str]]:
    with (folder.path / f"{name}.bad.csv").open(newline="") as file:
        return [(row["line"], row["reason"].split(";")[0]) for row in csv.DictReader(file)]


def test_a_trial_shows_texts_and_costs_and_stores_nothing(office: Folder) -> None:
    office.write("convo.toml", f'{PRICES}[numbers."{OURS}"]\nrate = "1/minute"\n')
    ran = office.run("campaign", "remind", "contacts.csv", "--dry-run")
    assert ran.code == 0, ran.err
    assert ran.out.splitlines() == [
        "contacts.csv: 2 rows, 2 to text.",
        f"  {ANA} from {OURS}, 1 segment:",
        "    Hi Ana, are you coming?",
        f"  {BEN} from {OURS}, 1 segment:",
        "    Hi Ben, are you coming?",
        "First texts to 2 contacts: about 2 segments; 1.00 GBP.",
        f"At the pace of {OURS}: about 2 min.",
        "This was a trial: nothing is stored, and nothing was sent.",
    ]
    assert not (office.path / "convo.db").exists()


def test_it_is_loaded_and_sent_once_it_is_wanted_and_never_twice(office: Folder) -> None:
    asked = office.run("campaign", "remind", "contacts.csv")
    assert (asked.code, "nothing was sent" in asked.err) == (2, True)
    assert office.run("campaigns", "list").out == "1  remind/contacts.csv  loaded  0 of 2 begun\n"

    assert office.run("campaign", "remind", "contacts.csv", "--yes").code == 0
    with office.serving() as served:
        assert {served.arrives(), served.arrives()} == {
            (ANA, "Hi Ana, are you coming?"), (BEN, "Hi Ben, are you coming?"),
        }  # fmt: skip
        shown = office.run("campaigns", "show", "1", "--watch", "--format", "json").json
        assert (shown["status"], shown["begun"]) == ("finished", 2)
        again = office.run("campaign", "remind", "contacts.csv", "--yes")
        assert "nobody is texted twice" in again.out
    assert office.run("campaigns", "show", "1", "--format", "json").json["begun"] == 2


def test_bad_rows_are_kept_with_their_reasons_and_loaded_once_they_are_mended(folder: Folder) -> None:
    folder.write(
        "contacts.csv", f"contact,name\n{ANA},Ana\n4.47701E+11,Bo\n447700900123.0,Di\nnobody,Al\n{BEN},\n"
    )
    ran = folder.run("campaign", "remind", "contacts.csv", "--yes")
    assert (ran.code, "5 rows, 1 to text, 4 bad" in ran.out) == (1, True)
    assert bad_rows(folder) == [
        (
            "3",
            "contact: 4.47701E+11 is a number that a spreadsheet has shortened, and its last digits are gone",
        ),
        ("4", "contact: 447700900123.0 was kept as an amount"),
        ("5", "contact: 'nobody' is not a phone number"),
        ("6", "name: there is nothing, and remind needs it"),
    ]
    file = folder.path / "contacts.csv.bad.csv"
    file.write_text(file.read_text().replace("4.47701E+11", "+447700900123"))
    assert folder.run("campaigns", "top-up", "1", "contacts.csv.bad.csv", "--yes").code == 1
    assert "0 of 2 begun" in folder.run("campaigns", "list").out


REASONS = "flow: why\nneeds: {reason: text}\nvars: {line: text = none}\nstart: say\n" + (
    'states:\n  say: {say: "{{ reason }}, {{ line }}", end: done}\n'
)


def test_bad_rows_are_mended_as_often_as_it_takes(folder: Folder) -> None:
    folder.write("contacts.csv", f"contact,name\nnobody,Al\n{ANA},\n+15550004444,Di\n")
    assert folder.run("campaign", "remind", "contacts.csv", "--yes").code == 1
    name = "contacts.csv"
    for wrong, right, left in (("nobody", BEN, f"{ANA},"), (f"{ANA},", f"{ANA},Ana", None)):
        file = folder.path / f"{name}.bad.csv"
        file.write_text(file.read_text().replace(wrong, right))
        name = file.name
        ran = folder.run("campaigns", "top-up", "1", name, "--yes")
        assert (ran.code, "not used" in ran.err) == (1 if left else 0, False), ran.err
        if left:
            head, row = (folder.path / f"{name}.bad.csv").read_text().splitlines()
            assert (head, row.endswith(f'needs it",{left}')) == ("line,reason,contact,name", True)
    assert "0 of 3 begun" in folder.run("campaigns", "list").out


def test_bad_rows_of_json_lines_are_objects_and_mended_as_often_as_it_takes(folder: Folder) -> None:
    folder.write(
        "people",
        f'{{"contact": "{ANA}"}}\n{{"contact": "{BEN}"\n[]\n{{"contact": "nobody", "name": "Zoë"}}\n',
    )
    assert folder.run("campaign", "remind", "people", "--yes").code == 2  # nobody has been read
    assert folder.run("campaigns", "show", "1", "--format", "json").json["rows"]["bad"] == 4
    file = folder.path / "people.bad.jsonl"
    found = [json.loads(line) for line in file.read_text().splitlines()]
    assert [each.pop("reason").split(":")[0] for each in found] == [
        "name", "it cannot be read as JSON", "it is no object; write one like {\"contact\"", "contact",
    ]  # fmt: skip
    assert found == [
        {"line": 1, "contact": ANA}, {"line": 2, "row": f'{{"contact": "{BEN}"'}, {"line": 3, "row": "[]"},
        {"line": 4, "contact": "nobody", "name": "Zoë"},
    ]  # fmt: skip

    file.write_text(file.read_text().replace("nobody", "+15550004444"))
    assert folder.run("campaigns", "top-up", "1", file.name, "--yes").code == 1
    again = folder.path / "people.bad.jsonl.bad.jsonl"
    left = [json.loads(line) for line in again.read_text().splitlines()]
    assert [(each.pop("reason")[:8], each) for each in left] == [
        ("name: th", found[0]), ("contact:", found[1]), ("contact:", found[2]),
    ]  # fmt: skip
    again.write_text(f'{{"line": 1, "reason": "", "contact": "{ANA}", "name": "Ana"}}\n')
    ran = folder.run("campaigns", "top-up", "1", again.name, "--yes")
    assert (ran.code, "not used" in ran.err, "0 of 2 begun" in ran.out) == (0, False, True), ran.err


def test_a_file_of_bad_rows_that_somebody_has_mended_is_never_written_over(folder: Folder) -> None:
    folder.write("s.csv", f"contact,name\n{ANA},Ana\nnobody,Ben\nnobody,Cat\n")
    trial = ("campaign", "remind", "s.csv", "--dry-run")
    assert folder.run(*trial).err == ""
    assert folder.run(*trial).err == ""  # it is the same
    file = folder.path / "s.csv.bad.csv"
    written = file.read_text()
    for name, mended in (("s.csv.bad.1.csv", written.replace("nobody", BEN)), ("s.csv.bad.2.csv", "mine")):
        file.write_text(mended)
        ran = folder.run(*trial)
        assert ran.err == f"convo: s.csv.bad.csv is kept as {name}, with what you may have mended in it\n"
        assert ((folder.path / name).read_text(), file.read_text()) == (mended, written)
    folder.write("s.csv", f"contact,name\n{ANA},Ana\n")
    assert "is kept as s.csv.bad.3.csv" in folder.run(*trial).err  # nothing is bad any more
    assert not file.exists()
    assert (folder.path / "s.csv.bad.3.csv").read_text() == written


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_list_may_have_a_reason_of_its_own(folder: Folder, kind: str) -> None:
    folder.write("flows/why.yaml", REASONS)
    rows = [(ANA, "Flu jab"), ("nobody", "Check-up")]
    if kind == "csv":
        folder.write("list", "contact,reason\n" + "".join(f"{who},{why}\n" for who, why in rows))
    else:
        folder.write("list", "".join(json.dumps({"contact": a, "reason": b}) + "\n" for a, b in rows))
    assert folder.run("campaign", "why", "list", "--yes").code == 1
    file = folder.path / f"list.bad.{kind}"
    assert "bad_line" in file.read_text()
    file.write_text(file.read_text().replace("nobody", BEN))
    ran = folder.run("campaigns", "top-up", "1", file.name, "--yes")
    assert (ran.code, "Check-up, none" in ran.out, ran.err.count("not used")) == (0, True, 0), ran.err


def test_why_a_row_was_bad_is_no_value_of_the_flow(folder: Folder) -> None:
    optional = REASONS.replace("needs: {reason: text}\nvars: {", "vars: {reason: text = no reason, ")
    folder.write("flows/why.yaml", optional)
    for kind, content in (("csv", "contact\nnobody\n"), ("jsonl", '{"contact": "nobody"}\n')):
        folder.write(f"list.{kind}", content)
        folder.run("campaign", "why", f"list.{kind}", "--dry-run")
        file = folder.path / f"list.{kind}.bad.{kind}"
        file.write_text(file.read_text().replace("nobody", BEN))
        ran = folder.run("campaign", "why", file.name, "--dry-run")
        assert "no reason, none" in ran.out, ran.out + ran.err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("Mobile;Name\n07700 900123;Zoë\n".encode("latin-1"), "it is read as cp1252"),
        ("\ufeffcontact\tname\n+447700900123\tZoë\n".encode(), ""),
        ("contact,name\n+447700900123,Zoë\n".encode("utf-16"), ""),
        ('{"phone": "+447700900123", "name": "Zoë", "street": 5}\n'.encode(), "not used: street"),
    ],
)
def test_lists_as_programs_write_them_are_read(folder: Folder, content: bytes, told: str) -> None:
    (folder.path / "people").write_bytes(content)
    ran = folder.run("campaign", "remind", "people", "--dry-run", "--region", "gb")
    assert ran.code == 0, ran.err
    assert "+447700900123 from" in ran.out
    assert "Hi Zoë, are you coming?" in ran.out
    assert told in ran.err
    assert bool(told) is bool(ran.err)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"contact,first name\n+1,x\n", "no column name (is it 'first_name'?), only contact, first_name"),
        (b"name\nAna\n", "there is no column contact, only name"),
        (b"", "only nothing"),
        (b"PK\3\4rest", "is not text; save it as CSV (UTF-8)"),
        (b'{"contact": \n', "people:1: it begins like JSON Lines, and is none"),
        (b"\xef\xbb\xbfcontact,name\n\xe9,\xe9\n", "begins like utf-8 and goes on otherwise"),
        (b"contact,name,Name\n", "two columns are called name"),
        (b"x" * 2_000_000, "the first line has more than 1,048,576 characters"),
    ],
)  # fmt: skip
def test_what_is_no_such_list_is_refused_before_anything_is_made(
    folder: Folder, content: bytes, told: str
) -> None:
    (folder.path / "people").write_bytes(content)
    ran = folder.run("campaign", "remind", "people", "--yes")
    assert (ran.code, told in ran.err) == (2, True), ran.err
    assert not (folder.path / "convo.db").exists()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("nope", "contacts.csv"), "there is no flow 'nope'"),
        (("remind", "gone.csv"), "gone.csv cannot be read: No such file"),
        (("remind", "contacts.csv", "--region", "XX"), "'XX' is no region"),
        (("remind", "contacts.csv", "--set", "nam=x"), "has no variable 'nam'; it takes name"),
        (("remind", "contacts.csv", "--from", "12"), "'12' is none of ours"),
        (("remind", "contacts.csv", "--at", "2026-02-30"), "--at: '2026-02-30' is no moment there is"),
        (("remind", "contacts.csv", "--at", "2020-01-01"), "is over; leave --at out"),
    ],
)
def test_what_is_asked_wrongly_is_told(office: Folder, given: tuple[str, ...], told: str) -> None:
    ran = office.run("campaign", *given, "--yes")
    assert (ran.code, told in ran.err) == (2, True), ran.err
    assert not (office.path / "convo.db").exists()


def test_a_list_that_changed_is_loaded_anew_or_told_once_it_was_started(office: Folder) -> None:
    office.run("campaign", "remind", "contacts.csv")
    office.write("contacts.csv", LIST + "+15550003333,Cat\n")
    ran = office.run("campaign", "remind", "contacts.csv", "--yes")
    assert "nothing had been sent: it is loaded anew" in ran.err
    assert "0 of 3 begun" in ran.out
    office.write("contacts.csv", LIST)
    ran = office.run("campaign", "remind", "contacts.csv", "--yes")
    assert (ran.code, "has changed since campaign 2 was loaded" in ran.err) == (2, True)
    assert office.run("campaign", "remind", "contacts.csv", "--name", "again", "--yes").code == 0


def test_a_campaign_is_set_for_later_paused_resumed_and_cancelled(office: Folder) -> None:
    tomorrow = (system() + timedelta(days=1)).strftime("%Y-%m-%d 09:00")
    ran = office.run("campaign", "remind", "contacts.csv", "--yes", "--at", tomorrow)
    assert f"running from {tomorrow} UTC on" in ran.out
    assert "paused" in office.run("campaigns", "pause", "1").out
    assert "running" in office.run("campaigns", "resume", "1").out
    assert (
        office.run("campaigns", "resume", "2").code,
        office.run("campaigns", "top-up", "2", "x").code,
    ) == (1, 2)
    office.write("more.csv", "contact,name\n+15550003333,Cat\n")
    ran = office.run("campaigns", "top-up", "1", "more.csv", "--yes")
    assert f"running from {tomorrow} UTC on  0 of 3 begun" in ran.out
    ran = office.run("campaign", "remind", "contacts.csv", "--yes", "--at", "2099-01-01 09:00")
    assert (ran.code, "`convo campaigns start 1 --at '2099-01-01 09:00'` moves" in ran.err) == (2, True)
    ran = office.run("campaigns", "start", "1", "--at", "2099-01-01 09:00")
    assert "running from 2099-01-01 09:00 UTC on" in ran.out
    assert "1  remind/contacts.csv  running  0 of 3" in office.run("campaigns", "start", "1").out
    ran = office.run("campaigns", "cancel", "1")
    assert "cancelled" in ran.out
    assert "0 queued texts were withdrawn." in ran.out
    assert "was cancelled" in office.run("campaigns", "start", "1").err


def test_one_line_of_any_length_is_a_bad_row_and_no_more(folder: Folder, tmp_path: Path) -> None:
    with (tmp_path / "contacts.csv").open("w") as file:
        file.write("contact,name\n")
        file.writelines("x" * 100_000 for _ in range(30))
        file.write(f"\n{ANA},Ana\n")
    ran = folder.run("campaign", "remind", "contacts.csv", "--dry-run")
    assert "2 rows, 1 to text, 1 bad" in ran.out
    assert bad_rows(folder) == [
        ("2", "it cannot be read as CSV: the line has more than 1,048,576 characters")
    ]


def test_the_page_does_what_it_says(tmp_path: Path) -> None:
    """docs/campaigns.md, its five minutes, command by command."""
    page = (Path(__file__).parents[2] / "docs" / "campaigns.md").read_text()
    (rows,) = re.findall(r"```csv\n(.*?)```", page, re.DOTALL)
    commands = [shlex.split(line.strip())[1:] for line in re.findall(r"^convo .*$", page, re.MULTILINE)]
    made, trial, send, _, show, mend = commands[:6]
    Folder(tmp_path).run(*made[: made.index("&&")])
    clinic = Folder(tmp_path / "clinic")
    clinic.write("visits.csv", rows)

    tried = clinic.run(*trial)
    assert (tried.code, "5 rows, 2 to text, 1 there already, 2 bad" in tried.out) == (1, True), tried.err
    assert "Hi Ana, can you still make Elm Street on Mon 2 Dec, 09:30?" in tried.out
    assert [reason.split()[1] for _, reason in bad_rows(clinic, "visits.csv")] == [
        "1.5555E+10",
        "'2030-02-30",
    ]
    assert clinic.run(*send, "--yes").code == 1
    assert "running  0 of 2 begun" in clinic.run(*show[:-1]).out
    file = clinic.path / "visits.csv.bad.csv"
    file.write_text(file.read_text().replace("1.5555E+10", "+15550003333").replace("02-30", "12-02"))
    assert clinic.run(*mend).code == 0
    assert "0 of 4 begun" in clinic.run("campaigns", "list").out

"""Lists as people and spreadsheets write them: what is wrong in one row costs that row and no other."""

from pathlib import Path

import pytest

from convo.errors import ListError
from convo.runtime import spreadsheets
from convo.runtime.spreadsheets import Row, Rows, sheet

HEAD = "contact,name,visit\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


def rows(file: Path, content: str) -> list[Row]:
    file.write_text(content, encoding="utf-8", newline="")
    return list(Rows(sheet(file)))


def person(place: int, name: str = "Ana") -> str:
    return f"+1555{place:07},{name},Monday\n"


def good(found: list[Row]) -> list[int]:
    return [row.line for row in found if row.wrong is None]


def bad(found: list[Row]) -> list[tuple[int, list[str]]]:
    return [(row.line, list(row.cells)) for row in found if row.wrong is not None]


@pytest.mark.parametrize("count", [20, 20_000], ids=["to the end", "to the longest cell"])
def test_a_stray_quote_costs_its_own_row(file: Path, count: int) -> None:
    found = rows(file, HEAD + "".join(person(at, '"Ana' if at == 10 else "Ana") for at in range(count)))

    assert [row.line for row in found] == list(range(2, count + 2))
    (torn,) = [row for row in found if row.wrong is not None]
    assert (torn.line, torn.cells) == (12, ["+15550000010", '"Ana', "Monday"])
    assert "it cannot be read as CSV" in str(torn.wrong)
    assert "is a quote in it not closed?" in str(torn.wrong)


def test_so_does_one_that_the_quotes_of_another_row_close(file: Path) -> None:
    torn = person(1, '"Ana')
    assert bad(rows(file, HEAD + torn + person(2, '"Ben, Jr"') + person(3))) == [
        (2, ["+15550000001", '"Ana', "Monday"])
    ]
    found = rows(file, HEAD + torn + person(2, "Ben").replace("Monday", 'Monday"') + person(3))
    assert (bad(found), good(found)) == ([(2, ["+15550000001", '"Ana', "Monday"])], [3, 4])
    assert str(found[0].wrong).startswith("it has 2 fields, and the first line 3 (up to line 3)")


def test_every_row_with_a_stray_quote_is_found_by_itself(file: Path) -> None:
    found = rows(file, HEAD + "".join(person(at, '"Ana' if at % 3 else "Ana") for at in range(300)))
    assert len(found) == 300
    assert good(found) == list(range(2, 302, 3))


def test_cells_over_several_lines_are_read_behind_a_stray_quote_too(file: Path) -> None:
    street = person(2, '"12 Elm Street\r\n\r\n""Flat"" 3"')
    found = rows(file, HEAD + street + person(3, '"Ana') + street + person(4))
    assert [(row.line, row.wrong is None) for row in found] == [(2, True), (5, False), (6, True), (9, True)]
    assert found[0].cells == found[2].cells == ["+15550000002", '12 Elm Street\r\n\r\n"Flat" 3', "Monday"]


def test_a_row_over_several_lines_that_is_short_of_a_cell_stays_one_row(file: Path) -> None:
    found = rows(file, HEAD + '+15550000001,"12 Elm Street\nLondon"\n' + person(2))
    assert bad(found) == [(2, ["+15550000001", "12 Elm Street\nLondon"])]
    assert good(found) == [4]


def test_a_line_that_is_too_long_is_told_though_a_stray_quote_stands_before_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheets, "LONGEST_LINE", 100)
    found = rows(file, HEAD + person(1, '"Ana') + "x" * 250 + "\n" + person(2))
    assert bad(found) == [(2, ["+15550000001", '"Ana', "Monday"]), (3, [])]
    assert good(found) == [4]


@pytest.mark.parametrize("line", ['x","y', 'x,""",y', '"', '"a,""'])
def test_whatever_its_quotes_are_a_list_is_read_in_time_that_grows_with_its_size(
    file: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = 0
    following = spreadsheets._Lines.__next__

    def counted(lines: spreadsheets._Lines) -> str:
        nonlocal read
        read += 1
        return following(lines)

    monkeypatch.setattr(spreadsheets._Lines, "__next__", counted)
    monkeypatch.setattr(spreadsheets, "LONGEST_LINE", 1000)
    rows(file, HEAD + f"{line}\n" * 5000)
    assert read < 4 * 5000


# What stands above the rows.


@pytest.mark.parametrize(
    ("head", "columns"),
    [
        ("sep=;\nMobile;Name;Visit\n", ["Mobile", "Name", "Visit"]),
        ('"sep=,"\r\nMobile,Name,Visit\r\n', ["Mobile", "Name", "Visit"]),
        ("SEP=\t\nMobile\tName, first\tVisit\n", ["Mobile", "Name, first", "Visit"]),
        ("sep=^\nMobile^Name;first^Visit\n", ["Mobile", "Name;first", "Visit"]),
        ("\n  \nMobile,Name,Visit\n", ["Mobile", "Name", "Visit"]),
        (';;\n"";"";""\nsep=;\n\nMobile;Name;Visit\n', ["Mobile", "Name", "Visit"]),
        ('Mobile,"Name\nas they say it",Visit\n', ["Mobile", "Name\nas they say it", "Visit"]),
        ('"Mobile\r\n(with its country)";Name;Visit\r\n', ["Mobile\r\n(with its country)", "Name", "Visit"]),
        ('Mobile;"Name, first, last";Visit\n', ["Mobile", "Name, first, last", "Visit"]),
        (
            'Mobile;"Name, ""first"", last, a|b|c|d";Visit\n',
            ["Mobile", 'Name, "first", last, a|b|c|d', "Visit"],
        ),
        ('Mobile,5" pipe,Visit\n', ["Mobile", '5" pipe', "Visit"]),
    ],
)
def test_a_heading_is_read_as_spreadsheets_write_it(file: Path, head: str, columns: list[str]) -> None:
    above = len(head.splitlines())
    separator = next(sign for sign in "^;\t," if sign in head.splitlines()[-1])
    found = rows(file, head + separator.join(["+15550000001", "Ana", "x"]) + "\n")

    assert sheet(file).columns == columns
    assert [(row.line, row.cells, row.wrong) for row in found] == [
        (above + 1, ["+15550000001", "Ana", "x"], None)
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('\ncontact,"name\n+15550000001,Ana\n', ":2: the names of the columns cannot be read as CSV"),
        ('"contact"s\n', ":1: the names of the columns cannot be read as CSV"),
        ("\n\ncontact,name,Name\n", ":3: two columns are called name"),
        ('\n{"contact": \n[]\n', ":2: it begins like JSON Lines, and is none: it cannot be read"),
    ],
)
def test_a_heading_that_cannot_be_read_is_told_with_its_line(file: Path, content: str, told: str) -> None:
    with pytest.raises(ListError, match=f"list.csv{told}"):
        rows(file, content)


def test_json_lines_may_begin_with_what_is_no_row(file: Path) -> None:
    found = rows(file, '\n{"contact": \n{"name": "Ana"}\n{"contact": "+15550000001", "First Name": "Ben"}\n')
    assert sheet(file).names == ["name", "contact", "first_name"]
    assert [(row.line, row.wrong is None) for row in found] == [(2, False), (3, True), (4, True)]

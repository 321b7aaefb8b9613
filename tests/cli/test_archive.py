"""`convo db archive`: beside a process that serves, with what it moved told in a line a file."""

import gzip
import json
import sqlite3
from pathlib import Path

import pytest

from convo.cli._archive import _NAMES
from convo.store.archive import _KEYS
from tests.cli.folder import DESK, Folder


@pytest.fixture
def folder(folder: Folder) -> Folder:
    folder.write("flows/desk.yaml", DESK)
    return folder


def age(database: Path, days: int) -> None:
    """Everything in the database is so much older than it was."""
    moved = "strftime('%Y-%m-%dT%H:%M:%f000+00:00', {column}, '-{days} days')"
    columns = {
        "conversation": ("started_at", "ended_at"),
        "message": ("created_at", "sent_at"),
        "receipt": ("received_at",),
    }
    with sqlite3.connect(database) as connection:
        for table, names in columns.items():
            for column in names:
                value = moved.format(column=column, days=days)
                connection.execute(f"UPDATE {table} SET {column} = {value} WHERE {column} IS NOT NULL")
    connection.close()


def test_what_is_old_goes_into_a_file_beside_a_process_that_serves(folder: Folder) -> None:
    with folder.serving() as served:
        served.text("desk")
        served.arrives()
        served.text("stop")  # which ends it
        served.arrives()
        nothing = folder.run("db", "archive", "--older-than", "90d")
        age(folder.path / "convo.db", 91)
        ran = folder.run("db", "archive", "--older-than", "90d", "--to", "kept")

        assert (nothing.code, nothing.out) == (0, "Nothing is older than 90d.\n")
        assert ran.code == 0, ran.err
        assert "1 conversation" in ran.out
        assert "2 deliveries" in ran.out
        (file,) = (folder.path / "kept").glob("*.jsonl.gz")
        assert str(file.name) in ran.out
        assert b'"desk"' in gzip.decompress(file.read_bytes())
        served.text("start")
        assert served.arrives()[1]


@pytest.mark.parametrize(
    ("given", "told"),
    [("soon", "is not a duration"), ("2 days", "at least 7 days"), ("90d", "there is no database yet")],
)
def test_what_cannot_be_archived_is_told(folder: Folder, given: str, told: str) -> None:
    ran = folder.run("db", "archive", "--older-than", given)

    assert ran.code == 2
    assert told in ran.err


def test_every_table_that_is_archived_is_told() -> None:
    assert set(_NAMES) == set(_KEYS)


SETTINGS = '[retention]\nconversations = "90 days"\ntexts = "1 month"\n'


def test_how_long_what_is_kept_is_shown_and_applied(folder: Folder) -> None:
    with folder.serving() as served:
        served.text("desk")
        served.arrives()
        served.text("stop")
        served.arrives()
    age(folder.path / "convo.db", 91)
    plain = folder.run("db", "retention")
    folder.write("convo.toml", SETTINGS)
    shown, listed = folder.run("db", "retention"), folder.run("db", "retention", "--format", "json")
    applied, again = (folder.run("db", "retention", "--apply") for _ in range(2))

    assert plain.out.splitlines()[1].split() == [
        "conversations",
        "for",
        "good",
        "-",
        "retention.conversations",
    ]
    assert "conversations   90 days     1 " in shown.out
    assert "texts           31 days     1 " in shown.out
    kinds = {each["kind"]: each for each in json.loads(listed.out)}
    assert kinds["events"] == {"kind": "events", "days": 30.0, "older": None, "setting": "events.keep"}
    assert applied.out.startswith("Taken away: 1 conversation, ")
    assert again.out == "Nothing has outlived its time.\n"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('texts = "2 days"', "retention.texts: keep it for 7 days at least"),
        ('texts = "for ever"', "retention.texts: 'for ever' is no time to keep it; write one like"),
        (
            'conversations = "30 days"\nhistories = "90 days"',
            "retention.histories: longer than retention.conversations",
        ),
        ('conversation = "90 days"', "there is no such setting; did you mean 'conversations'?"),
    ],
)
def test_a_time_that_cannot_be_is_told(folder: Folder, written: str, told: str) -> None:
    folder.write("convo.toml", f"[retention]\n{written}\n")
    ran = folder.run("db", "retention")

    assert ran.code == 2
    assert told in ran.err

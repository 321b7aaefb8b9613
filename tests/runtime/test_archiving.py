"""The archive: what is old and over goes into files, each row once, and what is not stays."""

import base64
import gzip
import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from convo.errors import SettingsError
from convo.messages import Unread
from convo.runtime import archiving
from convo.runtime.archiving import Archived, archive_before
from convo.runtime.auditing import Audit
from convo.settings import SIMULATOR
from convo.store import archive as rows_of
from tests.runtime.house import BEN, CAT, House
from tests.runtime.verifying import Desk

LATER = timedelta(days=100)


@pytest.fixture
def old(house: House) -> House:
    """Ana's talk ended long ago, Ben's goes on, and Cat's text was answered by nobody."""
    house.take(house.text("visit"))
    house.take(house.text("visit", BEN))
    house.take(house.text("anyone?", CAT))
    house.leaves()
    house.take(house.text("yes"))
    house.leaves()
    house.clock.move_to(house.clock() + LATER)
    house.take(house.text("visit", CAT))  # new, with an old contact
    house.leaves()
    return house


def run(house: House, folder: Path, days: int = 90) -> list[Archived]:
    now = house.clock()
    before = dict.fromkeys(archiving.KINDS, now - timedelta(days=days))
    return list(archive_before(house.store, folder, before, now))


def lines(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for file in sorted(folder.glob("*.jsonl.gz"))
        for line in gzip.open(file, "rt", encoding="utf-8")
    ]


def counts(house: House) -> dict[str, int]:
    tables = ("contact", "conversation", "event", "message", "receipt")
    return {table: len(house.rows(f"SELECT 1 FROM {table}")) for table in tables}


def test_what_is_over_goes_and_the_rest_stays(old: House, tmp_path: Path) -> None:
    before = counts(old)
    (done,) = run(old, tmp_path)

    # Ana's talk with its start, its two texts and two answers, and Cat's text; the deliveries of those texts.
    assert done.rows == {"conversation": 1, "event": 1, "message": 5, "receipt": 3}
    found = lines(tmp_path)
    assert {row["text"] for row in found if row["table"] == "message"} == {
        "visit", "Can you come?", "yes", "See you!", "anyone?"
    }  # fmt: skip
    raw = [base64.urlsafe_b64decode(row["raw"]) for row in found if row["table"] == "receipt"]
    assert sorted(raw) == [b"anyone?", b"visit", b"yes"]
    gone = {"contact": 0, **done.rows}
    assert counts(old) == {table: count - gone[table] for table, count in before.items()}

    old.take(old.text("yes", BEN))  # his talk is as it was
    assert old.leaves() == ["See you!"]


def test_the_books_balance_before_and_after(old: House, tmp_path: Path) -> None:
    old.take(Unread(SIMULATOR, "not an object", b"[]"))
    old.clock.move_to(old.clock() + LATER)

    assert list(Audit(old.store, old.library, old.clock).run()) == []
    run(old, tmp_path)
    assert list(Audit(old.store, old.library, old.clock).run()) == []
    assert [row["error"] for row in lines(tmp_path) if row["table"] == "receipt" and row["error"]] == [
        "not an object"
    ]


def test_there_is_nothing_left_to_do(old: House, tmp_path: Path) -> None:
    run(old, tmp_path)
    left = counts(old)

    assert run(old, tmp_path) == []
    assert counts(old) == left
    assert len(list(tmp_path.glob("convo-*"))) == 1


def test_a_text_on_its_way_keeps_its_conversation(house: House, tmp_path: Path) -> None:
    house.take(house.text("visit"))
    house.take(house.text("yes"))  # nothing has left: both answers are queued
    house.clock.move_to(house.clock() + LATER)

    assert run(house, tmp_path) == []
    assert [*house.leaves(), *house.leaves()] == ["Can you come?", "See you!"]


def test_killed_before_the_rows_were_deleted_they_go_into_a_later_file_too(
    old: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(archiving, "_drop", killed)
        with pytest.raises(KeyboardInterrupt):
            run(old, tmp_path)
    assert counts(old)["conversation"] == 3
    first = lines(tmp_path)
    (done,) = run(old, tmp_path)

    assert lines(tmp_path) == first + first
    assert done.rows.total() == len(first)
    assert counts(old)["conversation"] == 2


def test_no_file_says_what_is_deleted(old: House, tmp_path: Path) -> None:
    """One of another database, or of a run that was killed long ago, has numbers that are others' here."""
    live = [{"table": table, "id": number} for table in ("conversation", "message") for number in range(9)]
    with gzip.open(tmp_path / "convo-20990101T000000Z-0001.jsonl.gz", "wt") as file:
        file.writelines(f"{json.dumps({**row, 'contact_id': 1})}\n" for row in live)
    before = counts(old)

    assert run(old, tmp_path, days=1000) == []
    assert counts(old) == before


def test_a_conversation_goes_in_one_transaction_with_all_that_is_its(
    old: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop, taken = rows_of.drop, list[Counter[str]]()
    alone = (
        "receipt WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.provider_id = receipt.provider_id)",
        "event WHERE NOT EXISTS (SELECT 1 FROM conversation c WHERE c.id = conversation_id)",
        "message WHERE conversation_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM conversation c WHERE c.id = conversation_id)",
    )

    def watched(connection: Connection, *given: Any, **more: Any) -> Counter[str]:
        taken.append(drop(connection, *given, **more))
        assert [connection.execute(text(f"SELECT 1 FROM {rows}")).all() for rows in alone] == [[], [], []]
        return taken[-1]

    monkeypatch.setattr(rows_of, "drop", watched)
    monkeypatch.setattr(archiving, "_AT_ONCE", 1)
    run(old, tmp_path)
    assert taken == [
        {"conversation": 1, "event": 1, "message": 4, "receipt": 2},
        {"message": 1, "receipt": 1},
    ]


def test_a_half_written_file_counts_for_nothing(old: House, tmp_path: Path) -> None:
    (tmp_path / "convo-20260101T000000Z-0001.jsonl.part").write_bytes(b"\x1f\x8b half")

    assert len(run(old, tmp_path)) == 1
    assert not list(tmp_path.glob("*.part"))


def test_many_files_hold_each_row_once(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [f"+1555000{number:04}" for number in range(30)]
    house.take(*(house.text("visit", one) for one in people))
    house.take(*(house.text("yes", one) for one in people))
    while house.leaves():
        pass
    house.clock.move_to(house.clock() + LATER)
    monkeypatch.setattr(archiving, "MOST_ROWS", 20)
    monkeypatch.setattr(archiving, "_AT_ONCE", 7)
    monkeypatch.setattr(rows_of, "_MOST_KEYS", 3)  # asked for with others, rows come in another order

    done = run(house, tmp_path)
    assert len(done) > 3
    assert sum((one.rows for one in done[1:]), done[0].rows) == {
        "conversation": 30, "event": 30, "message": 120, "receipt": 60
    }  # fmt: skip
    assert len(lines(tmp_path)) == 240
    assert counts(house) == {"contact": 30, "conversation": 0, "event": 0, "message": 0, "receipt": 0}


def test_a_second_run_in_the_same_second_leaves_the_files_of_the_first(old: House, tmp_path: Path) -> None:
    (first,) = run(old, tmp_path)
    written = first.file.read_bytes()
    old.take(old.text("yes", CAT))
    old.leaves()
    (second,) = run(old, tmp_path, days=-1)

    assert second.file.name > first.file.name  # by which the newest is known
    assert first.file.read_bytes() == written
    assert second.rows["conversation"] == 1


def test_two_do_not_archive_into_one_folder(old: House, tmp_path: Path) -> None:
    with archiving._alone(tmp_path), pytest.raises(SettingsError, match="another process archives"):
        run(old, tmp_path)


def test_a_folder_that_cannot_be_is_told(old: House, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingsError, match="cannot be written"):
        run(old, tmp_path / "file" / "archive")


def test_numbers_are_not_given_out_again(old: House, tmp_path: Path) -> None:
    old.clock.move_to(old.clock() + LATER)
    old.take(old.text("no"), old.text("stop", CAT))
    old.leaves()
    (highest,) = old.rows("SELECT max(id) FROM message")
    old.clock.move_to(old.clock() + LATER)
    run(old, tmp_path)
    old.take(old.text("hello?"))

    assert old.rows(f"SELECT 1 FROM message WHERE id > {highest[0]}")
    assert not old.rows(f"SELECT 1 FROM message WHERE id = {highest[0]}")


def test_old_verifications_go_and_their_contact_stays(house: House, tmp_path: Path) -> None:
    old = Desk(house).send().verification
    house.leaves()
    house.clock.move_to(house.clock() + LATER)
    new = Desk(house).send().verification
    run(house, tmp_path)

    assert [line["id"] for line in lines(tmp_path) if line["table"] == "verification"] == [old.id]
    assert house.rows("SELECT id FROM verification") == [(new.id,)]
    assert counts(house)["contact"] == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE message SET status = 'queued' WHERE text = 'See you!'",  # an operator has it sent anew
        "UPDATE message SET detail = 'late' WHERE text = 'See you!'",
        "INSERT INTO event (conversation_id, at, kind) SELECT id, ended_at, 'Texted' FROM conversation"
        " WHERE status = 'ended'",
    ],
)
def test_a_conversation_that_changes_meanwhile_stays_whole(
    old: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    drop = archiving._drop

    def meanwhile(*given: Any) -> Any:
        old.do(lambda c: c.execute(text(change)))
        return drop(*given)

    before = counts(old)
    monkeypatch.setattr(archiving, "_drop", meanwhile)
    (done,) = run(old, tmp_path)

    assert done.rows == {"message": 1, "receipt": 1}  # Cat's text
    assert counts(old)["message"] == before["message"] - 1
    assert counts(old)["conversation"] == before["conversation"]
    assert counts(old)["receipt"] == before["receipt"] - 1


def test_a_conversation_of_any_length_goes(
    old: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_of, "_MOST_KEYS", 1)
    (done,) = run(old, tmp_path)

    assert done.rows == {"conversation": 1, "event": 1, "message": 5, "receipt": 3}
    assert len(lines(tmp_path)) == 10

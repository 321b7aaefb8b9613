"""A database with conversations under way is brought up to date, and they go on."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import alembic.command
import alembic.config
import pytest
from sqlalchemy import Connection, text

from convo.flow.session import Phase
from convo.runtime.library import Library
from convo.store import brands, events
from convo.store.engine import Store
from tests.runtime.flows import SURVEY
from tests.runtime.house import ANA, BEN, CAT, NOW, OURS, VISIT, House

ASKED = NOW - timedelta(hours=1)
SILENT = 40  # events that left no message: their numbers run ahead of those of messages


def _at(connection: Connection, revision: str = "0001") -> None:
    config = alembic.config.Config()
    config.set_main_option("script_location", "convo.store:migrations")
    config.attributes["connection"] = connection
    alembic.command.upgrade(config, revision)


def _insert(connection: Connection, table: str, **values: object) -> int:
    columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    result = connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING *"), values)
    first: int = result.one()[0]
    return first


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="microseconds") if moment else None


def _conversation(connection: Connection, contact: str, version: str, status: str, state: str) -> int:
    """As the first schema held it: asked an hour ago, and accepted at once."""
    row = _insert(connection, "contact", number=contact, created_at=_moment(ASKED))
    live = status == "live"
    number = _insert(
        connection, "conversation",
        contact_id=row, number=OURS, brand=OURS, flow="visit", version=version, status=status, state=state,
        visit=1 if live else 2, clock_from=_moment(ASKED), outcome="confirmed" if status == "ended" else None,
        queue="reception" if status == "handed_off" else None, vars="{}",
        progress=json.dumps({
            "timezone": "UTC", "last_text_at": ASKED.isoformat(), "tries": 0, "fired": [],
            "visits": {"ask": 1},
        }),
        wake_at=_moment(ASKED + timedelta(hours=4)) if live else None,
        started_at=_moment(ASKED), ended_at=_moment(ASKED) if status == "ended" else None,
    )  # fmt: skip
    for direction, status_, words in (("in", "received", "visit"), ("out", "sent", "Can you come?")):
        _insert(
            connection, "message",
            direction=direction, kind="text", account="simulator", number=OURS, brand=OURS, contact_id=row,
            text=words, segments=1, status=status_, conversation_id=number, state="ask", visit=1,
            starts_clock=direction == "out", lapses=False, tries=1, created_at=_moment(ASKED),
            provider_id=f"{words}-{contact}",
        )  # fmt: skip
    for kind, data in (("Replied", "visit"), ("Started", None)):
        _insert(connection, "event", conversation_id=number, at=_moment(ASKED), kind=kind, data=data)
    return number


@pytest.fixture
def upgraded(database_url: str, tmp_path: Path) -> Iterator[House]:
    """The town of an earlier version, under this one."""
    folder = tmp_path / "flows"
    folder.mkdir()
    (folder / "visit.yaml").write_text(VISIT)
    (folder / "survey.yaml").write_text(SURVEY)
    store = Store(database_url)
    store.transact(_at)
    version = _version(folder)

    def fill(connection: Connection) -> None:
        _insert(
            connection, "flow_version", version=version, flow="visit", file="visit.yaml",
            source=VISIT.encode(), created_at=_moment(ASKED),
        )  # fmt: skip
        number = _conversation(connection, ANA, version, "live", "ask")
        for _ in range(SILENT):
            _insert(
                connection,
                "event",
                conversation_id=number,
                at=_moment(ASKED),
                kind="TimedOut",
                data="after x",
            )
        _insert(
            connection, "report",
            account="simulator", provider_id="early", status="delivered", at=_moment(ASKED),
        )  # fmt: skip
        _conversation(connection, BEN, version, "handed_off", "desk")
        _conversation(connection, CAT, version, "ended", "confirmed")

    store.transact(fill)
    store.upgrade()
    house = House(store, folder)
    house.clock.move_to(NOW)
    yield house
    store.close()


def _version(folder: Path) -> str:
    library = Library(folder)
    library.read()
    library.publish()
    return library.current["visit"].version


def test_live_conversations_go_on(upgraded: House) -> None:
    upgraded.take(upgraded.text("hm"))
    assert upgraded.leaves() == ["YES or NO?"]
    upgraded.take(upgraded.text("survey"), upgraded.text("yes"))

    assert upgraded.leaves() == ["See you!"]
    assert [(one.flow, one.status) for one in upgraded.conversations(ANA)] == [
        ("visit", Phase.ENDED), ("survey", Phase.LIVE),
    ]  # fmt: skip


def test_clocks_go_off_when_they_would_have(upgraded: House) -> None:
    upgraded.later(hours=2, minutes=59)
    assert upgraded.wake() == 0
    upgraded.later(minutes=1)
    assert upgraded.wake() == 1
    assert upgraded.leaves() == ["Still there?"]


def test_a_person_keeps_the_conversation_and_texts_to_ended_ones_are_taken(upgraded: House) -> None:
    upgraded.take(upgraded.text("hello", BEN), upgraded.text("thanks", CAT), upgraded.text("visit", CAT))

    assert upgraded.conversation(BEN).status == Phase.HANDED_OFF
    assert [one.status for one in upgraded.conversations(CAT)] == [Phase.ENDED, Phase.LIVE]


def test_a_report_goes_on_waiting_for_its_message(upgraded: House) -> None:
    ((name, why, kept, at),) = upgraded.rows("SELECT provider_id, why, kept_at, at FROM report")
    assert (name, why) == ("early", "unknown")
    assert kept == at


def test_since_when_a_conversation_stands_is_known_as_well_as_it_can_be(upgraded: House) -> None:
    assert [upgraded.conversation(who).status_at for who in (ANA, BEN, CAT)] == [ASKED] * 3


def test_new_events_and_messages_take_numbers_that_no_old_one_has(upgraded: House) -> None:
    upgraded.take(upgraded.text("visit", CAT), upgraded.text("hm"))
    ((most,),) = upgraded.rows("SELECT max(id) FROM event WHERE data = 'after x'")
    newest = upgraded.history(CAT)[-1]

    assert isinstance(most, int)
    assert newest.id > most
    number = upgraded.conversation(CAT).id
    history = upgraded.do(lambda c: events.of_conversation(c, number))
    assert [one.kind for one in history] == ["Replied", "Started"]


@pytest.mark.parametrize(("table", "revision"), [("report", "0011"), ("outgoing_event", "0016")])
def test_numbers_of_rows_that_are_gone_are_not_given_out_again(
    table: str, revision: str, tmp_path: Path
) -> None:
    """On SQLite, where a table whose columns change is made anew."""
    store = Store(f"sqlite:///{tmp_path / 'convo.db'}")
    store.transact(lambda c: _at(c, revision))
    store.transact(lambda c: c.execute(text(f"INSERT INTO sqlite_sequence VALUES ('{table}', 41)")))
    store.upgrade()

    def last(connection: Connection) -> int | None:
        found = connection.execute(text(f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'"))
        number: int | None = found.scalar()
        return number

    assert store.look(last) == 41
    store.close()


def test_the_brands_that_numbers_had_are_known(database_url: str) -> None:
    store = Store(database_url)

    def before(connection: Connection) -> None:
        _at(connection, "0019")
        row = _insert(connection, "contact", number=ANA, created_at=_moment(ASKED))
        for brand, at in ((OURS, 0), ("Elm", 1), ("Oak", 2), ("Elm", 3)):
            _insert(
                connection, "message",
                direction="in", kind="text", account="simulator", number=OURS, brand=brand, contact_id=row,
                text="hi", segments=1, status="received", starts_clock=False, lapses=False, tries=0,
                answers=False, priority=1, unclear=False, purpose="transactional",
                    created_at=_moment(ASKED + timedelta(days=at)),
            )  # fmt: skip

    store.transact(before)
    store.upgrade()
    found = store.look(brands.served)
    store.close()
    # Of those before the last only what was said to this number counts, wherever it stands in the ledger.
    assert found == {(OURS, OURS): 0, (OURS, "Elm"): None, (OURS, "Oak"): 0}

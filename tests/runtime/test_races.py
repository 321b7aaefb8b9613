# ruff: noqa: B023 - the jobs of a round are done before the next begins
"""Several processes at one contact's line: PostgreSQL, where the contact's row is the lock."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from convo.errors import InboxError, StartError
from convo.flow.session import Phase
from convo.runtime import forgetting, inbox, people
from convo.runtime.starting import Start
from convo.store.campaigns import State
from convo.store.engine import Store
from tests.runtime.campaign import Office
from tests.runtime.flows import LINE
from tests.runtime.house import ANA, BEN, OURS, House

ROUNDS = 15


@pytest.fixture
def twins(postgres_url: str, tmp_path: Path) -> Iterator[tuple[House, House]]:
    """Two processes on one database."""
    folder = tmp_path / "flows"
    folder.mkdir()
    for name, source in LINE.items():
        (folder / f"{name}.yaml").write_text(source)
    stores = [Store(postgres_url) for _ in range(2)]
    stores[0].upgrade()
    one, other = (House(store, folder) for store in stores)
    yield one, other
    for store in stores:
        store.close()


def at_once(*jobs: Callable[[], object]) -> list[object]:
    """What these give, begun at one moment; an error is given back too."""
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        gate.wait(10)
        try:
            return job()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [done.result(30) for done in [pool.submit(run, job) for job in jobs]]


def begin(house: House, flow: str, contact: str = ANA, key: str | None = None) -> object:
    return house.begin(Start(flow, contact, OURS, key=key))


def statuses(house: House, contact: str = ANA) -> list[str]:
    return [one.status for one in house.conversations(contact)]


def test_of_two_that_begin_at_once_one_waits(twins: tuple[House, House]) -> None:
    one, other = twins
    for place in range(ROUNDS):
        contact = f"+1555000{place:04d}"
        at_once(lambda: begin(one, "visit", contact), lambda: begin(other, "survey", contact))

        assert sorted(statuses(one, contact)) == ["live", "waiting"]


def test_an_end_promotes_once_while_others_ask_and_interrupt(twins: tuple[House, House]) -> None:
    one, other = twins
    for place in range(ROUNDS):
        contact = f"+1555000{place:04d}"
        begin(one, "visit", contact)
        begin(one, "survey", contact)
        yes = one.text("yes", contact, name=f"yes-{place}")
        came = at_once(
            lambda: one.take(yes),
            lambda: other.take(yes),  # the provider delivers it twice
            lambda: begin(other, "deaf", contact),
            lambda: begin(one, "code", contact),
        )

        assert not [error for error in came if isinstance(error, Exception)]
        found = {stored.flow: stored for stored in one.conversations(contact)}
        running = [stored for stored in found.values() if stored.status in ("live", "handed_off")]
        assert len(running) == 1
        said = one.said(contact)
        assert len(said) == len(set(said))
        if found["visit"].status == Phase.ENDED:
            assert found["survey"].status in ("live", "suspended")
        assert found["deaf"].status == Phase.WAITING


def test_a_person_a_clock_and_a_text_end_it_once(twins: tuple[House, House]) -> None:
    one, other = twins
    people = [f"+1555000{place:04d}" for place in range(ROUNDS)]
    for contact in people:
        one.take(one.text("visit", contact))
    one.leaves()
    for house in twins:
        house.later(hours=19, minutes=50)
    one.wake()
    one.leaves()
    for contact in people:
        begin(one, "survey", contact)
    for house in twins:
        house.later(minutes=10)
    numbers = {contact: one.conversations(contact)[0].id for contact in people}

    def closes() -> None:
        for contact in people:
            with suppress(InboxError):  # it has ended already
                other.do(lambda c: inbox.close(other.line(c), numbers[contact], "settled"))

    def texts() -> None:
        for contact in people:
            other.take(other.text("yes", contact, name=f"yes-{contact}"))

    came = at_once(closes, texts, one.wake, other.wake)
    assert not [error for error in came if isinstance(error, Exception)]
    while one.wake():
        pass
    for contact in people:
        visit, survey = one.conversations(contact)
        assert visit.status == Phase.ENDED
        assert survey.status == Phase.LIVE
        assert one.said(contact).count("How was it?") == 1


def test_a_stop_and_an_end_at_once_leave_nothing_running(twins: tuple[House, House]) -> None:
    one, other = twins
    for place in range(ROUNDS):
        contact = f"+1555000{place:04d}"
        for flow in ("visit", "survey", "deaf"):
            begin(one, flow, contact)
        stop = one.text("stop", contact, name=f"stop-{place}")
        yes = one.text("yes", contact, name=f"yes-{place}")
        came = at_once(lambda: one.take(stop), lambda: other.take(yes))

        assert not [error for error in came if isinstance(error, Exception)]
        assert set(statuses(one, contact)) == {"ended"}


def test_one_key_for_two_contacts_at_once_is_refused_to_one_of_them(twins: tuple[House, House]) -> None:
    """As the application would: whoever comes second tries once more, and is told why not."""
    one, other = twins
    for place in range(ROUNDS):
        key = f"order-{place}"
        came = at_once(lambda: begin(one, "visit", ANA, key), lambda: begin(other, "visit", BEN, key))
        errors = [error for error in came if isinstance(error, Exception)]

        assert len(errors) == 1
        assert isinstance(errors[0], IntegrityError | StartError)
        for house, contact in ((one, ANA), (other, BEN)):
            for stored in house.conversations(contact):
                if stored.status != Phase.ENDED:
                    house.do(lambda c: inbox.close(house.line(c), stored.id, "done"))


def before_first(monkeypatch: pytest.MonkeyPatch, name: str, does: Callable[[], Any]) -> list[Any]:
    """Something happens before `forgetting` does this for the first time; what came of it."""
    real, came = getattr(forgetting, name), list[Any]()

    def late(*given: Any, **named: Any) -> Any:
        if not came:
            came.append(does())
        return real(*given, **named)

    monkeypatch.setattr(forgetting, name, late)
    return came


def test_who_is_erased_while_a_campaign_begins_with_them_is_not_made_anew(
    twins: tuple[House, House], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = twins
    office = Office(one, tmp_path)
    office.starts(f"contact\n{ANA}\n{BEN}\n", "visit")
    before_first(monkeypatch, "lock", lambda: other.do(lambda c: people.erase(other.line(c), ANA)))
    assert office.launches() > 0
    assert [each.contact for each in office.leaves()] == [BEN]
    assert one.rows("SELECT number FROM contact") == [(BEN,)]
    assert office.stands().campaign.status is State.FINISHED


def test_who_comes_to_be_while_they_are_erased_is_erased(
    twins: tuple[House, House], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = twins
    office = Office(other, tmp_path)
    office.starts(f"contact\n{ANA}\n", "visit")
    begun = before_first(monkeypatch, "forget", office.launches)
    counts = one.do(lambda c: people.erase(one.line(c), ANA))
    assert (begun, counts["contact"], counts["message"], counts["campaign_contact"]) == ([1], 1, 1, 1)
    assert one.rows("SELECT number FROM contact") == []

"""What a thief of the database, of logs, metrics and events learns: no code, and nobody's number."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Connection
from structlog.testing import capture_logs

from convo.runtime import codes, verification
from convo.runtime.asking import Bound
from convo.runtime.events import payload
from convo.runtime.metrics import Metrics
from convo.runtime.turns import Line
from convo.runtime.verification import Attempt, Wanted
from convo.store import outgoing
from convo.store.tables import metadata
from convo.verify import Limits
from tests.runtime.verifying import Desk, tried, wrong

ELM = Bound(brand="Elm Bank")
PAYMENT = replace(ELM, purpose="pay", amount="9.00 EUR", payee="Eve")
AT_ONCE = 50  # people in a transaction


@dataclass
class Person:
    """Somebody who is sent a code, and what it is."""

    place: int
    number: str
    wanted: Wanted
    id: str = ""
    code: str = ""

    def asks(self, line: Line) -> None:
        made = verification.send(line, self.wanted)[0].verification
        self.id, self.code = made.id, codes.worked_out(line.settings, made) or ""
        if self.place % 5 == 0:
            verification.send(line, self.wanted)

    def types(self, line: Line) -> None:
        attempt = Attempt(self.id, self.code, bound=self.wanted.bound, client_ip=self.wanted.client_ip)
        if self.place % 3 == 0:
            verification.check(line, replace(attempt, code=wrong(self.code)))
        if self.place % 4 == 0:
            spaced = f"{self.code[:4]} {self.code[4:]}"
            assert verification.check(line, replace(attempt, code=spaced)).valid
        if self.place % 8 == 0:
            assert tried(lambda: verification.check(line, attempt)) == "approved"
        if self.place % 11 == 1:
            tried(lambda: verification.cancel(line, self.id))


def test_no_code_and_no_number_stands_anywhere(desk: Desk) -> None:
    """A thousand verifications, or 200 where a statement takes longer.

    Right, wrong, sent again, texted back, canceled, left open, and still in the queue.
    """
    house = desk.house
    limits = Limits(total="2000/second", prefix="9000/hour", country="9000/hour", brand="9000/hour")
    verify = house.settings.verify.model_copy(update={"limits": limits})
    house.settings = house.settings.model_copy(update={"verify": verify})
    people = [person(place) for place in range(1000 if house.store.dialect == "sqlite" else 200)]
    with capture_logs() as logs:
        each(desk, people, Person.asks)
        said = [text for _ in range(len(people) // 64) for text in house.leaves()]
        house.take(*(house.text(f"It says {one.code}!", one.number) for one in people[:60]))
        each(desk, people, Person.types)
    found = {one.code for one in people} | {wrong(one.code) for one in people}
    assert len(said) > 0.7 * len(people)
    assert all(holds(text, found) for text in said)  # they did go out

    dump = house.do(everything)
    for column, text in dump.items():
        assert not holds(text, found), column
    numbers = {column for column, text in dump.items() if any(one.number in text for one in people)}
    assert numbers == {("contact", "number")}  # the one place that needs them
    assert not any("203.0.113." in text for text in dump.values())
    assert {"'queued'", "'sent'", "'received'"} <= set(dump["message", "status"].split())

    metrics = Metrics()
    for tally in desk.tallies:
        metrics.count(tally)
    listed = house.do(lambda c: outgoing.listed(c, outgoing.Chosen(), 0, 10_000))
    events = [payload(each.event) for each in listed]
    assert len(events) > len(people)
    for told in (repr(logs), metrics.text([]).decode(), repr(events)):
        assert not holds(told, found)
        assert not any(one.number in told for one in people)


def person(place: int) -> Person:
    number = f"+1555{place // 50:03}{place % 50:04}"
    bound = PAYMENT if place % 7 else ELM
    origin = "elm.example" if place % 2 else None
    wanted = Wanted(number, bound, digits=8, origin=origin, client_ip=f"203.0.113.{place % 250}")
    return Person(place, number, wanted)


def each(desk: Desk, people: list[Person], does: Callable[[Person, Line], None]) -> None:
    """What all of them do, some in a transaction."""

    def work(line: Line, begin: int) -> None:
        for one in people[begin : begin + AT_ONCE]:
            does(one, line)

    for begin in range(0, len(people), AT_ONCE):
        desk.run(lambda line, begin=begin: work(line, begin))  # type: ignore[misc]


def holds(text: str, found: set[str]) -> bool:
    return not found.isdisjoint(re.findall(r"(?<![0-9a-f])\d{8}(?![0-9a-f])", text))


def everything(connection: Connection) -> dict[tuple[str, str], str]:
    """All that is stored, by table and column."""
    stored: defaultdict[tuple[str, str], str] = defaultdict(str)
    for table in metadata.sorted_tables:
        for row in connection.execute(table.select()).mappings():
            for name, value in row.items():
                stored[table.name, name] += f"{value!r}\n"
    return stored

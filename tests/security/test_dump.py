"""What a thief of the database, of logs, metrics and events learns: no code, and nobody's number."""

import re
from collections import defaultdict

from sqlalchemy import Connection
from structlog.testing import capture_logs

from convo.runtime import codes
from convo.runtime.asking import Bound
from convo.runtime.events import payload
from convo.runtime.metrics import Metrics
from convo.store import outgoing
from convo.store.tables import metadata
from convo.verify import Limits
from tests.runtime.verifying import Desk, tried, wrong

ELM = Bound(brand="Elm Bank")
PEOPLE = [f"+1555{place // 50:03}{place % 50:04}" for place in range(200)]


def test_no_code_and_no_number_stands_anywhere(desk: Desk) -> None:
    """200 verifications, or 100 where a commit takes longer: right, wrong, sent again, left open."""
    house = desk.house
    people = PEOPLE if house.store.dialect == "sqlite" else PEOPLE[:100]
    verify = house.settings.verify.model_copy(
        update={"limits": Limits(total="1000/second", prefix="900/hour")}
    )
    house.settings = house.settings.model_copy(update={"verify": verify})
    found: set[str] = set()
    with capture_logs() as logs:
        for place, to in enumerate(people):
            bound = (
                Bound(brand="Elm Bank", purpose="pay", amount="9.00 EUR", payee="Eve") if place % 7 else ELM
            )
            client = f"203.0.113.{place % 250}"
            origin = "elm.example" if place % 2 else None
            made = desk.send(to, bound, digits=8, origin=origin, client_ip=client).verification
            code = desk.run(lambda line, made=made: codes.worked_out(line.settings, made)) or ""  # type: ignore[misc]
            found |= {code, wrong(code)}
            if place % 3 == 0:
                desk.check(made.id, wrong(code), bound, client_ip=client)
            if place % 4 == 0:
                desk.check(made.id, f"{code[:4]} {code[4:]}", bound, client_ip=client)
            if place % 5 == 0:
                tried(lambda to=to, bound=bound: desk.send(to, bound, digits=8))  # type: ignore[misc]
        said = [text for _ in range(20) for text in house.leaves()]
    assert any(code in text for code in found for text in said)  # they did go out

    dump = house.do(everything)
    for column, text in dump.items():
        assert not holds(text, found), column
    numbers = {column for column, text in dump.items() if any(to in text for to in people)}
    assert numbers == {("contact", "number")}  # the one place that needs them
    assert not any("203.0.113." in text for text in dump.values())

    metrics = Metrics()
    for tally in desk.tallies:
        metrics.count(tally)
    listed = house.do(lambda c: outgoing.listed(c, outgoing.Chosen(), 0, 10_000))
    events = [payload(each.event) for each in listed]
    assert len(events) > len(people)
    for told in (repr(logs), metrics.text([]).decode(), repr(events)):
        assert not holds(told, found)
        assert not any(to in told for to in people)


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

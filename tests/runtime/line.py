"""What happens to a contact's line, for tests: texts in it, flows begun, and where each stands."""

from convo.runtime import inbox
from convo.runtime.starting import Start
from convo.store.conversations import Stored
from tests.runtime.house import ANA, OURS, House


def told(house: House, *words: str) -> list[str]:
    """Text these in one transaction; what was said to them."""
    before = len(house.said())
    house.take(*map(house.text, words))
    return house.said()[before:]


def each(house: House, *words: str) -> list[str]:
    """Text these, each in a transaction of its own, and everything leaves at once."""
    before = len(house.said())
    for word in words:
        house.take(house.text(word))
        while house.leaves():
            pass
    return house.said()[before:]


def begin(house: House, flow: str) -> Stored:
    return house.begin(Start(flow, ANA, OURS))[0]


def standing(house: House) -> dict[str, str]:
    """What became of each flow: where it stands, or its outcome."""
    return {one.flow: one.outcome or one.status for one in house.conversations(ANA)}


def lost(house: House, flow: str) -> None:
    """The source of a flow's version is gone."""
    house.rows(f"UPDATE conversation SET version = 'gone' WHERE flow = '{flow}' RETURNING id")


def close(house: House, stored: Stored, outcome: str) -> None:
    house.do(lambda c: inbox.close(house.line(c), stored.id, outcome))

"""The pace of a number: exact, shared by all who send, and nobody waits for ever behind others."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from convo.clock import VirtualClock
from convo.messages import Kind, Priority, Purpose, Trouble
from convo.runtime.starting import Start
from convo.settings import Number
from convo.store.engine import Store
from tests.runtime.claimer import NUMBERS
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, CAT, NOW, OURS, House

OTHER = "+15550008888"
FLOWS = {
    "code": "flow: code\npurpose: verification\nstart: tell\nstates:\n  tell: {say: Your code., end: told}\n",
    "hello": """\
flow: hello
start: tell
triggers: {keyword: [hello]}
states:
  tell: {say: Good morning., end: told}
""",
    "news": """\
flow: news
start: tell
purpose: marketing
states:
  tell: {say: Half off! Reply STOP to end., end: told}
""",
}
TEXTS = {"Your code.": "code", "Half off! Reply STOP to end.": "news", "Good morning.": "hello"}


@pytest.fixture
def paced(build: Build) -> Callable[[str], House]:
    def make(rate: str) -> House:
        return build({OURS: Number(rate=rate)}, FLOWS)

    return make


def queue(house: House, flow: str, count: int, number: str = OURS, prefix: str = "+1555100") -> None:
    for place in range(count):
        contact = f"{prefix}{place:04}"
        if flow == "news":
            house.agrees(contact, number)
        house.begin(Start(flow, contact, number))


def claimed(house: House, most: int = 64) -> Counter[str]:
    """What leaves now, by its flow; all of it is accepted."""
    claims = house.claim(most)
    house.settle(*map(house.result, claims))
    return Counter(TEXTS[each.outbound.text] for each in claims)


def test_a_number_sends_at_its_pace_and_not_a_text_faster(paced: Callable[[str], House]) -> None:
    house = paced("3/second")
    queue(house, "hello", 8)

    left = []
    for _ in range(12):  # somebody looks every quarter of a second
        left.append(claimed(house)["hello"])
        house.later(seconds=0.25)
    assert left == [3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0]


def test_it_is_known_when_the_next_place_is_free(paced: Callable[[str], House]) -> None:
    house = paced("3/second, 4/minute")
    queue(house, "hello", 5)
    claimed(house)
    assert house.next_due() == NOW + timedelta(seconds=1)
    house.later(seconds=1)
    claimed(house)
    assert house.next_due() == NOW + timedelta(minutes=1)


def test_numbers_do_not_wait_for_one_another(build: Build) -> None:
    house = build({OURS: Number(rate="1/minute"), OTHER: Number()}, FLOWS)
    queue(house, "hello", 30)
    queue(house, "hello", 30, OTHER, prefix="+1555200")

    claims = Counter(each.outbound.number for each in house.claim(20))
    assert claims[OURS] == 1
    assert claims[OTHER] >= 10


def test_a_provider_that_is_too_busy_holds_its_number_and_no_other(build: Build) -> None:
    house = build({OURS: Number(), OTHER: Number()}, FLOWS)
    house.begin(Start("hello", ANA, OURS))
    house.fails(Trouble.LATER, after=30)
    house.begin(Start("hello", BEN, OURS))
    house.begin(Start("hello", CAT, OTHER))

    assert [each.outbound.contact for each in house.claim()] == [CAT]
    assert house.next_due() == NOW + timedelta(seconds=30)
    house.later(seconds=29)
    assert house.claim() == []
    house.later(seconds=1)
    assert sorted(each.outbound.contact for each in house.claim()) == [ANA, BEN]


def test_however_long_a_provider_asks_for_its_number_is_tried_again_within_the_hour(house: House) -> None:
    house.take(house.text("visit"))
    house.fails(Trouble.LATER, after=12 * 3600)
    house.take(house.text("visit", BEN))
    house.later(hours=1)
    assert [each.outbound.contact for each in house.claim()] == [BEN]


def test_codes_go_before_talks_and_talks_before_campaigns(paced: Callable[[str], House]) -> None:
    house = paced("2/second")
    queue(house, "news", 5)
    queue(house, "hello", 2, prefix="+1555200")
    queue(house, "code", 2, prefix="+1555300")

    assert claimed(house) == {"code": 2}
    house.later(seconds=1)
    assert claimed(house) == {"hello": 2}
    house.later(seconds=1)
    assert claimed(house) == {"news": 2}


def test_an_answer_does_not_wait_behind_a_campaign(paced: Callable[[str], House]) -> None:
    house = paced("1/second")
    queue(house, "news", 50)
    claimed(house)
    house.take(house.text("hello", ANA))
    house.later(seconds=1)
    assert claimed(house) == {"hello": 1}


@pytest.mark.parametrize("rate", ["1/second", "10/second"])
def test_nobody_starves_behind_those_who_go_first(paced: Callable[[str], House], rate: str) -> None:
    """There are always more codes and more talks than there are places."""
    house = paced(rate)
    for flow, count, prefix in (
        ("news", 8, "+1555100"), ("hello", 24, "+1555200"), ("code", 64, "+1555300")
    ):  # fmt: skip
        queue(house, flow, count, prefix=prefix)
    left: Counter[str] = Counter()
    while left.total() < 60:
        left += claimed(house)
        house.later(seconds=1)

    assert left["code"] >= 42
    assert left["hello"] >= 10
    assert left["news"] >= 3


def test_where_nothing_limits_a_number_the_first_go_first_and_nobody_starves(build: Build) -> None:
    house = build({OURS: Number()}, FLOWS)
    queue(house, "news", 8)
    queue(house, "hello", 64, prefix="+1555200")
    left: Counter[str] = Counter()
    for _ in range(32):
        left += claimed(house, most=2)
    assert left["hello"] >= 56
    assert left["news"] >= 3


def test_a_flow_tells_how_urgent_its_texts_are() -> None:
    def of(purpose: Purpose, kind: Kind = Kind.TEXT, *, answers: bool = False) -> Priority:
        return Priority.of(kind, purpose, answers=answers)

    assert of(Purpose.VERIFICATION) is of(Purpose.VERIFICATION, answers=True) is Priority.CODE
    assert of(Purpose.TRANSACTIONAL) is of(Purpose.MARKETING, answers=True) is Priority.TALK
    assert of(Purpose.TRANSACTIONAL, Kind.STOP_CONFIRMATION) is Priority.TALK
    assert of(Purpose.MARKETING) is Priority.CAMPAIGN


class Process:
    """A process that claims what may leave, at the moments that it is told."""

    def __init__(self, url: str, flows: Path) -> None:
        program = [sys.executable, "-m", "tests.runtime.claimer", url, str(flows)]
        self._process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def look(self, moment: datetime) -> None:
        """Claim at this moment; `left` says what."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{moment.isoformat()}\n")
        self._process.stdin.flush()

    def left(self) -> list[int]:
        assert self._process.stdout is not None
        found: list[int] = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        self._process.communicate()
        assert self._process.returncode == 0


def test_two_processes_share_a_number_to_the_text(tmp_path: Path, postgres_url: str) -> None:
    """Both look at the same moments of a virtual clock; every place is taken, and none twice."""
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "hello.yaml").write_text(FLOWS["hello"])
    store = Store(postgres_url)
    store.upgrade()
    house = House(store, tmp_path / "flows", NUMBERS)
    queue(house, "hello", 150)
    processes = [Process(postgres_url, tmp_path / "flows") for _ in range(2)]
    clock, left = VirtualClock(NOW), list[tuple[datetime, int]]()
    try:
        while clock() < NOW + timedelta(seconds=12):
            for process in processes:
                process.look(clock())
            for process in processes:
                left += [(clock(), number) for number in process.left()]
            clock.move_to(clock() + timedelta(milliseconds=50))
    finally:
        for process in processes:
            process.close()
        store.close()

    assert len({number for _, number in left}) == len(left) == 120
    moments = [moment for moment, _ in left]
    for first, eleventh in zip(moments, moments[10:], strict=False):
        assert eleventh - first >= timedelta(seconds=1)

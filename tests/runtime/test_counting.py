"""What the numbers say: counts go with what they count, whatever happens, and equal a recount."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, text

from convo.messages import Accepted, Reason, Report, SendError, Status, Trouble
from convo.runtime import inbox, people, queue
from convo.runtime.archiving import KINDS, archive_before
from convo.runtime.queue import Operator
from convo.runtime.rebuilding import rebuild
from convo.runtime.starting import Start
from convo.settings import SIMULATOR
from convo.store import counting, recounting, talks
from convo.store.counting import Counts
from convo.store.talks import Talk
from tests.runtime.conftest import Build
from tests.runtime.house import BEN, CAT, INVITE, VISIT, House

SPLIT = """\
flow: offer
start: sides
needs: {name: text}
states:
  sides: {split: {short: 50%, long: 50%}}
  short: {say: "Hi {{ name }}?", replies: {yes: done}, after: {1 day: silent}}
  long: {say: "Hello {{ name }}, will you come?", replies: {yes: done}, after: {1 day: silent}}
  done: {say: "Good.", end: won}
  silent: {end: lost}
"""
OPERATOR = Operator("operator:eve")


def all_counts(connection: Connection) -> Counter[tuple[Any, ...]]:
    """Every count that is not 0, by place, fact and whether it is archived."""
    columns = "hour, number, flow, version, campaign, variant, language, figure, state, label, archived"
    found: Counter[tuple[Any, ...]] = Counter()
    for source in ("insight", "insight_delta"):
        for *key, value in connection.execute(text(f"SELECT {columns}, value FROM {source}")):
            found[tuple(key)] += value
    return Counter({key: value for key, value in found.items() if value})


def counted(house: House) -> Counter[str]:
    """How often each figure was counted, with its state and label."""
    found: Counter[str] = Counter()
    for key, value in house.do(all_counts).items():
        figure, state, label = key[7:10]
        found[" ".join(each for each in (figure, state, label) if each)] += value
    return +found


def number_of(house: House) -> int:
    """The only conversation's."""
    ((number,),) = house.rows("SELECT id FROM conversation")
    assert isinstance(number, int)
    return number


def agrees(house: House) -> None:
    """What was counted is what there is."""
    before = house.do(all_counts)
    assert min(before.values(), default=1) > 0
    done = house.do(lambda connection: rebuild(connection, house.library))
    after = house.do(all_counts)
    assert dict(before) == dict(after)
    assert (done.changed, done.counts) == (0, len(after))


def test_a_talk_is_counted(house: House) -> None:
    house.take(house.text("visit"))
    house.leaves()
    house.later(seconds=40)
    house.take(house.text("yes"))
    house.report(house.message("Can you come?"), Status.DELIVERED)
    house.leaves()

    assert counted(house) == {
        "received": 2, "segments_in": 2, "sent ask": 1, "sent confirmed": 1,
        "segments_out ask 1": 1, "segments_out confirmed 1": 1, "delivered ask": 1,
        "started": 1, "reached ask": 1, "reached confirmed": 1, "ended confirmed confirmed": 1,
        "asked": 1, "answered": 1, "answer_time 45": 1,
    }  # fmt: skip
    agrees(house)


def test_a_report_that_comes_twice_late_or_out_of_order_counts_once(house: House) -> None:
    house.take(house.text("visit"))
    (claimed,) = house.claim()
    house.reported(claimed, Status.DELIVERED)  # before its send is settled
    house.settle(house.result(claimed))
    house.report(house.message("Can you come?"), Status.SENT)
    house.report(house.message("Can you come?"), Status.DELIVERED)
    house.report(house.message("Can you come?"), Status.FAILED, Reason.BLOCKED)

    assert {name: count for name, count in counted(house).items() if name.endswith("ask")} == {
        "sent ask": 1, "delivered ask": 1, "reached ask": 1
    }  # fmt: skip
    agrees(house)


def test_what_is_uncertain_is_so_until_its_report(house: House) -> None:
    house.take(house.text("visit"))
    claimed = house.fails(Trouble.UNCERTAIN)
    assert counted(house)["uncertain ask"] == 1
    assert counted(house)["sent ask"] == 0

    house.reported(claimed, Status.FAILED, Reason.UNREACHABLE)
    assert counted(house)["uncertain ask"] == 0
    assert counted(house)["failed ask unreachable"] == 1
    agrees(house)


def test_a_stop_counts_for_the_flow_that_led_to_it(house: House) -> None:
    house.take(house.text("visit"))
    house.leaves()
    house.take(house.text("no no"), house.text("stop"), house.text("stop"))

    found = counted(house)
    assert (found["opt_outs"], found["ended ask stopped"], found["withdrawn ask stopped"]) == (1, 1, 1)
    (key,) = [key for key in house.do(all_counts) if key[7] == "opt_outs"]
    assert key[2] == "visit"
    agrees(house)


def test_a_persons_answer_is_timed(house: House) -> None:
    house.take(house.text("visit"))
    house.leaves()
    house.take(house.text("person"))
    house.leaves()
    talk = number_of(house)
    house.later(minutes=9)
    house.do(lambda c: inbox.reply(house.line(c), inbox.Reply(talk, "I am here.")))
    house.later(minutes=9)
    house.do(lambda c: inbox.reply(house.line(c), inbox.Reply(talk, "Still.")))

    found = counted(house)
    assert (found["handed"], found["person_answered"], found["person_time 600"]) == (1, 1, 1)
    house.do(lambda c: inbox.close(house.line(c), talk, "helped"))
    assert counted(house)["ended desk helped"] == 1
    agrees(house)


def test_the_side_of_a_split_is_known_from_the_beginning(build: Build) -> None:
    house = build(flows={"offer": SPLIT})
    people = [f"+1555000{number:04}" for number in range(20)]
    for who in people:
        house.begin(Start("offer", who, vars={"name": "you"}))
    found: Counter[str] = Counter()
    for key, value in house.do(all_counts).items():
        if key[7] == "reached" and key[8] in ("short", "long"):
            assert key[5] == key[8]  # the variant is the state that it reached
            found[key[5]] += value
    assert sum(found.values()) == 20
    assert min(found.values()) > 3
    agrees(house)


def test_archiving_changes_no_figure(house: House, tmp_path: Path) -> None:
    house.take(house.text("visit"), house.text("visit", BEN), house.text("anyone?", CAT))
    house.leaves()
    house.take(house.text("yes"), house.text("stop", BEN))
    house.leaves()
    before = counted(house)
    now = house.clock() + timedelta(days=100)
    before_then = dict.fromkeys(KINDS, now - timedelta(days=90))
    assert list(archive_before(house.store, tmp_path, before_then, now))

    assert house.rows("SELECT 1 FROM conversation") == house.rows("SELECT 1 FROM talk") == []
    assert counted(house) == before
    done = house.do(lambda connection: rebuild(connection, house.library))
    assert counted(house) == before
    assert done.changed == 0
    assert done.archived["started"] == 2


def test_who_is_erased_stays_counted(house: House) -> None:
    house.settings = house.settings.model_copy(update={"code_key": ["0123456789abcdef"]})
    house.take(house.text("visit"), house.text("visit", BEN))
    house.leaves()
    house.take(house.text("yes"), house.text("stop", BEN))
    before = counted(house)
    house.do(lambda c: people.erase(house.line(c), BEN))

    assert counted(house) == before
    assert house.do(lambda connection: rebuild(connection, house.library)).changed == 0
    assert counted(house) == before


def test_what_was_there_before_there_were_counts_is_counted_by_rebuilding(house: House) -> None:
    house.take(house.text("visit"), house.text("visit", BEN))
    house.leaves()
    house.take(house.text("yes"), house.text("stop", BEN))
    before = counted(house)
    for table in ("talk", "insight", "insight_delta", "leaving"):
        house.do(lambda c, name=table: c.exec_driver_sql(f"DELETE FROM {name}"))  # type: ignore[misc]

    assert house.do(lambda connection: rebuild(connection, house.library)).changed == len(before)
    assert counted(house) == before


def test_counting_anew_takes_the_memory_of_a_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [f"+1555000{place:04}" for place in range(9)]
    for words in ("visit", "yes", "stop", "start", "stop"):
        house.take(*(house.text(words, contact) for contact in people))
        while house.leaves():
            house.later(hours=1)
    most, add, sizes = 6, counting.add, list[int]()

    def sized(connection: Connection, counts: Counts, *, archived: bool = False) -> None:
        sizes.append(len(counts))
        add(connection, counts, archived=archived)

    def opened(connection: Connection, new: Sequence[Talk]) -> None:
        assert len(new) <= 2
        begin(connection, new)

    begin = talks.add
    monkeypatch.setattr(recounting, "_PAGE", 2)
    monkeypatch.setattr(recounting, "_MOST_COUNTS", most)
    monkeypatch.setattr(counting, "add", sized)
    monkeypatch.setattr(talks, "add", opened)
    agrees(house)
    assert counted(house)["opt_outs"] == 18
    assert len(sizes) > 9
    assert max(sizes) < most + 2 * 8  # what a page adds at most


def test_folding_changes_nothing(house: House) -> None:
    house.take(house.text("visit"), house.text("visit", BEN))
    before = house.do(all_counts)
    assert house.do(counting.fold) > 0
    assert not house.do(counting.waits)
    house.take(house.text("yes"))
    house.do(counting.fold)
    assert house.do(all_counts) != before
    agrees(house)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_random_day_counts_as_a_recount_does(build: Build, seed: int) -> None:
    house = build(flows={"visit": VISIT, "invite": INVITE, "offer": SPLIT})
    day(house, Random(seed), people=25, steps=150)
    assert counted(house)["started"] > 25
    agrees(house)


def day(house: House, random: Random, *, people: int, steps: int) -> int:
    """A day of texts, sends that go wrong, and reports that are late, doubled and out of order; how many."""
    crowd = [f"+{random.choice(('1555', '4470', '3361'))}00{number:05}" for number in range(people)]
    words = ("visit", "yes", "no", "person", "hm?", "stop", "start", "help", "👍", "Liked “See you!”")
    waiting: list[Any] = []
    events = 0
    for _ in range(steps):
        house.later(minutes=random.choice((0, 1, 9)))
        match random.randrange(9):
            case 0 | 1 | 2:
                texts = [
                    house.text(random.choice(words), random.choice(crowd))
                    for _ in range(random.randint(1, 12))
                ]
                house.take(*texts)
                events += len(texts)
            case 3:
                flow = random.choice(("invite", "offer"))
                who = random.choice(crowd)
                try:
                    house.begin(Start(flow, who, vars={"name": "you"}))
                except Exception as error:
                    assert "opted out" in str(error) or "another conversation" in str(error)  # noqa: PT017
            case 4 | 5:
                results = [house.result(claim, _outcome(random)) for claim in house.claim()]
                for result in results:
                    name = getattr(result.outcome, "provider_id", f"lost-{result.message_id}")
                    waiting += [(name, result.message_id)] * random.randint(0, 2)
                random.shuffle(results)
                house.settle(*results)
                events += len(results)
            case 6 | 7:
                random.shuffle(waiting)
                reports = [_report(house, random, *waiting.pop()) for _ in range(min(len(waiting), 10))]
                house.take(*(report for report in reports if report))
                events += len(reports)
            case 8:
                house.wake()
                _operate(house, random)
                house.do(counting.fold)
    return events


def _outcome(random: Random) -> Any:
    return random.choice(
        (
            None,
            None,
            None,
            Accepted(f"p-{random.getrandbits(60):x}"),
            SendError(Trouble.PERMANENT, Reason.BAD_NUMBER),
            SendError(Trouble.UNCERTAIN),
            SendError(Trouble.RETRY),
            SendError(Trouble.OPTED_OUT),
        )
    )


def _report(house: House, random: Random, name: str, message: int) -> Report | None:
    rows = house.rows(
        f"SELECT c.number FROM message m JOIN contact c ON c.id = m.contact_id WHERE m.id = {message}"
    )
    status = random.choice((Status.SENT, Status.DELIVERED, Status.DELIVERED, Status.FAILED))
    reason = random.choice((Reason.UNREACHABLE, Reason.BLOCKED)) if status is Status.FAILED else None
    at = house.clock() - timedelta(minutes=random.randint(0, 90))
    return Report(SIMULATOR, name, str(rows[0][0]), status, at, reason, message)


def _operate(house: House, random: Random) -> None:
    """People do what people do with what they find."""
    for number, status in house.rows(
        "SELECT id, status FROM message WHERE status IN ('queued', 'uncertain') ORDER BY id"
    )[:2]:
        if status == "queued":
            house.do(lambda c, n=number: queue.withdraw(house.line(c), [n], OPERATOR))  # type: ignore[misc]
        else:
            accepted = random.random() < 0.5
            house.do(lambda c, n=number, a=accepted: queue.settle(house.line(c), n, OPERATOR, accepted=a))  # type: ignore[misc]
    for (number,) in house.rows("SELECT id FROM conversation WHERE status = 'handed_off' ORDER BY id")[:2]:
        if random.random() < 0.7:
            house.do(lambda c, n=number: inbox.reply(house.line(c), inbox.Reply(n, "Hello.")))  # type: ignore[misc]
        else:
            house.do(lambda c, n=number: inbox.close(house.line(c), n, "helped"))  # type: ignore[misc]

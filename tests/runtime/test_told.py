"""What the application is told of, and what comes with it; who listens decides what is written at all."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from convo.endpoints import Events
from convo.kinds import ENVELOPE, KINDS
from convo.messages import Inbound, Reason, Status, Trouble
from convo.runtime import codes, opting, verification
from convo.runtime.events import PING, payload, ping
from convo.runtime.intake import Intake
from convo.runtime.marketing import AGREED
from convo.runtime.opting import Wish
from convo.runtime.relay import Relay
from convo.runtime.reviewing import Verdict, decide
from convo.runtime.routing import Texts
from convo.settings import Number
from convo.store import outgoing, reviews
from convo.store.outgoing import OutgoingEvent
from convo.store.reviews import Decision
from convo.verify import Pumping, Verify
from tests.runtime.campaign import Office
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, NOW, OURS, VISIT, House
from tests.runtime.test_codes import SIGN_IN, sent
from tests.runtime.told import SECRET
from tests.runtime.verifying import Desk, wrong

ELM = {OURS: Number(flow=None, brand="Elm Street", help="Elm Street: visits. STOP ends.")}
EMITS = """\
flow: order
triggers: {keyword: [order]}
start: ask
states:
  ask: {emit: {event: order.made, with: {contact: contact.number, at: now}}, say: Thank you., end: made}
"""


@pytest.fixture
def elm(build: Build) -> House:
    return build(numbers=ELM, flows={"visit": VISIT, "order": EMITS})


def wants(house: House, *kinds: str) -> None:
    """An endpoint wants these from now on."""
    events = Events(url="http://127.0.0.1:9/", secret=[SECRET], kinds=list(kinds))
    house.settings = house.settings.model_copy(update={"events": events})


def told(house: House, contact: str = ANA) -> list[tuple[str, Mapping[str, Any]]]:
    """The kind of every event that is stored, and what comes with it."""
    return [(event.kind, payload(event)["data"]) for event in house.events(contact)]


def says(house: House, *words: str, contact: str = ANA) -> list[tuple[str, Mapping[str, Any]]]:
    """Text these, each in a transaction of its own; what is told of it."""
    before = len(house.events(contact))
    for each in words:
        house.take(house.text(each, contact))
    return told(house, contact)[before:]


# STOP, START and HELP.


def test_a_stop_tells_what_was_said_and_what_it_means(elm: House) -> None:
    elm.take(elm.text("visit"))
    ((kind, data),) = says(elm, " Stop. ")

    assert kind == "consent.stopped"
    assert data == {
        "contact": ANA, "number": OURS, "brand": "Elm Street", "conversation": elm.conversation().id,
        "entry": 1, "text": " Stop. ", "rule": "word:stop", "language": "en", "actor": "contact",
        "changed": True, "opted_out": True, "answer": elm.ledger("Elm Street")[0].wording,
    }  # fmt: skip


def test_every_word_is_told_and_whether_it_changed_anything(elm: House) -> None:
    said = says(elm, "start", "stop", "arrêt", "help", "START", "yes", "ayuda")

    assert [(kind, data["changed"], data["opted_out"]) for kind, data in said] == [
        ("consent.started", False, False),
        ("consent.stopped", True, True),
        ("consent.stopped", False, True),
        ("consent.help", False, True),
        ("consent.started", True, False),
        ("consent.help", False, False),
    ]
    assert [data["language"] for _, data in said] == [None, None, "fr", "en", None, "es"]
    assert [data["answer"] is not None for _, data in said] == [False, True, False, True, True, True]
    assert [data["entry"] for _, data in said] == [1, 2, 3, 4, 5, 6]


def test_a_word_that_the_provider_delivers_twice_is_told_once(elm: House) -> None:
    stop = elm.text("stop")
    elm.take(stop, stop)
    elm.take(stop)

    assert [kind for kind, _ in told(elm)] == ["consent.stopped"]


def test_two_stops_in_one_transaction_are_told_each(elm: House) -> None:
    elm.take(elm.text("stop"), elm.text("stop"))

    assert [data["changed"] for _, data in told(elm)] == [True, False]


@pytest.mark.parametrize("before", ["in", "out"])
def test_an_opt_out_that_the_provider_tells_of_is_told(elm: House, before: str) -> None:
    elm.take(elm.text("visit"))
    elm.leaves()
    if before == "out":
        elm.take(elm.text("stop"))
    elm.report(elm.message("Can you come?"), Status.FAILED, Reason.OPTED_OUT)

    kind, data = told(elm)[-1]
    assert (kind, data["actor"], data["rule"]) == ("consent.stopped", "provider", "provider:opted-out")
    assert (data["text"], data["answer"], data["opted_out"]) == ("", None, True)
    assert data["changed"] is (before == "in")
    assert data["conversation"] == elm.conversation().id


JOIN = """\
flow: join
triggers: {keyword: [join]}
start: ask
states:
  ask: {say: Offers by text?, replies: {"yes": joined}, otherwise: {say: YES?}, after: {1 day: no}}
  joined: {consent: marketing, say: You are in., end: joined}
  no: {end: no}
"""


def test_consent_to_marketing_is_told_with_what_was_asked(build: Build) -> None:
    house = build(numbers=ELM, flows={"join": JOIN})
    house.take(house.text("join"))
    ((kind, data),) = says(house, "Yes!")

    assert kind == "consent.agreed"
    assert data == {
        "contact": ANA, "number": OURS, "brand": "Elm Street", "conversation": house.conversation().id,
        "entry": 1, "text": "Yes!", "rule": "flow:join:joined", "actor": "contact",
        "asked": "Offers by text?", "changed": True, "marketing": True,
    }  # fmt: skip
    assert [data["changed"] for _, data in says(house, "join", "yes")] == [False]


@pytest.mark.parametrize("decision", list(Decision))
def test_what_somebody_decides_about_a_phrase_is_told_once(elm: House, decision: Decision) -> None:
    says(elm, "please stop texting me")
    verdict = Verdict(1, decision, "a slip", "api")
    for _ in range(2):
        elm.do(lambda c: decide(c, elm.settings, verdict, elm.clock()))

    found = told(elm)[1:]
    undone = decision is Decision.UNDONE
    assert [kind for kind, _ in found] == ["consent.started"] * undone + ["consent.reviewed"]
    assert found[-1][1] == {
        "contact": ANA, "number": OURS, "brand": "Elm Street", "conversation": None, "entry": 1,
        "text": "please stop texting me", "rule": "phrase:en:texting", "decision": decision,
        "reason": "a slip", "actor": "api", "opted_out": not undone,
    }  # fmt: skip


# Texts.


# What it is, what was texted before, the text, and what is told of it beside what is always the same.
CASES: list[tuple[str, list[str], str, dict[str, Any]]] = [
    ("an answer", ["visit"], "yes", {"conversation": 1}),
    ("one that starts a flow", [], "visit", {"conversation": 1}),
    ("one that nobody waits for", [], "hello", {"conversation": None}),
    ("to a person", ["visit", "person"], "hi", {"conversation": 1}),
    ("of who is opted out", ["stop"], "hello", {"opted_out": True}),
    ("a reaction", ["visit"], "Liked “Can you come?”", {"reaction": True, "conversation": 1}),
    ("a lone emoji", [], "👍", {"segments": 1, "reaction": False}),
    ("of several segments", [], "a" * 200, {"segments": 2}),
    ("with a null in it", [], "a\x00b", {"text": "a\ufffdb"}),
]


@pytest.mark.parametrize(
    ("before", "words", "expected"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_every_other_text_is_told_as_it_was_stored(
    elm: House, before: list[str], words: str, expected: Mapping[str, Any]
) -> None:
    says(elm, *before)
    wants(elm, "message.received")
    ((kind, data),) = says(elm, words)

    assert kind == "message.received"
    stored = [message for message in elm.history(ANA) if message.direction == "in"][-1]
    assert data == {
        "contact": ANA, "number": OURS, "brand": "Elm Street", "conversation": stored.conversation,
        "id": stored.id, "text": words, "media": [], "segments": 1, "reaction": False, "opted_out": False,
        **expected,
    }  # fmt: skip


def test_each_text_is_told_once_words_of_consent_as_such(elm: House) -> None:
    wants(elm, "message.received", "consent.*", "order.made")
    said = says(elm, "hello", "stop", "hello?", "start", "help", "visit", "yes")

    assert [kind for kind, _ in said] == [
        "message.received", "consent.stopped", "message.received", "consent.started", "consent.help",
        "message.received", "message.received",
    ]  # fmt: skip


def test_in_one_transaction_all_stand_in_the_order_of_the_texts(elm: House) -> None:
    wants(elm, "message.received", "consent.*", "order.made")
    elm.take(*(elm.text(each) for each in ("order", "stop", "hm", "start", "order")))

    assert [kind for kind, _ in told(elm)] == [
        "message.received", "order.made", "consent.stopped", "message.received", "consent.started",
        "message.received", "order.made",
    ]  # fmt: skip
    ids = [data["id"] for kind, data in told(elm) if kind == "message.received"]
    assert ids == [message.id for message in elm.history(ANA) if message.text in ("order", "hm")]


def test_what_comes_with_a_text_is_told(elm: House) -> None:
    wants(elm, "message.received")
    elm.take(Inbound("simulator", "in-x", ANA, OURS, "", media=("image/jpeg", "audio/amr")))

    assert told(elm)[0][1]["media"] == ["image/jpeg", "audio/amr"]


def test_a_text_that_a_flow_chokes_on_is_told_all_the_same(
    elm: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants(elm, "message.received")

    def chokes(*_: object) -> None:
        raise RuntimeError("no such thing")

    monkeypatch.setattr(Texts, "_route", chokes)
    assert [data["text"] for _, data in says(elm, "hello")] == ["hello"]


def test_no_event_holds_a_code_that_is_texted_back(build: Build) -> None:
    house = build(flows={"sign-in": SIGN_IN})
    wants(house, "*")
    house.take(house.text("login"))
    code = sent(house)

    said = says(house, f"it is {code}")
    house.leaves()
    assert [data["text"] for kind, data in said if kind == "message.received"] == ["it is ••••••"]
    assert {"message.sent", "conversation.ended"} <= {kind for kind, _ in told(house)}
    assert not any(code in str(data) for _, data in told(house))


def test_a_text_that_comes_twice_is_told_once(elm: House) -> None:
    wants(elm, "message.received")
    text = elm.text("hello")
    elm.take(text, text)
    elm.take(text)

    assert len(told(elm)) == 1


# What flows emit.


def test_what_a_flow_emits_comes_with_its_values_apart_from_ours(elm: House) -> None:
    ((kind, data),) = says(elm, "order")

    assert kind == "order.made"
    assert data == {
        "contact": ANA, "number": OURS, "brand": "Elm Street", "conversation": elm.conversation().id,
        "with": {"contact": ANA, "at": NOW.isoformat()},
    }  # fmt: skip


# Who listens decides.


def test_texts_are_not_written_where_nobody_wants_them(elm: House) -> None:
    wants(elm, "consent.*", "order.made")
    said = says(elm, "hello", "order", "stop")

    assert [kind for kind, _ in said] == ["order.made", "consent.stopped"]


def test_what_is_rare_is_kept_even_where_nobody_listens_yet(elm: House) -> None:
    assert [kind for kind, _ in says(elm, "hello", "order", "stop")] == ["order.made", "consent.stopped"]


@pytest.mark.parametrize(("kind", "heard"), [("message.received", 1), ("*", 2), ("consent.*", 0), (None, 0)])
def test_a_subscriber_in_the_process_hears_texts_where_it_wants_them(
    house: House, kind: str | None, heard: int
) -> None:
    """`*` hears the STOP as well."""
    came: list[OutgoingEvent] = []

    async def serve() -> None:
        relay = Relay(house.store, house.settings.events, house.clock)
        if kind is not None:
            relay.on(kind, came.append)
        line = Intake(house.store, house.settings, house.library, house.clock, relay.wake, relay.hears)
        at_work = asyncio.create_task(line.run())
        await line.put([house.text("hello")])
        if kind == "*":
            await line.put([house.text("stop")])
        at_work.cancel()
        await asyncio.gather(at_work, return_exceptions=True)
        await relay.tell()

    asyncio.run(serve())
    assert [event.kind for event in came] == ["message.received", "consent.stopped"][:heard]
    assert len(house.events()) == heard


# What becomes of texts and conversations.


def fates(elm: House) -> dict[str, Mapping[str, Any]]:
    """Cat's text arrives and she is handed to people, Dan's fails, Eve's may have gone."""
    cat, dan, eve = "+15550003333", "+15550004444", "+15550005555"
    elm.take(elm.text("visit", cat))
    elm.leaves()
    elm.report(elm.message("Can you come?", cat), Status.DELIVERED)
    elm.take(elm.text("person", cat), elm.text("visit", dan))
    while elm.leaves():
        pass
    elm.report(elm.message("Can you come?", dan), Status.FAILED, Reason.UNREACHABLE)
    elm.take(elm.text("visit", eve))
    elm.fails(Trouble.UNCERTAIN)
    elm.take(elm.text("yes", dan))
    return {kind: data for who in (cat, dan, eve) for kind, data in told(elm, who)}


def verified(desk: Desk) -> dict[str, Mapping[str, Any]]:
    """Codes that are given back, tried too often, canceled, and that never come back from a range."""
    house = desk.house
    limits = Verify(pumping=Pumping(least=5))
    house.settings = house.settings.model_copy(update={"verify": limits})
    people = [f"+1202555{number:04}" for number in range(3)] + [f"+1202556{number:04}" for number in range(6)]
    right, tried, gone = (desk.send(to).verification for to in people[:3])
    desk.check(right.id, str(desk.run(lambda line: codes.worked_out(line.settings, right))))
    for _ in range(5):
        desk.check(tried.id, wrong(str(desk.run(lambda line: codes.worked_out(line.settings, tried)))))
    desk.run(lambda line: verification.cancel(line, gone.id))
    for to in people[3:]:
        desk.send(to)
        house.later(minutes=10)
    return {kind: data for who in people for kind, data in told(house, who)}


def test_what_becomes_of_a_text_is_told_once_whatever_comes_twice(elm: House) -> None:
    wants(elm, "message.sent", "message.delivered", "message.failed")
    elm.take(elm.text("visit"))
    (claimed,) = elm.claim()
    elm.reported(claimed, Status.DELIVERED)  # before its send is settled
    elm.settle(elm.result(claimed))
    elm.report(elm.message("Can you come?"), Status.SENT)
    elm.report(elm.message("Can you come?"), Status.DELIVERED)
    elm.report(elm.message("Can you come?"), Status.FAILED, Reason.BLOCKED)

    text = {"id": elm.message("Can you come?").id, "text": "Can you come?", "reason": None}
    assert [(kind, {name: data[name] for name in text}) for kind, data in told(elm)] == [
        ("message.sent", text),
        ("message.delivered", text),
    ]


def test_how_conversations_go_is_told(elm: House) -> None:
    wants(elm, "conversation.*")
    said = says(elm, "visit", "person", "stop", "order")
    talks = [(kind, data) for kind, data in said if kind.startswith("conversation.")]

    assert [(kind, data["flow"], data["state"], data.get("outcome")) for kind, data in talks] == [
        ("conversation.started", "visit", "ask", None),
        ("conversation.handed_off", "visit", "desk", None),
        ("conversation.ended", "visit", "desk", "stopped"),
    ]
    said = [each for each in says(elm, "start", "order") if each[0].startswith("conversation.")]
    assert [(kind, data.get("outcome")) for kind, data in said] == [
        ("conversation.started", None),
        ("conversation.ended", "made"),
    ]


def test_of_what_becomes_of_texts_nothing_is_written_where_nobody_listens(elm: House) -> None:
    fates(elm)
    assert elm.rows("SELECT kind FROM outgoing_event") == []


def test_a_subscriber_in_the_process_hears_what_becomes_of_texts(elm: House) -> None:
    heard = elm.settings.events.heard_by(lambda kind: kind == "message.sent")
    elm.settings = elm.settings.model_copy(update={"events": heard})
    elm.take(elm.text("visit"))
    elm.leaves()

    assert elm.rows("SELECT endpoint FROM event_delivery") == [("python",)]
    assert [kind for kind, _ in told(elm)] == ["message.sent"]


# The table of kinds.


def one_of_each(elm: House, folder: Path) -> dict[str, Mapping[str, Any]]:
    wants(elm, "*")
    elm.take(elm.text("visit", BEN))
    found = dict(says(elm, "stop", "help", "start", "yes", "leave me alone", contact=BEN))
    (review,) = elm.do(lambda c: reviews.listed(c, BEN, 0, 9, status=reviews.OPEN))
    undone = Verdict(review.id, Decision.UNDONE, "a slip")
    elm.do(lambda c: decide(c, elm.settings, undone, elm.clock()))
    agree = Wish(BEN, None, AGREED, "at the desk")
    elm.do(lambda c: opting.carry_out(c, elm.settings, agree, elm.clock()))
    found |= dict(told(elm, BEN)[-2:])
    office = Office(elm, folder)
    office.starts(f"contact\n{BEN}\n", "visit")
    for do in (office.pause, office.resume, office.launches, office.cancel):
        do()
    listed = elm.do(lambda c: outgoing.listed(c, outgoing.Chosen(kind="campaign.*"), 0, 9))
    found |= {each.event.kind: payload(each.event)["data"] for each in listed}
    found |= fates(elm)
    found |= verified(Desk(elm))
    return {**found, PING: ping("default", NOW)["data"]}


def test_what_the_documentation_says_of_a_kind_is_what_comes(elm: House, tmp_path: Path) -> None:
    """A new kind needs its place here, its fields and an example."""
    real = one_of_each(elm, tmp_path)

    assert set(real) == set(KINDS)
    for name, kind in KINDS.items():
        envelope = set() if name == PING or name.startswith("campaign.") else set(ENVELOPE)
        assert set(kind.fields) | envelope == set(kind.example) == set(real[name]), name
        for field, value in kind.example.items():
            given = real[name][field]
            assert type(given) is type(value) or None in (given, value), (name, field)

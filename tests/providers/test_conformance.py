"""What every provider keeps to. A new one fails here until `cases.py` says how it delivers and answers."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convo.clock import VirtualClock
from convo.errors import InvalidSignature, SettingsError, UnreadablePayload
from convo.messages import (
    Accepted,
    Inbound,
    Item,
    Outbound,
    RawRequest,
    Reason,
    Report,
    SendError,
    Status,
    Trouble,
    Unread,
)
from convo.providers import all_providers, make
from convo.providers.base import Provider
from convo.settings import Account
from tests.providers.cases import ANA, CASES, KEY, OLD, OURS, SECRET, WORDS, WRONG, Cases
from tests.providers.server import Asked, Handler, answering, says

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
MESSAGE = Outbound(7, "3f0c5a9e8f0b4d6f9a1d2b3c4d5e6f70", "it", OURS, ANA, "Hello 👍", first_tried_at=NOON)
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(params=sorted(all_providers()))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def cases(name: str) -> Cases:
    assert name in CASES, f"tests/providers/cases.py says nothing of {name}"
    return CASES[name]


def provider(
    name: str, url: str = NOWHERE, deliver: Callable[[Sequence[Item]], None] | None = None
) -> Provider:
    account = Account(provider=name, **CASES[name].settings(url))
    return make({"it": account}, deliver or (lambda _: None), VirtualClock(NOON))["it"]


def test_its_secrets_are_never_shown(name: str, cases: Cases) -> None:
    account = Account(provider=name, **cases.settings(NOWHERE))
    made = all_providers()[name].SETTINGS(**cases.settings(NOWHERE))
    shown = [repr(account), str(account), repr(made), str(made), repr(provider(name))]

    with pytest.raises(SettingsError) as error:
        make(
            {"it": Account(provider=name, **cases.settings(NOWHERE), zebra=SECRET)},
            lambda _: None,
            lambda: NOON,
        )
    for text in (*shown, str(error.value)):
        assert SECRET not in text
        assert OLD not in text
        assert KEY not in text
    assert "accounts.it.zebra: there is no such setting" in str(error.value)


def test_both_of_two_secrets_do_while_they_are_changed(name: str, cases: Cases) -> None:
    for secret in (SECRET, OLD):
        provider(name).verify(cases.deliver(cases.text, secret))


def test_a_wrong_secret_is_refused_and_the_setting_named(name: str, cases: Cases) -> None:
    right = cases.deliver(cases.text, SECRET)
    bare = RawRequest("POST", right.path, "", {}, cases.text)
    for forged in (cases.deliver(cases.text, WRONG), cases.deliver(cases.text, ""), bare):
        with pytest.raises(InvalidSignature, match=rf"accounts\.it\.{cases.setting_of_secret}") as error:
            provider(name).verify(forged)
        assert SECRET not in str(error.value)


def test_a_text_is_read(name: str, cases: Cases) -> None:
    (item,) = provider(name).parse(cases.deliver(cases.text, SECRET))

    assert item == Inbound("it", "in-1", ANA, OURS, WORDS, cases.text)


def test_reports_are_read(name: str, cases: Cases) -> None:
    seen = set()
    for body, (status, reason) in cases.reports.items():
        (item,) = provider(name).parse(cases.deliver(body, SECRET))
        assert isinstance(item, Report), body
        assert (item.account, item.provider_id, item.contact) == ("it", "out-1", ANA)
        assert (item.status, item.reason) == (status, reason), body
        seen.add((item.status, item.reason))
    assert {(Status.DELIVERED, None), (Status.FAILED, Reason.OPTED_OUT)} <= seen


def test_what_is_not_known_is_kept_as_it_came(name: str, cases: Cases) -> None:
    request = cases.deliver(cases.unknown, SECRET)
    (item,) = provider(name).parse(request)

    assert isinstance(item, Unread)
    assert (item.account, item.raw) == ("it", cases.unknown)
    assert item.why
    assert 200 <= provider(name).acknowledge(request).status < 300


@pytest.mark.parametrize("body", [b"", b"\x00", b"\xff\xfe", b"{", b"from=1&to=2", b"[" * 100_000])
def test_what_cannot_be_read_at_all_is_refused(name: str, cases: Cases, body: bytes) -> None:
    with pytest.raises(UnreadablePayload):
        provider(name).parse(cases.deliver(body, SECRET))


def test_a_text_is_acknowledged_with_a_2xx(name: str, cases: Cases) -> None:
    assert 200 <= provider(name).acknowledge(cases.deliver(cases.text, SECRET)).status < 300


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just(ANA),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_nothing_that_is_delivered_is_an_error_of_ours(data: st.DataObject) -> None:
    """Real deliveries with any part of them made into something else."""
    name = data.draw(st.sampled_from(sorted(CASES)))
    cases = CASES[name]
    event = json.loads(data.draw(st.sampled_from([cases.text, cases.unknown, *cases.reports])))
    places = list(_places(event))
    holder, key = data.draw(st.sampled_from(places))
    holder[key] = data.draw(_VALUES)
    items = provider(name).parse(cases.deliver(json.dumps(event).encode(), SECRET))

    for item in items:
        assert isinstance(item, Inbound | Report | Unread)
        assert item.account == "it"
        if isinstance(item, Inbound | Report):
            assert item.contact.lstrip("+").isdecimal()
            assert 0 < len(item.provider_id) <= 256


def _places(value: Any) -> Iterator[tuple[Any, str | int]]:
    """Everywhere in a value that something else could stand."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield value, key
            yield from _places(inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield value, place
            yield from _places(inner)


async def _send(
    name: str, handler: Handler, *messages: Outbound
) -> tuple[list[Accepted | SendError], list[Asked]]:
    async with answering(handler) as server:
        at_work = provider(name, server.url)
        came: list[Accepted | SendError] = []
        try:
            for message in messages:
                try:
                    came.append(await at_work.send(message))
                except SendError as error:
                    came.append(error)
        finally:
            await at_work.close()
        return came, server.asked


def test_a_text_that_is_taken_has_a_name_and_a_repeat_the_same_key(name: str, cases: Cases) -> None:
    later = replace(MESSAGE, id=8, key="0" * 31 + "1")
    came, asked = asyncio.run(_send(name, cases.accepts, MESSAGE, MESSAGE, later))

    assert all(isinstance(one, Accepted) and one.provider_id for one in came)
    if all_providers()[name].traits.idempotent:
        first, again, other = (cases.key_of(each.body) for each in asked)
        assert first == again
        assert first != other
        assert first.replace("-", "") == MESSAGE.key


def test_every_other_answer_has_its_class(name: str, cases: Cases) -> None:
    troubles = set()
    for answer, (handler, trouble) in cases.refuses.items():
        came, asked = asyncio.run(_send(name, handler, MESSAGE))
        assert isinstance(came[0], SendError), answer
        assert came[0].kind is trouble, f"{answer}: {came[0]}"
        assert len(asked) == 1, f"{answer}: it was asked again at once"
        troubles.add(trouble)
    assert {Trouble.RETRY, Trouble.LATER, Trouble.PERMANENT} <= troubles


def test_nobody_there_is_a_reason_to_try_again(name: str) -> None:
    async def story() -> None:
        at_work = provider(name)
        try:
            await at_work.send(MESSAGE)
        finally:
            await at_work.close()

    with pytest.raises(SendError) as error:
        asyncio.run(story())
    assert error.value.kind is Trouble.RETRY


def test_a_text_over_the_longest_never_leaves(name: str, cases: Cases) -> None:
    longest = all_providers()[name].traits.longest
    if longest is not None:
        came, asked = asyncio.run(_send(name, says(500), replace(MESSAGE, text="👍" * (longest // 2) + "x")))
        assert asked == []
        assert isinstance(came[0], SendError)
        assert (came[0].kind, came[0].reason) == (Trouble.PERMANENT, Reason.REJECTED)
    came, _ = asyncio.run(_send(name, cases.accepts, replace(MESSAGE, text="x" * (longest or 100_000))))
    assert isinstance(came[0], Accepted)


def test_its_webhooks_use_the_methods_that_it_states(name: str) -> None:
    assert "POST" in all_providers()[name].traits.methods

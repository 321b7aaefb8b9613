"""What Event Grid delivers, in every schema and casing that was seen, and both handshakes."""

import base64
import json
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from convo.clock import system
from convo.errors import InvalidSignature, UnreadablePayload
from convo.messages import Inbound, Item, RawRequest, Reason, Report, Response, Status, Unread
from convo.providers import make
from convo.providers.base import Provider
from convo.settings import Account
from tests.providers.cases import ANA, AZURE, OURS, SECRET, WORDS, azure_report, azure_text

TEXT = {
    "messageId": "in-1", "from": ANA[1:], "to": OURS[1:], "message": WORDS,
    "receivedTimestamp": "2020-09-18T00:27:45.3212345Z", "segmentCount": 1,
}  # fmt: skip
REPORT = {
    "messageId": "out-1", "from": OURS[1:], "to": ANA, "deliveryStatus": "Failed",
    "deliveryStatusDetails": "4006", "receivedTimestamp": "2020-09-18T00:22:20.2855749Z",
    "deliveryAttempts": [{"timestamp": "2020-09-18T00:22:14.9315918Z", "segmentsFailed": 1}], "tag": "7",
}  # fmt: skip
AT = datetime(2020, 9, 18, 0, 22, 20, 285574, UTC)


def camel(name: str) -> str:
    return name


def pascal(name: str) -> str:
    return name[0].upper() + name[1:]


def mixed(name: str) -> str:
    return "".join(random.Random(f"{name}-{place}").choice([c.upper(), c]) for place, c in enumerate(name))


def grid(kind: str, data: Any, spell: Callable[[str], str] = camel) -> dict[str, Any]:
    event = {
        "id": "e1", "topic": "/subscriptions/1", "subject": "/phonenumber/15550009999",
        "eventType": f"Microsoft.Communication.{kind}", "dataVersion": "1.0", "metadataVersion": "1",
        "eventTime": "2020-09-18T00:27:47Z", "data": data,
    }  # fmt: skip
    return {spell(key): value for key, value in event.items()}


def cloud(kind: str, data: Any, spell: Callable[[str], str] = camel) -> dict[str, Any]:
    event = {
        "id": "e1", "source": "/subscriptions/1", "subject": "/phonenumber/15550009999",
        "type": f"Microsoft.Communication.{kind}", "specversion": "1.0", "time": "2020-09-18T00:27:47Z",
        "datacontenttype": "application/json", "data": data,
    }  # fmt: skip
    return {spell(key): value for key, value in event.items()}


def azure() -> Provider:
    account = Account(provider="azure", **AZURE.settings("http://127.0.0.1:9"))
    return make({"acs": account}, lambda _: None, system)["acs"]


def read(value: Any) -> Sequence[Item]:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return azure().parse(AZURE.deliver(body, SECRET))


@pytest.mark.parametrize("alone", [True, False], ids=["an object", "an array"])
@pytest.mark.parametrize("spell", [camel, pascal, mixed, str.upper, str.lower])
@pytest.mark.parametrize("schema", [grid, cloud])
def test_texts_and_reports_are_read_in_every_casing(
    schema: Callable[..., dict[str, Any]], spell: Callable[[str], str], alone: bool
) -> None:
    events = [
        schema("SMSReceived", {spell(key): value for key, value in TEXT.items()}, spell),
        schema("SMSDeliveryReportReceived", {spell(key): value for key, value in REPORT.items()}, spell),
    ]
    text, report = [read(event)[0] for event in events] if alone else read(events)

    assert isinstance(text, Inbound)
    assert (text.account, text.provider_id, text.contact, text.number, text.text) == (
        "acs", "in-1", ANA, OURS, WORDS,
    )  # fmt: skip
    assert json.loads(text.raw) == events[0]
    assert report == Report(
        "acs", "out-1", ANA, Status.FAILED, at=AT, reason=Reason.UNREACHABLE, message_id=7
    )


def test_the_kind_of_an_event_is_read_in_any_casing() -> None:
    (item,) = read({**grid("x", TEXT), "eventType": "microsoft.communication.smsRECEIVED"})
    assert isinstance(item, Inbound)


@pytest.mark.parametrize("dropped", ["segmentCount", "receivedTimestamp"])
def test_what_is_not_needed_may_be_missing(dropped: str) -> None:
    (item,) = read([grid("SMSReceived", {key: value for key, value in TEXT.items() if key != dropped})])
    assert isinstance(item, Inbound)


@pytest.mark.parametrize(
    ("spelled", "number"),
    [(ANA, ANA), (ANA[1:], ANA), (f" {ANA} ", ANA), ("12345", "12345"), ("447700900123", "+447700900123")],
)
def test_numbers_have_their_plus_and_short_codes_none(spelled: str, number: str) -> None:
    (text,) = read(azure_text(**{"from": spelled}))
    (other,) = read(azure_text(to=spelled))
    assert isinstance(text, Inbound)
    assert isinstance(other, Inbound)
    assert (text.contact, other.number) == (number, number)


@pytest.mark.parametrize(
    ("carried", "key"),
    [(json.dumps(TEXT), "data"), (base64.b64encode(json.dumps(TEXT).encode()).decode(), "data_base64")],
    ids=["as text", "as base64"],
)
def test_cloud_events_may_carry_their_data_otherwise(carried: str, key: str) -> None:
    event = cloud("SMSReceived", None)
    del event["data"]
    (item,) = read({**event, key: carried})
    assert isinstance(item, Inbound)
    assert item.text == WORDS


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("2020-09-18T00:22:20.2855749Z", AT),
        ("2020-09-18T02:22:20.2855749+02:00", AT),
        ("2020-09-18T00:22:20.2855749", AT),
        ("2020-09-18T00:22:20Z", AT.replace(microsecond=0)),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        (1600388540, None),
        (None, None),
    ],
)
def test_a_report_has_its_moment(stamp: Any, at: datetime | None) -> None:
    (report,) = read(azure_report("Delivered", "", receivedTimestamp=stamp))
    assert isinstance(report, Report)
    assert report.at == at


@pytest.mark.parametrize(
    ("tag", "ours"),
    [
        ("7", 7),
        ("order-12", None),
        ("", None),
        (None, None),
        (7, None),
        ("٧", None),
        ("9" * 30, None),
        ("-7", None),
    ],
)
def test_our_own_number_comes_back_as_the_tag(tag: Any, ours: int | None) -> None:
    (report,) = read(azure_report("Delivered", "", Tag=tag))
    assert isinstance(report, Report)
    assert report.message_id == ours


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (7, "not an object"),
        (None, "not an object"),
        ({}, "unknown kind"),
        (grid("ChatMessageReceived", {}), "unknown kind: Microsoft.Communication.ChatMessageReceived"),
        ({**grid("x", TEXT), "eventType": ["SMSReceived"]}, "unknown kind"),
        ({**grid("x", {}), "eventType": "Microsoft.EventGrid.SubscriptionDeletedEvent"}, "unknown kind"),
        (grid("SMSReceived", None), "without data"),
        (grid("SMSReceived", "[1]"), "without data"),
        (grid("SMSReceived", "{"), "without data"),
        ({**cloud("SMSReceived", None), "data_base64": "é"}, "without data"),
        (grid("SMSReceived", {**TEXT, "messageId": None}), "no messageId"),
        (grid("SMSReceived", {**TEXT, "messageId": ""}), "no messageId"),
        (grid("SMSReceived", {**TEXT, "messageId": "x" * 257}), "no messageId"),
        (grid("SMSReceived", {**TEXT, "from": "ACME"}), "`from` is not a phone number"),
        (grid("SMSReceived", {**TEXT, "from": 15550001111}), "`from` is not a phone number"),
        (grid("SMSReceived", {**TEXT, "to": None}), "`to` is not a phone number"),
        (grid("SMSReceived", {**TEXT, "message": None}), "without its message"),
        (grid("SMSReceived", {**TEXT, "message": ["x"]}), "without its message"),
        (grid("SMSDeliveryReportReceived", {**REPORT, "to": ""}), "`to` is not a phone number"),
        (grid("SMSDeliveryReportReceived", {**REPORT, "deliveryStatus": "Queued"}), "unknown status: Queued"),
        (grid("SMSDeliveryReportReceived", {**REPORT, "deliveryStatus": None}), "unknown status"),
    ],
)
def test_one_bad_event_of_a_batch_is_kept_and_the_others_are_read(event: Any, why: str) -> None:
    first, bad, last = read([grid("SMSReceived", TEXT), event, grid("SMSDeliveryReportReceived", REPORT)])

    assert isinstance(first, Inbound)
    assert isinstance(last, Report)
    assert isinstance(bad, Unread)
    assert why in bad.why
    assert json.loads(bad.raw) == event
    (alone,) = read([event])
    assert isinstance(alone, Unread)
    assert json.loads(alone.raw) == [event]


def test_five_thousand_events_come_at_once() -> None:
    items = read([grid("SMSReceived", {**TEXT, "messageId": f"in-{place}"}) for place in range(5000)])
    assert [item.provider_id for item in items if isinstance(item, Inbound)] == [
        f"in-{place}" for place in range(5000)
    ]


def test_no_event_at_all_is_fine() -> None:
    assert list(read([])) == []


def test_half_an_emoji_and_a_byte_order_mark_cost_no_text() -> None:
    (text,) = read(azure_text().replace(b"\\udc4d", b""))
    assert isinstance(text, Inbound)
    assert text.text == "Great to connect \ud83d"
    (text,) = read(b"\xef\xbb\xbf" + azure_text())
    assert isinstance(text, Inbound)


# Handshakes.

VALIDATION = {
    "id": "v1", "topic": "/subscriptions/1", "subject": "", "eventTime": "2020-09-18T00:27:47Z",
    "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "dataVersion": "1",
    "data": {"validationCode": "512d38b6-c7b8", "validationUrl": "https://example.org"},
}  # fmt: skip


def validates(value: Any, header: str = "SubscriptionValidation") -> Response:
    """What Event Grid hears when it makes a subscription."""
    asked = AZURE.deliver(json.dumps(value).encode(), SECRET)
    request = RawRequest(asked.method, asked.path, asked.query, {"aeg-event-type": header}, asked.body)
    assert list(azure().parse(request)) == []
    return azure().acknowledge(request)


@pytest.mark.parametrize("value", [[VALIDATION], VALIDATION, [{k.upper(): v for k, v in VALIDATION.items()}]])
def test_event_grid_hears_its_code(value: Any) -> None:
    answer = validates(value)

    assert (answer.status, json.loads(answer.body)) == (200, {"validationResponse": "512d38b6-c7b8"})
    assert validates(value, "SUBSCRIPTIONVALIDATION").status == 200


@pytest.mark.parametrize("value", [[], {}, [7], [{**VALIDATION, "data": {}}], [{**VALIDATION, "data": 1}]])
def test_a_validation_without_a_code_cannot_be_read(value: Any) -> None:
    with pytest.raises(UnreadablePayload, match="validationCode"):
        validates(value)


def options(query: str, **headers: str) -> RawRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RawRequest("OPTIONS", "/webhooks/acs", query, named, b"")


def test_cloud_events_hear_that_they_may_come() -> None:
    request = options(
        "code=old-secret", webhook_request_origin="eventgrid.azure.net", webhook_request_rate="120"
    )
    azure().verify(request)

    assert list(azure().parse(request)) == []
    assert azure().acknowledge(request) == Response(
        200,
        b"",
        {"Allow": "POST", "WebHook-Allowed-Origin": "eventgrid.azure.net", "WebHook-Allowed-Rate": "*"},
    )
    assert azure().acknowledge(options("")).headers == {"Allow": "POST"}


@pytest.mark.parametrize(
    "query", ["", "code=", "code", "code=new", "Code=old-secret", "x=old-secret", "code=%ff", "&&="]
)
def test_neither_handshake_happens_without_the_secret(query: str) -> None:
    with pytest.raises(InvalidSignature, match=r"\?code= does not fit"):
        azure().verify(options(query, webhook_request_origin="eventgrid.azure.net"))


@pytest.mark.parametrize(
    "query",
    [
        "code=new/se=cr%2Bet",
        "code=new/se=cr+et",
        "code=new%2Fse%3Dcr%2Bet",
        "a=1&code=x&code=old-secret",
        "code=old%2Dsecret",
    ],
)
def test_a_secret_may_be_spelled_as_addresses_are(query: str) -> None:
    azure().verify(options(query))

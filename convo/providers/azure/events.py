"""What Event Grid delivers: its own events and CloudEvents, one or many, in any casing."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from convo import phone
from convo.messages import Inbound, Item, Report, Unread
from convo.providers.azure.codes import outcome
from convo.providers.base import LONGEST_ID, read_json

RECEIVED = "microsoft.communication.smsreceived"
REPORTED = "microsoft.communication.smsdeliveryreportreceived"
_CODE_LONGEST = 18  # digits of a message number of ours


def read(account: str, body: bytes) -> Sequence[Item]:
    """What a delivery brings; raises UnreadablePayload where it is not JSON.

    Event Grid's event schema, and CloudEvents 1.0 (its JSON format, sections 3 and 4).
    """
    events = load(body)
    if not isinstance(events, list):
        return [_item(account, events, body)]
    if len(events) == 1:
        return [_item(account, events[0], body)]
    return [_item(account, event, json.dumps(event).encode()) for event in events]


def load(body: bytes) -> Any:
    """The JSON of a body; raises UnreadablePayload where it is none."""
    return read_json(body, expected="Event Grid delivers a JSON array of events")


def any_case(fields: dict[str, Any]) -> dict[str, Any]:
    """The same with keys in lower case: Azure writes them in three ways."""
    return {key.lower(): value for key, value in fields.items()}


def data_of(event: dict[str, Any]) -> dict[str, Any] | None:
    """An event's data, also where CloudEvents carry it as text or as base64; None where there is none."""
    data = event.get("data")
    try:
        if data is None and isinstance(event.get("data_base64"), str):
            data = base64.b64decode(event["data_base64"], validate=True)
        if isinstance(data, str | bytes):
            data = json.loads(data)
    except (binascii.Error, ValueError, RecursionError):
        return None
    return any_case(data) if isinstance(data, dict) else None


def _item(account: str, event: Any, raw: bytes) -> Item:
    if not isinstance(event, dict):
        return Unread(account, "not an object", raw)
    event = any_case(event)
    kind = event.get("eventtype") or event.get("type")
    reader = _READERS.get(kind.lower()) if isinstance(kind, str) else None
    if reader is None:
        return Unread(account, f"an event of an unknown kind: {str(kind)[:LONGEST_ID]}", raw)
    data = data_of(event)
    if data is None:
        return Unread(account, "an event without data", raw)
    name = data.get("messageid")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_ID:
        return Unread(account, f"no messageId of 1 to {LONGEST_ID} characters", raw)
    return reader(account, name, data, raw)


def _text(account: str, name: str, data: dict[str, Any], raw: bytes) -> Item:
    contact, ours = _number(data.get("from")), _number(data.get("to"))
    text = data.get("message")
    if contact is None or ours is None:
        return Unread(account, f"`{'to' if contact else 'from'}` is not a phone number", raw)
    if not isinstance(text, str):
        return Unread(account, "a text without its message", raw)
    return Inbound(account, name, contact, ours, text, raw)


def _report(account: str, name: str, data: dict[str, Any], raw: bytes) -> Item:
    contact = _number(data.get("to"))
    if contact is None:
        return Unread(account, "`to` is not a phone number", raw)
    said = data.get("deliverystatus")
    found = outcome(str(said), str(data.get("deliverystatusdetails") or ""))
    if found is None:
        return Unread(account, f"a report of an unknown status: {str(said)[:LONGEST_ID]}", raw)
    status, reason = found
    return Report(
        account, name, contact, status,
        at=_moment(data.get("receivedtimestamp")),
        reason=reason,
        message_id=_ours(data.get("tag")),
    )  # fmt: skip


def _number(value: Any) -> str | None:
    return phone.from_provider(value) if isinstance(value, str) else None


def _moment(value: Any) -> datetime | None:
    """A moment of up to seven digits of a second, in UTC where it does not say; None for anything else."""
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _ours(tag: Any) -> int | None:
    """Our own number of a message, which Azure hands back as its tag."""
    known = isinstance(tag, str) and tag.isascii() and tag.isdecimal() and len(tag) <= _CODE_LONGEST
    return int(tag) if known else None


_READERS = {RECEIVED: _text, REPORTED: _report}

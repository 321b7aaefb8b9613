"""Sending through Azure's REST API: one signed request a text, and what its answer means for the sender.

Every failure is told by its class. A repeatability id, stored before the first try, makes a repeat the
same message, so whatever leaves us without a clear answer is simply tried again.
"""

import json
import re
from datetime import datetime
from typing import Any
from uuid import UUID

from convo import phone
from convo.clock import Clock
from convo.messages import Accepted, Outbound, Reason, SendError, Trouble
from convo.providers.azure.answers import described, without
from convo.providers.azure.codes import reason_in
from convo.providers.azure.resource import Resource
from convo.providers.azure.signing import http_date
from convo.providers.base import LONGEST_ID

LONGEST = 2048  # UTF-16 units of one text
_PLACE_OF_RECIPIENT = re.compile(r"invalid to\b|smsrecipients|destination|recipient", re.IGNORECASE)
_PLACE_OF_OURS = re.compile(r"\bfrom\b|source|sender|api.?version", re.IGNORECASE)


class Sending:
    """How one account sends."""

    def __init__(self, resource: Resource, api_version: str, clock: Clock) -> None:
        self._resource = resource
        self._path = f"/sms?api-version={api_version}"
        self._clock = clock

    async def send(self, message: Outbound) -> Accepted:
        """Hand one text over; raises SendError with its class."""
        if len(message.text.encode("utf-16-le")) > 2 * LONGEST:
            raise SendError(Trouble.PERMANENT, Reason.REJECTED)
        answer = await self._resource.post(self._path, _request(message, self._clock()))
        return _read(message, answer.status, answer.body, answer.wait)


def _request(message: Outbound, now: datetime) -> dict[str, Any]:
    recipient = {
        "to": message.contact,
        "repeatabilityRequestId": str(UUID(message.key)),
        "repeatabilityFirstSent": http_date(message.first_tried_at or now),
    }
    return {
        "from": message.number,
        "smsRecipients": [recipient],
        "message": message.text,
        "smsSendOptions": {"enableDeliveryReport": True, "tag": str(message.id)},
    }


def _read(message: Outbound, status: int, body: bytes, wait: float | None) -> Accepted:
    """What an answer means. The 202 is multi-status: each recipient has a status of its own."""
    if not 200 <= status < 300:
        raise _failure(status, _words(body), wait, described(status, body, message))
    item = _of_contact(status, body, message)
    code, said = item.get("httpStatusCode"), str(item.get("errorMessage") or "")
    if not isinstance(code, int):
        raise _unclear(f"it answered {status} without an httpStatusCode")
    inside = f"it answered {status}, and {code} inside{f': {said}' if said else ''}"
    inside = without(inside, message)
    if str(item.get("repeatabilityResult")).lower() == "rejected":
        raise _failure(412, said, wait, inside)
    if not 200 <= code < 300:
        raise _failure(code, said, wait, inside)
    name = item.get("messageId")
    if item.get("successful") is False:
        raise _unclear(f"{inside}, and that it was not successful")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_ID:
        raise _unclear(f"it answered {status} without a messageId of 1 to {LONGEST_ID} characters")
    return Accepted(name)


def _unclear(detail: str) -> SendError:
    """It may have gone; asked again under the same id, Azure says more."""
    return SendError(Trouble.RETRY, Reason.PROVIDER_FAULT, detail=detail)


def _of_contact(status: int, body: bytes, message: Outbound) -> dict[str, Any]:
    """The part of an answer that speaks of this contact; half an answer, or none, is asked for again."""
    try:
        answer = json.loads(body)
        items = [item for item in answer["value"] if phone.from_provider(item["to"]) == message.contact]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _unclear(described(status, body, message)) from None
    if len(items) != 1:
        raise _unclear(f"it answered {status}, and speaks of this contact {len(items)} times")
    found: dict[str, Any] = items[0]
    return found


def _words(body: bytes) -> str | None:
    """What Azure says of an error, which is JSON; None for what is not from Azure, such as a proxy's page."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except (ValueError, RecursionError):
        return None


def _failure(status: int, said: str | None, wait: float | None, detail: str) -> SendError:
    """The class of a failure, of the request or of its one recipient (PROVIDERS.md)."""
    if status == 429:
        return SendError(Trouble.LATER, Reason.TOO_MANY, retry_after=wait, detail=detail)
    if status == 412:
        # Azure no longer knows whether it had this one: the report alone can tell.
        return SendError(Trouble.UNCERTAIN, Reason.UNKNOWN, detail=detail)
    refused = status in (400, 422)
    if status >= 500 or status in (408, 409) or (refused and said is None):
        return SendError(Trouble.RETRY, Reason.PROVIDER_FAULT, retry_after=wait, detail=detail)
    if refused or (said and reason_in(said) is Reason.OPTED_OUT):
        kind, reason = _refused(said or "")
        return SendError(kind, reason, detail=detail)
    return SendError(Trouble.OUR_FAULT, Reason.NOT_ALLOWED, detail=detail)


def _refused(said: str) -> tuple[Trouble, Reason]:
    """Whom a refusal blames: the contact's wish or number, our number or request, or this one text."""
    if reason_in(said) is Reason.OPTED_OUT:
        return Trouble.OPTED_OUT, Reason.OPTED_OUT
    if _PLACE_OF_RECIPIENT.search(said):
        return Trouble.PERMANENT, Reason.BAD_NUMBER
    if _PLACE_OF_OURS.search(said):
        return Trouble.OUR_FAULT, Reason.NOT_ALLOWED
    return Trouble.PERMANENT, Reason.REJECTED

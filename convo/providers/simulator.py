"""The simulator: a provider like any other, whose phones are in this machine.

Webhooks are JSON: a text `{"id", "from", "to", "text"}`, where need be with `media`, the kinds of what
comes with it, and `answered` (`stop`, `start` or `help`), where a provider would have taken it for that
and answered itself; a delivery report `{"id", "from", "status"}`
with `delivered` or `failed` and a `reason`, or a list of these. With a `webhook_secret` they are signed:
`X-Convo-Signature` is the hex HMAC-SHA256 of the body.
"""

import hashlib
import hmac
import json
from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any

import aiohttp
from pydantic import Field

from convo import phone
from convo.clock import retry_after
from convo.errors import InvalidSignature
from convo.keywords import KeywordKind
from convo.messages import (
    Accepted,
    Inbound,
    Item,
    Outbound,
    RawRequest,
    Reason,
    Report,
    Response,
    SendError,
    Status,
    Trouble,
    Unread,
)
from convo.providers.base import LONGEST_ID, ProviderSettings, Surroundings, Traits, read_json
from convo.setting import Secrets

SIGNATURE = "x-convo-signature"
_TIMEOUT = 5  # seconds for the program that plays the phones


class SimulatorSettings(ProviderSettings):
    """Of `[accounts.…]` with `provider = "simulator"`."""

    # Signs webhooks; two may be live while a secret is changed.
    webhook_secret: Secrets = Field(default_factory=list, repr=False)
    # Where it hands over what it sends, so that another program can play the phones.
    deliver_to: str | None = None


class Simulator:
    """Accepts every text and reports it as delivered, unless it was told to fail."""

    name = "simulator"
    SETTINGS = SimulatorSettings
    traits = Traits(idempotent=True, stop={})

    def __init__(self, settings: SimulatorSettings, surroundings: Surroundings) -> None:
        self._account = surroundings.account
        # Keyed once: that is more work than a short body.
        self._keyed = [hmac.new(one.encode(), digestmod=hashlib.sha256) for one in settings.webhook_secret]
        self._phones = settings.deliver_to
        self._report = surroundings.deliver
        self._clock = surroundings.clock
        self._told: defaultdict[str, deque[SendError | Reason]] = defaultdict(deque)
        self._http: aiohttp.ClientSession | None = None

    # Webhooks.

    def verify(self, request: RawRequest) -> None:
        if not self._keyed:
            return
        given = request.headers.get(SIGNATURE, "").encode()
        if not any(hmac.compare_digest(given, _signature(keyed, request.body)) for keyed in self._keyed):
            raise InvalidSignature(
                f"{SIGNATURE} does not fit the body; check accounts.{self._account}.webhook_secret"
            )

    def parse(self, request: RawRequest) -> Sequence[Item]:
        body = read_json(request.body, expected='send {"id": …, "from": …, "to": …, "text": …}')
        if isinstance(body, dict):
            return [self._item(body, request.body)]
        if isinstance(body, list):
            return [self._item(one, json.dumps(one).encode()) for one in body]
        return [Unread(self._account, "not an object", request.body)]

    def acknowledge(self, request: RawRequest) -> Response:
        del request
        return Response(200, b'{"stored": true}', {"content-type": "application/json"})

    def _item(self, event: Any, raw: bytes) -> Item:
        if not isinstance(event, dict):
            return Unread(self._account, "not an object", raw)
        number = event.get("id")
        name = str(number) if isinstance(number, str | int) else ""
        if not 0 < len(name) <= LONGEST_ID:
            return Unread(self._account, f"no id of 1 to {LONGEST_ID} characters", raw)
        contact = phone.from_provider(str(event.get("from", "")))
        if contact is None:
            return Unread(self._account, "`from` is not a phone number", raw)
        if "status" in event:
            return self._read_report(event, name, contact, raw)
        ours, text = phone.from_provider(str(event.get("to", ""))), event.get("text")
        answered = event.get("answered")
        media = event.get("media", [])
        kinds = isinstance(media, list) and all(isinstance(kind, str) for kind in media)
        if ours is None or not isinstance(text, str) or not kinds or answered not in (None, *KeywordKind):
            return Unread(self._account, "an event that is neither a text nor a report", raw)
        taken = KeywordKind(answered) if answered else None
        return Inbound(self._account, name, contact, ours, text, raw, tuple(media), taken)

    def _read_report(self, event: dict[str, Any], name: str, contact: str, raw: bytes) -> Item:
        status, reason = event["status"], event.get("reason", Reason.UNKNOWN.value)
        if status not in ("delivered", "failed") or reason not in list(Reason):
            return Unread(self._account, f"a report of an unknown status: {status} {reason}", raw)
        return Report(
            self._account, name, contact, Status(status),
            reason=Reason(reason) if status == "failed" else None,
        )  # fmt: skip

    # Sending.

    def tell(self, contact: str, failure: SendError | Reason) -> None:
        """The next text to `contact` fails: at once (SendError), or in its report (Reason)."""
        self._told[contact].append(failure)

    async def send(self, message: Outbound) -> Accepted:
        told = self._told.get(message.contact)
        failure = told.popleft() if told else None
        if isinstance(failure, SendError):
            raise failure
        if self._phones is not None and failure is None:
            await self._hand_over(self._phones, message)
        name = f"sim-{message.key}"
        self._report([self._outcome(message, name, failure)])
        return Accepted(name)

    def _outcome(self, message: Outbound, name: str, failure: Reason | None) -> Report:
        status = Status.FAILED if failure else Status.DELIVERED
        return Report(self._account, name, message.contact, status, reason=failure, message_id=message.id)

    async def _hand_over(self, url: str, message: Outbound) -> None:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=_TIMEOUT)
            )
        text = {
            "key": message.key,
            "from": message.number,
            "to": message.contact,
            "text": message.text,
        }
        try:
            async with self._http.post(url, json=text, allow_redirects=False) as answer:
                status, asked = (
                    answer.status,
                    retry_after(answer.headers.get("Retry-After", ""), self._clock()),
                )
        except TimeoutError as error:
            said = f"no answer within {_TIMEOUT} s"
            raise SendError(Trouble.RETRY, Reason.UNREACHABLE, detail=said) from error
        except aiohttp.ClientError as error:
            said = f"the request failed: {type(error).__name__}"
            raise SendError(Trouble.RETRY, Reason.UNREACHABLE, detail=said) from error
        wait = asked.total_seconds() if asked is not None else None
        if status == 429:
            raise SendError(Trouble.LATER, Reason.TOO_MANY, retry_after=wait, detail="it answered 429")
        if status >= 500:
            detail = f"it answered {status}"
            raise SendError(Trouble.RETRY, Reason.PROVIDER_FAULT, retry_after=wait, detail=detail)
        if status >= 400:
            raise SendError(Trouble.PERMANENT, Reason.REJECTED, detail=f"it answered {status}")
        if status >= 300:
            detail = f"it answered {status}, a redirect; mend accounts.{self._account}.deliver_to"
            raise SendError(Trouble.OUR_FAULT, Reason.REJECTED, detail=detail)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()


def _signature(keyed: hmac.HMAC, body: bytes) -> bytes:
    signing = keyed.copy()
    signing.update(body)
    return signing.hexdigest().encode()


PROVIDER = Simulator

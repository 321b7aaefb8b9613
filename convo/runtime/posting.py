"""Posting events: signed as Standard Webhooks has it, one request a try, and what its answer means.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

import aiohttp
from standardwebhooks import Webhook
from yarl import URL

from convo import __version__
from convo.clock import Clock, retry_after
from convo.endpoints import Endpoint

ANSWER_WITHIN = 15.0  # seconds
MOST_AT_ONCE = 32  # requests to one endpoint
_LONGEST_PAUSE = timedelta(days=1)  # that an endpoint may ask for


class Fate(StrEnum):
    """What came of telling somebody of an event."""

    TOLD = "told"
    NOBODY = "nobody"  # wanted it
    FAILED = "failed"  # to be tried again
    GONE = "gone"  # the endpoint wants nothing more
    GIVEN_BACK = "given back"  # the process ends before there is an answer; another one tells it


class Outcome(NamedTuple):
    """What came of one try; `pause` is how long the endpoint asks for at least."""

    fate: Fate
    error: str | None = None
    pause: timedelta = timedelta()


class Poster:
    """One endpoint's client; its connections open with the first event."""

    def __init__(self, endpoint: Endpoint, clock: Clock) -> None:
        self.endpoint = endpoint
        self._signers = [Webhook(secret) for secret in endpoint.secret]
        self._clock = clock
        self._http: aiohttp.ClientSession | None = None

    async def post(self, webhook_id: str, payload: Mapping[str, Any]) -> Outcome:
        """Post it once, and wait for the answer at most 15 seconds."""
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                async with self._client().post(
                    URL(self.endpoint.url),
                    data=body.encode(),
                    headers=self._headers(webhook_id, body),
                    allow_redirects=False,
                ) as answer:
                    return _meant(answer.status, answer.headers, self._clock())
        except TimeoutError:
            return Outcome(Fate.FAILED, f"it did not answer within {ANSWER_WITHIN:.0f} seconds")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Outcome(Fate.FAILED, f"it cannot be reached: {str(error) or type(error).__name__}")

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()

    def _headers(self, webhook_id: str, body: str) -> dict[str, str]:
        """One signature for each secret: whoever reads it knows one of them."""
        now = self._clock().astimezone(UTC)  # the library takes the wall clock of what it is given for UTC
        signatures = [signer.sign(webhook_id, now, body) for signer in self._signers]
        return {
            "content-type": "application/json",
            "user-agent": f"convo/{__version__}",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }

    def _client(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=MOST_AT_ONCE),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
            )
        return self._http


def _meant(status: int, headers: Mapping[str, str], now: datetime) -> Outcome:
    """Standard Webhooks, "Delivery success and failure"."""
    if 200 <= status < 300:
        return Outcome(Fate.TOLD)
    if status == 410:
        return Outcome(Fate.GONE, "it answered 410 Gone")
    if 300 <= status < 400:
        to = headers.get("Location", "")
        return Outcome(
            Fate.FAILED, f"it answered {status}, which is not followed: put {to!r} into the settings"
        )
    pause = retry_after(headers.get("Retry-After", ""), now) or timedelta()
    return Outcome(Fate.FAILED, f"it answered {status}", min(pause, _LONGEST_PAUSE))

"""A Communication Services resource over HTTP: one signed request, and its answer as it came."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
from yarl import URL

from convo.clock import Clock, retry_after
from convo.messages import Reason, SendError, Trouble
from convo.providers.azure.settings import AzureSettings, read_connection
from convo.providers.azure.signing import sign

MOST_BYTES = 64 * 1024  # of an answer; a hundred recipients' take some ten thousand
_LONGEST_WAIT = 3600.0  # seconds that an answer can put us off


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the beginning of the body, and how many seconds to wait, if it says."""

    status: int
    body: bytes
    wait: float | None


class Resource:
    """The client of one account; its connections open with the first request."""

    def __init__(self, settings: AzureSettings, clock: Clock) -> None:
        self._connection = read_connection(settings.connection_string)
        self._timeout = settings.timeout
        self._clock = clock
        self._http: aiohttp.ClientSession | None = None

    async def post(self, path: str, document: Any) -> Answer:
        """The answer to a signed request; raises SendError where none came."""
        now = self._clock()
        body = json.dumps(document, ensure_ascii=False).encode()
        headers = sign(self._connection, "POST", path, body, now)
        headers["Content-Type"] = "application/json"
        try:
            async with self._client().post(
                URL(f"{self._connection.url}{path}", encoded=True),
                data=body,
                headers=headers,
                allow_redirects=False,
            ) as answer:
                return Answer(answer.status, await _beginning(answer), _wait(answer.headers, now))
        except TimeoutError as error:
            said = f"no answer within {self._timeout:g} s"
            raise SendError(Trouble.RETRY, Reason.PROVIDER_FAULT, detail=said) from error
        except (aiohttp.ClientError, OSError) as error:
            said = f"the request failed: {type(error).__name__}"
            raise SendError(Trouble.RETRY, Reason.PROVIDER_FAULT, detail=said) from error

    def _client(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                # Who sends knows how much is under way: a request that waited in here would leave late.
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self._timeout),
            )
        return self._http

    async def close(self) -> None:
        """Let go of connections."""
        if self._http is not None:
            await self._http.close()


async def _beginning(answer: aiohttp.ClientResponse) -> bytes:
    """As much of an answer as can be meant; the rest stays unread, and its connection is dropped."""
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > MOST_BYTES:
            break
    return bytes(body[:MOST_BYTES])


def _wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds until Azure wants to be asked again."""
    asked = retry_after(headers.get("Retry-After", ""), now)
    return min(max(asked.total_seconds(), 1.0), _LONGEST_WAIT) if asked is not None else None

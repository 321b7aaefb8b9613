"""The HTTP requests that flows make: to hosts that may be reached, with an end to their time and size."""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from datetime import timedelta

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from convo.clock import Clock, retry_after
from convo.errors import CallError
from convo.flow.results import LARGEST, Result, checked, from_json
from convo.flow.session import Request
from convo.flow.values import Money, Value, shown
from convo.hosts import is_public, listed
from convo.messages import storable
from convo.settings import Calls

KEY = "Idempotency-Key"  # draft-ietf-httpapi-idempotency-key-header
_MOST_CONNECTIONS = 32
_AGAIN = (408, 429)  # of the 4xx, RFC 9110 section 15.5.9 and RFC 6585 section 4
_SAID = 200  # characters of an answer that are told with a failure


class Fetcher:
    """One client for all requests; its connections open with the first."""

    def __init__(self, calls: Calls, clock: Clock, resolver: AbstractResolver | None = None) -> None:
        self._calls = calls
        self._clock = clock
        self._resolver = resolver
        self._http: aiohttp.ClientSession | None = None

    async def fetch(
        self, request: Request, given: Mapping[str, Value], key: str, within: timedelta
    ) -> Result:
        """What a server answers: its JSON, or its text; raises CallError with what went wrong.

        Redirects are not followed, and connections go to addresses of the public network alone, unless
        the settings allow the host: to the very address that was looked at.
        """
        url, headers = self._addressed(request, key)
        in_query = request.method == "GET"
        if in_query:
            url = url.extend_query([(name, word) for name, value in given.items() for word in _words(value)])
        body = {name: shown(value) for name, value in given.items()} if given and not in_query else None
        try:
            async with (
                asyncio.timeout(within.total_seconds()),
                self._client().request(
                    request.method,
                    url,
                    headers=headers,
                    json=body,
                    allow_redirects=False,
                ) as answer,
            ):
                return self._read(answer, await _body(answer))
        except TimeoutError:
            raise CallError(f"no answer within {within.total_seconds():g} seconds", again=True) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            told = f"{type(error).__name__}: {error}"
            again = not isinstance(error, ValueError)  # of an address, or of what was to be sent
            raise CallError(storable(told)[:_SAID], again=again) from None

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()

    def _addressed(self, request: Request, key: str) -> tuple[URL, dict[str, str]]:
        url = URL(request.url)
        host, port = url.host or "", url.port
        allowed = listed(host, port, self._calls.allow)
        if not allowed:
            _refuse_own(host)
        own = [each.headers for name, each in self._calls.hosts.items() if listed(host, port, [name])]
        if own and url.scheme != "https" and not allowed:
            raise CallError(f"the headers for {host} are told over https alone", again=False)
        headers = {"User-Agent": "convo", "Accept-Encoding": "identity", KEY: key, **request.headers}
        for each in own:
            headers.update(each)
        return url, headers

    def _client(self) -> aiohttp.ClientSession:
        if self._http is None:
            resolver = _Guarded(self._resolver or ThreadedResolver(), self._calls.allow)
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_MOST_CONNECTIONS, resolver=resolver),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # a small answer could unpack to a very large one
            )
        return self._http

    def _read(self, answer: aiohttp.ClientResponse, body: bytes) -> Result:
        if 200 <= answer.status < 300:
            return _result(answer, body)
        told = f"the answer is {answer.status} {answer.reason or ''}".rstrip()
        if 300 <= answer.status < 400:
            raise CallError(f"{told}; redirects are not followed", again=False)
        if said := " ".join(body.decode(errors="replace").split())[:_SAID]:
            told = f"{told}: {said}"
        again = answer.status >= 500 or answer.status in _AGAIN
        after = retry_after(answer.headers.get("Retry-After", ""), self._clock())
        raise CallError(storable(told), again=again, after=after)


class _Guarded(AbstractResolver):
    """Resolves names, and gives back those addresses alone that may be connected to."""

    def __init__(self, names: AbstractResolver, allow: Sequence[str]) -> None:
        self._names = names
        self._allow = allow

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._names.resolve(host, port, family)
        if listed(host, port, self._allow):
            return found
        public = [each for each in found if is_public(each["host"])]
        if not public:
            raise _refused(host)
        return public

    async def close(self) -> None:
        await self._names.close()


def _refuse_own(host: str) -> None:
    """Addresses that stand in a URL as they are: no resolver is asked about them."""
    try:
        public = is_public(host)
    except ValueError:
        return  # a name
    if not public:
        raise _refused(host)


def _refused(host: str) -> CallError:
    return CallError(
        f"{host} is no host of the public network; if it may be called, add it to `allow` under [calls]",
        again=False,
    )


def _words(value: Value) -> list[str]:
    """A value as it stands in a query: a list several times, a truth as JSON has it."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, bool):
        return [str(value).lower()]
    return [str(value if isinstance(value, Money) else shown(value))]


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > LARGEST:
            raise CallError(f"the answer is larger than {LARGEST // 1024} KiB", again=False)
    return bytes(body)


def _result(answer: aiohttp.ClientResponse, body: bytes) -> Result:
    if not body:
        return None
    if "Content-Encoding" in answer.headers and answer.headers["Content-Encoding"] != "identity":
        raise CallError("the answer is packed, which nobody asked for", again=False)
    try:
        text = body.decode(answer.charset or "utf-8")
    except (LookupError, UnicodeDecodeError):
        raise CallError(f"the answer is no text in {answer.charset or 'utf-8'}", again=False) from None
    kind = answer.content_type
    if kind != "application/json" and not kind.endswith("+json"):
        return checked(text)
    try:
        return from_json(text)
    except ValueError as error:
        raise CallError(f"the answer cannot be used: {error}", again=False) from None

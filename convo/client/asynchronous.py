"""`AsyncClient`: for programs on asyncio, with as many calls at once as they like."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from types import TracebackType
from typing import Any, Generic, ParamSpec, Self, TypeVar, overload

import aiohttp
from yarl import URL

from convo.client import calls
from convo.client.errors import ConnectionFailed
from convo.client.transport import Call, Request, Response, Retries, base
from convo.resources.base import Page

P = ParamSpec("P")
T = TypeVar("T")


class _Asks(Generic[P, T]):
    """A method of the client that makes one call."""

    def __init__(self, build: Callable[P, Call[T]]) -> None:
        self._build = build
        self.__doc__ = build.__doc__

    @overload
    def __get__(self, client: None, owner: type["AsyncClient"]) -> Self: ...
    @overload
    def __get__(
        self, client: "AsyncClient", owner: type["AsyncClient"]
    ) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, client: "AsyncClient | None", owner: type["AsyncClient"]) -> Any:
        if client is None:
            return self

        async def ask(*given: P.args, **named: P.kwargs) -> T:
            return await client.ask(self._build(*given, **named))

        return ask


class _Lists(Generic[P, T]):
    """A method of the client that goes through all pages of a list."""

    def __init__(self, build: Callable[P, Call[Page[T]]]) -> None:
        self._build = build
        self.__doc__ = build.__doc__

    @overload
    def __get__(self, client: None, owner: type["AsyncClient"]) -> Self: ...
    @overload
    def __get__(self, client: "AsyncClient", owner: type["AsyncClient"]) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, client: "AsyncClient | None", owner: type["AsyncClient"]) -> Any:
        if client is None:
            return self

        def ask(*given: P.args, **named: P.kwargs) -> AsyncIterator[T]:
            return client.all(self._build(*given, **named))

        return ask


class AsyncClient:
    """Like `Client`, awaited. Use it in an `async with`; lists are iterated with `async for`."""

    def __init__(self, url: str, token: str, *, timeout: float = 30, retries: Retries | None = None) -> None:
        self._url = base(url)
        self._token = token
        self._timeout = timeout
        self._retries = retries or Retries()
        self._http: aiohttp.ClientSession | None = None

    start = _Asks(calls.start)
    conversation = _Asks(calls.conversation)
    conversations = _Lists(calls.conversations)
    history = _Lists(calls.history)
    reply = _Asks(calls.reply)
    hand_off = _Asks(calls.hand_off)
    hand_back = _Asks(calls.hand_back)
    close = _Asks(calls.close)
    send = _Asks(calls.send)
    message = _Asks(calls.message)
    messages = _Lists(calls.messages)
    withdraw = _Asks(calls.withdraw)
    queue = _Lists(calls.queue)
    retry = _Asks(calls.retry)
    settle = _Asks(calls.settle)
    create_contact = _Asks(calls.create_contact)
    contact = _Asks(calls.contact)
    contacts = _Lists(calls.contacts)
    change_contact = _Asks(calls.change_contact)
    tag_contact = _Asks(calls.tag_contact)
    untag_contact = _Asks(calls.untag_contact)
    export_contact = _Asks(calls.export_contact)
    erase_contact = _Asks(calls.erase_contact)
    remind = _Asks(calls.remind)
    reminder = _Asks(calls.reminder)
    reminders = _Lists(calls.reminders)
    cancel_reminder = _Asks(calls.cancel_reminder)
    create_campaign = _Asks(calls.create_campaign)
    campaign = _Asks(calls.campaign)
    campaigns = _Lists(calls.campaigns)
    campaign_contacts = _Lists(calls.campaign_contacts)
    load_campaign = _Asks(calls.load_campaign)
    preview_campaign = _Asks(calls.preview_campaign)
    start_campaign = _Asks(calls.start_campaign)
    pause_campaign = _Asks(calls.pause_campaign)
    resume_campaign = _Asks(calls.resume_campaign)
    cancel_campaign = _Asks(calls.cancel_campaign)
    verify = _Asks(calls.verify)
    verification = _Asks(calls.verification)
    check_verification = _Asks(calls.check_verification)
    cancel_verification = _Asks(calls.cancel_verification)
    flows = _Lists(calls.flows)
    flow = _Asks(calls.flow)
    flow_versions = _Lists(calls.flow_versions)
    flow_source = _Asks(calls.flow_source)
    insights = _Asks(calls.insights)
    events = _Lists(calls.events)
    event = _Asks(calls.event)
    resend_event = _Asks(calls.resend_event)
    consent = _Asks(calls.consent)
    opt_out = _Asks(calls.opt_out)
    opt_in = _Asks(calls.opt_in)
    agree = _Asks(calls.agree)
    consent_entries = _Lists(calls.consent_entries)
    reviews = _Lists(calls.reviews)
    keep_review = _Asks(calls.keep_review)
    undo_review = _Asks(calls.undo_review)

    async def ask(self, call: Call[T]) -> T:
        """Make a call, again where it fails for a moment."""
        request, tries = call.request(self._url, self._token), 0
        while True:
            response, failure = None, None
            try:
                response = await self._travel(request)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                failure = error
            tries += 1
            wait = self._retries.wait(tries, response)
            if wait is None:
                if response is None:
                    raise ConnectionFailed(f"{self._url} cannot be reached: {failure}") from failure
                return call.read(response)
            await asyncio.sleep(wait)

    async def all(self, call: Call[Page[T]]) -> AsyncIterator[T]:
        """The items of every page."""
        cursor: str | None = None
        while True:
            page = await self.ask(replace(call, query={**call.query, "cursor": cursor}))
            for item in page.items:
                yield item
            if page.next is None:
                return
            cursor = page.next

    async def disconnect(self) -> None:
        """Let the connections go; the next call makes others."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.disconnect()

    async def _travel(self, request: Request) -> Response:
        if self._http is None:
            timeout = aiohttp.ClientTimeout(total=self._timeout)
            self._http = aiohttp.ClientSession(timeout=timeout)
        url = URL(request.url, encoded=True)
        with request.content() as body:
            asked = self._http.request(request.method, url, data=body, headers=request.headers)
            async with asked as answer:
                return Response(answer.status, await answer.read(), answer.headers.get("Retry-After"))

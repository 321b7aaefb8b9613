"""`Client`: for programs that wait for each answer. It needs nothing but the standard library's HTTP."""

import http.client
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import Any, Generic, ParamSpec, Self, TypeVar, overload
from urllib.parse import urlsplit

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
    def __get__(self, client: None, owner: type["Client"]) -> Self: ...
    @overload
    def __get__(self, client: "Client", owner: type["Client"]) -> Callable[P, T]: ...
    def __get__(self, client: "Client | None", owner: type["Client"]) -> Any:
        if client is None:
            return self

        def ask(*given: P.args, **named: P.kwargs) -> T:
            return client.ask(self._build(*given, **named))

        return ask


class _Lists(Generic[P, T]):
    """A method of the client that goes through all pages of a list."""

    def __init__(self, build: Callable[P, Call[Page[T]]]) -> None:
        self._build = build
        self.__doc__ = build.__doc__

    @overload
    def __get__(self, client: None, owner: type["Client"]) -> Self: ...
    @overload
    def __get__(self, client: "Client", owner: type["Client"]) -> Callable[P, Iterator[T]]: ...
    def __get__(self, client: "Client | None", owner: type["Client"]) -> Any:
        if client is None:
            return self

        def ask(*given: P.args, **named: P.kwargs) -> Iterator[T]:
            return client.all(self._build(*given, **named))

        return ask


class Client:
    """The API at `url` with `token`. Its methods are those of `convo.client.calls`; lists are iterated.

    A request that gets no answer, 429 or 503 is made again, a POST with the same key; not so where it
    would have to wait for more than a minute. Raises ApiError where the API says no, and ConnectionFailed
    where it cannot be reached. Use one client in one thread.
    """

    def __init__(self, url: str, token: str, *, timeout: float = 30, retries: Retries | None = None) -> None:
        self._url = base(url)
        self._token = token
        self._timeout = timeout
        self._retries = retries or Retries()
        self._connection: http.client.HTTPConnection | None = None

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

    def ask(self, call: Call[T]) -> T:
        """Make a call, again where it fails for a moment."""
        request, tries = call.request(self._url, self._token), 0
        while True:
            response, failure = None, None
            try:
                response = self._travel(request)
            except (OSError, http.client.HTTPException) as error:
                self.disconnect()
                failure = error
            tries += 1
            wait = self._retries.wait(tries, response)
            if wait is None:
                if response is None:
                    raise ConnectionFailed(f"{self._url} cannot be reached: {failure}") from failure
                return call.read(response)
            time.sleep(wait)  # before the next try, as the server or `Retries` says

    def all(self, call: Call[Page[T]]) -> Iterator[T]:
        """The items of every page."""
        cursor: str | None = None
        while True:
            page = self.ask(replace(call, query={**call.query, "cursor": cursor}))
            yield from page.items
            if page.next is None:
                return
            cursor = page.next

    def disconnect(self) -> None:
        """Let the connection go; the next call makes another one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.disconnect()

    def _travel(self, request: Request) -> Response:
        where = urlsplit(self._url)
        if self._connection is None:
            kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
            self._connection = kind(where.netloc, timeout=self._timeout)
        target = request.url.removeprefix(f"{where.scheme}://{where.netloc}")
        with request.content() as body:
            self._connection.request(request.method, target, body, dict(request.headers))
        answer = self._connection.getresponse()
        return Response(answer.status, answer.read(), answer.headers.get("Retry-After"))

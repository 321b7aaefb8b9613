"""An application that is told of events over HTTP, and a house that tells it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook

from convo.endpoints import Events
from convo.runtime.relay import Relay
from convo.store import outgoing
from convo.store.deliveries import Delivery
from convo.store.outgoing import Chosen
from tests.providers.server import answering
from tests.runtime.house import House

SECRET, OTHER_SECRET = (f"whsec_{letter * 10}" for letter in ("c2Vj", "b3Ro"))

Answer = Callable[["Told"], Awaitable[web.StreamResponse] | web.StreamResponse]


@dataclass(frozen=True)
class Told:
    """One event as it was posted."""

    request: web.BaseRequest
    body: str

    @property
    def id(self) -> str:
        return self.request.headers["webhook-id"]

    @property
    def at(self) -> datetime:
        """When it was posted."""
        return datetime.fromtimestamp(int(self.request.headers["webhook-timestamp"]), UTC)

    @property
    def signatures(self) -> list[str]:
        return self.request.headers["webhook-signature"].split(" ")

    @cached_property
    def payload(self) -> Mapping[str, Any]:
        read: Mapping[str, Any] = json.loads(self.body)
        return read

    @property
    def type(self) -> str:
        kind: str = self.payload["type"]
        return kind

    @property
    def data(self) -> Mapping[str, Any]:
        data: Mapping[str, Any] = self.payload["data"]
        return data

    @property
    def contact(self) -> str:
        contact: str = self.data["contact"]
        return contact


def takes(told: Told) -> web.StreamResponse:
    """Whatever it is."""
    del told
    return web.Response()


@dataclass
class Application:
    """It keeps what it is told, and answers as it was told to."""

    house: House
    told: list[Told] = field(default_factory=list)
    answer: Answer = takes
    url: str = ""

    async def take(self, request: web.BaseRequest) -> web.StreamResponse:
        """What is not signed by our secret is refused, as an application does."""
        told = Told(request, (await request.read()).decode())
        if Webhook(SECRET).sign(told.id, told.at, told.body) not in told.signatures:
            return web.Response(status=401)
        self.told.append(told)
        answer = self.answer(told)
        return await answer if isinstance(answer, Awaitable) else answer

    def kinds(self) -> list[str]:
        return [told.type for told in self.told]

    # What the house does.

    def listens(self, **settings: Any) -> None:
        """The house posts to this application."""
        values = {"url": self.url, "secret": SECRET, **settings}
        self.house.settings = self.house.settings.model_copy(update={"events": Events(**values)})

    def relay(self) -> Relay:
        """As a process has one."""
        return Relay(self.house.store, self.house.settings.events, self.house.clock)

    async def tell(self, relay: Relay | None = None) -> int:
        """Everything that is due is told; how many tries that took."""
        one = relay or self.relay()
        try:
            return await one.tell()
        finally:
            await one.close()

    async def tells_after(self, **time: float) -> int:
        self.house.later(**time)
        return await self.tell()

    def deliveries(self, endpoint: str = "default") -> list[Delivery]:
        """What became of every event that this endpoint was to be told of, oldest first."""
        found = self.house.do(lambda c: outgoing.listed(c, Chosen(endpoint=endpoint), 0, 10_000))
        return [each for one in found for each in one.deliveries if each.endpoint == endpoint]


@asynccontextmanager
async def listening(house: House, **settings: Any) -> AsyncIterator[Application]:
    """An application that the house tells of events."""
    application = Application(house)
    async with answering(application.take) as at_work:
        application.url = f"{at_work.url}/hooks"
        application.listens(**settings)
        yield application

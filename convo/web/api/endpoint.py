"""How an operation is answered over HTTP: who asks, what they bring, one transaction, one answer."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import structlog
from pydantic import TypeAdapter
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from convo.app import App
from convo.errors import CodedError, StoreUnavailable
from convo.messages import storable
from convo.resources.base import Body, Upload
from convo.runtime.room import Place
from convo.runtime.tally import Tally
from convo.runtime.tokens import Holder
from convo.runtime.turns import Line
from convo.web.api import bodies
from convo.web.api.access import Access, Refusal, problem
from convo.web.api.bodies import body, query, size, spool
from convo.web.api.idempotency import Given, Sweeper, key_of, once
from convo.web.api.operations import GET, Answer, Asked, Operation, Run

log = structlog.get_logger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]
RETRY_AFTER = "5"  # seconds, where the database is away
EVEN = 0.1  # seconds: when an answer goes out that must not tell by its time what became of it
UNLESS_SAID = 422  # the status of a CodedError that an operation does not name


class Endpoints:
    """Makes the endpoints of operations."""

    def __init__(self, app: App, access: Access) -> None:
        self._app = app
        self._access = access
        self._sweeper = Sweeper(app)

    def of(self, operation: Operation) -> Endpoint:
        """The endpoint of an operation."""
        shape: TypeAdapter[object] = TypeAdapter(operation.gives)
        run_in = cast(Run, operation.run)

        async def answer(request: Request) -> Response:
            began = asyncio.get_running_loop().time()
            by = await self._access.admit(request, operation.scope)
            try:
                return await taken(request, by)
            finally:
                if operation.even:
                    await _evenly(began)

        async def taken(request: Request, by: Holder) -> Response:
            place = Place(self._app.room)
            try:
                if operation.method != GET:
                    reads = operation.reads_body
                    place.take(items=1, size=size(request, self._app.settings.max_body) if reads else 0)
                if operation.uploads:
                    place.leave()  # it waits in a file, for as long as it takes
                with ExitStack() as closing:
                    return await carry_out(request, by, closing)
            finally:
                place.leave()

        async def carry_out(request: Request, by: Holder, closing: ExitStack) -> Response:
            asked = await self._asked(operation, request, by, closing)
            key = key_of(request, by.id, asked.body) if operation.keyed else None
            tally = Tally()

            def job(connection: Connection) -> Given:
                tally.clear()

                def run() -> Given:
                    now = self._app.clock()
                    line = Line(connection, self._app.settings, self._app.library, now, tally=tally)
                    return given_of(run_in(line, asked))

                return once(connection, key, self._app.clock(), run) if key else run()

            try:
                if operation.several:
                    given = given_of(await operation.several(self._app, asked))
                else:
                    given = await (self._app.store.read if operation.method == GET else self._app.write)(job)
            except CodedError as error:
                status = operation.refuses.get(error.code, UNLESS_SAID)
                self._app.metrics.count(tally)
                if error.writes is not None:
                    await self._app.write(error.writes)
                wait = {} if error.after is None else {"retry_after": f"{ceil(error.after.total_seconds())}"}
                raise Refusal(status, error.code, str(error), **wait) from None
            self._app.metrics.count(tally)
            if key:
                await self._sweeper.sweep()
            headers = {"Idempotency-Replayed": "true"} if given.again else None
            return Response(given.body, given.status, headers, "application/json")

        def given_of(found: Answer[object]) -> Given:
            return Given(found.status, shape.dump_json(found.body))

        return told(answer)

    async def _asked(
        self, operation: Operation, request: Request, by: Holder, closing: ExitStack
    ) -> Asked[Any, Any]:
        asked = query(request, operation.query)
        if operation.uploads:
            file = Path(closing.enter_context(TemporaryDirectory(prefix="convo-list-"))) / "list"
            await spool(request, file, bodies.LONGEST_LIST)
            read: Body = Upload(path=file)
        elif operation.reads_body:
            read = await body(request, operation.takes, self._app.settings.max_body)
        else:
            read = operation.takes()
        path = {name: storable(value) for name, value in request.path_params.items()}
        return Asked(asked, read, path, by)


async def _evenly(began: float) -> None:
    """Wait until the next full step of EVEN seconds since `began`."""
    took = asyncio.get_running_loop().time() - began
    await asyncio.sleep(ceil(took / EVEN) * EVEN - took)


def told(answer: Endpoint) -> Endpoint:
    """`answer`, whose refusals become problem documents."""

    async def tell(request: Request) -> Response:
        try:
            return await answer(request)
        except Refusal as refusal:
            return problem(refusal)
        except StoreUnavailable as error:
            return problem(Refusal(503, "store_unavailable", str(error), retry_after=RETRY_AFTER))
        except Exception:
            route = getattr(request.scope.get("route"), "path", None)  # a path itself may hold a number
            log.exception("api.failed", method=request.method, route=route)
            return problem(Refusal(500, "internal_error", "this is a fault of convo's; its log says more"))

    return tell

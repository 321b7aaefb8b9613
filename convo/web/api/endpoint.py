"""How an operation is answered over HTTP: who asks, what they bring, one transaction, one answer."""

from collections.abc import Awaitable, Callable

import structlog
from pydantic import TypeAdapter
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from convo.app import App
from convo.errors import CodedError, StoreUnavailable
from convo.runtime.room import Place
from convo.runtime.tokens import Holder
from convo.runtime.turns import Line
from convo.web.api.access import Access, Refusal, problem
from convo.web.api.bodies import body, query, size
from convo.web.api.operations import GET, Answer, Asked, Operation

log = structlog.get_logger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]
RETRY_AFTER = "5"  # seconds, where the database is away
UNLESS_SAID = 422  # the status of a CodedError that an operation does not name


def endpoint(app: App, access: Access, operation: Operation) -> Endpoint:
    """The endpoint of an operation."""
    shape: TypeAdapter[object] = TypeAdapter(operation.gives)

    async def answer(request: Request) -> Response:
        by = await access.admit(request, operation.scope)
        place = Place(app.room)
        try:
            if operation.method != GET:
                place.take(items=1, size=size(request, app.settings.max_body))
            return await carry_out(request, by)
        finally:
            place.leave()

    async def carry_out(request: Request, by: Holder) -> Response:
        asked = Asked(
            query(request, operation.query),
            await body(request, operation.takes, app.settings.max_body)
            if operation.reads_body
            else operation.takes(),
            request.path_params,
            by,
        )

        def job(connection: Connection) -> Answer[object]:
            found: Answer[object] = operation.run(
                Line(connection, app.settings, app.library, app.clock()), asked
            )
            return found

        try:
            found = await (app.store.read(job) if operation.method == GET else app.write(job))
        except CodedError as error:
            status = operation.refuses.get(error.code, UNLESS_SAID)
            raise Refusal(status, error.code, str(error)) from None
        return Response(shape.dump_json(found.body), found.status, media_type="application/json")

    return told(answer)


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
            log.exception("api.failed", method=request.method, path=request.url.path)
            return problem(Refusal(500, "internal_error", "this is a fault of convo's; its log says more"))

    return tell

"""The paths of the API, every one behind its tokens."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from convo.app import App
from convo.web.api import (
    campaigns,
    consent,
    contacts,
    conversations,
    events,
    flows,
    insights,
    messages,
    queue,
    reminders,
    reviews,
    verifications,
)
from convo.web.api.access import Access, Refusal
from convo.web.api.endpoint import Endpoint, Endpoints, told
from convo.web.api.operations import Operation

OPERATIONS: list[Operation] = [
    *conversations.OPERATIONS,
    *messages.OPERATIONS,
    *queue.OPERATIONS,
    *contacts.OPERATIONS,
    *flows.OPERATIONS,
    *insights.OPERATIONS,
    *events.OPERATIONS,
    *reviews.OPERATIONS,
    *consent.OPERATIONS,
    *reminders.OPERATIONS,
    *verifications.OPERATIONS,
    *campaigns.OPERATIONS,
]
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def api_routes(app: App) -> list[Route]:
    """The routes under `/v1`; what is none of them is told like every other error."""
    access = Access(app)
    endpoints = Endpoints(app, access)
    routes = [Route(each.path, endpoints.of(each), methods=[each.method]) for each in OPERATIONS]
    return [*routes, Route("/v1/{rest:path}", told(_nowhere(access, routes)), methods=_METHODS)]


def _nowhere(access: Access, routes: Sequence[Route]) -> Endpoint:
    """The answer to a path, or to a method on it, that there is not."""

    async def answer(request: Request) -> Response:
        await access.admit(request, None)
        path = request.url.path
        methods = {name for route in routes if route.path_regex.match(path) for name in route.methods or ()}
        if not methods:
            raise Refusal(404, "not_found", f"there is no {path}")
        allowed = ", ".join(sorted(methods))
        raise Refusal(405, "not_allowed", f"{path} takes {allowed}", allow=allowed)

    return answer

"""The paths of the API, every one behind its token."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from convo.app import App
from convo.web.api.access import Endpoint, Refusal, guarded, problem
from convo.web.api.consent import Consent
from convo.web.api.conversations import Conversations
from convo.web.api.events import EventsApi
from convo.web.api.inbox import Inbox
from convo.web.api.messages import Messages
from convo.web.api.queue import Queue
from convo.web.api.reminders import Reminders
from convo.web.api.reviews import Reviews


def api_routes(app: App) -> list[Route]:
    """The routes under `/v1`; what is none of them is told like every other error."""
    messages, conversations, inbox, events = Messages(app), Conversations(app), Inbox(app), EventsApi(app)
    reviews, consent, queue, reminders = Reviews(app), Consent(app), Queue(app), Reminders(app)
    paths: list[tuple[str, str, Endpoint]] = [
        ("GET", "/v1/messages", messages.list),
        ("GET", "/v1/conversations", conversations.list),
        ("POST", "/v1/conversations", conversations.start),
        ("GET", "/v1/conversations/{id}", conversations.one),
        ("POST", "/v1/conversations/{id}/messages", inbox.reply),
        ("POST", "/v1/conversations/{id}/hand-back", inbox.hand_back),
        ("POST", "/v1/conversations/{id}/close", inbox.close),
        ("GET", "/v1/queue", queue.list),
        ("POST", "/v1/messages/{id}/withdraw", queue.withdraw),
        ("POST", "/v1/messages/{id}/retry", queue.retry),
        ("POST", "/v1/messages/{id}/settle", queue.settle),
        ("GET", "/v1/reminders", reminders.list),
        ("GET", "/v1/reminders/{key}", reminders.one),
        ("PUT", "/v1/reminders/{key}", reminders.put),
        ("DELETE", "/v1/reminders/{key}", reminders.cancel),
        ("GET", "/v1/events", events.list),
        ("GET", "/v1/events/{id}", events.one),
        ("POST", "/v1/events/{id}/resend", events.resend),
        ("GET", "/v1/consent", consent.one),
        ("GET", "/v1/consent/entries", consent.entries),
        ("POST", "/v1/consent/stop", consent.stop),
        ("POST", "/v1/consent/start", consent.start),
        ("POST", "/v1/consent/agree", consent.agree),
        ("GET", "/v1/consent/reviews", reviews.list),
        ("POST", "/v1/consent/reviews/{id}/keep", reviews.keep),
        ("POST", "/v1/consent/reviews/{id}/undo", reviews.undo),
    ]
    routes = [Route(path, guarded(app, answer), methods=[method]) for method, path, answer in paths]
    return [*routes, Route("/v1/{rest:path}", guarded(app, _nowhere(routes)), methods=_METHODS)]


_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def _nowhere(routes: Sequence[Route]) -> Endpoint:
    """The answer to a path, or to a method on it, that there is not."""

    async def answer(request: Request) -> Response:
        path = request.url.path
        methods = {name for route in routes if route.path_regex.match(path) for name in route.methods or ()}
        if not methods:
            raise Refusal(404, "not_found", f"there is no {path}")
        allowed = ", ".join(sorted(methods))
        refused = problem(Refusal(405, "not_allowed", f"{path} takes {allowed}"))
        refused.headers["allow"] = allowed
        return refused

    return answer

"""The paths of the API, every one behind its token."""

from starlette.routing import Route

from convo.app import App
from convo.web.api.access import Endpoint, guarded
from convo.web.api.conversations import Conversations
from convo.web.api.inbox import Inbox
from convo.web.api.messages import Messages


def api_routes(app: App) -> list[Route]:
    """The routes under `/v1`."""
    messages, conversations, inbox = Messages(app), Conversations(app), Inbox(app)
    paths: list[tuple[str, str, Endpoint]] = [
        ("GET", "/v1/messages", messages.list),
        ("GET", "/v1/conversations", conversations.list),
        ("POST", "/v1/conversations", conversations.start),
        ("GET", "/v1/conversations/{id}", conversations.one),
        ("POST", "/v1/conversations/{id}/messages", inbox.reply),
        ("POST", "/v1/conversations/{id}/hand-back", inbox.hand_back),
        ("POST", "/v1/conversations/{id}/close", inbox.close),
    ]
    return [Route(path, guarded(app.settings, answer), methods=[method]) for method, path, answer in paths]

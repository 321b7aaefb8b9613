"""`/v1/messages`: what was said either way."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from convo.app import App
from convo.store import messages
from convo.store.messages import Stored
from convo.web.api.lists import page


class Messages:
    def __init__(self, app: App) -> None:
        self._app = app

    async def list(self, request: Request) -> Response:
        """Messages in the order in which they were stored, a page at a time."""
        return await page(self._app.store, request, messages.listed, shown_message)


def shown_message(message: Stored) -> dict[str, Any]:
    """A message as the API tells it."""
    return {
        "id": message.id,
        "direction": message.direction,
        "contact": message.contact,
        "number": message.number,
        "text": message.text,
        "status": message.status,
        "reason": message.reason,
        "detail": message.detail,
        "segments": message.segments,
        "conversation": message.conversation,
        "state": message.state,
        "created_at": message.created_at.isoformat(),
        "sent_at": message.sent_at.isoformat() if message.sent_at else None,
        "delivered_at": message.delivered_at.isoformat() if message.delivered_at else None,
    }

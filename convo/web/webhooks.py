"""Webhooks: bytes are verified, read and stored, and only then answered.

A plain ASGI endpoint in front of everything else, for it is the hot line. Its answers are chosen on purpose
(PROVIDERS.md): 2xx stored, 401 wrong signature, 413 too large, 400 unreadable, 503 cannot store now, or too
much waits to be stored already. Providers never repeat what got a 4xx, so a passing fault of ours is always a
503.
"""

import re
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from convo.app import App
from convo.errors import InvalidSignature, StoreUnavailable, UnreadablePayload
from convo.messages import RawRequest, Response
from convo.runtime.room import Place

RETRY_AFTER = "5"  # seconds
_PATH = re.compile("/webhooks/([^/]+)/?")

log = structlog.get_logger(__name__)


class WebhooksFirst(Starlette):
    """`/webhooks/{account}`, and behind it what else is served.

    Starlette's own layers and routes take half as long as what a text costs here before it is stored.
    """

    def __init__(self, app: App, **others: Any) -> None:
        """`others` are Starlette's."""
        super().__init__(**others)
        self._webhooks = Webhooks(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (found := _PATH.fullmatch(scope["path"])):
            await self._webhooks.answer(found[1], scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class Webhooks:
    """The endpoint."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def answer(self, account: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that came for an account."""
        place = Place(self._app.room)
        try:
            response = await self._answer(account, scope, receive, place)
        finally:
            place.leave()
        if response is None:
            return  # the client went away; what it half sent is not stored
        await send(
            {
                "type": "http.response.start",
                "status": response.status,
                "headers": [
                    (b"content-length", str(len(response.body)).encode()),
                    *((name.encode(), value.encode()) for name, value in response.headers.items()),
                ],
            }
        )
        await send({"type": "http.response.body", "body": response.body})

    async def _answer(self, account: str, scope: Scope, receive: Receive, place: Place) -> Response | None:
        provider = self._app.providers.get(account)
        if provider is None:
            return _refuse(404, f"there is no account '{account}'")
        if scope["method"] not in provider.traits.methods:
            return Response(405, b"", {"allow": ", ".join(provider.traits.methods)})
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            place.take(items=1)
            body = await _body(headers, receive, self._app.settings.max_body, place)
            if body is None:
                return None
            request = RawRequest(
                scope["method"], scope["path"], scope["query_string"].decode("latin-1"), headers, body
            )
            provider.verify(request)
            items = provider.parse(request)
            place.take(items=max(0, len(items) - 1))
            await self._app.intake.put(items)
        except (InvalidSignature, UnreadablePayload, _TooLarge) as error:
            log.warning("webhook.refused", account=account, error=str(error))
            self._app.metrics.refused(account, _STATUS[type(error)])
            return _refuse(_STATUS[type(error)], str(error))
        except StoreUnavailable as error:
            log.warning("webhook.not_stored", account=account, error=str(error))
            self._app.metrics.refused(account, 503)
            return Response(503, b"cannot store now; try again\n", {"retry-after": RETRY_AFTER})
        return provider.acknowledge(request)


class _TooLarge(Exception):
    """The body is over the cap."""


_STATUS = {InvalidSignature: 401, UnreadablePayload: 400, _TooLarge: 413}


async def _body(headers: dict[str, str], receive: Receive, most: int, place: Place) -> bytes | None:
    """The whole body; None where the client went away before its end.

    Room is taken for what has come, and not for what was announced: to announce much costs nothing.
    """
    announced = headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > most:
        raise _TooLarge(f"at most {most} bytes")
    message: Message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        only: bytes = message.get("body", b"")
        if len(only) > most:
            raise _TooLarge(f"at most {most} bytes")
        place.take(size=len(only))
        return only
    parts, size = [], 0
    while message["type"] == "http.request":
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise _TooLarge(f"at most {most} bytes")
        place.take(size=len(parts[-1]))
        if not message.get("more_body"):
            return b"".join(parts)
        message = await receive()
    return None


def _refuse(status: int, why: str) -> Response:
    return Response(status, f"{why}\n".encode(), {"content-type": "text/plain; charset=utf-8"})

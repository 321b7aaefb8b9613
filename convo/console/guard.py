"""Who may load a page and what a page may load: this machine only, its own origin, nothing inline."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "same-origin",  # stricter ones turn the Origin of our own requests into null
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Refuses other hosts (DNS rebinding) and other origins (CSRF), and sets the security headers.

    A page that plays any phone asks no password, so only a browser on this machine, on a page that
    came from here, gets past it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        refusal = _refusal(scope)
        answer = self._app if refusal is None else PlainTextResponse(f"{refusal}\n", 403)
        await answer(scope, receive, send_with_headers)


def _refusal(scope: Scope) -> str | None:
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if not _is_loopback(host):
        return "This page answers on this machine only: open it as http://127.0.0.1 or http://localhost."
    if scope.get("method", "GET") in _SAFE:
        return None
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site is None and origin is None:
        return "This request does not say from which page it comes; send it with its Origin."
    ours = origin in (None, f"{scope['scheme']}://{host}") and site in (None, "same-origin")
    return None if ours else "This request comes from a page of another origin."


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False

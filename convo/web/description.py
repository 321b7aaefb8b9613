"""The description of the API: `/openapi.json` for programs, `/docs` for people. No token is asked."""

import json
from collections.abc import Callable
from functools import cache

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from convo.app import App
from convo.web import docs
from convo.web.api.openapi import Document, document
from convo.web.api.routes import OPERATIONS

_HEADERS = {
    "content-security-policy": docs.POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def description_routes(app: App) -> list[Route]:
    """What is served; each is made once, when somebody first asks."""

    @cache
    def described() -> Document:
        return document(OPERATIONS, app.settings.public_url)

    return [
        _route(
            "/openapi.json",
            cache(lambda: json.dumps(described(), ensure_ascii=False)),
            "application/json",
        ),
        _route("/docs", cache(lambda: docs.page(described())), "text/html; charset=utf-8"),
        _route("/docs/style.css", docs.style, "text/css; charset=utf-8"),
    ]


def _route(path: str, made: Callable[[], str], media_type: str) -> Route:
    async def answer(request: Request) -> Response:
        del request
        text = await run_in_threadpool(made)  # which takes a tenth of a second the first time
        return Response(text, media_type=media_type, headers=_HEADERS)

    return Route(path, answer)

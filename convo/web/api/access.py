"""Who may use the API, and how it says no: bearer tokens and RFC 9457 problem details."""

import hmac
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from convo.errors import StoreUnavailable
from convo.settings import Settings

Endpoint = Callable[[Request], Awaitable[Response]]


class Refusal(Exception):
    """A request that gets a problem document instead of its answer."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code


def guarded(settings: Settings, endpoint: Endpoint) -> Endpoint:
    """`endpoint` behind the API's token; without one configured every request gets a 401."""
    token = (settings.api_token or "").encode()

    async def answer(request: Request) -> Response:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        fits = hmac.compare_digest(given.strip().encode(), token)
        if not (token and scheme.lower() == "bearer" and fits):
            detail = "send `Authorization: Bearer` with the token of CONVO_API_TOKEN"
            refused = problem(Refusal(401, "unauthorized", detail))
            refused.headers["www-authenticate"] = "Bearer"
            return refused
        try:
            return await endpoint(request)
        except Refusal as refusal:
            return problem(refusal)
        except StoreUnavailable as error:
            unavailable = problem(Refusal(503, "store_unavailable", str(error)))
            unavailable.headers["retry-after"] = "5"
            return unavailable

    return answer


def problem(refusal: Refusal) -> JSONResponse:
    """RFC 9457: `title` is a stable word for programs, `detail` a sentence for people."""
    body = {"type": "about:blank", "title": refusal.code, "status": refusal.status, "detail": f"{refusal}"}
    return JSONResponse(body, refusal.status, media_type="application/problem+json")

"""Who may use the API, and how it says no: bearer tokens and RFC 9457 problem details."""

import hmac
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from convo.app import App
from convo.errors import StoreUnavailable
from convo.runtime.room import Place

Endpoint = Callable[[Request], Awaitable[Response]]


class Refusal(Exception):
    """A request that gets a problem document instead of its answer."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code


def guarded(app: App, endpoint: Endpoint) -> Endpoint:
    """`endpoint` behind the API's token; without one configured every request gets a 401.

    What it is to write gets a 503 while too much waits to be stored.
    """
    token = (app.settings.api_token or "").encode()

    async def answer(request: Request) -> Response:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        fits = hmac.compare_digest(given.strip().encode(), token)
        if not (token and scheme.lower() == "bearer" and fits):
            detail = "send `Authorization: Bearer` with the token of CONVO_API_TOKEN"
            refused = problem(Refusal(401, "unauthorized", detail))
            refused.headers["www-authenticate"] = "Bearer"
            return refused
        place = Place(app.room)
        try:
            if request.method == "POST":
                place.take(items=1, size=_size(request, app.settings.max_body))
            return await endpoint(request)
        except Refusal as refusal:
            return problem(refusal)
        except StoreUnavailable as error:
            unavailable = problem(Refusal(503, "store_unavailable", str(error)))
            unavailable.headers["retry-after"] = "5"
            return unavailable
        finally:
            place.leave()

    return answer


def _size(request: Request, most: int) -> int:
    """Of the body, as far as is known before it has come."""
    announced = request.headers.get("content-length", "")
    return min(int(announced), most) if announced.isdecimal() else most


def problem(refusal: Refusal) -> JSONResponse:
    """RFC 9457: `title` is a stable word for programs, `detail` a sentence for people."""
    body = {"type": "about:blank", "title": refusal.code, "status": refusal.status, "detail": f"{refusal}"}
    return JSONResponse(body, refusal.status, media_type="application/problem+json")

"""Who may use the API, and how it says no: bearer tokens with scopes, and RFC 9457 problem details."""

import hmac
import math

from starlette.requests import Request
from starlette.responses import Response

from convo import rates
from convo.app import App
from convo.errors import StoreUnavailable
from convo.messages import storable
from convo.resources.base import Problem
from convo.runtime import tokens
from convo.runtime.tokens import EVERYTHING, Holder, Scope
from convo.web.api.limits import Limits

PROBLEM = "application/problem+json"


class Refusal(Exception):
    """A request that gets a problem document instead of its answer."""

    def __init__(self, status: int, code: str, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Access:
    """The tokens: that of the settings, which may do everything, and those of `convo token`."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._own = (app.settings.api_token or "").encode()
        self._limits = Limits(rates.parse(app.settings.api_rate))

    async def admit(self, request: Request, scope: Scope | None) -> Holder:
        """Who asks; raises Refusal for one who may not (401, 403), or who asks too often (429)."""
        holder = await self._holder(request)
        if holder is None:
            detail = (
                "send `Authorization: Bearer` with a token of `convo token add`, or that of CONVO_API_TOKEN"
            )
            raise Refusal(401, "unauthorized", detail, www_authenticate="Bearer")
        now = self._app.clock()
        wait = self._limits.wait(holder.id, now)
        if wait is not None:
            detail = f"at most {self._app.settings.api_rate} with one token; wait as long as Retry-After says"
            raise Refusal(429, "too_many_requests", detail, retry_after=f"{math.ceil(wait.total_seconds())}")
        if holder.stale(now):
            await self._put_down(holder)
        if scope is not None and scope not in holder.scopes:
            told = f'Bearer error="insufficient_scope", scope="{scope}"'  # RFC 6750, 3.1
            detail = f"the token '{holder.name}' may not do this: it has no scope {scope}"
            raise Refusal(403, "insufficient_scope", detail, www_authenticate=told)
        return holder

    async def _holder(self, request: Request) -> Holder | None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        token = given.strip()
        if scheme.lower() != "bearer":
            return None
        if hmac.compare_digest(token.encode(), self._own) and self._own:
            return EVERYTHING
        if not tokens.is_one(token):
            return None
        return await self._app.store.read(lambda connection: tokens.holder(connection, token))

    async def _put_down(self, holder: Holder) -> None:
        now = self._app.clock()
        try:
            await self._app.store.write(lambda connection: tokens.put_down(connection, holder, now))
        except StoreUnavailable:
            return  # who only reads is served all the same


def problem(refusal: Refusal) -> Response:
    """RFC 9457: `title` is a stable word for programs, `detail` a sentence for people."""
    body = Problem(title=refusal.code, status=refusal.status, detail=str(refusal))
    return Response(body.model_dump_json(), refusal.status, refusal.headers, PROBLEM)


async def unrouted(request: Request, error: Exception) -> Response:
    """The answer to a path, or a method on it, that nothing serves."""
    status, headers = getattr(error, "status_code", 500), getattr(error, "headers", None) or {}
    code = {404: "not_found", 405: "not_allowed"}.get(status, "bad_request")
    path = storable(request.url.path)
    told = f"there is no {path}" if status == 404 else f"{path} does not take {request.method}"
    return problem(Refusal(status, code, told, **headers))

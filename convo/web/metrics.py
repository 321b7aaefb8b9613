"""`/metrics`, as Prometheus reads it: behind a token, for a proxy on this machine makes everybody local."""

import hmac

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from convo.app import App
from convo.errors import StoreUnavailable
from convo.runtime.metrics import waits
from convo.store.depth import depth

_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


class MetricsPage:
    def __init__(self, app: App) -> None:
        self._app = app
        tokens = (app.settings.metrics_token, app.settings.api_token)
        self._tokens = [token.encode() for token in tokens if token]

    async def answer(self, request: Request) -> Response:
        """What there is to read; 401 without `metrics_token` or the token of the API."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        fits = [hmac.compare_digest(given.strip().encode(), token) for token in self._tokens]
        if scheme.lower() != "bearer" or not any(fits):
            told = "send `Authorization: Bearer` with the `metrics_token` of the settings\n"
            return PlainTextResponse(told, 401, {"www-authenticate": "Bearer"})
        app = self._app
        try:
            found = await app.store.read(lambda connection: depth(connection, app.clock()))
        except StoreUnavailable:
            found = None  # that it is away is the one thing that has to be told now
        gauges = waits(found, app.intake.waiting, app.lines())
        return Response(app.metrics.text(gauges), media_type=_FORMAT)

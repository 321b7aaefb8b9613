"""Web and console mounted on an App: what uvicorn runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route

from convo.app import App
from convo.console import console_routes
from convo.roles import WEBS
from convo.web.api.access import unrouted
from convo.web.api.routes import api_routes
from convo.web.description import description_routes
from convo.web.health import Health
from convo.web.metrics import MetricsPage
from convo.web.webhooks import WebhooksFirst


def create(app: App, *, phone: bool = False) -> Starlette:
    """The ASGI application, to be served at the root.

    `phone` adds the pages that play a phone: for `convo dev` alone.
    """
    health = Health(app)
    routes: list[BaseRoute] = [
        Route("/healthz", health.alive),
        Route("/readyz", health.ready),
        Route("/metrics", MetricsPage(app).answer),
    ]
    if app.role in WEBS:
        routes += [*api_routes(app), *description_routes(app)]
    if phone:
        routes += console_routes(app)

    @asynccontextmanager
    async def lifespan(starlette: Starlette) -> AsyncIterator[None]:
        del starlette
        await app.start()
        try:
            yield
        finally:
            await app.stop()

    made = partial(WebhooksFirst, app) if app.role in WEBS else Starlette
    return made(routes=routes, lifespan=lifespan, exception_handlers={HTTPException: unrouted})

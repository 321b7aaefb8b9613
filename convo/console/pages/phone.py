"""`/phone`: a phone in the browser. Its texts go the way that a provider's webhook goes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import anyio
from markupsafe import Markup
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from convo.app import App
from convo.console.phone.actions import Actions, answered
from convo.console.phone.handset import CONTACT, Handset, default_number, pick_up, simulator
from convo.console.phone.regions import NAMES, Regions, regions
from convo.console.rendering import render

_LOOK_EVERY = 1.0  # seconds: another process, or the clock, may have written
_GRACE = 2.0  # seconds in which a stream ends by itself when the server stops
_FRESH = {"cache-control": "no-store"}


def routes(app: App) -> list[Route]:
    """The page, its stream, and what its forms do."""
    page, actions = Phone(app), Actions(app)
    return [
        Route("/", _first),
        Route("/phone", page.show),
        Route("/phone/events", page.stream, methods=["GET"]),
        Route("/phone/texts", answered(actions.text), methods=["POST"]),
        Route("/phone/start", answered(actions.start), methods=["POST"]),
        Route("/phone/coverage", answered(actions.lose_coverage), methods=["POST"]),
        Route("/phone/size", answered(actions.size), methods=["POST"]),
    ]


async def _first(request: Request) -> Response:
    """Where a browser goes that was given the bare address."""
    del request
    return RedirectResponse("/phone", 303)


class Phone:
    def __init__(self, app: App) -> None:
        self._app = app

    async def show(self, request: Request) -> Response:
        """The whole page; 400 with words where a number cannot be read."""
        settings, query = self._app.settings, request.query_params
        ours = list(settings.numbers)
        try:
            handset = pick_up(settings, query)
        except ValueError as error:
            asked = {
                "contact": query.get("contact") or CONTACT,
                "number": query.get("number") or default_number(settings),
            }
            lost = render("phone.html", handset=None, ours=ours, asked=asked, wrong=str(error))
            return HTMLResponse(lost, 400, _FRESH)
        page = render(
            "phone.html",
            handset=handset,
            ours=ours,
            asked={"contact": handset.contact, "number": handset.number},
            simulated=simulator(self._app, handset) is not None,
            regions={name: Markup() for name in NAMES} | await regions(self._app, handset),
        )
        return HTMLResponse(page, headers=_FRESH)

    async def stream(self, request: Request) -> Response:
        """Server-sent events: the regions of the page that differ from what was sent last."""
        try:
            handset = pick_up(self._app.settings, request.query_params)
        except ValueError as error:
            return HTMLResponse(f"{error}\n", 400, _FRESH, media_type="text/plain")
        stopping = anyio.Event()
        return EventSourceResponse(
            self._changes(handset, stopping), shutdown_event=stopping, shutdown_grace_period=_GRACE
        )

    async def _changes(self, handset: Handset, stopping: anyio.Event) -> AsyncIterator[ServerSentEvent]:
        changed = asyncio.Event()
        unwatch = self._app.watch(changed.set)
        sent: Regions = {}
        try:
            while not stopping.is_set():
                # Cleared before looking: what is written from here on sets it again.
                changed.clear()
                found = await regions(self._app, handset)
                different = {name: html for name, html in found.items() if sent.get(name) != html}
                if different:
                    sent |= different
                    yield ServerSentEvent(render("phone/changes.html", regions=different))
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), _LOOK_EVERY)
        finally:
            unwatch()

"""What the page's forms do: text, start a flow, lose coverage. Each goes the way that it always goes."""

import json
from collections.abc import Awaitable, Callable
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from convo.app import App
from convo.console.phone import thread
from convo.console.phone.forms import PREFIX, read_form
from convo.console.phone.handset import Handset, pick_up, simulator
from convo.console.rendering import render
from convo.errors import ConvoError, StartError, StoreUnavailable
from convo.messages import Inbound, Reason
from convo.providers.simulator import Simulator
from convo.runtime.starting import Start

_TO_THE_PHONE = "innerHTML swapEmpty:true show:top showTarget:#phone"
Endpoint = Callable[[Request], Awaitable[Response]]


class Refused(ConvoError):
    """A form that is answered with words instead of being done."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def answered(endpoint: Endpoint) -> Endpoint:
    """`endpoint`, whose errors are words for the place beside its form.

    A form that was sent before htmx had loaded, or without it, leads back to the page.
    """

    async def answer(request: Request) -> Response:
        try:
            done = await endpoint(request)
        except Refused as error:
            return _note(str(error), error.status)
        except StartError as error:
            return _note(str(error), 422)
        except StoreUnavailable as error:
            return _note(str(error), 503)
        if "hx-request" in request.headers:
            return done
        return RedirectResponse(f"/phone?{request.url.query}", 303)

    return answer


class Actions:
    def __init__(self, app: App) -> None:
        self._app = app

    async def text(self, request: Request) -> Response:
        """A text of this phone, by way of the first line, like any other."""
        handset, _, form = await self._form(request)
        text = form.get("text", "")
        if not text.strip():
            raise Refused(422, "an empty text is not sent")
        await self._app.intake.put([_inbound(handset, text)])
        return HTMLResponse("")

    async def start(self, request: Request) -> Response:
        """Start a flow with this phone."""
        handset, _, form = await self._form(request)
        given = {name.removeprefix(PREFIX): value for name, value in form.items() if name.startswith(PREFIX)}
        await self._app.begin(Start(form.get("flow", ""), handset.contact, handset.number, given))
        return HTMLResponse(render("phone/started.html"), headers={"hx-reswap": _TO_THE_PHONE})

    async def lose_coverage(self, request: Request) -> Response:
        """Make the next text to this phone fail."""
        handset, phones, _ = await self._form(request)
        phones.tell(handset.contact, Reason.UNREACHABLE)
        return _note("the next text to this phone will not arrive.", 200)

    async def size(self, request: Request) -> Response:
        """How the text that is being written would be sent."""
        form = await read_form(request, self._app.settings.max_body)
        text = (form or {}).get("text", "")
        return _note(thread.size(text) if text.strip() else "", 200)

    async def _form(self, request: Request) -> tuple[Handset, Simulator, dict[str, str]]:
        """Raises Refused for a form that cannot be read, or that would reach a real phone."""
        settings = self._app.settings
        try:
            handset = pick_up(settings, request.query_params)
        except ValueError as error:
            raise Refused(422, str(error)) from None
        phones = simulator(self._app, handset)
        if phones is None:
            raise Refused(409, "this page plays simulated phones only")
        form = await read_form(request, settings.max_body)
        if form is None:
            raise Refused(413, f"this is too long; {settings.max_body} bytes are the most")
        return handset, phones, form


def _inbound(handset: Handset, text: str) -> Inbound:
    name = f"phone-{uuid4()}"
    raw = json.dumps({"id": name, "from": handset.contact, "to": handset.number, "text": text})
    return Inbound(handset.account, name, handset.contact, handset.number, text, raw.encode())


def _note(words: str, status: int) -> Response:
    return HTMLResponse(render("phone/note.html", words=words[:1].upper() + words[1:]), status)

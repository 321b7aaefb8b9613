"""`/v1/consent`: who may be texted, the ledger, and a stop or a start with its reason."""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from convo.app import App
from convo.errors import ConsentError
from convo.keywords import KeywordKind
from convo.messages import storable
from convo.runtime import forgetting, opting
from convo.runtime.marketing import AGREED
from convo.runtime.opting import Wish
from convo.store import ledger
from convo.store.consent import Numbered
from convo.store.ledger import Chosen
from convo.web.api.access import Refusal
from convo.web.api.bodies import read
from convo.web.api.lists import contact_in, page


class WishRequest(BaseModel):
    """The body of `POST /v1/consent/stop`, `…/start` and `…/agree`."""

    model_config = ConfigDict(extra="forbid")

    contact: str
    reason: str
    brand: str | None = None


class Consent:
    def __init__(self, app: App) -> None:
        self._app = app

    async def one(self, request: Request) -> Response:
        """How a contact stands to each brand, and what the ledger has about them."""
        contact, settings = contact_in(request), self._app.settings
        if contact is None:
            raise Refusal(400, "bad_contact", "say whose: ?contact=")
        brand = _brand(request)
        try:
            told = await self._app.store.read(lambda c: opting.look(c, settings, contact, brand))
        except ConsentError as error:
            raise Refusal(422, error.code, str(error)) from None
        return JSONResponse(told.as_dict())

    async def entries(self, request: Request) -> Response:
        """The lines of the ledger in their order, a page at a time."""
        settings, brand, since = self._app.settings, _brand(request), _since(request)

        def fetch(connection: Connection, contact: str | None, after: int, most: int) -> list[Numbered]:
            called = tuple(forgetting.names(connection, settings, [contact])) if contact else None
            return ledger.lines(connection, Chosen(called, brand, since), after, most)

        return await page(self._app.store, request, fetch, opting.shown)

    async def stop(self, request: Request) -> Response:
        """How the contact stands now: opted out."""
        return await self._carry_out(request, KeywordKind.STOP)

    async def start(self, request: Request) -> Response:
        """How the contact stands now: back."""
        return await self._carry_out(request, KeywordKind.START)

    async def agree(self, request: Request) -> Response:
        """How the contact stands now: marketing may reach them."""
        return await self._carry_out(request, AGREED)

    async def _carry_out(self, request: Request, action: str) -> Response:
        app = self._app
        asked = await read(request, WishRequest, app.settings.max_body)
        wish = Wish(asked.contact, asked.brand, action, asked.reason, actor="api")
        try:
            state, changed = await app.store.write(
                lambda c: opting.carry_out(c, app.settings, wish, app.clock())
            )
        except ConsentError as error:
            raise Refusal(422, error.code, str(error)) from None
        app.changed()
        return JSONResponse(
            {"contact": opting.contact_of(wish.contact), **state.as_dict(), "changed": changed}
        )


def _brand(request: Request) -> str | None:
    asked = request.query_params.get("brand")
    return storable(asked) if asked is not None else None


def _since(request: Request) -> datetime | None:
    """The moment of a query, in UTC unless it says; raises Refusal for what is none."""
    asked = request.query_params.get("since")
    if asked is None:
        return None
    try:
        # A plus comes as a blank where nobody has spelled it for a query.
        found = datetime.fromisoformat(asked.replace(" ", "+") if "T" in asked else asked)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        hint = f"since is a moment like 2026-11-30T09:00:00Z, not '{asked}'"
        raise Refusal(400, "bad_since", hint) from None

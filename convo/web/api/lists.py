"""Lists: a page at a time, `{"items": [...], "next": cursor or null}`."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse

from convo.messages import storable
from convo.store.engine import Store
from convo.web.api.access import Refusal

LONGEST_PAGE = 1000


class Numbered(Protocol):
    @property
    def id(self) -> int: ...


R = TypeVar("R", bound=Numbered)
# The rows of one contact, or of everyone, after a row, at most so many.
Fetch = Callable[[Connection, str | None, int, int], list[R]]


async def page(store: Store, request: Request, fetch: Fetch[R], show: Callable[[R], Any]) -> JSONResponse:
    """The page that `request` asks for; raises Refusal for a cursor or limit that is none."""
    after, most = _window(request)
    contact = contact_in(request)
    # One more than asked for tells whether there is a next page.
    found = await store.read(lambda connection: fetch(connection, contact, after, most + 1))
    shown = found[:most]
    following = str(shown[-1].id) if len(found) > most else None
    return JSONResponse({"items": [show(row) for row in shown], "next": following})


def _window(request: Request) -> tuple[int, int]:
    """The cursor (rows after which to go on) and the most rows that a list asks for."""
    after, most = request.query_params.get("cursor", "0"), request.query_params.get("limit", "100")
    if not (after.isdecimal() and len(after) < 19):
        raise Refusal(400, "bad_cursor", f"cursor is the `next` of the page before, not '{after}'")
    if not (most.isdecimal() and len(most) < 5 and 1 <= int(most) <= LONGEST_PAGE):
        raise Refusal(400, "bad_limit", f"limit is a number from 1 to {LONGEST_PAGE}, not '{most}'")
    return int(after), int(most)


def contact_in(request: Request) -> str | None:
    """The `contact` of a query; a plus that came as a blank is understood."""
    asked = request.query_params.get("contact")
    if asked is None:
        return None
    digits = storable(asked).strip().removeprefix("+")
    return f"+{digits}" if len(digits) > 6 else digits

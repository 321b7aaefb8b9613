"""`/v1/reminders/{key}`: conversations to be started at a moment, by the application's own key."""

from functools import partial

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from convo.app import App
from convo.errors import ReminderError, StartError
from convo.messages import storable
from convo.runtime import reminding
from convo.runtime.reminding import Wanted
from convo.runtime.turns import Line
from convo.store import reminders
from convo.store.reminders import Reminder, State
from convo.web.api.access import Refusal
from convo.web.api.bodies import read
from convo.web.api.conversations import Given
from convo.web.api.lists import page

LONGEST_KEY = 255


class ReminderRequest(BaseModel):
    """The body of `PUT /v1/reminders/{key}`; what `at` and `every` mean is said in `Wanted`."""

    model_config = ConfigDict(extra="forbid")

    flow: str
    contact: str
    at: str = Field(max_length=100)
    every: str | None = Field(None, min_length=1, max_length=200)
    number: str | None = None
    vars: dict[str, Given] = Field(default_factory=dict)
    language: str | None = Field(None, min_length=1, max_length=35)  # of the contact, BCP 47
    timezone: str | None = Field(None, min_length=1, max_length=64)  # of the contact, IANA


class Reminders:
    def __init__(self, app: App) -> None:
        self._app = app

    async def put(self, request: Request) -> Response:
        """201 with a new reminder; 200 with one that was moved, changed, or asked for before."""
        app, key = self._app, _key(request)
        asked = await read(request, ReminderRequest, app.settings.max_body)
        wanted = Wanted(key=key, **asked.model_dump())
        job = partial(reminding.put, wanted=wanted)
        try:
            try:
                reminder, new = await app.store.write(lambda c: job(self._line(c)))
            except IntegrityError:
                # Another process took the same key at the same moment; now its reminder is there.
                reminder, new = await app.store.write(lambda c: job(self._line(c)))
        except (StartError, ReminderError) as error:
            raise Refusal(422, error.code, str(error)) from None
        app.changed()
        return JSONResponse(reminder.as_dict(), 201 if new else 200)

    async def one(self, request: Request) -> Response:
        """One reminder, by its key."""
        key = _key(request)
        found = await self._app.store.read(lambda c: reminders.by_key(c, key))
        if found is None:
            raise _none(key)
        return JSONResponse(found.as_dict())

    async def cancel(self, request: Request) -> Response:
        """The reminder, which starts nothing any more; 409 where it is over already."""
        key = _key(request)
        try:
            found = await self._app.store.write(lambda c: reminding.cancel(self._line(c), key))
        except ReminderError as error:
            raise Refusal(409, error.code, str(error)) from None
        if found is None:
            raise _none(key)
        return JSONResponse(found.as_dict())

    async def list(self, request: Request) -> Response:
        """Reminders in the order in which they were made, a page at a time."""
        status = request.query_params.get("status")
        if status is not None and status not in list(State):
            raise Refusal(400, "bad_status", f"status is one of {', '.join(State)}, not '{status}'")
        fetch = partial(reminders.listed, status=status)
        return await page(self._app.store, request, fetch, Reminder.as_dict)

    def _line(self, connection: Connection) -> Line:
        return Line(connection, self._app.settings, self._app.library, self._app.clock())


def _key(request: Request) -> str:
    key = storable(request.path_params["key"])
    if not 0 < len(key) <= LONGEST_KEY:
        raise Refusal(400, "bad_key", f"a key has 1 to {LONGEST_KEY} characters")
    return key


def _none(key: str) -> Refusal:
    return Refusal(404, "not_found", f"there is no reminder '{key}'")

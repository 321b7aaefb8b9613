"""`/v1/conversations`: starting them, and how they stand."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from convo.app import App
from convo.errors import StartError
from convo.runtime.sessions import shown
from convo.runtime.starting import Start
from convo.store import conversations
from convo.store.conversations import Stored
from convo.web.api.access import Refusal
from convo.web.api.lists import page

# A conversation that cannot be started now differs from a request that is wrong.
_CONFLICTS = frozenset({"opted_out", "busy", "key_reused"})


class StartRequest(BaseModel):
    """The body of `POST /v1/conversations`."""

    model_config = ConfigDict(extra="forbid")

    flow: str
    contact: str
    number: str | None = None
    vars: dict[str, str | int | float | bool] = Field(default_factory=dict)
    key: str | None = Field(None, min_length=1, max_length=255)


class Conversations:
    def __init__(self, app: App) -> None:
        self._app = app

    async def list(self, request: Request) -> Response:
        """Conversations in the order in which they started, a page at a time."""
        return await page(self._app.store, request, conversations.listed, _shown)

    async def start(self, request: Request) -> Response:
        """201 with the new conversation; 200 with the earlier one where its `key` is known."""
        body = await request.body()
        if len(body) > self._app.settings.max_body:
            raise Refusal(413, "too_large", f"at most {self._app.settings.max_body} bytes")
        try:
            asked = StartRequest.model_validate_json(body)
        except ValidationError as error:
            raise Refusal(422, "bad_request", _sentence(error)) from None
        wanted = Start(
            asked.flow,
            asked.contact,
            asked.number,
            {name: value if isinstance(value, str) else str(value) for name, value in asked.vars.items()},
            asked.key,
        )
        try:
            stored, new = await self._app.begin(wanted)
        except StartError as error:
            raise Refusal(409 if error.code in _CONFLICTS else 422, error.code, str(error)) from None
        return JSONResponse(_shown(stored), 201 if new else 200)


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the body"
    return f"{where}: {first['msg']}"


def _shown(stored: Stored) -> dict[str, Any]:
    return {
        "id": stored.id,
        "contact": stored.contact,
        "number": stored.number,
        "flow": stored.flow,
        "version": stored.version,
        "state": stored.state,
        "status": stored.status,
        "outcome": stored.outcome,
        "vars": shown(stored.vars),
        "started_at": stored.started_at.isoformat(),
        "ended_at": stored.ended_at.isoformat() if stored.ended_at else None,
    }

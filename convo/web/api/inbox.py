"""What people do with conversations that were handed to them, over the API."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from convo.app import App
from convo.errors import HandBackError, InboxError
from convo.runtime import inbox
from convo.runtime.inbox import HandBack, Reply
from convo.runtime.turns import Line
from convo.web.api.access import Refusal
from convo.web.api.bodies import conversation_id, read
from convo.web.api.conversations import Given, shown_conversation
from convo.web.api.messages import shown_message

T = TypeVar("T")

# What the conversation does not allow now; everything else is wrong with the request itself.
_STATUSES = {"not_found": 404, "ended": 409, "not_handed_off": 409, "opted_out": 409, "key_reused": 409}


class ReplyRequest(BaseModel):
    """The body of `POST /v1/conversations/{id}/messages`."""

    model_config = ConfigDict(extra="forbid")

    text: str
    key: str | None = Field(None, min_length=1, max_length=255)


class HandBackRequest(BaseModel):
    """The body of `POST /v1/conversations/{id}/hand-back`."""

    model_config = ConfigDict(extra="forbid")

    state: str | None = None
    vars: dict[str, Given] = Field(default_factory=dict)


class CloseRequest(BaseModel):
    """The body of `POST /v1/conversations/{id}/close`."""

    model_config = ConfigDict(extra="forbid")

    outcome: str


class Inbox:
    def __init__(self, app: App) -> None:
        self._app = app

    async def reply(self, request: Request) -> Response:
        """201 with the person's text, which is queued; 200 with the earlier one where its `key` is known."""
        number = conversation_id(request)
        asked = await read(request, ReplyRequest, self._app.settings.max_body)
        wanted = Reply(number, asked.text, asked.key)
        message, new = await self._write(lambda line: inbox.reply(line, wanted))
        return JSONResponse(shown_message(message), 201 if new else 200)

    async def hand_back(self, request: Request) -> Response:
        """The conversation, with its flow again."""
        number = conversation_id(request)
        asked = await read(request, HandBackRequest, self._app.settings.max_body)
        wanted = HandBack(number, asked.state, asked.vars)
        after = await self._write(lambda line: inbox.hand_back(line, wanted))
        return JSONResponse(shown_conversation(after))

    async def close(self, request: Request) -> Response:
        """The conversation, ended."""
        number = conversation_id(request)
        asked = await read(request, CloseRequest, self._app.settings.max_body)
        after = await self._write(lambda line: inbox.close(line, number, asked.outcome))
        return JSONResponse(shown_conversation(after))

    async def _write(self, job: Callable[[Line], T]) -> T:
        app = self._app

        def run(connection: Connection) -> T:
            return job(Line(connection, app.settings, app.library, app.clock()))

        try:
            done = await app.store.write(run)
        except (InboxError, HandBackError) as error:
            raise Refusal(_STATUSES.get(error.code, 422), error.code, str(error)) from None
        app.changed()
        return done

"""`/v1/consent/reviews`: STOPs by phrases, and what people decide about them."""

from functools import partial

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from convo.app import App
from convo.errors import ReviewError
from convo.runtime import reviewing
from convo.runtime.reviewing import Verdict
from convo.store import reviews
from convo.store.reviews import OPEN, Decision, Review
from convo.web.api.access import Refusal
from convo.web.api.bodies import id_of, read
from convo.web.api.lists import page

_STATUSES = {"not_found": 404, "undone": 409, "bad_reason": 422}


class VerdictRequest(BaseModel):
    """The body of `POST /v1/consent/reviews/{id}/keep` and `…/undo`, which needs its reason."""

    model_config = ConfigDict(extra="forbid")

    reason: str | None = None


class Reviews:
    def __init__(self, app: App) -> None:
        self._app = app

    async def list(self, request: Request) -> Response:
        """Reviews in the order of the ledger, a page at a time."""
        status = request.query_params.get("status")
        known = (OPEN, *Decision)
        if status is not None and status not in known:
            raise Refusal(400, "bad_status", f"status is one of {', '.join(known)}, not '{status}'")
        return await page(self._app.store, request, partial(reviews.listed, status=status), Review.as_dict)

    async def keep(self, request: Request) -> Response:
        """The review: it was a STOP."""
        return await self._decide(request, Decision.KEPT)

    async def undo(self, request: Request) -> Response:
        """The review: it was none, and consent is back where nothing else stands against it."""
        return await self._decide(request, Decision.UNDONE)

    async def _decide(self, request: Request, decision: Decision) -> Response:
        app = self._app
        entry = id_of(request, "review")
        asked = await read(request, VerdictRequest, app.settings.max_body)
        verdict = Verdict(entry, decision, asked.reason, actor="api")
        try:
            decided = await app.store.write(lambda c: reviewing.decide(c, app.settings, verdict, app.clock()))
        except ReviewError as error:
            raise Refusal(_STATUSES[error.code], error.code, str(error)) from None
        app.changed()
        return JSONResponse(decided.as_dict())

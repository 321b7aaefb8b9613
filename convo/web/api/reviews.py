"""`/v1/consent/reviews`: STOPs by phrases, and what people decide about them."""

from convo.resources.base import NoBody, NoQuery, Page
from convo.resources.consent import DecidedReview, Review, ReviewsQuery, VerdictRequest
from convo.runtime import reviewing
from convo.runtime.reviewing import Verdict
from convo.runtime.tokens import Scope
from convo.runtime.turns import Line
from convo.store import reviews
from convo.store.reviews import Decision
from convo.web.api.lists import page
from convo.web.api.operations import GET, POST, Answer, Asked, Operation


def _list_reviews(line: Line, asked: Asked[ReviewsQuery, NoBody]) -> Answer[Page[Review]]:
    """STOPs by phrases, in the order of the ledger."""
    query = asked.query
    return page(
        query,
        lambda after, most: reviews.listed(line.connection, query.contact, after, most, status=query.status),
        lambda found: Review.model_validate(found.as_dict()),
    )


def _keep(line: Line, asked: Asked[NoQuery, VerdictRequest]) -> Answer[DecidedReview]:
    """Keep one: it was a STOP."""
    return _decide(line, asked, Decision.KEPT)


def _undo(line: Line, asked: Asked[NoQuery, VerdictRequest]) -> Answer[DecidedReview]:
    """Undo one: it was none, and consent is back where nothing else stands against it."""
    return _decide(line, asked, Decision.UNDONE)


def _decide(line: Line, asked: Asked[NoQuery, VerdictRequest], decision: Decision) -> Answer[DecidedReview]:
    verdict = Verdict(asked.number("review"), decision, asked.body.reason, asked.by.actor)
    decided = reviewing.decide(line.connection, line.settings, verdict, line.now)
    return Answer(DecidedReview.model_validate(decided.as_dict()))


_ALL, _WRITE = "/v1/consent/reviews", Scope.CONSENT_WRITE
OPERATIONS: list[Operation] = [
    Operation(GET, _ALL, Scope.CONSENT_READ, _list_reviews),
    Operation(
        POST,
        f"{_ALL}/{{id}}/keep",
        _WRITE,
        _keep,
        refuses={"not_found": 404, "undone": 409, "bad_reason": 422},
    ),
    Operation(
        POST,
        f"{_ALL}/{{id}}/undo",
        _WRITE,
        _undo,
        refuses={"not_found": 404, "bad_reason": 422},
    ),
]

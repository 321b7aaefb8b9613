"""`/v1/verifications`: one-time codes, sent, checked and canceled."""

from typing import Any

from convo import phone
from convo.resources.base import NoBody, NoQuery
from convo.resources.verifications import Check, CheckRequest, Verification, VerificationRequest
from convo.runtime import verification
from convo.runtime.asking import Bound
from convo.runtime.tokens import Scope
from convo.runtime.turns import Line
from convo.runtime.verification import Attempt, Shown, Wanted
from convo.web.api.operations import DELETE, GET, POST, Answer, Asked, Operation

_ID = 64  # characters of an id that are looked at
_WRONG = {
    "bad_contact": 422,
    "not_a_mobile": 422,
    "country_not_allowed": 422,
    "no_number": 422,
    "unknown_number": 422,
    "unknown_brand": 422,
    "bad_purpose": 422,
    "bad_payment": 422,
    "bad_client_ip": 422,
    "no_key": 503,
}
_UNSENT = {
    **_WRONG,
    "bad_brand": 422,
    "bad_language": 422,
    "bad_digits": 422,
    "bad_origin": 422,
    "opted_out": 409,
    "too_many_sends": 429,
    "locked": 409,
    "limited": 429,
    "prefix_rests": 429,
}
_OVER = {"approved": 409, "canceled": 409, "expired": 409, "failed": 409, "max_attempts": 409}
# To cancel once more does nothing, so that a client may ask again.
_UNCANCELED = {"not_found": 404, **{code: status for code, status in _OVER.items() if code != "canceled"}}
_UNCHECKED = {**_WRONG, **_OVER, "bad_code": 422, "locked": 409, "limited": 429, "not_found": 404}


def _send(line: Line, asked: Asked[NoQuery, VerificationRequest]) -> Answer[Verification]:
    """Send a one-time code.

    201 with a new verification; 200 where the same terms were asked for before and that code is still valid:
    it is sent again. A token without `verifications:read`, or `reveal: false`, gets a 201 that looks the same
    whatever became of it, at the same pace.
    """
    body = asked.body
    tells = _tells(asked, body.reveal)
    wanted = Wanted(
        to=body.to,
        bound=_bound(body),
        language=body.language,
        digits=body.digits,
        origin=body.origin,
        client_ip=body.client_ip,
        new=body.new,
        tells=tells,
    )
    found, new = verification.send(line, wanted)
    told = shown_verification(found) if tells else _alike(found.verification.id, found.contact)
    return Answer(told, 201 if new or not tells else 200)


def _check(line: Line, asked: Asked[NoQuery, CheckRequest]) -> Answer[Check]:
    """Check a code. It is good once, and for what it was sent for alone.

    200 with `valid` and, where it was not right, how many tries are left. 409 where it is over: approved
    before, canceled, expired, or tried too often. A token without `verifications:read`, or `reveal: false`,
    gets a 200 that looks the same for a wrong code, one that is over, and one that never was.
    """
    body, named = asked.body, asked.path["id"][:_ID]
    attempt = Attempt(
        id=named,
        code=body.code,
        to=body.to,
        bound=_bound(body),
        client_ip=body.client_ip,
        tells=_tells(asked, body.reveal),
    )
    found = verification.check(line, attempt)
    return Answer(
        Check.model_validate(
            {"id": named, "valid": found.valid, "status": found.status, "tries_left": found.tries_left}
        )
    )


def _one(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Verification]:
    """One verification, without its code, which nobody is told."""
    return Answer(shown_verification(verification.one(line, asked.path["id"][:_ID])))


def _cancel(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Verification]:
    """Cancel a verification: its code is worth nothing any more.

    200 also for one that is canceled already, and, to a token without `verifications:read`, always; 409 where
    it is over otherwise.
    """
    named, tells = asked.path["id"][:_ID], Scope.VERIFICATIONS_READ in asked.by.scopes
    found = verification.cancel(line, named, tells=tells)
    if tells and found is not None:
        return Answer(shown_verification(found))
    return Answer(_alike(named, "", status="canceled"))


def shown_verification(found: Shown) -> Verification:
    """A verification as the API and commands tell it."""
    its = found.verification
    given: dict[str, Any] = {
        "id": its.id,
        "status": found.status,
        "to": phone.mask(found.contact),
        "number": its.number,
        "brand": its.brand,
        "purpose": its.purpose,
        "amount": its.amount,
        "payee": its.payee,
        "digits": its.digits,
        "sends": 0 if its.muted else its.sends,
        "tries_left": its.most_tries - its.tries,
        "reason": found.reason,
        "message": its.message_id,
        "created_at": its.created_at,
        "valid_until": its.valid_until,
    }
    return Verification.model_validate(given)


def _alike(named: str, contact: str, *, status: str = "pending") -> Verification:
    """What everybody may know."""
    nothing = dict.fromkeys(Verification.model_fields)
    return Verification.model_validate({**nothing, "id": named, "status": status, "to": phone.mask(contact)})


def _bound(body: VerificationRequest | CheckRequest) -> Bound:
    return Bound(body.number, body.brand, body.purpose, body.amount, body.payee)


def _tells(asked: Asked[Any, Any], reveal: bool) -> bool:
    return reveal and Scope.VERIFICATIONS_READ in asked.by.scopes


_ALL, _ONE, _WRITE = "/v1/verifications", "/v1/verifications/{id}", Scope.VERIFICATIONS_WRITE
OPERATIONS: list[Operation] = [
    Operation(POST, _ALL, _WRITE, _send, statuses=(201, 200), refuses=_UNSENT, even=True),
    Operation(GET, _ONE, Scope.VERIFICATIONS_READ, _one, refuses={"not_found": 404}),
    Operation(DELETE, _ONE, _WRITE, _cancel, refuses=_UNCANCELED, even=True),
    Operation(POST, f"{_ONE}/check", _WRITE, _check, refuses=_UNCHECKED, even=True),
]

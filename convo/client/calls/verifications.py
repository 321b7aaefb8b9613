"""Verifications: one-time codes, sent, checked and canceled."""

from convo.client.transport import Call, given, path
from convo.resources.verifications import Check, CheckRequest, Verification, VerificationRequest


def verify(
    to: str,
    *,
    brand: str | None = None,
    number: str | None = None,
    purpose: str | None = None,
    language: str | None = None,
    digits: int | None = None,
    amount: str | None = None,
    payee: str | None = None,
    origin: str | None = None,
    client_ip: str | None = None,
    reveal: bool = True,
    new: bool = False,
) -> Call[Verification]:
    """Send a one-time code. The same again, while it is valid, sends the same code again."""
    more = given(
        brand=brand, number=number, purpose=purpose, language=language, digits=digits, amount=amount,
        payee=payee, origin=origin, client_ip=client_ip, reveal=reveal, new=new,
    )  # fmt: skip
    body = VerificationRequest(to=to, **more)
    return Call("POST", path("verifications"), Verification, body=body)


def check_verification(
    id: str,
    code: str,
    *,
    to: str | None = None,
    brand: str | None = None,
    number: str | None = None,
    purpose: str | None = None,
    amount: str | None = None,
    payee: str | None = None,
    client_ip: str | None = None,
    reveal: bool = True,
) -> Call[Check]:
    """Whether this is the code; it is right once, and for what it was sent."""
    more = given(
        to=to, brand=brand, number=number, purpose=purpose, amount=amount, payee=payee,
        client_ip=client_ip, reveal=reveal,
    )  # fmt: skip
    return Call("POST", path("verifications", id, "check"), Check, body=CheckRequest(code=code, **more))


def verification(id: str) -> Call[Verification]:
    """How it stands with a code."""
    return Call("GET", path("verifications", id), Verification)


def cancel_verification(id: str) -> Call[Verification]:
    """Cancel a code, which is worth nothing any more."""
    return Call("DELETE", path("verifications", id), Verification)

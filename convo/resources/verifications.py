"""Verifications: one-time codes, sent, checked and canceled."""

from typing import Literal

from pydantic import Field

from convo.resources.base import Body, Moment, Shown

VerificationStatus = Literal["pending", "approved", "canceled", "expired", "failed", "max_attempts"]


class Verification(Shown):
    """A one-time code that was asked for; what is null, a token without `verifications:read` is not told."""

    id: str
    status: VerificationStatus
    to: str = Field(description="The contact's number, masked.")
    number: str | None = Field(description="Ours.")
    brand: str | None
    purpose: str | None
    amount: str | None
    payee: str | None
    digits: int | None
    sends: int | None = Field(description="How often it was sent.")
    tries_left: int | None
    reason: str | None = Field(description="Why it failed or is canceled.")
    message: int | None = Field(description="The last text that says it.")
    created_at: Moment | None
    valid_until: Moment | None


class Check(Shown):
    """What came of a check."""

    id: str
    valid: bool = Field(description="Whether this was the code, for the first time.")
    status: VerificationStatus
    tries_left: int | None = Field(description="Null where it is over, or where that is not told.")


class _Bound(Body):
    brand: str | None = Field(None, description="In whose name; needed where there are several numbers.")
    number: str | None = Field(None, description="Ours; one of the brand's unless said.")
    purpose: str = Field("sign-in", description="What the code is good for, a short word.")
    amount: str | None = Field(None, description="Of a payment, like `120.00 EUR`; with `payee`.")
    payee: str | None = Field(None, description="Who is paid; with `amount`.")
    client_ip: str | None = Field(None, description="The address of whoever asks you; it is limited.")
    reveal: bool = Field(
        True,
        description="Whether to tell why nothing is sent or right; false gives an answer that may be "
        "passed on to anybody. A token without `verifications:read` is never told.",
    )


class VerificationRequest(_Bound):
    """A code to be sent. The same again, while it is valid, sends the same code again."""

    to: str = Field(description="With its country, like +15550001111.")
    language: str | None = Field(
        None, min_length=1, max_length=35, description="Of the text, BCP 47; the contact's unless said."
    )
    digits: int | None = Field(None, description="4 to 10; `verify.digits` of the settings unless said.")
    origin: str | None = Field(
        None,
        max_length=255,
        description="Of the page whose field a browser fills in, like https://example.com.",
    )
    new: bool = Field(False, description="Another code, also where one is valid; that is worth nothing then.")


class CheckRequest(_Bound):
    """A code that somebody gave. What it is good for must be as it was when it was sent."""

    code: str = Field(min_length=1, max_length=100, description="As it was typed.")
    to: str | None = Field(None, description="Whose code it must be.")

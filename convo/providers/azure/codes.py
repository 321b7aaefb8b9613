"""What Azure says became of a text: its delivery codes, and what they mean here."""

import re

from convo.messages import Reason, Status

# The code, its message in a few words (reports carry the one, the other or both), and what it means.
# Order counts for the words alone.
_FAILURES = (
    (4007, r"opted?[ -]out", Reason.OPTED_OUT),
    (4000, "fraud detection", Reason.BLOCKED),
    (4001, "invalid source", Reason.NOT_ALLOWED),
    (4002, "invalid destination", Reason.BAD_NUMBER),
    (4003, "unsupported destination", Reason.NOT_ALLOWED),
    (4004, r"number (does not|doesn.t) exist", Reason.BAD_NUMBER),
    (4005, "blocked by destination carrier", Reason.BLOCKED),
    (4006, r"(not|n.t) reachable", Reason.UNREACHABLE),
    (4008, "exceeded the maximum", Reason.TOO_MANY),
    (4009, "entitlement", Reason.NOT_ALLOWED),
    (4010, "not being verified", Reason.NOT_ALLOWED),
    (4020, "volumetric", Reason.TOO_MANY),
    (5000, "microsoft support", Reason.PROVIDER_FAULT),
    (5001, "temporary unavailability", Reason.PROVIDER_FAULT),
    (9999, "unknown error", Reason.UNKNOWN),
)
_REASONS = {code: reason for code, _, reason in _FAILURES}
_WORDS = [(re.compile(words, re.IGNORECASE), reason) for _, words, reason in _FAILURES]
# The carrier sent no report: the text may well have arrived, so it is neither delivered nor failed.
_NO_REPORT, _NO_REPORT_WORDS = 5002, re.compile("not support delivery report|delivery timeout", re.IGNORECASE)
_CODE = re.compile(r"(?<!\d)\d{4}(?!\d)", re.ASCII)


def outcome(status: str, details: str) -> tuple[Status, Reason | None] | None:
    """What a report's status and its details come to; None for a status that Azure does not document."""
    if status.lower() == "delivered":
        return Status.DELIVERED, None
    if status.lower() != "failed":
        return None
    codes = [int(found) for found in _CODE.findall(details)]
    if _NO_REPORT in codes or _NO_REPORT_WORDS.search(details):
        return Status.SENT, None
    for code in codes:
        if code in _REASONS:
            return Status.FAILED, _REASONS[code]
    return Status.FAILED, reason_in(details) or Reason.UNKNOWN


def reason_in(said: str) -> Reason | None:
    """The reason that Azure gives in words, if it is one of those that it documents."""
    return next((reason for words, reason in _WORDS if words.search(said)), None)

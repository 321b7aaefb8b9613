"""What every provider has to show: one `Cases` each. A provider without one fails the conformance tests."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from convo.messages import RawRequest, Reason, Status, Trouble
from tests.providers.server import Handler, hangs_up, says

OURS, ANA = "+15550009999", "+15550001111"
WORDS = "Great to connect 👍"
SECRET, OLD, WRONG = "new/se=cr+et", "old-secret", "no-secret"
KEY = "c2VjcmV0LW9mLXRoZS1hY2NvdW50"  # an access key

Outcome = tuple[Status, Reason | None]


@dataclass(frozen=True)
class Cases:
    """How one provider delivers, and how the other side may answer."""

    settings: Callable[[str], dict[str, Any]]  # with SECRET and OLD, sending to the address given
    setting_of_secret: str
    deliver: Callable[[bytes, str], RawRequest]  # these bytes, authenticated by this secret
    text: bytes  # ANA says WORDS to OURS; the provider calls it "in-1"
    reports: Mapping[bytes, Outcome]  # of a text to ANA that the provider calls "out-1"
    unknown: bytes  # an event of a kind that nobody knows
    accepts: Handler
    key_of: Callable[[bytes], str]  # by which the provider knows a repeated request
    refuses: Mapping[str, tuple[Handler, Trouble]]  # every other answer, and its class


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


# The simulator.


def _signed(body: bytes, secret: str) -> RawRequest:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return RawRequest("POST", "/webhooks/it", "", {"x-convo-signature": signature}, body)


SIMULATOR = Cases(
    settings=lambda url: {"webhook_secret": [SECRET, OLD], "deliver_to": f"{url}/"},
    setting_of_secret="webhook_secret",
    deliver=_signed,
    text=_json({"id": "in-1", "from": ANA, "to": OURS, "text": WORDS}),
    reports={
        _json({"id": "out-1", "from": ANA, "status": "delivered"}): (Status.DELIVERED, None),
        _json({"id": "out-1", "from": ANA, "status": "failed"}): (Status.FAILED, Reason.UNKNOWN),
        _json({"id": "out-1", "from": ANA, "status": "failed", "reason": "opted_out"}): (
            Status.FAILED,
            Reason.OPTED_OUT,
        ),
    },
    unknown=_json({"id": "x", "from": ANA, "to": OURS, "balloon": 1}),
    accepts=says(200),
    key_of=lambda body: str(json.loads(body)["key"]),
    refuses={
        "too fast": (says(429), Trouble.LATER),
        "broken": (says(500), Trouble.RETRY),
        "away": (says(503), Trouble.RETRY),
        "no": (says(400), Trouble.PERMANENT),
        "gone in the middle": (hangs_up, Trouble.RETRY),
    },
)


# Azure.


def _coded(body: bytes, secret: str) -> RawRequest:
    query = f"code={secret.replace('+', '%2B')}"
    return RawRequest("POST", "/webhooks/it", query, {"content-type": "application/json"}, body)


def _event(kind: str, **data: Any) -> bytes:
    event = {"id": "e1", "topic": "/subscriptions/1", "subject": "/phonenumber/15550009999", "data": data}
    return _json([event | {"eventType": f"Microsoft.Communication.{kind}", "dataVersion": "1.0"}])


def azure_text(**changes: Any) -> bytes:
    """A delivery of the text above, with these fields changed."""
    data = {"messageId": "in-1", "from": ANA[1:], "to": OURS[1:], "message": WORDS, "segmentCount": 1}
    return _event("SMSReceived", **(data | changes))


def azure_report(status: str, details: str, **changes: Any) -> bytes:
    """A delivery of the report of a text to ANA."""
    data = {
        "messageId": "out-1", "from": OURS[1:], "to": ANA, "deliveryStatus": status,
        "deliveryStatusDetails": details, "receivedTimestamp": "2020-09-18T00:22:20.2855749Z",
        "deliveryAttempts": [], "Tag": "7",
    }  # fmt: skip
    return _event("SMSDeliveryReportReceived", **(data | changes))


def azure_item(status: int, **changes: Any) -> str:
    """The answer 202 with one recipient's part."""
    item = {
        "to": ANA, "messageId": "out-1", "httpStatusCode": status, "repeatabilityResult": "accepted",
        "successful": status == 202,
    }  # fmt: skip
    return json.dumps({"value": [item | changes]})


def azure_error(message: str) -> str:
    return json.dumps({"error": {"code": "BadRequest", "message": message}})


def _code(code: int, *, status: Status = Status.FAILED, reason: Reason | None) -> dict[bytes, Outcome]:
    return {azure_report("Failed", f"{code}"): (status, reason)}


OPTED_OUT = "The Destination/To number has opted out of receiving messages from you"
AZURE = Cases(
    settings=lambda url: {
        "connection_string": f"endpoint={url}/;accesskey={KEY}",
        "webhook_secret": [SECRET, OLD],
        "timeout": 5,
    },
    setting_of_secret="webhook_secret",
    deliver=_coded,
    text=azure_text(),
    reports={
        azure_report("Delivered", "No error."): (Status.DELIVERED, None),
        azure_report("delivered", "2000"): (Status.DELIVERED, None),
        **_code(4000, reason=Reason.BLOCKED),
        **_code(4001, reason=Reason.NOT_ALLOWED),
        **_code(4002, reason=Reason.BAD_NUMBER),
        **_code(4003, reason=Reason.NOT_ALLOWED),
        **_code(4004, reason=Reason.BAD_NUMBER),
        **_code(4005, reason=Reason.BLOCKED),
        **_code(4006, reason=Reason.UNREACHABLE),
        **_code(4007, reason=Reason.OPTED_OUT),
        **_code(4008, reason=Reason.TOO_MANY),
        **_code(4009, reason=Reason.NOT_ALLOWED),
        **_code(4010, reason=Reason.NOT_ALLOWED),
        **_code(4020, reason=Reason.TOO_MANY),
        **_code(5000, reason=Reason.PROVIDER_FAULT),
        **_code(5001, reason=Reason.PROVIDER_FAULT),
        **_code(5002, status=Status.SENT, reason=None),
        **_code(9999, reason=Reason.UNKNOWN),
        **_code(1234, reason=Reason.UNKNOWN),
        azure_report("Failed", ""): (Status.FAILED, Reason.UNKNOWN),
        azure_report("Failed", OPTED_OUT): (Status.FAILED, Reason.OPTED_OUT),
        azure_report("Failed", f"Error 4007: {OPTED_OUT}."): (Status.FAILED, Reason.OPTED_OUT),
        azure_report("Failed", "Message failed to deliver since Destination/To number doesn't exist."): (
            Status.FAILED,
            Reason.BAD_NUMBER,
        ),
        azure_report("Failed", "Carrier does not support delivery report"): (Status.SENT, None),
    },
    unknown=_event("ChatMessageReceived", messageId="m"),
    accepts=says(202, azure_item(202)),
    key_of=lambda body: str(json.loads(body)["smsRecipients"][0]["repeatabilityRequestId"]),
    refuses={
        "200 without a body": (says(202), Trouble.RETRY),
        "a page": (says(202, "<html>Welcome to the hotel's network</html>"), Trouble.RETRY),
        "half an answer": (says(202, azure_item(202)[:40]), Trouble.RETRY),
        "a list": (says(202, "[]"), Trouble.RETRY),
        "nobody in it": (says(202, '{"value": []}'), Trouble.RETRY),
        "another's": (says(202, azure_item(202, to="+15550002222")), Trouble.RETRY),
        "no number in it": (says(202, azure_item(202, to=None)), Trouble.RETRY),
        "no message id": (says(202, azure_item(202, messageId=None)), Trouble.RETRY),
        "accepted and not successful": (says(202, azure_item(202, successful=False)), Trouble.RETRY),
        "no status": (says(202, azure_item(202, httpStatusCode=None)), Trouble.RETRY),
        "deep": (says(202, "[" * 30_000), Trouble.RETRY),
        "a megabyte": (says(202, " " * 1024 * 1024 + azure_item(202)), Trouble.RETRY),
        "a forgotten id": (says(202, azure_item(400, repeatabilityResult="Rejected")), Trouble.UNCERTAIN),
        "412": (says(412), Trouble.UNCERTAIN),
        "one of many opted out": (says(202, azure_item(400, errorMessage=OPTED_OUT)), Trouble.OPTED_OUT),
        "opted out, and forbidden": (says(202, azure_item(403, errorMessage=OPTED_OUT)), Trouble.OPTED_OUT),
        "a bad number": (
            says(202, azure_item(400, errorMessage="Invalid To phone number format.")),
            Trouble.PERMANENT,
        ),
        "a recipient too fast": (says(202, azure_item(429)), Trouble.LATER),
        "a recipient broken": (says(202, azure_item(500)), Trouble.RETRY),
        "a recipient forbidden": (says(202, azure_item(401)), Trouble.OUR_FAULT),
        "too fast": (says(429), Trouble.LATER),
        "broken": (says(500, "<html>opted out of everything</html>"), Trouble.RETRY),
        "away": (says(503), Trouble.RETRY),
        "slow": (says(408), Trouble.RETRY),
        "another's bad request": (says(400, "<html>Squid</html>"), Trouble.RETRY),
        "a bad text": (says(400, azure_error("The Message field is required.")), Trouble.PERMANENT),
        "a bad recipient": (says(400, '{"SmsRecipients": ["not E.164"]}'), Trouble.PERMANENT),
        "a bad sender": (says(400, azure_error("The From number is not yours.")), Trouble.OUR_FAULT),
        "a bad version": (says(400, azure_error("Unsupported api-version.")), Trouble.OUR_FAULT),
        "an opt-out": (says(400, azure_error(OPTED_OUT)), Trouble.OPTED_OUT),
        "a wrong key": (says(401), Trouble.OUR_FAULT),
        "forbidden": (says(403, "<html>You can opt out of cookies</html>"), Trouble.OUR_FAULT),
        "not there": (says(404), Trouble.OUR_FAULT),
        "moved": (says(301, Location="/sms"), Trouble.OUR_FAULT),
        "moved for now": (says(307, Location="/sms"), Trouble.OUR_FAULT),
        "gone in the middle": (hangs_up, Trouble.RETRY),
    },
)

CASES: Mapping[str, Cases] = {"simulator": SIMULATOR, "azure": AZURE}

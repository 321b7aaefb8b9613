"""What Azure should never answer, and what an operator reads of it then."""

import json

import pytest
from aiohttp import web

from convo.messages import Accepted, Reason, SendError, Trouble
from tests.providers.cases import ANA, azure_error, azure_item
from tests.providers.server import Handler, hangs_up, says
from tests.providers.test_azure_sending import MESSAGE, send


def refused(handler: Handler) -> SendError:
    outcome, _ = send(handler)
    assert isinstance(outcome, SendError)
    return outcome


PAGE = "<!DOCTYPE html><html><body>Welcome to our proxy</body></html>"
UNCLEAR = [
    (says(200, PAGE), "it answered 200 with a page; a proxy or a wrong endpoint does"),
    (says(502, PAGE), "it answered 502 with a page; a proxy or a wrong endpoint does"),
    (says(202), "it answered 202 with nothing"),
    (says(202, " " * 9), "it answered 202 with nothing"),
    (says(202, "x" * 1_000_000), "it answered 202 with more than 64 KiB"),
    (says(202, azure_item(202)[:40]), "it answered 202 with what is not JSON"),
    (says(202, "[" * 50_000), "it answered 202 with what is not JSON"),
    (says(202, b"\xff\xfe\x00"), "it answered 202 with what is not JSON"),
    (says(202, azure_error("Try later")), "it answered 202: Try later"),
    (says(202, azure_item(202, to="+15550002222")), "it answered 202, and speaks of this contact 0 times"),
    (says(202, azure_item(202, messageId="")), "without a messageId of 1 to 256 characters"),
    (says(202, azure_item(202, messageId=7)), "without a messageId of 1 to 256 characters"),
    (says(202, azure_item(202, messageId="x" * 257)), "without a messageId of 1 to 256 characters"),
    (says(202, azure_item(202, successful=False)), "and that it was not successful"),
    (says(202, azure_item(500, errorMessage="Oops")), "it answered 202, and 500 inside: Oops"),
    (says(202, json.dumps({"value": [{"to": ANA}]})), "it answered 202 without an httpStatusCode"),
    (hangs_up, "the request failed: ServerDisconnectedError"),
]


@pytest.mark.parametrize(("handler", "said"), UNCLEAR, ids=[said for _, said in UNCLEAR])
def test_what_is_no_answer_is_asked_for_again_and_told_in_words(handler: Handler, said: str) -> None:
    error = refused(handler)

    assert (error.kind, error.reason) == (Trouble.RETRY, Reason.PROVIDER_FAULT)
    assert error.detail is not None
    assert said in error.detail


def test_a_redirect_waits_for_who_mends_the_endpoint() -> None:
    error = refused(says(302, PAGE, Location="https://elsewhere.example.org/"))

    assert error.kind is Trouble.OUR_FAULT
    assert error.detail == "it answered 302, a redirect; mend the endpoint in connection_string"


@pytest.mark.parametrize("wrapped", [True, False])
def test_what_azure_quotes_of_the_text_and_the_number_is_not_kept(wrapped: bool) -> None:
    said = f"Cannot send '{MESSAGE.text}'\nto {ANA} ({ANA[1:]})"
    error = refused(
        says(202, azure_item(400, errorMessage=said)) if wrapped else says(400, azure_error(said))
    )

    assert error.detail is not None
    assert "Cannot send '(the text)' to +155…" in error.detail
    assert MESSAGE.text not in error.detail
    assert ANA[1:] not in error.detail


async def _with_a_strange_type(request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(status=202, body=azure_item(202).encode(), content_type="text/html", charset="utf-16")


def test_a_good_answer_under_a_wrong_name_is_a_good_answer() -> None:
    assert send(_with_a_strange_type)[0] == Accepted("out-1")

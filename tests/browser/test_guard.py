"""Who gets past the guard of /phone: a browser on this machine, on a page that came from here."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.routing import Route
from starlette.types import Message

from convo.app import App
from convo.console import console_routes
from convo.console.phone.handset import pick_up
from convo.console.phone.regions import regions
from convo.console.phone.thread import REASONS, STATUSES
from convo.messages import Accepted, Item, Outbound, RawRequest, Reason, Response, Status
from convo.providers.base import Traits
from convo.settings import Settings
from tests.browser.serving import OURS, Served

TEXT = f"/phone/texts?{urlencode({'contact': '+15550002222', 'number': OURS})}"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:8000", "192.168.1.7", "", "[", "a@b"]
)
def test_another_host_is_refused(served: Served, host: str) -> None:
    for path in ("/phone", "/phone/events", "/static/phone.js"):
        status, said, _ = served.request("GET", path, host=host)
        assert status == 403
        assert "this machine only" in said


def test_the_first_page_is_the_phone(served: Served) -> None:
    status, _, headers = served.request("GET", "/")
    assert (status, headers["location"]) == (303, "/phone")
    assert served.request("GET", "/", host="evil.example")[0] == 403


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost", "localhost:8000", "[::1]:8000", "127.9.9.9"])
def test_names_of_this_machine_are_taken(served: Served, host: str) -> None:
    status, _, _ = served.request("GET", "/phone", host=host)
    assert status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "OURS", "sec_fetch_site": "cross-site"},
        {},
    ],
)
@pytest.mark.parametrize("path", [TEXT, "/phone/start", "/phone/coverage", "/phone/size"])
def test_a_form_from_elsewhere_is_refused(served: Served, path: str, headers: dict[str, str]) -> None:
    sent = {name: served.address if value == "OURS" else value for name, value in headers.items()}
    status, said, _ = served.request("POST", path, "text=STOP", **sent)
    assert status == 403
    assert "origin" in said.lower()


def test_our_own_form_is_taken(served: Served) -> None:
    status, said, _ = served.request(
        "POST", TEXT, "text=hi", origin=served.address, sec_fetch_site="same-origin"
    )
    assert (status, said) == (303, "")
    status, said, _ = served.request("POST", TEXT, "text=+", origin=served.address)
    assert (status, said.strip()) == (422, "An empty text is not sent")


def test_the_policy_lets_nothing_in(served: Served) -> None:
    for path in ("/phone", "/phone?contact=12x", "/static/vendor/htmx.min.js"):
        _, _, headers = served.request("GET", path)
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("contact=0", "is not a phone number"),
        ("number=Shop", "is not a phone number"),
        (f"contact={OURS}&number={OURS}".replace("+", "%2B"), "text with itself"),
    ],
)
def test_a_wrong_number_is_told(served: Served, query: str, words: str) -> None:
    for path in ("/phone", "/phone/events"):
        status, said, _ = served.request("GET", f"{path}?{query}")
        assert status == 400
        assert words in said


def test_a_plus_that_came_as_a_blank_is_understood(served: Served) -> None:
    status, said, _ = served.request("GET", "/phone?contact=+15550003333")
    assert status == 200
    assert "Text as +15550003333" in said


def test_a_form_that_is_too_long_is_told(served: Served) -> None:
    status, said, _ = served.request("POST", TEXT, "text=" + "x" * 1_100_000, origin=served.address)
    assert status == 413
    assert "too long" in said


def test_every_status_and_reason_has_words() -> None:
    assert set(STATUSES) == set(Status)
    assert set(REASONS) == set(Reason)


def test_a_database_that_cannot_be_read_is_told_in_words(tmp_path: Path) -> None:
    app = App(Settings(database=f"sqlite:///{tmp_path / 'empty.db'}", flows=tmp_path))
    found = asyncio.run(regions(app, pick_up(app.settings, {})))
    app.store.close()
    assert list(found) == ["trouble"], "what was shown before stays"
    assert "the database cannot be used now" in found["trouble"]


class _Real:
    """Stands for a provider that reaches real phones."""

    name = "real"
    traits = Traits(idempotent=True)

    def verify(self, request: RawRequest) -> None:
        raise AssertionError("the page reached a provider of real phones")

    def parse(self, request: RawRequest) -> Sequence[Item]:
        raise AssertionError("the page reached a provider of real phones")

    def acknowledge(self, request: RawRequest) -> Response:
        raise AssertionError("the page reached a provider of real phones")

    async def send(self, message: Outbound) -> Accepted:
        raise AssertionError("the page reached a provider of real phones")

    async def close(self) -> None:
        raise AssertionError("the page reached a provider of real phones")


@pytest.mark.parametrize("path", ["/phone/texts", "/phone/coverage", "/phone/start"])
def test_real_phones_are_not_played(tmp_path: Path, path: str) -> None:
    app = App(Settings(database="sqlite://", flows=tmp_path))
    app.providers["simulator"] = _Real()
    status, said = asyncio.run(_post(app, path, b"text=hi&flow=greeting"))
    assert status == 409
    assert "simulated phones only" in said


async def _post(app: App, path: str, body: bytes) -> tuple[int, str]:
    """One request to the pages of an App that does not run."""
    route = next(route for route in console_routes(app) if isinstance(route, Route) and route.path == path)
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"origin", b"http://localhost")]
    scope = {"type": "http", "method": "POST", "path": path, "scheme": "http", "query_string": b""}
    await route.app({**scope, "headers": headers}, receive, send)
    return sent[0]["status"], b"".join(part.get("body", b"") for part in sent[1:]).decode()

"""A server, a browser, and phones to play in it."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.player import Player
from tests.browser.serving import Served, serve

_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_contacts = (f"+1555001{place:04}" for place in itertools.count(1))


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that all tests share; each plays a phone of its own."""
    server = serve(tmp_path_factory.mktemp("dev"))
    yield server
    server.end()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Served]:
    """A server of this test's own, which it may break."""
    server = serve(tmp_path)
    yield server
    server.end()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for this folder: Playwright's event loop must be gone when other tests run theirs."""
    chromium = shutil.which("chromium")
    if chromium is None:
        # Who develops may have none; `.ci/run` installs it, and fails where these were skipped.
        pytest.skip("these tests drive Debian's chromium; apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def contact() -> str:
    """A phone number that no other test uses."""
    return next(_contacts)


@pytest.fixture
def player(served: Served, browser: Browser, contact: str) -> Iterator[Player]:
    """A new phone in a new window. Whatever happens on it, it loads only what is ours, without errors."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    player = Player(page, served.address, contact)
    player.open()
    yield player
    page.close()
    assert player.strangers == []
    assert player.complaints == []

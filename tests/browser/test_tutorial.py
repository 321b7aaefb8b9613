"""The tutorial's phone: what its reader is told to press and text, and what arrives."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.player import Player
from tests.browser.serving import Served, serve
from tests.cli.folder import Folder

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
SMALLEST, LISTENING, _, FILLED_IN, _ = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Served]:
    """`convo new clinic`, then `convo dev` in there."""
    Folder(tmp_path).run("new", "clinic")
    server = serve(tmp_path / "clinic", flows=())
    yield server
    server.end()


def test_the_phone_of_the_tutorial(project: Served, browser: Browser) -> None:
    visit = project.folder / "flows" / "visit.yaml"
    player = Player(browser.new_page(), project.address, "+15550001111")
    player.open()

    # 3. Pick up the phone
    player.text("hello")
    player.reads("Hello! What is your name?")
    player.text("Ana")
    player.reads("Nice to meet you, Ana.")
    player.text("bye")
    player.reads("Bye Ana!")

    # 4. The smallest flow, which the page notices by itself
    form = player.page.locator("#flow-visit")
    visit.write_text(SMALLEST)
    form.locator("summary").click()
    form.get_by_role("button", name="Start").click()
    player.reads("Can you come on Tuesday?")

    # 7. Fill in a name and a day
    visit.write_text(FILLED_IN)
    expect(form.get_by_label("name")).to_be_attached()
    if not form.get_by_label("name").is_visible():
        form.locator("summary").click()
    form.get_by_label("name").fill("Ana")
    form.get_by_label("visit").fill("2030-01-08 09:30")
    form.get_by_role("button", name="Start").click()
    player.reads("Hi Ana, can you come on Tue Jan 8, 9:30 AM? Reply YES, NO or MOVE.")
    player.text("move")
    player.reads("Which day and time suit you better?")
    player.text("friday 3pm")
    player.reads("See you on Fri")

    player.page.close()
    assert player.complaints == []

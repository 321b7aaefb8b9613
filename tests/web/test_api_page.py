"""docs/api.md is what happens: its commands are run by curl, its Python by Python, against a served App."""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from convo.runtime import tokens
from tests.web.described import served
from tests.web.server import Server, text

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
URL = "https://bot.example.org"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Where it is served, and the token that the page makes."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "flows").mkdir()
    (flow,) = blocks("yaml")
    (folder / "flows" / "booking.yaml").write_text(flow)
    (made,) = [each for each in blocks("console") if each.startswith("convo token add")]
    name, scopes = re.fullmatch(r"convo token add (\S+) --scope (\S+)\n", made).groups()  # type: ignore[union-attr]
    found: list[str] = []

    async def begin(server: Server) -> None:
        now = server.app.clock()
        found.append(server.app.store.transact(lambda c: tokens.issue(c, name, scopes.split(","), now)))
        await server.post(text("stop", "1", "+15550003333"))

    with served(folder, begin) as address:
        yield address, found[0]


def holds(told: Any, answer: Any) -> bool:
    """Whether an answer is as it is told; what the page leaves out as … may be anything."""
    if isinstance(told, dict):
        return all(name in answer and holds(value, answer[name]) for name, value in told.items())
    if isinstance(told, list):
        return len(told) == len(answer) and all(map(holds, told, answer))
    return bool(told == answer)


def test_what_the_page_asks_by_curl_and_in_python_goes_as_it_says(place: tuple[str, str]) -> None:
    address, token = place
    count = 0
    for block in blocks("console"):
        for command, told in re.findall(r"^\$ (curl .*)\n(.*)$", block, re.MULTILINE):
            asked = shlex.split(command.replace(URL, address).replace("$TOKEN", token))
            ran = subprocess.run(asked, capture_output=True, check=True, timeout=30)
            expected, answer = json.loads(told.replace(", …", "")), json.loads(ran.stdout)
            assert holds(expected, answer), (command, answer)
            count += 1
    assert count > 4

    for block in blocks("python"):
        exec(block.replace(URL, address), {"token": token})

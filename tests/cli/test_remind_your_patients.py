"""The page on reminding patients, followed word by word: what is saved, typed and texted, and seen."""

import re
import shlex
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from convo.testing.playing import fits
from tests.cli.folder import Folder, Ran, Serving
from tests.cli.test_tutorial import commands

PAGE = Path(__file__).parents[2] / "docs" / "remind-your-patients.md"
_STEP = re.compile(r"```(csv|json|console)\n(.*?)```|phone, `(\+\d+)`[^`]*?Text `(\w+)`", re.DOTALL)
_FILES = {"csv": "visits.csv", "json": "answers.json"}
_LOST, _KNOWN = '",1.5555E+10,', '",+15550001010,'
_PATIENCE = 30  # seconds until what was texted has left


def test_the_page_can_be_followed_word_by_word(tmp_path: Path) -> None:
    folder, seen = Folder(tmp_path), 0
    served: Serving | None = None
    with ExitStack() as closing:
        for kind, block, contact, words in _STEP.findall(PAGE.read_text()):
            if words:
                assert served
                wait_until_all_has_left(folder)
                served.text(words, contact)
            elif kind in _FILES:
                folder.write(_FILES[kind], block)
            for typed, expected in commands(block) if kind == "console" else ():
                match shlex.split(typed):
                    case ["cd", name]:
                        folder.path /= name
                    case ["convo", "dev"]:
                        served = closing.enter_context(folder.serving())
                    case ["curl", "--data-binary", file, _]:
                        assert served
                        deliver(served, folder.path / file.removeprefix("@"))
                    case ["convo", *arguments]:
                        if "top-up" in arguments:
                            mend(folder.path / "visits.csv.bad.csv")
                        came = run(folder, arguments, expected)
                        seen += 1
                        assert fits(expected, came), f"$ {typed}\n{came}\n\nthe page says\n\n{expected}"
    assert seen > 10


def run(folder: Folder, arguments: list[str], expected: str) -> str:
    """What a command says; one that only looks is asked again while texts are on their way."""
    until = time.monotonic() + (_PATIENCE if arguments[0] == "insights" else 0)
    while True:
        came = said(folder.run(*arguments))
        if fits(expected, came) or time.monotonic() > until:
            return came
        time.sleep(0.1)  # reports come from another process, which tells nobody here


def wait_until_all_has_left(folder: Folder) -> None:
    """Whoever holds a phone answers what is on it."""
    until = time.monotonic() + _PATIENCE
    while folder.run("queue", "list", "--format", "json").json:
        assert time.monotonic() < until
        time.sleep(0.1)  # another process sends, and tells nobody here


def said(ran: Ran) -> str:
    return f"{ran.err}{ran.out}".strip()


def deliver(served: Serving, file: Path) -> None:
    """As curl does, and once more, as the page has it."""
    for _ in range(2):
        request = urllib.request.Request(f"{served.address}/webhooks/simulator", file.read_bytes())
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.read() == b'{"stored": true}'


def mend(file: Path) -> None:
    """Step 4: Ida's number behind the reason."""
    written = file.read_text()
    assert written.count(_LOST) == 1
    file.write_text(written.replace(_LOST, _KNOWN))

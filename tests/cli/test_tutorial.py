"""The tutorial, followed word by word: each file is saved, each command typed, and what is seen compared."""

import re
from collections.abc import Iterator
from pathlib import Path

from convo.testing.playing import fits
from tests.cli.folder import Folder

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
_BLOCK = re.compile(r"```(yaml|console)\n(.*?)```", re.DOTALL)


def test_the_tutorial_can_be_followed_word_by_word(tmp_path: Path) -> None:
    folder, seen = Folder(tmp_path), 0
    for kind, block in _BLOCK.findall(PAGE.read_text()):
        if kind == "yaml":
            folder.write(f"flows/visit{'.test' if is_test(block) else ''}.yaml", block)
            continue
        for typed, expected in commands(block):
            if "comming" in expected and "--fix" not in typed:
                make_the_mistake(folder)
            match typed.split():
                case ["cd", name]:
                    folder.path /= name
                case ["convo", "dev"]:
                    pass  # the phone: tests/browser holds it
                case ["convo", *arguments]:
                    ran = folder.run(*arguments)
                    seen += 1
                    came = f"{ran.err}{ran.out}".strip()
                    assert fits(expected, came), f"$ {typed}\n{came}\n\nthe tutorial says\n\n{expected}"
    assert seen > 8


def is_test(block: str) -> bool:
    return "\ntests:" in block


def commands(block: str) -> Iterator[tuple[str, str]]:
    """What is typed, and what is seen below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        typed, _, expected = part.partition("\n")
        yield typed, expected.strip()


def make_the_mistake(folder: Folder) -> None:
    """Step 8: an `m` too many in line 8."""
    lines = (folder.path / "flows" / "visit.yaml").read_text().splitlines(keepends=True)
    assert lines[7] == "      yes, y: coming\n"
    lines[7] = "      yes, y: comming\n"
    folder.write("flows/visit.yaml", "".join(lines))

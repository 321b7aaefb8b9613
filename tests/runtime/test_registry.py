"""Where actions come from: a file beside the flows, modules, packages; and what is wrong with them."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from convo.errors import Problem, SettingsError
from convo.runtime.registry import Registry

SLOTS = 'from convo import action\n\n\n@action\ndef free_slots():\n    return ["VALUE"]\n'


def write(folder: Path, source: str, name: str = "actions.py") -> Path:
    file = folder / name
    file.write_text(source)
    return file


def told(problems: list[Problem]) -> list[tuple[str, str, int]]:
    return [(problem.code, Path(problem.file).name, problem.line) for problem in problems]


def called(registry: Registry, name: str = "free_slots") -> object:
    return registry.actions[name].function()


def test_the_file_beside_the_flows_is_read_and_read_again_when_it_changes(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    assert registry.read() == []
    assert registry.actions == {}

    write(tmp_path, SLOTS)
    assert registry.read() == []
    assert called(registry) == ["VALUE"]
    write(tmp_path, SLOTS.replace("VALUE", "OTHER"))  # of the same length, in the same second
    registry.read()
    assert called(registry) == ["OTHER"]
    assert not (tmp_path / "__pycache__").exists()

    (tmp_path / "actions.py").unlink()
    registry.read()
    assert registry.actions == {}


def test_what_it_keeps_in_memory_lasts_as_long_as_it_does_not_change(tmp_path: Path) -> None:
    write(tmp_path, "from convo import action\nCOUNT = []\n@action\ndef count():\n    COUNT.append(1)\n"
          "    return len(COUNT)\n")  # fmt: skip
    registry = Registry(tmp_path)
    registry.read()
    assert called(registry, "count") == 1
    registry.read()
    assert called(registry, "count") == 2


def test_it_may_hold_whatever_a_module_holds(tmp_path: Path) -> None:
    write(tmp_path, 'from __future__ import annotations\nfrom dataclasses import dataclass\n'
          "from convo import action\n@dataclass\nclass Slot:\n    at: str\n@action\ndef free_slots():\n"
          '    return [Slot("Mon").at]\n')  # fmt: skip
    registry = Registry(tmp_path)
    assert registry.read() == []
    assert called(registry) == ["Mon"]


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("def free_slots(:\n", 1, "invalid syntax"),
        (
            "from convo import action\n\nimport nowhere_to_be_found\n",
            3,
            "No module named 'nowhere_to_be_found'",
        ),
        ("def load():\n    return 1 / 0\n\n\nload()\n", 2, "ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit(3)\n", 2, "SystemExit: 3"),
        ("x = '\xff'\n".encode("latin-1").decode("latin-1"), 0, ""),
    ],
)
def test_a_broken_file_is_told_with_its_line_and_leaves_the_last_good_version(
    tmp_path: Path, source: str, line: int, message: str
) -> None:
    write(tmp_path, SLOTS)
    registry = Registry(tmp_path)
    registry.read()
    write(tmp_path, source)

    problems = registry.read()
    if line:
        assert told(problems) == [("A001", "actions.py", line)]
        assert message in problems[0].message
        assert told(registry.read()) == told(problems)  # for as long as it is so
        assert called(registry) == ["VALUE"]
    write(tmp_path, SLOTS.replace("VALUE", "mended"))
    assert registry.read() == []
    assert called(registry) == ["mended"]


def test_modules_of_the_settings_are_imported_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    write(tmp_path, SLOTS.replace("free_slots", "book_slot"), "clinic_of_a_test.py")
    registry = Registry(tmp_path / "flows", ["clinic_of_a_test"])

    assert registry.read() == []
    assert list(registry.actions) == ["book_slot"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (None, "actions: 'mod{n}' cannot be imported: ModuleNotFoundError: No module named 'mod{n}'"),
        (
            "1 / 0\n",
            "actions: 'mod{n}' cannot be imported: ZeroDivisionError: division by zero (.*mod{n}.py:1)",
        ),
        ("def f(:\n", "cannot be imported: SyntaxError"),
        ("x = 1\n", "actions: no function of 'mod{n}' is marked with @action"),
    ],
)
def test_a_module_of_the_settings_that_cannot_be_used_is_an_error_of_theirs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str | None,
    said: str,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    number = abs(hash(request.node.name))
    if source is not None:
        write(tmp_path, source, f"mod{number}.py")

    wanted = said.replace("{n}", str(number)).replace("(.*", r"\(.*").replace("py:1)", r"py:1\)")
    with pytest.raises(SettingsError, match=wanted):
        Registry(tmp_path, [f"mod{number}"]).read()


def test_packages_bring_actions_by_an_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    write(tmp_path, SLOTS + "\n\ndef plain():\n    return 7\n", "packaged_for_a_test.py")
    found = [
        EntryPoint("whole", "packaged_for_a_test", "convo.actions"),
        EntryPoint("seven", "packaged_for_a_test:plain", "convo.actions"),
        EntryPoint("broken", "not_there_at_all", "convo.actions"),
    ]
    monkeypatch.setattr("convo.runtime.registry.entry_points", lambda group: found if group else [])
    registry = Registry(tmp_path / "flows")

    problems = registry.read()
    assert [problem.code for problem in problems] == ["A003"]
    assert "the entry point broken cannot be loaded" in problems[0].message
    assert (called(registry), called(registry, "seven")) == (["VALUE"], 7)


def test_a_name_that_stands_twice_is_told_and_the_flows_folder_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    write(tmp_path, SLOTS.replace("VALUE", "theirs"), "second_for_a_test.py")
    (tmp_path / "flows").mkdir()
    write(tmp_path / "flows", SLOTS.replace("VALUE", "ours"))
    registry = Registry(tmp_path / "flows", ["second_for_a_test"])

    (problem,) = registry.read()
    assert (problem.code, Path(problem.file).name) == ("A002", "second_for_a_test.py")
    assert called(registry) == ["ours"]

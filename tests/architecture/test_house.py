"""The house keeps its shape: imports point down, files stay small, and a few things happen in one place."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import convo

ROOT = Path(convo.__file__).parents[1]
MODULES = sorted(path for path in (ROOT / "convo").rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in MODULES]
VAGUE = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "managers",
    "misc",
    "shared",
    "base_utils",
}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def calls(path: Path, attribute: str) -> Iterator[ast.Call]:
    """The calls of something's attribute of this name: `….attribute(…)`."""
    for node in ast.walk(tree(path)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == attribute
        ):
            yield node


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def constructed(path: Path, name: str) -> Iterator[ast.Call]:
    """The calls that make one of a class, or run a function of the module itself: `name(…)`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def callers(name: str) -> set[str]:
    """The functions that call something by this name, as it is written there."""
    return {
        f"{path.relative_to(ROOT)}: {function.name}"
        for path in MODULES
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == name
    }


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_imports_point_down_only() -> None:
    ran = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_new_room_must_be_given_its_place_among_the_layers() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = [each for each in settings["contracts"] if each["type"] == "layers"]

    assert contract["exhaustive"] is True


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_a_module_is_small_and_says_what_lives_there(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400
    said = ast.get_docstring(tree(path))
    assert said is not None
    assert said.split("\n\n")[0].rstrip().endswith((".", "…", "`", "]", "?"))


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_a_module_has_a_name_of_its_own(path: Path) -> None:
    assert not VAGUE & set(path.relative_to(ROOT).with_suffix("").parts)


def test_only_the_clock_reads_the_time() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for path in MODULES
        for name in ("now", "utcnow", "today", "time", "time_ns")
        for call in calls(path, name)
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in ("datetime", "date", "time", "dt")
    }

    assert readers == {"convo/clock.py"}


def test_only_the_sender_hands_a_message_to_a_provider() -> None:
    """A provider is known by its name wherever it is held: `provider`, `providers[…]`, `….provider`."""

    def is_provider(node: ast.expr) -> bool:
        held = ast.unparse(node).lower()
        return "provider" in held or "simulator" in held

    senders = {
        str(path.relative_to(ROOT))
        for path in MODULES
        for call in calls(path, "send")
        if isinstance(call.func, ast.Attribute) and is_provider(call.func.value)
    }

    assert senders == {"convo/runtime/sender.py"}


def test_what_a_provider_is_handed_is_made_by_the_claim_alone() -> None:
    makers = {
        f"{path.relative_to(ROOT)}: {function.name}"
        for path in MODULES
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Outbound"
    }

    assert makers == {"convo/runtime/sender.py: _claimed"}
    assert callers("_claimed") == {"convo/runtime/sender.py: claim"}


def test_a_message_is_marked_as_being_sent_by_one_statement_which_the_claim_alone_runs() -> None:
    """No statement writes that status but the outbox's own, and no SQL that is spelled by hand."""
    for path in MODULES:
        source = path.read_text()
        assert "SET status" not in source or "migrations" in path.parts, path
        assert "'sending'" not in source.replace("status = 'sending'", ""), path
    writers = [
        str(path.relative_to(ROOT))
        for path in MODULES
        for call in calls(path, "values")
        for given in call.keywords
        if given.arg == "status" and "SENDING" in ast.unparse(given.value)
        if "update(messages)" in ast.unparse(call.func)
    ]

    assert writers == ["convo/store/outbox.py"]
    changes = [ast.unparse(call) for path in MODULES for call in constructed(path, "Change")]
    assert changes
    assert not [change for change in changes if "SENDING" in change]
    assert callers("outbox.claim") == {"convo/runtime/sender.py: claim"}


def test_nothing_is_claimed_but_what_the_gate_let_through() -> None:
    """Who is claimed is written down in one place: where the gate's verdict on that very message is None."""
    (claim,) = [each for each in functions(ROOT / "convo/runtime/sender.py") if each.name == "claim"]
    (match,) = [node for node in ast.walk(claim) if isinstance(node, ast.Match)]
    assert ast.unparse(match.subject) == "gate.decide(message)"
    let_through = [case for case in match.cases if ast.unparse(case.pattern) == "None"]
    written = [
        node
        for node in ast.walk(claim)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith("claims[")
    ]

    assert len(let_through) == len(written) == 1
    assert written[0] in let_through[0].body
    assert ast.unparse(written[0].value).startswith("(message, ")


def test_nothing_outside_the_runtime_and_the_app_knows_a_single_provider() -> None:
    """They are found by name, so that a new one touches one file."""
    for path in MODULES:
        if "providers" in path.parts:
            continue
        known = [name for name in imports(path) if name.startswith("convo.providers.")]
        single = [name for name in known if name != "convo.providers.base"]
        told = str(path.relative_to(ROOT))
        assert not single or told.startswith(("convo/testing", "convo/console", "convo/cli")), (told, single)


def test_no_provider_knows_another() -> None:
    rooms = ROOT / "convo" / "providers"
    for path in rooms.rglob("*.py"):
        own = f"convo.providers.{path.relative_to(rooms).with_suffix('').parts[0]}"
        known = [name for name in imports(path) if name.startswith("convo.providers.")]
        others = [
            name for name in known if name != "convo.providers.base" and not f"{name}.".startswith(f"{own}.")
        ]
        assert not others, f"{path} knows {others}"


def test_transitions_is_touched_where_the_machine_is_built_alone() -> None:
    users = {str(path.relative_to(ROOT)) for path in MODULES if "transitions" in set(imports(path))}

    assert "convo/flow/compile.py" in users
    assert users <= {"convo/flow/compile.py", "convo/flow/graph.py"}


def test_the_flow_is_pure() -> None:
    """No file, no network, no database, no thread, no randomness below `flow/`."""
    impure = {
        "os", "io", "socket", "asyncio", "threading", "random", "secrets", "uuid", "subprocess", "sqlalchemy",
        "sqlmodel", "aiohttp", "starlette", "time", "structlog", "tempfile", "shutil",
    }  # fmt: skip
    for path in (ROOT / "convo" / "flow").rglob("*.py"):
        used = {name.split(".")[0] for name in imports(path)} & impure
        assert not used, f"{path} uses {used}"
        opened = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call) and _opens(node)]
        assert not opened, f"{path} opens a file"


def _opens(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "open"


def test_no_module_keeps_a_global_that_changes() -> None:
    for path in MODULES:
        changed = [node.names for node in ast.walk(tree(path)) if isinstance(node, ast.Global)]
        assert not changed, f"{path} changes {changed}"


def test_the_layers_are_those_of_the_design() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = [each for each in settings["contracts"] if each["type"] == "layers"]
    layers = [layer.replace("convo.", "") for layer in contract["layers"]]

    assert layers[:2] == ["cli", "testing"]
    assert layers.index("web | console") < layers.index("app") < layers.index("runtime")

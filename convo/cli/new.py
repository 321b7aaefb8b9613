"""`convo new`: a project that runs, from nothing or from a ready-made flow."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

import convo
from convo.errors import FlowError, SettingsError

if TYPE_CHECKING:
    from convo.flow.source import Source

ACTIONS = "actions.py"
_STARTER = Path(__file__).parent / "_starter"
_INSTALLED = Path(convo.__file__).parent / "ready_flows"  # where a wheel has them
_CHECKED_OUT = Path(convo.__file__).parents[1] / "flows"


def register(app: typer.Typer) -> None:
    app.command()(new)


def new(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="It is made; one that is there must be empty.")
    ],
    model: Annotated[
        str | None,
        typer.Option("--from", metavar="FLOW", help="A ready-made flow, or a flow's file, to begin with."),
    ] = None,
) -> None:
    """Make a project: a flow, its test, settings, the schema for editors, and a short README."""
    flow = _model(model)
    flows = _files(flow)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SettingsError(f"{folder} is not empty; name a folder that is, or one that is not there yet")
    try:
        for file, content in {**flows, **_around(folder, flow)}.items():
            place = folder / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    except OSError as error:
        raise SettingsError(f"{folder} cannot be written: {error.strerror}") from None
    print(f"{folder} is made. Next: cd {quote(str(folder))}, then convo dev. What is in it: README.md")


def _model(model: str | None) -> Path:
    """The file of the flow to begin with."""
    if model is None:
        return _STARTER / "flows" / "welcome.yaml"
    file = Path(model)
    if file.suffix != ".yaml":
        ready = _INSTALLED if _INSTALLED.is_dir() else _CHECKED_OUT
        file = ready / f"{model}.yaml"
        if not file.is_file():
            known = ", ".join(sorted(each.stem for each in _flow_files(ready)))
            raise SettingsError(f"there is no ready-made flow '{model}'; there is {known}")
    if not file.is_file():
        raise SettingsError(f"{file} does not exist; name a flow file, like flows/support.yaml")
    return file


def _files(file: Path) -> Mapping[str, bytes]:
    """The files of a flow, of those that it starts, and of the actions that they call."""
    from convo.cli._files import flow_tests

    found: dict[str, bytes] = {}
    ahead = [file]
    for flow in ahead:
        found[f"flows/{flow.name}"] = flow.read_bytes()
        tests = flow_tests(flow)
        found.update({f"flows/{test.name}": test.read_bytes() for test in tests})
        names = {name for each in (flow, *tests) for name in _started(each)}
        others = [flow.with_name(f"{name}.yaml") for name in sorted(names)]
        ahead += [other for other in others if other.is_file() and other not in ahead]
    actions = file.with_name(ACTIONS)
    if actions.is_file() and any(_calls(flow) for flow in ahead):
        found[f"flows/{ACTIONS}"] = actions.read_bytes()
    return found


def _read(file: Path) -> "Source":
    from convo.flow.source import read

    try:
        return read(file.read_bytes(), str(file))
    except FlowError as error:
        raise SettingsError(f"{file} cannot be read as a flow:\n{error}") from None


def _started(file: Path) -> Iterator[str]:
    """The names of the flows that a flow runs or begins, or that its test starts beside it."""
    found = _read(file)
    for path in found.positions:
        if path and path[0] in ("states", "tests") and path[-1] in ("begin", "run", "starts"):
            value = found.value_at(path)
            name = value.get("flow") if isinstance(value, dict) else value
            if isinstance(name, str):
                yield name


def _calls(file: Path) -> bool:
    """Whether a flow calls something."""
    return any(path[0] == "states" and path[2:] == ("call",) for path in _read(file).positions if path)


def _around(folder: Path, flow: Path) -> Mapping[str, bytes]:
    """What a project has beside its flows."""
    from convo.cli.schema import schema_text
    from convo.flow.schema import FILE

    needs = _read(flow).data.get("needs", {})
    answers = f'flow = "{flow.stem}"            # answers what no live conversation and no trigger takes'
    if needs:  # a text cannot give it: somebody has to start the flow
        answers = '# flow = "…"               # would answer what no live conversation and no trigger takes'
    given = "".join(f" --set {name}=…" for name in needs)
    names = {
        "{project}": folder.resolve().name,
        "{flow}": flow.stem,
        "{answers}": answers,
        "{start}": f"convo start {flow.stem} --to NUMBER{given}",
    }
    written = {name: (_STARTER / name).read_text() for name in ("README.md", "convo.toml")}
    for name, value in names.items():
        written = {file: text.replace(name, value) for file, text in written.items()}
    return {
        **{file: text.encode() for file, text in written.items()},
        ".gitignore": (_STARTER / "gitignore").read_bytes(),
        FILE: schema_text().encode(),
    }


def _flow_files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.glob("*.yaml") if not file.name.endswith(".test.yaml"))

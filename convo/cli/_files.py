"""The flow files that a command is given, as a project, and the actions that they may call."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from convo.errors import Problem, SettingsError
from convo.flow.names import did_you_mean
from convo.flow.project import Looked, Project, look
from convo.runtime.library import SUFFIX, TEST_SUFFIX, beside, flow_files
from convo.runtime.registry import Registry
from convo.settings import Settings, load


def read_project(paths: Sequence[Path]) -> Project:
    """The flows of these files and folders, and what stands beside such a file.

    Raises SettingsError for one that cannot be read.
    """
    named = [file for path in paths for file in (flow_files(path) if path.is_dir() else [path])]
    flows = [file for file in named if not file.name.endswith(TEST_SUFFIX)]  # `flows/*.yaml` names tests too
    if named and not flows:
        raise SettingsError(f"{named[0]} is a test of a flow, not a flow; `convo test {named[0]}` runs it")
    files: dict[str, bytes] = {}
    for file in flows:
        try:
            files[str(file)] = file.read_bytes()
        except OSError as error:
            raise SettingsError(f"{file} cannot be read: {error.strerror}") from None
    return Project(files, beside=dict(_beside(paths, files)))


def _beside(paths: Sequence[Path], files: Container[str]) -> Iterator[tuple[str, Looked]]:
    """The flows in the folders of single files: those may run and begin them."""
    for path in paths:
        for file, text in beside(path).values() if not path.is_dir() else ():
            if file not in files:
                yield file, look(file, text)


def with_actions(
    project: Project, paths: Sequence[Path], settings: Settings
) -> tuple[Project, list[Problem]]:
    """The project with the actions beside its files and those of the settings, and what is wrong with them.

    Raises SettingsError for a module of the settings that cannot be imported.
    """
    folders = dict.fromkeys([*(path if path.is_dir() else path.parent for path in paths), settings.flows])
    registries = [Registry(folder, settings.actions) for folder in folders]
    problems = dict.fromkeys(problem for registry in registries for problem in registry.read())
    actions = {name: found for registry in reversed(registries) for name, found in registry.actions.items()}
    return replace(project, actions=actions, allow=settings.calls.allow), list(problems)


def flow_file(named: Path) -> Path:
    """The file of a flow that is named by itself, by its test or by its name; raises SettingsError."""
    file = named if named.suffix == SUFFIX else load().flows / f"{named}{SUFFIX}"
    if file.name.endswith(TEST_SUFFIX):
        file = file.with_name(f"{file.name.partition('.')[0]}{SUFFIX}")
    if not file.is_file():
        known = [each.stem for each in flow_files(file.parent)]
        hint = did_you_mean(file.stem, known) if known else "Name a flow file, like flows/support.yaml."
        raise SettingsError(f"{file} does not exist. {hint}")
    return file


def place(named: Path) -> Path:
    """The file or folder that is named, or the file of the flow of this name; raises SettingsError."""
    folder = load().flows
    file = named if named.exists() else folder / f"{named}{SUFFIX}"
    if not file.exists():
        known = [each.stem for each in flow_files(folder)] if not named.suffix else []
        hint = did_you_mean(str(named), known) if known else "Name a flow, its file, or a folder of flows."
        raise SettingsError(f"{named} does not exist. {hint}")
    return file


def test_files(paths: Sequence[Path]) -> list[Path]:
    """The test files that these files and folders name; of a flow those beside it."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(path.rglob(f"*{TEST_SUFFIX}"))
        else:
            found += [path] if path.name.endswith(TEST_SUFFIX) else flow_tests(path)
    return list(dict.fromkeys(found))


def flow_tests(flow: Path) -> list[Path]:
    """The test files of a flow: `support.test.yaml` and the like of `support.fr.test.yaml`."""
    return [
        file for file in sorted(flow.parent.glob(f"*{TEST_SUFFIX}")) if file.name.split(".")[0] == flow.stem
    ]

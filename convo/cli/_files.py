"""The flow files that a command is given, as a project."""

from collections.abc import Sequence
from pathlib import Path

from convo.errors import SettingsError
from convo.flow.project import Project
from convo.runtime.library import TEST_SUFFIX, flow_files


def read_project(paths: Sequence[Path]) -> Project:
    """The flows of these files and folders; raises SettingsError for one that cannot be read."""
    files: dict[str, bytes] = {}
    for path in paths:
        for file in flow_files(path) if path.is_dir() else [path]:
            try:
                files[str(file)] = file.read_bytes()
            except OSError as error:
                raise SettingsError(f"{file} cannot be read: {error.strerror}") from None
    return Project(files)


def test_files(paths: Sequence[Path]) -> list[Path]:
    """The test files among these files and folders; raises SettingsError where there is none."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(path.rglob(f"*{TEST_SUFFIX}"))
        elif path.is_file():
            found.append(path)
        else:
            raise SettingsError(f"{path} does not exist")
    return found

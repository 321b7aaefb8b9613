"""A working folder of its own for every test of a command."""

from pathlib import Path

import pytest

from tests.cli.folder import DESK, REMIND, Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder with two flows and no settings."""
    made = Folder(tmp_path)
    made.write("flows/desk.yaml", DESK)
    made.write("flows/remind.yaml", REMIND)
    return made

"""The flows: those of the project's folder, and every version that a conversation still runs on."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from convo.errors import ConvoError, FlowError, Problem
from convo.flow import project
from convo.flow.compile import Bundle
from convo.flow.match import Reply
from convo.flow.triggers import TriggerIndex
from convo.store import versions

SUFFIX = ".yaml"
TEST_SUFFIX = ".test.yaml"


def flow_files(folder: Path) -> list[Path]:
    """The flow files below `folder`, by name; tests of flows are none."""
    return sorted(path for path in folder.rglob(f"*{SUFFIX}") if not path.name.endswith(TEST_SUFFIX))


class Library:
    """The current flows by name. A file that breaks leaves its last good version in place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._current: dict[str, Bundle] = {}
        self._files: dict[Path, tuple[bytes, Bundle]] = {}
        self._versions: dict[str, Bundle] = {}
        self._triggers = TriggerIndex(())

    @property
    def current(self) -> Mapping[str, Bundle]:
        return self._current

    def read(self) -> list[Problem]:
        """Read the folder anew; the problems of files that keep their last good version.

        What was read is served from `publish` on, which comes after `save`.
        """
        problems: list[Problem] = []
        files: dict[Path, tuple[bytes, Bundle]] = {}
        for path in flow_files(self._folder):
            before = self._files.get(path)
            try:
                source = path.read_bytes()
                if before is None or before[0] != source:
                    before = source, project.load(str(path), source)
            except FlowError as error:
                problems += error.problems
            except OSError:
                continue  # it went away while we looked
            if before is not None:
                files[path] = before
        self._files = files
        return problems

    def publish(self) -> None:
        """Serve what was read last."""
        # Of two files with one name the first counts; `convo check` tells (C006).
        self._current = {bundle.name: bundle for _, bundle in reversed(self._files.values())}
        self._versions.update({bundle.version: bundle for bundle in self._current.values()})
        self._triggers = TriggerIndex(
            (name, bundle.root.flow.triggers) for name, bundle in self._current.items()
        )

    def save(self, connection: Connection, now: datetime) -> None:
        """Keep the source of the current versions, before a conversation can start on one."""
        for path, (source, bundle) in self._files.items():
            versions.save(connection, bundle.version, bundle.name, str(path), source, now)

    def version(self, connection: Connection, version: str) -> Bundle:
        """A flow in the version that a conversation runs on."""
        found = self._versions.get(version)
        if found is None:
            kept = versions.source(connection, version)
            if kept is None:
                raise ConvoError(f"the flow version {version[:12]} is not in the database")
            found = project.load(*kept)
            self._versions[version] = found
        return found

    def triggered(self, reply: Reply, number: str) -> Bundle | None:
        """The flow that a text to our `number` starts by its words."""
        name = self._triggers.strong(reply, number)
        return self._current[name] if name else None

    def caught(self, number: str) -> Bundle | None:
        """The flow that a text to our `number` starts whatever it says."""
        name = self._triggers.weak(number)
        return self._current[name] if name else None

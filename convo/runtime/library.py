"""The flows: those of the project's folder, and every version that a conversation still runs on."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from convo.errors import ConvoError, FlowError, Problem
from convo.flow import project
from convo.flow.compile import Bundle, FlowFile
from convo.flow.match import Reply
from convo.flow.triggers import TriggerIndex
from convo.store import versions
from convo.store.versions import Kept

SUFFIX = ".yaml"
TEST_SUFFIX = ".test.yaml"


def flow_files(folder: Path) -> list[Path]:
    """The flow files below `folder`, by name; tests of flows are none."""
    return _flows(folder.rglob(f"*{SUFFIX}"))


def by_name(folder: Path) -> dict[str, FlowFile]:
    """The flow files below `folder`, by the names that their flows have to have."""
    return _named(_texts(flow_files(folder)))


def beside(file: Path) -> dict[str, FlowFile]:
    """The flow files in the folder of `file`, by name."""
    return _named(_texts(_flows(file.parent.glob(f"*{SUFFIX}"))))


class Library:
    """The current flows by name. A file that breaks leaves its last good version in place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._current: dict[str, Bundle] = {}
        self._files: dict[Path, Bundle] = {}
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
        files: dict[Path, Bundle] = {}
        texts = _texts(flow_files(self._folder))
        sources = _named(texts)
        for path, text in texts.items():
            before = self._files.get(path)
            try:
                if before is None or not _is_of(before, text, sources):
                    before = project.load(str(path), text, sources)
            except FlowError as error:
                problems += error.problems
            if before is not None:
                files[path] = before
        self._files = files
        return problems

    def publish(self) -> None:
        """Serve what was read last."""
        # Of two files with one name the first counts, as in `_named`.
        self._current = {bundle.name: bundle for bundle in reversed(self._files.values())}
        self._versions.update({bundle.version: bundle for bundle in self._current.values()})
        self._triggers = TriggerIndex(
            (name, bundle.root.flow.triggers) for name, bundle in self._current.items()
        )

    def save(self, connection: Connection, now: datetime) -> None:
        """Keep the source of the current versions, before a conversation can start on one."""
        for bundle in self._files.values():
            keep(connection, bundle, now)

    def version(self, connection: Connection, version: str) -> Bundle:
        """A flow in the version that a conversation runs on."""
        found = self._versions.get(version)
        if found is None:
            kept = versions.one(connection, version)
            if kept is None:
                raise ConvoError(f"the flow version {version[:12]} is not in the database")
            found = project.load(kept.file, kept.source, runs_of(kept))
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


def keep(connection: Connection, bundle: Bundle, now: datetime) -> None:
    """Store a version with all its sources, so that it runs whatever becomes of the files."""
    file, text = bundle.sources[bundle.name]
    runs = {name: (source.file, source.text.decode()) for name, source in bundle.runs.items()}
    versions.save(connection, Kept(bundle.version, bundle.name, file, text, now, runs))


def runs_of(kept: Kept) -> dict[str, FlowFile]:
    """The sources of the flows that a stored version runs."""
    return {name: FlowFile(file, text.encode()) for name, (file, text) in kept.runs.items()}


def _flows(paths: Iterable[Path]) -> list[Path]:
    return sorted(path for path in paths if not path.name.endswith(TEST_SUFFIX))


def _texts(paths: Iterable[Path]) -> dict[Path, bytes]:
    found = {}
    for path in paths:
        with suppress(OSError):  # it went away while we looked
            found[path] = path.read_bytes()
    return found


def _named(texts: Mapping[Path, bytes]) -> dict[str, FlowFile]:
    # Of two files with one name the first counts; `convo check` tells (C006).
    return {path.stem: FlowFile(str(path), text) for path, text in reversed(list(texts.items()))}


def _is_of(bundle: Bundle, text: bytes, sources: Mapping[str, FlowFile]) -> bool:
    """Whether a flow was loaded from this text, and the flows that it runs from these sources."""
    return bundle.sources[bundle.name].text == text and all(
        name in sources and sources[name].text == source.text for name, source in bundle.runs.items()
    )

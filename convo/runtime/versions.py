"""Versions of flows as people see them: which there are, who talks on them, whether they still run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from convo.errors import ConvoError, SettingsError
from convo.flow import project
from convo.flow.compile import Bundle, FlowFile
from convo.flow.names import did_you_mean
from convo.flow.session import Phase
from convo.runtime.library import SUFFIX, Library, beside, by_name, flow_files, runs_of
from convo.store import conversations, versions
from convo.store.versions import Kept

SHOWN = 12  # characters of a version: enough to tell it from every other
SHORTEST = 4  # that name one
ON_DISK = "file"


@dataclass(frozen=True, slots=True)
class Standing:
    """One version of a flow, and how many conversations it has in each phase."""

    flow: str
    version: str
    since: datetime | None  # None: it was never served
    current: bool  # what the flow's file says now
    counts: Mapping[str, int]
    trouble: str | None  # why it does not run any more

    @property
    def open(self) -> int:
        """The conversations that have not ended."""
        return sum(count for phase, count in self.counts.items() if phase != Phase.ENDED)


@dataclass(frozen=True, slots=True)
class Edition:
    """A version and its source, stored or on the disk, with those of the flows that it runs."""

    version: str
    flow: str
    file: str
    source: bytes
    runs: Mapping[str, FlowFile]


def standings(connection: Connection, library: Library) -> list[Standing]:
    """Every version that is stored, runs, or stands in a file that can be served; by flow, oldest first."""
    current = {bundle.version: name for name, bundle in library.current.items()}
    counts = conversations.counted(connection)
    found = []
    for kept in versions.listed(connection):
        key = kept.flow, kept.version
        trouble = _trouble(connection, library, kept.version)
        here = current.pop(kept.version, None) is not None
        found.append(Standing(*key, kept.created_at, here, counts.pop(key, {}), trouble))
    for (flow, version), lost in counts.items():
        trouble = _trouble(connection, library, version)
        found.append(Standing(flow, version, None, current.pop(version, None) is not None, lost, trouble))
    found += [Standing(name, version, None, True, {}, None) for version, name in current.items()]
    return sorted(found, key=lambda one: one.flow)


def broken(connection: Connection, library: Library) -> list[Standing]:
    """The versions on which conversations run that would not run any more; nothing is changed.

    It reads no column that the first schema did not have: it is asked before an upgrade.
    """
    found = []
    for (flow, version), counts in sorted(conversations.counted(connection).items()):
        standing = Standing(flow, version, None, False, counts, None)
        if standing.open and (trouble := _trouble(connection, library, version)):
            found.append(Standing(flow, version, None, False, counts, trouble))
    return found


def told(standing: Standing) -> str:
    """What a version that does not run keeps from going on, and how to mend it."""
    many = f"{standing.open} conversation{'' if standing.open == 1 else 's'}"
    return (
        f"the flow {standing.flow} does not run any more in the version {standing.version[:SHOWN]}, "
        f"on which {many} went on: {standing.trouble}\n"
        f"Move them with `convo flows migrate {standing.flow} --from {standing.version[:SHOWN]}` "
        "(--dry-run tells what becomes of each), or let them end under the convo that began them."
    )


def resolve(connection: Connection | None, folder: Path, flow: str, spec: str | None) -> Edition:
    """The version of a flow that `spec` names: the first characters of a stored one, or a file.

    None and `file` are the flow's own file in `folder`. Raises SettingsError where there is none.
    """
    if spec is None or spec == ON_DISK:
        found = [path for path in flow_files(folder) if path.stem == flow]
        if not found:
            raise SettingsError(f"there is no {flow}{SUFFIX} in {folder}; name a stored version or a file")
        return _on_disk(found[0], folder)
    if spec.endswith(SUFFIX):
        edition = _on_disk(Path(spec), folder)
        if edition.flow != flow:
            raise SettingsError(f"{spec} holds the flow {edition.flow}, not {flow}")
        return edition
    known = versions.listed(connection, flow) if connection is not None else []
    if not known:
        raise SettingsError(f"no version of the flow {flow} is stored; `convo flows list` tells which are")
    fits = [kept for kept in known if kept.version.startswith(spec.lower())]
    if len(spec) < SHORTEST or len(fits) != 1:
        names = ", ".join(kept.version[:SHOWN] for kept in known)
        raise SettingsError(f"'{spec}' names {len(fits)} versions of {flow}; there is {names}")
    return _edition(fits[0])


def previous(connection: Connection, flow: str, version: str) -> Edition:
    """The version of a flow that was stored last, but for `version`."""
    known = [kept for kept in versions.listed(connection, flow) if kept.version != version]
    if not known:
        names = sorted({kept.flow for kept in versions.listed(connection)})
        hint = "" if flow in names or not names else f" {did_you_mean(flow, names)}"
        raise SettingsError(f"no other version of {flow} is stored to compare with.{hint}")
    return _edition(known[-1])


def load(edition: Edition) -> Bundle:
    """The version, ready to run; raises FlowError."""
    return project.load(edition.file, edition.source, edition.runs)


def parts(edition: Edition) -> dict[str, FlowFile]:
    """The sources of a version by flow: its own first, then those of the flows that it runs."""
    return {edition.flow: FlowFile(edition.file, edition.source), **edition.runs}


def _edition(kept: Kept) -> Edition:
    return Edition(kept.version, kept.flow, kept.file, kept.source, runs_of(kept))


def _on_disk(path: Path, folder: Path) -> Edition:
    """The flow of a file, with the flows that it runs: of its own folder, else of the project's."""
    try:
        source = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
    others = {**by_name(folder), **beside(path)}
    bundle = project.load(str(path), source, others)
    return Edition(bundle.version, bundle.name, str(path), source, bundle.runs)


def _trouble(connection: Connection, library: Library, version: str) -> str | None:
    try:
        library.version(connection, version)
    except ConvoError as error:
        return str(error)
    return None

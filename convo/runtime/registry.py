"""The actions that can be called here: of the flows folder, of the settings' modules, of packages."""

import importlib
import importlib.abc
import importlib.util
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from convo.actions import Action, described, marked
from convo.errors import Problem, SettingsError, Severity

FILE = "actions.py"
GROUP = "convo.actions"  # of entry points
_MODULE = "convo_actions"  # how the file of a flows folder is called as a module


class Registry:
    """Actions by name. A file that breaks leaves its last good version in place."""

    def __init__(self, folder: Path, modules: Sequence[str] = ()) -> None:
        self._file = folder / FILE
        self._modules = modules
        self._source: bytes | None = None
        self._own: list[Action] = []
        self._actions: dict[str, Action] = {}

    @property
    def actions(self) -> Mapping[str, Action]:
        return self._actions

    def read(self) -> list[Problem]:
        """Read what changed; the problems of the file, of packages, and of names that stand twice.

        Raises SettingsError for a module of the settings that cannot be imported.
        """
        problems = self._read_file()
        found = [*self._own, *self._of_modules()]
        for entry in entry_points(group=GROUP):
            try:
                found += _provided(entry)
            except Exception as error:
                told = f"the entry point {entry.name} cannot be loaded: {type(error).__name__}: {error}"
                problems.append(_problem("A003", entry.value, 1, 1, told, "Mend or remove the package."))
        first: dict[str, Action] = {}
        for one in found:
            other = first.setdefault(one.name, one)
            if other.function is not one.function:
                told = f"the action '{one.name}' stands in {other.file}:{other.line} too, which is used"
                problems.append(_problem("A002", one.file, one.line, 1, told, "Give one another name."))
        self._actions = first
        return problems

    def _read_file(self) -> list[Problem]:
        try:
            source = self._file.read_bytes()
        except OSError:
            self._source, self._own = None, []
            return []
        if source == self._source:
            return []
        try:
            self._own = marked(_run(self._file, source).__dict__)
        except (Exception, SystemExit) as error:
            self._source = None
            return [_broken(self._file, error)]
        self._source = source
        return []

    def _of_modules(self) -> Iterator[Action]:
        here = str(Path.cwd())
        if self._modules and here not in sys.path:
            sys.path.append(here)  # where the settings are, as for other servers
        for name in self._modules:
            try:
                module = importlib.import_module(name)
            except (Exception, SystemExit) as error:
                told = f"actions: '{name}' cannot be imported: {type(error).__name__}: {error}"
                raise SettingsError(f"{told}{_place(error)}") from error
            if not (found := marked(vars(module))):
                raise SettingsError(f"actions: no function of '{name}' is marked with @action")
            yield from found


class _Source(importlib.abc.ExecutionLoader):
    """Runs the text of a file as it is now: a cached version might be older by less than a second."""

    def __init__(self, file: Path, source: bytes) -> None:
        self._file, self._source = file, source

    def get_filename(self, fullname: str) -> str:
        del fullname
        return str(self._file)

    def get_source(self, fullname: str) -> str:
        del fullname
        return importlib.util.decode_source(self._source)


def _run(file: Path, source: bytes) -> ModuleType:
    spec = importlib.util.spec_from_loader(_MODULE, _Source(file, source), origin=str(file))
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no module")
    module = importlib.util.module_from_spec(spec)
    before = sys.modules.get(_MODULE)
    sys.modules[_MODULE] = module  # as every import does: dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(_MODULE)
        if before is not None:
            sys.modules[_MODULE] = before
        raise
    return module


def _provided(entry: EntryPoint) -> Iterable[Action]:
    """The actions of an entry point: those of a module, or one function under the entry point's name."""
    found = entry.load()
    return marked(vars(found)) if isinstance(found, ModuleType) else [described(found, entry.name)]


def _broken(file: Path, error: BaseException) -> Problem:
    if isinstance(error, SyntaxError) and error.filename == str(file):
        line, column, told = error.lineno or 1, error.offset or 1, error.msg
    else:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if _is(frame, file)]
        line, column, told = (lines or [None])[-1] or 1, 1, f"{type(error).__name__}: {error}"
    message = f"the actions cannot be loaded: {told}"
    return _problem(
        "A001", str(file), line, column, message, "Mend it; until then flows can call what it held before."
    )


def _is(frame: traceback.FrameSummary, file: Path) -> bool:
    return frame.filename == str(file)


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = [frame for frame in frames if "importlib" not in frame.filename and frame.filename != __file__]
    if isinstance(error, SyntaxError):
        return f" ({error.filename}:{error.lineno})"
    return f" ({where[-1].filename}:{where[-1].lineno})" if where else ""


def _problem(code: str, file: str, line: int, column: int, message: str, hint: str) -> Problem:
    return Problem(code, file, line, column, Severity.ERROR, message, hint)

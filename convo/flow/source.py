"""YAML text as plain data that knows its line and column; what its keys mean is not known here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from convo.errors import FlowError, Mend, Problem, Severity
from convo.flow import traps
from convo.flow.decoding import INVISIBLE, MAX_BYTES, StoppedError, decoded
from convo.flow.trap import Code, Trap
from convo.flow.yaml_events import (
    Alias,
    DocumentStart,
    MappingEnd,
    MappingStart,
    Scalar,
    SequenceEnd,
    SequenceStart,
    fast_events,
    is_missing,
    is_tagged,
    slow_events,
)

Path = tuple[str | int, ...]
Data = str | list["Data"] | dict[str, "Data"]

MAX_LEVELS = 20
# So many lines are mended in memory to find the traps behind them, and no more.
MENDS = 12

_SIGNS = re.compile(r"#[^\n]*|\?")
_WANT_LINES = frozenset({"replies", "choose", "after", "at"})


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Source:
    """A file that could be read: every value is text, a list, or keys with values."""

    file: str
    text: str
    data: dict[str, Data]
    findings: tuple[Problem, ...]
    positions: dict[Path, tuple[Position, Position]] = field(repr=False)  # of key and value

    def is_quoted(self, path: Path) -> bool:
        """Whether the text there stands in quotes."""
        position = self.at(path)
        line = re.split(r"\r\n?|\n", self.text)[position.line - 1]
        return line[position.column - 1 : position.column] in ("'", '"')

    def at(self, path: Path) -> Position:
        """Where the value stands, or what is known nearest above it."""
        return self._nearest(path)[1]

    def key_at(self, path: Path) -> Position:
        """Where the value's key stands, or what is known nearest above it."""
        return self._nearest(path)[0]

    def problem(
        self,
        code: str,
        path: Path,
        message: str,
        hint: str = "",
        *,
        key: bool = False,
        severity: Severity = Severity.ERROR,
    ) -> Problem:
        """A problem with the value at `path`, or with its key."""
        at = self.key_at(path) if key else self.at(path)
        return Problem(code, self.file, at.line, at.column, severity, message, hint)

    def _nearest(self, path: Path) -> tuple[Position, Position]:
        while path not in self.positions:
            path = path[:-1]
        return self.positions[path]

    def value_at(self, path: Path) -> object:
        """What stands at `path`, which is one of this file."""
        value: Any = self.data
        for part in path:
            value = value[part]
        return value


def read(text: str | bytes, file: str) -> Source:
    """The file's data; raises FlowError with every problem that can be told at once."""
    found: list[Trap] = []
    try:
        text = decoded(text)
    except StoppedError as stopped:
        raise FlowError([_problem(stopped.trap, file)]) from None
    plain = re.sub(r"\r\n?", "\n", text)
    if (reading := _quickly(plain)) is None:
        reading, found = _explained(plain)
    # On a mended line the columns are no longer the author's.
    mended = {one.line for one in found if one.mended is not None}
    found += [one for one in reading.found if one.line not in mended]
    lines = re.split(r"\r\n?|\n", text)
    told = (_problem(one, file, lines[one.line - 1]) for one in found)
    problems = sorted(told, key=lambda p: (p.line, p.column))
    if any(one.severity is Severity.ERROR for one in problems):
        raise FlowError(problems)
    return Source(file, text, reading.data, tuple(problems), reading.positions)


def _quickly(text: str) -> "_Reading | None":
    """A text that nothing is wrong with; None for any other."""
    events = fast_events(text)
    reading = _Reading(text, events) if events is not None else None
    if reading is None or reading.run() is not None:
        return None
    return None if any(one.severity is Severity.ERROR for one in reading.found) else reading


def _explained(text: str) -> "tuple[_Reading, list[Trap]]":
    """A text that cannot be read, read again by the reader whose errors have words; and what stopped it.

    Every trap's line is mended in memory and read again, so that one look tells of them all.
    """
    found: list[Trap] = []
    mends = max(1, min(MENDS, MAX_BYTES // (len(text) + 1)))
    reading = _Reading(text, slow_events(text))
    while stop := reading.run():
        stop = traps.curly(reading.lines[stop.line - 1], stop.line - 1) or stop
        if any(stop.line == one.line for one in found):
            found[-1] = replace(found[-1], hint="Put the text in quotes.")
            break
        found.append(stop)
        if stop.mended is None or len(found) == mends:
            break
        text = _with_line(text, stop.line, stop.mended)
        reading = _Reading(text, slow_events(text))
    return reading, found


class _Reading:
    """One pass over a text, up to the first spot that cannot be passed."""

    def __init__(self, text: str, events: Iterator[Any]) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.data: dict[str, Data] = {}
        self.positions: dict[Path, tuple[Position, Position]] = {}
        self.found: list[Trap] = []
        self._events = events
        self._spans: list[tuple[int, int]] = []  # where texts and keys begin and end
        self._quoted: tuple[int, int] | None = None  # the last one that had quotes

    def run(self) -> Trap | None:
        """What stopped the reading; None at the end of the file."""
        stop, end = None, len(self.text)
        if odd := traps.odd_blank(self.lines):
            return odd
        try:
            self._document()
        except StoppedError as stopped:
            stop = stopped.trap
            end = self._spans[-1][1] if self._spans else 0
        except MarkedYAMLError as error:
            stop = traps.explain(error, self.text, self._quoted)
            end = (error.problem_mark or error.context_mark).index
        except (YAMLError, ValueError):
            end = self._spans[-1][1] if self._spans else 0
            line = self.text.count("\n", 0, end) + 1
            said = "A text behind this holds a sign that does not exist."
            stop = Trap(Code.UNREADABLE, line, 1, said, "Look for a backslash, and take it out.")
        self._comments(end)
        return stop

    def _document(self) -> None:
        started = False
        for event in self._events:
            if isinstance(event, DocumentStart):
                if started:
                    self._stop(
                        Code.SEVERAL,
                        event.start_mark,
                        "A second flow begins here: one file holds one flow.",
                        "Move what follows the --- to a file of its own.",
                    )
                started = True
                self._directives(event.start_mark.index)
            elif isinstance(event, (*Scalar, *Alias, *SequenceStart)):
                self._odd_start(event)
                if not is_missing(event):
                    kind = "a list" if isinstance(event, SequenceStart) else "a text"
                    said = f"The file is {kind}, not keys with values."
                    hint = "Begin it with a key, a colon and a blank, like `flow: my-flow`."
                    self._stop(Code.NO_KEYS, event.start_mark, said, hint)
            elif isinstance(event, MappingStart):
                here = _position(event.start_mark)
                self.positions[()] = (here, here)
                self._odd_start(event)
                self.data = self._keys(event, ())
        if not self.positions:
            hint = "Begin it with a key, a colon and a blank, like `flow: my-flow`."
            raise StoppedError(Trap(Code.EMPTY, 1, 1, "The file is empty.", hint))

    def _node(self, event: Any, path: Path) -> Data:
        self._odd_start(event)
        if isinstance(event, Scalar):
            return self._words(event)
        if len(path) >= MAX_LEVELS:
            said = f"This stands deeper than {MAX_LEVELS} levels."
            self._stop(Code.TOO_DEEP, event.start_mark, said, "Split it into states or sub-flows.")
        if isinstance(event, SequenceStart):
            return self._list(path)
        return self._keys(event, path)

    def _list(self, path: Path) -> Data:
        items: list[Data] = []
        while not isinstance(event := next(self._events), SequenceEnd):
            child = (*path, len(items))
            here = _position(event.start_mark)
            self.positions[child] = (here, here)
            if is_missing(event):
                said = "Nothing stands behind this -."
                self._note(Code.NO_VALUE, event.start_mark, said, "Write a text, or take it out.")
            items.append(self._node(event, child))
        return items

    def _keys(self, start: Any, path: Path) -> dict[str, Data]:
        entries: dict[str, Data] = {}
        lonely: list[tuple[str, Any]] = []
        while not isinstance(event := next(self._events), MappingEnd):
            key = self._key(event, path)
            value = next(self._events)
            child = (*path, key)
            if key in entries:
                first = self.positions[child][0]
                said = f"`{key}` stands here a second time; first on line {first.line}."
                hint = "Keep one of the two, or give one another name."
                self._note(Code.TWICE, event.start_mark, said, hint)
            else:
                self.positions[child] = (_position(event.start_mark), _position(value.start_mark))
            if is_missing(value) and not is_missing(event):
                if start.flow_style and ":" not in self._between(event, value) + key[-1:]:
                    lonely.append((key, event.start_mark))
                else:
                    self._no_value(key.removesuffix(":"), event.start_mark)
            entries[key] = self._node(value, child)
        self._braces(start, path, entries, lonely)
        return entries

    def _key(self, event: Any, path: Path) -> str:
        self._odd_start(event)
        if not isinstance(event, Scalar):
            self._node(event, (*path, ""))
            # A question mark in front of it is told of on its own.
            if not self.text[: event.start_mark.index].rstrip().endswith("?"):
                said = "Brackets stand in front of a colon, where a key belongs."
                self._note(Code.NOT_A_KEY, event.start_mark, said, "Put the key in quotes.")
            return f"{event.start_mark.index}"
        key = self._words(event)
        cut = not event.style and key[:1] in "“„" and not re.search("[”“]", key[1:])
        if cut and (curly := traps.curly(self.lines[event.start_mark.line], event.start_mark.line)):
            self.found.append(curly)  # a colon in the text has made a key of it
        if is_missing(event):
            said = "Nothing stands in front of this colon."
            self._note(Code.NOT_A_KEY, event.start_mark, said, "Write a key there.")
        elif key == "<<" and not event.style:
            said = "The key << is not used here: nothing is merged into a flow."
            self._note(Code.MERGE, event.start_mark, said, "Write the entries out.")
        elif key != key.strip() and not event.style:
            said = f"A blank that is not an ordinary one stands beside `{key.strip()}`."
            self._note(Code.INVISIBLE, event.start_mark, said, "Type the blanks again.")
        return key

    def _words(self, event: Any) -> str:
        span = (event.start_mark.index, event.end_mark.index)
        self._spans.append(span)
        value: str = event.value
        if not event.style and value[:1] in "“„" and value[-1:] in "”“" and len(value) > 1:
            line = self.lines[event.start_mark.line]
            if trap := traps.curly(line, event.start_mark.line, Severity.WARNING):
                self.found.append(trap)
        if event.style in ("'", '"'):
            self._quoted = span
            if bad := INVISIBLE.search(value):
                said = f"This text holds the invisible character U+{ord(bad[0]):04X}."
                hint = "Take it out; write an emoji as itself."
                self._note(Code.INVISIBLE, event.start_mark, said, hint)
        return value

    def _no_value(self, key: str, mark: Any) -> None:
        below = next((one for one in self.lines[mark.line + 1 : mark.line + 9] if one.strip()), "")
        hint = f'Write something behind `{key}:`, `""` for an empty text, or take the line out.'
        indent = len(below) - len(below.lstrip())
        if self.lines[mark.line].rstrip().endswith(":") and indent == mark.column:
            hint += " If the lines below belong to it, move them two blanks to the right."
        self._note(Code.NO_VALUE, mark, f"`{key}` has no value.", hint)

    def _braces(
        self, start: Any, path: Path, entries: dict[str, Data], lonely: list[tuple[str, Any]]
    ) -> None:
        """Tells of what is better not written in one `{…}`."""
        name = str(path[-1]) if path else ""
        if lonely:
            key, mark = lonely[0]
            line = self.lines[mark.line]
            self.found.append(
                traps.curly(line, mark.line)
                or traps.lonely_key(line, mark.line, mark.column, key=key, parent=name)
            )
        elif start.flow_style and len(entries) > 1 and _wants_lines(path):
            said = f"`{name}` holds {len(entries)} entries in one {{…}}, which is hard to read."
            hint = f"Give each a line of its own below `{name}:`."
            self._note(Code.ONE_LINE, start.start_mark, said, hint, Severity.WARNING)

    def _odd_start(self, event: Any) -> None:
        mark = event.start_mark
        braces = isinstance(event, MappingStart) and self.text.startswith("{{", mark.index)
        if isinstance(event, Alias) or event.anchor or is_tagged(event) or braces:
            trap = traps.odd_start(self.lines[mark.line], mark.line, mark.column)
            if trap is None:
                said = "This begins with a sign that needs quotes around it."
                self._stop(Code.SIGN_FIRST, mark, said, "Put the text in quotes.")
            raise StoppedError(trap)

    def _directives(self, end: int) -> None:
        if trap := traps.directive(self.text, end):
            raise StoppedError(trap)

    def _comments(self, end: int) -> None:
        """Tells of comments, and of question marks, between the texts, up to `end`."""
        begin = 0
        signs: list[tuple[int, str]] = []
        for start, close in [*self._spans, (end, end)]:
            between = self.text[begin:start]
            signs += [(begin + one.start(), one[0]) for one in _SIGNS.finditer(between)]
            begin = max(begin, close)
        for index, words in signs:
            if words == "?":
                line = self.text.count("\n", 0, index) + 1
                column = index - self.text.rfind("\n", 0, index)
                said = "This question mark stands alone in front of a key."
                hint = "Take it out, or put the whole key in quotes."
                self.found.append(Trap(Code.NOT_A_KEY, line, column, said, hint))
            elif trap := traps.comment_trap(self.text, index, words):
                self.found.append(trap)

    def _between(self, first: Any, second: Any) -> str:
        return self.text[first.end_mark.index : second.start_mark.index]

    def _note(self, code: Code, mark: Any, said: str, hint: str, severity: Severity = Severity.ERROR) -> None:
        self.found.append(Trap(code, mark.line + 1, mark.column + 1, said, hint, severity=severity))

    def _stop(self, code: Code, mark: Any, said: str, hint: str) -> NoReturn:
        raise StoppedError(Trap(code, mark.line + 1, mark.column + 1, said, hint))


def _wants_lines(path: Path) -> bool:
    return path == ("anywhere",) or (len(path) == 3 and path[0] == "states" and path[2] in _WANT_LINES)


def _position(mark: Any) -> Position:
    return Position(mark.line + 1, mark.column + 1)


def _with_line(text: str, line: int, mended: str) -> str:
    lines = text.split("\n")
    lines[line - 1] = mended
    return "\n".join(lines)


def _problem(trap: Trap, file: str, line: str = "") -> Problem:
    mend = None if trap.mended is None else Mend(trap.line, 1, line, trap.mended)
    return Problem(trap.code, file, trap.line, trap.column, trap.severity, trap.message, trap.hint, mend)

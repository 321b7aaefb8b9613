"""Texts of a flow: Jinja2 in its sandbox, strict about names, with dates as people read them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from jinja2 import Template, nodes
from jinja2.exceptions import TemplateError
from jinja2.runtime import Context, new_context

from convo.errors import ConvoError
from convo.flow.complaints import in_words
from convo.flow.expressions import Expression, compile_expression
from convo.flow.filters import FILTERS
from convo.flow.sandbox import Sandbox
from convo.flow.speech import SPEECH, Speech, locale
from convo.flow.trees import compiled_names, looked_through, nodes_of, text_tree
from convo.flow.values import Value, shown

__all__ = [
    "CODE", "GIVEN_NAMES", "OUTCOME", "RETURNED", "SPEECH", "RenderError", "Speech", "Text", "Texts",
    "locale",
]  # fmt: skip

CODE = "code"  # what a text of a `verify` calls its code
# In a flow that runs others: how the last one ended, and its variables, in the turn of its return.
OUTCOME, RETURNED = "outcome", "returned"
GIVEN_NAMES = frozenset({"reply", "contact", "number", "now", "here", "visits", OUTCOME, RETURNED})


class RenderError(ConvoError):
    """A text could not be put together; nothing of it may reach a contact."""


@dataclass(frozen=True, slots=True)
class Text:
    """A compiled text: the names that it uses, and how to render it."""

    source: str
    names: frozenset[str]
    render: "Render"
    plain: bool = False  # words and names alone: it needs no other names, and no language


Render = Callable[[Mapping[str, object]], str]


class Texts:
    """Compiles the texts and the expressions of one flow."""

    def __init__(self) -> None:
        self._jinja = Sandbox()
        self._jinja.filters.update(FILTERS)

    def expression(self, source: str) -> Expression:
        """Raises ValueError, in an author's words, for an expression that does not parse."""
        return compile_expression(self._jinja, source)

    def compile(self, source: str) -> Text:
        """Raises ValueError, in an author's words, for a text that does not parse."""
        if "{" not in source:
            return Text(source, frozenset(), _always(source.strip()))
        return _compiled(self._jinja, source)

    def url(self, source: str) -> Text:
        """A URL, whose values are quoted as parts of it (RFC 3986, 2.1); raises ValueError like `compile`."""
        return _compiled(self._jinja.overlay(finalize=_part_of_url), source, plain=False)


def _compiled(jinja: Sandbox, source: str, *, plain: bool = True) -> Text:
    @cache
    def template() -> Template:
        return jinja.from_string(source)

    try:
        tree, found = text_tree(source), nodes_of(source, text=True)
        names = looked_through(found, jinja)
        if names is None:
            names = compiled_names(tree)
            template()  # what is wrong with it is told now, not when it is said
        parts = _parts(tree) if plain else None
    except TemplateError as error:  # also of a filter that does not exist
        why = in_words(error.message, source, jinja.filters)
        mend = "write it like {{ name }} or {{ visit | day_time }}"
        raise ValueError(f"this text cannot be read: {why}; {mend}") from None

    def render(values: Mapping[str, object]) -> str:
        try:
            # Not `render`, which copies Jinja's globals: a text has the names of its flow alone.
            context = template().new_context(dict(values), shared=True)
            return "".join(template().root_render_func(context)).strip()
        except Exception as error:
            raise RenderError(f"the text '{source}' failed: {error}") from error

    if parts:
        return Text(
            source, names, _joined(jinja, parts, render), plain=not any(part.filters for part in parts)
        )
    return Text(source, names, render)


def _part_of_url(value: Value) -> str:
    """A value between the slashes or in the query, and never the way to another place."""
    part = str(shown(value))
    if part in (".", ".."):
        raise ValueError(f"'{part}' cannot be a part of an address")
    return quote(part, safe="")


@dataclass(frozen=True, slots=True)
class _Part:
    """Words of a text; or a name, and the filters behind it with what they are given."""

    words: str = ""
    name: str | None = None
    filters: tuple[tuple[str, tuple[object, ...]], ...] = ()


def _parts(tree: nodes.Template) -> list[_Part] | None:
    """The parts of a text of words, names and filters of names, as nearly all are; None for any other."""
    found = [part for output in tree.body for part in getattr(output, "nodes", [output])]
    parts = [_part(node) for node in found]
    return None if None in parts else [part for part in parts if part is not None]


def _part(node: nodes.Node) -> _Part | None:
    match node:
        case nodes.TemplateData(data=words):
            return _Part(words)
        case nodes.Name(name=name):
            return _Part(name=name)
        case nodes.Filter(node=nodes.Expr() as inner, name=name, args=args, kwargs=[]) if not (
            node.dyn_args or node.dyn_kwargs
        ):
            before = _part(inner)
            given = tuple(arg.value for arg in args if isinstance(arg, nodes.Const))
            if before is not None and before.name is not None and len(given) == len(args):
                return _Part(name=before.name, filters=(*before.filters, (name, given)))
    return None


def _joined(jinja: Sandbox, parts: Sequence[_Part], render: Render) -> Render:
    """How to render a text of these parts, at a tenth of the cost; what fails is left to `render`."""
    said = [(part.words, part.name) for part in parts]

    def join(values: Mapping[str, object]) -> str:
        try:
            return "".join([words if name is None else str(values[name]) for words, name in said]).strip()
        except Exception:
            return render(values)

    def filtered(part: _Part, values: Mapping[str, object], context: Context) -> str:
        value = values[part.name or ""]
        for name, given in part.filters:
            value = jinja.call_filter(name, value, given, context=context)
        return str(value)

    def join_filtered(values: Mapping[str, object]) -> str:
        try:
            context = new_context(jinja, None, {}, dict(values), shared=True)
            told = [each.words if each.name is None else filtered(each, values, context) for each in parts]
            return "".join(told).strip()
        except Exception:
            return render(values)

    return join_filtered if any(part.filters for part in parts) else join


def _always(plain: str) -> Render:
    def render(values: Mapping[str, object]) -> str:
        del values
        return plain

    return render

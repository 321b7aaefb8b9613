"""Jinja2's trees of texts and expressions, read once for all who ask; and the names that they use."""

from collections.abc import Sequence
from functools import lru_cache

from jinja2 import TemplateAssertionError, TemplateSyntaxError, meta, nodes
from jinja2.environment import Environment
from jinja2.parser import Parser

from convo.flow.filters import FILTERS
from convo.flow.sandbox import Sandbox

# What has no names of its own, and nothing that only compiling would find.
_PLAIN = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Filter, nodes.Test,
    nodes.Getattr, nodes.Getitem, nodes.Call, nodes.Keyword, nodes.Compare, nodes.Operand, nodes.CondExpr,
    nodes.List, nodes.Tuple, nodes.Concat, nodes.BinExpr, nodes.UnaryExpr, nodes.If,
)  # fmt: skip


@lru_cache(maxsize=4096)
def text_tree(source: str) -> nodes.Template:
    """Raises TemplateSyntaxError."""
    return _reader().parse(source)


@lru_cache(maxsize=4096)
def expression_tree(source: str) -> nodes.Expr:
    """Raises TemplateSyntaxError, also where more than one expression stands there."""
    parser = Parser(_reader(), source, state="variable")
    found = parser.parse_expression()
    if not parser.stream.eos:
        raise TemplateSyntaxError("chunk after expression", 1)
    return found


@lru_cache(maxsize=4096)
def nodes_of(source: str, *, text: bool) -> Sequence[nodes.Node]:
    """Every node of a text or an expression, the outermost first; raises TemplateSyntaxError."""
    root = text_tree(source) if text else expression_tree(source)
    return [root, *root.find_all(nodes.Node)]


def looked_through(found: Sequence[nodes.Node], jinja: Environment) -> frozenset[str] | None:
    """The names that these nodes use; None where only compiling tells.

    Raises TemplateAssertionError for a filter or a test that does not exist.
    """
    if not all(isinstance(node, _PLAIN) for node in found):
        return None
    for node in found:
        if isinstance(node, nodes.Filter) and node.name not in jinja.filters:
            raise TemplateAssertionError(f"No filter named {node.name!r}.", node.lineno)
        if isinstance(node, nodes.Test) and node.name not in jinja.tests:
            raise TemplateAssertionError(f"No test named {node.name!r}.", node.lineno)
    return frozenset(node.name for node in found if isinstance(node, nodes.Name))


def compiled_names(tree: nodes.Template) -> frozenset[str]:
    """The names that a tree with scopes of its own, such as a loop, takes from outside."""
    return frozenset(meta.find_undeclared_variables(tree))


@lru_cache(maxsize=1)
def _reader() -> Sandbox:
    reader = Sandbox()
    reader.filters.update(FILTERS)
    return reader

"""Jinja2's trees of texts and expressions, read once for all who ask; and the names that they use."""

from functools import lru_cache

from jinja2 import TemplateAssertionError, TemplateSyntaxError, meta, nodes
from jinja2.environment import Environment
from jinja2.parser import Parser

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


def looked_through(tree: nodes.Node, jinja: Environment) -> frozenset[str] | None:
    """The names that a tree uses; None where only compiling it tells.

    Raises TemplateAssertionError for a filter or a test that does not exist.
    """
    names: set[str] = set()
    ahead: list[nodes.Node] = [tree]
    for node in ahead:
        if not isinstance(node, _PLAIN):
            return None
        if isinstance(node, nodes.Name):
            names.add(node.name)
        elif isinstance(node, nodes.Filter) and node.name not in jinja.filters:
            raise TemplateAssertionError(f"No filter named {node.name!r}.", node.lineno)
        elif isinstance(node, nodes.Test) and node.name not in jinja.tests:
            raise TemplateAssertionError(f"No test named {node.name!r}.", node.lineno)
        ahead.extend(node.iter_child_nodes())
    return frozenset(names)


def compiled_names(tree: nodes.Template) -> frozenset[str]:
    """The names that a tree with scopes of its own, such as a loop, takes from outside."""
    return frozenset(meta.find_undeclared_variables(tree))


@lru_cache(maxsize=1)
def _reader() -> Sandbox:
    return Sandbox()

"""Templates of the pages: autoescaped and strict, so that a text from outside is only ever a value."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup


def render(template: str, **values: object) -> Markup:
    """A template of `templates/` as HTML that another template may include."""
    return Markup(_environment().get_template(template).render(**values))  # noqa: S704 - the environment below escapes every value


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

"""`/docs`: the description of the API as a page for people, made from it; it loads one style sheet."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

HERE = Path(__file__).parent
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

Document = dict[str, Any]


class Kind(NamedTuple):
    """What a value is, in words; `model` is linked to."""

    before: str
    model: str | None = None
    after: str = ""


class Field(NamedTuple):
    name: str
    kind: Kind
    about: str
    required: bool


class Shown(NamedTuple):
    """A model: its fields, or the words that it may be."""

    about: str
    fields: list[Field]
    words: list[str]


def page(document: Document) -> str:
    """The page as HTML."""
    tags: dict[str, list[Document]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tags.setdefault(operation["tags"][0], []).append(_operation(method, path, operation))
    models = {name: _model(schema) for name, schema in document["components"]["schemas"].items()}
    template = _environment().get_template("page.html")
    return template.render(info=document["info"], tags=tags, models=models)


@cache
def style() -> str:
    """The style sheet."""
    return (HERE / "style.css").read_text()


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    made.filters["code"] = _code
    return made


def _code(text: str) -> Markup:
    """What stands between backticks as code; the rest is text."""
    return Markup().join(
        Markup("<code>{}</code>").format(part) if place % 2 else part
        for place, part in enumerate(text.split("`"))
    )


def _operation(method: str, path: str, operation: Document) -> Document:
    body = operation.get("requestBody", {"content": {}})
    kinds = list(body["content"])
    return {
        "name": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "scope": operation["security"][0]["token"][0],
        "parameters": [
            Field(each["name"], _kind(each["schema"]), each.get("description", ""), each["required"])
            for each in operation["parameters"]
        ],
        "body": _name(body["content"]["application/json"]["schema"]) if "application/json" in kinds else None,
        "kinds": kinds,
        "answers": list(_answers(operation)),
    }


def _answers(operation: Document) -> Iterator[Document]:
    for status, answer in operation["responses"].items():
        for content in answer["content"].values():
            yield {"status": status, "model": _name(content["schema"]), "about": answer["description"]}


def _model(schema: Document) -> Shown:
    required = schema.get("required", ())
    fields = [
        Field(name, _kind(each), each.get("description", ""), name in required)
        for name, each in schema.get("properties", {}).items()
    ]
    return Shown(schema.get("description", ""), fields, schema.get("enum", []))


def _kind(schema: Document) -> Kind:
    """A schema in words."""
    if "$ref" in schema:
        return Kind("", _name(schema))
    if "enum" in schema or "const" in schema:
        return Kind(" | ".join(map(str, schema.get("enum", [schema.get("const")]))))
    if "anyOf" in schema:
        kinds = [_kind(each) for each in schema["anyOf"]]
        linked = next((each.model for each in kinds if each.model), None)
        if linked:
            others = [each.before for each in kinds if not each.model]
            return Kind("", linked, "".join(f" | {each}" for each in others))
        return Kind(" | ".join(each.before for each in kinds))
    if schema.get("type") == "array":
        items = _kind(schema.get("items", {}))
        return Kind(f"array of {items.before}", items.model, items.after)
    return Kind(f"{schema.get('type', 'any')}{_bounds(schema)}")


def _bounds(schema: Document) -> str:
    told = {"format": "{}", "minimum": "≥ {}", "maximum": "≤ {}", "default": "{} unless said"}
    found = [words.format(schema[key]) for key, words in told.items() if schema.get(key) is not None]
    return f" ({', '.join(found)})" if found else ""


def _name(schema: Document) -> str:
    return str(schema["$ref"]).rpartition("/")[2]

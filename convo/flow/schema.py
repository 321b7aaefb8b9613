"""The JSON Schema of flow files (2020-12), made from the models: what an editor completes and underlines.

It knows keys, shapes and the forms of names. What a flow means, `convo check` looks at.
"""

import inspect
from typing import Any, get_args

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from convo.flow.model import Flow
from convo.flow.steps.base import Duration, Language, Name, Variable

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILE = ".convo/flow.schema.json"  # where the header of a flow in `flows/` looks for it

# Every scalar of a flow is a text, however it looks: `yes`, `1`, `true`.
_SCALARS = ["string", "number", "boolean"]
_TEXT = {"type": _SCALARS}
_NAME = "^[A-Za-z][A-Za-z0-9_-]{0,63}$"
_PATTERNS = {
    get_args(Name)[1].func: _NAME,
    get_args(Variable)[1].func: "^[A-Za-z][A-Za-z0-9_]{0,63}$",
    get_args(Duration)[1].func: r"^\s*[0-9]+\s*[A-Za-z]+(\s*,?\s*(and\s+)?[0-9]+\s*[A-Za-z]+)*\s*$",
    get_args(Language)[1].func: "^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$",
}


def flow_schema() -> JsonSchemaValue:
    """The schema of a flow file."""
    schema = Flow.model_json_schema(schema_generator=_Schema)
    schema.pop("description", None)
    return {"$schema": DIALECT, "title": "A flow of convo", **schema}


class _Schema(GenerateJsonSchema):
    """The models as an author's file has them: short forms, and scalars that look like anything."""

    def generate(self, schema: Any, mode: Any = "validation") -> JsonSchemaValue:
        tidied: JsonSchemaValue = _tidy(super().generate(schema, mode))
        return tidied

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        return {**super().str_schema(schema), **_TEXT}

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:
        del schema
        return {"type": ["integer", "string"], "pattern": "^[0-9]+$"}

    def bool_schema(self, schema: core_schema.BoolSchema) -> JsonSchemaValue:
        del schema
        return {"enum": [True, False, "true", "false"]}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])  # a key is there with a value, or not at all

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        found = super().default_schema(schema)
        return {key: value for key, value in found.items() if key != "default" or value is not None}

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        found: JsonSchemaValue = {"type": "object"}
        keys, values = schema.get("keys_schema"), schema.get("values_schema")
        if keys and (pattern := self.generate_inner(keys).get("pattern")):
            found["propertyNames"] = {"pattern": pattern}
        if values:
            found["additionalProperties"] = self.generate_inner(values)
        if schema.get("min_length"):
            found["minProperties"] = schema["min_length"]
        return found

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        found = super().function_after_schema(schema)
        pattern = _PATTERNS.get(schema["function"]["function"])
        return {**found, "pattern": pattern} if pattern else found

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        found = super().function_before_schema(schema)
        takes_short = schema["function"]["function"].__name__ in ("_short", "_listed")
        return {"anyOf": [_TEXT, found]} if takes_short else found


_RENAMED = {"ge": "minimum", "le": "maximum"}


def _tidy(value: Any) -> Any:
    """Without titles, which only say a key again, and with descriptions as they were written."""
    if isinstance(value, list):
        return [_tidy(each) for each in value]
    if not isinstance(value, dict):
        return value
    tidied: dict[str, Any] = {
        str(_RENAMED.get(key, key)): inspect.cleandoc(each)
        if key == "description" and isinstance(each, str)
        else _tidy(each)
        for key, each in value.items()
        if not (key == "title" and isinstance(each, str))
    }
    if "anyOf" in tidied and "additionalProperties" in tidied:  # it belongs to the long form alone
        tidied["anyOf"][-1]["additionalProperties"] = tidied.pop("additionalProperties")
    return tidied

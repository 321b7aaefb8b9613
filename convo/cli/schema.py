"""`convo schema`: the JSON Schema of flow files, for editors."""

import json
from pathlib import Path
from typing import Annotated

import typer

from convo.errors import SettingsError


def register(app: typer.Typer) -> None:
    app.command()(schema)


def schema(
    write: Annotated[
        bool, typer.Option("--write", help="Write it to .convo/flow.schema.json, where flows look for it.")
    ] = False,
) -> None:
    """Print the JSON Schema (2020-12) of flow files."""
    from convo.flow.schema import FILE

    if not write:
        print(schema_text(), end="")
        return
    file = Path(FILE)
    try:
        file.parent.mkdir(exist_ok=True)
        file.write_text(schema_text())
    except OSError as error:
        raise SettingsError(f"{file} cannot be written: {error.strerror}") from None
    print(f"{file} is written; editors find it by the first line of a flow in flows/")


def schema_text() -> str:
    """The schema as its file holds it."""
    from convo.flow.schema import flow_schema

    return json.dumps(flow_schema(), ensure_ascii=False, indent=2) + "\n"

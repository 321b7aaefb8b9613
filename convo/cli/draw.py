"""`convo draw`: a flow as a drawing."""

import sys
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from convo.errors import FlowError, SettingsError

HERE = "."  # the database of the settings


class Drawing(StrEnum):
    MERMAID = "mermaid"
    SVG = "svg"
    PNG = "png"


def register(app: typer.Typer) -> None:
    app.command()(draw)


def draw(
    flow: Annotated[Path, typer.Argument(help="The flow's file, or its name in the flows folder.")],
    form: Annotated[
        Drawing, typer.Option("--format", help="SVG and PNG need Graphviz on this machine.")
    ] = Drawing.MERMAID,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file; standard output unless said.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(help="Its conversations are counted; `.` is the database of the settings."),
    ] = None,
) -> None:
    """Draw a flow with the author's words on its arrows: Mermaid, which GitHub and the console show."""
    from convo.cli._files import flow_file
    from convo.flow.graph import dot, mermaid
    from convo.flow.project import look

    file = flow_file(flow)
    subject, problems = look(str(file), file.read_bytes())
    if subject is None:
        raise FlowError(problems)
    counts = _counts(subject.flow.flow, database) if database else {}
    if form is Drawing.MERMAID:
        drawn = mermaid(subject.flow, subject.plan, counts).encode()
    else:
        drawn = _rendered(partial(dot, subject.flow, subject.plan, counts), form)
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(drawn)
        return
    try:
        output.write_bytes(drawn)
    except OSError as error:
        raise SettingsError(f"{output} cannot be written: {error.strerror}") from None


def _rendered(dot: Callable[[], str], form: Drawing) -> bytes:
    drawn: bytes | None = None
    try:
        import graphviz

        drawn = graphviz.Source(dot()).pipe(format=form.value)
    except ImportError:
        mend = "install it with pip install 'convo-sms[draw]'"
    except graphviz.ExecutableNotFound:
        mend = "install Graphviz, which brings the program `dot`"
    if drawn is not None:
        return drawn
    raise SettingsError(f"{form.upper()} is drawn by Graphviz, which is not here; {mend}, or draw Mermaid")


def _counts(flow: str, database: str) -> dict[str, int]:
    from convo.cli._beside import open_store
    from convo.settings import load
    from convo.store.census import by_state

    settings = load()
    if database != HERE:
        settings = settings.model_copy(update={"database": database})
    with open_store(settings, create=False) as store:
        return store.look(lambda connection: by_state(connection, flow))

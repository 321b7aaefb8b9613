"""`convo db`: the database."""

import typer


def register(app: typer.Typer) -> None:
    commands = typer.Typer(no_args_is_help=True, help="The database.")
    commands.command()(upgrade)
    commands.callback()(lambda: None)  # a group, even while it has one command
    app.add_typer(commands, name="db")


def upgrade() -> None:
    """Bring the schema up to date; safe to repeat, and while many processes start."""
    from convo.settings import load
    from convo.store.engine import Store

    settings = load()
    store = Store(settings.database)
    try:
        store.upgrade()
    finally:
        store.close()
    print(f"{store.dialect}: the schema is up to date")

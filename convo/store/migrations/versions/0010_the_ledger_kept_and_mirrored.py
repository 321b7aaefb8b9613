"""The ledger can be pruned and forgotten by permits alone; what providers are still to be told of it."""

import sqlalchemy as sa
from alembic import op

from convo.store.columns import Moment

revision = "0010"
down_revision = "0009"

_PERMITTED = "EXISTS (SELECT 1 FROM consent_permit WHERE entry_id = OLD.id)"


def upgrade() -> None:
    op.add_column("consent_entry", sa.Column("key_id", sa.String(), nullable=True))
    op.create_index("ix_consent_entry_contact_id", "consent_entry", ["contact", "id"])
    forgotten = sa.text("key_id IS NOT NULL")
    op.create_index(
        "ix_consent_entry_forgotten",
        "consent_entry",
        ["key_id"],
        sqlite_where=forgotten,
        postgresql_where=forgotten,
    )
    op.create_table(
        "consent_permit",
        sa.Column("entry_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_consent_permit"),
    )
    op.create_table(
        "opt_out_sync",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("opted_out", sa.Boolean(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("number", "contact", name="pk_opt_out_sync"),
    )
    op.create_index("ix_opt_out_sync_due_at", "opt_out_sync", ["due_at"])
    op.create_table(
        "opt_out_check",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("checked_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_opt_out_check"),
    )
    _let_permits_through()


def _let_permits_through() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"DROP TRIGGER consent_entry_no_{verb.lower()}")
            op.execute(
                f"CREATE TRIGGER consent_entry_no_{verb.lower()} BEFORE {verb} ON consent_entry "
                f"WHEN NOT {_PERMITTED} BEGIN SELECT RAISE(ABORT, 'consent_entry is append-only'); END"
            )
        # INSERT OR REPLACE would take a line away, and SQLite fires no DELETE trigger for it.
        op.execute(
            "CREATE TRIGGER consent_entry_no_replace BEFORE INSERT ON consent_entry "
            "WHEN EXISTS (SELECT 1 FROM consent_entry WHERE id = NEW.id) "
            "BEGIN SELECT RAISE(ABORT, 'consent_entry is append-only'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION consent_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF TG_OP <> 'TRUNCATE' THEN IF {_PERMITTED} THEN "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END IF; END IF; "
        "RAISE EXCEPTION 'consent_entry is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER consent_entry_no_truncate BEFORE TRUNCATE ON consent_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION consent_entry_is_append_only()"
    )

"""The tables beside the ledger: permits to change it, and what providers are still to be told of it."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from convo.store.columns import Moment
from convo.store.tables import Row, table


class ConsentPermitRow(Row, table=True):
    """A ledger entry that this transaction may change or remove; no permit outlives its transaction."""

    __tablename__ = "consent_permit"

    entry_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})


class OptOutSyncRow(Row, table=True):
    """What a provider's own opt-out list is still to be told of a contact and a number of ours."""

    __tablename__ = "opt_out_sync"
    __table_args__ = (Index("ix_opt_out_sync_due_at", "due_at"),)

    number: str = Field(primary_key=True)
    contact: str = Field(primary_key=True)
    account: str
    opted_out: bool
    entry_id: int = Field(sa_type=BigInteger)  # of the ledger, which says so; a later one overtakes it
    tries: int
    due_at: datetime = Field(sa_type=Moment)
    lease_until: datetime | None = Field(default=None, sa_type=Moment)


class OptOutCheckRow(Row, table=True):
    """When an account's opt-out list was compared with the ledger last."""

    __tablename__ = "opt_out_check"

    account: str = Field(primary_key=True)
    checked_at: datetime = Field(sa_type=Moment)


consent_permits = table(ConsentPermitRow)
opt_out_syncs = table(OptOutSyncRow)
opt_out_checks = table(OptOutCheckRow)

"""The tables of consent: the ledger and its last word, reviews, brands, and what providers are to be told."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from convo.store.columns import Id, Moment
from convo.store.tables import Row, numbered, partial, table


class ConsentRow(Row, table=True):
    """Whether a contact has stopped a brand, and agreed to its marketing: the ledger's last words."""

    __tablename__ = "consent"

    brand: str = Field(primary_key=True)
    contact_id: int = Field(primary_key=True, sa_type=BigInteger)
    opted_out: bool
    entry_id: int = Field(sa_type=BigInteger)
    since: datetime = Field(sa_type=Moment)
    marketing: bool = False
    marketing_entry_id: int | None = Field(default=None, sa_type=BigInteger)  # the last that changed it


class ConsentEntryRow(Row, table=True):
    """The consent ledger: append-only; the database itself refuses update and delete without a permit."""

    __tablename__ = "consent_entry"
    __table_args__ = (
        Index("ix_consent_entry_brand_contact", "brand", "contact"),
        Index("ix_consent_entry_contact_id", "contact", "id"),
        partial("ix_consent_entry_forgotten", "key_id", where="key_id IS NOT NULL"),
        numbered(),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    brand: str
    contact: str
    number: str
    action: str
    text: str
    normalised: str
    rule: str
    provider_id: str | None = None
    actor: str
    wording: str | None = None  # what was confirmed; None where nothing changed
    at: datetime = Field(sa_type=Moment)
    key_id: str | None = None  # of the key under which `contact` is a hash: its number was forgotten


class ConsentReviewRow(Row, table=True):
    """A ledger entry that a phrase made, for a person to look at; `decision` is None until one has."""

    __tablename__ = "consent_review"
    __table_args__ = (partial("ix_consent_review_open", "entry_id", where="decision IS NULL"),)

    entry_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    decision: str | None = None
    reason: str | None = None
    actor: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Moment)


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


class ServedBrandRow(Row, table=True):
    """A brand that one of our numbers has, or had: by it a changed name is seen."""

    __tablename__ = "served_brand"

    number: str = Field(primary_key=True)
    brand: str = Field(primary_key=True)
    # The ledger's line up to which nobody is lost by its new name; None while it is the number's brand.
    settled: int | None = Field(default=None, sa_type=BigInteger)


consents = table(ConsentRow)
consent_entries = table(ConsentEntryRow)
consent_reviews = table(ConsentReviewRow)
consent_permits = table(ConsentPermitRow)
opt_out_syncs = table(OptOutSyncRow)
opt_out_checks = table(OptOutCheckRow)
served_brands = table(ServedBrandRow)

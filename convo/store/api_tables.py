"""The tables of the API: its tokens, and the answers that repeated requests get again."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from convo.store.columns import Document, Moment
from convo.store.tables import Row, table


class ApiTokenRow(Row, table=True):
    """Who may use the API, and for what. The token itself is nowhere: `digest` is its SHA-256."""

    __tablename__ = "api_token"

    id: str = Field(primary_key=True)  # random, the first part of the token
    name: str = Field(unique=True)
    digest: str
    scopes: list[str] = Field(sa_type=Document)
    created_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)  # to the minute
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)


class ApiAnswerRow(Row, table=True):
    """What a request with an idempotency key was answered; the same again gets it again."""

    __tablename__ = "api_answer"
    __table_args__ = (Index("ix_api_answer_created_at", "created_at"),)

    token: str = Field(primary_key=True)  # whose key it is
    key: str = Field(primary_key=True)
    digest: str  # of the request
    status: int
    body: str
    created_at: datetime = Field(sa_type=Moment)


api_tokens = table(ApiTokenRow)
api_answers = table(ApiAnswerRow)

"""One-time codes: which one it is, whether a reply is right, and its place in the text that says it.

A code is the truncated HMAC-SHA256 of its random id under the server's key (PROVIDERS.md, 'One-time
codes'): nothing that is stored gives it away, and a second text can say the same one.
"""

import hashlib
import hmac
import os
import secrets
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import structlog
from sqlalchemy import Connection, make_url

from convo.errors import ConvoError, SettingsError
from convo.flow.codes import Verdict, placeholder
from convo.flow.session import Effect, IssueCode, Say
from convo.settings import Settings
from convo.store import codes, verifications
from convo.store.codes import Code, Standing

log = structlog.get_logger(__name__)

_VERDICTS = {
    Standing.APPROVED: Verdict.APPROVED,
    Standing.MAX_ATTEMPTS: Verdict.FAILED,
    Standing.PENDING: Verdict.WRONG,
}


class Sealed(Protocol):
    """What a code is worked out from."""

    @property
    def key_id(self) -> str: ...

    @property
    def seed(self) -> bytes: ...

    @property
    def digits(self) -> int: ...


class Keys:
    """The server's keys; the first makes new codes, the others still check what they made."""

    def __init__(self, given: Sequence[str]) -> None:
        self._keys = {_name(key): key.encode() for key in given}
        self.newest = _name(given[0])

    def hashes(self, number: str) -> dict[str, str]:
        """A phone number as the ledger keeps it once it was forgotten, by key; the newest comes first."""
        return {
            name: hmac.digest(key, b"convo contact\n" + number.encode(), "sha256").hex()
            for name, key in self._keys.items()
        }

    def has(self, key_id: str) -> bool:
        """Whether this key is one of them."""
        return key_id in self._keys

    def code(self, issued: Sealed) -> str:
        """Which code it is; raises ConvoError where its key was taken out of the settings."""
        key = self._keys.get(issued.key_id)
        if key is None:
            raise ConvoError("the key of this code is not in `code_key` any more; put it back as the second")
        digest = hmac.digest(key, issued.seed, "sha256")
        return str(int.from_bytes(digest[:16]) % 10**issued.digits).zfill(issued.digits)


def keys(settings: Settings) -> Keys:
    """The keys of these settings. Without any, a database in a file has one of its own beside it.

    Raises SettingsError where several processes on several machines would each have another.
    """
    if settings.code_key:
        return _of_settings(tuple(settings.code_key))
    url = _url(settings.database)
    if url.get_backend_name() != "sqlite":
        raise SettingsError(
            'code_key: one-time codes need a key that all processes share; set code_key = "env:CODE_KEY", '
            "at least 16 characters that nobody can guess"
        )
    if not url.database or url.database == ":memory:":
        return _in_memory()
    # Absolute: of two working folders each has a `convo.db` of its own, and a key beside it.
    return _beside(Path(f"{url.database}.key").absolute())


def issue(
    connection: Connection, settings: Settings, conversation: int, wanted: IssueCode, now: datetime
) -> Code:
    """A new code for a state of a conversation, or the one that it has while that is valid.

    One that was issued before a migration may be of another length, and does not fit into its text any more.
    """
    found, spec = codes.latest(connection, conversation, wanted.state), wanted.spec
    is_good = found is not None and found.status is Standing.PENDING and found.valid_until > now
    if found is not None and is_good and found.digits == spec.digits:
        return found
    code = Code(
        id=secrets.token_hex(16),
        conversation_id=conversation,
        state=wanted.state,
        key_id=keys(settings).newest,
        digits=spec.digits,
        tries=0,
        most_tries=spec.tries,
        status=Standing.PENDING,
        issued_at=now,
        valid_until=now + spec.valid,
    )
    codes.add(connection, code)
    return code


def check(
    connection: Connection, settings: Settings, conversation: int, state: str, typed: str, now: datetime
) -> Verdict:
    """Whether `typed` is the code that a conversation asks for in `state`; counts the try, uses it up."""
    code = codes.latest(connection, conversation, state)
    if code is None or code.status is not Standing.PENDING or code.valid_until <= now:
        return Verdict.FAILED if code and code.status is Standing.MAX_ATTEMPTS else Verdict.EXPIRED
    real = worked_out(settings, code)
    if real is None:
        return Verdict.EXPIRED
    right = hmac.compare_digest(typed.encode(), real.encode())
    after = codes.try_once(connection, code.id, now, right=right)
    return _VERDICTS[after] if after is not None else Verdict.EXPIRED


def said(
    connection: Connection, settings: Settings, conversation: int, effects: Iterable[Effect], now: datetime
) -> Mapping[str, Code]:
    """The codes that a turn's texts say, by state; those that it asks for are issued."""
    found: dict[str, Code] = {}
    for effect in effects:
        if isinstance(effect, IssueCode):
            found[effect.state] = issue(connection, settings, conversation, effect, now)
        elif isinstance(effect, Say) and effect.code and effect.state not in found:
            code = codes.latest(connection, conversation, effect.state)
            if code is not None and code.digits != effect.code.digits:  # from before a migration
                wanted = IssueCode(effect.state, effect.code)
                code = issue(connection, settings, conversation, wanted, now)
            if code is not None:
                found[effect.state] = code
    return found


def revealed(connection: Connection, settings: Settings, ids: Iterable[str | None]) -> dict[str, str]:
    """Which codes these are, by their ids; without those that nobody can work out any more.

    Neither those of verifications that are over: a text that waits with one is of no use.
    """
    return _real(connection, settings, ids, {verifications.Status.PENDING})


def hidden(connection: Connection, settings: Settings, ids: Iterable[str | None]) -> dict[str, str]:
    """Which codes these are, whatever became of them: what nobody may read in a text that was sent."""
    return _real(connection, settings, ids, set(verifications.Status))


def _real(
    connection: Connection,
    settings: Settings,
    ids: Iterable[str | None],
    statuses: Collection[verifications.Status],
) -> dict[str, str]:
    asked = {number for number in ids if number is not None}
    wanted: dict[str, Sealed] = {**codes.by_ids(connection, asked)}
    asked_for = verifications.by_ids(connection, asked - wanted.keys())
    wanted |= {number: each for number, each in asked_for.items() if each.status in statuses}
    found = {number: worked_out(settings, code) for number, code in wanted.items()}
    return {number: code for number, code in found.items() if code is not None}


def at_hand(
    connection: Connection, settings: Settings, contact_ids: Collection[int], now: datetime
) -> dict[int, set[str]]:
    """The codes that these contacts were told and whose time is not over, by contact."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    if contact_ids:
        told: list[tuple[int, Sealed]] = [*codes.at_hand(connection, contact_ids, now)]
        told += [(each.contact_id, each) for each in verifications.at_hand(connection, contact_ids, now)]
        for contact_id, code in told:
            if (real := worked_out(settings, code)) is not None:
                found[contact_id].add(real)
    return found


def filled(text: str, code: str | None) -> str:
    """A text with its code in the place that is kept for it."""
    return text.replace(placeholder(len(code)), code) if code else text


def worked_out(settings: Settings, code: Sealed) -> str | None:
    """Which code it is; None where its key is gone, which must not hold up anything else."""
    try:
        return keys(settings).code(code)
    except ConvoError:
        log.exception("code.key_missing", key=code.key_id)
        return None


_url = lru_cache(maxsize=16)(make_url)


@lru_cache(maxsize=16)
def _of_settings(given: tuple[str, ...]) -> Keys:
    return Keys(given)


@lru_cache(maxsize=1)
def _in_memory() -> Keys:
    return Keys([secrets.token_urlsafe(32)])


@lru_cache(maxsize=16)
def _beside(file: Path) -> Keys:
    return Keys([_kept(file)])


def _kept(file: Path) -> str:
    """The key in `file`, which is made where it is not there yet; only its owner may read it."""
    if not file.exists():
        with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as new:
            new.write(secrets.token_urlsafe(32))
            new.flush()
            os.fsync(new.fileno())
        try:
            os.link(new.name, file)  # whole or not at all, whoever else is at it
        except FileExistsError:
            pass  # another process was first
        finally:
            Path(new.name).unlink()
    return file.read_text().strip()


def _name(key: str) -> str:
    """How a row names a key, without telling it."""
    return hashlib.sha256(b"convo code key\n" + key.encode()).hexdigest()[:12]

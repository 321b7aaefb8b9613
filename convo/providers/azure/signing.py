"""Azure's signature of a request: HMAC-SHA256 under the account's access key."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from email.utils import format_datetime

from convo.providers.azure.settings import Connection


def http_date(moment: datetime) -> str:
    """A moment as HTTP writes it (IMF-fixdate, RFC 9110 section 5.6.7)."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def sign(connection: Connection, verb: str, path: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers that sign a request; `path` is with its query.

    The access key's scheme of Azure Communication Services: the verb, the path, and date, host and
    hash of the body are signed.
    """
    date = http_date(now)
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    signed = f"{verb}\n{path}\n{date};{connection.host};{digest}"
    signature = base64.b64encode(hmac.digest(connection.key, signed.encode(), "sha256")).decode()
    return {
        "Host": connection.host,
        "x-ms-date": date,
        "x-ms-content-sha256": digest,
        "Authorization": "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256"
        f"&Signature={signature}",
    }

"""What an account at Azure Communication Services takes, and how its connection string is read."""

import base64
import binascii
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from convo.providers.base import ProviderSettings
from convo.setting import Secret, Secrets

_SHAPE = "endpoint=https://NAME.communication.azure.com/;accesskey=KEY"
_MEND = f"copy it whole from the Azure portal (Settings, Keys): {_SHAPE}"


@dataclass(frozen=True, slots=True)
class Connection:
    """Where an account's texts go, and the key that signs them."""

    url: str  # scheme and host, with no slash at the end
    host: str  # as the Host header has it
    key: bytes = field(repr=False)


def read_connection(text: str) -> Connection:
    """Read a connection string, its parts in any order; raises ValueError, which never shows it."""
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        parts[name.strip().lower()] = value.strip()
    endpoint, key = parts.get("endpoint"), parts.get("accesskey")
    if not endpoint or not key:
        missing = "accesskey=" if endpoint else "endpoint="
        raise ValueError(f"it has no {missing}…; {_MEND}")
    url = _url(endpoint)
    try:
        decoded = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"its accesskey is not whole, for it is not base64; {_MEND}") from None
    return Connection(f"{url.scheme}://{url.netloc.lower()}", url.netloc.lower(), decoded)


def _url(endpoint: str) -> SplitResult:
    try:
        url = urlsplit(endpoint)
        host, plain = url.hostname, url.port in (None, {"https": 443, "http": 80}.get(url.scheme))
    except ValueError:
        raise ValueError(f"its endpoint is not an address; {_MEND}") from None
    if not host or url.username is not None or url.path not in ("", "/") or url.query or url.fragment:
        raise ValueError(f"its endpoint is more or less than an address; {_MEND}")
    if url.scheme != "https" and not (url.scheme == "http" and _is_here(host)):
        raise ValueError(f"its endpoint has to begin with https:// (http:// on this machine alone); {_MEND}")
    # A port that goes without saying does not stand in the Host header, which is signed.
    return url._replace(netloc=url.netloc.rpartition(":")[0]) if plain and url.port else url


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _readable(text: str) -> str:
    read_connection(text)
    return text


# TOML reads a date where the quotes were left out.
Version = Annotated[str, BeforeValidator(str), Field(pattern=r"^\d{4}-\d\d-\d\d(-preview)?$")]


class AzureSettings(ProviderSettings):
    """Of `[accounts.…]` with `provider = "azure"`."""

    connection_string: Annotated[Secret, AfterValidator(_readable)] = Field(repr=False)
    # Compared with ?code= of the webhook's address; two may be live while it is changed.
    webhook_secret: Secrets = Field(default_factory=list, repr=False)
    api_version: Version = "2021-03-07"
    # Azure's own list of opt-outs, told of every STOP and START and compared once a day. Azure has to
    # switch it on for the resource first; until then it answers with errors.
    mirror_opt_outs: bool = False
    opt_outs_api_version: Version = "2024-12-10-preview"
    timeout: Annotated[float, Field(gt=0, le=9)] = 8  # seconds; the sender itself waits for ten

    @property
    def keeps_opt_outs(self) -> bool:
        return self.mirror_opt_outs

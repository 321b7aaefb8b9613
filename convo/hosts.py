"""Hosts and addresses on the network: which of them anybody may be sent to, and which are somebody's own."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_EMBEDS = IPv6Network("64:ff9b::/96")  # an IPv4 address in its last bits (RFC 6052)
_LOCAL = ("localhost", ".localhost", ".local", ".internal", ".home.arpa")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network.

    Not so are loopback, private, link-local, shared and reserved ones (the registries of RFC 6890), and
    multicast, nor what stands for them in IPv6.
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and (inner := _embedded(found)):
        found = inner
    return found.is_global and not found.is_multicast


def is_own(host: str) -> bool:
    """Whether a host, without its port, can be told to be no public one by its name alone."""
    bare = host.strip("[]").rstrip(".").lower()
    try:
        return not is_public(bare)
    except ValueError:
        return bare == _LOCAL[0] or bare.endswith(_LOCAL[1:])


def listed(host: str, port: int | None, allowed: Iterable[str]) -> bool:
    """Whether `host`, or `host:port`, is one of those that are written in a list."""
    bare = host.strip("[]").lower()
    return any(each.lower() in (bare, f"[{bare}]", f"{bare}:{port}", f"[{bare}]:{port}") for each in allowed)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address in _EMBEDS:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour

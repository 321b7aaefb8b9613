"""Where a contact falls where a flow splits: always on the same side, known before they get there."""

import hashlib


def side(flow: str, state: str, contact: str) -> float:
    """Where a contact falls in the split of a state: from 0 to 1, always the same."""
    digest = hashlib.sha256(f"{flow}\n{state}\n{contact}".encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48

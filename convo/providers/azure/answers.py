"""What Azure's answer was, in words for an operator: where it is no answer that Azure gives, what it is."""

import json

from convo import phone
from convo.messages import Outbound
from convo.providers.azure.resource import MOST_BYTES

_LONGEST = 200  # characters of what is quoted


def described(status: int, body: bytes, message: Outbound) -> str:
    """An answer in a few words, without the number that it is about and the text."""
    if 300 <= status < 400:
        return f"it answered {status}, a redirect; mend the endpoint in connection_string"
    text = body.decode("utf-8", "replace").strip()
    if not text:
        return f"it answered {status} with nothing"
    if len(body) >= MOST_BYTES:
        return f"it answered {status} with more than {MOST_BYTES // 1024} KiB"
    if text.lower().startswith(("<!doctype", "<html", "<?xml")):
        return f"it answered {status} with a page; a proxy or a wrong endpoint does"
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return f"it answered {status} with what is not JSON"
    error = said.get("error") if isinstance(said, dict) else None
    words = error.get("message") if isinstance(error, dict) else None
    quoted = words if isinstance(words, str) else text
    return without(f"it answered {status}: {quoted}", message)


def without(said: str, message: Outbound) -> str:
    """What Azure said, on one line, without the contact's number and the text that it may repeat."""
    line = " ".join(said.replace(message.text, "(the text)").split())
    for number in (message.contact, message.contact.lstrip("+")):
        line = line.replace(number, phone.mask(message.contact))
    return "".join(sign for sign in line if sign.isprintable())[:_LONGEST]

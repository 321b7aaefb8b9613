"""Bytes as the text of a flow: UTF-8, not too big, and nothing in it that no editor shows."""

import re

from convo.flow.trap import Code, Trap

MAX_BYTES = 256 * 1024
# What no editor shows: control characters, foreign line ends, half emoji, a byte order mark.
INVISIBLE = re.compile(
    r"[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


class StoppedError(Exception):
    """Nothing behind this trap can be read."""

    def __init__(self, trap: Trap) -> None:
        super().__init__(trap.message)
        self.trap = trap


def decoded(text: str | bytes) -> str:
    """The text without its byte order mark; stops at what no flow may hold."""
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        said = f"The file is {size // 1024} KiB big; a flow may have {MAX_BYTES // 1024} KiB."
        raise StoppedError(Trap(Code.TOO_BIG, 1, 1, said, "Split it into sub-flows."))
    try:
        text = text if isinstance(text, str) else text.decode()
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()
        said = f"The byte {error.object[error.start]:02X} here is not UTF-8."
        raise StoppedError(_behind(Code.NOT_UTF8, before, said, "Save it as UTF-8.")) from None
    text = text.removeprefix("\ufeff")
    if bad := INVISIBLE.search(text):
        said = f"An invisible character, U+{ord(bad[0]):04X}, stands here."
        hint = "Take it out: type the line again."
        raise StoppedError(_behind(Code.INVISIBLE, text[: bad.start()], said, hint))
    return text


def _behind(code: Code, before: str, said: str, hint: str) -> Trap:
    rows = re.split(r"\r\n?|\n", before.removeprefix("\ufeff"))
    return Trap(code, len(rows), len(rows[-1]) + 1, said, hint)

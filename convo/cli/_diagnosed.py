"""What `convo doctor` finds: one thing that was looked at, how it stands, and its mend."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and how to mend it."""

    check: str
    level: Level
    message: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.level:<8} {self.check}: {self.message}{f' -> {self.mend}' if self.mend else ''}"

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

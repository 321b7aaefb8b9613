"""Makes `expected.json`: what calculators that are not ours say of the texts. Run by hand, once.

    python -m venv /tmp/calculators && /tmp/calculators/bin/pip install smsutil==1.1.3
    npm install --prefix /tmp/calculators sms-segments-calculator@1.3.0 split-sms@0.1.7
    NODE_PATH=/tmp/calculators/node_modules /tmp/calculators/bin/python -m tests.segments.make

smsutil is a source package: Python 3.11's pip builds it.
"""

import hashlib
import importlib
import importlib.metadata
import json
import subprocess
from pathlib import Path

from tests.segments.texts import SEED, texts

HERE = Path(__file__).parent
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
Counts = list[tuple[int, bool]]  # parts, and whether it goes as UCS-2


def main() -> None:
    every = list(texts())
    found: dict[str, Counts] = {**_of_npm(every), **_of_pypi(every)}
    told = {
        "seed": SEED,
        "sha256": digest(every),
        "calculators": {
            name: {
                "parts": _lines("".join(DIGITS[parts] for parts, _ in counts)),
                "ucs2": _lines("".join("01"[ucs2] for _, ucs2 in counts)),
            }
            for name, counts in found.items()
        },
    }
    (HERE / "expected.json").write_text(json.dumps(told, indent=1) + "\n")


def digest(every: list[str]) -> str:
    """Tells whether the texts are still those that were counted."""
    return hashlib.sha256("\0\0".join(every).encode()).hexdigest()


def _of_npm(every: list[str]) -> dict[str, Counts]:
    ran = subprocess.run(
        ["node", str(HERE / "count.cjs")], input=json.dumps(every), capture_output=True, text=True, check=True
    )
    found: dict[str, Counts] = json.loads(ran.stdout)
    return found


def _of_pypi(every: list[str]) -> dict[str, Counts]:
    smsutil = importlib.import_module("smsutil")
    name = f"smsutil {importlib.metadata.version('smsutil')} (PyPI)"
    results = [smsutil.split(text) for text in every]
    return {name: [(len(result.parts), result.encoding != "gsm0338") for result in results]}


def _lines(digits: str) -> list[str]:
    return [digits[place : place + 100] for place in range(0, len(digits), 100)]


if __name__ == "__main__":
    main()

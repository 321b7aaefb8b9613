"""Results of tests as JUnit XML, which CI services show."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

# What XML 1.0 cannot hold, however it is written (section 2.2).
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Result:
    """One test: where it stands, how many seconds it took, and why it failed; None: it did not."""

    file: Path
    name: str
    line: int
    seconds: float
    failure: str | None = None


def write(file: Path, results: Sequence[Result]) -> None:
    """One suite a test file; raises OSError where the file cannot be written."""
    root = ElementTree.Element("testsuites", _counts(results) | {"name": "convo test"})
    for path in dict.fromkeys(result.file for result in results):
        of_file = [result for result in results if result.file == path]
        suite = ElementTree.SubElement(root, "testsuite", _counts(of_file) | {"name": str(path)})
        for result in of_file:
            about = {
                "classname": path.name.removesuffix(".test.yaml"),
                "name": _clean(result.name),
                "file": str(path),
                "line": str(result.line),
                "time": f"{result.seconds:.3f}",
            }
            case = ElementTree.SubElement(suite, "testcase", about)
            if result.failure is not None:
                told = _clean(result.failure)
                first = {"message": told.partition("\n")[0]}
                ElementTree.SubElement(case, "failure", first).text = told
    ElementTree.indent(root)
    ElementTree.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _counts(results: Sequence[Result]) -> dict[str, str]:
    return {
        "tests": str(len(results)),
        "failures": str(sum(result.failure is not None for result in results)),
        "errors": "0",
        "skipped": "0",
        "time": f"{sum(result.seconds for result in results):.3f}",
    }


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)

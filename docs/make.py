"""Writes the pages that are made from the code: `python docs/make.py`; a test fails where they are old."""

import sys
from pathlib import Path

from convo.flow.checks import all_rules
from convo.flow.checks.base import Rule

CHECK = Path(__file__).parent / "check.md"
RULES = "## What it does\n"


def check_page() -> str:
    """`check.md`: what is written by hand down to the rules, then a section for each of them."""
    by_hand = CHECK.read_text().partition(RULES)[0]
    listed = "\n".join(
        f"| [{rule.code}](#{_anchor(rule)}) | {rule.severity} | {rule.about} |" for rule in all_rules()
    )
    table = f"| code | | what |\n| --- | --- | --- |\n{listed}\n"
    return "\n".join([f"{by_hand}{RULES}", table, *map(_section, all_rules())])


def _section(rule: Rule) -> str:
    about = (sys.modules[rule.find.__module__].__doc__ or "").strip()
    beside = f"\nBeside:\n\n```yaml\n{rule.beside}```\n" if rule.beside else ""
    return (
        f"### {_title(rule)}\n\n{about}\n\nFound in:\n\n```yaml\n{rule.bad}```\n{beside}\n"
        f"Mended:\n\n```yaml\n{rule.good}```\n"
    )


def _title(rule: Rule) -> str:
    return f"{rule.code} {rule.about} ({rule.severity})"


def _anchor(rule: Rule) -> str:
    """The link that GitHub makes of the title."""
    kept = (sign for sign in _title(rule).lower() if sign.isalnum() or sign in " -_")
    return "".join(kept).replace(" ", "-")


if __name__ == "__main__":
    CHECK.write_text(check_page())

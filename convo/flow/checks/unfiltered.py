"""A value that a text writes as a program does: `2026-12-01 09:30:00+00:00`, `True`, `('milk', 'eggs')`.

A filter writes it as people read it, in the contact's language.
"""

from collections.abc import Iterator

from jinja2 import nodes

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.usage import Kind, each, kinds

BAD = """\
flow: sample
start: ask
needs: {visit: datetime}
states:
  ask: {say: "See you {{ visit }}!", end: done}
"""
GOOD = """\
flow: sample
start: ask
needs: {visit: datetime}
states:
  ask: {say: "See you {{ visit | day_time }}!", end: done}
"""

_MENDS = {
    Kind.DATE: "{{{{ {0} | day }}}}",
    Kind.TIME: "{{{{ {0} | time }}}}",
    Kind.DATETIME: "{{{{ {0} | day_time }}}}",
    Kind.MONEY: "{{{{ {0} | money }}}}",
    Kind.LIST: "{{{{ {0} | join(', ') }}}}",
    Kind.TRUTH: "{{{{ 'yes' if {0} else 'no' }}}}",
}


def find(subject: Subject) -> Iterator[Finding]:
    known = kinds(subject.plan)
    for placed in subject.plan.said:
        for language, text in placed.phrase.texts.items():
            path = (*placed.path, language)
            for name in dict.fromkeys(_bare(each(text, nodes.Output))):
                mend = _MENDS.get(known.get(name, Kind.TEXT))
                if mend:
                    yield Finding(
                        path if path in subject.source.positions else placed.path,
                        f"'{name}' is {known[name]}, and is written here as a program writes it",
                        f"Write it like `{mend.format(name)}`.",
                    )


def _bare(outputs: Iterator[nodes.Node]) -> Iterator[str]:
    """The variables that stand in a text without a filter."""
    for output in outputs:
        assert isinstance(output, nodes.Output)
        yield from (part.name for part in output.nodes if isinstance(part, nodes.Name))


RULE = Rule("C048", Severity.WARNING, "a value is written as a program writes it", BAD, GOOD, find)

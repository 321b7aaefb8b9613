"""The rules of `convo check`, one file each; a rule that is added here is run."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from convo.errors import Mend, Problem
from convo.flow.checks.base import Rule, Subject


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by its code."""
    rules: list[Rule] = []
    for module in pkgutil.iter_modules(__path__):
        if module.name != "base":
            rules.append(importlib.import_module(f"{__name__}.{module.name}").RULE)
    return tuple(sorted(rules, key=lambda rule: rule.code))


def check_flow(subject: Subject) -> Iterator[Problem]:
    """What every rule finds in one flow."""
    for rule in all_rules():
        for finding in rule.find(subject):
            problem = subject.source.problem(
                rule.code,
                finding.path,
                finding.message,
                finding.hint,
                key=finding.key,
                severity=rule.severity,
            )
            if finding.meant is not None:
                there = finding.path[-1] if finding.key else subject.source.value_at(finding.path)
                mend = Mend(problem.line, problem.column, finding.word or str(there), finding.meant)
                problem = replace(problem, mend=mend)
            yield problem

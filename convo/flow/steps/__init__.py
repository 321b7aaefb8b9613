"""The constructs of the language, one file each; a file that is added here joins the language."""

import importlib
import pkgutil
from functools import cache

from convo.flow.steps.base import Step


@cache
def all_steps() -> tuple[type[Step], ...]:
    """Every construct, in the order in which a state's constructs are taken up."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return tuple(sorted(Step.__subclasses__(), key=lambda step: (step.ORDER, step.KEY)))

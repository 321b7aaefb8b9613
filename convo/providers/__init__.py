"""Providers: one file each. A file that is added here is found by its provider's name."""

import importlib
import pkgutil
from functools import cache

from convo.providers.base import ProviderClass


@cache
def all_providers() -> dict[str, ProviderClass]:
    """Every provider, by name."""
    found: dict[str, ProviderClass] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name != "base":
            provider = importlib.import_module(f"{__name__}.{module.name}").PROVIDER
            found[provider.name] = provider
    return found

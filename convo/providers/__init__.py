"""Providers: a file or a folder each, found by the provider's name, made from its own settings."""

import difflib
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError

from convo.clock import Clock
from convo.errors import SettingsError
from convo.providers.base import Deliver, Handling, Provider, ProviderClass, ProviderSettings, Surroundings
from convo.settings import Account, Settings


@cache
def all_providers() -> dict[str, ProviderClass]:
    """Every provider, by name."""
    found: dict[str, ProviderClass] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name != "base":
            provider = importlib.import_module(f"{__name__}.{module.name}").PROVIDER
            found[provider.name] = provider
    return found


def make(accounts: Mapping[str, Account], deliver: Deliver, clock: Clock) -> dict[str, Provider]:
    """The provider of each account, by the account's name; raises SettingsError like `check`."""
    check(accounts)
    return {
        name: all_providers()[account.provider](
            settings_of(name, account), Surroundings(name, deliver, clock)
        )
        for name, account in accounts.items()
    }


def check(accounts: Mapping[str, Account]) -> None:
    """Raises SettingsError that names every account's setting that is wrong, and its mend."""
    wrong = []
    for name, account in accounts.items():
        try:
            settings_of(name, account)
        except SettingsError as error:
            wrong.append(str(error))
    if wrong:
        raise SettingsError("\n".join(wrong))


def handling(settings: Settings, number: str) -> Handling:
    """Who answers STOP on one of our numbers: as it says, else as its provider states."""
    ours = settings.number(number)
    traits = all_providers()[settings.accounts[ours.account].provider].traits
    return traits.handling(number, ours.stop_is_answered_by)


def keeps_opt_outs(settings: Settings, number: str) -> bool:
    """Whether the provider of one of our numbers keeps a list of opt-outs that the ledger is mirrored in."""
    account = settings.number(number).account
    return settings_of(account, settings.accounts[account]).keeps_opt_outs


def check_numbers(settings: Settings) -> None:
    """Raises SettingsError that names what numbers have to say about STOP, or must not."""
    if wrong := [line for number in settings.numbers for line in wrong_handling(settings, number)]:
        raise SettingsError("\n".join(wrong))


def wrong_handling(settings: Settings, number: str) -> Iterator[str]:
    """What is wrong with the way in which a number handles STOP, and its mend."""
    found = handling(settings, number)
    name = settings.accounts[settings.number(number).account].provider
    if found.by is None:
        yield (
            f"numbers.{number}.stop_is_answered_by: who answers STOP on a short code of {name}, its "
            f'owner chose; write "provider" where {name} was chosen to manage opt-outs, else "app"'
        )
    for word in settings.number(number).leave:
        if found.has_answered(word):
            yield f"numbers.{number}.leave: {name} acts on '{word}' before we do; flows would never get it"


def settings_of(name: str, account: Account) -> ProviderSettings:
    """An account's settings as its provider wants them; raises SettingsError."""
    known = all_providers()
    provider = known.get(account.provider)
    if provider is None:
        raise SettingsError(
            f"accounts.{name}.provider: there is no provider '{account.provider}'; "
            f"there is {', '.join(sorted(known))}"
        )
    try:
        return provider.SETTINGS.model_validate(account.model_extra or {})
    except ValidationError as error:
        # What was given is a secret, most likely: it is kept out of the text.
        found = error.errors(include_url=False, include_input=False, include_context=False)
        lines = [_sentence(name, provider, dict(each)) for each in found]
    raise SettingsError("\n".join(lines))


def _sentence(account: str, provider: ProviderClass, error: dict[str, Any]) -> str:
    place = [str(part) for part in error["loc"]]
    where = ".".join(["accounts", account, *place])
    if error["type"] == "missing":
        return f"{where}: it is not set, and {provider.name} needs it"
    if error["type"] != "extra_forbidden":
        return f"{where}: {error['msg'].removeprefix('Value error, ')}"
    known = ["provider", *provider.SETTINGS.model_fields]
    near = difflib.get_close_matches(place[-1], known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"{provider.name} knows {', '.join(known)}"
    return f"{where}: there is no such setting; {hint}"

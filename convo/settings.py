"""Settings: `convo.toml` in the working folder, overridden by `CONVO_*` variables.

With neither, everything runs on the simulator and `convo.db`.
"""

import difflib
import os
from functools import cached_property
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from convo import phone
from convo.errors import SettingsError

FILE = Path("convo.toml")
SIMULATOR = "simulator"
DEFAULT_NUMBER = "+15550009999"  # a conversation starts from it where no number is configured
DEFAULT_FLOW = "support"  # answers what no trigger takes, where no number is configured


def _secret(value: object) -> object:
    """`env:NAME` stands for the variable NAME; a secret that is not set is an error, not a blank."""
    if isinstance(value, str) and value.startswith("env:"):
        name = value.removeprefix("env:")
        found = os.environ.get(name)
        if not found:
            raise ValueError(f"the variable {name} is not set; export it, or write the value here")
        return found
    return value


def _secrets(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"'{value}' is not a time zone; write one like 'Europe/London'") from None
    return value


Secret = Annotated[str, BeforeValidator(_secret), Field(min_length=1)]
Secrets = Annotated[list[Secret], BeforeValidator(_secrets)]
Timezone = Annotated[str, AfterValidator(_timezone)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Account(_Section):
    """Credentials at one provider; an account serves many numbers."""

    provider: str
    # Signs the simulator's webhooks; two may be live while a secret is changed.
    webhook_secret: Secrets = Field(default_factory=list)
    # Where the simulator hands over what it sends, so that another program can play the phones.
    deliver_to: str | None = None


class Number(_Section):
    """One of our numbers."""

    account: str = SIMULATOR
    flow: str | None = None  # answers what no live conversation and no trigger takes
    brand: str | None = None  # the scope of an opt-out; the number itself unless said
    timezone: Timezone = "UTC"  # where the contact's own is not known
    help: str | None = None  # the answer to HELP


class Settings(BaseSettings):
    """Everything that can be set. Unknown keys are refused."""

    model_config = SettingsConfigDict(
        env_prefix="CONVO_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    database: str = "sqlite:///convo.db"
    flows: Path = Path("flows")
    api_token: Secret | None = None
    max_body: Annotated[int, Field(ge=1024)] = 1024 * 1024  # bytes of one webhook
    accounts: dict[str, Account] = Field(default_factory=lambda: {SIMULATOR: Account(provider=SIMULATOR)})
    numbers: dict[str, Number] = Field(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=FILE)

    def number(self, number: str) -> Number:
        """The settings of one of our numbers; a number that has none gets the defaults."""
        return self.numbers.get(number) or self._any_number

    @cached_property
    def _any_number(self) -> Number:
        account = SIMULATOR if SIMULATOR in self.accounts else next(iter(self.accounts))
        return Number(account=account, flow=None if self.numbers else DEFAULT_FLOW)

    def brand(self, number: str) -> str:
        """The brand that a number belongs to: the scope of an opt-out."""
        return self.number(number).brand or number

    def only_number(self) -> str | None:
        """The number to send from where none is named, if there is just one choice."""
        if not self.numbers:
            return DEFAULT_NUMBER
        return next(iter(self.numbers)) if len(self.numbers) == 1 else None


def load(**overrides: Any) -> Settings:
    """Read the settings; raises SettingsError that names the setting and its mend."""
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(dict(e)) for e in error.errors())) from None
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{FILE} cannot be read: {error}") from None
    except ValueError as error:  # a variable that should hold JSON and does not
        raise SettingsError(f"a CONVO_ variable cannot be read: {error}") from None
    for name, number in settings.numbers.items():
        if phone.from_provider(name) != name:
            raise SettingsError(
                f"numbers.{name}: write a number with its plus and country, like +15550001111"
            )
        if number.account not in settings.accounts:
            known = ", ".join(sorted(settings.accounts))
            raise SettingsError(
                f"numbers.{name}.account: there is no account '{number.account}'; "
                f"there is {known}. Add [accounts.{number.account}] to {FILE}"
            )
    return settings


def _sentence(error: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = _known(error["loc"])
        near = difflib.get_close_matches(str(error["loc"][-1]), known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
        return f"{where}: there is no such setting; {hint}"
    return f"{where}: {error['msg'].removeprefix('Value error, ')}"


def _known(place: tuple[str | int, ...]) -> list[str]:
    sections: dict[str, type[BaseModel]] = {"accounts": Account, "numbers": Number}
    model = sections.get(str(place[0])) if len(place) > 1 else None
    return list((model or Settings).model_fields)

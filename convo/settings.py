"""Settings: `convo.toml` in the working folder, overridden by `CONVO_*` variables.

With neither, everything runs on the simulator and `convo.db`.
"""

import difflib
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from convo import endpoints, phone, quiet, verify
from convo.endpoints import Events
from convo.errors import SettingsError
from convo.keywords import KeywordKind, answer
from convo.keywords.settings import Brand, NumberKeywords, OwnWords
from convo.messages import Purpose
from convo.prices import Prices
from convo.retention import Retention
from convo.setting import (
    Cap,
    Duration,
    Headers,
    HostName,
    Hours,
    Keys,
    PublicUrl,
    Rate,
    Region,
    Secret,
    Timezone,
)
from convo.verify import Verify

FILE = Path("convo.toml")
SIMULATOR = "simulator"
DEFAULT_NUMBER = "+15550009999"  # a conversation starts from it where no number is configured
DEFAULT_FLOW = "support"  # answers what no trigger takes, where no number is configured
_ACCOUNT = re.compile(r"[A-Za-z0-9_-]{1,64}")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Account(BaseModel):
    """An account at one provider; it serves many numbers. What else it takes, its provider states.

    The rest is kept as it was written, and never shown: `convo.providers` reads it.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    provider: str

    @model_validator(mode="before")
    @classmethod
    def _names_its_provider(cls, given: Any) -> Any:
        if isinstance(given, dict) and "provider" not in given:
            near = difflib.get_close_matches("provider", map(str, given), n=1)
            hint = f"there is no such setting as '{near[0]}'; did you mean 'provider'?" if near else ""
            raise ValueError(hint or 'say whose account it is, like provider = "azure"')
        return given

    def __repr_args__(self) -> Iterator[tuple[str, Any]]:
        yield "provider", self.provider


class PerPurpose(_Section):
    """A table with a key for each purpose; codes wait for nothing, and have none."""

    @model_validator(mode="before")
    @classmethod
    def _table(cls, given: Any) -> Any:
        table = given if isinstance(given, dict) else None
        if table is None:
            raise ValueError(f"'{given}' will not do; write a table, like {{marketing = …}}")
        if Purpose.VERIFICATION in table:
            raise ValueError("codes of a verification never wait; leave `verification` out")
        return table


class QuietHours(PerPurpose):
    """When texts wait, for each purpose; a text instead of the table stands for all of them."""

    transactional: Hours | None = None
    marketing: Hours | None = None

    @model_validator(mode="before")
    @classmethod
    def _for_all(cls, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        quiet.parse(given)
        return {"transactional": given, "marketing": given}

    def of(self, purpose: Purpose) -> quiet.Quiet | None:
        """The quiet hours of a purpose; None where it has none."""
        text: str | None = getattr(self, purpose, None)
        return None if text is None else quiet.parse(text)


class Caps(PerPurpose):
    """How many texts of a purpose a contact gets in a day."""

    transactional: Cap | None = None
    marketing: Cap | None = None

    def of(self, purpose: Purpose) -> int | None:
        """The cap of a purpose; None where it has none."""
        found: int | None = getattr(self, purpose, None)
        return found


class Number(NumberKeywords, _Section):
    """One of our numbers."""

    account: str = SIMULATOR
    flow: str | None = None  # answers what no live conversation and no trigger takes
    brand: str | None = None  # the scope of an opt-out; the number itself unless said
    timezone: Timezone = "UTC"  # where the contact's own is not known
    rate: Rate | None = None  # how fast it may send; what its provider allows unless said
    quiet: QuietHours = QuietHours()  # when texts wait, in the contact's time zone
    caps: Caps = Caps()  # texts a day for one contact


class Host(_Section):
    """What the `call` of flows sends to a host beside what the flow says."""

    headers: Headers = Field(default_factory=dict, repr=False)


class Calls(_Section):
    """Which hosts the `call` of flows may reach, and what it tells them."""

    allow: list[HostName] = Field(default_factory=list)  # hosts with addresses that are not public
    hosts: dict[HostName, Host] = Field(default_factory=dict)


class Settings(BaseSettings):
    """Everything that can be set. Unknown keys are refused."""

    model_config = SettingsConfigDict(
        env_prefix="CONVO_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    database: str = "sqlite:///convo.db"
    flows: Path = Path("flows")
    public_url: PublicUrl | None = None  # where providers and browsers reach this, without a path of ours
    api_token: Secret | None = None
    api_rate: Rate = "100/second"  # requests with one token, for each process
    metrics_token: Secret | None = None  # of /metrics alone; the API's token opens it too
    code_key: Keys = Field(
        default_factory=list
    )  # of one-time codes: the new one, then those to be rotated out
    keep_unknown_reports: Annotated[int, Field(ge=1, le=3650)] = 7  # days; of messages that nobody knows
    max_body: Annotated[int, Field(ge=1024)] = 1024 * 1024  # bytes of one webhook
    max_waiting: Annotated[int, Field(ge=1)] = 4096  # texts, reports and writes of the API not stored yet
    max_waiting_bytes: Annotated[int, Field(ge=1024)] = 64 * 1024 * 1024  # of what came with them
    drain: Duration | None = None  # how long /readyz says that the process ends before it takes no more
    stop_within: Duration = timedelta(seconds=20)  # for what is under way; the rest is given back
    accounts: dict[str, Account] = Field(default_factory=lambda: {SIMULATOR: Account(provider=SIMULATOR)})
    numbers: dict[str, Number] = Field(default_factory=dict)
    actions: list[str] = Field(default_factory=list)  # modules with functions that flows call
    calls: Calls = Field(default_factory=Calls)
    events: Events = Field(default_factory=Events)  # where the application is told of what happens
    brands: dict[str, Brand] = Field(default_factory=dict)
    prices: Prices = Field(default_factory=Prices)  # for what the numbers say of costs
    verify: Verify = Field(default_factory=Verify)
    retention: Retention = Field(default_factory=Retention)  # how long what is stored is kept
    region: Region | None = None  # of contacts' numbers in a list that are written without their country

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

    @property
    def on_sqlite(self) -> bool:
        """Whether the database is a file of this machine, which one process serves."""
        return self.database.startswith("sqlite")

    def webhook_url(self, account: str) -> str | None:
        """Where an account's provider delivers; None where `public_url` is not set."""
        return f"{self.public_url}/webhooks/{account}" if self.public_url else None

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

    def called(self, brand: str) -> str:
        """What texts with codes call a brand; nothing where it is a number of ours."""
        own = self.brands.get(brand)
        return (own and own.name) or ("" if phone.from_provider(brand) == brand else brand)

    @property
    def names_in_codes(self) -> dict[str, str]:
        """What texts with codes call the brands of our numbers, by brand."""
        brands = {self.brand(number) for number in self.numbers}
        return {brand: self.called(brand) for brand in sorted(brands)}

    def answer(self, kind: KeywordKind, number: str, language: str) -> str:
        """What one of our numbers says to STOP, START or HELP: its own text, its brand's, or the default."""
        own = self.number(number).help if kind is KeywordKind.HELP else None
        if isinstance(own, str) and own:
            return own
        brand = self.brands.get(self.brand(number))
        return answer(kind, language, {**(brand.answers(kind) if brand else {}), **(own or {})})

    def only_number(self) -> str | None:
        """The number to send from where none is named, if there is just one choice."""
        if not self.numbers:
            return DEFAULT_NUMBER
        return next(iter(self.numbers)) if len(self.numbers) == 1 else None


def load(**overrides: Any) -> Settings:
    """Read the settings; raises SettingsError that names each setting that is wrong, and its mend."""
    settings = read(**overrides)
    if wrong := contradictions(settings):
        raise SettingsError("\n".join(wrong))
    return settings


def contradictions(settings: Settings) -> list[str]:
    """What each setting for itself does not show: accounts that are not there, a number twice."""
    return [
        *_wrong_accounts(settings),
        *_wrong_numbers(settings),
        *_wrong_brands(settings),
        *endpoints.wrong(settings.events),
        *_wrong_codes(settings),
    ]


def read(**overrides: Any) -> Settings:
    """The settings, each for itself as it should be; raises SettingsError like `load`."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(dict(e)) for e in error.errors())) from None
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{FILE} cannot be read: {error}") from None
    except ValueError as error:  # a variable that should hold JSON and does not
        raise SettingsError(f"a CONVO_ variable cannot be read: {error}") from None


def _wrong_accounts(settings: Settings) -> Iterator[str]:
    if not settings.accounts:
        yield f"accounts: there is none; add one like [accounts.{SIMULATOR}], or leave `accounts` out"
    for name in settings.accounts:
        if not _ACCOUNT.fullmatch(name):
            yield f"accounts.{name}: its name stands in the webhook's URL; use letters, digits, _ and -"


def _wrong_numbers(settings: Settings) -> Iterator[str]:
    spelled: dict[str, str] = {}
    for name, number in settings.numbers.items():
        digits = "".join(filter(str.isdecimal, name)).removeprefix("00")
        if digits in spelled:
            yield f"numbers.{name}: this is the same number as {spelled[digits]}; keep one of the two"
        elif phone.from_provider(name) != name:
            yield f"numbers.{name}: write a number with its plus and country, like +15550001111"
        spelled.setdefault(digits, name)
        if settings.accounts and number.account not in settings.accounts:
            known = ", ".join(sorted(settings.accounts))
            yield (
                f"numbers.{name}.account: there is no account '{number.account}'; there is {known}. "
                f"Name one of them, or add [accounts.{number.account}] to {FILE}"
            )


def _wrong_brands(settings: Settings) -> Iterator[str]:
    known = sorted({settings.brand(number) for number in settings.numbers})
    for name in settings.brands:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f'write brand = "{name}" at the numbers it has'
            yield f"brands.{name}: no number is of this brand; {hint}"


def _wrong_codes(settings: Settings) -> Iterator[str]:
    """Where nothing is set of codes, none may ever go out, and brands may be called anything."""
    if "verify" in settings.model_fields_set:
        yield from verify.wrong(settings.verify, settings.names_in_codes)


def _sentence(error: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = _known(error["loc"])
        near = difflib.get_close_matches(str(error["loc"][-1]), known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
        return f"{where}: there is no such setting; {hint}"
    if error["type"] == "missing":
        return f"{where}: it must be set; {endpoints.missing(error['loc'])}"
    return f"{where}: {error['msg'].removeprefix('Value error, ')}"


def _known(place: tuple[str | int, ...]) -> list[str]:
    """The settings that may stand where `place` ends."""
    model: type[BaseModel] = Settings
    sections = (
        ("accounts", Account),
        ("numbers", Number),
        ("calls", Calls),
        ("brands", Brand),
        ("prices", Prices),
        ("retention", Retention),
    )
    for section, inside in sections:
        model = inside if len(place) > 1 and place[0] == section else model
    for section, table in (("quiet", QuietHours), ("caps", Caps), ("words", OwnWords)):
        model = table if len(place) > 3 and place[2] == section else model
    if place[0] == "events" and len(place) > 1:
        model = endpoints.model_at(place)
    model = Host if place[:2] == ("calls", "hosts") else model
    return list(model.model_fields)

"""Settings: what is wrong is named, with its mend; with none at all everything runs on the simulator."""

from pathlib import Path

import pytest

from convo.app import App
from convo.errors import SettingsError
from convo.providers import check, settings_of
from convo.providers.simulator import SimulatorSettings
from convo.settings import SIMULATOR, load

NUMBER = '[numbers."+15550001234"]\n'
BRAND = f'{NUMBER}brand = "Elm"\n[brands.Elm]\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of its own, with nothing set."""
    monkeypatch.chdir(tmp_path)
    for name in ("CONVO_DATABASE", "CONVO_API_TOKEN", "CONVO_FLOWS", "CONVO_MAX_BODY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def refused(toml: str) -> str:
    Path("convo.toml").write_text(toml)
    with pytest.raises(SettingsError) as error:
        check(load().accounts)
    return str(error.value)


def test_with_nothing_set_everything_runs_on_the_simulator() -> None:
    settings = load()

    assert settings.database == "sqlite:///convo.db"
    assert settings.accounts[SIMULATOR].provider == "simulator"
    assert settings.number("+15550001234").flow == "support"
    assert settings.api_token is None


def test_the_file_is_read(folder: Path) -> None:
    (folder / "convo.toml").write_text(
        'database = "sqlite:///elm.db"\n[numbers."+18005550100"]\nflow = "visit"\nbrand = "Elm"\n'
        'timezone = "America/New_York"\n[accounts.simulator]\nprovider = "simulator"\n'
    )
    settings = load()

    assert settings.database == "sqlite:///elm.db"
    assert settings.brand("+18005550100") == "Elm"
    assert settings.only_number() == "+18005550100"
    assert settings.number("+15550001234").flow is None


def test_a_variable_overrides_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "convo.toml").write_text('database = "sqlite:///elm.db"\nflows = "texts"\n')
    monkeypatch.setenv("CONVO_DATABASE", "sqlite:///oak.db")

    assert load().database == "sqlite:///oak.db"
    assert load().flows == Path("texts")


def test_what_a_command_says_overrides_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVO_DATABASE", "sqlite:///oak.db")

    assert load(database="sqlite://").database == "sqlite://"


def test_a_secret_comes_from_its_variable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEW", "n")
    monkeypatch.setenv("OLD", "o")
    (folder / "convo.toml").write_text(
        '[accounts.simulator]\nprovider = "simulator"\nwebhook_secret = ["env:NEW", "env:OLD"]\n'
    )

    (account,) = load().accounts.values()
    assert settings_of("simulator", account) == SimulatorSettings(webhook_secret=["n", "o"])


def test_a_secret_that_is_not_set_is_an_error_and_no_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    toml = '[accounts.simulator]\nprovider = "simulator"\nwebhook_secret = "env:WEBHOOK_SECRET"\n'
    assert "the variable WEBHOOK_SECRET is not set" in refused(toml)

    monkeypatch.setenv("WEBHOOK_SECRET", "")
    assert "accounts.simulator.webhook_secret" in refused(toml)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('databse = "x"', ["databse: there is no such setting", "did you mean 'database'?"]),
        ("zebra = 1", ["zebra: there is no such setting", "known are database"]),
        ('[accounts.a]\nprovider = "simulator"\nsecret = "x"', ["accounts.a.secret", "no such setting"]),
        ('[accounts.a]\nprovder = "simulator"', ["accounts.a: ", "'provder'", "did you mean 'provider'?"]),
        ('[numbers."+15550001234"]\nbrnad = "Elm"', ["numbers.+15550001234.brnad", "did you mean 'brand'?"]),
        ('[numbers."+15550001234"]\ntimezone = "Mars"', ["timezone", "'Mars' is not a time zone"]),
        ('[numbers."5550001234x"]\nbrand = "Elm"', ["numbers.5550001234x", "like +15550001111"]),
        ('[numbers."15550001234"]\nbrand = "Elm"', ["numbers.15550001234", "with its plus"]),
        ('[numbers."+15550001234"]\naccount = "main"', ["no account 'main'", "[accounts.main]"]),
        ('[numbers."+15550001234"]\n[numbers."+1 555 000 1234"]', ["the same number as +15550001234"]),
        ('[numbers."+15550001234"]\n[numbers."0015550001234"]', ["the same number as +15550001234"]),
        ('[numbers."+15550001234"]\n[numbers."+15550001234"]', ["convo.toml cannot be read"]),
        (f'{NUMBER}leave = ["stop"]', ["leave: 'stop' cannot be left to flows", "quit, remove and yes"]),
        (f'{NUMBER}leave = ["baja"]', ["leave: 'baja' cannot be left to flows"]),
        (f'{NUMBER}words = {{stop = ["help"]}}', ["'help' means HELP, and cannot mean STOP"]),
        (f'{NUMBER}words = {{start = ["opt me out"]}}', ["'opt me out' asks for no more texts, and cannot"]),
        (f'{NUMBER}words = {{stop = ["…"]}}', ["numbers.+15550001234", "'…' is no word"]),
        (f'{NUMBER}words = {{stp = ["fin"]}}', ["words.stp: there is no such", "mean 'stop'?"]),
        (f'{NUMBER}leave = ["end"]\nwords = {{stop = ["end"]}}', ["'end' stands in `words` and in `leave`"]),
        (f'{NUMBER}stop_is_answered_by = "carrier"', ["stop_is_answered_by", "'provider' or 'app'"]),
        (f'{NUMBER}help = {{english = "Call."}}', ["help", "'english' is not a language", "en or fr-CA"]),
        (f"{NUMBER}help = 5", ["numbers.+15550001234.help: write a text, or texts by language"]),
        (f"{NUMBER}help = {{en = 5}}", ["numbers.+15550001234.help: write a text, or texts by language"]),
        (f'{NUMBER}help = "{"Call. " * 200}"', ["help", "segments long; 6 are the most"]),
        (f'{BRAND}stop = {{en = "You are out."}}', ["brands.Elm.stop", "en: it does not say how to come"]),
        (f'{BRAND}stop = {{en = "START brings you 5% off."}}', ["brands.Elm.stop", "'5%' is marketing"]),
        (f'{BRAND}start = {{fr = "Bienvenue."}}', ["brands.Elm.start", "fr: it does not say how to stop"]),
        (f'{BRAND}stp = {{en = "x"}}', ["brands.Elm.stp: there is no such setting", "did you mean 'stop'?"]),
        (f'{NUMBER}brand = "Elms"\n[brands.Elm]', ["brands.Elm: no number", "did you mean 'Elms'?"]),
        ("[brands.Elm]", ["brands.Elm: no number is of this brand", 'write brand = "Elm"']),
        ("[accounts]", ["accounts: there is none"]),
        ('[accounts."a/b"]\nprovider = "simulator"', ["accounts.a/b", "webhook's URL"]),
        ('public_url = "bot.example.org"', ["public_url", "like https://bot.example.org"]),
        ('public_url = "https://x.org/?a=1"', ["public_url", "like https://bot.example.org"]),
        ("max_body = 10", ["max_body"]),
        ("numbers = 3", ["numbers"]),
        ("database = ", ["convo.toml cannot be read"]),
        ("[accounts", ["convo.toml cannot be read"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_mend(toml: str, said: list[str]) -> None:
    error = refused(toml)

    assert all(part in error for part in said), error


def test_every_number_that_is_wrong_is_named_at_once() -> None:
    error = refused('[numbers."5550001234x"]\n[numbers."+15550001234"]\naccount = "main"')

    assert [line.partition(":")[0] for line in error.splitlines()] == [
        "numbers.5550001234x",
        "numbers.+15550001234.account",
    ]


@pytest.mark.parametrize("url", ["https://bot.example.org", "https://bot.example.org/", "https://x.org/bot"])
def test_providers_are_told_the_public_url(url: str) -> None:
    Path("convo.toml").write_text(f'public_url = "{url}"\n')

    assert load().webhook_url("main") == f"{url.rstrip('/')}/webhooks/main"


def test_without_a_public_url_there_is_none_to_tell() -> None:
    assert load().webhook_url("main") is None


def test_a_file_that_is_no_text_is_named(folder: Path) -> None:
    (folder / "convo.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match=r"convo\.toml cannot be read"):
        load()


def test_a_provider_that_is_not_there_is_named(folder: Path) -> None:
    (folder / "convo.toml").write_text('[accounts.main]\nprovider = "twillio"\n')
    with pytest.raises(SettingsError, match=r"accounts\.main\.provider: there is no provider 'twillio'"):
        App(load(database="sqlite://"))


@pytest.mark.parametrize("url", ["convo.db", "mysql://localhost/x", ""])
def test_a_database_that_is_none_is_named(url: str) -> None:
    with pytest.raises(SettingsError, match="database: "):
        App(load(database=url))

"""What an account at Azure takes: what is wrong is named with its mend, and never shown."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from convo.clock import system
from convo.errors import SettingsError
from convo.providers import check, make, settings_of
from convo.providers.azure.settings import AzureSettings, Connection, read_connection
from convo.settings import Account, load

KEY = "c2VjcmV0LW9mLXRoZS1hY2NvdW50"
GOOD = f"endpoint=https://elm.communication.azure.com/;accesskey={KEY}"
HOST = "elm.communication.azure.com"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(**settings: object) -> str:
    with pytest.raises(SettingsError) as error:
        check({"acs": Account(provider="azure", **settings)})
    return str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"accesskey={KEY};endpoint=https://{HOST}",
        f"Endpoint=https://{HOST}/;AccessKey={KEY};",
        f" ENDPOINT = HTTPS://{HOST.upper()}/ ; ACCESSKEY = {KEY} ;\n",
        f"endpoint=https://{HOST}:443/;accesskey={KEY}",
    ],
)
def test_a_connection_string_is_read_in_any_order_and_case(text: str) -> None:
    assert read_connection(text) == Connection(f"https://{HOST}", HOST, b"secret-of-the-account")


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        ("http://127.0.0.1:8080/", "127.0.0.1:8080"),
        ("http://localhost:80", "localhost"),
        ("http://[::1]:8080", "[::1]:8080"),
        ("https://elm.example.org:8443", "elm.example.org:8443"),
    ],
)
def test_an_endpoint_may_have_a_port_and_a_test_server_no_tls(endpoint: str, host: str) -> None:
    read = read_connection(f"endpoint={endpoint};accesskey={KEY}")

    assert read.host == host
    assert read.url == f"{endpoint.partition(':')[0]}://{host}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "connection_string"),
        (KEY, "no endpoint="),
        (f"accesskey={KEY}", "no endpoint="),
        (f"endpoint=https://{HOST}/", "no accesskey="),
        (f"endpoint=https://{HOST}/;accesskey=", "no accesskey="),
        (f"endpoint=https://{HOST}/;accesskey={KEY}é", "not base64"),
        (f"endpoint=https://{HOST}/;accesskey={KEY[:-1]}", "not base64"),
        (f"endpoint={HOST};accesskey={KEY}", "more or less than an address"),
        (f"endpoint=https://{HOST}/sms;accesskey={KEY}", "more or less than an address"),
        (f"endpoint=https://me:{KEY}@{HOST}/;accesskey={KEY}", "more or less than an address"),
        (f"endpoint=https://{HOST}:port;accesskey={KEY}", "not an address"),
        (f"endpoint=http://{HOST};accesskey={KEY}", "begin with https://"),
        (f"endpoint=ftp://127.0.0.1;accesskey={KEY}", "begin with https://"),
    ],
)
def test_a_connection_string_that_is_none_is_named_and_not_shown(text: str, said: str) -> None:
    error = refused(connection_string=text)

    assert "accounts.acs.connection_string: " in error
    assert said in error
    assert KEY[:-1] not in error
    if text:
        assert "endpoint=https://NAME.communication.azure.com/;accesskey=KEY" in error


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, ["accounts.acs.connection_string: it is not set"]),
        (
            {"connection_string": "env:ACS_NOT_SET"},
            ["accounts.acs.connection_string", "ACS_NOT_SET is not set"],
        ),
        ({"conection_string": GOOD}, ["accounts.acs.conection_string", "did you mean 'connection_string'?"]),
        ({"zebra": 1}, ["accounts.acs.zebra", "azure knows provider, connection_string, webhook_secret"]),
        ({"connection_string": GOOD, "webhook_secret": ["a", ""]}, ["accounts.acs.webhook_secret.1"]),
        ({"connection_string": GOOD, "api_version": "latest"}, ["accounts.acs.api_version"]),
        ({"connection_string": GOOD, "timeout": 0}, ["accounts.acs.timeout"]),
        ({"connection_string": GOOD, "timeout": 10}, ["accounts.acs.timeout"]),
    ],
)
def test_what_is_wrong_is_named_with_its_mend(settings: dict[str, object], said: list[str]) -> None:
    error = refused(**settings)

    assert all(part in error for part in said), error
    assert KEY not in error


def test_every_account_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        check({"a": Account(provider="azure"), "b": Account(provider="azzure")})

    assert "accounts.a.connection_string" in str(error.value)
    assert "accounts.b.provider: there is no provider 'azzure'; there is azure, simulator" in str(error.value)


def test_the_file_and_variables_go_together(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "convo.toml").write_text(
        '[accounts.acs]\nprovider = "azure"\nwebhook_secret = "env:HOOK"\n'
        "api_version = 2024-01-02\ntimeout = 5\n"
    )
    monkeypatch.setenv("HOOK", "from the variable")
    monkeypatch.setenv("CONVO_ACCOUNTS__ACS__CONNECTION_STRING", GOOD)
    monkeypatch.setenv("CONVO_ACCOUNTS__ACS__TIMEOUT", "2.5")
    (account,) = load().accounts.values()

    assert settings_of("acs", account) == AzureSettings(
        connection_string=GOOD, webhook_secret=["from the variable"], api_version="2024-01-02", timeout=2.5
    )


def test_an_account_may_stand_in_variables_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVO_ACCOUNTS__ACS__PROVIDER", "azure")
    monkeypatch.setenv("CONVO_ACCOUNTS__ACS__CONNECTION_STRING", GOOD)
    monkeypatch.setenv("CONVO_ACCOUNTS__ACS__WEBHOOK_SECRET", '["new", "old"]')
    (account,) = load().accounts.values()

    assert settings_of("acs", account) == AzureSettings(connection_string=GOOD, webhook_secret=["new", "old"])


def test_without_a_webhook_secret_the_start_says_what_will_happen() -> None:
    with capture_logs() as logs:
        make({"acs": Account(provider="azure", connection_string=GOOD)}, lambda _: None, system)

    (line,) = logs
    assert (line["log_level"], line["account"]) == ("warning", "acs")
    assert "accounts.acs.webhook_secret" in line["mend"]
    assert "401" in line["mend"]

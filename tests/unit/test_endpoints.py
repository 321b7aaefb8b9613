"""`[events]` of the settings: what is wrong is named with its mend, and no secret is ever shown."""

from datetime import timedelta
from pathlib import Path

import pytest

from convo import kinds
from convo.endpoints import Events
from convo.errors import SettingsError
from convo.kinds import ENVELOPE, KINDS, OUR_OWN
from convo.settings import Settings, load

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
URL = 'url = "https://app.example.org/hooks"\n'
WHOLE = f'[events]\n{URL}secret = "{SECRET}"\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of its own, with nothing set."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(toml: str) -> Settings:
    Path("convo.toml").write_text(toml)
    return load()


def refused(toml: str) -> str:
    with pytest.raises(SettingsError) as error:
        read(toml)
    return str(error.value)


def test_with_nothing_set_nobody_is_told() -> None:
    events = load().events

    assert (dict(events.by_name), events.takers("consent.stopped")) == ({}, ())
    assert events.keep == timedelta(days=30)


def test_one_endpoint_needs_an_address_and_a_secret() -> None:
    events = read(WHOLE).events

    assert list(events.by_name) == ["default"]
    assert events.by_name["default"].secret == [SECRET]
    assert all(events.takers(kind) == ("default",) for kind in ("consent.stopped", "order.ready"))


def test_several_have_names_and_kinds() -> None:
    events = read(
        f'[events]\nkeep = "7 days"\n'
        f'[events.endpoints.crm]\n{URL}secret = ["{SECRET}", "{SECRET}"]\n'
        'kinds = ["consent.*", "order.ready"]\n'
        f'[events.endpoints.log]\nurl = "http://127.0.0.1:9000/?a=1"\nsecret = "{SECRET}"\n'
    ).events

    assert events.keep == timedelta(days=7)
    assert events.takers("consent.help") == ("crm", "log")
    assert events.takers("order.ready") == ("crm", "log")
    assert events.takers("order.ready.late") == ("log",)
    assert len(events.by_name["crm"].secret) == 2


def test_secrets_come_from_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTS_SECRET", SECRET.removeprefix("whsec_"))
    monkeypatch.setenv("OLD", SECRET)

    assert read(f'[events]\n{URL}secret = ["env:EVENTS_SECRET", "env:OLD"]').events.secret == [SECRET] * 2


@pytest.mark.parametrize("secret", [SECRET, f'["{SECRET}"]'])
def test_all_of_it_can_be_variables(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("CONVO_EVENTS__URL", "https://app.example.org/hooks")
    monkeypatch.setenv("CONVO_EVENTS__SECRET", secret)
    monkeypatch.setenv("CONVO_EVENTS__KINDS", '["consent.*"]')

    (endpoint,) = load().events.by_name.values()
    assert (endpoint.secret, endpoint.kinds) == ([SECRET], ["consent.*"])


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (WHOLE.replace("https:", "ftp:"), ["events.url", "https://app.example.org/hooks"]),
        (WHOLE.replace("https://app.example.org", ""), ["events.url", "is not an address"]),
        (WHOLE.replace("https://", "https://[::1"), ["events.url", "is not an address"]),
        (WHOLE.replace("app.example", "app.exam ple"), ["events.url", "is not an address"]),
        (WHOLE.replace("https://", "https://me:pass@"), ["events.url", "leave the user, the password"]),
        (f"[events]\n{URL}", ["events.secret: it must be set", "openssl rand"]),
        (f'[events]\nsecret = "{SECRET}"', ["events.secret: there is no events.url with it"]),
        ('[events]\nkinds = ["*"]', ["events.kinds: there is no events.url with it"]),
        (WHOLE.replace(SECRET, "whsec_not base64"), ["events.secret.0", "not base64", "openssl rand"]),
        (WHOLE.replace(SECRET, "whsec_MfKQ9r8"), ["events.secret.0", "24 to 64 bytes", "openssl rand"]),
        (WHOLE.replace(SECRET, "MfKQ" * 30), ["events.secret.0", "24 to 64 bytes, this one 90"]),
        (WHOLE.replace(SECRET, "env:NOT_SET"), ["events.secret.0", "the variable NOT_SET is not set"]),
        (f'[events]\n{URL}secret = ["{SECRET}", "{SECRET}", "{SECRET}"]', ["events.secret", "at most 2"]),
        (f'{WHOLE}kinds = ["consent.stoped"]', ["events.kinds.0", "did you mean 'consent.stopped'?"]),
        (f'{WHOLE}kinds = ["contact.*"]', ["events.kinds.0", "known are campaign.cancelled"]),
        (f'{WHOLE}kinds = ["Order"]', ["events.kinds.0", "like consent.stopped, or consent.*, or *"]),
        (f'{WHOLE}kinds = ["consent*"]', ["events.kinds.0", "names no events"]),
        (f"{WHOLE}kinds = []", ["events.kinds"]),
        (f'{WHOLE}keep = "a while"', ["events.keep", "is not a duration"]),
        (f'{WHOLE}keep = "2 hours"', ["events.keep", "keep it for 2 days at least"]),
        (f'{WHOLE}secert = "x"', ["events.secert: there is no such setting; did you mean 'secret'?"]),
        (f"[events.endpoints.crm]\n{URL}", ["events.endpoints.crm.secret: it must be set; make one"]),
        (f'[events.endpoints.crm]\nsecret = "{SECRET}"', ["events.endpoints.crm.url: it must be set"]),
        (f"[events.endpoints.crm]\n{URL}secret = []", ["events.endpoints.crm.secret: this list is empty"]),
        (f'[events.endpoints.crm]\n{URL}secret = "{SECRET}"\nkind = "x"', ["did you mean 'kinds'?"]),
        (f'[events.endpoints."a b"]\n{URL}secret = "{SECRET}"', ["events.endpoints.a b", "letters"]),
        (f'[events.endpoints.python]\n{URL}secret = "{SECRET}"', ["events.endpoints.python", "App.on"]),
        (f'{WHOLE}[events.endpoints.default]\n{URL}secret = "{SECRET}"', ["events.endpoints.default"]),
        ("events = 3", ["events"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_mend(toml: str, said: list[str]) -> None:
    error = refused(toml)

    assert all(part in error for part in said), error
    assert "MfKQ" not in error


def test_a_secret_is_shown_nowhere() -> None:
    settings = read(f'{WHOLE}[events.endpoints.crm]\n{URL}secret = "{SECRET}"\n')

    assert "MfKQ" not in f"{settings!r} {settings.events.by_name}"
    with pytest.raises(ValueError, match=r"events|Events") as error:
        Events(url="nowhere", secret=[SECRET, SECRET, SECRET])
    assert "MfKQ" not in str(error.value)


# The names of kinds.


def test_a_kind_of_ours_cannot_be_emitted_by_a_flow() -> None:
    assert {kind.partition(".")[0] for kind in KINDS} <= OUR_OWN


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_each_kind_has_its_documentation_and_an_example(kind: kinds.EventKind) -> None:
    assert kind.about.endswith(".")
    assert all(kind.fields.values())
    assert set(kind.fields) <= set(kind.example)
    assert set(kind.example) - set(kind.fields) in (set(), set(ENVELOPE))


@pytest.mark.parametrize(
    ("pattern", "kind", "fits"),
    [
        ("*", "consent.stopped", True),
        ("consent.*", "consent.stopped", True),
        ("consent.*", "consented.to", False),
        ("consent.*", "consent", False),
        ("order.ready", "order.ready", True),
        ("order.ready", "order.readied", False),
    ],
)
def test_patterns(pattern: str, kind: str, fits: bool) -> None:
    assert kinds.fits(pattern, kind) is fits

"""Who answers STOP: the whole matrix of providers and kinds of numbers (CONSENT.md, Answers)."""

import pytest

from convo.app import App
from convo.errors import SettingsError
from convo.keywords.settings import AnsweredBy
from convo.phone import NumberKind
from convo.providers import all_providers, handling
from convo.providers.base import US_TOLL_FREE, USUAL, Handling, Traits
from convo.settings import Account, Number, Settings, load

PROVIDER, APP = AnsweredBy.PROVIDER, AnsweredBy.APP
LONG, TOLL_FREE, SHORT, ABROAD = "+12025550100", "+18005550100", "12345", "+33612345678"

# Twilio and Telnyx as they will state it: they do not exist yet, and join by a file of their own.
TWILIO = Traits(
    idempotent=False,
    stop={
        NumberKind.TOLL_FREE: US_TOLL_FREE,
        NumberKind.LONG_CODE: Handling(PROVIDER, frozenset({*USUAL, "help", "info"})),
    },
)
TELNYX = Traits(
    idempotent=False,
    stop={
        each: Handling(
            PROVIDER, frozenset({"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit"})
        )
        for each in NumberKind
    },
)
TRAITS = {
    "twilio": TWILIO,
    "telnyx": TELNYX,
    "azure": all_providers()["azure"].traits,
    "simulator": all_providers()["simulator"].traits,
    "one that states nothing": Traits(idempotent=False),
}

MATRIX: list[tuple[str, str, AnsweredBy | None, AnsweredBy | None]] = [
    # provider, number, what its settings say, who answers (None: it has to say)
    ("twilio", LONG, None, PROVIDER),
    ("twilio", ABROAD, None, PROVIDER),
    ("twilio", TOLL_FREE, None, PROVIDER),
    ("twilio", SHORT, None, APP),
    ("twilio", LONG, APP, APP),
    ("twilio", SHORT, PROVIDER, PROVIDER),
    ("telnyx", LONG, None, PROVIDER),
    ("telnyx", TOLL_FREE, None, PROVIDER),
    ("telnyx", SHORT, None, PROVIDER),
    ("telnyx", LONG, APP, APP),
    ("azure", TOLL_FREE, None, PROVIDER),
    ("azure", SHORT, None, None),
    ("azure", SHORT, APP, APP),
    ("azure", SHORT, PROVIDER, PROVIDER),
    ("azure", LONG, None, APP),
    ("azure", TOLL_FREE, APP, APP),
    ("simulator", LONG, None, APP),
    ("simulator", TOLL_FREE, None, APP),
    ("simulator", SHORT, None, APP),
    ("simulator", LONG, PROVIDER, PROVIDER),
    ("one that states nothing", TOLL_FREE, None, PROVIDER),
    ("one that states nothing", LONG, None, APP),
    ("one that states nothing", "+448005550100", None, APP),  # toll-free, but not in the United States
    ("one that states nothing", SHORT, None, APP),
]


@pytest.mark.parametrize(("provider", "number", "said", "by"), MATRIX)
def test_who_answers(provider: str, number: str, said: AnsweredBy | None, by: AnsweredBy | None) -> None:
    found = TRAITS[provider].handling(number, said)

    assert found.by is by
    assert found.has_answered("stop") is (by is PROVIDER)


@pytest.mark.parametrize(
    ("provider", "number", "word", "answered"),
    [
        ("twilio", LONG, "yes", True), ("twilio", LONG, "help", True), ("twilio", LONG, "arret", False),
        ("twilio", LONG, "please stop texting me", False), ("twilio", TOLL_FREE, "unsubscribe", False),
        ("twilio", TOLL_FREE, "help", False), ("twilio", SHORT, "stop", False),
        ("telnyx", LONG, "stop all", True), ("telnyx", LONG, "revoke", False),
        ("azure", TOLL_FREE, "unstop", True), ("azure", TOLL_FREE, "end", False),
        ("azure", LONG, "stop", False),
    ],
)  # fmt: skip
def test_a_word_that_the_provider_does_not_know_it_has_not_answered(
    provider: str, number: str, word: str, answered: bool
) -> None:
    assert TRAITS[provider].handling(number).has_answered(word) is answered


def test_a_simulated_number_that_says_provider_is_answered_for_the_usual_words() -> None:
    found = TRAITS["simulator"].handling(LONG, PROVIDER)

    assert found.words == USUAL
    assert not found.has_answered("help")


def azure(number: str, **said: object) -> Settings:
    account = Account.model_validate(
        {"provider": "azure", "connection_string": "endpoint=https://elm.example.org/;accesskey=cHc="}
    )
    numbers = {number: Number.model_validate({"account": "acs", **said})}
    return load(database="sqlite://", accounts={"acs": account}, numbers=numbers)


def test_a_short_code_of_azure_that_does_not_say_keeps_the_app_from_starting() -> None:
    with pytest.raises(
        SettingsError, match=r"numbers\.12345\.stop_is_answered_by: .*'?\"provider\" where azure"
    ):
        App(azure(SHORT))

    assert handling(azure(SHORT, stop_is_answered_by="app"), SHORT).by is APP


def test_a_word_that_the_provider_acts_on_itself_cannot_be_left_to_flows() -> None:
    said = {"stop_is_answered_by": "provider", "leave": ["end", "info"]}

    with pytest.raises(SettingsError, match=r"numbers\.\+12025550100\.leave: azure acts on 'end'") as error:
        App(azure(LONG, **said))
    assert "info" not in str(error.value)

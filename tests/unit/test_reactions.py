"""Reactions of phones and bare thanks are known as such; what a person wrote never is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convo.reactions import is_reaction, is_thanks

REACTIONS = """
    Liked “See you at 3” | Loved "ok" | Laughed at “haha” | Emphasized “x” | Emphasised “x” | LIKED “x”
    Questioned “You sure?” | Disliked “no” | liked 'See you' | Liked “Reply “YES” or “NO””
    Removed a like from “a” | Removed a heart from "a" | Removed a dislike from “a” | Removed a laugh from “a”
    Removed an exclamation from “a” | Removed a question mark from “a” | Removed ❤️ from “x”
    Reacted 👍 to “See you” | Reacted ❤️ to “See you” | Reacted 😂 to an image | 👨‍👩‍👧 to “x”
    👍 to “See you” | ❤️ to “Hi” | ‼️ to “Hi” | 👍🏽 to "ok" | 🙏 to “thanks” | Liked “a very long text and…
    Loved an image | Liked a photo | Laughed at an attachment | Loved a voice message
    A aimé « Bonjour » | A adoré “ok” | N’a pas aimé « bof » | A ri de « haha » | A mis en évidence « x »
    A réagi avec 👍 à « x » | a réagi 👍 à « ok » | 👍 à « ok » | A supprimé un « j’aime » de « ok »
    a attribué la mention « J’aime » à « ok » | A retiré un cœur de « ok » | A adoré une photo
    Le gustó “hola” | Le encantó «hola» | Le dio risa “x” | Exclamó por “x” | Dudó sobre “x” | No le gustó “x”
    Se rió de “x” | Reaccionó con 👍 a “x” | 👍 a “x” | Eliminó un me gusta de “x” | Le encantó una imagen
"""
TEXTS = """
    Liked the service, thanks | 👍 | 👍👍 | ❤️ | Loved it | Liked | I liked “it” | Questioned my bill
    Liked "it" a lot | "Liked" | 👍 to that | 👍 to you too | 👍 ok | yes | STOP | 9 to 5 | 'yes' | “yes”
    Removed my number from your list | Loved the video | Emphasized | Laughed at his joke | a "test"
    Loved our chat about “x” today | Le gustó mucho | A aimé le service | Me gusta "esto" mucho
    J'aime "Le Parrain" | Quito la cita de "mañana" | Can you move it to “3pm” | J'ai adoré « ça »
    Reacted badly to “the jab” | A supprimé la date de « mardi » | liked it "so much"
"""


def listed(lines: str) -> list[str]:
    return [text for line in lines.strip().splitlines() for text in line.strip().split(" | ")]


@pytest.mark.parametrize("text", listed(REACTIONS))
def test_a_phone_tells_of_a_reaction(text: str) -> None:
    assert is_reaction(text)
    assert is_reaction(f" {text}\n")


@pytest.mark.parametrize("text", listed(TEXTS))
def test_what_a_person_wrote_is_no_reaction(text: str) -> None:
    assert not is_reaction(text)


@pytest.mark.parametrize(
    "text",
    [
        "\u200a\u200b👍\u200b to \u201c\u200aHi\u200a\u201d", "Liked \u201cHi\u2060\u201d\u200b",
        "\ufeffLoved “Hi”",
        "A aimé «\u00a0Bonjour\u00a0»", "A aimé «\u202fBonjour\u202f»", "Liked “one\ntwo\nthree”",
        "A aime\u0301 « Bonjour »",
    ],
)  # fmt: skip
def test_the_invisible_characters_of_some_phones_do_not_hide_it(text: str) -> None:
    assert is_reaction(text)


@given(st.text(min_size=1, max_size=200))
def test_whatever_text_was_reacted_to(text: str) -> None:
    assert is_reaction(f"Liked “{text}”")
    assert is_reaction(f"A aimé « {text} »")
    assert is_reaction(f"Le gustó “{text}”")


@given(st.text(max_size=100))
def test_any_text_has_an_answer(text: str) -> None:
    assert is_reaction(text) in (True, False)
    assert is_thanks(text) in (True, False)


@pytest.mark.parametrize(
    "text", ["“" * 2000, "a " * 999 + '"', "a supprime " + "« " * 990, "👍" * 2000, "'" * 2000]
)
def test_no_text_takes_long(text: str) -> None:
    started = time.perf_counter()
    for _ in range(10):
        is_reaction(text)
    assert time.perf_counter() - started < 1  # seconds; a backtracking pattern takes minutes


THANKS = """
    thanks | Thanks! | THANK YOU | ok | Ok. | k | 👍 | 👍🏽 | 🙏🙏 | ❤️ | ok 👍 | ok thanks
    Ok, merci beaucoup ! | thx!!! | gracias | Muchas gracias 🙏 | ¡Gracias! | vale | perfecto, gracias
    d'accord | D’accord
    merci, à bientôt
    ok thank you so much, bye | de nada | got it | “thanks”
"""
MORE_THAN_THANKS = """
    thanks but when? | ok? | no thanks | 👎 | yes | thanks Ana | stop | ok 9 | merci mais non
    gracias no puedo | ... | ? | 🤔 | 👍👎 | okay so what now | great idea, tuesday | 👍 9 | ¿vale?
    non merci
    thank you next
"""


@pytest.mark.parametrize("text", listed(THANKS))
def test_a_bare_thanks_asks_for_nothing(text: str) -> None:
    assert is_thanks(text)


@pytest.mark.parametrize("text", ["", " ", *listed(MORE_THAN_THANKS)])
def test_more_than_thanks_is_a_text(text: str) -> None:
    assert not is_thanks(text)

"""`convo verify`: a code sent beside a serving process, checked, counted, and what the guards did undone."""

import json
import re

from tests.cli.folder import ANA, Folder


def wrong(code: str) -> str:
    return str((int(code) + 1) % 10**6).zfill(6)


def test_a_code_is_sent_and_checked(folder: Folder) -> None:
    with folder.serving() as served:
        made = folder.run("verify", "send", ANA, "--language", "fr", "--origin", "https://elm.example")
        number = made.out.strip()
        contact, said = served.arrives()
        found = re.fullmatch(r"(\d{6}) est votre code\. Ne le donnez à personne\.\n@elm\.example #\1", said)
        assert (made.code, contact) == (0, ANA)
        assert found

        off = folder.run("verify", "check", number, wrong(found[1]))
        assert (off.code, off.out) == (1, "wrong, 4 tries left\n")
        on = folder.run("verify", "check", number, f"{found[1][:3]} {found[1][3:]}")
        assert (on.code, on.out) == (0, "approved\n")
        again = folder.run("verify", "check", number, found[1])
        assert (again.code, "is over: approved" in again.err) == (1, True)

    told = json.loads(folder.run("verify", "stats", "--format", "json").out)
    assert told["delivery"].keys() == {"count", "median", "p95"}
    assert (told["statuses"], told["prefixes"]) == (
        {"approved": 1}, {"+1555000": {"sent": 1, "approved": 1}},
    )  # fmt: skip
    assert ANA not in folder.run("verify", "stats").out
    listed = folder.run("events", "list").out
    assert listed.count("+155…11") == 2  # sent, and approved
    assert ANA not in listed


def test_what_the_guards_did_is_undone(folder: Folder) -> None:
    number = folder.run("verify", "send", ANA).out.strip()
    nothing = folder.run("verify", "unlock", ANA)
    assert (nothing.code, "no check" in nothing.err) == (2, True)
    folder.run("verify", "check", number, "000000")
    folder.run("verify", "check", number, "000001")
    assert folder.run("verify", "unlock", ANA).code == 0
    resting = folder.run("verify", "lift", "+1555000")
    assert (resting.code, "does not rest" in resting.err) == (2, True)


def test_what_will_not_do_is_told(folder: Folder) -> None:
    for given, why in [
        (("send", "12345"), "short_code"),
        (("send", "5"), "'5' is not a phone number; write it with its country, like +15550001111"),
        (("send", ANA, "--amount", "1.00 EUR"), "both an amount and a payee"),
        (("check", "none", "123456"), "there is no verification none"),
        (("check", "none", "12"), "4 to 10 digits"),
        (("lift", "abc"), "'abc' is no range"),
        (("stats", "--since", "soon"), "--since"),
    ]:
        ran = folder.run("verify", *given)
        assert (ran.code, why in ran.err) == (2, True), ran

"""`convo token`: made once, listed without itself, and worth nothing once revoked."""

import re

import pytest

from tests.cli.folder import Folder


def test_a_token_is_told_once_and_stands_in_no_list(folder: Folder) -> None:
    made = folder.run("token", "add", "crm", "--scope", "conversations:write", "--scope", "messages:read")
    token = made.out.strip()
    listed, known = folder.run("token", "list"), folder.run("token", "list", "--format", "json").json

    assert re.fullmatch(r"convo_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", token)
    assert listed.out == "crm  conversations:write messages:read  never used\n"
    assert (known[0]["name"], known[0]["scopes"]) == ("crm", ["conversations:write", "messages:read"])
    assert token[19:] not in (folder.path / "convo.db").read_bytes().decode("latin-1")


def test_scopes_may_stand_in_one_word(folder: Folder) -> None:
    folder.run("token", "add", "crm", "--scope", "flows:read,events:read")

    assert folder.run("token", "list").out.startswith("crm  flows:read events:read")


def test_a_revoked_token_stays_in_the_list_and_its_name_taken(folder: Folder) -> None:
    folder.run("token", "add", "crm", "--scope", "flows:read")
    revoked, again = folder.run("token", "revoke", "crm"), folder.run("token", "revoke", "crm")
    taken = folder.run("token", "add", "crm", "--scope", "flows:read")

    assert revoked.out == "crm may not use the API any more.\n"
    assert ", revoked 20" in folder.run("token", "list").out
    assert (again.code, taken.code) == (1, 1)
    assert "no token 'crm' is in use" in again.err
    assert "give this one another name" in taken.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("crm",), "conversations:write"),
        (("crm", "--scope", "conversation:write"), "Did you mean 'conversations:write'?"),
        (("", "--scope", "flows:read"), "a token's name has 1 to 100 characters"),
        (("a\nb", "--scope", "flows:read"), "all printable"),
    ],
)
def test_what_cannot_be_a_token_is_refused(folder: Folder, arguments: tuple[str, ...], said: str) -> None:
    ran = folder.run("token", "add", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err

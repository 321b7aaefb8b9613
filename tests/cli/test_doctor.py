"""`convo doctor`: one line for every thing that serving needs, and a mend for what is not in place."""

import sqlite3
import urllib.request
from pathlib import Path

import pytest

from tests.cli.folder import ANA, BEN, Folder, Ran

TOKEN = {"CONVO_API_TOKEN": "t"}
NUMBER = '[numbers."+18005550100"]\nflow = "desk"\n'


def found(ran: Ran, check: str) -> list[tuple[str, str]]:
    """The level of each finding of one check, and all it says."""
    return [
        (each["level"], f"{each['message']} {each['mend']}") for each in ran.json if each["check"] == check
    ]


def doctor(folder: Folder) -> Ran:
    return folder.run("doctor", "--format", "json")


def test_with_nothing_set_it_tells_what_would_run_and_changes_nothing(folder: Folder) -> None:
    ran = folder.run_apart("doctor")

    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == "ok       settings: there is no convo.toml: the simulator and convo.db"
    assert "warning  api: no api_token is set: the API answers 401 -> set CONVO_API_TOKEN" in lines
    assert any(line.startswith("ok       database: ") and "not there yet" in line for line in lines)
    assert [file.name for file in folder.path.iterdir()] == ["flows"]


def test_what_is_in_place_is_ok(folder: Folder) -> None:
    folder.environment = TOKEN
    folder.write("convo.toml", f'public_url = "https://bot.example.org/"\n{NUMBER}')
    folder.run("start", "desk", "--to", ANA)
    ran = doctor(folder)

    assert ran.code == 0
    assert {each["level"] for each in ran.json} == {"ok"}
    (account,) = found(ran, "accounts.simulator")
    assert "https://bot.example.org/webhooks/simulator" in account[1]
    assert "up to date; nothing serves it now" in found(ran, "database")[0][1]
    with folder.serving():
        assert "a process serves it now" in found(doctor(folder), "database")[0][1]


@pytest.mark.parametrize(
    ("toml", "check", "said"),
    [
        ('databse = "x"', "settings", "did you mean 'database'?"),
        ("[accounts", "settings", "convo.toml cannot be read"),
        ('api_token = "env:NOT_SET"', "settings", "the variable NOT_SET is not set"),
        ('api_token = ""', "settings", "it is empty; give it a value"),
        ('public_url = "bot.example.org"', "settings", "write one like https://bot.example.org"),
        ('[accounts.a]\nprovider = "twillio"', "accounts.a", "there is no provider 'twillio'"),
        ('[accounts.a]\nprovider = "simulator"\nwebhook_secret = "env:NOT_SET"', "accounts.a", "NOT_SET"),
        (f"{NUMBER}[numbers.\"+1 800 555 0100\"]", "settings", "the same number as +18005550100"),
        (f'{NUMBER}account = "main"', "settings", "there is no account 'main'"),
        (NUMBER.replace("desk", "dsek"), "numbers.+18005550100", "there is no flow 'dsek'"),
        (NUMBER.replace("desk", "remind"), "numbers.+18005550100", "a text cannot start 'remind'"),
        ('database = "mysql://x/y"', "database", "'mysql' is not known"),
        ('database = "postgresql://127.0.0.1:1/x"', "database", "cannot be used now"),
        ('database = "sqlite:///nowhere/convo.db"', "disk", "there is no folder"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_an_error_with_its_mend(folder: Folder, toml: str, check: str, said: str) -> None:
    folder.write("convo.toml", toml)
    ran = doctor(folder)

    assert ran.code == 1
    told = [text for level, text in found(ran, check) if level == "error"]
    assert any(said in text for text in told), ran.out
    assert all(each["mend"] for each in ran.json if each["level"] != "ok")


def test_a_brand_that_no_code_may_name_is_a_warning_where_nothing_is_set_of_codes(folder: Folder) -> None:
    folder.write("convo.toml", f'{NUMBER}brand = "Booking.com"')
    ((level, said),) = found(doctor(folder), "verify")

    assert level == "warning"
    assert "'Booking.com' of the brand 'Booking.com' is a link" in said


def test_an_account_of_azure_wants_its_secrets_and_an_address(folder: Folder) -> None:
    account = '[accounts.acs]\nprovider = "azure"\nconnection_string = "env:ACS"\n'
    folder.write("convo.toml", account)
    ((level, said),) = found(doctor(folder), "accounts.acs")
    assert (level, "the variable ACS is not set" in said) == ("error", True)

    folder.environment = {**TOKEN, "ACS": "endpoint=https://elm.example.org/;accesskey=cHc="}
    ((level, said),) = found(doctor(folder), "accounts.acs")
    assert (level, said) == ("error", "azure has no webhook_secret set webhook_secret")

    folder.write("convo.toml", f'{account}webhook_secret = "s3cret"\n')
    ((level, said),) = found(doctor(folder), "accounts.acs")
    assert (level, "set public_url" in said) == ("warning", True)

    folder.write(
        "convo.toml", f'public_url = "https://bot.example.org"\n{account}webhook_secret = "s3cret"\n'
    )
    ran = doctor(folder)
    ((level, said),) = found(ran, "accounts.acs")
    assert (level, "https://bot.example.org/webhooks/acs" in said) == ("ok", True)
    assert "s3cret" not in ran.out
    assert "cHc" not in ran.out


def test_every_wrong_setting_is_told_at_once(folder: Folder) -> None:
    folder.write("convo.toml", 'max_body = 1\n[numbers."5550100"]\n[numbers."+15550100000"]\nbrnad = "Elm"')
    told = " ".join(text for _, text in found(doctor(folder), "settings"))

    assert "max_body" in told
    assert "did you mean 'brand'?" in told


def test_what_contradicts_does_not_hide_what_else_is_wrong(folder: Folder) -> None:
    folder.write(
        "convo.toml",
        '[accounts.acs]\nprovider = "azur"\n'
        '[accounts.main]\nprovider = "azure"\nconnection_string = "env:NOT_SET"\n'
        '[numbers."+18005550100"]\naccount = "acs"\nflow = "dsek"\n'
        '[numbers."18005550100"]\naccount = "acx"\nflow = "desk"\n',
    )
    ran = doctor(folder)
    told = [f"{each['check']} {each['message']}" for each in ran.json if each["level"] == "error"]

    for wrong in (
        "the same number as +18005550100",
        "there is no account 'acx'",
        "accounts.acs provider: there is no provider 'azur'",
        "the variable NOT_SET is not set",
        "there is no flow 'dsek'",
    ):
        assert sum(wrong in one for one in told) == 1, (wrong, told)


def test_a_variable_that_nothing_reads_is_a_warning(folder: Folder) -> None:
    folder.environment = {**TOKEN, "CONVO_DATABSE": "sqlite:///elm.db", "CONVO_OWN_SECRET": "s"}
    folder.write(
        "convo.toml", '[accounts.simulator]\nprovider = "simulator"\nwebhook_secret = "env:CONVO_OWN_SECRET"'
    )
    ran = doctor(folder)

    warned = [text for level, text in found(ran, "settings") if level == "warning"]
    assert warned == ["nothing reads the variable CONVO_DATABSE did you mean CONVO_DATABASE?"]
    assert ran.code == 0


def test_deliveries_that_could_not_be_used_are_counted(folder: Folder) -> None:
    folder.environment = TOKEN
    with folder.serving() as serving:
        assert found(doctor(folder), "deliveries") == []
        for body in (b'{"kind": "weather"}', b"[7]"):
            request = urllib.request.Request(f"{serving.address}/webhooks/simulator", body, method="POST")
            with urllib.request.urlopen(request, timeout=10) as answer:
                assert answer.status == 200
        ran = doctor(folder)

    assert ran.code == 0
    ((level, said),) = found(ran, "deliveries")
    assert level == "warning"
    assert "2 of the last day could not be used; the last: not an object" in said
    change(folder.path / "convo.db", "UPDATE receipt SET received_at = '2026-11-01T00:00:00.000000+00:00'")
    assert found(doctor(folder), "deliveries") == []


def test_texts_and_reports_that_somebody_has_to_look_at_are_counted(folder: Folder) -> None:
    folder.environment = TOKEN
    folder.run("start", "desk", "--to", ANA)
    assert found(doctor(folder), "queue") == found(doctor(folder), "reports") == []
    change(folder.path / "convo.db", "UPDATE message SET status = 'uncertain', reason = 'unknown'")
    change(
        folder.path / "convo.db",
        "INSERT INTO report (account, provider_id, status, at, kept_at, why) VALUES ('other', 'x', 'sent', "
        "'2026-11-30T00:00:00.000000+00:00', '2026-11-30T00:00:00.000000+00:00', 'other_account')",
    )
    ((level, said),) = found(doctor(folder), "queue")
    assert (level, "uncertain: 1 text that" in said, "convo queue list" in said) == ("warning", True, True)
    ((level, said),) = found(doctor(folder), "reports")
    assert (level, "1 delivery report named a message of another account" in said) == ("warning", True)


def test_flows_with_errors_are_counted(folder: Folder) -> None:
    folder.write("flows/broken.yaml", "flow: broken\nstart: ask\nstates:\n  ask: {sya: Hi}\n")
    ((level, said),) = found(doctor(folder), "flows")

    assert level == "error"
    assert "3 in flows: 1 error, 0 warnings" in said
    assert "`convo check`" in said


def test_a_folder_of_flows_that_is_not_there_is_told_before_the_numbers_that_miss_it(folder: Folder) -> None:
    folder.write("convo.toml", f'flows = "flow"\n{NUMBER}')
    ran = doctor(folder)
    errors = [each for each in ran.json if each["level"] == "error"]

    assert [each["check"] for each in errors] == ["flows", "numbers.+18005550100"]
    assert (errors[0]["message"], "mend `flows` in convo.toml" in errors[0]["mend"]) == (
        "there is no folder flow",
        True,
    )
    assert errors[1]["mend"] == "it may be in the folder that is not there"

    folder.write("convo.toml", 'flows = "flow"\n[numbers."+18005550100"]\n')
    assert found(doctor(folder), "flows")[0][0] == "warning"  # no number waits for it


def test_a_database_of_another_version_is_told_from_one_that_is_behind(folder: Folder) -> None:
    folder.run("start", "desk", "--to", ANA)
    change(folder.path / "convo.db", "UPDATE alembic_version SET version_num = 'from-the-future'")
    ran = doctor(folder)
    assert ran.code == 1
    assert "newer version" in found(ran, "database")[0][1]
    refused = folder.run("inbox", "list")
    assert (refused.code, "newer version" in refused.err) == (2, True)


def test_a_clock_that_was_set_back_is_noticed(folder: Folder) -> None:
    folder.run("start", "desk", "--to", ANA)
    change(folder.path / "convo.db", "UPDATE message SET created_at = '2099-01-01T00:00:00.000000+00:00'")
    ((level, said),) = found(doctor(folder), "clock")

    assert level == "error"
    assert "behind the newest text" in said


def test_a_file_that_is_no_database_is_an_error(folder: Folder) -> None:
    folder.write("convo.db", "this is a letter to my grandmother, and no database at all" * 100)
    ran = doctor(folder)

    assert ran.code == 1
    assert found(ran, "database")[0][0] == "error"


def change(file: Path, statement: str) -> None:
    connection = sqlite3.connect(file)
    with connection:
        connection.execute(statement)
    connection.close()


AZURE = (
    '[accounts.acs]\nprovider = "azure"\nconnection_string = "endpoint=https://elm.example.org/;accesskey=cHc="\n'
    'webhook_secret = "s3cret"\n'
)


@pytest.mark.parametrize(
    ("number", "level", "said"),
    [
        ("12025550100", "ok", "convo answers STOP"),
        (
            "18005550100",
            "ok",
            "azure or its carriers answer start, stop, unstop; what they block, only START",
        ),
        (
            "18005550100\nstop_is_answered_by = 'app'",
            "warning",
            "people get two answers take stop_is_answered_by",
        ),
        ("12025550100\nleave = ['end']", "ok", "convo answers STOP"),
        (
            "12025550100\nleave = ['end']\nstop_is_answered_by = 'provider'",
            "error",
            "acts on 'end' before we do",
        ),
        ("12025550100\nhelp = 'Call 555 0100.'", "warning", "does not say how to stop"),
        (
            "12025550100\nhelp = {en = 'STOP to leave.', fr = 'Appelez.'}",
            "warning",
            "does not say how to stop",
        ),
    ],
)
def test_who_answers_stop_is_told_for_each_number(folder: Folder, number: str, level: str, said: str) -> None:
    name, _, rest = number.partition("\n")
    folder.write("convo.toml", f'{AZURE}[numbers."+{name}"]\naccount = "acs"\n{rest}\n'.replace("'", '"'))

    told = found(doctor(folder), f"numbers.+{name}.stop")
    assert any(each[0] == level and said in each[1] for each in told), told


# Consent.

MIRRORED = f'{AZURE}mirror_opt_outs = true\n[numbers."+12025550100"]\naccount = "acs"\n'


def test_an_opt_out_list_that_is_not_told_or_not_compared_is_noticed(folder: Folder) -> None:
    folder.write("convo.toml", MIRRORED)
    folder.run("consent", "stop", ANA, "--reason", "said so at the desk")
    check = "accounts.acs.mirror_opt_outs"
    ((level, said),) = found(doctor(folder), check)
    assert (level, said) == ("ok", "its list is told of every stop and start; not compared yet ")

    file, old = folder.path / "convo.db", "2026-11-01T00:00:00.000000+00:00"
    change(file, f"INSERT INTO opt_out_check VALUES ('acs', '{old}')")
    folder.write("old.csv", f"contact,action,at\n{BEN},stop,2026-11-01\n")
    folder.run("consent", "import", "old.csv")
    (first, second) = found(doctor(folder), check)
    assert first[0] == second[0] == "warning"
    assert "still to be told of 2 changes, the first of 2026-11-01 23:59 UTC see that" in first[1]
    assert "compared last on 2026-11-01 00:00 UTC" in second[1]


def test_a_key_under_which_numbers_were_forgotten_has_to_be_there(folder: Folder) -> None:
    old, new = 'code_key = ["the key of the old days"]\n', 'code_key = ["a key that is new"]\n'
    folder.write("convo.toml", f"{old}{MIRRORED}")
    folder.run("consent", "stop", ANA, "--reason", "said so at the desk")
    assert found(doctor(folder), "code_key") == []
    assert folder.run("consent", "forget", ANA).code == 0
    assert found(doctor(folder), "code_key") == [("ok", "numbers that were forgotten are known again: 1 ")]

    folder.write("convo.toml", f"{new}{MIRRORED}")
    ran = doctor(folder)
    ((level, said),) = found(ran, "code_key")
    assert (ran.code, level) == (1, "error")
    assert "under a key that is not here any more" in said
    assert "put it back behind the new one" in said
    for command in (("consent", "stop", BEN, "--reason", "x"), ("consent", "forget", BEN)):
        refused = folder.run(*command)
        assert (refused.code, "put it back behind the new one" in refused.err) == (2, True), refused


def test_a_short_code_of_azure_has_to_say_who_answers_stop(folder: Folder) -> None:
    folder.write("convo.toml", f'{AZURE}[numbers."12345"]\naccount = "acs"\n')
    ran = doctor(folder)

    ((level, said),) = found(ran, "numbers.12345.stop")
    assert (ran.code, level) == (1, "error")
    assert said.startswith("stop_is_answered_by: who answers STOP on a short code of azure, its owner chose")
    assert 'write "provider" where azure was chosen' in said

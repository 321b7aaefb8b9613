"""`convo flows`: which versions there are, what changed between two, and moving conversations."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.folder import ANA, BEN, DESK, REMIND, Folder

# `ask` is called `coming`, and says something else.
CHANGED = (
    REMIND.replace("start: ask", "start: coming")
    .replace("  ask:", "  coming:")
    .replace("are you coming?", "will you come?")
    .replace("1 day: done", "2 days: done")
)


def version(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()


@pytest.fixture
def talks(folder: Folder) -> Folder:
    """A folder with two conversations on the first version of `remind`."""
    for contact in (ANA, BEN):
        assert folder.run("start", "remind", "--to", contact, "--set", "name=Ana").code == 0
    return folder


def change(folder: Folder) -> None:
    folder.write("flows/remind.yaml", CHANGED)


def rows(folder: Folder, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder.path / "convo.db")) as database:
        found = database.execute(query).fetchall()
        database.commit()
    return found


# list


def test_versions_are_listed_with_their_conversations(talks: Folder) -> None:
    change(talks)
    ran = talks.run("flows", "list")

    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == "desk"
    assert lines[1].startswith(f"  {version(DESK)[:12]}  since ")
    assert lines[1].endswith("  current  no conversation")
    assert lines[2] == "remind"
    assert lines[3].startswith(f"  {version(REMIND)[:12]}  since ")
    assert lines[3].endswith("  2 live")
    assert lines[4] == f"  {version(CHANGED)[:12]}  never served  current  no conversation"


def test_programs_read_the_same(talks: Folder) -> None:
    talks.run("inbox", "close", "2", "settled")
    _, remind = talks.run("flows", "list", "--format", "json").json

    assert remind.pop("since") is not None
    assert remind == {
        "flow": "remind", "version": version(REMIND), "current": True, "compiles": True, "trouble": None,
        "live": 1, "calling": 0, "waiting": 0, "suspended": 0, "handed_off": 0, "ended": 1,
    }  # fmt: skip


def test_a_stored_version_that_does_not_run_any_more_is_told(talks: Folder) -> None:
    break_the_stored_one(talks)
    _, remind, _ = talks.run("flows", "list", "--format", "json").json

    assert not remind["compiles"]
    assert "aks" in remind["trouble"]
    assert "    does not run any more: " in talks.run("flows", "list").out


def break_the_stored_one(folder: Folder) -> None:
    source = REMIND.replace("start: ask", "start: aks").encode()
    with closing(sqlite3.connect(folder.path / "convo.db")) as database:
        database.execute("UPDATE flow_version SET source = ? WHERE flow = 'remind'", (source,))
        database.commit()
    folder.write("flows/remind.yaml", CHANGED)


def test_without_a_database_there_is_nothing_to_list(folder: Folder) -> None:
    ran = folder.run("flows", "list")

    assert (ran.code, ran.out) == (2, "")
    assert "there is no database yet" in ran.err


# diff


def test_what_changed_is_told_in_words(talks: Folder) -> None:
    change(talks)
    ran = talks.run("flows", "diff", "remind")

    assert ran.code == 0
    assert ran.out.splitlines() == [
        f"remind: {version(REMIND)[:12]} (flows/remind.yaml) -> {version(CHANGED)[:12]} (flows/remind.yaml)",
        "coming:",
        "  state renamed, it seems: ask -> coming",
        "  text: “Hi {{ name }}, are you coming?” -> “Hi {{ name }}, will you come?”",
        "  clock in `after`: 1 day -> 2 days",
    ]


def test_lines_and_programs(talks: Folder) -> None:
    change(talks)
    lines = talks.run("flows", "diff", "remind", "--source").out.splitlines()
    assert "-      1 day: done" in lines
    assert "+      2 days: done" in lines

    found = talks.run("flows", "diff", "remind", version(REMIND)[:8], "file", "--format", "json").json
    assert {"flow": "remind", "change": "renamed", "what": "state", "state": "coming", "key": "coming",
            "old": "ask", "new": "coming"} in found  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing",), "there is no nothing.yaml"),
        (("remind",), "no other version of remind is stored to compare with"),
        (("remind", "beef"), "'beef' names 0 versions of remind; there is"),
        (("remind", "flows/desk.yaml"), "flows/desk.yaml holds the flow desk, not remind"),
        (("remind", "flows/none.yaml"), "flows/none.yaml cannot be read"),
    ],
)
def test_what_is_not_there_is_told(talks: Folder, arguments: tuple[str, ...], said: str) -> None:
    ran = talks.run("flows", "diff", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


# migrate


def test_a_dry_run_tells_what_becomes_of_each_and_changes_nothing(talks: Folder) -> None:
    change(talks)
    before = (talks.path / "convo.db").read_bytes()
    ran = talks.run("flows", "migrate", "remind", "--map", "ask=coming", "--dry-run")

    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == f"remind -> {version(CHANGED)[:12]} (flows/remind.yaml)"
    assert lines[1] == f"  1  {ANA}  live  ask -> coming"
    assert lines[-1] == "2 conversations would be moved."
    assert (talks.path / "convo.db").read_bytes() == before
    assert rows(talks, "SELECT DISTINCT version FROM conversation") == [(version(REMIND),)]


def test_all_of_them_go(talks: Folder) -> None:
    change(talks)
    ran = talks.run("flows", "migrate", "remind", "--map", "ask=coming")

    assert ran.code == 0
    assert ran.out.splitlines()[-1] == "2 conversations moved."
    assert rows(talks, "SELECT DISTINCT version, state FROM conversation") == [(version(CHANGED), "coming")]
    assert rows(talks, "SELECT count(*) FROM flow_version WHERE flow = 'remind'") == [(2,)]
    assert talks.run("flows", "migrate", "remind").out.splitlines()[-1] == "0 conversations moved."


def test_where_one_cannot_go_none_goes(talks: Folder) -> None:
    change(talks)
    for more in ((), ("--dry-run",)):
        ran = talks.run("flows", "migrate", "remind", *more)

        assert ran.code == 1
        assert "    cannot go: the other version has no state 'ask'; say where it goes" in ran.out
        assert ran.out.splitlines()[-1].startswith("2 of 2 conversations cannot go, so none")
    assert rows(talks, "SELECT DISTINCT version FROM conversation") == [(version(REMIND),)]
    assert rows(talks, "SELECT count(*) FROM flow_version WHERE flow = 'remind'") == [(1,)]


def test_back_to_a_stored_version_for_programs(talks: Folder) -> None:
    change(talks)
    talks.run("flows", "migrate", "remind", "--map", "ask=coming")
    old, new = version(REMIND), version(CHANGED)
    ran = talks.run(
        "flows", "migrate", "remind", "--from", new[:6], "--to", old[:6], "--map", "coming=ask",
        "--format", "json",
    )  # fmt: skip

    assert ran.code == 0
    first = ran.json[0]
    assert (first["conversation"], first["from"], first["to"]) == (1, new, old)
    assert (first["state"], first["goes_to"], first["obstacles"]) == ("coming", "ask", [])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--map", "ask"), "--map ask: write it as --map old=new"),
        (("--map", "ask=nowhere"), "--map: there is no state 'nowhere'"),
        (("--set", "nmae=Ana"), "--set: the flow has no variable 'nmae'"),
        (("--from", "beef"), "'beef' names 0 versions"),
    ],
)
def test_what_is_written_wrongly_is_told(talks: Folder, arguments: tuple[str, ...], said: str) -> None:
    ran = talks.run("flows", "migrate", "remind", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


# The schema is not changed under conversations that could not go on.


def test_an_upgrade_is_refused_while_a_live_version_does_not_run_any_more(talks: Folder) -> None:
    break_the_stored_one(talks)
    before = (talks.path / "convo.db").read_bytes()
    ran = talks.run("db", "upgrade")

    assert (ran.code, ran.out) == (1, "")
    assert "nothing was changed in the database" in ran.err
    assert f"in the version {version(REMIND)[:12]}, on which 2 conversations went on" in ran.err
    assert f"convo flows migrate remind --from {version(REMIND)[:12]}" in ran.err
    assert (talks.path / "convo.db").read_bytes() == before
    doctor = talks.run("doctor")
    assert "warning  versions: the flow remind does not run any more" in doctor.out

    assert talks.run("flows", "migrate", "remind", "--map", "ask=coming").code == 0
    assert talks.run("db", "upgrade").code == 0
    assert "versions" not in talks.run("doctor").out


def test_an_ended_conversation_holds_no_upgrade_up(talks: Folder) -> None:
    break_the_stored_one(talks)
    for number in ("1", "2"):
        talks.run("inbox", "close", number, "settled")

    assert talks.run("db", "upgrade").code == 0


def test_a_database_of_an_earlier_convo_is_looked_into_before_it_is_changed(
    folder: Folder, first_schema: Path
) -> None:
    ran = folder.run("db", "upgrade")

    assert (ran.code, ran.out) == (1, "")
    assert "1 conversation went on: the flow version f00d is not in the database" in ran.err
    assert rows(folder, "SELECT version_num FROM alembic_version") == [("0001",)]
    rows(folder, "DELETE FROM conversation")
    assert folder.run("db", "upgrade").code == 0
    assert first_schema.exists()


@pytest.fixture
def first_schema(folder: Folder) -> Path:
    """The database of the first schema, with a conversation on a version whose source is lost."""
    import alembic.command
    import alembic.config
    from sqlalchemy import Connection

    from convo.store.engine import Store

    file = folder.path / "convo.db"
    store = Store(f"sqlite:///{file}")

    def make(connection: Connection) -> None:
        config = alembic.config.Config()
        config.set_main_option("script_location", "convo.store:migrations")
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "0001")

    store.transact(make)
    store.close()
    moment = "2026-11-30T09:00:00.000000+00:00"
    rows(
        folder,
        "INSERT INTO conversation (contact_id, number, brand, flow, version, status, state, visit, vars, "
        "progress, started_at) VALUES "
        f"(1, '{ANA}', 'us', 'remind', 'f00d', 'live', 'ask', 1, '{{}}', '{{}}', '{moment}')",
    )
    return file

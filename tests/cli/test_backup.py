"""`convo db backup`: a whole copy while somebody serves, or none."""

import os
import stat
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest

from convo.store import backup
from convo.store.engine import Store
from tests.cli.folder import ANA, BEN, OURS, Folder


def test_a_database_is_copied_while_it_is_served_and_goes_on_from_the_copy(folder: Folder) -> None:
    with folder.serving() as serving:
        serving.text("desk", ANA)
        serving.arrives()
        ran = folder.run_apart("db", "backup", "copy.db")
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith("copy.db: ")
        assert ran.out.endswith(" bytes, checked\n")
        serving.text("desk", BEN)
        serving.arrives()

    copy = folder.path / "copy.db"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert sorted(each.name for each in folder.path.glob("copy.db*")) == ["copy.db"]
    for end in ("", "-wal", "-shm"):
        (folder.path / f"convo.db{end}").unlink(missing_ok=True)
    copy.rename(folder.path / "convo.db")
    assert folder.run("audit").out.startswith("The books balance: 1 texts of contacts")
    with folder.serving() as serving:
        serving.text("again", ANA)
        assert serving.arrives() == (ANA, "Anything else about unknown?")


def test_the_key_of_codes_is_copied_beside_it(folder: Folder) -> None:
    folder.run("start", "remind", "--to", ANA, "--set", "name=Ana")
    key = folder.path / "convo.db.key"
    key.write_text("a key")
    key.chmod(0o600)
    assert folder.run("db", "backup", "copy.db").code == 0

    copied = folder.path / "copy.db.key"
    assert (copied.read_text(), stat.S_IMODE(copied.stat().st_mode)) == ("a key", 0o600)


def test_a_key_that_is_there_is_not_written_over(folder: Folder) -> None:
    folder.run("start", "remind", "--to", ANA, "--set", "name=Ana")
    (folder.path / "copy.db.key").write_text("of another database")
    ran = folder.run("db", "backup", "copy.db")

    assert (ran.code, ran.err) == (
        2,
        "convo: copy.db.key is there already; name another, or move it away\n",
    )
    assert (folder.path / "copy.db.key").read_text() == "of another database"
    assert not (folder.path / "copy.db").exists()


def test_the_copy_and_its_key_are_on_the_disk_before_they_have_their_names(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.run("start", "remind", "--to", ANA, "--set", "name=Ana")
    (folder.path / "convo.db.key").write_text("a key")
    kept: list[int] = []
    sync, rename = os.fsync, Path.rename

    def kept_now(handle: int) -> None:
        kept.append(os.fstat(handle).st_ino)
        sync(handle)

    def named(part: Path, target: Path) -> Path:
        assert part.stat().st_ino in kept, target
        names.append(target.name)
        return rename(part, target)

    names: list[str] = []
    monkeypatch.setattr(os, "fsync", kept_now)
    monkeypatch.setattr(Path, "rename", named)
    backup.copy(folder.path / "convo.db", folder.path / "copy.db")

    assert names == ["copy.db.key", "copy.db"]  # and so nobody finds the copy without its key
    assert kept.count(folder.path.stat().st_ino) == 2


@pytest.mark.parametrize(
    ("target", "code", "told"),
    [
        ("convo.db", 2, "convo.db is there already; name another, or move it away"),
        ("nowhere/copy.db", 1, "nowhere/copy.db cannot be written: No such file or directory"),
    ],
)
def test_where_the_copy_cannot_go_is_told(folder: Folder, target: str, code: int, told: str) -> None:
    folder.run("start", "remind", "--to", ANA, "--set", "name=Ana")
    ran = folder.run("db", "backup", target)
    assert (ran.code, ran.err) == (code, f"convo: {told}\n")


def test_a_database_that_is_broken_leaves_no_copy(folder: Folder) -> None:
    folder.run("start", "remind", "--to", ANA, "--set", "name=Ana")
    with closing(connect(folder.path / "convo.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'message'").fetchone()
        size = database.execute("PRAGMA page_size").fetchone()[0]
    with (folder.path / "convo.db").open("r+b") as file:
        file.seek((pages[0] - 1) * size)
        file.write(b"\xff" * size)
    ran = folder.run("db", "backup", "copy.db")

    assert ran.code == 1
    assert "the copy is not sound" in ran.err
    assert list(folder.path.glob("copy.db*")) == []
    assert OURS not in ran.err


def test_postgresql_has_programs_of_its_own(folder: Folder, postgres_url: str) -> None:
    folder.environment["CONVO_DATABASE"] = postgres_url
    assert folder.run("db", "upgrade").code == 0
    ran = folder.run("db", "backup", "copy.db")
    assert ran.code == 2
    assert "pg_dump" in ran.err


def test_a_folder_with_odd_signs_in_its_name_is_copied_from(tmp_path: Path) -> None:
    """They mean something in the URI by which SQLite is asked to open a file."""
    odd = tmp_path / "a#b"
    odd.mkdir()
    store = Store(f"sqlite:///{odd / 'convo.db'}")
    store.upgrade()
    store.close()

    backup.copy(odd / "convo.db", tmp_path / "copy.db")
    with closing(connect(tmp_path / "copy.db")) as copied:
        assert copied.execute("SELECT count(*) FROM contact").fetchone() == (0,)
    assert not (tmp_path / "a").exists()

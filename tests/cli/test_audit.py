"""`convo audit`: exit code 0 where the books balance, 1 with findings where they do not."""

from contextlib import closing
from sqlite3 import connect

from tests.cli.folder import ANA, BEN, Folder


def test_it_works_beside_a_serving_process(folder: Folder) -> None:
    with folder.serving() as serving:
        for contact in (ANA, BEN):
            serving.text("desk", contact)
            serving.arrives()
        ran = folder.run_apart("audit")

        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith("The books balance: 2 texts of contacts, of ours 2 ")
        assert folder.run("audit", "--format", "json").json["balanced"] is True


def test_what_is_wrong_is_told_with_its_id(folder: Folder) -> None:
    for contact in (ANA, BEN):
        folder.run("start", "remind", "--to", contact, "--set", "name=you")
    with closing(connect(folder.path / "convo.db")) as database:
        database.execute("UPDATE message SET status = 'failed'")
        database.commit()

    ran = folder.run("audit", "--most", "1")
    assert ran.code == 1
    first, more, summary = ran.out.splitlines()
    assert first == "no_reason: message 2 did not go, and nobody says why (failed)"
    assert more == "no_reason: 1 more"
    assert summary == "2 findings: 0 texts of contacts, of ours 2 failed."
    ran = folder.run("audit", "--format", "json")
    assert (ran.code, ran.json["balanced"], ran.json["found"]) == (1, False, {"no_reason": 2})
    assert ran.json["findings"][0] == {
        "code": "no_reason", "what": "message", "id": 2,
        "message": "message 2 did not go, and nobody says why (failed)",
    }  # fmt: skip


def test_there_is_nothing_to_audit(folder: Folder) -> None:
    ran = folder.run("audit")
    assert ran.code == 2
    assert "there is no database yet" in ran.err

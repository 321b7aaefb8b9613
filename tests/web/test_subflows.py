"""A conversation in a sub-flow, over the API."""

from pathlib import Path

from tests.web.conftest import Tell
from tests.web.server import ANA, Server, text

JOIN = """\
flow: join
start: prove
triggers: {keyword: [join]}
states:
  prove: {run: {flow: proof, with: {why: "'To join'"}, outcomes: {yes: in, expired: out}}}
  in: {say: Welcome., end: in}
  out: {end: out}
"""
PROOF = """\
flow: proof
start: ask
needs: {why: text}
states:
  ask:
    say: "{{ why }}: your town?"
    replies: {person: desk}
    save: {town: text}
    otherwise: {say: Town?}
    then: yes
  desk: {hand_off: proofs, then: yes}
  yes: {end: yes}
"""


def test_it_tells_where_it_is_and_is_handed_back_there(tell: Tell, tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "join.yaml").write_text(JOIN)
    (tmp_path / "flows" / "proof.yaml").write_text(PROOF)

    async def story(server: Server) -> None:
        for name, words in enumerate(("join", "person")):
            await server.post(text(words, str(name)))
        (found,) = (await server.api(f"/v1/conversations?contact={ANA}&status=handed_off")).json["items"]
        assert (found["flow"], found["state"], found["inside"]) == ("join", "proof.desk", ["prove"])
        assert found["vars"] == {"why": "To join"}

        back = f"/v1/conversations/{found['id']}/hand-back"
        refused = await server.api(back, "POST", json={"state": "in"})
        assert (refused.status, refused.json["detail"]) == (
            422,
            "proof has no state 'in'. There is ask, desk, yes.",
        )
        found = (await server.api(back, "POST", json={"state": "proof.ask"})).json
        assert (found["state"], found["status"]) == ("proof.ask", "live")
        await server.post(text("Leeds", "2"))
        found = (await server.api(f"/v1/conversations/{found['id']}")).json
        assert (found["state"], found["inside"], found["outcome"]) == ("in", [], "in")

    tell(story)

"""Contacts, flows, single texts and hand-offs over the API."""

from tests.web.conftest import Tell
from tests.web.server import ANA, FLOW, Server

PATH = f"/v1/contacts/{ANA}"


def test_a_contact_from_its_first_day_to_its_last(tell: Tell) -> None:
    async def story(server: Server) -> None:
        wanted = {"number": "+1 555 000 1111", "language": "fr", "tags": ["vip"]}
        made = await server.api("/v1/contacts", "POST", json=wanted)
        again = await server.api("/v1/contacts", "POST", json=wanted)
        await server.api(PATH, "PATCH", json={"timezone": "Europe/Paris"})
        await server.api(f"{PATH}/tags/plan:gold", "PUT")
        tagged = await server.api(f"{PATH}/tags/vip", "DELETE")
        found = await server.api("/v1/contacts?tag=plan:gold")
        await server.text("visit", "1")
        export = await server.api(f"{PATH}/export")
        erased = await server.api(PATH, "DELETE")

        assert (made.status, again.status, again.json["title"]) == (201, 409, "exists")
        assert (tagged.json["language"], tagged.json["timezone"], tagged.json["tags"]) == (
            "fr", "Europe/Paris", ["plan:gold"],
        )  # fmt: skip
        assert [each["number"] for each in found.json["items"]] == [ANA]
        assert [each["text"] for each in export.json["messages"]] == ["visit", "Can you come?"]
        assert erased.json["rows"]["message"] == 2
        for method, path in (("GET", PATH), ("GET", f"{PATH}/export"), ("PATCH", PATH), ("DELETE", PATH)):
            gone = await server.api(path, method, json={} if method == "PATCH" else None)
            assert (gone.status, gone.json["title"]) == (404, "not_found")

    tell(story)


def test_who_has_only_a_reminder_is_exported_as_no_contact_yet(tell: Tell) -> None:
    async def story(server: Server) -> None:
        wanted = {"flow": "visit", "contact": ANA, "at": "2099-01-01 09:00"}
        assert (await server.api("/v1/reminders/k", "PUT", json=wanted)).status == 201
        export = await server.api(f"{PATH}/export")
        assert (export.status, export.json["contact"]) == (200, None)
        assert [each["key"] for each in export.json["reminders"]] == ["k"]
        assert (await server.api(PATH)).status == 404

    tell(story)


def test_a_number_in_a_path_may_leave_out_its_plus_or_spell_it(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await server.text("hello", "1")
        for spelled in ("15550001111", "%2B15550001111", "+15550001111"):
            assert (await server.api(f"/v1/contacts/{spelled}")).json["number"] == ANA

    tell(story)


def test_a_single_text_leaves_and_can_be_shown_listed_and_withdrawn(tell: Tell) -> None:
    async def story(server: Server) -> None:
        wanted = {"contact": ANA, "text": "Your order is ready.", "valid_for": "4 hours"}
        sent = await server.api("/v1/messages", "POST", json=wanted)
        one = f"/v1/messages/{sent.json['id']}"
        shown = await server.api(one)
        listed = await server.api("/v1/messages?direction=out&number=15550009999&status=failed")

        assert (sent.status, sent.json["text"], sent.json["state"]) == (201, "Your order is ready.", None)
        assert shown.json["id"] == sent.json["id"]
        assert listed.json["items"] == []
        assert (await server.api("/v1/messages/999")).status == 404

    tell(story)


def test_who_has_opted_out_gets_no_single_text(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await server.text("stop", "1")
        refused = await server.api("/v1/messages", "POST", json={"contact": ANA, "text": "hi"})

        assert (refused.status, refused.json["title"]) == (409, "opted_out")

    tell(story)


def test_a_conversation_is_handed_off_with_its_history(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await server.text("visit", "1")
        (talk,) = (await server.api("/v1/conversations?flow=visit")).json["items"]
        one = f"/v1/conversations/{talk['id']}"
        taken = await server.api(f"{one}/hand-off", "POST", json={"queue": "reception"})
        again = await server.api(f"{one}/hand-off", "POST", json={"queue": "reception"})
        first = (await server.api(f"{one}/history?limit=2")).json
        rest = (await server.api(f"{one}/history?cursor={first['next']}")).json

        assert (taken.json["status"], taken.json["queue"]) == ("handed_off", "reception")
        assert (again.status, again.json["title"]) == (409, "handed_off")
        told = [(each["kind"], each["text"]) for each in first["items"] + rest["items"]]
        assert told == [
            ("text", "visit"),
            ("started", '{"vars": {"name": "you"}}'),
            ("text", "Can you come?"),
            ("taken_over", "reception"),
        ]

    tell(story)


def test_flows_tell_what_they_need_their_versions_and_their_source(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await server.text("visit", "1")
        (flow,) = (await server.api("/v1/flows")).json["items"]
        (version,) = (await server.api("/v1/flows/visit/versions")).json["items"]
        source = await server.api("/v1/flows/visit/source")
        same = await server.api(f"/v1/flows/visit/source?version={flow['version'][:8]}")

        assert (flow["name"], flow["vars"], flow["counts"]) == (
            "visit", [{"name": "name", "type": "text"}], {"live": 1},
        )  # fmt: skip
        assert (version["version"], version["current"]) == (flow["version"], True)
        assert source.json["source"] == FLOW
        assert same.body == source.body
        for path in ("nowhere", "nowhere/versions", "nowhere/source", "visit/source?version=ffff"):
            assert (await server.api(f"/v1/flows/{path}")).status == 404
        # A file beside the flows is nobody's business.
        for version in ("../convo.toml", "/etc/passwd", "x.yaml", "file"):
            assert (await server.api(f"/v1/flows/visit/source?version={version}")).status == 404

    tell(story)

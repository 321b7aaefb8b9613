"""The same request again, with its key: answered as it was, and done once."""

import asyncio
import hashlib
import hmac
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from convo.resources.verifications import CheckRequest
from convo.store import answers
from convo.store.engine import Store
from convo.web.api.access import Refusal
from convo.web.api.idempotency import Given, Key, once
from tests.web.conftest import Tell
from tests.web.server import ANA, OURS, TOKEN, Server

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
START = {"flow": "visit", "contact": ANA}
KEY = {"Idempotency-Key": "order-7"}


def test_the_same_request_again_gets_the_same_answer_and_nothing_is_done_twice(tell: Tell) -> None:
    async def story(server: Server) -> None:
        first = await server.api("/v1/conversations", "POST", json=START, headers=KEY)
        again = await server.api(
            "/v1/conversations", "POST", data=b'{"contact":"+15550001111",  "flow": "visit"}', headers=KEY
        )

        assert (first.status, again.status) == (201, 201)
        assert again.body == first.body
        assert "idempotency-replayed" not in first.headers
        assert again.headers["idempotency-replayed"] == "true"
        assert await server.texts() == [("out", "Can you come?")]

    tell(story)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/conversations", {**START, "contact": "+15550002222"}),
        ("/v1/conversations/1/close", {"outcome": "x"}),
    ],
    ids=["another body", "another path"],
)
def test_the_key_of_another_request_is_refused_and_loses_nothing(
    tell: Tell, path: str, body: dict[str, str]
) -> None:
    async def story(server: Server) -> None:
        await server.api("/v1/conversations", "POST", json=START, headers=KEY)
        answer = await server.api(path, "POST", json=body, headers=KEY)

        assert (answer.status, answer.json["title"]) == (422, "idempotency_key_reused")
        (only,) = (await server.api("/v1/conversations")).json["items"]
        assert (only["contact"], only["status"]) == (ANA, "live")

    tell(story)


def test_a_refusal_is_looked_at_anew(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await server.text("stop", "1")
        refused = await server.api("/v1/conversations", "POST", json=START, headers=KEY)
        await server.text("start", "2")
        begun = await server.api("/v1/conversations", "POST", json=START, headers=KEY)

        assert (refused.status, refused.json["title"], begun.status) == (409, "opted_out", 201)

    tell(story)


def test_many_at_once_start_one_conversation(tell: Tell) -> None:
    async def story(server: Server) -> None:
        asked = [server.api("/v1/conversations", "POST", json=START, headers=KEY) for _ in range(20)]
        found = await asyncio.gather(*asked)

        assert {each.status for each in found} == {201}
        assert len({each.body for each in found}) == 1
        assert server.rows("SELECT count(*) FROM conversation") == [(1,)]

    tell(story)


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_that_cannot_be_one_is_refused(tell: Tell, key: str) -> None:
    async def story(server: Server) -> None:
        answer = await server.api("/v1/conversations", "POST", json=START, headers={"Idempotency-Key": key})

        assert (answer.status, answer.json["title"]) == (400, "bad_idempotency_key")

    tell(story)


def test_two_processes_at_the_same_moment_do_it_once(store: Store) -> None:
    """The second waits for the first, and then has its answer."""
    done, key = [], Key("t", "k", "d")

    def slowly() -> Given:
        done.append(threading.current_thread())
        return Given(201, b'"made"')

    def run() -> Given:
        return store.transact(lambda c: once(c, key, NOW, slowly))

    found: list[Given] = []
    threads = [threading.Thread(target=lambda: found.append(run())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(done) == 1
    assert {(each.status, each.body) for each in found} == {(201, b'"made"')}
    assert sorted(each.again for each in found) == [False, True, True, True]


def test_a_key_is_kept_for_a_day_and_is_its_tokens_own(store: Store) -> None:
    def ask(token: str, digest: str, at: datetime) -> Given:
        return store.transact(
            lambda c: once(c, Key(token, "k", digest), at, lambda: Given(200, digest.encode()))
        )

    ask("t", "one", NOW)
    ask("another", "two", NOW)
    with pytest.raises(Refusal, match="came with another request"):
        ask("t", "two", NOW + timedelta(hours=23))
    assert ask("t", "two", NOW + timedelta(hours=25)).body == b"two"
    assert store.transact(lambda c: answers.forget(c, NOW + timedelta(hours=1))) == 1


def test_what_is_kept_of_a_request_does_not_give_its_code_away(tell: Tell) -> None:
    """Whoever reads the database tries a million codes in a second; the token they have at most a hash of."""
    path, body = "/v1/verifications/none/check", {"code": "123456", "number": OURS, "reveal": False}

    async def story(server: Server) -> None:
        assert (await server.api(path, "POST", json=body, headers=KEY)).status == 200
        ((digest,),) = server.rows("SELECT digest FROM api_answer")
        said = ["POST", path, "", CheckRequest.model_validate(body).model_dump(mode="json")]
        plain = json.dumps(said, sort_keys=True).encode()
        assert digest == hmac.digest(TOKEN.encode(), plain, "sha256").hex()
        assert digest != hashlib.sha256(plain).hexdigest()

    tell(story)

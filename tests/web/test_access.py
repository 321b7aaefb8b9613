"""Who may ask the API for what, and how often."""

from datetime import UTC, datetime, timedelta

from convo.rates import parse
from convo.runtime import tokens
from convo.runtime.tokens import ABOUT, Scope
from convo.store.engine import Store
from convo.web.api.limits import Limits
from convo.web.api.routes import OPERATIONS
from tests.web.conftest import Tell
from tests.web.server import Server

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


def issued(server: Server, *scopes: Scope, name: str = "crm") -> str:
    return server.app.store.transact(lambda c: tokens.issue(c, name, scopes, server.app.clock()))


def test_a_token_may_do_what_its_scopes_say_and_nothing_else(tell: Tell) -> None:
    async def story(server: Server) -> None:
        token = issued(server, Scope.MESSAGES_READ)
        may = await server.api("/v1/messages", token=token)
        may_not = await server.api("/v1/conversations", token=token)

        assert may.status == 200
        assert (may_not.status, may_not.json["title"]) == (403, "insufficient_scope")
        assert "conversations:read" in may_not.json["detail"]
        assert 'scope="conversations:read"' in may_not.headers["www-authenticate"]

    tell(story)


def test_every_operation_refuses_who_has_all_scopes_but_its_own(tell: Tell) -> None:
    async def story(server: Server) -> None:
        others = {
            wanted: issued(server, *(each for each in Scope if each is not wanted), name=wanted)
            for wanted in Scope
        }
        for each in OPERATIONS:
            path = each.path.replace("{id}", "1").replace("{event}", "1")
            answer = await server.api(path, each.method, token=others[each.scope])
            assert answer.status == 403, each.name

    tell(story)


def test_a_token_with_another_secret_is_none(tell: Tell) -> None:
    async def story(server: Server) -> None:
        token = issued(server, Scope.MESSAGES_READ)
        for given in (
            token[:-1] + ("a" if token[-1] != "a" else "b"),
            token[:19],
            token + "x",
            token.upper(),
        ):
            assert (await server.api("/v1/messages", token=given)).status == 401

    tell(story)


def test_a_revoked_token_is_refused_from_the_next_request_on(tell: Tell) -> None:
    async def story(server: Server) -> None:
        token = issued(server, Scope.MESSAGES_READ)
        before = await server.api("/v1/messages", token=token)
        server.app.store.transact(lambda c: tokens.revoke(c, "crm", server.app.clock()))
        after = await server.api("/v1/messages", token=token)

        assert (before.status, after.status) == (200, 401)

    tell(story)


def test_the_last_use_is_put_down_once_a_minute(tell: Tell) -> None:
    async def story(server: Server) -> None:
        token = issued(server, Scope.MESSAGES_READ)
        await server.api("/v1/messages", token=token)
        first = server.rows("SELECT used_at FROM api_token")
        await server.api("/v1/messages", token=token)

        assert first[0][0] is not None
        assert server.rows("SELECT used_at FROM api_token") == first

    tell(story)


def test_a_token_over_its_rate_waits_and_another_does_not(tell: Tell) -> None:
    async def story(server: Server) -> None:
        one, other = (issued(server, Scope.MESSAGES_READ, name=name) for name in ("one", "other"))
        statuses = [(await server.api("/v1/messages", token=one)).status for _ in range(2)]
        refused = await server.api("/v1/messages", token=one)

        assert statuses == [200, 200]
        assert (refused.status, refused.json["title"]) == (429, "too_many_requests")
        assert 1700 < int(refused.headers["retry-after"]) <= 1800
        assert (await server.api("/v1/messages", token=other)).status == 200

    tell(story, api_rate="2/hour")


def test_a_bucket_fills_again_as_time_goes_by() -> None:
    limits = Limits(parse("2/minute"))

    assert [limits.wait("t", NOW) for _ in range(2)] == [None, None]
    assert limits.wait("t", NOW) == timedelta(seconds=30)
    assert limits.wait("t", NOW + timedelta(seconds=29)) == timedelta(seconds=1)
    assert limits.wait("t", NOW + timedelta(seconds=30)) is None
    assert limits.wait("t", NOW + timedelta(seconds=31)) == timedelta(seconds=29)


def test_all_of_several_limits_hold_and_a_refused_request_counts_for_none() -> None:
    limits = Limits(parse("1/second, 3/minute"))

    taken = [limits.wait("t", NOW + timedelta(seconds=second / 2)) is None for second in range(8)]

    assert taken == [True, False, True, False, True, False, False, False]


def test_every_scope_says_what_it_is_for_and_opens_something() -> None:
    assert set(ABOUT) == set(Scope)
    assert {each.scope for each in OPERATIONS} <= set(Scope)


def test_a_token_is_known_again_on_both_databases(store: Store) -> None:
    token = store.transact(lambda c: tokens.issue(c, "crm", ["flows:read"], NOW))
    found = store.look(lambda c: tokens.holder(c, token))
    assert found is not None
    assert (found.name, found.scopes, found.stale(NOW)) == ("crm", frozenset({"flows:read"}), True)

    store.transact(lambda c: tokens.put_down(c, found, NOW))
    again = store.look(lambda c: tokens.holder(c, token))
    assert again is not None
    assert [again.stale(NOW + timedelta(seconds=after)) for after in (59, 60)] == [False, True]

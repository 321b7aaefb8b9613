"""The API is described as it is: every route, every answer, and nothing that it does not do."""

import json
import re
from typing import Any

from jsonschema import Draft202012Validator

from convo import asgi
from convo.app import App
from convo.flow.session import Phase
from convo.resources.campaigns import CampaignStatus, CampaignTurn
from convo.resources.conversations import ConversationStatus
from convo.resources.events import DeliveryStatus
from convo.resources.messages import QueueStatus
from convo.settings import Settings
from convo.store.campaign_contacts import Turn
from convo.store.campaigns import State as CampaignState
from convo.store.deliveries import State
from convo.store.queue import STATUSES
from convo.web.api.openapi import document
from convo.web.api.routes import OPERATIONS
from tests.web.conftest import Tell
from tests.web.server import Server

DOCUMENT = document(OPERATIONS, None)


def test_every_route_of_the_api_is_in_the_document() -> None:
    served = {
        (method.lower(), path)
        for route in asgi.create(App(Settings(database="sqlite://"))).routes
        if (path := getattr(route, "path", "")).startswith("/v1/") and "{rest" not in path
        for method in getattr(route, "methods", ())
        if method != "HEAD"
    }
    described = {(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods}

    assert served == described


def test_everything_that_is_referred_to_is_there_and_every_name_is_given_once() -> None:
    wanted = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT)))
    names = [each.name for each in OPERATIONS]

    assert wanted == set(DOCUMENT["components"]["schemas"])
    assert len(set(names)) == len(names)
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_says_what_it_does() -> None:
    assert [each.name for each in OPERATIONS if not each.about] == []


def test_the_words_of_the_description_are_those_of_the_runtime() -> None:
    def words(literal: Any) -> set[str]:
        return set(literal.__args__)

    assert words(ConversationStatus) == set(Phase)
    assert words(DeliveryStatus) == set(State)
    assert words(QueueStatus) == set(STATUSES)
    assert words(CampaignStatus) == set(CampaignState)
    assert words(CampaignTurn) == set(Turn)


def test_the_document_and_its_page_are_there_without_a_token_and_load_nothing_from_elsewhere(
    tell: Tell,
) -> None:
    async def story(server: Server) -> None:
        described = await server.ask("GET", "/openapi.json")
        page = await server.ask("GET", "/docs")
        style = await server.ask("GET", "/docs/style.css")

        assert described.json["openapi"] == "3.1.0"
        assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self';")
        text = page.body.decode()
        for each in OPERATIONS:
            assert f'id="{each.name}"' in text
        loaded = re.findall(r"(?:src|href)=\"([^#\"][^\"]*)\"", text)
        assert set(loaded) == {"/docs/style.css", "/openapi.json"}
        assert "<script" not in text
        assert "url(" not in style.body.decode()
        links = set(re.findall(r'href="#(\w+)"', text))
        assert links <= set(re.findall(r'id="(\w+)"', text))

    tell(story, public_url=None)


def test_what_nothing_serves_is_a_problem_too(tell: Tell) -> None:
    async def story(server: Server) -> None:
        nowhere, wrong = await server.ask("GET", "/nowhere"), await server.ask("POST", "/healthz")

        assert (nowhere.status, nowhere.json["title"]) == (404, "not_found")
        assert (wrong.status, wrong.json["title"]) == (405, "not_allowed")
        assert "GET" in wrong.headers["allow"]
        assert wrong.headers["content-type"] == "application/problem+json"

    tell(story)

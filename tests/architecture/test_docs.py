"""The documentation says what is true."""

import argparse
import base64
import re
import runpy
import shlex
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from standardwebhooks import Webhook
from starlette.routing import compile_path

from convo.clock import system
from convo.endpoints import Endpoint, Events
from convo.flow.checks import all_rules
from convo.flow.model import Flow, State
from convo.flow.project import load
from convo.flow.steps import all_steps
from convo.kinds import KINDS
from convo.providers import all_providers
from convo.providers.base import ProviderClass
from convo.retention import Retention
from convo.runtime.library import flow_files
from convo.settings import Account, Calls, Host, Number, Settings
from convo.web.api.routes import OPERATIONS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_MADE = runpy.run_path(str(ROOT / "docs" / "make.py"))


def anchors(page: Path) -> set[str]:
    """What can be linked to in a page: its titles, as GitHub names them."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    kept = ("".join(sign for sign in title.lower() if sign.isalnum() or sign in " -_") for title in titles)
    return {title.replace(" ", "-") for title in kept}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text()):
        if re.match(r"https?:|mailto:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(target), f"{page.name}: {link}"


def test_every_page_is_linked_from_the_readme_or_the_index() -> None:
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in (ROOT / "README.md", ROOT / "docs" / "flows.md")
        for link in _LINK.findall(page.read_text())
    }
    assert [page.name for page in PAGES[1:] if page not in linked] == []


def test_every_ready_flow_is_named_in_the_readme_with_what_it_is_about() -> None:
    readme = (ROOT / "README.md").read_text()
    for file in flow_files(ROOT / "flows"):
        about = load(str(file), file.read_bytes()).root.flow.about
        assert f"| [{file.stem}](flows/{file.name}) | {about} |" in readme


def test_every_rule_stands_in_its_page_with_its_examples() -> None:
    """The page is made from the rules: `python docs/make.py`."""
    page = (ROOT / "docs" / "check.md").read_text()
    assert page == _MADE["check_page"]()
    for rule in all_rules():
        about = sys.modules[rule.find.__module__].__doc__
        assert about
        for part in (f"### {rule.code} {rule.about}", about.strip(), rule.bad, rule.good, rule.beside):
            assert part in page, rule.code


def curls(page: Path) -> list[list[str]]:
    """What a page has to be typed with curl, in words; what is quoted may be several lines."""
    typed = r"""^(?:\$ )?(curl (?:'[^']*'|"[^"]*"|\\\n|[^'"\n])*)$"""
    found = re.findall(typed, page.read_text(), re.MULTILINE)
    return [shlex.split(each.replace("\\\n", "")) for each in found]


def test_what_the_pages_ask_with_curl_is_what_the_api_takes() -> None:
    known = argparse.ArgumentParser(exit_on_error=False)
    known.add_argument("-s", action="store_true")
    known.add_argument("-X", dest="method")
    known.add_argument("-H", dest="headers", action="append", default=[])
    known.add_argument("-d", dest="body")
    known.add_argument("--data-binary", dest="file")
    known.add_argument("url")
    asked = [known.parse_args(words[1:]) for page in PAGES for words in curls(page)]
    of_the_api = [each for each in asked if urlsplit(each.url).path.startswith("/v1/")]
    assert len(of_the_api) > 8
    for each in of_the_api:
        url, method = urlsplit(each.url), each.method or ("POST" if each.body or each.file else "GET")
        (operation,) = (
            one for one in OPERATIONS if one.method == method and compile_path(one.path)[0].match(url.path)
        )
        operation.query.model_validate(dict(parse_qsl(url.query)))
        assert operation.uploads == bool(each.file), each
        if each.body:
            operation.takes.model_validate_json(each.body)
            assert "Content-Type: application/json" in each.headers, each


def test_every_key_stands_in_the_reference() -> None:
    """The page is made from the models: `python docs/make.py`."""
    page = (ROOT / "docs" / "reference.md").read_text()
    assert page == _MADE["reference_page"]()
    for key in [*Flow.model_fields, *(step.KEY for step in all_steps())]:
        assert f"| `{key}` |" in page


def test_every_key_says_what_it_is_for() -> None:
    """In its model: it is what the reference says, and an editor beside the key."""
    for model in (Flow, State, *_MADE["sections"]()):
        assert model.__doc__
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name}: give it a Field(description=…)"


def test_every_kind_of_event_stands_in_its_page_with_its_example() -> None:
    """The page is made from the kinds: `python docs/make.py`."""
    page = (ROOT / "docs" / "events.md").read_text()
    assert page == _MADE["events_page"]()
    for kind in KINDS.values():
        assert f"### {kind.name}\n\n{kind.about}\n" in page


def test_everything_that_the_api_can_is_in_its_page() -> None:
    """The page is made from the operations: `python docs/make.py`."""
    page = (ROOT / "docs" / "api.md").read_text()
    assert page == _MADE["api_page"]()


def test_every_setting_of_events_is_explained() -> None:
    page = (ROOT / "docs" / "events.md").read_text()
    whole = re.search(r"^\[events\]\n(.*?)```", page, re.MULTILINE | re.DOTALL)
    one = re.search(r"^\[events\.endpoints\.\w+\]\n(.*?)\n\n", page, re.MULTILINE | re.DOTALL)
    assert whole
    assert one
    assert set(re.findall(r"^(\w+) = .*#", whole[1], re.MULTILINE)) == set(Events.model_fields) - {
        "endpoints"
    }
    assert set(re.findall(r"^(\w+) =", one[1], re.MULTILINE)) == set(Endpoint.model_fields)


def test_every_time_for_which_something_is_kept_is_explained() -> None:
    page = (ROOT / "docs" / "data.md").read_text()
    block = re.search(r"^\[retention\]\n(.*?)```", page, re.MULTILINE | re.DOTALL)
    assert block
    assert re.findall(r"^(\w+) = .*#", block[1], re.MULTILINE) == list(Retention.model_fields)


def test_an_application_that_is_written_as_the_page_says_knows_its_events(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = (ROOT / "docs" / "events.md").read_text()
    taking, by_hand = (
        block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "def " in block
    )
    secret, at = f"whsec_{base64.b64encode(b'a secret of 32 bytes, nearly so.').decode()}", system()
    monkeypatch.setenv("EVENTS_SECRET", secret)
    names: dict[str, Any] = {}
    exec(compile(taking + by_hand, "events.md", "exec"), names)  # the page's own words
    body = '{"type": "consent.stopped", "data": {"contact": "+15550001111"}}'
    signed = Webhook(secret).sign("evt_1", at, body)
    stamp = str(int(at.timestamp()))
    headers = {"webhook-id": "evt_1", "webhook-timestamp": stamp, "webhook-signature": signed}

    assert [names["take"](body.encode(), headers) for _ in range(2)] == [204, 204]
    assert names["take"](body.replace("1111", "2222").encode(), headers) == 401
    assert names["signature"](secret, "evt_1", stamp, body.encode()) == signed


def test_every_setting_is_explained() -> None:
    page = (ROOT / "docs" / "running.md").read_text()
    for model in (Settings, Account, Number, Calls, Host):
        for name in model.model_fields:
            assert re.search(rf"^\[?(?:calls\.)?{name}[. =\]]", page, re.MULTILINE), name


@pytest.mark.parametrize("provider", all_providers().values(), ids=list(all_providers()))
def test_every_setting_of_a_provider_is_explained(provider: ProviderClass) -> None:
    """In a page of its own, or with the others."""
    own = ROOT / "docs" / f"{provider.name}.md"
    page = (own if own.exists() else ROOT / "docs" / "running.md").read_text()
    table = re.search(
        rf"^\[accounts\.\S+\]\nprovider = \"{provider.name}\"\n(.*?)(?:\n\n|```)",
        page,
        re.MULTILINE | re.DOTALL,
    )
    assert table, provider.name
    explained = set(re.findall(r"^(\w+) = .*#", table[1], re.MULTILINE))
    assert explained == set(provider.SETTINGS.model_fields)


def test_every_command_is_explained() -> None:
    page = (ROOT / "docs" / "running.md").read_text()
    for file in (ROOT / "convo" / "cli").glob("[!_]*.py"):
        assert f"`convo {file.stem}" in page

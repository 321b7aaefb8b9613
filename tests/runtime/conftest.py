"""A house on either database, with a few small flows."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from convo.keywords.settings import Brand
from convo.settings import Number
from convo.store.engine import Store
from tests.runtime.house import INVITE, VISIT, House

Build = Callable[..., House]


@pytest.fixture
def build(store: Store, tmp_path: Path) -> Build:
    """Builds a house: `build(numbers={…}, flows={name: source}, brands={…})`."""

    def make(
        numbers: Mapping[str, Number] | None = None,
        flows: Mapping[str, str] | None = None,
        brands: Mapping[str, Brand] | None = None,
    ) -> House:
        folder = tmp_path / "flows"
        folder.mkdir()
        for name, source in (flows or {"visit": VISIT, "invite": INVITE}).items():
            (folder / f"{name}.yaml").write_text(source)
        return House(store, folder, numbers, brands)

    return make


@pytest.fixture
def house(build: Build) -> House:
    """A house with one number, where nothing is set."""
    return build()

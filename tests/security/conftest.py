"""A bank that has phones verified, on either database, for attackers to try."""

from pathlib import Path

import pytest

from convo.settings import Number
from convo.store.engine import Store
from tests.runtime.house import INVITE, OURS, House
from tests.runtime.verifying import Desk


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    folder = tmp_path / "flows"
    folder.mkdir()
    (folder / "invite.yaml").write_text(INVITE)
    return Desk(
        House(store, folder, {OURS: Number(brand="Elm Bank"), "+15550008888": Number(brand="Oak Shop")})
    )

"""How the text of a verification is put together: whose it is, what it names, and where its code stands."""

import re

from convo.keywords.settings import Brand
from convo.runtime.asking import Bound
from convo.settings import Number
from tests.runtime.conftest import Build
from tests.runtime.house import OURS
from tests.runtime.verifying import Desk, refused


def test_the_code_stands_in_its_place_alone(build: Build) -> None:
    house = build({OURS: Number(brand="Elm ••••••")})
    made = Desk(house).send(
        bound=Bound(purpose="pay", amount="120.00 EUR", payee="IBAN ••••••••1234"), origin="elm.example"
    )
    (said,) = house.leaves()
    found = re.fullmatch(
        r"Elm \*{6}: (\d{6}) to pay 120.00 EUR to IBAN \*{8}1234\. Not you\? .*\n@elm.example #(\d{6})", said
    )

    assert found, said
    assert found[1] == found[2]
    assert made.verification.payee == "IBAN ••••••••1234"


def test_a_brand_that_is_a_link_needs_another_name_before_its_codes(build: Build) -> None:
    house = build({OURS: Number(brand="Booking.com")})
    assert refused(Desk(house).send) == "bad_brand"

    called = {"Booking.com": Brand(name="Booking")}
    house.settings = house.settings.model_copy(update={"brands": called})
    made = Desk(house).send()
    assert made.verification.brand == "Booking.com"
    assert house.leaves()[0].startswith("Booking: ")

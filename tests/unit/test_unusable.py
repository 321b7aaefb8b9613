"""What is kept of deliveries that could not be used: what tells why, and no digits that may be a code."""

import pytest

from convo.runtime.unusable import without_codes


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (
            '{"id":"1234567","text":"the 274772","from":"+12025550124"}',
            '{"id":"1234567","text":"the ••••••","from":"+12025550124"}',
        ),
        ('{"id": 1234567, "text": 274772}', '{"id": 1234567, "text": ••••••}'),
        (
            '{"sender": "12025550124", "text": "it is 274 772"}',
            '{"sender": "12025550124", "text": "it is ••• •••"}',
        ),
        ('{"message": "2\\u0667\\uff14772 caf\\u00e9"}', '{"message": "•••••• caf\\u00e9"}'),
        ('{"message": "２٧4772 café"}', '{"message": "•••••• café"}'),
        ('{"at": "2026-11-27T11:39:05.1234567Z", "text": "yes"}',) * 2,
        ('{"topic": "/x/f1234567-89ab-4cde-8f01-23456789abcd/y"}',) * 2,
        ("Body=274772&From=%2B12025550124", "Body=••••••&From=%2B12025550124"),
        ("Body=274772&From=%2b4712345678", "Body=••••••&From=%2b4712345678"),
        ('["balloon", 123]', '["balloon", 123]'),
    ],
)  # fmt: skip
def test_ids_numbers_and_times_stay_and_what_may_be_a_code_does_not(raw: str, kept: str) -> None:
    assert without_codes(raw.encode()).decode() == kept


def test_what_is_no_text_stays_as_it_is() -> None:
    assert without_codes(b"\xff\x00{274772\xfe") == b"\xff\x00{" + "••••••".encode() + b"\xfe"

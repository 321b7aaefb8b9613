"""`convo serve`: what it tells when it begins, and the settings that it does not begin with."""

import pytest

from tests.cli.folder import Folder


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[accounts.main]\nprovider = "twillio"', "there is no provider 'twillio'"),
        ('[numbers."+18005550100"]\n[numbers."1 800 555 0100"]', "the same number as +18005550100"),
        (
            '[accounts.simulator]\nprovider = "simulator"\nwebhook_secret = "env:NOT_SET"',
            "NOT_SET is not set",
        ),
        (
            '[numbers."+18005550100"]\nflow = "dsek"',
            "there is no flow 'dsek' in flows; there is desk, remind",
        ),
        ('[numbers."+18005550100"]\nflow = "remind"', "a text cannot start 'remind', which needs name"),
    ],
)
def test_with_a_setting_that_is_wrong_it_does_not_begin(folder: Folder, toml: str, said: str) -> None:
    folder.write("convo.toml", toml)
    ran = folder.run_apart("serve", "--port", "0")

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.parametrize("port", ["99999", "-1"])
@pytest.mark.parametrize("command", ["dev", "serve"])
def test_what_is_no_port_is_told(folder: Folder, command: str, port: str) -> None:
    ran = folder.run(command, "--port", port)
    assert (ran.code, "Invalid value for '--port'" in ran.err) == (2, True), ran.err


def test_it_tells_where_providers_deliver(folder: Folder) -> None:
    folder.write("convo.toml", 'public_url = "https://bot.example.org"\n')
    with folder.serving() as serving:
        assert serving.address.startswith("http://127.0.0.1:")
        assert serving.told() == "Webhooks of simulator: https://bot.example.org/webhooks/simulator"


def test_a_command_that_looks_keeps_nobody_from_serving(folder: Folder) -> None:
    """`convo start` and `convo doctor` take the lock for a moment to see whether somebody serves."""
    with folder.serving() as serving:
        serving.text("desk")
        folder.run("doctor")
        second = folder.run_apart("serve", "--port", "0")
        assert second.code == 2
        assert "another convo process is serving" in second.err
    with folder.serving() as serving:
        assert serving.address.startswith("http://")

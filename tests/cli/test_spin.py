"""Spin's file gives one secret at a time, and only to whoever asks for it by its name."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from quiesce.cli import spin
from quiesce.errors import ConfigError

SECRET = "hunter2-and-more"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_only_the_known_secrets_are_printed(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text("auth: {oauth2: {clientSecret: x}, basic: {password: pw}}")
    assert spin.reveal(file, "auth.basic.password", {}, NOW) == "pw"
    with pytest.raises(ConfigError, match="is not printed"):
        spin.reveal(file, "auth.oauth2.clientSecret", {}, NOW)
    with pytest.raises(ConfigError, match="there is no"):
        spin.reveal(file, "auth.x509.key", {}, NOW)


@pytest.mark.parametrize(
    ("expiry", "usable"),
    [
        ("2026-11-21T23:00:00Z", False),
        ("'2026-11-21T23:00:00.123456789+01:00'", False),
        ("2026-11-22T01:00:00Z", True),
        ("0001-01-01T00:00:00Z", True),
        ("nonsense", True),
    ],
)
def test_an_expired_token_is_not_sent(expiry: str, usable: bool, tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(f"auth: {{oauth2: {{cachedToken: {{access_token: t, expiry: {expiry}}}}}}}")
    key = "auth.oauth2.cachedToken.access_token"
    if usable:
        assert spin.reveal(file, key, {}, NOW) == "t"
    else:
        with pytest.raises(ConfigError, match="expired"):
            spin.reveal(file, key, {}, NOW)


def test_as_a_program_spin_prints_one_secret_or_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(f"auth: {{basic: {{password: '{SECRET}'}}}}")
    program = [sys.executable, "-m", "quiesce.cli.spin", str(file)]
    good = subprocess.run(
        [*program, "auth.basic.password"], capture_output=True, text=True, check=False
    )
    assert (good.returncode, good.stdout, good.stderr) == (0, f"{SECRET}\n", "")
    bad = subprocess.run([*program, "auth.x509.key"], capture_output=True, text=True, check=False)
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr.startswith("error: there is no `auth.x509.key`")

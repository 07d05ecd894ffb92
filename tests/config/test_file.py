"""A file that is no usable TOML is one sentence, whatever is in it, and never a traceback."""

from __future__ import annotations

import contextlib
import os
import string
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quiesce.config import Config, check, load
from quiesce.errors import ConfigError

GOOD = "[sources.prod]\nkind = 'gate'\nurl = 'https://gate'\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = \n", "this is not TOML: invalid value, quiesce.toml:1:5"),
        (b"[a]\nb = 1\nb = 2\n", "this is not TOML: cannot overwrite a value, quiesce.toml:3:6"),
        (b"a", "this is not TOML: expected '=' after a key in a key/value pair, at the end of"),
        (b"\n\xff = 1", "quiesce.toml:2 is not UTF-8 text"),
        (b"a = 1" + b"0" * 5000, "quiesce.toml is not a usable TOML file: a value is too long"),
        (b"a = " + b"[" * 100_000, "quiesce.toml is not a usable TOML file: a value is too long"),
        (b"#" * 1_048_577, "quiesce.toml is larger than 1 MiB, so it is no quiesce.toml"),
    ],
)
def test_unusable_content(write: Any, kinds: Any, content: bytes, message: str) -> None:
    path = write("")
    path.write_bytes(content)
    (problem,) = check(path, kinds)
    assert problem.message.startswith(message)
    with pytest.raises(ConfigError, match=r"(?i)toml"):
        load(path, kinds)


def test_a_folder_is_not_a_file(write: Any, kinds: Any, tmp_path: Path) -> None:
    write("")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, kinds)
    assert caught.value.message.endswith("can't be read: is a directory")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero")
def test_an_endless_file_is_refused(kinds: Any) -> None:
    with pytest.raises(ConfigError, match="larger than 1 MiB"):
        load(Path("/dev/zero"), kinds)


def test_a_nul_in_a_path_is_a_sentence(kinds: Any) -> None:
    with pytest.raises(ConfigError, match="can't be read"):
        load(Path("a\0b"), kinds)


def test_a_file_from_windows_is_read(write: Any, kinds: Any) -> None:
    """Notepad writes a byte order mark and CRLF."""
    path = write("")
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(path, kinds).sources[0].origin("url") == "quiesce.toml:3"


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
class TestPermissions:
    SECRET = "auth = { type = 'basic', username = 'bob', password = 'hunter2' }\n"

    def warnings(self, path: Path, kinds: Any, mode: int) -> tuple[str, ...]:
        path.chmod(mode)
        return load(path, kinds).warnings

    def test_a_secret_that_everyone_can_read_is_warned_about(self, write: Any, kinds: Any) -> None:
        path = write(GOOD + self.SECRET)
        assert self.warnings(path, kinds, 0o600) == ()
        assert self.warnings(path, kinds, 0o644) == (
            (
                "quiesce.toml can be read by everyone and holds a secret, `auth.password` in"
                " [sources.prod]: chmod 600 `quiesce.toml`, or write env:, file: or cmd: instead"
            ),
        )

    def test_references_may_be_read_by_everyone(self, write: Any, kinds: Any) -> None:
        path = write(GOOD + self.SECRET.replace("hunter2", "env:GATE_PASSWORD"))
        assert self.warnings(path, kinds, 0o644) == ()

    def test_a_user_name_without_a_password_is_the_secret(self, write: Any, kinds: Any) -> None:
        path = write(GOOD + self.SECRET.replace("hunter2", ""))
        (warning,) = self.warnings(path, kinds, 0o604)
        assert "`auth.username`" in warning

    def test_a_file_that_everyone_can_change_is_warned_about(self, write: Any, kinds: Any) -> None:
        assert self.warnings(write(GOOD), kinds, 0o602) == (
            "quiesce.toml can be changed by everyone: chmod go-w `quiesce.toml`",
        )

    @pytest.mark.parametrize(
        ("mode", "who"), [(0o600, ""), (0o640, "its group"), (0o604, "everyone")]
    )
    def test_a_secret_file_that_others_can_read_is_warned_about(
        self, write: Any, kinds: Any, mode: int, who: str
    ) -> None:
        path = write(GOOD + self.SECRET.replace("hunter2", "file:secret"))
        secret = path.parent / "secret"
        secret.write_text("hunter2")
        secret.chmod(mode)
        expected = f"the secret file secret can be read by {who}: chmod 600 `secret`"
        assert load(path, kinds).warnings == ((expected,) if who else ())


def test_check_warns_about_files_that_are_not_there(write: Any, kinds: Any) -> None:
    """They may well be there on the machine that asks, so it is no error."""
    path = write(f"{GOOD}ca = 'ca.pem'\nauth = {{ type = 'bearer', token = 'file:tok' }}\n")
    assert [(problem.level, problem.message) for problem in check(path, kinds)] == [
        ("warning", "the file of `ca` in [sources.prod] is not there, quiesce.toml:4"),
        ("warning", "the file of `auth.token` in [sources.prod] is not there, quiesce.toml:5"),
    ]
    assert load(path, kinds).warnings == ()


KEYS = ["kind", "url", "auth", "type", "token", "headers", "cmd", "sources", "prod", "max_age"]
KEYS += ["rate", "deadline", "ca", "parts", "window", "max_body", "project_id", "expect_at_least"]
names = st.sampled_from(KEYS) | st.text(max_size=8)
scalars = (
    st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["gate", "https://g", "60s", "1/h", "bearer", "env:A", "file:", "cmd:[", "0"])
    | st.dates()
    | st.times()
    | st.datetimes()
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
documents = st.dictionaries(names, values, max_size=4) | st.fixed_dictionaries(
    {"sources": st.dictionaries(names, st.dictionaries(names, values, max_size=8), max_size=3)}
)
only_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@only_one_folder
@given(document=documents)
def test_any_toml_gives_a_config_or_a_sentence(write: Any, kinds: Any, document: Any) -> None:
    try:
        text = tomlkit.dumps(document)
    except ValueError:
        return  # tomlkit can't write it
    path = write("")
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with contextlib.suppress(ConfigError):
        assert isinstance(load(path, kinds), Config)
    for problem in check(path, kinds):
        assert problem.message.isprintable()
        assert all(line.isprintable() for line in problem.hint.split("\n"))


@only_one_folder
@given(noise=st.text(alphabet=string.printable, max_size=60) | st.binary(max_size=60))
def test_any_bytes_give_a_config_or_a_sentence(write: Any, kinds: Any, noise: Any) -> None:
    path = write("")
    path.write_bytes(GOOD.encode() + (noise if isinstance(noise, bytes) else noise.encode()))
    with contextlib.suppress(ConfigError):
        load(path, kinds)

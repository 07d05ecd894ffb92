"""What Spinnaker's own command, `spin`, keeps in `~/.spin/config`, as far as it helps us.

Nothing secret leaves this file by itself: `read` gives references. Run as a program, it prints
one secret, for the `cmd:` references that `quiesce init` writes:

    python -m quiesce.cli.spin ~/.spin/config auth.basic.password

Like spin itself it fills in environment variables (`$NAME`) wherever they stand.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from msgspec import Struct, field
from msgspec.structs import replace

from quiesce.cli.codes import ExitCode
from quiesce.errors import ConfigError

DEFAULT_ENDPOINT = "http://localhost:8084"
"""Where spin asks when its file names no endpoint."""

LARGEST = 256 * 1024
VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")

SECRETS = (
    "auth.basic.password",
    "auth.oauth2.cachedToken.access_token",
    "auth.x509.cert",
    "auth.x509.key",
)
"""What may be printed: nothing else of the file is needed."""

SignInType = Literal["none", "basic", "bearer", "x509"]


class Spin(Struct, frozen=True, kw_only=True):
    """What spin's file says, without its secrets.

    `secret` is the dotted key of the secret that the sign-in needs, and `variable` the
    environment variable that stands there instead, if one does. `inline` means that the
    certificate stands in the file itself. `notes` are sentences about what can't be used.
    """

    path: Path
    endpoint: str
    assumed: bool = False
    sign_in: SignInType = "none"
    username: str = ""
    secret: str = ""
    variable: str = ""
    cert: str = ""
    key: str = ""
    inline: bool = False
    notes: tuple[str, ...] = field(default_factory=tuple)


def default_path(env: Mapping[str, str]) -> Path | None:
    """Where spin looks for its file."""
    home = env.get("HOME") or env.get("USERPROFILE") or ""
    return Path(home, ".spin", "config") if home else None


def read(path: Path, env: Mapping[str, str]) -> Spin:
    """What the file says; raises `ConfigError` when it can't be read as spin's."""
    document = _document(path)
    endpoint, assumed, notes = _endpoint(_text(document, "gate", "endpoint"), env)
    auth = _table(document, "auth")
    spin = Spin(path=path, endpoint=endpoint, assumed=assumed)
    if not auth:
        return _with(spin, notes)
    if auth.get("enabled") is not True:
        there = [name for name in ("x509", "oauth2", "basic", "iap", "ldap") if auth.get(name)]
        if there:
            notes.append(f"auth.enabled is not true there, so {', '.join(there)} is not used.")
        return _with(spin, notes)
    if auth.get("ignoreCertErrors") is True:
        notes.append(
            "ignoreCertErrors: a certificate is always checked here. For a private authority"
            " set `ca` to its PEM file."
        )
    return _with(_sign_in(spin, auth, notes, env), notes)


def _with(spin: Spin, notes: list[str]) -> Spin:
    return replace(spin, notes=tuple(notes))


def _sign_in(spin: Spin, auth: Mapping[str, Any], notes: list[str], env: Mapping[str, str]) -> Spin:
    """The first way to sign in that we know, in the order of how sure it is to work."""
    there = [name for name in ("x509", "basic", "oauth2") if auth.get(name)]
    match there[:1]:
        case ["x509"]:
            spin = _x509(spin, _table(auth, "x509"), env)
        case ["basic"]:
            spin = _basic(spin, _table(auth, "basic"), env)
        case ["oauth2"]:
            spin = _oauth2(spin, _table(auth, "oauth2"), notes)
    notes += [
        f"{name} is there too and left out: one source signs in one way." for name in there[1:]
    ]
    for name, advice in UNSUPPORTED.items():
        if auth.get(name):
            notes.append(advice)
    return spin


UNSUPPORTED = {
    "iap": (
        "iap (Google's Identity-Aware Proxy) is not read. Its ID token works as a bearer token:"
        ' auth = { type = "bearer", token = { cmd = ["gcloud", "auth", "print-identity-token",'
        ' "--audiences=<iapClientId>"] } }'
    ),
    "ldap": (
        "ldap is not supported: it posts a form to /login for a session. Sign in with a browser"
        ' and give its session: auth = { type = "cookie", cookie = "env:GATE_COOKIE" }, with'
        " GATE_COOKIE='SESSION=…'. Better ask for an X.509 certificate for programs."
    ),
    "google_service_account": (
        "google_service_account is not read. A token from gcloud works where Gate takes it:"
        ' auth = { type = "bearer", token = { cmd = ["gcloud", "auth", "print-access-token"] } }'
    ),
}
"""What spin can do and we can't, with what to do instead."""


def _x509(spin: Spin, table: Mapping[str, Any], env: Mapping[str, str]) -> Spin:
    cert, key = _text(table, "certPath"), _text(table, "keyPath")
    if cert and key:
        return replace(spin, sign_in="x509", cert=_path(cert, env), key=_path(key, env))
    folder = spin.path.parent
    return replace(
        spin,
        sign_in="x509",
        cert=str(folder / "client.crt"),
        key=str(folder / "client.key"),
        inline=True,
    )


def _basic(spin: Spin, table: Mapping[str, Any], env: Mapping[str, str]) -> Spin:
    return replace(
        spin,
        sign_in="basic",
        username=_filled(_text(table, "username"), env),
        secret="auth.basic.password",  # noqa: S106 - the name of a key
        variable=_only_variable(_text(table, "password")),
    )


def _oauth2(spin: Spin, table: Mapping[str, Any], notes: list[str]) -> Spin:
    token = _table(table, "cachedToken")
    if not _text(token, "access_token"):
        notes.append(
            "oauth2 has no cached token: sign in once with spin (for example"
            " `spin application list`) and write this file again."
        )
        return spin
    notes.append(
        "oauth2: spin sends its token to /login for a session, and renews it when it is used."
        " Here it is sent with each request. If Gate does not take it, use a session:"
        ' auth = { type = "cookie", cookie = "env:GATE_COOKIE" }'
    )
    return replace(
        spin,
        sign_in="bearer",
        secret="auth.oauth2.cachedToken.access_token",  # noqa: S106 - the name of a key
        variable=_only_variable(_text(token, "access_token")),
    )


def _endpoint(text: str, env: Mapping[str, str]) -> tuple[str, bool, list[str]]:
    """The address without what may not stand in one, and a note where something was left out."""
    if not text:
        return DEFAULT_ENDPOINT, True, []
    address = _filled(text, env).strip()
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme.lower() not in {"http", "https"} or not host:
        raise ConfigError(
            "gate.endpoint in spin's file is no http or https address",
            hint="name the system instead: quiesce init -s spinnaker+https://gate.example.com:8084",
        )
    bare = f"{parts.scheme.lower()}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
    notes = []
    if "@" in parts.netloc or parts.query or parts.fragment:
        notes.append("The user, query or fragment of gate.endpoint was left out.")
    return bare, False, notes


def reveal(path: Path, key: str, env: Mapping[str, str], now: datetime) -> str:
    """One secret of the file; raises `ConfigError` when there is none, or it has expired."""
    if key not in SECRETS:
        raise ConfigError(f"`{key}` is not printed", hint=f"one of: {', '.join(SECRETS)}")
    *steps, last = key.split(".")
    table: Mapping[str, Any] = _document(path)
    for step in steps:
        table = _table(table, step)
    value = _filled(_text(table, last), env)
    if not value:
        raise ConfigError(f"there is no `{key}` in spin's file")
    ends = _time(table.get("expiry"))
    if last == "access_token" and ends is not None and ends <= now:
        raise ConfigError(
            f"the token in spin's file has expired at {ends:%Y-%m-%d %H:%M} UTC",
            hint="spin renews it when it is used: spin application list",
        )
    return value


def _time(value: object) -> datetime | None:
    """A time as YAML or as text; the zero time of Go means that there is no end."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value))
        except ValueError:
            return None
    if not isinstance(value, datetime) or value.year < 1971:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _document(path: Path) -> Mapping[str, Any]:
    import yaml  # type: ignore[import-untyped]  # only here: nothing else reads YAML

    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) else "the path can't be used"
        raise ConfigError(
            f"spin's file {path} can't be read: {(words or 'unknown').lower()}",
            hint="name another one with --spin FILE, or the system itself with -s KIND+URL",
        ) from error
    if len(content) > LARGEST:
        raise ConfigError(f"{path} is larger than 256 KiB, so it is no file of spin's")
    try:
        document = yaml.safe_load(content)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark is not None else ""
        # Not `from`: the error quotes the lines around, where secrets may stand.
        raise ConfigError(f"{path}{line} is not YAML that can be read") from None
    except (RecursionError, ValueError):
        raise ConfigError(f"{path} is not YAML that can be read") from None
    if not isinstance(document, dict):
        raise ConfigError(f"{path} is no file of spin's: it has no `gate` and no `auth`")
    return document


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = table.get(key)
    return found if isinstance(found, dict) else {}


def _text(table: Mapping[str, Any], *keys: str) -> str:
    *steps, last = keys
    for step in steps:
        table = _table(table, step)
    found = table.get(last)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def _filled(text: str, env: Mapping[str, str]) -> str:
    """Variables as spin fills them in: one that is not set is empty."""
    return VARIABLE.sub(lambda found: env.get(found[1] or found[2], ""), text)


def _only_variable(text: str) -> str:
    """The name of the variable that a text consists of, if it does."""
    found = VARIABLE.fullmatch(text)
    return (found[1] or found[2]) if found else ""


def _path(text: str, env: Mapping[str, str]) -> str:
    """A path as spin understands it: `~` and variables filled in, relative to where one is."""
    filled = _filled(text, env)
    if filled.startswith("~"):
        return filled
    return os.path.abspath(filled)  # noqa: PTH100 - links stay as they are named


def main(words: list[str]) -> int:
    """Print one secret, and nothing else; for `cmd:` references."""
    if len(words) != 2:
        sys.stderr.write("usage: python -m quiesce.cli.spin FILE KEY\n")
        return ExitCode.USAGE
    path = Path(os.path.expanduser(words[0]))  # noqa: PTH111 - Path's raises without a home
    try:
        secret = reveal(path, words[1], os.environ, datetime.now(UTC))
    except ConfigError as error:
        sys.stderr.write(
            f"error: {error.message}\n" + (f"  hint: {error.hint}\n" * bool(error.hint))
        )
        return ExitCode.USAGE
    sys.stdout.write(secret + ("" if secret.endswith("\n") else "\n"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What is sent to sign in, and what of it must never be shown."""

from __future__ import annotations

import re
from base64 import b64encode

from msgspec import Struct

from quiesce.access import Access, Basic, Bearer, ClientCertificate, Cookie, Headers
from quiesce.errors import ConfigError

_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS = frozenset({"connection", "content-length", "transfer-encoding", "upgrade"})


class Credential(Struct, frozen=True):
    """Headers to send with each request, and every secret text in them."""

    headers: dict[str, str]
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return "Credential(***)"


def credential_of(access: Access) -> Credential:
    """The headers that sign in; a client certificate is the TLS context's affair."""
    match access.auth:
        case Basic(username, password):
            if ":" in username:
                raise ConfigError(
                    f"the `username` of `{access.name}` holds a `:`, which Basic can't carry"
                )
            token = b64encode(f"{username}:{password.reveal()}".encode()).decode("ascii")
            # Without a password the user name is the secret: Mixpanel's project secret is sent so.
            secret = password.reveal() or username
            return Credential({"Authorization": f"Basic {token}"}, (secret, token))
        case Bearer(token):
            value = _sendable(access, "token", token.reveal())
            return Credential({"Authorization": f"Bearer {value}"}, (value,))
        case Headers(headers):
            return _headers(access, {name: value.reveal() for name, value in headers.items()})
        case Cookie(cookie):
            value = _sendable(access, "cookie", cookie.reveal())
            return Credential({"Cookie": value}, _with_pieces(value))
        case ClientCertificate(password=key_password):
            return Credential({}, () if key_password is None else (key_password.reveal(),))
        case _:
            return Credential({}, ())


def _headers(access: Access, headers: dict[str, str]) -> Credential:
    secrets: tuple[str, ...] = ()
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or name.lower() in _OURS:
            raise ConfigError(f"`{access.name}` can't send a header of the name {name!r}")
        secrets += _with_pieces(_sendable(access, f"headers.{name}", value))
    return Credential(headers, secrets)


def _sendable(access: Access, key: str, value: str) -> str:
    """The value, unless it would end its header early, like a token with its line break."""
    if _UNSENDABLE.search(value) or value != value.strip():
        raise ConfigError(
            f"the `{key}` of `{access.name}` holds a line break, another control character,"
            " or blanks at an end",
            hint="if it comes from a file, see whether a line break was saved with it",
        )
    return value


def _with_pieces(value: str) -> tuple[str, ...]:
    """The value, and its long words: a system may repeat the token without the word before it."""
    pieces = (piece for piece in re.split(r"[\s;,=]+", value) if len(piece) >= 8)
    return (value, *pieces)

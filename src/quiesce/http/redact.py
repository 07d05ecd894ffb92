"""Nothing secret and nothing that moves a cursor gets out in a text."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote

from quiesce.access import Secret

MASK = "***"
SHORTEST = 4
"""Shorter values are left alone: hiding `a` would hide every word and tell what it is."""

LONG, PIECE = 12, 10
"""Of secrets from this length on, no stretch of so many letters and digits is shown."""

_TAG = re.compile(r"<[^<>]{0,40}>")
_ESCAPED = re.compile(r"\\(?:u00|x)([0-9a-fA-F]{2})")
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, …
    r"|\x1b[ -/]*[0-~]?"
)
_HEADER = re.compile(r"((?:proxy-)?authorization[\"']?\s*[:=]\s*)[^\r\n]+", re.IGNORECASE)
_SCHEME = re.compile(
    r"\b(bearer|basic)((?:\s|%20|\+)+)"
    r"(?!(?:auth|authentication|authorization|credentials|header|realm|scheme|token)\b)"
    r"[^\s\"'<>,;]+",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"(://)[^\s/?#\"'<>]*@")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{4,}={0,2}")


def clean(text: str) -> str:
    """The text on one line, without terminal escapes, control, bidi or invisible characters."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    text = _ESCAPES.sub("", text)
    kept = (c if c.isprintable() else " " if c.isspace() else "" for c in text)
    return " ".join("".join(kept).split())


class Redactor:
    """Replaces secrets by `***` and cleans what is left.

    Each value of four characters or more is found as it is, in any case, quoted for a URL,
    escaped for JSON, HTML or a Python repr, and within base64 (so also as
    `user:password`). What looks like somebody's credential goes too: what follows
    `Authorization:`, `Bearer` or `Basic`, and the user in a URL. If a value can still be
    read afterwards, nothing of the text is shown.
    """

    __slots__ = ("_cores", "_known", "_longest", "_pieces", "_values")

    def __init__(self, secrets: Iterable[str]) -> None:
        values: set[str] = set()
        for secret in secrets:
            value = secret.reveal() if isinstance(secret, Secret) else secret
            values |= {value, value.strip(), clean(value)}
        self._values = {value for value in values if len(value) >= SHORTEST}
        forms = sorted({form for v in self._values for form in _forms(v)}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, forms)) or r"(?!)", re.IGNORECASE)
        self._cores = {core for v in self._values for core in _cores(v.encode("utf-8", "replace"))}
        self._longest = max(map(len, forms), default=0)
        self._pieces = {piece for value in self._values for piece in _pieces(value)}

    def __call__(self, text: str) -> str:
        text = clean(self._hide(text))
        text = self._hide(text)  # control characters may have split what is whole only now
        if any(value in text for value in self._values) or self._in_pieces(text):
            return MASK
        return text

    def _in_pieces(self, text: str) -> bool:
        """Whether a piece of a secret can be read once the text is unescaped and squeezed.

        A proxy may wrap a header, and a page escape or cut it: then nothing of it is shown.
        """
        if not self._pieces:
            return False
        plain = html.unescape(unquote(unquote(text)))
        plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), plain)
        squeezed = _squeezed(_TAG.sub("", plain))
        return any(squeezed[i : i + PIECE] in self._pieces for i in range(len(squeezed)))

    def brief(self, text: str, limit: int = 200) -> str:
        """At most `limit` characters of the text, and never the first half of a secret."""
        looked_at = 4096 + self._longest
        shown = self(text[:looked_at])
        if len(text) > looked_at:
            shown = shown[: max(0, len(shown) - self._longest)]
        return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"

    def _hide(self, text: str) -> str:
        text = self._known.sub(MASK, text)
        if self._cores:
            text = _BASE64.sub(self._hide_base64, text)
        text = _HEADER.sub(rf"\1{MASK}", text)
        text = _SCHEME.sub(rf"\1\2{MASK}", text)
        return _USERINFO.sub(rf"\1{MASK}@", text)

    def _hide_base64(self, found: re.Match[str]) -> str:
        token = found[0]
        return MASK if any(core in token for core in self._cores) else token


def _squeezed(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _pieces(value: str) -> Iterator[str]:
    """Every stretch of a long secret, and of its base64, that would give it away.

    Only of secrets that look made rather than chosen: every other word of a text may be
    part of a pass phrase, and hiding those would hide what went wrong.
    """
    for form in (value, b64encode(value.encode("utf-8", "replace")).decode("ascii")):
        squeezed = _squeezed(form)
        if len(value) < LONG or value.isalpha():
            return
        yield from (squeezed[i : i + PIECE] for i in range(len(squeezed) - PIECE + 1))


def _forms(value: str) -> Iterator[str]:
    """How a value may look in a text of somebody else's making."""
    raw = value.encode("utf-8", "surrogatepass")
    yield value
    yield repr(value)[1:-1]
    yield html.escape(value)
    for safe in ("", "/", "!$&'()*+,;=:@/?-._~"):
        yield quote(raw, safe=safe)
    yield quote_plus(raw)
    for ascii_only in (True, False):
        escaped = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        yield escaped
        yield escaped.replace("/", "\\/")
        yield json.dumps(escaped, ensure_ascii=ascii_only)[1:-1]


def _cores(value: bytes) -> Iterator[str]:
    """The characters that a value becomes in base64, whatever stands before and after it."""
    for before in range(3):
        encoded = b64encode(bytes(before) + value).decode("ascii")
        core = encoded[-(-8 * before // 6) : 8 * (before + len(value)) // 6]
        if len(core) >= SHORTEST:
            yield core
            yield core.replace("+", "-").replace("/", "_")

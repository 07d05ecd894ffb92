"""Which system a row is about."""

from __future__ import annotations

from msgspec import Struct


class Identity(Struct, frozen=True, kw_only=True):
    """What tells one system from all others: a name alone may be used for several.

    `address` is where it is asked, with what else tells it apart (a project), and no secret.
    """

    name: str
    kind: str
    address: str

"""Identifiers as Spinnaker makes them, from a seeded source of chance."""

from __future__ import annotations

import base64
import random
import uuid

_CROCKFORD = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)


def ulid(at: int, chance: random.Random) -> str:
    """A ULID: the newest one is the last in order, which is how Orca finds the newest runs."""
    number = at << 80 | chance.getrandbits(80)  # 128 bits, which 26 letters hold in 130
    letters = base64.b32encode((number << 6).to_bytes(17))[:26]
    return letters.translate(_CROCKFORD).decode()


def uuid4(chance: random.Random) -> str:
    """A UUID, which Orca used before: its order says nothing about age."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))

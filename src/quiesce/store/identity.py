"""Which system a row is about."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct


class Identity(Struct, frozen=True, kw_only=True):
    """What tells one system from all others: a name alone may be used for several.

    A system is its kind and its address; the name is what it was called last.
    `address` is where it is asked, with what else tells it apart (a project), and no secret.
    """

    name: str
    kind: str
    address: str


def matched(known: Mapping[Identity, str], asked: Collection[Identity]) -> dict[Identity, str]:
    """The keys of those of the systems that are known, by `known`'s identities.

    One that was renamed is the same system: what runs at an address is asked for under any name.
    But two that are asked under two names at one address (of which each sees a part) stay two.
    """
    found = {one: known[one] for one in asked if one in known}
    names = {one.name for one in asked}
    spare = [one for one in known if one not in found and one.name not in names]
    for one in asked:
        if one in found:
            continue
        same = next((each for each in spare if _at(each) == _at(one)), None)
        if same is not None:
            spare.remove(same)
            found[one] = known[same]
    return found


def _at(identity: Identity) -> tuple[str, str]:
    return identity.kind, identity.address

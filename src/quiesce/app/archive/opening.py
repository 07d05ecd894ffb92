"""Opening the store for a command that asks no system, and what its sources are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from quiesce.errors import ConfigError
from quiesce.render.complaint import nearest

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from quiesce.store import Store


@contextmanager
def archive(location: str | None, *, create: bool = False) -> Iterator[Store]:
    """The store at a location, until the block ends.

    Raises `ConfigError` where it is switched off, `NoStore` where nothing is there yet.
    """
    if location is None:
        raise ConfigError(
            "this needs a store, and there is none to use",
            hint='set `store` in quiesce.toml, or QUIESCE_STORE; "none" switches it off',
        )
    from quiesce.store import open_store  # SQLAlchemy costs more than all the rest

    with open_store(location, create=create) as store:
        yield store


def named(connection: Connection) -> dict[str, str]:
    """All sources that the store knows, by key: the names that they have in patterns."""
    from quiesce.store.reading.lookup import source_names

    return source_names(connection)


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """The same to be shown: where two systems have one name, each is shown by its key."""
    times = Counter(names.values())
    return {key: name if times[name] == 1 else key for key, name in names.items()}


def chosen(names: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
    """Those of the sources that were asked for by name; raises `ConfigError` for a wrong one."""
    for one in wanted:
        if one not in names.values():
            near = nearest(one, names.values())
            raise ConfigError(
                f"the store knows no source named `{one[:100]}`",
                hint=f"did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else "",
            )
    return {key: name for key, name in names.items() if not wanted or name in wanted}

"""What the commands that look back share: the store, and which of its sources are meant."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from quiesce.cli.session import Selection, configured, store_location_of
from quiesce.config import SourceConfig, config_home, find

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Archive(Struct, frozen=True, kw_only=True):
    """An open store. `names` are the sources that are meant, by key; `configured` by name."""

    connection: Connection
    names: dict[str, str]
    configured: dict[str, SourceConfig]

    @property
    def asked(self) -> list[str]:
        """The names of all that are meant, whether or not the store knows them."""
        return list(self.configured) or list(self.names.values())


@contextmanager
def archived(sources: tuple[str, ...], path: str | None) -> Iterator[Archive]:
    """The store, with the sources of `-s` or of the configuration; without both, with all.

    A source may be named as the store knows it where there is no configuration.
    """
    from quiesce.app.archive.opening import archive, chosen, named, told_apart
    from quiesce.app.memory import identity_of
    from quiesce.store.reading import read

    there = find(path, os.environ, Path.cwd(), config_home(os.environ)).path is not None
    addresses = any("+" in one for one in sources)
    config = configured(Selection(sources=sources, path=path)) if there or addresses else None
    with archive(store_location_of(path)) as store, store.reading() as connection:
        if config is None:
            names = chosen(told_apart(named(connection)), sources)
            yield Archive(connection=connection, names=names, configured={})
            return
        identities = [identity_of(source) for source in config.sources]
        known = read.keys(connection, identities)
        yield Archive(
            connection=connection,
            names={key: identity.name for identity, key in known.items()},
            configured={source.name: source for source in config.sources},
        )

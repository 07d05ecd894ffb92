"""From the words of a command line to a configuration."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from quiesce import app
from quiesce.cli.screen import remark
from quiesce.config import Config, config_home, configure, find, load, store_location
from quiesce.sources import KINDS


class Selection(Struct, frozen=True, kw_only=True):
    """Which systems are asked, and about what: the shared options of the commands."""

    sources: tuple[str, ...] = ()
    path: str | None = None
    application: str | None = None
    parts: tuple[str, ...] = ()
    no_store: bool = False

    @property
    def narrowed(self) -> bool:
        """Whether less than everything is asked."""
        return self.application is not None or bool(self.parts)

    @property
    def scope(self) -> str | None:
        """To what the question was narrowed, in words; None for everything."""
        said = [f"application {self.application}"] if self.application is not None else []
        said += [f"parts {','.join(self.parts)}"] if self.parts else []
        return ", ".join(said) or None


def configured(selection: Selection) -> Config:
    """The configuration that the options select; its warnings go to stderr."""
    config = configure(
        selection.sources,
        explicit=selection.path,
        env=os.environ,
        cwd=Path.cwd(),
        config_home=config_home(os.environ),
        kinds=KINDS,
    )
    for warning in config.warnings:
        remark(f"warning: {warning}\n")
    wanted = [part for parts in selection.parts for part in parts.split(",")]
    return app.narrowed(config, wanted) if wanted else config


def memory_for(config: Config, selection: Selection) -> app.Memory | None:
    """The store that these systems are remembered in; None where it is left alone.

    Parts that a command leaves out can't be asked for what is remembered of them, so that a
    look at some parts alone neither reads nor writes.
    """
    if selection.no_store or selection.parts:
        return None
    return app.memory_of(config, os.environ, Path.cwd())


def store_location_of(path: str | None) -> str | None:
    """Where the store is for a command that asks no system; None where it is switched off."""
    found = find(path, os.environ, Path.cwd(), config_home(os.environ))
    store = None if found.path is None else load(found.path, KINDS).store
    return store_location(store, os.environ, Path.cwd())

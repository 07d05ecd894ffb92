"""From the words of a command line to a configuration."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from quiesce import app
from quiesce.cli.screen import remark
from quiesce.config import Config, config_home, configure
from quiesce.sources import KINDS


class Selection(Struct, frozen=True, kw_only=True):
    """Which systems are asked, and about what: the shared options of the commands."""

    sources: tuple[str, ...] = ()
    path: str | None = None
    application: str | None = None
    parts: tuple[str, ...] = ()

    @property
    def narrowed(self) -> bool:
        """Whether less than everything is asked."""
        return self.application is not None or bool(self.parts)


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

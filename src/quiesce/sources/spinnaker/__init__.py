"""Spinnaker, asked through Gate. What is seen and what is not: README.md in this folder."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from quiesce.source import Fetch, Kind, Source

PartName = Literal["pipelines", "tasks", "search"]


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys of `[sources.NAME]` that only Spinnaker has.

    `parts`: what to ask, for a Gate or an account that can't do more; every answer then says
    what was left out. `deck_url`: the address of Deck, for links. `window`: how many of
    the newest executions of each pipeline, or tasks of an application, a mark covers.
    `limit`: how many active executions of one pipeline, or tasks of an application, to ask
    for at first. `search_size`: the same for the search.
    """

    parts: tuple[PartName, ...] = ("pipelines", "tasks", "search")
    deck_url: str | None = None
    window: int = 50
    limit: int = 1000
    search_size: int = 5000

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("`parts` must name at least one of pipelines, tasks, search")
        if min(self.window, self.limit, self.search_size) < 1:
            raise ValueError("`window`, `limit` and `search_size` must be at least 1")


def _open(name: str, config: Config, fetch: Fetch) -> Source:
    from quiesce.sources.spinnaker.source import Spinnaker  # only when it is asked

    return Spinnaker(name, config, fetch)


KIND = Kind(name="spinnaker", title="Spinnaker (Gate)", config=Config, open=_open, settle=30.0)
"""`settle`: Echo tries to start a child for 20 s (PipelineInitiator: 5 times, 5 s apart)."""

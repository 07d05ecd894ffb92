"""How Gate is asked, whatever for: what its lists need, and how much at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

from quiesce.errors import SourceError, Truncated
from quiesce.source import Fetch

Result = TypeVar("Result")

LARGER = 8
"""How much more is asked for when a list came back as long as its limit."""

LARGEST = 100_000
"""A list that is still full at this size is a gap."""

SIDE_BY_SIDE = 1024
"""More than a client's `concurrency` can be: the client, not this, sets the pace."""


async def slim(fetch: Fetch, path: Sequence[str], query: dict[str, str | int]) -> bytes:
    """Without the stages' contexts, and with them where Gate can't do without.

    One odd execution (a trigger of type pipeline without its parent) makes Gate answer
    500 to a whole list with `expand=false`; `expand=true` works.
    """
    if "expand" in query:
        return await fetch.get(path, query)
    try:
        return await fetch.get(path, {**query, "expand": "false"})
    except SourceError as error:
        if error.status != 500:
            raise
    return await fetch.get(path, {**query, "expand": "true"})


def larger(limit: int) -> int:
    """What to ask for next where a list came back as long as its limit."""
    return min(limit * LARGER, LARGEST)


def is_full(name: str, given: int, limit: int, before: int) -> bool:
    """Whether a list came back as long as its limit, so that there may be more.

    Raises `Truncated` when more can't be had: at our own largest limit, or when a
    larger limit brought exactly as many as the one `before`.
    """
    if 0 < given == before or given >= limit >= LARGEST:
        raise Truncated(
            f"{name} gave {given} runs, exactly as many as it may give",
            hint="there may be more than can be asked for at once",
        )
    return given >= limit


async def together(waiting: Iterable[Coroutine[Any, Any, Result]]) -> list[Result]:
    """The results of all, in their order; if one of them breaks, none of the others lives on.

    They are begun as others end, so that a Gate with a hundred thousand parts does not
    make as many tasks wait, which can't be cancelled in time.
    """
    results: dict[int, Result] = {}
    numbered = enumerate(waiting)

    async def work(first: tuple[int, Coroutine[Any, Any, Result]]) -> None:
        for number, one in chain((first,), numbered):
            results[number] = await one

    async with asyncio.TaskGroup() as group:
        for first in islice(numbered, SIDE_BY_SIDE):
            group.create_task(work(first))
    return [results[number] for number in sorted(results)]

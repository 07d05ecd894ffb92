"""How well predictions have held: a document, and lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from quiesce.render.screen import Screen
from quiesce.render.shapes import SCHEMA, Time
from quiesce.render.words import count, duration, rfc3339

ENOUGH = 50
"""Of fewer predictions a share says little: 90 % of 20 is 18, and 15 would be no surprise."""


class CoverageDocument(Struct, frozen=True, kw_only=True):
    """How well predictions held.

    Of `predictions` with a bound `held` ended before it: `share` of them, where 0.9 is what is
    promised. `without` had none. `error` is the median of how many seconds the likely end was
    off, `typical` the median of what there was to come; null where there is nothing to count.
    """

    predictions: int
    held: int
    without: int
    share: float | None
    error: float | None
    typical: float | None
    enough: Annotated[bool, Meta(description="Whether these are enough to say anything")]


class ForecastDocument(Struct, frozen=True, kw_only=True):
    """What `history --forecast` answers; `open` is of how many the end is not known yet."""

    schema: Literal[1] = SCHEMA
    since: Time | None
    until: Time | None
    runs: CoverageDocument
    together: CoverageDocument
    sources: dict[str, CoverageDocument]
    open: int


class Kept(Struct, frozen=True, kw_only=True):
    """The figures of a coverage."""

    count: int
    held: int
    without: int
    share: float | None
    error: float | None
    typical: float | None


def forecast_document(
    runs: Kept,
    together: Kept,
    sources: Mapping[str, Kept],
    *,
    waiting: int,
    since: datetime,
    until: datetime,
) -> ForecastDocument:
    """The document of `history --forecast`."""
    return ForecastDocument(
        since=rfc3339(since),
        until=rfc3339(until),
        runs=_document(runs),
        together=_document(together),
        sources={name: _document(one) for name, one in sources.items()},
        open=waiting,
    )


def forecast_lines(
    runs: Kept, together: Kept, sources: Mapping[str, Kept], waiting: int, screen: Screen
) -> str:
    """`runs: the 90 % bound held in 91 % of 340 predictions; …`, for each source as well."""
    said = {"everything quiet": together, "all runs": runs}
    if len(sources) > 1:
        said |= sources
    lines = [f"{name}: {_words(one)}" for name, one in said.items()]
    if waiting:
        lines.append(f"{count(waiting, 'more prediction')}: what came of them is not known yet")
    return "".join(f"{screen.text(line)}\n" for line in lines)


def _words(one: Kept) -> str:
    if not one.count:
        none = "no prediction with a bound" if one.without else "no prediction"
        said = f"cannot tell: {none} has been checked yet"
        return f"{said}; {one.without:,} without a bound" if one.without else said
    if one.share is None or one.count < ENOUGH:
        said = f"too few to say: {one.held:,} of {count(one.count, 'prediction')} held"
    else:
        percent = round(100 * one.share)
        said = f"the 90 % bound held in {percent} % of {count(one.count, 'prediction')}"
    if one.error is not None and one.typical is not None:
        said += f"; usually off by {duration(one.error)} of {duration(one.typical)}"
    if one.without:
        said += f"; {one.without:,} without a bound"
    return said


def _document(one: Kept) -> CoverageDocument:
    return CoverageDocument(
        predictions=one.count,
        held=one.held,
        without=one.without,
        share=None if one.share is None else round(one.share, 4),
        error=None if one.error is None else round(one.error, 3),
        typical=None if one.typical is None else round(one.typical, 3),
        enough=one.count >= ENOUGH,
    )

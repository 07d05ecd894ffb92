"""All pipelines that are known: a document, and a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from quiesce.model import State
from quiesce.past import Pipeline
from quiesce.render.cell import Cell
from quiesce.render.document import run_document
from quiesce.render.grid import grid
from quiesce.render.screen import COLORS, Screen
from quiesce.render.shapes import SCHEMA, RunDocument
from quiesce.render.words import age, begin, count, duration, rfc3339

COLUMNS = (
    "pipeline", "application", "source", "runs", "active", "last", "when", "success", "usually",
    "strip",
)  # fmt: skip
_SHRINKS = (
    ("application", 12), ("pipeline", 20), ("source", 8), ("active", 0), ("pipeline", 16),
    ("application", 8), ("usually", 0), ("runs", 0), ("pipeline", 12), ("source", 4),
    ("strip", 0), ("success", 0), ("application", 4), ("pipeline", 8),
)  # fmt: skip
_SHORT = {"APPLICATION": "APP", "PIPELINE": "NAME", "SOURCE": "SRC"}


class PipelineDocument(Struct, frozen=True, kw_only=True):
    """What is known of one pipeline.

    `counts` are over all runs that are kept; `strip` are the states of the newest, the newest
    last. `success` is the share of the newest that succeeded, of those that succeeded, failed or
    timed out; `typical` the median duration in seconds.
    """

    source: str
    application: str
    pipeline: str
    counts: dict[State, int]
    last: RunDocument | None
    strip: list[State]
    success: float | None
    typical: float | None


class PipelinesDocument(Struct, frozen=True, kw_only=True):
    """What `pipelines` answers; what began last comes first."""

    schema: Literal[1] = SCHEMA
    pipelines: list[PipelineDocument]


def pipelines_document(pipelines: Sequence[Pipeline]) -> PipelinesDocument:
    """The document of `pipelines`."""
    return PipelinesDocument(
        pipelines=[
            PipelineDocument(
                source=one.source,
                application=one.application,
                pipeline=one.name,
                counts=dict(one.counts),
                last=None if one.last is None else run_document(one.last),
                strip=list(one.strip),
                success=None if one.success is None else round(one.success, 4),
                typical=None if one.typical is None else round(one.typical, 3),
            )
            for one in pipelines
        ]
    )


def pipelines_table(pipelines: Sequence[Pipeline], screen: Screen, now: datetime) -> str:
    """A line for each pipeline."""
    rows = [[_cell(one, column, screen, now) for column in COLUMNS] for one in pipelines]
    heads = [column.upper() for column in COLUMNS]
    return grid(
        COLUMNS,
        heads,
        rows,
        screen,
        _SHRINKS,
        short=lambda head: _SHORT.get(head, head),
        middles={"application", "source"},
        rights={"runs", "active", "success"},
        wholes={"runs", "active", "success", "usually", "strip"},
    )


def pipelines_words(pipelines: Sequence[Pipeline]) -> str:
    """`212 pipelines, 3 of them active`."""
    going = sum(
        any(state.active and many for state, many in one.counts.items()) for one in pipelines
    )
    said = count(len(pipelines), "pipeline")
    return f"{said}, {going:,} of them active" if going else said


def _cell(one: Pipeline, column: str, screen: Screen, now: datetime) -> Cell:
    match column:
        case "pipeline":
            return Cell(screen.text(one.name))
        case "application":
            return Cell(screen.text(one.application))
        case "source":
            return Cell(screen.text(one.source))
        case "runs":
            return Cell(_number(sum(one.counts.values()), screen))
        case "active":
            going = sum(many for state, many in one.counts.items() if state.active)
            return Cell(_number(going, screen) if going or screen.width is None else "")
        case "last":
            return _last(one, screen)
        case "when":
            return Cell(_when(one, screen, now))
        case "success":
            return Cell("" if one.success is None else f"{round(100 * one.success)} %")
        case "usually":
            return Cell("" if one.typical is None else _length(one.typical, screen))
        case _:
            # A cell that is cut must not be coloured inside.
            return Cell("".join(screen.glyph(state) for state in one.strip[-_cells(screen) :]))


def _cells(screen: Screen) -> int:
    return 20 if screen.width is None or screen.width >= 120 else 10


def _number(number: int, screen: Screen) -> str:
    return f"{number:,}" if screen.width is not None else str(number)


def _length(seconds: float, screen: Screen) -> str:
    return duration(seconds) if screen.width is not None else f"{seconds:.0f}"


def _last(one: Pipeline, screen: Screen) -> Cell:
    if one.last is None:
        return Cell("")
    state = one.last.state
    mark = screen.glyph(state) if screen.width is not None else ""
    return Cell(state, mark, COLORS.get(state, ""))


def _when(one: Pipeline, screen: Screen, now: datetime) -> str:
    if one.last is None:
        return ""
    if screen.width is None:
        return rfc3339(begin(one.last)) or ""
    known = age(one.last, now)
    return known if known == "?" or known.startswith("in ") else f"{known} ago"

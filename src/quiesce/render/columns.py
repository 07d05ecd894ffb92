"""What a run shows in each column, by the names of the JSON run's keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from quiesce.errors import ConfigError
from quiesce.model import Run
from quiesce.render.complaint import nearest
from quiesce.render.screen import COLORS, Screen
from quiesce.render.shapes import RunDocument
from quiesce.render.words import age, begin, rfc3339, took

FIELDS: tuple[str, ...] = RunDocument.__struct_fields__
"""What `--fields` may name: the keys of a run in the JSON document, in their order."""

TIMES = frozenset({"created_at", "started_at", "ended_at"})

NARROW = ("state", "source", "application", "pipeline", "age", "who", "id")
WIDE = (
    "state", "native_state", "type", "source", "application", "pipeline", "age",
    "started_by", "waiting_on", "id", "url", "details",
)  # fmt: skip
PIPED = ("state", "source", "application", "pipeline", "since", "started_by", "waiting_on", "id")
STATUS = ("state", "source", "application", "age", "took", "who", "id")
STATUS_WIDE = (
    "state", "native_state", "type", "source", "application", "age", "took",
    "started_by", "waiting_on", "id", "url", "details",
)  # fmt: skip
STATUS_PIPED = (
    "state", "source", "application", "started_at", "ended_at", "started_by", "waiting_on", "id",
)  # fmt: skip

_WHO = {
    (False, False): "STARTED BY",
    (True, False): "STARTED BY",
    (False, True): "WAITING ON",
    (True, True): "BY / WAITING ON",
}


class Cell(Struct, frozen=True):
    """A clean text, with the glyph before it, its colour, and where it links to."""

    text: str
    glyph: str = ""
    color: str = ""
    link: str = ""


def check_fields(fields: Sequence[str]) -> tuple[str, ...]:
    """The fields as they were given; the first that no run has is an error with the nearest."""
    for field in fields:
        if field not in FIELDS:
            close = nearest(field, FIELDS)
            meant = f"did you mean {' or '.join(f'`{name}`' for name in close)}?\n" if close else ""
            raise ConfigError(
                f"unknown field `{field[:100]}`", hint=f"{meant}available: {', '.join(FIELDS)}"
            )
    return tuple(fields)


def chosen(
    screen: Screen, *, wide: bool, status: bool, fields: Sequence[str] | None
) -> tuple[str, ...]:
    """Which columns to draw; a pipe has times instead of ages, and nothing merged."""
    if fields:
        return check_fields(fields)
    if screen.width is not None:
        narrow, wider = (STATUS, STATUS_WIDE) if status else (NARROW, WIDE)
        return wider if wide else narrow
    piped = STATUS_PIPED if status else PIPED
    return (*piped, "type", "native_state", "url", "details") if wide else piped


def header(column: str, runs: Sequence[Run], screen: Screen) -> str:
    """What stands above a column: upper case, and a key's name in a pipe."""
    if column == "who":
        waiting = sum(bool(run.waiting_on) for run in runs)
        return _WHO[waiting < len(runs) or not runs, waiting > 0]
    return column.upper() if screen.width is None else column.replace("_", " ").upper()


def cell(run: Run, column: str, screen: Screen, now: datetime) -> Cell:
    """What a run shows in a column: state with its glyph, the id with its link."""
    if column == "state" and screen.width is not None:
        return Cell(run.state, screen.glyph(run.state), COLORS.get(run.state, ""))
    if column == "id":
        return Cell(screen.text(run.id), link=link(run.url) if screen.hyperlinks else "")
    return Cell(screen.text(value(run, column, now)))


def value(run: Run, column: str, now: datetime) -> str:
    """What a run has in a column, as it came; empty for nothing."""
    if column == "age":
        return age(run, now)
    if column == "since":
        return rfc3339(begin(run)) or ""
    if column == "who":
        return run.waiting_on or run.started_by or ""
    if column == "took":
        return took(run)
    if column == "details":
        return ", ".join(f"{key}={one}" for key, one in run.details.items() if one is not None)
    found = getattr(run, column)
    if column in TIMES:
        return rfc3339(found) or ""
    return found or ""


def link(url: str | None) -> str:
    """An address that a terminal may be told to open: http and https, and nothing odd in it."""
    if url is None or not url.lower().startswith(("https://", "http://")) or len(url) > 2000:
        return ""
    return url if url.isascii() and url.isprintable() and " " not in url else ""

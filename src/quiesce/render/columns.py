"""What a run shows in each column, by the names of the JSON run's keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from quiesce.errors import ConfigError
from quiesce.model import Run
from quiesce.render.beside import Beside, bound_at, likely_at
from quiesce.render.cell import Cell
from quiesce.render.complaint import nearest
from quiesce.render.estimates import run_note
from quiesce.render.expected import eta
from quiesce.render.screen import COLORS, YELLOW, Screen
from quiesce.render.shapes import RunDocument
from quiesce.render.words import age, begin, rfc3339, took

BESIDE = ("eta", "eta_bound", "eta_note", "waived_until")
"""What we know of a run beside what its system says."""

FIELDS: tuple[str, ...] = (
    *(name for name in RunDocument.__struct_fields__ if name not in {"estimate", "waived_until"}),
    *BESIDE,
)
"""What `--fields` may name: the flat keys of a run in the JSON document, in their order, and what
is `likely_at`, `bound_at` and `note` of its `estimate` there."""

TIMES = frozenset({"created_at", "started_at", "ended_at", "changed_at"})

NARROW = ("state", "source", "application", "pipeline", "age", "eta", "who", "id")
WIDE = (
    "state", "native_state", "type", "source", "application", "pipeline", "age", "eta",
    "started_by", "waiting_on", "id", "eta_note", "url", "details",
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
    screen: Screen, known: Beside, *, wide: bool, status: bool, fields: Sequence[str] | None
) -> tuple[str, ...]:
    """Which columns to draw; a pipe has times instead of ages, and nothing merged.

    A terminal has no column for estimates where nobody has made any.
    """
    if fields:
        return check_fields(fields)
    if screen.width is not None:
        narrow, wider = (STATUS, STATUS_WIDE) if status else (NARROW, WIDE)
        columns = wider if wide else narrow
        return (
            columns
            if known.estimates is not None
            else tuple(name for name in columns if name not in BESIDE)
        )
    piped = STATUS_PIPED if status else PIPED
    return (*piped, "type", "native_state", "url", "details", *BESIDE) if wide else piped


def header(column: str, runs: Sequence[Run], screen: Screen) -> str:
    """What stands above a column: upper case, and a key's name in a pipe."""
    if column == "who":
        waiting = sum(bool(run.waiting_on) for run in runs)
        return _WHO[waiting < len(runs) or not runs, waiting > 0]
    return column.upper() if screen.width is None else column.replace("_", " ").upper()


def cell(
    run: Run, column: str, screen: Screen, now: datetime, known: Beside, *, short: bool = False
) -> Cell:
    """What a run shows in a column: state with its glyph, the id with its link.

    `short` is for a column of estimates that has room for the hour only.
    """
    if column == "state" and screen.width is not None:
        text = run.state if known.waiver(run) is None else f"{run.state} (waived)"
        return Cell(text, screen.glyph(run.state), COLORS.get(run.state, ""))
    if column == "id":
        return Cell(screen.text(run.id), link=link(run.url) if screen.hyperlinks else "")
    if column == "eta" and screen.width is not None:
        estimate = known.estimate(run)
        late = estimate is not None and (estimate.overdue or estimate.stuck)
        return Cell(screen.text(eta(estimate, now, short=short)), color=YELLOW if late else "")
    return Cell(screen.text(value(run, column, now, known)))


def value(run: Run, column: str, now: datetime, known: Beside) -> str:
    """What a run has in a column, as it came; empty for nothing."""
    if column in BESIDE:
        return beside_value(run, column, known)
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


def beside_value(run: Run, column: str, known: Beside) -> str:
    """One of the fields `BESIDE`, with times for programs; empty for nothing."""
    if column == "waived_until":
        waiver = known.waiver(run)
        return "" if waiver is None else rfc3339(waiver.until) or ""
    estimate = known.estimate(run)
    if estimate is None:
        return ""
    match column:
        case "eta":
            return rfc3339(likely_at(estimate)) or ""
        case "eta_bound":
            return rfc3339(bound_at(estimate)) or ""
        case _:
            return run_note(run, estimate)


def link(url: str | None) -> str:
    """An address that a terminal may be told to open: http and https, and nothing odd in it."""
    if url is None or not url.lower().startswith(("https://", "http://")) or len(url) > 2000:
        return ""
    return url if url.isascii() and url.isprintable() and " " not in url else ""

"""Runs as a table: fitted on a terminal, whole in a pipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from quiesce.model import Run, State
from quiesce.render.beside import NOTHING, Beside
from quiesce.render.cell import Cell
from quiesce.render.columns import cell, chosen, header
from quiesce.render.fit import cut_end, cut_middle, padded, width
from quiesce.render.grid import GUTTER, WIDEST, cell_width, fitted, line, naturals, taken
from quiesce.render.screen import BOLD, COLORS, Screen

NARROWEST = 60
"""On fewer columns than this each run has two lines, and where the table does not fit."""

ID_PREFIX = 12
"""Of an id at least this much stays: enough to tell runs apart and to name one by it."""

SHRINKS: tuple[tuple[str, int], ...] = (
    ("details", 0), ("url", 0), ("eta_note", 0), ("native_state", 8), ("started_by", 8), ("who", 8),
    ("waiting_on", 8), ("application", 12), ("id", ID_PREFIX + 2), ("pipeline", 12),
    ("source", 8), ("who", 4), ("application", 8), ("who", 0), ("pipeline", 8), ("started_by", 4),
    ("waiting_on", 4), ("source", 4), ("native_state", 0), ("started_by", 0),
    ("waiting_on", 0), ("type", 0), ("application", 4), ("pipeline", 4),
)  # fmt: skip
"""What gives way first, and to how many cells; at 0 the column goes. State and age never do, nor
does the hour of an estimate: how far off that is has gone before."""

_SHORT_HEADS = {
    "STARTED BY": "BY",
    "WAITING ON": "FOR",
    "BY / WAITING ON": "BY",
    "APPLICATION": "APP",
    "NATIVE STATE": "NATIVE",
}
"""What stands above a column that has become too narrow for its name."""

_WHOLES = frozenset({"url"})
"""Half an address is of no use to anybody."""

_MIDDLE = frozenset({"application", "source", "url"})


def table(
    runs: Sequence[Run],
    screen: Screen,
    now: datetime,
    *,
    wide: bool = False,
    status: bool = False,
    fields: Sequence[str] | None = None,
    known: Beside = NOTHING,
) -> str:
    """The runs as lines under a header; empty without runs."""
    columns = chosen(screen, known, wide=wide, status=status, fields=fields)
    if not runs:
        return ""
    if screen.width is not None and screen.width < NARROWEST and not fields:
        return "".join(_two_lines(run, screen, screen.width, now, known) for run in runs)
    heads = [header(column, runs, screen) for column in columns]
    rows = [[cell(run, column, screen, now, known) for column in columns] for run in runs]
    if screen.width is None:
        rows = [[one if one.text else Cell("-") for one in row] for row in rows]
    natural = naturals(heads, rows)
    if screen.width is not None and "eta" in columns and taken(natural) > screen.width:
        rows = [
            [cell(run, column, screen, now, known, short=True) for column in columns]
            for run in runs
        ]
        natural = naturals(heads, rows)
    if screen.width is None:
        widths = [min(cells, WIDEST) for cells in natural]
    else:
        widths = fitted(columns, natural, screen.width, SHRINKS, wholes=_WHOLES, keep=bool(fields))
        if taken(widths) > screen.width and not fields:
            return "".join(_two_lines(run, screen, screen.width, now, known) for run in runs)
    short = [
        _SHORT_HEADS.get(head, head) if len(head) > cells else head
        for head, cells in zip(heads, widths, strict=True)
    ]
    shown = [[Cell(head, color=BOLD) for head in short], *rows]
    lines = [line(row, columns, widths, screen, _MIDDLE) for row in shown]
    return "".join(f"{one}\n" for one in lines)


def plain(
    runs: Sequence[Run],
    screen: Screen,
    now: datetime,
    *,
    status: bool = False,
    fields: Sequence[str] | None = None,
    known: Beside = NOTHING,
) -> str:
    """The runs with one tab between columns, without a header, as a pipe has them."""
    pipe = Screen(unicode=screen.unicode)
    columns = chosen(pipe, known, wide=False, status=status, fields=fields)
    return "".join(
        "\t".join(cell(run, column, pipe, now, known).text for column in columns) + "\n"
        for run in runs
    )


def _two_lines(run: Run, screen: Screen, limit: int, now: datetime, known: Beside) -> str:
    """First state, age, the hour of its end and id, then where it is and who it is about."""
    state, age, who, ident = (
        cell(run, name, screen, now, known) for name in ("state", "age", "who", "id")
    )
    ends = cell(run, "eta", screen, now, known, short=True)
    mark = f"{screen.arrow}{ends.text}" if ends.text[:1].isdigit() else ends.text
    spent = cell_width(state) + width(age.text) + 2 * len(GUTTER)
    # An id that tells nothing apart is worth less than the hour, which no other line has.
    timed = bool(mark.strip("-")) and limit - spent - width(mark) - len(GUTTER) >= min(
        ID_PREFIX, width(ident.text)
    )
    room = limit - spent - (width(mark) + len(GUTTER) if timed else 0)
    kept = max(ID_PREFIX if timed else ID_PREFIX + 2, room)
    shown = line([ident], ["id"], [kept], screen)
    drawn = [screen.paint(f"{state.glyph} {state.text}", COLORS.get(run.state, "")), age.text]
    drawn += [screen.paint(mark, ends.color)] if timed else []
    first = GUTTER.join([*drawn, shown])
    names = [screen.text(one) for one in (run.source, run.application, run.pipeline) if one]
    if ends.color and not timed:  # that a run is late is never left out
        names[0] = f"{mark}{GUTTER}{names[0]}"
    second = GUTTER + cut_middle("/".join(names), limit - len(GUTTER), screen.ellipsis)
    rest = limit - width(second) - len(GUTTER)
    if who.text and rest >= 8:
        second += GUTTER + cut_end(who.text, rest, screen.ellipsis)
    return f"{first}\n{second}\n"


def counts(groups: Mapping[State, int], screen: Screen) -> str:
    """States with how many runs each has, one a line."""
    if screen.width is None:
        longest = max(map(len, groups), default=0)
        return "".join(
            f"{padded(state, longest)}{GUTTER}{number}\n" for state, number in groups.items()
        )
    longest = max((len(state) + 2 for state in groups), default=0)
    most = max((len(f"{number:,}") for number in groups.values()), default=0)
    return "".join(
        screen.paint(padded(f"{screen.glyph(state)} {state}", longest), COLORS.get(state, ""))
        + f"{GUTTER}{number:>{most},}\n"
        for state, number in groups.items()
    )

"""Cells in columns: fitted on a terminal, whole in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from quiesce.render.cell import Cell
from quiesce.render.fit import cut_end, cut_middle, width
from quiesce.render.screen import BOLD, Screen

GUTTER = "  "

WIDEST = 200
"""In a pipe columns are aligned up to here; a longer text is whole and pushes its own line."""

Shrinks = Sequence[tuple[str, int]]
"""What gives way first, and to how many cells; at 0 the column goes."""


def grid(
    columns: Sequence[str],
    heads: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    screen: Screen,
    shrinks: Shrinks = (),
    *,
    short: Callable[[str], str] = lambda head: head,
    middles: Collection[str] = (),
    rights: Collection[str] = (),
    wholes: Collection[str] = (),
) -> str:
    """Lines under a header; empty without rows. What does not fit a terminal is stacked.

    `short` gives what stands above a column that is too narrow for its name. Of `middles` the
    middle is left out where it must be, of all others the end; `rights` end together, and
    `wholes` are whole or not there.
    """
    if not rows:
        return ""
    if screen.width is None:
        rows = [[one if one.text else Cell("-") for one in row] for row in rows]
    natural = naturals(heads, rows)
    if screen.width is None:
        widths = [min(cells, WIDEST) for cells in natural]
    else:
        widths = fitted(columns, natural, screen.width, shrinks, wholes=wholes)
        if taken(widths) > screen.width:
            return stacked(heads, rows, screen)
    shown = [
        Cell(short(head) if len(head) > cells else head, color=BOLD)
        for head, cells in zip(heads, widths, strict=True)
    ]
    lines = [line(row, columns, widths, screen, middles, rights) for row in (shown, *rows)]
    return "".join(f"{one}\n" for one in lines)


def stacked(heads: Sequence[str], rows: Sequence[Sequence[Cell]], screen: Screen) -> str:
    """Each row on lines of its own: the first cell, then each of the others under its head."""
    limit = screen.width or WIDEST
    lines: list[str] = []
    for first, *rest in rows:
        lines.append(_drawn(first, limit, screen, cut_end)[0])
        for head, one in zip(heads[1:], rest, strict=True):
            lead = f"{GUTTER}{head.lower()}: "
            if one.text:
                lines.append(lead + _drawn(one, limit - width(lead), screen, cut_end)[0])
    return "".join(f"{one}\n" for one in lines)


def naturals(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[int]:
    """How wide each column would be."""
    return [
        max(width(head), *(cell_width(row[place]) for row in rows))
        for place, head in enumerate(heads)
    ]


def taken(widths: Sequence[int]) -> int:
    """How wide the lines are; a column of no width is not there."""
    return sum(widths) + len(GUTTER) * (sum(map(bool, widths)) - 1)


def cell_width(one: Cell) -> int:
    """How many cells it takes, with its glyph."""
    return width(one.text) + (2 if one.glyph else 0)


def fitted(
    columns: Sequence[str],
    natural: Sequence[int],
    limit: int,
    shrinks: Shrinks,
    *,
    wholes: Collection[str] = (),
    keep: bool = False,
) -> list[int]:
    """The widths that fit; columns that were asked for by name (`keep`) never go."""
    widths = list(natural)
    for name, least in shrinks:
        excess = taken(widths) - limit
        if excess <= 0:
            break
        if name in columns:
            place = columns.index(name)
            room = 0 if name in wholes and not keep else widths[place] - excess
            widths[place] = max(min(widths[place], max(least, 4) if keep else least), room)
    return widths


def line(  # noqa: PLR0917 - the row, and how it is drawn
    row: Sequence[Cell],
    columns: Sequence[str],
    widths: Sequence[int],
    screen: Screen,
    middles: Collection[str] = (),
    rights: Collection[str] = (),
) -> str:
    """A row as a line, with spaces between its cells and none at its end."""
    shown = [
        (one, name, cells) for one, name, cells in zip(row, columns, widths, strict=True) if cells
    ]
    last = len(shown) - 1
    drawn: list[str] = []
    for place, (one, name, cells) in enumerate(shown):
        text, used = _drawn(one, cells, screen, cut_middle if name in middles else cut_end)
        gap = " " * (cells - used)
        if name in rights:
            drawn.append(gap + text)
        else:
            drawn.append(text + gap if place < last else text)
    return GUTTER.join(drawn).rstrip(" ")


def _drawn(
    one: Cell, cells: int, screen: Screen, cut: Callable[[str, int, str], str]
) -> tuple[str, int]:
    """A cell as it is shown, and how many cells that takes."""
    glyph = f"{one.glyph} " if one.glyph else ""
    text = one.text
    if screen.width is not None:
        text = cut(text, cells - len(glyph), screen.ellipsis)
    shown = screen.paint(glyph + text, one.color)
    if one.link and text:
        shown = f"\x1b]8;;{one.link}\x1b\\{shown}\x1b]8;;\x1b\\"
    return shown, len(glyph) + width(text)

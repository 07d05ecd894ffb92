"""When it was quiet, active, unknown, for people: a strip for each source, and a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from quiesce.model import VerdictName
from quiesce.past import Spell
from quiesce.render.cell import Cell
from quiesce.render.expected import moment
from quiesce.render.fit import cut_end, padded, width
from quiesce.render.grid import GUTTER, grid
from quiesce.render.history import Shown
from quiesce.render.screen import COLORS, CYAN, GREEN, RED, Screen
from quiesce.render.words import clock, count, duration, rfc3339

TOGETHER = "together"

MOST = 40
"""So many spells are shown on a terminal, the newest; documents and pipes have all of them."""

WIDEST, NARROWEST = 48, 12
"""How many cells a strip has."""

_WORDS: dict[VerdictName, tuple[str, str, str]] = {
    "quiet": ("▁", "_", GREEN),
    "active": ("█", "#", CYAN),
    "unknown": ("?", "?", RED),
}
_SHRINKS = (("reason", 12), ("looks", 0), ("reason", 0), ("took", 0))


def history_table(together: Shown, screen: Screen, now: datetime) -> str:
    """The spells of all together, the newest last."""
    spells = list(together.spells)
    hidden = len(spells) - MOST if screen.width is not None and len(spells) > MOST else 0
    rows = [_row(spell, screen, now) for spell in spells[hidden:]]
    columns = ("since", "took", "verdict", "looks", "reason")
    text = grid(columns, [one.upper() for one in columns], rows, screen, _SHRINKS, rights={"looks"})
    if hidden:
        text += f"and {count(hidden, 'earlier spell')}: see them all with -o json\n"
    return text


def strips(
    together: Shown, sources: Sequence[Shown], screen: Screen, since: datetime, now: datetime
) -> str:
    """For a terminal: a strip for each source and one for all, with the shares of the time."""
    # One source is all there is: it need not be drawn twice.
    those = [*(sources if len(sources) != 1 else ()), together]
    names = [screen.text(one.name or TOGETHER) for one in those]
    longest = min(max(map(width, names)), 20)
    text = f"{_edge(since, since, now)} to {_edge(now, since, now)}\n"
    for name, one in zip(names, those, strict=True):
        text += _strip_line(cut_end(name, longest, screen.ellipsis), longest, one, screen) + "\n"
    return text


def _edge(time: datetime, since: datetime, now: datetime) -> str:
    """Where a strip begins or ends: with its date at both ends, or at none."""
    if since.astimezone(now.tzinfo).date() == now.date():
        return moment(time, now)
    return f"{time.astimezone(now.tzinfo):%Y-%m-%d %H:%M}"


def legend(screen: Screen) -> str:
    """What the shapes of a strip mean."""
    return ", ".join(f"{_shape(word, screen)} {word}" for word in _WORDS)


def strip_cells(screen: Screen, names: Iterable[str]) -> int:
    """How many cells a strip has beside the names and the shares."""
    longest = min(max((width(name) for name in names), default=0), 20)
    room = (screen.width or 200) - longest - len(GUTTER) * 2 - len("100 % quiet")
    return max(NARROWEST, min(WIDEST, room))


def last_quiet(together: Sequence[Spell], now: datetime) -> str:
    """`quiet since 13:12 (48 min ago)`, or when it was last; empty where it never was."""
    for spell in reversed(together):
        if spell.verdict == "quiet":
            if spell is together[-1]:
                return f"quiet since {clock(spell.since, now)}"
            return f"last quiet {moment(spell.since, now)} to {moment(spell.until, now)}"
    return ""


def _strip_line(name: str, longest: int, one: Shown, screen: Screen) -> str:
    drawn = "".join(
        screen.paint(_shape(word, screen) * len(list(alike)), _WORDS[word][2])
        for word, alike in groupby(one.strip)
    )
    said = ", ".join(
        f"{_percent(one.shares[word])} {word}" for word in _WORDS if one.shares.get(word)
    )
    lead = f"{padded(name, longest)}{GUTTER}{drawn}"
    room = (screen.width or 200) - longest - len(GUTTER) * 2 - len(one.strip)
    if width(said) <= room:
        return f"{lead}{GUTTER}{said}"
    return f"{lead}{GUTTER}{_percent(one.shares.get('quiet', 0.0))} quiet"


def _percent(share: float) -> str:
    """Rounded so that only what is whole reads as whole, and only what is nothing as nothing."""
    if 0 < share < 0.01:
        return "<1 %"
    return ">99 %" if 0.99 < share < 1 else f"{round(100 * share)} %"


def _shape(word: VerdictName, screen: Screen) -> str:
    return _WORDS[word][0 if screen.unicode else 1]


def _row(spell: Spell, screen: Screen, now: datetime) -> list[Cell]:
    since = moment(spell.since, now) if screen.width else rfc3339(spell.since) or ""
    seconds = (spell.until - spell.since).total_seconds()
    verdict = (
        Cell(spell.verdict, screen.glyph(spell.verdict), COLORS.get(spell.verdict, RED))
        if screen.width
        else Cell(spell.verdict)
    )
    return [
        Cell(since),
        Cell(duration(seconds) if screen.width else f"{seconds:.0f}"),
        verdict,
        Cell(f"{spell.looks:,}" if screen.width else str(spell.looks)),
        Cell(screen.text(spell.reason)),
    ]

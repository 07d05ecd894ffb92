"""When it was quiet, active, unknown: documents, a strip, a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Annotated, Literal

from msgspec import Meta, Struct

from quiesce.model import Run, State, VerdictName
from quiesce.past import Spell
from quiesce.render.cell import Cell
from quiesce.render.clean import csv_cell, to_ascii
from quiesce.render.document import run_document
from quiesce.render.encode import to_json
from quiesce.render.expected import moment
from quiesce.render.fit import cut_end, padded, width
from quiesce.render.grid import GUTTER, grid
from quiesce.render.screen import COLORS, CYAN, GREEN, RED, Screen
from quiesce.render.shapes import SCHEMA, RunDocument, Time
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


class SpellDocument(Struct, frozen=True, kw_only=True):
    """A stretch of time with one verdict. `looks` is how many began in it, `confirmed` of those."""

    verdict: VerdictName
    since: Time | None
    until: Time | None
    seconds: float
    looks: int
    confirmed: int
    reason: str


class SharesDocument(Struct, frozen=True, kw_only=True):
    """Which share of the time had which verdict, from 0 to 1."""

    quiet: float
    active: float
    unknown: float


class SourceHistoryDocument(Struct, frozen=True, kw_only=True):
    """What was known of one source when."""

    name: str
    counts_for: Annotated[
        float, Meta(description="For how many seconds a look counts where no other follows")
    ]
    shares: SharesDocument
    spells: list[SpellDocument]


class TogetherDocument(Struct, frozen=True, kw_only=True):
    """The worst of all sources at each time: active before unknown, unknown before quiet."""

    shares: SharesDocument
    spells: list[SpellDocument]


class HistoryDocument(Struct, frozen=True, kw_only=True):
    """What `history` answers. There is no hole in `spells`: what nobody looked at is unknown."""

    schema: Literal[1] = SCHEMA
    since: Time | None
    until: Time | None
    together: TogetherDocument
    sources: list[SourceHistoryDocument]


class SpellLine(SpellDocument, frozen=True, kw_only=True, tag="spell", tag_field="type"):
    """A spell of a source, or of all together where `source` is null."""

    schema: Literal[1] = SCHEMA
    source: str | None


class FlipDocument(Struct, frozen=True, kw_only=True):
    """A change of a run's state, and when it was seen: not when it happened."""

    seen_at: Time | None
    state: State
    native_state: str


class RunHistoryDocument(Struct, frozen=True, kw_only=True):
    """What `history --run` answers: the run as it was last seen, and each change of its state."""

    schema: Literal[1] = SCHEMA
    run: RunDocument
    flips: list[FlipDocument]


class Shown(Struct, frozen=True, kw_only=True):
    """What was known of a source when; of all together where `name` is empty."""

    name: str
    spells: Sequence[Spell]
    shares: Mapping[VerdictName, float]
    strip: Sequence[VerdictName] = ()
    counts_for: float = 0.0


def history_document(
    together: Shown, sources: Sequence[Shown], since: datetime, until: datetime
) -> HistoryDocument:
    """The document of `history`."""
    return HistoryDocument(
        since=rfc3339(since),
        until=rfc3339(until),
        together=TogetherDocument(
            shares=_shares(together.shares), spells=[_spell(one) for one in together.spells]
        ),
        sources=[
            SourceHistoryDocument(
                name=one.name,
                counts_for=one.counts_for,
                shares=_shares(one.shares),
                spells=[_spell(each) for each in one.spells],
            )
            for one in sources
        ],
    )


def history_lines(seen: Iterable[Shown], *, ascii_only: bool) -> str:
    """One spell a line, those of all together last."""
    lines = [
        SpellLine(
            source=one.name or None,
            **{name: getattr(_spell(each), name) for name in SpellDocument.__struct_fields__},
        )
        for one in seen
        for each in one.spells
    ]
    return "".join(to_json(line, ascii_only=ascii_only) + "\n" for line in lines)


def history_sheet(seen: Iterable[Shown], *, ascii_only: bool) -> str:
    """One spell a line as CSV; those of all together have no source."""
    columns = ("source", *SpellDocument.__struct_fields__)
    rows = [
        [one.name, *(str(getattr(_spell(each), name)) for name in SpellDocument.__struct_fields__)]
        for one in seen
        for each in one.spells
    ]
    text = "".join(",".join(map(csv_cell, row)) + "\n" for row in (columns, *rows))
    return to_ascii(text) if ascii_only else text


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


def run_history_document(run: Run, flips: Sequence[tuple[datetime, State, str]]) -> object:
    """The document of `history --run`."""
    return RunHistoryDocument(
        run=run_document(run),
        flips=[
            FlipDocument(seen_at=rfc3339(at), state=state, native_state=native)
            for at, state, native in flips
        ],
    )


def run_history_table(
    flips: Sequence[tuple[datetime, State, str]], screen: Screen, now: datetime
) -> str:
    """Each change of a run's state, with how long it stayed so."""
    ends = [at for at, _, _ in flips[1:]]
    rows = []
    for place, (at, state, native) in enumerate(flips):
        lasted = duration((ends[place] - at).total_seconds()) if place < len(ends) else ""
        seen = moment(at, now) if screen.width else rfc3339(at) or ""
        mark = screen.glyph(state) if screen.width else ""
        rows.append(
            [
                Cell(seen),
                Cell(screen.text(state), mark, COLORS.get(state, "")),
                Cell(screen.text(native)),
                Cell(lasted),
            ]
        )
    columns = ("seen_at", "state", "native_state", "lasted")
    heads = [
        column.upper().replace("_", " ") if screen.width else column.upper() for column in columns
    ]
    return grid(columns, heads, rows, screen, (("native_state", 6),))


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


def _shares(shares: Mapping[VerdictName, float]) -> SharesDocument:
    return SharesDocument(
        quiet=round(shares.get("quiet", 0.0), 6),
        active=round(shares.get("active", 0.0), 6),
        unknown=round(shares.get("unknown", 0.0), 6),
    )


def _spell(spell: Spell) -> SpellDocument:
    return SpellDocument(
        verdict=spell.verdict,
        since=rfc3339(spell.since),
        until=rfc3339(spell.until),
        seconds=round((spell.until - spell.since).total_seconds(), 3),
        looks=spell.looks,
        confirmed=spell.confirmed,
        reason=spell.reason,
    )


def last_quiet(together: Sequence[Spell], now: datetime) -> str:
    """`quiet since 13:12 (48 min ago)`, or when it was last; empty where it never was."""
    for spell in reversed(together):
        if spell.verdict == "quiet":
            if spell is together[-1]:
                return f"quiet since {clock(spell.since, now)}"
            return f"last quiet {moment(spell.since, now)} to {moment(spell.until, now)}"
    return ""

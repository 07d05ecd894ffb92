"""When it was quiet, active, unknown: a document, and a spell a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from quiesce.model import VerdictName
from quiesce.past import Spell
from quiesce.render.clean import csv_cell, to_ascii
from quiesce.render.encode import to_json
from quiesce.render.shapes import SCHEMA, Time
from quiesce.render.words import rfc3339


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

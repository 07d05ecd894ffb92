"""What an answer has cost: the lines of `--stats`."""

from __future__ import annotations

from collections.abc import Mapping

from quiesce.answer import Cost
from quiesce.model import Look, SourceLook
from quiesce.render.screen import Screen
from quiesce.render.words import count, elapsed, size
from quiesce.source import of_system


def stats(
    look: Look, screen: Screen, costs: Mapping[str, Cost] | None = None, looks: int = 1
) -> str:
    """One line a source: requests, per application, part and look, bytes and seconds.

    `costs` is what all `looks` together have cost; without it, what this one has.
    """
    lines = [_line(source, (costs or {}).get(source.name), looks) for source in look.sources]
    return "".join(f"{screen.text(line)}\n" for line in lines)


def _line(source: SourceLook, cost: Cost | None, looks: int) -> str:
    requests = cost.requests if cost else source.requests
    looks = max(1, looks)
    shares = [
        f"{requests / looks / number:.2f} per {noun}"
        for noun, number in (("application", len(applications(source))), ("part", _parts(source)))
        if number
    ]
    per = f" ({', '.join(shares)}{' in each look' if looks > 1 else ''})" if shares else ""
    return (
        f"stats: {source.name}: {count(requests, 'request')}{per},"
        f" {size(cost.bytes if cost else source.bytes)},"
        f" {elapsed(cost.seconds if cost else source.seconds)}, {count(looks, 'look')},"
        f" {count(len(source.parts), 'part')} read, {count(len(source.gaps), 'gap')}"
    )


def applications(source: SourceLook) -> set[str]:
    """The applications behind a source's parts, which are named `application/what`."""
    names = [*source.parts, *(gap.part for gap in source.gaps if of_system(gap))]
    return {name.rpartition("/")[0] for name in names if "/" in name}


def _parts(source: SourceLook) -> int:
    return len(source.parts) + sum(of_system(gap) for gap in source.gaps)

"""The recent runs of a pipeline: what the systems show now, and what the store knows beyond."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from quiesce.app.archive.recall import Kept
from quiesce.errors import ConfigError
from quiesce.model import REST, Gap, Look, Question, Run, SourceLook
from quiesce.render.complaint import nearest_hint
from quiesce.source import part_of
from quiesce.summary import matches, newest_first


def together(look: Look, stored: Sequence[Run], question: Question) -> tuple[list[Run], Look]:
    """The runs of a look and those of the store, each once, the newest first; what was seen
    just now wins.

    What the store has as active and the look does not account for stays as it was, and is a
    gap: nobody knows whether it still is.
    """
    ended = [run for source in look.sources for run in (*source.ended, *source.gone)]
    seen = [run for run in (*ended, *look.runs) if matches(run, question)]
    found = {(run.source, run.id): run for run in (*stored, *seen)}
    shown = {(run.source, run.id) for run in seen}
    unseen = [run for run in stored if run.state.active and (run.source, run.id) not in shown]
    sources = tuple(_accounted(source, unseen) for source in look.sources)
    return list(newest_first(found.values())), replace(look, sources=sources)


def must_be_known(pipeline: str, look: Look, stored: Kept) -> None:
    """Raises `ConfigError` where neither a system nor the store knows the name."""
    absents = [source.absent for source in look.sources if source.absent is not None]
    if stored.runs or not absents or look.gaps or len(absents) < len(look.sources):
        return
    known = [*(name for absent in absents for name in absent.known), *stored.known]
    count = f"{len(look.sources)} {'source' if len(look.sources) == 1 else 'sources'}"
    raise ConfigError(
        f"no {absents[0].what} named `{absents[0].name}` in {count}, and all of it was read",
        hint=nearest_hint(pipeline if absents[0].what == "pipeline" else absents[0].name, known),
    )


def must_be_kept(pipeline: str, stored: Kept) -> None:
    """The same where nobody was asked."""
    if not stored.runs:
        raise ConfigError(
            f"the store knows no run of a pipeline named `{pipeline}`",
            hint=nearest_hint(pipeline, stored.known) or "ask the systems: leave --offline out",
        )


def vanished(look: Look, stored: Sequence[Run]) -> bool:
    """Whether only the store knows the name: it was deleted, or renamed."""
    absents = [source.absent for source in look.sources]
    return bool(stored) and bool(absents) and all(absents) and not look.runs and not look.gaps


def _accounted(source: SourceLook, unseen: Iterable[Run]) -> SourceLook:
    """The look at a source, with a gap for each run of it that nothing was said of."""
    told = {gap.part for gap in source.gaps}
    if REST in told:
        return source
    gaps = [
        Gap(
            part=part_of(run),
            error="unavailable",
            why=f"{run.reference} was active when it was last seen, and nothing is said of it now",
        )
        for run in unseen
        if run.source == source.name and part_of(run) not in told
    ]
    return replace(source, gaps=(*source.gaps, *gaps))

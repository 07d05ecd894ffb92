"""What `status` asks: the systems and the store, or the store alone."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from quiesce import app
from quiesce.app.archive import joining, recall
from quiesce.cli.archive import archived
from quiesce.cli.output import Output
from quiesce.cli.progress import shown
from quiesce.cli.session import Selection, configured, memory_for
from quiesce.errors import StoreError
from quiesce.model import Gap, Look, Run
from quiesce.render.strip import Told
from quiesce.source import MEMORY
from quiesce.summary import matches
from quiesce.survey import Progress


class Found(Struct, frozen=True, kw_only=True):
    """All runs of the pipeline that were read, the newest first, and the look they rest on."""

    look: Look
    runs: tuple[Run, ...]
    told: Told
    memory: app.Memory | None = None


async def asked(
    selection: Selection, wanted: recall.Wanted, output: Output, *, summary: bool
) -> Found:
    """What the systems show, and what the store knows beyond."""
    config = configured(selection)
    memory = memory_for(config, selection)
    progress = Progress()
    opened = app.opened(
        config, os.environ, narrowed=selection.narrowed, memory=memory, scope=selection.scope
    )
    question = wanted.question
    async with opened as system, shown(progress, output.progress):
        look = await app.recent(system, question, progress)
    stored = recall.Kept()
    live = [run for run in look.runs if matches(run, question) and wanted.begun(run)]
    if memory is not None:
        stored, look = await _recalled(memory, look, wanted, live=live if summary else None)
    joining.must_be_known(wanted.pipeline, look, stored)
    runs, look = joining.together(look, stored.runs, question)
    remarks: tuple[str, ...] = ()
    if joining.vanished(look, stored.runs):
        remarks = (
            "no system knows a pipeline of this name any more: this is what was seen before",
        )
    chosen = tuple(run for run in runs if wanted.begun(run))
    told = Told(counts=stored.counts, remarks=remarks, all=chosen)
    return Found(look=look, runs=chosen, told=told, memory=memory)


async def _recalled(
    memory: app.Memory, look: Look, wanted: recall.Wanted, *, live: list[Run] | None
) -> tuple[recall.Kept, Look]:
    """What the store knows; where it can't be read, that is a gap."""
    from quiesce.store import NoStore

    try:
        kept = await memory.asking(
            lambda connection, names: recall.kept(connection, names, wanted, live=live)
        )
    except NoStore:
        return recall.Kept(), look
    except StoreError as error:
        if any(gap.part == MEMORY for gap in look.gaps) or not look.sources:
            return recall.Kept(), look
        gap = Gap(part=MEMORY, error="unavailable", why=error.message, hint=error.hint)
        first, *rest = look.sources
        told = replace(first, gaps=(*first.gaps, gap))
        return recall.Kept(), replace(look, sources=(told, *rest))
    return kept, look


def remembered(selection: Selection, wanted: recall.Wanted, *, summary: bool) -> Found:
    """What the store knows, and as of when; without a configuration, of all its sources."""
    with archived(selection.sources, selection.path) as archive:
        names = archive.asked
        live = () if summary else None
        kept = recall.kept(archive.connection, archive.names, wanted, live=live)
    joining.must_be_kept(wanted.pipeline, kept)
    runs = tuple(run for run in kept.runs if wanted.begun(run))
    now = datetime.now(UTC)
    active = sum(run.state.active for run in runs)
    told = Told(
        counts=kept.counts,
        as_of={name: kept.as_of.get(name) for name in names},
        remarks=(f"{active} {'was' if active == 1 else 'were'} active when last seen",)
        if active
        else (),
        all=runs,
    )
    return Found(look=Look(sources=(), began_at=now, ended_at=now), runs=runs, told=told)

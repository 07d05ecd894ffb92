"""What a sighting of a run changes in what is kept of it: pure."""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from quiesce.model import Run, State
from quiesce.store.rows import micros, optional_micros

_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
"""PostgreSQL keeps no NUL, and no database half a character."""


_MOST = 800
"""Bytes of a name or an id that are kept: PostgreSQL indexes no row with more than 2,704 of them,
and keeps none of a look that holds one. Descriptions of tasks are names, too."""

_LETTERS = _MOST // 4
"""So many characters are never too long."""

AHEAD = 3_600_000_000
"""A sighting that is so many microseconds later than the present look was made by a clock that was
wrong, or on a machine whose clock is: no look takes an hour to be kept."""


class Kept(NamedTuple):
    """A row of `runs`: the columns of `RUN_COLUMNS`, and `missing_at`."""

    source: str
    id: str
    application: str
    pipeline: str
    type: str
    state: str
    native_state: str
    active: bool
    begun_at: int
    created_at: int | None
    started_at: int | None
    ended_at: int | None
    changed_at: int | None
    first_seen_at: int
    seen_at: int
    parent: str | None
    url: str | None
    started_by: str | None
    waiting_on: str | None
    details: str | None
    missing_at: int | None


def settled(old: Kept, run: Run) -> bool:
    """Whether a sighting of a finished run tells nothing that isn't kept: most do.

    What is known of it is not compared again, but for its end: a finished run stays as it was,
    unless it is started again.
    """
    return not (
        old.active
        or old.state != run.state
        or old.native_state != run.native_state
        or old.pipeline != run.pipeline
        or old.application != run.application
        or (run.ended_at is not None and old.ended_at != micros(run.ended_at))
        or (old.started_at is None and run.started_at is not None)
        or (old.created_at is None and run.created_at is not None)
        or (old.parent is None and run.parent is not None)
        or (old.url is None and run.url is not None)
        or (old.started_by is None and run.started_by is not None)
        or (old.details is None and run.details)
    )


def merged(old: Kept, run: Run, since: int, at: int) -> Kept:
    """The row after a look from `since` to `at` has shown `run`; an equal one where nothing
    needs to be written.

    A later sighting decides about the state. What it does not tell is kept, and so is when a
    finished run was first seen in that state. One that comes late only fills what was empty, and
    so does an end in a look that had begun before the run was last seen active by another one:
    it may have been started again since. The next look asks for it.
    """
    late = at <= old.seen_at or (old.active and not run.state.active and since < old.seen_at)
    if late and old.seen_at <= at + AHEAD:
        return _filled(old, run)
    if run.state is State.GONE and not old.active:
        return old  # its end was seen, and that says more
    active = run.state.active
    created = _either(run.created_at, old.created_at)
    started = _either(run.started_at, old.started_at)
    begun = created if started is None else started
    new = Kept(
        old.source,
        old.id,
        run.application or old.application,
        run.pipeline or old.pipeline,
        run.type,
        run.state.value,
        run.native_state,
        active,
        old.begun_at if begun is None else begun,
        created,
        started,
        None if active else _either(run.ended_at, old.ended_at),
        _either(run.changed_at, old.changed_at),
        old.first_seen_at,
        old.seen_at,
        run.parent or old.parent,
        run.url or old.url,
        run.started_by or old.started_by,
        run.waiting_on,
        msgspec.json.encode(run.details).decode() if run.details else old.details,
        None,
    )
    return old if new == old and not active else new._replace(seen_at=at)


def storable(run: Run) -> Run:
    """The run as a database can keep it: nearly always itself."""
    texts = (
        f"{run.id}{run.application}{run.pipeline}{run.native_state}"
        f"{run.parent}{run.url}{run.started_by}{run.waiting_on}"
    )
    if run.details:
        texts += "".join(f"{name}{value}" for name, value in run.details.items())
    if texts.isprintable() and (len(texts) <= _LETTERS or not _any_long(run)):
        return run
    return msgspec.structs.replace(
        run,
        id=key(run.id),
        application=key(run.application),
        pipeline=key(run.pipeline),
        native_state=keepable(run.native_state),
        parent=None if run.parent is None else key(run.parent),
        url=_optional(run.url),
        started_by=_optional(run.started_by),
        waiting_on=_optional(run.waiting_on),
        details={keepable(name): _optional(value) for name, value in run.details.items()},
    )


def keepable(text: str) -> str:
    """The text with a sign in place of what a database can't keep."""
    return text if text.isprintable() else _UNKEEPABLE.sub("\ufffd", text)


def key(text: str) -> str:
    """A name or an id as it is kept: too long a one is cut, and told apart by a digest."""
    text = keepable(text)
    if len(text) <= _LETTERS or len(whole := text.encode()) <= _MOST:
        return text
    begin = whole[: _MOST - 40].decode(errors="ignore")
    return f"{begin}\N{HORIZONTAL ELLIPSIS}{blake2b(whole, digest_size=16).hexdigest()}"


def _any_long(run: Run) -> bool:
    names = (run.id, run.application, run.pipeline, run.parent or "")
    return any(len(name) > _LETTERS for name in names)


def _optional(text: str | None) -> str | None:
    return None if text is None else keepable(text)


def _filled(old: Kept, run: Run) -> Kept:
    created = optional_micros(run.created_at) if old.created_at is None else old.created_at
    started = optional_micros(run.started_at) if old.started_at is None else old.started_at
    begun = created if started is None else started
    return old._replace(
        begun_at=old.begun_at if begun is None else begun,
        created_at=created,
        started_at=started,
        parent=old.parent or run.parent,
        url=old.url or run.url,
        started_by=old.started_by or run.started_by,
    )


def _either(new: datetime | None, old: int | None) -> int | None:
    return old if new is None else optional_micros(new)

"""What a look adds to the store. The caller has the transaction, and it holds all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from quiesce.model import Run, SourceLook, VerdictName
from quiesce.past import Estimate, Outlook
from quiesce.store.identity import Identity, matched
from quiesce.store.rows import micros, row_of
from quiesce.store.schema import predictions, sources, waivers
from quiesce.store.writing import merge, statements
from quiesce.store.writing.merge import AHEAD, Kept, keepable, merged, settled, storable
from quiesce.store.writing.tally import tally

MOST_GAPS = 20
"""Gaps of one look that are kept in full: a system that is down has one for each part."""

_TOGETHER = 10_000
"""Runs that are looked up at once: bounds the memory, and costs no time."""

_MINUTE = 60_000_000
"""In microseconds."""

EVERYTHING = ""
"""The `id` of a prediction about all runs of its sources together."""


class Surveyed(Struct, frozen=True, kw_only=True):
    """What one source has shown in one survey, and what was judged of it.

    `key` is the source's, from `keys`. `scope` says in words what was left out.
    """

    key: str
    look: SourceLook
    began_at: datetime
    ended_at: datetime
    scope: str | None
    verdict: VerdictName
    confirmed: bool
    settled: bool
    reasons: tuple[str, ...]
    waived: int


def keys(connection: Connection, identities: Sequence[Identity]) -> dict[Identity, str]:
    """The key of each of these systems; those that are new get one."""
    known = {
        Identity(name=row.name, kind=row.kind, address=row.address): row.key
        for row in connection.execute(select(sources))
    }
    taken = set(known.values())
    there = matched(known, identities)
    for identity in identities:
        if identity in known:
            continue
        if identity in there:  # it was renamed
            renamed = update(sources).where(sources.c.key == there[identity])
            connection.execute(renamed.values(name=identity.name))
            known[identity] = there[identity]
        else:
            key = _free(identity.name, taken)
            connection.execute(insert(sources).values(key=key, **msgspec.structs.asdict(identity)))
            known[identity] = key
            taken.add(key)
    return {identity: known[identity] for identity in identities}


def record(connection: Connection, survey: str, parts: Sequence[Surveyed]) -> None:
    """Keep what a survey has shown. The same again changes nothing."""
    for part in parts:
        since, at = micros(part.began_at), micros(part.ended_at)
        sightings = _sightings(part.look)
        while batch := dict(islice(sightings.items(), _TOGETHER)):
            _record(connection, part.key, batch, since, at)
            for id_ in batch:
                del sightings[id_]
        _miss(connection, part.key, part.look.lost, since, at)
    statements.looks(connection, [_look(survey, part) for part in parts])


def waive(
    connection: Connection,
    *,
    pattern: str,
    reason: str,
    by: str,
    made_at: datetime,
    until: datetime,
) -> int:
    """Keep a waiver; gives the number by which it can be taken back."""
    row = insert(waivers).values(
        pattern=keepable(pattern),
        reason=keepable(reason),
        made_by=keepable(by),
        made_at=micros(made_at),
        until_at=micros(until),
    )
    return int(connection.execute(row).inserted_primary_key[0])  # type: ignore[index]


def unwaive(connection: Connection, id: int, at: datetime) -> bool:  # noqa: A002 - its column
    """Take a waiver back; False where there is none of that number, or it was taken back."""
    there = (waivers.c.id == id) & waivers.c.removed_at.is_(None)
    taken_back = update(waivers).where(there).values(removed_at=micros(at))
    return connection.execute(taken_back).rowcount > 0


def predicted(
    connection: Connection, keys: Mapping[str, str], outlook: Outlook, at: datetime
) -> None:
    """Keep what was foretold at a time; `keys` are those of the sources, by their names.

    Not what was told of the same run less than a minute ago: who asks again and again, with a
    command each time, is told the same each time.
    """
    rows = []
    for reference, estimate in outlook.runs.items():
        name, _, run = reference.partition("/")
        if name in keys:
            rows.append(_prediction(at, keys[name], run, estimate))
    if outlook.quiet is not None:
        everything = " ".join(sorted(keys.values()))
        rows.append(_prediction(at, everything, EVERYTHING, outlook.quiet))
    minute = predictions.c.made_at > micros(at) - _MINUTE, predictions.c.made_at <= micros(at)
    of_a_run = predictions.c.id != EVERYTHING
    told = select(predictions.c.source, predictions.c.id).where(*minute, of_a_run)
    lately = {tuple(row) for row in connection.execute(told)}
    statements.predictions(connection, [row for row in rows if row[1:3] not in lately])


def _free(name: str, taken: set[str]) -> str:
    key, number = name, 1
    while key in taken:
        number += 1
        key = f"{name}~{number}"
    return key


def _sightings(look: SourceLook) -> dict[str, Run]:
    """Each run once, by its id: seen active anywhere in a look, it is active."""
    found: dict[str, Run] = {}
    for run in map(storable, chain(look.gone, look.ended, look.runs)):
        if run.id not in found or run.state.active or not found[run.id].state.active:
            found[run.id] = run
    return found


def _record(connection: Connection, key: str, seen: Mapping[str, Run], since: int, at: int) -> None:
    there = {row[1]: row for row in statements.kept(connection, key, list(seen))}
    added = [row_of(run, key, at) for id_, run in seen.items() if id_ not in there]
    flips = [(*row[:2], at, *row[_STATE : _STATE + 2]) for row in added]
    counts = Counter((row[2], row[3], row[_STATE]) for row in added)
    changed: list[Kept] = []
    moved: list[tuple[Any, ...]] = []
    for id_, row in there.items():
        old = Kept._make(row)
        run = seen[id_]
        if settled(old, run):
            continue
        new = merged(old, run, since, at)
        if new == old:
            continue
        if new == old._replace(seen_at=at):
            moved.append((at, key, id_))
            continue
        changed.append(new)
        if (new.state, new.native_state) != (old.state, old.native_state):
            flips.append((key, id_, at, new.state, new.native_state))
        counts[old.application, old.pipeline, old.state] -= 1
        counts[new.application, new.pipeline, new.state] += 1
    statements.add(connection, added)
    statements.change(connection, changed)
    statements.move(connection, moved)
    statements.flip(connection, flips)
    tally(connection, key, {kind: count for kind, count in counts.items() if count})


_STATE = Kept._fields.index("state")
"""The system's own word comes after it."""


def _miss(connection: Connection, key: str, lost: Iterable[str], since: int, at: int) -> None:
    statements.miss(connection, [(at, key, merge.key(id_), since, at + AHEAD) for id_ in lost])


def _look(survey: str, part: Surveyed) -> tuple[Any, ...]:
    look = part.look
    missed = [
        {"part": keepable(gap.part), "error": gap.error, "why": keepable(gap.why)}
        for gap in look.gaps[:MOST_GAPS]
    ]
    return (
        survey,
        part.key,
        micros(part.began_at),
        micros(part.ended_at),
        part.scope,
        part.verdict,
        part.confirmed,
        part.settled,
        sum(run.state.active for run in look.runs),
        part.waived,
        len(look.parts),
        len(look.gaps),
        _json([keepable(reason) for reason in part.reasons]),
        _json(missed),
        look.requests,
        look.bytes,
        look.seconds,
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _prediction(at: datetime, source: str, run: str, said: Estimate) -> tuple[Any, ...]:
    said_then = (said.likely, said.bound, said.factor, said.basis, said.runs)
    return (micros(at), source, merge.key(run), *said_then)

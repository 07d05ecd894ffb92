"""A store for the tests of commands that look back, filled as a look fills it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from quiesce.app.memory import identity_of
from quiesce.config import configure
from quiesce.model import Run, SourceLook, State, VerdictName
from quiesce.sources import KINDS
from quiesce.store import Identity, open_store
from quiesce.store.writing import write
from quiesce.store.writing.write import Surveyed

NOW = datetime.now(UTC).replace(microsecond=0)

GATE = Identity(name="gate", kind="spinnaker", address="https://gate.example.com")
MIX = Identity(name="mix", kind="mixpanel", address="https://data.mixpanel.com?project_id=42")


def path_of(folder: Path) -> Path:
    return folder / "memory" / "quiesce.db"


def later(store: Path, *, seconds: int) -> None:
    """As if so much time had passed since a system said that it does not have a run."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("UPDATE runs SET missing_at = missing_at - ?", [seconds * 1_000_000])
        connection.commit()


def environment(folder: Path) -> dict[str, str]:
    """What points the command at this store."""
    return {"QUIESCE_STORE": str(path_of(folder))}


def identity(source: str, folder: Path) -> Identity:
    """Which system `-s` means, as the store tells it from others."""
    found = configure((source,), explicit=None, env={}, cwd=folder, config_home=folder, kinds=KINDS)
    return identity_of(found.sources[0])


def a_run(ident: str, **fields: Any) -> Run:
    """A run of gate that began an hour ago and ended after ten minutes."""
    known: dict[str, Any] = {
        "source": "gate",
        "application": "eks",
        "pipeline": "Deploy prod",
        "id": ident,
        "type": "pipeline",
        "state": State.SUCCEEDED,
        "native_state": "SUCCEEDED",
        "created_at": NOW - timedelta(hours=1),
        "started_at": NOW - timedelta(hours=1),
    }
    made = {**known, **fields}
    state = made["state"]
    if not state.active and "ended_at" not in made:
        made["ended_at"] = made["started_at"] + timedelta(minutes=10)
    return Run(**made)


def active(ident: str, **fields: Any) -> Run:
    return a_run(ident, **{"state": State.RUNNING, "native_state": "RUNNING", **fields})


def keep(
    folder: Path,
    runs: Iterable[Run] = (),
    *,
    identity: Identity = GATE,
    at: datetime = NOW,
    verdict: VerdictName | None = None,
    scope: str | None = None,
    reasons: Sequence[str] = (),
    survey: str | None = None,
) -> None:
    """One look at one source, kept."""
    keep_looks(folder, [(at, verdict)], runs, identity, scope, reasons, survey)


def keep_looks(
    folder: Path,
    looks: Iterable[tuple[datetime, VerdictName | None]],
    runs: Iterable[Run] = (),
    identity: Identity = GATE,
    scope: str | None = None,
    reasons: Sequence[str] = (),
    survey: str | None = None,
) -> None:
    """Several looks at one source in one transaction, each of one second."""
    shown = tuple(runs)
    going = tuple(run for run in shown if run.state.active)
    ended = tuple(run for run in shown if not run.state.active)
    path_of(folder).parent.mkdir(parents=True, exist_ok=True)
    with open_store(str(path_of(folder)), create=True) as store, store.writing() as connection:
        key = write.keys(connection, [identity])[identity]
        for at, verdict in looks:
            look = SourceLook(
                name=identity.name,
                kind=identity.kind,
                started=0.0,
                finished=1.0,
                runs=going,
                ended=ended,
                parts={"eks/pipelines": None},
            )
            part = Surveyed(
                key=key,
                look=look,
                began_at=at - timedelta(seconds=1),
                ended_at=at,
                scope=scope,
                verdict=verdict or ("active" if going else "quiet"),
                confirmed=verdict == "quiet",
                settled=False,
                reasons=tuple(reasons),
                waived=0,
            )
            write.record(connection, survey or f"{at.timestamp():.0f}", [part])

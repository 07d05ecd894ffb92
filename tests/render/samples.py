"""Answers to draw: two harmless sources, and names that no system should have."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from quiesce.answer import Answer, Cost
from quiesce.model import (
    Gap,
    Look,
    Mark,
    Run,
    SourceLook,
    SourceVerdict,
    State,
    Verdict,
    VerdictName,
)
from quiesce.past import Estimate, Outlook, Waiver

NOW = datetime(2026, 11, 22, 8, 0, 0, 123_000, tzinfo=UTC)

HOSTILE = {
    "escape": "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "osc8": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "c1": "\x9b2J\x90q\x9c",
    "newlines": "two\nlines\r\nand\rmore\u2028even\u2029more\x0b\x0c\x85",
    "tabs": "a\tb\x00c\x08\x7f",
    "bidi": "\u202egnp.exe\u2066\u200f\u061c",
    "invisible": "a\u200bb\u00adc\ufeffd\u2060e\U000e0041\u3164\U000e0100",
    "markup": "<script>alert(1)</script>[bold red]rich[/] &amp; {{7*7}} %s",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "formula in quotes": '"=1+1',
    "formula after a space": " \t=1+1",
    "formula after a separator": "a;@SUM(1)",
    "minus": "-2+3+cmd|' /C calc'!A0",
    "wide formula": "\uff1d1+1",
    "giant": "N" * 10_000,
    "giant and wide": "長" * 10_000,
    "stacked marks": "Z" + "\u0301" * 1_000,
    "slashes": "../../etc/passwd/%2F",
    "quotes": "\"'`$(reboot)`\\\\|; rm -rf",
    "emoji": "🚀 ⚠️ 👩‍🚀",
    "empty": "",
    "spaces": "   ",
    "javascript": "javascript:alert(1)",
}

RAW = b'{"id": "1",\n  "big": 1e400, "n": 12345678901234567890123, "t": "a  b\\n\\"x\\" "}'


def make_run(**fields: Any) -> Run:
    known: dict[str, Any] = {
        "source": "gate",
        "application": "eks",
        "pipeline": "Deploy prod",
        "id": "01JDW8YQ3ZK4ABCDEFGHJKMNPQ",
        "type": "pipeline",
        "state": State.RUNNING,
        "native_state": "RUNNING",
        "created_at": NOW - timedelta(minutes=42),
        "started_at": NOW - timedelta(minutes=41),
        "url": "https://deck.example.com/#/applications/eks/executions/01JDW8",
        "started_by": "alice",
        "raw": RAW,
    }
    return Run(**{**known, **fields})


RUNS = (
    make_run(
        id="01JDW8YQ3ZK4ABCDEFGHJKMNPR",
        application="checkout-service-frontend-europe",
        state=State.WAITING,
        started_at=NOW - timedelta(hours=2, minutes=14),
        started_by=None,
        waiting_on="Approve prod?",
    ),
    make_run(),
    make_run(
        source="data",
        application="123",
        pipeline="events-daily-to-warehouse",
        id="77",
        type="job",
        state=State.PENDING,
        native_state="pending",
        started_at=None,
        created_at=NOW - timedelta(days=3, hours=2),
        started_by=None,
        url=None,
        details={"from_date": "2026-11-21", "to_date": None},
    ),
    make_run(id="3", pipeline="デプロイ", state=State.UNKNOWN, created_at=None, started_at=None),
)

GAP = Gap(
    part="eks/tasks",
    error="refused",
    why="gate refused to list tasks: 403 Forbidden",
    asked="GET https://gate.example.com:8084/applications/eks/tasks",
    cause="Access denied to application eks",
    hint="ask the owner of Gate for READ on `eks`\ncheck it with: quiesce sources test gate",
)


def make_source(
    name: str = "gate", runs: tuple[Run, ...] = (), gaps: tuple[Gap, ...] = (), **fields: Any
) -> SourceLook:
    known: dict[str, Any] = {
        "kind": "spinnaker",
        "started": 100.0,
        "finished": 100.8,
        "parts": {f"app{number}/pipelines": Mark("m") for number in range(200)},
        "requests": 213,
        "bytes": 91_234,
    }
    return SourceLook(name=name, runs=runs, gaps=gaps, **{**known, **fields})


def make_answer(
    *sources: SourceLook,
    verdict: VerdictName = "active",
    looks: int = 1,
    reasons: tuple[str, ...] = (),
    **fields: Any,
) -> Answer:
    look = Look(sources=sources, began_at=NOW - timedelta(seconds=1), ended_at=NOW)
    return Answer(
        verdict=Verdict(
            verdict=verdict,
            at=NOW,
            reasons=reasons,
            sources=tuple(SourceVerdict(name=one.name, verdict=verdict) for one in sources),
            **fields,
        ),
        look=look,
        costs={
            one.name: Cost(
                requests=one.requests * looks,
                bytes=one.bytes * looks,
                seconds=one.seconds * looks,
            )
            for one in sources
        },
        looks=looks,
    )


def busy() -> Answer:
    """Four runs in two sources, and one gap."""
    gate = make_source(runs=tuple(run for run in RUNS if run.source == "gate"), gaps=(GAP,))
    data = make_source(
        "data",
        runs=tuple(run for run in RUNS if run.source == "data"),
        kind="mixpanel",
        parts={f"pipeline{number}": None for number in range(11)},
        requests=12,
        bytes=999,
        finished=100.25,
    )
    reasons = ("4 runs are active", "gate: 1 of 201 parts could not be read")
    return make_answer(gate, data, reasons=reasons)


def make_estimate(**fields: Any) -> Estimate:
    known: dict[str, Any] = {
        "at": NOW,
        "likely": 720.0,
        "bound": 1_830.0,
        "basis": "pipeline",
        "runs": 40,
        "typical": 2_700.0,
    }
    return Estimate(**{**known, **fields})


def make_waiver(**fields: Any) -> Waiver:
    known: dict[str, Any] = {
        "id": 7,
        "pattern": "gate/*/Deploy prod/*",
        "reason": "known zombie",
        "until": NOW + timedelta(hours=10),
        "by": "bob",
        "made_at": NOW - timedelta(days=1),
    }
    return Waiver(**{**known, **fields})


def foreseen() -> Answer:
    """The busy answer with estimates: one of each kind, and a run that is waived."""
    waiting, running, pending, unknown = RUNS
    late = {"overdue": True, "shorter": 0.97, "like": 40, "stuck": True, "still": 10_800.0}
    none = {"likely": None, "bound": None, "lacks": "runs", "runs": 2, "similar": (300.0, 2_400.0)}
    return replace(
        busy(),
        outlook=Outlook(
            runs={
                waiting.reference: make_estimate(**late),
                running.reference: make_estimate(),
                pending.reference: make_estimate(**none),
            },
            quiet=make_estimate(likely=4_500.0, bound=90_000.0, overdue=True),
        ),
        waived={unknown.reference: make_waiver()},
    )


def hostile_run(name: str) -> Run:
    """A run that has the name wherever a system may put one."""
    return make_run(
        application=name,
        pipeline=name,
        id=name,
        url=name,
        started_by=name,
        waiting_on=name,
        native_state=name,
        details={name: name},
        raw=json.dumps({"name": name, name: 1}, ensure_ascii=False, indent=1).encode(
            "utf-8", "surrogatepass"
        ),
    )


def hostile_answer(name: str) -> Answer:
    """The run, a gap and a reason of that name. Hints are quiesce's own words, on lines."""
    gap = Gap(part=name, error="refused", why=name, asked=name, cause=name, hint="ask its owner")
    source = make_source(runs=(hostile_run(name),), gaps=(gap,), scope=name)
    return make_answer(source, reasons=(name,))


_GUARD = re.compile("(^|;)'(?=[\\s\"']*[=+\\-@\t\r\0|%\uff1d\uff0b\uff0d\uff20])")


def unguarded(cell: str) -> str:
    """The cleaned text that `csv_cell` was given, from what a CSV reader returns."""
    return _GUARD.sub(r"\1", cell)

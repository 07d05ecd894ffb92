"""One JSON object a line, each with its `type` and `schema`, for streams.

A run stands under `run`, as it has a `type` of its own; gaps and the verdict are flat. The
verdict comes last, so that whoever reads it has read everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct, to_builtins

from quiesce.answer import Answer
from quiesce.errors import ErrorName
from quiesce.model import Look, Question, Run, State
from quiesce.render.beside import NOTHING, Beside, beside
from quiesce.render.columns import BESIDE, beside_value, check_fields
from quiesce.render.document import look_document, run_document, source_gaps
from quiesce.render.encode import to_json
from quiesce.render.shapes import SCHEMA, LookDocument, RunDocument
from quiesce.render.strip import Told, counts_of


class RunLine(Struct, frozen=True, kw_only=True, tag="run", tag_field="type"):
    """A run; with `--fields` only those keys of it."""

    schema: Literal[1] = SCHEMA
    run: RunDocument


class GapLine(Struct, frozen=True, kw_only=True, tag="gap", tag_field="type"):
    """Something that was asked for and not seen."""

    schema: Literal[1] = SCHEMA
    source: str
    part: str
    error: ErrorName
    why: str


class VerdictLine(LookDocument, frozen=True, kw_only=True, tag="verdict", tag_field="type"):
    """The verdict; `runs` is empty, as they have lines of their own."""


class CountLine(Struct, frozen=True, kw_only=True, tag="summary", tag_field="type"):
    """How many recent runs of a pipeline are in each state."""

    schema: Literal[1] = SCHEMA
    pipeline: str
    summary: dict[State, int]


def look_lines(
    answer: Answer,
    runs: Iterable[Run],
    filters: Question | None = None,
    *,
    fields: Sequence[str] | None = None,
    ascii_only: bool = False,
) -> str:
    """The lines of `ls` and `check`: runs, gaps, the verdict."""
    verdict = look_document(answer, (), filters)
    lines: list[object] = [*_run_lines(runs, fields, beside(answer)), *_gap_lines(answer.look)]
    lines.append(verdict_line(verdict))
    return _joined(lines, ascii_only=ascii_only)


def status_lines(
    groups: Mapping[State, Sequence[Run]],
    look: Look | None,
    *,
    fields: Sequence[str] | None = None,
    ascii_only: bool = False,
) -> str:
    """The lines of `status`: runs, gaps."""
    runs = [run for group in groups.values() for run in group]
    return _joined([*_run_lines(runs, fields), *_gap_lines(look)], ascii_only=ascii_only)


def summary_lines(
    pipeline: str,
    groups: Mapping[State, Sequence[Run]],
    look: Look | None,
    told: Told,
    *,
    ascii_only: bool = False,
) -> str:
    """The lines of `status --summary`: the counts, gaps."""
    counts = CountLine(pipeline=pipeline, summary=counts_of(groups, told))
    return _joined([counts, *_gap_lines(look)], ascii_only=ascii_only)


def verdict_line(document: LookDocument) -> VerdictLine:
    """A document as the last line of a stream."""
    values = {name: getattr(document, name) for name in document.__struct_fields__}
    return VerdictLine(**values)


def _run_lines(
    runs: Iterable[Run], fields: Sequence[str] | None, known: Beside = NOTHING
) -> list[object]:
    if not fields:
        return [RunLine(run=run_document(run, known)) for run in runs]
    kept = check_fields(fields)
    return [{"type": "run", "schema": SCHEMA, "run": only(run, kept, known)} for run in runs]


def only(run: Run, fields: Sequence[str], known: Beside = NOTHING) -> dict[str, Any]:
    """The chosen fields of a run, in the order in which they were chosen."""
    values = to_builtins(run_document(run, known))
    return {
        field: beside_value(run, field, known) or None if field in BESIDE else values[field]
        for field in fields
    }


def _gap_lines(look: Look | None) -> list[object]:
    return [
        GapLine(source=gap.source, part=gap.part, error=gap.error, why=gap.why)
        for gap in source_gaps(look)
    ]


def _joined(lines: Sequence[object], *, ascii_only: bool) -> str:
    return "".join(to_json(line, ascii_only=ascii_only) + "\n" for line in lines)

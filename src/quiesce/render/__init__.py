"""Answers as text: values in, text out, no I/O and no clock.

Each format is imported when it is asked for, so that `-o json` never loads a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from quiesce.answer import Answer
from quiesce.errors import ConfigError
from quiesce.model import Look, Question, Run, State
from quiesce.render.beside import NOTHING, Beside, beside
from quiesce.render.screen import Format, Rendered, Screen
from quiesce.render.strip import Told, counts_of, newest_first

__all__ = [
    "Format",
    "Rendered",
    "Screen",
    "progress_line",
    "render",
    "render_status",
    "render_unknown",
    "survivor_lines",
    "waited_line",
]


def render(
    answer: Answer,
    runs: Sequence[Run],
    form: Format,
    screen: Screen,
    now: datetime,
    *,
    judged: bool,
    filters: Question | None = None,
    fields: Sequence[str] | None = None,
) -> Rendered:
    """What `ls`, `check` and `wait` print.

    `runs` are those to show, in their order; `filters` is what they were narrowed to, or
    None. `judged` asks for the verdict's sentence (`check`, `wait`). On a terminal
    everything is output; in a pipe the notes for people go to standard error.
    """
    ascii_only = not screen.unicode
    _check(form, fields)
    match form:
        case "json":
            from quiesce.render.document import look_document
            from quiesce.render.encode import to_json

            document = look_document(answer, runs, filters)
            pretty = screen.width is not None
            return Rendered(to_json(document, pretty=pretty, ascii_only=ascii_only) + "\n")
        case "jsonl":
            from quiesce.render.jsonl import look_lines

            return Rendered(look_lines(answer, runs, filters, fields=fields, ascii_only=ascii_only))
        case "nagios":
            from quiesce.render.nagios import nagios_line

            return Rendered(nagios_line(answer, now, screen, filters))
        case _:
            from quiesce.render.notes import look_notes

            known = beside(answer)
            out = _runs(runs, form, screen, now, status=False, fields=fields, known=known)
            return look_notes(
                answer, runs, out, form=form, screen=screen, now=now, judged=judged, filters=filters
            )


def render_status(  # noqa: PLR0917 - in the order of `render`, with the name before
    pipeline: str,
    groups: Mapping[State, Sequence[Run]],
    look: Look,
    form: Format,
    screen: Screen,
    now: datetime,
    *,
    hidden: int = 0,
    summary: bool = False,
    fields: Sequence[str] | None = None,
    told: Told | None = None,
) -> Rendered:
    """What `status` prints: `groups` are the runs to show by state, in their order.

    `hidden` says how many runs of this pipeline the filters have left out, `told` what is
    known beside the runs.
    """
    told = told or Told(all=newest_first(groups))
    ascii_only = not screen.unicode
    _check(form, fields)
    match form:
        case "json":
            from quiesce.render.document import status_document, status_summary_document
            from quiesce.render.encode import to_json

            pretty = screen.width is not None
            document: object = (
                status_summary_document(pipeline, groups, look, told)
                if summary
                else status_document(pipeline, groups, look, told, now)
            )
            return Rendered(to_json(document, pretty=pretty, ascii_only=ascii_only) + "\n")
        case "mixpanel":
            from quiesce.render import nessie

            pretty = screen.width is not None
            if summary:
                counts = nessie.counts_of(counts_of(groups, told))
                return Rendered(nessie.counts_text(counts, pretty=pretty, ascii_only=ascii_only))
            return Rendered(nessie.status_text(groups, pretty=pretty, ascii_only=ascii_only))
        case "jsonl":
            from quiesce.render.jsonl import status_lines, summary_lines

            if summary:
                return Rendered(summary_lines(pipeline, groups, look, told, ascii_only=ascii_only))
            return Rendered(status_lines(groups, look, fields=fields, ascii_only=ascii_only))
        case _:
            from quiesce.render.notes import status_notes

            runs = [run for group in groups.values() for run in group]
            if summary:
                out = _counts(counts_of(groups, told), form, screen)
            else:
                out = _runs(runs, form, screen, now, status=True, fields=fields, known=NOTHING)
            return status_notes(
                pipeline,
                runs,
                look,
                out,
                form=form,
                screen=screen,
                now=now,
                hidden=hidden,
                told=told,
            )


def render_unknown(reasons: Sequence[str], at: datetime, form: Format, screen: Screen) -> Rendered:
    """The verdict of a look that came to nothing, so that there always is one."""
    ascii_only = not screen.unicode
    sentence = screen.text(f"cannot tell: {'; '.join(reasons)}")
    if form in {"json", "jsonl"}:
        from quiesce.render.document import unknown_document
        from quiesce.render.encode import to_json
        from quiesce.render.jsonl import verdict_line

        document = unknown_document(reasons, at)
        shown = document if form == "json" else verdict_line(document)
        pretty = form == "json" and screen.width is not None
        return Rendered(to_json(shown, pretty=pretty, ascii_only=ascii_only) + "\n")
    if form == "nagios":
        return Rendered(f"QUIESCE UNKNOWN - {sentence.replace('|', '/')}\n")
    return Rendered("", f"{sentence}\n")


def progress_line(answer: Answer, now: datetime, screen: Screen | None = None) -> str:
    """What `wait` says on its way: the verdict, the oldest run and its address; on one line."""
    from quiesce.render.sentences import progress

    return progress(answer, now, screen or Screen())


def waited_line(answer: Answer, seen: Sequence[Run], seconds: float, screen: Screen) -> str:
    """What `wait` says at its end: how long, and for which of the runs that it has seen."""
    from quiesce.render.sentences import time_waited

    return time_waited(answer, seen, seconds, screen)


def survivor_lines(answer: Answer, screen: Screen) -> list[str]:
    """Where the runs that are still active can be seen."""
    from quiesce.render.sentences import survivors

    return survivors(answer, screen)


def _check(form: Format, fields: Sequence[str] | None) -> None:
    """Fields that can't be had are an error before anything is drawn."""
    if not fields:
        return
    from quiesce.render.columns import check_fields

    check_fields(fields)
    if form not in {"table", "wide", "plain", "csv", "jsonl"}:
        raise ConfigError(
            f"`--fields` has no effect on `-o {form}`",
            hint="use it with one of: table, wide, plain, csv, jsonl",
        )


def _runs(
    runs: Sequence[Run],
    form: Format,
    screen: Screen,
    now: datetime,
    *,
    status: bool,
    fields: Sequence[str] | None,
    known: Beside,
) -> str:
    ascii_only = not screen.unicode
    match form:
        case "table" | "wide":
            from quiesce.render.table import table

            return table(
                runs, screen, now, wide=form == "wide", status=status, fields=fields, known=known
            )
        case "plain":
            from quiesce.render.table import plain

            return plain(runs, screen, now, status=status, fields=fields, known=known)
        case "csv":
            from quiesce.render.sheet import look_sheet

            return look_sheet(runs, fields=fields, ascii_only=ascii_only, known=known)
        case "name":
            from quiesce.render.names import name_lines

            return name_lines(runs, ascii_only=ascii_only)
        case "raw":
            from quiesce.render.raw import raw_lines

            return raw_lines(runs, ascii_only=ascii_only)
        case _:
            raise ConfigError(f"`{form}` is not a format of this command")


def _counts(counted: Mapping[State, int], form: Format, screen: Screen) -> str:
    if form == "csv":
        from quiesce.render.sheet import summary_sheet

        return summary_sheet(counted, ascii_only=not screen.unicode)
    if form in {"table", "wide", "plain"}:
        from quiesce.render.table import counts

        return counts(counted, screen)
    raise ConfigError(
        f"a summary has no format `{form}`",
        hint="use one of: table, json, jsonl, csv, plain, mixpanel",
    )

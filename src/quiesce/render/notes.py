"""What is said beside the runs: a sentence, the gaps, the last line; and where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from quiesce.answer import Answer
from quiesce.model import Look, Question, Run
from quiesce.render.expected import outlook_line, waived_lines
from quiesce.render.gaps import gap_lines
from quiesce.render.screen import COLORS, RED, Format, Rendered, Screen
from quiesce.render.sentences import (
    conclusion,
    coverage,
    finding,
    footer,
    scopes,
    tally,
    unfound,
    unread,
)
from quiesce.render.strip import Told, glance_lines, glances
from quiesce.render.words import brief, clock, count, elapsed

MOST_GLANCES = 10
"""So many pipelines of one name are looked at; the JSON document has all of them."""

_TABLES = frozenset({"table", "wide"})


def look_notes(
    answer: Answer,
    runs: Sequence[Run],
    out: str,
    *,
    form: Format,
    screen: Screen,
    now: datetime,
    judged: bool,
    filters: Question | None,
) -> Rendered:
    """The runs that were drawn (`out`) with what is said of them.

    The sentence of a verdict is a result: it goes to standard output with a table, and to
    standard error with formats that programs read. Sentences about nothing, gaps and the
    last line are for people: standard error, unless that would tear a terminal's page apart.
    """
    if judged:
        sentence = conclusion(answer, now, screen, filters)
    else:
        sentence = finding(answer, runs, filters, screen)
    word = answer.verdict.verdict
    colored = screen.paint(sentence, COLORS.get(word, RED) if judged or word == "unknown" else "")
    if judged and screen.width is not None and sentence:
        colored = screen.paint(f"{screen.glyph(word)} {sentence}", COLORS.get(word, RED))
    # The sentence of a verdict has said when it will be quiet, and its reasons what is waived.
    beside = "" if judged else waived_lines(answer, screen, now) + outlook_line(answer, screen, now)
    last = beside + footer(answer, screen, filters) + "\n"
    said = f"{colored}\n" if colored else ""
    # The sentence about nothing holds all that the last line would.
    last = "" if not judged and word == "quiet" and not runs else last
    return _placed(out, said, gap_lines(answer.look, screen) + last, form, screen, result=judged)


def status_notes(
    pipeline: str,
    runs: Sequence[Run],
    look: Look,
    out: str,
    *,
    form: Format,
    screen: Screen,
    now: datetime,
    hidden: int,
    told: Told,
) -> Rendered:
    """The same for `status`: how many runs there are, or why there are none to show.

    Below them how the last runs went, and what there is to remark.
    """
    name = brief(pipeline)
    sentence = ""
    if not runs and look.gaps:
        sentence = f"cannot tell: {unfound(look, '' if hidden else pipeline) or unread(look)}"
    elif not runs and hidden:
        without = f"{count(hidden, 'run')} of {name} without them"
        sentence = f"nothing matches these filters ({without})"
    elif not runs:
        sentence = f"{name} has no recent runs"
    said = f"{screen.text(sentence)}\n" if sentence else ""
    shown = [tally(runs, "run" if len(runs) == 1 else "runs")]
    known = sum((told.counts or {}).values())
    if known > len(runs):
        shown.append(f"{known:,} known")
    elif told.more:
        shown.append("older ones with a larger --limit")
    if told.as_of is None:
        took = elapsed(look.finished - look.started)
        shown += [*coverage(look, scopes(look)), took]
    else:
        shown += [_as_of(name, at, now) for name, at in told.as_of.items()]
    shapes = glances(told.all, now)[:MOST_GLANCES] if screen.width is not None else ()
    notes = glance_lines(shapes, screen)
    notes += gap_lines(look, screen)
    notes += "".join(f"{screen.text(remark)}\n" for remark in told.remarks)
    last = screen.dot.join(screen.text(one) for one in shown) + "\n"
    return _placed(out, said, notes + last, form, screen, result=False)


def _as_of(name: str, at: datetime | None, now: datetime) -> str:
    return f"{name} was never looked at" if at is None else f"{name} as of {clock(at, now)}"


def _placed(
    out: str, said: str, notes: str, form: Format, screen: Screen, *, result: bool
) -> Rendered:
    if screen.width is not None and form in _TABLES:
        return Rendered(out + ("\n" if out else "") + said + notes)
    if result and form in _TABLES:
        return Rendered(out + said, notes)
    return Rendered(out, said + notes)

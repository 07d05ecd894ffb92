"""How an answer is printed: the shared output options, and the way to stdout and stderr."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from quiesce.answer import Answer, Cost
from quiesce.cli.screen import remark, screen, write
from quiesce.errors import ConfigError
from quiesce.model import Look, Question, State
from quiesce.render import Format, Rendered, render, render_unknown
from quiesce.summary import select


class Output(Struct, frozen=True, kw_only=True):
    """What the output options ask for. `sentence` asks for the verdict's sentence."""

    form: Format
    fields: tuple[str, ...] | None = None
    filters: Question | None = None
    stats: bool = False
    color: str = "auto"
    progress: str = "auto"
    sentence: bool = False

    @classmethod
    def of(
        cls,
        form: str,
        fields: str | None,
        *,
        states: Sequence[str] = (),
        application: str | None = None,
        stats: bool,
        color: str,
        progress: str,
        sentence: bool = False,
    ) -> Output:
        """From the words of the options; raises `ConfigError` for a wrong state or field."""
        chosen: tuple[str, ...] | None = None
        if fields is not None:
            from quiesce.render.columns import check_fields

            chosen = check_fields([field.strip() for field in fields.split(",")])
        wanted = parse_states(states)
        return cls(
            form=cast("Format", form),
            fields=chosen,
            filters=Question(application=application, states=wanted)
            if wanted or application is not None
            else None,
            stats=stats,
            color=color,
            progress=progress,
            sentence=sentence,
        )

    def streamed(self) -> Output:
        """The same for a stream of answers that a program reads."""
        return replace(self, form="jsonl")


def parse_states(words: Sequence[str]) -> frozenset[State]:
    """States by their names; raises `ConfigError` with the nearest ones."""
    states: set[State] = set()
    for word in words:
        try:
            states.add(State(word.lower()))
        except ValueError:
            from quiesce.render.complaint import nearest

            near = nearest(word, list(State))
            hint = f"did you mean `{near[0]}`?" if near else f"one of {', '.join(State)}"
            raise ConfigError(f"no state named `{word}`", hint=hint) from None
    return frozenset(states)


def rendering(answer: Answer, output: Output) -> Rendered:
    """The answer as text. An answer that rests on no source at all is only a verdict."""
    now = datetime.now(UTC).astimezone()  # what is said of times is for whoever reads here
    surface = screen(sys.stdout, color=output.color)
    if not answer.look.sources:
        return render_unknown(answer.verdict.reasons, now, output.form, surface)
    runs = select(answer.look.runs, output.filters or Question())
    drawn = render(
        answer,
        runs,
        output.form,
        surface,
        now,
        judged=output.sentence,
        filters=output.filters,
        fields=output.fields,
    )
    if not output.stats:
        return drawn
    return with_stats(drawn, output, answer.look, answer.costs, answer.looks)


def with_stats(
    drawn: Rendered,
    output: Output,
    look: Look,
    costs: Mapping[str, Cost] | None = None,
    looks: int = 1,
) -> Rendered:
    """The same, and what it has cost below: `costs` over all looks, or those of the one."""
    from quiesce.render.stats import stats

    told = stats(look, screen(sys.stderr, color=output.color), costs, looks)
    return Rendered(drawn.out, drawn.err + told)


def put(rendered: Rendered) -> None:
    """Results to stdout, the rest to stderr."""
    write(rendered.out)
    remark(rendered.err)

"""The drawings that are compared by letter: `python -m tests.render.golden` writes them anew."""

from __future__ import annotations

from datetime import timedelta, timezone
from pathlib import Path

from tests.render.samples import NOW, busy, foreseen, make_run

from quiesce.model import Question, State
from quiesce.render import Format, Rendered, Screen, render, render_status
from quiesce.summary import by_state, oldest_first

HERE = NOW.astimezone(timezone(timedelta(hours=1)))
"""The same time, where a reader is."""

FOLDER = Path(__file__).parent / "golden"

SCREENS = {
    "40": Screen(width=40),
    "80": Screen(width=80),
    "80-ascii": Screen(width=80, unicode=False),
    "80-color": Screen(width=80, color=True, hyperlinks=True),
    "200": Screen(width=200),
    "pipe": Screen(),
}


def drawn() -> dict[str, str]:
    """Every golden file by its name, each as what would be on stdout, then on stderr."""
    answer = busy()
    runs = oldest_first(answer.look.runs)
    made: dict[str, Rendered] = {}
    for name, screen in SCREENS.items():
        made[f"ls-{name}"] = render(answer, runs, "table", screen, NOW, judged=False)
        made[f"wide-{name}"] = render(answer, runs, "wide", screen, NOW, judged=True)
        made[f"eta-{name}"] = render(foreseen(), runs, "table", screen, HERE, judged=False)
        made[f"eta-wide-{name}"] = render(foreseen(), runs, "wide", screen, HERE, judged=True)
    beside: tuple[Format, ...] = ("json", "jsonl", "csv", "nagios")
    for form in beside:
        made[f"eta-{form}"] = render(foreseen(), runs, form, Screen(), HERE, judged=True)
    for form in ("plain", "json", "jsonl", "csv", "name", "raw", "nagios"):
        made[form] = render(answer, runs, form, Screen(), NOW, judged=True)
    states = Question(states=frozenset({State.PAUSED}))
    made["filtered"] = render(answer, (), "json", SCREENS["80"], NOW, judged=True, filters=states)
    made["fields"] = render(
        answer, runs, "table", SCREENS["80"], NOW, judged=False, fields=("id", "details", "state")
    )
    ends = [State.SUCCEEDED, State.FAILED, State.SUCCEEDED, State.TIMED_OUT, State.RUNNING]
    recent = by_state(
        make_run(
            id=str(number),
            state=state,
            started_at=NOW.replace(hour=number),
            ended_at=None if state.active else NOW.replace(hour=number, minute=35),
        )
        for number, state in enumerate(ends)
    )
    for name, screen in (("80", SCREENS["80"]), ("pipe", SCREENS["pipe"])):
        for summary in (False, True):
            title = f"status{'-summary' if summary else ''}-{name}"
            made[title] = render_status(
                "Deploy prod", recent, answer.look, "table", screen, NOW, summary=summary
            )
    return {
        name: f"{one.out}--- stderr\n{one.err}" if one.err else one.out
        for name, one in made.items()
    }


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.txt"):
        old.unlink()
    for name, text in drawn().items():
        (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

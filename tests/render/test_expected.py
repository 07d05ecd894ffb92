"""When it will be quiet, which runs are late, and which don't count: said, and never dropped."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace
from tests.render.samples import (
    HOSTILE,
    NOW,
    RUNS,
    busy,
    foreseen,
    make_answer,
    make_estimate,
    make_run,
    make_source,
    make_waiver,
)

from quiesce.answer import Answer
from quiesce.past import Estimate, Outlook
from quiesce.render import (
    Format,
    Rendered,
    Screen,
    progress_line,
    render,
    survivor_lines,
    waited_line,
)
from quiesce.render.clean import harmless
from quiesce.render.expected import MOST_LATE, eta, expected, hour
from quiesce.render.fit import width
from quiesce.render.schemas import schema
from quiesce.render.sentences import conclusion, footer

PIPE = Screen()
RUN = make_run()


def lone(estimate: Estimate, **fields: Any) -> Answer:
    """One active run with its estimate, which is that of all together."""
    answer = make_answer(make_source(runs=(RUN,)), reasons=("1 run is active",))
    outlook = Outlook(runs={RUN.reference: estimate}, quiet=estimate)
    return replace(answer, outlook=outlook, **fields)


def drawn(answer: Answer, form: Format, screen: Screen = PIPE, **options: Any) -> Rendered:
    return render(answer, answer.look.runs, form, screen, NOW, **{"judged": False, **options})


def test_it_says_when_it_will_be_quiet_in_the_readers_zone() -> None:
    answer = lone(make_estimate())
    assert expected(answer, NOW) == ["quiet at about 08:12, 90 % by 08:31"]
    here = NOW.astimezone(timezone(timedelta(hours=1)))
    assert expected(answer, here) == ["quiet at about 09:12, 90 % by 09:31"]
    for said in (conclusion(answer, here, PIPE), progress_line(answer, here)):
        assert "; quiet at about 09:12, 90 % by 09:31" in said


def test_another_day_has_its_date() -> None:
    answer = lone(make_estimate(likely=86_400.0, bound=2 * 86_400.0))
    said = "quiet at about 2026-11-23 08:00, 90 % by 2026-11-24 08:01"
    assert expected(answer, NOW) == [said]


@pytest.mark.parametrize(("seconds", "up"), [(0, "08:00"), (1, "08:01"), (60, "08:01")])
def test_a_bound_is_rounded_up(seconds: int, up: str) -> None:
    time = datetime(2026, 11, 22, 8, 0, tzinfo=UTC) + timedelta(seconds=seconds)
    assert hour(time, NOW, up=True) == up


@pytest.mark.parametrize(
    ("estimate", "said"),
    [
        (
            make_estimate(likely=None, bound=None, runs=2, lacks="runs"),
            "no estimate: 2 runs so far",
        ),
        (
            make_estimate(likely=None, bound=None),
            "no estimate of when all is quiet; no reliable bound",
        ),
        (make_estimate(bound=None), "quiet at about 08:12 (no reliable bound)"),
        (
            make_estimate(rough=True, runs=5),
            "quiet at about 08:12, 90 % by 08:31 (rough: 5 runs so far)",
        ),
        (
            make_estimate(bound=21 * 86_400.0, beyond=3_000.0),
            "quiet at about 08:12 (may take more than 50 min)",
        ),
        (make_estimate(likely=1e300), "no estimate of when all is quiet"),
    ],
)
def test_where_there_is_no_number_it_says_why(estimate: Estimate, said: str) -> None:
    assert expected(lone(estimate), NOW) == [said]


def test_a_run_that_is_late_is_named_with_the_reason_once() -> None:
    answer = lone(make_estimate(overdue=True, shorter=0.97, like=40))
    assert expected(answer, NOW) == [
        "Deploy prod (eks, gate) overdue: longer than 97 % of 40 earlier runs",
        "quiet at about 08:12, 90 % by 08:31",
    ]
    assert "Deploy prod (eks, gate) stuck" in expected(lone(make_estimate(stuck=True)), NOW)


def test_of_many_runs_without_an_estimate_some_are_named_and_all_are_counted() -> None:
    runs = tuple(make_run(id=str(each), pipeline=f"Canary {each % 5}") for each in range(8))
    rest = tuple(make_run(id=str(each)) for each in range(8, 28))
    none = make_estimate(likely=None, bound=None, runs=0, lacks="runs")
    known = {run.reference: make_estimate() for run in rest}
    answer = make_answer(make_source(runs=(*runs, *rest)))
    outlook = Outlook(runs=known | {run.reference: none for run in runs}, quiet=none)
    (said,) = expected(replace(answer, outlook=outlook), NOW)
    assert said == (
        "no estimate of when all is quiet: 8 of 28 active runs have none"
        " (Canary 0 (eks), Canary 1 (eks), Canary 2 (eks) and 2 more)"
    )
    loose = make_estimate(bound=None)
    some = replace(
        outlook, runs=known | {run.reference: loose for run in runs[:1]}, quiet=loose, slower=1.5
    )
    (said,) = expected(replace(answer, outlook=some), NOW)
    assert said == (
        "quiet at about 08:12 (no reliable bound: 1 of 21 active runs has none (Canary 0 (eks));"
        " slower than usual now: 1.5 times)"
    )


def test_a_bound_of_all_that_rests_on_a_run_past_its_history_says_so() -> None:
    old, new = make_run(id="1", pipeline="Nightly"), make_run(id="2")
    past = make_estimate(bound=None, longest=True, like=14)
    answer = make_answer(make_source(runs=(old, new)))
    outlook = Outlook(
        runs={old.reference: past, new.reference: make_estimate()}, quiet=make_estimate()
    )
    (said,) = expected(replace(answer, outlook=outlook), NOW)
    assert said == (
        "quiet at about 08:12, 90 % by 08:31 (1 longer than all earlier runs: Nightly (eks))"
    )


def test_what_a_late_run_may_start_is_said_beside_it() -> None:
    """Its own words are said once; how far off the end of all may be is in none of them."""
    run = make_estimate(overdue=True)
    answer = lone(run)
    far = make_estimate(bound=21 * 86_400.0, beyond=3_000.0, overdue=True)
    outlook = Outlook(runs={RUN.reference: run}, quiet=far)
    assert expected(replace(answer, outlook=outlook), NOW) == [
        "Deploy prod (eks, gate) overdue",
        "quiet at about 08:12 (may take more than 50 min)",
    ]


def test_a_bound_that_nobody_can_plan_with_is_in_no_column() -> None:
    answer = lone(make_estimate(bound=21 * 86_400.0, beyond=3_000.0))
    fields = ("eta", "eta_bound", "eta_note")
    row = drawn(answer, "csv", fields=fields).out.splitlines()[1]
    assert row == "2026-11-22T08:12:00.123Z,,may take more than 50 min"
    shape = json.loads(drawn(answer, "json").out)
    for shown in (shape["outlook"], shape["runs"][0]["estimate"]):
        assert (shown["bound_at"], shown["note"]) == (None, "may take more than 50 min")


def test_of_many_late_runs_some_are_named_and_all_are_counted() -> None:
    runs = tuple(make_run(id=str(number)) for number in range(MOST_LATE + 2))
    late = make_estimate(overdue=True, longest=True, typical=2_400.0)
    outlook = Outlook(runs={run.reference: late for run in runs}, quiet=make_estimate())
    answer = replace(make_answer(make_source(runs=runs)), outlook=outlook)
    said = expected(answer, NOW)
    assert sum("overdue: usually" in one for one in said) == MOST_LATE
    assert "2 more overdue" in said
    assert said[-1] == "quiet at about 08:12, 90 % by 08:31"  # they are not said again
    for screen in (Screen(width=200), Screen(width=40), Screen(width=44, unicode=False)):
        assert drawn(answer, "table", screen).out.count("  overdue") >= len(runs)


@pytest.mark.parametrize("cells", [40, 44, 60, 80, 120, 200])
def test_a_late_run_is_marked_on_every_width(cells: int) -> None:
    answer = foreseen()
    table = drawn(answer, "table", Screen(width=cells)).out.split("\n\n")[0]
    assert "stuck" in table
    assert "09:12" in table or "08:12" in table
    assert max(map(width, table.splitlines())) <= cells


@pytest.mark.parametrize(
    ("estimate", "long", "short"),
    [
        (None, "", ""),
        (make_estimate(), "08:12 (in 12 min)", "08:12"),
        (make_estimate(overdue=True), "overdue, 08:12", "overdue"),
        (make_estimate(overdue=True, stuck=True, likely=None), "stuck", "stuck"),
        (make_estimate(likely=None), "no estimate", "-"),
    ],
)
def test_the_column_says_it_in_two_lengths(
    estimate: Estimate | None, long: str, short: str
) -> None:
    assert (eta(estimate, NOW, short=False), eta(estimate, NOW, short=True)) == (long, short)


@pytest.mark.parametrize("form", ["table", "wide", "plain", "nagios"])
@pytest.mark.parametrize("screen", [PIPE, Screen(width=80), Screen(width=40)])
def test_without_estimates_every_word_is_as_before(form: Format, screen: Screen) -> None:
    """`--no-store` leaves no trace, and no empty column."""
    for judged in (True, False):
        shown = drawn(busy(), form, screen, judged=judged)
        for word in ("expected:", "quiet at", "no estimate", "waived until"):
            assert word not in shown.out + shown.err
        # In a pipe the columns of `wide` are always the same, as programs count them.
        assert (" ETA " in shown.out) == (form == "wide" and screen is PIPE)


def test_a_waived_run_is_shown_counted_apart_and_explained() -> None:
    answer = foreseen()
    shown = drawn(answer, "table", Screen(width=100)).out
    assert "? unknown (waived)" in shown
    assert "3 active (1 pending, 1 running, 1 waiting), 1 waived" in shown
    assert "waived: デプロイ (eks, gate) 3 until 18:00 (in 10 h) by bob: known zombie" in shown
    assert footer(busy(), PIPE).startswith("4 active (1 pending, 1 running, 1 waiting, 1 unknown) ")
    shape = json.loads(drawn(answer, "json").out)
    jsonschema.validate(shape, schema("look"))
    assert shape["summary"] == {
        "active": 3,
        "by_state": {"pending": 1, "running": 1, "waiting": 1},
        "waived": 1,
    }
    (waived,) = shape["waived"]
    assert waived == {
        "reference": "gate/3",
        "waiver": 7,
        "pattern": "gate/*/Deploy prod/*",
        "reason": "known zombie",
        "until": "2026-11-22T18:00:00.123Z",
        "by": "bob",
    }
    assert len(shape["runs"]) == 4
    assert " waived=1;;;0\n" in drawn(answer, "nagios").out


def test_what_is_waived_is_neither_the_oldest_nor_waited_for() -> None:
    old = make_run(id="old", started_at=NOW - timedelta(days=9))
    answer = make_answer(make_source(runs=(old, RUN)))
    spared = replace(answer, waived={old.reference: make_waiver()})
    assert "oldest: Deploy prod (eks, gate) running, began 9 d ago" in conclusion(answer, NOW, PIPE)
    assert "began 41 min ago" in conclusion(spared, NOW, PIPE)
    assert "2 are still active" in waited_line(answer, (old, RUN), 1.0, PIPE)
    assert "1 is still active" in waited_line(spared, (old, RUN), 1.0, PIPE)
    assert [len(survivor_lines(one, PIPE)) for one in (answer, spared)] == [2, 1]


def test_programs_get_times_and_reasons_by_run() -> None:
    answer = foreseen()
    for form in ("jsonl", "csv"):
        shown = drawn(answer, form, fields=("id", "eta", "eta_bound", "eta_note", "waived_until"))
        if form == "jsonl":
            lines = [json.loads(line) for line in shown.out.splitlines()]
            for line in lines[4:]:
                jsonschema.validate(line, schema("line"))
            rows = {line["run"]["id"]: line["run"] for line in lines if line["type"] == "run"}
        else:
            rows = {row["id"]: row for row in csv.DictReader(io.StringIO(shown.out))}
        assert rows[RUN.id]["eta"] == "2026-11-22T08:12:00.123Z"
        assert rows[RUN.id]["eta_bound"] == "2026-11-22T08:30:30.123Z"
        assert not rows["77"]["eta"]
        assert rows["77"]["eta_note"].startswith("no estimate: 2 runs so far")
        assert rows["3"]["waived_until"] == "2026-11-22T18:00:00.123Z"
    shape = json.loads(drawn(answer, "json").out)
    assert shape["outlook"]["likely_at"] == "2026-11-22T09:15:00.123Z"
    by_id = {run["id"]: run for run in shape["runs"]}
    assert by_id[RUN.id]["estimate"]["typical"] == 2_700.0
    assert "estimate" not in by_id["3"]


def test_a_line_for_nagios_has_no_clock_that_moves() -> None:
    assert "quiet at" not in drawn(foreseen(), "nagios").out


def hostile(name: str, *, blind: bool) -> Answer:
    other = make_run(id=f"3{name}", pipeline=name, application=name)
    run = make_run(id=name, pipeline=name, application=name)
    spared = make_run(id=f"2{name}", pipeline=name)
    late = make_estimate(overdue=True, rough=True)
    none = make_estimate(likely=None, bound=None, lacks="state")
    return replace(
        make_answer(make_source(runs=(run, other, spared))),
        outlook=Outlook(
            runs={run.reference: late, other.reference: none},
            quiet=make_estimate(likely=None, bound=None) if blind else make_estimate(bound=None),
            unknown=((name, name, name),),
        ),
        waived={spared.reference: make_waiver(pattern=name, reason=name, by=name)},
    )


@pytest.mark.parametrize("blind", [False, True])
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_reasons_and_notes_are_harmless(kind: str, blind: bool) -> None:
    answer = hostile(HOSTILE[kind], blind=blind)
    for screen in (PIPE, Screen(unicode=False), Screen(width=80), Screen(width=40, unicode=False)):
        for form in ("table", "wide", "json", "jsonl", "csv", "nagios"):
            for judged in (True, False):
                shown = drawn(answer, form, screen, judged=judged)
                for char in set(shown.out + shown.err):
                    assert char == "\n" or harmless(char)
                assert (shown.out + shown.err).isascii() or screen.unicode
                lines = drawn(hostile("tame", blind=blind), form, screen, judged=judged)
                assert shown.err.count("\n") == lines.err.count("\n")


def test_a_waiver_of_a_run_that_is_not_shown_is_not_counted() -> None:
    answer = replace(busy(), waived={"gate/other": make_waiver()})
    assert "waived" not in footer(answer, PIPE)
    assert json.loads(drawn(answer, "json").out)["summary"]["waived"] == 0
    assert [run.id for run in RUNS if run.reference in answer.waived] == []

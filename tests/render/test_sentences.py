"""What is said is true, complete, and no more than was seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from tests.render.samples import GAP, NOW, busy, make_answer, make_run, make_source

from quiesce.answer import Answer
from quiesce.errors import Absent
from quiesce.model import REST, Question, SourceLook, State
from quiesce.render import (
    Screen,
    progress_line,
    render,
    render_status,
    render_unknown,
    survivor_lines,
    waited_line,
)
from quiesce.render.gaps import MOST_GAPS, gap_lines
from quiesce.render.sentences import (
    MOST_SURVIVORS,
    conclusion,
    finding,
    footer,
    unfound,
    unread,
)
from quiesce.render.stats import stats
from quiesce.render.words import begin

PIPE = Screen()
INSTANT = (NOW, NOW + timedelta(seconds=4.8))


def quiet(looks: int = 2, **fields: Any) -> Answer:
    return make_answer(make_source(), verdict="quiet", looks=looks, **fields)


def rest(**fields: Any) -> Answer:
    gap = type(GAP)(part=REST, error="unavailable", why="gate did not answer in time")
    return make_answer(
        make_source(gaps=(gap,), **fields), verdict="unknown", reasons=("gate is silent",)
    )


def test_nothing_active_nothing_matching_and_not_knowing_are_three_sentences() -> None:
    paused = Question(states=frozenset({State.PAUSED}))
    gaps = make_answer(
        make_source(gaps=(GAP,)),
        verdict="unknown",
        reasons=("gate: 1 of 201 parts could not be read",),
    )
    assert finding(quiet(1), (), None, PIPE) == (
        "nothing is active: 200 of 200 parts read, 1 source"
    )
    assert finding(make_answer(make_source(runs=(make_run(),))), (), paused, PIPE) == (
        "nothing matches these filters (1 run is active without them)"
    )
    assert finding(gaps, (), None, PIPE) == "cannot tell: 1 of 201 parts could not be read"


def test_where_there_are_gaps_filters_alone_do_not_explain_an_empty_list() -> None:
    said = finding(busy(), (), Question(application="x"), PIPE)
    assert said == (
        "cannot tell: 1 of 212 parts could not be read"
        " (4 runs are active that these filters leave out)"
    )


def test_with_runs_to_show_nothing_more_is_found() -> None:
    assert finding(busy(), busy().look.runs, None, PIPE) == ""


def test_a_narrowed_answer_says_so_in_every_sentence() -> None:
    scoped = make_source(scope="only pipelines are asked")
    only = Question(application="eks")
    for answer in (
        make_answer(scoped, verdict="quiet", looks=2, confirmed=True, instant=INSTANT),
        make_answer(scoped, verdict="quiet"),
        make_answer(scoped, reasons=("1 run is active",)),
    ):
        said = conclusion(answer, NOW, PIPE, only)
        assert "gate: only pipelines are asked" in said
        assert "application eks only" in said
        assert "only pipelines are asked" in footer(answer, PIPE)
    answer = make_answer(scoped, verdict="quiet")
    assert "only pipelines are asked, application eks only" in finding(answer, (), only, PIPE)


def test_quiet_in_one_look_is_not_confirmed() -> None:
    assert conclusion(quiet(1), NOW, PIPE) == (
        "quiet, not confirmed: no run that these systems show was active in any of 200 parts,"
        " in one look only"
    )


def test_quiet_in_two_looks_that_prove_nothing_says_why() -> None:
    answer = quiet(reasons=("not confirmed: gate gives no mark for eks/tasks",))
    assert conclusion(answer, NOW, PIPE) == (
        "quiet, not confirmed (gate gives no mark for eks/tasks): no run that these systems show"
        " was active in any of 200 parts"
    )


def test_waived_runs_are_not_denied() -> None:
    answer = make_answer(
        make_source(runs=(make_run(id="1"),)),
        verdict="quiet",
        reasons=("gate/1 is active and waived",),
    )
    assert conclusion(answer, NOW, PIPE) == (
        "quiet, not confirmed: no run that counts was active in any of 200 parts, in one look only;"
        " gate/1 is active and waived"
    )


def test_confirmed_names_what_is_waived_and_what_is_gone() -> None:
    """Something is active then, or was: a sentence that left it out would be false."""
    waived = "gate/01J is active and waived until 2026-12-01 by bob: known zombie"
    gone = "Deploy (eks) 02K is gone: active at 2026-11-22 09:55 UTC, its end was not seen"
    answer = quiet(
        confirmed=True, idle_for=3.0, instant=INSTANT, reasons=(waived, gone), waived=(waived,)
    )
    said = conclusion(answer, NOW, PIPE)
    assert "no run that these systems show was active but what is waived, in any of" in said
    assert said.endswith(f"; {waived}; {gone}")


def test_confirmed_names_the_instant() -> None:
    assert conclusion(quiet(confirmed=True, idle_for=3.0, instant=INSTANT), NOW, PIPE) == (
        "quiet: at some instant between 08:00:00.1 and 08:00:05.0 UTC on 2026-11-22"
        " no run that these systems show was active, in any of 200 parts"
    )


def test_settled_adds_how_long() -> None:
    answer = quiet(confirmed=True, settled=True, idle_for=34.9, instant=INSTANT)
    assert conclusion(answer, NOW, PIPE).endswith(
        "in any of 200 parts, and it had been so for 34 s,"
        " longer than the longest hand-over that is known"
    )


def test_active_says_how_many_and_which_is_the_oldest() -> None:
    run = make_run(state=State.WAITING, waiting_on="Approve prod?")
    answer = make_answer(make_source(runs=(run,)), reasons=("1 run is active",))
    assert conclusion(answer, NOW, PIPE) == (
        "active: 1 run; oldest: Deploy prod (eks, gate) waiting on"
        ' "Approve prod?", began 41 min ago, 01JDW8YQ3ZK4ABCDEFGHJKMNPQ'
    )


def test_active_without_any_begin_names_no_oldest() -> None:
    run = make_run(created_at=None, started_at=None)
    answer = make_answer(make_source(runs=(run,)), reasons=("1 run is active",))
    assert begin(run) is None
    assert conclusion(answer, NOW, PIPE) == "active: 1 run"


def test_not_knowing_gives_every_reason() -> None:
    answer = make_answer(
        make_source("a"), make_source("b"), verdict="unknown", reasons=("a: x", "b: y")
    )
    assert conclusion(answer, NOW, PIPE) == "cannot tell: a: x; b: y"
    assert conclusion(rest(), NOW, PIPE) == "cannot tell: gate is silent"
    lone = make_answer(make_source(gaps=(GAP,)), verdict="unknown")
    assert conclusion(lone, NOW, PIPE) == "cannot tell: 1 of 201 parts could not be read"


def test_what_could_not_be_read_is_named_by_how_much_is_known_of_it() -> None:
    assert unread(rest().look) == "the rest of gate could not be read"
    assert unread(rest(parts={}).look) == "gate could not be read"
    assert "200 of at least 201 parts read" in footer(rest(), PIPE)
    assert "0 of 1 source read" in footer(rest(parts={}), PIPE)


def remembering(*parts: str) -> Answer:
    """An answer whose source was read whole, but not what was remembered of it."""
    gaps = tuple(replace(GAP, part=part) for part in parts)
    return make_answer(make_source(gaps=gaps), verdict="unknown")


def test_what_was_remembered_is_no_part_of_the_system() -> None:
    """Neither a memory that can't be read nor a run that can't be had counts as a part."""
    blind = remembering("memory")
    assert unread(blind.look) == "the memory of gate could not be read"
    assert "200 of 200 parts read" in footer(blind, PIPE)
    assert "per part" in stats(blind.look, PIPE)
    assert stats(blind.look, PIPE) == stats(remembering("run 1").look, PIPE)
    one, two = remembering("run 1"), remembering("run 1", "run 2")
    assert unread(one.look) == "of 1 run that was active before nothing is known now"
    assert unread(two.look) == "of 2 runs that were active before nothing is known now"
    assert "200 of 200 parts read" in footer(two, PIPE)
    both = remembering("eks/tasks", "memory", "run 1")
    assert unread(both.look) == (
        "1 of 201 parts could not be read; the memory of gate could not be read;"
        " of 1 run that was active before nothing is known now"
    )
    silent = make_answer(make_source(parts={}, gaps=(replace(GAP, part="memory"),)))
    assert "0 of 1 source" not in footer(silent, PIPE)


def test_a_name_may_exist_where_only_the_memory_could_not_be_read() -> None:
    absent = Absent("application", "x")
    gaps = (replace(GAP, part="memory"),)
    look = make_answer(make_source(gaps=gaps, absent=absent)).look
    assert unfound(look) == (
        "no application named `x` in 200 of 200 parts;"
        " the memory of gate could not be read, so it may exist"
    )


def test_the_last_line() -> None:
    assert footer(busy(), PIPE) == (
        "4 active (1 pending, 1 running, 1 waiting, 1 unknown) · 2 sources"
        " · 211 of 212 parts read · 0.8 s"
    )
    assert footer(quiet(), Screen(unicode=False)) == (
        "0 active - 1 source - 200 of 200 parts read - 2 looks - 1.6 s"
    )


@pytest.mark.parametrize("answer", [busy(), quiet(1), quiet(), rest()])
def test_no_sentence_promises_or_commands(answer: Answer) -> None:
    for form in ("table", "nagios"):
        for judged in (True, False):
            drawn = render(answer, answer.look.runs, form, PIPE, NOW, judged=judged)
            said = (drawn.out + drawn.err).lower()
            for word in ("!", "safe", "nothing will", "no data", "simply", "sorry", "please"):
                assert word not in said


def test_gaps_are_listed_up_to_twenty_and_counted_beyond() -> None:
    gaps = tuple(
        type(GAP)(part=f"a{n}/tasks", error="refused", why="no") for n in range(MOST_GAPS + 1)
    )
    lines = gap_lines(make_answer(make_source(gaps=gaps)).look, PIPE).splitlines()
    assert len(lines) == MOST_GAPS + 1
    assert lines[0] == "gap: gate a0/tasks: no"
    assert lines[-1] == "and 1 more gap: see them all with -o json"
    fewer = gap_lines(make_answer(make_source(gaps=gaps[:-1])).look, PIPE)
    assert len(fewer.splitlines()) == MOST_GAPS
    assert "more" not in fewer


def test_one_cause_is_told_once() -> None:
    gaps = tuple(
        type(GAP)(part=f"{n}", error="refused", why="no", hint="ask Bob") for n in range(3)
    )
    said = gap_lines(make_answer(make_source(gaps=gaps)).look, PIPE)
    assert said.count("ask Bob") == 1
    assert said.count("gap:") == 3


def test_in_a_pipe_results_and_remarks_are_apart() -> None:
    drawn = render(busy(), busy().look.runs, "table", PIPE, NOW, judged=False)
    assert "gap:" not in drawn.out
    assert "parts read" not in drawn.out
    assert "gap:" in drawn.err
    assert drawn.err.endswith("0.8 s\n")
    empty = render(quiet(1), (), "table", PIPE, NOW, judged=False)
    assert (empty.out, empty.err) == ("", "nothing is active: 200 of 200 parts read, 1 source\n")


def test_a_verdict_is_a_result_of_check_in_a_table_and_a_remark_beside_data() -> None:
    verdict = "active: 4 runs; "
    assert verdict in render(busy(), (), "table", PIPE, NOW, judged=True).out
    for form in ("csv", "raw", "name", "plain"):
        drawn = render(busy(), (), form, PIPE, NOW, judged=True)
        assert verdict not in drawn.out
        assert verdict in drawn.err


def test_on_a_terminal_everything_is_in_order_on_one_page() -> None:
    drawn = render(busy(), busy().look.runs, "table", Screen(width=100), NOW, judged=True)
    assert drawn.err == ""
    places = [drawn.out.index(word) for word in ("STATE", "● active:", "gap:", "parts read")]
    assert places == sorted(places)


def test_a_wait_tells_verdict_breadth_and_where_the_oldest_is_seen() -> None:
    run = make_run()
    answer = make_answer(make_source(runs=(run,)), reasons=("1 run is active",))
    said = progress_line(answer, NOW)
    assert said.startswith("active: 1 run; oldest: Deploy prod (eks, gate) running")
    assert said.endswith(f" · 200 of 200 parts read · {run.url}")
    assert "\n" not in said


def test_a_look_that_came_to_nothing_still_has_a_verdict() -> None:
    assert render_unknown(["a", "b"], NOW, "table", PIPE).err == "cannot tell: a; b\n"
    assert render_unknown(["a|b"], NOW, "nagios", PIPE).out == (
        "QUIESCE UNKNOWN - cannot tell: a/b\n"
    )


def test_status_has_three_sentences_too() -> None:
    def said(answer: Answer, hidden: int = 0) -> str:
        drawn = render_status("Deploy", {}, answer.look, "table", PIPE, NOW, hidden=hidden)
        return drawn.err.splitlines()[0]

    assert said(quiet()) == "Deploy has no recent runs"
    assert said(quiet(), 3) == "nothing matches these filters (3 runs of Deploy without them)"
    assert said(rest(), 3) == "cannot tell: the rest of gate could not be read"


NOSUCH = Absent("application", "nosuch")


@pytest.mark.parametrize(
    ("sources", "pipeline", "said"),
    [
        (
            [make_source(gaps=(GAP,)), make_source("data", absent=NOSUCH)],
            "Deploy",
            (
                "no application named `nosuch` in 400 of 401 parts;"
                " 1 could not be read, so it may exist"
            ),
        ),
        (
            [make_source(gaps=(GAP,) * 3)],
            "Deploy",
            "no pipeline named `Deploy` in 200 of 203 parts; 3 could not be read, so it may exist",
        ),
        (
            [make_source(gaps=(GAP,), absent=NOSUCH)],
            "",
            (
                "no application named `nosuch` in 200 of 201 parts;"
                " 1 could not be read, so it may exist"
            ),
        ),
        (
            [*rest(parts={}).look.sources, make_source("data", absent=NOSUCH)],
            "",
            (
                "no application named `nosuch` in what could be read; gate could not be read,"
                " so it may exist"
            ),
        ),
        ([make_source(gaps=(GAP,)), make_source("data")], "Deploy", ""),  # `data` has it
        ([make_source(gaps=(GAP,)), make_source("data", absent=NOSUCH)], "", ""),  # `gate` has it
        ([make_source(gaps=(GAP,), runs=(make_run(),))], "Deploy", ""),
        ([make_source(absent=NOSUCH)], "", ""),
        (rest(parts={}).look.sources, "Deploy", ""),  # nothing was read at all
    ],
)
def test_a_name_that_was_not_found_may_exist_where_there_are_gaps(
    sources: list[SourceLook], pipeline: str, said: str
) -> None:
    assert unfound(make_answer(*sources).look, pipeline) == said


def test_ls_and_status_say_that_a_name_may_exist() -> None:
    gate = make_source(gaps=(GAP,), absent=NOSUCH)
    answer = make_answer(gate, verdict="unknown", reasons=("x",))
    said = "cannot tell: no application named `nosuch` in 200 of 201 parts; 1 could not be read"
    assert finding(answer, (), Question(application="nosuch"), PIPE).startswith(said)
    shown = render_status("Deploy", {}, answer.look, "table", PIPE, NOW)
    assert shown.err.startswith(said)


def test_the_end_of_a_wait_says_how_long_and_for_what() -> None:
    first, last = make_run(id="1"), make_run(id="2", pipeline="Deploy")
    quiet_again = quiet()
    assert waited_line(quiet_again, [first, last], 2460, PIPE) == (
        "waited 41 min for 2 runs, the last: Deploy (eks)"
    )
    assert waited_line(quiet_again, [], 1.23, PIPE) == "waited 1.2 s, and saw no active run"
    left = make_answer(make_source(runs=(last,)))
    assert waited_line(left, [first, last], 3600, PIPE) == (
        "waited 1 h for 2 runs, and 1 is still active"
    )
    assert survivor_lines(left, PIPE) == [f"still active: Deploy (eks, gate) {last.url}"]
    many = tuple(make_run(id=str(number)) for number in range(MOST_SURVIVORS + 2))
    lines = survivor_lines(make_answer(make_source(runs=(*many, make_run(url=None)))), PIPE)
    assert len(lines) == MOST_SURVIVORS + 1
    assert lines[-1] == "and 2 more: see them all with -o wide"


def test_stats_tell_the_cost_of_each_source() -> None:
    assert stats(busy().look, PIPE) == (
        "stats: gate: 213 requests (1.06 per application, 1.06 per part), 91.2 kB, 0.8 s, 1 look,"
        " 200 parts read, 1 gap\n"
        "stats: data: 12 requests (1.09 per part), 999 B, 0.2 s, 1 look, 11 parts read, 0 gaps\n"
    )
    twice = make_answer(make_source(requests=220), looks=2)
    assert "440 requests (1.10 per application, 1.10 per part in each look)" in stats(
        twice.look, PIPE, twice.costs, twice.looks
    )

"""What the last runs say at a glance, in the words of the product and in those of Mixpanel."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.render.samples import NOW, make_run, make_waiver

from quiesce.model import Run, State
from quiesce.render.fit import width
from quiesce.render.nessie import WORDS, counts_of, status_text
from quiesce.render.screen import Screen
from quiesce.render.strip import BASIS, LONGEST, glance_lines, glances
from quiesce.render.waivers import waivers_table
from quiesce.store.reading.overview import NEWEST

GOOD, BAD = State.SUCCEEDED, State.FAILED


def ended(number: int, state: State = GOOD, took: float = 600.0, **fields: Any) -> Run:
    """The run that began so many hours ago."""
    began = NOW - timedelta(hours=number)
    over = None if state.active else began + timedelta(seconds=took)
    return make_run(id=str(number), state=state, started_at=began, ended_at=over, **fields)


def test_a_glance_is_at_as_many_runs_as_pipelines_looks_at() -> None:
    assert BASIS == NEWEST
    (one,) = glances([ended(number) for number in range(1, 80)], NOW)
    assert one.ended == BASIS


def unusual(*states: State) -> tuple[str, ...]:
    """What is unusual about the first of these, the newest."""
    (one,) = glances([ended(number, state) for number, state in enumerate(states, 1)], NOW)
    return one.unusual


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ((BAD, GOOD, GOOD, GOOD, BAD), ("first failure after 3 successes",)),
        ((BAD, State.TIMED_OUT, BAD, GOOD), ("3 failures in a row",)),
        ((GOOD, BAD, BAD, GOOD), ("succeeded after 2 failures",)),
        ((State.CANCELED, BAD, State.SKIPPED, BAD), ("2 failures in a row",)),
        ((BAD, GOOD, BAD), ()),
        ((GOOD, GOOD), ()),
        ((BAD,), ()),
        ((State.RUNNING,), ()),
    ],
)
def test_what_is_unusual_about_the_newest_end(states: tuple[State, ...], said: Any) -> None:
    assert unusual(*states) == said


def test_what_is_unusual_about_the_newest_length() -> None:
    before = [ended(number + 2, took=600.0 + number) for number in range(40)]
    (one,) = glances([ended(1, took=3000.0), *before], NOW)
    assert one.unusual == ("the newest took 50 min, longer than 100 % of 40 earlier runs",)
    (one,) = glances([ended(1, State.RUNNING), *before], NOW)
    assert one.unusual == ("the newest has taken 1 h, longer than 100 % of 40 earlier runs",)
    (one,) = glances([ended(1, took=3.0), *before], NOW)
    assert one.unusual == ("the newest took 3 s, shorter than 100 % of 40 earlier runs",)
    (one,) = glances([ended(1, took=3000.0), *before[:19]], NOW)
    assert one.unusual == ()
    assert (one.ended, one.typical) == (20, 609.5)


def test_a_strip_has_the_newest_last_in_unicode_and_in_ascii() -> None:
    runs = [ended(1, State.RUNNING), ended(2, BAD), ended(3), ended(4)]
    found = glances(runs, NOW)
    assert glance_lines(found, Screen(width=80)).startswith("last 4: ✔✔✖●  usually 10 min (3 runs)")
    assert glance_lines(found, Screen(width=80, unicode=False)).startswith("last 4: ++x*  ")
    (one,) = glances([ended(number) for number in range(1, 99)], NOW)
    assert len(one.strip) == LONGEST


def test_each_pipeline_of_a_name_has_its_own() -> None:
    found = glances([ended(1), ended(2, application="checkout"), ended(3)], NOW)
    lines = glance_lines(found, Screen(width=80)).splitlines()
    assert [line.split(":")[0] for line in lines] == ["gate/eks", "gate/checkout"]


def test_every_state_has_a_word_of_mixpanel() -> None:
    assert set(WORDS) == set(State)
    known = {"pending", "running", "retried", "failed", "canceled", "timed_out", "succeeded"}
    assert set(WORDS.values()) == known
    assert {WORDS[state] for state in State if state.active} == {"pending", "running"}
    assert counts_of({State.RUNNING: 1, State.PAUSED: 2, State.GONE: 1, BAD: 0}) == {
        "running": 3,
        "canceled": 1,
    }


def test_a_job_keeps_the_very_words_that_it_came_with() -> None:
    details: dict[str, str | None] = {
        "from_date": "2016-07-26T00:00:00-07:00",
        "to_date": "2016-07-26T00:00:00-07:00",
        "run_at": "2016-07-26T00:00:00-07:00",
        "last_finish": "2016-07-26T09:30:00-07:00",
    }
    job = make_run(
        application="007", pipeline="x", type="job", state=State.UNKNOWN, native_state="odd",
        details=details,
    )  # fmt: skip
    shown = json.loads(status_text({State.UNKNOWN: [job]}, pretty=False, ascii_only=False))
    assert shown == {"odd": [{"project_id": "007", "name": "x", "state": "odd", **details}]}


@pytest.mark.parametrize("cells", [40, 60, 80, 200])
def test_a_table_of_waivers_fits_and_says_until_when(cells: int) -> None:
    waiver = make_waiver(reason="long " * 40, pattern="gate/checkout-service-frontend/Deploy */*")
    for unicode in (True, False):
        screen = Screen(width=cells, unicode=unicode)
        text = waivers_table([(waiver, "in force", [RUN])], screen, NOW, every=True)
        assert max(map(width, text.splitlines())) <= cells
        assert "18:00" in text
        assert "gate/" in text
        assert text.isascii() or unicode


RUN = make_run()

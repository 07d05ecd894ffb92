"""Remembered runs in a pair of looks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from tests.double_look.clock import now, simulate
from tests.double_look.faces import subject
from tests.double_look.looks import AT, running, verdict
from tests.double_look.telling import (
    AGAIN,
    RUN,
    Saying,
    Told,
    ended,
    lost,
    refused,
    remembering,
    still_active,
)

from quiesce.model import Look, Question, Run, State
from quiesce.past import Remembered
from quiesce.source import Recollection
from quiesce.survey import survey


def pair(first: Told, second: Told, *kept: Remembered | Run) -> list[Look]:
    async def looking() -> list[Look]:
        remembered = remembering(*kept)
        looks = []
        for source, question in (
            (first, Question(marks=True)),
            (second, Question(marks=True, lists=False)),
        ):
            looks.append(
                await survey([subject("gate", source)], question, clock=now, remembered=remembered)
            )
        return looks

    return simulate(looking())


def ended_at(minutes: int) -> Saying:
    def say(recollection: Recollection, run: Run) -> None:
        recollection.run(
            replace(run, state=State.SUCCEEDED, ended_at=AT + timedelta(minutes=minutes))
        )

    return say


@pytest.mark.parametrize("kept", [RUN, AGAIN])
def test_remembered_runs_that_have_ended_are_confirmed(kept: Run | Remembered) -> None:
    looks = pair(Told(ended), Told(ended), kept)
    assert verdict(looks).confirmed


def test_a_run_that_is_gone_is_confirmed_and_named() -> None:
    judged = verdict(pair(Told(lost), Told(lost), AGAIN))
    assert judged.confirmed
    assert "7 is gone" in judged.reasons[0]


def test_one_that_ran_again_and_ended_again_in_between_is_restless() -> None:
    judged = verdict(pair(Told(ended_at(0)), Told(ended_at(1)), RUN))
    assert (judged.verdict, judged.restless, judged.confirmed) == ("active", True, False)
    assert judged.reasons == (
        "something keeps starting: a remembered run of gate changed between two looks",
    )


def test_one_that_was_gone_and_is_found_to_have_ended_is_restless() -> None:
    assert verdict(pair(Told(lost), Told(ended), AGAIN)).restless


def test_one_that_runs_again_in_the_second_look_is_active_and_not_gone() -> None:
    judged = verdict(pair(Told(lost), Told(still_active), AGAIN))
    assert judged.reasons == ("1 run is active",)


@pytest.mark.parametrize("says", [[ended, refused], [refused, ended]])
def test_one_that_could_be_asked_for_in_one_look_only_is_unknown(says: list[Saying]) -> None:
    judged = verdict(pair(Told(says[0]), Told(says[1]), RUN))
    assert (judged.verdict, judged.restless) == ("unknown", False)


def test_asked_for_in_one_look_only_it_confirms_nothing() -> None:
    """As where a waived run was in a list of the first look, and had ended by the second."""
    looks = pair(Told(ended, lists=lambda findings: findings.run(RUN)), Told(ended), RUN)
    judged = verdict(looks, waived={"gate/7": "until noon"})
    assert (judged.verdict, judged.confirmed) == ("quiet", False)
    assert judged.reasons[-1] == (
        "not confirmed: gate was asked for remembered runs in one of the two looks only"
    )


def test_a_waived_run_may_be_in_a_list_of_one_look_and_asked_for_in_the_other() -> None:
    """Look 2 reads marks alone, whose window it may have left long ago: a wedged run is just so."""
    looks = pair(Told(lists=lambda findings: findings.run(RUN)), Told(still_active), RUN)
    judged = verdict(looks, waived={"gate/7": "until noon"})
    assert (judged.verdict, judged.confirmed) == ("quiet", True)
    assert judged.reasons == ("gate/7 is active and waived until noon",)


def test_one_that_could_not_be_asked_for_does_not_make_another_one_restless() -> None:
    """A mark over a part of what was remembered would differ though nothing has changed."""

    def all_but_one(recollection: Recollection, run: Run) -> None:
        if run.id != "8":
            ended(recollection, run)
        else:
            refused(recollection, run)

    judged = verdict(pair(Told(ended), Told(all_but_one), RUN, running(number="8")))
    assert (judged.verdict, judged.restless) == ("unknown", False)

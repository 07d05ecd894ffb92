"""What is asked of Mixpanel for jobs that were active before, and what its answers mean."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace
from tests.sources.mixpanel.fake import PROJECT, FakeMixpanel, FakeMixpanelBySecret

from quiesce.model import Question, State
from quiesce.past import Remembered
from quiesce.sandbox import Sandbox
from quiesce.sandbox.faults import Fault
from quiesce.sources.mixpanel import KIND
from quiesce.testing import NOW, Part, Past, World, look

LISTED = Part.of(finished=1)
BELOW = "/api/2.0/nessie/pipeline"


@pytest.fixture(params=[FakeMixpanel, FakeMixpanelBySecret])
def fake(request: pytest.FixtureRequest, box: Sandbox) -> FakeMixpanel:
    made: FakeMixpanel = request.param(box)
    return made


def known(fake: FakeMixpanel, world: World) -> list[Remembered]:
    fake.show(world)
    return [Remembered(run=run, seen_at=NOW) for run in asyncio.run(look(fake)).whole.runs]


def asked(fake: FakeMixpanel, call: str) -> int:
    return sum(one.path == f"{BELOW}/{call}" for one in fake.asked())


def test_several_jobs_of_one_pipeline_cost_one_request(fake: FakeMixpanel) -> None:
    remembered = known(fake, World.of(b=Part.of(active=5)))
    fake.show(World.of(a=LISTED, b=Part(runs=Part.of(active=5).runs, listed=False)))
    found = asyncio.run(look(fake, remembered=remembered))
    assert len(found.whole.runs) == 5
    assert (asked(fake, "jobs"), asked(fake, "status")) == (1, 2)


def test_what_the_answers_show_is_not_asked_for_again(fake: FakeMixpanel) -> None:
    """An answer holds the jobs of a pipeline in every state: ends are in it."""
    remembered = known(fake, World.of(b=Part.of(active=1)))
    run = Part.of(active=1).runs[0]
    fake.show(World.of(b=Part(runs=(replace(run, state=State.SUCCEEDED),))))
    found = asyncio.run(look(fake, remembered=remembered))
    assert [run.state for run in found.source.ended] == [State.SUCCEEDED]
    assert asked(fake, "status") == 1


def test_ends_are_told_to_who_wants_the_past_and_only_then(fake: FakeMixpanel) -> None:
    fake.show(World.of(a=Part.of(finished=4, active=1)))
    assert len(asyncio.run(look(fake, Question(past=True))).source.ended) == 4
    fake.show(World.of(a=Part.of(finished=4, active=1)))
    assert len(asyncio.run(look(fake, Question(past=True))).whole.runs) == 1


def test_another_job_of_the_pipeline_that_is_active_is_found_as_well(fake: FakeMixpanel) -> None:
    remembered = known(fake, World.of(b=Part.of(active=1)))
    other = Past(id="other", started=30.0)
    fake.show(World.of(a=LISTED, b=Part(runs=(other,), listed=False)))
    found = asyncio.run(look(fake, remembered=remembered))
    assert ["other" in run.id for run in found.whole.runs] == [True]
    assert found.source.lost == (remembered[0].run.id,)


def test_a_pipeline_that_was_deleted_took_its_jobs_along(fake: FakeMixpanel) -> None:
    """Its own list of pipelines says so: a 404 alone would not."""
    remembered = known(fake, World.of(a=LISTED, b=Part.of(active=2)))
    fake.show(World.of(a=LISTED))
    found = asyncio.run(look(fake, remembered=remembered))
    assert set(found.source.lost) == {one.run.id for one in remembered}
    gone = [replace(one, missing=True) for one in remembered]
    again = asyncio.run(look(fake, remembered=gone))
    assert len(again.source.gone) == 2
    assert again.verdict == "quiet"


@pytest.mark.parametrize(
    "jobs",
    [
        b"{}",
        b'{"%d":[]}' % PROJECT,
        b'{"%d":[{"name":"a"},{"nom":"b"}]}' % PROJECT,
        b'{"%d":[{"name":"a"},{"name":"b"}]}' % PROJECT,
        b'{"1":[{"name":"a"}]}',
        b"<html>",
    ],
    ids=["nothing", "none", "one can't be read", "it is listed", "another project", "a page"],
)
def test_a_404_that_the_list_does_not_bear_out_is_a_gap(fake: FakeMixpanel, jobs: bytes) -> None:
    remembered = [
        replace(one, missing=True) for one in known(fake, World.of(a=LISTED, b=Part.of(active=1)))
    ]
    fake.show(World.of(a=LISTED))
    fake.box.faults.add(Fault(path=f"{BELOW}/jobs", kind="body", body=jobs, after=1))
    found = asyncio.run(look(fake, remembered=remembered, attempts=1))
    assert list(found.gaps.values()) == ["unavailable"]
    assert (found.source.lost, found.source.gone) == ((), ())


def test_an_answer_that_can_not_be_read_whole_says_of_no_job_that_it_is_not_there(
    fake: FakeMixpanel,
) -> None:
    remembered = known(fake, World.of(b=Part.of(active=1)))
    fake.show(World.of(a=LISTED, b=Part(listed=False)))
    path, body = f"{BELOW}/status?*name=b", b'{"succeeded":[7]}'
    fake.box.faults.add(Fault(path=path, kind="body", body=body))
    found = asyncio.run(look(fake, remembered=remembered))
    assert list(found.gaps.values()) == ["misunderstood"]
    assert not found.source.lost


def test_two_projects_at_one_address_are_two_systems() -> None:
    assert KIND.identity == ("project_id",)

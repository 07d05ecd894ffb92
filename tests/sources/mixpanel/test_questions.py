"""Which requests are sent to Mixpanel for which question."""

from __future__ import annotations

import asyncio

import pytest
from tests.sources.mixpanel.fake import PROJECT, FakeMixpanel, FakeMixpanelBySecret

from quiesce.model import Question, State
from quiesce.sandbox.faults import Fault
from quiesce.sandbox.server import Sandbox
from quiesce.testing import Part, World, look

JOBS = "/api/2.0/nessie/pipeline/jobs"
THREE = World.of(a=Part.of(active=1, finished=2), b=Part.of(finished=1), c=Part())


@pytest.fixture
def mixpanel(box: Sandbox) -> FakeMixpanel:
    fake = FakeMixpanel(box)
    fake.show(THREE)
    return fake


def test_a_look_costs_one_request_and_one_for_each_pipeline(mixpanel: FakeMixpanel) -> None:
    found = asyncio.run(look(mixpanel))
    assert found.source.requests == 1 + 3
    asked = [one.path_qs.partition("?")[2] for one in mixpanel.box.requests]
    assert all(f"project_id={PROJECT}" in query for query in asked)
    assert not any("status=" in query or "summary=" in query for query in asked)


def test_recent_runs_of_one_pipeline_cost_two_requests(mixpanel: FakeMixpanel) -> None:
    found = asyncio.run(look(mixpanel, Question(pipeline="a")))
    assert found.source.requests == 2
    assert sorted(run.state for run in found.whole.runs) == ["running", "succeeded", "succeeded"]


def test_a_project_secret_needs_no_project(box: Sandbox) -> None:
    fake = FakeMixpanelBySecret(box)
    fake.show(THREE)
    assert len(asyncio.run(look(fake)).whole.runs) == 1
    assert not any("project_id" in one.path_qs for one in box.requests)


def test_a_service_account_without_a_project_is_told(mixpanel: FakeMixpanel) -> None:
    from quiesce.sources.mixpanel import Config

    [gap] = asyncio.run(look(mixpanel, config=Config())).source.gaps
    assert "project_id" in gap.cause


def test_a_pipeline_that_can_not_be_read_is_a_gap(mixpanel: FakeMixpanel) -> None:
    body = b'{"%d":[{"name":"a"},{"nom":"b"}]}' % PROJECT
    mixpanel.box.faults.add(Fault(path=JOBS, kind="body", body=body))
    found = asyncio.run(look(mixpanel))
    assert found.gaps == {"jobs": "misunderstood"}
    assert len(found.whole.runs) == 1


def test_each_project_is_asked_for_itself(mixpanel: FakeMixpanel) -> None:
    """A pipeline of the same name in another project is read by asking for that project.

    One that the configuration did not ask for is a gap besides.
    """
    body = b'{"%d":[{"name":"a"}],"7":[{"name":"a"}]}' % PROJECT
    mixpanel.box.faults.add(Fault(path=JOBS, kind="body", body=body))
    found = asyncio.run(look(mixpanel, Question(marks=True)))
    asked = [one.path_qs for one in mixpanel.box.requests if "/status" in one.path_qs]
    assert sorted(path.count("project_id=7") for path in asked) == [0, 1]
    assert set(found.source.parts) == {f"{PROJECT}/a"}
    assert {gap.part for gap in found.source.gaps} == {"jobs", "7/a"}


def test_a_job_of_another_project_is_not_taken_for_an_answer(mixpanel: FakeMixpanel) -> None:
    body = b'{"succeeded":[{"name":"a","state":"succeeded","project_id":7}]}'
    mixpanel.box.faults.add(Fault(path="/**/status", kind="body", body=body))
    found = asyncio.run(look(mixpanel, Question(marks=True)))
    assert "another pipeline or project" in found.source.gaps[0].why


@pytest.mark.parametrize("application", [str(PROJECT), "7"])
def test_an_application_is_a_project(application: str, mixpanel: FakeMixpanel) -> None:
    found = asyncio.run(look(mixpanel, Question(application=application)))
    assert (found.source.absent is None) == (application == str(PROJECT))
    assert len(found.whole.runs) == (1 if application == str(PROJECT) else 0)


def test_the_filter_of_mixpanel_is_not_trusted(mixpanel: FakeMixpanel) -> None:
    """The documented example asks for `running` and shows a canceled job: the core filters."""
    mixpanel.box.world.mixpanel.faithful = False
    question = Question(pipeline="a", states=frozenset({State.RUNNING}))
    states = [run.state for run in asyncio.run(look(mixpanel, question)).whole.runs]
    assert State.RUNNING in states
    assert not any("status=" in one.path_qs for one in mixpanel.box.requests)

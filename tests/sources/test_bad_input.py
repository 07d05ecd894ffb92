"""What bad input gets: unknown with a gap that says what and where, and nothing else is lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec import Struct
from tests.sources.mixpanel.fake import PROJECT, FakeMixpanel
from tests.sources.sandboxed import Sandboxed
from tests.sources.spinnaker.fake import FakeGate

from quiesce.access import Anonymous
from quiesce.model import Question
from quiesce.sandbox.faults import Fault
from quiesce.sandbox.server import Sandbox
from quiesce.testing import Part, World, look

QUIET = World.of(a=Part.of(finished=1), b=Part.of(finished=1), c=Part.of(finished=1))
ACTIVE = World.of(a=Part.of(active=1), b=Part.of(finished=1), c=Part.of(finished=1))
HURRY: dict[str, Any] = {"attempts": 2, "max_body": 100_000}


class Place(Struct, frozen=True):
    """Where a fault is planted, which part it costs, and an answer that would be right there."""

    kind: type[Sandboxed]
    path: str
    part: str


PLACES = {
    "gate-root": Place(FakeGate, "/applications", "*"),
    "gate-pipelines": Place(FakeGate, "/applications/b/pipelines", "b/pipelines"),
    "gate-tasks": Place(FakeGate, "/applications/b/tasks", "b/tasks"),
    "gate-search": Place(FakeGate, "/applications/[*]/executions/search", "search"),
    "mixpanel-root": Place(FakeMixpanel, "/api/2.0/nessie/pipeline/jobs", "*"),
    "mixpanel-status": Place(FakeMixpanel, "/api/2.0/nessie/pipeline/status?*name=b", "b"),
}

# What happens, and which error says so. 404 and 410 of a part are no empty list either.
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "401": ({"kind": "status", "status": 401}, "refused"),
    "403": ({"kind": "status", "status": 403}, "refused"),
    "404": ({"kind": "status", "status": 404}, "unavailable"),
    "410": ({"kind": "status", "status": 410, "body": b"[]"}, "unavailable"),
    "429 without end": ({"kind": "status", "status": 429, "retry_after": "0"}, "unavailable"),
    "500": ({"kind": "status", "status": 500}, "unavailable"),
    "502": ({"kind": "status", "status": 502, "body": b"<html>"}, "unavailable"),
    "204": ({"kind": "status", "status": 204}, "misunderstood"),
    "302 to a login page": ({"kind": "redirect"}, "refused"),
    "200 with HTML": ({"kind": "login-page"}, "refused"),
    "200 with an empty body": ({"kind": "empty"}, "misunderstood"),
    "truncated JSON": ({"kind": "truncated"}, "misunderstood"),
    "JSON of another shape": ({"kind": "body", "body": b'"[]"'}, "misunderstood"),
    "null": ({"kind": "body", "body": b"null"}, "misunderstood"),
    "not UTF-8": ({"kind": "body", "body": b'["\xff\xfe"]'}, "misunderstood"),
    "nested absurdly": ({"kind": "body", "body": b"[" * 40_000}, "misunderstood"),
    "a body over the cap": ({"kind": "huge", "size": 300_000}, "truncated"),
    "a gzip bomb": ({"kind": "gzip-bomb", "size": 20_000_000}, "truncated"),
    "hangs before the body": ({"kind": "hang"}, "unavailable"),
    "hangs in the middle of the body": ({"kind": "hang-mid-body"}, "unavailable"),
    "a reset": ({"kind": "reset"}, "unavailable"),
    "a reset in the middle": ({"kind": "cut"}, "unavailable"),
    "out of a cache": ({"kind": "age", "seconds": 60.0}, "unavailable"),
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize(("fault", "error"), BAD.values(), ids=BAD)
def test_bad_input_is_a_gap_and_never_quiet(
    place: Place, fault: dict[str, Any], error: str, box: Sandbox
) -> None:
    if place.path.endswith("search") and fault.get("status") == 403:
        pytest.skip("then each application is searched: see spinnaker/test_questions.py")
    fake = place.kind(box)
    world = QUIET if "hang" in fault["kind"] else ACTIVE
    fake.show(world)
    box.faults.add(Fault(path=place.path, **fault))
    timeout = 1.0 if "hang" in fault["kind"] else 20.0
    seen = asyncio.run(look(fake, timeout=timeout, **HURRY))
    assert {part: kind for part, kind in seen.gaps.items() if kind == error} == {place.part: error}
    assert len(seen.gaps) == 1
    [gap] = seen.source.gaps
    assert gap.why, "a gap says what is wrong"
    if place.part == "*":
        assert seen.verdict == "unknown"
        return
    assert [run.pipeline for run in seen.whole.runs] == (["a"] if world is ACTIVE else [])
    assert seen.verdict == ("active" if world is ACTIVE else "unknown")
    left = {part for part in seen.source.parts if not part.startswith("b")}
    assert left == ({"a", "c"} if place.kind is FakeMixpanel else _of("a", "c"))


def _of(*applications: str) -> set[str]:
    return {f"{app}/{part}" for app in applications for part in ("pipelines", "tasks")}


@pytest.mark.parametrize(
    ("body", "path", "fake"),
    [
        (b"[]", "/applications", FakeGate),
        (b"{}", "/api/2.0/nessie/pipeline/jobs", FakeMixpanel),
        (b'{"%d":[]}' % PROJECT, "/api/2.0/nessie/pipeline/jobs", FakeMixpanel),
    ],
)
def test_an_empty_list_of_everything_is_not_an_answer(
    body: bytes, path: str, fake: type[Sandboxed], box: Sandbox
) -> None:
    """`200 []` is what a Gate says that has just been restarted."""
    served = fake(box)
    served.show(ACTIVE)
    box.faults.add(Fault(path=path, kind="body", body=body))
    seen = asyncio.run(look(served))
    assert seen.gaps == {"*": "unavailable"}
    assert "at all" in seen.source.gaps[0].why
    assert seen.verdict == "unknown"


ODD_RUNS = {
    "without a status": (b'{"id":"x"}', b'{"name":"b"}', []),
    "without an id": (b'{"status":"RUNNING"}', b"7", []),
    "with a word that nobody knows": (
        b'{"id":"x","status":"LEVITATING"}',
        b'{"name":"b","state":"levitating"}',
        ["unknown"],
    ),
    "of a shape that nobody knows": (b"[]", b"[]", []),
}


@pytest.mark.parametrize(("execution", "job", "states"), ODD_RUNS.values(), ids=ODD_RUNS)
@pytest.mark.parametrize("others", [ACTIVE, QUIET], ids=["active", "quiet"])
def test_an_odd_run_is_a_gap_and_the_others_are_kept(
    execution: bytes, job: bytes, states: list[str], others: World, box: Sandbox
) -> None:
    kept = b'{"id":"kept","status":"RUNNING","name":"kept","pipelineConfigId":"1"}'
    gate = FakeGate(box)
    gate.show(others)
    body = b"[" + execution + b"," + kept + b"]"
    box.faults.add(Fault(path="/applications/b/pipelines", kind="body", body=body))
    seen = asyncio.run(look(gate))
    assert seen.gaps == {"b/pipelines": "misunderstood"}
    runs = {run.id: run.state.value for run in seen.whole.runs if run.application == "b"}
    assert runs.pop("kept") == "running"
    assert list(runs.values()) == states
    assert seen.verdict == "active"

    mixpanel = FakeMixpanel(box)
    mixpanel.show(others)
    body = b'{"levitating":[' + job + b'],"failed":[{"name":"b","state":"failed"}]}'
    box.faults.add(Fault(path="/api/2.0/nessie/pipeline/status?*name=b", kind="body", body=body))
    seen = asyncio.run(look(mixpanel))
    assert seen.gaps == {"b": "misunderstood"}
    if others is ACTIVE:
        assert "a" in {run.pipeline for run in seen.whole.runs}
        assert seen.verdict == "active"
    elif not [run for run in seen.whole.runs if run.pipeline == "b"]:
        assert seen.verdict == "unknown"


@pytest.mark.parametrize("kind", [FakeGate, FakeMixpanel])
def test_a_name_that_does_not_resolve_is_a_gap(kind: type[Sandboxed], box: Sandbox) -> None:
    fake = kind(box)
    fake.show(ACTIVE)
    nowhere: dict[str, Any] = {
        "url": "http://no-such-host.invalid:1",
        "auth": Anonymous(),
        "attempts": 1,
    }
    seen = asyncio.run(look(fake, **nowhere))
    assert seen.gaps == {"*": "unavailable"}
    assert "no-such-host.invalid" in repr(seen.source.gaps[0])
    assert seen.verdict == "unknown"


@pytest.mark.parametrize("kind", [FakeGate, FakeMixpanel])
def test_a_certificate_that_does_not_verify_is_a_gap(kind: type[Sandboxed], box: Sandbox) -> None:
    """Here nobody speaks TLS at all, which must not be taken for an answer either."""
    fake = kind(box)
    fake.show(ACTIVE)
    seen = asyncio.run(look(fake, url=fake.access().url.replace("http:", "https:"), attempts=1))
    assert seen.gaps == {"*": "unavailable"}
    assert seen.verdict == "unknown"


HARMLESS = {
    "duplicate applications": ("/applications", b'[{"name":"a"},{"name":"a"}]'),
    "a missing buildTime": (
        "/applications/a/pipelines",
        b'[{"id":"x","status":"RUNNING","pipelineConfigId":"1","startTime":1}]',
    ),
    "a year-0 time": (
        "/applications/a/pipelines",
        b'[{"id":"x","status":"RUNNING","buildTime":-62167219200000,"startTime":-62167219200000}]',
    ),
    "a year-99999 time": (
        "/applications/a/pipelines",
        b'[{"id":"x","status":"RUNNING","buildTime":3093527894400000}]',
    ),
    "a hostile name": (
        "/applications/a/pipelines",
        '[{"id":"x","status":"RUNNING","name":"=1+\\u001b[2J\u202e\\n<b>%s"}]'.encode()
        % (b"x" * 10_000),
    ),
}


@pytest.mark.parametrize(("path", "body"), HARMLESS.values(), ids=HARMLESS)
def test_what_is_odd_and_harmless_costs_nothing(path: str, body: bytes, box: Sandbox) -> None:
    gate = FakeGate(box)
    gate.show(World.of(a=Part.of(active=1)))
    box.faults.add(Fault(path=path, kind="body", body=body))
    seen = asyncio.run(look(gate, Question(application="a") if "pipelines" in path else None))
    assert not seen.gaps
    assert seen.verdict == "active"
    assert seen.source.requests <= 4

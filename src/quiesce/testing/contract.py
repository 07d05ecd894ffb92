"""The promises of a source, as tests to inherit.

    class TestToy(SourceContract):
        @pytest.fixture(scope="class")
        def fake(self) -> Iterator[Fake]:
            with ToyFake() as fake:
                yield fake

Each test shows a world, looks at it through the real client and the real survey, and says in its
docstring what is promised. None needs a plug-in of pytest, and each may run beside others.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from typing import Any

from msgspec.structs import replace

from quiesce.access import Anonymous
from quiesce.model import Question, State
from quiesce.testing.fake import Fake
from quiesce.testing.looking import Seen, forms, judged, look, seen, sockets_to, subject
from quiesce.testing.recalling import RecallPromises
from quiesce.testing.world import Part, Past, Trouble, World

MARKS = Question(marks=True)
SECOND = Question(marks=True, lists=False)


class SourceContract(RecallPromises):
    """Inherit this, and provide a fixture `fake`: see the module's docstring.

    `many` is more than one page of whatever the fake's configuration asks for.
    """

    many: int = 60

    # Nothing is lost.

    def test_nothing_is_lost_or_doubled(self, fake: Fake) -> None:
        """Every active run is reported, and none twice, over all pages and parts."""
        names = ("a", "b", "c")
        fake.show(World(parts={name: Part.of(active=self.many, finished=3) for name in names}))
        runs = asyncio.run(look(fake)).whole.runs
        assert Counter(run.pipeline for run in runs) == dict.fromkeys(names, self.many)
        assert len({run.id for run in runs}) == len(runs), "two runs have one id"
        assert all(run.source == "fake" for run in runs), "a run must name its source"

    def test_an_active_run_behind_many_finished_ones_is_seen(self, fake: Fake) -> None:
        """A page that is full of newer, finished runs hides nothing."""
        fake.show(World.of(a=Part.of(finished=self.many, active=1)))
        found = asyncio.run(look(fake))
        assert [run.pipeline for run in found.whole.runs] == ["a"]
        assert found.verdict == "active"

    def test_every_state_is_told(self, fake: Fake) -> None:
        """Each state of the system is one of ours, and finished runs come with their pipeline."""
        states = sorted(fake.states)
        runs = tuple(Past(id=state, state=state, started=90 + n) for n, state in enumerate(states))
        fake.show(World.of(a=Part(runs=runs)))
        active = asyncio.run(look(fake))
        recent = asyncio.run(look(fake, Question(pipeline="a")))
        assert sorted(run.state for run in active.whole.runs) == [s for s in states if s.active]
        assert sorted(run.state for run in recent.whole.runs) == states
        assert not active.gaps
        assert not recent.gaps

    def test_an_unknown_state_is_active_and_a_gap(self, fake: Fake) -> None:
        """A word that the vendor invents tomorrow must never read as quiet."""
        part = Part(runs=(Past(id="odd", state=State.UNKNOWN),))
        fake.show(World.of(a=part, b=Part.of(finished=1)))
        # Where a system can only be asked for words that are known, the window shows it.
        found = asyncio.run(look(fake, MARKS))
        assert [run.state for run in found.whole.runs] == [State.UNKNOWN]
        assert found.gaps_of("a"), "an unknown word must be a gap as well"
        assert found.verdict == "active"

    def test_times_are_aware_and_right(self, fake: Fake) -> None:
        """A time without its zone means another instant on every machine."""
        fake.show(World.of(a=Part(runs=(Past(id="one", started=3600.0),))))
        runs = asyncio.run(look(fake)).whole.runs
        assert len(runs) == 1
        run = runs[0]
        times = [run.created_at, run.started_at, run.ended_at]
        assert all(time is None or time.tzinfo is not None for time in times)
        assert run.started_at == Past(id="one", started=3600.0).started_at
        assert run.ended_at is None, "an active run has not ended"

    def test_ids_are_stable(self, fake: Fake) -> None:
        """The same run has the same id in every look and for every question."""
        fake.show(World.of(a=Part.of(active=3, finished=3), b=Part.of(active=2)))
        first, second = (asyncio.run(look(fake)) for _ in range(2))
        recent = asyncio.run(look(fake, Question(pipeline="a")))
        ids = {run.id for run in first.whole.runs}
        assert ids == {run.id for run in second.whole.runs}
        assert {run.id for run in recent.whole.runs if run.state.active} <= ids

    # What is not seen is said.

    def test_a_part_that_refuses_is_a_gap(self, fake: Fake) -> None:
        """403 is not an empty list."""
        found = self._beside(fake, "refuses")
        assert {found.gaps[part] for part in found.gaps_of("b")} == {"refused"}

    def test_a_dead_part_does_not_stop_the_rest(self, fake: Fake) -> None:
        """Whatever one part does instead of answering, the others are read."""
        for trouble, error in (("fails", "unavailable"), ("babbles", "misunderstood")):
            found = self._beside(fake, trouble)  # type: ignore[arg-type]
            assert {found.gaps[part] for part in found.gaps_of("b")} == {error}
        found = self._beside(fake, "hangs", timeout=1.0)
        assert {found.gaps[part] for part in found.gaps_of("b")} == {"unavailable"}

    def _beside(self, fake: Fake, trouble: Trouble, **how: Any) -> Seen:
        """What is seen of a quiet part and of an active one beside one in trouble."""
        parts = {"a": Part.of(active=1), "b": Part(trouble=trouble), "c": Part.of(finished=1)}
        fake.show(World(parts=parts))
        with_active = asyncio.run(look(fake, attempts=1, **how))
        assert [run.pipeline for run in with_active.whole.runs] == ["a"]
        assert with_active.parts_of("a"), "the part beside it was not read"
        assert with_active.gaps_of("b"), f"a part that {trouble} must be a gap"
        assert not with_active.parts_of("b"), f"a part that {trouble} was not read"
        assert not with_active.gaps_of("a"), "the part beside it is no gap"
        assert with_active.verdict == "active"
        fake.show(World(parts={**parts, "a": Part.of(finished=1)}))
        found = asyncio.run(look(fake, attempts=1, **how))
        assert found.verdict == "unknown", f"beside a part that {trouble} nothing is quiet"
        return found

    def test_no_parts_are_not_quiet(self, fake: Fake) -> None:
        """A system that has just been restarted may show an empty list, and mean nothing by it."""
        fake.show(World(parts={}))
        first, second = asyncio.run(_pair(fake))
        assert first.verdict == "unknown"
        assert judged(first.whole, second.whole).verdict == "unknown"

    def test_whoever_is_not_signed_in_sees_gaps(self, fake: Fake) -> None:
        """401 is not an empty list either."""
        fake.show(World.of(a=Part.of(finished=1)))
        found = asyncio.run(look(fake, auth=Anonymous()))
        assert set(found.gaps.values()) == {"refused"}
        assert found.verdict == "unknown"

    def test_a_name_that_is_not_there_is_absent(self, fake: Fake) -> None:
        """A wrong name is not a pipeline without runs: the names that are there are offered."""
        fake.show(World.of(a=Part.of(finished=1)))
        absent = asyncio.run(look(fake, Question(pipeline="nowhere"))).source.absent
        assert absent is not None
        assert absent.what == "pipeline"
        assert "a" in {known.name for known in absent.known}
        assert asyncio.run(look(fake, Question(pipeline="a"))).source.absent is None

    # A source is a guest.

    def test_only_reads_are_sent(self, fake: Fake) -> None:
        """Looking changes nothing."""
        fake.show(World.of(a=Part.of(active=1, finished=1), b=Part(trouble="refuses")))
        for question in (Question(), MARKS, SECOND, Question(pipeline="a")):
            asyncio.run(look(fake, question, attempts=1))
        methods = {request.method for request in fake.asked()}
        assert methods, "nothing was asked at all"
        assert methods <= {"GET", "HEAD"}

    def test_a_deadline_keeps_what_was_found(self, fake: Fake) -> None:
        """What was seen before the time ran out is seen, and the rest is a gap."""
        fake.show(World.of(a=Part.of(active=2), b=Part(trouble="hangs"), c=Part.of(active=1)))
        found = asyncio.run(look(fake, deadline=2.0, timeout=30.0))
        assert Counter(run.pipeline for run in found.whole.runs) == {"a": 2, "c": 1}
        assert "unavailable" in found.gaps.values()
        fake.show(World.of(a=Part.of(finished=1), b=Part(trouble="hangs")))
        assert asyncio.run(look(fake, deadline=0.5, timeout=30.0)).verdict == "unknown"

    def test_cancelling_leaves_no_task_and_no_socket(self, fake: Fake) -> None:
        """Whoever gives up asks no more, and holds nothing open."""
        fake.show(World.of(a=Part.of(active=1), b=Part(trouble="hangs"), c=Part(trouble="hangs")))
        tasks = asyncio.run(_cancelled(fake))
        assert not tasks, f"still there after the survey was cancelled: {tasks}"
        assert sockets_to(fake.access().url) == 0

    def test_no_secret_gets_out(self, fake: Fake, caplog: Any) -> None:
        """A careless system repeats our password in its refusals: we don't repeat it."""
        parts = {"b": Part(trouble="refuses"), "c": Part(trouble="fails"), "a": Part.of(active=1)}
        parts["d"] = Part(runs=(Past(id="odd", state=State.UNKNOWN),))
        with caplog.at_level(logging.DEBUG):
            for world in (World(parts=parts), World(parts={}), World.of(a=Part.of(finished=1))):
                fake.show(world)
                shown = asyncio.run(_shown(fake))
                for secret in forms(fake):
                    assert secret not in shown
        for secret in forms(fake):
            assert secret not in caplog.text

    # Two looks.

    def test_an_idle_system_is_quiet_and_confirmed(self, fake: Fake) -> None:
        """Where nothing happens, marks hold still, and two looks say so."""
        fake.show(World.of(a=Part.of(finished=self.many), b=Part.of(finished=1), c=Part()))
        first, second = asyncio.run(_pair(fake))
        assert first.source.parts == second.source.parts
        verdict = judged(first.whole, second.whole)
        assert verdict.verdict == "quiet"
        assert verdict.confirmed is fake.marks

    def test_a_mark_changes_when_something_starts(self, fake: Fake) -> None:
        """Also when it has ended again by the second look, and where nothing ever ran before."""
        idle = World.of(a=Part.of(finished=3), b=Part.of(finished=3), c=Part())
        for part in ("a", "c"):
            _changes(fake, idle, part, Past(id="new", started=5.0))
            _changes(fake, idle, part, Past(id="new", state=State.SUCCEEDED, started=5.0, ended=1))

    def test_a_mark_changes_when_something_starts_again(self, fake: Fake) -> None:
        """A run can come back under its old id, and be over again by the second look."""
        idle = World.of(a=Part.of(finished=3), b=Part.of(finished=3))
        for old in idle.parts["a"].runs:
            _changes(fake, idle, "a", replace(old, state=State.RUNNING))
            _changes(fake, idle, "a", replace(old, ended=1.0))

    def test_what_runs_while_marks_are_read_is_seen(self, fake: Fake) -> None:
        """A second look that reads marks alone still reports the active runs in them."""
        fake.show(World.of(a=Part.of(finished=3)))
        first = asyncio.run(look(fake, MARKS))
        fake.show(World.of(a=Part.of(finished=3, active=1)))
        second = asyncio.run(look(fake, SECOND))
        if not fake.marks:
            assert not judged(first.whole, second.whole).confirmed
            return
        assert [run.pipeline for run in second.whole.runs] == ["a"]


def _changes(fake: Fake, idle: World, part: str, run: Past) -> None:
    """Between two looks something starts in a part: its mark is another, all others are equal."""
    fake.show(idle)
    first = asyncio.run(look(fake, MARKS))
    fake.show(idle.also(part, run))
    second = asyncio.run(look(fake, SECOND))
    assert not judged(first.whole, second.whole).confirmed
    if not fake.marks:
        return
    before, after = first.parts_of(part), second.parts_of(part)
    assert before.keys() == after.keys()
    assert before != after, f"the mark of {part} is the same though {run.id} started"
    others = [(first.parts_of(name), second.parts_of(name)) for name in idle.parts if name != part]
    assert all(one == other for one, other in others), "a mark changed where nothing happened"
    assert judged(first.whole, second.whole).verdict == "active"


async def _pair(fake: Fake) -> tuple[Seen, Seen]:
    async with subject(fake) as asked:
        return await seen(asked, MARKS), await seen(asked, SECOND)


async def _cancelled(fake: Fake) -> set[asyncio.Task[Any]]:
    """The tasks that are left when a survey was cancelled while it waited."""
    before = asyncio.all_tasks()
    async with subject(fake, timeout=30.0, deadline=30.0) as asked:
        task = asyncio.create_task(seen(asked))
        count = 0
        while count == 0 or count < len(fake.asked()):
            count = len(fake.asked())
            await asyncio.sleep(0.1)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        return asyncio.all_tasks() - before


async def _shown(fake: Fake) -> str:
    """Everything that anybody might print of one look."""
    async with subject(fake, attempts=1) as asked:
        recent = await seen(asked, Question(pipeline="a"))
        inside = getattr(asked.source, "__dict__", "")
        return f"{asked} {asked.source!r} {inside} {await seen(asked)} {recent}"

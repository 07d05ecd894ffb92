"""The promises of a source that can ask for runs by their ids: see `quiesce.source.Recalls`.

`SourceContract` has them. A source without that power keeps them by having no memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from msgspec.structs import replace

from quiesce.model import Question, Run, State
from quiesce.past import Remembered
from quiesce.source import Recalls, part_of
from quiesce.testing.fake import Fake
from quiesce.testing.looking import Seen, forms, judged, look, seen, subject
from quiesce.testing.world import NOW, Part, Past, Trouble, World

ONE, TWO = Past(id="one", started=3600.0), Past(id="two", started=1800.0)
BESIDE = Part.of(finished=1)
ERRORS: dict[Trouble, str] = {
    "refuses": "refused",
    "fails": "unavailable",
    "babbles": "misunderstood",
}


class RecallPromises:
    """What was seen active is active until its end has been seen."""

    def test_a_remembered_run_that_no_list_shows_is_found_by_its_id(self, fake: Fake) -> None:
        """What a list forgets is still running."""
        if not (kept := known(fake, ONE, TWO)):
            return
        found = self._hidden(fake, kept, ONE, TWO)
        assert {run.id for run in found.whole.runs} == {one.run.id for one in kept}
        assert {run.state for run in found.whole.runs} == {State.RUNNING}
        assert not found.gaps
        assert found.verdict == "active"

    def test_the_end_of_a_remembered_run_is_told(self, fake: Fake) -> None:
        """With its state and its time, for the memory; it is not in the answer."""
        if not (kept := known(fake, ONE, TWO)):
            return
        end = replace(ONE, state=State.SUCCEEDED, ended=90.0)
        found = self._hidden(fake, kept, end, TWO)
        told = [run for run in found.source.ended if run.id == kept[0].run.id]
        assert [(run.state, run.ended_at) for run in told] == [(State.SUCCEEDED, end.ended_at)]
        assert [run.id for run in found.whole.runs] == [kept[1].run.id]
        assert not found.gaps

    def test_an_id_that_is_not_known_is_lost_and_no_end(self, fake: Fake) -> None:
        """At first it is a gap; told so again, it is gone. It is never active, and never ended."""
        if not (kept := known(fake, ONE)):
            return
        number = kept[0].run.id
        for world in (World.of(a=BESIDE, b=Part(listed=False)), World.of(a=BESIDE)):
            fake.show(world)
            first = asyncio.run(look(fake, remembered=kept))
            assert first.source.lost == (number,)
            assert list(first.gaps) == [part_of(kept[0].run)]
            assert first.verdict == "unknown"
            again = asyncio.run(look(fake, remembered=[replace(kept[0], missing=True)]))
            assert [(run.id, run.state) for run in again.source.gone] == [(number, State.GONE)]
            assert again.verdict == "quiet"
            for told in (first, again):
                assert not told.whole.runs
                assert number not in {run.id for run in told.source.ended}

    def test_a_remembered_run_that_can_not_be_asked_for_is_a_gap(self, fake: Fake) -> None:
        """Whatever comes instead of an answer: it is never over because of that, nor gone."""
        if not (kept := known(fake, ONE)):
            return
        missing = [replace(kept[0], missing=True)]
        for trouble, error in ERRORS.items():
            hidden = Part(runs=(ONE,), trouble=trouble, listed=False)
            fake.show(World.of(a=BESIDE, b=hidden))
            for remembered in (kept, missing):
                found = asyncio.run(look(fake, remembered=remembered, attempts=1))
                self._is_a_gap(found, kept[0].run, error)

    def test_a_dead_remembered_run_does_not_stop_the_rest(self, fake: Fake) -> None:
        """Whichever of them is asked for first, and also when the time runs out."""
        kept = known(fake, ONE, part="b") + known(fake, ONE, part="c")
        if not kept:
            return
        for trouble, error in {**ERRORS, "hangs": "unavailable"}.items():
            dead = Part(runs=(ONE,), trouble=trouble, listed=False)
            fake.show(World.of(a=BESIDE, b=dead, c=Part(runs=(ONE,), listed=False)))
            for remembered in (kept, kept[::-1]):
                found = asyncio.run(
                    look(fake, remembered=remembered, attempts=1, deadline=1.5, timeout=30.0)
                )
                assert [run.pipeline for run in found.whole.runs] == ["c"]
                assert found.gaps == {part_of(kept[0].run): error}

    def test_a_deadline_makes_a_remembered_run_a_gap(self, fake: Fake) -> None:
        """Asked for, and not answered in time: nothing is known of it."""
        if not (kept := known(fake, ONE)):
            return
        hidden = Part(runs=(ONE,), trouble="hangs", listed=False)
        fake.show(World.of(a=BESIDE, b=hidden))
        found = asyncio.run(look(fake, remembered=kept, deadline=0.8, timeout=30.0))
        self._is_a_gap(found, kept[0].run, "unavailable")
        assert found.parts_of("a"), "what was read before the time ran out is kept"

    def test_an_unknown_state_of_a_remembered_run_is_active_and_a_gap(self, fake: Fake) -> None:
        """As in a list: a word that the vendor invents tomorrow is no end."""
        if not (kept := known(fake, ONE)):
            return
        found = self._hidden(fake, kept, replace(ONE, state=State.UNKNOWN))
        assert [run.state for run in found.whole.runs] == [State.UNKNOWN]
        assert list(found.gaps) == [part_of(kept[0].run)]

    def test_remembered_runs_are_only_read(self, fake: Fake) -> None:
        """Asking for a run by its id changes nothing."""
        if not (kept := known(fake, ONE, TWO)):
            return
        self._hidden(fake, kept, ONE)
        assert {request.method for request in fake.asked()} <= {"GET", "HEAD"}

    def test_no_secret_gets_out_with_a_remembered_run(self, fake: Fake) -> None:
        """Nor in the gap that says why it could not be asked for."""
        if not (kept := known(fake, ONE)):
            return
        for trouble in ERRORS:
            fake.show(World.of(a=BESIDE, b=Part(runs=(ONE,), trouble=trouble, listed=False)))
            shown = str(asyncio.run(look(fake, remembered=kept, attempts=1)))
            for secret in forms(fake):
                assert secret not in shown

    def test_a_remembered_run_that_ran_again_between_two_looks_is_seen(self, fake: Fake) -> None:
        """Two looks at what has ended are confirmed; one end and another are not the same."""
        if not (kept := known(fake, ONE)):
            return
        end = replace(ONE, state=State.SUCCEEDED, ended=300.0)
        for later, same in ((end, True), (replace(end, ended=1.0), False)):
            first = self._hidden(fake, kept, end, question=Question(marks=True))
            second = self._hidden(fake, kept, later, question=Question(marks=True, lists=False))
            judged_so = judged(first.whole, second.whole)
            assert judged_so.verdict == ("quiet" if same else "active")
            assert judged_so.confirmed is (fake.marks and same)

    def _hidden(
        self,
        fake: Fake,
        kept: Sequence[Remembered],
        *runs: Past,
        question: Question | None = None,
    ) -> Seen:
        """One look at a world whose part `b` is in no list any more, with these runs in it."""
        fake.show(World.of(a=BESIDE, b=Part(runs=runs, listed=False)))
        return asyncio.run(look(fake, question, kept))

    def _is_a_gap(self, found: Seen, run: Run, error: str) -> None:
        assert found.gaps == {part_of(run): error}
        assert not found.whole.runs
        source = found.source
        assert not source.lost
        assert not source.gone
        assert run.id not in {one.id for one in source.ended}
        assert found.verdict == "unknown"


def known(fake: Fake, *runs: Past, part: str = "b") -> list[Remembered]:
    """These runs as they are remembered, in their order; none if the source can't recall any."""
    fake.show(World(parts={"a": BESIDE, part: Part(runs=runs)}))
    return asyncio.run(_known(fake))


async def _known(fake: Fake) -> list[Remembered]:
    async with subject(fake) as asked:
        if not isinstance(asked.source, Recalls):
            return []
        found = (await seen(asked)).whole.runs
    by_age = sorted(found, key=lambda run: run.started_at or NOW)
    return [Remembered(run=run, seen_at=NOW) for run in by_age]

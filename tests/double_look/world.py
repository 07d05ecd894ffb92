"""A simulated system of systems, and the truth about it.

A place is one part of one source. Jobs start, finish, are restarted and hand over to each
other; every change is written down with its time, so that afterwards a test can ask what was
really the case. Answers are taken from here by the sources of `faces.py`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

from tests.double_look.clock import now

Place = tuple[str, str]
"""(source, part)."""


class Job(NamedTuple):
    """One run, as its system shows it. `attempt` grows with each restart.

    One that is `hidden` is in no list any more, as where its pipeline was deleted.
    """

    place: Place
    number: int
    active: bool
    attempt: int
    began: float
    ended: float | None
    hidden: bool = False

    @property
    def reference(self) -> tuple[Place, int]:
        return self.place, self.number


class Moment(NamedTuple):
    """What was the case from `time` on."""

    time: float
    active: int
    flying: int


class World:
    """Places with jobs, what is on its way between them, and a record of it all.

    `asked` is called whenever a place has just been asked, `found` whenever a run has been asked
    for by its id: that is where an adversary acts.
    `lags` says how old the answers of a source are, in seconds.
    """

    def __init__(self, *places: Place) -> None:
        self._jobs: dict[Place, dict[int, Job]] = {}
        self._history: dict[Place, list[tuple[float, tuple[Job, ...]]]] = {}
        self._record = [Moment(float("-inf"), 0, 0)]
        self.flying = 0
        self.asked: Callable[[Place], None] = lambda _: None
        self.found: Callable[[Place, int], object] = lambda *_: None
        self.lags: dict[str, Callable[[], float]] = {}
        self.questions = 0
        for place in places:
            self.create(place)

    # --- what happens -----------------------------------------------------------------------

    def create(self, place: Place) -> None:
        self._jobs[place] = {}
        self._history[place] = [(float("-inf"), ())]

    def remove(self, place: Place) -> None:
        """The part is no longer listed; whatever it holds counts no more."""
        del self._jobs[place]
        self._write_down(place)

    def start(self, place: Place, number: int | None = None) -> Job:
        """A new run: with the next number, or with one that was drawn earlier."""
        if number is None:
            number = self.newest(place) + 10  # room for those that are committed late
        return self._put(Job(place, number, True, 1, now(), None))

    def start_late(self, place: Place) -> Job:
        """A new run whose number is lower than the newest one's."""
        used = self._jobs[place]
        free = (number for number in range(self.newest(place) - 1, 0, -1) if number not in used)
        return self.start(place, next(free, None))

    def restart(self, place: Place) -> Job:
        """The oldest finished run goes on under its own number; a new one if there is none."""
        done = self.finished(place)
        if not done:
            return self.start(place)
        job = done[0]
        return self._put(job._replace(active=True, attempt=job.attempt + 1, ended=None))

    def resume(self, job: Job) -> Job:
        """A run that has ended goes on under its own number."""
        known = self._jobs[job.place][job.number]
        return self._put(known._replace(active=True, attempt=known.attempt + 1, ended=None))

    def finish(self, job: Job) -> None:
        if known := self._jobs.get(job.place, {}).get(job.number):
            self._put(known._replace(active=False, ended=now()))

    def hide(self, job: Job) -> None:
        """From now on no list shows it; who knows its id can ask for it."""
        self._put(self._jobs[job.place][job.number]._replace(hidden=True))

    def has(self, job: Job) -> bool:
        return job.number in self._jobs.get(job.place, {})

    def delete(self, job: Job) -> None:
        del self._jobs[job.place][job.number]
        self._write_down(job.place)

    def send(self, job: Job) -> None:
        """The job ends; what it hands over is on its way, and recorded nowhere."""
        self.flying += 1
        self.finish(job)

    def arrive(self, place: Place) -> Job:
        self.flying -= 1
        return self.start(place)

    def _put(self, job: Job) -> Job:
        self._jobs[job.place][job.number] = job
        self._write_down(job.place)
        return job

    def _write_down(self, place: Place) -> None:
        jobs = tuple(self._jobs.get(place, {}).values())
        self._history[place].append((now(), jobs))
        active = sum(job.active for jobs in self._jobs.values() for job in jobs.values())
        self._record.append(Moment(now(), active, self.flying))

    # --- what is shown ----------------------------------------------------------------------

    def places(self, source: str) -> list[Place]:
        return [place for place in self._jobs if place[0] == source]

    def every(self) -> list[Place]:
        return list(self._jobs)

    def finished(self, place: Place) -> list[Job]:
        """The finished runs of a place, the oldest first."""
        done = [job for job in self._jobs[place].values() if not job.active and not job.hidden]
        return sorted(done, key=lambda job: job.number)

    def newest(self, place: Place) -> int:
        return max(self._jobs[place], default=0)

    def show(self, *places: Place) -> tuple[Job, ...]:
        """One answer: what the places show now, or did a while ago."""
        self.questions += 1
        shown: list[Job] = []
        for place in places:
            lag = self.lags[place[0]]() if place[0] in self.lags else 0.0
            history = self._history[place]
            index = bisect_right(history, now() - lag, key=lambda entry: entry[0])
            shown += (job for job in history[index - 1][1] if not job.hidden)
        for place in places:
            self.asked(place)
        return tuple(shown)

    def find(self, place: Place, number: int) -> Job | None:
        """One run by its id, as it is now or was a while ago; None if there is none."""
        self.questions += 1
        lag = self.lags[place[0]]() if place[0] in self.lags else 0.0
        history = self._history[place]
        index = bisect_right(history, now() - lag, key=lambda entry: entry[0])
        found = {job.number: job for job in history[index - 1][1]}.get(number)
        self.found(place, number)
        return found

    # --- the truth --------------------------------------------------------------------------

    def moments(self, begin: float, end: float) -> list[Moment]:
        """All that was the case at some time between."""
        index = bisect_right(self._record, begin, key=lambda moment: moment.time)
        return [self._record[index - 1]] + [
            moment for moment in self._record[index:] if moment.time < end
        ]

    def never_idle(self, begin: float, end: float) -> bool:
        return all(moment.active for moment in self.moments(begin, end))

    def idle_throughout(self, begin: float, end: float) -> bool:
        return not any(moment.active for moment in self.moments(begin, end))

    def over_at(self, time: float) -> bool:
        """Nothing is active then, and nothing is on its way."""
        moment = self.moments(time, time)[-1]
        return not moment.active and not moment.flying

    def calm_between(self, begin: float, end: float) -> bool:
        """There was an instant at which nothing was active and nothing on its way."""
        return any(not m.active and not m.flying for m in self.moments(begin, end))

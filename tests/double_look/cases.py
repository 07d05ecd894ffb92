"""The cases of the model: what each one breaks or keeps, and what is known to come of it.

The first group is the theorem with its conditions dropped one at a time. The second is what
the sources of quiesce do, with what may happen to them. `docs/double-look.md` shows the same
tables, and a test compares them.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.double_look.states import Budget, Case

HOLDS, NO_INSTANT, IN_FLIGHT = (True, True), (False, False), (True, False)

IDLE = ((1, "F", 0),)
BUSY = ((1, "R", 0),)
THREE = (IDLE, BUSY, IDLE)
TWO_EACH = (((1, "F", 0), (2, "F", 0)), ((1, "F", 0), (2, "R", 0)))
THIRD_ID = (((3, "F", 0),), ((3, "R", 0),))
BY_STATE = (("Q",), ("R",))
WRONG_ORDER = (("R",), ("Q",))


def _case(name: str, outcome: tuple[bool, bool], **how: Any) -> Case:
    return Case(name=name, instant=outcome[0], flight=outcome[1], **how)


_twice = partial(_case, second_list=True, mark="newest")
"""Both looks read mark and list, and the newest id is the mark."""

THEORY: tuple[Case, ...] = (
    _twice("newest id as mark, two parts, four starts", HOLDS, budget=Budget(starts=4)),
    _twice(
        "newest id as mark, three parts, three starts",
        HOLDS,
        world=THREE,
        budget=Budget(starts=3),
    ),
    _case("one look", NO_INSTANT, budget=Budget(starts=3), mark="none"),
    _twice("two looks without marks", NO_INSTANT, budget=Budget(starts=4), mark="none"),
    _twice(
        "the mark is read after the list", NO_INSTANT, budget=Budget(starts=4), reading="list, mark"
    ),
    _twice("look 2 reads marks only", HOLDS, budget=Budget(starts=4), second_list=False),
    _twice(
        "the number of runs as mark, runs are deleted",
        NO_INSTANT,
        budget=Budget(starts=4, deletes=2),
        mark="count",
    ),
    _twice("newest id as mark, runs are deleted", NO_INSTANT, budget=Budget(starts=3, deletes=2)),
    _twice(
        "newest id as mark, restarts under the same id",
        NO_INSTANT,
        budget=Budget(starts=1, restarts=3),
    ),
    _twice(
        "newest id with its version as mark, restarts of any run",
        NO_INSTANT,
        world=TWO_EACH,
        budget=Budget(starts=1, restarts=3),
        mark="newest+version",
    ),
    _twice(
        "digest of all runs as mark, restarts of any run",
        HOLDS,
        world=TWO_EACH,
        budget=Budget(starts=1, restarts=3),
        mark="digest",
    ),
    _twice("newest id as mark, stale answers", NO_INSTANT, budget=Budget(starts=3), stale=True),
    _twice(
        "digest as mark, stale answers",
        NO_INSTANT,
        budget=Budget(starts=3),
        stale=True,
        mark="digest",
    ),
    _twice(
        "one request per state, in the order of life, no way back",
        HOLDS,
        budget=Budget(starts=3),
        queries=BY_STATE,
    ),
    _twice(
        "one request per state, in the wrong order",
        NO_INSTANT,
        budget=Budget(starts=3),
        queries=WRONG_ORDER,
    ),
    _twice(
        "one request per state, a run can go back to its queue",
        NO_INSTANT,
        budget=Budget(starts=1, requeues=2),
        queries=BY_STATE,
    ),
    _twice(
        "one request per state, a way back, digest as mark",
        HOLDS,
        budget=Budget(starts=1, requeues=2),
        queries=BY_STATE,
        mark="digest",
    ),
    _twice("hand-overs in flight", IN_FLIGHT, budget=Budget(starts=1, messages=3)),
    _twice(
        "hand-overs in flight, digest as mark",
        IN_FLIGHT,
        budget=Budget(starts=1, messages=3),
        mark="digest",
    ),
    _twice("look 2 overlaps look 1", NO_INSTANT, budget=Budget(starts=4), overlap=True),
    _twice(
        "newest id as mark, ids drawn early and committed late",
        NO_INSTANT,
        world=THIRD_ID,
        budget=Budget(starts=3),
        late_ids=True,
    ),
    _twice(
        "digest as mark, ids drawn early and committed late",
        HOLDS,
        world=THIRD_ID,
        budget=Budget(starts=3),
        late_ids=True,
        mark="digest",
    ),
    _twice(
        "the system's own counter as mark, runs are deleted",
        HOLDS,
        budget=Budget(starts=3, deletes=2),
        mark="counter",
    ),
    _twice(
        "stale answers, a pause longer than the lag, mark and list apart",
        NO_INSTANT,
        budget=Budget(starts=3),
        stale=True,
        wait_for_lag=True,
    ),
    _twice(
        "stale answers, a pause longer than the lag, mark and list in one answer",
        HOLDS,
        budget=Budget(starts=3),
        stale=True,
        wait_for_lag=True,
        reading="one answer",
        second_list=False,
    ),
    _twice(
        "stale answers, mark and list in one answer, no pause",
        NO_INSTANT,
        budget=Budget(starts=3),
        stale=True,
        reading="one answer",
        second_list=False,
    ),
    _twice(
        "stale answers, a pause, apart, digest as mark",
        NO_INSTANT,
        budget=Budget(starts=3),
        stale=True,
        wait_for_lag=True,
        mark="digest",
    ),
    _twice(
        "hand-overs, a pause longer than the longest",
        HOLDS,
        budget=Budget(messages=3),
        wait_for_messages=True,
    ),
    _twice(
        "hand-overs, a pause, starts from outside",
        HOLDS,
        budget=Budget(starts=2, messages=2),
        wait_for_messages=True,
    ),
    _twice(
        "hand-overs, a pause, three parts",
        HOLDS,
        world=THREE,
        budget=Budget(messages=3),
        wait_for_messages=True,
    ),
    _twice(
        "stale answers, restarts and hand-overs; a pause, one answer, digest",
        HOLDS,
        budget=Budget(starts=1, restarts=1, messages=2),
        stale=True,
        wait_for_lag=True,
        wait_for_messages=True,
        reading="one answer",
        second_list=False,
        mark="digest",
    ),
)

_windows = partial(_case, reading="windows, lists", window=2)
"""What the source for Spinnaker does: first every window, which is a mark and a list of its
own, then every list of active runs; look 2 reads the windows only."""

_one_answer = partial(_case, reading="one answer")
"""What the source for Mixpanel does: mark and list out of one answer, twice."""

OURS: tuple[Case, ...] = (
    _windows("windows, then lists: new runs", HOLDS, budget=Budget(starts=4)),
    _windows(
        "windows, then lists: restarts and runs that are deleted",
        HOLDS,
        world=TWO_EACH,
        budget=Budget(starts=1, restarts=2, deletes=1),
    ),
    _windows(
        "windows, then lists: a restart of a run older than its window",
        NO_INSTANT,
        world=TWO_EACH,
        window=1,
        budget=Budget(restarts=2),
    ),
    _windows(
        "windows, then lists: late ids, older than the window",
        NO_INSTANT,
        world=THIRD_ID,
        window=1,
        budget=Budget(starts=3),
        late_ids=True,
    ),
    _windows(
        "windows, then lists: stale answers, no pause",
        NO_INSTANT,
        budget=Budget(starts=3),
        stale=True,
    ),
    _windows(
        "windows, then lists: stale answers, a pause longer than the lag",
        HOLDS,
        budget=Budget(starts=2, restarts=1),
        window=3,
        stale=True,
        wait_for_lag=True,
    ),
    _windows(
        "windows, then lists: hand-overs",
        IN_FLIGHT,
        budget=Budget(starts=1, messages=2),
        window=3,
    ),
    _windows(
        "windows, then lists: restarts and hand-overs, a pause longer than the longest",
        HOLDS,
        budget=Budget(starts=1, restarts=1, messages=2),
        window=3,
        wait_for_messages=True,
    ),
    _one_answer(
        "one answer: restarts, late ids", HOLDS, world=TWO_EACH, budget=Budget(starts=2, restarts=2)
    ),
    _one_answer("one answer: hand-overs", IN_FLIGHT, budget=Budget(starts=1, messages=2)),
    _one_answer(
        "one answer: a run is started, ends and is deleted between the looks",
        NO_INSTANT,
        budget=Budget(starts=3, deletes=2),
    ),
    _case(
        "an answer is put together: first the ids, then the runs",
        HOLDS,
        reading="ids, bodies",
        budget=Budget(starts=3, restarts=1),
    ),
    _one_answer(
        "a new part, the list of parts is read once",
        NO_INSTANT,
        world=(BUSY, None),
        budget=Budget(starts=2, creations=1),
        relist=False,
    ),
    _one_answer(
        "a new part, the list of parts is read again",
        HOLDS,
        world=(BUSY, None),
        budget=Budget(starts=3, creations=1),
    ),
)

KEPT = ((1, "F", 0), (2, "R", 0))
_by_id = partial(_case, world=(IDLE, KEPT), remembered=1, reading="one answer")
"""What is remembered and in no list is asked for by its id, after the lists of either look."""

REMEMBERED: tuple[Case, ...] = (
    _by_id("remembered runs: restarts of any of them", HOLDS, budget=Budget(starts=1, restarts=3)),
    _by_id(
        "remembered runs: restarts, and they are deleted",
        HOLDS,
        budget=Budget(starts=1, restarts=2, deletes=2),
    ),
    _by_id(
        "remembered runs: look 2 does not compare them",
        NO_INSTANT,
        budget=Budget(restarts=3),
        mark="none",
    ),
    _by_id(
        "remembered runs: one is denied though it is there, and that is a gap",
        HOLDS,
        budget=Budget(starts=1, restarts=2, lies=2),
    ),
    _by_id(
        "remembered runs: one is denied though it is there, and that is taken for an end",
        NO_INSTANT,
        budget=Budget(starts=1, restarts=1, lies=2),
        believes_404=True,
    ),
    _by_id(
        "remembered runs: they are deleted, and that is taken for an end",
        HOLDS,
        budget=Budget(starts=1, restarts=2, deletes=2),
        believes_404=True,
    ),
    _by_id(
        "remembered runs: hand-overs", IN_FLIGHT, budget=Budget(starts=1, restarts=1, messages=2)
    ),
    _by_id(
        "remembered runs: hand-overs, a pause longer than the longest",
        HOLDS,
        budget=Budget(starts=1, restarts=1, messages=2),
        wait_for_messages=True,
    ),
    _by_id(
        "remembered runs beside windows, then lists",
        HOLDS,
        reading="windows, lists",
        window=3,
        budget=Budget(starts=2, restarts=2),
    ),
)

CASES = THEORY + OURS + REMEMBERED

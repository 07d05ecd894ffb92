"""The page about adding a system: what it shows keeps its promises, and the promises bite."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.sources import toy

from quiesce.testing import Fake, FakeServer, Part, SourceContract, World, look
from quiesce.testing.recalling import RecallPromises

PROMISES = [name for name in dir(SourceContract) if name.startswith("test_")]
RECALLING = [name for name in vars(RecallPromises) if name.startswith("test_")]

# Each bad adapter is the page's toy with some text replaced, and the promises that it breaks.
GAP = "            findings.gap(name, error)\n            return\n"
MARK = 'Mark(blake2b(b"\\n".join(versions), digest_size=16).hexdigest())'
ID = 'id=f"{project}/{item.id}"'
NAMES = "        names = decoded("
FETCH = "self._name, self._fetch = name, fetch"
GROUP = """\
        async with asyncio.TaskGroup() as group:  # cancelled as one; none outlives it
            for name in names:
                group.create_task(self._project(name, findings))
"""
LATE = f"""\
        self._kept = []
{GROUP}        for run in self._kept:
            findings.run(run)
"""
LOOSE = """\
        tasks = [asyncio.create_task(self._project(name, findings)) for name in names]
        await asyncio.wait(tasks)
"""
POST = f"""\
        client = self._fetch
        async with client._open().post(client._address.origin + "/projects"):
            pass
{NAMES}"""
ALL_READ = """\
        if not names:
            findings.read("all", None)
        if False:"""
LOGS = f"""{FETCH}
        import logging; logging.warning("%s", fetch._headers)"""

BY_ID = """\
        async with asyncio.TaskGroup() as group:
            for run in runs:
                group.create_task(self._by_id(run, recollection))
"""
FAILED = "                recollection.gap(run, error)"
ONE_BY_ONE = "await self._by_id(run, recollection)"
POST_BY_ID = f"""\
        client = self._fetch
        async with client._open().post(client._address.origin + "/projects"):
            pass
{BY_ID}"""
TELLS = "                recollection.gap(run, SourceError(str(self._fetch._headers)))"
REPLACE = "__import__('msgspec').structs.replace"
ENDED = f"{REPLACE}(run, state=State.SUCCEEDED)"
UNTIMED = f"{REPLACE}(found, ended_at=None)"

BAD: dict[str, tuple[dict[str, str], set[str]]] = {
    "reads one page only": (
        {"                if len(page) < 10:": "                if True:"},
        {"nothing_is_lost_or_doubled", "an_active_run_behind_many_finished_ones_is_seen"},
    ),
    "hides its gaps": (
        {GAP: "            pass\n"},
        {"a_part_that_refuses_is_a_gap", "a_dead_part_does_not_stop_the_rest"},
    ),
    "gives up at the first error": (
        {GAP: "            raise\n"},
        {"a_part_that_refuses_is_a_gap", "a_dead_part_does_not_stop_the_rest"},
    ),
    "gives the same run two ids": (
        {ID: "id=f\"{project}/{item.id}/{__import__('uuid').uuid4()}\""},
        {"ids_are_stable"},
    ),
    "gives two runs one id": ({ID: "id=item.id"}, {"nothing_is_lost_or_doubled"}),
    "takes an unknown word for an end": (
        {"STATES.get(item.status, State.UNKNOWN)": "STATES.get(item.status, State.SUCCEEDED)"},
        {"an_unknown_state_is_active_and_a_gap"},
    ),
    "keeps an unknown word to itself": (
        {"            if run.state is State.UNKNOWN:": "            if False:"},
        {"an_unknown_state_is_active_and_a_gap"},
    ),
    "takes one state for another": (
        {'"passed": State.SUCCEEDED': '"passed": State.FAILED'},
        {"every_state_is_told"},
    ),
    "takes an empty list for an answer": (
        {"        if not names:": ALL_READ},
        {"no_parts_are_not_quiet"},
    ),
    "takes a wrong name for an idle pipeline": (
        {"if question.pipeline not in names:": "if False:"},
        {"a_name_that_is_not_there_is_absent"},
    ),
    "drops the zone of its times": (
        {"started_at=item.started": "started_at=item.started.replace(tzinfo=None)"},
        {"times_are_aware_and_right"},
    ),
    "leaves its tasks behind": ({GROUP: LOOSE}, {"cancelling_leaves_no_task_and_no_socket"}),
    "reports only at the end": (
        {"            findings.run(run)": "            self._kept.append(run)", GROUP: LATE},
        {"a_deadline_keeps_what_was_found"},
    ),
    "takes the newest id for a mark": (
        {MARK: "Mark(items[0].id if items else '')"},
        {"a_mark_changes_when_something_starts_again"},
    ),
    "has a mark that never changes": (
        {MARK: "Mark('0' * 32)"},
        {"a_mark_changes_when_something_starts", "a_mark_changes_when_something_starts_again"},
    ),
    "has a mark that never holds still": (
        {MARK: "Mark(str(__import__('uuid').uuid4()))"},
        {"an_idle_system_is_quiet_and_confirmed"},
    ),
    "reads marks and nothing else": (
        {"        for item in items:": "        for item in items if question.lists else ():"}
        | {"def _project(self, name: str,": "def _project(self, question, name,"}
        | {GROUP: GROUP.replace("(name, findings)", "(question, name, findings)")},
        {"what_runs_while_marks_are_read_is_seen"},
    ),
    "takes what is not there for an end": (
        {"                recollection.lost(run)": f"                recollection.run({ENDED})"},
        {"an_id_that_is_not_known_is_lost_and_no_end"},
    ),
    "takes what is not there for nothing": (
        {"                recollection.lost(run)": "                pass"},
        {"an_id_that_is_not_known_is_lost_and_no_end"},
    ),
    "takes any failure for one that is not there": (
        {'if error.status == 404 and error.cause == "no such thing":': "if True:"},
        {
            "a_remembered_run_that_can_not_be_asked_for_is_a_gap",
            "a_dead_remembered_run_does_not_stop_the_rest",
        },
    ),
    "takes any failure for an end": (
        {
            FAILED: f"                recollection.run({ENDED})",
        },
        {"a_remembered_run_that_can_not_be_asked_for_is_a_gap"},
    ),
    "forgets what no list shows": (
        {BY_ID: "        for run in runs:\n            recollection.lost(run)\n"},
        {
            "a_remembered_run_that_no_list_shows_is_found_by_its_id",
            "a_remembered_run_that_ran_again_between_two_looks_is_seen",
            "the_end_of_a_remembered_run_is_told",
        },
    ),
    "takes what hangs for an end": (
        {BY_ID: f"        for run in runs:\n            recollection.run({ENDED})\n{BY_ID}"},
        {"a_deadline_makes_a_remembered_run_a_gap"},
    ),
    "asks for one after another": (
        {"group.create_task(self._by_id(run, recollection))": ONE_BY_ONE},
        {"a_dead_remembered_run_does_not_stop_the_rest"},
    ),
    "keeps an unknown word of a remembered run to itself": (
        {"        if found.state is State.UNKNOWN:": "        if False:"},
        {"an_unknown_state_of_a_remembered_run_is_active_and_a_gap"},
    ),
    "does not tell when a remembered run ended": (
        {"        recollection.run(found)": f"        recollection.run({UNTIMED})"},
        {
            "the_end_of_a_remembered_run_is_told",
            "a_remembered_run_that_ran_again_between_two_looks_is_seen",
        },
    ),
    "writes where it recalls": ({BY_ID: POST_BY_ID}, {"remembered_runs_are_only_read"}),
    "tells its password in a gap": (
        {FAILED: TELLS},
        {"no_secret_gets_out_with_a_remembered_run"},
    ),
    "shows its password": ({FETCH: LOGS}, {"no_secret_gets_out"}),
    "writes": ({NAMES: POST}, {"only_reads_are_sent"}),
}


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeServer]:
    with fake_for(toy.written("toy.py")) as fake:
        yield fake


def fake_for(source: str) -> FakeServer:
    """The page's fake, for a toy that may have been spoilt."""
    made = toy.module("toy", source)
    text = toy.written("test_toy.py").replace("import toy\n", "")
    made_fake: FakeServer = toy.module("test_toy", text, toy=made).ToyFake()
    return made_fake


def spoilt(changes: dict[str, str]) -> str:
    source = toy.written("toy.py")
    for right, wrong in changes.items():
        assert source.count(right) == 1, f"the page no longer has {right!r} once"
        source = source.replace(right, wrong)
    return source


def kept(promise: str, fake: Fake, caplog: pytest.LogCaptureFixture) -> bool:
    """Whether a promise holds for a fake."""
    arguments: list[Any] = [fake, caplog] if promise == "no_secret_gets_out" else [fake]
    try:
        getattr(SourceContract(), f"test_{promise}")(*arguments)
    except AssertionError:
        return False
    return True


def works(fake: FakeServer) -> bool:
    """Whether an adapter sees the simplest of worlds."""
    fake.show(World.of(a=Part.of(active=1)))
    seen = asyncio.run(look(fake))
    return not seen.gaps and [run.pipeline for run in seen.whole.runs] == ["a"]


@pytest.mark.parametrize(("changes", "broken"), BAD.values(), ids=BAD)
def test_a_bad_adapter_breaks_just_the_promise_that_it_breaks(
    changes: dict[str, str],
    broken: set[str],
    caplog: pytest.LogCaptureFixture,
    fake: FakeServer,
) -> None:
    good = fake.kind
    fake.kind = toy.module("toy", spoilt(changes)).KIND
    try:
        assert works(fake), "this adapter is not bad, but broken"
        verdicts = {promise: kept(promise, fake, caplog) for promise in sorted(broken)}
    finally:
        fake.kind = good
    assert verdicts == dict.fromkeys(sorted(broken), False)


def test_a_kind_that_can_not_ask_by_id_keeps_its_promises(
    fake: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    """It has no memory, and nothing else comes of it."""
    good = fake.kind
    fake.kind = toy.module("toy", spoilt({"async def recall(": "async def unused("})).KIND
    try:
        assert [name for name in RECALLING if not kept(name[5:], fake, caplog)] == []
    finally:
        fake.kind = good


def test_every_promise_is_broken_by_a_bad_adapter() -> None:
    """Or it would be a promise that cannot be broken, which says nothing."""
    broken = {f"test_{promise}" for _, promises in BAD.values() for promise in promises}
    the_clients = {"test_whoever_is_not_signed_in_sees_gaps"}
    assert broken | the_clients == set(PROMISES)


def test_the_toy_of_the_page_keeps_every_promise(tmp_path: Path) -> None:
    """Run as the page says, in a folder of its own."""
    for name in ("toy.py", "test_toy.py"):
        (tmp_path / name).write_text(toy.written(name), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_toy.py"]
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    ran = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=120
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(rf"\b{len(PROMISES)} passed", ran.stdout), ran.stdout


def test_the_contract_can_be_imported_without_pytest() -> None:
    """It is part of the product; pytest is not."""
    code = "import sys; sys.modules['pytest'] = None; import quiesce.testing"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_toy_is_short() -> None:
    """Adding a system must stay a small thing."""
    lines = [line for line in toy.written("toy.py").splitlines() if line.strip()]
    assert len(lines) < 90

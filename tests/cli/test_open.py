"""`quiesce open` finds the address of a run or a source, and opens nothing but http and https."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from tests.cli.program import COMMAND, quiesce

from quiesce.sandbox import Fault, Sandbox, serve_in_thread

DECK = "https://deck.example.com"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with serve_in_thread(Sandbox("busy")) as running:
        yield running


@pytest.fixture
def source(box: Sandbox) -> tuple[str, str]:
    box.faults.clear()
    return "-s", f"spinnaker+{box.gate_url}?deck_url={DECK}"


@pytest.fixture
def name(source: tuple[str, str], tmp_path: Path) -> str:
    """A long-running one, as the others may end while it is asked for."""
    return quiesce("ls", "-o", "name", *source, cwd=tmp_path).stdout.splitlines()[0]


def test_a_run_is_found_by_its_name_and_by_its_id(
    source: tuple[str, str], name: str, tmp_path: Path
) -> None:
    _, application, _, ident = name.split("/")
    expected = f"{DECK}/#/applications/{application}/executions/details/{ident}\n"
    for reference in (name, ident):
        told = quiesce("open", reference, *source, cwd=tmp_path)
        assert (told.returncode, told.stdout, told.stderr) == (0, expected, "")


def test_a_run_by_its_name_asks_one_application_only(
    box: Sandbox, source: tuple[str, str], name: str, tmp_path: Path
) -> None:
    before = len(box.requests)
    quiesce("open", name, *source, cwd=tmp_path)
    assert len(box.requests) - before <= 5


def test_a_run_that_has_ended_is_found_by_its_whole_name(
    source: tuple[str, str], tmp_path: Path
) -> None:
    words = ("status", "Deploy to production", "--status", "succeeded", "-o", "name")
    ended = quiesce(*words, *source, cwd=tmp_path).stdout.splitlines()[0]
    told = quiesce("open", ended, *source, cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith(f"{DECK}/#/applications/")


def test_a_source_is_its_own_pages_or_its_address(box: Sandbox, tmp_path: Path) -> None:
    url = f"spinnaker+{box.gate_url}"
    told = quiesce("open", "spinnaker", "-s", f"{url}?deck_url={DECK}", cwd=tmp_path)
    assert told.stdout == f"{DECK}\n"
    assert quiesce("open", "spinnaker", "-s", url, cwd=tmp_path).stdout == f"{box.gate_url}\n"


@pytest.mark.parametrize(
    ("reference", "hint"),
    [
        ("spinaker", "`spinnaker`"),
        ("01NOSUCHRUN", "its whole name"),
        ("a/b", "source/application/pipeline/id"),
        ("gate/a/b/c", "there is `spinnaker`"),
        ("spinnaker/ekss/p/1", "`eks`"),
        ("spinnaker/eks/Wait%20Stage%20Lonk/1", "`Wait Stage Long`"),
        ("a/b/%ff/d", "source/application/pipeline/id"),
    ],
)
def test_what_is_not_there_is_exit_2_with_the_nearest(
    reference: str, hint: str, source: tuple[str, str], tmp_path: Path
) -> None:
    told = quiesce("open", reference, *source, cwd=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    assert hint in told.stderr


def test_while_there_are_gaps_it_may_exist_all_the_same(
    box: Sandbox, source: tuple[str, str], tmp_path: Path
) -> None:
    box.faults.add(Fault(path="/applications/*/tasks", kind="status", status=403))
    told = quiesce("open", "01NOSUCHRUN", *source, cwd=tmp_path)
    assert told.returncode == 3
    assert "it may exist all the same" in told.stderr


def test_without_an_address_the_key_that_gives_one_is_named(
    box: Sandbox, name: str, tmp_path: Path
) -> None:
    told = quiesce("open", name, "-s", f"spinnaker+{box.gate_url}", cwd=tmp_path)
    assert told.returncode == 2
    assert "hint: set `deck_url` in [sources.spinnaker]" in told.stderr


def test_an_address_of_another_scheme_is_not_opened(box: Sandbox, tmp_path: Path) -> None:
    url = f"spinnaker+{box.gate_url}?deck_url=javascript:alert(1)"
    told = quiesce("open", "spinnaker", "-s", url, cwd=tmp_path)
    assert (told.returncode in {2, 3}, told.stdout) == (True, "")


@pytest.mark.parametrize("only_print", [False, True])
def test_a_browser_is_opened_on_a_terminal_unless_it_is_only_to_be_printed(
    only_print: bool, source: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/opened\n')
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    words = [*COMMAND[1:], "open", "spinnaker", *source, *(["--print"] if only_print else [])]
    child = pexpect.spawn(COMMAND[0], words, cwd=str(tmp_path), timeout=30)
    child.expect(DECK)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert (tmp_path / "opened").exists() is not only_print


def test_in_a_pipe_nothing_is_opened(source: tuple[str, str], tmp_path: Path) -> None:
    told = quiesce("open", "spinnaker", *source, cwd=tmp_path, env={"BROWSER": "/bin/false %s"})
    assert (told.returncode, told.stderr) == (0, "")

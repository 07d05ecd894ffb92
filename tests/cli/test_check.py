"""`quiesce check` is quiet only when that is true and complete, and says how sure it is."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from tests.cli.acceptance import both, both_in_toml, configure, gate, planted, running, valid
from tests.cli.program import quiesce

from quiesce import app
from quiesce.answer import Answer
from quiesce.model import Look, SourceLook, Verdict, VerdictName
from quiesce.sandbox import Fault, Sandbox

QUICK = 'settle = "150ms"\n'


def test_quiet_is_confirmed_by_two_looks(box: Sandbox, tmp_path: Path) -> None:
    told = quiesce("check", *both(box), cwd=tmp_path)
    assert told.returncode == 0
    assert told.stdout.startswith("quiet: at some instant between ")
    assert "6 of 6 parts read · 2 looks" in told.stderr
    shown = valid(quiesce("check", "-o", "json", *both(box), cwd=tmp_path))
    assert (shown["verdict"], shown["confirmed"], shown["settled"]) == ("quiet", True, False)
    assert len(shown["instant"]) == 2


def test_active_is_exit_1_and_shows_on_what(box: Sandbox, tmp_path: Path) -> None:
    ident = running(box.world)
    told = quiesce("check", *both(box), cwd=tmp_path)
    assert told.returncode == 1
    assert ident in told.stdout
    assert told.stdout.splitlines()[-1].startswith("active: 1 run; oldest: Deploy (eks")
    assert "2 looks" not in told.stderr  # one running run decides


def test_a_gap_is_exit_3_with_its_part_and_reason(box: Sandbox, tmp_path: Path) -> None:
    box.faults.add(Fault(kind="status", status=403, path="/applications/eks/tasks"))
    told = quiesce("check", *both(box), cwd=tmp_path)
    assert told.returncode == 3
    assert told.stdout.startswith("cannot tell: ")
    assert "gap: spinnaker eks/tasks: " in told.stderr


def test_active_beats_unknown(box: Sandbox, tmp_path: Path) -> None:
    running(box.world, "checkout")
    box.faults.add(Fault(kind="status", status=500, path="/applications/eks/**"))
    told = quiesce("check", "-o", "json", *both(box), cwd=tmp_path)
    shown = valid(told)
    assert (told.returncode, shown["verdict"]) == (1, "active")
    assert shown["sources"][0]["gaps"]


def test_a_world_that_hops_is_never_quiet(box: Sandbox, tmp_path: Path) -> None:
    box.load("bouncing-gate")
    told = quiesce("check", "-o", "json", *gate(box), cwd=tmp_path)
    assert told.returncode == 1
    assert valid(told)["verdict"] == "active"


def test_settled_stays_and_looks_again(box: Sandbox, tmp_path: Path) -> None:
    configure(tmp_path, both_in_toml(box, keys=QUICK))
    env = {"QUIESCE_PASSWORD": "x"}
    told = quiesce("check", "--settled", "-o", "json", cwd=tmp_path, env=env)
    shown = valid(told)
    assert told.returncode == 0
    assert (shown["confirmed"], shown["settled"]) == (True, True)
    assert shown["idle_for"] >= 0.15
    told = quiesce("check", "--settled", "--no-confirm", cwd=tmp_path, env=env)
    assert (told.returncode, told.stdout) == (2, "")
    assert "--no-confirm" in told.stderr


def test_one_look_is_never_confirmed(box: Sandbox, tmp_path: Path) -> None:
    told = quiesce("check", "--no-confirm", "-o", "json", *both(box), cwd=tmp_path)
    shown = valid(told)
    assert (told.returncode, shown["verdict"], shown["confirmed"]) == (0, "quiet", False)
    told = quiesce("check", "--no-confirm", *both(box), cwd=tmp_path)
    assert told.stdout.startswith("quiet, not confirmed: ")


@pytest.mark.parametrize(("word", "code"), [("OK", 0), ("WARNING", 1), ("UNKNOWN", 3)])
def test_nagios_is_one_line_with_figures(
    word: str, code: int, box: Sandbox, tmp_path: Path
) -> None:
    if word == "WARNING":
        running(box.world)
    elif word == "UNKNOWN":
        box.faults.add(Fault(kind="empty", path="/applications"))
    told = quiesce("check", "--nagios", *both(box), cwd=tmp_path)
    assert (told.returncode, told.stderr) == (code, "")
    pattern = rf"QUIESCE {word} - [^|\n]+ \| active=\d+;;;0 gaps=\d+;;;0 parts=\d+;;;0 [^\n]+\n"
    assert re.fullmatch(pattern, told.stdout)


def test_nagios_gets_its_line_also_for_a_wrong_question(box: Sandbox, tmp_path: Path) -> None:
    told = quiesce("check", "--nagios", "-a", "chekout", *both(box), cwd=tmp_path)
    assert told.returncode == 2
    assert told.stdout.startswith("QUIESCE UNKNOWN - cannot tell: no application named `chekout`")


def test_parts_that_were_left_out_are_named_in_the_verdict(box: Sandbox, tmp_path: Path) -> None:
    box.world.start_task("eks", "by hand")
    told = quiesce("check", "--parts", "pipelines", *gate(box), cwd=tmp_path)
    assert told.returncode == 0
    assert "(spinnaker: " in told.stdout
    assert quiesce("check", *gate(box), cwd=tmp_path).returncode == 1


def test_an_application_narrows_the_verdict_in_words(box: Sandbox, tmp_path: Path) -> None:
    running(box.world, "eks")
    told = quiesce("check", "-a", "checkout", *gate(box), cwd=tmp_path)
    assert told.returncode == 0
    assert "(application checkout only)" in told.stdout
    assert quiesce("check", "-a", "eks", *gate(box), cwd=tmp_path).returncode == 1


def test_fewer_parts_than_expected_are_unknown(box: Sandbox, tmp_path: Path) -> None:
    configure(tmp_path, both_in_toml(box, keys="expect_at_least = 50\n"))
    told = quiesce("check", "-o", "json", cwd=tmp_path, env={"QUIESCE_PASSWORD": "x"})
    assert told.returncode == 3
    assert "50" in " ".join(valid(told)["reasons"])


def test_a_quiet_that_grew_old_before_it_could_be_said_is_unknown() -> None:
    def answer(word: VerdictName) -> Answer:
        source = SourceLook(name="gate", kind="spinnaker", started=90.0, finished=100.0)
        at = app.unseen("").verdict.at
        look = Look(sources=(source,), began_at=at, ended_at=at)
        verdict = Verdict(verdict=word, at=at, reasons=(), sources=(), confirmed=True)
        return Answer(verdict=verdict, look=look, costs={})

    quiet, active = answer("quiet"), answer("active")
    assert app.still_fresh(quiet, 2.0, clock=lambda: 102.0) is quiet
    assert app.still_fresh(active, 2.0, clock=lambda: 1000.0) is active
    for late in (102.1, 5000.0, 99.0):  # also a clock that went back
        old = app.still_fresh(quiet, 2.0, clock=partial(float, late))
        assert (old.verdict.verdict, old.verdict.confirmed) == ("unknown", False)
        assert "before it could be printed" in old.verdict.reasons[0]


@pytest.mark.parametrize("command", ["check", "ls"])
def test_who_was_stopped_between_the_answer_and_the_print_does_not_say_quiet(
    command: str, box: Sandbox, tmp_path: Path
) -> None:
    env = planted(
        tmp_path,
        "import time, quiesce.render as r\n"
        "draw = r.render\n"
        "def late(*a, **k):\n    time.sleep(0.4)\n    return draw(*a, **k)\n"
        "r.render = late\n",
    )
    configure(tmp_path, 'max_age = "300ms"\n' + both_in_toml(box).partition("[sources.mix]")[0])
    told = quiesce(command, "-o", "json", cwd=tmp_path, env={**env, "QUIESCE_PASSWORD": "x"})
    shown = valid(told)
    assert (told.returncode, shown["verdict"], shown["confirmed"]) == (3, "unknown", False)
    assert "old before it could be printed" in shown["reasons"][0]

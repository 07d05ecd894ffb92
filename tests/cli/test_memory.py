"""What was seen once is not forgotten: the commands with a store, as people use them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.cli.acceptance import gate, running, small, valid
from tests.cli.archive import later
from tests.cli.program import document, quiesce

from quiesce.sandbox import Fault, Sandbox, serve_in_thread
from quiesce.sandbox.faults import Kind


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"QUIESCE_STORE": str(tmp_path / "memory.db")}


def delete_pipeline(box: Sandbox, application: str = "eks") -> None:
    now = box.world.now()
    for config in box.world.spinnaker.configs(now, application):
        box.world.spinnaker.delete_config(config.id, at=now)


def test_once_active_it_is_active_though_no_list_shows_it(
    box: Sandbox, env: dict[str, str], tmp_path: Path
) -> None:
    """Without the memory the same Gate is called quiet while the run goes on."""
    name = running(box.world)
    assert quiesce("ls", *gate(box), cwd=tmp_path, env=env).returncode == 0
    delete_pipeline(box)
    assert quiesce("check", *gate(box), "--no-store", cwd=tmp_path, env=env).returncode == 0
    told = quiesce("check", *gate(box), "-o", "json", cwd=tmp_path, env=env)
    assert told.returncode == 1
    assert [run["id"] for run in valid(told)["runs"]] == [name]


def test_its_end_is_seen_and_then_it_is_quiet(
    box: Sandbox, env: dict[str, str], tmp_path: Path
) -> None:
    name = running(box.world)
    quiesce("ls", *gate(box), cwd=tmp_path, env=env)
    delete_pipeline(box)
    box.world.end(name)
    assert quiesce("check", *gate(box), cwd=tmp_path, env=env).returncode == 0
    asked = len([one for one in box.requests if name in one.path_qs])
    assert asked == 2, "both looks ask for it"
    assert quiesce("check", *gate(box), cwd=tmp_path, env=env).returncode == 0
    assert len([one for one in box.requests if name in one.path_qs]) == asked, "its end is known"


def test_what_is_not_there_is_a_gap_at_first_and_gone_when_said_again(
    box: Sandbox, env: dict[str, str], tmp_path: Path
) -> None:
    name = running(box.world)
    quiesce("ls", *gate(box), cwd=tmp_path, env=env)
    box.world.spinnaker.delete(name, at=box.world.now())
    first = quiesce("check", *gate(box), "-o", "json", cwd=tmp_path, env=env)
    assert first.returncode == 3
    (gap,) = valid(first)["sources"][0]["gaps"]
    assert name in gap["part"]
    at_once = quiesce("check", *gate(box), cwd=tmp_path, env=env)
    assert at_once.returncode == 3, "what flaps for a moment is not believed"
    later(Path(env["QUIESCE_STORE"]), seconds=11)
    second = quiesce("check", *gate(box), "-o", "json", cwd=tmp_path, env=env)
    shown = valid(second)
    assert (second.returncode, shown["confirmed"]) == (0, True)
    assert any(name in reason and "gone" in reason for reason in shown["reasons"])
    third = quiesce("check", *gate(box), "-o", "json", cwd=tmp_path, env=env)
    assert not any("gone" in reason for reason in valid(third)["reasons"])


def test_a_404_that_comes_while_little_else_is_answered_is_not_believed(
    box: Sandbox, env: dict[str, str], tmp_path: Path
) -> None:
    name = running(box.world)
    quiesce("ls", *gate(box), cwd=tmp_path, env=env)
    delete_pipeline(box)
    box.faults.add(Fault(kind="status", status=404, path="/pipelines/*"))
    box.faults.add(Fault(kind="empty", path="/executions"))
    box.faults.add(Fault(kind="status", status=500, path="/applications"))
    for _ in range(3):
        assert quiesce("check", *gate(box), cwd=tmp_path, env=env).returncode == 3
    box.faults.clear()
    told = quiesce("check", *gate(box), "-o", "json", cwd=tmp_path, env=env)
    assert [run["id"] for run in valid(told)["runs"]] == [name]


@pytest.mark.parametrize("kind", ["hang", "empty", "login-page", "reset"])
def test_what_can_not_be_had_is_a_gap(
    kind: Kind, box: Sandbox, env: dict[str, str], tmp_path: Path
) -> None:
    """Gate answers 200 with an empty body where Fiat denies: that is no end."""
    running(box.world)
    quiesce("ls", *gate(box), cwd=tmp_path, env=env)
    delete_pipeline(box)
    for path in ("/pipelines/*", "/executions"):
        box.faults.add(Fault(kind=kind, path=path))
    source = f"spinnaker+{box.gate_url}?timeout=500ms&attempts=1"
    assert quiesce("check", "-s", source, cwd=tmp_path, env=env).returncode == 3


def test_a_memory_that_can_not_be_read_is_never_quiet(
    box: Sandbox, env: dict[str, str], tmp_path: Path
) -> None:
    Path(env["QUIESCE_STORE"]).write_bytes(b"this is no database, but it is long enough" * 100)
    told = quiesce("check", *gate(box), "-o", "json", cwd=tmp_path, env=env)
    assert told.returncode == 3
    assert valid(told)["verdict"] == "unknown"
    assert "the memory of spinnaker could not be read" in told.stdout
    assert quiesce("check", *gate(box), "--no-store", cwd=tmp_path, env=env).returncode == 0
    running(box.world)
    assert quiesce("check", *gate(box), cwd=tmp_path, env=env).returncode == 1


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc/self").exists(), reason="needs /proc")
def test_a_memory_that_can_not_be_written_is_a_warning(box: Sandbox, tmp_path: Path) -> None:
    """What was seen stands, and the sentence says what to do."""
    env = {"QUIESCE_STORE": "/proc/self/quiesce/memory.db"}
    told = quiesce("check", *gate(box), cwd=tmp_path, env=env)
    assert told.returncode == 0
    assert "quiet" in told.stdout
    assert told.stderr.count("warning: what was seen is not remembered") == 1
    assert "Traceback" not in told.stderr


def test_two_systems_of_one_name_are_not_mixed(
    box: Sandbox, env: dict[str, str], tmp_path: Path
) -> None:
    """The second Gate is never asked for what the first one had, so nothing is taken for gone."""
    name = running(box.world)
    quiesce("ls", *gate(box), cwd=tmp_path, env=env)
    with serve_in_thread(Sandbox(small())) as other:
        told = quiesce("check", *gate(other), "-o", "json", cwd=tmp_path, env=env)
        assert told.returncode == 0, valid(told)["reasons"]
        assert not any(name in one.path_qs for one in other.requests)


def test_a_look_at_some_parts_alone_leaves_the_store_alone(
    box: Sandbox, env: dict[str, str], tmp_path: Path
) -> None:
    running(box.world)
    quiesce("ls", *gate(box), "--parts", "pipelines", cwd=tmp_path, env=env)
    assert not Path(env["QUIESCE_STORE"]).exists()


def test_a_waived_run_is_shown_and_does_not_count_until_its_time(
    box: Sandbox, env: dict[str, str], tmp_path: Path
) -> None:
    name = running(box.world)
    quiesce("ls", *gate(box), cwd=tmp_path, env=env)
    made = quiesce(
        *("waive", f"spinnaker/{name}", "--reason", "known zombie", "--until", "4h"),
        *("--by", "bob"),
        cwd=tmp_path,
        env=env,
    )
    assert made.returncode == 0, made.stderr
    told = quiesce("check", *gate(box), "-o", "json", cwd=tmp_path, env=env)
    shown = valid(told)
    assert (told.returncode, shown["verdict"], shown["confirmed"]) == (0, "quiet", True)
    assert any("known zombie" in reason and "bob" in reason for reason in shown["reasons"])
    listed = quiesce("ls", *gate(box), cwd=tmp_path, env=env)
    assert name in listed.stdout
    other = running(box.world, "checkout")
    told = quiesce("check", *gate(box), "-o", "json", cwd=tmp_path, env=env)
    assert told.returncode == 1, "others count"
    box.world.end(other)
    waived = document(quiesce("waivers", "-o", "json", cwd=tmp_path, env=env))
    number = str(waived["waivers"][0]["id"])
    assert quiesce("unwaive", number, cwd=tmp_path, env=env).returncode == 0
    assert quiesce("check", *gate(box), cwd=tmp_path, env=env).returncode == 1


def test_a_waived_run_that_can_not_be_told_does_not_keep_the_gate_shut(
    box: Sandbox, env: dict[str, str], tmp_path: Path
) -> None:
    """It would not count if it were active; two looks confirm nothing then."""
    name = running(box.world)
    quiesce("ls", *gate(box), cwd=tmp_path, env=env)
    delete_pipeline(box)
    for path in ("/pipelines/*", "/executions"):
        box.faults.add(Fault(kind="empty", path=path))
    assert quiesce("check", *gate(box), cwd=tmp_path, env=env).returncode == 3
    waive = ("waive", f"spinnaker/{name}", "--reason", "no right to see it", "--until", "1h")
    assert quiesce(*waive, cwd=tmp_path, env=env).returncode == 0
    told = quiesce("check", *gate(box), "-o", "json", cwd=tmp_path, env=env)
    shown = valid(told)
    assert (told.returncode, shown["verdict"], shown["confirmed"]) == (0, "quiet", False)
    assert any("can't be told and waived" in reason for reason in shown["reasons"])
    assert shown["sources"][0]["gaps"], "it is still shown as a gap"
    other = running(box.world, "checkout")
    quiesce("ls", *gate(box), cwd=tmp_path, env=env)
    delete_pipeline(box, "checkout")
    told = quiesce("check", *gate(box), cwd=tmp_path, env=env)
    assert told.returncode == 3, f"nothing is known of {other}, and that is not waived"


def test_a_system_that_is_renamed_is_the_same(
    box: Sandbox, env: dict[str, str], tmp_path: Path
) -> None:
    """What was active in it is asked for under its new name."""
    name = running(box.world)
    quiesce("ls", "-s", f"old=spinnaker+{box.gate_url}", cwd=tmp_path, env=env)
    delete_pipeline(box)
    for now in ("new", "spinnaker"):
        words = ("check", "-s", f"{now}=spinnaker+{box.gate_url}", "-o", "json")
        told = quiesce(*words, cwd=tmp_path, env=env)
        assert [(run["source"], run["id"]) for run in valid(told)["runs"]] == [(now, name)]


def test_wait_is_not_held_up_by_what_is_waived(
    box: Sandbox, env: dict[str, str], tmp_path: Path
) -> None:
    name = running(box.world)
    quiesce("ls", *gate(box), cwd=tmp_path, env=env)
    waive = ("waive", f"spinnaker/{name}", "--reason", "wedged", "--until", "1h")
    assert quiesce(*waive, cwd=tmp_path, env=env).returncode == 0
    source = f"spinnaker+{box.gate_url}?settle=100ms"
    words = ("wait", "-s", source, "--timeout", "20s", "-o", "json")
    told = quiesce(*words, cwd=tmp_path, env=env)
    assert told.returncode == 0
    assert valid(told)["settled"] is True


def test_without_the_store_nothing_of_it_is_imported(box: Sandbox, tmp_path: Path) -> None:
    """Every start pays for what it imports: `--no-store` does not pay for SQLAlchemy."""
    env = {"PYTHONPROFILEIMPORTTIME": "1"}
    told = quiesce("check", *gate(box), "--no-store", cwd=tmp_path, env=env)
    assert "aiohttp" in told.stderr
    assert "sqlalchemy" not in told.stderr


def test_the_past_is_asked_and_answered_as_json(
    box: Sandbox, env: dict[str, str], tmp_path: Path
) -> None:
    """What `check` meets on its way is there for who asks nobody."""
    quiesce("check", *gate(box), cwd=tmp_path, env=env)
    told = quiesce("status", "Deploy", *gate(box), "--offline", "-o", "json", cwd=tmp_path, env=env)
    assert told.returncode == 0, told.stderr
    assert len(json.loads(told.stdout)["runs"]["succeeded"]) == 2

"""What the acceptance tests share: small worlds, configurations, schemas, and what is planted."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from tests.cli.program import COMMAND, document

import quiesce.render
from quiesce.sandbox import Sandbox, World
from quiesce.sandbox.projects import Job, moment

PROJECT = 42
SECRET = "hunter2-and-more"
NEVER_RAN = "never-ran"
EXPORT = "events-daily"
ENV = {"QUIESCE_PASSWORD": SECRET}
"""With what `both_in_toml` signs in."""

Start = Callable[..., "subprocess.Popen[str]"]


def small(*names: str) -> World:
    """Two applications with one finished run each, an export that ran, and one that never did."""
    world = World()
    now = world.now()
    for name in names or ("checkout", "eks"):
        world.spinnaker.add_application(name)
        config = world.spinnaker.add_config(name, "Deploy")
        world.start(config, status="SUCCEEDED", age=3600)
    for name in (EXPORT, NEVER_RAN):
        world.mixpanel.add_pipeline(PROJECT, name)
    for number, state in enumerate(("succeeded", "failed"), 1):
        world.put_job(job(now - number * 3_600_000, state))
    return world


def job(at: int, state: str, name: str = EXPORT) -> Job:
    """A job that ran for a minute at an instant, in epoch milliseconds."""
    return Job(
        project_id=PROJECT,
        name=name,
        state=state,
        last_finish=moment(at + 60_000),
        run_at=moment(at),
        from_date=moment(at - 3_600_000),
        to_date=moment(at),
    )


def running(world: World, application: str = "eks") -> str:
    """Let a run go on in a small world; gives its id."""
    config = world.spinnaker.configs(world.now(), application)[0]
    return world.start(config, age=90).id


def both(box: Sandbox) -> tuple[str, ...]:
    """The options that name the two systems of a sandbox."""
    mixpanel = f"mixpanel+{box.mixpanel_url}?project_id={PROJECT}"
    return ("-s", f"spinnaker+{box.gate_url}", "-s", mixpanel)


def gate(box: Sandbox) -> tuple[str, ...]:
    return ("-s", f"spinnaker+{box.gate_url}")


def configure(folder: Path, text: str) -> None:
    """Write the configuration of a folder, for nobody else to read."""
    path = folder / "quiesce.toml"
    path.write_text(text)
    path.chmod(0o600)


def both_in_toml(box: Sandbox, *, keys: str = "", gate_url: str | None = None) -> str:
    """Both systems with the same further keys, signing in to Gate."""
    login = 'auth = { type = "basic", username = "u", password = "env:QUIESCE_PASSWORD" }'
    return (
        f'[sources.gate]\nkind = "spinnaker"\nurl = "{gate_url or box.gate_url}"\n{login}\n{keys}\n'
        f'[sources.mix]\nkind = "mixpanel"\nurl = "{box.mixpanel_url}"\n'
        f"project_id = {PROJECT}\n{keys}\n"
    )


@cache
def _validator(name: str) -> Draft202012Validator:
    path = Path(quiesce.render.__file__).parent / "schema" / f"{name}.schema.json"
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


def conforms(shown: Any, name: str) -> None:
    """Held against its schema."""
    _validator(name).validate(shown)


def valid(told: subprocess.CompletedProcess[str], name: str = "look") -> Any:
    """The one document on stdout, held against its schema; and what holds of every ending."""
    assert "Traceback" not in told.stderr
    assert SECRET not in told.stdout + told.stderr
    shown = document(told)
    conforms(shown, name)
    return shown


def planted(folder: Path, code: str) -> dict[str, str]:
    """An environment in which Python runs this code before the program, to break it."""
    (folder / "sitecustomize.py").write_text(code)
    return {"PYTHONPATH": str(folder)}


def started(*words: str, cwd: Path, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """The command, started and not waited for."""
    return subprocess.Popen(
        [*COMMAND, *words],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    """What a started command has said and how it ended."""
    out, err = process.communicate(timeout=30)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)

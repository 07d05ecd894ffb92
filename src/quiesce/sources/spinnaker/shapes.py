"""The shapes of Gate's answers, as far as they are read.

Every field that may be missing may also be null, and of any other type only at the price of a
gap: see `parse.py`.
"""

from __future__ import annotations

from msgspec import Struct


class Parent(Struct):
    """The execution that started another."""

    id: str | None = None
    name: str | None = None
    application: str | None = None


class Trigger(Struct, rename="camel"):
    """What started an execution."""

    type: str | None = None
    user: str | None = None
    strategy: bool | None = None
    parent_execution: Parent | None = None


class Stage(Struct, rename="camel"):
    """One stage; waiting on a person is seen only here."""

    id: str | None = None
    type: str | None = None
    name: str | None = None
    status: str | None = None
    start_time: int | None = None
    end_time: int | None = None


class User(Struct):
    """On whose behalf an execution runs."""

    user: str | None = None


class Paused(Struct, rename="camel"):
    """Who paused an execution."""

    paused_by: str | None = None


class Execution(Struct, rename="camel"):
    """An execution, of a pipeline, a strategy or an ad-hoc task."""

    id: str
    status: str
    type: str | None = None
    application: str | None = None
    name: str | None = None
    description: str | None = None
    pipeline_config_id: str | None = None
    build_time: int | None = None
    start_time: int | None = None
    end_time: int | None = None
    canceled: bool | None = None
    trigger: Trigger | None = None
    authentication: User | None = None
    paused: Paused | None = None
    stages: list[Stage] | None = None


class Task(Struct):
    """An element of `/tasks`, which carries its execution."""

    execution: Execution | None = None
    status: str | None = None


class Bare(Struct):
    """What must be readable of an execution, or of a task, for it to count as a run."""

    id: str
    status: str


class Application(Struct):
    """An element of `/applications`."""

    name: str


class PipelineConfig(Struct):
    """An element of `pipelineConfigs` or `strategyConfigs`."""

    name: str

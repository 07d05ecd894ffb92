"""Two kinds of system that exist only here, and a file to write into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta, Struct

from quiesce.source import Kind

Write = Callable[[str], Path]
Kinds = Mapping[str, Kind]


class Gate(Struct, frozen=True, kw_only=True):
    parts: tuple[Literal["pipelines", "tasks"], ...] = ("pipelines", "tasks")
    deck_url: str | None = None
    window: timedelta = timedelta(minutes=5)
    recent: Annotated[int, Meta(ge=1, le=1000)] = 200
    strict: bool = False
    weight: float = 1.0

    def __post_init__(self) -> None:
        if self.strict and not self.parts:
            raise ValueError("`strict` needs `parts`")


class Metrics(Struct, frozen=True, kw_only=True, rename={"project": "project_id"}):
    project: int


def _open(name: str, config: Any, fetch: Any) -> Any:
    raise AssertionError("reading a configuration opens no source")


@pytest.fixture(scope="session")
def kinds() -> Kinds:
    return {
        kind.name: kind
        for kind in (
            Kind(name="gate", title="Gate", config=Gate, open=_open, settle=30.0),
            Kind(name="metrics", title="Metrics", config=Metrics, open=_open, settle=5.0),
        )
    }


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes `quiesce.toml` into the folder where we are, for our eyes only."""
    monkeypatch.chdir(tmp_path)

    def write(text: str) -> Path:
        path = tmp_path / "quiesce.toml"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    return write

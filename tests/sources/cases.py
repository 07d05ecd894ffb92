"""Cases: a folder each, with what a system answered and what must be made of it.

`expected.json` says in `about` what the case shows and in `read_as` which function reads the
answer. The answer is in `answer.json` beside it (`answer.bin` where it is no JSON), or
`capture` names a recorded one; a recorded execution that stands alone is put into a list.
Every key of a run that is named is compared; the number of runs always is.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from quiesce.model import Run

CAPTURES = Path(__file__).parents[1] / "captures"


def folders(kind: str) -> list[Any]:
    """Every case of a kind, by the name of its folder."""
    root = Path(__file__).parent / kind / "cases"
    return [pytest.param(folder, id=folder.name) for folder in sorted(root.iterdir())]


def captured(kind: str, name: str) -> bytes:
    """The body of a recorded answer."""
    body = json.loads((CAPTURES / kind / name).read_text(encoding="utf-8"))["body"]
    return json.dumps(body if isinstance(body, list) else [body]).encode()


def loaded(folder: Path) -> tuple[bytes, dict[str, Any]]:
    """The answer of a case and what is expected of it."""
    expected: dict[str, Any] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    if "capture" in expected:
        return captured(folder.parents[1].name, expected["capture"]), expected
    name = "answer.json" if (folder / "answer.json").exists() else "answer.bin"
    return (folder / name).read_bytes(), expected


def compare(runs: tuple[Run, ...], expected: list[dict[str, Any]]) -> None:
    """Each run has what is expected of it, and nothing is there beside them."""
    shown = [
        {key: _plain(getattr(run, key)) for key in wanted}
        for run, wanted in zip(runs, expected, strict=False)
    ]
    assert shown == expected[: len(shown)]
    assert [run.id for run in runs] == [wanted["id"] for wanted in expected]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value

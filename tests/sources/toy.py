"""The toy of the documentation, as it stands there."""

from __future__ import annotations

import re
import types
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-system.md"


def written(name: str) -> str:
    """The code that the page shows for a file."""
    page = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"<!-- {re.escape(name)} -->\n```python\n(.*?)```", page, re.DOTALL)
    assert found, f"{PAGE.name} no longer shows {name}"
    return found[1]


def module(name: str, source: str, **given: Any) -> types.ModuleType:
    """A module made of source text."""
    made = types.ModuleType(name)
    made.__dict__.update(given)
    code = compile(source, f"{name}.py", "exec", dont_inherit=True)
    exec(code, made.__dict__)  # noqa: S102 - our own page
    return made

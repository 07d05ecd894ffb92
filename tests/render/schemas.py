"""Writes the JSON Schemas into the package anew: `python -m tests.render.schemas`."""

from __future__ import annotations

from pathlib import Path

import quiesce.render
from quiesce.render.schemas import NAMES, schema_text


def main() -> None:
    folder = Path(quiesce.render.__file__).parent / "schema"
    for name in NAMES:
        (folder / f"{name}.schema.json").write_text(
            schema_text(name), encoding="utf-8", newline="\n"
        )


if __name__ == "__main__":
    main()

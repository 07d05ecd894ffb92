"""Which room imports which is a promise, and the check of it bites."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT_IMPORTS = Path(sysconfig.get_path("scripts")) / "lint-imports"


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--no-logo"],
        cwd=root,
        env={"PYTHONPATH": str(root / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_contract_is_kept() -> None:
    checked = lint_imports(ROOT)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("errors", "import quiesce.model"),
        ("source", "import quiesce.survey"),
        ("verdict", "import time"),
        ("verdict", "import quiesce.survey"),
        ("sources/spinnaker/parse", "import asyncio"),
        ("sources/spinnaker/source", "import quiesce.sources.mixpanel"),
        ("sources/mixpanel/source", "import quiesce.http"),
        ("attic", "import quiesce.errors"),
    ],
)
def test_an_import_or_a_module_that_has_no_place_is_refused(
    module: str, line: str, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    intruder = tmp_path / "src/quiesce" / f"{module}.py"
    with intruder.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")

    checked = lint_imports(tmp_path)

    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert "BROKEN" in checked.stdout

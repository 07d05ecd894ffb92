"""What is shipped holds what it should, and what is kept here names no machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from quiesce import __version__

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "quiesce"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

COMPLETIONS = {
    "bash": "share/bash-completion/completions/quiesce",
    "zsh": "share/zsh/site-functions/_quiesce",
    "fish": "share/fish/vendor_completions.d/quiesce.fish",
}

# Put together here, so that this file does not hold what it looks for.
REGISTRIES = ["pypi|.org", "python|hosted", "registry|.npmjs", "registry|.yarnpkg", "crates|.io"]
HOMES = ["|work|", "|root|", "|opt|wheels|"]


def run(*command: str | Path, cwd: Path = ROOT, **env: str) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def contents(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        return message_from_bytes(archive.read(f"quiesce-{__version__}.dist-info/METADATA"))


def kept_files() -> Iterator[Path]:
    """What git tracks, or would if it were added."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = (ROOT / os.fsdecode(name) for name in listed.stdout.split(b"\0") if name)
    return (path for path in paths if path.is_file())


def pins(lock: str) -> dict[str, set[str]]:
    """The locked versions by name; more than one where they differ by Python version."""
    text = (ROOT / "requirements" / lock).read_text("utf-8").replace("\\\n", " ")
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        if line and not line.lstrip().startswith("#"):
            requirement, *hashes = line.split(" --hash=")
            assert hashes, f"{lock}: no hash: {line}"
            assert all(each.startswith("sha256:") for each in hashes)
            parsed = Requirement(requirement.strip())
            found.setdefault(canonicalize_name(parsed.name), set()).add(str(parsed.specifier))
    return found


def test_the_wheel_holds_every_file_of_the_package(contents: set[str]) -> None:
    expected = {
        path.relative_to(ROOT / "src").as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    shipped = {name for name in contents if name.startswith("quiesce/")}
    assert shipped == expected
    assert "quiesce/py.typed" in shipped


def test_the_wheel_holds_the_licence_and_the_completions(contents: set[str]) -> None:
    assert f"quiesce-{__version__}.dist-info/licenses/LICENSE" in contents
    data = f"quiesce-{__version__}.data/data/"
    shared = {name.removeprefix(data) for name in contents if name.startswith(data)}
    assert shared == set(COMPLETIONS.values())


@pytest.mark.parametrize("shell", COMPLETIONS)
def test_a_completion_is_what_the_command_prints(shell: str) -> None:
    printed = run(sys.executable, "-m", "quiesce", "completion", shell)
    file = COMPLETIONS[shell]
    kept = (ROOT / file).read_text("utf-8")
    assert kept == printed, f"run: quiesce completion {shell} > {file}"


def test_the_wheel_says_what_it_is(metadata: Message) -> None:
    assert metadata["Name"] == "quiesce"
    assert metadata["Version"] == __version__
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"
    extras = [one for those in PROJECT["optional-dependencies"].values() for one in those]
    wanted = len(PROJECT["dependencies"]) + len(extras)
    assert len(metadata.get_all("Requires-Dist", [])) == wanted


def test_the_wheel_shows_the_readme(metadata: Message) -> None:
    shown = metadata.get_payload(decode=True)
    assert isinstance(shown, bytes)
    assert shown.decode().strip() == (ROOT / "README.md").read_text("utf-8").strip()


def test_the_installed_wheel_starts(wheel: Path, tmp_path: Path) -> None:
    folder = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    run(*pip, "--target", str(folder), str(wheel), cwd=tmp_path)

    where = "import quiesce; print(quiesce.__file__)"
    commands: list[tuple[str | Path, ...]] = [
        (sys.executable, "-c", where),
        (sys.executable, "-m", "quiesce", "--version"),
        (folder / "bin" / "quiesce", "--version"),
    ]
    said = [run(*command, cwd=tmp_path, PYTHONPATH=str(folder)) for command in commands]
    assert said[0].startswith(str(folder))
    assert __version__ in said[1]
    assert said[2] == said[1]


def test_the_locks_pin_all_that_is_needed_and_agree() -> None:
    runtime, dev = pins("runtime.txt"), pins("dev.txt")
    needed = {canonicalize_name(Requirement(each).name) for each in PROJECT["dependencies"]}
    assert needed <= set(runtime)
    assert {name: dev.get(name) for name in runtime} == runtime


def test_every_target_of_the_makefile_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    said = re.findall(r"^([a-z]+):.*## \S", makefile, re.MULTILINE)
    assert sorted(said) == sorted(phony.split())
    wanted = {"setup", "demo", "test", "check", "lint", "types", "docs", "bench"}
    assert wanted <= set(said)


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {
        path.relative_to(ROOT): len(path.read_text("utf-8").splitlines())
        for path in kept_files()
        if path.suffix == ".py"
    }
    assert {path: lines for path, lines in lengths.items() if lines > 400} == {}


def test_no_file_names_a_package_registry_or_a_machine() -> None:
    hosts = "|".join(re.escape(host.replace("|", "")) for host in REGISTRIES)
    homes = "|".join(re.escape(home.replace("|", "/")) for home in HOMES)
    pattern = re.compile(rf"(?:{hosts})|(?<![\w.~-])(?:{homes})")
    found = {
        f"{path.relative_to(ROOT)}:{number}"
        for path in kept_files()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if pattern.search(line)
    }
    assert found == set()


def test_the_fragments_in_changes_make_a_section(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "0"]
    drafted = run(*command, "--date", "2026-01-01")
    fragments = [p for p in (ROOT / "changes").iterdir() if re.search(r"\.\w+\.md$", p.name)]
    for fragment in fragments:
        first = fragment.read_text("utf-8").splitlines()[0]
        assert first in drafted, f"{fragment.name} is of no known type, or empty"

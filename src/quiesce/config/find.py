"""Which file is the configuration.

A file that is there but can't be read is never passed over: another one would ask other
systems, and a quiet about those would be taken for a quiet about these.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from quiesce.config.values import Found
from quiesce.config.wording import at_home, code, shown
from quiesce.errors import ConfigError

FILE = "quiesce.toml"


def config_home(env: Mapping[str, str]) -> Path | None:
    """The folder of people's own settings, by the XDG rules, on every system."""
    named = env.get("XDG_CONFIG_HOME", "")
    if os.path.isabs(named):  # noqa: PTH117 - the rules say: ignore it if it is not
        return Path(named)
    home = env.get("HOME") or env.get("USERPROFILE") or ""
    return Path(home, ".config") if home else None


def find(
    explicit: str | Path | None,
    env: Mapping[str, str],
    cwd: Path,
    config_home: Path | None,
) -> Found:
    """The file by the first rule that names one: `--config`, QUIESCE_CONFIG, ./, XDG.

    The two that are named need not exist: reading them says so. The file in the current
    folder must be ours, as somebody else may have put it there to get at our secrets;
    raises `ConfigError` otherwise.
    """
    named = env.get("QUIESCE_CONFIG", "")
    rules: list[tuple[str, Path | None]] = [
        ("--config", cwd / at_home(str(explicit)) if explicit is not None else None),
        ("QUIESCE_CONFIG", cwd / at_home(named) if named else None),
        ("the current folder", cwd / FILE),
        ("the XDG config folder", config_home / "quiesce" / FILE if config_home else None),
    ]
    chosen: tuple[str, Path] | None = None
    passed_over: list[tuple[str, str]] = []
    for number, (rule, path) in enumerate(rules):
        if path is None:
            passed_over.append((rule, "not given" if number == 0 else "not set"))
        elif chosen is not None:
            reason = f"{chosen[0]} comes first"
            passed_over.append((shown(path), reason if _exists(path) else "no such file"))
        elif number < 2 or _exists(path):
            chosen = (rule, path)
        else:
            passed_over.append((shown(path), "no such file"))
    if chosen is None:
        return Found(path=None, rule="", passed_over=tuple(passed_over))
    if chosen[0] == "the current folder":
        _must_be_ours(chosen[1])
    return Found(path=chosen[1], rule=chosen[0], passed_over=tuple(passed_over))


def _exists(path: Path) -> bool:
    """Whether something is there, a broken link and a forbidden folder included."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _must_be_ours(path: Path) -> None:
    if os.name != "posix":
        return
    try:
        status = path.stat()
    except OSError:
        return  # reading it says why
    who = ""
    if status.st_uid not in {0, os.geteuid()}:
        who = "belongs to somebody else"
    elif status.st_mode & stat.S_IWOTH:
        who = "can be changed by everyone"
    if who:
        name = shown(path)
        raise ConfigError(
            f"{name} in the current folder {who}, so it is not used unasked",
            hint=f"if you trust it: --config {code(name)}",
        )


def nothing_found(found: Found) -> ConfigError:
    """What to say when there is neither a file nor a `-s`: three ways to begin."""
    looked = ", ".join(path for path, why_not in found.passed_over if why_not == "no such file")
    return ConfigError(
        "no source is configured" + (f": there is no {looked}" if looked else ""),
        hint="try it without any system:  quiesce demo\n"
        "ask one system now:         quiesce ls -s spinnaker+https://gate.example.com\n"
        "write a configuration:      quiesce init",
    )

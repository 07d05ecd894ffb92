"""Where a secret comes from, and fetching it at the last moment.

`env:NAME`, `file:PATH`, `cred:NAME` (a file in `$CREDENTIALS_DIRECTORY`, as systemd gives
them) and `cmd:[…]` are references; any other text is the secret itself. Reading a
configuration only makes references: nothing is opened or run before a source is used.
No message ever holds what a file contains or a command prints.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from msgspec import Struct

from quiesce.access import Secret
from quiesce.config.wording import Wrong, at_home, code, got, nearest, shown
from quiesce.errors import ConfigError

if TYPE_CHECKING:
    from subprocess import Popen

COMMAND_SECONDS = 10.0
LARGEST = 64 * 1024
EXPECTED = 'a text, best a reference such as "env:NAME", "file:PATH" or { cmd = ["…"] }'


class Inline(Struct, frozen=True):
    """The secret stands in the configuration itself."""

    content: Secret

    @property
    def label(self) -> str:
        return ""


class FromEnv(Struct, frozen=True):
    """An environment variable."""

    name: str

    @property
    def label(self) -> str:
        return f"env:{self.name}"


class FromFile(Struct, frozen=True):
    """A file whose one trailing newline, if any, does not count."""

    path: Path

    @property
    def label(self) -> str:
        return f"file:{shown(self.path)}"


class FromCredential(Struct, frozen=True):
    """A file in the folder that the service manager names in `$CREDENTIALS_DIRECTORY`."""

    name: str

    @property
    def label(self) -> str:
        return f"cred:{self.name}"


class FromCommand(Struct, frozen=True):
    """What a program prints. It runs in `folder`; its arguments may be private too."""

    argv: tuple[str, ...]
    folder: Path

    @property
    def label(self) -> str:
        return f"cmd:{shown(Path(self.argv[0]))}"

    def __repr__(self) -> str:
        return f"FromCommand({self.label})"


Reference = Inline | FromEnv | FromFile | FromCredential | FromCommand


def reference(value: object, folder: Path) -> Reference:
    """What a value of the configuration refers to; raises `Wrong`.

    Paths are relative to `folder`, the configuration's own.
    """
    if isinstance(value, dict):
        if set(value) != {"cmd"}:
            wrong = next((name for name in value if name != "cmd"), "")
            near = nearest(wrong, ["cmd"])
            raise Wrong(EXPECTED, "a table with other keys than `cmd`", near)
        return _command(value["cmd"], folder)
    if not isinstance(value, str):
        raise Wrong(EXPECTED, got(value))
    scheme, colon, rest = value.partition(":")
    match scheme if colon else "":
        case "env":
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", rest, re.ASCII):
                raise Wrong("the name of an environment variable after `env:`", "another text")
            return FromEnv(rest)
        case "file":
            if not rest or "\0" in rest:
                raise Wrong("a path after `file:`", "nothing" if not rest else "another text")
            return FromFile(folder / at_home(rest))
        case "cred":
            if not re.fullmatch(r"(?!\.)[^/\\\0]+", rest):
                raise Wrong("a file name without a folder after `cred:`", "another text")
            return FromCredential(rest)
        case "cmd":
            try:
                argv = json.loads(rest)
            except (ValueError, RecursionError):
                argv = None
            return _command(argv, folder)
    if variable := re.fullmatch(r"\$\{?([A-Z_][A-Z0-9_]*)\}?", value, re.ASCII):
        hint = f'did you mean "env:{variable[1]}"? variables are not filled in'
        raise Wrong(EXPECTED, "a shell variable", hint)
    return Inline(Secret(value))


def _command(argv: object, folder: Path) -> FromCommand:
    usable = isinstance(argv, list) and all(isinstance(word, str) for word in argv)
    if not usable or not isinstance(argv, list) or not argv or not argv[0]:
        hint = 'write it as a list: { cmd = ["secret-tool", "lookup", "service", "gate"] }'
        raise Wrong("a program and its arguments, a list of texts, as `cmd`", "another value", hint)
    if any("\0" in word for word in argv):
        raise Wrong("a program and its arguments as `cmd`", "a text with a NUL in it")
    return FromCommand(tuple(argv), folder)


def fetch(source: Reference, env: Mapping[str, str]) -> Secret:
    """The secret itself; raises `ConfigError` without a word about where it was wanted."""
    match source:
        case Inline():
            return _usable(source.content.reveal(), "the text", empty=True)
        case FromEnv():
            return _from_env(source, env)
        case FromFile():
            return _usable(_read(source.path, source.label), source.label)
        case FromCredential():
            folder = env.get("CREDENTIALS_DIRECTORY", "")
            if not folder:
                raise ConfigError(
                    f"{source.label} has no folder: CREDENTIALS_DIRECTORY is not set",
                    hint="it is set by systemd for units with LoadCredential=",
                )
            return _usable(_read(Path(folder, source.name), source.label), source.label)
        case FromCommand():
            return _usable(_run(source, env), source.label)
        case _:
            assert_never(source)


def _from_env(source: FromEnv, env: Mapping[str, str]) -> Secret:
    if source.name not in env:
        near = nearest(source.name, env)
        hint = f"set the variable {source.name}" + (f"; {near}" if near else "")
        raise ConfigError(f"{source.label} is not set", hint=hint)
    return _usable(env[source.name], source.label)


def _read(path: Path, label: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{label} can't be read: {why(error)}") from error
    return _text(content, label)


def why(error: OSError | ValueError) -> str:
    """The system's own words, such as `no such file or directory`, without the path."""
    words = error.strerror if isinstance(error, OSError) else "the path can't be used"
    return (words or type(error).__name__).lower()


def _text(content: bytes, label: str) -> str:
    if len(content) > LARGEST:
        raise ConfigError(f"{label} gives more than 64 KiB, which is no secret")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        # Not `from`: the error holds the bytes.
        raise ConfigError(f"{label} gives something that is not UTF-8 text") from None
    return text.removesuffix("\n").removesuffix("\r")


def _run(source: FromCommand, env: Mapping[str, str]) -> str:
    import subprocess

    label = source.label
    try:
        process = subprocess.Popen(  # noqa: S603 - running what the file names is the purpose
            source.argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # it may hold the secret, and we promise to show nothing
            cwd=source.folder,
            env=dict(env),
            start_new_session=True,  # so that its children end with it
        )
    except (OSError, ValueError) as error:
        hint = "`cmd` takes a program and its arguments; there is no shell in between"
        raise ConfigError(f"{label} can't be started: {why(error)}", hint=hint) from error
    try:
        content, _ = process.communicate(timeout=COMMAND_SECONDS)
    except subprocess.TimeoutExpired:
        # Not `from`: the error holds what was printed so far.
        raise ConfigError(
            f"{label} gave no answer within {COMMAND_SECONDS:g} s",
            hint="it runs without a terminal, so it can't ask for anything",
        ) from None
    finally:
        _end(process)
    if process.returncode != 0:
        raise ConfigError(
            f"{label} failed: {_ending(process.returncode)}",
            hint="its output is not shown, as it may hold a secret; run it by hand to see it",
        )
    return _text(content, label)


def _end(process: Popen[bytes]) -> None:
    """Ends a program that is still running, with everything that it has started."""
    if process.poll() is None:
        if os.name == "posix":
            import signal

            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()


def _ending(returncode: int) -> str:
    return f"signal {-returncode}" if returncode < 0 else f"exit {returncode}"


def _usable(text: str, label: str, *, empty: bool = False) -> Secret:
    """A secret goes into a header, so what could end one is refused here, with its name."""
    if not text and not empty:
        raise ConfigError(f"{label} is empty")
    if any(ord(char) < 32 or ord(char) == 127 or "\ud800" <= char <= "\udfff" for char in text):
        raise ConfigError(
            f"{label} holds a line break or another control character",
            hint="only one newline at the end is left out",
        )
    return Secret(text)


def loose_files(sources: Sequence[Reference]) -> list[str]:
    """A warning for each secret file that more people can read than need to."""
    found = []
    for source in sources:
        if not isinstance(source, FromFile) or os.name != "posix":
            continue
        try:
            status = source.path.stat()
        except (OSError, ValueError):
            continue  # said when it is read
        # Where the file is somebody else's, the group's right is how we read it.
        ours = status.st_uid == os.geteuid()
        if status.st_mode & (0o044 if ours else 0o004):
            who = "everyone" if status.st_mode & 0o004 else "its group"
            name = shown(source.path)
            found.append(f"the secret file {name} can be read by {who}: chmod 600 {code(name)}")
    return found

"""The text of a new quiesce.toml, and putting it in its place."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct, field

from quiesce.config import Config, SignIn, SourceConfig, show
from quiesce.config.keys import BY_NAME
from quiesce.config.secret import FromCommand, FromFile, Inline, Reference
from quiesce.config.values import DEFAULT
from quiesce.errors import ConfigError
from quiesce.sources import KINDS

SCHEMA_FILE = "quiesce.schema.json"

OFFERED = ("ca", "expect_at_least", "concurrency", "rate", "deadline", "settle")
"""The keys that stand in a new file as comments, as they are the first to be wanted."""

EXAMPLES = {
    "ca": '"/etc/ssl/our-authority.pem"',
    "expect_at_least": "100",
    "rate": '"10/s"',
    "settle": '"90s"',
}


class Draft(Struct, frozen=True, kw_only=True):
    """One source to be written: its keys as TOML, its sign-in, and what to say about it.

    `above_auth` and `notes` become comments, before the sign-in and at the end.
    """

    name: str
    kind: str
    keys: Mapping[str, str]
    auth: Mapping[str, str] = field(default_factory=dict)
    above_auth: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def toml(value: object) -> str:
    """A text, number or list as TOML: JSON, with what can't be seen in TOML's own escapes."""
    shown = msgspec.json.encode(value).decode()
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in shown)


def drafts_of(config: Config) -> list[Draft]:
    """The sources of a configuration that has not been written anywhere yet."""
    return [_draft(source, config) for source in config.sources]


def _draft(source: SourceConfig, config: Config) -> Draft:
    prefix = f"sources.{source.name}."
    settings = {
        setting.key.removeprefix(prefix): setting.value
        for setting in show(config)
        if setting.key.startswith(prefix) and setting.origin != DEFAULT
    }
    keys = {key: value for key, value in settings.items() if not key.startswith("auth.")}
    return Draft(name=source.name, kind=source.kind, keys=keys, auth=auth_of(source.sign_in))


def auth_of(sign_in: SignIn) -> dict[str, str]:
    """The `auth` table of a sign-in that holds references; empty for none."""
    if sign_in.type == "none":
        return {}
    secrets = {key: _reference(ref) for key, ref in sign_in.secrets.items()}
    files = {key: toml(path) for key, path in sign_in.files.items()}
    return {"type": toml(sign_in.type), **secrets, **files}


def _reference(ref: Reference) -> str:
    match ref:
        case FromFile(path):
            return toml(f"file:{path}")
        case FromCommand(argv, _):
            return f"{{ cmd = {toml(list(argv))} }}"
        case Inline(content):
            if content.reveal():
                raise AssertionError("a secret is never written into a file")
            return '""'
        case _:
            return toml(ref.label)


def text(drafts: Sequence[Draft], origin: str, *, schema_there: bool) -> str:
    """The whole file. Line 1 names the schema only if that is there, as editors complain else."""
    first = f"#:schema ./{SCHEMA_FILE}"
    lines = [first, ""] if schema_there else []
    lines += [
        f"# Which systems quiesce asks. Written by `quiesce init`{origin}.",
        "# All keys: quiesce help config. Is it right? quiesce config check",
        "# No secret belongs in here: write env:NAME, file:PATH or { cmd = [...] } instead.",
    ]
    if not schema_there:
        lines += [
            "# For completion in an editor: quiesce config schema > " + SCHEMA_FILE,
            f'# and make "{first}" the first line.',
        ]
    lines += ["", "# How old a look may be when its verdict is printed.", '# max_age = "2s"']
    for draft in drafts:
        lines += ["", *_section(draft)]
    return "\n".join(_whole(line) for line in [*lines, ""])


def _whole(line: str) -> str:
    """One line, whatever a path or a name has in it: a comment must not become a setting."""
    return "".join(char if char.isprintable() else "·" for char in line)


def _section(draft: Draft) -> list[str]:
    name = draft.name if _bare(draft.name) else toml(draft.name)
    lines = [f"[sources.{name}]", *(f"{key} = {value}" for key, value in draft.keys.items()), ""]
    for key in OFFERED:
        if key not in draft.keys:
            known = BY_NAME[key]
            example = EXAMPLES.get(key) or known.show(known.default)
            lines += [f"# {known.about}", f"# {key} = {example}"]
    lines += _own(draft)
    if draft.auth or draft.above_auth:
        lines += ["", *(f"# {line}" for line in draft.above_auth)]
    if draft.auth:
        lines += [f"[sources.{name}.auth]"]
        lines += [f"{key} = {value}" for key, value in draft.auth.items()]
    if draft.notes:
        lines += ["", *(f"# {line}" for line in draft.notes)]
    return lines


def _own(draft: Draft) -> list[str]:
    """The keys that only this kind has, as comments with their defaults."""
    lines = []
    for own in msgspec.structs.fields(KINDS[draft.kind].config):
        key = own.encode_name
        if key in draft.keys or own.required:
            continue
        value = "…" if own.default is None else msgspec.json.encode(own.default).decode()
        if own.default is None and key.endswith("_url"):
            value = '"https://…"'
        lines.append(f"# {key} = {value}")
    return [f"# What only {KINDS[draft.kind].title} has:", *lines] if lines else []


def _bare(name: str) -> bool:
    return name.isascii() and name.replace("-", "").replace("_", "").isalnum()


def place(path: Path, content: str, *, force: bool) -> None:
    """Write the file whole or not at all, readable for its owner only (0600).

    Raises `ConfigError` when one is there already and `force` is not given.
    """
    try:
        number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    temporary = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if force:
            temporary.replace(path)
        else:
            _link(temporary, path, content)
    except FileExistsError:
        raise exists(path) from None
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _link(temporary: Path, path: Path, content: str) -> None:
    """Give the file its name only if nothing has it: unlike renaming, linking never overwrites."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)


def exists(path: Path) -> ConfigError:
    """What to say when there is such a file already."""
    return ConfigError(
        f"{path} is there already, and is not overwritten",
        hint="write another one: quiesce init --output FILE\n"
        "or replace it:     quiesce init --force",
    )


def _unwritable(path: Path, error: OSError) -> ConfigError:
    words = (error.strerror or type(error).__name__).lower()
    hint = "" if path.parent.is_dir() else f"make its folder: mkdir -p {path.parent}"
    return ConfigError(f"{path} can't be written: {words}", hint=hint)

"""Every setting as a line of text, with where it was set; secrets are `***`."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec

from quiesce.config.auth import is_private
from quiesce.config.keys import KEYS, REACH
from quiesce.config.secret import Inline
from quiesce.config.top import TOP
from quiesce.config.units import duration_text
from quiesce.config.values import DEFAULT, Config, Setting, SourceConfig


def show(config: Config) -> list[Setting]:
    """All settings, the defaults too. Resolves nothing: a reference is shown as it stands."""
    settings = []
    for key in TOP:
        value = getattr(config, key.name)
        shown = key.unset if value is None else key.show(value)
        origin = config.origins.get(key.name, DEFAULT)
        settings.append(Setting(key=key.name, value=shown, origin=origin))
    for source in config.sources:
        settings += _source(source)
    return settings


def _source(source: SourceConfig) -> list[Setting]:
    prefix = f"sources.{source.name}"
    values: dict[str, str] = {}
    for key in KEYS:
        holder: Any = source.access if key.name in REACH else source
        value = getattr(holder, key.name)
        values[key.name] = key.unset if value is None else key.show(value)
        if key.name == "url":
            values |= _auth(source)
    for field in msgspec.structs.fields(source.own):
        values[field.encode_name] = _own(getattr(source.own, field.name))
    return [
        Setting(key=f"{prefix}.{name}", value=value, origin=source.origin(name))
        for name, value in values.items()
    ]


def _auth(source: SourceConfig) -> dict[str, str]:
    sign_in = source.sign_in
    values = {"auth.type": f'"{sign_in.type}"'}
    for name, ref in sign_in.secrets.items():
        if isinstance(ref, Inline):
            plain = not is_private(sign_in, name)
            content = ref.content.reveal()
            shown = msgspec.json.encode(content).decode() if plain or not content else "***"
        else:
            shown = f"*** ({ref.label})"
        values[f"auth.{name}"] = shown
    return values | {f"auth.{key}": f'"{path}"' for key, path in sign_in.files.items()}


def _own(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, datetime.timedelta):
        return f'"{duration_text(value.total_seconds())}"'
    return msgspec.json.encode(value, enc_hook=str, order="deterministic").decode()

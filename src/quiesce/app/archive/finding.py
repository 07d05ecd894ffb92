"""The runs that the store knows by what people call them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from quiesce.errors import ConfigError
from quiesce.model import Run
from quiesce.render.complaint import nearest
from quiesce.render.names import name_of, parse_name
from quiesce.waivers import full_name

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_NAMED = 5


def find_runs(
    connection: Connection, words: str, names: Mapping[str, str], active: Sequence[Run]
) -> list[Run]:
    """The runs that words mean: a whole name, `source/id`, or the begin of either's id.

    One that is named to its end is meant, whatever else begins so; active ones before others.
    """
    name = parse_name(words)
    wholes = {words} if name is None else {words, "/".join(name)}
    for those in (active, _kept(connection, _ident(words, wholes), names)):
        found = [
            run for run in those if full_name(run) in wholes or words in {run.reference, run.id}
        ]
        if found:
            return found
    return [] if name is not None else _begin_so(connection, words, names, active)


def only(found: Sequence[Run], words: str, active: Sequence[Run], again: str) -> Run:
    """The one run that was found; raises `ConfigError` for none and for several.

    `again` is the command that is to be given again, with a whole name.
    """
    if len(found) > 1:
        those = "\n".join(f"{again} {name_of(run)} …" for run in found[:MOST_NAMED])
        raise ConfigError(f"`{words[:100]}` is the begin of the ids of several runs", hint=those)
    if not found:
        near = nearest(words, [run.id for run in active])
        raise ConfigError(
            f"the store knows no run `{words[:100]}`",
            hint=f"did you mean {' or '.join(f'`{one}`' for one in near)}?"
            if near
            else "give it as `quiesce ls -o name` prints it: source/application/pipeline/id",
        )
    return found[0]


def exactly(name: str) -> str:
    """A pattern that only this name matches."""
    return re.sub(r"([*?\[])", r"[\1]", name)


def _ident(words: str, wholes: set[str]) -> str:
    """The id in a name; what stands after the last slash is the begin of one at least."""
    return max(wholes, key=len).rpartition("/")[2] if "/" in words else words


def _begin_so(
    connection: Connection, words: str, names: Mapping[str, str], active: Sequence[Run]
) -> list[Run]:
    source, _, rest = words.partition("/")
    begin, keys = words, list(names)
    if rest and source in names.values():
        begin, keys = rest, [key for key, name in names.items() if name == source]
    those = {names[key] for key in keys}
    found = [run for run in active if run.source in those and run.id.startswith(begin)]
    return found or _kept(connection, begin, {key: names[key] for key in keys})


def _kept(connection: Connection, begin: str, names: Mapping[str, str]) -> list[Run]:
    """A few runs of these sources whose id begins so, by the primary key."""
    from quiesce.store.reading.lookup import beginning

    return beginning(connection, names, begin, MOST_NAMED)

"""The keys that only one kind has, read by the types of its `config`.

Each key is read on its own, so that all that is wrong is said at once, in our own words
rather than the decoder's.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin

import msgspec
from msgspec import Struct

from quiesce.config import units
from quiesce.config.wording import Wrong, code, got, nearest, one_of

LISTS = (list, tuple, set, frozenset)


def names(config: type[Struct]) -> list[str]:
    """The keys of a kind, as they are written."""
    return [field.encode_name for field in msgspec.structs.fields(config)]


def read(
    config: type[Struct],
    table: Mapping[str, Any],
    complain: Callable[[str, Wrong | str, str], None],
    *,
    lax: bool = False,
) -> Struct | None:
    """A value of `config`, or None after complaining.

    `lax` is for the texts of an address: `3` may be a number, and `a,b` a list.
    """
    values: dict[str, Any] = {}
    whole = True
    for field in msgspec.structs.fields(config):
        key = field.encode_name
        if key not in table:
            if field.required:
                complain("", f"{code(key)} is missing", f"it must be {expected(field.type)}")
                whole = False
            continue
        try:
            values[field.name] = value_of(table[key], field.type, lax=lax)
        except Wrong as wrong:
            complain(key, wrong, "")
            whole = False
    if not whole:
        return None
    try:
        return config(**values)
    except (ValueError, TypeError) as error:  # a `__post_init__` refuses the combination
        complain("", str(error), "")
        return None


def value_of(value: Any, wanted: Any, *, lax: bool = False) -> Any:
    """The value in its type; raises `Wrong`."""
    if isinstance(value, float) and not math.isfinite(value):
        raise Wrong(expected(wanted), got(value))
    members = _members(wanted)
    if datetime.timedelta in members:
        return datetime.timedelta(seconds=units.read_duration(value))
    if lax and isinstance(value, str) and any(get_origin(each) in LISTS for each in members):
        value = [item for item in value.split(",") if item]
    try:
        return msgspec.convert(value, wanted, strict=not lax)
    except (msgspec.ValidationError, OverflowError):
        # Not `from`: the decoder's words may hold the value.
        raise Wrong(expected(wanted), *_odd_one(value, wanted)) from None


def _members(wanted: Any) -> tuple[Any, ...]:
    """The types that a union or an annotated type is made of."""
    if get_origin(wanted) is Annotated:
        wanted = get_args(wanted)[0]
    return (wanted, *(arg for arg in get_args(wanted) if get_origin(wanted) not in LISTS))


def _odd_one(value: Any, wanted: Any) -> tuple[str, str]:
    """What came and what is near it, where only some words are allowed."""
    words = list(_words(msgspec.inspect.type_info(wanted)))
    given = value if isinstance(value, list) else [value]
    for each in given:
        if words and isinstance(each, str) and each not in words:
            return code(each), nearest(each, words)
    if isinstance(value, list) and value:
        return f"a list with {got(next(iter(value)))} in it", ""
    return got(value), ""


def _words(info: Any) -> Iterator[str]:
    """The only words that a type allows, if it is made of words."""
    match info:
        case msgspec.inspect.LiteralType():
            yield from (str(word) for word in info.values)
        case msgspec.inspect.EnumType():
            yield from (str(member.value) for member in info.cls)
        case msgspec.inspect.UnionType():
            for each in info.types:
                yield from _words(each)
        case (
            msgspec.inspect.ListType()
            | msgspec.inspect.SetType()
            | msgspec.inspect.FrozenSetType()
            | msgspec.inspect.VarTupleType()
        ):
            yield from _words(info.item_type)


def expected(wanted: Any) -> str:
    """A type in words."""
    return _described(msgspec.inspect.type_info(wanted))


def _described(info: Any) -> str:
    match info:
        case msgspec.inspect.IntType():
            return f"a whole number{_limits(info)}"
        case msgspec.inspect.FloatType():
            return f"a number{_limits(info)}"
        case msgspec.inspect.BoolType():
            return "true or false"
        case msgspec.inspect.StrType():
            return f"a text that matches {info.pattern}" if info.pattern else "a text"
        case msgspec.inspect.TimeDeltaType():
            return units.A_DURATION
        case msgspec.inspect.LiteralType() | msgspec.inspect.EnumType():
            return one_of(_words(info))
        case msgspec.inspect.UnionType():
            members = [t for t in info.types if not isinstance(t, msgspec.inspect.NoneType)]
            return " or ".join(_described(each) for each in members)
        case (
            msgspec.inspect.ListType()
            | msgspec.inspect.SetType()
            | msgspec.inspect.FrozenSetType()
            | msgspec.inspect.VarTupleType()
        ):
            item = _described(info.item_type)
            return "a list of texts" if item == "a text" else f"a list of {item}"
        case msgspec.inspect.DictType() | msgspec.inspect.StructType():
            return "a table"
        case _:
            return "another value"


def _limits(info: Any) -> str:
    words = {"ge": "from", "gt": "above", "le": "to", "lt": "below"}
    said = [f"{word} {got(getattr(info, name))}" for name, word in words.items()]
    return "".join(f" {text}" for text in said if not text.endswith("another type"))

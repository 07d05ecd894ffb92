"""What is in the store, and what was removed from it: documents, and rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct, convert

from quiesce.render.shapes import SCHEMA, Time
from quiesce.render.words import rfc3339


class StoreDocument(Struct, frozen=True, kw_only=True):
    """What `store info` answers.

    `version` is that of the store, `current` the one that this quiesce needs. `rows` are by table;
    null where the version is another one. `upgrading_to` is set while an upgrade is not done.
    """

    schema: Literal[1] = SCHEMA
    location: str
    database: str
    version: str
    current: str
    upgrading_to: str | None
    bytes: int
    rows: dict[str, int] | None
    oldest_run: Time | None
    oldest_look: Time | None
    newest_look: Time | None


class PrunedDocument(Struct, frozen=True, kw_only=True):
    """What `store prune` answers: how many rows were removed, and how many bytes given back."""

    schema: Literal[1] = SCHEMA
    runs: int
    flips: int
    looks: int
    predictions: int
    waivers: int
    bytes: int


def store_document(facts: Mapping[str, Any]) -> StoreDocument:
    """The document of `store info`, of what the store tells of itself, by name."""
    told = {
        name: rfc3339(fact) if isinstance(fact, datetime) else fact for name, fact in facts.items()
    }
    return convert({"database": told.pop("dialect"), **told}, StoreDocument)


def pruned_document(counts: Mapping[str, int]) -> PrunedDocument:
    """The document of `store prune`."""
    return convert(counts, PrunedDocument)


def store_rows(shown: StoreDocument) -> list[list[str]]:
    """The same as rows of two columns; of another version there is less to tell."""
    version = shown.version
    if shown.upgrading_to is not None:
        version += f" (an upgrade to {shown.upgrading_to} was begun: quiesce store upgrade)"
    elif shown.rows is None:
        version += f" (this quiesce needs {shown.current}: quiesce store upgrade)"
    told = [
        ["database", shown.database],
        ["version", version],
        ["size", f"{shown.bytes / 1e6:,.1f} MB"],
    ]
    told += [[name, f"{count:,}"] for name, count in (shown.rows or {}).items()]
    if shown.rows is not None:
        told += [
            ["oldest run", shown.oldest_run or ""],
            ["oldest look", shown.oldest_look or ""],
            ["newest look", shown.newest_look or ""],
        ]
    return told


def pruned_words(shown: PrunedDocument) -> str:
    """`removed: 3 runs, …`."""
    return (
        f"removed: {shown.runs:,} runs, {shown.flips:,} flips, {shown.looks:,} looks,"
        f" {shown.predictions:,} predictions, {shown.waivers:,} waivers"
    )

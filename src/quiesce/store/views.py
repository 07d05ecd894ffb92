"""Views for people who query the store with SQL: times as times, lengths in seconds, all UTC.

They hold no data, so that an upgrade drops them before and makes them anew after it.
"""

# ruff: noqa: S608 - what stands in these texts are names of our own, never a value

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.engine import Connection

VIEWS = ("active_runs", "recent_runs", "quiet_hours")


def create_views(connection: Connection) -> None:
    """Make all views; none of them may be there."""
    sqlite = connection.dialect.name == "sqlite"
    for name, select in zip(VIEWS, _views(sqlite=sqlite), strict=True):
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {select}")


def drop_views(connection: Connection) -> None:
    """Remove those that are there."""
    for name in VIEWS:
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")


def _views(*, sqlite: bool) -> tuple[str, str, str]:
    time = _sqlite_time if sqlite else _postgres_time
    now = "CAST(strftime('%s', 'now') AS INTEGER)" if sqlite else "extract(epoch FROM now())"
    share = "round(CAST(sum(quiet) AS REAL) / count(*), 3)"
    if not sqlite:
        share = "round(sum(quiet)::numeric / count(*), 3)"
    return (
        _active_runs(time, _seconds(f"{now} * 1000000", "r.begun_at", sqlite=sqlite)),
        _recent_runs(time, _seconds("r.ended_at", "r.started_at", sqlite=sqlite)),
        _quiet_hours(*(_SQLITE_WEEK if sqlite else _POSTGRES_WEEK), share),
    )


def _sqlite_time(column: str) -> str:
    return f"datetime({column} / 1000000, 'unixepoch')"


def _postgres_time(column: str) -> str:
    return f"to_timestamp({column} / 1000000.0) AT TIME ZONE 'UTC'"


def _seconds(end: str, begin: str, *, sqlite: bool) -> str:
    if sqlite:
        return f"round(({end} - {begin}) / 1000000.0, 3)"
    return f"round(({end} - {begin}) / 1000000.0, 3)::double precision"


def _active_runs(time: Callable[[str], str], age: str) -> str:
    return (
        "SELECT r.source, s.name AS system, r.application, r.pipeline, r.id, r.type, r.state,"
        f" r.native_state, {time('r.begun_at')} AS begun, {age} AS age,"
        f" {time('r.seen_at')} AS seen, r.missing_at IS NOT NULL AS missing,"
        " r.waiting_on, r.started_by, r.parent, r.url,"
        " r.begun_at"
        " FROM runs AS r LEFT JOIN sources AS s ON s.key = r.source WHERE r.active"
    )


def _recent_runs(time: Callable[[str], str], took: str) -> str:
    return (
        "SELECT r.source, s.name AS system, r.application, r.pipeline, r.id, r.type, r.state,"
        f" r.native_state, {time('r.begun_at')} AS begun, {time('r.ended_at')} AS ended,"
        f" {took} AS took, {time('r.seen_at')} AS seen, r.started_by, r.parent, r.url,"
        " r.begun_at"
        " FROM runs AS r LEFT JOIN sources AS s ON s.key = r.source"
    )


_SQLITE_WEEK = (
    "(CAST(strftime('%w', began_at / 1000000, 'unixepoch') AS INTEGER) + 6) % 7 + 1",
    "CAST(strftime('%H', began_at / 1000000, 'unixepoch') AS INTEGER)",
)
_POSTGRES_WEEK = (
    "CAST(extract(isodow FROM to_timestamp(began_at / 1000000.0) AT TIME ZONE 'UTC') AS integer)",
    "CAST(extract(hour FROM to_timestamp(began_at / 1000000.0) AT TIME ZONE 'UTC') AS integer)",
)


def _quiet_hours(weekday: str, hour: str, share: str) -> str:
    """Looks at everything alone: one that was narrowed says nothing of the rest."""
    words = ("quiet", "active", "unknown")
    each = ", ".join(f"CASE WHEN verdict = '{word}' THEN 1 ELSE 0 END AS {word}" for word in words)
    sums = ", ".join(f"sum({word}) AS {word}" for word in words)
    return (
        f"SELECT source, weekday, hour, count(*) AS looks, {sums}, {share} AS share FROM"
        f" (SELECT source, {weekday} AS weekday, {hour} AS hour, {each}"
        " FROM looks WHERE scope IS NULL) AS each_look"
        " GROUP BY source, weekday, hour"
    )

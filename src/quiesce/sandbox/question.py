"""How Gate reads a query string, and how it passes it on to Orca (which error messages show)."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote

from msgspec.structs import replace

from quiesce.sandbox import trouble
from quiesce.sandbox.lists import FOREVER, Statuses, Wanted
from quiesce.sandbox.shapes import STATUSES

_ENUM = "com.netflix.spinnaker.orca.api.pipeline.models.ExecutionStatus"


class Query:
    """The parameters of one request. A repeated one is joined with commas, as Spring does."""

    def __init__(self, query: str) -> None:
        self._values: dict[str, str] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            earlier = self._values.get(name)
            self._values[name] = value if earlier is None else f"{earlier},{value}"

    def text(self, name: str) -> str | None:
        return self._values.get(name) or None

    def names(self, name: str) -> list[str]:
        return [part for part in (self.text(name) or "").split(",") if part]

    def number(self, name: str, default: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        try:
            return int(value)
        except ValueError:
            raise trouble.not_a_number(name, value) from None

    def flag(self, name: str) -> bool | None:
        value = self.text(name)
        return None if value is None else value.lower() == "true"

    def statuses(self, url: str) -> Statuses:
        """The statuses asked for: lower case will do, a space after a comma will not."""
        words = (self.text("statuses") or "").upper().split(",")
        for word in words:
            if word and word not in STATUSES:
                raise trouble.from_orca(400, url, f"No enum constant {_ENUM}.{word}")
        return frozenset(word for word in words if word)

    def url(self, path: str, **parameters: object) -> str:
        """The call to Orca; a parameter that is None is passed on only if it was given."""
        passed = {
            name: self.text(name) if value is None else str(value)
            for name, value in parameters.items()
        }
        pairs = [
            f"{name}={quote(value, safe=',*' if name != 'statuses' else '')}"
            for name, value in passed.items()
            if value is not None
        ]
        return f"{path}?{'&'.join(pairs)}" if pairs else path


def search_query(query: Query, application: str) -> tuple[Wanted, str]:
    """What is searched for, and the call to Orca that says so."""
    wanted = Wanted(
        size=query.number("size", 10),
        start=query.number("startIndex", 0),
        since=query.number("triggerTimeStartBoundary", 0),
        until=query.number("triggerTimeEndBoundary", FOREVER),
        pipeline_name=query.text("pipelineName"),
        reverse=query.flag("reverse") is True,
    )
    url = query.url(
        f"/applications/{application}/pipelines/search",
        pipelineName=None,
        triggerTimeStartBoundary=wanted.since,
        triggerTimeEndBoundary=wanted.until,
        statuses=None,
        startIndex=wanted.start,
        size=wanted.size,
        reverse=str(wanted.reverse).lower(),
        expand=str(query.flag("expand") is True).lower(),
    )
    if wanted.size <= 0:
        raise trouble.from_orca(400, url, f"size must be > 0: size={wanted.size}")
    if wanted.start < 0:
        text = f"startIndex must be >= 0: startIndex={wanted.start}"
        raise trouble.from_orca(400, url, text)
    return replace(wanted, statuses=query.statuses(url)), url

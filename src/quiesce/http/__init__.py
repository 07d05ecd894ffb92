"""The one client: every request that quiesce sends to a system leaves through here.

`Client` is a `quiesce.source.Fetch` for one `quiesce.access.Access`. It signs in, keeps the
budgets, tries again, and turns every outcome but a readable 200 into a `SourceError` whose
texts hold no secret and no control character. It refuses to follow a redirect, to ask any
origin but the configured one, to skip the check of a certificate, and to read `~/.netrc`.

    client.py       the order of it all: budgets, retries, what was spent
    address.py      path segments -> URL, and which proxy
    credentials.py  auth -> headers
    tls.py          whom we believe, and as whom we come
    answer.py       status and headers -> body or Failure
    body.py         bytes, inflated and counted
    failure.py      foreign errors -> Failure
    redact.py       no secret and no terminal escape gets out
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quiesce.http.redact import Redactor

if TYPE_CHECKING:
    from quiesce.http.client import Client, Spent

__all__ = ["Client", "Redactor", "Spent"]


def __getattr__(name: str) -> Any:
    """Import aiohttp (0.2 s) only for whoever wants the client, not for the `Redactor`."""
    if name in {"Client", "Spent"}:
        from quiesce.http import client

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

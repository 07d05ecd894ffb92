"""Gate's way of saying no, word for word: some readers look into the message."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus

import msgspec
from aiohttp import web

JSON = "application/json;charset=UTF-8"
ORCA = "http://127.0.0.1:8083"
FRONT50 = "http://127.0.0.1:8080"
_KORK = "com.netflix.spinnaker.kork"
HTTP_EXCEPTION = f"{_KORK}.retrofit.exceptions.SpinnakerHttpException"
NETWORK_EXCEPTION = f"{_KORK}.retrofit.exceptions.SpinnakerNetworkException"
NOT_FOUND = f"{_KORK}.web.exceptions.NotFoundException"


class Trouble(Exception):
    """A request that Gate does not answer as it was meant."""

    def __init__(self, status: int, message: str, exception: str = HTTP_EXCEPTION) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.exception = exception

    def answer(self, now: int) -> web.Response:
        timestamp = datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="milliseconds")
        body = {
            "error": HTTPStatus(self.status).phrase,
            "exception": self.exception,
            "message": self.message,
            "status": self.status,
            "timestamp": timestamp,
        }
        return json_answer(body, status=self.status)


def json_answer(body: object, *, status: int = 200, content_type: str = JSON) -> web.Response:
    """An answer in Gate's way of writing its content type."""
    return web.Response(
        status=status, body=msgspec.json.encode(body), headers={"Content-Type": content_type}
    )


def from_orca(status: int, path: str, message: str) -> Trouble:
    """What Orca refused, as Gate passes it on."""
    text = f"Status: {status}, Method: GET, URL: {ORCA}{path}, Message: {message}"
    return Trouble(status, text)


def orca_is_down() -> Trouble:
    """Orca does not answer; Gate itself is well."""
    text = f"java.net.ConnectException: Failed to connect to /{ORCA.removeprefix('http://')}"
    return Trouble(500, text, NETWORK_EXCEPTION)


def front50_fails(path: str) -> Trouble:
    """Front50 failed when Gate asked it."""
    text = f"Status: 500, Method: GET, URL: {FRONT50}{path}, Message: stubbed failure of front50"
    return Trouble(500, text)


def front50_fails_for_orca(orca_path: str, path: str) -> Trouble:
    """Front50 failed when Orca asked it."""
    text = f"Status: 500, URL: {FRONT50}{path}, Message: stubbed failure of front50"
    return from_orca(500, orca_path, text)


def not_found(what: str, id: str) -> Trouble:
    """The one answer that tells "there is none" from "I show none"."""
    return Trouble(404, f"{what} not found (id: {id})", NOT_FOUND)


def forbidden(application: str) -> Trouble:
    """Fiat does not let this account read the application."""
    text = f"Access denied to application {application} - required authorization: READ"
    return Trouble(403, text, "org.springframework.security.access.AccessDeniedException")


def not_a_number(name: str, value: str) -> Trouble:
    """Spring could not read a parameter."""
    text = (
        "Failed to convert value of type 'java.lang.String' to required type 'int'; "
        f'For input string: "{value}" ({name})'
    )
    web_support = "org.springframework.web.method.annotation"
    return Trouble(400, text, f"{web_support}.MethodArgumentTypeMismatchException")


_GRAMMAR = (
    "jOOQ; bad SQL grammar [select id, body, `partition` from pipelines force index "
    "(`pipeline_config_id_idx`) where config_id = ? order by id desc limit ? -- user: anonymous "
    "origin: api]; nested exception is java.sql.SQLSyntaxErrorException: You have an error in "
    "your SQL syntax; check the manual that corresponds to your MariaDB server version for the "
    "right syntax to use near '%d -- user: anonymous origin: api' at line 1"
)


def bad_grammar(limit: int) -> str:
    """What the database says about a negative limit, which Orca passes on as it came."""
    return _GRAMMAR % limit

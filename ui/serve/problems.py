"""Every error as `application/problem+json`, with a code, a message and a hint."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from tools.errors import NovaError, Unreachable
from ui.failures import foreseen
from ui.serve.logs import log_of
from ui.text import clean

MEDIA = "application/problem+json"
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "message", "hint"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "programs switch on it"},
        "message": {"type": "string"},
        "hint": {"type": "string", "description": "what to do next"},
        "choices": {"type": "array", "items": {"type": "string"}},
        "retry_after_s": {"type": ["number", "null"]},
    },
}

_WHEN = {
    400: "The request is not HTTP or JSON as it should be.",
    401: "Nobody is signed in, and no token that holds was shown.",
    403: "The policies, a scope or the origin refuse it.",
    404: "There is no such thing, or it is another person's.",
    409: "It is not as it was seen, or a name is ambiguous.",
    413: "The body is too long.",
    422: "The request is wrong; nothing was changed.",
    429: "Too many.",
    502: "A provider refused or failed.",
    503: "Something is not reachable, or the server is stopping.",
    504: "It was sent and no answer came.",
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": what, "content": {MEDIA: {"schema": SCHEMA}}}
    for status, what in _WHEN.items()
}
"""What any route may answer beside what it is for."""


def problem(error: NovaError, status: int | None = None) -> Response:
    """An error as an answer."""
    shown = error.as_dict()
    code = status or error.http_status
    body = {
        "type": f"urn:novacron:error:{error.code}", "title": clean(error.message),
        "status": code, **shown,
    }  # fmt: skip
    headers: dict[str, str] = {}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(round(error.retry_after_s))
    if code == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body, code, headers, MEDIA)


def add_problems(app: FastAPI) -> None:
    """Let every error of this app be a problem."""
    app.add_exception_handler(NovaError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OperationalError, _database)


async def _expected(request: Request, error: Exception) -> Response:
    assert isinstance(error, NovaError)
    return problem(error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    said = "; ".join(
        f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()[:5]
    )
    return _plain(422, "invalid_request", f"The request is not valid: {said}.")


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "http")
    answer = _plain(error.status_code, code, f"{error.detail}.", dict(error.headers or {}))
    return answer


async def _database(request: Request, error: Exception) -> Response:
    log_of("serve").error("database", error=str(error).splitlines()[0])
    return problem(Unreachable("The database does not answer.", hint="Try again in a moment."))


def unforeseen(error: Exception, path: str) -> Response:
    """What nobody foresaw, as an answer that tells nothing of it; the log has it."""
    log_of("serve").error("bug", path=path, exc_info=error)
    known = foreseen(error)
    if known.code == "bug":
        return _plain(500, "bug", "Something went wrong in NovaCron itself.", hint="See its log.")
    return problem(known)


def _plain(
    status: int, code: str, message: str, headers: dict[str, str] | None = None,
    hint: str = "See /api/openapi.json.",
) -> Response:  # fmt: skip
    body: dict[str, Any] = {
        "type": f"urn:novacron:error:{code}", "title": message, "status": status, "code": code,
        "message": message, "hint": hint, "choices": [], "retry_after_s": None,
    }  # fmt: skip
    return JSONResponse(body, status, headers, MEDIA)

"""Structured logs: one JSON object a line, to standard error, and never a secret in it."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

HIDDEN = "[hidden]"
_SECRET_KEYS = re.compile(r"passw|secret|token|authorization|cookie|api_key|credential", re.I)
_SECRET_VALUES = re.compile(r"(nova_)[\w-]{8,}|(Bearer )\S+|(://[^:/@\s]*:)[^@\s]+(?=@)", re.I)

Logged = MutableMapping[str, Any]


def set_up_logs(level: str, stream: Any = None) -> None:
    """Let everything in this process log as JSON."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                hide_secrets,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = name != "uvicorn.access"
    for name in ("httpx", "httpcore", "mcp", "sse_starlette"):
        logging.getLogger(name).setLevel(logging.WARNING)


def hide_secrets(_: Any, __: str, logged: Logged) -> Logged:
    """Blot out what must not be read: by the key that it stands under, and by its looks."""
    for key, value in logged.items():
        if _SECRET_KEYS.search(key) and value is not None:
            logged[key] = HIDDEN
        elif isinstance(value, str):
            logged[key] = _SECRET_VALUES.sub(_blot, value)
    return logged


def _blot(found: re.Match[str]) -> str:
    kept = next((group for group in found.groups() if group), "")
    return f"{kept}{HIDDEN}"


def log_of(name: str) -> Any:
    """A logger; its calls take an event and facts."""
    return structlog.get_logger(name)

"""Errors as people and programs at the command line see them: what was wrong, what to do next."""

from __future__ import annotations

import errno
import json
import sys
from typing import NoReturn

from tools.errors import InvalidRequest, NovaError
from ui import exits
from ui.text import clean

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_ROOM_WORDS = ("disk is full", "disk i/o error", "no space left", "file too large")


class NoRoom(NovaError):
    """The disk is full, or a file may not grow."""

    code = "no_room"
    http_status = 507
    exit_code = exits.FAILED
    default_hint = (
        "What had begun is in the journal; nothing more was changed. "
        "Free some space, or set NOVACRON_DATA_DIR."
    )


class Bug(NovaError):
    """Something that NovaCron did not foresee."""

    code = "bug"
    exit_code = exits.PROBLEM
    default_hint = "NOVACRON_DEBUG=1 shows where; `novacron operations` shows what ran."


def fail(error: NovaError, *, as_json: bool = False) -> NoReturn:
    """Say what was wrong, what was not changed and what to do next; leave with its exit code."""
    if as_json:
        sys.stdout.write(json.dumps({"error": error.as_dict()}) + "\n")
    else:
        sys.stderr.write(error_lines(error) + "\n")
    sys.exit(error.exit_code)


def error_lines(error: NovaError) -> str:
    """An error for people, free of control characters."""
    lines = [f"Error: {clean(error.message)}"]
    if any(choice not in error.message for choice in error.choices[:5]):
        shown = ", ".join(clean(choice) for choice in error.choices[:5])
        lines.append(f"  Did you mean: {shown}?")
    if error.hint:
        lines.append(f"  {clean(error.hint)}")
    return "\n".join(lines)


def foreseen(error: Exception) -> NovaError:
    """Any exception as one of ours: a full disk and unreadable files have names of their own."""
    if is_no_room(error):
        return NoRoom(f"There is no room left on the disk: {_first_line(error)}.")
    if isinstance(error, OSError):
        place = f": {error.filename}" if error.filename else ""
        hint = "Nothing was changed. NOVACRON_DATA_DIR says where NovaCron keeps its files."
        return InvalidRequest(f"{error.strerror or error}{place}.", hint=hint)
    return Bug(f"Something went wrong in NovaCron itself: {type(error).__name__}: {error}")


def is_no_room(error: BaseException) -> bool:
    """Whether a full disk is behind this, as the system or SQLite say it."""
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return True
    if any(words in str(error).casefold() for words in _NO_ROOM_WORDS):
        return True
    behind = error.__cause__
    return behind is not None and is_no_room(behind)


def _first_line(error: Exception) -> str:
    own: object = getattr(error, "orig", None) or error  # SQLAlchemy's own words say less
    return str(own).splitlines()[0].rstrip(".")

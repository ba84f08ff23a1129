"""Consoles and events as lines: cleaned, placed in time, and told apart from what is over.

The text comes from machines: it is matched and quoted, and never more than that.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

Source = Literal["console", "event"]

_MOST = 400
_LONGEST = 240
_OLD = timedelta(hours=36)
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-_]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_STARTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"seabios \(|bdsdxe: |ipxe \d|windows boot manager|booting from (hard|rom|dvd)",
        r"welcome to grub|grub loading|loading linux \d",
        r"linux version \d|booting linux on",
    )
)
"""The stages of a start: firmware, boot loader, kernel."""
_UP = re.compile(
    r"\blogin:\s*$|reached target.*(multi-user|graphical|login)|startup finished in|"
    r"cloud-init.*\bfinished\b|ready for sign-in|\bbooted\b|sac>\s*$|"
    r"cmd command is now available",
    re.IGNORECASE,
)
_BENIGN = re.compile(
    r"\b(fd0|sr0|sr1|floppy|cdrom|loop\d+)\b|selftest|self-test|"
    r"\b(0|no) (errors?|failures?)\b|dry.?run",
    re.IGNORECASE,
)
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?")
_SYSLOG = re.compile(r"^(?:<\d+>)?([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)\b")
_FRONT = re.compile(
    r"^(?:<\d+>)?(?:\[ *\d+\.\d+\] |[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d \S+ |"
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S* )"
)
_MONTHS = tuple(month.casefold() for month in calendar.month_abbr[1:])


@dataclass(frozen=True, slots=True)
class Line:
    """One line that somebody wrote about a machine.

    Attributes:
        said: what is matched: without the moment at its front and without the machine's name.
        over: it is of an earlier start of the machine, or days old.
        settled: its machine came up to the end after it.
    """

    text: str
    source: Source
    said: str
    over: bool = False
    settled: bool = False

    def quoted(self) -> str:
        """How it stands in an answer."""
        when = ", before" if self.over else ""
        return f"{self.source}{when}: “{self.text}”"


@dataclass(frozen=True, slots=True)
class Console:
    """A machine's console.

    Attributes:
        up: its last start went on to the end.
        starts: how many starts of it are seen.
    """

    lines: tuple[Line, ...]
    up: bool
    starts: int


def read_console(text: str, moment: datetime, name: str) -> Console:
    """The end of a console, line by line."""
    cleaned = (clean(line) for line in text.splitlines())
    shown = [line for line in cleaned if line][-_MOST:]
    begun = _starts(shown)
    first = begun[-1] if begun else 0
    ups = [i for i, line in enumerate(shown) if _UP.search(line)]
    last_up = ups[-1] if ups else -1
    up = last_up >= first and bool(ups)
    lines = tuple(
        Line(
            line,
            "console",
            plain(line, name),
            i < first or (up and _is_old(line, moment)),
            i < last_up,
        )
        for i, line in enumerate(shown)
        if not _BENIGN.search(line)
    )
    return Console(lines, up, len(begun))


def clean(text: str) -> str:
    """A line without control characters, cut where it is long."""
    return _CONTROL.sub("", text).strip()[:_LONGEST]


def plain(line: str, name: str) -> str:
    """A line as it is matched: a machine called dns-2 says nothing about DNS by its name."""
    named = re.sub(rf"\b{re.escape(name)}\b", "it", line) if name else line
    return _FRONT.sub("", named, count=1)


def _starts(shown: Iterable[str]) -> list[int]:
    """Where the machine started: a stage that is not past the one before begins a new start."""
    found: list[int] = []
    before = len(_STARTS)
    for i, line in enumerate(shown):
        stage = next((n for n, pattern in enumerate(_STARTS) if pattern.search(line)), None)
        if stage is not None:
            if stage < before or (stage == before and i - found[-1] > 2):
                found.append(i)
            before = stage
        elif _UP.search(line):
            before = len(_STARTS)
    return found


def _is_old(line: str, moment: datetime) -> bool:
    at = _moment_of(line, moment)
    return at is not None and moment - at > _OLD


def _moment_of(line: str, moment: datetime) -> datetime | None:
    try:
        if match := _ISO.search(line):
            year, month, day, hour, minute = (int(part) for part in match.groups()[:5])
            return datetime(year, month, day, hour, minute, tzinfo=UTC)
        if (match := _SYSLOG.match(line)) and match[1].casefold() in _MONTHS:
            month = _MONTHS.index(match[1].casefold()) + 1
            at = datetime(moment.year, month, int(match[2]), int(match[3]), tzinfo=UTC)
            return at if at <= moment + timedelta(days=2) else at.replace(year=moment.year - 1)
    except ValueError:
        return None
    return None

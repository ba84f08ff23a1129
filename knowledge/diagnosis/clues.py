"""Clues: what speaks for a cause or against it, each a question to the evidence.

The builders here are the words in which the causes of `knowledge.diagnosis.causes` are written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from knowledge.diagnosis.evidence import Evidence
from knowledge.diagnosis.lines import Line
from tools.machine import State

_OVER = 0.2
"""What is left of a line's weight when it is of an earlier start, or days old."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a clue found, in words; `share` is how much of the clue's weight it is worth."""

    text: str
    share: float = 1.0


Find = Callable[[Evidence], Said | None]


@dataclass(frozen=True, slots=True)
class Clue:
    """One question and how much its answer says, 0 to 1."""

    weight: float
    find: Find


@cache
def _words() -> dict[str, list[str]]:
    """The expressions of `causes/words.json`, by name."""
    return json.loads((Path(__file__).parent / "causes" / "words.json").read_text("utf-8"))


@cache
def _spoken(words: str) -> re.Pattern[str]:
    return re.compile("|".join(_words()[words]), re.IGNORECASE)


@lru_cache(maxsize=1 << 15)
def _says(words: str, text: str) -> bool:
    """Whether a line says one of these words: most lines are there again at the next look."""
    return _spoken(words).search(text) is not None


def heard(weight: float, words: str, *, booting: bool = False) -> Clue:
    """The console or an event says one of these words, which `causes/words.json` holds.

    Args:
        booting: it speaks of a start, so it is over once the machine has come up.
    """
    _spoken(words)  # an expression that is wrong shows at once

    def find(seen: Evidence) -> Said | None:
        lines = [line for line in seen.lines if _says(words, line.said)]
        if not lines:
            return None
        over = [line for line in lines if line.over or (booting and line.settled)]
        fresh = [line for line in lines if line not in over]
        best = fresh or over
        return Said(_telling(best, len(lines)), 1.0 if fresh else _OVER)

    return Clue(weight, find)


def _telling(lines: list[Line], count: int) -> str:
    text = lines[-1].quoted()
    return f"{text} ({count} such lines)" if count > 2 else text


@cache
def _topics() -> dict[str, re.Pattern[str]]:
    """What events speak of when they speak of a cause, and of trouble as such."""
    path = Path(__file__).parent / "causes" / "topics.json"
    told: dict[str, str] = json.loads(path.read_text("utf-8"))
    return {name: re.compile(topic, re.IGNORECASE) for name, topic in told.items()}


def spoken_of(weight: float, topic: str) -> Clue | None:
    """An event speaks of trouble with this, in whatever words; None where there is no such topic.

    It names the field of the trouble and no more, so that words that nobody foresaw still lead to
    a possible cause.
    """
    about = _topics().get(topic)
    if about is None:
        return None
    trouble = _topics()["trouble"]

    def find(seen: Evidence) -> Said | None:
        for line in seen.events or ():
            if about.search(line.said) and trouble.search(line.said):
                return Said(line.quoted())
        return None

    return Clue(weight, find)


def when(weight: float, find: Callable[[Evidence], str | None]) -> Clue:
    """Something else that the evidence shows, in words."""

    def asked(seen: Evidence) -> Said | None:
        text = find(seen)
        return Said(text) if text else None

    return Clue(weight, asked)


def in_state(weight: float, *states: State) -> Clue:
    """It is in one of these states."""
    return when(
        weight, lambda e: f"its state is {e.vm.state.value}" if e.vm.state in states else None
    )


def above(weight: float, metric: str, limit: float, *, odd: bool | None = None) -> Clue:
    """A metric is over a limit.

    Args:
        odd: True: and above its usual; False: and not so; None: either.
    """

    def find(seen: Evidence) -> str | None:
        reading = seen.reading(metric)
        if reading.now is None or reading.now < limit:
            return None
        if odd is not None and (reading.high is True) is not odd:
            return None
        return reading.described()

    return when(weight, find)


def below(weight: float, metric: str, limit: float) -> Clue:
    """A metric is under a limit."""

    def find(seen: Evidence) -> str | None:
        reading = seen.reading(metric)
        return reading.described() if reading.now is not None and reading.now < limit else None

    return when(weight, find)


def unlike(weight: float, metric: str, side: Literal["high", "low"]) -> Clue:
    """A metric is above or below what it is at this hour on other days."""

    def find(seen: Evidence) -> str | None:
        reading = seen.reading(metric)
        return reading.described() if reading.high is (side == "high") else None

    return when(weight, find)


def usual(weight: float, metric: str) -> Clue:
    """A metric is as it is at this hour on other days."""

    def find(seen: Evidence) -> str | None:
        reading = seen.reading(metric)
        return f"{reading.described()}: as usual" if reading.like_itself else None

    return when(weight, find)


def climbing(weight: float, metric: str, limit: float) -> Clue:
    """A metric rose hour by hour and is over a limit now."""

    def find(seen: Evidence) -> str | None:
        reading = seen.reading(metric)
        if reading.climb is None or reading.now is None or reading.now < limit:
            return None
        rise, hours = reading.climb
        return f"{metric} rose steadily by {rise:.0f} points in {hours} h, to {reading.now:.0f} %"

    return when(weight, find)


def peers_too(weight: float, metric: str, limit: float) -> Clue:
    """Its peers are over a limit as well."""

    def find(seen: Evidence) -> str | None:
        peers = seen.reading(metric).peers
        return f"its peers are at {peers:.0f} too" if peers is not None and peers >= limit else None

    return when(weight, find)


def answers(weight: float) -> Clue:
    """It runs and its samples are fresh."""

    def find(seen: Evidence) -> str | None:
        fresh = [m for m, reading in seen.readings.items() if reading.now is not None]
        return "it runs and its samples are fresh" if seen.running and fresh else None

    return when(weight, find)


def silent(weight: float) -> Clue:
    """It runs, yet its samples ended."""

    def find(seen: Evidence) -> str | None:
        if not seen.silent or seen.last_sample_at is None:
            return None
        at = f"{seen.last_sample_at:%Y-%m-%d %H:%M}"
        return f"running, yet no sample since {at} ({seen.silent_h:.0f} h)"

    return when(weight, find)


def came_up(weight: float) -> Clue:
    """Its console shows that its last start went on to the end."""
    return when(
        weight,
        lambda e: "its console shows that it came up" if e.console and e.console.up else None,
    )


def did(weight: float, status: tuple[str, ...], *tools: str, code: str | None = None) -> Clue:
    """NovaCron did one of these to it lately, with this end."""

    def find(seen: Evidence) -> str | None:
        for act in seen.acts:
            same = not tools or act.tool in tools
            if same and act.status in status and code in (None, act.error_code):
                return act.in_words()
        return None

    return when(weight, find)


def refused(weight: float, *codes: str) -> Clue:
    """Its provider's connection fails with one of these codes."""

    def find(seen: Evidence) -> str | None:
        error = seen.connection.error
        if error is None or error.code not in codes:
            return None
        return f"{seen.connection.name}: {error.message}"

    return when(weight, find)


def ill_neighbours(weight: float) -> Clue:
    """At least two machines, and half of those, on its host are ill too."""

    def find(seen: Evidence) -> str | None:
        around = seen.around
        if len(around.ill) < 2 or 2 * len(around.ill) < around.others:
            return None
        return f"{len(around.ill)} of {around.others} others on {seen.vm.host} are ill too: " + (
            ", ".join(around.ill[:4])
        )

    return when(weight, find)


def well_neighbours(weight: float) -> Clue:
    """The other machines on its host are well."""

    def find(seen: Evidence) -> str | None:
        well = seen.around.others >= 2 and not seen.around.ill
        return f"the {seen.around.others} others on {seen.vm.host} are well" if well else None

    return when(weight, find)


def busy_host(weight: float, limit: float) -> Clue:
    """The others on its host use most of the host."""

    def find(seen: Evidence) -> str | None:
        busy = seen.around.busy
        if busy is None or busy < limit:
            return None
        return f"the others on {seen.vm.host} use {busy:.0f} % of its vCPUs"

    return when(weight, find)
